# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
import pathlib

import pytest

from ansible_collections.photon.hardening.plugins.plugin_utils import _playbooks

TEXT = (pathlib.Path(_playbooks._FOLDER) / "report.yml").read_text(encoding="utf-8")
IMPORTS = "- import_playbook: photon.hardening.report\n"


@pytest.mark.parametrize("copy, text, expected", [("report.yml", TEXT, ["report"]), ("report.yml", IMPORTS, []), ("mine.yml", TEXT, [])])
def test_the_same_text_elsewhere_is_the_same_playbook(tmp_path, copy, text, expected):
    (tmp_path / copy).write_text(text, encoding="utf-8")
    assert _playbooks.ours([str(tmp_path / copy)]) == expected
    assert _playbooks.ours(["photon.hardening.audit", str(tmp_path / copy)]) == (["audit", *expected] if expected else [])
    assert _playbooks.any_in(str(tmp_path)) == (expected != [])


@pytest.mark.parametrize("playbooks, expected", [
    ([], []), (["photon.hardening.audit.yml"], ["audit"]), (["photon.hardening.nothing"], []), (["gone/report.yml"], []),
    ([_playbooks._FOLDER + "/audit.yml"], ["audit"]),
])
def test_names_of_playbooks(playbooks, expected):
    assert _playbooks.ours(playbooks) == expected


def test_what_is_not_installed_is_of_nobody(tmp_path):
    (tmp_path / "awx.yml").write_text(TEXT, encoding="utf-8")
    assert _playbooks.ours([str(tmp_path / "awx.yml")], str(tmp_path / "gone")) == []
    assert not _playbooks.any_in(str(tmp_path), str(tmp_path / "gone"))
