# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of a host that is only looked at: which parameters, which of them are secrets, and what two reads make of each.

Pure: patterns, modes and readings in, plain rows out. Private to the collection.
"""

import errno
import fnmatch
import hashlib
import heapq
import hmac
import re

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour, _escape, _names, _secrets, _uses

# A result is kept whole by ansible-runner and AWX up to 700,000 characters, and a row has some 150.
MAX_ROWS = 4000
_MAX_VALUE = 1000

# A read of it makes every processor write its counters back.
_ACTING = ("vm.stat_refresh",)
# The kernel hides these from users, too: not because somebody could use the value as a key, but because it tells of a defence. They are
# numbers and masks that a report is about. Whatever else is hidden may be a key, of a module that nobody here knows, and is taken for one.
_NO_SECRETS = ("kernel.cad_pid", "kernel.usermodehelper.bset", "kernel.usermodehelper.inheritable", "net.core.bpf_jit_harden",
               "net.core.bpf_jit_kallsyms", "net.core.bpf_jit_limit", "vm.mmap_rnd_bits", "vm.mmap_rnd_compat_bits")
# Counters stand still for longer than two reads are apart, when a host has nothing to do.
_COUNTERS = ("fs.aio-nr", "fs.dentry-state", "fs.file-nr", "fs.inode-nr", "fs.inode-state", "fs.quota.allocated_dquots",
             "fs.quota.cache_hits", "fs.quota.drops", "fs.quota.free_dquots", "fs.quota.lookups", "fs.quota.reads", "fs.quota.syncs",
             "fs.quota.writes", "kernel.ns_last_pid", "kernel.pty.nr", "kernel.random.entropy_avail", "net.netfilter.nf_conntrack_count")

_OTHERS_MAY_READ, _ANYBODY_MAY_READ = 0o044, 0o444
_MAGIC = re.compile(r"[*?\[]")
# Uses of a host that are no runtimes.
_GATEWAYS = ("wireguard", "openvpn")


# --- which parameters ---

class Names:
    """What patterns of names ask for."""

    def __init__(self, patterns):
        for number, pattern in enumerate(patterns, 1):
            if not pattern.strip():
                raise ValueError("names: number %d is empty: give a parameter such as kernel.kptr_restrict, or a pattern such as vm.*"
                                 % number)
        patterns = [_names.canonical(pattern) for pattern in patterns]
        self.exact = {pattern for pattern in patterns if not _MAGIC.search(pattern)}
        self._globs = [re.compile(fnmatch.translate(pattern)).match for pattern in patterns if _MAGIC.search(pattern)]
        self.starts = _starts(patterns)

    def wanted(self, name):
        return name in self.exact or any(glob(name) for glob in self._globs)


def _start(pattern):
    """The path of the one file or folder at or below which everything is that PATTERN can match."""
    magic = _MAGIC.search(pattern)
    if not magic:
        return _names.key_path(pattern)
    return _names.key_path(pattern[:magic.start()]).rpartition("/")[0]


def _starts(patterns):
    """The paths at which to look, none of them below another."""
    found, last = [], None
    for start in sorted(set(map(_start, patterns)), key=lambda path: path.split("/") if path else []):
        if last is None or last and not (start + "/").startswith(last + "/"):
            found.append(start)
            last = start
    return found


def chosen(parameters, most=MAX_ROWS):
    """name -> mode of the PARAMETERS, pairs of both, that are read; how many are left out because there are too many; the names of those
    whose reading acts, or that nobody can read because they are actions themselves."""
    not_read, total = [], 0

    def ranked():
        nonlocal total
        for name, mode in parameters:
            if name in _ACTING or not mode & _ANYBODY_MAY_READ:
                not_read.append(name)
            else:
                total += 1
                # A host may have thousands of interfaces, of which one is like the other.
                yield _names.interface_of(name) is not None, name, mode
    found = heapq.nsmallest(most, ranked())
    return {name: mode for _of_interface, name, mode in found}, total - len(found), sorted(not_read)


# --- what is told of each ---

def is_secret(name, mode):
    """Whether no output may show the value: by its name, or because nobody but root may read it."""
    if _secrets.is_secret(name):
        return True
    return not mode & _OTHERS_MAY_READ and name not in _NO_SECRETS


def kind(name, mode, readings):
    """What two READINGS of a parameter make of it."""
    first, second = readings
    if second.error:
        return "unreadable"
    if is_secret(name, mode):
        return "secret"
    return "moves" if first.value != second.value or name in _COUNTERS else "value"


def rows(modes, firsts, seconds, boot, salt):
    """A row for each parameter of MODES that is still there, by name. FIRSTS, SECONDS: name -> Reading. BOOT: a _rivals.Boot."""
    return [_row(name, modes[name], (firsts[name], seconds[name]), boot.winner(name), salt)
            for name in sorted(modes) if seconds[name].error != errno.ENOENT]


def _row(name, mode, readings, winner, salt):
    its_kind, secret, last = kind(name, mode, readings), is_secret(name, mode), readings[1]
    # A secret is one in a file, too.
    row = {"name": name, "kind": its_kind, "value": None if secret else told(last.value),
           "boot": None if secret or winner is None else told(winner.value),
           "boot_source": "%s:%d" % (winner.path, winner.number) if winner else None}
    if its_kind == "unreadable":
        row["error"] = _behaviour.errno_name(last.error)
    elif secret:
        row["digest"] = digest(last.value, salt)
    return row


def digest(value, salt):
    """Equal for equal values and equal salts, and no way back to the value."""
    if salt is None:
        return None
    return hmac.new(salt.encode("utf-8", "surrogatepass"), value.encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()


def told(value):
    """A value as one line with its blanks folded; of a very long one the start, and what still tells it from others."""
    if value is None:
        return None
    text = _escape.text(" ".join(value.split()))
    if len(text) <= _MAX_VALUE:
        return text
    whole = hashlib.sha256(text.encode()).hexdigest()
    return "%s... (%d characters, SHA-256 %s)" % (text[:_MAX_VALUE], len(text), whole)


# --- what is told of the host ---

def memory_kb(meminfo):
    """Of the text of /proc/meminfo; None where it does not say."""
    found = re.search(r"(?m)^MemTotal:[ \t]+([0-9]+) kB$", meminfo or "")
    return int(found.group(1)) if found else None


def runtimes(uses):
    """USES: use -> Use."""
    return [{"name": name, "evidence": use.evidence} for name, use in sorted(uses.items())
            if name in _uses.RUNTIMES and name not in _GATEWAYS]


def notes(omitted, in_container):
    found = []
    if in_container:
        found.append("This host is a container: its kernel is that of the machine on which the container runs, and is shared with it.")
    if omitted:
        found.append("%d more parameters were found than the %d that a result may have, and were left out, those of interfaces first: "
                     "ask for fewer by names." % (omitted, MAX_ROWS))
    return found
