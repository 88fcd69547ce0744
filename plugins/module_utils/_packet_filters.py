# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files of packet filters hold rules that let the host forward: nftables, firewalld, ufw, saved tables of iptables, and commands
that start with an interface.

Pure: texts in, paths out. Private to the collection.
"""

import re

_NFTABLES, _RULESETS = ("/etc/nftables.conf", "/etc/sysconfig/nftables.conf"), ("/etc/nftables.d", "/etc/nftables")
_FIREWALLD, _ZONES, _POLICIES = "/etc/firewalld", "/etc/firewalld/zones", "/etc/firewalld/policies"
UFW, _UFW_DEFAULTS = "/etc/ufw/ufw.conf", "/etc/default/ufw"
_UFW_RULES = tuple("/etc/ufw/%s.rules" % name for name in ("before", "before6", "user", "user6", "after", "after6"))
_SAVED, _TABLES = "/etc/iptables", ("/etc/sysconfig/iptables", "/etc/sysconfig/ip6tables")
INTERFACES, _MORE_INTERFACES = "/etc/network/interfaces", "/etc/network/interfaces.d"
_TABLE_UNITS = ("netfilter-persistent.service", "iptables.service", "ip6tables.service")
UNITS = ("nftables.service", "firewalld.service") + _TABLE_UNITS
FILES = _NFTABLES + _TABLES + _UFW_RULES + (INTERFACES, _FIREWALLD + "/direct.xml", _FIREWALLD + "/firewalld.conf", UFW, _UFW_DEFAULTS)
# Each with the end of its files' names.
FOLDERS = ((_ZONES, ".xml"), (_POLICIES, ".xml"), (_SAVED, ""), (_MORE_INTERFACES, "")) + tuple((folder, "") for folder in _RULESETS)

_UP_FORWARDS = re.compile(r"(?mi)^[ \t]*(?:pre-up|up|post-up)[ \t].*(?:ip_forward|\.forwarding|masquerade)")
_NFT_TOKEN = re.compile(r"[{}]|\bhook[ \t]+forward\b|\bpolicy[ \t]+(?:accept|drop)\b|\b(?:dnat|snat|masquerade)\b"
                        r"|\b(?:accept|jump|goto|flow|drop|reject)\b")
_TABLE_RULE = re.compile(r"(?m)^(?:\[[0-9]+:[0-9]+\][ \t]+)?-A (?:FORWARD\b.*-j (?!(?:DROP|REJECT|LOG|NFLOG|RETURN)\b)\S"
                         r"|POSTROUTING\b.*-j (?:MASQUERADE|SNAT)\b|PREROUTING\b.*-j DNAT\b)")


def ufw_is_enabled(text):
    """Whether the text of ufw.conf switches ufw on."""
    return bool(re.search(r"(?mi)^[ \t]*ENABLED[ \t]*=[ \t]*[\"']?yes", text))


def _nftables_forwards(text):
    """Whether a ruleset lets something pass: the sample that Debian ships has an empty chain with the policy accept."""
    depth, chain, dropping, filtered = 0, None, False, False
    # What is quoted or a comment is no rule.
    for token in _NFT_TOKEN.findall(re.sub(r'"[^"\n]*"|#.*', "", text)):
        inside = chain is not None
        if token in ("{", "}"):
            depth += 1 if token == "{" else -1
            if inside and depth < chain:
                # One that drops some of what it could let pass.
                if filtered and not dropping:
                    return True
                chain = None
        elif token.startswith("hook"):
            chain, dropping, filtered = depth, False, False
        elif token.startswith("policy"):
            dropping = token.endswith("drop")
        elif token in ("dnat", "snat", "masquerade") or inside and token not in ("drop", "reject"):
            return True
        else:
            filtered = True
    return False


def _without_comments(text):
    """An XML text without its comments."""
    first, *parts = text.split("<!--")
    return first + "".join(part.partition("-->")[2] for part in parts)


def _firewalld_forwards(path, text):
    folder, _slash, name = path.rpartition("/")
    text = _without_comments(text)
    if folder == _ZONES:
        return bool(re.search(r"<masquerade|<forward-port[^>]{0,200}\bto-addr=", text))
    if folder == _POLICIES:
        return bool(re.search(r"<policy[^>]{0,200}\btarget=[\"']ACCEPT|<masquerade", text))
    if name == "direct.xml":
        return bool(re.search(r"MASQUERADE|SNAT|chain=[\"']FORWARD[\"'][^>]{0,200}>[^<]{0,200}\bACCEPT", text))
    return name == "firewalld.conf" and bool(re.search(r"(?m)^[ \t]*DefaultZone[ \t]*=[ \t]*external\b", text))


def _ufw_forwards(path, text):
    if path == _UFW_DEFAULTS:
        return bool(re.search(r"(?m)^[ \t]*DEFAULT_FORWARD_POLICY[ \t]*=[ \t]*[\"']?ACCEPT", text))
    return bool(_TABLE_RULE.search(text) or re.search(r"(?m)^-A ufw6?-user-forward\b.*-j ACCEPT\b", text))


def forwarding(texts, enabled):
    """The files with rules that forward: of what starts with an interface, and of packet filters that start at boot. TEXTS: path -> text.
    ENABLED: the units that start at boot."""
    listed = sorted(texts.items())
    yield from (path for path, text in listed if path.startswith(INTERFACES) and _UP_FORWARDS.search(text))
    if ufw_is_enabled(texts.get(UFW, "")):
        yield from (path for path in _UFW_RULES + (_UFW_DEFAULTS,) if _ufw_forwards(path, texts.get(path, "")))
    if "nftables.service" in enabled:
        yield from (path for path, text in listed
                    if (path in _NFTABLES or path.rpartition("/")[0] in _RULESETS) and _nftables_forwards(text))
    if "firewalld.service" in enabled:
        yield from (path for path, text in listed if path.startswith(_FIREWALLD + "/") and _firewalld_forwards(path, text))
    if any(unit in enabled for unit in _TABLE_UNITS):
        yield from (path for path, text in listed if (path in _TABLES or path.rpartition("/")[0] == _SAVED) and _TABLE_RULE.search(text))
