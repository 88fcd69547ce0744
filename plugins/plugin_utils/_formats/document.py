# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as JSON, in pieces: report.schema.json describes it. One host is one line, so 10,000 of them never stand in memory.

Pure. Private to the collection.
"""

import functools
import json

from ansible_collections.photon.hardening.plugins.plugin_utils import _controls, _drift, _fleet, _harmless, _records, _verdicts

SCHEMA_VERSION = 1
# Hosts of one kind have the same rows.
_MOST_ROWS = 20000


def render(fleet, rows, controls, drift=None):
    """Pieces of text. ROWS: the catalogue's. CONTROLS: what _controls.load() returns."""
    yield "{\n"
    for key, value in _head(fleet, rows, controls) + [("since", _since(drift))]:
        yield '"%s": %s,\n' % (key, _json(value))
    yield '"hosts": ['
    row_text = functools.lru_cache(_MOST_ROWS)(functools.partial(_row, functools.cache(functools.partial(_controls.numbers_of, controls))))
    for number, host in enumerate(fleet.hosts):
        rows_text = ",".join(row_text(name, cell, host.check_mode) for name, cell in fleet.rows(number))
        # The rows are texts already: they are put into the place of the last key.
        yield '%s\n%s,"parameters":[%s]}' % ("," if number else "", _json(_host(fleet, number))[:-1], rows_text)
    yield "\n]\n}\n"


# One for all: json.dumps would make another for each row.
_json = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def _head(fleet, rows, controls):
    names = set(fleet.parameters)
    provenance = {_json(host.provenance): host.provenance for host in fleet.hosts}
    return [
        ("schema_version", SCHEMA_VERSION),
        ("verdict", _fleet.verdict_sentence(fleet)),
        ("time", fleet.time),
        ("modes", sorted({host.mode for host in fleet.hosts})),
        ("counts", fleet.counts()),
        ("verdicts", fleet.verdicts()),
        ("problems", [_problem(problem) for problem in fleet.problems]),
        ("waivers", [dict(waiver, hosts=hosts) for waiver, hosts in fleet.waivers()]),
        ("provenance", [provenance[key] for key in sorted(provenance)]),
        ("catalogue", {row["name"]: {key: row[key] for key in ("why", "impact")} for row in rows if row["name"] in names}),
        ("benchmarks", _benchmarks(names, controls)),
    ]


def _since(drift):
    """What changed since an earlier report; None without one."""
    if drift is None:
        return None
    told = dict(drift._asdict(), sentence=_drift.sentence(drift))
    return dict(told, **{key: [change._asdict() for change in getattr(drift, key)] for key in ("worse", "better", "other")})


def _problem(problem):
    return {"kind": problem.kind, "source": _harmless.flat(problem.source), "message": _harmless.flat(problem.message)}


def _benchmarks(names, controls):
    """Those of which a number stands beside one of the parameters NAMES."""
    used = {key for name in names for key in _controls.numbers_of(controls, name)}
    return {key: {"title": about["title"], "version": about["version"]} for key, about in controls["benchmarks"].items() if key in used}


def _host(fleet, number):
    host = fleet.hosts[number]
    told = {key: getattr(host, key) for key in _records.Host._fields if key != "name"}
    # With it each host's line is a result that can be read again.
    return dict(told, schema_version=_records.SCHEMA_VERSION, host=host.name, counts=fleet.host_counts(number),
                verdicts=fleet.host_verdicts(number), guest=[row._asdict() for row in host.guest])


def _row(numbers, name, cell, check_mode):
    told = dict(cell._asdict(), name=name, verdict=_verdicts.verdict(_verdicts.kind_of(cell, check_mode)),
                sentence=_verdicts.sentence(cell, check_mode), controls=numbers(name))
    return _json(told)
