# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the state of a parameter means for a report: its verdict, its letter and its sentence. Every output takes them from here.

Pure. Private to the collection.
"""

from ansible_collections.photon.hardening.plugins.module_utils._model import STATES
from ansible_collections.photon.hardening.plugins.plugin_utils import _origin, _records

# What is told apart is a kind: a state, or one of these. What a run has changed is right now; what an audit would change is not.
# Where nothing is wanted, as after a rollback and of what is only compared, nothing can pass.
WOULD_CHANGE, PUT_BACK, UNASKED = "would_change", "put_back", "unasked"
NOT_WANTED = (PUT_BACK, UNASKED)

PASS, FAIL, ERROR, WAIVED, NOT_APPLICABLE = "pass", "fail", "error", "waived", "not_applicable"

# From worst to best.
VERDICTS = (ERROR, FAIL, WAIVED, NOT_APPLICABLE, PASS)
# Verdicts of which somebody should know.
FINDINGS = (ERROR, FAIL)

_VERDICT = {
    "rejected": ERROR, "not_applied": ERROR,
    "overridden": FAIL, "reboot_required": FAIL, "read_only": FAIL, "held_back": FAIL,
    "waived": WAIVED, "unsupported": NOT_APPLICABLE, "stricter": PASS, "ok": PASS,
    "changed": PASS, WOULD_CHANGE: FAIL, PUT_BACK: NOT_APPLICABLE, UNASKED: NOT_APPLICABLE,
}

# kind -> (letter, word), from worst to best.
WORDS = {
    "rejected": ("R", "rejected"), "not_applied": ("N", "not applied"), "overridden": ("O", "overridden at boot"),
    "reboot_required": ("B", "needs a reboot"), "read_only": ("L", "read-only"), WOULD_CHANGE: ("C", "would change"),
    # On purpose.
    "held_back": ("H", "held back"), "changed": ("C", "changed"), "waived": ("W", "waived"), "unsupported": ("U", "unsupported"),
    PUT_BACK: ("P", "put back"), UNASKED: ("-", "nothing wanted"), "stricter": ("S", "stricter"), "ok": ("K", "ok"),
}

# What is counted: the states, but that nothing is ok of which nothing is wanted.
COUNTED = (*STATES, UNASKED)

# What a fact cache keeps of a row has no values: they are not unset, they are not known.
_BARE = (None,) * (len(_records.Cell._fields) - 1)


def _is_bare(cell):
    return tuple(cell[1:]) == _BARE


def settled(cell):
    """The state of CELL, or what stands for it where nothing is wanted. Of its values it matters only which are None."""
    is_unasked = cell[0] in ("ok", "changed") and cell[2] is None and not _is_bare(cell)
    return {"ok": UNASKED, "changed": PUT_BACK}[cell[0]] if is_unasked else cell[0]


def settled_row(row):
    """The same of a ROW of the module's result, a dictionary."""
    return settled([row.get(field) for field in _records.Cell._fields])


def kind(state, check_mode):
    """STATE: as `settled` says it."""
    return WOULD_CHANGE if state in ("changed", PUT_BACK) and check_mode else state


def essence(cell, check_mode):
    """(the kind of CELL, its live value, the wanted one and that of the boot): not where that comes from. None where no value is known."""
    live = cell.before if check_mode else cell.after
    return kind_of(cell, check_mode), None if _is_bare(cell) else (live, cell.wanted, cell.boot)


def counted(of_kind):
    """What a kind is counted as: one of COUNTED."""
    return "changed" if of_kind in (WOULD_CHANGE, PUT_BACK) else of_kind


def kind_of(cell, check_mode):
    return kind(settled(cell), check_mode)


def verdict(of_kind):
    return _VERDICT[of_kind]


def severity(of_kind):
    """A number by which kinds are sorted, the worst first."""
    return VERDICTS.index(_VERDICT[of_kind]), list(WORDS).index(of_kind)


def _shown(value):
    return "unset" if value is None else value or "empty"


def _at_boot(cell):
    return "no file sets it at boot" if cell.boot is None else "at boot %s, set by %s" % (_shown(cell.boot), cell.boot_source)


def _because(cell):
    return ": %s" % cell.reason if cell.reason else ""


def _asked(cell):
    """Who asks for the wanted value, where it is not the profile. The rest of the reason such a sentence has told."""
    _rest, mark, words = (cell.reason or "").partition(_origin.ASKED)
    return "; " + mark + words if mark else ""


def _has_live_value(cell):
    """Of an image, and of a module that is not loaded, there are boot values alone."""
    return (cell.before, cell.after) != (None, None)


def _changed(cell, now):
    if cell.before != cell.after:
        return "was %s, %s now" % (_shown(cell.before), now)
    boot = "at boot it was %s, it is %s now" % (_shown(cell.boot_before), _shown(cell.boot))
    return "%s as before; %s" % (now, boot) if _has_live_value(cell) else boot


def _would_change(cell, now):
    if cell.before != cell.after:
        return "%s, would be set to %s" % (now, _shown(cell.after))
    after = _shown(cell.boot) if cell.boot is None else "set to " + _shown(cell.boot)
    boot = "at boot it is %s, and would be %s" % (_shown(cell.boot_before), after)
    return "%s as wanted; %s" % (now, boot) if _has_live_value(cell) else boot


def _not_set(cell, now):
    wanted = "cannot go back" if cell.wanted is None else "wanted %s" % _shown(cell.wanted)
    return "%s, %s%s" % (now, wanted, _because(cell))


def _held_back(cell, now):
    # The value may be there by itself; then it is its line for the boot that is held back.
    is_there = _has_live_value(cell) and now == "is " + _shown(cell.wanted)
    told = ("%s now; the line that would set it at boot is not written" % now if is_there
            else "%s, %s is held back" % (now, _shown(cell.wanted)))
    return told + _because(cell)


def _overridden(cell, now):
    live = "%s now; " % now if _has_live_value(cell) else ""
    return "%s%s; wanted %s%s" % (live, _at_boot(cell), _shown(cell.wanted), _asked(cell))


_SENTENCES = {
    "ok": lambda cell, now: "%s%s%s" % (now, ", as wanted" if cell.wanted is not None else "", _because(cell)),
    "stricter": lambda cell, now: "%s, stricter than the wanted %s%s" % (now, _shown(cell.wanted), _asked(cell)),
    "changed": lambda cell, now: _changed(cell, now) + _because(cell),
    "overridden": _overridden,
    "waived": lambda cell, now: "%s, left alone%s" % (now, _because(cell)),
    "held_back": _held_back,
    "unsupported": lambda cell, now: "cannot be set here%s" % _because(cell),
    "rejected": lambda cell, now: "%s, the kernel refused %s%s" % (now, _shown(cell.wanted), _because(cell)),
    "not_applied": lambda cell, now: "%s, %s was not set because the run failed%s" % (now, _shown(cell.wanted), _asked(cell)),
    "reboot_required": lambda cell, now: "%s until a reboot, wanted %s%s" % (now, _shown(cell.wanted), _because(cell)),
    "read_only": _not_set,
}


def _now(cell, check_mode):
    if _has_live_value(cell):
        return "is " + _shown(cell.before if check_mode else cell.after)
    return "at boot it is " + _shown(cell.boot_before if check_mode else cell.boot)


def sentence(cell, check_mode):
    """What there is to say of a parameter, without its name. CELL has the fields of a row of the module's result."""
    if _is_bare(cell):
        return "%s; its values are not known" % WORDS[kind_of(cell, check_mode)][1]
    if cell.state == "ok" and cell.wanted is None and cell.before != cell.after:
        return ("is %s, would go back to %s" if check_mode else "was %s, is back at %s") % (_shown(cell.before), _shown(cell.after))
    if cell.state == "changed" and check_mode:
        return _would_change(cell, _now(cell, check_mode)) + _because(cell)
    return _SENTENCES[cell.state](cell, _now(cell, check_mode))
