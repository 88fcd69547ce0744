# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _rules, _values
from ansible_collections.photon.hardening.plugins.module_utils._model import Rule, Want

NAME = "kernel.a"


def test_names_and_values_come_in_one_form():
    given = {"kernel/yama/ptrace_scope": {"accept": [2, "3"], "one_way": True, "waived": None},
             "vm.swappiness": {"at_most": 60}}
    assert _rules.checked(given) == {"kernel.yama.ptrace_scope": Rule(accept=("2", "3"), one_way=True), "vm.swappiness": Rule(at_most="60")}


def test_what_would_break_a_use_is_said_of_the_wanted_value_or_value_by_value():
    found = _rules.checked({"kernel.a": {"hold": ["docker"]}, "kernel.b": {"hold": {"0": ["docker", "podman"], "1": ["kubelet"]}}})
    assert found["kernel.b"].hold == (("0", ("docker", "podman")), ("1", ("kubelet",)))
    assert found["kernel.a"].hold == ((None, ("docker",)),)
    assert _rules.for_value(found["kernel.a"], "7").hold == (("7", ("docker",)),)
    stops = _rules.checked({"kernel.a": {"stops": ["profiler"]}})
    assert _rules.for_value(_rules.of(stops, "kernel.a"), "7") == Rule(stops=(("7", ("profiler",)),))
    stops = _rules.checked({"kernel.a": {"stops": {"1": {"profiler": "what"}, "2": ["router"]}}})
    assert stops["kernel.a"] == Rule(stops=(("1", ("profiler",)), ("2", ("router",))), stopped=(("1", "profiler", "what"),))


def test_a_waiver_counts_for_every_name_of_a_switch():
    rules = _rules.checked({"net.ipv4.ip_forward": {"waived": "why", "hold": {"0": ["docker"]}},
                            "net.ipv4.conf.all.forwarding": {"accept": ["0"]}})
    assert _rules.of(rules, "net.ipv4.conf.all.forwarding") == Rule(accept=("0",), waived="why", hold=(("0", ("docker",)),))
    assert _rules.of(rules, "kernel.a") == Rule()


def test_the_module_that_brings_a_parameter():
    assert _rules.module_of("net.bridge.bridge-nf-call-iptables", Rule()) == "br_netfilter"
    assert _rules.module_of("kernel.a", Rule(needs_module="m")) == "m"
    assert _rules.module_of("kernel.a", Rule()) is None


@pytest.mark.parametrize("rules, problem", [
    ({"kernel": {}}, "'kernel' is not the name of a kernel parameter"),
    ({"kernel.a": "1"}, "kernel.a must be a dictionary, not '1'"),
    ({"kernel.a": {"acept": []}}, "kernel.a: acept is not a key of a rule; the keys are accept, at_least"),
    ({"kernel.a": {"accept": "1"}}, "kernel.a: accept must be a list, not '1'"),
    ({"kernel.a": {"accept": [False]}}, "kernel.a: accept must be a string, not False: write it in quotes"),
    ({"kernel.a": {"report": 4.1}}, "kernel.a: report must be a string, not 4.1: write it in quotes"),
    ({"kernel.a": {"at_least": "many"}}, "kernel.a: at_least must be a number, not 'many'"),
    ({"kernel.a": {"hold": ["dokcer"]}}, "kernel.a: hold: 'dokcer' is not a use of a host: did you mean docker?"),
    ({"kernel.a": {"stops": {"1": {"perl": "what"}}}}, "kernel.a: stops: 'perl' is not a use of a host: the uses are docker"),
    ({"kernel.a": {"stops": {"1": {"profiler": True}}}}, "kernel.a: stops must be a string, not True"),
    ({"kernel.a": {"stops": ["perl"]}}, "kernel.a: stops: 'perl' is not a use of a host: the uses are docker"),
    ({"kernel.a": {"hold": {"0": "docker"}}}, "kernel.a: hold must be a list, not 'docker'"),
    ({"kernel.a": {"waived": "a\nb"}}, "kernel.a: waived must be one line"),
    ({"kernel.a": {"one_way": "yes"}}, "kernel.a: one_way must be true or false, not 'yes'"),
])
def test_refusals(rules, problem):
    with pytest.raises(ValueError) as caught:
        _rules.checked(rules)
    assert problem in str(caught.value)


@pytest.mark.parametrize("rule, wanted, kept, as_good", [
    pytest.param({"at_least": "1"}, "1", "3", "345", id="more is stricter"),
    pytest.param({"at_least": "1"}, "3", "1", "12345", id="less than what is wanted is as good by the rule alone"),
    pytest.param({"at_most": "4"}, "4", "0x2", "012", id="less is stricter"),
    pytest.param({"at_most": "4", "at_least": "1"}, "4", "2", "12", id="less is stricter, and 0 means without end"),
    pytest.param({"accept": ["2", "0", "3"]}, "1", "0", "03", id="a list from the weakest to the strictest"),
    pytest.param({"accept": ["5"], "at_least": "1"}, "1", "2", "2345", id="a list and a bound"),
    pytest.param({"accept": ["2"]}, "a b", "2", "2", id="what is wanted is no number"),
])
def test_what_is_as_good_as_a_value_that_is_kept(rule, wanted, kept, as_good):
    want = Want(NAME, wanted, None, None, _rules.checked({NAME: rule})[NAME])
    found = _rules.with_kept(want, kept)
    assert [value for value in "012345" if _values.as_good(NAME, value, found)] == list(as_good)
