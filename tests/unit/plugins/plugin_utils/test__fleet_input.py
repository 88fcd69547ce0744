# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results with odd shapes: named, never counted, and never a traceback."""

import json

import pytest

from ansible_collections.photon.hardening.plugins.plugin_utils import _fleet, _harmless
from ansible_collections.photon.hardening.tests.unit.plugins.plugin_utils._formats import samples


def problems(line):
    fleet = _fleet.read([("file:1", line)])
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
        ("schema", "its %s is not what a result has" % key)]


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
    assert problems(line) == [("unreadable", "it is no JSON: %s is no number" % number)]


def test_what_is_larger_than_any_result_is_refused(monkeypatch):
    line = json.dumps(samples.shard("web1"))
    monkeypatch.setattr(_harmless, "MAX_SIZE", len(line))
    assert problems(line) == []
    assert problems(line + " ") == [("schema", "it is larger than any result")]
