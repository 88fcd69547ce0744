# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reports of a run as files: what they are made of, where they go, and how many runs are kept.

Private to the collection.
"""

import contextlib
import functools
import glob
import json
import os
import re
import urllib.parse

from ansible_collections.photon.hardening.plugins.plugin_utils import (
    _catalogue,
    _controls,
    _merge,
    _provenance,
    _records,
    _report_options,
    _shards,
    _whole_file,
)
from ansible_collections.photon.hardening.plugins.plugin_utils._formats import cklb, document, hdf, html, junit

# The name of a run's folder, and of nothing else.
_RUN = re.compile(r"\d{8}T\d{6}Z-\d+", re.ASCII)
# All that a run's folder has of ours; what begins with a point was not finished. A glob's * passes over a leading point.
_MADE = ("report.html", "report.json", "junit-*.xml", "hdf/*.json", "cklb/*.cklb", ".????????", "hdf/.????????", "cklb/.????????")


def of_run(folder, hosts, run=_provenance.RUN):
    """The Fleet of RUN: what it has kept of HOSTS in FOLDER. Of a host that it never reached there is an earlier result, or none: both are
    missing."""
    reader = _merge.Reader(run)
    for source, line in _shards.lines(_kept(folder, hosts)):
        reader.add(source, line)
    return reader.fleet(hosts)


def _kept(folder, hosts):
    for host in [*hosts, *_images(folder, set(hosts))]:
        # A name that is too long for a file has none, and its host is missing.
        with contextlib.suppress(ValueError):
            path = os.path.join(folder, _shards.file_name(host))
            if os.path.exists(path):
                yield path


def _images(folder, hosts):
    """The names of the images of HOSTS of which FOLDER has results."""
    for entry in os.scandir(folder) if os.path.isdir(folder) else ():
        name = urllib.parse.unquote(entry.name.removesuffix(".json"), errors="surrogatepass")
        if _records.is_image(name) and _records.host_of(name) in hosts:
            yield name


def write(fleet, settings, drift=None, run=_provenance.RUN):
    """Writes the reports of RUN; returns the path of the one to open first, None where no format is asked for."""
    paths = []
    for name in settings.formats:
        for path, pieces in _FORMATS[name](fleet, settings, drift):
            paths.append(os.path.join(settings.folder, run, path))
            _whole_file.write(paths[-1], pieces)
    _prune(settings.folder, settings.keep, run)
    return paths[0] if paths else None


def write_run(kept, others):
    """Writes the reports of this run, all into one folder, and returns the path of the one to open first.

    KEPT: Settings -> names of the hosts that have them. OTHERS: names of the hosts without a result.
    """
    parts = _report_options.parts(kept, others)
    paths = [write(of_run(settings.folder, sorted(hosts)), settings) for settings, hosts in parts]
    return next(filter(None, paths), None)


def _rows():
    return _catalogue.CATALOGUE["parameters"]


def _fail_on(host):
    """The states in which the run was to fail on HOST."""
    options = host.provenance.get("options") or {}
    return options["fail_on"] if isinstance(options.get("fail_on"), list) else ()


def _page(fleet, drift):
    # As many days are left of a waiver as on the day of the newest result: the same results make the same page.
    return html.render(fleet, _rows(), functools.partial(_controls.told, _controls.load()), fleet.time[:10], drift)


# Format -> the files of it: (path below the run's folder, pieces of text).
_FORMATS = {
    "html": lambda fleet, settings, drift: [("report.html", _page(fleet, drift))],
    "json": lambda fleet, settings, drift: [("report.json", document.render(fleet, _rows(), _controls.load(), drift))],
    "junit": lambda fleet, settings, drift: junit.render(fleet, _fail_on),
    "hdf": lambda fleet, settings, drift: _below("hdf", hdf.render(fleet, _rows(), _controls.load())),
    "cklb": lambda fleet, settings, drift: _below("cklb", cklb.render(fleet, _rows(), _controls.load(), settings.benchmark)),
}


def as_data(fleet, drift=None):
    """The report in JSON as plain values."""
    return json.loads("".join(document.render(fleet, _rows(), _controls.load(), drift)))


def _below(folder, files):
    return (("%s/%s" % (folder, name), text) for name, text in files)


def _prune(folder, keep, own):
    """Removes the reports of all runs but OWN and the newest of the others, KEEP in all; their names sort by time."""
    if os.path.isdir(folder):
        runs = sorted(entry.name for entry in os.scandir(folder)
                      if _RUN.fullmatch(entry.name) and entry.name != own and entry.is_dir(follow_symlinks=False))
        for name in runs[:max(0, len(runs) + 1 - keep)]:
            _remove(os.path.join(folder, name))


def _remove(folder):
    """Removes from the FOLDER of a run what `write` makes, and what is empty then. Another run may do the same at the same time."""
    for pattern in _MADE:
        for path in glob.glob(os.path.join(glob.escape(folder), pattern)):
            with contextlib.suppress(OSError):
                os.unlink(path)
    for path in (os.path.join(folder, "hdf"), os.path.join(folder, "cklb"), folder):
        with contextlib.suppress(OSError):
            os.rmdir(path)
