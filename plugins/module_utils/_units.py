# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Units of systemd and files in folders like theirs: which are there, enabled or masked. Private to the collection."""

import os

from ansible_collections.photon.hardening.plugins.module_utils import _files

FOLDER = "/etc/systemd/system"
_SCRIPTS = "/etc/rc2.d"
UNIT_FOLDERS = (FOLDER, "/usr/lib/systemd/system", "/lib/systemd/system")


def folders_at(paths):
    """PATHS that exist, without those that are links to another of them."""
    for path in paths:
        real = _files.resolved(path)
        if (real == path or real not in paths) and _files.is_folder(path):
            yield path


def network_room():
    """Code that most hosts do not need."""
    from ansible_collections.photon.hardening.plugins.module_utils import _network
    return _network


def is_enabled(unit):
    """Whether UNIT starts at boot."""
    return (_files.exists("%s/multi-user.target.wants/%s" % (FOLDER, unit)) or unit in scripts()) and not is_masked(unit)


def scripts():
    """unit -> the link by which a script of init.d starts at boot as that unit, such as S01apport."""
    return {name[3:] + ".service": "%s/%s" % (_SCRIPTS, name) for name in _files.entries(_SCRIPTS) if name.startswith("S")}


def is_masked(unit):
    """Whether a link to nothing keeps a unit from being started, whatever wants it."""
    return any(_files.resolved("%s/%s" % (folder, unit)) == os.devnull for folder in (FOLDER, "/run/systemd/system"))


def with_drop_ins(folders, ending):
    """folder -> the files whose names have this ENDING, and their drop-ins."""
    found = {}
    for folder in folders_at(folders):
        names = _files.entries(folder)
        found[folder] = [name for name in names if name.endswith(ending)]
        for name in names:
            if name.endswith(ending + ".d"):
                found[folder] += ["%s/%s" % (name, base) for base in _files.entries(folder + "/" + name) if base.endswith(".conf")]
    return found
