# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The model of a report: the results of many hosts, merged, and everything that is counted of them.

The same results in any order, or given twice, make the same model. A fleet of 10,000 hosts with 100 parameters each has to fit into some
100 MB: of each parameter the different cells are kept once, and which host has which. Pure. Private to the collection.
"""

import array
import hashlib
import itertools
import json
import math
import operator
import re
from collections import Counter, namedtuple

from ansible_collections.photon.hardening.plugins.module_utils import _guest
from ansible_collections.photon.hardening.plugins.module_utils._model import STATES
from ansible_collections.photon.hardening.plugins.plugin_utils import _harmless, _verdicts

SCHEMA_VERSION = 1
MODES = ("harden", "audit", "rollback", "adopt", "forget")
OUTCOMES = ("done", "failed", "unreachable", "unknown")

# Of a host: what its shard says.
Host = namedtuple("Host", "name time run mode outcome check_mode changed msg notes kernel waivers provenance omitted guest")
# What is told of a guest of VMware: no parameter, and counted as none. state: one of _guest.STATES.
GuestRow = namedtuple("GuestRow", "name value state reason source")
# Of a parameter on a host: the fields of the module's row.
Cell = namedtuple("Cell", "state before wanted after boot_before boot boot_source dropin reason")
# What is wrong with the input or with a host. kind: one of PROBLEMS. source: a host or a file.
Problem = namedtuple("Problem", "kind source message")
PROBLEMS = ("unreadable", "truncated", "schema", "duplicate", "missing", "stale", "unreachable", "failed", "unknown")
# Those of a result that is not there as a whole.
LOST = PROBLEMS[:4]
# A parameter in a state. hosts: how many.
Finding = namedtuple("Finding", "name state verdict hosts")
# What is told of a waiver.
WAIVER = ("name", "reason", "expires", "owner", "ticket", "control")
# Texts of a host's kernel and of what made its result.
_KERNEL, _ORIGIN = ("release", "machine", "system"), ("collection", "catalogue", "ansible_core", "profile")

NONE = 0xffffffff
# Of a parameter with more different cells than this, the values are kept apart from the cells.
MOST_CELLS = 512
_TIME = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ", re.ASCII)


class BadShard(ValueError):
    """A line that is no host's result. `kind` is one of PROBLEMS."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


# --- one line ---

def _finite(text):
    """JSON has no other numbers, but Python reads them, and would write them."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("%s is no number" % text)
    return number


_JSON = json.JSONDecoder(parse_float=_finite, parse_constant=_finite)


def parsed(line):
    """The shard in a LINE of JSON, its shape checked; BadShard says what is wrong with it."""
    if len(line) > _harmless.MAX_SIZE:
        raise BadShard("schema", "it is larger than any result")
    try:
        shard = _JSON.decode(line)
    except RecursionError:
        raise BadShard("unreadable", "it is nested too deeply") from None
    except ValueError as exc:
        ended = getattr(exc, "pos", 0) >= len(line.rstrip()) or "Unterminated" in str(exc)
        raise BadShard("truncated" if ended else "unreadable", "it is no JSON: %s" % _harmless.line(exc)) from None
    _check_shape(shard)
    return shard


def _check_shape(shard):
    if not isinstance(shard, dict) or shard.get("schema_version") != SCHEMA_VERSION:
        raise BadShard("schema", "it is not a result of schema_version %d" % SCHEMA_VERSION)
    for key, right in _SHAPE.items():
        if not right(shard.get(key)):
            raise BadShard("schema", "its %s is not what a result has" % key)


def _is_text(value):
    return isinstance(value, str)


_FIELDS = operator.itemgetter("name", *Cell._fields)


_NAME, _STATE = operator.itemgetter(0), operator.itemgetter(1)
_KINDS = frozenset((str, type(None)))


def _fields(rows):
    """Of each row its name and the fields of its Cell, as they stand in the line."""
    try:
        return list(map(_FIELDS, rows))
    except (KeyError, TypeError, AttributeError):
        raise BadShard("schema", "its parameters are not what a result has") from None


def _is_plain(line):
    """Whether no text in a LINE of JSON can have a character that cannot be printed. Most lines are plain, and this is quick."""
    return line.isascii() and "\\" not in line and "\x7f" not in line


def _checked(rows, plain):
    """The fields of ROWS, harmless; BadShard where one is no row. All at once: they are a million in a fleet of 10,000 hosts.

    PLAIN: their texts are known to be harmless.
    """
    texts = list(itertools.chain.from_iterable(rows))
    if not _KINDS.issuperset(map(type, texts)) or None in set(map(_NAME, rows)) or not set(map(_STATE, rows)).issubset(STATES):
        raise BadShard("schema", "its parameters are not what a result has")
    if plain or "".join(filter(None, texts)).isprintable():
        return rows
    return [tuple(value and _harmless.flat(value) for value in fields) for fields in rows]


def _texts(value, keys):
    """Whether VALUE, nothing or an object, has a text or nothing under each of KEYS."""
    return value is None or isinstance(value, dict) and _KINDS.issuperset(type(value.get(key)) for key in keys)


def _is_list_of_texts(value):
    return value is None or isinstance(value, list) and all(map(_is_text, value))


def _is_provenance(value):
    return value is None or _texts(value, _ORIGIN) and _is_list_of_texts(value.get("groups")) and isinstance(
        value.get("options", {}), (dict, type(None)))


def _is_waiver(value):
    return isinstance(value, dict) and _is_text(value.get("name")) and _texts(value, WAIVER)


def is_guest_row(value):
    """Whether VALUE is a row of the guest side as a result has it."""
    return (isinstance(value, dict) and _is_text(value.get("name")) and value["name"] != "" and _is_text(value.get("state"))
            and value["state"] in _guest.STATES and _texts(value, GuestRow._fields))


_SHAPE = {
    "host": lambda value: _is_text(value) and value != "",
    "run": _is_text,
    "time": lambda value: _is_text(value) and _TIME.fullmatch(value) is not None,
    "mode": lambda value: value in MODES,
    "outcome": lambda value: value in OUTCOMES,
    "check_mode": lambda value: isinstance(value, bool),
    "changed": lambda value: value is None or isinstance(value, bool),
    "msg": lambda value: value is None or _is_text(value),
    "omitted": lambda value: value is None or isinstance(value, int) and not isinstance(value, bool) and value >= 0,
    "notes": _is_list_of_texts,
    "kernel": lambda value: _texts(value, _KERNEL),
    "provenance": _is_provenance,
    "waivers": lambda value: value is None or isinstance(value, list) and all(map(_is_waiver, value)),
    "parameters": lambda value: value is None or isinstance(value, list),
    "guest": lambda value: value is None or isinstance(value, list) and all(map(is_guest_row, value)),
}


def _host(shard, guest):
    """GUEST: the GuestRows of it."""
    harmless = _harmless.result({key: shard.get(key) for key in Host._fields if key not in ("name", "guest")})
    return Host(name=_harmless.flat(shard["host"]), guest=guest, **dict(
        harmless, changed=bool(shard.get("changed")), msg=harmless["msg"] or "", notes=harmless["notes"] or [],
        kernel=harmless["kernel"] or {}, waivers=harmless["waivers"] or [], provenance=harmless["provenance"] or {},
        omitted=shard.get("omitted") or 0))


# --- one parameter ---

class Column:
    """What the hosts have of one parameter.

    `cells`: the different ones. `index`: of each host the number of its cell, NONE where it has no such row. Where there are too many
    different cells, the values in them are numbers, and `texts` has for each host the texts that are meant, with line ends between them.
    """

    def __init__(self):
        self.cells, self.index, self.texts = [], array.array("I"), None
        self._numbers = {}
        # Of a cell which of its values are the same, and the rest -> (its number, where its different values stand first).
        self._shapes = {}

    def put(self, host, cell):
        """Host number HOST has CELL."""
        if self.texts is None and cell not in self._numbers and len(self.cells) >= MOST_CELLS:
            self._widen()
        if self.texts is None:
            self.put_number(host, self._number(cell))
        else:
            self.put_apart(host, ("", *cell))

    def put_apart(self, host, fields):
        """The same where there are texts, for the FIELDS of a row. A fleet whose values all differ needs it a million times."""
        _name, state, first, second, third, fourth, fifth, source, dropin, reason = fields
        # The last one stays: of equal values the place of the first.
        places = {fifth: 4, fourth: 3, third: 2, second: 1, first: 0}
        shape = (state, places[second], places[third], places[fourth], places[fifth], places.get(None), source, dropin, reason)
        known = self._shapes.get(shape)
        if known is None:
            apart, places = _apart(fields[1:])
            known = self._shapes[shape] = self._number(apart), places
        self.texts.put(host, "\n".join([fields[place] for place in known[1]]))
        self.put_number(host, known[0])

    def put_number(self, host, number):
        if host >= len(self.index):
            self.index.extend(_MORE)
        self.index[host] = number

    def _number(self, cell):
        number = self._numbers.setdefault(cell, len(self.cells))
        if number == len(self.cells):
            self.cells.append(cell)
        return number

    def _widen(self):
        old, self.cells, self._numbers, self.texts = self.cells, [], {}, _Texts()
        for host, number in enumerate(self.index):
            if number != NONE:
                self.put(host, old[number])

    def get(self, host):
        """The cell of host number HOST, or None."""
        number = self.index[host] if host < len(self.index) else NONE
        if number == NONE:
            return None
        return Cell._make(self.cells[number] if self.texts is None else _together(self.cells[number], self.texts.get(host)))

    def _raw(self, host):
        """What is kept of host number HOST: its cell, and its text or None."""
        number = self.index[host] if host < len(self.index) else NONE
        return None if number == NONE else (self.cells[number], self.texts and self.texts.get(host))

    def ordered(self, order):
        """The same with the hosts in ORDER (new number -> old number), and nothing in it that depends on the order in which it came."""
        made, index = Column(), self.index + array.array("I", [NONE]) * max(0, len(order) - len(self.index))
        numbers, cells = [index[host] for host in order], self.cells
        if self.texts is not None and self._differ_less(order):
            cells = [self.get(host) for host in order]
            numbers = [NONE if cell is None else host for host, cell in enumerate(cells)]
        elif self.texts is not None:
            made.texts = self.texts.ordered(host if number != NONE else None for host, number in zip(order, numbers, strict=True))
        for cell in sorted({tuple(cells[number]) for number in set(numbers) if number != NONE}, key=_sortable):
            made._number(cell)
        places = {number: made._numbers[tuple(cells[number])] for number in set(numbers) if number != NONE}
        made.index = array.array("I", [places.get(number, NONE) for number in numbers])
        return made

    def _differ_less(self, hosts):
        """Whether HOSTS have no more different cells than fit without texts of their own."""
        found = set()
        for host in hosts:
            found.add(self._raw(host))
            if len(found) > MOST_CELLS + 1:
                return False
        return len(found - {None}) <= MOST_CELLS


# A column grows by so many hosts at a time.
_MORE = array.array("I", [NONE]) * 1024
_MORE_STARTS = array.array("I", [0]) * 1024


class _Texts:
    """One text per host, all in one piece of memory."""

    def __init__(self):
        self._all, self._starts = bytearray(b"\0"), array.array("I")

    def put(self, host, text):
        if host >= len(self._starts):
            self._starts.extend(_MORE_STARTS)
        self._starts[host] = len(self._all)
        self._all += (text + "\0").encode()

    def get(self, host):
        return self._bytes(host).decode("utf-8")

    def _bytes(self, host):
        start = self._starts[host]
        return self._all[start:self._all.index(0, start)]

    def ordered(self, hosts):
        """The same with HOSTS in their order; None is a host without a text."""
        made, pieces = _Texts(), [b"" if host is None else self._bytes(host) for host in hosts]
        made._starts = array.array("I", itertools.accumulate((len(piece) + 1 for piece in pieces[:-1]), initial=1))
        made._all = bytearray(b"\0" + b"\0".join(pieces) + b"\0")
        return made

    def packed(self):
        """Of each host in order its text and a zero."""
        return memoryview(self._all)[1:]


def _sortable(cell):
    return [(item is not None, str(item)) for item in cell]


def _apart(cell):
    """(CELL with the numbers of its different values in their places, where each of these stands first in the fields of a row)."""
    values = cell[1:6]
    different = [value for value in dict.fromkeys(values) if value is not None]
    numbers = {value: number for number, value in enumerate(different)}
    return (cell[0], *map(numbers.get, values), *cell[6:]), [2 + values.index(value) for value in different]


def _together(cell, text):
    values = text.split("\n")
    return (cell[0], *[None if number is None else values[number] for number in cell[1:6]], *cell[6:])


# --- all of them ---

class _Seen:
    """The results that one host has sent: which of them counts, and which others were there."""

    def __init__(self):
        self.host, self.best, self.others = None, None, set()


class Reader:
    """Takes results line by line, in any order, and makes a Fleet of them."""

    def __init__(self):
        self._numbers, self._seen, self._columns, self._problems = {}, [], {}, set()
        # Most rows were seen before, of another host: parameter -> their fields as they stood in the line -> the number of their cell.
        # Nothing of a parameter whose rows were hardly ever seen before.
        self._places = {}
        # The same of rows of the guest side: as they stood in the line -> GuestRow.
        self._guest = {}

    def add(self, source, line):
        """LINE is a host's result, or a BadShard: why there is none. SOURCE says where it stood."""
        try:
            if isinstance(line, BadShard):
                raise line
            shard = parsed(line)
            rows = self._rows(shard.get("parameters") or (), _is_plain(line))
        except BadShard as exc:
            self._problems.add(Problem(exc.kind, source, str(exc)))
            return
        host = _host(shard, tuple(map(self._guest_row, shard.get("guest") or ())))
        number = self._numbers.setdefault(host.name, len(self._seen))
        if number == len(self._seen):
            self._seen.append(_Seen())
        seen = self._seen[number]
        # Of two results of the same second the one with the larger digest counts, whichever came first.
        key = host.time, hashlib.blake2b(line.strip().encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        seen.others.add((*key, host.run, source))
        if seen.best is None or key > seen.best:
            if seen.best is not None:
                self._forget(number)
            seen.host, seen.best = host, key
            self._put(number, rows)

    def _rows(self, rows, plain):
        """Of each row the number of its cell if it was seen before, else None, and its fields."""
        places, found = self._places, []
        try:
            for fields in _fields(rows):
                known = places.get(fields[0])
                found.append((known.get(fields) if known else None, fields))
        except TypeError:
            raise BadShard("schema", "its parameters are not what a result has") from None
        checked = iter(_checked([fields for number, fields in found if number is None], plain))
        return [(number, next(checked) if number is None else fields) for number, fields in found]

    def _guest_row(self, row):
        fields = tuple(map(row.get, GuestRow._fields))
        if fields not in self._guest:
            self._guest[fields] = GuestRow._make(text and _harmless.flat(text) for text in fields)
        return self._guest[fields]

    def _forget(self, number):
        for column in self._columns.values():
            if number < len(column.index):
                column.index[number] = NONE

    def _put(self, host, rows):
        for number, fields in rows:
            column = self._columns.get(fields[0])
            if column is None:
                column = self._columns[fields[0]] = Column()
            if column.texts is not None:
                column.put_apart(host, fields)
            elif number is not None:
                column.put_number(host, number)
            else:
                column.put(host, fields[1:])
                self._remember(fields, column, host)

    def _remember(self, fields, column, host):
        places = self._places.setdefault(fields[0], {})
        if column.texts is None:
            places[fields] = column.index[host]
        else:
            places.clear()

    def fleet(self, expected=(), fresh_from=""):
        """The Fleet; the Reader is used up.

        EXPECTED: names of hosts that should have a result. FRESH_FROM: the time before which a result is stale.
        """
        order = sorted(range(len(self._seen)), key=lambda number: self._seen[number].host.name)
        hosts = [self._seen[number].host for number in order]
        # Both at once would be twice the memory.
        columns = {name: self._columns.pop(name).ordered(order) for name in sorted(self._columns)}
        problems = self._problems | set(self._duplicates()) | set(_of_hosts(hosts, fresh_from))
        missing = set(map(_harmless.flat, expected)) - set(self._numbers)
        problems |= {Problem("missing", name, "there is no result of it") for name in missing}
        order_of = {kind: place for place, kind in enumerate(PROBLEMS)}
        return Fleet(hosts, {name: column for name, column in columns.items() if column.cells},
                     sorted(problems, key=lambda problem: (order_of[problem.kind], problem)))

    def _duplicates(self):
        """Two different results of one host in one run: one of them is not what it looks like."""
        for seen in self._seen:
            sources = sorted({source for time, digest, run, source in seen.others if run == seen.host.run and digest != seen.best[1]})
            if sources:
                yield Problem("duplicate", seen.host.name, "another result of the same run is left out: %s" % ", ".join(sources))


def _of_hosts(hosts, fresh_from):
    for host in hosts:
        if host.time < fresh_from:
            yield Problem("stale", host.name, "its result is of %s" % host.time)
        if host.outcome != "done":
            yield Problem(host.outcome, host.name, host.msg)
        if host.omitted:
            yield Problem("truncated", host.name, "%d parameters are left out of its result" % host.omitted)


class Fleet:
    """What a report tells. `hosts` and `parameters` are in order of their names, `problems` in order of their kind."""

    def __init__(self, hosts, parameters, problems):
        self.hosts, self.parameters, self.problems = hosts, parameters, problems
        # The one place that counts. Of each host: state -> number.
        self._tally = self._counted()

    def _counted(self):
        tally = [Counter() for _host in self.hosts]
        for column in self.parameters.values():
            states = [cell[0] for cell in column.cells]
            for host, number in enumerate(column.index):
                if number != NONE:
                    tally[host][states[number]] += 1
        return tally

    def host_counts(self, number):
        """state -> how many parameters of host NUMBER have it; all states, in their order."""
        return {state: self._tally[number][state] for state in STATES}

    def counts(self):
        return {state: sum(counter[state] for counter in self._tally) for state in STATES}

    def host_verdicts(self, number):
        """verdict -> how many parameters of host NUMBER have it."""
        found = dict.fromkeys(_verdicts.VERDICTS, 0)
        for state, count in self._tally[number].items():
            found[_verdicts.verdict(state, self.hosts[number].check_mode)] += count
        return found

    def verdicts(self):
        each = [self.host_verdicts(number) for number in range(len(self.hosts))]
        return {verdict: sum(found[verdict] for found in each) for verdict in _verdicts.VERDICTS}

    def rows(self, number):
        """(name, Cell) of each parameter of host NUMBER, the worst first."""
        found = [(name, column.get(number)) for name, column in self.parameters.items()]
        check_mode = self.hosts[number].check_mode
        return sorted(((name, cell) for name, cell in found if cell is not None),
                      key=lambda item: (_verdicts.severity(item[1].state, check_mode), item[0]))

    def findings(self):
        """[Finding, ...] of all parameters and states that are no pass; the worst first, then those of most hosts."""
        found, check_modes = Counter(), [host.check_mode for host in self.hosts]
        for name, column in self.parameters.items():
            for (number, check_mode), hosts in Counter(zip(column.index, check_modes, strict=True)).items():
                if number != NONE:
                    state = column.cells[number][0]
                    found[name, state, _verdicts.verdict(state, check_mode)] += hosts
        listed = [Finding(*key, hosts) for key, hosts in found.items() if key[2] != _verdicts.PASS]
        return sorted(listed, key=lambda item: (_verdicts.VERDICTS.index(item.verdict), -item.hosts, item.name, item.state))

    def guest(self):
        """[(GuestRow, hosts that have just this one, hosts that have one of this name and state), ...], findings first, then as hosts have
        them. Of a name and a state there is the one that most hosts have."""
        found = {}
        for row in (row for host in self.hosts for row in host.guest):
            found.setdefault((row.state, row.name), Counter())[row] += 1
        listed = [(*min(rows.items(), key=lambda item: (-item[1], _sortable(item[0]))), rows.total()) for rows in found.values()]
        return sorted(listed, key=lambda item: _guest.STATES.index(item[0].state))

    def bad_hosts(self):
        """The numbers of the hosts that have a finding or no whole result."""
        return [number for number, host in enumerate(self.hosts)
                if host.outcome != "done" or any(self.host_verdicts(number)[verdict] for verdict in _verdicts.FINDINGS)]

    def waivers(self):
        """[(waiver, number of hosts), ...], those that end first come first."""
        found = Counter(tuple((key, waiver.get(key)) for key in WAIVER) for host in self.hosts for waiver in host.waivers)
        listed = [(dict(key), hosts) for key, hosts in found.items()]
        return sorted(listed, key=lambda item: ([item[0]["expires"] or "9999"] + [str(item[0][key]) for key in WAIVER]))

    @property
    def time(self):
        """When the newest result was kept; "" without one. A report has no other time, so that the same results make the same file."""
        return max((host.time for host in self.hosts), default="")


def read(lines, expected=(), fresh_from=""):
    """The Fleet of LINES, (source, text) each."""
    reader = Reader()
    for source, line in lines:
        reader.add(source, line)
    return reader.fleet(expected, fresh_from)


def verdict_sentence(fleet):
    """What a report says first."""
    bad, total = len(fleet.bad_hosts()), len(fleet.hosts)
    without = len({problem.source for problem in fleet.problems if problem.kind in ("missing", "stale")})
    if not total:
        return "There is no result of any host."
    first = ("All %d hosts are as wanted" % total if not bad else "%d of %d hosts are not as wanted" % (bad, total)) if total > 1 else (
        "The host is as wanted" if not bad else "The host is not as wanted")
    lost = sum(problem.kind in LOST for problem in fleet.problems)
    rest = ["%d %s no result or a stale one" % (without, "host has" if without == 1 else "hosts have")] if without else []
    rest += ["%d %s could not be counted" % (lost, "result" if lost == 1 else "results")] if lost else []
    return "; ".join([first] + rest) + "."
