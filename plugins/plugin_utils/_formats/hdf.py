# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HDF, the exec-json of InSpec, as Heimdall shows it: one file for each host, one control for each parameter.

Heimdall shows `skipped` as "Not Reviewed", so nothing is that is not also waived or of impact 0. Pure. Private to the collection.
"""

import hashlib
import json

from ansible_collections.photon.hardening.plugins.plugin_utils import _controls, _harmless, _verdicts
from ansible_collections.photon.hardening.plugins.plugin_utils._formats import mapping, per_host

WAIVED, NOT_APPLICABLE = "waiver_data", "impact 0"
# Where benchmarks grade kernel parameters, nearly all are of medium severity.
_MEDIUM = 0.5
_NAME = "photon.hardening"


def render(fleet, rows, controls):
    """(file name, text) of each host, those without a result, too. ROWS: the catalogue's. CONTROLS: what _controls.load() returns."""
    about = {row["name"]: row for row in rows}
    tags = {name: _tags(name, controls) for name in fleet.parameters}
    for number, host in enumerate(fleet.hosts):
        made = [_problem_control(host, problem) for problem in fleet.wrong(host.name)]
        waiver_of = per_host.waivers(host)
        for name, cell in fleet.rows(number):
            made.append(_control(host, name, cell, about.get(name, {}), tags[name], waiver_of(name)))
        yield per_host.file_name(host.name, ".json"), json.dumps(_document(host, made)) + "\n"
    for host, its in per_host.lost(fleet):
        # No host has the second name: what is special in one is written as in a URL.
        name = per_host.file_name(host.name, ".json") if host.name else "not read.json"
        yield name, json.dumps(_document(host, [_problem_control(host, problem) for problem in its])) + "\n"


def _document(host, controls):
    version = _text(host.provenance.get("collection"))
    return {
        "platform": {"name": _text(host.kernel.get("system")), "release": _text(host.kernel.get("release")), "target_id": host.name},
        "profiles": [{
            "name": _NAME, "title": "Kernel parameters of %s" % host.name, "version": version, "sha256": _digest(controls),
            "supports": [], "attributes": [], "groups": [], "controls": controls,
        }],
        "statistics": {"controls": {word: {"total": _total(controls, word)} for word in ("passed", "failed", "skipped")}},
        "version": version,
    }


def _text(value):
    return value if isinstance(value, str) else "unknown"


def _digest(controls):
    """Of what was asked, not of the answers: Heimdall compares the runs of one profile."""
    return hashlib.sha256("\n".join(sorted(control["id"] for control in controls)).encode("utf-8")).hexdigest()


def _total(controls, word):
    return sum(control["results"][0]["status"] == word for control in controls)


def _control(host, name, cell, about, tags, waiver):
    word = mapping.words(cell, host.check_mode).hdf
    sentence = "%s %s" % (name, _verdicts.sentence(cell, host.check_mode))
    control = _bare_control(name, about.get("why") or name, sentence)
    control["tags"] = tags
    control["results"] = [_result(host, word, "%s is as wanted" % name, sentence)]
    control["descriptions"] = [{"label": label, "data": about[key]} for label, key in (("rationale", "why"), ("impact", "impact"))
                               if about.get(key)]
    if word == NOT_APPLICABLE:
        control["impact"] = 0.0
    if word == WAIVED:
        control["waiver_data"] = {
            "justification": per_host.justification(waiver, cell), "expiration_date": (waiver or {}).get("expires"),
            "run": False, "skipped_due_to_waiver": True, "message": "",
        }
    return control


def _problem_control(host, problem):
    """A host without a whole result must not look like one with nothing to say."""
    message = "%s: %s" % (problem.kind, _harmless.flat(problem.message))
    name = "result: %s" % problem.kind
    control = _bare_control(name if host.name else "%s: %s" % (name, _harmless.flat(problem.source)), "The result of this host", message)
    control["results"] = [_result(host, "error", "the host has a whole and fresh result", message)]
    return control


def _bare_control(name, title, desc):
    return {"id": name, "title": title, "desc": desc, "impact": _MEDIUM, "refs": [], "tags": {}, "source_location": {}, "code": None}


def _result(host, word, asked, sentence):
    status = "skipped" if word in (WAIVED, NOT_APPLICABLE) else word
    result = {"status": status, "code_desc": sentence if status == "passed" else asked, "start_time": host.time}
    if status != "passed":
        result["skip_message" if status == "skipped" else "message"] = sentence
    return result


def _tags(name, controls):
    """Heimdall groups by `nist` and `cci`; the numbers of each benchmark stand beside its title and version."""
    numbers = _controls.numbers_of(controls, name)
    tags = {"%s %s" % (controls["benchmarks"][key]["title"], controls["benchmarks"][key]["version"]): ids for key, ids in numbers.items()}
    details = [controls["benchmarks"][key].get("controls", {}).get(number, {}) for key, ids in numbers.items() for number in ids]
    cci = sorted({item for detail in details for item in detail.get("cci", ())})
    return dict(tags, **{key: value for key, value in (("nist", numbers.get("nist_800_53")), ("cci", cci)) if value})
