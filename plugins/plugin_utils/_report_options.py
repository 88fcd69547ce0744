# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where reports go, in which formats, and how many are kept: what a task or the variables photon_hardening_report_* say of it, checked.

Pure but for the current folder. Private to the collection.
"""

import os
import re
from collections import namedtuple

from ansible_collections.photon.hardening.plugins.plugin_utils import _arguments

# The options that say what is kept of a run.
OPTIONS = ("report_dir", "report_formats", "report_keep", "report_benchmark")
FORMATS = ("html", "json", "junit", "hdf", "cklb")
DEFAULT_FORMATS = ("html", "json")
DEFAULT_KEEP = 20

# folder: absolute. keep: of how many runs the reports are kept. benchmark: of the checklists (cklb).
Settings = namedtuple("Settings", "folder formats keep benchmark")


def settings(given):
    """The Settings of GIVEN, option -> value or None; None where no folder is given."""
    folder = given.get("report_dir")
    if folder is not None and (not isinstance(folder, str) or "\0" in folder):
        raise ValueError("report_dir: %r is not the name of a folder" % (folder,))
    formats, keep = _formats(given.get("report_formats")), _keep(given.get("report_keep"))
    if "cklb" in formats and not given.get("report_benchmark"):
        raise ValueError("report_formats: cklb needs report_benchmark, such as stig_rhel8")
    # Here, because when the report is written it is too late for the run to fail.
    benchmark = _arguments.PREFIX + "report_benchmark"
    _arguments.checked([benchmark], {benchmark: given.get("report_benchmark") or None})
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
