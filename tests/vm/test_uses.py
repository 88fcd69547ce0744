"""Uses of a host that are no runtimes, on a real kernel: a router and a client of routers' advertisements, with the guard and without."""

from pathlib import Path

import pytest

SCRIPT = (Path(__file__).parent / "uses.sh").read_text(encoding="utf-8")
FORWARDING, CORE_PATTERN = "net.ipv4.ip_forward", "kernel.core_pattern"
ACCEPT_RA = "net.ipv6.conf.slaac0.accept_ra"
CUTTING, SAFE = {"photon_hardening_profile": "stig_photon5"}, {"photon_hardening_profile": "container_host"}
# workload of uses.sh -> what it prints last when it works.
WORKLOADS = {"forwarded": "far", "addressed": "addressed"}


def script(vm, action):
    output = vm.ssh(f"bash -s {action} || echo it ended with $?", stdin=SCRIPT)
    print(f"--- {action}\n{output}")
    return output.strip().splitlines()[-1:]


def works(vm, workload):
    return script(vm, workload) == [WORKLOADS[workload]]


def harden(vm, **variables):
    outcome = vm.play("harden.yml", "--diff", **variables)
    assert outcome.code == 0
    return outcome.shard


def row_of(shard, name):
    return next(row for row in shard["parameters"] if row["name"] == name)


def live(vm, name):
    return vm.ssh("cat /proc/sys/" + name.replace(".", "/")).strip()


@pytest.fixture(scope="module")
def used(vm):
    """The host as it is used before the collection comes."""
    script(vm, "prepare")
    script(vm, "attach")
    script(vm, "announce")


def test_it_is_used_before(vm, used):
    assert works(vm, "forwarded") and works(vm, "addressed")


def test_the_guard_keeps_a_router_and_the_second_run_sees_what_the_first_saw(vm, used):
    for _run in range(2):
        row = row_of(harden(vm, **CUTTING), FORWARDING)
        assert (row["state"], row["reason"]) == ("held_back", "would break router (net.ipv4.ip_forward was 1 before us)")
        assert works(vm, "forwarded")


def test_without_the_guard_the_router_is_one_no_more_until_it_is_back(vm, used):
    harden(vm, photon_hardening_uses={"router": "absent"}, **CUTTING)
    assert live(vm, FORWARDING) == "0" and not works(vm, "forwarded")
    assert row_of(harden(vm, **CUTTING), FORWARDING)["state"] == "held_back"
    assert live(vm, FORWARDING) == "1" and works(vm, "forwarded")


def test_the_guard_keeps_addresses_from_a_router(vm, used):
    row = row_of(harden(vm, **SAFE), ACCEPT_RA)
    assert (row["state"], row["reason"]) == ("held_back", "would break slaac (a router's advertisement on slaac0)")
    assert live(vm, ACCEPT_RA) == "1"
    script(vm, "announce")
    assert works(vm, "addressed")


def test_what_is_stopped_is_told_by_name(vm, used):
    vm.play("rollback.yml")
    shard = harden(vm, **SAFE)
    assert live(vm, CORE_PATTERN) == "|/bin/false"
    words = "core dumps, which no collector gets any more: crash_collector (kernel.core_pattern was |/bin/cat before us)"
    assert any(words in note for note in shard["notes"])


def test_without_the_guard_nothing_is_taken_from_a_router(vm, used):
    harden(vm, photon_hardening_uses={"slaac": "absent"}, **SAFE)
    assert live(vm, ACCEPT_RA) == "0"
    vm.ssh("ip link set slaac0 down && ip link set slaac0 up")
    script(vm, "announce")
    assert not works(vm, "addressed")
