# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour, _values

INTERFACES = {"lo": False, "eth0.100": True, "all": False, "default": False}


@pytest.mark.parametrize("name, switch, names", [
    ("net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding", 2),
    ("net.ipv4.conf.all.forwarding", "net.ipv4.conf.all.forwarding", 2),
    ("net.nf_conntrack_max", "net.netfilter.nf_conntrack_max", 2),
    ("vm.nr_hugepages_mempolicy", "vm.nr_hugepages", 2),
    ("fs.inotify.max_user_watches", "user.max_inotify_watches", 2),
    ("fs.fanotify.max_user_groups", "user.max_fanotify_groups", 2),
    ("net.ipv6.conf.all.forwarding", "net.ipv6.conf.all.forwarding", 1),
    ("some.parameter", "some.parameter", 1),
])
def test_aliases(name, switch, names):
    assert _behaviour.switch(name) == switch
    assert name in _behaviour.names_of(name) and len(_behaviour.names_of(name)) == names


@pytest.mark.parametrize("name", ["net.ipv4.ip_forward", "net.nf_conntrack_max", "vm.nr_hugepages", "fs.inotify.max_user_instances",
                                  "fs.inotify.max_user_watches", "fs.fanotify.max_user_groups", "fs.fanotify.max_user_marks"])
def test_aliases_have_values_of_one_kind(name):
    assert len({_values.kind(other) for other in _behaviour.names_of(name)}) == 1


@pytest.mark.parametrize("one, other", [
    ("vm.dirty_bytes", "vm.dirty_ratio"),
    ("vm.dirty_background_bytes", "vm.dirty_background_ratio"),
    ("vm.overcommit_kbytes", "vm.overcommit_ratio"),
])
def test_partners(one, other):
    assert _behaviour.partner(one) == other
    assert _behaviour.partner(other) == one
    assert _behaviour.partner("vm.swappiness") is None


def moved(name, value):
    return [tuple(move)[:3 if move.maybe is None else 4] for move in _behaviour.moves(name, value, INTERFACES)]


@pytest.mark.parametrize("name, value, expected", [
    ("net.ipv4.ip_forward", "1", [
        ("net.ipv4.conf.default.forwarding", "1", True),
        ("net.ipv4.conf.lo.forwarding", "1", True),
        ("net.ipv4.conf.eth0/100.forwarding", "1", True),
        ("net.ipv4.conf.all.accept_redirects", "0", False)]),
    ("net.ipv4.conf.all.forwarding", "0x0", [
        ("net.ipv4.conf.default.forwarding", "0x0", True),
        ("net.ipv4.conf.lo.forwarding", "0x0", True),
        ("net.ipv4.conf.eth0/100.forwarding", "0x0", True),
        ("net.ipv4.conf.all.accept_redirects", "1", False)]),
    ("net.ipv4.conf.all.rp_filter", "1", []),
    ("net.ipv4.conf.default.forwarding", "1", []),
    ("net.ipv4.conf.default.route_localnet", "1", []),
    ("net.ipv4.conf.default.rp_filter", "1", [
        ("net.ipv4.conf.lo.rp_filter", None, True, "1"),
        ("net.ipv4.conf.eth0/100.rp_filter", None, True, "1")]),
    ("net.ipv4.conf.lo.forwarding", "1", []),
    ("net.ipv6.conf.all.forwarding", "1", [
        ("net.ipv6.conf.default.forwarding", "1", True),
        ("net.ipv6.conf.lo.forwarding", "1", True),
        ("net.ipv6.conf.eth0/100.forwarding", "1", True)]),
    ("net.ipv6.conf.all.forwarding", "0", [
        ("net.ipv6.conf.default.forwarding", "0", True),
        ("net.ipv6.conf.lo.forwarding", "0", True),
        ("net.ipv6.conf.eth0/100.forwarding", "0", True),
        ("net.ipv6.conf.lo.force_forwarding", "0", True),
        ("net.ipv6.conf.eth0/100.force_forwarding", "0", True)]),
    ("net.ipv6.conf.all.force_forwarding", "1", [
        ("net.ipv6.conf.lo.force_forwarding", "1", True),
        ("net.ipv6.conf.eth0/100.force_forwarding", "1", True)]),
    ("net.ipv6.conf.all.disable_ipv6", "1", [
        ("net.ipv6.conf.default.disable_ipv6", "1", True),
        ("net.ipv6.conf.lo.disable_ipv6", "1", True),
        ("net.ipv6.conf.eth0/100.disable_ipv6", "1", True)]),
    ("net.ipv6.conf.eth0/100.disable_ipv6", "0", [("net.ipv6.conf.eth0/100.mtu", None, False)]),
    ("net.ipv6.conf.default.disable_ipv6", "0", []),
    ("net.ipv6.conf.all.accept_ra", "0", []),
    ("net.ipv6.conf.default.accept_ra", "0", []),
    ("net.ipv6.conf.eth0/100.stable_secret", "::1", [("net.ipv6.conf.eth0/100.addr_gen_mode", "2", True)]),
    ("net.ipv6.conf.default.stable_secret", "::1", [
        ("net.ipv6.conf.lo.addr_gen_mode", "2", True),
        ("net.ipv6.conf.eth0/100.addr_gen_mode", "2", True)]),
    ("net.ipv6.neigh.lo.retrans_time", "5", [("net.ipv6.neigh.lo.retrans_time_ms", None, True)]),
    ("net.ipv6.neigh.lo.gc_stale_time", "5", []),
    ("net.ipv4.neigh.default.gc_stale_time", "5", [
        ("net.ipv4.neigh.lo.gc_stale_time", None, True, "5"),
        ("net.ipv4.neigh.eth0/100.gc_stale_time", None, True, "5")]),
    ("net.ipv4.neigh.default.unres_qlen_bytes", "5", [
        ("net.ipv4.neigh.default.unres_qlen", None, True),
        ("net.ipv4.neigh.lo.unres_qlen_bytes", None, True, "5"),
        ("net.ipv4.neigh.eth0/100.unres_qlen_bytes", None, True, "5"),
        ("net.ipv4.neigh.lo.unres_qlen", None, True),
        ("net.ipv4.neigh.eth0/100.unres_qlen", None, True)]),
    ("net.mptcp.pm_type", "1", [("net.mptcp.path_manager", None, True)]),
    ("net.ipv4.tcp_congestion_control", "bbr", [("net.ipv4.tcp_allowed_congestion_control", None, True)]),
    ("kernel.watchdog", "0", [("kernel.nmi_watchdog", "0", True), ("kernel.soft_watchdog", "0", True)]),
    ("kernel.watchdog", "1", [("kernel.nmi_watchdog", None, True, "1"), ("kernel.soft_watchdog", None, True, "1")]),
    ("kernel.soft_watchdog", "0", [("kernel.watchdog", None, True, "0")]),
    ("net.mpls.conf.lo.input", "1", []),
    ("vm.dirty_bytes", "1", []),
    ("kernel.sysrq", "0", []),
])
def test_moves(name, value, expected):
    assert moved(name, value) == expected


@pytest.mark.parametrize("name, reached", [
    ("net.ipv6.conf.all.forwarding", {"net.ipv6.conf.%s.forwarding" % scope for scope in ("default", "lo", "eth0/100")}
     | {"net.ipv6.conf.%s.force_forwarding" % scope for scope in ("lo", "eth0/100")}),
    ("net.ipv6.conf.lo.disable_ipv6", {"net.ipv6.conf.lo.mtu"}),
    ("vm.dirty_bytes", {"vm.dirty_ratio"}),
    ("kernel.sysrq", set()),
])
def test_reach_of_both_directions(name, reached):
    assert {move.name for move in _behaviour.reach(name, INTERFACES)} == reached


@pytest.mark.parametrize("name, expected", [
    ("net.ipv4.ip_forward", False),
    ("net.ipv6.conf.all.forwarding", True),
    ("net.ipv6.conf.all.force_forwarding", False),
    ("net.ipv4.conf.default.rp_filter", True),
    ("vm.dirty_ratio", False),
    ("kernel.watchdog", False),
])
def test_moves_anyway(name, expected):
    assert _behaviour.moves_anyway(name) is expected


@pytest.mark.parametrize("value, is_off", [
    ("0", True), ("00", True), ("0x0", True), ("-0", True), ("0\t1", True), ("1", False), ("-1", False), ("0x10", False), ("", False),
])
def test_what_the_kernel_reads_as_off(value, is_off):
    assert _behaviour.stops_forwarding("net.ipv4.ip_forward", value) is is_off


@pytest.mark.parametrize("name, value, takes", [
    ("net.ipv6.conf.all.disable_ipv6", "1", True), ("net.ipv6.conf.eth0/7.disable_ipv6", "1", True),
    ("net.ipv6.conf.all.disable_ipv6", "0", False), ("net.ipv6.conf.default.disable_ipv6", "1", False),
    ("net.ipv6.conf.all.accept_ra", "1", False),
])
def test_what_takes_addresses_away(name, value, takes):
    assert _behaviour.takes_addresses(name, value) is takes


@pytest.mark.parametrize("earlier, later", [
    ("kernel.panic_print", "kernel.panic_sys_info"),
    ("net.ipv4.ip_forward", "net.ipv4.conf.all.accept_redirects"),
    ("net.ipv4.ip_forward", "net.ipv4.conf.default.forwarding"),
    ("net.ipv6.conf.all.forwarding", "net.ipv6.conf.default.forwarding"),
    ("net.ipv6.conf.all.disable_ipv6", "net.ipv6.conf.eth0.disable_ipv6"),
    ("net.ipv6.conf.eth0.disable_ipv6", "net.ipv6.conf.eth0.mtu"),
    ("net.ipv6.conf.eth0.stable_secret", "net.ipv6.conf.eth0.addr_gen_mode"),
    ("net.ipv6.conf.default.stable_secret", "net.ipv6.conf.eth0.addr_gen_mode"),
    ("net.ipv6.conf.all.forwarding", "net.ipv6.conf.all.force_forwarding"),
    ("net.ipv4.conf.default.rp_filter", "net.ipv4.conf.all.rp_filter"),
    ("net.ipv4.conf.default.rp_filter", "net.ipv4.conf.Eth0.rp_filter"),
    ("net.ipv4.neigh.lo.unres_qlen", "net.ipv4.neigh.lo.unres_qlen_bytes"),
    ("net.ipv6.route.gc_min_interval", "net.ipv6.route.gc_min_interval_ms"),
    ("net.ipv4.tcp_congestion_control", "net.ipv4.tcp_allowed_congestion_control"),
    ("kernel.watchdog", "kernel.nmi_watchdog"),
    ("vm.swappiness", "kernel.yama.ptrace_scope"),
    ("net.ipv4.neigh.lo.unres_qlen_bytes", "kernel.kexec_load_disabled"),
    ("kernel.yama.ptrace_scope", "kernel.modules_disabled"),
    ("net.netfilter.nf_hooks_lwtunnel", "kernel.modules_disabled"),
    ("kernel.a", "kernel.b"),
])
def test_order(earlier, later):
    assert sorted([later, earlier], key=_behaviour.order) == [earlier, later]


def test_what_moves_is_written_after_what_moves_it():
    for name in ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding", "net.ipv6.conf.all.disable_ipv6", "net.ipv6.conf.all.addr_gen_mode",
                 "net.ipv6.conf.all.force_forwarding", "net.ipv4.conf.default.rp_filter", "net.ipv6.conf.default.stable_secret",
                 "kernel.watchdog"):
        for move in _behaviour.moves(name, "0", INTERFACES):
            assert _behaviour.order(name) < _behaviour.order(move.name), (name, move.name)


@pytest.mark.parametrize("name, expected", [
    ("net.netfilter.nf_conntrack_buckets", True),
    ("net.core.rps_sock_flow_entries", True),
    ("net.ipv4.neigh.eth0/100.base_reachable_time_ms", True),
    ("net.ipv6.conf.lo.mldv1_unsolicited_report_interval", True),
    ("net.ipv4.conf.lo.igmpv3_unsolicited_report_interval", False),
    ("net.ipv4.neigh.lo.retrans_time", True),
    ("net.ipv4.neigh.lo.unres_qlen_bytes", False),
    ("net.bridge.bridge-nf-call-iptables", True),
    ("net.ipv6.conf.lo.stable_secret", True),
    ("kernel.seccomp.actions_logged", True),
    ("kernel.sysrq", False),
    ("kernel.core_pattern", False),
])
def test_own_form(name, expected):
    assert _behaviour.own_form(name) is expected


@pytest.mark.parametrize("name, live, expected", [
    ("kernel.unprivileged_bpf_disabled", "1", True),
    ("kernel.unprivileged_bpf_disabled", "2", False),
    ("kernel.unprivileged_bpf_disabled", "0", False),
    ("kernel.yama.ptrace_scope", "3", True),
    ("kernel.yama.ptrace_scope", "1", False),
    ("kernel.kexec_load_disabled", "1", True),
    ("kernel.modules_disabled", "1", True),
    ("net.netfilter.nf_hooks_lwtunnel", "1", True),
    ("kernel.sysrq", "1", False),
    ("kernel.modules_disabled", "", False),
])
def test_locked(name, live, expected):
    assert _behaviour.locked(name, live) is expected


@pytest.mark.parametrize("name, expected", [
    ("net.ipv6.conf.eth0/100.stable_secret", True),
    ("net.ipv6.conf.default.stable_secret", True),
    ("kernel.tainted", True),
    ("kernel.max_rcu_stall_to_panic", True),
    ("net.ipv6.conf.default.addr_gen_mode", False),
])
def test_never_unset(name, expected):
    assert _behaviour.never_unset(name) is expected


@pytest.mark.parametrize("name, module", [
    ("net.bridge.bridge-nf-call-iptables", "br_netfilter"),
    ("net.netfilter.nf_conntrack_max", "nf_conntrack"),
    ("net.netfilter.nf_conntrack_frag6_timeout", "nf_defrag_ipv6"),
    ("net.netfilter.nf_log.2", None),
    ("net.nf_conntrack_max", "nf_conntrack"),
    ("net.ipv4.vs.drop_entry", "ip_vs"),
    ("fs.nfs.nlm_tcpport", "lockd"),
    ("fs.nfs.nfs_congestion_kb", "nfs"),
    ("fs.nfs.idmap_cache_timeout", "nfsv4"),
    ("net.vrf.strict_mode", "vrf"),
    ("net.rxrpc.rx_mtu", "rxrpc"),
    ("dev.scsi.logging_level", "scsi_mod"),
    ("dev.ipmi.poweroff_powercycle", "ipmi_poweroff"),
    ("dev.mac_hid.mouse_button_emulation", "mac_hid"),
    ("net.x25.restart_request_timeout", "x25"),
    ("net.iw_cm.default_backlog", "iw_cm"),
    ("net.llc.llc2.timeout.ack", "llc2"),
    ("sunrpc.tcp_slot_table_entries", "sunrpc"),
    ("sunrpc.rdma_slot_table_entries", "rpcrdma"),
    ("sunrpc.svc_rdma.max_requests", "rpcrdma"),
    # In every kernel that has them at all.
    ("dev.hpet.max-user-freq", None),
    ("net.netfilter.nf_log_all_netns", None),
    ("net.ipv4.ip_forward", None),
])
def test_module_of(name, module):
    assert _behaviour.module_of(name) == module


@pytest.mark.parametrize("number, name", [
    (2, "ENOENT"), (512, "ERESTARTSYS"), (515, "ENOIOCTLCMD"), (517, "EPROBE_DEFER"), (524, "ENOTSUPP"), (4000, "error 4000"),
])
def test_the_name_of_an_error(number, name):
    assert _behaviour.errno_name(number) == name


@pytest.mark.parametrize("name, twin", [
    ("net.ipv4.neigh.eth0.retrans_time", "net.ipv4.neigh.eth0.retrans_time_ms"),
    ("net.ipv6.route.gc_min_interval_ms", "net.ipv6.route.gc_min_interval"),
    ("net.ipv4.conf.eth0.retrans_time", None), ("vm.swappiness", None),
])
def test_the_same_in_another_unit(name, twin):
    assert _behaviour.twin(name) == twin


@pytest.mark.parametrize("scope, moved", [("all", ["eth0", "eth1"]), ("eth0", ["eth0"]), ("default", [])])
def test_where_ipv6_comes_back_it_takes_the_interfaces_own_mtu(scope, moved):
    found = _behaviour.moves("net.ipv6.conf.%s.disable_ipv6" % scope, "0", ["eth0", "eth1"])
    assert [move.name for move in found if move.name.endswith(".mtu")] == ["net.ipv6.conf.%s.mtu" % name for name in moved]


@pytest.mark.parametrize("value, expected", [
    ("0", True), ("00", True), ("0x0", True), ("0X00", True), ("-0", True), (" 0 ", True), ("0\t1", True),
    ("", False), ("-", False), ("x", False), ("x0", False), ("0x", False), ("10", False), ("0x10", False), ("0a", False),
])
def test_zero_however_it_is_written(value, expected):
    assert _behaviour.is_zero(value) is expected
