# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
import datetime

import pytest
from ansible import errors
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.photon.hardening.plugins.plugin_utils import _arguments, _survey

SPEC = _survey.spec(_survey.ASKED, _arguments.OPTIONS)
QUESTIONS = {question["variable"]: question for question in SPEC["spec"]}
# Each with the reason why nobody is asked: see _survey.ASKED.
NOT_ASKED = {"state", "root", "uses", "guest", "vmware_msix", "report_dir", "report_formats", "report_keep", "report_benchmark"}


def template(value):
    if value == "{{ nope }}":
        raise errors.AnsibleUndefinedVariable("'nope' is undefined")
    return value


def collected(**variables):
    given = {"photon_hardening_" + name: value for name, value in variables.items()}
    found = _survey.collected(lambda name: name in _arguments.OPTIONS, given, template)
    return {name[len("photon_hardening_"):]: value for name, value in found.items()}


def test_each_option_is_asked_or_has_a_reason():
    assert set(_survey.ASKED) | NOT_ASKED == {name[len(_arguments.PREFIX):] for name in _arguments.OPTIONS}
    assert not set(_survey.ASKED) & NOT_ASKED


@pytest.mark.parametrize("name", _survey.ASKED)
def test_the_choices_are_those_of_the_role_and_the_inventory(name):
    question, option = QUESTIONS["photon_hardening_survey_" + name], _arguments.OPTIONS["photon_hardening_" + name]
    assert question["default"] == "inventory"
    if "choices" in option:
        assert question["choices"] == ["inventory"] + option["choices"]
        assert question["type"] == ("multiselect" if option["type"] == "list" else "multiplechoice")
    else:
        assert (option["type"], question["type"], question["choices"]) == ("dict", "textarea", "")


def test_a_description_has_no_markup():
    assert "V(" not in str(SPEC) and "C(" not in str(SPEC)
    assert QUESTIONS["photon_hardening_survey_profile"]["question_description"] == "The column of the catalogue that is applied."


@pytest.mark.parametrize("name, answer, expected", [
    ("profile", "kspp", "kspp"), ("profile", " ", None), ("profile", "inventory", None), ("profile", None, None),
    ("groups", ["security", "tuning"], ["security", "tuning"]), ("groups", "security\ntuning", ["security", "tuning"]),
    ("groups", "security,tuning", ["security", "tuning"]), ("groups", ["inventory"], None), ("groups", "inventory", None),
    ("groups", [], None), ("groups", "", None),
    ("overrides", 'kernel.panic: "7"\nvm.swappiness:', {"kernel.panic": "7", "vm.swappiness": None}), ("overrides", "{}", {}),
    ("overrides", {"kernel.panic": "7"}, {"kernel.panic": "7"}), ("overrides", "inventory\n", None), ("overrides", "", None),
    ("waivers", "kernel.panic: {reason: R, expires: 2027-01-31}",
     {"kernel.panic": {"reason": "R", "expires": datetime.date(2027, 1, 31)}}),
])
def test_an_answer(name, answer, expected):
    assert _survey.answer(name, answer) == expected
    inventory = {"overrides": {"a": "1"}, "waivers": {"a": {}}}.get(name, "of the inventory")
    assert collected(**{name: inventory, "survey_" + name: answer}) == {name: inventory if expected is None else expected}


def test_what_the_inventory_says_is_not_templated_where_an_answer_wins():
    assert collected(profile="{{ nope }}", survey_profile="kspp") == {"profile": "kspp"}


@pytest.mark.parametrize("name, answer, words", [
    ("groups", ["inventory", "security"], "photon_hardening_survey_groups: inventory stands beside other choices"),
    ("overrides", "kernel.panic", "photon_hardening_survey_overrides: the answer must be lines such as vm.swappiness"),
    ("overrides", "a: [", "photon_hardening_survey_overrides: the answer is not YAML that can be read: "),
    ("overrides", "a: &x 1\nb: *x", "photon_hardening_survey_overrides: the answer is not YAML that can be read: an alias (*)"),
    ("overrides", "a: '1'\na: '2'", "photon_hardening_survey_overrides: the answer is not YAML that can be read: a stands twice"),
    ("waivers", "a: {reason: x, reason: y}", "photon_hardening_survey_waivers: the answer is not YAML that can be read: reason stands"),
    ("overrides", "[" * 4000, "photon_hardening_survey_overrides: the answer is not YAML that can be read: "),
    ("overrides", "#" * 4097, "photon_hardening_survey_overrides: the answer has more than 4096 characters"),
    ("waivers", "a: {reason: R, expires: 2027-02-31}", "photon_hardening_survey_waivers: the answer is not YAML that can be read: "),
    ("waivers", "a: !!python/object:x {}", "photon_hardening_survey_waivers: the answer is not YAML that can be read: "),
    ("profile", "{{ nope }}", "photon_hardening_survey_profile: 'nope' is undefined"),
])
def test_what_is_no_answer(name, answer, words):
    with pytest.raises(ValueError) as caught:
        collected(**{"survey_" + name: answer})
    assert str(caught.value).startswith(words) and "\n" not in str(caught.value)


def test_only_what_is_asked_can_be_answered():
    _survey.check_names({"photon_hardening_survey_" + name: "" for name in _survey.ASKED})
    with pytest.raises(ValueError) as caught:
        _survey.check_names({"photon_hardening_survey_state\x1b": "absent", 7: "", "other": ""})
    assert str(caught.value).startswith(
        "photon_hardening_survey_state\\x1b: no survey asks this: the answers are photon_hardening_survey_profile, ")


def test_a_host_answers_no_survey():
    answers = {"photon_hardening_survey_profile": "kspp"}
    with pytest.raises(ValueError) as caught:
        _survey.collected("photon_hardening_profile".__eq__, dict(answers, ansible_facts=answers), template)
    assert str(caught.value).startswith("photon_hardening_survey_profile: the host says this variable as a fact")


@pytest.mark.parametrize("message, variables, located", [
    ("photon_hardening_profile: x", {"photon_hardening_survey_profile": "x"}, "photon_hardening_survey_profile: x"),
    ("photon_hardening_profile: x", {"photon_hardening_survey_profile": "inventory"}, "photon_hardening_profile: x"),
    ("photon_hardening_profile: x", {}, "photon_hardening_profile: x"),
    ("photon_hardening_overrides__web: x", {"photon_hardening_survey_overrides": "{}"}, "photon_hardening_overrides__web: x"),
])
def test_an_error_names_the_survey_where_that_was_answered(message, variables, located):
    assert _survey.located(message, variables) == located


@given(st.text(max_size=200))
def test_any_text_is_an_answer_none_or_a_sentence(text):
    for name in ("overrides", "waivers"):
        try:
            assert isinstance(_survey.answer(name, text), (dict, type(None)))
        except ValueError as exc:
            assert str(exc).startswith("photon_hardening_survey_") and "\n" not in str(exc)
