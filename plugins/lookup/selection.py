# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
name: selection
short_description: Show what a profile selects from the catalogue
version_added: 1.0.0
author:
  - The photon.hardening authors (@photon-hardening)
description:
  - Returns the drop-ins and rules that M(photon.hardening.kernel_parameters) makes of a profile, groups, overrides and waivers, for plays
    that look at them, change them or write them elsewhere.
  - What is not given is taken from the variables of the host, C(photon_hardening_profile), C(photon_hardening_groups),
    C(photon_hardening_overrides), C(photon_hardening_overrides__NAME), C(photon_hardening_waivers) and C(photon_hardening_waivers__NAME).
  - Bad input is refused with a sentence that names the variable and the parameter.
options:
  _terms:
    description: The profile, a column of the catalogue that can be applied. At most one.
    type: list
    elements: str
  groups:
    description: The groups that are applied.
    type: list
    elements: str
  overrides:
    description: Parameters and the values that they shall have instead, in the place of C(photon_hardening_overrides).
    type: dict
  waivers:
    description: Parameters, or controls of a benchmark, that are left alone, in the place of C(photon_hardening_waivers).
    type: dict
seealso:
  - module: photon.hardening.kernel_parameters
"""

EXAMPLES = r"""
- name: Show the drop-ins of the profile container_host
  ansible.builtin.debug:
    msg: "{{ lookup('photon.hardening.selection', 'container_host').dropins }}"

- name: Apply the profile of the host's variables with a drop-in of one's own beside it
  photon.hardening.kernel_parameters:
    dropins: "{{ selected.dropins + [{'path': '/etc/sysctl.d/90-site.conf', 'content': 'vm.max_map_count = 262144'}] }}"
    rules: "{{ selected.rules }}"
  vars:
    selected: "{{ lookup('photon.hardening.selection') }}"
"""

RETURN = r"""
_raw:
  description: One dictionary.
  type: list
  elements: dict
  contains:
    profile:
      description: The profile.
      type: str
    dropins:
      description: The C(path) and the C(content) of each group's drop-in, empty where the group sets nothing.
      type: list
      elements: dict
    rules:
      description: What is to be known of single parameters, by their names.
      type: dict
    notes:
      description: What does not take effect, and why.
      type: list
      elements: str
"""

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from ansible_collections.photon.hardening.plugins.plugin_utils import _arguments, _call, _templates


class LookupModule(LookupBase):
    def run(self, terms, variables=None, **kwargs):
        unknown = sorted(set(kwargs) - {"groups", "overrides", "waivers"})
        if unknown:
            raise AnsibleError("selection: there is no option %s" % unknown[0])
        if len(terms) > 1:
            raise AnsibleError("selection: one profile at most, not %d" % len(terms))
        said = dict(kwargs, profile=terms[0] if terms else None)
        given = {name: _arguments.plain(value) for name, value in said.items() if value is not None}
        try:
            notes = _call.check_names(variables or {})
            selected = _call.selection(given, variables or {}, self._templar.template)
        except ValueError as exc:
            raise AnsibleError(str(exc)) from exc
        return [{"profile": selected.profile, "dropins": _templates.drop_ins(selected.profile, selected.rows), "rules": selected.rules,
                 "notes": notes + selected.notes}]
