# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files: read whole, and replaced atomically.

Every path is one below `/` as this process sees it; see _image. Private to the collection.
"""

import errno
import fcntl
import os
import stat
import struct
from contextlib import contextmanager

from ansible_collections.photon.hardening.plugins.module_utils._model import Attributes, HostProblem

STATE_FOLDER = "/var/lib/photon-hardening"
# How the name of a file ends that is written beside another, to take its place.
_MARK = ".photon-hardening"
BASELINE = STATE_FOLDER + "/baseline.json"
# What the module vmware_guest remembers.
GUEST_MEMORY = STATE_FOLDER + "/vmware_guest.json"
# The user and the group whose files are trusted, and whose ours are.
OWNER = (0, 0)
_SELINUX = "security.selinux"
# No file that sets parameters is larger, nor is what is remembered of a host with thousands of interfaces.
_MAX_FILE = 1 << 24
# Nobody writes by hand what is longer.
MAX_SHORT = 1 << 20
_CHUNK = 1 << 16
# A path that leads to nothing.
NOWHERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG)
# Flags of files (include/uapi/linux/fs.h).
_IMMUTABLE, _APPEND_ONLY = 0x10, 0x20

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
def _looked_at(where, flags=0):
    """A descriptor by which WHERE can be looked at, and not read: it opens no FIFO and no device."""
    descriptor = os.open(where, os.O_PATH | flags)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _opened(descriptor, flags):
    """A real descriptor of what was looked at: nothing else can have taken its place."""
    return os.open("self/fd/%d" % descriptor, flags, dir_fd=proc_folder())


def read(path, limit=None):
    """The text of a regular file, None where there is none. Nothing else is opened: a FIFO would block, a device may act on it.

    LIMIT: so many bytes are enough; without one, a file that is larger than any that makes sense is an OSError.
    """
    with naming(path):
        try:
            with _looked_at(where_of(path)) as found:
                if not stat.S_ISREG(os.fstat(found).st_mode):
                    return None
                descriptor = _opened(found, os.O_RDONLY | os.O_NONBLOCK)
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


# --- writing ---

def check_target(path):
    """Raise HostProblem unless a file of ours may be at PATH: a regular file, or nothing, in a folder."""
    found, missing = status_of(path), missing_folders(path)
    mode = found.st_mode if found else 0
    if stat.S_ISLNK(mode):
        raise HostProblem("%s is a symbolic link to %s: remove the link or choose another name" % (shown(path), target_of(path)))
    if stat.S_ISDIR(mode):
        raise HostProblem("%s is a directory: remove it or choose another name" % shown(path))
    if mode and not stat.S_ISREG(mode):
        raise HostProblem("%s is no regular file but a FIFO, a socket or a device: remove it or choose another name" % shown(path))
    if missing and exists(missing[0]):
        raise HostProblem("%s is not a directory" % shown(missing[0]))


def target_of(path):
    return decoded(os.readlink(where_of(path)))


def _temporary(path):
    # Fixed, so that a run that was killed leaves nothing that the next one does not overwrite; .conf it is not.
    return where_of(_beside(path))


def _beside(path):
    folder, _slash, base = path.rpartition("/")
    return "%s/.%s%s" % (folder, base, _MARK)


def _remove(where):
    # Asked first: a read-only file system refuses to remove even what is not there.
    if os.path.lexists(where):
        os.unlink(where)


def _sync_folder(folder):
    descriptor = os.open(where_of(folder), os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def missing_folders(path):
    """The folders that do not exist on the way to PATH, outermost first."""
    missing, folder = [], os.path.dirname(path)
    while folder != "/" and not is_folder(folder):
        missing.insert(0, folder)
        folder = os.path.dirname(folder)
    return tuple(missing)


def make_folders(path):
    """Make the folders that do not exist on the way to PATH, for everybody to read but for our own; returns them, outermost first."""
    made = missing_folders(path)
    for folder in made:
        with naming(folder):
            _make_folder(folder)
            _sync_folder(os.path.dirname(folder))
    return made


def _make_folder(folder):
    mode = 0o700 if folder == STATE_FOLDER else 0o755
    os.mkdir(where_of(folder), mode)
    # Not by its name, which may be another file by now.
    descriptor = os.open(where_of(folder), os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        _give(descriptor, Attributes(mode, *OWNER))
    finally:
        os.close(descriptor)


def _give(descriptor, wanted):
    """Set owner, group and mode, whatever umask, group or folder something was made with."""
    now = os.fstat(descriptor)
    if (now.st_uid, now.st_gid) != (wanted.uid, wanted.gid):
        os.fchown(descriptor, wanted.uid, wanted.gid)
    os.fchmod(descriptor, wanted.mode)


def remove_folder(path):
    """Remove a folder that we made; one that cannot be removed, as it is not empty, say, stays as it is. Returns whether it is gone."""
    try:
        os.rmdir(where_of(path))
        _sync_folder(os.path.dirname(path))
    except OSError:
        # The last thing that is done: nothing depends on it.
        return not os.path.lexists(where_of(path))
    return True


def stage(path, text, attributes=None):
    """Write TEXT to stable storage beside PATH; nothing at PATH changes until `commit`. What fails leaves nothing and names PATH.

    Returns what is to be said of it, None where nothing is.
    """
    with naming(path):
        make_folders(path)
        temporary = _temporary(path)
        _remove(temporary)
        try:
            return _write_new(temporary, encoded(text, path), attributes or Attributes(0o644, *OWNER), path)
        except OSError:
            _remove(temporary)
            raise


def _write_new(temporary, data, wanted, path):
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        _give(descriptor, wanted)
        note = _keep_context(where_of(path), descriptor)
        os.fsync(descriptor)
    return "%s: %s" % (shown(path), note) if note else None


def _keep_context(where, descriptor):
    """Give the new file the SELinux label of the one that it replaces; returns why it does not keep it, None where it does."""
    try:
        label = os.getxattr(where, _SELINUX, follow_symlinks=False)
    except OSError as exc:
        if exc.errno in NOWHERE + (errno.ENODATA, errno.ENOTSUP):
            return None
        return _label_note(exc)
    try:
        os.setxattr(descriptor, _SELINUX, label)
    except OSError as exc:
        return _label_note(exc)
    return None


def _label_note(exc):
    if exc.errno not in (errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.ENODATA, errno.EINVAL):
        raise exc
    return "its SELinux label could not be kept (%s): restorecon sets the one of the policy" % os.strerror(exc.errno)


def commit(path, text):
    """Put what `stage` wrote in place, or remove PATH where TEXT is None."""
    folder = os.path.dirname(path)
    with naming(path):
        if text is not None:
            os.rename(_temporary(path), where_of(path))
        elif not is_folder(folder):
            return
        else:
            _remove(where_of(path))
        _sync_folder(folder)


def discard(path):
    """Take away what `stage` wrote, or what a run that was killed left."""
    with naming(path):
        _remove(_temporary(path))


def discard_left(folder):
    """Take away what runs that were killed have left in FOLDER."""
    left = [name for name in entries(folder) if name.startswith(".") and name.endswith(_MARK)]
    with naming(folder):
        for name in left:
            _remove(where_of("%s/%s" % (folder, name)))


# --- what would fail later ---

def probe(path, text):
    """Raise HostProblem or OSError where `stage` and `commit` of TEXT at PATH would fail; nothing is changed."""
    check_target(path)
    missing = missing_folders(path)
    if text is None and not exists(path):
        return
    folder = os.path.dirname(missing[0] if missing else path)
    _probe_folder(path, folder)
    if exists(path):
        _probe_file(path, folder)
    left = status_of(_beside(path))
    if left and stat.S_ISDIR(left.st_mode):
        raise HostProblem("%s is a directory: remove it" % shown(_beside(path)))
    if left:
        _probe_file(_beside(path), folder)


def _probe_folder(path, folder):
    with naming(path):
        where = where_of(folder)
        if os.statvfs(where).f_flag & os.ST_RDONLY:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        with _looked_at(where, os.O_DIRECTORY) as found:
            _refuse_flags(found, folder)
        if not os.access(where, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))


def _probe_file(path, folder):
    with naming(path), _looked_at(where_of(path), os.O_NOFOLLOW) as found, _looked_at(where_of(folder)) as around:
        if _mount_of(found) != _mount_of(around):
            raise HostProblem("%s is a mount point, which no other file can replace: unmount it or choose another name" % shown(path))
        if stat.S_ISREG(os.fstat(found).st_mode):
            _refuse_flags(found, path)


def _mount_of(descriptor):
    lines = (read_proc("self/fdinfo/%d" % descriptor) or "").splitlines()
    return next((line for line in lines if line.startswith("mnt_id:")), "")


def _refuse_flags(found, path):
    """Raise HostProblem where PATH, looked at as FOUND, has a flag that keeps even root from replacing or removing files."""
    try:
        descriptor = _opened(found, os.O_RDONLY | os.O_NONBLOCK)
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
