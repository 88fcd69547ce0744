# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which parameters are random keys, by which others could foresee what the kernel does, and a result that shows none of them.

A key stands in a result as (secret 1), (secret 2) ..., so that it is seen whether two are equal. Pure. Private to the collection.
"""

import re

_NAMES = ("tcp_fastopen_key", "netdev_rss_key", "stable_secret")
# A line of a drop-in, or of a diff, that sets one.
_LINE = re.compile(r"^[^#;=\n]*(?:%s)[ \t]*=[ \t]*(.*?)[ \t\r]*$" % "|".join(_NAMES), re.MULTILINE)
_VALUES = ("before", "wanted", "after", "boot_before", "boot")


def is_secret(name):
    return name.endswith(_NAMES)


def _folded(value):
    return " ".join(value.split())


def _of_lines(given):
    return [found for entry in given for key in ("before", "after") for found in _LINE.findall(entry.get(key) or "")]


def found(result, dropins):
    """The keys that a RESULT shows, and those that the contents of DROPINS ask for."""
    rows = [row for row in result.get("parameters", ()) if is_secret(row["name"])]
    values = [row[key] for row in rows for key in _VALUES] + _of_lines(result.get("diff", ()))
    values += [value for content in dropins for value in _LINE.findall(content)]
    # In the order in which they are found, each once.
    return list(dict.fromkeys(_folded(value) for value in values if value and value.strip()))


class _Mask:
    def __init__(self, keys):
        self._words = {key: "(secret %d)" % number for number, key in enumerate(keys, 1)}
        longest_first = sorted(keys, key=len, reverse=True)
        self._any = re.compile(r"(?<![\w.:-])(?:%s)(?![\w:-])" % "|".join(map(re.escape, longest_first)))

    def _text(self, text):
        """TEXT without keys, where it is about a secret: what is as short as 1 may mean something else in others."""
        return "\n".join(self._any.sub(lambda match: self._words[match.group()], line) if any(name in line for name in _NAMES) else line
                         for line in text.split("\n"))

    def _row(self, row):
        return dict(self.value(row), **{key: self._words.get(row[key], row[key]) for key in _VALUES})

    def value(self, given):
        if isinstance(given, str):
            return self._text(given)
        if isinstance(given, dict):
            return {key: self.value(item) for key, item in given.items()}
        if isinstance(given, (list, tuple)):
            return [self.value(item) for item in given]
        return given

    def result(self, given):
        rows = [self._row(row) if is_secret(row["name"]) else row for row in given.get("parameters", ())]
        return dict(self.value(given), **({"parameters": rows} if "parameters" in given else {}))


def hidden(result, keys):
    """RESULT, in which none of KEYS can be read."""
    return _Mask(keys).result(result) if keys else result
