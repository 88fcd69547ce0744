# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import json
import stat

import pytest

from ansible_collections.photon.hardening.plugins.plugin_utils import _merge, _report_options, _reports, _shards
from ansible_collections.photon.hardening.tests.unit.plugins.plugin_utils.shards import line, row

FLEET = _merge.read([("x", line("web/1", row("kernel.kptr_restrict", "held_back", reason="<b>")))], expected=["web2"])


def settings(folder, formats=_report_options.FORMATS, keep=20, benchmark="stig_rhel8"):
    return _report_options.Settings(str(folder), formats, keep, benchmark)


def test_each_format_has_its_files(tmp_path):
    path = _reports.write(FLEET, settings(tmp_path), run="20260131T120000Z-7")
    run = tmp_path / "20260131T120000Z-7"
    assert path == str(run / "report.html")
    files = {str(found.relative_to(run)) for found in run.rglob("*") if found.is_file()}
    assert files == {"report.html", "report.json", "junit-1.xml", "hdf/web%2F1.json", "hdf/web2.json", "cklb/web%2F1.cklb"}
    assert {stat.S_IMODE(found.stat().st_mode) for found in run.rglob("*")} == {0o600, 0o700}
    assert json.loads((run / "report.json").read_text(encoding="utf-8")) == _reports.as_data(FLEET)


def test_a_state_in_which_the_run_was_to_fail_is_a_failure_for_a_ci_server(tmp_path):
    for given, words in ({}, "<skipped"), ({"fail_on": ["held_back"]}, "<failure"):
        text = line("web1", row("a.b", "held_back"), provenance={"options": given})
        _reports.write(_merge.read([("x", text)]), settings(tmp_path, ["junit"]), run="20260131T120000Z-7")
        assert words in (tmp_path / "20260131T120000Z-7" / "junit-1.xml").read_text(encoding="utf-8")


def test_no_format_is_no_file(tmp_path):
    assert _reports.write(FLEET, settings(tmp_path / "none", ())) is None and list(tmp_path.iterdir()) == []


def test_the_same_results_make_the_same_files(tmp_path):
    texts = []
    for name in ("a", "b"):
        _reports.write(FLEET, settings(tmp_path / name), run="20260131T120000Z-7")
        texts.append({path.relative_to(tmp_path / name): path.read_bytes() for path in (tmp_path / name).rglob("*") if path.is_file()})
    assert texts[0] == texts[1]


def test_a_benchmark_without_numbers_is_one_sentence(tmp_path):
    with pytest.raises(ValueError) as caught:
        _reports.write(FLEET, settings(tmp_path, ["cklb"], benchmark="stig_photon5"))
    assert "has no SV- numbers" in str(caught.value)


@pytest.mark.parametrize("name", ["reports", "reports [old]", "r*"])
def test_only_the_newest_runs_are_kept(tmp_path, name):
    tmp_path = tmp_path / name
    tmp_path.mkdir()
    others = ["web1.json", "20260101T000000Z-x", "20260101T000000Z-1.old"]
    runs = ["2026010%dT000000Z-%d" % (day, day) for day in range(1, 5)]
    for name in others + runs:
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.json").touch()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "report.json").touch()
    (tmp_path / "20250101T000000Z-1").symlink_to(elsewhere)
    _reports.write(FLEET, settings(tmp_path, ["json"], keep=2), run="20260105T000000Z-5")
    assert {path.name for path in tmp_path.iterdir()} == {*others, "elsewhere", "20250101T000000Z-1", runs[3], "20260105T000000Z-5"}
    assert (elsewhere / "report.json").exists()


def test_only_what_is_ours_is_removed_and_never_the_report_of_this_run(tmp_path):
    for name in ("20250101T000000Z-1", "29990101T000000Z-1"):
        (tmp_path / name / "hdf").mkdir(parents=True)
        for file in ("report.html", "junit-1.xml", "hdf/web1.json", "mine.txt"):
            (tmp_path / name / file).touch()
    path = _reports.write(FLEET, settings(tmp_path, ["html"], keep=1), run="20260101T000000Z-1")
    assert [str(found.relative_to(tmp_path)) for found in sorted(tmp_path.rglob("*")) if found.is_file()] == [
        "20250101T000000Z-1/mine.txt", "20260101T000000Z-1/report.html", "29990101T000000Z-1/mine.txt"]
    assert path == str(tmp_path / "20260101T000000Z-1" / "report.html")


def test_a_host_whose_name_no_file_can_have_is_missing(tmp_path):
    (problem,) = _reports.of_run(str(tmp_path), ["x" * 250], "2026-01-31T00:00:00Z").problems
    assert (problem.kind, problem.source) == ("missing", "x" * 250)


@pytest.mark.parametrize("fail_on", [5, [["x"]], {"x": 1}])
def test_what_a_kept_result_says_of_its_options_is_not_relied_on(tmp_path, fail_on):
    fleet = _merge.read([("x", line("web1", row("a.b", "held_back"), provenance={"options": {"fail_on": fail_on}}))])
    assert _reports.write(fleet, settings(tmp_path, ["junit"]))


def test_the_results_of_a_run(tmp_path):
    """Another run may be on at the same time: the time at which something was kept tells nothing."""
    for host, run in (("web1", "r1"), ("other", "r2"), ("not asked for", "r1")):
        (tmp_path / (host.replace(" ", "%20") + ".json")).write_text(line(host, row("a.b"), run=run))
    fleet = _reports.of_run(str(tmp_path), ["web1", "other", "lost"], "r1")
    assert [host.name for host in fleet.hosts] == ["web1"] and fleet.counts()["ok"] == 1
    assert [(problem.kind, problem.source) for problem in fleet.problems] == [("missing", "lost"), ("missing", "other")]


def test_of_a_host_that_worked_on_an_image_none_is_expected(tmp_path):
    for host, run in (("web1 (image /a b)", "r1"), ("web1", "r0"), ("web2 (image /x)", "r0"), ("other (image /x)", "r1")):
        (tmp_path / _shards.file_name(host)).write_text(line(host, row("a.b"), run=run))
    fleet = _reports.of_run(str(tmp_path), ["web1", "web2"], "r1")
    assert [host.name for host in fleet.hosts] == ["web1 (image /a b)"]
    assert [(problem.kind, problem.source) for problem in fleet.problems] == [("missing", "web2")]
