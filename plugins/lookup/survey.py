# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
name: survey
short_description: Make the survey of an AWX job template
version_added: 1.0.0
author:
  - The photon.hardening authors (@photon-hardening)
description:
  - Returns a survey that asks for options of the role C(photon.hardening.photon_hardening), with the choices of its argument
    specification.
  - An answer travels in C(photon_hardening_survey_NAME) and takes the place of C(photon_hardening_NAME) of the inventory. The first choice,
    V(inventory), means that nothing is answered.
  - Overrides and waivers are answered in YAML. Those of groups, C(photon_hardening_overrides__NAME), still count beside them.
options:
  _terms:
    description: What is asked, in this order. Without any, everything that can be asked.
    type: list
    elements: str
    choices: [profile, groups, overrides, waivers, container_host, conflicts, fail_on]
seealso:
  - module: photon.hardening.kernel_parameters
"""

EXAMPLES = r"""
- name: Offer the role with a survey
  awx.awx.job_template:
    name: Harden
    organization: Default
    project: photon.hardening
    inventory: Container hosts
    playbook: playbooks/harden.yml
    survey_enabled: true
    survey_spec: "{{ lookup('photon.hardening.survey') }}"
"""

RETURN = r"""
_raw:
  description: One dictionary, as AWX takes a survey.
  type: list
  elements: dict
  contains:
    name:
      description: The name of the survey.
      type: str
    description:
      description: What an answer does.
      type: str
    spec:
      description: The questions.
      type: list
      elements: dict
"""

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from ansible_collections.photon.hardening.plugins.plugin_utils import _arguments, _survey


class LookupModule(LookupBase):
    def run(self, terms, variables=None, **kwargs):
        for name in terms:
            if name not in _survey.ASKED:
                raise AnsibleError("survey: %s is not one of %s" % (name, ", ".join(_survey.ASKED)))
        return [_survey.spec([str(name) for name in terms] or _survey.ASKED, _arguments.OPTIONS)]
