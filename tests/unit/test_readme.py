# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import importlib.util
import pathlib

from ansible_collections.photon.hardening.plugins.plugin_utils import _catalogue

ROOT = pathlib.Path(__file__).parents[2]
CATALOGUE = _catalogue.CATALOGUE


def tool(name):
    spec = importlib.util.spec_from_file_location("tool_" + name, ROOT / "tools" / (name + ".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_readme_shows_the_catalogue():
    """When this fails: run make catalogue."""
    readme = tool("readme")
    text = readme.README.read_text(encoding="utf-8")
    assert readme.written(text, CATALOGUE) == text
    for row in CATALOGUE["parameters"]:
        assert text.count("| `%s` |" % row["name"]) + text.count("| %s |" % row["name"]) == 1


def test_strength_counts_the_same_value_and_a_stricter_one():
    rows = [
        {"name": "kernel.a", "strength": ["0", "1", "2"], "values": {"ours": "2", "theirs": "1"}},
        {"name": "kernel.b", "strength": ["0", "1", "2"], "values": {"ours": "0", "theirs": "1"}},
        {"name": "kernel.c", "strength": "lower", "valid": {"min": 1, "max": 9}, "values": {"ours": "2", "theirs": "5"}},
        {"name": "kernel.d", "values": {"ours": "5", "theirs": "0x5"}},
        {"name": "kernel.e", "values": {"theirs": "1"}},
        {"name": "kernel.f", "report_only": True, "values": {"theirs": "1"}},
        {"name": "kernel.g", "override_only": "Why.", "values": {"ours": "1", "theirs": "1"}},
    ]
    catalogue = {"parameters": rows, "columns": {"ours": {"profile": True}, "theirs": {"profile": False}}}
    assert tool("readme").strength_table(catalogue)[2:] == ["| `ours` | 4/5 | 3/6 |", ""]
