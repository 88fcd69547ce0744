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
    assert json.loads(_harmless.json_text(json.dumps({"a": given}))) == {"a": expected}
    assert _harmless.text(expected) == expected
    expected.encode("utf-8")


@pytest.mark.parametrize("given, expected", [
    ({"a": "b\\"}, {"a": "b\\"}), ({"a": "\\x1b"}, {"a": "\\x1b"}), ({"a": "\\u001b"}, {"a": "\\u001b"}),
    ({"a": '"/\n\t'}, {"a": '"/\n\t'}),
    ({"\x1b": ["\x08\x0c"]}, {"\\x1b": ["\\x08\\x0c"]}),
    ({"a": "\ud83d"}, {"a": "\\ud83d"}), ({"a": "\ude00\ud83d"}, {"a": "\\ude00\\ud83d"}),
])
def test_json_text(given, expected):
    """Of escapes, and of the characters themselves."""
    assert json.loads(_harmless.json_text(json.dumps(given))) == expected
    raw = json.dumps(given, ensure_ascii=False)
    assert json.loads(_harmless.json_text(raw)) == expected


def test_what_is_no_json_is_harmless_too():
    assert _harmless.json_text("Last login\r\n\x1b[2J {") == "Last login\n\\\\x1b[2J {"
    assert _harmless.json_text('{"a": "raw \x1b"}') == '{"a": "raw \\\\x1b"}'
    assert _harmless.json_text("ends in \\") == "ends in \\"


@pytest.mark.parametrize("given, expected", [
    ("one\ntwo", "one"), ("", ""), (7, "7"), (None, "None"), ("x" * 2000, "x" * 1000), ("\x1b\ntwo", "\\x1b"), ("\u2028x", "\\u2028x"),
])
def test_line(given, expected):
    assert _harmless.line(given) == expected


def test_every_text_of_a_result_is_harmless():
    other = object()
    given = {"msg": "\x1b", "\x07": [{"a": ("\udcff", 7, None, True)}], "exception": other}
    assert _harmless.result(given) == {"msg": "\\x1b", "\\x07": [{"a": ["\\udcff", 7, None, True]}], "exception": other}


def test_depth_and_size_are_bounded(monkeypatch):
    deep = []
    for _level in range(5000):
        deep = [deep]
    assert len(json.dumps(_harmless.result({"a": deep}))) < 100
    monkeypatch.setattr(_harmless, "MAX_SIZE", 30)
    assert _harmless.result(["x" * 100, "y", ["z"]]) == ["x" * 27 + "(cut)", "(cut)", "(cut)"]
    assert len(json.dumps(_harmless.result({str(number): "x" * 50 for number in range(50)}))) < 50 * 20
    assert _harmless.result({"a": "x" * 20}) == {"a": "x" * 20}
