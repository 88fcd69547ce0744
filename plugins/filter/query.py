# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
name: query
short_description: Ask a report a question in JMESPath
version_added: 1.0.0
author:
  - The photon.hardening authors (@photon-hardening)
description:
  - Returns what a JMESPath expression finds in the JSON of a report, or in any other data.
  - A text stands between single quotes in JMESPath. What stands between double quotes is the name of a field.
  - An expression that is wrong ends in a sentence that names the column. What stands there is marked by C(>>>).
requirements:
  - jmespath, a Python library, on the controller. Nothing else of this collection needs it.
positional: expression
options:
  _input:
    description: The report, or other data of lists and dictionaries.
    type: raw
    required: true
  expression:
    description: The question.
    type: str
    required: true
seealso:
  - name: JMESPath
    description: The language, with a tutorial.
    link: https://jmespath.org
"""

EXAMPLES = r"""
- name: Show which parameters another file sets otherwise at boot
  ansible.builtin.debug:
    msg: "{{ report | photon.hardening.query(question) }}"
  vars:
    report: "{{ lookup('ansible.builtin.file', 'reports/report.json') | from_json }}"
    question: hosts[].parameters[?state=='overridden'].name[]

- name: Show the hosts that were not reached
  ansible.builtin.debug:
    msg: "{{ report | photon.hardening.query(question) }}"
  vars:
    report: "{{ lookup('ansible.builtin.file', 'reports/report.json') | from_json }}"
    question: hosts[?outcome=='unreachable'].host
"""

RETURN = r"""
_value:
  description:
    - What was found, a value of the kind that the expression asks for.
    - V(null) where the first part of the expression finds nothing.
  type: raw
"""

from ansible.errors import AnsibleError
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.photon.hardening.plugins.plugin_utils import _query


def query(data, expression):
    try:
        # A report holds what hosts say: none of it may become a template.
        return wrap_var(_query.answer(data, expression))
    except ValueError as exc:
        # Not `from exc`: Ansible shows what an error comes from, too.
        raise AnsibleError("query: %s" % exc) from None


class FilterModule:
    def filters(self):
        return {"query": query}
