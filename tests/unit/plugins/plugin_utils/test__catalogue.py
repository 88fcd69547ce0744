# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _runtimes, _sysctl_d, _values
from ansible_collections.photon.hardening.plugins.plugin_utils import _catalogue, _layers

CATALOGUE = _catalogue.CATALOGUE
ROWS = CATALOGUE["parameters"]
FIELDS = {"name", "group", "why", "impact", "values", "source", "strength", "valid", "hold", "one_way", "report_only", "why_not",
          "host_sized", "sysctl"}
ARTICLE_SECURITY = {"kernel.randomize_va_space", "kernel.kptr_restrict", "kernel.dmesg_restrict", "kernel.sysrq"}
PHOTON5_FILE = {
    "kernel.randomize_va_space": "2", "kernel.kptr_restrict": "2", "kernel.dmesg_restrict": "1", "kernel.sysrq": "0",
    "net.ipv4.tcp_challenge_ack_limit": "1073741823", "net.ipv4.ip_forward": "0", "net.ipv6.conf.all.forwarding": "0",
    "fs.suid_dumpable": "0",
}


TODAY = "2027-01-31"


def select(profile="photon", groups=("security", "tuning"), overrides=None, waivers=None):
    variables = {"photon_hardening_overrides": {} if overrides is None else overrides, "photon_hardening_waivers": waivers or {}}
    return _catalogue.select(CATALOGUE, profile, list(groups), variables, TODAY)


def values(selected):
    return dict((line.name, line.value) for text in selected["lines"].values() for line in _sysctl_d.settings("x", text))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_row(row):
    assert set(row) <= FIELDS
    assert row["group"] in CATALOGUE["groups"]
    assert set(row["values"]) == set(CATALOGUE["columns"])
    assert all(value is None or isinstance(value, str) and value for value in row["values"].values())
    assert all(isinstance(row[key], str) and row[key].endswith(".") for key in ("why", "impact"))
    assert row["source"] and set(row["source"]) <= set(CATALOGUE["columns"])
    assert bool(row.get("report_only")) == ("why_not" in row)
    assert row.get("sysctl", True) == _sysctl_d.is_name(row["name"])
    if row.get("report_only") or row.get("host_sized"):
        assert row["values"]["photon"] is None


@pytest.mark.parametrize("row", [row for row in ROWS if not row.get("report_only")], ids=lambda row: row["name"])
def test_values_are_valid(row):
    """Every value that can be applied passes the checks that an override has to pass."""
    for profile in _catalogue.profiles(CATALOGUE):
        if row["values"][profile] is not None:
            variables = {"photon_hardening_overrides": {row["name"]: row["values"][profile]}}
            assert _layers.overrides(variables, {row["name"]: row})


def test_names_are_unique():
    names = [row["name"] for row in ROWS]
    assert len(names) == len(set(names))


def test_every_row_of_the_article_is_there():
    """29 rows: 4 of the first table, 22 more and the file system of the second, and 2 module parameters of the text."""
    article = [row for row in ROWS if row["values"]["photon3"] is not None or row["values"]["centos8"] is not None]
    assert len(article) == 29


def test_the_vendor_file_loses_no_key():
    security = dict((row["name"], row["values"]) for row in ROWS if row["group"] == "security")
    assert dict((name, security[name]["photon5"]) for name in PHOTON5_FILE) == PHOTON5_FILE
    assert dict((name, security[name]["photon"]) for name in PHOTON5_FILE) == PHOTON5_FILE
    assert values(select("photon5")) == PHOTON5_FILE
    assert set(PHOTON5_FILE) >= ARTICLE_SECURITY


def test_panic_goes_with_panic_on_oops():
    chosen = values(select())
    assert (chosen["kernel.panic_on_oops"], chosen["kernel.panic"]) == ("1", "10")


def test_what_the_host_sizes_is_reported_and_never_pinned():
    selected = select()
    for row in ROWS:
        if row.get("host_sized"):
            assert row["name"] not in values(selected)
            assert selected["rules"][row["name"]] == {"report": row["values"]["photon3"]}
            assert values(select(overrides={row["name"]: "4194304"}))[row["name"]] == "4194304"


def test_no_rule_for_what_is_no_parameter():
    assert all(_sysctl_d.is_name(name) for name in select()["rules"])


@pytest.mark.parametrize("name, rule", [
    ("kernel.yama.ptrace_scope", {"accept": ["2", "3"]}),
    ("kernel.unprivileged_bpf_disabled", {"accept": ["1"], "one_way": True}),
    ("net.ipv4.tcp_challenge_ack_limit", {"at_least": "1073741823"}),
    ("vm.swappiness", {"at_most": "60"}),
    ("net.ipv4.ip_forward", {"hold": ["docker", "containerd", "crio", "podman", "kubelet"]}),
    ("kernel.tainted", {"report": "8192"}),
])
def test_rule(name, rule):
    assert select()["rules"][name] == rule


@pytest.mark.parametrize("name", ["kernel.sysrq", "kernel.panic", "kernel.randomize_va_space"])
def test_no_rule_where_nothing_is_to_be_known(name):
    assert name not in select()["rules"]


@pytest.mark.parametrize("name", ["net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding", "kernel.unprivileged_userns_clone"])
def test_what_would_break_containers_says_whom(name):
    assert set(select()["rules"][name]["hold"]) <= set(_runtimes.NAMES)
    assert values(select())[name] == "0"
    assert select(overrides={name: "0"})["rules"][name]["hold"]
    assert "hold" not in select(overrides={name: "1"})["rules"].get(name, {})


def test_every_runtime_is_known():
    assert set(runtime for row in ROWS for runtimes in row.get("hold", {}).values() for runtime in runtimes) <= set(_runtimes.NAMES)


@pytest.mark.parametrize("expires, rule", [
    (None, {"waived": "Ticket 7."}),
    ("2027-01-31", {"waived": "Ticket 7. (until 2027-01-31)"}),
    ("2027-01-30", {"waiver_expired": "2027-01-30"}),
])
def test_a_waiver_holds_until_its_last_day(expires, rule):
    selected = select(waivers={"kernel.sysrq": {"reason": "Ticket 7.", "expires": expires}})
    assert selected["rules"]["kernel.sysrq"] == rule
    assert values(selected)["kernel.sysrq"] == "0"


def test_a_waiver_of_what_nothing_asks_for_is_refused():
    with pytest.raises(ValueError) as caught:
        select(waivers={"kernel.sysreq": {"reason": "x"}})
    assert "photon_hardening_waivers: kernel.sysreq" in str(caught.value)
    assert select(overrides={"net.core.x": "1"}, waivers={"net.core.x": {"reason": "x"}})["rules"]["net.core.x"] == {"waived": "x"}


def test_an_override_is_exact():
    selected = select(overrides={"kernel.yama.ptrace_scope": "2", "vm/swappiness": 10, "kernel.sysrq": None, "net.ipv4.ip_forward": "1"})
    chosen = values(selected)
    assert (chosen["kernel.yama.ptrace_scope"], chosen["vm.swappiness"], chosen["net.ipv4.ip_forward"]) == ("2", "10", "1")
    assert "kernel.sysrq" not in chosen
    for name in ("kernel.yama.ptrace_scope", "vm.swappiness", "net.ipv4.ip_forward"):
        assert name not in selected["rules"]


def test_an_unknown_parameter_goes_into_the_last_group():
    for groups in (["security"], ["security", "tuning"]):
        lines = select(groups=groups, overrides={"net.core.somaxconn": "4096"})["lines"]
        assert "net.core.somaxconn = 4096\n" in lines[groups[-1]]


def test_a_group_that_is_left_out_has_no_lines_and_no_rules():
    selected = select(groups=["tuning"], overrides={"kernel.sysrq": "1"})
    assert selected["lines"]["security"] == ""
    assert "kernel.yama.ptrace_scope" not in selected["rules"]


@pytest.mark.parametrize("arguments, words", [
    (dict(profile="centos8"), ["photon_hardening_profile", "'centos8'", "photon, photon5"]),
    (dict(groups=["secruity"]), ["photon_hardening_groups", "'secruity'", "security, tuning"]),
    (dict(overrides=["kernel.sysrq"]), ["photon_hardening_overrides", "dictionary"]),
    (dict(overrides={"sysrq": "1"}), ["photon_hardening_overrides", "'sysrq'", "not the name"]),
    (dict(overrides={"kernel.../../etc": "1"}), ["photon_hardening_overrides", "not the name"]),
    (dict(overrides={7: "1"}), ["photon_hardening_overrides", "7", "not the name"]),
    (dict(overrides={"kernel.*": "1"}), ["photon_hardening_overrides", "not the name"]),
    (dict(overrides={"kernel.sysrq": False}), ["photon_hardening_overrides", "kernel.sysrq", "False", "quotes"]),
    (dict(overrides={"kernel.sysrq": 4.1}), ["photon_hardening_overrides", "kernel.sysrq", "4.1", "quotes"]),
    (dict(overrides={"kernel.sysrq": ["1"]}), ["photon_hardening_overrides", "kernel.sysrq", "quotes"]),
    (dict(overrides={"kernel.sysrq": ""}), ["photon_hardening_overrides", "kernel.sysrq", "empty"]),
    (dict(overrides={"kernel.sysrq": "1\nkernel.x = 1"}), ["photon_hardening_overrides", "kernel.sysrq", "line break"]),
    (dict(overrides={"kernel.sysrq": "99999"}), ["photon_hardening_overrides", "kernel.sysrq", "'99999'", "from 0 to 511"]),
    (dict(overrides={"kernel.sysrq": "many"}), ["photon_hardening_overrides", "kernel.sysrq", "'many'"]),
    (dict(overrides={"kernel.yama.ptrace_scope": "9"}), ["photon_hardening_overrides", "kernel.yama.ptrace_scope", "'9'", "0, 1, 2, 3"]),
    (dict(overrides={"kernel.tainted": "8192"}), ["photon_hardening_overrides", "kernel.tainted", "cannot be set", "taint"]),
])
def test_refusals(arguments, words):
    with pytest.raises(ValueError) as caught:
        select(**arguments)
    for word in words:
        assert word in str(caught.value)


def test_strength_knows_every_value_of_its_row():
    for row in ROWS:
        if isinstance(row.get("strength"), list):
            known = [value for level in _layers.levels(row) for value in level]
            for value in row["values"].values():
                assert value is None or any(_values.same(value, item) for item in known), (row["name"], value)
