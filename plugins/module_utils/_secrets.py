# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which parameters are random keys, by which others could foresee what the kernel does, and a result that shows none of them.

A key stands in a result as (secret 1), (secret 2) ..., so that it is seen whether two are equal. Pure. Private to the collection.
"""

import fnmatch
import re

_NAMES = ("tcp_fastopen_key", "netdev_rss_key", "stable_secret")
# Whether a text has to be looked at word by word: it has a part of such a name, or a pattern that could stand for one.
_MAY_NAME = re.compile(r"fastopen|rss|secret|[*?\[]")
_WORD = re.compile(r"[^\s=]+")
# What such a parameter can be set to: groups of hexadecimal digits, or an address.
_KEY = re.compile(r"(?=.*[0-9:])[0-9a-fA-F:.,-]+\Z")
# A pattern with fewer letters speaks of too much.
_FEWEST_LETTERS = 3
# What is as long as this means nothing else in a text that names no such parameter.
_LONG = 8
_VALUES = ("before", "wanted", "after", "boot_before", "boot")


def is_secret(name):
    return name.endswith(_NAMES)


def _folded(value):
    return " ".join(value.split())


def _names_one(word):
    """Whether a word of a text is the name of such a parameter, or a pattern that reaches one."""
    pattern = re.split("[./]", word.rstrip(":,."))[-1]
    return len(re.sub("[^a-z_]", "", pattern)) >= _FEWEST_LETTERS and any(fnmatch.fnmatchcase(name, pattern) for name in _NAMES)


def _is_about(line):
    return bool(_MAY_NAME.search(line)) and any(map(_names_one, _WORD.findall(line)))


def _of_text(text):
    """The keys that a text sets such parameters to: a drop-in, a diff, or a line that was commented out."""
    for line in (text or "").split("\n"):
        words = _WORD.findall(line) if _MAY_NAME.search(line) else []
        for word, value in zip(words, words[1:]):
            if _names_one(word) and _KEY.match(value):
                yield value


def found(result, dropins):
    """The keys that a RESULT shows, and those that the contents of DROPINS ask for."""
    values = [_folded(row[key] or "") for row in result.get("parameters", ()) if is_secret(row["name"]) for key in _VALUES]
    for text in [entry.get(key) for entry in result.get("diff", ()) for key in ("before", "after")] + list(dropins):
        values += _of_text(text)
    # In the order in which they are found, each once.
    return list(dict.fromkeys(filter(None, values)))


class _Mask:
    def __init__(self, keys):
        self._words = {key: "(secret %d)" % number for number, key in enumerate(keys, 1)}
        self._any, self._long = self._pattern(keys), self._pattern([key for key in keys if len(key) >= _LONG])

    @staticmethod
    def _pattern(keys):
        longest_first = sorted(keys, key=len, reverse=True)
        return re.compile(r"(?<![\w.:-])(?:%s)(?![\w:-])" % "|".join(map(re.escape, longest_first)) if keys else r"(?!)")

    def _text(self, text, is_about):
        """TEXT without keys. What is as short as 1 may mean something else in a line that is about no secret."""
        masks = ((self._any if is_about or _is_about(line) else self._long, line) for line in text.split("\n"))
        return "\n".join(mask.sub(lambda match: self._words[match.group()], line) for mask, line in masks)

    def _row(self, row):
        return dict(self.value(row, is_secret(row["name"])), name=row["name"])

    def value(self, given, is_about=False):
        if isinstance(given, str):
            return self._text(given, is_about)
        if isinstance(given, dict):
            return {key: self.value(item, is_about) for key, item in given.items()}
        if isinstance(given, (list, tuple)):
            return [self.value(item, is_about) for item in given]
        return given

    def result(self, given):
        rows = {"parameters": [self._row(row) for row in given["parameters"]]} if "parameters" in given else {}
        return dict(self.value({key: item for key, item in given.items() if key != "parameters"}), **rows)


def hidden(result, keys):
    """RESULT, in which none of KEYS can be read."""
    return _Mask(keys).result(result) if keys else result
