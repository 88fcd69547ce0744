# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Columns whose values are kept apart from their cells, and lines of which every text was seen before or none."""

import json
import random

import pytest

from ansible_collections.photon.hardening.plugins.plugin_utils import _columns, _merge, _shape

FIELDS = ("before", "wanted", "after", "boot_before", "boot", "boot_source", "dropin", "reason")
VALUES = (None, "", "0", "1", "2", "a b", "\u00fc", "\x1b[1m")


def row(state="ok", name="a", **fields):
    return dict(dict.fromkeys(FIELDS), name=name, state=state, **fields)


def line(host, rows, minute=0):
    return "f", json.dumps({"schema_version": 1, "host": host, "time": "2026-11-26T04:%02d:06Z" % minute, "run": "r", "mode": "audit",
                            "outcome": "done", "check_mode": True, "parameters": rows})


@pytest.fixture(autouse=True)
def few_cells(monkeypatch):
    monkeypatch.setattr(_columns, "MOST_CELLS", 3)


def column(lines):
    fleet = _merge.read(lines)
    return fleet, fleet.parameters["a"]


@pytest.mark.parametrize("seed", range(30))
def test_values_come_back(seed):
    random_ = random.Random(seed)
    given = {"h%02d" % host: row(reason=random_.choice((None, "x")), **{field: random_.choice(VALUES) for field in FIELDS[:5]})
             for host in range(12)}
    fleet, found = column([line(host, [fields]) for host, fields in given.items()])
    assert found.texts is not None
    for number, host in enumerate(fleet.hosts):
        shown = {key: value and value.replace("\x1b", "\\x1b") for key, value in given[host.name].items() if key != "name"}
        assert found.get(number)._asdict() == shown


@pytest.mark.parametrize("cells, wide", [(3, False), (4, True)])
def test_hosts_without_the_parameter_do_not_make_it_wide(cells, wide):
    lines = [line("h%d" % number, [row(before=str(number))]) for number in range(cells)] + [line("without", [])]
    for order in (lines, lines[::-1]):
        fleet, found = column(order)
        assert (found.texts is not None) == wide
        assert found.get(len(fleet.hosts) - 1) is None


def test_a_column_that_was_wide_for_a_moment_ends_as_if_it_never_was():
    old = [line("h%d" % number, [row(before=str(number))]) for number in range(9)]
    new = [line("h%d" % number, [row(before="1")], minute=1) for number in range(9)]
    made = [column(lines)[1] for lines in (old + new, new + old, new)]
    assert all(one.texts is None for one in made)
    assert len({(tuple(one.cells), tuple(one.index)) for one in made}) == 1


@pytest.mark.parametrize("field", ["name", "state", "before", "reason"])
@pytest.mark.parametrize("wrong", [0, False, 1.5, [], {}, ["x"]])
@pytest.mark.parametrize("wide", [False, True])
def test_a_row_that_is_none_is_refused(field, wrong, wide):
    good = [line("h%d" % number, [row(before=str(number) if wide else "1")]) for number in range(6)]
    fleet = _merge.read(good + [line("wrong", [dict(row(), **{field: wrong})])])
    assert [problem.kind for problem in fleet.problems] == ["schema"]
    assert len(fleet.hosts) == 6


@pytest.mark.parametrize("text, plain", [
    ('{"a": "b"}', True), ('{"a": "\\u001b"}', False), ('{"a": "\u202e"}', False), ('{"a": "\x7f"}', False), ('{"a": "\\n"}', False),
])
def test_lines_that_need_no_second_look(text, plain):
    assert _shape.is_plain(text) == plain
    assert not plain or json.loads(text)["a"].isprintable()
