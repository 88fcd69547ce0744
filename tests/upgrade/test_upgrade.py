# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/photon_upgrade.yml over ssh, on hosts that play recordings of the real photon-upgrade.sh (see player.py). No Photon is here."""

import json
import os
import pathlib
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent
DIR = pathlib.Path(os.environ["UPGRADE_DIR"])
PLAYBOOK = DIR / "tree/ansible_collections/photon/hardening/playbooks/photon_upgrade.yml"
FLEET = HERE.parent / "fleet/fleet.sh"
STATE = "/var/lib/photon-hardening/upgrade/"
DROP_IN = "/etc/sysctl.d/50-security-hardening.conf"
OURS = "# Managed by"
REAL_PYTHON = os.path.realpath("/usr/bin/python3")

# Numbers of records; the one after an upgrade shows what it has left.
THREE = dict(recording="1.1-4-of-3.0", release="3.0", precheck=11, upgrade=19)
FOUR = dict(recording="1.1-4-of-4.0", release="4.0", precheck=11, upgrade=19)
FIVE = dict(recording="1.0-5-of-5.0", release="5.0", precheck=11, upgrade=19)
# With packages that are deprecated, that depend on these, and that are not of Photon.
LADEN = dict(THREE, precheck=37, upgrade=38)
KILLED_BEFORE = dict(THREE, upgrade=46)
KILLED_AFTER = dict(FOUR, upgrade=28)
FAILED = dict(THREE, upgrade=58)


def on(number, *command):
    words = ["bash", str(FLEET), "enter", str(DIR), str(number), *command]
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout


def setup(number, scenario):
    on(number, "python3", str(DIR / "player.py"), "setup", json.dumps(scenario))


def calls(number=1):
    return on(number, "cat", "/var/lib/player/calls").splitlines()


def started(number=1):
    return [line for line in calls(number) if line.startswith("systemd-run")]


def files(number=1):
    """Each file and its digest, without what Ansible needs for itself and what the player keeps of its calls."""
    return on(number, "sh", "-c", "find /etc /var/lib /tmp /usr/bin/photon-upgrade.sh -xdev -type f ! -path '/var/lib/ansible/*' "
              "! -path /var/lib/python-starts ! -path /var/lib/player/calls -exec sha256sum {} + | sort")


def exists(path, number=1):
    return on(number, "sh", "-c", 'if [ -e "$1" ]; then echo yes; fi', "sh", path) == "yes\n"


def play(to, *args, hosts="node1"):
    words = ["ansible-playbook", str(PLAYBOOK), "-i", str(DIR / "inventory"), "--limit", hosts, "-e", "photon_upgrade_to_version=" + to,
             "-e", json.dumps({"photon_upgrade_poll": 2, "photon_upgrade_free_mb": {"/": 1}, "photon_upgrade_reboot_timeout": 60,
                               "ansible_python_interpreter": "/usr/bin/python3"})]
    environment = dict(os.environ, ANSIBLE_COLLECTIONS_PATH=str(DIR / "tree"), ANSIBLE_HOME=str(DIR / "home"), ANSIBLE_NOCOLOR="1",
                       ANSIBLE_TIMEOUT="3", ANSIBLE_FORCE_COLOR="0", PYTHONDONTWRITEBYTECODE="1")
    done = subprocess.run(["bash", str(FLEET), "net", str(DIR), *words, *args], cwd=DIR, env=environment, check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(done.stdout)
    return done


def upgrade(to, *args, **more):
    return play(to, "-e", "photon_upgrade_confirmed_backup=true", *args, **more)


# --- it goes well ---

@pytest.mark.parametrize("scenario, to, pam", [
    (THREE, "4.0", "lost"),
    # The connection is lost at once, while the answer to the start is still under way.
    (dict(FOUR, quiet=0), "5.0", "Logins may be refused"),
])
def test_a_host_is_upgraded_booted_looked_at_and_hardened_again(scenario, to, pam):
    setup(1, scenario)
    done = upgrade(to)
    assert done.returncode == 0
    assert on(1, "cat", "/etc/photon-release").startswith("VMware Photon OS " + to)
    # Photon's systemd package has put its own file there; ours has its place again.
    assert OURS in on(1, "cat", DROP_IN)
    assert [line.split()[0] for line in calls() if line.startswith(("systemd-run", "shutdown"))] == ["systemd-run", "shutdown"]
    order = [line for line in calls() if line.startswith(("systemctl st", "systemd-run", "shutdown"))]
    assert order[:2] == ["systemctl stop docker.socket", "systemctl stop docker.service"] and "systemd-run" in order[2]
    assert pam in done.stdout and "the host is Photon OS " + to in done.stdout
    again = upgrade(to)
    assert again.returncode == 0 and "This host is Photon OS %s already." % to in again.stdout and len(started()) == 1


def test_what_is_erased_and_not_installed_again_is_named():
    setup(1, LADEN)
    done = upgrade("4.0", "-e", '{"photon_upgrade_accept_erased": ["vendoragent"]}')
    assert done.returncode == 0
    assert "photon-upgrade.sh erases these itself: python-six, python2, toybox." in done.stdout
    assert "They are installed again if the new version has them: myagent." in done.stdout
    assert "Packages of others that were erased, to be installed again where they are needed: vendoragent." in done.stdout
    assert "pam_tally2.so had the options onerr=fail deny=3, which are lost. Set them again for pam_faillock.so." in done.stdout


# --- check mode ---

def test_check_mode_looks_and_changes_nothing():
    setup(1, THREE)
    before = files()
    done = play("4.0", "--check")
    assert done.returncode == 0 and "Photon OS 3.0 can be upgraded to 4.0." in done.stdout
    assert "The upgrade itself will ask for a backup" in done.stdout
    assert files() == before and not exists("/var/lib/photon-hardening")
    looking = ("rpm -qa", "lsb_release", "systemd-detect-virt", "systemctl show")
    assert [line for line in calls() if not line.startswith(looking)] == [
        "photon-upgrade.sh --precheck-only --to-ver=4.0", "tdnf --assumeno remove toybox"]


def test_check_mode_with_a_script_that_has_no_precheck_says_so():
    setup(1, dict(THREE, old_script=True))
    done = play("4.0", "--check")
    assert done.returncode == 0 and "too old to know --precheck-only" in done.stdout and "Check mode installs nothing." in done.stdout
    assert not [line for line in calls() if line.startswith("photon-upgrade.sh")]


# --- it is refused ---

@pytest.mark.parametrize("scenario, to, words", [
    pytest.param(dict(THREE, container="docker"), "4.0", "This is a container (docker)", id="container"),
    pytest.param(FOUR, "4.0", "This host is Photon OS 4.0 already.", id="nothing to do"),
    pytest.param(FIVE, "6.0", "The precheck of photon-upgrade.sh failed (status 22", id="5.0 to 6.0"),
    pytest.param(dict(THREE, precheck=13), "4.0", "No photon-release package from 4.0 release was found", id="no repository"),
    pytest.param(LADEN, "4.0", "would not install them again: vendoragent", id="packages of others"),
    pytest.param(dict(THREE, old_script=True), "4.0", "too old to know --precheck-only", id="old script"),
])
def test_what_is_refused_is_not_begun(scenario, to, words):
    setup(1, scenario)
    done = upgrade(to)
    assert words in done.stdout and "failed: ['" not in done.stdout and not started()
    assert not exists("/var/lib/photon-hardening/upgrade") and "systemctl stop docker.service" not in calls()
    assert (done.returncode == 0) is ("already" in words)


@pytest.mark.parametrize("more", [(), ("--check",)])
@pytest.mark.parametrize("interpreter", [REAL_PYTHON, os.path.basename(REAL_PYTHON), "/usr/bin/env " + os.path.basename(REAL_PYTHON)])
def test_an_interpreter_that_the_upgrade_takes_away_is_refused(interpreter, more):
    setup(1, FOUR)
    done = upgrade("5.0", "-e", "ansible_python_interpreter=" + interpreter, *more)
    assert done.returncode == 2 and "Set it to /usr/bin/python3 for this host, or leave it out" in done.stdout
    assert not started() and not exists("/var/lib/photon-hardening/upgrade")


@pytest.mark.parametrize("given, words", [
    ({"photon_hardening_vmware_msix": "nope"}, "photon_hardening_vmware_msix: 'nope' is not one of enable, keep"),
    # What only the host can tell.
    ({"photon_hardening_overrides": {"vm.swapiness": "1"}}, "vm.swapiness: neither the catalogue nor this host knows this parameter"),
    ({"photon_upgrade_poll": 0}, "photon_upgrade_poll: 0 is not a whole number from 1 to 999999"),
])
def test_a_variable_that_could_not_be_used_on_the_way_is_refused_before(given, words):
    setup(1, FOUR)
    done = upgrade("5.0", "-e", json.dumps(given))
    assert done.returncode == 2 and words in done.stdout.replace("\\'", "'")
    assert not started() and not exists("/var/lib/photon-hardening/upgrade") and "systemctl stop docker.service" not in calls()
    checking = play("5.0", "--check", "-e", json.dumps(given))
    assert checking.returncode == 2 and words in checking.stdout.replace("\\'", "'")


def test_a_service_that_is_named_on_the_command_line_is_stopped():
    """There everything is text."""
    setup(1, FOUR)
    done = upgrade("5.0", "-e", "photon_upgrade_services=docker.service", "-e", "photon_upgrade_timeout=600")
    assert done.returncode == 0 and OURS in on(1, "cat", DROP_IN)
    order = [line for line in calls() if line.startswith(("systemctl st", "systemd-run"))]
    assert order[0] == "systemctl stop docker.service" and order[1].startswith("systemd-run")


def test_without_a_backup_nothing_is_begun_and_no_further_host_is_touched():
    for number in (1, 2):
        setup(number, THREE)
    done = play("4.0", hosts="all")
    assert done.returncode == 2 and "Nobody has confirmed a backup" in done.stdout
    assert not started(1) and calls(2) == []


def test_a_host_that_cannot_be_reached_is_told():
    done = upgrade("4.0", "-e", "ansible_host=10.213.250.250")
    assert done.returncode == 2 and "The host does not answer" in done.stdout


# --- it fails on the way ---

def test_while_a_container_is_running_nothing_is_begun_and_docker_comes_back():
    setup(1, dict(FOUR, live_restore=True))
    done = upgrade("5.0")
    assert done.returncode == 2 and "Containers that are running although their services are stopped" in done.stdout
    assert "photon-upgrade.sh was not started. The host is still Photon OS 4.0." in done.stdout
    assert not started() and [line for line in calls() if line.startswith("systemctl st")] == [
        "systemctl stop docker.socket", "systemctl stop docker.service", "systemctl start docker.socket", "systemctl start docker.service"]


def test_docker_that_does_not_come_up_is_told_and_a_second_run_goes_on():
    setup(1, dict(FOUR, broken=["docker.service"]))
    setup(2, FOUR)
    done = upgrade("5.0", hosts="all")
    assert done.returncode == 2 and "Start what was stopped" in done.stdout
    assert "the host is Photon OS 5.0" in done.stdout and "it goes on after photon-upgrade.sh" in done.stdout
    assert calls(2) == []
    on(1, "sed", "-i", 's/"broken"/"mended"/', "/var/lib/player/scenario.json")
    again = upgrade("5.0")
    assert again.returncode == 0 and len(started()) == 1 and OURS in on(1, "cat", DROP_IN)
    assert len([line for line in calls() if line.startswith("shutdown")]) == 1


@pytest.mark.parametrize("scenario, to, words, repeatable", [
    pytest.param(FAILED, "4.0", [
        "ended with status 11, and the host is still Photon OS 3.0", "myagent", "set photon_upgrade_again: true"], True, id="tdnf failed"),
    pytest.param(KILLED_BEFORE, "4.0", [
        "was cut off, and the host is still Photon OS 3.0", "would never bring these packages back"], True, id="killed before"),
    pytest.param(KILLED_AFTER, "5.0", [
        "was cut off after the packages of Photon OS 5.0 were installed", "run rpm --rebuilddb", "Do not run photon-upgrade.sh again"],
        False, id="killed after"),
])
def test_a_failure_says_in_which_state_the_host_is_and_nothing_is_run_again(scenario, to, words, repeatable):
    setup(1, scenario)
    setup(2, scenario)
    done = upgrade(to, hosts="all")
    assert done.returncode == 2 and calls(2) == [] and "shutdown" not in " ".join(calls())
    assert not [word for word in words if word not in done.stdout]
    again = upgrade(to)
    assert again.returncode == 2 and len(started()) == 1 and not [word for word in words if word not in again.stdout]
    third = upgrade(to, "-e", "photon_upgrade_again=true")
    assert len(started()) == (2 if repeatable else 1) and third.returncode == 2


def test_a_run_that_is_interrupted_is_joined_by_the_next_one():
    setup(1, dict(FOUR, rest=90))
    first = upgrade("5.0", "-e", "photon_upgrade_timeout=2")
    assert first.returncode == 2 and "photon-upgrade.sh has not ended after 2 seconds" in first.stdout
    assert "It was not stopped. Do not stop it. Run the same playbook again" in first.stdout
    second = upgrade("5.0")
    assert second.returncode == 0 and "Wait until photon-upgrade.sh has ended" in second.stdout
    assert len(started()) == 1 and OURS in on(1, "cat", DROP_IN)
