# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pathlib

import pytest

from ansible_collections.photon.hardening.plugins.module_utils._model import STATES
from ansible_collections.photon.hardening.plugins.plugin_utils import _records, _verdicts
from ansible_collections.photon.hardening.plugins.plugin_utils._formats import mapping

DOCS = pathlib.Path(__file__).parents[5] / "docs" / "reports.md"


def test_every_state_has_its_words():
    assert set(mapping.WORDS) == set(STATES) | {_verdicts.WOULD_CHANGE, *_verdicts.NOT_WANTED}


@pytest.mark.parametrize("key", mapping.WORDS)
def test_states_of_one_verdict_have_the_same_words(key):
    """But for what is held back, of which JUnit is the one format that says less; and for what is not ours, which nobody has reviewed."""
    words = {"held_back": mapping.WORDS["held_back"]._replace(junit="failure"),
             **{kind: mapping.WORDS[kind]._replace(cklb="not_applicable") for kind in _verdicts.NOT_WANTED}}
    assert {words.get(other, mapping.WORDS[other]) for other in mapping.WORDS if _verdicts.verdict(other) == _verdicts.verdict(key)} == {
        words.get(key, mapping.WORDS[key])}


def test_only_a_pass_passes():
    for key, words in mapping.WORDS.items():
        passes = {words.junit == "pass", words.hdf == "passed", words.cklb == "not_a_finding", words.ocsf == "Pass"}
        assert passes == {_verdicts.verdict(key) == _verdicts.PASS}


@pytest.mark.parametrize("state, wanted, check_mode, junit, cklb", [
    ("changed", "1", True, "failure", "open"), ("changed", "1", False, "pass", "not_a_finding"), ("ok", "1", True, "pass", "not_a_finding"),
    ("ok", None, True, "skipped", "not_reviewed"), ("changed", None, True, "failure", "open"),
    ("changed", None, False, "skipped", "not_reviewed"), ("ok", None, False, "skipped", "not_reviewed"),
])
def test_what_an_audit_would_change_and_what_nothing_is_wanted_of_is_not_right(state, wanted, check_mode, junit, cklb):
    found = mapping.words(_records.Cell(state, "0", wanted, "0", None, None, None, None, ""), check_mode)
    assert (found.junit, found.cklb) == (junit, cklb)


def test_the_documentation_has_this_table():
    names = {_verdicts.WOULD_CHANGE: "`changed` (check mode)", _verdicts.PUT_BACK: "`changed`, put back",
             _verdicts.UNASKED: "`ok`, nothing wanted"}
    shown = ["| %s | %s | %s |" % (names.get(key, "`%s`" % key), _verdicts.verdict(key), " | ".join(word or "-" for word in words))
             for key, words in mapping.WORDS.items()]
    assert [line for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("| `") and line.count("|") == 8] == shown
