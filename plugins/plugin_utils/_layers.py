# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users say of single parameters, in layers that add up: overrides and waivers. Refuses what nobody can have meant.

A group's variables are photon_hardening_overrides__NAME and photon_hardening_waivers__NAME. Those without a NAME are the host's own and
decide where groups contradict one another; the options `overrides` and `waivers` of a task take their place. A waiver may name a
control of a benchmark in the place of a parameter. Pure. Private to the collection.
"""

import datetime
import itertools
import re
from collections import namedtuple

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour, _names, _values
from ansible_collections.photon.hardening.plugins.module_utils._nearest import nearest

_VARIABLE = re.compile(r"^(?:photon_hardening_)?(overrides|waivers)(__\w+)?\Z")
# A control is BENCHMARK:NUMBER; before a colon in a parameter's name there is always a dot or a slash.
_CONTROL = re.compile(r"[^./:]*:")
# Longer ones would hide the reason beside which they stand.
_LONGEST = 100
# The kinds of values for which an empty text is a value, too.
_MAY_BE_EMPTY = ("text", "words", "ranges")

# What one variable says of one parameter. name: canonical. value: of an override the text that the parameter shall have, None to leave it
# alone; of a waiver a Waiver.
Entry = namedtuple("Entry", "name value variable")
# expires: the last day on which it holds, as YYYY-MM-DD, or None. owner, ticket: texts or None. control: the one whose waiver it is, or
# None where the parameter has a waiver of its own.
Waiver = namedtuple("Waiver", "reason expires owner ticket control", defaults=(None, None, None, None))


def is_layer(variable):
    """Whether a variable of this name holds overrides or waivers."""
    return variable.startswith("photon_hardening_") and bool(_VARIABLE.match(variable))


def overrides(variables, rows):
    """parameter -> Entry. ROWS: parameter -> row of the catalogue."""
    host, groups = _entries("overrides", variables, _parameter,
                            lambda where, name, value: _override(where, rows.get(name, {}), name, value))
    return _added_up("overrides", host, groups, _overrides_contradict, _limit)


def with_value(variables):
    """The parameters to which any override gives a value, whichever of them decides. For VARIABLES whose overrides are known to be good."""
    given = [item for variable, values in variables.items() if _VARIABLE.match(variable).group(1) == "overrides" for item in values.items()]
    return {_names.canonical(name) for name, value in given if value is not None}


def waivers(variables, parameters_of):
    """parameter -> Entry. PARAMETERS_OF: control -> its parameters, or ValueError."""
    host, groups = _entries("waivers", variables, _parameter_or_control, _waiver)
    found = _added_up("waivers", host, groups, lambda one, other: one.value != other.value, lambda name: name)
    return _spread(found, parameters_of)


# --- layers ---

def _entries(kind, variables, named, checked):
    """The entries of the host's own variable, and those of groups."""
    host, groups = [], []
    for variable in sorted(variables):
        match = _VARIABLE.match(variable)
        if match.group(1) == kind:
            (groups if match.group(2) else host).extend(_entries_of(variable, variables[variable], named, checked))
    return host, groups


def _entries_of(variable, given, named, checked):
    if not isinstance(given, dict):
        raise ValueError("%s must be a dictionary of parameters, not %s" % (variable, _shown(given)))
    found = {}
    for key, value in given.items():
        name = named(variable, key)
        if name in found:
            raise ValueError("%s: %s is there twice, with dots and with slashes: remove one of them" % (variable, name))
        found[name] = Entry(name, checked("%s: %s" % (variable, name), name, value), variable)
    return list(found.values())


def _is_control(name):
    return bool(_CONTROL.match(name))


def _parameter(variable, key):
    if not isinstance(key, str) or _is_control(key) or not _names.is_name(key):
        raise ValueError("%s: %s is not the name of a kernel parameter, such as vm.swappiness" % (variable, _shown(key)))
    return _names.canonical(key)


def _parameter_or_control(variable, key):
    return key if isinstance(key, str) and _is_control(key) and key.isprintable() else _parameter(variable, key)


def _added_up(kind, host, groups, contradict, topic):
    """parameter -> Entry. Only entries with the same TOPIC of their names can CONTRADICT one another."""
    about = {}
    for entry in host:
        about.setdefault(topic(entry.name), []).append(entry)
    for entry in groups:
        others = about.setdefault(topic(entry.name), [])
        # The host's own entries came first, so they are all there.
        if not any(other in host and contradict(entry, other) for other in others):
            others.append(entry)
    for entries in about.values():
        for one, other in itertools.combinations(entries, 2):
            if contradict(one, other):
                raise ValueError(_contradiction(kind, one, other))
    # The host's own entry of a name is the one that is kept where a group says the same.
    return {entry.name: entry for entries in about.values() for entry in reversed(entries)}


def _limit(name):
    """One name for all parameters that set the same thing in the kernel: the names of a switch, and both forms of a limit."""
    switch = _behaviour.switch(name)
    return min(switch, _behaviour.partner(switch) or switch)


def _overrides_contradict(one, other):
    if _behaviour.switch(one.name) != _behaviour.switch(other.name):
        return one.value is not None and other.value is not None
    if one.value is None or other.value is None:
        # In one variable `null` for one name takes the profile's row of that name away, and the other name says what holds.
        return one.value != other.value and one.variable != other.variable
    return not _values.same(one.name, one.value, other.value)


def _contradiction(kind, one, other):
    if one.name == other.name:
        return ("%s: %s disagree: write what this host shall have into photon_hardening_%s"
                % (one.name, " and ".join("%s (%s)" % (entry.variable, _said(entry.value)) for entry in (one, other)), kind))
    why = ("are two names of one parameter" if _behaviour.switch(one.name) == _behaviour.switch(other.name)
           else "cannot both be set, because setting one unsets the other")
    said = ["%s (%s, %s)" % (entry.name, entry.variable, _said(entry.value)) for entry in (one, other)]
    return "%s and %s %s: keep one of them" % (said[0], said[1], why)


def _said(value):
    if isinstance(value, Waiver):
        return ", ".join([value.reason, *terms(value)])
    return "left alone" if value is None else value


def _shown(value):
    """What was given, as its author wrote it."""
    return str(value) if isinstance(value, datetime.date) else repr(value)


# --- overrides ---

def _override(where, row, name, value):
    if value is None:
        return None
    # YAML has already made False of `no` and 4.1 of `4.10`.
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ValueError("%s: %s is not a string: write the value in quotes, as in %s: \"1\"" % (where, _shown(value), name))
    text = str(value).strip()
    if not text and _values.kind(name) not in _MAY_BE_EMPTY:
        raise ValueError("%s: the value is empty" % where)
    if not _is_printable(text):
        raise ValueError("%s: %r holds a line break or another character that cannot be printed" % (where, value))
    if row.get("report_only"):
        raise ValueError("%s cannot be set: %s" % (where, row["why_not"]))
    wrong = problem(row, name, text)
    if wrong:
        raise ValueError("%s: %s" % (where, wrong))
    return text


def _is_printable(text):
    """Whether TEXT has no character that ends a line, moves a cursor, turns the direction of writing or is no text in UTF-8."""
    return text.replace("\t", " ").isprintable()


def levels(row):
    """The values of `strength` from weakest to strictest, each level a list; None where it is no list."""
    strength = row.get("strength")
    return [level if isinstance(level, list) else [level] for level in strength] if isinstance(strength, list) else None


def _is_within(valid, name, value):
    if not _values.is_number(value):
        return False
    (number,) = _values.parse(name, value)
    return valid["min"] <= number <= valid["max"]


def problem(row, name, value):
    """Why VALUE makes no sense for NAME, by its ROW of the catalogue, in words; None where nothing is known against it."""
    known = [item for level in levels(row) or [] for item in level]
    if known and not any(_values.same(name, value, item) for item in known):
        return "%r is not one of %s" % (value, ", ".join(known))
    valid = row.get("valid")
    if valid and not _is_within(valid, name, value):
        return "%r is not a number from %d to %d" % (value, valid["min"], valid["max"])
    refused = _values.problem(name, value) or _values.cut(name, value)
    return refused and "the kernel would refuse %r: %s" % (value, refused)


# --- waivers ---

_WAIVER = ("reason", "expires", "owner", "ticket")


def terms(waiver):
    """What is said of a waiver beside its reason."""
    said = (("until %s", waiver.expires), ("owner: %s", waiver.owner), ("ticket: %s", waiver.ticket), ("by %s", waiver.control))
    return [words % value for words, value in said if value]


def _spread(found, parameters_of):
    """FOUND with the parameters of each control in its place. A parameter's own waiver decides, by whichever of its names; of several
    controls the one whose waiver holds longest."""
    spread = {name: entry for name, entry in found.items() if not _is_control(name)}
    own = {_behaviour.switch(name): entry for name, entry in spread.items()}
    controls = [found[name] for name in sorted(found) if _is_control(name)]
    # A letter sorts after every day.
    for entry in sorted(controls, key=lambda entry: entry.value.expires or "never", reverse=True):
        waiver = entry.value._replace(control=entry.name)
        for name in _parameters(entry, parameters_of):
            spread.setdefault(name, own.get(_behaviour.switch(name), Entry(name, waiver, entry.variable))._replace(name=name))
    return spread


def _parameters(entry, parameters_of):
    try:
        return parameters_of(entry.name)
    except ValueError as exc:
        raise ValueError("%s: %s: %s" % (entry.variable, _shown(entry.name), exc)) from exc


def _waiver(where, _name, given):
    if not isinstance(given, dict):
        wrong = "it is empty" if given in (None, "") else "%s is not a waiver" % _shown(given)
        raise ValueError("%s: %s: write {reason: TEXT}, and if you like expires, owner and ticket" % (where, wrong))
    for key in sorted(str(key) for key in given if key not in _WAIVER):
        near = nearest(key, _WAIVER)
        meant = "did you mean %s?" % near if near else "it has " + ", ".join(_WAIVER)
        raise ValueError("%s: a waiver has no %s: %s" % (where, _shown(key), meant))
    reason, expires = given.get("reason"), given.get("expires")
    if not isinstance(reason, str) or not reason.strip() or not _is_printable(reason.strip()):
        raise ValueError("%s: a waiver needs a reason, a text of one line, and not %s" % (where, _shown(reason)))
    owner, ticket = (_remark(where, key, given.get(key)) for key in ("owner", "ticket"))
    return Waiver(reason.strip(), None if expires is None else _day(where, expires), owner, ticket)


def _remark(where, key, given):
    if given is None:
        return None
    text = given.strip() if isinstance(given, str) else ""
    if not text or not _is_printable(text) or len(text) > _LONGEST:
        raise ValueError("%s: %s: %s is not a text of one line with at most %d characters: write it in quotes, or leave it out"
                         % (where, key, _shown(given)[:_LONGEST], _LONGEST))
    return text


def _day(where, expires):
    # YAML makes a date of 2027-01-31, JSON leaves it a string.
    text = str(expires)
    if re.match(r"\d{4}-\d{2}-\d{2}\Z", text):
        try:
            return datetime.date.fromisoformat(text).isoformat()
        except ValueError as exc:
            raise ValueError("%s: expires: %s is not a day of the calendar (%s)" % (where, text, exc)) from exc
    raise ValueError("%s: expires: %s is not a date such as 2027-01-31 (YYYY-MM-DD)" % (where, _shown(expires)))
