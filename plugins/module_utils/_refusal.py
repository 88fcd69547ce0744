# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The value for which the last run failed, so that check mode does not promise it again.

It is kept in /run, which a reboot empties: another boot may have another kernel. Private to the collection.
"""

import json
import os

from ansible_collections.photon.hardening.plugins.module_utils import _atomic, _files
from ansible_collections.photon.hardening.plugins.module_utils._model import Attributes, HostProblem

PATH = "/run/photon-hardening.refused"


def load():
    """(parameter, value), None where the last run did not fail for one."""
    try:
        found = json.loads(_files.short(PATH) or "null")
    except (OSError, ValueError, RecursionError, HostProblem):
        # What we have not written tells nothing.
        return None
    is_pair = isinstance(found, list) and len(found) == 2 and all(isinstance(item, str) for item in found)
    return tuple(found) if is_pair else None


def store(refused, names=()):
    """Remember REFUSED, (parameter, value), or None where nothing was refused of NAMES: what another call was refused stays. A host that
    cannot keep it loses nothing else."""
    known = load()
    if not refused and known and known[0] not in names:
        return
    text = json.dumps(refused) + "\n" if refused else None
    try:
        if text and _files.is_folder(os.path.dirname(PATH)):
            _atomic.stage(PATH, text, Attributes(0o600, *_files.OWNER))
            _atomic.commit(PATH, text)
        elif _files.exists(PATH):
            _atomic.commit(PATH, None)
    except OSError:
        return
