# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the state of a parameter means for a report: its verdict, its letter and its sentence. Every output takes them from here.

Pure. Private to the collection.
"""

PASS, FAIL, ERROR, WAIVED, NOT_APPLICABLE = "pass", "fail", "error", "waived", "not_applicable"

# From worst to best.
VERDICTS = (ERROR, FAIL, WAIVED, NOT_APPLICABLE, PASS)
# Verdicts of which somebody should know.
FINDINGS = (ERROR, FAIL)

_VERDICT = {
    "rejected": ERROR, "not_applied": ERROR,
    "overridden": FAIL, "reboot_required": FAIL, "read_only": FAIL, "held_back": FAIL,
    "waived": WAIVED, "unsupported": NOT_APPLICABLE, "stricter": PASS, "ok": PASS,
}

# state -> (letter, word), from worst to best.
WORDS = {
    "rejected": ("R", "rejected"), "not_applied": ("N", "not applied"), "overridden": ("O", "overridden at boot"),
    "reboot_required": ("B", "needs a reboot"), "read_only": ("L", "read-only"), "held_back": ("H", "held back"),
    "changed": ("C", "changed"), "waived": ("W", "waived"), "unsupported": ("U", "unsupported"), "stricter": ("S", "stricter"),
    "ok": ("K", "ok"),
}


def verdict(state, check_mode):
    """The verdict on a parameter in STATE. What a run has changed is right now; what an audit would change is not."""
    if state == "changed":
        return FAIL if check_mode else PASS
    return _VERDICT[state]


def word(state, check_mode):
    return "would change" if state == "changed" and check_mode else WORDS[state][1]


def severity(state, check_mode):
    """A number by which states are sorted, the worst first."""
    return VERDICTS.index(verdict(state, check_mode)), list(WORDS).index(state)


def _shown(value):
    return "unset" if value is None else value or "empty"


def _at_boot(cell):
    return "no file sets it at boot" if cell.boot is None else "at boot %s, set by %s" % (_shown(cell.boot), cell.boot_source)


def _because(cell):
    return ": %s" % cell.reason if cell.reason else ""


def _changed(cell, live):
    if cell.before != cell.after:
        return "was %s, is %s now" % (_shown(cell.before), live)
    return "is %s as before; at boot it was %s, it is %s now" % (live, _shown(cell.boot_before), _shown(cell.boot))


def _would_change(cell, live):
    if cell.before != cell.after:
        return "is %s, would be set to %s" % (live, _shown(cell.after))
    return "is %s as wanted; at boot it is %s, it would be %s" % (live, _shown(cell.boot_before), _shown(cell.boot))


def _not_set(cell, live):
    wanted = "cannot go back" if cell.wanted is None else "wanted %s" % _shown(cell.wanted)
    return "is %s, %s%s" % (live, wanted, _because(cell))


def _held_back(cell, live):
    # The value may be there by itself; then it is its line for the boot that is held back.
    what = "its line for the boot" if live == _shown(cell.wanted) else _shown(cell.wanted)
    return "is %s, %s is held back%s" % (live, what, _because(cell))


_SENTENCES = {
    "ok": lambda cell, live: "is %s%s" % (live, ", as wanted" if cell.wanted is not None else _because(cell)),
    "stricter": lambda cell, live: "is %s, stricter than the wanted %s" % (live, _shown(cell.wanted)),
    "changed": _changed,
    "overridden": lambda cell, live: "is %s now; %s; wanted %s" % (live, _at_boot(cell), _shown(cell.wanted)),
    "waived": lambda cell, live: "is %s, left alone%s" % (live, _because(cell)),
    "held_back": _held_back,
    "unsupported": lambda cell, live: "cannot be set here%s" % _because(cell),
    "rejected": lambda cell, live: "is %s, the kernel refused %s%s" % (live, _shown(cell.wanted), _because(cell)),
    "not_applied": lambda cell, live: "is %s, %s was not set because the run failed" % (live, _shown(cell.wanted)),
    "reboot_required": lambda cell, live: "is %s until a reboot, wanted %s%s" % (live, _shown(cell.wanted), _because(cell)),
    "read_only": _not_set,
}


def sentence(cell, check_mode):
    """What there is to say of a parameter, without its name. CELL has the fields of a row of the module's result."""
    live = _shown(cell.before if check_mode else cell.after)
    if cell.state == "ok" and cell.wanted is None and cell.before != cell.after:
        return ("is %s, would go back to %s" if check_mode else "was %s, is back at %s") % (_shown(cell.before), _shown(cell.after))
    if cell.state == "changed" and check_mode:
        return _would_change(cell, live)
    return _SENTENCES[cell.state](cell, live)
