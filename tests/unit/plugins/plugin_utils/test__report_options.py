# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import os

import pytest

from ansible_collections.photon.hardening.plugins.plugin_utils import _report_options


@pytest.mark.parametrize("given, expected", [
    ({}, None),
    ({"report_dir": ""}, None),
    ({"report_dir": "/x"}, ("/x", ["html", "json"], 20, None)),
    ({"report_dir": "/x", "report_formats": [], "report_keep": 1}, ("/x", [], 1, None)),
    ({"report_dir": "/x", "report_formats": ["cklb"], "report_benchmark": "stig_rhel8", "report_keep": "7"},
     ("/x", ["cklb"], 7, "stig_rhel8")),
])
def test_settings(given, expected):
    assert _report_options.settings(given) == expected


def test_a_relative_folder_is_below_the_current_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/me")
    assert _report_options.settings({"report_dir": "reports"}).folder == str(tmp_path / "reports")
    assert _report_options.settings({"report_dir": "~/reports"}).folder == os.path.join("/home/me", "reports")


@pytest.mark.parametrize("given, words", [
    ({"report_dir": 7}, "report_dir: 7 is not the name of a folder"),
    ({"report_dir": "a\0b"}, "report_dir: 'a\\x00b' is not the name of a folder"),
    ({"report_formats": ["pdf"]}, "report_formats: 'pdf' is not one of html, json, junit, hdf, cklb"),
    ({"report_formats": ["cklb"]}, "report_formats: cklb needs report_benchmark, such as stig_rhel8"),
    ({"report_keep": 0}, "report_keep: 0 is not a whole number from 1 to 999999"),
    ({"report_keep": True}, "report_keep: True is not a whole number"),
    ({"report_keep": "many"}, "report_keep: 'many' is not a whole number"),
    ({"report_keep": 1000000}, "report_keep: 1000000 is not a whole number"),
])
def test_what_is_refused(given, words):
    """Also where no folder is given: it would be refused on the day when one is."""
    with pytest.raises(ValueError) as caught:
        _report_options.settings(given)
    assert str(caught.value).startswith(words)
