# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pytest
import yaml

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour, _names, _uses, _values
from ansible_collections.photon.hardening.plugins.plugin_utils import _catalogue, _layers

CATALOGUE = _catalogue.CATALOGUE
ROWS = CATALOGUE["parameters"]
FIELDS = {"name", "group", "why", "impact", "values", "source", "follows", "strength", "valid", "hold", "stops", "one_way", "interfaces",
          "machine", "report_only", "why_not", "host_sized", "alike", "override_only", "sysctl", "moves"}
# Those that say what a host should have, and not what one has.
OPINIONS = ("photon", "container_host", "photon5", "stig_photon5", "cis_rhel8", "kspp", "stig_rhel8", "devsec", "kubelet")
# The article's tables and text: 4 parameters of the first table, 22 more and the file system of the second, 2 of modules.
ARTICLE_SECURITY = {"kernel.randomize_va_space", "kernel.kptr_restrict", "kernel.dmesg_restrict", "kernel.sysrq"}
ARTICLE = ARTICLE_SECURITY | {
    "kernel.osrelease", "fs.dentry-state", "fs.epoll.max_user_watches", "fs.file-max", "fs.file-nr", "fs.protected_fifos",
    "fs.protected_regular", "kernel.panic_on_oops", "kernel.pid_max", "kernel.random.entropy_avail",
    "kernel.random.write_wakeup_threshold", "kernel.sched_min_granularity_ns", "kernel.sg-big-buff", "kernel.tainted",
    "kernel.threads-max", "kernel.unprivileged_bpf_disabled", "kernel.unprivileged_userns_apparmor_policy",
    "kernel.unprivileged_userns_clone", "kernel.yama.ptrace_scope", "vm.dirty_ratio", "vm.swappiness", "vm.user_reserve_kbytes",
    "root filesystem type", "vmw_vmci disable_msix", "vmw_pvscsi disable_msix",
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_row(row):
    assert set(row) <= FIELDS
    assert row["group"] in CATALOGUE["groups"]
    assert set(row["values"]) <= set(CATALOGUE["columns"])
    assert all(isinstance(value, str) and value for value in row["values"].values())
    assert all(isinstance(row[key], str) and row[key].endswith(".") for key in ("why", "impact", "follows", "why_not", "override_only")
               if key in row)
    assert set(row.get("source", {})) <= set(row["values"])
    assert bool(row.get("report_only")) == ("why_not" in row)
    assert row.get("sysctl", True) == _names.is_name(row["name"])
    if row.get("report_only") or row.get("host_sized"):
        assert not set(row["values"]) & set(_catalogue.profiles(CATALOGUE))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_where_sources_contradict_one_another_the_row_says_which_is_followed(row):
    opinions = {row["values"][column] for column in OPINIONS if column in row["values"]}
    assert len(opinions) < 2 or "follows" in row


@pytest.mark.parametrize("profile", ["photon", "container_host"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_a_value_of_our_own_has_a_source(row, profile):
    others = [row["values"].get(column) for column in OPINIONS if column not in ("photon", "container_host")]
    assert row["values"].get(profile) in others + [None] or profile in row["source"]


@pytest.mark.parametrize("row", [row for row in ROWS if row.get("strength")], ids=lambda row: row["name"])
def test_an_order_has_a_place_for_every_value(row):
    """What is known of a row can be ordered by its `strength`: else a stricter live value might be taken for a weaker one."""
    levels = [item for level in _layers.levels(row) or [] for item in level]
    for value in row["values"].values():
        assert value in levels if levels else _values.is_number(value)
    assert levels or "min" in row["valid"]


@pytest.mark.parametrize("row", [row for row in ROWS if not row.get("report_only")], ids=lambda row: row["name"])
def test_values_are_valid(row):
    """Every value that can be applied passes the checks that an override has to pass."""
    for profile in _catalogue.profiles(CATALOGUE):
        if profile in row["values"]:
            variables = {"photon_hardening_overrides": {row["name"]: row["values"][profile]}}
            assert _layers.overrides(variables, {row["name"]: row})[row["name"]].value == row["values"][profile]


def test_names_are_unique():
    names = [row["name"] for row in ROWS]
    assert len(names) == len(set(names))


def test_every_row_of_the_article_is_there():
    assert len(ARTICLE) == 29
    found = {row["name"]: row["values"] for row in ROWS if row["name"] in ARTICLE}
    assert set(found) == ARTICLE
    assert all("photon3" in values or "centos8" in values for values in found.values())


def test_every_use_is_known():
    assert {use for row in ROWS for key in ("hold", "stops") for uses in row.get(key, {}).values() for use in uses} == set(_uses.NAMES)
    assert list(CATALOGUE["uses"]) == list(_uses.NAMES)
    # What of a use stops is said in words.
    assert all(isinstance(uses, dict) and all(uses.values()) for row in ROWS for uses in row.get("stops", {}).values())
    assert all(set(use) == {"what", "evidence"} for use in CATALOGUE["uses"].values())


def test_what_the_kernel_itself_does_is_not_said_again():
    """Pairs, aliases and modules stand in _behaviour.py."""
    assert set(CATALOGUE) == {"uses", "groups", "columns", "parameters"}
    assert _behaviour.partner("vm.dirty_ratio") == "vm.dirty_bytes"


@pytest.mark.parametrize("row, value, rule", [
    ({"strength": ["0", ["1", "2"], "3"]}, "1", {"accept": ["2", "3"]}),
    ({"strength": ["0", "1"]}, "1", {}),
    ({"strength": ["3", ["2", "1"], "0"]}, "1", {"accept": ["2", "0"]}),
    ({"strength": "lower", "valid": {"min": -1}}, "5", {"at_most": "5"}),
    ({"strength": "higher", "valid": {"min": 0}}, "5", {"at_least": "5"}),
    ({"strength": "lower", "valid": {"min": 0}}, "5", {"at_most": "5"}),
    ({"strength": "lower", "valid": {"min": 1}}, "5", {"at_most": "5", "at_least": "1"}),
    ({}, "5", {}),
])
def test_order_rule(row, value, rule):
    assert _catalogue.order_rule(row, value) == rule


@pytest.mark.parametrize("row, value", [
    ({"values": {"a": "1"}}, "1"), ({"values": {"b": "1"}}, None), ({"values": {"a": "1"}, "strength": ["0", "1"]}, "1"),
    ({"values": {"a": "1"}, "strength": ["0", ["1", "3", "2"], "4"]}, "2"), ({"values": {"a": "1"}, "strength": "higher"}, "1"),
    ({"values": {"a": "1"}, "strength": [["9", "1"], "4"]}, "1"),
    ({"values": {"a": "1"}, "override_only": "Why."}, None), ({"values": {"a": "1"}, "host_sized": True}, None),
    ({"values": {"a": "1"}, "report_only": True}, None),
])
def test_setting(row, value):
    assert _catalogue.setting(row, "a") == value


@pytest.mark.parametrize("row, value", [
    ({"values": {"a": "1", "photon3": "2"}}, None), ({"values": {"a": "1", "photon3": "2"}, "report_only": True}, "1"),
    ({"values": {"photon3": "2"}, "host_sized": True}, "2"), ({"values": {"b": "1"}, "host_sized": True}, None),
    ({"values": {"a": "1"}, "report_only": True, "sysctl": False}, None),
    ({"values": {"a": "1"}, "report_only": True, "sysctl": True}, "1"),
    ({"values": {"a": "1"}, "sysctl": False}, None),
])
def test_reference(row, value):
    assert _catalogue.reference(row, "a") == value


def test_it_is_read_without_libyaml_too(monkeypatch):
    monkeypatch.setattr(_catalogue, "_LOADER", yaml.SafeLoader)
    assert _catalogue.load() == CATALOGUE
