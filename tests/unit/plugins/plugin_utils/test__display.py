# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
import types

import pytest
from ansible.plugins.callback import CallbackBase
from ansible.plugins.callback.default import CallbackModule as DefaultCallback

from ansible_collections.photon.hardening.plugins.plugin_utils import _display


@pytest.mark.parametrize("path, shown", [
    ("in/reports/a.html", "reports/a.html"), ("in/a.html", "a.html"), ("a.html", None), ("other/a.html", None),
])
def test_a_file_is_named_as_a_person_finds_it(tmp_path, monkeypatch, path, shown):
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path / "in")
    assert _display.shown_path(str(tmp_path / path)) == (shown or str(tmp_path / path))


@pytest.mark.parametrize("callback, people", [("default", True), ("minimal", False), ("oneline", False),
                                              ("junit", False), ("no.such.callback", False)])
def test_a_line_is_printed_for_people(callback, people):
    assert _display.is_for_people(callback) is people


@pytest.mark.parametrize("options, configured, for_ansible_too, expected", [
    ({"start_at_task": None}, "default", False, "default"), ({"start_at_task": None}, "json", False, "json"),
    ({"one_line": True}, "default", False, "oneline"), ({"one_line": True}, "yaml", True, "oneline"),
    ({"one_line": None}, "default", False, "minimal"), ({"one_line": None}, "default", True, "minimal"),
    ({"one_line": None}, "yaml", False, "minimal"), ({"one_line": None}, "yaml", True, "yaml"),
    ({}, "default", False, "minimal"),
])
def test_the_callback_in_use(options, configured, for_ansible_too, expected, monkeypatch):
    monkeypatch.setattr(_display, "constants", types.SimpleNamespace(
        DEFAULT_STDOUT_CALLBACK=configured, DEFAULT_LOAD_CALLBACK_PLUGINS=for_ansible_too))
    assert _display.callback_in_use(options) == expected


# As the loader makes it of ansible.builtin.default.
BuiltinCallback = type("CallbackModule", (CallbackBase,), {"__module__": "ansible_collections.ansible.builtin.plugins.callback.default"})


@pytest.mark.parametrize("base, people", [(DefaultCallback, True), (BuiltinCallback, True), (CallbackBase, False), (None, False)])
def test_what_is_derived_from_ansibles_own_callback_is_for_people(base, people, monkeypatch):
    found = base and type("CallbackModule", (base,), {})
    monkeypatch.setattr(_display, "callback_loader", types.SimpleNamespace(get=lambda name, class_only: found))
    assert _display.is_for_people("ansible.posix.json") is people
