# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/proc/sys: reads and writes one parameter at a time, says which there are, and what the kernel and its interfaces are.

Private to the collection.
"""

import contextlib
import errno
import os
import stat
import struct
from collections import namedtuple

from ansible_collections.photon.hardening.plugins.module_utils import _names
from ansible_collections.photon.hardening.plugins.module_utils._model import Reading

PROC_SYS = "/proc/sys"
SYS_NET = "/sys/class/net"
# The kernel makes and clears a buffer of this size at each read.
_MAX_VALUE = 1 << 16
# The family of netlink that tells of routes (NETLINK_ROUTE). Kind of message -> what asks for all of that kind: interfaces, addresses and
# routes and rules (RTM_NEWLINK and RTM_GETLINK, RTM_NEWADDR and RTM_GETADDR, RTM_NEWROUTE and RTM_GETROUTE, RTM_NEWRULE and RTM_GETRULE).
_ROUTES, _LINK, _ADDRESS, _ROUTE, _RULE = 0, 16, 20, 24, 32
_ASKS = {_LINK: 18, _ADDRESS: 22, _ROUTE: 26, _RULE: 34}
# Only a kernel from 4.20 on takes what is asked of routes as it stands (SOL_NETLINK, NETLINK_GET_STRICT_CHK); another one tells of all,
# and some hosts have those of the whole Internet. Table and type of what is local; who makes that of addresses (RTN_LOCAL, RTPROT_KERNEL).
_STRICT, _MOST_ANSWERS, _LOCAL_TABLE, _IS_LOCAL, _BY_KERNEL = (270, 12, 1), 64, 255, 2, 2
# IFLA_IFNAME, IFLA_LINK, IFLA_MASTER, IFLA_LINKINFO, IFLA_INFO_KIND, IFLA_LINK_NETNSID, IFF_UP.
_NAME, _BELOW, _MASTER, _INFO, _KIND, _FAR, _UP = 3, 5, 10, 18, 1, 37, 1
# kind: such as veth or bridge, "" of a device. form: ARPHRD_ETHER and the like. below, master: the index of the interface on which it
# stands, of the one whose port it is, or None. is_far: whether the former is in another namespace.
Link = namedtuple("Link", "name kind form is_up index below master is_far")
# Of an address and of a route: IFA_LOCAL, IFA_LABEL, RTA_DST.
_LOCAL, _LABEL, _NETWORK = 2, 3, 1
# The tables that the kernel has by itself: default, main, local.
_TABLES = (253, 254, 255)
# Inode numbers that the kernel reserves for the first PID and user namespace (include/linux/proc_ns.h).
_FIRST_NAMESPACES = (("pid", "pid:[4026531836]"), ("user", "user:[4026531837]"))


def _parameter_file(name):
    """The file of a parameter; OSError for a name that leads out of PROC_SYS or can be no path."""
    path = _names.key_path(name)
    if "/" not in path or not _leads_down(path):
        raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))
    return _encoded(PROC_SYS + "/" + path)


def _leads_down(path):
    return "\0" not in path and not any(part in ("", ".", "..") for part in path.split("/"))


def _encoded(text):
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as exc:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL)) from exc


def _decoded(data):
    return data.decode("utf-8", "surrogateescape")


def read(name):
    """The Reading of a parameter. Opening it for writing, to see whether that is refused, changes nothing."""
    try:
        path = _parameter_file(name)
        value = _value(path)
    except OSError as exc:
        missing = exc.errno in (errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.EINVAL)
        error = errno.ENOENT if missing else exc.errno
        if error == errno.EIO:
            # An address secret that was never set cannot be read, and can be set.
            return Reading(None, error, _refusal(path))
        return Reading(None, error, 0, error in (errno.EACCES, errno.EPERM) and _is_write_only(path))
    return Reading(value, 0, _refusal(path))


def look(name):
    """The Reading of a parameter that is only looked at: not even opened for writing."""
    try:
        return Reading(_value(_parameter_file(name)), 0)
    except OSError as exc:
        return Reading(None, exc.errno)


def exists(name):
    return read(name).error != errno.ENOENT


def lacks_protocol(name):
    """Whether NAME belongs to a network protocol that this kernel does not have or has switched off, as IPv6 can be."""
    parts = _names.key_path(name).split("/")
    return parts[0] == "net" and not _listed("/".join([PROC_SYS] + parts[:2]))


def _value(path):
    descriptor = os.open(path, os.O_RDONLY)
    try:
        # In one read: of some parameters the kernel gives nothing more to a second one.
        return _decoded(os.read(descriptor, _MAX_VALUE)).rstrip("\n")
    finally:
        os.close(descriptor)


def _refusal(path):
    try:
        os.close(os.open(path, os.O_WRONLY))
    except OSError as exc:
        return exc.errno
    return 0


def _is_write_only(path):
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    return not mode & (stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH) and bool(mode & stat.S_IWUSR)


def write(name, value):
    """The errno with which the kernel refuses VALUE, or 0."""
    try:
        data = _encoded(value + "\n")
        descriptor = os.open(_parameter_file(name), os.O_WRONLY)
        try:
            os.write(descriptor, data)
        finally:
            os.close(descriptor)
    except OSError as exc:
        return exc.errno
    return 0


def parameters(start, wanted):
    """(name, mode) of each parameter at START, a path below PROC_SYS, or below it, of which WANTED(name) is true.

    No mount point is crossed: at one may be an automount (fs/binfmt_misc), and a look behind it would mount.
    """
    device = os.stat(PROC_SYS).st_dev
    waiting = [start] if _on_way(start, device) else []
    while waiting:
        path = waiting.pop()
        mode = _mode(path, device)
        if stat.S_ISDIR(mode):
            waiting.extend("%s/%s" % (path, child) if path else child for child in _listed("%s/%s" % (PROC_SYS, path)))
        elif stat.S_ISREG(mode):
            name = _names.canonical(path)
            if wanted(name):
                yield name, mode


def _on_way(path, device):
    """Whether a look at PATH passes folders of DEVICE alone."""
    parts = path.split("/")
    return not path or _leads_down(path) and all(
        stat.S_ISDIR(_mode("/".join(parts[:end]), device)) for end in range(1, len(parts)))


def _mode(path, device):
    """The type and mode of what is at PATH on DEVICE, 0 where nothing is. This looks at a mount point, and not behind it."""
    try:
        found = os.lstat(_encoded("%s/%s" % (PROC_SYS, path) if path else PROC_SYS))
    except OSError as exc:
        if exc.errno in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.EINVAL):
            return 0
        raise
    return found.st_mode if found.st_dev == device else 0


def boot_id():
    """What names this boot, "" where nothing does."""
    return read("kernel.random.boot_id").value or ""


def release():
    return os.uname()[2]


def machine():
    return os.uname()[4]


def interfaces():
    """interface with parameters -> whether it is a device of the machine."""
    found = set()
    for family in ("ipv4", "ipv6"):
        for kind in ("conf", "neigh"):
            found.update(_listed("%s/net/%s/%s" % (PROC_SYS, family, kind)))
    found -= {"all", "default"}
    return {name: os.path.exists(_encoded("%s/%s/device" % (SYS_NET, name))) for name in sorted(found)}


def address(interface):
    """The MAC address of an interface, "" where it has none."""
    try:
        return _value(_encoded("%s/%s/address" % (SYS_NET, interface)))
    except OSError:
        return ""


def route_rules():
    """How many rules choose a table of routes, beyond the kernel's own three; 0 where it does not tell."""
    return len([message for message in _told(_RULE) if not _is_of_kernel(message)])


def addresses():
    """(interface, address, bits of its network) of all addresses of IPv4; none where the kernel does not tell."""
    found = ((dict(_attributes(message[24:])), message[17]) for message in _told(_ADDRESS) if len(message) > 24)
    return [(_decoded(item[_LABEL].rstrip(b"\0")).partition(":")[0], ".".join(map(str, item[_LOCAL])), bits)
            for item, bits in found if _LABEL in item and _LOCAL in item]


def local_routes():
    """The first network of IPv4 whose addresses are local by a route that somebody has made, None where there is none."""
    asked = bytes([0, 0, 0, _LOCAL_TABLE, 0, 0, _IS_LOCAL, 0, 0, 0, 0])
    for message in _told(_ROUTE, asked):
        network = dict(_attributes(message[28:])).get(_NETWORK)
        if network and (message[20], message[23]) == (_LOCAL_TABLE, _IS_LOCAL) and message[21] != _BY_KERNEL:
            return "%s/%d" % (".".join(map(str, network)), message[17])
    return None


def dead_ends():
    """The interfaces that lead nowhere, whatever they are called: dummies, and bridges without a port."""
    found = links()
    masters = {link.master for link in found}
    return [link.name for link in found if link.kind == "dummy" or link.kind == "bridge" and link.index not in masters]


def links():
    """Every interface as a Link; none where the kernel does not tell."""
    found = [(message[16:32], dict(_attributes(message[32:]))) for message in _told(_LINK)]
    return [_link(header, parts) for header, parts in found if _NAME in parts]


def _link(header, parts):
    form, index, flags = struct.unpack("=2xH4sI4x", header)
    name, kind = (_decoded(text.rstrip(b"\0")) for text in (parts[_NAME], dict(_attributes(parts.get(_INFO, b""))).get(_KIND, b"")))
    return Link(name, kind, form, bool(flags & _UP), index, parts.get(_BELOW), parts.get(_MASTER), _FAR in parts)


def _told(kind, asked=None):
    """The messages of this KIND, of IPv4, that the kernel answers with; none where it does not tell. ASKED: what an rtmsg says, but for
    its family, of routes."""
    # Most of the time it is loaded already.
    import socket
    found = []
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _ROUTES) as channel:
            channel.settimeout(1)
            if asked:
                # An older kernel tells of more than is asked.
                with contextlib.suppress(OSError):
                    channel.setsockopt(*_STRICT)
            # The flags ask for all of them.
            channel.send(struct.pack("=IHHIIB11s", 28, _ASKS[kind], 0x301, 1, 0, socket.AF_INET, asked or b""))
            for _answer in range(_MOST_ANSWERS):
                messages = list(_messages(channel.recv(_MAX_VALUE)))
                found += [message for other, message in messages if other == kind]
                if not messages or messages[-1][0] != kind:
                    return found
    except OSError:
        return []
    return found


def _messages(data):
    """The type and the bytes of each message in DATA, which netlink has sent."""
    while len(data) >= 16:
        length, kind = struct.unpack("=IH", data[:6])
        yield kind, data[:length]
        data = data[max(16, (length + 3) & ~3):]


def _attributes(data):
    """The type and the bytes of each attribute (rtattr) in DATA."""
    while len(data) >= 4:
        length, kind = struct.unpack("=HH", data[:4])
        yield kind, data[4:length]
        data = data[max(4, (length + 3) & ~3):]


def _is_of_kernel(message):
    """Whether a rule, a fib_rule_hdr after the 16 bytes of every message, sends everybody to one of the kernel's own tables."""
    _family, to_bits, from_bits, _service, table = message[16:21].ljust(5, b"\0")
    return table in _TABLES and not to_bits and not from_bits


def _listed(folder):
    try:
        return [_decoded(name) for name in os.listdir(_encoded(folder))]
    except OSError as exc:
        if exc.errno in (errno.ENOENT, errno.ENOTDIR):
            return []
        raise


def in_container():
    """Whether the kernel belongs to another machine, on which this one is a container: our PID or user namespace is not the first one."""
    return any(os.readlink("/proc/self/ns/" + kind) != first for kind, first in _FIRST_NAMESPACES
               if os.path.islink("/proc/self/ns/" + kind))
