# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.photon.hardening.plugins.module_utils._model import STATES
from ansible_collections.photon.hardening.plugins.plugin_utils import _fleet, _verdicts
from ansible_collections.photon.hardening.tests.unit.plugins.plugin_utils.shards import line, row


def fleet(*lines, **options):
    return _fleet.read((("file:%d" % number, text) for number, text in enumerate(lines, 1)), **options)


def told(found):
    """All that a Fleet says, as plain values."""
    rows = [[(name, tuple(cell)) for name, cell in found.rows(number)] for number in range(len(found.hosts))]
    columns = {name: (column.cells, list(column.index), column.texts and [column.texts.get(host) for host in range(len(found.hosts))])
               for name, column in found.parameters.items()}
    return (found.hosts, rows, columns, found.problems, found.counts(), found.verdicts(), found.findings(), found.waivers(), found.time,
            found.guest())


# --- one line ---

@pytest.mark.parametrize("text, kind, words", [
    ("", "truncated", "it is no JSON"),
    ("{", "truncated", "it is no JSON"),
    (line("web1")[:-40], "truncated", "it is no JSON"),
    ("host = web1\n", "unreadable", "it is no JSON"),
    ("[" * 100000, "unreadable", "it is nested too deeply"),
    ("[]", "schema", "it is not a result of schema_version 1"),
    (line("web1", schema_version=2), "schema", "it is not a result of schema_version 1"),
    (line(7), "schema", "its host is not"),
    (line("web1", time="yesterday"), "schema", "its time is not"),
    (line("web1", mode="attack"), "schema", "its mode is not"),
    (line("web1", outcome=None), "schema", "its outcome is not"),
    (line("web1", check_mode="no"), "schema", "its check_mode is not"),
    (line("web1", notes=[7]), "schema", "its notes is not"),
    (line("web1", waivers=[{}]), "schema", "its waivers is not"),
    (line("web1", kernel=[]), "schema", "its kernel is not"),
    (line("web1", omitted="x"), "schema", "its omitted is not"),
    (line("web1", parameters={}), "schema", "its parameters"),
    (line("web1", {"name": "a.b"}), "schema", "its parameters"),
    (line("web1", 7), "schema", "its parameters"),
    (line("web1", row(7)), "schema", "its parameters"),
    (line("web1", row("a.b", "fine")), "schema", "its parameters"),
    (line("web1", row("a.b", before=7)), "schema", "its parameters"),
    (line("web1", row("a.b", before=["x"])), "schema", "its parameters"),
])
def test_what_is_no_result_is_named_and_not_counted(text, kind, words):
    found = fleet(text)
    (problem,) = found.problems
    assert (problem.kind, problem.source) == (kind, "file:1") and problem.message.startswith(words)
    assert found.hosts == [] and set(found.counts().values()) == {0}
    assert _fleet.verdict_sentence(found) == "There is no result of any host."


def test_what_a_result_may_lack():
    given_ = {key: value for key, value in json.loads(line("web1")).items() if key in (
        "schema_version", "host", "time", "run", "mode", "outcome", "check_mode")}
    (host,) = fleet(json.dumps(given_)).hosts
    assert host == _fleet.Host(
        "web1", "2026-01-31T12:00:00Z", "20260131T115900Z-7", "harden", "done", False, False, "", [], {}, [], {}, 0, ())


def test_what_a_host_says_is_harmless():
    found = fleet(line("web\n1", row("a\x1b.b", before="\x1b[2J", reason="x\ny"), msg="\x07", notes=["\x00"]))
    (host,), ((name, cell),) = found.hosts, found.rows(0)
    assert (host.name, host.msg, host.notes) == ("web 1", "\\x07", ["\\x00"])
    assert (name, cell.before, cell.reason) == ("a\\x1b.b", "\\x1b[2J", "x y")


# --- what is counted ---

def test_counts():
    found = fleet(
        line("web1", row("a.a"), row("a.b", "changed"), row("a.c", "held_back")),
        line("web2", row("a.a", "stricter"), row("a.b", "changed"), row("a.d", "waived"), check_mode=True, mode="audit"),
        line("web3", row("a.a", "not_applied"), row("a.e", "unsupported"), outcome="failed", msg="no"))
    assert {state: count for state, count in found.counts().items() if count} == {
        "ok": 1, "changed": 2, "held_back": 1, "stricter": 1, "waived": 1, "not_applied": 1, "unsupported": 1}
    assert list(found.counts()) == list(STATES) and list(found.host_counts(0)) == list(STATES)
    assert found.verdicts() == {"error": 1, "fail": 2, "waived": 1, "not_applicable": 1, "pass": 3}
    assert found.host_verdicts(1) == {"error": 0, "fail": 1, "waived": 1, "not_applicable": 0, "pass": 1}
    assert found.bad_hosts() == [0, 1, 2]
    assert found.findings() == [
        ("a.a", "not_applied", "error", 1), ("a.b", "changed", "fail", 1), ("a.c", "held_back", "fail", 1), ("a.d", "waived", "waived", 1),
        ("a.e", "unsupported", "not_applicable", 1)]
    assert [name for name, cell in found.rows(1)] == ["a.b", "a.d", "a.a"]
    assert found.problems == [("failed", "web3", "no")]
    assert _fleet.verdict_sentence(found) == "3 of 3 hosts are not as wanted."


@pytest.mark.parametrize("lines, expected, sentence", [
    ([line("web1", row("a.a"))], [], "The host is as wanted."),
    ([line("web1", row("a.a", "overridden"))], [], "The host is not as wanted."),
    ([line("web1"), line("web2")], ["web1", "web2", "web3"], "All 2 hosts are as wanted; 1 host has no result or a stale one."),
    ([line("web1"), line("web2"), "{"], ["x", "y"],
     "All 2 hosts are as wanted; 2 hosts have no result or a stale one; 1 result could not be counted."),
])
def test_the_verdict_never_hides_what_is_missing(lines, expected, sentence):
    assert _fleet.verdict_sentence(fleet(*lines, expected=expected)) == sentence


# --- the guest side ---

def guest(name, state="ok", value="1"):
    return {"name": name, "value": value, "state": state, "reason": "", "source": None}


GUESTS = [line("web1", row("a.a"), guest=[guest("swap space"), guest("disk a", "finding"), guest("disk b", "hidden", None)]),
          line("web2", guest=[guest("swap space", value="3"), guest("disk a", "ok"), guest("disk b", "finding")]),
          line("web3", guest=[guest("swap space", value="3"), guest("disk c\x1b[m", "finding")]), line("web4")]


def test_rows_of_the_guest_side_are_together_and_findings_come_first():
    found = [(row.name, row.state, row.value, same, hosts) for row, same, hosts in fleet(*GUESTS).guest()]
    assert found == [("disk a", "finding", "1", 1, 1), ("disk b", "finding", "1", 1, 1), ("disk c\\x1b[m", "finding", "1", 1, 1),
                     ("disk b", "hidden", None, 1, 1), ("swap space", "ok", "3", 2, 3), ("disk a", "ok", "1", 1, 1)]


def test_no_number_counts_the_guest_side():
    found = fleet(*GUESTS)
    assert sum(found.counts().values()) == sum(found.verdicts().values()) == 1 and list(found.parameters) == ["a.a"]
    assert found.findings() == [] and found.bad_hosts() == [] and _fleet.verdict_sentence(found) == "All 4 hosts are as wanted."


def test_of_the_guest_side_too_the_order_does_not_matter_and_the_newest_result_counts():
    old = line("web1", time="2026-01-30T12:00:00Z", run="r1", guest=[guest("disk z")])
    expected = told(fleet(*GUESTS))
    for lines in ([*GUESTS, old], [old, *reversed(GUESTS)], [old, *GUESTS, *GUESTS]):
        assert told(fleet(*lines)) == expected


def test_rows_that_many_hosts_have_are_kept_once():
    found = fleet(*(line("web%d" % number, guest=[guest("swap space")]) for number in range(3))).hosts
    assert found[0].guest[0] is found[1].guest[0] is found[2].guest[0]


# --- which result of a host counts ---

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


def test_missing_and_stale_hosts_are_named():
    found = fleet(line("web1"), line("web2", time="2026-01-30T12:00:00Z"), expected=["web1", "web2", "web3"],
                  fresh_from="2026-01-31T00:00:00Z")
    assert [(problem.kind, problem.source) for problem in found.problems] == [("missing", "web3"), ("stale", "web2")]


def test_a_host_is_found_by_its_name_as_it_is_shown():
    assert fleet(line("web\n\x1b1"), expected=["web\n\x1b1"]).problems == []


@pytest.mark.parametrize("outcome", ["failed", "unreachable", "unknown"])
def test_a_host_without_a_whole_result_is_named(outcome):
    found = fleet(line("web1", outcome=outcome, msg="no route"), line("web2", row("a.a"), omitted=3))
    assert found.problems == [("truncated", "web2", "3 parameters are left out of its result"), (outcome, "web1", "no route")]
    assert found.bad_hosts() == [0]


def test_waivers_those_that_end_first_come_first():
    waivers = [{"name": "a.%s" % day, "reason": "x", "expires": day, "owner": None} for day in (None, "2026-02-02", "2026-01-01")]
    found = fleet(line("web1", waivers=waivers), line("web2", waivers=waivers[:1])).waivers()
    assert [(waiver["expires"], hosts) for waiver, hosts in found] == [("2026-01-01", 1), ("2026-02-02", 1), (None, 2)]


# --- many different values ---

def many(count):
    return [line("web%04d" % number, row("a.a", before=str(number + 2), after=str(number + 2)), row("a.b", before="", boot=None))
            for number in range(count)]


@pytest.mark.parametrize("count, wide", [(_fleet.MOST_CELLS, False), (_fleet.MOST_CELLS + 1, True)])
def test_values_that_differ_on_every_host(count, wide):
    found = fleet(*reversed(many(count)))
    column = found.parameters["a.a"]
    assert (column.texts is not None) is wide and len(column.cells) == (1 if wide else count)
    assert [found.parameters["a.a"].get(number).after for number in range(count)] == [str(number + 2) for number in range(count)]
    assert column.get(0) == _fleet.Cell(*[row("a.a", before="2", after="2")[key] for key in _fleet.Cell._fields])
    assert found.counts()["ok"] == 2 * count and found.parameters["a.b"].get(0).before == ""


def test_a_column_is_as_wide_as_what_counts_in_it():
    """Results that do not count any more leave nothing behind."""
    old = [line("web0000", row("a.a", before=str(number)), time="2026-01-01T00:00:00Z") for number in range(2)]
    lines = many(_fleet.MOST_CELLS + 1)
    newer = [line("web%04d" % number, row("a.a"), time="2026-02-01T00:00:00Z") for number in range(_fleet.MOST_CELLS + 1)]
    assert told(fleet(*lines, *old, *newer))[:3] == told(fleet(*newer))[:3]


ROWS = st.lists(
    st.builds(row, st.sampled_from(["a.a", "a.b", "a.c"]), st.sampled_from(STATES), before=st.sampled_from([None, "", "1", "x\ty"]),
              reason=st.text(max_size=3)), unique_by=lambda made: made["name"], max_size=3)
LINES = st.lists(st.one_of(
    st.builds(lambda host, rows, second, run: line(host, *rows, time="2026-01-31T12:00:%02dZ" % second, run=run),
              st.sampled_from(["web1", "web2", "w\x1b3"]), ROWS, st.integers(0, 2), st.sampled_from(["r1", "r2"])),
    st.sampled_from(["{", "[]", "x"])), max_size=8)


@given(st.data())
def test_the_same_results_in_any_order_and_twice_make_the_same_fleet(data):
    lines = [(text, text) for text in data.draw(LINES)]
    other = data.draw(st.permutations(lines + data.draw(st.lists(st.sampled_from(lines))) if lines else lines))
    assert told(_fleet.read(lines, expected=["web1", "x"])) == told(_fleet.read(other, expected=["x", "web1"]))


@given(LINES)
def test_what_is_counted_adds_up(lines):
    found = fleet(*lines)
    rows = sum(len(found.rows(number)) for number in range(len(found.hosts)))
    assert sum(found.counts().values()) == rows == sum(found.verdicts().values())
    assert sum(item.hosts for item in found.findings()) == rows - found.verdicts()[_verdicts.PASS]
