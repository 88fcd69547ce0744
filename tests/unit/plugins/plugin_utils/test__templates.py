# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
import importlib
import pathlib

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _sysctl_d
from ansible_collections.photon.hardening.plugins.plugin_utils import _catalogue, _select, _templates

GROUPS = _catalogue.CATALOGUE["groups"]


def contents(rows, profile="photon"):
    return {item["path"]: item["content"] for item in _templates.drop_ins(profile, dict({group: [] for group in GROUPS}, **rows))}


@pytest.mark.parametrize("group, title", [("security", "Security"), ("tuning", "Tuning"), ("network", "Network")])
def test_header_reasons_and_lines(group, title):
    rows = [_select.Row("kernel.a", "1", "Why a."), _select.Row("vm.b", "2\t3", "Why b.")]
    made = contents({group: rows}, "cis_rhel8")
    assert made.pop(GROUPS[group]) == (
        "# %s, profile cis_rhel8.\n\n# Why a.\nkernel.a = 1\n\n# Why b.\nvm.b = 2\t3\n" % title)
    assert set(made.values()) == {""}


def test_a_value_is_no_template():
    rows = [_select.Row("kernel.a", "{{ 7 * 6 }} <&>", "{% Why %}.")]
    assert "# {% Why %}.\nkernel.a = {{ 7 * 6 }} <&>\n" in contents({"security": rows})[GROUPS["security"]]


@pytest.mark.parametrize("profile", _catalogue.profiles(_catalogue.CATALOGUE))
def test_what_is_selected_is_what_the_lines_say(profile):
    selected = _select.select({"profile": profile}, _catalogue.CATALOGUE, "2027-01-31", None)
    made = contents(selected.rows, profile)
    assert list(made) == list(GROUPS.values())
    for group, path in GROUPS.items():
        assert [(line.name, line.value) for line in _sysctl_d.settings(path, made[path])] == [row[:2] for row in selected.rows[group]]


def test_all_is_compiled_at_import():
    """So that no host's process has to."""
    environment = importlib.reload(_templates)._ENVIRONMENT
    assert {name for _loader, name in list(environment.cache)} == {path.name for path in pathlib.Path(_templates.FOLDER).iterdir()}
    assert not environment.auto_reload


def test_no_drop_ins():
    assert _templates.no_drop_ins() == [{"path": path, "content": ""} for path in GROUPS.values()]
