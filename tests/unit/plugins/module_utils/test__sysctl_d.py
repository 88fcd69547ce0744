# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _sysctl_d
from ansible_collections.photon.hardening.plugins.module_utils._sysctl_d import BootOrder, File, Winner


@pytest.mark.parametrize("name, canonical, path", [
    ("kernel.sysrq", "kernel.sysrq", "kernel/sysrq"),
    ("kernel/sysrq", "kernel.sysrq", "kernel/sysrq"),
    ("net.ipv4.conf.enp3s0/200.forwarding", "net.ipv4.conf.enp3s0/200.forwarding", "net/ipv4/conf/enp3s0.200/forwarding"),
    ("net/ipv4/conf/enp3s0.200/forwarding", "net.ipv4.conf.enp3s0/200.forwarding", "net/ipv4/conf/enp3s0.200/forwarding"),
    ("net.ipv4.conf.dmy0.100.rp_filter", "net.ipv4.conf.dmy0.100.rp_filter", "net/ipv4/conf/dmy0/100/rp_filter"),
])
def test_names(name, canonical, path):
    assert _sysctl_d.canonical(name) == canonical
    assert _sysctl_d.key_path(name) == path
    assert _sysctl_d.key_path(canonical) == path


@pytest.mark.parametrize("name", ["kernel", "", ".kernel.x", "kernel..x", "kernel/../../etc/passwd",
                                  "/etc/passwd", "a b.c", "kernel.x\n", "kernel.*"])
def test_is_no_name(name):
    assert not _sysctl_d.is_name(name)


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
    ("kernel.a = 1\nkernel.a = 2\n", [("kernel.a", "1"), ("kernel.a", "2")]),
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
])
def test_doubtful_lines(text, problem):
    with pytest.raises(_sysctl_d.SyntaxProblem) as caught:
        lines(text)
    assert str(caught.value).startswith("/etc/sysctl.d/x.conf " + problem)


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
])
def test_bad_paths(path, problem):
    with pytest.raises(ValueError) as caught:
        _sysctl_d.check_path(path)
    assert problem in str(caught.value)
    assert path.strip() in str(caught.value) or repr(path) in str(caught.value)


@pytest.mark.parametrize("path", ["/etc/sysctl.d/50-security-hardening.conf", "/usr/lib/sysctl.d/1.conf", "/run/sysctl.d/a@b+c.conf"])
def test_good_paths(path):
    _sysctl_d.check_path(path)


def boot(name, *files):
    return BootOrder([File(path, text) for path, text in files]).winner(name)


ETC, RUN, LOCAL, LIB = "/etc/sysctl.d/", "/run/sysctl.d/", "/usr/local/lib/sysctl.d/", "/usr/lib/sysctl.d/"


@pytest.mark.parametrize("files, expected", [
    pytest.param([], None, id="nobody sets it"),
    pytest.param([(ETC + "50-a.conf", "kernel.a = 1\n")], Winner("1", ETC + "50-a.conf", 1), id="one file"),
    pytest.param([(ETC + "50-a.conf", "kernel.a = 1\n"), (LIB + "99-b.conf", "\nkernel.a = 2\n")],
                 Winner("2", LIB + "99-b.conf", 2), id="the name decides and not the folder"),
    pytest.param([(LIB + "99-b.conf", "kernel.a = 2\n"), (ETC + "99-b.conf", "kernel.a = 1\n")],
                 Winner("1", ETC + "99-b.conf", 1), id="etc hides usr/lib"),
    pytest.param([(RUN + "99-b.conf", "kernel.a = 2\n"), (ETC + "99-b.conf", "kernel.a = 1\n")],
                 Winner("1", ETC + "99-b.conf", 1), id="etc hides run"),
    pytest.param([(LOCAL + "9.conf", "kernel.a = 3\n"), (LIB + "9.conf", "kernel.a = 1\n")],
                 Winner("3", LOCAL + "9.conf", 1), id="usr/local hides usr/lib"),
    pytest.param([(LIB + "99-b.conf", "kernel.a = 2\n"), (ETC + "99-b.conf", ""), (ETC + "50-a.conf", "kernel.a = 1\n")],
                 Winner("1", ETC + "50-a.conf", 1), id="a link to /dev/null masks"),
    pytest.param([(ETC + "protect-links.conf", "kernel.a = 2\n"), (ETC + "99-a.conf", "kernel.a = 1\n")],
                 Winner("2", ETC + "protect-links.conf", 1), id="letters sort after digits"),
    pytest.param([(ETC + "a.conf", "kernel.a = 1\nkernel/a = 2\n")], Winner("2", ETC + "a.conf", 2), id="last line wins"),
    pytest.param([(ETC + "a.conf", "kernel.a = 1\n"), (ETC + "b.conf", "kernel.a = 1\n")],
                 Winner("1", ETC + "a.conf", 1), id="the same again changes nothing"),
    pytest.param([(ETC + "a.conf", "kernel.a = 1\n"), (ETC + "b.bak", "kernel.a = 2\n")],
                 Winner("1", ETC + "a.conf", 1), id="only .conf is read"),
    pytest.param([(ETC + "a.conf", "-kernel.a = 1\n")], Winner("1", ETC + "a.conf", 1), id="a dash ignores errors"),
    pytest.param([(ETC + "a.conf", "kernel.a = 1\n"), (ETC + "b.conf", "-kernel.a\n")],
                 Winner(None, ETC + "b.conf", 1), id="an exclusion takes an earlier line away"),
    pytest.param([(ETC + "a.conf", "kernel.a = 1\n"), (ETC + "b.conf", "kernel.? = 2\nkernel.* = 3\n")],
                 Winner("1", ETC + "a.conf", 1), id="an explicit line beats every pattern"),
    pytest.param([(ETC + "b.conf", "kernel.? = 2\nkernel.* = 3\n")], Winner("3", ETC + "b.conf", 2), id="the last pattern wins"),
    pytest.param([(ETC + "b.conf", "kernel.* = 3\n-kernel.a\n")], Winner(None, ETC + "b.conf", 2),
                 id="an exclusion shields from patterns"),
    pytest.param([(ETC + "b.conf", "*.a = 3\n")], Winner("3", ETC + "b.conf", 1), id="a pattern for one part"),
    pytest.param([(ETC + "b.conf", "* = 3\n")], None, id="a pattern does not cross parts"),
    pytest.param([(ETC + "a.conf", "nonsense\nkernel.a = 1\n")], Winner("1", ETC + "a.conf", 2),
                 id="nonsense in a foreign file is passed over"),
])
def test_boot_winner(files, expected):
    assert boot("kernel.a", *files) == expected


@pytest.mark.parametrize("name, interface", [
    ("net.ipv4.conf.eth0.rp_filter", "eth0"),
    ("net.ipv6.neigh.eth0/100.app_solicit", "eth0.100"),
    ("net.ipv4.conf.all.rp_filter", None),
    ("net.ipv4.conf.default.rp_filter", None),
    ("net.ipv4.ip_forward", None),
    ("kernel.conf.eth0.x", None),
])
def test_interface_of(name, interface):
    assert _sysctl_d.interface_of(name) == interface


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


@pytest.mark.parametrize("program, text, value", [
    (OLD, "-net.ipv4.conf.all.x = 1\n", None),
    (DASHES, "-net.ipv4.conf.all.x = 1\n", "1"),
    (None, "-net.ipv4.conf.all.x = 1\n", "1"),
    (OLD, "net.ipv4.conf.*.x = 1\n", None),
    (DASHES, "net.ipv4.conf.*.x = 1\n", None),
    (None, "net.ipv4.conf.*.x = 1\n", "1"),
    (None, "net.ipv4.conf.*.x = 1\n-net.ipv4.conf.all.x\n", None),
    (OLD, "net.ipv4.conf.all.x = 1\n-net.ipv4.conf.all.x\n", "1"),
    (OLD, "net.ipv4.conf.all.x = 1\r\n", "1"),
    (OLD, "# note\rnet.ipv4.conf.all.x = 1\n", None),
    (None, "# note\rnet.ipv4.conf.all.x = 1\n", "1"),
    (OLD, "net/ipv4/conf/all/x=1\nnet.ipv4.conf.all.x=2\n", "2"),
])
def test_an_older_systemd_reads_otherwise(program, text, value):
    found = BootOrder([File("/etc/sysctl.d/a.conf", text)], _sysctl_d.systemd_dialect(program)).winner("net.ipv4.conf.all.x")
    assert (found.value if found else None) == value
