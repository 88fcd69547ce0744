# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which kernel parameters systemd-networkd and NetworkManager set by their own configuration, see systemd.network(5), networkd.conf(5) and
nm-settings-keyfile(5). Loaded only where one of them is enabled.

Pure: texts of files in, settings out. Private to the collection.
"""

import fnmatch
import re
from collections import OrderedDict, namedtuple

from ansible_collections.photon.hardening.plugins.module_utils._model import Setting

# One folder's file hides those of its name in the folders after it.
NETWORKD = ("/etc/systemd/network", "/run/systemd/network", "/usr/local/lib/systemd/network", "/usr/lib/systemd/network",
            "/lib/systemd/network")
NETWORKD_CONF = ("/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd", "/lib/systemd")
MANAGER = ("/etc/NetworkManager/system-connections", "/run/NetworkManager/system-connections",
           "/usr/lib/NetworkManager/system-connections")

_Option = namedtuple("_Option", "section key value path number")
_ON, _OFF = ("1", "yes", "y", "true", "t", "on"), ("0", "no", "n", "false", "f", "off")
_SWITCH = dict([(word, "1") for word in _ON] + [(word, "0") for word in _OFF])
# Since this release IPv4Forwarding= and IPv6Forwarding= speak of their own interfaces, IPMasquerade= and IPv6SendRA= imply them, and
# IPForward= is passed over with a warning. Before it IPForward= and IPMasquerade= switched forwarding on for all.
_PER_INTERFACE = 256
_EVERY = {"ipv4": "net.ipv4.ip_forward", "ipv6": "net.ipv6.conf.all.forwarding"}
_OWN = {"ipv4": "net.ipv4.conf.*.forwarding", "ipv6": "net.ipv6.conf.*.forwarding"}
_EXPLICIT = {"ipv4": "IPv4Forwarding", "ipv6": "IPv6Forwarding"}


def _families(on, **others):
    """What the words of an option mean that names families."""
    words = {"ipv4": ("ipv4",), "ipv6": ("ipv6",), "both": ("ipv4", "ipv6")}
    words.update((word, on if value == "1" else ()) for word, value in _SWITCH.items())
    return dict(words, **others)


_SENDS = dict(dict((word, ("ipv6",) if value == "1" else ()) for word, value in _SWITCH.items()), static=("ipv6",), dhcpv6=("ipv6",))
# Option of a .network file -> the parameter of its interfaces, and what the words of the option mean; None: they are the value.
_PARAMETERS = {
    "IPv4Forwarding": ("ipv4.conf.*.forwarding", _SWITCH),
    "IPv6Forwarding": ("ipv6.conf.*.forwarding", _SWITCH),
    "IPv4ReversePathFilter": ("ipv4.conf.*.rp_filter", {"strict": "1", "loose": "2", "no": "0"}),
    "IPv4AcceptLocal": ("ipv4.conf.*.accept_local", _SWITCH),
    "IPv4RouteLocalnet": ("ipv4.conf.*.route_localnet", _SWITCH),
    "IPv4ProxyARP": ("ipv4.conf.*.proxy_arp", _SWITCH),
    "IPv6ProxyNDP": ("ipv6.conf.*.proxy_ndp", _SWITCH),
    "IPv6DuplicateAddressDetection": ("ipv6.conf.*.dad_transmits", None),
}
# Older names of options -> the name that stands for them here.
_RENAMED = {"IPv6AcceptRouterAdvertisements": "IPv6AcceptRA", "IPv6PrefixDelegation": "IPv6SendRA", "ProxyARP": "IPv4ProxyARP"}
# Every option that is looked at -> what its words mean.
_WORDS = dict((key, words) for key, (_parameter, words) in _PARAMETERS.items())
_WORDS.update(IPForward=_families(("ipv4", "ipv6"), kernel=()), IPMasquerade=_families(("ipv4",)), IPv6SendRA=_SENDS, IPv6AcceptRA=_SWITCH)


def chosen(names, folders):
    """The paths that count: of each relative name the first folder's. NAMES: folder -> relative names, such as `a.network` and
    `a.network.d/b.conf`."""
    found = OrderedDict()
    for folder in folders:
        for name in names.get(folder, ()):
            found.setdefault(name, "%s/%s" % (folder, name))
    return [found[name] for name in sorted(found)]


def _options(item):
    section = ""
    for number, line in enumerate(map(str.strip, item.text.split("\n")), 1):
        if line.startswith("["):
            section = line[1:].partition("]")[0]
        elif line[:1] not in ("", "#", ";") and "=" in line:
            key, _equals, value = line.partition("=")
            yield _Option(section, key.strip(), value.strip(), item.path, number)


def _units(files):
    """The options of each .network file, those of its drop-ins after its own, in the order of their names. An empty file hides others."""
    found = OrderedDict()
    for item in sorted((item for item in files if item.path.endswith(".network")), key=lambda item: item.path.rpartition("/")[2]):
        if item.text.strip():
            found[item.path.rpartition("/")[2]] = list(_options(item))
    for item in sorted((item for item in files if ".network.d/" in item.path), key=lambda item: item.path.rpartition("/")[2]):
        base = item.path.split("/")[-2][:-len(".d")]
        if base in found:
            found[base] += _options(item)
    return list(found.values())


def _conditions(options, key):
    return [word for option in options if (option.section, option.key) == ("Match", key) for word in option.value.split()]


def _with_address(options, interfaces):
    """Those of INTERFACES whose address a .network file names, or is not known."""
    addresses = [word.lower().replace("-", ":") for word in _conditions(options, "MACAddress")]
    return [name for name in interfaces if not addresses or interfaces[name] in addresses + [""]]


def _matched(options, interfaces):
    """The interfaces that a .network file may be for; others of its conditions are not looked at."""
    patterns, interfaces = _conditions(options, "Name"), _with_address(options, interfaces)
    if not patterns:
        return set(interfaces)
    inverted = patterns[0].startswith("!")
    # An older Python takes long for many stars in a row.
    patterns = [re.sub(r"\*+", "*", pattern.lstrip("!")) for pattern in patterns]
    return set(name for name in interfaces if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns) is not inverted)


def _in_use(units, interfaces):
    """The UNITS that are for an interface of this host: the first file that matches one has it. Where none is known (an image), all of
    the administrator's. What is told to leave its interface alone sets nothing of it."""
    free = dict(interfaces)
    for options in units:
        found = _matched(options, free)
        if (found or not interfaces and options and options[0].path.startswith("/etc/")) and not _is_unmanaged(options):
            yield options
        if set(option.key for option in options if option.section == "Match") == set(["Name"]):
            free = dict((name, address) for name, address in free.items() if name not in found)


def _is_unmanaged(options):
    said = [option.value.lower() for option in options if (option.section, option.key) == ("Link", "Unmanaged")]
    return bool(said) and said[-1] in _ON


def _said(options):
    """option -> (its last line in [Network] with a word that is understood, what that means), as systemd reads them."""
    found = OrderedDict()
    for option in options:
        key, value = _RENAMED.get(option.key, option.key), option.value.lower()
        words = _WORDS.get(key)
        if option.section == "Network" and key in _WORDS and (words is None or value in words):
            found[key] = (option, option.value if words is None else words[value])
    return found


def _setting(option, name, value):
    return Setting(name, value, option.path, option.number, "systemd-networkd")


def _forwarding(said, version):
    """The Settings of forwarding that SAID brings along; a release that lets interfaces speak for themselves hears these first."""
    old = version < _PER_INTERFACE
    keys = ("IPForward", "IPMasquerade") if old else ("IPMasquerade", "IPv6SendRA")
    return [_setting(said[key][0], (_EVERY if old else _OWN)[family], "1") for key in keys if key in said for family in said[key][1]
            if old or _EXPLICIT[family] not in said]


def _of_unit(said, version):
    """The Settings that what is SAID in a .network file makes."""
    unknown = _EXPLICIT.values() if 0 < version < _PER_INTERFACE else ()
    return [_setting(option, "net." + _PARAMETERS[key][0], meaning) for key, (option, meaning) in said.items()
            if key in _PARAMETERS and key not in unknown] + _forwarding(said, version)


def of_networkd(files, interfaces, version):
    """The Settings of systemd-networkd. FILES: those of its folders that count. INTERFACES: name -> address, "" where it is not known.
    VERSION: that of systemd, 0: not known."""
    found = []
    for options in _in_use(_units(files), interfaces):
        found += _of_unit(_said(options), version)
    return tuple(found + (_of_all(files) if version >= _PER_INTERFACE else []))


def _of_all(files):
    """The Settings of networkd.conf, which speaks of all interfaces."""
    said = _said(option for item in files if "/networkd.conf" in item.path for option in _options(item))
    return [_setting(said[key][0], _EVERY[family], said[key][1]) for family, key in sorted(_EXPLICIT.items()) if key in said]


def _where(option):
    return "%s:%d" % (option.path, option.number)


def announces(files, interfaces):
    """Where systemd-networkd is told to announce this host as a router of IPv6, `path:line`, or None."""
    for options in _in_use(_units(files), interfaces):
        option, families = _said(options).get("IPv6SendRA", (None, ()))
        if families:
            return _where(option)
    return None


def advertisements(files, interfaces, version):
    """Who takes the advertisements of routers, and by which line, in words, or None. Where nothing is said, systemd-networkd does on
    interfaces that do not forward."""
    for options in _in_use(_units(files), interfaces):
        said = _said(options)
        option, value = said.get("IPv6AcceptRA", (None, None))
        if value == "1":
            return "systemd-networkd (IPv6AcceptRA in %s)" % _where(option)
        forwards = any(setting.name in (_EVERY["ipv6"], _OWN["ipv6"]) and setting.value == "1" for setting in _of_unit(said, version))
        if value is None and not forwards and not said.get("IPv6SendRA", (None, ()))[1]:
            return "systemd-networkd (%s, which says nothing else)" % options[0].path
    return None


def of_manager(files):
    """The Settings of NetworkManager's connections: one that is shared switches forwarding on for all."""
    found = []
    for option in (option for item in files for option in _options(item) if option.section in _EVERY):
        names = {("method", "shared"): _EVERY, ("forwarding", "1"): _OWN}.get((option.key, option.value))
        if names:
            found.append(Setting(names[option.section], "1", option.path, option.number, "NetworkManager"))
    return tuple(found)


def managed_advertisements(files):
    """Whether NetworkManager takes the advertisements of routers for one of its connections, in words, or None."""
    methods = [[option.value for option in _options(item) if (option.section, option.key) == ("ipv6", "method")] for item in files]
    taken = not files or any(not said or said[-1] in ("auto", "dhcp") for said in methods)
    return "NetworkManager (ipv6.method=auto)" if taken else None
