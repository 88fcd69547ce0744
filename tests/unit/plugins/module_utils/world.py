# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host in memory for the tests of the pure rooms: live values that move as the kernel moves them, files, and what is remembered."""

import errno
import fnmatch
import itertools

from ansible_collections.photon.hardening.plugins.module_utils import (
    _baseline,
    _behaviour,
    _boot_order,
    _memory,
    _names,
    _plan,
    _remember,
    _rivals,
    _rules,
    _sysctl_d,
    _uses,
    _values,
    _wants,
)
from ansible_collections.photon.hardening.plugins.module_utils._model import Attributes, File, Reading, Request, Saved, Snapshot, Use

ROOTS = Attributes(0o644, 0, 0)


def _read_back(saved):
    """As the next run finds it."""
    return _baseline.parsed(_baseline.text_of(saved)) if saved.parameters or saved.files else Saved({}, {})


class World:
    def __init__(self, live=None, files=None, interfaces=(), uses=None, modules=(), dialect=_sysctl_d.SYSTEMD):
        self.live, self.files, self.saved = dict(live or {}), dict(files or {}), Saved({}, {})
        self.interfaces = interfaces if isinstance(interfaces, dict) else dict.fromkeys(interfaces, False)
        self.uses = {name: Use(*use) for name, use in (uses or {}).items()}
        self.modules, self.dialect, self.boot, self.container_host = set(modules), dialect, "first boot", "auto"
        self.said = {}
        self.rivals, self.log, self.machine_id = _rivals.NONE, [], None
        # The parameters of interfaces that nobody has set since the interface is there.
        self.unset = set()

    # --- the kernel ---

    def reading(self, name):
        value = self.live.get(name)
        return value if isinstance(value, Reading) else Reading(value, errno.ENOENT if value is None else 0)

    def write(self, name, value):
        """Set a parameter; what the kernel moves along moves, and an alias reads the same."""
        before = self.live.get(name)
        self.log.append((name, value))
        for alias in _behaviour.names_of(name):
            if alias in self.live:
                self.live[alias] = _values.landing(name, value, before or "")
        self.unset.discard(name)
        if before is None or not _values.same(name, before, value) or _behaviour.moves_anyway(name):
            partner = _behaviour.partner(name)
            if partner in self.live:
                self.live[partner] = "0"
            for move in _behaviour.moves(name, value, self.interfaces):
                self._moved(move)

    def _moved(self, move):
        value = move.maybe if move.value is None and move.name in self.unset else move.value
        if move.name.endswith(".mtu"):
            # The interface's own one.
            value = "1500"
        if value is not None and move.name in self.live:
            self.live[move.name] = value

    # --- interfaces and boots ---

    def add(self, interface, device=False):
        """An interface appears, and starts with what conf.default has."""
        self.interfaces[interface] = device
        for default in [name for name in self.live if ".default." in name]:
            name = _names.of_interface(default, interface)
            self.live[name] = self.live[default]
            self.unset.add(name)

    def remove(self, interface):
        del self.interfaces[interface]
        self.live = dict(item for item in self.live.items() if _names.interface_of(item[0]) != interface)
        self.unset.intersection_update(self.live)

    def give_address(self, interface):
        """From now on it does not follow conf.default."""
        self.unset = {name for name in self.unset if _names.interface_of(name) != interface}

    def apply_files(self, interface=None):
        """What systemd-sysctl does at boot, and udev's rule for an INTERFACE that has appeared."""
        lines = {}
        for item in _boot_order.in_boot_order([File(*item) for item in sorted(self.files.items())], self.dialect):
            for line in _sysctl_d.parse(item.text, self.dialect):
                if line.name and lines.get(line.name, ()) != line.value:
                    # The last of one name counts, at its own place.
                    lines.pop(line.name, None)
                    lines[line.name] = line.value
        for pattern, value in lines.items():
            for name in self._matched(pattern, lines):
                if value not in (None, self.live[name]) and interface in (None, _names.interface_of(name)):
                    self.write(name, _values.printed(name, value))

    def _matched(self, pattern, lines):
        if not _names.is_glob(pattern):
            return [pattern] if pattern in self.live else []
        return [name for name in sorted(self.live) if name not in lines and name.count(".") == pattern.count(".")
                and fnmatch.fnmatchcase(name, pattern)]

    def reboot(self, kernel):
        """Everything starts anew, with the parameters of the KERNEL; devices are there before the files are read, others come later."""
        there, self.interfaces, self.live, self.unset = self.interfaces, {}, dict(kernel), set()
        self.boot = "after " + self.boot
        devices = [interface for interface in sorted(there) if there[interface]]
        for interface in devices:
            self.add(interface, True)
        self.apply_files()
        for interface in devices:
            self.give_address(interface)
        for interface in sorted(set(there).difference(devices)):
            self.add(interface)
            self.apply_files(interface)
            self.give_address(interface)

    # --- a run ---

    def snapshot(self, request):
        files = [File(path, text, ROOTS) for path, text in sorted(self.files.items())]
        saved = _memory.settled(self.saved, files)
        names = _wants.names(request, self.interfaces, saved)
        uses = _uses.holding(_uses.with_seen(self.uses, saved.seen), request.container_host, request.uses)
        return Snapshot({name: self.reading(name) for name in names}, files, self.dialect, self.rivals, uses, self.modules,
                        "6.1.0", "x86_64", self.interfaces, {}, self.boot, saved, self.machine_id,
                        _boot_order.BootOrder(_memory.files_of_others(saved, files), self.dialect))

    def plan(self, dropins, rules=None, conflicts="restate", image=False):
        """DROPINS: path -> text."""
        files = [File(*item) for item in sorted(dropins.items())]
        request = Request(files, _rules.checked(rules or {}), conflicts, self.container_host, image, self.said)
        return _plan.plan(request, self.snapshot(request))

    def run(self, dropins, rules=None, conflicts="restate"):
        """Carry a plan out, as `_apply` does on a kernel that refuses nothing."""
        plan = self.plan(dropins, rules, conflicts)
        known = set(plan.live_before).union(alias for write in plan.writes for alias in _behaviour.names_of(write.name))
        live = dict(self.live)
        for _step in self._steps(plan):
            pass
        # What moves has to be known before, also as what has to be put back when a run fails.
        assert not [name for name in live if self.live[name] != live[name] and name not in known]
        return plan

    def _steps(self, plan):
        """A run may be killed after each of them."""
        before, first = self.saved, _remember.before_writes(self.saved, plan)
        self.saved = _read_back(first)
        yield
        for write in plan.writes:
            self.write(write.name, write.value)
            yield
        for _written in self._hold(plan.expected):
            yield
        # Of what may follow, the run tells afterwards whether it did.
        wrong = [item for item in plan.rows if item.after is not None and item.name not in plan.followers
                 and not _values.same(item.name, item.after, self.live[item.name])]
        assert not wrong, wrong
        for path, text in sorted(plan.files.items()):
            self.files.pop(path, None)
            if text is not None:
                self.files[path] = text
            yield
        moved = {name: (plan.live_before[name], self.live.get(name)) for name in plan.followers}
        self.saved = _read_back(_remember.after_run(plan.saved, before, first, {}, {}, moved, self.boot))

    def _hold(self, values):
        """What does not hold is written again, as `_apply` does it."""
        for _round in range(5):
            off = [name for name in sorted(values, key=_behaviour.order) if not _values.same(name, values[name], self.live[name])]
            for name in off:
                partner = _behaviour.partner(name)
                if partner not in values or values[name] != "0" or values[partner] == "0":
                    self.write(name, values[name])
                    yield name
        assert not off, off

    def fail(self, dropins, rules=None):
        """A run whose last value the kernel refuses: it puts everything back."""
        plan = self.plan(dropins, rules)
        for write in plan.writes:
            self.write(write.name, write.value)
        list(self._hold({name: value for name, value in plan.live_before.items() if value is not None}))

    def kill(self, dropins, rules=None, writes=0, conflicts="restate"):
        """A run that is killed after so many WRITES; what it writes again and the files that it replaces count, too."""
        list(itertools.islice(self._steps(self.plan(dropins, rules, conflicts)), writes + 1))

    def absent(self, rules=None):
        known = set(self.saved.files) | {entry.dropin for entry in self.saved.parameters.values() if entry.dropin}
        return self.run({path: "" for path in known if not _sysctl_d.is_restating(path)}, rules)

    def boots_with(self, name):
        """The value that the files set at boot, None where they set none."""
        order = _boot_order.BootOrder([File(path, text) for path, text in sorted(self.files.items())], self.dialect)
        winner = order.ending(name)
        return winner.value if winner else None
