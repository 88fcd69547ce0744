# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host says, made harmless for a terminal, a JSON document and a report: the host is not trusted.

Characters that cannot be printed are spelt out (\\x1b), and depth and size have a limit. Pure. Private to the collection.
"""

import re

# Far more than the largest result of the module has: 500 rows are some 200,000 characters.
MAX_DEPTH = 20
MAX_SIZE = 5000000
_CUT = "(cut)"

# An escape of a JSON string; both halves of a surrogate pair are one.
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL)
_SHORT = {"b": "\b", "f": "\f", "r": "\r"}


_LINES = {ord("\n"): None, ord("\t"): None}


def _is_harmless(given):
    return given.isprintable() or given.translate(_LINES).isprintable()


def _spelt(char):
    return char if _is_harmless(char) else char.encode("unicode_escape").decode("ascii")


def text(given):
    """A text whose characters can all be printed, line ends and tabs aside."""
    return given if _is_harmless(given) else "".join(_spelt(char) for char in given)


def line(given, longest=1000):
    """Its first line, cut."""
    return (text(str(given)).splitlines() or [""])[0][:longest]


def json_text(given):
    """The same for a JSON document: of what its strings mean, and of what it consists of itself. A terminal's line ends become plain."""
    if not _is_harmless(given):
        given = "".join(char if _is_harmless(char) else "\\" + _spelt(char) for char in given.replace("\r\n", "\n"))
    return _ESCAPE.sub(_escape, given) if "\\" in given else given


def _escape(match):
    escape = match.group()
    if escape.startswith("\\u"):
        units = "".join(chr(int(unit, 16)) for unit in escape[2:].split("\\u"))
        # A pair becomes one character; a lone half stays what it is.
        meant = units.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "surrogatepass")
    else:
        meant = _SHORT.get(escape[1:], " ")
    return escape if _is_harmless(meant) else "\\" + _spelt(meant)


class _Walk:
    def __init__(self):
        self._left = MAX_SIZE

    def value(self, given, levels):
        """GIVEN, of whose containers LEVELS may lie within one another."""
        if isinstance(given, str):
            return self._text(given)
        if not isinstance(given, (dict, list, tuple)):
            return given
        self._left -= len(given)
        if not levels or self._left < 0:
            return _CUT
        if isinstance(given, dict):
            return {self._text(str(key)): self.value(item, levels - 1) for key, item in given.items()}
        return [self.value(item, levels - 1) for item in given]

    def _text(self, given):
        if len(given) > self._left:
            given = given[:max(self._left, 0)] + _CUT
        self._left -= len(given)
        return text(given)


def result(given):
    """A whole result: every text in it, names included."""
    return _Walk().value(given, MAX_DEPTH)
