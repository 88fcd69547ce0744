# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _network
from ansible_collections.photon.hardening.plugins.module_utils._model import File

LAN = "/etc/systemd/network/10-lan.network"


def found(*files, **options):
    interfaces = options.get("interfaces", {"lo": "", "eth0": "", "eth1": ""})
    settings = _network.of_networkd([File(*item) for item in files], interfaces, options.get("version", 252))
    return [(item.name, item.value, "%s:%d" % (item.path.rpartition("/")[2], item.number)) for item in settings]


@pytest.mark.parametrize("line, version, expected", [
    ("IPForward=yes", 0, [("net.ipv4.ip_forward", "1"), ("net.ipv6.conf.all.forwarding", "1")]),
    ("IPForward=yes", 252, [("net.ipv4.ip_forward", "1"), ("net.ipv6.conf.all.forwarding", "1")]),
    ("IPForward = ipv4", 252, [("net.ipv4.ip_forward", "1")]),
    ("IPForward=ipv6", 252, [("net.ipv6.conf.all.forwarding", "1")]),
    ("IPForward=no", 252, []), ("IPForward=kernel", 239, []), ("#IPForward=yes", 252, []), ("; IPForward=yes", 252, []),
    ("IPForward", 252, []),
    ("IPMasquerade=yes", 252, [("net.ipv4.ip_forward", "1")]),
    ("IPMasquerade=both", 252, [("net.ipv4.ip_forward", "1"), ("net.ipv6.conf.all.forwarding", "1")]),
    ("IPMasquerade=no", 252, []),
    # Since 256 it is passed over, and the others speak of the interface alone.
    ("IPForward=ipv4", 255, [("net.ipv4.ip_forward", "1")]), ("IPForward=ipv4", 256, []), ("IPForward=yes", 257, []),
    ("IPMasquerade=ipv6", 257, [("net.ipv6.conf.*.forwarding", "1")]),
    ("IPMasquerade=ipv4", 255, [("net.ipv4.ip_forward", "1")]), ("IPMasquerade=yes", 257, [("net.ipv4.conf.*.forwarding", "1")]),
    ("IPv4Forwarding=no", 257, [("net.ipv4.conf.*.forwarding", "0")]),
    ("IPv4Forwarding=yes", 0, [("net.ipv4.conf.*.forwarding", "1")]), ("IPv4Forwarding=yes", 255, []),
    ("IPv6Forwarding=on", 257, [("net.ipv6.conf.*.forwarding", "1")]),
    ("IPv6SendRA=yes", 257, [("net.ipv6.conf.*.forwarding", "1")]), ("IPv6SendRA=yes", 252, []), ("IPv6SendRA=no", 257, []),
    ("IPv6PrefixDelegation=dhcpv6", 257, [("net.ipv6.conf.*.forwarding", "1")]),
    ("IPv4ReversePathFilter=loose", 257, [("net.ipv4.conf.*.rp_filter", "2")]),
    ("IPv4ReversePathFilter=strict", 257, [("net.ipv4.conf.*.rp_filter", "1")]),
    ("IPv4ReversePathFilter=no", 257, [("net.ipv4.conf.*.rp_filter", "0")]), ("IPv4ReversePathFilter=1", 257, []),
    ("IPv6DuplicateAddressDetection=0", 257, [("net.ipv6.conf.*.dad_transmits", "0")]),
    ("IPv4AcceptLocal=maybe", 257, []), ("DHCP=yes", 257, []),
])
def test_what_an_option_sets(line, version, expected):
    text = "[Match]\nName=eth0\n\n[Network]\n%s\n" % line
    assert found((LAN, text), version=version) == [item + ("10-lan.network:5",) for item in expected]


@pytest.mark.parametrize("lines, version, expected", [
    (["IPForward=yes", "IPForward=no"], 252, []), (["IPForward=no", "IPForward=ipv4"], 252, [("net.ipv4.ip_forward", "1")]),
    # A word that is not understood is passed over.
    (["IPForward=ipv4", "IPForward=perhaps"], 252, [("net.ipv4.ip_forward", "1")]),
    (["IPv4ReversePathFilter=loose", "IPv4ReversePathFilter=no"], 257, [("net.ipv4.conf.*.rp_filter", "0")]),
    (["IPForward=ipv4", "IPMasquerade=no"], 252, [("net.ipv4.ip_forward", "1")]),
    # What an interface says of itself comes before what another option brings along.
    (["IPMasquerade=ipv4", "IPv4Forwarding=no"], 257, [("net.ipv4.conf.*.forwarding", "0")]),
    (["IPv6SendRA=yes", "IPv6Forwarding=no"], 257, [("net.ipv6.conf.*.forwarding", "0")]),
])
def test_the_last_line_counts(lines, version, expected):
    text = "[Match]\nName=eth0\n[Network]\n%s\n" % "\n".join(lines)
    assert [item[:2] for item in found((LAN, text), version=version)] == expected
    addition = (LAN + ".d/a.conf", "[Network]\n%s\n" % lines[1])
    assert [item[:2] for item in found((LAN, text.replace(lines[1], "")), addition, version=version)] == expected


@pytest.mark.parametrize("line, counts", [("Unmanaged=yes", False), ("Unmanaged=no", True), ("Unmanaged=yes\nUnmanaged=no", True)])
def test_an_interface_that_is_left_alone(line, counts):
    text = "[Match]\nName=eth0\n[Link]\n%s\n[Network]\nIPForward=ipv4\n"
    assert bool(found((LAN, text % line))) is counts


def test_only_the_section_of_the_network_counts():
    assert found((LAN, "[Match]\nName=eth0\n[Link]\nIPForward=yes\n[Network]\n")) == []


@pytest.mark.parametrize("name, counts", [
    ("Name=eth0", True), ("Name=eth*", True), ("Name=ens* eth1", True), ("Name=ens*", False), ("Name=!eth*", True),
    ("Name=!lo eth*", False), ("MACAddress=00:11:22:33:44:55", True), ("", True), ("Name=ve-*\nDriver=veth", False),
])
def test_a_file_counts_that_matches_an_interface(name, counts):
    """Systemd itself ships files for interfaces of nspawn, with IPMasquerade=."""
    assert bool(found((LAN, "[Match]\n%s\n[Network]\nIPForward=ipv4\n" % name))) is counts


@pytest.mark.parametrize("condition, counts", [
    ("MACAddress=00:11:22:33:44:55", True), ("MACAddress=00-11-22-33-44-AA 00-11-22-33-44-55", True),
    ("MACAddress=00:11:22:33:44:66", False),
    ("Name=eth1\nMACAddress=00:11:22:33:44:55", False), ("Name=lo", True),
])
def test_a_file_counts_that_names_the_address_of_an_interface(condition, counts):
    interfaces = {"lo": "00:00:00:00:00:00", "eth0": "00:11:22:33:44:55"}
    assert bool(found((LAN, "[Match]\n%s\n[Network]\nIPForward=ipv4\n" % condition), interfaces=interfaces)) is counts


def test_the_first_file_that_matches_has_the_interface():
    first, second = (("/etc/systemd/network/%s.network" % name, "[Match]\nName=eth0\n[Network]\n%s\n" % line)
                     for name, line in (("10", "DHCP=yes"), ("20", "IPForward=ipv4")))
    assert found(second, first) == []
    assert found(second) != []
    # Of other conditions it is not known whether they are met.
    assert found(second, (first[0], first[1].replace("Name=", "Type=ether\nName="))) != []


def test_in_an_image_no_interface_is_known():
    text = "[Match]\nName=eth0\n[Network]\nIPForward=ipv4\n"
    assert found((LAN, text), interfaces={}) != []
    assert found(("/usr/lib/systemd/network/80-x.network", text), interfaces={}) == []


def test_drop_ins_belong_to_their_file():
    addition = (LAN + ".d/a.conf", "[Network]\nIPForward=ipv4\n")
    assert found(addition, (LAN, "[Match]\nName=eth0\n")) == [("net.ipv4.ip_forward", "1", "a.conf:2")]
    assert found(addition) == found(addition, (LAN, "")) == []


@pytest.mark.parametrize("version, expected", [(255, []), (256, [("net.ipv4.ip_forward", "0", "networkd.conf:2")])])
def test_the_settings_for_all_interfaces(version, expected):
    text = "[Network]\nIPv4Forwarding=no\nx=1\n[x]\nIPv6Forwarding=yes\n"
    assert found(("/etc/systemd/networkd.conf", text), version=version) == expected


def test_a_folder_hides_files_of_the_folders_after_it():
    names = {"/usr/lib/systemd/network": ["80.network", "10.network"], "/etc/systemd/network": ["80.network", "80.network.d/a.conf"]}
    assert _network.chosen(names, _network.NETWORKD) == [
        "/usr/lib/systemd/network/10.network", "/etc/systemd/network/80.network", "/etc/systemd/network/80.network.d/a.conf"]


SAID = "systemd-networkd (IPv6AcceptRA in %s:4)" % LAN
UNSAID = "systemd-networkd (%s, which says nothing else)" % LAN


@pytest.mark.parametrize("line, version, expected", [
    ("IPv6AcceptRA=yes", 252, SAID), ("IPv6AcceptRouterAdvertisements=1", 252, SAID), ("IPv6AcceptRA=no", 252, None),
    ("IPv6AcceptRA=yes\nIPv6AcceptRA=no", 252, None), ("IPv6AcceptRA=yes\nIPForward=yes", 252, SAID),
    # Not said, it is taken where nothing is forwarded.
    ("DHCP=yes", 252, UNSAID), ("IPForward=ipv4", 252, UNSAID), ("IPForward=yes", 252, None), ("IPForward=yes", 257, UNSAID),
    ("IPv6Forwarding=yes", 257, None), ("IPMasquerade=both", 257, None), ("IPv6SendRA=yes", 257, None), ("IPv6SendRA=no", 257, UNSAID),
])
def test_where_advertisements_are_taken(line, version, expected):
    files = [File(LAN, "[Match]\nName=eth0\n[Network]\n%s\n" % line)]
    assert _network.advertisements(files, {"eth0": ""}, version) == expected
    assert _network.advertisements(files, {"lo": ""}, version) is None


@pytest.mark.parametrize("line, expected", [
    ("IPv6SendRA=yes", LAN + ":4"), ("IPv6PrefixDelegation=static", LAN + ":4"), ("IPv6SendRA=no", None), ("DHCP=yes", None)])
def test_where_this_host_is_announced_as_a_router(line, expected):
    assert _network.announces([File(LAN, "[Match]\nName=eth0\n[Network]\n%s\n" % line)], {"eth0": ""}) == expected


CONNECTION = "/etc/NetworkManager/system-connections/a.nmconnection"


@pytest.mark.parametrize("text, expected", [
    ("[ipv4]\nmethod=shared\n", [("net.ipv4.ip_forward", 2)]), ("[ipv6]\nmethod=shared\n", [("net.ipv6.conf.all.forwarding", 2)]),
    ("[ipv6]\nforwarding=1\n", [("net.ipv6.conf.*.forwarding", 2)]), ("[ipv4]\nmethod=auto\n[wifi]\nmethod=shared\n", []),
])
def test_a_shared_connection_of_networkmanager_forwards(text, expected):
    settings = _network.of_manager([File(CONNECTION, text)])
    assert [(item.name, item.number) for item in settings] == expected


@pytest.mark.parametrize("texts, taken", [
    ([], True), (["[ipv6]\nmethod=auto\n"], True), (["[ipv4]\nmethod=auto\n"], True), (["[ipv6]\nmethod=ignore\n"], False),
    (["[ipv6]\nmethod=disabled\n", "[ipv6]\nmethod=manual\n"], False), (["[ipv6]\nmethod=disabled\n", "[ipv6]\nmethod=auto\n"], True),
])
def test_where_networkmanager_takes_advertisements(texts, taken):
    said = _network.managed_advertisements([File(CONNECTION, text) for text in texts])
    assert said == ("NetworkManager (ipv6.method=auto)" if taken else None)


@pytest.mark.parametrize("text", [
    "[", "[a]\n", "=\n", "Name=!\n", "[Match]\nName=[\n", "\x00\x1b[2J", " \n", "[Match]\nName=**********a\n"])
def test_hostile_text_neither_hangs_nor_fails(text):
    text *= (1 << 16) // len(text)
    assert found((LAN, text), ("/etc/systemd/networkd.conf", text)) == []
    assert _network.of_manager([File("/x", text)]) == ()
