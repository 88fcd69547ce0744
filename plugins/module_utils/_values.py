# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernel makes of the value of a parameter: the kinds of values, when two are the same, what the kernel would refuse.

The kernel reads C numbers (`0x10`, `010`), prints decimal ones, separates vectors with tabs and sorts lists of ports, so two texts are
compared by what the kernel makes of them. What is text to the kernel is text here, also where it looks like a number.

Pure. Private to the collection.
"""

import re
from collections import namedtuple

# A longer number is a text: the kernel reads no more than 21 characters of a number, and a Python may refuse thousands of digits.
_LONGEST = 21
_NUMBER = re.compile(r"^-?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)\Z")
_RANGES = re.compile(r"^[0-9a-fA-FxX]+(?:-[0-9a-fA-FxX]+)?(?:,[0-9a-fA-FxX]+(?:-[0-9a-fA-FxX]+)?)*,?\Z")
_GROUP = re.compile(r"^[0-9a-fA-F]{1,4}\Z")
_BYTE = re.compile(r"^[0-9]{1,3}\Z")

_INT = (-2 ** 31, 2 ** 31 - 1)
_UINT = (0, 2 ** 32 - 1)
_ULONG = (0, 2 ** 64 - 1)
# Where a kernel may keep the number as signed or as unsigned.
_EITHER = (-2 ** 31, 2 ** 32 - 1)

# kind: see `kind`. bounds: of each number. size: how many numbers a vector has, or how many bytes of a text the kernel keeps.
_Shape = namedtuple("_Shape", "kind bounds size")
_TOKENS = _Shape("tokens", None, None)
_NUMBERS = _Shape("number", _EITHER, 1)

_SHAPES = {
    "kernel.core_pattern": _Shape("text", None, 127),
    "kernel.domainname": _Shape("text", None, 64),
    "kernel.hostname": _Shape("text", None, 64),
    "kernel.hotplug": _Shape("text", None, 255),
    "kernel.modprobe": _Shape("text", None, 255),
    "kernel.poweroff_cmd": _Shape("text", None, 255),
    "kernel.printk_devkmsg": _Shape("text", None, None),
    "kernel.panic_sys_info": _Shape("text", None, None),
    "kernel.hung_task_sys_info": _Shape("text", None, None),
    "kernel.hardlockup_sys_info": _Shape("text", None, None),
    "kernel.softlockup_sys_info": _Shape("text", None, None),
    "net.core.default_qdisc": _Shape("text", None, 15),
    "net.core.flow_limit_cpu_bitmap": _Shape("text", None, None),
    "net.core.rps_default_mask": _Shape("text", None, None),
    "net.ipv4.tcp_congestion_control": _Shape("text", None, 15),
    "net.ipv4.tcp_fastopen_key": _Shape("text", None, None),
    "net.mptcp.path_manager": _Shape("text", None, None),
    "net.mptcp.scheduler": _Shape("text", None, None),
    "vm.numa_zonelist_order": _Shape("text", None, None),
    "kernel.seccomp.actions_logged": _Shape("words", None, None),
    "net.ipv4.tcp_allowed_congestion_control": _Shape("words", None, None),
    "kernel.watchdog_cpumask": _Shape("ranges", (0, 65535), None),
    "net.ipv4.ip_local_reserved_ports": _Shape("ranges", (0, 65535), None),
    "net.ipv6.icmp.ratemask": _Shape("ranges", (0, 255), None),
    "kernel.printk": _Shape("vector", _INT, 4),
    "kernel.sem": _Shape("vector", _INT, 4),
    "kernel.acct": _Shape("vector", _INT, 3),
    "net.ipv4.ip_local_port_range": _Shape("vector", (1, 65535), 2),
    "net.ipv4.ping_group_range": _Shape("vector", _UINT, 2),
    "net.ipv4.tcp_mem": _Shape("vector", _ULONG, 3),
    "net.ipv4.udp_mem": _Shape("vector", _ULONG, 3),
    "net.ipv4.tcp_rmem": _Shape("vector", _INT, 3),
    "net.ipv4.tcp_wmem": _Shape("vector", _INT, 3),
}
_PLAIN = (
    (_Shape("number", _INT, 1), """
        dev.tty.ldisc_autoload dev.tty.legacy_tiocsti fs.leases-enable fs.lease-break-time fs.protected_fifos fs.protected_hardlinks
        fs.protected_regular fs.protected_symlinks fs.suid_dumpable kernel.core_pipe_limit kernel.core_uses_pid kernel.ctrl-alt-del
        kernel.dmesg_restrict kernel.io_uring_disabled kernel.kexec_load_disabled kernel.kptr_restrict kernel.modules_disabled
        kernel.msgmax kernel.msgmnb kernel.msgmni kernel.nmi_watchdog kernel.numa_balancing kernel.panic kernel.panic_on_io_nmi
        kernel.panic_on_oops kernel.panic_on_warn kernel.perf_cpu_time_max_percent kernel.perf_event_max_sample_rate
        kernel.perf_event_paranoid kernel.pid_max kernel.printk_ratelimit kernel.printk_ratelimit_burst kernel.randomize_va_space
        kernel.shmmni kernel.soft_watchdog kernel.softlockup_panic kernel.sysrq kernel.threads-max
        kernel.unprivileged_bpf_disabled kernel.unprivileged_userns_clone kernel.watchdog kernel.watchdog_thresh
        kernel.yama.ptrace_scope kernel.keys.maxbytes kernel.keys.maxkeys kernel.keys.root_maxbytes kernel.keys.root_maxkeys
        net.core.bpf_jit_enable net.core.bpf_jit_harden net.core.netdev_max_backlog net.core.somaxconn net.ipv4.icmp_ratelimit
        net.ipv4.ip_forward net.ipv4.ip_unprivileged_port_start net.ipv4.tcp_challenge_ack_limit net.ipv4.tcp_fin_timeout
        net.ipv4.tcp_max_syn_backlog net.ipv4.tcp_max_tw_buckets net.ipv4.tcp_rfc1337 net.ipv4.tcp_syncookies
        net.ipv4.tcp_timestamps vm.dirty_background_ratio vm.dirty_ratio vm.max_map_count vm.min_free_kbytes vm.mmap_rnd_bits
        vm.mmap_rnd_compat_bits vm.oom_kill_allocating_task vm.overcommit_memory vm.overcommit_ratio vm.page-cluster
        vm.panic_on_oom vm.swappiness vm.unprivileged_userfaultfd vm.vfs_cache_pressure vm.zone_reclaim_mode"""),
    (_Shape("unsigned", _ULONG, 1), """
        fs.aio-max-nr fs.epoll.max_user_watches fs.file-max fs.pipe-user-pages-hard fs.pipe-user-pages-soft kernel.shmall kernel.shmmax
        kernel.tainted kernel.hung_task_timeout_secs vm.admin_reserve_kbytes vm.dirty_background_bytes vm.dirty_bytes
        vm.mmap_min_addr vm.nr_hugepages vm.nr_hugepages_mempolicy vm.nr_overcommit_hugepages vm.overcommit_kbytes
        vm.user_reserve_kbytes net.ipv4.ipfrag_high_thresh net.ipv4.ipfrag_low_thresh net.ipv6.ip6frag_high_thresh
        net.ipv6.ip6frag_low_thresh"""),
    (_Shape("unsigned", _UINT, 1), """
        fs.nr_open fs.pipe-max-size kernel.oops_limit kernel.warn_limit net.netfilter.nf_conntrack_buckets
        net.netfilter.nf_conntrack_max net.nf_conntrack_max net.core.rps_sock_flow_entries"""),
)
for _shape, _names in _PLAIN:
    _SHAPES.update((_name, _shape) for _name in _names.split())


def _shape_of(name):
    found = _SHAPES.get(name)
    if found:
        return found
    parts = name.split(".")
    if len(parts) == 5 and parts[0] == "net" and parts[1] in ("ipv4", "ipv6") and parts[2] in ("conf", "neigh"):
        return _Shape("address", None, 1) if parts[4] == "stable_secret" else _NUMBERS
    if name.startswith("net.netfilter.nf_log."):
        return _Shape("text", None, 63)
    return _TOKENS


def kind(name):
    """The kind of NAME's value.

    number: signed, 32 bits. unsigned: 32 or 64 bits. vector: numbers. ranges: `80,100-200`. words: a set. text: taken as it is.
    address: IPv6. tokens: not known, so numbers where they look like numbers, else words.
    """
    return _shape_of(name).kind


# --- what the kernel makes of a text ---

def is_number(text):
    """Whether the kernel would read the whole text as one number."""
    token = text.strip()
    return len(token) < _LONGEST and bool(_NUMBER.match(token))


def _number(token):
    digits = token.lstrip("-")
    base = 16 if digits[:2] in ("0x", "0X") else 8 if digits.startswith("0") else 10
    value = int(digits, base)
    return -value if token.startswith("-") else value


def _bounds(part):
    """The two ends of a range, or None."""
    ends = part.split("-")
    return tuple(_number(end) for end in ends) if all(is_number(end) for end in ends) else None


def _merged(token):
    """The sorted, merged ranges of a list such as `30000-30002,30001,8080`; None where it is no such list."""
    if not _RANGES.match(token):
        return None
    parts = [_bounds(part) for part in token.rstrip(",").split(",")]
    if None in parts:
        return None
    merged = []
    for bound in sorted(parts):
        first, last = bound[0], bound[-1]
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)


def _leading(words, size=None):
    """The numbers with which WORDS begin, SIZE of them at most."""
    numbers = []
    for word in words[:size]:
        if not is_number(word):
            break
        numbers.append(_number(word))
    return tuple(numbers)


def _tokens(text):
    """Numbers where they look like numbers, merged ranges, else words. What follows a number as a comment is none of it."""
    words = text.split()
    numbers = _leading(words)
    if numbers and words[len(numbers):] and words[len(numbers)][0] in "#;":
        return numbers
    found = []
    for word in words:
        ranges = None if is_number(word) else _merged(word)
        found.append(_number(word) if is_number(word) else word if ranges is None else ranges)
    return tuple(found)


def _groups(text):
    """The 16-bit groups of a part of an IPv6 address, or None."""
    found = []
    for part in text.split(":") if text else ():
        if not _GROUP.match(part):
            return None
        found.append(int(part, 16))
    return found


def _hexadecimal(text):
    """TEXT with the IPv4 address at its end, if there is one, as two groups."""
    head, colon, tail = text.rpartition(":")
    parts = tail.split(".")
    if not colon or len(parts) != 4 or not all(_BYTE.match(part) and int(part) < 256 for part in parts):
        return text
    numbers = [int(part) for part in parts]
    return "%s:%x:%x" % (head, numbers[0] * 256 + numbers[1], numbers[2] * 256 + numbers[3])


def _address(text):
    """The eight groups of an IPv6 address, or None."""
    head, gap, tail = _hexadecimal(text).partition("::")
    first, last = _groups(head), _groups(tail)
    if first is None or last is None:
        return None
    missing = 8 - len(first) - len(last)
    if missing < 1 if gap else missing:
        return None
    return tuple(first + [0] * missing + last)


def parse(name, text):
    """What the kernel makes of TEXT as a value of NAME, as a tuple that is the same for the same meaning."""
    shape = _shape_of(name)
    if shape.kind == "text":
        return (text.strip(),)
    if shape.kind == "words":
        return tuple(sorted(set(text.split())))
    if shape.kind in ("number", "unsigned", "vector"):
        return _leading(text.split(), shape.size) or _tokens(text)
    if shape.kind == "address":
        return _address(text.strip()) or _tokens(text)
    if shape.kind == "ranges":
        merged = _merged(text.strip())
        return _tokens(text) if merged is None else merged
    return _tokens(text)


def same(name, one, other):
    """Whether the kernel makes the same of both texts."""
    return parse(name, one) == parse(name, other)


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
    numbers = _leading(wanted.split(), len(now))
    if not numbers or len(wanted.split()) == len(now) == len(numbers):
        return wanted
    return " ".join(str(number) for number in numbers + now[len(numbers):])


def as_good(name, value, rule):
    """Whether RULE (a _model.Rule) calls VALUE as good as the wanted one or better."""
    if any(same(name, value, accepted) for accepted in rule.accept):
        return True
    if rule.at_least is None and rule.at_most is None:
        return False
    found = parse(name, value)
    if len(found) != 1 or not isinstance(found[0], int):
        return False
    low, high = (None if bound is None else parse(name, bound)[0] for bound in (rule.at_least, rule.at_most))
    return (low is None or found[0] >= low) and (high is None or found[0] <= high)


# --- what the kernel would refuse ---

def _number_problem(word, bounds):
    if not is_number(word):
        return "%s is not a number as the kernel reads it" % _shown(word)
    if not bounds[0] <= _number(word) <= bounds[1]:
        return "%s is out of range: the kernel takes %d to %d" % (word, bounds[0], bounds[1])
    return None


def _numbers_problem(shape, text):
    words = text.split()[:shape.size]
    if not words:
        return "a number is needed"
    return next((problem for problem in (_number_problem(word, shape.bounds) for word in words) if problem), None)


def _ranges_problem(shape, text):
    ranges = _merged(text.strip())
    if ranges is None:
        return "%s is not a list of numbers and ranges such as 80,100-200" % _shown(text) if text.strip() else None
    low, high = shape.bounds
    for part in text.strip().rstrip(",").split(","):
        ends = _bounds(part)
        if ends[0] > ends[-1] or ends[0] < low or ends[-1] > high:
            return "%s is no range between %d and %d" % (part, low, high)
    return None


def _shown(text):
    return repr(text if len(text) < 60 else text[:57] + "...")


def problem(name, text):
    """Why the kernel would refuse TEXT as a value of NAME, or keep something else, in words; None where that is not certain."""
    shape = _shape_of(name)
    if shape.kind in ("number", "unsigned", "vector"):
        return _numbers_problem(shape, text)
    if shape.kind == "ranges":
        return _ranges_problem(shape, text)
    if shape.kind == "address" and _address(text.strip()) is None:
        return "%s is not an IPv6 address" % _shown(text)
    if shape.kind == "text" and shape.size and len(text.strip().encode("utf-8", "surrogateescape")) > shape.size:
        return "the kernel keeps only the first %d bytes of it" % shape.size
    return None
