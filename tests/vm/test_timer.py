"""The timer of docs/examples on a controller that audits itself by ssh: fails while something differs, changes nothing. In this order."""

import json

import pytest

NAME = "photon-hardening-audit"
HOME = f"/var/lib/{NAME}"
# As docs/audit-gate.md says, for a controller that is its own and only host.
SET_UP = f"""
set -e
cd /root
useradd --system --home-dir {HOME} --shell /usr/sbin/nologin photon-audit
install -d -o photon-audit -g photon-audit -m 700 {HOME} {HOME}/.ssh
runuser -u photon-audit -- ssh-keygen -q -t ed25519 -N '' -f {HOME}/.ssh/id_ed25519
cat {HOME}/.ssh/id_ed25519.pub >>.ssh/authorized_keys
sed 's/^/127.0.0.1 /' /etc/ssh/ssh_host_ed25519_key.pub >{HOME}/.ssh/known_hosts
chown photon-audit: {HOME}/.ssh/known_hosts
mkdir /etc/photon-hardening
echo 'itself ansible_host=127.0.0.1 ansible_user=root' >/etc/photon-hardening/inventory
"""


@pytest.fixture(scope="module")
def audit(controller, units):
    controller.ssh("bash -s", stdin=SET_UP)
    return units(NAME)


def report(vm):
    return json.loads(vm.ssh(f"cat {HOME}/reports/itself.json"))


def test_the_timer_starts_an_audit_that_fails_and_changes_nothing(controller, audit):
    before = controller.see()
    assert audit.due() == ("exit-code", "2")
    assert controller.see() == before
    found = report(controller)
    assert (found["outcome"], found["check_mode"]) == ("stopped", True)
    assert found["msg"].startswith("photon_hardening_fail_on: nothing was written, because of ") and found["summary"]["changed"] > 0
    assert controller.ssh(f"ls {HOME}/reports/*/report.html").count("report.html") == 1
    assert controller.ssh(f"stat -c '%a %U' {HOME} {HOME}/reports {HOME}/reports/itself.json").splitlines() == [
        "700 photon-audit", "700 photon-audit", "600 photon-audit"]


def test_the_audit_of_a_hardened_host_ends_well(controller, audit):
    assert controller.play("harden.yml").code == 0
    assert audit.start() == ("success", "0")
    assert report(controller)["outcome"] == "done"


def test_one_parameter_that_drifts_makes_the_next_audit_fail(controller, audit):
    controller.ssh("sysctl -q kernel.kptr_restrict=0")
    assert audit.start() == ("exit-code", "2")
    assert "because of 1 changed (kernel.kptr_restrict). " in report(controller)["msg"]
