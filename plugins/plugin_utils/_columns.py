# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the hosts have of one parameter, in little memory: a fleet of 10,000 hosts with 100 parameters each has to fit into some 100 MB.

The different cells are kept once, and which host has which. Pure. Private to the collection.
"""

import array
import itertools
import operator

from ansible_collections.photon.hardening.plugins.plugin_utils import _records

NONE = 0xffffffff
# With more different cells than this a column keeps fields apart from the cells, and as many that less than this part is left of them.
MOST_CELLS, _PART = 512, 8
# Places in a cell of what may be kept apart: all but the state.
_FIELDS = range(1, len(_records.Cell._fields))


class Column:
    """What the hosts have of one parameter.

    `cells`: the different ones. `index`: of each host the number of its cell, NONE where it has no such row. Where there are too many
    different cells, the texts of those fields that differ most are kept `apart`: in the cells they are numbers, and `texts` has for each
    host the texts that are meant, with line ends between them.
    """

    def __init__(self):
        self.cells, self.index, self.texts, self.apart = [], array.array("I"), None, ()
        self._numbers = {}
        # What a row has that is not apart, and which of the rest is the same -> (the number of its cell, what picks the different texts).
        self._shapes = {}
        # Of the fields of a row, whose name stands before its state.
        self._texts = self._rest = None

    def put(self, host, cell):
        """Host number HOST has CELL."""
        if self.apart:
            self.put_apart(host, ("", *cell))
        elif cell not in self._numbers and len(self.cells) >= MOST_CELLS:
            self._widen()
            self.put(host, cell)
        else:
            self.put_number(host, self._number(cell))

    def put_apart(self, host, fields):
        """The same where there are texts, for the FIELDS of a row. A fleet whose values all differ needs it a million times."""
        texts = self._texts(fields)
        shape = self._rest(fields), tuple([texts.index(text) if text else text for text in texts])
        known = self._shapes.get(shape)
        if known is None:
            if len(self.cells) >= MOST_CELLS and len(self.apart) < len(_FIELDS):
                self._widen()
                self.put_apart(host, fields)
                return
            known = self._shapes[shape] = self._shaped(fields[1:], texts)
        number, different = known
        if host >= len(self.index):
            self.put_number(host, NONE)
        self.index[host] = number
        self.texts.put(host, "\n".join(different(texts)))

    def _shaped(self, cell, texts):
        """TEXTS: those of CELL that are apart. What is empty stays in the cell."""
        different, made = list(dict.fromkeys(filter(None, texts))), list(cell)
        for field, text in zip(self.apart, texts, strict=True):
            made[field] = different.index(text) if text else text
        return self._number(tuple(made)), _picker(map(texts.index, different))

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
        old = [(host, self.get(host)) for host, number in enumerate(self.index) if number != NONE]
        self._keep_apart(_more_apart(self.cells, self.apart))
        for host, cell in old:
            self.put(host, cell)

    def _keep_apart(self, fields):
        self.cells, self._numbers, self._shapes, self.texts, self.apart = [], {}, {}, _Texts(), fields
        self._texts = _picker(field + 1 for field in fields)
        self._rest = operator.itemgetter(1, *(field + 1 for field in _FIELDS if field not in fields))

    def get(self, host):
        """The cell of host number HOST, or None."""
        number = self.index[host] if host < len(self.index) else NONE
        if number == NONE:
            return None
        cell = self.cells[number]
        if self.apart:
            texts = self.texts.get(host).split("\n")
            cell = [texts[item] if isinstance(item, int) else item for item in cell]
        return _records.Cell._make(cell)

    def ordered(self, order):
        """The same with the hosts in ORDER (new number -> old number), and nothing in it that depends on the order in which it came."""
        if self.apart == self._first_apart(order):
            return self._sorted(order)
        made = Column()
        for place, host in enumerate(order):
            cell = self.get(host)
            if cell is not None:
                made.put(place, cell)
        return made._sorted(range(len(order)))

    def _first_apart(self, order):
        """What is kept apart of hosts in ORDER, but for later cells that ask for more."""
        cells = {}
        for cell in map(self.get, order) if self.apart else ():
            if cell is not None and cell not in cells:
                if len(cells) == MOST_CELLS:
                    return _more_apart(cells, ())
                cells[cell] = None
        return ()

    def _sorted(self, order):
        made, index = Column(), self.index + array.array("I", [NONE]) * max(0, len(order) - len(self.index))
        numbers = [index[host] for host in order]
        if self.apart:
            made._keep_apart(self.apart)
            made.texts = self.texts.ordered(host if number != NONE else None for host, number in zip(order, numbers, strict=True))
        for cell in sorted({tuple(self.cells[number]) for number in set(numbers) if number != NONE}, key=sortable):
            made._number(cell)
        places = {number: made._numbers[tuple(self.cells[number])] if number != NONE else NONE for number in set(numbers)}
        made.index = array.array("I", [places[number] for number in numbers])
        return made


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
        start = self._starts[host]
        return self._all[start:self._all.index(0, start)].decode("utf-8")

    def ordered(self, hosts):
        """The same with HOSTS in their order; None is a host without a text."""
        known = bytes(self._all).split(b"\0")
        known = dict(zip(_starts(0, known), known, strict=False))
        made, pieces = _Texts(), [b"" if host is None else known[self._starts[host]] for host in hosts]
        made._starts = array.array("I", itertools.islice(_starts(1, pieces), len(pieces)))
        made._all = bytearray(b"\0" + b"\0".join(pieces) + b"\0")
        return made

    def packed(self):
        """Of each host in order its text and a zero."""
        return memoryview(self._all)[1:]


def _starts(first, pieces):
    """Where each of PIECES starts that follow one another from FIRST on with a zero after each, and where a further one would."""
    return itertools.accumulate([len(piece) + 1 for piece in pieces], initial=first)


def _more_apart(cells, apart):
    """The fields to keep apart: one more than APART, that of most different texts, and more if too many different CELLS are left."""
    rest = sorted(set(_FIELDS) - set(apart), key=lambda field: -len({cell[field] for cell in cells}))
    rest.pop(0)
    while rest and len(set(map(operator.itemgetter(*rest), cells))) > MOST_CELLS // _PART:
        rest.pop(0)
    return tuple(field for field in _FIELDS if field not in rest)


def _picker(places):
    """What makes a tuple of the items in PLACES of a tuple. Of a single place, or of none, itemgetter itself would not make one."""
    places = tuple(places)
    return operator.itemgetter(*places) if places[1:] else operator.itemgetter(slice(sum(places), sum(places) + len(places)))


def sortable(cell):
    return [(item is not None, str(item)) for item in cell]
