# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.photon.hardening.plugins.filter.select_parameters import FilterModule

select_parameters = FilterModule().filters()["select_parameters"]


def test_defaults():
    assert set(select_parameters("photon")["lines"]) == {"security", "tuning"}
    assert select_parameters("photon") == select_parameters("photon", ["security", "tuning"], {})


def test_refusals_are_filter_errors():
    with pytest.raises(AnsibleFilterError) as caught:
        select_parameters("photon", variables={"photon_hardening_overrides": {"kernel.sysrq": True}})
    assert "photon_hardening_overrides: kernel.sysrq: True" in str(caught.value)
