# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import os
import subprocess
import sys
import zipfile

from ansible_collections.photon.hardening.plugins.module_utils import _once

PACKAGES = ["/".join(_once._PACKAGE.split(".")[:depth]) for depth in range(1, 6)]
# Counts how often the room is compiled; what is compiled carries the archive's name of it.
PROGRAM = """
import builtins, sys
sys.path.insert(0, sys.argv[1])
compiled, real = [], builtins.compile
builtins.compile = lambda source, name, *more, **words: compiled.append(str(name)) or real(source, name, *more, **words)
from {package} import _once
if sys.argv[2] == "yes":
    _once.install(_once.__spec__.loader)
from {package} import _room
import {package}._room as again
times = len([name for name in compiled if name.endswith("_room.py")])
print(_room.VALUE, again is _room, _room.__name__, times, _room.raising.__code__.co_filename)
try:
    from {package} import _missing
except ImportError as exc:
    print(type(exc).__name__)
"""


def archive(tmpdir):
    """As Ansible sends it: packages, this room, and another one."""
    path = str(tmpdir.join("payload.zip"))
    with open(_once.__file__) as stream:
        source = stream.read()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for package in PACKAGES:
            made.writestr(package + "/__init__.py", "")
        made.writestr(PACKAGES[-1] + "/_once.py", source)
        made.writestr(PACKAGES[-1] + "/_room.py", "VALUE = 7\n\n\ndef raising():\n    raise ValueError\n")
    return path


def imported(tmpdir, install):
    program = PROGRAM.format(package=_once._PACKAGE.rstrip("."))
    run = subprocess.run([sys.executable, "-c", program, archive(tmpdir), install], stdout=subprocess.PIPE, check=True,
                         env=dict(os.environ, PYTHONPATH=""))
    return run.stdout.decode().split("\n")


def test_a_room_is_compiled_once_and_is_the_same_module(tmpdir):
    first, missing = imported(tmpdir, "yes")[:2]
    value, same, name, compiled, origin = first.split(" ")
    assert (value, same, name, compiled) == ("7", "True", _once._PACKAGE + "_room", "1")
    assert origin == "%s/%s/_room.py" % (tmpdir.join("payload.zip"), PACKAGES[-1])
    assert missing in ("ImportError", "ModuleNotFoundError")


def test_without_it_everything_is_imported_as_usual(tmpdir):
    assert imported(tmpdir, "no")[0].startswith("7 True %s_room " % _once._PACKAGE)


def test_outside_an_archive_nothing_changes():
    before = list(sys.meta_path)
    _once.install(_once.__spec__.loader)
    assert sys.meta_path == before
