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
_FAMILIES = {"ipv4": ("ipv4",), "ipv6": ("ipv6",), "both": ("ipv4", "ipv6")}
# From this release on IPForward= is said of its own interfaces.
_PER_INTERFACE = 256
_EVERY = {"ipv4": "net.ipv4.ip_forward", "ipv6": "net.ipv6.conf.all.forwarding"}
_ALL = {"IPv4Forwarding": _EVERY["ipv4"], "IPv6Forwarding": _EVERY["ipv6"]}
# Option of a .network file -> the parameter of its interfaces, and what the words of the option mean; None: they are the value.
_SWITCH = dict([(word, "1") for word in _ON] + [(word, "0") for word in _OFF])
_OPTIONS = {
    "IPv4Forwarding": ("ipv4.conf.*.forwarding", _SWITCH),
    "IPv6Forwarding": ("ipv6.conf.*.forwarding", _SWITCH),
    # The kernel takes the larger one of an interface's value and that of conf.all, so `no` takes nothing back.
    "IPv4ReversePathFilter": ("ipv4.conf.*.rp_filter", {"strict": "1", "loose": "2"}),
    "IPv4AcceptLocal": ("ipv4.conf.*.accept_local", _SWITCH),
    "IPv4RouteLocalnet": ("ipv4.conf.*.route_localnet", _SWITCH),
    "IPv4ProxyARP": ("ipv4.conf.*.proxy_arp", _SWITCH),
    "IPv6ProxyNDP": ("ipv6.conf.*.proxy_ndp", _SWITCH),
    "IPv6DuplicateAddressDetection": ("ipv6.conf.*.dad_transmits", None),
}
# networkd reads the advertisements itself, and the kernel's switch is 0 then.
_ADVERTISEMENTS = ("IPv6AcceptRA", "IPv6AcceptRouterAdvertisements")


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


def _matched(options, interfaces):
    """The interfaces that a .network file may be for; others of its conditions are not looked at."""
    patterns = [pattern for option in options if (option.section, option.key) == ("Match", "Name") for pattern in option.value.split()]
    if not patterns:
        return set(interfaces)
    inverted = patterns[0].startswith("!")
    # An older Python takes long for many stars in a row.
    patterns = [re.sub(r"\*+", "*", pattern.lstrip("!")) for pattern in patterns]
    return set(name for name in interfaces if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns) is not inverted)


def _in_use(units, interfaces):
    """The UNITS that are for an interface of this host: the first file that matches one has it. Where none is known (an image), all of
    the administrator's."""
    free = set(interfaces)
    for options in units:
        found = _matched(options, free)
        if found or not interfaces and options and options[0].path.startswith("/etc/"):
            yield options
        if set(option.key for option in options if option.section == "Match") == set(["Name"]):
            free -= found


def _families(option):
    value = option.value.lower()
    if value in _ON:
        return _FAMILIES["ipv4" if option.key == "IPMasquerade" else "both"]
    return _FAMILIES.get(value, ())


def _setting(option, name, value):
    return Setting(name, value, option.path, option.number, "systemd-networkd")


def _of_option(option, version):
    """The Settings that an option of a section [Network] makes."""
    if option.key in ("IPForward", "IPMasquerade"):
        # `no` is no order to switch it off.
        names = _EVERY if version < _PER_INTERFACE else dict((family, "net.%s.conf.*.forwarding" % family) for family in _EVERY)
        return [_setting(option, names[family], "1") for family in _families(option)]
    parameter, words = _OPTIONS.get(option.key, (None, None))
    value = option.value.lower() if words is None else words.get(option.value.lower())
    return [_setting(option, "net." + parameter, value)] if parameter and value else []


def of_networkd(files, interfaces, version):
    """The Settings of systemd-networkd. FILES: those of its folders that count. VERSION: that of systemd."""
    found = []
    for options in _in_use(_units(files), interfaces):
        for option in options:
            found += _of_option(option, version) if option.section == "Network" else []
    return tuple(found + (_of_all(files) if version >= _PER_INTERFACE else []))


def _of_all(files):
    """The Settings of networkd.conf, which speaks of all interfaces."""
    options = [option for item in files if "/networkd.conf" in item.path for option in _options(item)]
    found = [(option, _ALL.get(option.key), _SWITCH.get(option.value.lower())) for option in options if option.section == "Network"]
    return [_setting(option, name, value) for option, name, value in found if name and value]


def advertisements(files, interfaces):
    """Where systemd-networkd is told to take the advertisements of routers, `path:line`, or None."""
    for options in _in_use(_units(files), interfaces):
        for option in options:
            if option.section == "Network" and option.key in _ADVERTISEMENTS and option.value.lower() in _ON:
                return "%s:%d" % (option.path, option.number)
    return None


def of_manager(files):
    """The Settings of NetworkManager's connections: one that is shared forwards."""
    options = [option for item in files for option in _options(item) if option.section in ("ipv4", "ipv6")]
    return tuple(Setting("net.%s.conf.*.forwarding" % option.section, "1", option.path, option.number, "NetworkManager")
                 for option in options if (option.key, option.value) in (("method", "shared"), ("forwarding", "1")))
