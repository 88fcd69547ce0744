# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading: programs, packages, drivers and the initramfs. What is made of it: test__guest.py."""

import errno
import gzip
import lzma
import os
import subprocess

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _files, _guest, _modprobe, _processes, _sysfs
from ansible_collections.photon.hardening.tests.unit.plugins.module_utils import trees
from ansible_collections.photon.hardening.tests.unit.plugins.module_utils.test__initramfs import MAIN

STATUS = "Package: a\nStatus: install ok installed\nVersion: 1\n\nPackage: open-vm-tools\nStatus: %s\nVersion: 2:12.2.0-1+deb12u3\n\n"


@pytest.fixture
def tree(below, monkeypatch):
    monkeypatch.setattr(_files, "trust", lambda path: os.path.exists(str(below) + path) or None)
    monkeypatch.setattr(_processes, "runs_as_root", lambda name: name == "vmtoolsd" and os.path.exists(str(below) + "/running"))
    return trees.Tree(below)


def run_command(args, cwd, handle_exceptions, environ_update):
    """As that of AnsibleModule: a status and two texts."""
    assert (handle_exceptions, environ_update) == (False, {"LC_ALL": "C"})
    run = subprocess.Popen(args, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
    return (run.wait(),) + run.communicate()


def program(tree, path, script):
    tree.file(path, "#!/bin/sh\n" + script)
    os.chmod(tree.root + path, 0o755)


@pytest.mark.parametrize("script, status, expected", [
    ("echo 'VMware Tools daemon, version 12.2.0.41219 (build-21223074)'", "", ("12.2.0.41219", "/usr/bin/vmtoolsd", True)),
    ("echo 'VMware Tools daemon, version 11.1.0 (build-1)'", "install ok installed", ("11.1.0", "/usr/bin/vmtoolsd", True)),
    ("true", "install ok installed", ("2:12.2.0-1+deb12u3", "/var/lib/dpkg/status", True)),
    ("echo version 9; exit 1", "install ok installed", ("2:12.2.0-1+deb12u3", "/var/lib/dpkg/status", True)),
    ("true", "deinstall ok config-files", (None, None, True)),
    (None, "install ok installed", ("2:12.2.0-1+deb12u3", "/var/lib/dpkg/status", True)),
    (None, "", (None, None, False)),
])
def test_open_vm_tools(tree, script, status, expected):
    if script:
        program(tree, "/usr/bin/vmtoolsd", 'test "$1" = -v || exit 1\n' + script)
    if status:
        tree.file("/var/lib/dpkg/status", STATUS % status)
    assert _sysfs._tools(run_command) == _guest.Tools(*expected + (False,))
    tree.file("/running", "")
    assert _sysfs._tools(run_command).running is True


@pytest.mark.parametrize("said, status, expected", [
    ("12.5.0-1.ph5", 0, ("12.5.0-1.ph5", "/usr/bin/rpm")), ("package open-vm-tools is not installed", 1, (None, None)),
    ("\\033[2J", 0, (None, None)), ("", 0, (None, None))])
def test_the_version_by_rpm(tree, said, status, expected):
    program(tree, "/usr/bin/rpm", "printf '%s'; exit %d" % (said, status))
    assert _sysfs._package(run_command) == expected


@pytest.mark.parametrize("path, script, expected", [
    ("/usr/bin/dockerd", "echo 'Docker version 20.10.24+dfsg1, build 297e128'", ("20.10.24+dfsg1", "/usr/bin/dockerd")),
    ("/usr/local/bin/dockerd", "echo Docker version 27.1.1, build 1", ("27.1.1", "/usr/local/bin/dockerd")),
    ("/usr/bin/dockerd", "echo no", (None, "/usr/bin/dockerd")), ("/usr/bin/other", "", (None, None))])
def test_docker(tree, path, script, expected):
    program(tree, path, script)
    assert _sysfs._docker(run_command) == expected


def test_a_program_that_somebody_else_can_have_put_there_is_not_started(below, monkeypatch):
    tree = trees.Tree(below)
    for path in ("/usr/bin/vmtoolsd", "/usr/bin/rpm", "/usr/bin/dockerd"):
        program(tree, path, "touch %s/started; echo version 1" % tree.root)
    monkeypatch.setattr(_files, "trust", lambda path: None)
    assert (_sysfs._tools(run_command)[:3], _sysfs._docker(run_command)) == ((None, None, False), (None, None))
    # A group may have: that is not enough to be started either.
    monkeypatch.setattr(_files, "trust", lambda path: False)
    assert (_sysfs._tools(run_command)[:3], _sysfs._docker(run_command)) == ((None, None, False), (None, None))
    assert not os.path.exists(tree.root + "/started")


def test_a_program_that_takes_long_or_cannot_be_started_says_nothing(tree):
    program(tree, "/usr/bin/timeout", 'echo version 1; test "$1 $2" = "10 %s/usr/bin/dockerd" && exit 124' % tree.root)
    program(tree, "/usr/bin/dockerd", "echo version 2")
    assert _sysfs._docker(run_command) == (None, "/usr/bin/dockerd")
    os.unlink(tree.root + "/usr/bin/timeout")
    assert _sysfs._docker(run_command) == ("2", "/usr/bin/dockerd")
    os.chmod(tree.root + "/usr/bin/dockerd", 0o644)
    assert _sysfs._docker(run_command) == _sysfs._docker(None) == (None, "/usr/bin/dockerd")


# --- drivers ---

@pytest.mark.parametrize("ending, packed", [(".ko", bytes), (".ko.gz", gzip.compress), (".ko.xz", lzma.compress)])
def test_the_version_in_the_kernels_own_file(tree, ending, packed):
    path = "/lib/modules/%s/kernel/drivers/net/vmxnet3/vmxnet3%s" % (trees.RELEASE, ending)
    tree.module("vmxnet3", "1").file(path, packed(b"\x7fELF\xff\0license=GPL\0version=1.7.0.0-k\0srcversion=X\0"))
    assert _sysfs._driver("vmxnet3")[2:5] == ("1", "1.7.0.0-k", path)


@pytest.mark.parametrize("ending, data", [(".ko", b"\x7fELF\0version=\0"), (".ko.xz", b"no"), (".ko.gz", b"no")])
def test_a_file_that_tells_no_version(tree, ending, data):
    tree.module("vmxnet3", "1").file("/lib/modules/%s/kernel/drivers/net/vmxnet3/vmxnet3%s" % (trees.RELEASE, ending), data)
    assert _sysfs._driver("vmxnet3")[3:5] == (None, None)


def test_a_file_that_is_compressed_with_zstd_is_named(tree):
    path = "/lib/modules/%s/kernel/drivers/net/vmxnet3/vmxnet3.ko.zst" % trees.RELEASE
    tree.module("vmxnet3", "1").file(path, b"\x28\xb5\x2f\xfd")
    assert _sysfs._driver("vmxnet3")[3:5] == (None, path)


def test_what_is_built_in(tree):
    tree.module("vmw_pvscsi", builtin=True).module("vmxnet3")
    tree.file("/lib/modules/%s/modules.builtin" % trees.RELEASE, "kernel/drivers/misc/vmw_vmci/vmw_vmci.ko\nkernel/x/vmxnet3.ko\n")
    assert [name for name in _guest.DRIVERS if _sysfs.is_builtin(name)] == ["vmw_pvscsi", "vmw_vmci"]
    assert [_sysfs._driver(name)[:2] for name in _guest.DRIVERS] == [(True, False), (True, True), (False, True), (False, False)]


@pytest.mark.parametrize("config, expected", [
    (b"", None), (b"\0" * 64, None), (b"\0" * 256, False), (b"\0" * 6 + b"\x10" + b"\0" * 45 + b"\x40" + b"\0" * 11 + b"\x11\0", True),
    # A list that runs in a circle, and one that leads out.
    (b"\0" * 6 + b"\x10" + b"\0" * 45 + b"\x40" + b"\0" * 11 + b"\x05\x40", False),
    (b"\0" * 6 + b"\x10" + b"\0" * 45 + b"\x40" + b"\0" * 11 + b"\x05\xfc", False),
    (b"\0" * 6 + b"\x10" + b"\0" * 45 + b"\x20" + b"\0" * 11 + b"\x11\0", False),
    (b"\0" * 6 + b"\xef" + b"\0" * 45 + b"\x40" + b"\0" * 11 + b"\x11\0", False)])
def test_whether_a_device_offers_msix(tree, config, expected):
    tree.file("/sys/x/config", config)
    assert _sysfs._offers_msix("/sys/x/config") is expected


# --- files ---

def test_files_of_modprobe(tree):
    tree.file("/etc/modprobe.d/b.conf", "b").file("/etc/modprobe.d/a.txt", "a").file("/lib/modprobe.d/c.conf", "c")
    os.mkdir(tree.root + "/etc/modprobe.d/d.conf")
    assert _sysfs.modprobe_files() == ([("/etc/modprobe.d/b.conf", "b"), ("/lib/modprobe.d/c.conf", "c")], [])


def test_files_of_modprobe_that_are_not_for_everybody(tree, monkeypatch):
    """The others are read all the same; they hide what they hide."""
    tree.file("/etc/modprobe.d/b.conf", "b").file("/etc/modprobe.d/c.conf", "c").file("/usr/lib/modprobe.d/c.conf", "hidden")
    real, folders = _files.read, _files.entries
    monkeypatch.setattr(_files, "read", lambda path: real(path) if "etc/modprobe.d/c" not in path else denied(path))
    monkeypatch.setattr(_files, "entries", lambda path: folders(path) if path != "/run/modprobe.d" else denied(path))
    assert _sysfs.modprobe_files() == (
        [("/etc/modprobe.d/b.conf", "b"), ("/etc/modprobe.d/c.conf", ""), ("/usr/lib/modprobe.d/c.conf", "hidden")],
        [("/etc/modprobe.d/c.conf", "Permission denied"), ("/run/modprobe.d", "Permission denied")])
    rows = [row for row in _guest.rows(_sysfs.guest()) if row["name"].startswith("modprobe.d file")]
    assert rows == []
    trees.esxi(tree.root)
    rows = [row for row in _guest.rows(_sysfs.guest()) if row["name"].startswith("modprobe.d file")]
    assert [(row["name"], row["value"], row["state"], row["source"]) for row in rows] == [
        ("modprobe.d file " + path, None, "hidden", path) for path in ("/etc/modprobe.d/c.conf", "/run/modprobe.d")]
    assert rows[0]["reason"] == "It cannot be read (Permission denied), so what it sets is not known."


def denied(path):
    raise OSError(errno.EACCES, os.strerror(errno.EACCES), path)


@pytest.mark.parametrize("target", ["/dev/null", "/gone"])
def test_a_link_to_nothing_hides_the_file_of_its_name(tree, target):
    tree.file("/usr/lib/modprobe.d/a.conf", "options vmw_vmci disable_msix=1\n").file("/etc/modprobe.d/b.conf", "")
    os.symlink(target, tree.root + "/etc/modprobe.d/a.conf")
    assert _modprobe.settings(_sysfs.modprobe_files()[0], "") == []


@pytest.mark.parametrize("name", ["initrd.img-%s", "initramfs-%s.img", "initrd-%s"])
def test_the_initramfs(tree, name):
    path = "/boot/" + name % trees.RELEASE
    tree.file(path, gzip.compress(MAIN))
    assert _sysfs.initramfs_modules() == ({"vmw_vmci", "ext4"}, path)
    tree.file(path, b"(\xb5/\xfd")
    assert _sysfs.initramfs_modules() == (None, path + " cannot be read: it is compressed with zstd, which Python cannot read")


def test_no_initramfs(tree):
    os.makedirs(tree.root + "/boot/initrd-" + trees.RELEASE)
    assert _sysfs.initramfs_modules() == (None, "no initramfs of the running kernel was found in /boot")


@pytest.mark.parametrize("number, source, disk", [
    ("8:1", "/dev/sda1", "sda"), ("0:31", "/dev/dm-0", "vda"), ("0:31", "overlay", None), ("9:9", "/dev/dm-1", None),
    ("0:31", "/dev/mapper/vg-root", "vda"), ("0:31", "/dev/disk/by-uuid/x", "vda"), ("0:31", "/dev/mapper/vg-other", None)])
def test_the_disk_below(tree, number, source, disk):
    trees.kvm(tree.root)
    tree.disk("sda", trees.PVSCSI, "8:1", "sda1")
    tree._folder("/sys/class/block/dm-1")
    tree.file("/sys/class/block/dm-0/dm/name", "vg-root\n").file("/dev/dm-0", "")
    tree._link("/dev/disk/by-uuid/x", "/dev/dm-0")
    assert _sysfs._disk_of(number, source, {"sda": "x", "vda": "y"}) == disk


def test_what_is_no_disk_has_no_row(tree):
    for name in ("sr0", "loop0", "dm-0", "md127", "zram0", "fd0"):
        tree.disk(name, trees.PVSCSI, name)
    tree._folder("/sys/devices/virtual/block/x0")
    tree._link("/sys/block/x0", "/sys/devices/virtual/block/x0")
    tree.disk("sda", trees.PVSCSI)
    assert _sysfs._disks() == {"sda": trees.PVSCSI}


def test_a_disk_of_nvme_to_which_several_controllers_may_lead(tree):
    """The kernel has it below none of them, and each way to it as a hidden disk of its own."""
    address, subsystem = "0000:13:00.0", "/sys/devices/virtual/nvme-subsystem/nvme-subsys0"
    tree.disk("nvme0c0n1", address, "259:9")
    tree._folder(subsystem + "/nvme0n1/nvme0n1p2")
    tree._folder("/sys/devices/pci0000:00/%s/nvme/nvme0" % address)
    tree._link(subsystem + "/nvme0", "/sys/devices/pci0000:00/%s/nvme/nvme0" % address)
    tree._link("/sys/block/nvme0n1", subsystem + "/nvme0n1")
    tree._link("/sys/dev/block/259:2", subsystem + "/nvme0n1/nvme0n1p2")
    assert _sysfs._disks() == {"nvme0n1": address} and _sysfs._disk_of("259:2", "/dev/nvme0n1p2", _sysfs._disks()) == "nvme0n1"
