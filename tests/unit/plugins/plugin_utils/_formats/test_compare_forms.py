# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every form of a comparison tells the same, and no text of a host is more than text in any of them."""

import base64
import hashlib
import html.parser
import json
import re

import pytest

from ansible_collections.photon.hardening.plugins.plugin_utils import _catalogue, _compare, _sides
from ansible_collections.photon.hardening.plugins.plugin_utils._formats import (
    compare_html,
    compare_json,
    compare_markdown,
    compare_text,
    compare_words,
)

CATALOGUE = _catalogue.CATALOGUE
HOSTILE = ("<script>alert(1)</script><img src=x onerror=y>\"'</style>--> {{ 7*7 }} [a](b) `c` |d| **e** https://f www.g h@i &amp; \\ #j"
           "\n\x1b[2J\u202e")
RENDER = {"text": compare_text.render, "markdown": compare_markdown.render, "html": compare_html.render, "json": compare_json.render}


def compare(left, right):
    return _compare.compare(left, right, CATALOGUE, lambda name: [("cis", "1.1")], {"cis": {"title": "CIS", "version": "4.0.0"}})


def column(name):
    return _sides.of_column(CATALOGUE, name)


def info(*rows, **others):
    return dict({"kernel": {"release": "6.1", "machine": "x86_64", "system": "Debian"}, "memory_kb": 2097152, "processors": 2,
                 "runtimes": [], "parameters": list(rows)}, **others)


def row(name="kernel.sysrq", value="0", **others):
    return dict({"name": name, "value": value, "boot": None, "boot_source": None, "kind": "value"}, **others)


def hostile():
    """A comparison in which all that a host can say is hostile."""
    rows = [row(name + HOSTILE, HOSTILE, boot="1" + HOSTILE, boot_source=HOSTILE + ":1") for name in "ab"]
    rows += [row(kind="unreadable", value=None, error=HOSTILE), row("kernel.printk", HOSTILE), row("kernel." + HOSTILE.replace(" ", ""))]
    guest = [dict.fromkeys(("name", "value", "reason", "source"), HOSTILE), {"name": "b " + HOSTILE, "value": None, "reason": HOSTILE}]
    left = _sides.of_info("a" + HOSTILE, info(*rows, guest=guest, kernel={"release": HOSTILE, "machine": HOSTILE, "system": HOSTILE},
                                              runtimes=[{"name": HOSTILE}]), _sides.RESULT)
    return compare(left, _sides.of_info("b" + HOSTILE, info(row("kernel.printk", "1"), row(value="1"), guest=[dict(guest[0], value="1")]),
                                        _sides.RESULT))


ARTICLE = compare(column("photon3"), column("centos8"))


class Page(html.parser.HTMLParser):
    """The elements, attributes and texts of a page."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.attributes, self.texts, self.policy, self.style = [], set(), [], "", ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes |= {name for name, _value in attrs}
        self.policy += "".join(value for name, value in attrs if name == "content" and "default-src" in value)

    def handle_endtag(self, tag):
        self.elements.append("end of " + tag)

    def handle_data(self, data):
        if self.elements[-1:] == ["style"]:
            self.style += data
        self.texts.append(data)


# --- the same in all of them ---

@pytest.mark.parametrize("form", RENDER)
def test_every_parameter_and_count_is_told(form):
    text = RENDER[form](ARTICLE)
    for found in _compare.all_rows(ARTICLE):
        assert found.name in text
    assert "photon3 and centos8: 35 of 36 parameters differ, and 2 of 3 guest rows" in text
    assert "CIS" in text and "4.0.0" in text


def test_rows_of_the_guest_side_are_counted_apart():
    assert compare_json.data(ARTICLE)["guest"] == {verdict: ARTICLE.guest[verdict] for verdict in _compare.VERDICTS}
    assert compare_words.headline(compare(column("photon"), column("centos8"))).endswith(" parameters differ")


def test_what_nobody_knows_is_no_difference():
    rows = [row("kernel.sysrq", "1"), row("kernel.printk", None, kind="unreadable", error="EACCES")]
    one, other = (_sides.of_info(label, info(*rows), _sides.HOST) for label in "ab")
    assert compare_words.headline(compare(one, other)) == "a and b: 0 of 1 parameters differ; of 1 more nobody knows it"


def test_what_a_profile_says_nothing_of_is_no_difference():
    host = _sides.of_info("a", info(row("kernel.kptr_restrict", "1"), row("kernel.sysrq", "1"), row("kernel.printk", "1")), _sides.HOST)
    asked = {name: found for name, found in column("photon").parameters.items() if name in ("kernel.kptr_restrict", "kernel.sysrq")}
    profile = column("photon")._replace(parameters=asked)
    assert compare_words.headline(compare(host, profile)) == "a and photon: 2 of 2 parameters differ; photon says nothing of 1 more"
    assert compare_words.headline(compare(profile, host)) == "photon and a: 2 of 2 parameters differ; photon says nothing of 1 more"


@pytest.mark.parametrize("form", RENDER)
def test_twice_the_same(form):
    assert RENDER[form](ARTICLE) == RENDER[form](compare(column("photon3"), column("centos8")))


@pytest.mark.parametrize("form", RENDER)
def test_nothing_of_a_secret_is_told(form):
    rows = [row("net.ipv4.tcp_fastopen_key", None, kind="secret", digest="feedbeef"), row("net.ipv6.conf.all.stable_secret", "dead::1")]
    text = RENDER[form](compare(*(_sides.of_info(label, info(*rows), _sides.RESULT) for label in "ab")))
    assert "net.ipv4.tcp_fastopen_key" in text and not re.search("feedbeef|dead::1", text)


@pytest.mark.parametrize("form", RENDER)
def test_nothing_but_printable_characters(form):
    assert RENDER[form](hostile()).replace("\n", "").isprintable()


# --- text ---

@pytest.mark.parametrize("width", [1, 40, 79, 100, 300])
@pytest.mark.parametrize("comparison", [ARTICLE, hostile()], ids=["article", "hostile"])
def test_the_width_of_the_terminal(width, comparison):
    lines = compare_text.render(comparison, width).splitlines()
    assert max(len(line) for line in lines) <= max(width, 40) and not any(line.endswith(" ") for line in lines)


def test_counts_come_first_and_differences_before_what_is_the_same():
    text = compare_text.render(ARTICLE, 100)
    assert text.index("    4  photon3 is stricter") < text.index("kernel.dmesg_restrict") < text.index("kernel.randomize_va_space")
    assert re.search(r"\n  kernel.dmesg_restrict +1 +0 +photon3 is stricter\n", text)
    assert "      to match: kernel.dmesg_restrict = 1 on centos8\n" in text


def test_names_are_whole_where_values_are_long():
    long = compare(_sides.of_info("a", info(row("net.ipv4.icmp_ignore_bogus_error_responses", "1 " * 90))), _sides.of_info("b", info()))
    assert "  net.ipv4.icmp_ignore_bogus_error_responses  " in compare_text.render(long, 79)


# --- words ---

@pytest.mark.parametrize("given, expected", [
    (row(), "0"), (row(boot="0"), "0"), (row("kernel.printk", "4\t4", boot="4 4"), "4\t4"), (row(boot="1"), "0, at boot 1"),
    (row(kind="unreadable", value=None, error="EACCES"), "unreadable (EACCES)"), (row(kind="secret", value=None), "(secret)"),
])
def test_a_value(given, expected):
    (found,) = _sides.of_info("a", info(given)).parameters.values()
    assert compare_words.value(found) == expected


def test_what_is_known_of_a_side():
    side = _sides.of_info("a", info(runtimes=[{"name": "docker"}, {"name": "podman"}], omitted=3))
    assert compare_words.in_a_line(side) == ("host; system Debian; kernel 6.1 x86_64; memory 2.0 GiB; processors 2; "
                                             "runtimes docker, podman; incomplete parameters left out of the result: 3")


def test_what_a_line_would_break():
    left, right = (_sides.of_info(label, info(row("user.max_user_namespaces", value))) for label, value in (("a", "0"), ("b", "9")))
    comparison = compare(left, right)
    (found,) = _compare.all_rows(comparison)
    assert compare_words.level_up(comparison, found).startswith("user.max_user_namespaces = 0 on b, where it would break ")


# --- Markdown ---

def test_nothing_of_a_host_is_markup_in_markdown():
    text = compare_markdown.render(hostile())
    assert not re.search(r"<|\]\(|\*\*e|https://|www\.|h@i", text)
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in tables} == {3, 10}


@pytest.mark.parametrize("given, expected", [
    ("kernel.kptr_restrict = 2", "kernel.kptr_restrict = 2"), ("_a_ b_", "&#95;a&#95; b&#95;"), ("http://www.a", "http&#58;//www&#46;a"),
])
def test_text(given, expected):
    assert compare_markdown.text(given) == expected


@pytest.mark.parametrize("given, expected", [
    ("kernel.kptr_restrict", "`kernel.kptr_restrict`"), ("1", "`1`"), ("4 4 1 7", "`4 4 1 7`"), ("-1", "-1"), ("a|b", "a&#124;b"),
    ("`", "&#96;"), ("a ", "a "), ("|/usr/bin/x %p", "&#124;/usr/bin/x %p"), ("", ""),
])
def test_code(given, expected):
    assert compare_markdown.code(given) == expected


# --- HTML ---

def test_nothing_of_a_host_is_markup_in_html():
    page, plain = Page(compare_html.render(hostile())), Page(compare_html.render(ARTICLE))
    assert set(page.elements) <= set(plain.elements) and page.attributes <= plain.attributes
    assert not {"script", "img", "link", "a", "iframe"} & set(page.elements)
    assert not {name for name in page.attributes if name.startswith("on")} | {"style", "src", "href"} & page.attributes
    assert any("<script>alert(1)</script>" in text for text in page.texts)


def test_the_policy_allows_its_own_style_alone():
    page = Page(compare_html.render(ARTICLE))
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    assert page.policy == "default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'" % digest
    assert not re.search("url\\(|@import", page.style)


# --- JSON ---

def test_json():
    found = json.loads(compare_json.render(ARTICLE))
    assert found["schema_version"] == 1 and found["counts"] == ARTICLE.counts and found["left"]["kind"] == "profile"
    rows = [given for group in found["groups"] for given in group["parameters"]] + found["same"]
    (dmesg,) = [given for given in rows if given["name"] == "kernel.dmesg_restrict"]
    assert dmesg["left"] == {"kind": "value", "value": "1", "boot": None, "source": "the article", "problem": None}
    assert (dmesg["verdict"], dmesg["level_up"], dmesg["controls"]) == (
        "left_stricter", "kernel.dmesg_restrict = 1", [{"benchmark": "cis", "id": "1.1"}])
    assert len(rows) == sum(found["counts"].values()) + sum(found["guest"].values())
