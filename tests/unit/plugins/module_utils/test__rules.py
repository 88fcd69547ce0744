# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _rules


def test_names_and_values_come_in_one_form():
    given = {"kernel/yama/ptrace_scope": {"accept": [2, "3"], "one_way": True, "waived": None},
             "vm.swappiness": {"at_most": 60}}
    assert _rules.checked(given) == {"kernel.yama.ptrace_scope": {"accept": ["2", "3"], "one_way": True},
                                     "vm.swappiness": {"at_most": "60"}}


@pytest.mark.parametrize("rules, problem", [
    ({"kernel": {}}, "'kernel' is not the name of a kernel parameter"),
    ({"kernel.a": "1"}, "kernel.a must be a dictionary, not '1'"),
    ({"kernel.a": {"acept": []}}, "kernel.a: there is no key 'acept'; the keys are accept, at_least"),
    ({"kernel.a": {"accept": "1"}}, "kernel.a: accept must be a list, not '1'"),
    ({"kernel.a": {"accept": [False]}}, "kernel.a: accept must be a string, not False: write it in quotes"),
    ({"kernel.a": {"report": 4.1}}, "kernel.a: report must be a string, not 4.1: write it in quotes"),
    ({"kernel.a": {"at_least": "many"}}, "kernel.a: at_least must be a number, not 'many'"),
    ({"kernel.a": {"one_way": "yes"}}, "kernel.a: one_way must be true or false, not 'yes'"),
])
def test_refusals(rules, problem):
    with pytest.raises(ValueError) as caught:
        _rules.checked(rules)
    assert problem in str(caught.value)
