# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What systemd-networkd and NetworkManager set. The answers are those of the sources of systemd 252, 255 and 257 (networkd-sysctl.c,
networkd-network.c, networkd-ndisc.c, net-condition.c, conf-parser.c) and of NetworkManager (nm-device.c)."""

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _network
from ansible_collections.photon.hardening.plugins.module_utils._model import File

LAN = "/etc/systemd/network/10-lan.network"
CONF = "/etc/systemd/networkd.conf"
ADDRESSES = {"lo": "00:00:00:00:00:00", "eth0": "52:54:00:00:00:01", "eth1": "52:54:00:00:00:02"}
IPV4, IPV6 = ("net.ipv4.ip_forward", "1"), ("net.ipv6.conf.all.forwarding", "1")
IPV4_EACH, IPV6_EACH = ("net.ipv4.conf.*.forwarding", "1"), ("net.ipv6.conf.*.forwarding", "1")


EACH = ("net.ipv6.conf.*.disable_ipv6", "net.ipv6.conf.*.use_tempaddr", "net.ipv6.conf.*.accept_ra",
        "net.ipv4.conf.*.promote_secondaries")


def found(*files, **options):
    """What is set beside that which is set on each interface that networkd configures."""
    return [item for item in all_of(*files, **options) if item[0] not in EACH]


def all_of(*files, **options):
    settings = _network.of_networkd([File(*item) for item in files], options.get("addresses", ADDRESSES), options.get("version", 252))
    return [(item.name, item.value, "%s:%d" % (item.path.rpartition("/")[2], item.number)) for item in settings]


def test_what_is_set_on_each_interface():
    assert [item[:2] for item in all_of(lan("DHCP=yes"))] == [
        (EACH[0], "0"), (EACH[2], "0"), (EACH[3], "1"), (EACH[1], "0")]


def lan(*lines):
    return LAN, "[Match]\nName=eth0\n\n[Network]\n%s\n" % "\n".join(lines)


@pytest.mark.parametrize("line, version, expected", [
    ("IPForward=yes", 252, [IPV4, IPV6]), ("IPForward=YES", 252, [IPV4, IPV6]),
    ("IPForward = ipv4", 252, [IPV4]), ("IPForward=IPv4", 252, []),
    ("IPForward=ipv6", 252, [IPV6]), ("IPForward=both", 252, []),
    ("IPForward=no", 252, []), ("IPForward=kernel", 239, []), ("#IPForward=yes", 252, []), ("; IPForward=yes", 252, []),
    ("IPForward", 252, []),
    ("IPMasquerade=yes", 252, [IPV4]), ("IPMasquerade=both", 252, [IPV4, IPV6]), ("IPMasquerade=no", 252, []),
    ("IPForward=ipv4", 255, [IPV4]),
    # Since 256 it is passed over.
    ("IPForward=yes", 256, []),
    # It switches all interfaces on in each release.
    ("IPMasquerade=ipv6", 257, [IPV6]), ("IPMasquerade=both", 257, [IPV4, IPV6]),
    ("IPv4Forwarding=no", 257, [("net.ipv4.conf.*.forwarding", "0")]), ("IPv4Forwarding=no", 255, []),
    ("IPv6Forwarding=on", 257, [IPV6_EACH]),
    ("IPv6SendRA=yes", 257, [IPV6_EACH]), ("IPv6PrefixDelegation=dhcpv6", 257, [IPV6_EACH]), ("IPv6SendRA=no", 257, []),
    # Before 256 it is sent whatever the forwarding is.
    ("IPv6SendRA=yes", 252, []), ("IPv6SendRA=yes", 255, []),
    ("IPv4ReversePathFilter=loose", 257, [("net.ipv4.conf.*.rp_filter", "2")]),
    ("IPv4ReversePathFilter=strict", 255, [("net.ipv4.conf.*.rp_filter", "1")]),
    ("IPv4ReversePathFilter=no", 257, [("net.ipv4.conf.*.rp_filter", "0")]), ("IPv4ReversePathFilter=loose", 252, []),
    ("IPv6DuplicateAddressDetection=0", 257, [("net.ipv6.conf.*.dad_transmits", "0")]),
    ("IPv6DuplicateAddressDetection=many", 257, []), ("IPv6HopLimit=0", 252, []),
    ("IPv6HopLimit=9", 252, [("net.ipv6.conf.*.hop_limit", "9")]),
    ("ProxyARP=yes", 252, [("net.ipv4.conf.*.proxy_arp", "1")]),
    ("IPv4AcceptLocal=maybe", 257, []), ("DHCP=yes", 257, []),
])
def test_what_an_option_sets(line, version, expected):
    assert found(lan(line), version=version) == [item + ("10-lan.network:5",) for item in expected]


@pytest.mark.parametrize("version, lines, expected", [
    (252, ["IPForward=yes", "IPForward=no"], []),
    (252, ["IPForward=no", "IPForward=ipv4"], [IPV4 + (6,)]),
    # What is not understood takes nothing back.
    (252, ["IPForward=ipv4", "IPForward=", "IPForward=perhaps"], [IPV4 + (5,)]),
    (252, ["IPMasquerade=ipv4", "IPMasquerade="], []),
    (252, ["IPForward=no", "IPMasquerade=ipv4"], [IPV4 + (6,)]),
    (252, ["IPv4ProxyARP=yes", "IPv4ProxyARP="], []),
    (257, ["IPv4ReversePathFilter=loose", "IPv4ReversePathFilter="], [("net.ipv4.conf.*.rp_filter", "2", 5)]),
    (257, ["IPv4ReversePathFilter=loose", "IPv4ReversePathFilter=no"], [("net.ipv4.conf.*.rp_filter", "0", 6)]),
    (257, ["IPv6Forwarding=yes", "IPv6Forwarding="], []),
    (257, ["IPv6SendRA=yes", "IPv6Forwarding=no"], [("net.ipv6.conf.*.forwarding", "0", 6)]),
    (257, ["IPMasquerade=ipv4", "IPv4Forwarding=no"], [IPV4 + (5,), ("net.ipv4.conf.*.forwarding", "0", 6)]),
])
def test_the_last_word_counts(version, lines, expected):
    assert found(lan(*lines), version=version) == [item[:2] + ("10-lan.network:%d" % item[2],) for item in expected]


@pytest.mark.parametrize("lines, general, version, expected", [
    (["DHCP=yes"], "", 252, ("0", "10-lan.network:1")), (["IPv6PrivacyExtensions=no"], "", 252, ("0", "10-lan.network:5")),
    (["IPv6PrivacyExtensions=yes"], "", 252, ("2", "10-lan.network:5")),
    (["IPv6PrivacyExtensions=TRUE"], "", 257, ("2", "10-lan.network:5")),
    (["IPv6PrivacyExtensions=prefer-public"], "", 252, ("1", "10-lan.network:5")),
    (["IPv6PrivacyExtensions=kernel"], "yes", 257, None),
    (["IPv6PrivacyExtensions=yes", "IPv6PrivacyExtensions="], "", 257, ("0", "10-lan.network:1")),
    # networkd.conf says it for all since 254.
    (["DHCP=yes"], "yes", 253, ("0", "10-lan.network:1")), (["DHCP=yes"], "yes", 254, ("2", "networkd.conf:2")),
    (["IPv6PrivacyExtensions=no"], "yes", 257, ("0", "10-lan.network:5")),
])
def test_temporary_addresses(lines, general, version, expected):
    everywhere = (CONF, "[Network]\nIPv6PrivacyExtensions=%s\n" % general)
    settings = {item[0]: item[1:] for item in all_of(everywhere, lan(*lines), version=version)}
    assert settings.get("net.ipv6.conf.*.use_tempaddr") == expected


@pytest.mark.parametrize("line, expected", [
    ("DHCP=yes", True), ("LinkLocalAddressing=no", False), ("LinkLocalAddressing=ipv6", True), ("Bridge=br0", False),
])
def test_ipv6_is_switched_on_where_networkd_uses_it(line, expected):
    assert (("net.ipv6.conf.*.disable_ipv6", "0", "10-lan.network:1") in all_of(lan(line))) is expected
    assert all_of((LAN, "[Match]\nName=eth0\n[Link]\nUnmanaged=yes\n")) == []
    # As systemd's own file for wireless networks without an access point.
    assert all_of(("/usr/lib/systemd/network/80-wifi-adhoc.network", "[Match]\nType=wlan\n[Network]\n%s\n" % line)) == []


def test_a_line_goes_on_after_a_backslash():
    assert found(lan("IPForward=\\", "# a comment", " ipv4", "IPForward=x")) == [IPV4 + ("10-lan.network:5",)]


def test_only_the_section_of_the_network_counts():
    assert found((LAN, "[Match]\nName=eth0\n[Link]\nIPForward=yes\n[Network]\n")) == []


@pytest.mark.parametrize("conditions, counts", [
    ("Name=eth0", True), ("Name=eth*", True), ("Name=ens* eth1", True), ("Name=ens*", False), ("Name=!eth*", False),
    ("Name=!lo eth*", False), ("Name=!eth0", True), ("Name=!eth1\nName=eth*", True), ("Name=eth0\nName=", False),
    ("Name=nope\nName=eth0", True), ("Name=lo", False), ("Name=*", True), ("Name=ve-*\nDriver=veth", False), ("Driver=veth", True),
    ("MACAddress=00:11:22:33:44:55", False), ("MACAddress=52:54:00:00:00:01", True), ("MACAddress=52-54-00-00-00-02 x", True),
    ("MACAddress=5254.0000.0001", True), ("MACAddress=52:54:0:0:0:1", True), ("MACAddress=52:54:00:00:00:01\nName=eth1", False),
])
def test_a_file_counts_that_matches_an_interface(conditions, counts):
    """Systemd itself ships files for interfaces of nspawn, with IPMasquerade=."""
    assert bool(found((LAN, "[Match]\n%s\n[Network]\nIPForward=ipv4\n" % conditions))) is counts


@pytest.mark.parametrize("version, counts", [(244, True), (245, False), (257, False)])
def test_a_file_without_a_condition(version, counts):
    assert bool(found((LAN, "[Match]\n[Network]\nIPMasquerade=ipv4\n"), version=version)) is counts


def test_the_first_file_that_matches_has_the_interface():
    first, second = (("/etc/systemd/network/%s.network" % name, "[Match]\nName=eth0\n[Network]\n%s\n" % line)
                     for name, line in (("10", "DHCP=yes"), ("20", "IPForward=ipv4")))
    assert found(second, first) == []
    assert found(second) != []
    # Of other conditions it is not known whether they are met.
    assert found(second, (first[0], first[1].replace("Name=", "Type=ether\nName="))) != []


def test_an_interface_that_is_left_alone():
    unmanaged = ("/etc/systemd/network/05.network", "[Match]\nName=eth0\n[Link]\nUnmanaged=yes\n[Network]\nIPForward=yes\n")
    assert found(unmanaged) == found(unmanaged, lan("IPForward=yes")) == found(unmanaged, addresses=None) == []
    managed = (unmanaged[0], unmanaged[1].replace("Unmanaged=yes", "Unmanaged=yes\nUnmanaged=no"))
    assert found(managed) != []


def test_in_an_image_no_interface_is_known():
    text = lan("IPForward=ipv4")[1]
    assert found((LAN, text), addresses=None) != []
    vendor = ("/usr/lib/systemd/network/80-x.network", text)
    assert found(vendor, addresses=None) == []
    assert found(vendor, ("/etc/systemd/network/80-x.network.d/a.conf", "[Network]\nDHCP=yes\n"), addresses=None) != []
    # A host that has none but its loopback is no image.
    assert found((LAN, text), addresses={"lo": ""}) == []


def test_drop_ins_belong_to_their_file():
    addition = (LAN + ".d/a.conf", "[Network]\nIPForward=ipv4\n")
    assert found(addition, (LAN, "[Match]\nName=eth0\n")) == [IPV4 + ("a.conf:2",)]
    assert found(addition) == found(addition, (LAN, "")) == []


def test_the_last_drop_in_has_the_last_word():
    later, earlier = ("/run/systemd/network/10-lan.network.d/b.conf", "[Network]\nIPForward=no\n"), (LAN + ".d/a.conf", "[Network]\n")
    assert found(later, earlier, lan("IPForward=yes")) == []
    assert found(lan("IPForward=no"), (LAN + ".d/c.conf", "[Network]\nIPForward=ipv6\n"), later) == [IPV6 + ("c.conf:2",)]


@pytest.mark.parametrize("version, expected", [(255, []), (256, [("net.ipv4.ip_forward", "0", "networkd.conf:2")])])
def test_the_settings_for_all_interfaces(version, expected):
    text = "[Network]\nIPv4Forwarding=no\nx=1\n[x]\nIPv6Forwarding=yes\n"
    assert found((CONF, text), version=version) == expected


def test_the_last_file_has_the_last_word_on_all_interfaces():
    files = (CONF, "[Network]\nIPv4Forwarding=yes\n"), (CONF + ".d/a.conf", "[Network]\nIPv4Forwarding=no\n")
    assert found(*files, version=257) == [("net.ipv4.ip_forward", "0", "a.conf:2")]
    assert found(*(files + ((CONF + ".d/b.conf", "[Network]\nIPv4Forwarding=\n"),)), version=257) == []


def test_masquerading_does_not_overrule_what_is_said_of_all_interfaces():
    general = (CONF, "[Network]\nIPv4Forwarding=no\n")
    assert found(general, lan("IPMasquerade=ipv4"), version=257) == [
        IPV4_EACH + ("10-lan.network:5",), ("net.ipv4.ip_forward", "0", "networkd.conf:2")]


def test_a_folder_hides_files_of_the_folders_after_it():
    names = {"/usr/lib/systemd/network": ["80.network", "10.network"], "/etc/systemd/network": ["80.network", "80.network.d/a.conf"]}
    assert _network.chosen(names, _network.NETWORKD) == [
        "/usr/lib/systemd/network/10.network", "/etc/systemd/network/80.network", "/etc/systemd/network/80.network.d/a.conf"]


# --- advertisements of routers ---

BY_DEFAULT = "IPv6AcceptRA is on by default in " + LAN


@pytest.mark.parametrize("version, lines, expected", [
    (252, ["IPv6AcceptRA=yes"], "IPv6AcceptRA in %s:5" % LAN), (252, ["IPv6AcceptRouterAdvertisements=1"], "IPv6AcceptRA in %s:5" % LAN),
    (252, ["IPv6AcceptRA=no"], None), (252, ["IPv6AcceptRA=yes", "IPv6AcceptRA=no"], None),
    # Where nothing is said, it depends on forwarding.
    (252, ["DHCP=yes"], BY_DEFAULT), (257, ["DHCP=yes"], BY_DEFAULT), (252, ["IPv6AcceptRA=no", "IPv6AcceptRA="], BY_DEFAULT),
    (252, ["IPForward=ipv4"], BY_DEFAULT), (252, ["IPForward=yes"], None), (252, ["IPMasquerade=both"], None),
    (257, ["IPForward=yes"], BY_DEFAULT), (257, ["IPv6Forwarding=yes"], None), (257, ["IPMasquerade=both"], None),
    (257, ["IPv6SendRA=yes"], None), (252, ["IPv6SendRA=yes"], BY_DEFAULT),
    (257, ["IPv6SendRA=yes", "IPv6AcceptRA=yes"], "IPv6AcceptRA in %s:6" % LAN),
    # Without an address for the link there is nothing to take them by.
    (252, ["LinkLocalAddressing=no", "IPv6AcceptRA=yes"], None), (252, ["LinkLocalAddressing=ipv4"], None),
    (252, ["Bridge=br0"], None), (252, ["Bond=bond0", "Bond="], BY_DEFAULT), (252, ["KeepMaster=yes"], None),
    (252, ["Bridge=br0", "LinkLocalAddressing=ipv6"], BY_DEFAULT),
])
def test_where_advertisements_are_taken(version, lines, expected):
    found = _network.advertisements([File(*lan(*lines))], ADDRESSES, version)
    assert found == (("systemd-networkd", expected) if expected else None)


@pytest.mark.parametrize("lines, expected", [
    (["IPv6SendRA=yes"], LAN + ":5"), (["IPv6PrefixDelegation=static"], LAN + ":5"), (["DHCP=yes"], None),
    (["IPv6SendRA=no", "IPv6SendRA=yes"], LAN + ":6"), (["IPv6SendRA=yes", "IPv6SendRA=no"], None),
])
@pytest.mark.parametrize("version", [252, 257])
def test_where_this_host_is_announced_as_a_router(version, lines, expected):
    assert _network.announces([File(*lan(*lines))], ADDRESSES, version) == expected
    assert _network.announces([File(*lan(*lines))], {"eth1": ""}, version) is None


@pytest.mark.parametrize("value, expected", [("yes", None), ("no", ("systemd-networkd", BY_DEFAULT))])
def test_forwarding_of_all_interfaces_leaves_advertisements_alone(value, expected):
    files = [File(*lan("DHCP=yes")), File(CONF, "[Network]\nIPv6Forwarding=%s\n" % value)]
    assert _network.advertisements(files, ADDRESSES, 257) == expected


def test_what_others_ship_takes_no_advertisements_of_an_interface_that_may_not_be_there():
    """As systemd's file for wireless networks without an access point."""
    text = "[Match]\nType=wlan\nWLANInterfaceType=ad-hoc\n[Network]\nLinkLocalAddressing=yes\n"
    assert _network.advertisements([File("/usr/lib/systemd/network/80-wifi-adhoc.network", text)], ADDRESSES, 252) is None
    assert _network.advertisements([File(LAN, text)], ADDRESSES, 252) == ("systemd-networkd", BY_DEFAULT)


# --- NetworkManager ---

PROFILE = "/etc/NetworkManager/system-connections/a.nmconnection"
OLD, NEW = "\x7fELF /proc/sys/net/ipv4/ip_forward", "\x7fELF /proc/sys/net/ipv6/conf/all/forwarding"


@pytest.mark.parametrize("text, program, expected", [
    # Before 1.54 it writes what is for all interfaces.
    ("[ipv4]\nmethod=shared\n", OLD, [IPV4 + (2,)]), ("[ipv4]\nmethod=shared\n", None, [IPV4 + (2,)]),
    ("[ipv4]\nmethod=shared\n", NEW, [IPV4_EACH + (2,)]),
    ("[ipv6]\nmethod=shared\n", OLD, [IPV6 + (2,)]), ("[ipv6]\nmethod=shared\n", NEW, [IPV6 + (2,)]),
    ("[ipv4]\nforwarding=1\n", OLD, []), ("[ipv4]\nforwarding=1\n", NEW, [IPV4_EACH + (2,)]),
    ("[ipv4]\nforwarding=0\n", NEW, [("net.ipv4.conf.*.forwarding", "0", 2)]), ("[ipv4]\nforwarding=2\n", NEW, []),
    ("[ipv6]\nforwarding=1\n", NEW, []),
    ("[ipv4]\nmethod=shared\nforwarding=0\n", NEW, [IPV4_EACH + (2,)]),
    ("[ipv4]\nmethod=shared\nmethod=auto\n", OLD, []),
    ("[ipv4]\nmethod=auto\n[wifi]\nmethod=shared\n", OLD, []),
    # It is started by a user, and not at boot.
    ("[connection]\nautoconnect=false\n[ipv4]\nmethod=shared\n", OLD, []),
])
def test_a_shared_connection_of_networkmanager_forwards(text, program, expected):
    settings = _network.of_manager([File(PROFILE, text)], program)
    assert [(item.name, item.value, item.number) for item in settings] == expected
    assert _network.is_shared([File(PROFILE, text)]) or not expected or "[ipv6]" in text


@pytest.mark.parametrize("text, expected", [
    ("[ipv6]\nmethod=auto\n", "ipv6.method is auto in %s:2" % PROFILE),
    ("[connection]\nid=a\n", "ipv6.method is auto by default in " + PROFILE),
    ("[connection]\ntype=ethernet\n[ipv6]\naddr-gen-mode=eui64\n", "ipv6.method is auto by default in " + PROFILE),
    ("[ipv6]\nmethod=disabled\n", None), ("[ipv6]\nmethod=manual\n", None), ("[connection]\ntype=wireguard\n", None),
    ("[connection]\ntype=ethernet\nmaster=br0\nslave-type=bridge\n", None), ("[connection]\nautoconnect=false\n", None), ("", None),
])
def test_where_networkmanager_takes_advertisements(text, expected):
    assert _network.manager_advertisements([File(PROFILE, text)]) == (("NetworkManager", expected) if expected else None)


def test_a_name_that_no_interface_has_is_looked_at_no_further(monkeypatch):
    monkeypatch.setattr(_network.fnmatch, "filter", lambda names, pattern: [] if len(pattern) < 256 else pytest.fail(pattern[:9]))
    assert found((LAN, "[Match]\nName=%s\n[Network]\nIPForward=yes\n" % ("[a-" * 2000))) == []


@pytest.mark.parametrize("text", [
    "[", "[a]\n", "=\n", "Name=!\n", "[Match]\nName=[\n", "\x00\x1b[2J", " \n", "[Match]\nName=**********a\n", "\\\n", "\\",
    "[Match]\nMACAddress=:\n", "[Network]\nIPForward\n"])
def test_hostile_text_neither_hangs_nor_fails(text):
    text *= (1 << 16) // len(text)
    assert found((LAN, text), (CONF, text)) == []
    _network.advertisements([File(LAN, text)], ADDRESSES, 257)
    assert _network.of_manager([File("/x", text)]) == ()
    assert _network.manager_advertisements([File("/x", "\n")]) is None
