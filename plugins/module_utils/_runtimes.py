# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which container runtimes a host has, judged by its programs and processes.

Pure: names in, findings out. A runtime that is installed and does not run now counts: it would break at its next start.
Private to the collection.
"""

from collections import OrderedDict

# Runtime -> the programs of which each is a sign of it. k3s, k0s and rke2 are kubelet and containerd in one program. Rootless Docker may
# be installed in a home, where nobody looks, and then shows by its process alone; of a process's name the kernel keeps 15 characters.
_KUBERNETES = ("k3s", "k0s", "rke2")
_PROGRAMS = OrderedDict([
    ("docker", ("dockerd",)),
    ("containerd", ("containerd",) + _KUBERNETES),
    ("crio", ("crio",)),
    ("podman", ("podman",)),
    ("kubelet", ("kubelet",) + _KUBERNETES),
    ("docker_rootless", ("dockerd-rootless.sh", "rootlesskit")),
])
NAMES = tuple(_PROGRAMS) + ("podman_rootless",)
PROGRAMS = tuple(sorted(set(program for programs in _PROGRAMS.values() for program in programs)))


def found(installed, running, subordinate_ids):
    """runtime -> how it was recognised.

    INSTALLED: program -> its path. RUNNING: the names of the host's processes. SUBORDINATE_IDS: where ordinary users get them from,
    without which none of them can run a container; None: nowhere.
    """
    runtimes = OrderedDict()
    for runtime, programs in _PROGRAMS.items():
        signs = [installed[name] for name in programs if name in installed] + ["process " + name for name in programs if name in running]
        if signs and (runtime != "docker_rootless" or subordinate_ids):
            runtimes[runtime] = signs[0]
    if "podman" in runtimes and subordinate_ids:
        runtimes["podman_rootless"] = "%s and %s" % (runtimes["podman"], subordinate_ids)
    return runtimes
