# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _model, _values


@pytest.mark.parametrize("one, other", [
    ("1", "1"),
    (" 16 ", "16"),
    ("20000 30000", "20000\t30000"),
    ("4096\t131072\t6291456", "4096 131072 6291456"),
    ("0x403", "1027"),
    ("0x01b6", "438"),
    ("010", "8"),
    ("00", "0"),
    ("-1", "-1"),
    ("30000-30002,30001,8080", "8080,30000-30002"),
    ("8080,8081", "8080-8081"),
    ("|/usr/bin/core %p", "|/usr/bin/core  %p"),
    ("", " "),
])
def test_same(one, other):
    assert _values.same("some.parameter", one, other)


@pytest.mark.parametrize("one, other", [
    ("1", "2"),
    ("10", "010"),
    ("-1", "1"),
    ("+5", "5"),
    ("08", "8"),  # no C number: the kernel refuses it
    ("fq", "fq_codel"),
    ("1 2", "2 1"),
    ("8080,8082", "8080-8082"),
    ("", "0"),
    ("|/bin/false", "core"),
])
def test_not_same(one, other):
    assert not _values.same("some.parameter", one, other)


@pytest.mark.parametrize("wanted, live, landing", [
    ("2", "0", "2"),
    ("0x10", "0", "0x10"),
    ("1 # why", "0", "1"),
    ("1 2", "0", "1"),
    ("8192", "4096\t131072\t6291456", "8192 131072 6291456"),
    ("1 2 3", "4096\t131072\t6291456", "1 2 3"),
    ("cubic", "reno", "cubic"),
    ("|/bin/false", "core", "|/bin/false"),
    ("core", "1", "core"),
    ("8080", "", "8080"),
])
def test_landing(wanted, live, landing):
    assert _values.landing("some.parameter", wanted, live) == landing


@pytest.mark.parametrize("live, rule, expected", [
    ("2", {"accept": ["2", "3"]}, True),
    ("0x2", {"accept": ["2"]}, True),
    ("1", {"accept": ["2"]}, False),
    ("1", {}, False),
    ("2147483647", {"at_least": "1000"}, True),
    ("1000", {"at_least": "1000"}, True),
    ("999", {"at_least": "1000"}, False),
    ("10", {"at_most": "60"}, True),
    ("61", {"at_most": "60"}, False),
    ("5", {"at_least": "1", "at_most": "9"}, True),
    ("10", {"at_least": "1", "at_most": "9"}, False),
    ("1 2", {"at_least": "1"}, False),
    ("core", {"at_most": "1"}, False),
    ("", {"at_most": "1"}, False),
])
def test_as_good(live, rule, expected):
    assert _values.as_good("some.parameter", live, _model.Rule(**rule)) is expected
