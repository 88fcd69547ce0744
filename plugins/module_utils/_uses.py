# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host is used for, each use with the evidence for it.

Pure: facts in, findings out. What is installed and does not run now counts: it would break at its next start.
Private to the collection.
"""

import re
from collections import OrderedDict, namedtuple

from ansible_collections.photon.hardening.plugins.module_utils._model import Facts, Use

# What shows a use. programs: each is a sign of it. processes: names of processes beside those of the programs. snaps: likewise.
# units: systemd units that an administrator or an installer has put into /etc; a snap's service is one.
_Signs = namedtuple("_Signs", "programs processes snaps units")
NOTHING = Facts({}, {}, {}, (), {}, None, None)

# k3s, k0s, rke2 and kubelite are kubelet and containerd in one program.
_KUBERNETES = ("k0s", "k3s", "rke2")
_KUBERNETES_PROCESSES = ("k3s-agent", "k3s-server", "kubelite")
_KUBERNETES_UNITS = ("k0scontroller.service", "k0sworker.service", "k3s-agent.service", "k3s.service", "rke2-agent.service",
                     "rke2-server.service")
_KUBERNETES_SNAPS = ("k8s", "microk8s")
_SIGNS = OrderedDict([
    ("docker", _Signs(("dockerd", "balena-engine-daemon"), (), ("docker",), ("docker.service",))),
    ("containerd", _Signs(("containerd",) + _KUBERNETES, _KUBERNETES_PROCESSES, _KUBERNETES_SNAPS,
                          ("containerd.service",) + _KUBERNETES_UNITS)),
    ("crio", _Signs(("crio",), (), (), ("crio.service",))),
    ("podman", _Signs(("podman",), (), (), ())),
    ("kubelet", _Signs(("kubelet",) + _KUBERNETES, _KUBERNETES_PROCESSES, _KUBERNETES_SNAPS + ("kubelet",),
                       ("kubelet.service",) + _KUBERNETES_UNITS)),
    ("nomad", _Signs(("nomad",), (), ("nomad",), ("nomad.service",))),
    ("libvirt", _Signs(("libvirtd", "virtnetworkd"), (), (), ())),
    ("lxd", _Signs(("lxd",), (), ("lxd",), ())),
    ("incus", _Signs(("incusd",), (), ("incus",), ("incus.service",))),
    ("lxc", _Signs(("lxc-start",), (), (), ())),
])
_ROOTLESS_DOCKER = ("dockerd-rootless.sh", "rootlesskit")
_GATEWAY_PROCESSES = {"openvpn": ("openvpn",), "wireguard": ("wireguard-go", "boringtun", "boringtun-cli")}

NAMES = tuple(_SIGNS) + ("nspawn", "wireguard", "openvpn", "docker_userns", "podman_userns", "docker_rootless", "podman_rootless",
                         "lxc_rootless")
# Those that need this host to forward packets; what runs without root brings a network of its own.
FORWARDING = tuple(name for name in NAMES if not name.endswith(("_userns", "_rootless")))
PROGRAMS = tuple(sorted(set(name for signs in _SIGNS.values() for name in signs.programs) | set(_ROOTLESS_DOCKER + ("systemd-nspawn",))))
SNAPS = tuple(sorted(set(name for signs in _SIGNS.values() for name in signs.snaps)))
UNITS = tuple(sorted(set(name for signs in _SIGNS.values() for name in signs.units)))
# The kernel keeps 15 characters of a process's name.
_KEPT = 15
PROCESSES = frozenset(name[:_KEPT] for name in PROGRAMS + _KUBERNETES_PROCESSES + sum(_GATEWAY_PROCESSES.values(), ()))

DAEMON_JSON = ("/etc/docker/daemon.json", "/var/snap/docker/current/config/daemon.json")
CONTAINERS_CONF = ("/etc/containers/containers.conf", "/etc/containers/storage.conf")
LXC_USERNET = "/etc/lxc/lxc-usernet"
# The folders whose *.conf are read as well.
WIREGUARD = "/etc/wireguard"
OPENVPN, OPENVPN_SERVERS = "/etc/openvpn", "/etc/openvpn/server"
NETWORKD = "/etc/systemd/network"
FILES = DAEMON_JSON + CONTAINERS_CONF + (LXC_USERNET,)
FOLDERS = ((WIREGUARD, ".conf"), (OPENVPN, ".conf"), (OPENVPN_SERVERS, ".conf"), (NETWORKD, ".netdev"))
_PEER, _ENDPOINT = r"(?mi)^[ \t]*\[(?:WireGuard)?Peer\]", r"(?mi)^[ \t]*Endpoint[ \t]*="
_LISTEN_PORT = r"(?mi)^[ \t]*ListenPort[ \t]*="
_FORWARDS = r"(?mi)^[ \t]*(?:Pre|Post)Up[ \t]*=.*(?:forward|masquerade)"
# Their ids in /etc/subuid belong to a service, and to no user who may start containers.
_SERVICES = ("root", "0", "containers", "dockremap", "kubelet", "lxd", "incus", "_incus")


def found(facts):
    """use -> Use, for each use of which there is evidence."""
    uses = OrderedDict()
    for name in NAMES:
        use = _installed(name, facts) or _RULES.get(name, _none)(facts, uses)
        if use:
            uses[name] = use
    return uses


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
    known = set(name[:_KEPT] for name in names)
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
    if "podman" in uses and facts.subordinate_ids:
        return _both(uses["podman"], facts.subordinate_ids)
    return _running(("podman",), facts, rootless=True)


def _lxc_rootless(facts, uses):
    allowed = any(line.strip()[:1] not in ("", "#") for line in facts.texts.get(LXC_USERNET, "").splitlines())
    return _both(uses["lxc"], LXC_USERNET) if "lxc" in uses and allowed else None


def _docker_userns(facts, uses):
    path = _first(path for path in DAEMON_JSON if re.search(r'"userns-remap"[ \t\r\n]*:[ \t\r\n]*"[^"]', facts.texts.get(path, "")))
    if path:
        return Use("userns-remap in " + path, True)
    # However the option is given, these are the ids that it needs.
    remapped = "docker" in uses and "dockremap" in subordinate_users(facts.texts.get("/etc/subuid", ""))
    return _both(uses["docker"], "the user dockremap in /etc/subuid") if remapped else None


def _podman_userns(facts, uses):
    setting = r"(?m)^[ \t]*(?:userns[ \t]*=[ \t]*[\"']?auto|root-auto-userns-user[ \t]*=)"
    path = _first(path for path in CONTAINERS_CONF if re.search(setting, facts.texts.get(path, "")))
    if "podman" not in uses:
        return None
    if "containers" in subordinate_users(facts.texts.get("/etc/subuid", "")):
        return _both(uses["podman"], "the user containers in /etc/subuid")
    return _both(uses["podman"], path) if path else None


def _configured(facts, folder, is_gateway):
    return _first(Use(path, True) for path, text in sorted(facts.texts.items())
                  if path.rpartition("/")[0] == folder and is_gateway(text))


def _wireguard(facts, _uses):
    return (_configured(facts, WIREGUARD, _is_wireguard_gateway) or _configured(facts, NETWORKD, _is_wireguard_netdev)
            or _running(_GATEWAY_PROCESSES["wireguard"], facts))


def _is_wireguard_netdev(text):
    return bool(re.search(r"(?mi)^[ \t]*Kind[ \t]*=[ \t]*wireguard", text)) and _is_wireguard_gateway(text)


def _is_wireguard_gateway(text):
    """Not a client: one that names no port of its own, forwards nothing, and whose peers each have an address to be called at."""
    peers, endpoints = (len(re.findall(line, text)) for line in (_PEER, _ENDPOINT))
    return not peers or peers > endpoints or bool(re.search(_LISTEN_PORT, text) or re.search(_FORWARDS, text))


def _openvpn(facts, _uses):
    return (_configured(facts, OPENVPN_SERVERS, lambda _text: True) or _configured(facts, OPENVPN, _is_openvpn_gateway)
            or _running(_GATEWAY_PROCESSES["openvpn"], facts))


def _is_openvpn_gateway(text):
    return not re.search(r"(?m)^[ \t]*(?:client|pull)[ \t\r]*(?:[#;].*)?$", text)


_RULES = {"nspawn": _nspawn, "wireguard": _wireguard, "openvpn": _openvpn, "docker_userns": _docker_userns,
          "podman_userns": _podman_userns, "docker_rootless": _docker_rootless, "podman_rootless": _podman_rootless,
          "lxc_rootless": _lxc_rootless}


def subordinate_users(text):
    """The names, or numbers, of those who have ids by a text such as /etc/subuid."""
    return tuple(line.partition(":")[0].strip() for line in text.splitlines() if ":" in line and not line.lstrip().startswith("#"))


def ordinary(users):
    """Those of USERS that are no services."""
    return tuple(user for user in users if user not in _SERVICES)
