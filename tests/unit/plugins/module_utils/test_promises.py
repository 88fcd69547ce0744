# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is promised of any sequence of calls, over random calls, baselines and foreign files."""

import random

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour
from ansible_collections.photon.hardening.plugins.module_utils._model import Use
from ansible_collections.photon.hardening.tests.unit.plugins.module_utils.world import World

A, B = "/etc/sysctl.d/50-a.conf", "/etc/sysctl.d/60-b.conf"
FOREIGN = (A, B, "/usr/lib/sysctl.d/50-a.conf", "/usr/lib/sysctl.d/99-z.conf", "/etc/sysctl.d/zz-vendor.conf", "/etc/sysctl.d/10-x.conf")
NAMES = ("kernel.a", "kernel.b", "vm.c")
LEVELS = ("0", "1", "2", "3")
SEQUENCES = 400


class Asked:
    """What one call says of one parameter: a level with "more is stricter", an exact override, a waiver, or nothing."""

    def __init__(self, dice):
        self.kind = dice.choice(("profile", "profile", "listed", "override", "waiver", "null"))
        self.value = dice.choice(LEVELS)

    def line(self, name):
        return "%s = %s\n" % (name, self.value) if self.kind != "null" else ""

    def rule(self):
        better = [level for level in LEVELS if level > self.value]
        return {"profile": {"at_least": self.value}, "listed": {"accept": better}, "waiver": {"waived": "ticket 7"}}.get(self.kind, {})


def foreign_text(dice):
    lines = ["%s = %s" % (dice.choice(NAMES), dice.choice(LEVELS)) for _line in range(dice.randrange(3))]
    return "".join(line + "\n" for line in ["# a vendor's"] + lines)


def random_world(dice):
    files = {path: foreign_text(dice) for path in FOREIGN if dice.random() < 0.4}
    return World({name: dice.choice(LEVELS) for name in NAMES}, files)


def random_call(dice):
    """path -> {parameter -> Asked}; a parameter stands in one drop-in."""
    asked = {A: {}, B: {}}
    for name in NAMES:
        asked[A if dice.random() < 0.7 else B][name] = Asked(dice)
    return asked


def make(world, asked):
    rules = {name: item.rule() for items in asked.values() for name, item in items.items()}
    texts = {path: "".join(item.line(name) for name, item in sorted(items.items())) for path, items in asked.items()}
    return world.run(texts, rules)


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_no_sequence_of_calls_weakens_a_host(seed):
    dice = random.Random(seed)
    world = random_world(dice)
    own, untouched, ours = dict(world.live), dict(world.files), {}
    for _call in range(dice.randrange(1, 6)):
        name = dice.choice(NAMES)
        foreign = dice.choice(LEVELS)
        if dice.random() < 0.4 and foreign != ours.get(name, own[name]):
            # Somebody else sets a value; what is the same as ours cannot be told from ours.
            world.live[name] = own[name] = foreign
        asked = random_call(dice)
        make(world, asked)
        for name, item in [item for items in asked.values() for item in items.items()]:
            live = world.live[name]
            if item.kind == "override":
                assert live == item.value
            elif item.kind in ("profile", "listed"):
                assert live == max(own[name], item.value)
            else:
                assert live == own[name]
            ours[name] = live
            if item.kind in ("profile", "listed"):
                assert world.boots_with(name) >= live
            if item.kind == "override":
                assert world.boots_with(name) == item.value
        again = make(world, asked)
        assert not again.files and not again.writes
    world.absent()
    assert world.live == own
    assert world.files == untouched
    assert world.saved.parameters == {} and world.saved.files == {}


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_lines_of_foreign_files_are_in_force_where_we_say_nothing(seed):
    dice = random.Random(seed)
    world = random_world(dice)
    before = {name: world.boots_with(name) for name in NAMES}
    for _call in range(3):
        asked = random_call(dice)
        make(world, asked)
        for name, item in [item for items in asked.values() for item in items.items()]:
            if item.kind in ("null", "waiver"):
                assert world.boots_with(name) == before[name], (name, item.kind)


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_no_sequence_of_calls_breaks_a_use_and_what_we_set_proves_none(seed):
    """A use comes and goes, proved or not. Where it is proved the host keeps what it had; where it only seems to be there, what was
    hardened before stays, and what was held back for it stays so when it does not seem to be there any more."""
    dice = random.Random(seed)
    world = random_world(dice)
    own, has_held = dict(world.live), False
    for _call in range(dice.randrange(1, 6)):
        firm = dice.choice((True, False, None))
        world.uses = {} if firm is None else {"router": Use("seen", firm)}
        world.said = dice.choice(({}, {}, {"router": "absent"}, {"router": "present"}))
        proved = world.said.get("router") == "present" or firm is True and not world.said
        seems = not world.said and (firm is False or firm is None and has_held)
        wanted = {name: dice.choice(LEVELS) for name in NAMES}
        rules = {name: {"at_least": value, "hold": ["router"]} for name, value in wanted.items()}
        before = dict(world.live)
        texts = {A: "".join("%s = %s\n" % item for item in sorted(wanted.items())), B: ""}
        held = [row for row in world.run(texts, rules).rows if row.state == "held_back"]
        has_held = seems and bool(has_held or held)
        for name, value in wanted.items():
            kept = proved or seems and before[name] != value
            # The way back to a value that would break it is no way.
            stays = before[name] if own[name] == value else own[name]
            assert world.live[name] == (stays if kept else max(own[name], value)), (name, value, proved, seems)
        assert not world.run(texts, rules).writes
    world.absent()
    assert world.live == own


# --- what the kernel moves ---

INTERFACES = ("v0", "v1")
KEYS = {"net.ipv4.conf": ("forwarding", "rp_filter", "accept_redirects"),
        "net.ipv6.conf": ("forwarding", "force_forwarding", "disable_ipv6", "accept_redirects")}
MOVING = ["net.ipv4.ip_forward"] + ["%s.%s.%s" % (table, scope, key) for table, keys in KEYS.items() for key in keys
                                    for scope in ("all", "default") + INTERFACES]
PAIR = ("vm.dirty_bytes", "vm.dirty_ratio")
MTUS = ["net.ipv6.conf.%s.mtu" % interface for interface in INTERFACES]


def moving_world(dice):
    live = {name: dice.choice("01") for name in MOVING}
    live["net.ipv4.conf.all.forwarding"] = live["net.ipv4.ip_forward"]
    live[PAIR[0]], live[PAIR[1]] = dice.choice((("0", "20"), ("4096", "0")))
    live.update(dict.fromkeys(MTUS, "1400"))
    world = World(live, interfaces=INTERFACES)
    world.unset = {name for name in MOVING if dice.random() < 0.5}
    return world


def moving_call(dice):
    """(path -> text, rules) of lines that do not contradict one another."""
    texts, rules, switches = {}, {}, set()
    for path in (A, B):
        for name in dice.sample(MOVING + list(PAIR), 3) if dice.random() < 0.7 else ():
            switch = "pair" if name in PAIR else _behaviour.switch(name)
            if switch not in switches:
                switches.add(switch)
                texts[path] = texts.get(path, "") + "%s = %s\n" % (name, dice.choice("01") if name not in PAIR else "10000")
                rules[name] = dice.choice(({}, {}, {"waived": "ticket 7"}, {"exact": True}, {"interfaces": True}))
    return {path: texts.get(path, "") for path in dice.choice(((A,), (B,), (A, B)))}, rules


@pytest.mark.parametrize("seed", range(SEQUENCES // 2))
def test_no_sequence_of_calls_loses_what_the_kernel_moves(seed):
    """Runs that end, fail or are killed: in the end everything is as it was. What each run must know before it the World asserts."""
    dice = random.Random(seed)
    world = moving_world(dice)
    start = dict(world.live)
    for _call in range(dice.randrange(1, 5)):
        texts, rules = moving_call(dice)
        before = dict(world.live)
        world.fail(texts, rules)
        assert world.live == before
        if dice.random() < 0.3:
            # Nothing tells the MTU of an interface, so what a killed run was to set it back to is lost.
            for name in MTUS:
                start[name] = world.live[name] = "1500"
            world.kill(texts, rules, dice.randrange(4))
        if dice.random() < 0.8:
            world.run(texts, rules)
            again = world.run(texts, rules)
            assert not again.files and not again.writes
    world.absent()
    assert world.live == start
    assert world.files == {} and world.saved.parameters == {} and world.saved.files == {}
