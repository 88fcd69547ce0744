# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words for a plan: the counts, the one-line message, the rows and the diff of a result.

Pure. What a host says about itself is cut and freed of control characters before it is shown. Private to the collection.
"""

from ansible_collections.photon.hardening.plugins.module_utils import _plan, _values

# A result is kept whole by ansible-runner and AWX up to 700,000 characters.
MAX_ROWS = 500
_MAX_VALUE = 200
_NAMED = 5


def shown(value):
    """A value as people read it: one line, blanks folded, nothing that moves a terminal's cursor."""
    if value is None:
        return None
    text = " ".join(value.split()).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    text = "".join(char if char.isprintable() else "\\x%02x" % ord(char) for char in text)
    return text if len(text) <= _MAX_VALUE else text[:_MAX_VALUE] + "..."


def summary(rows):
    counts = dict.fromkeys(_plan.STATES, 0)
    for row in rows:
        counts[row.state] += 1
    return counts


def _differs(row):
    return row.state in _plan.DIFFERING


def _live_moves(row):
    return row.before is not None and row.after is not None and not _values.same(row.before, row.after)


def _rank(row):
    return (not _differs(row), not _live_moves(row), row.state == "ok", row.state, row.name)


def in_order(rows):
    """What differs first, then what has a reason to be read, then what is as wanted."""
    return sorted(rows, key=_rank)


def _named(rows, word):
    listed = ", ".join(word(row) for row in rows[:_NAMED])
    return listed + (" and %d more" % (len(rows) - _NAMED) if len(rows) > _NAMED else "")


def _move(row):
    if _live_moves(row):
        return "%s %s -> %s" % (row.name, shown(row.before), shown(row.after))
    if row.state in ("read_only", "reboot_required", "rejected"):
        return "%s %s (%s)" % (row.name, shown(row.before), "wanted %s" % shown(row.wanted) if row.wanted is not None else "cannot go back")
    return "%s at boot %s -> %s" % (row.name, shown(row.boot_before) or "unset", shown(row.boot) or "unset")


_ASIDE = (
    ("overridden", "overridden at boot", lambda row: "%s by %s" % (row.name, row.boot_source)),
    ("read_only", "read-only here", lambda row: row.name),
    ("reboot_required", "only after a reboot", lambda row: row.name),
    ("held_back", "held back", lambda row: row.name),
    ("waived", "waived", lambda row: row.name),
    ("stricter", "stricter already", lambda row: "%s %s" % (row.name, shown(row.before))),
    ("unsupported", "unsupported", lambda row: row.name),
)


def message(plan):
    """One line: how many differ and the first of them, then whatever is not simply as wanted."""
    rows = in_order(plan.rows)
    differing = [row for row in rows if _differs(row)]
    parts = ["%d of %d parameters differ" % (len(differing), len(rows)) + (": " + _named(differing, _move) if differing else "")]
    for state, label, word in _ASIDE:
        group = [row for row in rows if row.state == state]
        if group:
            parts.append("%d %s: %s" % (len(group), label, _named(group, word)))
    returning = [row for row in rows if _live_moves(row) and not _differs(row)]
    if returning:
        parts.append("%d put back: %s" % (len(returning), _named(returning, _move)))
    if plan.files and not differing:
        parts.append("files changed: " + ", ".join(sorted(plan.files)))
    return "; ".join(parts)


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
        old, new = (text.splitlines() if text is not None else [] for text in (plan.disk.get(path), plan.files[path]))
        before += ["[%s]" % path] + [shown(line) for line in _telling(old, new)]
        after += ["[%s]" % path] + [shown(line) for line in _telling(new, old)]
        if plan.files[path] is None:
            after.append("(removed)")
    return before, after


def _kernel_lines(plan):
    moving = [row for row in in_order(plan.rows) if _live_moves(row)]
    aside = ["%s = %s  # %s: %s" % (row.name, shown(row.before), row.state, shown(row.reason)) for row in in_order(plan.rows)
             if not _live_moves(row) and row.state not in ("ok", "changed", "unsupported") and row.before is not None]
    before = ["%s = %s" % (row.name, shown(row.before)) for row in moving]
    after = ["%s = %s" % (row.name, shown(row.after)) + ("" if _differs(row) else "  # %s: %s" % (row.state, shown(row.reason)))
             for row in moving]
    return before + aside, after + aside


def diff(plan):
    """Two entries, drop-ins and running kernel; only lines that matter, those that differ first."""
    entries = []
    for title, (before, after) in (("drop-ins", _file_lines(plan)), ("running kernel", _kernel_lines(plan))):
        entries.append({"before_header": title, "after_header": title,
                        "before": "".join(line + "\n" for line in before), "after": "".join(line + "\n" for line in after)})
    return entries


def result(plan, profile, now):
    """Everything that the module returns but its diff. NOW is a timestamp."""
    rows = in_order(plan.rows)
    counts = summary(rows)
    values = ("before", "wanted", "after", "boot_before", "boot", "boot_source", "reason")
    flat = [dict(row._asdict(), **dict((key, shown(getattr(row, key))) for key in values)) for row in rows[:MAX_ROWS]]
    differing = [row.name for row in rows if _differs(row)]
    facts = {"time": now, "profile": profile, "summary": counts, "differing": differing[:MAX_ROWS]}
    return {"changed": is_changed(plan), "msg": message(plan), "summary": counts, "parameters": flat,
            "omitted": max(0, len(rows) - MAX_ROWS), "notes": list(plan.warnings), "ansible_facts": {"photon_hardening": facts}}
