# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
import itertools

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _nearest


def edits_by_definition(one, other):
    if not one or not other:
        return len(one) + len(other)
    return min(edits_by_definition(one[1:], other) + 1, edits_by_definition(one, other[1:]) + 1,
               edits_by_definition(one[1:], other[1:]) + (one[0] != other[0]))


WORDS = ["".join(letters) for size in range(5) for letters in itertools.product("ab", repeat=size)]


def test_edits_are_those_of_the_definition():
    """Beyond two it only counts that there are more."""
    for one, other in itertools.product(WORDS, WORDS):
        assert min(_nearest.edits(one, other), 3) == min(edits_by_definition(one, other), 3)


@pytest.mark.parametrize("name, known, near", [
    ("vm.swapiness", ["vm.swappiness"], "vm.swappiness"), ("vm.swapines", ["vm.swappiness"], "vm.swappiness"),
    ("vm.swapine", ["vm.swappiness"], None), ("mv.swappiness", ["vm.swappiness"], "vm.swappiness"),
    ("ab", ["abcd", "abc", "abx"], "abc"), ("ab", [], None), ("ab", ["ab"], "ab"), ("", ["a"], None), ("a", ["xyz"], None),
    ("wbe", ["db", "web"], "web"), ("xy", ["db"], None), ("VM.Swappines", ["vm.swappiness"], "vm.swappiness"), ("web", ["WEB1"], "WEB1"),
])
def test_nearest(name, known, near):
    assert _nearest.nearest(name, known) == near
