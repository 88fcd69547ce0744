# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rows that are told, over trees of /sys as `_sysfs` reads them (trees.py) and over plain values."""

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _files, _guest, _modprobe, _processes, _procfs, _sysfs
from ansible_collections.photon.hardening.tests.unit.plugins.module_utils import trees

VMCI = "vmw_vmci disable_msix"
DISABLE = "options vmw_vmci disable_host=0\noptions vmw_vmci disable_msix=1\n"
CONF = "/etc/modprobe.d/vmware.conf"
HIDDEN = "The kernel does not show this parameter, and "


@pytest.fixture
def told(below, monkeypatch):
    """Makes a tree, and gives the rows of the host that it is by their names. Programs of this machine are not there."""
    monkeypatch.setattr(_procfs, "in_container", lambda: False)
    monkeypatch.setattr(_processes, "runs_as_root", lambda name: False)

    def tell(make, change=lambda tree: None, **more):
        change(make(below, **more))
        return {row["name"]: row for row in _guest.rows(_sysfs.guest())}
    return tell


def brief(rows, *names):
    return [(rows[name]["value"], rows[name]["state"]) for name in names]


def findings(rows):
    return sorted(name for name, row in rows.items() if row["state"] == "finding")


# --- four kinds of machines ---

def test_a_guest_of_esxi(told):
    rows = told(trees.esxi)
    assert rows["virtual machine"] == {"name": "virtual machine", "value": "VMware", "state": "ok", "reason":
                                       "Its firmware (DMI) says: VMware, Inc.", "source": "/sys/class/dmi/id/sys_vendor"}
    assert brief(rows, "vmxnet3 driver", "vmxnet3 version", "vmw_pvscsi driver", "vmw_balloon driver",
                 "vmw_balloon vmwballoon_shrinker_enable", "vmw_pvscsi cmd_per_lun", "vmw_pvscsi disable_msix") == [
        ("module", "ok"), ("1.7.0.0-k", "ok"), ("built in", "ok"), ("module", "ok"), ("N", "ok"), ("254", "ok"), ("N", "ok")]
    assert brief(rows, "vmxnet3 interrupts", "vmw_pvscsi interrupts", "vmw_vmci interrupts") == [("msix", "ok")] * 3
    assert rows["vmxnet3 interrupts"]["source"] == "/sys/bus/pci/devices/%s/msi_irqs" % trees.VMXNET3
    assert brief(rows, "disk controller of /", "network adapter of eth0", "root filesystem type", "swap space", "memory in use") == [
        ("vmw_pvscsi", "ok"), ("vmxnet3", "ok"), ("ext4", "ok"), ("partition /dev/sda2 1048572 kB", "ok"), ("2000 of 8000 kB", "ok")]
    assert rows["root filesystem type"]["source"] == "/proc/self/mountinfo:3"
    assert findings(rows) == ["open-vm-tools state"] and all(" " in name for name in rows)
    for name in _guest.HIDDEN_PARAMETERS["vmw_vmci"]:
        row = rows["vmw_vmci " + name]
        assert (row["value"], row["state"], row["reason"]) == (None, "hidden", HIDDEN + "no option that can be read sets it.")
    assert "vmw_balloon version" not in rows and "pci=nomsi" not in rows


def test_a_guest_of_esxi_with_everything_emulated(told):
    rows = told(trees.old_esxi)
    assert findings(rows) == ["disk controller of /", "disk controller of sdb", "network adapter of eth0", "open-vm-tools state"]
    assert brief(rows, "disk controller of /", "disk controller of sdb", "network adapter of eth0") == [
        ("mptspi", "finding"), ("ahci", "finding"), ("e1000", "finding")]
    assert "(vmw_pvscsi)" in rows["disk controller of /"]["reason"] and "(vmxnet3)" in rows["network adapter of eth0"]["reason"]
    assert brief(rows, *["%s driver" % name for name in _guest.DRIVERS]) == [("not loaded", "ok")] * 4


def test_a_version_that_cannot_be_compared_is_no_finding_and_not_in_order(told):
    path = "/lib/modules/%s/kernel/drivers/net/vmxnet3/vmxnet3.ko.zst" % trees.RELEASE
    rows = told(lambda root: trees.esxi(root).file(path, b"\x28\xb5\x2f\xfd"))
    assert brief(rows, "vmxnet3 version") == [("1.7.0.0-k", "hidden")] and path in rows["vmxnet3 version"]["reason"]


def test_a_device_without_its_driver_is_a_finding(told):
    rows = told(lambda root: trees.Tree(root).common().dmi("VMware, Inc.", "VMware7,1").pci(
        trees.VMXNET3, ("0x15ad", "0x07b0"), "0x020000").mounted("8:1", "ext4", "/dev/sda1"))
    assert brief(rows, "vmxnet3 driver", "vmw_pvscsi driver") == [("not loaded", "finding"), ("not loaded", "ok")]
    assert trees.VMXNET3 in rows["vmxnet3 driver"]["reason"]


@pytest.mark.parametrize("driver", ["ahci", "ata_generic", "ata_piix", "pata_acpi", "BusLogic", "mptsas", "mptspi"])
def test_emulated_disks(driver):
    state, reason = _guest._emulated(driver, _guest._EMULATED_DISKS, "vmw_pvscsi")
    assert state == "finding" and "(vmw_pvscsi)" in reason


@pytest.mark.parametrize("make, machine, disk, filesystem", [
    (trees.kvm, "QEMU Standard PC (Q35 + ICH9, 2009), with a hypervisor", "virtio-pci", "btrfs"),
    (trees.metal, "Dell Inc. PowerEdge R640, no hypervisor seen", "nvme", "xfs")])
def test_what_is_no_guest_of_vmware_says_so(told, make, machine, disk, filesystem):
    rows = told(make)
    assert brief(rows, "virtual machine", "disk controller of /", "root filesystem type") == [
        (machine, "not_applicable"), (disk, "ok"), (filesystem, "ok")]
    assert findings(rows) == []
    assert brief(rows, "open-vm-tools state", "vmxnet3 driver") == [(None, "not_applicable")] * 2
    assert rows["vmxnet3 driver"]["reason"] == rows["virtual machine"]["reason"] == "This host is not a guest of VMware."
    assert _guest.message(list(rows.values())) == "This host is not a guest of VMware; 0 of %d rows are findings" % len(rows)


def test_a_container_says_so(told, monkeypatch):
    monkeypatch.setattr(_procfs, "in_container", lambda: True)
    (row,) = told(trees.esxi).values()
    assert (row["value"], row["state"]) == (None, "not_applicable") and row["reason"].startswith("This host is a container: ")


def test_a_machine_that_tells_nothing(told):
    rows = told(trees.Tree)
    assert brief(rows, "virtual machine", "root filesystem type", "swap space", "memory in use", "disk controller of /") == [
        ("unknown machine, no hypervisor seen", "not_applicable"), (None, "hidden"), ("none", "ok"), (None, "hidden"),
        (None, "not_applicable")]


@pytest.mark.parametrize("vendor, product, devices, expected", [
    ("VMware, Inc.", "x", (), "/sys/class/dmi/id/sys_vendor"), ("x", "VMware Virtual Platform", (), "/sys/class/dmi/id/product_name"),
    ("x", "x", [("0x15ad", "0x0740")], "/sys/bus/pci/devices/0000:00:00.0"), ("x", "x", [("0x15ad", "0x07b0")], None),
    ("x", "x", [("0x1234", "0x0740")], None), ("Not VMware", "", (), None)])
def test_evidence(told, below, vendor, product, devices, expected):
    tree = trees.Tree(below).common().dmi(vendor, product)
    for number, ids in enumerate(devices):
        tree.pci("0000:00:%02d.0" % number, ids, "0x088000")
    is_guest, _reason, source = _guest.evidence(_sysfs.guest())
    assert (is_guest, source) == (expected is not None, expected)


# --- what takes MSI-X away ---

@pytest.mark.parametrize("text, cmdline, state, value, source, words", [
    (DISABLE, "", "finding", None, CONF + ":2",
     "switches MSI-X off for this driver; the kernel does not show whether it was loaded with that"),
    (DISABLE, "vmw_vmci.disable_msix=0", "hidden", None, "/proc/cmdline:1", HIDDEN + "/proc/cmdline:1 sets it to 0."),
    ("", "vmw-vmci.disable-msix", "finding", None, "/proc/cmdline:1", "/proc/cmdline:1 switches MSI-X off for this driver"),
    (DISABLE + "options vmw_vmci disable_msix=N", "", "hidden", None, CONF + ":3", HIDDEN + CONF + ":3 sets it to N."),
])
def test_a_hidden_parameter(told, text, cmdline, state, value, source, words):
    rows = told(trees.esxi, lambda tree: tree.file(CONF, text), cmdline=cmdline)
    assert brief(rows, VMCI) == [(value, state)]
    assert rows[VMCI]["source"] == source and words in rows[VMCI]["reason"]
    assert rows["vmw_vmci disable_host"]["state"] == "hidden"


@pytest.mark.parametrize("value, text, builtin, state, source, reason", [
    ("N", "", False, "ok", "/sys/module/vmw_pvscsi/parameters/disable_msi", ""),
    ("N", "options vmw_pvscsi disable_msi=0", False, "ok", CONF + ":1", CONF + ":1 sets it to 0."),
    ("Y", "options vmw_pvscsi disable_msi=0", False, "finding", "/sys/module/vmw_pvscsi/parameters/disable_msi",
     "MSI is switched off for this driver. %s:1 switches it on when the driver is loaded next time; where it is still off then, look into "
     "the initramfs." % CONF),
    ("Y", "options vmw_pvscsi disable_msi=1", False, "finding", CONF + ":1", CONF + ":1 switches MSI off for this driver."),
    ("N", "options vmw_pvscsi disable_msi=1", False, "finding", CONF + ":1",
     CONF + ":1 switches MSI off for this driver when it is loaded next time."),
    ("N", "options vmw_pvscsi disable_msi=1", True, "ok", "/sys/module/vmw_pvscsi/parameters/disable_msi", ""),
    ("Y", "", False, "finding", "/sys/module/vmw_pvscsi/parameters/disable_msi",
     "MSI is switched off for this driver, but no option that was found switches it off: look into the initramfs."),
    ("Y", "options vmw_pvscsi disable_msi=1", True, "finding", "/sys/module/vmw_pvscsi/parameters/disable_msi",
     "MSI is switched off for this driver, which is built into the kernel, and the kernel's command line does not say so: something has "
     "written /sys/module/vmw_pvscsi/parameters/disable_msi since the boot, or the kernel was built with it."),
    ("Y", 'options vmw_pvscsi disable_msi="1"', False, "finding", CONF + ":1", CONF + ":1 switches MSI off for this driver."),
])
def test_a_parameter_that_the_kernel_shows(told, value, text, builtin, state, source, reason):
    def change(tree):
        tree.module("vmw_pvscsi", builtin=builtin, disable_msi=value).file(CONF, text)
    rows = told(lambda root: trees.Tree(root).common().dmi("VMware, Inc.", "x"), change)
    row = rows["vmw_pvscsi disable_msi"]
    assert (row["value"], row["state"], row["source"], row["reason"]) == (value, state, source, reason)


def test_a_driver_that_is_not_loaded_yet(told):
    rows = told(trees.old_esxi, lambda tree: tree.file(CONF, DISABLE + "options vmxnet3 disable_msix=1\n"))
    assert brief(rows, VMCI) == [(None, "finding")] and rows[VMCI]["source"] == CONF + ":2"
    assert rows[VMCI]["reason"] == CONF + ":2 switches MSI-X off for this driver when it is loaded next time."
    assert "vmw_vmci disable_msi" not in rows and "vmxnet3 disable_msix" not in rows


def test_what_others_than_root_may_not_read(told, monkeypatch):
    real = _files.read

    def read(path, limit=None):
        if "/parameters/" in path:
            raise PermissionError(13, "Permission denied", path)
        return real(path, limit)[:64] if path.endswith("/config") else real(path, limit)
    monkeypatch.setattr(_files, "read", read)
    rows = told(trees.esxi)
    assert rows["vmw_pvscsi disable_msix"]["reason"] == "Only root may read it: run this with become."
    assert brief(rows, "vmw_pvscsi disable_msix", "vmxnet3 interrupts") == [(None, "hidden"), ("msix", "ok")]


def device(modes, msix, driver="vmxnet3"):
    return _guest.Device("0000:0b:00.0", "0x15ad", "0x07b0", driver, modes, msix)


@pytest.mark.parametrize("modes, msix, cmdline, expected", [
    (("msix",) * 3, True, "", ("msix", "ok", "Number of interrupts: 3.")),
    (("msi",), False, "", ("msi", "ok", "The device offers no MSI-X.")),
    (("msi",), True, "", ("msi", "finding", "The device could have MSI-X.")),
    ((), True, "", ("intx", "finding", "The device could have MSI-X.")),
    ((), False, "", ("intx", "finding", "Neither MSI nor MSI-X is in use.")),
    ((), None, "", ("intx", "ok", "Whether the device offers MSI-X can be read by root alone.")),
    ((), True, "pci=nomsi", ("intx", "finding", "pci=nomsi in /proc/cmdline:1 takes MSI and MSI-X away from every device.")),
    (("msix",), True, "pci=nomsi", ("msix", "ok", "Number of interrupts: 1.")),
])
def test_interrupts(modes, msix, cmdline, expected):
    used = _guest.mode(device(modes, msix))
    assert (used,) + _guest._judged(used, device(modes, msix), cmdline) == expected


def test_devices_of_one_driver_are_counted_and_those_without_one_are_left_out(told):
    def change(tree):
        tree.pci("0000:13:00.0", ("0x15ad", "0x07b0"), "0x020000", "vmxnet3", ["msi"]).pci("0000:1b:00.0", ("0x15ad", "0x07b0"), "0x020000")
    rows = told(trees.esxi, change)
    assert brief(rows, "vmxnet3 interrupts", "vmxnet3 interrupts 2") == [("msix", "ok"), ("msi", "finding")]
    assert "vmxnet3 interrupts 3" not in rows and _guest.mode(device((), None, None)) is None


@pytest.mark.parametrize("cmdline, value", [("pci=nomsi", "set"), ("quiet", "not set")])
def test_nomsi_is_no_finding_on_another_machine(told, cmdline, value):
    rows = told(trees.metal, lambda tree: tree.file("/proc/cmdline", cmdline + "\n"))
    assert brief(rows, "kernel option pci=nomsi") == [(value, "not_applicable")]


def test_nomsi(told):
    rows = told(trees.esxi, cmdline="pci=nomsi")
    assert brief(rows, "kernel option pci=nomsi") == [("set", "finding")]


# --- versions ---

@pytest.mark.parametrize("version, own, state", [
    ("1.7.0.0-k", "1.7.0.0-k", "ok"), ("1.4.17.0", "1.7.0.0-k", "finding"), ("1.10.0.0", "1.9.0.0-k", "ok"), ("1.4.17.0", None, "ok"),
    ("abc", "1.7.0.0-k", "hidden")])
def test_a_driver_that_is_older_than_the_kernels_own(told, version, own, state):
    def change(tree):
        tree.file("/sys/module/vmxnet3/version", version + "\n")
        if own:
            tree.own("net/vmxnet3/vmxnet3", own)
    row = told(trees.esxi, change)["vmxnet3 version"]
    assert (row["value"], row["state"]) == (version, state)
    assert (own or "") in row["reason"] if state != "ok" else row["reason"] == ""


@pytest.mark.parametrize("tools, expected", [
    ((None, None, False, False), {"state": ("absent", "finding")}),
    (("12.2.0", "/usr/bin/vmtoolsd", True, True), {"state": ("running", "ok"), "version": ("12.2.0", "ok")}),
    ((None, None, True, False), {"state": ("stopped", "finding"), "version": (None, "hidden")}),
])
def test_open_vm_tools(told, monkeypatch, tools, expected):
    monkeypatch.setattr(_sysfs, "_tools", lambda _run: _guest.Tools(*tools))
    rows = told(trees.esxi)
    assert {name.split()[1]: brief(rows, name)[0] for name in rows if name.startswith("open-vm-tools")} == expected


@pytest.mark.parametrize("docker, expected", [
    ((None, None), (None, "not_applicable")), (("20.10.24", "/usr/bin/dockerd"), ("20.10.24", "ok")),
    ((None, "/usr/bin/dockerd"), (None, "hidden"))])
def test_docker(told, monkeypatch, docker, expected):
    monkeypatch.setattr(_sysfs, "_docker", lambda _run: docker)
    assert brief(told(trees.kvm), "Docker version") == [expected]


def test_words():
    rows = [{"name": "row %d" % number, "value": "VMware", "state": "finding" if number else "ok", "reason": ""} for number in range(8)]
    assert _guest.message(rows) == "row 0 is VMware; 7 of 8 rows are findings: row 1, row 2, row 3, row 4, row 5 and 2 more"
    assert _guest.counts(rows) == {"finding": 7, "ok": 1, "hidden": 0, "not_applicable": 0}
    assert [row["name"] for row in _guest.in_order(rows)][-1] == "row 0"


def test_the_drivers_of_which_options_are_undone_have_them():
    assert all(name in _guest.DRIVERS for name in _guest.SWITCHABLE)
    assert set(_modprobe.DISABLING) <= set(_guest.HIDDEN_PARAMETERS["vmw_vmci"])
