# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A comparison as text for a terminal of a given width. Pure. Private to the collection."""

import textwrap

from ansible_collections.photon.hardening.plugins.plugin_utils import _compare
from ansible_collections.photon.hardening.plugins.plugin_utils._formats import compare_words

_LEAST = 40
_GAP = 2
# So wide a column of values always is, as long as another one can be narrowed.
_NARROW = 8
# Of these the values say little without the reasons; of the others the heading says it all.
_EXPLAINED = (_compare.LEFT, _compare.RIGHT, _compare.INCOMPARABLE)


def render(comparison, width=80):
    width = max(width, _LEAST)
    lines = [*_wrapped(compare_words.headline(comparison), width), ""]
    for side in (comparison.left, comparison.right):
        lines += _wrapped("%s: %s" % (side.label, compare_words.in_a_line(side)), width)
    lines.append("")
    for words, number, _verdict in compare_words.counts(comparison):
        lines += _wrapped(words, width, "%5d  " % number, " " * 7)
    for group in comparison.groups:
        lines += ["", *_wrapped(compare_words.cause(group), width), *_rows(comparison, group.rows, width)]
    if comparison.same:
        lines += ["", "The same on both sides", *_rows(comparison, comparison.same, width)]
    for sentence in compare_words.benchmarks(comparison):
        lines += ["", *_wrapped(sentence, width)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _wrapped(text, width, first="", other="  "):
    return textwrap.wrap(text, width, initial_indent=first, subsequent_indent=other, break_on_hyphens=False) or [""]


def _rows(comparison, rows, width):
    head = ("parameter", comparison.left.label, comparison.right.label, "verdict")
    table = [head] + [(row.name, compare_words.value(row.left), compare_words.value(row.right),
                       compare_words.verdict(comparison, row.verdict)) for row in rows]
    widths = _widths(table, width - 2)
    lines = _line(head, widths)
    for row, cells in zip(rows, table[1:], strict=True):
        lines += _line(cells, widths)
        if row.verdict in _EXPLAINED:
            for word, text in compare_words.details(comparison, row):
                lines += _wrapped("%s: %s" % (word, text), width, " " * 6, " " * 8)
    return lines


def _widths(table, room):
    """As wide as the widest cell of each column; where that is too much, values and verdicts give way before the names do."""
    name, left, right, verdict = zip(*table, strict=True)
    widths = [max(len(cell) for cell in column) for column in (name, left, right, verdict)]
    floors = [widths[0], _NARROW, _NARROW, max(len(word) for cell in verdict for word in cell.split())]
    while sum(widths) + _GAP * (len(widths) - 1) > room:
        wider = [width if width > floor else 0 for width, floor in zip(widths, floors, strict=True)]
        measure = wider if any(wider) else widths
        widths[measure.index(max(measure))] -= 1
    return widths


def _line(cells, widths):
    """The lines of one row, each cell wrapped within its column."""
    columns = [textwrap.wrap(cell, size, break_on_hyphens=False) or [""] for cell, size in zip(cells, widths, strict=True)]
    height = max(len(column) for column in columns)
    filled = [[part.ljust(size) for part in column + [""] * (height - len(column))] for column, size in zip(columns, widths, strict=True)]
    return ["  " + (" " * _GAP).join(parts) for parts in zip(*filled, strict=True)]
