# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where reports go, in which formats, and how many are kept: what a task or the variables photon_hardening_report_* say of it, checked.

Pure but for the current folder. Private to the collection.
"""

import os
from collections import namedtuple

from ansible_collections.photon.hardening.plugins.plugin_utils import _arguments

# The options that say what is kept of a run.
OPTIONS = ("report_dir", "report_formats", "report_keep", "report_benchmark")
FORMATS = ("html", "json", "junit", "hdf", "cklb")
DEFAULT_FORMATS = ("html", "json")
DEFAULT_KEEP = 20

# folder: absolute. keep: of how many runs the reports are kept. benchmark: of the checklists (cklb).
Settings = namedtuple("Settings", "folder formats keep benchmark")


def settings(given, shown=str):
    """The Settings of GIVEN, option -> value or None; None where no folder is given. SHOWN: option -> what it is called in an error."""
    folder = given.get("report_dir")
    if folder is not None and (not isinstance(folder, str) or "\0" in folder):
        raise ValueError("%s: %r is not the name of a folder" % (shown("report_dir"), folder))
    formats, keep = _formats(given.get("report_formats"), shown), given.get("report_keep")
    keep = DEFAULT_KEEP if keep is None else _arguments.whole_number(shown("report_keep"), keep)
    if "cklb" in formats and not given.get("report_benchmark"):
        raise ValueError("%s: cklb needs %s, such as stig_rhel8" % (shown("report_formats"), shown("report_benchmark")))
    # Here, because when the report is written it is too late for the run to fail.
    benchmark = _arguments.PREFIX + "report_benchmark"
    _arguments.checked([benchmark], {benchmark: given.get("report_benchmark") or None})
    if not folder:
        return None
    # The folder in which the command was typed is still the current one.
    return Settings(os.path.abspath(os.path.expanduser(folder)), formats, keep, given.get("report_benchmark") or None)


def _formats(formats, shown):
    formats = list(DEFAULT_FORMATS) if formats is None else formats
    for name in formats:
        if name not in FORMATS:
            raise ValueError("%s: %r is not one of %s" % (shown("report_formats"), name, ", ".join(FORMATS)))
    return formats


def parts(kept, others):
    """[(Settings, names of hosts), ...]: what is written of a run into one folder.

    KEPT: Settings -> the hosts that have them. OTHERS: hosts without a result. Hosts with different settings are in one report all the
    same, in each format that one of them has; a checklist is of the benchmark that its host has.
    """
    everyone, keep = others.union(*kept.values()), max(settings.keep for settings in kept)
    if len(kept) == 1:
        return [(settings, everyone) for settings in kept]
    formats = tuple(name for name in FORMATS if name != "cklb" and any(name in settings.formats for settings in kept))
    whole = next(iter(kept))._replace(formats=formats, keep=keep, benchmark=None)
    return [(whole, everyone)] + [
        (settings._replace(formats=("cklb",), keep=keep), hosts) for settings, hosts in kept.items() if "cklb" in settings.formats]
