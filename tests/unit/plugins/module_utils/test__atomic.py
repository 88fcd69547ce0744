# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files on a real file system, below a folder."""

import errno
import os
import stat

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _atomic, _files
from ansible_collections.photon.hardening.plugins.module_utils._model import Attributes
from ansible_collections.photon.hardening.tests.unit.plugins.module_utils.disk import PATH, ROOT, error, written


def test_a_text_that_no_file_can_hold_is_an_error_of_the_file(below):
    with pytest.raises(OSError) as caught:
        written("/a", "\ud800")
    assert (caught.value.errno, caught.value.filename) == (errno.EILSEQ, "/a")
    assert below.listdir() == []


def test_stage_and_commit(below):
    assert _atomic.stage(PATH, "new\n") is None
    assert _files.read(PATH) is None
    assert [name for name in _files.entries("/etc/sysctl.d") if name.endswith(".conf")] == []
    _atomic.commit(PATH, "new\n")
    assert _files.read(PATH) == "new\n"
    assert _files.entries("/etc/sysctl.d") == ["a.conf"]
    _atomic.commit(PATH, None)
    _atomic.commit(PATH, None)
    assert _files.entries("/etc/sysctl.d") == []


def test_what_is_not_there_is_discarded_and_removed_in_silence(below):
    for path in (PATH, "/" + "x" * 255):
        _atomic.discard(path)
        _atomic.commit(path, None)
    below.join("file").write("")
    _atomic.discard("/file/x")
    _atomic.commit("/file/x", None)


def test_discard(below):
    _atomic.stage(PATH, "new\n")
    _atomic.discard(PATH)
    assert _files.entries("/etc/sysctl.d") == []


@pytest.mark.parametrize("planted", ["link", "file"])
def test_what_is_planted_for_the_new_file_is_never_written_to(below, planted):
    victim, temporary = below.join("victim"), below.join("etc", "sysctl.d", ".a.conf.photon-hardening")
    victim.write("precious")
    below.join("etc", "sysctl.d").ensure(dir=True)
    os.symlink(str(victim), str(temporary)) if planted == "link" else os.link(str(victim), str(temporary))
    written(PATH, "new\n")
    assert victim.read() == "precious"
    assert below.join(*PATH.split("/")).read() == "new\n" and not below.join(*PATH.split("/")).islink()


@pytest.mark.parametrize("planted", [os.symlink, os.link])
def test_what_is_planted_at_the_last_moment_is_not_written_to_either(below, monkeypatch, planted):
    victim, temporary = below.join("victim"), below.join(".a.photon-hardening")
    victim.write("precious")
    real = os.open

    def opened(path, flags, *args, **options):
        if flags & os.O_CREAT:
            planted(str(victim), str(temporary))
            monkeypatch.undo()
        return real(path, flags, *args, **options)
    monkeypatch.setattr(os, "open", opened)
    monkeypatch.setattr(_files, "_real", lambda path: str(below) + path)
    with pytest.raises(OSError) as caught:
        _atomic.stage("/a", "new\n")
    assert caught.value.errno == errno.EEXIST
    assert victim.read() == "precious"


@pytest.mark.parametrize("failing", ["open", "fsync", "fchmod", "write"])
def test_what_cannot_be_staged_is_named_and_leaves_nothing(below, monkeypatch, failing):
    """/dev/full stands for the disk that fills up when the text is written."""
    real = os.open

    def full(path, flags, *args, **options):
        return real("/dev/full" if flags & os.O_CREAT else path, flags & ~os.O_EXCL, *args, **options)
    monkeypatch.setattr(os, "open" if failing == "write" else failing, full if failing == "write" else error(errno.ENOSPC))
    with pytest.raises(OSError) as caught:
        _atomic.stage("/a.conf", "x")
    monkeypatch.undo()
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, "/a.conf")
    assert below.listdir() == []


def test_the_text_is_on_the_disk_before_it_is_in_place_and_the_folder_after(below, monkeypatch):
    calls, sync, rename = [], os.fsync, os.rename
    monkeypatch.setattr(os, "fsync", lambda descriptor: calls.append(os.readlink("/proc/self/fd/%d" % descriptor)) or sync(descriptor))
    monkeypatch.setattr(os, "rename", lambda *names: calls.append("rename") or rename(*names))
    written(PATH, "x")
    _atomic.commit(PATH, None)
    root = str(below)
    assert calls == [root, root + "/etc", root + "/etc/sysctl.d/.a.conf.photon-hardening", "rename", root + "/etc/sysctl.d",
                     root + "/etc/sysctl.d"]


def test_all_of_the_text_is_there_when_it_is_written_to_the_disk(below, monkeypatch):
    sizes, sync = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: sizes.append(os.fstat(descriptor).st_size) or sync(descriptor))
    _atomic.stage("/a", "text")
    assert sizes == [4]


@pytest.mark.parametrize("umask", [0, 0o077, pytest.param(0o777, marks=ROOT)])
def test_modes_do_not_depend_on_the_umask(below, umask):
    before = os.umask(umask)
    try:
        written(PATH, "x")
        written(_files.BASELINE, "x", Attributes(0o600, *_files.OWNER))
    finally:
        os.umask(before)
    paths = ("/etc", "/etc/sysctl.d", PATH, "/var/lib", _files.STATE_FOLDER, _files.BASELINE)
    modes = [stat.S_IMODE(os.stat(str(below) + path).st_mode) for path in paths]
    assert modes == [0o755, 0o755, 0o644, 0o755, 0o700, 0o600]


def test_nobody_reads_a_file_before_it_has_its_mode(below, monkeypatch):
    seen, real = [], os.fchmod
    monkeypatch.setattr(os, "fchmod", lambda descriptor, mode: seen.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
                        or real(descriptor, mode))
    written("/a", "secret", Attributes(0o640, *_files.OWNER))
    assert seen == [0o600]


@ROOT
def test_a_folder_that_is_swapped_when_it_is_made_gives_no_mode_away(below, monkeypatch):
    """Who owns an image puts a link to something else in its place, and that would be readable for everybody."""
    below.join("secret").write("secret")
    os.chmod(str(below.join("secret")), 0o600)
    real = os.mkdir

    def swapped(path, mode):
        real(path, mode)
        os.rmdir(path)
        os.link(str(below.join("secret")), path)
    monkeypatch.setattr(os, "mkdir", swapped)
    with pytest.raises(OSError) as caught:
        _atomic.make_folders("/etc/a.conf")
    assert caught.value.errno == errno.ENOTDIR
    assert stat.S_IMODE(os.stat(str(below.join("secret"))).st_mode) == 0o600


def test_a_link_in_the_place_of_a_folder_that_was_just_made_is_not_followed(below, monkeypatch):
    below.join("private").ensure(dir=True)
    os.chmod(str(below.join("private")), 0o700)
    real = os.mkdir

    def swapped(path, mode):
        real(path, mode)
        os.rmdir(path)
        os.symlink(str(below.join("private")), path)
    monkeypatch.setattr(os, "mkdir", swapped)
    with pytest.raises(OSError):
        _atomic.make_folders("/etc/a.conf")
    assert stat.S_IMODE(os.stat(str(below.join("private"))).st_mode) == 0o700


@ROOT
def test_new_folders_are_roots(below):
    os.chown(str(below), 0, 56)
    os.chmod(str(below), 0o2755)
    _atomic.make_folders(PATH)
    assert [(found.st_uid, found.st_gid, found.st_mode & 0o7777) for found in [os.stat(str(below.join("etc")))]] == [(0, 0, 0o755)]


@ROOT
def test_owner_group_and_mode_are_given_or_roots(tmpdir, monkeypatch):
    monkeypatch.setattr(_files, "_real", lambda path: str(tmpdir) + path)
    given = Attributes(0o2751, 12, 34)
    written("/a", "x", given)
    assert _files.attributes("/a") == given
    os.chown(str(tmpdir), 0, 56)
    os.chmod(str(tmpdir), 0o2755)
    written("/a", "x")
    assert _files.attributes("/a") == Attributes(0o644, 0, 0)


def test_what_a_killed_run_has_left_is_taken_away_and_nothing_else(below):
    for name in (".50-a.conf.photon-hardening", ".hidden.conf", "a.photon-hardening"):
        below.join(name).write("x")
    for folder in ("/", "/no/such"):
        _atomic.discard_left(folder)
    assert sorted(_files.entries("/")) == [".hidden.conf", "a.photon-hardening"]


def labels(monkeypatch, label, number):
    kept = []

    def get(path, name, follow_symlinks=True):
        assert (name, follow_symlinks) == ("security.selinux", False)
        if not os.path.lexists(path):
            error(errno.ENOENT)()
        return label or error(errno.ENODATA)()

    def put(descriptor, name, value):
        kept.append((name, value))
        if number:
            error(number)()
    monkeypatch.setattr(os, "getxattr", get)
    monkeypatch.setattr(os, "setxattr", put)
    return kept


def test_the_selinux_label_of_a_replaced_file_is_kept(below, monkeypatch):
    kept = labels(monkeypatch, b"system_u:object_r:etc_t:s0\0", 0)
    assert written("/a", "x") is None and kept == []
    assert written("/a", "y") is None and kept == [("security.selinux", b"system_u:object_r:etc_t:s0\0")]


def test_a_file_without_a_label_needs_none(below, monkeypatch):
    kept = labels(monkeypatch, None, 0)
    written("/a", "x")
    assert written("/a", "y") is None and kept == []


@pytest.mark.parametrize("number", [errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.ENODATA, errno.EINVAL])
def test_a_label_that_may_not_be_set_is_a_note(below, monkeypatch, number):
    labels(monkeypatch, b"x", number)
    written("/a", "x")
    note = written("/a", "y")
    assert note.startswith("/a: its SELinux label could not be kept (%s)" % os.strerror(number))
    assert _files.read("/a") == "y"


def test_a_label_that_cannot_be_set_for_want_of_room_is_a_failure(below, monkeypatch):
    labels(monkeypatch, b"x", errno.ENOSPC)
    below.join("a").write("x")
    with pytest.raises(OSError) as caught:
        written("/a", "y")
    assert caught.value.errno == errno.ENOSPC and _files.read("/a") == "x"


def test_folders(below):
    below.join("etc").ensure(dir=True)
    assert _atomic.missing_folders("/etc/a/b/c.conf") == ("/etc/a", "/etc/a/b")
    assert _atomic.make_folders("/etc/a/b/c.conf") == ("/etc/a", "/etc/a/b")
    assert _atomic.missing_folders("/etc/a/b/c.conf") == _atomic.make_folders("/etc/a/b/c.conf") == ()
    below.join("etc", "a", "mine").write("")
    assert _atomic.remove_folder("/etc/a/b") is True
    assert _atomic.remove_folder("/etc/a") is False
    assert _atomic.remove_folder("/etc/none") is True
    assert _files.entries("/etc/a") == ["mine"]


def test_that_a_folder_is_gone_is_on_the_disk(below, monkeypatch):
    synced, sync = [], os.fsync
    below.join("etc", "a").ensure(dir=True)
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.readlink("/proc/self/fd/%d" % descriptor)) or sync(descriptor))
    assert _atomic.remove_folder("/etc/a") is True
    assert synced == [str(below.join("etc"))]


@pytest.mark.parametrize("failing, is_gone", [("rmdir", False), ("fsync", True)])
def test_a_folder_that_a_broken_disk_keeps_is_no_error(below, monkeypatch, failing, is_gone):
    below.join("etc", "a").ensure(dir=True)
    monkeypatch.setattr(os, failing, error(errno.EIO))
    assert _atomic.remove_folder("/etc/a") is is_gone
