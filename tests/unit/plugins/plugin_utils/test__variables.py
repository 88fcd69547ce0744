# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
import pathlib

import jinja2
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.photon.hardening.plugins.plugin_utils import _variables

KNOWN = sorted(_variables.KNOWN)
PLAYBOOKS = pathlib.Path(_variables.__file__).parents[2] / "playbooks"


@pytest.mark.parametrize("name, meant", [
    ("photon_hardening_profil", "photon_hardening_profile"), ("photon_hardening_profile_", "photon_hardening_profile"),
    ("photn_hardening_profile", "photon_hardening_profile"), ("photonhardeningprofile", "photon_hardening_profile"),
    ("Photon_Hardening_state", "photon_hardening_state"), ("PHOTON_HARDENING_PROFILE", "photon_hardening_profile"),
    ("photon_upgrade_host", "photon_upgrade_hosts"), ("photon_upgrade_hardn", "photon_upgrade_harden"),
    ("photon_hardenning_state", "photon_hardening_state"),
    ("photon_hardening_host", "photon_hardening_hosts"), ("photon_hardening_override", "photon_hardening_overrides"),
    ("photon_hardening_overides__web", "photon_hardening_overrides__web"),
    ("photon_hardening_waiver__a_b", "photon_hardening_waivers__a_b"),
    ("photon_hardening_overrides_web", "photon_hardening_overrides__web"), ("photon_hardening_overrides__", "photon_hardening_overrides"),
    ("photon_hardening_report__dir", "photon_hardening_report_dir"), ("photon_hardening_report_dir_web", "photon_hardening_report_dir"),
    ("photon_hardening_profile_of_web", "photon_hardening_profile"), ("photon_hardening_survey_profil", "photon_hardening_survey_profile"),
    # A group's layer of a variable that has none.
    *[("photon_hardening_%s__web" % name, "photon_hardening_" + name) for name in ("profile", "groups", "uses", "fail_on", "hosts")],
    ("photon_hardening_profil__web", "photon_hardening_profile"), ("photon_hardening_profile_web__a_b", "photon_hardening_profile"),
    ("photon_hardening_overrides_web__a", "photon_hardening_overrides__web"), ("photon_upgrade_services__web", "photon_upgrade_services"),
    # Unknown, and like none that is known.
    ("photon_hardening_found", None), ("photon_hardening_rootless", None), ("photon_hardening__web", None),
    ("photon_hardening_", None), ("photon_upgrade_state", None),
    ("photn_upgrade_accept_erased", "photon_upgrade_accept_erased"), ("phton_upgrade_services", "photon_upgrade_services"),
    ("photn_upgrade_to_version", "photon_upgrade_to_version"), ("photon_upgrade_services_web", "photon_upgrade_services"),
])
def test_what_is_not_read(name, meant):
    assert _variables.mistyped([name, 7, None, "ansible_facts"]) == [(name, meant)]


@pytest.mark.parametrize("name", KNOWN + [
    "photon_hardening_overrides__web", "photon_hardening_waivers__a_1", "photon_hardening_survey_profile", "photon_hardening", "photon",
    "__photon_hardening_report_dir", "__photon_hardening_profil", "hardening_totals_x", "warning_x", "unattended_upgrade_x", "",
])
def test_what_is_passed_over(name):
    assert _variables.mistyped([name]) == []


@given(st.sampled_from(KNOWN), st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["", "x", "_", "e"])), max_size=2))
def test_two_edits_of_a_known_name_are_never_passed_over(name, edits):
    for place, letter in edits:
        name = name[:place] + letter + name[place + 1:] if place % 2 else name[:place] + letter + name[place:]
    # Two underscores in front are for what is internal.
    assert name in KNOWN or name.startswith("_") or [meant for _name, meant in _variables.mistyped([name])] != []


def test_the_known_names_are_those_of_all_roles_and_playbooks():
    specs = _variables.of_roles()
    assert set(specs) == {path.name for path in (PLAYBOOKS.parent / "roles").iterdir()}
    assert set(specs["photon_hardening"]["main"]) < _variables.KNOWN
    assert _variables.known({"x": {"main": {"x_state": {}, "photon_hardening_y": {}}}}) == {
        "x_state", "photon_hardening_y", "photon_hardening_survey_y", "photon_hardening_hosts", "photon_hardening_serial",
        "photon_hardening_max_fail_percentage", "photon_upgrade_hosts"}


# What Ansible itself has for every play, and for the items of a loop.
OF_ANSIBLE = {"dict", "groups", "hostvars", "inventory_hostname", "item", "lookup", "omit", "playbook_dir"}
# Keywords whose values are templates without braces.
BARE = ("when", "that", "until", "failed_when", "changed_when")


def templates(value, bare=False):
    """All texts in VALUE, of a file in YAML, as Jinja takes them."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from templates(item, key in BARE)
    elif isinstance(value, list):
        for item in value:
            yield from templates(item, bare)
    elif isinstance(value, str):
        yield "{{ %s }}" % value if bare else value


def read_by(path):
    """The names of users' variables that the YAML of a playbook or of tasks reads."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    found = {node.name for text in templates(content) for node in jinja2.Environment().parse(text).find_all(jinja2.nodes.Name)}
    said = {name for play in content if path.parent == PLAYBOOKS for name in play.get("vars", {})}
    return {name for name in found | said if not name.startswith(("__", "ansible_")) and name not in OF_ANSIBLE}


def test_what_a_playbook_reads_is_known():
    assert {path.stem: sorted(read_by(path)) for path in PLAYBOOKS.glob("*.yml")} == {
        playbook: sorted(names) for playbook, names in _variables.OF_PLAYBOOKS.items()}


def test_what_a_play_reads_before_it_knows_its_hosts():
    plays = [play for path in PLAYBOOKS.glob("*.yml") for play in yaml.safe_load(path.read_text(encoding="utf-8"))]
    early = [str(play[key]) for play in plays for key in ("hosts", "serial", "max_fail_percentage") if key in play]
    read = {node.name for text in early for node in jinja2.Environment().parse(text).find_all(jinja2.nodes.Name)}
    # Those of compare.yml are read of its localhost as well, which then names the side that it lacks.
    assert {name for name in read - OF_ANSIBLE - {"left", "right"} if not name.startswith("__")} == _variables.OF_PLAYS


@pytest.mark.parametrize("names, heard, told", [
    ([], [], None), (["photon_upgrade_hosts"], ["photon_upgrade_hosts", "x"], None),
    (["photon_upgrade_hosts", "photon_hardening_serial"], [], "photon_hardening_serial"),
    (["photon_upgrade_hosts", "photon_hardening_serial"], ["photon_hardening_serial"], "photon_upgrade_hosts"),
])
def test_what_a_play_has_not_heard_of(names, heard, told):
    said = _variables.unheard(names, heard)
    assert said == (told and "%s: no play reads this variable from an inventory or from the variables of a role: give it with -e, and "
                             "remove it from there" % told)


@pytest.mark.parametrize("role", sorted(_variables.SPECS))
def test_the_tasks_of_a_role_read_no_variable_of_a_user(role):
    """They use what the front of a module has read and checked once. Ansible's check of a role brings no value to its type."""
    for path in (PLAYBOOKS.parent / "roles" / role / "tasks").glob("*.yml"):
        assert read_by(path) == set()


@pytest.mark.parametrize("playbook", ["compare", "report"])
def test_each_variable_of_a_playbook_is_found_by_the_option_that_it_is_given_to(playbook):
    """By it an error of the module names what the user has said."""
    found = set()
    for play in yaml.safe_load((PLAYBOOKS / (playbook + ".yml")).read_text(encoding="utf-8")):
        args = [(option, text) for task in play["tasks"] for option, text in task.get("photon.hardening." + playbook, {}).items()]
        assert not args or play["vars"][_variables.PLAYBOOK] == playbook
        read = [(option, node.name) for option, text in args for node in jinja2.Environment().parse(str(text)).find_all(jinja2.nodes.Name)]
        found.update((option, name) for option, name in read if name in _variables.OF_PLAYBOOKS[playbook])
    assert [(option, name) for option, name in sorted(found) if _variables.of_playbook(playbook, option) != name] == []
    # The folder of a report is not an option of its task.
    assert {name for _option, name in found} == set(_variables.OF_PLAYBOOKS[playbook]) - {"report_dir"}


@pytest.mark.parametrize("playbook, option, name", [
    ("report", "report_dir", "report_dir"), ("report", "report_formats", None), ("report", "hosts", None), ("harden", "profile", None),
    (None, "inputs", None), ("x", "inputs", None),
])
def test_what_a_user_calls_an_option(playbook, option, name):
    assert _variables.of_playbook(playbook, option) == name


@pytest.mark.parametrize("message, said", [
    ("dir: x: y", "DIR: x: y"), ("dir", "DIR"), ("compare_dir: x", "compare_dir: x"), ("a dir: x", "a dir: x"), ("", ""),
])
def test_only_what_a_message_begins_with_is_renamed(message, said):
    assert _variables.located(message, ("dir",), str.upper) == said


@pytest.mark.parametrize("name, meant, words", [
    ("photon_hardening_profile__web", "photon_hardening_profile",
     "only photon_hardening_overrides and photon_hardening_waivers may end in __NAME: write photon_hardening_profile"),
    ("photon_hardening_overides__web", "photon_hardening_overrides__web", "did you mean photon_hardening_overrides__web?"),
    ("photon_hardening_report__dir", "photon_hardening_report_dir", "did you mean photon_hardening_report_dir?"),
])
def test_which_variables_have_layers_is_told(name, meant, words):
    assert _variables.mistyped([name]) == [(name, meant)]
    assert _variables.refusal(name, meant) == "%s: nothing reads a variable of this name: %s" % (name, words)


def test_words_show_no_raw_text():
    assert _variables.refusal("photon_hardening_\x1b", "x") == (
        "photon_hardening_\\x1b: nothing reads a variable of this name: did you mean x?")
    assert _variables.note("photon_hardening_\n").count("\n") == 0
