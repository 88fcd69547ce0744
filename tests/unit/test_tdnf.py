# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A playbook with ansible.builtin.package, run against recordings of the real programs: they stand in /usr/bin of a mount namespace."""

import json
import os
import subprocess
import sys

import pytest

from ansible_collections.photon.hardening.tests.unit.plugins.modules import tdnf_player, tdnf_recordings

PLAY = """
- hosts: all
  gather_facts: false
  module_defaults:
    ansible.builtin.package:
      use: photon.hardening.tdnf
  tasks:
    - ansible.builtin.package:
        name: hello
        state: latest
      check_mode: true
      diff: true
      register: told
    - ansible.builtin.package:
        name: hello
        state: latest
      register: done
    - ansible.builtin.package:
        name: hello
        state: present
      register: again
    - ansible.builtin.assert:
        that:
          - told.changed and told.results == done.results and told.rc == 0
          - 'done.changed and done.results == ["Upgraded: hello-1.0-1.ph5.noarch -> hello-2.0-1.ph5.noarch"]'
          - not again.changed
"""
# /usr/bin with the programs on top of it, for the processes of this command alone.
MOUNTED = 'mount -t overlay -o "lowerdir=$1:/usr/bin" overlay /usr/bin && shift && exec "$@"'

pytestmark = pytest.mark.skipif(os.geteuid() != 0 and os.environ.get("CI") != "true", reason="only root may mount")


@pytest.fixture
def host(tmp_path):
    """Run the playbook on a host whose tdnf plays the recordings of these numbers; returns exit status, output and packages."""
    programs, state = tmp_path / "bin", tmp_path / "state.json"
    programs.mkdir()
    for name in ("tdnf", "rpm"):
        program = programs / name
        call = (sys.executable, tdnf_player.__file__, state, name)
        program.write_text('#!/bin/sh\nexec %s -E -S %s %s %s "$@"\n' % call, encoding="utf-8")
        program.chmod(0o755)
    (tmp_path / "play.yml").write_text(PLAY, encoding="utf-8")

    def run(version, numbers):
        installed = ["hello-1.0-1.ph5.noarch"]
        state.write_text(json.dumps(tdnf_recordings.state(version, numbers, installed)), encoding="utf-8")
        playbook = [os.path.join(os.path.dirname(sys.executable), "ansible-playbook"), "play.yml", "-i", "localhost,", "-c", "local",
                    "-e", "ansible_python_interpreter=" + sys.executable]
        ended = subprocess.run(["unshare", "--mount", "sh", "-c", MOUNTED, "sh", str(programs), *playbook], cwd=tmp_path, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, env=dict(os.environ, ANSIBLE_NOCOLOR="1"))
        return ended.returncode, ended.stdout, json.loads(state.read_text(encoding="utf-8"))["installed"]
    return run


@pytest.mark.parametrize("version", [tdnf_recordings.VERSIONS[0], tdnf_recordings.VERSIONS[3]])
def test_the_module_for_all_package_managers(host, version):
    status, output, packages = host(version, [134])
    assert status == 0, output
    assert "-hello-1.0-1.ph5.noarch" in output and "+hello-2.0-1.ph5.noarch" in output
    assert tdnf_recordings.package("hello-2.0-1.ph5.noarch") in packages


def test_an_error_is_one_sentence(host):
    status, output, _packages = host("3.5.9", [])
    assert status == 2 and "there is no recording of: tdnf -j --assumeno update hello" in output
