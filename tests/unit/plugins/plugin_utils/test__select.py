# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import datetime

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _names, _uses
from ansible_collections.photon.hardening.plugins.plugin_utils import _catalogue, _controls, _select

CATALOGUE = _catalogue.CATALOGUE
ROWS = CATALOGUE["parameters"]
GROUPS = tuple(CATALOGUE["groups"])
HOLDS = {row["name"]: row["hold"] for row in ROWS if "hold" in row}
ARTICLE_SECURITY = {"kernel.randomize_va_space", "kernel.kptr_restrict", "kernel.dmesg_restrict", "kernel.sysrq"}
PHOTON5_FILE = {
    "kernel.randomize_va_space": "2", "kernel.kptr_restrict": "2", "kernel.dmesg_restrict": "1", "kernel.sysrq": "0",
    "net.ipv4.tcp_challenge_ack_limit": "1073741823", "net.ipv4.ip_forward": "0", "net.ipv6.conf.all.forwarding": "0",
    "fs.suid_dumpable": "0",
}
OVERRIDES, WAIVERS = "photon_hardening_overrides", "photon_hardening_waivers"
TODAY = "2027-01-31"


def parameters_of(control):
    return _controls.parameters_of(_controls.load(), control)


def select(profile="photon", groups=GROUPS, overrides=None, waivers=None, **others):
    variables = dict({OVERRIDES: {} if overrides is None else overrides, WAIVERS: waivers or {}, "photon_hardening_profile": profile,
                      "photon_hardening_groups": list(groups) if isinstance(groups, tuple) else groups}, **others)
    return _select.select(variables, CATALOGUE, TODAY, parameters_of)


def broken(rules, name, value):
    """The uses that a value of a parameter would break."""
    return rules.get(name, {}).get("hold", {}).get(value, [])


def values(selected):
    return {row.name: row.value for rows in selected.rows.values() for row in rows}


def test_the_vendor_file_loses_no_key():
    security = {row["name"]: row["values"] for row in ROWS if row["group"] == "security" and row["name"] in PHOTON5_FILE}
    assert {name: security[name]["photon5"] for name in PHOTON5_FILE} == PHOTON5_FILE
    assert {name: security[name]["photon"] for name in PHOTON5_FILE} == PHOTON5_FILE
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
            assert values(select(overrides={row["name"]: "4194304"}))[row["name"]] == "4194304"
            if "photon3" in row["values"]:
                assert selected.rules[row["name"]] == {"report": row["values"]["photon3"]}


def test_no_rule_for_what_is_no_parameter():
    assert all(_names.is_name(name) for name in select().rules)


def test_what_would_break_what_is_said_of_every_row():
    """A line that is kept from a vendor's file must not break a use of the host either."""
    for selected in (select(), select("kspp", groups=[]), select("cis_rhel8", groups=["tuning"])):
        assert {name: rule["hold"] for name, rule in selected.rules.items() if "hold" in rule} == HOLDS
    assert _select.holds(CATALOGUE) == {name: {"hold": hold} for name, hold in HOLDS.items()}


STOPS = {row["name"]: row["stops"] for row in CATALOGUE["parameters"] if "stops" in row}
DEBUGGER, LATER = STOPS["kernel.yama.ptrace_scope"], STOPS["user.max_user_namespaces"]


@pytest.mark.parametrize("name, rule", [
    ("kernel.yama.ptrace_scope", {"accept": ["2", "3"], "one_way": True, "stops": DEBUGGER}),
    ("kernel.unprivileged_bpf_disabled", {"accept": ["1"], "one_way": True}),
    ("net.ipv4.tcp_challenge_ack_limit", {"at_least": "1073741823"}),
    ("vm.swappiness", {"at_most": "60"}),
    ("vm.dirty_ratio", {"at_most": "20"}),
    ("net.ipv4.ip_forward", {"hold": HOLDS["net.ipv4.ip_forward"]}),
    ("kernel.tainted", {"report": "8192"}),
])
def test_rule(name, rule):
    assert select().rules[name] == rule


@pytest.mark.parametrize("profile, name, rule", [
    ("kspp", "kernel.warn_limit", {"at_most": "1", "at_least": "1"}),
    ("container_host", "kernel.warn_limit", {"at_most": "100", "at_least": "1"}),
    ("container_host", "vm.mmap_rnd_bits", {"at_least": "32", "machine": "x86_64"}),
    ("container_host", "net.ipv4.conf.all.rp_filter", {"hold": HOLDS["net.ipv4.conf.all.rp_filter"]}),
    ("container_host", "net.ipv4.conf.all.accept_redirects", {"interfaces": True}),
    ("container_host", "net.ipv6.conf.all.accept_source_route", {"accept": ["-1"], "interfaces": True}),
    ("cis_rhel8", "net.ipv4.conf.default.forwarding", {"hold": HOLDS["net.ipv4.conf.default.forwarding"]}),
    ("kspp", "user.max_user_namespaces",
     {"at_most": "0", "hold": HOLDS["user.max_user_namespaces"], "stops": LATER}),
    ("kspp", "kernel.modules_disabled", {"report": "1", "hold": HOLDS["kernel.modules_disabled"]}),
    ("stig_photon5", "net.ipv4.tcp_syncookies", {"accept": ["2"]}),
])
def test_rule_of_another_profile(profile, name, rule):
    assert select(profile).rules[name] == rule


def test_of_two_values_that_protect_alike_the_one_that_can_be_taken_back_is_set():
    """KSPP says 1, which is one-way."""
    assert values(select("kspp"))["kernel.unprivileged_bpf_disabled"] == "2"
    assert select("kspp").rules["kernel.unprivileged_bpf_disabled"] == {"accept": ["1"], "one_way": True}
    assert values(select("kspp", overrides={"kernel.unprivileged_bpf_disabled": "1"}))["kernel.unprivileged_bpf_disabled"] == "1"


def test_no_profile_disables_modules():
    for profile in _catalogue.profiles(CATALOGUE):
        assert "kernel.modules_disabled" not in values(select(profile))
    chosen = select(overrides={"kernel.modules_disabled": "1"})
    assert values(chosen)["kernel.modules_disabled"] == "1"
    assert broken(chosen.rules, "kernel.modules_disabled", "1")


@pytest.mark.parametrize("profile", _catalogue.profiles(CATALOGUE))
def test_a_profile_is_its_column(profile):
    column = {row["name"]: row["values"][profile] for row in ROWS if profile in row["values"] and "override_only" not in row}
    chosen = values(select(profile))
    assert set(chosen) == set(column)
    assert {name: value for name, value in chosen.items() if value != column[name]} == (
        {"kernel.unprivileged_bpf_disabled": "2"} if profile == "kspp" else {})


def test_the_profile_for_container_hosts_holds_back_nothing_that_engines_need():
    """It is held back for Kubernetes's network plugins alone, which want rp_filter for themselves, for engines without root, for LXD,
    which switches a restriction off, and for uses that are no runtimes."""
    chosen = select("container_host")
    held = {name: set(broken(chosen.rules, name, value)) & set(_uses.RUNTIMES) for name, value in values(chosen).items()}
    assert {name: uses for name, uses in held.items() if uses} == {
        "net.ipv4.conf.all.rp_filter": {"kubelet"}, "net.ipv4.conf.default.rp_filter": {"kubelet"},
        "kernel.apparmor_restrict_unprivileged_userns": {"docker_rootless", "podman_rootless", "lxc_rootless"},
        "kernel.apparmor_restrict_unprivileged_unconfined": {"lxd", "lxc_rootless"}}
    kubelet = {row["name"]: row["values"]["kubelet"] for row in ROWS if "kubelet" in row["values"]}
    assert len(kubelet) == 6
    for name, value in kubelet.items():
        assert values(chosen)[name] == value
        # A kubelet compares for equality, so a higher value must not be taken for a better one.
        assert not {"accept", "at_least", "at_most"} & set(chosen.rules.get(name, {}))


@pytest.mark.parametrize("name", ["kernel.sysrq", "kernel.panic", "kernel.randomize_va_space"])
def test_no_rule_where_nothing_is_to_be_known(name):
    assert name not in select().rules


@pytest.mark.parametrize("name", ["net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding", "kernel.unprivileged_userns_clone"])
def test_what_would_break_containers_says_whom(name):
    assert values(select())[name] == "0"
    assert broken(select().rules, name, "0")
    assert broken(select(overrides={name: "0"}).rules, name, "0")
    assert not broken(select(overrides={name: "1"}).rules, name, "1")


@pytest.mark.parametrize("expires, rule", [
    (None, {"waived": "Ticket 7."}),
    ("2027-01-31", {"waived": "Ticket 7. (until 2027-01-31)"}),
    ("2027-01-30", {"waiver_expired": "2027-01-30"}),
])
def test_a_waiver_holds_until_its_last_day(expires, rule):
    selected = select(waivers={"kernel.sysrq": {"reason": "Ticket 7.", "expires": expires}})
    assert selected.rules["kernel.sysrq"] == rule
    assert values(selected)["kernel.sysrq"] == "0"


@pytest.mark.parametrize("entry, rule", [
    ({"owner": "A. Nagy"}, {"waived": "x (owner: A. Nagy)"}),
    ({"owner": "A. Nagy", "ticket": "OPS-1", "expires": TODAY}, {"waived": "x (until 2027-01-31; owner: A. Nagy; ticket: OPS-1)"}),
    ({"ticket": "OPS-1", "expires": "2027-01-30"}, {"waiver_expired": "2027-01-30 (ticket: OPS-1)"}),
])
def test_what_a_waiver_says_beside_its_reason_is_shown_with_it(entry, rule):
    assert select(waivers={"kernel.sysrq": dict(entry, reason="x")}).rules["kernel.sysrq"] == rule


def waived(selected):
    return {name: rule["waived"] for name, rule in selected.rules.items() if "waived" in rule}


def test_a_waiver_of_a_control_waives_all_its_parameters():
    assert waived(select("cis_rhel8", waivers={"cis_rhel9:3.3.1": {"reason": "a router", "expires": TODAY}})) == dict.fromkeys(
        ["net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"], "a router (until 2027-01-31; by cis_rhel9:3.3.1)")


def test_a_waiver_of_a_section_waives_the_controls_below_it():
    found = waived(select("cis_rhel8", waivers={"cis_rhel8:3.3.1": {"reason": "a router"}}))
    assert len(found) == 18 and set(found.values()) == {"a router (by cis_rhel8:3.3.1)"}


def test_the_waiver_of_a_parameter_decides_over_that_of_its_control():
    selected = select("cis_rhel8", waivers={"cis_rhel9:3.3.1": ROUTER, "net.ipv4.ip_forward": {"reason": "x", "expires": "2027-01-30"}})
    assert waived(selected) == {"net.ipv6.conf.all.forwarding": "a router (by cis_rhel9:3.3.1)"}
    assert selected.rules["net.ipv4.ip_forward"]["waiver_expired"] == "2027-01-30"


ENDED = {"reason": "x", "expires": "2027-01-30"}


def test_the_waiver_of_a_parameter_decides_by_whichever_of_its_names():
    names = {"net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding"}
    rules = select("cis_rhel8", waivers={"cis_rhel8:3.3.1": ROUTER, "net.ipv4.ip_forward": ENDED}).rules
    assert {rules[name].get("waiver_expired") for name in names} == {"2027-01-30"}
    rules = select("cis_rhel8", waivers={"cis_rhel8:3.3.1": ENDED, "net.ipv4.conf.all.forwarding": {"reason": "mine"}}).rules
    assert {rules[name]["waived"] for name in names} == {"mine"}


@pytest.mark.parametrize("profile, name, warned", [
    ("photon", "net.ipv4.conf.all.forwarding", {"net.ipv4.ip_forward": "2027-01-30 (written as net.ipv4.conf.all.forwarding)"}),
    ("photon", "vm.dirty_bytes", {"vm.dirty_ratio": "2027-01-30 (written as vm.dirty_bytes)"}),
    # Both names are set, and one of them was waived.
    ("cis_rhel8", "net.ipv4.conf.all.forwarding", {"net.ipv4.conf.all.forwarding": "2027-01-30"}),
])
def test_a_waiver_that_has_ended_says_so_of_the_name_that_is_set(profile, name, warned):
    selected = select(profile, waivers={name: ENDED})
    assert {name: selected.rules[name]["waiver_expired"] for name in values(selected)
            if "waiver_expired" in selected.rules.get(name, {})} == warned


def test_a_waiver_of_a_control_that_has_expired():
    rules = select("cis_rhel8", waivers={"cis_rhel9:3.3.1": dict(ROUTER, expires="2027-01-30")}).rules
    assert rules["net.ipv4.ip_forward"]["waiver_expired"] == "2027-01-30 (by cis_rhel9:3.3.1)"


def test_an_override_comes_before_the_waiver_of_a_control():
    selected = select("cis_rhel8", overrides={"net.ipv6.conf.all.forwarding": "0"}, waivers={"cis_rhel9:3.3.1": ROUTER})
    assert set(waived(selected)) == {"net.ipv4.ip_forward"}
    assert ("photon_hardening_waivers: net.ipv6.conf.all.forwarding (by cis_rhel9:3.3.1): the waiver has no effect: "
            "photon_hardening_overrides sets net.ipv6.conf.all.forwarding to 0.") in selected.notes


def test_every_waiver_is_told_as_plain_data():
    given = {"kernel.sysrq": {"reason": "x", "expires": "2027-01-30", "owner": "A", "ticket": "7"}, "cis_rhel9:3.3.1": ROUTER,
             "kernel.panic": {"reason": "y"}}
    router = {"reason": "a router", "expires": None, "owner": None, "ticket": None, "control": "cis_rhel9:3.3.1"}
    assert select(waivers=given, overrides={"kernel.panic": "5"}).waivers == [
        {"name": "kernel.sysrq", "reason": "x", "expires": "2027-01-30", "owner": "A", "ticket": "7", "control": None},
        dict(router, name="net.ipv4.ip_forward"), dict(router, name="net.ipv6.conf.all.forwarding")]
    assert select().waivers == []


def test_a_waiver_of_what_nothing_asks_for_is_refused():
    for name, meant in (("kernel.sysreq", "did you mean kernel.sysrq?"), ("net.core.x", "check the spelling")):
        with pytest.raises(ValueError) as caught:
            select(waivers={name: {"reason": "x"}})
        assert str(caught.value) == "photon_hardening_waivers: %s: nothing asks for this parameter: %s" % (name, meant)
    assert select(overrides={"net.core.x": None}, waivers={"net.core.x": {"reason": "x"}}).rules["net.core.x"] == {"waived": "x"}


def test_an_override_is_exact():
    selected = select(overrides={"kernel.yama.ptrace_scope": "2", "vm/swappiness": 10, "kernel.sysrq": None, "net.ipv4.ip_forward": "1"})
    chosen = values(selected)
    assert (chosen["kernel.yama.ptrace_scope"], chosen["vm.swappiness"], chosen["net.ipv4.ip_forward"]) == ("2", "10", "1")
    assert "kernel.sysrq" not in chosen
    assert selected.rules["kernel.yama.ptrace_scope"] == {"one_way": True, "stops": DEBUGGER}
    assert "vm.swappiness" not in selected.rules
    assert set(selected.rules["net.ipv4.ip_forward"]) == {"hold"}
    assert select(overrides={"vm.dirty_ratio": "10"}).rules["vm.dirty_ratio"] == {"exact": True}


def test_the_reason_of_a_line_is_true_of_its_value():
    """What sets several values has words for each of them; these were read."""
    several = {}
    for profile in _catalogue.profiles(CATALOGUE):
        for name, value in values(select(profile)).items():
            several.setdefault(name, set()).add(value)
    assert {name: found for name, found in several.items() if len(found) > 1} == {
        "net.ipv4.ip_forward": {"0", "1"}, "kernel.kptr_restrict": {"1", "2"}, "kernel.yama.ptrace_scope": {"1", "3"},
        "kernel.warn_limit": {"1", "100"}}
    (row,) = [row for row in select(overrides={"kernel.sysrq": "1"}).rows["security"] if row.name == "kernel.sysrq"]
    assert row == ("kernel.sysrq", "1", "Set by photon_hardening_overrides.")


@pytest.mark.parametrize("layers, rule", [
    ({OVERRIDES: {"net.core.x": "1"}}, {"required": OVERRIDES}),
    ({OVERRIDES + "__web": {"net/core/x": "1"}}, {"required": OVERRIDES + "__web"}),
    ({OVERRIDES: {"net.core.x": None}}, {"required": OVERRIDES}),
    ({OVERRIDES: {"net.core.x": None}, OVERRIDES + "__web": {"net.core.x": "1"}}, None),
    ({OVERRIDES: {"net.core.x": None}, "photon_hardening_waivers": {"net.core.x": {"reason": "x"}}}, {"waived": "x"}),
    ({OVERRIDES: {"net.core.x": None}, "photon_hardening_waivers__overrides": {"net.core.x": {"reason": "x"}}}, {"waived": "x"}),
])
def test_the_host_has_to_know_what_the_catalogue_does_not(layers, rule):
    assert select(**layers).rules.get("net.core.x") == rule


def test_the_catalogue_knows_a_single_interface_by_its_row_of_all():
    rules = select(overrides={"net.ipv4.conf.eth0.rp_filter": "1", "net.ipv4.conf.eth0.tag": "1", "vm.swappiness": "1"}).rules
    assert [name for name, rule in rules.items() if "required" in rule] == ["net.ipv4.conf.eth0.tag"]


def test_an_unknown_parameter_goes_into_the_last_group():
    for groups in (["security"], ["security", "tuning"]):
        rows = select(groups=groups, overrides={"net.core.somaxconn": "4096"}).rows
        assert rows[groups[-1]][-1] == ("net.core.somaxconn", "4096", "Set by photon_hardening_overrides.")


def test_a_group_that_is_left_out_has_no_lines_and_no_rules():
    selected = select(groups=["tuning"], overrides={"kernel.sysrq": "1"})
    assert selected.rows["security"] == []
    assert "kernel.yama.ptrace_scope" not in selected.rules


@pytest.mark.parametrize("arguments, words", [
    (dict(profile="centos8"), ["photon_hardening_profile", "'centos8'", "photon, container_host"]),
    (dict(groups=["secruity"]), ["photon_hardening_groups", "'secruity'", "security, tuning"]),
    (dict(overrides=["kernel.sysrq"]), ["photon_hardening_overrides", "dictionary"]),
    (dict(overrides={"sysrq": "1"}), ["photon_hardening_overrides", "'sysrq'", "not the name"]),
    (dict(overrides={"kernel.../../etc": "1"}), ["photon_hardening_overrides", "not the name"]),
    (dict(overrides={7: "1"}), ["photon_hardening_overrides", "7", "not the name"]),
    (dict(overrides={"kernel.*": "1"}), ["photon_hardening_overrides", "not the name"]),
    (dict(overrides={"kernel.sysrq": False}), ["photon_hardening_overrides", "kernel.sysrq", "False", "quotes"]),
    (dict(overrides={"kernel.sysrq": 4.1}), ["photon_hardening_overrides", "kernel.sysrq", "4.1", "quotes"]),
    (dict(overrides={"kernel.sysrq": ["1"]}), ["photon_hardening_overrides", "kernel.sysrq", "quotes"]),
    (dict(overrides={"kernel.sysrq": datetime.date(2027, 1, 31)}), ["photon_hardening_overrides", "kernel.sysrq", "2027-01-31", "quotes"]),
    (dict(overrides={"kernel.sysrq": b"1"}), ["photon_hardening_overrides", "kernel.sysrq", "quotes"]),
    (dict(overrides={datetime.date(2027, 1, 31): "1"}), ["photon_hardening_overrides", "2027-01-31 is not the name"]),
    (dict(overrides={"kernel.sysrq": ""}), ["photon_hardening_overrides", "kernel.sysrq", "empty"]),
    (dict(overrides={"kernel.msgmax": "+5"}), ["photon_hardening_overrides", "kernel.msgmax", "the kernel would refuse '+5'"]),
    (dict(overrides={"kernel.hostname": "a\udcff"}), ["photon_hardening_overrides", "kernel.hostname", "cannot be printed"]),
    (dict(groups="tuning,securty"), ["photon_hardening_groups", "'securty'"]),
    (dict(groups=7), ["photon_hardening_groups must be a list of groups, not 7"]),
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


def test_a_single_interface_can_be_waived_and_is_held_as_all_are():
    name = "net.ipv4.conf.eth0/100.accept_redirects"
    assert select("container_host", waivers={name: {"reason": "a router"}}).rules[name] == {"waived": "a router"}
    rules = select(overrides={"net.ipv4.conf.docker0.forwarding": "0"}).rules
    assert rules["net.ipv4.conf.docker0.forwarding"] == {"hold": HOLDS["net.ipv4.conf.all.forwarding"]}


@pytest.mark.parametrize("name", ["net.ipv4.conf.default.forwarding", "net.ipv4.conf.eth0.forwarding", "net.ipv6.conf.eth0/1.forwarding"])
def test_what_forwarding_would_move_along_can_be_left_alone(name):
    assert waived(select("photon5", overrides={name: None})) == {name: "photon_hardening_overrides leaves it alone"}
    assert waived(select("photon5", waivers={name: ROUTER})) == {name: "a router"}
    assert not waived(select("photon5", groups=(), overrides={name: None}))


@pytest.mark.parametrize("arguments, words", [
    (dict(overrides={"net.ipv4.conf.eth0.accept_redirects": None}), "null does not work for a single interface"),
    (dict(waivers={"net.ipv4.conf.eth0.nothing_such": {"reason": "x"}}), "nothing asks for this parameter"),
    (dict(waivers={"cis_rhl8:3.3.1": {"reason": "x"}}), "'cis_rhl8:3.3.1': there is no benchmark 'cis_rhl8': did you mean cis_rhel8?"),
    (dict(overrides={"net.ipv4.ip_forward": "0 # off"}), "'0 # off' is not a number from 0 to 1"),
    (dict(overrides={"net.ipv4.ip_forward": "0", "net/ipv4/ip_forward": "1"}), "net.ipv4.ip_forward is there twice"),
])
def test_what_a_name_or_value_cannot_be(arguments, words):
    with pytest.raises(ValueError) as caught:
        select("container_host", **arguments)
    assert words in str(caught.value)


# --- what contradicts ---

ROUTER = {"reason": "a router"}
SWITCH = ("net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding")


@pytest.mark.parametrize("name", SWITCH)
@pytest.mark.parametrize("wish, words", [
    (dict(overrides="1"), "for which photon_hardening_overrides says 1."),
    (dict(overrides=None), "which photon_hardening_overrides leaves alone."),
    (dict(waivers=ROUTER), "which photon_hardening_waivers leaves alone."),
])
def test_a_switch_has_one_value_whichever_name_is_used(name, wish, words):
    (kind, value), = wish.items()
    (other,) = set(SWITCH) - {name}
    selected = select("cis_rhel8", **{kind: {name: value}})
    assert other not in values(selected) and "net.ipv4.conf.default.forwarding" not in values(selected)
    assert values(selected).get(name) == (value if kind == "overrides" else "0")
    assert ("waived" in selected.rules[name]) == (kind == "waivers")
    assert [set(selected.rules[row]) for row in (other, "net.ipv4.conf.default.forwarding")] == [{"hold"}, {"hold"}]
    assert sorted(selected.notes) == sorted([
        "%s: the profile's 0 is not set: it is another name of %s, %s" % (other, name, words),
        "net.ipv4.conf.default.forwarding: the profile's 0 is not set: it follows %s, %s" % (name, words)])
    assert values(selected)["net.ipv6.conf.default.forwarding"] == "0"


@pytest.mark.parametrize("wishes, missing, notes", [
    # The same value contradicts nothing.
    (dict(overrides={"net.ipv4.ip_forward": "0"}), set(), []),
    (dict(overrides={"net.ipv4.ip_forward": "0x0"}), set(), []),
    # What an override sets by itself is not taken back by another one of it.
    (dict(overrides={"net.ipv4.ip_forward": "1", "net.ipv4.conf.default.forwarding": "0"}),
     {"net.ipv4.conf.all.forwarding"}, ["another name"]),
    (dict(overrides={"net.ipv4.ip_forward": "1", "net.ipv4.conf.all.forwarding": None}),
     {"net.ipv4.conf.all.forwarding", "net.ipv4.conf.default.forwarding"}, ["it follows net.ipv4.ip_forward, for which"]),
    (dict(overrides={"net.ipv4.conf.all.forwarding": None, "net.ipv4.ip_forward": "1"}),
     {"net.ipv4.conf.all.forwarding", "net.ipv4.conf.default.forwarding"}, ["it follows net.ipv4.ip_forward, for which"]),
    (dict(overrides={"net.ipv4.conf.default.forwarding": "1"}), set(), []),
    # An override comes before a waiver, of whichever name.
    (dict(overrides={"net.ipv4.ip_forward": "0"}, waivers={"net.ipv4.conf.all.forwarding": ROUTER}), set(), ["the waiver has no effect"]),
    (dict(overrides={"kernel.sysrq": "0"}, waivers={"kernel.sysrq": ROUTER}), set(), ["the waiver has no effect"]),
    (dict(overrides={"kernel.sysrq": "0"}, waivers={"kernel.sysrq": dict(ROUTER, expires="2027-01-30")}), set(), []),
    # A waiver that has ended leaves nothing alone.
    (dict(waivers={"net.ipv4.ip_forward": dict(ROUTER, expires="2027-01-30")}), set(), []),
    (dict(waivers={"net.ipv4.ip_forward": dict(ROUTER, expires="2027-02-28")}),
     {"net.ipv4.conf.all.forwarding", "net.ipv4.conf.default.forwarding"}, ["another name", "it follows"]),
    (dict(waivers={"net.ipv4.ip_forward": dict(ROUTER, expires="2027-01-31")}),
     {"net.ipv4.conf.all.forwarding", "net.ipv4.conf.default.forwarding"}, ["another name", "it follows"]),
    # One that has ended does not keep a row that must give way.
    (dict(overrides={"net.ipv4.ip_forward": "1"}, waivers={"net.ipv4.conf.default.forwarding": dict(ROUTER, expires="2027-01-30")}),
     {"net.ipv4.conf.all.forwarding", "net.ipv4.conf.default.forwarding"}, ["another name", "it follows"]),
    # One that is in force leaves a row alone that would have to give way.
    (dict(overrides={"net.ipv4.ip_forward": "1"}, waivers={"net.ipv4.conf.default.forwarding": ROUTER}),
     {"net.ipv4.conf.all.forwarding"}, ["another name"]),
    # Of an override with a value and one without, the value is the reason.
    (dict(overrides={"net.ipv6.conf.all.forwarding": "1"}), {"net.ipv6.conf.default.forwarding"}, ["says 1"]),
])
def test_an_override_comes_before_a_waiver_and_both_before_the_profile(wishes, missing, notes):
    plain, selected = values(select("cis_rhel8")), select("cis_rhel8", **wishes)
    assert set(plain) - set(values(selected)) == missing
    assert len(selected.notes) == len(notes) and all(word in "".join(selected.notes) for word in notes)
    assert all(name not in values(selected) or values(selected)[name] == value or name in wishes.get("overrides", {})
               for name, value in plain.items())


@pytest.mark.parametrize("wishes, words", [
    (dict(overrides={"vm.dirty_bytes": "1048576"}), "for which photon_hardening_overrides says 1048576."),
    (dict(overrides={"vm.dirty_bytes": "20"}), "for which photon_hardening_overrides says 20."),
    (dict(overrides={"vm.dirty_bytes": None}), "which photon_hardening_overrides leaves alone."),
    (dict(waivers={"vm.dirty_bytes": ROUTER}), "which photon_hardening_waivers leaves alone."),
])
def test_what_would_unset_a_users_parameter_yields(wishes, words):
    selected = select(**wishes)
    assert "vm.dirty_ratio" not in values(selected)
    assert selected.notes == ["vm.dirty_ratio: the profile's 20 is not set: it would unset vm.dirty_bytes, " + words]


def test_a_waiver_of_what_an_override_unsets_has_no_effect():
    selected = select(overrides={"vm.dirty_bytes": "1048576"}, waivers={"vm.dirty_ratio": ROUTER})
    assert "vm.dirty_ratio" not in selected.rules and "vm.dirty_ratio" not in values(selected)
    assert selected.notes[0] == ("photon_hardening_waivers: vm.dirty_ratio: the waiver has no effect: photon_hardening_overrides sets "
                                 "vm.dirty_bytes to 1048576.")


@pytest.mark.parametrize("groups, wishes, notes", [
    (["tuning"], {"kernel.sysrq": "1"}, ["photon_hardening_overrides: kernel.sysrq is not set: the group security is not applied."]),
    ([], {"net.core.x": "1"}, ["photon_hardening_overrides: net.core.x is not set: no group is applied."]),
    (["tuning"], {"kernel.sysrq": None}, []),
    (["tuning"], {"vm.swappiness": "1"}, []),
])
def test_an_override_that_is_not_applied_is_told(groups, wishes, notes):
    selected = select(groups=groups, overrides=wishes)
    assert selected.notes == notes
    assert set(values(selected)) & {"kernel.sysrq", "net.core.x"} == set()


def test_what_the_catalogue_does_not_know_goes_into_the_last_group_whatever_its_kind():
    selected = select(groups=["network", "security"], overrides={"net.ipv4.conf.docker0.forwarding": "0"})
    assert selected.rows["security"][-1].name == "net.ipv4.conf.docker0.forwarding"


def test_a_row_yields_to_an_override_that_is_not_applied():
    selected = select("cis_rhel8", groups=["security"], overrides={"net.ipv4.conf.all.forwarding": "1"})
    assert "net.ipv4.ip_forward" not in values(selected) and len(selected.notes) == 2


# --- what is given ---

def test_defaults():
    assert _select.select({}, CATALOGUE, TODAY, parameters_of) == select()
    assert select(groups="security, tuning,network") == select()
    assert select().profile == "photon" and list(select().rows) == list(GROUPS) and select().notes == []


def test_an_option_of_the_task_stands_for_the_variable_of_its_name():
    variables = {"profile": "photon5", "photon_hardening_profile": "photon", "groups": ["security", "tuning"],
                 "photon_hardening_groups": [],
                 OVERRIDES: {"kernel.sysrq": "1", "kernel.panic": "5"}, "overrides": {"kernel.sysrq": "2"},
                 OVERRIDES + "__web": {"vm.swappiness": "7"}}
    selected = _select.select(variables, CATALOGUE, TODAY, parameters_of)
    assert (selected.profile, values(selected)["kernel.sysrq"], values(selected)["vm.swappiness"]) == ("photon5", "2", "7")
    assert "kernel.panic" not in values(selected)


@pytest.mark.parametrize("variables, words", [
    ({"profile": "phton"}, "profile: 'phton' is not one of photon, "),
    ({"overrides": {"kernel.sysrq": True}}, "overrides: kernel.sysrq: True is not a string"),
])
def test_a_refusal_names_what_was_given(variables, words):
    with pytest.raises(ValueError) as caught:
        _select.select(variables, CATALOGUE, TODAY, parameters_of)
    assert str(caught.value).startswith(words)


def test_an_empty_value_where_the_kind_allows_it():
    assert values(select(overrides={"kernel.core_pattern": "", "net.ipv4.ip_local_reserved_ports": ""}))["kernel.core_pattern"] == ""


@pytest.mark.parametrize("overrides, groups, expected", [
    ({"kernel.kptr_restrict": "0"}, GROUPS, {"kernel.kptr_restrict": ("0", "asked for by %s; the profile wants 2" % OVERRIDES)}),
    ({"kernel.kptr_restrict": "2"}, GROUPS, {"kernel.kptr_restrict": ("2", "")}),
    ({"vm.swappiness": None}, GROUPS, {"vm.swappiness": (None, "left alone by " + OVERRIDES)}),
    ({"kernel.not_known": "1"}, GROUPS, {"kernel.not_known": ("1", "")}),
    ({"vm.swappiness": "1"}, ("security",), {}), ({"kernel.not_known": "1"}, [], {}),
])
def test_an_override_is_told_beside_what_the_profile_wants(overrides, groups, expected):
    assert select(overrides=overrides, groups=groups).overrides == expected


def test_what_an_override_leaves_alone_is_still_compared_with_the_profile():
    selected = select(overrides={"vm.swappiness": None})
    assert "vm.swappiness" not in values(selected) and selected.rules["vm.swappiness"]["report"] == "60"
