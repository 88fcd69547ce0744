# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from collections import OrderedDict

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _memory, _remember
from ansible_collections.photon.hardening.plugins.module_utils._model import Choice, Entry, File, Plan, Rule, Saved, SavedFile, Want
from ansible_collections.photon.hardening.tests.unit.plugins.module_utils.test__memory import (
    DEFAULT,
    NAME,
    OTHER,
    ROUNDED,
    SECURITY,
    TUNING,
    V0,
    snapshot,
    with_lines,
)


def remembered(name, choice, entry, live, asked=None, elsewhere=None):
    """The Entry after a run for SECURITY; ASKED: the value of its line, ELSEWHERE: that of a line of TUNING."""
    saved, files = with_lines(**({"tuning": {name: elsewhere}} if elsewhere else {}))
    saved = saved._replace(parameters={name: entry} if entry else {})
    wanted = {name: Want(name, asked, SECURITY, 1, Rule())} if asked else {}
    return _remember.parameters({SECURITY}, {name: choice}, wanted, snapshot({name: live}, files)._replace(saved=saved), {}).get(name)


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


@pytest.mark.parametrize("choice, had", [
    pytest.param(in_force("changed", "1", "1"), ("this boot", "v0"), id="another value: those that have this one"),
    pytest.param(in_force("ok", "2"), ("this boot", "v1"), id="the same value: as it was when we set it"),
])
def test_which_interfaces_have_the_value_of_conf_default_by_themselves(choice, had):
    saved = Saved({DEFAULT: Entry("0", "2", SECURITY, had=("this boot", "v1"))}, {})
    wanted = {DEFAULT: Want(DEFAULT, choice.target, SECURITY, 1, Rule())}
    host = snapshot({DEFAULT: "2", V0: "1"}, interfaces=["v0"])._replace(saved=saved)
    found = _remember.parameters({SECURITY}, {DEFAULT: choice}, wanted, host, {})
    assert found[DEFAULT].had == had


@pytest.mark.parametrize("live, own", [
    pytest.param("1", "0", id="an older release has moved it along"), pytest.param("5", "5", id="something else has set it")])
def test_what_follows_a_parameter_of_an_older_release(live, own):
    mover, follower = "net.ipv6.conf.all.accept_ra", "net.ipv6.conf.v0.accept_ra"
    saved = Saved({mover: Entry("0", "1", SECURITY, traced=False)}, {})
    found = _remember.parameters({SECURITY}, {mover: in_force("changed", "2", "2")}, {mover: Want(mover, "2", SECURITY, 1, Rule())},
                                 snapshot({mover: "1", follower: live})._replace(saved=saved), {follower: ("2", SECURITY, mover)})
    assert found[follower] == Entry(own, "2", SECURITY, mover=mover)


def test_what_is_left_alone_does_not_end_what_is_remembered_of_the_others():
    choices = OrderedDict([(OTHER, Choice("waived")), (NAME, in_force("changed", "1", "1"))])
    wanted = {name: Want(name, "1", SECURITY, 1, Rule()) for name in choices}
    found = _remember.parameters({SECURITY}, choices, wanted, snapshot({NAME: "0", OTHER: "0"})._replace(saved=Saved({}, {})), {})
    assert found == {NAME: Entry("0", "1", SECURITY)}


# --- what is remembered while a run goes on ---

def planned(saved, passing=None, live=None, disk=None):
    return Plan(*[None] * len(Plan._fields))._replace(saved=saved, passing=passing or {}, live_before=live or {}, disk=disk or {})


def test_all_that_is_and_will_be_remembered_comes_first():
    before = Saved({NAME: Entry("0", "1", SECURITY), OTHER: Entry("0", "5", SECURITY)}, {SECURITY: SavedFile(None, sha256="old")}, ("/a",))
    after = Saved({NAME: Entry("0", "2", SECURITY)}, {SECURITY: SavedFile(None, sha256="new"), TUNING: SavedFile(None, sha256="first")},
                  ("/b",), machine_id="this one")
    assert _remember.before_writes(before, planned(after)) == Saved(
        {NAME: Entry("0", "2", SECURITY, also="1"), OTHER: Entry("0", "5", SECURITY)},
        {SECURITY: SavedFile(None, sha256="new", also="old", earlier=SavedFile(None, sha256="old")),
         TUNING: SavedFile(None, sha256="first")}, ("/a", "/b"), machine_id="this one")
    assert _remember.before_writes(before._replace(machine_id="another"), planned(after)).machine_id == "another"


@pytest.mark.parametrize("known, now, there, earlier", [
    pytest.param(("1", None), "2", False, "1", id="what was set last"),
    pytest.param(("1", "0"), "1", False, "0", id="a run that is done again: what was set before it"),
    pytest.param(("1", "0"), "2", False, "1", id="the last run has set it before it was killed"),
    pytest.param(("1", "0"), "2", True, "0", id="the last run was killed before that"),
])
def test_what_may_still_be_in_force(known, now, there, earlier):
    assert _remember.earlier(known, now, there) == earlier


@pytest.mark.parametrize("live, text, also", [("1", "one", ("1", "one")), ("0", "zero", ("0", "zero")), (None, None, ("1", "one"))])
def test_of_two_runs_that_were_killed_the_last_that_has_done_something_counts(live, text, also):
    one, zero, two = (_memory.digest(word) for word in ("one", "zero", "two"))
    before = Saved({NAME: Entry("5", "1", SECURITY, also="0")}, {SECURITY: SavedFile(None, sha256=one, also=zero)})
    after = Saved({NAME: Entry("5", "2", SECURITY)}, {SECURITY: SavedFile(None, sha256=two)})
    disk = {SECURITY: File(SECURITY, text)} if text else {}
    found = _remember.before_writes(before, planned(after, live={NAME: live}, disk=disk))
    assert (found.parameters[NAME].also, found.files[SECURITY].also) == (also[0], _memory.digest(also[1]))


def test_a_file_that_is_written_again_as_it_was_may_still_be_what_it_was_before_that():
    known = SavedFile(None, sha256="new", also="old", earlier=SavedFile(None, sha256="old"))
    found = _remember.before_writes(Saved({}, {SECURITY: known}), planned(Saved({}, {SECURITY: SavedFile(None, sha256="new")})))
    assert found.files[SECURITY] == known


# --- what is remembered after a run that went well ---

def after_run(after, before=None, outcomes=None, forms=None, moved=None):
    """The Entries; AFTER, BEFORE: parameter -> Entry."""
    saved, known = Saved(after, {}), Saved(before or {}, {})
    first = _remember.before_writes(known, planned(saved))
    return _remember.after_run(saved, known, first, outcomes or {}, forms or {}, moved or {}, "this boot").parameters


@pytest.mark.parametrize("name, state, refused", [
    pytest.param(NAME, "unsupported", True, id="a value that this kernel does not know"),
    pytest.param(NAME, "read_only", True, id="a value that the kernel does not take"),
    pytest.param(V0, "read_only", True, id="a value that it does not take for an interface"),
    pytest.param(V0, "unsupported", False, id="an interface that is gone"),
])
def test_what_was_refused(name, state, refused):
    found = after_run({name: Entry("0", "1", SECURITY)}, outcomes={name: (state, "1", "why")})
    assert found == ({name: Entry("0", "1", SECURITY, refused=(state, "1", "this boot"))} if refused else {})


def test_what_was_refused_and_is_not_remembered_stays_so():
    assert after_run({}, outcomes={NAME: ("read_only", "1", "why")}) == {}


@pytest.mark.parametrize("entry, form, after", [
    pytest.param(Entry("4096", "50000", SECURITY, asked="50000"), "65536", Entry("4096", "65536", SECURITY, asked="50000"), id="rounded"),
    pytest.param(Entry("4096", "65536", SECURITY, asked="0x10000"), "65536", Entry("4096", "65536", SECURITY), id="the same number"),
    pytest.param(Entry("4096", "65536", SECURITY, asked="65536"), None, Entry("4096", "65536", SECURITY), id="as it was asked for"),
    pytest.param(Entry("4096", None, SECURITY, asked="65536"), None, Entry("4096", None, SECURITY, asked="65536"), id="not written"),
    pytest.param(None, "65536", None, id="not remembered"),
])
def test_the_form_in_which_the_kernel_keeps_a_value(entry, form, after):
    found = after_run({ROUNDED: entry} if entry else {}, forms={ROUNDED: form} if form else {})
    assert found.get(ROUNDED) == after


def test_what_would_have_come_back_by_following_and_did_not_is_still_remembered():
    known = Entry("1", "0", TUNING)
    assert after_run({}, {V0: known}, moved={V0: ("0", "0")}) == {V0: known}
    assert after_run({}, {V0: known}, moved={V0: ("0", "1")}) == {}


@pytest.mark.parametrize("before, moved, after", [
    pytest.param(None, ("0", "1"), Entry("0", "1", SECURITY, mover=DEFAULT), id="it followed"),
    pytest.param(None, ("0", "2"), Entry("0", "2", SECURITY, mover=DEFAULT), id="it took a value that nobody could foresee"),
    pytest.param(None, ("0", "0"), None, id="it did not follow"),
    pytest.param(None, ("0", None), None, id="it is gone"),
    pytest.param(Entry("5", "0", TUNING), ("0", "00"), Entry("5", "0", TUNING), id="it did not follow and is ours from before"),
])
def test_what_may_have_followed(before, moved, after):
    found = after_run({V0: Entry("0", "1", SECURITY, mover=DEFAULT)}, {V0: before} if before else {}, moved={V0: moved})
    assert found.get(V0) == after


@pytest.mark.parametrize("known, remembered", [
    pytest.param(None, Entry("1", "0", TUNING), id="nothing was remembered of it"),
    pytest.param(Entry("5", "1", SECURITY), Entry("5", "1", SECURITY, also="0"), id="it is ours"),
    pytest.param(Entry("5", "1", SECURITY, also="2"), Entry("5", "1", SECURITY, also="2"), id="an earlier run was killed, too"),
])
def test_what_a_write_moves_for_a_moment_is_remembered_for_a_run_that_is_killed(known, remembered):
    saved = Saved({V0: known} if known else {}, {})
    assert _remember.before_writes(saved, planned(saved, {V0: Entry("1", "0", TUNING)})).parameters == {V0: remembered}
