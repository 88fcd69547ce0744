# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files on a real file system: of a host below a folder, and of an image that a process enters."""

import errno
import fcntl
import os
import socket
import stat
import subprocess
import sys

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _files, _image
from ansible_collections.photon.hardening.plugins.module_utils._model import Attributes, HostProblem
from ansible_collections.photon.hardening.tests.unit.plugins.module_utils.disk import PATH, ROOT, error, written


def test_what_is_no_regular_file_is_never_opened(below):
    """Opening a FIFO blocks, and opening a device may act on it: the test would hang or fail on ENXIO."""
    os.mkfifo(str(below.join("fifo")))
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(below.join("socket")))
    os.symlink("/dev/zero", str(below.join("device")))
    os.symlink("fifo", str(below.join("link")))
    os.symlink("loop", str(below.join("loop")))
    for name in ("fifo", "socket", "device", "link", "loop", "loop/deeper", "none", "none/deeper", "", "x" * 300):
        assert _files.read("/" + name) is None, name


def test_a_fifo_that_takes_the_place_of_a_file_is_not_opened(below, monkeypatch):
    """Whatever is swapped after the look: what was looked at is what is opened."""
    below.join("a").write("text")
    real = os.fstat

    def swapped(descriptor):
        found = real(descriptor)
        if stat.S_ISREG(found.st_mode) and below.join("a").check(file=True):
            below.join("a").remove()
            os.mkfifo(str(below.join("a")))
        return found
    monkeypatch.setattr(os, "fstat", swapped)
    assert _files.read("/a") == "text"
    assert _files.read("/a") is None


def test_a_file_that_is_too_large_is_named_and_not_read(below):
    with open(str(below.join("a")), "wb") as stream:
        stream.truncate(_files._MAX_FILE + 1)
    with pytest.raises(OSError) as caught:
        _files.read("/a")
    assert (caught.value.errno, caught.value.filename) == (errno.EFBIG, "/a")
    assert _files.read("/a", 10) == "\0" * 10


@pytest.mark.parametrize("name", ["\udcff\udcfe", "\u00fc", "a\nb", "-x"])
def test_names_and_contents_may_be_any_bytes(below, name):
    written("/%s/%s" % (name, name), name)
    assert _files.entries("/" + name) == [name]
    assert _files.read("/%s/%s" % (name, name)) == name
    assert os.listdir(os.fsencode(str(below))) == [name.encode("utf-8", "surrogateescape")]


@pytest.mark.parametrize("name", ["\ud800", "a\0b"])
@pytest.mark.parametrize("called", [_files.read, _files.attributes, _files.entries, _files.check_target, _files.discard,
                                    lambda path: written(path, ""), lambda path: _files.probe(path, ""), _files.resolved])
def test_what_can_be_no_name_is_an_error_of_the_file(below, name, called):
    with pytest.raises(OSError) as caught:
        called("/" + name)
    assert not isinstance(caught.value, UnicodeError)
    assert below.listdir() == []


def test_a_text_that_no_file_can_hold_is_an_error_of_the_file(below):
    with pytest.raises(OSError) as caught:
        written("/a", "\ud800")
    assert (caught.value.errno, caught.value.filename) == (errno.EILSEQ, "/a")
    assert below.listdir() == []


ANY_LOCALE = """
import os, sys
from ansible_collections.photon.hardening.plugins.module_utils import _files, _image, _lock
_files.OWNER, _files._real = (os.geteuid(), os.getegid()), lambda path: sys.argv[1] + path
path = "/\\u00fc\\udcff/\\u20ac"
_files.stage(path, path)
_files.commit(path, path)
assert (_files.read(path), _files.entries("/\\u00fc\\udcff")) == (path, ["\\u20ac"])
assert _files.resolved(path) == path and _files.attributes(path) and not _files.missing_folders(path)
_files.probe(path, "")
"""


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8"])
def test_the_locale_does_not_matter(tmpdir, locale):
    environment = dict(os.environ, LC_ALL=locale, PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", PYTHONPATH=os.pathsep.join(sys.path))
    subprocess.check_call([sys.executable, "-c", ANY_LOCALE, str(tmpdir)], env=environment)
    assert os.listdir(os.fsencode(str(tmpdir))) == [b"\xc3\xbc\xff"]


def test_entries_are_sorted_as_bytes(below):
    for name in ("b", "a", "B", "\u00fc"):
        below.join(name).write("")
    os.symlink("nowhere", str(below.join("c")))
    assert _files.entries("/") == ["B", "a", "b", "c", "\u00fc"]
    assert _files.entries("/none") == _files.entries("/a") == _files.entries("/c") == []


def test_attributes(below):
    below.join("a").write("")
    os.chmod(str(below.join("a")), 0o640)
    os.symlink("a", str(below.join("link")))
    assert _files.attributes("/a") == Attributes(0o640, os.geteuid(), os.stat(str(below.join("a"))).st_gid)
    assert [_files.attributes(path) for path in ("/link", "/", "/none")] == [None, None, None]


# --- writing ---

def test_stage_and_commit(below):
    assert _files.stage(PATH, "new\n") is None
    assert _files.read(PATH) is None
    assert [name for name in _files.entries("/etc/sysctl.d") if name.endswith(".conf")] == []
    _files.commit(PATH, "new\n")
    assert _files.read(PATH) == "new\n"
    assert _files.entries("/etc/sysctl.d") == ["a.conf"]
    _files.commit(PATH, None)
    _files.commit(PATH, None)
    assert _files.entries("/etc/sysctl.d") == []


def test_what_is_not_there_is_discarded_and_removed_in_silence(below):
    for path in (PATH, "/" + "x" * 255):
        _files.discard(path)
        _files.commit(path, None)
    below.join("file").write("")
    _files.discard("/file/x")
    _files.commit("/file/x", None)


def test_discard(below):
    _files.stage(PATH, "new\n")
    _files.discard(PATH)
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
        _files.stage("/a", "new\n")
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
        _files.stage("/a.conf", "x")
    monkeypatch.undo()
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, "/a.conf")
    assert below.listdir() == []


def test_the_text_is_on_the_disk_before_it_is_in_place_and_the_folder_after(below, monkeypatch):
    calls, sync, rename = [], os.fsync, os.rename
    monkeypatch.setattr(os, "fsync", lambda descriptor: calls.append(os.readlink("/proc/self/fd/%d" % descriptor)) or sync(descriptor))
    monkeypatch.setattr(os, "rename", lambda *names: calls.append("rename") or rename(*names))
    written(PATH, "x")
    _files.commit(PATH, None)
    root = str(below)
    assert calls == [root, root + "/etc", root + "/etc/sysctl.d/.a.conf.photon-hardening", "rename", root + "/etc/sysctl.d",
                     root + "/etc/sysctl.d"]


def test_all_of_the_text_is_there_when_it_is_written_to_the_disk(below, monkeypatch):
    sizes, sync = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: sizes.append(os.fstat(descriptor).st_size) or sync(descriptor))
    _files.stage("/a", "text")
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
        _files.make_folders("/etc/a.conf")
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
        _files.make_folders("/etc/a.conf")
    assert stat.S_IMODE(os.stat(str(below.join("private"))).st_mode) == 0o700


@ROOT
def test_new_folders_are_roots(below):
    os.chown(str(below), 0, 56)
    os.chmod(str(below), 0o2755)
    _files.make_folders(PATH)
    assert [(found.st_uid, found.st_gid, found.st_mode & 0o7777) for found in [os.stat(str(below.join("etc")))]] == [(0, 0, 0o755)]


@ROOT
def test_an_image_that_may_not_be_entered_is_named(tmpdir, monkeypatch):
    monkeypatch.setattr(os, "chroot", error(errno.EPERM))
    with pytest.raises(OSError) as caught:
        _image.inside(str(tmpdir), os.getcwd)
    assert (caught.value.errno, caught.value.filename) == (errno.EPERM, str(tmpdir))


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


# --- folders ---

def test_folders(below):
    below.join("etc").ensure(dir=True)
    assert _files.missing_folders("/etc/a/b/c.conf") == ("/etc/a", "/etc/a/b")
    assert _files.make_folders("/etc/a/b/c.conf") == ("/etc/a", "/etc/a/b")
    assert _files.missing_folders("/etc/a/b/c.conf") == _files.make_folders("/etc/a/b/c.conf") == ()
    below.join("etc", "a", "mine").write("")
    assert _files.remove_folder("/etc/a/b") is True
    assert _files.remove_folder("/etc/a") is False
    assert _files.remove_folder("/etc/none") is True
    assert _files.entries("/etc/a") == ["mine"]


def test_that_a_folder_is_gone_is_on_the_disk(below, monkeypatch):
    synced, sync = [], os.fsync
    below.join("etc", "a").ensure(dir=True)
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.readlink("/proc/self/fd/%d" % descriptor)) or sync(descriptor))
    assert _files.remove_folder("/etc/a") is True
    assert synced == [str(below.join("etc"))]


@pytest.mark.parametrize("failing, is_gone", [("rmdir", False), ("fsync", True)])
def test_a_folder_that_a_broken_disk_keeps_is_no_error(below, monkeypatch, failing, is_gone):
    below.join("etc", "a").ensure(dir=True)
    monkeypatch.setattr(os, failing, error(errno.EIO))
    assert _files.remove_folder("/etc/a") is is_gone


def test_a_file_or_a_link_in_the_way_is_no_folder(below):
    below.join("file").write("")
    os.symlink("nowhere", str(below.join("link")))
    for name in ("file", "link"):
        with pytest.raises(OSError) as caught:
            _files.stage("/%s/a" % name, "x")
        assert caught.value.errno in (errno.EEXIST, errno.ENOTDIR)
        with pytest.raises(HostProblem):
            _files.probe("/%s/a" % name, "x")
    assert sorted(os.listdir(str(below))) == ["file", "link"]


# --- what would fail later ---

def test_probe_changes_nothing(below):
    below.join("etc").ensure(dir=True)
    below.join("a").write("")
    for path, text in ((PATH, "x"), (PATH, None), ("/a", "x"), ("/a", None), (_files.BASELINE, "x")):
        _files.probe(path, text)
    assert sorted(os.listdir(str(below))) == ["a", "etc"] and os.listdir(str(below.join("etc"))) == []


@pytest.mark.parametrize("plant, words", [
    (lambda path: os.symlink("/victim", path), "is a symbolic link to /victim: remove the link"),
    (os.mkdir, "is a directory: remove it"),
    (os.mkfifo, "is no regular file but a FIFO"),
])
def test_what_is_in_the_way_is_found_before(below, plant, words):
    plant(str(below.join("a")))
    for text in ("x", None):
        with pytest.raises(HostProblem) as caught:
            _files.probe("/a", text)
        assert str(caught.value).startswith("/a " + words)


@pytest.fixture
def file_system(tmpdir, monkeypatch):
    """A file system of its own, with flags of files, as a host below a folder."""
    if os.geteuid() != 0:
        pytest.skip("root alone may mount")
    monkeypatch.setattr(_files, "_real", lambda path: str(tmpdir) + path)
    if subprocess.call(["mount", "-t", "tmpfs", "none", str(tmpdir)]):
        pytest.skip("mounting is not allowed here")
    yield tmpdir
    subprocess.call(["chattr", "-R", "-ia", str(tmpdir)], stderr=subprocess.DEVNULL)
    subprocess.call(["umount", "-l", str(tmpdir)])


def test_a_read_only_file_system_is_found_before(file_system):
    file_system.join("a").write("x")
    subprocess.check_call(["mount", "-o", "remount,ro", str(file_system)])
    for path, text in (("/a", "y"), ("/a", None), ("/b", "y"), ("/c/d", "y")):
        with pytest.raises(OSError) as caught:
            _files.probe(path, text)
        assert (caught.value.errno, caught.value.filename) == (errno.EROFS, path)
    _files.probe("/b", None)


@pytest.mark.parametrize("name", ["a", ".a.photon-hardening"])
def test_a_mount_point_is_found_before(file_system, name):
    """Also where a run that was killed has prepared the text."""
    for one in ("a", "b", name):
        file_system.join(one).write("x")
    subprocess.check_call(["mount", "--bind", str(file_system.join("b")), str(file_system.join(name))])
    for text in ("y", None):
        with pytest.raises(HostProblem) as caught:
            _files.probe("/a", text)
        assert "/%s is a mount point" % name in str(caught.value)
    subprocess.check_call(["umount", str(file_system.join(name))])
    _files.probe("/a", "y")


@pytest.mark.parametrize("letter, word", [("i", "immutable"), ("a", "append-only")])
@pytest.mark.parametrize("flagged", ["/etc", "/etc/a"])
def test_a_flag_that_stops_even_root_is_found_before(file_system, letter, word, flagged):
    file_system.join("etc", "a").write("x", ensure=True)
    if subprocess.call(["chattr", "+" + letter, str(file_system) + flagged]):
        pytest.skip("this file system knows no such flag")
    for text in ("y", None):
        with pytest.raises(HostProblem) as caught:
            _files.probe("/etc/a", text)
        assert "%s is %s, so that not even root can change it: chattr -%s it first" % (flagged, word, letter) in str(caught.value)
        with pytest.raises(OSError):
            written("/etc/a", "y") if text else _files.commit("/etc/a", None)
    subprocess.check_call(["chattr", "-" + letter, str(file_system) + flagged])
    _files.probe("/etc/a", "y")


@pytest.mark.parametrize("number", [errno.ENOTTY, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EACCES])
def test_a_file_system_without_flags_is_fine(below, monkeypatch, number):
    monkeypatch.setattr(fcntl, "ioctl", error(number))
    below.join("a").write("x")
    _files.probe("/a", "y")


def test_a_missing_permission_is_found_before(below, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_args, **_options: False)
    below.join("a").write("x")
    with pytest.raises(OSError) as caught:
        _files.probe("/a", "y")
    assert (caught.value.errno, caught.value.filename) == (errno.EACCES, "/a")


# --- trust ---

def test_trust(below):
    below.join("bin", "program").write("", ensure=True)
    os.symlink("program", str(below.join("bin", "link")))
    os.symlink("/nowhere", str(below.join("bin", "broken")))
    assert [_files.trust("/bin/" + name) for name in ("program", "link", "broken", "none")] == [True, True, None, None]
    for where in ("bin/program", "bin"):
        os.chmod(str(below.join(where)), 0o757)
        assert _files.trust("/bin/program") is _files.trust("/bin/link") is None
        os.chmod(str(below.join(where)), 0o755)
    os.chmod(str(below.join("bin")), 0o775)
    assert _files.trust("/bin/program") is True


@ROOT
def test_trust_is_in_root_alone(below):
    below.join("bin", "program").write("", ensure=True)
    os.chmod(str(below.join("bin")), 0o775)
    os.chown(str(below.join("bin")), 0, 50)
    assert _files.trust("/bin/program") is False
    os.chown(str(below.join("bin")), 65534, 0)
    assert _files.trust("/bin/program") is None


def test_what_a_killed_run_has_left_is_taken_away_and_nothing_else(below):
    for name in (".50-a.conf.photon-hardening", ".hidden.conf", "a.photon-hardening"):
        below.join(name).write("x")
    for folder in ("/", "/no/such"):
        _files.discard_left(folder)
    assert sorted(_files.entries("/")) == [".hidden.conf", "a.photon-hardening"]
