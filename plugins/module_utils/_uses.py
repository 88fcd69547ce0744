# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host is used for, each use with the evidence for it.

Pure: facts in, findings out. What is installed and does not run now counts: it would break at its next start.
Private to the collection.
"""

import re
from collections import namedtuple

from ansible_collections.photon.hardening.plugins.module_utils import _packet_filters, _rivals, _values
from ansible_collections.photon.hardening.plugins.module_utils._model import SAID, Use
from ansible_collections.photon.hardening.plugins.module_utils._nearest import nearest

# What shows a use. programs: each is a sign of it. processes: names of processes beside those of the programs. snaps: likewise.
# units: systemd units that an administrator or an installer has put into /etc; a snap's service is one.
_Signs = namedtuple("_Signs", "programs processes snaps units")
_SAID_OF_RUNTIMES = {"always": "present", "never": "absent"}

# k3s, k0s, rke2 and kubelite are kubelet and containerd in one program.
_KUBERNETES = ("k0s", "k3s", "rke2")
_KUBERNETES_PROCESSES = ("k3s-agent", "k3s-server", "kubelite")
_KUBERNETES_UNITS = ("k0scontroller.service", "k0sworker.service", "k3s-agent.service", "k3s.service", "rke2-agent.service",
                     "rke2-server.service")
_KUBERNETES_SNAPS = ("k8s", "microk8s")
_SIGNS = {
    "docker": _Signs(("dockerd", "balena-engine-daemon"), (), ("docker",), ("docker.service",)),
    "containerd": _Signs(("containerd",) + _KUBERNETES, _KUBERNETES_PROCESSES, _KUBERNETES_SNAPS,
                         ("containerd.service",) + _KUBERNETES_UNITS),
    "crio": _Signs(("crio",), (), (), ("crio.service",)),
    "podman": _Signs(("podman",), (), (), ()),
    "kubelet": _Signs(("kubelet", "microshift") + _KUBERNETES, _KUBERNETES_PROCESSES, _KUBERNETES_SNAPS + ("kubelet",),
                      ("kubelet.service",) + _KUBERNETES_UNITS),
    "nomad": _Signs(("nomad",), (), ("nomad",), ("nomad.service",)),
    "libvirt": _Signs(("libvirtd", "virtnetworkd"), (), (), ()),
    "lxd": _Signs(("lxd",), (), ("lxd",), ()),
    "incus": _Signs(("incusd",), (), ("incus",), ("incus.service",)),
    "lxc": _Signs(("lxc-start",), (), (), ()),
}
# Each of them starts containers of ordinary users who have subordinate ids.
_ROOTLESS_DOCKER, _ROOTLESS_PODMAN = ("dockerd-rootless.sh", "rootlesskit"), ("podman", "buildah")
_GATEWAY_PROCESSES = {"openvpn": ("openvpn",), "wireguard": ("wireguard-go", "boringtun", "boringtun-cli")}

# Those for which `container_host` speaks.
RUNTIMES = tuple(_SIGNS) + ("nspawn", "wireguard", "openvpn", "docker_userns", "podman_userns", "docker_rootless", "podman_rootless",
                            "lxc_rootless")
_OTHER_SIGNS = {
    "sandbox": ("bwrap", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "google-chrome-beta", "chrome",
                "firefox", "firefox-esr", "microsoft-edge", "brave-browser", "vivaldi", "opera", "apptainer", "singularity", "enroot",
                "nsjail", "bazel", "code", "signal-desktop"),
    "crash_collector": ("systemd-coredump", "apport", "abrt-hook-ccpp"),
    "profiler": ("perf", "parca-agent"),
    "debugger": ("gdb", "strace", "ltrace", "dlv", "lldb"),
    "io_uring": ("scylla", "redpanda", "tigerbeetle"),
}
NAMES = RUNTIMES + ("rootless_later", "router", "router_ipv6", "slaac", "multihomed", "service_address", "bridged_guests",
                    "strict_memory", "userfaultfd", "kexec", "kdump", "private_users") + tuple(_OTHER_SIGNS)
# Those that need this host to forward packets; what runs without root brings a network of its own.
_ENGINES = tuple(name for name in RUNTIMES if not name.endswith(("_userns", "_rootless")))
FORWARDING = {"ipv4": _ENGINES + ("router",), "ipv6": _ENGINES + ("router_ipv6",)}
_RUNTIME_PROGRAMS = {name for signs in _SIGNS.values() for name in signs.programs}.union(
    _ROOTLESS_DOCKER, _ROOTLESS_PODMAN, ["systemd-nspawn"])
PROGRAMS = tuple(sorted(_RUNTIME_PROGRAMS.union(*_OTHER_SIGNS.values())))
SNAPS = tuple(sorted({name for signs in _SIGNS.values() for name in signs.snaps}))
UNITS = tuple(sorted({name for signs in _SIGNS.values() for name in signs.units}))
# The kernel keeps 15 characters of a process's name.
_KEPT = 15
PROCESSES = frozenset(name[:_KEPT] for name in tuple(_RUNTIME_PROGRAMS) + _KUBERNETES_PROCESSES + sum(_GATEWAY_PROCESSES.values(), ()))

DAEMON_JSON = ("/etc/docker/daemon.json", "/var/snap/docker/current/config/daemon.json")
# Where its options stand as well, in the unit's drop-ins, too.
_DOCKER_OPTIONS = ("/etc/default/docker", "/etc/sysconfig/docker", "/etc/systemd/system/docker.service")
CONTAINERS_CONF = ("/etc/containers/containers.conf", "/etc/containers/storage.conf", "/usr/share/containers/containers.conf")
LXC_USERNET = "/etc/lxc/lxc-usernet"
WIREGUARD = "/etc/wireguard"
OPENVPN, OPENVPN_SERVERS = "/etc/openvpn", "/etc/openvpn/server"
NETPLAN, _GUESTS = "/etc/netplan", "/etc/libvirt/qemu"
NETWORKD = ("/etc/systemd/network", "/run/systemd/network", "/usr/local/lib/systemd/network", "/usr/lib/systemd/network")
MANAGER = ("/etc/NetworkManager/system-connections", "/run/NetworkManager/system-connections")
_ROUTERS = ("frr.service", "bird.service", "quagga.service", "keepalived.service", "strongswan.service", "strongswan-starter.service",
            "strongswan-swanctl.service", "ipsec.service", "ocserv.service", "xl2tpd.service", "miniupnpd.service", "openvpnas.service")
_ROUTERS_OF = {"ipv4": ("shorewall.service", "pptpd.service", "pimd.service"),
               "ipv6": ("bird6.service", "radvd.service", "shorewall6.service")}
# Their routes come and go, and answers may leave by another way than questions came.
_ROUTING = ("frr.service", "bird.service", "bird6.service", "quagga.service", "tailscaled.service")
_KDUMP_TOOLS, _KDUMP_DEFAULTS = "kdump-tools.service", "/etc/default/kdump-tools"
_KDUMP = ("kdump.service", _KDUMP_TOOLS)
ENABLED = _ROUTERS + _ROUTING + _ROUTERS_OF["ipv4"] + _ROUTERS_OF["ipv6"] + _KDUMP + _packet_filters.UNITS
FORWARD, FORWARD_IPV6 = "net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"
CORE_PATTERN = "kernel.core_pattern"
RP_FILTERS = ("net.ipv4.conf.all.rp_filter", "net.ipv4.conf.default.rp_filter")
# (use, parameter, the values that show it (empty: all above 0), whether the value of the host itself and a line of the vendor's show it as
# well): no kernel begins with 0 or 2 of the first two, and a vendor ships a line for userfaultfd with what needs it.
_WISHES = (
    ("bridged_guests", "net.bridge.bridge-nf-call-iptables", ("0",), True, False),
    ("strict_memory", "vm.overcommit_memory", ("2",), True, False),
    ("service_address", "net.ipv4.conf.all.arp_ignore", ("0",), False, False),
    ("userfaultfd", "vm.unprivileged_userfaultfd", ("1",), False, True),
    ("kexec", "kernel.kexec_load_disabled", ("0",), False, False),
    ("sandbox", "kernel.apparmor_restrict_unprivileged_userns", ("0",), False, False),
    ("sandbox", "kernel.unprivileged_userns_clone", ("1",), False, False),
    ("sandbox", "user.max_user_namespaces", (), False, False),
    ("io_uring", "kernel.io_uring_disabled", ("0",), False, False),
    ("debugger", "kernel.yama.ptrace_scope", ("0",), False, False),
    ("profiler", "kernel.perf_event_paranoid", ("-1", "0", "1"), False, False),
    ("profiler", "kernel.kptr_restrict", ("0",), False, False),
)
_KEXEC = "/etc/default/kexec"
# The parameters of which it is told what the host has by itself, and what others' files say.
OWN = (FORWARD, FORWARD_IPV6, CORE_PATTERN) + RP_FILTERS + tuple(wish[1] for wish in _WISHES)
# What makes a router of one interface, or of those that are still to come, as well. Patterns are taken as they stand.
_FORWARDING = {FORWARD: re.compile(r"net\.ipv4\.(?:ip_forward|conf\.[^.]+\.forwarding)\Z"),
               FORWARD_IPV6: re.compile(r"net\.ipv6\.conf\.[^.]+\.(?:force_)?forwarding\Z")}
_RP_FILTER = re.compile(r"net\.ipv4\.conf\.([^.]+)\.rp_filter\Z")
_BY_ROUTERS = re.compile(r"net\.ipv6\.conf\.([^.]+)\.(?:accept_ra|autoconf)\Z")
PRIVATE_USERS = re.compile(r"(?m)^[ \t]*PrivateUsers[ \t]*=[ \t]*(\S*)")
_ADMINISTRATORS = ("/etc/", "/run/", "/usr/local/")
# Ubuntu's procps ships this one for everybody.
_SHIPPED = ("/etc/sysctl.d/10-network-security.conf",)
_ISCSI, _IFCFG, _IFUP_RULES = "/etc/iscsi/ifaces/", "/etc/sysconfig/network-scripts/ifcfg-", (
    "/etc/sysconfig/network-scripts/rule-", "/etc/sysconfig/network/ifrule-")
# The names of files may be patterns.
FILES = DAEMON_JSON + _DOCKER_OPTIONS + CONTAINERS_CONF + (
    LXC_USERNET, _KEXEC, _KEXEC + ".d/*", _KDUMP_DEFAULTS, WIREGUARD + "/*.conf", OPENVPN + "/*.conf", OPENVPN_SERVERS + "/*.conf",
    NETPLAN + "/*.yaml",
    "/etc/systemd/system/docker.service.d/*.conf", "/etc/containers/containers.conf.d/*.conf", "/etc/containers/systemd/*.container",
    _GUESTS + "/*.xml", _ISCSI + "*", _IFCFG + "lo:*", _IFCFG + "dummy*",
) + tuple(start + "*" for start in _IFUP_RULES) + tuple(folder + "/*" for folder in MANAGER) + tuple(
    folder + "/*.netdev" for folder in NETWORKD) + tuple(
    folder + name for folder in NETWORKD[:-1] for name in ("/*.network", "/*.network.d/*.conf"))
# Those of them that configure the network, or that run as scripts.
_NETWORK = (NETPLAN,) + NETWORKD + MANAGER + _rivals.RC_LOCAL
# What adds in these a rule that chooses a table of routes of IPv4, and an address on an interface that leads nowhere, or a route that
# makes addresses local; one blank stands for all that are side by side.
_ADDS_RULE = (r"\bip (?:-(?!6)\S+ ){0,9}ru(?:le?)? a|^\[RoutingPolicyRule\]|(?:^|[{,] ?)[\"']?(?:routing-policy|vrfs)[\"']? ?:"
              r"|^routing-rule[0-9]* ?=[^:\n]+$|^ip-rp-filter [02]$|^vrf-table |^Kind ?= ?vrf$")
_ADDS_ADDRESS = (r"\bip (?:-\S+ ){0,9}a\w* [acr]\w* (?!127\.)[1-9][0-9]*\..{0,80} dev (?:lo|dummy[\w.-]*)(?![\w.:-])"
                 r"|\bip (?:-\S+ ){0,9}r\w* [acr]\w* (?:to )?local (?!127\.)[1-9][0-9]*\."
                 r"|^(?:-? ?[\"']?type[\"']? ?: ?[\"']?|Type ?= ?)local\b"
                 r"|\bifconfig (?:lo:|dummy)\S* [1-9]|^iface (?:lo:|dummy)\S* inet static"
                 r"|^iface lo inet .*\n(?:(?!iface ).*\n)*?address (?!127\.)[1-9]"
                 r"|^(?:Name ?= ?(?:lo|dummy\S*)|(?:Kind|type) ?= ?dummy|link-type dummy)$|\bip link add .{0,80}\btype dummy\b"
                 r"|(?:^|[{,] ?)[\"']?(?:lo|dummy-devices)[\"']? ?:")
_WIREGUARD = r"(?mi)^[ \t]*\[(?:Interface|WireGuard)\]"
_PEER, _ENDPOINT = r"(?mi)^[ \t]*\[(?:(?:WireGuard)?Peer\]|wireguard-peer\.)", r"(?mi)^[ \t]*Endpoint[ \t]*="
_LISTEN_PORT = r"(?mi)^[ \t]*Listen-?Port[ \t]*="
_SAVED, _TO_EVERYWHERE = r"(?mi)^[ \t]*SaveConfig[ \t]*=[ \t]*true", r"(?mi)^[ \t]*AllowedIPs[ \t]*=.{0,200}(?:0\.0\.0\.0|::)/0"
_FORWARDS = r"(?mi)^[ \t]*(?:Pre|Post)Up[ \t]*=.*(?:forward|masquerade)"
# Their ids in /etc/subuid belong to a service, and to no user who may start containers.
_SERVICES = ("root", "0", "containers", "dockremap", "kubelet", "lxd", "incus", "_incus")


def found(facts):
    """use -> Use, for each use of which there is evidence; `holding` says which of them count."""
    uses = {}
    for name in NAMES:
        use = _installed(name, facts) or _RULES.get(name, _none)(facts, uses) or _wish(name, facts)
        if use:
            uses[name] = use
    return uses


def with_seen(uses, seen):
    """USES, and those that earlier runs have SEEN, use -> evidence, where nothing shows them at this moment: what is held back stays so."""
    return dict({name: Use(evidence, gone=True) for name, evidence in seen.items()}, **{name: use for name, use in uses.items() if use})


def holding(uses, container_host="auto", said=None):
    """use -> Use, of those of USES that hold in the end. The user has the last word: CONTAINER_HOST speaks for runtimes, SAID (use ->
    present or absent) for each use. What engines make by themselves proves nothing more where one of them is proved."""
    word = _SAID_OF_RUNTIMES.get(container_host)
    words = dict(dict.fromkeys(RUNTIMES, word) if word else {}, **said or {})
    last = {name: _with_last_word(uses.get(name), words.get(name)) for name in NAMES}
    has_engine = any(last[name] and last[name].firm for name in _ENGINES)
    return {name: use for name, use in last.items() if use and not (use.by_engine and has_engine)}


def _with_last_word(use, said):
    if said == "absent":
        return None
    return Use(use.evidence if use else "", True) if said else use


def tells(name):
    """Whether a line for NAME, a parameter or a pattern, may tell of a use."""
    return name in OWN or any(pattern.match(name) for pattern in (_RP_FILTER, _BY_ROUTERS) + tuple(_FORWARDING.values()))


def forwarding_family(name):
    """Of which packets NAME switches the forwarding, of all interfaces or of one; None where it is none of these switches."""
    found = [switch for switch, pattern in _FORWARDING.items() if pattern.match(name)]
    return found[0].split(".")[1] if found else None


def is_shipped(path):
    """Whether a file is one of the vendor's, which says the same on every host."""
    return path in _SHIPPED or not path.startswith(_ADMINISTRATORS)


def _none(_facts, _uses):
    return None


def _first(items):
    return next(iter(items), None)


def _installed(name, facts):
    signs = _SIGNS.get(name)
    if signs is None:
        return None
    program = _program(signs.programs, facts)
    others = [facts.snaps[item] for item in signs.snaps if item in facts.snaps]
    others += [facts.units[item] for item in signs.units if item in facts.units]
    if program and program.firm or not others:
        return program or _running(signs.programs + signs.processes, facts)
    return Use(_first(others), True)


def _program(names, facts):
    """The first of the programs of these NAMES that root alone can have put there; otherwise the first of all."""
    programs = [facts.programs[name] for name in names if name in facts.programs]
    firm, loose = _first(path for path, is_firm in programs if is_firm), _first(path for path, _is_firm in programs)
    if firm:
        return Use(firm, True)
    return Use("%s, which others than root can write to" % loose, False) if loose else None


def _running(names, facts, rootless=False):
    known = {name[:_KEPT] for name in names}
    name = _first(process.name for process in facts.processes if process.name in known
                  and (process.rootless if rootless else process.rootful))
    return Use("process " + name, False) if name else None


def _both(one, words):
    return Use("%s and %s" % (one.evidence, words), one.firm)


def _nspawn(facts, _uses):
    """The program is on many hosts that never start a container."""
    program = _program(("systemd-nspawn",), facts)
    if program and facts.machines:
        return _both(program, facts.machines)
    return _running(("systemd-nspawn",), facts)


def _docker_rootless(facts, _uses):
    program = _program(_ROOTLESS_DOCKER, facts)
    if program and facts.subordinate_ids:
        return _both(program, facts.subordinate_ids)
    return _running(_ROOTLESS_DOCKER, facts, rootless=True)


def _podman_rootless(facts, uses):
    program = uses.get("podman") or _program(_ROOTLESS_PODMAN, facts)
    if program and facts.subordinate_ids:
        return _both(program, facts.subordinate_ids)
    return _running(_ROOTLESS_PODMAN, facts, rootless=True)


def _lxc_rootless(facts, uses):
    allowed = any(line.strip()[:1] not in ("", "#") for line in facts.texts.get(LXC_USERNET, "").splitlines())
    return _both(uses["lxc"], LXC_USERNET) if "lxc" in uses and allowed else None


def _rootless_later(facts, uses):
    """What lets users start containers is there, and no user may yet: who is added later would miss it."""
    use = uses.get("podman") or _program(_ROOTLESS_PODMAN + _ROOTLESS_DOCKER, facts)
    return _both(use, "no user with subordinate ids yet") if use and not facts.subordinate_ids else None


def _docker_userns(facts, uses):
    said = r'(?m)"userns-remap"[ \t\r\n]*:[ \t\r\n]*"[^"]|^[^#\n]*--userns-remap[= ][ \t]*["\']?\w'
    path = _first(path for path, text in sorted(facts.texts.items()) if "docker" in path and re.search(said, text))
    if path:
        return Use("userns-remap in " + path, True)
    # However else `default` is said, these are the ids that it needs.
    remapped = "docker" in uses and "dockremap" in subordinate_users(facts.texts.get("/etc/subuid", ""))
    return _both(uses["docker"], "the user dockremap in /etc/subuid") if remapped else None


def _podman_userns(facts, uses):
    setting = r"(?mi)^[ \t]*(?:userns[ \t]*=[ \t]*[\"']?auto|root-auto-userns-user[ \t]*=)"
    path = _first(path for path, text in sorted(facts.texts.items()) if "/containers/" in path and re.search(setting, text))
    if "podman" not in uses:
        return None
    if "containers" in subordinate_users(facts.texts.get("/etc/subuid", "")):
        return _both(uses["podman"], "the user containers in /etc/subuid")
    return _both(uses["podman"], path) if path else None


def _configured(facts, folders, is_gateway):
    """The first file in FOLDERS whose text is that of a gateway."""
    return _first(Use(path, True) for path, text in sorted(facts.texts.items()) if path.rpartition("/")[0] in folders and is_gateway(text))


def _wireguard(facts, _uses):
    return (_configured(facts, (WIREGUARD,), _is_wireguard_gateway) or _configured(facts, NETWORKD + MANAGER, _is_wireguard_device)
            or _configured(facts, (NETPLAN,), _is_netplan_gateway) or _running(_GATEWAY_PROCESSES["wireguard"], facts))


def _is_netplan_gateway(text):
    """Netplan's tunnel has a port of its own, which a client does not name."""
    text = re.sub(r"#.*", "", text)
    return bool(re.search(r"\bmode[\"']?[ \t]*:[ \t]*[\"']?wireguard\b", text) and re.search(r"\bport[\"']?[ \t]*:", text))


def _is_wireguard_device(text):
    return bool(re.search(r"(?mi)^[ \t]*(?:Kind|type)[ \t]*=[ \t]*wireguard", text)) and _is_wireguard_gateway(text)


def _is_wireguard_gateway(text):
    """Not a client: one that names no port of its own, forwards nothing, and whose peers each have an address to be called at. A port
    that wg-quick has saved is no name where the peer is the way to everywhere."""
    peers, endpoints = (len(re.findall(line, text)) for line in (_PEER, _ENDPOINT))
    if not re.search(_WIREGUARD, text):
        return False
    is_saved = peers == 1 and re.search(_SAVED, text) and re.search(_TO_EVERYWHERE, text)
    names_port = re.search(_LISTEN_PORT, text) and not is_saved
    return not peers or peers > endpoints or bool(names_port or re.search(_FORWARDS, text))


def _openvpn(facts, _uses):
    return (_configured(facts, (OPENVPN_SERVERS,), _says_something) or _configured(facts, (OPENVPN,), _is_openvpn_gateway)
            or _running(_GATEWAY_PROCESSES["openvpn"], facts))


def _says_something(text):
    return bool(re.search(r"(?m)^[ \t]*[^ \t\r\n#;]", text))


def _is_openvpn_gateway(text):
    return _says_something(text) and not re.search(r"(?m)^[ \t]*(?:client|pull)[ \t\r]*(?:[#;].*)?$", text)


# --- uses that are no runtimes ---

def _enabled(names, facts):
    return _first(Use(facts.enabled[name], True) for name in names if name in facts.enabled)


def _set_by(facts):
    """(parameter or pattern, value, path, line) of all that others set in files: of a parameter what is said last, and whatever a script
    may set."""
    said = [(name,) + tuple(line) for name, line in sorted(facts.lines.items())] + [tuple(setting[:4]) for setting in facts.settings]
    last = {item[0]: item for item in said}
    # A pattern may be for other interfaces each time.
    found = [item for item in said if "*" in item[0] or last[item[0]] is item]
    scripts = _of_ifupdown(facts) + [(path, facts.texts[path]) for path in _rivals.RC_LOCAL if path in facts.texts]
    return found + [tuple(setting[:4]) for path, text in scripts for setting in _rivals.may_set(path, text)]


def _of_ifupdown(facts):
    return [item for item in sorted(facts.filters.items()) if "iface" in item[1]]


def _is_on(value):
    return bool(_values.number(value or ""))


def _router(facts, uses, parameter=FORWARD):
    family, own = forwarding_family(parameter), facts.own.get(parameter)
    line = _first("%s:%d" % (path, number) for name, value, path, number in _set_by(facts)
                  if _FORWARDING[parameter].match(name) and _is_on(value))
    # An engine switches it on as well, and writes no file; the documentation of Kubernetes asks for such a line on each node.
    live = Use("%s was %s before us" % (parameter, own), True, by_engine=True) if _is_on(own) else None
    is_asked_for = line and "kubelet" in uses
    path = (None if is_asked_for else line) or _first(_packet_filters.forwarding(facts.filters, family))
    use = (_enabled(_ROUTERS + _ROUTERS_OF[family], facts) or (Use(path, True) if path else None)
           or (Use(line, True, by_engine=True) if is_asked_for else live))
    return use._replace(before=True) if live else use


def _router_ipv6(facts, uses):
    return Use(facts.announces, True) if facts.announces else _router(facts, uses, FORWARD_IPV6)


def _slaac(facts, _uses):
    """Addresses or routes of IPv6 that the kernel takes from a router."""
    # With dhcp ifupdown lets the kernel take the routes.
    auto = r"(?m)^[ \t]*(?:iface[ \t]+\S+[ \t]+inet6[ \t]+(?:auto|dhcp)\b|accept_ra[ \t]+[12]|autoconf[ \t]+1)"
    path = _first(path for path, text in sorted(facts.filters.items()) if re.search(auto, text.replace("\\\n", " ")))
    path = path or _first(_administrators(facts, _BY_ROUTERS, _is_on))
    if path:
        return Use(path, True)
    if facts.image:
        return Use("only a running host shows it", True)
    return Use("a router's advertisement on %s" % facts.advertised, False) if facts.advertised else None


def _is_loose(value):
    return _values.number(value or "") in (0, 2)


def _administrators(facts, pattern, tells_of_use):
    """Lines of others for a parameter of PATTERN with a value that TELLS_OF_USE. What the vendor's files say of all interfaces they say on
    every host."""
    for name, value, path, number in _set_by(facts):
        scope = pattern.match(name)
        names_one = scope and scope.group(1) not in ("all", "default") and not re.search(r"[*?\[]", scope.group(1))
        if scope and tells_of_use(value) and (names_one or not is_shipped(path)):
            yield "%s:%d" % (path, number)


def _loose_before(facts):
    """Values that were there before us, and that neither the kernel nor the vendor brings: without a line it is 0."""
    for name in RP_FILTERS:
        own, shipped = facts.own.get(name), facts.shipped.get(name, "0")
        # The vendor's value of conf.default counts for new interfaces, whatever it is in a namespace.
        if _is_loose(own) and not _values.same(name, own, shipped) and (own == "2" or name == RP_FILTERS[0]):
            yield "%s was %s before us" % (name, own)


def _says(facts, pattern, starts):
    """The first file of the network's in which PATTERN is found, or whose path has one of STARTS and that says something."""
    texts = _of_ifupdown(facts) + [item for item in sorted(facts.texts.items()) if item[0].startswith(_NETWORK)]
    found = [path for path, text in texts if re.search(pattern, _words(text), re.MULTILINE)]
    return _first(found + [path for path, text in sorted(facts.texts.items()) if path.startswith(starts) and _says_something(text)])


def _words(text):
    """TEXT without comments and without what it is indented by."""
    return re.sub(r"(?m)(?:^ ?| )#.*|^ | $", "", re.sub(r"(?:\\\n|[ \t\r])+", " ", text))


def _bound(facts):
    """A file of iSCSI that binds sessions to an interface, where another file binds some to another one."""
    found = {name: path for path, text in sorted(facts.texts.items()) if path.startswith(_ISCSI)
             for name in re.findall(r"(?m)^[ \t]*iface\.net_ifacename[ \t]*=[ \t]*(\S+)", text)}
    return max(found.values()) if len(found) > 1 else None


def _multihomed(facts, _uses):
    """Answers that leave by another interface than the one by which the question came."""
    line, before = _first(_administrators(facts, _RP_FILTER, _is_loose)), _first(_loose_before(facts))
    line = line or _says(facts, _ADDS_RULE, _IFUP_RULES) or _bound(facts)
    if line or before:
        return Use(line or before, True, before=not line)
    if _enabled(_ROUTING, facts):
        return _enabled(_ROUTING, facts)
    if facts.image:
        return Use("only a running host shows it", True)
    return Use(facts.ways, False) if facts.ways else None


def _service_address(facts, _uses):
    """An address that belongs to no network of its interface, and that others ask for on another one."""
    path = _says(facts, _ADDS_ADDRESS, _IFCFG)
    if path:
        return Use(path, True)
    if facts.image:
        return Use("only a running host shows it", True)
    return Use(facts.address, False) if facts.address else None


def _wish(use, facts):
    """What somebody has set that only who has USE sets so."""
    for _use, parameter, values, is_nobodys_start, by_vendors in (wish for wish in _WISHES if wish[0] == use):
        for name, value, path, number in _set_by(facts):
            if name == parameter and _shows(name, value, values) and (by_vendors or not is_shipped(path)):
                return Use("%s:%d" % (path, number), True)
        own = facts.own.get(parameter)
        if is_nobodys_start and _shows(parameter, own, values) and not _shows(parameter, facts.shipped.get(parameter), values):
            return Use("%s was %s before us" % (parameter, own), True, before=True)
    return None


def _shows(name, value, values):
    return any(_values.same(name, value or "", known) for known in values) or not values and _is_on(value)


def _kexec(facts, _uses):
    said = [(path, word) for path, text in sorted(facts.texts.items()) if path.startswith(_KEXEC)
            for word in re.findall(r"(?m)^[ \t]*LOAD_KEXEC[ \t]*=[ \t]*[\"']?(\w*)", text)]
    return Use(said[-1][0], True) if said and said[-1][1] == "true" else None


def _io_uring(facts, _uses):
    """A program that needs it, or a guest of libvirt whose disks do."""
    asks = (path for path, text in sorted(facts.texts.items()) if path.startswith(_GUESTS) and re.search(r"\bio=[\"']io_uring", text))
    return _program(_OTHER_SIGNS["io_uring"], facts) or _first(Use(path, True) for path in asks)


def _kdump(facts, _uses):
    # To a shell the last one counts.
    said = re.findall(r"(?m)^[ \t]*USE_KDUMP[ \t]*=[ \t]*[\"']?(.?)", facts.texts.get(_KDUMP_DEFAULTS, ""))
    enabled = _enabled([name for name in _KDUMP if name != _KDUMP_TOOLS or said[-1:] != ["0"]], facts)
    return enabled or (Use(facts.crash_kernel, True) if facts.crash_kernel else None)


def _private_users(facts, _uses):
    return Use(facts.private_users, True) if facts.private_users else None


def is_private(word):
    """Whether PrivateUsers= with this WORD is switched on."""
    return word.lower() not in ("", "0", "no", "n", "false", "f", "off")


def _is_collector(pattern):
    return pattern.startswith(("|", "/")) and not re.match(r"\|(?:/usr)?/bin/(?:false|true)\b|/dev/null\b", pattern)


def _crash_collector(facts, _uses):
    """A pipe into a program, or a folder for dumps, was there before us, others' files set one, or such a program is there."""
    own = facts.own.get(CORE_PATTERN, "")
    if _is_collector(own):
        return Use("%s was %s before us" % (CORE_PATTERN, own), True, before=True)
    lines = (Use("%s:%d" % (path, number), True) for name, value, path, number in _set_by(facts)
             if name == CORE_PATTERN and _is_collector(value or ""))
    return _first(lines) or _program(_OTHER_SIGNS["crash_collector"], facts)


def _by_program(name):
    return lambda facts, _uses: _program(_OTHER_SIGNS[name], facts)


_RULES = {"nspawn": _nspawn, "wireguard": _wireguard, "openvpn": _openvpn, "docker_userns": _docker_userns,
          "podman_userns": _podman_userns, "docker_rootless": _docker_rootless, "podman_rootless": _podman_rootless,
          "lxc_rootless": _lxc_rootless, "rootless_later": _rootless_later, "router": _router, "router_ipv6": _router_ipv6,
          "slaac": _slaac, "multihomed": _multihomed, "service_address": _service_address, "kexec": _kexec,
          "kdump": _kdump, "private_users": _private_users, "crash_collector": _crash_collector, "io_uring": _io_uring}
_RULES.update((name, _by_program(name)) for name in _OTHER_SIGNS if name not in _RULES)


def unknown(name):
    """What to say of NAME, which is no use."""
    near = nearest(name, NAMES) if isinstance(name, str) else None
    return "%r is not a use of a host: %s" % (name, "did you mean %s?" % near if near else "the uses are " + ", ".join(NAMES))


def checked(given):
    """use -> present or absent, of what a user says; ValueError for what is not known."""
    for name, said in given.items():
        if name not in NAMES:
            raise ValueError("uses: %s" % unknown(name))
        if said not in SAID:
            raise ValueError("uses: %s must be one of %s, not %r" % (name, ", ".join(SAID), said))
    return {name: said for name, said in given.items() if said != "auto"}


def subordinate_users(text):
    """The names, or numbers, of those who have ids by a text such as /etc/subuid."""
    return tuple(line.partition(":")[0].strip() for line in text.splitlines() if ":" in line and not line.lstrip().startswith("#"))


def ordinary(users):
    """Those of USERS that are no services."""
    return tuple(user for user in users if user not in _SERVICES)
