# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue: read once per run, and what a profile, groups, overrides and waivers select from it.

Private to the collection.
"""

import json
import os

from ansible_collections.photon.hardening.plugins.module_utils import _sysctl_d, _values
from ansible_collections.photon.hardening.plugins.plugin_utils import _layers

# catalogue.yml as JSON, by `make catalogue`: YAML takes forty times as long to read, in every run.
PATH = os.path.join(os.path.dirname(__file__), "..", "..", "roles", "photon_hardening", "files", "catalogue.json")

_RULES_FROM_ROW = ("interfaces", "machine")


def load(path=PATH):
    with open(path, encoding="utf-8") as stream:
        return json.load(stream)


# Read at import, in the main process, before Ansible forks a worker per host.
CATALOGUE = load()


def profiles(catalogue):
    return [name for name, column in catalogue["columns"].items() if column["profile"]]


def _one_of(variable, value, choices):
    if value not in choices:
        raise ValueError("%s: %r is none of %s" % (variable, value, ", ".join(choices)))


def is_compared_only(row):
    """Whether no profile sets the row's parameter, whatever value it names."""
    return any(row.get(key) for key in ("report_only", "host_sized", "override_only"))


def setting(row, column):
    """The value that COLUMN sets, or None. Of values that are equally strict it is the one that the row prefers."""
    value = None if is_compared_only(row) else row["values"].get(column)
    return ([level[-1] for level in _layers.levels(row) or [] if value in level] or [value])[0]


def order_rule(row, value):
    """What `strength` says of values that somebody else set: which ones are as good as VALUE or better."""
    levels, strength = _layers.levels(row), row.get("strength")
    if levels:
        place = [index for index, level in enumerate(levels) if value in level][0]
        accept = [item for level in levels[place:] for item in level if item != value]
        return {"accept": accept} if accept else {}
    if strength == "lower" and row["valid"]["min"] > 0:
        # Below the least that makes sense is "no limit".
        return {"at_most": value, "at_least": str(row["valid"]["min"])}
    return {"higher": {"at_least": value}, "lower": {"at_most": value}}.get(strength, {})


def _rule(row, value, exact, modules):
    rule = {} if exact else order_rule(row, value)
    if "unset_at" in row and not exact:
        rule["unset_at"] = row["unset_at"]
    rule.update((key, row[key]) for key in _RULES_FROM_ROW if key in row)
    if row.get("one_way"):
        # Where one value alone is, it may be there already and the wanted one be refused.
        rule["one_way"] = True
    rule.update(("needs_module", module) for prefix, module in modules.items() if row["name"].startswith(prefix))
    broken = [runtimes for held, runtimes in row.get("hold", {}).items() if _values.same(held, value)]
    if broken:
        rule["hold"] = broken[0]
    return rule


def _reference(row, profile):
    """The value that a row which is not set is compared with, or None."""
    if not row.get("sysctl", True) or not is_compared_only(row):
        return None
    return row["values"].get(profile) or row["values"].get("photon3")


def _waived(waiver, today):
    """The rule of a waived parameter; what has expired is enforced again, and said."""
    if waiver.expires and waiver.expires < today:
        return {"waiver_expired": waiver.expires}
    return {"waived": "%s (until %s)" % waiver if waiver.expires else waiver.reason}


def _row_of_all(rows, name):
    """The row that speaks for all interfaces, where NAME is the same parameter of a single one; {} where there is none."""
    if not _sysctl_d.interface_of(name):
        return {}
    parts = _sysctl_d.key_path(name).split("/")
    return rows.get(_sysctl_d.canonical("/".join(parts[:3] + ["all"] + parts[4:])), {})


def _check_names(rows, overrides, waivers):
    for name in waivers:
        if name not in rows and name not in overrides and not _row_of_all(rows, name).get("interfaces"):
            raise ValueError("photon_hardening_waivers: %s: nothing asks for this parameter: is its name right?" % name)
    for name, value in overrides.items():
        if value is None and _row_of_all(rows, name).get("interfaces"):
            raise ValueError("photon_hardening_overrides: %s: null leaves no single interface alone: write a waiver for it, with a reason"
                             % name)


def select(catalogue, profile, groups, variables, today):
    """What is wanted of a host: the lines of each group's drop-in, and the rules of single parameters.

    VARIABLES: name -> value of the variables with overrides and waivers. TODAY: YYYY-MM-DD, for waivers that expire.
    """
    _one_of("photon_hardening_profile", profile, profiles(catalogue))
    for group in groups:
        _one_of("photon_hardening_groups", group, list(catalogue["groups"]))
    rows = dict((row["name"], row) for row in catalogue["parameters"])
    overrides, waivers = _layers.overrides(variables, rows), _layers.waivers(variables)
    _check_names(rows, overrides, waivers)
    lines, rules = dict((group, []) for group in catalogue["groups"]), {}
    for row in catalogue["parameters"] + _unknown(rows, groups, list(overrides) + list(waivers)):
        name, rule = row["name"], {}
        value = overrides[name] if name in overrides else setting(row, profile)
        if row["group"] not in groups:
            continue
        if value is not None:
            lines[row["group"]].append("# %s\n%s = %s\n" % (row["why"], name, value))
            rule = _rule(row, value, name in overrides, catalogue["modules"])
        elif name not in overrides and _reference(row, profile):
            rule = {"report": _reference(row, profile)}
        if name in waivers:
            rule.update(_waived(waivers[name], today))
        if rule:
            rules[name] = rule
    return {"lines": dict((group, "\n".join(found)) for group, found in lines.items()), "rules": rules}


def _unknown(rows, groups, names):
    """A row for each of NAMES that the catalogue does not know; it goes into the last selected group, and breaks what the same value
    for all interfaces breaks."""
    return [{"name": name, "group": groups[-1], "why": "Set by photon_hardening_overrides.", "values": {},
             "hold": _row_of_all(rows, name).get("hold", {})} for name in sorted(set(names)) if name not in rows and groups]
