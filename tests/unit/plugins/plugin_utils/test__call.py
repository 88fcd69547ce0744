# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
import datetime
import pathlib
import shutil

import pytest
from ansible import errors

from ansible_collections.photon.hardening.plugins.plugin_utils import _call, _catalogue, _select, _templates

OVERRIDES = "photon_hardening_overrides"
HOLDS = _select.holds(_catalogue.CATALOGUE)
PATHS = list(_catalogue.CATALOGUE["groups"].values())


def template(value):
    if value == "{{ nope }}":
        raise errors.AnsibleUndefinedVariable("'nope' is undefined")
    return value


def call(args, **variables):
    return _call.Call(args, dict({"other": "{{ nope }}"}, **variables), template)


def made(args, **variables):
    return call(args, **variables).module_args()


def selected(**given):
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    found = _select.select(given, _catalogue.CATALOGUE, today, None)
    return {"profile": found.profile, "dropins": _templates.drop_ins(found.profile, found.rows), "rules": found.rules}


DEFAULTS = {"container_host": "auto", "conflicts": "restate", "state": "present"}
DROPINS = [{"path": PATHS[0], "content": "kernel.a = 1\n"}]


@pytest.mark.parametrize("args, variables, expected", [
    # Used as it is given.
    ({"dropins": DROPINS, "profile": "mine", "rules": {}}, {}, {"dropins": DROPINS, "profile": "mine", "rules": {}}),
    ({"state": "absent"}, {}, {"state": "absent"}),
    ({"dropins": DROPINS, "report_dir": "x", "role_variables": False}, {"photon_hardening_state": "absent"}, {"dropins": DROPINS}),
    # A profile selects; the rest of the options are the task's alone.
    ({"profile": "photon5"}, {}, selected(profile="photon5")),
    ({"profile": "photon5", "conflicts": "report", "root": None},
     {"photon_hardening_conflicts": "restate", "photon_hardening_profile": "kspp"},
     dict(selected(profile="photon5"), conflicts="report")),
    ({"profile": "photon"},
     {OVERRIDES: {"kernel.sysrq": "1"}, OVERRIDES + "__web": {"kernel.panic": "7"}, "photon_hardening_groups": ["tuning", "security"]},
     selected(**{OVERRIDES: {"kernel.sysrq": "1"}, OVERRIDES + "__web": {"kernel.panic": "7"}, "groups": ["tuning", "security"]})),
    ({"profile": "photon", "overrides": {"kernel.panic": "5"}, "groups": "tuning"},
     {OVERRIDES: {"kernel.sysrq": "1"}, "photon_hardening_groups": []},
     selected(overrides={"kernel.panic": "5"}, groups=["tuning"])),
    # What the task gives is not looked up, so a bad variable in its place does no harm.
    ({"profile": "photon", "overrides": {}, "waivers": {}}, {OVERRIDES: "{{ nope }}", "photon_hardening_waivers": 7}, selected()),
    ({"profile": "any", "state": "absent"}, {OVERRIDES: "{{ nope }}"}, {"profile": "any", "state": "absent", "rules": HOLDS}),
    ({"profile": "any", "state": "absent", "rules": {}}, {}, {"profile": "any", "state": "absent", "rules": {}}),
    # The role's variables.
    ({"role_variables": True}, {}, dict(selected(), **DEFAULTS)),
    ({"role_variables": "yes"}, {"photon_hardening_profile": "kspp", "photon_hardening_root": "/mnt", "photon_hardening_report_dir": "/x",
                                 "photon_hardening_fail_on": "ok,changed", "photon_hardening_container_host": "never",
                                 "photon_hardening_uses": {"kdump": "absent"}},
     dict(selected(profile="kspp"), **dict(DEFAULTS, root="/mnt", uses={"kdump": "absent"}, fail_on=["ok", "changed"],
                                           container_host="never"))),
    ({"role_variables": True, "conflicts": "report", "profile": "kspp"}, {"photon_hardening_conflicts": "{{ nope }}"},
     dict(selected(profile="kspp"), **dict(DEFAULTS, conflicts="report"))),
    ({"role_variables": True, "dropins": DROPINS}, {OVERRIDES: "{{ nope }}"}, dict(DEFAULTS, dropins=DROPINS)),
    # Answers of a survey come before the inventory; those of groups still count.
    ({"role_variables": True}, {"photon_hardening_survey_profile": "kspp", "photon_hardening_profile": "photon5",
                                "photon_hardening_survey_overrides": 'kernel.sysrq: "1"', OVERRIDES: {"kernel.panic": "7"},
                                OVERRIDES + "__web": {"kernel.panic": "5"}, "photon_hardening_survey_conflicts": "report",
                                "photon_hardening_survey_groups": ["inventory"], "photon_hardening_survey_container_host": "inventory"},
     dict(selected(profile="kspp", **{OVERRIDES: {"kernel.sysrq": "1"}, OVERRIDES + "__web": {"kernel.panic": "5"}}),
          **dict(DEFAULTS, conflicts="report"))),
    # The task itself comes before both.
    ({"profile": "photon"}, {"photon_hardening_survey_profile": "kspp"}, selected()),
])
def test_what_reaches_the_module(args, variables, expected):
    found, notes = made(args, **variables)
    assert found == expected and notes == []


@pytest.mark.parametrize("state", ["absent", "forgotten"])
def test_the_way_back_is_not_blocked_by_what_is_wanted_today(state):
    found, notes = made({"role_variables": True}, photon_hardening_state=state, photon_hardening_profile="phton",
                        photon_hardening_overrides="{{ nope }}", photon_hardening_waivers={"x": 7}, photon_hardening_groups=["no"])
    assert found == dict(DEFAULTS, state=state, rules=HOLDS, dropins=[{"path": path, "content": ""} for path in PATHS]) and notes == []


IGNORED = "Ignored, because this run sets nothing new: photon_hardening_"


@pytest.mark.parametrize("name, value, used", [
    ("uses", {"nope": "present", "router": "present"}, {"uses": {"router": "present"}}), ("uses", {"router": "maybe"}, {}),
    ("uses", ["router"], {}), ("uses", "{{ nope }}", {}), ("uses", {"router": "present", "kdump": "auto"}, {"uses": {"router": "present"}}),
    ("container_host", "sometimes", {"container_host": None}), ("container_host", "never", {"container_host": "never"}),
    ("fail_on", ["chnged"], {}), ("fail_on", ["changed"], {"fail_on": ["changed"]}), ("conflicts", 7, {"conflicts": None}),
    ("guest", "maybe", {}), ("vmware_msix", "on", {}), ("gest", "x", {}), ("fail_no", "x", {}),
])
@pytest.mark.parametrize("state", ["absent", "forgotten"])
def test_the_way_back_is_not_blocked_by_a_wrong_value_of_today(state, name, value, used):
    made_of = call({"role_variables": True}, photon_hardening_state=state, **{"photon_hardening_" + name: value})
    found, notes, guest = made_of.judged()
    expected = dict(DEFAULTS, state=state, rules=HOLDS, dropins=[{"path": path, "content": ""} for path in PATHS], **used)
    assert found == {key: item for key, item in expected.items() if item is not None} and guest == (False, "keep")
    if used.get(name) != value and name in ("uses", "container_host", "fail_on", "conflicts") and "auto" not in str(value):
        assert len(notes) == 1 and notes[0].startswith(IGNORED + name)
    # What is read is refused.
    with pytest.raises(ValueError):
        call({"role_variables": True}, photon_hardening_state=state, photon_hardening_root="mnt").judged()


@pytest.mark.parametrize("args, variables", [
    ({"role_variables": True, "state": "absent"}, {}), ({"role_variables": True, "state": "absent"}, {"photon_hardening_state": "present"}),
    ({"state": "absent"}, {"photon_hardening_state": "forgotten"}),
])
def test_a_rollback_is_one_where_the_inventory_says_what_is_usual(args, variables):
    assert made(args, **variables)[0]["state"] == "absent"


def test_notes():
    assert made({"profile": "photon", "groups": ["tuning"], "overrides": {"kernel.sysrq": "1"}})[1] == [
        "overrides: kernel.sysrq is not set: the group security is not applied."]


UNREAD = ": nothing here reads a variable of this name."


@pytest.mark.parametrize("args, variables, notes", [
    ({"role_variables": True}, {"photon_hardening_found": 1}, ["photon_hardening_found" + UNREAD]),
    ({"profile": "photon"}, {"photon_hardening_found": 1}, ["photon_hardening_found" + UNREAD]),
    ({"role_variables": True, "dropins": DROPINS}, {"photon_hardening_found": 1}, ["photon_hardening_found" + UNREAD]),
    # A bad selection does not block the way back, whichever way it is bad.
    ({"role_variables": True, "state": "absent"}, {"photon_hardening_profil": 1, OVERRIDES + "_web": 1},
     [OVERRIDES + "_web" + UNREAD, "photon_hardening_profil" + UNREAD]),
    # Only options of the task are read.
    ({"dropins": DROPINS}, {"photon_hardening_profil": 1}, []), ({"state": "absent"}, {"photon_hardening_profil": 1}, []),
])
def test_notes_about_names(args, variables, notes):
    assert made(args, **variables)[1] == notes


@pytest.mark.parametrize("args, variables, folder", [
    ({}, {"photon_hardening_report_dir": "/x"}, None),
    ({"report_dir": "/y"}, {"photon_hardening_report_dir": "/x"}, "/y"),
    ({"role_variables": True}, {"photon_hardening_report_dir": "/x"}, "/x"),
    ({"role_variables": True, "report_dir": "/y"}, {"photon_hardening_report_dir": "{{ nope }}"}, "/y"),
    ({"role_variables": True}, {OVERRIDES: "{{ nope }}"}, None),
    ({"role_variables": True}, {"__photon_hardening_report_dir": "/p"}, "/p"),
    ({"role_variables": True}, {"__photon_hardening_report_dir": "/p", "photon_hardening_report_dir": "/x"}, "/x"),
    ({"role_variables": True}, {"__photon_hardening_report_dir": "/p", "photon_hardening_report_dir": ""}, None),
    ({"dropins": DROPINS}, {"__photon_hardening_report_dir": "/p"}, None),
    # What is refused later is still kept where the inventory says.
    ({"role_variables": True}, {"photon_hardening_report_dir": "/x", "ansible_facts": {"photon_hardening_profile": "kspp"}}, "/x"),
])
def test_report_dir(args, variables, folder):
    settings = call(args, **variables).report_settings()
    assert (settings and settings.folder) == folder


@pytest.mark.parametrize("folder, here, expected", [
    ("reports", "copy", "../reports"), ("reports", "copy/below", "reports"), ("reports", ".", "reports"), ("reports", "link", "../reports"),
    (None, "copy", None), ("", "copy", ""),
])
def test_the_default_for_reports_is_never_in_playbooks(tmp_path, folder, here, expected):
    (tmp_path / "copy" / "below").mkdir(parents=True)
    shutil.copy(pathlib.Path(_call.__file__).parents[2] / "playbooks" / "harden.yml", tmp_path / "copy")
    (tmp_path / "link").symlink_to("copy")
    assert _call.beside_playbooks(folder, tmp_path / here) == expected


@pytest.mark.parametrize("name", ["photon_hardening_report_dir", "__photon_hardening_report_dir"])
def test_the_host_does_not_say_where_its_result_is_kept(name):
    facts = {name: "/etc"}
    with pytest.raises(ValueError) as caught:
        call({"role_variables": True}, ansible_facts=facts, **facts).report_settings()
    assert str(caught.value).startswith("%s: the host says this variable as a fact" % name)


@pytest.mark.parametrize("args, variables, words", [
    ({"profile": "photon", "rules": {}}, {}, "rules: "),
    ({"profil": "kspp"}, {}, "profil: this module has no such option: did you mean profile?"),
    ({"dropins": DROPINS, "vault": 1}, {}, "vault: this module has no such option"),
    ({"dropins": DROPINS, "overrides": {}}, {}, "overrides: it selects from a profile"),
    ({"waivers": {}}, {}, "waivers: it selects from a profile"),
    ({"groups": []}, {}, "groups: it selects from a profile"),
    ({}, {}, "profile: the task says nothing of what is wanted: name a profile such as container_host, or give dropins"),
    ({"state": "present", "conflicts": "report"}, {}, "profile: the task says nothing of what is wanted"),
    ({"profile": "photon"}, {OVERRIDES: "{{ nope }}"}, OVERRIDES + ": 'nope' is undefined"),
    ({"profile": "photon"}, {OVERRIDES + "__web": {"kernel.sysrq": datetime.date(2027, 1, 31)}},
     OVERRIDES + "__web: kernel.sysrq: 2027-01-31"),
    ({"profile": "photon"}, {OVERRIDES + "_web": {}},
     OVERRIDES + "_web: nothing reads a variable of this name: did you mean %s__web?" % OVERRIDES),
    ({"role_variables": True}, {"photon_hardening_profil": "{{ nope }}"}, "photon_hardening_profil: nothing reads"),
    ({"role_variables": True, "dropins": DROPINS}, {"photon_hardening_rot": "/mnt"}, "photon_hardening_rot: nothing reads"),
    ({"role_variables": True, "state": "absent"}, {"photon_hardening_rot": "/mnt"}, "photon_hardening_rot: nothing reads"),
    ({"profile": "phton"}, {}, "profile: 'phton' is not one of photon, "),
    ({"role_variables": True}, {"photon_hardening_profile": "phton"}, "photon_hardening_profile: 'phton' is not one of photon, "),
    ({"role_variables": True}, {"photon_hardening_profile": 7}, "photon_hardening_profile: 7 is not one of photon, "),
    ({"role_variables": True}, {"photon_hardening_conflicts": "fight"}, "photon_hardening_conflicts: 'fight' is not one of restate"),
    # Whichever host it is.
    ({"role_variables": True}, {"photon_hardening_uses": {"ruter": "absent"}},
     "photon_hardening_uses: 'ruter' is not a use of a host: did you mean router?"),
    ({"profile": "photon", "uses": {"router": "absnt"}}, {}, "uses: router must be one of auto, present, absent, not 'absnt'"),
    ({"role_variables": True, "state": "absent"}, {"photon_hardening_root": "mnt"}, "photon_hardening_root: 'mnt' is not the whole path"),
    ({"role_variables": True, "root": "mnt", "dropins": DROPINS}, {}, "root: 'mnt' is not the whole path"),
    ({"role_variables": True}, {"photon_hardening_root": "{{ nope }}"}, "photon_hardening_root: 'nope' is undefined"),
    ({"role_variables": True}, {"ansible_facts": {"photon_hardening_root": "/x"}}, "photon_hardening_root: the host says"),
    ({"profile": "photon"}, {"ansible_facts": {OVERRIDES + "__x": {}}}, OVERRIDES + "__x: the host says"),
    ({"role_variables": True}, {"photon_hardening_survey_conflicts": "fight"}, "photon_hardening_survey_conflicts: 'fight' is not one of"),
    ({"role_variables": True}, {"photon_hardening_survey_profile": "phton"}, "photon_hardening_survey_profile: 'phton' is not one of"),
    ({"role_variables": True}, {"photon_hardening_survey_overrides": "vm.swappiness: no"},
     "photon_hardening_survey_overrides: vm.swappiness: False is not a string"),
    ({"role_variables": True}, {"photon_hardening_survey_state": "absent"}, "photon_hardening_survey_state: no survey asks this"),
    ({"dropins": DROPINS}, {"ansible_facts": {"photon_hardening_x": ""}}, "photon_hardening_x: the host says"),
    # Before a host is contacted, and under the name of what was written.
    ({"role_variables": True}, {"photon_hardening_uses": {"io_ring": "present"}},
     "photon_hardening_uses: 'io_ring' is not a use of a host: did you mean io_uring?"),
    ({"role_variables": True}, {"photon_hardening_uses": {7: "present"}},
     "photon_hardening_uses: 7 is not a use of a host: the uses are docker, containerd, "),
    ({"role_variables": True}, {"photon_hardening_uses": {"router": True}},
     "photon_hardening_uses: router must be one of auto, present, absent, not True"),
    ({"dropins": DROPINS, "uses": {"dokcer": "present"}}, {}, "uses: 'dokcer' is not a use of a host: did you mean docker?"),
    ({"dropins": DROPINS, "root": ""}, {}, "root: it is empty: name the folder of the image, or leave it out for this host itself"),
    *[({"role_variables": True}, {"photon_hardening_groups": text}, "photon_hardening_groups: it is empty: name groups (security, tuning, ")
      for text in ("", " ", ",")],
    ({"role_variables": True, "state": "absent"}, {"photon_hardening_state": "forgotten"},
     "photon_hardening_state: the playbook rollback does not accept forgotten: remove it, or use the playbook harden (make harden "),
    ({"role_variables": True, "state": "absent"}, {"photon_hardening_state": "adopted"},
     "photon_hardening_state: the playbook rollback does not accept adopted"),
    ({"role_variables": True, "state": "absent"}, {"photon_hardening_state": "forgoten"},
     "photon_hardening_state: 'forgoten' is not one of"),
    # An audit that looks at nothing would pass its gate.
    *[({"role_variables": True, "state": "present"}, {"photon_hardening_state": state},
       'photon_hardening_state: the playbook audit does not accept %s: remove it, or use the playbook harden (make harden '
       'ARGS="-e photon_hardening_state=%s")' % (state, state)) for state in ("adopted", "forgotten")],
    ({"role_variables": True, "state": "present"}, {"photon_hardening_state": "absent"},
     "photon_hardening_state: the playbook audit does not accept absent: remove it, or use the playbook rollback (make rollback)"),
    ({"role_variables": True, "state": "absent", "uses": {"ruter": "present"}}, {}, "uses: 'ruter' is not a use of a host"),
])
def test_refusals(args, variables, words):
    with pytest.raises(ValueError) as caught:
        made(args, **variables)
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize("args, variables, message, expected", [
    ({"role_variables": True}, {}, "root: '/x' is", "photon_hardening_root: '/x' is"),
    ({"root": "/x"}, {}, "root: '/x' is", "root: '/x' is"),
    ({"role_variables": True, "root": "/x"}, {}, "root: '/x' is", "root: '/x' is"),
    ({"role_variables": True}, {}, "No space: left", "No space: left"), ({"role_variables": True}, {}, "dropins: x", "dropins: x"),
    ({"role_variables": True}, {"photon_hardening_survey_overrides": "vm.swapiness: '1'"}, OVERRIDES + ": vm.swapiness: neither",
     "photon_hardening_survey_overrides: vm.swapiness: neither"),
])
def test_what_the_module_says_names_what_its_user_wrote(args, variables, message, expected):
    assert call(args, **variables).located(message) == expected


@pytest.mark.parametrize("root", ["/mnt", "~/image", "$HOME/image"])
def test_a_folder_that_only_the_host_can_find(root):
    assert made({"role_variables": True}, photon_hardening_root=root)[0]["root"] == root


@pytest.mark.parametrize("args, variables, expected", [
    ({}, {}, (False, "keep")), ({}, {"photon_hardening_guest": True}, (False, "keep")),
    ({"role_variables": True}, {}, (False, "keep")), ({"guest": "yes", "vmware_msix": "enable"}, {}, (True, "enable")),
    ({"role_variables": True}, {"photon_hardening_guest": "true", "photon_hardening_vmware_msix": "enable"}, (True, "enable")),
    ({"role_variables": True, "guest": False}, {"photon_hardening_guest": True}, (False, "keep")),
])
def test_what_is_asked_of_the_guest_side(args, variables, expected):
    assert call(args, **variables).guest() == expected
    sent = call(dict(args, dropins=DROPINS), **variables).module_args()[0]
    assert not {"guest", "vmware_msix"} & set(sent)


@pytest.mark.parametrize("args, words", [({"guest": "maybe"}, "photon_hardening_guest: 'maybe' is neither true nor false"),
                                         ({"vmware_msix": "off"}, "photon_hardening_vmware_msix: 'off' is not one of enable, keep")])
def test_what_cannot_be_asked_of_the_guest_side(args, words):
    with pytest.raises(ValueError) as caught:
        call(args).guest()
    assert str(caught.value) == words


@pytest.mark.parametrize("root, image", [
    ("/mnt/x", "/mnt/x"), ("/mnt/x/", "/mnt/x"), ("/mnt/./y/..//x", "/mnt/x"), ("/", ""), ("//", ""), ("", ""), (7, ""), (None, ""),
])
def test_an_image_has_one_name(root, image):
    assert call({"profile": "photon", "root": root}).image() == image


@pytest.mark.parametrize("root, told", [({"root": "/mnt"}, True), ({}, False)])
def test_a_name_like_one_of_the_catalogue_is_told_where_no_kernel_can_be_asked(root, told):
    """With a kernel, the host decides: it may have a parameter whose name is near that of another."""
    args = dict(root, profile="photon", overrides={"kernel.sysrk": "1", "kernel.nothing_like_it": "1"})
    sent, notes = _call.Call(args, {}, lambda value: value).module_args()
    assert (sent["rules"]["kernel.sysrk"], sent["rules"]["kernel.nothing_like_it"]) == (
        {"required": "overrides", "meant": "kernel.sysrq"}, {"required": "overrides"})
    assert [note for note in notes if "if kernel.sysrq is meant, write that." in note] == notes[:1] == notes if told else notes == []
