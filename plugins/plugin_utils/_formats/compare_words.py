# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of a comparison that every form of it for people uses. Pure. Private to the collection."""

from ansible_collections.photon.hardening.plugins.module_utils import _guest
from ansible_collections.photon.hardening.plugins.plugin_utils import _compare, _sides

_VERDICTS = {
    _compare.LEFT: "{left} is stricter", _compare.RIGHT: "{right} is stricter", _compare.INCOMPARABLE: "not comparable",
    _compare.ONLY_LEFT: "only {left}", _compare.ONLY_RIGHT: "only {right}", _compare.SIZED: "depends on the hardware",
    _compare.MOVES: "changes by itself", _compare.SAME: "same",
}
_KINDS = {_sides.HOST: "host", _sides.PROFILE: "profile", _sides.RESULT: "saved result"}
ALONE = "Other differences"


def verdict(comparison, name):
    return _VERDICTS[name].format(left=comparison.left.label, right=comparison.right.label)


def headline(comparison):
    quiet, silent = _compare.silent(comparison)
    unknown = [row for row in _compare.all_rows(comparison) if row.untold]
    more, others = (sum(not _guest.is_name(row.name) for row in rows) for rows in (silent, unknown))
    differing = _differing(comparison.counts, more + others)
    guest = _differing(comparison.guest, len(silent) + len(unknown) - more - others)
    return "".join((
        "%s and %s: %d of %d parameters differ" % (comparison.left.label, comparison.right.label, *differing),
        ", and %d of %d guest rows" % guest if guest[1] else "", "; %s says nothing of %d more" % (quiet.label, more) if more else "",
        "; of %d more nobody knows it" % others if others else ""))


def _differing(counts, unknown):
    """(how many differ, how many there are), but for the UNKNOWN ones"""
    total = sum(counts.values()) - unknown
    return total - counts[_compare.SAME], total


def counts(comparison):
    """(words, number, verdict) of each verdict that is there."""
    return [(verdict(comparison, name), number, name) for name, number in comparison.counts.items() if number]


def about(side):
    """(word, text) pairs of what is known of a side."""
    facts = side.facts
    memory, runtimes = facts.get("memory_kb"), facts.get("runtimes")
    found = [("kind", _KINDS[side.kind]), ("about", facts.get("title")), ("source", facts.get("source")), ("system", facts.get("system")),
             ("kernel", " ".join(filter(None, (facts.get("release"), facts.get("machine"))))),
             ("memory", memory and "%.1f GiB" % (memory / 1048576)), ("processors", facts.get("processors")),
             ("runtimes", ", ".join(filter(None, runtimes or ()))),
             ("incomplete", side.omitted and "parameters left out of the result: %d" % side.omitted)]
    return [(word, str(text)) for word, text in found if text]


def in_a_line(side):
    (_word, kind), *others = about(side)
    return "; ".join([kind, *("%s %s" % pair for pair in others)])


def value(found):
    """A side's value, and that of the next boot where that is another one."""
    if found is None:
        return "-"
    if found.kind == _sides.SECRET:
        return "(secret, %s)" % found.problem if found.problem else "(secret)"
    if found.kind == _sides.UNREADABLE:
        return "unreadable (%s)" % found.problem
    is_kept = found.boot is None or found.boot.split() == found.value.split()
    return found.value if is_kept else "%s, at boot %s" % (found.value, found.boot)


def source(side, found):
    """What decides, or None where there is nothing. What a column says of all its values is said once, of the side."""
    if found is None or side.kind == _sides.PROFILE:
        return found and found.cause
    return found.source or "no file sets it"


def cause(group):
    return group.cause.text if group.cause else ALONE


def level_up(comparison, row):
    """What to write on the weaker side, and what it would break there; None where neither is weaker."""
    if not row.level_up:
        return None
    weaker = comparison.right if row.verdict == _compare.LEFT else comparison.left
    return "%s on %s%s" % (row.level_up, weaker.label, ", where it would break %s" % ", ".join(row.breaks) if row.breaks else "")


def controls(row):
    """A benchmark's numbers together: BENCHMARK:NUMBER, NUMBER; a line can end at each of them."""
    found = {}
    for benchmark, number in row.controls:
        found.setdefault(benchmark, []).append(number)
    return "; ".join("%s:%s" % (benchmark, ", ".join(numbers)) for benchmark, numbers in found.items())


def benchmarks(comparison):
    """What the names of the benchmarks stand for; their numbers move from version to version."""
    return ["%s: %s, %s" % (key, about["title"], about["version"]) for key, about in sorted(comparison.benchmarks.items())]


def details(comparison, row):
    """(word, text) pairs of what is to be said of a row beside its values."""
    found = [("decides on " + side.label, source(side, given)) for side, given in
             ((comparison.left, row.left), (comparison.right, row.right))]
    found += [("verdict", row.reason), ("why", row.why), ("impact", row.impact), ("controls", controls(row)),
              ("to match", level_up(comparison, row))]
    return [(word, text) for word, text in found if text]
