# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import errno

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _memory, _sysctl_d
from ansible_collections.photon.hardening.plugins.module_utils._model import DIFFERING, STATES, Entry, Reading, Saved, SavedFile
from ansible_collections.photon.hardening.plugins.module_utils._sysctl_d import HEADER
from ansible_collections.photon.hardening.tests.unit.plugins.module_utils.world import World

PATH = "/etc/sysctl.d/50-security-hardening.conf"
RESTATE_PATH = "/etc/sysctl.d/zz-photon-hardening.conf"
RIVAL = "/usr/lib/sysctl.d/99-rival.conf"
NAME = "kernel.a"


def planned(content, live, rules=None, files=None, saved=None, conflicts="restate", image=False, interfaces=None, container_host="always",
            runtimes=(), modules=()):
    """The plan for one drop-in; LIVE values are texts, None (absent) or Readings, FILES path -> text."""
    world = World(live, files, interfaces or {}, {name: (evidence, True) for name, evidence in dict(runtimes).items()}, modules)
    world.saved, world.container_host = saved or Saved({}, {}), container_host
    return world.plan({PATH: content}, rules, conflicts, image)


def settled(content):
    return {PATH: HEADER + "\n" + content}


def only_row(plan):
    assert len(plan.rows) == 1
    return plan.rows[0]


CASES = [
    pytest.param("1", "0", {}, {}, "changed", "1", id="live value moves"),
    pytest.param("1", "1", {}, {}, "changed", "1", id="only the boot value moves"),
    pytest.param("1", "1", {}, settled("kernel.a = 1\n"), "ok", "1", id="all is as wanted"),
    pytest.param("0x10", "16", {}, settled("kernel.a = 0x10\n"), "ok", "16", id="compared by meaning"),
    pytest.param("1", None, {}, {}, "unsupported", None, id="this kernel lacks it"),
    pytest.param("1", None, {"needs_module": "m"}, {}, "unsupported", None, id="its module is not loaded"),
    pytest.param("1", "0", {"machine": "x86_64"}, {}, "changed", "1", id="for this processor"),
    pytest.param("1", "0", {"machine": "aarch64"}, {}, "unsupported", "0", id="for another processor"),
    pytest.param("1", Reading(None, errno.EACCES, 0), {}, {}, "read_only", None, id="cannot be read"),
    pytest.param("1", Reading(None, errno.EIO, 0), {}, {}, "changed", "1", id="was never set"),
    pytest.param("1", Reading("0", 0, errno.EROFS), {}, {}, "read_only", "0", id="a container"),
    pytest.param("1", Reading("1", 0, errno.EROFS), {}, settled("kernel.a = 1\n"), "ok", "1", id="read-only and right"),
    pytest.param("1", "2", {"accept": ["2"]}, {}, "stricter", "2", id="a foreign value that is better"),
    pytest.param("1", Reading("2", 0, errno.EROFS), {"accept": ["2"]}, {}, "stricter", "2", id="better and read-only"),
    pytest.param("1", "2", {"accept": ["3"]}, {}, "changed", "1", id="a foreign value that is not better"),
    pytest.param("1", "", {}, {}, "changed", "1", id="an empty value"),
    pytest.param("0", "1", {"hold": ["docker"]}, {}, "held_back", "1", id="would break docker"),
    pytest.param("0", None, {"hold": ["docker"]}, {}, "unsupported", None, id="what the kernel lacks breaks nothing"),
    pytest.param("0", None, {"hold": ["docker"], "needs_module": "m"}, {}, "held_back", None, id="held back for when its module loads"),
    pytest.param("0", "1", {"waived": "why", "hold": ["docker"]}, {}, "waived", "1", id="waived before held back"),
]


@pytest.mark.parametrize("wanted, live, rule, files, state, after", CASES)
def test_state(wanted, live, rule, files, state, after):
    plan = planned("kernel.a = %s\n" % wanted, {NAME: live}, {NAME: rule}, files)
    row = only_row(plan)
    assert (row.state, row.after) == (state, after)
    assert [write.name for write in plan.writes] == ([NAME] if row.before != row.after else [])
    assert row.reason or state in ("ok", "changed")


@pytest.mark.parametrize("rule, live, line", [
    ({}, "0", "kernel.a = 1"),
    ({"hold": ["docker"]}, "0", "# held_back: would break docker (by container_host or uses): kernel.a = 1"),
    ({"waived": "ticket 7"}, "0", "# waived: ticket 7: kernel.a = 1"),
    ({}, None, "# unsupported: kernel 6.1.0 does not have it: kernel.a = 1"),
    ({"needs_module": "m"}, None, "kernel.a = 1"),
    ({"machine": "aarch64"}, "0", "# unsupported: 1 is for aarch64, and this is x86_64: kernel.a = 1"),
    ({"accept": ["2"]}, "2", "kernel.a = 2"),
])
def test_the_line_that_lands(rule, live, line):
    text = planned("# why\nkernel.a = 1\n", {NAME: live}, {NAME: rule}).files[PATH]
    assert text.startswith(HEADER + "\n# why\n")
    assert text.endswith("\n" + line + "\n")


def test_an_interface_that_is_absent_keeps_its_line():
    name = "net.ipv4.conf.eth9.rp_filter"
    plan = planned("%s = 1\n" % name, {name: None})
    assert only_row(plan).state == "unsupported"
    assert plan.files[PATH].endswith("\n%s = 1\n" % name)


@pytest.mark.parametrize("wrote, state, after", [("2", "changed", "1"), (None, "stricter", "2"), ("1", "stricter", "2")])
def test_no_ratchet(wrote, state, after):
    """2 is better than 1: ours goes to 1 when 1 is asked for, somebody else's stays."""
    saved = Saved({NAME: Entry("0", wrote, PATH)}, {})
    row = only_row(planned("kernel.a = 1\n", {NAME: "2"}, {NAME: {"accept": ["2"]}}, saved=saved))
    assert (row.state, row.after) == (state, after)


def test_a_kept_value_stays_kept():
    """The drop-in carries the better value; the next run must not take it for ours."""
    rules = {NAME: {"accept": ["2"]}}
    first = planned("kernel.a = 1\n", {NAME: "2"}, rules)
    second = planned("kernel.a = 1\n", {NAME: "2"}, rules, first.files, first.saved)
    assert only_row(second).state == "stricter"
    assert not second.files and not second.writes


@pytest.mark.parametrize("live", ["0", "1", "2", None])
@pytest.mark.parametrize("rule", [{}, {"accept": ["2"]}, {"hold": ["docker"]}, {"waived": "why"}])
@pytest.mark.parametrize("conflicts", ["restate", "report"])
def test_a_second_run_changes_nothing(live, rule, conflicts):
    files = {RIVAL: "kernel.a = 0\n"}
    first = planned("kernel.a = 1\n", {NAME: live}, {NAME: rule}, files, conflicts=conflicts)
    after = dict(files, **{path: text for path, text in first.files.items() if text is not None})
    second = planned("kernel.a = 1\n", {NAME: only_row(first).after}, {NAME: rule}, after, first.saved, conflicts)
    assert not second.files and not second.writes
    assert second.saved == first.saved


def test_a_rival_is_restated():
    plan = planned("kernel.a = 2\n", {NAME: "2"}, files={RIVAL: "# x\nkernel.a = 1\n"})
    assert plan.files[RESTATE_PATH] == HEADER + "\n# %s:2 would set 1\nkernel.a = 2\n" % RIVAL
    row = only_row(plan)
    assert (row.state, row.boot_before, row.boot, row.boot_source) == ("changed", "1", "2", RESTATE_PATH + ":3")


def test_a_rival_is_reported():
    plan = planned("kernel.a = 2\n", {NAME: "2"}, files={RIVAL: "kernel.a = 1\n"}, conflicts="report")
    row = only_row(plan)
    assert (row.state, row.boot, row.boot_source) == ("overridden", "1", RIVAL + ":1")
    assert RESTATE_PATH not in plan.files


def test_a_rival_that_is_stricter_is_left_to_win():
    plan = planned("kernel.a = 1\n", {NAME: "1"}, {NAME: {"accept": ["2"]}}, {RIVAL: "kernel.a = 2\n"})
    assert (only_row(plan).boot, RESTATE_PATH in plan.files) == ("2", False)


def test_the_restatement_goes_when_the_rival_goes():
    text = HEADER + "\nkernel.a = 2\n"
    files = dict(settled("kernel.a = 2\n"), **{RESTATE_PATH: text})
    known = {RESTATE_PATH: SavedFile(None, sha256=_memory.digest(text), lines={NAME: "2"}, rules={}, text=text)}
    assert planned("kernel.a = 2\n", {NAME: "2"}, files=files, saved=Saved({}, known)).files == {RESTATE_PATH: None}


def test_a_restatement_of_which_nothing_is_remembered_is_left_where_none_is_needed():
    files = dict(settled("kernel.a = 2\n"), **{RESTATE_PATH: HEADER + "\nkernel.a = 2\n"})
    plan = planned("kernel.a = 2\n", {NAME: "2"}, files=files)
    assert (plan.files, len(plan.warnings)) == ({}, 2)


def test_a_foreign_file_with_our_last_name_is_left():
    assert RESTATE_PATH not in planned("kernel.a = 2\n", {NAME: "2"}, files={RESTATE_PATH: "kernel.b = 1\n"}).files


def test_a_rival_in_front_of_a_drop_in_that_is_not_named_is_restated_too():
    other = "/etc/sysctl.d/60-photon-tuning.conf"
    text = HEADER + "\nkernel.b = 1\n"
    saved = Saved({}, {other: SavedFile(None, sha256=_memory.digest(text), lines={"kernel.b": "1"}, rules={})})
    plan = planned("kernel.a = 2\n", {NAME: "2"}, files={other: text, RIVAL: "kernel.b = 0\n"}, saved=saved)
    assert "kernel.b = 1" in plan.files[RESTATE_PATH]
    assert other not in plan.files


def test_forwarding_first_one_way_last():
    content = "kernel.z = 1\nnet.ipv4.conf.all.accept_redirects = 0\nkernel.a = 1\nnet.ipv4.ip_forward = 1\n"
    live = dict.fromkeys(["kernel.z", "kernel.a", "net.ipv4.ip_forward"], "0")
    live["net.ipv4.conf.all.accept_redirects"] = "1"
    plan = planned(content, live, {"kernel.z": {"one_way": True}})
    assert [write.name for write in plan.writes] == [
        "net.ipv4.ip_forward", "kernel.a", "net.ipv4.conf.all.accept_redirects", "kernel.z"]


def test_interfaces_that_exist_are_reached():
    name = "net.ipv6.conf.all.accept_redirects"
    live = {name: "0", "net.ipv6.conf.eth0.accept_redirects": "1", "net.ipv6.conf.eth0/100.accept_redirects": "0"}
    interfaces = {"eth0": True, "eth0.100": False}
    plan = planned("%s = 0\n" % name, live, {name: {"interfaces": True}}, interfaces=interfaces)
    assert [write.name for write in plan.writes] == ["net.ipv6.conf.eth0.accept_redirects"]
    assert {row.name: (row.state, row.boot) for row in plan.rows} == {
        name: ("changed", "0"), "net.ipv6.conf.eth0.accept_redirects": ("changed", "0"),
        "net.ipv6.conf.eth0/100.accept_redirects": ("ok", None)}


@pytest.mark.parametrize("content, live, rule, lines", [
    ("{all} = 0\n", "1", {}, ["{all} = 0", "{eth0} = 0"]),
    ("{all} = 0\n", Reading("1", 0, errno.EROFS), {}, ["{all} = 0", "{eth0} = 0"]),
    ("{eth0} = 1\n{all} = 0\n", "1", {}, ["{eth0} = 1", "{all} = 0"]),
    ("{all} = 1\n", "0", {"accept": ["0"]}, ["# 0 was found on this host and is as good as 1 or better", "{all} = 0", "{eth0} = 0"]),
    ("{all} = 0\n", "1", {"hold": ["docker"]}, ["# held_back: would break docker (by container_host or uses): {all} = 0"]),
])
def test_a_device_has_a_line_of_its_own_unless_there_is_one(content, live, rule, lines):
    """At boot it may be there before conf.all is set, which reaches new interfaces alone."""
    known = {"all": "net.ipv6.conf.all.accept_redirects", "eth0": "net.ipv6.conf.eth0.accept_redirects"}
    plan = planned(content.format(**known), dict.fromkeys(known.values(), live), {known["all"]: dict(rule, interfaces=True)},
                   interfaces={"eth0": True})
    assert plan.files[PATH].splitlines() == [HEADER] + [line.format(**known) for line in lines]


def test_reported_parameters_are_never_set():
    plan = planned("", {NAME: "5"}, {NAME: {"report": "0"}})
    row = only_row(plan)
    assert (row.state, row.wanted, row.before, row.after) == ("ok", None, "5", "5")
    assert not plan.writes and "0" in row.reason


@pytest.mark.parametrize("rule", [{}, {"waived": "why"}, {"hold": ["docker"]}, {"needs_module": "m"}, {"machine": "aarch64"}])
@pytest.mark.parametrize("live, error", [
    (None, "ENOENT"), (Reading(None, errno.EACCES, 0), "EACCES"), (Reading(None, errno.EIO, 0), "EIO"), ("0", None),
    (Reading("0", 0, errno.EROFS), None),
])
def test_why_there_is_no_live_value_is_known_beside_the_state(rule, live, error):
    assert only_row(planned("kernel.a = 0\n", {NAME: live}, {NAME: rule})).error == error


def test_an_image_has_boot_values_alone():
    plan = planned("kernel.a = 1\n", {}, image=True)
    row = only_row(plan)
    assert (row.state, row.before, row.after, row.boot, row.error) == ("changed", None, None, "1", None)
    assert not plan.writes and not plan.saved.parameters


def test_a_parameter_that_leaves_goes_back():
    saved = Saved({NAME: Entry("0", "1", PATH), "kernel.b": Entry("5", "6", PATH)}, {})
    plan = planned("kernel.b = 6\n", {NAME: "1", "kernel.b": "6"}, files=settled("kernel.a = 1\nkernel.b = 6\n"), saved=saved)
    assert [(write.name, write.value) for write in plan.writes] == [(NAME, "0")]
    assert list(plan.saved.parameters) == ["kernel.b"]


@pytest.mark.parametrize("live, rule, after, words", [
    ("1", {}, "0", "the earlier value is restored"),
    ("7", {}, "7", "something else changed it after the last run"),
    (Reading("1", 0, errno.EROFS), {}, "1", "read-only"),
    ("1", {"waived": "why"}, "0", "the earlier value is restored"),
])
def test_the_way_back(live, rule, after, words):
    saved = Saved({NAME: Entry("0", "1", PATH)}, {})
    row = only_row(planned("", {NAME: live}, {NAME: rule}, saved=saved))
    assert row.after == after
    assert words in row.reason


@pytest.mark.parametrize("container_host, runtimes, state, after, words", [
    ("always", {}, "held_back", "1", "would break docker"),
    ("auto", {"docker": "/usr/bin/dockerd"}, "held_back", "1", "would break docker (/usr/bin/dockerd)"),
    ("auto", {"kubelet": "process kubelet"}, "held_back", "1", "would break kubelet (process kubelet)"),
    ("auto", {}, "changed", "0", "the earlier value is restored"),
    ("never", {"docker": "/usr/bin/dockerd"}, "changed", "0", "the earlier value is restored"),
])
@pytest.mark.parametrize("name", ["net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding", "net.ipv4.conf.eth0/1.forwarding"])
def test_forwarding_stays_on_under_an_engine_on_the_way_back(name, container_host, runtimes, state, after, words):
    plan = planned("", {name: "1"}, saved=Saved({name: Entry("0", "1", PATH)}, {}), container_host=container_host, runtimes=runtimes)
    assert (only_row(plan).state, only_row(plan).after) == (state, after)
    assert words in only_row(plan).reason


@pytest.mark.parametrize("container_host, runtimes, state, reason", [
    ("always", {}, "held_back", "would break docker, kubelet (by container_host or uses)"),
    ("auto", {"docker": "/usr/bin/dockerd", "podman": "x"}, "held_back", "would break docker (/usr/bin/dockerd)"),
    ("auto", {"podman": "/usr/bin/podman"}, "changed", ""),
    ("auto", {}, "changed", ""),
    ("never", {"docker": "/usr/bin/dockerd"}, "changed", ""),
])
def test_held_back_for_what_is_on_the_host(container_host, runtimes, state, reason):
    plan = planned("kernel.a = 1\n", {NAME: "0"}, {NAME: {"hold": ["docker", "kubelet"]}}, container_host=container_host, runtimes=runtimes)
    assert (only_row(plan).state, only_row(plan).reason) == (state, reason)


def test_what_ours_would_go_back_to_is_held_back_too():
    """An engine came after the first run: neither is the value set that breaks it, nor does the baseline with that value return."""
    plan = planned("kernel.a = 1\n", {NAME: "0"}, {NAME: {"hold": ["docker"]}}, saved=Saved({NAME: Entry("1", "0", PATH)}, {}))
    assert (only_row(plan).state, only_row(plan).after) == ("held_back", "0")


def test_what_a_use_has_set_is_not_the_host_s_own_once_the_use_is_gone():
    first = planned("kernel.a = 2\n", {NAME: "0"})
    held = planned("kernel.a = 2\n", {NAME: "1"}, {NAME: {"hold": ["docker"]}}, first.files, first.saved)
    assert only_row(held).state == "held_back"
    assert _memory.first_value(held.saved, NAME, "1") == "0"


@pytest.mark.parametrize("before", [None, "kernel.kptr_restrict = 2\n"])
def test_a_drop_in_that_goes_gives_the_place_back(before):
    first = planned("kernel.a = 1\n", {NAME: "0"}, files={PATH: before} if before else {})
    assert first.saved.files[PATH].before == before
    second = planned("", {NAME: "1"}, files=first.files, saved=first.saved)
    assert second.files == {PATH: before}
    assert second.saved == Saved({}, {})


def test_a_drop_in_that_somebody_changed_is_left():
    saved = Saved({}, {PATH: SavedFile(None, sha256=_memory.digest("what we wrote"))})
    plan = planned("", {}, files={PATH: HEADER + "\nkernel.a = 9\n"}, saved=saved)
    assert not plan.files
    assert "left as it is" in plan.warnings[0]


def test_a_vendor_file_that_came_back_is_saved_and_named():
    saved = Saved({}, {PATH: SavedFile(None, sha256="x")})
    plan = planned("kernel.a = 1\n", {NAME: "1"}, files={PATH: "kernel.a = 0\n"}, saved=saved)
    assert plan.saved.files[PATH].before == "kernel.a = 0\n"
    assert PATH in plan.warnings[0] and "replaced" in plan.warnings[0]


def test_a_module_that_no_udev_rule_serves_is_named():
    plan = planned("net.bridge.x = 1\n", {"net.bridge.x": None}, {"net.bridge.x": {"needs_module": "br_netfilter"}})
    assert "modules-load.d" in plan.warnings[0] and "br_netfilter" in plan.warnings[0]
    rules = {"net.bridge.x": {"needs_module": "br_netfilter"}}
    plan = planned("net.bridge.x = 1\n", {"net.bridge.x": None}, rules, modules=["br_netfilter"])
    assert plan.warnings == []


def test_a_waiver_that_ended_is_named_and_enforced():
    plan = planned("kernel.a = 1\n", {NAME: "0"}, {NAME: {"waiver_expired": "2026-01-31"}})
    assert only_row(plan).state == "changed"
    assert plan.warnings == ["The waiver of kernel.a ended on 2026-01-31: the parameter is enforced again."]


@pytest.mark.parametrize("remembered, now, kept, told", [
    pytest.param("a", "b", "a", True, id="cloned"), pytest.param("a", "a", "a", False, id="the same machine"),
    pytest.param(None, "b", "b", False, id="an older release remembered none"), pytest.param("a", None, "a", False, id="none now"),
    pytest.param(None, None, None, False, id="none at all"),
])
@pytest.mark.parametrize("image", [False, True])
def test_a_baseline_of_another_machine_is_told(remembered, now, kept, told, image):
    world = World({NAME: "1"}, settled("kernel.a = 1\n"))
    world.saved, world.machine_id = Saved({NAME: Entry("0", "1", PATH)}, {}, machine_id=remembered), now
    plan = world.plan({PATH: "kernel.a = 1\n"}, image=image)
    assert plan.saved.machine_id == kept
    assert any("was made on another machine" in warning for warning in plan.warnings) is told


def test_a_machine_of_which_nothing_is_remembered_is_not_remembered():
    world = World({NAME: "1"})
    world.machine_id = "a"
    assert world.plan({}).saved == Saved({}, {})


def test_our_own_files_do_not_move_the_file_that_is_read_last():
    late, old = "/etc/sysctl.d/zzz-late.conf", HEADER + "\nkernel.b = 1\n"
    saved = Saved({}, {late: SavedFile(None, sha256=_memory.digest(old), lines={"kernel.b": "1"}, rules={}, text=old)})
    plan = planned("kernel.a = 2\n", {NAME: "2"}, files={late: old, RIVAL: "kernel.a = 1\n"}, saved=saved)
    assert RESTATE_PATH in plan.files


def test_lines_of_others_move_with_the_file_that_is_read_last():
    """What made the longer name needed is gone."""
    old, text = "/etc/sysctl.d/zzz-photon-hardening.conf", HEADER + "\nkernel.a = 2\n"
    saved = Saved({}, {old: SavedFile(None, sha256=_memory.digest(text), lines={NAME: "2"}, rules={}, text=text)})
    plan = planned("kernel.a = 2\n", {NAME: "2"}, files={old: text + "kernel.c = 3\n", RIVAL: "kernel.a = 1\n"}, saved=saved)
    assert plan.files[old] is None
    assert "kernel.c = 3" in plan.files[RESTATE_PATH].splitlines()
    assert plan.warnings == ["%s was changed by something else; lines of others are kept (1)." % old]


def test_a_line_that_no_boot_reads_is_overridden():
    hidden = "/run/sysctl.d/50-security-hardening.conf"
    plan = World({NAME: "1"}, {PATH: "# nothing\n"}).plan({hidden: "kernel.a = 1\n"}, conflicts="report")
    row = only_row(plan)
    assert (row.state, row.boot, row.reason) == ("overridden", None, "no file that is read at boot sets it")


@pytest.mark.parametrize("before, state", [
    pytest.param("1", "ok", id="the same text"),
    pytest.param("0x1", "ok", id="the same number"),
    pytest.param("2", "changed", id="another value"),
    pytest.param(None, "changed", id="none before"),
])
def test_the_boot_value_moves_only_by_its_meaning(before, state):
    files = {"/usr/lib/sysctl.d/10-vendor.conf": "kernel.a = %s\n" % before} if before else {}
    assert only_row(planned("kernel.a = 1\n", {NAME: "1"}, files=files)).state == state


@pytest.mark.parametrize("now, stays", [
    pytest.param(None, True, id="removed: what was there before us may come back"),
    pytest.param("kernel.a = 9\n", False, id="newer foreign content: what was there before it is of no use"),
    pytest.param(HEADER + "\nkernel.a = 9\n", True, id="ours, and changed by somebody"),
])
def test_what_is_remembered_of_a_file_that_is_left_as_it_is(now, stays):
    known = SavedFile("kernel.a = 5\n", sha256="what we wrote")
    plan = planned("", {}, files={PATH: now} if now else {}, saved=Saved({}, {PATH: known}))
    assert not plan.files
    assert plan.saved.files == ({PATH: known} if stays else {})


@pytest.mark.parametrize("now", [pytest.param(None, id="removed"), pytest.param("kernel.b = 9\n", id="newer foreign content")])
def test_what_is_remembered_of_a_file_of_another_call_stays(now):
    other, known = "/etc/sysctl.d/60-photon-tuning.conf", SavedFile("kernel.b = 5\n", sha256="what we wrote")
    plan = planned("kernel.a = 1\n", {NAME: "1"}, files={other: now} if now else {}, saved=Saved({}, {other: known}))
    assert plan.saved.files[other] == known


def test_an_interface_that_started_with_ours_goes_back_also_where_a_line_of_ours_said_so():
    default, eth0 = "net.ipv4.conf.default.rp_filter", "net.ipv4.conf.eth0.rp_filter"
    text = HEADER + "\n%s = 1\n%s = 1\n" % (default, eth0)
    saved = Saved({default: Entry("0", "1", PATH)},
                  {PATH: SavedFile(None, sha256=_memory.digest(text), lines={default: "1", eth0: "1"}, rules={}, text=text)})
    plan = planned("", {default: "1", eth0: "1"}, files={PATH: text}, saved=saved, interfaces={"eth0": False})
    assert [(write.name, write.value) for write in plan.writes] == [(default, "0"), (eth0, "0")]


def test_all_that_has_to_be_put_back_is_known_before():
    live = {NAME: "0", "kernel.b": "1", "kernel.c": "5", "vm.dirty_bytes": "0", "vm.dirty_ratio": "20"}
    plan = planned("kernel.a = 1\nkernel.b = 1\nvm.dirty_bytes = 4096\n", live, {"vm.dirty_bytes": {"exact": True}})
    assert plan.live_before == {NAME: "0", "kernel.b": "1", "vm.dirty_bytes": "0", "vm.dirty_ratio": "20"}


@pytest.mark.parametrize("live, rule", [
    pytest.param("1", {}, id="it is there and right"),
    pytest.param("0", {}, id="it is there and set"),
    pytest.param(None, {"machine": "aarch64"}, id="it is for another processor"),
    pytest.param(None, {"waived": "why"}, id="it is waived"),
])
def test_a_module_is_named_only_where_its_parameter_is_missing(live, rule):
    assert planned("net.bridge.x = 1\n", {"net.bridge.x": live}, {"net.bridge.x": rule}).warnings == []


def test_every_state_is_known():
    assert {param.values[4] for param in CASES} < set(STATES)
    assert len(STATES) == 11 and set(DIFFERING) < set(STATES)
    assert _sysctl_d.is_ours(HEADER)
