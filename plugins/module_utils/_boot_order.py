# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""With which values a boot ends: which files are read, in which order their lines are written, and what the kernel makes of that.

Pure. Private to the collection.
"""

from functools import lru_cache

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour, _glob, _names, _sysctl_d, _values
from ansible_collections.photon.hardening.plugins.module_utils._model import Winner

# Parameter -> the pair of BOUNDS that it is in.
_BOUNDS = {name: pair for pair in _behaviour.BOUNDS for name, _start in pair}
# What parameters hold before any file is read, by their last part; the others are not known.
_AT_START = dict.fromkeys(("addr_gen_mode", "dirty_background_bytes", "dirty_bytes", "disable_ipv6", "force_forwarding", "forwarding",
                           "ignore_routes_with_linkdown", "overcommit_kbytes"), "0")
# Parts of the names of parameters of interfaces that move other ones than their namesakes, and the same of all others.
_MOVERS = ("forwarding", "stable_secret", "disable_ipv6")
_OTHER_MOVERS = ("net.ipv4.tcp_congestion_control",)


def at_start(name):
    """What NAME holds before any file is read, None where that is not known."""
    return _AT_START.get(name.rpartition(".")[2])


def in_boot_order(files, dialect=_sysctl_d.SYSTEMD):
    """The files that are read, in their order: by the bytes of the name over all folders, the first folder's file of a name."""
    chosen = {}
    for folder in dialect.folders:
        for item in files:
            where, _slash, base = item.path.rpartition("/")
            if where == folder and _sysctl_d.is_read(base):
                chosen.setdefault(base, item)
    return [chosen[base] for base in sorted(chosen, key=_glob.octets)] + [item for item in files if item.path == dialect.last]


def _simplified(path):
    """PATH without what means nothing: kernel//a, /kernel/a and ./kernel/a are the same file as kernel/a."""
    if "//" not in path and "/." not in path and path[:1] not in "./" and path[-1] != "/":
        return path
    return "/".join(part for part in path.split("/") if part not in ("", "."))


def _resolved(path):
    """PATH after its parts `..` have led up; None where they lead out of /proc/sys."""
    parts = []
    for part in path.split("/"):
        if part != "..":
            parts.append(part)
        elif not parts:
            return None
        else:
            parts.pop()
    return "/".join(parts)


def _movers(name, interface):
    """The parameters, and names of them, whose writes decide about NAME, NAME itself included; INTERFACE is that of NAME or None."""
    parts = name.split(".")
    if not interface or len(parts) != 5:
        return _movers_of(name, interface)
    # They are the same for every interface, and a host may have many.
    own = "." + parts[3] + "."
    return [mover.replace(".x.", own) for mover in _movers_of(name.replace(own, ".x."), "x")]


@lru_cache(maxsize=None)
def _movers_of(name, interface):
    found, waiting = [], [name]
    while waiting:
        one = waiting.pop()
        if one in found:
            continue
        found.append(one)
        waiting.extend(_behaviour.names_of(one))
        waiting.extend(other for other in [_behaviour.partner(one)] if other)
        waiting.extend(mover for mover in _candidates(one, interface) if any(
            move.name == one for value in ("0", "1") for move in _moves(mover, value, interface)))
    return tuple(found)


def _candidates(name, interface):
    """The parameters that a move to NAME can come from: most that NAME moves also move it."""
    own = [move.name for value in ("0", "1") for move in _behaviour.moves(name, value, (interface,) if interface else ())]
    parts = name.split(".")
    if len(parts) != 5 or parts[0] != "net":
        return own + list(_OTHER_MOVERS)
    keys = {parts[4]}.union(_MOVERS, (other.rpartition(".")[2] for other in own))
    return own + [".".join(parts[:3] + [scope, key]) for scope in ("all", "default", parts[3]) for key in sorted(keys)]


@lru_cache(maxsize=4096)
def _moves(name, value, interface):
    """What a write moves, without what stays as it was or does not, nobody can see which."""
    return tuple(move for move in _behaviour.moves(name, value, (interface,) if interface else ()) if move.maybe is None)


class BootOrder:
    """Answers with which value the boot leaves a parameter, and which line decides that.

    systemd-sysctl keeps one value for each name or pattern, at the place where it was first given; another value moves it to the end. In
    this order it writes. A pattern stands for all parameters that match it and of which no line speaks by name. The kernel takes one
    write after another, and does what `_behaviour` knows.
    """

    def __init__(self, files, dialect=_sysctl_d.SYSTEMD):
        self._dialect = dialect
        # A path below /proc/sys or a pattern -> its Winner. Their order is that of the writes.
        self._table = {}
        for item in in_boot_order(files, dialect):
            for line in _sysctl_d.speaking(item.text, dialect):
                self._assign(item.path, line)
        # A path -> (place in the order, Winner) of each line that names it.
        self._lines, self._globs, self._known, self._winners = {}, _glob.Globs(), {}, {}
        for place, (key, winner) in enumerate(self._table.items()):
            if winner.value is not None:
                self._place(place, key, winner)

    def _is_glob(self, key):
        return self._dialect.patterns and _names.is_glob(key)

    def _assign(self, path, line):
        # Before patterns were known, names were compared as they stand.
        key = _names.key_path(line.name)
        if self._dialect.patterns:
            key = _simplified(key)
        if key in self._table:
            if self._table[key].value == line.value:
                return
            del self._table[key]
        self._table[key] = Winner(line.value, path, line.number)

    def _place(self, place, key, winner):
        if self._is_glob(key):
            # With a part `..` it matches nothing, as since 248.
            self._globs.add(key, (place, winner))
            return
        path = _simplified(key)
        if "/../" in "/" + path:
            path = _resolved(path) if self._dialect.unchecked else None
        if path:
            self._lines.setdefault(path, []).append((place, winner))

    def _writes(self, name):
        """(place, Winner) of all writes to NAME, in their order."""
        if name not in self._known:
            self._known.update(self._fitting(*_BOUNDS[name]) if name in _BOUNDS else {name: self._valid(name)})
        return self._known[name]

    def _valid(self, name):
        path = _names.key_path(name)
        found = self._lines.get(path, [])
        if path not in self._table:
            found = sorted(set(found + self._globs.matching(path)))
        return [(place, winner) for place, winner in found if _values.takes(name, winner.value)]

    def _fitting(self, low, high):
        """name -> writes of the two parameters that bound each other, without those that the kernel refuses as the other one is then. LOW,
        HIGH: (name, the first number when a boot begins)."""
        firsts, kept = dict((low, high)), {low[0]: [], high[0]: []}
        for write, name in sorted((write, one) for one in kept for write in self._valid(one)):
            tried = dict(firsts, **{name: _values.parse(name, write[1].value)[0]})
            if tried[low[0]] <= tried[high[0]]:
                firsts = tried
                kept[name].append(write)
        return kept

    def names(self):
        """Every parameter that some line names without a pattern."""
        return [_names.swapped(path) for path in self._lines]

    def spoken(self):
        """parameter or pattern -> the Winner of its own lines."""
        return {_names.swapped(key): winner for key, winner in self._table.items() if winner.value is not None}

    def line(self, name):
        """The Winner of the lines that name NAME or have a pattern for it, whatever moves it afterwards; or None."""
        return self._writes(name)[-1][1] if self._writes(name) else None

    def winner(self, name):
        """The Winner, or None where no file speaks of NAME. Its value is None where the line that does sets nothing (`-NAME`, which
        shields from patterns, or a value that the kernel refuses), and where it moves NAME to a value that cannot be computed."""
        if name not in self._winners:
            self._winners[name] = self._found(name)
        return self._winners[name]

    def _found(self, name):
        interface = _names.interface_of(name)
        writes = [(place, mover, winner) for mover in _movers(name, interface) for place, winner in self._writes(mover)]
        if all(mover == name for _place, mover, _winner in writes):
            found = writes[-1][2] if writes else None
        else:
            found = self._ending(sorted(writes, key=lambda write: write[0]), name, interface)
        spoken = self._table.get(_names.key_path(name))
        return found or (spoken and spoken._replace(value=None))

    def ending(self, name):
        """The Winner as far as it is certain: where the line of an interface is not, that for conf.default which may move it later."""
        return self._may_follow(name) or self.winner(name)

    def _may_follow(self, name):
        """The Winner of a line for conf.default that may move NAME, of an interface, after NAME's own line; None where there is none.

        An own line with the value that is there at that time is not written, and the kernel takes the interface for one that nobody set.
        """
        interface = _names.interface_of(name)
        own = self._writes(name) if interface else ()
        if not own:
            return None
        default = _names.of_interface(name, "default")
        if not any(move.name == name and move.maybe for move in _behaviour.moves(default, "1", (interface,))):
            return None
        place, winner = own[-1]
        later = [other for after, other in self._writes(default) if after > place and not _values.same(name, other.value, winner.value)]
        return later[-1] if later else None

    def _is_written_again(self, switch, before, value):
        """Whether a line with the VALUE that is there moves others all the same: systemd-sysctl passes over the same text alone."""
        return _behaviour.moves_anyway(switch) and (self._dialect.unchecked or value != _values.printed(switch, before))

    def _ending(self, writes, name, interface):
        """The Winner for NAME after WRITES, triples of place, name and Winner in their order."""
        state = {}
        for _place, written, winner in writes:
            switch, partner = _behaviour.switch(written), _behaviour.partner(written)
            before = state[switch].value if switch in state else at_start(switch)
            state[switch] = winner
            repeats = before is not None and _values.same(switch, before, winner.value)
            if repeats and not self._is_written_again(switch, before, winner.value):
                continue
            if partner:
                state[partner] = winner._replace(value="0")
            for move in _moves(written, winner.value, interface):
                state[_behaviour.switch(move.name)] = winner._replace(value=move.value)
        return state.get(_behaviour.switch(name))
