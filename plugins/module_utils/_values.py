# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare and order the values of kernel parameters by meaning.

The kernel reads C numbers (``0x10``, ``010``), prints decimal ones, separates vectors with tabs and sorts lists of
ports, so two texts are compared by what the kernel makes of them and never as strings.

Private to the collection.
"""

import re

_NUMBER = re.compile(r"^[+-]?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$")
_RANGES = re.compile(r"^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$")


def _number(token):
    digits = token.lstrip("+-")
    base = 16 if digits[:2] in ("0x", "0X") else 8 if digits.startswith("0") else 10
    value = int(digits, base)
    return -value if token.startswith("-") else value


def _merged(token):
    """The sorted, merged ranges of a list such as ``30000-30002,30001,8080``."""
    bounds = sorted(tuple(int(end) for end in part.split("-")) for part in token.split(","))
    merged = []
    for bound in bounds:
        first, last = bound[0], bound[-1]
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)


def parse(text):
    """The tokens of a value: numbers where the kernel reads numbers, merged ranges, else words."""
    tokens = []
    for token in text.split():
        if _NUMBER.match(token):
            tokens.append(_number(token))
        elif _RANGES.match(token):
            tokens.append(_merged(token))
        else:
            tokens.append(token)
    return tuple(tokens)


def same(one, other):
    """Whether the kernel makes the same of both texts."""
    return parse(one) == parse(other)


def _is_vector(tokens):
    return bool(tokens) and all(isinstance(token, int) for token in tokens)


def landing(wanted, live):
    """What the kernel will read back once WANTED is written over LIVE.

    A vector takes as many leading numbers as it is given and has room for: ``1 # note`` over a single number is 1, one
    number over ``tcp_rmem`` keeps the other two.
    """
    now, new = parse(live), parse(wanted)
    if not _is_vector(now):
        return wanted
    numbers = []
    for token in new[:len(now)]:
        if not isinstance(token, int):
            break
        numbers.append(token)
    if not numbers or numbers == list(new) and len(numbers) == len(now):
        return wanted
    return " ".join(str(number) for number in numbers + list(now[len(numbers):]))


def as_good(live, rule):
    """Whether RULE (``accept``, ``at_least``, ``at_most``) calls the live value as good as the wanted one or better."""
    if any(same(live, value) for value in rule.get("accept") or ()):
        return True
    tokens = parse(live)
    if len(tokens) != 1 or not isinstance(tokens[0], int):
        return False
    bounds = (rule.get("at_least"), rule.get("at_most"))
    low, high = (None if bound is None else parse(bound)[0] for bound in bounds)
    if low is None and high is None:
        return False
    return (low is None or tokens[0] >= low) and (high is None or tokens[0] <= high)


def is_number(text):
    """Whether the kernel would read the whole text as one number."""
    return bool(_NUMBER.match(text.strip()))
