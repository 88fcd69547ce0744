# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _kept, _sysctl_d
from ansible_collections.photon.hardening.plugins.module_utils._model import Mine, Rule, Use, Want
from ansible_collections.photon.hardening.tests.unit.plugins.module_utils.one_host import LATER, PATH, USERNS, asked, host

FORWARD = "net.ipv4.ip_forward"
MINE = Mine("1", PATH, Rule(accept=("1", "2")), None)


def line(text):
    return _sysctl_d.parse(text)[0]


@pytest.mark.parametrize("text, replaced", [
    pytest.param("kernel.a = 0", True, id="the same parameter"),
    pytest.param("kernel.b = 0", False, id="another one"),
    pytest.param("net.ipv4.conf.all.forwarding = 1", True, id="another name of it"),
    pytest.param("vm.dirty_bytes = 1", True, id="the other of a pair"),
    pytest.param("vm.overcommit_kbytes = 1", False, id="the other of a pair of which we set none"),
])
def test_lines_whose_place_ours_take(text, replaced):
    ours = dict.fromkeys(["kernel.a", "net.ipv4.conf.all.forwarding", "vm.dirty_ratio"], ("kernel.a", MINE))
    assert _kept.is_replaced(line(text), ours) is replaced


@pytest.mark.parametrize("text, good", [
    pytest.param("kernel.a = 2", True, id="as good"),
    pytest.param("kernel.a = 0", False, id="worse"),
    pytest.param("-kernel.a", False, id="no value"),
    pytest.param("kernel.c = 2", False, id="ours, of which no rule is known"),
    pytest.param("kernel.d = 2", False, id="not ours"),
])
def test_lines_of_others_that_are_as_good(text, good):
    ours = {"kernel.a": ("kernel.a", MINE), "kernel.c": ("kernel.c", MINE._replace(rule=Rule()))}
    assert _kept.is_as_good(line(text), ours) is good


@pytest.mark.parametrize("text, path, stricter", [
    pytest.param("kernel.a = 2", LATER, True, id="read after ours"),
    pytest.param("kernel.a = 2", PATH, False, id="in the place of ours, which has it itself"),
    pytest.param("kernel.a = 2", "/etc/sysctl.d/10-x.conf", False, id="read before ours"),
    pytest.param("kernel.a = 1", LATER, False, id="the same as ours"),
    pytest.param("kernel.a = 0", LATER, False, id="worse"),
])
def test_lines_that_take_ours_back_to_something_better(text, path, stricter):
    assert _kept._is_stricter(line(text), path, {"kernel.a": ("kernel.a", MINE)}) is stricter


@pytest.mark.parametrize("text, wanted, broken", [
    pytest.param(USERNS + " = 0", (), "docker (it runs)", id="a parameter of a rule"),
    pytest.param(USERNS + " = 1", (), "", id="another value of it"),
    pytest.param("-" + USERNS, (), "", id="no value"),
    pytest.param("= 0", (), "", id="no name"),
    pytest.param("# a note", (), "", id="a comment"),
    pytest.param("user.max_user_* = 0", (), "docker (it runs)", id="a pattern, for a parameter of a rule that is not asked for"),
    pytest.param("user.max_user_* = 0", (USERNS,), "docker (it runs)", id="a pattern, for one that is"),
    pytest.param("kernel.only* = 0", ("kernel.only_asked",), "docker (it runs)", id="a pattern, for one that has no rule in this call"),
    pytest.param("user.max_net_* = 0", (), "", id="a pattern for others"),
    pytest.param("net.ipv4.conf.*.forwarding = 0", (), "docker (it runs)", id="a pattern for forwarding"),
])
def test_lines_that_would_break_a_use(text, wanted, broken):
    rule = Rule(hold=(("0", ("docker",)),))
    asked_for = {name: Want(name, "1", PATH, 1, rule) for name in wanted}
    request = asked("kernel.a = 1\n", {USERNS: {"hold": {"0": ["docker"]}}})
    assert _kept.broken_by(line(text), request, asked_for, host(uses={"docker": Use("it runs", True)})) == broken


@pytest.mark.parametrize("text, said", [
    pytest.param(FORWARD + " = 0", True, id="the same"),
    pytest.param("net.ipv4.conf.all.forwarding = 0x0", True, id="the same in other words"),
    pytest.param(FORWARD + " = 1", False, id="another value"),
    pytest.param("kernel.a = 0", False, id="another parameter"),
    pytest.param("kernel.b = 1", False, id="a value that is held back of another parameter"),
    pytest.param("-" + FORWARD, False, id="no value"),
])
def test_lines_that_say_what_a_held_one_says(text, said):
    assert _kept._is_said(line(text), [("net.ipv4.conf.all.forwarding", "0"), ("kernel.a", "1")]) is said
    assert not _kept._is_said(line(text), [])
