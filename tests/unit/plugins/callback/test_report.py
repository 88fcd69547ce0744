# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import json
import os
import types

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from ansible_collections.photon.hardening.plugins.callback import report
from ansible_collections.photon.hardening.plugins.plugin_utils import _merge, _provenance, _shards
from ansible_collections.photon.hardening.tests.unit.plugins.plugin_utils.shards import line, row

ACTION = "photon.hardening.kernel_parameters"


class Run:
    """A run as its callback plugin sees it."""

    def __init__(self, folder, hosts, monkeypatch, people=True):
        self.folder, self.shown, self.errors = str(folder), [], []
        monkeypatch.setattr(report._display, "is_for_people", lambda name: people)
        monkeypatch.chdir(folder)
        self.plugin = report.CallbackModule()
        self.plugin._display = types.SimpleNamespace(display=self.shown.append, error=self.errors.append)
        self.facts = {}
        manager = types.SimpleNamespace(get_vars=lambda play, include_hostvars: {"ansible_play_hosts_all": hosts},
                                        set_host_facts=self.facts.__setitem__)
        self.plugin.v2_playbook_on_play_start(types.SimpleNamespace(get_variable_manager=lambda: manager))

    def result(self, host, event="ok", keeps=True, item=None, says=None, settings=None, **more):
        answer = {"msg": "x", "changed": False, "summary": {"ok": 1, "changed": 2}, "parameters": [row("a.b", "changed")], **(says or {})}
        if keeps:
            shelf = _shards.Shelf(self.folder, host, False)
            shelf.end(dict(answer, summary={"changed": 1}, failed=event == "failed", unreachable=event == "unreachable"))
            said = {"folder": self.folder, "formats": ["json"], "keep": 20, "benchmark": None}
            answer["invocation"] = {"report": dict(said, **(settings or {}))}
        usual = {"action": ACTION, "no_log": False, "delegate_to": None, "delegate_facts": None, "check_mode": False}
        task = types.SimpleNamespace(**dict(usual, **more))
        if item:
            answer["_ansible_delegated_vars"] = {"ansible_delegated_host": item}
        given = types.SimpleNamespace(_task=task, _result=answer, _host=types.SimpleNamespace(get_name=lambda: host))
        getattr(self.plugin, ("v2_runner_item_on_" if item else "v2_runner_on_") + event)(given)

    def end(self):
        self.plugin.v2_playbook_on_stats(None)
        return "".join(self.shown)

    def written(self):
        path = os.path.join(self.folder, _provenance.RUN, "report.json")
        with open(path, encoding="utf-8") as stream:
            return json.load(stream)


def test_a_run_of_several_hosts(tmp_path, monkeypatch):
    run = Run(tmp_path, ["web1", "web2", "web3", "never"], monkeypatch)
    run.result("web1")
    run.result("web2", "failed")
    run.result("web3", "unreachable")
    table = run.end().strip().splitlines()
    assert [line.split()[0] for line in table] == ["host", "web2", "web3", "never", "web1", "all", "report:"]
    assert table[-1] == "report: %s" % os.path.join(_provenance.RUN, "report.json")
    assert {(problem["kind"], problem["source"]) for problem in run.written()["problems"]} == {
        ("failed", "web2"), ("unreachable", "web3"), ("missing", "never")}


@pytest.mark.parametrize("event", ["failed", "unreachable"])
def test_what_failed_before_it_could_keep_anything_does_not_leave_a_good_result(tmp_path, monkeypatch, event):
    """As where a template in the arguments of a second task is wrong."""
    run = Run(tmp_path, ["web1", "web2"], monkeypatch)
    run.result("web2")
    run.result("web1")
    run.result("web1", event, keeps=False, says={"msg": "'x' is undefined\x1b", "summary": None, "parameters": None})
    assert "several" not in run.end()
    written = run.written()
    assert [problem["source"] for problem in written["problems"]] == ["web1"] and written["verdicts"]["pass"] == 1
    assert json.loads((tmp_path / "web1.json").read_text())["outcome"] == written["problems"][0]["kind"] == event


def test_of_several_results_the_last_one_is_told_and_this_is_said(tmp_path, monkeypatch):
    run = Run(tmp_path, ["web1", "web2"], monkeypatch)
    for host in ("web1", "web2", "web1"):
        run.result(host)
    assert run.end().splitlines()[1] == "Of several results of this run the last one is told: web1"
    assert run.written()["problems"] == []


def test_a_run_of_one_host(tmp_path, monkeypatch):
    run = Run(tmp_path, ["web1"], monkeypatch)
    run.result("web1", keeps=False)
    assert run.end().split() == ["web1:", "2", "of", "3", "set", "C", "a.b", "was", "0,", "is", "1", "now"]
    assert list(tmp_path.iterdir()) == []


class Tagged(str):
    """A text as new ansible-cores have it."""


@pytest.mark.parametrize("rows, told", [
    ([row("a.b", "changed")], True), ([{Tagged(key): value and Tagged(value) for key, value in row("a.b", "changed").items()}], True),
    ([{"name": "a.b"}], False), ([dict(row("a.b", "changed"), state=None)], False), ([dict(row("a.b", "changed"), before=["0"])], False),
    ([dict(row("a.b", "changed"), name=None)], False), (["x"], False), ("x", False), (None, False),
])
def test_rows_are_told_only_where_they_are_rows(tmp_path, monkeypatch, rows, told):
    run = Run(tmp_path, ["web1"], monkeypatch)
    run.result("web1", says={"parameters": rows})
    assert ("a.b" in run.end(), run.errors) == (told, [])


@pytest.mark.parametrize("says, words", [
    ({"invocation": {"mode": "rollback"}}, "would be rolled back"), ({"invocation": {}}, "would be set"), ({}, "would be set"),
])
def test_what_a_run_in_check_mode_is_a_preview_of(tmp_path, monkeypatch, says, words):
    run = Run(tmp_path, ["web1"], monkeypatch)
    run.result("web1", keeps=False, says=says, check_mode=True)
    assert words in run.end().splitlines()[1]


@pytest.mark.parametrize("more", [{"action": "ansible.builtin.ping"}, {"no_log": True}])
def test_what_is_not_ours_or_secret_is_not_told(tmp_path, monkeypatch, more):
    run = Run(tmp_path, ["web1"], monkeypatch)
    run.result("web1", keeps=False, **more)
    assert run.end() == "" and list(tmp_path.iterdir()) == []


def test_no_line_where_the_output_is_for_programs(tmp_path, monkeypatch):
    run = Run(tmp_path, ["web1"], monkeypatch, people=False)
    run.result("web1")
    assert run.end() == "" and run.written()["hosts"]


def test_the_host_on_which_the_module_ran_is_named(tmp_path, monkeypatch):
    run = Run(tmp_path, ["web1"], monkeypatch)
    run.result("web1", keeps=False, delegate_to="db\x1b1")
    assert "db\\x1b1" in run.end()


def test_each_turn_of_a_loop_is_a_host(tmp_path, monkeypatch):
    run = Run(tmp_path, [], monkeypatch)
    for host in ("web2", "web3"):
        run.result("web1", "ok", keeps=False, item=host)
    assert [line.split()[0] for line in run.end().strip().splitlines()][1:3] == ["web2", "web3"]


def test_of_a_loop_its_turns_count_and_not_their_sum(tmp_path, monkeypatch):
    run = Run(tmp_path, [], monkeypatch)
    run.result("web1", "ok", keeps=False, item="web2")
    run.result("web1", "ok", keeps=False, says={"results": [{"msg": "x"}]})
    assert run.end().split()[0] == "web2:"


@pytest.mark.parametrize("summary, counts", [
    (None, {}), (7, {}), ([1], {}), ({"ok": "x"}, {}), ({7: 1}, {}), ({"ok": 1, "evil": 3, "changed": 2}, {"ok": 1, "changed": 2}),
    ({"ok": -1, "changed": True, "waived": 10 ** 9, "overridden": 1.5, "unasked": 1}, {}),
    ({Tagged("ok"): 10 ** 9 - 1}, {"ok": 10 ** 9 - 1}),
])
def test_nothing_but_states_and_their_numbers_is_counted(summary, counts):
    assert report.counts_of({"summary": summary}) == counts


ANYTHING = strategies.recursive(
    strategies.sampled_from([None, True, -1, 3, 10 ** 400, 1.5, "", "x", "\x1b", "ok", "changed", "evil"]),
    lambda inner: strategies.lists(inner, max_size=2) | strategies.dictionaries(strategies.sampled_from(
        ["ok", "changed", "evil", "name", "state", "before"]), inner, max_size=3), max_leaves=5)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(strategies.dictionaries(strategies.sampled_from(
    ["summary", "parameters", "changed", "failed", "stopped", "unreachable", "omitted", "kernel", "msg"]), ANYTHING))
def test_no_host_takes_the_table_of_the_others_away(tmp_path, monkeypatch, says):
    run = Run(tmp_path, ["web1", "web2"], monkeypatch)
    run.result("web1", keeps=False, says=says)
    run.result("web2", keeps=False)
    shown = run.end()
    assert "web2" in shown and max(map(len, shown.splitlines())) <= 100


@pytest.mark.parametrize("ok, rows, counts", [
    (3, [row("a.a", "ok"), row("a.b", "ok", wanted=None), row("a.c", "changed", wanted=None)], {"ok": 2, "unasked": 1}),
    (3, [row("a.a", "ok"), "x", {"state": "ok"}, {"wanted": None}], {"ok": 3}), (3, "x", {"ok": 3}),
    # A host may say anything.
    (0, [row("a.b", "ok", wanted=None)], {"ok": 0}),
])
def test_what_nothing_is_wanted_of_is_counted_apart(ok, rows, counts):
    assert report.counts_of({"summary": {"ok": ok}, "parameters": rows}) == counts


@pytest.mark.parametrize("mode, changed, end", [
    ("rollback", True, "rolled back"), ("rollback", False, "nothing to roll back"), ("adopt", True, "adopted"),
    ("adopt", False, "nothing to adopt"), ("forget", True, "forgotten"), ("forget", False, "nothing to forget"),
])
def test_what_sets_nothing_has_words_of_its_own(tmp_path, monkeypatch, mode, changed, end):
    run = Run(tmp_path, ["web1"], monkeypatch)
    run.result("web1", keeps=False, says={
        "changed": changed, "summary": {"ok": 0}, "parameters": [], "invocation": {"mode": mode}})
    assert run.end() == "\nweb1: " + end


def test_a_report_that_cannot_be_written_is_told(tmp_path, monkeypatch):
    run = Run(tmp_path, ["web1", "web2"], monkeypatch)
    run.result("web1")
    (tmp_path / _provenance.RUN).write_text("x")
    assert "report: " not in run.end() and "cannot be written" in run.errors[0]


def test_a_host_that_fail_on_has_stopped_has_a_whole_result(tmp_path, monkeypatch):
    run = Run(tmp_path, ["web1", "web2"], monkeypatch)
    run.result("web1", "failed", says={"stopped": True, "parameters": [row("a.b", "overridden")]})
    run.result("web2")
    assert run.end().strip().splitlines()[1].split() == ["web1", "1", "2", "stopped"]
    written = run.written()
    assert written["problems"] == [] and written["verdict"] == "1 of 2 hosts is not as wanted."


@pytest.mark.parametrize("event, says, kind, counts", [
    ("failed", {"stopped": True, "failed": True}, None, {"changed": 1}), ("failed", {"failed": True}, "failed", {"changed": 1}),
    ("unreachable", {"unreachable": True, "parameters": None}, "unreachable", {}),
])
def test_the_fact_cache_is_told_of_hosts_that_failed(tmp_path, monkeypatch, event, says, kind, counts):
    """Or a report of the fact cache would show the last result that was good."""
    run = Run(tmp_path, ["web1", "web2"], monkeypatch)
    run.result("web1", event, keeps=False, says=says, check_mode=True)
    run.result("web2", keeps=False)
    assert list(run.facts) == ["web1"]
    fleet = _merge.read([("cache", _shards.of_fact("web1", run.facts["web1"]["photon_hardening"]))])
    assert [problem.kind for problem in fleet.problems] == ([kind] if kind else [])
    assert fleet.host_totals()["pass"] == 0 and {state: count for state, count in fleet.counts().items() if count} == counts


@pytest.mark.parametrize("invocation, check_mode, mode", [
    ({"mode": "rollback"}, False, "rollback"), ({}, False, "harden"), ({}, True, "audit"),
])
def test_the_fact_cache_is_told_what_the_run_did(tmp_path, monkeypatch, invocation, check_mode, mode):
    run = Run(tmp_path, ["web1"], monkeypatch)
    run.result("web1", "unreachable", keeps=False, says={"unreachable": True, "invocation": invocation}, check_mode=check_mode)
    assert run.facts["web1"]["photon_hardening"]["mode"] == mode


@pytest.mark.parametrize("host, event, more, told", [
    ("web1", "ok", {}, []), ("web1", "ok", {"delegate_to": "web1"}, []), ("web1", "ok", {"delegate_to": "db1"}, ["db1"]),
    ("web1", "failed", {"delegate_to": "db1", "says": {"failed": True}}, ["db1"]),
    ("web1", "ok", {"delegate_to": "db1", "delegate_facts": True}, []),
    ("web1", "ok", {"delegate_to": "db1", "says": {"preview_of": "rollback"}}, []),
    ("web1", "failed", {"delegate_to": "db1", "delegate_facts": True, "says": {"failed": True}}, ["db1"]),
])
def test_the_fact_cache_is_told_of_the_host_on_which_the_module_ran(tmp_path, monkeypatch, host, event, more, told):
    run = Run(tmp_path, ["web1"], monkeypatch)
    run.result(host, event, keeps=False, **more)
    assert list(run.facts) == told


def test_what_an_earlier_run_kept_is_in_neither_the_table_nor_the_report(tmp_path, monkeypatch):
    run = Run(tmp_path, ["web1", "web2"], monkeypatch)
    (tmp_path / "web2.json").write_text(line("web2", row("a.b", "changed"), time=_shards.now()))
    run.result("web1")
    assert [text.split()[:2] for text in run.end().strip().splitlines()[1:4]] == [["web2", "-"], ["web1", "1"], ["all", "2"]]
    written = run.written()
    assert written["counts"]["changed"] == 1
    assert [(found["kind"], found["source"]) for found in written["problems"]] == [("missing", "web2")]


def test_hosts_with_different_settings_are_in_one_report(tmp_path, monkeypatch):
    run, says = Run(tmp_path, ["a", "b", "c", "lost"], monkeypatch), {"parameters": [row("kernel.kptr_restrict")]}
    run.result("a", says=says, settings={"formats": ["html", "json", "cklb"], "benchmark": "stig_rhel8"})
    run.result("b", says=says, settings={"formats": ["cklb"], "benchmark": "stig_rhel9", "keep": 2})
    run.result("c", settings={"keep": 1})
    assert run.end().rstrip().endswith("report.html") and run.errors == []
    written = run.written()
    assert [host["host"] for host in written["hosts"]] == ["a", "b", "c"]
    assert [problem["source"] for problem in written["problems"]] == ["lost"]
    checklists = {path.stem: json.loads(path.read_text(encoding="utf-8"))["stigs"][0]["stig_id"] for path in tmp_path.rglob("*.cklb")}
    assert set(checklists) == {"a", "b"} and "8" in checklists["a"] and "9" in checklists["b"]


IMAGE = "web1 (image /mnt/x)"


@pytest.mark.parametrize("event", ["ok", "failed"])
def test_a_run_on_an_image_is_not_one_on_the_host(tmp_path, monkeypatch, event):
    run = Run(tmp_path, ["web1"], monkeypatch)
    run.result("web1", event, keeps=False, says={"invocation": {"image": IMAGE, "mode": "harden"}})
    assert IMAGE in run.end() and "no result" not in run.end() and run.facts == {}


def test_a_single_host_that_fail_on_has_stopped_has_the_table_of_its_parameters(tmp_path, monkeypatch):
    run = Run(tmp_path, ["web1"], monkeypatch)
    run.result("web1", "failed", keeps=False, says={"stopped": True, "parameters": [row("a.b", "overridden")]})
    assert run.end().splitlines()[1].startswith("web1: stopped") and "O  a.b" in run.end()
