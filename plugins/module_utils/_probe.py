# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What would keep a file of ours from its place: found before anything is written.

Private to the collection.
"""

import errno
import fcntl
import os
import stat
import struct

from ansible_collections.photon.hardening.plugins.module_utils import _atomic, _files
from ansible_collections.photon.hardening.plugins.module_utils._files import naming, shown, where_of
from ansible_collections.photon.hardening.plugins.module_utils._model import HostProblem

# Flags of files (include/uapi/linux/fs.h).
_IMMUTABLE, _APPEND_ONLY = 0x10, 0x20


def check_target(path):
    """Raise HostProblem unless a file of ours may be at PATH: a regular file, or nothing, in a folder."""
    found, missing = _files.status_of(path), _atomic.missing_folders(path)
    mode = found.st_mode if found else 0
    if stat.S_ISLNK(mode):
        raise HostProblem("%s is a symbolic link to %s: remove the link or choose another name" % (shown(path), _files.target_of(path)))
    if stat.S_ISDIR(mode):
        raise HostProblem("%s is a directory: remove it or choose another name" % shown(path))
    if mode and not stat.S_ISREG(mode):
        raise HostProblem("%s is not a regular file but a FIFO, a socket or a device: remove it or choose another name" % shown(path))
    if missing and _files.exists(missing[0]):
        raise HostProblem("%s is not a directory" % shown(missing[0]))


def probe(path, text):
    """Raise HostProblem or OSError where `stage` and `commit` of TEXT at PATH would fail; nothing is changed."""
    check_target(path)
    missing = _atomic.missing_folders(path)
    if text is None and not _files.exists(path):
        return
    folder = os.path.dirname(missing[0] if missing else path)
    _probe_folder(path, folder)
    if _files.exists(path):
        _probe_file(path, folder)
    left = _files.status_of(_atomic.beside(path))
    if left and stat.S_ISDIR(left.st_mode):
        raise HostProblem("%s is a directory: remove it" % shown(_atomic.beside(path)))
    if left:
        _probe_file(_atomic.beside(path), folder)


def _probe_folder(path, folder):
    with naming(path):
        where = where_of(folder)
        if os.statvfs(where).f_flag & os.ST_RDONLY:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        with _files.looked_at(where, os.O_DIRECTORY) as found:
            _refuse_flags(found, folder)
        if not os.access(where, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))


def _probe_file(path, folder):
    with naming(path), _files.looked_at(where_of(path), os.O_NOFOLLOW) as found, _files.looked_at(where_of(folder)) as around:
        if _mount_of(found) != _mount_of(around):
            raise HostProblem("%s is a mount point, which no other file can replace: unmount it or choose another name" % shown(path))
        if stat.S_ISREG(os.fstat(found).st_mode):
            _refuse_flags(found, path)


def _mount_of(descriptor):
    lines = (_files.read_proc("self/fdinfo/%d" % descriptor) or "").splitlines()
    return next((line for line in lines if line.startswith("mnt_id:")), "")


def _refuse_flags(found, path):
    """Raise HostProblem where PATH, looked at as FOUND, has a flag that keeps even root from replacing or removing files."""
    try:
        descriptor = _files.opened(found, os.O_RDONLY | os.O_NONBLOCK)
        try:
            answer = fcntl.ioctl(descriptor, _get_flags(), b"\0" * struct.calcsize("l"))
        finally:
            os.close(descriptor)
    except OSError:
        # Most file systems know no flags, some refuse to tell them: that is no sign of one.
        return
    flags = struct.unpack("i", answer[:struct.calcsize("i")])[0]
    for flag, word, letter in ((_IMMUTABLE, "immutable", "i"), (_APPEND_ONLY, "append-only", "a")):
        if flags & flag:
            raise HostProblem("%s is %s, so that not even root can change it: chattr -%s it first" % (shown(path), word, letter))


def _get_flags():
    """The number of FS_IOC_GETFLAGS, _IOR('f', 1, long), which a few processors encode otherwise."""
    reading = 1 if os.uname()[4].startswith(("ppc", "mips", "sparc", "alpha")) else 2
    return reading << 30 | struct.calcsize("l") << 16 | ord("f") << 8 | 1
