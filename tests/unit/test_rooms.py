# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Ansible sends to a host with each module: every room that is imported is sent and compiled there."""

import ast
import pathlib

import pytest

PLUGINS = pathlib.Path(__file__).resolve().parents[2] / "plugins"
PACKAGE = "ansible_collections.photon.hardening.plugins.module_utils"
# What decides about kernel parameters.
ENGINE = {"_behaviour", "_decide", "_dropins", "_held", "_host", "_kept", "_leaving", "_memory", "_network", "_packet_filters", "_plan",
          "_result", "_rivals", "_run", "_sysctl_d", "_traces", "_uses", "_values", "_wants"}
# What writes files.
WRITING = {"_atomic", "_probe", "_lock"}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == PACKAGE:
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module.startswith(PACKAGE + "."):
            yield node.module.rpartition(".")[2]


def sent_with(module):
    found, waiting = set(), list(imported(PLUGINS / "modules" / (module + ".py")))
    while waiting:
        room = waiting.pop()
        if room not in found:
            found.add(room)
            waiting += imported(PLUGINS / "module_utils" / (room + ".py"))
    return found


@pytest.mark.parametrize("module", ["tdnf", "vmware_guest", "vmware_guest_info", "photon_upgrade_info"])
def test_only_the_modules_for_parameters_bring_the_engine_along(module):
    assert "_files" in sent_with(module) and sent_with(module) & ENGINE == set()


@pytest.mark.parametrize("module", ["photon_upgrade_info", "tdnf", "vmware_guest_info"])
def test_what_only_reads_files_brings_nothing_that_writes_them(module):
    assert sent_with(module) & WRITING == set()


def test_the_engine_is_whole():
    assert sent_with("kernel_parameters") >= ENGINE
