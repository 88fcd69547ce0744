# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import errno

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _boot_order, _leaving
from ansible_collections.photon.hardening.plugins.module_utils._model import Choice, Entry, File, Reading, Saved, Use
from ansible_collections.photon.hardening.tests.unit.plugins.module_utils.one_host import (
    BYTES,
    DOCKER,
    ETH0,
    FRESH,
    LATER,
    PATH,
    RATIO,
    SWAP,
    USERNS,
    asked,
    host,
    later_call,
)

HERE = Entry("60", "10", PATH)


def leaving(snapshot, found=None, text="", **more):
    return _leaving.leaving(found or {}, {}, asked(text, **more), snapshot, {})


@pytest.mark.parametrize("name, entry, live, expected", [
    pytest.param(SWAP, HERE, "10", Choice("changed", None, "60", False, "no longer wanted: the earlier value is restored"), id="back"),
    pytest.param(SWAP, HERE, "15", Choice("ok", None, None, False, "no longer wanted; something else changed it after "
                                          "the last run, so it is left as it is"),
                 id="set by something else"),
    pytest.param(SWAP, Entry("10", "10", PATH), "10", Choice("ok", None, None, False, "no longer wanted"), id="is as it was"),
    pytest.param("net.ipv6.conf.all.stable_secret", Entry(None, "::1", PATH), "::1", Choice(
        "reboot_required", None, None, False, "it was not set before, and it cannot be unset again"), id="was not set before"),
    pytest.param("kernel.yama.ptrace_scope", Entry("1", "3", PATH), "3", Choice(
        "reboot_required", None, None, False, "cannot go back: the kernel keeps 3 until a reboot"), id="locked"),
    pytest.param(SWAP, HERE, Reading("10", 0, errno.EROFS), Choice(
        "read_only", None, None, False, "cannot go back: read-only here (EROFS)"), id="read-only"),
])
def test_way_back(name, entry, live, expected):
    assert leaving(host({name: live}, Saved({name: entry}, {}))) == {name: expected}


@pytest.mark.parametrize("lines, expected", [
    pytest.param({SWAP: "20"}, Choice("changed", None, "20", False, LATER + " asks for it"), id="another value"),
    pytest.param({SWAP: "10"}, Choice("ok", None, None, False, LATER + " asks for the same"), id="the same value"),
    pytest.param({"kernel.a": "1"}, Choice("changed", None, "60", False, "no longer wanted: the earlier value is restored"),
                 id="nothing of it"),
])
def test_way_back_to_what_another_drop_in_of_ours_asks_for(lines, expected):
    files, on_disk = later_call(lines)
    assert leaving(host({SWAP: "10"}, Saved({SWAP: HERE}, files), on_disk)) == {SWAP: expected}


@pytest.mark.parametrize("lines, state", [
    pytest.param({}, "changed", id="what was there before us has lived with that use"),
    pytest.param({USERNS: "0"}, "held_back", id="what another drop-in asks for has not"),
])
def test_way_back_to_a_value_that_breaks_a_use_of_before_us(lines, state):
    files, on_disk = later_call(lines)
    saved = Saved({USERNS: Entry("0", "9", PATH)}, files)
    snapshot = host({USERNS: "9"}, saved, on_disk, uses={"docker": Use("kernel.x was 1 before us", True, before=True)})
    back = _leaving.leaving({}, {}, asked("", {USERNS: DOCKER}), snapshot, {})
    assert back[USERNS].state == state


@pytest.mark.parametrize("now, state, reason", [
    pytest.param(Choice("waived", reason="why"), "waived", "why; no longer wanted: the earlier value is restored", id="waived"),
    pytest.param(Choice("held_back", reason="would break docker"), "held_back",
                 "would break docker; no longer wanted: the earlier value is restored", id="held back"),
    pytest.param(Choice("ok", reason="only reported; the reference is 1"), "changed", "no longer wanted: the earlier value is restored",
                 id="only reported"),
    pytest.param(None, "changed", "no longer wanted: the earlier value is restored", id="not asked for"),
])
def test_way_back_of_what_is_left_alone_from_now_on(now, state, reason):
    back = leaving(host({SWAP: "10"}, Saved({SWAP: HERE}, {})), {SWAP: now} if now else {})
    assert back == {SWAP: Choice(state, None, "60", False, reason)}


@pytest.mark.parametrize("live, image, back", [
    pytest.param({"kernel.a": "1", SWAP: "10"}, False, ["kernel.a", SWAP], id="all that were set"),
    pytest.param({"kernel.a": None, SWAP: "10"}, False, [SWAP], id="one is gone, the others go back"),
    pytest.param({SWAP: "10"}, False, [SWAP], id="one was not read, the others go back"),
    pytest.param({"kernel.a": "1", SWAP: "10"}, True, [], id="an image has no live values"),
])
def test_what_goes_back(live, image, back):
    saved = Saved({"kernel.a": Entry("0", "1", PATH), SWAP: HERE, "kernel.other": Entry("0", "1", LATER)}, {})
    assert list(leaving(host(dict(live, **{"kernel.other": "1"}), saved), image=image)) == back


@pytest.mark.parametrize("target, expected", [
    pytest.param("20", Choice("ok", reason=RATIO + " takes its place"), id="the other of the pair is set"),
    pytest.param("0", Choice("changed", None, "0", False, "no longer wanted: the earlier value is restored"),
                 id="the other of the pair is unset"),
])
def test_way_back_of_one_of_a_pair(target, expected):
    saved = Saved({BYTES: Entry("0", "1000", PATH), SWAP: HERE}, {})
    back = leaving(host({BYTES: "1000", RATIO: "0", SWAP: "10"}, saved), {RATIO: Choice("changed", target, target, True)})
    assert back[BYTES] == expected
    assert back[SWAP].write == "60"


@pytest.mark.parametrize("made, live, back", [
    pytest.param(Choice("changed", None, "0", False), "1", "0", id="conf.default goes back"),
    pytest.param(Choice("changed", "0", "0", True), "1", "0", id="what conf.default had by itself is asked for"),
    pytest.param(Choice("changed", "2", "2", True), "1", None, id="conf.default stays ours with another value"),
    pytest.param(Choice("ok", "1", None, True), "1", None, id="conf.default stays as it is"),
    pytest.param(Choice("ok", None, None, False), "1", None, id="conf.default is not written"),
    pytest.param(Choice("changed", None, "0", False), "2", None, id="the interface has another value"),
])
def test_interfaces_that_started_with_our_default(made, live, back):
    saved = Saved({FRESH: Entry("0", "1", PATH)}, {})
    snapshot = host({FRESH: "1", ETH0: live}, saved, interfaces={"eth0": True})
    found = _leaving.interfaces_back(saved, {FRESH: made}, _boot_order.BootOrder([]), snapshot)
    reason = "it had started with our value of " + FRESH
    assert found == ({ETH0: Choice("changed", None, back, False, reason)} if back else {})
    named = _boot_order.BootOrder([File(PATH, ETH0 + " = 1\n")])
    assert not _leaving.interfaces_back(saved, {FRESH: made}, named, snapshot)
