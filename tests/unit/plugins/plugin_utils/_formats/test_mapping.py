# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pathlib

import pytest

from ansible_collections.photon.hardening.plugins.module_utils._model import STATES
from ansible_collections.photon.hardening.plugins.plugin_utils import _verdicts
from ansible_collections.photon.hardening.plugins.plugin_utils._formats import mapping

DOCS = pathlib.Path(__file__).parents[5] / "docs" / "reports.md"


def verdict(key):
    return _verdicts.verdict(key.split()[0], key == mapping.WOULD_CHANGE)


def test_every_state_has_its_words():
    assert set(mapping.WORDS) == set(STATES) | {mapping.WOULD_CHANGE}


@pytest.mark.parametrize("key", mapping.WORDS)
def test_states_of_one_verdict_have_the_same_words(key):
    """But for what is held back, of which JUnit is the one format that says less."""
    same = {words for other, words in mapping.WORDS.items() if verdict(other) == verdict(key) and other != "held_back"}
    assert mapping.WORDS[key]._replace(junit=None) in {words._replace(junit=None) for words in same} and len(same) == 1


def test_only_a_pass_passes():
    for key, words in mapping.WORDS.items():
        passes = {words.junit == "pass", words.hdf == "passed", words.cklb == "not_a_finding", words.ocsf == "Pass"}
        assert passes == {verdict(key) == _verdicts.PASS}


@pytest.mark.parametrize("state, check_mode, junit", [("changed", True, "failure"), ("changed", False, "pass"), ("ok", True, "pass")])
def test_what_an_audit_would_change_is_not_right_yet(state, check_mode, junit):
    assert mapping.words(state, check_mode).junit == junit


def test_the_documentation_has_this_table():
    shown = ["| %s | %s | %s |" % ("`%s` (check mode)" % key.split()[0] if key == mapping.WOULD_CHANGE else "`%s`" % key, verdict(key),
                                   " | ".join(word or "-" for word in words)) for key, words in mapping.WORDS.items()]
    assert [line for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("| `") and line.count("|") == 8] == shown
