# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files: read whole, looked at, and whether they can be trusted.

Every path is one below `/` as this process sees it; see _image. Private to the collection.
"""

import errno
import os
import stat
from contextlib import contextmanager

from ansible_collections.photon.hardening.plugins.module_utils._model import Attributes

STATE_FOLDER = "/var/lib/photon-hardening"
BASELINE = STATE_FOLDER + "/baseline.json"
# What the module vmware_guest remembers.
GUEST_MEMORY = STATE_FOLDER + "/vmware_guest.json"
# The user and the group whose files are trusted, and whose ours are.
OWNER = (0, 0)
# No file that sets parameters is larger, nor is what is remembered of a host with thousands of interfaces.
_MAX_FILE = 1 << 24
# Nobody writes by hand what is longer.
MAX_SHORT = 1 << 20
_CHUNK = 1 << 16
# A path that leads to nothing.
NOWHERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG)

# What stands before every path in a message: the folder of the image, which a process inside it does not see.
SHOWN_ROOT = [""]
# The open folder /proc, by which a process inside an image reaches its own descriptors.
_proc = []


# --- names ---

def _real(path):
    """PATH itself; the one place by which tests put another host below a folder."""
    return path


def encoded(text, path):
    """TEXT as bytes, whatever the locale of this process is."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as exc:
        raise OSError(errno.EILSEQ, os.strerror(errno.EILSEQ), path) from exc


def decoded(data):
    return data.decode("utf-8", "surrogateescape")


def where_of(path):
    if "\0" in path:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), path)
    return encoded(_real(path), path)


def shown(path):
    """PATH as a message shows it: with the folder of the image that it is in."""
    return SHOWN_ROOT[0] + path


@contextmanager
def naming(path):
    """Every OSError of the block names PATH: not a temporary file, and not as bytes."""
    try:
        yield
    except OSError as exc:
        raise OSError(exc.errno, os.strerror(exc.errno), shown(path)) from exc


def resolved(path):
    """PATH with the symbolic links of every part followed."""
    real, start = decoded(os.path.realpath(where_of(path))), _real("")
    return real[len(start):] if real.startswith(start + "/") else real


# --- reading ---

def proc_folder():
    if not _proc:
        _proc.append(os.open("/proc", os.O_RDONLY | os.O_DIRECTORY))
    return _proc[0]


def short(path):
    """The text of a file that only leads to a warning, as far as it makes sense."""
    return read(path, MAX_SHORT)


def read_proc(path, limit=None):
    """The content of a file of /proc, named without that folder; None where it cannot be read. Also inside an image.
    LIMIT: so many bytes are enough."""
    try:
        descriptor = os.open(path, os.O_RDONLY, dir_fd=proc_folder())
    except OSError:
        return None
    try:
        return decoded(_content(descriptor, limit))
    except OSError:
        # A process that ends while it is looked at.
        return None
    finally:
        os.close(descriptor)


def has_open(pid, status):
    """Whether a process has the file of this STATUS open."""
    try:
        folder = os.open("%s/fd" % pid, os.O_RDONLY | os.O_DIRECTORY, dir_fd=proc_folder())
    except OSError:
        return False
    try:
        return any(_is_same(number, folder, status) for number in os.listdir(folder))
    finally:
        os.close(folder)


def _is_same(number, folder, status):
    try:
        return os.path.samestat(os.stat(number, dir_fd=folder), status)
    except OSError:
        # Closed meanwhile.
        return False


def _content(descriptor, limit=None):
    parts, size = [], 0
    while True:
        part = os.read(descriptor, _CHUNK)
        parts.append(part)
        size += len(part)
        if not part or limit and size >= limit:
            return b"".join(parts)[:limit]
        if size > _MAX_FILE:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))


@contextmanager
def looked_at(where, flags=0):
    """A descriptor by which WHERE can be looked at, and not read: it opens no FIFO and no device."""
    descriptor = os.open(where, os.O_PATH | flags)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def opened(descriptor, flags):
    """A real descriptor of what was looked at: nothing else can have taken its place."""
    return os.open("self/fd/%d" % descriptor, flags, dir_fd=proc_folder())


def read(path, limit=None):
    """The text of a regular file, None where there is none. Nothing else is opened: a FIFO would block, a device may act on it.

    LIMIT: so many bytes are enough; without one, a file that is larger than any that makes sense is an OSError.
    """
    with naming(path):
        try:
            with looked_at(where_of(path)) as found:
                if not stat.S_ISREG(os.fstat(found).st_mode):
                    return None
                descriptor = opened(found, os.O_RDONLY | os.O_NONBLOCK)
        except OSError as exc:
            if exc.errno in NOWHERE:
                return None
            raise
        try:
            return decoded(_content(descriptor, limit))
        finally:
            os.close(descriptor)


def _listed(folder):
    with naming(folder):
        try:
            return os.listdir(where_of(folder))
        except OSError as exc:
            if exc.errno in NOWHERE:
                return []
            raise


def entries(folder):
    """The sorted names in FOLDER, none where there is no such folder."""
    return [decoded(name) for name in sorted(_listed(folder))]


def those_in(folder, names):
    """Those of NAMES that are in FOLDER, sorted."""
    return sorted(decoded(name) for name in {os.fsencode(name) for name in names}.intersection(_listed(folder)))


def status_of(path, follow=False):
    """What stat(2) tells of PATH itself, or of where it leads; None where there is nothing."""
    try:
        return os.stat(where_of(path), follow_symlinks=follow)
    except OSError as exc:
        if exc.errno in NOWHERE:
            return None
        raise OSError(exc.errno, os.strerror(exc.errno), shown(path)) from exc


def is_folder(path):
    found = status_of(path, follow=True)
    return found is not None and stat.S_ISDIR(found.st_mode)


def exists(path):
    """Whether something is at PATH, a link that leads nowhere included."""
    return status_of(path) is not None


def attributes(path):
    """The Attributes of a regular file; None where there is none."""
    found = status_of(path)
    if found is None or not stat.S_ISREG(found.st_mode):
        return None
    return Attributes(stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid)


def trust(path):
    """Whether nobody but root can have put what is at PATH there, links followed. False: a group other than root's can have. None: there
    is nothing, or anybody can have."""
    found = status_of(path, follow=True)
    if found is None:
        return None
    firm, real = True, resolved(path)
    while True:
        if found.st_uid != OWNER[0] or found.st_mode & stat.S_IWOTH:
            return None
        firm = firm and not (found.st_mode & stat.S_IWGRP and found.st_gid != OWNER[1])
        if real == "/":
            return firm
        real = os.path.dirname(real)
        found = status_of(real, follow=True)
        if found is None:
            return None


def is_program(path):
    """Whether what is at PATH, links followed, can be started."""
    found = status_of(path, follow=True)
    return found is not None and stat.S_ISREG(found.st_mode) and bool(found.st_mode & 0o111)


def target_of(path):
    return decoded(os.readlink(where_of(path)))
