# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernel itself does when a parameter is written, as data, and small look-ups in it.

Names are canonical: dots between the parts, and a slash for a dot of an interface's own name (`net.ipv4.conf.eth0/100.forwarding`).
What is said here of `net.*` is proved on a real kernel by tests/kernel.

Pure. Private to the collection.
"""

import errno
import re

from ansible_collections.photon.hardening.plugins.module_utils._model import Move

# Error numbers that leave the kernel by mistake, and that Python does not know.
_OWN_ERRNOS = {512: "ERESTARTSYS", 515: "ENOIOCTLCMD", 517: "EPROBE_DEFER", 524: "ENOTSUPP"}

# One switch under several names; the first is its name here.
_ALIASES = (
    ("net.ipv4.conf.all.forwarding", "net.ipv4.ip_forward"),
    ("net.netfilter.nf_conntrack_max", "net.nf_conntrack_max"),
    ("vm.nr_hugepages", "vm.nr_hugepages_mempolicy"),
    ("user.max_inotify_instances", "fs.inotify.max_user_instances"),
    ("user.max_inotify_watches", "fs.inotify.max_user_watches"),
    ("user.max_fanotify_groups", "fs.fanotify.max_user_groups"),
    ("user.max_fanotify_marks", "fs.fanotify.max_user_marks"),
)
_SWITCHES = {name: names for names in _ALIASES for name in names}

# Two forms of one limit: writing one makes the other 0.
_PAIRS = (
    ("vm.dirty_bytes", "vm.dirty_ratio"),
    ("vm.dirty_background_bytes", "vm.dirty_background_ratio"),
    ("vm.overcommit_kbytes", "vm.overcommit_ratio"),
)

# net.ipv6.conf.all.KEY moves the KEY of every interface and, unless it is False here, conf.default.KEY.
_IPV6_ALL = {"addr_gen_mode": True, "disable_ipv6": True, "force_forwarding": False, "forwarding": True,
             "ignore_routes_with_linkdown": True}
# An interface takes net.ipv4.conf.default.KEY over until its own KEY is set or it gets an address, and net.ipv4.neigh.default.KEY and
# net.ipv6.neigh.default.KEY likewise. Of these keys of conf it takes nothing.
_IPV4_DEFAULT_ALONE = ("forwarding", "mc_forwarding", "disable_policy", "disable_xfrm", "promote_secondaries", "route_localnet",
                       "drop_unicast_in_l2_multicast")

# One thing in two units or forms. The first is the coarser one, so it is written first.
_TWINS = (
    ("kernel.panic_print", "kernel.panic_sys_info"),
    ("net.ipv4.route.gc_min_interval", "net.ipv4.route.gc_min_interval_ms"),
    ("net.ipv6.route.gc_min_interval", "net.ipv6.route.gc_min_interval_ms"),
    ("net.mptcp.path_manager", "net.mptcp.pm_type"),
)
# The same for a KEY of net.ipv4.neigh.INTERFACE and net.ipv6.neigh.INTERFACE.
_NEIGHBOUR_TWINS = (
    ("base_reachable_time", "base_reachable_time_ms"),
    ("retrans_time", "retrans_time_ms"),
    ("unres_qlen", "unres_qlen_bytes"),
)

# What kernel.watchdog switches on and off.
_DETECTORS = ("kernel.nmi_watchdog", "kernel.soft_watchdog")

# What is written first, and what is written after its coarser form.
_FIRST = ("kernel.watchdog", "net.ipv4.conf.all.forwarding", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.tcp_congestion_control")
_FINER = tuple(finer for _coarser, finer in _TWINS)
_FINER_KEYS = tuple(finer for _coarser, finer in _NEIGHBOUR_TWINS)

# The kernel refuses a write after which the first number of one of these would be larger than that of the other; each with what it is
# when a boot begins.
_FRAGMENTS = ("net.ipv4.ipfrag", "net.ipv6.ip6frag", "net.netfilter.nf_conntrack_frag6")
BOUNDS = (
    (("net.ipv4.ip_unprivileged_port_start", 1024), ("net.ipv4.ip_local_port_range", 32768)),
    (("kernel.sched_rt_runtime_us", 950000), ("kernel.sched_rt_period_us", 1000000)),
    (("kernel.sched_deadline_period_min_us", 100), ("kernel.sched_deadline_period_max_us", 1 << 22)),
    (("net.sctp.rto_min", 1000), ("net.sctp.rto_max", 60000)),
) + tuple(((start + "_low_thresh", 3 << 20), (start + "_high_thresh", 4 << 20)) for start in _FRAGMENTS)

# Keys of net.ipv6.conf that another one of the same interface moves.
_MOVERS_OF_IPV6 = {"force_forwarding": "forwarding", "addr_gen_mode": "stable_secret", "mtu": "disable_ipv6"}
_ALL_FORWARDING = ("net.ipv4.conf.all.forwarding", "net.ipv6.conf.all.forwarding")
# A write that changes nothing moves nothing either.
_ONLY_BY_CHANGE = ("kernel.watchdog", "net.ipv4.conf.all.forwarding") + _DETECTORS


def _both_ways(pairs):
    return dict(pairs + tuple((other, one) for one, other in pairs))


_BOUNDS_OF = {name: (low[0], high[0]) for low, high in BOUNDS for name in (low[0], high[0])}
_PARTNERS = _both_ways(_PAIRS)
_TWIN_OF = _both_ways(_TWINS)
_NEIGHBOUR_TWIN_OF = _both_ways(_NEIGHBOUR_TWINS)

# parameter: the value that it does not leave before a reboot
_LOCKS = {
    "kernel.kexec_load_disabled": 1,
    "kernel.modules_disabled": 1,
    "kernel.unprivileged_bpf_disabled": 1,
    "kernel.yama.ptrace_scope": 3,
    "net.netfilter.nf_hooks_lwtunnel": 1,
}

# What only ever goes one way before a reboot: bits that are added or taken away, limits that sink, a 0 that is taken only at boot.
_NEVER_BACK = ("kernel.kexec_load_limit_panic", "kernel.kexec_load_limit_reboot", "kernel.max_rcu_stall_to_panic", "kernel.tainted",
               "kernel.usermodehelper.bset", "kernel.usermodehelper.inheritable")

# What systemd-networkd and ifupdown write for a link by themselves, whatever it has started with.
_OF_MANAGERS = ("accept_ra", "autoconf", "disable_ipv6", "use_tempaddr")

# What does something when it is written, and holds no value. A kernel may lack them, and an image has none to ask.
_ACTIONS = ("net.ipv4.route.flush", "net.ipv6.route.flush", "vm.compact_memory", "vm.drop_caches")

# What the kernel rounds, sorts or prints in another way.
_OWN_FORM = (
    "fs.pipe-max-size", "kernel.hardlockup_sys_info", "kernel.hung_task_sys_info", "kernel.panic_sys_info",
    "kernel.seccomp.actions_logged", "kernel.softlockup_sys_info", "kernel.watchdog_cpumask", "net.core.flow_limit_cpu_bitmap",
    "net.core.rps_default_mask", "net.core.rps_sock_flow_entries", "net.ipv4.icmp_ratelimit", "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ping_group_range", "net.ipv4.tcp_allowed_congestion_control", "net.ipv4.tcp_fastopen_key", "net.ipv4.tcp_invalid_ratelimit",
    "net.ipv6.icmp.ratelimit", "net.ipv6.icmp.ratemask", "net.netfilter.nf_conntrack_buckets", "vm.lowmem_reserve_ratio",
    "vm.nr_hugepages", "vm.nr_hugepages_mempolicy",
)
# Times that are kept in ticks of the clock, lengths in packets that are kept in bytes, an address that is written out.
_OWN_FORM_ENDS = ("_ms", ".anycast_delay", ".locktime", ".proxy_delay", ".retrans_time", ".unres_qlen",
                  ".mldv1_unsolicited_report_interval", ".mldv2_unsolicited_report_interval", ".stable_secret")
# 1, whatever is written but 0.
_OWN_FORM_START = "net.bridge.bridge-nf-"

# The first prefix that fits decides.
_MODULES = (
    ("coda.", "coda"),
    ("dev.cdrom.", "cdrom"),
    ("dev.i915.", "i915"),
    ("dev.ipmi.", "ipmi_poweroff"),
    ("dev.mac_hid.", "mac_hid"),
    ("dev.parport.", "parport"),
    ("dev.raid.", "md_mod"),
    ("dev.scsi.", "scsi_mod"),
    ("dev.xe.", "xe"),
    ("fs.fuse.", "fuse"),
    ("fs.nfs.idmap_cache_timeout", "nfsv4"),
    ("fs.nfs.nfs_callback_tcpport", "nfsv4"),
    ("fs.nfs.nlm_", "lockd"),
    ("fs.nfs.nsm_", "lockd"),
    ("fs.nfs.", "nfs"),
    ("fs.ocfs2.", "ocfs2_stackglue"),
    ("fs.xfs.", "xfs"),
    ("net.appletalk.", "appletalk"),
    ("net.ax25.", "ax25"),
    ("net.bridge.", "br_netfilter"),
    ("net.dccp.", "dccp"),
    ("net.ipv4.vs.", "ip_vs"),
    ("net.iw_cm.", "iw_cm"),
    ("net.llc.", "llc2"),
    ("net.mpls.", "mpls_router"),
    ("net.netfilter.nf_conntrack_frag6_", "nf_defrag_ipv6"),
    ("net.netfilter.nf_conntrack_", "nf_conntrack"),
    ("net.netfilter.nf_flowtable_", "nf_conntrack"),
    ("net.netrom.", "netrom"),
    ("net.nf_conntrack_max", "nf_conntrack"),
    ("net.phonet.", "phonet"),
    ("net.rdma_ucm.", "rdma_ucm"),
    ("net.rds.", "rds"),
    ("net.rose.", "rose"),
    ("net.rxrpc.", "rxrpc"),
    ("net.sctp.", "sctp"),
    ("net.smc.", "smc"),
    ("net.tipc.", "tipc"),
    ("net.vrf.", "vrf"),
    ("net.x25.", "x25"),
    ("sunrpc.rdma_", "rpcrdma"),
    ("sunrpc.svc_rdma.", "rpcrdma"),
    ("sunrpc.", "sunrpc"),
)


def switch(name):
    """One name for all names of a parameter."""
    return names_of(name)[0]


def names_of(name):
    """All names of the switch that NAME is, NAME itself included."""
    return _SWITCHES.get(name) or (name,)


def partner(name):
    """The parameter that becomes 0 when NAME is written, and the other way round; None for most."""
    return _PARTNERS.get(name)


def twin(name):
    """The same thing in another unit or form, None for most."""
    table, _dot, key = name.rpartition(".")
    return "%s.%s" % (table, _NEIGHBOUR_TWIN_OF[key]) if ".neigh." in name and key in _NEIGHBOUR_TWIN_OF else _TWIN_OF.get(name)


# --- reach ---

def moves(name, value, interfaces):
    """What a write of VALUE that changes NAME moves besides NAME and its aliases, on a host with INTERFACES (names of interfaces).

    A host may lack what is named here. A partner is not in it: see `partner`. See `moves_anyway` for a write that changes nothing.
    """
    name = switch(name)
    parts = name.split(".")
    if len(parts) == 5 and parts[0] == "net" and parts[2] in ("conf", "neigh"):
        reach = _REACH.get(parts[1] + parts[2])
        return tuple(reach(parts[3], parts[4], value, interfaces)) if reach else ()
    other = twin(name)
    return (Move(other, None, True),) if other else _others(name, value)


def reach(name, interfaces):
    """Every Move, the partner's among them, that a write of NAME or its way back may bring about, whichever values it has: some belong to
    switching on, and some to switching off."""
    other = partner(name)
    return ((Move(other, "0", True),) if other else ()) + moves(name, "0", interfaces) + moves(name, "1", interfaces)


def moves_anyway(name):
    """Whether a write moves others also where NAME has that value already; ip_forward, kernel.watchdog and pairs do nothing then."""
    main = switch(name)
    return main not in _ONLY_BY_CHANGE and not main.endswith(".force_forwarding") and partner(main) is None


def is_zero(value):
    """Whether the kernel reads 0 in VALUE; 00 and 0x0 are 0, too."""
    return bool(re.match(r"\s*-?(?:0[xX])?0+(?:\s|\Z)", value))


def fit(low, high):
    """Whether the kernel takes both of BOUNDS together; LOW, HIGH: their numbers."""
    numbers = low[:1] + high[:1]
    return not all(isinstance(number, int) for number in numbers) or numbers[0] <= numbers[1]


def bounds(name):
    """The two parameters of BOUNDS of which NAME is one; none for most."""
    return _BOUNDS_OF.get(name, ())


def stops_forwarding(name, value):
    """Whether a write of VALUE to NAME switches off the forwarding of a family, on each interface, too."""
    return switch(name) in _ALL_FORWARDING and is_zero(value)


def _of(table, key, interfaces):
    """The parameters KEY of all INTERFACES, in a TABLE such as `net.ipv4.conf`."""
    return ["%s.%s.%s" % (table, interface.replace(".", "/"), key) for interface in interfaces if interface not in ("all", "default")]


def _ipv4_conf(scope, key, value, interfaces):
    if scope == "all" and key == "forwarding":
        for reached in ["net.ipv4.conf.default.forwarding"] + _of("net.ipv4.conf", key, interfaces):
            yield Move(reached, value, True)
        yield Move("net.ipv4.conf.all.accept_redirects", "1" if is_zero(value) else "0", False)
    elif scope == "default" and key not in _IPV4_DEFAULT_ALONE:
        for reached in _of("net.ipv4.conf", key, interfaces):
            yield Move(reached, None, True, value)


def _ipv6_conf(scope, key, value, interfaces):
    reached = _of("net.ipv6.conf", key, interfaces)
    own = interfaces if scope in ("all", "default") else [scope]
    if scope == "all" and key in _IPV6_ALL:
        for moved in (["net.ipv6.conf.default." + key] if _IPV6_ALL[key] else []) + reached:
            yield Move(moved, value, True)
    if scope == "all" and key == "forwarding" and is_zero(value):
        # So that off is off on every interface; the two of all and default stay.
        for moved in _of("net.ipv6.conf", "force_forwarding", interfaces):
            yield Move(moved, "0", True)
    if key == "stable_secret":
        for moved in _of("net.ipv6.conf", "addr_gen_mode", own):
            yield Move(moved, "2", True)
    elif key == "disable_ipv6" and scope != "default" and is_zero(value):
        # Where IPv6 comes back, it takes the interface's own MTU.
        for moved in _of("net.ipv6.conf", "mtu", own):
            yield Move(moved, None, False)


def _neighbours(family):
    table = "net.%s.neigh" % family

    def reach(scope, key, value, interfaces):
        finer = _NEIGHBOUR_TWIN_OF.get(key)
        if finer:
            yield Move("%s.%s.%s" % (table, scope, finer), None, True)
        if scope == "default":
            for reached in _of(table, key, interfaces):
                yield Move(reached, None, True, value)
            for reached in _of(table, finer, interfaces) if finer else ():
                yield Move(reached, None, True)
    return reach


_REACH = {"ipv4conf": _ipv4_conf, "ipv6conf": _ipv6_conf, "ipv4neigh": _neighbours("ipv4"), "ipv6neigh": _neighbours("ipv6")}


def _others(name, value):
    if name == "kernel.watchdog":
        # Off, it takes both detectors along; on, each of them is as it was meant to be before.
        off = is_zero(value)
        return tuple(Move(detector, "0" if off else None, True, None if off else "1") for detector in _DETECTORS)
    if name in _DETECTORS:
        # It is on while one of the two is.
        return (Move("kernel.watchdog", None, True, value),)
    if name == "net.ipv4.tcp_congestion_control":
        # Whatever becomes the default is allowed from then on.
        return (Move("net.ipv4.tcp_allowed_congestion_control", None, True),)
    return ()


def takes_addresses(name, value):
    """Whether a write of VALUE to NAME takes addresses and routes away, which come back only where something configures them again."""
    main = switch(name)
    return main.startswith("net.ipv6.conf.") and main.endswith(".disable_ipv6") and ".default." not in main and not is_zero(value)


def decided_by_the_last(name):
    """One key for the parameters of which a later write takes the earlier one back: one switch, a pair, what is one parameter for all
    interfaces, what moves with it, both forms of a limit, the watchdog with its detectors."""
    main = switch(name)
    if main in _DETECTORS:
        return "kernel.watchdog"
    return min(_of_all_interfaces(one) for one in (main, partner(main), twin(main)) if one is not None)


def _of_all_interfaces(name):
    parts = name.split(".")
    if len(parts) != 5 or parts[2] not in ("conf", "neigh"):
        return name
    return ".".join(parts[:3] + ["*", _MOVERS_OF_IPV6.get(parts[4], parts[4])])


def order(name):
    """A key to sort parameters by: those that move others before these, the coarser unit before the finer, those that lock last."""
    return (_rank(switch(name)), name)


def _rank(main):
    if main in _LOCKS or main in _NEVER_BACK:
        return 5 if main == "kernel.modules_disabled" else 4
    if main in _FIRST:
        return 0
    parts = main.split(".")
    if len(parts) != 5:
        return 3 if main in _FINER else 2
    if parts[1:4] == ["ipv6", "conf", "all"] and _IPV6_ALL.get(parts[4]):
        return 0
    if parts[3] == "default" or parts[4] in ("stable_secret", "disable_ipv6") or main == "net.ipv6.conf.all.force_forwarding":
        return 1
    return 3 if parts[4] in _FINER_KEYS else 2


# --- forms, locks and modules ---

def own_form(name):
    """Whether the kernel may read back another form than was written: rounded, sorted, or printed in another way."""
    return name in _OWN_FORM or name.endswith(_OWN_FORM_ENDS) or name.startswith(_OWN_FORM_START)


def locked(name, live):
    """Whether the kernel does not let NAME leave the value LIVE before a reboot."""
    return name in _LOCKS and live.split()[:1] == [str(_LOCKS[name])]


def is_action(name):
    """Whether NAME only does something when it is written."""
    return name in _ACTIONS


def follows_default(name):
    """Whether a parameter of an interface that is there takes over what is written to that of conf.default, as long as nobody sets it."""
    _net, family, table, _interface, key = name.split(".")
    return table == "neigh" or family == "ipv4" and key not in _IPV4_DEFAULT_ALONE


def is_of_managers(name):
    """Whether the value of an interface's parameter NAME may come from a program that manages networks, and not from conf.default."""
    return name.startswith("net.ipv6.conf.") and name.rpartition(".")[2] in _OF_MANAGERS


def never_unset(name):
    """Whether what NAME is set to cannot be taken back before a reboot: an address that has no unset form, bits that only add up."""
    return name in _NEVER_BACK or name.startswith("net.ipv6.conf.") and name.endswith(".stable_secret")


def errno_name(number):
    """The name of an error number, also of those that the kernel has for itself; None of 0, which is none."""
    return None if not number else errno.errorcode.get(number) or _OWN_ERRNOS.get(number) or "error %d" % number


def module_of(name):
    """The kernel module that brings NAME, or None."""
    return next((module for prefix, module in _MODULES if name.startswith(prefix)), None)
