# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""playbooks/compare.yml, run by ansible-playbook itself."""

import json
import os
import pathlib
import re
import subprocess

import pytest
from ansible import errors

# The code of a wrong command: newer ansible-cores take it for a mistake in the playbook.
NOT_THERE = 4 if hasattr(errors, "AnsibleValueOmittedError") else 1
PLAYBOOK = pathlib.Path(__file__).parents[2] / "playbooks" / "compare.yml"
# A host that nobody can reach, and two that are this machine; its parameters are only read.
INVENTORY = """
[all]
far ansible_host=192.0.2.1 ansible_connection=ssh ansible_port=1 ansible_ssh_common_args='-o ConnectTimeout=1'
[near]
near1
near2
[near:vars]
ansible_connection=local
ansible_python_interpreter="{{ ansible_playbook_python }}"
ansible_become=false
"""


@pytest.fixture
def run(tmp_path):
    (tmp_path / "hosts.ini").write_text(INVENTORY, encoding="utf-8")

    def ran(*args, inventory="hosts.ini", **more):
        extra = [word for arg in args for word in (["-e", arg] if "=" in arg else [arg])]
        environment = dict(os.environ, ANSIBLE_HOME=str(tmp_path / "home"), ANSIBLE_LOCAL_TEMP=str(tmp_path / "tmp"), ANSIBLE_NOCOLOR="1",
                           **more)
        return subprocess.run(["ansible-playbook", str(PLAYBOOK), "-i", inventory, *extra], cwd=tmp_path, env=environment, text=True,
                              check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return ran


def test_two_columns_need_no_host(run, tmp_path):
    done = run("left=photon3", "right=centos8", "compare_dir=out")
    assert done.returncode == 0, done.stdout
    assert "photon3 and centos8: 35 of 36 parameters differ, and 2 of 3 guest rows\n" in done.stdout
    assert "kernel.kptr_restrict" in done.stdout
    assert "TASK [Read kernel parameters]" not in done.stdout and "WARNING" not in done.stdout
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"comparison.html", "comparison.json", "comparison.md"}


@pytest.mark.parametrize("assertion, words", [
    ("equal", "photon3 and centos8 are not equal: 27 of 36 parameters: "),
    ("not_weaker", "photon3 is weaker than centos8: 4 of 36 parameters: "),
])
def test_what_is_asserted_sets_the_exit_code(run, assertion, words):
    done = run("left=photon3", "right=centos8", "assert=" + assertion, "compare_formats=json")
    assert done.returncode == 2 and words in done.stdout


def test_two_hosts(run, tmp_path):
    done = run("left=near1", "right=near2", "compare_dir=out")
    assert done.returncode == 0, done.stdout
    found = json.loads((tmp_path / "out" / "comparison.json").read_text(encoding="utf-8"))
    assert (found["left"]["kind"], found["left"]["facts"]) == ("host", found["right"]["facts"])
    assert found["left"]["facts"]["release"] == os.uname().release
    assert "kernel.randomize_va_space" in {row["name"] for row in found["same"]}


def test_a_host_and_a_profile(run):
    done = run("left=near1", "right=photon")
    assert done.returncode == 0 and "near1 and photon: " in done.stdout and "near2" not in done.stdout


@pytest.mark.parametrize("args, status, words", [
    (["left=near1"], 2, "right: say what is compared, a host, a profile or a saved result: -e right=NAME"),
    (["left=near3", "right=photon"], 2, "left: 'near3' is not a host of the inventory, a column of the catalogue or a file: "
                                        "did you mean near1?"),
    (["left=far", "right=photon"], 2, "left: far: this host could not be read: "),
    # Before a host is contacted.
    (["left=far", "right=photon", "compare_dir=/dev/null/x"], 2,
     "compare_dir: the comparison cannot be written: /dev/null/x: Not a directory"),
    (["left=far", "right=photon", "assert=equl"], 2, "assert: 'equl' is not one of none, equal, not_weaker"),
    (["left=far", "right=photon", "compare_formats=htm"], 2, "compare_formats: 'htm' is not one of text, html, json, markdown"),
    (["left=near1", "right=near2", "--limit", "near1"], NOT_THERE,
     "--limit: this playbook takes none: left and right say which hosts are read"),
])
def test_what_cannot_be_compared(run, args, status, words):
    done = run(*args)
    assert (done.returncode, words in done.stdout) == (status, True), done.stdout
    assert ("TASK [Read kernel parameters]" in done.stdout) == ("could not be read" in words)


def test_one_side_that_cannot_be_reached_is_named_where_any_error_is_fatal(run):
    done = run("left=far", "right=near1", ANSIBLE_ANY_ERRORS_FATAL="1")
    assert done.returncode == 2 and "left: far: this host could not be read: " in done.stdout, done.stdout
    assert "has no attribute" not in done.stdout


@pytest.fixture
def hostile(tmp_path):
    """An inventory of hosts whose names mean something in a pattern; of one there is a group, too."""
    names = ["!neg", "a,b", "h:1", "&y", "web.1", "web-1", "db", "other"]
    local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}", "ansible_become": False}
    found = {"all": {"hosts": names, "vars": local}, "db": {"hosts": ["db", "other"]}, "_meta": {"hostvars": {}}}
    path = tmp_path / "hosts.sh"
    path.write_text("#!/bin/sh\ncat <<'END'\n%s\nEND\n" % json.dumps(found), encoding="utf-8")
    path.chmod(0o755)
    return path.name


@pytest.mark.parametrize("left, right", [("!neg", "a,b"), ("&y", "h:1"), ("db", "web.1")])
def test_no_other_host_is_read_whatever_a_name_means_in_a_pattern(run, hostile, left, right):
    sides = {"left": left, "right": right}
    done = run("-e", json.dumps(sides), inventory=hostile)
    read = done.stdout.partition("TASK [Read kernel parameters]")[2].partition("PLAY [Compare]")[0]
    assert done.returncode == 0, done.stdout
    assert sorted(re.findall(r"(?m)^ok: \[(.*)\]$", read)) == sorted([left, right])
