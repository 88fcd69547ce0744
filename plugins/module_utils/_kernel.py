# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place that touches the host: /proc/sys, the sysctl.d folders, and atomic files.

Private to the collection.
"""

import errno
import fcntl
import os
import re
import stat
import time
from contextlib import contextmanager

from ansible_collections.photon.hardening.plugins.module_utils import _plan, _rivals, _runtimes, _sysctl_d

PROC_SYS = "/proc/sys"
SYS_NET = "/sys/class/net"
STATE_FOLDER = "/var/lib/photon-hardening"
BASELINE = STATE_FOLDER + "/baseline.json"
_SELINUX = "security.selinux"
# No file that sets parameters is larger, nor is what is remembered of a host with thousands of interfaces.
_MAX_FILE = 1 << 24
# The kernel makes and clears a buffer of this size at each read.
_MAX_VALUE = 1 << 16
# As many as the kernel follows.
_MAX_LINKS = 40
_SYSTEMD_SYSCTL = ("/usr/lib/systemd/systemd-sysctl", "/lib/systemd/systemd-sysctl")
_SYSCTL = ("/usr/sbin/sysctl", "/sbin/sysctl")
_SUBID = re.compile(r"^\s*subid:(?!\s*files\s*$)", re.MULTILINE)
_PROGRAM_FOLDERS = ("/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin", "/usr/local/sbin", "/opt/bin", "/snap/bin",
                    "/var/lib/rancher/rke2/bin")
_MODULES_LOAD = ("/etc/modules-load.d", "/run/modules-load.d", "/usr/local/lib/modules-load.d", "/usr/lib/modules-load.d",
                 "/lib/modules-load.d")
# The last folder's profile of a name hides those of the folders before it.
_TUNED_PROFILES = ("/usr/lib/tuned", "/usr/lib/tuned/profiles", "/etc/tuned", "/etc/tuned/profiles")
# Inode numbers that the kernel reserves for the first PID and user namespace (include/linux/proc_ns.h).
_FIRST_NAMESPACES = (("pid", "pid:[4026531836]"), ("user", "user:[4026531837]"))


class HostProblem(Exception):
    """Something on the host that must be put right before anything may be written."""


def _decoded(data):
    return data.decode("utf-8", "surrogateescape")


def _encoded(text):
    return text.encode("utf-8", "surrogateescape")


# --- the running kernel ---

def _parameter_file(name):
    return os.path.join(PROC_SYS, _sysctl_d.key_path(name))


def read(name):
    """The live value and whether it could be written; opening for writing alone changes nothing."""
    path, value, error, refused = _parameter_file(name), None, 0, 0
    try:
        # In one read: of some parameters the kernel gives nothing more to a second one.
        with open(path, "rb", buffering=0) as stream:
            value = _decoded(stream.read(_MAX_VALUE)).rstrip("\n")
    except OSError as exc:
        error = errno.ENOENT if exc.errno in (errno.ENOTDIR, errno.EISDIR) else exc.errno
        # An address secret that was never set cannot be read, and can be set.
        value = "" if error == errno.EIO else None
    if value is not None:
        try:
            os.close(os.open(path, os.O_WRONLY))
        except OSError as exc:
            refused = exc.errno
    return _plan.Reading(value, error, refused)


def write(name, value):
    """The errno with which the kernel refuses VALUE, or 0."""
    try:
        descriptor = os.open(_parameter_file(name), os.O_WRONLY)
        try:
            os.write(descriptor, _encoded(value) + b"\n")
        finally:
            os.close(descriptor)
    except OSError as exc:
        return exc.errno
    return 0


def release():
    return os.uname()[2]


def machine():
    return os.uname()[4]


def interfaces():
    """interface with parameters -> whether it is a device of the machine; the loopback is left out: nobody else reaches it."""
    found = set()
    for family in ("ipv4", "ipv6"):
        folder = os.path.join(PROC_SYS, "net", family, "conf")
        found.update(os.listdir(folder) if os.path.isdir(folder) else ())
    return dict((name, os.path.exists(os.path.join(SYS_NET, name, "device"))) for name in sorted(found - set(("all", "default", "lo"))))


def in_container():
    """Whether the kernel belongs to another machine below: our PID or user namespace is not the first one."""
    return any(os.readlink("/proc/self/ns/" + kind) != first for kind, first in _FIRST_NAMESPACES
               if os.path.islink("/proc/self/ns/" + kind))


# --- files ---

def _on_host(root, path):
    return root.rstrip("/") + path


def _resolved(root, path):
    """PATH with the symbolic links of every part followed inside ROOT, as for a program in a chroot: none leads out of it."""
    done, left, links = "", path.split("/"), 0
    while left:
        part = left.pop(0)
        here = os.path.normpath("%s/%s" % (done, part))
        where = _on_host(root, here)
        if part not in ("", ".", "..") and os.path.islink(where):
            links += 1
            if links > _MAX_LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), _on_host(root, path))
            target = os.readlink(where)
            done, left = "" if target.startswith("/") else done, target.split("/") + left
        else:
            done = here.rstrip("/")
    return done or "/"


def _place(root, path):
    """Where on the host PATH itself is: the links of its folder are followed, its own is not."""
    folder, _slash, base = path.rpartition("/")
    return _on_host(root, "%s/%s" % (_resolved(root, folder).rstrip("/"), base))


def _mode(where):
    """What is at WHERE itself, as the mode that lstat(2) tells, 0 where there is nothing."""
    try:
        return os.lstat(where).st_mode
    except OSError as exc:
        if exc.errno in (errno.ENOENT, errno.ENOTDIR):
            return 0
        raise


def read_file(root, path):
    """The text of a regular file, None where there is none. Nothing else is opened: a FIFO would block, a device may act on it."""
    try:
        where = _on_host(root, _resolved(root, path))
        if not stat.S_ISREG(_mode(where)):
            return None
        descriptor = os.open(where, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as exc:
        if exc.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
            return None
        raise
    with os.fdopen(descriptor, "rb") as stream:
        if os.fstat(descriptor).st_size > _MAX_FILE:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), where)
        return _decoded(stream.read())


def sysctl_files(root):
    """Every entry of the sysctl.d search path. What is no file, or a link that leads nowhere or to /dev/null, hides its namesakes."""
    files = []
    for folder in _sysctl_d.FOLDERS:
        real = _resolved(root, folder)
        where = _on_host(root, real)
        if not os.path.isdir(where) or real != folder and real in _sysctl_d.FOLDERS:
            continue
        for base in sorted(os.listdir(where)):
            if base.endswith(".conf"):
                files.append(_sysctl_d.File(folder + "/" + base, read_file(root, folder + "/" + base) or ""))
    return files


def boot_dialect(root):
    """How the systemd-sysctl that will run at boot reads its files."""
    return _sysctl_d.systemd_dialect(_first_file(root, _SYSTEMD_SYSCTL))


def rivals(root):
    """What else sets parameters on this host."""
    enabled = re.search(r"(?mi)^\s*ENABLED\s*=\s*[\"']?yes", read_file(root, "/etc/ufw/ufw.conf") or "")
    return _rivals.Rivals(_first_file(root, _SYSCTL), read_file(root, _rivals.SYSCTL_CONF), _tuned(root),
                          read_file(root, _rivals.UFW_CONF) if enabled else None)


def _tuned(root):
    """The profiles of a running tuned, in an image of one that will run; None where there is none."""
    active = (read_file(root, "/etc/tuned/active_profile") or "").split()
    pid = (read_file(root, "/run/tuned/tuned.pid") or "").strip()
    if not active or not root and not (pid.isdigit() and os.path.isdir("/proc/" + pid)):
        return None
    profiles = {}
    for folder in _TUNED_PROFILES:
        where = _on_host(root, _resolved(root, folder))
        for name in sorted(os.listdir(where)) if os.path.isdir(where) else ():
            text = read_file(root, "%s/%s/tuned.conf" % (folder, name))
            if text is not None:
                profiles[name] = text
    return _rivals.Tuned(active, profiles, read_file(root, "/etc/tuned/tuned-main.conf"))


def runtimes(root):
    """The container runtimes of this host, or of an image."""
    installed = {}
    for folder in _PROGRAM_FOLDERS:
        where = _on_host(root, _resolved(root, folder))
        for name in _runtimes.PROGRAMS:
            if name not in installed and os.path.lexists(os.path.join(where, name)):
                installed[name] = "%s/%s" % (folder, name)
    return _runtimes.found(installed, set() if root else _processes(), _subordinate_ids(root))


def _subordinate_ids(root):
    """Where ordinary users get the ids from that rootless containers need, or None; a directory such as FreeIPA leaves the file empty."""
    if (read_file(root, "/etc/subuid") or "").strip():
        return "/etc/subuid"
    return "subid in /etc/nsswitch.conf" if _SUBID.search(read_file(root, "/etc/nsswitch.conf") or "") else None


def _processes():
    """The names of this host's processes; one may end while they are read."""
    found = set()
    for entry in os.listdir("/proc"):
        try:
            with open("/proc/%s/comm" % entry, "rb") as stream:
                found.add(_decoded(stream.read()).strip())
        except OSError as exc:
            if exc.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ESRCH):
                raise
    return found


def modules_at_boot(root):
    """The kernel modules that modules-load.d names; they are there before sysctl.d is read."""
    found = set()
    for folder in _MODULES_LOAD:
        where = _on_host(root, _resolved(root, folder))
        for base in sorted(os.listdir(where)) if os.path.isdir(where) else ():
            text = read_file(root, folder + "/" + base) if base.endswith(".conf") else None
            found.update(line.strip().replace("-", "_") for line in (text or "").splitlines() if line.strip()[:1] not in ("", "#", ";"))
    return found


def _first_file(root, paths):
    return next((text for text in (read_file(root, path) for path in paths) if text is not None), None)


def drop_in(root, path):
    """PATH with the links of its folder followed, such as /lib on a host with a merged /usr; HostProblem unless it can be ours:
    a regular file, or nothing, in a folder that is read at boot."""
    folder, _slash, base = path.rpartition("/")
    real = _resolved(root, folder)
    if real not in _sysctl_d.FOLDERS:
        raise HostProblem("%s leads to %s by a symbolic link, and drop-ins are only written to %s: remove the link or choose another folder"
                          % (_on_host(root, folder), _on_host(root, real), ", ".join(_sysctl_d.FOLDERS)))
    _check_file(_on_host(root, path), _place(root, path))
    return "%s/%s" % (real, base)


def _check_file(shown, where):
    """Raise HostProblem, which calls it SHOWN, unless a file of ours may be at WHERE."""
    mode, folder = _mode(where), os.path.dirname(where)
    if stat.S_ISLNK(mode):
        raise HostProblem("%s is a symbolic link to %s: remove the link or choose another name" % (shown, os.readlink(where)))
    if stat.S_ISDIR(mode):
        raise HostProblem("%s is a directory: remove it or choose another name" % shown)
    if mode and not stat.S_ISREG(mode):
        raise HostProblem("%s is no regular file but a FIFO, a socket or a device: remove it or choose another name" % shown)
    if os.path.lexists(folder) and not os.path.isdir(folder):
        raise HostProblem("%s is not a directory" % folder)


def check_state(root):
    """Raise HostProblem unless what is remembered can be kept where it belongs: in a real folder of ROOT, in a regular file."""
    parent, folder = os.path.dirname(STATE_FOLDER), _on_host(root, STATE_FOLDER)
    if os.path.islink(_place(root, STATE_FOLDER)):
        raise HostProblem("%s is a symbolic link to %s: remove the link" % (folder, os.readlink(_place(root, STATE_FOLDER))))
    if not os.path.isdir(_on_host(root, _resolved(root, parent))) and _resolved(root, parent) != parent:
        raise HostProblem("%s leads to %s by a symbolic link, and that is no directory: put the link right"
                          % (_on_host(root, parent), _on_host(root, _resolved(root, parent))))
    _check_file(_on_host(root, BASELINE), _place(root, BASELINE))


def _temporary(where):
    # Fixed, so that a run that was killed leaves nothing that the next one does not overwrite; .conf it is not.
    return os.path.join(os.path.dirname(where), ".%s.photon-hardening" % os.path.basename(where))


def _remove(where):
    # Asked first: a read-only file system refuses to remove even what is not there.
    if os.path.lexists(where):
        os.unlink(where)


def stage(root, path, text, mode=0o644):
    """Write TEXT to stable storage beside PATH; nothing at PATH changes until `commit`. What fails leaves nothing and names PATH."""
    where = _place(root, path)
    folder = os.path.dirname(where)
    if not os.path.isdir(folder):
        os.makedirs(folder, 0o755)
    temporary = _temporary(where)
    _remove(temporary)
    try:
        _write_new(temporary, text, mode, where)
    except OSError as exc:
        _remove(temporary)
        raise OSError(exc.errno, exc.strerror, where) from exc


def _write_new(temporary, text, mode, where):
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(_encoded(text))
        os.fchmod(descriptor, mode)
        if os.path.lexists(where):
            _keep_context(where, temporary)
        stream.flush()
        os.fsync(descriptor)


def _keep_context(where, temporary):
    try:
        os.setxattr(temporary, _SELINUX, os.getxattr(where, _SELINUX, follow_symlinks=False))
    except OSError as exc:
        if exc.errno not in (errno.ENODATA, errno.ENOTSUP):
            raise


def commit(root, path, text):
    """Put what `stage` wrote in place, or remove PATH where TEXT is None."""
    where = _place(root, path)
    if text is None:
        _remove(where)
    else:
        os.rename(_temporary(where), where)
    folder = os.open(os.path.dirname(where), os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def discard(root, path):
    """Take away what `stage` wrote, or what a run that was killed left."""
    _remove(_temporary(_place(root, path)))


# --- one run at a time ---

@contextmanager
def lock(root, seconds):
    """Hold the host's lock; the state folder itself is locked, so no file is left behind, and an empty folder neither."""
    check_state(root)
    folder, deadline = _place(root, STATE_FOLDER), time.time() + seconds
    descriptor = _locked(folder)
    while descriptor is None:
        if time.time() > deadline:
            raise HostProblem("another run has held %s for %d seconds: wait for it to end, then run again" % (folder, seconds))
        time.sleep(0.1)
        descriptor = _locked(folder)
    try:
        yield
    finally:
        _remove_empty(folder)
        os.close(descriptor)


def _locked(folder):
    """The open folder, ours alone until it is closed; None while another run has it, or has just taken it away."""
    descriptor = None
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), os.stat(folder)):
            return descriptor
    except OSError as exc:
        if exc.errno not in (errno.EWOULDBLOCK, errno.ENOENT):
            raise
    if descriptor is not None:
        os.close(descriptor)
    return None


def _remove_empty(folder):
    try:
        os.rmdir(folder)
    except OSError as exc:
        # Not empty; or a mount point or read-only, and then it was there before us.
        if exc.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.EBUSY, errno.EROFS):
            raise
