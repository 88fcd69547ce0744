# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.photon.hardening.plugins.module_utils._model import STATES
from ansible_collections.photon.hardening.plugins.plugin_utils import _columns, _drift, _fleet, _merge, _records
from ansible_collections.photon.hardening.plugins.plugin_utils._drift import Change
from ansible_collections.photon.hardening.tests.unit.plugins.plugin_utils import shards
from ansible_collections.photon.hardening.tests.unit.plugins.plugin_utils.shards import line

EARLY, LATE = "2026-11-25T04:00:00Z", "2026-11-26T04:00:00Z"
ROW = dict.fromkeys(["name", *_records.Cell._fields])


def row(name, state, **values):
    return dict(ROW, **{"name": name, "state": state, "before": "0", "wanted": "1", "after": "0", **values})


def fleet(time, **hosts):
    """host -> its rows, or its whole shard but for what all have."""
    shards = [dict({"schema_version": 1, "host": host, "time": time, "run": time, "mode": "audit", "outcome": "done", "check_mode": True},
                   **(given if isinstance(given, dict) else {"parameters": given})) for host, given in hosts.items()]
    return _merge.read([(shard["host"], json.dumps(shard)) for shard in shards])


def drift(earlier, later):
    return _drift.drift(fleet(EARLY, **earlier), fleet(LATE, **later))


OK, RIVAL = row("vm.a", "ok", before="1"), row("vm.a", "overridden", before="1", boot="0", boot_source="/etc/x:3")
IS_OK, IS_RIVAL = "is 1, as wanted", "is 1 now; at boot 0, set by /etc/x:3; wanted 1"


def test_newly_worse_and_newly_better():
    found = drift({"a": [OK], "b": [OK], "c": [RIVAL], "d": [OK]}, {"a": [RIVAL], "b": [RIVAL], "c": [OK], "d": [OK]})
    assert found == _drift.Drift(EARLY, LATE, [Change("vm.a", "pass", "fail", IS_OK, IS_RIVAL, ("a", "b"))],
                                 [Change("vm.a", "fail", "pass", IS_RIVAL, IS_OK, ("c",))], [], [], [], {}, {})
    assert _drift.sentence(found) == "Since 2026-11-25T04:00:00Z: 2 newly worse on 2 hosts, 1 newly better on 1 host."


@pytest.mark.parametrize("before, after, worse, better", [
    ("ok", "stricter", 0, 0), ("held_back", "overridden", 0, 0), ("ok", "changed", 1, 0), ("changed", "ok", 0, 1),
    ("waived", "overridden", 1, 0), ("overridden", "waived", 0, 1), ("ok", "unsupported", 1, 0), ("read_only", "rejected", 1, 0),
    ("not_applied", "rejected", 0, 0),
])
def test_what_counts_is_the_verdict(before, after, worse, better):
    found = drift({"a": [row("vm.a", before)]}, {"a": [row("vm.a", after)]})
    assert (len(found.worse), len(found.better)) == (worse, better)


OTHER = RIVAL["boot_source"].replace(":3", ":4")


@pytest.mark.parametrize("before, after, other", [
    (RIVAL, dict(RIVAL, boot="7"), 1), (RIVAL, dict(RIVAL, before="0"), 1), (RIVAL, row("vm.a", "read_only", before="1"), 1),
    (RIVAL, RIVAL, 0), (RIVAL, dict(RIVAL, boot_source=OTHER, reason="x"), 0), (OK, row("vm.a", "ok", before="2"), 0),
    # What a fact cache keeps has no values.
    (RIVAL, dict(ROW, name="vm.a", state="overridden"), 0), (RIVAL, dict(ROW, name="vm.a", state="read_only"), 1),
])
def test_what_is_still_not_as_wanted_in_another_way_is_told(before, after, other):
    found = drift({"a": [before]}, {"a": [after]})
    assert (found.worse, found.better, len(found.other)) == ([], [], other)
    assert ("1 still not as wanted in another way on 1 host" in _drift.sentence(found)) is bool(other)


def test_what_a_run_has_changed_is_as_wanted_in_an_audit():
    found = drift({"a": {"parameters": [row("vm.a", "changed")], "check_mode": False, "mode": "harden"}}, {"a": [OK]})
    assert found.worse == found.better == []


def test_the_worst_first_then_what_most_hosts_have():
    bad = [row("vm.a", "overridden"), row("vm.b", "overridden"), row("vm.c", "rejected"), row("vm.d", "waived")]
    good = [row(item["name"], "ok") for item in bad]
    found = drift({"x": good, "y": good}, {"x": bad, "y": [good[0], *bad[1:]]})
    assert [(change.name, change.hosts) for change in found.worse] == [
        ("vm.c", ("x", "y")), ("vm.b", ("x", "y")), ("vm.a", ("x",)), ("vm.d", ("x", "y"))]


def test_hosts_that_came_and_went():
    found = drift({"a": [OK], "b": [OK]}, {"a": [OK], "c": [RIVAL], "d": [OK]})
    assert (found.new, found.lost, found.worse) == (["c", "d"], ["b"], [])
    assert _drift.sentence(found) == "Since 2026-11-25T04:00:00Z: 2 new hosts, 1 lost host."


def test_a_host_that_has_no_result_any_more_got_worse_and_its_parameters_are_not_gone():
    found = drift({"a": [OK]}, {"a": {"outcome": "unreachable", "msg": "no route"}})
    assert found.worse == [Change("", "pass", "error", "has a whole and fresh result", "unreachable: no route", ("a",))]
    assert found.better == [] and found.gone == {}
    assert drift({"a": {"outcome": "failed"}}, {"a": {"outcome": "unreachable"}}).worse == []


@pytest.mark.parametrize("lines, options", [
    ([line("a", row("vm.a", "ok"), omitted=2)], {}), ([line("a", row("vm.a", "ok")), line("a", row("vm.a", "stricter"))], {}),
    ([line("a", row("vm.a", "ok"))], {"fresh_from": "2026-02-01T00:00:00Z"}), ([line("a", outcome="failed", msg="no")], {}),
])
def test_whatever_makes_a_result_not_whole_got_worse(lines, options):
    whole = shards.fleet(line("a", row("vm.a", "ok"), time="2026-01-30T12:00:00Z"))
    wrong = shards.fleet(*lines, **options)
    (change,), told = _drift.drift(whole, wrong).worse, _fleet.told(wrong.wrong("a"))
    assert (change.name, change.now, change.after) == ("", "error", told) and wrong.host_totals()["error"] == 1
    assert _drift.drift(wrong, whole).better == [exchanged(change)] and _drift.drift(wrong, wrong)[2:4] == ([], [])


def test_parameters_that_came_and_went():
    other, rest = row("vm.b", "ok"), {"parameters": [OK], "omitted": 1}
    found = drift({"a": [OK], "b": [OK, other], "c": [OK, other]}, {"a": [OK, other], "b": [OK], "c": rest})
    assert (found.appeared, found.gone) == ({"vm.b": 1}, {"vm.b": 1})
    assert drift({"a": [OK]}, {"a": [other]})[7:] == ({"vm.b": 1}, {"vm.a": 1})


def test_after_a_rollback_nothing_got_better_and_what_is_gone_is_told():
    before = {"a": [OK, row("vm.b", "changed"), row("vm.c", "ok")]}
    found = drift(before, {"a": {"parameters": [row("vm.b", "ok", wanted=None)], "mode": "rollback", "check_mode": False}})
    assert (found.worse, found.better, found.gone) == ([], [], {"vm.a": 1, "vm.b": 1, "vm.c": 1})
    assert _drift.sentence(found) == "Since 2026-11-25T04:00:00Z: 3 parameters no longer compared."


def test_nothing():
    assert _drift.sentence(drift({"a": [OK]}, {"a": [OK]})) == "Since 2026-11-25T04:00:00Z: no verdict changed."


def test_more_different_values_than_a_column_keeps():
    hosts = {"h%04d" % number: str(number) for number in range(_columns.MOST_CELLS + 10)}
    found = drift({host: [row("vm.a", "ok", before=value)] for host, value in hosts.items()},
                  {host: [row("vm.a", "changed", before=value, after="1", boot=value)] for host, value in hosts.items()})
    assert [(change.before, change.hosts) for change in found.worse if change.hosts == ("h0500",)] == [("is 500, as wanted", ("h0500",))]
    assert sum(len(change.hosts) for change in found.worse) == len(hosts)


ROWS = st.dictionaries(st.sampled_from(["vm.a", "vm.b", "kernel.c"]), st.tuples(st.sampled_from(STATES), st.sampled_from(["0", "1", None])))
SHARDS = st.fixed_dictionaries({
    "parameters": ROWS.map(lambda rows: [row(name, state, before=value) for name, (state, value) in rows.items()]),
    "outcome": st.sampled_from(_records.OUTCOMES), "check_mode": st.booleans(), "omitted": st.sampled_from([0, 0, 3]),
    "msg": st.sampled_from(["x", "y"])})
FLEETS = st.dictionaries(st.sampled_from("abcde"), SHARDS)


def exchanged(change):
    return Change(change.name, change.now, change.was, change.after, change.before, change.hosts)


@settings(deadline=None)
@given(FLEETS, FLEETS)
def test_exchanging_the_reports_exchanges_worse_and_better(earlier, later):
    there, back = drift(earlier, later), _drift.drift(fleet(LATE, **later), fleet(EARLY, **earlier))
    assert (there.since, there.time) == (back.time, back.since)
    assert list(map(exchanged, there.worse)) == back.better and list(map(exchanged, there.better)) == back.worse
    assert list(map(exchanged, there.other)) == back.other
    assert (there.new, there.lost, there.appeared, there.gone) == (back.lost, back.new, back.gone, back.appeared)


@settings(deadline=None)
@given(FLEETS)
def test_a_report_does_not_differ_from_itself(hosts):
    assert drift(hosts, hosts)[2:] == ([], [], [], [], [], {}, {})
