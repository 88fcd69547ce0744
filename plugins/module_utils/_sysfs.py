# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what `_guest` judges: /sys, /proc, modprobe.d, the package database, and what root's own programs say of their version.

Private to the collection.
"""

import gzip
import lzma
import re
import stat

from ansible_collections.photon.hardening.plugins.module_utils import _files, _guest, _initramfs, _modprobe, _processes, _procfs, _programs

_PCI, _MODULES, _BLOCK, _NET = "/sys/bus/pci/devices", "/sys/module", "/sys/block", "/sys/class/net"
_HYPERVISOR = re.compile(r"(?m)^flags\s*:.*\bhypervisor\b")
_ADDRESS = re.compile(r"/([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])(?=/)")
# Disks that are pieces of something else, or no disks.
_NO_DISK = re.compile(r"(?:dm-|fd|loop|md|nbd|nvme[0-9]+c|ram|sr|zram)[0-9]")
_MSIX, _HAS_LIST, _MOST_CAPABILITIES = 0x11, 0x10, 48
# Where a kernel keeps these drivers, below its own folder of modules.
_OWN = {"vmxnet3": "net/vmxnet3/vmxnet3", "vmw_pvscsi": "scsi/vmw_pvscsi", "vmw_vmci": "misc/vmw_vmci/vmw_vmci",
        "vmw_balloon": "misc/vmw_balloon"}
_MODULE_FILES = ((".ko", bytes), (".ko.gz", gzip.decompress), (".ko.xz", lzma.decompress))
_VERSION = re.compile(br"\0version=([\x20-\x7e]{1,64})\0")
_VMTOOLSD = ("/usr/bin/vmtoolsd", "/usr/sbin/vmtoolsd")
_DOCKERD = ("/usr/bin/dockerd", "/usr/sbin/dockerd", "/usr/local/bin/dockerd", "/opt/bin/dockerd")
_RPM, _DPKG = "/usr/bin/rpm", "/var/lib/dpkg/status"
_NUMBER = re.compile(r"version ([0-9][0-9A-Za-z.+~:-]{0,63})")
_PACKAGE_VERSION = re.compile(r"[0-9][0-9A-Za-z.+~:-]{0,63}\Z")
_INITRAMFS = ("/boot/initrd.img-%s", "/boot/initramfs-%s.img", "/boot/initrd-%s")


def guest(run_command=None):
    """The _guest.Guest that this host is. RUN_COMMAND: that of AnsibleModule; without it no program is asked for its version."""
    disks, (files, unread) = _disks(), modprobe_files()
    return _guest.Guest(
        container=_procfs.in_container(), dmi=_dmi(), hypervisor=bool(_HYPERVISOR.search(_text("/proc/cpuinfo") or "")), devices=_devices(),
        drivers={name: _driver(name) for name in _guest.DRIVERS}, files=files, unread=unread, cmdline=_text("/proc/cmdline") or "",
        root=_root(disks), disks=disks, networks=_networks(), swaps=_text("/proc/swaps") or "", meminfo=_text("/proc/meminfo") or "",
        tools=_tools(run_command), docker=_docker(run_command))


def _dmi():
    return {key: _text("/sys/class/dmi/id/" + key) or "" for key in ("sys_vendor", "product_name")}


def _text(path):
    """What an attribute says, without the line end; None where it is not there or does not let itself be read."""
    found = _raw(path)
    return found if found is None else found.strip("\n\0")


def _raw(path):
    try:
        return _files.read(path)
    except OSError:
        return None


def _names(folder):
    """The entries of a folder that may go while it is looked at."""
    try:
        return _files.entries(folder)
    except OSError:
        return []


# --- devices ---

def _devices():
    return [_device(address, "%s/%s/" % (_PCI, address)) for address in _names(_PCI)]


def _device(address, folder):
    vendor, device = (_text(folder + name) for name in ("vendor", "device"))
    modes = tuple(_text(folder + "msi_irqs/" + number) for number in _names(folder + "msi_irqs"))
    return _guest.Device(address, vendor, device, _driver_link(folder.rstrip("/")), modes, _offers_msix(folder + "config"))


def _driver_link(folder):
    """The name of the driver of a device, None where it has none."""
    path = folder + "/driver"
    return _files.resolved(path).rpartition("/")[2] if _files.exists(path) else None


def _networks():
    """interface -> the driver of its PCI device."""
    found = ((name, _address("%s/%s/device" % (_NET, name))) for name in _names(_NET))
    drivers = {name: _driver_link("%s/%s" % (_PCI, address)) for name, address in found if address}
    return {name: driver for name, driver in drivers.items() if driver}


def _address(path):
    found = _ADDRESS.findall(_files.resolved(path) + "/")
    return found[-1] if found else None


def _offers_msix(path):
    """Whether the list of capabilities in a device's configuration holds MSI-X; None where it may not be read."""
    config = (_raw(path) or "").encode("utf-8", "surrogateescape")
    # Without privileges the kernel gives the first 64 bytes alone, and the list lies behind them.
    if len(config) <= 64:
        return None
    place = config[0x34] & 0xfc if config[6] & _HAS_LIST else 0
    for _step in range(_MOST_CAPABILITIES):
        if not 0x40 <= place < len(config) - 1:
            return False
        if config[place] == _MSIX:
            return True
        place = config[place + 1] & 0xfc
    return False


def _disks():
    """disk -> the address of its PCI controller."""
    found = ((name, _controller("%s/%s" % (_BLOCK, name))) for name in _names(_BLOCK) if not _NO_DISK.match(name))
    return {name: address for name, address in found if address}


def _controller(path):
    """The address of a disk's controller. A disk of NVMe to which several may lead is below none of them, but beside links to them."""
    folder = _files.resolved(path).rpartition("/")[0]
    beside = [name for name in _names(folder) if re.match(r"nvme[0-9]+\Z", name)] if "/nvme-subsystem/" in folder else []
    return next(filter(None, map(_address, [path] + ["%s/%s" % (folder, name) for name in beside])), None)


def _root(disks):
    """The last line of mountinfo for / is what is seen there."""
    found = _guest.Root(None, None, None)
    for number, line in enumerate((_text("/proc/self/mountinfo") or "").splitlines(), 1):
        fields = line.split()
        if len(fields) > 8 and fields[4] == "/" and "-" in fields:
            kind, source = fields[fields.index("-") + 1:][:2]
            found = _guest.Root(kind, _disk_of(fields[2], source, disks), "/proc/self/mountinfo:%d" % number)
    return found


def _kernels_name(source):
    """The kernel's own name of a block device: /dev/mapper and /dev/disk have others, and udev may not have made links of them."""
    name = _files.resolved(source).rpartition("/")[2]
    return next((mapped for mapped in _names("/sys/class/block") if _text("/sys/class/block/%s/dm/name" % mapped) == name), name)


def _disk_of(number, source, disks):
    """The disk below a file system on the device NUMBER. Some file systems, such as btrfs, have a number of their own."""
    path = "/sys/dev/block/" + number
    real = _files.resolved(path if _files.exists(path) else "/sys/class/block/" + _kernels_name(source))
    for _level in range(8):
        parts = [part for part in real.split("/") if part in disks]
        if parts:
            return parts[-1]
        slaves = _names(real + "/slaves")
        if not slaves:
            return None
        real = _files.resolved("%s/slaves/%s" % (real, slaves[0]))
    return None


# --- drivers ---

def _driver(name):
    folder = "%s/%s" % (_MODULES, name)
    if not _files.is_folder(folder):
        return _guest.Driver(False, is_builtin(name), None, None, None, {})
    own, path = _own_version(name)
    parameters = {parameter: _text("%s/parameters/%s" % (folder, parameter)) for parameter in _names(folder + "/parameters")}
    # What is built in was never initialised as a module.
    return _guest.Driver(True, not _files.exists(folder + "/initstate"), _text(folder + "/version"), own, path, parameters)


def is_builtin(name):
    """Whether the running kernel has this driver built in."""
    if _files.is_folder("%s/%s" % (_MODULES, name)):
        return not _files.exists("%s/%s/initstate" % (_MODULES, name))
    built = (_text("/lib/modules/%s/modules.builtin" % _procfs.release()) or "").splitlines()
    return any(line.rpartition("/")[2] == name + ".ko" for line in built)


def _own_version(name):
    """(version, path) of the file that came with the running kernel; None for what cannot be read or is not there."""
    base = "/lib/modules/%s/kernel/drivers/%s" % (_procfs.release(), _OWN[name])
    for ending, unpacked in _MODULE_FILES:
        text = _raw(base + ending)
        if text is not None:
            try:
                found = _VERSION.search(unpacked(text.encode("utf-8", "surrogateescape")))
            except (OSError, EOFError, lzma.LZMAError):
                return None, None
            return (found.group(1).decode(), base + ending) if found else (None, None)
    return None, base + ".ko.zst" if _files.exists(base + ".ko.zst") else None


def modprobe_files():
    """([(path, text) of each file that modprobe reads], [(path, why it cannot be read) of those that this process cannot read]).

    What is no file, such as a link to /dev/null, has no text, and hides the files of its name in later folders all the same."""
    found, unread = [], []
    for folder in _modprobe.FOLDERS:
        for base in _or_why(_files.entries, folder, unread) or ():
            path = "%s/%s" % (folder, base)
            if base.endswith(".conf"):
                text = _or_why(_modprobe_text, path, unread)
                found += [] if text is None and path not in dict(unread) else [(path, text or "")]
    return found, unread


def _modprobe_text(path):
    return None if _files.is_folder(path) else _files.read(path) or ""


def _or_why(look, path, unread):
    """What LOOK sees at PATH; None where it cannot, and why is put into UNREAD."""
    try:
        return look(path)
    except OSError as exc:
        unread.append((path, exc.strerror))
        return None


def initramfs_modules():
    """(names of the modules in the initramfs of the running kernel, None where they are not known; its path, or why they are not)."""
    path = next((path % _procfs.release() for path in _INITRAMFS if _is_file(path % _procfs.release())), None)
    if path is None:
        return None, "no initramfs of the running kernel was found in /boot"
    with _files.naming(path), open(_files.where_of(path), "rb") as stream:
        try:
            return _initramfs.modules(stream), path
        except ValueError as exc:
            return None, "%s cannot be read: %s" % (path, exc)


def _is_file(path):
    found = _files.status_of(path, follow=True)
    return found is not None and stat.S_ISREG(found.st_mode)


# --- programs ---

def _tools(run_command):
    program = next((path for path in _VMTOOLSD if _files.trust(path)), None)
    running = _processes.runs_as_root("vmtoolsd")
    # Outside VMware the daemon says nothing.
    found = program and _NUMBER.search(_programs.said(run_command, [program, "-v"]))
    version, source = (found.group(1), program) if found else _package(run_command)
    return _guest.Tools(version, source, bool(program or version), running)


def _package(run_command):
    """(version, source) of the package open-vm-tools."""
    status = re.search(r"(?ms)^Package: open-vm-tools\n(.*?)(?:\n\n|\Z)", _raw(_DPKG) or "")
    if status and re.search(r"(?m)^Status: .* installed$", status.group(1)):
        version = re.search(r"(?m)^Version: (\S+)$", status.group(1))
        return (version.group(1), _DPKG) if version else (None, None)
    if not _files.trust(_RPM):
        return None, None
    said = _programs.said(run_command, [_RPM, "-q", "--qf", "%{VERSION}-%{RELEASE}", "open-vm-tools"]).strip()
    return (said, _RPM) if _PACKAGE_VERSION.match(said) else (None, None)


def _docker(run_command):
    program = next((path for path in _DOCKERD if _files.trust(path)), None)
    found = program and _NUMBER.search(_programs.said(run_command, [program, "--version"]))
    return (found.group(1) if found else None), program
