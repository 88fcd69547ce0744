# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import datetime
import pathlib
import types

import pytest
import yaml

from ansible_collections.photon.hardening.plugins.action import report
from ansible_collections.photon.hardening.plugins.doc_fragments.report import ModuleDocFragment
from ansible_collections.photon.hardening.plugins.modules import report as stub
from ansible_collections.photon.hardening.plugins.plugin_utils import _provenance, _shards
from ansible_collections.photon.hardening.tests.unit.plugins.plugin_utils.shards import line, row

NOW = _shards.now()


def ran(args, batch=("web1",), enabled=(), monkeypatch=None, shown=None, no_log=False, **variables):
    monkeypatch.setattr(report.constants, "CALLBACKS_ENABLED", list(enabled), raising=False)
    action = report.ActionModule(
        task=types.SimpleNamespace(args=args, check_mode=True, no_log=no_log, async_val=0, diff=False, action="x", environment=[]),
        connection=types.SimpleNamespace(_shell=types.SimpleNamespace(tmpdir="/tmp")), play_context=None, loader=None,
        templar=types.SimpleNamespace(template=lambda value: value), shared_loader_obj=None)
    monkeypatch.setattr(report.ActionModule, "PRINTS", shown is not None)
    action._display = types.SimpleNamespace(display=shown.append if shown is not None else None, columns=80)
    defaults = {"ansible_play_hosts_all": ["web1", "web2"], "ansible_play_batch": list(batch), "hostvars": {}}
    return action.run(None, dict(defaults, **variables))


@pytest.fixture
def kept(tmp_path):
    """The folder of a run in which web1 has a result."""
    (tmp_path / "web1.json").write_text(line("web1", row("a.b", "changed"), time=NOW, run=_provenance.RUN))
    return tmp_path


def test_the_documented_options_are_those_that_are_taken():
    own, shared = (yaml.safe_load(text)["options"] for text in (stub.DOCUMENTATION, ModuleDocFragment.DOCUMENTATION))
    options = dict(own, **shared)
    kinds = {name: {key: option[key] for key in ("type", "elements", "default") if key in option} for name, option in options.items()}
    assert kinds == report._SPEC


@pytest.mark.parametrize("batch, enabled, writes", [
    (["web1"], [], True), (["web2"], [], True), (["web1"], ["photon.hardening.report"], True),
    (["web2"], ["photon.hardening.report"], False),
])
def test_each_batch_writes_the_report_and_the_callback_plugin_the_last_one(kept, monkeypatch, batch, enabled, writes):
    result = ran({"report_dir": str(kept), "this_run": True}, batch, enabled, monkeypatch)
    assert (result["changed"], result["hosts"], result["counts"]["changed"]) == (False, 1, 1)
    assert result["problems"] == [{"kind": "missing", "source": "web2", "message": "there is no result of it"}]
    assert (result["report"] is not None) is writes is pathlib.Path(kept, _provenance.RUN, "report.html").exists()
    ((key, totals),) = result["ansible_stats"]["data"].items()
    assert not key.startswith("photon_hardening_") and totals["verdict"] == result["msg"].partition(" Report")[0]


def test_what_an_earlier_run_kept_of_a_host_that_this_one_never_reached_is_not_shown(kept, monkeypatch):
    shown = []
    (kept / "web2.json").write_text(line("web2", row("a.b", "changed"), time=NOW, run="20260131T115900Z-7"))
    result = ran({"report_dir": str(kept), "this_run": True}, monkeypatch=monkeypatch, shown=shown)
    assert (result["counts"]["changed"], [problem["kind"] for problem in result["problems"]]) == (1, ["missing"])
    assert [text.split() for text in shown[0].splitlines() if text.startswith("web2 ")] == [["web2", "-", "no", "result"]]


@pytest.mark.parametrize("enabled, no_log, is_shown", [
    ([], False, True), (["photon.hardening.report"], False, False), ([], True, False),
])
def test_where_the_callback_plugin_is_not_enabled_the_task_shows_its_table(kept, monkeypatch, enabled, no_log, is_shown):
    shown = []
    monkeypatch.chdir(kept)
    ran({"report_dir": str(kept), "this_run": True}, ["web2"], enabled, monkeypatch, shown=shown, no_log=no_log)
    path = "report: %s/report.html" % _provenance.RUN
    assert [(text.splitlines()[-1], "no result" in text) for text in shown] == ([(path, True)] if is_shown else [])


@pytest.mark.parametrize("variables, ending", [
    ({"awx_job_id": 28}, "28"), ({"awx_job_id": "28"}, "28"), ({"awx_job_id": "../x"}, _provenance.RUN.replace("-", "_")),
    ({}, _provenance.RUN.replace("-", "_")),
])
def test_slices_of_an_awx_job_keep_their_totals_apart(kept, monkeypatch, variables, ending):
    result = ran({"report_dir": str(kept), "this_run": True}, monkeypatch=monkeypatch, **variables)
    assert list(result["ansible_stats"]["data"]) == ["hardening_totals_" + ending]


@pytest.mark.parametrize("state", ["absent", "adopted", "forgotten"])
def test_of_a_preview_that_wants_nothing_no_report_is_written(kept, monkeypatch, state):
    args = {"report_dir": str(kept), "this_run": True, "role_variables": True}
    assert ran(args, monkeypatch=monkeypatch, photon_hardening_state=state) == {
        "changed": False, "msg": "No report is written of a preview with photon_hardening_state=%s." % state}
    assert [path.name for path in kept.iterdir()] == ["web1.json"]


def test_without_a_folder_nothing_is_written(monkeypatch):
    assert ran({"this_run": True}, monkeypatch=monkeypatch) == {
        "changed": False, "msg": "No report is written, because no report_dir is given."}


def test_results_of_several_places_and_of_the_fact_cache(kept, tmp_path, monkeypatch):
    other = tmp_path / "other.jsonl"
    other.write_text(line("web2", row("a.b"), time=NOW) + "half a li")
    about = {"mode": "audit", "provenance": {"profile": "photon"}}
    fact = _shards.facts({"parameters": [{"name": "a.c", "state": "ok"}], "summary": {}}, about)
    result = ran({"inputs": [str(kept / "web1.json"), str(other)], "hosts": ["web1", "web3", "web4"], "cached_facts": True,
                  "query": "hosts[].host"}, monkeypatch=monkeypatch, hostvars={"web3": {"ansible_facts": fact}, "web4": {}})
    assert result["found"] == ["web1", "web2", "web3"] and result["report"] is None
    assert [(problem["kind"], problem["source"].rpartition("/")[2]) for problem in result["problems"]] == [
        ("unreadable", "other.jsonl:2"), ("missing", "web4")]


def test_a_cached_fact_counts_only_where_there_is_no_result_of_its_run(tmp_path, monkeypatch):
    (tmp_path / "web1.json").write_text(line("web1", row("a.b"), time=NOW, run=_provenance.RUN))
    fact = _shards.facts({"parameters": [{"name": "a.c", "state": "ok"}], "summary": {}}, {"mode": "audit"})
    result = ran({"inputs": [str(tmp_path)], "hosts": ["web1"], "cached_facts": True, "query": "hosts[].parameters[].name"},
                 monkeypatch=monkeypatch, hostvars={"web1": {"ansible_facts": fact}})
    assert (result["found"], result["problems"]) == (["a.b"], [])


def test_a_result_of_an_image_takes_no_place_in_the_fact_cache(monkeypatch):
    about = [{"mode": "audit", "image": image} for image in (None, "/a", "/b\udcff")]
    facts = {key: fact for each in about for key, fact in
             _shards.facts({"parameters": [{"name": "a.c", "state": "changed"}], "summary": {}}, each).items()}
    assert not [key for key in facts if key.startswith("photon_hardening_")]
    result = ran({"hosts": ["web1"], "inputs": [], "cached_facts": True, "query": "hosts[].host"}, monkeypatch=monkeypatch,
                 hostvars={"web1": {"ansible_facts": dict(facts, ansible_x=[], photon_hardening_x={})}})
    assert result["found"] == ["web1", "web1 (image /a)", "web1 (image /b\\udcff)"]


def test_of_the_fact_cache_too_it_is_told_which_host_and_why(monkeypatch):
    facts = {"web1": {"photon_hardening": {}}, "web2": {"photon_hardening": {"names": 7}},
             "web3": _shards.facts({"unreachable": True, "msg": "no route\nto host"}, {"mode": "audit"})}
    result = ran({"hosts": list(facts), "inputs": [], "cached_facts": True}, monkeypatch=monkeypatch,
                 hostvars={host: {"ansible_facts": found} for host, found in facts.items()})
    assert [(problem["kind"], problem["source"]) for problem in result["problems"]] == [
        ("schema", "the fact cache of web1"), ("schema", "the fact cache of web2"), ("missing", "web1"), ("missing", "web2"),
        ("unreachable", "web3")]
    assert result["problems"][-1]["message"] == "no route" and "2 results could not be counted" in result["verdict"]


def test_with_a_fact_cache_the_folder_of_results_may_be_new(tmp_path, monkeypatch):
    """As in an AWX, where a job has no files of earlier ones."""
    fact = _shards.facts({"parameters": [{"name": "a.c", "state": "ok"}], "summary": {}}, {"mode": "audit"})
    args = {"report_dir": str(tmp_path / "new"), "hosts": ["web1"], "cached_facts": True}
    assert ran(args, monkeypatch=monkeypatch, hostvars={"web1": {"ansible_facts": fact}})["hosts"] == 1
    refused = ran(dict(args, cached_facts=False, report_dir=str(tmp_path / "none")), monkeypatch=monkeypatch)
    assert refused["failed"] and "No such file" in refused["msg"]


def test_what_changed_since_an_earlier_report(kept, tmp_path, monkeypatch):
    earlier = tmp_path / "earlier"
    earlier.mkdir()
    (earlier / "web1.json").write_text(line("web1", row("a.b", "overridden")))
    # The clock of this one was wrong.
    (earlier / "web2.json").write_text(line("web2", row("a.b"), time="2999-01-31T12:00:00Z"))
    result = ran({"inputs": [str(kept / "web1.json")], "since": str(earlier)}, monkeypatch=monkeypatch)
    assert "Since 2026-01-31T12:00:00Z: 1 newly better on 1 host" in result["msg"]


@pytest.mark.parametrize("time, refused", [("2026-01-31T12:00:00Z", False), ("2026-01-31T12:00:01Z", True)])
def test_what_is_later_is_no_earlier_report(tmp_path, monkeypatch, time, refused):
    paths = [tmp_path / "now.json", tmp_path / "later.json"]
    for path, when in zip(paths, ("2026-01-31T12:00:00Z", time), strict=True):
        path.write_text(line("web1", row("a.b", "overridden"), time=when))
    result = ran({"inputs": [str(paths[0])], "since": str(paths[1])}, monkeypatch=monkeypatch)
    assert bool(result.get("failed")) == refused
    assert not refused or result["msg"] == (
        "since: %s is not older than this report: its newest result is from %s, the newest result here is from 2026-01-31T12:00:00Z. "
        "Name an earlier report."
        % (paths[1], time))


@pytest.mark.parametrize("hours, since", [
    (0, "2026-01-31T12:00:00Z"), (25, "2026-01-30T11:00:00Z"), (17 * 10 ** 6, "0086-09-25T04:00:00Z"),
])
def test_between_which_times_a_result_is_fresh(hours, since):
    assert report.fresh(hours, datetime.datetime(2026, 1, 31, 12)) == (since, "2026-02-01T12:00:00Z")


def test_where_the_question_is_wrong_no_report_is_written(kept, monkeypatch):
    for query in "[", "nosuch(@)":
        assert ran({"report_dir": str(kept), "query": query}, monkeypatch=monkeypatch)["failed"]
    assert [path.name for path in kept.iterdir()] == ["web1.json"]


@pytest.mark.parametrize("args, words", [
    ({"inputs": ["/no/such/file"]},
     "inputs: /no/such/file: No such file or directory: name a folder or a file with results of earlier runs"),
    ({"report_dir": "/no/such"}, "report_dir: /no/such: No such file or directory: name a folder"),
    ({"report_dir": "/dev/null/x", "this_run": True}, "report_dir: no report can be written: /dev/null/x"),
    ({"inputs": [], "since": "/no/such"}, "since: /no/such: No such file or directory: name a folder"),
    ({"inputs": [], "since": ""}, "since: (empty): No such file or directory: name a folder"),
    ({"inputs": {"a": 1}}, "inputs must be a list, not {'a': 1}"),
    ({"cached_facts": "perhaps"}, "cached_facts: 'perhaps' is neither true nor false"),
    ({"report_dir": "/x", "report_formats": ["pdf"]}, "report_formats: 'pdf' is not one of"),
    ({"inputs": [], "query": "["}, "query: the expression"),
    ({"inputs": [], "since": "/dev/null"}, "since: /dev/null: there is no result of any host in it"),
    *[({"inputs": [], "stale_after": hours}, "stale_after: %s is not a whole number of hours, which must be 0 or more" % hours)
      for hours in (-1, "2d", True, "1.5", "", "9" * 16, "\u0663", [1])],
    ({"inputs": [], "stale_after": 10 ** 12}, "stale_after: 1000000000000 is not a number of hours"),
])
def test_what_goes_wrong_is_one_sentence(monkeypatch, args, words):
    result = ran(args, monkeypatch=monkeypatch)
    assert result["failed"] and result["msg"].startswith(words)


@pytest.mark.parametrize("args, variables, words", [
    ({"inputs": {"a": 1}}, {}, "report_inputs must be a list, not {'a': 1}"),
    ({"inputs": ["/no/such"]}, {}, "report_inputs: /no/such: No such file"),
    ({"cached_facts": "perhaps"}, {}, "report_cached_facts: 'perhaps' is neither"),
    ({"stale_after": "week"}, {}, "report_stale_after: week is not a whole number"),
    ({"stale_after": 10 ** 12}, {}, "report_stale_after: 1000000000000 is not a number of hours"),
    ({"since": "/no/such"}, {}, "report_since: /no/such: No such file"),
    ({"query": "hosts[."}, {}, "report_query: the expression is wrong at column 7"),
    ({}, {"__photon_hardening_report_dir": "/no/such"}, "report_dir: /no/such: No such file"),
    ({}, {"__photon_hardening_report_dir": ["x"]}, "report_dir: ['x'] is not the name of a folder"),
    ({}, {"__photon_hardening_report_dir": "/x", "photon_hardening_report_dir": "/no/such"}, "photon_hardening_report_dir: /no/such: No"),
    ({}, {"photon_hardening_report_formats": ["pdf"]}, "photon_hardening_report_formats: 'pdf' is not one of html"),
])
def test_the_playbook_names_the_variables_of_its_user(kept, monkeypatch, args, variables, words):
    known = {"__photon_hardening_playbook": "report", "__photon_hardening_report_dir": str(kept)}
    result = ran(dict(args, role_variables=True), monkeypatch=monkeypatch, **dict(known, **variables))
    assert result["failed"] and result["msg"].startswith(words)
