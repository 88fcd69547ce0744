# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a terminal shows at the end of a run: one table of the hosts, the worst first; of a single host its parameters.

Pure. Nothing here asks the terminal: its width, and whether it shows colours, are given. Private to the collection.
"""

import re
import textwrap
import unicodedata
from collections import namedtuple
from itertools import repeat

from ansible_collections.photon.hardening.plugins.module_utils._model import DIFFERING
from ansible_collections.photon.hardening.plugins.plugin_utils import _harmless, _records, _verdicts

# A line of the table. outcome: as in a shard, or missing.
# counts: state, or _verdicts.UNASKED -> how many parameters have it; nothing where the host has no result. changed: as the module says it.
Row = namedtuple("Row", "host outcome check_mode counts mode changed", defaults=("harden", True))
# A place in the table. colour: one of those below. right: numbers stand right, words left.
_Cell = namedtuple("_Cell", "text colour right", defaults=(None, False))
_NOTHING = _Cell("")
_Line = namedtuple("_Line", "name numbers end")

MOST_LINES = 30
# More than the number in a host's name has.
_DIGITS = 20
# A name is cut to the second of these before the columns are made narrower, and never below the first.
_NAME_WIDTHS = 9, 24
_LEAST_TEXT = 30
_GAP = "  "
_UNBROKEN = "\xa0"

# The columns, in this order; a state that nobody has gets none.
COLUMNS = ("ok", "changed", "stricter", _verdicts.UNASKED, "unsupported", "waived", "held_back", "read_only", "reboot_required",
           "overridden", "not_applied", "rejected")
# What is no state has no name that options know.
_HEADS = {_verdicts.UNASKED: _verdicts.WORDS[_verdicts.UNASKED][1]}
_OUTCOMES = {"stopped": "stopped", "failed": "failed", "unreachable": "not reached", "unknown": "broke off", "missing": "no result"}
_RED, _YELLOW, _GREEN = "31", "33", "32"
_COLOURS = {_verdicts.ERROR: _RED, _verdicts.FAIL: _RED, _verdicts.WAIVED: _YELLOW, _verdicts.NOT_APPLICABLE: _YELLOW,
            _verdicts.PASS: _GREEN}
# Every severity that there is, the worst first.
_SEVERITIES = sorted(map(_verdicts.severity, _verdicts.WORDS))


# --- words ---

# What a run that sets nothing has done: the word for it, and where there was nothing to do.
_ENDS = {"rollback": ("rolled back", "nothing to roll back"), "adopt": ("adopted", "nothing to adopt"),
         "forget": ("forgotten", "nothing to forget")}


def happened(row):
    """What a run did: "13 of 30 set". An audit would have."""
    if row.mode in _ENDS:
        done, nothing = _ENDS[row.mode]
        is_idle = not (row.changed or any(row.counts.values()))
        return nothing if is_idle else "would be " + done if row.check_mode else done
    return "%d of %d %s" % (row.counts.get("changed", 0), sum(row.counts.values()), "would be set" if row.check_mode else "set")


def _end(row):
    done = row.outcome == "done"
    return _Cell(happened(row) if done else _OUTCOMES[row.outcome], None if done else _RED)


def _severity(row):
    """The hosts without a whole result first, then those with most of what is worst."""
    counts = {_verdicts.severity(_verdicts.kind(state, row.check_mode)): count for state, count in row.counts.items()}
    # As people count: w2 before w10.
    name = re.sub("0*([0-9]+)", lambda found: found.group(1).zfill(_DIGITS), row.host)
    return [row.outcome == "done"] + [-counts.get(severity, 0) for severity in _SEVERITIES] + [name, row.host]


# --- texts that a terminal shows in a known width ---

def _columns_of(char):
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def width_of(text):
    """How many columns of a terminal TEXT takes."""
    return sum(map(_columns_of, text))


def _one_line(text):
    return _harmless.flat(text).replace("\t", " ")


def cut(text, width):
    """TEXT in at most WIDTH columns, which are 3 or more."""
    if width_of(text) <= width:
        return text
    kept, left = "", width - 3
    for char in text:
        left -= _columns_of(char)
        if left < 0:
            break
        kept += char
    return kept + "..."


def _painted(text, code, colour):
    return "\x1b[%sm%s\x1b[0m" % (code, text) if colour and code else text


def _placed(cell, width, colour):
    blanks = " " * (width - width_of(cell.text))
    text = _painted(cell.text, cell.colour, colour)
    return blanks + text if cell.right else text + blanks


def _lines(grid, colour):
    """The lines of a table of _Cell, its columns as wide as what stands in them."""
    widths = [max(width_of(cell.text) for cell in column) for column in zip(*grid, strict=True)]
    return [_GAP.join(map(_placed, line, widths, repeat(colour))).rstrip() for line in grid]


def _last_lines(left_out, where):
    """What ends every table, so that the report's path is the last that a reader sees. WHERE: this path, None without one."""
    path = where and _one_line(where)
    if left_out:
        return ["and %d more%s" % (left_out, ": see %s" % path if path else "")]
    return ["report: %s" % path] if path else []


# --- a table of hosts ---

def rows_of(fleet):
    """The Rows of a Fleet."""
    return [Row(host.name, host.outcome, host.check_mode, fleet.host_counts(number), host.mode, host.changed)
            for number, host in enumerate(fleet.hosts)]


def of_fleet(fleet, width, where):
    """What is shown of a Fleet: a table, or of a single host its parameters. The other arguments are those of `table`."""
    rows = rows_of(fleet) + [Row(problem.source, "missing", False, {}) for problem in fleet.others if problem.kind == "missing"]
    if len(rows) == 1 and rows[0].outcome in _records.WHOLE:
        return changes(rows[0], parameters_of(fleet, 0), width, False, where)
    return table(rows, width, False, where)


def table(rows, width, colour, where):
    """The table of ROWS as a text, in lines of at most WIDTH columns where that is possible. WHERE: the report's path, None without one."""
    rows = sorted((Row(*row) for row in rows), key=_severity)
    states = [state for state in COLUMNS if any(row.counts.get(state) for row in rows)]
    shown = rows[:MOST_LINES]
    body = [_Line(_one_line(row.host), _numbers(row, states), _end(row)) for row in shown]
    if len(rows) > 1:
        body.append(_Line("all %d" % len(rows), _numbers(_total(rows), states), _NOTHING))
    lines, legend = _fitting(body, [_head_of(state, rows) for state in states], width) if rows else ([], [])
    return _text(_lines(lines, colour) + legend + _last_lines(len(rows) - len(shown), where))


def _text(lines):
    return "".join(line + "\n" for line in lines)


def _total(rows):
    counts = {state: sum(row.counts.get(state, 0) for row in rows) for state in COLUMNS}
    return Row("", "done", any(row.check_mode for row in rows), counts)


def _numbers(row, states):
    if not any(row.counts.values()):
        return [_Cell("-", right=True) for _state in states]
    colours = {state: _COLOURS[_verdicts.verdict(_verdicts.kind(state, row.check_mode))] for state in states if row.counts.get(state)}
    return [_Cell(str(row.counts.get(state, 0)), colours.get(state), True) for state in states]


def _head_of(state, rows):
    """The letter and the name of the column of STATE. What all of ROWS that have it would change is not yet changed."""
    would = state == "changed" and all(row.check_mode for row in rows if row.counts.get(state))
    return "%s %s" % _verdicts.WORDS[_verdicts.WOULD_CHANGE] if would else "%s %s" % (
        _verdicts.WORDS[state][0], _HEADS.get(state, state))


def _fitting(body, heads, width):
    """(The lines of the widest layout that fits into WIDTH, names cut; the lines that explain its letters)."""
    layouts = list(_layouts(body, heads, width))
    wanted = min(_NAME_WIDTHS[1], max(width_of(line.name) for line in layouts[0][0]))
    lines, legend = next((layout for layout in layouts if _room(layout[0], width) >= wanted), layouts[-1])
    room = max(_room(lines, width), _NAME_WIDTHS[0])
    return [[_Cell(cut(line.name, room)), *line.numbers, line.end] for line in lines], legend


def _room(lines, width):
    """How many of WIDTH columns LINES leave for the name."""
    return width - len(_GAP) - max(map(width_of, _lines([[*line.numbers, line.end] for line in lines], False)))


def _layouts(body, heads, width):
    """(lines, legend) of each way to show BODY, the widest first. How a run went is told by each of them where it did not end well."""
    letters = _head(head[0] for head in heads)
    legend = _wrapped([head.replace(" ", _UNBROKEN) for head in heads], width)
    yield [_head(heads), *body], []
    yield [letters, *body], legend
    yield [letters] + [line if line.end.colour else line._replace(end=_NOTHING) for line in body], legend


def _head(words):
    return _Line("host", [_Cell(word, right=True) for word in words], _NOTHING)


def _wrapped(words, width):
    """WORDS in lines of at most WIDTH. No line ends within a word unless that is longer than a line: a path stays whole."""
    lines = textwrap.wrap(" ".join(words), max(width, _LEAST_TEXT), break_on_hyphens=False)
    return [line.replace(_UNBROKEN, " ") for line in lines]


# --- a single host ---

def parameters_of(fleet, number):
    """The parameters of host NUMBER of a Fleet, as `changes` takes them."""
    return [dict(cell._asdict(), name=name) for name, cell in fleet.rows(number)]


def changes(row, parameters, width, colour, where):
    """What a run did to the single host of ROW: what it changed, before and after, and what is not as wanted.

    PARAMETERS: rows as the module's result has them, their shape checked.
    """
    row = Row(*row)
    cells = [(item["name"], _records.Cell._make(map(item.get, _records.Cell._fields))) for item in parameters]
    told = sorted(((name, cell) for name, cell in cells if _is_told(cell, row.check_mode)),
                  key=lambda item: (_verdicts.severity(_verdicts.kind_of(item[1], row.check_mode)), item[0]))
    shown = [(cut(_one_line(name), width // 2), cell) for name, cell in told[:MOST_LINES]]
    room = width - max((width_of(name) for name, _cell in shown), default=0) - 2 * len(_GAP) - 1
    grid = [line for name, cell in shown for line in _told(name, cell, row.check_mode, room)]
    head = "%s: %s%s" % (cut(_one_line(row.host), width // 2), _end(row).text, _others(row.counts))
    return _text([head] + _lines(grid, colour) + _last_lines(len(told) - len(shown), where))


def _others(counts):
    """Those that differ and are not set. The host's own line, which Ansible shows above, counts them together with those that are."""
    others = sum(counts.get(state, 0) for state in DIFFERING if state != "changed")
    return ", %d more %s" % (others, "differ" if others > 1 else "differs") if others else ""


def _is_told(cell, check_mode):
    moves = cell.state == "changed" or cell.before != cell.after
    return moves or _verdicts.verdict(_verdicts.kind_of(cell, check_mode)) in _verdicts.FINDINGS


def _told(name, cell, check_mode, room):
    """The lines of one parameter, its sentence in lines of at most ROOM columns."""
    first, *others = _wrapped([_one_line(_verdicts.sentence(cell, check_mode))], room)
    kind = _verdicts.kind(cell.state, check_mode)
    letter = _Cell(_verdicts.WORDS[kind][0], _COLOURS[_verdicts.verdict(kind)])
    return [[letter, _Cell(name), _Cell(first)]] + [[_NOTHING, _NOTHING, _Cell(other)] for other in others]
