# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wanted of a host: a profile, groups, overrides and waivers select rows of the catalogue.

What contradicts is settled by one rule, whichever name of a switch and whichever form of a limit it uses: an override comes before a
waiver or a null, and these come before the profile. Pure. Private to the collection.
"""

from collections import namedtuple

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour, _names, _nearest, _values
from ansible_collections.photon.hardening.plugins.plugin_utils import _catalogue, _layers, _origin

_RULES_FROM_ROW = ("interfaces", "machine", "required", "meant")

# rows: group -> [Row, ...] in the order of the catalogue. rules: parameter -> what the module takes as its rule. notes: sentences that say
# what does not take effect, and why. waivers: [{name, reason, expires, owner, ticket, control}, ...] by name, also those that have expired.
# overrides: parameter -> Override, of all that take effect.
Selection = namedtuple("Selection", "profile rows rules notes waivers overrides")
# value: as in the override, None to leave the parameter alone. words: who has said so, where the profile wants something else; else "".
Override = namedtuple("Override", "value words")
# A line of a drop-in, and the reason for it.
Row = namedtuple("Row", "name value why")

# What a user says of another parameter, and in which way that concerns this one.
_Relation = namedtuple("_Relation", "entry words")


def select(variables, catalogue, today, parameters_of):
    """VARIABLES: name -> plain value of `profile`, `groups`, `overrides` and `waivers`, under the name of a task's option or of a variable
    (photon_hardening_...). TODAY: YYYY-MM-DD, for waivers that expire. PARAMETERS_OF: control -> its parameters, for waivers that name one.
    """
    profile, groups = _profile(variables, catalogue), _groups(variables, catalogue)
    rows = {row["name"]: row for row in catalogue["parameters"]}
    layers = _layers_of(variables)
    overrides, waivers = _layers.overrides(layers, rows), _layers.waivers(layers, parameters_of)
    _check_names(rows, overrides, waivers)
    notes = _overruled(waivers, overrides, today)
    related = _related(overrides, waivers, today)
    chosen, rules = {group: [] for group in catalogue["groups"]}, holds(catalogue)
    for row in catalogue["parameters"] + _added(rows, groups, overrides, waivers, _layers.with_value(layers)):
        name = row["name"]
        entry, waiver = overrides.get(name), waivers.get(name)
        if row["group"] not in groups:
            notes += _not_applied(entry, row["group"])
            continue
        relation = None if _is_in_force(waiver, today) else related.get(name)
        value, more = (entry.value, []) if entry else _of_profile(row, profile, relation)
        notes += more
        if value is not None:
            # What the catalogue says of a parameter need not be true of the value of an override.
            chosen[row["group"]].append(Row(name, value, "Set by %s." % entry.variable if entry else row["why"]))
        rule = dict(_rule(row, value, entry, profile), **_waived(waiver, today))
        if rule:
            rules[name] = dict(rules.get(name, {}), **rule)
    for name, words in _left_alone(chosen, overrides):
        rules[name] = dict(rules.get(name, {}), waived=words)
    for name, words in _ended_elsewhere(chosen, waivers, today):
        rules[name] = dict(rules.get(name, {}), waiver_expired=words)
    return Selection(profile, chosen, rules, notes, [dict(name=name, **waivers[name].value._asdict()) for name in sorted(waivers)],
                     _in_effect(overrides, rows, groups, profile))


def holds(catalogue):
    """The rules that say which value of a parameter would break which uses of a host: of each row, also where no profile sets it."""
    return {row["name"]: {"hold": row["hold"]} for row in catalogue["parameters"] if "hold" in row}


# --- what is given ---

def _layers_of(variables):
    """The overrides and waivers; an option of the task stands for the variable of its name."""
    layers = {name: value for name, value in variables.items() if name in ("overrides", "waivers") or _layers.is_layer(name)}
    return {name: value for name, value in layers.items() if name not in ["photon_hardening_" + option for option in layers]}


def _given(variables, option, default):
    """What a task or a variable says of OPTION, and the name under which it does."""
    for name in (option, "photon_hardening_" + option):
        if variables.get(name) is not None:
            return name, variables[name]
    return option, default


def _profile(variables, catalogue):
    choices = _catalogue.profiles(catalogue)
    name, profile = _given(variables, "profile", choices[0])
    _one_of(name, profile, choices)
    return profile


def _groups(variables, catalogue):
    choices = list(catalogue["groups"])
    name, groups = _given(variables, "groups", choices)
    if isinstance(groups, str):
        # As everywhere else where Ansible takes a list: from the command line it comes as one string.
        groups = [group.strip() for group in groups.split(",") if group.strip()]
        if not groups:
            # Without any group a run takes everything back.
            raise ValueError("%s: it is empty: name groups (%s), or leave it out for all of them" % (name, ", ".join(choices)))
    if not isinstance(groups, list):
        raise ValueError("%s must be a list of groups, not %r" % (name, groups))
    for group in groups:
        _one_of(name, group, choices)
    return groups


def _one_of(name, value, choices):
    if value not in choices:
        raise ValueError("%s: %r is not one of %s" % (name, value, ", ".join(choices)))


def _row_of_all(rows, name):
    """The row that speaks for all interfaces, where NAME is the same parameter of a single one; {} where there is none."""
    return rows.get(_names.of_interface(name, "all"), {}) if _names.interface_of(name) else {}


def _check_names(rows, overrides, waivers):
    for name, entry in waivers.items():
        asked = set(rows) | set(overrides)
        if not asked & set(_same_limit(name)) and not _row_of_all(rows, name).get("interfaces") and not _follows(name, asked):
            meant = _nearest.nearest(name, asked)
            raise ValueError("%s: %s: nothing asks for this parameter: %s"
                             % (entry.variable, name, "did you mean %s?" % meant if meant else "check the spelling"))
    for name, entry in overrides.items():
        if entry.value is None and _row_of_all(rows, name).get("interfaces"):
            raise ValueError("%s: %s: null does not work for a single interface: write a waiver for it, with a reason"
                             % (entry.variable, name))


def _follows(name, movers):
    """Whether the kernel sets NAME along with one of MOVERS."""
    interface = _names.interface_of(name)
    return any(move.kept and move.name == name for mover in movers for value in ("0", "1")
               for move in _behaviour.moves(mover, value, (interface,) if interface else ()))


def _left_alone(chosen, overrides):
    """(parameter, why) of what null is said of, and one of the rows CHOSEN would move along: not to ask for it is not enough."""
    set_here = [row.name for rows in chosen.values() for row in rows]
    return [(name, "%s leaves it alone" % entry.variable) for name, entry in overrides.items()
            if entry.value is None and _follows(name, set_here)]


def _ended_elsewhere(chosen, waivers, today):
    """(parameter, when) of each of the rows CHOSEN that is set again because a waiver has ended that names it otherwise."""
    set_here = {row.name for rows in chosen.values() for row in rows}
    return [(name, "%s (written as %s)" % (_waived(entry, today)["waiver_expired"], entry.name)) for entry in waivers.values()
            if entry.name not in set_here and not _is_in_force(entry, today)
            for name in _same_limit(entry.name) if name in set_here - set(waivers)]


def _added(rows, groups, overrides, waivers, with_value):
    """A row for each parameter that the catalogue does not know; it goes into the last selected group, and breaks what the same value for
    all interfaces breaks. The host has to know it, unless it is left alone. WITH_VALUE: the parameters that any override sets."""
    found = []
    for name in sorted((set(overrides) | set(waivers)) - set(rows), key=_behaviour.order):
        row = {"name": name, "group": groups[-1] if groups else None, "why": "", "values": {}}
        of_all = _row_of_all(rows, name)
        if "hold" in of_all:
            row["hold"] = of_all["hold"]
        if name not in waivers and not of_all and (overrides[name].value is not None or name not in with_value):
            row["required"] = overrides[name].variable
            meant = _nearest.nearest(name, rows)
            row.update({"meant": meant} if meant else {})
        found.append(row)
    return found


# --- what contradicts ---

def _same_limit(name):
    """NAME, the other names of its switch, and the parameter that it unsets."""
    partner = _behaviour.partner(name)
    return _behaviour.names_of(name) + ((partner,) if partner else ())


def _overruled(waivers, overrides, today):
    """Removes the WAIVERS of what an override sets; returns the notes about them."""
    notes = []
    for name, entry in list(waivers.items()):
        setter = next((overrides[other] for other in _same_limit(name) if other in overrides and overrides[other].value is not None), None)
        if setter:
            del waivers[name]
            if _is_in_force(entry, today):
                asked = "%s (by %s)" % (name, entry.value.control) if entry.value.control else name
                notes.append("%s: %s: the waiver has no effect: %s sets %s to %s."
                             % (entry.variable, asked, setter.variable, setter.name, setter.value))
    return notes


def _related(overrides, waivers, today):
    """parameter -> _Relation to the override or waiver of another parameter. An override with a value comes before all others."""
    entries = sorted(overrides.values(), key=lambda entry: entry.value is None)
    entries += [entry for entry in waivers.values() if _is_in_force(entry, today)]
    found = {}
    for entry in entries:
        for name, words in _concerned(entry):
            if name != entry.name:
                found.setdefault(name, _Relation(entry, words))
    return found


def _concerned(entry):
    """The parameters that ENTRY says something of, each with the way in which it does."""
    for name in _behaviour.names_of(entry.name):
        yield name, "it is another name of %s" % entry.name
    partner = _behaviour.partner(entry.name)
    if partner:
        yield partner, "it would unset %s" % entry.name
    value = entry.value if isinstance(entry.value, str) else ""
    for move in _behaviour.moves(entry.name, value, ()):
        if move.kept:
            yield move.name, "it follows %s" % entry.name


def _of_profile(row, profile, relation):
    """The value that the profile sets, or None, and the note where it gives way to what a user says of another parameter."""
    value = _catalogue.setting(row, profile)
    yields = _yields(row["name"], value, relation)
    return (None, ["%s: the profile's %s is not set: %s" % (row["name"], value, yields)]) if yields else (value, [])


def _yields(name, value, relation):
    """Why the profile's VALUE of NAME gives way; None where it does not."""
    if value is None or not relation:
        return None
    entry = relation.entry
    if not isinstance(entry.value, str):
        return "%s, which %s leaves alone." % (relation.words, entry.variable)
    if _behaviour.partner(entry.name) != name and _values.same(name, value, entry.value):
        return None
    return "%s, for which %s says %s." % (relation.words, entry.variable, entry.value)


def _not_applied(entry, group):
    """The note about an override whose group is not applied."""
    if not entry or entry.value is None:
        return []
    why = "the group %s is not applied" % group if group else "no group is applied"
    return ["%s: %s is not set: %s." % (entry.variable, entry.name, why)]


def _in_effect(overrides, rows, groups, profile):
    """parameter -> Override. A parameter that the catalogue does not know is of any group, and no profile wants it."""
    return {name: Override(entry.value, _instead(name, entry, _wanted_by(profile, rows, name)))
            for name, entry in sorted(overrides.items()) if groups and (name not in rows or rows[name]["group"] in groups)}


def _wanted_by(profile, rows, name):
    """The value that PROFILE wants of NAME, of a single interface, too; None for none."""
    row = rows.get(name) or _row_of_all(rows, name)
    return _catalogue.setting(row, profile) if row and (name in rows or row.get("interfaces")) else None


def _instead(name, entry, value):
    """What is said of a parameter of which ENTRY, of an override, takes away the VALUE that the profile wants."""
    if value is None or entry.value is not None and _values.same(name, entry.value, value):
        return ""
    # Of what is left alone the row itself tells the reference.
    if entry.value is None:
        return "left alone by " + entry.variable
    return "%s%s; the profile wants %s" % (_origin.ASKED, entry.variable, value)


# --- rules ---

def _rule(row, value, entry, profile):
    """What is to be known of a row's parameter where VALUE is wanted of it."""
    if value is None:
        # What an override leaves alone is still shown beside what the profile wants.
        report = _catalogue.setting(row, profile) if entry else _catalogue.reference(row, profile)
        return {"report": report} if report else {key: row[key] for key in ("required", "meant") if key in row}
    # An override is exact: nothing is as good as its value, and it is set also where that unsets another parameter.
    rule = _catalogue.order_rule(row, value) if not entry else {"exact": True} if _behaviour.partner(row["name"]) else {}
    rule.update((key, row[key]) for key in _RULES_FROM_ROW if key in row)
    if row.get("one_way"):
        # Where one value alone is, it may be there already and the wanted one be refused.
        rule["one_way"] = True
    rule.update((key, row[key]) for key in ("hold", "stops") if key in row)
    return rule


def _is_in_force(entry, today):
    """Whether ENTRY, of a waiver, still holds."""
    return bool(entry) and not (entry.value.expires and entry.value.expires < today)


def _waived(entry, today):
    """The rule of a waived parameter; what has expired is enforced again, and said."""
    if not entry:
        return {}
    if not _is_in_force(entry, today):
        return {"waiver_expired": _with_terms(entry.value.expires, entry.value._replace(expires=None))}
    return {"waived": _with_terms(entry.value.reason, entry.value)}


def _with_terms(words, waiver):
    terms = _layers.terms(waiver)
    return "%s (%s)" % (words, "; ".join(terms)) if terms else words
