# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import ctypes
import random
import time

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _glob


@pytest.mark.parametrize("pattern, path, expected", [
    ("kernel/*", "kernel/a", True),
    ("kernel/*", "kernel/a/b", False),
    ("*", "kernel/a", False),
    ("kernel/?", "kernel/ab", False),
    ("kernel/?*", "kernel/ab", True),
    ("k*n*l/a", "kernel/a", True),
    ("k*x*l/a", "kernel/a", False),
    ("kernel/[ab]", "kernel/b", True),
    ("kernel/[!ab]", "kernel/b", False),
    ("kernel/[^ab]", "kernel/c", True),
    ("kernel/[a-c]", "kernel/b", True),
    ("kernel/[c-a]", "kernel/b", False),
    ("kernel/[]a]", "kernel/]", True),
    ("kernel/[a-]", "kernel/-", True),
    ("kernel/[!]a]", "kernel/b", True),
    ("kernel/[\\]a]", "kernel/]", True),
    ("kernel/[[:digit:]]", "kernel/1", True),
    ("kernel/[[:digit:]]", "kernel/a", False),
    ("kernel/[![:alpha:]_]", "kernel/1", True),
    ("kernel/[[:nonsense:]]", "kernel/n", False),
    ("kernel/[a[:nonsense:]]", "kernel/a", True),
    ("kernel/[![:nonsense:]]", "kernel/a", False),
    ("kernel/[[=a=]]", "kernel/a", True),
    ("kernel/[[.a.]-c]", "kernel/b", True),
    ("kernel/[[.ab.]]", "kernel/a", False),
    ("kernel/[ab", "kernel/[ab", True),
    ("kernel/*[ab", "kernel/a", False),
    ("k[/]ernel", "k/ernel", False),
    ("kernel/\\a*", "kernel/ab", True),
    ("kernel/\\*", "kernel/a", False),
    ("kernel/\\*", "kernel/*", True),
    ("kernel/\\?", "kernel/a", False),
    ("kernel/a*\\", "kernel/a\\", False),
    ("ker*\\/a", "kernel/a", True),
    ("net/*/x", "net/.h/x", False),
    ("net/?h/x", "net/.h/x", False),
    ("net/[.]h/x", "net/.h/x", False),
    ("net/.*/x", "net/.h/x", True),
    ("net/\\.[h]/x", "net/.h/x", True),
    ("{kernel,vm}/*", "vm/a", True),
    ("{kernel/a,vm/?}", "vm/a", True),
    ("kernel/{,a}b*", "kernel/ab", True),
    ("kernel/{a{b,c},d}*", "kernel/ac", True),
    ("kernel/{a,b*", "kernel/a", False),
    ("[{a,k}]ernel/a", "kernel/a", True),
    ("kernel/\\{a,b}*", "kernel/{a,b}", True),
    ("kernel//./*", "kernel/a", True),
    ("net/?/x", "net/\xe9/x", False),
    ("net/??/x", "net/\xe9/x", True),
    ("net/?/x", "net/\udcff/x", True),
    ("net/[[:alpha:]]*/x", "net/\xe9/x", False),
    ("k" + "*" * 5000 + "l/*", "kernel/a", True),
    ("?" * 256 + "*/a", "k" * 255 + "/a", False),
    ("", "kernel/a", False),
    ("/", "kernel/a", False),
])
def test_patterns(pattern, path, expected):
    globs = _glob.Globs()
    globs.add(pattern, "line")
    assert bool(globs.matching(path)) is expected


TOKENS = ["a", "b", "c", "*", "*", "?", "[", "]", "!", "^", "-", "\\", ".", "[:alpha:]", "[:x:]", "[=a=]", "z", "1", "[a-c]", "[!a]",
          "[^.]", "[]a]", "[a\\]b]", "\\*"]


def test_one_part_is_matched_as_the_c_library_does():
    fnmatch, leading_dot = ctypes.CDLL(None).fnmatch, 4
    chance, met = random.Random(7), 0
    for _time in range(10000):
        pattern = "".join(chance.choice(TOKENS) for _time in range(chance.randint(1, 5)))
        name = "".join(chance.choice("abc-][.1*\\!^z:=") for _time in range(chance.randint(1, 3)))
        if set(pattern) == {"."} or set(name) == {"."}:
            continue  # No part of a path.
        theirs = fnmatch(pattern.encode(), name.encode(), leading_dot) == 0
        met += theirs
        globs = _glob.Globs()
        globs.add("x/" + pattern, 1)
        assert bool(globs.matching("x/" + name)) is theirs, (pattern, name)
    assert met > 300


MEBI = 1024 * 1024


@pytest.mark.parametrize("patterns", [
    pytest.param(["net/" + "*a" * 5000 + "%d/x" % number for number in range(400)], id="stars"),
    pytest.param(["net/" + "*a" * (MEBI // 2) + "/x"] * 4, id="a line of stars"),
    pytest.param(["net/[" + "a-b" * (MEBI // 3) + "]*/x"] * 4, id="a line of ranges"),
    pytest.param(["net/*" + "{a,b}" * 200 + "%d/x" % number for number in range(400)], id="powers of braces"),
    pytest.param(["net/*" + "{" * 500 + "}" * 500 + "%d/x" % number for number in range(400)], id="braces in braces"),
    pytest.param(["net/*{" + "a," * 500 + "}%d/x" % number for number in range(400)], id="many alternatives"),
    pytest.param(["net/*" + "{" * (MEBI // 8) + "/x"] * 4, id="braces that never close"),
    pytest.param(["net/*a*%d*b*/x" % number for number in range(100000)], id="many patterns"),
])
def test_hostile_patterns_take_bounded_time(patterns):
    start, globs = time.process_time(), _glob.Globs()
    for pattern in patterns:
        globs.add(pattern, 1)
    for number in range(10):
        globs.matching("net/%sb/x" % ("a" * number))
    assert time.process_time() - start < 10


@pytest.mark.parametrize("text, expected", [("a", "a"), ("\xe9", "\xc3\xa9"), ("\udcff", "\xff"), ("\ud800", "\xed\xa0\x80")])
def test_octets(text, expected):
    assert _glob.octets(text) == expected
