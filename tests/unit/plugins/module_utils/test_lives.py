# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two hosts live through the same, one of them with calls of ours in between: a rollback leaves it as the other one is.

A seed makes the whole life. To see one again: pytest test_lives.py -k "[SEED]"; the message of a failure tells what happened.
"""

import copy
import random

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _names, _values
from ansible_collections.photon.hardening.tests.unit.plugins.module_utils.world import World

LIVES = 300
A, B = "/etc/sysctl.d/50-a.conf", "/etc/sysctl.d/60-b.conf"
# Only files that stay as they are speak of interfaces that appear later: a rollback gives these what the files say then.
OF_ALL, OF_ANY = ("all", "default", "eth0"), ("all", "default", "eth0", "v0", "*")
CHANGING = (A, B, "/usr/lib/sysctl.d/50-a.conf")
OTHERS = dict(dict.fromkeys(CHANGING, OF_ALL), **dict.fromkeys(("/usr/lib/sysctl.d/99-z.conf", "/etc/sysctl.d/10-x.conf"), OF_ANY))
# An interface that is there follows conf.default, until it has an address; it never does, in IPv4; and in IPv6.
KEYS = ("net.ipv4.conf.%s.rp_filter", "net.ipv4.conf.%s.promote_secondaries", "net.ipv6.conf.%s.accept_redirects")
BOTH = ("all", "default")
KERNEL = {key % scope: "0" for key in KEYS for scope in BOTH}
# What others set is never what we set, so that it can be told apart.
OUR_VALUES, THEIR_VALUES = "24", "135"


# --- what is asked for ---

def text_of_others(dice, scopes):
    text = "# a vendor's\n"
    for _line in range(dice.randrange(3)):
        scope = dice.choice(scopes)
        # One that asks an interface for less than conf.all has is restated with that, which then moves interfaces by the files alone.
        text += "%s = %s\n" % (dice.choice(KEYS) % scope, dice.choice(THEIR_VALUES) if scope in BOTH else "5")
    return text


def random_rules(dice, key, scopes, value):
    """Rules of what a drop-in sets; those of all and of default go together but for waivers."""
    rule = {"interfaces": len(scopes) == 2}
    if dice.random() < 0.5:
        rule["at_least"] = value
    # A waiver of conf.default alone keeps its live value and not that of the boot, where conf.all is restated for interfaces.
    waived = scopes[:dice.choice((0, 0, 0, 0, 0, 0, 0, 1, 2))]
    rules = {key % scope: dict(rule, waived="CHG-1") if scope in waived else rule for scope in scopes}
    if dice.random() < 0.2:
        rules[key % dice.choice(("eth0", "v0"))] = {"waived": "CHG-2"}
    return rules


def random_call(dice, values):
    """(path -> text, rules) of one or both drop-ins; none sets what the other one does."""
    keys, texts, rules = dice.sample(KEYS, len(KEYS)), {}, {}
    for path in dice.choice(((A,), (B,), (A, B))):
        asked, texts[path] = [keys.pop() for _key in range(min(len(keys), dice.randrange(3)))], ""
        for key in asked:
            value, scopes = dice.choice(values), dice.choice((BOTH, BOTH, ("default",), ("all",)))
            texts[path] += "".join("%s = %s\n" % (key % scope, value) for scope in scopes)
            rules.update(random_rules(dice, key, scopes, value))
    return texts, rules


# --- what happens ---

class Life:
    def __init__(self, seed):
        self.dice, self.told = random.Random(seed), ["seed %d" % seed]
        files = {path: text_of_others(self.dice, scopes) for path, scopes in sorted(OTHERS.items()) if self.dice.random() < 0.3}
        interfaces = {"eth0": True, "v0": False} if self.dice.random() < 0.5 else {"eth0": True}
        self.ours, self.without = World(KERNEL, files, interfaces), World(KERNEL, files, dict(interfaces))
        self.number, self.reboots = len(interfaces) - 1, self.dice.random() < 0.5
        self.both("begins with %s and %s" % (files, interfaces), lambda world: world.reboot(KERNEL))

    def both(self, told, happens):
        self.told.append(told)
        for world in (self.ours, self.without):
            happens(world)

    def something(self):
        # What others change beside our lines is seen live, so a reboot loses it: the way back is to what was seen last.
        self.dice.choice((self.interface, self.reboot) if self.reboots else (self.interface, self.others_set, self.package))()

    def interface(self):
        virtual = sorted(set(self.ours.interfaces) - {"eth0"})
        if virtual and self.dice.random() < 0.5:
            self.both("%s goes" % virtual[0], lambda world: world.remove(virtual[0]))
        else:
            # What is remembered of one that is gone counts for the next one of its name, so there is none.
            name, address = "v%d" % self.number, self.dice.random() < 0.5
            self.number += 1
            self.both("%s appears%s" % (name, " and gets an address" if address else ""), lambda world: appear(world, name, address))

    def reboot(self):
        self.both("a reboot", lambda world: world.reboot(KERNEL))

    def others_set(self):
        # An interface that we have set does not follow conf.default any more.
        name = self.dice.choice(sorted(set(self.without.live) - {"net.ipv4.conf.default.rp_filter"}))
        value = self.dice.choice(THEIR_VALUES)
        self.both("others set %s = %s" % (name, value), lambda world: world.write(name, value))

    def package(self):
        path, text = self.dice.choice(CHANGING), text_of_others(self.dice, OF_ALL)
        self.both("a package writes %s: %r" % (path, text), lambda world: world.files.update({path: text}))

    def call(self):
        # An interface that starts anew with another value of ours than it had is not known again.
        texts, rules = random_call(self.dice, OUR_VALUES[-1] if self.reboots else OUR_VALUES)
        if self.dice.random() < 0.4:
            steps = self.dice.randrange(8)
            self.told.append("a call that is killed after %d steps: %s, rules %s" % (steps, texts, rules))
            self.ours.kill(texts, rules, steps)
        else:
            self.told.append("a call: %s, rules %s" % (texts, rules))
            plan = self.ours.run(texts, rules)
            again = self.ours.run(texts, rules)
            self.expect(not again.writes and not again.files, "the second run changes %s %s" % (again.writes, again.files))
            self.check_boots(plan, texts, rules)

    # --- what must be true ---

    def expect(self, good, what):
        assert good, "\n".join(self.told + [what])

    def check_boots(self, plan, texts, rules):
        booted, without = rebooted(self.ours), rebooted(self.without)
        elsewhere = {name for path, known in self.ours.saved.files.items() if path not in texts for name in known.lines or {}}
        for row in plan.rows:
            interface = _names.interface_of(row.name)
            every = [_names.of_interface(row.name, scope) for scope in BOTH] if interface else []
            # What appears after the files are read begins with conf.default, of which a row's boot value says nothing.
            if interface and not self.ours.interfaces.get(interface):
                continue
            if row.state in ("ok", "changed", "stricter") and None not in (row.wanted, row.boot):
                # Which of two lines decides about an interface may depend on what it was before: then each of them is as good.
                least = row.wanted if interface and "at_least" in rules.get(every[1], {}) else None
                self.expect_value("%s boots" % (row,), row.name, booted[row.name], [row.boot], least)
            elif row.state == "waived" and interface and not elsewhere.intersection(every):
                own = [without[row.name], self.without.live[row.name]]
                self.expect_value("waived %s boots" % row.name, row.name, booted[row.name], own)

    def expect_value(self, what, name, value, expected, least=None):
        good = any(_values.same(name, value, other) for other in expected) or least is not None and int(value, 0) >= int(least)
        self.expect(good, "%s with %s, not %s" % (what, value, expected))

    def check_rollback(self):
        self.told.append("a rollback")
        self.ours.absent()
        live = {name: (value, self.without.live[name]) for name, value in self.ours.live.items()
                if not _values.same(name, value, self.without.live[name])}
        self.expect(not live, "live with and without us: %s" % live)
        self.expect(self.ours.files == self.without.files, "files %s, without us %s" % (self.ours.files, self.without.files))
        self.expect(not self.ours.saved.parameters and not self.ours.saved.files, "remembered: %s" % (self.ours.saved,))


def appear(world, name, address):
    world.add(name)
    world.apply_files(name)
    if address:
        world.give_address(name)


def rebooted(world):
    """The live values of a host after a reboot that does not happen to it."""
    after = copy.copy(world)
    after.reboot(KERNEL)
    return after.live


@pytest.mark.parametrize("seed", range(LIVES))
def test_a_rollback_leaves_a_host_as_it_would_be_without_us(seed):
    life = Life(seed)
    for _call in range(life.dice.randrange(1, 5)):
        for _event in range(life.dice.randrange(3)):
            life.something()
        life.call()
    life.check_rollback()
