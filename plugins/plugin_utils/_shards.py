# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept of each host's result: one file per host, for its owner alone, because it lists the host's weaknesses.

Private to the collection.
"""

import hashlib
import json
import os
import time
import urllib.parse

from ansible_collections.photon.hardening.plugins.module_utils._model import DIFFERING, STATES
from ansible_collections.photon.hardening.plugins.plugin_utils import _harmless, _provenance, _records, _shape, _verdicts, _whole_file

_KEPT = ("changed", "failed", "msg", "summary", "parameters", "omitted", "notes", "kernel", "guest", "ansible_facts")
_FACT, _OF_IMAGES = "photon_hardening", "hardening_of_image_"
_LONGEST_NAME = 240
_MOST_NAMES = 100
# How the line of a report begins that has its problems.
_PROBLEMS = '"problems": '

# How a run ended for a host. While it is on, and when it breaks off, nothing is known.
_UNKNOWN, _DONE = "unknown", "done"
# What only a result with rows has.
_OF_ROWS = frozenset(("parameters", "summary", "omitted", "stopped"))
_NOT_ENDED = "Nothing is known of this host: the run is still on, or it broke off."


def file_name(host):
    """HOST.json. What is special in a file's name is written as in a URL (a%2Fb), so that no two hosts share a file."""
    name = urllib.parse.quote(host, safe="", errors="surrogatepass")
    if name.startswith("."):
        name = "%2E" + name[1:]
    if len(name) > _LONGEST_NAME:
        raise ValueError("the name of the host is too long for a file's name")
    return name + ".json"


def mode(state, check_mode):
    """What a run does: the word that reports have for it. STATE: the module's option."""
    others = {"absent": "rollback", "adopted": "adopt", "forgotten": "forget"}
    return others.get(state, "audit" if check_mode else "harden")


def shard(host, result, check_mode, ended, about):
    """What is kept of a result: what the module says, and nothing that Ansible adds (an exception of its own is no JSON).

    ENDED: its outcome. ABOUT: what the controller knows of the call: its mode, waivers and provenance.
    """
    kept = {key: result[key] for key in _KEPT if key in result}
    if "kernel" in kept:
        kept["kernel"] = _kernel(result, about)
    return dict(kept, schema_version=_records.SCHEMA_VERSION, host=host, check_mode=check_mode, outcome=ended, time=now(),
                run=_provenance.RUN, mode=about.get("mode") or mode(None, check_mode), waivers=about.get("waivers", []),
                provenance=dict(_provenance.PROGRAMS, **about.get("provenance", {})))


def _kernel(result, about):
    """What runs where the RESULT is from. The kernel that works on an image is none of the image's own."""
    found = result.get("kernel")
    return dict(found, release=None, machine=None) if about.get("image") and isinstance(found, dict) else found


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def facts(result, about):
    """What a fact cache keeps of a result: enough to count with. RESULT comes from the host, so its shape is not relied on."""
    given = result.get("parameters") if isinstance(result.get("parameters"), list) else ()
    rows = [row for row in given if isinstance(row, dict) and isinstance(row.get("name"), str)]
    # Without its values the fact would say of what nothing is wanted of that it is as wanted.
    rows = [row for row in rows if _verdicts.settled_row(row) not in _verdicts.NOT_WANTED]
    names = {state: [row["name"] for row in rows if row.get("state") == state] for state in STATES}
    differing = [row["name"] for row in rows if row.get("state") in DIFFERING]
    kept = {"time": now(), "run": _provenance.RUN, "mode": about.get("mode"), "profile": about.get("provenance", {}).get("profile"),
            "summary": _shape.counts(result.get("summary")), "differing": differing[:_MOST_NAMES], "kernel": _kernel(result, about),
            "names": {state: found for state, found in names.items() if found}, "omitted": result.get("omitted"),
            "outcome": outcome(result)}
    # Without its message a report could not say why.
    why = {} if kept["outcome"] in _records.WHOLE else {"msg": _harmless.line(result.get("msg") or "it does not say why")}
    image = {"image": about["image"]} if about.get("image") else {}
    return {_fact_name(about.get("image")): dict(kept, **why, **image)}


def _fact_name(image):
    """Ansible makes variables of facts, and a variable that begins with photon_hardening_ is an option. Each IMAGE has a fact of its own,
    since a cache keeps one of a name."""
    return _OF_IMAGES + _digest(image) if image else _FACT


def _digest(text):
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def cached(found):
    """Those of the facts FOUND of a host that are results of it and of images on it."""
    return [fact for name, fact in found.items() if isinstance(fact, dict) and (name == _FACT or name.startswith(_OF_IMAGES))]


def name_of_fact(host, fact):
    """Whose result a cached FACT of HOST is: its own, or that of an image on it."""
    image = fact.get("image")
    return _records.of_image(host, image if isinstance(image, str) else None)


def of_fact(host, fact):
    """The line of a shard made of a cached FACT of HOST. Its parameters have a state alone."""
    check_mode = fact.get("mode") == "audit"
    names = fact.get("names") if isinstance(fact.get("names"), dict) else {}
    empty = dict.fromkeys(_records.Cell._fields)
    rows = [dict(empty, name=name, state=state) for state, found in names.items() if isinstance(found, list) for name in found]
    return json.dumps({
        "schema_version": _records.SCHEMA_VERSION, "host": name_of_fact(host, fact), "time": fact.get("time"), "run": fact.get("run"),
        "mode": fact.get("mode"),
        "outcome": fact.get("outcome", _DONE), "check_mode": check_mode, "parameters": rows,
        "msg": fact.get("msg", "from the fact cache, without values"),
        "kernel": fact.get("kernel"), "omitted": fact.get("omitted"), "provenance": {"profile": fact.get("profile")}}, sort_keys=True)


def outcome(result):
    """How a run ended, by its RESULT, which the host says."""
    if result.get("unreachable"):
        return "unreachable"
    if result.get("failed"):
        return "stopped" if result.get("stopped") is True else "failed"
    return _DONE


def sound(result):
    """RESULT of the module; that of one that failed, where it is none that a report would count. The host sends it."""
    ended = outcome(result)
    try:
        if ended == _DONE or not _OF_ROWS.isdisjoint(result):
            _shape.check(_line(shard("-", result, False, ended, {})))
    except _shape.BadShard as exc:
        if ended != _DONE:
            # Why it failed is still told.
            return {key: value for key, value in result.items() if key not in _OF_ROWS}
        return {"failed": True, "changed": bool(result.get("changed")),
                "msg": "The host sent no result of the module: %s. Check the Python interpreter of this host." % exc}
    return result


class Shelf:
    """Where a host's result is kept. FOLDER None: nowhere. `about`: what the controller knows of the call."""

    def __init__(self, folder, host, check_mode):
        self._host, self._check_mode, self.about = host, check_mode, {}
        # The folder in which the command was typed is still the current one.
        self._path = folder and os.path.join(os.path.abspath(os.path.expanduser(folder)), file_name(host))

    def begin(self):
        """Whatever happens now, the result of an earlier run does not look like one of this."""
        self.keep({"msg": _NOT_ENDED}, _UNKNOWN)

    def end(self, result):
        self.keep(result, outcome(result))

    def keep(self, result, ended):
        if self._path:
            _whole_file.write(self._path, [_line(shard(self._host, result, self._check_mode, ended, self.about))])

    def clear(self):
        """Nothing may be kept of this run, so nothing is left of an earlier one."""
        if self._path and os.path.lexists(self._path):
            os.unlink(self._path)


def _line(content):
    return json.dumps(content, sort_keys=True, default=str) + "\n"


def lines(paths):
    """(source, text) of each result in PATHS: files with one result a line, reports in JSON, or folders of such files, whose hidden ones
    are unfinished. (file, Problem) of what a report tells of its own."""
    # A file that is named twice, as with `reports` and `./reports`, is read once.
    for path in {os.path.realpath(path): path for path in _files(paths)}.values():
        yield from _of_file(path)


def _files(paths):
    for path in paths:
        if os.path.isdir(path):
            yield from _files(os.path.join(path, name) for name in sorted(os.listdir(path)) if _is_shard(path, name))
        else:
            yield path


def _of_file(path):
    try:
        with open(path, encoding="utf-8", errors="backslashreplace") as stream:
            yield from _lines(path, stream)
    except OSError as exc:
        yield path, _shape.BadShard("unreadable", "it cannot be read: %s" % exc.strerror)


def _lines(path, stream):
    in_report, has_hosts, last = False, False, ""
    for number, text in enumerate(stream, 1):
        if "\0" in text:
            # Each of its lines would be a result that cannot be read.
            yield path, _shape.BadShard("unreadable", "it is not text")
            return
        last = text.strip() or last
        in_report = in_report or number == 1 and text.rstrip() == "{"
        # In a report each host is a line of its own, too, below a head that has no host.
        if text.strip() and (text.startswith('{"') or not in_report):
            yield "%s:%d" % (path, number), text.rstrip().rstrip(",") if in_report else text
        elif in_report:
            has_hosts = has_hosts or text.startswith('"hosts": [')
            yield from ((path, problem) for problem in _problems(text))
    if not last:
        yield path, _shape.BadShard("truncated", "it is empty")
    elif in_report and not (has_hosts and last == "}"):
        yield path, _shape.BadShard("truncated", "it is neither a whole report as it was written nor one result a line")


def _problems(text):
    """What an earlier report tells of its problems, if TEXT is its line of them: a report of that report has the same."""
    if not text.startswith(_PROBLEMS):
        return []
    try:
        found = [_records.Problem(*map(problem.__getitem__, _records.Problem._fields))
                 for problem in json.loads(text[len(_PROBLEMS):].rstrip().rstrip(","))]
    except (ValueError, RecursionError, TypeError, LookupError, AttributeError):
        found = [None]
    if all(problem and problem.kind in _records.PROBLEMS and set(map(type, problem)) == {str} for problem in found):
        return found
    return [_shape.BadShard("unreadable", "its problems are not what a report has")]


def _is_shard(folder, name):
    # What a link leads to may be gone: it is named.
    path = os.path.join(folder, name)
    return name.endswith((".json", ".jsonl")) and not name.startswith(".") and (os.path.isfile(path) or not os.path.exists(path))
