# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of many hosts, merged: in any order, or given twice, they make the same fleet. Pure. Private to the collection."""

import hashlib

from ansible_collections.photon.hardening.plugins.plugin_utils import _columns, _fleet, _harmless, _records, _shape

_LAST = "9999-12-31T23:59:59Z"
# Kinds of problems that a result has and that it does not show itself.
_NOT_IN_RESULTS = ("duplicate",)


class _Seen:
    """The results that one host has sent: which of them counts, and which others were there.

    `host`, `source`, `digest`: of the one that counts. The digest is not known before there is a second one. `others`: of each of
    several (run, digest, source).
    """

    def __init__(self, host, source):
        self.host, self.source, self.digest, self.others = host, source, None, set()


def _digest(host, rows):
    """Of what a result says, alone in its file or as a line of a report."""
    return hashlib.blake2b(repr((tuple(host), sorted(repr(tuple(fields)) for fields in rows))).encode("utf-8", "surrogatepass")).hexdigest()


class Reader:
    """Takes results line by line, in any order, and makes a Fleet of them. RUN: whose results count; None for those of all runs."""

    def __init__(self, run=None):
        self._run = run
        self._numbers, self._seen, self._columns, self._problems = {}, [], {}, set()
        # What the reports among the input tell: (file of the report, Problem).
        self._told = set()
        # Most rows were seen before, of another host: parameter -> their fields as they stood in the line -> the number of their cell.
        # Nothing of a parameter whose rows were hardly ever seen before.
        self._places = {}
        # The same of rows of the guest side: as they stood in the line -> GuestRow.
        self._guest = {}

    def add(self, source, line):
        """LINE is a host's result, or a BadShard: why there is none. SOURCE says where it stood. A Problem is one of the report SOURCE."""
        if isinstance(line, _records.Problem):
            self._told.add((source, line))
            return
        try:
            if isinstance(line, _shape.BadShard):
                raise line
            shard = _shape.parsed(line)
            if self._run not in (None, shard["run"]):
                return
            rows = self._rows(shard.get("parameters") or (), _shape.is_plain(line))
        except _shape.BadShard as exc:
            self._problems.add(_records.Problem(exc.kind, source, str(exc)))
            return
        host = _shape.host(shard, tuple(map(self._guest_row, shard.get("guest") or ())))
        number = self._numbers.setdefault(host.name, len(self._seen))
        if number == len(self._seen):
            self._seen.append(_Seen(host, source))
            self._put(number, rows)
        elif self._counts_now(number, host, source, _digest(host, (fields for _number, fields in rows))):
            self._forget(number)
            self._put(number, rows)

    def names(self):
        return list(self._numbers)

    def has(self, host, run):
        """Whether there is a result of HOST of that RUN."""
        number = self._numbers.get(_harmless.flat(host))
        return number is not None and run in {self._seen[number].host.run, *(other[0] for other in self._seen[number].others)}

    def _counts_now(self, number, host, source, digest):
        """Whether a further result of host NUMBER counts from now on."""
        seen = self._seen[number]
        if seen.digest is None:
            cells = ((name, column.get(number)) for name, column in self._columns.items())
            seen.digest = _digest(seen.host, ((name, *cell) for name, cell in cells if cell is not None))
            seen.others.add((seen.host.run, seen.digest, seen.source))
        seen.others.add((host.run, digest, source))
        # Of two results of the same second the one with the larger digest counts, whichever came first.
        if (host.time, digest) <= (seen.host.time, seen.digest):
            return False
        seen.host, seen.source, seen.digest = host, source, digest
        return True

    def _rows(self, rows, plain):
        """Of each row the number of its cell if it was seen before, else None, and its fields."""
        found = _shape.fields(rows)
        try:
            numbers = [(known := self._places.get(fields[0])) and known.get(fields) for fields in found]
        except TypeError:
            raise _shape.BadShard("schema", "its parameters are not what a result has") from None
        new = [fields for number, fields in zip(numbers, found, strict=True) if number is None]
        checked = _shape.checked(new, plain)
        if checked is new:
            return list(zip(numbers, found, strict=True))
        checked = iter(checked)
        return [(number, next(checked) if number is None else fields) for number, fields in zip(numbers, found, strict=True)]

    def _guest_row(self, row):
        fields = tuple(map(row.get, _records.GuestRow._fields))
        if fields not in self._guest:
            self._guest[fields] = _records.GuestRow._make(text and _harmless.flat(text) for text in fields)
        return self._guest[fields]

    def _forget(self, number):
        for column in self._columns.values():
            if number < len(column.index):
                column.index[number] = _columns.NONE

    def _put(self, host, rows):
        for number, fields in rows:
            column = self._columns.get(fields[0])
            if column is None:
                column = self._columns[fields[0]] = _columns.Column()
            if column.apart:
                column.put_apart(host, fields)
            elif number is not None:
                column.put_number(host, number)
            else:
                column.put(host, fields[1:])
                self._remember(fields, column, host)

    def _remember(self, fields, column, host):
        if column.apart:
            self._places.pop(fields[0], None)
        else:
            self._places.setdefault(fields[0], {})[fields] = column.index[host]

    def fleet(self, expected=(), fresh_from="", fresh_until=_LAST, as_told=_NOT_IN_RESULTS):
        """The Fleet; the Reader is used up.

        EXPECTED: names of hosts that should have a result, or that of an image on them. FRESH_FROM, FRESH_UNTIL: the times before and after
        which a result is stale. AS_TOLD: kinds of problems of the results that count that are left as the reports tell them.
        """
        order = sorted(range(len(self._seen)), key=lambda number: self._seen[number].host.name)
        hosts = [self._seen[number].host for number in order]
        # Both at once would be twice the memory.
        columns = {name: self._columns.pop(name).ordered(order) for name in sorted(self._columns)}
        problems = self._problems.union(self._duplicates(), _of_hosts(hosts, fresh_from, fresh_until), self._still(as_told))
        expected = {*map(_harmless.flat, expected), *(problem.source for _file, problem in self._told if problem.kind == "missing")}
        missing = expected - set(self._numbers) - set(map(_records.host_of, self._numbers))
        problems |= {_records.Problem("missing", name, "there is no result of it") for name in missing}
        order_of = {kind: place for place, kind in enumerate(_records.PROBLEMS)}
        problems = sorted(problems, key=lambda problem: (order_of[problem.kind], problem))
        return _fleet.Fleet(hosts, {name: column for name, column in columns.items() if column.cells}, problems)

    def _still(self, kinds):
        """The problems told by reports that are still ones. What is wrong with a result that counts is seen in it again, but for KINDS:
        these it has as long as it is the one that was in the report. Who is missing, the results that are there say."""
        for file, problem in self._told:
            number = self._numbers.get(problem.source)
            if problem.kind != "missing" and (number is None or problem.kind in kinds and file in self._files(number)):
                yield problem

    def _files(self, number):
        """The files that have the result of host NUMBER that counts."""
        seen = self._seen[number]
        sources = {seen.source, *(source for _run, digest, source in seen.others if digest == seen.digest)}
        return {source.rpartition(":")[0] for source in sources}

    def _duplicates(self):
        """Two different results of one host in one run: one of them is not what it looks like."""
        for seen in self._seen:
            sources = sorted({source for run, digest, source in seen.others if run == seen.host.run and digest != seen.digest})
            if sources:
                yield _records.Problem("duplicate", seen.host.name, "another result of the same run is left out: %s" % ", ".join(sources))


def _of_hosts(hosts, fresh_from, fresh_until):
    for host in hosts:
        if not fresh_from <= host.time <= fresh_until:
            yield _records.Problem("stale", host.name, "its result is from %s" % host.time)
        if host.outcome not in _records.WHOLE:
            yield _records.Problem(host.outcome, host.name, host.msg)
        if host.omitted:
            are_left = "parameter is left" if host.omitted == 1 else "parameters are left"
            yield _records.Problem("truncated", host.name, "%d %s out of its result" % (host.omitted, are_left))


def read(lines, *others, run=None, **more):
    """The Fleet of LINES, (source, text) each, of RUN or of all runs. The others are those of Reader.fleet."""
    reader = Reader(run)
    for source, line in lines:
        reader.add(source, line)
    return reader.fleet(*others, **more)
