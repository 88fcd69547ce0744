# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import errno

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _boot_order, _decide, _rivals, _rules, _sysctl_d
from ansible_collections.photon.hardening.plugins.module_utils._model import (
    Choice,
    Entry,
    File,
    Reading,
    Request,
    Rule,
    Saved,
    SavedFile,
    Snapshot,
    Use,
)

PATH, LATER = "/etc/sysctl.d/50-security-hardening.conf", "/etc/sysctl.d/60-photon-tuning.conf"
SCOPE = "net.ipv4.conf.%s.rp_filter"
EVERY, FRESH, ETH0, WLAN0, LO = (SCOPE % scope for scope in ("all", "default", "eth0", "wlan0", "lo"))
INTERFACES = {"lo": False, "eth0": True, "wlan0": True}
USERNS, DOCKER = "user.max_user_namespaces", {"hold": {"0": ["docker"]}}
SWAP, BYTES, RATIO = "vm.swappiness", "vm.dirty_bytes", "vm.dirty_ratio"


def asked(texts, rules=None, container_host="auto", image=False, uses=None):
    """TEXTS: that of PATH alone, or path -> text."""
    texts = {PATH: texts} if isinstance(texts, str) else texts
    files = [File(path, text) for path, text in texts.items()]
    return Request(files, _rules.checked(rules or {}), "restate", container_host, image, uses or {})


def host(live=None, saved=None, files=(), interfaces=None, uses=None):
    """LIVE: parameter -> text or Reading. FILES: (path, text) of what is on disk."""
    live = {name: value if isinstance(value, Reading) else Reading(value) for name, value in (live or {}).items()}
    return Snapshot(live, [File(*item) for item in files], _sysctl_d.SYSTEMD, _rivals.NONE, uses or {}, set(), "6.1.0", "x86_64",
                    interfaces or {}, {}, "boot b", saved or Saved({}, {}))


def later_call(lines):
    """What is remembered and on disk of a drop-in that another call has written, read after PATH."""
    text = "".join([_sysctl_d.HEADER + "\n"] + ["%s = %s\n" % item for item in lines.items()])
    return {LATER: SavedFile(None, lines=lines)}, [(LATER, text)]


def choices(request, snapshot):
    return _decide.choices(_decide.wants(request, snapshot.interfaces), request, snapshot)


def choice(text, snapshot, rule=None, **more):
    """The Choice for the one parameter that TEXT, one line, sets."""
    name = text.partition(" = ")[0]
    return choices(asked(text + "\n", {name: rule or {}}, **more), snapshot)[name]


def leaving(snapshot, found=None, text="", **more):
    return _decide.leaving(found or {}, {}, asked(text, **more), snapshot)


# --- what is asked for ---

@pytest.mark.parametrize("rules, expected", [
    pytest.param({}, {SWAP: "10"}, id="no rule"),
    pytest.param({"kernel.a": {"accept": ["2"]}}, {SWAP: "10"}, id="a rule alone asks for nothing"),
    pytest.param({"kernel.a": {"report": "2"}}, {SWAP: "10", "kernel.a": None}, id="reported"),
    pytest.param({"kernel.a": {"waived": "why"}}, {SWAP: "10", "kernel.a": None}, id="waived without a line"),
    pytest.param({SWAP: {"report": "2", "waived": "why"}}, {SWAP: "10"}, id="waived with a line"),
])
def test_what_is_asked_for(rules, expected):
    wants = _decide.wants(asked("vm.swappiness = 10\n", rules), {})
    assert {name: want.value for name, want in wants.items()} == expected


@pytest.mark.parametrize("text, rules, reached", [
    pytest.param(EVERY + " = 1\n", {EVERY: {"interfaces": True}}, [ETH0, WLAN0], id="all: every interface but the loopback"),
    pytest.param(FRESH + " = 1\n", {FRESH: {"interfaces": True}}, [ETH0, WLAN0], id="default: every interface but the loopback"),
    pytest.param(EVERY + " = 1\n", {}, [], id="without the rule none"),
    pytest.param(EVERY + " = 1\n" + FRESH + " = 1\n", {FRESH: {}}, [], id="two lines without the rule"),
    pytest.param("", {EVERY: {"interfaces": True, "report": "1"}}, [], id="only reported"),
    pytest.param(ETH0 + " = 1\n", {ETH0: {"interfaces": True}}, [], id="one interface speaks for itself"),
    pytest.param("kernel.a = 1\n", {"kernel.a": {"interfaces": True}}, [], id="no parameter of interfaces"),
    pytest.param("net.ipv4.conf.all = 1\n", {"net.ipv4.conf.all": {"interfaces": True}}, [], id="a table and no parameter"),
    pytest.param("net.ipv4.conf.all.group.key = 1\n", {"net.ipv4.conf.all.group.key": {"interfaces": True}},
                 ["net.ipv4.conf.eth0.group.key", "net.ipv4.conf.wlan0.group.key"], id="a table in the table"),
])
def test_interfaces_that_a_line_speaks_for(text, rules, reached):
    wants = _decide.wants(asked(text, rules), INTERFACES)
    given = set(_decide.wants(asked(text, rules), {}))
    assert sorted(set(wants) - given) == reached
    assert all((wants[name].value, wants[name].dropin, wants[name].number) == ("1", PATH, None) for name in reached)


@pytest.mark.parametrize("every, own, waived", [
    pytest.param({}, {}, None, id="neither"),
    pytest.param({"waived": "all of them"}, {}, "all of them", id="that of conf.all reaches the interface"),
    pytest.param({}, {"waived": "this one"}, "this one", id="one of its own"),
    pytest.param({"waived": "all of them"}, {"waived": "this one"}, "this one", id="its own goes first"),
])
def test_waiver_of_an_interface(every, own, waived):
    rules = {EVERY: dict(every, interfaces=True), ETH0: own}
    wants = _decide.wants(asked(EVERY + " = 1\n", rules), {"eth0": True})
    assert wants[ETH0].rule.waived == waived


# --- one parameter against the running kernel ---

@pytest.mark.parametrize("name, reading, image", [
    pytest.param("kernel.flush", Reading(None, errno.EACCES, 0, True), False, id="its mode says so"),
    pytest.param("vm.compact_memory", _decide.ABSENT, False, id="this kernel lacks it"),
    pytest.param("net.ipv4.route.flush", _decide.ABSENT, True, id="an image has no kernel"),
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
    pytest.param(("rejected", "2", "boot b"), "rejected", None, id="this value in this boot: not tried again, as it was called then"),
    pytest.param(("rejected", "2", "boot a"), "changed", "2", id="in an earlier boot"),
    pytest.param(("rejected", "2", "boot c"), "changed", "2", id="in another boot"),
    pytest.param(("rejected", "1", "boot b"), "changed", "2", id="another value, a lower one"),
    pytest.param(("rejected", "3", "boot b"), "changed", "2", id="another value, a higher one"),
    pytest.param(None, "changed", "2", id="never refused"),
])
def test_a_value_that_was_refused_before(refused, state, write):
    saved = Saved({"kernel.a": Entry("0", None, PATH, refused=refused)}, {})
    found = choice("kernel.a = 2", host({"kernel.a": "0"}, saved))
    assert (found.state, found.target, found.write) == (state, "2", write)
    assert ("refused by the kernel in an earlier run" in found.reason) == (state == "rejected")


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


# --- what is held back ---

@pytest.mark.parametrize("firm, unchanged, broken", [
    pytest.param(True, False, True, id="proved, would change"),
    pytest.param(True, True, True, id="proved, in force"),
    pytest.param(False, False, True, id="a process alone, would change"),
    pytest.param(False, True, False, id="a process alone does not take back what is in force"),
])
def test_how_firm_a_use_is(firm, unchanged, broken):
    snapshot = host(uses={"docker": Use("it runs", firm)})
    rule = Rule(hold=(("0", ("docker",)),))
    words = _decide.broken_uses(USERNS, "0", rule, snapshot, unchanged)
    assert words == ("docker (it runs)" if broken else "")


@pytest.mark.parametrize("value, hold, words", [
    pytest.param("0", (("0", ("docker",)),), "docker (it runs)", id="the value that breaks a use of this host"),
    pytest.param("0x0", (("0", ("docker",)),), "docker (it runs)", id="the same value in another form"),
    pytest.param("1", (("0", ("docker",)),), "", id="another value"),
    pytest.param("0", ((None, ("docker",)),), "", id="a value that nobody has named"),
    pytest.param("0", (("0", ("podman",)),), "", id="a use that this host does not have"),
    pytest.param(None, (("0", ("docker",)),), "", id="no value"),
    pytest.param("0", (("0", ("router", "kdump", "docker")),), "router (its file), docker (it runs), kdump (by container_host or uses)",
                 id="several"),
])
def test_uses_that_a_value_would_break(value, hold, words):
    snapshot = host(uses={"docker": Use("it runs", False), "router": Use("its file", True), "kdump": Use("", True)})
    assert _decide.broken_uses(USERNS, value, Rule(hold=hold), snapshot) == words


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


@pytest.mark.parametrize("value, uses, told", [
    pytest.param("0", {"docker": Use("it runs", False)}, True, id="a process that seems to need it"),
    pytest.param("0", {}, False, id="no such process"),
    pytest.param("5", {"docker": Use("it runs", False)}, False, id="a value that breaks nothing"),
    pytest.param("0", {"docker": Use("its file", True)}, False, id="proved: held back anyway"),
])
def test_what_stays_although_a_process_seems_to_need_it(value, uses, told):
    request, snapshot = asked("%s = %s\n" % (USERNS, value), {USERNS: DOCKER}), host({USERNS: value}, uses=uses)
    wanted = _decide.wants(request, {})
    made = {USERNS: Choice("ok", value, active=True), "kernel.b": Choice("changed", None, "1", True)}
    assert _decide.unproved_uses(wanted, made, snapshot) == ([
        USERNS + " = 0 stays, although it may break docker (it runs): no program or file of root shows that this host is used for it. "
        "If it is, say so with uses ({docker: present}; the role's variable is photon_hardening_uses), or waive the parameter."
    ] if told else [])
    assert _decide.unproved_uses(wanted, {USERNS: Choice("waived")}, snapshot) == []


# --- on the way back ---

HERE = Entry("60", "10", PATH)


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
    back = _decide.leaving({}, {}, asked("", {USERNS: DOCKER}), snapshot)
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
    found = _decide.interfaces_back(saved, {FRESH: made}, _boot_order.BootOrder([]), snapshot)
    reason = "it had started with our value of " + FRESH
    assert found == ({ETH0: Choice("changed", None, back, False, reason)} if back else {})
    named = _boot_order.BootOrder([File(PATH, ETH0 + " = 1\n")])
    assert not _decide.interfaces_back(saved, {FRESH: made}, named, snapshot)
