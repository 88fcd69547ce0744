# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The root of an image: what counts as one, and the process that enters it."""

import errno
import locale
import os
import signal
import struct
import subprocess
import sys
import time

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _files, _image, _model, _probe
from ansible_collections.photon.hardening.plugins.module_utils._model import HostProblem
from ansible_collections.photon.hardening.tests.unit.plugins.module_utils.disk import PATH, ROOT, written


@pytest.mark.parametrize("given", ["", None, "/", "//", "/.", "/../", "/tmp/..", "///."])
def test_the_host_itself(given):
    assert _image.root_of(given) == ""


@pytest.mark.parametrize("given", ["relative", "/none/such", "/proc/self/status", "/a\0b", "."])
def test_what_is_no_folder_is_no_root(given):
    with pytest.raises((ValueError, OSError)) as caught:
        _image.root_of(given)
    assert "is not the whole path of a folder: mount the image first" in str(caught.value)


def test_a_root_is_the_plain_path_of_a_folder(tmpdir):
    tmpdir.join("a", "b").ensure(dir=True)
    os.symlink("/", str(tmpdir.join("host")))
    os.symlink("a/b", str(tmpdir.join("link")))
    root = str(tmpdir)
    assert _image.root_of(root + "/host") == ""
    assert _image.root_of("/%s/./a//b/" % root) == root + "/a/b"
    assert _image.root_of(root + "/link/../b") == root + "/a/b"


def test_without_a_root_nothing_is_forked():
    assert _image.inside("", os.getpid) == os.getpid()


class Complaint(Exception):
    def __init__(self, name, number, more=None):
        super().__init__("%s %d" % (name, number))
        self.name, self.more = name, more


@ROOT
def test_what_a_function_returns_comes_back(tmpdir):
    assert _image.inside(str(tmpdir), lambda: (os.listdir("/"), os.getcwd())) == ([], "/")
    found = _image.inside(str(tmpdir), lambda: _model.Reading("1", refused=errno.EROFS))
    assert found == _model.Reading("1", 0, errno.EROFS) and isinstance(found, _model.Reading)
    assert len(_image.inside(str(tmpdir), lambda: "x" * (1 << 22))) == 1 << 22


@ROOT
@pytest.mark.parametrize("raised", [
    HostProblem("broken"), Complaint("x", 5, {"rows": [1]}), OSError(errno.ENOSPC, "full", "/a"), ValueError("\udcff"), KeyError("x"),
    SystemExit(3),
])
def test_what_a_function_raises_is_raised(tmpdir, raised):
    def fail():
        raise raised
    with pytest.raises(type(raised)) as caught:
        _image.inside(str(tmpdir), fail)
    assert (str(caught.value), caught.value.args) == (str(raised), raised.args)
    assert vars(caught.value) == vars(raised)
    assert getattr(caught.value, "filename", None) == getattr(raised, "filename", None)


@ROOT
@pytest.mark.parametrize("end, words", [(lambda: os.kill(os.getpid(), signal.SIGKILL), "signal 9"), (lambda: os._exit(7), "status 7")])
def test_a_process_that_dies_is_told(tmpdir, end, words):
    with pytest.raises(HostProblem) as caught:
        _image.inside(str(tmpdir), end)
    assert str(caught.value) == "the process that works in %s ended before its work did (%s)" % (tmpdir, words)


@ROOT
def test_a_result_that_cannot_be_sent_is_told(tmpdir):
    with pytest.raises(HostProblem):
        _image.inside(str(tmpdir), lambda: lambda: None)


@ROOT
def test_a_run_that_is_interrupted_ends_the_process_in_the_image(tmpdir, monkeypatch):
    marks = []

    def interrupted(child, status):
        marks.append(child)
        raise KeyboardInterrupt
    real = os.fdopen
    monkeypatch.setattr(os, "fdopen", lambda descriptor, mode: interrupted(descriptor, mode) if mode == "rb" else real(descriptor, mode))
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        _image.inside(str(tmpdir), lambda: time.sleep(30))
    assert marks and time.monotonic() - started < 10
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@ROOT
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_reaches_the_process_in_the_image(tmpdir, number):
    """It undoes what it has begun, and its answer is still told. What was done with signals before is done again."""
    def work():
        signal.signal(number, lambda *_args: os.mkdir("/undone"))
        os.kill(os.getppid(), number)
        for _count in range(500):
            if os.path.isdir("/undone"):
                return "undone"
            time.sleep(0.01)
        return "not undone"
    before = [signal.getsignal(each) for each in _image._SIGNALS]
    assert _image.inside(str(tmpdir), work) == "undone"
    assert [signal.getsignal(each) for each in _image._SIGNALS] == before
    assert not signal.pthread_sigmask(signal.SIG_BLOCK, ()) & set(_image._SIGNALS)


@ROOT
def test_a_signal_that_nothing_handles_ends_the_process_in_the_image(tmpdir):
    with pytest.raises(HostProblem) as caught:
        _image.inside(str(tmpdir), lambda: os.kill(os.getppid(), signal.SIGTERM) or time.sleep(30))
    assert "(signal 15)" in str(caught.value)


@ROOT
def test_nothing_of_an_image_is_imported(tmpdir):
    """What this process has not imported yet would be read from the image, and run."""
    for folder in sys.path[1:]:
        if folder.startswith("/"):
            tmpdir.join(*(folder.split("/") + ["planted.py"])).write("import os\nos.mkdir('/planted')\n", ensure=True)

    def late():
        import planted
        return planted
    with pytest.raises(ImportError):
        _image.inside(str(tmpdir), late)
    assert not tmpdir.join("planted").exists()


def catalogue(messages):
    """The bytes of a libc.mo with these MESSAGES."""
    texts = [text.encode() for pair in [("", "Content-Type: text/plain; charset=UTF-8\n")] + sorted(messages.items()) for text in pair]
    places, at = [], 28 + 8 * len(texts)
    for text in texts:
        places.append(struct.pack("<2I", len(text), at))
        at += len(text) + 1
    count = len(texts) // 2
    return struct.pack("<7I", 0x950412de, 0, count, 28, 28 + 8 * count, 0, 0) + b"".join(
        places[::2] + places[1::2] + [text + b"\0" for text in texts])


@ROOT
@pytest.mark.parametrize("given", ["C", "C.UTF-8", "en_US.UTF-8"])
def test_no_language_of_an_image_is_read(tmpdir, given):
    """libc looks for its messages when it first needs them. To convert one it would load code of the image, which runs as root."""
    language = "photon-" + given
    tmpdir.join("usr", "share", "locale", language, "LC_MESSAGES", "libc.mo").write_binary(
        catalogue({"File too large": "everything is fine"}), ensure=True)
    program = ("import locale, os, sys\n"
               "from ansible_collections.photon.hardening.plugins.module_utils import _image\n"
               "try:\n    locale.setlocale(locale.LC_ALL, '')\nexcept locale.Error:\n    pass\n"
               "print(_image.inside(sys.argv[1], lambda: (os.strerror(27), locale.setlocale(locale.LC_ALL), len(os.environ))))")
    variables = dict(os.environ, LC_ALL=given, LANGUAGE=language, GCONV_PATH="/gconv", NLSPATH="/%N", TZ=":/zone")
    said = subprocess.check_output([sys.executable, "-c", program, str(tmpdir)], env=variables, universal_newlines=True)
    assert said == "('File too large', 'C', 0)\n"


@ROOT
def test_whoever_asks_about_an_image_keeps_the_own_language(tmpdir):
    before = locale.setlocale(locale.LC_ALL), dict(os.environ)
    _image.inside(str(tmpdir), os.getpid)
    assert (locale.setlocale(locale.LC_ALL), dict(os.environ)) == before


@ROOT
def test_messages_name_the_image(tmpdir):
    tmpdir.join(*PATH.split("/")).ensure(dir=True)
    with pytest.raises(HostProblem) as caught:
        _image.inside(str(tmpdir), lambda: _probe.check_target(PATH))
    assert str(caught.value).startswith(str(tmpdir) + PATH + " is a directory")
    tmpdir.join("file").write("")
    with pytest.raises(OSError) as caught:
        _image.inside(str(tmpdir), lambda: written(PATH, "x"))
    assert caught.value.filename == str(tmpdir) + PATH
    assert _files.shown("/a") == "/a"


@ROOT
def test_links_of_an_image_stay_in_it(tmpdir):
    outside, image = tmpdir.mkdir("outside"), tmpdir.mkdir("image")
    outside.join("secret").write("secret")
    for name, target in (("absolute", str(outside)), ("up", "../../../../../../../.." + str(outside)), ("relative", "../outside")):
        os.symlink(target, str(image.join(name)))
        assert _image.inside(str(image), lambda name=name: _files.read("/%s/secret" % name)) is None
        with pytest.raises(OSError):
            _image.inside(str(image), lambda name=name: written("/%s/new" % name, "x"))
    assert os.listdir(str(outside)) == ["secret"]
    image.join("inner").write("inner")
    os.symlink("/inner", str(image.join("link")))
    assert _image.inside(str(image), lambda: _files.read("/link")) == "inner"


@pytest.mark.parametrize("where, found", [
    (b"/image", [b"/image/proc", b"/image"]), (b"/image/proc", [b"/image/proc"]), (b"/other", []), (b"/im", []),
    (b"/other a", [b"/other a/proc"]), (b"/tmpfs", []),
])
def test_which_mounts_lead_out_of_an_image(monkeypatch, where, found):
    """The last one first. A folder beside it, whose name begins like its own, is none of it."""
    lines = ["1 0 0:1 / %s rw - %s x rw" % mount for mount in (
        ("/image", "proc"), ("/image/proc", "proc"), ("/other\\040a/proc", "proc"), ("/tmpfs", "tmpfs"))]
    monkeypatch.setattr(_files, "read_proc", lambda _path: "\n".join(lines))
    assert _image._proc_mounts(where) == found


@ROOT
@pytest.mark.parametrize("over", [(), ("tmpfs",), ("proc",), ("tmpfs", "proc")])
def test_a_proc_that_is_mounted_in_an_image_leads_nowhere(tmpdir, over):
    """Its links of a process, such as `root` and `cwd`, know no chroot. OVER: what is mounted over it."""
    outside, image = tmpdir.mkdir("outside"), tmpdir.mkdir("an image")
    outside.join("secret").write("secret")
    for name in ("proc", "etc"):
        image.mkdir(name)
    if subprocess.call(["mount", "-t", "proc", "proc", str(image.join("proc"))]):
        pytest.skip("mounting is not allowed here")
    try:
        for kind in over:
            subprocess.check_call(["mount", "-t", kind, kind, str(image.join("proc"))])
        os.symlink("/proc/%d/root%s" % (os.getpid(), outside), str(image.join("etc", "sysctl.d")))
        assert _image.inside(str(image), lambda: (_files.read("/etc/sysctl.d/secret"), _files.entries("/proc"))) == (None, [])
        with pytest.raises(OSError):
            _image.inside(str(image), lambda: written(PATH, "x"))
        assert os.path.ismount(str(image.join("proc")))
    finally:
        while os.path.ismount(str(image.join("proc"))):
            subprocess.check_call(["umount", str(image.join("proc"))])
    assert os.listdir(str(outside)) == ["secret"]


@ROOT
def test_a_proc_that_cannot_be_left_out_is_a_reason_not_to_enter(tmpdir, monkeypatch):
    monkeypatch.setattr(_image, "_proc_mounts", lambda where: [where + b"/no mount point"])
    with pytest.raises(HostProblem) as caught:
        _image.inside(str(tmpdir), lambda: None)
    assert str(caught.value).startswith("%s/no mount point is mounted, and its links lead out of the image (" % tmpdir)


@ROOT
def test_a_folder_that_becomes_a_link_meanwhile_leads_nowhere_else(tmpdir):
    """Whoever owns the image swaps the folder of a drop-in for a link that leads out of it, all the time."""
    outside, image = tmpdir.mkdir("outside"), tmpdir.mkdir("image")
    image.mkdir("etc").mkdir("real")
    os.symlink("real", str(image.join("etc", "sysctl.d")))
    swapping = os.fork()
    if not swapping:
        for count in range(1 << 30):
            os.symlink(str(outside) if count % 2 else "real", str(image.join("etc", "next")))
            os.rename(str(image.join("etc", "next")), str(image.join("etc", "sysctl.d")))
    try:
        def write():
            for _count in range(300):
                try:
                    written(PATH, "x")
                except OSError as exc:
                    if exc.errno not in (errno.ENOENT, errno.EEXIST):
                        raise
        _image.inside(str(image), write)
    finally:
        os.kill(swapping, signal.SIGKILL)
        os.waitpid(swapping, 0)
    assert outside.listdir() == []


@ROOT
def test_a_fifo_of_an_image_is_not_opened_and_flags_are_seen_without_proc(tmpdir):
    os.mkfifo(str(tmpdir.join("fifo")))
    tmpdir.join("a").write("x")

    def look():
        _probe.probe("/a", "y")
        return _files.read("/fifo"), _files.read("/a"), os.path.exists("/proc")
    assert _image.inside(str(tmpdir), look) == (None, "x", False)
