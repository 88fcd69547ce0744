"""One VM's life with the collection: predicted, hardened, audited, refused, changed by others, rebooted, put back. In this order."""

import re
from pathlib import Path

import pytest
import yaml

CATALOGUE = Path(__file__).parents[2] / "roles/photon_hardening/files/catalogue.yml"
SECURITY, TUNING = "/etc/sysctl.d/50-security-hardening.conf", "/etc/sysctl.d/60-photon-tuning.conf"
RESTATED = "/etc/sysctl.d/zz-photon-hardening.conf"
PTRACE = "kernel.yama.ptrace_scope"

# The vendor's file that would take fs.protected_fifos back at boot. trixie's packages have none, so the test plants one.
RIVAL = {
    "bullseye": "/usr/lib/sysctl.d/protect-links.conf",
    "bookworm": "/usr/lib/sysctl.d/99-protect-links.conf",
    "trixie": "/usr/lib/sysctl.d/99-planted-by-the-test.conf",
}
HELD_BACK = {"net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding", "kernel.unprivileged_userns_clone"}
STRICTER = {"bullseye": {}, "bookworm": {"net.ipv4.tcp_challenge_ack_limit": "2147483647"},
            "trixie": {"net.ipv4.tcp_challenge_ack_limit": "2147483647"}}
UNSUPPORTED = {"bullseye": {"kernel.sg-big-buff"}, "bookworm": {"kernel.sg-big-buff", "kernel.sched_min_granularity_ns"},
               "trixie": {"kernel.sg-big-buff", "kernel.sched_min_granularity_ns"}}
# Reported by the role; the kernel counts on between two runs.
COUNTERS = {"fs.dentry-state", "fs.file-nr", "kernel.random.entropy_avail"}
# All that the first run moves in the running kernel.
MOVED = {
    "kernel.kptr_restrict": ("0", "2"), "kernel.sysrq": ("438", "0"), PTRACE: ("0", "1"),
    "kernel.panic_on_oops": ("0", "1"), "kernel.panic": ("0", "10"),
}
MOVED_BESIDES = {
    "bullseye": {"fs.protected_fifos": ("1", "2"), "net.ipv4.tcp_challenge_ack_limit": ("1000", "1073741823")},
    "bookworm": {"fs.protected_fifos": ("1", "2")},
    "trixie": {"fs.protected_fifos": ("0", "2"), "fs.protected_regular": ("0", "2")},
}


def moved(before, after):
    names = before.values.keys() | after.values.keys()
    return {name: (before.values.get(name), after.values.get(name)) for name in names if before.values.get(name) != after.values.get(name)}


def wanted(suite):
    """parameter -> value that must be in force: the catalogue's recommendation but for what this suite is known to do otherwise."""
    rows = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))["parameters"]
    column = {row["name"]: row["values"]["photon"] for row in rows if row["values"]["photon"] is not None}
    assert column.keys() >= HELD_BACK | STRICTER[suite].keys()
    return {name: value for name, value in {**column, **STRICTER[suite]}.items() if name not in HELD_BACK}


def active_lines(vm, *paths):
    """parameter -> value of the lines that are in force in drop-ins."""
    text = vm.ssh(f"awk -F' = ' '/^[^#]/ {{ print $1 \"=\" $2 }}' {' '.join(paths)}")
    return dict(line.split("=") for line in text.splitlines())


def states(outcome, *chosen):
    return {row["name"]: row["state"] for row in outcome.shard["parameters"] if row["state"] in chosen}


def row_of(outcome, name):
    return next(row for row in outcome.shard["parameters"] if row["name"] == name)


@pytest.fixture(scope="module")
def untouched(vm):
    if vm.suite == "trixie":
        vm.ssh(f"echo 'fs.protected_fifos = 1' >{RIVAL[vm.suite]}")
    return vm.see()


@pytest.fixture(scope="module")
def predicted(vm, untouched):
    outcome = vm.play("harden.yml", "--check")
    assert outcome.code == 0
    assert vm.see() == untouched
    return outcome


@pytest.fixture(scope="module")
def hardened(vm, predicted):
    outcome = vm.play("harden.yml", "--diff")
    assert outcome.code == 0
    return outcome


def test_check_mode_predicts_the_run(predicted, hardened):
    assert predicted.shard["check_mode"] and not hardened.shard["check_mode"]
    assert hardened.shard["changed"] is True
    for key in ("changed", "summary"):
        assert predicted.shard[key] == hardened.shard[key]
    rows = [[row for row in outcome.shard["parameters"] if row["name"] not in COUNTERS] for outcome in (predicted, hardened)]
    assert rows[0] == rows[1]
    assert len(rows[0]) == len(hardened.shard["parameters"]) - len(COUNTERS)


def test_every_parameter_has_the_state_that_this_suite_is_known_for(vm, hardened):
    expected = {**dict.fromkeys(HELD_BACK, "held_back"), **dict.fromkeys(STRICTER[vm.suite], "stricter"),
                **dict.fromkeys(UNSUPPORTED[vm.suite], "unsupported")}
    found = {row["name"]: row["state"] for row in hardened.shard["parameters"]}
    assert {name: state for name, state in found.items() if state not in ("changed", "ok")} == expected
    assert found.keys() >= wanted(vm.suite).keys() | HELD_BACK


def test_the_wanted_values_are_live_and_nothing_else_moved(vm, untouched, hardened):
    now = vm.see()
    assert moved(untouched, now) == {**MOVED, **MOVED_BESIDES[vm.suite]}
    expected = wanted(vm.suite)
    assert {name: now.values[name] for name in expected} == expected
    assert active_lines(vm, SECURITY, TUNING) == expected
    for path in (SECURITY, TUNING, RESTATED):
        assert f"{path} -rw-r--r-- root:root" in now.files
    for name, (before, after) in MOVED.items():
        assert f"-{name} = {before}" in hardened.output
        assert f"+{name} = {after}" in hardened.output


def test_second_run_changes_nothing(vm, hardened):
    before = vm.see()
    outcome = vm.play("harden.yml")
    assert re.search(rf"^{vm.name} .* changed=0 .* failed=0 ", outcome.output, re.MULTILINE)
    assert vm.see() == before


def test_audit_names_the_rival_and_writes_nothing(vm, hardened):
    """With conflicts: report a run would take the restated line away; so there is something that the audit must not do."""
    before = vm.see()
    outcome = vm.play("audit.yml", photon_hardening_conflicts="report")
    assert outcome.code == 0 and outcome.shard["changed"] is True
    row, rival = row_of(outcome, "fs.protected_fifos"), RIVAL[vm.suite]
    line = vm.ssh(f"awk '/^fs.protected_fifos/ {{ print FNR }}' {rival}").strip()
    assert (row["state"], row["boot"], row["boot_source"]) == ("overridden", "1", f"{rival}:{line}")
    assert states(outcome, "overridden") == {"fs.protected_fifos": "overridden"}
    assert vm.see() == before


def test_a_value_that_the_kernel_refuses_undoes_the_run(vm, hardened):
    before = vm.see()
    outcome = vm.play("harden.yml", photon_hardening_overrides={"kernel.panic": "20", "net.ipv4.ip_local_port_range": "60000 1000"})
    assert outcome.code == 2
    assert re.search(rf"net\.ipv4\.ip_local_port_range = 60000 1000 \({re.escape(TUNING)} line \d+\): .*EINVAL", outcome.output)
    assert states(outcome, "rejected") == {"net.ipv4.ip_local_port_range": "rejected"}
    after = vm.see()
    assert (after.values, after.files) == (before.values, before.files)


@pytest.mark.parametrize(("path", "content", "message"), [
    (SECURITY, "kernel.panic = 20\nkernel.kptr_restrict\n", f"{SECURITY} line 2: "),
    ("/etc/sysctl.d/../50-test.conf", "kernel.panic = 20\n", "/etc/sysctl.d/../50-test.conf"),
], ids=["unparsable", "path"])
def test_bad_input_writes_nothing(vm, hardened, path, content, message):
    before = vm.see()
    outcome = vm.module(dropins=[{"path": TUNING, "content": "kernel.panic = 30\n"}, {"path": path, "content": content}])
    assert outcome.code == 2 and message in outcome.output
    assert vm.see() == before


def test_a_stricter_value_of_ours_goes_back_with_its_override(vm, hardened):
    assert vm.play("harden.yml", photon_hardening_overrides={PTRACE: "2"}).code == 0
    strict = vm.see()
    assert strict.values[PTRACE] == "2"
    assert vm.play("harden.yml").code == 0
    assert moved(strict, vm.see()) == {PTRACE: ("2", "1")}


def test_a_stricter_value_of_somebody_else_stays(vm, hardened):
    vm.ssh("echo 2 >/proc/sys/kernel/yama/ptrace_scope")
    before = vm.see()
    outcome = vm.play("harden.yml")
    assert outcome.code == 0 and row_of(outcome, PTRACE)["state"] == "stricter"
    assert moved(before, vm.see()) == {}
    assert active_lines(vm, SECURITY)[PTRACE] == "2"


def test_every_value_is_there_after_a_reboot(vm, hardened):
    boot = "cat /proc/sys/kernel/random/boot_id"
    first, expected = vm.ssh(boot), {**wanted(vm.suite), PTRACE: "2"}
    assert active_lines(vm, SECURITY, TUNING) == expected
    assert active_lines(vm, RESTATED) == {"fs.protected_fifos": "2"}
    vm.reboot()
    assert vm.ssh(boot) != first
    now = vm.see()
    assert {name: now.values[name] for name in expected} == expected
    outcome = vm.play("harden.yml", "--check")
    assert outcome.shard["changed"] is False


def test_rollback_puts_everything_back(vm, untouched, hardened):
    vm.ssh("echo 1 >/proc/sys/kernel/yama/ptrace_scope")  # ours again, after somebody else's 2
    outcome = vm.play("rollback.yml")
    assert outcome.code == 0 and outcome.shard["changed"] is True
    now, names = vm.see(), wanted(vm.suite)
    assert {name: now.values[name] for name in names} == {name: untouched.values[name] for name in names}
    assert [line for line in now.files if "photon-hardening" not in line] == untouched.files
    assert not [line for line in now.files if "/var/lib/photon-hardening/" in line]
    assert vm.play("rollback.yml").shard["changed"] is False
