# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of a host as a guest of VMware: rows, each with a state and the reason for it.

Pure: a Guest, as `_sysfs` reads it, in; rows out. Private to the collection.
"""

import re
from collections import namedtuple

from ansible_collections.photon.hardening.plugins.module_utils import _modprobe

OK, FINDING, NOT_APPLICABLE, HIDDEN = "ok", "finding", "not_applicable", "hidden"
STATES = (FINDING, HIDDEN, OK, NOT_APPLICABLE)
DRIVERS = ("vmxnet3", "vmw_pvscsi", "vmw_vmci", "vmw_balloon")
# Parameters that these drivers have and show nowhere: module_param(..., 0) in drivers/misc/vmw_vmci.
HIDDEN_PARAMETERS = {"vmw_vmci": ("disable_guest", "disable_host", "disable_msi", "disable_msix")}
SWITCHABLE = ("vmw_pvscsi", "vmw_vmci")
# What VMware emulates for systems that lack its own drivers -> what is better. NVMe is emulated too, and as fast.
_EMULATED_DISKS = ("ahci", "ata_generic", "ata_piix", "pata_acpi", "BusLogic", "mptsas", "mptspi")
_EMULATED_NETWORK = ("e1000", "e1000e", "pcnet32", "vmxnet")
# See is_name.
_NOMSI = "kernel option pci=nomsi"
_VENDOR, _VMCI_DEVICE = "0x15ad", "0x0740"
_DEVICES = {"vmxnet3": "0x07b0", "vmw_pvscsi": "0x07c0", "vmw_vmci": _VMCI_DEVICE}

# container: whether it is one. dmi: {sys_vendor, product_name}. hypervisor: whether the processor says that there is one. disks: name of a
# disk -> address of its controller. networks: interface -> driver. files: pairs of path and text of modprobe.d. unread: pairs of path and
# why it cannot be read. docker: (version, source).
Guest = namedtuple("Guest", "container dmi hypervisor devices drivers files unread cmdline root disks networks swaps meminfo tools docker")
# modes: what msi_irqs says of each interrupt. msix: whether the device offers MSI-X, None where that cannot be read.
Device = namedtuple("Device", "address vendor device driver modes msix")
# version: of the driver in use. own: that of the kernel's own file, own_path; None where that file cannot be read. parameters: name ->
# value, None where it cannot be read.
Driver = namedtuple("Driver", "loaded builtin version own own_path parameters")
# The file system of /, the disk that it is on (None where that is none), and the file:line that says so.
Root = namedtuple("Root", "filesystem disk source")
# version and source None: not installed, as far as can be seen. running: the daemon is a process of root.
Tools = namedtuple("Tools", "version source installed running")

IN_CONTAINER = "This host is a container: the devices and drivers are those of the machine on which it runs, so they are read there."
NO_GUEST = "This host is not a guest of VMware."
_DMI = "/sys/class/dmi/id"


def is_name(name):
    """Whether NAME can be that of a row: each has a blank, and that of a kernel parameter never."""
    return " " in name


def evidence(guest):
    """(Whether this is a guest of VMware, what proves it, the file that says so)."""
    for key in ("sys_vendor", "product_name"):
        if guest.dmi.get(key, "").startswith("VMware"):
            return True, "Its firmware (DMI) says: %s" % guest.dmi[key], "%s/%s" % (_DMI, key)
    device = next((device for device in guest.devices if (device.vendor, device.device) == (_VENDOR, _VMCI_DEVICE)), None)
    if device:
        return True, "It has VMware's channel between guest and hypervisor.", "/sys/bus/pci/devices/%s" % device.address
    return False, NO_GUEST, None


def machine(guest):
    """What this host is, in words that fit into a row."""
    known = " ".join(filter(None, (guest.dmi.get("sys_vendor"), guest.dmi.get("product_name")))) or "unknown machine"
    return "%s, %s" % (known, "with a hypervisor" if guest.hypervisor else "no hypervisor seen")


def rows(guest):
    """All rows; those of VMware's devices are not applicable elsewhere."""
    if guest.container:
        return [_row("virtual machine", None, NOT_APPLICABLE, IN_CONTAINER)]
    is_guest, proof, source = evidence(guest)
    first = _row("virtual machine", "VMware" if is_guest else machine(guest), OK if is_guest else NOT_APPLICABLE, proof, source)
    found = _tools(guest) + _drivers(guest) + _interrupts(guest) + _adapters(guest) if is_guest else _elsewhere()
    found += _unread(guest.unread) if is_guest else []
    found += [_nomsi(guest, is_guest)] + _root(guest, is_guest)
    return [first] + found + [_swap(guest.swaps), _memory(guest.meminfo), _docker(guest.docker)]


def in_order(found):
    """Findings first, and otherwise as they are."""
    return sorted(found, key=lambda row: row["state"] != FINDING)


def counts(found):
    return {state: sum(1 for row in found if row["state"] == state) for state in STATES}


def message(found):
    """One line: what the host is, and the findings."""
    first, bad = found[0], [row for row in found if row["state"] == FINDING]
    told = "%s is %s" % (first["name"], first["value"]) if first["state"] == OK else first["reason"].rstrip(".")
    named = ", ".join(row["name"] for row in bad[:5]) + (" and %d more" % (len(bad) - 5) if len(bad) > 5 else "")
    return "%s; %d of %d rows are findings%s" % (told, len(bad), len(found), ": " + named if bad else "")


def _row(name, value, state, reason="", source=None):
    return {"name": name, "value": value, "state": state, "reason": reason, "source": source}


def _elsewhere():
    return [_row(name, None, NOT_APPLICABLE, NO_GUEST) for name in ("open-vm-tools state",) + tuple("%s driver" % name for name in DRIVERS)]


# --- VMware's own programs and drivers ---

def _tools(guest):
    tools = guest.tools
    if not tools.installed:
        return [_row("open-vm-tools state", "absent", FINDING, "Without it the hypervisor cannot shut the guest down in order, freeze its "
                     "file systems for a snapshot, or learn its addresses. Install the package open-vm-tools.")]
    state = _row("open-vm-tools state", "running", OK) if tools.running else _row(
        "open-vm-tools state", "stopped", FINDING, "It is installed, and its daemon vmtoolsd does not run: see why with systemctl status "
        "vmtoolsd or open-vm-tools.")
    return [state, _row("open-vm-tools version", tools.version, OK if tools.version else HIDDEN,
                        "" if tools.version else "Neither the daemon nor a package tells its version.", tools.source)]


def _drivers(guest):
    found = _modprobe.settings(guest.files, guest.cmdline)
    made = []
    for name in DRIVERS:
        driver = guest.drivers[name]
        if not driver.loaded:
            made.append(_not_loaded(name, guest))
            made += _disabled_before_load(name, driver, found)
            continue
        made.append(_row("%s driver" % name, "built in" if driver.builtin else "module", OK, "", "/sys/module/%s" % name))
        made += _version(name, driver)
        made += [_parameter(name, driver, parameter, found) for parameter in _parameters(name, driver)]
    return made


def _not_loaded(name, guest):
    idle = [device.address for device in guest.devices
            if device.driver is None and (device.vendor, device.device) == (_VENDOR, _DEVICES.get(name))]
    reason = idle and ("The device %s has no driver, so it does nothing: see whether modprobe.d keeps the module %s from being loaded, or "
                       "whether the package that holds it, such as linux-modules-extra, is missing." % (idle[0], name))
    return _row("%s driver" % name, "not loaded", FINDING if idle else OK, reason or "", "/sys/module")


def _disabled_before_load(name, driver, found):
    """What a driver that is not loaded yet will do without."""
    settings = [_modprobe.in_force(found, name, parameter, driver.builtin) for parameter in _modprobe.DISABLING if name in SWITCHABLE]
    return [_row("%s %s" % (name, item.name), None, FINDING, _switched_off(item.name, "0", item), item.source)
            for item in settings if item is not None and _modprobe.is_on(item.value)]


def _version(name, driver):
    if driver.version is None:
        return []
    source = "/sys/module/%s/version" % name
    if driver.own and [] < _numbers(driver.version) < _numbers(driver.own):
        return [_row("%s version" % name, driver.version, FINDING, "It is older than %s, which the kernel brings itself in %s: another "
                     "package has put a driver of its own before that one. Remove it." % (driver.own, driver.own_path), source)]
    if driver.own_path and not driver.own:
        return [_row("%s version" % name, driver.version, HIDDEN, "It cannot be compared with that of the kernel's own driver: %s is "
                     "compressed in a way that is not read here." % driver.own_path, source)]
    if driver.own and not _numbers(driver.version):
        return [_row("%s version" % name, driver.version, HIDDEN, "It has no number, so it cannot be compared with %s in %s."
                     % (driver.own, driver.own_path), source)]
    return [_row("%s version" % name, driver.version, OK, "", source)]


def _numbers(version):
    return [int(number) for number in re.findall("[0-9]+", version)[:4]]


def _parameters(name, driver):
    return sorted(set(driver.parameters) | set(HIDDEN_PARAMETERS.get(name, ())))


def _parameter(name, driver, parameter, found):
    setting = _modprobe.in_force(found, name, parameter, driver.builtin)
    value, path = driver.parameters.get(parameter), "/sys/module/%s/parameters/%s" % (name, parameter)
    title, source = "%s %s" % (name, parameter), setting.source if setting else path
    asked = setting is not None and _modprobe.is_on(setting.value)
    if parameter in _modprobe.DISABLING and (asked or _modprobe.is_on(value)):
        reason = _switched_off(parameter, value, setting) if asked else _unexplained(parameter, path, driver.builtin, setting)
        return _row(title, value, FINDING, reason, source if asked else path)
    if value is not None:
        return _row(title, value, OK, "%s sets it to %s." % (source, setting.value) if setting else "", source)
    if parameter in driver.parameters:
        return _row(title, None, HIDDEN, "Only root may read it: run this with become.", path)
    told = "%s sets it to %s" % (source, setting.value) if setting else "no option that can be read sets it"
    return _row(title, None, HIDDEN, "The kernel does not show this parameter, and %s." % told, setting.source if setting else None)


def _unread(unread):
    return [_row("modprobe.d file %s" % path, None, HIDDEN, "It cannot be read (%s), so what it sets is not known." % why,
                 path) for path, why in unread]


def _what(parameter):
    return "MSI-X" if parameter == "disable_msix" else "MSI"


def _unexplained(parameter, path, builtin, setting):
    """Why it is off, though the SETTING in force, if any, has it on."""
    if setting and not builtin:
        return ("%s is switched off for this driver. %s switches it on when the driver is loaded next time; where it is still off then, "
                "look into the initramfs." % (_what(parameter), setting.source))
    if not builtin:
        return ("%s is switched off for this driver, but no option that was found switches it off: look into the initramfs."
                % _what(parameter))
    return ("%s is switched off for this driver, which is built into the kernel, and the kernel's command line does not say so: something "
            "has written %s since the boot, or the kernel was built with it." % (_what(parameter), path))


def _switched_off(parameter, value, setting):
    where = "%s switches %s off for this driver" % (setting.source, _what(parameter))
    if value is None:
        return where + "; the kernel does not show whether it was loaded with that."
    return where + ("." if _modprobe.is_on(value) else " when it is loaded next time.")


# --- devices ---

def mode(device):
    """The interrupts that the device uses now: msix, msi or intx; None without a driver."""
    if device.driver is None:
        return None
    return next((mode for mode in ("msix", "msi") if mode in device.modes), "intx")


def _interrupts(guest):
    found, number = [], {}
    for device in sorted(guest.devices):
        if device.driver not in DRIVERS:
            continue
        number[device.driver] = number.get(device.driver, 0) + 1
        # Without the address, which two hosts do not share; it is in the source.
        title = "%s interrupts" % device.driver + ("" if number[device.driver] == 1 else " %d" % number[device.driver])
        used, source = mode(device), "/sys/bus/pci/devices/%s/msi_irqs" % device.address
        found.append(_row(title, used, *_judged(used, device, guest.cmdline), source=source))
    return found


def _judged(used, device, cmdline):
    """(state, reason) of the interrupts in use."""
    if used == "msix":
        return OK, "Number of interrupts: %d." % len(device.modes)
    if _modprobe.nomsi(cmdline):
        return FINDING, "pci=nomsi in %s takes MSI and MSI-X away from every device." % _modprobe.CMDLINE_SOURCE
    if device.msix is None:
        return OK, "Whether the device offers MSI-X can be read by root alone."
    if used == "intx" or device.msix:
        return FINDING, "The device could have MSI-X." if device.msix else "Neither MSI nor MSI-X is in use."
    return OK, "The device offers no MSI-X."


def _nomsi(guest, is_guest):
    asked = _modprobe.nomsi(guest.cmdline)
    if not is_guest:
        return _row(_NOMSI, "set" if asked else "not set", NOT_APPLICABLE, NO_GUEST, _modprobe.CMDLINE_SOURCE)
    if asked:
        return _row(_NOMSI, "set", FINDING, "It takes MSI and MSI-X away from every device. Remove it from the kernel's command "
                    "line, in the boot loader's configuration, and boot again.", _modprobe.CMDLINE_SOURCE)
    return _row(_NOMSI, "not set", OK, "", _modprobe.CMDLINE_SOURCE)


def _adapters(guest):
    """Disks and network interfaces at emulated devices; the disk of / has a row anyway."""
    drivers = {device.address: device.driver for device in guest.devices}
    disks = [(disk, drivers.get(address)) for disk, address in sorted(guest.disks.items()) if disk != guest.root.disk]
    found = [_row("disk controller of %s" % disk, driver, *_emulated(driver, _EMULATED_DISKS, "vmw_pvscsi"), source="/sys/block/%s" % disk)
             for disk, driver in disks if driver]
    return found + [_row("network adapter of %s" % name, driver, *_emulated(driver, _EMULATED_NETWORK, "vmxnet3"),
                         source="/sys/class/net/%s" % name) for name, driver in sorted(guest.networks.items())]


def _emulated(driver, emulated, better):
    if driver in emulated:
        return FINDING, ("It is emulated, which costs more of the processors than VMware's paravirtual one (%s): change the kind of the "
                         "device in the settings of the virtual machine." % better)
    return OK, ""


def _root(guest, is_guest):
    """The file system of /, and the controller of its disk."""
    root = guest.root
    driver = {device.address: device.driver for device in guest.devices}.get(guest.disks.get(root.disk))
    state, reason = _emulated(driver, _EMULATED_DISKS, "vmw_pvscsi") if is_guest else (OK, "")
    return [_row("root filesystem type", root.filesystem, OK if root.filesystem else HIDDEN,
                 "" if root.filesystem else "/proc/self/mountinfo does not tell what / is.", root.source),
            _row("disk controller of /", driver, state if driver else NOT_APPLICABLE,
                 reason if driver else "/ is on no disk of a PCI controller.", root.disk and "/sys/block/%s" % root.disk)]


# --- what every host has ---

def _swap(swaps):
    found = re.findall(r"(?m)^(/\S+)\s+(\w+)\s+([0-9]+)\s", swaps)
    return _row("swap space", ", ".join("%s %s %s kB" % (kind, path, size) for path, kind, size in found) or "none", OK, "", "/proc/swaps")


def _memory(meminfo):
    total, free = (re.search(r"(?m)^%s:\s+([0-9]+) kB$" % key, meminfo) for key in ("MemTotal", "MemAvailable"))
    if not (total and free):
        return _row("memory in use", None, HIDDEN, "The kernel does not tell how much memory is available.", "/proc/meminfo")
    used = int(total.group(1)) - int(free.group(1))
    return _row("memory in use", "%d of %s kB" % (used, total.group(1)), OK, "", "/proc/meminfo")


def _docker(docker):
    version, source = docker
    if source is None:
        return _row("Docker version", None, NOT_APPLICABLE, "There is no dockerd that root alone can have put there.")
    return _row("Docker version", version, OK if version else HIDDEN, "" if version else "%s does not tell its version." % source, source)
