# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything goes wrong once: all is undone, or all is done; nothing claims what is not so."""

import errno
import os
import shutil
import signal

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import (
    _apply,
    _atomic,
    _baseline,
    _host,
    _memory,
    _probe,
    _procfs,
    _refusal,
    _run,
    _sysctl_d,
)
from ansible_collections.photon.hardening.plugins.module_utils._files import BASELINE, STATE_FOLDER

PATH, OTHER = "/etc/sysctl.d/50-security-hardening.conf", "/etc/sysctl.d/60-photon-tuning.conf"
CONTENT = {PATH: "kernel.a = 2\n", OTHER: "vm.c = 10\n"}


def run(texts=None, check_mode=False, **params):
    given = dict(dropins=None, rules={}, profile=None, conflicts="restate", container_host="always", uses={}, fail_on=[], state="present")
    if texts is not None:
        given["dropins"] = [dict(path=path, content=text) for path, text in sorted(texts.items())]
    with _apply.SIGNALS:
        return _run.run(dict(given, **params), False, check_mode, True)


def states(result):
    return {row["name"]: row["state"] for row in result["parameters"]}


@pytest.fixture
def plain(host):
    host.parameter("kernel.a", "0")
    host.parameter("vm.c", "60")
    host.file(PATH, "kernel.a=0\n")
    return host


# --- faults on the way ---

def failing(monkeypatch, owner, name, when, exc):
    """From now on OWNER's function NAME raises EXC where WHEN says so of its arguments."""
    real = getattr(owner, name)

    def wrapped(*args):
        if when(*args):
            raise exc
        return real(*args)
    monkeypatch.setattr(owner, name, wrapped)


@pytest.mark.parametrize("name", ["stage", "commit", "make_folders"])
@pytest.mark.parametrize("path", [PATH, OTHER])
def test_a_file_that_cannot_be_written_undoes_everything(plain, monkeypatch, name, path):
    before = plain.tree()
    with monkeypatch.context() as patch:
        failing(patch, _atomic, name, lambda where, *_rest: where == path, OSError(errno.EIO, "Input/output error", path))
        result = run(CONTENT)
    assert result["failed"] and not result["changed"] and "Input/output error" in result["msg"] and path in result["msg"]
    assert set(states(result).values()) == {"not_applied"}
    assert [row["after"] for row in result["parameters"]] == [row["before"] for row in result["parameters"]]
    assert plain.tree() == before


@pytest.mark.parametrize("path", [PATH, OTHER])
def test_a_file_that_is_in_place_when_its_folder_cannot_be_written_goes_back(plain, monkeypatch, path):
    """What a rename has done stays done, whatever comes after it."""
    before, real = plain.tree(), _atomic._sync_folder

    def once(folder):
        if plain.text(path) not in (None, "kernel.a=0\n"):
            monkeypatch.setattr(_atomic, "_sync_folder", real)
            raise OSError(errno.EIO, "Input/output error", folder)
        real(folder)
    monkeypatch.setattr(_atomic, "_sync_folder", once)
    result = run(CONTENT)
    assert result["failed"] and "Input/output error" in result["msg"] and "as before" in result["msg"]
    assert _atomic._sync_folder is real and plain.tree() == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("at", ["write", "commit", "stage"])
def test_a_signal_undoes_everything_and_is_named(plain, monkeypatch, number, at):
    before, handlers = plain.tree(), [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)]
    owner, calls = (_procfs if at == "write" else _atomic), []
    real = getattr(owner, at)

    def wrapped(*args):
        answer = real(*args)
        calls.append(args)
        if len(calls) == 1:
            os.kill(os.getpid(), number)
        return answer
    with monkeypatch.context() as patch:
        patch.setattr(owner, at, wrapped)
        result = run(CONTENT)
    assert result["failed"] and signal.Signals(number).name in result["msg"] and "as before" in result["msg"]
    assert plain.tree() == before
    assert [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)] == handlers


def test_a_signal_during_the_way_back_does_not_stop_it(plain, monkeypatch):
    before = plain.tree()
    plain.refusals["vm.c"] = ("10", plain.EINVAL)
    real = _procfs.write

    def wrapped(name, value):
        if value == "0":
            os.kill(os.getpid(), signal.SIGTERM)
        return real(name, value)
    monkeypatch.setattr(_procfs, "write", wrapped)
    result = run(CONTENT)
    assert result["failed"] and "vm.c = 10" in result["msg"] and "as before" in result["msg"]
    assert plain.tree() == before


def test_of_a_pair_the_one_that_was_set_comes_back_and_brings_the_other_to_0(plain):
    """To write that 0 would unset both for a moment: a host that grants no more memory than there is would then grant none."""
    kept, other = "vm.overcommit_kbytes", "vm.overcommit_ratio"
    plain.parameter(kept, "1000000")
    plain.parameter(other, "0")
    plain.coupled.update({kept: [(other, "0")], other: [(kept, "0")]})
    plain.ignored.add("vm.c")
    assert run(dict(CONTENT, **{PATH: other + " = 50\n"}), rules={other: {"exact": True}})["failed"]
    assert (plain.value(kept), plain.value(other)) == ("1000000", "0")
    assert plain.written == [(other, "50"), (kept, "1000000")]


def test_the_way_back_tries_everything(plain, monkeypatch):
    """The first file cannot be put back, and everything else is."""
    run(CONTENT)
    plain.refusals["vm.c"] = ("30", plain.EINVAL)
    with monkeypatch.context() as patch:
        failing(patch, _atomic, "discard", lambda where: where == PATH, OSError(errno.EIO, "Input/output error", PATH))
        result = run({PATH: "kernel.a = 1\n", OTHER: "vm.c = 30\n"})
    stuck = result["msg"].split("could not be put back: ")[1]
    assert stuck.startswith("the temporary file beside " + PATH) and OTHER not in stuck
    assert (plain.value("kernel.a"), plain.value("vm.c")) == ("2", "10")
    assert "vm.c = 10" in plain.text(OTHER)


def test_a_memory_that_cannot_be_brought_up_to_date_at_the_end_is_a_warning(plain, monkeypatch):
    run({PATH: "kernel.a = 1\n"})
    stores, real = [], _baseline.store

    def filling(saved):
        stores.append(saved)
        if len(stores) == 2:
            raise OSError(errno.ENOSPC, "No space left on device", BASELINE)
        real(saved)
    with monkeypatch.context() as patch:
        patch.setattr(_baseline, "store", filling)
        result = run({PATH: "kernel.a = 2\n"})
    assert not result.get("failed") and result["changed"] and "Everything is set" in result["notes"][0]
    assert plain.value("kernel.a") == "2"
    run(state="absent")
    assert plain.value("kernel.a") == "0"


def test_a_state_folder_that_is_removed_meanwhile_is_no_error(plain, monkeypatch):
    real = _procfs.write

    def wrapped(name, value):
        shutil.rmtree(plain.root + STATE_FOLDER, ignore_errors=True)
        return real(name, value)
    monkeypatch.setattr(_procfs, "write", wrapped)
    result = run(CONTENT)
    assert not result.get("failed"), result["msg"]
    assert plain.value("vm.c") == "10"


def test_what_can_be_known_before_is_told_before_a_live_value_moves(plain, monkeypatch):
    """By check mode, too."""
    failing(monkeypatch, _probe, "probe", lambda where, *_rest: where == OTHER, OSError(errno.EPERM, "Operation not permitted", OTHER))
    for check_mode in (True, False):
        result = run(CONTENT, check_mode)
        assert result["failed"] and OTHER in result["msg"] and set(states(result).values()) == {"not_applied"}
    assert not plain.written


def test_an_error_number_of_the_kernels_own_is_named(plain):
    plain.refusals["vm.c"] = ("10", 524)
    assert "ENOTSUPP" in run(CONTENT)["msg"]


def test_two_values_that_chase_one_another_are_named(plain):
    plain.coupled.update({"kernel.a": [("vm.c", "99")], "vm.c": [("kernel.a", "7")]})
    result = run(CONTENT)
    assert result["failed"] and "kernel.a = 2" in result["msg"] and "vm.c = 10" in result["msg"]
    assert "each write changes the other parameter" in result["msg"]


def test_a_value_that_somebody_else_writes_meanwhile_fails_the_run(plain):
    plain.ignored.add("vm.c")
    assert "reads back 60" in run(CONTENT)["msg"]


@pytest.mark.parametrize("reads, meanwhile, kept", [
    pytest.param({"10": "8"}, None, "8", id="rounded"),
    pytest.param({"10": "8", "8": "6"}, None, None, id="what it reads is no value of its own"),
    pytest.param({"10": "8"}, "16", "8", id="somebody else wrote meanwhile"),
])
def test_a_form_of_the_kernels_own_reads_the_same_again(plain, monkeypatch, reads, meanwhile, kept):
    name, real, writes = "fs.pipe-max-size", _procfs.write, []
    plain.parameter(name, "0")

    def rounding(one, value):
        writes.append(value)
        answer = real(one, reads.get(value, value))
        if meanwhile and len(writes) == 1:
            plain.parameter(one, meanwhile)
        return answer
    monkeypatch.setattr(_procfs, "write", rounding)
    result = run({PATH: name + " = 10\n"})
    assert (plain.value(name), bool(result.get("failed"))) == (kept or "0", kept is None)


def test_a_one_way_value_is_not_set_when_another_one_is_refused(plain):
    plain.parameter("kernel.modules_disabled", "0")
    plain.refusals["vm.c"] = ("10", plain.EINVAL)
    assert run(dict(CONTENT, **{PATH: "kernel.modules_disabled = 1\n"}))["failed"]
    assert plain.value("kernel.modules_disabled") == "0" and ("kernel.modules_disabled", "1") not in plain.written


def test_an_interface_that_vanishes_while_we_write_takes_its_parameter_along(plain):
    plain.interface("eth0", rp_filter="0")
    plain.parameter("net.ipv4.conf.all.rp_filter", "0")
    plain.gone.add("net.ipv4.conf.eth0.rp_filter")
    rules = {"net.ipv4.conf.all.rp_filter": {"interfaces": True}}
    result = run({PATH: "net.ipv4.conf.all.rp_filter = 1\n"}, rules=rules)
    assert not result.get("failed"), result["msg"]
    assert states(result) == {"net.ipv4.conf.all.rp_filter": "changed", "net.ipv4.conf.eth0.rp_filter": "unsupported"}
    (gone,) = [row for row in result["parameters"] if row["state"] == "unsupported"]
    assert (gone["before"], gone["after"], gone["error"]) == ("0", None, "ENOENT")
    plain.gone.add("vm.c")
    assert run({OTHER: "vm.c = 10\n"})["failed"]


# --- what is remembered ---

def test_what_was_refused_is_not_promised_again_before_a_reboot(plain):
    plain.parameter("kernel.random.boot_id", "one")
    plain.refusals["kernel.a"] = ("2", plain.EPERM)
    assert states(run({PATH: "kernel.a = 2\n"})) == {"kernel.a": "read_only"}
    for check_mode in (True, False):
        result = run({PATH: "kernel.a = 2\n"}, check_mode)
        assert states(result) == {"kernel.a": "read_only"} and not result["changed"]
    plain.parameter("kernel.random.boot_id", "two")
    assert states(run({PATH: "kernel.a = 2\n"}, True)) == {"kernel.a": "changed"}


def test_the_value_for_which_the_last_run_failed_is_not_promised_again(plain):
    plain.file("/run/other", "")
    plain.refusals["kernel.a"] = ("2", plain.EINVAL)
    assert run(CONTENT)["failed"]
    predicted = run(CONTENT, check_mode=True)
    (row,) = [row for row in predicted["parameters"] if row["state"] == "rejected"]
    assert (row["name"], row["after"]) == ("kernel.a", "0") and "the kernel did not take 2 in the last run" in row["reason"]
    assert "1 rejected (kernel.a)" in run(CONTENT, check_mode=True, fail_on=["rejected"])["msg"]
    assert "rejected" not in states(run({PATH: "kernel.a = 1\n"}, check_mode=True)).values()
    plain.refusals.clear()
    # A run tries it again, and what is taken is remembered no more.
    assert states(run(CONTENT))["kernel.a"] == "changed"
    assert sorted(os.listdir(plain.root + "/run")) == ["other"]


def test_what_one_call_was_refused_another_call_does_not_forget(plain):
    plain.file("/run/other", "")
    plain.refusals["kernel.a"] = ("2", plain.EINVAL)
    assert run({PATH: "kernel.a = 2\n"})["failed"]
    assert not run({OTHER: "vm.c = 10\n"}).get("failed")
    assert states(run({PATH: "kernel.a = 2\n"}, check_mode=True)) == {"kernel.a": "rejected"}


def test_what_was_refused_on_the_way_back_is_not_promised_again(plain):
    plain.parameter("kernel.random.boot_id", "one")
    run({PATH: "kernel.a = 2\n"})
    plain.refusals["kernel.a"] = ("0", plain.EINVAL)
    assert states(run(state="absent")) == {"kernel.a": "reboot_required"}
    assert states(run(state="absent", check_mode=True)) == {"kernel.a": "reboot_required"}


def test_a_value_that_is_refused_on_the_way_back_does_not_keep_the_others_and_is_tried_again(plain):
    plain.parameter("kernel.random.boot_id", "one")
    run(CONTENT)
    plain.refusals["kernel.a"] = ("0", errno.EBUSY)
    for check_mode in (False, True, False):
        result = run(state="absent", check_mode=check_mode)
        (row,) = [row for row in result["parameters"] if row["name"] == "kernel.a"]
        assert (row["state"], row["after"], bool(result.get("failed"))) == ("reboot_required", "2", False)
    assert plain.value("vm.c") == "60" and "a run tries it again" in run(state="absent", check_mode=True)["parameters"][0]["reason"]
    plain.refusals.clear()
    assert states(run(state="absent")) == {"kernel.a": "changed"} and plain.value("kernel.a") == "0"


def test_what_was_refused_on_the_way_to_another_drop_ins_value_is_set_by_its_own_call(plain):
    plain.parameter("kernel.random.boot_id", "one")
    for path, value in ((PATH, "2"), (OTHER, "3")):
        run({path: "kernel.a = %s\n" % value})
    plain.refusals["kernel.a"] = ("2", plain.EINVAL)
    assert states(run({OTHER: ""})) == {"kernel.a": "reboot_required"}
    plain.refusals.clear()
    assert states(run({PATH: "kernel.a = 2\n"})) == {"kernel.a": "changed"} and plain.value("kernel.a") == "2"
    run(state="absent")
    assert plain.value("kernel.a") == "0"


def test_a_run_that_does_not_reach_the_kernel_does_not_forget_what_was_refused(plain, monkeypatch):
    plain.file("/run/other", "")
    plain.refusals["kernel.a"] = ("2", plain.EINVAL)
    assert run(CONTENT)["failed"]
    with monkeypatch.context() as patched:
        failing(patched, _atomic, "stage", lambda *_arguments: True, OSError(plain.ENOSPC, "No space left on device", PATH))
        assert "No space left" in run(CONTENT)["msg"]
    for value in ("2", "0x2"):
        assert states(run({PATH: "kernel.a = %s\n" % value}, check_mode=True)) == {"kernel.a": "rejected"}


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", "[" * 100000, '["kernel.a"]', '{"kernel.a": "2"}', "null"])
def test_what_others_wrote_in_its_place_tells_nothing(plain, text):
    plain.file(_refusal.PATH, text)
    assert states(run(CONTENT, check_mode=True))["kernel.a"] == "changed"


def test_a_host_that_cannot_keep_what_was_refused_still_tells_it(plain):
    os.makedirs(plain.root + _refusal.PATH + "/x")
    plain.refusals["kernel.a"] = ("2", plain.EINVAL)
    assert "EINVAL" in run(CONTENT)["msg"]
    assert states(run(CONTENT, check_mode=True))["kernel.a"] == "changed"


def test_owner_group_and_mode_come_back_with_the_content(plain):
    where = plain.root + PATH
    os.chmod(where, 0o600)
    run(CONTENT)
    assert os.stat(where).st_mode & 0o7777 == 0o644
    run(CONTENT)
    run(state="absent")
    assert os.stat(where).st_mode & 0o7777 == 0o600 and plain.text(PATH) == "kernel.a=0\n"


def test_a_folder_that_we_made_is_0755_and_goes_with_us(host):
    host.parameter("kernel.a", "0")
    host.file("/var/lib/other", "")
    folder = "/usr/local/lib/sysctl.d"
    before = os.umask(0o077)
    try:
        run({folder + "/50-a.conf": "kernel.a = 1\n"})
    finally:
        os.umask(before)
    assert os.stat(host.root + folder).st_mode & 0o7777 == 0o755
    run(state="absent")
    assert sorted(os.listdir(host.root)) == ["proc_sys", "var"] and os.listdir(host.root + "/var/lib") == ["other"]


def test_no_drop_ins_means_none(plain):
    run(CONTENT)
    before = plain.tree()
    assert not run({}, state="absent")["changed"]
    assert plain.tree() == before


VERSION_1 = """{
 "files": {
  "/etc/sysctl.d/50-security-hardening.conf": {
   "before": "kernel.a=0\\n",
   "sha256": "%s"
  }
 },
 "parameters": {
  "kernel.a": {
   "before": "0",
   "dropin": "/etc/sysctl.d/50-security-hardening.conf",
   "wrote": "2"
  },
  "kernel.renamed": {
   "before": "5",
   "dropin": "/etc/sysctl.d/50-security-hardening.conf",
   "wrote": "6"
  }
 },
 "version": 1
}
"""


@pytest.mark.parametrize("first", [None, CONTENT])
def test_a_host_hardened_by_an_earlier_release_keeps_its_way_back(plain, first):
    """Also of a row that the catalogue has dropped since."""
    text = _sysctl_d.HEADER + "\nkernel.a = 2\nkernel.renamed = 6\n"
    plain.file(PATH, text)
    plain.file(BASELINE, VERSION_1 % _memory.digest(text))
    plain.parameter("kernel.a", "2")
    plain.parameter("kernel.renamed", "6")
    if first:
        result = run(first)
        assert plain.value("kernel.renamed") == "5" and not [note for note in result["notes"] if PATH in note]
        assert not run(first)["changed"]
    run(state="absent")
    assert (plain.value("kernel.a"), plain.value("kernel.renamed"), plain.value("vm.c")) == ("0", "5", "60")
    assert plain.text(PATH) == "kernel.a=0\n" and plain.text(BASELINE) is None and plain.text(OTHER) is None


@pytest.mark.parametrize("baseline", [None, "{"])
def test_a_lost_baseline_is_adopted(plain, baseline):
    run(CONTENT)
    os.unlink(plain.root + BASELINE) if baseline is None else plain.file(BASELINE, baseline)
    before = plain.tree()
    told = run(state="adopted", check_mode=True)
    assert told["changed"] and plain.tree() == before
    assert told["msg"] == "what is there now would be remembered: parameters: 2, files: 2"
    result = run(state="adopted")
    assert result["changed"] and result["msg"] == "what is there now is remembered: parameters: 2, files: 2"
    assert not run(state="adopted")["changed"]
    assert dict(plain.tree(), **{BASELINE[1:]: None}) == dict(before, **{BASELINE[1:]: None})
    # What is there now is what was there before.
    run({PATH: "kernel.a = 1\n", OTHER: ""})
    assert (plain.value("kernel.a"), plain.value("vm.c")) == ("1", "10")
    run(state="absent")
    assert plain.value("kernel.a") == "2" and "kernel.a = 2" in plain.text(PATH)


@pytest.mark.parametrize("baseline", [None, "{"])
def test_a_baseline_is_forgotten_readable_or_not(plain, baseline):
    run(CONTENT)
    if baseline:
        plain.file(BASELINE, baseline)
    before = plain.tree()
    told = run(state="forgotten", check_mode=True)
    assert told["changed"] and told["msg"] == "the baseline would be removed, and nothing else" and plain.tree() == before
    told = run(state="forgotten")
    assert told["changed"] and told["msg"] == "the baseline is removed, and nothing else"
    now = plain.tree()
    assert sorted(set(before) - set(now)) == [BASELINE[1:]] and all(before[path] == text for path, text in now.items())
    assert not run(state="forgotten")["changed"]


def test_a_tampered_baseline_writes_nothing(plain):
    plain.file(BASELINE, '{"version": 1, "parameters": {"/tmp/x": {"before": "evil", "wrote": "1", "dropin": "%s"}}, "files": {}}' % PATH)
    before = plain.tree()
    for state in ("present", "absent"):
        result = run(CONTENT, state=state)
        assert result["failed"] and "'/tmp/x' is not what is expected there" in result["msg"]
    assert plain.tree() == before


def test_the_memory_of_a_failed_run_is_that_of_before(plain):
    run(CONTENT)
    before = plain.text(BASELINE)
    plain.refusals["vm.c"] = ("30", plain.EINVAL)
    assert run({PATH: "kernel.a = 1\n", OTHER: "vm.c = 30\n"})["failed"]
    assert plain.text(BASELINE) == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_while_planning_ends_the_run_and_leaves_nothing(plain, monkeypatch, number):
    before, real = plain.tree(), _host.snapshot

    def wrapped(*args):
        os.kill(os.getpid(), number)
        return real(*args)
    monkeypatch.setattr(_host, "snapshot", wrapped)
    result = run(CONTENT)
    assert result["failed"] and signal.Signals(number).name in result["msg"]
    assert plain.tree() == before and not os.path.exists(plain.root + STATE_FOLDER)


def test_a_signal_after_everything_is_done_changes_nothing(plain, monkeypatch):
    real = _baseline.store

    def wrapped(saved):
        answer = real(saved)
        if plain.value("vm.c") == "10":
            os.kill(os.getpid(), signal.SIGTERM)
        return answer
    run({PATH: "kernel.a = 1\n"})
    monkeypatch.setattr(_baseline, "store", wrapped)
    result = run(CONTENT)
    assert not result.get("failed") and result["changed"] and plain.value("vm.c") == "10"


@pytest.mark.parametrize("exc", [MemoryError(), UnicodeError("x"), RuntimeError("x"), KeyboardInterrupt()])
def test_whatever_ends_a_run_it_is_undone(plain, monkeypatch, exc):
    before, real = plain.tree(), _atomic.commit

    def wrapped(path, text):
        if path == OTHER:
            raise exc
        real(path, text)
    with monkeypatch.context() as patch:
        patch.setattr(_atomic, "commit", wrapped)
        try:
            assert run(CONTENT)["failed"]
        except type(exc) as caught:
            assert caught is exc
    assert plain.tree() == before


def test_a_state_folder_that_is_removed_after_the_writes_is_written_anew(plain, monkeypatch):
    real = _apply._set_live

    def wrapped(*arguments):
        answer = real(*arguments)
        shutil.rmtree(plain.root + STATE_FOLDER)
        return answer
    with monkeypatch.context() as patch:
        patch.setattr(_apply, "_set_live", wrapped)
        assert not run(CONTENT).get("failed")
    run(state="absent")
    assert (plain.value("kernel.a"), plain.value("vm.c"), plain.text(PATH)) == ("0", "60", "kernel.a=0\n")


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
@pytest.mark.parametrize("again", [dict(state="absent"), dict(texts={PATH: "", OTHER: ""})])
def test_what_somebody_has_put_in_the_place_of_a_drop_in_blocks_no_way_back(plain, kind, again):
    """A link to /dev/null is the way of sysctl.d(5) to switch a file off."""
    run(CONTENT)
    where = plain.root + OTHER
    os.unlink(where)
    {"link": lambda: os.symlink("/dev/null", where), "folder": lambda: os.mkdir(where), "pipe": lambda: os.mkfifo(where)}[kind]()
    for check_mode in (True, False):
        result = run(check_mode=check_mode, **again)
        assert not result.get("failed"), result["msg"]
    assert [note for note in result["notes"] if OTHER in note and "left as it is" in note]
    assert (plain.value("kernel.a"), plain.value("vm.c"), plain.text(PATH)) == ("0", "60", "kernel.a=0\n")
    assert not os.path.isfile(where) and not os.path.exists(plain.root + BASELINE)


def test_what_follows_a_refused_write_is_left_alone(plain):
    name, follower = "net.ipv6.conf.all.forwarding", "net.ipv6.conf.v0.forwarding"
    for one in (name, follower):
        plain.parameter(one, "1")
    plain.refusals[name] = ("0", errno.EACCES)
    result = run({PATH: name + " = 0\n"}, container_host="never", uses={"router_ipv6": "absent"})
    assert states(result) == {name: "read_only"} and plain.value(follower) == "1"
    assert [text for one, text in plain.written if one == follower] == []


@pytest.mark.parametrize("number", [errno.EPERM, errno.EIO, errno.ENOSPC, errno.ESTALE])
def test_a_folder_that_cannot_be_removed_is_a_note(plain, monkeypatch, number):
    folder = "/usr/local/lib/sysctl.d"
    run({folder + "/50-a.conf": "kernel.a = 1\n"})
    failing(monkeypatch, os, "rmdir", lambda where: True, OSError(number, os.strerror(number)))
    result = run(state="absent")
    assert not result.get("failed") and plain.value("kernel.a") == "0" and plain.text(BASELINE) is None
    assert [note for note in result["notes"] if folder in note]


def test_a_disk_that_breaks_when_all_is_done_fails_no_run(plain, monkeypatch):
    failing(monkeypatch, _baseline, "is_there", lambda _saved: True, OSError(errno.EIO, "Input/output error"))
    result = run(CONTENT)
    assert not result.get("failed") and [note for note in result["notes"] if note.startswith("Everything is set, but")]
    assert (plain.value("kernel.a"), plain.value("vm.c")) == ("2", "10")


def test_nested_folders_of_a_failed_run_go_innermost_first(plain):
    before = plain.tree()
    plain.refusals["kernel.a"] = ("2", plain.EINVAL)
    result = run({"/usr/local/lib/sysctl.d/50-a.conf": "kernel.a = 2\n"})
    assert result["failed"] and "as before" in result["msg"]
    assert plain.tree() == before and not os.path.exists(plain.root + "/usr")


def test_a_folder_of_a_failed_run_that_stays_is_named(plain, monkeypatch):
    plain.refusals["kernel.a"] = ("2", plain.EINVAL)
    failing(monkeypatch, os, "rmdir", lambda where: True, OSError(errno.EIO, "Input/output error"))
    result = run({"/usr/local/lib/sysctl.d/50-a.conf": "kernel.a = 2\n"})
    assert "could not be put back: /usr/local/lib/sysctl.d, /usr/local/lib, /usr/local, /usr." in result["msg"]


def test_a_folder_of_a_failed_run_in_which_somebody_elses_file_lies_stays_and_is_no_trouble(plain, monkeypatch):
    plain.refusals["kernel.a"] = ("2", plain.EINVAL)
    write = _procfs.write
    monkeypatch.setattr(_procfs, "write", lambda *asked: plain.file("/usr/local/lib/sysctl.d/99-theirs.conf", "") or write(*asked))
    result = run({"/usr/local/lib/sysctl.d/50-a.conf": "kernel.a = 2\n"})
    folders = "/usr/local/lib/sysctl.d, /usr/local/lib, /usr/local, /usr"
    assert "is as before. %s was made by this run and stays: it is not empty." % folders in result["msg"]
    assert not [row for row in result["parameters"] if row["state"] == "changed"] and not result["changed"]


def test_a_folder_in_which_somebody_elses_file_lies_stays_after_a_rollback(plain):
    run({"/usr/local/lib/sysctl.d/50-a.conf": "kernel.a = 2\n"})
    plain.file("/usr/local/lib/sysctl.d/99-theirs.conf", "")
    result = run(state="absent")
    assert "/usr/local/lib/sysctl.d was made for a file of ours and stays: it is not empty." in result["notes"]
    assert not result.get("failed") and plain.value("kernel.a") == "0" and not os.path.exists(plain.root + BASELINE)


@pytest.mark.parametrize("path", [PATH, BASELINE])
def test_a_folder_where_the_new_text_is_prepared_is_told_by_check_mode(plain, path):
    folder, _slash, base = path.rpartition("/")
    os.makedirs("%s%s/.%s.photon-hardening" % (plain.root, folder, base))
    for check_mode in (True, False):
        result = run(CONTENT, check_mode)
        assert result["failed"] and "photon-hardening is a directory" in result["msg"]
    assert "could not be put back" not in result["msg"] and not plain.written


@pytest.mark.parametrize("path", [PATH, BASELINE])
def test_what_a_killed_run_was_preparing_goes_with_the_next_one(plain, path):
    folder, _slash, base = path.rpartition("/")
    run(CONTENT)
    left = "%s/.%s.photon-hardening" % (folder, base)
    plain.file(left, "half")
    assert not run(state="absent").get("failed")
    assert plain.text(left) is None and not os.path.exists(plain.root + STATE_FOLDER)


@pytest.mark.parametrize("state", ["adopted", "forgotten"])
def test_what_cannot_be_remembered_or_forgotten_is_told_by_check_mode(plain, monkeypatch, state):
    run(CONTENT)
    if state == "adopted":
        os.unlink(plain.root + BASELINE)
    failing(monkeypatch, _probe, "probe", lambda path, _text: path == BASELINE, OSError(errno.EPERM, "Operation not permitted", BASELINE))
    for check_mode in (True, False):
        assert run(state=state, check_mode=check_mode)["failed"]


@pytest.mark.parametrize("state", ["present", "absent", "adopted", "forgotten"])
def test_a_state_folder_that_no_run_can_use_is_told_by_check_mode(plain, state):
    folder = plain.root + STATE_FOLDER
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    os.symlink("/nowhere", folder)
    told = [run(CONTENT, state=state, check_mode=check_mode) for check_mode in (True, False)]
    assert told[0] == told[1] and told[0]["failed"] and "is a symbolic link to /nowhere: remove the link" in told[0]["msg"]


@pytest.fixture
def secret(plain):
    """The name of a parameter that has no value yet, and never is without one again."""
    name, mode = "net.ipv6.conf.eth0.stable_secret", "net.ipv6.conf.eth0.addr_gen_mode"
    plain.interface("eth0", rp_filter="0")
    plain.parameter(name, "")
    plain.parameter(mode, "0")
    plain.unset.add(name)
    plain.coupled[name] = [(mode, "2")]
    return name


def test_what_can_never_be_unset_is_named_when_a_run_fails(plain, secret, monkeypatch):
    failing(monkeypatch, _atomic, "commit", lambda path, _text: path == PATH, OSError(errno.EIO, "Input/output error", PATH))
    result = run({PATH: secret + " = 2001:db8::1\n"})
    assert result["failed"] and "could not be put back: %s." % secret in result["msg"]


def test_no_address_is_lost_by_what_locks_itself(plain, monkeypatch):
    plain.parameter("kernel.modules_disabled", "0")
    failing(monkeypatch, _atomic, "commit", lambda path, _text: path == PATH, OSError(errno.EIO, "Input/output error", PATH))
    result = run({PATH: "kernel.modules_disabled = 1\n"})
    assert result["failed"] and "addresses" not in result["msg"]


def test_an_address_beside_other_values(plain, secret):
    """It moves another parameter, and only at the end."""
    content = {PATH: "kernel.a = 2\n%s = 2001:db8::1\n" % secret}
    predicted = run(content, True)
    result = run(content)
    assert not result.get("failed"), result["msg"]
    assert result["parameters"] == predicted["parameters"]


def test_a_failed_run_names_no_line_that_was_not_written(plain):
    plain.refusals["vm.c"] = ("10", plain.EINVAL)
    plain.file(PATH, "# one\n# two\nkernel.a=2\n")
    found = {row["name"]: row["boot_source"] for row in run(CONTENT)["parameters"]}
    assert found.pop("kernel.a") == PATH + ":3"
    assert set(found.values()) <= {None, "/usr/lib/sysctl.d/99-rival.conf:1"}
