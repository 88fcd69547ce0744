# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import errno
import hashlib
import hmac

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _boot_order, _info, _uses
from ansible_collections.photon.hardening.plugins.module_utils._model import File, Reading, Use

ONE = Reading("1")
NO_FILES = _boot_order.BootOrder([])
KEY, STABLE = "net.ipv4.tcp_fastopen_key", "net.ipv6.conf.eth0.stable_secret"


# --- which parameters ---

@pytest.mark.parametrize("pattern, name, expected", [
    ("*", "kernel.a", True),
    ("*", "net.ipv4.conf.eth0/100.rp_filter", True),
    ("*", "net.ipv4.conf.\n\udcff.rp_filter", True),
    ("kernel.*", "kernel.random.uuid", True),
    ("kernel.*", "vm.kernel.a", False),
    ("kernel.?", "kernel.ab", False),
    ("kernel.[ab]", "kernel.b", True),
    ("kernel.[ab", "kernel.[ab", True),
    ("kernel.a", "kernel.a", True),
    ("kernel.a", "kernel.ab", False),
    ("kernel.A", "kernel.a", False),
    ("kernel.*A", "kernel.a", False),
    ("kernel.a.", "kernel.a", False),
    ("net/ipv4/ip_forward", "net.ipv4.ip_forward", True),
    ("net/ipv4/conf/eth0.100/*", "net.ipv4.conf.eth0/100.rp_filter", True),
    ("net.ipv4.conf.*.rp_filter", "net.ipv4.conf.eth0/100.rp_filter", True),
    ("net.ipv4.conf.*.rp_filter", "net.ipv4.conf.eth0/100.rp_filters", False),
])
def test_a_pattern(pattern, name, expected):
    assert _info.Names([pattern]).wanted(name) is expected


@pytest.mark.parametrize("patterns, starts", [
    ([], []),
    (["*"], [""]),
    (["k*"], [""]),
    (["*", "kernel.a", "net.*"], [""]),
    (["kernel.*"], ["kernel"]),
    (["kernel.?", "kernel.[ab].c"], ["kernel"]),
    (["kernel.a"], ["kernel/a"]),
    (["kernel.a", "kernel.ab", "kernel-x.a"], ["kernel/a", "kernel/ab", "kernel-x/a"]),
    (["net.ipv4.*", "net.ipv4.conf.*.rp_filter", "net.ipv4.ip_forward", "net.ipv4-x.a"], ["net/ipv4", "net/ipv4-x/a"]),
    (["kernel.*", "net.*", "net.ipv4.*", "vm.*"], ["kernel", "net", "vm"]),
    (["net.ipv4.conf.eth*.rp_filter"], ["net/ipv4/conf"]),
    (["net.ipv4.conf.eth0/100.*"], ["net/ipv4/conf/eth0.100"]),
    (["net/ipv4/conf/eth0.100/*"], ["net/ipv4/conf/eth0.100"]),
])
def test_where_to_look(patterns, starts):
    assert _info.Names(patterns).starts == starts


@pytest.mark.parametrize("patterns, number", [([""], 1), (["*", " \t"], 2)])
def test_an_empty_pattern_is_refused(patterns, number):
    with pytest.raises(ValueError, match="names: number %d is empty: give a parameter such as" % number):
        _info.Names(patterns)


@pytest.mark.parametrize("name, mode, is_read", [
    ("kernel.a", 0o644, True), ("kernel.a", 0o444, True), ("kernel.a", 0o600, True), ("kernel.a", 0o040, True), ("kernel.a", 0o004, True),
    ("net.ipv4.route.flush", 0o200, False), ("kernel.a", 0o333, False), ("kernel.a", 0, False), ("vm.stat_refresh", 0o600, False),
])
def test_what_is_read(name, mode, is_read):
    expected = ({name: mode}, 0, []) if is_read else ({}, 0, [name])
    assert _info.chosen([(name, mode)]) == expected


def test_those_of_interfaces_are_left_out_first():
    interfaces = [("net.ipv4.conf.veth%02d.rp_filter" % number, 0o644) for number in range(30)]
    others = [("vm.flush", 0o200), ("vm.a", 0o644), ("net.ipv4.conf.all.rp_filter", 0o644)]
    found, omitted, not_read = _info.chosen(interfaces[::-1] + others, most=5)
    assert sorted(found) == ["net.ipv4.conf.all.rp_filter", "net.ipv4.conf.veth00.rp_filter", "net.ipv4.conf.veth01.rp_filter",
                             "net.ipv4.conf.veth02.rp_filter", "vm.a"]
    assert (omitted, not_read) == (27, ["vm.flush"])


@pytest.mark.parametrize("count", [4, 5, 6, 10, 11, 12, 23])
def test_no_more_are_kept_than_may_be(count):
    found, omitted, _not_read = _info.chosen([("vm.%02d" % number, 0o644) for number in range(count)], most=5)
    assert sorted(found) == ["vm.%02d" % number for number in range(min(count, 5))]
    assert omitted == max(0, count - 5)


# --- secrets ---

@pytest.mark.parametrize("name, mode, expected", [
    (KEY, 0o600, True), (KEY, 0o644, True), (STABLE, 0o600, True), (STABLE, 0o644, True), ("net.core.netdev_rss_key", 0o444, True),
    ("kernel.unknown", 0o600, True), ("kernel.unknown", 0o400, True), ("kernel.unknown", 0o622, True),
    ("kernel.unknown", 0o711, True), ("kernel.unknown", 0o640, False), ("kernel.unknown", 0o604, False), ("kernel.unknown", 0o644, False),
    ("net.core.bpf_jit_harden", 0o600, False), ("vm.mmap_rnd_bits", 0o600, False), ("net.ipv4.ipfrag_secret_interval", 0o644, False),
])
def test_what_is_a_secret(name, mode, expected):
    assert _info.is_secret(name, mode) is expected


SALTED = hmac.new(b"salt", b"1-2-3", hashlib.sha256).hexdigest()


@pytest.mark.parametrize("value, salt, expected", [
    ("1-2-3", None, None),
    ("1-2-3", "salt", SALTED),
    ("\udcff", "\ud800", hmac.new(b"\xed\xa0\x80", b"\xff", hashlib.sha256).hexdigest()),
])
def test_a_digest(value, salt, expected):
    assert _info.digest(value, salt) == expected


# --- what two reads make of a parameter ---

@pytest.mark.parametrize("name, mode, first, second, expected", [
    ("kernel.a", 0o644, Reading("1"), Reading("1"), "value"),
    ("kernel.a", 0o644, Reading("1"), Reading("2"), "moves"),
    ("kernel.a", 0o644, Reading(None, errno.EIO), Reading("2"), "moves"),
    ("kernel.a", 0o644, Reading("1"), Reading(None, errno.EIO), "unreadable"),
    ("fs.file-nr", 0o444, Reading("1"), Reading("1"), "moves"),
    (KEY, 0o600, Reading("1"), Reading("1"), "secret"),
    (KEY, 0o600, Reading("1"), Reading("2"), "secret"),
    (STABLE, 0o600, Reading(None, errno.EIO), Reading(None, errno.EIO), "unreadable"),
])
def test_kinds(name, mode, first, second, expected):
    assert _info.kind(name, mode, (first, second)) == expected


def row(name, mode=0o644, second=ONE, boot=NO_FILES, salt="salt"):
    (found,) = _info.rows({name: mode}, {name: ONE}, {name: second}, boot, salt)
    return found


FILE = File("/etc/sysctl.d/50-a.conf", "kernel.a = 2\n-kernel.b\n%s = 7-7-7\n%s = fe80::7\n" % (KEY, STABLE))
FILES = _boot_order.BootOrder([FILE])


@pytest.mark.parametrize("given, expected", [
    (dict(name="kernel.a"), dict(kind="value", value="1", boot=None, boot_source=None)),
    (dict(name="kernel.a", boot=FILES), dict(kind="value", value="1", boot="2", boot_source="/etc/sysctl.d/50-a.conf:1")),
    (dict(name="kernel.b", boot=FILES), dict(kind="value", value="1", boot=None, boot_source="/etc/sysctl.d/50-a.conf:2")),
    (dict(name="kernel.a", second=Reading("3\t4 ")), dict(kind="moves", value="3 4", boot=None, boot_source=None)),
    (dict(name="kernel.a", second=Reading(None, errno.EACCES)),
     dict(kind="unreadable", value=None, boot=None, boot_source=None, error="EACCES")),
    (dict(name=KEY, second=Reading("1-2-3"), boot=FILES),
     dict(kind="secret", value=None, boot=None, boot_source="/etc/sysctl.d/50-a.conf:3", digest=SALTED)),
    (dict(name=KEY, second=Reading("1-2-3"), salt=None), dict(kind="secret", value=None, boot=None, boot_source=None, digest=None)),
    (dict(name=STABLE, second=Reading(None, errno.EIO), boot=FILES),
     dict(kind="unreadable", value=None, boot=None, boot_source="/etc/sysctl.d/50-a.conf:4", error="EIO")),
    (dict(name="kernel.unknown", mode=0o600, second=Reading("1-2-3")),
     dict(kind="secret", value=None, boot=None, boot_source=None, digest=SALTED)),
])
def test_a_row(given, expected):
    assert row(**given) == dict(expected, name=given["name"])


def test_rows_are_sorted_and_what_is_gone_has_none():
    modes = {"vm.b": 0o644, "vm.a": 0o644, "vm.gone": 0o644}
    firsts = dict.fromkeys(modes, Reading("1"))
    seconds = dict(firsts, **{"vm.gone": Reading(None, errno.ENOENT)})
    assert [item["name"] for item in _info.rows(modes, firsts, seconds, NO_FILES, None)] == ["vm.a", "vm.b"]


@pytest.mark.parametrize("value, expected", [
    (None, None), ("", ""), (" 1\t2\n3 ", "1 2 3"), ("\x1b[2J\udcff", "\\x1b[2J\\xff"), ("x" * 1000, "x" * 1000),
    ("x" * 1001, "%s... (1001 characters, SHA-256 %s)" % ("x" * 1000, hashlib.sha256(b"x" * 1001).hexdigest())),
])
def test_a_value_is_told_in_one_short_line(value, expected):
    assert _info.told(value) == expected


def test_long_values_that_differ_at_their_end_stay_different():
    assert _info.told("x" * 5000 + "1") != _info.told("x" * 5000 + "2")


# --- the host ---

@pytest.mark.parametrize("text, expected", [
    (None, None), ("", None), ("MemTotal:       2048 kB\nMemFree: 1 kB\n", 2048), ("XMemTotal: 1 kB\n", None),
    ("MemTotal: many kB\n", None)])
def test_memory(text, expected):
    assert _info.memory_kb(text) == expected


def test_runtimes_are_uses_without_gateways():
    uses = {name: Use("/bin/" + name, True) for name in _uses.NAMES}
    found = _info.runtimes(uses)
    assert [item["name"] for item in found] == sorted(set(_uses.RUNTIMES) - {"wireguard", "openvpn"})
    assert {"name": "docker", "evidence": "/bin/docker"} in found


def test_notes():
    assert _info.notes(0, False) == []
    (container,) = _info.notes(0, True)
    assert "container" in container
    (omitted,) = _info.notes(7, False)
    assert omitted.startswith("7 more parameters were found than the 4000 that a result may have")
