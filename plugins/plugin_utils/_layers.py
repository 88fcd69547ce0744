# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users say of single parameters, in layers that add up: overrides and waivers. Refuses what nobody can have meant.

A group's variables are photon_hardening_overrides__NAME and photon_hardening_waivers__NAME; those without a NAME are the host's own
and decide where groups contradict one another. Private to the collection.
"""

import datetime
import re
from collections import namedtuple

from ansible_collections.photon.hardening.plugins.module_utils import _sysctl_d, _values

_VARIABLE = re.compile(r"^photon_hardening_(overrides|waivers)(__\w+)?\Z")

# expires: the last day on which it holds, as YYYY-MM-DD, or None.
Waiver = namedtuple("Waiver", "reason expires")


def is_layer(variable):
    """Whether a variable of this name holds overrides or waivers, or was meant to: a mistyped one is refused, not passed over."""
    return variable.startswith(("photon_hardening_overrides", "photon_hardening_waivers"))


def overrides(variables, rows):
    """parameter -> the text that it shall have, None where it is to be left alone. ROWS: parameter -> row of the catalogue."""
    return _layered("overrides", variables, lambda where, name, value: _override(where, rows.get(name, {}), name, value))


def waivers(variables):
    """parameter -> Waiver."""
    return _layered("waivers", variables, _waiver)


def _layered(kind, variables, checked):
    base, found, said_by = {}, {}, {}
    for variable in sorted(variables):
        match = _VARIABLE.match(variable)
        if not match:
            raise ValueError("%s is none of photon_hardening_overrides, photon_hardening_waivers and these with __NAME" % variable)
        if match.group(1) == kind and match.group(2):
            _add(found, said_by, variable, _entries(variable, variables[variable], checked))
        elif match.group(1) == kind:
            base = _entries(variable, variables[variable], checked)
    for name, others in said_by.items():
        values = [value for value, _variable in others]
        if name not in base and any(value != values[0] for value in values):
            raise ValueError("%s: %s contradict one another: say in photon_hardening_%s which holds here"
                             % (name, " and ".join("%s (%s)" % (variable, _said(value)) for value, variable in others), kind))
    return dict(found, **base)


def _add(found, said_by, variable, entries):
    for name, value in entries.items():
        found[name] = value
        said_by.setdefault(name, []).append((value, variable))


def _said(value):
    if isinstance(value, Waiver):
        return "%s, until %s" % value if value.expires else value.reason
    return "left alone" if value is None else value


def _entries(variable, given, checked):
    """canonical parameter -> what CHECKED makes of what one variable says of it."""
    if not isinstance(given, dict):
        raise ValueError("%s must be a dictionary of parameters, not %r" % (variable, given))
    found = {}
    for key, value in given.items():
        if not isinstance(key, str) or not _sysctl_d.is_name(key):
            raise ValueError("%s: %r is not the name of a kernel parameter, such as vm.swappiness" % (variable, key))
        name = _sysctl_d.canonical(key)
        if name in found:
            raise ValueError("%s: %s is there twice, with dots and with slashes: remove one of them" % (variable, name))
        found[name] = checked("%s: %s" % (variable, name), name, value)
    return found


# --- overrides ---

def _override(where, row, name, value):
    if value is None:
        return None
    # YAML has already made False of `no` and 4.1 of `4.10`.
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ValueError("%s: %r is not a string: write the value in quotes, as in %s: \"1\"" % (where, value, name))
    text = str(value).strip()
    if not text or any(ord(char) < 32 and char != "\t" for char in text):
        raise ValueError("%s: %r is empty or holds a line break or control character" % (where, value))
    if row.get("report_only"):
        raise ValueError("%s cannot be set: %s" % (where, row["why_not"]))
    _check_valid(where, row, text)
    return text


def levels(row):
    """The values of `strength` from weakest to strictest, each level a list; None where it is no list."""
    strength = row.get("strength")
    return [level if isinstance(level, list) else [level] for level in strength] if isinstance(strength, list) else None


def _check_valid(where, row, value):
    known = [item for level in levels(row) or [] for item in level]
    if known and not any(_values.same(value, item) for item in known):
        raise ValueError("%s: %r is none of %s" % (where, value, ", ".join(known)))
    valid, tokens = row.get("valid"), _values.parse(value)
    if valid and (len(tokens) != 1 or not isinstance(tokens[0], int) or not valid["min"] <= tokens[0] <= valid["max"]):
        raise ValueError("%s: %r is not a number from %d to %d" % (where, value, valid["min"], valid["max"]))


# --- waivers ---

def _waiver(where, _name, given):
    if not isinstance(given, dict) or set(given) - {"reason", "expires"}:
        raise ValueError("%s: %r is no waiver: give a reason and, where it ends, expires: YYYY-MM-DD" % (where, given))
    reason, expires = given.get("reason"), given.get("expires")
    if not isinstance(reason, str) or not reason.strip() or not reason.strip().isprintable():
        raise ValueError("%s: a waiver needs a reason, one line of text, and %r is none" % (where, reason))
    return Waiver(reason.strip(), None if expires is None else _day(where, expires))


def _day(where, expires):
    # YAML makes a date of 2027-01-31, JSON leaves it a string.
    text = str(expires)
    if re.match(r"\d{4}-\d{2}-\d{2}\Z", text):
        try:
            return datetime.date.fromisoformat(text).isoformat()
        except ValueError as exc:
            raise ValueError("%s: expires: %s is no day of the calendar (%s)" % (where, text, exc)) from exc
    raise ValueError("%s: expires: %r is no day written as YYYY-MM-DD" % (where, expires))
