# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from xml.etree import ElementTree

import pytest

from ansible_collections.photon.hardening.plugins.module_utils._model import STATES
from ansible_collections.photon.hardening.plugins.plugin_utils._formats import junit
from ansible_collections.photon.hardening.tests.unit.plugins.plugin_utils._formats import samples


def files(fleet, *given):
    return [(name, ElementTree.fromstring(text.encode("utf-8"))) for name, text in junit.render(fleet, *given)]


def cases(root):
    """(suite, case) -> (word, message)."""
    return {(case.get("classname"), case.get("name")): (case[0].tag, case[0].get("message")) if len(case) else ("pass", None)
            for case in root.iter("testcase")}


def only(fleet, *given):
    ((name, root),) = files(fleet, *given)
    assert name == "junit-1.xml"
    return root


def test_what_is_no_pass_and_one_case_for_the_host():
    fleet = samples.read([samples.shard("web1", [
        samples.row("kernel.ok", "ok"), samples.row("kernel.x", "overridden", boot="2", boot_source="/etc/a.conf:1"),
        samples.row("kernel.y", "rejected", after="0", reason="EINVAL"),
        samples.row("kernel.z", "waived", after="0", reason="vendor (until 2027-01-31)")])])
    assert cases(only(fleet)) == {
        ("web1", "the result"): ("pass", None),
        ("web1", "kernel.x"): ("failure", "kernel.x is 1 now; at boot 2, set by /etc/a.conf:1; wanted 1"),
        ("web1", "kernel.y"): ("error", "kernel.y is 0, the kernel refused 1: EINVAL"),
        ("web1", "kernel.z"): ("skipped", "kernel.z is 0, left alone: vendor (until 2027-01-31)"),
    }


@pytest.mark.parametrize("fail_on, word", [((), "skipped"), (["held_back"], "failure"), (["waived"], "skipped")])
def test_what_is_held_back_is_a_failure_when_asked_for(fail_on, word):
    fleet = samples.read([samples.shard("web1", [samples.row("kernel.x", "held_back", after="0", reason="Docker")])])
    assert cases(only(fleet, lambda host: fail_on))["web1", "kernel.x"] == (word, "kernel.x is 0, 1 is held back: Docker")


def test_each_host_has_its_own_states_that_are_a_failure():
    fleet = samples.read([samples.shard(name, [samples.row("kernel.x", "waived")]) for name in ("web1", "web2")])
    found = cases(only(fleet, lambda host: ["waived"] if host.name == "web1" else ()))
    assert (found["web1", "kernel.x"][0], found["web2", "kernel.x"][0]) == ("failure", "skipped")


@pytest.mark.parametrize("state", ["rejected", "not_applied"])
def test_an_error_stays_an_error(state):
    fleet = samples.read([samples.shard("web1", [samples.row("kernel.x", state)])])
    assert cases(only(fleet, lambda host: [state]))["web1", "kernel.x"][0] == "error"


@pytest.mark.parametrize("shard, message", [
    (samples.shard("web1", outcome="failed", msg="no space"), "failed: no space"),
    (samples.shard("web1", outcome="unknown", msg=None), "unknown: "),
    (samples.shard("web1", omitted=2, outcome="failed", msg="no"), "truncated: 2 parameters are left out of its result; failed: no"),
])
def test_a_host_without_a_whole_result_is_an_error(shard, message):
    assert cases(only(samples.read([shard]))) == {("web1", "the result"): ("error", message)}


def test_what_belongs_to_no_host_is_an_error():
    assert cases(only(samples.read([samples.shard("web1")], ["lost"]))) == {
        ("results", "missing: lost: there is no result of it"): ("error", "there is no result of it"),
        ("web1", "the result"): ("pass", None),
    }


def test_no_result_at_all_is_an_error():
    assert cases(only(samples.read([]))) == {("results", "the result"): ("error", "There is no result of any host.")}


def test_the_totals_of_suites_and_files_are_those_of_their_cases():
    root = only(samples.everything())
    for element in [root, *root]:
        found = [case[0].tag if len(case) else "pass" for case in element.iter("testcase")]
        assert int(element.get("tests")) == len(found)
        assert [int(element.get(key)) for key in ("failures", "errors")] == [found.count("failure"), found.count("error")]
    assert [int(suite.get("skipped")) for suite in root] == [len(suite.findall("testcase/skipped")) for suite in root]


def test_a_suite_has_the_numbers_of_all_states():
    (suite,) = only(samples.read([samples.shard("web1", samples.states())]))
    assert (suite.get("name"), suite.get("timestamp")) == ("web1", "2026-11-26T04:18:06")
    assert {item.get("name"): item.get("value") for item in suite.find("properties")} == dict(
        dict.fromkeys(STATES, "1"), unasked="0")


def test_hostile_text_is_text():
    hostile = [case for case in cases(only(samples.everything())) if case[0].startswith("bad")]
    name = "bad" + "a<b>&\"'\\x1b[31m]]>\\udcff\\ufffe\\x00\\u2028\\u202e{{ x }} \\ </script> \N{SNOWMAN}"
    assert hostile == [(name, "the result"), (name, "kernel.ok"), (name, "kernel.waived")]


@pytest.mark.parametrize("rows, hosts, sizes", [
    # Of each host one case more than it has rows.
    ((3, 3, 2), 3, [8, 3]), ((9,), 1, [10]), ((10,), 1, [10, 1]), ((4, 24), 2, [5, 10, 10, 5]), ((0,) * 10, 10, [10]),
    ((0,) * 11, 11, [10, 1]), ((0,) * 21, 21, [10, 10, 1]),
])
def test_files_are_small(monkeypatch, rows, hosts, sizes):
    monkeypatch.setattr(junit, "MOST_CASES", 10)
    shards = [samples.shard("web%02d" % number, [samples.row("kernel.p%d" % index, "overridden") for index in range(count)])
              for number, count in enumerate(rows)]
    found = files(samples.read(shards))
    assert [len(cases(root)) for _name, root in found] == sizes
    assert [name for name, _root in found] == ["junit-%d.xml" % number for number in range(1, len(sizes) + 1)]
    # The numbers of a host stand once, however many files it needs.
    assert sum(len(root.findall("testsuite/properties")) for _name, root in found) == hosts


def test_a_file_takes_20000_cases():
    assert junit.MOST_CASES == 20000
