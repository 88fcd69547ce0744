# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from collections import OrderedDict

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _memory, _rivals, _sysctl_d
from ansible_collections.photon.hardening.plugins.module_utils._model import (
    Attributes,
    Choice,
    Entry,
    File,
    Plan,
    Reading,
    Rule,
    Saved,
    SavedFile,
    Snapshot,
    Want,
)
from ansible_collections.photon.hardening.plugins.module_utils._sysctl_d import HEADER

SECURITY, TUNING, NETWORK = ("/etc/sysctl.d/%s.conf" % name for name in ("50-security-hardening", "60-photon-tuning", "70-photon-network"))
LAST = "/etc/sysctl.d/zz-photon-hardening.conf"
NAME, OTHER = "kernel.m", "kernel.other"
ROUNDED = "fs.pipe-max-size"
DEFAULT, V0 = "net.ipv4.conf.default.rp_filter", "net.ipv4.conf.v0.rp_filter"
ROOTS = Attributes(0o640, 0, 5)


def snapshot(live=None, files=(), interfaces=(), saved=None):
    readings = dict((name, Reading(value)) for name, value in (live or {}).items())
    return Snapshot(readings, list(files), _sysctl_d.SYSTEMD, _rivals.NONE, {}, set(), "6.1.0", "x86_64",
                    dict.fromkeys(interfaces, False), {}, "this boot", saved)


def with_lines(**lines_of):
    """(Saved, Files) of drop-ins of ours; LINES_OF: the drop-in's short name -> our lines."""
    paths = {"security": SECURITY, "tuning": TUNING, "network": NETWORK}
    lines = dict((paths[key], known) for key, known in lines_of.items())
    return Saved({}, dict((path, SavedFile(None, lines=known)) for path, known in lines.items())), [File(path, HEADER) for path in lines]


# --- machines ---

ID = "0123456789abcdef0123456789abcdef"
# Of `openssl dgst -sha256 -hmac`. It stands in the baselines of hosts, so it must never change.
DIGEST = "2815f24078f3e1873fe807257b8d9f1dfc296ab3870b915132e2c25dc689fdc1"


@pytest.mark.parametrize("text, known", [
    pytest.param(ID + "\n", True, id="as it is in the file"),
    pytest.param(ID, True, id="without a line end"),
    pytest.param(ID.upper() + "\n", True, id="in capitals"),
    pytest.param(None, False, id="no file"),
    pytest.param("", False, id="empty, as in an image"),
    pytest.param("uninitialized\n", False, id="before the first boot"),
    pytest.param("0" * 32 + "\n", False, id="no id at all"),
    pytest.param(ID[1:], False, id="too short"),
    pytest.param(ID + "0", False, id="too long"),
    pytest.param("g" + ID[1:], False, id="not hexadecimal"),
    pytest.param(ID + "\n" + ID, False, id="two lines"),
    pytest.param("\udcff" * 32, False, id="not UTF-8"),
])
def test_a_machine_is_named_by_a_digest_of_its_id(text, known):
    assert _memory.machine_digest(text) == (DIGEST if known else None)


def test_two_machines_have_two_digests():
    assert _memory.machine_digest("1" + ID[1:]) != _memory.machine_digest(ID)


@pytest.mark.parametrize("remembered, now, expected", [
    ("a", "b", True), ("a", "a", False), (None, "a", False), ("a", None, False), (None, None, False)])
def test_whether_what_is_remembered_is_of_another_machine(remembered, now, expected):
    assert _memory.is_of_another(Saved({}, {}, machine_id=remembered), now) is expected


# --- values ---

@pytest.mark.parametrize("entry, live, noted", [
    pytest.param(Entry("4096", "65536", SECURITY, asked="50000"), "65536", True, id="the form that the kernel made of it"),
    pytest.param(Entry("4096", "65536", SECURITY, asked="50000"), "7", False, id="another value, later in the alphabet"),
    pytest.param(Entry("4096", "65536", SECURITY, asked="50000"), "131072", False, id="another value, earlier in the alphabet"),
    pytest.param(Entry("4096", "65536", SECURITY, asked="60000"), "65536", False, id="the form of another text"),
    pytest.param(Entry("4096", "65536", SECURITY), "65536", False, id="no form of its own"),
    pytest.param(Entry("4096", None, SECURITY, asked="50000"), None, False, id="nothing was written"),
    pytest.param(None, "65536", False, id="nothing is remembered"),
])
def test_the_kernels_own_form_of_a_text(entry, live, noted):
    assert _memory.is_noted_form(Want(ROUNDED, "50000", SECURITY, 1, Rule()), entry, live) is noted


@pytest.mark.parametrize("paths, after, found", [
    pytest.param((), None, (NETWORK, "3"), id="the one that is read last"),
    pytest.param((NETWORK,), None, (TUNING, "2"), id="not one of this call"),
    pytest.param((), SECURITY, (NETWORK, "3"), id="after another one"),
    pytest.param((), TUNING, (NETWORK, "3"), id="earlier ones are passed over"),
    pytest.param((NETWORK,), TUNING, None, id="not itself"),
    pytest.param((NETWORK,), "/run/sysctl.d/60-photon-tuning.conf", (TUNING, "2"), id="one of the same name that hides it"),
    pytest.param((), NETWORK, None, id="none is later"),
])
def test_the_line_of_another_drop_in(paths, after, found):
    saved, files = with_lines(security={NAME: "1"}, tuning={NAME: "2"}, network={NAME: "3"})
    assert _memory.line_elsewhere(saved, paths, files, NAME, after) == found


@pytest.mark.parametrize("lines, found", [
    pytest.param({"kernel.z": "1"}, None, id="a later name"),
    pytest.param({"kernel.a": "1"}, None, id="an earlier name"),
    pytest.param({"kernel.a": "1", NAME: "2", "kernel.z": "3"}, (TUNING, "2"), id="among others"),
    pytest.param(None, None, id="no lines are remembered"),
])
def test_only_a_line_for_the_same_parameter_counts(lines, found):
    saved, files = with_lines(tuning=lines)
    assert _memory.line_elsewhere(saved, (), files, NAME) == found


def test_a_line_for_another_name_of_the_switch_counts():
    saved, files = with_lines(tuning={"net.ipv4.ip_forward": "1"})
    assert _memory.line_elsewhere(saved, (), files, "net.ipv4.conf.all.forwarding") == (TUNING, "1")


@pytest.mark.parametrize("name, found", [
    pytest.param(DEFAULT, [V0, "net.ipv4.conf.v0/100.rp_filter"], id="conf"),
    pytest.param("net.ipv6.neigh.default.ucast_solicit", ["net.ipv6.neigh.v0.ucast_solicit", "net.ipv6.neigh.v0/100.ucast_solicit"],
                 id="neigh"),
    pytest.param("net.ipv4.conf.all.rp_filter", [], id="conf.all"),
    pytest.param("net.ipv4.conf.eth0.rp_filter", [], id="an interface"),
    pytest.param("net.ipv4.route.default.x", [], id="another table"),
    pytest.param("net.ipv4.conf.default", [], id="no parameter"),
    pytest.param(NAME, [], id="of no interface"),
])
def test_what_a_new_interface_starts_with(name, found):
    assert _memory.of_default(name, ["v0", "v0.100"]) == found


@pytest.mark.parametrize("live, remembered, found", [
    pytest.param({V0: "1"}, {}, [V0], id="it has our value"),
    pytest.param({V0: "0"}, {}, [], id="it has another value"),
    pytest.param({V0: "1"}, {V0: Entry("0", "1", SECURITY)}, [], id="it is remembered itself"),
    pytest.param({V0: None}, {}, [], id="it has no value"),
    pytest.param({}, {}, [], id="it was not read"),
])
def test_interfaces_that_started_with_our_value(live, remembered, found):
    saved = Saved(dict(remembered, **{DEFAULT: Entry("0", "1", SECURITY)}), {})
    assert _memory.started_with_ours(saved, DEFAULT, snapshot(live, interfaces=["v0"])) == found


def test_what_a_network_manager_may_have_set_is_left_as_it_is():
    """systemd-networkd sets accept_ra of each of its links to 0, whatever conf.default says."""
    for name, found in (("accept_ra", []), ("accept_redirects", ["net.ipv6.conf.v0.accept_redirects"])):
        default, link = "net.ipv6.conf.default." + name, "net.ipv6.conf.v0." + name
        assert _memory.started_with_ours(
            Saved({default: Entry("1", "0", SECURITY)}, {}), default, snapshot({link: "0"}, interfaces=["v0"])) == found


# --- files ---

@pytest.mark.parametrize("known, text, lines", [
    pytest.param(SavedFile(None, lines={NAME: "1"}), "kernel.z = 2\n", {NAME: "1"}, id="as remembered, whatever the text"),
    pytest.param(SavedFile(None, lines={}), "kernel.z = 2\n", {}, id="none is remembered"),
    pytest.param(SavedFile(None), "# x\nkernel.z = 2\n", {"kernel.z": "2"}, id="an older release: all of the text"),
    pytest.param(None, "kernel.z = 2\n-kernel.y\n\n", {"kernel.z": "2"}, id="an exclusion sets nothing"),
    pytest.param(None, None, {}, id="no file"),
])
def test_our_lines_of_a_file(known, text, lines):
    assert _memory.our_lines(known, text) == lines


def test_a_lost_baseline_is_made_of_what_is_there():
    known = SavedFile("before us", sha256="x", lines={NAME: "9"})
    text = HEADER + "\nkernel.m = 1\n"
    disk = dict((path, File(path, text, ROOTS)) for path in (SECURITY, TUNING, LAST))
    disk[NETWORK] = File(NETWORK, "kernel.m = 2\n", ROOTS)
    saved = Saved({OTHER: Entry("5", "6", TUNING)}, {TUNING: known}, ("/etc/sysctl.d",), machine_id="another")
    found = _memory.of_host(saved, {NAME: ("1", SECURITY), OTHER: ("6", TUNING)}, disk, "this one")
    assert found.parameters == {NAME: Entry("1", None, SECURITY), OTHER: Entry("5", "6", TUNING)}
    assert found.files == {
        SECURITY: SavedFile(text, ROOTS, _memory.digest(text), lines={NAME: "1"}, rules={}),
        TUNING: known,
        LAST: SavedFile(text, ROOTS, _memory.digest(text), lines={NAME: "1"}, rules={}),
    }
    assert (found.folders, found.machine_id) == (saved.folders, "this one")


@pytest.mark.parametrize("saved, machine_id", [
    (Saved({OTHER: Entry("5", "6", TUNING)}, {}), "this one"), (Saved({}, {TUNING: SavedFile(None)}), "this one"), (Saved({}, {}), None)])
def test_nothing_is_remembered_of_no_machine(saved, machine_id):
    assert _memory.of_host(saved, {}, {}, "this one").machine_id == machine_id


# --- what is remembered after a run ---

def remembered(name, choice, entry, live, asked=None, elsewhere=None):
    """The Entry after a run for SECURITY; ASKED: the value of its line, ELSEWHERE: that of a line of TUNING."""
    saved, files = with_lines(**({"tuning": {name: elsewhere}} if elsewhere else {}))
    saved = saved._replace(parameters={name: entry} if entry else {})
    wanted = {name: Want(name, asked, SECURITY, 1, Rule())} if asked else {}
    return _memory.parameters(saved, {SECURITY}, {name: choice}, wanted, snapshot({name: live}, files), {}).get(name)


def in_force(state, target, write=None):
    return Choice(state, target, write, True)


@pytest.mark.parametrize("name, choice, entry, live, after", [
    pytest.param(NAME, in_force("changed", "1", "1"), None, "0", Entry("0", "1", SECURITY), id="set"),
    pytest.param(NAME, in_force("changed", "1", "1"), Entry("0", "2", TUNING, also="3"), "2", Entry("0", "1", SECURITY), id="set anew"),
    pytest.param(NAME, in_force("changed", "1", "1"), Entry("1", "2", SECURITY), "2", None, id="as it was before us"),
    pytest.param(ROUNDED, in_force("changed", "50000", "50000"), None, "4096", Entry("4096", "50000", SECURITY, asked="50000"),
                 id="set to what the kernel may round"),
    pytest.param(NAME, in_force("ok", "1"), None, "1", None, id="it was there already"),
    pytest.param(NAME, in_force("ok", "1"), Entry("0", "1", TUNING, also="2"), "1", Entry("0", "1", SECURITY), id="still ours"),
    pytest.param(NAME, in_force("ok", "1"), Entry("0", "2", SECURITY, also="1"), "1", Entry("0", "1", SECURITY),
                 id="ours from before a run that was killed"),
    pytest.param(NAME, in_force("reboot_required", "1"), None, "0", Entry("0", "1", SECURITY), id="set by the next boot"),
    pytest.param(NAME, in_force("read_only", "1"), Entry("0", "2", SECURITY, refused=("read_only", "1", "b")), "2",
                 Entry("0", "1", SECURITY, also="2", refused=("read_only", "1", "b")), id="what we set before stays ours until then"),
    pytest.param(NAME, in_force("read_only", "1"), None, None, None, id="nothing is known of what cannot be read"),
])
def test_a_parameter_whose_line_is_in_force(name, choice, entry, live, after):
    assert remembered(name, choice, entry, live, asked=choice.target) == after


@pytest.mark.parametrize("write, before, live, elsewhere, after", [
    pytest.param("0", "0", "1", None, None, id="it goes back"),
    pytest.param("2", "0", "1", "2", Entry("0", "2", TUNING), id="another drop-in asks for another value"),
    pytest.param(None, "0", "1", "1", Entry("0", "1", TUNING, also="4"), id="another drop-in asks for the same"),
    pytest.param(None, "0", "1", None, Entry("0", "1", SECURITY, also="4"), id="it cannot go back: still ours"),
    pytest.param(None, None, "1", None, Entry(None, "1", SECURITY, also="4"), id="it was not set before: still ours"),
    pytest.param(None, "0", "7", None, None, id="something else set it since"),
    pytest.param(None, "1", "1", None, None, id="ours is what was there before"),
])
def test_a_parameter_that_leaves(write, before, live, elsewhere, after):
    choice = Choice("changed" if write else "ok", None, write)
    assert remembered(NAME, choice, Entry(before, "1", SECURITY, also="4"), live, elsewhere=elsewhere) == after


def test_what_is_left_alone_does_not_end_what_is_remembered_of_the_others():
    choices = OrderedDict([(OTHER, Choice("waived")), (NAME, in_force("changed", "1", "1"))])
    wanted = dict((name, Want(name, "1", SECURITY, 1, Rule())) for name in choices)
    found = _memory.parameters(Saved({}, {}), {SECURITY}, choices, wanted, snapshot({NAME: "0", OTHER: "0"}), {})
    assert found == {NAME: Entry("0", "1", SECURITY)}


# --- what is remembered while a run goes on ---

def planned(saved, passing=None, live=None, disk=None):
    return Plan(*[None] * len(Plan._fields))._replace(saved=saved, passing=passing or {}, live_before=live or {}, disk=disk or {})


def test_all_that_is_and_will_be_remembered_comes_first():
    before = Saved({NAME: Entry("0", "1", SECURITY), OTHER: Entry("0", "5", SECURITY)}, {SECURITY: SavedFile(None, sha256="old")}, ("/a",))
    after = Saved({NAME: Entry("0", "2", SECURITY)}, {SECURITY: SavedFile(None, sha256="new"), TUNING: SavedFile(None, sha256="first")},
                  ("/b",), machine_id="this one")
    assert _memory.remembered_first(before, planned(after)) == Saved(
        {NAME: Entry("0", "2", SECURITY, also="1"), OTHER: Entry("0", "5", SECURITY)},
        {SECURITY: SavedFile(None, sha256="new", also="old", earlier=SavedFile(None, sha256="old")),
         TUNING: SavedFile(None, sha256="first")}, ("/a", "/b"), machine_id="this one")
    assert _memory.remembered_first(before._replace(machine_id="another"), planned(after)).machine_id == "another"


@pytest.mark.parametrize("known, now, there, earlier", [
    pytest.param(("1", None), "2", False, "1", id="what was set last"),
    pytest.param(("1", "0"), "1", False, "0", id="a run that is done again: what was set before it"),
    pytest.param(("1", "0"), "2", False, "1", id="the last run has set it before it was killed"),
    pytest.param(("1", "0"), "2", True, "0", id="the last run was killed before that"),
])
def test_what_may_still_be_in_force(known, now, there, earlier):
    assert _memory.earlier(known, now, there) == earlier


@pytest.mark.parametrize("live, text, also", [("1", "one", ("1", "one")), ("0", "zero", ("0", "zero")), (None, None, ("1", "one"))])
def test_of_two_runs_that_were_killed_the_last_that_has_done_something_counts(live, text, also):
    one, zero, two = (_memory.digest(word) for word in ("one", "zero", "two"))
    before = Saved({NAME: Entry("5", "1", SECURITY, also="0")}, {SECURITY: SavedFile(None, sha256=one, also=zero)})
    after = Saved({NAME: Entry("5", "2", SECURITY)}, {SECURITY: SavedFile(None, sha256=two)})
    disk = {SECURITY: File(SECURITY, text)} if text else {}
    found = _memory.remembered_first(before, planned(after, live={NAME: live}, disk=disk))
    assert (found.parameters[NAME].also, found.files[SECURITY].also) == (also[0], _memory.digest(also[1]))


# --- what is remembered after a run that went well ---

def came_out(after, before=None, outcomes=None, forms=None, moved=None):
    """The Entries; AFTER, BEFORE: parameter -> Entry."""
    saved, known = Saved(after, {}), Saved(before or {}, {})
    first = _memory.remembered_first(known, planned(saved))
    return _memory.came_out(saved, known, first, outcomes or {}, forms or {}, moved or {}, "this boot").parameters


@pytest.mark.parametrize("name, state, refused", [
    pytest.param(NAME, "unsupported", True, id="a value that this kernel does not know"),
    pytest.param(NAME, "read_only", True, id="a value that the kernel does not take"),
    pytest.param(V0, "read_only", True, id="a value that it does not take for an interface"),
    pytest.param(V0, "unsupported", False, id="an interface that is gone"),
])
def test_what_was_refused(name, state, refused):
    found = came_out({name: Entry("0", "1", SECURITY)}, outcomes={name: (state, "1", "why")})
    assert found == ({name: Entry("0", "1", SECURITY, refused=(state, "1", "this boot"))} if refused else {})


def test_what_was_refused_and_is_not_remembered_stays_so():
    assert came_out({}, outcomes={NAME: ("read_only", "1", "why")}) == {}


@pytest.mark.parametrize("entry, form, after", [
    pytest.param(Entry("4096", "50000", SECURITY, asked="50000"), "65536", Entry("4096", "65536", SECURITY, asked="50000"), id="rounded"),
    pytest.param(Entry("4096", "65536", SECURITY, asked="0x10000"), "65536", Entry("4096", "65536", SECURITY), id="the same number"),
    pytest.param(Entry("4096", "65536", SECURITY, asked="65536"), None, Entry("4096", "65536", SECURITY), id="as it was asked for"),
    pytest.param(Entry("4096", None, SECURITY, asked="65536"), None, Entry("4096", None, SECURITY, asked="65536"), id="not written"),
    pytest.param(None, "65536", None, id="not remembered"),
])
def test_the_form_in_which_the_kernel_keeps_a_value(entry, form, after):
    found = came_out({ROUNDED: entry} if entry else {}, forms={ROUNDED: form} if form else {})
    assert found.get(ROUNDED) == after


def test_what_would_have_come_back_by_following_and_did_not_is_still_remembered():
    known = Entry("1", "0", TUNING)
    assert came_out({}, {V0: known}, moved={V0: ("0", "0")}) == {V0: known}
    assert came_out({}, {V0: known}, moved={V0: ("0", "1")}) == {}


@pytest.mark.parametrize("before, moved, after", [
    pytest.param(None, ("0", "1"), Entry("0", "1", SECURITY, mover=DEFAULT), id="it followed"),
    pytest.param(None, ("0", "2"), Entry("0", "2", SECURITY, mover=DEFAULT), id="it took a value that nobody could foresee"),
    pytest.param(None, ("0", "0"), None, id="it did not follow"),
    pytest.param(None, ("0", None), None, id="it is gone"),
    pytest.param(Entry("5", "0", TUNING), ("0", "00"), Entry("5", "0", TUNING), id="it did not follow and is ours from before"),
])
def test_what_may_have_followed(before, moved, after):
    found = came_out({V0: Entry("0", "1", SECURITY, mover=DEFAULT)}, {V0: before} if before else {}, moved={V0: moved})
    assert found.get(V0) == after


@pytest.mark.parametrize("known, remembered", [
    pytest.param(None, Entry("1", "0", TUNING), id="nothing was remembered of it"),
    pytest.param(Entry("5", "1", SECURITY), Entry("5", "1", SECURITY, also="0"), id="it is ours"),
    pytest.param(Entry("5", "1", SECURITY, also="2"), Entry("5", "1", SECURITY, also="2"), id="an earlier run was killed, too"),
])
def test_what_a_write_moves_for_a_moment_is_remembered_for_a_run_that_is_killed(known, remembered):
    saved = Saved({V0: known} if known else {}, {})
    assert _memory.remembered_first(saved, planned(saved, {V0: Entry("1", "0", TUNING)})).parameters == {V0: remembered}
