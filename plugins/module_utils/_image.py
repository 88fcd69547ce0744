# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mounted image: entered by a process of its own, whose `/` it is.

Private to the collection.
"""

import locale
import os
import re
import signal
import sys
from contextlib import contextmanager

from ansible_collections.photon.hardening.plugins.module_utils import _files
from ansible_collections.photon.hardening.plugins.module_utils._model import HostProblem

# With which somebody, a terminal or the system ends a run.
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
# Of unshare(2), mount(2) and umount2(2).
_CLONE_NEWNS, _MS_REC, _MS_PRIVATE, _MNT_DETACH = 0x20000, 0x4000, 0x40000, 2


def check_given(root):
    """ValueError for a root that is given and empty: the caller has a variable that is not set, and does not mean the host itself."""
    if root == "":
        raise ValueError("root: it is empty: name the folder of the image, or leave it out for this host itself")


def root_of(given):
    """The image that GIVEN names, "" where that is this host itself; ValueError where it is no folder."""
    if not given:
        return ""
    where = _files.encoded(given, given)
    if b"\0" in where or not given.startswith("/") or not os.path.isdir(where):
        raise ValueError("root: %r is not the whole path of a folder: mount the image first" % given)
    if os.path.samestat(os.stat(where), os.stat("/")):
        return ""
    # A `..` after a symbolic link does not lead back to where the link is.
    where = os.path.realpath(where) if b".." in where.split(b"/") else os.path.normpath(where)
    return "/" + _files.decoded(where).lstrip("/")


def inside(root, function):
    """What FUNCTION returns, or raises, called in a process whose `/` is ROOT; without ROOT in this one.

    The kernel itself keeps that process below ROOT, whatever links the image holds and however it changes meanwhile. This process must
    not enter it: it imports more code later, and would import the image's.
    """
    if not root:
        return function()
    # Imported before the image is entered.
    import pickle
    receiving, sending = os.pipe()
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    child = os.fork()
    if not child:
        os.close(receiving)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        _answer(root, function, sending)
    os.close(sending)
    with _passing_on(child, mask):
        data, status = _received(child, receiving)
    if not data:
        raise HostProblem("the process that works in %s ended before its work did (%s)" % (root, _ending(status)))
    returned, result = pickle.loads(data)
    if returned:
        return result
    raise _rebuilt(*result)


@contextmanager
def _passing_on(child, mask):
    """Whoever ends this process means CHILD, which undoes what it has begun and says so. MASK: of signals, to be set."""
    before = [(number, signal.signal(number, lambda number, _frame: os.kill(child, number))) for number in _SIGNALS]
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _received(child, receiving):
    """What CHILD sends, and the status with which it ends."""
    ended = False
    try:
        with os.fdopen(receiving, "rb") as stream:
            data = stream.read()
        ended = True
    finally:
        if not ended:
            os.kill(child, signal.SIGTERM)
        status = os.waitpid(child, 0)[1]
    return data, status


def _ending(status):
    return "signal %d" % os.WTERMSIG(status) if os.WIFSIGNALED(status) else "status %d" % os.WEXITSTATUS(status)


def _answer(root, function, sending):
    """Send what FUNCTION returns or raises, and end: this process is a copy, and its caller's code is not for it to go on with."""
    answer = None
    try:
        _enter(root)
        answer = (True, function())
    finally:
        try:
            _send(sending, answer or (False, _taken_apart(sys.exc_info()[1])))
        finally:
            os._exit(0)


def _enter(root):
    _files.proc_folder()
    _files.SHOWN_ROOT[0] = root.rstrip("/")
    where = os.path.realpath(_files.encoded(root, root))
    _leave_out(where)
    _forget_language()
    with _files.naming(""):
        os.chroot(where)
        os.chdir("/")
    # Whatever is imported from here on would be the image's code.
    sys.meta_path[:] = []


def _forget_language():
    """Of its own language libc has all that it needs. Of another one it would read messages and load code when it needs them first, even
    for the text of an error: the image's."""
    locale.setlocale(locale.LC_ALL, "C")
    # Which name files, too: GCONV_PATH, NLSPATH, TZ and others. Nothing in here reads any.
    os.environ.clear()


def _proc_mounts(where):
    """Where below WHERE a /proc is mounted, the last one first: by its links, such as /proc/1/root, an image leads out of itself."""
    found = []
    for line in _files.encoded(_files.read_proc("self/mountinfo") or "", "/proc").splitlines():
        fields, _dash, source = line.partition(b" - ")
        path = re.sub(br"\\([0-7]{3})", lambda match: bytes([int(match.group(1), 8)]), fields.split(b" ")[4])
        if source.startswith(b"proc ") and (path + b"/").startswith(where + b"/"):
            found.insert(0, path)
    return found


def _leave_out(where):
    """Unmount for this process alone whatever lies on a /proc below WHERE, and then that."""
    mounts = _proc_mounts(where)
    if not mounts:
        return
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    failed = libc.unshare(_CLONE_NEWNS) or libc.mount(b"none", b"/", None, ctypes.c_ulong(_MS_REC | _MS_PRIVATE), None)
    # What is mounted over a /proc goes first, so one is looked for until none is left.
    while mounts and not failed:
        failed = libc.umount2(mounts[0], _MNT_DETACH)
        mounts = mounts if failed else _proc_mounts(where)
    if failed:
        raise HostProblem("%s is mounted, and its links lead out of the image (%s): unmount it first"
                          % (_files.decoded(mounts[0]), os.strerror(ctypes.get_errno())))


def _send(descriptor, answer):
    import pickle
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))


def _taken_apart(exc):
    """An exception as its class, arguments and attributes: pickle would call its class with what it told its parent class."""
    reduced = exc.__reduce__()
    return reduced[0], reduced[1], reduced[2] if len(reduced) > 2 else {}


def _rebuilt(kind, arguments, attributes):
    exc = kind.__new__(kind, *arguments)
    exc.__dict__.update(attributes or {})
    return exc
