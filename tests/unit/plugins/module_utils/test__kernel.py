# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What _kernel makes of a real file system. Nothing here writes a kernel parameter."""

import errno
import os

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _kernel


def test_reads_this_kernel():
    reading = _kernel.read("kernel.osrelease")
    assert reading.value == _kernel.release()
    assert reading.error == 0 and reading.refused in (errno.EACCES, errno.EROFS)


@pytest.mark.parametrize("name", ["kernel.does_not_exist", "kernel", "kernel.osrelease.deeper"])
def test_what_is_no_parameter_does_not_exist(name):
    reading = _kernel.read(name)
    assert (reading.value, reading.error) == (None, errno.ENOENT)


def test_interfaces_and_which_of_them_are_devices(tmpdir, monkeypatch):
    for path in ("ipv4/conf/all", "ipv4/conf/default", "ipv4/conf/lo", "ipv4/conf/eth0", "ipv6/conf/br0.7"):
        tmpdir.join("proc/net", path).ensure(dir=True)
    for path in ("eth0/device", "br0.7"):
        tmpdir.join("sys", path).ensure(dir=True)
    monkeypatch.setattr(_kernel, "PROC_SYS", str(tmpdir.join("proc")))
    monkeypatch.setattr(_kernel, "SYS_NET", str(tmpdir.join("sys")))
    assert _kernel.interfaces() == {"br0.7": False, "eth0": True}


def test_stage_and_commit(tmpdir):
    root, path = str(tmpdir), "/etc/sysctl.d/a.conf"
    _kernel.stage(root, path, "new\n")
    assert _kernel.read_file(root, path) is None
    assert [name for name in os.listdir(root + "/etc/sysctl.d") if name.endswith(".conf")] == []
    _kernel.commit(root, path, "new\n")
    assert _kernel.read_file(root, path) == "new\n"
    assert os.listdir(root + "/etc/sysctl.d") == ["a.conf"]
    _kernel.commit(root, path, None)
    assert os.listdir(root + "/etc/sysctl.d") == []


def test_a_staged_file_does_not_follow_a_planted_link(tmpdir):
    root, path = str(tmpdir), "/etc/sysctl.d/a.conf"
    victim = tmpdir.join("victim")
    victim.write("precious")
    os.makedirs(root + "/etc/sysctl.d")
    os.symlink(str(victim), root + "/etc/sysctl.d/.a.conf.photon-hardening")
    _kernel.stage(root, path, "new\n")
    _kernel.commit(root, path, "new\n")
    assert victim.read() == "precious"
    assert not os.path.islink(root + path)


@pytest.mark.parametrize("failing", ["open", "fsync", "fchmod"])
def test_what_cannot_be_staged_is_named_and_leaves_nothing(tmpdir, monkeypatch, failing):
    def full(*_args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    monkeypatch.setattr(os, failing, full)
    with pytest.raises(OSError) as caught:
        _kernel.stage(str(tmpdir), "/a.conf", "x")
    monkeypatch.undo()
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, str(tmpdir) + "/a.conf")
    assert tmpdir.listdir() == []


def test_the_mode_does_not_depend_on_the_umask(tmpdir):
    before = os.umask(0o077)
    try:
        _kernel.stage(str(tmpdir), "/a", "x")
        _kernel.commit(str(tmpdir), "/a", "x")
    finally:
        os.umask(before)
    assert os.stat(str(tmpdir) + "/a").st_mode & 0o7777 == 0o644


def test_links_are_followed_inside_the_image(tmpdir):
    root = str(tmpdir)
    os.makedirs(root + "/etc/sysctl.d")
    tmpdir.join("etc", "sysctl.conf").write("kernel.a = 1\n")
    os.symlink("../sysctl.conf", root + "/etc/sysctl.d/99-sysctl.conf")
    os.symlink("/etc/sysctl.conf", root + "/etc/sysctl.d/98-absolute.conf")
    os.symlink("/dev/null", root + "/etc/sysctl.d/97-masked.conf")
    os.symlink("/nowhere", root + "/etc/sysctl.d/96-broken.conf")
    os.mkdir(root + "/etc/sysctl.d/95-folder.conf")
    os.makedirs(root + "/dev")
    tmpdir.join("dev", "null").write("")
    assert [(item.path, item.text) for item in _kernel.sysctl_files(root)] == [
        ("/etc/sysctl.d/95-folder.conf", ""),
        ("/etc/sysctl.d/96-broken.conf", ""),
        ("/etc/sysctl.d/97-masked.conf", ""),
        ("/etc/sysctl.d/98-absolute.conf", "kernel.a = 1\n"),
        ("/etc/sysctl.d/99-sysctl.conf", "kernel.a = 1\n"),
    ]


def test_a_loop_of_links_leads_nowhere(tmpdir):
    os.symlink("b", str(tmpdir.join("a")))
    os.symlink("a", str(tmpdir.join("b")))
    assert _kernel.read_file(str(tmpdir), "/a") is None
    assert _kernel.read_file(str(tmpdir), "/a/c") is None


def test_the_lock_leaves_no_empty_folder_and_keeps_a_full_one(tmpdir):
    folder = str(tmpdir) + _kernel.STATE_FOLDER
    with _kernel.lock(str(tmpdir), 1):
        assert os.stat(folder).st_mode & 0o7777 == 0o700
    assert not os.path.exists(folder)
    with _kernel.lock(str(tmpdir), 1):
        _kernel.stage(str(tmpdir), _kernel.STATE_FOLDER + "/kept", "x")
    assert len(os.listdir(folder)) == 1


def test_a_lock_on_a_folder_that_is_gone_is_none(tmpdir, monkeypatch):
    """The run that had it took the empty folder away while this one was about to lock it."""
    folder, real = str(tmpdir) + _kernel.STATE_FOLDER, _kernel.fcntl.flock

    def taken_away(descriptor, how):
        os.rmdir(folder)
        monkeypatch.setattr(_kernel.fcntl, "flock", real)
        real(descriptor, how)
    monkeypatch.setattr(_kernel.fcntl, "flock", taken_away)
    assert _kernel._locked(folder) is None
    with _kernel.lock(str(tmpdir), 1), pytest.raises(_kernel.HostProblem), _kernel.lock(str(tmpdir), 0):
        pass
