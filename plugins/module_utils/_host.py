# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that a plan must know of a host, gathered once: a Snapshot.

Private to the collection.
"""

import os
import pwd
import re
import stat

from ansible_collections.photon.hardening.plugins.module_utils import (
    _files,
    _glob,
    _memory,
    _packet_filters,
    _procfs,
    _rivals,
    _sysctl_d,
    _uses,
)
from ansible_collections.photon.hardening.plugins.module_utils._model import (
    Facts,
    File,
    HostProblem,
    Init,
    Process,
    Rivals,
    Snapshot,
    Tuned,
)

_SYSTEMD_SYSCTL = ("/usr/lib/systemd/systemd-sysctl", "/lib/systemd/systemd-sysctl")
_SYSCTL = ("/usr/sbin/sysctl", "/sbin/sysctl")
# systemd-sysctl since 252 reads this credential after all files, the first that is found.
_CREDENTIALS = tuple(folder + "/sysctl.extra" for folder in (
    "/run/credentials/@system", "/etc/credstore", "/run/credstore", "/usr/local/lib/credstore", "/usr/lib/credstore"))
# SUSE's boot-sysctl.service reads it before all others.
_KERNEL_CONF = "/boot/sysctl.conf-%s"
# The program of process 1 -> the init that it is. OpenRC and the first stage of runit call `sysctl --system`.
_OPENRC, _RUNIT, _S6 = Init("OpenRC", True), Init("runit", True), Init("s6", False)
_INITS = {"systemd": None, "openrc-init": _OPENRC, "runit": _RUNIT, "runit-init": _RUNIT, "s6-svscan": _S6, "s6-linux-init": _S6,
          "dinit": Init("dinit", False), "finit": Init("finit", False), "busybox": Init("busybox", False)}
# What a bootable image without /sbin/init and without systemd starts with.
_MARKS = (("/sbin/openrc", "openrc-init"), ("/etc/runit/1", "runit"))
_MANAGER = ("/usr/sbin/NetworkManager", "/usr/bin/NetworkManager")
_MACHINE_IDS = ("/etc/machine-id", "/run/machine-id")
_MAX_MACHINE_ID = 64
_OS_RELEASE = ("/etc/os-release", "/usr/lib/os-release")
_SETTING = re.compile(r"(?m)^[ \t]*([A-Z_]+)=(.*)$")
_SUBUID, _NSSWITCH = "/etc/subuid", "/etc/nsswitch.conf"
_SUBID = re.compile(r"^[ \t]*subid:(?![ \t]*files[ \t]*$)", re.MULTILINE)
_PROGRAM_FOLDERS = (
    "/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin", "/usr/local/sbin", "/usr/libexec", "/usr/libexec/incus",
    "/usr/lib/systemd", "/lib/systemd", "/usr/share/apport", "/usr/libexec/lxd", "/usr/lib/lxd", "/opt/bin",
    "/opt/containerd/bin", "/opt/incus/bin", "/opt/rke2/bin", "/snap/bin",
    "/var/lib/snapd/snap/bin", "/opt/google/chrome", "/opt/firefox",
    "/var/lib/rancher/rke2/bin", "/var/lib/rancher/k3s/data/current/bin", "/var/lib/k0s/bin",
    "/run/current-system/sw/bin")
_SNAP_FOLDERS = ("/snap", "/var/lib/snapd/snap")
_UNITS = "/etc/systemd/system"
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
_MODULES_LOAD = ("/etc/modules-load.d", "/run/modules-load.d", "/usr/local/lib/modules-load.d", "/usr/lib/modules-load.d",
                 "/lib/modules-load.d")
# Nobody includes more files in the rules of a packet filter.
_MOST_INCLUDED = 200
# Nobody writes by hand what is longer.
_MAX_SHORT = 1 << 20
# The last folder's profile of a name hides those of the folders before it.
_TUNED_PROFILES = ("/usr/lib/tuned", "/usr/lib/tuned/profiles", "/etc/tuned", "/etc/tuned/profiles")


def snapshot(request, saved, names):
    """The Snapshot of this host, or of the image that this process is inside. NAMES: interfaces -> the parameters to read."""
    interfaces = {} if request.image else _procfs.interfaces()
    files, found = sysctl_files(), rivals(request.image, interfaces)
    dialect = boot_dialect(found)
    # Of any call: a line of others in a file that ours replaces may break a use.
    traces = _traces(request.image, saved, files, dialect, found, _asks(request.rules, "private_users"))
    live = {} if request.image else dict((name, _procfs.read(name)) for name in names(interfaces))
    return Snapshot(
        live=live, files=files, dialect=dialect, rivals=found,
        uses=_uses.holding(uses(request.image, traces), request.container_host, request.uses),
        modules=modules_at_boot(), release=_procfs.release(), machine=_procfs.machine(), interfaces=interfaces,
        missing_folders=_missing_folders(request), boot="" if request.image else _procfs.boot_id(), saved=saved, machine_id=machine_id())


def machine_id():
    """The digest that names this host, None where nothing does that lasts: on a read-only disk systemd makes up an id for each boot, and
    binds it over the file."""
    found, made_up = (_files.status_of(path, follow=True) for path in _MACHINE_IDS)
    if found and made_up and os.path.samestat(found, made_up):
        return None
    return _memory.machine_digest(_files.read(_MACHINE_IDS[0], _MAX_MACHINE_ID))


def _missing_folders(request):
    paths = [item.path for item in request.dropins] + [_sysctl_d.RESTATE_PATH]
    return dict((path, _files.missing_folders(path)) for path in paths)


def drop_in(path, is_written):
    """PATH with the links of its folder followed, such as /lib on a host with a merged /usr; HostProblem unless it can be ours:
    a regular file, or nothing, in a folder that is read at boot. What is not written may be anything, such as a link to /dev/null, which
    an administrator has put there."""
    folder, _slash, base = path.rpartition("/")
    real = _files.resolved(folder)
    if real not in _sysctl_d.FOLDERS:
        raise HostProblem("%s leads to %s by a symbolic link, and drop-ins are only written to %s: remove the link or choose another folder"
                          % (_files.shown(folder), _files.shown(real), ", ".join(_sysctl_d.FOLDERS)))
    if is_written:
        _files.check_target(path)
    return "%s/%s" % (real, base)


# --- what is read at boot ---

def _folders(paths):
    """PATHS that exist, without those that are links to another of them."""
    for path in paths:
        real = _files.resolved(path)
        if (real == path or real not in paths) and _files.is_folder(path):
            yield path


def sysctl_files():
    """Every entry of the sysctl.d search path. What is no file, or a link that leads nowhere or to /dev/null, hides its namesakes."""
    paths = ["%s/%s" % (folder, base) for folder in _folders(_sysctl_d.FOLDERS) for base in _files.entries(folder)
             if base.endswith(".conf")]
    return [File(path, _files.read(path) or "", _files.attributes(path)) for path in paths]


def boot_dialect(others):
    """How the program that will run at boot reads its files: systemd-sysctl, or `sysctl --system` where OTHERS.init calls it."""
    if others.init and others.init.is_procps:
        return (_rivals.procps_dialect(others.sysctl) or _sysctl_d.SYSTEMD)._replace(last=None)
    return _sysctl_d.systemd_dialect(others.systemd)


def boot():
    """With which values a boot of this host ends."""
    interfaces = _procfs.interfaces()
    others = rivals(False, interfaces)
    return _rivals.Boot(sysctl_files(), boot_dialect(others), others, interfaces)


def modules_at_boot():
    """The kernel modules that modules-load.d names; they are there before sysctl.d is read."""
    found = set()
    for folder in _folders(_MODULES_LOAD):
        for base in _files.entries(folder):
            text = _files.read(folder + "/" + base) if base.endswith(".conf") else None
            found.update(line.strip().replace("-", "_") for line in (text or "").splitlines() if line.strip()[:1] not in ("", "#", ";"))
    return found


def kernel():
    """What runs here: the kernel, and the system by the names that it gives itself."""
    settings = dict((key, _unquoted(value.strip())) for key, value in _SETTING.findall(_first_file(_OS_RELEASE) or ""))
    return {"release": _procfs.release(), "machine": _procfs.machine(), "system": settings.get("PRETTY_NAME"),
            "os_id": settings.get("ID"), "os_version": settings.get("VERSION_ID")}


def _unquoted(value):
    if value[:1] in ("'", '"') and value[1:].endswith(value[0]):
        value = value[1:-1]
    return re.sub(r"""\\(["'\\$`])""", r"\1", value)


def _first_file(paths):
    return next((text for text in map(_files.read, paths) if text is not None), None)


# --- what else sets parameters ---

def rivals(image, interfaces=()):
    """What else sets parameters on this host, which has INTERFACES."""
    enabled = _packet_filters.ufw_is_enabled(_short(_packet_filters.UFW) or "")
    program, init = _first_file(_SYSTEMD_SYSCTL), _init(image)
    credentials = _CREDENTIALS if not init and "sysctl.extra" in (program or "") else ()
    late = [_rivals.SYSCTL_CONF] if init and init.is_procps else credentials
    settings, advertisements, announces = _network(image, interfaces, _sysctl_d.systemd_version(program))
    return Rivals(
        sysctl=_first_file(_SYSCTL), conf=_short(_rivals.SYSCTL_CONF), tuned=_tuned(image),
        ufw=_short(_rivals.UFW_CONF) if enabled else None, systemd=program,
        early=_texts_at([_KERNEL_CONF % _procfs.release()]), late=_texts_at(late)[:1], settings=settings,
        advertisements=advertisements, announces=announces, init=init)


def _texts_at(paths):
    """A File for each of PATHS at which there is one."""
    found = ((path, _short(path)) for path in paths)
    return tuple(File(path, text) for path, text in found if text is not None)


def _init(image):
    """The Init of this host, by the program of process 1; None where that is systemd or no init that is known (a container)."""
    if not image and _files.exists("/run/systemd/system"):
        return None
    name = _first_program(image)
    if name in ("init", "busybox") and _files.exists("/sbin/openrc" if image else "/run/openrc"):
        return _OPENRC
    if name == "init":
        # The script of Debian's procps.
        return Init("sysvinit" if _files.exists("/etc/inittab") else "/sbin/init", _files.exists("/etc/init.d/procps"))
    return _INITS.get(name)


def _first_program(image):
    """The name of the program of process 1, "init" where it has no other; of an image the one that /sbin/init leads to."""
    name = "init" if image else (_files.read_proc("1/comm") or "").strip()
    if name == "init" and _files.exists("/sbin/init"):
        return next((part for part in reversed(_files.resolved("/sbin/init").split("/")) if part in _INITS), name)
    if not image or any(map(_files.exists, _SYSTEMD_SYSCTL)):
        return "" if name == "init" else name
    return next((program for path, program in _MARKS if _files.exists(path)), "")


def _network(image, interfaces, version):
    """What configures the network: its Settings, who takes routers' advertisements, and where this host is announced as a router."""
    networkd = _is_enabled("systemd-networkd.service") or not image and _files.exists("/run/systemd/netif/state")
    manager = _is_enabled("NetworkManager.service")
    if not networkd and not manager:
        return (), None, None
    network = network_room()
    files = _texts_at(network.chosen(_with_drop_ins(network.NETWORKD, ".network"), network.NETWORKD)
                      + network.chosen(_conf_names(network), network.NETWORKD_CONF)) if networkd else ()
    connections = _texts_at(network.chosen(dict((folder, _files.entries(folder)) for folder in network.MANAGER), network.MANAGER)
                            if manager else ())
    asks = any("MACAddress" in item.text for item in files)
    addresses = None if image else dict((name, _procfs.address(name) if asks else "") for name in interfaces)
    program = _first_file(_MANAGER) if network.is_shared(connections) else None
    return (network.of_networkd(files, addresses, version) + network.of_manager(connections, program),
            network.advertisements(files, addresses, version) or network.manager_advertisements(connections),
            network.announces(files, addresses, version))


def network_room():
    """Code that most hosts do not need."""
    from ansible_collections.photon.hardening.plugins.module_utils import _network
    return _network


def _is_enabled(unit):
    return _files.exists("%s/multi-user.target.wants/%s" % (_UNITS, unit)) and not _is_masked(unit)


def _is_masked(unit):
    """Whether a link to nothing keeps a unit from being started, whatever wants it."""
    return any(_files.resolved("%s/%s" % (folder, unit)) == os.devnull for folder in (_UNITS, "/run/systemd/system"))


def _with_drop_ins(folders, ending):
    """folder -> the files whose names have this ENDING, and their drop-ins."""
    found = {}
    for folder in _folders(folders):
        names = _files.entries(folder)
        found[folder] = [name for name in names if name.endswith(ending)]
        for name in names:
            if name.endswith(ending + ".d"):
                found[folder] += ["%s/%s" % (name, base) for base in _files.entries(folder + "/" + name) if base.endswith(".conf")]
    return found


def _conf_names(network):
    found = {}
    for folder in _folders(network.NETWORKD_CONF):
        found[folder] = ["networkd.conf"] if _files.exists(folder + "/networkd.conf") else []
        found[folder] += ["networkd.conf.d/" + base for base in _files.entries(folder + "/networkd.conf.d") if base.endswith(".conf")]
    return found


def _short(path):
    """The text of a file that only leads to a warning, as far as it makes sense."""
    return _files.read(path, _MAX_SHORT)


def _tuned(image):
    """The profiles of a running tuned, in an image of one that will run; None where there is none."""
    active = (_short("/etc/tuned/active_profile") or "").split()
    if not active or not image and not _is_running((_short("/run/tuned/tuned.pid") or "").strip()):
        return None
    profiles = {}
    for folder in _TUNED_PROFILES:
        for name in _files.entries(folder):
            text = _short("%s/%s/tuned.conf" % (folder, name))
            if text is not None:
                profiles[name] = text
    return Tuned(active, profiles, _short("/etc/tuned/tuned-main.conf"))


def _is_running(pid):
    return bool(re.match(r"[0-9]{1,10}\Z", pid)) and os.path.isdir("/proc/" + pid)


# --- what the host is used for ---

def uses(image, traces=None):
    """use -> Use, of this host or of an image, of which only files are looked at. TRACES: what `_traces` tells, where that is asked for."""
    texts = _texts()
    subordinate_ids = _subordinate_ids(texts)
    processes = () if image else _processes(texts, subordinate_ids)
    return _uses.found(Facts(_programs(), _snaps(), _units(), processes, texts, _machines(), subordinate_ids, **traces or {}))


def _filters(enabled):
    """path -> text of what packet filters and interfaces load at boot, with the files of root that these include."""
    waiting, found = list(_packet_filters.loaded(enabled, _packet_filters.ufw_is_enabled(_texts_of(_packet_filters.UFW) or ""))), {}
    while waiting and len(found) < _MOST_INCLUDED:
        for path in _matching(waiting.pop(0)):
            text = None if path in found else _texts_of(path)
            if text is not None:
                found[path] = text
                waiting += _packet_filters.included(path, text)
    return found


def _matching(pattern):
    """The files whose names fit the last part of PATTERN; PATTERN itself where it is none."""
    folder, _slash, name = pattern.rpartition("/")
    if not re.search(r"[*?\[]", name):
        return [pattern]
    return ["%s/%s" % (folder, base) for base in _files.entries(folder)[:_MOST_INCLUDED] if _glob.matches(name, base)]


def _asks(rules, use):
    """Whether it makes a difference to these rules whether the host has USE."""
    return any(use in uses for rule in rules.values() for _value, uses in tuple(rule.hold) + tuple(rule.stops))


def _traces(image, saved, files, dialect, others, asks_units=False):
    """The Facts about uses that are no runtimes: what starts at boot, what was set before us, what others' files set, and the network.
    ASKS_UNITS: all units of services are read, which takes some milliseconds."""
    foreign, enabled = _foreign(files, saved), _enabled()
    found = dict(enabled=enabled, filters=_filters(enabled), lines=_lines(foreign, dialect, others), image=image,
                 shipped=_shipped(foreign, dialect), settings=others.settings, announces=others.announces,
                 private_users=_private_users() if asks_units else None)
    if image:
        return found
    return dict(found, own=dict((name, _own(name, saved)) for name in _uses.OWN), advertised=_advertised(saved),
                defaults=_default_routes(), rules=_procfs.route_rules(), crash_kernel=_crash_kernel())


def _lines(foreign, dialect, others):
    """parameter or pattern -> the Winner of the lines of others that may tell of a use."""
    ufw = () if others.ufw is None else (File(_rivals.UFW_CONF, others.ufw),)
    order = _rivals.Boot(foreign, dialect, others._replace(late=ufw + tuple(others.late), settings=()), ())
    spoken = dict((name, winner) for name, winner in order.spoken().items() if _uses.tells(name))
    spoken.update((name, order.winner(name)) for name in list(spoken) + list(_uses.OWN) if not _sysctl_d.is_glob(name))
    return dict((name, winner) for name, winner in spoken.items() if winner)


def _shipped(foreign, dialect):
    order = _sysctl_d.BootOrder([item for item in foreign if _uses.is_shipped(item.path)], dialect)
    winners = ((name, order.winner(name)) for name in _uses.RP_FILTERS)
    return dict((name, winner.value) for name, winner in winners if winner and winner.value is not None)


def _foreign(files, saved):
    """Files of others, those that ours have replaced included."""
    found = [item for item in files if not _sysctl_d.is_ours(item.text)]
    return found + [File(path, known.before) for path, known in sorted(saved.files.items()) if known.before is not None]


def _own(name, saved):
    """What a parameter was before we asked for it, or its live value where we do not."""
    return _memory.first_value(saved, name, _procfs.read(name).value) or ""


def _enabled():
    folders = [folder for folder in _files.entries(_UNITS) if folder.endswith((".wants", ".requires", ".upholds"))]
    paths = ["%s/%s/%s" % (_UNITS, folder, name) for folder in folders for name in _files.entries(_UNITS + "/" + folder)
             if name in _uses.ENABLED]
    found = dict((path.rpartition("/")[2], path) for path in paths if _trusted(path) and not _is_masked(path.rpartition("/")[2]))
    # OpenRC names its services without an ending.
    links = ("%s/%s" % (folder, name) for folder in _RUNLEVELS for name in _files.entries(folder) if name + ".service" in _uses.ENABLED)
    return dict(((path.rpartition("/")[2] + ".service", path) for path in links if _trusted(path)), **found)


def _private_users():
    """A unit that wants a user namespace of its own. All that are installed count: a socket, a timer or a call on D-Bus may start one."""
    found = (path for kind in ("system", "user") for path in _private_units(["%s/systemd/%s" % (start, kind) for start in _STARTS]))
    return next(filter(_trusted, found), None)


def _private_units(folders):
    said = {}
    # A unit comes before its drop-ins: the last word counts.
    for path in sorted(network_room().chosen(_with_drop_ins(folders, ".service"), folders), key=lambda path: path.endswith(".conf")):
        text = _short(path) or ""
        # Most units do not say it, and are not searched line by line.
        words = _uses.PRIVATE_USERS.findall(text) if "PrivateUsers" in text else ()
        if words:
            unit = path.split("/")[-2][:-len(".d")] if path.endswith(".conf") else _files.resolved(path).rpartition("/")[2]
            said[unit] = path if _uses.is_private(words[-1]) else None
    return sorted(filter(None, said.values()))


def _advertised(saved):
    """An interface whose route or address the kernel has of a router's advertisement, and where it would take more of them."""
    routes, addresses = ([line.split() for line in (_files.read_proc(path, _MAX_SHORT) or "").splitlines()]
                         for path in ("net/ipv6_route", "net/if_inet6"))
    names = set(fields[9] for fields in routes if len(fields) == 10 and int(fields[8], 16) & _BY_ADVERTISEMENT)
    # Such an address has half of its bits from the router, is good everywhere and ends some day.
    names.update(fields[5] for fields in addresses if len(fields) == 6 and fields[2:4] == ["40", "00"]
                 and not int(fields[4], 16) & _PERMANENT)
    return next((name for name in sorted(names) if _own("net.ipv6.conf.%s.accept_ra" % name.replace(".", "/"), saved) != "0"), None)


def _default_routes():
    routes = (line.split() for line in (_files.read_proc("net/route", _MAX_SHORT) or "").splitlines())
    # A route that leads nowhere, such as an unreachable one, has no interface.
    return tuple(sorted(set(fields[0] for fields in routes if fields[1:2] == ["00000000"] and fields[7:8] == ["00000000"]) - set("*")))


def _crash_kernel():
    """What shows that a kernel waits for a crash, or that memory is kept for one."""
    return next((path for path in _CRASH_KERNEL if (_files.read(path) or "").strip() not in ("", "0")), None)


def _programs():
    found = {}
    for folder in _folders(_PROGRAM_FOLDERS):
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
    return dict((name, "%s/%s" % (folder, name)) for folder in reversed(_SNAP_FOLDERS) for name in _uses.SNAPS
                if _trusted("%s/%s" % (folder, name)))


def _units():
    return dict((name, "%s/%s" % (_UNITS, name)) for name in _uses.UNITS if (_texts_of("%s/%s" % (_UNITS, name)) or "").strip())


def _texts_of(path):
    return _short(path) if _trusted(path) else None


def _texts():
    """path -> text of each file of root's that may tell of a use."""
    paths = list(_uses.FILES) + [_SUBUID, _NSSWITCH]
    for folder, ending in _uses.FOLDERS:
        paths += ["%s/%s" % (folder, base) for base in _files.entries(folder) if base.endswith(ending)]
    texts = ((path, _texts_of(path)) for path in paths)
    return dict((path, text) for path, text in texts if text is not None)


def _machines():
    found = ["%s/%s" % (folder, name) for folder in _MACHINES for name in _files.entries(folder)
             if not name.startswith(".") and (folder == _MACHINES[0] or name.endswith(".nspawn"))]
    return found[0] if found and _trusted(found[0].rpartition("/")[0]) else None


def _subordinate_ids(texts):
    """Where ordinary users get the ids from that rootless containers need, or None; a directory such as FreeIPA leaves the file empty."""
    if _uses.ordinary(_uses.subordinate_users(texts.get(_SUBUID, ""))):
        return _SUBUID
    return "subid in " + _NSSWITCH if _SUBID.search(texts.get(_NSSWITCH, "")) else None


def _processes(texts, subordinate_ids):
    """The processes of this host that may be a sign of a use; one may end while it is looked at."""
    found = []
    for pid in sorted(filter(str.isdigit, os.listdir("/proc")), key=int):
        name = (_files.read_proc(pid + "/comm") or "").strip()
        if name in _uses.PROCESSES:
            rootful, rootless = _standing(pid, texts, subordinate_ids)
            found.append(Process(name, rootful, rootless))
    return tuple(found)


def runs_as_root(name):
    """Whether a process of this name is root's, in our namespaces and without anybody else's having started it as root."""
    return any((_files.read_proc(pid + "/comm") or "").strip() == name and _standing(pid, {}, None)[0]
               for pid in filter(str.isdigit, os.listdir("/proc")))


def _standing(pid, texts, subordinate_ids):
    """Whether a process is one of root in our namespaces, and whether it is one of a user who may start containers."""
    users = re.search(r"(?m)^Uid:((?:[ \t]+[0-9]+){4})$", _files.read_proc(pid + "/status") or "")
    users = set(map(int, users.group(1).split())) if users else set()
    rootful = users == set([_files.OWNER[0]]) and _is_at_home(pid) and not _is_setuid(pid)
    return rootful, len(users) == 1 and not rootful and bool(subordinate_ids) and _has_ids(users.pop(), texts)


def _is_at_home(pid):
    try:
        return all(os.readlink("/proc/%s/ns/%s" % (pid, kind)) == os.readlink("/proc/self/ns/" + kind) for kind in ("pid", "user"))
    except OSError:
        return False


def _is_setuid(pid):
    """Whether anybody can start its program and have it run as root, under whatever name the link has by which it is called."""
    try:
        return bool(os.stat("/proc/%s/exe" % pid).st_mode & stat.S_ISUID)
    except OSError:
        return True


def _has_ids(user, texts):
    try:
        name = pwd.getpwuid(user).pw_name
    except KeyError:
        name = str(user)
    known = _uses.ordinary(_uses.subordinate_users(texts.get(_SUBUID, "")))
    return name in known or str(user) in known or _FIRST_USER <= user < _NOBODY and bool(_SUBID.search(texts.get(_NSSWITCH, "")))
