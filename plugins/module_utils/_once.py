# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports our rooms from the archive in which Ansible sends them, and compiles each of them once.

Python asks an archive for the file name of a module before it runs the module, and the archive compiles the module to answer. Then it
compiles it again. For our rooms that is a third of a run's time on the host (`make bench`).

Private to the collection.
"""

import sys
import zipimport
from importlib.machinery import ModuleSpec

_PACKAGE = __name__.rpartition(".")[0] + "."


class _Rooms:
    """Finds the modules beside this one in ARCHIVE, a zipimporter."""

    def __init__(self, archive):
        self._archive = archive

    def find_spec(self, name, _path=None, _target=None):
        if not name.startswith(_PACKAGE):
            return None
        origin = "%s/%s.py" % (self._archive.archive, name.replace(".", "/"))
        try:
            source = self._archive.get_data(origin)
        except OSError:
            return None
        return ModuleSpec(name, self, origin=origin, loader_state=source)

    def create_module(self, _spec):
        return None

    def exec_module(self, module):
        spec = module.__spec__
        exec(compile(spec.loader_state, spec.origin, "exec", dont_inherit=True), module.__dict__)


def install(loader):
    """Import our rooms from here on as described above, where LOADER, that of this one, reads an archive."""
    if isinstance(loader, zipimport.zipimporter):
        sys.meta_path.insert(0, _Rooms(loader))
