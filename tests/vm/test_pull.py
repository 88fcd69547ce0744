"""The timer of docs/examples on a host that pulls its playbook from a repository, and hardens itself. In this order."""

import json

import pytest

NAME = "photon-hardening-pull"
HOME = f"/var/lib/{NAME}"
DROPIN = "/etc/sysctl.d/50-security-hardening.conf"
# As docs/scale.md says; the repository is a folder of the host, which has no network.
SET_UP = """
set -e
mkdir -p /etc/photon-hardening
git config --global user.name x
git config --global user.email x@localhost
git init --quiet --initial-branch main /srv/hardening
mkdir /srv/hardening/group_vars
echo 'URL=file:///srv/hardening' >/etc/photon-hardening/pull.env
"""
PLAYBOOK = """
- name: Harden this host
  hosts: all
  become: true
  gather_facts: false
  roles:
    - photon.hardening.photon_hardening
"""


def commit(vm, path, text):
    vm.ssh(f"cat >/srv/hardening/{path} && git -C /srv/hardening add . && git -C /srv/hardening commit --quiet -m x", stdin=text)


@pytest.fixture(scope="module")
def pull(controller, units):
    # Whatever ran before.
    assert controller.play("rollback.yml").code == 0
    controller.ssh("bash -s", stdin=SET_UP)
    commit(controller, "local.yml", PLAYBOOK)
    return units(NAME)


def report(vm):
    return json.loads(vm.ssh(f"cat {HOME}/reports/localhost.json"))


def test_the_timer_hardens_the_host(controller, pull):
    assert controller.ssh(f"sysctl -n kernel.kptr_restrict; ls {DROPIN} || true").split() == ["0"]
    assert pull.due() == ("success", "0")
    found = report(controller)
    assert (found["outcome"], found["check_mode"]) == ("done", False) and found["summary"]["changed"] > 0
    assert controller.ssh("sysctl -n kernel.kptr_restrict").strip() == "2"
    assert controller.ssh(f"stat -c '%a %U' {DROPIN} /var/lib/photon-hardening/baseline.json {HOME} {HOME}/reports/localhost.json"
                          ).splitlines() == ["644 root", "600 root", "700 root", "600 root"]
    assert controller.ssh(f"ls {HOME}/reports/*/report.html").count("report.html") == 1


def test_a_second_run_changes_nothing(controller, pull):
    before = controller.see()
    assert pull.start() == ("success", "0")
    assert controller.see() == before and report(controller)["summary"]["changed"] == 0


def test_what_drifts_is_set_again(controller, pull):
    controller.ssh("sysctl -q kernel.kptr_restrict=0")
    assert pull.start() == ("success", "0")
    assert controller.ssh("sysctl -n kernel.kptr_restrict").strip() == "2"


def test_what_the_repository_says_next_is_done_next(controller, pull):
    commit(controller, "group_vars/all.yml", "photon_hardening_overrides: {kernel.kptr_restrict: '1'}\n")
    assert pull.start() == ("success", "0")
    assert controller.ssh("sysctl -n kernel.kptr_restrict").strip() == "1"


def test_a_mistake_in_the_repository_fails_and_changes_nothing(controller, pull):
    before = controller.see()
    commit(controller, "group_vars/all.yml", "photon_hardening_profile: phton\n")
    assert pull.start() == ("exit-code", "2")
    # Ansible's own check of a role's variables comes first.
    assert controller.see() == before and "phton" in controller.ssh(f"journalctl --no-pager -u {NAME}.service")


def test_a_repository_that_is_away_fails_and_changes_nothing(controller, pull):
    before = controller.see()
    controller.ssh("mv /srv/hardening /srv/away")
    result, code = pull.start()
    assert result == "exit-code" and code != "0" and controller.see() == before
