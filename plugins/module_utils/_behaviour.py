# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernel itself does when a parameter is written, as data, and small look-ups in it.

Names are canonical: dots between the parts, and a slash for a dot of an interface's own name (`net.ipv4.conf.eth0/100.forwarding`).
What is said here of `net.*` is proved on a real kernel by tests/kernel.

Pure. Private to the collection.
"""

from collections import namedtuple

# What a write moves besides its own parameter.
# name: a parameter that moves; a host may lack it. value: what it has afterwards. None: it stays as it was, or takes the value MAYBE;
# which, nobody can see from outside; with MAYBE None, too: it takes a value that cannot be computed.
# kept: True: what moves is a part of what was asked. False: a side effect, to be set back to what it was unless somebody asks otherwise.
Move = namedtuple("Move", "name value kept maybe")
Move.__new__.__defaults__ = (None,)

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
_PARTNERS = dict(_PAIRS + tuple((other, one) for one, other in _PAIRS))

# net.ipv6.conf.all.KEY moves conf.default.KEY and that of every interface.
_IPV6_ALL = ("forwarding", "disable_ipv6", "ignore_routes_with_linkdown", "addr_gen_mode", "force_forwarding")
# net.ipv4.conf.default.KEY of these is not taken over by interfaces that are there already.
_IPV4_DEFAULT_ALONE = ("forwarding", "disable_policy", "disable_xfrm", "promote_secondaries", "route_localnet")

# parameter: the value that it does not leave before a reboot
_LOCKS = {
    "kernel.kexec_load_disabled": 1,
    "kernel.modules_disabled": 1,
    "kernel.unprivileged_bpf_disabled": 1,
    "kernel.yama.ptrace_scope": 3,
    "net.netfilter.nf_hooks_lwtunnel": 1,
}

# The kernel rounds, sorts or prints in another way; `_ms` is kept in ticks of the clock.
_OWN_FORM = (
    "fs.pipe-max-size", "kernel.panic_sys_info", "kernel.seccomp.actions_logged", "kernel.watchdog_cpumask",
    "net.core.flow_limit_cpu_bitmap", "net.core.rps_default_mask", "net.core.rps_sock_flow_entries", "net.ipv4.icmp_ratelimit",
    "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_allowed_congestion_control", "net.ipv4.tcp_fastopen_key", "net.ipv6.icmp.ratelimit",
    "net.ipv6.icmp.ratemask", "net.netfilter.nf_conntrack_buckets", "vm.lowmem_reserve_ratio", "vm.nr_hugepages",
    "vm.nr_hugepages_mempolicy",
)
_OWN_FORM_ENDS = ("_ms", ".stable_secret", ".retrans_time", ".anycast_delay", ".proxy_delay", ".locktime", ".unres_qlen",
                  "_unsolicited_report_interval")

# The longest prefix decides.
_MODULES = (
    ("net.bridge.", "br_netfilter"),
    ("net.netfilter.nf_conntrack_", "nf_conntrack"),
    ("net.nf_conntrack_max", "nf_conntrack"),
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


def _on(value):
    """Whether a text is a number other than 0 to the kernel."""
    return value.split()[:1] not in ([], ["0"], ["00"], ["0x0"])


def _interfaces(family, key, interfaces):
    return ["net.%s.%s.%s" % (family, interface.replace(".", "/"), key) for interface in interfaces if interface not in ("all", "default")]


def _ipv4(name, value, interfaces):
    table, scope, key = name.split(".")[2:]
    if table == "conf" and scope == "all" and key == "forwarding":
        reached = ["net.ipv4.conf.default.forwarding"] + _interfaces("ipv4.conf", key, interfaces)
        redirects = Move("net.ipv4.conf.all.accept_redirects", "0" if _on(value) else "1", False)
        return tuple(Move(reach, value, True) for reach in reached) + (redirects,)
    if scope == "default" and (table == "neigh" or key not in _IPV4_DEFAULT_ALONE):
        return tuple(Move(reach, None, True, value) for reach in _interfaces("ipv4." + table, key, interfaces))
    return ()


def _ipv6(name, value, interfaces):
    table, scope, key = name.split(".")[2:]
    if table == "conf" and scope == "all" and key in _IPV6_ALL:
        return tuple(Move(reach, value, True)
                     for reach in ["net.ipv6.conf.default." + key] + _interfaces("ipv6.conf", key, interfaces))
    if table == "conf" and key == "stable_secret":
        reached = _interfaces("ipv6.conf", "addr_gen_mode", interfaces if scope == "default" else [scope.replace("/", ".")])
        return tuple(Move(reach, "2", False) for reach in reached)
    if table == "neigh" and scope == "default":
        return tuple(Move(reach, None, True, value) for reach in _interfaces("ipv6.neigh", key, interfaces))
    return ()


def moves(name, value, interfaces):
    """What a write of VALUE that changes NAME moves besides NAME (and its aliases), on a host with INTERFACES.

    A partner is not in it: see `partner`.
    """
    name = switch(name)
    parts = name.split(".")
    if len(parts) != 5 or parts[2] not in ("conf", "neigh"):
        return ()
    return _ipv4(name, value, interfaces) if parts[1] == "ipv4" else _ipv6(name, value, interfaces) if parts[1] == "ipv6" else ()


def order(name):
    """A key to sort parameters by: those that move others first, those that lock themselves last."""
    main = switch(name)
    parts = main.split(".")
    if main in _LOCKS:
        rank = 4 if main == "kernel.modules_disabled" else 3
    elif len(parts) == 5 and (parts[3:] == ["all", "forwarding"] or parts[1:4] == ["ipv6", "conf", "all"] and parts[4] in _IPV6_ALL):
        rank = 0
    elif len(parts) == 5 and (parts[3] == "default" or parts[4] == "stable_secret"):
        rank = 1
    else:
        rank = 2
    return (rank, name)


def own_form(name):
    """Whether the kernel may read back another form than was written: rounded, sorted, or printed in another way."""
    return name in _OWN_FORM or name.endswith(_OWN_FORM_ENDS)


def locked(name, live):
    """Whether the kernel does not let NAME leave the value LIVE before a reboot."""
    return name in _LOCKS and live.split()[:1] == [str(_LOCKS[name])]


def never_unset(name):
    """Whether NAME cannot be unset again once it is set."""
    return name.startswith("net.ipv6.conf.") and name.endswith(".stable_secret")


def module_of(name):
    """The kernel module that brings NAME, or None."""
    return next((module for prefix, module in _MODULES if name.startswith(prefix)), None)
