# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files of packet filters hold rules that let the host forward: nftables, firewalld, ufw, saved tables of iptables, and commands
that start with an interface. A file counts where something that starts at boot loads it, or a file that is loaded includes it.

Pure: texts in, paths out. Private to the collection.
"""

import posixpath
import re
from collections import deque

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
INTERFACES = "/etc/network/interfaces"

# nftables; source and source-directory of interfaces; what a command loads.
_INCLUDED = re.compile(r"(?m)^[ \t]*include[ \t]+[\"']([^\"'\n]+)|^[ \t]*source[ \t]+(\S+)|^[ \t]*source-directory[ \t]+(\S+)"
                       r"|^[ \t]*(?:pre-|post-)?up[ \t].*?(?:tables-restore|nft[ \t]+-f)[ \t<]+(?:-[^\s<]+[ \t<]+){0,9}(/[^\s;]+)")
_UP = re.compile(r"(?m)^[ \t]*(?:pre-|post-)?up[ \t](.*)")
_ADDS = re.compile(r"(?i)(?!.*[ \t]-D[ \t]).*(?:masquerade|-[AI] FORWARD\b.{0,200}[ \t]ACCEPT\b)")
# Options of ifupdown2 and of ifupdown-ng.
_OPTION = re.compile(r"(?mi)^[ \t]*((?:ip6?-forward|forward-ipv[46])[ \t]+(?:yes|on|true|1))\b")
# What a table, a chain or a command for a rule begins with; a token; what a rule says.
_NFT_HEAD = re.compile(r"(?:(add|create|insert|replace) )?(table|chain|rule) (?:(ip6?|inet|arp|bridge|netdev) )?(\S+)(?: (\S+))?(.*)")
_NFT_TOKEN = re.compile(r"[{};\n]|[^\s{};]+")
_NFT_HOOK = re.compile(r"\bhook (\w+)")
# Of a map of verdicts that is kept elsewhere nothing is known.
_NFT_VERDICT = re.compile(r"(?<![@$\w.-])(?:(?:jump|goto) ([^\s,]+)|((?:accept|queue|flow)(?![\w.-])|vmap [@$])"
                          r"|(?<!status )(?:dnat|snat|masquerade)(?![\w.-]))")
_NFT_END = re.compile(r"(?:counter (?:packets [0-9]+ bytes [0-9]+ )?|log (?:prefix |level \w+ )?)*(?:drop\Z|return\Z|reject\b)")
# A rule for answers alone lets nothing pass that no other rule has let pass; what is for lo never leaves this host.
_NFT_FOR_NONE = re.compile(r"\Apolicy |\bct state (?:established|related|invalid)(?:[, |]+(?:established|related|invalid))*(?! ?[,|])\b"
                           r"|\b[io]if(?:name)? lo(?!\S)|\bdnat to 127\.")
_NFT_ANSWERED = re.compile(r"\b(?:established|related) ?: ?accept\b")
_BOTH = ("ipv4", "ipv6")
# What a rule does; otherwise it leads to the chain of this name.
_PASSES, _CHANGES, _ENDS = object(), object(), object()
# The families of packets that a table of nftables routes; of others, inet among them, both.
_ROUTED = {"ip": ("ipv4",), "ip6": ("ipv6",), "arp": (), "bridge": (), "netdev": ()}
# What says in a rule of nftables that it is for the other family.
_NFT_OTHER = {"ipv4": re.compile(r"\b(?:ip6 [a-z]|nfproto ipv6|icmpv6 |nat ip6 )"),
              "ipv6": re.compile(r"\b(?:ip [a-z]|nfproto ipv4|icmp |nat ip )")}
# What tells the family: words of a command or an option, or the path of a saved table.
_FAMILIES = (("ipv4", re.compile(r"v4|ip4|ip[_-]forward|iptables(?![^ ]{0,40}6)|ufw/[a-z]+\.rules")),
             ("ipv6", re.compile(r"ipv6|ip6|\.v6|rules6|ufw/[a-z]+6\.rules|to-addr=[\"'][^\"':]*:")))
_TABLE_RULE = re.compile(r"(?m)^[ \t]*(?:\*(\w+)|(?:\[[0-9]+:[0-9]+\][ \t]+)?"
                         r"(?:-t[ \t]+(\w+)[ \t]+)?(-[AI]|--append|--insert)[ \t]+(\S+)(.*))")
_TARGET = re.compile(r"[ \t](?:-[jg][ \t]*|--(?:jump|goto)[ \t=]+)(\S+)")
_TARGETS = {"ACCEPT": _PASSES, "NFQUEUE": _PASSES, "MASQUERADE": _CHANGES, "SNAT": _CHANGES, "DNAT": _CHANGES, "NETMAP": _CHANGES}
_TABLE_END = re.compile(r"(?:[ \t]+-m comment --comment \S+)?[ \t]+(?:-j[ \t]*|--jump[ \t=]+)(?:DROP|REJECT|RETURN)\b")
_TABLE_FOR_NONE = re.compile(r"(?<!! )--(?:ct)?state[ \t=]+(?:ESTABLISHED|RELATED|INVALID|,)+(?![\w,])|(?<!! )-[io][ \t]*lo(?!\S)"
                             r"|--to-destination[ \t]+127\.")
# What engines make by themselves, and a tool saves with the rest: chains, rules for their bridges, files of firewalld.
_OF_ENGINES = re.compile(r"(?<![\w-])(?:DOCKER|KUBE|CNI|LIBVIRT|NETAVARK|FLANNEL)(?![a-z0-9])|(?<!\w)cali-"
                         r"|[ \t]-[io][ \t]*(?:(?:docker|cni|virbr|lxcbr|podman)[0-9]|br-[0-9a-f]{12}(?!\S))")
_FILES_OF_ENGINES = ("policies/docker", "policies/libvirt", "zones/docker", "zones/libvirt")
# ufw calls chains of these names.
_FORWARDING = tuple(("filter", name) for name in ("FORWARD", "ufw-user-forward", "ufw6-user-forward"))
_TRANSLATING, _TAKING_IN = (("nat", "PREROUTING"), ("nat", "POSTROUTING")), (("filter", "INPUT"),)
# A quotation mark that nothing closes quotes the rest of its line: each character is looked at once.
_QUOTED = r'(?m)"(?:[^"\\\n]|\\.)*(?:"|\\?$)'


def ufw_is_enabled(text):
    """Whether the text of ufw.conf switches ufw on."""
    return bool(re.search(r"(?mi)^[ \t]*ENABLED[ \t]*=[ \t]*[\"']?yes", text))


def loaded(enabled, has_ufw):
    """The files, or patterns of them, that are loaded at boot. ENABLED: the units that start then."""
    paths = (INTERFACES,) + (_UFW_FILES if has_ufw else ())
    return paths + sum((_LOADED[unit] for unit in UNITS if unit in enabled), ())


def included(path, text):
    """The files, or patterns of them, that the file at PATH includes."""
    for include, source, folder, restored in _INCLUDED.findall(text):
        name = include or source or restored or folder + "/*"
        starts = ("",) if name.startswith("/") else (path.rpartition("/")[0] + "/", "/etc/")
        for start in starts:
            yield posixpath.normpath(start + name)


def _reached(rules, starts, seen, unknown=()):
    """(what a rule does, path) of the RULES that packets meet from the chains STARTS on. RULES: table and chain -> [(what it does, path)].
    SEEN: chains that are left out. UNKNOWN: what is done in a chain that is not among these."""
    seen, waiting = set(seen), [(chain, None) for chain in starts]
    while waiting:
        chain, caller = waiting.pop()
        found = () if chain in seen else rules.get(chain, [(outcome, caller) for outcome in unknown])
        seen.add(chain)
        for outcome, path in found:
            if outcome is _ENDS:
                break
            if isinstance(outcome, str):
                waiting.append((chain[:-1] + (outcome,), path))
            yield outcome, path


def _signs(rules, forwarding, translating, taking_in, unknown=()):
    """The files of rules that let something pass through this host, or that change where it comes from or goes to."""
    # A chain that packets for this host go through as well is made for them.
    shared = [chain[:-1] + (outcome,) for chain in taking_in for outcome, _path in rules.get(chain, ()) if isinstance(outcome, str)]
    for starts, left_out, sign in ((forwarding, shared, _PASSES), (translating, (), _CHANGES)):
        yield from (path for outcome, path in _reached(rules, starts, left_out, unknown) if outcome is sign)


def _statements(text):
    """(matches of _NFT_HEAD, statement) of a text of nftables: in which blocks it stands; what a set encloses is part of its statement."""
    blocks, words, inner = [], [], 0
    # What is quoted or a comment is no rule.
    for token in _NFT_TOKEN.findall(re.sub(r'\\\n|"[^"\n]*"|#.*', " ", text.replace('"lo"', "lo"))):
        head = _NFT_HEAD.match(" ".join(words[:6])) if token == "{" and not inner and len(blocks) < 2 else None
        if head and head.group(2) != "rule":
            blocks, words = blocks + [head], []
        elif token in "{}" and (inner or token == "{"):
            inner += 1 if token == "{" else -1
        elif token in "};\n" and not inner:
            yield blocks, " ".join(words)
            blocks, words = blocks[:-1] if token == "}" else blocks, []
        elif token not in ";\n":
            words.append(token)
    yield blocks, " ".join(words)


def _names(head):
    """The family and names of a table or of what belongs to it; a chain may stand in its table's block."""
    _verb, kind, family, one, other, _rest = head.groups()
    return ((family or "ip",) if other or kind == "table" else ()) + (one,) + ((other,) if other else ())


def _outcomes(rule, family):
    if _NFT_FOR_NONE.search(rule) or _NFT_OTHER[family].search(rule):
        return []
    if _NFT_END.match(rule):
        return [_ENDS]
    return [chain or (_PASSES if passes else _CHANGES) for chain, passes in _NFT_VERDICT.findall(_NFT_ANSWERED.sub("", rule))]


def _note(hooks, rules, path, text, family):
    """Note the hook and the rules for FAMILY of each chain in TEXT, which stands in blocks or in commands."""
    for blocks, statement in _statements(text):
        head = _NFT_HEAD.match(statement)
        heads = blocks + [head] if head else blocks
        if not heads or heads[-1].group(2) == "table":
            continue
        chain = sum(map(_names, heads), ())
        known, rule = rules.setdefault(chain, deque()), head.group(6).strip() if head else statement
        hooks.update((chain, hook) for hook in _NFT_HOOK.findall(rule))
        add = known.extendleft if head and head.group(1) == "insert" else known.extend
        add((outcome, path) for outcome in _outcomes(rule, family))


def _nftables(texts, family):
    """The files whose rules let something of FAMILY pass: the sample that Debian ships has an empty chain with the policy accept."""
    hooks, rules = {}, {}
    for path, text in texts:
        _note(hooks, rules, path, text, family)
    routed = [(hooks.get(chain), chain) for chain in sorted(rules) if family in _ROUTED.get(chain[0], _BOTH)]
    forwarding, taking_in = ([chain for hook, chain in routed if hook == wanted] for wanted in ("forward", "input"))
    translating = [chain for hook, chain in routed if hook not in ("forward", "input", "output")]
    return _signs(rules, forwarding, translating, taking_in, (_PASSES,))


def _without_comments(text):
    """An XML text without its comments."""
    first, *parts = text.split("<!--")
    return first + "".join(part.partition("-->")[2] for part in parts)


def _families(words, otherwise=_BOTH):
    return [family for family, sign in _FAMILIES if sign.search(words)] or otherwise


def _firewalld(path, text):
    """The families of which a file of firewalld forwards packets. Masquerading is for IPv4 where no rule says otherwise."""
    name, text = path[len(_FIREWALLD) + 1:], _without_comments(text)
    if name.startswith(_FILES_OF_ENGINES):
        return ()
    if name == "firewalld.conf":
        return _BOTH[:1] if re.search(r"(?m)^[ \t]*DefaultZone[ \t]*=[ \t]*external\b", text) else ()
    signs = r"<masquerade|<forward-port[^>]{0,200}\bto-addr="
    if name == "direct.xml":
        signs = r"MASQUERADE|SNAT|(?:chain=[\"']FORWARD[\"'][^>]{0,200}>|-[AI] FORWARD )[^<]{0,200}\bACCEPT"
    elif name.startswith("policies/"):
        # What is for or from this host itself is not forwarded.
        signs += r"|<policy[^>]{0,200}\btarget=[\"']ACCEPT|<(?:accept|service|port|protocol)\b"
        text = "" if re.search(r"gress-zone[^>]{0,200}\bname=[\"']HOST", text) else text
    parts = [part for part in re.split(r"</?(?:rule|passthrough)\b", text) if re.search(signs, part) and not _TABLE_FOR_NONE.search(part)]
    return [family for part in parts
            for family in _families(part, _BOTH[:1] if "<masquerade" in part or "<forward-port" in part else _BOTH)]


def _passes(text):
    """Whether saved tables of iptables let something pass, perhaps by way of chains of their own."""
    rules, table = {}, "filter"
    for begun, named, verb, chain, rest in _TABLE_RULE.findall(re.sub(_QUOTED, '""', text)):
        table, target = begun or table, _TARGET.search(rest)
        if target and not _TABLE_FOR_NONE.search(rest) and not _OF_ENGINES.search(chain + rest):
            outcome = _ENDS if _TABLE_END.match(rest) else _TARGETS.get(target.group(1), target.group(1))
            known = rules.setdefault((named or table, chain), deque())
            (known.append if verb in ("-A", "--append") else known.appendleft)((outcome, None))
    return any(True for _path in _signs(rules, _FORWARDING, _TRANSLATING, _TAKING_IN))


def _commands(text):
    """What is run when an interface starts, without rules that let nothing new pass."""
    found = (command for line in _UP.findall(text) for command in re.split("[;&]", line.split(" #")[0]))
    return [command for command in found if not _TABLE_FOR_NONE.search(command)]


def _forwarded(path, text):
    """The families of which the file at PATH forwards packets, tables of nftables left out."""
    if path.startswith(_FIREWALLD + "/"):
        return _firewalld(path, text)
    if path == UFW_DEFAULTS:
        return _BOTH if re.search(r"(?m)^[ \t]*DEFAULT_FORWARD_POLICY[ \t]*=[ \t]*[\"']?ACCEPT", text) else ()
    lines = [line for line in _commands(text) if _ADDS.match(line)] + _OPTION.findall(text)
    if path.startswith(_CONF_D) and re.search(r"(?mi)^[ \t]*IPFORWARD[ \t]*=[ \t]*[\"']?yes", text) or _passes(text):
        lines.append(path)
    return [family for line in lines for family in _families(line)]


def forwarding(texts, family):
    """The files with rules that forward packets of FAMILY, ipv4 or ipv6. TEXTS: path -> text of those that are loaded, and of what they
    include."""
    listed = sorted(texts.items())
    yield from (path for path, text in listed if family in _forwarded(path, text))
    yield from _nftables((item for item in listed if not item[0].startswith(_FIREWALLD + "/")), family)
