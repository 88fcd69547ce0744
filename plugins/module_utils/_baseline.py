# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the host was like before us, in one file: the only state that this collection keeps.

Private to the collection.
"""

import json

from ansible_collections.photon.hardening.plugins.module_utils import _kernel, _plan

PATH = _kernel.BASELINE
_VERSION = 1


def load(root):
    """The Saved of this host, empty where nothing was saved. A damaged file raises HostProblem and is never overwritten."""
    _kernel.check_state(root)
    text = _kernel.read_file(root, PATH)
    if text is None:
        return _plan.Saved({}, {})
    try:
        data = json.loads(text)
        if data["version"] != _VERSION:
            raise ValueError("version %r, this release reads version %d" % (data["version"], _VERSION))
        return _plan.Saved(dict((name, _read(_plan.Entry, entry, ("before", "dropin"))) for name, entry in data["parameters"].items()),
                           dict((path, _read(_plan.SavedFile, entry, ("sha256",))) for path, entry in data["files"].items()))
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise _kernel.HostProblem("%s cannot be understood (%s): restore it from a backup, or move it away to lose the way back"
                                  % (PATH, exc)) from exc


def _read(kind, given, texts):
    """An Entry or SavedFile of what the file holds; every field is a text, those that are not among TEXTS may be null."""
    entry = kind(**given)
    for field, value in entry._asdict().items():
        if not isinstance(value, str) and (value is not None or field in texts):
            raise ValueError("%s: %r is no text" % (field, value))
    return entry


def _shown(entry):
    return dict((field, value) for field, value in entry._asdict().items() if field != "also" or value is not None)


def text_of(saved):
    """The file's text; stable, so that a run that changes nothing writes the same bytes."""
    return json.dumps({"version": _VERSION,
                       "parameters": dict((name, _shown(entry)) for name, entry in saved.parameters.items()),
                       "files": dict((path, _shown(entry)) for path, entry in saved.files.items())},
                      indent=1, sort_keys=True) + "\n"


def store(root, saved):
    """Replace the file as a whole; without anything to remember there is no file."""
    empty = not saved.parameters and not saved.files
    if not empty:
        _kernel.stage(root, PATH, text_of(saved), 0o600)
    _kernel.commit(root, PATH, None if empty else text_of(saved))
