# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names of variables: which are read here, and which are mistyped. Names only are compared, nothing is templated.

Private to the collection.
"""

import os
import pathlib

from ansible.module_utils.common.yaml import yaml_load

from ansible_collections.photon.hardening.plugins.module_utils._nearest import nearest
from ansible_collections.photon.hardening.plugins.plugin_utils import _harmless, _layers

PREFIX = "photon_hardening_"
PREFIXES = (PREFIX, "photon_upgrade_")
_LAYERS = ("photon_hardening_overrides", "photon_hardening_waivers")

_ROLES = os.path.join(os.path.dirname(__file__), "..", "..", "roles")
_BATCHES = ("photon_hardening_hosts", "photon_hardening_serial", "photon_hardening_max_fail_percentage")
# What each playbook itself reads.
OF_PLAYBOOKS = {
    "audit": ("photon_hardening_hosts",),
    "awx": ("awx_audit_schedule", "awx_credentials", "awx_galaxy_credentials", "awx_image", "awx_inventory", "awx_organization",
            "awx_scm_branch", "awx_scm_url", "awx_slices"),
    "compare": ("assert", "compare_dir", "compare_formats", "left", "right"),
    "harden": _BATCHES,
    "photon_upgrade": ("photon_upgrade_hosts",),
    "report": ("report_cached_facts", "report_dir", "report_inputs", "report_query", "report_since", "report_stale_after"),
    "rollback": _BATCHES,
}
# A variable of the plays of a playbook of this collection: the playbook's name, by which it is known what its users call an option.
PLAYBOOK = "__photon_hardening_playbook"
# What a play reads before it knows its hosts: -e and the vars of a play or of import_playbook say it, nothing of an inventory does.
OF_PLAYS = frozenset((*_BATCHES, "photon_upgrade_hosts"))
# A name with a part of the prefix missing still has one of these whole: two edits reach no more than two of them.
_PARTS = ("photon", "_harde", "ning_", "_upgr", "ade_")


def of_play(variables):
    """The names that the playbook of a play with these VARIABLES reads by itself; none where it is not known."""
    return OF_PLAYBOOKS.get(variables.get(PLAYBOOK), ())


def of_playbook(playbook, option):
    """What users of PLAYBOOK, None for none of this collection, call an OPTION of its module; None where it has no such name."""
    return next((name for name in OF_PLAYBOOKS.get(playbook, ()) if name == option or name.endswith("_" + option)), None)


def located(message, options, shown):
    """A MESSAGE that begins with one of OPTIONS, which then begins with what SHOWN makes of that: option -> what its user calls it."""
    option, colon, words = message.partition(":")
    return shown(option) + colon + words if option in options else message


def of_roles(folder=_ROLES):
    """role -> entry point -> its options."""
    specs = {}
    for path in sorted(pathlib.Path(folder).glob("*/meta/argument_specs.yml")):
        found = yaml_load(path.read_text(encoding="utf-8"))["argument_specs"]
        specs[path.parts[-3]] = {point: spec.get("options", {}) for point, spec in found.items()}
    return specs


def known(specs):
    """All names that are read here. The answer to a survey's question travels under a name of its own."""
    options = {name for points in specs.values() for options in points.values() for name in options}
    surveys = {"%ssurvey_%s" % (PREFIX, name[len(PREFIX):]) for name in options if name.startswith(PREFIX)}
    return options | surveys | {name for names in OF_PLAYBOOKS.values() for name in names if name.startswith("photon_")}


# Read at import, in the main process, before Ansible forks a worker per host.
SPECS = of_roles()
KNOWN = known(SPECS)


def mistyped(names):
    """(name, the one that was meant) of NAMES that nobody can have wanted; (name, None) of those with our prefixes that nothing reads."""
    found = []
    for name in sorted(str(name) for name in names if _is_like_ours(name)):
        meant = None if _is_known(name) else _meant(name)
        if meant or name.startswith(PREFIXES) and not _is_known(name):
            found.append((name, meant))
    return found


def refusal(name, meant):
    return "%s: nothing reads a variable of this name: %s" % (_harmless.line(name), what_to_write(name, meant))


def what_to_write(name, meant):
    """Instead of NAME, which is MEANT for a name that is known. Under a name with a suffix, a group would get the default in silence."""
    if "__" in name and not meant.startswith(_LAYERS) and not nearest(name, [meant]):
        return "only %s may end in __NAME: write %s" % (" and ".join(_LAYERS), meant)
    return "did you mean %s?" % meant


def note(name):
    return "%s: nothing here reads a variable of this name." % _harmless.line(name)


def unheard(names, heard):
    """The sentence about the first of NAMES, each of them of OF_PLAYS, that a play has not HEARD of; None where there is none."""
    for name in sorted(set(names).difference(heard)):
        return ("%s: no play reads this variable from an inventory or from the variables of a role: give it with -e, and remove it "
                "from there" % name)
    return None


def _is_like_ours(name):
    return isinstance(name, str) and not name.startswith("_") and any(part in name.lower() for part in _PARTS)


def _is_known(name):
    return name in KNOWN or _layers.is_layer(name)


def _meant(name):
    base, mark, layer = name.partition("__")
    near = nearest(base, _LAYERS) if layer else None
    return nearest(name, KNOWN) or (near and near + mark + layer) or nearest(base, KNOWN) or _without_suffix(base.lower())


def _without_suffix(name):
    """The known name that NAME starts with. What groups say has a suffix, after two underscores."""
    for start in sorted(KNOWN, key=len, reverse=True):
        if name.startswith(start + "_"):
            return start + "__" + name[len(start) + 1:] if start in _LAYERS else start
    return None
