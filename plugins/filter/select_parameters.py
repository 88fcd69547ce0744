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
  - Turns a profile, groups and overrides into the lines of each group's drop-in and the rules of single parameters.
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
  overrides:
    description: Parameters and the values they shall have instead, as strings; null leaves a parameter alone.
    type: dict
    default: {}
  container_host:
    description: Whether parameters that would break containers are held back.
    type: str
    choices: [auto, always, never]
    default: auto
"""

EXAMPLES = r"""
- name: Show what the profile photon would set in its group security
  ansible.builtin.debug:
    msg: "{{ ('photon' | photon.hardening.select_parameters).lines.security }}"
"""

RETURN = r"""
_value:
  description:
    - "C(lines): group -> list of C(name), C(value) and C(why)."
    - "C(rules): parameter -> rule, as M(photon.hardening.kernel_parameters) takes it."
  type: dict
"""

from ansible.errors import AnsibleFilterError

from ansible_collections.photon.hardening.plugins.plugin_utils import _catalogue


def select_parameters(profile, groups=("security", "tuning"), overrides=None, container_host="auto"):
    try:
        return _catalogue.select(_catalogue.CATALOGUE, profile, list(groups), {} if overrides is None else overrides, container_host)
    except ValueError as exc:
        raise AnsibleFilterError(str(exc)) from exc


class FilterModule(object):
    def filters(self):
        return {"select_parameters": select_parameters}
