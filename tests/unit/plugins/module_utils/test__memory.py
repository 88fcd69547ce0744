# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _memory, _rivals, _sysctl_d
from ansible_collections.photon.hardening.plugins.module_utils._model import (
    Attributes,
    Entry,
    File,
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
    readings = {name: Reading(value) for name, value in (live or {}).items()}
    return Snapshot(readings, list(files), _sysctl_d.SYSTEMD, _rivals.NONE, {}, set(), "6.1.0", "x86_64",
                    dict.fromkeys(interfaces, False), {}, "this boot", saved)


def with_lines(**lines_of):
    """(Saved, Files) of drop-ins of ours; LINES_OF: the drop-in's short name -> our lines."""
    paths = {"security": SECURITY, "tuning": TUNING, "network": NETWORK}
    lines = {paths[key]: known for key, known in lines_of.items()}
    return Saved({}, {path: SavedFile(None, lines=known) for path, known in lines.items()}), [File(path, HEADER) for path in lines]


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


@pytest.mark.parametrize("entry, lines, found", [
    pytest.param(Entry("0", "1", SECURITY), None, True, id="live"),
    pytest.param(None, {NAME: "1"}, True, id="in a line"),
    pytest.param(Entry("0", "2", SECURITY), {NAME: "2", OTHER: "1"}, False, id="another value"),
    pytest.param(Entry("1", None, SECURITY), {}, False, id="the host's own value"),
    pytest.param(None, None, False, id="nothing is remembered"),
])
def test_whether_an_earlier_run_has_set_what_is_wanted(entry, lines, found):
    saved = Saved({NAME: entry} if entry else {}, {TUNING: SavedFile(None, lines=lines)})
    assert _memory.has_set(saved, Want(NAME, "1", SECURITY, 1, Rule())) is found


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
    pytest.param(SavedFile(None, lines={NAME: "1"}, also="x"), "kernel.z = 2\n", {"kernel.z": "2"}, id="a run was killed: as it is there"),
    pytest.param(SavedFile(None), "# x\nkernel.z = 2\n", {"kernel.z": "2"}, id="an older release: all of the text"),
    pytest.param(None, "kernel.z = 2\n-kernel.y\n\n", {"kernel.z": "2"}, id="an exclusion sets nothing"),
    pytest.param(None, None, {}, id="no file"),
])
def test_our_lines_of_a_file(known, text, lines):
    assert _memory.our_lines(known, text) == lines


def test_a_lost_baseline_is_made_of_what_is_there():
    known = SavedFile("before us", sha256="x", lines={NAME: "9"})
    text = HEADER + "\nkernel.m = 1\n"
    disk = {path: File(path, text, ROOTS) for path in (SECURITY, TUNING, LAST)}
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
