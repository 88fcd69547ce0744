# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole runs of the playbooks in batches: a first batch that fails keeps the rest from being touched. All in check mode."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

PLAYBOOKS = pathlib.Path(__file__).parents[2] / "playbooks"
LOCAL = "ansible_connection=local ansible_python_interpreter=%s ansible_become=false" % sys.executable
# It is refused before the host is contacted.
BAD = LOCAL + " photon_hardening_conflicts=fight"
# The way back does not read that.
BAD_BACK = LOCAL + " photon_hardening_root=no/absolute/path"
CANARY = {"photon_hardening_serial": "1,50%", "photon_hardening_max_fail_percentage": 0}


@pytest.fixture
def run(tmp_path):
    """(exit code, output, host -> outcome, hosts without a result) of a playbook; HOSTS: name -> variables."""
    def runs(hosts, given, playbook="harden.yml", strategy="linear", callbacks="photon.hardening.report"):
        (tmp_path / "hosts").write_text("".join("%s %s\n" % item for item in hosts.items()), encoding="utf-8")
        environment = dict(os.environ, ANSIBLE_NOCOLOR="1", ANSIBLE_CALLBACKS_ENABLED=callbacks, ANSIBLE_STRATEGY=strategy)
        command = [os.path.join(os.path.dirname(sys.executable), "ansible-playbook"), str(PLAYBOOKS / playbook), "-i", "hosts", "--check"]
        done = subprocess.run([*command, "-e", json.dumps(given)], cwd=tmp_path, env=environment, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout, *seen(tmp_path)
    return runs


def seen(folder):
    """(host -> outcome, hosts without a result) of the report below FOLDER."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("reports/*/report.json")]
    if not found:
        return {}, set()
    return ({host["host"]: host["outcome"] for host in found[0]["hosts"]},
            {problem["source"] for problem in found[0]["problems"] if problem["kind"] == "missing"})


def without_result(output):
    """The hosts that the table says this of."""
    return [line.split()[0] for line in output.splitlines() if line.split()[1:3] == ["no", "result"]]


def kept(folder):
    return {path.stem for path in (folder / "reports").glob("*.json")}


def test_a_canary_that_fails_keeps_the_rest_from_being_touched(run, tmp_path):
    code, output, outcomes, missing = run({"canary": BAD, "web1": LOCAL, "web2": LOCAL}, CANARY)
    assert (code, outcomes, missing) == (2, {"canary": "failed"}, {"web1", "web2"}), output
    assert kept(tmp_path) == {"canary"}
    assert without_result(output) == ["web1", "web2"], output


def test_so_does_one_of_a_rollback(run, tmp_path):
    """Of its preview nothing is kept."""
    bad = LOCAL + " photon_hardening_root=mnt"
    code, output, outcomes, _missing = run({"canary": bad, "web1": LOCAL, "web2": LOCAL}, CANARY, "rollback.yml")
    assert (code, outcomes, kept(tmp_path)) == (2, {}, set()), output
    assert without_result(output) == ["web1", "web2"], output


def test_after_a_canary_that_ends_well_come_the_others(run):
    code, output, outcomes, missing = run({"canary": LOCAL, "web1": LOCAL, "web2": LOCAL}, CANARY)
    assert (code, set(outcomes.values()), missing) == (0, {"done"}, set()), output
    assert output.count("PLAY [Harden]") == 3


@pytest.mark.parametrize("most, outcomes", [
    (0, {"bad": "failed", "web1": "done"}), (49, {"bad": "failed", "web1": "done"}),
    (50, {"bad": "failed", "web1": "done", "web2": "done"}), (None, {"bad": "failed", "web1": "done", "web2": "done"}),
])
def test_how_many_failures_a_batch_may_have(run, most, outcomes):
    given = {"photon_hardening_serial": [2], **({} if most is None else {"photon_hardening_max_fail_percentage": most})}
    code, output, found, missing = run({"bad": BAD, "web1": LOCAL, "web2": LOCAL}, given)
    assert (code, found, missing) == (2, outcomes, {"web1", "web2"} - set(outcomes)), output


def test_a_group_can_be_put_in_front(run):
    code, output, outcomes, missing = run({"web1": LOCAL, "canary": BAD}, dict(CANARY, photon_hardening_hosts="canary:all"))
    assert (code, outcomes, missing) == (2, {"canary": "failed"}, {"web1"}), output


def test_without_a_word_all_hosts_are_one_batch(run):
    code, output, outcomes, _missing = run({"bad": BAD, "web1": LOCAL}, {})
    assert (code, outcomes, output.count("PLAY [Harden]")) == (2, {"bad": "failed", "web1": "done"}, 1), output


def test_with_strategy_free_only_a_batch_that_fails_as_a_whole_ends_the_run(run):
    code, output, outcomes, missing = run({"canary": BAD, "web1": LOCAL}, {"photon_hardening_serial": 1}, strategy="free")
    assert (code, outcomes, missing) == (2, {"canary": "failed"}, {"web1"}), output
    assert "max_fail_percentage" not in output


@pytest.mark.parametrize("given, words", [
    ({"photon_hardening_serial": "one"}, "photon_hardening_serial: one is neither a number of hosts"),
    ({"photon_hardening_max_fail_percentage": "few"}, "photon_hardening_max_fail_percentage: few is not a number from 0 to 100"),
])
def test_a_wrong_batch_is_one_sentence(run, given, words):
    code, output, outcomes, _missing = run({"web1": LOCAL}, given)
    assert code != 0 and not outcomes and words in output and "probably a bug" not in output, output
