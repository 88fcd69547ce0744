# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import types

import pytest

from ansible_collections.photon.hardening.plugins.action import photon_upgrade_info

GIVEN = {"photon_upgrade_to_version": "5.0"}
ASKED = {
    "to_version": "5.0", "confirmed_backup": False, "accept_erased": [], "again": False,
    "free_mb": {"/": 2048, "/boot": 128, "/tmp": 256, "/var/cache": 1024},
    "services": ["docker.socket", "docker.service", "containerd.service"], "timeout": 7200, "poll": 15,
    "reboot_timeout": 900, "harden": True}


@pytest.fixture
def run(monkeypatch):
    """The result with these arguments and variables of a host, and how often the module was executed there."""
    executed = []

    def execute(_action, task_vars=None):
        executed.append(task_vars)
        return {"step": "start"}

    monkeypatch.setattr(photon_upgrade_info.ActionModule, "_execute_module", execute)

    def ran(args, variables):
        action = photon_upgrade_info.ActionModule(
            task=types.SimpleNamespace(args=args, check_mode=False, async_val=0, diff=False, action="x", environment=[]),
            connection=types.SimpleNamespace(_shell=types.SimpleNamespace(tmpdir="/tmp")), play_context=None, loader=None,
            templar=types.SimpleNamespace(template=lambda value: value), shared_loader_obj=None)
        return action.run(None, variables), len(executed)
    return ran


@pytest.fixture
def checked(run):
    def ran(**variables):
        result, executed = run({"role_variables": True}, variables)
        assert executed == 0
        return result
    return ran


def test_without_the_variables_the_module_has_its_own_options(run):
    assert run({"to_version": "5.0"}, {"photon_upgrade_poll": "x"}) == ({"step": "start"}, 1)
    assert run({"to_version": "5.0", "role_variables": "no"}, {}) == ({"step": "start"}, 2)


@pytest.mark.parametrize("args, words", [
    ({}, "to_version: it is not given, and has no default: give one of 4.0, 5.0, 6.0"),
    ({"role_variables": "no"}, "to_version: it is not given"), ({"to_version": None}, "to_version: it is not given"),
    ({"to_version": "3.0"}, "to_version: '3.0' is not one of 4.0, 5.0, 6.0"),
])
def test_without_a_version_the_sentence_is_about_that(run, args, words):
    result, executed = run(args, {})
    assert (result["failed"], executed) == (True, 0) and result["msg"].startswith(words)
    assert run({"to_version": 5.0}, {}) == ({"step": "start"}, 1)


def test_no_option_is_passed_over(run):
    result, executed = run({"role_variables": True, "to_version": "5.0"}, GIVEN)
    assert (result["failed"], executed) == (True, 0) and result["msg"].startswith("to_version: with role_variables no other option is read")


def test_what_is_not_said_has_its_default(checked):
    assert checked(**GIVEN)["asked"] == ASKED and checked(**GIVEN)["warnings"] == []


@pytest.mark.parametrize("option, given, expected", [
    ("services", "docker.service", ["docker.service"]), ("services", "docker.socket, docker.service", ["docker.socket", "docker.service"]),
    ("free_mb", '{"/": 1}', {"/": 1}), ("free_mb", "/=1,/tmp=2", {"/": "1", "/tmp": "2"}), ("to_version", 5.0, "5.0"),
    ("accept_erased", "mine", ["mine"]), ("poll", "2", 2), ("timeout", 1, 1), ("harden", "no", False), ("confirmed_backup", "true", True),
])
def test_what_the_command_line_says_is_of_its_type(checked, option, given, expected):
    asked = checked(**dict(GIVEN, **{"photon_upgrade_" + option: given}))["asked"]
    assert asked == dict(ASKED, **{option: expected}) and type(asked[option]) is type(expected)


NUMBER = "is not a whole number from 1 to 999999"


@pytest.mark.parametrize("option, value, words", [
    *[(option, value, NUMBER) for option in ("poll", "timeout", "reboot_timeout")
      for value in (0, "0", -1, "x", 2.5, True, "", [], 1 << 30)],
    *[(option, value, "is neither true nor false") for option in ("harden", "again", "confirmed_backup") for value in ("maybe", [], "")],
    ("services", {"docker.service": 1}, "must be a list, not"), ("services", [7], "is not a text"), ("services", 7, "must be a list"),
    ("accept_erased", [None], "is not a text"), ("free_mb", "/", "must be a dictionary"), ("free_mb", ["/"], "must be a dictionary"),
    ("to_version", 5.1, "is not a text: write it in quotes"), ("to_version", "3.0", "'3.0' is not one of 4.0, 5.0, 6.0"),
    ("to_version", None, "it is not given, and has no default: give one of 4.0, 5.0, 6.0"),
])
def test_what_no_upgrade_could_use_is_refused(checked, option, value, words):
    name = "photon_upgrade_" + option
    result = checked(**dict(GIVEN, **{name: value}))
    assert result["failed"] and result["msg"].startswith(name) and words in result["msg"]


def test_no_host_says_how_it_is_upgraded(checked):
    result = checked(**GIVEN, ansible_facts={"photon_upgrade_services": []})
    assert result["failed"] and result["msg"].startswith("photon_upgrade_services: the host says this variable as a fact")


@pytest.mark.parametrize("name, meant", [
    ("photon_hardening_profil", "photon_hardening_profile"), ("photon_upgrade_hardn", "photon_upgrade_harden"),
    ("photon_upgrade_host", "photon_upgrade_hosts"),
])
def test_a_mistyped_name_is_refused(checked, name, meant):
    result = checked(**{name: "x"})
    assert result["failed"] and result["msg"] == "%s: nothing reads a variable of this name: did you mean %s?" % (name, meant)


def test_a_name_that_nothing_reads_is_told(checked):
    note = "photon_hardening_found: nothing here reads a variable of this name."
    assert checked(**GIVEN, photon_hardening_found=1)["warnings"] == [note]
    assert checked(**GIVEN, photon_hardening_found=1, photon_upgrade_harden=False)["warnings"] == [note]


# A value that the role photon_hardening refuses, for each of its variables.
BAD = {
    "profile": "nope", "groups": "nope", "overrides": 7, "waivers": 7, "container_host": "nope", "uses": {"nope": "absent"},
    "conflicts": "nope", "fail_on": "nope", "state": "nope", "root": "nope", "guest": "nope", "vmware_msix": "nope",
    "report_dir": "/dev/null/x", "report_formats": "nope", "report_keep": 0, "report_benchmark": "nope"}


def test_each_variable_of_the_hardening_has_a_bad_value_here():
    assert {"photon_hardening_" + option for option in BAD} == set(photon_upgrade_info._variables.SPECS["photon_hardening"]["main"])


@pytest.mark.parametrize("option", sorted(BAD))
def test_what_the_hardening_at_the_end_would_refuse_is_refused_before(checked, option):
    given = dict(GIVEN, **{"photon_hardening_" + option: BAD[option]})
    result = checked(**given)
    assert result["failed"] and result["msg"].startswith("photon_hardening_" + option)
    assert checked(**given, photon_upgrade_harden=False)["asked"]["harden"] is False


@pytest.mark.parametrize("option, value", [("state", "absent"), ("state", "adopted"), ("state", "forgotten"), ("root", "/mnt")])
def test_a_hardening_that_would_not_harden_the_host_is_refused(checked, option, value):
    given = dict(GIVEN, **{"photon_hardening_" + option: value})
    assert checked(**given)["msg"] == (
        "photon_hardening_%s: %s: with this the host is not hardened when the upgrade has ended: leave it out, or say "
        "photon_upgrade_harden: false" % (option, value))
    assert "failed" not in checked(**given, photon_upgrade_harden=False)


@pytest.mark.parametrize("batch, refused", [(["web1"], False), (["web1", "web2"], True)])
def test_one_host_at_a_time(checked, batch, refused):
    """A play of one's own has no serial, unless it says so."""
    result = checked(**GIVEN, ansible_play_batch=batch)
    assert result.get("failed", False) is refused
    assert not refused or "2 hosts at once" in result["msg"] and "serial: 1" in result["msg"]
