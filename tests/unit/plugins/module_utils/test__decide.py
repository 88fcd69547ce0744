# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import errno

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _decide, _wants
from ansible_collections.photon.hardening.plugins.module_utils._model import ABSENT, Choice, Entry, Reading, Saved, SavedFile, Use
from ansible_collections.photon.hardening.tests.unit.plugins.module_utils.one_host import (
    DOCKER,
    LATER,
    PATH,
    SWAP,
    USERNS,
    asked,
    host,
    later_call,
)


def choices(request, snapshot):
    return _decide.choices(_wants.wants(request, snapshot.interfaces), request, snapshot)


def choice(text, snapshot, rule=None, **more):
    """The Choice for the one parameter that TEXT, one line, sets."""
    name = text.partition(" = ")[0]
    return choices(asked(text + "\n", {name: rule or {}}, **more), snapshot)[name]


@pytest.mark.parametrize("name, reading, image", [
    pytest.param("kernel.flush", Reading(None, errno.EACCES, 0, True), False, id="its mode says so"),
    pytest.param("vm.compact_memory", ABSENT, False, id="this kernel lacks it"),
    pytest.param("net.ipv4.route.flush", ABSENT, True, id="an image has no kernel"),
])
@pytest.mark.parametrize("rule, who", [({}, "50-security-hardening.conf line 2"), ({"required": "my_overrides"}, "my_overrides")])
def test_an_action_is_refused_in_a_sentence(name, reading, image, rule, who):
    with pytest.raises(ValueError, match="%s: %s is an action, not a setting: it can only be written. Remove it." % (who, name)):
        choices(asked("# why\n%s = 1\n" % name, {name: rule})._replace(image=image), host({name: reading}))
    assert not choices(asked("", {name: {"report": "1"}})._replace(image=image), host({name: reading}))


@pytest.mark.parametrize("error, state, reason", [
    pytest.param(errno.EPERM, "read_only", "cannot be read (EPERM)", id="EPERM, below ENOENT"),
    pytest.param(errno.EACCES, "read_only", "cannot be read (EACCES)", id="EACCES, above ENOENT"),
    pytest.param(errno.ENOENT, "unsupported", "kernel 6.1.0 does not have it", id="not there"),
])
def test_without_a_value(error, state, reason):
    found = choice("kernel.a = 1", host({"kernel.a": Reading(None, error)}))
    assert (found.state, found.reason) == (state, reason)


@pytest.mark.parametrize("refused, state, write", [
    pytest.param(("rejected", "2", "boot b"), "rejected", None, id="this value in this boot: as it was called then"),
    pytest.param(("rejected", "0x2", "boot b"), "rejected", None, id="the same in other words"),
    pytest.param(("rejected", "2", "boot a"), "changed", "2", id="in an earlier boot"),
    pytest.param(("rejected", "2", "boot c"), "changed", "2", id="in another boot"),
    pytest.param(("rejected", "1", "boot b"), "changed", "2", id="another value, a lower one"),
    pytest.param(("rejected", "3", "boot b"), "changed", "2", id="another value, a higher one"),
    pytest.param(None, "changed", "2", id="never refused"),
])
def test_a_value_that_was_refused_before(refused, state, write):
    saved = Saved({"kernel.a": Entry("0", None, PATH, refused=refused)}, {})
    for one_way, is_check in ((True, False), (False, True)):
        found = choice("kernel.a = 2", host({"kernel.a": "0"}, saved)._replace(is_check=is_check), {"one_way": one_way})
        assert (found.state, found.target, found.write) == (state, "2", write)
        assert ("refused by the kernel in an earlier run" in found.reason) == (state == "rejected")
    # What may be taken by now is tried again.
    assert choice("kernel.a = 2", host({"kernel.a": "0"}, saved)).write == "2"


def test_a_run_that_failed_is_newer_than_a_value_that_was_refused_before():
    saved = Saved({"kernel.a": Entry("0", None, PATH, refused=("read_only", "2", "boot b"))}, {})
    for refused, state in ((None, "read_only"), (("kernel.a", "2"), "rejected")):
        snapshot = host({"kernel.a": "0"}, saved)._replace(is_check=True, refused=refused)
        assert choice("kernel.a = 2", snapshot).state == state


@pytest.mark.parametrize("live, state", [
    pytest.param("1024", "reboot_required", id="refused before: a run tries it again"),
    pytest.param(Reading("1024", 0, errno.EROFS), "changed", id="read-only"),
])
def test_what_a_check_says_beside_a_bound_that_was_refused(live, state):
    snapshot = host({"net.ipv4.ip_unprivileged_port_start": live, "net.ipv4.ip_local_port_range": "1024 65000"})._replace(is_check=True)
    found = _decide.within_bounds({"net.ipv4.ip_unprivileged_port_start": Choice("read_only", "40000", None, True),
                                   "net.ipv4.ip_local_port_range": Choice("changed", None, "32768 60999")}, snapshot)
    assert found["net.ipv4.ip_local_port_range"].state == state


@pytest.mark.parametrize("lines, rules, state, reason", [
    pytest.param({SWAP: "20"}, {}, "overridden", LATER + " asks for 20", id="another value in a later drop-in"),
    pytest.param({SWAP: "10"}, {}, "changed", "", id="the same value in a later drop-in"),
    pytest.param({"kernel.a": "20"}, {}, "changed", "", id="another parameter in a later drop-in"),
    pytest.param({SWAP: "20"}, {"waived": "why"}, "waived", "why", id="waived here"),
    pytest.param({SWAP: "10"}, {"waived": "why"}, "waived", "why", id="waived here, the same value there"),
])
def test_a_later_drop_in_of_another_call(lines, rules, state, reason):
    files, on_disk = later_call(lines)
    found = choice(SWAP + " = 10", host({SWAP: "60"}, Saved({}, files), on_disk), rules)
    assert (found.state, found.reason, found.elsewhere) == (state, reason, state == "overridden")


LINES = {PATH: SavedFile(None, lines={USERNS: "0"})}


@pytest.mark.parametrize("live, saved, state", [
    pytest.param("1", Saved({}, {}), "held_back", id="not hardened yet"),
    pytest.param("0", Saved({}, {}), "ok", id="hardened already"),
    pytest.param("1", Saved({USERNS: Entry("1", "0", PATH)}, LINES), "changed", id="hardened by us, and changed by something since"),
    pytest.param("1", Saved({}, LINES), "changed", id="a line of ours, whose value was there when it came"),
    pytest.param("1", Saved({USERNS: Entry("1", "5", PATH)}, {PATH: SavedFile(None, lines={USERNS: "5"})}), "held_back",
                 id="we have set something else"),
])
def test_a_process_alone_never_takes_hardening_back(live, saved, state):
    assert choice(USERNS + " = 0", host({USERNS: live}, saved, uses={"docker": Use("it runs", False)}), DOCKER).state == state
    assert choice(USERNS + " = 0", host({USERNS: live}, saved, uses={"docker": Use("its file", True)}), DOCKER).state == "held_back"
