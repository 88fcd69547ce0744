"""Engines, libvirt's network and LXC on a real kernel: hardened, switched off and on, cut off without the guard, served with it."""

import re
from pathlib import Path

import pytest
import yaml

SCRIPT = (Path(__file__).parent / "containers.sh").read_text(encoding="utf-8")
FORWARDING, USERNS = "net.ipv4.ip_forward", "kernel.unprivileged_userns_clone"

# workload of containers.sh -> what it prints last when it works.
WORKLOADS = {
    "docker_outbound": "far", "docker_published": "inside", "docker_name": "inside", "docker_build": "built",
    "user_namespace": "entered", "podman_published": "inside", "libvirt_outbound": "far", "lxc_outbound": "far",
}
# What does not do without forwarding. Containers on one bridge still reach each other, and rootless ports are a process's own.
FORWARDED = {"docker_outbound", "docker_published", "libvirt_outbound", "lxc_outbound"}

# What the two disks have, and nothing else: no CRI-O, no kubelet, no rootless Docker.
CONTAINERS = {"docker": "/usr/sbin/dockerd", "containerd": "/usr/bin/containerd", "podman": "/usr/bin/podman"}
NETWORKS = {"libvirt": "/usr/sbin/libvirtd", "lxc": "/usr/bin/lxc-start"}
ENGINES = {**CONTAINERS, **NETWORKS}
# What needs user namespaces of ordinary users.
NAMESPACED = {"podman_rootless": "/usr/bin/podman and /etc/subuid", "lxc": NETWORKS["lxc"]}

CATALOGUE = yaml.safe_load((Path(__file__).parents[2] / "roles/photon_hardening/files/catalogue.yml").read_text(encoding="utf-8"))
ROWS = CATALOGUE["parameters"]
SAFE, CUTTING = {"photon_hardening_profile": "container_host"}, {"photon_hardening_profile": "stig_photon5"}

# As a kubelet with --protect-kernel-defaults compares them: as whole numbers, equal and not just as good.
KUBELET = {
    "vm.overcommit_memory": 1, "vm.panic_on_oom": 0, "kernel.panic": 10, "kernel.panic_on_oops": 1,
    "kernel.keys.root_maxkeys": 1000000, "kernel.keys.root_maxbytes": 25000000,
}
# parameter -> what is in force instead of the profile's value: kernels have a stricter one, or do not have the parameter (None).
INSTEAD = {
    "bookworm": {"net.ipv4.tcp_challenge_ack_limit": "2147483647", "kernel.io_uring_disabled": None, "dev.tty.legacy_tiocsti": None,
                 "kernel.apparmor_restrict_unprivileged_unconfined": None},
    "trixie": {"net.ipv4.tcp_challenge_ack_limit": "2147483647"},
}
# Docker alone decides whether it loads the module; the other one is held back for rootless Podman, where a kernel has it at all.
ASIDE = ("net.bridge.bridge-nf-call-iptables", "kernel.apparmor_restrict_unprivileged_userns")


def work(vm, workload):
    """The last line of what a workload prints."""
    output = vm.ssh(f"bash -s {workload} || echo it ended with $?", stdin=SCRIPT)
    print(f"--- {workload}\n{output}")
    return output.splitlines()[-1]


def cut_off(vm, workloads=tuple(WORKLOADS)):
    """Those of the workloads that do not work."""
    return {workload for workload in workloads if work(vm, workload) != WORKLOADS[workload]}


def live(vm, name):
    """A slash in a name is a dot in an interface's."""
    return vm.ssh("cat /proc/sys/" + name.translate(str.maketrans("./", "/."))).strip()


def row_of(outcome, name):
    return next(row for row in outcome.shard["parameters"] if row["name"] == name)


def harden(vm, *arguments, **variables):
    outcome = vm.play("harden.yml", *arguments, **variables)
    assert outcome.code == 0
    return outcome


def found(reason):
    """runtime -> where it was found, by the reason for which a parameter is held back."""
    assert reason.startswith("would break ")
    return dict(re.findall(r"(\w+) \(([^)]*)\)", reason))


def attach(vm):
    vm.ssh("bash -s attach", stdin=SCRIPT)


@pytest.fixture(scope="module")
def prepared(vm):
    """Containers run on the host as it came."""
    vm.ssh("bash -s prepare", stdin=SCRIPT)
    attach(vm)


@pytest.fixture(scope="module")
def hardened(vm, prepared):
    return harden(vm, "--diff", **SAFE)


@pytest.fixture(scope="module")
def cold(vm, hardened):
    """The hardened host switched off and on: a running one has its modules loaded and its namespaces made."""
    boot = "kernel.random.boot_id"
    first = live(vm, boot)
    vm.cold_boot()
    assert live(vm, boot) != first
    state = vm.ssh("systemctl is-system-running --wait || systemctl --failed --no-legend")
    assert state.strip() == "running"
    attach(vm)


def test_every_workload_works_on_the_host_as_it_came(vm, prepared):
    assert cut_off(vm) == set()


def test_the_runtimes_found_are_those_installed(vm, prepared):
    outcome = harden(vm, "--check", photon_hardening_profile="photon")
    for name, runtimes in ((FORWARDING, ENGINES), (USERNS, NAMESPACED)):
        row = row_of(outcome, name)
        assert (row["state"], found(row["reason"])) == ("held_back", runtimes)


def test_an_interface_with_a_dot_in_its_name_is_reached_while_it_exists(vm, prepared, hardened):
    for name in ("net.ipv4.conf.uplink/7.send_redirects", "net.ipv6.conf.uplink/7.accept_redirects"):
        row = row_of(hardened, name)
        assert (row["state"], row["before"], row["after"]) == ("changed", "1", "0")
        assert live(vm, name) == "0"
    harden(vm, photon_hardening_overrides={"net.ipv4.conf.uplink/7.log_martians": "1"}, **SAFE)
    assert live(vm, "net.ipv4.conf.uplink/7.log_martians") == "1"
    harden(vm, **SAFE)
    assert live(vm, "net.ipv4.conf.uplink/7.log_martians") == "0"


def test_every_workload_works_after_a_cold_boot(vm, cold):
    assert cut_off(vm) == set()


def test_every_value_of_the_profile_is_in_force_after_a_cold_boot(vm, cold):
    """Read with the host's own tools; an interface's own values, too, where conf.all does not decide."""
    names = [row["name"] for row in ROWS if "container_host" in row["values"] and row["name"] not in ASIDE]
    paths = " ".join("/proc/sys/" + name.replace(".", "/") for name in names)
    text = vm.ssh(f"for path in {paths}; do test ! -e $path || echo $path $(cat $path); done")
    found = dict(line.removeprefix("/proc/sys/").split(" ", 1) for line in text.splitlines())
    column = {row["name"]: row["values"]["container_host"] for row in ROWS if row["name"] in names}
    assert {name: found.get(name.replace(".", "/")) for name in names} == {**column, **INSTEAD[vm.suite]}
    interfaces = set(vm.ssh("ls /proc/sys/net/ipv6/conf").split()) - {"lo"}
    assert interfaces >= {"all", "default", "docker0", "uplink.7", "virbr0", "lxcbr0"}
    reached = [row for row in ROWS if row.get("interfaces") and "container_host" in row["values"]]
    paths = {row["name"]: "/proc/sys/" + row["name"].replace(".", "/").replace("/conf/all/", "/conf/%s/") for row in reached}
    text = vm.ssh("grep -H . " + " ".join(path % name for path in paths.values() for name in interfaces))
    found = dict(line.split(":") for line in text.splitlines())
    assert found == {paths[row["name"]] % name: row["values"]["container_host"] for row in reached for name in interfaces}


def test_a_kubelet_that_protects_kernel_defaults_would_start(vm, cold):
    assert {name: int(live(vm, name)) for name in KUBELET} == KUBELET


def test_nothing_has_moved_since(vm, cold):
    """Docker finds forwarding on when it starts and so does not write it, which would reset the redirects."""
    outcome = harden(vm, "--diff", **SAFE)
    assert outcome.shard["changed"] is False


def test_the_guard_serves_the_outside_client(vm, cold):
    outcome = harden(vm, **CUTTING)
    row = row_of(outcome, FORWARDING)
    assert (row["state"], found(row["reason"])) == ("held_back", ENGINES)
    assert live(vm, FORWARDING) == "1"
    assert cut_off(vm) == set()


def test_without_the_guard_the_outside_client_is_cut_off_until_it_is_back(vm, cold):
    # Forwarding was on before the first run; without an engine that is a sign of a router.
    harden(vm, photon_hardening_container_host="never", photon_hardening_uses={"router": "absent"}, **CUTTING)
    assert live(vm, FORWARDING) == "0"
    assert cut_off(vm) == FORWARDED
    outcome = harden(vm, **CUTTING)
    assert row_of(outcome, FORWARDING)["state"] == "held_back"
    assert live(vm, FORWARDING) == "1"
    assert cut_off(vm, FORWARDED) == set()


def test_libvirt_and_lxc_are_served_for_their_own_sake_and_cut_off_without_it(vm, cold):
    others = dict.fromkeys([*CONTAINERS, "router"], "absent")
    row = row_of(harden(vm, photon_hardening_uses=others, **CUTTING), FORWARDING)
    assert (row["state"], found(row["reason"])) == ("held_back", NETWORKS)
    assert live(vm, FORWARDING) == "1"
    assert cut_off(vm, FORWARDED) == set()
    harden(vm, photon_hardening_uses={**others, **dict.fromkeys(NETWORKS, "absent")}, **CUTTING)
    assert live(vm, FORWARDING) == "0"
    assert cut_off(vm, FORWARDED) == FORWARDED
    assert row_of(harden(vm, **CUTTING), FORWARDING)["state"] == "held_back"
    assert cut_off(vm, FORWARDED) == set()


def test_without_the_guard_users_lose_their_namespaces_until_it_is_back(vm, cold):
    harden(vm, photon_hardening_container_host="never", photon_hardening_profile="photon")
    assert work(vm, "user_namespace") != WORKLOADS["user_namespace"]
    harden(vm, photon_hardening_profile="photon")
    assert cut_off(vm) == set()


def test_rollback_under_a_running_engine_leaves_forwarding_on(vm, cold):
    assert vm.play("rollback.yml").code == 0
    # A host that did not forward before the first run, and got its engine later.
    vm.ssh("systemctl stop docker.service docker.socket && echo 0 >/proc/sys/net/ipv4/ip_forward")
    row = row_of(harden(vm, **SAFE), FORWARDING)
    assert (row["state"], row["before"], row["after"]) == ("changed", "0", "1")
    vm.ssh("systemctl start docker")
    outcome = vm.play("rollback.yml", "--diff")
    assert outcome.code == 0 and outcome.shard["changed"] is True
    row = row_of(outcome, FORWARDING)
    assert (row["state"], row["after"]) == ("held_back", "1")
    assert "its baseline 0 would break docker (/usr/sbin/dockerd)" in row["reason"]
    assert re.search(rf"held back: .*{re.escape(FORWARDING)}", outcome.shard["msg"])
    assert live(vm, FORWARDING) == "1"
    assert cut_off(vm, FORWARDED) == set()
