# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module on the `net.*` parameters of a real kernel, with files below a temporary folder.

Runs in the namespace that run.sh makes, and nowhere else.
"""

import os
import subprocess
import threading

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _files, _procfs, _run

PATH = "/etc/sysctl.d/70-photon-network.conf"
FORWARD, ALL, DEFAULT, LEFT = ("net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding", "net.ipv4.conf.default.forwarding",
                               "net.ipv4.conf.left.forwarding")
REDIRECTS = "net.ipv4.conf.all.accept_redirects"
RUNS = 50


@pytest.fixture(autouse=True)
def in_a_namespace():
    assert os.readlink("/proc/self/ns/net") != os.environ["MACHINE_NETWORK"]


@pytest.fixture
def host(tmp_path, monkeypatch):
    """Files of a host of its own; the kernel is the real one, and has its values back afterwards."""
    monkeypatch.setattr(_files, "_real", lambda path: str(tmp_path) + path)
    return tmp_path


def run(content=None, rules=None, check_mode=False, **params):
    given = dict(dropins=None, rules=rules or {}, profile=None, conflicts="restate", container_host="never", uses={}, fail_on=[],
                 state="present")
    if content is not None:
        given["dropins"] = [dict(path=PATH, content=content)]
    return _run.run(dict(given, **params), False, check_mode, True)


def values(*names):
    return tuple(_procfs.read(name).value for name in names)


def write(name, value):
    assert _procfs.write(name, value) == 0


@pytest.fixture
def router():
    """A router of which one interface and the default do not forward."""
    before = {name: _procfs.read(name).value for name in (FORWARD, DEFAULT, LEFT, REDIRECTS)}
    write(FORWARD, "1")
    write(DEFAULT, "0")
    write(LEFT, "0")
    write(REDIRECTS, "0")
    yield
    for name in (FORWARD, DEFAULT, LEFT, REDIRECTS):
        write(name, before[name])


def test_what_forwarding_moves_is_proved_and_taken_back(host, router):
    predicted = run(FORWARD + " = 0\n", check_mode=True)
    result = run(FORWARD + " = 0\n")
    assert not result.get("failed") and result["parameters"] == predicted["parameters"]
    assert values(FORWARD, DEFAULT, LEFT, REDIRECTS) == ("0", "0", "0", "0")
    assert not run(FORWARD + " = 0\n")["changed"]
    assert not run(state="absent").get("failed")
    assert values(FORWARD, DEFAULT, LEFT, REDIRECTS) == ("1", "0", "0", "0")
    assert not [path for path in host.rglob("*") if path.is_file()]


@pytest.mark.parametrize("refused", ["net.ipv4.tcp_congestion_control = no_such_thing\n", "net.ipv4.ip_local_port_range = 60000 1000\n"])
def test_what_forwarding_moves_is_put_back_when_a_value_is_refused(host, router, refused):
    result = run(FORWARD + " = 0\n" + refused)
    assert result["failed"] and "Every value and file is as before" in result["msg"]
    assert {row["state"] for row in result["parameters"]} == {"not_applied", "rejected"}
    assert values(FORWARD, DEFAULT, LEFT, REDIRECTS) == ("1", "0", "0", "0")


@pytest.mark.parametrize("name, live, wanted", [
    ("net.ipv6.conf.all.forwarding", "1", "0"), ("net.ipv6.conf.all.forwarding", "0", "1"),
    ("net.ipv6.conf.all.disable_ipv6", "1", "0"), ("net.ipv6.conf.left.disable_ipv6", "0", "1"),
])
def test_what_only_one_direction_moves_is_put_back_and_taken_back(host, name, live, wanted):
    others = ("net.ipv6.conf.left.force_forwarding", "net.ipv6.conf.left.mtu")
    before = values(name, *others)
    write(name, live)
    for other, value in zip(others, ("1", "1400"), strict=True):
        if _procfs.exists(other):
            write(other, value)
    start = values(name, *others)
    try:
        failed = run("%s = %s\nnet.ipv4.tcp_congestion_control = no_such_thing\n" % (name, wanted))
        assert "Every value and file is as before" in failed["msg"]
        assert values(name, *others) == start
        assert not run("%s = %s\n" % (name, wanted)).get("failed")
        assert not run(state="absent").get("failed")
        assert values(name, *others) == start
    finally:
        for other, value in zip((name,) + others, before, strict=True):
            if value is not None:
                write(other, value)


def test_values_that_depend_on_one_another(host):
    names = ("net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_port_range")
    before = values(*names)
    assert not run("%s = 40000\n%s = 50000 60999\n" % names).get("failed")
    assert _procfs.read(names[0]).value == "40000"
    assert not run("%s = 1024\n%s = 2000 60999\n" % names).get("failed")
    assert not run(state="absent").get("failed")
    assert values(*names) == before


@pytest.mark.parametrize("line, reads", [
    ("net.ipv4.ip_local_reserved_ports = 30000-30002,30001,8080", "8080,30000-30002"),
    ("net.ipv4.ip_local_reserved_ports = ", ""),
    ("net.ipv4.neigh.left.retrans_time_ms = 1003", None),
    ("net.core.somaxconn = 0x10", "16"),
])
def test_the_kernels_own_form_is_noted_and_a_second_run_changes_nothing(host, line, reads):
    name = line.partition(" ")[0]
    before = _procfs.read(name).value
    first = run(line + "\n")
    assert not first.get("failed"), first["msg"]
    assert reads is None or _procfs.read(name).value == reads
    assert not run(line + "\n")["changed"]
    assert not run(line + "\n", check_mode=True)["changed"]
    assert not run(state="absent").get("failed")
    assert _procfs.read(name).value == before


@pytest.mark.parametrize("line, words", [
    ("net.ipv4.route.flush = 1", "an action, not a setting"),
    ("net.core.somaxconn = +5", "line 1"),
])
def test_what_is_refused_before_anything_is_written(host, line, words):
    for check_mode in (True, False):
        result = run(line + "\n", check_mode=check_mode)
        assert result["failed"] and words in result["msg"]


def test_an_address_that_was_never_set(host):
    subprocess.run(["ip", "link", "add", "once", "type", "veth", "peer", "name", "oncepeer"], check=True)
    try:
        name = "net.ipv6.conf.once.stable_secret"
        predicted = run(name + " = 2001:db8::1\n", check_mode=True)
        assert (predicted["parameters"][0]["before"], predicted["parameters"][0]["state"]) == (None, "changed")
        assert "cannot be unset" in predicted["parameters"][0]["reason"]
        assert not run(name + " = 2001:db8::1\n").get("failed")
        assert not run(name + " = 2001:db8::1\n")["changed"]
    finally:
        subprocess.run(["ip", "link", "del", "once"], check=True)


def batch(*lines):
    subprocess.run(["ip", "-force", "-batch", "-"], input="\n".join(lines) + "\n", text=True, stderr=subprocess.DEVNULL, check=False)


@pytest.fixture
def replaced_interfaces():
    """Pairs of interfaces that are taken away and made anew all the time, as containers start and stop."""
    stop, rounds = threading.Event(), []

    def churn():
        while not stop.is_set():
            for number in range(5):
                batch("link del churn%d" % number, "link add churn%d type veth peer name churn%dp" % (number, number))
            rounds.append(1)

    thread = threading.Thread(target=churn)
    thread.start()
    yield rounds
    stop.set()
    thread.join()
    batch(*("link del churn%d" % number for number in range(5)))


SPEAKERS = ("net.ipv4.conf.all.rp_filter", "net.ipv4.conf.all.log_martians", "net.ipv4.conf.default.accept_source_route",
            "net.ipv6.conf.all.accept_redirects")


def test_interfaces_that_come_and_go_fail_no_run(host, replaced_interfaces):
    rules = {name: {"interfaces": True} for name in SPEAKERS}
    for number in range(RUNS):
        result = run("".join("%s = %d\n" % (name, number % 2) for name in SPEAKERS), rules)
        assert not result.get("failed"), "run %d: %s" % (number, result["msg"])
        assert values(*SPEAKERS) == (str(number % 2),) * len(SPEAKERS)
    result = run(state="absent")
    assert not result.get("failed"), result["msg"]
    assert len(replaced_interfaces) > 2


def test_a_name_that_is_no_utf_8(host):
    """It reaches neither the terminal nor the JSON document raw, and nothing dies of it."""
    folder = os.path.join(os.fsencode(str(host)), b"etc/sysctl.d")
    os.makedirs(folder)
    with open(os.path.join(folder, b"\xff\x1b[2J.conf"), "wb") as stream:
        stream.write(b"net.core.somaxconn = 77\n")
    result = run("net.core.somaxconn = 4096\n")
    assert not result.get("failed"), result["msg"]
    assert result["parameters"][0]["boot"] == "4096"
    run(state="absent")
