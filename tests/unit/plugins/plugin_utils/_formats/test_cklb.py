# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import json

import pytest

from ansible_collections.photon.hardening.plugins.plugin_utils._formats import cklb
from ansible_collections.photon.hardening.tests.unit.plugins.plugin_utils._formats import samples


def documents(fleet, rows=(), benchmark="stig_a"):
    return {name: json.loads(text) for name, text in cklb.render(fleet, rows, samples.CONTROLS, benchmark)}


def rules(rows, catalogue=(), read=None, **fields):
    (document,) = documents(samples.read([samples.shard("web1", rows, **fields)], **read or {}), catalogue).values()
    return document["stigs"][0]["rules"]


ORIGIN = "photon.hardening 1.0.0, profile photon, harden."


def told(rows, *given, **fields):
    return [(rule["rule_version"], rule["status"], rule["finding_details"], rule["comments"]) for rule in rules(rows, *given, **fields)]


def test_the_numbers_are_those_of_disa():
    (rule,) = rules([samples.row("kernel.ok", "ok")])
    expected = {"group_id": "V-10", "rule_id": "SV-10r1", "rule_id_src": "SV-10r1_rule", "rule_version": "A-10", "severity": "medium",
                "group_title": "SRG-OS-1", "ccis": ["CCI-000366"], "status": "not_a_finding"}
    assert {key: rule[key] for key in expected} == expected
    assert rule["finding_details"] == "kernel.ok is 1, as wanted."


def test_the_release_is_that_of_the_numbers():
    (document,) = documents(samples.read([samples.shard("web1", samples.states())])).values()
    (stig,) = document["stigs"]
    assert {key: stig[key] for key in ("stig_id", "version", "release_info", "display_name", "size")} == {
        "stig_id": "A_STIG", "version": "2", "release_info": "Release: 8 Benchmark Date: 01 Jul 2026", "display_name": "A", "size": 11}
    assert document["title"] == (
        "web1: A_STIG V2R8, only those 11 of its 13 rules for kernel parameters that the result says something of")
    assert {key: document[key] for key in ("cklb_version", "active", "mode", "has_path")} == {
        "cklb_version": "1.0", "active": False, "mode": 1, "has_path": True}
    target = document["target_data"]
    assert (target["host_name"], target["target_type"], target["is_web_database"]) == ("web1", "Computing", False)
    assert {rule["stig_uuid"] for rule in stig["rules"]} == {stig["uuid"]}
    assert len({rule["uuid"] for rule in stig["rules"]} | {stig["uuid"], document["id"]}) == 13


@pytest.mark.parametrize("first, second, status", [
    ("ok", "ok", "not_a_finding"), ("ok", "unsupported", "not_a_finding"), ("unsupported", "unsupported", "not_applicable"),
    ("ok", "overridden", "open"), ("unsupported", "waived", "open"), ("ok", None, "not_reviewed"), ("overridden", None, "open"),
])
def test_a_rule_is_as_good_as_its_worst_parameter(first, second, status):
    rows = [samples.row(name, state) for name, state in (("kernel.first", first), ("kernel.second", second)) if state]
    ((_version, found, details, _comments),) = told(rows)
    assert found == status
    assert ("kernel.second was not looked at by this run." in details) == (second is None)


def test_what_the_catalogue_does_not_have_was_not_looked_at():
    assert told([samples.row("kernel.known", "ok")]) == [
        ("A-90", "not_reviewed", "kernel.known is 1, as wanted.\nkernel.unknown was not looked at by this run.",
         ORIGIN + "\nkernel.known: compared with what the run wanted.")]


@pytest.mark.parametrize("live, status", [
    ("0", "open"), ("1", "not_a_finding"), ("0x1", "not_a_finding"), ("2", "not_a_finding"), (None, "not_reviewed"),
])
@pytest.mark.parametrize("check_mode", [True, False])
def test_the_benchmark_decides_and_not_the_run(live, status, check_mode):
    """The run wanted another value than the benchmark: what is there is ok for the one and a finding for the other."""
    row = samples.row("kernel.ok", "ok", before=live if check_mode else "5", after="5" if check_mode else live, wanted="5")
    ((_version, found, _details, comment),) = told([row], samples.ROWS, check_mode=check_mode)
    assert found == status
    why = {"not_a_finding": "", "open": "\nkernel.ok: the benchmark asks for 1; the run wanted another value.",
           "not_reviewed": "\nkernel.ok: the benchmark asks for 1; the live value is not known."}
    assert comment == ORIGIN + why[status]


@pytest.mark.parametrize("state, fresh, wrong", [
    ("ok", "not_a_finding", "not_reviewed"), ("unsupported", "not_applicable", "not_reviewed"), ("overridden", "open", "open"),
])
@pytest.mark.parametrize("fields, more, comment", [
    ({}, {"fresh_from": "2026-11-27T00:00:00Z"}, "stale: its result is from 2026-11-26T04:18:06Z."),
    ({"outcome": "failed", "msg": "no disk"}, {}, "failed: no disk."),
    ({"outcome": "unknown", "msg": "It broke off."}, {}, "unknown: It broke off."),
    ({"omitted": 3}, {}, "truncated: 3 parameters are left out of its result."),
])
def test_no_rule_has_passed_of_a_host_without_a_whole_and_fresh_result(state, fresh, wrong, fields, more, comment):
    rows = [samples.row("kernel.%s" % state, state)]
    whole, other = (rules(rows, samples.ROWS, **given)[0] for given in ({}, {"read": more, **fields}))
    assert (whole["status"], whole["comments"]) == (fresh, ORIGIN)
    assert (other["status"], other["comments"]) == (wrong, "%s\nThe host has no whole and fresh result: %s" % (ORIGIN, comment))


def test_what_was_rolled_back_is_not_reviewed_and_no_pass():
    row = samples.row("kernel.known", "ok", wanted=None, before="0", after="0", reason="no longer wanted")
    ((_version, found, details, _comment),) = told([row], mode="rollback")
    assert (found, details.splitlines()[0]) == ("not_reviewed", "kernel.known is 0: no longer wanted.")


def test_a_waiver_and_a_reason_stand_in_the_comments():
    rows = [samples.row("kernel.waived", "waived", after="0"), samples.row("kernel.held_back", "held_back", after="0", reason="Docker")]
    assert told(rows, waivers=[samples.WAIVER]) == [
        ("A-00", "open", "kernel.waived is 0, left alone.",
         ORIGIN + "\nkernel.waived is waived: vendor needs it; until 2027-01-31; owner ops; ticket T-1."),
        ("A-01", "open", "kernel.held_back is 0, 1 is held back: Docker.", ORIGIN + "\nkernel.held_back: Docker."),
    ]


def test_a_result_without_an_origin_says_so():
    ((_version, _status, _details, comment),) = told([samples.row("kernel.read_only", "read_only")], provenance=None)
    assert comment == "photon.hardening unknown, profile unknown, harden."


def test_a_host_that_says_nothing_of_the_benchmark_has_no_file():
    fleet = samples.read([samples.shard("down", outcome="unreachable"), samples.shard("web1", [samples.row("kernel.ok", "ok")]),
                          samples.shard("web2", [samples.row("vm.mine", "ok")])])
    assert list(documents(fleet)) == ["web1.cklb"]


def test_the_same_result_makes_the_same_file():
    assert documents(samples.everything()) == documents(samples.everything())


def test_what_is_too_long_is_cut():
    ((_version, _status, details, comments),) = told([samples.row("kernel.held_back", "held_back", reason="x" * 40000)])
    assert (len(details), len(comments)) == (32000, 32000)


@pytest.mark.parametrize("benchmark, why", [
    ("stig_b", "STIG without numbers has no SV- numbers of DISA, and without them nothing is imported"), ("cis", "it is not known"),
])
def test_a_benchmark_without_numbers_is_refused(benchmark, why):
    with pytest.raises(ValueError) as caught:
        cklb.render(samples.everything(), (), samples.CONTROLS, benchmark)
    assert str(caught.value) == "no checklist (cklb) can be made of the benchmark %s: %s; choose one of stig_a" % (benchmark, why)


@pytest.mark.parametrize("overrides, status, words", [
    ({"kernel.ok": "0"}, "not_reviewed", "an override has said what is wanted"), ({}, "not_a_finding", "compared with what the run wanted"),
    ("x", "not_a_finding", "compared with what the run wanted"),
])
def test_a_value_of_an_override_is_no_pass_where_nobody_knows_what_the_benchmark_asks_for(overrides, status, words):
    ((_version, found, _details, comments),) = told([samples.row("kernel.ok", "ok")], provenance={"options": {"overrides": overrides}})
    assert found == status and words in comments
