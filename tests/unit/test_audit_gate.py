# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What docs/audit-gate.md says: the exit codes, and the example of a timer. The timers themselves run in a VM."""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

import pytest
from ansible import errors

from ansible_collections.photon.hardening.plugins.module_utils._model import STATES

ROOT = pathlib.Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
SERVICE = EXAMPLES / "photon-hardening-audit.service"
PLAYBOOK = [sys.executable, "-m", "ansible", "playbook"]
AUDIT = "photon.hardening.audit"
LOCAL = "h1 ansible_connection=local\n"
NOWHERE = "h2 ansible_host=127.0.0.1 ansible_port=1 ansible_ssh_common_args='-o ConnectTimeout=5'\n"
# The code of what is not there: newer ansible-cores take it for a mistake in the playbook.
NOT_THERE = 4 if hasattr(errors, "AnsibleValueOmittedError") else 1


@pytest.fixture
def ended(tmp_path):
    """The exit code of a command, and what it printed. INVENTORY: its text."""
    def run(command, inventory, **environment):
        (tmp_path / "inventory").write_text(inventory, encoding="utf-8")
        (tmp_path / "broken.yml").write_text("- hosts: [\n", encoding="utf-8")
        paths = {"ANSIBLE_HOME": str(tmp_path), "ANSIBLE_COLLECTIONS_PATH": os.environ["PYTHONPATH"], "ANSIBLE_NOCOLOR": "1"}
        done = subprocess.run(command, env={**os.environ, **paths, **environment}, cwd=tmp_path, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        return done.returncode, " ".join(done.stdout.split())
    return run


# A profile that is refused fails a host before anything is asked of it.
@pytest.mark.parametrize("inventory, arguments, code, words", [
    ("", [AUDIT], NOT_THERE, "The inventory has no host"),
    ("[web]\n" + LOCAL + "[maintenance]\n", [AUDIT, "-e", "photon_hardening_hosts=maintenance"], 0, "no hosts matched"),
    (LOCAL, [AUDIT, "-e", "photon_hardening_hosts=gone"], NOT_THERE, "photon_hardening_hosts: nothing in the inventory is called gone"),
    (LOCAL, [AUDIT, "-i", "gone"], NOT_THERE, "gone: there is no such file or folder"),
    (LOCAL, [AUDIT, "--tags", "gone"], NOT_THERE, "--tags: no task of this playbook has the tag gone"),
    (LOCAL, ["photon.hardening.rollback", "--skip-tags", "gone"], NOT_THERE, "--skip-tags: no task of this playbook has the tag gone"),
    (LOCAL, ["photon.hardening.harden", "-e", "photon_hardening_hosts=gone"], NOT_THERE, "nothing in the inventory is called gone"),
    ("", ["photon.hardening.report", "-i", "gone"], NOT_THERE, "gone: there is no such file or folder"),
    ("", ["photon.hardening.compare", "--limit", "gone"], NOT_THERE, "--limit: this playbook takes none"),
    (LOCAL, [AUDIT, "--limit", "gone"], 1, "Specified inventory, host pattern and/or --limit leaves us with no hosts"),
    (LOCAL, ["gone.yml"], 1, "gone.yml could not be found"),
    (LOCAL, [AUDIT, "-e", "photon_hardening_profile=gone"], 2, "profile: 'gone' is not one of"),
    (LOCAL, [AUDIT, "-e", "left=x"], NOT_THERE, "left: audit.yml reads no variable of this name: only compare.yml does"),
    *[(LOCAL.strip() + " photon_hardening_state=%s\n" % state, [AUDIT, "-e", "photon_hardening_fail_on=changed"], 2,
       "the playbook audit does not accept %s: remove it, or use the playbook" % state) for state in ("adopted", "forgotten", "absent")],
    (LOCAL, [AUDIT, "--gone"], 2, "unrecognized arguments: --gone"),
    (NOWHERE, [AUDIT], 4, "unreachable=1 failed=0"),
    (NOWHERE + LOCAL.strip() + " photon_hardening_profile=gone\n", [AUDIT], 4, "failed=1"),
    (LOCAL, ["broken.yml"], 4, "broken.yml"),
])
def test_exit_codes(ended, inventory, arguments, code, words):
    found, output = ended([*PLAYBOOK, "-i", "inventory", *arguments], inventory)
    assert (found, words in output) == (code, True), output


def settings(path):
    """[(key, value), ...] of a unit file, continued lines joined."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    return re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE)


def test_the_command_of_the_service_is_one_that_ansible_takes(ended, tmp_path):
    environment = dict(value.split("=", 1) for key, value in settings(SERVICE) if key == "Environment")
    environment["INVENTORY"] = str(tmp_path / "inventory")
    (command,) = [value for key, value in settings(SERVICE) if key == "ExecStart"]
    program, *arguments = [re.sub(r"\$\{(\w+)\}", lambda found: environment[found.group(1)], word).replace("%S", str(tmp_path))
                           for word in shlex.split(command)]
    assert program == "/usr/bin/ansible-playbook"
    code, output = ended([*PLAYBOOK, *arguments, "--extra-vars", "photon_hardening_profile=gone"], LOCAL, **environment)
    assert (code, "profile: 'gone' is not one of" in output) == (2, True), output
    reports = tmp_path / "photon-hardening-audit" / "reports"
    # Also where every host has failed.
    assert {path.name for path in reports.rglob("*") if path.is_file()} == {"h1.json", "report.html", "report.json"}


def test_the_service_fails_for_states_that_there_are():
    (fail_on,) = [value for key, value in settings(SERVICE) if value.startswith("FAIL_ON=")]
    assert set(fail_on.partition("=")[2].split(",")) < set(STATES)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("service", sorted(EXAMPLES.glob("*.service")), ids=lambda path: path.stem)
def test_systemd_understands_both_units(tmp_path, service):
    """No unknown setting, no bad value. The program of the service need not be installed for that."""
    timer = service.with_suffix(".timer")
    shutil.copy(timer, tmp_path)
    text = re.sub(r"/usr/bin/ansible-\w+", shutil.which("true"), service.read_text(encoding="utf-8"))
    (tmp_path / service.name).write_text(text, encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", tmp_path / service.name, tmp_path / timer.name], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert (done.returncode, [line for line in done.stdout.splitlines() if "photon-hardening" in line]) == (0, [])
