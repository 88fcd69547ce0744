# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a newcomer mistypes, and what ansible-playbook itself then prints."""

import json
import os
import pathlib
import subprocess

import pytest
import yaml
from ansible import errors

PLAYBOOKS = pathlib.Path(__file__).parents[2] / "playbooks"
# ansible-core 2.19 and newer print the message of a failed task twice by themselves.
MOST = 2 if hasattr(errors, "AnsibleValueOmittedError") else 1
FAR = {"ansible_connection": "ssh", "ansible_host": "192.0.2.1", "ansible_port": 1}
# Names of a host -> its variable, and the sentence that is printed.
MISTAKES = {
    "profil": ({"photon_hardening_profil": "kspp"}, "photon_hardening_profil: nothing reads a variable of this name: did you mean "),
    "suffix": ({"photon_hardening_groups_web": []}, "photon_hardening_groups_web: nothing reads a variable of this name: did you mean "),
    "profile": ({"photon_hardening_profile": "phton"}, "photon_hardening_profile: 'phton' is not one of photon"),
    "groups": ({"photon_hardening_groups": "sec"}, "photon_hardening_groups: 'sec' is not one of security"),
    "kind": ({"photon_hardening_groups": {"a": 1}}, "photon_hardening_groups must be a list of groups"),
    "undefined": ({"photon_hardening_root": "{{ nothing }}"}, "photon_hardening_root: 'nothing' is undefined"),
    "nowhere": ({"photon_hardening_overrides": {"vm.swappiness": "{{ nothing }}"}, **FAR},
                "photon_hardening_overrides: vm.swappiness: 'nothing' is undefined"),
    "choice": ({"photon_hardening_conflicts": "fight"}, "photon_hardening_conflicts: 'fight' is not one of restate, report"),
    "states": ({"photon_hardening_fail_on": ["chnged"]}, "photon_hardening_fail_on: 'chnged' is not one of waived"),
    "override": ({"photon_hardening_overrides": {"kernel.sysrq": True}}, "photon_hardening_overrides: kernel.sysrq: True is not a string"),
    "text": ({"photon_hardening_overrides": "x"}, "photon_hardening_overrides must be a dictionary of parameters"),
    "nobody": ({"photon_hardening_overrides": {"vm.swapiness": "1"}},
               "vm.swapiness: neither the catalogue nor this host knows this parameter: did you mean vm.swappiness?"),
    "waiver": ({"photon_hardening_waivers": {"vm.swapiness": {"reason": "x"}}},
               "photon_hardening_waivers: vm.swapiness: nothing asks for this parameter: did you mean vm.swappiness?"),
    "day": ({"photon_hardening_waivers": {"vm.swappiness": {"reason": "x", "expires": "soon"}}},
            "photon_hardening_waivers: vm.swappiness: expires: 'soon' is not a date such as "),
    "formats": ({"photon_hardening_report_formats": ["htm"]}, "photon_hardening_report_formats: 'htm' is not one of html"),
    "keep": ({"photon_hardening_report_keep": 0}, "photon_hardening_report_keep: 0 is not a whole number from 1 to 999999"),
    "checklist": ({"photon_hardening_report_formats": ["cklb"]}, "_report_formats: cklb needs photon_hardening_report_benchmark"),
    "folder": ({"photon_hardening_report_dir": "/dev/null/x"}, "photon_hardening_report_dir: the result of folder cannot be kept: "),
    "image": ({"photon_hardening_root": "/nowhere"}, "root: '/nowhere' is not the whole path of a folder"),
    # No host is contacted: this one does not exist.
    "relative": ({"photon_hardening_root": "mnt", **FAR}, "photon_hardening_root: 'mnt' is not the whole path of a folder"),
    "use": ({"photon_hardening_uses": {"ruter": "absent"}, **FAR},
            "photon_hardening_uses: 'ruter' is not a use of a host: did you mean router?"),
    "said": ({"photon_hardening_uses": {"router": "absnt"}, **FAR}, "photon_hardening_uses: router must be one of auto, present, absent"),
}


@pytest.fixture
def printed(tmp_path):
    """The exit code of a playbook of ours, and what it printed."""
    def run(playbook, *args, cwd=tmp_path, inventory=None):
        hosts = {name: {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}", **values}
                 for name, values in (inventory or {"web1": {}}).items()}
        (tmp_path / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": hosts}}), encoding="utf-8")
        environment = dict(os.environ, ANSIBLE_HOME=str(tmp_path / "home"), ANSIBLE_NOCOLOR="1",
                           ANSIBLE_COLLECTIONS_PATH=os.environ["PYTHONPATH"])
        command = ["ansible-playbook", str(PLAYBOOKS / (playbook + ".yml")), "-i", str(tmp_path / "hosts.yml"), *args]
        done = subprocess.run(command, cwd=cwd, env=environment, text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout
    return run


def test_a_mistake_is_one_sentence(printed):
    code, output = printed("audit", inventory={name: values for name, (values, _words) in MISTAKES.items()})
    assert code == 2 and "ok=1" not in output and "Finalization" not in output and "Traceback" not in output
    for name, (_values, words) in MISTAKES.items():
        told = [line for line in output.splitlines() if words in line.replace("\\'", "'")]
        assert (len(told), [line for line in told if "[%s]" % name in line] != []) == (MOST, True), (name, output)


@pytest.mark.parametrize("playbook, given, words", [
    ("report", {"report_stale_after": "x"}, "report_stale_after: x is not a whole number of hours, which must be 0 or more"),
    ("report", {"report_query": "[[", "report_inputs": ["."]}, "report_query: the expression ends too early"),
    ("report", {"photon_hardening_report_keep": "x"}, "photon_hardening_report_keep: 'x' is not a whole number"),
    ("report", {"report_dir": "gone"}, "gone: No such file or directory: name a folder"),
    ("report", {"report_dir": "/dev/null/x", "report_inputs": ["."]}, "report_dir: no report can be written: /dev/null/x"),
    ("report", {"report_dir": ""}, "report_dir: it is empty: name the folder with the results of earlier runs"),
    # To a playbook's `default` they are not given.
    ("report", {"report_since": "{{ nix }}"}, "report_since: 'nix' is undefined"),
    ("compare", {"left": "photon3", "right": "kspp", "assert": "{{ nix }}"}, "assert: 'nix' is undefined"),
    ("compare", {"left": "photon", "right": "nope"}, "right: 'nope' is not a host of the inventory"),
    ("compare", {"left": "photon", "right": "kspp", "assert": "same"}, "assert: 'same' is not one of none"),
    ("compare", {"left": "photon", "right": "kspp", "compare_formats": ["pdf"]}, "compare_formats: 'pdf' is not one of"),
    ("compare", {"left": "photon", "right": "kspp", "compare_dir": "/dev/null/x"}, "compare_dir: the comparison cannot be written: "),
])
def test_a_mistake_for_report_and_compare_is_one_sentence(printed, playbook, given, words):
    code, output = printed(playbook, "-e", json.dumps(given))
    assert code == 2 and "Finalization" not in output and "exception" not in output.lower()
    assert 1 <= len([line for line in output.splitlines() if words in line.replace("\\'", "'")]) <= MOST, output


@pytest.mark.parametrize("playbook, args, words", [
    ("photon_upgrade", ["-e", "photon_upgrade_hosts=wbe1"], "photon_upgrade_hosts: nothing in the inventory is called wbe1: did you mean "),
    ("photon_upgrade", ["-e", "photon_upgrade_host=web1"], "photon_upgrade_host: photon_upgrade.yml reads no variable of this name: "),
    ("photon_upgrade", ["-e", "photon_hardening_hosts=web1"], "did you mean photon_upgrade_hosts?"),
    ("photon_upgrade", ["-i", "nosuch.ini"], "/nosuch.ini: there is no such file or folder"),
    ("audit", ["--limit", "web1,wbe1"], "--limit: nothing in the inventory is called wbe1: did you mean web1?"),
    ("photon_upgrade", ["-t", "foo"], "--tags: no task of this playbook has the tag foo: leave it out"),
    ("harden", ["-e", "hosts=web1"], "did you mean photon_hardening_hosts?"),
    ("harden", ["-e", "photon_hardening_hosts={{ nix }}"], "photon_hardening_hosts: 'nix' is undefined"),
    ("harden", ["-e", "photon_hardening_serial={{ nix }}"], "photon_hardening_serial: 'nix' is undefined"),
    ("audit", ["-e", "photon_upgrade_to_version=5.0"], "only photon_upgrade.yml does: leave it out"),
    ("harden", ["-e", "awx_slices=3"], "only awx.yml does: leave it out"),
    ("report", ["-e", "report_dri=x"], "did you mean report_dir?"),
    ("report", ["-e", "photon_hardening_report_dri=x"], "did you mean photon_hardening_report_dir?"),
    ("photon_upgrade", ["-e", "photon_upgrade_to_versoin=5.0"], "did you mean photon_upgrade_to_version?"),
    *[(playbook, ["-e", "x=a, b"], "-e: nothing reads what stands apart: b: leave the blanks out (NAME=A,B), or write -e ")
      for playbook in ("audit", "compare", "harden", "photon_upgrade", "report", "rollback")],
    ("compare", ["-e", "@names.yml"], "asert: compare.yml reads no variable of this name: did you mean assert?"),
])
def test_a_name_that_is_not_there_ends_a_command_before_anything_is_done(printed, tmp_path, playbook, args, words):
    (tmp_path / "names.yml").write_text("{left: photon3, right: centos8, asert: equal}", encoding="utf-8")
    code, output = printed(playbook, "--check", *args)
    assert code not in (0, 2) and words in output.replace("\n", " ") and "TASK" not in output, output


@pytest.mark.parametrize("playbook, name", [
    *[("harden", name) for name in ("photon_hardening_hosts", "photon_hardening_serial", "photon_hardening_max_fail_percentage")],
    ("rollback", "photon_hardening_hosts"), ("audit", "photon_hardening_hosts"), ("photon_upgrade", "photon_upgrade_hosts"),
])
def test_hosts_and_batches_that_an_inventory_chooses_are_refused(printed, playbook, name):
    """Ansible reads no variable of a host when it chooses the hosts of a play: all would be hardened, at once."""
    needed = ["-e", "photon_upgrade_to_version=5.0", "-e", "photon_upgrade_confirmed_backup=true"] if playbook == "photon_upgrade" else []
    hosts = {host: {name: "1"} for host in ("1", "web2")}
    code, output = printed(playbook, "--check", *needed, inventory=hosts)
    words = "%s: no play reads this variable from an inventory or from the variables of a role: give it with -e" % name
    assert code == 2 and words in output and " differ" not in output, output
    # What the command says is read, whatever the inventory says.
    assert words not in printed(playbook, "--check", *needed, "-e", name + "=1", inventory=hosts)[1]


def test_hosts_that_a_playbook_chooses_where_it_imports_ours(printed, tmp_path):
    (tmp_path / "site.yml").write_text(yaml.safe_dump([
        {"import_playbook": str(PLAYBOOKS / "audit.yml"), "vars": {"photon_hardening_hosts": "web1"}}]), encoding="utf-8")
    code, output = printed(str(tmp_path / "site"), inventory={"web1": {}, "web2": {}})
    assert code == 0 and "web1: " in output and "web2" not in output, output


def test_a_mistyped_name_ends_an_upgrade_before_it_begins(printed):
    code, output = printed("photon_upgrade", "-e", "photon_upgrade_to_version=5.0", inventory={"web1": {"photon_hardening_profil": "kspp"}})
    assert code == 2 and output.count("photon_hardening_profil: nothing reads a variable of this name: did you mean ") == MOST, output
