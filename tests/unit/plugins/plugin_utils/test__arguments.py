# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import datetime

import pytest
from ansible import errors

from ansible_collections.photon.hardening.plugins.plugin_utils import _arguments

GROUPS, STATE, FAIL_ON, REPORT, GUEST = (
    "photon_hardening_" + name for name in ("groups", "state", "fail_on", "report_dir", "guest"))
USES, KEEP = "photon_hardening_uses", "photon_hardening_report_keep"


class Text(str):
    """As Ansible's own kinds of text, which stay what they are."""


Text.__str__ = lambda self: self


class Number(int):
    pass


class Fraction(float):
    pass


class Vaulted:
    """As a text from a vault in ansible-core 2.16."""

    __ENCRYPTED__ = True

    def __str__(self):
        return "secret"


@pytest.mark.parametrize("given, expected", [
    (Text("x"), "x"), (Number(7), 7), (True, True), (None, None), (4.1, 4.1), (Fraction(4.1), 4.1), (b"x", b"x"),
    (datetime.date(2027, 1, 31),) * 2, (Vaulted(), "secret"), ({Text("a"): [Text("b"), (Number(1),)]}, {"a": ["b", [1]]}),
    ({"a": "OMIT", "b": ["OMIT", "c"], "d": {"e": "OMIT"}, "f": None}, {"b": ["c"], "d": {}, "f": None}),
])
def test_plain(given, expected):
    found = _arguments.plain(given, "OMIT")
    assert found == expected and type(found) is type(expected)
    if isinstance(found, dict):
        assert {type(key) for key in found} == {str}


def test_plain_without_a_placeholder_keeps_everything():
    assert _arguments.plain({"a": None, "b": "OMIT"}) == {"a": None, "b": "OMIT"}


class Omitted(Exception):
    """As ansible-core 2.19 and newer have one."""


def template(value):
    if value == "{{ nope }}":
        raise errors.AnsibleUndefinedVariable("'nope' is undefined")
    if value == "{{ omit }}":
        raise Omitted()
    return value


def test_only_what_is_wanted_is_templated():
    variables = {"a": "1", "b": "{{ nope }}", 7: "x", "omit": "OMIT", "c": "OMIT"}
    assert _arguments.collected(lambda name: name in ("a", "c"), variables, template) == {"a": "1"}


def test_a_template_that_fails_is_named():
    with pytest.raises(ValueError) as caught:
        _arguments.collected(lambda name: True, {"a": "1", "b": "{{ nope }}"}, template)
    assert str(caught.value) == "b: 'nope' is undefined"


@pytest.mark.parametrize("value, said, words", [
    ("{{ nope }}", "'x' is undefined. 'x' is undefined", "b: 'x' is undefined"),
    ({"vm.a": "1", "kernel.b": "{{ nope }}"}, "'x' is undefined", "b: kernel.b: 'x' is undefined"),
    ({"kernel.b": {"reason": "{{ nope }}"}}, "wrong. So it is", "b: kernel.b: reason: wrong. So it is"),
    (["{{ nope }}"], "x. y. x", "b: x. y. x"),
])
def test_what_is_undefined_is_told_once_and_where(value, said, words):
    def refuse(given):
        if "{{ nope }}" in str(given):
            raise errors.AnsibleUndefinedVariable(said)
        return given
    with pytest.raises(ValueError) as caught:
        _arguments.collected(lambda name: True, {"b": value}, refuse)
    assert str(caught.value) == words


def test_omit_counts_as_not_given(monkeypatch):
    monkeypatch.setattr(_arguments, "_OMITTED", Omitted)
    assert _arguments.collected(lambda name: True, {"a": "1", "b": "{{ omit }}", "c": "2"}, template) == {"a": "1", "c": "2"}


@pytest.mark.parametrize("name, value, expected", [
    (STATE, None, "present"), (STATE, "absent", "absent"), (FAIL_ON, None, []), (FAIL_ON, ["ok"], ["ok"]),
    (GUEST, None, False), (GUEST, "true", True), (GUEST, False, False), (GUEST, "off", False), (GUEST, 1, True),
    (KEEP, None, 20), (KEEP, 7, 7), (KEEP, "7", 7), (KEEP, Number(999999), 999999),
    (USES, None, {}), (USES, {"docker": "present"}, {"docker": "present"}),
    (USES, "docker=present, kdump=absent", {"docker": "present", "kdump": "absent"}), (USES, '{"docker": "auto"}', {"docker": "auto"}),
    (FAIL_ON, "ok, changed,", ["ok", "changed"]), (REPORT, "", ""), (REPORT, "reports", "reports"),
])
def test_checked(name, value, expected):
    assert _arguments.checked([name], {name: value, "other": 7}) == {name: expected}


@pytest.mark.parametrize("name, value, words", [
    (STATE, "gone", "photon_hardening_state: 'gone' is not one of present, absent, "),
    (STATE, 7, "photon_hardening_state: 7 is not a text"),
    (STATE, datetime.date(2027, 1, 31), "photon_hardening_state: 2027-01-31 is not a text"),
    (REPORT, True, "photon_hardening_report_dir: True is not a text"),
    (FAIL_ON, ["ok", "bad"], "photon_hardening_fail_on: 'bad' is not one of waived, "),
    (GUEST, "maybe", "photon_hardening_guest: 'maybe' is neither true nor false"),
    (GUEST, {"a": 1}, "photon_hardening_guest: {'a': 1} is neither true nor false"),
    (FAIL_ON, [7], "photon_hardening_fail_on: 7 is not a text"),
    (USES, "docker", "photon_hardening_uses must be a dictionary, not docker"),
    (USES, ["docker"], "photon_hardening_uses must be a dictionary, not ['docker']"),
    (FAIL_ON, {"ok": 1}, "photon_hardening_fail_on must be a list, not {'ok': 1}"),
    # What a shell makes of a variable that is not set: the host itself, and a gate that lets everything pass, are not meant.
    ("photon_hardening_root", "", "photon_hardening_root: it is empty: give a value, or leave the variable out"),
    *[(FAIL_ON, text, "photon_hardening_fail_on: it is empty: give a value") for text in ("", " ", ",", " , ")],
    *[(KEEP, value, "photon_hardening_report_keep: %r is not a whole number from 1 to 999999" % value)
      for value in (0, -1, 1000000, 2.5, True, "x", "", "7\n", "\u0667")],
])
def test_what_the_specification_does_not_allow(name, value, words):
    with pytest.raises(ValueError) as caught:
        _arguments.checked([name], {name: value})
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize("facts", [None, {}, {"distribution": "Debian", "photon_hardening": {"profile": "kspp"}}, {REPORT: "/x"}])
def test_what_is_read_is_not_a_fact(facts):
    variables = {"ansible_facts": facts, STATE: "absent", REPORT: "/y"}
    assert _arguments.collected(lambda name: name == STATE, variables, lambda value: value) == {STATE: "absent"}


@pytest.mark.parametrize("name, shown", [(REPORT, REPORT), (REPORT + "\x1b\nok", REPORT + "\\x1b")])
def test_a_variable_of_ours_among_the_facts_is_refused(name, shown):
    variables = {"ansible_facts": {"distribution": "Debian", name: "/etc"}, name: "/etc"}
    for check in (_arguments.check_facts, lambda known: _arguments.collected(lambda other: other == name, known, lambda value: value)):
        with pytest.raises(ValueError) as caught:
            check(variables)
        assert str(caught.value).startswith(shown + ": the host says this variable as a fact")
