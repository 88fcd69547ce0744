# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time: the lock of a host, and the folder in which it and the baseline are.

Private to the collection.
"""

import errno
import fcntl
import os
import re
import stat
import time
from contextlib import contextmanager, suppress

from ansible_collections.photon.hardening.plugins.module_utils import _atomic, _files, _probe
from ansible_collections.photon.hardening.plugins.module_utils._model import HostProblem

_LOCK = b"lock"
_MOST_RACES = 20
# So much of a process's command line is shown.
_MAX_COMMAND = 200


def check_state():
    """Raise HostProblem unless what is remembered can be kept where it belongs, and nobody but root can have changed it."""
    parent, found = os.path.dirname(_files.STATE_FOLDER), _files.status_of(_files.STATE_FOLDER)
    if found and stat.S_ISLNK(found.st_mode):
        raise HostProblem("%s is a symbolic link to %s: remove the link"
                          % (_files.shown(_files.STATE_FOLDER), _files.target_of(_files.STATE_FOLDER)))
    if not _files.is_folder(parent) and _files.resolved(parent) != parent:
        raise HostProblem("%s leads to %s by a symbolic link, and that is not a directory: put the link right"
                          % (_files.shown(parent), _files.shown(_files.resolved(parent))))
    _probe.check_target(_files.BASELINE)
    for path in (_files.STATE_FOLDER, _files.BASELINE):
        found = _files.status_of(path)
        if found and found.st_uid != _files.OWNER[0]:
            raise HostProblem("%s belongs to user %d and not to root, so that its content cannot be trusted: look at it, then give it to "
                              "root or remove it" % (_files.shown(path), found.st_uid))


@contextmanager
def one_run(check_mode, seconds):
    """Hold the host's lock, but for check mode, which writes nothing: it finds out whether the lock could be kept."""
    if check_mode:
        check_state()
        yield
    else:
        with lock(seconds):
            yield


@contextmanager
def lock(seconds):
    """Hold the host's lock: one run at a time. It leaves no file behind, and no empty folder either."""
    deadline, races = time.monotonic() + seconds, 0
    held = _locked()
    while not held:
        if time.monotonic() > deadline:
            raise HostProblem("another run has held %s for %d seconds%s: wait for it to end, then run again"
                              % (_files.shown(_files.STATE_FOLDER), seconds, _holder()))
        time.sleep(0.1)
        races = races + 1 if held is False else 0
        held = _locked(races)
    try:
        yield
    finally:
        _unlock(held)


def _locked(races=0):
    """The descriptors that are the lock, ours until they are closed; None while another run has it, or has just taken it away; False where
    another run has made or removed the folder at this moment, as it had at the last RACES tries.

    The state folder itself is locked. Others than root may have opened it while it was readable, and lock it for as long as they like;
    then the lock is a file in it, which nobody but root can open.
    """
    check_state()
    with _files.naming(_files.STATE_FOLDER):
        try:
            _atomic.make_folders(_files.BASELINE)
            folder = os.open(_files.where_of(_files.STATE_FOLDER), os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError as exc:
            if exc.errno in (errno.EEXIST, errno.ENOENT) and races < _MOST_RACES:
                return False
            raise
        held = [folder]
        try:
            _tighten(folder)
            if _has_lock(folder, held):
                return held
        except OSError as exc:
            if exc.errno != errno.ENOENT:
                _close(held)
                raise
        except HostProblem:
            _close(held)
            raise
        _close(held)
        return None


def _has_lock(folder, held):
    """Whether this run has the lock now; what it has opened for that is added to HELD."""
    ours = _flock(folder)
    if ours and not _exists_in(folder) or not ours and _is_held_by_root(folder):
        return ours and _is_still_there(folder)
    _remove_foreign(folder)
    held.append(os.open(_LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600, dir_fd=folder))
    # Only what is there once it is locked: whoever had it removes it before it is free.
    if not _flock(held[1]) or not os.path.samestat(os.fstat(held[1]), os.stat(_LOCK, dir_fd=folder, follow_symlinks=False)):
        return False
    # Whoever had the folder may be gone by now, and another run may have it.
    return (ours or _flock(folder) or not _is_held_by_root(folder)) and _is_still_there(folder)


def _flock(descriptor):
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as exc:
        if exc.errno == errno.EWOULDBLOCK:
            return False
        raise
    return True


def _exists_in(folder):
    return os.fsdecode(_LOCK) in os.listdir(folder)


def _is_still_there(folder):
    found = _files.status_of(_files.STATE_FOLDER)
    return found is not None and os.path.samestat(os.fstat(folder), found)


def _close(held):
    for descriptor in reversed(held):
        os.close(descriptor)


def _tighten(folder):
    found = os.fstat(folder)
    if found.st_uid != _files.OWNER[0]:
        raise HostProblem("%s belongs to user %d and not to root" % (_files.shown(_files.STATE_FOLDER), found.st_uid))
    if stat.S_IMODE(found.st_mode) != 0o700:
        os.fchmod(folder, 0o700)


def _remove_foreign(folder):
    """Remove a lock that is no file of root's alone: somebody put it there while others could write to the folder."""
    try:
        found = os.stat(_LOCK, dir_fd=folder, follow_symlinks=False)
    except OSError as exc:
        if exc.errno == errno.ENOENT:
            return
        raise
    if stat.S_ISDIR(found.st_mode):
        raise HostProblem("%s/lock is a directory: remove it" % _files.shown(_files.STATE_FOLDER))
    if not stat.S_ISREG(found.st_mode) or found.st_uid != _files.OWNER[0] or found.st_mode & 0o077 or found.st_nlink != 1:
        os.unlink(_LOCK, dir_fd=folder)


def _unlock(held):
    """What cannot be removed harms no later run, and is no reason to lose what this one has to tell."""
    with suppress(OSError):
        if len(held) > 1:
            os.unlink(_LOCK, dir_fd=held[0])
    with suppress(OSError):
        if _is_still_there(held[0]):
            # While we have the lock, so that nobody who waits for it finds the folder gone.
            _atomic.remove_folder(_files.STATE_FOLDER)
    _close(held)


def _holders(status):
    """The numbers of the processes that have a lock on the file of this STATUS, as far as /proc tells."""
    for line in (_files.read_proc("locks") or "").splitlines():
        fields = line.split()
        if len(fields) > 5 and fields[1] == "FLOCK" and fields[5].rpartition(":")[2] == str(status.st_ino):
            yield fields[4]


def _is_held_by_root(folder):
    """Whether a process of root has locked the folder, and has it open: what somebody has left behind is nobody's run, and the number of a
    process that has ended is given to another one."""
    status = os.fstat(folder)
    return any(_is_roots(pid) and _files.has_open(pid, status) for pid in _holders(status))


def _is_roots(pid):
    found = re.search(r"(?m)^Uid:\s+([0-9]+)\s+([0-9]+)", _files.read_proc("%s/status" % pid) or "")
    return bool(found) and set(map(int, found.groups())) == {_files.OWNER[0]}


def _holder():
    """Who holds the lock, in words, as far as /proc tells."""
    for path in (_files.STATE_FOLDER + "/" + os.fsdecode(_LOCK), _files.STATE_FOLDER):
        found = _files.status_of(path)
        for pid in _holders(found) if found else ():
            command = " ".join((_files.read_proc("%s/cmdline" % pid) or "?").split("\0")).strip()
            return " (process %s: %s)" % (pid, command[:_MAX_COMMAND])
    return ""
