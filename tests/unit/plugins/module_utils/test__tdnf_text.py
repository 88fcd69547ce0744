# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tdnf prints, read in recordings of the real programs where there are some."""

import re

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _tdnf_text
from ansible_collections.photon.hardening.plugins.module_utils._tdnf_text import Error, Said
from ansible_collections.photon.hardening.tests.unit.plugins.modules import tdnf_recordings
from ansible_collections.photon.hardening.tests.unit.plugins.modules.tdnf_recordings import VERSIONS, WITH_JSON

LONG = "a-very-long-package-name-for-testing-column-widths-of-the-list-command"
all_versions = pytest.mark.parametrize("version", VERSIONS)


def said(version, number):
    recording = tdnf_recordings.load(version)[number]
    return Said(tuple(recording["command"].split()), recording["rc"], recording["stdout"], recording["stderr"])


def spoken(stdout="", stderr="", rc=0, argv=()):
    return Said(argv, rc, stdout, stderr)


# --- packages ---

@pytest.mark.parametrize("text, expected", [
    ("1.0-1.ph5", ("0", "1.0", "1.ph5")), ("2:0.9-1.ph5", ("2", "0.9", "1.ph5")), ("0:1-2", ("0", "1", "2"))])
def test_a_version(text, expected):
    assert _tdnf_text.evr(text) == expected


def test_what_rpm_has():
    answer = "hello 0 1.0 1.ph5 noarch\nepkg 2 0.9 1.ph5 noarch\ngpg-pubkey 0 3d1b 5f (none)\npackage nosuch is not installed\n"
    found = _tdnf_text.packages(answer + "no package provides nosuch\n")
    assert [_tdnf_text.label(package) for package in found] == ["hello-1.0-1.ph5.noarch", "epkg-2:0.9-1.ph5.noarch", "gpg-pubkey-3d1b-5f"]


@all_versions
def test_the_version_of_tdnf(version):
    assert _tdnf_text.version(said(version, 0).stdout) == tuple(map(int, version.split(".")[:2]))


def test_no_version():
    with pytest.raises(ValueError, match="in which there is no version"):
        _tdnf_text.version("yum 4.14\n")


# --- plans ---

def keys(plan):
    return {key: [_tdnf_text.label(package) for package in rows] for key, rows in plan.items()}


@all_versions
@pytest.mark.parametrize("number, expected", [
    (19, {"Install": ["hello-2.0-1.ph5.noarch"]}),
    (52, {"Downgrade": ["hello-1.0-1.ph5.noarch"]}),
    (90, {"Install": ["newname-2.0-1.ph5.noarch"], "Upgrade": ["tdnf-3.5.9-2.ph5.x86_64"], "Remove": ["oldname-1.0-1.ph5.noarch"],
          "Obsolete": ["oldname-1.0-1.ph5.noarch"]}),
    (117, {"Remove": ["lib-a-1.0-1.ph5.noarch", "app-b-1.0-1.ph5.noarch"]}),
    (633, {"Remove": ["linux-6.1.1-1.ph5.x86_64"]}),
    (96, {"Install": ["epkg-2:0.9-1.ph5.noarch"]}),
    (26, {}),
])
def test_a_plan_in_text(version, number, expected):
    """96 is a transaction: its lines with a colon are no tables."""
    assert keys(_tdnf_text.plan(said(version, number), False)) == expected


@all_versions
def test_a_long_name_is_not_cut(version):
    name, evr = LONG, "20261125.123456789.1-1234567.ph5"
    stdout = "\nInstalling:\n%s noarch %s photon 10.00b 10\n" % (name, evr)
    assert keys(_tdnf_text.plan(spoken(stdout), False)) == {"Install": ["%s-%s.noarch" % (name, evr)]}


@pytest.mark.parametrize("version", WITH_JSON)
@pytest.mark.parametrize("number, text", [(20, 19), (105, 104), (318, 317), (141, 134)])
def test_a_plan_in_json_is_that_in_text(version, number, text):
    assert _tdnf_text.plan(said(version, number), True) == _tdnf_text.plan(said(version, text), False) != {}


@pytest.mark.parametrize("stdout", [
    "", "waiting for tdnf_instance lock on /var/run/.tdnf-instance-lockfile\n", "[using capability match for 'virtual-cap']\n", "[]"])
def test_no_plan_in_json(stdout):
    assert _tdnf_text.plan(spoken(stdout), True) == {}


@pytest.mark.parametrize("as_json, stdout", [
    (True, '{"Install":[{"Name":"hello"}]}'), (True, '{"Install":["hello"]}'),
    (False, "\nInstalling:\nhello noarch\n"), (False, "\nRemoving:\nhello noarch 2.0 photon\n"), (True, '{"Install":[{"Name":"hel')])
def test_a_plan_that_cannot_be_read_is_no_empty_one(as_json, stdout):
    with pytest.raises(ValueError, match="nothing was done"):
        _tdnf_text.plan(spoken(stdout), as_json)


@pytest.mark.parametrize("version", WITH_JSON)
@pytest.mark.parametrize("number, first, last", [
    (86, {"Install"}, {"Error", "ErrorMessage"}), (499, {"Install"}, {"Error", "ErrorMessage"}), (515, {"Install"}, {"Install"})])
def test_documents_without_anything_between_them(version, number, first, last):
    """A failed transaction prints two; 3.3 and 3.4 print what a script says behind them."""
    found = _tdnf_text.documents(said(version, number).stdout)
    assert (set(found[0]), set(found[-1])) == (first, last)


@pytest.mark.parametrize("version", WITH_JSON)
def test_documents_behind_other_lines(version):
    (found,) = _tdnf_text.documents(said(version, 506).stdout)
    assert found[0]["Name"] == "tdnf"


# --- errors ---

@all_versions
def test_every_recorded_error_is_known_by_its_number(version):
    """The number whose remainder is the status, or none where the program did its work."""
    for number, recording in sorted(tdnf_recordings.load(version).items()):
        error = _tdnf_text.error(said(version, number))
        if number == 504 or number == 381 and recording["rc"]:
            # Killed by timeout; a repository file that is none.
            assert error == Error(None, "it ended with status %d" % recording["rc"])
        elif recording["rc"] == 0:
            assert error is None, recording["command"]
        else:
            assert error and error.number and error.number % 256 == recording["rc"], recording["command"]


@all_versions
@pytest.mark.parametrize("number, code", [(29, 1011), (428, 1523), (346, 1016), (352, 1011), (124, 1030), (79, 1301), (19, 1032)])
def test_errors_that_share_a_status(version, number, code):
    assert _tdnf_text.error(said(version, number)).number == code


@pytest.mark.parametrize("version", WITH_JSON)
@pytest.mark.parametrize("number, code", [(30, 1011), (86, 1525), (607, 1011)])
def test_errors_in_json(version, number, code):
    assert _tdnf_text.error(said(version, number)).number == code


@pytest.mark.parametrize("version", WITH_JSON)
def test_a_plan_in_json_is_no_error(version):
    """In text it is one, 1032."""
    assert _tdnf_text.error(said(version, 20)) is None and _tdnf_text.error(said(version, 19)).number == 1032


@pytest.mark.parametrize("answer, expected", [
    (spoken(rc=-9), Error(None, "it was ended by signal 9")),
    (spoken(stderr="conf file must start with a section\n", rc=22), Error(None, "it ended with status 22")),
    (spoken(stderr="Error(1525) : rpm transaction failed\nWARNING: Unable to remove lockfile(/var/run/x)\n\n", rc=245),
     Error(1525, "rpm transaction failed")),
    (spoken(stderr="Error(1238) : Couldn't read a file\nError: Failed to synchronize\n"), None),
    # A script of a package may say anything.
    (spoken(stderr="Error(1525) : rpm transaction failed\n"), None), (spoken('{"Error": 5}'), None), (spoken('{"Error": 5}', rc=5), Error(
        None, "it ended with status 5")), (spoken('{"Error": "x"}', argv=("-j",)), None),
    (spoken('{"Error":1525,"ErrorMessage":"failed"}{"Error":3}', rc=245, argv=("-j",)), Error(1525, "failed"))])
def test_other_ends(answer, expected):
    assert _tdnf_text.error(answer) == expected


@all_versions
@pytest.mark.parametrize("number, expected", [
    (85, ["file /usr/share/hello/hello.txt from install of filedup-1.0-1.ph5.noarch conflicts with file from package "
          "hello-1.0-1.ph5.noarch"]),
    (498, ["installing package bigpkg-1.0-1.ph5.noarch needs 4MB more space on the /usr/share/bigpkg filesystem"]),
    (29, ["nosuch package not found or not installed"])])
def test_reasons(version, number, expected):
    assert _tdnf_text.reasons(said(version, number)) == expected


@pytest.mark.parametrize("version", WITH_JSON)
def test_json_hides_the_reasons(version):
    """Which is why transactions are run in text."""
    assert _tdnf_text.reasons(said(version, 86)) == []


# --- warnings, repositories, advisories ---

@all_versions
@pytest.mark.parametrize("number", [443, 445, 446])
def test_a_skipped_repository(version, number):
    assert _tdnf_text.disabled_repos(said(version, number)) == ["Test brokenskip"]


@pytest.mark.parametrize("version", WITH_JSON)
def test_a_skipped_repository_is_told_on_standard_error_with_json(version):
    answer = said(version, 444)
    assert "Disabling" not in answer.stdout and _tdnf_text.disabled_repos(answer) == ["Test brokenskip"]


@all_versions
def test_trouble(version):
    found = _tdnf_text.trouble(said(version, 514))
    assert found[0] == "package badpost-1.0-1.ph5.noarch: script warning in %postin"
    assert (found[1:] == ["warning: %post(badpost-1.0-1.ph5.noarch) scriptlet failed, exit status 3"]) is (version in VERSIONS[3:])
    assert _tdnf_text.trouble(said(version, 423)) == ["importing key from file:///etc/pki/rpm-gpg/RPM-GPG-KEY-TEST"]


@all_versions
def test_what_is_installed_is_only_said_on_standard_error(version):
    answer = said(version, 23)
    assert answer.rc == 0 and not answer.stdout.strip() and _tdnf_text.already_installed(answer)
    assert not _tdnf_text.already_installed(said(version, 391))


@all_versions
def test_repositories(version):
    found = _tdnf_text.repos(said(version, 235), False)
    assert found["photon-extras"] == "Test photon-extras" and "repo" not in found and len(found) == 11
    if version in WITH_JSON:
        assert _tdnf_text.repos(said(version, 236), True) == found


@all_versions
def test_advisories(version):
    assert _tdnf_text.advised(said(version, 287), False) == {"openssl", "linux", "hello"}
    assert _tdnf_text.advised(said(version, 311), False) == set()
    if version in WITH_JSON:
        assert _tdnf_text.advised(said(version, 294), True) == {"linux"}
        assert _tdnf_text.advised(said(version, 312), True) == set()


@pytest.mark.parametrize("stdout", ["", "[1]", '[["Repo"]]', '[{"Name":"a"}]', '{"Repo":"a"}'])
def test_other_json_holds_neither_repositories_nor_advisories(stdout):
    assert _tdnf_text.repos(spoken(stdout), True) == {} and _tdnf_text.advised(spoken(stdout), True) == set()


# --- locks ---

LOCKS = """\
1: POSIX  ADVISORY  WRITE 812 00:19:1234 0 EOF
1: -> POSIX  ADVISORY  WRITE 900 00:19:1234 0 EOF
2: FLOCK  ADVISORY  WRITE 901 00:19:99 0 EOF
3: POSIX  ADVISORY  WRITE 0 00:19:77 0 EOF
3: -> POSIX  ADVISORY  WRITE 902 00:19:77 0 EOF
"""


@pytest.mark.parametrize("pid, expected", [(900, 812), (901, None), (902, 0), (812, None), (1, None)])
def test_for_whom_a_process_waits(pid, expected):
    assert _tdnf_text.blocked_by(LOCKS, pid) == expected


def test_no_locks():
    assert _tdnf_text.blocked_by("", 1) is None


def test_recordings_are_whole():
    """Every version answers to the same commands."""
    commands = [{number: recording["command"] for number, recording in tdnf_recordings.load(version).items()} for version in VERSIONS]
    assert all(each == commands[0] for each in commands) and len(commands[0]) > 70
    assert all(re.search("rpmdb: ", recording["note"]) for recording in tdnf_recordings.load("3.5.9").values())
