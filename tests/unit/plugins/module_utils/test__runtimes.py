# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import os

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _kernel, _runtimes


@pytest.mark.parametrize("installed, running, rootless_users, expected", [
    ({}, set(), True, {}),
    ({}, {"systemd", "sshd"}, True, {}),
    ({"dockerd": "/usr/sbin/dockerd", "containerd": "/usr/bin/containerd"}, set(), False,
     {"docker": "/usr/sbin/dockerd", "containerd": "/usr/bin/containerd"}),
    ({}, {"dockerd"}, False, {"docker": "process dockerd"}),
    ({"dockerd": "/usr/bin/dockerd"}, {"dockerd"}, False, {"docker": "/usr/bin/dockerd"}),
    ({"crio": "/usr/local/bin/crio"}, {"kubelet"}, False, {"crio": "/usr/local/bin/crio", "kubelet": "process kubelet"}),
    ({"k3s": "/usr/local/bin/k3s"}, set(), False, {"containerd": "/usr/local/bin/k3s", "kubelet": "/usr/local/bin/k3s"}),
    ({"podman": "/usr/bin/podman"}, set(), False, {"podman": "/usr/bin/podman"}),
    ({"podman": "/usr/bin/podman"}, set(), True, {"podman": "/usr/bin/podman", "podman_rootless": "/usr/bin/podman and /etc/subuid"}),
    ({"dockerd-rootless.sh": "/usr/bin/dockerd-rootless.sh"}, set(), False, {}),
    ({"dockerd-rootless.sh": "/usr/bin/dockerd-rootless.sh"}, set(), True, {"docker_rootless": "/usr/bin/dockerd-rootless.sh"}),
])
def test_found(installed, running, rootless_users, expected):
    assert dict(_runtimes.found(installed, running, rootless_users)) == expected


def test_the_runtimes_of_an_image(tmpdir):
    for path in ("usr/sbin/dockerd", "usr/bin/podman", "opt/bin/kubelet"):
        tmpdir.join(*path.split("/")).write("", ensure=True)
    tmpdir.join("etc", "subuid").write("alice:100000:65536\n", ensure=True)
    os.symlink("usr/bin", str(tmpdir.join("bin")))
    assert dict(_kernel.runtimes(str(tmpdir))) == {
        "docker": "/usr/sbin/dockerd", "podman": "/usr/bin/podman", "kubelet": "/opt/bin/kubelet",
        "podman_rootless": "/usr/bin/podman and /etc/subuid"}


def test_a_process_is_found_by_its_name(tmpdir, monkeypatch):
    """The name that the kernel gives this test's own process stands for an engine outside the usual folders."""
    with open("/proc/self/comm") as stream:
        name = stream.read().strip()
    monkeypatch.setattr(_kernel, "_on_host", lambda _root, path: path if path.startswith("/proc/") else str(tmpdir) + path)
    monkeypatch.setitem(_runtimes._PROGRAMS, "docker", (name,))
    assert dict(_kernel.runtimes("")) == {"docker": "process " + name}


def test_modules_at_boot(tmpdir):
    for path, text in (("etc/modules-load.d/k8s.conf", "# note\nbr_netfilter\n\n; x\noverlay\n"),
                       ("usr/lib/modules-load.d/a.conf", "nf-conntrack\n"), ("etc/modules-load.d/no", "veth\n")):
        tmpdir.join(*path.split("/")).write(text, ensure=True)
    assert _kernel.modules_at_boot(str(tmpdir)) == {"br_netfilter", "overlay", "nf_conntrack"}
