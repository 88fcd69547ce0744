# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import types

import pytest

from ansible_collections.photon.hardening.plugins.action import photon_upgrade_info


@pytest.fixture
def run(monkeypatch):
    """The result with these variables of a host, and how often the module was executed there."""
    executed = []

    def execute(_action, task_vars=None):
        executed.append(task_vars)
        return {"step": "start", "warnings": ["from the host"]}

    monkeypatch.setattr(photon_upgrade_info.ActionModule, "_execute_module", execute)

    def ran(**variables):
        action = photon_upgrade_info.ActionModule(
            task=types.SimpleNamespace(args={}, check_mode=False, async_val=0, diff=False, action="x", environment=[]),
            connection=types.SimpleNamespace(_shell=types.SimpleNamespace(tmpdir="/tmp")), play_context=None, loader=None, templar=None,
            shared_loader_obj=None)
        return action.run(None, variables), len(executed)
    return ran


@pytest.mark.parametrize("name, meant", [
    ("photon_hardening_profil", "photon_hardening_profile"), ("photon_upgrade_hardn", "photon_upgrade_harden"),
    ("photon_upgrade_host", "photon_upgrade_hosts"),
])
def test_a_mistyped_name_is_refused_before_the_host_is_touched(run, name, meant):
    result, executed = run(**{name: "x"})
    assert (result["failed"], executed) == (True, 0)
    assert result["msg"] == "%s: nothing reads a variable of this name: is %s meant?" % (name, meant)


def test_what_the_host_says(run):
    assert run(photon_upgrade_harden=True, other=1) == ({"step": "start", "warnings": ["from the host"]}, 1)
    result, _executed = run(photon_hardening_found=1)
    assert result["warnings"] == ["photon_hardening_found: nothing here reads a variable of this name.", "from the host"]
