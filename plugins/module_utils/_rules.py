# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be known of single parameters: makes records of the rules that a task gives, and refuses what it does not know.

Pure. Private to the collection.
"""

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour, _names, _sysctl_d, _uses, _values
from ansible_collections.photon.hardening.plugins.module_utils._model import Rule, Want

_TEXTS = ("at_least", "at_most", "machine", "meant", "needs_module", "report", "required", "waived", "waiver_expired")
_FLAGS = ("exact", "interfaces", "one_way")
_KEYS = sorted(_TEXTS + _FLAGS + ("accept", "hold", "stops"))
NONE = Rule()


def _text(where, value):
    # YAML makes False of `no` and 4.1 of `4.10`; a whole number is the only other thing that it leaves as it was written.
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ValueError("%s must be a string, not %r: write it in quotes" % (where, value))
    if _sysctl_d.has_control(str(value)):
        raise ValueError("%s must be one line without control characters, not %r" % (where, value))
    return str(value)


def _number(where, value):
    text = _text(where, value)
    if not _values.is_number(text):
        raise ValueError("%s must be a number, not %r" % (where, value))
    return text


def _list(where, value):
    if not isinstance(value, list):
        raise ValueError("%s must be a list, not %r" % (where, value))
    return tuple(_text(where, item) for item in value)


def _flag(where, value):
    if not isinstance(value, bool):
        raise ValueError("%s must be true or false, not %r" % (where, value))
    return value


def _used(where, value):
    for item in _list(where, value):
        if item not in _uses.NAMES:
            raise ValueError("%s: %s" % (where, _uses.unknown(item)))
    return tuple(value)


def _hold(where, value):
    """A list speaks of the wanted value, whichever that is; a dictionary says it value by value."""
    if isinstance(value, dict):
        return tuple((_text(where, key), _used(where, uses)) for key, uses in sorted(value.items()))
    return ((None, _used(where, value)),)


def _stops(where, value):
    """What a rule says in `stops`: as in `hold`, but in place of a list of uses a dictionary also says what of each use stops."""
    groups = {key: uses for key, uses in value.items() if isinstance(uses, dict)} if isinstance(value, dict) else {}
    words = tuple((_text(where, key), use, _text(where, text))
                  for key, uses in sorted(groups.items()) for use, text in sorted(uses.items()))
    plain = dict(value, **{key: list(uses) for key, uses in groups.items()}) if groups else value
    return {"stops": _hold(where, plain), "stopped": words}


def _option(where, key, value):
    where = "%s: %s" % (where, key)
    if key in ("at_least", "at_most"):
        return _number(where, value)
    if key in _TEXTS:
        return _text(where, value)
    if key in _FLAGS:
        return _flag(where, value)
    if key == "accept":
        return _list(where, value)
    if key == "hold":
        return _hold(where, value)
    raise ValueError("%s is not a key of a rule; the keys are %s" % (where, ", ".join(_KEYS)))


def checked(rules):
    """parameter, in its canonical form -> Rule; ValueError names the rule and the key that is wrong."""
    found = {}
    for name, given in rules.items():
        if not isinstance(name, str) or not _names.is_name(name):
            raise ValueError("rules: %r is not the name of a kernel parameter" % (name,))
        if not isinstance(given, dict):
            raise ValueError("rules: %s must be a dictionary, not %r" % (name, given))
        where = "rules: %s" % name
        options = {key: _option(where, key, value) for key, value in given.items() if value is not None and key != "stops"}
        options.update(_stops(where + ": stops", given["stops"]) if given.get("stops") is not None else {})
        found[_names.canonical(name)] = Rule(**options)
    return found


def of(rules, name):
    """The Rule of a parameter. What is said of another name of the same switch counts: a waiver, and what would break a use."""
    rule = rules.get(name, NONE)
    for alias in _behaviour.names_of(name):
        other = rules.get(alias, NONE)
        rule = rule._replace(waived=rule.waived or other.waived, hold=rule.hold or other.hold,
                             stops=rule.stops or other.stops, stopped=rule.stopped or other.stopped)
    return rule


def for_value(rule, value):
    """RULE with what a list in `hold` or `stops` says about the wanted value, whichever that is, said of VALUE."""
    hold, stops = (tuple((value if held is None else held, uses) for held, uses in group) for group in (rule.hold, rule.stops))
    return rule._replace(hold=hold, stops=stops)


def with_kept(want, kept):
    """The Rule of a Want where KEPT, which a host has by itself, is in force in its place: of what is weaker than that nothing is as good
    any more."""
    rule, equal = want.rule._replace(kept=(want.value, want.rule)), [_values.same(want.name, value, kept) for value in want.rule.accept]
    if True in equal:
        return rule._replace(accept=rule.accept[equal.index(True):])
    wanted, number = _values.number(want.value), _values.number(kept)
    if None in (wanted, number):
        return rule
    return rule._replace(at_least=kept if rule.at_least is not None and number > wanted else rule.at_least,
                         at_most=kept if rule.at_most is not None and number < wanted else rule.at_most)


def is_one_way(rule, name, value):
    """Whether only a reboot takes VALUE back."""
    return rule.one_way or _behaviour.locked(name, value) or _behaviour.never_unset(name)


def module_of(name, rule):
    """The kernel module without which the parameter does not exist, or None."""
    return rule.needs_module or _behaviour.module_of(name)


def ordered(rule):
    """The part of a rule that says which values of others are as good as ours: what must be known of a drop-in in later runs."""
    asked, its = rule.kept or (rule.asked, rule)
    return Rule(accept=its.accept, at_least=its.at_least, at_most=its.at_most, interfaces=its.interfaces, asked=asked)


def remembered(rules, name, value):
    """The Rule by which others are as good as a line of ours for NAME with this VALUE; RULES: as remembered of its drop-in. Or None."""
    rule = rules.get(name)
    return rule if rule is None or rule.asked is None else with_kept(Want(name, rule.asked, None, None, rule), value)
