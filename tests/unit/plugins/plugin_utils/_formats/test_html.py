# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import base64
import hashlib
import html.parser
import itertools
import json
import pathlib
import re

import pytest

from ansible_collections.photon.hardening.plugins.module_utils._model import STATES
from ansible_collections.photon.hardening.plugins.plugin_utils import _controls, _drift, _merge, _records
from ansible_collections.photon.hardening.plugins.plugin_utils._formats import html as report

FIELDS = ("before", "wanted", "after", "boot_before", "boot", "boot_source", "dropin", "reason")
CATALOGUE = [{"name": "kernel.sysrq", "why": "No magic keys.", "impact": "None."}]
CONTROL = _controls.Control("cis", "CIS 1", "3.1", [])
HOSTILE = "</script><script>attack(1)</script><img src=x onerror=attack(2)>\"'{{ 7 * 7 }}\u202e\x00\n"


def row(name="kernel.sysrq", state="ok", **fields):
    return dict(dict.fromkeys(FIELDS), name=name, state=state, **fields)


def line(host, *rows, **more):
    return "", json.dumps(dict({
        "schema_version": 1, "host": host, "time": "2026-11-26T04:18:06Z", "run": "r", "mode": "audit", "outcome": "done",
        "check_mode": True, "parameters": rows, "provenance": {"profile": "photon", "collection": "1.0.0"}, "kernel": {"release": "6.1"},
    }, **more))


def waiver(expires, name="kernel.sysrq", **more):
    return dict({"name": name, "reason": "the agent", "expires": expires, "owner": "ops", "ticket": "T-1", "control": None}, **more)


def page(lines, expected=(), today="2026-11-26"):
    return "".join(report.render(_merge.read(lines, expected), CATALOGUE, lambda name: [CONTROL], today))


class Text(html.parser.HTMLParser):
    """The text and the elements of a page, without style, script and data."""

    def __init__(self, text):
        super().__init__()
        self.text, self.tags, self.attributes, self._hidden = "", [], [], False
        self.feed(text)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        self._hidden = tag in ("script", "style")

    def handle_endtag(self, tag):
        self._hidden = False

    def handle_data(self, data):
        self.text += "" if self._hidden else " " + data


def test_the_first_screen():
    found = Text(page([line("web1", row(state="overridden", after="1", before="1", boot="1", boot_source="/etc/x.conf:9", wanted="0"),
                            waivers=[waiver("2026-12-01")]), line("web2", row())], ["web3"])).text
    assert "1 of 3 hosts is not as wanted; 1 host has no whole and fresh result." in found
    assert "O overridden at boot 1" in found and "K ok 1" in found
    assert "O kernel.sysrq overridden at boot on 1 of 3 hosts" in found
    assert "web1: is 1 now; at boot 1, set by /etc/x.conf:9; wanted 0" in found
    assert "no result (1): web3" in found
    assert "5 days left kernel.sysrq the agent; ops; T-1; 1 host" in found
    assert "Profile photon" in found and "Collection 1.0.0" in found and "Kernels 6.1" in found and "Check mode yes" in found


def test_without_a_result():
    found = Text(page([], ["web1"])).text
    assert "There is no result of any host." in found
    assert "Nothing is wrong, because nothing is known." in found
    assert "✓" not in found


def test_a_good_fleet():
    found = Text(page([line("web1", row()), line("web2", row())])).text
    assert "All 2 hosts are as wanted." in found and "✓" in found and "None. Every expected host" in found and "There are none." in found


def test_images_are_called_so():
    found = Text(page([line("web1 (image /a)", row()), line("web1 (image /b)", row())])).text
    assert "All 2 images are as wanted." in found and "2 images as wanted" in found and "Audit of 2 images" in found


@pytest.mark.parametrize("kind, lines, expected, words", [
    ("missing", [], ["a"], "no result (1): a"), ("failed", [line("a", outcome="failed")], [], "run failed (1): a"),
    ("unreachable", [line("a", outcome="unreachable")], [], "unreachable (1): a"),
    ("unknown", [line("a", outcome="unknown")], [], "run broke off (1): a"),
    ("schema", [("f.json", "{}")], [], "invalid result (1): f.json"),
    ("unreadable", [("f.json", "x y")], [], "unreadable result (1): f.json"),
    ("truncated", [("f.json", "{")], [], "incomplete result (1): f.json"),
    ("duplicate", [line("a"), line("a", msg="x")], [], "two results of one run (1): a"),
])
def test_what_is_missing_is_named(kind, lines, expected, words):
    assert kind in report._PROBLEMS
    assert words in Text(page(lines, expected)).text


def test_every_kind_of_problem_has_words():
    assert set(report._PROBLEMS) == set(_records.PROBLEMS)


def test_a_long_list_says_how_many_are_left_out():
    assert "and 4 more" in Text(page([], ["web%02d" % number for number in range(10)])).text


@pytest.mark.parametrize("check_mode, would_change, changed", [((True, True), 2, 0), ((False, False), 0, 2), ((True, False), 1, 1)])
def test_changes_are_counted_by_what_they_mean(check_mode, would_change, changed):
    fleet = _merge.read([line("h%d" % number, row(state="changed"), check_mode=mode) for number, mode in enumerate(check_mode)])
    found = {kind["key"]: number for kind, number in report.counts(fleet)}
    assert (found["would_change"], found["changed"]) == (would_change, changed)


def test_the_counts_are_the_fleet_s():
    fleet = _merge.read([line("h%d" % number, row(state=state), row("a", before="0"), row("b", state="changed", before="0"),
                              check_mode=bool(number % 2)) for number, state in enumerate(STATES)])
    found = {kind["key"]: number for kind, number in report.counts(fleet)}
    found["changed"] += found.pop("would_change") + found.pop("put_back")
    assert found == fleet.counts() and (found["ok"], found["unasked"]) == (1, len(STATES))


@pytest.mark.parametrize("expires, days, words", [
    ("2026-11-25", -1, "ended 1 day ago"), ("2026-11-20", -6, "ended 6 days ago"), ("2026-11-26", 0, "ends today"),
    ("2026-11-27", 1, "1 day left"), ("2027-11-26", 365, "365 days left"),
    (None, None, "no end"), ("soon", None, "no end"), (HOSTILE, None, "no end"),
])
def test_days_of_a_waiver(expires, days, words):
    assert report.days_left(expires, "2026-11-26") == days
    (found,) = report.waivers(_merge.read([line("h", waivers=[waiver(expires)])]), "2026-11-26")
    assert (found["left"], found["over"]) == (words, days is not None and days < 0)


def test_waivers_that_ended_come_first():
    fleet = _merge.read([line("h", waivers=[waiver(None, "a"), waiver("2026-12-01", "b"), waiver("2026-01-01", "c")])])
    assert [item["name"] for item in report.waivers(fleet, "2026-11-26")] == ["c", "b", "a"]


def test_the_host_named_beside_a_finding_has_it():
    lines = [line("a", row(state="changed", before="1", after="2"), check_mode=False),
             line("b", row(state="changed", before="3", after="4"))]
    fleet = _merge.read(lines)
    (finding,) = report.findings(fleet, fleet.findings(), {})
    assert (finding["host"], finding["sentence"], finding["word"]) == ("b", "is 3, would be set to 4", "would change")


def test_without_script_a_waiver_says_whose_it_is():
    found = Text(page([line("h", waivers=[waiver("2026-12-01", control="cis_rhel8:1.5.2")])])).text
    assert "kernel.sysrq : 5 days left (2026-12-01); the agent; owner: ops; ticket: T-1; by cis_rhel8:1.5.2" in found


def test_any_order_makes_the_same_file():
    lines = [line("h%d" % number, row(before=str(number), state=state), waivers=[waiver("2026-12-%02d" % number)])
             for number, state in enumerate(STATES, 1)]
    assert len({page(order) for order in itertools.islice(itertools.permutations(lines), 0, 5000, 997)}) == 1
    assert page(lines + lines[:3]) == page(lines)


# --- the guest side ---

def guest(name="vmxnet3 version", state="ok", value="1.7", reason="", source="/sys/x"):
    return {"name": name, "value": value, "state": state, "reason": reason, "source": source}


def test_the_guest_side_has_a_table_of_its_own_and_is_counted_nowhere():
    rows = [guest(), guest("vmw_vmci disable_msix", "finding", None, "/etc/a.conf:1 switches MSI-X off."), guest("swap space", "hidden")]
    text = page([line("web1", row(), guest=rows), line("web2", row(), guest=[guest(value="1.8")]), line("web3", row())])
    found = Text(text).text
    assert "The guest side of VMware" in found and "! finding vmw_vmci disable_msix 1 /etc/a.conf:1 switches MSI-X off. /sys/x" in found
    assert "\N{CHECK MARK} ok vmxnet3 version 2 1.7 others differ /sys/x" in found and "? hidden swap space 1 1.7 /sys/x" in found
    assert '<tr class="fail"><td class="state"><b class="letter">!</b> finding</td>' in text
    assert found.index("vmw_vmci disable_msix") < found.index("swap space") < found.index("vmxnet3 version")
    assert "All 3 hosts are as wanted." in found and "K ok 3" in found


def test_without_a_guest_there_is_no_such_table():
    assert "guest side" not in Text(page([line("web1", row())])).text


def test_a_long_table_of_the_guest_side_says_how_many_rows_are_left_out():
    found = Text(page([line("web1", guest=[guest("disk controller of sd%02d" % number) for number in range(43)])])).text
    assert "And 3 more rows, which stand in the report in JSON." in found and found.count("disk controller of") == 40


def test_of_the_guest_side_any_order_makes_the_same_file():
    lines = [line("h%d" % number, guest=[guest(value=str(number % 2)), guest("disk %d" % number, "finding")]) for number in range(5)]
    assert len({page(order) for order in itertools.islice(itertools.permutations(lines), 0, 120, 17)}) == 1


def test_hostile_texts_stay_texts():
    fields = dict.fromkeys(FIELDS, HOSTILE)
    harmful = line(HOSTILE, row(HOSTILE, "overridden", **fields), msg=HOSTILE, notes=[HOSTILE], run=HOSTILE, kernel={"release": HOSTILE},
                   provenance={"profile": HOSTILE, "options": {HOSTILE: HOSTILE}},
                   guest=[dict.fromkeys(("name", "value", "reason", "source"), HOSTILE) | {"state": "finding"}],
                   waivers=[waiver(HOSTILE, HOSTILE, reason=HOSTILE, owner=HOSTILE)])
    text = page([harmful, (HOSTILE, "{")], [HOSTILE + "2"])
    found = Text(text)
    assert found.tags.count("script") == 2 and "img" not in found.tags
    assert not [name for name, _value in found.attributes if name.startswith("on") or name == "style"]
    assert "</script><script>attack(1)</script><img src=x onerror=attack(2)>" in found.text
    assert "49" not in found.text
    assert "\u202e" not in text and "\x00" not in text
    text.encode("utf-8")


def test_names_of_files_that_are_no_text():
    page([("\udcff.json", "{")]).encode("utf-8")


# --- the policy ---

def parts(text, tag):
    return re.findall("<%s>(.*?)</%s>" % (tag, tag), text, re.DOTALL)


def test_the_policy_allows_this_script_and_this_style_alone():
    text = page([])
    (policy,) = re.findall('Content-Security-Policy" content="([^"]*)"', text)
    policy = policy.replace("&#39;", "'")
    hashes = {tag: "sha256-" + base64.b64encode(hashlib.sha256(parts(text, tag)[0].encode("utf-8")).digest()).decode("ascii")
              for tag in ("script", "style")}
    assert policy == ("default-src 'none'; script-src '%(script)s'; style-src '%(style)s'; base-uri 'none'; form-action 'none'" % hashes)


def test_the_files_hold_nothing_that_would_end_them_or_leave_the_page():
    folder = pathlib.Path(report.FOLDER)
    script, style = ((folder / name).read_text(encoding="utf-8") for name in ("script.js", "style.css"))
    assert "</script" not in script and "<!--" not in script and "</style" not in style
    for word in ("http://", "https://gnu", "innerHTML", "insertAdjacentHTML", "eval(", "fetch(", "XMLHttpRequest", "@import", "url("):
        assert word not in script and word not in style


def test_a_large_fleet_comes_in_pieces():
    fleet = _merge.read([line("h%d" % number, row(before=str(number))) for number in range(700)])
    pieces = list(report.render(fleet, CATALOGUE, lambda name: [], "2026-11-26"))
    assert len(pieces) > 50


def test_what_changed_since_an_earlier_report_stands_on_the_page():
    earlier, later = (_merge.read([line("web%d" % number, row(state=state)) for number in range(5)] + more)
                      for state, more in (("ok", [line("<lost>")]), ("overridden", [])))
    text = "".join(report.render(later, CATALOGUE, lambda name: [], "2026-11-26", _drift.drift(earlier, later)))
    assert "What changed" in text and "web0, web1, web2 and 2 more" in text and "&lt;lost&gt;" in text and "<lost>" not in text
    assert "What changed" not in page([line("web1", row())])
    moved = _merge.read([line("web%d" % number, row(state="read_only")) for number in range(5)])
    text = "".join(report.render(moved, CATALOGUE, lambda name: [], "2026-11-26", _drift.drift(later, moved)))
    assert "Still not as wanted, in another way" in text and ">Worse<" not in text
