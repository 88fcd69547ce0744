# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every format, read by the code of those that it is for: each state, hosts without a result, and hostile text everywhere."""

import datetime
import json
import pathlib
import random
import subprocess
from collections import Counter
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from junitparser import JUnitXml
from prometheus_client.parser import text_string_to_metric_families
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding

from ansible_collections.photon.hardening.plugins.module_utils import _guest
from ansible_collections.photon.hardening.plugins.module_utils._model import STATES
from ansible_collections.photon.hardening.plugins.plugin_utils import _records, _verdicts
from ansible_collections.photon.hardening.plugins.plugin_utils._formats import cklb, document, hdf, junit, mapping, per_host
from ansible_collections.photon.hardening.tests.unit.plugins.plugin_utils._formats import samples

ROOT = pathlib.Path(__file__).parents[2]
SCHEMAS = {name: ROOT / "plugins/plugin_utils/_formats" / ("%s.schema.json" % name) for name in ("report", "shard")}
READER = pathlib.Path(__file__).parent / "read.js"
MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# Through jq: a process each time.
SOME = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def words(fleet, format):
    """word -> number of parameters that have it under the mapping."""
    return Counter(getattr(mapping.words(cell, host.check_mode), format) for number, host in enumerate(fleet.hosts)
                   for _name, cell in fleet.rows(number))


# --- hostile fleets ---

# What a text may mean to a reader, and what none should ever see.
PIECES = st.sampled_from([samples.HOSTILE, "]]>", "&amp;", "<!--", "\r\n", "\t", "\\", '"', "'", "\x00", "\x7f", "\ud800", "\uffff",
                          "\u2028", "{{", "${", "#", "\N{PILE OF POO}", "e\u0301"])
TEXT = st.lists(PIECES | st.text(max_size=8), max_size=4).map("".join)
MAYBE = st.none() | TEXT


@st.composite
def rows(draw):
    names = draw(st.lists(st.sampled_from(sorted(samples.CONTROLS["parameters"])) | TEXT, max_size=5, unique=True))
    return [dict({key: draw(MAYBE) for key in samples.PLAIN}, name=name, state=draw(st.sampled_from(STATES))) for name in names]


GUESTS = st.lists(st.fixed_dictionaries({"name": TEXT.map("a ".__add__), "state": st.sampled_from(_guest.STATES), "value": MAYBE},
                                        optional={"reason": MAYBE, "source": MAYBE, "more": TEXT}), max_size=3)


@st.composite
def shards(draw):
    waivers = st.lists(st.fixed_dictionaries(dict.fromkeys(_records.WAIVER, MAYBE), optional={}).map(lambda waiver: dict(waiver, name="a")),
                       max_size=2)
    return samples.shard(
        draw(TEXT), draw(rows()), mode=draw(st.sampled_from(_records.MODES)), outcome=draw(st.sampled_from(_records.OUTCOMES)),
        check_mode=draw(st.booleans()), msg=draw(MAYBE), notes=draw(st.none() | st.lists(TEXT, max_size=2)), run=draw(TEXT),
        kernel=draw(st.none() | st.fixed_dictionaries({"release": MAYBE, "system": MAYBE})), waivers=draw(st.none() | waivers),
        omitted=draw(st.none() | st.integers(0, 9)), guest=draw(st.none() | GUESTS),
        provenance=draw(st.none() | st.fixed_dictionaries({"profile": MAYBE, "collection": MAYBE})))


FLEETS = st.lists(shards(), max_size=4).map(lambda found: samples.read(found, ["lost" + samples.HOSTILE]))


def hostile_fleet():
    """Many hosts at once, for the readers that are slow to start."""
    dice = random.Random(20261126)
    alphabet = samples.HOSTILE + "\t\r\n\ud800\uffff%/?#[]@:"

    def text():
        return "".join(dice.choice(alphabet) for _char in range(dice.randrange(1, 30)))

    made = [samples.shard("%d%s" % (number, text()), [
        samples.row(name, dice.choice(STATES), reason=text(), before=text(), after=text(), boot=text(), boot_source=text())
        for name in dice.sample(sorted(samples.CONTROLS["parameters"]), 8)] + [samples.row(text(), "ok")],
        check_mode=dice.random() < 0.5, waivers=[dict(samples.WAIVER, reason=text(), owner=text())], kernel={"release": text()},
        provenance={"collection": text(), "profile": text()},
        guest=[samples.guest_row(text(), text(), state, text(), text()) for state in _guest.STATES]) for number in range(60)]
    return samples.read(made, ["lost" + samples.HOSTILE])


# --- JSON ---

def render(fleet):
    return "".join(document.render(fleet, samples.ROWS, samples.CONTROLS))


def validator(name):
    schema = json.loads(SCHEMAS[name].read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


VALIDATORS = {name: validator(name) for name in SCHEMAS}


def test_the_schemas_are_schemas():
    subprocess.run(["check-jsonschema", "--check-metaschema", *SCHEMAS.values()], check=True)


def test_reports_and_shards_fit_their_schemas(tmp_path):
    texts = {
        "report": [render(fleet) for fleet in (samples.everything(), hostile_fleet(), samples.read([]))],
        "shard": [json.dumps(shard, sort_keys=True) + "\n" for shard in samples.SHARDS],
    }
    for kind, documents in texts.items():
        paths = [tmp_path / ("%s-%d.json" % (kind, number)) for number in range(len(documents))]
        for path, text in zip(paths, documents, strict=True):
            path.write_text(text, encoding="utf-8")
        subprocess.run(["check-jsonschema", "--schemafile", SCHEMAS[kind], *paths], check=True)


@MANY
@given(FLEETS)
def test_any_report_fits_its_schema(fleet):
    VALIDATORS["report"].validate(json.loads(render(fleet)))


@MANY
@given(shards(), st.sampled_from(sorted(samples.shard(""))), st.none() | st.integers() | st.floats() | TEXT | st.lists(TEXT, max_size=1)
       | st.dictionaries(st.sampled_from(["name", "release", "reason", "groups", "options", "state"]), st.integers() | TEXT, max_size=2))
def test_what_is_read_is_what_the_schema_allows(shard, key, value):
    """A result that the schema of shards refuses is named, not counted; what is counted makes a right report."""
    shard[key] = value
    fleet = samples.read([shard])
    report = json.loads(render(fleet), parse_constant=pytest.fail)
    VALIDATORS["report"].validate(report)
    if not VALIDATORS["shard"].is_valid(shard) and key != "failed":
        assert not fleet.hosts and len(fleet.problems) == 1


# --- JUnit ---

# Jenkins holds files to this, in its xunit plugin's junit-10.xsd: element -> (attributes, children).
JENKINS = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors", "skipped", "timestamp", "time", "hostname", "id", "package"},
                  {"properties", "testcase"}),
    "properties": (set(), {"property"}),
    "property": ({"name", "value"}, set()),
    "testcase": ({"name", "classname", "time", "group"}, {"skipped", "error", "failure"}),
    "failure": ({"message", "type"}, set()), "error": ({"message", "type"}, set()), "skipped": ({"message", "type"}, set()),
}
REQUIRED = {"testsuite": {"name", "tests", "failures", "errors"}, "property": {"name", "value"}, "testcase": {"name"}}


def check_jenkins(element):
    attributes, children = JENKINS[element.tag]
    assert REQUIRED.get(element.tag, set()) <= set(element.attrib) <= attributes
    for child in element:
        assert child.tag in children
        check_jenkins(child)


def check_junit(fleet, texts):
    found = Counter()
    for text in texts:
        check_jenkins(ElementTree.fromstring(text.encode("utf-8")))
        read = JUnitXml.fromstring(text.encode("utf-8"))
        assert read.tests == sum(len(list(suite)) for suite in read) <= junit.MOST_CASES
        names = [(case.classname, case.name) for suite in read for case in suite]
        # GitLab passes over the second case of a name.
        assert len(set(names)) == len(names)
        found.update(failure=read.failures, error=read.errors, skipped=sum(suite.skipped for suite in read))
    want = words(fleet, "junit")
    assert (found["failure"], found["skipped"]) == (want["failure"], want["skipped"])
    of_hosts = {problem.source for problem in fleet.problems if problem.source in {host.name for host in fleet.hosts}}
    others = [problem for problem in fleet.problems if problem.source not in of_hosts]
    assert found["error"] == want["error"] + len(of_hosts) + len(others)


def test_junit():
    for fleet in (samples.everything(), hostile_fleet()):
        check_junit(fleet, [text for _name, text in junit.render(fleet)])


@MANY
@given(FLEETS.filter(lambda fleet: fleet.hosts))
def test_any_junit(fleet):
    check_junit(fleet, [text for _name, text in junit.render(fleet)])


def test_a_fleet_of_many_cases_in_several_files(monkeypatch):
    monkeypatch.setattr(junit, "MOST_CASES", 20)
    fleet = samples.everything()
    texts = [text for _name, text in junit.render(fleet)]
    assert len(texts) > 1
    check_junit(fleet, texts)


@pytest.mark.parametrize("shards, code", [
    ([samples.shard("web1", [samples.row("kernel.ok", "ok"), samples.row("kernel.x", "waived")])], 0),
    ([samples.shard("web1", [samples.row("kernel.ok", "overridden")])], 1),
    ([samples.shard("web1", [], outcome="unreachable")], 1),
    ([], 1),
])
def test_a_pipeline_stops_where_something_failed(tmp_path, shards, code):
    for name, text in junit.render(samples.read(shards)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert subprocess.run(["junitparser", "verify", tmp_path / "junit-1.xml"], check=False).returncode == code


# --- HDF and CKLB, by their readers in JavaScript ---

def read_by_node(kind, files, folder):
    for name, text in files:
        (folder / name).write_text(text, encoding="utf-8")
    printed = subprocess.run(["node", READER, kind, folder], check=True, capture_output=True, encoding="utf-8").stdout
    return json.loads(printed)


HEIMDALL = {"passed": "Passed", "failed": "Failed", "error": "Profile Error", "waiver_data": "Not Applicable", "impact 0": "Not Applicable"}


@pytest.mark.parametrize("fleet", [samples.everything(), hostile_fleet()], ids=["everything", "hostile"])
def test_heimdall_reads_hdf(fleet, tmp_path):
    found = read_by_node("hdf", hdf.render(fleet, samples.ROWS, samples.CONTROLS), tmp_path)
    assert len(found) == len(fleet.hosts) + len(per_host.lost(fleet)) > len(fleet.hosts)
    controls = [control for file in found.values() for control in file]
    parameters = [control for control in controls if not control["id"].startswith("result: ")]
    expected = Counter()
    for word, count in words(fleet, "hdf").items():
        expected[HEIMDALL[word]] += count
    assert Counter(control["status"] for control in parameters) == expected
    assert sum(control["waived"] for control in parameters) == fleet.counts()["waived"]
    assert {control["status"] for control in controls if control not in parameters} <= {"Profile Error"}


def test_heimdall_shows_sentences_and_numbers(tmp_path):
    fleet = samples.read([samples.shard("web1", [samples.row("kernel.overridden", "overridden", boot="2", boot_source="/etc/a.conf:1"),
                                                 samples.row("kernel.unsupported", "unsupported", reason="no such file")])])
    failed, absent = read_by_node("hdf", hdf.render(fleet, samples.ROWS, samples.CONTROLS), tmp_path)["web1.json"]
    assert "at boot 2, set by /etc/a.conf:1; wanted 1" in failed["message"]
    assert "cannot be set here: no such file" in absent["message"]
    assert failed["nist"] == ["SC-30(2)", "CM-6(a)"]


STIG_MANAGER = {"not_a_finding": "pass", "open": "fail", "not_applicable": "notapplicable"}


def test_stig_manager_imports_cklb(tmp_path):
    """Each rule of this STIG asks for one parameter, so each parameter is a review."""
    fleet = samples.read(samples.SHARDS[:2])
    found = read_by_node("cklb", cklb.render(fleet, (), samples.CONTROLS, "stig_a"), tmp_path)
    assert [asset["target"]["name"] for asset in found.values()] == ["web1", "web2"]
    reviews = [review for asset in found.values() for checklist in asset["checklists"] for review in checklist["reviews"]]
    assert Counter(review["result"] for review in reviews) == {STIG_MANAGER[word]: count for word, count in words(fleet, "cklb").items()}
    assert {(checklist["benchmarkId"], checklist["revisionStr"]) for asset in found.values() for checklist in asset["checklists"]} == {
        ("A_STIG", "V2R8")}
    assert {review["ruleId"] for review in reviews} == {"SV-%dr1_rule" % number for number in range(len(STATES))}
    # Nothing is missing that it asks for: all of them can be handed in.
    assert {review["status"] for review in reviews} == {"submitted"}


def test_stig_manager_imports_hostile_text(tmp_path):
    fleet = hostile_fleet()
    found = read_by_node("cklb", cklb.render(fleet, samples.ROWS, samples.CONTROLS, "stig_a"), tmp_path)
    assert {asset["target"]["name"] for asset in found.values()} == {host.name for host in fleet.hosts}


def test_stig_manager_does_not_take_what_was_not_looked_at_for_a_pass(tmp_path):
    fleet = samples.read([samples.shard("web1", [samples.row("kernel.known", "ok")])])
    (asset,) = read_by_node("cklb", cklb.render(fleet, samples.ROWS, samples.CONTROLS, "stig_a"), tmp_path).values()
    assert [review["result"] for review in asset["checklists"][0]["reviews"]] == ["informational"]


# --- recipes ---

def jq(recipe, fleet, *options):
    return subprocess.run(["jq", *options, "-f", ROOT / "docs/recipes" / ("%s.jq" % recipe)], check=True, input=render(fleet),
                          stdout=subprocess.PIPE, encoding="utf-8").stdout


def check_prometheus(fleet):
    families = {family.name: family.samples for family in text_string_to_metric_families(jq("prometheus", fleet, "-r"))}
    series = [(sample.name, tuple(sorted(sample.labels.items()))) for found in families.values() for sample in found]
    assert len(set(series)) == len(series)
    for name, key, counts in (("parameters", "state", fleet.counts()), ("verdicts", "verdict", fleet.verdicts())):
        totals = Counter()
        for sample in families["photon_hardening_%s" % name]:
            totals[sample.labels[key]] += sample.value
        assert totals == Counter(counts)
    hosts = {sample.labels["host"] for sample in families["photon_hardening_result_timestamp_seconds"]}
    assert hosts == {host.name.replace("\t", " ") for host in fleet.hosts}
    assert sum(sample.value for sample in families["photon_hardening_problems"]) == len(fleet.problems)


def check_ocsf(fleet):
    events = [json.loads(line) for line in jq("ocsf", fleet, "-c").splitlines()]
    for event in events:
        assert set(event) <= set(ComplianceFinding.model_fields)
        assert ComplianceFinding(**event).class_uid == 2003
    found = Counter(event["compliance"]["status"] + (", Suppressed" if event["status_id"] == 3 else "") for event in events)
    assert found == words(fleet, "ocsf") + Counter(Unknown=len(fleet.problems))


# dojo/tools/generic/json_parser.py of DefectDojo: what a finding must and may have. Any other key stops the import.
DOJO_REQUIRED = {"title", "severity", "description"}
DOJO_ALLOWED = DOJO_REQUIRED | {
    "date", "active", "verified", "risk_accepted", "service", "component_name", "unique_id_from_tool", "vuln_id_from_tool", "impact",
    "references", "static_finding", "dynamic_finding", "mitigation", "tags", "severity_justification", "param", "steps_to_reproduce"}
DOJO_LONGEST = {"title": 511, "service": 200, "component_name": 500, "unique_id_from_tool": 500, "vuln_id_from_tool": 500}


def check_defectdojo(fleet):
    document = json.loads(jq("defectdojo", fleet))
    assert set(document) == {"findings"}
    for finding in document["findings"]:
        assert DOJO_REQUIRED <= set(finding) <= DOJO_ALLOWED
        assert finding["severity"] in {"Info", "Low", "Medium", "High", "Critical"}
        assert all(len(finding.get(key, "")) <= longest for key, longest in DOJO_LONGEST.items())
        datetime.date.fromisoformat(finding.get("date", "2026-01-01"))
    found = Counter("risk_accepted" if finding["risk_accepted"] else "active" for finding in document["findings"])
    want = words(fleet, "defectdojo")
    assert found == Counter(active=want["active"] + len(fleet.problems), risk_accepted=want["risk_accepted"])


CHECKS = {"prometheus": check_prometheus, "ocsf": check_ocsf, "defectdojo": check_defectdojo}


def test_every_recipe_is_checked():
    assert {path.stem for path in (ROOT / "docs/recipes").iterdir()} == set(CHECKS)


@pytest.mark.parametrize("recipe", CHECKS)
@pytest.mark.parametrize("fleet", [samples.everything(), hostile_fleet(), samples.read([])], ids=["everything", "hostile", "nothing"])
def test_recipe(recipe, fleet):
    CHECKS[recipe](fleet)


@pytest.mark.parametrize("recipe", CHECKS)
@SOME
@given(fleet=FLEETS)
def test_recipe_of_any_report(recipe, fleet):
    CHECKS[recipe](fleet)


def test_the_verdicts_of_the_recipes_are_all_there_are():
    text = (ROOT / "docs/recipes/ocsf.jq").read_text(encoding="utf-8")
    assert all("%s: [" % verdict in text for verdict in _verdicts.VERDICTS)
