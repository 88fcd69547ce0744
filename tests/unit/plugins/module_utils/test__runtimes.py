# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import os

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _kernel, _runtimes


@pytest.mark.parametrize("installed, running, subordinate_ids, expected", [
    ({}, set(), "/etc/subuid", {}),
    ({}, {"systemd", "sshd"}, "/etc/subuid", {}),
    ({"dockerd": "/usr/sbin/dockerd", "containerd": "/usr/bin/containerd"}, set(), None,
     {"docker": "/usr/sbin/dockerd", "containerd": "/usr/bin/containerd"}),
    ({}, {"dockerd"}, None, {"docker": "process dockerd"}),
    ({"dockerd": "/usr/bin/dockerd"}, {"dockerd"}, None, {"docker": "/usr/bin/dockerd"}),
    ({"crio": "/usr/local/bin/crio"}, {"kubelet"}, None, {"crio": "/usr/local/bin/crio", "kubelet": "process kubelet"}),
    ({"k3s": "/usr/local/bin/k3s"}, set(), None, {"containerd": "/usr/local/bin/k3s", "kubelet": "/usr/local/bin/k3s"}),
    ({"podman": "/usr/bin/podman"}, set(), None, {"podman": "/usr/bin/podman"}),
    ({"podman": "/usr/bin/podman"}, set(), "/etc/subuid",
     {"podman": "/usr/bin/podman", "podman_rootless": "/usr/bin/podman and /etc/subuid"}),
    ({"dockerd-rootless.sh": "/usr/bin/dockerd-rootless.sh"}, set(), None, {}),
    ({"dockerd-rootless.sh": "/usr/bin/dockerd-rootless.sh"}, set(), "/etc/subuid", {"docker_rootless": "/usr/bin/dockerd-rootless.sh"}),
])
def test_found(installed, running, subordinate_ids, expected):
    assert dict(_runtimes.found(installed, running, subordinate_ids)) == expected


def test_the_runtimes_of_an_image(tmpdir):
    for path in ("usr/sbin/dockerd", "usr/bin/podman", "opt/bin/kubelet"):
        tmpdir.join(*path.split("/")).write("", ensure=True)
    tmpdir.join("etc", "subuid").write("alice:100000:65536\n", ensure=True)
    os.symlink("usr/bin", str(tmpdir.join("bin")))
    assert dict(_kernel.runtimes(str(tmpdir))) == {
        "docker": "/usr/sbin/dockerd", "podman": "/usr/bin/podman", "kubelet": "/opt/bin/kubelet",
        "podman_rootless": "/usr/bin/podman and /etc/subuid"}


@pytest.mark.parametrize("line, found", [
    ("subid: sss", True), ("subid: files sss", True), ("  subid:\tsss", True),
    ("subid: files", False), ("# subid: sss", False), ("", False),
])
def test_a_directory_gives_users_their_ids_too(tmpdir, line, found):
    tmpdir.join("usr", "bin", "podman").write("", ensure=True)
    tmpdir.join("etc", "nsswitch.conf").write("passwd: files sss\n%s\nhosts: files dns\n" % line, ensure=True)
    assert ("podman_rootless" in _kernel.runtimes(str(tmpdir))) == found


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
