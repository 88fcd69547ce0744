# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lives of hosts, call after call: what moves by itself, pairs and aliases, kept lines, several drop-ins, reboots."""

import random

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour, _memory, _names, _sysctl_d, _values
from ansible_collections.photon.hardening.plugins.module_utils._model import Entry, File, Saved, SavedFile, Setting, Use
from ansible_collections.photon.hardening.plugins.module_utils._sysctl_d import HEADER
from ansible_collections.photon.hardening.tests.unit.plugins.module_utils.world import World

SECURITY, TUNING = "/etc/sysctl.d/50-security-hardening.conf", "/etc/sysctl.d/60-photon-tuning.conf"
NETWORK = "/etc/sysctl.d/70-photon-network.conf"
LAST = "/etc/sysctl.d/zz-photon-hardening.conf"
FORWARD, ALL, DEFAULT, V0 = ("net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding", "net.ipv4.conf.default.forwarding",
                             "net.ipv4.conf.v0.forwarding")
REDIRECTS = "net.ipv4.conf.all.accept_redirects"
EVERY_RP = "net.ipv4.conf.all.rp_filter"
BYTES, RATIO = "vm.dirty_bytes", "vm.dirty_ratio"
ROUTER = {FORWARD: "1", ALL: "1", DEFAULT: "0", V0: "0", REDIRECTS: "0"}


def row(plan, name):
    return next(row for row in plan.rows if row.name == name)


def states(plan):
    return {row.name: row.state for row in plan.rows}


# --- what moves by itself ---

def test_what_forwarding_moves_goes_back_with_it():
    world = World(ROUTER, interfaces=["v0"])
    before = dict(world.live)
    world.run({NETWORK: FORWARD + " = 0\n"})
    assert world.live == {FORWARD: "0", ALL: "0", DEFAULT: "0", V0: "0", REDIRECTS: "0"}
    world.absent()
    assert world.live == before
    assert not world.saved.parameters


@pytest.mark.parametrize("value, moved", [("0", "1"), ("1", "0")])
def test_what_forwarding_has_moved_goes_back_also_after_a_second_run(value, moved):
    world = World({FORWARD: moved, ALL: moved, DEFAULT: moved, V0: moved, REDIRECTS: "0"}, interfaces=["v0"])
    before = dict(world.live)
    for _run in range(2):
        world.run({NETWORK: "%s = %s\n" % (ALL, value)})
        assert world.live == {FORWARD: value, ALL: value, DEFAULT: value, V0: value, REDIRECTS: "0"}
    world.absent()
    assert world.live == before


@pytest.mark.parametrize("before, stays", [(True, False), (False, True)])
def test_what_did_not_forward_beside_a_router_of_before_us_goes_back(before, stays):
    world = World(ROUTER, interfaces=["v0"])
    for value in "01":
        world.run({NETWORK: "%s = %s\n" % (FORWARD, value)})
    world.uses = {"router": Use("seen", True, before=before)}
    world.absent(rules={FORWARD: {"hold": {"0": ["router"]}}})
    assert world.live == (dict(ROUTER, **{DEFAULT: "1", V0: "1"}) if stays else ROUTER)


@pytest.mark.parametrize("name, others, router, stays", [
    pytest.param(FORWARD, [ALL, DEFAULT, V0], "router_ipv6", False, id="a router of IPv6 needs nothing of IPv4"),
    pytest.param(FORWARD, [ALL, DEFAULT, V0], "router", True, id="a router of IPv4"),
    pytest.param("net.ipv6.conf.all.forwarding", ["net.ipv6.conf.v0.forwarding"], "router", False, id="nor the other way round"),
    pytest.param("net.ipv6.conf.all.forwarding", ["net.ipv6.conf.v0.forwarding"], "router_ipv6", True, id="a router of IPv6"),
    pytest.param("net.ipv6.conf.all.force_forwarding", ["net.ipv6.conf.v0.force_forwarding"], "router_ipv6", True, id="forced"),
])
def test_only_a_router_of_its_own_packets_holds_forwarding_on_the_way_back(name, others, router, stays):
    world = World(dict.fromkeys([name] + others, "0"), interfaces=["v0"])
    world.run({NETWORK: name + " = 1\n"})
    world.uses = {router: Use("seen", True)}
    world.absent()
    assert set(world.live.values()) == {"1" if stays else "0"}


FORWARD6, FORCED, OFF6, MTU = ("net.ipv6.conf.all.forwarding", "net.ipv6.conf.v0.force_forwarding", "net.ipv6.conf.v0.disable_ipv6",
                               "net.ipv6.conf.v0.mtu")


@pytest.mark.parametrize("name, other, before", [
    pytest.param(FORWARD6, FORCED, "1", id="off takes it along"),
    pytest.param("net.ipv6.conf.all.disable_ipv6", MTU, "1400", id="it moves when all come back"),
    pytest.param(OFF6, MTU, "1400", id="it moves when one comes back"),
])
@pytest.mark.parametrize("live, wanted", [("0", "1"), ("1", "0")])
def test_what_only_one_direction_moves_is_known_in_both(name, other, before, live, wanted):
    world = World({name: live, "net.ipv6.conf.v0.forwarding": live, OFF6: live if name != FORWARD6 else "0", other: before},
                  interfaces=["v0"])
    start = dict(world.live)
    world.fail({NETWORK: "%s = %s\n" % (name, wanted)})
    assert world.live == start
    world.run({NETWORK: "%s = %s\n" % (name, wanted)})
    assert world.live[other] == ("0" if (other, wanted) == (FORCED, "0") else before)
    world.absent()
    assert world.live == start and not world.saved.parameters


@pytest.mark.parametrize("back", [False, True])
@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("text, rules", [
    pytest.param(FORWARD + " = 0\n", {}, id="a side effect"),
    pytest.param(FORWARD + " = 0\n", {V0: {"waived": "a bridge"}}, id="what is waived"),
    pytest.param(FORWARD + " = 0\n%s = 1\n" % V0, {}, id="what another line asks for"),
    pytest.param(FORWARD + " = 0\n%s = 1\n" % REDIRECTS, {}, id="what is ours"),
])
def test_what_a_killed_run_was_to_set_back_is_set_back_later(text, rules, again, back):
    world = World(dict(ROUTER, **{DEFAULT: "1", V0: "1"}), interfaces=["v0"])
    start = dict(world.live)
    if back:
        world.run({NETWORK: text}, rules)
    world.kill({NETWORK: "" if back else text}, rules, writes=1)
    if again:
        world.run({NETWORK: text}, rules)
        assert world.live[V0] == ("0" if V0 not in rules and V0 not in text else "1")
        assert world.live[REDIRECTS] == ("1" if REDIRECTS in text else "0")
    world.absent()
    assert world.live == start and not world.saved.parameters


@pytest.mark.parametrize("first, then, kept", [
    pytest.param(V0 + " = 1\n", FORWARD + " = 0\n", V0, id="what follows"),
    pytest.param("net.ipv4.conf.v0.rp_filter = 0\n", "net.ipv4.conf.default.rp_filter = 1\n", "net.ipv4.conf.v0.rp_filter",
                 id="what may follow"),
])
def test_a_line_of_another_call_decides_what_does_not_follow(first, then, kept):
    filters = {"net.ipv4.conf.default.rp_filter": "0", "net.ipv4.conf.v0.rp_filter": "0"}
    world = World(dict(ROUTER, **dict(filters, **{DEFAULT: "1", V0: "1"})), interfaces=["v0"])
    world.unset = {"net.ipv4.conf.v0.rp_filter"}
    start = dict(world.live)
    world.run({SECURITY: first})
    world.run({NETWORK: then})
    assert world.live[kept] == start[kept] == world.boots_with(kept)[-1]
    world.absent()
    assert world.live == start


def test_a_waived_interface_stays_as_it_is():
    world = World(dict(ROUTER, **{DEFAULT: "1", V0: "1"}), interfaces=["v0"])
    world.run({NETWORK: FORWARD + " = 0\n"}, {V0: {"waived": "a bridge"}})
    assert (world.live[DEFAULT], world.live[V0]) == ("0", "1")


def test_a_line_of_its_own_decides_whatever_the_order():
    world = World(dict(ROUTER, **{V0: "1"}), interfaces=["v0"])
    plan = world.run({NETWORK: "%s = 1\n%s = 0\n" % (V0, FORWARD)})
    assert world.live[V0] == "1" and row(plan, V0).state == "changed"


# --- one switch under two names, and pairs ---

def test_another_name_of_the_switch_wins_at_boot_and_is_restated():
    world = World(ROUTER, {"/etc/sysctl.d/99-router.conf": ALL + " = 1\n"}, ["v0"])
    plan = world.run({NETWORK: FORWARD + " = 0\n"})
    assert row(plan, FORWARD).boot_before == "1"
    assert (world.boots_with(FORWARD), world.boots_with(ALL)) == ("0", "0")


def test_what_is_restated_stands_in_the_order_of_the_writes():
    rival = "/etc/sysctl.d/99-router.conf"
    world = World(dict(ROUTER, **{REDIRECTS: "1"}), {rival: "%s = 1\n%s = 1\n" % (FORWARD, REDIRECTS)}, ["v0"])
    world.run({NETWORK: "%s = 0\n%s = 0\n" % (REDIRECTS, FORWARD)})
    lines = [line for line in world.files[LAST].splitlines() if not line.startswith("#")]
    assert lines == [FORWARD + " = 0", REDIRECTS + " = 0"]
    assert (world.boots_with(FORWARD), world.boots_with(REDIRECTS)) == ("0", "0")


_KEPT = [
    name + value for value in (" = 0", " = 1") for name in (
        FORWARD, ALL, DEFAULT, V0, BYTES, RATIO, "net.ipv4.conf.*.forwarding", "net.ipv4.conf.v*.rp_filter", "net.ipv4.conf.*.rp_filter",
        "net.ipv4.conf.v0.rp_filter", "net.ipv4.conf.all.rp_filter", "kernel.k*", "*.*_restrict", "kernel.kptr_restrict", "-kernel.k*",
        "net.ipv*.conf.all.forwarding", "net/ipv6/conf/default/forwarding", "kernel.watchdog", "kernel.nmi_watchdog")]
_ENDS = (FORWARD, ALL, DEFAULT, V0, BYTES, RATIO, "net.ipv4.conf.v0.rp_filter", "net.ipv4.conf.all.rp_filter", "kernel.kptr_restrict",
         "net.ipv6.conf.all.forwarding", "net.ipv6.conf.default.forwarding", "kernel.watchdog", "kernel.nmi_watchdog")


@pytest.mark.parametrize("path", [NETWORK, "/usr/lib/sysctl.d/70-photon-network.conf"])
@pytest.mark.parametrize("seed", range(200))
def test_lines_that_are_kept_end_the_boot_as_they_did_without_us(path, seed):
    lines = random.Random(seed).choices(_KEPT, k=seed % 6 + 1)
    world = World(dict.fromkeys(_ENDS, "1"), {path: "\n".join(lines) + "\n"}, ["v0"])
    before = [world.boots_with(name) for name in _ENDS]
    world.run({NETWORK: "kernel.sysrq = 16\n"})
    assert [world.boots_with(name) for name in _ENDS] == before


@pytest.mark.parametrize("switch, one", [(FORWARD, V0), (ALL, V0), ("net.ipv6.conf.all.forwarding", "net.ipv6.conf.v0.forwarding")])
@pytest.mark.parametrize("ours, theirs, boot", [
    pytest.param("0", "1", "0", id="our stop of all forwarding"), pytest.param("1", "0", "0", id="their stop on one interface"),
])
def test_forwarding_that_a_foreign_line_starts_again_on_an_interface(switch, one, ours, theirs, boot):
    world = World({switch: "1", one: "1"}, {"/etc/sysctl.d/99-f.conf": "%s = %s\n" % (one, theirs)}, ["v0"])
    for _run in range(2):
        plan = world.run({NETWORK: "%s = %s\n" % (switch, ours)})
    assert world.boots_with(one) == boot and not plan.files
    world.absent()
    assert world.boots_with(one) == theirs and LAST not in world.files


@pytest.mark.parametrize("key", ["rp_filter", "forwarding"])
def test_what_is_waived_for_one_interface_stays_with_others_at_boot(key):
    names = ["net.ipv4.conf.%s.%s" % (scope, key) for scope in ("all", "default", "v0")]
    world = World(dict.fromkeys(names, "0" if key == "rp_filter" else "1"), {"/etc/sysctl.d/99-f.conf": names[2] + " = 1\n"}, ["v0"])
    rules = {name: {"interfaces": key == "rp_filter"} for name in names[:2]}
    world.run({NETWORK: names[0] + " = 0\n"}, dict(rules, **{names[2]: {"waived": "CHG-1"}}))
    assert world.boots_with(names[2]) == "1"


def test_what_may_or_may_not_follow_conf_default_is_restated():
    """Whether the later line of conf.default moves the interface depends on what it was before."""
    one = "net.ipv4.conf.v0.rp_filter"
    world = World({one: "1", "net.ipv4.conf.default.rp_filter": "1"}, {
        "/usr/lib/sysctl.d/zz-stig-hardening.conf": one + " = 2\n",
        "/usr/lib/sysctl.d/~.conf": "net.ipv4.conf.default.rp_filter = 1\n"}, ["v0"])
    world.run({NETWORK: one + " = 1\n"})
    last = [text for path, text in sorted(world.files.items()) if path.endswith("-photon-hardening.conf")]
    assert len(last) == 1 and one + " = 1\n" in last[0]


def test_a_line_that_the_kernel_would_cut_is_refused():
    with pytest.raises(_sysctl_d.SyntaxProblem, match="line 1.*at most 4095 bytes"):
        World({}).plan({NETWORK: "net.ipv4.ip_local_reserved_ports = %s\n" % ",".join(map(str, range(1, 2499, 2)))})


@pytest.mark.parametrize("text", ["{0} = 0\n{1} = 1\n", "{1} = 1\n{0} = 0\n"])
def test_two_names_of_one_switch_may_not_contradict_one_another(text):
    with pytest.raises(_sysctl_d.SyntaxProblem, match="line 2.*line 1"):
        World(ROUTER).plan({NETWORK: text.format(FORWARD, ALL)})
    with pytest.raises(_sysctl_d.SyntaxProblem):
        World(ROUTER).plan({NETWORK: FORWARD + " = 0\n", TUNING: ALL + " = 1\n"})


def test_a_waiver_counts_for_every_name_of_the_switch():
    world = World(ROUTER)
    plan = world.run({NETWORK: ALL + " = 0\n"}, {FORWARD: {"waived": "a router"}})
    assert states(plan)[ALL] == "waived" and world.live[FORWARD] == "1"


def test_a_row_whose_partner_is_in_force_is_held_back():
    world = World({BYTES: "1000000", RATIO: "0"})
    plan = world.run({TUNING: RATIO + " = 20\n"}, {RATIO: {"at_most": "20"}})
    assert row(plan, RATIO).state == "held_back" and BYTES in row(plan, RATIO).reason
    assert world.live == {BYTES: "1000000", RATIO: "0"}
    assert "\n# held_back: " in world.files[TUNING]


def test_an_exact_value_unsets_its_partner_and_the_way_back_sets_it_again():
    world = World({BYTES: "1000000", RATIO: "0"})
    world.run({TUNING: RATIO + " = 20\n"}, {RATIO: {"exact": True}})
    assert world.live == {BYTES: "0", RATIO: "20"}
    assert not world.run({TUNING: RATIO + " = 20\n"}, {RATIO: {"exact": True}}).writes
    plan = world.absent()
    assert world.live == {BYTES: "1000000", RATIO: "0"}
    assert [(write.name, write.value) for write in plan.writes] == [(BYTES, "1000000")]


def test_bytes_for_a_ratio_and_back():
    world = World({BYTES: "0", RATIO: "20"})
    world.run({TUNING: BYTES + " = 1000000\n"}, {BYTES: {"exact": True}})
    assert world.live == {BYTES: "1000000", RATIO: "0"}
    world.absent()
    assert world.live == {BYTES: "0", RATIO: "20"}


def test_the_end_of_a_pair_is_a_change_of_its_row():
    world = World({BYTES: "0", RATIO: "10"})
    world.run({TUNING: BYTES + " = 200000\n"}, {BYTES: {"exact": True}})
    found = row(world.run({TUNING: RATIO + " = 20\n"}), BYTES)
    assert (found.state, found.before, found.after, world.live[BYTES]) == ("changed", "200000", "0", "0")


def test_a_row_tells_what_another_name_of_its_switch_does():
    world = World(ROUTER)
    world.run({NETWORK: ALL + " = 0\n"})
    plan = world.run({NETWORK: "", TUNING: FORWARD + " = 0\n"}, {FORWARD: {"waived": "a router"}})
    assert (row(plan, FORWARD).state, row(plan, FORWARD).before, row(plan, FORWARD).after, world.live[FORWARD]) == ("waived", "0", "1", "1")


def test_a_partner_of_an_earlier_call_goes_when_the_other_is_asked_for():
    world = World({BYTES: "0", RATIO: "30"})
    world.run({TUNING: RATIO + " = 20\n"})
    world.run({TUNING: BYTES + " = 1000000\n"})
    assert world.live == {BYTES: "1000000", RATIO: "0"}
    world.absent()
    assert world.live == {BYTES: "0", RATIO: "30"}


def test_a_partner_in_a_later_file_is_restated_against():
    world = World({BYTES: "0", RATIO: "30"}, {"/usr/lib/sysctl.d/99-z.conf": BYTES + " = 5000000\n"})
    world.run({TUNING: RATIO + " = 20\n"})
    assert world.boots_with(RATIO) == "0x14"
    assert not world.run({TUNING: RATIO + " = 20\n"}).files


@pytest.mark.parametrize("calls", [
    pytest.param([{SECURITY: BYTES + " = 4096\n"}, {SECURITY: ""}], id="no longer asked for"),
    pytest.param([{SECURITY: BYTES + " = 4096\n"}] + [{SECURITY: RATIO + " = 30\n"}] * 2, id="the other one, held back"),
    pytest.param([{SECURITY: BYTES + " = 4096\n"}, {SECURITY: BYTES + " = 4096\n"}], id="set again, and put back"),
    pytest.param([{SECURITY: RATIO + " = 0\n"}, {SECURITY: ""}], id="its 0 was a line's"),
    pytest.param([{SECURITY: RATIO + " = 0\n"}, {TUNING: RATIO + " = 0\n"}, {SECURITY: ""}], id="a line of another drop-in stays"),
    pytest.param([{TUNING: RATIO + " = 0\n"}, {SECURITY: RATIO + " = 30\n"}, {TUNING: ""}], id="another drop-in asks for more"),
])
def test_no_way_back_unsets_what_something_else_has_set(calls):
    world = World({BYTES: "0", RATIO: "20"})
    world.run(calls[0], {BYTES: {"exact": True}})
    world.write(BYTES, "8192")
    for call in calls[1:]:
        world.run(call, {BYTES: {"exact": True}})
    world.absent()
    assert world.live == {BYTES: "8192", RATIO: "0"} and not world.saved.parameters


@pytest.mark.parametrize("first, second", [((RATIO, "20"), (BYTES, "100000")), ((BYTES, "200000"), (RATIO, "10"))])
def test_one_half_of_a_pair_goes_while_another_drop_in_sets_the_other(first, second):
    world = World({first[0]: first[1], second[0]: "0", "kernel.sysrq": "1"})
    before = dict(world.live)
    world.run({SECURITY: "%s = 0\nkernel.sysrq = 0\n" % first[0]})
    world.run({NETWORK: "%s = %s\n" % second})
    world.run({SECURITY: "kernel.sysrq = 0\n"})
    assert (world.live[first[0]], world.live[second[0]]) == ("0", second[1])
    assert not world.run({SECURITY: "kernel.sysrq = 0\n"}).writes
    world.absent()
    assert world.live == before and not world.saved.parameters


def test_what_a_partner_unsets_at_boot_is_no_stronger_value():
    world = World({BYTES: "0", RATIO: "20"}, {"/etc/sysctl.d/99-f.conf": BYTES + " = 50000000000\n"})
    plan = world.run({TUNING: RATIO + " = 5\n"}, {RATIO: {"at_most": "5"}})
    assert row(plan, RATIO).state == "changed" and world.boots_with(BYTES) == "0"
    assert not world.run({TUNING: RATIO + " = 5\n"}, {RATIO: {"at_most": "5"}}).files


def test_of_a_pair_the_one_that_the_call_unsets_holds_nothing_back():
    world = World({BYTES: "0", RATIO: "20"})
    plan = world.run({TUNING: "%s = 0\n%s = 70000\n" % (RATIO, BYTES)})
    assert states(plan) == {RATIO: "changed", BYTES: "changed"} and world.live == {BYTES: "70000", RATIO: "0"}
    again = world.run({TUNING: "%s = 0\n%s = 70000\n" % (RATIO, BYTES)})
    assert states(again) == {RATIO: "ok", BYTES: "ok"} and not again.writes
    world.absent()
    assert world.live == {BYTES: "0", RATIO: "20"}


@pytest.mark.parametrize("writes", [0, 2])
def test_what_a_killed_run_was_to_write_is_no_line_of_another_call(writes):
    one, other = "net.ipv4.conf.all.rp_filter", "net.ipv4.tcp_syncookies"
    world = World({one: "0", other: "1", "vm.swappiness": "60"}, {NETWORK: "kernel.a = 1\n"})
    world.run({NETWORK: "%s = 1\n%s = 2\n" % (one, other)})
    text = world.files[NETWORK]
    world.kill({NETWORK: "%s = 0\n%s = 0\n" % (one, other)}, writes=writes)
    for _run in range(2):
        plan = world.run({TUNING: "vm.swappiness = 10\n"})
    assert not plan.files and not plan.writes and LAST not in world.files and world.files[NETWORK] == text
    assert [world.boots_with(name) for name in (one, other, "kernel.a")] == ["1", "2", "1"]
    world.absent()
    assert world.live == {one: "0", other: "1", "vm.swappiness": "60"} and world.files == {NETWORK: "kernel.a = 1\n"}


@pytest.mark.parametrize("pair", _behaviour.BOUNDS[1:])
@pytest.mark.parametrize("part", [0.001, 0.5, 2.3])
@pytest.mark.parametrize("turn", [1, -1])
def test_values_that_bound_each_other_end_the_boot_as_they_are_wanted(pair, part, turn):
    """The kernel refuses a line while the other one's value does not let it be."""
    world = World({name: str(start) for name, start in pair})
    wanted = {name: str(int(start * part) + 1) for name, start in pair}
    text = "".join("%s = %s\n" % item for item in list(wanted.items())[::turn])
    world.run({NETWORK: text})
    assert all(_values.same(name, value, world.boots_with(name)) for name, value in wanted.items())
    assert not world.run({NETWORK: text}).files


def test_a_line_behind_a_later_drop_in_of_one_call_breaks_no_use_either():
    rules = {"kernel.a": {"hold": {"0": ["docker"]}}}
    world = World({"kernel.a": "1"}, uses={"docker": ("dockerd", True)})
    later = "/etc/sysctl.d/80-later.conf"
    world.run({NETWORK: "kernel.a = 0\n", later: "kernel.a = 1\n"}, rules)
    assert "# held_back: would break docker (dockerd): kernel.a = 0" in world.files[NETWORK]
    world.run({later: ""}, rules)
    assert world.live["kernel.a"] == "1" and world.boots_with("kernel.a") in (None, "1")


def test_whose_value_would_break_a_use_is_told():
    world = World({"kernel.a": "1"}, uses={"docker": ("dockerd", True)})
    later = "/etc/sysctl.d/80-later.conf"
    world.run({NETWORK: "kernel.a = 0\n"})
    world.run({later: "kernel.a = 2\n"})
    (row,) = world.run({later: ""}, {"kernel.a": {"hold": {"0": ["docker"]}}}).rows
    assert (row.state, row.after) == ("held_back", "2")
    assert row.reason.startswith("left as it is: 0, which %s asks for, would break docker" % NETWORK)


@pytest.mark.parametrize("zero", ["0", "00", "0x0", " 0 "])
def test_a_zero_of_a_pair_unsets_nothing_however_it_is_written(zero):
    world = World({"vm.dirty_bytes": "0", "vm.dirty_ratio": "10"})
    plan = world.run({NETWORK: "vm.dirty_bytes = %s\nvm.dirty_ratio = 20\n" % zero})
    assert [(row.name, row.state) for row in plan.rows] == [("vm.dirty_bytes", "changed"), ("vm.dirty_ratio", "changed")]
    assert world.live == {"vm.dirty_bytes": "0", "vm.dirty_ratio": "20"} and world.boots_with("vm.dirty_ratio") == "20"
    # Nor does a later drop-in of another call take the value back.
    world.run({"/etc/sysctl.d/80-later.conf": "vm.dirty_bytes = %s\n" % zero})
    plan = world.run({NETWORK: "vm.dirty_ratio = 20\n"})
    assert [row.state for row in plan.rows if row.name == "vm.dirty_ratio"] == ["ok"] and world.live["vm.dirty_ratio"] == "20"


KPTR = "kernel.kptr_restrict"


@pytest.mark.parametrize("rule, conflicts", [({"at_least": "0"}, "restate"), ({}, "report")])
@pytest.mark.parametrize("edit", ["", "kernel.sysrq = 4\n", KPTR + " = 0\n"])
def test_what_a_killed_run_was_to_write_judges_nothing(rule, conflicts, edit):
    """Neither its rules nor whose lines are restated, and somebody's line in the file is not ours."""
    foreign = "/usr/lib/sysctl.d/zzz.conf"
    world = World({KPTR: "0", "kernel.sysrq": "1"}, {foreign: KPTR + " = 0\n"})
    world.run({SECURITY: KPTR + " = 2\n"}, {KPTR: {"at_least": "2"}})
    world.kill({SECURITY: KPTR + " = 0\n"}, {KPTR: rule}, conflicts=conflicts)
    world.files[SECURITY] += edit
    world.run({NETWORK: "kernel.sysrq = 0\n"})
    assert world.boots_with(KPTR) == "2" and world.live[KPTR] == "2"
    world.absent()
    assert world.live == {KPTR: "0", "kernel.sysrq": "1"}
    assert world.files == dict({foreign: KPTR + " = 0\n"}, **({SECURITY: edit} if edit else {}))


@pytest.mark.parametrize("key, own, first, second", [
    ("rp_filter", "0", "1", "2"), ("log_martians", "0", "1", "0"), ("rp_filter", "0", "1", "0"), ("accept_redirects", "1", "0", "1")])
@pytest.mark.parametrize("reboot", [False, True])
@pytest.mark.parametrize("killed", [False, True])
def test_what_a_new_interface_took_from_us_is_not_its_own(key, own, first, second, reboot, killed):
    names = ["net.ipv4.conf.%s.%s" % (scope, key) for scope in ("all", "default", "eth0", "v0")]
    rules = {name: {"interfaces": True} for name in names[:2]}
    world = World(dict.fromkeys(names[:3], own), interfaces={"eth0": True})
    texts = [{NETWORK: "".join("%s = %s\n" % (name, value) for name in names[:2])} for value in (first, second)]
    world.run(texts[0], rules)
    world.interfaces["v0"], world.live[names[3]] = False, first
    world.boot = "another boot" if reboot else world.boot
    world.run(texts[0], rules)
    if killed:
        world.kill(texts[1], rules)
    else:
        world.run(texts[1], rules)
        assert world.live[names[3]] == second
    world.absent()
    assert world.live == dict.fromkeys(names, own) and not world.saved.parameters


def test_an_interface_that_others_set_too_keeps_its_own():
    names = ["net.ipv4.conf.%s.rp_filter" % scope for scope in ("all", "default", "v0")]
    rules = {name: {"interfaces": True, "at_least": "0"} for name in names[:2]}
    world = World(dict.fromkeys(names[:2], "0"), {"/etc/sysctl.d/99-x.conf": names[2] + " = 1\n"}, {})
    world.run({NETWORK: "".join("%s = 1\n" % name for name in names[:2])}, rules)
    world.interfaces["v0"], world.live[names[2]] = False, "1"
    world.run({NETWORK: "".join("%s = 0\n" % name for name in names[:2])}, rules)
    assert world.live == {names[0]: "0", names[1]: "0", names[2]: "1"}


def test_an_interface_that_came_while_nothing_forwarded_forwards_again_with_the_router():
    world = World(dict.fromkeys((FORWARD, ALL, DEFAULT), "1"), interfaces={"eth0": True})
    world.run({NETWORK: FORWARD + " = 0\n"})
    world.interfaces["v0"], world.live[V0] = False, "0"
    world.run({NETWORK: FORWARD + " = 1\n"})
    assert world.live[V0] == "1"
    world.uses = {"router": Use("seen", True, before=True)}
    world.absent()
    assert set(world.live.values()) == {"1"} and not world.saved.parameters


# --- what was there already ---

def test_two_calls_that_ask_for_the_same_do_not_chase_one_another():
    name = "kernel.kptr_restrict"
    world = World({name: "2"})
    calls = [({NETWORK: name + " = 0\n"}, {name: {"exact": True}}), ({SECURITY: name + " = 0\n"}, {name: {"at_least": "0"}})]
    for _round in range(2):
        for dropins, rules in calls:
            world.run(dropins, rules)
            assert world.live[name] == "0"
    assert not any(world.run(*call).writes for call in calls)
    world.absent()
    assert world.live[name] == "2"


@pytest.mark.parametrize("image", [True, False])
@pytest.mark.parametrize("rule, boot", [({"at_least": "1"}, "3"), ({}, "1"), ({"at_least": "1", "hold": {"3": ["docker"]}}, "1")])
@pytest.mark.parametrize("path", [SECURITY, "/usr/lib/sysctl.d/50-security-hardening.conf"])
def test_a_stricter_line_of_the_file_that_ours_replaces_is_not_lowered(path, rule, boot, image):
    name = "kernel.yama.ptrace_scope"
    world = World({name: "1"}, {path: "kernel.sysrq = 0\n%s = 3\n" % name})
    world.uses = {"docker": Use("seen", True)}
    for _run in range(2):
        plan = world.plan({SECURITY: name + " = 1\n"}, {name: rule}, image=image)
        assert row(plan, name).boot == boot and row(plan, name).after == (None if image else "1")
        world.run({SECURITY: name + " = 1\n"}, {name: rule})
    assert world.boots_with(name) == boot and world.live[name] == "1" and not world.plan({SECURITY: name + " = 1\n"}, {name: rule}).files
    world.absent()
    assert world.files == {path: "kernel.sysrq = 0\n%s = 3\n" % name}


@pytest.mark.parametrize("own, theirs, boot", [("1", "2", "2"), ("2", "1", "2"), ("0", "2", "2")])
@pytest.mark.parametrize("said", ["kernel.kptr_restrict", "kernel.k*", "-kernel.kptr_restrict"])
def test_of_the_host_s_value_and_that_of_the_file_the_stricter_one_is_kept(own, theirs, boot, said):
    world = World({"kernel.kptr_restrict": own}, {SECURITY: "%s = %s\n" % (said, theirs)})
    for _run in range(2):
        plan = world.run({SECURITY: "kernel.kptr_restrict = 0\n"}, {"kernel.kptr_restrict": {"at_least": "0"}})
    assert world.boots_with("kernel.kptr_restrict") == boot and not plan.files and world.live["kernel.kptr_restrict"] == own


def test_a_stricter_line_for_a_device_is_not_lowered():
    names = ["net.ipv4.conf.%s.rp_filter" % scope for scope in ("all", "default", "eth0")]
    world = World(dict.fromkeys(names, "0"), {SECURITY: names[2] + " = 1\n"}, {"eth0": True})
    rules = {name: {"interfaces": True, "at_least": "0"} for name in names[:2]}
    for _run in range(2):
        plan = world.run({SECURITY: "".join("%s = 0\n" % name for name in names[:2])}, rules)
    assert names[2] + " = 1\n" in world.files[SECURITY] and names[2] + " = 0" not in world.files[SECURITY] and not plan.files


@pytest.mark.parametrize("own, rule, live", [("1", {}, "2"), ("1", {"at_least": "2"}, "2"), ("3", {"at_least": "2"}, "3"), ("2", {}, "2")])
def test_a_drop_in_goes_whose_line_the_host_had_met_by_itself(own, rule, live):
    name = "kernel.kptr_restrict"
    world = World({name: own})
    world.run({NETWORK: "%s = %s\n" % (name, own)})
    world.run({SECURITY: name + " = 2\n"}, {name: rule})
    assert world.live[name] == own
    world.run({NETWORK: ""})
    assert world.live[name] == live
    assert not world.run({SECURITY: name + " = 2\n"}, {name: rule}).writes and world.boots_with(name) == live
    world.absent()
    assert world.live[name] == own and not world.saved.parameters


def test_a_value_that_was_there_and_met_our_wish_is_not_ours():
    world = World({"kernel.kptr_restrict": "2"})
    rules = {"kernel.kptr_restrict": {"accept": ["2"]}}
    world.run({SECURITY: "kernel.kptr_restrict = 2\n"})
    plan = world.run({SECURITY: "kernel.kptr_restrict = 1\n"}, rules)
    assert world.live["kernel.kptr_restrict"] == "2" and states(plan) == {"kernel.kptr_restrict": "stricter"}


def test_an_override_is_exact_only_while_it_is_given():
    world = World({"kernel.kptr_restrict": "2"})
    world.run({SECURITY: "kernel.kptr_restrict = 0\n"})
    assert world.live["kernel.kptr_restrict"] == "0"
    plan = world.run({SECURITY: "kernel.kptr_restrict = 1\n"}, {"kernel.kptr_restrict": {"accept": ["2"]}})
    assert world.live["kernel.kptr_restrict"] == "2"
    assert (row(plan, "kernel.kptr_restrict").state, row(plan, "kernel.kptr_restrict").after) == ("stricter", "2")


# --- lines of a file that ours replaces or hides ---

PHOTON = """# Photon's own
kernel.kptr_restrict=2
-kernel.sysrq = 0
net.ipv6.conf.all.forwarding=0
net.ipv4.conf.*.rp_filter = 1
net.ipv4.tcp_challenge_ack_limit=1073741823
"""


@pytest.mark.parametrize("image", [False, True])
@pytest.mark.parametrize("rule, boot", [({"at_least": "1"}, "2"), ({"accept": ["2"]}, "2"), ({}, "1")])
def test_a_stricter_line_that_is_read_before_ours_is_not_lowered(image, rule, boot):
    world = World({"kernel.kptr_restrict": "0"}, {"/usr/lib/sysctl.d/10-theirs.conf": "kernel.kptr_restrict = 2\n"})
    plan = world.plan({SECURITY: "kernel.kptr_restrict = 1\n"}, {"kernel.kptr_restrict": rule}, image=image)
    assert [row.boot for row in plan.rows] == [boot]
    assert "kernel.kptr_restrict = %s" % boot in plan.files[SECURITY]


def test_a_replaced_file_loses_none_of_its_other_lines():
    world = World({"kernel.kptr_restrict": "2", "kernel.dmesg_restrict": "0"}, {SECURITY: PHOTON})
    for _run in range(2):
        plan = world.run({SECURITY: "kernel.dmesg_restrict = 1\nkernel.kptr_restrict = 2\n"})
    assert not plan.files
    text = world.files[SECURITY]
    assert text.count("kptr_restrict") == 1
    kept = text.split("# Lines of the file that was here before")[1].splitlines()[1:]
    assert kept == ["net.ipv6.conf.all.forwarding=0", "-kernel.sysrq = 0", "net.ipv4.conf.*.rp_filter = 1",
                    "net.ipv4.tcp_challenge_ack_limit=1073741823"]
    assert set(states(plan)) == {"kernel.dmesg_restrict", "kernel.kptr_restrict"}
    assert set(world.saved.parameters) == {"kernel.dmesg_restrict"}
    world.absent()
    assert world.files == {SECURITY: PHOTON}


@pytest.mark.parametrize("folder, kept", [("/usr/lib/sysctl.d", True), ("/run/sysctl.d", True)])
def test_a_hidden_file_loses_none_of_its_other_lines(folder, kept):
    hidden = folder + "/50-security-hardening.conf"
    world = World({"kernel.dmesg_restrict": "0"}, {hidden: "kernel.sysrq = 0\nkernel.dmesg_restrict = 0\n"})
    world.run({SECURITY: "kernel.dmesg_restrict = 1\n"})
    assert world.boots_with("kernel.sysrq") == "0" and world.boots_with("kernel.dmesg_restrict") == "1"
    assert hidden in world.files[SECURITY]
    del world.files[hidden]
    world.run({SECURITY: "kernel.dmesg_restrict = 1\n"})
    assert world.boots_with("kernel.sysrq") is None


def test_a_waived_parameter_keeps_the_vendors_line():
    world = World({"kernel.kptr_restrict": "1"}, {SECURITY: "kernel.kptr_restrict=1\n"})
    world.run({SECURITY: "kernel.kptr_restrict = 2\n"}, {"kernel.kptr_restrict": {"waived": "why"}})
    assert world.boots_with("kernel.kptr_restrict") == "1"


@pytest.mark.parametrize("container_host, uses, boots", [
    ("auto", {"docker": ("/usr/bin/dockerd", True)}, None), ("auto", {}, "0"), ("never", {"docker": ("/usr/bin/dockerd", True)}, "0"),
])
def test_a_kept_line_that_would_break_a_use_is_commented_out_and_named(container_host, uses, boots):
    world = World({"kernel.dmesg_restrict": "0"}, {SECURITY: FORWARD + " = 0\n"}, uses=uses)
    world.container_host = container_host
    plan = world.run({SECURITY: "kernel.dmesg_restrict = 1\n"}, {FORWARD: {"hold": {"0": ["docker"]}}})
    assert world.boots_with(FORWARD) == boots
    assert any(FORWARD in warning for warning in plan.warnings) == (boots is None)


@pytest.mark.parametrize("theirs, ours", [
    pytest.param(TUNING, TUNING, id="replaced"),
    pytest.param("/usr/lib/sysctl.d/60-photon-tuning.conf", TUNING, id="hidden"),
    pytest.param("/etc/sysctl.d/10-x.conf", "/etc/sysctl.d/10-x.conf", id="replaced by one that is read before"),
])
@pytest.mark.parametrize("calls", [
    pytest.param([{SECURITY, None}], id="one call"),
    pytest.param([{SECURITY}, {None}], id="two calls"),
    pytest.param([{None}, {SECURITY}], id="two calls, the other way round"),
])
@pytest.mark.parametrize("image", [False, True])
def test_a_stricter_line_of_a_file_that_another_drop_in_replaces_is_not_lost(theirs, ours, calls, image):
    name = "kernel.kptr_restrict"
    world = World({name: "0", "kernel.panic": "0"}, {theirs: name + " = 2\n"})
    texts = {SECURITY: name + " = 1\n", ours: "kernel.panic = 5\n"}
    for call in calls + calls:
        dropins = {path: texts[path] for path in (one or ours for one in call)}
        plan = world.plan(dropins, {name: {"at_least": "1"}}, image=image)
        world.files.update(plan.files)
        world.saved = plan.saved
        assert world.boots_with(name) == "2"
    assert not plan.files
    world.run({SECURITY: texts[SECURITY]}, {name: {}})
    assert world.boots_with(name) == "1"


# --- several drop-ins and calls ---

@pytest.mark.parametrize("texts, rows", [
    pytest.param({SECURITY: ""}, {FORWARD: "no longer wanted"}, id="another drop-in has it"),
    pytest.param({SECURITY: ALL + " = 0\n"}, {ALL: ""}, id="the same switch under another name"),
])
def test_what_is_said_of_a_line_that_goes(texts, rows):
    world = World({EVERY_RP: "0", "kernel.a": "1", FORWARD: "0", ALL: "0"})
    world.run({SECURITY: "%s = 1\nkernel.a = 1\n%s = 0\n" % (EVERY_RP, FORWARD)})
    world.run({TUNING: EVERY_RP + " = 1\n"})
    found = {item.name: item.reason for item in world.run(texts).rows}
    assert found == dict(rows, **{EVERY_RP: TUNING + " asks for the same", "kernel.a": "no longer wanted"})


def test_a_device_that_is_gone_has_no_row():
    names = [EVERY_RP, "net.ipv4.conf.eth0.rp_filter", "net.ipv4.conf.eth1.rp_filter"]
    world = World(dict.fromkeys(names, "0"), interfaces={"eth0": True, "eth1": True})
    call = {SECURITY: EVERY_RP + " = 1\n"}, {EVERY_RP: {"interfaces": True}}
    assert set(states(world.run(*call))) == set(names)
    world.remove("eth1")
    assert states(world.run(*call)) == dict.fromkeys(names[:2], "ok")
    world.absent()
    assert set(world.live.values()) == {"0"} and not world.saved.parameters


PERIOD, RUNTIME = "kernel.sched_rt_period_us", "kernel.sched_rt_runtime_us"


def test_what_another_parameter_bounds_waits_for_it_on_the_way_back():
    world = World({PERIOD: "1000000", RUNTIME: "950000"})
    world.run({SECURITY: PERIOD + " = 500000\n"})
    world.run({TUNING: RUNTIME + " = 475000\n"})
    plan = world.run({TUNING: ""})
    assert (row(plan, RUNTIME).state, row(plan, RUNTIME).after) == ("reboot_required", "475000")
    assert row(plan, RUNTIME).reason == "cannot go back: the kernel does not take it beside %s = 500000" % PERIOD
    assert not world.run({TUNING: ""}).writes
    world.absent()
    assert world.live == {PERIOD: "1000000", RUNTIME: "950000"} and not world.saved.parameters


@pytest.mark.parametrize("live", ["400000", "950000"])
def test_a_bound_that_does_not_fit_at_boot_is_told_and_not_restated_in_vain(live):
    world = World({PERIOD: "1000000", RUNTIME: live})
    plan = world.plan({SECURITY: PERIOD + " = 500000\n"})
    assert list(plan.files) == [SECURITY]
    told = "the kernel does not take it at boot (%s:2) beside what %s is then: set that, too" % (SECURITY, RUNTIME)
    assert (row(plan, PERIOD).state, row(plan, PERIOD).reason) == ("overridden", told)
    # The line of somebody else that is read later makes room for it.
    world.files["/etc/sysctl.d/99-z.conf"] = RUNTIME + " = 400000\n"
    plan = world.plan({SECURITY: PERIOD + " = 500000\n"})
    assert row(plan, PERIOD).state == "changed" and LAST in plan.files


def test_a_check_knows_that_a_bound_does_not_fit(monkeypatch):
    world = World({PERIOD: "1000000", RUNTIME: "950000"})
    monkeypatch.setattr(world, "snapshot", lambda request: World.snapshot(world, request)._replace(is_check=True))
    plan = world.plan({SECURITY: PERIOD + " = 500000\n"})
    assert (row(plan, PERIOD).state, row(plan, PERIOD).after) == ("rejected", "1000000")
    assert row(plan, PERIOD).reason == "the kernel does not take it beside %s = 950000" % RUNTIME


def test_the_way_back_gives_way_to_what_is_asked_for_and_a_check_knows_it(monkeypatch):
    low, high = "net.ipv4.ipfrag_low_thresh", "net.ipv4.ipfrag_high_thresh"
    world = World({low: "3145728", high: "4194304"})
    world.run({SECURITY: high + " = 6000000\n"})
    with monkeypatch.context() as patched:
        patched.setattr(world, "snapshot", lambda request: World.snapshot(world, request)._replace(is_check=True))
        rows = world.plan({SECURITY: low + " = 5000000\n"}).rows
    assert rows == world.run({SECURITY: low + " = 5000000\n"}).rows
    assert world.live == {low: "5000000", high: "6000000"}


def test_what_waits_for_another_parameter_goes_with_it_to_what_the_drop_in_that_stays_asks_for():
    world, first = World({PERIOD: "1000000", RUNTIME: "950000"}), {PERIOD: "2000000", RUNTIME: "1500000"}
    world.run({SECURITY: "".join("%s = %s\n" % item for item in first.items())})
    world.run({TUNING: "%s = 500000\n%s = 400000\n" % (PERIOD, RUNTIME)})
    world.run({TUNING: PERIOD + " = 500000\n"})
    assert world.live[RUNTIME] == "400000"
    world.run({TUNING: ""})
    assert world.live == first
    world.absent()
    assert world.live == {PERIOD: "1000000", RUNTIME: "950000"} and not world.saved.parameters


@pytest.mark.parametrize("one, other", [("vm.overcommit_kbytes", "vm.overcommit_ratio"), (BYTES, RATIO)])
def test_a_line_that_the_hosts_own_value_had_met_and_does_not_any_more_is_left_alone(one, other):
    world = World({one: "4096", other: "0"})
    for path in (SECURITY, TUNING):
        world.run({path: one + " = 4096\n"})
    world.write(other, "50")
    for _run in range(2):
        plan = world.run({SECURITY: one + " = 4096\n"})
        assert (row(plan, one).state, row(plan, one).after, world.live[other]) == ("held_back", "0", "50")
    assert not plan.files
    world.absent()
    assert world.live == {one: "0", other: "50"} and not world.saved.parameters


def test_of_two_drop_ins_the_first_ones_value_is_in_force_when_the_second_goes():
    world = World({"vm.swappiness": "60"})
    world.run({SECURITY: "vm.swappiness = 10\n"})
    world.run({TUNING: "vm.swappiness = 20\n"})
    assert world.live["vm.swappiness"] == "20"
    world.run({TUNING: ""})
    assert world.live["vm.swappiness"] == "10" and TUNING not in world.files
    world.absent()
    assert world.live["vm.swappiness"] == "60"


def test_a_call_for_one_drop_in_keeps_what_the_others_restated_with_their_rules():
    rival = {"/usr/lib/sysctl.d/99-z.conf": "vm.swappiness = 60\nkernel.kptr_restrict = 2\n"}
    world = World({"vm.swappiness": "60", "kernel.kptr_restrict": "1", "kernel.sysrq": "1"}, rival)
    world.run({SECURITY: "vm.swappiness = 10\nkernel.kptr_restrict = 1\n"}, {"kernel.kptr_restrict": {"accept": ["2"]}})
    before = world.files[LAST]
    assert "swappiness = 10" in before and "kptr" not in before
    world.run({TUNING: "kernel.sysrq = 0\n"}, conflicts="report")
    assert world.files[LAST] == before


def test_the_file_that_restates_moves_behind_whatever_comes_last():
    names = ["/etc/sysctl.d/zz-stig-hardening.conf", "/etc/sysctl.d/~.conf", "/usr/lib/sysctl.d/\udcff.conf"]
    world = World({"kernel.sysrq": "1"})
    for number, name in enumerate(names):
        world.files[name] = "kernel.sysrq = %d\n" % (number + 1)
        world.run({SECURITY: "kernel.sysrq = 0\n"})
        assert world.boots_with("kernel.sysrq") == "0"
        assert len([path for path in world.files if "photon-hardening.conf" in path]) == 1
    for name in reversed(names):
        del world.files[name]
        world.run({SECURITY: "kernel.sysrq = 0\n"})
        assert world.boots_with("kernel.sysrq") == "0"
    assert list(world.files) == [SECURITY]


@pytest.mark.parametrize("interface", ["eth0", "br0"])
def test_a_foreign_line_for_an_interface_is_restated(interface):
    name = "net.ipv4.conf.%s.rp_filter" % interface
    world = World({"net.ipv4.conf.all.rp_filter": "0", name: "0"}, {"/etc/sysctl.d/99-net.conf": name + " = 0\n"}, {interface: False})
    world.run({NETWORK: "net.ipv4.conf.all.rp_filter = 1\n"}, {"net.ipv4.conf.all.rp_filter": {"interfaces": True}})
    assert world.boots_with(name) == "1" and world.live[name] == "1"


# --- others change our files ---

def test_an_edited_file_keeps_the_lines_of_others_and_the_saved_original():
    world = World({"kernel.sysrq": "1", "vm.swappiness": "60"}, {SECURITY: "kernel.panic = 5\n"})
    world.run({SECURITY: "kernel.sysrq = 0\n"})
    world.files[SECURITY] += "vm.swappiness = 5\nkernel.sysrq = 1\n"
    for _run in range(2):
        plan = world.run({SECURITY: "kernel.sysrq = 0\n"})
        assert world.boots_with("vm.swappiness") == "5" and world.boots_with("kernel.sysrq") == "0"
        assert world.boots_with("kernel.panic") == "5"
        assert world.saved.files[SECURITY].before == "kernel.panic = 5\n"
    assert not plan.files and not plan.warnings
    world.absent()
    assert world.files == {SECURITY: "kernel.panic = 5\nvm.swappiness = 5\nkernel.sysrq = 1\n"}


def test_our_header_without_a_memory_is_foreign_and_the_lost_way_back_is_told():
    text = HEADER + "\nkernel.sysrq = 0\n"
    world = World({"kernel.sysrq": "0"}, {SECURITY: text})
    plan = world.run({SECURITY: "kernel.sysrq = 0\n"})
    assert "so it cannot be rolled back" in plan.warnings[0]
    world.absent()
    assert world.files == {SECURITY: text}


def test_a_foreign_value_is_what_the_kernel_makes_of_it():
    name = "net.ipv4.conf.all.log_martians"
    world = World({name: "1"}, {"/etc/sysctl.d/99-net.conf": name + " = 1   # why\n"})
    plan = world.run({NETWORK: name + " = 1\n"})
    assert LAST not in world.files
    assert row(plan, name).state == "ok"


# --- reboots ---

RP_ALL, RP_DEFAULT, RP_ETH = ("net.ipv4.conf.%s.rp_filter" % scope for scope in ("all", "default", "eth0"))


@pytest.mark.parametrize("files, after", [({}, "0"), ({"/etc/sysctl.d/40-net.conf": RP_ETH + " = 1\n"}, "1")])
def test_interfaces_that_started_with_our_default_go_back_with_it(files, after):
    world = World({RP_ALL: "0", RP_DEFAULT: "0"}, files)
    rules = dict.fromkeys((RP_ALL, RP_DEFAULT), {"interfaces": True})
    world.run({NETWORK: "%s = 1\n%s = 1\n" % (RP_ALL, RP_DEFAULT)}, rules)
    # A reboot, in which the interface appears.
    world.interfaces, world.live[RP_ETH], world.boot = {"eth0": True}, "1", "second boot"
    world.absent()
    assert world.live == {RP_ALL: "0", RP_DEFAULT: "0", RP_ETH: after}


def test_an_interface_that_is_gone_takes_its_parameters_along():
    world = World({RP_ALL: "0", RP_ETH: "0"}, interfaces=["eth0"])
    world.run({NETWORK: RP_ALL + " = 1\n"}, {RP_ALL: {"interfaces": True}})
    del world.live[RP_ETH]
    world.interfaces = {}
    world.absent()
    assert world.live == {RP_ALL: "0"} and not world.saved.parameters


@pytest.mark.parametrize("name, live", [("kernel.unprivileged_bpf_disabled", "1"), ("kernel.yama.ptrace_scope", "3"),
                                        ("kernel.kexec_load_disabled", "1"), ("kernel.modules_disabled", "1")])
def test_a_value_that_the_kernel_keeps_needs_a_reboot_and_is_not_written(name, live):
    world = World({name: live})
    plan = world.run({SECURITY: name + " = 0\n"})
    assert states(plan) == {name: "reboot_required"} and not plan.writes
    assert world.boots_with(name) == "0"


# --- seen on hosts ---

def test_the_loopback_is_moved_along_like_every_interface_and_never_set_by_itself():
    world = World(dict(ROUTER, **{"net.ipv4.conf.lo.forwarding": "0"}), interfaces=["lo", "v0"])
    before = dict(world.live)
    world.run({NETWORK: FORWARD + " = 0\n"})
    world.absent()
    assert world.live == before
    rules = {"net.ipv4.conf.all.rp_filter": {"interfaces": True}}
    world = World({"net.ipv4.conf.all.rp_filter": "0", "net.ipv4.conf.lo.rp_filter": "0"}, interfaces=["lo"])
    assert set(states(world.run({NETWORK: "net.ipv4.conf.all.rp_filter = 1\n"}, rules))) == {"net.ipv4.conf.all.rp_filter"}


def test_one_switch_is_remembered_under_one_name():
    world = World(dict(ROUTER, **{DEFAULT: "1", V0: "1"}), interfaces=["v0"])
    for line in (ALL + " = 0\n", FORWARD + " = 0\n", FORWARD + " = 1\n"):
        world.run({NETWORK: line})
    world.write(FORWARD, "0")  # the admin
    world.run({NETWORK: "kernel.sysrq = 0\n"})
    world.absent()
    assert world.live[FORWARD] == "0"


def test_of_two_drop_ins_with_two_names_of_a_switch_the_later_one_counts_at_boot():
    world = World(ROUTER, interfaces=["v0"])
    world.run({SECURITY: FORWARD + " = 1\n"})
    world.run({NETWORK: ALL + " = 0\n"})
    assert set(world.files) == {SECURITY, NETWORK}
    assert (world.live[FORWARD], world.boots_with(FORWARD)) == ("0", "0")


def test_of_two_drop_ins_with_a_pair_the_later_one_counts_at_boot():
    world = World({BYTES: "0", RATIO: "30"})
    world.run({SECURITY: RATIO + " = 20\n"})
    world.run({TUNING: BYTES + " = 500000\n"}, {BYTES: {"exact": True}})
    assert set(world.files) == {SECURITY, TUNING}
    assert (world.live[BYTES], world.boots_with(BYTES)) == ("500000", "500000")


@pytest.mark.parametrize("conflicts", ["restate", "report"])
def test_a_call_for_an_earlier_drop_in_leaves_the_value_of_a_later_one(conflicts):
    rules = {"kernel.kptr_restrict": {"accept": ["2"]}}
    world = World({"kernel.kptr_restrict": "0"})
    world.run({SECURITY: "kernel.kptr_restrict = 1\n"}, rules)
    world.run({NETWORK: "kernel.kptr_restrict = 2\n"})
    for _run in range(2):
        plan = world.run({SECURITY: "kernel.kptr_restrict = 1\n"}, rules, conflicts)
        assert (world.live["kernel.kptr_restrict"], world.boots_with("kernel.kptr_restrict")) == ("2", "2")
    found = row(plan, "kernel.kptr_restrict")
    assert found.state == "overridden" and NETWORK in found.reason and not plan.files
    world.run({NETWORK: ""})
    assert world.live["kernel.kptr_restrict"] == "1"
    world.absent()
    assert world.live["kernel.kptr_restrict"] == "0"


def test_a_drop_in_that_somebody_removed_asks_for_nothing():
    world = World({"vm.swappiness": "60"})
    world.run({SECURITY: "vm.swappiness = 10\n"})
    world.run({TUNING: "vm.swappiness = 20\n"})
    del world.files[SECURITY]
    world.run({TUNING: ""})
    assert world.live["vm.swappiness"] == "60"


DEBIAN_13 = "net.ipv4.conf.default.rp_filter = 2\nnet.ipv4.conf.*.rp_filter = 2\n-net.ipv4.conf.all.rp_filter\n"


@pytest.mark.parametrize("interfaces", [["eth0", "br0"], []])
def test_a_foreign_pattern_for_interfaces_is_restated(interfaces):
    """Also for those that come later."""
    names = [RP_ALL, RP_DEFAULT] + ["net.ipv4.conf.%s.rp_filter" % interface for interface in interfaces]
    world = World(dict.fromkeys(names, "2"), {"/usr/lib/sysctl.d/50-default.conf": DEBIAN_13}, interfaces)
    rules = dict.fromkeys((RP_ALL, RP_DEFAULT), {"interfaces": True})
    for _run in range(2):
        plan = world.run({NETWORK: "%s = 1\n%s = 1\n" % (RP_ALL, RP_DEFAULT)}, rules)
    assert not plan.files and not [state for state in states(plan).values() if state != "ok"]
    for name in names + ["net.ipv4.conf.later0.rp_filter"]:
        assert world.boots_with(name) == "1"


def test_a_pattern_of_ours_does_not_reach_what_nobody_asked_for():
    world = World({RP_DEFAULT: "2"}, {"/usr/lib/sysctl.d/50-default.conf": "net.ipv4.conf.*.rp_filter = 2\n"})
    world.run({NETWORK: RP_DEFAULT + " = 1\n"}, {RP_DEFAULT: {"interfaces": True}})
    assert world.boots_with("net.ipv4.conf.eth0.rp_filter") == "1" and world.boots_with(RP_ALL) == "2"


@pytest.mark.parametrize("orphan", [LAST, "/etc/sysctl.d/zzzz-photon-hardening.conf"])
@pytest.mark.parametrize("rival", ["2", "0", None])
@pytest.mark.parametrize("adopted", [False, True])
def test_what_restates_of_an_older_memory_does_not_win(orphan, rival, adopted):
    name, rules = "net.ipv4.tcp_syncookies", {"net.ipv4.tcp_syncookies": {"at_least": "1"}}
    files = {orphan: HEADER + "\n" + name + " = 0\n"}
    if rival:
        files["/usr/lib/sysctl.d/99-z.conf"] = "%s = %s\n" % (name, rival)
    world = World({name: "0"}, files)
    if adopted:
        world.saved = _memory.of_host(world.saved, {}, {path: File(path, text) for path, text in files.items()}, None)
    for _run in range(2):
        plan = world.run({NETWORK: name + " = 1\n"}, rules)
        assert row(plan, name).boot == world.boots_with(name) == ("2" if rival == "2" else "1")
    assert not plan.files
    world.absent()
    assert world.files == files and world.live == {name: "0"}


def test_lines_that_somebody_wrote_into_the_restating_file_stay():
    rival = "/etc/sysctl.d/99-z.conf"
    world = World({"vm.swappiness": "60"}, {rival: "vm.swappiness = 60\n"})
    world.run({TUNING: "vm.swappiness = 10\n"})
    world.files[LAST] += "net.ipv4.tcp_sack = 0\n"
    for _run in range(2):
        plan = world.run({TUNING: "vm.swappiness = 10\n"})
        assert world.boots_with("net.ipv4.tcp_sack") == "0" and world.boots_with("vm.swappiness") == "10"
    assert not plan.files
    world.absent()
    assert world.files == {rival: "vm.swappiness = 60\n", LAST: "net.ipv4.tcp_sack = 0\n"}


def test_an_edited_drop_in_loses_our_lines_on_the_way_back_and_keeps_those_of_others():
    world = World({"vm.swappiness": "60"}, {TUNING: "kernel.panic = 5\n"})
    world.run({TUNING: "# why\nvm.swappiness = 10\n"})
    world.files[TUNING] += "# hello\nkernel.sysrq = 0\n"
    plan = world.absent()
    assert world.files == {TUNING: "kernel.panic = 5\n# hello\nkernel.sysrq = 0\n"}
    assert TUNING in plan.warnings[0] and not world.saved.files


@pytest.mark.parametrize("edited, boots", [("2", "2"), ("0", "1")])
def test_an_edited_line_of_our_own_parameter_stays_where_it_is_better(edited, boots):
    rules = {"kernel.kptr_restrict": {"accept": ["2"]}}
    world = World({"kernel.kptr_restrict": "0"})
    world.run({SECURITY: "kernel.kptr_restrict = 1\n"}, rules)
    world.files[SECURITY] = world.files[SECURITY].replace("= 1", "= " + edited)
    for _run in range(2):
        plan = world.run({SECURITY: "kernel.kptr_restrict = 1\n"}, rules)
    assert world.boots_with("kernel.kptr_restrict") == boots and not plan.files


@pytest.mark.parametrize("line, rules", [
    ("net.ipv4.conf.docker*.forwarding = 0", {}), ("net.ipv6.conf.docker*.force_forwarding = 0", {}),
    ("net.ipv4.ip_forw* = 0", {}), ("net.ipv4.conf.*.forwarding = 0", {}),
    ("net.ipv4.ip_forward = 0", {FORWARD: {"hold": ["docker"]}}), ("net.ipv4.conf.all.forwarding = 0", {FORWARD: {"hold": ["docker"]}}),
])
def test_a_kept_line_that_breaks_a_use_is_found_in_whichever_form(line, rules):
    world = World(dict(ROUTER, **{"net.ipv4.conf.docker0.forwarding": "1"}), {NETWORK: line + "\n"}, ["docker0"])
    world.container_host = "always"
    plan = world.run({NETWORK: FORWARD + " = 0\n" if rules else "kernel.sysrq = 0\n"}, rules)
    # What our own line says is not said twice.
    assert bool([warning for warning in plan.warnings if line in warning]) == (not rules)
    assert world.files[NETWORK].count("held_back") == 1
    assert world.boots_with("net.ipv4.conf.docker0.forwarding") is None and world.boots_with(FORWARD) is None


@pytest.mark.parametrize("scope, interface, held", [
    ("all", "v0", True), ("default", "v0", True), ("all", "*", True), ("all", "all", True), ("all", "default", False),
])
def test_a_kept_line_of_one_interface_breaks_what_it_breaks_on_all(scope, interface, held):
    line = "net.ipv4.conf.%s.rp_filter = 1" % interface
    world = World({"vm.swappiness": "60"}, {TUNING: line + "\n"}, ["v0"], {"multihomed": ("seen", True)})
    plan = world.run({TUNING: "vm.swappiness = 10\n"}, {"net.ipv4.conf.%s.rp_filter" % scope: {"hold": {"1": ["multihomed"]}}})
    assert bool([warning for warning in plan.warnings if line in warning]) == held


def test_interfaces_go_back_with_a_default_that_its_own_value_is_asked_for():
    world = World({RP_DEFAULT: "0"})
    world.run({NETWORK: RP_DEFAULT + " = 1\n"})
    world.interfaces, world.live["net.ipv4.conf.br0.rp_filter"] = {"br0": False}, "1"
    world.run({NETWORK: RP_DEFAULT + " = 0\n"})
    assert world.live["net.ipv4.conf.br0.rp_filter"] == "0"


def test_what_a_release_before_has_moved_follows_on_the_way_back():
    """Its baseline knows the switch and nothing of what moved along."""
    world = World(dict.fromkeys((FORWARD, ALL, DEFAULT, V0), "0"), {NETWORK: HEADER + "\n" + FORWARD + " = 0\n"}, ["v0"])
    world.live[REDIRECTS] = "0"
    known = SavedFile(None, sha256=_memory.digest(world.files[NETWORK]))
    world.saved = Saved({FORWARD: Entry("1", "0", NETWORK, traced=False)}, {NETWORK: known})
    world.run({NETWORK: FORWARD + " = 0\n"})
    world.absent()
    assert world.live == {FORWARD: "1", ALL: "1", DEFAULT: "1", V0: "1", REDIRECTS: "0"}


@pytest.mark.parametrize("line", ["net.ipv6.conf.all.forwarding = 0 # no router", "net.ipv6.conf.all.forwarding = 00"])
def test_a_write_that_repeats_a_value_in_another_form_moves_others_at_boot(line):
    name = "net.ipv6.conf.left.forwarding"
    world = World({name: "0", "net.ipv6.conf.all.forwarding": "0"}, {"/etc/sysctl.d/99-f.conf": line + "\n"}, ["left"])
    world.run({NETWORK: name + " = 1\n"})
    assert world.files[LAST].splitlines()[-1].startswith(name)
    assert world.boots_with(name) in ("1", "0x1")


@pytest.mark.parametrize("first, second", [("/run/sysctl.d/60-t.conf", "/etc/sysctl.d/60-t.conf"),
                                           ("/etc/sysctl.d/60-t.conf", "/run/sysctl.d/60-t.conf")])
def test_of_two_drop_ins_of_one_name_the_one_that_hides_the_other_counts(first, second):
    world = World({"kernel.a": "0"})
    for path in (first, second, first):
        world.run({path: "kernel.a = %d\n" % (3 if path.startswith("/etc") else 2)})
    assert (world.live["kernel.a"], world.boots_with("kernel.a"), LAST in world.files) == ("3", "3", False)


# --- what sets parameters after the files of sysctl.d ---

def test_what_networkd_takes_back_at_boot_is_told_before_the_boot():
    world = World(dict(ROUTER, **{FORWARD: "0", ALL: "0"}), interfaces=["v0"])
    world.rivals = world.rivals._replace(settings=(Setting(FORWARD, "1", "/etc/systemd/network/a.network", 5, "systemd-networkd"),))
    for _run in range(2):
        found = row(world.run({NETWORK: FORWARD + " = 0\n"}), FORWARD)
        assert (found.state, found.boot, found.boot_source) == ("overridden", "1", "/etc/systemd/network/a.network:5")
        assert found.reason == "/etc/systemd/network/a.network:5 sets 1 at boot"
    # No file of ours can win, so none is written.
    assert LAST not in world.files


def test_a_credential_wins_over_every_file():
    world = World({"vm.a": "0"})
    world.rivals = world.rivals._replace(late=(File("/run/credentials/@system/sysctl.extra", "vm.a = 7\n"),))
    found = row(world.run({TUNING: "vm.a = 1\n"}), "vm.a")
    assert (found.state, found.after, found.boot) == ("overridden", "1", "7")


SINCE = "the boot sets it to 1 (%s:2); something changes it to 5 afterwards" % TUNING


@pytest.mark.parametrize("name, value, live, reason", [
    ("vm.a", "1", "5", SINCE), ("vm.a", "2", "5", SINCE),
    # What appears later than the files are read proves nothing.
    ("net.bridge.bridge-nf-call-iptables", "1", "5", ""), ("net.ipv4.conf.v0.x", "1", "5", ""),
])
def test_what_is_set_after_the_boot_is_told(name, value, live, reason):
    world = World({name: "0"}, interfaces=["v0"])
    assert row(world.run({TUNING: "%s = 1\n" % name}), name).reason == ""
    world.live[name], world.boot = live, "second boot"
    found = row(world.run({TUNING: "%s = %s\n" % (name, value)}), name)
    assert (found.state, found.after, found.reason) == ("changed", value, reason)
    assert row(world.run({TUNING: "%s = %s\n" % (name, value)}), name).state == "ok"


@pytest.mark.parametrize("name", ["vm.a", FORWARD])
def test_nothing_is_said_of_a_value_that_is_there_as_our_line_says(name):
    world = World({name: "1"})
    world.run({TUNING: "%s = 1\n" % name})
    found = row(world.run({TUNING: "%s = 0\n" % name}), name)
    assert (found.state, found.after, found.reason) == ("changed", "0", "")


def test_nothing_is_said_of_a_value_that_our_files_do_not_set():
    world = World({"vm.a": "0"})
    world.run({TUNING: "vm.a = 1\n"})
    world.live["vm.a"] = "5"
    del world.files[TUNING]
    assert row(world.run({TUNING: "vm.a = 1\n"}), "vm.a").reason == ""


# --- what stops a use without breaking it, and who decides ---

COLLECTOR = {"crash_collector": ("/usr/lib/systemd/systemd-coredump", True)}
PATTERN, NOWHERE = "kernel.core_pattern", "|/bin/false"
STOPS = {PATTERN: {"stops": {NOWHERE: ["crash_collector"]}}}
TOLD = "kernel.core_pattern = |/bin/false takes away: crash_collector (/usr/lib/systemd/systemd-coredump). It is still set."


def test_what_is_stopped_is_told_when_it_happens():
    world = World({PATTERN: "core"}, uses=COLLECTOR)
    first, second = (world.run({SECURITY: "%s = %s\n" % (PATTERN, NOWHERE)}, STOPS) for _run in range(2))
    assert first.warnings == [TOLD] and states(first) == {PATTERN: "changed"}
    assert second.warnings == [] and states(second) == {PATTERN: "ok"}
    world.said = {"crash_collector": "absent"}
    assert world.plan({SECURITY: "%s = |/bin/true\n" % PATTERN}, {PATTERN: {"stops": ["crash_collector"]}}).warnings == []


SENT = "net.ipv4.conf.%s.send_redirects"


@pytest.mark.parametrize("count, scope", [(0, "all"), (1, "*"), (99, "*")])
def test_what_is_stopped_is_said_once_and_not_of_each_interface(count, scope):
    interfaces = ["eth%d" % number for number in range(count)]
    world = World({SENT % name: "1" for name in ["all"] + interfaces}, interfaces=interfaces,
                  uses={"router": (FORWARD + " was 1 before us", True)})
    rules = {SENT % "all": {"interfaces": True, "stops": {"0": {"router": "redirects to a shorter way"}}}}
    assert world.run({NETWORK: SENT % "all" + " = 0\n"}, rules).warnings == [
        SENT % scope + " = 0 takes away: redirects to a shorter way: router (net.ipv4.ip_forward was 1 before us). It is still set."]


def test_what_seems_to_break_is_said_once_and_not_of_each_interface():
    live = {"net.ipv6.conf.%s.accept_ra" % scope: "0" for scope in ("all", "eth0", "eth1")}
    rules = {"net.ipv6.conf.all.accept_ra": {"interfaces": True, "hold": {"0": ["slaac"]}}}
    world = World(live, interfaces=["eth0", "eth1"], uses={"slaac": ("a router's advertisement on eth0", False)})
    found = world.run({NETWORK: "net.ipv6.conf.all.accept_ra = 0\n"}, rules).warnings
    assert [text.partition(",")[0] for text in found] == ["net.ipv6.conf.*.accept_ra = 0 stays"]


def test_a_process_alone_takes_no_line_of_ours_back():
    world, rules = World({FORWARD: "0"}), {FORWARD: {"hold": {"0": ["docker"]}}}
    world.run({NETWORK: FORWARD + " = 0\n"}, rules)
    world.live[FORWARD], world.uses = "1", {"docker": Use("process dockerd", False)}
    again = world.run({NETWORK: FORWARD + " = 0\n"}, rules)
    assert states(again) == {FORWARD: "changed"} and "may break docker (process dockerd)" in again.warnings[0]
    assert (world.live[FORWARD], world.boots_with(FORWARD)) == ("0", "0")


RA, ADVERTISED = "net.ipv6.conf.all.accept_ra", {"slaac": Use("a router's advertisement on eth0", False)}


def test_what_comes_and_goes_holds_the_way_back_too_in_a_moment_in_which_nothing_shows_it():
    world, rules = World({"kernel.a": "5", "kernel.b": "0"}), {"kernel.a": {"hold": {"5": ["docker"]}}}
    world.uses = {"docker": Use("process dockerd")}
    world.run({NETWORK: "kernel.a = 8\n"}, rules)
    for uses in (world.uses, {}):
        world.uses = uses
        again = world.run({NETWORK: ""}, rules)
        assert states(again) == {"kernel.a": "held_back"} and world.live["kernel.a"] == "8"
    assert again.warnings[0].startswith("docker (process dockerd) was seen in an earlier run")
    # A call of which nothing is held back hears nothing of it.
    assert not world.run({SECURITY: "kernel.b = 1\n"}).warnings
    assert states(world.run({NETWORK: ""}, rules)) == {"kernel.a": "held_back"}


def test_what_comes_and_goes_is_not_hardened_in_a_moment_in_which_nothing_shows_it():
    world, rules = World({RA: "1", "kernel.a": "0"}), {RA: {"hold": {"0": ["slaac"]}}}
    world.uses = dict(ADVERTISED)
    texts = {NETWORK: RA + " = 0\n", SECURITY: "kernel.a = 1\n"}
    first = world.run(texts, rules)
    told = ["slaac (a router's advertisement on eth0) was seen in an earlier run and is not seen now: what it holds back stays held back. "
            "If it is gone for good, say so with uses ({slaac: absent}; the role's variable is photon_hardening_uses)."]
    assert states(first) == {RA: "held_back", "kernel.a": "changed"} and not first.warnings
    world.uses = {}
    for _time in range(2):
        again = world.run(texts, rules)
        assert states(again) == {RA: "held_back", "kernel.a": "ok"} and not again.files and again.warnings == told
    world.run({SECURITY: "kernel.a = 1\n"})
    world.uses = dict(ADVERTISED)
    assert not world.run(texts, rules).warnings
    world.uses, world.said = {}, {"slaac": "absent"}
    assert states(world.run(texts, rules))[RA] == "changed" and world.live[RA] == "0" and world.saved.seen == {}


def test_what_held_nothing_back_is_not_remembered():
    world = World({RA: "1"}, uses={"slaac": tuple(ADVERTISED["slaac"])})
    world.run({NETWORK: RA + " = 2\n"}, {RA: {"hold": {"0": ["slaac"]}}})
    world.uses = {}
    assert world.saved.seen == {}
    assert states(world.run({NETWORK: RA + " = 0\n"}, {RA: {"hold": {"0": ["slaac"]}}}))[RA] == "changed"


def test_who_is_added_later_is_thought_of_now_and_helped_by_the_next_run():
    name, rules = "kernel.unprivileged_userns_clone", {"kernel.unprivileged_userns_clone": {
        "hold": {"0": ["podman_rootless"]}, "stops": {"0": ["rootless_later"]}}}
    world = World({name: "1"}, uses={"rootless_later": ("/usr/bin/podman and no user with subordinate ids yet", True)})
    assert "takes away: rootless_later (/usr/bin/podman" in world.run({SECURITY: name + " = 0\n"}, rules).warnings[0]
    assert world.live[name] == "0"
    world.uses = {"podman_rootless": Use("/usr/bin/podman and /etc/subuid", True)}
    assert states(world.run({SECURITY: name + " = 0\n"}, rules)) == {name: "held_back"}
    assert world.live[name] == "1" and world.boots_with(name) is None


def test_what_the_network_alone_shows_takes_nothing_back():
    name, rules = "net.ipv6.conf.default.accept_ra", {"net.ipv6.conf.default.accept_ra": {"hold": {"0": ["slaac"]}}}
    seen = {"slaac": ("a router's advertisement on eth0", False)}
    world = World({name: "1"}, uses=seen)
    assert states(world.run({NETWORK: name + " = 0\n"}, rules)) == {name: "held_back"}
    world = World({name: "1"})
    world.run({NETWORK: name + " = 0\n"}, rules)
    world.uses = {use: Use(*found) for use, found in seen.items()}
    again = world.run({NETWORK: name + " = 0\n"}, rules)
    assert states(again) == {name: "ok"} and "may break slaac (a router's advertisement on eth0)" in again.warnings[0]


# --- a stricter value of the host ---

COOKIES = "net.ipv4.tcp_syncookies"


@pytest.mark.parametrize("rule", [{"at_least": "1"}, {"accept": ["2"]}])
@pytest.mark.parametrize("conflicts, state, boots", [("restate", "stricter", "2"), ("report", "overridden", "1")])
def test_a_value_that_is_kept_is_not_lost_at_boot(rule, conflicts, state, boots):
    world = World({COOKIES: "2"}, {"/usr/lib/sysctl.d/99-z.conf": COOKIES + " = 1\n"})
    for _run in range(2):
        plan = world.run({NETWORK: COOKIES + " = 1\n"}, {COOKIES: rule}, conflicts)
        found = row(plan, COOKIES)
        assert (found.state, found.after, found.boot, world.boots_with(COOKIES)) == (state, "2", boots, boots)
        assert "was found on this host" in found.reason and ("99-z.conf:1 sets 1 at boot" in found.reason) == (conflicts == "report")
    assert not plan.files
    # The rule is remembered with the drop-in.
    world.run({TUNING: "vm.swappiness = 10\n"}, {}, conflicts)
    assert world.boots_with(COOKIES) == boots


# --- pairs and names over several calls ---

@pytest.mark.parametrize("before, first, second", [
    ((BYTES, "4096"), (BYTES, "32768"), (RATIO, "11")), ((RATIO, "20"), (BYTES, "32768"), (RATIO, "11")),
    ((RATIO, "20"), (RATIO, "33"), (BYTES, "32768")), ((BYTES, "4096"), (RATIO, "33"), (BYTES, "32768")),
])
def test_the_later_drop_in_of_a_pair_goes_and_the_earlier_one_is_in_force_again(before, first, second):
    was = dict({BYTES: "0", RATIO: "0"}, **dict([before]))
    world = World(was)
    for path, (name, value) in ((TUNING, first), (NETWORK, second)):
        world.run({path: "%s = %s\n" % (name, value)}, {name: {"exact": True}})
        assert world.live == dict({BYTES: "0", RATIO: "0"}, **{name: value})
    world.run({NETWORK: ""})
    assert world.live == dict({BYTES: "0", RATIO: "0"}, **dict([first])) and world.boots_with(first[0]) == first[1]
    again = world.run({TUNING: "%s = %s\n" % first}, {first[0]: {"exact": True}})
    assert not again.writes and not again.files
    world.absent()
    assert world.live == was and not world.saved.parameters


def test_the_later_drop_in_of_a_pair_is_in_force_whichever_call_comes_last():
    world = World({BYTES: "0", RATIO: "20"})
    world.run({NETWORK: RATIO + " = 33\n"})
    for _run in range(2):
        plan = world.run({TUNING: BYTES + " = 16384\n"}, {BYTES: {"exact": True}})
        assert (row(plan, BYTES).state, row(plan, BYTES).reason) == ("overridden", "%s asks for %s = 33" % (NETWORK, RATIO))
        assert world.live == {BYTES: "0", RATIO: "33"} and world.boots_with(RATIO) == "33"
    assert not plan.files and not world.run({NETWORK: RATIO + " = 33\n"}).writes
    world.absent()
    assert world.live == {BYTES: "0", RATIO: "20"} and not world.saved.parameters


ALL_RP, NEW_RP, ETH_RP, V0_RP = ("net.ipv4.conf.%s.rp_filter" % scope for scope in ("all", "default", "eth0", "v0"))


def test_two_calls_for_all_interfaces_do_not_chase_one_another():
    """The later drop-in is in force, on devices and on bridges."""
    text, rules = ALL_RP + " = %s\n" + NEW_RP + " = %s\n", {ALL_RP: {"interfaces": True}, NEW_RP: {"interfaces": True}}
    world = World(dict.fromkeys([ALL_RP, NEW_RP, ETH_RP, V0_RP], "0"), interfaces={"eth0": True, "v0": False})
    world.run({NETWORK: text % (2, 2)}, rules)
    for _round in range(2):
        world.run({TUNING: text % (1, 1)}, rules)
        assert set(world.live.values()) == {"2"}
        assert not world.run({NETWORK: text % (2, 2)}, rules).writes
    world.run({NETWORK: ""})
    world.run({TUNING: text % (1, 1)}, rules)
    assert set(world.live.values()) == {"1"}
    world.absent()
    assert set(world.live.values()) == {"0"} and not world.saved.parameters


def test_the_later_drop_in_for_all_interfaces_goes_and_the_earlier_one_is_in_force_on_each():
    text, rules = ALL_RP + " = %s\n" + NEW_RP + " = %s\n", {ALL_RP: {"interfaces": True}, NEW_RP: {"interfaces": True}}
    world = World(dict.fromkeys([ALL_RP, NEW_RP, ETH_RP, V0_RP], "0"), interfaces={"eth0": True, "v0": False})
    world.run({TUNING: text % (1, 1)}, rules)
    world.run({NETWORK: text % (2, 2)}, rules)
    world.run({NETWORK: ""})
    assert set(world.live.values()) == {"1"}
    assert not world.run({TUNING: text % (1, 1)}, rules).writes
    world.absent()
    assert set(world.live.values()) == {"0"} and not world.saved.parameters


def test_a_waiver_of_one_call_leaves_what_another_call_restates():
    world = World({REDIRECTS: "0"}, {"/usr/lib/sysctl.d/99-z.conf": REDIRECTS + " = 1\n"})
    world.run({NETWORK: REDIRECTS + " = 0\n"})
    world.run({TUNING: "vm.a = 1\n"}, {REDIRECTS: {"waived": "not in this call"}})
    assert world.boots_with(REDIRECTS) == "0"


NAMES_OF_ONE = ("net.netfilter.nf_conntrack_max", "net.nf_conntrack_max")


@pytest.mark.parametrize("one, other", [NAMES_OF_ONE, NAMES_OF_ONE[::-1]])
def test_a_run_that_is_killed_under_another_name_of_a_switch(one, other):
    world = World(dict.fromkeys(NAMES_OF_ONE, "1"))
    world.run({TUNING: one + " = 6\n"})
    world.kill({TUNING: other + " = 2\n"}, writes=1)
    world.run({TUNING: one + " = 6\n"})
    world.absent()
    assert set(world.live.values()) == {"1"} and not world.saved.parameters


def test_a_switch_that_somebody_has_set_since_is_remembered_once():
    one, other = NAMES_OF_ONE
    world = World(dict.fromkeys(NAMES_OF_ONE, "3"))
    world.run({TUNING: other + " = 4\n"})
    world.live = dict.fromkeys(NAMES_OF_ONE, "5")
    world.kill({NETWORK: one + " = 4\n"}, writes=1)
    assert len(world.saved.parameters) == 1
    world.absent()
    assert set(world.live.values()) == {"5"} and not world.saved.parameters


# --- an interface and conf.default ---

NEW_ONE, ETH0 = ("net.ipv4.conf.%s.rp_filter" % name for name in ("default", "eth0"))


@pytest.mark.parametrize("key", ["net.ipv4.conf.%s.rp_filter", "net.ipv6.conf.%s.accept_redirects"])
def test_an_interface_keeps_what_it_had_by_itself_and_one_that_came_later_goes_back(key):
    default, first, later = (key % name for name in ("default", "eth0", "veth0"))
    world = World({default: "0", first: "1"}, interfaces=["eth0"])
    world.run({NETWORK: default + " = 1\n"})
    world.live[later], world.interfaces["veth0"] = "1", False
    world.run({NETWORK: default + " = 1\n"})
    world.absent()
    assert world.live == {default: "0", first: "1", later: "0"}


@pytest.mark.parametrize("calls", [
    pytest.param([{TUNING: ETH0 + " = 2\n"}, {TUNING: "", NETWORK: NEW_ONE + " = 1\n"}], id="its line goes when the default's comes"),
    pytest.param([{TUNING: ETH0 + " = 2\n", NETWORK: NEW_ONE + " = 1\n"}, {TUNING: ""}], id="its line goes later"),
    pytest.param([{TUNING: ETH0 + " = 0\n"}, {NETWORK: NEW_ONE + " = 1\n"}, {TUNING: ""}], id="its line comes first and goes last"),
])
def test_what_an_interface_had_by_itself_is_known_under_a_line_of_ours(calls):
    world = World({NEW_ONE: "0", ETH0: "1"}, interfaces=["eth0"])
    for dropins in calls:
        world.run(dropins)
    assert world.live == {NEW_ONE: "1", ETH0: "1"}
    world.absent()
    assert world.live == {NEW_ONE: "0", ETH0: "1"} and not world.saved.parameters


def test_after_a_boot_an_interface_has_nothing_by_itself():
    world = World({NEW_ONE: "0", ETH0: "1"}, interfaces=["eth0"])
    world.run({NETWORK: NEW_ONE + " = 1\n"})
    world.boot = "second boot"
    world.absent()
    assert world.live == {NEW_ONE: "0", ETH0: "0"}


@pytest.mark.parametrize("path, vendors, file_there, own", [
    pytest.param("/usr/lib/sysctl.d/70-photon-network.conf", "net.ipv4.conf.*.rp_filter = 5\n", "", "0",
                 id="an empty file hides the vendor's"),
    pytest.param("/usr/lib/sysctl.d/10-x.conf", "# nothing\n", "net.ipv4.conf.veth0.rp_filter = 3\n", "3", id="it speaks of the interface"),
])
def test_a_file_that_ours_replaces_tells_what_an_interface_would_have(path, vendors, file_there, own):
    world = World({"net.ipv4.conf.all.rp_filter": "0", NEW_ONE: "0"}, {path: vendors, NETWORK: file_there})
    world.run(STRICT, ON_ALL)
    world.live[VETH], world.interfaces["veth0"] = "1", False
    world.run(STRICT, {name: dict(rule, at_least="1") for name, rule in ON_ALL.items()})
    world.absent()
    assert world.live[VETH] == own and not world.saved.parameters


def test_a_device_that_comes_after_the_files_goes_back_to_what_the_kernel_begins_with():
    """No file of others speaks of conf.default: whenever it came, it would have had that."""
    default, device = "net.ipv6.conf.default.accept_ra_pinfo", "net.ipv6.conf.eth0.accept_ra_pinfo"
    world = World({default: "1", device: "1"}, interfaces={"eth0": True})
    world.run({NETWORK: default + " = 0\n"})
    world.boot = "second boot"
    world.live.update({default: "0", device: "0"})
    world.absent()
    assert world.live == {default: "1", device: "1"} and not world.saved.parameters


EVERY_ONE, VETH = ("net.ipv4.conf.%s.rp_filter" % name for name in ("all", "veth0"))
ON_ALL = {EVERY_ONE: {"interfaces": True}, NEW_ONE: {"interfaces": True}}
STRICT = {NETWORK: "%s = 1\n%s = 1\n" % (EVERY_ONE, NEW_ONE)}


def with_veth(rules, files=None):
    """A hardened host on which an interface has appeared since."""
    world = World({EVERY_ONE: "0", NEW_ONE: "0", ETH0: "0"}, files, interfaces=["eth0"])
    world.run(STRICT, rules)
    world.live[VETH], world.interfaces["veth0"] = "1", False
    return world


@pytest.mark.parametrize("aside, state", [({"waived": "not here"}, "waived"), ({"hold": {"1": ["kubelet"]}}, "held_back")])
def test_an_interface_that_came_later_is_let_go_with_conf_default(aside, state):
    rules = {name: dict(rule, **(aside if "hold" in aside else {})) for name, rule in ON_ALL.items()}
    world = with_veth(rules)
    world.uses = {"kubelet": Use("/usr/bin/kubelet", True)}
    plan = world.run(STRICT, {name: dict(rule, **aside) for name, rule in rules.items()})
    assert set(world.live.values()) == {"0"} and row(plan, VETH).state == state
    assert "it had started with our value of %s" % NEW_ONE in row(plan, VETH).reason
    world.absent()
    assert set(world.live.values()) == {"0"} and not world.saved.parameters


def test_an_interface_that_came_later_is_remembered_when_conf_default_leaves_and_conf_all_stays():
    world = with_veth(ON_ALL)
    world.run({NETWORK: EVERY_ONE + " = 1\n"}, {EVERY_ONE: {"interfaces": True}})
    assert (world.live[NEW_ONE], world.live[VETH]) == ("0", "1")
    world.absent()
    assert set(world.live.values()) == {"0"} and not world.saved.parameters


def test_an_interface_that_came_later_gets_what_a_file_of_others_says():
    foreign = "/usr/lib/sysctl.d/99-z.conf"
    world = with_veth(ON_ALL, {foreign: "net.ipv4.conf.*.rp_filter = 2\n"})
    world.absent()
    assert (world.live[NEW_ONE], world.live[VETH]) == ("0", "2")


SYSTEMD = "net.ipv4.conf.default.rp_filter = 2\nnet.ipv4.conf.*.rp_filter = 2\n-net.ipv4.conf.all.rp_filter\n"


EARLY, LATE = "/usr/lib/sysctl.d/50-default.conf", "/etc/sysctl.d/99-z.conf"


@pytest.mark.parametrize("path, foreign, boots", [
    (EARLY, "", "2"), (EARLY, SYSTEMD, "2"), (EARLY, "net.ipv4.conf.[de]*.rp_filter = 2\n", "2"),
    # Before our line for conf.default the value that an interface starts with is not written.
    (EARLY, ETH0 + " = 0\n", "0x0"), (LATE, ETH0 + " = 0\n", "0"),
    # Nor is it before the line that restates conf.default.
    (LATE, NEW_ONE + " = 0\n", "0x2"),
])
def test_a_waived_interface_keeps_its_value_at_boot(path, foreign, boots):
    world = World({EVERY_ONE: "0", NEW_ONE: "2", ETH0: "2"}, {path: foreign}, interfaces={"eth0": True})
    before = dict(world.live), dict(world.files)
    for _run in range(2):
        plan = world.run(STRICT, dict(ON_ALL, **{ETH0: {"waived": "two ways"}}))
        assert (row(plan, ETH0).state, row(plan, ETH0).after, world.boots_with(ETH0)) == ("waived", "2", boots)
        assert world.boots_with(NEW_ONE) == world.boots_with(EVERY_ONE) == "1"
    assert not plan.files and not plan.writes
    world.absent()
    assert (world.live, world.files) == before and not world.saved.parameters


@pytest.mark.parametrize("key", ["net.ipv4.conf.%s.rp_filter", "net.ipv6.conf.%s.accept_redirects"])
@pytest.mark.parametrize("every, new, one", [
    pytest.param({"interfaces": True, "waived": "two ways"}, {"interfaces": True}, {}, id="by the rule of conf.all"),
    pytest.param({}, {}, {"waived": "two ways"}, id="a line for new interfaces that does not speak for all of them"),
])
def test_a_waived_interface_keeps_its_value_at_boot_whichever_line_reaches_it(key, every, new, one):
    names = [key % name for name in ("all", "default", "eth0")]
    world = World(dict.fromkeys(names, "0"), interfaces={"eth0": True})
    world.run({NETWORK: "%s = 1\n%s = 1\n" % tuple(names[:2])}, {names[0]: every, names[1]: new, names[2]: one})
    assert (world.live[names[2]], world.boots_with(names[2]), world.boots_with(names[1])) == ("0", "0", "1")


SCOPES = ("all", "default", "left")
OFF, ROUTES = (["net.ipv6.conf.%s.%s" % (scope, key) for scope in SCOPES] for key in ("disable_ipv6", "forwarding"))
ROUTES_4 = ["net.ipv4.conf.%s.forwarding" % scope for scope in SCOPES]
AT_BOOT = dict(dict.fromkeys(OFF[:2] + ROUTES[:2] + ROUTES_4[:2] + [FORWARD], "0"), **{REDIRECTS: "1"})


@pytest.mark.parametrize("files", [{}, {"/etc/sysctl.d/99-f.conf": "%s = 0\n%s = 0\n" % (OFF[0], ROUTES[0])}], ids=["alone", "restated"])
@pytest.mark.parametrize("ours, left", [
    pytest.param(OFF[:1], OFF[2], id="IPv6 is off but for an interface"),
    pytest.param(OFF[:1], OFF[1], id="IPv6 is off but for new interfaces"),
    pytest.param(OFF[1::-1], OFF[2], id="whichever order their lines are in"),
    pytest.param([FORWARD], ROUTES_4[2], id="a router but for an interface"),
    pytest.param([FORWARD], REDIRECTS, id="what a router's switch changes beside"),
    pytest.param(ROUTES[:1], ROUTES[2], id="a router of IPv6 but for an interface"),
    pytest.param(ROUTES[:1], ROUTES[1], id="a router of IPv6 but for new interfaces"),
])
def test_what_is_left_alone_keeps_its_value_at_boot_where_our_line_moves_it(ours, left, files):
    world = World(files=files, interfaces={"left": True})
    world.reboot(AT_BOOT)
    before, rules = dict(world.live), {left: {"waived": "CHG-1"}}
    text = "".join(name + " = 1\n" for name in ours)
    plan = world.run({NETWORK: text}, rules)
    assert (row(plan, left).state, world.live[left]) == ("waived", before[left])
    assert _values.same(left, world.boots_with(left), before[left])
    world.reboot(AT_BOOT)
    assert (world.live[left], world.live[ours[0]]) == (before[left], "1")
    again = world.run({NETWORK: text}, rules)
    assert not again.writes and not again.files
    world.absent()
    assert all(world.live[name] == before[name] for name in ours + [left]) and world.files == files


@pytest.mark.parametrize("ours, left, boots", [
    pytest.param(OFF[0] + " = 1\n", OFF[2], "0", id="begins with the kernel's own value"),
    pytest.param(NEW_ONE + " = 1\n", ETH0, "2", id="begins with what new interfaces have"),
])
@pytest.mark.parametrize("image", [False, True])
def test_an_interface_that_is_not_there_and_left_alone_keeps_its_value_at_boot(ours, left, boots, image):
    world = World({OFF[0]: "0", OFF[1]: "0", NEW_ONE: "2"}, {"/usr/lib/sysctl.d/50-default.conf": NEW_ONE + " = 2\n"})
    plan = world.plan({NETWORK: ours}, {left: {"waived": "CHG-1"}}, image=image)
    assert "%s = %s\n" % (left, boots) in plan.files[NETWORK]


def test_what_is_held_back_keeps_its_value_at_boot_where_our_line_moves_it():
    """What only seems to be a use takes nothing back that is hardened already, but holds the rest."""
    world = World({OFF[0]: "1", OFF[1]: "1", OFF[2]: "0"}, interfaces={"left": True}, uses={"router_ipv6": ("seen", False)})
    rule = {"hold": {"1": ["router_ipv6"]}, "interfaces": True}
    plan = world.run({NETWORK: OFF[0] + " = 1\n"}, {OFF[0]: rule})
    assert (row(plan, OFF[2]).state, world.live[OFF[2]], world.boots_with(OFF[2])) == ("held_back", "0", "0")


def test_a_call_for_another_drop_in_leaves_a_waived_interface_alone():
    world = World({EVERY_ONE: "0", NEW_ONE: "0", ETH0: "0"}, interfaces={"eth0": True})
    world.run(STRICT, dict(ON_ALL, **{ETH0: {"waived": "two ways"}}))
    world.run({TUNING: ""})
    assert world.boots_with(ETH0) == "0"


@pytest.mark.parametrize("line", [ETH0, NEW_ONE])
def test_a_line_that_goes_leaves_an_interface_to_itself_that_another_call_waives(line):
    world = World({EVERY_ONE: "0", NEW_ONE: "0", ETH0: "0"}, interfaces={"eth0": True})
    world.run({TUNING: EVERY_ONE + " = 1\n"}, {EVERY_ONE: {"interfaces": True}, ETH0: {"waived": "two ways"}})
    world.run({SECURITY: line + " = 2\n"}, {NEW_ONE: {"interfaces": True}})
    assert world.live[ETH0] == "2"
    world.run({SECURITY: ""})
    assert (world.live[ETH0], world.boots_with(ETH0)) == ("0", "0")


def test_what_was_there_before_us_is_as_good_for_the_drop_in_that_stays():
    name, call = "kernel.kptr_restrict", ({SECURITY: "kernel.kptr_restrict = 1\n"}, {"kernel.kptr_restrict": {"at_least": "1"}})
    world = World({name: "3"})
    world.run({TUNING: name + " = 2\n"})
    plan = world.run(*call)
    assert (row(plan, name).state, world.live[name], world.boots_with(name)) == ("overridden", "2", "2")
    world.run({TUNING: ""})
    assert (world.live[name], world.boots_with(name)) == ("3", "3")
    again = world.run(*call)
    assert not again.writes and not again.files and not world.saved.parameters


@pytest.mark.parametrize("device", [False, True])
@pytest.mark.parametrize("first", [EVERY_ONE, NEW_ONE])
def test_calls_that_call_the_same_good_do_not_chase_one_another(device, first):
    world = World({EVERY_ONE: "0", NEW_ONE: "0", ETH0: "2"}, interfaces={"eth0": device})
    rule = {"interfaces": True, "at_least": "1"}
    calls = [({path: name + " = 1\n"}, {name: rule}) for path, name in ((SECURITY, first), (TUNING, EVERY_ONE))]
    for call in calls + calls:
        plan = world.run(*call)
        assert (row(plan, ETH0).state, world.live[ETH0]) == ("stricter", "2")
        assert not device or world.boots_with(ETH0) == "2"
    assert not plan.files
    world.absent()
    assert world.live == {EVERY_ONE: "0", NEW_ONE: "0", ETH0: "2"} and not world.saved.parameters


@pytest.mark.parametrize("device", [False, True])
@pytest.mark.parametrize("rule, live", [({}, "4"), ({"accept": ["3"]}, "3")])
def test_an_interface_whose_own_value_had_met_a_line_that_goes_gets_what_the_other_one_asks_for(device, rule, live):
    world = World({EVERY_ONE: "0", NEW_ONE: "0", ETH0: "3"}, interfaces={"eth0": device})
    world.run({TUNING: EVERY_ONE + " = 2\n"}, {EVERY_ONE: {"interfaces": True, "at_least": "2"}})
    assert world.live[ETH0] == "3"
    call = {SECURITY: EVERY_ONE + " = 4\n"}, {EVERY_ONE: dict(rule, interfaces=True)}
    world.run(*call)
    world.run({TUNING: ""})
    assert (world.live[EVERY_ONE], world.live[ETH0]) == ("4", live)
    again = world.run(*call)
    assert not again.writes
    world.absent()
    assert world.live == {EVERY_ONE: "0", NEW_ONE: "0", ETH0: "3"} and not world.saved.parameters


def test_a_pattern_of_ours_that_stops_forwarding_leaves_a_waived_interface_alone():
    foreign, eth1 = "/usr/lib/sysctl.d/99-z.conf", "net.ipv4.conf.eth1.forwarding"
    world = World(dict(ROUTER, **{"net.ipv4.conf.eth0.forwarding": "0", eth1: "0"}),
                  {foreign: "net.ipv4.conf.eth*.forwarding = 1\n"}, interfaces=["v0", "eth0", "eth1"])
    world.run({NETWORK: FORWARD + " = 0\n"}, {eth1: {"waived": "it routes"}})
    assert (world.boots_with("net.ipv4.conf.eth0.forwarding"), world.boots_with(eth1), world.boots_with(FORWARD)) == ("0", "1", "0")


@pytest.mark.parametrize("writes", [0, 1, 2, 3, 4])
def test_a_rollback_that_is_killed_between_conf_default_and_its_interfaces(writes):
    world = with_veth(ON_ALL)
    world.kill({NETWORK: ""}, writes=writes)
    world.absent()
    assert set(world.live.values()) == {"0"} and not world.saved.parameters


REDIRECTED = "net.ipv6.conf.default.accept_redirects"


def with_started(value, addressed=True, default=REDIRECTED):
    """A host with our VALUE of conf.default, on which an interface has appeared since, and what that has of it."""
    world = World({default: "1"})
    world.run({NETWORK: "%s = %s\n" % (default, value)})
    world.add("veth0")
    if addressed:
        world.give_address("veth0")
    return world, _names.of_interface(default, "veth0")


@pytest.mark.parametrize("default, addressed", [(REDIRECTED, False), (NEW_ONE, False), (NEW_ONE, True)])
def test_what_an_interface_had_started_with_is_known_when_conf_default_has_another_value(default, addressed):
    world, name = with_started("4", addressed, default)
    for _run in range(2):
        plan = world.run({NETWORK: default + " = 2\n"})
        assert world.live[name] == ("2" if default == NEW_ONE and not addressed else "4")
    assert not plan.writes and not plan.files
    world.absent()
    assert world.live == {default: "1", name: "1"} and not world.saved.parameters


@pytest.mark.parametrize("writes", range(5))
def test_a_run_that_is_killed_while_conf_default_and_its_interfaces_get_their_own_value_again(writes):
    world, name = with_started("4")
    every = REDIRECTED.replace("default", "all")
    world.live[every] = "0"
    rules = dict.fromkeys((REDIRECTED, every), {"interfaces": True, "at_least": "0"})
    world.kill({NETWORK: "%s = 0\n%s = 0\n" % (REDIRECTED, every)}, rules, writes)
    world.absent()
    assert world.live == {REDIRECTED: "1", name: "1", every: "0"} and not world.saved.parameters


def test_an_interface_goes_back_to_what_a_file_of_others_said_also_after_another_value_of_ours():
    world = World({EVERY_ONE: "0", NEW_ONE: "0"}, {LATE: VETH + " = 5\n"})
    for value in "12":
        world.run({NETWORK: "%s = %s\n%s = %s\n" % (EVERY_ONE, value, NEW_ONE, value)}, ON_ALL)
        if VETH not in world.live:
            world.add("veth0")
            world.apply_files("veth0")
    world.absent()
    assert world.live == {EVERY_ONE: "0", NEW_ONE: "0", VETH: "5"} and not world.saved.parameters


def test_an_interface_goes_back_also_where_something_else_has_set_conf_default_since():
    world, name = with_started("4")
    world.write(REDIRECTED, "3")
    world.absent()
    assert world.live == {REDIRECTED: "3", name: "1"} and not world.saved.parameters


@pytest.mark.parametrize("key, follows", [
    ("net.ipv4.conf.%s.rp_filter", True), ("net.ipv4.conf.%s.forwarding", False), ("net.ipv6.conf.%s.accept_redirects", False),
    ("net.ipv6.neigh.%s.retrans_time_ms", True),
])
def test_a_device_has_after_a_boot_only_what_it_follows(key, follows):
    """It may be there before the files are read, and others set conf.default in one."""
    default, device = key % "default", key % "eth0"
    world = World({default: "1", device: "0"}, {LATE: default + " = 1\n"}, interfaces={"eth0": True})
    world.run({NETWORK: default + " = 0\n"})
    world.boot = "second boot"
    world.live.update({default: "0", device: "0"})
    world.absent()
    assert world.live == {default: "1", device: "1" if follows else "0"}


def test_what_forwarding_would_move_on_the_way_back_stays():
    world = World({FORWARD: "1", ALL: "1", DEFAULT: "1", V0: "0", REDIRECTS: "0"}, interfaces=["v0"])
    before = dict(world.live)
    world.run({NETWORK: FORWARD + " = 0\n"})
    world.absent()
    assert world.live == before


# --- values that bound each other ---

RANGE, START = "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start"


def test_a_line_that_the_kernel_refuses_because_of_a_later_one_is_restated_after_it():
    """A boot begins with 1024 and 32768: the range is refused while ports from 100 on are privileged."""
    world = World({RANGE: "32768\t60999", START: "1024"})
    plan = world.run({NETWORK: "%s = 100 60999\n%s = 0\n" % (RANGE, START)})
    assert (row(plan, RANGE).state, world.boots_with(START)) == ("changed", "0")
    assert _values.same(RANGE, row(plan, RANGE).boot, "100 60999")
    assert [line for line in world.files[LAST].splitlines() if line.startswith("net.")] == [RANGE + " = 0x64 0xee47"]


@pytest.mark.parametrize("text, ranges, start", [
    pytest.param("%s = 0\n%s = 100 60999\n" % (START, RANGE), "100 60999", "0", id="privileged ports first"),
    pytest.param("%s = 40000 60999\n%s = 40000\n" % (RANGE, START), "40000 60999", "40000", id="the range first"),
    pytest.param("%s = 40000\n%s = 40000 60999\n" % (START, RANGE), "40000 60999", None, id="40000 is refused before the range"),
    pytest.param("%s = 2000\n%s = 100 60999\n" % (START, RANGE), None, "2000", id="100 is refused after 2000"),
    pytest.param("%s = 32768\n" % START, None, "32768", id="as high as the range begins"),
    pytest.param("%s = 32769\n" % START, None, None, id="higher than the range begins"),
    pytest.param("%s = 1024 60999\n" % RANGE, "1024 60999", None, id="as low as privileged ports end"),
    pytest.param("%s = 1023 60999\n" % RANGE, None, None, id="lower than privileged ports end"),
])
def test_which_of_two_bounds_a_boot_takes(text, ranges, start):
    world = World(files={"/etc/sysctl.d/a.conf": text})
    assert (world.boots_with(RANGE), world.boots_with(START)) == (ranges, start)


# --- what the host had when we first came ---

def test_what_was_right_by_itself_and_is_changed_later_is_told_and_no_evidence():
    """A program sets forwarding after each boot; it was off before us."""
    world = World({FORWARD: "0", ALL: "0", DEFAULT: "0", V0: "0", REDIRECTS: "0"}, interfaces=["v0"])
    world.run({NETWORK: FORWARD + " = 0\n"})
    for _boot in range(2):
        world.write(FORWARD, "1")
        assert _memory.first_value(world.saved, ALL, "1") == "0"
        plan = world.run({NETWORK: FORWARD + " = 0\n"})
        assert (row(plan, FORWARD).state, world.live[FORWARD]) == ("changed", "0")
        assert row(plan, FORWARD).reason == "the boot sets it to 0 (%s:2); something changes it to 1 afterwards" % NETWORK
    world.absent()
    assert world.saved.first == {}


def test_what_we_have_changed_was_what_it_was():
    world = World(ROUTER, interfaces=["v0"])
    world.run({NETWORK: FORWARD + " = 0\n"})
    assert _memory.first_value(world.saved, FORWARD, "0") == "1"


def test_a_parameter_of_another_call_keeps_its_first_value():
    world = World({"kernel.a": "0", "kernel.b": "5"})
    world.run({SECURITY: "kernel.a = 1\n"})
    world.run({TUNING: "kernel.b = 5\n"})
    assert world.saved.first == {"kernel.a": "0", "kernel.b": "5"}
    world.run({SECURITY: "kernel.c = 1\n"})
    assert world.saved.first == {"kernel.b": "5"}


OFF_ALL, OFF_DEFAULT, OFF_V0 = ("net.ipv6.conf.%s.disable_ipv6" % name for name in ("all", "default", "v0"))


@pytest.mark.parametrize("then", [
    pytest.param("%s = 0\n" % OFF_ALL, id="asked for again"),
    pytest.param("kernel.a = 1\n", id="not asked for any more"),
])
def test_what_an_older_release_has_moved_along_is_not_the_hosts_own(then):
    """It has written 1 over 0, which moved the others, and remembered nothing of these."""
    world = World({OFF_ALL: "1", OFF_DEFAULT: "1", OFF_V0: "1", "kernel.a": "0"}, {NETWORK: HEADER + "\n%s = 1\n" % OFF_ALL}, ["v0"])
    world.saved = Saved({OFF_ALL: Entry("0", "1", NETWORK, traced=False)}, {NETWORK: SavedFile(None, sha256="0" * 64)})
    world.run({NETWORK: then})
    assert (world.live[OFF_ALL], world.live[OFF_DEFAULT], world.live[OFF_V0]) == ("0", "0", "0")
    world.absent()
    assert world.live == {OFF_ALL: "0", OFF_DEFAULT: "0", OFF_V0: "0", "kernel.a": "0"}


@pytest.mark.parametrize("rival, restated", [
    pytest.param("net.ipv4.conf.default.rp_filter = 0\n", True, id="a line for new interfaces"),
    pytest.param("net.ipv4.conf.*.rp_filter = 0\n", True, id="a pattern"),
    pytest.param("net.ipv4.conf.default.rp_filter = 1\n", False, id="the same value"),
    pytest.param("net.ipv4.conf.default.rp_filter = 2\n-net.ipv4.conf.defaul?.rp_filter = 0\n", True, id="several lines"),
    pytest.param("net.ipv4.conf.all.rp_filter = 0\n", False, id="a line that moves no interface"),
])
def test_a_line_of_an_interface_that_changes_nothing_when_it_is_read_is_restated_after_a_line_that_moves_it(rival, restated):
    world = World({ETH0: "1", NEW_ONE: "1", "net.ipv4.conf.all.rp_filter": "1"}, {"/etc/sysctl.d/90-rival.conf": rival}, ["eth0"])
    world.run({NETWORK: ETH0 + " = 1\n"})
    assert (LAST in world.files) is restated
    before = dict(world.files)
    assert not world.run({NETWORK: ETH0 + " = 1\n"}).files and world.files == before
    if restated:
        assert [line for line in world.files[LAST].splitlines() if line.startswith("net.")] == [ETH0 + " = 0x1"]


@pytest.mark.parametrize("conflicts, state, boot", [("restate", "changed", "0x1"), ("report", "overridden", "0")])
def test_the_boot_value_of_an_interface_that_a_later_line_may_move(conflicts, state, boot):
    world = World({ETH0: "1", NEW_ONE: "1"}, interfaces=["eth0"])
    plan = world.run({NETWORK: "%s = 1\n%s = 0\n" % (ETH0, NEW_ONE)}, {}, conflicts)
    assert (row(plan, ETH0).state, row(plan, ETH0).boot, world.boots_with(ETH0)) == (state, boot, boot)


# --- calls for one drop-in, and ends of runs ---

def test_a_drop_in_of_another_call_keeps_the_line_that_nothing_of_ours_sets_any_more():
    """Its vendor's namesake sets kernel.a; while another drop-in of ours does, the line is left out."""
    world = World({"kernel.a": "1", "kernel.b": "0", "kernel.c": "0"}, {"/usr/lib/sysctl.d/60-photon-tuning.conf": "kernel.a = 2\n"})
    world.run({SECURITY: "kernel.a = 1\n", TUNING: "kernel.b = 1\n"})
    assert (world.boots_with("kernel.a"), world.boots_with("kernel.b")) == ("1", "1")
    world.run({SECURITY: "kernel.c = 1\n"})
    assert (world.boots_with("kernel.a"), world.boots_with("kernel.b"), world.boots_with("kernel.c")) == ("2", "1", "1")
    first = dict(world.files)
    world.run({SECURITY: "kernel.a = 1\n"})
    assert (world.boots_with("kernel.a"), world.boots_with("kernel.b")) == ("1", "1")
    assert world.files[TUNING] != first[TUNING]
    world.run({SECURITY: "kernel.c = 1\n"})
    assert world.files == first
    world.absent()
    assert list(world.files) == ["/usr/lib/sysctl.d/60-photon-tuning.conf"] and not world.saved.files


@pytest.mark.parametrize("before", [None, "kernel.a = 0\n"])
def test_a_rollback_that_was_killed_after_its_files_can_be_finished(before):
    world = World({"kernel.a": "0"}, {SECURITY: before} if before else {})
    world.run({SECURITY: "kernel.a = 1\n"})
    world.files.pop(SECURITY)
    if before:
        world.files[SECURITY] = before
    plan = world.absent()
    assert not plan.warnings and world.saved == Saved({}, {}) and world.files.get(SECURITY) == before


def test_what_restates_stays_with_the_drop_ins_that_were_adopted():
    rival = "/etc/sysctl.d/90-rival.conf"
    world = World({"kernel.a": "0"}, {rival: "kernel.a = 0\n"})
    world.run({SECURITY: "kernel.a = 1\n"})
    files = [File(path, text) for path, text in world.files.items()]
    world.saved = _memory.of_host(Saved({}, {}), {"kernel.a": ("1", SECURITY)}, {item.path: item for item in files}, None)
    before = dict(world.files)
    world.run({SECURITY: "kernel.a = 1\n"})
    world.absent()
    assert world.files == before


def test_what_is_left_alone_goes_back_and_is_compared_from_then_on():
    """As an override of null asks for it: what the profile wants is a reference then, and was ours."""
    world = World({"vm.swappiness": "60"})
    world.run({TUNING: "vm.swappiness = 10\n"})
    plan = world.run({TUNING: ""}, rules={"vm.swappiness": {"report": "10"}})
    assert world.live == {"vm.swappiness": "60"} and not world.saved.parameters and row(plan, "vm.swappiness").state == "changed"
    found = row(world.run({TUNING: ""}, rules={"vm.swappiness": {"report": "10"}}), "vm.swappiness")
    assert (found.state, found.wanted, found.reason) == ("ok", None, "only reported; the reference is 10")


NO_IPV6 = {scope: "net.ipv6.conf.%s.disable_ipv6" % scope for scope in ("all", "default", "eth0")}
ALL_OFF, ETH0_OFF, NEW_OFF = ("%s = 1\n" % NO_IPV6[scope] for scope in ("all", "eth0", "default"))
ETH0_ON = NO_IPV6["eth0"] + " = 0\n"
WAIVED = {NO_IPV6["eth0"]: {"waived": "CHG-1"}}


@pytest.mark.parametrize("calls, live", [
    pytest.param([({SECURITY: ETH0_OFF}, {}), ({SECURITY: ALL_OFF}, {})], "1", id="a line for all takes the place of one for itself"),
    pytest.param([({SECURITY: ETH0_ON}, {}), ({NETWORK: ALL_OFF}, {}), ({SECURITY: ""}, {})], "0", id="its own line goes"),
    pytest.param([({SECURITY: ALL_OFF}, WAIVED), ({SECURITY: ALL_OFF}, {})], "0", id="a waiver ends"),
    pytest.param([({SECURITY: ETH0_ON + ALL_OFF}, {NO_IPV6["eth0"]: {"at_least": "0"}})], "0", id="its own line is as good as met"),
])
def test_what_only_a_boot_moves_goes_back_with_what_moves_it(calls, live):
    kernel = dict.fromkeys(NO_IPV6.values(), "0")
    world = World(kernel, interfaces={"eth0": True})
    for call in calls:
        plan = world.run(*call)
    assert world.live[NO_IPV6["eth0"]] == live
    if calls[0][1] is WAIVED:
        assert [(row.state, row.boot_before, row.boot) for row in plan.rows if row.name == NO_IPV6["eth0"]] == [("changed", "0", "1")]
    assert world.plan(*calls[-1]).saved == world.saved
    world.reboot({name: "0" for name in kernel if "eth0" not in name})
    assert world.live == dict.fromkeys(kernel, "1")
    world.absent()
    assert world.live == kernel and not world.saved.parameters


@pytest.mark.parametrize("text, uses", [
    pytest.param(ETH0_OFF, {}, id="its own line is waived"),
    pytest.param(ETH0_OFF, {"docker": ("seen", True)}, id="its own line is held back"),
    pytest.param(NEW_OFF, {}, id="the one for new interfaces does not reach it"),
])
def test_what_another_call_leaves_alone_no_line_moves(text, uses):
    world = World(dict.fromkeys(NO_IPV6.values(), "0"), interfaces={"eth0": True}, uses=uses)
    rules = {NO_IPV6["eth0"]: {"hold": {"1": ["docker"]}}} if uses else WAIVED
    world.run({NETWORK: text}, rules)
    world.run({SECURITY: ALL_OFF})
    again = world.run({SECURITY: ALL_OFF})
    assert not again.files and not again.writes
    assert [(row.state, row.reason) for row in again.rows if row.name == NO_IPV6["eth0"]] == [("waived", NETWORK + " leaves it as it is")]
    assert world.live[NO_IPV6["eth0"]] == world.boots_with(NO_IPV6["eth0"]) == "0"
    # Neither call keeps the waiver of the other one for ever.
    world.run({NETWORK: NEW_OFF})
    world.run({SECURITY: ALL_OFF})
    assert world.boots_with(NO_IPV6["eth0"]) == "1"
    world.absent()
    assert set(world.live.values()) == {"0"} and not world.saved.parameters


def test_what_a_line_moves_to_the_hosts_own_value_at_boot_is_ours_until_then():
    world = World(dict.fromkeys(NO_IPV6.values(), "0"), interfaces={"eth0": True})
    world.run({SECURITY: ALL_OFF})
    call = {NETWORK: NO_IPV6["all"] + " = 0\n"}, WAIVED
    saved = world.run(*call) and world.saved
    again = world.run(*call)
    assert not again.files and not again.writes and world.saved == saved
    assert world.live[NO_IPV6["eth0"]] == "1"
    world.absent()
    assert set(world.live.values()) == {"0"} and not world.saved.parameters
