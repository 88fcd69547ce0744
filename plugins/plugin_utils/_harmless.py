# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host says, made harmless for a terminal, a JSON document and a report: the host is not trusted.

Characters that cannot be printed are spelt out (\\x1b), depth and size have a limit, and a text is one line where no lines are meant, or it
would look like one of Ansible's own. Ansible's own classes of values become Python's. Pure. Private to the collection.
"""

import json
import re

# More than the largest result of the module has: 8,000 rows are some 3,000,000 characters.
MAX_DEPTH = 20
MAX_SIZE = 5000000
_CUT = "(cut)"

_NO_DOCUMENT = "no document of JSON: "

_LINES = {ord("\n"): None, ord("\t"): None}
# As ansible-core finds the document in what a module prints.
_START = re.compile(r"^\s*\{", re.MULTILINE)

# Which keys of a result hold texts of several lines. What ansible-core 2.19 and newer make of an exception has its sentence and its lines
# side by side.
_PLACES = {
    "result": dict(dict.fromkeys(("stdout", "stderr", "module_stdout", "module_stderr"), "lines"), exception="error", diff="diff",
                   warnings="warning"),
    "diff": {"before": "lines", "after": "lines"},
    "error": dict.fromkeys(("event", "chain", "events"), "event"),
    "event": dict(dict.fromkeys(("event", "chain", "events"), "event"), formatted_traceback="lines"),
    "warning": dict.fromkeys(("event", "chain", "events"), "warning"),
}
_WITH_LINES = ("lines", "error")
# What those ansible-cores make objects of their own of, and where a module may say that. They show and store none of them elsewhere.
_TYPE, _TYPED = "__ansible_type", ("error", "event", "warning")


def _is_harmless(given):
    return given.isprintable() or given.translate(_LINES).isprintable()


def _spelt(char):
    return char if _is_harmless(char) else char.encode("unicode_escape").decode("ascii")


def scalar(given):
    """GIVEN; a text or a number of a class of Ansible's own as one of Python's."""
    if isinstance(given, str):
        return str.__str__(given)
    if isinstance(given, int) and not isinstance(given, bool):
        return int.__int__(given)
    return float.__float__(given) if isinstance(given, float) else given


def text(given):
    """A text whose characters can all be printed, line ends and tabs aside."""
    given = scalar(given)
    return given if _is_harmless(given) else "".join(_spelt(char) for char in given)


def flat(given):
    """The same in a single line."""
    return text(given).replace("\n", " ")


def line(given, longest=1000):
    """Its first line, cut."""
    return (text(str(given)).splitlines() or [""])[0][:longest]


class _Walk:
    def __init__(self):
        self._left = MAX_SIZE

    def value(self, given, levels, place):
        """GIVEN, of whose containers LEVELS may lie within one another. PLACE: which of _PLACES it is in, or None."""
        if isinstance(given, str):
            return self._text(given, text if place in _WITH_LINES else flat)
        if not isinstance(given, (dict, list, tuple)):
            return scalar(given)
        self._left -= len(given)
        if not levels or self._left < 0:
            return _CUT
        if isinstance(given, dict):
            places = _PLACES.get(place, {})
            return {self._text(str(key), flat): self.value(item, levels - 1, places.get(key)) for key, item in given.items()
                    if key != _TYPE or place in _TYPED}
        return [self.value(item, levels - 1, place) for item in given]

    def _text(self, given, harmless):
        if len(given) > self._left:
            given = given[:max(self._left, 0)] + _CUT
        self._left -= len(given)
        return harmless(given)


def result(given):
    """A whole result: every text in it, names included, and every value one of Python's own classes."""
    return _Walk().value(given, MAX_DEPTH, "result")


def no_document(given):
    """A text in which Ansible finds no document."""
    return _NO_DOCUMENT + flat(given.replace("\r\n", "\n"))


def printed(given, hidden=lambda result: ()):
    """What a module has printed: the document in it alone, a harmless result; where there is none, the text. HIDDEN: result -> keys that
    it loses."""
    start = _START.search(given)
    if not start:
        return text(given.replace("\r\n", "\n"))
    try:
        # As lenient as the ansible-cores that allow line ends within a text.
        meant, _end = json.JSONDecoder(strict=False).raw_decode(given, start.end() - 1)
    except (ValueError, RecursionError):
        # No line of it starts as a document does, so Ansible does not find in it what was not found here.
        return no_document(given)
    lost = hidden(meant)
    return json.dumps(result({key: item for key, item in meant.items() if key not in lost}))
