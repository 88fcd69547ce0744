# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _wants
from ansible_collections.photon.hardening.tests.unit.plugins.module_utils.one_host import (
    ETH0,
    EVERY,
    FRESH,
    INTERFACES,
    PATH,
    SWAP,
    WLAN0,
    asked,
)


@pytest.mark.parametrize("rules, expected", [
    pytest.param({}, {SWAP: "10"}, id="no rule"),
    pytest.param({"kernel.a": {"accept": ["2"]}}, {SWAP: "10"}, id="a rule alone asks for nothing"),
    pytest.param({"kernel.a": {"report": "2"}}, {SWAP: "10", "kernel.a": None}, id="reported"),
    pytest.param({"kernel.a": {"waived": "why"}}, {SWAP: "10", "kernel.a": None}, id="waived without a line"),
    pytest.param({SWAP: {"report": "2", "waived": "why"}}, {SWAP: "10"}, id="waived with a line"),
])
def test_what_is_asked_for(rules, expected):
    wants = _wants.wants(asked("vm.swappiness = 10\n", rules), {})
    assert {name: want.value for name, want in wants.items()} == expected


@pytest.mark.parametrize("text, rules, reached", [
    pytest.param(EVERY + " = 1\n", {EVERY: {"interfaces": True}}, [ETH0, WLAN0], id="all: every interface but the loopback"),
    pytest.param(FRESH + " = 1\n", {FRESH: {"interfaces": True}}, [ETH0, WLAN0], id="default: every interface but the loopback"),
    pytest.param(EVERY + " = 1\n", {}, [], id="without the rule none"),
    pytest.param(EVERY + " = 1\n" + FRESH + " = 1\n", {FRESH: {}}, [], id="two lines without the rule"),
    pytest.param("", {EVERY: {"interfaces": True, "report": "1"}}, [], id="only reported"),
    pytest.param(ETH0 + " = 1\n", {ETH0: {"interfaces": True}}, [], id="one interface speaks for itself"),
    pytest.param("kernel.a = 1\n", {"kernel.a": {"interfaces": True}}, [], id="no parameter of interfaces"),
    pytest.param("net.ipv4.conf.all = 1\n", {"net.ipv4.conf.all": {"interfaces": True}}, [], id="a table and no parameter"),
    pytest.param("net.ipv4.conf.all.group.key = 1\n", {"net.ipv4.conf.all.group.key": {"interfaces": True}},
                 ["net.ipv4.conf.eth0.group.key", "net.ipv4.conf.wlan0.group.key"], id="a table in the table"),
])
def test_interfaces_that_a_line_speaks_for(text, rules, reached):
    wants = _wants.wants(asked(text, rules), INTERFACES)
    given = set(_wants.wants(asked(text, rules), {}))
    assert sorted(set(wants) - given) == reached
    assert all((wants[name].value, wants[name].dropin, wants[name].number) == ("1", PATH, None) for name in reached)


@pytest.mark.parametrize("every, own, waived", [
    pytest.param({}, {}, None, id="neither"),
    pytest.param({"waived": "all of them"}, {}, "all of them", id="that of conf.all reaches the interface"),
    pytest.param({}, {"waived": "this one"}, "this one", id="one of its own"),
    pytest.param({"waived": "all of them"}, {"waived": "this one"}, "this one", id="its own goes first"),
])
def test_waiver_of_an_interface(every, own, waived):
    rules = {EVERY: dict(every, interfaces=True), ETH0: own}
    wants = _wants.wants(asked(EVERY + " = 1\n", rules), {"eth0": True})
    assert wants[ETH0].rule.waived == waived
