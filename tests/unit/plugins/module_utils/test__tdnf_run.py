# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real programs, locks and files."""

import fcntl
import json
import os
import sys
import time

import pytest
from ansible.module_utils import basic

from ansible_collections.photon.hardening.plugins.module_utils import _files, _tdnf_run
from ansible_collections.photon.hardening.plugins.module_utils._tdnf_run import Problem


@pytest.fixture
def run_command(monkeypatch):
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": {}}).encode())
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
    return basic.AnsibleModule(argument_spec={}).run_command


@pytest.fixture
def python(run_command, monkeypatch):
    """Run Python code in the place of a program."""
    monkeypatch.setattr(_tdnf_run, "_command", lambda argv: [sys.executable, "-S", "-E", "-c"] + list(argv))
    return lambda code, *argv, **limits: _tdnf_run.call(run_command, [code] + list(argv), **limits)


def test_what_a_program_says(python):
    answer = python("import sys; print(sys.argv[1:]); sys.stderr.buffer.write(b'no \\xff'); sys.exit(7)", "a b", "$HOME")
    assert (answer.rc, answer.stdout, answer.stderr) == (7, "['a b', '$HOME']\n", "no \udcff")
    assert answer.argv[1:] == ("a b", "$HOME")


def test_there_is_nothing_to_answer_from_and_no_other_language(python, monkeypatch):
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    _tdnf_run.no_input()
    answer = python("import os, sys; print(repr(sys.stdin.read()), os.environ['LC_ALL'], os.environ['https_proxy'], os.getcwd())")
    assert answer.stdout == "'' C http://proxy:3128 /\n"


def test_a_daemon_that_keeps_the_output_open_is_not_waited_for(python):
    start = time.monotonic()
    answer = python("import os, time; print('x', flush=True); os.fork() or time.sleep(5)")
    assert answer.stdout == "x\n" and time.monotonic() - start < 4


def test_a_program_that_takes_too_long_is_ended(python, tmpdir):
    path = str(tmpdir.join("pid"))
    with pytest.raises(Problem, match="did not end within 1 seconds and was stopped: see whether the repositories can be reached"):
        python("import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)", path, timeout=1)
    with open(path) as stream, pytest.raises(ProcessLookupError):
        os.kill(int(stream.read()), 0)


def test_one_that_does_not_want_to_end_is_killed(python, monkeypatch):
    monkeypatch.setattr(_tdnf_run, "_GRACE", 0.2)
    with pytest.raises(Problem, match="was stopped"):
        python("import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)", timeout=1)


LOCKED = "import fcntl, sys; stream = open(sys.argv[1], 'r+'); fcntl.lockf(stream, fcntl.LOCK_EX); print('mine')"


def test_a_lock_of_another_program(python, tmpdir):
    path = str(tmpdir.join("lock"))
    with open(path, "w") as stream:
        fcntl.lockf(stream, fcntl.LOCK_EX)
        with pytest.raises(Problem) as caught:
            python(LOCKED, path, lock_timeout=0)
    assert "another program (process %d, " % os.getpid() in str(caught.value) and "for 0 seconds" in str(caught.value)
    assert python(LOCKED, path, lock_timeout=0).stdout == "mine\n"


def test_a_program_that_waits_for_no_lock_is_not_ended(python):
    assert python("import time; time.sleep(0.5); print('done')", lock_timeout=0).stdout == "done\n"


@pytest.mark.parametrize("pid, expected", [(0, "outside this container"), (1 << 30, "process 1073741824, which has ended")])
def test_who_has_a_lock(pid, expected):
    assert _tdnf_run._named(pid) == expected


def test_a_program_that_is_not_there(run_command, tmpdir):
    with pytest.raises(Problem, match="is not on this host: this module is for VMware Photon OS"):
        _tdnf_run.call(run_command, [str(tmpdir.join("tdnf"))])


def test_a_program_that_others_can_change_is_not_run(run_command, tmpdir, monkeypatch):
    program = tmpdir.join("tdnf")
    program.write("#!/bin/sh\necho run\n")
    os.chmod(str(program), 0o755)
    for trust, runs in ((None, False), (False, False), (True, True)):
        monkeypatch.setattr(_files, "trust", lambda path, trust=trust: trust)
        if runs:
            assert _tdnf_run.call(run_command, [str(program)]).stdout == "run\n"
        else:
            with pytest.raises(Problem, match="can be changed by others than root: it was not run"):
                _tdnf_run.call(run_command, [str(program)])


def test_copies_that_rpm_has_just_made(tmpdir):
    path = str(tmpdir.join("a.conf"))
    for end in (".rpmnew", ".rpmsave", ".other"):
        with open(path + end, "w"):
            pass
    # rpm keeps the time that the file has in the package.
    os.utime(path + ".rpmnew", (0, 0))
    assert _tdnf_run.new_copies([path, path + ".none"], time.time() - 60) == [path + ".rpmnew", path + ".rpmsave"]
    assert _tdnf_run.new_copies([path], time.time() + 60) == []


def test_root(monkeypatch):
    for user, expected in ((0, True), (1000, False)):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        assert _tdnf_run.is_root() is expected


def test_the_program_that_makes_the_history(tmpdir, monkeypatch):
    paths = [str(tmpdir.join(name)) for name in ("one", "two")]
    monkeypatch.setattr(_tdnf_run, "HISTORY_UTILS", paths)
    assert _tdnf_run.history_util() is None
    tmpdir.join("two").write("")
    assert _tdnf_run.history_util() == paths[1] and _tdnf_run.is_file(paths[1]) and not _tdnf_run.is_file(paths[0])
