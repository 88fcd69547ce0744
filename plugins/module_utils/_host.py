# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that a plan must know of a host, gathered once: a Snapshot.

Private to the collection.
"""

import os
import re

from ansible_collections.photon.hardening.plugins.module_utils import (
    _atomic,
    _boot_order,
    _files,
    _memory,
    _packet_filters,
    _probe,
    _procfs,
    _rivals,
    _sysctl_d,
    _traces,
    _units,
    _uses,
)
from ansible_collections.photon.hardening.plugins.module_utils._model import (
    File,
    HostProblem,
    Init,
    Rivals,
    Snapshot,
    Tuned,
)

_SYSTEMD_SYSCTL = ("/usr/lib/systemd/systemd-sysctl", "/lib/systemd/systemd-sysctl")
_SYSCTL = ("/usr/sbin/sysctl", "/sbin/sysctl")
# systemd-sysctl since 252 reads this credential after all files, the first that is found.
_CREDENTIALS = tuple(folder + "/sysctl.extra" for folder in (
    "/run/credentials/@system", "/etc/credstore", "/run/credstore", "/usr/local/lib/credstore", "/usr/lib/credstore"))
# The same for 254, whose unit imports it from wherever credentials are kept.
_SEALED = tuple(folder + "/sysctl.extra" for folder in (
    "/run/credentials/@encrypted", "/etc/credstore.encrypted", "/run/credstore.encrypted", "/usr/local/lib/credstore.encrypted",
    "/usr/lib/credstore.encrypted"))
_IMPORTS = 254
# SUSE's boot-sysctl.service reads it before all others.
_KERNEL_CONF, _KERNEL_UNIT, _KERNELS = "/boot/sysctl.conf-%s", "boot-sysctl.service", ("/usr/lib/modules", "/lib/modules")
# Which file an enabled ufw applies.
_IPT_SYSCTL = re.compile(r"(?m)^[ \t]*IPT_SYSCTL[ \t]*=[ \t]*[\"']?([^\s\"'#]+)")
# The program of process 1 -> the init that it is. OpenRC and the first stage of runit call `sysctl --system`.
_OPENRC, _RUNIT, _S6 = Init("OpenRC", True), Init("runit", True), Init("s6", False)
_INITS = {"systemd": None, "openrc-init": _OPENRC, "runit": _RUNIT, "runit-init": _RUNIT, "s6-svscan": _S6, "s6-linux-init": _S6,
          "dinit": Init("dinit", False), "finit": Init("finit", False), "busybox": Init("busybox", False)}
# What a bootable image without /sbin/init and without systemd starts with.
_MARKS = (("/sbin/openrc", "openrc-init"), ("/etc/runit/1", "runit"))
_MANAGER = ("/usr/sbin/NetworkManager", "/usr/bin/NetworkManager")
# Where each user has a table: of Debian, of RHEL, of SUSE.
_CRON = ("/var/spool/cron/crontabs", "/var/spool/cron", "/var/spool/cron/tabs")
# What an administrator writes there; those of the vendor set no parameters. A name of one folder hides it in those after it.
_TMPFILES = ("/etc/tmpfiles.d", "/run/tmpfiles.d", "/usr/local/lib/tmpfiles.d")
_MACHINE_IDS = ("/etc/machine-id", "/run/machine-id")
_MAX_MACHINE_ID = 64
_MODULES_LOAD = ("/etc/modules-load.d", "/run/modules-load.d", "/usr/local/lib/modules-load.d", "/usr/lib/modules-load.d",
                 "/lib/modules-load.d")
# The last folder's profile of a name hides those of the folders before it.
_TUNED_PROFILES = ("/usr/lib/tuned", "/usr/lib/tuned/profiles", "/etc/tuned", "/etc/tuned/profiles")


def snapshot(request, saved, names):
    """The Snapshot of this host, or of the image that this process is inside. NAMES: interfaces, what is remembered -> the parameters to
    read."""
    interfaces = {} if request.image else _procfs.interfaces()
    files, found = sysctl_files(), rivals(request.image, interfaces)
    saved = _memory.settled(saved, files)
    dialect = boot_dialect(found)
    # Of any call: a line of others in a file that ours replaces may break a use.
    traces = _traces.traces(request.image, saved, files, dialect, found, interfaces, _traces.asks(request.rules, "private_users"))
    live = {} if request.image else {name: _procfs.read(name) for name in names(interfaces, saved)}
    return Snapshot(
        live=live, files=files, dialect=dialect, rivals=found,
        uses=_uses.holding(_uses.with_seen(_traces.uses(request.image, traces), saved.seen), request.container_host, request.uses),
        modules=modules_at_boot(), release=_procfs.release(), machine=_procfs.machine(), interfaces=interfaces,
        missing_folders=_missing_folders(request), boot="" if request.image else _procfs.boot_id(), saved=saved, machine_id=machine_id(),
        foreign=_boot_order.BootOrder(_memory.files_of_others(saved, files), dialect))


def machine_id():
    """The digest that names this host, None where nothing does that lasts: on a read-only disk systemd makes up an id for each boot, and
    binds it over the file."""
    found, made_up = (_files.status_of(path, follow=True) for path in _MACHINE_IDS)
    if found and made_up and os.path.samestat(found, made_up):
        return None
    return _memory.machine_digest(_files.read(_MACHINE_IDS[0], _MAX_MACHINE_ID))


def _missing_folders(request):
    paths = [item.path for item in request.dropins] + [_sysctl_d.RESTATE_PATH]
    return {path: _atomic.missing_folders(path) for path in paths}


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
        _probe.check_target(path)
    return "%s/%s" % (real, base)


# --- what is read at boot ---

def sysctl_files():
    """Every entry of the sysctl.d search path. What is no file, or a link that leads nowhere or to /dev/null, hides its namesakes."""
    paths = ["%s/%s" % (folder, base) for folder in _units.folders_at(_sysctl_d.FOLDERS) for base in _files.entries(folder)
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
    for folder in _units.folders_at(_MODULES_LOAD):
        for base in _files.entries(folder):
            text = _files.read(folder + "/" + base) if base.endswith(".conf") else None
            found.update(line.strip().replace("-", "_") for line in (text or "").splitlines() if line.strip()[:1] not in ("", "#", ";"))
    return found


def _first_file(paths):
    return next((text for text in map(_files.read, paths) if text is not None), None)


# --- what else sets parameters ---

def rivals(image, interfaces=()):
    """What else sets parameters on this host, which has INTERFACES."""
    program, init = _first_file(_SYSTEMD_SYSCTL), _init(image)
    version = _sysctl_d.systemd_version(program)
    credentials = _CREDENTIALS if not init and "sysctl.extra" in (program or "") else ()
    late = [_rivals.SYSCTL_CONF] if init and init.is_procps else credentials
    settings, advertisements, announces = _network(image, interfaces, version)
    return Rivals(
        sysctl=_first_file(_SYSCTL), conf=_files.short(_rivals.SYSCTL_CONF), tuned=_tuned(image),
        ufw=_ufw(), systemd=program, early=_of_kernels(image), late=_texts_at(late)[:1],
        # systemd-tmpfiles runs before the network and other services.
        settings=tuple(_rivals.of_tmpfiles(_tmpfiles())) + tuple(settings) + _of_scripts(init),
        advertisements=advertisements, announces=announces, init=init,
        sealed=next(filter(_files.exists, _SEALED), None) if credentials and version >= _IMPORTS else None)


def _ufw():
    """The File that an enabled ufw applies when it starts."""
    if not _packet_filters.ufw_is_enabled(_files.short(_packet_filters.UFW) or ""):
        return None
    defaults = _files.short(_packet_filters.UFW_DEFAULTS)
    named = (_rivals.UFW_CONF,) if defaults is None else _IPT_SYSCTL.findall(defaults)[-1:]
    return next(iter(_texts_at(named)), None)


def _of_kernels(image):
    """The files that are there for the kernel that runs, of an image for its kernels, where something reads them."""
    folders = [folder for folder in _units.UNIT_FOLDERS if _files.exists("%s/%s" % (folder, _KERNEL_UNIT))]
    if not folders or _units.is_masked(_KERNEL_UNIT):
        return ()
    releases = {name for folder in _KERNELS for name in _files.entries(folder)} if image else [_procfs.release()]
    return _texts_at(_KERNEL_CONF % release for release in sorted(releases, reverse=True))


def _tmpfiles():
    chosen = {path.rpartition("/")[2]: path for folder in reversed(_TMPFILES) for path in _below(folder, ".conf")}
    return _texts_at(chosen[name] for name in sorted(chosen))


def _of_scripts(init):
    """Settings of what runs after systemd-sysctl at boot: scripts and programs of units, rc.local and the like."""
    found = [(unit, _texts_at(filter(_files.is_program, [path])), _rivals.of_script) for unit, path in sorted(_rivals.SCRIPTS.items())
             if _units.is_enabled(unit)]
    found += [(_rivals.KDUMP_UNIT, _texts_at([_rivals.KDUMP_DEFAULTS]), _rivals.of_kdump)] if _units.is_enabled(_rivals.KDUMP_UNIT) else []
    found += [(unit, _started(*known[:3]), _rivals.of_started) for unit, known in sorted(_rivals.STARTED.items())
              if _units.is_enabled(unit)]
    local = _below("/etc/local.d", ".start") if init == _OPENRC else ()
    started = set(map(_files.resolved, local + (() if _units.is_masked("rc-local.service") else _rivals.RC_LOCAL)))
    found += [("rc.local", _texts_at(sorted(filter(_files.is_program, started))), _rivals.of_script)]
    # Cron passes over a name with a dot or a tilde.
    tables = [folder + "/root" for folder in _CRON] + ["/etc/crontab"]
    tables += [path for path in _below("/etc/cron.d", "") if not set(path.rpartition("/")[2]) & set(".~")]
    found += [("cron", _texts_at(tables), _rivals.of_cron)]
    return _of_ifupdown() + tuple(setting for unit, items, read in found for item in items for setting in read(item.path, item.text, unit))


def _of_ifupdown():
    if not _units.is_enabled("networking.service") and not _files.exists("/etc/runlevels/boot/networking"):
        return ()
    return tuple(_rivals.of_interfaces(_traces.with_included([_packet_filters.INTERFACES])))


def _started(programs, options, off):
    """The first of PROGRAMS that is there, unless a text in its OPTIONS switches it OFF. Only a script tells on which line it does it."""
    path = next(filter(_files.exists, programs), None)
    if path is None or options and re.search(off, _files.short(options) or ""):
        return ()
    return (File(path, _files.short(path) or "" if _files.read(path, 2) == "#!" else ""),)


def _below(folder, ending):
    return tuple("%s/%s" % (folder, name) for name in _files.entries(folder) if name.endswith(ending))


def _texts_at(paths):
    """A File for each of PATHS at which there is one."""
    found = ((path, _files.short(path)) for path in paths)
    return tuple(File(path, text) for path, text in found if text is not None)


def _init(image):
    """The Init of this host, by the program of process 1; None where that is systemd or no init that is known (a container)."""
    if _units.is_masked("systemd-sysctl.service"):
        return Init("systemd", False)
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
    networkd = _units.is_enabled("systemd-networkd.service") or not image and _files.exists("/run/systemd/netif/state")
    manager = _units.is_enabled("NetworkManager.service")
    if not networkd and not manager:
        return (), None, None
    network = _units.network_room()
    files = _texts_at(network.chosen(_units.with_drop_ins(network.NETWORKD, ".network"), network.NETWORKD)
                      + network.chosen(_conf_names(network), network.NETWORKD_CONF)) if networkd else ()
    connections = _texts_at(network.chosen({folder: _files.entries(folder) for folder in network.MANAGER}, network.MANAGER)
                            if manager else ())
    asks = any("MACAddress" in item.text for item in files)
    addresses = None if image else {name: _procfs.address(name) if asks else "" for name in interfaces}
    program = _first_file(_MANAGER) if network.is_shared(connections) else None
    return (network.of_networkd(files, addresses, version) + network.of_manager(connections, program),
            network.advertisements(files, addresses, version) or network.manager_advertisements(connections),
            network.announces(files, addresses, version))


def _conf_names(network):
    found = {}
    for folder in _units.folders_at(network.NETWORKD_CONF):
        found[folder] = ["networkd.conf"] if _files.exists(folder + "/networkd.conf") else []
        found[folder] += ["networkd.conf.d/" + base for base in _files.entries(folder + "/networkd.conf.d") if base.endswith(".conf")]
    return found


def _tuned(image):
    """The profiles of a running tuned, in an image of one that will run; None where there is none."""
    active = (_files.short("/etc/tuned/active_profile") or "").split()
    if not active or not image and not _is_running((_files.short("/run/tuned/tuned.pid") or "").strip()):
        return None
    profiles = {}
    for folder in _TUNED_PROFILES:
        for name in _files.entries(folder):
            text = _files.short("%s/%s/tuned.conf" % (folder, name))
            if text is not None:
                profiles[name] = text
    return Tuned(active, profiles, _files.short("/etc/tuned/tuned-main.conf"))


def _is_running(pid):
    return bool(re.match(r"[0-9]{1,10}\Z", pid)) and os.path.isdir("/proc/" + pid)
