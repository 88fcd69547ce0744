# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What shows the uses of a host, of an image, and of this machine by its own processes. Nothing here writes a kernel parameter."""

import os
import shutil
import struct
import subprocess
import time

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _files, _host, _memory, _processes, _procfs, _sysctl_d, _traces
from ansible_collections.photon.hardening.plugins.module_utils._model import (
    Entry,
    Saved,
    SavedFile,
    Setting,
    Use,
)

ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="root alone may chroot and change its user")
SECURITY = "/etc/sysctl.d/50-security-hardening.conf"
NOTHING = Saved({}, {})
ENABLED = "/etc/systemd/system/multi-user.target.wants/"
LAN = "[Match]\nName=eth0\n[Network]\nIPForward=ipv4\n"


# --- what it is used for ---

@ROOT
@pytest.mark.parametrize("paths, expected", [
    (["/usr/sbin/dockerd"], ["docker"]), (["/opt/containerd/bin/containerd"], ["containerd"]),
    (["/var/lib/rancher/rke2/bin/kubelet"], ["kubelet"]), (["/home/kubernetes/bin/kubelet"], ["kubelet"]),
    (["/opt/nomad/bin/nomad"], ["nomad"]),
    (["/opt/incus/bin/incusd"], ["incus"]),
    (["/usr/libexec/incus/incusd"], ["incus"]),
    (["/snap/docker/1/x"], ["docker"]), (["/var/lib/snapd/snap/microk8s/x"], ["containerd", "kubelet"]), (["/snap/lxd/x"], ["lxd"]),
    (["/usr/bin/systemd-nspawn"], []), (["/usr/bin/systemd-nspawn", "/var/lib/machines/web/etc/x"], ["nspawn"]),
    (["/usr/bin/systemd-nspawn", "/var/lib/machines/.raw"], []), (["/usr/bin/systemd-nspawn", "/etc/systemd/nspawn/a.nspawn"], ["nspawn"]),
    (["/usr/bin/systemd-nspawn", "/etc/systemd/nspawn/notes"], []), (["/home/alice/bin/dockerd"], []),
    (["/etc/wireguard/wg0.conf"], ["wireguard"]), (["/etc/wireguard/notes"], []), (["/etc/openvpn/server/a.conf"], ["openvpn"]),
])
def test_the_uses_of_an_image(image, paths, expected):
    for path in paths:
        image.add(path, "[Interface]\n")
    assert list(image(_traces.uses, True)) == expected


@ROOT
def test_the_kubelet_of_minikube_without_a_machine_of_its_own(image):
    path = "/var/lib/minikube/binaries/v1.30.0/kubelet"
    image.add(path)
    assert image(_traces.uses, True) == {}
    os.chmod(str(image.root) + path, 0o755)
    assert image(_traces.uses, True) == {"kubelet": Use(path, True)}


@ROOT
def test_a_unit_counts_that_starts_something(image):
    image.add("/etc/systemd/system/kubelet.service", "[Service]\nExecStart=/srv/kubelet\n")
    image.link("/dev/null", "/etc/systemd/system/docker.service")
    image.add("/etc/systemd/system/crio.service")
    assert image(_traces.uses, True) == {"kubelet": Use("/etc/systemd/system/kubelet.service", True)}


@ROOT
@pytest.mark.parametrize("make", [
    os.mkdir, os.mkfifo, lambda path: os.close(os.open(path, os.O_CREAT, 0o644)), lambda path: os.symlink("nowhere", path),
], ids=["folder", "FIFO", "not executable", "link to nothing"])
def test_what_cannot_be_started_is_no_program(image, make):
    image.add("/usr/bin/x")
    make(str(image.root.join("usr/bin/dockerd")))
    assert image(_traces.uses, True) == {}


@ROOT
@pytest.mark.parametrize("text, expected", [("#!/bin/sh\n", []), ("\x7fELF", ["lxd"]), ("", ["lxd"])])
def test_a_script_that_would_install_lxd_is_none(image, text, expected):
    image.add("/usr/sbin/lxd", text)
    assert list(image(_traces.uses, True)) == expected


@ROOT
@pytest.mark.parametrize("where, owner, group, mode, expected", [
    ("usr/bin/dockerd", 0, 0, 0o755, True), ("usr/bin/dockerd", 65534, 0, 0o755, None), ("usr/bin/dockerd", 0, 0, 0o757, None),
    ("usr/bin", 65534, 0, 0o755, None), ("usr", 0, 0, 0o777, None), ("usr/bin", 0, 50, 0o775, False),
    ("usr/bin/dockerd", 0, 50, 0o775, False),
    ("usr/bin", 0, 0, 0o775, True),
])
def test_a_program_counts_where_root_alone_can_put_it(image, where, owner, group, mode, expected):
    image.add("/usr/bin/dockerd")
    os.chown(str(image.root.join(where)), owner, group)
    os.chmod(str(image.root.join(where)), mode)
    use = image(_traces.uses, True).get("docker")
    assert (use.firm if use else None) is expected


@ROOT
@pytest.mark.parametrize("path, use", [
    ("/etc/docker/daemon.json", "docker_userns"), ("/etc/wireguard/wg0.conf", "wireguard"), ("/etc/openvpn/server/a.conf", "openvpn")])
def test_a_configuration_counts_where_root_alone_can_write_it(image, path, use):
    image.add(path, '[Interface]\n{"userns-remap": "default"}')
    assert set(image(_traces.uses, True)) == {use}
    os.chown(str(image.root) + path, 65534, 0)
    assert image(_traces.uses, True) == {}


@ROOT
@pytest.mark.parametrize("subuid, nsswitch, expected", [
    ("alice:100000:65536\n", "", "/etc/subuid"), ("root:1:2\nlxd:1:2\n", "", None),
    ("", "passwd: files\nsubid: sss\n", "subid in /etc/nsswitch.conf"),
    ("", "subid: files sss\n", "subid in /etc/nsswitch.conf"), ("", "  subid:\tsss\n", "subid in /etc/nsswitch.conf"),
    ("", "subid: files\n", None), ("", "# subid: sss\n", None), ("", "subid:\n" + "\n" * (1 << 20), "subid in /etc/nsswitch.conf"),
], ids=range(8))
def test_where_users_get_subordinate_ids(image, subuid, nsswitch, expected):
    image.add("/usr/bin/podman")
    image.add("/etc/subuid", subuid)
    image.add("/etc/nsswitch.conf", nsswitch)
    use = image(_traces.uses, True).get("podman_rootless")
    assert (use and use.evidence) == (expected and "/usr/bin/podman and " + expected)


# --- what shows uses that are no runtimes ---

@pytest.fixture
def traces(host, monkeypatch):
    """Gathers what `_traces` tells of a host whose files of /proc/net are TEXTS."""
    texts = {"net/ipv6_route": "", "net/route": ""}
    monkeypatch.setattr(_files, "read_proc", lambda path, _limit=None: texts.get(path))
    monkeypatch.setattr(_procfs, "has_route_rules", lambda: False)
    monkeypatch.setattr(_procfs, "addresses", lambda: [("lo", "127.0.0.1", 8)])

    monkeypatch.setattr(_procfs, "local_routes", lambda: None)

    def gather(saved=NOTHING, image=False, asks_units=False, interfaces=None, **more):
        texts.update(more.pop("texts", {}))
        others = _host.rivals(image, ["eth0"])
        return _traces.traces(image, saved, _host.sysctl_files(), _host.boot_dialect(others), others, interfaces or {}, asks_units)
    return gather


FORWARD = "net.ipv4.ip_forward"
OURS = "/etc/sysctl.d/70-photon-network.conf"


def test_what_we_have_set_ourselves_proves_nothing(host, traces):
    host.parameter(FORWARD, "1")
    assert traces()["own"][FORWARD] == "1"
    saved = Saved({FORWARD: Entry("0", "1", OURS)}, {})
    assert traces(saved)["own"][FORWARD] == "0"
    host.file(OURS, _sysctl_d.HEADER + "\n%s = 1\n" % FORWARD)
    assert traces(saved)["lines"] == {}
    host.file("/etc/sysctl.d/90-router.conf", "net.ipv4.conf.all.forwarding = 1\n")
    router = ("1", "/etc/sysctl.d/90-router.conf", 1)
    assert traces(saved)["lines"] == {FORWARD: router, "net.ipv4.conf.all.forwarding": router}


@pytest.mark.parametrize("files, expected", [
    ({"/usr/local/lib/sysctl.d/a.conf": "net.ipv4.conf.eth0.rp_filter = 2\n"},
     {"net.ipv4.conf.eth0.rp_filter": ("2", "/usr/local/lib/sysctl.d/a.conf", 1)}),
    ({"/usr/lib/sysctl.d/a.conf": "x = 1\nnet/ipv4/conf/eth0.7/forwarding = 1\n"},
     {"net.ipv4.conf.eth0/7.forwarding": ("1", "/usr/lib/sysctl.d/a.conf", 2)}),
    # A later line counts, whichever name it has.
    ({"/etc/sysctl.d/a.conf": "net.ipv4.conf.eth0.forwarding = 1\n", "/etc/sysctl.d/b.conf": "net.ipv4.conf.eth0.forwarding = 0\n"},
     {"net.ipv4.conf.eth0.forwarding": ("0", "/etc/sysctl.d/b.conf", 1)}),
    ({"/etc/sysctl.d/a.conf": "kernel.a = 1\n"}, {}),
    ({"/etc/ufw/sysctl.conf": "net/ipv4/ip_forward=1\n"}, {}),
    ({"/etc/ufw/sysctl.conf": "net/ipv4/ip_forward=1\n", "/etc/ufw/ufw.conf": "ENABLED=yes\n"},
     {FORWARD: ("1", "/etc/ufw/sysctl.conf", 1)}),
])
def test_lines_of_others_that_may_tell_of_a_use(host, traces, files, expected):
    for path, text in files.items():
        host.file(path, text)
    assert traces()["lines"] == expected


def test_a_pattern_is_taken_as_it_stands(host, traces):
    host.file("/etc/sysctl.d/a.conf", "net.ipv4.conf.*.rp_filter = 2\n")
    found, line = traces(), ("2", "/etc/sysctl.d/a.conf", 1)
    assert found["lines"] == dict.fromkeys(["net.ipv4.conf.%s.rp_filter" % scope for scope in ("*", "all", "default")], line)
    assert found["shipped"] == {}


@pytest.mark.parametrize("path, text, what", [
    ("/etc/sysctl.d/a.conf", "net.ipv4.ip_forward = 1\n", "lines"),
    ("/etc/systemd/network/a.network", "[Match]\nName=eth0\n[Network]\nIPv6SendRA=yes\n", "announces")])
def test_what_others_than_root_can_write_proves_nothing(host, traces, path, text, what):
    host.file(ENABLED + "systemd-networkd.service", "")
    host.file(path, text)
    assert traces()[what]
    os.chmod(host.root + path, 0o666)
    assert not traces()[what]


def test_what_the_vendor_ships(host, traces):
    host.file("/usr/lib/sysctl.d/50-default.conf", "net.ipv4.conf.default.rp_filter = 2\n-net.ipv4.conf.all.rp_filter\n")
    host.file("/etc/sysctl.d/90-mine.conf", "net.ipv4.conf.default.rp_filter = 0\n")
    assert traces()["shipped"] == {"net.ipv4.conf.default.rp_filter": "2"}


def test_what_networkd_sets_of_its_interfaces_tells_too(host, traces):
    host.file(ENABLED + "systemd-networkd.service", "")
    host.file("/usr/lib/systemd/systemd-sysctl", "\x7fELF libsystemd-shared-257.so")
    host.file("/etc/systemd/network/a.network", "[Match]\nName=eth0\n[Network]\nIPv4ReversePathFilter=loose\n")
    assert (traces()["settings"][4:], traces()["lines"]) == (
        (Setting("net.ipv4.conf.*.rp_filter", "2", "/etc/systemd/network/a.network", 4, "systemd-networkd"),), {})


@pytest.mark.parametrize("mode, tells", [(0o755, True), (0o777, False), (0o644, False)])
def test_a_script_that_others_can_write_proves_nothing(host, traces, mode, tells):
    host.file("/etc/rc.local", "sysctl -w %s=1\n" % FORWARD)
    os.chmod(host.root + "/etc/rc.local", mode)
    assert [item.name for item in traces()["settings"]] == [FORWARD] * tells
    # It is run all the same.
    assert bool(_host.rivals(False).settings) is (mode != 0o644)


def test_a_file_that_ours_has_replaced_still_tells(host, traces):
    host.file(OURS, _sysctl_d.HEADER + "\n%s = 0\n" % FORWARD)
    saved = Saved({}, {OURS: SavedFile(FORWARD + " = 1\n")})
    assert traces(saved)["lines"][FORWARD] == ("1", OURS, 1)


@pytest.mark.parametrize("title, tells", [
    (_memory.REPLACED_LINES, True), (_memory.EDITED_LINES, True), (_memory.HIDDEN_LINES % "/usr/lib/sysctl.d/a.conf", False)])
def test_what_a_file_of_ours_keeps_of_others_still_tells_once_the_baseline_is_lost(host, traces, title, tells):
    """What it hides is there itself."""
    host.file(OURS, "%s\nkernel.io_uring_disabled = 1\n\n# %s\n%s = 1\n" % (_sysctl_d.HEADER, title, FORWARD))
    host.parameter(FORWARD, "1")
    line = _sysctl_d.HEADER.count("\n") + 5
    assert traces()["lines"] == ({FORWARD: ("1", OURS, line)} if tells else {})
    assert traces()["own"][FORWARD] == "1"
    assert traces(Saved({}, {OURS: SavedFile(None)}))["lines"] == {}
    # What was ours there is ours, also after a run that has found it so.
    text = "%s\n%s = 1\n\n# %s\nkernel.io_uring_disabled = 0\n" % (_sysctl_d.HEADER, FORWARD, _memory.REPLACED_LINES)
    assert list(traces(Saved({}, {OURS: SavedFile(text)}))["lines"]) == ["kernel.io_uring_disabled"]


ROUTE = "00000000000000000000000000000000 00 %s 00 fe80 00000400 00000001 00000000 %s %s\n"


@pytest.mark.parametrize("flags, interface, before, expected", [
    ("00450003", "eth0", "1", "eth0"), ("00000003", "eth0", "1", None), ("00450003", "eth0", "0", None),
    ("00450003", "eth0/7", "2", "eth0.7"), ("00450003", "eth0", None, "eth0"),
])
def test_a_route_that_a_router_has_announced_to_the_kernel(host, traces, flags, interface, before, expected):
    name = "net.ipv6.conf.%s.accept_ra" % interface
    saved = Saved({name: Entry(before, "0", OURS)}, {})
    if before is not None:
        # We have switched it off since.
        host.parameter(name, "0")
    route = ROUTE % ("0" * 32, flags, interface.replace("/", "."))
    assert traces(saved, texts={"net/ipv6_route": route + "short line\n"})["advertised"] == expected


ADDRESS = "20010db8000500000000000000000007 02 %s %s %s     eth0\n"


@pytest.mark.parametrize("length, scope, flags, before, expected", [
    ("40", "00", "00", "1", "eth0"), ("40", "00", "01", "1", "eth0"), ("40", "00", "00", "0", None),
    # Set by hand, of DHCP, and of the link alone.
    ("40", "00", "80", "1", None), ("80", "00", "00", "1", None), ("40", "20", "00", "1", None),
])
def test_an_address_that_a_router_has_announced_to_the_kernel(host, traces, length, scope, flags, before, expected):
    host.parameter("net.ipv6.conf.eth0.accept_ra", before)
    assert traces(texts={"net/if_inet6": ADDRESS % (length, scope, flags) + "short line\n"})["advertised"] == expected


def test_the_network_and_what_waits_for_a_crash(host, traces):
    lines = ["Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT", "eth0 00000000 01 0003 0 0 0 00000000 0 0 0",
             "wlan0 00000000 01 0003 0 0 9 00000000 0 0 0", "eth0 000200C0 00 0001 0 0 0 00FFFFFF 0 0 0"]
    host.file("/sys/kernel/kexec_crash_loaded", "0\n")
    host.file("/sys/kernel/kexec_crash_size", "0\n")
    # An unreachable route has no interface.
    lines.append("* 00000000 00 0200 0 0 9 00000000 0 0 0")
    found = traces(texts={"net/route": "\n".join(lines)})
    assert (found["ways"], found["crash_kernel"]) == ("default routes through eth0, wlan0", None)
    host.file("/sys/kernel/kexec_crash_size", "268435456\n")
    assert traces()["crash_kernel"] == "/sys/kernel/kexec_crash_size"


@pytest.mark.parametrize("routes, expected", [
    ([("eth0", "00000000", "00000000"), ("eth1", "0A140000", "FFFFFF00")], None),
    # Storage to which two ways lead.
    ([("eth1", "0A140000", "FFFFFF00"), ("eth2", "0A140000", "FFFFFF00")], "routes to 10.20.0.0/255.255.255.0 through eth1, eth2"),
    ([("eth1", "0A140000", "FFFFFF00"), ("eth2", "0A140000", "FFFF0000")], None),
    ([("eth1", "0A140000", "FFFFFF00"), ("eth1", "0A140000", "FFFFFF00")], None),
    ([("eth1", "0A140000", "FFFFFF00"), ("*", "0A140000", "FFFFFF00")], None),
    # RHEL 7 gives each interface a route for addresses of the link alone.
    ([("eth1", "A9FE0000", "FFFF0000"), ("eth2", "A9FE0000", "FFFF0000")], None),
    ([("eth1", "E0000000", "F0000000"), ("eth2", "E0000000", "F0000000")], None),
])
def test_a_network_to_which_several_interfaces_lead(host, traces, routes, expected):
    # The kernel prints an address as the number that it is in the memory of this machine.
    lines = ["%s\t%s\t00000000\t0001\t0\t0\t0\t%s\t0\t0\t0" % (name, _as_printed(address), _as_printed(mask))
             for name, address, mask in routes]
    assert traces(texts={"net/route": "\n".join(["Iface Destination Gateway Flags RefCnt Use Metric Mask"] + lines)})["ways"] == expected


@pytest.mark.parametrize("addresses, expected", [
    ([("lo", "127.0.0.1", 8), ("eth0", "10.0.0.5", 24), ("local0", "10.0.0.5", 32)], None),
    ([("lo", "10.0.0.50", 32)], "10.0.0.50 on lo"),
    ([("dummy0", "10.0.0.50", 24)], "10.0.0.50 on dummy0"), ([("kube-ipvs0", "10.96.0.1", 32)], "10.96.0.1 on kube-ipvs0"),
    # A bridge without ports, or a dummy of any name; what an engine's bridge has before its first container is none.
    ([("br-vip", "10.0.0.51", 32)], "10.0.0.51 on br-vip"), ([("br-vip", "172.17.0.1", 16)], None),
])
def test_an_address_on_an_interface_that_leads_nowhere(host, traces, monkeypatch, addresses, expected):
    monkeypatch.setattr(_procfs, "addresses", lambda: addresses)
    monkeypatch.setattr(_procfs, "dead_ends", lambda: ["br-vip", "dummy0"])
    assert traces()["address"] == expected


def test_an_address_that_a_route_makes_local(traces, monkeypatch):
    monkeypatch.setattr(_procfs, "local_routes", lambda: "10.9.0.128/28")
    assert traces()["address"] == "10.9.0.128/28, local by a route"


HEAD = "Iface Destination Gateway Flags RefCnt Use Metric Mask\n"


def link(name, kind="", index=0, below=None, master=None, is_far=False, form=1, is_up=True):
    return _procfs.Link(name, kind, form, is_up, index, below, master, is_far)


LO, ETH0 = link("lo", index=1, form=772), link("eth0", index=2)
DEFAULT = "eth0\t00000000\t0100000A\t3\t0\t0\t0\t00000000\n"


@pytest.mark.parametrize("links, network, expected", [
    ([LO, ETH0, link("eth1", index=3)], "0A080000", "eth1"), ([LO, ETH0, link("ib0", "ipoib", 3)], "0A080000", "ib0"),
    ([LO, ETH0, link("bond0.7", "vlan", 5, below=4), link("bond0", "bond", 4), link("eth2", index=3, master=4)], "0A080000", "bond0.7"),
    ([LO, ETH0, link("shim", "macvlan", 3, below=2)], "0A0900C0", "shim"),
    # What leads to guests of this machine, and to its own link. VMware's and VirtualBox's interfaces are of no kind, and no devices.
    ([LO, ETH0, link("vmnet8", index=3)], "0A080000", None),
    ([LO, ETH0, link("docker0", "bridge", 3), link("veth1", "veth", 4, 4, 3, True)], "AC110000", None),
    ([LO, ETH0, link("veth1", "veth", 3, 2, None, True)], "AC110000", None), ([LO, ETH0, link("wg0", "wireguard", 3)], "0A080000", None),
    ([LO, ETH0, link("a", "veth", 3, 4), link("b", "veth", 4, 3)], "0A080000", None), ([LO, ETH0], "A9FEA9FE", None),
    # In a namespace.
    ([LO, link("eth0", "veth", 2, 9, None, True), link("eth1", "veth", 3, 8, None, True)], "0A080000", "eth1"),
    ([LO, link("eth0", "veth", 2, 9, None, True), link("docker0", "bridge", 3)], "0A080000", None),
    ([LO, link("eth0", "veth", 2, 9, None, True), link("shim", "macvlan", 3, below=2)], "0A0900C0", "shim"),
])
def test_a_second_network_beside_the_default_route(traces, monkeypatch, links, network, expected):
    monkeypatch.setattr(_procfs, "links", lambda _left_out: links)
    name = links[2].name if len(links) > 2 else "eth1"
    interfaces = {link.name: link.name.startswith(("eth", "ib")) and not link.is_far for link in links}
    own = "%s\t%s\t0\t1\t0\t0\t0\t00FFFFFF\n" % (name, _as_printed(network))
    words = expected and "a network of %s beside the default route through eth0" % expected
    assert traces(interfaces=interfaces, texts={"net/route": HEAD + DEFAULT + own})["ways"] == words
    # Without a default route nobody else is answered anyway.
    assert traces(interfaces=interfaces, texts={"net/route": HEAD + own})["ways"] is None


GROUPS = "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n%d\t%-10s:     1      V3\n\t\t\t\t%s     1 0:00000000\t\t0\n"


@pytest.mark.parametrize("interface, group, expected", [
    ("eth1", "EF010101", "the group 239.1.1.1 joined on eth1"),
    ("enx001122334455", "EF010101", "the group 239.1.1.1 joined on enx001122334455"),
    # Who is asked by the default route is answered by it; of these groups the senders are near.
    ("eth0", "EF010101", None), ("eth1", "E00000FB", None), ("eth1", "EFFFFFFA", None),
    # Nobody outside of this machine sends to these.
    ("lo", "EF010101", None), ("docker0", "EF010101", None),
])
def test_a_group_that_is_joined_where_no_default_route_leads(traces, monkeypatch, interface, group, expected):
    interfaces = {"lo": False, "eth0": True, "eth1": True, "enx001122334455": True, "docker0": False}
    links = [LO] + [link(name, "" if name != "docker0" else "bridge", index) for index, name in enumerate(interfaces, 1) if name != "lo"]
    monkeypatch.setattr(_procfs, "links", lambda _left_out: links)
    route = "eth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
    texts = {"net/route": HEAD + route, "net/igmp": GROUPS % (3, interface, _as_printed(group))}
    assert traces(interfaces=interfaces, texts=texts)["ways"] == expected
    # Without a default route nobody else is answered anyway.
    assert traces(interfaces=interfaces, texts=dict(texts, **{"net/route": HEAD}))["ways"] is None


@pytest.mark.parametrize("name, form, is_up, route, expected", [
    ("tun0", 65534, True, "", True), ("tunl0", 768, True, "", True), ("tunl0", 768, False, "", False),
    ("tun0", 65534, True, "tun0\t0000320A\t0\t1\t0\t0\t0\t00FFFFFF\n", False), ("he6", 776, True, "", False),
    ("docker0", 1, True, "", False),
])
def test_a_tunnel_out_of_which_comes_what_is_answered_elsewhere(traces, monkeypatch, name, form, is_up, route, expected):
    monkeypatch.setattr(_procfs, "links", lambda _left_out=None: [LO, ETH0, link(name, "x", 3, form=form, is_up=is_up)])
    for addresses in ([("eth0", "10.0.0.5", 24), (name, "10.50.0.1", 32)], [("eth0", "10.0.0.5", 24)]):
        monkeypatch.setattr(_procfs, "addresses", lambda addresses=addresses: addresses)
        found = traces(interfaces={"lo": False, "eth0": True, "veth1": False, name: False}, texts={"net/route": HEAD + DEFAULT + route})
        # One of IPv6 alone takes in nothing of IPv4.
        assert found["ways"] == (name + ", a tunnel to which no route leads" if expected and len(addresses) == 2 else None)


def test_rules_that_choose_a_table_of_routes(traces, monkeypatch):
    monkeypatch.setattr(_procfs, "has_route_rules", lambda: True)
    assert traces()["ways"] == "rules for more tables of routes"


def test_an_ordinary_host_is_not_asked_for_its_interfaces(traces, monkeypatch):
    monkeypatch.setattr(_procfs, "links", None)
    assert traces(interfaces={"lo": False, "eth0": True, "veth1": False}, texts={"net/route": HEAD + DEFAULT})["ways"] is None


def _as_printed(number):
    return "%08X" % struct.unpack("=I", bytearray.fromhex(number))


def test_what_an_engine_sets_makes_no_router(host, traces):
    host.file(ENABLED + "docker.service", "")
    host.file("/usr/bin/dockerd", "")
    assert _host.rivals(False).settings and traces()["settings"] == ()


def test_a_drop_in_of_networkd_tells_as_its_file_does(host):
    path = "/etc/systemd/network/lan.network.d/vip.conf"
    host.file(path, "[RoutingPolicyRule]\nFrom=10.1.0.5\n")
    assert _traces.uses(True) == {"multihomed": Use(path, True)}


def test_a_script_that_is_not_executable_is_not_run(host, monkeypatch):
    host.file("/etc/rc.local", "ip rule add from 10.1.0.5 table 200\n")
    assert _traces.uses(True) == {}
    os.chmod(host.root + "/etc/rc.local", 0o755)
    assert _traces.uses(True) == {"multihomed": Use("/etc/rc.local", True)}


ACCEPTS = "chain c { type filter hook forward priority 0; accept }\n"


@pytest.mark.parametrize("files, expected", [
    ({}, []), ({"/etc/nftables.conf": ACCEPTS}, ["/etc/nftables.conf"]),
    ({"/etc/nftables.conf": 'include "/srv/fire/*.nft"\n', "/srv/fire/a.nft": ACCEPTS, "/srv/fire/b": "", "/srv/fire/c/d.nft": ""},
     ["/etc/nftables.conf", "/srv/fire/a.nft"]),
    # The samples of a package, which nothing includes.
    ({"/etc/sysconfig/nftables.conf": '#include "/etc/nftables/nat.nft"\n', "/etc/nftables/nat.nft": ACCEPTS},
     ["/etc/sysconfig/nftables.conf"]),
    ({"/etc/sysconfig/nftables.conf": 'include "nftables/main.nft"\n', "/etc/nftables/main.nft": 'include "nat.nft"\n',
      "/etc/nftables/nat.nft": 'include "./main.nft"\n' + ACCEPTS},
     ["/etc/nftables/main.nft", "/etc/nftables/nat.nft", "/etc/sysconfig/nftables.conf"]),
    ({"/etc/network/interfaces": "source fire.d/*\n", "/etc/network/fire.d/a": "up iptables-restore < /etc/r\n", "/etc/r": "",
      "/etc/network/interfaces.d/b": ""}, ["/etc/network/fire.d/a", "/etc/network/interfaces", "/etc/r"]),
    ({"/etc/ufw/user.rules": ""}, []), ({"/etc/ufw/user.rules": "", "/etc/ufw/ufw.conf": "ENABLED=yes\n"}, ["/etc/ufw/user.rules"]),
    ({"/etc/iptables/rules.v4": "", "/etc/firewalld/zones/a.xml": ""}, []),
])
def test_a_rule_counts_where_something_loads_it(host, traces, files, expected):
    host.file(ENABLED + "nftables.service", "")
    for path, text in files.items():
        host.file(path, text)
    assert sorted(traces()["filters"]) == expected


def test_includes_have_an_end(host, traces):
    host.file(ENABLED + "nftables.service", "")
    host.file("/etc/nftables.conf", 'include "/srv/*"\n' * 9)
    for number in range(300):
        host.file("/srv/%d" % number, "")
    assert len(traces()["filters"]) < 300


def test_units_that_are_enabled(host, traces):
    for path in (ENABLED + "radvd.service", ENABLED + "cron.service", ENABLED.replace("multi-user", "sysinit") + "nftables.service",
                 ENABLED.replace("wants", "requires") + "frr.service", ENABLED.replace("wants", "upholds") + "pimd.service",
                 "/etc/systemd/system/bird.service", "/etc/runlevels/default/keepalived", "/etc/runlevels/default/sshd",
                 "/etc/rc2.d/S01xl2tpd", "/etc/rc2.d/K01pptpd", "/etc/rc2.d/S01cron"):
        host.file(path, "[Unit]\n")
    found = traces()["enabled"]
    assert set(found) == {"radvd.service", "nftables.service", "frr.service", "pimd.service", "keepalived.service", "xl2tpd.service"}
    assert found["keepalived.service"] == "/etc/runlevels/default/keepalived" and found["xl2tpd.service"] == "/etc/rc2.d/S01xl2tpd"


@pytest.mark.parametrize("text, live, own", [
    (_sysctl_d.HEADER + "\nnet.ipv4.ip_forward = 1\n", "1", ""), (_sysctl_d.HEADER + "\nnet.ipv4.ip_forward = 0\n", "1", "1"),
    ("net.ipv4.ip_forward = 1\n", "1", "1"), (_sysctl_d.HEADER + "\n", "1", "1"),
])
def test_what_our_own_file_may_have_set_proves_nothing_once_the_baseline_is_lost(host, traces, text, live, own):
    host.parameter("net.ipv4.ip_forward", live)
    host.file("/etc/sysctl.d/50-security-hardening.conf", text)
    assert traces()["own"]["net.ipv4.ip_forward"] == own


PRIVATE, SHARED, SILENT = "[Service]\nPrivateUsers=yes\n", "[Service]\nPrivateUsers=no\n", "[Service]\nUser=a\n"
VENDOR, LOCAL = "/usr/lib/systemd/system/", "/etc/systemd/system/"


@pytest.mark.parametrize("files, expected", [
    ({LOCAL + "a.service": PRIVATE}, LOCAL + "a.service"), ({LOCAL + "a.timer": PRIVATE}, None), ({LOCAL + "a.service": SHARED}, None),
    # A socket, a timer or a call on D-Bus starts a service of the vendor's.
    ({VENDOR + "upower.service": PRIVATE}, VENDOR + "upower.service"), ({VENDOR + "a@.service": PRIVATE}, VENDOR + "a@.service"),
    ({"/usr/lib/systemd/user/a.service": PRIVATE}, "/usr/lib/systemd/user/a.service"),
    ({"/usr/lib/systemd/portable/profile/strict/service.conf": PRIVATE}, None),
    # The last word counts: a drop-in's, and of two files of one name the administrator's.
    ({VENDOR + "a.service": PRIVATE, LOCAL + "a.service.d/b.conf": SHARED}, None),
    ({VENDOR + "a.service": SHARED, LOCAL + "a.service.d/b.conf": PRIVATE}, LOCAL + "a.service.d/b.conf"),
    ({VENDOR + "a.service": PRIVATE, LOCAL + "a.service.d/b.conf": SILENT}, VENDOR + "a.service"),
    ({VENDOR + "a.service": PRIVATE, LOCAL + "a.service": SILENT}, None),
    ({VENDOR + "a.service": PRIVATE + SHARED}, None), ({LOCAL + "a.service": SHARED + PRIVATE}, LOCAL + "a.service"),
    ({VENDOR + "a.service": PRIVATE, LOCAL + "a.service.d/b.conf": SHARED, VENDOR + "b.service": PRIVATE}, VENDOR + "b.service"),
])
def test_a_unit_with_a_user_namespace_of_its_own(host, traces, files, expected):
    for path, text in files.items():
        host.file(path, text)
    assert traces(asks_units=True)["private_users"] == expected
    assert traces()["private_users"] is None


def test_a_unit_that_is_masked_or_has_another_name_as_well(host, traces):
    host.file(VENDOR + "a.service", PRIVATE)
    host.file(LOCAL + "a.service.d/b.conf", SHARED)
    os.symlink(host.root + VENDOR + "a.service", host.root + LOCAL + "dbus-org.a.service")
    assert traces(asks_units=True)["private_users"] is None
    host.file(VENDOR + "b.service", PRIVATE)
    os.symlink("/dev/null", host.root + LOCAL + "b.service")
    assert traces(asks_units=True)["private_users"] is None


@pytest.mark.parametrize("folder", ["/etc/systemd/system/", "/run/systemd/system/"])
def test_a_masked_unit_starts_nothing(host, traces, folder):
    for name in ("radvd.service", "systemd-networkd.service"):
        host.file(ENABLED + name, "[Unit]\n")
        host.file(folder + "x", "")
        os.symlink("/dev/null", host.root + folder + name)
    host.file("/etc/systemd/network/10-lan.network", LAN)
    assert traces()["enabled"] == {} and _host.rivals(False, ["eth0"]).settings == ()


def test_of_an_image_only_files_are_looked_at(host, traces, monkeypatch):
    monkeypatch.setattr(_procfs, "read", None)
    monkeypatch.setattr(_procfs, "has_route_rules", None)
    monkeypatch.setattr(_procfs, "addresses", None)
    assert traces(image=True) == {
        "enabled": {}, "lines": {}, "shipped": {}, "settings": (), "announces": None, "private_users": None, "image": True, "filters": {}}


# --- processes of this machine ---

@pytest.fixture
def started(tmpdir):
    """Starts a copy of `sleep` under an engine's name."""
    running = []

    def start(name, *prefix, **options):
        program = str(tmpdir.join(name))
        if not os.path.exists(program):
            shutil.copy(shutil.which("sleep"), program)
            os.chmod(program, options.get("mode", 0o755))
        path = str(tmpdir)
        while path != "/":
            os.chmod(path, 0o755)
            path = os.path.dirname(path)
        running.append(subprocess.Popen(list(prefix) + [program, "60"]))
        _wait_for(name, running[-1].pid)
    yield start
    for process in running:
        # A parent ends with its child, and takes note of its end.
        family = _family(process.pid)
        subprocess.call(["kill", "-KILL"] + (family[1:] or family))
        process.wait()


def _family(pid):
    children = subprocess.Popen(["ps", "-o", "pid=", "--ppid", str(pid)], stdout=subprocess.PIPE).communicate()[0].split()
    return [str(pid)] + [child.decode() for child in children]


def _wait_for(name, pid):
    for _count in range(200):
        for found in _family(pid):
            with open("/proc/%s/comm" % found) as stream:
                if stream.read().strip() == name:
                    return
        time.sleep(0.05)
    raise AssertionError("%s does not run" % name)


NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


def seen(name, texts=None, subordinate_ids=None):
    return [process[1:] for process in _traces._found_processes(texts or {}, subordinate_ids) if process.name == name]


@ROOT
@pytest.mark.parametrize("user, expected", [((), True), (NOBODY, False)])
def test_what_runs_as_root(started, user, expected):
    assert _processes.runs_as_root("virtnetworkd") is False
    started("virtnetworkd", *user)
    assert _processes.runs_as_root("virtnetworkd") is expected


@ROOT
def test_a_process_of_root_is_found_by_its_name(started):
    started("virtnetworkd")
    assert seen("virtnetworkd") == [(True, False)]


@ROOT
def test_a_process_of_nobody_is_none(started):
    started("virtnetworkd", *NOBODY)
    assert seen("virtnetworkd") == seen("virtnetworkd", {"/etc/subuid": "alice:1:2\n"}, "/etc/subuid") == [(False, False)]
    texts = {"/etc/nsswitch.conf": "subid: sss\n"}
    assert seen("virtnetworkd", texts, "subid in /etc/nsswitch.conf") == [(False, False)]


@ROOT
def test_a_process_of_a_user_with_subordinate_ids_is_a_rootless_one(started):
    started("rootlesskit", "setpriv", "--reuid=12345", "--regid=12345", "--clear-groups")
    assert seen("rootlesskit", {"/etc/subuid": "12345:100000:65536\n"}, "/etc/subuid") == [(False, True)]
    assert seen("rootlesskit", {"/etc/subuid": "12346:100000:65536\n"}, "/etc/subuid") == [(False, False)]
    assert seen("rootlesskit", {"/etc/nsswitch.conf": "subid: sss\n"}, "subid in /etc/nsswitch.conf") == [(False, True)]


@ROOT
def test_a_program_that_anybody_can_start_as_root_proves_nothing(started):
    """Like `ln -s /usr/bin/su dockerd; ./dockerd`, which waits for a password as root."""
    started("virtnetworkd", *NOBODY, mode=0o4755)
    assert seen("virtnetworkd") == [(False, False)]


@ROOT
@pytest.mark.parametrize("kind", ["--pid", "--user"])
def test_a_process_of_another_namespace_is_none(started, kind):
    if subprocess.call(["unshare", kind, "--fork", "true"]):
        pytest.skip("namespaces are not allowed here")
    started("virtnetworkd", "unshare", kind, "--fork")
    assert seen("virtnetworkd") == [(False, False)]


@ROOT
def test_a_process_that_ends_meanwhile_is_none(monkeypatch):
    monkeypatch.setattr(os, "listdir", lambda _path: ["self", "99999999", "version"])
    assert _traces._found_processes({}, None) == ()
    assert _traces._standing("99999999", {}, None) == (False, False)
