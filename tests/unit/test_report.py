# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole runs of the playbooks that change nothing, and the reports that they leave behind."""

import json
import os
import pathlib
import stat
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
PLAYBOOKS = ROOT / "playbooks"
LOCAL = "ansible_connection=local ansible_python_interpreter=%s ansible_become=false" % sys.executable
# Nobody listens at this port.
LOST = "ansible_host=127.0.0.1 ansible_port=9 ansible_become=false"


def run(folder, playbook, *options, callbacks=(("ANSIBLE_CALLBACKS_ENABLED", "photon.hardening.report"),)):
    # Only the audit contacts a host, and it changes nothing.
    environment = dict(os.environ, ANSIBLE_NOCOLOR="1", COLUMNS="120", PYTHONDONTWRITEBYTECODE="1", ANSIBLE_SSH_RETRIES="0",
                       **dict(callbacks))
    command = [os.path.join(os.path.dirname(sys.executable), "ansible-playbook"), str(PLAYBOOKS / playbook), "-i", "hosts", *options]
    return subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def report(folder):
    (path,) = folder.glob("reports/*/report.json")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    """The folder of an audit of two hosts that are this machine, one that is not there, and one that refuses its variables."""
    folder = tmp_path_factory.mktemp("audit")
    (folder / "hosts").write_text("web1 %s photon_hardening_guest=true\nweb2 %s\nlost %s\nbad %s photon_hardening_profile=phton\n"
                                  % (LOCAL, LOCAL, LOST, LOCAL))
    return folder, run(folder, "audit.yml", "-e", "photon_hardening_container_host=always")


def test_the_report_names_hosts_that_failed_or_could_not_be_reached(audited):
    folder, ended = audited
    assert ended.returncode == 4, ended.stdout
    found = report(folder)
    assert {host["host"]: host["outcome"] for host in found["hosts"]} == {
        "bad": "failed", "lost": "unreachable", "web1": "done", "web2": "done"}
    assert {(problem["kind"], problem["source"]) for problem in found["problems"]} == {("failed", "bad"), ("unreachable", "lost")}
    (page,) = folder.glob("reports/*/report.html")
    for name in ("lost", "bad"):
        assert name in page.read_text(encoding="utf-8")


def test_a_failed_host_shows_nothing_of_what_the_callback_plugin_has_to_know(audited):
    _folder, ended = audited
    (failed,) = [line for line in ended.stdout.splitlines() if line.startswith("fatal: [bad]")]
    assert "phton" in failed and '"formats"' not in ended.stdout and '"invocation"' not in ended.stdout


def test_what_the_report_counts_is_what_the_hosts_said(audited):
    folder, _ended = audited
    shard = json.loads((folder / "reports" / "web1.json").read_text(encoding="utf-8"))
    (host,) = [host for host in report(folder)["hosts"] if host["host"] == "web1"]
    counts = dict(host["counts"])
    counts["ok"] += counts.pop("unasked")
    assert counts == shard["summary"] and len(host["parameters"]) == len(shard["parameters"])
    assert shard["kernel"]["release"] == os.uname().release and shard["mode"] == "audit"


def test_what_an_audit_reads_of_the_guest_side_is_in_the_report(audited):
    folder, ended = audited
    rows = {host["host"]: host["guest"] for host in report(folder)["hosts"]}
    assert rows["web1"] and not rows["web2"] and "rows left out" not in ended.stdout, ended.stdout
    assert rows["web1"] == json.loads((folder / "reports" / "web1.json").read_text(encoding="utf-8"))["guest"]


def test_only_the_owner_can_read_what_is_kept(audited):
    folder, _ended = audited
    for path in (folder / "reports").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert stat.S_IMODE((folder / "reports").stat().st_mode) == 0o700


def test_the_table_is_the_last_that_is_printed(audited):
    folder, ended = audited
    lines = ended.stdout.rstrip().splitlines()
    (page,) = folder.glob("reports/*/report.html")
    assert lines[-1] == "report: %s" % page.relative_to(folder)
    table = lines[-6:-1]
    assert [line.split()[0] for line in table[:2]] == ["bad", "lost"] and "not reached" in "".join(table)


def test_reports_of_earlier_runs_are_merged_and_asked(audited, tmp_path):
    folder, _ended = audited
    (tmp_path / "hosts").write_text("web1\nweb2\nlost\nbad\nnew\n")
    asked = run(tmp_path, "report.yml", "-e", json.dumps({
        "report_inputs": [str(folder / "reports")], "report_query": "hosts[].host"}))
    assert asked.returncode == 0 and '"web1"' in asked.stdout, asked.stdout
    kinds = {(problem["kind"], problem["source"]) for problem in report(tmp_path)["problems"]}
    assert kinds == {("failed", "bad"), ("unreachable", "lost"), ("missing", "new")}
    assert [host["counts"] for host in report(tmp_path)["hosts"]] == [host["counts"] for host in report(folder)["hosts"]]


def test_a_localhost_that_stands_in_the_inventory_is_named_without_a_result(audited, tmp_path):
    """A play of all hosts audits it, too. Ansible's own localhost is no host of the inventory."""
    folder, _ended = audited
    given = json.dumps({"report_inputs": [str(folder / "reports" / "web1.json")]})
    for hosts, missing in (("web1\nlocalhost %s\n" % LOCAL, ["localhost"]), ("web1\n", [])):
        (tmp_path / hosts[-2]).mkdir()
        (tmp_path / hosts[-2] / "hosts").write_text(hosts)
        assert run(tmp_path / hosts[-2], "report.yml", "-e", given).returncode == 0
        assert [problem["source"] for problem in report(tmp_path / hosts[-2])["problems"]] == missing


def test_an_earlier_report_is_read_as_its_results(audited, tmp_path):
    folder, _ended = audited
    (tmp_path / "hosts").write_text("web1\n")
    (path,) = folder.glob("reports/*/report.json")
    ended = run(tmp_path, "report.yml", "-e", json.dumps({"report_inputs": [str(path)], "report_since": str(path)}))
    assert ended.returncode == 0, ended.stdout
    assert report(tmp_path)["counts"] == report(folder)["counts"]


def test_another_stdout_callback_gets_no_stray_line(tmp_path, monkeypatch):
    monkeypatch.setenv("ANSIBLE_STDOUT_CALLBACK", "minimal")
    (tmp_path / "hosts").write_text("web1 %s\n" % LOCAL)
    ended = run(tmp_path, "audit.yml")
    assert ended.returncode == 0 and "report: " not in ended.stdout and report(tmp_path)["hosts"][0]["host"] == "web1"


def test_without_the_callback_plugin_each_batch_writes_the_report(tmp_path):
    (tmp_path / "hosts").write_text("web1 %s\n" % LOCAL)
    ended = run(tmp_path, "audit.yml", callbacks=())
    assert ended.returncode == 0, ended.stdout
    assert [host["host"] for host in report(tmp_path)["hosts"]] == ["web1"]


def test_a_question_without_an_answer_is_told(audited, tmp_path):
    folder, _ended = audited
    (tmp_path / "hosts").write_text("web1\n")
    asked = run(tmp_path, "report.yml", "-e", json.dumps({"report_inputs": [str(folder / "reports")], "report_query": "nosuchkey"}))
    assert asked.returncode == 0 and "The question found nothing." in asked.stdout, asked.stdout
