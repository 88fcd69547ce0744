# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.photon.hardening.plugins.filter import compare_parameters

ROW = {"name": "kernel.kptr_restrict", "value": "1", "boot": None, "boot_source": None, "kind": "value"}
READ = {"kernel": {}, "parameters": [ROW]}
compare = compare_parameters.FilterModule().filters()["compare_parameters"]


def test_two_columns():
    assert compare("photon3", "centos8")["headline"] == "photon3 and centos8: 35 of 36 parameters differ, and 2 of 3 guest rows"


def test_a_result_and_a_column():
    found = compare(READ, "photon", left_label="web1")
    assert found["counts"]["right_stricter"] == 1 and found["left"] == {
        "label": "web1", "kind": "result", "omitted": 0,
        "facts": {"release": None, "machine": None, "system": None, "memory_kb": None, "processors": None, "runtimes": []}}


@pytest.mark.parametrize("left, right, words", [
    ("fotonn", "photon", "compare_parameters: left: 'fotonn' is not a host of the inventory, a column of the catalogue or a file."),
    ("photon", {}, "compare_parameters: right: it is not a saved result: "),
    ("photon", 7, "compare_parameters: right: it is not a saved result: "),
])
def test_refusals(left, right, words):
    with pytest.raises(AnsibleFilterError) as caught:
        compare(left, right)
    assert words in str(caught.value)
