"""The timer of docs/examples on a controller that audits itself by ssh: fails while something differs, changes nothing. In this order."""

import base64
import json
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAME = "photon-hardening-audit"
HOME = f"/var/lib/{NAME}"
# As docs/audit-gate.md says, for a controller that is its own and only host.
SET_UP = f"""
set -e
cd /root
ansible-galaxy collection install --offline -p /usr/share/ansible/collections collection.tar.gz
useradd --system --home-dir {HOME} --shell /usr/sbin/nologin photon-audit
install -d -o photon-audit -g photon-audit -m 700 {HOME} {HOME}/.ssh
runuser -u photon-audit -- ssh-keygen -q -t ed25519 -N '' -f {HOME}/.ssh/id_ed25519
cat {HOME}/.ssh/id_ed25519.pub >>.ssh/authorized_keys
sed 's/^/127.0.0.1 /' /etc/ssh/ssh_host_ed25519_key.pub >{HOME}/.ssh/known_hosts
chown photon-audit: {HOME}/.ssh/known_hosts
mkdir /etc/photon-hardening
echo 'itself ansible_host=127.0.0.1 ansible_user=root' >/etc/photon-hardening/inventory
"""
# Due at once instead of in the night.
SOON = "[Timer]\nOnCalendar=\nOnActiveSec=1s\nRandomizedDelaySec=0\nAccuracySec=1s\n"
MAX_SECONDS = 300


def show(vm, unit, key):
    return vm.ssh(f"systemctl show --value -p {key} {unit}").strip()


def ended(vm):
    """(result, exit code) of the audit that the timer has started, when it is over."""
    end = time.monotonic() + MAX_SECONDS
    while show(vm, f"{NAME}.service", "ExecMainExitTimestampMonotonic") in ("", "0"):
        assert time.monotonic() < end, vm.ssh(f"journalctl -u {NAME}.service; systemctl list-timers --all")
        time.sleep(2)
    print(vm.ssh(f"journalctl --no-pager -u {NAME}.service"))
    return show(vm, f"{NAME}.service", "Result"), show(vm, f"{NAME}.service", "ExecMainStatus")


@pytest.fixture(scope="module")
def controller(vm, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tarball")
    subprocess.run(["ansible-galaxy", "collection", "build", "--output-path", folder, ROOT], check=True)
    (tarball,) = folder.iterdir()
    vm.ssh("base64 -d >/root/collection.tar.gz", stdin=base64.b64encode(tarball.read_bytes()).decode("ascii"))
    vm.ssh("bash -s", stdin=SET_UP)
    for unit in ("service", "timer"):
        vm.ssh(f"cat >/etc/systemd/system/{NAME}.{unit}", stdin=(ROOT / "docs" / "examples" / f"{NAME}.{unit}").read_text(encoding="utf-8"))
    vm.ssh(f"mkdir /etc/systemd/system/{NAME}.timer.d && cat >/etc/systemd/system/{NAME}.timer.d/soon.conf", stdin=SOON)
    return vm


def report(vm):
    return json.loads(vm.ssh(f"cat {HOME}/reports/itself.json"))


def test_the_timer_starts_an_audit_that_fails_and_changes_nothing(controller):
    before = controller.see()
    controller.ssh(f"systemctl daemon-reload && systemctl enable --quiet --now {NAME}.timer")
    assert ended(controller) == ("exit-code", "2")
    assert controller.see() == before
    found = report(controller)
    assert (found["outcome"], found["check_mode"]) == ("failed", True)
    assert found["msg"].startswith("fail_on: nothing was written, because of ") and found["summary"]["changed"] > 0
    assert controller.ssh(f"stat -c '%a %U' {HOME} {HOME}/reports {HOME}/reports/itself.json").splitlines() == [
        "700 photon-audit", "700 photon-audit", "600 photon-audit"]


def test_the_audit_of_a_hardened_host_ends_well(controller):
    assert controller.play("harden.yml").code == 0
    controller.ssh(f"systemctl start {NAME}.service")
    assert (show(controller, f"{NAME}.service", "Result"), show(controller, f"{NAME}.service", "ExecMainStatus")) == ("success", "0")
    assert report(controller)["outcome"] == "done"


def test_one_parameter_that_drifts_makes_the_next_audit_fail(controller):
    controller.ssh("sysctl -q kernel.kptr_restrict=0 && (systemctl start " + NAME + ".service || true)")
    assert show(controller, f"{NAME}.service", "ExecMainStatus") == "2"
    assert "because of 1 changed (kernel.kptr_restrict). " in report(controller)["msg"]
