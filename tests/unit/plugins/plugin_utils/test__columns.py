# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Columns whose values are kept apart from their cells, and lines of which every text was seen before or none."""

import json
import random

import pytest

from ansible_collections.photon.hardening.plugins.plugin_utils import _columns, _merge, _records, _shape

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


@pytest.mark.parametrize("fields", [("boot_source",), ("dropin",), ("reason",), ("before", "after"), ("boot_source", "reason"), FIELDS])
@pytest.mark.parametrize("most", [512, 64])
def test_fields_that_differ_on_every_host_are_kept_apart(monkeypatch, fields, most):
    """Whichever these are; the others stay in the cells, of which there are few."""
    monkeypatch.setattr(_columns, "MOST_CELLS", most)
    rows = {"h%04d" % host: row(**dict({"wanted": "1"}, **dict.fromkeys(fields, "/x/%d" % host))) for host in range(most * 3)}
    orders = rows, reversed(rows), sorted(rows, key=lambda name: name[::-1])
    made = [column([line(host, [rows[host]]) for host in order]) for order in orders]
    for _fleet, found in made:
        assert [_records.Cell._fields[field] for field in found.apart] == list(fields) and len(found.cells) == 1
        assert [found.get(number)._asdict() for number in (0, 99)] == [
            {key: value for key, value in rows["h%04d" % number].items() if key != "name"} for number in (0, 99)]
    assert len({(tuple(one.cells), tuple(one.index), bytes(one.texts.packed())) for _fleet, one in made}) == 1


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


def test_a_field_that_differs_only_later_is_kept_apart_then(monkeypatch):
    """In another order it is seen first; the result is the same."""
    monkeypatch.setattr(_columns, "MOST_CELLS", 64)
    early = [line("a%03d" % host, [row(before=str(host))]) for host in range(200)]
    late = [line("b%03d" % host, [row(before=str(host), reason="because of %d" % host)]) for host in range(200)]
    made = [column(order)[1] for order in (early + late, late + early, (early + late)[::-1])]
    assert all(len(one.cells) <= 64 and one.get(399).reason == "because of 199" for one in made)
    assert len({(tuple(one.cells), tuple(one.index), one.apart, bytes(one.texts.packed())) for one in made}) == 1
