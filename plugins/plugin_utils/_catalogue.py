# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue: read once per run, and what a single row of it says.

Private to the collection.
"""

import os

import yaml

from ansible_collections.photon.hardening.plugins.plugin_utils import _layers

PATH = os.path.join(os.path.dirname(__file__), "..", "..", "roles", "photon_hardening", "files", "catalogue.yml")

# libyaml reads it in 11 ms, Python in twelve times as long.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(path=PATH):
    with open(path, "rb") as stream:
        return yaml.load(stream, _LOADER)


# Read at import, in the main process, before Ansible forks a worker per host.
CATALOGUE = load()


def profiles(catalogue):
    return [name for name, column in catalogue["columns"].items() if column["profile"]]


def is_compared_only(row):
    """Whether no profile sets the row's parameter, whatever value it names."""
    return any(row.get(key) for key in ("report_only", "host_sized", "override_only"))


def setting(row, column):
    """The value that COLUMN sets, or None. Of values that are equally strict it is the one that the row prefers."""
    if is_compared_only(row):
        return None
    value = row["values"].get(column)
    return next((level[-1] for level in _layers.levels(row) or () if value in level), value)


def reference(row, column):
    """The value that a row which no profile sets is compared with, or None."""
    if not row.get("sysctl", True) or not is_compared_only(row):
        return None
    return row["values"].get(column) or row["values"].get("photon3")


def order_rule(row, value):
    """What `strength` says of values that somebody else set: which ones are as good as VALUE or better."""
    levels, strength = _layers.levels(row), row.get("strength")
    if levels:
        place = next(index for index, level in enumerate(levels) if value in level)
        accept = [item for level in levels[place:] for item in level if item != value]
        return {"accept": accept} if accept else {}
    if strength == "lower" and row["valid"]["min"] > 0:
        # Below the least that makes sense is "no limit".
        return {"at_most": value, "at_least": str(row["valid"]["min"])}
    return {"higher": {"at_least": value}, "lower": {"at_most": value}}.get(strength, {})
