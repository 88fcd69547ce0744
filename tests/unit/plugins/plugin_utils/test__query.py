# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.photon.hardening.plugins.plugin_utils import _query

REPORT = {"hosts": [
    {"host": "a", "parameters": [{"name": "x", "state": "ok"}, {"name": "y", "state": "overridden"}]},
    {"host": "b", "parameters": [{"name": "y", "state": "overridden"}]},
]}


@pytest.mark.parametrize("expression, expected", [
    ("hosts[].parameters[?state=='overridden'].name[]", ["y", "y"]), ("hosts[?host=='b'].parameters[].name", ["y"]),
    ("hosts[].host | sort(@)", ["a", "b"]), ("length(hosts)", 2), ("gone", None), ("sort_by(hosts, &host)[0].host", "a"),
    ("[`1.5`, `true`, `null`, hosts[0].host]", [1.5, True, None, "a"]), ("hosts[]\n.host", ["a", "b"]),
])
def test_answers(expression, expected):
    assert _query.answer(REPORT, expression) == expected


@pytest.mark.parametrize("expression, sentence", [
    ("", "the expression is empty"),
    ("hosts[?state==", "the expression ends too early, at column 15: hosts[?state==>>>"),
    ("hosts[].x)", "the expression is wrong at column 10 (Unexpected token: )): hosts[].x>>>)"),
    ("hosts[?a=='x]", "the expression is wrong at column 11 (Unclosed ' delimiter): hosts[?a==>>>'x]"),
    ("hosts[\x1b[2J", "the expression is wrong at column 7 (Unknown token \\x1b): hosts[>>>\\x1b[2J"),
    ("a\n| b c", "the expression is wrong at column 7 (Unexpected token: c): a | b >>>c"),
    ("hosts | lenght(@)", "the expression is wrong at column 9 (Unknown function: lenght()): hosts | >>>lenght(@)"),
    ("length(@, @)", "the expression is wrong at column 1 (Expected 1 argument for function length(), received 2): >>>length(@, @)"),
    ("@ | sum(hosts)", "the expression is wrong at column 5 (the function sum takes array-number, not dict): @ | >>>sum(hosts)"),
    ("length(`1`)",
     "the expression is wrong at column 1 (the function length takes string or array or object, not number): >>>length(`1`)"),
    ("join(',', hosts)", "the expression is wrong at column 1 (the function join takes array-string, not dict): >>>join(',', hosts)"),
    ("hosts[::0]", "the expression cannot be answered (slice step cannot be zero): hosts[::0]"),
    ("contains('a', `1`)",
     "the expression cannot be answered ('in <string>' requires string as left operand, not int): contains('a', `1`)"),
    *((expression, "the expression names another one with & and does not use it, as in sort_by(@, &name): " + expression)
      for expression in ("&hosts", "[&hosts]", "{a: &hosts}", "not_null(&hosts)", "to_array(&hosts)")),
    (7, "the expression is not a text: 7"),
    (None, "the expression is not a text: None"),
])
def test_a_wrong_expression_is_refused_with_its_place(expression, sentence):
    with pytest.raises(ValueError) as caught:
        _query.answer(REPORT, expression)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("data", ['{"hosts": []}', 7, None, True])
def test_what_is_no_report(data):
    with pytest.raises(ValueError, match=r"^the data is a single value, .* write `\| from_json` before it$"):
        _query.answer(data, "hosts")


def test_an_expression_that_is_nested_too_deeply():
    with pytest.raises(ValueError, match=r"^the expression is nested too deeply: \({1000}$"):
        _query.answer(REPORT, "(" * 100000)


def test_a_missing_library_is_named_with_the_python_that_lacks_it(monkeypatch):
    monkeypatch.setattr(_query, "jmespath", None)
    with pytest.raises(ValueError) as caught:
        _query.answer(REPORT, "hosts")
    assert "jmespath is missing" in str(caught.value) and "`%s -m pip install jmespath`" % sys.executable in str(caught.value)


class Text(str):
    """As Ansible's own kinds of texts: not exactly a str."""


class Number(float):
    pass


@pytest.mark.parametrize("data, expression, expected", [
    ([Text("b"), Text("a")], "sort(@)", ["a", "b"]), ([Number(1.5)], "sum(@)", 1.5), ({Text("a"): (Text("b"),)}, "a[0]", "b"),
    (["a"], Text("length(@)"), 1),
])
def test_kinds_of_values_that_are_ansibles_own(data, expression, expected):
    found = _query.answer(data, expression)
    assert found == expected and type(found) is type(expected)


WORDS = st.sampled_from(["hosts", "[", "]", "[?", "==", "'a'", "`1`", "\"x\"", ".", "@", "|", "&", "(", ")", "{", "}", ",", ":", "0", "-1",
                         "*", "sort_by", "max_by", "to_string", "contains", "map", "merge", "join", " ", "\\", "!", "[]", "\ud800"])


@settings(deadline=None)
@given(st.one_of(st.text(max_size=30), st.lists(WORDS, max_size=12).map("".join)))
@example("sort_by(hosts, &@)")
def test_whatever_is_asked_there_is_an_answer_or_a_sentence_in_one_line(expression):
    try:
        _query.answer(REPORT, expression)
    except ValueError as exc:
        assert str(exc) and str(exc).replace("\t", " ").isprintable()
