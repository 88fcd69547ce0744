# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pytest
from hypothesis import given

from ansible_collections.photon.hardening.plugins.module_utils._model import STATES
from ansible_collections.photon.hardening.plugins.plugin_utils import _fleet, _verdicts
from ansible_collections.photon.hardening.tests.unit.plugins.plugin_utils.shards import LINES, fleet, line, row, told


def test_counts():
    found = fleet(
        line("web1", row("a.a"), row("a.b", "changed"), row("a.c", "held_back")),
        line("web2", row("a.a", "stricter"), row("a.b", "changed"), row("a.d", "waived"), check_mode=True, mode="audit"),
        line("web3", row("a.a", "not_applied"), row("a.e", "unsupported"), outcome="failed", msg="no"))
    assert {state: count for state, count in found.counts().items() if count} == {
        "ok": 1, "changed": 2, "held_back": 1, "stricter": 1, "waived": 1, "not_applied": 1, "unsupported": 1}
    assert list(found.counts()) == list(found.host_counts(0)) == [*STATES, "unasked"]
    assert found.verdicts() == {"error": 1, "fail": 2, "waived": 1, "not_applicable": 1, "pass": 3}
    assert found.host_verdicts(1) == {"error": 0, "fail": 1, "waived": 1, "not_applicable": 0, "pass": 1}
    assert found.host_totals() == {"error": 1, "fail": 2, "not_applicable": 0, "pass": 0}
    assert found.findings() == [
        ("a.a", "not_applied", "error", 1), ("a.b", "would_change", "fail", 1), ("a.c", "held_back", "fail", 1),
        ("a.d", "waived", "waived", 1), ("a.e", "unsupported", "not_applicable", 1)]
    assert [name for name, cell in found.rows(1)] == ["a.b", "a.d", "a.a"]
    assert found.problems == [("failed", "web3", "no")]
    assert _fleet.verdict_sentence(found) == "2 of 3 hosts are not as wanted; 1 host has no whole and fresh result."


@pytest.mark.parametrize("lines, expected, sentence", [
    ([line("web1", row("a.a"))], [], "The host is as wanted."), ([], [], "There is no result of any host."),
    (["{"], ["x"], "There is no result of any host; 1 result could not be counted."),
    ([line("web1", row("a.a", "overridden"))], [], "The host is not as wanted."),
    ([line("web1", row("a.a")), line("web2", row("a.a"))], [], "All 2 hosts are as wanted."),
    ([line("web1", row("a.a")), line("web2", row("a.a"))], ["web1", "web2", "web3"],
     "2 of 3 hosts are as wanted; 1 host has no whole and fresh result."),
    ([line("web1", row("a.a")), line("web2", row("a.a")), "{", "{"], ["x", "y"],
     "2 of 4 hosts are as wanted; 2 hosts have no whole and fresh result; 2 results could not be counted."),
    ([line("web1", outcome="unreachable")], [], "The host has no whole and fresh result."),
    ([line("web1", row("a.a"), outcome="unreachable")], ["web2"], "All 2 hosts have no whole and fresh result."),
    ([line("web1", row("a.a"), omitted=1)], [], "The host has no whole and fresh result."),
    ([line("web1", row("a.a"), time="2025-01-31T12:00:00Z"), line("web2", row("a.a"))], [],
     "1 of 2 hosts is as wanted; 1 host has no whole and fresh result."),
    ([line("web1")], [], "The host has no hardened parameter: all are waived, unsupported or not wanted."),
    ([line("web1 (image /x)", row("a.a"))], [], "The image is as wanted."),
    ([line("web1 (image /x)", row("a.a")), line("web1 (image /y)", row("a.a"))], [], "All 2 images are as wanted."),
    ([line("web1 (image /x)", row("a.a")), line("web1", row("a.a", "overridden"))], ["web2"],
     "1 of 3 hosts and images is not as wanted; 1 host or image has no whole and fresh result."),
    ([line("web1", row("a.a", "unsupported"), row("a.b", "waived")), line("web2", row("a.a"))], [],
     "1 of 2 hosts is as wanted; 1 host has no hardened parameter: all are waived, unsupported or not wanted."),
    # After a rollback.
    ([line("web1", row("a.a", wanted=None, reason="no longer wanted"), mode="rollback")], [],
     "The host has no hardened parameter: all are waived, unsupported or not wanted."),
    # One of the two is not what it looks like.
    ([line("web1", row("a.a")), line("web1", row("a.a", "rejected"))], [], "The host has no whole and fresh result."),
])
def test_the_verdict_never_hides_what_is_missing(lines, expected, sentence):
    found = fleet(*lines, expected=expected, fresh_from="2026-01-01T00:00:00Z")
    assert _fleet.verdict_sentence(found) == sentence
    assert sum(found.host_totals().values()) == len({host.name for host in found.hosts} | set(expected))


def test_problems_are_parted_by_host():
    found = fleet(line("web1", outcome="unreachable"), line("web2", omitted=2), line("web3"), "{", expected=["web9"])
    assert {host.name: [problem.kind for problem in found.wrong(host.name)] for host in found.hosts} == {
        "web1": ["unreachable"], "web2": ["truncated"], "web3": []}
    assert [problem.kind for problem in found.others] == ["truncated", "missing"]
    assert [problem.source for problem in found.unread()] == ["file:4"]


def test_of_a_host_that_works_on_images_no_result_of_its_own_is_expected():
    found = fleet(line("web1 (image /x)", row("a.a")), expected=["web1", "web2"])
    assert found.missing() == {"web2"} and [problem.source for problem in found.problems] == ["web2"]
    assert _fleet.verdict_sentence(fleet(line("web1 (image /x)", row("a.a")), expected=["web1"])) == "The image is as wanted."


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
    assert found.findings() == [] and found.host_totals() == {"error": 0, "fail": 0, "not_applicable": 3, "pass": 1}


def test_of_the_guest_side_too_the_order_does_not_matter_and_the_newest_result_counts():
    old = line("web1", time="2026-01-30T12:00:00Z", run="r1", guest=[guest("disk z")])
    expected = told(fleet(*GUESTS))
    for lines in ([*GUESTS, old], [old, *reversed(GUESTS)], [old, *GUESTS, *GUESTS]):
        assert told(fleet(*lines)) == expected


def test_rows_that_many_hosts_have_are_kept_once():
    found = fleet(*(line("web%d" % number, guest=[guest("swap space")]) for number in range(3))).hosts
    assert found[0].guest[0] is found[1].guest[0] is found[2].guest[0]


def test_of_findings_on_as_many_hosts_the_worst_kind_comes_first():
    rows = [row("a.a", "held_back"), row("a.b", "changed"), row("a.c", "overridden"), row("a.d", "reboot_required")]
    found = fleet(*(line("web%d" % number, *rows, row("a.e", "changed"), check_mode=True, mode="audit") for number in range(2)),
                  line("web3", *rows[1:2], row("a.0", "rejected"), check_mode=True, mode="audit"))
    assert [finding.name for finding in found.findings()] == ["a.0", "a.b", "a.c", "a.d", "a.e", "a.a"]


@given(LINES)
def test_what_is_counted_adds_up(lines):
    found = fleet(*lines)
    rows = sum(len(found.rows(number)) for number in range(len(found.hosts)))
    assert sum(found.counts().values()) == rows == sum(found.verdicts().values())
    not_wanted = sum(found.kinds()[kind] for kind in _verdicts.NOT_WANTED)
    assert sum(item.hosts for item in found.findings()) == rows - found.verdicts()[_verdicts.PASS] - not_wanted
