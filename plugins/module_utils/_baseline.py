# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The memory of a host as a file, the only state that this collection keeps. What it holds is checked like input.

Private to the collection.
"""

import json
import re

from ansible_collections.photon.hardening.plugins.module_utils import _atomic, _files, _names, _sysctl_d, _values
from ansible_collections.photon.hardening.plugins.module_utils._model import (
    CONFLICTS,
    Attributes,
    Entry,
    HostProblem,
    Rule,
    Saved,
    SavedFile,
)

_VERSION = 2
_EMPTY = Saved({}, {})
_MOST_VALUE = 1 << 16
# What the kernel takes in no name of an interface.
_BLANKS = set(" \t\n\v\f\r")
_SHA256 = re.compile(r"^[0-9a-f]{64}\Z")
_HELP = ("restore it from a backup, or give the way back up: state `adopted` remembers what is there now, state `forgotten` removes the "
         "baseline and touches nothing else")


# --- checks: each returns what it was given, or raises ValueError ---

def _expect(good, where, value):
    if not good:
        raise ValueError("%s: %.60r is not what is expected there" % (where, value))
    return value


def _text(where, value):
    _expect(isinstance(value, str) and len(value) <= _MOST_VALUE and "\0" not in value, where, value)
    # Half a character is a ValueError here: no file holds it.
    value.encode("utf-8", "surrogateescape")
    return value


def _optional(check, where, value):
    return None if value is None else check(where, value)


def _name(where, value):
    """A parameter, with dots. The kernel takes nearly any character in the name of an interface."""
    parts = _names.key_path(_text(where, value)).split("/")
    inside = len(parts) > 1 and not any(part in ("", ".", "..") for part in parts)
    return _expect(inside and not set(value) & _BLANKS and _names.canonical(value) == value, where, value)


def _path(where, value):
    if not _sysctl_d.restates(_text(where, value)):
        _sysctl_d.check_path(value)
    return value


def _sha256(where, value):
    return _expect(isinstance(value, str) and bool(_SHA256.match(value)), where, value)


def _content(where, value):
    """The content of a file, of any length."""
    _expect(isinstance(value, str), where, value).encode("utf-8", "surrogateescape")
    return value


def _value(where, value):
    """What one of our lines sets: in one line, and nothing in it that is written into a file could be taken for another one."""
    return _expect(not any(char < " " and char != "\t" or char == "\x7f" for char in _text(where, value)), where, value)


def _number(where, value):
    return _expect(_values.is_number(_text(where, value)), where, value)


def _line(where, value):
    return _expect("\n" not in _text(where, value), where, value)


def _dictionary(where, value):
    return _expect(isinstance(value, dict), where, value)


def _list(where, value):
    return _expect(isinstance(value, list), where, value)


def _fields(where, value, known):
    extra = sorted(set(_dictionary(where, value)) - set(known))
    return _expect(not extra, where, extra)


def _attributes(where, value):
    numbers = all(isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 1 << 32 for number in _list(where, value))
    return Attributes(*_expect(numbers and len(value) == 3 and value[0] <= 0o7777, where, value))


def _refused(where, value):
    return tuple(_text(where, item) for item in _expect(isinstance(value, list) and len(value) == 3, where, value))


def _texts(where, value):
    return tuple(_text(where, item) for item in _list(where, value))


def _rule(where, value):
    _fields(where, value, ("accept", "at_least", "at_most", "interfaces", "waived", "asked"))
    return Rule(accept=_texts(where, value.get("accept", [])),
                at_least=_optional(_number, where, value.get("at_least")), at_most=_optional(_number, where, value.get("at_most")),
                interfaces=_expect(isinstance(value.get("interfaces", False), bool), where, value.get("interfaces", False)),
                waived=_optional(_text, where, value.get("waived")), asked=_optional(_value, where, value.get("asked")))


# --- reading ---

def _entry(name, value):
    _fields(_name("parameters", name), value, Entry._fields)
    checks = dict(before=_text, wrote=_text, dropin=_path, also=_text, asked=_text, refused=_refused, mover=_name, had=_texts)
    found = {key: _optional(check, "%s: %s" % (name, key), value.get(key)) for key, check in checks.items()}
    traced = value.get("traced", True)
    _expect("before" in value and found["dropin"] is not None and isinstance(traced, bool), name, value)
    return Entry(traced=traced, **found)


def _file(path, value, is_earlier=False):
    _fields(_path("files", path), value, SavedFile._fields[:-1] if is_earlier else SavedFile._fields)

    def optional(check, key):
        return _optional(check, "%s: %s" % (path, key), value.get(key))

    lines, rules = optional(_dictionary, "lines"), optional(_dictionary, "rules")
    if lines is not None:
        lines = {_name(path, name): _value(path, line) for name, line in lines.items()}
    if rules is not None:
        rules = {_name(path, name): _rule("%s: %s" % (path, name), rule) for name, rule in rules.items()}
    conflicts = value.get("conflicts", "restate")
    return SavedFile(optional(_content, "before"), optional(_attributes, "attributes"), _sha256(path, value.get("sha256")),
                     optional(_sha256, "also"), lines, rules, _expect(conflicts in CONFLICTS, path, conflicts),
                     tuple(_line(path, line) for line in _list(path, value.get("edits", []))), optional(_content, "text"),
                     optional(lambda _where, earlier: _file(path, earlier, True), "earlier"))


def _folder(value):
    known = isinstance(value, str) and any((folder + "/").startswith(value + "/") for folder in _sysctl_d.FOLDERS)
    return _expect(known and value.startswith("/"), "folders", value)


def parsed(text):
    """The Saved that the file's TEXT holds; ValueError says what is wrong. Version 1 knew nothing of lines, rules and owners."""
    try:
        data = json.loads(text)
    except RecursionError as exc:
        raise ValueError("it is nested too deeply") from exc
    _fields("the file", data, ("version",) + Saved._fields)
    if isinstance(data.get("version"), bool) or data.get("version") not in (1, _VERSION):
        raise ValueError("version %.20r, and this release reads version 1 and %d" % (data.get("version"), _VERSION))
    parameters, files = (_dictionary(key, data.get(key)) for key in ("parameters", "files"))
    entries = {name: _entry(name, entry) for name, entry in parameters.items()}
    return Saved({name: entry._replace(traced=entry.traced and data["version"] == _VERSION) for name, entry in entries.items()},
                 {path: _file(path, entry) for path, entry in files.items()},
                 tuple(_folder(folder) for folder in _list("folders", data.get("folders", []))),
                 {_name("first", name): _text("first", value) for name, value in _dictionary("first", data.get("first", {})).items()},
                 _optional(_sha256, "machine_id", data.get("machine_id")),
                 {_line("seen", use): _line("seen", words) for use, words in _dictionary("seen", data.get("seen", {})).items()})


def load():
    """The Saved of this host, empty where nothing was saved. A damaged file raises HostProblem and is never overwritten."""
    try:
        text = _files.read(_files.BASELINE)
        return _EMPTY if text is None else parsed(text)
    except (OSError, ValueError) as exc:
        raise HostProblem("%s cannot be understood (%s): %s" % (_files.shown(_files.BASELINE), exc, _HELP)) from exc


# --- writing ---

def _shown(record):
    """A record's fields without those that say nothing."""
    defaults = dict(zip(reversed(record._fields), reversed(type(record).__new__.__defaults__ or ())))
    return {key: value for key, value in record._asdict().items()
            if value != defaults.get(key) or key in ("before", "wrote", "dropin", "sha256")}


def _shown_file(known):
    shown = _shown(known)
    if known.rules is not None:
        shown["rules"] = {name: _shown(rule) for name, rule in known.rules.items()}
    if known.earlier is not None:
        shown["earlier"] = _shown_file(known.earlier)
    return shown


def text_of(saved):
    """The file's text; stable, so that a run that changes nothing writes the same bytes."""
    data = {"version": _VERSION, "parameters": {name: _shown(entry) for name, entry in saved.parameters.items()},
            "files": {path: _shown_file(known) for path, known in saved.files.items()}, "folders": list(saved.folders),
            "first": saved.first}
    data.update({key: value for key, value in (("machine_id", saved.machine_id), ("seen", saved.seen)) if value})
    return json.dumps(data, indent=1, sort_keys=True) + "\n"


def store(saved):
    """Replace the file as a whole; without anything to remember there is no file. Returns what is to be said of it, or None."""
    text = text_of(saved) if saved.parameters or saved.files else None
    note = None if text is None else _atomic.stage(_files.BASELINE, text, Attributes(0o600, *_files.OWNER))
    _atomic.commit(_files.BASELINE, text)
    return note


def is_there(saved):
    """Whether there is a file exactly where something is remembered."""
    return _files.exists(_files.BASELINE) == bool(saved.parameters or saved.files)


def restore(saved):
    """Bring the file back to SAVED where it says something else."""
    if load() != saved:
        store(saved)
