# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of parameters: with dots or slashes, patterns, those of interfaces. Pure. Private to the collection."""

import re
from functools import lru_cache

_NAME = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9_.:@+/-]*\Z")
_GLOB = re.compile(r"[*?\[]")
_SWAP = {ord("."): "/", ord("/"): "."}


def swapped(name):
    """NAME with its dots and slashes swapped: a path below /proc/sys becomes a name, and the other way round."""
    return name.translate(_SWAP)


# The same few names are asked for again and again in one run.
@lru_cache(maxsize=4096)
def key_path(name):
    """The path below /proc/sys of a name written with dots or slashes; the first separator decides which it is."""
    if "/" not in name:
        return swapped(name)
    first = re.search(r"[./]", name)
    return name if first and first.group() == "/" else swapped(name)


def canonical(name):
    """The name written with dots; a dot of an interface's own name becomes a slash (net.ipv4.conf.eth0/100.rp_filter)."""
    return name if "/" not in name else swapped(key_path(name))


def is_name(name):
    """Whether NAME (dots or slashes) can be a parameter: no way out of /proc/sys, no blanks, at least two parts."""
    parts = key_path(name).split("/")
    return bool(_NAME.match(name)) and len(parts) > 1 and not any(part in ("", ".", "..") for part in parts)


def is_glob(name):
    return bool(_GLOB.search(name))


@lru_cache(maxsize=4096)
def interface_of(name):
    """The interface that a per-interface parameter belongs to, or None; `all` and `default` are none."""
    match = re.match(r"net/(?:ipv4|ipv6|mpls)/(?:conf|neigh)/([^/]+)/", key_path(name))
    return match.group(1) if match and match.group(1) not in ("all", "default") else None


def on_interfaces(name, interfaces):
    """The same parameter of each of INTERFACES, where NAME is one of `all` or `default`. Nobody else reaches the loopback."""
    parts = key_path(name).split("/")
    if len(parts) < 5 or parts[3] not in ("all", "default"):
        return []
    return [of_interface(name, interface) for interface in interfaces if interface != "lo"]


def speakers(name):
    """NAME and, where it is of an interface, those of which a line may speak for all interfaces."""
    return [name] + ([of_interface(name, every) for every in ("all", "default")] if interface_of(name) else [])


def of_interface(name, interface):
    """The same parameter of INTERFACE, where NAME is one of `all`, of `default` or of another interface."""
    parts = key_path(name).split("/")
    return canonical("/".join(parts[:3] + [interface] + parts[4:]))
