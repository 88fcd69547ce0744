# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts tdnf and rpm: fixed lists of arguments, no shell, nothing to answer from, and no endless waiting.

Private to the collection.
"""

import os
import threading
import time

from ansible_collections.photon.hardening.plugins.module_utils import _files
from ansible_collections.photon.hardening.plugins.module_utils import _tdnf_text as text

TDNF, RPM = "/usr/bin/tdnf", "/usr/bin/rpm"
HISTORY_UTILS = ("/usr/lib/tdnf/tdnf-history-util", "/usr/libexec/tdnf/tdnf-history-util")
_STEP, _GRACE = 0.1, 10


class Problem(Exception):
    """A sentence why a program could not be run to its end."""


def is_root():
    return os.geteuid() == 0


def is_file(path):
    return os.path.isfile(path)


def history_util():
    """The program that makes the history of tdnf; None where there is none."""
    return next((path for path in HISTORY_UTILS if os.path.isfile(path)), None)


def _command(argv):
    """ARGV, whose program nobody but root can have put where it is."""
    if not os.path.isfile(argv[0]):
        raise Problem("%s is not on this host: this module is for VMware Photon OS, whose package manager is tdnf" % argv[0])
    if not _files.trust(argv[0]):
        raise Problem("%s, or a folder above it, can be changed by others than root: it was not run" % argv[0])
    return list(argv)


def no_input():
    """Nothing that is started from here on has anything to read."""
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)


def call(run_command, argv, timeout=None, lock_timeout=None):
    """What a program says. RUN_COMMAND: that of an AnsibleModule.
    TIMEOUT: after so many seconds it is ended; None: never, since half a transaction is worse than a slow one.
    LOCK_TIMEOUT: so long it may wait for a lock of another program."""
    watch = _Watch(argv, timeout, lock_timeout)
    try:
        status, stdout, stderr = run_command(
            _command(argv), cwd="/", environ_update=dict(LC_ALL="C", LANGUAGE=""), expand_user_and_vars=False, handle_exceptions=False,
            before_communicate_callback=watch.start)
    finally:
        watch.stop()
    # With status 0 it was ready just before it was ended.
    if watch.problem and status:
        raise Problem(watch.problem)
    return text.Said(tuple(argv), status, stdout, stderr)


class _Watch:
    """Looks from a thread of its own after a program, and ends it when its time is up."""

    def __init__(self, argv, timeout, lock_timeout):
        self._argv, self._timeout, self._lock_timeout, self.problem = argv, timeout, lock_timeout, None
        self._over, self._thread = threading.Event(), None

    def start(self, process):
        self._thread = threading.Thread(target=self._look_after, args=(process,))
        self._thread.start()

    def stop(self):
        self._over.set()
        if self._thread:
            self._thread.join()

    def _look_after(self, process):
        started = free = time.monotonic()
        while not self._over.wait(_STEP):
            now, holder = time.monotonic(), text.blocked_by(_locks(), process.pid)
            free = now if holder is None else free
            self.problem = self._lock_problem(holder, now - free) or self._time_problem(now - started)
            if self.problem:
                self._end(process)
                return

    def _lock_problem(self, holder, waited):
        if self._lock_timeout is None or holder is None or waited < self._lock_timeout:
            return None
        return ("another program (%s) has held the lock of tdnf for %d seconds: wait for it to end, or give a longer lock_timeout"
                % (_named(holder), self._lock_timeout))

    def _time_problem(self, passed):
        if self._timeout is None or passed < self._timeout:
            return None
        return ("%s did not end within %d seconds and was stopped: see whether the repositories can be reached, or give a longer timeout"
                % (" ".join(self._argv), self._timeout))

    def _end(self, process):
        process.terminate()
        if not self._over.wait(_GRACE):
            process.kill()


def _locks():
    return _files.read_proc("locks") or ""


def _named(pid):
    if not pid:
        return "outside this container"
    return "process %d, %s" % (pid, (_files.read_proc("%d/comm" % pid) or "").strip() or "which has ended")


def new_copies(paths, since):
    """Files beside PATHS in which rpm keeps the other version of a changed configuration, made after SINCE."""
    found = [path + end for path in paths for end in (".rpmnew", ".rpmsave")]
    # The time of the last change of its inode: rpm gives a file the modification time that it has in the package.
    return [path for path in found if os.path.isfile(path) and os.lstat(path).st_ctime >= since]
