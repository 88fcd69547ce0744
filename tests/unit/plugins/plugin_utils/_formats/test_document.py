# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import json
import pathlib
import random
import tracemalloc

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _guest, _model
from ansible_collections.photon.hardening.plugins.plugin_utils import _drift, _merge, _records, _verdicts
from ansible_collections.photon.hardening.plugins.plugin_utils._formats import document
from ansible_collections.photon.hardening.tests.unit.plugins.plugin_utils._formats import samples

SCHEMA = json.loads((pathlib.Path(document.__file__).parent / "report.schema.json").read_text(encoding="utf-8"))


def render(fleet):
    return "".join(document.render(fleet, samples.ROWS, samples.CONTROLS))


def rendered(fleet):
    return json.loads(render(fleet))


def test_a_row_says_everything():
    fields = samples.row("kernel.ok", "overridden", boot="2", boot_source="/usr/lib/sysctl.d/a.conf:9")
    (host,) = rendered(samples.read([samples.shard("web1", [fields])]))["hosts"]
    assert host["parameters"] == [dict(
        fields, verdict="fail", sentence="is 1 now; at boot 2, set by /usr/lib/sysctl.d/a.conf:9; wanted 1",
        controls={"stig_a": ["A-10"], "nist_800_53": ["SC-30(2)", "CM-6(a)"]})]


def test_a_host_says_everything():
    given = samples.shard("web1", [samples.row("kernel.ok", "ok")], notes=["a note"], guest=[samples.guest_row()], waivers=[samples.WAIVER])
    (host,) = rendered(samples.read([given]))["hosts"]
    kept = ("schema_version", "host", "time", "run", "mode", "outcome", "check_mode", "changed", "msg", "notes", "kernel", "waivers",
            "provenance", "omitted", "guest")
    assert {key: host[key] for key in kept} == {key: given[key] for key in kept}
    assert set(host) == set(kept) | {"counts", "verdicts", "parameters"}
    assert host["counts"]["ok"] == host["verdicts"]["pass"] == 1


def test_the_head():
    found = rendered(samples.everything())
    hosts = found.pop("hosts")
    assert [host["host"] for host in hosts][1:] == ["down", "half", "web1", "web2", "web3"]
    assert (found["schema_version"], found["time"], found["modes"]) == (1, samples.TIME, ["audit", "harden"])
    assert found["verdict"] == (
        "3 of 7 hosts are not as wanted; 3 hosts have no whole and fresh result; 1 result could not be counted.")
    assert [(problem["kind"], problem["source"]) for problem in found["problems"]][1:] == [
        ("truncated", "half"), ("missing", "lost"), ("unreachable", "down")]
    assert found["waivers"][1] == dict(samples.WAIVER, hosts=1)
    assert found["provenance"] == [samples.shard("web1")["provenance"]]
    assert found["catalogue"]["kernel.ok"] == {"why": "It protects.", "impact": "None."}
    assert found["benchmarks"] == {"stig_a": {"title": "STIG for A", "version": "V2R8"},
                                   "nist_800_53": {"title": "NIST SP 800-53", "version": "Revision 5"}}


def test_a_parameter_in_no_benchmark_and_no_catalogue():
    found = rendered(samples.read([samples.shard("web1", [samples.row("vm.mine", "ok")])]))
    assert (found["catalogue"], found["benchmarks"], found["hosts"][0]["parameters"][0]["controls"]) == ({}, {}, {})


def test_no_host_at_all():
    found = rendered(samples.read([]))
    assert (found["hosts"], found["time"], found["verdict"]) == ([], "", "There is no result of any host.")


def test_two_kinds_of_results_have_two_origins():
    other = dict(samples.shard("web2")["provenance"], profile="kspp")
    found = rendered(samples.read([samples.shard("web1"), samples.shard("web2", provenance=other), samples.shard("web3")]))
    assert [origin["profile"] for origin in found["provenance"]] == ["kspp", "photon"]


def test_the_order_of_the_results_does_not_matter():
    shuffled = random.Random(1).sample(samples.SHARDS, len(samples.SHARDS))
    assert render(samples.read(shuffled)) == render(samples.read(samples.SHARDS))


def test_the_guest_side_of_a_host_is_no_parameter_and_is_read_again():
    rows = [samples.guest_row(state="finding"), {"name": "a b", "state": "ok"}]
    given = samples.shard("web1", [samples.row("kernel.ok", "ok")], guest=rows)
    text = render(samples.read([given]))
    found = json.loads(text)
    assert found["hosts"][0]["guest"] == [
        samples.guest_row(state="finding"), {"name": "a b", "value": None, "state": "ok", "reason": None, "source": None}]
    assert sum(found["counts"].values()) == sum(found["verdicts"].values()) == 1 and found["verdict"] == "The host is as wanted."
    line = next(line for line in text.splitlines() if '"host":"web1"' in line)
    assert [row._asdict() for row in _merge.read([("report", line)]).hosts[0].guest] == found["hosts"][0]["guest"]


def test_one_host_is_one_line():
    lines = render(samples.everything()).splitlines()
    assert [json.loads(line.rstrip(","))["host"] for line in lines if line.startswith("{\"changed")] == [
        host.name for host in samples.everything().hosts]


def described(schema, value, path="report"):
    """Paths of what VALUE has and SCHEMA does not describe."""
    if "$ref" in schema:
        return described(SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]], value, path)
    if isinstance(value, list):
        return [problem for item in value for problem in described(schema["items"], item, path + "[]")]
    if not isinstance(value, dict):
        return []
    schemas = dict(schema.get("properties", {}))
    for part in schema.get("allOf", ()):
        schemas.update(SCHEMA["$defs"][part["$ref"].rpartition("/")[2]]["properties"])
    others = schema.get("additionalProperties")
    missing = ["%s.%s" % (path, key) for key in value if key not in schemas and not others]
    return missing + [problem for key, item in value.items()
                      for problem in described(schemas.get(key) or others or {}, item, "%s.%s" % (path, key))]


def test_the_schema_describes_every_key():
    assert described(SCHEMA, rendered(samples.everything())) == []
    assert described(SCHEMA, {"new": 1, "hosts": [{"odd": 1}]}) == ["report.new", "report.hosts[].odd"]


@pytest.mark.parametrize("name", ["report.schema.json", "shard.schema.json"])
def test_the_schema_names_what_there_is(name):
    schema = json.loads((pathlib.Path(document.__file__).parent / name).read_text(encoding="utf-8"))
    row = schema["$defs"]["parameter"]["properties"]
    assert set(samples.row("a", "ok")) <= set(row)
    assert row["state"]["enum"] == list(samples.STATES)
    assert schema["$defs"]["guest_row"]["properties"]["state"]["enum"] == list(_guest.STATES)
    assert list(schema["$defs"]["guest_row"]["properties"]) == list(_records.GuestRow._fields)
    assert row.get("verdict", {"enum": list(_verdicts.VERDICTS)})["enum"] == list(_verdicts.VERDICTS)


def test_the_schema_of_a_shard_has_each_field_of_a_row():
    schema = json.loads((pathlib.Path(document.__file__).parent / "shard.schema.json").read_text(encoding="utf-8"))
    parameter = schema["$defs"]["parameter"]
    assert set(parameter["properties"]) == set(_model.Row._fields) and set(_model.Row._fields) - set(
        parameter["required"]) == {"error", "boot_source_before"}


def test_a_large_fleet_is_never_in_memory_as_a_whole():
    rows = [samples.row("kernel.p%d" % number, "ok") for number in range(100)]
    fleet = samples.read(samples.shard("web%d" % number, rows) for number in range(300))
    tracemalloc.start()
    size = sum(len(piece) for piece in document.render(fleet, (), samples.CONTROLS))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 7000000 and peak < 1000000


def test_what_changed_since_an_earlier_report():
    earlier, later = (samples.read([samples.shard("web1", [samples.row("kernel.ok", state)])]) for state in ("ok", "overridden"))
    found = json.loads("".join(document.render(later, samples.ROWS, samples.CONTROLS, _drift.drift(earlier, later))))
    assert described(SCHEMA, found) == []
    since = found["since"]
    (change,) = since["worse"]
    assert (change["name"], change["was"], change["now"], change["hosts"]) == ("kernel.ok", "pass", "fail", ["web1"])
    assert since["better"] == [] and since["sentence"] == "Since %s: 1 newly worse on 1 host." % samples.TIME
