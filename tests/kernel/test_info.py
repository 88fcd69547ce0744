# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kernel_parameters_info on a real kernel: all parameters, and an automount that stays as it is.

Runs in the namespace that run.sh makes, and nowhere else.
"""

import os
import select
import subprocess
import sys

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _info, _names
from ansible_collections.photon.hardening.plugins.modules import kernel_parameters_info

BINFMT_MISC = "/proc/sys/fs/binfmt_misc"
LOOK = """
from ansible_collections.photon.hardening.plugins.modules import kernel_parameters_info
assert kernel_parameters_info.run({"names": ["*", "fs.binfmt_misc.status", "fs.binfmt_misc.*"], "salt": None, "guest": False})["parameters"]
"""


@pytest.fixture(autouse=True)
def in_a_namespace():
    assert os.readlink("/proc/self/ns/net") != os.environ["MACHINE_NETWORK"]


def run(*names, salt=None):
    return kernel_parameters_info.run({"names": list(names), "salt": salt, "guest": False})


def test_every_parameter_is_there():
    found = subprocess.run(["find", "/proc/sys", "-xdev", "-type", "f", "-printf", "%P\n"], stdout=subprocess.PIPE, check=True, text=True)
    result = run("*")
    assert sorted([row["name"] for row in result["parameters"]] + result["not_read"]) == sorted(
        _names.canonical(path) for path in found.stdout.splitlines())
    assert result["omitted"] == 0 and "vm.stat_refresh" in result["not_read"]


def test_a_dot_of_an_interface_is_a_slash():
    assert [row["name"] for row in run("net.ipv4.conf.right*.rp_filter")["parameters"]] == ["net.ipv4.conf.right/5.rp_filter"]


def test_a_secret_stays_one():
    with open("/proc/sys/net/ipv4/tcp_fastopen_key") as stream:
        key = stream.read().strip()
    result = run("net.ipv4.tcp_fastopen_key", salt="salt")
    assert result["parameters"][0]["digest"] == _info.digest(key, "salt") and key not in str(result)


@pytest.fixture
def automount():
    """The pipe by which the kernel asks for what shall be mounted at BINFMT_MISC."""
    asked, kernels = os.pipe()
    # Whoever is of the group that mounts would see through.
    group = subprocess.Popen(["sleep", "600"], start_new_session=True)
    options = "fd=%d,pgrp=%d,minproto=5,maxproto=5,direct" % (kernels, group.pid)
    try:
        subprocess.run(["mount", "-i", "-t", "autofs", "-o", options, "systemd-1", BINFMT_MISC], pass_fds=[kernels], check=True)
        os.close(kernels)
        yield asked
        subprocess.run(["umount", "--lazy", BINFMT_MISC], check=True)
    finally:
        os.close(asked)
        group.kill()
        group.wait()


def is_asked(pipe, program):
    """Whether PROGRAM has the kernel ask for a mount."""
    with subprocess.Popen([sys.executable, "-c", program]) as run_it:
        while run_it.poll() is None:
            if select.select([pipe], [], [], 0.05)[0]:
                run_it.kill()
                return True
    assert run_it.returncode == 0
    return bool(select.select([pipe], [], [], 0)[0])


def test_an_automount_stays_as_it_is(automount):
    assert not is_asked(automount, LOOK)
    # The control: this is an automount, and to look into it would mount.
    assert is_asked(automount, "import os; os.listdir(%r)" % BINFMT_MISC)
