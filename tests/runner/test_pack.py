# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/awx.yml with the real modules of awx.awx, against a stand-in for AWX that holds them to what AWX was recorded to answer."""

import json
import os
import pathlib
import re
import subprocess
import sys

import awx
import pytest
import yaml

from ansible_collections.photon.hardening.plugins.plugin_utils import _arguments, _survey

ROOT = pathlib.Path(__file__).parents[2]
RECORDED = json.loads((awx.CONTRACT / "survey.json").read_text(encoding="utf-8"))
ON_HOSTS = ("Audit", "Harden", "Roll back")
TEMPLATES = {"Audit": "audit", "Harden": "harden", "Roll back": "rollback", "Report": "report", "Compare": "compare"}


def play(folder, address, *options, token=awx.TOKEN):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CONTROLLER_", "TOWER_"))}
    environment.update(CONTROLLER_HOST=address, CONTROLLER_OAUTH_TOKEN=token, HOME=str(folder), ANSIBLE_NOCOLOR="1")
    command = [os.path.join(os.path.dirname(sys.executable), "ansible-playbook"), str(ROOT / "playbooks" / "awx.yml"), *options]
    return subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def changed(ended):
    assert ended.returncode == 0, ended.stdout
    return int(re.search(r"changed=(\d+) ", ended.stdout).group(1))


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    """What an AWX has after two runs, what the second one sent, and how it ended."""
    folder = tmp_path_factory.mktemp("pack")
    extra = json.dumps({"awx_credentials": ["key of the hosts"], "awx_image": "registry.example/ee:1", "awx_slices": 2})
    with awx.served() as (address, store):
        assert changed(play(folder, address, "-e", extra)) > 0
        before = len(store.log)
        ended = play(folder, address, "-e", extra)
        yield store, store.log[before:], ended


@pytest.mark.parametrize("name", RECORDED)
def test_the_stand_in_says_of_surveys_what_awx_says(name):
    problem = awx.survey_problem(RECORDED[name]["sent"])
    assert (400 if problem else 200, {"error": problem} if problem else {}) == (RECORDED[name]["status"], RECORDED[name]["answer"])


@pytest.mark.parametrize("collection, sent, is_new, names", [
    ("job_templates", {"name": "x", "job_type": "check", "diff_mode": True, "forks": 0}, True, set()),
    ("job_templates", {"job_type": "scan", "nonsense": 1, "diff_mode": "yes", "forks": -1}, True,
     {"name", "job_type", "nonsense", "diff_mode", "forks"}),
    ("job_templates", {}, False, set()), ("organizations", {"name": "x" * 513}, True, {"name"}),
])
def test_the_stand_in_refuses_what_is_not_in_the_contract(collection, sent, is_new, names):
    assert set(awx.problems(awx.FIELDS[collection], sent, is_new)) == names


def test_all_is_there(pack):
    store, _sent, _ended = pack
    assert store.names("organizations") == ["Photon hardening"] and store.names("projects") == ["photon.hardening"]
    assert store.named("execution_environments", "photon.hardening")["image"] == "registry.example/ee:1"
    assert store.names("job_templates") == sorted(TEMPLATES)
    assert store.names("workflow_job_templates") == ["Audit and harden"] and store.names("schedules") == ["Weekly audit"]
    galaxy = store.named("credentials", "Ansible Galaxy")["id"]
    assert store.linked_items(store.named("organizations", "Photon hardening")["url"] + "galaxy_credentials/") == [{"id": galaxy}]


def test_a_second_run_changes_nothing(pack):
    _store, sent, ended = pack
    assert changed(ended) == 0, ended.stdout
    assert sent == []


def test_credentials_that_are_taken_away_again(tmp_path):
    with awx.served() as (address, store):
        name = "key of the hosts"
        for given, left in (({"awx_credentials": [name]}, 1), ({}, 1), ({"awx_credentials": name}, 1), ({"awx_credentials": []}, 0)):
            changed(play(tmp_path, address, "-e", json.dumps(given)))
            assert {len(store.linked_items(store.named("job_templates", name)["url"] + "credentials/")) for name in TEMPLATES} == {left}


@pytest.mark.parametrize("slices", ["0", "-5", "abc"])
def test_slices_that_are_none_set_up_nothing(tmp_path, slices):
    with awx.served() as (address, store):
        ended = play(tmp_path, address, "-e", "awx_slices=" + slices)
        assert ended.returncode == 2 and "awx_slices: %s is not a number of jobs" % slices in ended.stdout and store.log == []


@pytest.mark.parametrize("given, words", [
    ({"awx_audit_schedule": "weekly"}, "awx_audit_schedule: weekly is not a schedule such as DTSTART:"),
    ({"awx_scm_url": ""}, "awx_scm_url: it is empty: give it a value, or leave it out"),
    ({"awx_organization": " "}, "awx_organization: it is empty"),
    ({"awx_credentials": ["key of nobody"]}, "this AWX has no credential called key of nobody: make it first (docs/awx.md), or name "),
    ({"awx_galaxy_credentials": "gone"}, "this AWX has no credential called gone: make it first"),
    ({"awx_credentials": [99]}, "this AWX has no credential called 99: make it first"),
    *[({name: empty}, name + ": a name is empty: give the name of a credential, or leave %s out" % name)
      for name in ("awx_credentials", "awx_galaxy_credentials") for empty in (None, "", ["key of my hosts", " "])],
    ({"awx_image": " "}, "is not an image such as registry.example.org/photon-hardening-ee:1: give one, or leave it out"),
    ({"awx_image": None}, "awx_image: null is not an image such as "), ({"awx_inventory": None}, "awx_inventory: it is empty"),
    ({"awx_audit_schedule": None}, "awx_audit_schedule: it is empty"),
])
def test_what_awx_could_not_take_sets_up_nothing(tmp_path, given, words):
    with awx.served() as (address, store):
        ended = play(tmp_path, address, "-e", json.dumps(given))
        assert ended.returncode == 2 and words in ended.stdout and store.log == [], ended.stdout


def test_a_blank_that_cuts_a_name_sets_up_nothing(tmp_path):
    with awx.served() as (address, store):
        ended = play(tmp_path, address, "-e", "awx_inventory=My hosts")
        assert ended.returncode != 0 and "-e: nothing reads what stands apart: hosts: " in ended.stdout and store.log == []


@pytest.mark.parametrize("name, words", [("awx_organisation", "did you mean awx_organization?"), ("awx_project", "use one of awx_audit_")])
def test_a_mistyped_variable_sets_up_nothing(tmp_path, name, words):
    with awx.served() as (address, store):
        ended = play(tmp_path, address, "-e", name + "=X")
        assert ended.returncode != 0 and words in ended.stdout and store.log == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_job_template(pack, name):
    store, _sent, _ended = pack
    found = store.named("job_templates", name)
    assert found["playbook"] == "playbooks/%s.yml" % TEMPLATES[name] and (ROOT / found["playbook"]).is_file()
    assert found["job_type"] == ("check" if name == "Audit" else "run")
    assert found["use_fact_cache"] and found["ask_instance_groups_on_launch"] and found["survey_enabled"]
    of_hosts = {"ask_limit_on_launch": True, "ask_job_slice_count_on_launch": True, "job_slice_count": 2, "allow_simultaneous": True,
                "diff_mode": True}
    assert {key: found[key] for key in of_hosts if key in found} == (of_hosts if name in ON_HOSTS else {})
    key = store.named("credentials", "key of the hosts")["id"]
    assert store.linked_items(found["url"] + "credentials/") == [{"id": key}]


def survey(store, collection, name):
    return {question["variable"]: question for question in store.surveys[store.named(collection, name)["url"] + "survey_spec/"]["spec"]}


@pytest.mark.parametrize("collection, name", [("job_templates", "Audit"), ("job_templates", "Harden"),
                                              ("workflow_job_templates", "Audit and harden")])
def test_the_survey_is_that_of_the_role(pack, collection, name):
    store, _sent, _ended = pack
    questions = survey(store, collection, name)
    assert list(questions) == ["photon_hardening_survey_" + option for option in _survey.ASKED]
    for option in _survey.ASKED:
        choices = _arguments.OPTIONS["photon_hardening_" + option].get("choices")
        assert questions["photon_hardening_survey_" + option]["choices"] == (["inventory"] + choices if choices else "")


def test_other_surveys_ask_for_what_their_playbooks_read(pack):
    store, _sent, _ended = pack
    for name in ("Report", "Compare"):
        text = (ROOT / "playbooks" / (TEMPLATES[name] + ".yml")).read_text(encoding="utf-8")
        for variable in [*survey(store, "job_templates", name), *json.loads(store.named("job_templates", name).get("extra_vars", "{}"))]:
            assert re.search(r"\b%s \| default" % variable, text)
    options = yaml.safe_load(re.search(r'DOCUMENTATION = r"""(.*?)"""', (ROOT / "plugins/modules/compare.py").read_text(), re.S).group(1))
    assert survey(store, "job_templates", "Compare")["assert"]["choices"] == options["options"]["assert"]["choices"]


def test_the_workflow_asks_before_it_hardens(pack):
    store, _sent, _ended = pack
    nodes = {node["identifier"]: node for node in store.find("workflow_job_template_nodes", {})}
    templates = {item["id"]: item for item in store.find("unified_job_templates", {})}
    runs = {name: templates[node["unified_job_template"]]["name"] for name, node in nodes.items()}
    assert runs == {"audit": "Audit", "report-of-audit": "Report", "approval": "Harden these hosts?", "harden": "Harden",
                    "report-of-harden": "Report"}
    assert templates[nodes["approval"]["unified_job_template"]]["timeout"] == 86400
    numbers = {node["id"]: name for name, node in nodes.items()}
    edges = {(name, numbers[link["id"]], kind) for name, node in nodes.items() for kind in ("always", "success", "failure")
             for link in store.linked_items("%s%s_nodes/" % (node["url"], kind))}
    assert edges == {("audit", "report-of-audit", "always"), ("report-of-audit", "approval", "success"), ("approval", "harden", "success"),
                     ("harden", "report-of-harden", "always")}


def test_the_audit_is_weekly(pack):
    store, _sent, _ended = pack
    schedule = store.named("schedules", "Weekly audit")
    assert schedule["unified_job_template"] == store.named("job_templates", "Audit")["id"] and schedule["enabled"]
    assert re.fullmatch(r"DTSTART:\d{8}T\d{6}Z RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=SU", schedule["rrule"])


def test_without_an_image_and_a_credential_awx_decides(tmp_path):
    with awx.served() as (address, store):
        changed(play(tmp_path, address))
        assert store.names("execution_environments") == []
        assert "execution_environment" not in store.named("job_templates", "Audit")
        assert store.linked_items(store.named("job_templates", "Audit")["url"] + "credentials/") == []


@pytest.mark.parametrize("address, token, words", [
    ("", awx.TOKEN, "Set CONTROLLER_HOST and CONTROLLER_OAUTH_TOKEN, or"), ("http://127.0.0.1:9", "", "Set CONTROLLER_HOST and"),
])
def test_the_login_comes_from_the_environment_alone(tmp_path, address, token, words):
    ended = play(tmp_path, address, token=token)
    assert ended.returncode == 2 and words in ended.stdout


LOGIN = ("CONTROLLER_HOST, CONTROLLER_OAUTH_TOKEN (or CONTROLLER_USERNAME and CONTROLLER_PASSWORD): no AWX there answers to this "
         "login: ")


def test_a_wrong_login_is_refused(tmp_path):
    with awx.served() as (address, store):
        ended = play(tmp_path, address, token="another")
        assert ended.returncode == 2 and ended.stdout.count(LOGIN + "Invalid authentication credentials") == 1 and store.log == []
        assert "conditional check" not in ended.stdout and "caused by" not in ended.stdout


@pytest.mark.parametrize("address, reason", [
    ("http://127.0.0.1:9", "There was an unknown error when trying to connect to http://127.0.0.1:9/"),
    ("http://host.invalid", "Unable to resolve controller_host"),
])
def test_an_address_where_nothing_answers_is_refused(tmp_path, address, reason):
    ended = play(tmp_path, address)
    assert ended.returncode == 2 and ended.stdout.count(LOGIN + reason) == 1 and "conditional check" not in ended.stdout


def test_a_look_at_an_awx_that_is_not_set_up_says_so(tmp_path):
    with awx.served() as (address, store):
        ended = play(tmp_path, address, "--check")
        assert ended.returncode == 2 and store.log == []
        assert "--check: it needs an AWX that this playbook has set up before, and this one has no Photon hardening (" in ended.stdout


def test_a_look_at_an_awx_that_is_set_up(tmp_path):
    with awx.served() as (address, store):
        changed(play(tmp_path, address, "-e", '{"awx_credentials": "%d"}' % store.named("credentials", "key of the hosts")["id"]))
        before = len(store.log)
        assert changed(play(tmp_path, address, "--check")) == 0
        assert changed(play(tmp_path, address, "--check", "-e", "awx_slices=3")) == 3
        ended = play(tmp_path, address, "--check", "-e", "awx_inventory=Others")
        assert ended.returncode == 2 and "this one has no Others (/api/v2/inventories/): run it without --check first" in ended.stdout
        assert len(store.log) == before


def test_no_secret_is_in_what_is_sent(pack):
    store, _sent, _ended = pack
    assert awx.TOKEN not in json.dumps(store.log)
