# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _dropins, _memory, _rivals, _rules, _sysctl_d
from ansible_collections.photon.hardening.plugins.module_utils._model import (
    Attributes,
    Choice,
    Decided,
    File,
    NewFile,
    Request,
    Rule,
    Saved,
    SavedFile,
    Snapshot,
    Use,
    Want,
)

PATH, RESTATE_PATH = "/etc/sysctl.d/50-security-hardening.conf", "/etc/sysctl.d/zz-photon-hardening.conf"
FOREIGN = "/usr/lib/sysctl.d/99-vendor.conf"
HEADER = _sysctl_d.HEADER + "\n"
OURS = HEADER + "kernel.a = 1\n"
ADDED = OURS + "kernel.b = 2\n"
SCOPE = "net.ipv4.conf.%s.rp_filter"
EVERY, FRESH, ETH0 = (SCOPE % scope for scope in ("all", "default", "eth0"))
INTERFACES = Rule(interfaces=True)
FORWARD = "net.ipv4.ip_forward"
USERNS = "user.max_user_namespaces"


def remembered(text=OURS, before=None, edits=()):
    """A SavedFile of a run that wrote OURS. TEXT None: of an older release, which did not remember it."""
    attributes = Attributes(0o600, 1, 2)
    return SavedFile(before, attributes, _memory.digest(OURS), None, {"kernel.a": "1"}, {}, "restate", tuple(edits), text)


def host(files=(), saved=None, uses=None, interfaces=None):
    return Snapshot({}, list(files), _sysctl_d.SYSTEMD, _rivals.NONE, uses or {}, set(), "6.1.0", "x86_64", interfaces or {}, {}, "boot",
                    saved or Saved({}, {}))


def asked(text="kernel.a = 1\n", rules=None):
    return Request([File(PATH, text)], _rules.checked(rules or {}), "restate", "auto", False)


def line(text):
    return _sysctl_d.parse(text)[0]


def decided(now, known=None, rules=None, uses=None, choice=None, text="kernel.a = 1\n"):
    """What is decided on PATH, where NOW is found (None: no file), for one line that is in force, or TEXT with CHOICE for kernel.a."""
    files, rules = [] if now is None else [File(PATH, now)], rules or {}
    snapshot = host(files, Saved({}, {PATH: known} if known else {}), uses)
    request = asked(text, rules)
    wanted = {"kernel.a": Want("kernel.a", "1", PATH, 1, _rules.of(request.rules, "kernel.a"))} if text else {}
    choices = {"kernel.a": choice or Choice("ok", "1", active=True)} if text else {}
    return _dropins.decide(request, choices, wanted, snapshot, {item.path: item for item in files})


# --- a drop-in that is asked for ---

@pytest.mark.parametrize("choice, lines", [
    pytest.param(Choice("ok", "1", active=True), ["kernel.a=1"], id="as it was given"),
    pytest.param(Choice("changed", "1", "1", True), ["kernel.a=1"], id="as it was given, to be set"),
    pytest.param(Choice("unsupported", "1", None, True, "needs module m"), ["kernel.a=1"], id="in force once its module is there"),
    pytest.param(Choice("stricter", "2", None, True, "why"), ["# 2 was found on this host and is as good as 1 or better", "kernel.a = 2"],
                 id="the better value"),
    pytest.param(Choice("waived", reason="why"), ["# waived: why: kernel.a=1"], id="not in force"),
])
def test_a_line_as_it_fits_the_host(choice, lines):
    found = decided(None, choice=choice, text="kernel.a=1\n")
    assert found.files[PATH].text == HEADER + "".join(text + "\n" for text in lines)
    assert found.files[PATH].lines == ({"kernel.a": choice.target} if choice.active else {})


@pytest.mark.parametrize("rules, speaker", [
    pytest.param({EVERY: INTERFACES, FRESH: INTERFACES}, EVERY, id="conf.all goes first"),
    pytest.param({FRESH: INTERFACES}, FRESH, id="only conf.default is there"),
    pytest.param({EVERY: Rule(), FRESH: INTERFACES}, FRESH, id="conf.all speaks for itself alone"),
    pytest.param({EVERY: Rule(), FRESH: Rule()}, None, id="both speak for themselves alone"),
])
def test_the_line_that_speaks_for_a_device(rules, speaker):
    wanted = {name: Want(name, "1", PATH, 1, rule) for name, rule in rules.items()}
    wanted[ETH0] = Want(ETH0, "1", PATH, None, Rule())
    found = _dropins._device_lines(wanted, {ETH0: Choice("changed", "1", "1", True)}, {"eth0": True})
    assert found == {speaker: [(ETH0, "1")]}


# --- what was found there ---

LOST = "has the header of this collection, but the baseline has no entry for it"
ANEW = "was changed by something else since the last run; our lines are written anew"
REPLACED = "was replaced by something else since the last run"


@pytest.mark.parametrize("now, known, told", [
    pytest.param(None, None, None, id="nothing, and nothing is remembered"),
    pytest.param(None, remembered(), None, id="removed"),
    pytest.param(OURS, remembered(), None, id="as we wrote it"),
    pytest.param(OURS, None, PATH + " " + LOST, id="ours, and nothing is remembered"),
    pytest.param("kernel.a = 0\n", None, None, id="of somebody else, at the first run"),
    pytest.param("kernel.a = 0\n", remembered(), PATH + " " + REPLACED, id="of somebody else since the last run"),
    pytest.param(OURS + "\n", remembered(), "%s %s." % (PATH, ANEW), id="changed, no line of others"),
    pytest.param(ADDED, remembered(), "%s %s, and lines of others are kept (1)." % (PATH, ANEW), id="a line was added"),
    pytest.param(OURS + "kernel.a = 0\n", remembered(), "%s %s; our values take the place of: kernel.a = 0." % (PATH, ANEW),
                 id="a line against ours was added"),
    pytest.param(ADDED + "kernel.a = 0\n", remembered(),
                 "%s %s, and lines of others are kept (1); our values take the place of: kernel.a = 0." % (PATH, ANEW), id="both"),
])
def test_what_is_said_of_the_file_that_was_found(now, known, told):
    warnings = decided(now, known).warnings
    assert len(warnings) == (1 if told else 0)
    assert not told or warnings[0].startswith(told)


@pytest.mark.parametrize("added, rule, kept", [
    pytest.param("# a note", {}, True, id="a comment"),
    pytest.param("kernel.b = 2", {}, True, id="another parameter"),
    pytest.param("kernel.a = 0", {"accept": ["2"]}, False, id="a worse value"),
    pytest.param("kernel.a = 2", {"accept": ["2"]}, True, id="a better value"),
    pytest.param("-kernel.a", {"accept": ["2"]}, False, id="no value"),
])
def test_lines_that_others_wrote_into_our_file(added, rule, kept):
    text = decided(OURS + added + "\n", remembered(), {"kernel.a": rule}).files[PATH].text
    assert text == OURS + ("\n# Lines that something else has written into this file.\n%s\n" % added if kept else "")


@pytest.mark.parametrize("state, value, held", [
    pytest.param("held_back", "0", [("net.ipv4.conf.all.forwarding", "0")], id="held back: under the switch's name"),
    pytest.param("held_back", None, [], id="held back without a value"),
    pytest.param("changed", "0", [], id="in force"),
    pytest.param("waived", "0", [], id="waived"),
])
def test_what_our_held_lines_say(state, value, held):
    wanted = {FORWARD: Want(FORWARD, value, PATH, 1, Rule())}
    assert _dropins._lines_held_back({FORWARD: Choice(state), "kernel.b": Choice("held_back")}, wanted) == held


@pytest.mark.parametrize("found, kept", [
    pytest.param(USERNS + "=0", [], id="what our held line says is not said again"),
    pytest.param(USERNS + "=5", [USERNS + "=5"], id="what breaks nothing is kept"),
    pytest.param(USERNS + "=0\nkernel.b=2\nvm.c=3", ["kernel.b=2", "vm.c=3"], id="lines before and after it are kept"),
])
def test_lines_kept_beside_a_held_one(found, kept):
    files, request = [File(PATH, found + "\n")], asked(USERNS + " = 0\n", {USERNS: {"hold": {"0": ["docker"]}}})
    wanted = {USERNS: Want(USERNS, "0", PATH, 1, request.rules[USERNS])}
    snapshot = host(files, uses={"docker": Use("it runs", True)})
    held = Choice("held_back", reason="would break docker (it runs)")
    made = _dropins.decide(request, {USERNS: held}, wanted, snapshot, {PATH: files[0]})
    text = HEADER + "# held_back: would break docker (it runs): %s = 0\n" % USERNS
    title = "\n# Lines of the file that was here before, for the next boot: this file has taken its place.\n"
    assert made.files[PATH].text == text + (title + "".join(one + "\n" for one in kept) if kept else "")
    assert made.warnings == []


def test_a_kept_line_that_would_break_a_use_stays_readable():
    found = decided("kernel.b=2\n%s=0\n" % FORWARD, rules={FORWARD: {"hold": {"0": ["docker"]}}}, uses={"docker": Use("it runs", True)})
    note = "# held_back: would break docker (it runs): %s=0\n" % FORWARD
    assert found.files[PATH].text.endswith("this file has taken its place.\n%skernel.b=2\n" % note)
    assert found.warnings == ["%s: the line `%s=0` of the file that was there is not kept: it would break docker (it runs)."
                              % (PATH, FORWARD)]


# --- a drop-in that goes ---

LEFT = "was changed by something else since the last run; it is left as it is."


@pytest.mark.parametrize("now, known, texts, told", [
    pytest.param(None, None, {}, None, id="was never there"),
    pytest.param("kernel.a = 0\n", None, {}, None, id="of somebody else"),
    pytest.param(OURS, remembered(), {PATH: None}, None, id="ours: removed"),
    pytest.param(OURS, remembered(before="# b\n"), {PATH: "# b\n"}, None, id="ours: what was there before comes back"),
    pytest.param(ADDED, remembered(), {PATH: "kernel.b = 2\n"}, "was changed by something else; lines of others are left in it (1).",
                 id="edited: lines of others stay"),
    pytest.param(ADDED, remembered(before="# b\n"), {PATH: "# b\nkernel.b = 2\n"},
                 "was changed by something else; lines of others are left in it (1).",
                 id="edited: lines of others are added to what was before"),
    pytest.param(ADDED, remembered(text=None), {}, LEFT, id="edited, and which lines are ours is not known"),
    pytest.param("kernel.a = 0\n", remembered(), {}, LEFT, id="replaced by somebody else"),
    pytest.param(OURS, None, {}, "has no baseline here; it is left as it is.", id="ours, and nothing is remembered"),
    pytest.param(None, remembered(before="# b\n"), {},
                 "was removed after the last run. The file from before the first run is not restored. It stays in the baseline.",
                 id="removed by somebody else"),
])
def test_a_drop_in_that_goes(now, known, texts, told):
    found = decided(now, known, text="")
    attributes = Attributes(0o600, 1, 2) if known and known.before else None
    assert found.files == {path: NewFile(text, attributes=attributes) for path, text in texts.items()}
    assert found.warnings == (["%s %s" % (PATH, told)] if told else [])


# --- all lines of ours ---

@pytest.mark.parametrize("late", ["/etc/sysctl.d/60-late.conf", "/etc/sysctl.d/zzz-late.conf"], ids=["before it", "after it"])
def test_our_lines_are_those_of_all_files_but_the_one_that_restates(late):
    text = HEADER + "kernel.late = 2\n"
    saved = Saved({}, {RESTATE_PATH: SavedFile(None, lines={"kernel.a": "0x1"}), late: SavedFile(None, lines={"kernel.late": "2"})})
    disk = {RESTATE_PATH: File(RESTATE_PATH, HEADER + "kernel.a = 0x1\n"), late: File(late, text)}
    made = Decided({PATH: NewFile(OURS, {"kernel.a": "1"})}, [])
    found = _dropins.our_lines(asked(), made, {}, host(disk.values(), saved), disk)
    assert {name: (mine.value, mine.path) for name, mine in found.items()} == {"kernel.a": ("1", PATH), "kernel.late": ("2", late)}
