# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _boot_order, _restate, _sysctl_d
from ansible_collections.photon.hardening.plugins.module_utils._model import File, Mine, Rule, Winner
from ansible_collections.photon.hardening.tests.unit.plugins.module_utils.test__dropins import (
    ADDED,
    FOREIGN,
    FORWARD,
    HEADER,
    LOST,
    OURS,
    PATH,
    RESTATE_PATH,
    remembered,
)

EARLIER = "/etc/sysctl.d/10-vendor.conf"
SCOPE = "net.ipv4.conf.%s.rp_filter"
EVERY, FRESH, ETH0, LO, PATTERN = (SCOPE % scope for scope in ("all", "default", "eth0", "lo", "*"))
INTERFACES = Rule(interfaces=True)
KEPT = PATH + " was changed by something else; lines of others are kept (%d)."


@pytest.mark.parametrize("now, known, told", [
    pytest.param(OURS, remembered(), None, id="as we wrote it"),
    pytest.param(OURS, remembered(edits=["kernel.b = 2"]), None, id="as we wrote it, with lines of others"),
    pytest.param(None, remembered(edits=["kernel.b = 2"]), None, id="removed"),
    pytest.param("kernel.a = 0\n", remembered(edits=["kernel.b = 2"]), None, id="replaced"),
    pytest.param(ADDED, remembered(), KEPT % 1, id="a line was added"),
    pytest.param(ADDED + "kernel.c = 3\n", remembered(), KEPT % 2, id="two lines were added"),
    pytest.param(OURS + "\n", remembered(), None, id="a blank line was added"),
    pytest.param(OURS, None, "%s %s" % (PATH, LOST), id="nothing is remembered"),
])
def test_what_is_said_of_a_file_that_restates(now, known, told):
    found = _restate._found(PATH, known, now)
    assert len(found) == (1 if told else 0)
    assert not told or found[0].startswith(told)


@pytest.mark.parametrize("name, value, spellings", [
    pytest.param("kernel.a", "10", ["10", "0xa"], id="a number"),
    pytest.param("kernel.a", "0x10", ["0x10", "16"], id="in base 16"),
    pytest.param("kernel.a", "010", ["010", "0x8", "8"], id="in base 8"),
    pytest.param("kernel.a", "0", ["0", "0x0"], id="0"),
    pytest.param("kernel.a", "-1", ["-1"], id="a negative number"),
    pytest.param("kernel.a", "word", ["word"], id="no number"),
])
def test_spellings_of_a_value(name, value, spellings):
    mine = Mine(value, PATH, Rule(), "restate")
    assert [_restate._spelt(name, mine, count) for count in range(len(spellings))] == [(name, text) for text in spellings]
    assert _restate._spelt(name, mine, len(spellings)) == _restate._spelt(name, mine, 99) == (name, spellings[-1])


@pytest.mark.parametrize("name, other", [
    (FORWARD, "net.ipv4.conf.all.forwarding"), ("net.ipv4.conf.all.forwarding", FORWARD),
    ("user.max_inotify_watches", "fs.inotify.max_user_watches"), ("fs.inotify.max_user_watches", "user.max_inotify_watches"),
])
def test_spellings_of_a_switch_with_two_names(name, other):
    """Its own name first, and our own text under both names before another text."""
    mine = Mine("10", PATH, Rule(), "restate")
    found = [_restate._spelt(name, mine, count) for count in range(4)]
    assert found == [(name, "10"), (other, "10"), (name, "0xa"), (other, "0xa")]


@pytest.mark.parametrize("winner, words", [
    pytest.param(None, PATH + " is hidden by another file of its name", id="no line is read"),
    pytest.param(Winner("0", PATH, 3), "another line of %s takes it back" % PATH, id="our own file"),
    pytest.param(Winner("0", EARLIER, 3), EARLIER + ":3 would set 0", id="a file whose path sorts before ours"),
    pytest.param(Winner("0", FOREIGN, 3), FOREIGN + ":3 would set 0", id="a file whose path sorts after ours"),
    pytest.param(Winner(None, FOREIGN, 3), FOREIGN + ":3 would leave it unset", id="a line that sets nothing"),
])
def test_why_a_line_is_restated(winner, words):
    assert _restate._rival(Mine("1", PATH, Rule(), "restate"), winner) == words


@pytest.mark.parametrize("mine, foreign, lines", [
    pytest.param({"kernel.a": Rule()}, "kernel.a = 0\n", {"kernel.a": "1"}, id="another value"),
    pytest.param({"kernel.a": Rule()}, "kernel.b = 0\n", {}, id="another parameter"),
    pytest.param({"kernel.a": INTERFACES}, "kernel.a = 0\n", {"kernel.a": "1"}, id="a rule for interfaces where there are none"),
    pytest.param({EVERY: INTERFACES}, ETH0 + " = 0\n", {ETH0: "1"}, id="an interface by name: no pattern is needed"),
    pytest.param({EVERY: Rule()}, ETH0 + " = 0\n", {}, id="an interface by name, without the rule"),
    pytest.param({EVERY: INTERFACES}, LO + " = 0\n", {}, id="the loopback"),
    pytest.param({EVERY: INTERFACES, ETH0: Rule()}, ETH0 + " = 0\n", {ETH0: "1"}, id="an interface of which we speak ourselves"),
    pytest.param({EVERY: INTERFACES}, PATTERN + " = 0\n", {PATTERN: "1"}, id="a pattern"),
    pytest.param({EVERY: Rule()}, PATTERN + " = 0\n", {}, id="a pattern, without the rule"),
    pytest.param({"net.ipv4.conf.all": INTERFACES}, "net.ipv4.conf.* = 0\n", {}, id="a table and no parameter"),
    pytest.param({EVERY: INTERFACES}, SCOPE % "eth*" + " = 0\n", {PATTERN: "1"}, id="a pattern for an interface that is there"),
    pytest.param({EVERY: INTERFACES}, SCOPE % "wlan*" + " = 0\n", {}, id="a pattern for none that is there"),
])
def test_what_is_restated(mine, foreign, lines):
    ours = {name: Mine("1", PATH, rule, "restate") for name, rule in mine.items()}
    files = [File(PATH, HEADER + "".join("%s = 1\n" % name for name in mine)), File(FOREIGN, foreign)]
    text, restated = _restate.restated(ours, files, _sysctl_d.SYSTEMD, RESTATE_PATH, {"lo": False, "eth0": True})
    assert restated == lines and (text is None) == (not lines)
    reported = {name: item._replace(conflicts="report") for name, item in ours.items()}
    assert _restate.restated(reported, files, _sysctl_d.SYSTEMD, RESTATE_PATH, {"lo": False, "eth0": True}) == (None, {})


@pytest.mark.parametrize("ours", [FORWARD, "net.ipv4.conf.all.forwarding"])
@pytest.mark.parametrize("foreign, restated", [
    pytest.param("net.ipv4.conf.eth*.forwarding = 1", True, id="for an interface that is there"),
    pytest.param("net.ipv4.conf.*.forwarding = 1", True, id="for all"),
    pytest.param("net.ipv4.conf.default.forwarding = 1", True, id="for those to come, no pattern"),
    pytest.param("net.ipv4.conf.wlan*.forwarding = 1", False, id="for none that is there"),
    pytest.param("net.ipv4.conf.eth*.forwarding = 0", False, id="that stops it, too"),
])
def test_a_line_of_others_does_not_start_forwarding_again(ours, foreign, restated):
    files = [File(PATH, HEADER + "%s = 0\n" % ours), File(FOREIGN, foreign + "\n")]
    text, _lines = _restate.restated({ours: Mine("0", PATH, Rule(), "restate")}, files, _sysctl_d.SYSTEMD, RESTATE_PATH, {"eth0": True})
    assert (text is not None) == restated
    boot = _boot_order.BootOrder(files + ([File(RESTATE_PATH, text)] if text else []))
    winners = [boot.winner("net.ipv4.conf.%s.forwarding" % scope) for scope in ("all", "default", "eth0")]
    assert {winner.value for winner in winners if winner} == {"0"}


@pytest.mark.parametrize("name, mine, lines, shields", [
    pytest.param(PATTERN, {}, {PATTERN}, ["-" + EVERY, "-" + FRESH], id="neither of the two is ours"),
    pytest.param(PATTERN, {EVERY}, {PATTERN}, ["-" + FRESH], id="conf.all is ours"),
    pytest.param(PATTERN, {FRESH}, {PATTERN}, ["-" + EVERY], id="conf.default is ours"),
    pytest.param(PATTERN, {}, {PATTERN, EVERY}, ["-" + FRESH], id="conf.all is restated, too"),
    pytest.param(PATTERN, {EVERY, FRESH}, {PATTERN, EVERY}, [], id="both are ours"),
    pytest.param(EVERY, {}, {EVERY}, [], id="no pattern"),
])
def test_what_a_pattern_of_ours_is_kept_away_from(name, mine, lines, shields):
    assert _restate._shields(name, lines, mine, _boot_order.BootOrder([])) == shields


def test_what_a_pattern_of_others_sets_for_all_stays():
    foreign = _boot_order.BootOrder([File(FOREIGN, PATTERN + " = 2\n-%s\n" % FRESH)])
    assert _restate._shields(PATTERN, {PATTERN}, {}, foreign) == [EVERY + " = 2", "-" + FRESH]
