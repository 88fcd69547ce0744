# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTML report: one file that needs nothing beside it.

What a reader has to know first is text that is made here and can be read without script. The views below it are made by the script, out of
the data that packing.py packs. Page, style and script are files of their own in web/. Pure but for reading these. Private to the
collection.
"""

import base64
import datetime
import functools
import hashlib
import json
import os
from collections import Counter

import jinja2
import markupsafe

from ansible_collections.photon.hardening.plugins.plugin_utils import _drift, _fleet, _harmless, _verdicts
from ansible_collections.photon.hardening.plugins.plugin_utils._formats import packing

FOLDER = os.path.join(os.path.dirname(__file__), "web")

# How many the first screen names, and the part that can be read without script.
_MOST_NAMES, _MOST_WAIVERS, _MOST_ROWS, _WORST = 6, 3, 40, 3
# A kernel, a profile and so on: how many different ones are named.
_MOST_SOURCES = 4

# kind of a problem -> how it is called where the hosts are named.
_PROBLEMS = {
    "missing": "no result", "stale": "stale result", "unreachable": "unreachable", "failed": "run failed", "unknown": "run broke off",
    "unreadable": "unreadable result", "truncated": "incomplete result", "schema": "invalid result",
    "duplicate": "two results of one run",
}
_HOST_WORDS = {"error": "without a whole and fresh result", "fail": "not as wanted", "not_applicable": "without a hardened parameter",
               "pass": "as wanted"}
_MODES = {"harden": "Hardening", "audit": "Audit", "rollback": "Rollback", "adopt": "Adoption", "forget": "Forgetting"}


# --- files ---

@functools.cache
def _file(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as stream:
        return stream.read()


def _spelt_out(value):
    """Characters of a host that cannot be printed, or that turn the direction of writing. Markup is the page's own."""
    return _harmless.flat(value) if isinstance(value, str) and not isinstance(value, markupsafe.Markup) else value


@functools.cache
def _template():
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined,
                                     finalize=_spelt_out)
    environment.filters["thousands"] = "{:,}".format
    return environment.from_string(_file("page.html.j2"))


def _hash(text):
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


# --- what stands first ---

def counts(fleet):
    """[(kind, number), ...] of all kinds, the worst first."""
    numbers = fleet.kinds()
    return [(kind, numbers[kind["key"]]) for kind in packing.kinds()]


def host_counts(fleet):
    """[(verdict, hosts, words), ...]"""
    return [(verdict, hosts, _HOST_WORDS[verdict]) for verdict, hosts in fleet.host_totals().items()]


def coverage(fleet):
    """[(what is wrong, names of the first, how many more), ...]"""
    found = {}
    for problem in fleet.problems:
        found.setdefault(problem.kind, {})[problem.source] = None
    return [(_PROBLEMS[kind], list(names)[:_MOST_NAMES], max(0, len(names) - _MOST_NAMES)) for kind, names in found.items()]


def _example(fleet, finding):
    """(name of the first host with FINDING, the sentence about it)"""
    column = fleet.parameters[finding.name]
    settled = dict(enumerate(map(_verdicts.settled, column.cells)))
    place, host = next((place, host) for place, host in enumerate(fleet.hosts)
                       if _verdicts.kind(settled.get(column.index[place]), host.check_mode) == finding.kind)
    return host.name, _verdicts.sentence(column.get(place), host.check_mode)


def findings(fleet, found, rows):
    """The worst ones of those FOUND, as the page shows them."""
    listed = []
    for finding in found[:_MOST_ROWS]:
        letter, word = _verdicts.WORDS[finding.kind]
        host, sentence = _example(fleet, finding)
        listed.append({"name": finding.name, "letter": letter, "word": word, "host": host,
                       "verdict": finding.verdict, "hosts": finding.hosts, "sentence": sentence, "key": finding.kind,
                       "why": rows.get(finding.name, {}).get("why", "")})
    return listed


def days_left(expires, today):
    """Days from TODAY on until a waiver ends; None where it has no end, or none that is a day."""
    try:
        return (datetime.date.fromisoformat(expires) - datetime.date.fromisoformat(today)).days
    except (TypeError, ValueError):
        return None


def _left(days):
    if days is None:
        return "no end"
    if days < 0:
        return "ended %d day%s ago" % (-days, "" if days == -1 else "s")
    return "ends today" if not days else "%d day%s left" % (days, "" if days == 1 else "s")


def waivers(fleet, today):
    """All of them, those that end first come first."""
    listed = []
    for waiver, hosts in fleet.waivers():
        days = days_left(waiver["expires"], today)
        shown = {key: "" if value is None else str(value) for key, value in waiver.items()}
        listed.append(dict(shown, hosts=hosts, days=days, left=_left(days), over=days is not None and days < 0))
    return listed


def guest(fleet):
    """(the first rows of the guest side, as the page shows them, the number of all)"""
    found = fleet.guest()
    listed = []
    for row, same, hosts in found[:_MOST_ROWS]:
        sign, word, verdict = packing.GUEST_STATES[row.state]
        listed.append(dict(row._asdict(), sign=sign, word=word, verdict=verdict, hosts=hosts, is_same=same == hosts))
    return listed, len(found)


# --- where it comes from ---

def _most(texts):
    """The texts that most hosts have, with the numbers of hosts where there are several."""
    found = sorted(Counter(texts).items(), key=lambda item: (-item[1], item[0]))
    shown = [text if len(found) == 1 else "%s (%d)" % (text, hosts) for text, hosts in found[:_MOST_SOURCES]]
    return shown + (["and %d more" % (len(found) - _MOST_SOURCES)] if len(found) > _MOST_SOURCES else [])


def _text(value):
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def provenance(fleet):
    """[(what, [text, ...]), ...]"""
    words = {"collection": "Collection", "catalogue": "Catalogue", "ansible_core": "ansible-core", "profile": "Profile", "groups": "Groups",
             "options": "Options"}
    found = {title: _most(_text(host.provenance[key]) for host in fleet.hosts if host.provenance.get(key)) for key, title in words.items()}
    found["Check mode"] = _most("yes, nothing was written" if host.check_mode else "no" for host in fleet.hosts)
    found["Results of"] = sorted({min((host.time for host in fleet.hosts), default=""), fleet.time} - {""})
    found["Runs"] = _most(host.run for host in fleet.hosts)
    found["Kernels"] = _most(_text(host.kernel["release"]) for host in fleet.hosts if host.kernel.get("release"))
    return [(title, texts) for title, texts in found.items() if texts]


def _all_hosts(fleet):
    """How many there are, those without a result, too."""
    return sum(fleet.host_totals().values())


def _title(fleet):
    modes = sorted({_MODES[host.mode] for host in fleet.hosts})
    total = _all_hosts(fleet)
    hosts = fleet.hosts[0].name if fleet.hosts and total == 1 else "{:,} {}".format(total, _fleet.nouns(fleet)[1])
    return "%s of %s" % (" and ".join(modes) or "Report", hosts)


# --- the page ---

def since(drift):
    """What the page says of what changed since an earlier report; None without one."""
    if drift is None:
        return None
    lists = [(words, list(rows[:_MOST_ROWS]), max(0, len(rows) - _MOST_ROWS)) for words, rows in (
        ("Worse", drift.worse), ("Still not as wanted, in another way", drift.other), ("Better", drift.better),
        ("New hosts", drift.new), ("Lost hosts", drift.lost))]
    return {"sentence": _drift.sentence(drift), "changes": lists[:3], "hosts": lists[3:]}


def render(fleet, catalogue_rows, controls, today, drift=None):
    """The file's text, in pieces.

    CATALOGUE_ROWS: rows of the catalogue. CONTROLS: name -> [Control, ...]. TODAY: the day from which the days that are left of a waiver
    are counted.
    """
    rows = {row["name"]: row for row in catalogue_rows}
    listed, found = waivers(fleet, today), fleet.findings()
    guest_rows, all_guest_rows = guest(fleet)
    problems = [[_PROBLEMS[problem.kind], problem.source, problem.message] for problem in fleet.problems]
    style, script = _file("style.css"), _file("script.js")
    return _template().generate(
        policy="default-src 'none'; script-src '%s'; style-src '%s'; base-uri 'none'; form-action 'none'" % (_hash(script), _hash(style)),
        style=markupsafe.Markup(style), script=markupsafe.Markup(script), title=_title(fleet), time=fleet.time, fleet=fleet,
        since=since(drift), nouns=_fleet.nouns(fleet),
        sentence=_fleet.verdict_sentence(fleet), counts=counts(fleet), host_counts=host_counts(fleet), coverage=coverage(fleet),
        findings=findings(fleet, found, rows), all_findings=len(found), worst=_WORST, waivers=listed[:_MOST_ROWS],
        all_waivers=len(listed), first_waivers=_MOST_WAIVERS, provenance=provenance(fleet),
        guest=guest_rows, all_guest_rows=all_guest_rows, all_hosts=_all_hosts(fleet),
        data=map(markupsafe.Markup, packing.pack(fleet, rows, controls, problems=problems, waivers=listed, all_hosts=_all_hosts(fleet))))
