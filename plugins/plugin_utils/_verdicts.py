# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the state of a parameter means for a report: its verdict, its letter and its sentence. Every output takes them from here.

Pure. Private to the collection.
"""

from ansible_collections.photon.hardening.plugins.plugin_utils import _records

# What is told apart is a kind: a state, or one of these. What a run has changed is right now; what an audit would change is not. Of what is
# no longer ours nothing is wanted, so that nothing can pass, least of all after a rollback.
WOULD_CHANGE, RELEASED = "would_change", "released"

PASS, FAIL, ERROR, WAIVED, NOT_APPLICABLE = "pass", "fail", "error", "waived", "not_applicable"

# From worst to best.
VERDICTS = (ERROR, FAIL, WAIVED, NOT_APPLICABLE, PASS)
# Verdicts of which somebody should know.
FINDINGS = (ERROR, FAIL)

_VERDICT = {
    "rejected": ERROR, "not_applied": ERROR,
    "overridden": FAIL, "reboot_required": FAIL, "read_only": FAIL, "held_back": FAIL,
    "waived": WAIVED, "unsupported": NOT_APPLICABLE, "stricter": PASS, "ok": PASS,
    "changed": PASS, WOULD_CHANGE: FAIL, RELEASED: NOT_APPLICABLE,
}

# kind -> (letter, word), from worst to best.
WORDS = {
    "rejected": ("R", "rejected"), "not_applied": ("N", "not applied"), "overridden": ("O", "overridden at boot"),
    "reboot_required": ("B", "needs a reboot"), "read_only": ("L", "read-only"), "held_back": ("H", "held back"),
    WOULD_CHANGE: ("C", "would change"), "changed": ("C", "changed"), "waived": ("W", "waived"), "unsupported": ("U", "unsupported"),
    RELEASED: ("F", "no longer ours"), "stricter": ("S", "stricter"), "ok": ("K", "ok"),
}

# What a fact cache keeps of a row has no values: they are not unset, they are not known.
_BARE = (None,) * (len(_records.Cell._fields) - 1)


def settled(cell):
    """The state of CELL, or RELEASED. Of its values it matters only which are None."""
    return RELEASED if cell[0] == "ok" and cell[2] is None and tuple(cell[1:]) != _BARE else cell[0]


def kind(state, check_mode):
    """STATE: as `settled` says it."""
    return WOULD_CHANGE if state == "changed" and check_mode else state


def kind_of(cell, check_mode):
    return kind(settled(cell), check_mode)


def state_of(settled_state):
    """What `settled` was made of."""
    return "ok" if settled_state == RELEASED else settled_state


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
    boot = "at boot it is %s, it would be %s" % (_shown(cell.boot_before), _shown(cell.boot))
    return "%s as wanted; %s" % (now, boot) if _has_live_value(cell) else boot


def _not_set(cell, now):
    wanted = "cannot go back" if cell.wanted is None else "wanted %s" % _shown(cell.wanted)
    return "%s, %s%s" % (now, wanted, _because(cell))


def _held_back(cell, now):
    # The value may be there by itself; then it is its line for the boot that is held back.
    is_there = _has_live_value(cell) and now == "is " + _shown(cell.wanted)
    return "%s, %s is held back%s" % (now, "its line for the boot" if is_there else _shown(cell.wanted), _because(cell))


def _overridden(cell, now):
    live = "%s now; " % now if _has_live_value(cell) else ""
    return "%s%s; wanted %s" % (live, _at_boot(cell), _shown(cell.wanted))


_SENTENCES = {
    "ok": lambda cell, now: "%s%s" % (now, ", as wanted" if cell.wanted is not None else _because(cell)),
    "stricter": lambda cell, now: "%s, stricter than the wanted %s" % (now, _shown(cell.wanted)),
    "changed": _changed,
    "overridden": _overridden,
    "waived": lambda cell, now: "%s, left alone%s" % (now, _because(cell)),
    "held_back": _held_back,
    "unsupported": lambda cell, now: "cannot be set here%s" % _because(cell),
    "rejected": lambda cell, now: "%s, the kernel refused %s%s" % (now, _shown(cell.wanted), _because(cell)),
    "not_applied": lambda cell, now: "%s, %s was not set because the run failed" % (now, _shown(cell.wanted)),
    "reboot_required": lambda cell, now: "%s until a reboot, wanted %s%s" % (now, _shown(cell.wanted), _because(cell)),
    "read_only": _not_set,
}


def _now(cell, check_mode):
    if _has_live_value(cell):
        return "is " + _shown(cell.before if check_mode else cell.after)
    return "at boot it is " + _shown(cell.boot_before if check_mode else cell.boot)


def sentence(cell, check_mode):
    """What there is to say of a parameter, without its name. CELL has the fields of a row of the module's result."""
    if tuple(cell[1:]) == _BARE:
        return "%s; its values are not known" % WORDS[kind_of(cell, check_mode)][1]
    if cell.state == "ok" and cell.wanted is None and cell.before != cell.after:
        return ("is %s, would go back to %s" if check_mode else "was %s, is back at %s") % (_shown(cell.before), _shown(cell.after))
    tell = _would_change if cell.state == "changed" and check_mode else _SENTENCES[cell.state]
    return tell(cell, _now(cell, check_mode))
