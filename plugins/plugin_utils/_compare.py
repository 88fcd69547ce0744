# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The comparison of two sides, parameter by parameter: which is stricter, what decides, why it matters, and what has one cause.

The order is the catalogue's `strength`. Where it has no answer the row says so. No sentence made here knows which side is the left one, so
that swapping the sides swaps words only. Pure. Private to the collection.
"""

import math
from collections import Counter, namedtuple

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour, _guest, _values
from ansible_collections.photon.hardening.plugins.plugin_utils import _layers, _sides, _sizes

LEFT, RIGHT = "left_stricter", "right_stricter"
INCOMPARABLE, ONLY_LEFT, ONLY_RIGHT = "not_comparable", "only_left", "only_right"
SIZED, MOVES, SAME = "sized_by_machine", "moves_by_itself", "same"
VERDICTS = (LEFT, RIGHT, INCOMPARABLE, ONLY_LEFT, ONLY_RIGHT, SIZED, MOVES, SAME)
# What comes first: of either side alike.
_PLACE = {LEFT: 0, RIGHT: 0, INCOMPARABLE: 1, ONLY_LEFT: 2, ONLY_RIGHT: 2, SIZED: 3, MOVES: 4, SAME: 5}
# What nobody has set differently.
_AS_EQUAL = (SAME, SIZED, MOVES)

ASSERTIONS = ("none", "equal", "not_weaker")

# What is read of hosts beside the catalogue's parameters: forms of a limit of which 0 means that the catalogue's one is in force, and keys.
BESIDE = ("net.ipv4.tcp_fastopen_key", "net.ipv6.conf.default.stable_secret", "vm.dirty_background_bytes", "vm.dirty_bytes")

# left, right: a Value or None. reason: why the verdict is no plain answer. controls: (benchmark, id) pairs. level_up: the line for the
# weaker side. breaks: what that line would break. equally: the values differ and are equally strict. ordered: whether the catalogue has an
# order for the parameter. untold: neither side tells what could differ. cause: a Cause or None.
Row = namedtuple("Row", "name left right verdict reason why impact controls level_up breaks equally untold ordered cause")
# kind: file | source | profile | kernel | missing | machine | moves. text: a sentence.
Cause = namedtuple("Cause", "kind text")
# cause None: rows each for itself.
Group = namedtuple("Group", "cause rows")
# groups: those that differ. same: rows. counts: verdict -> number of parameters. guest: the same of rows of the guest side of VMware, which
# stand among the others and are no parameters. benchmarks: those whose numbers rows have -> title and version.
Comparison = namedtuple("Comparison", "left right groups same counts guest benchmarks")

_Verdict = namedtuple("_Verdict", "verdict reason equally untold", defaults=("", False, False))
_NO_ORDER = "The catalogue has no order for it, so neither value is called stricter."
_NO_PARAMETER = "It is not a kernel parameter, so neither value is called stricter."
_NOT_KNOWN = "It is not in the catalogue, which alone knows which value is stricter."


def compare(left, right, catalogue, controls, benchmarks):
    """CONTROLS: parameter -> its (benchmark, id) pairs. BENCHMARKS: benchmark -> its title, version and more."""
    known = {row["name"]: row for row in catalogue["parameters"]}
    rows = [_row(known.get(name), name, left, right, controls) for name in _names(left, right, known)]
    rows = _with_causes([row for row in rows if row], left, right)
    counts, guest = (Counter(row.verdict for row in rows if _guest.is_name(row.name) is of_guest) for of_guest in (False, True))
    return Comparison(left, right, _groups([row for row in rows if row.verdict != SAME]), [row for row in rows if row.verdict == SAME],
                      *({verdict: counted[verdict] for verdict in VERDICTS} for counted in (counts, guest)), _named(rows, benchmarks))


def _names(left, right, known):
    """Those that both sides could tell of: of a host the catalogue's parameters are read and BESIDE, and a column has no others."""
    names = {name for side in (left, right) for name in side.parameters if not _guest.is_name(name)}
    if {left.kind, right.kind} != {_sides.RESULT}:
        names &= set(known) | {name for name in BESIDE if name in left.parameters and name in right.parameters}
    return sorted(names | _guest_names(left, right, known))


def _guest_names(left, right, known):
    """Of the guest side, where both tell of it. A column has no more than the article's rows, so beside it there are no others."""
    told = [{name for name in side.parameters if _guest.is_name(name)} for side in (left, right)]
    if not all(told):
        return set()
    names = told[0] | told[1]
    return names & set(known) if _sides.PROFILE in (left.kind, right.kind) else names


def all_rows(comparison):
    """All of them, those that differ first."""
    return [row for group in comparison.groups for row in group.rows] + comparison.same


def _named(rows, benchmarks):
    used = sorted({benchmark for row in rows for benchmark, _number in row.controls})
    return {key: {"title": benchmarks[key]["title"], "version": benchmarks[key]["version"]} for key in used}


# --- one parameter ---

def _present(side, name):
    found = side.parameters.get(name)
    return None if found is None or found.kind == _sides.MISSING else found


def _row(known, name, left, right, controls):
    one, other = _present(left, name), _present(right, name)
    if one is None and other is None:
        return None
    found = _verdict(known or {}, name, one, other, left, right)
    better = {LEFT: one, RIGHT: other}.get(found.verdict)
    about = known or {"why": "", "impact": ""}
    # A saved result may hold what nobody could set.
    is_line = better is not None and _layers.problem(about, name, better.value) is None
    line = "%s = %s" % (name, _values.printed(name, better.value)) if is_line else None
    return Row(name, one, other, found.verdict, _reason(known, name, found), about["why"], about["impact"], tuple(controls(name)), line,
               tuple(about.get("hold", {}).get(better.value, ())) if line else (), found.equally, found.untold,
               "strength" in about, None)


def _reason(known, name, found):
    if found.reason != _NO_ORDER:
        return found.reason
    first = _NO_PARAMETER if _guest.is_name(name) else _NO_ORDER if known else _NOT_KNOWN
    return " ".join(filter(None, (first, (known or {}).get("why_not"))))


def _verdict(known, name, one, other, left, right):
    if one is None or other is None:
        return _Verdict(ONLY_LEFT if other is None else ONLY_RIGHT, _absence(name, left if one is None else right))
    kinds = (one.kind, other.kind)
    if _sides.UNREADABLE in kinds:
        return _Verdict(INCOMPARABLE, "It cannot be read.", untold=kinds[0] == kinds[1] and one.problem == other.problem)
    if _sides.SECRET in kinds:
        return _secret(one.token, other.token, left.kind == right.kind == _sides.HOST)
    return (_paired(name, left, right) or (_Verdict(SAME) if _values.same(name, one.value, other.value) else None)
            or (_Verdict(MOVES, "The kernel changes it by itself.") if _sides.MOVES in kinds or known.get("moves") else None)
            or _sized(known, name, left, right)
            or _ordered(known, name, sorted((one.value, other.value)), one.value, (left.facts, right.facts)))


def _absence(name, side):
    if _lacks(name, side):
        return ("%s has none." if _guest.is_name(name) else "%s has no such parameter.") % side.label
    return ("%s says nothing of it." if side.kind == _sides.PROFILE else "%s does not tell of it.") % side.label


def _lacks(name, side):
    """Whether it is known of SIDE, which has no value of NAME, that there is none."""
    return side.kind == _sides.HOST or name in side.parameters


def _secret(one, other, of_one_run):
    """Of a secret no more is told than whether it is the same. Digests of one run have one salt; others are equal by no accident."""
    if one is None or other is None:
        return _Verdict(INCOMPARABLE, "A secret, of which one side tells nothing that could be compared.", untold=True)
    if one == other:
        return _Verdict(SAME, "A secret.")
    # What was never set has no digest.
    if of_one_run or not (one and other):
        return _Verdict(INCOMPARABLE, "A secret: different.")
    return _Verdict(INCOMPARABLE, "A secret, of which nobody knows whether both sides were read with one salt.", untold=True)


def _paired(name, left, right):
    """Where the kernel shows 0 because another form of the limit is in force, 0 says nothing of how strict the host is."""
    sides, partner = (left, right), _behaviour.partner(name)
    are_zero = all(_is_zero(side.parameters[name]) for side in sides)
    is_told_elsewhere = are_zero and all(partner in side.parameters for side in sides)
    if is_told_elsewhere or not any(_in_force(name, side) for side in sides):
        return None
    return _Verdict(INCOMPARABLE, "0 is shown where %s is in force in its place." % partner, untold=are_zero)


def _in_force(name, side):
    """Whether on SIDE the other form of the limit NAME is in force."""
    partner = _behaviour.partner(name)
    return bool(partner) and _is_zero(side.parameters[name]) and not _is_zero(side.parameters.get(partner))


def _is_zero(value):
    return value is not None and value.value is not None and _values.number(value.value) == 0


def _sized(known, name, left, right):
    """None where the kernel does not size it, and where it has an order and something else than the machine has decided."""
    if not _sizes.fact(name):
        return None
    reason = _why_not_sized(known, name, left, right)
    if reason is None:
        return _Verdict(SIZED, "The kernel sizes it by the memory or the processors of the machine.")
    return None if "strength" in known else _Verdict(INCOMPARABLE, reason)


def _why_not_sized(known, name, left, right):
    """Why not only the sizes of the machines differ; None where that is all that is known."""
    found = [side.parameters[name] for side in (left, right)]
    files = sorted({value.source for value in found if value.boot is not None and value.source})
    if files:
        return "The kernel sizes it by the machine where no file sets it, and here one does: %s." % ", ".join(files)
    if "strength" in known and _sides.PROFILE in (left.kind, right.kind):
        return "A profile asks for a value, whatever the machine."
    ends = sorted({value.value for value in found if _values.number(value.value) in known.get("valid", {}).values()})
    if ends:
        return "Its default depends on the hardware, but %s is not a default of any machine." % " and ".join(ends)
    sizes = {side.facts.get(_sizes.fact(name)) for side in (left, right)}
    return "The kernel sizes it by the machine, but these machines are of one size." if len(sizes) == 1 and None not in sizes else None


def _ordered(known, name, both, one, facts):
    """BOTH values, sorted; ONE is the left one's."""
    if "strength" not in known:
        return _Verdict(INCOMPARABLE, _NO_ORDER)
    machines = known.get("machine", "").split()
    if machines and any(fact.get("machine") not in (None, *machines) for fact in facts):
        return _Verdict(INCOMPARABLE, "The catalogue's order holds on %s alone." % ", ".join(machines))
    alike = known.get("alike", {"values": (), "but_on": ()})
    if set(both) <= set(alike["values"]) and any(fact.get("system") and not fact["system"].startswith(tuple(alike["but_on"]))
                                                 for fact in facts):
        return _Verdict(INCOMPARABLE, "Only the kernels of %s tell these values apart." % " and ".join(alike["but_on"]))
    ranks = {value: rank(known, value) for value in both}
    strangers = [value for value in both if ranks[value] is None]
    if strangers:
        return _Verdict(INCOMPARABLE, "The catalogue's order has no place for %s." % " and ".join(strangers))
    if ranks[both[0]] == ranks[both[1]]:
        return _Verdict(INCOMPARABLE, "The two values are equally strict.", True)
    return _Verdict(LEFT if ranks[one] == max(ranks.values()) else RIGHT)


def rank(known, value):
    """The higher, the stricter; None where the row's `strength` has no place for VALUE."""
    levels = _layers.levels(known)
    if levels:
        return next((index for index, level in enumerate(levels) if any(_values.same(known["name"], value, item) for item in level)), None)
    number = _values.number(value)
    if number == 0 < known["valid"]["min"] and known["strength"] == "lower":
        # No limit.
        return -math.inf
    if number is None or number < known["valid"]["min"]:
        return None
    return number * (1 if known["strength"] == "higher" else -1)


# --- what has one cause ---

def _with_causes(found, left, right):
    """Each row that differs with the cause that explains the most of them; a file or a source comes before what is more general."""
    special = {row.name: _special(row) for row in found}
    numbers = Counter(cause for causes in special.values() for cause in causes)
    made = []
    for row in found:
        shared = [cause for cause in special[row.name] if numbers[cause] > 1]
        cause = max(shared, key=lambda cause: (numbers[cause], cause)) if shared else _general(row, left, right)
        made.append(row._replace(cause=cause))
    return made


def _special(row):
    """The causes of a difference that is a matter of this row alone."""
    if row.verdict not in (LEFT, RIGHT, INCOMPARABLE):
        return ()
    return tuple({_decides(value) for value in (row.left, row.right) if value.cause})


def _decides(value):
    if value.source == value.cause:
        return Cause("source", "Where one of the values comes from: %s." % value.cause)
    return Cause("file", "%s decides on at least one side." % value.cause)


def _general(row, left, right):
    if row.verdict in (SAME, SIZED, MOVES):
        return {SIZED: Cause("machine", "The kernel sizes these by the machine."),
                MOVES: Cause("moves", "The kernel changes these by itself.")}.get(row.verdict)
    if row.verdict in (ONLY_LEFT, ONLY_RIGHT):
        return _lacking(row.name, left if row.left is None else right, _kernels(left, right))
    if _guest.is_name(row.name):
        return None
    profiles = sorted({side.label for side in (left, right) if side.kind == _sides.PROFILE})
    if profiles:
        return Cause("profile", ("%s and %s have different values." if len(profiles) == 2 else "%s has other values.") % tuple(profiles))
    kernels = _kernels(left, right)
    if row.left.boot is None and row.right.boot is None and len(kernels) == 2:
        return Cause("kernel", "No file sets these, and the kernels differ: %s." % " and ".join(kernels))
    return None


def _kernels(left, right):
    return sorted({side.facts["release"] for side in (left, right) if side.facts.get("release")})


def _lacking(name, side, kernels):
    if side.kind == _sides.PROFILE:
        return Cause("profile", "%s says nothing of these." % side.label)
    if not _lacks(name, side):
        return Cause("missing", "%s does not tell of these." % side.label)
    if _guest.is_name(name):
        return None
    if len(kernels) == 2:
        return Cause("kernel", "%s lacks these, and the kernels differ: %s." % (side.label, " and ".join(kernels)))
    return Cause("missing", "%s lacks these: a kernel module is not loaded, or the kernel was built without them." % side.label)


def _groups(found):
    by_cause = {}
    for row in found:
        by_cause.setdefault(row.cause, []).append(row)
    # A cause of one row explains nothing more than the row itself does.
    alone = [row for cause, members in by_cause.items() if len(members) == 1 or cause is None for row in members]
    groups = [Group(cause, members) for cause, members in by_cause.items() if len(members) > 1 and cause]
    groups = [Group(cause, sorted(members, key=_place)) for cause, members in [*groups, *([Group(None, alone)] if alone else [])]]
    return sorted(groups, key=lambda group: (_place(group.rows[0])[0], -len(group.rows), group.cause or ("", "")))


def _place(row):
    return _PLACE[row.verdict], row.name


# --- assertions ---

# A host tells of all parameters, a saved result of those that its run was about, a profile of those that it sets.
_SPEAKS = (_sides.HOST, _sides.RESULT, _sides.PROFILE)


def failure(comparison, assertion):
    """Why what is asserted does not hold, in one sentence; None where it holds."""
    left, right = comparison.left.label, comparison.right.label
    found = [row for row in all_rows(comparison) if not _guest.is_name(row.name)]
    if assertion == "none":
        return None
    if all(row.untold for row in found):
        return "%s and %s: there is nothing to compare: no value is known" % (left, right)
    incomplete = [side.label for side in (comparison.left, comparison.right) if side.omitted]
    if incomplete:
        return "%s: the saved result is not complete, so nothing can be asserted" % " and ".join(incomplete)
    if assertion == "equal":
        untold = {row.name for row in silent(comparison)[1]}
        compared = [row for row in found if row.name not in untold and not row.untold]
        if not compared:
            return "%s and %s: there is nothing to compare: no parameter is known of both" % (left, right)
        return _told("%s and %s are not equal" % (left, right), [row for row in compared if row.verdict not in _AS_EQUAL], compared)
    weaker = [row for row in found if row.verdict == RIGHT]
    unknown = [] if weaker else [row for row in found if _is_unknown(row, comparison.left)]
    return (_told("%s is weaker than %s" % (left, right), weaker, found)
            or _told("Nobody can tell whether %s is weaker than %s" % (left, right), unknown, found))


def silent(comparison):
    """(the side that speaks of fewer parameters by its nature, the rows of which it says nothing), which are no differences: a profile
    beside others, a saved result beside a host. (None, []) where both are of one kind."""
    left, right = comparison.left, comparison.right
    if left.kind == right.kind:
        return None, []
    quiet = max(left, right, key=lambda side: _SPEAKS.index(side.kind))
    verdict = ONLY_RIGHT if quiet is left else ONLY_LEFT
    return quiet, [row for row in all_rows(comparison) if row.verdict == verdict and not _lacks(row.name, quiet)]


def _is_unknown(row, left):
    """Whether the left side may be weaker. What its kernel lacks it cannot have weaker."""
    if not row.ordered or row.equally or row.right is None:
        return False
    return row.verdict == INCOMPARABLE or row.verdict == ONLY_RIGHT and not _lacks(row.name, left)


def _told(words, differing, found):
    if not differing:
        return None
    names = ", ".join(row.name for row in differing[:5]) + (" and %d more" % (len(differing) - 5) if len(differing) > 5 else "")
    return "%s: %d of %d parameters: %s" % (words, len(differing), len(found), names)
