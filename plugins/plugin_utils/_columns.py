# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the hosts have of one parameter, in little memory: a fleet of 10,000 hosts with 100 parameters each has to fit into some 100 MB.

The different cells are kept once, and which host has which. Pure. Private to the collection.
"""

import array
import itertools

from ansible_collections.photon.hardening.plugins.plugin_utils import _records

NONE = 0xffffffff
# Of a parameter with more different cells than this, the values are kept apart from the cells.
MOST_CELLS = 512


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
        return _records.Cell._make(self.cells[number] if self.texts is None else _together(self.cells[number], self.texts.get(host)))

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
        for cell in sorted({tuple(cells[number]) for number in set(numbers) if number != NONE}, key=sortable):
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


def sortable(cell):
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
