# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module, whole, run against recordings of the real programs: five versions of tdnf, each trap that they hold."""

import fcntl
import json
import os
import sys
from collections import namedtuple

import pytest
from ansible.module_utils import basic

from ansible_collections.photon.hardening.plugins.module_utils import _tdnf_run
from ansible_collections.photon.hardening.plugins.module_utils._tdnf_text import Said
from ansible_collections.photon.hardening.plugins.modules import tdnf
from ansible_collections.photon.hardening.tests.unit.plugins.modules import tdnf_player, tdnf_recordings
from ansible_collections.photon.hardening.tests.unit.plugins.modules.tdnf_recordings import VERSIONS, WITH_JSON

PLAYER = [sys.executable, "-E", "-S", tdnf_player.__file__]
OLD, NEW, TWO = "hello-1.0-1.ph5.noarch", "hello-2.0-1.ph5.noarch", "hello-1.0-2.ph5.noarch"
LIB, APP, WORLD = "lib-a-1.0-1.ph5.noarch", "app-b-1.0-1.ph5.noarch", "world-1.0-1.ph5.x86_64"
KERNELS = ("linux-6.1.1-1.ph5.x86_64", "linux-6.1.2-1.ph5.x86_64")
UNSIGNED = "rpm on this host also installs packages without a signature"
LOCAL = "/repo/local/localpkg-1.0-1.ph5.noarch.rpm"
LOCAL_FILE = {LOCAL: tdnf_recordings.package("localpkg-1.0-1.ph5.noarch")}

all_versions = pytest.mark.parametrize("version", VERSIONS)
json_versions = pytest.mark.parametrize("version", WITH_JSON)


class Played:
    """What a run ended with, and the calls that it made."""

    def __init__(self, result, warnings, state):
        self.result, self.calls = result, [call[1:] for call in state["asked"] if call[0] == "tdnf"]
        # Ansible itself takes every rc but 0 for a failure.
        self.failed, self.changed = result.get("failed", False) or result.get("rc", 0) != 0, result["changed"]
        self.results, self.msg, self.warnings = result.get("results"), result["msg"], warnings
        self.error = result.get("error_code")
        self.installed = sorted(map(tuple, state["installed"]))
        self.writes = [call for call in self.calls if "-y" in call]

    def has(self, *labels):
        return self.installed == sorted(map(tuple, tdnf_recordings.packages(tdnf_recordings.SYSTEM + labels)))


@pytest.fixture
def play(tmpdir, monkeypatch, capsys):
    """Run the module where the player of the recordings of these numbers stands in the place of tdnf and rpm."""
    path = str(tmpdir.join("state.json"))

    def words(argv):
        return [{"tdnf": "tdnf", "rpm": "rpm"}.get(os.path.basename(argv[0]), "history")] + list(argv[1:])

    def answer(run_command, argv, timeout=None, lock_timeout=None):
        return Said(tuple(argv), *tdnf_player.answer(path, *words(argv)))

    def run(version, numbers, installed=(), params=None, check_mode=False, programs=False, root=True, **state):
        """PROGRAMS: start the player as a program, as slow as programs are; otherwise call it."""
        with open(path, "w") as stream:
            json.dump(tdnf_recordings.state(version, numbers, installed, **state), stream)
        warnings = []
        with monkeypatch.context() as patched:
            if programs:
                patched.setattr(_tdnf_run, "_command", lambda argv: PLAYER + [path] + words(argv))
            else:
                patched.setattr(_tdnf_run, "call", answer)
            patched.setattr(basic.AnsibleModule, "warn", lambda module, sentence: warnings.append(sentence))
            patched.setattr(_tdnf_run, "is_root", lambda: root)
            patched.setattr(_tdnf_run, "is_file", lambda name: name in state.get("files", {}))
            util = "/usr/lib/tdnf/tdnf-history-util" if state.get("with_history") else None
            patched.setattr(_tdnf_run, "history_util", lambda: util)
            given = dict(params or {}, _ansible_check_mode=check_mode, _ansible_diff=True)
            patched.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": given}).encode())
            patched.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
            with pytest.raises(SystemExit):
                tdnf.main()
        with open(path) as stream:
            return Played(json.loads(capsys.readouterr().out), warnings, json.load(stream))
    return run


def renamed(version, number, command):
    """The answers of a recording, as those to another COMMAND that was not recorded itself."""
    answers = tdnf_recordings.state(version, [235, 236])["answers"]
    return dict(answers, **tdnf_recordings.with_plans(dict(tdnf_recordings.load(version)[number], command=command)))


# --- what the module does ---

@all_versions
def test_present_installs_what_is_not_there(play, version):
    played = play(version, [11], params=dict(name="hello"), programs=True)
    assert played.changed and played.results == ["Installed: " + NEW] and played.has(NEW)
    assert played.msg == "done: 1 installed" and played.result["rc"] == 0 and played.error is None
    assert played.result["cmd"] == ["/usr/bin/tdnf", "-y", "install", "hello"]
    assert (played.result["tdnf_version"], played.result["json_used"]) == (version[:3], version != "3.1.15")
    assert played.result["diff"] == {"before_header": "installed packages", "after_header": "installed packages",
                                     "before": "", "after": NEW + "\n"}


@all_versions
def test_check_mode_says_the_same_and_does_nothing(play, version):
    done, told = [play(version, [11], params=dict(name="hello"), check_mode=check_mode, programs=True) for check_mode in (False, True)]
    assert told.changed and not told.failed and told.results == done.results and told.result["diff"] == done.result["diff"] and told.has()
    assert told.msg == "would be done: 1 installed" and not told.writes


@all_versions
def test_present_leaves_what_is_there(play, version):
    """`tdnf install` of an older version that is there would update it."""
    played = play(version, [27], [OLD], params=dict(name=["hello", "hello-1.0", "hello=1.0-1.ph5", "hello-0:1.0-1.ph5.noarch"]))
    assert not played.changed and played.results == [] and played.msg == "nothing to do"
    assert played.calls == [["--version"]] and played.result["diff"]["before"] == ""


@all_versions
@pytest.mark.parametrize("check_mode", [False, True])
def test_latest_updates_what_is_there(play, version, check_mode):
    played = play(version, [134], [OLD], params=dict(name="hello", state="latest"), check_mode=check_mode, programs=True)
    assert played.changed and played.results == ["Upgraded: %s -> %s" % (OLD, NEW)]
    assert played.result["diff"]["before"] == OLD + "\n" and played.result["diff"]["after"] == NEW + "\n"
    assert played.has(OLD if check_mode else NEW) and played.result["reboot_suggested"] is False


@all_versions
def test_latest_updates_first_and_then_installs(play, version):
    played = play(version, [134, 575], [OLD], params=dict(name=["world", "hello"], state="latest"))
    assert played.results == ["Upgraded: %s -> %s" % (OLD, NEW), "Installed: world-1.1-1.ph5.x86_64"]
    assert [call[-2:] for call in played.writes] == [["update", "hello"], ["install", "world"]]


@all_versions
def test_everything_is_updated_tdnf_itself_included(play, version):
    played = play(version, [136], [OLD, WORLD, "confpkg-1.0-1.ph5.noarch"], params=dict(name="*", state="latest"))
    assert played.changed and len(played.results) == 4 and "Upgraded: tdnf-3.5.9-1.ph5.x86_64 -> tdnf-3.5.9-2.ph5.x86_64" in played.results
    assert played.msg == "done: 4 upgraded" and not played.result["removed_extra"]


@all_versions
@pytest.mark.parametrize("check_mode", [False, True])
def test_absent_removes(play, version, check_mode):
    played = play(version, [101], [OLD], params=dict(name=["hello", "nosuch"], state="absent"), check_mode=check_mode, programs=True)
    assert played.changed and played.results == ["Removed: " + OLD] and played.result["removed_extra"] == []
    assert played.has(*[OLD] if check_mode else [])


@all_versions
def test_absent_does_not_ask_tdnf_for_what_is_not_there(play, version):
    played = play(version, [106], params=dict(name="hello", state="removed"))
    assert not played.changed and played.calls == [["--version"]]


@all_versions
def test_what_another_package_provides_is_not_absent(play, version):
    provides = {"virt": ["virtual-cap", "telnet"]}
    played = play(version, [], ["virt-1.0-1.ph5.noarch"], params=dict(name=["none", "telnet"], state="absent"), provides=provides)
    assert not played.changed and not played.failed and played.warnings == [
        "no package named none or telnet is installed, but virt provides something of that name: it stays, unless it is named itself"]
    assert not play(version, [], ["virt-1.0-1.ph5.noarch"], params=dict(name="none", state="absent"), provides=provides).warnings


@all_versions
def test_a_download_that_did_not_happen_is_no_success(play, version):
    answers = dict(tdnf_recordings.state(version, [401])["answers"])
    answers[tdnf_player.key(["-y", "--downloadonly", "install", "hello"])] = NOTHING
    played = play(version, [], params=dict(name="hello", download_only=True), answers=answers)
    assert played.failed and not played.changed and played.msg.startswith("tdnf planned %s, ended without an error" % NEW)


@all_versions
def test_a_capability(play, version):
    played = play(version, [77], params=dict(name="virtual-cap"), provides={"virt": ["virtual-cap"]})
    assert played.results == ["Installed: virt-1.0-1.ph5.noarch"]
    assert len(played.warnings) == 1 and played.warnings[0].startswith(UNSIGNED)
    again = play(version, [77], ["virt-1.0-1.ph5.noarch"], params=dict(name="virtual-cap"), provides={"virt": ["virtual-cap"]})
    assert not again.changed and again.calls == [["--version"]]


@all_versions
@pytest.mark.parametrize("name", [LOCAL, "file://" + LOCAL, "http://repo.example/local/localpkg-1.0-1.ph5.noarch.rpm"])
def test_an_rpm_file_and_a_url(play, monkeypatch, version, name):
    fetched = []
    monkeypatch.setattr(tdnf, "fetch_file", lambda module, url: fetched.append(url) or LOCAL)
    played = play(version, [60], params=dict(name=name), files=LOCAL_FILE)
    assert played.results == ["Installed: localpkg-1.0-1.ph5.noarch"] and fetched == ([name] if name.startswith("http") else [])
    again = play(version, [60], ["localpkg-1.0-1.ph5.noarch"], params=dict(name=name), files=LOCAL_FILE)
    assert not again.changed and again.calls == [["--version"]]


@pytest.mark.parametrize("copied, used", [("x_a1.rpm", "x_a1.rpm"), ("download_a1", "download_a1.rpm"), ("x_a1.new", "x_a1.new.rpm")])
def test_the_copy_of_a_url_is_called_as_tdnf_wants_it(tmpdir, monkeypatch, copied, used):
    cleaned = []
    module = namedtuple("Module", "add_cleanup_file")(cleaned.append)
    tmpdir.join(copied).write("an rpm")
    monkeypatch.setattr(tdnf, "fetch_file", lambda module, url: str(tmpdir.join(copied)))
    assert tdnf._fetched(module, "http://repo.example/x") == str(tmpdir.join(used))
    assert tmpdir.join(used).read() == "an rpm" and [path.basename for path in tmpdir.listdir()] == [used]
    assert cleaned == ([] if used == copied else [str(tmpdir.join(used))])


@all_versions
def test_the_cache_alone(play, version):
    numbers = [335]
    played = play(version, numbers, params=dict(update_cache=True))
    assert not played.changed and played.calls[1:] == [["--refresh", "makecache"]]
    assert play(version, numbers, params=dict(update_cache=True), check_mode=True).calls == [["--version"]]


@all_versions
def test_the_first_plan_refreshes_the_cache(play, version):
    played = play(version, [11], params=dict(name="hello", update_cache=True))
    assert ["--refresh" in call for call in played.calls] == [False, True, False]


@all_versions
@pytest.mark.parametrize("check_mode", [False, True])
def test_a_download_installs_nothing(play, version, check_mode):
    played = play(version, [401], params=dict(name="hello", download_only=True), check_mode=check_mode)
    assert played.changed and played.results == ["Downloaded: " + NEW] and played.has() and len(played.writes) == int(not check_mode)


@pytest.mark.parametrize("version", VERSIONS[2:])
def test_autoremove_of_all(play, version):
    played = play(version, [121], [LIB], params=dict(autoremove=True))
    assert played.results == ["Removed: " + LIB] and played.result["removed_extra"] == []


@json_versions
def test_autoremove_with_a_name(play, version):
    played = play(version, [119, 123], [LIB, APP], params=dict(name="app-b", autoremove=True))
    assert played.results == ["Removed: " + APP, "Removed: " + LIB] and played.has()


@json_versions
def test_autoremove_does_not_take_what_depends_on_the_name(play, version):
    answers = renamed(version, 123, "tdnf -y autoremove lib-a")
    answers.update(tdnf_recordings.with_plans(tdnf_recordings.load(version)[117]))
    played = play(version, [], [LIB, APP], params=dict(name="lib-a", autoremove=True), answers=answers)
    assert played.failed and not played.writes and "would also remove " + APP in played.msg


# --- the traps, in the order in which they are known ---

@all_versions
@pytest.mark.parametrize("number, params, error, words", [
    pytest.param(29, dict(name="nosuch"), 1011, "nosuch package not found or not installed", id="243, no package"),
    pytest.param(428, dict(name="sigpkg", enablerepo=["signed"]), 1523, "the repository has no gpgkey", id="243, no key"),
    pytest.param(352, dict(name="hello", cacheonly=True), 1011, "Failed to synchronize cache for repo 'Test photon'",
                 id="243, the last of several"),
    pytest.param(79, dict(name="needmissing"), 1301, "nothing provides no-such-capability", id="21"),
    pytest.param(439, dict(name="world", enablerepo=["broken"]), 1238, "cannot be reached", id="214"),
])
def test_errors_have_their_own_number(play, version, number, params, error, words):
    played = play(version, [235, 236, number], params=params)
    assert played.failed and not played.changed and played.error == error and played.has()
    assert "error %d" % error in played.msg and words in played.msg


@pytest.mark.parametrize("version", VERSIONS[:4])
def test_an_unknown_release(play, version):
    """3.6 does not need to know it."""
    played = play(version, [422], params=dict(name="hello"))
    assert played.error == 1022 and "give releasever" in played.msg


@pytest.mark.parametrize("version, error, words", [
    ("3.1.15", 1525, "Payload SHA256 ALT digest: BAD"), ("3.3.11", 1525, "BAD"), ("3.5.9", 1528, "Checksum FAILED"),
    ("3.6.0", 1528, "FAILED")])
def test_a_damaged_package(play, version, error, words):
    """1528 ends with the status of 1016."""
    played = play(version, [492], params=dict(name="hello"))
    assert played.failed and played.error == error and words in played.msg and not played.changed


@all_versions
def test_a_plan_is_never_confirmed(play, version):
    """With both options tdnf installs."""
    assert tdnf_recordings.load(version)[22]["rc"] == 0 and "+hello" in tdnf_recordings.load(version)[22]["note"]
    for check_mode in (False, True):
        played = play(version, [11], params=dict(name="hello"), check_mode=check_mode)
        assert not [call for call in played.calls if "-y" in call and "--assumeno" in call]
        assert len(played.writes) == int(not check_mode)


@all_versions
@pytest.mark.parametrize("number, name, words", [
    (85, "filedup", "file /usr/share/hello/hello.txt from install of filedup-1.0-1.ph5.noarch conflicts with file from package hello"),
    (498, "bigpkg", "installing package bigpkg-1.0-1.ph5.noarch needs 4MB more space on the /usr/share/bigpkg filesystem")])
def test_what_rpm_says_is_told(play, version, number, name, words):
    """As JSON the same transaction tells nothing but 1525."""
    played = play(version, [number], [OLD], params=dict(name=name))
    assert played.failed and played.error == 1525 and words in played.msg
    assert not [call for call in played.writes if "-j" in call]


@all_versions
def test_updates_are_never_asked_by_check_update(play, version):
    """It ends with 0 either way, and 3.5 prints `%s` for a version."""
    recorded = tdnf_recordings.load(version)[171]
    assert recorded["rc"] == 0 and ("%s" in recorded["stdout"]) is (version in VERSIONS[3:])
    played = play(version, [136], [OLD, WORLD, "confpkg-1.0-1.ph5.noarch"], params=dict(name="*", state="latest"), check_mode=True)
    assert played.changed and not [call for call in played.calls if "check-update" in call or "list" in call and "updateinfo" not in call]


@all_versions
def test_an_epoch(play, version):
    """3.1 to 3.4 leave it out of lists."""
    assert ("2:0.9" in tdnf_recordings.load(version)[97]["stdout"]) is (version in VERSIONS[3:])
    told = play(version, [96], params=dict(name="epkg"), check_mode=True)
    done = play(version, [96], params=dict(name="epkg"))
    assert told.results == done.results == ["Installed: epkg-2:0.9-1.ph5.noarch"]
    lower = play(version, [99], ["epkg-2:0.9-1.ph5.noarch"], params=dict(name="epkg-1.0-1.ph5", allow_downgrade=True))
    assert lower.results == ["Downgraded: epkg-2:0.9-1.ph5.noarch -> epkg-1:1.0-1.ph5.noarch"]
    assert not play(version, [], ["epkg-2:0.9-1.ph5.noarch"], params=dict(name="epkg=2:0.9")).changed


@all_versions
def test_changed_is_what_rpm_says(play, version):
    """tdnf ends with 0, whether it did something or not."""
    recordings = tdnf_recordings.load(version)
    assert recordings[23]["rc"] == recordings[132]["rc"] == 0 == recordings[134]["rc"]
    nothing = play(version, [132], [NEW], params=dict(name="hello", state="latest"))
    assert not nothing.changed and not nothing.failed and nothing.msg == "nothing to do" and not nothing.writes
    there = play(version, [], [NEW], params=dict(name="hello-cap"), answers=renamed(version, 23, "tdnf -y install hello-cap"))
    assert not there.changed and not there.failed


@all_versions
def test_a_file_that_is_not_there(play, version):
    """3.5 and 3.6 have nothing to do then."""
    played = play(version, [65], params=dict(name="/repo/local/none-1.0.rpm"))
    assert played.failed and played.msg == "name: '/repo/local/none-1.0.rpm': there is no such file on this host"
    assert played.calls == [["--version"]]


@all_versions
@pytest.mark.parametrize("check_mode", [False, True])
def test_a_downgrade_has_to_be_allowed(play, version, check_mode):
    played = play(version, [51], [NEW], params=dict(name="hello-1.0-1.ph5"), check_mode=check_mode)
    assert played.failed and played.has(NEW) and not played.writes
    assert played.msg == "tdnf would downgrade hello-1.0-1.ph5.noarch: set allow_downgrade if that is wanted"
    allowed = play(version, [51], [NEW], params=dict(name="hello-1.0-1.ph5", allow_downgrade=True), check_mode=check_mode)
    assert allowed.changed and allowed.results == ["Downgraded: %s -> %s" % (NEW, OLD)]


@all_versions
@pytest.mark.parametrize("params, words", [
    (dict(name="hello-1.0*"), "tdnf installs the newest version for a pattern"),
    (dict(name="hello", enablerepo=["photon-e*"]), "tdnf enables every repository for such a pattern"),
])
def test_patterns_are_refused(play, version, params, words):
    played = play(version, [47, 627], params=params)
    assert played.failed and words in played.msg and not played.calls


@all_versions
def test_a_successor_is_named(play, version):
    played = play(version, [89], params=dict(name="oldname"))
    assert played.results == ["Installed: newname-2.0-1.ph5.noarch"]
    assert ("oldname was asked for, and no installed package has this name or provides it: tdnf installed newname-2.0-1.ph5.noarch"
            in played.warnings)
    silent = play(version, [89], params=dict(name="oldname"), provides={"newname": ["oldname"]})
    assert [warning[:len(UNSIGNED)] for warning in silent.warnings] == [UNSIGNED]


@all_versions
def test_an_obsoleted_package_may_go(play, version):
    played = play(version, [91], ["oldname-1.0-1.ph5.noarch"], params=dict(name="*", state="latest"))
    assert played.changed and not played.failed and played.result["removed_extra"] == []
    assert "Removed: oldname-1.0-1.ph5.noarch" in played.results and "Installed: newname-2.0-1.ph5.noarch" in played.results


@all_versions
@pytest.mark.parametrize("check_mode", [False, True])
def test_what_depends_on_a_package_is_not_removed_with_it(play, version, check_mode):
    played = play(version, [115], [APP, LIB], params=dict(name="lib-a", state="absent"), check_mode=check_mode)
    assert played.failed and played.has(LIB, APP) and not played.writes
    assert played.msg == "tdnf would also remove app-b-1.0-1.ph5.noarch, which nobody asked for: set allowerasing if that is wanted"
    allowed = play(version, [115], [APP, LIB], params=dict(name="lib-a", state="absent", allowerasing=True), check_mode=check_mode)
    assert allowed.results == ["Removed: " + APP, "Removed: " + LIB] and allowed.result["removed_extra"] == [APP]


@all_versions
def test_one_of_two_kernels(play, version):
    """Up to 3.5 both would go, of which the plan does not tell."""
    played = play(version, [635], KERNELS, params=dict(name="linux-6.1.1-1.ph5.x86_64", state="absent"))
    if version == "3.6.0":
        assert played.results == ["Removed: " + KERNELS[0]]
    else:
        assert played.failed and played.has(*KERNELS) and played.calls == [["--version"]]
        assert "linux-6.1.2-1.ph5.x86_64 is installed, too, and tdnf %s would remove it as well" % version[:3] in played.msg


@all_versions
def test_both_kernels_are_told_in_check_mode(play, version):
    played = play(version, [634], KERNELS, params=dict(name="linux", state="absent"), check_mode=True)
    assert played.results == ["Removed: " + label for label in KERNELS]


@all_versions
def test_needed_packages_stay_whatever_tdnf_conf_says(play, version):
    """With clean_requirements_on_remove there, lib-a would go with app-b, and --setopt does not help."""
    assert ("-lib-a" in tdnf_recordings.load(version)[639]["note"]) is (version != "3.1.15")
    number = 637 if version == "3.1.15" else 638
    played = play(version, [number], [APP, LIB], params=dict(name="app-b", state="absent"))
    assert played.results == ["Removed: " + APP] and played.has(LIB)
    assert ("--noautoremove" in played.writes[0]) is (version != "3.1.15")
    assert not [call for call in played.calls if any("setopt" in word for word in call)] and "setopt" not in tdnf.arguments()


@all_versions
def test_security_updates_of_one_name_update_that_name(play, version):
    """`tdnf --security update hello` updates every package with an advisory."""
    assert tdnf_recordings.load(version)[320]["note"].count("+") == 3
    installed = [OLD, WORLD, KERNELS[0], "openssl-3.0.1-1.ph5.x86_64"]
    params = dict(name=["hello", "world"], state="latest", security=True)
    played = play(version, [287, 288, 134], installed, params=params)
    assert played.results == ["Upgraded: %s -> %s" % (OLD, NEW)]
    assert played.writes == [["-y", "update", "hello"]]
    assert tdnf_recordings.load(version)[319]["rc"] == 0
    none = play(version, [287, 288], installed, params=dict(params, name="world"))
    assert not none.changed and not none.writes and none.msg == "nothing to do"


@all_versions
def test_all_security_updates(play, version):
    installed = [OLD, WORLD, KERNELS[0], "openssl-3.0.1-1.ph5.x86_64"]
    played = play(version, [293, 294, 314, 317, 318], installed, params=dict(name="*", state="latest", security=True))
    assert played.msg == "done: 3 upgraded" and played.result["reboot_suggested"] is True
    both = play(version, [326], installed, params=dict(name="*", state="latest", security=True, sec_severity=9.9))
    assert both.failed and "tdnf ignores the severity where both are given" in both.msg and not both.calls


@all_versions
@pytest.mark.parametrize("check_mode", [False, True])
def test_a_dead_repository_is_told(play, version, check_mode):
    """tdnf skips it and ends with 0."""
    played = play(version, [235, 236, 445], params=dict(name="world", enablerepo=["brokenskip"]), check_mode=check_mode)
    assert played.failed and played.has() and "enablerepo: repository brokenskip cannot be read" in played.msg
    assert "Failed to synchronize cache for repo 'Test brokenskip'" in played.msg
    answers = renamed(version, 445, "tdnf -y install world")
    other = play(version, [], params=dict(name="world"), check_mode=check_mode, answers=answers)
    assert other.changed and "repository 'Test brokenskip' cannot be read, and tdnf went on without it" in other.warnings


@all_versions
def test_a_cache_is_not_fresh_where_a_repository_is_dead(play, version):
    """`Metadata cache created.` is said all the same."""
    played = play(version, [235, 236, 446], params=dict(update_cache=True, enablerepo=["brokenskip"]))
    assert played.failed and "brokenskip" in played.msg


@all_versions
def test_an_unknown_repository(play, version):
    """tdnf ignores it without a word."""
    assert tdnf_recordings.load(version)[368]["rc"] == 0
    played = play(version, [235, 236], params=dict(name="hello", enablerepo=["nosuchrepo"]))
    assert played.failed and played.msg.startswith("enablerepo: there is no repository 'nosuchrepo'. There are: @cmdline, broken, ")
    again = play(version, [235, 236], params=dict(name="hello", disablerepo=["signed,net"]))
    assert again.failed and "disablerepo: there is no repository 'signed,net'" in again.msg
    known = play(version, [235, 236, 360], params=dict(name="extra1", enablerepo=["photon-extras"]))
    assert known.changed and known.calls[1][-2:] == ["repolist", "all"]


@all_versions
def test_an_unsigned_package_is_warned_of(play, version):
    """gpgcheck=1 lets it pass."""
    params = dict(name="unsigpkg", enablerepo=["signed"])
    played = play(version, [235, 236, 430], params=params)
    assert played.changed and UNSIGNED in "".join(played.warnings) and "digest" in "".join(played.warnings)
    for level in ("all", "signature"):
        assert not play(version, [235, 236, 430], params=params, macros={"%{_pkgverify_level}": level}).warnings
    assert not play(version, [235, 236, 430], params=params, check_mode=True).warnings


@all_versions
def test_an_imported_key_is_told(play, version):
    played = play(version, [235, 236, 423], params=dict(name="sigpkg", enablerepo=["signed"]), macros={"%{_pkgverify_level}": "all"})
    assert played.changed and played.warnings == ["importing key from file:///etc/pki/rpm-gpg/RPM-GPG-KEY-TEST"]


@pytest.fixture
def lock(tmpdir):
    """A file that this process has locked as tdnf locks its own."""
    path = str(tmpdir.join("lock"))
    with open(path, "w") as stream:
        fcntl.lockf(stream, fcntl.LOCK_EX)
        yield path


@all_versions
def test_waiting_for_a_lock_ends(play, lock, version):
    """tdnf itself waits for ever: 504 was stopped by the recorder."""
    assert tdnf_recordings.load(version)[504]["rc"] == 124
    played = play(version, [11], params=dict(name="hello", lock_timeout=0), lock=lock, programs=True)
    assert played.failed and "another program (process %d, " % os.getpid() in played.msg and "give a longer lock_timeout" in played.msg
    assert played.installed == sorted(map(tuple, tdnf_recordings.packages(tdnf_recordings.SYSTEM)))


@all_versions
def test_what_was_done_before_a_lock_is_told(play, monkeypatch, version):
    real = tdnf_player.answer

    def locked(path, program, *arguments):
        if list(arguments[:2]) == ["-y", "install"]:
            raise _tdnf_run.Problem("another program has held the lock")
        return real(path, program, *arguments)
    monkeypatch.setattr(tdnf_player, "answer", locked)
    played = play(version, [134, 575], [OLD], params=dict(name=["hello", "world"], state="latest"))
    assert played.failed and played.changed and played.results == ["Upgraded: %s -> %s" % (OLD, NEW)] and played.error is None
    assert played.msg == "another program has held the lock. Installed or removed before that: " + played.results[0]


@all_versions
def test_a_lock_that_was_waited_for(play, version):
    """What tdnf says of it stands before everything else."""
    answers = tdnf_recordings.state(version, [505])["answers"]
    for answer in answers.values():
        answer["stdout"] = "waiting for tdnf_instance lock on /var/run/.tdnf-instance-lockfile\n" + answer["stdout"]
    assert "waiting for tdnf_instance lock" in tdnf_recordings.load("3.5.9")[505]["stdout"]
    played = play(version, [], params=dict(name="hello"), answers=answers)
    assert played.results == ["Installed: " + NEW] and not played.failed


@all_versions
def test_a_script_that_fails_after_the_installation(play, version):
    played = play(version, [514], params=dict(name="badpost"), macros={"%{_pkgverify_level}": "all"})
    assert played.changed and not played.failed
    assert "package badpost-1.0-1.ph5.noarch: script warning in %postin" in played.warnings


@all_versions
def test_a_failed_transaction_that_did_a_part(play, version):
    played = play(version, [518], params=dict(name=["badpre", "hello"]), programs=True)
    assert played.failed and played.changed and played.results == ["Installed: " + NEW] and played.error == 1525
    assert "package badpre-1.0-1.ph5.noarch: script error in %prein" in played.msg
    assert played.msg.endswith("Installed or removed before that: Installed: " + NEW) and played.result["diff"]["after"] == NEW + "\n"


@all_versions
def test_a_package_that_is_gone_from_its_server(play, version):
    played = play(version, [490], params=dict(name="hello"))
    assert played.error == 1622 and "404 when downloading" in played.msg and "update_cache" in played.msg and not played.changed


CLEAN = {version: tdnf_recordings.state(version, [340])["answers"] for version in VERSIONS}


@all_versions
@pytest.mark.parametrize("check_mode", [False, True])
def test_what_is_read_of_another_release_is_not_left_for_the_next_task(play, version, check_mode):
    """With one cache for all releases, a plain update would move the host to the other release."""
    answers = dict(renamed(version, 11, "tdnf -y --releasever=6.0 install hello"), **CLEAN[version])
    given = dict(name="hello", releasever="6.0")
    played = play(version, [], params=given, check_mode=check_mode, answers=answers)
    assert (played.calls[-1:] == [["clean", "all"]]) is (version in VERSIONS[:2]) and played.changed and not played.failed
    answers["clean all"] = dict(stdout="", stderr="", rc=-9, minus=[], plus=[])
    warned = "the cache of tdnf has the packages of release 6.0, and an update would take them: run tdnf clean all"
    left = play(version, [], params=given, check_mode=check_mode, answers=answers)
    assert (warned in left.warnings) is (version in VERSIONS[:2]) and warned not in played.warnings
    refused = play(version, [], params=dict(given, allow_downgrade=False, enablerepo=["nosuch"]), answers=dict(answers, **CLEAN[version]))
    assert refused.failed and ["clean", "all"] not in refused.calls


@pytest.mark.parametrize("version", VERSIONS[:3])
def test_an_error_that_tdnf_cannot_name_is_one(play, version):
    """A repository file that is no such file: status 22, and no number."""
    said = tdnf_recordings.answer(tdnf_recordings.load(version)[381])
    answers = dict(tdnf_recordings.state(version, [])["answers"])
    for form in ([], ["-j"]):
        for words in (["updateinfo", "list", "--security"], ["makecache", "--refresh"], ["repolist", "all"]):
            answers[tdnf_player.key(form + words)] = said
    for given in (dict(name="hello", state="latest", security=True), dict(update_cache=True), dict(name="hello", enablerepo=["photon"])):
        played = play(version, [], [OLD], params=given, answers=answers)
        assert played.failed and not played.changed and "it ended with status 22; conf file must start with a section" in played.msg


@all_versions
def test_another_release_is_read_afresh(play, version):
    """3.1 and 3.3 keep one cache for all releases, and took the packages of the other one."""
    other = tdnf_recordings.load(version)[617]["stdout"]
    assert ("hello.noarch" in other) is (version in VERSIONS[:2])
    answers = dict(renamed(version, 11, "tdnf -y --releasever=6.0 install hello"), **CLEAN[version])
    played = play(version, [], params=dict(name="hello", releasever="6.0"), answers=answers)
    calls = [call for call in played.calls if "clean" not in call]
    assert played.changed and [("--refresh" in call) for call in calls] == [False, True, False]
    assert all("--releasever=6.0" in call for call in calls[1:])
    there = play(version, [], [NEW], params=dict(name="hello", releasever="6.0"))
    assert not there.failed and there.calls == [["--version"]]
    both = play(version, [], params=dict(name="hello", releasever="6.0", cacheonly=True))
    assert ("may have another release in its cache" in both.msg) is (version in VERSIONS[:2])


@pytest.mark.parametrize("version", VERSIONS[2:])
@pytest.mark.parametrize("check_mode", [False, True])
def test_a_missing_history(play, version, check_mode):
    params = dict(name="hello-cap", state="present")
    missing, there = [renamed(version, number, "tdnf -y install hello-cap") for number in (573, 23)]
    played = play(version, [], [NEW], params, check_mode, answers=missing, with_history=there)
    if check_mode:
        assert played.failed and played.error == 1802 and "run without check mode" in played.msg
    else:
        assert not played.failed and not played.changed


@pytest.mark.parametrize("version", VERSIONS[2:])
def test_a_missing_history_and_no_way_to_make_it(play, version):
    answers = renamed(version, 573, "tdnf -y install hello-cap")
    played = play(version, [], [NEW], params=dict(name="hello-cap"), answers=answers)
    assert played.failed and played.error == 1802 and len(played.calls) == 2


@pytest.mark.parametrize("version, params, words", [
    ("3.1.15", dict(name="needmissing", skip_broken=True), "skip_broken needs tdnf 3.4, and this host has 3.1"),
    ("3.3.11", dict(name="needmissing", skip_broken=True), "skip_broken needs tdnf 3.4, and this host has 3.3"),
    ("3.1.15", dict(name="app-b", autoremove=True), "autoremove with a name needs tdnf 3.3, and this host has 3.1"),
    ("3.3.11", dict(autoremove=True), "autoremove needs tdnf 3.4, and this host has 3.3"),
])
def test_what_a_version_lacks_is_refused(play, version, params, words):
    played = play(version, [], params=params)
    assert played.failed and words in played.msg and played.calls == [["--version"]]


def test_the_oldest_is_asked_for_nothing_that_it_does_not_know(play):
    """It would end with error 908."""
    for number, words in ((1, "-j"), (81, "--skip-broken"), (119, "--noautoremove")):
        recording = tdnf_recordings.load("3.1.15")[number]
        assert recording["rc"] == 140 and "No such option: " + words in recording["stdout"]
    for params, number in ((dict(name="hello"), 11), (dict(name="hello", state="absent"), 101)):
        played = play("3.1.15", [number], [OLD] if number == 101 else [], params=params)
        assert played.changed and not [call for call in played.calls if "-j" in call or "--noautoremove" in call]


@pytest.mark.parametrize("version", VERSIONS[2:])
def test_what_is_broken_is_skipped_and_named(play, version):
    played = play(version, [81], params=dict(name="needmissing", skip_broken=True))
    assert not played.failed and not played.changed
    assert played.warnings == ["needmissing is not installed, and tdnf found nothing to do for it"]


@all_versions
def test_nothing_to_do_is_no_success_where_something_is_missing(play, version):
    """An excluded package: tdnf ends with 0."""
    answers = renamed(version, 391, "tdnf -y --exclude=world install hello")
    played = play(version, [], params=dict(name="hello", exclude=["world"]), answers=answers)
    assert played.failed and played.msg == ("hello is not installed, and tdnf found nothing to do for it: it is excluded or locked, or its "
                                            "repository was skipped")


@all_versions
def test_excluded_packages_stay(play, version):
    answers = tdnf_recordings.state(version, [393])["answers"]
    for form in ([], ["-j"]):
        asked = answers[tdnf_player.key(form + ["updateinfo", "list", "--reboot-required"])]
        answers[tdnf_player.key(form + ["--exclude=hello", "updateinfo", "list", "--reboot-required"])] = asked
    params = dict(name="*", state="latest", exclude=["hello"])
    played = play(version, [], [OLD, WORLD], params=params, check_mode=True, answers=answers)
    assert played.results == ["Upgraded: tdnf-3.5.9-1.ph5.x86_64 -> tdnf-3.5.9-2.ph5.x86_64",
                              "Upgraded: %s -> world-1.1-1.ph5.x86_64" % WORLD]
    both = play(version, [], params=dict(name=["hello", "world"], exclude=["world"]))
    assert both.failed and both.msg == "name and exclude: world stands in both"


@all_versions
def test_a_protected_package(play, version):
    played = play(version, [124], params=dict(name="tdnf", state="absent"))
    assert played.failed and played.error == 1030 and "see /etc/tdnf/protected.d" in played.msg
    assert "package tdnf is protected" in played.msg or "the protected package : tdnf" in played.msg


@all_versions
def test_an_old_configuration_beside_a_new_one(play, tmpdir, version):
    """Of which only 3.5 and newer tell."""
    assert (".rpmnew" in tdnf_recordings.load(version)[151]["stderr"]) is (version in VERSIONS[3:])
    path = str(tmpdir.join("confpkg.conf"))
    tmpdir.join("confpkg.conf.rpmnew").write("new")
    played = play(version, [151], ["confpkg-1.0-1.ph5.noarch"], params=dict(name="confpkg", state="latest"),
                  configurations={"confpkg": [path, path + ".other"]})
    assert played.changed and played.result["rpmnew"] == [path + ".rpmnew"]


def test_what_a_package_says_is_harmless(play):
    answers = renamed("3.5.9", 518, "tdnf -y install badpre hello")
    for answer in answers.values():
        answer["stdout"] = answer["stdout"].replace("script error", "\x1b[2Jscript error")
    played = play("3.5.9", [], params=dict(name=["badpre", "hello"]), answers=answers)
    assert "\\x1b[2Jscript error" in played.msg and "\x1b" not in played.msg + played.result["stdout"]
    assert "\n" in played.result["stdout"] and "\n" not in played.msg


# --- before tdnf is called ---

def test_root_is_needed(play):
    played = play("3.5.9", [11], params=dict(name="hello"), root=False, check_mode=True)
    assert played.failed and played.msg == "tdnf needs root, even to look: run this with become" and not played.calls


@pytest.mark.parametrize("given, words", [
    ({}, "name is missing"), (dict(name=""), "name, entry 1: '': it is empty"),
    (dict(name=["a", ""]), "name, entry 2: '': it is empty"),
])
def test_bad_input_ends_in_a_sentence(play, given, words):
    played = play("3.5.9", [], params=given)
    assert played.failed and words in played.msg and not played.calls


# --- what no recording holds: programs that break off ---

BROKEN = ("", "error: cannot open Packages database in /var/lib/rpm\n", 1)
KILLED = dict(stdout="", stderr="", rc=-9, minus=[], plus=[])


def failing(monkeypatch, *fails):
    """rpm answers as it does, and ends with an error where one of FAILS, called with the number of the call and its words, says so."""
    real, count = tdnf_player.rpm, []

    def rpm(state, words):
        count.append(words)
        return BROKEN if any(fail(count, words) for fail in fails) else real(state, words)
    monkeypatch.setattr(tdnf_player, "rpm", rpm)


@all_versions
@pytest.mark.parametrize("query, state", [("-qa", "present"), ("-qa", "latest"), ("-qa", "absent"), ("-q", "present"), ("-q", "latest")])
def test_an_rpm_that_fails_does_not_make_a_host_empty(play, monkeypatch, version, query, state):
    failing(monkeypatch, lambda _count, words: words[0] == query)
    played = play(version, [11], [] if query == "-q" else [OLD], params=dict(name="hello", state=state))
    assert played.failed and not played.changed and not played.writes
    assert "it ended with status 1; error: cannot open Packages database in /var/lib/rpm" in played.msg


@all_versions
def test_an_rpm_that_fails_after_the_transaction_does_not_make_it_undone(play, monkeypatch, version):
    failing(monkeypatch, lambda count, words: words[0] == "-qa" and [call[0] for call in count].count("-qa") == 2)
    played = play(version, [11], params=dict(name="hello"))
    assert played.failed and played.changed and played.has(NEW)
    assert played.msg.startswith("tdnf was started, and what it has done is not known: /usr/bin/rpm -qa")


@all_versions
@pytest.mark.parametrize("command, params", [
    (["updateinfo", "list", "--security"], dict(name="hello", state="latest", security=True)),
    (["updateinfo", "list", "--reboot-required"], dict(name="hello", state="latest")),
    (["repolist", "all"], dict(name="hello", state="latest", enablerepo=["photon"])),
    (["makecache", "--refresh"], dict(update_cache=True)),
])
def test_a_tdnf_that_is_killed_is_no_success(play, version, command, params):
    answers = dict(tdnf_recordings.state(version, [134])["answers"],
                   **{tdnf_player.key(form + command): KILLED for form in ([], ["-j"])})
    played = play(version, [], [OLD], params=params, answers=answers)
    assert played.failed and not played.changed and "it was ended by signal 9" in played.msg and not played.writes


@all_versions
@pytest.mark.parametrize("stdout, words", [
    ("", "tdnf planned %s, ended without an error and did not do it" % NEW),
    ("Disabling Repo: 'Photon'\n", "tdnf planned %s, ended without an error and did not do it" % NEW)])
def test_a_repository_that_is_gone_after_the_plan(play, version, stdout, words):
    answers = dict(tdnf_recordings.state(version, [11])["answers"])
    answers["-y install hello"] = dict(stdout=stdout, stderr="Nothing to do.\n", rc=0, minus=[], plus=[])
    played = play(version, [], params=dict(name="hello"), answers=answers)
    assert played.failed and not played.changed and words in played.msg
    assert not [warning for warning in played.warnings if "tdnf installed" in warning]
    assert ("repository 'Photon' cannot be read, and tdnf went on without it" in played.warnings) is bool(stdout)


NOTHING = dict(stdout="", stderr="Nothing to do.\n", rc=0, minus=[], plus=[])


def left_out(answers, *commands):
    """ANSWERS of a tdnf in whose tdnf.conf the packages of these COMMANDS are excluded."""
    forms = [form + ["--assumeno"] + command.split() for form in ([], ["-j"]) for command in commands]
    return dict(answers, **{tdnf_player.key(form): NOTHING for form in forms})


@pytest.mark.parametrize("version, autoremove", [(version, False) for version in VERSIONS] + [(version, True) for version in WITH_JSON])
@pytest.mark.parametrize("check_mode", [False, True])
def test_a_removal_that_is_left_out_is_no_success(play, version, autoremove, check_mode):
    answers = left_out(tdnf_recordings.state(version, [])["answers"], "remove hello", "autoremove hello")
    params = dict(name="hello", state="absent", autoremove=autoremove)
    played = play(version, [], [OLD], params=params, check_mode=check_mode, answers=answers)
    assert played.failed and not played.changed and not played.writes
    assert played.msg.startswith("hello is still installed, and tdnf found nothing to do for it: it is excluded or locked")


@all_versions
def test_one_of_two_removals_is_left_out(play, version):
    answers = renamed(version, 101, "tdnf -y remove hello world")
    played = play(version, [], [OLD, WORLD], params=dict(name=["hello", "world"], state="absent"), answers=answers)
    assert played.failed and played.has(OLD, WORLD) and played.msg.startswith("world is still installed")


@all_versions
def test_a_removal_that_is_planned_and_not_done(play, version):
    answers = dict(tdnf_recordings.state(version, [101])["answers"])
    answers["-y remove hello"] = NOTHING
    played = play(version, [], [OLD], params=dict(name="hello", state="absent"), answers=answers)
    assert played.failed and not played.changed and played.has(OLD)
    assert played.msg.startswith("tdnf planned the removal of %s, ended without an error and did not do it" % OLD)


@all_versions
@pytest.mark.parametrize("check_mode", [False, True])
def test_one_of_two_installations_is_left_out(play, version, check_mode):
    answers = left_out(renamed(version, 11, "tdnf -y install hello world"), "install world")
    played = play(version, [], params=dict(name=["hello", "world"]), check_mode=check_mode, answers=answers)
    assert played.failed and played.has() and not played.writes
    assert played.msg.startswith("world is not installed, and tdnf found nothing to do for it: it is excluded or locked")


@pytest.mark.parametrize("version", VERSIONS[2:])
def test_one_of_two_installations_is_skipped(play, version):
    answers = left_out(renamed(version, 11, "tdnf -y --skip-broken install hello world"), "--skip-broken install world")
    answers["--skip-broken updateinfo list --reboot-required"] = NOTHING
    played = play(version, [], params=dict(name=["hello", "world"], skip_broken=True), answers=answers)
    assert played.changed and not played.failed and played.has(NEW)
    assert [warning for warning in played.warnings if not warning.startswith(UNSIGNED)] == [
        "world is not installed, and tdnf found nothing to do for it"]


@all_versions
def test_a_successor_of_one_of_two_is_named_alone(play, version):
    """In the plan for both nothing tells which package is for which name."""
    both = renamed(version, 89, "tdnf -y install oldname hello-cap")
    answers = dict(both, **dict(renamed(version, 89, "tdnf -y install oldname"), **renamed(version, 23, "tdnf -y install hello-cap")))
    played = play(version, [], [NEW], params=dict(name=["oldname", "hello-cap"]), answers=answers)
    assert played.changed and played.results == ["Installed: newname-2.0-1.ph5.noarch"]
    assert [warning for warning in played.warnings if not warning.startswith(UNSIGNED)] == [
        "oldname was asked for, and no installed package has this name or provides it: tdnf installed newname-2.0-1.ph5.noarch"]


@all_versions
def test_a_kernel_that_is_installed_beside_the_old_one_asks_for_a_reboot(play, version):
    """With installonlypkgs 3.6 installs it; older ones know no such setting, and upgrade."""
    recording = tdnf_recordings.load(version)[590]
    assert ("-linux" in recording["note"]) is (version != "3.6.0")
    advisory = [{"Type": "Security", "UpdateID": "patch:PHSA-1", "Packages": ["linux-6.1.2-1.ph5.x86_64.rpm"]}]
    answers = dict(tdnf_recordings.state(version, [590])["answers"])
    said = json.dumps(advisory) if version in WITH_JSON else "patch:PHSA-1 Security linux-6.1.2-1.ph5.x86_64.rpm\n"
    for form in ([], ["-j"]):
        answers[tdnf_player.key(form + ["updateinfo", "list", "--reboot-required"])] = dict(NOTHING, stdout=said, stderr="")
    played = play(version, [], KERNELS[:1], params=dict(name="linux", state="latest"), answers=answers)
    assert played.changed and played.result["reboot_suggested"] is True


@all_versions
def test_a_repository_that_was_asked_for_and_is_gone_after_the_plan(play, version):
    answers = dict(renamed(version, 11, "tdnf -y --enablerepo=brokenskip install hello"))
    gone = dict(stdout="Disabling Repo: 'Test brokenskip'\n", stderr="Nothing to do.\n", rc=0, minus=[], plus=[])
    answers[tdnf_player.key(["-y", "--enablerepo=brokenskip", "install", "hello"])] = gone
    reboot = answers[tdnf_player.key(["updateinfo", "list", "--reboot-required"])]
    answers[tdnf_player.key(["--enablerepo=brokenskip", "updateinfo", "list", "--reboot-required"])] = reboot
    played = play(version, [], params=dict(name="hello", enablerepo=["brokenskip"]), answers=answers)
    assert played.failed and not played.changed and played.msg == (
        "enablerepo: repository brokenskip cannot be read: tdnf does not say why. Installed or removed before that: nothing")


# --- the player itself ---

@all_versions
@pytest.mark.parametrize("plan, transaction", [
    (19, 11), (26, 23), (52, 51), (90, 91), (104, 101), (117, 115), (317, 314), (636, 637), (20, 11), (105, 101), (318, 314), (141, 134),
    (607, 108)])
def test_plans_are_what_transactions_print_first(version, plan, transaction):
    """The rule by which the player makes a plan that was not recorded by itself."""
    recordings = tdnf_recordings.load(version)
    recorded, done = recordings[plan], recordings[transaction]
    if "-j" not in recorded["command"]:
        made = tdnf_recordings.text_plan(done)
        assert (made["stdout"].rstrip("\n"), made["stderr"], made["rc"]) == (
            recorded["stdout"].rstrip("\n"), recorded["stderr"], recorded["rc"])
    elif version in WITH_JSON:
        made = tdnf_recordings.json_plan(done)
        assert (bare(made["stdout"]), made["stderr"], made["rc"]) == (bare(recorded["stdout"]), recorded["stderr"], recorded["rc"])
    else:
        assert recorded["rc"] == 140


def bare(stdout):
    """A JSON document without sizes and repositories, which the player leaves out."""
    document = json.loads(stdout)
    for rows in document.values():
        for row in rows if isinstance(rows, list) else ():
            for name in ("InstallSize", "Repo"):
                row.pop(name, None)
    return document
