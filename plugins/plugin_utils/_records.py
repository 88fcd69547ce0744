# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The records that a report is made of: what a host, a parameter, a problem is. Pure. Private to the collection."""

import re
from collections import namedtuple

SCHEMA_VERSION = 1
MODES = ("harden", "audit", "rollback", "adopt", "forget")
OUTCOMES = ("done", "stopped", "failed", "unreachable", "unknown")
# Of these the result is whole: the run ended, or fail_on stopped it before the first write.
WHOLE = OUTCOMES[:2]

# Of a host: what its shard says.
Host = namedtuple("Host", "name time run mode outcome check_mode changed msg notes kernel waivers provenance omitted guest")
# What is told of a guest of VMware: no parameter, and counted as none. state: one of _guest.STATES.
GuestRow = namedtuple("GuestRow", "name value state reason source")
# Of a parameter on a host: the fields of the module's row.
Cell = namedtuple("Cell", "state before wanted after boot_before boot boot_source dropin reason")
# What is wrong with the input or with a host. kind: one of PROBLEMS. source: a host or a file.
Problem = namedtuple("Problem", "kind source message")
PROBLEMS = ("unreadable", "truncated", "schema", "duplicate", "missing", "stale", "unreachable", "failed", "unknown")
# A parameter in a state, or in a kind of one. hosts: how many.
Finding = namedtuple("Finding", "name kind verdict hosts")
# How a mounted image is called that a host works on: no result of it stands for the host.
_IMAGE = re.compile(r" \(image .*\)\Z", re.DOTALL)
# What is told of a waiver.
WAIVER = ("name", "reason", "expires", "owner", "ticket", "control")


def of_image(host, root):
    """What a result of the image ROOT on HOST is called; HOST itself without one."""
    return "%s (image %s)" % (host, root) if root else host


def is_image(name):
    return _IMAGE.search(name) is not None


def host_of(name):
    """The host in NAME, which may be that of an image on it."""
    return _IMAGE.sub("", name)
