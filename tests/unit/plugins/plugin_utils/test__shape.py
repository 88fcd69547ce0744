# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results with odd shapes: named, never counted, and never a traceback."""

import json

import pytest

from ansible_collections.photon.hardening.plugins.plugin_utils import _fleet, _harmless, _merge, _records
from ansible_collections.photon.hardening.tests.unit.plugins.plugin_utils._formats import samples
from ansible_collections.photon.hardening.tests.unit.plugins.plugin_utils.shards import fleet, line, row


def problems(line):
    fleet = _merge.read([("file:1", line)])
    assert len(fleet.hosts) + len(fleet.problems) == 1
    return [(problem.kind, problem.message) for problem in fleet.problems]


@pytest.mark.parametrize("key, value", [
    ("host", ""), ("host", 1), ("host", None), ("omitted", -1), ("omitted", True), ("omitted", 1.0),
    ("time", "2026-13-01T00:00:00Z"), ("time", "2026-01-32T00:00:00Z"), ("time", "2026-01-01T24:00:00Z"), ("time", "2026-01-01T00:60:00Z"),
    ("time", "2026-01-01T00:00:60Z"), ("time", "\u0662026-01-01T00:00:00Z"), ("time", "2026-01-01T00:00:00Z\n"),
    ("notes", [1]), ("notes", "a"), ("kernel", []), ("kernel", {"release": 1}), ("kernel", {"system": []}), ("kernel", {"machine": {}}),
    ("provenance", []), ("provenance", {"profile": 1}), ("provenance", {"groups": "a"}), ("provenance", {"groups": [1]}),
    ("provenance", {"options": []}), ("provenance", {"collection": {}}),
    ("guest", {}), ("guest", [1]), ("guest", [{"name": "a b"}]), ("guest", [{"name": "", "state": "ok"}]), ("guest", [{"state": "ok"}]),
    ("guest", [{"name": "a b", "state": "fine"}]), ("guest", [{"name": "a b", "state": ["ok"]}]), ("guest", [{"name": 1, "state": "ok"}]),
    ("guest", [{"name": "a b", "state": "ok", "value": 1}]), ("guest", [{"name": "a b", "state": "ok", "reason": []}]),
    ("guest", [{"name": "a b", "state": "ok", "source": {}}]),
    ("waivers", {}), ("waivers", [1]), ("waivers", [{"reason": "a"}]), ("waivers", [{"name": "a", "reason": 1}]),
    ("waivers", [{"name": "a", "owner": []}]), ("waivers", [{"name": "a", "ticket": {}}]), ("waivers", [{"name": "a", "control": True}]),
])
def test_a_wrong_shape_is_named(key, value):
    assert problems(json.dumps(samples.shard("web1", **{key: value}) if key != "host" else dict(samples.shard(""), host=value))) == [
        ("schema", "its field %s has a wrong value" % key)]


@pytest.mark.parametrize("key, value", [
    ("omitted", None), ("notes", None), ("kernel", None), ("kernel", {}), ("kernel", {"release": None, "more": 1}), ("provenance", None),
    ("provenance", {"groups": None, "options": None}), ("provenance", {"options": {"conflicts": "report", "serial": 0.5}}),
    ("waivers", None), ("guest", None), ("guest", []), ("guest", [{"name": "a b", "state": "finding", "value": None, "more": 1}]),
    ("waivers", [{"name": "a"}]), ("time", "2026-12-31T23:59:59Z"),
])
def test_what_is_right_is_counted(key, value):
    assert problems(json.dumps(samples.shard("web1", **{key: value}))) == []


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_that_no_json_can_hold_is_refused(number):
    line = json.dumps(samples.shard("web1", provenance={"options": {"a": "HERE"}})).replace('"HERE"', number)
    assert problems(line) == [("unreadable", "it is not JSON: %s is not a number" % number)]


def test_what_is_larger_than_any_result_is_refused(monkeypatch):
    line = json.dumps(samples.shard("web1"))
    monkeypatch.setattr(_harmless, "MAX_SIZE", len(line))
    assert problems(line) == []
    assert problems(line + " ") == [("schema", "it is larger than any result")]


@pytest.mark.parametrize("text, kind, words", [
    ("", "truncated", "it is not JSON"),
    ("{", "truncated", "it is not JSON"),
    (line("web1")[:-40], "truncated", "it is not JSON"),
    ("host = web1\n", "unreadable", "it is not JSON"),
    ("[" * 100000, "unreadable", "it is nested too deeply"),
    ("[]", "schema", "it is not a result of schema_version 1"),
    (line("web1", schema_version=2), "schema", "it is not a result of schema_version 1"),
    (line(7), "schema", "its field host has a wrong value"),
    (line("web1", time="yesterday"), "schema", "its field time has a wrong value"),
    (line("web1", mode="attack"), "schema", "its field mode has a wrong value"),
    (line("web1", outcome=None), "schema", "its field outcome has a wrong value"),
    (line("web1", check_mode="no"), "schema", "its field check_mode has a wrong value"),
    (line("web1", notes=[7]), "schema", "its field notes has a wrong value"),
    (line("web1", waivers=[{}]), "schema", "its field waivers has a wrong value"),
    (line("web1", kernel=[]), "schema", "its field kernel has a wrong value"),
    (line("web1", omitted="x"), "schema", "its field omitted has a wrong value"),
    (line("web1", parameters={}), "schema", "its field parameters has a wrong value"),
    (line("web1", {"name": "a.b"}), "schema", "its parameters"),
    (line("web1", 7), "schema", "its parameters"),
    (line("web1", row(7)), "schema", "its parameters"),
    (line("web1", row("a.b", "fine")), "schema", "its parameters"),
    (line("web1", row("a.b", "rejected"), row("a.c"), row("a.b")), "schema", "a parameter stands twice in it"),
    (line("web1", summary={"ok": "x"}), "schema", "its field summary has a wrong value"),
    (line("web1", summary={"changed": 12}), "truncated", "it is not whole: it has 0 parameters, and its summary counts 12"),
    (line("web1", row("a.b"), summary={"ok": 2}), "truncated", "it is not whole: it has 1 parameters, and its summary counts 2"),
    (line("web1", row("a.b", before=7)), "schema", "its parameters"),
    (line("web1", row("a.b", before=["x"])), "schema", "its parameters"),
])
def test_what_is_no_result_is_named_and_not_counted(text, kind, words):
    found = fleet(text)
    (problem,) = found.problems
    assert (problem.kind, problem.source) == (kind, "file:1") and problem.message.startswith(words)
    assert found.hosts == [] and set(found.counts().values()) == {0}
    assert _fleet.verdict_sentence(found) == "There is no result of any host; 1 result could not be counted."


def test_a_summary_that_fits():
    assert fleet(line("web1", row("a.b"), omitted=2, summary={"ok": 3, "changed": 0})).hosts


def test_what_a_result_may_lack():
    given_ = {key: value for key, value in json.loads(line("web1")).items() if key in (
        "schema_version", "host", "time", "run", "mode", "outcome", "check_mode")}
    (host,) = fleet(json.dumps(given_)).hosts
    assert host == _records.Host(
        "web1", "2026-01-31T12:00:00Z", "20260131T115900Z-7", "harden", "done", False, False, "", [], {}, [], {}, 0, ())


def test_what_a_host_says_is_harmless():
    found = fleet(line("web\n1", row("a\x1b.b", before="\x1b[2J", reason="x\ny"), msg="\x07", notes=["\x00"]))
    (host,), ((name, cell),) = found.hosts, found.rows(0)
    assert (host.name, host.msg, host.notes) == ("web 1", "\\x07", ["\\x00"])
    assert (name, cell.before, cell.reason) == ("a\\x1b.b", "\\x1b[2J", "x y")
