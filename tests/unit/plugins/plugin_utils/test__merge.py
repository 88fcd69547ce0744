# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.photon.hardening.plugins.plugin_utils import _columns, _merge, _records
from ansible_collections.photon.hardening.tests.unit.plugins.plugin_utils.shards import LINES, fleet, line, row, told


def test_the_newest_result_of_a_host_counts():
    old = line("web1", row("a.a"), time="2026-01-30T12:00:00Z", run="r1")
    new = line("web1", row("a.b"), time="2026-01-31T12:00:00Z", run="r2")
    for lines in ([old, new], [new, old], [old, new, old]):
        found = fleet(*lines)
        assert list(found.parameters) == ["a.b"] and found.problems == [] and found.time == "2026-01-31T12:00:00Z"


def test_two_results_of_a_host_in_one_run_are_named():
    lines = [line("web1", row("a.a")), line("web1", row("a.a", "overridden"))]
    (problem,) = fleet(*lines).problems
    assert problem.kind == "duplicate" and problem.source == "web1"
    assert told(fleet(*lines))[4] == told(fleet(*reversed(lines)))[4]


def test_a_result_that_is_met_twice_in_two_forms_is_one():
    """Alone in its file, and as a line of the run's report, which says more of it."""
    kept = line("web1", row("a.a", "held_back", reason="x"), row("a.b"), notes=["n"])
    again = json.dumps(dict(json.loads(kept), counts={"ok": 1}, verdicts={}), indent=None)
    assert fleet(kept, again).problems == [] and told(fleet(kept, again)) == told(fleet(kept))
    assert [problem.kind for problem in fleet(kept, again.replace('"x"', '"y"')).problems] == ["duplicate"]


def test_missing_and_stale_hosts_are_named():
    found = fleet(line("web1"), line("web2", time="2026-01-30T12:00:00Z"), expected=["web1", "web2", "web3"],
                  fresh_from="2026-01-31T00:00:00Z")
    assert [(problem.kind, problem.source) for problem in found.problems] == [("missing", "web3"), ("stale", "web2")]


def test_a_result_of_the_future_is_not_fresh():
    found = fleet(line("web1", row("a.a"), time="9999-01-31T12:00:00Z"), fresh_until="2026-02-01T00:00:00Z")
    assert [problem.kind for problem in found.problems] == ["stale"] and found.host_totals()["pass"] == 0


@pytest.mark.parametrize("first, last", [
    ("2026-01-31T12:00:00Z", "2026-02-01T00:00:00Z"), ("2026-01-31T00:00:00Z", "2026-01-31T12:00:00Z"),
])
def test_a_result_of_the_first_or_last_second_is_fresh(first, last):
    assert fleet(line("web1", time="2026-01-31T12:00:00Z"), fresh_from=first, fresh_until=last).problems == []


@pytest.mark.parametrize("others, time", [([], "9999-01-31T12:00:00Z"), ([line("web2")], "2026-01-31T12:00:00Z")])
def test_a_result_that_is_not_fresh_is_no_time_of_a_report_where_there_are_others(others, time):
    assert fleet(line("web1", time="9999-01-31T12:00:00Z"), *others, fresh_until="2026-02-01T00:00:00Z").time == time


def test_results_of_other_runs_are_passed_over():
    lines = [line("web1", row("a.a"), run="r1"), line("web1", row("a.b"), run="r2", time="2026-02-01T12:00:00Z"), line("web2", run="r2")]
    found = fleet(*lines, run="r1", expected=["web1", "web2"])
    assert list(found.parameters) == ["a.a"] and [(problem.kind, problem.source) for problem in found.problems] == [("missing", "web2")]


def test_a_host_is_found_by_its_name_as_it_is_shown():
    assert fleet(line("web\n\x1b1"), expected=["web\n\x1b1"]).problems == []


@pytest.mark.parametrize("outcome", ["failed", "unreachable", "unknown"])
def test_a_host_without_a_whole_result_is_named(outcome):
    found = fleet(line("web1", outcome=outcome, msg="no route"), line("web2", row("a.a"), omitted=3))
    assert found.problems == [("truncated", "web2", "3 parameters are left out of its result"), (outcome, "web1", "no route")]
    assert found.host_totals() == {"error": 2, "fail": 0, "not_applicable": 0, "pass": 0}


def test_a_single_parameter_that_is_left_out_is_one():
    assert [problem.message for problem in fleet(line("web1", omitted=1)).problems] == ["1 parameter is left out of its result"]


def test_waivers_those_that_end_first_come_first():
    waivers = [{"name": "a.%s" % day, "reason": "x", "expires": day, "owner": None} for day in (None, "2026-02-02", "2026-01-01")]
    found = fleet(line("web1", waivers=waivers), line("web2", waivers=waivers[:1])).waivers()
    assert [(waiver["expires"], hosts) for waiver, hosts in found] == [("2026-01-01", 1), ("2026-02-02", 1), (None, 2)]


def many(count):
    return [line("web%04d" % number, row("a.a", before=str(number + 2), after=str(number + 2)), row("a.b", before="", boot=None))
            for number in range(count)]


@pytest.mark.parametrize("count, wide", [(_columns.MOST_CELLS, False), (_columns.MOST_CELLS + 1, True)])
def test_values_that_differ_on_every_host(count, wide):
    found = fleet(*reversed(many(count)))
    column = found.parameters["a.a"]
    assert (column.texts is not None) is wide and len(column.cells) == (1 if wide else count)
    assert [found.parameters["a.a"].get(number).after for number in range(count)] == [str(number + 2) for number in range(count)]
    assert column.get(0) == _records.Cell(*[row("a.a", before="2", after="2")[key] for key in _records.Cell._fields])
    assert found.counts()["ok"] == 2 * count and found.parameters["a.b"].get(0).before == ""


def test_a_column_is_as_wide_as_what_counts_in_it():
    """Results that do not count any more leave nothing behind."""
    old = [line("web0000", row("a.a", before=str(number)), time="2026-01-01T00:00:00Z") for number in range(2)]
    lines = many(_columns.MOST_CELLS + 1)
    newer = [line("web%04d" % number, row("a.a"), time="2026-02-01T00:00:00Z") for number in range(_columns.MOST_CELLS + 1)]
    assert told(fleet(*lines, *old, *newer))[:3] == told(fleet(*newer))[:3]


@given(st.data())
def test_the_same_results_in_any_order_and_twice_make_the_same_fleet(data):
    lines = [(text, text) for text in data.draw(LINES)]
    other = data.draw(st.permutations(lines + data.draw(st.lists(st.sampled_from(lines))) if lines else lines))
    assert told(_merge.read(lines, expected=["web1", "x"])) == told(_merge.read(other, expected=["x", "web1"]))
