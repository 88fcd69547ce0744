# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files of packet filters hold rules that let the host forward: nftables, firewalld, ufw, saved tables of iptables, and commands
that start with an interface. A file counts where something that starts at boot loads it, or a file that is loaded includes it.

Pure: texts in, paths out. Private to the collection.
"""

import posixpath
import re

_FIREWALLD, _CONF_D = "/etc/firewalld", "/etc/conf.d/"
UFW, _UFW_DEFAULTS = "/etc/ufw/ufw.conf", "/etc/default/ufw"
_UFW_FILES = tuple("/etc/ufw/%s.rules" % name for name in ("before", "before6", "user", "user6", "after", "after6")) + (_UFW_DEFAULTS,)
# Unit -> what it loads; the name of a file may be a pattern.
_LOADED = {
    "nftables.service": ("/etc/nftables.conf", "/etc/sysconfig/nftables.conf", "/etc/nftables.nft"),
    "firewalld.service": tuple(_FIREWALLD + name for name in ("/direct.xml", "/firewalld.conf", "/zones/*.xml", "/policies/*.xml")),
    "netfilter-persistent.service": ("/etc/iptables/rules.v4", "/etc/iptables/rules.v6"),
    # Of Fedora and Arch, of Photon OS, whose service loads both families, and of Alpine and Gentoo, which have no units.
    "iptables.service": ("/etc/sysconfig/iptables", "/etc/iptables/iptables.rules", "/etc/systemd/scripts/ip4save",
                         "/etc/systemd/scripts/ip6save", "/etc/iptables/rules-save", "/var/lib/iptables/rules-save", _CONF_D + "iptables"),
    "ip6tables.service": ("/etc/sysconfig/ip6tables", "/etc/iptables/ip6tables.rules", "/etc/iptables/rules6-save",
                          "/var/lib/ip6tables/rules-save", _CONF_D + "ip6tables"),
}
UNITS = tuple(sorted(_LOADED))
_INTERFACES = "/etc/network/interfaces"

# nftables; source and source-directory of interfaces; what a command loads.
_INCLUDED = re.compile(r"(?m)^[ \t]*include[ \t]+[\"']([^\"'\n]+)|^[ \t]*source[ \t]+(\S+)|^[ \t]*source-directory[ \t]+(\S+)"
                       r"|^[ \t]*(?:pre-|post-)?up[ \t].*?(?:tables-restore|nft[ \t]+-f)[ \t<]+(?:-\S+[ \t<]+){0,9}(/[^\s;]+)")
_UP = re.compile(r"(?m)^[ \t]*(?:pre-|post-)?up[ \t](.*)")
_SWITCHES_ON = re.compile(r"(?i)ip_forward|[./]forwarding|masquerade")
_SWITCHES_OFF = re.compile(r"(?i)forward(?:ing)?[ \t\"']*=[ \t\"']*0|\becho[ \t]+(?:-n[ \t]+)?[\"']?0")
# A table or what belongs to it, by its family and names; what is said of a chain; a verdict; where something ends.
_NFT_TOKEN = re.compile(r"(?<![@\w.-])(?:(table|chain|rule)[ \t]+(?:(ip6?|inet|arp|bridge|netdev)[ \t]+)?([^\s{};]+)(?:[ \t]+([^\s{};]+))?"
                        r"|(hook[ \t]+\w+|policy[ \t]+\w+|(?:accept|jump|goto|vmap|flow|drop|reject|dnat|snat|masquerade)(?![\w.-])))"
                        r"|([{}]|[;\n]+)")
_PASSING, _DROPPING, _CHANGING = ("accept", "jump", "goto", "vmap", "flow"), ("drop", "reject"), ("dnat", "snat", "masquerade")
# Of these families no packet is routed.
_NOT_ROUTED = ("arp", "bridge", "netdev")
_TABLE_RULE = re.compile(r"(?m)^(?:\[[0-9]+:[0-9]+\][ \t]+)?-A (?:FORWARD\b.*-j (?!(?:DROP|REJECT|LOG|NFLOG|RETURN)\b)\S"
                         r"|POSTROUTING\b.*-j (?:MASQUERADE|SNAT)\b|PREROUTING\b.*-j DNAT\b|ufw6?-user-forward\b.*-j ACCEPT\b)")
# A quotation mark that nothing closes quotes the rest of its line: each character is looked at once.
_QUOTED = r'(?m)"(?:[^"\\\n]|\\.)*(?:"|\\?$)'


def ufw_is_enabled(text):
    """Whether the text of ufw.conf switches ufw on."""
    return bool(re.search(r"(?mi)^[ \t]*ENABLED[ \t]*=[ \t]*[\"']?yes", text))


def loaded(enabled, has_ufw):
    """The files, or patterns of them, that are loaded at boot. ENABLED: the units that start then."""
    paths = (_INTERFACES,) + (_UFW_FILES if has_ufw else ())
    return paths + sum((_LOADED[unit] for unit in UNITS if unit in enabled), ())


def included(path, text):
    """The files, or patterns of them, that the file at PATH includes."""
    for include, source, folder, restored in _INCLUDED.findall(text):
        name = include or source or restored or folder + "/*"
        starts = ("",) if name.startswith("/") else (path.rpartition("/")[0] + "/", "/etc/")
        for start in starts:
            yield posixpath.normpath(start + name)


def _note(chains, path, text):
    """Note in CHAINS, (family, table, chain) -> word -> path, what TEXT says of each chain, in blocks or in commands."""
    table, chain, depth, start, is_rule = (), None, 0, 0, False
    # What is quoted or a comment is no rule.
    for kind, family, one, other, word, mark in _NFT_TOKEN.findall(re.sub(r'\\\n|"[^"\n]*"|#.*', " ", text)):
        if kind:
            named = (family or "ip", one) + ((other,) if other else ())
            table, chain = (named, None) if kind == "table" else (table, named if other else table + (one,))
            start, is_rule = depth, kind == "rule"
        elif word and chain:
            chains.setdefault(chain, {}).setdefault(" ".join(word.split()), path)
        elif mark:
            depth += (mark == "{") - (mark == "}")
            # A command ends with its line, a block with its brace.
            chain = None if depth <= start and (mark[0] in ";\n" or mark == "}" and not is_rule) else chain


def _nftables(texts):
    """The files whose rules let something pass: the sample that Debian ships has an empty chain with the policy accept."""
    chains = {}
    for path, text in texts:
        _note(chains, path, text)
    for chain, said in sorted(chains.items()):
        yield from (said[word] for word in _signs(chain[0], said) if word in said)


def _signs(family, said):
    """The words that let something pass in a chain of which all that is SAID."""
    if family in _NOT_ROUTED or "hook input" in said or "hook output" in said:
        return ()
    if "hook forward" not in said:
        return _CHANGING
    # One that drops some of what it could let pass does, too.
    return _PASSING + (() if "policy drop" in said else _DROPPING)


def _without_comments(text):
    """An XML text without its comments."""
    first, *parts = text.split("<!--")
    return first + "".join(part.partition("-->")[2] for part in parts)


def _firewalld_forwards(path, text):
    folder, _slash, name = path[len(_FIREWALLD) + 1:].rpartition("/")
    text = _without_comments(text)
    if folder == "zones":
        return bool(re.search(r"<masquerade|<forward-port[^>]{0,200}\bto-addr=", text))
    if folder == "policies":
        # What is for or from this host itself is not forwarded.
        return bool(re.search(r"<policy[^>]{0,200}\btarget=[\"']ACCEPT|<masquerade", text)
                    and not re.search(r"gress-zone[^>]{0,200}\bname=[\"']HOST", text))
    if name == "direct.xml":
        return bool(re.search(r"MASQUERADE|SNAT|chain=[\"']FORWARD[\"'][^>]{0,200}>[^<]{0,200}\bACCEPT", text))
    return bool(re.search(r"(?m)^[ \t]*DefaultZone[ \t]*=[ \t]*external\b", text))


def _forwards(path, text):
    if path.startswith(_FIREWALLD + "/"):
        return _firewalld_forwards(path, text)
    if path == _UFW_DEFAULTS:
        return bool(re.search(r"(?m)^[ \t]*DEFAULT_FORWARD_POLICY[ \t]*=[ \t]*[\"']?ACCEPT", text))
    if path.startswith(_CONF_D):
        return bool(re.search(r"(?mi)^[ \t]*IPFORWARD[ \t]*=[ \t]*[\"']?yes", text))
    commands = (line for line in _UP.findall(text) if _SWITCHES_ON.search(line) and not _SWITCHES_OFF.search(line))
    return any(commands) or bool(_TABLE_RULE.search(re.sub(_QUOTED, '""', text)))


def forwarding(texts):
    """The files with rules that forward. TEXTS: path -> text of those that are loaded, and of what they include."""
    listed = sorted(texts.items())
    yield from (path for path, text in listed if _forwards(path, text))
    yield from _nftables(item for item in listed if not item[0].startswith(_FIREWALLD + "/"))
