# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import importlib.util
import pathlib

from ansible_collections.photon.hardening.plugins.plugin_utils import _catalogue, _controls

ROOT = pathlib.Path(__file__).parents[2]
CATALOGUE = _catalogue.CATALOGUE


def tool(name):
    spec = importlib.util.spec_from_file_location("tool_" + name, ROOT / "tools" / (name + ".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_documents_show_the_catalogue_and_the_control_numbers():
    """When this fails: run make catalogue."""
    readme = tool("readme")
    documents = readme.documents(CATALOGUE, _controls.load())
    assert [path.relative_to(ROOT).as_posix() for path in documents] == ["README.md", "docs/benchmarks.md", "docs/uses.md"]
    for path, parts in documents.items():
        text = path.read_text(encoding="utf-8")
        assert readme.written(text, parts) == text


def test_the_readme_has_each_parameter_once():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
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


CONTROLS = {
    "benchmarks": {
        "cis": {"title": "A benchmark", "version": "1.0", "source": "there", "missing": {"kernel.x": ["9", "10"]}},
        "stig": {"title": "A STIG", "version": "V1R2", "source": "elsewhere",
                 "controls": {"P-1": {"gid": "V-1", "severity": "low"}, "P-2": {"severity": "high"}}},
    },
    "parameters": {"kernel.a": {"cis": ["10", "2"], "stig": ["P-1"]}, "kernel.b": {"cis": ["10"], "stig": ["P-2"]}},
}


def test_the_table_of_benchmarks_says_how_much_of_each_is_covered():
    assert tool("readme").benchmark_table(CONTROLS)[2:] == [
        "| [`cis`](#cis) | A benchmark | 1.0 | 2 of 3 |", "| [`stig`](#stig) | A STIG | V1R2 | 2 of 2 |", ""]


def test_what_of_a_benchmark_is_not_set_is_named():
    readme, catalogue = tool("readme"), {"parameters": [{"name": "kernel.a"}, {"name": "kernel.b", "report_only": True}]}
    assert list(readme.not_set(catalogue, CONTROLS, "cis")) == ["Not covered: `kernel.x` (9, 10).", "Only compared: `kernel.b`."]
    assert list(readme.not_set({"parameters": []}, CONTROLS, "stig")) == []


def test_a_stig_is_shown_with_its_numbers():
    readme = tool("readme")
    assert readme.control_table(CONTROLS, "cis")[2:] == ["| 2 | `kernel.a` |", "| 10 | `kernel.a`, `kernel.b` |", ""]
    assert readme.control_table(CONTROLS, "stig")[2:] == ["| P-1 | V-1 | low | `kernel.a` |", "| P-2 | – | high | `kernel.b` |", ""]


OPINIONS = ("photon", "photon5", "stig_photon5", "cis_rhel8", "kspp", "stig_rhel8", "devsec", "kubelet")


def test_what_the_profile_for_container_hosts_does_not_take_has_a_reason():
    """A use that it would break, a contradiction that the row explains, or that it cannot be taken back before a reboot."""
    readme = tool("readme")
    for row in CATALOGUE["parameters"]:
        for column in set(OPINIONS) & set(row["values"]) if not (row.get("report_only") or row.get("host_sized")) else ():
            value = row["values"][column]
            held = row.get("hold", {}).get(value) or row.get("one_way") in (True, value)
            assert readme.satisfies(row, "container_host", column) or held or "follows" in row, (row["name"], column)


def test_the_table_of_uses():
    catalogue = {"uses": {"a": {"what": "A", "evidence": "x"}}, "parameters": [
        {"name": "kernel.a", "hold": {"|0": ["a"], "1": ["b"]}}, {"name": "kernel.b", "stops": {"2": ["b", "a"]}}]}
    assert tool("readme").use_table(catalogue)[2:] == ["| `a` | A | x | `kernel.a = \\|0` | `kernel.b = 2` |", ""]


def test_what_is_held_back_is_not_satisfied():
    rows = [{"name": "kernel.a", "hold": {"1": ["slaac"]}, "values": {"container_host": "1"}},
            {"name": "kernel.b", "hold": {"0": ["docker"]}, "values": {"container_host": "1"}}]
    catalogue = {"parameters": rows, "columns": {"container_host": {"profile": True}}}
    assert [line.rpartition(" | ")[2] for line in tool("readme").host_table(catalogue)[2:5]] == ["2/2 |", "2/2 |", "1/2 |"]
