# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernel makes of the value of a parameter: the kinds of values, when two are the same, what the kernel would refuse.

The kernel reads C numbers (`0x10`, `010`), prints decimal ones, separates vectors with tabs and sorts lists of ports, so two texts are
compared by what the kernel makes of them. What is text to the kernel is text here, also where it looks like a number.

Pure. Private to the collection.
"""

import functools
import re
from collections import namedtuple

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour

# What separates words for the kernel; a line that ends in a carriage return is read without it.
_BLANKS = " \t\n\r"
# A longer number is a text: the kernel reads no more than 21 characters of a number, and a Python may refuse thousands of digits.
_LONGEST = 21
# A page without the byte that ends it.
_MOST_BYTES = 4095
_NUMBER = re.compile(r"^-?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)\Z")

# kind: see `kind`. low, high: of each number. size: how many numbers a vector has, or how many bytes of a text the kernel keeps.
_Shape = namedtuple("_Shape", "kind low high size")
_TOKENS = _Shape("tokens", None, None, None)
# Where one kernel keeps the number as signed and another one as unsigned.
_EITHER = _Shape("number", -2 ** 31, 2 ** 32 - 1, 1)

_TABLE = (
    (("text", None, None, 15), "net.core.default_qdisc net.ipv4.tcp_congestion_control"),
    (("text", None, None, 64), "kernel.domainname kernel.hostname"),
    (("text", None, None, 127), "kernel.core_pattern"),
    (("text", None, None, 255), "kernel.hotplug kernel.modprobe kernel.poweroff_cmd"),
    (("text", None, None, None), """
        kernel.hardlockup_sys_info kernel.hung_task_sys_info kernel.panic_sys_info kernel.printk_devkmsg kernel.softlockup_sys_info
        net.core.flow_limit_cpu_bitmap net.core.rps_default_mask net.ipv4.tcp_fastopen_key net.mptcp.path_manager net.mptcp.scheduler
        vm.numa_zonelist_order"""),
    (("words", None, None, None), "kernel.seccomp.actions_logged net.ipv4.tcp_allowed_congestion_control"),
    (("ranges", 0, 255, None), "net.ipv6.icmp.ratemask"),
    (("ranges", 0, 65535, None), "kernel.watchdog_cpumask net.ipv4.ip_local_reserved_ports"),
    (("vector", 1, 65535, 2), "net.ipv4.ip_local_port_range"),
    (("vector", 0, 2 ** 32 - 2, 2), "net.ipv4.ping_group_range"),
    (("vector", -2 ** 31, 2 ** 31 - 1, 3), "kernel.acct net.ipv4.tcp_rmem net.ipv4.tcp_wmem"),
    (("vector", -2 ** 31, 2 ** 31 - 1, 4), "kernel.printk kernel.sem"),
    (("vector", 0, 2 ** 64 - 1, 3), "net.ipv4.tcp_mem net.ipv4.udp_mem"),
    (("number", -2 ** 31, 2 ** 32 - 1, 1), """
        net.core.flow_limit_table_len vm.compaction_proactiveness vm.dirty_expire_centisecs vm.dirty_writeback_centisecs
        vm.dirtytime_expire_seconds vm.hugetlb_shm_group"""),
    (("unsigned", 0, 2 ** 32 - 1, 1), """
        fs.mount-max fs.nr_open fs.pipe-max-size kernel.core_file_note_size_limit kernel.oops_limit kernel.warn_limit
        net.core.bpf_jit_limit net.core.mem_pcpu_rsv net.core.rps_sock_flow_entries net.core.skb_defer_max net.core.xfrm_aevent_etime
        net.core.xfrm_aevent_rseqth net.ipv4.fib_multipath_hash_seed net.ipv4.fib_sync_mem net.ipv4.tcp_notsent_lowat net.ipv6.ioam6_id
        net.mptcp.stale_loss_cnt net.netfilter.nf_conntrack_buckets net.netfilter.nf_conntrack_expect_max net.netfilter.nf_conntrack_max
        net.nf_conntrack_max"""),
    (("unsigned", 0, 2 ** 64 - 1, 1), """
        fs.aio-max-nr fs.epoll.max_user_watches fs.file-max fs.pipe-user-pages-hard fs.pipe-user-pages-soft
        kernel.hung_task_check_interval_secs kernel.hung_task_timeout_secs kernel.panic_print kernel.shmall kernel.shmmax kernel.tainted
        net.ipv4.ipfrag_high_thresh net.ipv4.ipfrag_low_thresh net.ipv4.tcp_comp_sack_delay_ns net.ipv4.tcp_comp_sack_slack_ns
        net.ipv6.ioam6_id_wide net.ipv6.ip6frag_high_thresh net.ipv6.ip6frag_low_thresh net.netfilter.nf_conntrack_frag6_high_thresh
        net.netfilter.nf_conntrack_frag6_low_thresh vm.admin_reserve_kbytes vm.dirty_background_bytes vm.dirty_bytes vm.mmap_min_addr
        vm.nr_hugepages vm.nr_hugepages_mempolicy vm.nr_overcommit_hugepages vm.overcommit_kbytes vm.user_reserve_kbytes"""),
)
# Signed numbers of 32 bits, by what their names begin with.
_SIGNED = {
    "dev.tty.": """
        ldisc_autoload legacy_tiocsti""",
    "fs.": """
        dir-notify-enable fanotify.max_queued_events fanotify.max_user_groups fanotify.max_user_marks inotify.max_queued_events
        inotify.max_user_instances inotify.max_user_watches lease-break-time leases-enable mqueue.msg_default mqueue.msg_max
        mqueue.msgsize_default mqueue.msgsize_max mqueue.queues_max overflowgid overflowuid protected_fifos protected_hardlinks
        protected_regular protected_symlinks suid_dumpable""",
    "kernel.": """
        apparmor_restrict_unprivileged_userns auto_msgmni bpf_stats_enabled core_pipe_limit core_sort_vma core_uses_pid ctrl-alt-del
        dmesg_restrict ftrace_enabled hardlockup_all_cpu_backtrace hardlockup_panic hung_task_all_cpu_backtrace hung_task_check_count
        hung_task_panic hung_task_warnings io_delay_type io_uring_disabled io_uring_group kexec_load_disabled kexec_load_limit_panic
        kexec_load_limit_reboot keys.gc_delay keys.maxbytes keys.maxkeys keys.persistent_keyring_expiry keys.root_maxbytes
        keys.root_maxkeys kptr_restrict max_lock_depth max_rcu_stall_to_panic modules_disabled msg_next_id msgmax msgmnb msgmni
        nmi_watchdog numa_balancing oops_all_cpu_backtrace overflowgid overflowuid panic panic_on_io_nmi panic_on_oops panic_on_rcu_stall
        panic_on_unrecovered_nmi panic_on_warn perf_cpu_time_max_percent perf_event_max_contexts_per_stack perf_event_max_sample_rate
        perf_event_max_stack perf_event_mlock_kb perf_event_paranoid pid_max print-fatal-signals printk_delay printk_ratelimit
        printk_ratelimit_burst pty.max pty.reserve random.read_wakeup_threshold random.urandom_min_reseed_secs
        random.write_wakeup_threshold randomize_va_space sched_autogroup_enabled sched_child_runs_first sched_energy_aware
        sched_rr_timeslice_ms sched_rt_period_us sched_rt_runtime_us sched_schedstats sem_next_id shm_next_id shm_rmid_forced shmmni
        soft_watchdog softlockup_all_cpu_backtrace softlockup_panic split_lock_mitigate sysctl_writes_strict sysrq task_delayacct
        threads-max timer_migration traceoff_on_warning tracepoint_printk unknown_nmi_panic unprivileged_bpf_disabled
        unprivileged_userns_apparmor_policy unprivileged_userns_clone watchdog watchdog_thresh yama.ptrace_scope""",
    "net.bridge.": """
        bridge-nf-call-arptables bridge-nf-call-ip6tables bridge-nf-call-iptables bridge-nf-filter-pppoe-tagged
        bridge-nf-filter-vlan-tagged bridge-nf-pass-vlan-input-dev""",
    "net.core.": """
        bpf_jit_enable bpf_jit_harden bpf_jit_kallsyms busy_poll busy_read dev_weight dev_weight_rx_bias dev_weight_tx_bias
        devconf_inherit_init_net fb_tunnels_only_for_init_net gro_normal_batch high_order_alloc_disable max_skb_frags message_burst
        message_cost netdev_budget netdev_budget_usecs netdev_max_backlog netdev_tstamp_prequeue netdev_unregister_timeout_secs optmem_max
        rmem_default rmem_max somaxconn tstamp_allow_data txrehash warnings wmem_default wmem_max xfrm_acq_expires xfrm_larval_drop""",
    "net.ipv4.": """
        cipso_cache_bucket_size cipso_cache_enable cipso_rbm_optfmt cipso_rbm_strictvalid fib_multipath_hash_fields
        fib_multipath_hash_policy fib_multipath_use_neigh fib_notify_on_flag_change fwmark_reflect icmp_echo_enable_probe
        icmp_echo_ignore_all icmp_echo_ignore_broadcasts icmp_errors_use_inbound_ifaddr icmp_ignore_bogus_error_responses icmp_msgs_burst
        icmp_msgs_per_sec icmp_ratelimit icmp_ratemask igmp_link_local_mcast_reports igmp_max_memberships igmp_max_msf igmp_qrv
        inet_peer_maxttl inet_peer_minttl inet_peer_threshold ip_autobind_reuse ip_default_ttl ip_dynaddr ip_early_demux ip_forward
        ip_forward_update_priority ip_forward_use_pmtu ip_no_pmtu_disc ip_nonlocal_bind ip_unprivileged_port_start ipfrag_max_dist
        ipfrag_secret_interval ipfrag_time nexthop_compat_mode raw_l3mdev_accept route.error_burst route.error_cost route.gc_elasticity
        route.gc_interval route.gc_min_interval route.gc_min_interval_ms route.gc_thresh route.gc_timeout route.max_size route.min_adv_mss
        route.min_pmtu route.mtu_expires route.redirect_load route.redirect_number route.redirect_silence tcp_abort_on_overflow
        tcp_adv_win_scale tcp_app_win tcp_autocorking tcp_backlog_ack_defer tcp_base_mss tcp_challenge_ack_limit tcp_child_ehash_entries
        tcp_comp_sack_nr tcp_dsack tcp_early_demux tcp_early_retrans tcp_ecn tcp_ecn_fallback tcp_ecn_option tcp_ecn_option_beacon
        tcp_fack tcp_fastopen tcp_fastopen_blackhole_timeout_sec tcp_fin_timeout tcp_frto tcp_fwmark_accept tcp_invalid_ratelimit
        tcp_keepalive_intvl tcp_keepalive_probes tcp_keepalive_time tcp_l3mdev_accept tcp_limit_output_bytes tcp_low_latency
        tcp_max_orphans tcp_max_reordering tcp_max_syn_backlog tcp_max_tw_buckets tcp_migrate_req tcp_min_rtt_wlen tcp_min_snd_mss
        tcp_min_tso_segs tcp_moderate_rcvbuf tcp_mtu_probe_floor tcp_mtu_probing tcp_no_metrics_save tcp_no_ssthresh_metrics_save
        tcp_orphan_retries tcp_pacing_ca_ratio tcp_pacing_ss_ratio tcp_pingpong_thresh tcp_plb_cong_thresh tcp_plb_enabled
        tcp_plb_idle_rehash_rounds tcp_plb_rehash_rounds tcp_plb_suspend_rto_sec tcp_probe_interval tcp_probe_threshold tcp_recovery
        tcp_reflect_tos tcp_reordering tcp_retrans_collapse tcp_retries1 tcp_retries2 tcp_rfc1337 tcp_rto_max_ms tcp_rto_min_us tcp_sack
        tcp_shrink_window tcp_slow_start_after_idle tcp_stdurg tcp_syn_linear_timeouts tcp_syn_retries tcp_synack_retries tcp_syncookies
        tcp_thin_linear_timeouts tcp_timestamps tcp_tso_rtt_log tcp_tso_win_divisor tcp_tw_reuse tcp_tw_reuse_delay tcp_window_scaling
        tcp_workaround_signed_windows udp_child_hash_entries udp_early_demux udp_l3mdev_accept udp_rmem_min udp_wmem_min xfrm4_gc_thresh""",
    "net.ipv6.": """
        anycast_src_echo_reply auto_flowlabels bindv6only calipso_cache_bucket_size calipso_cache_enable fib_multipath_hash_fields
        fib_multipath_hash_policy fib_notify_on_flag_change flowlabel_consistency flowlabel_reflect flowlabel_state_ranges fwmark_reflect
        icmp.echo_ignore_all icmp.echo_ignore_anycast icmp.echo_ignore_multicast icmp.error_anycast_as_unicast icmp.ratelimit idgen_delay
        idgen_retries ip6frag_secret_interval ip6frag_time ip_nonlocal_bind max_dst_opts_length max_dst_opts_number max_hbh_length
        max_hbh_opts_number mld_max_msf mld_qrv route.gc_elasticity route.gc_interval route.gc_min_interval route.gc_min_interval_ms
        route.gc_thresh route.gc_timeout route.max_size route.min_adv_mss route.mtu_expires route.skip_notify_on_dev_down seg6_flowlabel
        xfrm6_gc_thresh""",
    "net.mptcp.": """
        add_addr_timeout allow_join_initial_addr_port blackhole_timeout checksum_enabled close_timeout enabled pm_type
        syn_retrans_before_tcp_fallback""",
    "net.netfilter.": """
        nf_conntrack_acct nf_conntrack_checksum nf_conntrack_events nf_conntrack_frag6_timeout nf_conntrack_generic_timeout
        nf_conntrack_gre_timeout nf_conntrack_gre_timeout_stream nf_conntrack_icmp_timeout nf_conntrack_icmpv6_timeout
        nf_conntrack_log_invalid nf_conntrack_sctp_timeout_closed nf_conntrack_sctp_timeout_cookie_echoed
        nf_conntrack_sctp_timeout_cookie_wait nf_conntrack_sctp_timeout_established nf_conntrack_sctp_timeout_heartbeat_sent
        nf_conntrack_sctp_timeout_shutdown_ack_sent nf_conntrack_sctp_timeout_shutdown_recd nf_conntrack_sctp_timeout_shutdown_sent
        nf_conntrack_tcp_be_liberal nf_conntrack_tcp_ignore_invalid_rst nf_conntrack_tcp_loose nf_conntrack_tcp_max_retrans
        nf_conntrack_tcp_timeout_close nf_conntrack_tcp_timeout_close_wait nf_conntrack_tcp_timeout_established
        nf_conntrack_tcp_timeout_fin_wait nf_conntrack_tcp_timeout_last_ack nf_conntrack_tcp_timeout_max_retrans
        nf_conntrack_tcp_timeout_syn_recv nf_conntrack_tcp_timeout_syn_sent nf_conntrack_tcp_timeout_time_wait
        nf_conntrack_tcp_timeout_unacknowledged nf_conntrack_timestamp nf_conntrack_udp_timeout nf_conntrack_udp_timeout_stream
        nf_hooks_lwtunnel nf_log_all_netns""",
    "net.unix.": """
        max_dgram_qlen""",
    "user.": """
        max_cgroup_namespaces max_fanotify_groups max_fanotify_marks max_inotify_instances max_inotify_watches max_ipc_namespaces
        max_mnt_namespaces max_net_namespaces max_pid_namespaces max_time_namespaces max_user_namespaces max_uts_namespaces""",
    "vm.": """
        block_dump compact_unevictable_allowed dirty_background_ratio dirty_ratio extfrag_threshold laptop_mode legacy_va_layout
        max_map_count memory_failure_early_kill memory_failure_recovery min_free_kbytes min_slab_ratio min_unmapped_ratio mmap_rnd_bits
        mmap_rnd_compat_bits oom_dump_tasks oom_kill_allocating_task overcommit_memory overcommit_ratio page-cluster page_lock_unfairness
        panic_on_oom percpu_pagelist_fraction percpu_pagelist_high_fraction stat_interval swappiness unprivileged_userfaultfd
        vfs_cache_pressure vfs_cache_pressure_denom watermark_boost_factor watermark_scale_factor zone_reclaim_mode""",
}

# Kinds of values in which what looks like a number is none.
_NO_NUMBERS = ("text", "words", "address")

_SHAPES = {name: _Shape(*shape) for shape, names in _TABLE for name in names.split()}
_SHAPES.update((start + end, _Shape("number", -2 ** 31, 2 ** 31 - 1, 1)) for start, ends in _SIGNED.items() for end in ends.split())


def _shape_of(name):
    found = _SHAPES.get(name)
    if found:
        return found
    parts = name.split(".")
    if len(parts) == 5 and parts[0] == "net" and parts[1] in ("ipv4", "ipv6") and parts[2] in ("conf", "neigh"):
        return _Shape("address", None, None, 1) if parts[4] == "stable_secret" else _EITHER
    return _Shape("text", None, None, 63) if name.startswith("net.netfilter.nf_log.") else _TOKENS


def kind(name):
    """The kind of NAME's value.

    number: signed, 32 bits. unsigned: 32 or 64 bits. vector: numbers. ranges: `80,100-200`. words: a set. text: taken as it is.
    address: IPv6. tokens: not known, so numbers where they look like numbers, else words.
    """
    return _shape_of(name).kind


# --- what the kernel makes of a text ---

def is_number(text):
    """Whether the kernel would read the whole text as one number."""
    return _is_token(text.strip(_BLANKS))


def _is_token(word):
    return len(word) < _LONGEST and bool(_NUMBER.match(word))


def _number(token):
    digits = token.lstrip("-")
    base = 16 if digits[:2] in ("0x", "0X") else 8 if digits.startswith("0") else 10
    value = int(digits, base)
    return -value if token.startswith("-") else value


def number(text):
    """The number that the kernel reads in TEXT, None where it is not one number."""
    return _number(text.strip()) if is_number(text) else None


def _bounds(part):
    """The two ends of a range such as `80` or `100-200`, or None."""
    ends = part.split("-")
    if len(ends) > 2 or not all(_is_token(end) for end in ends):
        return None
    return _number(ends[0]), _number(ends[-1])


def _ranges(text):
    """The ranges of a list such as `30000-30002,30001,8080`, as they stand; None where it is no such list."""
    parts = text.split(",")
    if len(parts) > 1 and not parts[-1]:
        del parts[-1]
    found = [_bounds(part) for part in parts]
    return None if None in found else found


def _merged(ranges):
    """RANGES sorted, and those that touch put together."""
    merged = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)


def _words(text):
    return [word for word in text.strip(_BLANKS).replace("\t", " ").replace("\n", " ").split(" ") if word]


def _leading(words, size=None):
    """The numbers with which WORDS begin, SIZE of them at most."""
    numbers = []
    for word in words[:size]:
        if not _is_token(word):
            break
        numbers.append(_number(word))
    return tuple(numbers)


def _token(word):
    if _is_token(word):
        return _number(word)
    ranges = _ranges(word)
    return word if ranges is None else _merged(ranges)


def _tokens(text):
    """Numbers where they look like numbers, merged ranges, else words. What follows numbers as a comment is none of it."""
    words = _words(text)
    numbers = _leading(words)
    if numbers and words[len(numbers):] and words[len(numbers)][0] in "#;":
        return numbers
    return tuple(_token(word) for word in words)


def _groups(text):
    """The 16-bit groups of a part of an IPv6 address; None where it has others."""
    parts = text.split(":") if text else []
    groups = [int(part, 16) if part and len(part) < _LONGEST else -1 for part in parts]
    return groups if all(0 <= group < 65536 for group in groups) else None


def _hexadecimal(text):
    """TEXT with the IPv4 address at its end, if there is one, as two groups."""
    head, _colon, tail = text.rpartition(":")
    numbers = [int(part) if part.isdigit() and len(part) < 4 else 256 for part in tail.split(".")]
    if len(numbers) != 4 or max(numbers) > 255:
        return text
    return "%s:%x:%x" % (head, numbers[0] * 256 + numbers[1], numbers[2] * 256 + numbers[3])


def _address(text):
    """The eight groups of the IPv6 address with which TEXT begins, or None; the kernel minds nothing that follows it."""
    text = _hexadecimal(re.match(r"[0-9a-fA-F:.]*", text).group())
    head, gap, tail = text.partition("::")
    first, last = (None, None) if "." in text else (_groups(head), _groups(tail))
    if first is None or last is None:
        return None
    missing = 8 - len(first) - len(last)
    if missing < 1 if gap else missing:
        return None
    return tuple(first + [0] * missing + last)


# One run asks the same dozens of times.
@functools.lru_cache(maxsize=4096)
def parse(name, text):
    """What the kernel makes of TEXT as a value of NAME, as a tuple that is the same for the same meaning."""
    shape, text = _shape_of(name), text.strip(_BLANKS)
    if shape.kind == "text":
        return (text,)
    if shape.kind == "words":
        # The kernel ends at two blanks in a row.
        return tuple(sorted(set(text.split("  ")[0].split(" ")) - {""}))
    found = None
    if shape.kind in ("number", "unsigned", "vector"):
        found = _leading(_words(text), shape.size)
    elif shape.kind == "address":
        found = _address(text)
    elif shape.kind == "ranges":
        found = _merged(_ranges(text) or ())
    return found or _tokens(text)


def same(name, one, other):
    """Whether the kernel makes the same of both texts."""
    return one == other or parse(name, one) == parse(name, other)


def _is_vector(tokens):
    return bool(tokens) and all(isinstance(token, int) for token in tokens)


def landing(name, wanted, live):
    """What the kernel will read back once WANTED is written over LIVE.

    A vector takes as many leading numbers as it is given and has room for: `1 # note` over a single number is 1, one number over
    `tcp_rmem` keeps the other two.
    """
    if kind(name) not in ("number", "unsigned", "vector", "tokens"):
        return wanted
    now = parse(name, live)
    if not _is_vector(now):
        return wanted
    numbers = _leading(_words(wanted), len(now))
    if not numbers or len(_words(wanted)) == len(now) == len(numbers):
        return wanted
    return " ".join(str(number) for number in numbers + now[len(numbers):])


def printed(name, text):
    """TEXT as the kernel prints it, as far as that is known: numbers are decimal."""
    numbers = parse(name, text)
    return text if kind(name) in ("text", "ranges", "words", "address") or not _is_vector(numbers) else " ".join(map(str, numbers))


def as_good(name, value, rule):
    """Whether RULE (a _model.Rule) calls VALUE as good as the wanted one or better."""
    if any(same(name, value, accepted) for accepted in rule.accept):
        return True
    if rule.at_least is None and rule.at_most is None:
        return False
    found = parse(name, value)
    # What a partner unsets is 0, and has no strength of its own.
    if len(found) != 1 or not isinstance(found[0], int) or not found[0] and _behaviour.partner(name):
        return False
    low, high = (None if bound is None else parse(name, bound)[0] for bound in (rule.at_least, rule.at_most))
    return (low is None or found[0] >= low) and (high is None or found[0] <= high)


# --- what the kernel would refuse ---

def _number_problem(word, shape):
    if not _is_token(word):
        return "%s is not a number as the kernel reads it" % _shown(word)
    if not shape.low <= _number(word) <= shape.high:
        return "%s is out of range: the kernel takes %d to %d" % (word, shape.low, shape.high)
    return None


def _numbers_problem(shape, text):
    words = _words(text)[:shape.size]
    if not words:
        return "a number is needed"
    return next((problem for problem in (_number_problem(word, shape) for word in words) if problem), None)


def _ranges_problem(shape, text):
    ranges = _ranges(text) if text else []
    if ranges is None:
        return "%s is not a list of numbers and ranges such as 80,100-200" % _shown(text)
    for first, last in ranges:
        if not shape.low <= first <= last <= shape.high:
            return "%d-%d is not a range between %d and %d" % (first, last, shape.low, shape.high)
    return None


def _shown(text):
    return repr(text if len(text) < 60 else text[:57] + "...")


def cut(name, text):
    """What is to be said of a TEXT of which the kernel would take the beginning alone for NAME; None for others."""
    text = text.strip(_BLANKS)
    if len(text.encode("utf-8", "replace")) > _MOST_BYTES:
        return "the kernel takes at most %d bytes at once, and cuts what is longer" % _MOST_BYTES
    if kind(name) == "address" and re.search(r"[^0-9a-fA-F:.]", text):
        return "%s is not an IPv6 address, and the kernel would take its beginning for one" % _shown(text)
    return None


def problem(name, text):
    """Why the kernel would refuse TEXT as a value of NAME, or keep something else, in words; None where that is not certain."""
    shape = _shape_of(name)
    if shape.kind in ("number", "unsigned", "vector"):
        return _numbers_problem(shape, text)
    if shape.kind == "ranges":
        return _ranges_problem(shape, text.strip(_BLANKS))
    if name == "net.ipv6.conf.all.stable_secret":
        return "the kernel has it for single interfaces and for default only"
    if shape.kind == "address" and _address(text.strip(_BLANKS)) is None:
        return "%s is not an IPv6 address" % _shown(text)
    if shape.kind == "words" and len(_words(text)) > 1 and " ".join(_words(text)) != text.strip(_BLANKS):
        return "words are separated by one blank each"
    if shape.kind == "text" and shape.size and len(text.strip(_BLANKS).encode("utf-8", "replace")) > shape.size:
        return "the kernel keeps only the first %d bytes of it" % shape.size
    return None


def spellings(name, value):
    """VALUE, and other texts with which the kernel makes the same of a line that sets NAME."""
    numbers = [None if kind(name) in _NO_NUMBERS else number(word) for word in value.split()]
    if any(one is None or one < 0 for one in numbers):
        return [value]
    return [value] + [text for text in (" ".join(form % one for one in numbers) for form in ("0x%x", "%d")) if text != value]


def takes(name, value):
    """Whether the kernel takes VALUE for NAME at all. Where that is not certain it does, but for an empty value."""
    its = kind(name)
    if value == "":
        return its in ("text", "words", "ranges")
    return its in ("text", "words") or problem(name, value) is None
