# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import datetime

import pytest

from ansible_collections.photon.hardening.plugins.plugin_utils import _layers
from ansible_collections.photon.hardening.plugins.plugin_utils._layers import Waiver

OVERRIDES, WAIVERS = "photon_hardening_overrides", "photon_hardening_waivers"
ROWS = {"kernel.a": {"name": "kernel.a", "strength": ["0", ["1", "2"]]}, "vm.b": {"name": "vm.b", "valid": {"min": 0, "max": 100}},
        "kernel.c": {"name": "kernel.c", "report_only": True, "why_not": "A counter."}}

CONTROLS = {"cis:1": ["kernel.a", "vm.b"], "cis:2": ["vm.b", "kernel.c"], "stig:3": ["kernel.a"]}


def parameters_of(control):
    if control not in CONTROLS:
        raise ValueError("there is no such control")
    return CONTROLS[control]


def waivers(variables):
    return _layers.waivers(variables, parameters_of)


@pytest.mark.parametrize("variables, expected", [
    ({}, {}),
    ({OVERRIDES: {"kernel.a": "1"}, WAIVERS: {}}, {"kernel.a": "1"}),
    ({OVERRIDES: {"vm/b": 10, "kernel.x": None}}, {"vm.b": "10", "kernel.x": None}),
    ({OVERRIDES: {}, OVERRIDES + "__web": {"kernel.a": "1"}, OVERRIDES + "__db": {"vm.b": "5"}}, {"kernel.a": "1", "vm.b": "5"}),
    ({OVERRIDES + "__web": {"kernel.a": "1"}, OVERRIDES + "__db": {"kernel.a": "1"}}, {"kernel.a": "1"}),
    ({OVERRIDES: {"kernel.a": "0"}, OVERRIDES + "__web": {"kernel.a": "1"}}, {"kernel.a": "0"}),
    ({OVERRIDES: {"kernel.a": "0"}, OVERRIDES + "__web": {"kernel.a": "1"}, OVERRIDES + "__db": {"kernel.a": "2"}}, {"kernel.a": "0"}),
])
def test_overrides_add_up(variables, expected):
    assert {name: entry.value for name, entry in _layers.overrides(variables, ROWS).items()} == expected


@pytest.mark.parametrize("entry, expected", [
    ({"reason": "Ticket 7."}, Waiver("Ticket 7.", None)),
    ({"reason": " x ", "expires": "2027-01-31"}, Waiver("x", "2027-01-31")),
    ({"reason": "x", "expires": datetime.date(2027, 1, 31)}, Waiver("x", "2027-01-31")),
    ({"reason": "x", "expires": None}, Waiver("x", None)),
    ({"reason": "x", "owner": " A. Nagy ", "ticket": "OPS-1"}, Waiver("x", None, "A. Nagy", "OPS-1")),
    ({"reason": "x", "owner": None, "ticket": "\u05d0" * 100}, Waiver("x", None, None, "\u05d0" * 100)),
])
def test_waivers(entry, expected):
    assert waivers({WAIVERS: {"kernel/a": entry}, OVERRIDES: {}}) == {"kernel.a": ("kernel.a", expected, WAIVERS)}


def test_each_kind_is_read_from_its_own_variables():
    variables = {OVERRIDES: {"kernel.a": "1"}, WAIVERS: {"vm.b": {"reason": "x"}}}
    assert set(_layers.overrides(variables, ROWS)) == {"kernel.a"} and set(waivers(variables)) == {"vm.b"}


@pytest.mark.parametrize("value", ["0", "100", "0x64"])
def test_the_bounds_are_valid(value):
    assert _layers.overrides({OVERRIDES: {"vm.b": value}}, ROWS)["vm.b"].value == value


def test_waivers_add_up():
    assert set(waivers({WAIVERS + "__web": {"kernel.a": {"reason": "x"}}, WAIVERS + "__db": {"vm.b": {"reason": "y"}}})) == {
        "kernel.a", "vm.b"}


@pytest.mark.parametrize("variables, words", [
    ({OVERRIDES + "__web": {"kernel.a": "1"}, OVERRIDES + "__db": {"kernel.a": "2"}},
     ["kernel.a", OVERRIDES + "__web (1)", OVERRIDES + "__db (2)", "disagree"]),
    ({OVERRIDES + "__web": {"kernel.a": "1"}, OVERRIDES + "__db": {"kernel.a": None}}, [OVERRIDES + "__db (left alone)"]),
    ({OVERRIDES + "__web": {"kernel.a": "7"}}, [OVERRIDES + "__web: kernel.a: '7' is not one of 0, 1, 2"]),
    ({OVERRIDES: {"vm.b": "101"}}, [OVERRIDES + ": vm.b: '101' is not a number from 0 to 100"]),
    ({OVERRIDES: {"kernel.c": "1"}}, ["kernel.c cannot be set: A counter."]),
    ({OVERRIDES: {"kernel.a": False}}, [OVERRIDES + ": kernel.a: False", "quotes"]),
    ({OVERRIDES: {"kernel.a": datetime.date(2027, 1, 31)}}, [OVERRIDES + ": kernel.a: 2027-01-31 is not a string"]),
    ({OVERRIDES: {"vm.b": "-1"}}, [OVERRIDES + ": vm.b: '-1' is not a number from 0 to 100"]),
    ({OVERRIDES: {"vm.b": "1 # one"}}, [OVERRIDES + ": vm.b: '1 # one' is not a number from 0 to 100"]),
    ({OVERRIDES: {7: "1"}}, [OVERRIDES + ": 7 is not the name of a kernel parameter"]),
    ({OVERRIDES: {"vm": "1"}}, [OVERRIDES + ": 'vm' is not the name of a kernel parameter"]),
    ({OVERRIDES: {"cis:1": "1"}}, [OVERRIDES + ": 'cis:1' is not the name of a kernel parameter"]),
    ({OVERRIDES: {"cis:1.2": "1"}}, [OVERRIDES + ": 'cis:1.2' is not the name of a kernel parameter"]),
    ({OVERRIDES: {"vm.b": "1", "vm/b": "1"}}, [OVERRIDES + ": vm.b is there twice"]),
    ({OVERRIDES: {"kernel.x": " "}}, [OVERRIDES + ": kernel.x: the value is empty"]),
    ({OVERRIDES: {"kernel.hostname": "a\nb"}}, [OVERRIDES + ": kernel.hostname: 'a\\nb' holds a line break"]),
    ({OVERRIDES: {"kernel.hostname": "a\udcff"}}, [OVERRIDES + ": kernel.hostname: 'a\\udcff' holds "]),
    ({OVERRIDES: {"kernel.msgmax": "+5"}}, [OVERRIDES + ": kernel.msgmax: the kernel would refuse '+5': "]),
    ({OVERRIDES: None}, [OVERRIDES + " must be a dictionary"]),
])
def test_refused_overrides(variables, words):
    with pytest.raises(ValueError) as caught:
        _layers.overrides(variables, ROWS)
    assert [word for word in words if word not in str(caught.value)] == []


# NEL, CSI, a line separator, a right-to-left override, an isolate, a zero-width space, a byte order mark, half a pair and DEL.
@pytest.mark.parametrize("char", "\x85\x9b\u2028\u202e\u2066\u200b\ufeff\ud83d\x7f\x1b\r\n")
def test_what_cannot_be_printed_is_refused(char):
    for read, value in ((lambda given: _layers.overrides({OVERRIDES: given}, {}), "a%sb" % char),
                        (lambda given: waivers({WAIVERS: given}), {"reason": "a%sb" % char}),
                        (lambda given: waivers({WAIVERS: given}), {"reason": "x", "owner": "a%sb" % char}),
                        (lambda given: waivers({WAIVERS: given}), {"reason": "x", "ticket": "a%sb" % char})):
        with pytest.raises(ValueError) as caught:
            read({"kernel.hostname": value})
        assert str(caught.value).isprintable()


def test_a_tab_and_a_letter_of_any_script_can_be_printed():
    assert _layers.overrides({OVERRIDES: {"kernel.hostname": "a\tb\u00fc\u05d0"}}, {})["kernel.hostname"].value == "a\tb\u00fc\u05d0"
    assert waivers({WAIVERS: {"kernel.a": {"reason": "a\tb"}}})["kernel.a"].value.reason == "a\tb"


@pytest.mark.parametrize("entry, words", [
    (None, "it is empty: write {reason: TEXT}, and if you like expires, owner and ticket"), ("", "it is empty: write {reason: TEXT}"),
    ("because", "'because' is not a waiver: write {reason: TEXT}"),
    ({"reason": "x", "until": "2027-01-31"}, "a waiver has no 'until': it has reason, "),
    ({"reson": "x"}, "a waiver has no 'reson': did you mean reason?"),
    ({"reason": "x", "onwer": "A"}, "a waiver has no 'onwer': did you mean owner?"),
    ({"reason": "x", 7: "A"}, "a waiver has no '7': it has reason, expires, owner, ticket"),
    ({}, "needs a reason"), ({"reason": ""}, "needs a reason"), ({"reason": 7}, "needs a reason"),
    ({"reason": "x\nkernel.b = 1"}, "needs a reason"),
    ({"reason": "x", "expires": "soon"}, "is not a date such as 2027-01-31"),
    ({"reason": "x", "expires": "2027-02-30"}, "is not a day of the calendar"),
    ({"reason": "x", "expires": 2027}, "is not a date such as"), ({"reason": "x", "expires": True}, "is not a date such as"),
    ({"reason": "x", "expires": datetime.datetime(2027, 1, 31, 12)}, "is not a date such as"),
    ({"reason": "x", "owner": 7}, "owner: 7 is not a text of one line"), ({"reason": "x", "ticket": 4711}, "ticket: 4711 is not a text"),
    ({"reason": "x", "owner": " "}, "owner: ' ' is not a text"), ({"reason": "x", "ticket": ["a"]}, "ticket: ['a'] is not a text"),
    ({"reason": "x", "owner": "a\nb"}, "owner: 'a\\nb' is not a text"), ({"reason": "x", "ticket": False}, "ticket: False is not a text"),
    ({"reason": "x", "owner": "a" * 101}, "owner: '%s is not a text of one line with at most 100 characters" % ("a" * 99)),
    ({"reason": "x", "by": "A"}, "a waiver has no 'by'"), ({"reason": "x", "control": "cis:1"}, "a waiver has no 'control'"),
])
def test_refused_waivers(entry, words):
    with pytest.raises(ValueError) as caught:
        waivers({WAIVERS + "__web": {"kernel.a": entry}})
    assert words in str(caught.value) and str(caught.value).startswith(WAIVERS + "__web: kernel.a: ")


@pytest.mark.parametrize("web, db", [("x", "y"), ("y", "x")])
def test_two_waivers_that_contradict_one_another(web, db):
    with pytest.raises(ValueError) as caught:
        waivers({WAIVERS + "__web": {"kernel.a": {"reason": web, "expires": "2027-01-31"}},
                 WAIVERS + "__db": {"kernel.a": {"reason": db}}})
    assert WAIVERS + "__web (%s, until 2027-01-31)" % web in str(caught.value) and WAIVERS + "__db (%s)" % db in str(caught.value)


def test_two_waivers_that_say_the_same():
    same = {"kernel.a": {"reason": "x"}}
    assert set(waivers({WAIVERS + "__web": same, WAIVERS + "__db": same})) == {"kernel.a"}


FORWARD, ALL, BYTES, RATIO = "net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding", "vm.dirty_bytes", "vm.dirty_ratio"


@pytest.mark.parametrize("variables, expected", [
    ({OVERRIDES: {FORWARD: "1", ALL: "1"}}, {FORWARD: "1", ALL: "1"}),
    ({OVERRIDES: {FORWARD: "1", ALL: "0x1"}}, {FORWARD: "1", ALL: "0x1"}),
    ({OVERRIDES: {FORWARD: "1", ALL: None}}, {FORWARD: "1", ALL: None}),
    ({OVERRIDES: {BYTES: "8192", RATIO: None}}, {BYTES: "8192", RATIO: None}),
    # The host's own variable decides, whichever name it uses.
    ({OVERRIDES: {FORWARD: "0"}, OVERRIDES + "__a": {ALL: "1"}}, {FORWARD: "0"}),
    ({OVERRIDES: {FORWARD: None}, OVERRIDES + "__a": {ALL: "1"}}, {FORWARD: None}),
    ({OVERRIDES: {FORWARD: "1"}, OVERRIDES + "__a": {ALL: None}}, {FORWARD: "1"}),
    ({OVERRIDES: {BYTES: "8192"}, OVERRIDES + "__a": {RATIO: "5"}, OVERRIDES + "__b": {RATIO: "6"}}, {BYTES: "8192"}),
    ({OVERRIDES: {RATIO: None}, OVERRIDES + "__a": {BYTES: "8192"}}, {RATIO: None, BYTES: "8192"}),
    ({OVERRIDES: {FORWARD: "1"}, OVERRIDES + "__a": {ALL: "1"}}, {FORWARD: "1", ALL: "1"}),
    ({OVERRIDES + "__a": {FORWARD: "1"}, OVERRIDES + "__b": {FORWARD: "0x1"}}, {FORWARD: "1"}),
])
def test_overrides_of_one_switch_or_limit(variables, expected):
    assert {name: entry.value for name, entry in _layers.overrides(variables, {}).items()} == expected


@pytest.mark.parametrize("variables, words", [
    ({OVERRIDES: {FORWARD: "1", ALL: "0"}},
     ["%s (%s, 1)" % (FORWARD, OVERRIDES), "%s (%s, 0)" % (ALL, OVERRIDES), "two names of one parameter"]),
    ({OVERRIDES + "__a": {FORWARD: "1"}, OVERRIDES + "__b": {ALL: "0"}}, [OVERRIDES + "__a, 1", OVERRIDES + "__b, 0"]),
    ({OVERRIDES + "__a": {FORWARD: "1"}, OVERRIDES + "__b": {ALL: None}}, [OVERRIDES + "__b, left alone", "two names of one parameter"]),
    ({OVERRIDES: {BYTES: "8192", RATIO: "5"}}, [BYTES, RATIO, "setting one unsets the other"]),
    ({OVERRIDES: {RATIO: "5", BYTES: "8192"}}, [BYTES, RATIO, "setting one unsets the other"]),
    ({OVERRIDES + "__a": {BYTES: "8192"}, OVERRIDES + "__b": {RATIO: "5"}}, [OVERRIDES + "__a, 8192", OVERRIDES + "__b, 5"]),
    ({OVERRIDES: {"vm.b": "1"}, OVERRIDES + "__a": {BYTES: "8192"}, OVERRIDES + "__b": {RATIO: "5"}}, ["setting one unsets the other"]),
])
def test_overrides_that_contradict_one_another(variables, words):
    with pytest.raises(ValueError) as caught:
        _layers.overrides(variables, {})
    assert [word for word in words if word not in str(caught.value)] == []


def test_the_entry_of_the_host_is_the_one_that_is_named():
    found = _layers.overrides({OVERRIDES + "__a": {"vm.b": "1"}, OVERRIDES: {"vm.b": "1"}}, {})
    assert found["vm.b"].variable == OVERRIDES


def test_waivers_of_two_names_of_a_switch_do_not_contradict_one_another():
    assert set(waivers({WAIVERS: {FORWARD: {"reason": "x"}, ALL: {"reason": "y"}}})) == {FORWARD, ALL}


# --- waivers of controls ---

def reasons(variables):
    """parameter -> the reason, the day and the control of its waiver."""
    return {name: (entry.value.reason, entry.value.expires, entry.value.control) for name, entry in waivers(variables).items()}


def waiver(reason, expires=None):
    return {"reason": reason, "expires": expires}


@pytest.mark.parametrize("variables, expected", [
    ({WAIVERS: {"cis:1": waiver("x")}}, {"kernel.a": ("x", None, "cis:1"), "vm.b": ("x", None, "cis:1")}),
    # The parameter's own waiver decides, wherever it stands and whatever it says.
    ({WAIVERS: {"cis:1": waiver("x")}, WAIVERS + "__web": {"kernel/a": waiver("own", "2020-01-01")}},
     {"kernel.a": ("own", "2020-01-01", None), "vm.b": ("x", None, "cis:1")}),
    # Of several controls the one whose waiver holds longest.
    ({WAIVERS: {"cis:1": waiver("x", "2027-01-31"), "cis:2": waiver("y", "2027-02-01")}},
     {"kernel.a": ("x", "2027-01-31", "cis:1"), "vm.b": ("y", "2027-02-01", "cis:2"), "kernel.c": ("y", "2027-02-01", "cis:2")}),
    ({WAIVERS: {"stig:3": waiver("z")}, WAIVERS + "__web": {"cis:1": waiver("x", "9999-12-31")}},
     {"kernel.a": ("z", None, "stig:3"), "vm.b": ("x", "9999-12-31", "cis:1")}),
    ({WAIVERS: {"stig:3": waiver("z"), "cis:1": waiver("x")}}, {"kernel.a": ("x", None, "cis:1"), "vm.b": ("x", None, "cis:1")}),
    # Layers: the host's own variable decides about the same control, and groups may say the same.
    ({WAIVERS: {"stig:3": waiver("z")}, WAIVERS + "__web": {"stig:3": waiver("other")}}, {"kernel.a": ("z", None, "stig:3")}),
    ({WAIVERS + "__db": {"stig:3": waiver("z")}, WAIVERS + "__web": {"stig:3": waiver("z")}}, {"kernel.a": ("z", None, "stig:3")}),
])
def test_a_waiver_of_a_control_is_one_of_its_parameters(variables, expected):
    assert reasons(variables) == expected


def test_the_entry_of_a_control_names_its_variable():
    assert waivers({WAIVERS + "__web": {"stig:3": waiver("z")}})["kernel.a"] == (
        "kernel.a", Waiver("z", control="stig:3"), WAIVERS + "__web")


@pytest.mark.parametrize("variables, words", [
    ({WAIVERS + "__web": {"cis:7": waiver("x")}}, [WAIVERS + "__web: 'cis:7': there is no such control"]),
    ({WAIVERS: {":1": waiver("x")}}, [WAIVERS + ": ':1': there is no such control"]),
    ({WAIVERS: {"cis:\x1b": {}}}, [WAIVERS + ": 'cis:\\x1b' is not the name of a kernel parameter"]),
    ({WAIVERS: {"cis:1": {}}}, [WAIVERS + ": cis:1: a waiver needs a reason"]),
    ({WAIVERS: {"cis.rhel8:3.3.1": waiver("x")}, WAIVERS + "__a": {"vm:b": waiver("x")}}, [WAIVERS + "__a: 'vm:b': there is no such"]),
    ({WAIVERS + "__web": {"cis:1": {"reason": "x", "owner": "A"}}, WAIVERS + "__db": {"cis:1": {"reason": "x", "ticket": "7"}}},
     ["cis:1: ", WAIVERS + "__web (x, owner: A)", WAIVERS + "__db (x, ticket: 7)",
      "disagree: write what this host shall have into " + WAIVERS]),
])
def test_refused_waivers_of_controls(variables, words):
    with pytest.raises(ValueError) as caught:
        waivers(variables)
    assert [word for word in words if word not in str(caught.value)] == []


def test_no_control_is_looked_up_where_none_is_named():
    assert set(_layers.waivers({WAIVERS: {"net.ipv4.conf.eth0:1.forwarding": waiver("x")}}, None)) == {"net.ipv4.conf.eth0:1.forwarding"}


@pytest.mark.parametrize("waiver, expected", [
    (Waiver("x"), []),
    (Waiver("x", "2027-01-31", "A", "7", "cis:1"), ["until 2027-01-31", "owner: A", "ticket: 7", "by cis:1"]),
    (Waiver("x", None, None, "7"), ["ticket: 7"]),
])
def test_terms(waiver, expected):
    assert _layers.terms(waiver) == expected
