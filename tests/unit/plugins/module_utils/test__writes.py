# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _writes
from ansible_collections.photon.hardening.plugins.module_utils._model import Choice, Reading, Rule, Want, Write

PATH = "/etc/sysctl.d/50-security-hardening.conf"
NAME, OTHER = "kernel.a", "kernel.b"
BYTES, RATIO = "vm.dirty_bytes", "vm.dirty_ratio"
FORWARD, V0, REDIRECTS = "net.ipv4.conf.all.forwarding", "net.ipv4.conf.v0.forwarding", "net.ipv4.conf.all.accept_redirects"
DEFAULT_FILTER, V0_FILTER = "net.ipv4.conf.default.rp_filter", "net.ipv4.conf.v0.rp_filter"
FORWARD6, V0_FORCE6 = "net.ipv6.conf.all.forwarding", "net.ipv6.conf.v0.force_forwarding"
SECRET, V0_MODE = "net.ipv6.conf.v0.stable_secret", "net.ipv6.conf.v0.addr_gen_mode"


def readings(values):
    return {name: Reading(value) for name, value in values.items()}


def set_to(value):
    return Choice("changed", value, value, True)


def back_to(value):
    return Choice("changed", None, value, False)


def write(name, value, before):
    return Write(name, value, before, False, PATH, 1)


def back(name, value, before):
    return Write(name, value, before, False, None, None)


# --- what is written ---

@pytest.mark.parametrize("first, second, written", [
    pytest.param("0", "4096", [RATIO], id="the other one brings it to 0"),
    pytest.param(" 0 ", "4096", [RATIO], id="blanks do not count"),
    pytest.param("4096", " 0 ", [BYTES], id="the other way round"),
    pytest.param("0", "0", [BYTES, RATIO], id="neither brings the other to 0"),
    pytest.param("0", "-1", [RATIO], id="a negative number is not 0"),
    pytest.param("-1", "4096", [BYTES, RATIO], id="a negative number is not brought about"),
    pytest.param("4096", "10", [BYTES, RATIO], id="two values are written both"),
    pytest.param("0", None, [BYTES], id="the other one is not written"),
])
def test_the_zero_of_a_pair_is_written_by_the_other_one(first, second, written):
    choices = {BYTES: set_to(first), RATIO: set_to(second)}
    found = _writes.writes(choices, {}, readings({BYTES: "1", RATIO: "1"}))
    assert [item.name for item in found] == written


@pytest.mark.parametrize("name, value, rule, one_way", [
    pytest.param(NAME, "1", Rule(), False, id="an ordinary parameter"),
    pytest.param(NAME, "1", None, False, id="no line asks for it"),
    pytest.param(NAME, "1", Rule(one_way=True), True, id="its rule says so"),
    pytest.param("kernel.yama.ptrace_scope", "3", Rule(), True, id="the kernel locks this value"),
    pytest.param("kernel.yama.ptrace_scope", "2", Rule(), False, id="the kernel does not lock that value"),
    pytest.param(SECRET, "::1", Rule(), True, id="it has no unset form"),
])
def test_what_only_a_reboot_takes_back(name, value, rule, one_way):
    wanted = {name: Want(name, value, PATH, 3, rule)} if rule else {}
    found = _writes.writes({name: set_to(value)}, wanted, readings({name: "0"}))
    assert [item.one_way for item in found] == [one_way]


@pytest.mark.parametrize("choice, wanted, asked", [
    pytest.param(set_to("1"), True, (PATH, 3), id="a line in force asks for it"),
    pytest.param(back_to("1"), True, (None, None), id="its line is not in force: it is on the way back"),
    pytest.param(back_to("1"), False, (None, None), id="it has no line"),
    pytest.param(set_to("1"), False, (None, None), id="nothing is known of a line"),
])
def test_the_line_that_asks(choice, wanted, asked):
    found = _writes.writes({NAME: choice}, {NAME: Want(NAME, "1", PATH, 3, Rule())} if wanted else {}, readings({NAME: "0"}))
    assert found == [Write(NAME, "1", "0", False, *asked)]


# --- what must be there afterwards ---

@pytest.mark.parametrize("planned, choice, live, expected", [
    pytest.param(True, Choice("ok", "1", None, True), "1", {NAME: "1", OTHER: "1"}, id="what is asked for and there must stay"),
    pytest.param(True, Choice("unsupported", "1", None, True), None, {NAME: "1"}, id="what this host lacks is not expected"),
    pytest.param(True, Choice("waived"), "1", {NAME: "1"}, id="what is not asked for may be anything"),
    pytest.param(False, Choice("ok", "1", None, True), "1", {}, id="nothing is expected where nothing is written"),
])
def test_what_is_asked_for_stays(planned, choice, live, expected):
    writes = [write(NAME, "1", "0")] if planned else []
    choices = {OTHER: choice, NAME: set_to("1")}
    found = _writes.aftermath(writes, choices, readings({NAME: "0", OTHER: live}), ["v0"], (), ())
    assert (dict(found[0]), dict(found[1])) == (expected, {})


@pytest.mark.parametrize("planned, choices, live, expected, followers", [
    pytest.param(write(FORWARD, "1", "0"), {}, {V0: "0"}, {V0: "1"}, {V0: ("1", PATH, FORWARD)}, id="what belongs to a write follows"),
    pytest.param(write(FORWARD, "1", "0"), {}, {V0: "1"}, {V0: "1"}, {}, id="what has the value already does not follow"),
    pytest.param(write(FORWARD, "1", "0"), {}, {V0: "01"}, {V0: "1"}, {}, id="what means the same does not follow"),
    pytest.param(write(FORWARD, "1", "1"), {}, {V0: "0"}, {}, {}, id="a write that changes nothing moves nothing"),
    pytest.param(write(FORWARD, "1", "0"), {}, {}, {}, {}, id="what was not read is not expected"),
    pytest.param(write(FORWARD, "1", "0"), {}, {V0: None}, {}, {}, id="what the host lacks does not follow"),
    pytest.param(write(FORWARD, "1", "0"), {}, {REDIRECTS: "1"}, {REDIRECTS: "1"}, {}, id="a side effect is set back"),
    pytest.param(write(FORWARD, "1", "0"), {V0: Choice("ok", "0", None, True)}, {V0: "0"}, {V0: "0"}, {}, id="what is asked for stays"),
    pytest.param(write(FORWARD, "1", "0"), {V0: Choice("waived")}, {V0: "0"}, {V0: "0"}, {}, id="what is waived stays"),
    pytest.param(write(FORWARD, "1", "0"), {V0: Choice("ok")}, {V0: "0"}, {V0: "1"}, {V0: ("1", PATH, FORWARD)},
                 id="what is only reported follows"),
    pytest.param(write(FORWARD, "1", "0"), {V0: set_to("7")}, {V0: "0"}, {V0: "7"}, {}, id="a write of its own decides"),
    pytest.param(write(DEFAULT_FILTER, "1", "0"), {}, {V0_FILTER: "0"}, {}, {V0_FILTER: ("1", PATH, DEFAULT_FILTER)},
                 id="what may follow is noted, and may be either"),
    pytest.param(write(SECRET, "::1", None), {}, {V0_MODE: "0"}, {V0_MODE: "2"}, {V0_MODE: ("2", PATH, SECRET)},
                 id="what was never set moves others, too"),
    pytest.param(write(BYTES, "4096", "0"), {}, {RATIO: "20"}, {RATIO: "0"}, {RATIO: ("0", PATH, BYTES)}, id="the other of a pair ends"),
    pytest.param(write(BYTES, "4096", "0"), {RATIO: Choice("held_back")}, {RATIO: "20"}, {RATIO: "0"}, {RATIO: ("0", PATH, BYTES)},
                 id="the other of a pair ends also where it is held back"),
    pytest.param(back(FORWARD, "0", "1"), {}, {V0: "1"}, {V0: "1"}, {}, id="nothing follows on the way back"),
])
def test_what_moves_along(planned, choices, live, expected, followers):
    every = dict(choices, **{planned.name: Choice("changed", None, planned.value, planned.dropin is not None)})
    found = _writes.aftermath([planned], every, readings(dict(live, **{planned.name: planned.before})), ["v0"], (), ())
    assert (dict(found[0]), dict(found[1])) == (dict(expected, **{planned.name: planned.value}), followers)


def test_what_setting_back_moves_is_set_back_too():
    every, one, mtu = "net.ipv6.conf.all.disable_ipv6", "net.ipv6.conf.v0.disable_ipv6", "net.ipv6.conf.v0.mtu"
    live = readings({every: "0", one: "0", mtu: "1400"})
    expected, followers = _writes.aftermath([back(every, "1", "0")], {every: back_to("1")}, live, ["v0"], (), ())
    assert (dict(expected), dict(followers)) == ({every: "1", one: "0", mtu: "1400"}, {})


@pytest.mark.parametrize("planned, followers, live, passing", [
    pytest.param(write(FORWARD, "0", "1"), {}, {REDIRECTS: "0"}, {REDIRECTS: "1"}, id="a side effect"),
    pytest.param(write(FORWARD, "0", "1"), {}, {REDIRECTS: "1"}, {}, id="one that changes nothing"),
    pytest.param(write(FORWARD, "0", "1"), {}, {V0: "1"}, {V0: "0"}, id="what stays"),
    pytest.param(write(FORWARD, "0", "1"), {V0: ("0", PATH, FORWARD)}, {V0: "1"}, {}, id="what follows is remembered anyway"),
    pytest.param(back(DEFAULT_FILTER, "0", "1"), {}, {V0_FILTER: "1"}, {V0_FILTER: "0"}, id="what may move"),
    pytest.param(write("net.ipv6.conf.v0.disable_ipv6", "0", "1"), {}, {"net.ipv6.conf.v0.mtu": "1400"}, {},
                 id="what moves nobody knows where to"),
])
def test_what_passes(planned, followers, live, passing):
    found = _writes.passing([planned], followers, readings(live), ["v0"])
    assert {name: value for name, (value, _write) in found.items()} == passing


def test_what_has_moved_along_unnoted_follows_on_the_way_back():
    live = readings({FORWARD: "1", V0: "1"})
    expected, followers = _writes.aftermath([back(FORWARD, "0", "1")], {FORWARD: back_to("0")}, live, ["v0"], {FORWARD}, ())
    assert (dict(expected), dict(followers)) == ({FORWARD: "0", V0: "0"}, {})


# --- what has to be put back ---

@pytest.mark.parametrize("planned, live, reached", [
    pytest.param([], {V0: "0"}, {}, id="without a write nothing is reached"),
    pytest.param([write(NAME, "1", "0")], {OTHER: "0"}, {}, id="most parameters move no other"),
    pytest.param([write(FORWARD, "1", "0")], {V0: "0", REDIRECTS: "1"}, {V0: "0", REDIRECTS: "1"}, id="also the side effects"),
    pytest.param([write(FORWARD, "1", "0")], {V0: None}, {V0: None}, id="also what holds nothing"),
    pytest.param([write(FORWARD, "1", "0")], {}, {}, id="not what was not read"),
    pytest.param([write(BYTES, "4096", "0")], {RATIO: "20"}, {RATIO: "20"}, id="the other of a pair"),
    pytest.param([write(FORWARD6, "1", "0")], {V0_FORCE6: "1"}, {V0_FORCE6: "1"}, id="what only the way back moves"),
    pytest.param([write(FORWARD6, "1", None)], {V0_FORCE6: "1"}, {V0_FORCE6: "1"}, id="what was not known goes back as a 0 would"),
    pytest.param([write(FORWARD6, "0", "1")], {V0_FORCE6: "1"}, {V0_FORCE6: "1"}, id="what only the write moves"),
])
def test_what_the_writes_and_their_way_back_may_move(planned, live, reached):
    assert dict(_writes.reached(planned, readings(live), ["v0"])) == reached
