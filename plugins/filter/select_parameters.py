# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
name: select_parameters
short_description: Select from the catalogue what is wanted of a host
version_added: 0.1.0
author:
  - The photon.hardening authors (@photon-hardening)
description:
  - Turns a profile, groups, overrides and waivers into the drop-in of each group and the rules of single parameters, as
    M(photon.hardening.kernel_parameters) takes them.
  - Overrides and waivers are read from the variables of the host. C(photon_hardening_overrides) holds parameters and the values they shall
    have instead, as strings; null leaves a parameter alone. C(photon_hardening_waivers) holds parameters, each with a C(reason) and, if it
    ends, C(expires), a day as YYYY-MM-DD.
  - Those of groups, C(photon_hardening_overrides__NAME) and C(photon_hardening_waivers__NAME), add up. Two groups that say different
    things of one parameter are an error, unless the variable without a name decides.
  - Runs on the controller and refuses bad input before a host is contacted, with a sentence that names the variable and the parameter. What
    the argument specification of the role does not allow is refused, too, so a play that uses the role can do without Ansible's own check
    of it.
positional: _input
options:
  _input:
    description: The profile, a column of the catalogue that can be applied.
    type: str
    required: true
  groups:
    description: The groups to select.
    type: list
    elements: str
    default: [security, tuning, network]
"""

EXAMPLES = r"""
- name: Show the drop-ins of the profile photon
  ansible.builtin.debug:
    msg: "{{ ('photon' | photon.hardening.select_parameters).dropins }}"
"""

RETURN = r"""
_value:
  description:
    - "C(dropins): a list with the C(path) and the C(content) of each group's drop-in, empty where the group sets nothing."
    - "C(rules): parameter -> rule."
  type: dict
"""

import datetime
import functools
import json

from ansible.errors import AnsibleFilterError
from jinja2 import pass_context

from ansible_collections.photon.hardening.plugins.plugin_utils import _arguments, _catalogue, _layers, _templates


@functools.lru_cache(maxsize=1)
def _selected(given, today):
    """A role asks with the same words for its drop-ins and for its rules."""
    profile, groups, variables = json.loads(given)
    _arguments.check(variables)
    if isinstance(groups, str):
        # As everywhere else where Ansible takes a list: from the command line it comes as one string.
        groups = groups.split(",")
    if not isinstance(groups, list):
        raise ValueError("photon_hardening_groups must be a list of groups, not %r" % (groups,))
    layers = {name: value for name, value in variables.items() if _layers.is_layer(name)}
    selected = _catalogue.select(_catalogue.CATALOGUE, profile, groups, layers, today)
    return {"dropins": _templates.drop_ins(profile, selected["lines"]), "rules": selected["rules"]}


@pass_context
def select_parameters(context, profile, groups=("security", "tuning", "network")):
    # The context and no argument: looking all the names up in Jinja takes longer than everything else that is done here.
    variables = {name: context[name] for name in context.parent if _layers.is_layer(name) or name in _arguments.OPTIONS}
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    try:
        # As JSON, in which Ansible's own kinds of strings are plain ones and a date is its text.
        return _selected(json.dumps([profile, groups, variables], default=str), today)
    except ValueError as exc:
        raise AnsibleFilterError(str(exc)) from exc


class FilterModule(object):
    def filters(self):
        return {"select_parameters": select_parameters}
