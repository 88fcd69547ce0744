# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _model, _values

NUMBER = "kernel.sysrq"
VECTOR = "net.ipv4.tcp_rmem"
PORTS = "net.ipv4.ip_local_reserved_ports"
TEXT = "kernel.core_pattern"
WORDS = "kernel.seccomp.actions_logged"
ADDRESS = "net.ipv6.conf.eth0/100.stable_secret"
UNKNOWN = "some.parameter"


@pytest.mark.parametrize("name, kind", [
    (NUMBER, "number"),
    ("net.ipv4.ip_forward", "number"),
    ("net.ipv4.tcp_sack", "number"),
    ("net.ipv4.conf.eth0/100.rp_filter", "number"),
    ("net.ipv6.conf.all.forwarding", "number"),
    ("net.ipv4.neigh.default.gc_thresh1", "number"),
    ("kernel.yama.ptrace_scope", "number"),
    ("vm.compaction_proactiveness", "number"),
    ("fs.file-max", "unsigned"),
    ("kernel.shmmax", "unsigned"),
    ("kernel.oops_limit", "unsigned"),
    ("net.nf_conntrack_max", "unsigned"),
    (VECTOR, "vector"),
    ("kernel.printk", "vector"),
    (PORTS, "ranges"),
    ("net.ipv6.icmp.ratemask", "ranges"),
    (WORDS, "words"),
    ("net.ipv4.tcp_allowed_congestion_control", "words"),
    (TEXT, "text"),
    ("kernel.hostname", "text"),
    ("kernel.modprobe", "text"),
    ("net.core.default_qdisc", "text"),
    ("net.netfilter.nf_log.2", "text"),
    (ADDRESS, "address"),
    ("net.ipv6.conf.default.stable_secret", "address"),
    (UNKNOWN, "tokens"),
    ("net.ipv4.tcp_of_tomorrow", "tokens"),
    ("net.ipv4.conf", "tokens"),
])
def test_kind(name, kind):
    assert _values.kind(name) == kind


@pytest.mark.parametrize("text, expected", [
    ("0", True),
    (" 16 ", True),
    ("-1", True),
    ("0x1F", True),
    ("017", True),
    ("9" * 20, True),
    ("9" * 21, False),
    ("0" * 20 + "1", False),
    ("9" * 5000, False),
    ("+5", False),
    ("08", False),
    ("1x", False),
    ("0x", False),
    ("-", False),
    ("--1", False),
    ("1 2", False),
    ("1\n", True),
    ("١", False),
    ("", False),
])
def test_is_number(text, expected):
    assert _values.is_number(text) is expected


@pytest.mark.parametrize("name, one, other", [
    (NUMBER, "1", "1"),
    (NUMBER, " 16 ", "16"),
    (NUMBER, "0x01b6", "438"),
    (NUMBER, "010", "8"),
    (NUMBER, "00", "0"),
    (NUMBER, "-0", "0"),
    (NUMBER, "1   # why", "1"),
    (NUMBER, "1 2", "1"),
    (NUMBER, "1\r", "1"),
    ("net.ipv4.conf.all.log_martians", "1   # why", "1"),
    ("fs.file-max", "18446744073709551615", "0xffffffffffffffff"),
    ("net.ipv4.ip_local_port_range", "20000 30000", "20000\t30000"),
    (VECTOR, "4096\t131072\t6291456", "4096 131072 6291456"),
    (VECTOR, "4096 131072 6291456 more", "4096 131072 6291456"),
    (VECTOR, "4096 131072 6291456 # why", "4096 131072 6291456"),
    (PORTS, "30000-30002,30001,8080", "8080,30000-30002"),
    (PORTS, "8080,8081", "8080-8081"),
    (PORTS, "0x50,010,", "8,80"),
    (PORTS, "", " "),
    (WORDS, "trap log errno", " errno log trap"),
    (WORDS, "log  errno", "log"),
    (WORDS, "", " "),
    (WORDS, "log log", "log"),
    (TEXT, " |/usr/bin/core %p ", "|/usr/bin/core %p"),
    (TEXT, "", ""),
    (ADDRESS, "2001:db8::1", "2001:0db8:0000:0000:0000:0000:0000:0001"),
    (ADDRESS, "::ffff:192.0.2.1", "0:0:0:0:0:FFFF:C000:0201"),
    (ADDRESS, "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
    (ADDRESS, "::00005", "::5"),
    (ADDRESS, "fe80::1%lo", "fe80::1"),
    (UNKNOWN, "0x403", "1027"),
    (UNKNOWN, "1 # why", "1"),
    (UNKNOWN, "1 2 ; why", "1\t2"),
    (UNKNOWN, "30000-30002,30001,8080", "8080,30000-30002"),
    (UNKNOWN, "|/usr/bin/core %p", "|/usr/bin/core  %p"),
    (UNKNOWN, "", " "),
    (UNKNOWN, "9" * 5000, "9" * 5000),
])
def test_same(name, one, other):
    assert _values.same(name, one, other)
    assert _values.same(name, one=other, other=one)


@pytest.mark.parametrize("name, one, other", [
    (NUMBER, "1", "2"),
    (NUMBER, "10", "010"),
    (NUMBER, "-1", "1"),
    (NUMBER, "+5", "5"),  # no number to the kernel, which refuses it
    (NUMBER, "08", "8"),
    (NUMBER, "", "0"),
    (NUMBER, "1x", "1"),
    (NUMBER, "1\u2003", "1"),
    (NUMBER, "1\x0b2", "1"),
    (VECTOR, "1 2", "2 1"),
    (VECTOR, "4096", "4096 131072 6291456"),
    (PORTS, "8080,8082", "8080-8082"),
    (PORTS, "", "0"),
    (PORTS, "1-2-3", "1-3"),
    (WORDS, "trap log", "trap"),
    (WORDS, "log\terrno", "log errno"),
    (WORDS, "", "log"),
    (TEXT, "010", "8"),
    (TEXT, "core # why", "core"),
    (TEXT, "1 # why", "1"),
    (TEXT, "a  b", "a b"),
    (TEXT, "", "core"),
    ("net.core.default_qdisc", "fq", "fq_codel"),
    (ADDRESS, "::1", "::2"),
    (ADDRESS, "1::2::3", "1:0:2:0:3::"),
    (UNKNOWN, "core # why", "core"),
    (UNKNOWN, "1 x", "1"),
    (UNKNOWN, "9" * 5000, "9" * 4999),
    (UNKNOWN, "", "0"),
])
def test_not_same(name, one, other):
    assert not _values.same(name, one, other)


@pytest.mark.parametrize("name, wanted, live, landing", [
    (NUMBER, "2", "0", "2"),
    (NUMBER, "0x10", "0", "0x10"),
    (NUMBER, "1 # why", "0", "1"),
    (NUMBER, "x", "0", "x"),
    ("kernel.shmmax", "1 # why", "0", "1"),
    (VECTOR, "8192", "4096\t131072\t6291456", "8192 131072 6291456"),
    (VECTOR, "1 2 3", "4096\t131072\t6291456", "1 2 3"),
    (VECTOR, "1 2 3 4", "4096\t131072\t6291456", "1 2 3"),
    (PORTS, "8080", "", "8080"),
    (PORTS, "80,100", "1", "80,100"),
    (TEXT, "1 # why", "0", "1 # why"),
    (TEXT, "", "0", ""),
    (WORDS, "1", "1 2", "1"),
    (UNKNOWN, "1 2", "0", "1"),
    (UNKNOWN, "1 # why", "0", "1"),
    (UNKNOWN, "8192", "4096\t131072\t6291456", "8192 131072 6291456"),
    (UNKNOWN, "cubic", "reno", "cubic"),
    (UNKNOWN, "|/bin/false", "core", "|/bin/false"),
    (UNKNOWN, "core", "1", "core"),
    (UNKNOWN, "8080", "", "8080"),
])
def test_landing(name, wanted, live, landing):
    assert _values.landing(name, wanted, live) == landing


@pytest.mark.parametrize("name, live, rule, expected", [
    (NUMBER, "2", {"accept": ("2", "3")}, True),
    (NUMBER, "0x2", {"accept": ("2",)}, True),
    (NUMBER, "2 # why", {"accept": ("2",)}, True),
    (NUMBER, "1", {"accept": ("2",)}, False),
    (NUMBER, "1", {}, False),
    (NUMBER, "2147483647", {"at_least": "1000"}, True),
    (NUMBER, "1000", {"at_least": "1000"}, True),
    (NUMBER, "999", {"at_least": "1000"}, False),
    (NUMBER, "10", {"at_most": "60"}, True),
    (NUMBER, "61", {"at_most": "60"}, False),
    (NUMBER, "5", {"at_least": "1", "at_most": "9"}, True),
    (NUMBER, "10", {"at_least": "1", "at_most": "9"}, False),
    (NUMBER, "core", {"at_most": "1"}, False),
    (NUMBER, "", {"at_most": "1"}, False),
    (VECTOR, "1 2 3", {"at_least": "1"}, False),
    (TEXT, "5", {"at_least": "1"}, False),
    (TEXT, "010", {"accept": ("8",)}, False),
    (UNKNOWN, "5", {"at_least": "1"}, True),
    (UNKNOWN, "9" * 5000, {"at_least": "1"}, False),
])
def test_as_good(name, live, rule, expected):
    assert _values.as_good(name, live, _model.Rule(**rule)) is expected


@pytest.mark.parametrize("name, text, problem", [
    (NUMBER, "+5", "'+5' is not a number as the kernel reads it"),
    (NUMBER, "08", "'08' is not a number as the kernel reads it"),
    (NUMBER, "yes", "'yes' is not a number as the kernel reads it"),
    (NUMBER, "1,2", "'1,2' is not a number as the kernel reads it"),
    (NUMBER, "", "a number is needed"),
    (NUMBER, "2147483648", "2147483648 is out of range: the kernel takes -2147483648 to 2147483647"),
    (NUMBER, "9" * 5000, "'%s...' is not a number as the kernel reads it" % ("9" * 57)),
    ("fs.file-max", "-1", "-1 is out of range: the kernel takes 0 to 18446744073709551615"),
    ("fs.file-max", "18446744073709551616", "18446744073709551616 is out of range: the kernel takes 0 to 18446744073709551615"),
    ("kernel.oops_limit", "4294967296", "4294967296 is out of range: the kernel takes 0 to 4294967295"),
    (VECTOR, "4096 x", "'x' is not a number as the kernel reads it"),
    (VECTOR, "4096 # why", "'#' is not a number as the kernel reads it"),
    ("net.ipv4.ip_local_port_range", "1 65536", "65536 is out of range: the kernel takes 1 to 65535"),
    (PORTS, "80, 90", "'80, 90' is not a list of numbers and ranges such as 80,100-200"),
    (PORTS, "1-2-3", "'1-2-3' is not a list of numbers and ranges such as 80,100-200"),
    (PORTS, "80,,90", "'80,,90' is not a list of numbers and ranges such as 80,100-200"),
    (PORTS, "5-3", "5-3 is not a range between 0 and 65535"),
    (PORTS, "65536", "65536-65536 is not a range between 0 and 65535"),
    ("net.ipv6.icmp.ratemask", "256", "256-256 is not a range between 0 and 255"),
    (TEXT, "x" * 128, "the kernel keeps only the first 127 bytes of it"),
    (TEXT, "ä" * 64, "the kernel keeps only the first 127 bytes of it"),
    ("kernel.hostname", "x" * 65, "the kernel keeps only the first 64 bytes of it"),
    (WORDS, "log  errno", "words are separated by one blank each"),
    (WORDS, "log\terrno", "words are separated by one blank each"),
    (ADDRESS, "1::2::3", "'1::2::3' is not an IPv6 address"),
    (ADDRESS, "12345::1", "'12345::1' is not an IPv6 address"),
    (ADDRESS, "1:2:3:4::5:6:7:8", "'1:2:3:4::5:6:7:8' is not an IPv6 address"),
    (ADDRESS, "::1.2.3.256", "'::1.2.3.256' is not an IPv6 address"),
    (ADDRESS, "1.2.3.4::", "'1.2.3.4::' is not an IPv6 address"),
    (ADDRESS, "", "'' is not an IPv6 address"),
    ("net.ipv6.conf.all.stable_secret", "::1", "the kernel has it for single interfaces and for default only"),
])
def test_problem(name, text, problem):
    assert _values.problem(name, text) == problem


def test_what_the_kernel_would_cut():
    ports, secret = "net.ipv4.ip_local_reserved_ports", "net.ipv6.conf.eth0.stable_secret"
    assert _values.cut(ports, " %s\n" % ("1," * 2047 + "1")) is None and _values.cut(secret, " ::1\n") is None
    assert _values.cut(ports, "1," * 2047 + "11") == "the kernel takes at most 4095 bytes at once, and cuts what is longer"
    assert _values.cut(secret, "::g") == "'::g' is not an IPv6 address, and the kernel would take its beginning for one"


@pytest.mark.parametrize("name, text", [
    (NUMBER, "1 # why"),
    (NUMBER, "0x10"),
    (NUMBER, "-1"),
    ("net.ipv6.conf.all.ra_defrtr_metric", "4294967295"),
    ("fs.file-max", "9223372036854775807"),
    (VECTOR, "4096"),
    (VECTOR, "4096 131072 6291456 and more"),
    (PORTS, ""),
    (PORTS, "80,100-200,"),
    (TEXT, ""),
    (TEXT, "x" * 127),
    (TEXT, "\udcff" * 127),
    (TEXT, "\ud800"),
    (WORDS, ""),
    (WORDS, "anything"),
    ("net.ipv4.tcp_fastopen_key", "x" * 500),
    (ADDRESS, "::1.2.3.4"),
    (UNKNOWN, ""),
    (UNKNOWN, "+5"),
    (UNKNOWN, "9" * 5000),
    (UNKNOWN, "x" * 5000),
])
def test_no_problem(name, text):
    assert _values.problem(name, text) is None


def test_an_address_is_printed_as_it_was_given():
    assert _values.printed("net.ipv6.conf.all.stable_secret", "2001:DB8::1") == "2001:DB8::1"


@pytest.mark.parametrize("name, low, high, size", [
    ("kernel.printk", -2147483648, 2147483647, 4), ("kernel.sem", -2147483648, 2147483647, 4), ("kernel.acct", -2147483648, 2147483647, 3),
    ("net.ipv4.tcp_rmem", -2147483648, 2147483647, 3), ("net.ipv4.tcp_mem", 0, 18446744073709551615, 3),
    ("net.ipv4.udp_mem", 0, 18446744073709551615, 3), ("net.ipv4.ping_group_range", 0, 4294967294, 2),
    ("net.ipv4.conf.eth0.rp_filter", -2147483648, 4294967295, 1), ("net.ipv6.neigh.eth0.gc_stale_time", -2147483648, 4294967295, 1),
    ("vm.hugetlb_shm_group", -2147483648, 4294967295, 1), ("fs.nr_open", 0, 4294967295, 1), ("fs.file-max", 0, 18446744073709551615, 1),
    ("net.ipv4.ip_local_port_range", 1, 65535, 2),
    ("kernel.kptr_restrict", -2147483648, 2147483647, 1), ("vm.swappiness", -2147483648, 2147483647, 1),
])
def test_the_bounds_and_the_size_of_a_value(name, low, high, size):
    assert [_values.problem(name, text) for text in (str(low), str(high), " ".join(["1"] * size + ["x"]))] == [None] * 3
    for text in (str(low - 1), str(high + 1), " ".join(["1"] * (size - 1) + ["x"])):
        assert _values.problem(name, text) is not None, text


@pytest.mark.parametrize("name, size", [
    ("net.core.default_qdisc", 15), ("net.ipv4.tcp_congestion_control", 15), ("kernel.hostname", 64), ("kernel.core_pattern", 127),
    ("kernel.modprobe", 255),
])
def test_the_longest_text(name, size):
    assert _values.problem(name, "x" * size) is None
    assert _values.problem(name, "x" * (size + 1)) == "the kernel keeps only the first %d bytes of it" % size


@pytest.mark.parametrize("text, good", [
    ("65535", True), ("65536", False), ("1-65535", True), ("0-65535", True), ("9-8", False), ("80,", True), (",", False),
])
def test_the_bounds_of_a_range(text, good):
    assert (_values.problem("net.ipv4.ip_local_reserved_ports", text) is None) is good


@pytest.mark.parametrize("text, good", [
    ("::ffff", True), ("::10000", False), ("::255.255.255.255", True), ("::256.0.0.0", False), ("::0.0.0.256", False), ("::1.2.3", False),
    ("::a.0.0.0", False), ("::0.0.0.a", False), ("x::", False), ("1:x::", False),
])
def test_the_bounds_of_an_address(text, good):
    assert (_values.problem("net.ipv6.conf.eth0.stable_secret", text) is None) is good


@pytest.mark.parametrize("text, good", [("reno cubic", True), ("reno", True), ("reno  cubic", False)])
def test_the_blanks_between_words(text, good):
    assert (_values.problem("net.ipv4.tcp_allowed_congestion_control", text) is None) is good
