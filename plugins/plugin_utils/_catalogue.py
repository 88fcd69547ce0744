# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue: read once per run, and what a profile, groups and overrides select from it.

Private to the collection.
"""

import os

import yaml

from ansible_collections.photon.hardening.plugins.module_utils import _sysctl_d, _values

PATH = os.path.join(os.path.dirname(__file__), "..", "..", "roles", "photon_hardening", "files", "catalogue.yml")
CONTAINER_HOST = ("auto", "always", "never")

_RULES_FROM_ROW = ("one_way", "interfaces", "needs_module")


def load(path=PATH):
    with open(path, encoding="utf-8") as stream:
        return yaml.load(stream, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


# Read at import, in the main process, before Ansible forks a worker per host.
CATALOGUE = load()


def profiles(catalogue):
    return [name for name, column in catalogue["columns"].items() if column["profile"]]


def _one_of(variable, value, choices):
    if value not in choices:
        raise ValueError("%s: %r is none of %s" % (variable, value, ", ".join(choices)))


def _text(name, value):
    """An override's value as the kernel gets it; YAML has already made False of `no` and 4.1 of `4.10`."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ValueError("photon_hardening_overrides: %s: %r is not a string: write the value in quotes, as in %s: \"1\""
                         % (name, value, name))
    text = str(value).strip()
    if not text or any(ord(char) < 32 and char != "\t" for char in text):
        raise ValueError("photon_hardening_overrides: %s: %r is empty or holds a line break or control character" % (name, value))
    return text


def _levels(row):
    """The values of `strength` from weakest to strictest, each level a list; None where it is no list."""
    strength = row.get("strength")
    return [level if isinstance(level, list) else [level] for level in strength] if isinstance(strength, list) else None


def _check_valid(row, value):
    levels, valid = _levels(row), row.get("valid")
    if levels:
        known = [item for level in levels for item in level]
        if not any(_values.same(value, item) for item in known):
            raise ValueError("photon_hardening_overrides: %s: %r is none of %s" % (row["name"], value, ", ".join(known)))
    if valid:
        tokens = _values.parse(value)
        if len(tokens) != 1 or not isinstance(tokens[0], int) or not valid["min"] <= tokens[0] <= valid["max"]:
            raise ValueError("photon_hardening_overrides: %s: %r is not a number from %d to %d"
                             % (row["name"], value, valid["min"], valid["max"]))


def checked_overrides(catalogue, overrides):
    """OVERRIDES with canonical names and texts for values, null where a parameter is to be left alone."""
    if not isinstance(overrides, dict):
        raise ValueError("photon_hardening_overrides must be a dictionary of parameters and values, not %r" % (overrides,))
    rows = dict((row["name"], row) for row in catalogue["parameters"])
    found = {}
    for given, value in overrides.items():
        if not isinstance(given, str) or not _sysctl_d.is_name(given):
            raise ValueError("photon_hardening_overrides: %r is not the name of a kernel parameter, such as vm.swappiness" % (given,))
        name = _sysctl_d.canonical(given)
        row = rows.get(name, {"name": name})
        found[name] = None if value is None else _text(name, value)
        if value is not None and row.get("report_only"):
            raise ValueError("photon_hardening_overrides: %s cannot be set: %s" % (name, row["why_not"]))
        if value is not None:
            _check_valid(row, found[name])
    return found


def _order_rule(row, value):
    """What `strength` says of values that somebody else set: which ones are as good as VALUE or better."""
    levels, strength = _levels(row), row.get("strength")
    if levels:
        place = [index for index, level in enumerate(levels) if value in level][0]
        accept = [item for level in levels[place:] for item in level if item != value]
        return {"accept": accept} if accept else {}
    return {"higher": {"at_least": value}, "lower": {"at_most": value}}.get(strength, {})


def _rule(row, value, exact, container_host):
    rule = {} if exact else _order_rule(row, value)
    rule.update((key, row[key]) for key in _RULES_FROM_ROW if key in row)
    broken = [runtimes for held, runtimes in row.get("hold", {}).items() if _values.same(held, value)]
    if broken and container_host != "never":
        rule["hold"] = broken[0]
    return rule


def _reference(row, profile):
    """The value that a row which is not set is compared with, or None."""
    if not row.get("sysctl", True) or not (row.get("report_only") or row.get("host_sized")):
        return None
    return row["values"].get(profile) or row["values"].get("photon3")


def select(catalogue, profile, groups, overrides, container_host):
    """What is wanted of a host: the lines of each group's drop-in, and the rules of single parameters."""
    _one_of("photon_hardening_profile", profile, profiles(catalogue))
    _one_of("photon_hardening_container_host", container_host, CONTAINER_HOST)
    for group in groups:
        _one_of("photon_hardening_groups", group, list(catalogue["groups"]))
    overrides = checked_overrides(catalogue, overrides)
    lines, rules = dict((group, []) for group in catalogue["groups"]), {}
    for row in catalogue["parameters"] + _unknown(catalogue, groups, overrides):
        name = row["name"]
        value = overrides[name] if name in overrides else row["values"].get(profile)
        if row["group"] not in groups:
            continue
        if value is not None:
            lines[row["group"]].append({"name": name, "value": value, "why": row["why"]})
            rules[name] = _rule(row, value, name in overrides, container_host)
        elif name not in overrides and _reference(row, profile):
            rules[name] = {"report": _reference(row, profile)}
    return {"lines": lines, "rules": dict((name, rule) for name, rule in rules.items() if rule)}


def _unknown(catalogue, groups, overrides):
    """A row for every override of a parameter that the catalogue does not know; it goes into the last selected group."""
    known = set(row["name"] for row in catalogue["parameters"])
    return [{"name": name, "group": groups[-1], "why": "Set by photon_hardening_overrides.", "values": {}}
            for name in sorted(overrides) if name not in known and groups]
