# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import json
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.photon.hardening.plugins.module_utils._model import STATES
from ansible_collections.photon.hardening.plugins.plugin_utils import _merge, _records, _verdicts
from ansible_collections.photon.hardening.plugins.plugin_utils._formats import terminal

WEB, DB = ("web", "done", False, {"ok": 26, "changed": 3, "stricter": 1}), ("db", "done", False, {"ok": 28, "changed": 0, "overridden": 2})
GONE, BROKEN = ("gone", "unreachable", False, {}), ("app", "failed", False, {"ok": 20, "not_applied": 9, "rejected": 1})


def test_the_worst_first_and_no_column_that_is_0():
    assert terminal.table([WEB, GONE, DB, BROKEN], 100, False, "reports/x/report.html") == """\
host   K ok  C changed  S stricter  O overridden  N not_applied  R rejected
app      20          0           0             0              9           1  failed
gone      -          -           -             -              -           -  not reached
db       28          0           0             2              0           0  0 of 30 set
web      26          3           1             0              0           0  3 of 30 set
all 4    74          3           1             2              9           1
report: reports/x/report.html
"""


def test_a_single_finding_comes_before_none():
    rows = [("a", "done", True, {"ok": 9}), ("b", "done", True, {"changed": 1}), ("c", "done", True, {"held_back": 1})]
    assert [line[0] for line in terminal.table(rows, 80, False, None).splitlines()[1:4]] == ["b", "c", "a"]


def test_hosts_that_are_alike_stand_as_people_count():
    rows = [(name, "done", False, {"ok": 9}) for name in ("w10", "w9-b", "w1", "w01", "w9-a", "w100")]
    assert [line.split()[0] for line in terminal.table(rows, 80, False, None).splitlines()[1:7]] == [
        "w01", "w1", "w9-a", "w9-b", "w10", "w100"]


def test_a_narrow_terminal_gets_letters_and_their_meaning():
    assert terminal.table([WEB, DB], 40, False, None) == """\
host    K  C  S  O
db     28  0  0  2  0 of 30 set
web    26  3  1  0  3 of 30 set
all 2  54  3  1  2
K ok C changed S stricter O overridden
"""


def test_a_narrower_one_tells_of_the_end_only_where_it_was_bad():
    assert terminal.table([("x" * 50, "done", False, {"ok": 30}), GONE], 24, False, None) == """\
host        K
gone        -  not reached
xxxxxx...  30
all 2      30
K ok
"""


def test_an_audit_would_set():
    head, line = terminal.table([WEB[:2] + (True,) + WEB[3:]], 80, False, None).splitlines()
    assert line.endswith("3 of 30 would be set") and head.split("  ")[-2:] == ["C would change", "S stricter"]


def test_what_one_host_has_changed_and_another_one_would_change_is_counted_as_changed():
    rows = [WEB, ("app", *WEB[1:2], True, WEB[3]), GONE]
    assert [("changed" in head, "would" in head) for head in (terminal.table(given, 100, False, None).splitlines()[0] for given in (
        rows, rows[1:], rows[:1]))] == [(True, False), (False, True), (True, False)]


@pytest.mark.parametrize("hosts, where, last", [
    (30, "r/report.html", "report: r/report.html"), (31, "r/report.html", "and 1 more: see r/report.html"),
    (35, None, "and 5 more"), (0, "r\n\x1b", "report: r \\x1b"),
])
def test_30_hosts_at_most_and_the_path_last(hosts, where, last):
    lines = terminal.table([("h%03d" % number, "done", False, {"ok": 1}) for number in range(hosts)], 80, False, where).splitlines()
    assert lines[-1] == last
    assert len([line for line in lines if line.startswith("h0")]) == min(hosts, 30)


def test_nothing_without_hosts_and_path():
    assert terminal.table([], 80, True, None) == ""


def test_colours_say_what_the_letters_say():
    plain, coloured = (terminal.table([WEB, DB, GONE], 100, colour, None) for colour in (False, True))
    assert "\x1b" not in plain and re.sub(r"\x1b\[\d*m", "", coloured) == plain
    assert "\x1b[31m2\x1b[0m" in coloured and "\x1b[32m26\x1b[0m" in coloured and "\x1b[31mnot reached\x1b[0m" in coloured
    assert "\x1b[31m3\x1b[0m" in terminal.table([WEB[:2] + (True,) + WEB[3:]], 100, True, None)


@pytest.mark.parametrize("name, shown", [
    ("evil\x1b[2J\r\nfake : ok\t", "evil\\x1b[2J\\r fake : ok "), ("\u202egnp", "\\u202egnp"), ("\u6f22\u5b57", "\u6f22\u5b57"),
    ("e\u0301", "e\u0301"),
])
def test_names_are_harmless(name, shown):
    lines = terminal.table([(name, "done", False, {"ok": 1}), WEB], 100, False, None).splitlines()
    (line,) = [line for line in lines if "1 of" not in line and "0 of 1 set" in line]
    assert line.startswith(shown + "  ")


@pytest.mark.parametrize("text, width", [("abc", 3), ("\u6f22\u5b57", 4), ("\uff21", 2), ("e\u0301", 1), ("\U0001f600", 2), ("", 0)])
def test_width_of(text, width):
    assert terminal.width_of(text) == width


@pytest.mark.parametrize("text, width, expected", [
    ("abcdef", 6, "abcdef"), ("abcdefg", 6, "abc..."), ("\u6f22\u5b57\u6f22", 5, "\u6f22..."), ("\u6f22\u5b57\u6f22", 4, "..."),
    ("\u6f22\u5b57\u6f22", 6, "\u6f22\u5b57\u6f22"), ("e\u0301bcdefg", 6, "e\u0301bc..."),
])
def test_cut(text, width, expected):
    assert terminal.cut(text, width) == expected


COUNTS = st.dictionaries(st.sampled_from(_verdicts.COUNTED), st.integers(0, 500))
ROWS = st.lists(st.tuples(st.text(max_size=60), st.sampled_from(_records.OUTCOMES), st.booleans(), COUNTS), max_size=40)


@settings(deadline=None)
@given(ROWS, st.integers(106, 200), st.booleans())
@example([("%", "unknown", False, dict.fromkeys(set(STATES) - {"unsupported", "waived"}, 100))], 129, False)
def test_no_line_is_too_wide_and_nothing_but_text(rows, width, colour):
    text = re.sub(r"\x1b\[(3[123]|0)m", "", terminal.table(rows, width, colour, "r"))
    assert all(line.isprintable() and terminal.width_of(line) <= width for line in text.splitlines())


@settings(deadline=None)
@given(ROWS)
def test_the_order_in_which_hosts_come_does_not_matter(rows):
    rows = list({row[0]: row for row in rows}.values())
    assert terminal.table(rows, 80, False, None) == terminal.table(rows[::-1], 80, False, None)


def test_every_state_has_a_column():
    assert sorted(terminal.COLUMNS) == sorted(_verdicts.COUNTED)


# --- a single host ---

ITEM = dict.fromkeys(_records.Cell._fields)
PARAMETERS = [
    dict(ITEM, name="vm.ok", state="ok", before="1", after="1"),
    dict(ITEM, name="kernel.panic", state="changed", before="0", after="10"),
    dict(ITEM, name="kernel.boot", state="changed", before="1", after="1", boot_before=None, boot="1"),
    dict(ITEM, name="fs.rival", state="overridden", before="1", after="1", boot="0", boot_source="/etc/sysctl.d/99-x.conf:3", wanted="1"),
]


@pytest.mark.parametrize("check_mode, expected", [
    (False, """\
web: 2 of 4 set, 1 more differs
O  fs.rival      is 1 now; at boot 0, set by
                 /etc/sysctl.d/99-x.conf:3; wanted 1
C  kernel.boot   is 1 as before; at boot it was unset, it
                 is 1 now
C  kernel.panic  was 0, is 10 now
report: r.html
"""),
    (True, """\
web: 2 of 4 would be set, 1 more differs
O  fs.rival      is 1 now; at boot 0, set by
                 /etc/sysctl.d/99-x.conf:3; wanted 1
C  kernel.boot   is 1 as wanted; at boot it is unset, and
                 would be set to 1
C  kernel.panic  is 0, would be set to 10
report: r.html
"""),
])
def test_a_single_host(check_mode, expected):
    row = ("web", "done", check_mode, {"ok": 1, "changed": 2, "overridden": 1})
    assert terminal.changes(row, PARAMETERS, 58, False, "r.html") == expected
    assert "\x1b[31mO\x1b[0m  fs.rival" in terminal.changes(row, PARAMETERS, 58, True, None)


def test_a_single_host_that_was_not_reached():
    assert terminal.changes(GONE, [], 80, False, None) == "gone: not reached\n"


def test_a_single_host_with_much_to_tell():
    many = [dict(ITEM, name="vm.x%03d\x1b\t" % number, state="changed", before="0\n", after="1") for number in range(40)]
    lines = terminal.changes(("h\n", "done", False, {"changed": 40}), many, 80, False, "r").splitlines()
    assert lines[0] == "h : 40 of 40 set" and lines[1] == "C  vm.x000\\x1b   was 0 , is 1 now"
    assert len(lines) == 32 and lines[-1] == "and 10 more: see r"


@pytest.mark.parametrize("mode, check_mode, changed, end", [
    ("rollback", False, True, "rolled back"), ("rollback", True, True, "would be rolled back"),
    ("rollback", True, False, "nothing to roll back"),
    ("adopt", False, True, "adopted"), ("adopt", True, True, "would be adopted"), ("adopt", False, False, "nothing to adopt"),
    ("forget", False, True, "forgotten"), ("forget", True, True, "would be forgotten"), ("forget", True, False, "nothing to forget"),
])
def test_the_words_of_a_run_that_sets_nothing(mode, check_mode, changed, end):
    assert terminal.changes(("web", "done", check_mode, {"ok": 0}, mode, changed), [], 80, False, None) == "web: %s\n" % end


def test_a_rollback_that_has_rows_had_something_to_look_at():
    assert terminal.changes(("web", "done", False, {"ok": 5}, "rollback", False), [], 80, False, None) == "web: rolled back\n"


# --- of a Fleet ---

def shard(host, **more):
    return json.dumps(dict({"schema_version": 1, "host": host, "time": "2026-11-26T04:18:06Z", "run": "r", "mode": "audit",
                            "outcome": "done", "check_mode": True, "parameters": PARAMETERS}, **more))


def test_the_numbers_are_those_of_the_fleet():
    shards = shard("a"), shard("b", parameters=PARAMETERS[:2]), shard("c", outcome="failed", parameters=None)
    fleet = _merge.read([("x", line) for line in shards])
    rows = terminal.rows_of(fleet)
    assert [row[:3] for row in rows] == [("a", "done", True), ("b", "done", True), ("c", "failed", True)]
    lines = terminal.table(rows, 100, False, None).splitlines()
    assert [line.split() for line in lines[:2]] == [
        ["host", "C", "would", "change", "-", "nothing", "wanted", "O", "overridden"], ["c", "-", "-", "-", "failed"]]
    assert lines[-1].split() == ["all", "3"] + [str(fleet.counts()[state]) for state in ("changed", "unasked", "overridden")]
    assert terminal.changes(rows[0], terminal.parameters_of(fleet, 0), 80, False, None) == terminal.changes(
        rows[0], PARAMETERS, 80, False, None)


def test_what_is_shown_of_a_fleet():
    one = _merge.read([("x", shard("a"))])
    assert terminal.of_fleet(one, 80, "r.html") == terminal.changes(terminal.rows_of(one)[0], PARAMETERS, 80, False, "r.html")
    two = terminal.of_fleet(_merge.read([("x", shard("a"))], expected=["a", "b"]), 100, "r.html").splitlines()
    assert (two[1].split()[0], two[1].endswith("no result"), two[-1]) == ("b", True, "report: r.html")
