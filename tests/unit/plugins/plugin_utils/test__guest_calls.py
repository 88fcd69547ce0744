# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pytest

from ansible_collections.photon.hardening.plugins.plugin_utils import _guest_calls
from ansible_collections.photon.hardening.plugins.plugin_utils._guest_calls import CHANGE, INFO

READ, BACK, ENABLE = (INFO, {}), (CHANGE, {"state": "absent"}), (CHANGE, {"msix": "enable"})
RESULT = {"msg": "0 of 3 differ", "changed": False, "notes": ["x"]}
FINDING = {"name": "vmw_vmci disable_msix", "value": None, "state": "finding", "reason": "It is off.", "source": "/etc/modprobe.d/a.conf:1"}


@pytest.mark.parametrize("args, guest, check_mode, result, expected", [
    ({}, (False, "keep"), True, {}, []), ({}, (True, "keep"), True, {}, [READ]), ({}, (True, "keep"), False, {}, []),
    ({}, (False, "enable"), False, {}, [ENABLE]), ({"state": "present"}, (True, "enable"), True, {}, [ENABLE, READ]),
    ({"root": "/mnt"}, (True, "enable"), True, {}, []), ({}, (True, "enable"), True, {"failed": True}, []),
    ({"state": "absent"}, (True, "enable"), True, {}, []), ({"state": "absent"}, (False, "keep"), False, {"vmware_guest": []}, [BACK]),
    ({"state": "absent"}, (True, "enable"), True, {"vmware_guest": []}, [BACK]),
    ({"state": "forgotten"}, (True, "enable"), True, {"vmware_guest": []}, []), ({"state": "adopted"}, (True, "enable"), True, {}, []),
    # Nothing that a host says makes it run anything in a run that is not the way back.
    ({}, (False, "keep"), False, {"vmware_guest": []}, []),
])
def test_which_modules_are_executed(args, guest, check_mode, result, expected):
    assert _guest_calls.wanted(args, guest, check_mode, result) == expected


def test_findings_become_notes():
    rows = [FINDING, dict(FINDING, name="swap space", state="ok"), dict(FINDING, name="open-vm-tools state", value="stopped", source=None)]
    result, notes = _guest_calls.merged(RESULT, INFO, {"changed": False, "msg": "VMware", "rows": rows})
    assert result == {"msg": "0 of 3 differ; vmware_guest_info: VMware", "changed": False, "notes": ["x"], "guest": rows}
    assert notes == ["vmw_vmci disable_msix: It is off. (/etc/modprobe.d/a.conf:1)", "open-vm-tools state is stopped: It is off."]


def test_a_change_is_part_of_the_result():
    found = {"changed": True, "msg": "written", "rows": [{"driver": "vmw_vmci"}], "notes": ["a"], "diff": {"before": "", "after": "x"}}
    result, notes = _guest_calls.merged(dict(RESULT, diff=[{"before": "1"}]), CHANGE, found)
    assert (result["changed"], result["vmware_guest"], notes) == (True, [{"driver": "vmw_vmci"}], ["a"])
    assert result["diff"] == [{"before": "1"}, {"before": "", "after": "x"}]
    assert _guest_calls.merged(dict(RESULT, changed=True), CHANGE, {"changed": False})[0]["changed"] is True


@pytest.mark.parametrize("found", [{"failed": True, "msg": "no\nmore"}, {"unreachable": True, "msg": "no"}])
@pytest.mark.parametrize("module, failed", [(INFO, None), (CHANGE, True)])
def test_a_failure_to_read_is_a_note_and_a_failure_to_write_fails(module, failed, found):
    result, notes = _guest_calls.merged(RESULT, module, found)
    assert result.get("failed") is failed and notes == [module.rpartition(".")[2] + ": no"]
    assert result["msg"] == (notes[0] if failed else RESULT["msg"])


@pytest.mark.parametrize("found", [
    {}, {"rows": "x", "notes": "x", "diff": "x", "msg": ["x"]}, {"rows": [1, "x", None], "notes": [1, {}], "diff": []},
    {"rows": [{"state": "finding"}, {"state": ["finding"], "name": {}}, dict(FINDING, state="odd"), dict(FINDING, value=1),
              dict(FINDING, name=""), dict(FINDING, name="kernel.kptr_restrict")]}])
@pytest.mark.parametrize("module", [INFO, CHANGE])
def test_whatever_a_host_says_its_shape_is_not_relied_on(module, found):
    result, notes = _guest_calls.merged(RESULT, module, found)
    assert all(isinstance(note, str) for note in notes) and "diff" not in result
    if module == INFO:
        wrong = sum(isinstance(row, dict) for row in found.get("rows", ()))
        assert result["guest"] == [] and notes == (["vmware_guest_info: rows left out: %d" % wrong] if wrong else [])


def test_a_row_has_its_five_fields_and_comes_once():
    rows = [dict(FINDING, more=["x"], name="swap space"), {"name": "swap space", "state": "ok"}, {"name": "a b", "state": "ok"}]
    result, notes = _guest_calls.merged(RESULT, INFO, {"rows": rows})
    assert result["guest"] == [dict(FINDING, name="swap space"),
                               {"name": "a b", "value": None, "state": "ok", "reason": None, "source": None}]
    assert notes[1:] == ["vmware_guest_info: rows left out: 1"]
    many = _guest_calls.merged(RESULT, INFO, {"rows": [{"name": "disk %d" % number, "state": "ok"} for number in range(1002)]})
    assert (len(many[0]["guest"]), many[1]) == (1000, ["vmware_guest_info: rows left out: 2"])


def test_the_parameters_module_tells_nothing_of_a_guest():
    assert _guest_calls.without({"msg": "x", "guest": "anything", "vmware_guest": []}) == {"msg": "x", "vmware_guest": []}


@pytest.mark.parametrize("findings, more", [(20, []), (21, ["vmware_guest_info: and 1 more"]),
                                            (32, ["vmware_guest_info: and 12 more"])])
def test_findings_that_are_no_note_are_counted(findings, more):
    rows = [dict(FINDING, name="disk %d" % number) for number in range(findings)] + [{"name": "a b", "state": "ok"}]
    notes = _guest_calls.merged(RESULT, INFO, {"rows": rows})[1]
    assert notes[20:] == more and len(notes) == 20 + len(more)


def test_notes_are_bounded():
    assert len(_guest_calls.merged(RESULT, CHANGE, {"notes": ["x"] * 100})[1]) == 20
