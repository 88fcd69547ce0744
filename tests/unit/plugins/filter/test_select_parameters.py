# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import datetime
import json

import jinja2
import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.photon.hardening.plugins.filter.select_parameters import FilterModule
from ansible_collections.photon.hardening.plugins.plugin_utils import _catalogue


def selected(expression="'photon' | select_parameters", **variables):
    environment = jinja2.Environment()
    environment.filters.update(FilterModule().filters())
    return json.loads(environment.from_string("{{ (%s) | tojson }}" % expression).render(variables))


def content(found, group):
    return next(item["content"] for item in found["dropins"] if item["path"] == _catalogue.CATALOGUE["groups"][group])


def test_defaults():
    assert [item["path"] for item in selected()["dropins"]] == list(_catalogue.CATALOGUE["groups"].values())
    assert selected() == selected("'photon' | select_parameters(['security', 'tuning', 'network'])", photon_hardening_overrides={})


def test_the_variables_of_the_host_are_read():
    found = selected(photon_hardening_overrides={}, photon_hardening_overrides__web={"kernel.sysrq": "1"}, other=7,
                     photon_hardening_overrides__db={"vm.swappiness": None},
                     photon_hardening_waivers={"kernel.panic": {"reason": "x", "expires": datetime.date(2999, 1, 31)}})
    assert "kernel.sysrq = 1\n" in content(found, "security") and "vm.swappiness" not in content(found, "tuning")
    assert found["rules"]["kernel.panic"]["waived"] == "x (until 2999-01-31)"
    assert "kernel.sysrq = 0\n" in content(selected(), "security")


def test_a_drop_in_is_made_by_its_template():
    text = content(selected("'container_host' | select_parameters(['security', 'network'])"), "network")
    assert text.startswith("# Network, profile container_host.\n\n# ") and text.endswith("\n") and not text.endswith("\n\n")
    assert "\n\n\n" not in text
    assert content(selected("'container_host' | select_parameters(['security'])"), "network") == ""


def test_a_value_is_no_template():
    odd = "{{ 7 * 6 }}"
    assert "net.unknown.key = %s\n" % odd in content(selected(photon_hardening_overrides={"net.unknown.key": odd}), "network")


@pytest.mark.parametrize("variables, words", [
    ({"photon_hardening_overrides": {"kernel.sysrq": True}}, "photon_hardening_overrides: kernel.sysrq: True"),
    ({"photon_hardening_overrides_web": {"kernel.sysrq": "1"}}, "photon_hardening_overrides_web is none of"),
    ({"photon_hardening_overrides__a": {"vm.swappiness": "1"}, "photon_hardening_overrides__b": {"vm.swappiness": "2"}},
     "photon_hardening_overrides__a (1) and photon_hardening_overrides__b (2) contradict one another"),
    ({"photon_hardening_waivers": {"kernel.sysrq": {}}}, "photon_hardening_waivers: kernel.sysrq: a waiver needs a reason"),
    ({"photon_hardening_container_host": "maybe"}, "photon_hardening_container_host must be one of: auto, always, never, got: maybe"),
    ({"photon_hardening_conflicts": "fight"}, "value of photon_hardening_conflicts must be one of: restate, report, got: fight"),
    ({"photon_hardening_fail_on": ["ok", "bad"]}, "value of photon_hardening_fail_on must be one or more of:"),
    ({"photon_hardening_state": "gone"}, "value of photon_hardening_state must be one of: present, absent, got: gone"),
    ({"photon_hardening_profile": "phton", "photon_hardening_state": "gone"}, "photon_hardening_profile must be one of: photon, "),
    ({"photon_hardening_overrides": 7}, "photon_hardening_overrides"),
])
def test_refusals_are_filter_errors(variables, words):
    with pytest.raises(AnsibleFilterError) as caught:
        selected(**variables)
    assert words in str(caught.value)


def test_groups_from_the_command_line_are_one_string():
    assert selected("'photon' | select_parameters('tuning,security')") == selected("'photon' | select_parameters(['tuning', 'security'])")


@pytest.mark.parametrize("expression, words", [
    ("'photon' | select_parameters(none)", "photon_hardening_groups must be a list of groups, not None"),
    ("'photon' | select_parameters(['securty'])", "photon_hardening_groups: 'securty' is none of security, tuning, network"),
    ("'phton' | select_parameters", "photon_hardening_profile: 'phton' is none of photon, "),
])
def test_what_the_filter_itself_is_given(expression, words):
    with pytest.raises(AnsibleFilterError) as caught:
        selected(expression)
    assert words in str(caught.value)
