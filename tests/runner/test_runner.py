# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Audits by ansible-runner, which is what runs in an AWX job: on one machine, and streamed to a worker as over a receptor mesh.

Each host is an image of 500 parameters that all differ, and nothing is written: the results are as large as they get.
"""

import json
import re
import shutil
import sys

import pytest
from conftest import ROOT, command, environment

HOSTS = ["web1", "web2", "web3", "web4"]
NAMES = ["net.ipv4.conf.eth%03d.log_martians" % number for number in range(500)]
# Of an event AWX lists so many bytes of what is printed, and ansible-runner drops a result with more characters.
SHOWN, MOST = 1024, 700000


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    folder = tmp_path_factory.mktemp("image")
    (folder / "etc/sysctl.d").mkdir(parents=True)
    (folder / "etc/os-release").write_text('PRETTY_NAME="An image"\n', encoding="utf-8")
    (folder / "etc/sysctl.d/10-site.conf").write_text("".join("%s = 0\n" % name for name in NAMES), encoding="utf-8")
    return folder


def inventory(hosts):
    return "%s\n[all:vars]\nansible_connection=local\nansible_become=false\nansible_python_interpreter=%s\n" % (
        "\n".join(hosts), sys.executable)


def private_folder(folder, installed, hosts, variables):
    """What AWX lays out for a job: the project, beside it the collections that the project names, and the settings of the template."""
    (folder / "project").mkdir(parents=True)
    shutil.copytree(installed, folder / "requirements_collections")
    shutil.copy(ROOT / "ansible.cfg", folder / "project")
    shutil.copytree(installed / "ansible_collections/photon/hardening/playbooks", folder / "project/playbooks")
    (folder / "inventory").mkdir()
    (folder / "inventory/hosts").write_text(inventory(hosts), encoding="utf-8")
    (folder / "env").mkdir()
    for name, content in {"extravars": variables, "envvars": {"ANSIBLE_COLLECTIONS_PATH": "../requirements_collections"},
                          "settings": {"fact_cache_type": "jsonfile"}}.items():
        (folder / "env" / name).write_text(json.dumps(content), encoding="utf-8")
    (folder / "env/cmdline").write_text("--check --diff", encoding="utf-8")
    return folder


def variables(image, reports):
    """Those of the inventory, and what AWX makes of a survey in which the profile is answered and the rest is left as it is."""
    return {"photon_hardening_root": str(image), "photon_hardening_overrides": dict.fromkeys(NAMES, "1"),
            "photon_hardening_report_dir": str(reports), "photon_hardening_profile": "photon", "photon_hardening_survey_profile": "kspp",
            "photon_hardening_survey_overrides": "inventory", "photon_hardening_survey_conflicts": "inventory"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory, installed, image):
    """The folder of one job for all hosts."""
    folder = tmp_path_factory.mktemp("whole")
    job = private_folder(folder / "job", installed, HOSTS, variables(image, folder / "reports"))
    command("ansible-runner", "run", job, "--playbook", "playbooks/audit.yml", "--ident", "1", env=environment())
    (folder / "artifacts").symlink_to(job / "artifacts/1")
    return folder


def stream(folder, job):
    """transmit | worker | process, as AWX, receptor and AWX again do."""
    (folder / "there").mkdir()
    said = None
    for step in (["transmit", job, "--playbook", "playbooks/audit.yml", "--ident", "1"], ["worker", "--private-data-dir", folder / "there"],
                 ["process", folder / "back", "--ident", "1"]):
        said = command("ansible-runner", *step, input=said, env=environment())


@pytest.fixture(scope="module")
def slices(tmp_path_factory, installed, image):
    """The folders of two jobs, each for every second host, as AWX slices an inventory."""
    folders = []
    for number in range(2):
        folder = tmp_path_factory.mktemp("slice")
        stream(folder, private_folder(folder / "job", installed, HOSTS[number::2], variables(image, folder / "reports")))
        (folder / "artifacts").symlink_to(folder / "back/artifacts/1")
        folders.append(folder)
    return folders


def events(folder, kind):
    paths = sorted((folder / "artifacts/job_events").glob("*.json"), key=lambda path: int(path.name.partition("-")[0]))
    found = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    return [event for event in found if event["event"] == kind]


def shown(event):
    text = event["stdout"].encode()[:SHOWN].decode(errors="ignore")
    return re.sub(r"\x1b\[[\d;]*m", "", text)


def test_the_first_bytes_of_the_events_tell_the_story(whole, slices):
    for folder, hosts in ((whole, HOSTS), (slices[0], HOSTS[0::2]), (slices[1], HOSTS[1::2])):
        lines = [shown(event) for event in events(folder, "verbose")]
        diffs = {event["event_data"]["host"]: shown(event) for event in events(folder, "runner_on_file_diff")}
        assert sorted(diffs) == hosts
        for host in hosts:
            (line,) = [line for line in lines if line.startswith(host + " ")]
            assert re.match(r"%s \(image /\S+\) \(kspp\): \d+ of \d+ parameters differ: \S+ at boot unset -> \S+, " % host, line)
            assert "--- before: drop-ins" in diffs[host] and re.search(r"^\+kernel\.kptr_restrict = 2\r?$", diffs[host], re.MULTILINE)


def is_whole(result):
    return set(NAMES).issubset(row["name"] for row in result["parameters"]) and result["omitted"] == 0


def test_no_result_is_emptied(whole, slices):
    for folder, hosts in ((whole, HOSTS), (slices[0], HOSTS[0::2]), (slices[1], HOSTS[1::2])):
        results = {event["event_data"]["host"]: event["event_data"]["res"] for event in events(folder, "runner_on_ok")
                   if "parameters" in event["event_data"]["res"]}
        assert sorted(results) == hosts
        for result in results.values():
            assert is_whole(result) and len(result["diff"]) == 2 and len(str(result)) < MOST / 2


def test_the_answers_of_the_survey_count(whole):
    for host in HOSTS:
        (path,) = (whole / "reports").glob(host + "*.json")
        kept = json.loads(path.read_text(encoding="utf-8"))
        assert kept["provenance"]["profile"] == "kspp" and is_whole(kept)


def report(folder, installed, *options, **settings):
    """The report that playbooks/report.yml makes in FOLDER, as data."""
    folder.mkdir()
    (folder / "hosts").write_text(inventory(HOSTS), encoding="utf-8")
    command("ansible-playbook", "photon.hardening.report", "--inventory", "hosts", *options, cwd=folder,
            env=environment(ANSIBLE_COLLECTIONS_PATH=str(installed), **settings))
    (path,) = folder.glob("reports/*/report.json")
    return json.loads(path.read_text(encoding="utf-8"))


def without_times(found):
    """A report without what says when and by which run."""
    if isinstance(found, dict):
        return {key: without_times(value) for key, value in found.items() if key not in ("time", "run")}
    return [without_times(item) for item in found] if isinstance(found, list) else found


def test_the_merged_report_of_the_slices_is_that_of_all_hosts(whole, slices, installed, tmp_path):
    merged = report(tmp_path / "merged", installed, "-e", json.dumps({"report_inputs": [str(folder / "reports") for folder in slices]}))
    (path,) = (whole / "reports").glob("*/report.json")
    at_once = json.loads(path.read_text(encoding="utf-8"))
    assert len(merged["hosts"]) == 4 and merged["problems"] == []
    assert without_times(merged) == without_times(at_once)


def test_the_fact_cache_of_the_slices_counts_as_all_hosts_do(whole, slices, installed, tmp_path):
    """The way in an AWX, which throws a job's files away and keeps facts."""
    for folder in slices:
        shutil.copytree(folder / "artifacts/fact_cache", tmp_path / "facts", dirs_exist_ok=True)
    cached = report(tmp_path / "cached", installed, "-e", "report_cached_facts=true",
                    ANSIBLE_CACHE_PLUGIN="jsonfile", ANSIBLE_CACHE_PLUGIN_CONNECTION=str(tmp_path / "facts"))
    (path,) = (whole / "reports").glob("*/report.json")
    at_once = json.loads(path.read_text(encoding="utf-8"))
    assert [(host["host"], host["counts"]) for host in cached["hosts"]] == [(host["host"], host["counts"]) for host in at_once["hosts"]]
