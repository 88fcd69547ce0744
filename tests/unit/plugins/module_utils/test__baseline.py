# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import json
import os

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _baseline
from ansible_collections.photon.hardening.plugins.module_utils._model import Attributes, Entry, HostProblem, Rule, Saved, SavedFile

PATH = "/etc/sysctl.d/50-security-hardening.conf"
SHA = "0" * 64
FULL = Saved(
    {"kernel.a": Entry("0", "1", PATH, also="2", asked="0x1", refused=("read_only", "1", "boot"), mover="kernel.b"),
     "net.ipv4.conf.\udcff*.rp_filter": Entry("4096\t2", None, PATH), "net.ipv6.conf.eth0/100.stable_secret": Entry(None, "::1", PATH)},
    {PATH: SavedFile("# a vendor's\n", Attributes(0o600, 1, 2), SHA, "1" * 64, {"kernel.a": "1"},
                     {"kernel.a": Rule(accept=("2",), at_least="1", at_most="3", interfaces=True)}, "report", ("vm.swappiness = 5",)),
     "/etc/sysctl.d/zz-photon-hardening.conf": SavedFile(None, None, SHA)},
    ("/etc/sysctl.d",), {"kernel.a": "0"}, "2" * 64, {"slaac": "a router's advertisement on eth0"})


def test_what_is_remembered_is_read_back():
    assert _baseline.parsed(_baseline.text_of(FULL)) == FULL


def test_the_text_is_plain_and_always_the_same():
    text = _baseline.text_of(FULL)
    text.encode("ascii")
    reversed_saved = FULL._replace(parameters=dict(reversed(list(FULL.parameters.items()))),
                                   files=dict(reversed(list(FULL.files.items()))))
    assert _baseline.text_of(reversed_saved) == text
    assert text.startswith('{\n "files": {\n') and text.endswith("}\n")


def test_version_1_is_read():
    text = json.dumps({"version": 1, "parameters": {"kernel.a": {"before": "0", "wrote": "1", "dropin": PATH, "also": "2"}},
                       "files": {PATH: {"before": None, "sha256": SHA}, "/usr/lib/sysctl.d/a.conf": {"before": "x", "sha256": SHA,
                                 "also": SHA}}})
    assert _baseline.parsed(text) == Saved(
        {"kernel.a": Entry("0", "1", PATH, "2", traced=False)},
        {PATH: SavedFile(None, sha256=SHA), "/usr/lib/sysctl.d/a.conf": SavedFile("x", sha256=SHA, also=SHA)})


def test_version_2_without_a_machine_is_read_and_written_as_it_was():
    text = _baseline.text_of(FULL._replace(machine_id=None))
    assert "machine_id" not in text and _baseline.parsed(text) == FULL._replace(machine_id=None)


def entry(**more):
    return {"version": 2, "parameters": {"kernel.a": dict({"before": "0", "wrote": "1", "dropin": PATH}, **more)}, "files": {}}


def file(**more):
    return {"version": 2, "parameters": {}, "files": {PATH: dict({"before": None, "sha256": SHA}, **more)}}


def named(name):
    return {"version": 2, "parameters": {name: {"before": "0", "wrote": "1", "dropin": PATH}}, "files": {}}


@pytest.mark.parametrize("data", [
    [], {}, {"version": 3, "parameters": {}, "files": {}},
    {"version": 2, "parameters": [], "files": {}}, {"version": 2, "parameters": {}, "files": []},
    {"version": 2, "parameters": {}, "files": {}, "more": 1}, {"version": 2, "parameters": {}, "files": {}, "machine_id": "1" * 32},
    named("/tmp/x"), named("kernel"), named("kernel/../../tmp/x"), named("kernel.a b"), named("kernel/a"), named("kernel..a"), named(""),
    named("kernel.a\n"), named("kernel.a\0"),
    entry(before=5), entry(wrote=True), entry(wrote=["1"]), entry(also=1), entry(dropin="/etc/cron.d/x"), entry(dropin=None),
    entry(more="x"),
    entry(before="a\0b"), entry(wrote="x" * 70000), entry(refused=["a", "b"]), entry(refused="abc"), entry(mover="/tmp/x"), entry(asked=1),
    entry(before="x" * 65537), entry(before="a\ud800"), entry(refused=["a", "b", "c", "d"]),
    {"version": 2, "parameters": {"kernel.a": {"wrote": "1", "dropin": PATH}}, "files": {}},
    {"version": 2, "parameters": {"kernel.a": None}, "files": {}},
    file(sha256="x"), file(sha256=None), file(before=5), file(attributes=[1, 2]), file(attributes=[0o10000, 0, 0]),
    file(attributes=[0o644, -1, 0]), file(attributes=[0o644, True, 0]), file(attributes=[0o644, 0, 0, 0]),
    file(attributes=[0o644, 1 << 32, 0]), file(attributes=[0o644, 0, (1 << 32) + 1]), file(lines=[]), file(lines={"/tmp/x": "1"}),
    file(lines={"kernel.a": 1}), file(lines={"kernel.a": "2\nkernel.core_pattern=|/tmp/x"}), file(lines={"kernel.a": "\x1b[2J"}),
    file(rules={"kernel.a": {"at_least": "x"}}), file(rules={"kernel.a": {"at_least": ""}}), file(rules={"kernel.a": {"at_most": "1,2-3"}}),
    file(rules={"kernel.a": {"accept": "2"}}), file(rules={"kernel.a": {"hold": []}}), file(rules={"kernel.a": {"interfaces": "no"}}),
    file(conflicts="x"), file(edits="x"), file(edits=[5]), file(more=1),
    {"version": 2, "parameters": {}, "files": {"/etc/passwd": {"before": None, "sha256": SHA}}},
    {"version": 2, "parameters": {}, "files": {"/etc/sysctl.d/../x.conf": {"before": None, "sha256": SHA}}},
    {"version": 2, "parameters": {}, "files": {}, "folders": ["/tmp"]}, {"version": 2, "parameters": {}, "files": {}, "folders": [""]},
    {"version": 2, "parameters": {}, "files": {}, "folders": ["/etc/sysctl.d/x"]}, {"version": 2, "parameters": {}, "files": {},
                                                                                    "folders": "/etc"},
])
def test_what_nobody_can_have_written_is_refused(data):
    with pytest.raises(ValueError):
        _baseline.parsed(json.dumps(data))


@pytest.mark.parametrize("data, found", [
    pytest.param(file(attributes=[0o7777, 0, 0]), Attributes(0o7777, 0, 0), id="all permission bits"),
    pytest.param(file(attributes=[0, 4294967295, 4294967294]), Attributes(0, 4294967295, 4294967294), id="the highest user and group"),
])
def test_the_furthest_attributes_are_read(data, found):
    assert _baseline.parsed(json.dumps(data)).files[PATH].attributes == found


def test_the_longest_value_is_read():
    assert _baseline.parsed(json.dumps(entry(before="x" * 65536))).parameters["kernel.a"].before == "x" * 65536


@pytest.mark.parametrize("text", ["", "{", "[" * 100000, '{"version": ' + "9" * 5000 + "}", '"x"', "null"])
def test_a_text_that_is_no_baseline_is_refused_with_a_sentence(host, text):
    host.file("/var/lib/photon-hardening/baseline.json", text)
    with pytest.raises(HostProblem) as caught:
        _baseline.load()
    for words in ("/var/lib/photon-hardening/baseline.json cannot be understood (", "restore it from a backup", "`adopted`", "`forgotten`"):
        assert words in str(caught.value)
    assert len(str(caught.value)) < 600


def test_stored_and_loaded(host):
    host.file("/var/lib/photon-hardening/other", "")
    _baseline.store(FULL)
    assert _baseline.load() == FULL
    _baseline.store(Saved({}, {}, ()))
    assert host.text("/var/lib/photon-hardening/baseline.json") is None
    assert _baseline.load() == Saved({}, {})


ONE, OTHER = Saved(FULL.parameters, {}), Saved({}, FULL.files)
NOTHING = Saved({}, {}, ("/etc/sysctl.d",))
BASELINE = "/var/lib/photon-hardening/baseline.json"


@pytest.mark.parametrize("saved", [ONE, OTHER], ids=["parameters alone", "files alone"])
def test_a_part_is_stored_and_loaded(host, saved):
    host.file("/var/lib/photon-hardening/other", "")
    _baseline.store(saved)
    assert _baseline.load() == saved


def test_nobody_else_can_read_what_is_remembered(host):
    host.file("/var/lib/photon-hardening/other", "")
    _baseline.store(FULL)
    assert os.stat(host.root + BASELINE).st_mode & 0o7777 == 0o600


@pytest.mark.parametrize("saved, there, expected", [
    pytest.param(FULL, True, True, id="all is there"),
    pytest.param(ONE, True, True, id="parameters alone are there"),
    pytest.param(OTHER, True, True, id="files alone are there"),
    pytest.param(NOTHING, True, False, id="a file without anything to remember"),
    pytest.param(FULL, False, False, id="no file for what is to be remembered"),
    pytest.param(ONE, False, False, id="no file for parameters"),
    pytest.param(OTHER, False, False, id="no file for files"),
    pytest.param(NOTHING, False, True, id="no file and nothing to remember"),
])
def test_whether_the_file_is_there_as_it_should_be(host, saved, there, expected):
    if there:
        host.file(BASELINE, _baseline.text_of(saved))
    assert _baseline.is_there(saved) is expected


def test_a_baseline_that_cannot_be_read_says_what_to_do(monkeypatch):
    def read(path):
        raise OSError(27, "File too large", path)
    monkeypatch.setattr(_baseline._files, "read", read)
    with pytest.raises(HostProblem, match="cannot be understood .*File too large.*`forgotten`"):
        _baseline.load()
