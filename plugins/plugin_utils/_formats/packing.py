# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data of the HTML report: a fleet as one text that the report's script reads again.

It is base64 of gzip of: the length of the header (four bytes), the header (JSON), and of each parameter one number per host, which is that
host's cell (zero: it has none). Numbers have the lower byte first. A parameter with too many different cells has after its numbers the
texts that differ most, a zero after each host's. Texts that come again and again stand once, in `strings`. Pure. Private to the collection.
"""

import array
import base64
import json
import struct
import sys
import zlib

from ansible_collections.photon.hardening.plugins.plugin_utils import _columns, _records, _verdicts

# The worst first.
KINDS = tuple(sorted(_verdicts.WORDS, key=_verdicts.severity))
# In a cell they stand for the texts that are kept apart. No text of a host has such characters: they cannot be printed.
SLOTS = tuple(chr(0xE000 + number) for number in range(8))

# state of a row of the guest side -> its sign, its word, and the verdict that it looks like.
GUEST_STATES = {"finding": ("!", "finding", "fail"), "hidden": ("?", "hidden", "not_applicable"), "ok": ("\N{CHECK MARK}", "ok", "pass"),
                "not_applicable": ("-", "not applicable", "not_applicable")}

_ABOUT = tuple(field for field in _records.Host._fields if field not in ("name", "time", "msg", "guest"))
# A multiple of three: base64 in pieces without padding between them.
_PIECE = 3 * 32768


def kinds():
    """What is to be known of each kind. Its key is its name in an address and in a copied table."""
    return [{"key": kind, "letter": _verdicts.WORDS[kind][0], "word": _verdicts.WORDS[kind][1], "verdict": _verdicts.verdict(kind)}
            for kind in KINDS]


class _Once(dict):
    """Things in order of their first appearance: thing -> its number."""

    def __missing__(self, thing):
        self[thing] = number = len(self)
        return number


# --- bytes ---

def encoded(blocks):
    """Pieces of the text for BLOCKS of bytes. The same blocks make the same text: no time and no name is in it."""
    squeezer, rest = zlib.compressobj(4, zlib.DEFLATED, 31), b""
    for block in blocks:
        rest += squeezer.compress(block)
        if len(rest) >= _PIECE:
            whole = len(rest) - len(rest) % 3
            yield base64.b64encode(rest[:whole]).decode("ascii")
            rest = rest[whole:]
    yield base64.b64encode(rest + squeezer.flush()).decode("ascii")


def _numbers(values, most):
    """(bytes of each number, all numbers as bytes). MOST: the largest one."""
    code = "B" if most < 0x100 else "H" if most < 0x10000 else "I"
    made = array.array(code, values)
    if sys.byteorder == "big":
        made.byteswap()
    return made.itemsize, made.tobytes()


# --- a fleet ---

def _slotted(cell):
    return _records.Cell._make(SLOTS[item] if isinstance(item, int) else item for item in cell)


def _cell(cell, check_mode, strings):
    """[kind, its eight texts, its sentence]"""
    kind = KINDS.index(_verdicts.kind_of(cell, check_mode))
    texts = [*cell[1:], _verdicts.sentence(cell, check_mode)]
    return [kind, *(None if text is None else strings[text] for text in texts)]


def _column(column, check_modes, strings):
    """(what the header says of COLUMN, its bytes)"""
    seen = [2 * number + check_mode if number != _columns.NONE else -1
            for number, check_mode in zip(column.index, check_modes, strict=True)]
    places = {number: place for place, number in enumerate(sorted(set(seen) - {-1}), 1)}
    cells = [_cell(_slotted(column.cells[number // 2]), bool(number % 2), strings) for number in places]
    places[-1] = 0
    width, data = _numbers([places[number] for number in seen], len(cells))
    texts = column.texts.packed() if column.apart else b""
    return {"width": width, "texts": len(texts), "cells": cells}, (data, texts)


def _guest(hosts, strings):
    """(of each host the numbers of its rows of the guest side, the texts of each row)"""
    rows = _Once()
    numbers = [[rows[row] for row in host.guest] for host in hosts]
    return numbers, [[None if text is None else strings[text] for text in row] for row in rows]


def _hosts(hosts, strings):
    abouts = _Once()
    about = [abouts[json.dumps({field: getattr(host, field) for field in _ABOUT}, sort_keys=True)] for host in hosts]
    return {"name": [host.name for host in hosts], "time": [strings[host.time] for host in hosts],
            "msg": [strings[host.msg] for host in hosts], "about": about, "abouts": [json.loads(text) for text in abouts]}


def _parameters(fleet, rows, controls, strings, benchmarks):
    """What the header says of each parameter, and all their bytes."""
    check_modes, described, blocks = [host.check_mode for host in fleet.hosts], [], []
    for name, column in fleet.parameters.items():
        said, data = _column(column, check_modes, strings)
        row = rows.get(name, {})
        numbers = [[benchmarks[control.key, control.title], control.number, *control.others] for control in controls(name)]
        described.append(dict(said, name=name, why=row.get("why"), impact=row.get("impact"), controls=numbers))
        blocks.extend(data)
    return described, blocks


def pack(fleet, rows, controls, **more):
    """Pieces of the text.

    ROWS: name -> row of the catalogue. CONTROLS: name -> [Control, ...]. MORE: what else the header shall have.
    """
    strings, benchmarks = _Once(), _Once()
    hosts = _hosts(fleet.hosts, strings)
    hosts["guest"], guest_rows = _guest(fleet.hosts, strings)
    parameters, blocks = _parameters(fleet, rows, controls, strings, benchmarks)
    titles = [{"key": key, "title": title} for key, title in benchmarks]
    header = json.dumps(dict(more, kinds=kinds(), verdicts=_verdicts.VERDICTS, slots="".join(SLOTS), hosts=hosts, parameters=parameters,
                             guest=guest_rows, guest_states=GUEST_STATES, strings=list(strings), benchmarks=titles),
                        sort_keys=True, separators=(",", ":")).encode("ascii")
    return encoded([struct.pack("<I", len(header)), header, *blocks])
