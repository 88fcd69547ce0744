# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verdicts and states, over tables, and over what the real photon-upgrade.sh was recorded to print and leave."""

import io
import json
import os
import re

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import (
    _photon_model,
    _photon_packages,
    _photon_state,
    _photon_text,
    _photon_upgrade,
)
from ansible_collections.photon.hardening.plugins.module_utils._model import HostProblem
from ansible_collections.photon.hardening.plugins.module_utils._photon_model import Asked, Facts, Package, Precheck

RECORDINGS = os.path.join(os.path.dirname(__file__), "..", "..", "..", "upgrade", "recordings")
PAM = (("/etc/pam.d/system-auth", "auth required pam_tally2.so onerr=fail deny=3"),)
PASSED = Precheck(True, 0, (), (), (), ())


def package(nvra):
    return Package(*re.match(r"(.+)-([^-]+)-([^-]+)\.([^.]+)$", nvra).groups())


def installed(release, *more):
    tag = ".ph" + release[0]
    return tuple(sorted(package(name) for name in ("photon-release-%s-1%s.noarch" % (release, tag), "docker-1-1%s.x86_64" % tag) + more))


def facts(release="4.0", **more):
    """A Photon host on which nothing has begun."""
    found = dict(os_id="photon", version=release, release=release, lsb=release, container="", ostree=False, packages=installed(release),
                 free={"/": 9000}, stray=(), backups=(), others=(), containers=(),
                 services={"docker.service": "active", "containerd.service": "inactive"}, pam=PAM, pam_missing=(), core_pattern="core",
                 attempt=None, started=False, running=False, status=None, finished=False, boot="one")
    return Facts(**dict(found, **more))


def asked(to="5.0", **more):
    return Asked(**dict(dict(to=to, backup=True, checking=False, precheck=True, accepted=[], again=False, free_mb={"/": 2048}), **more))


def begun(before, to="5.0", **after):
    """The facts after an upgrade has begun on a host with the facts BEFORE."""
    return before._replace(**dict(dict(attempt=_photon_state.kept(json.loads(json.dumps(_photon_state.attempt(before, to)))),
                                       started=True), **after))


def named(release, **more):
    """What a host with this release says of itself."""
    return dict(dict(version=release, release=release, lsb=release, packages=installed(release)), **more)


# --- may it begin ---

def test_a_host_that_can_be_upgraded():
    assert _photon_upgrade.verdict(facts(), asked(), PASSED) == ("start", [])
    assert _photon_upgrade.remarks(facts(), asked(), PASSED) == []


@pytest.mark.parametrize("found, to, words", [
    (dict(os_id="centos"), "5.0", "not Photon OS: os-release says centos"),
    (dict(os_id=None), "5.0", "os-release says nothing"),
    (dict(container="docker"), "5.0", "This is a container (docker)"),
    (dict(container=None), "5.0", "systemd-detect-virt gives no answer"),
    (dict(packages=installed("4.0", "photon-release-3.0-1.ph3.noarch")), "5.0", "the package photon-release says 3.0 and 4.0"),
    (dict(ostree=True), "5.0", "rpm-ostree"),
    (dict(lsb="5.0"), "5.0", "reports different versions"),
    (dict(lsb=None), "5.0", "does not say everywhere which version it is: /etc/os-release says 4.0"),
    (dict(packages=()), "5.0", "the package photon-release says nothing. photon-upgrade.sh needs all of them. Install what is missing"),
    (dict(pam_missing=("pam_tally2.so",)), "5.0", "/etc/pam.d/system-auth name pam_tally2.so, which this host does not have. An earlier"),
    (named("2.0"), "4.0", "Photon OS 2.0 can no longer be upgraded"),
    (named("1.0"), "5.0", "Photon OS 1.0 can no longer be upgraded"),
    (named("4.0"), "6.0", "cannot go from 4.0 to 6.0. It can go from 3.0 to 4.0 or 5.0; 4.0 to 5.0; 5.0 to 6.0."),
    (named("5.0"), "4.0", "cannot go from 5.0 to 4.0"),
    (dict(others=("77",)), "5.0", "is running already (process 77)"),
    (dict(backups=("/tmp/photon-upgrade.sh-x",)), "5.0", "it has left /tmp/photon-upgrade.sh-x"),
    (dict(stray=("/etc/systemd/system/multi-user.target.wants/x.service",)), "5.0", "multi-user.target.wants/x.service"),
    (dict(free={"/": 2047}), "5.0", "/ has 2047 MB free, and 2048 MB are asked for"),
    (named("3.0", packages=installed("3.0", "linux-rt-4.19-1.ph3.x86_64")), "4.0", "Photon OS 4.0 has no linux-rt"),
])
def test_what_is_refused(found, to, words):
    step, (refusal,) = _photon_upgrade.verdict(facts(**found), asked(to), PASSED)
    assert step == "refuse" and words in refusal


@pytest.mark.parametrize("release, to", [("3.0", "4.0"), ("3.0", "5.0"), ("4.0", "5.0"), ("5.0", "6.0")])
def test_the_hops_that_are_known(release, to):
    assert _photon_upgrade.verdict(facts(release), asked(to), PASSED) == ("start", [])


def test_linux_rt_goes_to_a_version_that_has_it():
    found = facts("3.0", packages=installed("3.0", "linux-rt-4.19-1.ph3.x86_64"))
    assert _photon_upgrade.verdict(found, asked("5.0"), PASSED) == ("start", [])


@pytest.mark.parametrize("checking, step", [(False, "refuse"), (True, "start")])
def test_a_backup_is_asked_for_before_anything_is_begun(checking, step):
    mine = asked(backup=False, checking=checking)
    found, refusals = _photon_upgrade.verdict(facts(), mine, PASSED)
    said = refusals + _photon_upgrade.remarks(facts(), mine, PASSED)
    assert found == step and len(said) == 1 and "photon_upgrade_confirmed_backup: true" in said[0]


@pytest.mark.parametrize("to, checking, looked, words", [
    ("5.0", False, None, "too old to know --precheck-only"),
    ("5.0", True, None, None),
    ("6.0", True, None, "too old to know --precheck-only"),
    ("6.0", False, Precheck(False, 22, (), (), ("Found unexpected package",), ()), "status 22, a sum of error numbers): Found unexpected"),
    ("5.0", False, Precheck(False, 0, (), (), (), ()), "it gave no reason"),
    ("5.0", False, Precheck(True, 0, ("python2",), (), (), None), "tdnf showed no plan"),
    ("5.0", False, Precheck(True, 0, ("python2",), ("agent",), (), ("python2", "agent")), "would not install them again: agent"),
    ("5.0", False, Precheck(True, 0, ("python2",), (), (), ("python2", "acme")), "would not install them again: acme"),
])
def test_what_the_precheck_stops(to, checking, looked, words):
    found = facts("5.0" if to == "6.0" else "4.0")
    found = found._replace(packages=found.packages + (package("acme-1-1.acme.noarch"),))
    refusals = _photon_upgrade.verdict(found, asked(to, checking=checking), looked)[1]
    assert (words in refusals[0] and len(refusals) == 1) if words else refusals == []


def test_packages_that_may_be_lost():
    looked = Precheck(True, 0, ("python2",), ("agent",), (), ("python2", "agent", "tool"))
    assert _photon_upgrade.verdict(facts(), asked(accepted=["agent"]), looked) == ("start", [])
    assert _photon_upgrade.remarks(facts(), asked(), looked) == [
        "photon-upgrade.sh erases these itself: python2.",
        "These packages depend on them and are erased, too. They are installed again if the new version has them: tool.",
        "Not of Photon OS, erased, and not installed again: agent."]


@pytest.mark.parametrize("found, mine, words", [
    (dict(containers=("1", "2")), {}, "Containers that are running: 2. "),
    (dict(packages=installed("4.0", "x-debuginfo-1-1.ph4.x86_64")), {}, "in its way: x-debuginfo"),
    (named("5.0"), {"to": "6.0"}, "no copy of the rpm database"),
    (dict(core_pattern="| /usr/bin/true"), {}, "Otherwise it stores this as the original value."),
])
def test_what_is_remarked(found, mine, words):
    (said,) = _photon_upgrade.remarks(facts(**found), asked(**mine), PASSED)
    assert words in said


def test_traces_of_somebody_elses_upgrade_are_told_on_a_host_that_has_the_version():
    cut = facts("5.0", pam_missing=("pam_tally2.so",), core_pattern="| /usr/bin/true")
    assert _photon_upgrade.verdict(cut, asked(), None) == ("nothing", [])
    told = _photon_upgrade.told_beside("nothing", cut, asked(), None)
    assert len(told) == 2 and "Logins may be refused" in told[0] and "core_pattern is still" in told[1]
    assert _photon_upgrade.told_beside("nothing", facts("5.0"), asked(), None) == []
    again = facts(pam_missing=("pam_tally2.so",))
    assert _photon_upgrade.verdict(again, asked(again=True), PASSED) == ("start", [])


@pytest.mark.parametrize("found, mine, may", [
    ({}, {}, True), ({}, {"precheck": False}, False), (dict(container="lxc"), {}, False), (named("2.0"), {}, False),
    (dict(others=("7",)), {}, False), (named("5.0"), {}, False)])
def test_when_the_script_may_be_asked(found, mine, may):
    assert _photon_upgrade.may_precheck(facts(**found), asked(**mine)) is may


# --- states and steps ---

@pytest.mark.parametrize("after, name, step, again", [
    (dict(started=False), "not_started", "start", "start"),
    (dict(running=True), "running", "wait", "wait"),
    (dict(others=("7",)), "running", "wait", "wait"),
    (dict(status=11), "unchanged", "refuse", "start"),
    (dict(status=None), "unchanged", "refuse", "start"),
    (dict(status=11, packages=installed("4.0")[1:]), "cut_before", "refuse", "start"),
    (dict(status=0), "unchanged", "refuse", "start"),
    (dict(named("5.0"), status=0), "upgraded", "finish", "finish"),
    (dict(named("5.0"), status=None), "cut_after", "refuse", "refuse"),
    (dict(named("5.0"), status=11), "cut_after", "refuse", "refuse"),
    (dict(named("5.0"), status=0, packages=installed("4.0")), "cut_after", "refuse", "refuse"),
    (dict(named("5.0"), status=None, packages=installed("5.0", "photon-release-4.0-1.ph4.noarch")), "cut_after", "refuse", "refuse"),
    (dict(packages=installed("4.0", "photon-release-5.0-1.ph5.noarch"), status=None), "cut_after", "refuse", "refuse"),
    (dict(named("5.0"), status=None, packages=()), "cut_after", "refuse", "refuse"),
    # Status 0 proves nothing: the package has to say it, and the file.
    (dict(named("5.0"), status=0, packages=()), "cut_after", "refuse", "refuse"),
    (dict(named("5.0"), status=0, packages=(package("docker-1-1.ph5.x86_64"),)), "cut_after", "refuse", "refuse"),
    (dict(named("5.0"), status=0, release=None), "cut_after", "refuse", "refuse"),
    (dict(named("5.0"), status=0, version=None), "cut_after", "refuse", "refuse"),
    (dict(status=11, packages=()), "unknown", "refuse", "refuse"),
    (dict(named("3.0"), status=0), "unknown", "refuse", "refuse"),
    (dict(version=None, release=None, packages=(), status=None), "unknown", "refuse", "refuse"),
    (dict(named("5.0"), status=0, finished=True), "none", "nothing", "nothing"),
])
def test_states_and_what_is_next(after, name, step, again):
    found = begun(facts(), **after)
    now = _photon_state.state(found)
    assert now.name == name and now.told
    assert _photon_upgrade.step(found, asked()) == step and _photon_upgrade.step(found, asked(again=True)) == again
    if step == "refuse":
        assert now.advice and _photon_upgrade.verdict(found, asked(), None)[1][0] == now.told


def test_an_upgrade_to_another_version_is_finished_first():
    found = begun(facts("3.0"), "4.0", **named("4.0", status=0))
    step, refusals = _photon_upgrade.verdict(found, asked("5.0"), None)
    assert step == "refuse" and "An upgrade to 4.0 has begun and is not finished; 5.0 was asked for" in refusals[0]
    assert _photon_upgrade.step(found._replace(finished=True), asked("5.0")) == "start"


@pytest.mark.parametrize("after, words", [
    (dict(named("5.0"), packages=()), "run rpm --rebuilddb"),
    (dict(packages=()), "run rpm --rebuilddb"),
    (dict(named("5.0"), packages=installed("5.0")[1:]), "Packages that were there before and are not there now: docker"),
    (dict(named("5.0"), core_pattern="| /usr/bin/true"), "a reboot takes that back"),
    (dict(named("5.0"), pam_missing=("pam_tally2.so",)), "/etc/pam.d/system-auth name pam_tally2.so, which this host does not have"),
    (dict(packages=installed("4.0")[1:], core_pattern="| /usr/bin/true"), "a reboot takes that back"),
    (dict(core_pattern="| /usr/bin/true"), "Reboot before photon-upgrade.sh runs again"),
    (dict(packages=installed("4.0")[1:]), "Stopped for the upgrade, and not started again: docker.service."),
    (dict(packages=installed("4.0")[1:], pam=()), "pam_tally2.so had the options onerr=fail deny=3"),
])
def test_what_is_advised(after, words):
    assert words in " ".join(_photon_state.state(begun(facts(), **after)).advice)


def test_an_attempt_that_is_made_again_keeps_what_the_first_one_found():
    found = begun(facts(), status=11, packages=installed("4.0")[1:], services={}, boot="two")
    again = _photon_state.attempt(found, "5.0")
    assert (again["boot"], again["services"]) == ("two", ["docker.service"])
    assert ["docker", "1", "1.ph4", "x86_64"] in again["packages"]
    other = _photon_state.attempt(begun(facts("3.0"), "4.0", **named("4.0", finished=True)), "5.0")
    assert other["from"] == "4.0" and ["docker", "1", "1.ph4", "x86_64"] in other["packages"]


@pytest.mark.parametrize("now, expected", [
    ({"docker.socket": "inactive", "docker.service": "inactive", "other.service": "inactive"}, ["docker.socket", "docker.service"]),
    # Named since then, because containers of another engine were still running.
    ({"other.service": "active", "docker.socket": "inactive", "docker.service": "active"},
     ["other.service", "docker.socket", "docker.service"]),
    # No longer asked for, and to be started again all the same.
    ({"docker.service": "inactive", "other.service": "active"}, ["docker.socket", "docker.service", "other.service"]),
    (None, ["docker.socket", "docker.service"]),
])
def test_the_services_of_an_attempt_that_was_not_started(now, expected):
    first = facts(services={"docker.socket": "active", "docker.service": "active", "containerd.service": "inactive"})
    # To another version, too.
    for to in ("5.0", "4.0"):
        assert _photon_state.attempt(begun(first, started=False, services=now), to)["services"] == expected


@pytest.mark.parametrize("text", [[], {}, {"from": "4.0"}, "x"])
def test_what_is_kept_must_be_ours(text):
    with pytest.raises(HostProblem, match="before.json is not what this role wrote there"):
        _photon_state.kept(text)


def test_what_remains_after_an_upgrade():
    found = begun(facts(packages=installed("4.0", "agent-1-1.acme.noarch", "old-1-1.ph4.noarch")),
                  **named("5.0", status=0, pam=(("/etc/pam.d/system-auth", "auth required pam_faillock.so deny=3"),)))
    assert _photon_state.remains(found) == [
        "Packages that were there before and are not there now, or have another name: old.",
        "Packages of others that were erased, to be installed again where they are needed: agent.",
        "/etc/pam.d/system-auth: pam_tally2.so had the options onerr=fail, which are lost. Set them again for pam_faillock.so."]
    assert _photon_state.remains(found._replace(lsb="4.0"))[0].startswith("lsb_release says 4.0, and the next photon-upgrade.sh will ask")
    assert _photon_state.must_boot(found) and not _photon_state.must_boot(found._replace(boot="two"))
    assert _photon_state.down(found) == [] and _photon_state.down(found._replace(services={})) == ["docker.service"]
    assert _photon_state.down(found._replace(services=None)) == ["docker.service"]


# --- what programs print ---

def test_units():
    text = "LoadState=loaded\nActiveState=active\n\nLoadState=not-found\nActiveState=inactive\n\nLoadState=loaded\nActiveState=failed\n"
    assert _photon_text.units(["a.service", "b.service", "c.service"], text) == {"a.service": "active", "c.service": "failed"}


@pytest.mark.parametrize("text, version", [
    ("VMware Photon OS 5.0\nPHOTON_BUILD_NUMBER=1\n", "5.0"), ("VMware Photon Linux 1.0\n", "1.0"), ("VMware Photon OS 4.0", "4.0"),
    ("", None), (None, None), ("Debian 12.1\n", None)])
def test_release(text, version):
    assert _photon_text.release(text) == version


def test_many_names_are_cut():
    looked = Precheck(True, 0, tuple("p%02d" % number for number in range(50)), (), (), ())
    (said,) = _photon_upgrade.remarks(facts(), asked(), looked)
    assert said.endswith("p39 and 10 more.")


# --- what the real script was recorded to say and to leave ---

def recorded(name):
    with io.open(os.path.join(RECORDINGS, "photon-upgrade-%s.json" % name), encoding="utf-8") as stream:
        return json.load(stream)


ALL = ["1.1-4-of-3.0", "1.1-4-of-4.0", "1.0-5-of-5.0"]


@pytest.mark.parametrize("name", ALL)
def test_every_recorded_precheck(name):
    """The verdict is the script's own word; its status says the same where the script was not started another way."""
    count = 0
    for record in recorded(name):
        if "photon-upgrade.sh --precheck-only" in record["command"] and not record["command"].startswith(("rm", "setpriv")):
            looked = _photon_text.precheck(record["rc"], record["stdout"], record["stderr"], (), ())
            assert looked.passed is ("Prechecks: PASS" in record["stdout"]) is (record["rc"] == 0)
            assert looked.passed or looked.problems
            count += 1
    assert count >= 3


def test_the_recorded_precheck_of_a_laden_host():
    record = next(record for record in recorded("1.1-4-of-3.0") if record["note"].startswith("precheck 4.0 with deprecated"))
    direct = _photon_text.deprecated(record["stdout"])
    looked = _photon_text.precheck(record["rc"], record["stdout"], record["stderr"], direct, None)
    assert looked == Precheck(True, 0, ("python-six", "python2"), ("vendoragent",), (), None)


def test_a_recorded_plan_of_a_removal():
    record = next(record for record in recorded("1.1-4-of-3.0") if record["note"].startswith("upgrade 4.0 with deprecated"))
    plan = record["stdout"][record["stdout"].index("Removing:\nvendoragent"):]
    assert _photon_text.erased(plan) == ("vendoragent", "python2", "python-six", "myagent")
    assert _photon_text.erased("Nothing to do.\n") is None


@pytest.mark.parametrize("name", ALL[:2])
def test_the_real_script_erases_what_it_always_erases_before_anything_else(name):
    record = next(record for record in recorded(name) if record["note"].startswith("upgrade ") and "Removing:\n" in record["stdout"])
    assert _photon_text.erased(record["stdout"]) == _photon_model.ALWAYS_ERASED
    assert _photon_packages.always_erased(installed("4.0", "toybox-1-1.ph4.x86_64")) == ("toybox",)
    assert _photon_packages.always_erased(installed("4.0")) == ()


def left(text):
    """(release, packages) of a record that shows what an upgrade has left."""
    release = re.search(r'DISTRIB_RELEASE="(.*)"', text).group(1)
    return release, tuple(sorted(package(line) for line in text.splitlines() if re.match(r"[\w-]+-[^-]+-[^-]+\.ph\d\.noarch$", line)))


@pytest.mark.parametrize("name, to, note, state, words", [
    (ALL[0], "4.0", "upgrade 4.0 --assume-yes", "upgraded", ""),
    (ALL[0], "5.0", "upgrade 5.0 --assume-yes", "upgraded", ""),
    (ALL[1], "5.0", "upgrade 5.0 --assume-yes", "upgraded", ""),
    (ALL[0], "4.0", "killed just before the distro-sync", "cut_before", "myagent, python-six, python2, toybox"),
    (ALL[0], "4.0", "distro-sync to 4.0 fails", "cut_before", "myagent, python-six, python2, toybox"),
    (ALL[1], "5.0", "killed just before the distro-sync", "cut_before", "toybox"),
    (ALL[0], "4.0", "killed just after the distro-sync", "cut_after", "/usr/bin/python"),
    (ALL[1], "5.0", "killed just after the distro-sync", "cut_after", "rpm --rebuilddb"),
    (ALL[0], "4.0", "SIGTERM to the script", "cut_after", "Do not run photon-upgrade.sh again"),
    (ALL[2], "6.0", "upgrade 6.0 --assume-yes", "unchanged", ""),
])
def test_the_states_in_which_the_real_script_has_left_hosts(name, to, note, state, words):
    records = recorded(name)
    number = next(number for number, record in enumerate(records) if record["note"].startswith(note + " ") or
                  record["note"].startswith(note) and note.endswith(("sync", "fails", "script")))
    upgrade, after = records[number], records[number + 1]["stdout"]
    release, packages = left(after)
    change = upgrade["note"].split("rpmdb: ")[1].split()
    added = {word[1:] for word in change if word.startswith("+")}
    before = {item for item in packages if "%s-%s-%s.%s" % item not in added} | {
        package(word[1:]) for word in change if word.startswith("-")}
    start = facts(name[-3:], packages=tuple(sorted(before)))
    status = upgrade["rc"] if upgrade["rc"] >= 0 else None
    now = _photon_state.state(begun(start, to, version=release, release=release, lsb=release, packages=packages, status=status))
    assert now.name == state and words in " ".join((now.told,) + tuple(now.advice))
