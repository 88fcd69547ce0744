# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import itertools
import math
import pathlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.photon.hardening.plugins.module_utils import _model, _values
from ansible_collections.photon.hardening.plugins.plugin_utils import _catalogue, _compare, _sides, _sizes
from ansible_collections.photon.hardening.plugins.plugin_utils._formats import compare_words
from ansible_collections.photon.hardening.plugins.plugin_utils._sides import Side, Value

PLAYBOOK = pathlib.Path(__file__).parents[4] / "playbooks" / "compare.yml"
CATALOGUE = _catalogue.CATALOGUE
OPPOSITE = {"left_stricter": "right_stricter", "right_stricter": "left_stricter", "only_left": "only_right", "only_right": "only_left"}
ROWS = {row["name"]: row for row in CATALOGUE["parameters"]}


def value(text, source=None, boot=None, kind="value", token=None, problem=None):
    return Value(kind, text, boot, source, source and source.rpartition(":")[0], token, problem)


def host(label, facts=None, kind="host", omitted=0, **parameters):
    """PARAMETERS by their names with __ for a dot."""
    named = {name.replace("__", "."): given if isinstance(given, Value) else value(given) for name, given in parameters.items()}
    return Side(label, kind, named, facts or {}, omitted)


def compare(left, right, controls=lambda name: ()):
    return _compare.compare(left, right, CATALOGUE, controls, {"cis": {"title": "CIS", "version": "4.0.0", "source": "x"}})


def column(name):
    return _sides.of_column(CATALOGUE, name)


def only(comparison):
    (row,) = _compare.all_rows(comparison)
    return row


def one(name, left, right, **facts):
    """The row of a parameter with these values in the results a and b."""
    sides = [Side(label, "result", {name: given if isinstance(given, Value) else value(given)}, facts.get(label, {}), 0)
             for label, given in (("a", left), ("b", right))]
    return only(compare(*sides))


# --- one parameter ---

NO_ORDER = "The catalogue has no order for it, so neither value is called stricter."
SECRET_A, SECRET_B, SECRET = (value(None, kind="secret", token=token) for token in ("a", "b", None))


@pytest.mark.parametrize("name, left, right, verdict, reason", [
    ("kernel.kptr_restrict", "2", "1", "left_stricter", ""), ("kernel.kptr_restrict", "0", "0x1", "right_stricter", ""),
    ("kernel.kptr_restrict", "0x1", "1", "same", ""), ("kernel.printk", "4\t4\t1\t7", "4 4 1 7", "same", ""),
    ("fs.suid_dumpable", "0", "2", "left_stricter", ""), ("kernel.perf_event_paranoid", "-1", "0", "right_stricter", ""),
    ("vm.dirty_ratio", "10", "20", "left_stricter", ""), ("vm.mmap_min_addr", "4096", "65536", "right_stricter", ""),
    ("kernel.unprivileged_bpf_disabled", "1", "2", "not_comparable", "The two values are equally strict."),
    ("kernel.kptr_restrict", "7", "1", "not_comparable", "The catalogue's order has no place for 7."),
    ("kernel.kptr_restrict", "7", "4 4", "not_comparable", "The catalogue's order has no place for 4 4 and 7."),
    # Below the least that makes sense is "no limit".
    ("kernel.oops_limit", "0", "100", "right_stricter", ""), ("kernel.warn_limit", "1", "0x0", "left_stricter", ""),
    ("kernel.oops_limit", "-1", "100", "not_comparable", "The catalogue's order has no place for -1."),
    # The kernel shows 0 where the other form of the limit is in force, however large that is.
    ("vm.dirty_ratio", "0", "20", "not_comparable", "0 is shown where vm.dirty_bytes is in force in its place."),
    ("vm.dirty_background_ratio", "10", "0x0", "not_comparable", "0 is shown where vm.dirty_background_bytes is in force in its place."),
    ("vm.dirty_ratio", "0", "0", "not_comparable", "0 is shown where vm.dirty_bytes is in force in its place."),
    ("vm.overcommit_kbytes", "0", "4096", "not_comparable", "0 is shown where vm.overcommit_ratio is in force in its place."),
    ("net.ipv6.conf.all.router_solicitations", "7", "0", "not_comparable", "The catalogue's order has no place for 7."),
    ("kernel.sysrq", "16", "0", "not_comparable", NO_ORDER),
    ("kernel.tainted", "0", "8192", "not_comparable", NO_ORDER + " Writing it can only taint the kernel."),
    ("kernel.unheard", "0", "1", "not_comparable", "It is not in the catalogue, which alone knows which value is stricter."),
    ("fs.file-max", "1", "2", "sized_by_machine", "The kernel sizes it by the memory or the processors of the machine."),
    ("fs.file-max", "1", "1", "same", ""),
    ("fs.file-max", value("1", "/etc/a.conf:3", "1"), "2", "not_comparable",
     "The kernel sizes it by the machine where no file sets it, and here one does: /etc/a.conf:3."),
    ("fs.file-nr", "1", "2", "moves_by_itself", "The kernel changes it by itself."),
    ("kernel.unheard", value("1", kind="moves"), "2", "moves_by_itself", "The kernel changes it by itself."),
    ("kernel.unheard", value("1", kind="moves"), "1", "same", ""), ("fs.file-nr", "1", "1", "same", ""),
    ("kernel.kptr_restrict", value(None, kind="unreadable", problem="EACCES"), "1", "not_comparable", "It cannot be read."),
    ("net.ipv4.tcp_fastopen_key", SECRET_A, SECRET_A, "same", "A secret."),
    ("net.ipv4.tcp_fastopen_key", SECRET_A, SECRET_B, "not_comparable",
     "A secret, of which nobody knows whether both sides were read with one salt."),
    ("net.ipv4.tcp_fastopen_key", SECRET_A, value(None, kind="secret", token=""), "not_comparable", "A secret: different."),
    ("net.ipv4.tcp_fastopen_key", SECRET_A, SECRET, "not_comparable", "A secret, of which one side tells nothing that could be compared."),
    ("net.ipv4.tcp_fastopen_key", SECRET_A, "1-2", "not_comparable", "A secret, of which one side tells nothing that could be compared."),
])
def test_verdicts(name, left, right, verdict, reason):
    row = one(name, left, right)
    assert (row.verdict, row.reason) == (verdict, reason)


@pytest.mark.parametrize("sizes, verdict", [
    (({"memory_kb": 4, "processors": 2}, {"memory_kb": 8, "processors": 2}), "sized_by_machine"),
    (({"memory_kb": 4, "processors": 2}, {"memory_kb": 4, "processors": 4}), "not_comparable"),
    (({"memory_kb": None}, {"memory_kb": None}), "sized_by_machine"), (({"memory_kb": 4}, {"memory_kb": None}), "sized_by_machine"),
])
def test_machines_of_one_size_size_nothing(sizes, verdict):
    assert one("fs.file-max", "1", "2", a=sizes[0], b=sizes[1]).verdict == verdict


SMALL, LARGE = {"memory_kb": 4, "processors": 2}, {"memory_kb": 8, "processors": 2}


@pytest.mark.parametrize("name, left, right, verdict", [
    ("user.max_user_namespaces", "31000", "62000", "sized_by_machine"), ("vm.min_free_kbytes", "1", "2", "sized_by_machine"),
    ("net.ipv4.tcp_mem", "1 2 3", "2 4 6", "sized_by_machine"),
    # By processors, of which both have two.
    ("kernel.pid_max", "32768", "65536", "right_stricter"), ("kernel.sched_latency_ns", "1", "2", "not_comparable"),
    # What no machine makes of it.
    ("user.max_user_namespaces", "31000", "0", "right_stricter"), ("fs.file-max", "31645", str(2 ** 63 - 1), "not_comparable"),
    # What a file sets.
    ("user.max_user_namespaces", value("31000", "/etc/a.conf:3", "31000"), "62000", "left_stricter"),
])
def test_what_the_kernel_sizes_is_no_difference_of_two_hosts_that_differ_in_size(name, left, right, verdict):
    assert one(name, left, right, a=SMALL, b=LARGE).verdict == verdict
    assert one(name, right, left, a=LARGE, b=SMALL).verdict == OPPOSITE.get(verdict, verdict)


def test_what_a_profile_asks_for_has_no_size():
    sides = Side("a", "host", {"kernel.pid_max": value("32768")}, SMALL, 0), column("photon")
    assert {row.name: row.verdict for row in _compare.all_rows(compare(*sides))}["kernel.pid_max"] == "right_stricter"


def test_the_catalogue_s_rows_that_the_host_sizes_are_sized():
    assert all(_sizes.fact(row["name"]) for row in CATALOGUE["parameters"] if row.get("host_sized"))


BYTES = {"vm.dirty_bytes": value("8589934592"), "vm.dirty_ratio": value("0")}
RATIO = {"vm.dirty_bytes": value("0"), "vm.dirty_ratio": value("20")}


@pytest.mark.parametrize("kind", ["host", "result"])
@pytest.mark.parametrize("left, right, ratio, limit", [
    (BYTES, RATIO, "not_comparable", "not_comparable"), (BYTES, BYTES, "same", "same"), (RATIO, RATIO, "same", "same"),
    (BYTES, dict(BYTES, **{"vm.dirty_bytes": value("4096")}), "same", "not_comparable"),
    # No other form is in force, so 0 is the ratio.
    (dict(RATIO, **{"vm.dirty_ratio": value("0")}), RATIO, "left_stricter", "same"),
])
def test_two_forms_of_a_limit(kind, left, right, ratio, limit):
    comparison = compare(Side("a", kind, left, {}, 0), Side("b", kind, right, {}, 0))
    rows = {row.name: row for row in _compare.all_rows(comparison)}
    assert (rows["vm.dirty_ratio"].verdict, rows["vm.dirty_bytes"].verdict) == (ratio, limit)
    assert bool(rows["vm.dirty_ratio"].level_up) == (ratio == "left_stricter")


def test_beside_a_column_nothing_stands_that_is_not_in_the_catalogue():
    names = {row.name for row in _compare.all_rows(compare(Side("a", "host", BYTES, {}, 0), column("photon")))}
    assert "vm.dirty_ratio" in names and "vm.dirty_bytes" not in names


def test_the_playbook_reads_what_is_compared():
    (text,) = re.findall(r"__photon_hardening_beside: \[(.*)\]", PLAYBOOK.read_text(encoding="utf-8"))
    assert tuple(text.split(", ")) == _compare.BESIDE


@pytest.mark.parametrize("machine, verdict", [("x86_64", "right_stricter"), ("riscv64", "not_comparable"), (None, "right_stricter")])
def test_an_order_for_one_kind_of_processor(machine, verdict):
    assert one("vm.mmap_rnd_bits", "28", "32", a={"machine": machine}).verdict == verdict


@pytest.mark.parametrize("system, left, right, verdict", [
    ("Debian GNU/Linux 12 (bookworm)", "3", "2", "left_stricter"), (None, "3", "2", "left_stricter"),
    ("Red Hat Enterprise Linux 9.4", "3", "2", "not_comparable"), ("Red Hat Enterprise Linux 9.4", "4", "3", "not_comparable"),
    ("Red Hat Enterprise Linux 9.4", "3", "1", "left_stricter"),
])
def test_values_that_not_every_kernel_tells_apart(system, left, right, verdict):
    row = one("kernel.perf_event_paranoid", left, right, a={"system": system})
    assert (row.verdict, bool(row.reason)) == (verdict, verdict == "not_comparable")


@pytest.mark.parametrize("kind, reason", [
    ("host", "b has no such parameter."), ("profile", "b says nothing of it."), ("result", "b does not tell of it."),
])
def test_what_one_side_lacks(kind, reason):
    comparison = compare(host("a", kernel__kptr_restrict="1"), host("b", kind=kind))
    assert (only(comparison).verdict, only(comparison).reason) == ("only_left", reason)
    assert only(compare(host("b", kind=kind), host("a", kernel__kptr_restrict="1"))).verdict == "only_right"


def test_what_a_kernel_lacks_is_as_if_nothing_were_said():
    missing = Value("missing", None, None, None, None, None, None)
    row = only(compare(host("a", kernel__kptr_restrict="1"), host("b", kind="result", kernel__kptr_restrict=missing)))
    assert (row.right, row.reason) == (None, "b has no such parameter.")
    assert _compare.all_rows(compare(host("a", kernel__kptr_restrict=missing), host("b", kernel__kptr_restrict=missing))) == []


@pytest.mark.parametrize("name, left, right, line, breaks", [
    ("kernel.kptr_restrict", "2", "1", "kernel.kptr_restrict = 2", ()),
    ("kernel.kptr_restrict", "1", "0x2", "kernel.kptr_restrict = 2", ()),
    ("kernel.sysrq", "1", "0", None, ()), ("kernel.kptr_restrict", "1", "1", None, ()),
    # What a saved result may hold, and nobody could set.
    ("net.ipv4.tcp_challenge_ack_limit", "9" * 17, "1", None, ()),
    ("net.ipv6.conf.default.router_solicitations", "1 2", "-1", None, ()),
    ("user.max_user_namespaces", "0", "1", "user.max_user_namespaces = 0", tuple(ROWS["user.max_user_namespaces"]["hold"]["0"])),
])
def test_the_line_that_levels_up(name, left, right, line, breaks):
    row = one(name, left, right)
    assert (row.level_up, row.breaks) == (line, breaks)


def test_why_impact_and_numbers():
    comparison = compare(host("a", kernel__sysrq="0"), host("b", kernel__sysrq="1"), controls=lambda name: [("cis", "1." + name)])
    row, known = only(comparison), ROWS["kernel.sysrq"]
    assert (row.why, row.impact, row.controls) == (known["why"], known["impact"], (("cis", "1.kernel.sysrq"),))
    assert comparison.benchmarks == {"cis": {"title": "CIS", "version": "4.0.0"}}


def test_the_article():
    """Photon OS 3.0 against CentOS 8.2, with what their own files set."""
    comparison = compare(column("photon3"), column("centos8"))
    assert comparison.counts == {"left_stricter": 4, "right_stricter": 4, "not_comparable": 4, "only_left": 8, "only_right": 7,
                                 "sized_by_machine": 5, "moves_by_itself": 3, "same": 1}
    assert {verdict: number for verdict, number in comparison.guest.items() if number} == {"not_comparable": 1, "only_right": 1, "same": 1}
    verdicts = {row.name: row.verdict for row in _compare.all_rows(comparison)}
    assert verdicts["root filesystem type"] == "not_comparable" and verdicts["vmw_pvscsi disable_msix"] == "same"


def test_network_is_included():
    names = {row.name for row in _compare.all_rows(compare(column("photon"), column("debian12")))}
    assert {"net.ipv4.conf.all.rp_filter", "net.ipv6.conf.all.accept_redirects", "net.ipv4.tcp_syncookies"} <= names


@pytest.mark.parametrize("kind, names", [
    ("host", ["kernel.sysrq"]), ("profile", ["kernel.sysrq"]), ("result", ["kernel.unheard", "kernel.sysrq"]),
])
def test_what_the_catalogue_does_not_know(kind, names):
    found = compare(host("a", kind="result", kernel__unheard="1", kernel__sysrq="0"), host("b", kind=kind, kernel__sysrq="0"))
    assert [row.name for row in _compare.all_rows(found)] == names


def test_no_host_has_what_is_no_parameter():
    assert "root filesystem type" not in {row.name for row in _compare.all_rows(compare(host("a"), column("photon3")))}


# Two values of each parameter that has an order, the stricter one first.
STRICTER = [(name, left, right) for name, row in ROWS.items() if "strength" in row
            for left, right in itertools.permutations(sorted(set(row["values"].values())), 2)
            if one(name, left, right).verdict == "left_stricter" and _compare.rank(row, right) != -math.inf]


@pytest.mark.parametrize("name, stricter, weaker", STRICTER)
def test_what_is_stricter_here_is_as_good_for_the_module(name, stricter, weaker):
    assert _values.as_good(name, stricter, _model.Rule(**_catalogue.order_rule(ROWS[name], weaker)))
    assert one(name, weaker, stricter).verdict == "right_stricter"


# --- causes ---

def causes(comparison):
    return [(group.cause and tuple(group.cause), [row.name for row in group.rows]) for group in comparison.groups]


def test_a_file_that_explains_several():
    names = ("kernel__kptr_restrict", "kernel__sysrq", "kernel__dmesg_restrict")
    of_systemd = {name: value("0", "/usr/lib/sysctl.d/50-default.conf:%d" % number, "0") for number, name in enumerate(names)}
    right = host("b", kernel__kptr_restrict="1", kernel__sysrq="1", kernel__dmesg_restrict="0", kernel__yama__ptrace_scope="1")
    found = causes(compare(host("a", kernel__yama__ptrace_scope="0", **of_systemd), right))
    assert found == [(("file", "/usr/lib/sysctl.d/50-default.conf decides on at least one side."),
                      ["kernel.kptr_restrict", "kernel.sysrq"]), (None, ["kernel.yama.ptrace_scope"])]


def test_the_file_that_explains_most_is_named():
    left = host("a", kernel__kptr_restrict=value("0", "/a:1"), kernel__sysrq=value("0", "/a:2"), kernel__dmesg_restrict=value("0", "/b:1"))
    right = host("b", kernel__kptr_restrict=value("1", "/b:2"), kernel__sysrq=value("1", "/b:3"), kernel__dmesg_restrict="1")
    assert causes(compare(left, right)) == [
        (("file", "/b decides on at least one side."), ["kernel.dmesg_restrict", "kernel.kptr_restrict", "kernel.sysrq"])]


def test_kernels_that_differ():
    left = host("a", {"release": "4.18"}, kernel__kptr_restrict="0", kernel__dmesg_restrict="0", kernel__panic="1", vm__swappiness="1")
    right = host("b", {"release": "5.10"}, kernel__kptr_restrict="1", kernel__dmesg_restrict="1")
    assert causes(compare(left, right)) == [
        (("kernel", "No file sets these, and the kernels differ: 4.18 and 5.10."), ["kernel.dmesg_restrict", "kernel.kptr_restrict"]),
        (("kernel", "b lacks these, and the kernels differ: 4.18 and 5.10."), ["kernel.panic", "vm.swappiness"])]


@pytest.mark.parametrize("kind, cause", [
    ("host", ("missing", "b lacks these: a kernel module is not loaded, or the kernel was built without them.")),
    ("result", ("missing", "b does not tell of these.")), ("profile", ("profile", "b says nothing of these.")),
])
def test_several_that_one_side_lacks(kind, cause):
    left = host("a", {"release": "5.10"}, kernel__panic="1", kernel__sysrq="1")
    assert causes(compare(left, host("b", {"release": "5.10"}, kind=kind))) == [(cause, ["kernel.panic", "kernel.sysrq"])]


def test_what_has_an_order_comes_first_and_what_is_the_same_last():
    comparison = compare(column("photon3"), column("centos8"))
    assert [group.cause and group.cause.kind for group in comparison.groups] == [
        "profile", "source", "source", None, "profile", "profile", "machine", "moves"]
    assert comparison.groups[0].rows[0].verdict == "left_stricter" and [row.verdict for row in comparison.same] == ["same", "same"]
    assert "same" not in {row.verdict for group in comparison.groups for row in group.rows}


# --- assertions ---

MANY = dict({"kernel__x%d" % number: "1" for number in range(7)}, kind="result")
UNREADABLE, MISSING = value(None, kind="unreadable"), value(None, kind="missing")
EACCES = value(None, kind="unreadable", problem="EACCES")


@pytest.mark.parametrize("left, right, assertion, expected", [
    (host("a", kernel__sysrq="0"), host("b", kernel__sysrq="1"), "none", None),
    (host("a"), host("b"), "none", None),
    (host("a"), host("b"), "equal", "a and b: there is nothing to compare: no value is known"),
    (host("a", kernel__sysrq="0"), host("b", kernel__sysrq="0x0"), "equal", None),
    (host("a", kernel__sysrq="0"), host("b", kernel__sysrq="1"), "equal", "a and b are not equal: 1 of 1 parameters: kernel.sysrq"),
    (host("a", fs__dummy="1", **MANY), host("b", kind="result", fs__dummy="1"), "equal",
     "a and b are not equal: 7 of 8 parameters: kernel.x0, kernel.x1, kernel.x2, kernel.x3, kernel.x4 and 2 more"),
    (host("a", **{"fs.file-max": "1", "fs.file-nr": "1"}), host("b", **{"fs.file-max": "2", "fs.file-nr": "2"}), "equal", None),
    (host("a", omitted=1, kernel__sysrq="0"), host("b", kernel__sysrq="0"), "equal",
     "a: the saved result is not complete, so nothing can be asserted"),
    # A saved result that keeps its secrets equals itself; one without any value proves nothing.
    (host("a", kind="result", net__ipv4__tcp_fastopen_key=SECRET, kernel__x=EACCES, kernel__sysrq="0"),
     host("b", kind="result", net__ipv4__tcp_fastopen_key=SECRET, kernel__x=EACCES, kernel__sysrq="0"), "equal", None),
    (host("a", kind="result", net__ipv4__tcp_fastopen_key=SECRET, kernel__x=EACCES, kernel__sysrq="1"),
     host("b", kind="result", net__ipv4__tcp_fastopen_key=SECRET, kernel__x=EACCES, kernel__sysrq="0"), "equal",
     "a and b are not equal: 1 of 1 parameters: kernel.sysrq"),
    *[(host("a", kind="result", kernel__x=EACCES, kernel__y=EACCES), host("b", kind="result", kernel__x=EACCES, kernel__y=EACCES), asserted,
       "a and b: there is nothing to compare: no value is known") for asserted in ("equal", "not_weaker")],
    (host("a", kind="result", kernel__x=EACCES), host("b", kernel__x=EACCES, kernel__sysrq="1"), "equal",
     "a and b: there is nothing to compare: no parameter is known of both"),
    (host("a", kind="result", kernel__x=EACCES), host("b", kind="result", kernel__x=value(None, kind="unreadable", problem="EIO")), "equal",
     "a and b are not equal: 1 of 1 parameters: kernel.x"),
    (host("a", net__ipv4__tcp_fastopen_key=SECRET_A), host("b", net__ipv4__tcp_fastopen_key=SECRET_B), "equal",
     "a and b are not equal: 1 of 1 parameters: net.ipv4.tcp_fastopen_key"),
    (host("a", net__ipv4__tcp_fastopen_key=SECRET_A), host("b", net__ipv4__tcp_fastopen_key=SECRET_A), "equal", None),
    # What a saved result does not tell of is no difference from a host; but a result that tells of nothing proves nothing.
    (host("a", kernel__sysrq="1", kernel__panic="1"), host("b", kind="result", kernel__sysrq="1"), "equal", None),
    (host("a", kernel__sysrq="1"), host("b", kind="result"), "equal",
     "a and b: there is nothing to compare: no parameter is known of both"),
    # A profile that says nothing of a parameter asks for nothing.
    (host("a", kernel__kptr_restrict="2", kernel__sysrq="1"), host("b", kind="profile", kernel__kptr_restrict="2"), "equal", None),
    (host("a", kind="result", kernel__kptr_restrict="1", kernel__sysrq="1"), host("b", kind="profile", kernel__kptr_restrict="2"), "equal",
     "a and b are not equal: 1 of 1 parameters: kernel.kptr_restrict"),
    (host("a", kernel__sysrq="1"), host("b", kind="profile", kernel__sysrq="1", kernel__kptr_restrict="2"), "equal",
     "a and b are not equal: 1 of 2 parameters: kernel.kptr_restrict"),
    (host("a", kind="profile", kernel__sysrq="1"), host("b", kind="profile", kernel__kptr_restrict="2"), "equal",
     "a and b are not equal: 2 of 2 parameters: kernel.kptr_restrict, kernel.sysrq"),
    (host("a", kernel__kptr_restrict="2"), host("b", kernel__kptr_restrict="1"), "not_weaker", None),
    (host("a", kernel__kptr_restrict="1"), host("b", kernel__kptr_restrict="2"), "not_weaker",
     "a is weaker than b: 1 of 1 parameters: kernel.kptr_restrict"),
    (host("a", kernel__sysrq="1"), host("b", kernel__sysrq="0"), "not_weaker", None),
    (host("a", kernel__unprivileged_bpf_disabled="1"), host("b", kernel__unprivileged_bpf_disabled="2"), "not_weaker", None),
    # Missing data is never a pass; what the kernel lacks cannot be weaker.
    (host("a", kernel__kptr_restrict=UNREADABLE), host("b", kernel__kptr_restrict="2"), "not_weaker",
     "Nobody can tell whether a is weaker than b: 1 of 1 parameters: kernel.kptr_restrict"),
    (host("a", kind="profile"), host("b", kernel__kptr_restrict="2"), "not_weaker",
     "Nobody can tell whether a is weaker than b: 1 of 1 parameters: kernel.kptr_restrict"),
    (host("a"), host("b", kernel__kptr_restrict="2"), "not_weaker", None),
    (host("a", vm__dirty_ratio="0"), host("b", vm__dirty_ratio="20"), "not_weaker",
     "Nobody can tell whether a is weaker than b: 1 of 1 parameters: vm.dirty_ratio"),
    (host("a", kernel__kptr_restrict="2"), host("b", kind="profile"), "not_weaker", None),
    (host("a", kind="result", kernel__kptr_restrict=MISSING), host("b", kernel__kptr_restrict="2"), "not_weaker", None),
])
def test_assertions(left, right, assertion, expected):
    assert _compare.failure(compare(left, right), assertion) == expected


# --- swapping the sides swaps words only ---

NAMES = [*ROWS, "kernel.unheard", *_compare.BESIDE]
SOURCES = st.sampled_from([None, "/etc/sysctl.d/a.conf:1", "/etc/sysctl.d/a.conf:2", "/usr/lib/sysctl.d/b.conf:3"])


@st.composite
def values(draw):
    kind = draw(st.sampled_from(["value", "value", "value", "secret", "moves", "unreadable", "missing"]))
    if kind in ("value", "moves"):
        return value(draw(st.sampled_from(["0", "1", "0x1", "2", "7", "-1", "65536", "1 2", "4 4 1 7", "fq", ""])), draw(SOURCES),
                     draw(st.sampled_from([None, "1", "2"])), kind)
    return value(None, draw(SOURCES), None, kind, draw(st.sampled_from([None, "", "a", "b"])), draw(st.sampled_from(["EACCES", "EIO"])))


@st.composite
def sides(draw, label):
    facts = draw(st.fixed_dictionaries({"release": st.sampled_from([None, "4.18", "5.10"]), "memory_kb": st.sampled_from([None, 1, 2]),
                                        "machine": st.sampled_from([None, "x86_64", "riscv64"]), "processors": st.just(2)}))
    found = draw(st.dictionaries(st.sampled_from(NAMES), values(), max_size=25))
    return Side(label, draw(st.sampled_from(["host", "profile", "result"])), found, facts, 0)


def swapped(row):
    return row._replace(left=row.right, right=row.left, verdict=OPPOSITE.get(row.verdict, row.verdict))


@settings(deadline=None, max_examples=300)
@given(sides("a"), sides("b"))
def test_swapping_the_sides_swaps_words_only(left, right):
    comparison, other = compare(left, right), compare(right, left)
    assert [(group.cause, [swapped(row) for row in group.rows]) for group in comparison.groups] == [
        (group.cause, group.rows) for group in other.groups]
    assert [swapped(row) for row in comparison.same] == other.same
    assert {OPPOSITE.get(verdict, verdict): number for verdict, number in comparison.counts.items()} == other.counts
    assert bool(_compare.failure(comparison, "equal")) == bool(_compare.failure(other, "equal"))
    for row in _compare.all_rows(comparison):
        assert compare_words.verdict(comparison, row.verdict) == compare_words.verdict(other, swapped(row).verdict)
        assert sorted(compare_words.details(comparison, row)) == sorted(compare_words.details(other, swapped(row)))


@settings(deadline=None)
@given(sides("a"))
def test_no_side_is_stricter_than_itself(side):
    found = compare(side, side._replace(label="b")).counts
    assert _compare.failure(compare(side, side), "equal") in (None, "a and a: there is nothing to compare: no value is known")
    assert not any(found[verdict] for verdict in ("left_stricter", "right_stricter", "only_left", "only_right", "sized_by_machine"))


# --- the guest side ---

GUEST = {"vmxnet3 version": "1.7.0.0-k", "vmw_pvscsi disable_msix": "N", "kernel.kptr_restrict": "1"}


def guest(label, kind="host", **changed):
    rows = dict(GUEST, **changed)
    return Side(label, kind, {name: value(text) for name, text in rows.items() if text}, {"release": label}, 0)


def test_rows_of_the_guest_side_stand_beside_the_parameters_of_two_hosts():
    comparison = compare(guest("a"), guest("b", **{"vmxnet3 version": "1.4.17.0-k", "vmw_pvscsi disable_msix": None}))
    found = {row.name: (row.verdict, row.cause) for row in _compare.all_rows(comparison)}
    assert found == {"kernel.kptr_restrict": ("same", None), "vmw_pvscsi disable_msix": ("only_left", None),
                     "vmxnet3 version": ("not_comparable", None)}


BOTH, KNOWN, NONE = set(GUEST), {"kernel.kptr_restrict", "vmw_pvscsi disable_msix"}, {"kernel.kptr_restrict"}
NO_GUEST = dict.fromkeys(name for name in GUEST if " " in name)


@pytest.mark.parametrize("one, other, changed, names", [
    ("host", "host", {}, BOTH), ("host", "result", {}, BOTH), ("result", "host", {}, BOTH), ("result", "result", {}, BOTH),
    # Beside a column there are the rows that the catalogue has.
    ("host", "profile", {}, KNOWN), ("profile", "result", {}, KNOWN), ("profile", "profile", {}, KNOWN),
    # Both sides have to tell of it.
    ("host", "host", NO_GUEST, NONE), ("result", "host", NO_GUEST, NONE), ("result", "result", NO_GUEST, NONE),
    ("host", "profile", NO_GUEST, NONE),
])
def test_they_are_compared_wherever_both_sides_have_them(one, other, changed, names):
    comparison = compare(guest("a", one), guest("b", other, **changed))
    assert {row.name for row in _compare.all_rows(comparison)} == names
    assert (sum(comparison.counts.values()), sum(comparison.guest.values())) == (1, len(names) - 1)


def test_the_article_s_rows_stand_beside_those_of_a_host():
    sides = guest("a", **{"root filesystem type": "xfs", "vmw_pvscsi disable_msix": "N"}), column("photon3")
    found = {row.name: row for row in _compare.all_rows(compare(*sides)) if " " in row.name}
    assert {name: row.verdict for name, row in found.items()} == {
        "root filesystem type": "not_comparable", "vmw_pvscsi disable_msix": "same"}
    assert found["root filesystem type"].reason == (
        "It is not a kernel parameter, so neither value is called stricter. Chosen when the host was installed.")
    assert (found["root filesystem type"].left.value, found["root filesystem type"].right.value) == ("xfs", "ext4")


def test_the_rows_of_the_catalogue_that_are_no_parameters_have_the_names_of_the_guest_side():
    assert {row["name"] for row in CATALOGUE["parameters"] if not row.get("sysctl", True)} == {
        row["name"] for row in CATALOGUE["parameters"] if " " in row["name"]}


@pytest.mark.parametrize("kind, reason, cause", [
    ("host", "b has none.", None), ("result", "b does not tell of it.", "b does not tell of these."),
    ("profile", "b says nothing of it.", "b says nothing of these.")])
def test_why_a_row_is_missing(kind, reason, cause):
    names = ("vmw_pvscsi disable_msix", "vmw_vmci disable_msix")
    comparison = compare(guest("a", **dict.fromkeys(names, "N")),
                         guest("b", kind, **dict(dict.fromkeys(names), **{"root filesystem type": "ext4"})))
    rows = {row.name: row for row in _compare.all_rows(comparison)}
    assert {(rows[name].verdict, rows[name].reason) for name in names} == {("only_left", reason)}
    assert {rows[name].cause and rows[name].cause.text for name in names} == {cause}


@pytest.mark.parametrize("assertion", ["equal", "not_weaker"])
@pytest.mark.parametrize("one, other", [("result", "result"), ("host", "result"), ("profile", "host"), ("profile", "profile")])
def test_no_kind_of_side_asserts_anything_of_them(one, other, assertion):
    assert _compare.failure(compare(guest("a", one), guest("b", other, **{"vmw_pvscsi disable_msix": "Y"})), assertion) is None
    nothing = compare(*(Side(label, kind, {"vmw_pvscsi disable_msix": value("N")}, {}, 0) for label, kind in (("a", one), ("b", other))))
    assert "there is nothing to compare" in _compare.failure(nothing, assertion)


@pytest.mark.parametrize("assertion", ["equal", "not_weaker"])
def test_nothing_is_asserted_of_them(assertion):
    assert _compare.failure(compare(guest("a"), guest("b", **{"vmxnet3 version": "1"})), assertion) is None
    assert _compare.failure(compare(guest("a"), guest("b", **{"kernel.kptr_restrict": "2"})), assertion) is not None


# --- words and places ---

@pytest.mark.parametrize("count, end", [
    (5, "p0, p1, p2, p3, p4"), (6, "p0, p1, p2, p3, p4 and 1 more"), (7, "p0, p1, p2, p3, p4 and 2 more"),
])
def test_five_parameters_are_named_and_the_others_counted(count, end):
    left, right = (host(label, kind="result", **{"p%d" % number: text for number in range(count)})
                   for label, text in (("a", "1"), ("b", "2")))
    assert _compare.failure(compare(left, right), "equal") == "a and b are not equal: %d of %d parameters: %s" % (count, count, end)


def test_what_is_stricter_on_either_side_comes_by_name():
    sides = [host(label, kind="result", kernel__kptr_restrict=one, kernel__dmesg_restrict=other, a__mine=one)
             for label, one, other in (("a", "0", "1"), ("b", "2", "0"))]
    assert [(row.name, row.verdict) for row in _compare.all_rows(compare(*sides))] == [
        ("kernel.dmesg_restrict", "left_stricter"), ("kernel.kptr_restrict", "right_stricter"), ("a.mine", "not_comparable")]


@pytest.mark.parametrize("one, other, verdict", [("a", "a", "same"), ("a", "b", "not_comparable"), ("b", "a", "not_comparable")])
def test_secrets_are_the_same_or_not(one, other, verdict):
    name = "net.ipv4.tcp_fastopen_key"
    sides = [Side(label, "host", {name: value(None, kind="secret", token=token)}, {}, 0) for label, token in (("a", one), ("b", other))]
    known = {"parameters": [{"name": name, "why": "", "impact": "", "values": {}}]}
    assert only(_compare.compare(*sides, known, lambda _name: (), {})).verdict == verdict
