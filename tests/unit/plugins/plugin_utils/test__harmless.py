# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import json

import pytest

from ansible_collections.photon.hardening.plugins.plugin_utils import _harmless


@pytest.mark.parametrize("given, expected", [
    ("plain", "plain"), ("two\nlines\tand a tab", "two\nlines\tand a tab"),
    ("gr\u00fc\u00df dich \U0001f600", "gr\u00fc\u00df dich \U0001f600"),
    ("\x1b[2J", "\\x1b[2J"), ("a\rb", "a\\rb"), ("a\r\nb\x07", "a\\r\nb\\x07"), ("\x9b0m", "\\x9b0m"), ("\u202egnp", "\\u202egnp"),
    ("\udcff", "\\udcff"), ("\x00\x7f", "\\x00\\x7f"), ("", ""),
])
def test_text(given, expected):
    assert _harmless.text(given) == expected
    assert json.loads(_harmless.printed(json.dumps({"stdout": given}))) == {"stdout": expected}
    assert _harmless.text(expected) == expected
    expected.encode("utf-8")


@pytest.mark.parametrize("key, kept", [("exception", True), ("warnings", True), ("msg", False), ("summary", False), ("diff", False)])
def test_objects_of_ansible_are_only_where_it_expects_them(key, kept):
    typed = {"__ansible_type": "x", "event": [{"__ansible_type": "x", "chain": {"event": {"__ansible_type": "x"}}}]}
    plain = {"event": [{"chain": {"event": {}}}]}
    assert json.loads(_harmless.printed(json.dumps({key: typed}))) == {key: typed if kept else plain}
    assert json.loads(_harmless.printed(json.dumps({key: {"before": [typed]}}))) == {key: {"before": [plain]}}


LINES = "one\ntwo\n"


@pytest.mark.parametrize("given, expected", [
    ({"msg": LINES, "warnings": [LINES], "notes": [[LINES]], "a\nb": LINES, "parameters": [{"before": LINES, "stdout": LINES}]},
     {"msg": "one two ", "warnings": ["one two "], "notes": [["one two "]], "a b": "one two ",
      "parameters": [{"before": "one two ", "stdout": "one two "}]}),
    (dict.fromkeys(("stdout", "stderr", "module_stdout", "module_stderr", "exception"), LINES),) * 2,
    ({"diff": [{"before": LINES, "after": LINES, "before_header": LINES, "prepared": LINES}]},
     {"diff": [{"before": LINES, "after": LINES, "before_header": "one two ", "prepared": "one two "}]}),
    ({"diff": {"before": LINES, "after": {"x": LINES}}}, {"diff": {"before": LINES, "after": {"x": "one two "}}}),
    ({"exception": {"event": {"msg": LINES, "formatted_traceback": LINES,
                              "chain": {"event": {"msg": LINES, "formatted_traceback": LINES}}}}},
     {"exception": {"event": {"msg": "one two ", "formatted_traceback": LINES,
                              "chain": {"event": {"msg": "one two ", "formatted_traceback": LINES}}}}}),
    ({"warnings": [{"event": {"msg": LINES, "formatted_traceback": LINES}}]},
     {"warnings": [{"event": {"msg": "one two ", "formatted_traceback": "one two "}}]}),
])
def test_there_are_lines_only_where_they_are_meant(given, expected):
    assert _harmless.result(given) == expected
    assert json.loads(_harmless.printed(json.dumps(given))) == expected


# As ansible-core 2.16 to 2.18 mark a text of a module.
Text = type("Text", (str,), {"__str__": lambda self: self, "replace": lambda self, *args: Text(str.replace(self, *args))})


class Number(int):
    pass


class Share(float):
    pass


class Map(dict):
    pass


class Items(list):
    pass


def kinds(value):
    """All classes in it."""
    inner = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {type(value)}.union(*map(kinds, inner))


@pytest.mark.parametrize("printable", ["x", "\x1b", ""])
def test_every_value_of_a_result_is_of_a_class_of_pythons_own(printable):
    given = Map({Text(printable): Items([Text(printable), Number(1), Share(1.5), True, None, (Text("x"),)]), "stdout": Text("a\n")})
    found = _harmless.result(given)
    assert kinds(found) <= {dict, list, str, int, float, bool, type(None)} and kinds(_harmless.flat(Text("x"))) == {str}
    assert found == {printable.replace("\x1b", "\\x1b"): [printable.replace("\x1b", "\\x1b"), 1, 1.5, True, None, ["x"]], "stdout": "a\n"}
    assert found[next(iter(found))][3] is True and kinds(_harmless.line(Text("x"))) == {str}


@pytest.mark.parametrize("given, expected", [
    ({"a": "b\\"}, {"a": "b\\"}), ({"a": "\\x1b"}, {"a": "\\x1b"}), ({"a": "\\u001b"}, {"a": "\\u001b"}),
    ({"a": '"/\t'}, {"a": '"/\t'}), ({"a": [None, 1.5, True, {}]}, {"a": [None, 1.5, True, {}]}),
    ({"\x1b": ["\x08\x0c"]}, {"\\x1b": ["\\x08\\x0c"]}), ({"secret": 1}, {}), ({"a": {"secret": 1}}, {"a": {"secret": 1}}),
    ({"a": "\ud83d"}, {"a": "\\ud83d"}), ({"a": "\ude00\ud83d"}, {"a": "\\ude00\\ud83d"}),
])
@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("around", ["%s", "Last login\r\n\x1b[2J\r\n  %s\r\n", "%s\njunk\nfake | ok }", "a {x}\n%s{}"])
def test_the_document_that_a_module_prints(given, expected, ascii_only, around):
    """Of escapes, and of the characters themselves."""
    found = _harmless.printed(around % json.dumps(given, ensure_ascii=ascii_only), lambda result: result if "secret" in result else ())
    assert json.loads(found) == expected and found.isprintable()


@pytest.mark.parametrize("given, expected", [
    ("Traceback\r\n\x1b[2J {", "Traceback\n\\x1b[2J {"), ("", ""), ("x\x0b{}", "x\\x0b{}"), ("x\u2028{}", "x\\u2028{}"),
    ("{bad\r\n}\nfake | ok }", _harmless._NO_DOCUMENT + "{bad } fake | ok }"), ("x\n {", _harmless._NO_DOCUMENT + "x  {"),
    ('{"a": ' + "[" * 200000, _harmless._NO_DOCUMENT + '{"a": ' + "[" * 200000),
])
def test_what_is_no_document_is_harmless_too(given, expected):
    assert _harmless.printed(given) == expected


def test_a_line_end_within_a_text():
    assert json.loads(_harmless.printed('{"a": "x\n\x1b", "secret": "y\nz"}', lambda _result: ["secret"])) == {"a": "x \\x1b"}


def test_flat():
    assert _harmless.flat("a\nb\x1b\t") == "a b\\x1b\t"


@pytest.mark.parametrize("given, expected", [
    ("one\ntwo", "one"), ("", ""), (7, "7"), (None, "None"), ("x" * 2000, "x" * 1000), ("\x1b\ntwo", "\\x1b"), ("\u2028x", "\\u2028x"),
])
def test_line(given, expected):
    assert _harmless.line(given) == expected


def test_every_text_of_a_result_is_harmless():
    other = object()
    given = {"msg": "\x1b", "\x07": [{"a": ("\udcff", 7, None, True)}], "exception": other}
    assert _harmless.result(given) == {"msg": "\\x1b", "\\x07": [{"a": ["\\udcff", 7, None, True]}], "exception": other}


def nested(levels, value):
    for _level in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize("given, expected", [
    (nested(3, "x"), nested(3, "x")), (nested(4, "x"), nested(3, "(cut)")), ({"a": [{"b": "x"}]}, {"a": [{"b": "x"}]}),
    ({"a": {"b": {"c": "x", "d": []}}}, {"a": {"b": {"c": "x", "d": "(cut)"}}}), (nested(5000, "x"), nested(3, "(cut)")),
])
def test_depth_is_bounded(given, expected, monkeypatch):
    monkeypatch.setattr(_harmless, "MAX_DEPTH", 3)
    assert _harmless.result(given) == expected


@pytest.mark.parametrize("given, expected", [
    ("x" * 10, "x" * 10), ("x" * 11, "x" * 10 + "(cut)"), (["x" * 9], ["x" * 9]), (["x" * 10], ["x" * 9 + "(cut)"]),
    ({"k": "x" * 8}, {"k": "x" * 8}), ({"k": "x" * 9}, {"k": "x" * 8 + "(cut)"}), ([None] * 10, [None] * 10), ([None] * 11, "(cut)"),
    (["x" * 20, "y", ["z"]], ["x" * 7 + "(cut)", "(cut)", "(cut)"]), ([[]] * 10, [[]] * 10),
    ([["a"] * 20, "xyz"], ["(cut)", "(cut)"]),
])
def test_size_is_bounded(given, expected, monkeypatch):
    monkeypatch.setattr(_harmless, "MAX_SIZE", 10)
    assert _harmless.result(given) == expected


def test_the_limits_are_far_from_the_largest_result():
    assert (_harmless.MAX_DEPTH, _harmless.MAX_SIZE) == (20, 5000000)
    row = dict.fromkeys(["name", "state", "before", "wanted", "after", "boot_before", "boot", "boot_source", "dropin", "reason"], "x" * 203)
    whole = {"parameters": [row] * 500, "diff": [{"before": "x" * 200000, "after": "x" * 200000}] * 2}
    assert _harmless.result(whole) == whole
