# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import json
import os
import pathlib
import stat
import tempfile
import urllib.parse

import pytest
from hypothesis import given, settings

from ansible_collections.photon.hardening.plugins.plugin_utils import _fleet, _merge, _provenance, _records, _shape, _shards, _verdicts
from ansible_collections.photon.hardening.plugins.plugin_utils._formats import document
from ansible_collections.photon.hardening.tests.unit.plugins.plugin_utils import shards
from ansible_collections.photon.hardening.tests.unit.plugins.plugin_utils.shards import LINES, line, row, told

NAMES = {
    "web1": "web1.json", "web-1.example.com": "web-1.example.com.json", "a_b": "a_b.json", "a/b": "a%2Fb.json", "a%2Fb": "a%252Fb.json",
    "..": "%2E..json", ".hidden": "%2Ehidden.json", "::1": "%3A%3A1.json", "a b": "a%20b.json", "\u00fc": "%C3%BC.json",
    "\udcff": "%ED%B3%BF.json", "a\x00b": "a%00b.json",
}


def kept(path):
    return json.loads(path.read_text(encoding="utf-8"))


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


@pytest.mark.parametrize("host", NAMES)
def test_file_name(host):
    assert _shards.file_name(host) == NAMES[host]
    assert urllib.parse.unquote(_shards.file_name(host)[:-5], errors="surrogatepass") == host


@pytest.mark.parametrize("said, kept_of_it", [
    ({"release": "6.1", "machine": "x86_64", "system": "Photon"}, {"release": None, "machine": None, "system": "Photon"}),
    ("x", "x"), (None, None), ([], []),
])
def test_of_an_image_the_kernel_that_works_on_it_is_not_told(said, kept_of_it):
    about = {"image": "/mnt/x"}
    assert _shards.shard("web1", {"kernel": said}, False, "done", about)["kernel"] == kept_of_it
    assert _shards.shard("web1", {"kernel": said}, False, "done", {})["kernel"] == said


@pytest.mark.parametrize("more", [
    {"summary": {"ok": 30}, "parameters": [row("kernel.a", "ok")]}, {"parameters": [1]}, {"parameters": "x", "summary": {}},
    {"stopped": True, "summary": {"ok": 30}, "parameters": []}, {"omitted": -1},
])
def test_rows_that_do_not_fit_are_taken_from_a_failure_and_its_reason_stays(more):
    assert _shards.sound(dict({"failed": True, "msg": "the disk is full"}, **more)) == {"failed": True, "msg": "the disk is full"}


def test_a_failure_keeps_rows_that_fit():
    whole = {"failed": True, "stopped": True, "msg": "fail_on", "summary": {"ok": 1}, "parameters": [row("kernel.a", "ok")], "omitted": 0}
    for result in (whole, {"failed": True, "msg": "no rows"}, {"failed": True, "unreachable": True, "msg": "gone"}):
        assert _shards.sound(result) is result


def test_a_name_that_is_too_long_is_refused():
    assert _shards.file_name("x" * 240) == "x" * 240 + ".json"
    with pytest.raises(ValueError):
        _shards.file_name("x" * 241)


@pytest.mark.parametrize("result, outcome", [
    ({"msg": "0 of 3", "changed": False}, "done"), ({"msg": "no", "failed": True}, "failed"),
    ({"msg": "no way", "unreachable": True, "failed": True}, "unreachable"), ({}, "done"),
])
def test_what_is_kept(tmp_path, result, outcome):
    shelf = _shards.Shelf(str(tmp_path), "web1", True)
    shelf.end(dict(result, diff=[], invocation={}, exception=object(), _ansible_no_log=False, summary={"ok": 0}))
    found = kept(tmp_path / "web1.json")
    assert len(found.pop("time")) == len("2026-01-31T12:00:00Z")
    assert found.pop("run") == _provenance.RUN and set(found.pop("provenance")) == {"collection", "catalogue", "ansible_core"}
    found.pop("unreachable", None)
    expected = {key: value for key, value in result.items() if key != "unreachable"}
    assert found == dict(expected, summary={"ok": 0}, host="web1", check_mode=True, outcome=outcome, mode="audit", schema_version=1,
                         waivers=[])
    _shape.parsed((tmp_path / "web1.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("state, check_mode, mode", [
    ("present", False, "harden"), (None, True, "audit"), ("absent", True, "rollback"), ("adopted", False, "adopt"),
    ("forgotten", True, "forget"),
])
def test_mode(state, check_mode, mode):
    assert _shards.mode(state, check_mode) == mode and mode in _records.MODES


def test_the_guest_side_is_kept(tmp_path):
    rows = [{"name": "vmxnet3 version", "value": "1.7.0.0-k", "state": "ok", "reason": "", "source": None}]
    _shards.Shelf(str(tmp_path), "web1", True).end({"msg": "x", "guest": rows})
    assert kept(tmp_path / "web1.json")["guest"] == rows
    (host,) = _merge.read(_shards.lines([str(tmp_path)])).hosts
    assert [row._asdict() for row in host.guest] == rows


def test_lines_of_files_and_folders(tmp_path):
    (tmp_path / "b.json").write_text("1\n")
    (tmp_path / "a.json").write_text("2\n\n3\n")
    (tmp_path / ".half.json").write_text("4\n")
    (tmp_path / "run.json").mkdir()
    (tmp_path / "page.html").write_text("5\n")
    (tmp_path / "all.jsonl").write_bytes(b"\xff")
    found = [(source.rpartition("/")[2], text) for source, text in _shards.lines([str(tmp_path)])]
    assert found == [("a.json:1", "2\n"), ("a.json:3", "3\n"), ("all.jsonl:1", "\\xff"), ("b.json:1", "1\n")]
    assert list(_shards.lines([str(tmp_path / "b.json")])) == [(str(tmp_path / "b.json") + ":1", "1\n")]


def test_a_file_that_is_named_twice_is_read_once(tmp_path, monkeypatch):
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "a.json").write_text("1\n")
    (tmp_path / "link").symlink_to("reports")
    monkeypatch.chdir(tmp_path)
    for again in ("reports", "./reports", "link", str(tmp_path / "reports" / "a.json")):
        assert [text for _source, text in _shards.lines(["reports", again])] == ["1\n"], again


def test_a_file_that_is_no_text_is_one_problem(tmp_path):
    (tmp_path / "a.json").write_bytes(b"\x7fELF\0\n" * 1000)
    ((source, problem),) = _shards.lines([str(tmp_path)])
    assert source == str(tmp_path / "a.json") and str(problem) == "it is not text"


def test_a_fact_tells_enough_to_count():
    rows = [{"name": "a.b", "state": "ok"}, {"name": "a.c", "state": "changed"}, {"name": 7}, "x"]
    about = {"mode": "audit", "provenance": {"profile": "photon"}}
    fact = _shards.facts({"parameters": rows, "summary": {}, "omitted": 0}, about)["photon_hardening"]
    fleet = _merge.read([("cache", _shards.of_fact("web1", fact))])
    assert not fleet.problems and {state: count for state, count in fleet.counts().items() if count} == {"ok": 1, "changed": 1}
    assert fleet.hosts[0].check_mode and fleet.hosts[0].provenance == {"profile": "photon"}
    assert [_verdicts.sentence(cell, True) for _name, cell in fleet.rows(0)] == [
        "would change; its values are not known", "ok; its values are not known"]


def test_after_a_rollback_a_fact_does_not_say_that_something_is_as_wanted():
    fact = _shards.facts({"parameters": [row("a.b", wanted=None), row("a.c", ["x"])]}, {"mode": "rollback"})["photon_hardening"]
    fleet = _merge.read([("cache", _shards.of_fact("web1", fact))])
    assert not fleet.problems and fleet.host_totals()["pass"] == 0


@pytest.mark.parametrize("fact", [{}, {"names": 7}, {"names": {"ok": "x"}, "time": "x"}])
def test_a_fact_of_an_older_release_is_told(fact):
    (problem,) = _merge.read([("cache", _shards.of_fact("web1", fact))]).problems
    assert problem.kind == "schema"


def test_while_a_run_is_on_nothing_is_known(tmp_path):
    shelf = _shards.Shelf(str(tmp_path), "web1", False)
    shelf.end({"msg": "yesterday", "summary": {"ok": 1}})
    shelf.begin()
    found = kept(tmp_path / "web1.json")
    assert found["outcome"] == "unknown" and "summary" not in found and "Nothing is known" in found["msg"]


def test_nothing_is_left_of_an_earlier_run_where_nothing_may_be_kept(tmp_path):
    shelf = _shards.Shelf(str(tmp_path / "reports"), "web1", False)
    shelf.clear()
    shelf.begin()
    shelf.clear()
    (tmp_path / "reports" / "web1.json").symlink_to("nowhere")
    shelf.clear()
    assert list((tmp_path / "reports").iterdir()) == []


def test_without_a_folder_nothing_is_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder in (None, ""):
        shelf = _shards.Shelf(folder, "web1", False)
        shelf.begin()
        shelf.end({})
        shelf.clear()
    assert list(tmp_path.iterdir()) == []


def test_it_is_for_its_owner_alone(tmp_path):
    old = os.umask(0)
    try:
        (tmp_path / "old").mkdir(mode=0o755)
        for folder in ("new", "old"):
            _shards.Shelf(str(tmp_path / folder), "web1", False).begin()
    finally:
        os.umask(old)
    assert [mode(tmp_path / "new"), mode(tmp_path / "old")] == [0o700, 0o755]
    assert [mode(tmp_path / folder / "web1.json") for folder in ("new", "old")] == [0o600, 0o600]


def test_a_relative_folder_is_below_the_current_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    _shards.Shelf("reports", "web1", False).begin()
    _shards.Shelf("~/reports", "web1", False).begin()
    assert (tmp_path / "reports" / "web1.json").exists() and (tmp_path / "home" / "reports" / "web1.json").exists()


def test_what_cannot_be_written_leaves_the_old_one_and_nothing_else(tmp_path, monkeypatch):
    shelf = _shards.Shelf(str(tmp_path), "web1", False)
    shelf.end({"msg": "old"})

    def full(_one, _other):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError):
        shelf.end({"msg": "new"})
    assert [path.name for path in tmp_path.iterdir()] == ["web1.json"] and kept(tmp_path / "web1.json")["msg"] == "old"


def test_one_line_per_result(tmp_path):
    _shards.Shelf(str(tmp_path), "web1", False).end({"msg": "x\ny", "changed": True})
    text = (tmp_path / "web1.json").read_text(encoding="utf-8")
    assert text.count("\n") == 1 and text.endswith("}\n")


def test_a_surrogate_breaks_nothing(tmp_path):
    _shards.Shelf(str(tmp_path), "web1", False).end({"msg": "\udcff", "notes": [object()]})
    assert kept(tmp_path / "web1.json")["msg"] == "\udcff"


@pytest.mark.parametrize("content, kind", [
    ("", "truncated"), ("\n\n", "truncated"), ("{\n  \"host\": \"web1\"\n}\n", "truncated"),
    ("{\n\"hosts\": [\n", "truncated"), (None, "unreadable"),
])
def test_a_file_without_a_result_is_told(tmp_path, content, kind):
    path = tmp_path / "web1.json"
    if content is None:
        path.symlink_to(tmp_path / "gone")
    else:
        path.write_text(content)
    (problem,) = _merge.read(_shards.lines([str(tmp_path)])).problems
    assert (problem.kind, problem.source) == (kind, str(path))


def reread(tmp_path, fleet, *more):
    """The Fleet of the report of FLEET, and of MORE lines."""
    (tmp_path / "report.json").write_text("".join(document.render(fleet, [], {"parameters": {}, "benchmarks": {}})))
    return _merge.read([*_shards.lines([str(tmp_path / "report.json")]), *(("more:%d" % number, text) for number, text in enumerate(more))])


@settings(deadline=None)
@given(LINES)
def test_a_report_of_a_report_says_the_same(lines):
    found = shards.fleet(*lines, expected=["web1", "web9"])
    with tempfile.TemporaryDirectory() as folder:
        again = reread(pathlib.Path(folder), found)
    assert told(again) == told(found) and _fleet.verdict_sentence(again) == _fleet.verdict_sentence(found)


OTHER = line("web1", row("a.a", "overridden"), time="2026-01-31T12:00:01Z")


@pytest.mark.parametrize("lines", [
    [line("web1", row("a.a")), OTHER], ["{", line("web1")], [line("web1", row("a.a"), omitted=2)],
    [line("web1", outcome="failed", msg="x\ny")],
])
def test_a_report_of_a_report_has_the_same_problems(tmp_path, lines):
    found = shards.fleet(*lines, expected=["web1", "web9"])
    again = reread(tmp_path, found)
    assert again.problems == found.problems != [] and again.host_totals() == found.host_totals()
    assert told(reread(tmp_path, again)) == told(again)


@pytest.mark.parametrize("more, kinds", [
    ([OTHER], ["duplicate"]), ([line("web1", row("a.a"))], ["duplicate"]), ([line("web1", time="2026-02-01T12:00:00Z", run="r2")], []),
    ([line("web1", time="2026-01-01T12:00:00Z", run="r0")], ["duplicate"]),
])
def test_a_problem_of_a_result_is_one_as_long_as_that_result_counts(tmp_path, more, kinds):
    found = reread(tmp_path, shards.fleet(line("web1", row("a.a")), OTHER), *more)
    assert sorted({problem.kind for problem in found.problems}) == kinds


def test_who_is_missing_in_a_report_is_so_until_there_is_a_result(tmp_path):
    report = shards.fleet(line("web1"), expected=["web8", "web9"])
    assert reread(tmp_path, report, line("web8"), line("web9 (image /img)")).problems == []
    assert reread(tmp_path, report, line("web8")).missing() == {"web9"}


def test_a_result_is_not_stale_for_ever(tmp_path):
    report = shards.fleet(line("web1"), fresh_from="2026-02-01T00:00:00Z")
    assert reread(tmp_path, report).problems == []
    as_told = _merge.read(_shards.lines([str(tmp_path / "report.json")]), as_told=_records.PROBLEMS)
    assert as_told.problems == report.problems != []


@pytest.mark.parametrize("problems", [
    "[", "7", "[7]", '["x"]', "[{}]", '{"kind": "missing"}', "[" * 100000, '[{"kind": "x", "source": "a", "message": "b"}]',
    '[{"kind": "missing", "source": ["a"], "message": "b"}]',
])
def test_the_problems_of_a_report_are_not_trusted(tmp_path, problems):
    path = tmp_path / "report.json"
    path.write_text('{\n"problems": %s,\n"hosts": [\n]\n}\n' % problems)
    assert _merge.read(_shards.lines([str(path)])).problems == [("unreadable", str(path), "its problems are not what a report has")]
