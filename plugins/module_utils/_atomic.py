# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files replaced atomically: written beside, put in place or thrown away; and the folders on the way to them.

Private to the collection.
"""

import errno
import os

from ansible_collections.photon.hardening.plugins.module_utils import _files
from ansible_collections.photon.hardening.plugins.module_utils._files import naming, shown, where_of
from ansible_collections.photon.hardening.plugins.module_utils._model import Attributes

# How the name of a file ends that is written beside another, to take its place.
_MARK = ".photon-hardening"
_SELINUX = "security.selinux"


def _temporary(path):
    # Fixed, so that a run that was killed leaves nothing that the next one does not overwrite; .conf it is not.
    return where_of(beside(path))


def beside(path):
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
    while folder != "/" and not _files.is_folder(folder):
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
    mode = 0o700 if folder == _files.STATE_FOLDER else 0o755
    os.mkdir(where_of(folder), mode)
    # Not by its name, which may be another file by now.
    descriptor = os.open(where_of(folder), os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        _give(descriptor, Attributes(mode, *_files.OWNER))
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
            return _write_new(temporary, _files.encoded(text, path), attributes or Attributes(0o644, *_files.OWNER), path)
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
        if exc.errno in _files.NOWHERE + (errno.ENODATA, errno.ENOTSUP):
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
        elif not _files.is_folder(folder):
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
    left = [name for name in _files.entries(folder) if name.startswith(".") and name.endswith(_MARK)]
    with naming(folder):
        for name in left:
            _remove(where_of("%s/%s" % (folder, name)))
