"""One VM's life with the collection: predicted, hardened, refused, changed by others, rebooted, put back, rebooted. In this order."""

import hashlib
import os
import re
from pathlib import Path

import pytest
import yaml

CATALOGUE = Path(__file__).parents[2] / "roles/photon_hardening/files/catalogue.yml"
SECURITY, TUNING = "/etc/sysctl.d/50-security-hardening.conf", "/etc/sysctl.d/60-photon-tuning.conf"
NETWORK, RESTATED = "/etc/sysctl.d/70-photon-network.conf", "/etc/sysctl.d/zz-photon-hardening.conf"
PTRACE, BPF = "kernel.yama.ptrace_scope", "kernel.unprivileged_bpf_disabled"

# Held back on every host, so that what is expected does not depend on which container engines a disk has.
CONTAINER_HOST = "always"
HELD_BACK = {"net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding", "kernel.unprivileged_userns_clone"}

# What is there before the first run: a vendor's file with the name of ours, as on Photon, and files that are read after ours.
PLANTED = {
    SECURITY: "# The vendor's.\nkernel.kptr_restrict=1\nkernel.sysrq=16\n",
    "/etc/sysctl.d/99-planted-by-the-test.conf": "kernel.dmesg_restrict = 0\n",
    "/usr/lib/sysctl.d/99-planted-by-the-test-too.conf": "kernel.randomize_va_space = 1\nfs.protected_fifos = 1\n",
}
# What a package update brings later; the boot values are the same.
UPDATED = "# The vendor's new one.\nkernel.sysrq=16\nkernel.kptr_restrict=1\n"
# parameter -> (the file that would take it back at boot, its value, ours). Where Debian has a file of its own with the same value,
# the earlier line counts.
RIVALS = {
    "kernel.dmesg_restrict": ("/etc/sysctl.d/99-planted-by-the-test.conf", "0", "1"),
    "kernel.randomize_va_space": ("/usr/lib/sysctl.d/99-planted-by-the-test-too.conf", "1", "2"),
    "fs.protected_fifos": ("/usr/lib/sysctl.d/99-planted-by-the-test-too.conf", "1", "2"),
}
# No more than this may differ between two boots of an untouched host.
MAX_NOISE = 12
# The kernel makes these at each boot of the memory that is free by then; some boots find the same, some a few pages less.
SIZED_AT_BOOT = {"fs.epoll.max_user_watches", "fs.fanotify.max_user_marks", "fs.file-max", "fs.inotify.max_user_watches",
                 "kernel.threads-max", "net.ipv4.tcp_mem", "net.ipv4.udp_mem", "net.sctp.sctp_mem", "user.max_cgroup_namespaces",
                 "user.max_fanotify_marks", "user.max_inotify_watches", "user.max_ipc_namespaces", "user.max_mnt_namespaces",
                 "user.max_net_namespaces", "user.max_pid_namespaces", "user.max_time_namespaces", "user.max_user_namespaces",
                 "user.max_uts_namespaces", "vm.admin_reserve_kbytes", "vm.min_free_kbytes", "vm.user_reserve_kbytes"}

STRICTER = {"bullseye": {}, "bookworm": {"net.ipv4.tcp_challenge_ack_limit": "2147483647"},
            "trixie": {"net.ipv4.tcp_challenge_ack_limit": "2147483647"}}
# Only compared, and this kernel does not have them: they have no row.
LEFT_OUT = {"bullseye": {"kernel.sg-big-buff"}, "bookworm": {"kernel.sg-big-buff", "kernel.sched_min_granularity_ns"},
            "trixie": {"kernel.sg-big-buff", "kernel.sched_min_granularity_ns"}}
# Reported by the role; the kernel counts on between two runs.
COUNTERS = {"fs.dentry-state", "fs.file-nr", "kernel.random.entropy_avail"}
# All that the first run moves in the running kernel.
MOVED = {
    "kernel.kptr_restrict": ("1", "2"), "kernel.sysrq": ("16", "0"), PTRACE: ("0", "1"),
    "kernel.panic_on_oops": ("0", "1"), "kernel.panic": ("0", "10"),
    **{name: (rival, ours) for name, (_path, rival, ours) in RIVALS.items()},
}
MOVED_BESIDES = {
    "bullseye": {"net.ipv4.tcp_challenge_ack_limit": ("1000", "1073741823")},
    "bookworm": {},
    "trixie": {"fs.protected_regular": ("0", "2")},
}


def moved(before, after):
    names = before.values.keys() | after.values.keys()
    return {name: (before.values.get(name), after.values.get(name)) for name in names if before.values.get(name) != after.values.get(name)}


def wanted(suite):
    """parameter -> value that must be in force: the catalogue's recommendation but for what this suite is known to do otherwise."""
    rows = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))["parameters"]
    column = {row["name"]: row["values"]["photon"] for row in rows if "photon" in row["values"]}
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


def harden(vm, *arguments, **variables):
    return vm.play("harden.yml", *arguments, photon_hardening_container_host=CONTAINER_HOST, **variables)


def rival(vm, name):
    """FILE:LINE that takes NAME back at boot, and the value that it sets."""
    path, value, _ours = RIVALS[name]
    line = vm.ssh(f"awk '/^{name}/ {{ print FNR }}' {path}").strip()
    return f"{path}:{line}", value


@pytest.fixture(scope="module")
def installed(vm):
    """The host as it came."""
    return vm.see()


@pytest.fixture(scope="module")
def planted(vm, installed):
    for path, text in PLANTED.items():
        vm.ssh(f"cat >{path}", stdin=text)
    vm.ssh("systemctl restart systemd-sysctl")
    return vm.see()


@pytest.fixture(scope="module")
def untouched(vm, planted):
    """The host before the first run, in its second boot."""
    vm.reboot()
    return vm.see()


@pytest.fixture(scope="module")
def noise(planted, untouched):
    """The parameters that may differ between two boots of an untouched host: those that did, and those that sometimes do."""
    return moved(planted, untouched).keys() | SIZED_AT_BOOT


@pytest.fixture(scope="module")
def predicted(vm, untouched):
    outcome = harden(vm, "--check")
    assert outcome.code == 0
    assert vm.see() == untouched
    return outcome


@pytest.fixture(scope="module")
def hardened(vm, predicted):
    outcome = harden(vm, "--diff")
    assert outcome.code == 0
    return outcome


@pytest.mark.skipif(os.environ["VM_SUITE"] != "bookworm", reason="the catalogue has a column for Debian 12 alone")
def test_the_column_of_debian_is_what_debian_says(installed):
    rows = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))["parameters"]
    column = {row["name"]: row["values"]["debian12"] for row in rows if "debian12" in row["values"]}
    assert len(column) > 80
    assert {name: installed.values.get(name) for name in column} == column


def test_two_boots_of_an_untouched_host_hardly_differ(vm, planted, untouched, noise):
    differ = moved(planted, untouched)
    print(f"{len(untouched.values)} parameters; between two boots differ {differ}")
    assert len(untouched.values) > 500 and len(differ) <= MAX_NOISE
    assert noise & (wanted(vm.suite).keys() | HELD_BACK) == set()
    assert planted.files == untouched.files


def test_check_mode_predicts_the_run(predicted, hardened):
    assert predicted.shard["check_mode"] and not hardened.shard["check_mode"]
    assert hardened.shard["changed"] is True
    for key in ("changed", "summary"):
        assert predicted.shard[key] == hardened.shard[key]
    rows = [[row for row in outcome.shard["parameters"] if row["name"] not in COUNTERS] for outcome in (predicted, hardened)]
    assert rows[0] == rows[1]
    assert len(rows[0]) == len(hardened.shard["parameters"]) - len(COUNTERS)


def test_every_parameter_has_the_state_that_this_suite_is_known_for(vm, hardened):
    expected = {**dict.fromkeys(HELD_BACK, "held_back"), **dict.fromkeys(STRICTER[vm.suite], "stricter")}
    found = {row["name"]: row["state"] for row in hardened.shard["parameters"]}
    assert {name: state for name, state in found.items() if state not in ("changed", "ok")} == expected
    assert found.keys() >= wanted(vm.suite).keys() | HELD_BACK
    assert found.keys() & LEFT_OUT[vm.suite] == set()


def test_the_wanted_values_are_live_and_nothing_else_moved(vm, untouched, hardened):
    now = vm.see()
    assert moved(untouched, now) == {**MOVED, **MOVED_BESIDES[vm.suite]}
    expected = wanted(vm.suite)
    assert {name: now.values[name] for name in expected} == expected
    assert active_lines(vm, SECURITY, TUNING) == expected
    for path in (SECURITY, TUNING, RESTATED):
        assert now.files[path].startswith("-rw-r--r-- root:root ")
    for name, (before, after) in MOVED.items():
        assert f"-{name} = {before}" in hardened.output
        assert f"+{name} = {after}" in hardened.output


def test_second_run_changes_nothing(vm, hardened):
    before = vm.see()
    outcome = harden(vm)
    assert re.search(rf"^{vm.name} .* changed=0 .* failed=0 ", outcome.output, re.MULTILINE)
    assert vm.see() == before


def test_audit_names_the_rivals_and_writes_nothing(vm, hardened):
    """With conflicts: report a run would take the restated lines away; so there is something that the audit must not do."""
    before = vm.see()
    outcome = vm.play("audit.yml", photon_hardening_container_host=CONTAINER_HOST, photon_hardening_conflicts="report")
    assert outcome.code == 0 and outcome.shard["changed"] is True
    assert states(outcome, "overridden") == dict.fromkeys(RIVALS, "overridden")
    for name in RIVALS:
        row, (source, value) = row_of(outcome, name), rival(vm, name)
        assert (row["boot"], row["boot_source"]) == (value, source)
    assert vm.see() == before


def test_a_value_that_the_kernel_refuses_undoes_the_run(vm, hardened):
    before = vm.see()
    outcome = harden(vm, photon_hardening_overrides={"kernel.panic": "20", "net.ipv4.ip_local_port_range": "60000 1000"})
    assert outcome.code == 2
    assert re.search(rf"net\.ipv4\.ip_local_port_range = 60000 1000 \({re.escape(NETWORK)} line \d+\): .*EINVAL", outcome.output)
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
    assert harden(vm, photon_hardening_overrides={PTRACE: "2"}).code == 0
    strict = vm.see()
    assert strict.values[PTRACE] == "2"
    assert harden(vm).code == 0
    assert moved(strict, vm.see()) == {PTRACE: ("2", "1")}


def test_a_stricter_value_of_somebody_else_stays(vm, hardened):
    vm.ssh("echo 2 >/proc/sys/kernel/yama/ptrace_scope")
    before = vm.see()
    outcome = harden(vm)
    assert outcome.code == 0 and row_of(outcome, PTRACE)["state"] == "stricter"
    assert moved(before, vm.see()) == {}
    assert active_lines(vm, SECURITY)[PTRACE] == "2"


def test_a_package_update_is_noticed(vm, hardened):
    before = vm.see()
    vm.ssh(f"cat >{SECURITY}", stdin=UPDATED)
    outcome = harden(vm)
    assert outcome.code == 0 and outcome.shard["changed"] is True
    assert any(warning.startswith(f"{SECURITY} was replaced by something else") for warning in outcome.shard["notes"])
    after = vm.see()
    assert moved(before, after) == {} and after.files[SECURITY] == before.files[SECURITY]


def test_every_value_is_there_after_a_reboot(vm, hardened):
    boot = "cat /proc/sys/kernel/random/boot_id"
    first, expected = vm.ssh(boot), {**wanted(vm.suite), PTRACE: "2"}
    assert active_lines(vm, SECURITY, TUNING) == expected
    assert active_lines(vm, RESTATED) == {name: ours for name, (_path, _rival, ours) in RIVALS.items()}
    vm.reboot()
    assert vm.ssh(boot) != first
    now = vm.see()
    assert {name: now.values[name] for name in expected} == expected
    outcome = harden(vm, "--check")
    assert outcome.shard["changed"] is False


@pytest.fixture(scope="module")
def restored(untouched):
    """The files as before the first run, with what a package update has put at our path since."""
    mode, content = untouched.files[SECURITY].rsplit(" ", 1)
    assert content == hashlib.sha256(PLANTED[SECURITY].encode()).hexdigest()
    return {**untouched.files, SECURITY: f"{mode} {hashlib.sha256(UPDATED.encode()).hexdigest()}"}


def test_rollback_puts_everything_back_but_what_needs_a_reboot(vm, untouched, noise, restored, hardened):
    assert harden(vm, photon_hardening_overrides={BPF: "1"}).code == 0
    before = vm.see()
    predicted = vm.preview("--diff")
    assert predicted.code == 0 and vm.see() == before
    outcome = vm.play("rollback.yml", "--diff")
    assert outcome.code == 0 and outcome.shard["changed"] is True
    assert row_of(predicted, BPF)["state"] == row_of(outcome, BPF)["state"] == "reboot_required"
    assert f"1 only after a reboot: {BPF}" in outcome.shard["msg"]
    rest = [[row for row in play.shard["parameters"] if row["name"] not in COUNTERS] for play in (predicted, outcome)]
    assert rest[0] == rest[1]
    now = vm.see()
    # Somebody else has set ptrace_scope since, and that is left.
    assert {name: pair for name, pair in moved(untouched, now).items() if name not in noise} == {PTRACE: ("0", "2"), BPF: ("2", "1")}
    assert {path: look for path, look in now.files.items() if not path.startswith("/var/lib/")} == restored


def test_after_the_next_reboot_nothing_is_left_of_us(vm, untouched, noise, restored, hardened):
    vm.reboot()
    assert moved(untouched, vm.see()).keys() <= noise
    outcome = vm.play("rollback.yml")
    assert outcome.code == 0 and outcome.shard["changed"] is False
    now = vm.see()
    assert moved(untouched, now).keys() <= noise
    assert now.files == restored


# --- a profile with a network, and an interface that every boot makes anew ---

BRIDGE = {"/etc/systemd/network/10-test.netdev": "[NetDev]\nName=br-test\nKind=bridge\n",
          "/etc/systemd/network/10-test.network": "[Match]\nName=br-test\n[Network]\nLinkLocalAddressing=no\n"}
MARTIANS = "net.ipv4.conf.br-test.log_martians"


def test_what_interfaces_started_with_after_a_reboot_goes_back(vm, noise, restored):
    for path, text in BRIDGE.items():
        vm.ssh(f"cat >{path}", stdin=text)
    vm.reboot()
    before = vm.see()
    assert before.values[MARTIANS] == "0"
    outcome = vm.play("harden.yml", photon_hardening_profile="container_host")
    assert outcome.code == 0
    # No row of its own: the bridge is no device, and exists only since this boot.
    vm.reboot()
    hardened = vm.see()
    assert hardened.values[MARTIANS] == "1"
    again = vm.play("harden.yml", photon_hardening_profile="container_host")
    assert again.code == 0 and again.shard["changed"] is False
    outcome = vm.play("rollback.yml")
    assert outcome.code == 0
    stuck = states(outcome, "reboot_required").keys()
    now = vm.see()
    assert moved(before, now).keys() <= noise | stuck, moved(before, now)
    assert now.values[MARTIANS] == "0"
    assert {path: look for path, look in now.files.items() if not path.startswith("/var/lib/")} == restored
