# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which playbooks are those of this collection, wherever a copy of them lies: an AWX has them in its project, a clone beside its roles, and
the collection itself may be installed elsewhere. The same text is the same playbook. Private to the collection.
"""

import filecmp
import os

from ansible_collections.photon.hardening.plugins.plugin_utils import _variables

_FOLDER = os.path.join(os.path.dirname(__file__), "..", "..", "playbooks")
_COLLECTION = "photon.hardening."


def ours(playbooks, folder=_FOLDER):
    """The names of PLAYBOOKS, as a command names them; none where one of them is not of this collection."""
    names = [os.path.basename(playbook).removesuffix(".yml").rpartition(".")[2] for playbook in playbooks]
    found = (name in _variables.OF_PLAYBOOKS and (playbook.startswith(_COLLECTION) or _is_same(playbook, name, folder))
             for playbook, name in zip(playbooks, names, strict=True))
    return names if all(found) else []


def any_in(here, folder=_FOLDER):
    """Whether the folder HERE has a playbook of this collection."""
    return any(_is_same(os.path.join(here, name + ".yml"), name, folder) for name in _variables.OF_PLAYBOOKS)


def _is_same(path, name, folder):
    own = os.path.join(folder, name + ".yml")
    return os.path.isfile(path) and os.path.isfile(own) and filecmp.cmp(path, own, shallow=False)
