# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines for all interfaces beside interfaces that are left alone, and of two calls: over random calls, baselines and foreign files."""

import copy
import random

import pytest

from ansible_collections.photon.hardening.tests.unit.plugins.module_utils.world import World

A, B = "/etc/sysctl.d/50-a.conf", "/etc/sysctl.d/60-b.conf"
FOREIGN = (A, "/usr/lib/sysctl.d/10-x.conf", "/usr/lib/sysctl.d/99-z.conf")
BOTH, SCOPES = ("all", "default"), ("all", "default", "eth0", "v0")
INTERFACES = {"eth0": True, "v0": False}
SEQUENCES = 250

# Some of them the kernel moves along with conf.all, others an interface takes from conf.default.
KEYS = tuple("net.ipv4.conf.%s." + key for key in ("forwarding", "rp_filter")) + tuple(
    "net.ipv6.conf.%s." + key for key in ("accept_redirects", "addr_gen_mode", "disable_ipv6", "forwarding"))
KERNEL = dict({key % scope: "0" for key in KEYS for scope in BOTH}, **{"net.ipv4.ip_forward": "0"})


def lines(dice, key, scopes, values):
    return "".join("%s = %s\n" % (key % scope, dice.choice(values)) for scope in scopes)


def rebooted(world):
    """The live values of a host after a reboot that does not happen to it."""
    after = copy.copy(world)
    after.reboot(KERNEL)
    return after.live


def call_with_waivers(dice):
    """(path -> text, rules): each of two drop-ins has keys of its own."""
    texts, rules, keys = {}, {}, dice.sample(KEYS, 4)
    for path in dice.choice(((A,), (A, B))):
        texts[path] = ""
        for key in (keys.pop(), keys.pop()):
            scopes = dice.choice((("all",), ("default",), BOTH))
            texts[path] += lines(dice, key, scopes, dice.choice("01"))
            rules.update((key % scope, {"interfaces": dice.random() < 0.4}) for scope in scopes)
            if dice.random() < 0.8:
                rules[key % dice.choice(("eth0", "v0"))] = {"waived": "CHG-1"}
    return texts, rules


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_what_is_waived_is_as_before_now_and_at_boot(seed):
    dice = random.Random(seed)
    files = {path: lines(dice, dice.choice(KEYS), [dice.choice(SCOPES)], "01") for path in FOREIGN if dice.random() < 0.4}
    world = World(KERNEL, files, dict(INTERFACES))
    world.reboot(KERNEL)
    before, without = dict(world.live), rebooted(world)
    texts, rules = call_with_waivers(dice)
    plan = world.run(texts, rules)
    again, after = world.run(texts, rules), rebooted(world)
    assert not again.writes and not again.files
    for name in (row.name for row in plan.rows if row.state == "waived"):
        assert world.live[name] == before[name] and after[name] in (without[name], before[name]), name
    world.absent()
    assert world.live == before and world.files == files


RP_FILTER = "net.ipv4.conf.%s.rp_filter"


def one_call(dice, path):
    """(path -> text, rules) of one drop-in for all interfaces or new ones."""
    value, scopes, rules = dice.choice("024"), dice.choice((("all",), ("default",), BOTH)), {}
    for scope in scopes:
        rules[RP_FILTER % scope] = dict({"interfaces": dice.random() < 0.75}, **({"at_least": value} if dice.random() < 0.4 else {}))
        if dice.random() < 0.1:
            rules[RP_FILTER % scope]["waived"] = "CHG-1"
    if dice.random() < 0.3:
        rules[RP_FILTER % dice.choice(("eth0", "v0"))] = {"waived": "CHG-2"}
    return {path: lines(dice, RP_FILTER, scopes, value)}, rules


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_two_calls_for_all_interfaces_settle_and_each_of_them_goes_alone(seed):
    dice = random.Random(seed)
    before = {RP_FILTER % scope: dice.choice("00135") for scope in SCOPES}
    world, alone = World(before, {}, INTERFACES), World(before, {}, INTERFACES)
    first, second = dice.sample([one_call(dice, A), one_call(dice, B)], 2)
    for number, call in enumerate((first, second) * 3):
        plan = world.run(*call)
        # Each has to see once what the other one has done.
        assert number < 4 or not plan.writes and not plan.files
    world.run(dict.fromkeys(second[0], ""))
    assert not world.run(*first).writes
    alone.run(*first)
    assert world.live == alone.live
    world.absent()
    assert world.live == before and not world.files and not world.saved.parameters


MOVED = tuple("net.ipv4.conf.%s." + key for key in ("forwarding",)) + tuple(
    "net.ipv6.conf.%s." + key for key in ("addr_gen_mode", "disable_ipv6", "forwarding"))
STARTS = dict({key % scope: "0" for key in MOVED for scope in BOTH}, **{"net.ipv4.ip_forward": "0"})


def call_that_moves(dice):
    """(path -> text, rules) of lines for all interfaces and for single ones, with waivers that come and go."""
    texts, rules = {}, {}
    for path in dice.choice(((A,), (B,), (A, B))):
        keys = dice.sample(MOVED, dice.randrange(3)) if path == A or A not in texts else ()
        texts[path] = "".join(lines(dice, key, dice.sample(SCOPES, dice.choice((1, 1, 2))), "011") for key in keys)
        rules.update((key % "eth0", {"at_least": "0"}) for key in keys if dice.random() < 0.3)
        rules.update((key % dice.choice(("eth0", "v0")), {"waived": "CHG-1"}) for key in keys if dice.random() < 0.3)
    return texts, rules


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_a_rollback_puts_back_what_boots_have_moved(seed):
    dice = random.Random(seed)
    world = World(STARTS, {}, dict.fromkeys(INTERFACES, True))
    world.reboot(STARTS)
    before, told = dict(world.live), []
    for _call in range(dice.randrange(1, 6)):
        call = call_that_moves(dice)
        told.append(call)
        world.run(*call)
        plan = world.plan(*call)
        assert not plan.writes and not plan.files and plan.saved == world.saved
        if dice.random() < 0.4:
            told.append("boot")
            world.reboot(STARTS)
    world.absent()
    assert world.live == before and not world.files and not world.saved.parameters, told
