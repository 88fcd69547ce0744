# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts tdnf and rpm: fixed lists of arguments, no shell, nothing to answer from, and no endless waiting.

Private to the collection.
"""

import os
import subprocess
import tempfile
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


def call(argv, timeout=None, lock_timeout=None):
    """What a program says. TIMEOUT: after so many seconds it is ended; None: never, since half a transaction is worse than a slow one.
    LOCK_TIMEOUT: so long it may wait for a lock of another program."""
    # Files and no pipes: a daemon that a package starts may keep them open for ever.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(_command(argv), stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd="/",
                                   env=dict(os.environ, LC_ALL="C", LANGUAGE=""))
        _wait(process, argv, timeout, lock_timeout)
        return text.Said(tuple(argv), process.returncode, _content(out), _content(err))


def _content(stream):
    stream.seek(0)
    return _files.decoded(stream.read())


def _wait(process, argv, timeout, lock_timeout):
    started = free = time.monotonic()
    while not _ended(process):
        now, holder = time.monotonic(), text.blocked_by(_locks(), process.pid)
        free = now if holder is None else free
        if lock_timeout is not None and holder is not None and now - free >= lock_timeout:
            _end(process)
            raise Problem("another program (%s) has held the lock of tdnf for %d seconds: wait for it to end, or give a longer lock_timeout"
                          % (_named(holder), lock_timeout))
        if timeout is not None and now - started >= timeout:
            _end(process)
            raise Problem("%s did not end within %d seconds and was stopped: see whether the repositories can be reached, or give a longer "
                          "timeout" % (" ".join(argv), timeout))


def _ended(process):
    try:
        process.wait(_STEP)
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(process):
    """End what only reads or waits."""
    process.terminate()
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


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
