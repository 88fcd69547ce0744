# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reports of a run as files: where they go, in which formats, and how many runs are kept.

Private to the collection.
"""

import os
import re
import shutil
from collections import namedtuple

from ansible_collections.photon.hardening.plugins.plugin_utils import _catalogue, _fleet, _provenance, _shards

# The options that say what is kept of a run.
OPTIONS = ("report_dir", "report_formats", "report_keep", "report_benchmark")
FORMATS = ("html", "json", "junit", "hdf", "cklb")
DEFAULT_FORMATS = ("html", "json")
DEFAULT_KEEP = 20

# folder: absolute. keep: of how many runs the reports are kept. benchmark: of the checklists (cklb).
Settings = namedtuple("Settings", "folder formats keep benchmark")

# The name of a run's folder, and of nothing else.
_RUN = re.compile(r"\d{8}T\d{6}Z-\d+")


def settings(given):
    """The Settings of GIVEN, option -> value or None; None where no folder is given."""
    folder = given.get("report_dir")
    if folder is not None and (not isinstance(folder, str) or "\0" in folder):
        raise ValueError("report_dir: %r is not the name of a folder" % (folder,))
    formats, keep = _formats(given.get("report_formats")), _keep(given.get("report_keep"))
    if "cklb" in formats and not given.get("report_benchmark"):
        raise ValueError("report_formats: cklb needs report_benchmark, such as stig_rhel8")
    if not folder:
        return None
    # The folder in which the command was typed is still the current one.
    return Settings(os.path.abspath(os.path.expanduser(folder)), formats, keep, given.get("report_benchmark") or None)


def _formats(formats):
    formats = list(DEFAULT_FORMATS) if formats is None else formats
    for name in formats:
        if name not in FORMATS:
            raise ValueError("report_formats: %r is none of %s" % (name, ", ".join(FORMATS)))
    return formats


def _keep(keep):
    keep = DEFAULT_KEEP if keep is None else keep
    if isinstance(keep, bool) or not re.fullmatch(r"[1-9][0-9]{0,5}", str(keep)):
        raise ValueError("report_keep: %r is no number of runs from 1 to 999999" % (keep,))
    return int(keep)


def of_run(folder, hosts, run, started):
    """The Fleet of one run: the results in FOLDER of HOSTS; what is of an earlier run counts as stale."""
    paths = [os.path.join(folder, _shards.file_name(host)) for host in hosts]
    lines = [line for line in _shards.lines(path for path in paths if os.path.exists(path))]
    return _fleet.read(lines, expected=hosts, fresh_from=started)


def write(fleet, settings, run=_provenance.RUN):
    """Writes the reports of RUN; returns the path of the one to open first."""
    folder = os.path.join(settings.folder, run)
    for name in settings.formats:
        for path, pieces in _files(fleet, name, settings.benchmark):
            _shards.write(os.path.join(folder, path), pieces)
    _prune(settings.folder, settings.keep)
    return os.path.join(folder, _FIRST[settings.formats[0]]) if settings.formats else settings.folder


def _prune(folder, keep):
    """Removes the reports of all runs but the newest KEEP; their names sort by time."""
    runs = sorted(entry.name for entry in os.scandir(folder) if _RUN.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False))
    for name in runs[:-keep]:
        shutil.rmtree(os.path.join(folder, name))
