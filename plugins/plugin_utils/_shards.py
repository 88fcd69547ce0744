# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept of each host's result: one file per host, for its owner alone, because it lists the host's weaknesses.

Private to the collection.
"""

import json
import os
import tempfile
import time
import urllib.parse

from ansible_collections.photon.hardening.plugins.module_utils._model import DIFFERING

_KEPT = ("changed", "failed", "msg", "summary", "parameters", "omitted", "notes", "ansible_facts")
_LONGEST_NAME = 240
_MOST_NAMES = 100

# How a run ended for a host. While it is on, and when it breaks off, nothing is known.
UNKNOWN, UNREACHABLE, FAILED, DONE = "unknown", "unreachable", "failed", "done"
_NOT_ENDED = "Nothing is known of this host: the run is still on, or it broke off."


def file_name(host):
    """HOST.json. What is special in a file's name is written as in a URL (a%2Fb), so that no two hosts share a file."""
    name = urllib.parse.quote(host, safe="", errors="surrogatepass")
    if name.startswith("."):
        name = "%2E" + name[1:]
    if len(name) > _LONGEST_NAME:
        raise ValueError("the name of the host is too long for a file's name")
    return name + ".json"


def shard(host, result, check_mode, outcome):
    """What is kept of a result: what the module says, and nothing that Ansible adds (an exception of its own is no JSON)."""
    kept = {key: result[key] for key in _KEPT if key in result}
    return dict(kept, host=host, check_mode=check_mode, outcome=outcome, time=now())


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def facts(result, profile):
    """What a fact cache keeps of a result. RESULT comes from the host, so its shape is not relied on."""
    rows = result.get("parameters")
    differing = [row.get("name") for row in rows if isinstance(row, dict) and row.get("state") in DIFFERING]
    return {"photon_hardening": {"time": now(), "profile": profile, "summary": result.get("summary"), "differing": differing[:_MOST_NAMES]}}


class Shelf:
    """Where a host's result is kept. FOLDER None: nowhere."""

    def __init__(self, folder, host, check_mode):
        self._host, self._check_mode = host, check_mode
        # The folder in which the command was typed is still the current one.
        self._path = folder and os.path.join(os.path.abspath(os.path.expanduser(folder)), file_name(host))

    def begin(self):
        """Whatever happens now, the result of an earlier run does not look like one of this."""
        self.keep({"msg": _NOT_ENDED}, UNKNOWN)

    def end(self, result):
        self.keep(result, UNREACHABLE if result.get("unreachable") else FAILED if result.get("failed") else DONE)

    def keep(self, result, outcome):
        if self._path:
            _write(self._path, shard(self._host, result, self._check_mode, outcome))

    def clear(self):
        """Nothing may be kept of this run, so nothing is left of an earlier one."""
        if self._path and os.path.lexists(self._path):
            os.unlink(self._path)


def _write(path, content):
    """As a whole, so that a report never reads half a shard. A folder that is there already keeps its mode."""
    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    # mkstemp makes it 0600.
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".")
    try:
        with open(descriptor, "w", encoding="utf-8") as stream:
            json.dump(content, stream, indent=1, sort_keys=True, default=str)
        os.replace(temporary, path)
    except OSError:
        os.unlink(temporary)
        raise
