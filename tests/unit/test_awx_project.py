# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""This repository as an AWX project: what AWX 24.6.1 offers as a playbook when a job template is made."""

import pathlib
import re
import subprocess

import pytest
import yaml

ROOT = pathlib.Path(__file__).parents[2]
# AWX parses no YAML: one line like this makes a file a playbook.
PLAY = re.compile(r"\s*-?\s*(hosts|(ansible\.builtin\.)?(include|import_playbook)):")
PASSED_OVER = {"roles", "tasks", "group_vars", "host_vars"}


def is_offered(path, text):
    folders = set(path.parts[:-1])
    if path.suffix not in (".yml", ".yaml") or folders & PASSED_OVER or any(folder.startswith(".") for folder in folders):
        return False
    return text.startswith("$ANSIBLE_VAULT;") or any(PLAY.match(line) for line in text.splitlines())


@pytest.mark.parametrize("path, text, offered", [
    ("a.yml", "- hosts: all\n", True), ("x/a.yaml", "  import_playbook: b.yml\n", True), ("a.yml", "---\nx:\n    hosts:\n", True),
    ("a.yml", "- ansible.builtin.import_playbook: b.yml", True), ("a.yml", "$ANSIBLE_VAULT;1.1;AES256\n", True),
    ("a.yml", "x:\n$ANSIBLE_VAULT;\n", False), ("a.yml", "- name: hosts\n", False), ("a.txt", "- hosts: all\n", False),
    ("roles/x/a.yml", "- hosts: all\n", False), ("tasks/a.yml", "- hosts: all\n", False), (".x/y/a.yml", "- hosts: all\n", False),
])
def test_the_rule(path, text, offered):
    assert is_offered(pathlib.PurePath(path), text) == offered


def test_awx_offers_exactly_what_users_run():
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True,
                            stdout=subprocess.PIPE, text=True).stdout
    paths = [pathlib.PurePath(name) for name in listed.split("\0") if name and (ROOT / name).is_file()]
    offered = {path.as_posix() for path in paths if is_offered(path, (ROOT / path).read_text(encoding="utf-8", errors="ignore"))}
    assert offered == {"playbooks/%s.yml" % name
                       for name in ("audit", "awx", "compare", "harden", "photon_upgrade", "report", "rollback")}


def test_a_project_update_builds_and_installs_the_repository_itself():
    requirements = yaml.safe_load((ROOT / "collections" / "requirements.yml").read_text(encoding="utf-8"))
    assert requirements == {"collections": [{"name": ".", "type": "dir"}]}
