# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which kernel parameters systemd-networkd and NetworkManager set by their own configuration, see systemd.network(5), networkd.conf(5) and
nm-settings-keyfile(5). Loaded only where one of them is enabled.

Pure: texts of files in, settings out. Private to the collection.
"""

import fnmatch
import re
from collections import namedtuple

from ansible_collections.photon.hardening.plugins.module_utils._model import Setting

# One folder's file hides those of its name in the folders after it.
NETWORKD = ("/etc/systemd/network", "/run/systemd/network", "/usr/local/lib/systemd/network", "/usr/lib/systemd/network",
            "/lib/systemd/network")
NETWORKD_CONF = ("/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd", "/lib/systemd")
MANAGER = ("/etc/NetworkManager/system-connections", "/run/NetworkManager/system-connections",
           "/usr/lib/NetworkManager/system-connections")

_NETWORKD = "systemd-networkd"
_Option = namedtuple("_Option", "section key value path number")
# What an option says in the end. value: what its words mean, None: nothing, as if it were not there. option: the line that says it.
_Said = namedtuple("_Said", "value option")
# A .network file with its drop-ins. said: section -> option -> _Said. conditions: option of [Match] -> its words. own: whether a file of
# the administrator is among them.
_Unit = namedtuple("_Unit", "path said conditions own")

_ON, _OFF = ("1", "yes", "y", "true", "t", "on"), ("0", "no", "n", "false", "f", "off")
_SWITCH = dict([(word, "1") for word in _ON] + [(word, "0") for word in _OFF])
_BOTH, _NONE = ("ipv4", "ipv6"), ()


def _families(yes, **more):
    """Words -> families of addresses. YES: what a mere yes stands for."""
    return dict([(word, yes) for word in _ON] + [(word, _NONE) for word in _OFF], ipv4=("ipv4",), ipv6=("ipv6",), **more)


# An option without a value takes back what an earlier line says.
_TRISTATE = dict(_SWITCH, **{"": None})
# Option -> what its words mean. networkd passes over a word that it does not know, and so what an earlier line says stays.
_WORDS = {
    "Network": {
        "IPForward": _families(_BOTH, kernel=_NONE),
        "IPMasquerade": dict(_families(("ipv4",), both=_BOTH), **{"": _NONE}),
        "IPv4Forwarding": _TRISTATE, "IPv6Forwarding": _TRISTATE,
        "IPv6SendRA": dict(_SWITCH, static="1", dhcpv6="1"),
        "IPv6AcceptRA": _TRISTATE,
        "LinkLocalAddressing": _families(_BOTH),
        "KeepMaster": _SWITCH,
        "IPv4ReversePathFilter": {"no": "0", "strict": "1", "loose": "2"},
        # With `kernel` it is left alone.
        "IPv6PrivacyExtensions": dict([(word, "2" if value == "1" else "0") for word, value in _SWITCH.items()],
                                      **{"prefer-public": "1", "kernel": "", "": None}),
        "IPv4AcceptLocal": _TRISTATE, "IPv4RouteLocalnet": _TRISTATE, "IPv4ProxyARP": _TRISTATE, "IPv6ProxyNDP": _TRISTATE,
    },
    "Link": {"Unmanaged": _SWITCH},
}
_OTHER_NAMES = {"IPv6AcceptRouterAdvertisements": "IPv6AcceptRA", "IPv6PrefixDelegation": "IPv6SendRA", "ProxyARP": "IPv4ProxyARP"}
_NUMBERS = ("IPv6DuplicateAddressDetection", "IPv6HopLimit")
# Any word will do. An interface that is part of a bond or a bridge has no address of its own.
_ANY_WORD = ("Bond", "Bridge")
_EVERY = {"ipv4": "net.ipv4.ip_forward", "ipv6": "net.ipv6.conf.all.forwarding"}
_FORWARDING = {"ipv4": "IPv4Forwarding", "ipv6": "IPv6Forwarding"}
# From these releases on: a file without a condition is for no interface; IPv4Forwarding= and IPv6Forwarding= take the place of IPForward=,
# which is passed over; IPv4ReversePathFilter= is known, and IPv6PrivacyExtensions= in networkd.conf.
_MATCH_NEEDED, _NEW_FORWARDING, _REVERSE_PATH, _PRIVACY = 245, 256, 255, 254
# Option -> the parameter of its interfaces, and since when.
_PARAMETERS = {
    "IPv4ReversePathFilter": ("ipv4.conf.*.rp_filter", _REVERSE_PATH),
    "IPv4AcceptLocal": ("ipv4.conf.*.accept_local", 0),
    "IPv4RouteLocalnet": ("ipv4.conf.*.route_localnet", 0),
    "IPv4ProxyARP": ("ipv4.conf.*.proxy_arp", 0),
    "IPv6ProxyNDP": ("ipv6.conf.*.proxy_ndp", 0),
    "IPv6DuplicateAddressDetection": ("ipv6.conf.*.dad_transmits", 0),
    "IPv6HopLimit": ("ipv6.conf.*.hop_limit", 0),
}
# networkd sets nothing of these.
_NOT_CONFIGURED = ("all", "default", "lo")
# What is known of an interface; of other conditions it is not known whether they are met.
_KNOWN_CONDITIONS = {"Name", "MACAddress"}


def chosen(names, folders):
    """The paths that count: of each relative name the first folder's. NAMES: folder -> relative names, such as `a.network` and
    `a.network.d/b.conf`."""
    found = {}
    for folder in folders:
        for name in names.get(folder, ()):
            found.setdefault(name, "%s/%s" % (folder, name))
    return [found[name] for name in sorted(found)]


# --- files ---

def _lines(text):
    """(number, line): comments left out, and a line that ends with a backslash joined with the next one."""
    start, parts = 0, []
    for number, line in enumerate(text.lstrip("\ufeff").split("\n"), 1):
        if line.lstrip()[:1] in ("#", ";"):
            continue
        start = start if parts else number
        if (len(line) - len(line.rstrip("\\"))) % 2:
            parts.append(line[:-1])
            continue
        yield start, " ".join(parts + [line]).strip()
        parts = []


def _options(item):
    section = ""
    for number, line in _lines(item.text):
        if line.startswith("["):
            section = line[1:].partition("]")[0]
        elif "=" in line:
            key, _equals, value = line.partition("=")
            yield _Option(section, key.strip(), value.strip(), item.path, number)


_UNKNOWN = object()


def _meaning(section, key, value):
    """What VALUE means, _UNKNOWN where networkd passes over it."""
    if section == "Network" and key in _NUMBERS:
        # A limit of 0 is none.
        return value if re.match(r"[0-9]{1,9}\Z", value) and (key != "IPv6HopLimit" or int(value)) else _UNKNOWN
    if section == "Network" and key in _ANY_WORD:
        return value or None
    # Only the words for yes and no may be written in capitals.
    return _WORDS.get(section, {}).get(key, {}).get(value.lower() if value.lower() in _SWITCH else value, _UNKNOWN)


def _said(options):
    """section -> option -> _Said, by the last line that says something."""
    found = {"Network": {}, "Link": {}}
    for option in options:
        key = _OTHER_NAMES.get(option.key, option.key)
        value = _meaning(option.section, key, option.value)
        if value is not _UNKNOWN:
            found[option.section][key] = _Said(value, option)
    return found


def _conditions(options):
    """Option of [Match] -> its words, each with an exclamation mark where it stands before the first one of its line."""
    found = {}
    for option in options:
        if option.section == "Match" and not option.value:
            found[option.key] = []
        elif option.section == "Match":
            mark = "!" if option.value.startswith("!") else ""
            found.setdefault(option.key, []).extend(mark + word for word in option.value[len(mark):].split())
    return {key: words for key, words in found.items() if words}


def _units(files):
    """The _Unit of each .network file, its drop-ins after it, in the order of their names. An empty file hides others."""
    found = {}
    for item in sorted((item for item in files if item.path.endswith(".network")), key=lambda item: item.path.rpartition("/")[2]):
        if item.text.strip():
            found[item.path.rpartition("/")[2]] = [item]
    for item in sorted((item for item in files if ".network.d/" in item.path), key=lambda item: item.path.rpartition("/")[2]):
        base = item.path.split("/")[-2][:-len(".d")]
        if base in found:
            found[base].append(item)
    return [_unit(items) for items in found.values()]


def _unit(items):
    options = [option for item in items for option in _options(item)]
    return _Unit(items[0].path, _said(options), _conditions(options), any(not item.path.startswith(("/usr/", "/lib/")) for item in items))


# --- for which interfaces ---

# No name has as many characters, and older Pythons take long for longer ones.
_LONGEST_PATTERN = 255


def _fitting(words, names):
    """Those of NAMES that networkd takes for WORDS: one with an exclamation mark rules out; where there are others, one must fit."""
    ruled_out, found = set(), set()
    for word in words:
        is_inverted = word.startswith("!")
        # An older Python takes long for many stars in a row.
        pattern = re.sub(r"\*+", "*", word[is_inverted:]) if len(word) <= _LONGEST_PATTERN else ""
        (ruled_out if is_inverted else found).update(fnmatch.filter(names, pattern))
    return (set(names) if all(word.startswith("!") for word in words) else found) - ruled_out


def _address(text):
    """A MAC address in one form: 00:11:..., 00-11-... and 0011.2233.4455 are the same."""
    return "".join(part.zfill(4 if "." in text else 2) for part in re.split("[:.-]", text.strip().lower()))


def _matched(unit, addresses):
    """The interfaces that UNIT may be for."""
    found, macs = _fitting(unit.conditions.get("Name", ()), addresses), set(map(_address, unit.conditions.get("MACAddress", ())))
    return {name for name in found if not macs or _address(addresses[name]) in macs}


def _in_use(files, addresses, version):
    """(unit, whether it is sure) of those units that are for an interface of this host: the first one that matches an interface has it.

    ADDRESSES: interface -> its MAC address. None: no interface is known (an image), and all units of the administrator count.
    """
    free = {name: address for name, address in (addresses or {}).items() if name not in _NOT_CONFIGURED}
    for unit in _units(files):
        if not unit.conditions and version >= _MATCH_NEEDED:
            continue
        found, sure = _matched(unit, free), set(unit.conditions) <= _KNOWN_CONDITIONS
        if (unit.own if addresses is None else found) and not _is_on(unit.said["Link"], "Unmanaged"):
            yield unit, sure
        if sure:
            free = {name: address for name, address in free.items() if name not in found}


# --- what they set ---

def _value(said, key):
    return said[key].value if key in said else None


def _is_on(said, key):
    return _value(said, key) == "1"


def _setting(name, value, option):
    return Setting(name, value, option.path, option.number, _NETWORKD)


def _first(*found):
    return next((item for item in found if item and item.value is not None), None)


def _masquerades(said, family):
    """The _Said with which forwarding comes along with IPMasquerade=, or None."""
    return _Said("1", said["IPMasquerade"].option) if family in (_value(said, "IPMasquerade") or ()) else None


def _old_forwarding(said, family):
    """What a release before 256 sets: of all interfaces, and only ever on. IPv6SendRA= changes nothing."""
    asked = said["IPForward"].option if family in (_value(said, "IPForward") or ()) else None
    masquerades = _masquerades(said, family)
    option = asked or masquerades and masquerades.option
    return [_setting(_EVERY[family], "1", option)] if option else []


def _new_forwarding(said, family, general):
    """What a release since 256 sets: IPMasquerade= switches all interfaces on where networkd.conf (GENERAL) says nothing of them."""
    masquerades, sends = _masquerades(said, family), _first(family == "ipv6" and _is_on(said, "IPv6SendRA") and said["IPv6SendRA"])
    of_all = masquerades and _value(general, _FORWARDING[family]) is None
    found = [_setting(_EVERY[family], "1", masquerades.option)] if of_all else []
    own = _first(said.get(_FORWARDING[family]), None if of_all else masquerades, sends)
    return found + ([_setting("net.%s.conf.*.forwarding" % family, own.value, own.option)] if own else [])


def _by_itself(unit, general):
    """What is set on each interface that networkd configures, without a line that says so."""
    said, nowhere = unit.said["Network"], _Said("0", _Option("", "", "", unit.path, 1))
    if _has_local_address(said):
        yield _setting("net.ipv6.conf.*.disable_ipv6", "0", nowhere.option)
    # It takes advertisements itself; DHCP needs the other one.
    yield _setting("net.ipv6.conf.*.accept_ra", "0", nowhere.option)
    yield _setting("net.ipv4.conf.*.promote_secondaries", "1", nowhere.option)
    privacy = _first(said.get("IPv6PrivacyExtensions"), general.get("IPv6PrivacyExtensions"), nowhere)
    if privacy.value:
        yield _setting("net.ipv6.conf.*.use_tempaddr", privacy.value, privacy.option)


def _of_unit(said, general, version):
    found = []
    for family in _BOTH:
        found += _new_forwarding(said, family, general) if version >= _NEW_FORWARDING else _old_forwarding(said, family)
    for key in sorted(_PARAMETERS, key=lambda key: _PARAMETERS[key]):
        parameter, since = _PARAMETERS[key]
        if _value(said, key) is not None and version >= since:
            found.append(_setting("net." + parameter, said[key].value, said[key].option))
    return found


def _general(files, version):
    """What networkd.conf says of all interfaces."""
    options = [option for item in files if "/networkd.conf" in item.path for option in _options(item)]
    return {key: said for key, said in _said(options)["Network"].items()
            if version >= (_PRIVACY if key == "IPv6PrivacyExtensions" else _NEW_FORWARDING)}


def of_networkd(files, addresses, version):
    """The Settings of systemd-networkd. FILES: those of its folders that count. ADDRESSES: see `_in_use`. VERSION: that of systemd."""
    general, found = _general(files, version), []
    for unit, sure in _in_use(files, addresses, version):
        # What others ship may be for interfaces that this host does not have.
        found += _by_itself(unit, general) if sure or unit.own else ()
        found += _of_unit(unit.said["Network"], general, version)
    for family in _BOTH:
        said = _first(general.get(_FORWARDING[family]))
        found += [_setting(_EVERY[family], said.value, said.option)] if said else []
    return tuple(found)


def announces(files, addresses, version):
    """Where systemd-networkd is told to announce this host as a router of IPv6, `path:line`, or None."""
    units = (unit.said["Network"] for unit, _sure in _in_use(files, addresses, version))
    return next(("%s:%d" % (said["IPv6SendRA"].option.path, said["IPv6SendRA"].option.number) for said in units
                 if _is_on(said, "IPv6SendRA")), None)


# --- who takes the advertisements of routers ---

def _has_local_address(said):
    """Whether an interface gets an address of IPv6 for its own link, without which no advertisement is taken."""
    is_part = _value(said, "Bond") or _value(said, "Bridge") or _is_on(said, "KeepMaster")
    asked = _value(said, "LinkLocalAddressing")
    return "ipv6" in asked if asked is not None else not is_part


def _forwards_ipv6(said, everywhere, version):
    """Whether networkd forwards on the interfaces of a unit. EVERYWHERE: the value that it gives all interfaces."""
    if version < _NEW_FORWARDING:
        return bool(_old_forwarding(said, "ipv6"))
    own = _first(said.get("IPv6Forwarding"), _masquerades(said, "ipv6"))
    return _is_on(said, "IPv6SendRA") or (own.value if own else everywhere) == "1"


def _takes(unit, sure, everywhere, version):
    """Where UNIT is told to take advertisements, in words; None where it does not. It does so by itself where it does not forward."""
    said = unit.said["Network"]
    asked = _first(said.get("IPv6AcceptRA"))
    if not _has_local_address(said) or asked and asked.value == "0":
        return None
    if asked:
        return "IPv6AcceptRA in %s:%d" % (asked.option.path, asked.option.number)
    # What others ship is for interfaces that this host may not have.
    counts = (sure or unit.own) and not _forwards_ipv6(said, everywhere, version)
    return "IPv6AcceptRA is on by default in %s" % unit.path if counts else None


def advertisements(files, addresses, version):
    """(program, where it is told so, in words) where systemd-networkd takes the advertisements of routers, or None."""
    everywhere = {item.name: item.value for item in of_networkd(files, addresses, version)}.get(_EVERY["ipv6"])
    found = (_takes(unit, sure, everywhere, version) for unit, sure in _in_use(files, addresses, version))
    words = next(filter(None, found), None)
    return (_NETWORKD, words) if words else None


# --- NetworkManager ---

# What a release before 1.54 writes for a connection that is shared; newer ones write forwarding of each interface.
_WRITES_ALL = "/proc/sys/net/ipv4/ip_forward"
# Who gets addresses of IPv6 where a connection does not say how: `type` of [connection].
_AUTOMATIC = (None, "ethernet", "802-3-ethernet", "wifi", "802-11-wireless", "bond", "team", "bridge", "vlan", "infiniband")
_PORT_KEYS = ("master", "slave-type", "controller", "port-type")


def _profiles(files):
    """(path, (section, key) -> _Option) of each connection that NetworkManager starts by itself."""
    for item in files:
        found = {(option.section, option.key): option for option in _options(item)}
        starts = found.get(("connection", "autoconnect"))
        if found and not (starts and starts.value.lower() in _OFF):
            yield item.path, found


def is_shared(files):
    """Whether it depends on the release of NetworkManager what these connections set."""
    return any(option.section == "ipv4" and (option.key == "forwarding" or (option.key, option.value) == ("method", "shared"))
               for item in files for option in _options(item))


def of_manager(files, program=None):
    """The Settings of NetworkManager's connections: one that is shared forwards. PROGRAM: its text, None: not known."""
    found, writes_all = [], program is None or _WRITES_ALL in program
    for _path, profile in _profiles(files):
        for family in _BOTH:
            method, asked = (profile.get((family, key)) for key in ("method", "forwarding"))
            is_new = family == "ipv4" and not writes_all
            name = "net.ipv4.conf.*.forwarding" if is_new else _EVERY[family]
            if method and method.value == "shared":
                found.append(Setting(name, "1", method.path, method.number, "NetworkManager"))
            elif is_new and asked and asked.value in ("0", "1"):
                found.append(Setting(name, asked.value, asked.path, asked.number, "NetworkManager"))
    return tuple(found)


def manager_advertisements(files):
    """(program, where it is told so, in words) where NetworkManager takes the advertisements of routers, or None."""
    for path, profile in _profiles(files):
        method, kind = profile.get(("ipv6", "method")), profile.get(("connection", "type"))
        is_part = any(("connection", key) in profile for key in _PORT_KEYS)
        if method and method.value == "auto":
            return "NetworkManager", "ipv6.method is auto in %s:%d" % (method.path, method.number)
        if not method and not is_part and (kind and kind.value) in _AUTOMATIC:
            return "NetworkManager", "ipv6.method is auto by default in %s" % path
    return None
