# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A comparison as Markdown, in which no text of a host becomes markup. Pure. Private to the collection."""

import re

from ansible_collections.photon.hardening.plugins.plugin_utils._formats import compare_words

_PLAIN = re.compile(r"[A-Za-z0-9/](?:[\w.,:/+=%() -]*[\w/)])?\Z", re.ASCII)
# What Markdown, its tables and its automatic links would take for more than text; within a word a line below is none of it.
_MARKUP = re.compile(r"[\\`*\[\]<>|&~#$!@{}^]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|:(?=//)|(?<=www)\.")


def text(given):
    return _MARKUP.sub(lambda found: "&#%d;" % ord(found.group()), given)


def code(given):
    """For names and values; what could end the code is written as text."""
    return "`%s`" % given if _PLAIN.match(given) else text(given)


def render(comparison):
    lines = ["# " + text(compare_words.headline(comparison)), ""]
    for side in (comparison.left, comparison.right):
        lines.append("- **%s**: %s" % (text(side.label), text(compare_words.in_a_line(side))))
    lines += ["", *_table(("verdict", "parameters"), [(text(words), str(number)) for words, number, _verdict
                                                      in compare_words.counts(comparison)])]
    for group in comparison.groups:
        lines += ["", "## " + text(compare_words.cause(group)), "", *_rows(comparison, group.rows)]
    if comparison.same:
        lines += ["", "## The same on both sides", "", *_rows(comparison, comparison.same)]
    lines += ["", *("- " + text(sentence) for sentence in compare_words.benchmarks(comparison))] if comparison.benchmarks else []
    return "\n".join(lines) + "\n"


def _table(head, rows):
    return ["| %s |" % " | ".join(cells) for cells in (head, ["---"] * len(head), *rows)]


def _rows(comparison, rows):
    left, right = comparison.left, comparison.right
    head = ("parameter", text(left.label), text(right.label), "verdict", "what decides", "why", "impact", "controls", "to match")
    return _table(head, [_cells(comparison, row) for row in rows])


def _cells(comparison, row):
    sides = ((comparison.left, row.left), (comparison.right, row.right))
    sources = ["%s: %s" % (text(side.label), text(compare_words.source(side, found))) for side, found in sides
               if compare_words.source(side, found)]
    verdict = " ".join(filter(None, (compare_words.verdict(comparison, row.verdict) + ("." if row.reason else ""), row.reason)))
    return (code(row.name), *(code(compare_words.value(found)) for _side, found in sides), text(verdict), "; ".join(sources),
            text(row.why), text(row.impact), text(compare_words.controls(row)), text(compare_words.level_up(comparison, row) or ""))
