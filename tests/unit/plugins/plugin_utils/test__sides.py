# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import json

import pytest

from ansible_collections.photon.hardening.plugins.module_utils._model import STATES
from ansible_collections.photon.hardening.plugins.plugin_utils import _sides
from ansible_collections.photon.hardening.plugins.plugin_utils._sides import Value

KERNEL = {"release": "6.1.0", "machine": "x86_64", "system": "Debian GNU/Linux 12"}
FILE = "/etc/sysctl.d/50-a.conf"


def info(*rows, **others):
    return dict({"kernel": KERNEL, "memory_kb": 1000, "processors": 2, "runtimes": [{"name": "docker", "evidence": "x"}],
                 "parameters": list(rows)}, **others)


def row(name="kernel.a", value="1", **others):
    return dict({"name": name, "value": value, "boot": None, "boot_source": None, "kind": "value"}, **others)


def shard(*rows, **others):
    return dict({"schema_version": 1, "host": "web1", "outcome": "done", "check_mode": False, "parameters": list(rows)}, **others)


def kept(name="kernel.a", **others):
    return dict({"name": name, "state": "changed", "before": "0", "after": "1", "boot_before": "0", "boot": "1",
                 "boot_source": FILE + ":3", "reason": ""}, **others)


def only(side):
    (found,) = side.parameters.values()
    return found


# --- names ---

@pytest.mark.parametrize("given, is_file, kind", [
    ("web1", False, "host"), ("photon3", False, "profile"), ("reports/web1.json", True, "result"),
])
def test_what_a_name_means(given, is_file, kind):
    assert _sides.kind_of("left", given, ["web1", "web2"], ["photon", "photon3"], is_file) == kind


@pytest.mark.parametrize("given, is_file, words", [
    ("", False, "left: say what is compared, a host, a profile or a saved result: -e left=NAME"),
    ("webl", False, "left: 'webl' is not a host of the inventory, a column of the catalogue or a file: did you mean web1?"),
    ("xyz", False, "left: 'xyz' is not a host of the inventory, a column of the catalogue or a file."),
    ("both", False, "left: 'both' is ambiguous: it is a host of the inventory and a column of the catalogue. A file can be written with "
                    "its folder, as in ./NAME; a host needs another name in the inventory."),
    ("web1", True, "left: 'web1' is ambiguous: it is a host of the inventory and a file. A file can be written with its folder, as in "
                   "./NAME; a host needs another name in the inventory."),
])
def test_a_name_that_is_none_or_several_is_refused(given, is_file, words):
    with pytest.raises(ValueError) as caught:
        _sides.kind_of("left", given, ["web1", "web2", "both"], ["photon", "both"], is_file)
    assert str(caught.value) == words


# --- columns ---

def test_a_column():
    catalogue = {
        "columns": {"ours": {"title": "Ours", "source": "this"}},
        "parameters": [{"name": "kernel.a", "values": {"ours": "1"}, "source": {"ours": "the article"}},
                       {"name": "kernel.b", "values": {"ours": "2"}}, {"name": "kernel.c", "values": {"theirs": "2"}},
                       {"name": "kernel.d", "values": {"ours": "3"}, "source": {"ours": "this"}}]}
    side = _sides.of_column(catalogue, "ours")
    assert (side.label, side.kind, side.facts, side.omitted) == ("ours", "profile", {"title": "Ours", "source": "this"}, 0)
    assert side.parameters == {
        "kernel.a": Value("value", "1", None, "the article", "the article", None, None),
        "kernel.b": Value("value", "2", None, "this", None, None, None), "kernel.d": Value("value", "3", None, "this", None, None, None)}


# --- what kernel_parameters_info returned ---

def test_a_host():
    side = _sides.of_info("web1", info(row(boot="1", boot_source=FILE + ":3"), omitted=4))
    assert (side.label, side.kind, side.omitted) == ("web1", "host", 4)
    assert side.facts == dict(KERNEL, memory_kb=1000, processors=2, runtimes=["docker"])
    assert only(side) == Value("value", "1", "1", FILE + ":3", FILE, None, None)


@pytest.mark.parametrize("given, expected", [
    (row(), Value("value", "1", None, None, None, None, None)),
    (row(kind="moves"), Value("moves", "1", None, None, None, None, None)),
    (row(kind="unreadable", value=None, error="EACCES"), Value("unreadable", None, None, None, None, None, "EACCES")),
    (row(value=None), Value("unreadable", None, None, None, None, None, "no value")),
    (row(kind="secret", value=None, digest="ab"), Value("secret", None, None, None, None, "ab", None)),
    # A secret by its name, whatever a host or an older release says of it.
    (row("net.ipv4.tcp_fastopen_key", "1-2", boot="1-2"), Value("secret", None, None, None, None, None, None)),
    (row("net.ipv6.conf.eth0.stable_secret", "1::"), Value("secret", None, None, None, None, None, None)),
    (row("net.ipv6.conf.eth0.stable_secret", None, kind="unreadable", error="EIO"),
     Value("secret", None, None, None, None, "", "never set")),
    (row("net.ipv6.conf.eth0.stable_secret", None, kind="unreadable", error="EACCES"),
     Value("secret", None, None, None, None, None, None)),
    (row(value="\x1b[2J\n\u202e"), Value("value", "\\x1b[2J \\u202e", None, None, None, None, None)),
    (row(boot="1", boot_source="nowhere"), Value("value", "1", "1", "nowhere", None, None, None)),
])
def test_a_row_of_a_host(given, expected):
    assert only(_sides.of_info("web1", info(given))) == expected


@pytest.mark.parametrize("given, words", [
    ({}, "web1: kernel: it is not a dictionary, so this is not a result of kernel_parameters_info"),
    (info(kernel=[]), "web1: kernel: it is not a dictionary, so this is not a result of kernel_parameters_info"),
    (info(parameters=None), "web1: parameters: it is not a list of rows, so this is not a result that can be compared"),
    (info("x"), "web1: parameters: it is not a list of rows, so this is not a result that can be compared"),
    (info(row(name=None)), "web1: parameters: a row has no name"),
    (info(row(), row()), "web1: parameters: kernel.a is there twice"),
    (info(row(value=[1])), "web1: value: [1] is not a text"),
    (info(row(kind="odd\x1b")), "web1: kernel.a: odd\\x1b is not a kind of value that this release knows"),
    (info(row(kind=[])), "web1: kernel.a: [] is not a kind of value that this release knows"),
    (info(memory_kb="x"), "web1: memory_kb: x is not a number"), (info(memory_kb=-1), "web1: memory_kb: -1 is not a number"),
    (info(memory_kb=10 ** 30), "web1: memory_kb: 1000000000000000000000000000000 is not a number"),
    (info(processors=True), "web1: processors: True is not a number"),
    (info(runtimes="docker"), "web1: runtimes: it is not a list of rows, so this is not a result that can be compared"),
])
def test_a_wrong_shape_is_refused(given, words):
    with pytest.raises(ValueError) as caught:
        _sides.of_info("web1", given)
    assert str(caught.value) == words


# --- what a run kept ---

@pytest.mark.parametrize("given, check_mode, expected", [
    (kept(), False, Value("value", "1", "1", FILE + ":3", FILE, None, None)),
    # In check mode what would be set is not there, nor is the line that would set it.
    (kept(), True, Value("value", "0", "0", None, None, None, None)),
    (kept(boot_before="1"), True, Value("value", "0", "1", FILE + ":3", FILE, None, None)),
    # As of an image.
    (kept(after=None, boot=None, boot_source=None), False,
     Value("unreadable", None, None, None, None, None, "no value in the saved result")),
    (kept(after=None, boot=None, boot_source=None, state="read_only", error="EACCES"), False,
     Value("unreadable", None, None, None, None, None, "EACCES")),
    # The run has set what was never set.
    (kept(before=None, error="EIO"), False, Value("value", "1", "1", FILE + ":3", FILE, None, None)),
    (kept("net.ipv6.conf.eth0.stable_secret", before=None, error="EIO"), True, Value("secret", None, None, None, None, "", "never set")),
    (kept("net.ipv6.conf.eth0.stable_secret", before=None, after="::1", error="EIO"), False,
     Value("secret", None, None, FILE + ":3", FILE, None, None)),
    (kept("net.ipv4.tcp_fastopen_key", after=None, error="EACCES"), False, Value("secret", None, None, FILE + ":3", FILE, None, None)),
])
def test_a_row_of_a_shard(given, check_mode, expected):
    assert only(_sides.of_shard("x", shard(given, check_mode=check_mode))) == expected


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("error, kind", [("ENOENT", "missing"), ("EACCES", "unreadable"), (None, "unreadable")])
def test_what_the_kernel_lacks_is_told_by_no_state(state, error, kind):
    given = kept(state=state, before=None, after=None, boot=None, error=error)
    assert {only(_sides.of_shard("x", shard(given, check_mode=check_mode))).kind for check_mode in (True, False)} == {kind}


def test_a_secret_of_a_shard_tells_nothing_that_could_be_compared():
    found = only(_sides.of_shard("x", shard(kept("net.ipv4.tcp_fastopen_key", after="(secret 1)", boot="(secret 1)"))))
    assert found == Value("secret", None, None, FILE + ":3", FILE, None, None)


def test_what_is_known_of_the_machine():
    side = _sides.of_saved("reports/web1.json", json.dumps(shard(kernel=KERNEL, omitted=7)))
    assert (side.label, side.kind, side.facts, side.omitted) == ("reports/web1.json", "result", KERNEL, 7)
    assert _sides.of_saved("x", json.dumps(shard())).facts == {"release": None, "machine": None, "system": None}


@pytest.mark.parametrize("text, words", [
    ("", "f: it is not a saved result: not one document of JSON (Expecting value: line 1 column 1 (char 0))"),
    ("[1]", "f: it is not a saved result: neither a host's result of a run nor what kernel_parameters_info returned"),
    ('{"a": 1}', "f: it is not a saved result: neither a host's result of a run nor what kernel_parameters_info returned"),
    ('{"outcome": "done"}\n{"outcome": "done"}\n',
     "f: it is not a saved result: not one document of JSON (Extra data: line 2 column 1 (char 20)), or it "
     "holds the results of several hosts: give a file with one"),
    ("[" * 100000, "f: its JSON is nested too deeply for a saved result"),
    ('{"outcome": "done", "schema_version": 2}', "f: its schema_version is 2, and this release reads 1: use the release that wrote it"),
    ('{"outcome": "failed"}', "f: the run did not end well on this host (failed), so there is nothing to compare"),
    ('{"outcome": "done", "kernel": 1}', "f: kernel: it is not a dictionary, so this is not a result of kernel_parameters_info"),
    ('{"outcome": "done", "parameters": [], "summary": {"ok": 2}}', "f: it is not whole: it has 0 parameters, and its summary counts 2"),
    ('{"outcome": "done"}', "f: parameters: it is not a list of rows, so this is not a result that can be compared"),
])
def test_a_file_that_is_no_saved_result_is_refused(text, words):
    with pytest.raises(ValueError) as caught:
        _sides.of_saved("f", text)
    assert str(caught.value) == words


# --- the guest side ---

def guest_row(name="vmxnet3 version", value="1.7.0.0-k", state="ok", source=None, **others):
    return dict({"name": name, "value": value, "state": state, "reason": "why", "source": source}, **others)


@pytest.mark.parametrize("given, expected", [
    (guest_row(), Value("value", "1.7.0.0-k", None, None, None, None, None)),
    (guest_row(state="finding", source="/etc/modprobe.d/a.conf:3"),
     Value("value", "1.7.0.0-k", None, "/etc/modprobe.d/a.conf:3", "/etc/modprobe.d/a.conf", None, None)),
    # The colons of a PCI address lead to no line.
    (guest_row(source="/sys/bus/pci/devices/0000:0b:00.0/msi_irqs"),
     Value("value", "1.7.0.0-k", None, "/sys/bus/pci/devices/0000:0b:00.0/msi_irqs", None, None, None)),
    (guest_row(value=None, state="hidden"), Value("unreadable", None, None, None, None, None, "why")),
    (guest_row(value=None, state="not_applicable"), Value("missing", None, None, None, None, None, "why")),
    (guest_row("memory in use"), Value("moves", "1.7.0.0-k", None, None, None, None, None)),
])
def test_a_row_of_the_guest_side(given, expected):
    assert only(_sides.of_info("web1", info(guest=[given]))) == expected


def test_a_host_cannot_replace_a_parameter_by_a_row_of_the_guest_side():
    side = _sides.of_info("web1", info(row(), guest=[guest_row("kernel.a", "9"), guest_row("swap\x1b space", "9")]))
    assert side.parameters["kernel.a"].value == "1" and sorted(side.parameters) == ["kernel.a", "swap\\x1b space"]


def test_what_an_audit_has_kept_of_the_guest_side():
    shard = {"outcome": "done", "check_mode": True, "parameters": [], "guest": [guest_row(), guest_row("kernel.a", "9")]}
    assert only(_sides.of_result("web1", shard)) == Value("value", "1.7.0.0-k", None, None, None, None, None)
    assert _sides.of_result("web1", dict(shard, guest=None)).parameters == {}
    with pytest.raises(ValueError, match="vmxnet3 version is there twice"):
        _sides.of_result("web1", dict(shard, guest=[guest_row(), guest_row()]))


@pytest.mark.parametrize("guest", ["x", [1], [guest_row(), guest_row()], [guest_row(value=1)], [guest_row("")]])
def test_a_guest_side_of_a_wrong_shape_is_refused(guest):
    with pytest.raises(ValueError):
        _sides.of_info("web1", info(guest=guest))


def test_of_an_image_the_values_of_its_next_boot_count():
    """No kernel runs it, so no live value was read."""
    rows = [kept(name, before=None, after=None, boot=boot) for name, boot in (("kernel.a", "2"), ("kernel.b", None))]
    side = _sides.of_shard("x", shard(*rows, host="web1 (image /mnt/x)"))
    assert {name: (value.kind, value.value, value.source) for name, value in side.parameters.items()} == {
        "kernel.a": ("value", "2", FILE + ":3")}
