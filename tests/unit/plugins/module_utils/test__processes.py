# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose a process is: real ones, of this machine."""

import os
import shutil
import subprocess
import sys

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _files, _processes
from ansible_collections.photon.hardening.tests.unit.plugins.module_utils.disk import ROOT

# As long as the kernel keeps the name of a process, and of nothing else on this machine.
NAME = "photon-h%d" % (os.getpid() % 1000000)


@pytest.fixture
def start(tmpdir, monkeypatch):
    """Starts a program called NAME, its file with MODE, as the users UIDS: real, effective, saved."""
    monkeypatch.setattr(_files, "OWNER", (0, 7))
    started = []
    program = str(tmpdir.join(NAME))
    folder = str(tmpdir)
    while folder != "/":
        os.chmod(folder, 0o755)
        folder = os.path.dirname(folder)

    def run(mode=0o755, uids=(0, 0, 0)):
        shutil.copy(shutil.which("sleep"), program)
        os.chmod(program, mode)
        code = "import os, sys; os.setresuid(%d, %d, %d); os.execv(sys.argv[1], sys.argv[1:])" % uids
        # A program that is started keeps the effective user as the saved one.
        started.append(subprocess.Popen([sys.executable, "-c", code, program, "60"]))
        while _comm(started[-1].pid) != NAME:
            assert started[-1].poll() is None
        return str(started[-1].pid)
    yield run
    for process in started:
        process.kill()
        process.wait()


def _comm(pid):
    with open("/proc/%d/comm" % pid) as stream:
        return stream.read().strip()


@ROOT
@pytest.mark.parametrize("mode, uids, users, is_roots", [
    (0o755, (0, 0, 0), {0}, True), (0o755, (65534, 65534, 65534), {65534}, False), (0o755, (65534, 0, 0), {65534, 0}, False),
    (0o755, (0, 65534, 65534), {0, 65534}, False),
    # Anybody can have started it.
    (0o4755, (0, 0, 0), {0}, False), (0o4755, (65534, 65534, 65534), {65534, 0}, False), (0o2755, (0, 0, 0), {0}, True),
])
def test_whose_a_process_is(start, mode, uids, users, is_roots):
    pid = start(mode, uids)
    assert _processes.users(pid) == users
    assert (_processes.is_roots(pid, users), _processes.runs_as_root(NAME)) == (is_roots, is_roots)
    assert not _processes.is_roots(pid, set()) and not _processes.runs_as_root(NAME + "x")


@ROOT
@pytest.mark.parametrize("kind", ["pid", "user"])
@pytest.mark.parametrize("leads_to", [lambda: "a", lambda: "z", lambda: os.stat("/none")])
def test_a_process_in_namespaces_of_its_own_is_none_of_root(start, monkeypatch, kind, leads_to):
    pid, real = start(), os.readlink
    monkeypatch.setattr(os, "readlink", lambda path: leads_to() if path == "/proc/%s/ns/%s" % (pid, kind) else real(path))
    assert _processes.users(pid) == {0} and not _processes.runs_as_root(NAME)


@ROOT
def test_a_process_whose_program_cannot_be_seen_is_none_of_root(start, monkeypatch):
    pid, real = start(), os.stat
    monkeypatch.setattr(os, "stat", lambda path, **more: real("/none" if path == "/proc/%s/exe" % pid else path, **more))
    assert not _processes.is_roots(pid, {0})


def test_a_process_that_has_ended_is_nobodys():
    ended = subprocess.Popen(["true"])
    ended.wait()
    assert _processes.users(str(ended.pid)) == set() and not _processes.is_roots(str(ended.pid), {0})
