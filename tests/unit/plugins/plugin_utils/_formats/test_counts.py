# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One fleet in every format: the same numbers, translated by the one mapping."""

import json
from collections import Counter
from xml.etree import ElementTree

import pytest

from ansible_collections.photon.hardening.plugins.plugin_utils._formats import cklb, document, hdf, junit, mapping
from ansible_collections.photon.hardening.tests.unit.plugins.plugin_utils._formats import samples

FLEETS = {"everything": samples.everything(), "one host": samples.read(samples.SHARDS[:1]), "an audit": samples.read(samples.SHARDS[1:2]),
          "nothing": samples.read([])}


def expected(fleet, format):
    """word -> number of parameters."""
    return Counter(getattr(mapping.words(cell, host.check_mode), format) for number, host in enumerate(fleet.hosts)
                   for _name, cell in fleet.rows(number))


@pytest.fixture(params=FLEETS)
def fleet(request):
    return FLEETS[request.param]


def test_the_expectation_is_what_the_fleet_counts(fleet):
    assert sum(expected(fleet, "junit").values()) == sum(fleet.counts().values()) == sum(fleet.verdicts().values())
    assert expected(fleet, "hdf")["passed"] == fleet.verdicts()["pass"]


def test_json(fleet):
    found = json.loads("".join(document.render(fleet, (), samples.CONTROLS)))
    rows = [row for host in found["hosts"] for row in host["parameters"]]
    for key, counts, of_host in (("state", fleet.counts(), "counts"), ("verdict", fleet.verdicts(), "verdicts")):
        assert found[of_host] == counts
        assert Counter(row[key] for row in rows) == Counter(counts)
        assert sum((Counter(host[of_host]) for host in found["hosts"]), Counter()) == Counter(counts)


def test_junit(fleet):
    roots = [ElementTree.fromstring(text.encode("utf-8")) for _name, text in junit.render(fleet)]
    wholes = [case for root in roots for case in root.iter("testcase")
              if case.get("name") == junit.WHOLE or case.get("classname") == junit.NO_HOST]
    cases = Counter(case[0].tag if len(case) else "pass" for root in roots for case in root.iter("testcase"))
    cases.subtract(case[0].tag if len(case) else "pass" for case in wholes)
    want = expected(fleet, "junit")
    assert [cases[word] for word in ("failure", "error", "skipped", "pass")] == [want["failure"], want["error"], want["skipped"], 0]
    assert sum(int(root.get("failures")) for root in roots) == want["failure"]
    states = Counter()
    for item in (item for root in roots for item in root.iter("property")):
        states[item.get("name")] += int(item.get("value"))
    assert states == Counter(fleet.counts())


def hdf_word(control):
    if control["impact"] == 0:
        return "impact 0"
    return "waiver_data" if "waiver_data" in control else control["results"][0]["status"]


def test_hdf(fleet):
    files = [json.loads(text) for _name, text in hdf.render(fleet, (), samples.CONTROLS)]
    controls = [control for file in files for control in file["profiles"][0]["controls"] if not control["id"].startswith("result: ")]
    assert Counter(map(hdf_word, controls)) == expected(fleet, "hdf")
    assert sum(file["statistics"]["controls"]["failed"]["total"] for file in files) == expected(fleet, "hdf")["failed"]


def test_cklb():
    """Where each rule is one parameter. Rules of several are tested with the checklist."""
    fleet = samples.read(samples.SHARDS[:2])
    files = [json.loads(text) for _name, text in cklb.render(fleet, (), samples.CONTROLS, "stig_a")]
    assert Counter(rule["status"] for file in files for rule in file["stigs"][0]["rules"]) == expected(fleet, "cklb")
