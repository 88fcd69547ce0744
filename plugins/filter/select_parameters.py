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
  - Turns a profile, groups, overrides and waivers into the lines of each group's drop-in and the rules of single parameters.
  - Runs on the controller and refuses bad input before a host is contacted, with a sentence that names the variable and the parameter.
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
    default: [security, tuning]
  variables:
    description:
      - The variables with overrides and waivers, name to value.
      - C(photon_hardening_overrides) holds parameters and the values they shall have instead, as strings; null leaves a parameter alone.
      - C(photon_hardening_waivers) holds parameters, each with a C(reason) and, if it ends, C(expires), a day as YYYY-MM-DD.
      - Those of groups, C(photon_hardening_overrides__NAME) and C(photon_hardening_waivers__NAME), add up. Two groups that say different
        things of one parameter are an error, unless the variable without a name decides.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Show what the profile photon would set in its group security
  ansible.builtin.debug:
    msg: "{{ ('photon' | photon.hardening.select_parameters).lines.security }}"
"""

RETURN = r"""
_value:
  description:
    - "C(lines): group -> the lines of its drop-in as text, each with a comment that says why; empty where the group sets nothing."
    - "C(rules): parameter -> rule, as M(photon.hardening.kernel_parameters) takes it."
  type: dict
"""

import datetime

from ansible.errors import AnsibleFilterError

from ansible_collections.photon.hardening.plugins.plugin_utils import _catalogue


def select_parameters(profile, groups=("security", "tuning"), variables=None):
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    try:
        return _catalogue.select(_catalogue.CATALOGUE, profile, list(groups), variables or {}, today)
    except ValueError as exc:
        raise AnsibleFilterError(str(exc)) from exc


class FilterModule(object):
    def filters(self):
        return {"select_parameters": select_parameters}
