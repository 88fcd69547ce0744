# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What shows what this host is used for: programs, units, files of root's, processes, the network. _uses.py says what it proves.

Private to the collection.
"""

import os
import pwd
import re
import struct

from ansible_collections.photon.hardening.plugins.module_utils import (
    _boot_order,
    _files,
    _glob,
    _memory,
    _names,
    _packet_filters,
    _processes,
    _procfs,
    _rivals,
    _sysctl_d,
    _units,
    _uses,
    _values,
)
from ansible_collections.photon.hardening.plugins.module_utils._model import Facts, Process

_SUBUID, _NSSWITCH = "/etc/subuid", "/etc/nsswitch.conf"
_SUBID = re.compile(r"^[ \t]*subid:(?![ \t]*files[ \t]*$)", re.MULTILINE)
_PROGRAM_FOLDERS = (
    "/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin", "/usr/local/sbin", "/usr/libexec", "/usr/libexec/incus", "/usr/lib/incus",
    "/usr/lib/systemd", "/lib/systemd", "/usr/share/apport", "/usr/libexec/lxd", "/usr/lib/lxd", "/opt/bin",
    "/opt/containerd/bin", "/opt/incus/bin", "/opt/rke2/bin", "/snap/bin",
    "/var/lib/snapd/snap/bin", "/opt/google/chrome", "/opt/firefox",
    "/var/lib/rancher/rke2/bin", "/var/lib/rancher/k3s/data/current/bin", "/var/lib/k0s/bin",
    "/run/current-system/sw/bin", "/home/kubernetes/bin", "/opt/nomad/bin")
_MINIKUBE = "/var/lib/minikube/binaries"
_SNAP_FOLDERS = ("/snap", "/var/lib/snapd/snap")
_RUNLEVELS = ("/etc/runlevels/boot", "/etc/runlevels/default")
# Where the folders of systemd's units are.
_STARTS = ("/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib")
# Of LXD some distributions ship a script of this name that installs it at its first call.
_NO_SCRIPTS = ("lxd",)
# The numbers of ordinary users.
_FIRST_USER, _NOBODY = 1000, 65534
# What the kernel notes of a route that it has of a router's advertisement (RTF_ADDRCONF), and of an address that stays (IFA_F_PERMANENT).
_BY_ADVERTISEMENT, _PERMANENT = 0x40000, 0x80
_CRASH_KERNEL = ("/sys/kernel/kexec_crash_loaded", "/sys/kernel/kexec_crash_size")
_MACHINES = ("/var/lib/machines", "/etc/systemd/nspawn")
# Addresses of the link alone and of groups: any interface leads to them, and nobody is answered at them.
_NO_SENDERS = ("169.254.", "224.")
_EVERYWHERE = ("00000000", "00000000")
# Groups of the link alone, and the one by which devices look for each other at home.
_GROUPS_OF_LINKS = ("224.0.0.", "239.255.255.250")
# ARPHRD_LOOPBACK, and what carries IPv4: ARPHRD_NONE, _TUNNEL, _TUNNEL6, _IPGRE, _IP6GRE; 6in4 does not.
_LOOPBACK, _TUNNELS = 772, (65534, 768, 769, 778, 823)
# Interfaces that lead nowhere; the last one is kube-proxy's.
_NOWHERE = re.compile(r"(?:lo|dummy.*|kube-ipvs[0-9]+)\Z")
# Nobody includes more files in the rules of a packet filter.
_MOST_INCLUDED = 200


def uses(image, traces=None):
    """use -> Use, of this host or of an image, of which only files are looked at. TRACES: what `traces` tells, where that is asked for."""
    texts = _texts()
    subordinate_ids = _subordinate_ids(texts)
    processes = () if image else _found_processes(texts, subordinate_ids)
    return _uses.found(Facts(_programs(), _snaps(), _unit_files(), processes, texts, _machines(), subordinate_ids, **traces or {}))


def with_included(patterns):
    """path -> text of files of root, and of those that they include."""
    waiting, found = list(patterns), {}
    while waiting and len(found) < _MOST_INCLUDED:
        for path in _matching(waiting.pop(0))[:_MOST_INCLUDED]:
            text = None if path in found else _texts_of(path)
            if text is not None:
                found[path] = text
                waiting += _packet_filters.included(path, text)
    return found


def _matching(pattern):
    """The files whose paths fit PATTERN; PATTERN itself where it is none."""
    if not re.search(r"[*?\[]", pattern):
        return [pattern]
    folders, _slash, name = pattern.rpartition("/")
    return ["%s/%s" % (folder, base) for folder in _matching(folders) for base in _files.entries(folder) if _glob.matches(name, base)]


def asks(rules, use):
    """Whether it makes a difference to these rules whether the host has USE."""
    return any(use in uses for rule in rules.values() for _value, uses in tuple(rule.hold) + tuple(rule.stops))


def traces(image, saved, files, dialect, others, interfaces, asks_units=False):
    """The Facts about uses that are no runtimes: what starts at boot, what was set before us, what others' files set, and the network.
    INTERFACES: interface -> whether it is a device of the machine. ASKS_UNITS: all units of services are read, which takes some
    milliseconds."""
    enabled = _enabled()
    # What others than root can write says nothing for sure of what root wants.
    foreign = [item for item in _memory.files_of_others(saved, files) if item.path in saved.files or _trusted(item.path)]
    announces = others.announces if others.announces and _trusted(others.announces.rpartition(":")[0]) else None
    trusted = set(filter(_trusted, {setting.path for setting in others.settings}))
    loaded = _packet_filters.loaded(enabled, _packet_filters.ufw_is_enabled(_texts_of(_packet_filters.UFW) or ""))
    found = dict(enabled=enabled, filters=with_included(loaded), lines=_lines(foreign, dialect, others), image=image,
                 shipped=_shipped(foreign, dialect), announces=announces,
                 settings=tuple(item for item in others.settings if item.path in trusted and item.by not in _rivals.ENGINES),
                 private_users=_private_users() if asks_units else None)
    if image:
        return found
    orphans = _orphans(files, saved, dialect)
    return dict(found, own={name: _own(name, saved, orphans) for name in _uses.OWN}, advertised=_advertised(saved, orphans),
                ways=_ways(interfaces), address=_service_address(), crash_kernel=_crash_kernel())


def _lines(foreign, dialect, others):
    """parameter or pattern -> the Winner of the lines of others that may tell of a use."""
    ufw = () if others.ufw is None else (others.ufw,)
    order = _rivals.Boot(foreign, dialect, others._replace(late=ufw + tuple(others.late), settings=()), ())
    spoken = {name: winner for name, winner in order.spoken().items() if _uses.tells(name)}
    spoken.update((name, order.winner(name)) for name in list(spoken) + list(_uses.OWN) if not _names.is_glob(name))
    return {name: winner for name, winner in spoken.items() if winner}


def _shipped(foreign, dialect):
    order = _boot_order.BootOrder([item for item in foreign if _uses.is_shipped(item.path)], dialect)
    winners = ((name, order.winner(name)) for name in _uses.OWN)
    return {name: winner.value for name, winner in winners if winner and winner.value is not None}


def _own(name, saved, orphans):
    """What a parameter was before we asked for it, or its live value where we do not; "" where that is not known any more. ORPHANS: the
    BootOrder of files of ours of which nothing is remembered."""
    live = _procfs.read(name).value
    own, line = _memory.first_value(saved, name, live), orphans.winner(name)
    is_lost = line and own == live and None not in (own, line.value) and _values.same(name, line.value, live)
    return "" if own is None or is_lost else own


def _orphans(files, saved, dialect):
    return _boot_order.BootOrder([item._replace(text="\n".join(_memory.own_part(item.text))) for item in files
                                  if _sysctl_d.is_ours(item.text) and item.path not in saved.files], dialect)


def _enabled():
    folders = [folder for folder in _files.entries(_units.FOLDER) if folder.endswith((".wants", ".requires", ".upholds"))]
    paths = ["%s/%s/%s" % (_units.FOLDER, folder, name) for folder in folders for name in _files.entries(_units.FOLDER + "/" + folder)
             if name in _uses.ENABLED]
    found = [(name, path) for name, path in _units.scripts().items() if name in _uses.ENABLED]
    found += [(path.rpartition("/")[2], path) for path in paths]
    started = {name: path for name, path in found if _trusted(path) and not _units.is_masked(name)}
    # OpenRC names its services without an ending.
    links = ("%s/%s" % (folder, name) for folder in _RUNLEVELS for name in _files.entries(folder) if name + ".service" in _uses.ENABLED)
    return dict(((path.rpartition("/")[2] + ".service", path) for path in links if _trusted(path)), **started)


def _private_users():
    """A unit that wants a user namespace of its own. All that are installed count: a socket, a timer or a call on D-Bus may start one."""
    found = (path for kind in ("system", "user") for path in _private_units(["%s/systemd/%s" % (start, kind) for start in _STARTS]))
    return next(filter(_trusted, found), None)


def _private_units(folders):
    said = {}
    # A unit comes before its drop-ins: the last word counts.
    chosen = _units.network_room().chosen(_units.with_drop_ins(folders, ".service"), folders)
    for path in sorted(chosen, key=lambda path: path.endswith(".conf")):
        text = _files.short(path) or ""
        # Most units do not say it, and are not searched line by line.
        words = _uses.PRIVATE_USERS.findall(text) if "PrivateUsers" in text else ()
        if words:
            unit = path.split("/")[-2][:-len(".d")] if path.endswith(".conf") else _files.resolved(path).rpartition("/")[2]
            said[unit] = path if _uses.is_private(words[-1]) else None
    return sorted(filter(None, said.values()))


def _advertised(saved, orphans):
    """An interface whose route or address the kernel has of a router's advertisement, and where it would take more of them."""
    routes, addresses = ([line.split() for line in (_files.read_proc(path, _files.MAX_SHORT) or "").splitlines()]
                         for path in ("net/ipv6_route", "net/if_inet6"))
    names = {fields[9] for fields in routes if len(fields) == 10 and int(fields[8], 16) & _BY_ADVERTISEMENT}
    # Such an address has half of its bits from the router, is good everywhere and ends some day.
    names.update(fields[5] for fields in addresses if len(fields) == 6 and fields[2:4] == ["40", "00"]
                 and not int(fields[4], 16) & _PERMANENT)
    accepts = ((name, _own("net.ipv6.conf.%s.accept_ra" % name.replace(".", "/"), saved, orphans)) for name in sorted(names))
    return next((name for name, value in accepts if value != "0"), None)


def _ways(interfaces):
    """What may come in by another interface than the one by which its answer would leave, in words."""
    lines = (line.split() for line in (_files.read_proc("net/route", _files.MAX_SHORT) or "").splitlines()[1:])
    # A route that leads nowhere, such as an unreachable one, has no interface.
    routes = [(fields[0], (fields[1], fields[7])) for fields in lines if len(fields) > 7 and fields[0] != "*"]
    several, defaults = _several(routes), {name for name, way in routes if way == _EVERYWHERE}
    others = {name for name, way in routes if name not in defaults and not _address(way[0]).startswith(_NO_SENDERS)} if defaults else ()
    groups = {name: group for name, group in _groups() if name not in defaults} if defaults else {}
    # Engines make many of these, and none is a tunnel.
    silent = [name for name in set(interfaces).difference(dict(routes), ["lo"]) if not interfaces[name] and not name.startswith("veth")]
    links = _procfs.links(b"veth") if not several and (others or groups or silent) else ()
    out = _leading_out(links, interfaces, defaults)
    chosen = "rules for more tables of routes" if _procfs.has_route_rules() else None
    return several or _beside(out.intersection(others), defaults) or chosen or _joined(out, groups) or _tunnel(silent, links)


def _several(routes):
    """The first network to which several interfaces lead."""
    found = {}
    for name, way in routes:
        found.setdefault(way, set()).add(name)
    several = [(tuple(map(_address, way)), sorted(names)) for way, names in sorted(found.items()) if len(names) > 1]
    for way, names in several:
        if not way[0].startswith(_NO_SENDERS):
            what = "default routes" if set(way) == {"0.0.0.0"} else "routes to %s/%s" % way
            return "%s through %s" % (what, ", ".join(names))
    return None


def _beside(names, defaults):
    """A network of an interface among NAMES: who asks for an address of it from a third network is answered by one of the DEFAULTS."""
    return "a network of %s beside the default route through %s" % (min(names), ", ".join(sorted(defaults))) if names else None


def _leading_out(links, interfaces, defaults):
    """The names of those of LINKS that lead out of this machine. INTERFACES: as in a Snapshot."""
    # A namespace has no device.
    inside = all(link.kind or link.form == _LOOPBACK for link in links)
    return {link.name for link in links if inside and link.is_far or _leads_out(link, links, interfaces, defaults)}


def _leads_out(link, links, interfaces, defaults):
    """Whether an interface is a device or one of DEFAULTS, or stands on one, as a VLAN, a bond or a macvlan does."""
    if link.kind in ("", "ipoib", "veth") or link.is_far:
        return bool(link.kind in ("", "ipoib") and interfaces.get(link.name)) or link.name in defaults
    return any(_leads_out(other, links, interfaces, defaults) for other in links if other.master == link.index or other.index == link.below)


def _groups():
    """(interface, group) of what has been joined, but for groups that stay on one link."""
    interface = None
    for line in (_files.read_proc("net/igmp", _files.MAX_SHORT) or "").splitlines():
        words = line.split()
        if line[:1].isdigit():
            interface = line.partition(":")[0].split()[-1]
        elif re.match(r"\s+[0-9A-F]{8}\s", line) and not _address(words[0]).startswith(_GROUPS_OF_LINKS):
            yield interface, _address(words[0])


def _joined(names, groups):
    """A group that something has joined on an interface among NAMES: who sends to it may be anywhere."""
    name = min(names.intersection(groups), default=None)
    return "the group %s joined on %s" % (groups[name], name) if name else None


def _tunnel(names, links):
    """A tunnel among NAMES with an address of IPv4, to which no route of IPv4 leads: what comes out of it is answered by another way."""
    found = [link.name for link in links if link.name in names and link.form in _TUNNELS and link.is_up]
    addressed = {name for name, _address, _bits in _procfs.addresses()} if found else ()
    name = min(set(found).intersection(addressed), default=None)
    return "%s, a tunnel to which no route leads" % name if name else None


def _address(text):
    """An address of IPv4 in its usual form, of the one in which /proc/net/route has it."""
    return ".".join(map(str, bytearray(struct.pack("=I", int(text, 16)))))


def _service_address():
    """The first address of IPv4 on an interface that leads nowhere, or local by a route, in words; but for those of this host alone."""
    found = [item for item in _procfs.addresses() if not item[1].startswith("127.")]
    # Of an engine's bridge an address has more neighbours, and to ask for all interfaces of its containers takes time.
    alone = [item for item in found if item[2] == 32]
    ends = _procfs.dead_ends() if alone else ()
    for name, address, _bits in [item for item in found if _NOWHERE.match(item[0])] + [item for item in alone if item[0] in ends]:
        return "%s on %s" % (address, name)
    network = _procfs.local_routes()
    return "%s, local by a route" % network if network else None


def _crash_kernel():
    """What shows that a kernel waits for a crash, or that memory is kept for one."""
    return next((path for path in _CRASH_KERNEL if (_files.read(path) or "").strip() not in ("", "0")), None)


def _programs():
    found = {}
    for folder in _units.folders_at(_PROGRAM_FOLDERS + tuple("%s/%s" % (_MINIKUBE, release) for release in _files.entries(_MINIKUBE))):
        for name in _files.those_in(folder, _uses.PROGRAMS):
            path = "%s/%s" % (folder, name)
            firm = _files.trust(path)
            if firm is not None and not found.get(name, ("", False))[1] and _files.is_program(path) and not _is_script(name, path):
                found[name] = (path, firm)
    return found


def _is_script(name, path):
    return name in _NO_SCRIPTS and (_files.read(path, 2) or "") == "#!"


def _trusted(path):
    return _files.trust(path) is True


def _snaps():
    return {name: "%s/%s" % (folder, name) for folder in reversed(_SNAP_FOLDERS) for name in _uses.SNAPS
            if _trusted("%s/%s" % (folder, name))}


def _unit_files():
    paths = ((name, "%s/%s" % (_units.FOLDER, name)) for name in _uses.UNITS)
    return {name: path for name, path in paths if (_texts_of(path) or "").strip()}


def _texts_of(path):
    return _files.short(path) if _trusted(path) else None


def _texts():
    """path -> text of each file of root's that may tell of a use."""
    paths = [path for pattern in _uses.FILES + (_SUBUID, _NSSWITCH) for path in _matching(pattern)]
    # What is not executable is not run.
    texts = ((path, _texts_of(path)) for path in paths + list(filter(_files.is_program, _rivals.RC_LOCAL)))
    return {path: text for path, text in texts if text is not None}


def _machines():
    found = ["%s/%s" % (folder, name) for folder in _MACHINES for name in _files.entries(folder)
             if not name.startswith(".") and (folder == _MACHINES[0] or name.endswith(".nspawn"))]
    return found[0] if found and _trusted(found[0].rpartition("/")[0]) else None


def _subordinate_ids(texts):
    """Where ordinary users get the ids from that rootless containers need, or None; a directory such as FreeIPA leaves the file empty."""
    if _uses.ordinary(_uses.subordinate_users(texts.get(_SUBUID, ""))):
        return _SUBUID
    return "subid in " + _NSSWITCH if _SUBID.search(texts.get(_NSSWITCH, "")) else None


def _found_processes(texts, subordinate_ids):
    """The processes of this host that may be a sign of a use; one may end while it is looked at."""
    found = []
    for pid in sorted(filter(str.isdigit, os.listdir("/proc")), key=int):
        name = (_files.read_proc(pid + "/comm") or "").strip()
        if name in _uses.PROCESSES:
            rootful, rootless = _standing(pid, texts, subordinate_ids)
            found.append(Process(name, rootful, rootless))
    return tuple(found)


def _standing(pid, texts, subordinate_ids):
    """Whether a process is one of root in our namespaces, and whether it is one of a user who may start containers."""
    users = _processes.users(pid)
    rootful = _processes.is_roots(pid, users)
    return rootful, len(users) == 1 and not rootful and bool(subordinate_ids) and _has_ids(users.pop(), texts)


def _has_ids(user, texts):
    try:
        name = pwd.getpwuid(user).pw_name
    except KeyError:
        name = str(user)
    known = _uses.ordinary(_uses.subordinate_users(texts.get(_SUBUID, "")))
    return name in known or str(user) in known or _FIRST_USER <= user < _NOBODY and bool(_SUBID.search(texts.get(_NSSWITCH, "")))
