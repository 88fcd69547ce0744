# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files on a real file system: of a host below a folder, and of an image that a process enters."""

import errno
import os
import socket
import stat
import subprocess
import sys

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _atomic, _files, _image, _probe
from ansible_collections.photon.hardening.plugins.module_utils._model import Attributes
from ansible_collections.photon.hardening.tests.unit.plugins.module_utils.disk import ROOT, error, written


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
@pytest.mark.parametrize("called", [_files.read, _files.attributes, _files.entries, _probe.check_target, _atomic.discard,
                                    lambda path: written(path, ""), lambda path: _probe.probe(path, ""), _files.resolved])
def test_what_can_be_no_name_is_an_error_of_the_file(below, name, called):
    with pytest.raises(OSError) as caught:
        called("/" + name)
    assert not isinstance(caught.value, UnicodeError)
    assert below.listdir() == []


ANY_LOCALE = """
import os, sys
from ansible_collections.photon.hardening.plugins.module_utils import _atomic, _files, _probe
_files.OWNER, _files._real = (os.geteuid(), os.getegid()), lambda path: sys.argv[1] + path
path = "/\\u00fc\\udcff/\\u20ac"
_atomic.stage(path, path)
_atomic.commit(path, path)
assert (_files.read(path), _files.entries("/\\u00fc\\udcff")) == (path, ["\\u20ac"])
assert _files.resolved(path) == path and _files.attributes(path) and not _atomic.missing_folders(path)
_probe.probe(path, "")
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


@ROOT
def test_an_image_that_may_not_be_entered_is_named(tmpdir, monkeypatch):
    monkeypatch.setattr(os, "chroot", error(errno.EPERM))
    with pytest.raises(OSError) as caught:
        _image.inside(str(tmpdir), os.getcwd)
    assert (caught.value.errno, caught.value.filename) == (errno.EPERM, str(tmpdir))


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
