# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lock on the state folder."""

import errno
import fcntl
import os
import stat
import subprocess
import sys
import time

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _atomic, _files, _image, _lock
from ansible_collections.photon.hardening.plugins.module_utils._model import HostProblem
from ansible_collections.photon.hardening.tests.unit.plugins.module_utils.disk import ROOT, error, written

LOCK = _files.STATE_FOLDER + "/lock"


def test_the_lock_leaves_no_empty_folder_and_keeps_a_full_one(below):
    folder = str(below) + _files.STATE_FOLDER
    with _lock.lock(1):
        assert os.stat(folder).st_mode & 0o7777 == 0o700
    assert not os.path.exists(folder)
    with _lock.lock(1):
        written(_files.STATE_FOLDER + "/kept", "x")
    assert os.listdir(folder) == ["kept"]


def test_one_run_at_a_time_and_the_other_is_named(below):
    with _lock.lock(1), pytest.raises(HostProblem) as caught, _lock.lock(0):
        pass
    assert str(caught.value).startswith("another run has held %s for 0 seconds (process %d: " % (_files.STATE_FOLDER, os.getpid()))
    with _lock.lock(0):
        pass


def test_a_lock_on_what_is_gone_is_none(below, monkeypatch):
    """The run that had it removed the file, and the folder, while this one was about to lock it."""
    real = fcntl.flock

    def taken_away(descriptor, how):
        monkeypatch.setattr(fcntl, "flock", real)
        below.join(*_files.STATE_FOLDER.split("/")).remove()
        real(descriptor, how)
    monkeypatch.setattr(fcntl, "flock", taken_away)
    assert _lock._locked() is None
    with _lock.lock(1), pytest.raises(HostProblem), _lock.lock(0):
        pass


def test_a_state_folder_that_is_removed_meanwhile_is_no_error(below):
    with _lock.lock(1):
        below.join(*_files.STATE_FOLDER.split("/")).remove()
    with _lock.lock(1):
        below.join(*_files.STATE_FOLDER.split("/")).remove()
        with _lock.lock(0):
            written(_files.BASELINE, "x")
        assert stat.S_IMODE(os.stat(str(below) + _files.STATE_FOLDER).st_mode) == 0o700


@pytest.mark.parametrize("number", [errno.EEXIST, errno.ENOENT, errno.EACCES])
@pytest.mark.parametrize("races", [0, _lock._MOST_RACES - 1, _lock._MOST_RACES])
def test_a_folder_that_comes_and_goes_at_this_moment_is_tried_again(below, monkeypatch, number, races):
    monkeypatch.setattr(_atomic, "make_folders", error(number))
    if number != errno.EACCES and races < _lock._MOST_RACES:
        assert _lock._locked(races) is False
        return
    with pytest.raises(OSError) as caught:
        _lock._locked(races)
    assert caught.value.errno == number


def test_how_often_the_folder_came_and_went_is_counted_in_a_row(monkeypatch):
    answers, races = [None, False, False, None, False, []], []
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    monkeypatch.setattr(_lock, "_unlock", lambda _held: None)
    monkeypatch.setattr(_lock, "_locked", lambda count=0: races.append(count) or (answers.pop(0) if answers[1:] else ["held"]))
    with _lock.lock(60):
        assert races == [0, 0, 1, 2, 0, 1]


def test_the_clock_that_is_set_meanwhile_does_not_matter(below, monkeypatch):
    monkeypatch.setattr(time, "time", error(errno.EINVAL))
    with _lock.lock(0), pytest.raises(HostProblem), _lock.lock(0):
        pass


@pytest.mark.parametrize("mode", [0o755, 0o777, 0o000])
def test_a_folder_that_others_can_open_is_tightened(below, mode):
    folder = below.join(*_files.STATE_FOLDER.split("/")).ensure(dir=True)
    folder.join("kept").write("")
    os.chmod(str(folder), mode)
    with _lock.lock(1):
        assert stat.S_IMODE(os.stat(str(folder)).st_mode) == 0o700
    assert stat.S_IMODE(os.stat(str(folder)).st_mode) == 0o700


@ROOT
@pytest.mark.parametrize("path", [_files.STATE_FOLDER, _files.BASELINE])
def test_what_somebody_else_owns_is_not_trusted(below, path):
    below.join(*_files.BASELINE.split("/")).write("x", ensure=True)
    os.chown(str(below) + path, 65534, 0)
    for called in (_lock.check_state, _lock.lock(0).__enter__):
        with pytest.raises(HostProblem) as caught:
            called()
        assert "%s belongs to user 65534 and not to root" % path in str(caught.value)


@pytest.mark.parametrize("plant, words", [
    (lambda path: os.symlink("/tmp", path), "is a symbolic link to /tmp: remove the link"),
    (lambda path: open(path, "w").close(), "is not a directory"),
])
def test_a_state_folder_must_be_one(below, plant, words):
    below.join("var", "lib").ensure(dir=True)
    plant(str(below) + _files.STATE_FOLDER)
    with pytest.raises(HostProblem) as caught, _lock.lock(0):
        pass
    assert str(caught.value).startswith(_files.STATE_FOLDER + " " + words)


UNPRIVILEGED = """
import fcntl, os, sys, time
os.setgid(65534)
os.setuid(65534)
held = [os.open(path, os.O_RDONLY) for path in sys.argv[1:]]
for descriptor in held:
    fcntl.flock(descriptor, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def nobody(below):
    """Starts a process without any privilege that holds locks on files, for as long as the test runs."""
    started = []
    path = str(below)
    while path != "/":
        os.chmod(path, 0o755)
        path = os.path.dirname(path)

    def hold(*paths):
        process = subprocess.Popen([sys.executable, "-c", UNPRIVILEGED] + [str(below) + path for path in paths], stdout=subprocess.PIPE)
        started.append(process)
        assert process.stdout.readline() == b"held\n"
    yield hold
    for process in started:
        process.kill()
        process.communicate()


@ROOT
@pytest.mark.parametrize("mode", [0o644, 0o666])
def test_nobody_without_root_can_block_a_run(below, nobody, mode):
    """The folder was readable when it was opened and locked; so may a file have been that was put there for us."""
    folder = below.join(*_files.STATE_FOLDER.split("/")).ensure(dir=True)
    folder.join("lock").write("")
    os.chmod(str(folder.join("lock")), mode)
    os.chmod(str(folder), 0o755)
    nobody(_files.STATE_FOLDER, LOCK)
    with _lock.lock(0), pytest.raises(HostProblem), _lock.lock(0):
        pass
    assert not folder.join("lock").check()


@ROOT
def test_a_number_that_a_process_of_root_has_got_since_blocks_nothing(below, nobody, monkeypatch):
    """Whoever took the lock has ended, and what it started holds it on."""
    below.join(*_files.STATE_FOLDER.split("/")).ensure(dir=True)
    nobody(_files.STATE_FOLDER)
    started = subprocess.Popen(["sleep", "30"])
    try:
        monkeypatch.setattr(_lock, "_holders", lambda _status: iter([str(started.pid)]))
        with _lock.lock(0):
            pass
    finally:
        started.kill()
        started.communicate()


@pytest.mark.parametrize("uids, is_roots", [
    pytest.param((0, 0, 0, 0), True, id="root's"),
    pytest.param((1000, 0, 0, 0), False, id="an ordinary user's, of a program such as sudo"),
    pytest.param((0, 1000, 0, 1000), False, id="root's, as an ordinary user"),
    pytest.param((1000, 1000, 1000, 1000), False, id="an ordinary user's"),
])
def test_only_a_process_that_is_all_of_root_blocks_a_run(monkeypatch, uids, is_roots):
    monkeypatch.setattr(_files, "OWNER", (0, 0))
    monkeypatch.setattr(_files, "read_proc", lambda _path: "Name:\tx\nUid:\t%d\t%d\t%d\t%d\nGid:\t0\t0\t0\t0\n" % uids)
    assert _lock._is_roots("1") is is_roots


@ROOT
def test_a_lock_on_a_file_whose_place_another_one_has_taken_is_none(below, nobody, monkeypatch):
    """The run that had it removed it, and the next one has made its own, while this one was about to lock the old one."""
    folder = below.join(*_files.STATE_FOLDER.split("/")).ensure(dir=True)
    nobody(_files.STATE_FOLDER)
    real, calls = fcntl.flock, []

    def taken_away(descriptor, how):
        calls.append(descriptor)
        if len(calls) == 2:
            folder.join("lock").remove()
            folder.join("lock").write("")
        real(descriptor, how)
    monkeypatch.setattr(fcntl, "flock", taken_away)
    assert _lock._locked() is None


@pytest.mark.parametrize("failing", ["rmdir", "unlink", "fsync"])
@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.ESTALE])
def test_a_lock_that_cannot_be_taken_away_fails_nothing(below, monkeypatch, failing, number):
    monkeypatch.setattr(_lock, "_exists_in", lambda _folder: True)
    with monkeypatch.context() as patch, _lock.lock(0):
        patch.setattr(os, failing, error(number))
    with pytest.raises(ZeroDivisionError), monkeypatch.context() as patch, _lock.lock(0):
        patch.setattr(os, failing, error(number))
        raise ZeroDivisionError
    with _lock.lock(0):
        pass
    assert not below.join(*_files.STATE_FOLDER.split("/")).check()


def test_a_directory_for_the_lock_is_named(below):
    below.join(*LOCK.split("/")).ensure(dir=True)
    with pytest.raises(HostProblem) as caught, _lock.lock(0):
        pass
    assert str(caught.value) == LOCK + " is a directory: remove it"


def test_a_place_where_no_folder_can_be_made_is_no_other_run(below, monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    monkeypatch.setattr(_atomic, "make_folders", error(errno.ENOENT))
    with pytest.raises(OSError) as caught, _lock.lock(60):
        pass
    assert caught.value.errno == errno.ENOENT and _files.STATE_FOLDER in str(caught.value)


def test_a_lock_changes_nothing_in_a_folder_that_holds_something(below):
    written(_files.BASELINE, "x")
    folder = str(below) + _files.STATE_FOLDER
    os.chmod(folder, 0o700)
    before = os.stat(folder).st_mtime_ns
    with _lock.lock(1):
        assert os.listdir(folder) == ["baseline.json"]
    assert (os.listdir(folder), os.stat(folder).st_mtime_ns) == (["baseline.json"], before)


@ROOT
def test_a_run_that_began_while_nobody_held_the_folder_is_waited_for(below, nobody):
    """It has the folder; then the file is not taken, although it would be free."""
    folder = below.join(*_files.STATE_FOLDER.split("/")).ensure(dir=True)
    with _lock.lock(0):
        folder.join("lock").write("")
        os.chmod(str(folder.join("lock")), 0o600)
        assert _lock._locked() is None


@ROOT
@pytest.mark.parametrize("plant", [
    lambda path, _victim: os.mkfifo(path), lambda path, _victim: os.symlink("/victim", path), lambda path, victim: os.link(victim, path)])
@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_what_was_planted_for_the_lock_is_replaced(below, plant, mode):
    folder = below.join(*_files.STATE_FOLDER.split("/")).ensure(dir=True)
    below.join("victim").write("precious")
    os.chmod(str(below.join("victim")), mode)
    plant(str(folder.join("lock")), str(below.join("victim")))
    with _lock.lock(0):
        found = os.lstat(str(folder.join("lock")))
        assert stat.S_ISREG(found.st_mode) and (found.st_nlink, stat.S_IMODE(found.st_mode)) == (1, 0o600)
    assert below.join("victim").read() == "precious"


@ROOT
def test_the_holder_of_an_images_lock_is_named(tmpdir):
    with pytest.raises(HostProblem) as caught:
        def twice():
            with _lock.lock(0), _lock.lock(0):
                pass
        _image.inside(str(tmpdir), twice)
    assert "%s%s for 0 seconds (process " % (tmpdir, _files.STATE_FOLDER) in str(caught.value)
