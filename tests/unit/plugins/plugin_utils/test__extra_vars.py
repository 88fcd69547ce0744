# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.utils import vars
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.photon.hardening.plugins.plugin_utils import _extra_vars, _variables

# What an AWX 24.6.1 gives to each job, once with awx_ and once with tower_.
OF_AWX = ["%s_%s" % (prefix, name) for prefix in ("awx", "tower") for name in (
    "job_id", "job_launch_type", "job_template_id", "job_template_name", "user_id", "user_name", "user_email", "user_first_name",
    "user_last_name", "schedule_id", "schedule_name", "parent_job_schedule_id", "parent_job_schedule_name", "workflow_job_id",
    "workflow_job_name", "workflow_job_launch_type", "workflow_job_template_id", "workflow_job_template_name", "project_revision",
    "project_scm_branch", "inventory_id", "inventory_name", "execution_node", "webhook_event_type", "webhook_event_guid",
    "webhook_event_ref", "webhook_status_api", "webhook_payload")]
OF_USERS = ["ansible_user", "ansible_become_password", "env", "domain", "test", "site", "tier", "stage", "photon", "hardening_totals_12",
            "photon_hardening_found", "let", "light", ""]
PLAYBOOKS = sorted(_variables.OF_PLAYBOOKS)


@pytest.mark.parametrize("playbook, name, meant", [
    ("compare", "asert", "assert"), ("compare", "asrt", "assert"), ("compare", "ASSERT", "assert"), ("compare", "compare_assert", "assert"),
    ("compare", "compare_formts", "compare_formats"), ("compare", "formats", "compare_formats"), ("compare", "dir", "compare_dir"),
    ("compare", "report_dir", "compare_dir"), ("compare", "compare_left", "left"),
    ("report", "report_dri", "report_dir"), ("report", "report_inptus", "report_inputs"),
    ("report", "report_stale_afte", "report_stale_after"),
    ("report", "since", "report_since"), ("report", "Report_Query", "report_query"),
    ("report", "report_formats", None), ("report", "compare_dir", "report_dir"),
    ("compare", "rigth", "right"), ("compare", "lef", "left"), ("compare", "test", None), ("report", "report_stale", "report_stale_after"),
    ("report", "report_facts", "report_cached_facts"), ("report", "stale", None),
    ("awx", "awx_branch", "awx_scm_branch"), ("awx", "awx_audit", "awx_audit_schedule"), ("awx", "awx_url", "awx_scm_url"),
    ("awx", "awx_schedule", "awx_audit_schedule"),
    ("awx", "awx_organisation", "awx_organization"), ("awx", "inventory", "awx_inventory"), ("awx", "awx_slice", "awx_slices"),
    ("harden", "hosts", "photon_hardening_hosts"), ("harden", "photon_hardening_host", "photon_hardening_hosts"),
    ("harden", "photon_upgrade_hosts", "photon_hardening_hosts"), ("audit", "report_dir", "photon_hardening_report_dir"),
    ("photon_upgrade", "photon_upgrade_host", "photon_upgrade_hosts"), ("photon_upgrade", "photon_hardening_hosts", "photon_upgrade_hosts"),
    ("photon_upgrade", "hosts", "photon_upgrade_hosts"), ("photon_upgrade", "photon_upgrade_to_versoin", "photon_upgrade_to_version"),
    ("audit", "photon_hardening_profil", "photon_hardening_profile"), ("compare", "photon_hardening_profil", None),
    ("report", "photon_hardening_overrides_web", "photon_hardening_overrides__web"),
    # Without a gate an audit passes, and without the host's name a run is for all hosts.
    ("audit", "fail_on", "photon_hardening_fail_on"), ("harden", "waivers", "photon_hardening_waivers"),
    ("harden", "host", "photon_hardening_hosts"), ("harden", "serail", "photon_hardening_serial"), ("compare", "fail_on", None),
])
def test_a_name_that_somebody_meant_otherwise(playbook, name, meant):
    said = _extra_vars.refusal([name, *OF_AWX], [playbook])
    assert said == (meant and "%s: %s.yml reads no variable of this name: did you mean %s?" % (name, playbook, meant))


@pytest.mark.parametrize("playbook, name, reads", [
    ("audit", "report_since", "report.yml does"), ("harden", "assert", "compare.yml does"), ("report", "left", "compare.yml does"),
    ("compare", "photon_hardening_hosts", "audit.yml and harden.yml and rollback.yml do"),
    ("audit", "photon_upgrade_to_version", "photon_upgrade.yml does"), ("compare", "photon_upgrade_harden", "photon_upgrade.yml does"),
    ("harden", "awx_slices", "awx.yml does"), ("report", "awx_image", "awx.yml does"),
])
def test_a_name_that_only_other_playbooks_read(playbook, name, reads):
    assert _extra_vars.refusal([name], [playbook]) == (
        "%s: %s.yml reads no variable of this name: only %s: leave it out" % (name, playbook, reads))


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_names_of_an_awx_of_users_and_of_the_roles_are_no_mistakes(playbook):
    options = {name for role, points in _variables.SPECS.items() if role in ("photon_hardening", playbook)
               for names in points.values() for name in names}
    read = options | {"photon_hardening_overrides__web"} | set(_variables.OF_PLAYBOOKS[playbook])
    # Without both sides a comparison is refused anyway.
    sides = ["left", "right"] if playbook == "compare" else []
    for name in [*OF_AWX, *OF_USERS, *read]:
        assert _extra_vars.refusal([name, *sides], [playbook]) is None
        assert list(_extra_vars.notes([name], [playbook])) == []


@pytest.mark.parametrize("name", ["awx_project", "awx_execution_environment", "awx_x\x1b", "awx_", "awx_project_branch"])
def test_a_name_for_an_awx_that_nothing_reads(name):
    assert _extra_vars.refusal([name], ["awx"]) == (
        "%s: awx.yml reads no variable of this name: use one of awx_audit_schedule, awx_credentials, awx_galaxy_credentials, awx_image, "
        "awx_inventory, awx_organization, awx_scm_branch, awx_scm_url, awx_slices" % name.replace("\x1b", "\\x1b"))
    assert _extra_vars.refusal([name], ["report"]) is None


@pytest.mark.parametrize("options, words", [
    (["a=b, c"], "c"), (["a = b"], "a = b"), (["a: b"], "a: b"), (["a"], "a"), (["a=b c"], "c"), (["a=b,  c , d=e"], "c ,"),
    (["a= b"], "b"), (["a=b", "c d", "{e: f}"], "c d"), (['a={"b": 1}'], "1}"), (["a=b \x1b"], "\\x1b"),
    (["a=b"], None), (["a=b c=d"], None), (["a='b c'"], None), (['{"a": "b, c"}'], None), ([" "], None), ([], None),
])
def test_words_that_stand_apart(monkeypatch, options, words):
    """What Ansible itself makes of the values of -e."""
    monkeypatch.setattr(vars.context, "CLIARGS", {"extra_vars": options})
    monkeypatch.setattr(vars.load_extra_vars, "extra_vars", None, raising=False)
    said = _extra_vars.apart(vars.load_extra_vars(DataLoader()))
    assert said == (words and "-e: nothing reads what stands apart: %s: leave the blanks out (NAME=A,B), or write -e '{\"NAME\": \"A B\"}'"
                    % words)


def test_a_layer_of_a_variable_that_has_none():
    assert _extra_vars.refusal(["photon_hardening_fail_on__web"], ["audit"]) == (
        "photon_hardening_fail_on__web: audit.yml reads no variable of this name: only photon_hardening_overrides and "
        "photon_hardening_waivers may end in __NAME: write photon_hardening_fail_on")


def test_each_playbook_of_a_command_has_its_names():
    assert _extra_vars.refusal(["report_dir", "photon_hardening_hosts"], ["audit", "report"]) is None
    assert _extra_vars.refusal(["asert"], ["audit", "compare"]) == (
        "asert: audit.yml and compare.yml read no variable of this name: did you mean assert?")


@given(st.sampled_from([(playbook, name) for playbook in PLAYBOOKS for name in _variables.OF_PLAYBOOKS[playbook]
                        if name not in ("left", "right")]),
       st.lists(st.tuples(st.integers(0, 40), st.sampled_from(["", "x", "_", "e"])), max_size=2))
def test_two_edits_of_a_name_that_a_playbook_reads_are_never_passed_over(of, edits):
    playbook, name = of
    for place, letter in edits:
        name = name[:place] + letter + name[place + 1:] if place % 2 else name[:place] + letter + name[place:]
    assert name in _variables.OF_PLAYBOOKS[playbook] or name.startswith("_") or _extra_vars.refusal([name], [playbook])


RIGHT_NAME = "look for the right name in https://github.com/photon-hardening/photon.hardening/blob/main/docs/settings.md"


@pytest.mark.parametrize("name, words", [
    ("profile", "if photon_hardening_profile is meant, write that."), ("state", "if photon_hardening_state is meant, write that."),
    ("report_url", RIGHT_NAME), ("compare_x", RIGHT_NAME),
    ("report_formats", "if photon_hardening_report_formats is meant, write that."),
    ("report_x\x1b", RIGHT_NAME), ("to_version", "if photon_upgrade_to_version is meant, write that."),
    ("hardening_profile", "if photon_hardening_profile is meant, write that."),
    ("photon_profile", "if photon_hardening_profile is meant, write that."),
    ("group", None), ("user", None), ("post", None),
])
def test_names_that_are_told(name, words):
    shown = name.replace("\x1b", "\\x1b")
    told = ["%s: audit.yml reads no variable of this name: %s" % (shown, words)] if words else []
    assert list(_extra_vars.notes([name, *OF_AWX], ["audit"])) == told and _extra_vars.refusal([name], ["audit"]) is None


@pytest.mark.parametrize("playbook", ["awx", "compare"])
def test_a_playbook_that_reads_no_variable_of_a_role_tells_of_none(playbook):
    assert list(_extra_vars.notes(["profile", "state"], [playbook])) == []
    assert _extra_vars.refusal(["report_since"], [playbook]).endswith(": only report.yml does: leave it out")
