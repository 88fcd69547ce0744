# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that is there as a whole or not at all, for its owner alone. Private to the collection."""

import contextlib
import os
import tempfile


def check(folder):
    """OSError where no file can be written into FOLDER, which is made."""
    with _told_of(folder):
        _make(folder)
        with tempfile.NamedTemporaryFile(dir=folder, prefix="."):
            pass


@contextlib.contextmanager
def _told_of(path):
    """An OSError tells of the PATH that the caller knows, not of a temporary file."""
    try:
        yield
    except OSError as exc:
        raise OSError("%s: %s" % (path, exc.strerror)) from exc


def _make(folder):
    """FOLDER, and each one above it that is not there: os.makedirs gives its mode to the last one alone."""
    if folder and not os.path.isdir(folder):
        _make(os.path.dirname(folder))
        # Another host's process may have made it meanwhile.
        with contextlib.suppress(FileExistsError):
            os.mkdir(folder, mode=0o700)


def write(path, pieces):
    """The texts of PIECES as one file. A folder that is there already keeps its mode."""
    with _told_of(path):
        _write(os.path.dirname(path), path, pieces)


def _write(folder, path, pieces):
    _make(folder)
    # mkstemp makes it 0600.
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".")
    try:
        with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.writelines(pieces)
        os.replace(temporary, path)
    finally:
        # There is one only where something went wrong.
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
