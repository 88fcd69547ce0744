# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What _procfs makes of a real kernel, and of a folder that looks like one. Nothing here writes a kernel parameter."""

import errno
import os
import socket
import struct

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _procfs
from ansible_collections.photon.hardening.plugins.module_utils._model import Reading


@pytest.fixture
def kernel(tmpdir, monkeypatch):
    monkeypatch.setattr(_procfs, "PROC_SYS", str(tmpdir.mkdir("proc")))
    monkeypatch.setattr(_procfs, "SYS_NET", str(tmpdir.mkdir("sys")))
    return tmpdir


def test_reads_this_kernel():
    reading = _procfs.read("kernel.osrelease")
    assert reading.value == _procfs.release()
    assert reading.error == 0 and reading.refused in (errno.EACCES, errno.EROFS)


@pytest.mark.parametrize("name", ["kernel.does_not_exist", "kernel", "kernel.osrelease.deeper", "net.ipv4", "kernel.%s" % ("x" * 5000)])
def test_what_is_no_parameter_does_not_exist(name):
    assert _procfs.read(name) == Reading(None, errno.ENOENT)


@pytest.mark.parametrize("name", ["net.ipv4.route.flush", "vm.compact_memory"])
def test_what_can_only_be_written_is_an_action(name):
    reading = _procfs.read(name)
    assert reading.error == errno.ENOENT or (reading.value, reading.error, reading.write_only) == (None, errno.EACCES, True)


@pytest.mark.parametrize("name", [
    "/tmp/x", ".tmp.x", "../tmp/x", "net/../../tmp/x", "net.ipv4/../x", "kernel//a", "kernel..a", "", "kernel.a\0b", "kernel.\ud800"])
def test_no_name_leads_out_of_proc_sys(kernel, name):
    for path in ("tmp/x", "proc/tmp/x", "proc/kernel/a"):
        kernel.join(path).write("precious", ensure=True)
    reading = _procfs.read(name)
    assert reading.value is None and reading.error in (errno.ENOENT, errno.EINVAL)
    assert _procfs.write(name, "1") in (errno.ENOENT, errno.EINVAL)
    assert kernel.join("tmp", "x").read() == kernel.join("proc", "kernel", "a").read() == "precious"


def test_a_value_that_is_no_utf_8_survives(kernel):
    where = kernel.join("proc", "kernel", "a")
    where.write(b"\xff\xc3\n", mode="wb", ensure=True)
    value = _procfs.read("kernel.a").value
    where.write("")
    assert _procfs.write("kernel.a", value) == 0
    assert where.read("rb") == b"\xff\xc3\n"


def test_a_value_that_is_no_text_at_all_is_refused(kernel):
    kernel.join("proc", "kernel", "a").write("1", ensure=True)
    assert _procfs.write("kernel.a", "\ud800") == errno.EINVAL


def test_a_value_is_written_at_once(kernel, monkeypatch):
    """The kernel takes each write as a whole value."""
    writes, real = [], os.write
    kernel.join("proc", "kernel", "a").write("1", ensure=True)
    monkeypatch.setattr(os, "write", lambda descriptor, data: writes.append(data) or real(descriptor, data))
    assert _procfs.write("kernel.a", "1 2\t3") == 0
    assert writes == [b"1 2\t3\n"]


def failing(real, number, flags):
    def opened(path, how, *args, **options):
        if bytes(path).endswith(b"/kernel/a") and how & 3 == flags:
            raise OSError(number, os.strerror(number))
        return real(path, how, *args, **options)
    return opened


@pytest.mark.parametrize("number, expected", [
    (errno.EIO, Reading(None, errno.EIO, 0)),
    (errno.EACCES, Reading(None, errno.EACCES)),
    (errno.EPERM, Reading(None, errno.EPERM)),
    (errno.ENODEV, Reading(None, errno.ENODEV)),
])
def test_a_refusal_to_be_read_is_told(kernel, monkeypatch, number, expected):
    kernel.join("proc", "kernel", "a").write("1", ensure=True)
    monkeypatch.setattr(os, "open", failing(os.open, number, os.O_RDONLY))
    assert _procfs.read("kernel.a") == expected


@pytest.mark.parametrize("mode, write_only", [(0o200, True), (0o220, True), (0o600, False), (0o000, False), (0o400, False)])
def test_its_mode_says_whether_a_parameter_is_an_action(kernel, monkeypatch, mode, write_only):
    kernel.join("proc", "kernel", "a").write("1", ensure=True)
    os.chmod(str(kernel.join("proc", "kernel", "a")), mode)
    monkeypatch.setattr(os, "open", failing(os.open, errno.EACCES, os.O_RDONLY))
    assert _procfs.read("kernel.a").write_only is write_only


def test_a_parameter_that_cannot_be_written_is_told_without_writing(kernel, monkeypatch):
    kernel.join("proc", "kernel", "a").write("1", ensure=True)
    monkeypatch.setattr(os, "open", failing(os.open, errno.EROFS, os.O_WRONLY))
    assert _procfs.read("kernel.a") == Reading("1", 0, errno.EROFS)
    assert _procfs.write("kernel.a", "2") == errno.EROFS


def test_a_parameter_of_an_interface_that_is_gone_is_not_there(kernel):
    assert _procfs.read("net.ipv4.conf.veth0.rp_filter") == Reading(None, errno.ENOENT)
    assert _procfs.write("net.ipv4.conf.veth0.rp_filter", "1") == errno.ENOENT


def test_the_address_of_an_interface(kernel):
    kernel.join("sys", "eth0", "address").write("52:54:00:00:00:01\n", ensure=True)
    assert _procfs.address("eth0") == "52:54:00:00:00:01"
    assert _procfs.address("tun0") == _procfs.address("\udcff") == ""


def test_interfaces_and_which_of_them_are_devices(kernel):
    for path in ("ipv4/conf/all", "ipv4/conf/default", "ipv4/conf/lo", "ipv4/conf/eth0", "ipv6/conf/br0.7", "ipv4/neigh/default",
                 "ipv4/neigh/tun0", "ipv6/neigh/lo", "ipv6/neigh/tun1"):
        kernel.join("proc/net", path).ensure(dir=True)
    for path in ("eth0/device", "br0.7"):
        kernel.join("sys", path).ensure(dir=True)
    assert _procfs.interfaces() == {"lo": False, "br0.7": False, "eth0": True, "tun0": False, "tun1": False}


def test_an_interface_may_have_any_name(kernel):
    os.makedirs(os.fsencode(str(kernel)) + b"/proc/net/ipv4/conf/\xff\x1b[2J")
    os.makedirs(os.fsencode(str(kernel)) + b"/sys/\xff\x1b[2J/device")
    kernel.join("proc").join("net", "ipv4", "conf").join("x").ensure(dir=True)
    assert _procfs.interfaces() == {"\udcff\x1b[2J": True, "x": False}
    assert _procfs.read("net.ipv4.conf.\udcff\x1b[2J.rp_filter") == Reading(None, errno.ENOENT)


@pytest.mark.parametrize("namespace, expected", [("pid:[4026531836]", False), ("pid:[4026532000]", True)])
def test_a_container_has_a_namespace_of_its_own(monkeypatch, namespace, expected):
    found = {"/proc/self/ns/pid": namespace, "/proc/self/ns/user": "user:[4026531837]"}
    monkeypatch.setattr(os, "readlink", found.__getitem__)
    assert _procfs.in_container() is expected


# --- which parameters there are ---

def found(start="", wanted=lambda name: True):
    return sorted(_procfs.parameters(start, wanted))


@pytest.fixture
def tree(kernel):
    for path in ("kernel/a", "kernel/random/uuid", "net/ipv4/conf/eth0.100/rp_filter", "vm/b"):
        kernel.join("proc", path).write("1\n", ensure=True)
        os.chmod(str(kernel.join("proc", path)), 0o640)
    return kernel.join("proc")


ALL = ["kernel.a", "kernel.random.uuid", "net.ipv4.conf.eth0/100.rp_filter", "vm.b"]


@pytest.mark.parametrize("start, names", [
    ("", ALL), ("kernel", ALL[:2]), ("kernel/a", ALL[:1]), ("net/ipv4/conf/eth0.100", ALL[2:3]),
    ("kernel/none", []), ("none", []), ("kernel/a/deeper", []), ("kernel/" + "x" * 5000, []), ("kernel/\ud800", []),
    ("..", []), ("../outside", []), ("kernel/../vm", []), ("kernel/./a", []), ("kernel//a", []), ("/kernel", []), ("kernel/", []),
    ("kernel/a\0b", []),
])
def test_the_parameters_below_a_folder(tree, start, names):
    tree.dirpath().join("outside", "a").write("precious", ensure=True)
    assert [name for name, _mode in found(start)] == names


def test_only_what_is_wanted_and_with_its_mode(tree):
    assert [(name, oct(mode & 0o7777)) for name, mode in found("kernel", "kernel.a".__eq__)] == [("kernel.a", "0o640")]


def test_what_is_no_file_is_no_parameter(tree):
    os.mkfifo(str(tree.join("kernel", "fifo")))
    os.symlink("a", str(tree.join("kernel", "link")))
    os.symlink("kernel", str(tree.join("other")))
    assert [name for name, _mode in found()] == ALL
    assert found("other/a") == []


@pytest.mark.parametrize("foreign, start, names", [
    ("kernel", "", ALL[2:]), ("kernel", "kernel", []), ("kernel", "kernel/a", []), ("kernel/random", "kernel/random/uuid", []),
    ("kernel/a", "", ALL[1:]), ("kernel/random", "kernel", ALL[:1]),
])
def test_nothing_looks_behind_a_mount_point(tree, monkeypatch, foreign, start, names):
    """As at an automount: what is there can be looked at, and nothing in it."""
    mounted = os.fsencode(str(tree.join(foreign)))
    looked, real = [], os.lstat

    def lstat(path):
        looked.append(path)
        status = real(path)
        return os.stat_result(status[:2] + (status.st_dev + 1,) + status[3:]) if path == mounted else status
    monkeypatch.setattr(os, "lstat", lstat)
    listed, real_list = [], os.listdir
    monkeypatch.setattr(os, "listdir", lambda path: listed.append(path) or real_list(path))
    assert [name for name, _mode in found(start)] == names
    assert mounted in looked and mounted not in listed
    assert not [path for path in looked if path.startswith(mounted + b"/")]


def test_what_vanishes_while_it_is_looked_at_is_not_there(tree, monkeypatch):
    real = os.listdir

    def listdir(path):
        names = real(path)
        if path.endswith(b"/conf"):
            os.rename(str(tree.join("net", "ipv4", "conf", "eth0.100")), str(tree.dirpath().join("gone")))
        return names
    monkeypatch.setattr(os, "listdir", listdir)
    assert [name for name, _mode in found("net")] == []


def test_a_folder_that_cannot_be_looked_at_is_told(tree, monkeypatch):
    def refuse(path):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES), path)
    monkeypatch.setattr(os, "lstat", refuse)
    with pytest.raises(PermissionError):
        found("kernel")


def test_to_look_opens_nothing_for_writing(tree, monkeypatch):
    flags, real = [], os.open
    monkeypatch.setattr(os, "open", lambda path, how, *args, **more: flags.append(how) or real(path, how, *args, **more))
    assert _procfs.look("kernel.a") == Reading("1")
    assert flags == [os.O_RDONLY]


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES, errno.ENODEV])
def test_a_look_that_is_refused_is_told(tree, monkeypatch, number):
    monkeypatch.setattr(os, "open", failing(os.open, number, os.O_RDONLY))
    assert _procfs.look("kernel.a") == Reading(None, number)


def test_a_look_at_what_is_not_there(tree):
    assert _procfs.look("kernel.none") == _procfs.look("../outside") == Reading(None, errno.ENOENT)


@pytest.mark.parametrize("name, exists, lacks", [
    ("kernel.a", True, False), ("kernel.b", False, False), ("kernel", False, False),
    ("net.ipv4.a", True, False), ("net.ipv4.b", False, False),
    ("net.ipv6.a", False, True), ("fs.nfs.a", False, False),
])
def test_what_is_there_and_which_protocol_is_not(kernel, name, exists, lacks):
    for path in ("kernel/a", "net/ipv4/a"):
        kernel.join("proc", path).write("1", ensure=True)
    assert (_procfs.exists(name), _procfs.lacks_protocol(name)) == (exists, lacks)


# --- rules that choose a table of routes ---

def message(kind, length=28, table=0, from_bits=0):
    header = struct.pack("=IH10x4xB", length, kind, table)
    return (header[:18] + bytes([from_bits]) + header[19:]).ljust(length, b"\0")[:length]


KERNELS = message(32, table=255) + message(32, table=254) + message(32, table=253)


class Channel:
    """A netlink socket that answers with one of ANSWERS at each call."""

    def __init__(self, answers):
        self._answers = list(answers)

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        pass

    def settimeout(self, _seconds):
        pass

    def send(self, data):
        assert len(data) == 28

    def recv(self, _size):
        return self._answers.pop(0)


@pytest.mark.parametrize("answers, count", [
    ([KERNELS, message(3)], 0), ([KERNELS + message(3)], 0), ([KERNELS + message(32), message(32, 33) + b"\0" * 3, message(3)], 2),
    # Without one of the kernel's own; for some senders alone; with a table that has no small number.
    ([KERNELS[28:] + message(32, table=100) + message(3)], 1), ([KERNELS + message(32, table=254, from_bits=32) + message(3)], 1),
    ([KERNELS + message(32, table=252) + message(3)], 1),
    ([message(2)], 0), ([b""], 0), ([message(32)[:16], message(3)], 1),
])
def test_rules_beyond_the_kernel_s_own(monkeypatch, answers, count):
    monkeypatch.setattr(socket, "socket", lambda *_kind: Channel(answers))
    assert _procfs.route_rules() == count


def test_a_kernel_that_does_not_tell_of_rules(monkeypatch):
    def refuse(*_kind):
        raise OSError(errno.EAFNOSUPPORT, "no netlink")
    monkeypatch.setattr(socket, "socket", refuse)
    assert _procfs.route_rules() == 0


def test_the_rules_of_this_machine_are_counted():
    assert _procfs.route_rules() >= 0


def address(label, value, more=b""):
    parts = more + struct.pack("=HH4B", 8, 2, *value) + struct.pack("=HH", 5 + len(label), 3) + label + b"\0"
    parts += b"\0" * (-len(parts) % 4)
    return struct.pack("=IH11xB6x", 24 + len(parts), 20, 32) + parts


@pytest.mark.parametrize("answers, found", [
    ([address(b"lo", (127, 0, 0, 1)) + address(b"lo:vip", (10, 0, 0, 50)), message(3)],
     [("lo", "127.0.0.1", 32), ("lo", "10.0.0.50", 32)]),
    # An attribute that is not known, a name that is not UTF-8, a message that was cut, an attribute without a length.
    ([address(b"eth0", (10, 0, 0, 5), b"\x06\0\x09\0ab\0\0") + message(3)], [("eth0", "10.0.0.5", 32)]),
    ([address(b"\xff", (10, 0, 0, 5)), message(3)], [("\udcff", "10.0.0.5", 32)]),
    ([address(b"lo", (10, 0, 0, 5))[:28], message(3)], []), ([struct.pack("=IH18x", 28, 20) + b"\0" * 4, message(3)], []),
    ([struct.pack("=IH2x", 8, 20), message(3)], []),
    ([message(2)], []), ([b""], []),
])
def test_addresses(monkeypatch, answers, found):
    monkeypatch.setattr(socket, "socket", lambda *_kind: Channel(answers))
    assert _procfs.addresses() == found


def test_the_addresses_of_this_machine_are_told():
    assert ("lo", "127.0.0.1", 8) in _procfs.addresses()


def link(index, name, kind=b"", master=0):
    info = struct.pack("=HH", 5 + len(kind), 1) + kind + b"\0" * (4 - len(kind) % 4)
    parts = struct.pack("=HH", 5 + len(name), 3) + name + b"\0" * (4 - len(name) % 4) + struct.pack("=HHI", 8, 10, master) * bool(master)
    parts += (struct.pack("=HH", 4 + len(info), 18) + info) * bool(kind)
    return struct.pack("=IH14xI8x", 32 + len(parts), 16, index) + parts


@pytest.mark.parametrize("links, found", [
    (link(1, b"lo") + link(2, b"vip0", b"dummy") + link(3, b"eth0"), ["vip0"]),
    (link(4, b"br-vip", b"bridge") + link(5, b"br0", b"bridge") + link(6, b"veth1", b"veth", 5), ["br-vip"]),
    (link(7, b"wg0", b"wireguard") + link(8, b"vxlan", b"vxlan"), []), (struct.pack("=IH14xI8x", 32, 16, 9), []),
    (struct.pack("=IH2x", 8, 16), []),
])
def test_interfaces_that_lead_nowhere(monkeypatch, links, found):
    monkeypatch.setattr(socket, "socket", lambda *_kind: Channel([links, message(3)]))
    assert _procfs.dead_ends() == found


def test_this_machine_tells_of_its_interfaces():
    assert "lo" not in _procfs.dead_ends()
    assert ("lo", "", 772) in [link[:3] for link in _procfs.links()]


def _index(number):
    return struct.pack("=I", number)


def test_what_an_interface_stands_on(monkeypatch):
    parts = struct.pack("=HH8s", 12, 3, b"shim0") + struct.pack("=HHIHHi", 8, 5, 2, 8, 37, 1)
    told = struct.pack("=IH10xHHIII", 32 + len(parts), 16, 0, 1, 7, 0x1043, 0) + parts + link(8, b"br0", b"bridge", 3) + message(3)
    monkeypatch.setattr(socket, "socket", lambda *_kind: Channel([told]))
    assert _procfs.links() == [("shim0", "", 1, True, _index(7), _index(2), None, True),
                               ("br0", "bridge", 0, False, _index(8), None, _index(3), False)]


def route(network, bits, table=255, protocol=3, kind=2):
    return struct.pack("=IH10x8B4xHH4B", 36, 24, 2, bits, 0, 0, table, protocol, 254, kind, 8, 1, *network)


@pytest.mark.parametrize("routes, found", [
    (route((10, 9, 0, 128), 28), "10.9.0.128/28"),
    # The kernel's own of an address, another table, another type, one without a network.
    (route((10, 9, 0, 5), 32, protocol=2) + route((10, 9, 0, 6), 32, 254) + route((10, 9, 0, 7), 32, kind=3), None),
    (struct.pack("=IH10x8B4x", 28, 24, 2, 0, 0, 0, 255, 3, 254, 2), None), (b"", None), (struct.pack("=IH2x", 8, 24), None),
])
@pytest.mark.parametrize("is_old", [False, True])
def test_addresses_that_a_route_makes_local(monkeypatch, routes, found, is_old):
    class Kernel(Channel):
        def setsockopt(self, *_option):
            if is_old:
                raise OSError(errno.ENOPROTOOPT, "too old")
    monkeypatch.setattr(socket, "socket", lambda *_kind: Kernel([routes + message(3)]))
    assert _procfs.local_routes() == found


def test_answers_have_an_end(monkeypatch):
    monkeypatch.setattr(socket, "socket", lambda *_kind: Channel([address(b"lo", (10, 0, 0, 5))] * 1000))
    assert len(_procfs.addresses()) < 1000


def test_this_machine_tells_of_its_local_routes():
    assert _procfs.local_routes() is None or "/" in _procfs.local_routes()
