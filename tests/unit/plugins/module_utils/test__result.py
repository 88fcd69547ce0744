# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import itertools
import json

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _escape, _result
from ansible_collections.photon.hardening.plugins.module_utils._model import STATES, File, Plan, Row, Saved, Write

PATH = "/etc/sysctl.d/50-security-hardening.conf"
SECRET = "net.ipv6.conf.all.stable_secret"


def row(name, state, before="0", after=None, **more):
    values = dict(name=name, state=state, before=before, wanted="1", after=before if after is None else after, boot_before=None, boot="1",
                  boot_source=PATH + ":2", dropin=PATH, reason="")
    return Row(**dict(values, **more))


def plan(rows, files=None, disk=None):
    writes = [Write(item.name, item.after, item.before, False, PATH, 2) for item in rows if item.before != item.after]
    found = {path: File(path, text) for path, text in (disk or {}).items()}
    return Plan(rows=rows, files=files or {}, attributes={}, writes=writes, expected={}, followers={}, passing={}, live_before={},
                saved=Saved({}, {}), disk=found, folders=[], warnings=[])


@pytest.mark.parametrize("value, shown", [
    (None, None),
    ("20000\t30000", "20000 30000"),
    ("a\nb", "a b"),
    ("\x1b[2Jx", "\\x1b[2Jx"),
    ("a\udcff", "a\\xff"),
    ("x" * 200, "x" * 200),
    ("x" * 201, "x" * 200 + "..."),
    ("\u202eabc", "\\u202eabc"),
    ("\x9b2J", "\\x9b2J"),
])
def test_shown(value, shown):
    assert _result.shown(value) == shown


@pytest.mark.parametrize("rows, message", [
    ([row("k.a", "ok", "1")], "0 of 1 parameters differ"),
    ([row("k.b", "ok", "1"), row("k.a", "changed", "0", "1")], "1 of 2 parameters differ: k.a 0 -> 1"),
    ([row("k.a", "changed", "1")], "1 of 1 parameters differ: k.a at boot unset -> 1"),
    ([row("k.a", "read_only", "0")], "1 of 1 parameters differ; 1 read-only here: k.a 0 (wanted 1)"),
    ([row("k.a", "overridden", "0", "1", boot_source="/x:3")],
     "1 of 1 parameters differ; 1 overridden at boot: k.a 0 -> 1 by /x:3"),
    ([row("k.a", "overridden", "1", boot_source="/x:3")], "1 of 1 parameters differ; 1 overridden at boot: k.a by /x:3"),
    ([row("k.a", "held_back"), row("k.b", "waived"), row("k.c", "stricter", "2"), row("k.d", "unsupported", None)],
     "0 of 4 parameters differ; 1 held back: k.a; 1 waived: k.b; 1 stricter already: k.c 2; 1 unsupported: k.d"),
    ([row("k.a", "changed", None, "1"), row("k.b", "changed", "", "x")], "2 of 2 parameters differ: k.a unset -> 1, k.b empty -> x"),
    ([row("k.a", "rejected", "0"), row("k.b", "not_applied", "0")],
     "2 of 2 parameters differ: k.a 0 (wanted 1); 1 not applied: k.b 0 (wanted 1)"),
    ([row("k.a", "reboot_required", "0"), row("k.b", "reboot_required", "0", wanted=None)],
     "2 of 2 parameters differ; 2 only after a reboot: k.a 0 (wanted 1), k.b 0 (cannot go back)"),
    ([row("kernel.modules_disabled", "changed", "0", "1")],
     "1 of 1 parameters differ; 1 that only a reboot takes back: kernel.modules_disabled 0 -> 1"),
    ([row("k.a", "waived", "1", "0"), row("k.b", "waived")], "0 of 2 parameters differ; 2 waived: k.a 1 -> 0 (put back), k.b"),
    ([row("k.a", "stricter", "1", "2")], "0 of 1 parameters differ; 1 stricter already: k.a 1 -> 2 (put back)"),
    ([row("k.%d" % number, "changed", "0", "1") for number in range(7)],
     "7 of 7 parameters differ: k.0 0 -> 1, k.1 0 -> 1, k.2 0 -> 1, k.3 0 -> 1, k.4 0 -> 1 and 2 more"),
    ([row("k.%d" % number, "changed", "0", "1") for number in range(5)],
     "5 of 5 parameters differ: k.0 0 -> 1, k.1 0 -> 1, k.2 0 -> 1, k.3 0 -> 1, k.4 0 -> 1"),
    ([row(SECRET, "changed", None, "::1")],
     "1 of 1 parameters differ; 1 that cannot be unset again: %s unset -> ::1" % SECRET),
    ([row(SECRET, "changed", "::2", "::1")], "1 of 1 parameters differ: %s ::2 -> ::1" % SECRET),
])
def test_message(rows, message):
    assert _result.message(plan(rows)) == message


@pytest.mark.parametrize("name", ["k.a", "kernel.modules_disabled", SECRET])
def test_no_row_is_named_twice_in_one_line(name):
    for state, before, after in itertools.product(STATES, (None, "0", "1"), (None, "0", "1")):
        said = _result.message(plan([row(name, state, before)._replace(after=after)]))
        assert said.count(name) == 1 or state == "ok" and name not in said


def test_message_names_files_when_only_they_change():
    assert _result.message(plan([row("k.a", "ok", "1")], {PATH: "x\n"})) == "0 of 1 parameters differ; files changed: " + PATH


@pytest.mark.parametrize("rows, message", [
    ([row("k.a", "ok", "1")], "0 of 1 values to put back; files put back or removed: " + PATH),
    ([row("k.a", "changed", "1", "0"), row("k.b", "held_back")], "1 of 2 values to put back: k.a 1 -> 0; 1 held back: k.b"),
    ([], "no values to put back; files put back or removed: " + PATH),
])
def test_message_of_a_rollback(rows, message):
    assert _result.message(plan(rows, {PATH: None}), is_way_back=True) == message


@pytest.mark.parametrize("wanted, text", [
    (["waived", "changed"], "1 waived (k.w), 7 changed (k.0, k.1, k.2, k.3, k.4 and 2 more)"), (["ok"], ""), ([], ""),
])
def test_of_states(wanted, text):
    rows = [row("k.%d" % number, "changed", "0", "1") for number in range(7)] + [row("k.w", "waived", "1")]
    assert _result.of_states(rows, wanted) == text


@pytest.mark.parametrize("rows, names", [
    pytest.param([row("k.a", "ok"), row("k.b", "held_back"), row("k.c", "stricter"), row("k.d", "unsupported"), row("k.e", "waived")],
                 ["k.b", "k.c", "k.d", "k.e", "k.a"], id="as wanted comes last, whatever its state sorts like"),
    pytest.param([row("k.a", "waived"), row("k.b", "changed")], ["k.b", "k.a"], id="what differs comes first"),
    pytest.param([row("k.a", "overridden"), row("k.b", "rejected", "0", "1")], ["k.b", "k.a"], id="of that, what moves"),
    pytest.param([row("k.a", "held_back"), row("k.b", "waived", "1", "0")], ["k.b", "k.a"], id="of the rest, too"),
    pytest.param([row("k.b", "waived"), row("k.a", "waived")], ["k.a", "k.b"], id="by name"),
])
def test_order_of_the_rows(rows, names):
    assert [item.name for item in _result.in_order(rows)] == names


@pytest.mark.parametrize("rows, files, changed", [
    ([row("k.a", "ok", "1")], {}, False),
    ([row("k.a", "changed", "0", "1")], {}, True),
    ([row("k.a", "ok", "1")], {PATH: None}, True),
    ([row("k.a", "stricter", "2")], {}, False),
])
def test_changed(rows, files, changed):
    assert _result.is_changed(plan(rows, files)) is changed


def test_diff_shows_what_matters_and_what_differs_first():
    rows = [row("k.held", "held_back", "1", reason="would break docker"), row("k.ok", "ok", "1"), row("k.a", "changed", "0", "1")]
    dropins, kernel = _result.diff(plan(rows, {PATH: "k.b = 1\n# why\nk.a = 1\n"}, {PATH: "k.b = 1\n"}))
    assert (dropins["before"], dropins["after"]) == ("[%s]\n" % PATH, "[%s]\nk.a = 1\n" % PATH)
    held = "k.held = 1  # held_back: would break docker\n"
    assert (kernel["before"], kernel["after"]) == ("k.a = 0\n" + held, "k.a = 1\n" + held)


@pytest.mark.parametrize("moving, before, after", [
    pytest.param(row("k.a", "changed", "0", "1", reason="why"), "k.a = 0\n", "k.a = 1\n", id="as wanted: no more words"),
    pytest.param(row("k.a", "waived", "1", "0", reason="why"), "k.a = 1\n", "k.a = 0  # waived: why\n",
                 id="put back: with the reason"),
    pytest.param(row("k.a", "changed", None, "0"), "k.a = unset\n", "k.a = 0\n", id="was not set"),
])
def test_diff_of_a_live_value(moving, before, after):
    kernel = _result.diff(plan([moving]))[1]
    assert (kernel["before"], kernel["after"]) == (before, after)


@pytest.mark.parametrize("old, new, before, after", [
    ("# one\nk.a = 1\n", "# two\nk.a = 1\n", "# one\n", "# two\n"),
    (None, "k.a = 1\n", "", "k.a = 1\n"),
    ("k.a = 1\n", None, "k.a = 1\n", "(removed)\n"),
])
def test_diff_of_a_file(old, new, before, after):
    dropins = _result.diff(plan([], {PATH: new}, {} if old is None else {PATH: old}))[0]
    assert (dropins["before"], dropins["after"]) == ("[%s]\n%s" % (PATH, before), "[%s]\n%s" % (PATH, after))


@pytest.mark.parametrize("count, shown, omitted", [(0, 0, 0), (3, 3, 0), (8000, 8000, 0), (8001, 8000, 1)])
def test_rows_of_a_result(count, shown, omitted):
    result = _result.result(plan([row("k.%04d" % number, "ok", "1") for number in range(count)]))
    assert (len(result["parameters"]), result["omitted"]) == (shown, omitted)


def test_result_is_bounded_and_complete():
    rows = [row("k.%04d" % number, "ok", "1") for number in range(_result.MAX_ROWS)] + [row("k.z", "changed", "0", "1")]
    result = _result.result(plan(rows))
    assert (len(result["parameters"]), result["omitted"], result["changed"]) == (_result.MAX_ROWS, 1, True)
    assert result["parameters"][0]["name"] == "k.z"
    assert sum(result["summary"].values()) == len(rows) and set(result["summary"]) == set(STATES)
    assert set(result["parameters"][0]) == {"name", "state", "before", "wanted", "after", "boot_before", "boot", "boot_source", "dropin",
                                            "reason"}
    assert len(str(result)) < 5000000


def test_a_row_says_why_there_is_no_live_value():
    known, lacking = _result.result(plan([row("k.a", "ok"), row("k.b", "waived", None, error="ENOENT")]))["parameters"][::-1]
    assert "error" not in known and lacking["error"] == "ENOENT"


def test_nothing_that_a_host_says_stays_raw():
    """Names of files, interfaces and keys, in any depth; of a diff the lines stay lines."""
    evil = "a\x1b[2J\udcff\nb"
    result = _escape.everything({"msg": evil, "notes": [evil], "parameters": ({"name": evil, "before": evil, "after": None},), evil: 1,
                                 "diff": [{"before_header": evil, "after_header": "x", "before": evil, "after": "x\n"}]})
    shown = "a\\x1b[2J\\xff\\x0ab"
    assert result == {"msg": shown, "notes": [shown], "parameters": [{"name": shown, "before": shown, "after": None}], shown: 1,
                      "diff": [{"before_header": shown, "after_header": "x", "before": "a\\x1b[2J\\xff\nb", "after": "x\n"}]}
    json.dumps(result).encode("ascii")


def test_what_speaks_for_all_interfaces_is_named_before_each_of_them():
    names = ["net.ipv4.conf.eth0.forwarding", "net.ipv4.conf.default.forwarding", "net.ipv4.ip_forward", "net.ipv4.conf.all.rp_filter"]
    ordered = [item.name for item in _result.in_order([row(name, "held_back") for name in names])]
    assert ordered == ["net.ipv4.conf.all.rp_filter", "net.ipv4.ip_forward", "net.ipv4.conf.default.forwarding",
                       "net.ipv4.conf.eth0.forwarding"]
