# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every `net.*` parameter of a real kernel is written, and what else moves is compared with what our table says.

Runs in the namespace that run.sh makes, and nowhere else.
"""

import os
import random

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour, _names, _values

SYS = "/proc/sys/"
# Texts that some kinds of parameters take and others refuse.
ODD = ["+5", "08", "x", "1x", "1,2", "2147483648", "-2147483649", "4294967296", "18446744073709551616", "-1", "1 # why", "0x10", "010",
       "-", "0-1", "5-3", "1 2 3 4", "9" * 30, "000000000000000000001", "1 x", "", "4294967295", "-0", "70000", "80,100-200", "100-200,80",
       "2001:db8::1", "::5 x", "1::2::3", "12345::1", "::1.2.3.4", "fe80::1%lo"]


class Kernel:
    """The parameters below net, each of them kept open: thousands of snapshots are read."""

    def __init__(self):
        files = [os.path.join(folder, base) for folder, _folders, bases in os.walk(SYS + "net") for base in bases]
        self.paths = {_names.canonical(path[len(SYS):]): path for path in files}
        self.open = {name: os.open(path, os.O_RDONLY) for name, path in self.paths.items() if os.stat(path).st_mode & 0o400}
        # What locks itself is the whole machine's; a parameter that nobody reads is an action.
        self.names = sorted(name for name in self.open if os.stat(self.paths[name]).st_mode & 0o200 and not _behaviour.locked(name, "1"))
        self.interfaces = ["left", "lo", "right.5"]

    def read(self, name):
        try:
            return os.pread(self.open[name], 65536, 0).decode().strip()
        except OSError:
            return None

    def write(self, name, text):
        """Whether the kernel took it."""
        try:
            descriptor = os.open(self.paths[name], os.O_WRONLY)
            try:
                os.write(descriptor, (text + "\n").encode())
            finally:
                os.close(descriptor)
        except OSError:
            return False
        return True

    def snapshot(self):
        return {name: self.read(name) for name in self.open}

    def change(self, name):
        """Write the first other value that NAME takes; the value, None where it takes none."""
        before = self.read(name)
        for text in others(name, before):
            if self.write(name, text) and self.read(name) != before:
                return text
        return None

    def put_back(self, names, before):
        """The way back for NAMES, in our order."""
        for name in sorted(names, key=_behaviour.order):
            if name in self.names and before[name] is not None:
                self.write(name, before[name])


def differing(one, other):
    return {name for name, value in one.items() if value != other[name]}


def others(name, value):
    """Texts that NAME may take instead of VALUE."""
    kind = _values.kind(name)
    if kind == "address":
        return ["2001:db8::1", "2001:db8::2"]
    if kind == "text":
        return ["kernel", "userspace", "reno", "cubic", "3", "1-2-3-4", "5-6-7-8"]
    if kind == "ranges":
        return ["80,100-200", "100"]
    head, _blank, rest = value.partition("\t")
    if not _values.is_number(head):
        return []
    number = int(head)
    return ["%d\t%s" % (other, rest) for other in (number + 1000, number + 1, number - 1, 1, 0, 2, 3, number * 2, number - 1000)]


@pytest.fixture(scope="module")
def kernel():
    found = Kernel()
    assert os.environ.get("MACHINE_NETWORK", "") not in ("", os.readlink("/proc/self/ns/net")), "only run.sh may run this"
    assert os.statvfs(SYS + "kernel").f_flag & os.ST_RDONLY, "only run.sh may run this"
    assert len(found.names) > 300
    return found


def general(name):
    """NAME without the interface, `all` or `default` that it is about."""
    parts = name.split(".")
    return ".".join(parts[:3] + ["*"] + parts[4:]) if parts[2] in ("conf", "neigh") else name


class Reach:
    """What moved, against what was predicted, over many writes. now: the last snapshot."""

    def __init__(self, kernel):
        self.kernel, self.now = kernel, kernel.snapshot()
        self.wrong, self.sometimes, self.seen, self.changes = [], set(), set(), 0

    def write(self, name, text):
        """Write TEXT, which may be None: another value than there is now; the snapshot from before."""
        before = self.now
        if text is None:
            self.kernel.change(name)
        else:
            self.kernel.write(name, text)
        self.now = self.kernel.snapshot()
        moved = differing(self.now, before) - set(_behaviour.names_of(name))
        if self.now[name] != before[name]:
            self.changes += 1
        elif moved and not _behaviour.moves_anyway(name):
            self.wrong.append("%s = %s did not change it, but moved %s" % (name, text, sorted(moved)))
        if self.now[name] != before[name] or moved:
            self.compare(name, before, self.now, moved)
        return before

    def compare(self, name, before, after, moved):
        for other in _behaviour.names_of(name):
            if not _values.same(name, after.get(other, after[name]), after[name]):
                self.wrong.append("%s is not %s" % (other, name))
        moves = {move.name: move for move in _behaviour.moves(name, after[name], self.kernel.interfaces) if move.name in after}
        for other in moved - set(moves):
            self.wrong.append("%s = %s moved %s: %s -> %s" % (name, after[name], other, before[other], after[other]))
        for move in moves.values():
            self.check(name, move, before[move.name], after[move.name])

    def check(self, name, move, before, after):
        if move.value is not None:
            if not _values.same(move.name, move.value, after):
                self.wrong.append("%s: %s is %s, predicted was %s" % (name, move.name, after, move.value))
            return
        self.sometimes.add((general(name), general(move.name)))
        if after != before:
            self.seen.add((general(name), general(move.name)))
            if move.maybe is not None and not _values.same(move.name, move.maybe, after):
                self.wrong.append("%s: %s is %s, predicted was %s or %s" % (name, move.name, after, before, move.maybe))


@pytest.fixture(scope="module")
def reach(kernel):
    return Reach(kernel)


def test_reach_and_the_way_back(kernel, reach):
    """Each parameter is changed from the state in which the kernel starts, and put back in our order."""
    # Not all of it can be put back, so this comes last; it writes what interfaces take over before their own is set.
    for name in sorted(kernel.names, key=lambda name: (_behaviour.never_unset(name), ".default." not in name, name)):
        start = reach.write(name, None)
        kernel.put_back(differing(reach.now, start), start)
        reach.now = kernel.snapshot()
        left = differing(reach.now, start)
        assert not left or _behaviour.never_unset(name), "%s: not put back: %s" % (name, sorted(left))
    print("%d parameters changed and put back" % reach.changes)
    assert not reach.wrong
    assert reach.changes > 0.9 * len(kernel.names)


def test_reach_from_anywhere(kernel, reach):
    """What a write moves depends on where the others stand: all of them are written over and over, in any order."""
    chance, start = random.Random(5), reach.now
    for done in range(8):
        if done > 1 and not unseen(reach):
            break
        for name in chance.sample(kernel.names, len(kernel.names)):
            reach.write(name, start[name] if start[name] is not None and chance.random() < 0.5 else None)
    kernel.put_back(differing(reach.now, start), start)
    print("%d changes in all, %d rounds" % (reach.changes, done))
    assert not reach.wrong
    assert unseen(reach) == [], "predicted, and never seen to move"


def unseen(reach):
    """What was predicted to move sometimes and did not; what is read-only here moves in the machine's own network only."""
    return sorted(pair for pair in reach.sometimes - reach.seen if "*" in pair[1] or pair[1] in reach.kernel.names)


def test_forms(kernel):
    """What we refuse never lands; what the kernel takes reads back as we say; and our own form of a value can be written."""
    wrong = []
    for name in kernel.names:
        if _names.interface_of(name) == "lo" or _behaviour.never_unset(name):
            continue
        for text in ODD:
            before = kernel.read(name)
            done, after = kernel.write(name, text), kernel.read(name)
            wrong += ["%s = %r: %s" % (name, text, fault) for fault in form_faults(name, text, before, after, done)]
            kernel.write(name, before)
    assert wrong == []


def form_faults(name, text, before, after, done):
    landed = _values.same(name, _values.landing(name, text, before), after)
    if _values.problem(name, text) and done and landed and after != before:
        yield "refused by us, and lands"
    if done and not landed and not _values.problem(name, text) and not _behaviour.own_form(name):
        yield "reads back as %r" % after
