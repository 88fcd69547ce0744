# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What README.md and the pages show of output is what the code makes of such results."""

import functools
import pathlib
import re

import pytest

from ansible_collections.photon.hardening.plugins.action import kernel_parameters
from ansible_collections.photon.hardening.plugins.module_utils import _result
from ansible_collections.photon.hardening.plugins.module_utils._model import Plan, Row, Saved
from ansible_collections.photon.hardening.plugins.plugin_utils import _catalogue, _compare, _controls, _sides
from ansible_collections.photon.hardening.plugins.plugin_utils._formats import compare_text, terminal

ROOT = pathlib.Path(__file__).parents[2]
DROPINS = ["/etc/sysctl.d/%s.conf" % name for name in ("50-security-hardening", "60-photon-tuning", "zz-photon-hardening")]


def page(name):
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name):
    """The texts of the blocks of code of a page."""
    return re.findall(r"(?ms)^```\w*\n(.*?)^```$", page(name))


def pieces(block):
    """What stands between the lines of a block that say that lines are left out."""
    return [piece.strip("\n") for piece in re.split(r"(?m)^\.\.\.$", block) if piece.strip("\n")]


def parameter(name, state, before="0", after=None, **more):
    """A row of the module's result; for `terminal` as a dictionary."""
    known = dict(name=name, state=state, before=before, wanted="1", after=before if after is None else after, boot_before=None, boot="1",
                 boot_source="x:1", dropin="x", reason="")
    return Row(**dict(known, **more))


def plan(rows, files=()):
    return Plan(rows=rows, files=dict.fromkeys(files, ""), attributes={}, writes=[], expected={}, followers={}, passing={}, live_before={},
                saved=Saved({}, {}), disk={}, folders=[], warnings=[])


def line(host, profile, message, **result):
    return kernel_parameters.headline(host, profile, dict(result, msg=message), False)


FRESH = [parameter(name, "changed", before, after) for name, before, after in (
    ("fs.protected_fifos", "1", "2"), ("kernel.kptr_restrict", "0", "2"), ("kernel.panic", "0", "10"), ("kernel.panic_on_oops", "0", "1"),
    ("kernel.sysrq", "438", "0"))] + [parameter("vm.%d" % number, "changed", "0", "1") for number in range(8)]
ASIDE = [parameter("net.ipv4.ip_forward", "held_back"), parameter("net.ipv6.conf.all.forwarding", "held_back"),
         parameter("net.ipv4.tcp_challenge_ack_limit", "stricter", "2147483647")]


@pytest.mark.parametrize("rows, pages", [
    (FRESH + ASIDE + [parameter("k.%d" % number, "ok") for number in range(12)], ["README.md", "docs/results.md"]),
    (ASIDE + [parameter("k.%d" % number, "ok") for number in range(25)], ["docs/results.md"]),
])
def test_the_line_of_a_host(rows, pages):
    shown = line("debian12", "photon", _result.message(plan(rows)))
    assert [name for name in pages if "\n%s\n" % shown not in page(name)] == []


def test_the_lines_of_a_rollback():
    """What is read-only here has moved at boot alone."""
    boot = [("fs.protected_fifos", "2", "1"), ("fs.suid_dumpable", "0", None), ("kernel.dmesg_restrict", "1", None),
            ("kernel.kptr_restrict", "2", None), ("kernel.panic", "10", None)] + [("net.ipv4.tcp_challenge_ack_limit", "9", None)] + [
        ("vm.%d" % number, "1", None) for number in range(5)]
    rows = [parameter(name, "changed", wanted=None, boot_before=before, boot=after, reason="no longer wanted")
            for name, before, after in boot]
    rows += [parameter("k.%d" % number, "ok", wanted=None) for number in range(2)]
    (block,) = [block for block in blocks("README.md") if block.startswith("$ make rollback")]
    _command, told, table = pieces(block)
    assert told == line("localhost", None, _result.message(plan(rows, DROPINS), is_way_back=True))
    found = terminal.changes(terminal.Row("localhost", "done", False, {"changed": 11, "ok": 2}, "rollback"),
                             [row._asdict() for row in rows], 100, False, None)
    assert found.startswith(table + "\n")


BOOT = [("fs.suid_dumpable", "0"), ("kernel.dmesg_restrict", "1"), ("kernel.randomize_va_space", "2")]
READ_ONLY = [("fs.protected_fifos", "0", "2"), ("fs.protected_regular", "0", "2"), ("kernel.panic", "1", "10")]
ENGINES = "would break docker (/usr/sbin/dockerd), containerd (/usr/bin/containerd)"


def test_the_table_of_an_audit():
    rows = [parameter(name, "changed", value, wanted=value, boot=value) for name, value in BOOT]
    rows += [parameter(name, "read_only", value, wanted=wanted, reason="read-only here (EROFS)") for name, value, wanted in READ_ONLY]
    rows += [parameter("kernel.unprivileged_userns_clone", "held_back"),
             parameter("net.ipv4.ip_forward", "held_back", wanted="0", reason=ENGINES)]
    counts = {"changed": 6, "read_only": 5, "held_back": 3, "ok": 14}
    host = terminal.Row("localhost", "done", True, counts)
    shown = terminal.changes(host, [row._asdict() for row in rows], 100, False, "reports/20261126T081850Z-49/report.html")
    (block,) = [block for block in blocks("README.md") if block.startswith("$ make audit\n")]
    assert [piece for piece in pieces(block)[1:] if piece not in shown] == []


def test_the_sentence_of_a_gate():
    rows = [parameter("kernel.dmesg_restrict", "overridden")] + [parameter(name, "changed", "0", "1") for name in (
        "fs.protected_fifos", "fs.protected_regular", "kernel.kptr_restrict", "kernel.panic", "kernel.sysrq")]
    rows += [parameter("vm.%d" % number, "changed", "0", "1") for number in range(7)]
    rows += [parameter("z.%d" % number, "ok") for number in range(15)]
    told = "photon_hardening_fail_on: nothing was written, because of %s. %s" % (
        _result.of_states(rows, ["changed", "overridden"]), _result.count(rows))
    assert "\nweb1 (photon): FAILED: %s\n" % told in page("docs/audit-gate.md")


@pytest.mark.parametrize("name, start, width", [
    ("README.md", "$ make compare", 80), ("docs/compare.md", "photon3 and centos8: ", 100),
])
def test_the_text_of_a_comparison(name, start, width):
    columns = [_sides.of_column(_catalogue.CATALOGUE, column) for column in ("photon3", "centos8")]
    controls = _controls.load()
    shown = compare_text.render(_compare.compare(
        *columns, _catalogue.CATALOGUE, functools.partial(_controls.ids, controls), controls["benchmarks"]), width)
    (block,) = [block for block in blocks(name) if block.startswith(start)]
    told = pieces(block)[1:] if start.startswith("$") else pieces(block)
    assert [piece for piece in told if piece not in shown] == []


def test_the_states_that_differ_are_counted_in_the_line_and_in_the_table():
    """The two counts of one run: what is set, and what differs beside it."""
    rows = [parameter("a", "changed", "0", "1"), parameter("b", "read_only"), parameter("c", "ok"), parameter("d", "held_back")]
    assert _result.count(rows) == "2 of 4 parameters differ"
    counts = {state: sum(row.state == state for row in rows) for state in ("changed", "read_only", "ok", "held_back")}
    shown = terminal.changes(terminal.Row("h", "done", False, counts), [], 80, False, None)
    assert shown == "h: 1 of 4 set, 1 more differs\n"
