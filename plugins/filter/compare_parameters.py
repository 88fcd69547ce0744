# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
name: compare_parameters
short_description: Compare two results or profiles, parameter by parameter
version_added: 1.0.0
author:
  - The photon.hardening authors (@photon-hardening)
description:
  - Says for each kernel parameter whether both sides are the same, which one is stricter, or why that cannot be said, as
    M(photon.hardening.compare) does.
  - For results of M(photon.hardening.kernel_parameters_info) the salt is not known here. So they can only show that two secrets are equal,
    never that they differ.
positional: _input, right
options:
  _input:
    description:
      - The left side. A column of the catalogue such as V(photon), what M(photon.hardening.kernel_parameters_info) returned, or the file
        that a run kept of a host, read with P(ansible.builtin.from_json#filter).
    type: raw
    required: true
  right:
    description: The right side, in the same way.
    type: raw
    required: true
  left_label:
    description: What the left side is called, if it is not a column.
    type: str
    default: left
  right_label:
    description: What the right side is called, if it is not a column.
    type: str
    default: right
seealso:
  - module: photon.hardening.compare
"""

EXAMPLES = r"""
- name: The parameters in which a host is weaker than a profile
  ansible.builtin.debug:
    msg: "{{ (found | photon.hardening.compare_parameters('photon')).groups | map(attribute='parameters') | flatten
             | selectattr('verdict', 'eq', 'right_stricter') | map(attribute='name') }}"
"""

RETURN = r"""
_value:
  description: The comparison, as RV(photon.hardening.compare#module:comparison).
  type: dict
"""

import functools

from ansible.errors import AnsibleFilterError

from ansible_collections.photon.hardening.plugins.plugin_utils import _arguments, _catalogue, _compare, _controls, _sides
from ansible_collections.photon.hardening.plugins.plugin_utils._formats import compare_json


def _side(option, given, label):
    given = _arguments.plain(given)
    if not isinstance(given, str):
        return _sides.of_result(label, given)
    _sides.kind_of(option, given, (), _catalogue.CATALOGUE["columns"], False)
    return _sides.of_column(_catalogue.CATALOGUE, given)


def compare_parameters(left, right, left_label="left", right_label="right"):
    try:
        sides = _side("left", left, left_label), _side("right", right, right_label)
    except ValueError as exc:
        raise AnsibleFilterError("compare_parameters: %s" % exc) from exc
    controls = _controls.load()
    numbers = functools.partial(_controls.ids, controls)
    return compare_json.data(_compare.compare(*sides, _catalogue.CATALOGUE, numbers, controls["benchmarks"]))


class FilterModule:
    def filters(self):
        return {"compare_parameters": compare_parameters}
