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
UFW, UFW_DEFAULTS = "/etc/ufw/ufw.conf", "/etc/default/ufw"
_UFW_FILES = tuple("/etc/ufw/%s.rules" % name for name in ("before", "before6", "user", "user6", "after", "after6")) + (UFW_DEFAULTS,)
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
_SWITCHES_ON = re.compile(r"(?i)ip_forward|[./]forwarding|masquerade|-[AI] FORWARD\b.{0,200}[ \t]ACCEPT\b")
_SWITCHES_OFF = re.compile(r"(?i)forward(?:ing)?[ \t\"']*=[ \t\"']*0|\becho[ \t]+(?:-n[ \t]+)?[\"']?0")
# Options of ifupdown2 and of ifupdown-ng.
_OPTION = re.compile(r"(?mi)^[ \t]*((?:ip6?-forward|forward-ipv[46])[ \t]+(?:yes|on|true|1))\b")
# A table or what belongs to it, by its family and names; what is said of a chain; a verdict; where something ends.
_NFT_TOKEN = re.compile(r"(?<![@\w.-])(?:(table|chain|rule)[ \t]+(?:(ip6?|inet|arp|bridge|netdev)[ \t]+)?([^\s{};]+)(?:[ \t]+([^\s{};]+))?"
                        r"|((?:hook|policy)[ \t]+\w+|(?:jump|goto)[ \t]+[^\s{};,]+|(?:accept|vmap|flow|dnat|snat|masquerade)(?![\w.-])))"
                        r"|([{}]|[;\n]+)")
_PASSING, _JUMPS, _CHANGING = ("accept", "vmap", "flow"), ("jump ", "goto "), ("dnat", "snat", "masquerade")
_BOTH = ("ipv4", "ipv6")
# The families of packets that a table of nftables routes; of others, inet among them, both.
_ROUTED = {"ip": ("ipv4",), "ip6": ("ipv6",), "arp": (), "bridge": (), "netdev": ()}
# What tells the family: words of a command or an option, or the path of a saved table.
_FAMILIES = (("ipv4", re.compile(r"v4|ip4|ip[_-]forward|iptables(?![^ ]*6)|ufw/[a-z]+\.rules")),
             ("ipv6", re.compile(r"ipv6|ip6|\.v6|rules6|ufw/[a-z]+6\.rules|to-addr=[\"'][^\"':]*:")))
_TABLE_RULE = re.compile(r"(?m)^(?:\[[0-9]+:[0-9]+\][ \t]+)?-[AI][ \t]+(\S+)[ \t](?:.*[ \t])?(?:-[jg]|--jump|--goto)[ \t]+(\S+)")
# Which targets let something pass, or change where it comes from or goes to, in which chains.
_FORWARDING = ((("ACCEPT", "NFQUEUE"), ("FORWARD", "ufw-user-forward", "ufw6-user-forward")),
               (("MASQUERADE", "SNAT", "NETMAP"), ("POSTROUTING",)), (("DNAT", "NETMAP"), ("PREROUTING",)))
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
            if chain:
                chains.setdefault(chain, {})
        elif word and chain:
            chains[chain].setdefault(" ".join(word.split()), path)
        elif mark:
            depth += (mark == "{") - (mark == "}")
            # A command ends with its line, a block with its brace.
            chain = None if depth <= start and (mark[0] in ";\n" or mark == "}" and not is_rule) else chain


def _nftables(texts, family):
    """The files whose rules let something of FAMILY pass: the sample that Debian ships has an empty chain with the policy accept."""
    chains = {}
    for path, text in texts:
        _note(chains, path, text)
    for chain, said in sorted(chains.items()):
        if family in _ROUTED.get(chain[0], _BOTH):
            yield from (said[word] for word in sorted(said) if _is_sign(word, chain, chains))


def _is_sign(word, chain, chains):
    """Whether WORD lets something pass in CHAIN. Dropping and rejecting does not, and neither does a jump to a chain that does no more."""
    said = chains[chain]
    if "hook forward" not in said:
        return word in _CHANGING and "hook input" not in said and "hook output" not in said
    if word.startswith(_JUMPS):
        inner = chains.get(chain[:-1] + (word[len("jump "):],), _PASSING)
        return any(other in _PASSING or other.startswith(_JUMPS) for other in inner)
    return word in _PASSING


def _without_comments(text):
    """An XML text without its comments."""
    first, *parts = text.split("<!--")
    return first + "".join(part.partition("-->")[2] for part in parts)


def _families(words, otherwise=_BOTH):
    return [family for family, sign in _FAMILIES if sign.search(words)] or otherwise


def _firewalld(path, text):
    """The families of which a file of firewalld forwards packets. Masquerading is for IPv4 where no rule says otherwise."""
    name, text = path[len(_FIREWALLD) + 1:], _without_comments(text)
    if name == "firewalld.conf":
        return _BOTH[:1] if re.search(r"(?m)^[ \t]*DefaultZone[ \t]*=[ \t]*external\b", text) else ()
    signs = r"<masquerade|<forward-port[^>]{0,200}\bto-addr="
    if name == "direct.xml":
        signs = r"MASQUERADE|SNAT|(?:chain=[\"']FORWARD[\"'][^>]{0,200}>|-[AI] FORWARD )[^<]{0,200}\bACCEPT"
    elif name.startswith("policies/"):
        # What is for or from this host itself is not forwarded.
        signs += r"|<policy[^>]{0,200}\btarget=[\"']ACCEPT|<(?:accept|service|port|protocol)\b"
        text = "" if re.search(r"gress-zone[^>]{0,200}\bname=[\"']HOST", text) else text
    parts = [part for part in re.split(r"</?(?:rule|passthrough)\b", text) if re.search(signs, part)]
    return [family for part in parts
            for family in _families(part, _BOTH[:1] if "<masquerade" in part or "<forward-port" in part else _BOTH)]


def _passes(text):
    """Whether a saved table of iptables lets something pass, perhaps by way of chains of its own."""
    callers = {}
    for chain, target in _TABLE_RULE.findall(re.sub(_QUOTED, '""', text)):
        callers.setdefault(target, set()).add(chain)
    for targets, ends in _FORWARDING:
        found, waiting = set(), list(targets)
        while waiting:
            more = callers.get(waiting.pop(), set()) - found
            found |= more
            waiting += more
        if found.intersection(ends):
            return True
    return False


def _forwarded(path, text):
    """The families of which the file at PATH forwards packets, tables of nftables left out."""
    if path.startswith(_FIREWALLD + "/"):
        return _firewalld(path, text)
    if path == UFW_DEFAULTS:
        return _BOTH if re.search(r"(?m)^[ \t]*DEFAULT_FORWARD_POLICY[ \t]*=[ \t]*[\"']?ACCEPT", text) else ()
    lines = [line for line in _UP.findall(text) if _SWITCHES_ON.search(line) and not _SWITCHES_OFF.search(line)] + _OPTION.findall(text)
    if path.startswith(_CONF_D) and re.search(r"(?mi)^[ \t]*IPFORWARD[ \t]*=[ \t]*[\"']?yes", text) or _passes(text):
        lines.append(path)
    return [family for line in lines for family in _families(line)]


def forwarding(texts, family):
    """The files with rules that forward packets of FAMILY, ipv4 or ipv6. TEXTS: path -> text of those that are loaded, and of what they
    include."""
    listed = sorted(texts.items())
    yield from (path for path, text in listed if family in _forwarded(path, text))
    yield from _nftables((item for item in listed if not item[0].startswith(_FIREWALLD + "/")), family)
