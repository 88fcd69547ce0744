# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import time

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _sysctl_d
from ansible_collections.photon.hardening.plugins.module_utils._boot_order import BootOrder
from ansible_collections.photon.hardening.plugins.module_utils._model import File, Winner
from ansible_collections.photon.hardening.tests.unit.plugins.module_utils.test__sysctl_d import DASHES, OLD


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
    pytest.param([(ETC + ".a.conf", "kernel.a = 1\n")], None, id="a hidden file is not read"),
    pytest.param([(ETC + ".conf", "kernel.a = 1\n")], None, id="a suffix alone is a hidden file"),
    pytest.param([(ETC + "a.conf~", "kernel.a = 1\n"), (ETC + "a.conf.rpmsave", "kernel.a = 1\n")], None, id="saved copies are not read"),
    pytest.param([(ETC + "\uff5e.conf", "kernel.a = 1\n"), (ETC + "\U0001f427.conf", "kernel.a = 2\n"),
                  (ETC + "\udcee.conf", "kernel.a = 3\n")], Winner("2", ETC + "\U0001f427.conf", 1), id="names are sorted by their bytes"),
    pytest.param([(ETC + "a.conf", "kernel.a = 1\n#" + "\xe9" * (1 << 19) + "\nkernel.a = 2\n")], Winner("1", ETC + "a.conf", 1),
                 id="nothing is read after a line of a MiB"),
    pytest.param([(ETC + "a.conf", "kernel.a = 1\n#" + "x" * ((1 << 20) - 2) + "\nkernel.a = 2\n")], Winner("2", ETC + "a.conf", 3),
                 id="a line may be nearly a MiB long"),
    pytest.param([(ETC + "a.conf", "\ufeffkernel.a = 1\n")], None, id="a byte order mark belongs to the name"),
    pytest.param([(ETC + "a.conf", "kernel//a = 1\n/kernel/./a/ = 2\n")], Winner("2", ETC + "a.conf", 2),
                 id="separators that mean nothing"),
    pytest.param([(ETC + "a.conf", "kernel/../kernel/a = 1\n")], None, id="a way up is refused"),
    pytest.param([(ETC + "a.conf", "kernel.[[:alpha:]] = 1\nkernel.[!a] = 2\n")], Winner("1", ETC + "a.conf", 1), id="a class"),
    pytest.param([(ETC + "a.conf", "{kernel,vm}.[a] = 1\n")], Winner("1", ETC + "a.conf", 1), id="braces"),
    pytest.param([(ETC + "a.conf", "kernel.a = 1\n-kernel.*\n")], Winner("1", ETC + "a.conf", 1), id="an exclusion of a pattern"),
    pytest.param([(ETC + "a.conf", "kernel.* = 1\n-kernel.*\n")], None, id="an exclusion takes its pattern away"),
    pytest.param([(ETC + "a.conf", "kernel.* = 1\nkernel.? = 2\nkernel.* = 1\n")], Winner("2", ETC + "a.conf", 2),
                 id="the same again keeps its place"),
    pytest.param([(ETC + "a.conf", "kernel.a = 1\nkernel.a =\n")], Winner(None, ETC + "a.conf", 2), id="an empty value sets nothing"),
])
def test_boot_winner(files, expected):
    assert boot("kernel.a", *files) == expected


IPV4, IPV6 = "net.ipv4.conf.", "net.ipv6.conf."
FORWARD = "net.ipv4.ip_forward"


@pytest.mark.parametrize("text, name, expected", [
    pytest.param("net.ipv4.ip_forward=0\nnet.ipv4.conf.all.forwarding=1\n", FORWARD, ("1", 2), id="the other name of a switch"),
    pytest.param("net.ipv4.conf.all.forwarding=1\nnet.ipv4.ip_forward=0\n", IPV4 + "all.forwarding", ("0", 2),
                 id="and the other way round"),
    pytest.param("net.ipv4.conf.*.forwarding=1\nnet.ipv4.ip_forward=0\n", FORWARD, ("0", 2), id="a pattern for the other name"),
    pytest.param("net.ipv4.ip_forward=0\nnet.ipv4.conf.*.forwarding=1\n", FORWARD, ("1", 2), id="a later pattern for the other name"),
    pytest.param("net.ipv4.conf.*.forwarding=1\n-net.ipv4.conf.all.forwarding\n", FORWARD, None, id="shielded under the other name"),
    pytest.param("net.ipv4.ip_forward=1\n", IPV4 + "default.forwarding", ("1", 1), id="forwarding reaches default"),
    pytest.param("net.ipv4.ip_forward=1\n", IPV4 + "eth0/1.forwarding", ("1", 1), id="forwarding reaches interfaces"),
    pytest.param("net.ipv4.conf.eth0.forwarding=1\nnet.ipv4.ip_forward=0\n", IPV4 + "eth0.forwarding", ("1", 1),
                 id="forwarding that does not change reaches nothing"),
    pytest.param("net.ipv4.ip_forward=1\nnet.ipv4.conf.eth0.forwarding=0\n", IPV4 + "eth0.forwarding", ("0", 2), id="a later line"),
    pytest.param("net.ipv4.conf.eth0.forwarding=0\nnet.ipv4.ip_forward=1\n", IPV4 + "eth0.forwarding", ("1", 2),
                 id="a line that is run over"),
    pytest.param("net.ipv4.conf.all.forwarding=1\nnet.ipv4.conf.all.accept_redirects=0\nnet.ipv4.ip_forward=0\n",
                 IPV4 + "all.accept_redirects", ("1", 3), id="forwarding turned off turns redirects on"),
    pytest.param("net.ipv4.conf.all.accept_redirects=0\nnet.ipv4.ip_forward=0\n", IPV4 + "all.accept_redirects", ("0", 1),
                 id="forwarding that is off already does not"),
    pytest.param("net.ipv4.conf.all.accept_redirects=1\nnet.ipv4.ip_forward=1\n", IPV4 + "all.accept_redirects", ("0", 2),
                 id="forwarding turns redirects off"),
    pytest.param("net.ipv4.ip_forward=1\n", IPV4 + "eth0.accept_redirects", None, id="but not those of an interface"),
    pytest.param("net.ipv6.conf.eth0.forwarding=0\nnet.ipv6.conf.all.forwarding=1\n", IPV6 + "eth0.forwarding", ("1", 2), id="IPv6"),
    pytest.param("net.ipv6.conf.all.disable_ipv6=1\n", IPV6 + "default.disable_ipv6", ("1", 1), id="IPv6 is turned off"),
    pytest.param("net.ipv4.conf.default.rp_filter=1\n", IPV4 + "eth0.rp_filter", None, id="what cannot be known is not said"),
    pytest.param("vm.dirty_ratio=10\nvm.dirty_bytes=1000\n", "vm.dirty_ratio", ("0", 2), id="a pair"),
    pytest.param("vm.dirty_bytes=1000\nvm.dirty_ratio=10\n", "vm.dirty_bytes", ("0", 2), id="a pair, the other way round"),
    pytest.param("vm.dirty_ratio=10\nvm.dirty_bytes=0\n", "vm.dirty_ratio", ("10", 1), id="nothing unset is unset"),
    pytest.param("vm.dirty_bytes=1000\n", "vm.dirty_ratio", ("0", 1), id="unset by the other alone"),
    pytest.param("kernel.nmi_watchdog=1\nkernel.watchdog=0\n", "kernel.nmi_watchdog", ("0", 2), id="both watchdogs are turned off"),
    pytest.param("kernel.nmi_watchdog=0\nkernel.watchdog=1\n", "kernel.nmi_watchdog", ("0", 1), id="one may stay off"),
    pytest.param("net.ipv4.neigh.eth0.retrans_time_ms=1000\nnet.ipv4.neigh.eth0.retrans_time=5\n", "net.ipv4.neigh.eth0.retrans_time_ms",
                 (None, 2), id="a value that cannot be computed"),
    pytest.param("net.ipv4.ip_forward=1\nnet.ipv4.conf.all.forwarding=+0\n", FORWARD, ("1", 1), id="a value that the kernel refuses"),
    pytest.param("kernel.sysrq=+1\n", "kernel.sysrq", (None, 1), id="a value that the kernel refuses, alone"),
    pytest.param("kernel.core_pattern=core\nkernel.core_pattern=\n", "kernel.core_pattern", ("", 2), id="an empty text is a value"),
    pytest.param("net.ipv4.conf.all.log_martians = 1   # why\n", IPV4 + "all.log_martians", ("1   # why", 1),
                 id="a value stays as it is written"),
])
def test_what_the_kernel_makes_of_a_boot(text, name, expected):
    assert boot(name, (ETC + "a.conf", text)) == (expected and Winner(expected[0], ETC + "a.conf", expected[1]))


def test_names_are_those_that_a_line_names_without_a_pattern():
    order = BootOrder([File(ETC + "a.conf", "vm.* = 1\nvm.? = 2\n-vm.b\nkernel.a = 1\nkernel.a = 2\n"),
                       File(ETC + "b.conf", "vm.[a] = 3\n")])
    assert order.names() == ["kernel.a"]


@pytest.mark.parametrize("text", [
    "", "\0", "=", "-", "-=", "=\n=1\n", "/", ".=1", "..=1", "/=1", "\ud800=1\n", "\udcff*=1", "[=1", "{*=1", "\\*=1", "\x85kernel.a=1",
    "net.ipv4.conf..forwarding=1", "net.ipv4.conf.all.forwarding=\udcff", "kernel.sysrq=" + "9" * 5000, "-" * 100000 + "*=1",
    "*/" * 3000 + "=1", "vm.dirty_bytes=\udcff\nvm.dirty_ratio=\0"])
def test_hostile_lines_never_raise(text):
    order = BootOrder([File(ETC + "a.conf", text)])
    asked = ["kernel.a", "kernel.sysrq", FORWARD, IPV4 + "eth0.forwarding", "vm.dirty_ratio", IPV6 + "\udcff.forwarding"]
    for name in asked + order.names():
        order.winner(name)


@pytest.mark.parametrize("line", ["net.ipv4.conf.*a*%d*.x=1\n", "kernel.x%d=1\n", "\n", "*" * 1000 + ".%d=1\n"])
def test_a_large_file_takes_bounded_time(line):
    start = time.process_time()
    count = 512 * 1024 // len(line)
    order = BootOrder([File(ETC + "a.conf", "".join(line % number if "%" in line else line for number in range(count)))])
    for number in range(20):
        order.winner("net.ipv4.conf.%s%d.x" % ("a" * 12, number))
    assert time.process_time() - start < 10


@pytest.mark.parametrize("program, value", [(OLD, "0"), (None, "1")])
def test_an_older_systemd_writes_a_value_that_is_there_already(program, value):
    text = "net.ipv6.conf.eth0.forwarding=1\nnet.ipv6.conf.all.forwarding=0\n"
    order = BootOrder([File("/etc/sysctl.d/a.conf", text)], _sysctl_d.systemd_dialect(program))
    assert order.winner("net.ipv6.conf.eth0.forwarding").value == value


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
    (OLD, "net/ipv4/conf/all/../all/x=1\n", "1"),
    (None, "net/ipv4/conf/all/../all/x=1\n", None),
])
def test_an_older_systemd_reads_otherwise(program, text, value):
    found = BootOrder([File("/etc/sysctl.d/a.conf", text)], _sysctl_d.systemd_dialect(program)).winner("net.ipv4.conf.all.x")
    assert (found.value if found else None) == value


@pytest.mark.parametrize("name", ["kernel//a", "kernel/./a", "/kernel/a", "kernel/a/"])
def test_what_means_nothing_in_a_path(name):
    assert boot("kernel.a", (ETC + "a.conf", name + " = 1\n")) == Winner("1", ETC + "a.conf", 1)
