# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One host's result as a line of JSON: read, and its shape checked, since anything may have written it. Pure. Private to the collection."""

import itertools
import json
import math
import operator
import re

from ansible_collections.photon.hardening.plugins.module_utils import _guest
from ansible_collections.photon.hardening.plugins.module_utils._model import STATES
from ansible_collections.photon.hardening.plugins.plugin_utils import _harmless, _records

# Texts of a host's kernel and of what made its result.
_KERNEL, _ORIGIN = ("release", "machine", "system"), ("collection", "catalogue", "ansible_core", "profile")
# No host has more parameters than a number of nine digits tells.
_MOST_COUNTED = 10 ** 9
_TIME = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ", re.ASCII)


class BadShard(ValueError):
    """A line that is no host's result. `kind` is one of PROBLEMS."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


def _finite(text):
    """JSON has no other numbers, but Python reads them, and would write them."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("%s is not a number" % text)
    return number


_JSON = json.JSONDecoder(parse_float=_finite, parse_constant=_finite)


def parsed(line):
    """The shard in a LINE of JSON, its shape checked; BadShard says what is wrong with it."""
    if len(line) > _harmless.MAX_SIZE:
        raise BadShard("schema", "it is larger than any result")
    try:
        shard = _JSON.decode(line)
    except RecursionError:
        raise BadShard("unreadable", "it is nested too deeply") from None
    except ValueError as exc:
        ended = getattr(exc, "pos", 0) >= len(line.rstrip()) or "Unterminated" in str(exc)
        raise BadShard("truncated" if ended else "unreadable", "it is not JSON: %s" % _harmless.line(exc)) from None
    _check_shape(shard)
    return shard


def check(line):
    """BadShard, if LINE is no shard of a run that ended well, or one of its rows is none."""
    shard = parsed(line)
    if shard.get("parameters") is None or shard.get("summary") is None:
        raise BadShard("schema", "it has no parameters")
    checked(fields(shard["parameters"]), True)


def _check_shape(shard):
    if not isinstance(shard, dict) or shard.get("schema_version") != _records.SCHEMA_VERSION:
        raise BadShard("schema", "it is not a result of schema_version %d" % _records.SCHEMA_VERSION)
    for key, right in _SHAPE.items():
        if not right(shard.get(key)):
            raise BadShard("schema", "its field %s has a wrong value" % key)
    check_whole(shard)


def check_whole(shard):
    """BadShard, if SHARD has other rows than its summary counts. The shape of both is right."""
    counted, there = sum((shard.get("summary") or {}).values()), len(shard.get("parameters") or ()) + (shard.get("omitted") or 0)
    if shard.get("summary") and counted != there:
        raise BadShard("truncated", "it is not whole: it has %d parameters, and its summary counts %d" % (there, counted))


def _is_text(value):
    return isinstance(value, str)


_FIELDS = operator.itemgetter("name", *_records.Cell._fields)


_NAME, _STATE = operator.itemgetter(0), operator.itemgetter(1)
_KINDS = frozenset((str, type(None)))


def fields(rows):
    """Of each row its name and the fields of its Cell, as they stand in the line. Of two rows of a parameter nobody knows which is true."""
    try:
        found = list(map(_FIELDS, rows))
        names = set(map(_NAME, found))
    except (KeyError, TypeError, AttributeError):
        raise BadShard("schema", "its parameters are not what a result has") from None
    if len(names) != len(found):
        raise BadShard("schema", "a parameter stands twice in it")
    return found


def is_plain(line):
    """Whether no text in a LINE of JSON can have a character that cannot be printed. Most lines are plain, and this is quick."""
    return line.isascii() and "\\" not in line and "\x7f" not in line


def checked(rows, plain):
    """The fields of ROWS, harmless; BadShard where one is no row. All at once: they are a million in a fleet of 10,000 hosts.

    PLAIN: their texts are known to be harmless.
    """
    texts = list(itertools.chain.from_iterable(rows))
    if not {type(text) for text in texts} <= _KINDS or None in set(map(_NAME, rows)) or not set(map(_STATE, rows)).issubset(STATES):
        raise BadShard("schema", "its parameters are not what a result has")
    if plain or "".join(filter(None, texts)).isprintable():
        return rows
    return [tuple(value and _harmless.flat(value) for value in fields) for fields in rows]


def _texts(value, keys):
    """Whether VALUE, nothing or an object, has a text or nothing under each of KEYS."""
    return value is None or isinstance(value, dict) and _KINDS.issuperset(type(value.get(key)) for key in keys)


def _is_number(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST_COUNTED


def counts(summary):
    """state -> number, of what a host says as its SUMMARY: the states that there are, and the numbers that can be."""
    found = summary if isinstance(summary, dict) else {}
    return {state: found[state] for state in STATES if _is_number(found.get(state))}


def _is_list_of_texts(value):
    return value is None or isinstance(value, list) and all(map(_is_text, value))


def _is_provenance(value):
    return value is None or _texts(value, _ORIGIN) and _is_list_of_texts(value.get("groups")) and isinstance(
        value.get("options", {}), (dict, type(None)))


def _is_waiver(value):
    return isinstance(value, dict) and _is_text(value.get("name")) and _texts(value, _records.WAIVER)


def is_guest_row(value):
    """Whether VALUE is a row of the guest side as a result has it."""
    return (isinstance(value, dict) and _is_text(value.get("name")) and value["name"] != "" and _is_text(value.get("state"))
            and value["state"] in _guest.STATES and _texts(value, _records.GuestRow._fields))


_SHAPE = {
    "host": lambda value: _is_text(value) and value != "",
    "run": _is_text,
    "time": lambda value: _is_text(value) and _TIME.fullmatch(value) is not None,
    "mode": lambda value: value in _records.MODES,
    "outcome": lambda value: value in _records.OUTCOMES,
    "check_mode": lambda value: isinstance(value, bool),
    "changed": lambda value: value is None or isinstance(value, bool),
    "msg": lambda value: value is None or _is_text(value),
    "omitted": lambda value: value is None or _is_number(value),
    "summary": lambda value: value is None or isinstance(value, dict) and all(map(_is_number, value.values())),
    "notes": _is_list_of_texts,
    "kernel": lambda value: _texts(value, _KERNEL),
    "provenance": _is_provenance,
    "waivers": lambda value: value is None or isinstance(value, list) and all(map(_is_waiver, value)),
    "parameters": lambda value: value is None or isinstance(value, list),
    "guest": lambda value: value is None or isinstance(value, list) and all(map(is_guest_row, value)),
}


def host(shard, guest):
    """GUEST: the GuestRows of it."""
    harmless = _harmless.result({key: shard.get(key) for key in _records.Host._fields if key not in ("name", "guest")})
    return _records.Host(name=_harmless.flat(shard["host"]), guest=guest, **dict(
        harmless, changed=bool(shard.get("changed")), msg=harmless["msg"] or "", notes=harmless["notes"] or [],
        kernel=harmless["kernel"] or {}, waivers=harmless["waivers"] or [], provenance=harmless["provenance"] or {},
        omitted=shard.get("omitted") or 0))
