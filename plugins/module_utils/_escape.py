# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing that a host says reaches a terminal or a JSON document raw. Pure. Private to the collection."""


def _escaped(char, allowed):
    if char.isprintable() or char in allowed:
        return char
    number = ord(char)
    return "\\x%02x" % number if number < 1 << 8 else "\\u%04x" % number if number < 1 << 16 else "\\U%08x" % number


def text(raw, allowed=""):
    """RAW with everything written as an escape that is not UTF-8 or could move a terminal's cursor, except what is ALLOWED."""
    if raw.isprintable() or raw.translate(dict.fromkeys(map(ord, allowed))).isprintable():
        return raw
    raw = raw.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(_escaped(char, allowed) for char in raw)


def everything(result, allowed=""):
    """A RESULT, whatever its shape, of which every text and every key is harmless. Of the diff, lines stay lines."""
    if isinstance(result, str):
        return text(result, allowed)
    if isinstance(result, dict):
        return {text(str(key)): everything(item, "\n" if key in ("before", "after") and "before_header" in result else allowed)
                for key, item in result.items()}
    if isinstance(result, (list, tuple)):
        return [everything(item, allowed) for item in result]
    return result
