# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import json

import pytest

from ansible_collections.photon.hardening.plugins.plugin_utils import _merge
from ansible_collections.photon.hardening.plugins.plugin_utils._formats import hdf
from ansible_collections.photon.hardening.tests.unit.plugins.plugin_utils._formats import samples


def documents(fleet):
    return {name: json.loads(text) for name, text in hdf.render(fleet, samples.ROWS, samples.CONTROLS)}


def controls(fleet):
    (document,) = documents(fleet).values()
    return document["profiles"][0]["controls"]


def control(row, **fields):
    (found,) = controls(samples.read([samples.shard("web1", [row], **fields)]))
    return found


def test_one_file_for_each_host():
    assert list(documents(samples.read([samples.shard("b"), samples.shard("a/b")]))) == ["a%2Fb.json", "b.json"]


def test_hosts_without_a_result_and_what_could_not_be_read_have_a_file():
    lines = [("a.json:1", "{"), ("b.json", json.dumps(samples.shard("web1"))), ("c.json", "[")]
    found = documents(_merge.read(lines, ["web1", "lost"]))
    ids = {name: [control["id"] for control in document["profiles"][0]["controls"]] for name, document in found.items()}
    assert ids == {"web1.json": [], "lost.json": ["result: missing"],
                   "not read.json": ["result: truncated: a.json:1", "result: truncated: c.json"]}
    (lost,) = found["lost.json"]["profiles"][0]["controls"]
    assert lost["results"] == [{"status": "error", "code_desc": "the host has a whole and fresh result", "start_time": samples.TIME,
                                "message": "missing: there is no result of it"}]


def test_a_passed_parameter():
    assert control(samples.row("kernel.ok", "ok")) == {
        "id": "kernel.ok", "title": "It protects.", "desc": "kernel.ok is 1, as wanted", "impact": 0.5, "refs": [], "source_location": {},
        "code": None, "descriptions": [{"label": "rationale", "data": "It protects."}, {"label": "impact", "data": "None."}],
        "tags": {"STIG for A V2R8": ["A-10"], "NIST SP 800-53 Revision 5": ["SC-30(2)", "CM-6(a)"], "nist": ["SC-30(2)", "CM-6(a)"],
                 "cci": ["CCI-000366"]},
        "results": [{"status": "passed", "code_desc": "kernel.ok is 1, as wanted", "start_time": samples.TIME}],
    }


@pytest.mark.parametrize("state, status, key", [
    ("held_back", "failed", "message"), ("overridden", "failed", "message"), ("rejected", "error", "message"),
    ("not_applied", "error", "message"), ("unsupported", "skipped", "skip_message"), ("waived", "skipped", "skip_message"),
])
def test_what_did_not_pass_says_why(state, status, key):
    found = control(samples.row("kernel.x", state, reason="Docker needs it"))
    (result,) = found["results"]
    assert (result["status"], result["code_desc"], result["start_time"]) == (status, "kernel.x is as wanted", samples.TIME)
    assert result[key] == found["desc"] and found["desc"].startswith("kernel.x ")
    assert ("Docker needs it" in found["desc"]) == (state not in ("overridden", "not_applied"))
    assert (found["impact"], "waiver_data" in found) == (0.0 if state == "unsupported" else 0.5, state == "waived")
    assert (found["title"], found["tags"], found["descriptions"]) == ("kernel.x", {}, [])


@pytest.mark.parametrize("waivers, justification, expires", [
    ([samples.WAIVER], "vendor needs it; until 2027-01-31; owner ops; ticket T-1", "2027-01-31"), ([], "ticket 7", None),
])
def test_a_waiver_says_who_and_until_when(waivers, justification, expires):
    found = control(samples.row("kernel.waived", "waived", reason="ticket 7"), waivers=waivers)
    assert found["waiver_data"] == {"justification": justification, "expiration_date": expires, "run": False,
                                    "skipped_due_to_waiver": True, "message": ""}


def test_a_host_without_a_whole_result_is_an_error():
    found = controls(samples.read([samples.shard("web1", [samples.row("kernel.ok", "ok")], outcome="failed", msg="no space")]))
    assert [item["id"] for item in found] == ["result: failed", "kernel.ok"]
    assert found[0]["results"] == [{"status": "error", "code_desc": "the host has a whole and fresh result", "start_time": samples.TIME,
                                    "message": "failed: no space"}]


def test_the_platform_and_the_totals():
    (document,) = documents(samples.read([samples.shard("web1", samples.states())])).values()
    (profile,) = document["profiles"]
    assert document["platform"] == {"name": "Debian GNU/Linux 12", "release": "6.1.0", "target_id": "web1"}
    assert document["statistics"] == {"controls": {"passed": {"total": 3}, "failed": {"total": 4}, "skipped": {"total": 2}}}
    assert (document["version"], profile["version"], profile["title"]) == ("1.0.0", "1.0.0", "Kernel parameters of web1")


def test_an_unknown_kernel_is_called_so():
    (document,) = documents(samples.read([samples.shard("web1", kernel=None, provenance=None)])).values()
    assert (document["platform"], document["version"]) == ({"name": "unknown", "release": "unknown", "target_id": "web1"}, "unknown")


def test_the_digest_is_that_of_the_question():
    def digest(*rows):
        (document,) = documents(samples.read([samples.shard("web1", rows)])).values()
        return document["profiles"][0]["sha256"]
    one, other = samples.row("kernel.ok", "ok"), samples.row("kernel.x", "ok")
    assert digest(one, other) == digest(samples.row("kernel.x", "overridden"), one) != digest(one)
