# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
import pytest

from ansible_collections.photon.hardening.plugins.plugin_utils import _targets

GROUPS = {"all": ["web1", "web2", "db1"], "web": ["web1", "web2"], "maintenance": []}


def matches(part):
    return [host for host in GROUPS["all"] if part in (host, "web*", "~web.")]


@pytest.mark.parametrize("pattern, problem", [
    (["all"], None), (["web", "!maintenance"], None), (["maintenance"], None), (["web1", "&web*"], None), (["~web."], None),
    (["localhost"], None), (["localhost", "!localhost"], None),
    (["wb1"], "wb1: did you mean db1?"), (["weeb2"], "weeb2: did you mean web2?"),
    (["web", "!maintenence"], "maintenence: did you mean maintenance?"),
    (["web", "&staging"], "staging: name a group or a host"), (["db*"], "db*: did you mean db1?"),
    (["localhost", "x"], "x: name a group or a host"),
    (["\x1b"], "\\x1b: name a group or a host"),
])
def test_unknown_hosts(pattern, problem):
    assert _targets.unknown_hosts("x_hosts", pattern, GROUPS, matches) == (
        problem and "x_hosts: nothing in the inventory is called " + problem)


@pytest.mark.parametrize("given, wrong", [
    ("all", None), (["web", "!db"], None), ("", "''"), (" ", "' '"), ({"a": 1}, "{'a': 1}"), ([], "[]"), (["web", 5], "5"), (None, "None"),
])
def test_no_names(given, wrong):
    assert _targets.no_names("x", given) == (wrong and "x: %s is not a text that names hosts or groups: write all, or a name" % wrong)


@pytest.mark.parametrize("pattern, has_hosts, is_wrong", [
    (["web", "&db"], [["web"]], True), (["web", "!web"], [["web"]], True), (["!all"], [["all"]], True),
    (["web", "&db"], [["web"], ["web", "&db"]], False), (["maintenance"], [], False), (["maintenance", "!web"], [], False),
])
def test_nothing_left(pattern, has_hosts, is_wrong):
    found = _targets.nothing_left("x", pattern, lambda part: part in has_hosts)
    assert found == ("x: %s leaves no host: name others, or take a part away" % ":".join(pattern) if is_wrong else None)


@pytest.mark.parametrize("groups", [{}, {"all": [], "web": []}])
def test_an_inventory_without_a_host(groups):
    assert _targets.unknown_hosts("x", ["all"], groups, None) == (
        "The inventory has no host: give one with -i (make: INVENTORY=FILE). Of a folder Ansible leaves out *.ini, *.cfg and *.txt")
    assert _targets.unknown_hosts("x", ["localhost"], groups, None) is None


@pytest.mark.parametrize("sources, problem", [
    ([], None), (["/there"], None), (["web1,"], None), (["/etc/ansible/hosts"], None),
    (["/there", "/nowhere"], "-i (make: INVENTORY): /nowhere: there is no such file or folder"),
])
def test_missing_inventory(sources, problem):
    assert _targets.missing_inventory(sources, ["/etc/ansible/hosts"], "/there".__eq__) == problem


@pytest.mark.parametrize("run, skipped, problem", [
    (["all"], [], None), (["untagged"], [], None), ([], [], None),
    (["all", "hardn"], [], "--tags: no task of this playbook has the tag hardn: leave it out"),
    (["tagged"], ["x"], "--tags: no task of this playbook has the tag tagged: leave it out"),
    (["all"], ["x"], "--skip-tags: no task of this playbook has the tag x: leave it out"),
])
def test_unknown_tag(run, skipped, problem):
    assert _targets.unknown_tag(run, skipped) == problem


@pytest.mark.parametrize("given, why_none, problem", [
    (None, None, None), ("web", None, None), (None, "x", None), ("web", "x", "--limit: this playbook takes none: x"),
    ("", "x", "--limit: this playbook takes none: x"),
])
def test_limit(given, why_none, problem):
    assert _targets.limit(given, why_none) == problem


@pytest.mark.parametrize("serial, wrong", [
    (0, None), (5, None), ("10%", None), ("1,10%,100%", None), ("1, 10%", None), ([1, "10%"], None), (["1"], None), ([], "[]"),
    ("all", "all"), ("1;2", "1;2"), ("", ""), (-1, "-1"), (1.5, "1.5"), (True, "True"), (None, "None"), ([[1]], "[1]"),
    ({"a": 1}, "{'a': 1}"), ("1,,2", ""), ("%", "%"), ("1%%", "1%%"), ("0%", "0%"), ("100%", None), ("00%", "00%"), ([1, "\x1b"], "\\x1b"),
])
def test_batches(serial, wrong):
    assert _targets.batches(serial) == (None if wrong is None else (
        "photon_hardening_serial: %s is neither a number of hosts, such as 5, nor a share of them, such as 10%%" % wrong))


@pytest.mark.parametrize("percentage, good", [
    (0, True), (100, True), ("25", True), ("25%", True), (12.5, True), (101, False), (-1, False), ("", False), ("x", False), (True, False),
    (None, False), ([1], False), ("1,2", False), ("%", False), ("1e2", False), ("\x1b", False),
])
def test_most_failures(percentage, good):
    found = _targets.most_failures(percentage)
    assert (found is None) is good
    assert good or found.startswith("photon_hardening_max_fail_percentage: ") and "\x1b" not in found
