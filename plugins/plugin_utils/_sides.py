# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two sides of a comparison: a host, a column of the catalogue, or a saved result, all as one kind of record.

Nothing that is read here is trusted: every text is made harmless, and a wrong shape is refused with a sentence. Pure. Private to the
collection.
"""

import json
import re
from collections import namedtuple

from ansible_collections.photon.hardening.plugins.module_utils import _guest, _secrets
from ansible_collections.photon.hardening.plugins.module_utils._nearest import nearest
from ansible_collections.photon.hardening.plugins.plugin_utils import _harmless, _records, _shape

HOST, PROFILE, RESULT = "host", "profile", "result"
VALUE, SECRET, MOVES, UNREADABLE, MISSING = "value", "secret", "moves", "unreadable", "missing"

# kind: HOST | PROFILE | RESULT. parameters: name -> Value; rows of the guest side of VMware are among them, see _guest.is_name. facts:
# title and source of a column; release, machine, system, memory_kb, processors and runtimes, as far as they are known. omitted: how many
# rows a result has left out.
Side = namedtuple("Side", "label kind parameters facts omitted")
# kind: VALUE | SECRET | MOVES | UNREADABLE | MISSING (the host lacks the parameter). boot: the value of the next boot, None where no file
# sets it. source: what decides, `file:line` or what the catalogue says. cause: the file, or the source of this very row; None where nothing
# special decides. token: stands for a secret, and never leaves the process; "" for one that was never set. problem: why it cannot be read.
Value = namedtuple("Value", "kind value boot source cause token problem")

_NEWEST_SCHEMA = 1
# The largest number that a kernel has.
_MOST = 2 ** 64
# The error with which the kernel refuses to show an address secret that it does not have, and that of a parameter that it lacks.
_NEVER_SET, _LACKS = "EIO", "ENOENT"


# --- what a name means ---

def kind_of(option, given, hosts, columns, is_file):
    """Whether GIVEN, of the OPTION left or right, is a host, a profile or a saved result; ValueError where it is not one of them."""
    if not given:
        raise ValueError("%s: say what is compared, a host, a profile or a saved result: -e %s=NAME" % (option, option))
    found = [kind for kind, is_one in ((HOST, given in hosts), (PROFILE, given in columns), (RESULT, is_file)) if is_one]
    if not found:
        near = nearest(given, [*hosts, *columns])
        raise ValueError("%s: %r is not a host of the inventory, a column of the catalogue or a file%s"
                         % (option, given, ": did you mean %s?" % near if near else "."))
    if len(found) > 1:
        raise ValueError("%s: %r is ambiguous: it is %s. %s" % (option, given, " and ".join(_ARTICLES[kind] for kind in found), _WAY_OUT))
    return found[0]


_ARTICLES = {HOST: "a host of the inventory", PROFILE: "a column of the catalogue", RESULT: "a file"}
_WAY_OUT = "A file can be written with its folder, as in ./NAME; a host needs another name in the inventory."


# --- the sides ---

def of_column(catalogue, column):
    about = catalogue["columns"][column]
    found = {}
    for row in catalogue["parameters"]:
        value, own = row["values"].get(column), row.get("source", {}).get(column)
        if value is not None:
            source = own or about["source"]
            found[row["name"]] = Value(VALUE, value, None, source, None if source == about["source"] else source, None, None)
    return Side(_harmless.flat(column), PROFILE, found, {"title": about["title"], "source": about["source"]}, 0)


def of_info(label, result, kind=HOST):
    """What kernel_parameters_info returned."""
    kernel = _dictionary(label, "kernel", result.get("kernel"))
    facts = {name: _text(label, name, kernel.get(name)) for name in ("release", "machine", "system")}
    facts.update((name, _count(label, name, result.get(name))) for name in ("memory_kb", "processors"))
    facts["runtimes"] = [_text(label, "runtimes", item.get("name")) for item in _rows(label, "runtimes", result.get("runtimes") or [])]
    parameters = dict(_parameters(label, result, lambda row: _of_info_row(label, row)), **_guest_rows(label, result))
    return Side(_harmless.flat(label), kind, parameters, facts,
                _count(label, "omitted", result.get("omitted")) or 0)


def _guest_rows(label, result):
    """The rows of vmware_guest_info, where they were asked for."""
    found = _parameters(label, {"parameters": result.get("guest") or []}, lambda row: _of_guest_row(label, row))
    return {name: value for name, value in found.items() if _guest.is_name(name)}


def _of_guest_row(label, row):
    value, state, reason, source = (_text(label, key, row.get(key)) for key in ("value", "state", "reason", "source"))
    if value is None:
        return Value(MISSING if state == "not_applicable" else UNREADABLE, None, None, source, None, None, reason)
    cause = _file(source) if source and re.search(r":[0-9]+\Z", source) else None
    return Value(MOVES if row.get("name") == "memory in use" else VALUE, value, None, source, cause, None, None)


def of_shard(label, shard):
    """What a run kept of a host. It tells nothing of secrets that could be compared."""
    if shard.get("outcome") not in _records.WHOLE:
        raise ValueError("%s: the run did not end well on this host (%s), so there is nothing to compare"
                         % (label, _text(label, "outcome", shard.get("outcome"))))
    kernel = _dictionary(label, "kernel", shard.get("kernel") or {})
    facts = {name: _text(label, name, kernel.get(name)) for name in ("release", "machine", "system")}
    planned = bool(shard.get("check_mode"))
    parameters = _parameters(label, shard, lambda row: _of_shard_row(label, row, planned))
    if _records.is_image(_text(label, "host", shard.get("host")) or ""):
        parameters = _of_image(parameters)
    parameters.update(_guest_rows(label, shard))
    omitted = _count(label, "omitted", shard.get("omitted")) or 0
    try:
        _shape.check_whole(dict(shard, summary=_shape.counts(shard.get("summary"))))
    except _shape.BadShard as exc:
        raise ValueError("%s: %s" % (label, exc)) from exc
    return Side(_harmless.flat(label), RESULT, parameters, facts, omitted)


def of_saved(label, text):
    """A file: what a run kept of one host, or what kernel_parameters_info returned."""
    try:
        found = json.loads(text)
    except RecursionError as exc:
        raise ValueError("%s: its JSON is nested too deeply for a saved result" % label) from exc
    except ValueError as exc:
        several = len(text.splitlines()) > 1 and text.startswith("{\"")
        hint = ", or it holds the results of several hosts: give a file with one" if several else ""
        raise ValueError("%s: it is not a saved result: not one document of JSON (%s)%s" % (label, exc, hint)) from exc
    return of_result(label, found)


def of_result(label, found):
    """The same as plain data."""
    if not isinstance(found, dict) or not ("outcome" in found or "parameters" in found):
        raise ValueError("%s: it is not a saved result: neither a host's result of a run nor what kernel_parameters_info returned" % label)
    schema = found.get("schema_version", _NEWEST_SCHEMA)
    if schema != _NEWEST_SCHEMA:
        raise ValueError("%s: its schema_version is %s, and this release reads %d: use the release that wrote it"
                         % (label, _harmless.line(schema), _NEWEST_SCHEMA))
    return of_shard(label, found) if "outcome" in found else of_info(label, found, RESULT)


# --- rows ---

def _parameters(label, result, made):
    found = {}
    for row in _rows(label, "parameters", result.get("parameters")):
        name = _text(label, "name", row.get("name"))
        if not name or name in found:
            raise ValueError("%s: parameters: %s" % (label, "%s is there twice" % name if name else "a row has no name"))
        found[name] = made(row)
    return found


def _of_info_row(label, row):
    name, value, boot, source, error = (_text(label, key, row.get(key)) for key in ("name", "value", "boot", "boot_source", "error"))
    kind = row.get("kind", VALUE)
    if kind not in (VALUE, SECRET, MOVES, UNREADABLE):
        raise ValueError("%s: %s: %s is not a kind of value that this release knows" % (label, name, _harmless.line(kind)))
    if kind == SECRET or _secrets.is_secret(name):
        return _secret(name, value, source, error, _text(label, "digest", row.get("digest")))
    if kind == UNREADABLE or value is None:
        return Value(UNREADABLE, None, boot, source, _file(source), None, error or "no value")
    return Value(kind, value, boot, source, _file(source), None, None)


def _of_shard_row(label, row, planned):
    """Of a run in check mode nothing but what it found is true now. Whether the kernel lacks a parameter is no matter of its state."""
    keys = ("name", "before", "boot_before") if planned else ("name", "after", "boot")
    name, found, boot = (_text(label, key, row.get(key)) for key in keys)
    source, error, found_in = (_text(label, key, row.get(key)) for key in ("boot_source", "error", "boot_source_before"))
    if planned and (found_in or boot != _text(label, "boot", row.get("boot"))):
        source = found_in
    if found is None and error == _LACKS:
        return Value(MISSING, None, boot, source, _file(source), None, None)
    if _secrets.is_secret(name):
        return _secret(name, found, source, error, None)
    if found is None:
        return Value(UNREADABLE, None, boot, source, _file(source), None, error or "no value in the saved result")
    return Value(VALUE, found, boot, source, _file(source), None, None)


def _of_image(parameters):
    """PARAMETERS of a mounted image: no kernel runs it, so the values of its next boot stand for it."""
    return {name: found._replace(kind=VALUE, value=found.boot, problem=None) for name, found in parameters.items()
            if found.kind == UNREADABLE and found.boot is not None}


def _secret(name, value, source, error, digest):
    never_set = value is None and error == _NEVER_SET and name.endswith(".stable_secret")
    return Value(SECRET, None, None, source, _file(source), *(("", "never set") if never_set else (digest, None)))


def _file(source):
    """The file of FILE:LINE."""
    return source.rpartition(":")[0] or None if source else None


# --- shapes ---

def _text(label, key, given):
    if given is None or isinstance(given, str):
        return given and _harmless.flat(given)
    raise ValueError("%s: %s: %s is not a text" % (label, key, _harmless.line(given, 100)))


def _count(label, key, given):
    if given is None or isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= _MOST:
        return given
    raise ValueError("%s: %s: %s is not a number" % (label, key, _harmless.line(given, 100)))


def _dictionary(label, key, given):
    if isinstance(given, dict):
        return given
    raise ValueError("%s: %s: it is not a dictionary, so this is not a result of kernel_parameters_info" % (label, key))


def _rows(label, key, given):
    if isinstance(given, list) and all(isinstance(row, dict) for row in given):
        return given
    raise ValueError("%s: %s: it is not a list of rows, so this is not a result that can be compared" % (label, key))
