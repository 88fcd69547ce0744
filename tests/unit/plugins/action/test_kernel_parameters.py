# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
import inspect
import json
import stat
import types

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure, AnsibleError

from ansible_collections.photon.hardening.plugins.action import kernel_parameters
from ansible_collections.photon.hardening.plugins.plugin_utils import _records
from ansible_collections.photon.hardening.tests.unit.plugins.plugin_utils.shards import row

DROPINS = [{"path": "/etc/sysctl.d/50-security-hardening.conf", "content": "kernel.panic = 1\n"}]


class Text(str):
    """As ansible-core 2.16 to 2.18 mark a text of a module."""
    def replace(self, *args):
        return Text(super().replace(*args))


class Play:
    """One task on one host: what it says, what the module answers, and what is seen of it."""

    def __init__(self, args, answer=None, variables=None, prints=True, **task):
        settings = dict(args=args, check_mode=False, no_log=False, delegate_to=None, delegate_facts=None, async_val=0,
                        diff=False, action="x", environment=[])
        self.shown, self.sent, self.others = [], [], []
        self.action = kernel_parameters.ActionModule(
            task=types.SimpleNamespace(**dict(settings, **task)),
            connection=types.SimpleNamespace(_shell=types.SimpleNamespace(tmpdir="/tmp")), play_context=None, loader=None,
            templar=types.SimpleNamespace(template=lambda value: value), shared_loader_obj=None)
        self.action._display = types.SimpleNamespace(display=self.shown.append)
        self.action._execute_module = self.module
        self.action.PRINTS = prints
        self.answer = {"msg": "0 of 3 parameters differ", "changed": False} if answer is None else answer
        self.variables = dict({"inventory_hostname": "web1"}, **(variables or {}))

    def module(self, module_args, task_vars, module_name=None):
        self.sent.append(module_args)
        if module_name:
            self.others.append(module_name)
            return {"msg": "guest\x1b", "changed": True, "rows": [
                {Text("name"): Text("a b"), "state": Text("finding"), "value": None, "reason": Text("no"), "source": None}]}
        if isinstance(self.answer, Exception):
            raise self.answer
        answer = self.answer if self.answer.get("failed") else dict({"parameters": [], "summary": {}}, **self.answer)
        if isinstance(answer.get("exception"), (type(None), str)):
            return json.loads(kernel_parameters._harmless.printed(json.dumps(answer), self.action._lost))
        return answer

    def run(self):
        return self.action.run(None, self.variables)

    def told(self):
        """What it returns, without what is for the callback plugin and the fact cache, and without rows that there are not."""
        result = self.run()
        return {key: value for key, value in result.items() if key not in ("invocation", "ansible_facts") and value not in ([], {})}


def kept(folder):
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in folder.iterdir()}


def test_the_line_that_ansible_prints_of_a_failure_begins_with_the_sentence():
    """It is JSON with its keys in order; what an AWX shows of it at once ends after some 1,000 characters."""
    rows = [{"name": "kernel.p%d" % number, "state": "not_applied"} for number in range(100)]
    answer = {"msg": "why", "changed": False, "failed": True, "parameters": rows, "kernel": {"release": "6.1"}, "notes": [], "summary": {}}
    assert json.dumps(Play({"dropins": []}, answer).told(), sort_keys=True).index('"msg": "why"') < 100


@pytest.mark.parametrize("result, check_mode, line", [
    ({"msg": "0 of 3 parameters differ"}, False, "web1: 0 of 3 parameters differ"),
    ({"msg": "1 of 3 parameters differ"}, True, "web1: 1 of 3 parameters differ (check mode: nothing was written)"),
    ({"msg": "no\nmore", "failed": True, "parameters": []}, False, "web1: FAILED: no"),
    ({"msg": "no", "failed": True, "parameters": []}, True, "web1: FAILED: no"),
    ({"msg": "no", "failed": True}, False, None),
    ({"msg": "no", "failed": False}, False, "web1: no"),
    ({"msg": "\x1b[2J"}, False, "web1: \\x1b[2J"),
    ({"msg": "x" * 2000}, False, "web1: " + "x" * 1000),
    ({"msg": ["x"]}, False, "web1: ['x']"),
    ({}, False, "web1: "),
    ({"failed": True, "msg": ""}, False, None),
])
def test_headline(result, check_mode, line):
    assert kernel_parameters.headline("web1", None, result, check_mode) == line
    named = line and line.replace("web1", "web1 (photon\\x1b)", 1)
    assert kernel_parameters.headline("web1", "photon\x1b", result, check_mode) == named


def test_all_rows_are_kept_and_as_many_as_an_awx_takes_are_returned(tmp_path):
    """As on a host with hundreds of interfaces."""
    rows = [row("net.ipv4.conf.eth%d.rp_filter" % number) for number in range(3000)]
    answer = {"msg": "x", "changed": False, "summary": {"ok": 3000}, "parameters": rows, "omitted": 0}
    play = Play({"dropins": DROPINS, "report_dir": str(tmp_path)}, answer)
    result = play.run()
    assert 1000 < len(result["parameters"]) < 3000 == len(result["parameters"]) + result["omitted"]
    assert result["parameters"] == rows[:len(result["parameters"])] and len(json.dumps(result["parameters"])) < 500000
    found = kept(tmp_path)["web1.json"]
    assert (found["parameters"], found["omitted"]) == (rows, 0)
    assert len(result["ansible_facts"]["photon_hardening"]["names"]["ok"]) == 3000


@pytest.mark.parametrize("more, words", [
    ({"summary": {"ok": 30}}, "it is not whole: it has 1 parameters, and its summary counts 30"),
    ({"parameters": "x"}, "its field parameters"), ({"parameters": [{"name": "a.b", "state": "ok"}]}, "its parameters are not"),
    ({"parameters": [row("a.b"), row("a.b")], "summary": {"ok": 2}}, "a parameter"), ({"omitted": -1}, "its field omitted"),
    ({"parameters": None, "summary": {}}, "it has no parameters"), ({"summary": None}, "it has no parameters"),
])
def test_what_no_report_would_count_is_the_result_of_a_module_that_failed(tmp_path, more, words):
    answer = dict({"msg": "0 of 1", "changed": True, "summary": {"ok": 1}, "parameters": [row("a.b")]}, **more)
    result = Play({"dropins": DROPINS, "report_dir": str(tmp_path)}, answer).told()
    assert set(result) == {"failed", "changed", "msg"} and result["changed"]
    assert result["msg"].startswith("The host sent no result of the module: " + words)
    found = kept(tmp_path)["web1.json"]
    assert (found["outcome"], found["msg"]) == ("failed", result["msg"])


@pytest.mark.parametrize("no_log", [False, True])
def test_of_a_task_with_no_log_no_fact_is_kept(no_log):
    answer = {"msg": "0 of 1", "changed": False, "summary": {"ok": 1}, "parameters": [row("a.b")]}
    assert ("ansible_facts" in Play({"dropins": DROPINS}, answer, no_log=no_log).run()) is not no_log


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_preview_of_a_rollback_is_refused_for_what_refuses_the_rollback(check_mode):
    play = Play({"state": "absent", "role_variables": True}, variables={"photon_hardening_report_formats": ["xx"]}, check_mode=check_mode)
    assert play.run()["failed"] and play.sent == []


@pytest.mark.parametrize("prints, no_log, shown", [(True, False, ["web1: 0 of 3 parameters differ"]), (False, False, []), (True, True, [])])
def test_where_a_line_is_printed(prints, no_log, shown):
    play = Play({"dropins": DROPINS}, prints=prints, no_log=no_log)
    assert play.told() == play.answer and play.shown == shown


def test_what_the_host_says_is_harmless(tmp_path):
    play = Play({"dropins": DROPINS, "report_dir": str(tmp_path)}, {"msg": "\x1b\udcff", "failed": True, "warnings": ["\x07"]})
    assert play.told() == {"msg": "\\x1b\\udcff", "failed": True, "warnings": ["\\x07"]}
    assert play.shown == []
    assert kept(tmp_path)["web1.json"]["msg"] == "\\x1b\\udcff"


def test_a_variable_that_the_host_says_as_a_fact_reaches_nothing(tmp_path):
    facts = {"photon_hardening_report_dir": str(tmp_path)}
    play = Play({"role_variables": True}, variables=dict(facts, ansible_facts=facts))
    assert play.run()["msg"].startswith("photon_hardening_report_dir: the host says this variable as a fact")
    assert play.sent == [] and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("more", [{}, {"failed": True}, {"parameters": "x"}, {"parameters": []}])
def test_no_variable_statistic_or_host_comes_of_a_result(tmp_path, more):
    told = {"ansible_facts": {"photon_hardening_report_dir": "/x"}, "ansible_stats": {"data": {"x": 1}}, "add_host": {}, "add_group": "x",
            "results": [], "skipped": True, "invocation": {"report": {"folder": "/etc"}}}
    result = Play({"dropins": DROPINS, "report_dir": str(tmp_path)}, dict(told, msg="x", **more)).run()
    assert set(result) - set(more) <= {"msg", "ansible_facts", "failed", "changed", "parameters", "summary", "invocation"}
    for facts in (result.get("ansible_facts", {}), kept(tmp_path)["web1.json"].get("ansible_facts", {})):
        assert set(facts) == ({"photon_hardening"} if more in ({}, {"parameters": []}) else set())


def parsed(monkeypatch, stdout, **task):
    """What Ansible's own code is given of what the host printed."""
    seen = []
    monkeypatch.setattr(kernel_parameters.ActionBase, "_parse_returned_data",
                        lambda _self, res, *args: seen.append((res, args)) or "parsed")
    assert Play({}, **task).action._parse_returned_data({"stdout": stdout, "stderr": "\x1b", "rc": 0}, "legacy") == "parsed"
    (res, args), = seen
    assert (res["stderr"], res["rc"], args) == ("\\x1b", 0, ("legacy",))
    return json.loads(res["stdout"])


@pytest.mark.parametrize("answer", [
    {"changed": 1, "failed": "x", "stopped": None, "warnings": {}, "exception": 1, "diff": "x", "invocation": [], "skipped": True},
    {"rc": 1, "results": [], "unreachable": True, "deprecations": [None], "preview_of": "rollback", "_ansible_no_log": True},
])
def test_ansible_gets_what_our_modules_print_and_nothing_else(answer, monkeypatch):
    assert parsed(monkeypatch, json.dumps(dict(answer, msg="x", rows=[]))) == {"msg": "x", "rows": []}


@pytest.mark.parametrize("around", ["%s", "Last login: \x1b[2J\n%s", "%s\nfake | ok }"])
def test_what_ansible_reads_of_the_hosts_answer_is_harmless(around, monkeypatch):
    answer = {"msg": "\x1b[2J\nfake | ok", "changed": False, "warnings": ["\x07\nfake | ok"], "ansible_facts": {"x": 1}, "add_host": {}}
    assert parsed(monkeypatch, around % json.dumps(answer)) == {
        "msg": "\\x1b[2J fake | ok", "changed": False, "warnings": ["\\x07 fake | ok"]}


@pytest.mark.parametrize("wrong", [
    {"__ansible_type": "secret"}, {"__ansible_type": ["secret"]}, {"__ansible_type": "Event", "secret": 1}, {"__ansible_type": None},
    {"__ansible_type": "ErrorSummary", "event": "secret"}, {"__ansible_type": "Event", "msg": "x"},
    {"__ansible_type": "_AnsibleTaggedStr", "value": 7, "tags": "secret"},
])
@pytest.mark.parametrize("key", ["msg", "exception", "warnings", "parameters"])
def test_what_ansible_takes_for_an_object_of_its_own_is_no_way_out(wrong, key):
    """Whatever the parser of this ansible-core makes of it, it is a result."""
    action = Play({}).action
    action._used_interpreter = "/usr/bin/python3"
    more = ("legacy",) if "profile" in inspect.signature(kernel_parameters.ActionBase._parse_returned_data).parameters else ()
    found = action._parse_returned_data({"stdout": json.dumps({"changed": True, key: wrong}), "stderr": "", "rc": 0}, *more)
    result = found if isinstance(found, dict) else found.as_result_dict()
    assert result.get("failed") is True and "secret" not in result["msg"] or result["changed"] is True


@pytest.mark.parametrize("answer, expected", [
    ({"msg": "x", "warnings": ["secret"], "deprecations": [{"msg": "secret"}], "notes": ["y"]}, {"msg": "x", "notes": ["y"]}),
    ({"msg": "secret", "failed": True, "exception": "secret", "warnings": ["secret"]}, {"failed": True}),
    ({"changed": True, "exception": "secret"}, {"changed": True}),
])
def test_with_no_log_ansible_has_nothing_to_show(answer, expected, monkeypatch):
    assert parsed(monkeypatch, json.dumps(answer), no_log=True) == expected


@pytest.mark.parametrize("answer, expected", [
    ({"msg": "x", "warnings": ["secret"]}, {"msg": "x"}), ({"msg": "x", "exception": "secret"}, {"msg": "x"}),
    ({"msg": "secret", "failed": True, "exception": "secret"}, {"msg": "The module failed; no_log hides why.", "failed": True}),
    (AnsibleError("sudo: secret"), {"msg": "The module failed; no_log hides why.", "failed": True}),
])
def test_with_no_log_nothing_is_told(answer, expected):
    play = Play({"profile": "photon", "groups": ["tuning"], "overrides": {"kernel.sysrq": "1"}}, answer, no_log=True)
    assert play.told() == dict(expected, notes=["overrides: kernel.sysrq is not set: the group security is not applied."])


@pytest.mark.parametrize("args", [{"profile": "secret"}, {"report_dir": ["secret"]}, {"role_variables": "secret"}])
def test_with_no_log_a_refusal_does_not_say_what_is_refused(args):
    assert Play(args, no_log=True).run()["msg"] == "An argument or a variable is refused; no_log hides which, and why."


@pytest.mark.parametrize("task, host, file", [
    ({}, "web1", "web1.json"), ({"delegate_to": "db/1"}, "db/1", "db%2F1.json"),
])
def test_the_result_is_that_of_the_host_on_which_the_module_runs(tmp_path, task, host, file):
    play = Play({"dropins": DROPINS, "report_dir": str(tmp_path / "reports")}, **task)
    play.run()
    assert play.shown == [host + ": 0 of 3 parameters differ"]
    (name, found), = kept(tmp_path / "reports").items()
    assert (name, found["host"], found["outcome"], found["check_mode"]) == (file, host, "done", False)
    assert stat.S_IMODE((tmp_path / "reports" / file).stat().st_mode) == 0o600


def test_a_host_that_cannot_be_reached_does_not_keep_the_result_of_yesterday(tmp_path):
    args = {"dropins": DROPINS, "report_dir": str(tmp_path)}
    Play(args, check_mode=True).run()
    play = Play(args, AnsibleConnectionFailure("no route to \x1b host\nweb2 | ok"), check_mode=True)
    result = play.run()
    found = kept(tmp_path)["web1.json"]
    assert (found["outcome"], found["check_mode"], found["msg"]) == ("unreachable", True, "no route to \\x1b host web2 | ok")
    assert (result["unreachable"], result["changed"], result["msg"], play.shown) == (True, False, found["msg"], [])


def test_the_callback_plugin_is_told_where_the_report_goes_and_what_the_run_does(tmp_path):
    args = {"dropins": DROPINS, "report_dir": str(tmp_path), "report_formats": ["junit"], "report_keep": 3}
    settings = {"folder": str(tmp_path), "formats": ["junit"], "keep": 3, "benchmark": None}
    for answer in ({"msg": "x"}, {"msg": "x", "failed": True}, AnsibleConnectionFailure("x")):
        assert Play(args, answer).run()["invocation"] == {"report": settings, "mode": "harden"}
        assert Play({"state": "absent"}, answer).run()["invocation"] == {"mode": "rollback"}
    assert "invocation" not in Play(args, no_log=True).run()
    assert Play({"dropins": DROPINS}, check_mode=True).run()["invocation"] == {"mode": "audit"}


@pytest.mark.parametrize("said", [{"report": {"folder": "/etc"}, "mode": "adopt"}, {"image": "web2 (image /x)"}, "x", None, {}])
def test_no_host_says_where_the_report_goes_or_what_the_run_does(said):
    answer = {"msg": "x", "invocation": said}
    assert Play({"dropins": DROPINS}, answer).run()["invocation"] == {"mode": "harden"}
    assert "invocation" not in Play({"dropins": DROPINS}, answer, no_log=True).run()
    shown = dict(said, module_args={"state": "present"}) if isinstance(said, dict) else {"module_args": {"state": "present"}}
    assert Play({"dropins": DROPINS}, {"msg": "x", "invocation": shown}).run()["invocation"] == {
        "module_args": {"state": "present"}, "mode": "harden"}


def test_a_result_says_what_made_it(tmp_path):
    variables = {"photon_hardening_profile": "kspp", "photon_hardening_conflicts": "report"}
    Play({"role_variables": True, "report_dir": str(tmp_path)}, variables=variables, check_mode=True).run()
    Play({"role_variables": True, "report_dir": str(tmp_path), "state": "absent"}, variables=variables, delegate_to="web2").run()
    found = kept(tmp_path)
    made = found["web1.json"]["provenance"]
    assert (made["profile"], made["groups"], made["options"]["conflicts"]) == ("kspp", ["security"], "report")
    assert made["catalogue"].startswith("sha256:") and made["collection"] and made["ansible_core"]
    assert [found[name]["mode"] for name in ("web1.json", "web2.json")] == ["audit", "rollback"]
    assert found["web1.json"]["run"] == found["web2.json"]["run"]


@pytest.mark.parametrize("task, told", [
    ({}, True), ({"delegate_to": "web1"}, True), ({"delegate_to": "db1"}, False), ({"delegate_to": "db1", "delegate_facts": True}, True),
])
def test_no_fact_is_told_of_another_host(task, told):
    """Ansible would keep it as one of the host in whose place the task ran."""
    assert ("ansible_facts" in Play({"dropins": DROPINS}, {"msg": "x", "parameters": []}, **task).run()) is told


@pytest.mark.parametrize("state, mode", [("absent", "rollback"), ("forgotten", "forget"), ("adopted", "adopt")])
def test_a_preview_of_the_way_back_keeps_what_the_audit_found(tmp_path, state, mode):
    variables = {"photon_hardening_report_dir": str(tmp_path)}
    Play({"role_variables": True}, variables=variables, check_mode=True).run()
    before = kept(tmp_path)
    answer = {"msg": "x", "changed": False, "parameters": [], "summary": {}, "preview_of": "told by the host"}
    for args, said in (({"role_variables": True, "state": state}, {}), ({"role_variables": True}, {"photon_hardening_state": state})):
        result = Play(args, answer, dict(variables, **said), check_mode=True).run()
        assert result["preview_of"] == mode and not {"report", "ansible_facts"} & set(result) and kept(tmp_path) == before
        done = Play(args, answer, dict(variables, **said)).run()
        assert done["ansible_facts"]["photon_hardening"]["mode"] == mode and "preview_of" not in done
        Play({"role_variables": True}, variables=variables, check_mode=True).run()
        before = kept(tmp_path)


def test_a_state_that_there_is_not_is_no_preview(tmp_path):
    variables = {"photon_hardening_report_dir": str(tmp_path), "photon_hardening_state": "gone"}
    assert Play({"role_variables": True}, variables=variables, check_mode=True).run()["failed"]
    assert kept(tmp_path)["web1.json"]["outcome"] == "failed"


def test_an_error_of_ansible_with_what_the_host_printed_is_harmless(tmp_path):
    play = Play({"dropins": DROPINS, "report_dir": str(tmp_path)}, AnsibleError("sudo: \x1b[2J\nweb2 | ok"))
    assert play.told() == {"failed": True, "msg": "sudo: \\x1b[2J web2 | ok"}
    assert play.shown == [] and kept(tmp_path)["web1.json"]["outcome"] == "failed"


def test_a_host_whose_run_broke_off_is_not_known(tmp_path):
    args = {"dropins": DROPINS, "report_dir": str(tmp_path)}
    Play(args).run()
    with pytest.raises(RuntimeError):
        Play(args, RuntimeError("killed")).run()
    assert kept(tmp_path)["web1.json"]["outcome"] == "unknown"


def test_what_is_refused_reaches_no_host_and_is_kept(tmp_path):
    play = Play({"profile": "phton", "report_dir": str(tmp_path)})
    result = play.run()
    assert (result["failed"], result["changed"], play.sent, play.shown) == (True, False, [], [])
    assert result["msg"].startswith("profile: 'phton' is not one of photon, ")
    found = kept(tmp_path)["web1.json"]
    assert found["outcome"] == "failed" and found["msg"].startswith("profile: 'phton'")


def test_a_module_that_broke_off_is_told(tmp_path):
    play = Play({"dropins": DROPINS, "report_dir": str(tmp_path)}, {"failed": True, "exception": object()})
    assert play.told() == play.answer and play.shown == []
    found = kept(tmp_path)["web1.json"]
    assert (found["outcome"], found["msg"]) == ("failed", "The module broke off; Ansible shows its error.")


def test_with_no_log_nothing_is_kept(tmp_path):
    args = {"dropins": DROPINS, "report_dir": str(tmp_path)}
    Play(args).run()
    Play(args, no_log=True).run()
    assert kept(tmp_path) == {}
    assert Play({"profile": "phton", "report_dir": str(tmp_path)}, no_log=True).run()["failed"]
    assert kept(tmp_path) == {}


def test_a_folder_that_cannot_be_written_is_told_before_the_host_is_contacted(tmp_path):
    (tmp_path / "file").write_text("x")
    play = Play({"dropins": DROPINS, "report_dir": str(tmp_path / "file")})
    result = play.run()
    assert result["failed"] and result["msg"].startswith("report_dir: the result of web1 cannot be kept: ") and play.sent == []


def test_a_result_that_cannot_be_kept_fails_the_task_and_is_still_told(tmp_path, monkeypatch):
    play = Play({"dropins": DROPINS, "report_dir": str(tmp_path)}, {"msg": "1 of 3", "changed": True})

    def full(_shelf, _result):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kernel_parameters._shards.Shelf, "end", full)
    result = play.run()
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["msg"] == "report_dir: the result cannot be kept: [Errno 28] No space left on device. It was: 1 of 3"


@pytest.mark.parametrize("variables, words", [
    ({"photon_hardening_report_dir": 7}, "photon_hardening_report_dir: 7 is not a text"),
    ({"photon_hardening_conflicts": "fight"}, "photon_hardening_conflicts: 'fight' is not one of restate, report"),
    ({"photon_hardening_report_dir": "/x\0"}, "photon_hardening_report_dir: '/x\\x00' is not the name of a folder"),
])
def test_a_bad_variable_is_one_sentence(variables, words):
    play = Play({"role_variables": True}, variables=variables)
    assert play.run()["msg"].startswith(words) and play.sent == []


@pytest.mark.parametrize("args, words", [
    ({"role_variables": "maybe"}, "role_variables: 'maybe' is neither true nor false"),
    ({"role_variables": ["yes"]}, "role_variables: ['yes'] is neither"), ({"role_variables": {}}, "role_variables: {} is neither"),
    ({"report_dir": 7}, "report_dir: 7 is not the name of a folder"), ({"report_dir": ["x"]}, "report_dir: ['x'] is not"),
    ({"profile": ["photon"]}, "profile: ['photon'] is not one of"),
    ({"profile": "photon", "groups": [["x"]]}, "groups: ['x'] is not one of"),
    ({"profile": "photon", "overrides": [7]}, "overrides must be"), ({"profile": "photon", "waivers": "x"}, "waivers must be"),
])
def test_a_bad_argument_is_one_sentence(args, words):
    play = Play(args)
    assert play.run()["msg"].startswith(words) and play.sent == []


def test_a_bad_argument_is_kept(tmp_path):
    args = {"role_variables": True, "report_dir": str(tmp_path)}
    Play(args).run()
    Play(dict(args, role_variables="maybe")).run()
    assert kept(tmp_path)["web1.json"]["outcome"] == "failed"


def test_the_variables_of_the_role(tmp_path):
    play = Play({"role_variables": True}, variables={
        "photon_hardening_report_dir": str(tmp_path), "photon_hardening_groups": ["tuning"],
        "photon_hardening_overrides": {"kernel.sysrq": "1", "vm.swappiness": "7"}})
    note = "photon_hardening_overrides: kernel.sysrq is not set: the group security is not applied."
    assert play.told() == dict(play.answer, notes=[note], warnings=[note])
    (sent,) = play.sent
    assert set(sent) == {"dropins", "rules", "profile", "container_host", "conflicts", "state"}
    assert [bool(item["content"]) for item in sent["dropins"]] == [False, True, False]
    assert kept(tmp_path)["web1.json"]["notes"] == [note]


def test_what_the_front_supports(tmp_path):
    """As the module documents it."""
    front = kernel_parameters.ActionModule
    assert (front._requires_connection, front._supports_check_mode, front._supports_diff) == (True, True, True)
    args = {"dropins": DROPINS, "report_dir": str(tmp_path)}
    Play(args).run()
    with pytest.raises(AnsibleActionFail):
        Play(args, async_val=10).run()
    # The result of yesterday is not kept as that of today.
    assert kept(tmp_path)["web1.json"]["outcome"] == "unknown"


@pytest.mark.parametrize("result, notes, expected", [
    ({"msg": "x"}, [], {"msg": "x"}),
    ({"notes": ["b"], "warnings": ["c"]}, ["a"], {"notes": ["a", "b"], "warnings": ["a", "c"]}),
    ({"notes": "b", "warnings": None}, ["a"], {"notes": ["a"], "warnings": ["a"]}),
])
def test_with_notes(result, notes, expected):
    assert kernel_parameters.with_notes(result, notes) == expected


@pytest.mark.parametrize("variables, check_mode, others", [
    ({}, True, []), ({"photon_hardening_guest": True}, True, ["vmware_guest_info"]), ({"photon_hardening_guest": True}, False, []),
    ({"photon_hardening_vmware_msix": "enable"}, False, ["vmware_guest"]),
    ({"photon_hardening_vmware_msix": "enable", "photon_hardening_guest": "yes"}, True, ["vmware_guest", "vmware_guest_info"]),
])
def test_the_guest_side_is_read_or_changed_in_the_same_task(tmp_path, variables, check_mode, others):
    play = Play({"role_variables": True, "report_dir": str(tmp_path)}, variables=variables, check_mode=check_mode)
    result = play.run()
    assert play.others == ["photon.hardening." + name for name in others] and len(play.sent) == 1 + len(others)
    assert ("guest" in result, "vmware_guest" in result) == ("vmware_guest_info" in others, "vmware_guest" in others)
    assert play.shown[0].count("guest\\x1b") == len(others) and result["changed"] is bool(others)
    notes = ["a b: no"] if "vmware_guest_info" in others else []
    shard = kept(tmp_path)["web1.json"]
    assert [note for note in shard.get("notes", []) if note.startswith("a b: ")] == notes
    assert [note for note in result.get("warnings", []) if note.startswith("a b: ")] == notes
    assert [row["name"] for row in shard.get("guest", [])] == (["a b"] if notes else [])


def test_a_host_cannot_make_rows_of_the_guest_side_in_the_name_of_the_parameters(tmp_path):
    play = Play({"report_dir": str(tmp_path)}, {"msg": "x", "guest": [7], "changed": False})
    assert "guest" not in play.run() and "guest" not in kept(tmp_path)["web1.json"]


def test_a_wrong_wish_for_the_guest_side_is_refused_before_anything_runs():
    play = Play({"role_variables": True}, variables={"photon_hardening_vmware_msix": "off"})
    assert play.run()["msg"] == "photon_hardening_vmware_msix: 'off' is not one of enable, keep" and play.sent == []


def test_a_host_that_cannot_be_reached_is_not_asked_again():
    play = Play({"role_variables": True}, AnsibleConnectionFailure("gone"), {"photon_hardening_vmware_msix": "enable"})
    assert play.run()["unreachable"] is True and len(play.sent) == 1


@pytest.mark.parametrize("msg, shown, left", [
    ("fail_on: nothing was written", "photon_hardening_fail_on: nothing was written", ["failed", "msg"]),
    ("kernel.a: nothing was written", "kernel.a: nothing was written", ["exception", "failed", "msg"]),
])
def test_new_ansible_cores_show_no_other_name_of_an_option(msg, shown, left):
    call = kernel_parameters._call.Call({"role_variables": True}, {}, None)
    result = kernel_parameters.located({"failed": True, "msg": msg, "exception": {"event": {"msg": msg}}}, call)
    assert (result["msg"], sorted(result)) == (shown, left)


def test_an_override_is_told_in_the_row_the_line_and_the_options(tmp_path):
    name = "kernel.kptr_restrict"
    answer = {"msg": "0 of 1 parameters differ", "changed": False, "summary": {"ok": 1}, "parameters": [
        dict.fromkeys(_records.Cell._fields, "0") | {"name": name, "state": "ok", "reason": ""}]}
    play = Play({"profile": "photon", "overrides": {name: "0"}, "report_dir": str(tmp_path)}, answer)
    said = "asked for by overrides; the profile wants 2"
    assert play.run()["parameters"][0]["reason"] == said
    shard = kept(tmp_path)["web1.json"]
    assert shard["parameters"][0]["reason"] == said and shard["provenance"]["options"]["overrides"] == {name: "0"}
    assert play.shown == ["web1 (photon): 0 of 1 parameters differ; by overrides not as the profile wants: " + name]


def test_a_result_of_an_image_does_not_take_the_place_of_the_hosts(tmp_path):
    answer = {"msg": "x", "changed": False, "summary": {}, "parameters": [], "kernel": {"release": "6.1", "machine": "m", "system": "s"}}
    Play({"dropins": DROPINS, "report_dir": str(tmp_path)}, answer).run()
    play = Play({"dropins": DROPINS, "report_dir": str(tmp_path), "root": "/mnt/x"}, answer)
    result = play.run()
    (name, fact), = result["ansible_facts"].items()
    assert result["invocation"]["image"] == "web1 (image /mnt/x)" and (name[:-16], fact["image"]) == ("hardening_of_image_", "/mnt/x")
    shards = kept(tmp_path)
    assert {name: shard["host"] for name, shard in shards.items()} == {
        "web1.json": "web1", "web1%20%28image%20%2Fmnt%2Fx%29.json": "web1 (image /mnt/x)"}
    kernels = [shard["kernel"]["release"] for shard in map(shards.get, sorted(shards, reverse=True))]
    assert kernels == ["6.1", None] and play.shown == ["web1 (image /mnt/x): x"]


def test_the_root_of_the_host_itself_is_no_image(tmp_path):
    Play({"dropins": DROPINS, "report_dir": str(tmp_path), "root": "/"}).run()
    assert list(kept(tmp_path)) == ["web1.json"]
