# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small trees of /sys, /proc and /etc, as four kinds of machines have them, below a folder."""

import os

VMXNET3, PVSCSI, VMCI = "0000:0b:00.0", "0000:03:00.0", "0000:00:07.7"
RELEASE = os.uname()[2]


class Tree:
    def __init__(self, root):
        self.root = str(root)

    def file(self, path, text):
        self._folder(os.path.dirname(path))
        with open(self.root + path, "wb") as stream:
            stream.write(text if isinstance(text, bytes) else text.encode())
        return self

    def _folder(self, path):
        if not os.path.isdir(self.root + path):
            os.makedirs(self.root + path)

    def _link(self, path, target):
        self._folder(os.path.dirname(path))
        os.symlink(os.path.relpath(self.root + target, os.path.dirname(self.root + path)), self.root + path)

    def dmi(self, vendor, product, hypervisor=True):
        self.file("/sys/class/dmi/id/sys_vendor", vendor + "\n").file("/sys/class/dmi/id/product_name", product + "\n")
        return self.file("/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu vme%s\n" % (" hypervisor" if hypervisor else ""))

    def pci(self, address, ids, kind, driver=None, modes=(), msix=True):
        """A device; where it can have MSI-X, its configuration says so in the second of two capabilities."""
        folder = "/sys/devices/pci0000:00/" + address
        for name, text in (("vendor", ids[0]), ("device", ids[1]), ("class", kind)):
            self.file("%s/%s" % (folder, name), text + "\n")
        for number, mode in enumerate(modes):
            self.file("%s/msi_irqs/%d" % (folder, 30 + number), mode + "\n")
        config = bytearray(256)
        config[6], config[0x34], config[0x40:0x42], config[0x50:0x52] = 0x10, 0x40, b"\x01\x50", b"\x11\0" if msix else b"\x05\0"
        self.file(folder + "/config", bytes(config))
        self._link("/sys/bus/pci/devices/" + address, folder)
        if driver:
            self._folder("/sys/bus/pci/drivers/" + driver)
            self._link(folder + "/driver", "/sys/bus/pci/drivers/" + driver)
        return self

    def module(self, name, version=None, builtin=False, **parameters):
        self.file("/sys/module/%s/uevent" % name, "")
        if version:
            self.file("/sys/module/%s/version" % name, version + "\n")
        if not builtin:
            self.file("/sys/module/%s/initstate" % name, "live\n")
        for key, value in parameters.items():
            self.file("/sys/module/%s/parameters/%s" % (name, key), value + "\n")
        return self

    def own(self, name, version):
        """The file of a driver that came with the kernel."""
        return self.file("/lib/modules/%s/kernel/drivers/%s.ko" % (RELEASE, name), b"\x7fELF\0version=%s\0x" % version.encode())

    def disk(self, name, address, number="8:0", part=""):
        folder = "/sys/devices/pci0000:00/%s/host0/block/%s" % (address, name)
        self._folder(folder + ("/" + part if part else ""))
        self._link("/sys/block/" + name, folder)
        self._link("/sys/dev/block/" + number, folder + ("/" + part if part else ""))
        return self

    def network(self, name, address):
        folder = "/sys/devices/pci0000:00/" + address
        self._folder("%s/net/%s" % (folder, name))
        self._link("%s/net/%s/device" % (folder, name), folder)
        self._link("/sys/class/net/" + name, "%s/net/%s" % (folder, name))
        return self

    def mounted(self, number, kind, source):
        line = "26 1 %s / / rw,relatime shared:1 - %s %s rw\n" % (number, kind, source)
        return self.file("/proc/self/mountinfo", "1 1 0:2 / / rw - rootfs rootfs rw\n21 26 0:19 / /sys rw - sysfs sysfs rw\n" + line)

    def common(self, cmdline=""):
        self.file("/proc/cmdline", "root=/dev/sda1 %s\n" % cmdline)
        self.file("/proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n/dev/sda2 partition\t1048572\t0\t-2\n")
        return self.file("/proc/meminfo", "MemTotal:  8000 kB\nMemFree:  10 kB\nMemAvailable:  6000 kB\n")


def esxi(root, cmdline=""):
    """A guest of ESXi with Photon's kernel: the disk controller's driver is built in, the others are modules."""
    tree = Tree(root).common(cmdline).dmi("VMware, Inc.", "VMware7,1")
    tree.pci(PVSCSI, ("0x15ad", "0x07c0"), "0x010700", "vmw_pvscsi", ["msix"])
    tree.pci(VMXNET3, ("0x15ad", "0x07b0"), "0x020000", "vmxnet3", ["msix"] * 3)
    tree.pci(VMCI, ("0x15ad", "0x0740"), "0x088000", "vmw_vmci", ["msix"] * 2)
    tree.module("vmxnet3", "1.7.0.0-k").module("vmw_vmci", "1.1.6.0-k")
    tree.module("vmw_pvscsi", "1.0.7.0-k", builtin=True, disable_msi="N", disable_msix="N", cmd_per_lun="254")
    tree.module("vmw_balloon", vmwballoon_shrinker_enable="N")
    return tree.disk("sda", PVSCSI, "8:1", "sda1").network("eth0", VMXNET3).mounted("8:1", "ext4", "/dev/sda1")


def old_esxi(root):
    """The same with everything emulated and no driver of VMware's."""
    tree = Tree(root).common().dmi("VMware, Inc.", "VMware Virtual Platform")
    tree.pci("0000:00:10.0", ("0x1000", "0x0030"), "0x010000", "mptspi").pci("0000:02:00.0", ("0x8086", "0x100f"), "0x020000", "e1000")
    tree.pci("0000:00:11.0", ("0x15ad", "0x07e0"), "0x010601", "ahci")
    return tree.disk("sda", "0000:00:10.0").disk("sdb", "0000:00:11.0", "8:16").network("eth0", "0000:02:00.0").mounted(
        "8:0", "ext4", "/dev/sda")


def kvm(root):
    """A guest of KVM whose / is a btrfs on a logical volume."""
    tree = Tree(root).common().dmi("QEMU", "Standard PC (Q35 + ICH9, 2009)")
    tree.pci("0000:00:04.0", ("0x1af4", "0x1042"), "0x010000", "virtio-pci", ["msix"] * 2).disk("vda", "0000:00:04.0", "254:0")
    tree._folder("/sys/devices/virtual/block/dm-0/slaves")
    tree._link("/sys/devices/virtual/block/dm-0/slaves/vda", "/sys/devices/pci0000:00/0000:00:04.0/host0/block/vda")
    tree._link("/sys/class/block/dm-0", "/sys/devices/virtual/block/dm-0")
    return tree.mounted("0:31", "btrfs", "/dev/dm-0")


def metal(root):
    """A machine of its own, which boots from NVMe."""
    tree = Tree(root).common().dmi("Dell Inc.", "PowerEdge R640", hypervisor=False)
    tree.pci("0000:5e:00.0", ("0x144d", "0xa824"), "0x010802", "nvme", ["msix"] * 9).disk("nvme0n1", "0000:5e:00.0", "259:0", "nvme0n1p2")
    return tree.mounted("259:0", "xfs", "/dev/nvme0n1p2")
