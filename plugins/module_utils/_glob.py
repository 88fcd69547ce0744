# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The patterns of glob(3) as systemd-sysctl uses it: the C library's, in the C locale, with braces.

Patterns come from files that are not trusted, so the time that they take has a bound, whatever they hold: no match tries more than the
last star of a pattern, and after so many patterns, or so long ones, the rest is passed over.

Pure. Private to the collection.
"""

import re
from functools import lru_cache

# What all patterns together may cost, in octets that are looked at, and what one costs at least: some 8,000 patterns, or one line of any
# length. Of what the braces of one stand for not more than a thousand are made, and none of a long one.
_BUDGET = 1280 * 1024
_PRICE = 128
_MOST_ALTERNATIVES = 1000
_LONGEST_WITH_BRACES = 1024
# The kernel has no longer name.
_LONGEST_PART = 255

_STAR = None
_ANY = frozenset(chr(number) for number in range(256))

_MAGIC = re.compile(r"[*?\[\\]")
# Most hosts have neither braces nor brackets in their files, so these are compiled when they are met.
_BRACE = r"\\.|[{},]"
_ELEMENT = r"\[\.(.*?)\.\]|\\(.)|(.)"
# A class, an equivalence class, some plain characters, or a range of one or two elements.
_MEMBER = r"\[:([a-y]*):\]|\[=(.)=\]|([^\[\]\\-]+)(?!-)|(?:%s)(?:-(?!\])(?:%s))?" % (_ELEMENT, _ELEMENT)
_CLASSES = {
    "alnum": r"[0-9A-Za-z]", "alpha": r"[A-Za-z]", "blank": r"[ \t]", "cntrl": r"[\0-\x1f\x7f]", "digit": r"[0-9]", "graph": r"[!-~]",
    "lower": r"[a-z]", "print": r"[ -~]", "punct": r"[!-/:-@\[-`{-~]", "space": r"[ \t-\r]", "upper": r"[A-Z]", "xdigit": r"[0-9A-Fa-f]",
}


def octets(text):
    """TEXT with a character for each byte that it has in a file: its length, order and patterns are those that C sees."""
    try:
        found = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        found = text.encode("utf-8", "surrogatepass")
    return found.decode("latin-1")


def _first_braces(text):
    """Where the first braces of TEXT open, go on with another alternative, and close; None where they never close."""
    places, depth = [], 0
    for found in re.compile(_BRACE, re.DOTALL).finditer(text) if "{" in text else ():
        mark = found.group()
        if not places:
            if mark == "{":
                places.append(found.start())
        elif mark == "{":
            depth += 1
        elif mark == "}" and depth:
            depth -= 1
        elif mark == "}" or mark == "," and not depth:
            places.append(found.start())
            if mark == "}":
                return places
    return None


def _alternatives(pattern):
    """What PATTERN stands for when its braces are written out, and how often they were."""
    if len(pattern) > _LONGEST_WITH_BRACES:
        return [pattern], 1
    waiting, done, steps = [pattern], [], 0
    while waiting and steps < _MOST_ALTERNATIVES:
        steps += 1
        text = waiting.pop()
        places = _first_braces(text)
        if places is None:
            done.append(text)
            continue
        head, tail = text[:places[0]], text[places[-1] + 1:]
        inner = list(zip(places, places[1:]))[:_MOST_ALTERNATIVES]
        waiting.extend(head + text[start + 1:end] + tail for start, end in reversed(inner))
    return done, steps


def _class_members(name):
    return frozenset(char for char in _ANY if re.match(_CLASSES[name], char)) if name in _CLASSES else None


def _members(found):
    """What one part of a bracket expression matches; None where it is malformed, which makes the whole malformed."""
    class_name, equal, plain = found.group(1, 2, 3)
    if class_name is not None:
        return _class_members(class_name)
    if equal or plain:
        return equal or plain
    first, last = (next((text for text in found.groups()[start:start + 3] if text is not None), None) for start in (3, 6))
    if len(first) != 1 or last is not None and len(last) != 1:
        return None
    return first if last is None else [chr(number) for number in range(ord(first), ord(last) + 1)]


def _bracket(text, start):
    """The characters that a bracket expression matches and where it ends; (None, START) where it has no end and is no such expression."""
    negated = text[start:start + 1] in ("!", "^")
    at = begin = start + negated
    found, malformed, seen = set(), False, set()
    match = re.compile(_MEMBER, re.DOTALL).match
    while at == begin or text[at:at + 1] != "]":
        member = match(text, at)
        if not member:
            return (frozenset(), at) if malformed else (None, start)
        at = member.end()
        if malformed or member.group() in seen:
            continue
        seen.add(member.group())
        chars = _members(member)
        malformed = chars is None
        found.update(chars or ())
    # What stands before a malformed part matches, everything else does not.
    return frozenset() if negated and malformed else _ANY - found if negated else frozenset(found), at + 1


def _token(text, at):
    """What the character at AT of a part of a pattern stands for, and where the next one is."""
    char = text[at]
    if char == "*":
        return _STAR, at + 1
    if char == "?":
        return _ANY, at + 1
    if char == "\\":
        return text[at + 1:at + 2], at + 2
    chars, end = _bracket(text, at + 1) if char == "[" else (None, at + 1)
    return (char if chars is None else chars), end


def _part(text):
    """A part of a pattern between two slashes: a text that stands for itself, a tuple of what each character may be, None: no match."""
    if not _MAGIC.search(text):
        return text
    tokens, at, length = [], 0, 0
    while at < len(text) and length <= _LONGEST_PART:
        token, at = _token(text, at)
        length += token is not _STAR
        if token is not _STAR or tokens[-1:] != [_STAR]:
            tokens.append(token)
    return None if length > _LONGEST_PART or "" in tokens else tuple(tokens)


def _unescaped(part):
    """A backslash before a slash is none."""
    return part[:-1] if (len(part) - len(part.rstrip("\\"))) % 2 else part


@lru_cache(maxsize=1024)
def _compiled(pattern):
    """The alternatives of PATTERN, each a tuple of parts, and what they cost."""
    found, (alternatives, steps) = [], _alternatives(pattern)
    for text in alternatives:
        pieces = text.split("/")
        pieces = [_unescaped(piece) for piece in pieces[:-1]] + pieces[-1:]
        parts = tuple(_part(piece) for piece in pieces if piece not in ("", "."))
        if parts and None not in parts:
            found.append(parts)
    return found, steps * (len(pattern) + _PRICE)


def _fits(part, name):
    """Whether NAME is what PART stands for."""
    if isinstance(part, str):
        return part == name
    if name[:1] == "." and part[0] != ".":
        return False
    at = index = 0
    star = None
    while at < len(name):
        if index < len(part) and part[index] is _STAR:
            index, star = index + 1, (index + 1, at)
        elif index < len(part) and name[at] in part[index]:
            at, index = at + 1, index + 1
        elif star:
            # Only the last star can take one more character: whatever an earlier one takes, this one can take as well.
            index, at = star[0], star[1] + 1
            star = (index, at)
        else:
            return False
    return all(token is _STAR for token in part[index:])


def _ends(parts):
    """What a path must have in common with PARTS to be looked at."""
    first, last = (part if isinstance(part, str) else None for part in (parts[0], parts[-1]))
    return len(parts), first, last


class Globs:
    """Patterns, and what they match."""

    def __init__(self):
        self._left = _BUDGET
        self._found = {}

    def add(self, pattern, item):
        pattern = octets(pattern)
        if len(pattern) > self._left:
            return
        alternatives, cost = _compiled(pattern)
        self._left -= cost
        for parts in alternatives:
            self._found.setdefault(_ends(parts), []).append((parts, item))

    def matching(self, path):
        """The items of all patterns that match PATH, in no order; one may be there twice."""
        names = octets(path).split("/")
        keys = [(len(names), first, last) for first in (names[0], None) for last in (names[-1], None)]
        return [item for key in keys for parts, item in self._found.get(key, ()) if all(map(_fits, parts, names))]


def matches(pattern, path):
    """Whether PATTERN matches PATH."""
    globs = Globs()
    globs.add(pattern, True)
    return bool(globs.matching(path))
