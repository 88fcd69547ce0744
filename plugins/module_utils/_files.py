# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files: read whole, replaced atomically, and one run at a time.

Every path is one below `/` as this process sees it; an image is entered by `inside`. Private to the collection.
"""

import errno
import fcntl
import os
import re
import signal
import stat
import struct
import sys
import time
from contextlib import contextmanager

from ansible_collections.photon.hardening.plugins.module_utils._model import Attributes, HostProblem

STATE_FOLDER = "/var/lib/photon-hardening"
BASELINE = STATE_FOLDER + "/baseline.json"
# The user and the group whose files are trusted, and whose ours are.
OWNER = (0, 0)
_LOCK = b"lock"
_SELINUX = "security.selinux"
# No file that sets parameters is larger, nor is what is remembered of a host with thousands of interfaces.
_MAX_FILE = 1 << 24
_CHUNK = 1 << 16
# So much of a process's command line is shown.
_MAX_COMMAND = 200
# A path that leads to nothing.
_NOWHERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG)
# Flags of files (include/uapi/linux/fs.h).
_IMMUTABLE, _APPEND_ONLY = 0x10, 0x20
# With which somebody, a terminal or the system ends a run.
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
# Of unshare(2), mount(2) and umount2(2).
_CLONE_NEWNS, _MS_REC, _MS_PRIVATE, _MNT_DETACH = 0x20000, 0x4000, 0x40000, 2

# What stands before every path in a message: the folder of the image, which a process inside it does not see.
_shown_root = [""]
# The open folder /proc, by which a process inside an image reaches its own descriptors.
_proc = []


# --- names ---

def _real(path):
    """PATH itself; the one place by which tests put another host below a folder."""
    return path


def _encoded(text, path):
    """TEXT as bytes, whatever the locale of this process is."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as exc:
        raise OSError(errno.EILSEQ, os.strerror(errno.EILSEQ), path) from exc


def _decoded(data):
    return data.decode("utf-8", "surrogateescape")


def _where(path):
    if "\0" in path:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), path)
    return _encoded(_real(path), path)


def shown(path):
    """PATH as a message shows it: with the folder of the image that it is in."""
    return _shown_root[0] + path


@contextmanager
def _naming(path):
    """Every OSError of the block names PATH: not a temporary file, and not as bytes."""
    try:
        yield
    except OSError as exc:
        raise OSError(exc.errno, os.strerror(exc.errno), shown(path)) from exc


def resolved(path):
    """PATH with the symbolic links of every part followed."""
    real, start = _decoded(os.path.realpath(_where(path))), _real("")
    return real[len(start):] if real.startswith(start + "/") else real


# --- an image ---

def root_of(given):
    """The image that GIVEN names, "" where that is this host itself; ValueError where it is no folder."""
    if not given:
        return ""
    where = _encoded(given, given)
    if b"\0" in where or not given.startswith("/") or not os.path.isdir(where):
        raise ValueError("root: %r is not the whole path of a folder: mount the image first" % given)
    if os.path.samestat(os.stat(where), os.stat("/")):
        return ""
    # A `..` after a symbolic link does not lead back to where the link is.
    where = os.path.realpath(where) if b".." in where.split(b"/") else os.path.normpath(where)
    return "/" + _decoded(where).lstrip("/")


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
    _proc_folder()
    _shown_root[0] = root.rstrip("/")
    where = os.path.realpath(_encoded(root, root))
    _leave_out(_proc_mounts(where))
    with _naming(""):
        os.chroot(where)
        os.chdir("/")
    # Whatever is imported from here on would be the image's code.
    sys.meta_path[:] = []


def _proc_mounts(where):
    """Where below WHERE a /proc is mounted, the last one first: by its links, such as /proc/1/root, an image leads out of itself."""
    found = []
    for line in _encoded(read_proc("self/mountinfo") or "", "/proc").splitlines():
        fields, _dash, source = line.partition(b" - ")
        path = re.sub(br"\\([0-7]{3})", lambda match: bytes([int(match.group(1), 8)]), fields.split(b" ")[4])
        if source.startswith(b"proc ") and (path + b"/").startswith(where + b"/"):
            found.insert(0, path)
    return found


def _leave_out(mounts):
    """Unmount MOUNTS for this process alone."""
    if not mounts:
        return
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    failed = libc.unshare(_CLONE_NEWNS) or libc.mount(b"none", b"/", None, ctypes.c_ulong(_MS_REC | _MS_PRIVATE), None)
    if failed or any(libc.umount2(path, _MNT_DETACH) for path in mounts):
        raise HostProblem("%s is mounted, and its links lead out of the image (%s): unmount it first"
                          % (_decoded(mounts[0]), os.strerror(ctypes.get_errno())))


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


# --- reading ---

def _proc_folder():
    if not _proc:
        _proc.append(os.open("/proc", os.O_RDONLY | os.O_DIRECTORY))
    return _proc[0]


def read_proc(path):
    """The content of a file of /proc, named without that folder; None where it cannot be read. Also inside an image."""
    try:
        descriptor = os.open(path, os.O_RDONLY, dir_fd=_proc_folder())
    except OSError:
        return None
    try:
        return _decoded(_content(descriptor))
    except OSError:
        # A process that ends while it is looked at.
        return None
    finally:
        os.close(descriptor)


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
    return os.open("self/fd/%d" % descriptor, flags, dir_fd=_proc_folder())


def read(path, limit=None):
    """The text of a regular file, None where there is none. Nothing else is opened: a FIFO would block, a device may act on it.

    LIMIT: so many bytes are enough; without one, a file that is larger than any that makes sense is an OSError.
    """
    with _naming(path):
        try:
            with _looked_at(_where(path)) as found:
                if not stat.S_ISREG(os.fstat(found).st_mode):
                    return None
                descriptor = _opened(found, os.O_RDONLY | os.O_NONBLOCK)
        except OSError as exc:
            if exc.errno in _NOWHERE:
                return None
            raise
        try:
            return _decoded(_content(descriptor, limit))
        finally:
            os.close(descriptor)


def entries(folder):
    """The sorted names in FOLDER, none where there is no such folder."""
    with _naming(folder):
        try:
            return [_decoded(name) for name in sorted(os.listdir(_where(folder)))]
        except OSError as exc:
            if exc.errno in _NOWHERE:
                return []
            raise


def _status(path, follow=False):
    """What stat(2) tells of PATH itself, or of where it leads; None where there is nothing."""
    try:
        return os.stat(_where(path), follow_symlinks=follow)
    except OSError as exc:
        if exc.errno in _NOWHERE:
            return None
        raise OSError(exc.errno, os.strerror(exc.errno), shown(path)) from exc


def is_folder(path):
    found = _status(path, follow=True)
    return found is not None and stat.S_ISDIR(found.st_mode)


def exists(path):
    """Whether something is at PATH, a link that leads nowhere included."""
    return _status(path) is not None


def attributes(path):
    """The Attributes of a regular file; None where there is none."""
    found = _status(path)
    if found is None or not stat.S_ISREG(found.st_mode):
        return None
    return Attributes(stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid)


def trust(path):
    """Whether nobody but root can have put what is at PATH there, links followed. False: a group other than root's can have. None: there
    is nothing, or anybody can have."""
    found = _status(path, follow=True)
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
        found = _status(real, follow=True)
        if found is None:
            return None


# --- writing ---

def check_target(path):
    """Raise HostProblem unless a file of ours may be at PATH: a regular file, or nothing, in a folder."""
    found, missing = _status(path), missing_folders(path)
    mode = found.st_mode if found else 0
    if stat.S_ISLNK(mode):
        raise HostProblem("%s is a symbolic link to %s: remove the link or choose another name" % (shown(path), _target(path)))
    if stat.S_ISDIR(mode):
        raise HostProblem("%s is a directory: remove it or choose another name" % shown(path))
    if mode and not stat.S_ISREG(mode):
        raise HostProblem("%s is no regular file but a FIFO, a socket or a device: remove it or choose another name" % shown(path))
    if missing and exists(missing[0]):
        raise HostProblem("%s is not a directory" % shown(missing[0]))


def _target(path):
    return _decoded(os.readlink(_where(path)))


def _temporary(path):
    # Fixed, so that a run that was killed leaves nothing that the next one does not overwrite; .conf it is not.
    folder, _slash, base = path.rpartition("/")
    return _where("%s/.%s.photon-hardening" % (folder, base))


def _remove(where):
    # Asked first: a read-only file system refuses to remove even what is not there.
    if os.path.lexists(where):
        os.unlink(where)


def _sync_folder(folder):
    descriptor = os.open(_where(folder), os.O_RDONLY | os.O_DIRECTORY)
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
        with _naming(folder):
            _make_folder(folder)
            _sync_folder(os.path.dirname(folder))
    return made


def _make_folder(folder):
    mode = 0o700 if folder == STATE_FOLDER else 0o755
    os.mkdir(_where(folder), mode)
    # Not by its name, which may be another file by now.
    descriptor = os.open(_where(folder), os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
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
    """Remove a folder that we made; one that is not empty, or not there, stays as it is. Returns whether it is gone."""
    try:
        os.rmdir(_where(path))
        _sync_folder(os.path.dirname(path))
    except OSError as exc:
        # Not empty; or a mount point or read-only, and then it was there before us.
        if exc.errno not in _NOWHERE + (errno.ENOTEMPTY, errno.EEXIST, errno.EBUSY, errno.EROFS):
            raise OSError(exc.errno, os.strerror(exc.errno), shown(path)) from exc
    return not exists(path)


def stage(path, text, attributes=None):
    """Write TEXT to stable storage beside PATH; nothing at PATH changes until `commit`. What fails leaves nothing and names PATH.

    Returns what is to be said of it, None where nothing is.
    """
    with _naming(path):
        make_folders(path)
        temporary = _temporary(path)
        _remove(temporary)
        try:
            return _write_new(temporary, _encoded(text, path), attributes or Attributes(0o644, *OWNER), path)
        except OSError:
            _remove(temporary)
            raise


def _write_new(temporary, data, wanted, path):
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        _give(descriptor, wanted)
        note = _keep_context(_where(path), descriptor)
        os.fsync(descriptor)
    return "%s: %s" % (shown(path), note) if note else None


def _keep_context(where, descriptor):
    """Give the new file the SELinux label of the one that it replaces; returns why it does not keep it, None where it does."""
    try:
        label = os.getxattr(where, _SELINUX, follow_symlinks=False)
    except OSError as exc:
        if exc.errno in _NOWHERE + (errno.ENODATA, errno.ENOTSUP):
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
    with _naming(path):
        if text is not None:
            os.rename(_temporary(path), _where(path))
        elif not is_folder(folder):
            return
        else:
            _remove(_where(path))
        _sync_folder(folder)


def discard(path):
    """Take away what `stage` wrote, or what a run that was killed left."""
    with _naming(path):
        _remove(_temporary(path))


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


def _probe_folder(path, folder):
    with _naming(path):
        where = _where(folder)
        if os.statvfs(where).f_flag & os.ST_RDONLY:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        with _looked_at(where, os.O_DIRECTORY) as found:
            _refuse_flags(found, folder)
        if not os.access(where, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))


def _probe_file(path, folder):
    with _naming(path), _looked_at(_where(path), os.O_NOFOLLOW) as found, _looked_at(_where(folder)) as around:
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


# --- one run at a time ---

def check_state():
    """Raise HostProblem unless what is remembered can be kept where it belongs, and nobody but root can have changed it."""
    parent, found = os.path.dirname(STATE_FOLDER), _status(STATE_FOLDER)
    if found and stat.S_ISLNK(found.st_mode):
        raise HostProblem("%s is a symbolic link to %s: remove the link" % (shown(STATE_FOLDER), _target(STATE_FOLDER)))
    if not is_folder(parent) and resolved(parent) != parent:
        raise HostProblem("%s leads to %s by a symbolic link, and that is no directory: put the link right"
                          % (shown(parent), shown(resolved(parent))))
    check_target(BASELINE)
    for path in (STATE_FOLDER, BASELINE):
        found = _status(path)
        if found and found.st_uid != OWNER[0]:
            raise HostProblem("%s belongs to user %d and not to root, so that its content cannot be trusted: look at it, then give it to "
                              "root or remove it" % (shown(path), found.st_uid))


@contextmanager
def lock(seconds):
    """Hold the host's lock: one run at a time. It leaves no file behind, and no empty folder either."""
    deadline = time.monotonic() + seconds
    held = _locked()
    while held is None:
        if time.monotonic() > deadline:
            raise HostProblem("another run has held %s for %d seconds%s: wait for it to end, then run again"
                              % (shown(STATE_FOLDER), seconds, _holder()))
        time.sleep(0.1)
        held = _locked()
    try:
        yield
    finally:
        with _naming(STATE_FOLDER):
            _unlock(held)


def _locked():
    """The descriptors that are the lock, ours until they are closed; None while another run has it, or has just taken it away.

    The state folder itself is locked. Others than root may have opened it while it was readable, and lock it for as long as they like;
    then the lock is a file in it, which nobody but root can open.
    """
    check_state()
    with _naming(STATE_FOLDER):
        try:
            make_folders(BASELINE)
            folder = os.open(_where(STATE_FOLDER), os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError as exc:
            # Made by another run, or removed by one, at this moment.
            if exc.errno in (errno.EEXIST, errno.ENOENT):
                return None
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
    found = os.stat(_LOCK, dir_fd=folder, follow_symlinks=False)
    if not _flock(held[1]) or not os.path.samestat(os.fstat(held[1]), found):
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
    found = _status(STATE_FOLDER)
    return found is not None and os.path.samestat(os.fstat(folder), found)


def _close(held):
    for descriptor in reversed(held):
        os.close(descriptor)


def _tighten(folder):
    found = os.fstat(folder)
    if found.st_uid != OWNER[0]:
        raise HostProblem("%s belongs to user %d and not to root" % (shown(STATE_FOLDER), found.st_uid))
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
    if not stat.S_ISREG(found.st_mode) or found.st_uid != OWNER[0] or found.st_mode & 0o077 or found.st_nlink != 1:
        os.unlink(_LOCK, dir_fd=folder)


def _unlock(held):
    try:
        if len(held) > 1:
            os.unlink(_LOCK, dir_fd=held[0])
    except OSError as exc:
        if exc.errno not in _NOWHERE + (errno.EROFS,):
            raise
    finally:
        if _is_still_there(held[0]):
            # While we have the lock, so that nobody who waits for it finds the folder gone.
            remove_folder(STATE_FOLDER)
        _close(held)


def _holders(status):
    """The numbers of the processes that have a lock on the file of this STATUS, as far as /proc tells."""
    for line in (read_proc("locks") or "").splitlines():
        fields = line.split()
        if len(fields) > 5 and fields[1] == "FLOCK" and fields[5].rpartition(":")[2] == str(status.st_ino):
            yield fields[4]


def _is_held_by_root(folder):
    """Whether a process of root has locked the folder. Root's ends with its process; what is left behind is nobody's run."""
    users = (re.search(r"(?m)^Uid:\s+([0-9]+)\s+([0-9]+)", read_proc("%s/status" % pid) or "") for pid in _holders(os.fstat(folder)))
    return any(found and set(map(int, found.groups())) == set([OWNER[0]]) for found in users)


def _holder():
    """Who holds the lock, in words, as far as /proc tells."""
    for path in (STATE_FOLDER + "/" + os.fsdecode(_LOCK), STATE_FOLDER):
        found = _status(path)
        for pid in _holders(found) if found else ():
            command = " ".join((read_proc("%s/cmdline" % pid) or "?").split("\0")).strip()
            return " (process %s: %s)" % (pid, command[:_MAX_COMMAND])
    return ""
