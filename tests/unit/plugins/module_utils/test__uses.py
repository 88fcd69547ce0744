# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _packet_filters, _uses
from ansible_collections.photon.hardening.plugins.module_utils._model import Facts, Process, Setting, Use, Winner

NOTHING = Facts({}, {}, {}, (), {}, None, None)


def holding(container_host="auto", said=None, **facts):
    uses = _uses.holding(_uses.found(NOTHING._replace(**facts)), container_host, said)
    return {name: (use.evidence, use.firm) for name, use in uses.items()}


def found(**facts):
    return holding(**facts)


def programs(*paths, firm=True):
    return {path.rpartition("/")[2]: (path, firm) for path in paths}


def root(*names):
    return tuple(Process(name, True, False) for name in names)


@pytest.mark.parametrize("paths, expected", [
    ((), {}),
    (("/usr/bin/sshd",), {}),
    (("/usr/sbin/dockerd", "/usr/bin/containerd"), {"docker": "/usr/sbin/dockerd", "containerd": "/usr/bin/containerd"}),
    (("/usr/local/bin/crio",), {"crio": "/usr/local/bin/crio"}),
    (("/opt/bin/kubelet",), {"kubelet": "/opt/bin/kubelet"}),
    (("/usr/local/bin/k3s",), {"containerd": "/usr/local/bin/k3s", "kubelet": "/usr/local/bin/k3s"}),
    (("/usr/local/bin/k0s",), {"containerd": "/usr/local/bin/k0s", "kubelet": "/usr/local/bin/k0s"}),
    (("/opt/rke2/bin/rke2",), {"containerd": "/opt/rke2/bin/rke2", "kubelet": "/opt/rke2/bin/rke2"}),
    (("/usr/bin/microshift",), {"kubelet": "/usr/bin/microshift"}), (("/usr/bin/nomad",), {"nomad": "/usr/bin/nomad"}),
    (("/usr/sbin/libvirtd",), {"libvirt": "/usr/sbin/libvirtd"}),
    (("/usr/sbin/virtnetworkd",), {"libvirt": "/usr/sbin/virtnetworkd"}),
    (("/usr/bin/lxd",), {"lxd": "/usr/bin/lxd"}),
    (("/opt/incus/bin/incusd",), {"incus": "/opt/incus/bin/incusd"}),
    (("/usr/bin/lxc-start",), {"lxc": "/usr/bin/lxc-start"}),
    # Systemd's own tool is on hosts that never start a container.
    (("/usr/bin/systemd-nspawn",), {}),
])
def test_a_program_of_root_is_firm_evidence(paths, expected):
    assert found(programs=programs(*paths)) == {name: (path, True) for name, path in expected.items()}


def test_a_program_that_others_can_write_is_no_firm_evidence():
    loose = programs("/usr/local/bin/dockerd", firm=False)
    words = "/usr/local/bin/dockerd, which others than root can write to"
    assert found(programs=loose) == {"docker": (words, False)}
    assert found(programs=loose, units={"docker.service": "/etc/systemd/system/docker.service"}) == {
        "docker": ("/etc/systemd/system/docker.service", True)}


@pytest.mark.parametrize("name, uses", [
    ("dockerd", ["docker"]), ("containerd", ["containerd"]), ("crio", ["crio"]), ("kubelet", ["kubelet"]),
    ("k3s-server", ["containerd", "kubelet"]), ("k3s-agent", ["containerd", "kubelet"]), ("kubelite", ["containerd", "kubelet"]),
    ("k0s", ["containerd", "kubelet"]), ("rke2", ["containerd", "kubelet"]), ("nomad", ["nomad"]), ("libvirtd", ["libvirt"]),
    ("virtnetworkd", ["libvirt"]), ("lxd", ["lxd"]), ("incusd", ["incus"]), ("lxc-start", ["lxc"]), ("systemd-nspawn", ["nspawn"]),
    ("wireguard-go", ["wireguard"]), ("openvpn", ["openvpn"]), ("sshd", []), ("rootlesskit", []),
])
def test_a_process_of_root_is_soft_evidence(name, uses):
    assert found(processes=root(name[:15])) == dict.fromkeys(uses, ("process " + name, False))
    assert name in _uses.PROCESSES or not uses


@pytest.mark.parametrize("name", sorted(_uses.PROCESSES))
def test_a_process_of_nobody_counts_for_nothing(name):
    assert found(processes=(Process(name, False, False),)) == {}


def test_a_process_beside_a_program_changes_nothing():
    assert found(programs=programs("/usr/bin/dockerd"), processes=root("dockerd")) == {"docker": ("/usr/bin/dockerd", True)}


@pytest.mark.parametrize("snap, uses", [
    ("docker", ["docker"]), ("microk8s", ["containerd", "kubelet"]), ("k8s", ["containerd", "kubelet"]), ("kubelet", ["kubelet"]),
    ("lxd", ["lxd"]), ("incus", ["incus"]), ("nomad", ["nomad"]),
])
def test_a_snap(snap, uses):
    assert found(snaps={snap: "/snap/" + snap}) == dict.fromkeys(uses, ("/snap/" + snap, True))
    assert snap in _uses.SNAPS


@pytest.mark.parametrize("unit, uses", [
    ("k3s.service", ["containerd", "kubelet"]), ("k3s-agent.service", ["containerd", "kubelet"]),
    ("rke2-server.service", ["containerd", "kubelet"]), ("k0sworker.service", ["containerd", "kubelet"]), ("kubelet.service", ["kubelet"]),
    ("docker.service", ["docker"]), ("nomad.service", ["nomad"]),
])
def test_a_unit_of_the_administrator(unit, uses):
    assert found(units={unit: "/etc/systemd/system/" + unit}) == dict.fromkeys(uses, ("/etc/systemd/system/" + unit, True))
    assert unit in _uses.UNITS


def test_rootless_containers_need_subordinate_ids():
    engines = programs("/usr/bin/podman", "/usr/bin/dockerd-rootless.sh")
    assert set(found(programs=engines)) == {"podman", "rootless_later"}
    assert found(programs=engines, subordinate_ids="/etc/subuid") == {
        "podman": ("/usr/bin/podman", True), "podman_rootless": ("/usr/bin/podman and /etc/subuid", True),
        "docker_rootless": ("/usr/bin/dockerd-rootless.sh and /etc/subuid", True)}
    assert found(processes=(Process("rootlesskit", False, True), Process("podman", False, True), Process("dockerd", False, True))) == {
        "docker_rootless": ("process rootlesskit", False), "podman_rootless": ("process podman", False)}


@pytest.mark.parametrize("text, allowed", [("alice veth lxcbr0 10\n", True), ("# alice veth lxcbr0 10\n\n", False), ("", False)])
def test_lxc_of_an_ordinary_user(text, allowed):
    uses = found(programs=programs("/usr/bin/lxc-start"), texts={"/etc/lxc/lxc-usernet": text})
    assert ("lxc_rootless" in uses) is allowed
    assert "lxc_rootless" not in found(texts={"/etc/lxc/lxc-usernet": text})


@pytest.mark.parametrize("machines", ["/var/lib/machines/web", "/etc/systemd/nspawn/web.nspawn"])
def test_nspawn_needs_something_to_start(machines):
    assert found(programs=programs("/usr/bin/systemd-nspawn"), machines=machines) == {
        "nspawn": ("/usr/bin/systemd-nspawn and " + machines, True)}
    assert found(machines=machines) == {}


@pytest.mark.parametrize("text, expected", [
    ('{"userns-remap": "default"}', True), ('{\n "userns-remap"\t:\n"1000:1000"}', True), ('{"userns-remap": ""}', False),
    ('{"no-userns-remap": "x"}', False), ('{"live-restore": true}', False), ("not JSON", False), ("", False), ("[" * 100000, False),
], ids=range(8))
@pytest.mark.parametrize("path", ["/etc/docker/daemon.json", "/var/snap/docker/current/config/daemon.json"])
def test_docker_with_user_namespaces(text, expected, path):
    assert found(texts={path: text}) == ({"docker_userns": ("userns-remap in " + path, True)} if expected else {})


@pytest.mark.parametrize("path, text, expected", [
    ("/etc/systemd/system/docker.service.d/o.conf", "ExecStart=\nExecStart=/usr/bin/dockerd --userns-remap=alice\n", True),
    ("/etc/systemd/system/docker.service", "ExecStart=/usr/bin/dockerd --userns-remap default\n", True),
    ("/etc/default/docker", 'DOCKER_OPTS="--dns 192.0.2.1 --userns-remap=myuser"\n', True),
    ("/etc/default/docker", '#DOCKER_OPTS="--userns-remap=myuser"\n', False),
    ("/etc/default/docker", 'DOCKER_OPTS="--userns-remap="\n', False),
    ("/etc/wireguard/a.conf", "--userns-remap=a\n", False),
])
def test_docker_is_told_of_user_namespaces_by_an_option(path, text, expected):
    assert found(texts={path: text}) == ({"docker_userns": ("userns-remap in " + path, True)} if expected else {})


@pytest.mark.parametrize("path, text, expected", [
    ("/etc/containers/containers.conf.d/a.conf", 'userns="auto"\n', "/etc/containers/containers.conf.d/a.conf"),
    ("/usr/share/containers/containers.conf", 'userns="auto"\n', "/usr/share/containers/containers.conf"),
    ("/etc/containers/systemd/a.container", "[Container]\nUserNS=auto:size=9\n", "/etc/containers/systemd/a.container"),
    ("/etc/containers/systemd/a.container", "[Container]\nUserNS=keep-id\n", None),
    ("/etc/subuid", "alice:100000:65536\ncontainers:2147483647:2147483648\n", "the user containers in /etc/subuid"),
    ("/etc/subuid", "alice:100000:65536\n# containers:1:2\ncontainers2:1:2\n", None),
    ("/etc/containers/containers.conf", '[containers]\nuserns = "auto"\n', "/etc/containers/containers.conf"),
    ("/etc/containers/containers.conf", '[containers]\n# userns = "auto"\nuserns="host"\n', None),
    ("/etc/containers/storage.conf", 'root-auto-userns-user = "containers"\n', "/etc/containers/storage.conf"),
])
def test_podman_with_user_namespaces(path, text, expected):
    uses = found(programs=programs("/usr/bin/podman"), texts={path: text})
    assert uses.get("podman_userns") == (("/usr/bin/podman and " + expected, True) if expected else None)
    assert found(texts={path: text}) == {}


MANAGED = "/etc/NetworkManager/system-connections/wg.nmconnection"
SERVER = "[Interface]\nPrivateKey = x\nListenPort = 51820\n[Peer]\nPublicKey = y\nAllowedIPs = 10.0.0.2/32\n"
CLIENT = "[Interface]\nPrivateKey = x\n[Peer]\nPublicKey = y\nEndpoint = vpn.example:51820\nAllowedIPs = 0.0.0.0/0\n"


@pytest.mark.parametrize("path, text, gateway", [
    ("/etc/wireguard/wg0.conf", SERVER, True),
    ("/etc/wireguard/wg0.conf", SERVER.lower(), True),
    ("/etc/wireguard/wg0.conf", CLIENT, False),
    ("/etc/wireguard/wg0.conf", CLIENT + "[Peer]\nPublicKey = z\n", True),
    ("/etc/wireguard/wg0.conf", CLIENT + "ListenPort = 1\n", True),
    ("/etc/wireguard/wg0.conf", CLIENT + "Endpoint = other.example:51820\n", False),
    ("/etc/wireguard/wg0.conf", CLIENT + "Table = off\nListenPortal = 1\n", False),
    ("/etc/wireguard/wg0.conf", "[Interface]\n", True), ("/etc/wireguard/wg0.conf", "", False),
    ("/etc/wireguard/wg0.conf", "nonsense", False),
    ("/etc/wireguard/old/wg0.conf", SERVER, False),
    ("/etc/systemd/network/wg0.netdev", "[NetDev]\nKind=wireguard\n[WireGuard]\nListenPort=5\n[WireGuardPeer]\nEndpoint=a:1\n", True),
    ("/etc/systemd/network/wg0.netdev", "[NetDev]\nKind=wireguard\n[WireGuard]\n[WireGuardPeer]\nEndpoint=a:1\n", False),
    ("/etc/systemd/network/br0.netdev", "[NetDev]\nKind=bridge\n", False),
    ("/run/systemd/network/10-netplan-wg0.netdev", "[NetDev]\nKind=wireguard\n[WireGuard]\nListenPort=5\n", True),
    ("/usr/lib/systemd/network/wg0.netdev", "[NetDev]\nKind=wireguard\n[WireGuard]\nListenPort=5\n", True),
    ("/etc/netplan/50.yaml", "network:\n tunnels:\n  wg0:\n   mode: wireguard\n   port: 51820\n", True),
    ("/etc/netplan/50.yaml", "network: {tunnels: {wg0: {'mode': \"wireguard\", 'port': 51820}}}", True),
    ("/etc/netplan/50.yaml", "  mode: wireguard\n  # port: 5\n  peers:\n  - endpoint: 192.0.2.1:5\n", False),
    ("/etc/netplan/50.yaml", "  mode: gre\n  port: 5\n", False),
    (MANAGED, "[connection]\ntype=wireguard\n[wireguard]\nlisten-port=5\n[wireguard-peer.x]\nendpoint=a:1\n", True),
    (MANAGED, "[connection]\ntype=wireguard\n[wireguard]\n[wireguard-peer.x]\n", True),
    (MANAGED, "[connection]\ntype=wireguard\n[wireguard]\n[wireguard-peer.x]\nendpoint=a:1\n", False),
    (MANAGED, "[connection]\ntype=ethernet\n", False),
])
def test_a_wireguard_gateway(path, text, gateway):
    assert found(texts={path: text}) == ({"wireguard": (path, True)} if gateway else {})


@pytest.mark.parametrize("path, text, gateway", [
    ("/etc/openvpn/server/a.conf", "port 1194\n", True), ("/etc/openvpn/server/a.conf", "", False),
    ("/etc/openvpn/a.conf", "# server 10.8.0.0 255.255.255.0\n;x\n \n", False),
    ("/etc/openvpn/server.conf", "server 10.8.0.0 255.255.255.0\n", True),
    ("/etc/openvpn/peer.conf", "dev tun\nifconfig 10.8.0.1 10.8.0.2\n", True),
    ("/etc/openvpn/home.conf", "# x\n  client\nremote vpn.example\n", False),
    ("/etc/openvpn/home.conf", "pull\n", False),
    ("/etc/openvpn/gate.conf", "server 10.8.0.0 255.255.255.0\nclient-to-client\npush \"route 10.0.0.0 255.0.0.0\"\n", True),
    ("/etc/openvpn/gate.conf", "server 10.8.0.0 255.255.255.0\nclient-config-dir ccd\n", True),
    ("/etc/openvpn/client/a.conf", "", False),
])
def test_an_openvpn_gateway(path, text, gateway):
    assert found(texts={path: text}) == ({"openvpn": (path, True)} if gateway else {})


def test_the_first_evidence_is_told():
    assert found(programs=programs("/usr/bin/virtnetworkd", "/usr/sbin/libvirtd")) == {"libvirt": ("/usr/sbin/libvirtd", True)}
    assert found(processes=root("virtnetworkd", "libvirtd")) == {"libvirt": ("process virtnetworkd", False)}
    loose = programs("/usr/local/bin/libvirtd", "/usr/local/bin/virtnetworkd", firm=False)
    assert found(programs=loose) == {"libvirt": ("/usr/local/bin/libvirtd, which others than root can write to", False)}
    assert found(programs=dict(loose, **programs("/usr/sbin/virtnetworkd"))) == {"libvirt": ("/usr/sbin/virtnetworkd", True)}
    assert found(programs=programs("/usr/bin/kubelet"), units={"kubelet.service": "/etc/systemd/system/kubelet.service"},
                 snaps={"kubelet": "/snap/kubelet"}) == {"kubelet": ("/usr/bin/kubelet", True)}
    assert found(units={"k3s.service": "/u/k3s.service"}, snaps={"k8s": "/snap/k8s", "microk8s": "/snap/microk8s"})["kubelet"] == (
        "/snap/k8s", True)
    texts = dict.fromkeys(_uses.DAEMON_JSON, '{"userns-remap": "x"}')
    assert found(texts=texts) == {"docker_userns": ("userns-remap in /etc/docker/daemon.json", True)}
    texts = dict.fromkeys(_uses.CONTAINERS_CONF, "userns=auto\n")
    assert found(programs=programs("/usr/bin/podman"), texts=texts)["podman_userns"][0].endswith("/etc/containers/containers.conf")


def test_a_long_name_is_known_by_what_the_kernel_keeps_of_it():
    """For a script the kernel takes the script's name."""
    assert "dockerd-rootles" in _uses.PROCESSES and max(map(len, _uses.PROCESSES)) == 15
    assert found(processes=(Process("dockerd-rootles", False, True),)) == {"docker_rootless": ("process dockerd-rootles", False)}


def test_what_runs_without_root_or_in_a_namespace_forwards_nothing():
    for family, router in (("ipv4", "router"), ("ipv6", "router_ipv6")):
        assert set(_uses.RUNTIMES) - set(_uses.FORWARDING[family]) == {
            "docker_userns", "podman_userns", "docker_rootless", "podman_rootless", "lxc_rootless"}
        assert set(_uses.FORWARDING[family]) - set(_uses.RUNTIMES) == {router}


@pytest.mark.parametrize("name, family", [
    ("net.ipv4.ip_forward", "ipv4"), ("net.ipv4.conf.eth0/1.forwarding", "ipv4"), ("net.ipv6.conf.all.forwarding", "ipv6"),
    ("net.ipv6.conf.eth0.force_forwarding", "ipv6"), ("net.ipv4.conf.all.mc_forwarding", None),
    ("net.ipv4.conf.forwarding.rp_filter", None),
])
def test_what_a_switch_forwards(name, family):
    assert _uses.forwarding_family(name) == family


def test_every_use_can_be_found_and_is_named():
    everything = NOTHING._replace(
        programs=programs(*("/usr/bin/" + name for name in _uses.PROGRAMS)), machines="/var/lib/machines/x", subordinate_ids="/etc/subuid",
        texts={"/etc/subuid": "containers:1:2\n", "/etc/docker/daemon.json": '{"userns-remap": "default"}',
               "/etc/wireguard/a.conf": "[Interface]", "/etc/openvpn/server/a.conf": "port 1",
               "/etc/lxc/lxc-usernet": "alice veth lxcbr0 10\n"},
        own={"net.bridge.bridge-nf-call-iptables": "0", "vm.overcommit_memory": "2"},
        lines={name: LINE._replace(value=value) for name, value in (
            ("vm.unprivileged_userfaultfd", "1"), ("kernel.kexec_load_disabled", "0"))},
        enabled=enabled("frr.service"), advertised="eth0", address="10.0.0.50 on lo", crash_kernel="/sys/x",
        private_users="/x")
    assert tuple(_uses.found(everything)) == tuple(name for name in _uses.NAMES if name != "rootless_later")


@pytest.mark.parametrize("text, users, ordinary", [
    ("alice:100000:65536\nroot:1:2\n1000:5:6\n", ("alice", "root", "1000"), ("alice", "1000")),
    ("# alice:1:2\n\nnonsense\n", (), ()),
    ("lxd:1:2\nroot:1:2\ncontainers:1:2\ndockremap:1:2\n", ("lxd", "root", "containers", "dockremap"), ()),
])
def test_who_has_subordinate_ids(text, users, ordinary):
    assert _uses.subordinate_users(text) == users
    assert _uses.ordinary(users) == ordinary


@pytest.mark.parametrize("text", ["\n", " ", "[Peer]\n", "Endpoint=\n", '"userns-remap"', "userns=", "a", "--userns-remap=",
                                  "mode:", "port: "])
def test_hostile_text_neither_hangs_nor_fails(text):
    text *= (1 << 20) // len(text)
    paths = ["/etc/subuid", "/etc/docker/daemon.json", "/etc/containers/containers.conf", "/etc/lxc/lxc-usernet", "/etc/wireguard/a.conf",
             "/etc/openvpn/a.conf", "/etc/systemd/network/a.netdev", "/etc/netplan/a.yaml", "/etc/default/docker"]
    found(programs=programs("/usr/bin/podman", "/usr/bin/lxc-start"), texts=dict.fromkeys(paths, text))


# --- uses that are no runtimes ---

FORWARD, FORWARD_IPV6, PATTERN = "net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding", "kernel.core_pattern"
LINE = Winner("1", "/etc/sysctl.d/90-router.conf", 3)


def enabled(*names):
    return {name: "/etc/systemd/system/multi-user.target.wants/" + name for name in names}


def setting(name, value, path="/etc/systemd/network/a.network"):
    return Setting(name, value, path, 4, "systemd-networkd")


ROUTER = "/etc/sysctl.d/90-router.conf:3"
NETWORK = "/etc/systemd/network/a.network:4"


@pytest.mark.parametrize("facts, expected", [
    (dict(own={FORWARD: "1"}), {"router": FORWARD + " was 1 before us"}),
    (dict(own={FORWARD: "2"}), {"router": FORWARD + " was 2 before us"}),
    (dict(own={FORWARD_IPV6: "1", FORWARD: "0"}), {"router_ipv6": FORWARD_IPV6 + " was 1 before us"}),
    (dict(lines={FORWARD: LINE}), {"router": ROUTER}),
    (dict(lines={FORWARD: LINE._replace(value="0x1")}), {"router": ROUTER}),
    (dict(lines={FORWARD: LINE._replace(value="0")}), {}),
    (dict(lines={FORWARD: LINE._replace(value=None)}), {}),
    (dict(lines={FORWARD: LINE._replace(value="yes")}), {}),
    # Of one interface, of those that are still to come, of a pattern of interfaces.
    (dict(lines={"net.ipv4.conf.eth0.forwarding": LINE}), {"router": ROUTER}),
    (dict(lines={"net.ipv4.conf.eth0/7.forwarding": LINE}), {"router": ROUTER}),
    (dict(lines={"net.ipv4.conf.default.forwarding": LINE}), {"router": ROUTER}),
    (dict(lines={"net.ipv4.conf.*.forwarding": LINE}), {"router": ROUTER}),
    (dict(lines={"net.ipv4.conf.eth0.mc_forwarding": LINE}), {}),
    (dict(lines={"net.ipv6.conf.eth0.forwarding": LINE}), {"router_ipv6": ROUTER}),
    (dict(lines={"net.ipv6.conf.eth0.force_forwarding": LINE}), {"router_ipv6": ROUTER}),
    (dict(settings=(setting(FORWARD, "1"),)), {"router": NETWORK}),
    (dict(settings=(setting("net.ipv4.conf.*.forwarding", "0"), setting("net.ipv4.conf.*.forwarding", "1"))), {"router": NETWORK}),
    (dict(settings=(setting("net.ipv4.conf.*.forwarding", "1"), setting("net.ipv4.conf.*.forwarding", "0"))), {"router": NETWORK}),
    # What is said last counts, whoever says it.
    (dict(settings=(setting(FORWARD, "1"), setting(FORWARD, "0"))), {}),
    (dict(lines={FORWARD: LINE}, settings=(setting(FORWARD, "0"),)), {}),
    (dict(settings=(setting("net.ipv6.conf.*.forwarding", "1"),)), {"router_ipv6": NETWORK}),
    (dict(announces=NETWORK), {"router_ipv6": NETWORK}),
    (dict(enabled=enabled("frr.service")), dict.fromkeys(("router", "router_ipv6", "multihomed"), enabled("frr.service")["frr.service"])),
    (dict(enabled=enabled("shorewall.service")), {"router": enabled("shorewall.service")["shorewall.service"]}),
    (dict(enabled=enabled("radvd.service")), {"router_ipv6": enabled("radvd.service")["radvd.service"]}),
])
def test_a_router(facts, expected):
    assert found(**facts) == {name: (evidence, True) for name, evidence in expected.items()}


KUBELET = programs("/usr/bin/kubelet")


@pytest.mark.parametrize("more, expected", [
    ({}, None), ({"filters": {"/etc/nftables.conf": "chain post { masquerade }"}}, ("/etc/nftables.conf", True)),
])
def test_the_line_that_kubernetes_asks_for_makes_no_router(more, expected):
    assert found(lines={FORWARD: LINE}, programs=KUBELET, **more).get("router") == expected
    assert found(lines={FORWARD: LINE}, programs=programs("/usr/bin/lxc-start"))["router"][1]


DOCKER = programs("/usr/sbin/dockerd")
BY_ENGINE, LINES = dict(own={FORWARD: "1"}), dict(own={FORWARD: "1"}, lines={FORWARD: LINE})
MASQUERADES = dict(filters={"/etc/nftables.conf": "chain post { masquerade }"})


@pytest.mark.parametrize("facts, container_host, said, names", [
    # An engine switches forwarding on, and it is held for the engine. A line or a rule in a file is somebody else's.
    (dict(BY_ENGINE, programs=DOCKER), "auto", {}, ["docker"]),
    (dict(LINES, programs=DOCKER), "auto", {}, ["docker", "router"]),
    (dict(LINES, programs=programs("/usr/bin/lxc-start")), "auto", {}, ["lxc", "router"]),
    (dict(BY_ENGINE, filters={"/etc/network/interfaces": "iface br0 inet static\n  up echo 1 > /proc/sys/net/ipv4/ip_forward\n"},
          programs=DOCKER), "auto", {}, ["docker", "router"]),
    (dict(MASQUERADES, programs=DOCKER), "auto", {}, ["docker", "router", "router_ipv6"]),
    (dict(enabled=enabled("frr.service"), programs=DOCKER), "auto", {}, ["docker", "router", "router_ipv6", "multihomed"]),
    (dict(announces=NETWORK, programs=DOCKER), "auto", {}, ["docker", "router_ipv6"]),
    # An engine that does not hold in the end hides nothing.
    (dict(BY_ENGINE, programs=DOCKER), "auto", {"docker": "absent"}, ["router"]),
    (dict(BY_ENGINE, programs=DOCKER), "never", {}, ["router"]),
    (dict(MASQUERADES, programs=DOCKER), "never", {}, ["router", "router_ipv6"]),
    (dict(BY_ENGINE, programs=DOCKER), "never", {"router": "absent"}, []),
    (dict(BY_ENGINE, processes=root("dockerd")), "auto", {}, ["docker", "router"]),
    (dict(BY_ENGINE, programs=programs("/usr/sbin/dockerd", firm=False)), "auto", {}, ["docker", "router"]),
    # The user's word is as good as a proof.
    (BY_ENGINE, "auto", {"podman": "present"}, ["podman"]),
    (dict(BY_ENGINE, processes=root("dockerd")), "auto", {"docker": "present"}, ["docker"]),
    (dict(BY_ENGINE, programs=DOCKER), "auto", {"router": "present"}, ["docker", "router"]),
    (dict(BY_ENGINE, programs=DOCKER), "never", {"docker": "present"}, ["docker"]),
    # What runs without root brings a network of its own.
    (BY_ENGINE, "auto", {"podman_rootless": "present"}, ["podman_rootless", "router"]),
])
def test_an_engine_that_holds_in_the_end_hides_what_it_makes_by_itself(facts, container_host, said, names):
    assert list(holding(container_host, said, **facts)) == names


@pytest.mark.parametrize("container_host, said, expected", [
    ("auto", {}, {"docker": ("it runs", False), "kdump": ("its file", True)}),
    ("auto", {"docker": "present"}, {"docker": ("it runs", True), "kdump": ("its file", True)}),
    ("auto", {"docker": "absent", "kdump": "absent"}, {}),
    ("auto", {"slaac": "present"}, {"docker": ("it runs", False), "slaac": ("", True), "kdump": ("its file", True)}),
    ("never", {}, {"kdump": ("its file", True)}),
    ("never", {"docker": "present", "kdump": "absent"}, {"docker": ("it runs", True)}),
])
def test_the_user_has_the_last_word(container_host, said, expected):
    uses = _uses.holding({"docker": Use("it runs", False), "kdump": Use("its file", True)}, container_host, said)
    assert {name: tuple(use)[:2] for name, use in uses.items()} == expected


def test_always_speaks_for_all_runtimes_and_nothing_else():
    assert _uses.holding({}, "always", {"podman": "absent", "kdump": "present"}) == {
        name: Use("", True) for name in _uses.RUNTIMES + ("kdump",) if name != "podman"}


EMPTY_CHAIN = """table inet filter {
    chain forward {
        type filter hook forward priority filter; policy accept;
    }
    chain input { type filter hook input priority filter; accept }
}
"""


def chain(rules, policy="drop"):
    return "table inet filter {\n chain f {\n  type filter hook forward priority 0; policy %s;\n  %s\n }\n %s}\n" % (
        policy, rules, "chain input { type filter hook input priority filter; accept }\n")


NFT, ZONE, TABLE, POLICY = "/etc/nftables.conf", "/etc/firewalld/zones/a.xml", "/etc/iptables/rules.v4", "/etc/firewalld/policies/a.xml"
HOOK = "type filter hook forward priority 0; policy drop;"


NO, IPV4, IPV6, BOTH = (), ("router",), ("router_ipv6",), ("router", "router_ipv6")


@pytest.mark.parametrize("path, text, families", [
    (NFT, EMPTY_CHAIN, NO),
    (NFT, chain("iifname lan accept"), BOTH),
    (NFT, chain("ip saddr { 192.0.2.1, 192.0.2.2 } accept"), IPV4),
    (NFT, chain('comment "rule #1: in" accept'), BOTH),
    (NFT, chain("# accept"), NO),
    (NFT, chain('log prefix "no accept"'), NO),
    (NFT, chain("jump lan"), BOTH), (NFT, chain("iif lan goto lan"), BOTH),
    (NFT, chain("jump no", "accept") + "table inet filter {\n chain no { counter drop }\n}\n", NO),
    (NFT, chain("jump lan") + "table inet filter {\n chain lan { iif lan accept }\n}\n", BOTH),
    (NFT, chain("jump more") + "table inet filter {\n chain more { jump lan; drop }\n}\n", BOTH),
    # A chain of that name in another table.
    (NFT, chain("jump lan") + "table ip filter {\n chain lan { drop }\n}\n", BOTH),
    (NFT, chain("accept").replace("inet", "ip"), IPV4), (NFT, chain("accept").replace("inet", "ip6"), IPV6),
    (NFT, "table ip6 nat {\n chain post { oifname wan masquerade }\n}", IPV6),
    (NFT, chain("iif vmap @lan"), BOTH),
    (NFT, chain("meta l4proto tcp flow add @f"), BOTH),
    (NFT, chain("counter drop"), NO),
    # What only drops and rejects shows nobody who forwards.
    (NFT, chain("ct state invalid drop", "accept"), NO), (NFT, chain("counter packets 0 bytes 0 drop", "accept"), NO),
    (NFT, chain("reject with icmpx type host-prohibited", "accept"), NO), (NFT, chain('log prefix "x" drop', "accept"), NO),
    (NFT, chain("", "accept"), NO),
    (NFT, "table ip a {\n chain post { oifname wan masquerade }\n}", IPV4),
    (NFT, "chain post { oifname wan snat to 192.0.2.1 }", BOTH),
    (NFT, "chain pre { type nat hook prerouting priority 0; tcp dport 80 dnat to 192.0.2.1 }", BOTH),
    (NFT, "# masquerade\n", NO),
    # What is for this host or from it.
    (NFT, "table ip a { chain out { type nat hook output priority 0; dnat to 127.0.0.1 } }", NO),
    (NFT, "table ip a { chain in { type filter hook input priority 0; ct status dnat accept } }", NO),
    # A table of both families has rules for one of them.
    (NFT, chain("meta nfproto ipv4 accept"), IPV4), (NFT, chain("ip6 saddr fd00::/8 accept"), IPV6),
    (NFT, chain("icmpv6 type echo-request accept"), IPV6), (NFT, chain("icmp type echo-request accept"), IPV4),
    (NFT, "table inet n {\n chain p { ip saddr 10.0.0.0/8 masquerade; }\n}\n", IPV4),
    (NFT, "table inet n {\n chain p { snat ip to 192.0.2.1; }\n}\n", IPV4), (NFT, chain("ip saddr 10.0.0.0/8 jump lan"), IPV4),
    # Answers alone: nothing new passes.
    (NFT, chain("ct state established,related accept"), NO), (NFT, chain("ct state { established, related } counter accept"), NO),
    (NFT, chain("ct state established | related accept"), NO), (NFT, chain("ct state vmap { established : accept, invalid : drop }"), NO),
    (NFT, chain("ct state established,related,new accept"), BOTH), (NFT, chain("ct state { established, new } accept"), BOTH),
    (NFT, chain("ct state != established accept"), BOTH), (NFT, chain("ct state vmap { established : accept, new : accept }"), BOTH),
    (NFT, chain("ct state established accept\n  iifname lan accept"), BOTH), (NFT, chain("ct state established jump lan"), NO),
    # What never leaves this host.
    (NFT, chain('iifname "lo" accept'), NO), (NFT, chain("oif lo accept"), NO), (NFT, chain("iifname { lo, lan } accept"), BOTH),
    (NFT, chain("iifname lo.5 accept"), BOTH), (NFT, "table ip n {\n chain p {\n  oifname lo masquerade\n }\n}\n", NO),
    # A map of verdicts.
    (NFT, chain("meta l4proto vmap { tcp : drop, udp : drop }"), NO), (NFT, chain("iif vmap { lan : accept, wan : drop }"), BOTH),
    (NFT, chain("tcp dport vmap {\n 22 : jump lan,\n 23 : drop\n}"), BOTH), (NFT, chain("tcp dport vmap $ports"), BOTH),
    (NFT, chain("queue num 0"), BOTH),
    # What stands after a rule that ends them all is never met; what is inserted is.
    (NFT, chain("drop\n  iif lan accept"), NO), (NFT, chain("counter reject with icmpx host-unreachable; accept"), NO),
    (NFT, chain('log prefix "x" drop; accept'), NO), (NFT, chain("iif wan drop; accept"), BOTH), (NFT, chain("reject; masquerade"), NO),
    (NFT, "add chain f c { %s }; add rule ip f c drop; insert rule ip f c iif lan accept" % HOOK, IPV4),
    (NFT, "add chain f c { %s }; add rule ip f c drop; add rule ip f c iif lan accept" % HOOK, NO),
    # Chains of chains that only drop, and one that leads to itself.
    (NFT, chain("jump d") + "table inet filter {\n chain d { jump e }\n chain e { drop }\n}\n", NO),
    (NFT, chain("jump d") + "table inet filter {\n chain d { jump d }\n}\n", NO),
    (NFT, chain("jump d") + "table inet filter {\n chain d { jump e }\n chain e { iif lan accept }\n}\n", BOTH),
    # A chain for packets to this host as well.
    (NFT, "table inet f { chain i { type filter hook input priority 0; jump c; }\nchain o { type filter hook forward priority 0; jump c; }"
          "\nchain c { tcp dport 22 accept; } }", NO),
    # A bridge does not route.
    (NFT, chain("accept").replace("inet", "bridge"), NO),
    (NFT, "table netdev a {\n chain b { type filter hook ingress device e0 priority 0; fwd to e1; accept }\n}", NO),
    # A name is no verdict.
    (NFT, "table ip a {\n set dnat { type ipv4_addr; }\n chain p { type nat hook prerouting priority 0; ip saddr @dnat drop }\n}", NO),
    (NFT, "table ip a {\n chain p {\n  ip saddr @masquerade drop\n }\n chain dnat { drop }\n}", NO),
    # Commands.
    (NFT, "add table inet f\nadd chain inet f c { %s }\nadd rule inet f c iif lan accept\n" % HOOK, BOTH),
    (NFT, "add chain inet f c { %s }\nadd rule inet f c ip saddr { 192.0.2.1, 192.0.2.2 } accept\n" % HOOK, IPV4),
    (NFT, "add chain inet f c { %s }\nadd rule inet f c iif lan \\\n accept\n" % HOOK, BOTH),
    (NFT, "add chain f c { %s }; insert rule ip f c iif lan accept" % HOOK, IPV4),
    (NFT, "add chain inet f c { %s }\nadd rule inet f c drop\nadd rule inet f d accept\n" % HOOK, NO),
    (NFT, "add chain inet f c { %s }\nadd rule inet f c drop\naccept\n" % HOOK, NO),
    (NFT, "add chain inet f c { %s }\nadd rule ip f c accept\n" % HOOK, NO),
    (NFT, "add chain ip f c { %s }\nadd rule ip f c counter reject\n" % HOOK.replace("drop", "accept"), NO),
    (NFT, "add chain bridge f c { %s }\nadd rule bridge f c accept\n" % HOOK, NO),
    (NFT, "add rule nat post oifname wan masquerade\n", IPV4),
    # A table of which one part has the hook and another one the rules.
    (NFT, "table inet f { chain c { %s } }\ntable inet f {\n chain c {\n  accept\n }\n}\n" % HOOK, BOTH),
    (ZONE, "<zone><masquerade/></zone>", IPV4),
    (ZONE, "<zone><!-- <masquerade/> --></zone>", NO),
    (ZONE, "<zone><!-- a --><masquerade/><!-- b --></zone>", IPV4),
    (ZONE, "<zone><forward/></zone>", NO), (ZONE, '<zone><rule family="ipv6"><masquerade/></rule></zone>', IPV6),
    (ZONE, '<zone><service name="dhcpv6-client"/><rule family="ipv6"><accept/></rule><masquerade/></zone>', IPV4),
    (ZONE, '<forward-port port="80" protocol="tcp" to-addr="2001:db8::1"/>', IPV6),
    (ZONE, '<forward-port port="80" protocol="tcp" to-port="80" to-addr="192.0.2.1"/>', IPV4),
    (ZONE, '<forward-port port="80" protocol="tcp" to-port="8080"/>', NO),
    (POLICY, '<policy target="ACCEPT">', BOTH),
    (POLICY, '<policy target="CONTINUE">', NO), (POLICY, '<policy target="CONTINUE"><service name="http"/></policy>', BOTH),
    (POLICY, '<policy target="REJECT"><rule family="ipv6"><accept/></rule></policy>', IPV6),
    (POLICY, '<policy target="CONTINUE"><ingress-zone name="ANY"/><egress-zone name="HOST"/><service name="http"/></policy>', NO),
    (POLICY, '<policy target="CONTINUE"><masquerade/></policy>', IPV4),
    (POLICY, '<policy target="ACCEPT"><ingress-zone name="lan"/><egress-zone name="wan"/></policy>', BOTH),
    (POLICY, '<policy target="ACCEPT"><ingress-zone name="lan"/><egress-zone name="HOST"/></policy>', NO),
    (POLICY, "<policy target='ACCEPT'><ingress-zone name='HOST'/><egress-zone name='ANY'/></policy>", NO),
    # What engines make by themselves.
    ("/etc/firewalld/policies/docker-forwarding.xml", '<policy target="ACCEPT"><ingress-zone name="ANY"/></policy>', NO),
    (TABLE, "*filter\n-A FORWARD -j DOCKER-USER\n-A FORWARD -o docker0 -j DOCKER\n-A FORWARD -i docker0 ! -o docker0 -j ACCEPT\n"
            "-A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -j ACCEPT\n*nat\n-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 "
            "-j MASQUERADE\n-A DOCKER ! -i br-0123456789ab -p tcp -j DNAT --to-destination 172.18.0.2:80\n", NO),
    (TABLE, "*filter\n-A FORWARD -j KUBE-FORWARD\n-A KUBE-FORWARD -j ACCEPT\n-A FORWARD -j cali-FORWARD\n-A FORWARD -j CNI-FORWARD\n", NO),
    (TABLE, "*filter\n-A FORWARD -j DOCKER-USER\n-A FORWARD -i br-lan -j ACCEPT\n", IPV4),
    ("/etc/firewalld/direct.xml", '<rule table="filter" chain="FORWARD" priority="0">-j ACCEPT</rule>', BOTH),
    ("/etc/firewalld/direct.xml", '<rule ipv="ipv6" table="filter" chain="FORWARD" priority="0">-j ACCEPT</rule>', IPV6),
    ("/etc/firewalld/direct.xml", '<passthrough ipv="ipv4">-A FORWARD -i lan -j ACCEPT</passthrough>', IPV4),
    ("/etc/firewalld/direct.xml", '<passthrough ipv="ipv4">-A FORWARD -m state --state ESTABLISHED -j ACCEPT</passthrough>', NO),
    ("/etc/firewalld/direct.xml", '<rule table="filter" chain="INPUT" priority="0">-j ACCEPT</rule>', NO),
    ("/etc/firewalld/firewalld.conf", "# DefaultZone=external\nDefaultZone=external\n", IPV4),
    ("/etc/firewalld/firewalld.conf", "# DefaultZone=external\nDefaultZone=public\n", NO),
    (TABLE, "*filter\n-A FORWARD -i lan -j ACCEPT\n", IPV4),
    (TABLE, "*filter\n[1:20] -A FORWARD -i lan -j ACCEPT\n", IPV4),
    (TABLE, "*filter\n-I FORWARD -i lan --jump ACCEPT\n", IPV4), (TABLE, "*filter\n-A FORWARD -j NFQUEUE --queue-num 0\n", IPV4),
    # By way of chains of one's own.
    (TABLE, "*filter\n-A FORWARD -j more\n-A more -i lan -g lan\n-A lan -j ACCEPT\n", IPV4),
    (TABLE, "*filter\n-A FORWARD -j no\n-A no -j LOG\n-A no -j DROP\n-A INPUT -j ACCEPT\n", NO),
    (TABLE, "*filter\n-A FORWARD -j f2b\n-A f2b -j RETURN\n-A FORWARD -j a\n-A a -j b\n-A b -j a\n", NO),
    (TABLE, "*filter\n-A FORWARD -j DROP\n", NO), (TABLE, "*filter\n-A FORWARD -j REJECT --reject-with icmp-host-prohibited\n", NO),
    (TABLE, "*mangle\n-A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu\n", NO),
    (TABLE, '*filter\n-A FORWARD -m comment --comment "say \\"x\\" -j ACCEPT" -j DROP\n', NO),
    (TABLE, "*nat\n-A POSTROUTING -o wan -j MASQUERADE\n", IPV4),
    (TABLE, "*nat\n-A PREROUTING -p tcp -j DNAT --to-destination 192.0.2.1\n", IPV4),
    (TABLE, "*nat\n-A POSTROUTING -s 10.0.0.0/24 -j NETMAP --to 192.0.2.0/24\n", IPV4), (TABLE, "*nat\n-A POSTROUTING -j ACCEPT\n", NO),
    # Answers alone, and what never leaves this host.
    (TABLE, "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -m state --state RELATED,ESTABLISHED -j ACCEPT\n", NO),
    (TABLE, "*filter\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n", NO),
    (TABLE, "*filter\n-A FORWARD -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT\n", IPV4),
    (TABLE, "*filter\n-A FORWARD -m conntrack ! --ctstate INVALID -j ACCEPT\n", IPV4),
    (TABLE, "*filter\n-A FORWARD -i lo -j ACCEPT\n", NO), (TABLE, "*filter\n-A FORWARD ! -i lo -j ACCEPT\n", IPV4),
    (TABLE, "*nat\n-A POSTROUTING -o lo -j MASQUERADE\n", NO), (TABLE, "*nat\n-A PREROUTING -j DNAT --to-destination 127.0.0.1:80\n", NO),
    # After a rule that all others end at.
    (TABLE, "*filter\n-A FORWARD -j DROP\n-A FORWARD -i lan -j ACCEPT\n", NO),
    (TABLE, "*filter\n-A FORWARD -m comment --comment \"x\" --jump REJECT\n-A FORWARD -j ACCEPT\n", NO),
    (TABLE, "*filter\n-A FORWARD -i wan -j DROP\n-A FORWARD -i lan -j ACCEPT\n", IPV4),
    (TABLE, "*filter\n-A FORWARD -j DROP\n-I FORWARD -i lan -j ACCEPT\n", IPV4),
    # A chain for packets to this host as well.
    (TABLE, "*filter\n-A INPUT -j RH\n-A FORWARD -j RH\n-A RH -p tcp --dport 22 -j ACCEPT\n-A RH -j REJECT\n", NO),
    # A chain of that name in another table.
    (TABLE, "*filter\n-A FORWARD -j X\n-A X -j DROP\nCOMMIT\n*nat\n-A OUTPUT -j X\n-A X -j ACCEPT\n", NO),
    (TABLE, "*mangle\n-A FORWARD -j ACCEPT\n", NO),
    # Other words for the same.
    (TABLE, " -A FORWARD -j ACCEPT", IPV4), (TABLE, "--append FORWARD --jump ACCEPT", IPV4), (TABLE, "-A FORWARD -jACCEPT", IPV4),
    (TABLE, "-A FORWARD --jump=ACCEPT", IPV4), (TABLE, "-t nat -A POSTROUTING -j MASQUERADE", IPV4),
    ("/etc/iptables/rules.v6", "*filter\n-A FORWARD -i lan -j ACCEPT\n", IPV6),
    ("/etc/systemd/scripts/ip6save", "*filter\n-A FORWARD -i lan -j ACCEPT\n", IPV6),
    ("/etc/sysconfig/ip6tables", "*filter\n-A FORWARD -i lan -j ACCEPT\n", IPV6),
    ("/etc/iptables/rules6-save", "*filter\n-A FORWARD -i lan -j ACCEPT\n", IPV6),
    # A file that an interface loads, of which nothing tells the family.
    ("/etc/firewall.rules", "*filter\n-A FORWARD -i lan -j ACCEPT\n", BOTH),
    (TABLE, "*filter\n:FORWARD ACCEPT [0:0]\n-A INPUT -j ACCEPT\n", NO),
    ("/etc/systemd/scripts/ip4save", "*nat\n-A POSTROUTING -o eth0 -j MASQUERADE\n", IPV4),
    ("/etc/conf.d/iptables", 'IPFORWARD="yes"\n', IPV4), ("/etc/conf.d/ip6tables", "IPFORWARD=yes\n", IPV6),
    ("/etc/conf.d/iptables", '#IPFORWARD="yes"\nIPFORWARD="no"\n', NO),
    ("/etc/ufw/before.rules", "*nat\n-A POSTROUTING -o wan -j MASQUERADE\n", IPV4),
    ("/etc/default/ufw", 'DEFAULT_FORWARD_POLICY="ACCEPT"\n', BOTH),
    ("/etc/default/ufw", 'DEFAULT_FORWARD_POLICY="DROP"\n', NO),
    ("/etc/ufw/user.rules", "-A ufw-user-forward -i lan -j ACCEPT\n", IPV4),
    ("/etc/ufw/user6.rules", "-A ufw6-user-forward -i lan -j ACCEPT\n", IPV6),
    ("/etc/ufw/user.rules", "-A ufw-user-input -j ACCEPT\n", NO),
])
def test_rules_that_forward(path, text, families):
    assert found(filters={path: text}) == dict.fromkeys(families, (path, True))


def test_a_chain_and_its_rules_may_be_in_two_files():
    texts = {NFT: "add chain inet f c { %s }\n" % HOOK, "/etc/firewall/lan.nft": "add rule inet f c accept\n"}
    assert found(filters=texts)["router"] == ("/etc/firewall/lan.nft", True)


@pytest.mark.parametrize("units, has_ufw, paths", [
    ((), False, set()), (("frr.service",), False, set()),
    (("nftables.service",), False, {NFT, "/etc/sysconfig/nftables.conf", "/etc/nftables.nft"}),
    (("netfilter-persistent.service",), False, {TABLE, "/etc/iptables/rules.v6"}),
    (("iptables.service", "ip6tables.service"), False, {
        "/etc/sysconfig/iptables", "/etc/iptables/iptables.rules", "/etc/sysconfig/ip6tables", "/etc/iptables/ip6tables.rules",
        "/etc/systemd/scripts/ip4save", "/etc/systemd/scripts/ip6save", "/etc/iptables/rules-save", "/etc/iptables/rules6-save",
        "/var/lib/iptables/rules-save", "/var/lib/ip6tables/rules-save", "/etc/conf.d/iptables", "/etc/conf.d/ip6tables"}),
    ((), True, set(["/etc/default/ufw"] + ["/etc/ufw/%s.rules" % name for name in (
        "before", "before6", "user", "user6", "after", "after6")])),
    (("firewalld.service",), False, {"/etc/firewalld/" + name for name in (
        "direct.xml", "firewalld.conf", "zones/*.xml", "policies/*.xml")}),
])
def test_what_is_loaded_at_boot(units, has_ufw, paths):
    assert set(_packet_filters.loaded(enabled(*units), has_ufw)) == paths | {"/etc/network/interfaces"}
    assert all(unit in _uses.ENABLED for unit in units)


@pytest.mark.parametrize("path, text, expected", [
    (NFT, 'include "/etc/firewall/*.nft"\n', ["/etc/firewall/*.nft"]), (NFT, ' include \'/a b\'', ["/a b"]),
    (NFT, '# include "/etc/a.nft"\n#include "/b"\n', []),
    ("/etc/sysconfig/nftables.conf", 'table inet a {\n include "./a.nft"\n}\n', ["/etc/sysconfig/a.nft", "/etc/a.nft"]),
    ("/etc/network/interfaces", "source /etc/network/interfaces.d/*\n", ["/etc/network/interfaces.d/*"]),
    ("/etc/network/interfaces", "source-directory more\n", ["/etc/network/more/*", "/etc/more/*"]),
    ("/etc/network/interfaces", "  pre-up iptables-restore < /etc/iptables.rules; true\n", ["/etc/iptables.rules"]),
    ("/etc/network/interfaces", "  up ip6tables-restore -n </etc/a\n up nft -f /etc/b\n# up nft -f /etc/c\n", ["/etc/a", "/etc/b"]),
    ("/etc/network/interfaces", "  post-down iptables-restore < /etc/iptables.rules\n", []),
])
def test_what_a_file_includes(path, text, expected):
    assert list(_packet_filters.included(path, text)) == expected


@pytest.mark.parametrize("line, families", [
    ("post-up echo 1 >/proc/sys/net/ipv4/ip_forward", IPV4), ("up iptables -t nat -A POSTROUTING -o wan -j MASQUERADE", IPV4),
    ("up sysctl net.ipv6.conf.all.forwarding=1", IPV6), ("# up sysctl net.ipv4.ip_forward=1", NO), ("post-down x ip_forward", NO),
    ("up echo 1 > /proc/sys/net/ipv4/conf/eth0/forwarding", IPV4), ("up sysctl -w net.ipv4.conf.eth0.mc_forwarding=1", NO),
    ("up sysctl -w net.ipv4.ip_forward=0", NO), ("up sysctl -w 'net.ipv4.conf.all.forwarding = 0'", NO),
    ("up echo 0 > /proc/sys/net/ipv4/ip_forward", NO), ('up echo -n "0" > /proc/sys/net/ipv4/ip_forward', NO),
    ("up echo 10 > /dev/null; sysctl -w net.ipv4.ip_forward=1", IPV4),
    ("up sysctl -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1", BOTH), ("up nft add rule inet nat post masquerade", BOTH),
    ("up ip6tables -A FORWARD -i lan -j ACCEPT", IPV6), ("up iptables -A FORWARD -s 10.0.0.6 -j ACCEPT", IPV4),
    ("up iptables -t nat -D POSTROUTING -j MASQUERADE", NO), ("up echo x # net.ipv4.ip_forward", NO),
    ("up iptables -A FORWARD -i lan -j DROP", NO), ("up iptables -A FORWARD -m state --state ESTABLISHED -j ACCEPT", NO),
    ("up iptables -A FORWARD -i lo -j ACCEPT; iptables -A FORWARD -i lan -j ACCEPT", IPV4),
    # ifupdown2 and ifupdown-ng.
    ("ip-forward yes", IPV4), ("ip6-forward on", IPV6), ("ip-forward off", NO), ("# ip-forward on", NO),
    ("forward-ipv4 yes", IPV4), ("forward-ipv6 1", IPV6), ("forward-ipv6 no", NO),
])
def test_what_an_interface_says_forwards(line, families):
    path = "/etc/network/interfaces.d/lan"
    uses = found(filters={path: "iface lan inet static\n  %s\n" % line})
    assert {name: (evidence.partition(":")[0], is_firm) for name, (evidence, is_firm) in uses.items()} == dict.fromkeys(
        families, (path, True))


VENDOR, LOCAL = "/usr/lib/sysctl.d/50-default.conf", "/usr/local/lib/sysctl.d/a.conf"


@pytest.mark.parametrize("facts, expected", [
    (dict(advertised="eth0"), ("a router's advertisement on eth0", False)),
    (dict(filters={"/etc/network/interfaces": "auto eth0\n  iface eth0 inet6 auto\n"}, advertised="eth0"),
     ("/etc/network/interfaces", True)),
    (dict(filters={"/etc/network/interfaces.d/a": "iface eth0 inet6 auto"}), ("/etc/network/interfaces.d/a", True)),
    (dict(filters={"/etc/network/interfaces": "iface eth0 inet6 static\n# iface eth0 inet6 auto\n"}), None),
    (dict(filters={"/etc/network/interfaces": "iface eth0 \\\n  inet6 auto\n"}), ("/etc/network/interfaces", True)),
    (dict(filters={"/etc/network/interfaces": "iface eth0 inet6 dhcp\n"}), ("/etc/network/interfaces", True)),
    (dict(filters={"/etc/network/interfaces": "iface eth0 inet6 static\n  accept_ra 2\n"}), ("/etc/network/interfaces", True)),
    (dict(filters={"/etc/network/interfaces": "iface eth0 inet6 static\n  autoconf 0\n  accept_ra 0\n"}), None),
    *[(dict(lines={"net.ipv6.conf.%s" % key: LINE._replace(value=value)}), (ROUTER, True))
      for key, value in (("eth0.accept_ra", "2"), ("all.accept_ra", "1"), ("default.autoconf", "1"))],
    *[(dict(lines={"net.ipv6.conf.%s" % key: LINE._replace(value=value)}), None)
      for key, value in (("eth0.accept_ra", "0"), ("all.autoconf", "0"), ("all.accept_ra_pinfo", "1"))],
    # What the vendor says of all interfaces it says on every host.
    (dict(lines={"net.ipv6.conf.all.accept_ra": LINE._replace(path=VENDOR, value="1")}), None),
    (dict(lines={"net.ipv6.conf.eth0.accept_ra": LINE._replace(path=VENDOR, value="1")}), (VENDOR + ":3", True)),
    (dict(image=True), ("only a running host shows it", True)),
])
def test_addresses_from_a_router(facts, expected):
    assert found(**facts).get("slaac") == expected


INTERFACES, NETWORKD, MANAGER = "/etc/network/interfaces", "/etc/systemd/network/", "/etc/NetworkManager/system-connections/lan"
ALL, FRESH = "net.ipv4.conf.all.rp_filter", "net.ipv4.conf.default.rp_filter"


def before_us(name, value):
    return ("%s was %s before us" % (name, value), True)


@pytest.mark.parametrize("facts, expected", [
    (dict(ways="default routes through eth0, wlan0"), ("default routes through eth0, wlan0", False)),
    *[(dict(ways="default routes", texts={path: text}), (path, True)) for path, text in (
        (NETWORKD + "lan.network", "[Match]\nName=eth1\n[RoutingPolicyRule]\nFrom=10.1.0.5\n"),
        ("/etc/netplan/50.yaml", "  ethernets:\n    eth1:\n      routing-policy:\n      - from: 10.1.0.5\n"),
        ("/etc/netplan/50.yaml", "  ethernets: {eth1: {dhcp4: true, routing-policy: [{from: 10.1.0.5}]}}\n"),
        ("/etc/netplan/50.yaml", "  vrfs:\n    blue: {table: 10}\n"), (NETWORKD + "blue.netdev", "[NetDev]\nName=blue\nKind=vrf\n"),
        (MANAGER, "[ipv4]\nrouting-rule1=priority 5 from 10.1.0.5 table 200\n"),
        ("/etc/rc.local", "#!/bin/sh\n/sbin/ip -4 rule add fwmark 1\n"),
        ("/etc/sysconfig/network-scripts/rule-eth1", "from 10.1.0.5 table 200\n"))],
    *[(dict(filters={INTERFACES: "iface eth1 inet dhcp\n  %s\n" % line}), (INTERFACES, True)) for line in (
        "post-up ip rule add from 10.1.0.5 table 200", "up ip  ru  a from 10.1.0.5 table 200 || true",
        "up true && ip \\\n rule add fwmark 1", "ip-rp-filter 0")],
    *[(dict(filters={INTERFACES: "iface eth1 inet dhcp\n  %s\n" % line}), None) for line in (
        "# post-up ip rule add from 10.1.0.5 table 200", "up ip -6 rule add from fd00::5 table 200", "down ip rule del from 10.1.0.5",
        "up ip route add default via 10.1.0.1")],
    *[(dict(texts={path: text}), None) for path, text in (
        (MANAGER, "[ipv6]\nrouting-rule1=priority 5 from fd00::5 table 200\n"), (NETWORKD + "lan.network", "#[RoutingPolicyRule]\n"),
        ("/etc/sysconfig/network-scripts/rule-eth1", "# from 10.1.0.5 table 200\n"),
        ("/etc/openvpn/a.conf", "client\nup ip rule add x\n"))],
    (dict(texts={"/etc/iscsi/ifaces/" + name: "iface.net_ifacename = %s\n" % name for name in ("eth1", "eth2")}),
     ("/etc/iscsi/ifaces/eth2", True)),
    (dict(texts={"/etc/iscsi/ifaces/" + name: "iface.net_ifacename = eth1\n" for name in ("a", "b")}), None),
    (dict(lines={ALL: LINE._replace(value="2")}), (ROUTER, True)),
    (dict(lines={ALL: LINE._replace(value="0x2")}), (ROUTER, True)),
    (dict(lines={FRESH: LINE._replace(value="0")}), (ROUTER, True)),
    (dict(lines={ALL: LINE}), None),
    # What a vendor ships for everybody says nothing of this host.
    (dict(lines={ALL: Winner("2", VENDOR, 1)}), None),
    (dict(lines={"net.ipv4.conf.*.rp_filter": Winner("2", VENDOR, 1)}), None),
    (dict(lines={ALL: Winner("2", "/etc/sysctl.d/10-network-security.conf", 1)}), None),
    (dict(lines={ALL: Winner("2", LOCAL, 1)}), (LOCAL + ":1", True)),
    (dict(lines={"net.ipv4.conf.lxc*.rp_filter": Winner("0", "/etc/sysctl.d/99-zzz-override_cilium.conf", 1)}),
     ("/etc/sysctl.d/99-zzz-override_cilium.conf:1", True)),
    # A line for one interface does, wherever it is.
    (dict(lines={"net.ipv4.conf.eth0.rp_filter": LINE._replace(value="2")}), (ROUTER, True)),
    (dict(lines={"net.ipv4.conf.eth0.rp_filter": Winner("2", "/usr/lib/sysctl.d/a.conf", 1)}), ("/usr/lib/sysctl.d/a.conf:1", True)),
    (dict(lines={"net.ipv4.conf.eth0.rp_filter": Winner("1", LOCAL, 1)}), None),
    (dict(settings=(setting("net.ipv4.conf.*.rp_filter", "2"),)), (NETWORK, True)),
    (dict(settings=(setting("net.ipv4.conf.*.rp_filter", "1"),)), None),
    # Before us: what neither the kernel, which starts with 0, nor the vendor brings.
    (dict(own={ALL: "2", FRESH: "0"}), before_us(ALL, "2")), (dict(own={ALL: "0", FRESH: "2"}), before_us(FRESH, "2")),
    (dict(own={ALL: "0", FRESH: "0"}), None), (dict(own={ALL: "1", FRESH: "1"}), None),
    (dict(own={ALL: "2", FRESH: "2"}, shipped={ALL: "2", FRESH: "2"}), None),
    (dict(own={ALL: "0", FRESH: "2"}, shipped={ALL: "1", FRESH: "2"}), before_us(ALL, "0")),
    (dict(own={ALL: "0", FRESH: "0"}, shipped={FRESH: "2"}), None),
    (dict(own={ALL: "", FRESH: ""}, shipped={ALL: "1"}), None),
    (dict(image=True), ("only a running host shows it", True)),
])
def test_several_ways_out(facts, expected):
    assert found(**facts).get("multihomed") == expected


def test_what_an_earlier_run_has_seen_may_be_away_for_the_moment():
    seen = {"slaac": "a router's advertisement on eth0", "docker": "process dockerd", "no_use": "x"}
    now = _uses.found(NOTHING._replace(programs=DOCKER))
    uses = _uses.holding(_uses.with_seen(now, seen))
    assert set(uses) == {"docker", "slaac"} and uses["docker"] == now["docker"]
    assert uses["slaac"] == Use("a router's advertisement on eth0", gone=True)
    again = _uses.found(NOTHING._replace(advertised="eth1"))
    assert _uses.with_seen(again, seen)["slaac"] == again["slaac"]
    assert set(_uses.holding(_uses.with_seen(now, seen), said={"slaac": "absent"})) == {"docker"}


EVERY_FILTER = "/proc/sys/net/ipv4/conf/*/rp_filter"


@pytest.mark.parametrize("use, command", [
    ("multihomed", "echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter"), ("multihomed", "sysctl -w net.ipv4.conf.eth1.rp_filter=2"),
    ("multihomed", "sysctl -q -w net.ipv4.conf.$IFACE.rp_filter=0 || true"),
    ("multihomed", "test -x /sbin/ipsec && echo 0 > /proc/sys/net/ipv4/conf/${IFACE}/rp_filter"),
    ("multihomed", "for f in %s; do echo 0 > $f; done" % EVERY_FILTER),
    ("multihomed", "for i in $(ls /proc/sys/net/ipv4/conf); do echo 0 > /proc/sys/net/ipv4/conf/$i/rp_filter; done"),
    ("slaac", "sysctl -w net.ipv6.conf.eth0.accept_ra=2"), ("slaac", "true; echo 1 > /proc/sys/net/ipv6/conf/all/autoconf"),
    ("router", "if true; then echo 1 > /proc/sys/net/ipv4/ip_forward; fi"), ("io_uring", "sysctl kernel.io_uring_disabled=0"),
    ("strict_memory", 'sysctl -w "vm.overcommit_memory = 2"'), ("bridged_guests", "( sysctl net.bridge.bridge-nf-call-iptables=0 )"),
    ("debugger", "echo 0 | tee /proc/sys/kernel/yama/ptrace_scope"),
])
def test_what_a_script_may_set_tells_too(use, command):
    up = {INTERFACES: "auto eth1\niface eth1 inet dhcp\n  post-up %s\n" % command}
    assert found(filters=up)[use] in [(INTERFACES + ":3", True), (INTERFACES, True)]
    assert found(texts={"/etc/rc.local": "#!/bin/sh\nif true; then\n  %s\nfi\n" % command})[use] == ("/etc/rc.local:3", True)
    for line in ("# post-up " + command, "pre-down " + command, "post-up echo x # " + command):
        assert use not in found(filters={INTERFACES: "iface eth1 inet dhcp\n  %s\n" % line})


@pytest.mark.parametrize("command", [
    "echo 1 > /proc/sys/net/ipv4/conf/all/rp_filter", "cat %s" % EVERY_FILTER, "sysctl net.ipv4.conf.all.rp_filter",
    "for f in %s; do echo 1 > $f; done" % EVERY_FILTER, "for f in %s; do echo $x > $f; done" % EVERY_FILTER])
def test_what_a_script_says_otherwise_tells_nothing(command):
    assert found(texts={"/etc/rc.local": command + "\n"}, filters={INTERFACES: "iface eth1 inet dhcp\n  up %s\n" % command}) == {}


@pytest.mark.parametrize("facts, expected", [
    (dict(enabled=enabled("kdump-tools.service")), enabled("kdump-tools.service")["kdump-tools.service"]),
    (dict(crash_kernel="/sys/kernel/kexec_crash_size"), "/sys/kernel/kexec_crash_size"), ({}, None),
])
def test_a_kernel_for_crashes(facts, expected):
    assert found(**facts).get("kdump") == (expected and (expected, True))


BRIDGED, STRICT = "net.bridge.bridge-nf-call-iptables", "vm.overcommit_memory"
# What an administrator writes who needs it.
SITE = (("sandbox", "kernel.apparmor_restrict_unprivileged_userns", "0"), ("sandbox", "kernel.unprivileged_userns_clone", "1"),
        ("sandbox", "user.max_user_namespaces", "15000"), ("io_uring", "kernel.io_uring_disabled", "0"),
        ("debugger", "kernel.yama.ptrace_scope", "0"), ("profiler", "kernel.perf_event_paranoid", "-1"),
        ("profiler", "kernel.perf_event_paranoid", "1"), ("profiler", "kernel.kptr_restrict", "0"))
FAULTS, NO_KEXEC = "vm.unprivileged_userfaultfd", "kernel.kexec_load_disabled"


CLIENT = "[Interface]\nSaveConfig = true\nListenPort = 51234\n[Peer]\nEndpoint = 192.0.2.1:51820\nAllowedIPs = %s\n"


@pytest.mark.parametrize("use, facts, expected", [
    ("wireguard", dict(texts={"/etc/wireguard/a.conf": CLIENT % "0.0.0.0/0, ::/0"}), None),
    ("wireguard", dict(texts={"/etc/wireguard/a.conf": CLIENT % "10.8.0.2/32"}), ("/etc/wireguard/a.conf", True)),
    ("wireguard", dict(texts={"/etc/wireguard/a.conf": CLIENT % "0.0.0.0/0" + "[Peer]\nEndpoint = 192.0.2.9:1\n"}),
     ("/etc/wireguard/a.conf", True)),
    ("kdump", dict(enabled=enabled("kdump-tools.service"), texts={"/etc/default/kdump-tools": "USE_KDUMP=0\n"}), None),
    ("kdump", dict(enabled=enabled("kdump-tools.service"), texts={"/etc/default/kdump-tools": "USE_KDUMP=0\nUSE_KDUMP=1\n"}),
     tuple(enabled("kdump-tools.service").values()) + (True,)),
    ("multihomed", dict(enabled=enabled("frr.service")), tuple(enabled("frr.service").values()) + (True,)),
    ("bridged_guests", dict(lines={BRIDGED: LINE._replace(value="0")}), (ROUTER, True)),
    ("bridged_guests", dict(own={BRIDGED: "0"}), (BRIDGED + " was 0 before us", True)),
    ("bridged_guests", dict(own={BRIDGED: "1"}), None),
    # What the vendor's file says it says on every host.
    ("bridged_guests", dict(own={BRIDGED: "0"}, shipped={BRIDGED: "0"}, lines={BRIDGED: LINE._replace(value="0", path=VENDOR)}), None),
    ("strict_memory", dict(lines={STRICT: LINE._replace(value="2")}), (ROUTER, True)),
    ("strict_memory", dict(own={STRICT: "2"}), (STRICT + " was 2 before us", True)), ("strict_memory", dict(own={STRICT: "0"}), None),
    # It comes with what needs it; old kernels begin with it.
    ("userfaultfd", dict(lines={FAULTS: LINE._replace(value="1", path=VENDOR)}), (VENDOR + ":3", True)),
    ("userfaultfd", dict(own={FAULTS: "1"}), None), ("userfaultfd", dict(lines={FAULTS: LINE._replace(value="0")}), None),
    ("kexec", dict(lines={NO_KEXEC: LINE._replace(value="0")}), (ROUTER, True)), ("kexec", dict(own={NO_KEXEC: "0"}), None),
    ("kexec", dict(lines={NO_KEXEC: LINE._replace(value=None)}), None),
    ("kexec", dict(texts={"/etc/default/kexec": "LOAD_KEXEC=true\n"}), ("/etc/default/kexec", True)),
    ("kexec", dict(texts={"/etc/default/kexec": "LOAD_KEXEC=false\n", "/etc/default/kexec.d/a": "LOAD_KEXEC=true\n"}),
     ("/etc/default/kexec.d/a", True)),
    ("kexec", dict(texts={"/etc/default/kexec": "LOAD_KEXEC=true\nLOAD_KEXEC=false\n"}), None),
    *[(use, dict(lines={name: LINE._replace(value=value)}), (ROUTER, True)) for use, name, value in SITE],
    # What the vendor ships, what a kernel may begin with, and the other values.
    *[(use, dict(lines={name: LINE._replace(value=value, path=VENDOR)}, own={name: value}), None) for use, name, value in SITE],
    *[(use, dict(lines={name: LINE._replace(value=value)}), None) for use, name, value in (
        ("sandbox", "kernel.apparmor_restrict_unprivileged_userns", "1"), ("sandbox", "kernel.unprivileged_userns_clone", "0"),
        ("sandbox", "user.max_user_namespaces", "0"), ("io_uring", "kernel.io_uring_disabled", "2"),
        ("debugger", "kernel.yama.ptrace_scope", "1"), ("profiler", "kernel.perf_event_paranoid", "2"),
        ("profiler", "kernel.kptr_restrict", "1"))],
    ("io_uring", dict(settings=(setting("kernel.io_uring_disabled", "0"),)), (NETWORK, True)),
    ("io_uring", dict(texts={"/etc/libvirt/qemu/vm.xml": "<driver name='qemu' io='io_uring'/>"}), ("/etc/libvirt/qemu/vm.xml", True)),
    ("io_uring", dict(texts={"/etc/libvirt/qemu/vm.xml": "<driver name='qemu' io='native'/>"}), None),
])
def test_what_somebody_wishes(use, facts, expected):
    assert found(**facts).get(use) == expected


@pytest.mark.parametrize("facts, expected", [
    ({}, None), (dict(address="10.0.0.50 on dummy0"), ("10.0.0.50 on dummy0", False)),
    (dict(filters={INTERFACES: "auto lo:vip\niface lo:vip inet static\n"}), (INTERFACES, True)),
    (dict(filters={INTERFACES: "iface dummy0 inet static\n"}), (INTERFACES, True)),
    (dict(filters={INTERFACES: "iface eth0 inet dhcp\n  post-up ip addr add 10.0.0.50/32 dev lo\n"}), (INTERFACES, True)),
    *[(dict(filters={INTERFACES: "iface lo inet loopback\n  %s\niface eth0 inet static\n  address 10.1.0.5\n" % line}), (INTERFACES, True))
      for line in ("address 10.0.0.50/32", "up ifconfig lo:0 10.0.0.50 netmask 255.255.255.255 up", "up ip a a 10.0.0.50/32 dev lo",
                   "up ip -4 addr replace 10.0.0.50/32 dev lo; true", "up ip route add local 10.9.0.128/28 dev lo",
                   "up ip -4 r replace to local 10.9.0.128/28 dev eth0")],
    *[(dict(filters={INTERFACES: "iface lo inet loopback\n  %s\niface eth0 inet static\n  address 10.1.0.5/24\n" % line}), None)
      for line in ("address 127.0.0.2/8", "up ip addr add 127.0.0.2/8 dev lo", "down ip addr del 10.0.0.50/32 dev lo",
                   "# up ifconfig lo:0 10.0.0.50",
                   "up ip addr add 10.0.0.50/32 dev lo0", "up ip route add 10.0.0.50/32 dev lo",
                   "up ip addr add 2001:db8::5/128 dev lo", "up ip route add local 2001:db8::/64 dev lo",
                   "down ip route del local 10.9.0.128/28 dev lo")],
    *[(dict(texts={path: text}), (path, True)) for path, text in (
        ("/etc/sysconfig/network-scripts/ifcfg-lo:0", "DEVICE=lo:0\nIPADDR=10.0.0.50\n"),
        (NETWORKD + "lo.network", "[Match]\nName=lo\n[Network]\nAddress=10.0.0.50/32\n"),
        (NETWORKD + "lan.network", "[Match]\nName=eth0\n[Route]\nDestination=10.9.0.128/28\nType=local\n"),
        ("/etc/netplan/50.yaml", "      routes:\n      - to: 10.9.0.128/28\n        type: local\n"),
        ("/etc/netplan/50.yaml", "      routes:\n      - type: \"local\"\n        to: 10.9.0.128/28\n"),
        (NETWORKD + "a.netdev", "[NetDev]\nName=vip\nKind=dummy\n"), (MANAGER, "[connection]\ntype=dummy\n"),
        ("/etc/netplan/50.yaml", "network:\n  ethernets:\n    lo:\n      addresses: [10.0.0.50/32]\n"),
        ("/etc/netplan/50.yaml", "network:\n  dummy-devices:\n    vip: {}\n"),
        ("/etc/netplan/50.yaml", 'network: {ethernets: {lo: {addresses: ["10.0.0.50/32"]}}}\n'),
        ("/etc/rc.local", "ip link add vip0 type dummy\n"), ("/etc/rc.local", "ip addr add 10.0.0.50/32 dev dummy0\n"))],
    *[(dict(texts={path: text}), None) for path, text in (
        (NETWORKD + "lan.network", "[Match]\nName=lo1\n[Network]\nAddress=10.0.0.5/24\n"), (MANAGER, "[connection]\ntype=ethernet\n"),
        ("/etc/netplan/50.yaml", "network:\n  ethernets:\n    eth0:\n      addresses: [10.0.0.5/24]\n"))],
    (dict(filters={INTERFACES: "iface lo inet loopback\niface eth0 inet dhcp\n  up ip addr add 10.0.0.50/32 dev eth0\n"}), None),
    (dict(image=True), ("only a running host shows it", True)),
    (dict(lines={"net.ipv4.conf.all.arp_ignore": LINE._replace(value="0")}), (ROUTER, True)),
    (dict(lines={"net.ipv4.conf.all.arp_ignore": LINE}, own={"net.ipv4.conf.all.arp_ignore": "0"}), None),
])
def test_an_address_that_others_ask_for_on_another_interface(facts, expected):
    assert found(**facts).get("service_address") == expected


@pytest.mark.parametrize("line, wanted", [
    ("PrivateUsers=yes", True), (" PrivateUsers = Self", True), ("privateusers=yes", False),
    ("PrivateUsers=identity", True), ("PrivateUsers=no", False),
    ("PrivateUsers=off", False), ("PrivateUsers=", False), ("# PrivateUsers=yes", False), ("PrivateUsersEx=yes", False),
])
def test_a_user_namespace_of_a_service_s_own(line, wanted):
    words = _uses.PRIVATE_USERS.findall("[Service]\n%s\nUser=a\n" % line)
    assert bool(words and _uses.is_private(words[-1])) is wanted
    assert found(private_users="/etc/systemd/system/a.service") == {"private_users": ("/etc/systemd/system/a.service", True)}


@pytest.mark.parametrize("facts, expected", [
    (dict(own={PATTERN: "|/usr/share/apport/apport %p"}), "kernel.core_pattern was |/usr/share/apport/apport %p before us"),
    (dict(lines={PATTERN: LINE._replace(value="|/opt/x/collect %p")}), "/etc/sysctl.d/90-router.conf:3"),
    (dict(lines={PATTERN: LINE._replace(value="/var/crash/core.%e.%p")}), "/etc/sysctl.d/90-router.conf:3"),
    (dict(own={PATTERN: "/var/crash/core"}), "kernel.core_pattern was /var/crash/core before us"),
    (dict(lines={PATTERN: LINE._replace(value="/dev/null")}), None),
    (dict(lines={PATTERN: LINE._replace(value="|/bin/false")}), None), (dict(lines={PATTERN: LINE._replace(value=None)}), None),
    (dict(own={PATTERN: "|/bin/false"}), None), (dict(own={PATTERN: "core"}), None), (dict(own={PATTERN: "|/usr/bin/true"}), None),
    (dict(programs=programs("/usr/lib/systemd/systemd-coredump"), own={PATTERN: "core"}), "/usr/lib/systemd/systemd-coredump"),
])
def test_what_collects_crashes(facts, expected):
    assert found(**facts).get("crash_collector") == (expected and (expected, True))


@pytest.mark.parametrize("path, use", [
    ("/usr/bin/bwrap", "sandbox"), ("/usr/bin/chromium-browser", "sandbox"), ("/usr/bin/apptainer", "sandbox"),
    ("/usr/bin/perf", "profiler"), ("/usr/bin/gdb", "debugger"), ("/usr/bin/scylla", "io_uring")])
def test_a_program_shows_what_it_is_for(path, use):
    assert found(programs=programs(path)) == {use: (path, True)}
    assert path.rpartition("/")[2] in _uses.PROGRAMS


def test_buildah_starts_containers_of_users_as_podman_does():
    engine = programs("/usr/bin/buildah")
    assert found(programs=engine) == {"rootless_later": ("/usr/bin/buildah and no user with subordinate ids yet", True)}
    assert found(programs=engine, subordinate_ids="/etc/subuid") == {"podman_rootless": ("/usr/bin/buildah and /etc/subuid", True)}


def test_who_is_added_later_is_thought_of():
    engine = programs("/usr/bin/podman")
    assert found(programs=engine)["rootless_later"] == ("/usr/bin/podman and no user with subordinate ids yet", True)
    assert "rootless_later" not in found(programs=engine, subordinate_ids="/etc/subuid")
    assert "rootless_later" not in found(programs=programs("/usr/sbin/dockerd"))


def test_what_a_user_says_of_uses():
    assert _uses.checked({"docker": "present", "kdump": "absent", "slaac": "auto"}) == {"docker": "present", "kdump": "absent"}
    for given, words in (
            ({"dokcer": "present"}, "uses: 'dokcer' is not a use of a host: did you mean docker?"),
            ({"podmn_kubernetes": "present"}, "uses: 'podmn_kubernetes' is not a use of a host: the uses are docker, "),
            ({7: "present"}, "uses: 7 is not a use of a host: the uses are docker, "),
            ({"docker": True}, "uses: docker must be one of auto, present, absent, not True")):
        with pytest.raises(ValueError) as caught:
            _uses.checked(given)
        assert str(caught.value).startswith(words)


@pytest.mark.parametrize("text", [
    "hook forward {", "hook forward ", "iface ", "-A FORWARD ", "policy accept", "#", "\n", " \n", "<!--", "<forward-port ", "<policy ",
    "{", "}", "chain='FORWARD'", '"', "chain ", "-A a -j b\n", "-A FORWARD -j ", "-A FORWARD x ", "up -A FORWARD ", "<rule>", "jump a ",
    "ct state established,", "established | ", "jump c\n", "-A FORWARD --state ESTABLISHED,", "counter ", "log ", "chain c { ",
    "table t { ", "insert rule a b accept\n", "-I FORWARD -j DROP\n",
    "forward-ipv4 ", "ip-forward",
    "iface\nup echo 0 ", "iface\nup for a in b; ", "iface\nup for a in b c\nup $a ", "iface ip link add ", "iface ip r a local ",
    "iface {lo ",
    "iface lo inet x\n", "iface ip -a ", "iface\nip a a 1", "iface ifconfig lo:", "iface ip rule ",
    "rule inet ", "table", "up nft -f ", "up ", "-f ", "include ", "source ", '\\"',
    ";"])
def test_hostile_text_takes_no_time(text):
    text *= (1 << 18) // len(text)
    paths = [NFT, ZONE, POLICY, "/etc/firewalld/direct.xml", "/etc/network/interfaces"]
    assert found(filters=dict.fromkeys(paths, text)) == {}
    assert len(list(_packet_filters.included(NFT, text))) <= len(text)


@pytest.mark.parametrize("line", [
    " up tables-restore " + "-<" * 4000,
    " up masquerade " + "iptables" * 30000 + "6", " up nft -f " + "-a " * 80000, " up nft" + " " * 100000])
def test_a_line_of_an_interface_takes_no_time(line):
    assert list(_packet_filters.included("/etc/network/interfaces", line)) == []
    assert len(list(_packet_filters.forwarding({"/etc/network/interfaces": line}, "ipv6"))) <= 1
