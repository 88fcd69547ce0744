# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import random

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _boot_order, _names, _sysctl_d
from ansible_collections.photon.hardening.plugins.module_utils._model import File, Line


@pytest.mark.parametrize("name, canonical, path", [
    ("kernel.sysrq", "kernel.sysrq", "kernel/sysrq"),
    ("kernel/sysrq", "kernel.sysrq", "kernel/sysrq"),
    ("net.ipv4.conf.enp3s0/200.forwarding", "net.ipv4.conf.enp3s0/200.forwarding", "net/ipv4/conf/enp3s0.200/forwarding"),
    ("net/ipv4/conf/enp3s0.200/forwarding", "net.ipv4.conf.enp3s0/200.forwarding", "net/ipv4/conf/enp3s0.200/forwarding"),
    ("net.ipv4.conf.dmy0.100.rp_filter", "net.ipv4.conf.dmy0.100.rp_filter", "net/ipv4/conf/dmy0/100/rp_filter"),
])
def test_names(name, canonical, path):
    assert _names.canonical(name) == canonical
    assert _names.key_path(name) == path
    assert _names.key_path(canonical) == path


@pytest.mark.parametrize("name", ["kernel", "", ".kernel.x", "kernel..x", "kernel/../../etc/passwd",
                                  "/etc/passwd", "a b.c", "kernel.x\n", "kernel.*"])
def test_is_no_name(name):
    assert not _names.is_name(name)


def lines(text):
    return [(line.name, line.value) for line in _sysctl_d.settings("/etc/sysctl.d/x.conf", text)]


@pytest.mark.parametrize("text, expected", [
    ("", []),
    ("\n  \n", []),
    ("# a = 1\n; b = 2\n  # c = 3\n", []),
    ("kernel.a = 1\n", [("kernel.a", "1")]),
    ("kernel.a=1", [("kernel.a", "1")]),
    ("  kernel/a =  1  \n", [("kernel.a", "1")]),
    ("kernel.a = 1\r\nkernel.b = 2\r\n", [("kernel.a", "1"), ("kernel.b", "2")]),
    ("-kernel.a = 1\n", [("kernel.a", "1")]),
    ("kernel.a = 1\nkernel/a = 0x1\n", [("kernel.a", "1"), ("kernel.a", "0x1")]),
    ("net.ipv4.ip_forward = 0\nnet.ipv4.conf.all.forwarding = 0\n",
     [("net.ipv4.ip_forward", "0"), ("net.ipv4.conf.all.forwarding", "0")]),
    ("net.ipv4.conf.all.forwarding = 1\nnet.ipv4.conf.default.forwarding = 0\n",
     [("net.ipv4.conf.all.forwarding", "1"), ("net.ipv4.conf.default.forwarding", "0")]),
    ("vm.dirty_bytes = 0\nvm.dirty_ratio = 10\n", [("vm.dirty_bytes", "0"), ("vm.dirty_ratio", "10")]),
    ("kernel.core_pattern =\nnet.ipv4.ip_local_reserved_ports = \n",
     [("kernel.core_pattern", ""), ("net.ipv4.ip_local_reserved_ports", "")]),
    ("kernel.core_pattern = \udcff\n", [("kernel.core_pattern", "\udcff")]),
    ("net.ipv4.tcp_rmem = 4096\t87380 6291456\n", [("net.ipv4.tcp_rmem", "4096\t87380 6291456")]),
    ("kernel.core_pattern = |/bin/x a=b # no comment\n", [("kernel.core_pattern", "|/bin/x a=b # no comment")]),
    ("net/ipv4/conf/eth0.100/rp_filter = 1\n", [("net.ipv4.conf.eth0/100.rp_filter", "1")]),
])
def test_settings(text, expected):
    assert lines(text) == expected


@pytest.mark.parametrize("text, problem", [
    ("kernel.a = 1\nkernel.b\n", "line 2: expected NAME = VALUE: 'kernel.b'"),
    ("-kernel.a\n", "line 1: expected NAME = VALUE: '-kernel.a'"),
    ("= 1\n", "line 1: expected NAME = VALUE: '= 1'"),
    ("kernel.a =\n", "line 1: the value is empty"),
    ("net.ipv4.conf.*.rp_filter = 1\n", "line 1: patterns are not supported"),
    ("kernel = 1\n", "line 1: not the name of a kernel parameter: 'kernel = 1'"),
    ("kernel/../../etc/passwd = 1\n", "line 1: not the name of a kernel parameter"),
    ("kernel.a = 1\x1b[2J\n", "line 1: the value holds a control character"),
    ("kernel.sysrq =\n", "line 1: the value is empty"),
    ("kernel.sysrq = +5\n", "line 1: '+5' is not a number"),
    ("kernel.sysrq = 99999999999\n", "line 1: 99999999999 is out of range"),
    ("kernel.core_pattern = " + "x" * 128 + "\n", "line 1: the kernel keeps only the first 127 bytes"),
    ("# \ud800\n", "line 1: it holds half a character"),
    ("kernel.a = 1\n# " + "x" * 1024 * 1024 + "\nkernel.b = 1\n", "line 2: expected NAME = VALUE"),
    ("kernel.a = 1\n\nkernel.a = 2\n",
     "line 3: another value for the same parameter than 'kernel.a = 1' in line 1 of /etc/sysctl.d/x.conf: 'kernel.a = 2'"),
    ("net.ipv4.ip_forward = 0\nnet.ipv4.conf.all.forwarding = 1\n",
     "line 2: another value for the same parameter than 'net.ipv4.ip_forward = 0' in line 1"),
    ("vm.dirty_ratio = 10\nvm.dirty_bytes = 1000\n",
     "line 2: the kernel takes only one of the two, this or 'vm.dirty_ratio = 10' in line 1"),
    ("kernel.sched_rt_period_us = 400000\nkernel.sched_rt_runtime_us = 500000\n",
     "line 2: the kernel does not take it together with 'kernel.sched_rt_period_us = 400000' in line 1"),
    ("net.ipv4.ip_unprivileged_port_start = 40000\nnet.ipv4.ip_local_port_range = 32768 60999\n",
     "line 2: the kernel does not take it together with 'net.ipv4.ip_unprivileged_port_start = 40000' in line 1"),
])
def test_doubtful_lines(text, problem):
    with pytest.raises(_sysctl_d.SyntaxProblem) as caught:
        lines(text)
    assert str(caught.value).startswith("/etc/sysctl.d/x.conf " + problem)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("text", [
    "kernel.sched_rt_period_us = 400000\nkernel.sched_rt_runtime_us = 400000\n",
    "kernel.sched_rt_runtime_us = -1\nkernel.sched_rt_period_us = 0x100\nkernel.sched_rt_period_us = 256\n",
    "net.ipv4.ip_unprivileged_port_start = 0\nnet.ipv4.ip_local_port_range = 1024 60999\n",
])
def test_bounds_that_fit(text):
    assert lines(text)


def test_lines_of_two_drop_ins_contradict_one_another():
    found = _sysctl_d.contradictions([
        ("/etc/sysctl.d/a.conf", Line(3, "kernel.a = 1", "kernel.a", "1")),
        ("/etc/sysctl.d/b.conf", Line(5, "kernel.a = 2", "kernel.a", "2")),
        ("/etc/sysctl.d/c.conf", Line(1, "kernel.a=01", "kernel.a", "01")),
        ("/etc/sysctl.d/c.conf", Line(2, "kernel.a=3", "kernel.a", "3")),
        ("/etc/sysctl.d/a.conf", Line(4, "net.ipv4.ip_forward = 0", "net.ipv4.ip_forward", "0")),
        ("/etc/sysctl.d/b.conf", Line(7, "net/ipv4/conf/all/forwarding = 1", "net.ipv4.conf.all.forwarding", "1")),
    ])
    assert [str(problem) for problem in found] == [
        "/etc/sysctl.d/c.conf line 2: another value for the same parameter than 'kernel.a=01' in line 1 of /etc/sysctl.d/c.conf: "
        "'kernel.a=3'",
        "/etc/sysctl.d/b.conf line 7: another value for the same parameter than 'net.ipv4.ip_forward = 0' in line 4 of "
        "/etc/sysctl.d/a.conf: 'net/ipv4/conf/all/forwarding = 1'"]


@pytest.mark.parametrize("one, other", [
    ("net.ipv6.route.gc_min_interval", "net.ipv6.route.gc_min_interval_ms"),
    ("net.ipv4.neigh.default.retrans_time_ms", "net.ipv4.neigh.default.retrans_time"),
])
def test_two_units_of_one_time_contradict_each_other(one, other):
    with pytest.raises(_sysctl_d.SyntaxProblem, match="the same in another unit or form is already set, by '%s = 1' in line 1" % one):
        _sysctl_d.settings("/etc/sysctl.d/a.conf", "%s = 1\n%s = 1\n" % (one, other))


ZZ = "zz-photon-hardening.conf"


@pytest.mark.parametrize("foreign, expected", [
    ([], ZZ),
    (["99-sysctl.conf", "\xe9"], ZZ),
    (["zz.bak", ".zzz.conf"], ZZ),
    (["zz-photo.conf"], ZZ),
    (["zz-photon.conf"], "zzz-photon-hardening.conf"),
    (["zz-stig-hardening.conf"], "zzz-photon-hardening.conf"),
    ([ZZ], "zzz-photon-hardening.conf"),
    (["zz.conf", "zzzz.conf"], "zzzzz-photon-hardening.conf"),
    (["{.conf"], "~-photon-hardening.conf"),
    (["z" * 250 + ".conf"], "~-photon-hardening.conf"),
    (["~.conf"], "~~-photon-hardening.conf"),
    (["\xe9.conf"], "\udcff-photon-hardening.conf"),
    (["\U0001f427.conf", "\uff5e.conf"], "\udcff-photon-hardening.conf"),
    (["~" * 250 + ".conf"], "\udcff-photon-hardening.conf"),
    (["\udcff.conf"], "\udcff\udcff-photon-hardening.conf"),
    (["\udcff" * 232 + ".conf"], "\udcff" * 233 + "-photon-hardening.conf"),
    (["\udcff" * 233 + ".conf"], None),
])
def test_the_name_that_is_read_last(foreign, expected):
    assert _sysctl_d.last_name(foreign) == expected
    assert expected is None or _sysctl_d.is_restating(expected)


def test_the_last_name_is_read_last():
    chance = random.Random(3)
    for _time in range(1000):
        foreign = ["".join(chance.choice("az~-.\udcff\xe9\U0001f427") for _time in range(chance.choice((1, 2, 3, 5, 50)))) + ".conf"
                   for _time in range(chance.randint(0, 4))]
        name = _sysctl_d.last_name(foreign)
        files = [File("/usr/lib/sysctl.d/" + base, "") for base in foreign] + [File("/etc/sysctl.d/" + name, "")]
        order = [item.path for item in _boot_order.in_boot_order(files)]
        assert order[-1] == "/etc/sysctl.d/" + name and order.count(order[-1]) == 1 and name not in foreign
        assert _sysctl_d.is_restating(name) and len(name.encode("utf-8", "surrogateescape")) <= 255


@pytest.mark.parametrize("name", ["z-photon-hardening.conf", "-photon-hardening.conf", "z~-photon-hardening.conf",
                                  "zz-photon-hardening.conf.bak", "a-photon-hardening.conf", "50-photon-hardening.conf", "",
                                  "z" * 234 + "-photon-hardening.conf"])
def test_is_no_restating_name(name):
    assert not _sysctl_d.is_restating(name)


@pytest.mark.parametrize("path, problem", [
    ("etc/sysctl.d/a.conf", "is a relative path"),
    ("/etc/a.conf", "is in none of the folders"),
    ("/etc/sysctl.d/../a.conf", "is in none of the folders"),
    ("/etc/sysctl.d/sub/a.conf", "is in none of the folders"),
    ("/etc/sysctl.d/a.txt", "must end in .conf"),
    ("/etc/sysctl.d/.conf", "must end in .conf"),
    ("/etc/sysctl.d/a\n.conf", "must end in .conf"),
    ("/etc/sysctl.d/a.conf\n", "must end in .conf"),
    ("/etc/sysctl.d/zz-photon-hardening.conf", "is written by this module itself"),
    ("/usr/lib/sysctl.d/zzz-photon-hardening.conf", "is written by this module itself"),
])
def test_bad_paths(path, problem):
    with pytest.raises(ValueError) as caught:
        _sysctl_d.check_path(path)
    assert problem in str(caught.value)
    assert path.strip() in str(caught.value) or repr(path) in str(caught.value)


@pytest.mark.parametrize("path", ["/etc/sysctl.d/50-security-hardening.conf", "/usr/lib/sysctl.d/1.conf", "/run/sysctl.d/a@b+c.conf"])
def test_good_paths(path):
    _sysctl_d.check_path(path)


@pytest.mark.parametrize("name, interface", [
    ("net.ipv4.conf.eth0.rp_filter", "eth0"),
    ("net.ipv6.neigh.eth0/100.app_solicit", "eth0.100"),
    ("net.ipv4.conf.all.rp_filter", None),
    ("net.ipv4.conf.default.rp_filter", None),
    ("net.ipv4.ip_forward", None),
    ("kernel.conf.eth0.x", None),
])
def test_interface_of(name, interface):
    assert _names.interface_of(name) == interface


OLD, DASHES = "\x7fELF\0libsystemd-shared-239.so\0", "\x7fELF\0libsystemd-shared-239.so\0string_hash_func\0"


@pytest.mark.parametrize("program, dashes, patterns", [
    (None, True, True),
    ("a script", True, True),
    (OLD, False, False),
    (DASHES, True, False),
    ("\x7fELF\0libsystemd-shared-243.so\0", True, False),
    ("\x7fELF\0libsystemd-shared-239.so\0Not setting %s (explicit setting exists).\0", True, True),
    ("\x7fELF\0libsystemd-shared-257.so\0", True, True),
])
def test_what_the_host_s_systemd_knows(program, dashes, patterns):
    dialect = _sysctl_d.systemd_dialect(program)
    assert (dialect.dashes, dialect.patterns) == (dashes, patterns)


@pytest.mark.parametrize("version, unchecked", [(247, True), (248, False), (249, False)])
def test_since_when_systemd_looks_before_it_writes(version, unchecked):
    assert _sysctl_d.systemd_dialect("\x7fELF libsystemd-shared-%d" % version).unchecked is unchecked
