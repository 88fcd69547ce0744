# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which parameters the kernel itself sizes by the memory or the processors of the machine, as data.

Pure. Private to the collection.
"""

_BY_PROCESSORS = (
    "kernel.pid_max", "kernel.sched_latency_ns", "kernel.sched_min_granularity_ns", "kernel.sched_wakeup_granularity_ns",
    "kernel.watchdog_cpumask",
)
_BY_MEMORY = (
    "fs.epoll.max_user_watches", "fs.fanotify.max_user_marks", "fs.file-max", "fs.inotify.max_user_watches", "kernel.threads-max",
    "net.ipv4.inet_peer_threshold", "net.ipv4.tcp_ehash_entries", "net.ipv4.tcp_max_orphans", "net.ipv4.tcp_max_syn_backlog",
    "net.ipv4.tcp_max_tw_buckets", "net.ipv4.tcp_mem", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem", "net.ipv4.udp_hash_entries",
    "net.ipv4.udp_mem", "net.netfilter.nf_conntrack_buckets", "net.netfilter.nf_conntrack_expect_max", "net.netfilter.nf_conntrack_max",
    "net.nf_conntrack_max", "net.sctp.sctp_mem", "net.sctp.sctp_rmem", "net.sctp.sctp_wmem", "user.max_cgroup_namespaces",
    "user.max_fanotify_marks", "user.max_inotify_watches", "user.max_ipc_namespaces", "user.max_mnt_namespaces",
    "user.max_net_namespaces", "user.max_pid_namespaces", "user.max_time_namespaces", "user.max_user_namespaces",
    "user.max_uts_namespaces", "vm.admin_reserve_kbytes", "vm.min_free_kbytes", "vm.user_reserve_kbytes",
)
_FACTS = dict(dict.fromkeys(_BY_MEMORY, "memory_kb"), **dict.fromkeys(_BY_PROCESSORS, "processors"))


def fact(name):
    """What the kernel sizes NAME by, as the facts of a side call it: memory_kb or processors; None for most parameters."""
    return _FACTS.get(name)
