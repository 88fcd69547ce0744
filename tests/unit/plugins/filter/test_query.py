# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import json
import os
import re
import subprocess
import sys

import pytest
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.photon.hardening.plugins.filter.query import FilterModule, query

# What a host says is in a file: Ansible takes it as a text that it does not trust.
REPORT = {"hosts": [{"host": "b{{ 1 + 1 }}"}, {"host": "a"}]}
PLAY = [{"hosts": "localhost", "gather_facts": False, "vars": {"report": "{{ lookup('file', path) | from_json }}"}, "tasks": [
    {"ansible.builtin.debug": {"msg": "found <{{ item }}>"}, "loop": "{{ report | photon.hardening.query(question) }}"},
]}]


@pytest.fixture
def asked(tmp_path):
    def run(question):
        report, play = tmp_path / "report.json", tmp_path / "play.yml"
        report.write_text(json.dumps(REPORT), encoding="utf-8")
        play.write_text(json.dumps(PLAY), encoding="utf-8")
        environment = dict(os.environ, ANSIBLE_HOME=str(tmp_path), ANSIBLE_COLLECTIONS_PATH=os.environ["PYTHONPATH"], ANSIBLE_NOCOLOR="1",
                           ANSIBLE_LOCALHOST_WARNING="False")
        command = [sys.executable, "-m", "ansible", "playbook", "-i", "localhost,", "-c", "local", str(play),
                   "-e", json.dumps({"path": str(report), "question": question})]
        done = subprocess.run(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return re.findall(r"found <(.*?)>", done.stdout), done.stdout
    return run


def test_the_filter():
    assert FilterModule().filters() == {"query": query}
    assert query(REPORT, "length(hosts)") == 2


def test_what_is_found_is_no_template():
    found = query(REPORT, "hosts[].host | sort(@)")
    assert Templar(loader=DataLoader()).template(found) == found == ["a", "b{{ 1 + 1 }}"]


def test_a_wrong_expression_is_an_error_of_ansible():
    with pytest.raises(AnsibleError, match=r"^query: the expression ends too early, at column 7: hosts\[>>>$"):
        query(REPORT, "hosts[")


@pytest.mark.parametrize("question, expected", [
    ("hosts[].host | sort(@)", ["a", "b{{ 1 + 1 }}"]), ("hosts[?starts_with(host, 'a')].host", ["a"]),
])
def test_in_a_playbook(asked, question, expected):
    """Of texts that are Ansible's own."""
    found, output = asked(question)
    assert found == expected, output


def test_a_playbook_shows_where_the_expression_is_wrong(asked):
    found, output = asked("hosts[?host=='b'")
    assert found == [] and "query: the expression ends too early, at column 17: hosts[?host=='b'>>>" in " ".join(output.split())
