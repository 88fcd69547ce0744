# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose a process is. Private to the collection."""

import os
import re
import stat

from ansible_collections.photon.hardening.plugins.module_utils import _files


def runs_as_root(name):
    """Whether a process of this name is root's, in our namespaces and without anybody else's having started it as root."""
    return any((_files.read_proc(pid + "/comm") or "").strip() == name and is_roots(pid, users(pid))
               for pid in filter(str.isdigit, os.listdir("/proc")))


def users(pid):
    """The real, effective, saved and file system users of a process, each once; none where it has ended."""
    found = re.search(r"(?m)^Uid:((?:[ \t]+[0-9]+){4})$", _files.read_proc(pid + "/status") or "")
    return set(map(int, found.group(1).split())) if found else set()


def is_roots(pid, users):
    """Whether a process of USERS is root's, in our namespaces and without anybody else's having started it as root."""
    return users == {_files.OWNER[0]} and _is_at_home(pid) and not _is_setuid(pid)


def _is_at_home(pid):
    try:
        return all(os.readlink("/proc/%s/ns/%s" % (pid, kind)) == os.readlink("/proc/self/ns/" + kind) for kind in ("pid", "user"))
    except OSError:
        return False


def _is_setuid(pid):
    """Whether anybody can start its program and have it run as root, under whatever name the link has by which it is called."""
    try:
        return bool(os.stat("/proc/%s/exe" % pid).st_mode & stat.S_ISUID)
    except OSError:
        return True
