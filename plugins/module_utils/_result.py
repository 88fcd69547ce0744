# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words for a plan: the counts, the one-line message, the rows and the diff of a result.

Pure. What a host says is cut where it is long and made harmless before it is shown. Private to the collection.
"""

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour, _escape, _names, _values
from ansible_collections.photon.hardening.plugins.module_utils._model import DIFFERING, STATES

# What the controller takes of a host, 5,000,000 characters, has room for them. There the front shows fewer, and keeps all.
MAX_ROWS = 8000
_MAX_VALUE = 200
_NAMED = 5
_OF_FEW = ("error", "boot_source_before")
# What a row has of the host and of its files.
_TOLD = ("before", "wanted", "after", "boot_before", "boot", "boot_source", "reason", "boot_source_before")


# --- nothing that a host says reaches a terminal or a JSON document raw ---

def shown(value, longest=_MAX_VALUE):
    """A value as people read it: one line, blanks folded, cut where it is long."""
    if value is None:
        return None
    text = _escape.text(" ".join(value.split()))
    return text if len(text) <= longest else text[:longest] + "..."


# --- counts and words ---

def mistyped(who, name, near):
    """What is said of a parameter that nobody knows. WHO asks for it."""
    meant = "did you mean %s?" % shown(near) if near else "check the spelling"
    return "%s: %s: neither the catalogue nor this host knows this parameter: %s" % (who, name, meant)


def summary(rows):
    counts = dict.fromkeys(STATES, 0)
    for row in rows:
        counts[row.state] += 1
    return counts


def _differs(row):
    return row.state in DIFFERING


def _live_moves(row):
    if row.before is None or row.after is None:
        return row.after is not None
    return not _values.same(row.name, row.before, row.after)


def _rank(row):
    return (not _differs(row), not _live_moves(row), row.state == "ok", row.state, _is_of_interfaces(row.name), row.name)


def _is_of_interfaces(name):
    """Whether it is the parameter of a single interface or of new ones: there may be many, and the one that speaks for all comes first."""
    return _names.interface_of(name) is not None or ".default." in name


def in_order(rows):
    """What differs first, then what has a reason to be read, then what is as wanted."""
    return sorted(rows, key=_rank)


def _named(rows, word):
    listed = ", ".join(word(row) for row in rows[:_NAMED])
    return listed + (" and %d more" % (len(rows) - _NAMED) if len(rows) > _NAMED else "")


def _set(value):
    return "unset" if value is None else shown(value) or "empty"


def _move(row):
    if _live_moves(row):
        return "%s %s -> %s" % (row.name, _set(row.before), _set(row.after))
    if row.state in ("read_only", "reboot_required", "rejected", "not_applied"):
        return "%s %s (%s)" % (row.name, _set(row.before), "wanted %s" % shown(row.wanted) if row.wanted is not None else "cannot go back")
    return "%s at boot %s -> %s" % (row.name, _set(row.boot_before), _set(row.boot))


def _aside(row):
    return "%s (put back)" % _move(row) if _live_moves(row) else row.name


# (label, which rows, word): each row is named under the first label that fits, so that none is named twice in one line.
_LABELS = (
    ("not applied", lambda row: row.state == "not_applied", _move),
    ("overridden at boot", lambda row: row.state == "overridden",
     lambda row: "%s by %s" % (_move(row) if _live_moves(row) else row.name, row.boot_source)),
    ("read-only here", lambda row: row.state == "read_only", _move),
    ("only after a reboot", lambda row: row.state == "reboot_required", _move),
    ("held back", lambda row: row.state == "held_back", _aside),
    ("waived", lambda row: row.state == "waived", _aside),
    ("stricter already", lambda row: row.state == "stricter",
     lambda row: _aside(row) if _live_moves(row) else "%s %s" % (row.name, shown(row.before))),
    ("unsupported", lambda row: row.state == "unsupported", _aside),
    # Said before values are set that cannot be taken back at once.
    ("that only a reboot takes back", lambda row: _live_moves(row) and _behaviour.locked(row.name, row.after), _move),
    ("that cannot be unset again", lambda row: row.before is None and _live_moves(row) and _behaviour.never_unset(row.name), _move),
    ("that takes addresses of IPv6 away",
     lambda row: _live_moves(row) and row.after is not None and _behaviour.takes_addresses(row.name, row.after), _move),
)


def of_states(rows, states):
    """Which parameters have one of STATES: "2 held_back (vm.a, vm.b), 1 waived (vm.c)"; "" where none has."""
    found = [(state, [row for row in in_order(rows) if row.state == state]) for state in STATES if state in states]
    return ", ".join("%d %s (%s)" % (len(group), state, _named(group, lambda row: row.name)) for state, group in found if group)


def message(plan, is_way_back=False):
    """One line: how many differ and the first of them, then whatever is not simply as wanted. Of a rollback: how many have to go back."""
    what, files = ("values to put back", "files put back or removed: ") if is_way_back else ("parameters differ", "files changed: ")
    rows = in_order(plan.rows)
    groups = {}
    for row in rows:
        groups.setdefault(_label(row), []).append(row)
    plain = [row for row in groups.get(None, ()) if _differs(row)]
    parts = [count(rows, what) + (": " + _named(plain, _move) if plain else "")]
    parts += ["%d %s: %s" % (len(groups[label]), label, _named(groups[label], word)) for label, _fits, word in _LABELS if label in groups]
    if plan.files and not any(_differs(row) for row in rows):
        parts.append(files + ", ".join(sorted(plan.files)))
    return "; ".join(parts)


def count(rows, what="parameters differ"):
    if not rows:
        return "no " + what
    return "%d of %d %s" % (len([row for row in rows if _differs(row)]), len(rows), what)


def _label(row):
    return next((label for label, fits, _word in _LABELS if fits(row)), None)


def is_changed(plan):
    """A file's bytes or a live value move."""
    return bool(plan.files or plan.writes)


def _telling(lines, others):
    """The lines that OTHERS lack: those about parameters, or all of them where only explanations differ."""
    missing = [line for line in lines if line not in others]
    return [line for line in missing if "=" in line] or [line for line in missing if line.strip()]


def _file_lines(plan):
    """The lines that go and the lines that come, file by file, as two texts."""
    before, after = [], []
    for path in sorted(plan.files):
        old = plan.disk[path].text.splitlines() if path in plan.disk else []
        new = (plan.files[path] or "").splitlines()
        before += ["[%s]" % path] + [shown(line) for line in _telling(old, new)]
        after += ["[%s]" % path] + [shown(line) for line in _telling(new, old)]
        if plan.files[path] is None:
            after.append("(removed)")
    return before, after


def _kernel_lines(plan):
    moving = [row for row in in_order(plan.rows) if _live_moves(row)]
    aside = ["%s = %s  # %s: %s" % (row.name, shown(row.before), row.state, shown(row.reason)) for row in in_order(plan.rows)
             if not _live_moves(row) and row.state not in ("ok", "changed", "unsupported") and row.before is not None]
    before = ["%s = %s" % (row.name, _set(row.before)) for row in moving]
    after = ["%s = %s" % (row.name, _set(row.after)) + ("" if _differs(row) else "  # %s: %s" % (row.state, shown(row.reason)))
             for row in moving]
    return before + aside, after + aside


def diff(plan):
    """Two entries, drop-ins and running kernel; only lines that matter, those that differ first."""
    entries = []
    for title, (before, after) in (("drop-ins", _file_lines(plan)), ("running kernel", _kernel_lines(plan))):
        entries.append({"before_header": title, "after_header": title,
                        "before": "".join(line + "\n" for line in before), "after": "".join(line + "\n" for line in after)})
    return entries


def _flat(row):
    """A row of the result, without what only few rows have."""
    found = dict(row._asdict(), **{key: shown(getattr(row, key)) for key in _TOLD})
    return dict(item for item in found.items() if item[1] is not None or item[0] not in _OF_FEW)


def result(plan):
    """Everything that the module returns but its diff."""
    rows = in_order(plan.rows)
    return {"changed": is_changed(plan), "msg": message(plan), "summary": summary(rows), "parameters": list(map(_flat, rows[:MAX_ROWS])),
            "omitted": max(0, len(rows) - MAX_ROWS), "notes": list(plan.warnings)}
