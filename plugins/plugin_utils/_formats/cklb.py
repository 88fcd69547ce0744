# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CKLB, the checklist of STIG Viewer 3 and STIG Manager: one file for each host, with the rules of one STIG that ask for kernel parameters.

STIG Manager finds a rule by its SV- number and the STIG by its release; what fits none it passes over without a word. So only benchmarks
that DISA has numbered are written. Pure. Private to the collection.
"""

import json
import uuid
from collections import namedtuple

from ansible_collections.photon.hardening.plugins.module_utils import _model, _values
from ansible_collections.photon.hardening.plugins.plugin_utils import _catalogue, _fleet, _verdicts
from ansible_collections.photon.hardening.plugins.plugin_utils._formats import mapping, per_host

PASSED, OPEN, NOT_APPLICABLE, NOT_REVIEWED = "not_a_finding", "open", "not_applicable", "not_reviewed"
# STIG Manager cuts what is longer.
_LONGEST = 32000
_UUIDS = uuid.UUID("b1a4f4a2-8a55-5a0e-9a3c-7f6f0c1f7d11")
_EMPTY = ("fix_text", "false_positives", "false_negatives", "discussion", "check_content", "mitigations", "potential_impacts",
          "third_party_tools", "mitigation_control", "responsibility", "security_override_guidance", "ia_controls")

# What one parameter says of a rule. word: of the mapping. detail, comment: sentences, comment may be "".
_Answer = namedtuple("_Answer", "word detail comment")


def benchmarks(controls):
    """The benchmarks of which a checklist can be made."""
    return [key for key, about in controls["benchmarks"].items() if about.get("disa")]


def render(fleet, rows, controls, benchmark):
    """(file name, text) of each host that has an answer to a rule of BENCHMARK; ValueError where no checklist can be made of it."""
    possible = benchmarks(controls)
    if benchmark not in possible:
        about = controls["benchmarks"].get(benchmark)
        why = "%s has no SV- numbers of DISA, and without them nothing is imported" % about["title"] if about else "it is not known"
        raise ValueError("no checklist (cklb) can be made of the benchmark %s: %s; choose one of %s"
                         % (benchmark, why, ", ".join(possible)))
    return _files(fleet, {row["name"]: row for row in rows}, controls, benchmark)


def _files(fleet, rows, controls, benchmark):
    rules, about = _rules(controls, benchmark), controls["benchmarks"][benchmark]
    for number, host in enumerate(fleet.hosts):
        waiver_of = per_host.waivers(host)
        answers = {name: _answer(host, name, cell, rows.get(name), waiver_of(name), benchmark) for name, cell in fleet.rows(number)}
        asked = {rule: names for rule, names in rules.items() if any(name in answers for name in names)}
        if asked:
            wrong = _fleet.told(fleet.wrong(host.name))
            made = [_rule(host, about, rule, [(name, answers.get(name)) for name in names], wrong) for rule, names in asked.items()]
            yield per_host.file_name(host.name, ".cklb"), json.dumps(_document(host, about, made, len(rules))) + "\n"


def _rules(controls, benchmark):
    """number -> all parameters that it asks for, those included that the catalogue does not have."""
    asked = [(name, numbers.get(benchmark, ())) for name, numbers in controls["parameters"].items()]
    found = {}
    for name, numbers in asked + list(controls["benchmarks"][benchmark].get("missing", {}).items()):
        for number in numbers:
            found.setdefault(number, []).append(name)
    return dict(sorted(found.items()))


# --- one parameter ---

def _answer(host, name, cell, row, waiver, benchmark):
    word = mapping.words(cell, host.check_mode).cklb
    detail = "%s %s." % (name, _verdicts.sentence(cell, host.check_mode))
    if word == PASSED:
        wanted = row and row["values"].get(benchmark)
        if wanted is None and name in _overrides(host):
            return _Answer(NOT_REVIEWED, detail, "%s: an override has said what is wanted; compare that with the benchmark." % name)
        return _passed(name, detail, row, wanted, cell.before if host.check_mode else cell.after)
    if cell.state == "waived":
        return _Answer(word, detail, "%s is waived: %s." % (name, per_host.justification(waiver, cell)))
    return _Answer(word, detail, "%s: %s." % (name, cell.reason) if cell.reason else "")


def _overrides(host):
    """The parameters of which an override says what is wanted."""
    options = host.provenance.get("options") or {}
    return options["overrides"] if isinstance(options.get("overrides"), dict) else ()


def _passed(name, detail, row, wanted, live):
    """It is as the run wanted it. WANTED: what the benchmark asks for, None where the catalogue does not know it."""
    if wanted is None:
        return _Answer(PASSED, detail, "%s: compared with what the run wanted." % name)
    if live is None:
        return _Answer(NOT_REVIEWED, detail, "%s: the benchmark asks for %s; the live value is not known." % (name, wanted))
    if not _meets(row, wanted, live):
        return _Answer(OPEN, detail, "%s: the benchmark asks for %s; the run wanted another value." % (name, wanted))
    return _Answer(PASSED, detail, "")


def _meets(row, wanted, live):
    rule = _model.Rule(**_catalogue.order_rule(row, wanted))
    return _values.same(row["name"], live, wanted) or _values.as_good(row["name"], live, rule)


# --- one rule ---

def _status(answers):
    """Of the ANSWERS of a rule's parameters; None for one of which the result says nothing."""
    words = {answer and answer.word for answer in answers}
    if OPEN in words:
        return OPEN
    if words & {None, NOT_REVIEWED}:
        return NOT_REVIEWED
    return PASSED if PASSED in words else NOT_APPLICABLE


def _rule(host, about, number, answers, wrong):
    """WRONG: what is wrong with the host's result, "" for nothing. What is open in it is open still; the rest has to be reviewed again."""
    status = _status([answer for _name, answer in answers])
    known, stig = about["controls"][number], _uuid(host, about["disa"]["id"])
    details = [answer.detail if answer else "%s was not looked at by this run." % name for name, answer in answers]
    # STIG Manager asks for a comment on every finding.
    comments = [_origin(host)] + (["The host has no whole and fresh result: %s." % wrong.rstrip(".")] if wrong else [])
    comments += [answer.comment for _name, answer in answers if answer and answer.comment]
    return dict(
        _numbers(known, number), uuid=_uuid(host, known["rid"]), stig_uuid=stig, STIGUuid=stig, createdAt=host.time, updatedAt=host.time,
        rule_title="Kernel parameters: %s" % ", ".join(name for name, _answer in answers),
        status=status if status == OPEN or not wrong else NOT_REVIEWED,
        finding_details="\n".join(details)[:_LONGEST], comments="\n".join(comments)[:_LONGEST])


def _numbers(known, number):
    """What the STIG itself says of a rule, but for its texts: whoever imports the checklist has them."""
    return dict(
        dict.fromkeys(_EMPTY, ""), group_id=known["gid"], group_id_src=known["gid"], group_title=known["srg"], rule_version=number,
        rule_id=known["rid"].replace("_rule", ""), rule_id_src=known["rid"], severity=known["severity"], ccis=known["cci"], weight="10.0",
        group_tree=[{"id": known["gid"], "title": known["srg"], "description": "<GroupDescription></GroupDescription>"}],
        classification="NONE", documentable="false", legacy_ids=[], overrides={}, target_key=None, stig_ref=None,
        check_content_ref={"href": "", "name": "M"})


def _origin(host):
    made = host.provenance
    return "photon.hardening %s, profile %s, %s." % (made.get("collection") or "unknown", made.get("profile") or "unknown", host.mode)


# --- the checklist ---

def _document(host, about, rules, all_rules):
    """ALL_RULES: how many rules of the benchmark ask for kernel parameters."""
    disa = about["disa"]
    return {
        "title": "%s: %s %s, only those %d of its %d rules for kernel parameters that the result says something of" % (
            host.name, disa["id"], about["version"], len(rules), all_rules),
        "id": _uuid(host, ""), "cklb_version": "1.0", "active": False, "mode": 1, "has_path": True, "target_data": _target(host),
        "stigs": [{
            "stig_name": disa["title"], "display_name": disa["title"].replace(" Security Technical Implementation Guide", ""),
            # A number here is refused by some readers.
            "stig_id": disa["id"], "version": str(disa["version"]), "release_info": disa["release"], "uuid": _uuid(host, disa["id"]),
            "reference_identifier": "", "size": len(rules), "rules": rules,
        }],
    }


def _target(host):
    return {
        "target_type": "Computing", "host_name": host.name, "ip_address": "", "mac_address": "", "fqdn": "", "role": "None",
        "comments": "Kernel parameters as of %s" % host.time, "is_web_database": False, "technology_area": "", "web_db_site": "",
        "web_db_instance": "", "classification": None,
    }


def _uuid(host, what):
    """The same host and rule have the same one in every run."""
    return str(uuid.uuid5(_UUIDS, "%s %s" % (host.name, what)))
