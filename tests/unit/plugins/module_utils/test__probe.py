# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is in the way of a file, on a real file system."""

import errno
import fcntl
import os
import subprocess

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _atomic, _files, _probe
from ansible_collections.photon.hardening.plugins.module_utils._model import HostProblem
from ansible_collections.photon.hardening.tests.unit.plugins.module_utils.disk import PATH, error, written


def test_a_file_or_a_link_in_the_way_is_no_folder(below):
    below.join("file").write("")
    os.symlink("nowhere", str(below.join("link")))
    for name in ("file", "link"):
        with pytest.raises(OSError) as caught:
            _atomic.stage("/%s/a" % name, "x")
        assert caught.value.errno in (errno.EEXIST, errno.ENOTDIR)
        with pytest.raises(HostProblem):
            _probe.probe("/%s/a" % name, "x")
    assert sorted(os.listdir(str(below))) == ["file", "link"]


def test_probe_changes_nothing(below):
    below.join("etc").ensure(dir=True)
    below.join("a").write("")
    for path, text in ((PATH, "x"), (PATH, None), ("/a", "x"), ("/a", None), (_files.BASELINE, "x")):
        _probe.probe(path, text)
    assert sorted(os.listdir(str(below))) == ["a", "etc"] and os.listdir(str(below.join("etc"))) == []


@pytest.mark.parametrize("plant, words", [
    (lambda path: os.symlink("/victim", path), "is a symbolic link to /victim: remove the link"),
    (os.mkdir, "is a directory: remove it"),
    (os.mkfifo, "is not a regular file but a FIFO"),
])
def test_what_is_in_the_way_is_found_before(below, plant, words):
    plant(str(below.join("a")))
    for text in ("x", None):
        with pytest.raises(HostProblem) as caught:
            _probe.probe("/a", text)
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
            _probe.probe(path, text)
        assert (caught.value.errno, caught.value.filename) == (errno.EROFS, path)
    _probe.probe("/b", None)


@pytest.mark.parametrize("name", ["a", ".a.photon-hardening"])
def test_a_mount_point_is_found_before(file_system, name):
    """Also where a run that was killed has prepared the text."""
    for one in ("a", "b", name):
        file_system.join(one).write("x")
    subprocess.check_call(["mount", "--bind", str(file_system.join("b")), str(file_system.join(name))])
    for text in ("y", None):
        with pytest.raises(HostProblem) as caught:
            _probe.probe("/a", text)
        assert "/%s is a mount point" % name in str(caught.value)
    subprocess.check_call(["umount", str(file_system.join(name))])
    _probe.probe("/a", "y")


@pytest.mark.parametrize("letter, word", [("i", "immutable"), ("a", "append-only")])
@pytest.mark.parametrize("flagged", ["/etc", "/etc/a"])
def test_a_flag_that_stops_even_root_is_found_before(file_system, letter, word, flagged):
    file_system.join("etc", "a").write("x", ensure=True)
    if subprocess.call(["chattr", "+" + letter, str(file_system) + flagged]):
        pytest.skip("this file system knows no such flag")
    for text in ("y", None):
        with pytest.raises(HostProblem) as caught:
            _probe.probe("/etc/a", text)
        assert "%s is %s, so that not even root can change it: chattr -%s it first" % (flagged, word, letter) in str(caught.value)
        with pytest.raises(OSError):
            written("/etc/a", "y") if text else _atomic.commit("/etc/a", None)
    subprocess.check_call(["chattr", "-" + letter, str(file_system) + flagged])
    _probe.probe("/etc/a", "y")


@pytest.mark.parametrize("number", [errno.ENOTTY, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EACCES])
def test_a_file_system_without_flags_is_fine(below, monkeypatch, number):
    monkeypatch.setattr(fcntl, "ioctl", error(number))
    below.join("a").write("x")
    _probe.probe("/a", "y")


def test_a_missing_permission_is_found_before(below, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_args, **_options: False)
    below.join("a").write("x")
    with pytest.raises(OSError) as caught:
        _probe.probe("/a", "y")
    assert (caught.value.errno, caught.value.filename) == (errno.EACCES, "/a")
