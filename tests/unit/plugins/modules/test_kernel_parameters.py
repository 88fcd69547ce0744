# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module's shell over a host below a folder. The same things on real kernels: tests/vm."""

import json
import os
import signal
import time

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _apply, _atomic, _baseline, _files, _lock, _procfs, _run
from ansible_collections.photon.hardening.plugins.module_utils._files import BASELINE
from ansible_collections.photon.hardening.plugins.module_utils._sysctl_d import HEADER
from ansible_collections.photon.hardening.plugins.modules import kernel_parameters

PATH = "/etc/sysctl.d/50-security-hardening.conf"
OTHER = "/etc/sysctl.d/60-photon-tuning.conf"
RESTATE_PATH = "/etc/sysctl.d/zz-photon-hardening.conf"


class Failed(Exception):
    """A run that failed, with its result."""

    def __init__(self, result):
        super().__init__(result["msg"])
        self.result = result


def run(content=None, check_mode=False, **params):
    """The result of one run. CONTENT is one drop-in's text, or path -> text, None: no drop-ins are given."""
    given = dict(dropins=None, rules={}, profile="photon", conflicts="restate", container_host="always", uses={}, fail_on=[],
                 state="present")
    if content is not None:
        texts = content if isinstance(content, dict) else {PATH: content}
        given["dropins"] = [dict(path=path, content=text) for path, text in sorted(texts.items())]
    result = _run.run(dict(given, **params), False, check_mode, True)
    if result.get("failed"):
        raise Failed(result)
    return result


def states(result):
    return {row["name"]: row["state"] for row in result["parameters"]}


@pytest.fixture
def plain(host):
    """A host with three parameters, a vendor's file at our path and a rival."""
    for name, value in (("kernel.a", "0"), ("kernel.b", "4096\t131072\t6291456"), ("vm.c", "60")):
        host.parameter(name, value)
    host.file(PATH, "kernel.a=0\n")
    host.file("/usr/lib/sysctl.d/99-rival.conf", "vm.c = 30\n")
    return host


CONTENT = {PATH: "kernel.a = 2\nkernel.gone = 1\n", OTHER: "vm.c = 10\nkernel.b = 8192 131072 6291456\n"}


def test_a_run_sets_writes_and_remembers(plain):
    result = run(CONTENT)
    assert result["changed"]
    assert states(result) == {"kernel.a": "changed", "kernel.b": "changed", "vm.c": "changed", "kernel.gone": "unsupported"}
    assert (plain.value("kernel.a"), plain.value("vm.c")) == ("2", "10")
    assert plain.text(PATH).startswith(HEADER + "\nkernel.a = 2\n# unsupported")
    assert "vm.c = 10" in plain.text(RESTATE_PATH)
    assert os.stat(plain.root + PATH).st_mode & 0o7777 == 0o644
    assert os.stat(plain.root + BASELINE).st_mode & 0o7777 == 0o600
    saved = json.loads(plain.text(BASELINE))
    assert saved["parameters"]["vm.c"] == {"before": "60", "wrote": "10", "dropin": OTHER}
    assert saved["files"][PATH]["before"] == "kernel.a=0\n"


def test_check_mode_predicts_and_writes_nothing(plain):
    before = plain.tree()
    predicted = run(CONTENT, check_mode=True)
    assert plain.tree() == before
    assert run(CONTENT) == predicted


def test_the_file_that_decided_about_the_boot_value_is_told(plain):
    for check_mode in (True, False):
        rows = {row["name"]: row for row in run(CONTENT, check_mode)["parameters"]}
        assert rows["vm.c"]["boot_source_before"] == "/usr/lib/sysctl.d/99-rival.conf:1"
        assert rows["vm.c"]["reason"] == "/usr/lib/sysctl.d/99-rival.conf:1 makes it 30 at boot"
        assert "boot_source_before" not in rows["kernel.b"] and rows["kernel.b"]["reason"] == ""
    assert not [row for row in run(CONTENT)["parameters"] if "boot_source_before" in row]


def test_a_second_run_changes_nothing(plain):
    run(CONTENT)
    before, plain.written = plain.tree(), []
    result = run(CONTENT)
    assert not result["changed"] and not plain.written
    assert plain.tree() == before
    assert result["msg"].startswith("0 of 4 parameters differ")
    assert [entry["before"] == entry["after"] for entry in result["diff"]] == [True, True]


def test_a_line_that_leaves_is_a_change_also_where_nothing_but_the_boot_value_was_ours(plain):
    plain.parameter("kernel.met", "1")
    run({PATH: "kernel.a = 2\nkernel.met = 1\n", OTHER: "vm.c = 10\n"})
    with pytest.raises(Failed, match="1 changed .kernel.met."):
        run({PATH: "kernel.a = 2\n", OTHER: "vm.c = 10\n"}, check_mode=True, fail_on=["changed"])
    # Something else has set it since: its live value is left as it is.
    plain.parameter("kernel.a", "1")
    rows = {row["name"]: row for row in run(state="absent")["parameters"]}
    assert [(name, rows[name]["state"], rows[name]["boot_before"], rows[name]["boot"]) for name in ("kernel.a", "kernel.met")] == [
        ("kernel.a", "changed", "2", "0"), ("kernel.met", "changed", "1", None)]
    assert rows["kernel.met"]["before"] == rows["kernel.met"]["after"] == "1" and rows["kernel.met"]["reason"] == "no longer wanted"


@pytest.mark.parametrize("theirs", ["# theirs\nkernel.panic = 60\nkernel.a = 3\n", None])
def test_lines_that_others_have_written_into_our_file_go_with_it(plain, theirs):
    run({PATH: "kernel.a = 1\n"})
    plain.file(PATH, plain.text(PATH).replace("kernel.a = 1", "kernel.a = 0") + "kernel.panic = 5\n")
    run({PATH: "kernel.a = 1\n"})
    assert "kernel.panic = 5" in plain.text(PATH)
    if theirs is None:
        os.remove(plain.root + PATH)
    else:
        plain.file(PATH, theirs)
    run({PATH: "kernel.a = 1\n"})
    assert "kernel.panic = 5" not in plain.text(PATH)
    run(state="absent")
    assert plain.text(PATH) == (theirs or "kernel.a=0\n")


@pytest.mark.parametrize("first, second", [("1", "2"), ("2", "1")])
@pytest.mark.parametrize("rule", [{}, {"at_least": "1"}])
def test_of_two_dropins_of_one_call_the_one_that_stays_is_in_force(plain, first, second, rule):
    run({PATH: "kernel.a = %s\n" % first, OTHER: "kernel.a = %s\n" % second}, rules={"kernel.a": rule})
    run({OTHER: ""}, rules={"kernel.a": rule})
    assert plain.value("kernel.a") == first
    assert plain.text(PATH).splitlines()[1:] == ["kernel.a = %s" % first] and plain.text(RESTATE_PATH) is None
    run(state="absent")
    assert plain.value("kernel.a") == "0"


def test_absent_puts_everything_back(plain):
    before = plain.tree()
    run(CONTENT)
    assert run(state="absent")["changed"]
    assert {path: text.replace("\t", " ") for path, text in plain.tree().items()} == {
        path: text.replace("\t", " ") for path, text in before.items()}
    again = run(state="absent")
    assert not again["changed"]
    assert "There is no baseline" in again["notes"][0]


ID = "0123456789abcdef0123456789abcdef\n"
CLONED = "The baseline of this host was made on another machine"


def cloned(plain):
    """A host that is a clone of one that was hardened."""
    plain.file("/etc/machine-id", ID)
    run(CONTENT)
    plain.file("/etc/machine-id", ID[::-1].strip() + "\n")


def test_a_cloned_host_says_at_each_run_whose_baseline_it_has(plain):
    cloned(plain)
    before = plain.tree()
    for more in (dict(check_mode=True), {}, dict(state="absent", content=None, check_mode=True)):
        notes = run(**dict(dict(content=CONTENT), **more))["notes"]
        assert [note for note in notes if note.startswith(CLONED)] == notes[:1]
    assert plain.tree() == before and ID.strip() not in plain.text(BASELINE)


def test_a_cloned_host_goes_back_to_what_its_image_had(plain):
    before = plain.tree()
    cloned(plain)
    result = run(state="absent")
    assert result["changed"] and result["notes"][0].startswith(CLONED)
    plain.file("/etc/machine-id", "")
    assert set(plain.tree()) - {"etc/machine-id"} == set(before)
    assert plain.text(PATH) == "kernel.a=0\n" and (plain.value("kernel.a"), plain.value("vm.c")) == ("0", "60")


def test_a_baseline_is_taken_over_by_a_cloned_host(plain):
    cloned(plain)
    assert run(state="adopted", check_mode=True)["changed"]
    assert run(state="adopted")["changed"] and not run(state="adopted")["changed"]
    assert not any(note.startswith(CLONED) for note in run(CONTENT)["notes"])
    assert json.loads(plain.text(BASELINE))["parameters"]["vm.c"]["before"] == "60"


def test_a_baseline_of_an_older_release_becomes_this_hosts(plain):
    run(CONTENT)
    plain.file("/etc/machine-id", ID)
    assert "machine_id" not in json.loads(plain.text(BASELINE))
    result = run(CONTENT)
    assert not result["changed"] and not result["notes"]
    assert len(json.loads(plain.text(BASELINE))["machine_id"]) == 64


def test_absent_leaves_what_others_changed(plain):
    run(CONTENT)
    plain.parameter("vm.c", "5")
    plain.file(OTHER, plain.text(OTHER) + "# mine\n")
    notes = run(state="absent")["notes"]
    assert plain.value("vm.c") == "5" and plain.value("kernel.a") == "0"
    assert plain.text(OTHER).endswith("# mine\n")
    assert OTHER in notes[0]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_refused_value_undoes_everything(plain, number):
    """Whichever write is refused, in the order in which they are made."""
    name, value = [("kernel.a", "2"), ("vm.c", "10"), ("kernel.b", "8192 131072 6291456")][number - 1]
    plain.refusals[name] = (value, plain.EINVAL)
    before = plain.tree()
    with pytest.raises(Failed) as caught:
        run(CONTENT)
    for part in (name, value, "EINVAL", PATH if name == "kernel.a" else OTHER, "line", "as before"):
        assert part in str(caught.value)
    assert plain.tree() == before
    assert caught.value.result["changed"] is False
    assert states(caught.value.result)[name] == "rejected"


def test_a_write_that_does_nothing_undoes_everything(plain):
    plain.ignored.add("vm.c")
    before = plain.tree()
    with pytest.raises(Failed) as caught:
        run(CONTENT)
    assert "vm.c = 10" in str(caught.value) and "reads back 60" in str(caught.value)
    assert plain.tree() == before


def test_a_parameter_that_another_one_resets_is_set_again(plain):
    """As redirects are when forwarding changes, whichever of them is written last, or at all."""
    plain.coupled.update({"kernel.a": [("vm.c", "99")], "kernel.b": [("kernel.a", "7")]})
    run(CONTENT)
    assert [plain.value(name) for name in ("kernel.a", "vm.c")] == ["2", "10"]
    run({PATH: "kernel.a = 1\n", OTHER: CONTENT[OTHER]})
    assert [plain.value(name) for name in ("kernel.a", "vm.c")] == ["1", "10"]


def test_a_parameter_that_another_one_resets_for_good_is_named(plain):
    run(CONTENT)
    plain.coupled["kernel.a"] = [("vm.c", "99")]
    plain.refusals["vm.c"] = ("10", plain.EINVAL)
    with pytest.raises(Failed) as caught:
        run({PATH: "kernel.a = 1\n", OTHER: CONTENT[OTHER]})
    assert "moved vm.c from 10 to 99, and it does not go back" in str(caught.value)
    assert "could not be put back: vm.c" in str(caught.value)
    assert plain.value("kernel.a") == "2"


def test_what_the_way_back_resets_is_put_back_too(plain):
    run(CONTENT)
    plain.coupled["kernel.a"] = [("vm.c", "99")]
    plain.refusals["kernel.b"] = ("1 2 3", plain.EINVAL)
    with pytest.raises(Failed) as caught:
        run({PATH: "kernel.a = 1\n", OTHER: "vm.c = 10\nkernel.b = 1 2 3\n"})
    assert "as before" in str(caught.value)
    assert [plain.value(name) for name in ("kernel.a", "vm.c")] == ["2", "10"]


@pytest.mark.parametrize("rule, error, state", [
    ({"one_way": True}, "EPERM", "reboot_required"),
    ({"one_way": True}, "EINVAL", "unsupported"),
    ({}, "EPERM", "read_only"),
    ({}, "EROFS", "read_only"),
])
def test_a_harmless_refusal_is_reported(plain, rule, error, state):
    plain.refusals["kernel.a"] = ("2", getattr(plain, error))
    result = run(CONTENT, rules={"kernel.a": rule})
    assert states(result)["kernel.a"] == state
    assert (plain.value("kernel.a"), plain.value("vm.c")) == ("0", "10")
    assert "kernel.a = 2" in plain.text(PATH)
    # A reboot sets it from our file, and then it is ours.
    plain.parameter("kernel.a", "2")
    run({PATH: "", OTHER: ""}, state="absent")
    assert plain.value("kernel.a") == "0"


def test_a_refusal_that_lasts_changes_nothing_and_loses_nothing(plain):
    run({PATH: "kernel.a = 1\n"})
    plain.refusals["kernel.a"] = ("2", plain.EPERM)
    assert states(run({PATH: "kernel.a = 2\n"}, rules={"kernel.a": {"one_way": True}}))["kernel.a"] == "reboot_required"
    before = plain.tree()
    for _round in range(2):
        assert not run({PATH: "kernel.a = 2\n"}, rules={"kernel.a": {"one_way": True}})["changed"]
        assert plain.tree() == before
    # Still what we set, whatever we have asked for since.
    run({PATH: ""}, state="absent")
    assert plain.value("kernel.a") == "0" and plain.text(PATH) == "kernel.a=0\n"


@pytest.mark.parametrize("error", ["EPERM", "EINVAL"])
@pytest.mark.parametrize("leave", [dict(state="absent"), dict(dropins=[dict(path=PATH, content="kernel.gone = 1\n")]),
                                   dict(dropins=[dict(path=PATH, content="kernel.a = 2\n")], rules={"kernel.a": {"hold": ["docker"]}})])
def test_what_cannot_go_back_before_a_reboot_is_named_and_goes_back_after_it(plain, leave, error):
    """kernel.unprivileged_bpf_disabled 1 answers EPERM, kernel.yama.ptrace_scope 3 answers EINVAL; no rule is needed for that."""
    before = plain.tree()
    run({PATH: "kernel.a = 2\n", OTHER: "vm.c = 10\n"})
    plain.refusals["kernel.a"] = ("0", getattr(plain, error))
    result = run(**leave)
    row = [row for row in result["parameters"] if row["name"] == "kernel.a"][0]
    assert (row["state"], row["before"], row["after"]) == ("reboot_required", "2", "2")
    assert "kernel.a" in result["msg"] and "None" not in result["msg"] and "refused by the kernel" in row["reason"]
    assert plain.value("vm.c") == ("60" if leave.get("state") else "10")
    del plain.refusals["kernel.a"]
    plain.parameter("kernel.a", "0")  # the reboot
    run(state="absent")
    run(state="absent")
    assert plain.tree() == before


def test_a_full_disk_undoes_everything(plain, monkeypatch):
    real, before = _atomic.stage, plain.tree()

    def stage(path, text, attributes=None):
        if path == OTHER:
            raise OSError(plain.ENOSPC, "No space left on device", path)
        return real(path, text, attributes)
    monkeypatch.setattr(_atomic, "stage", stage)
    with pytest.raises(Failed) as caught:
        run(CONTENT)
    assert "No space left on device" in str(caught.value) and OTHER in str(caught.value)
    assert plain.tree() == before


def killed_at(monkeypatch, boundary):
    """Run in a child that is killed at its BOUNDARY-th write of any kind; whether it was, and did not end by itself."""
    child = os.fork()
    if child:
        status = os.waitpid(child, 0)[1]
        assert status in (0, signal.SIGKILL)
        return status != 0
    count, opened = [0], os.open

    def deadly(function):
        def wrapped(*args, **more):
            count[0] += function is not opened or bool(args[1] & (os.O_WRONLY | os.O_RDWR))
            if count[0] == boundary:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **more)
        return wrapped
    for owner, name in ((_procfs, "write"), (os, "rename"), (os, "unlink"), (os, "fsync"), (os, "open"), (os, "fchmod")):
        monkeypatch.setattr(owner, name, deadly(getattr(owner, name)))
    try:
        run(CONTENT)
        os._exit(0)
    finally:
        os._exit(1)


def test_after_a_kill_everything_is_old_or_new_and_the_next_run_converges(host, tmpdir, monkeypatch):
    names = ("kernel.a", "kernel.b", "vm.c")
    old = {"kernel.a": "0", "kernel.b": "4096 131072 6291456", "vm.c": "60"}
    new = {"kernel.a": "2", "kernel.b": "8192 131072 6291456", "vm.c": "10"}
    for boundary in range(1, 200):
        host.root = str(tmpdir.mkdir("host%d" % boundary))
        monkeypatch.setattr(_procfs, "PROC_SYS", host.root + "/proc_sys")
        for name in names:
            host.parameter(name, old[name])
        host.file(PATH, "kernel.a=0\n")
        pristine = host.tree()
        killed = killed_at(monkeypatch, boundary)
        assert all(host.value(name) in (old[name], new[name]) for name in names)
        assert host.text(PATH) in ("kernel.a=0\n", HEADER + "\nkernel.a = 2\n# unsupported: kernel %s does not have it: kernel.gone = 1\n"
                                   % _procfs.release())
        run(CONTENT)
        assert {name: host.value(name) for name in names} == new
        assert not [name for name in host.tree() if name.endswith(".photon-hardening")]
        run(state="absent")
        assert host.tree() == pristine
        if not killed:
            break
    assert 20 < boundary < 199


def test_two_runs_at_once(plain, monkeypatch):
    monkeypatch.setattr(_run, "LOCK_SECONDS", 0.2)
    with _lock.lock(1), pytest.raises(Failed) as caught:
        run(CONTENT)
    assert "another run" in str(caught.value) and "run again" in str(caught.value)
    started = time.time()
    run(CONTENT)
    assert time.time() - started < 5


@pytest.mark.parametrize("text", [
    "{", "[]", "{}",
    '{"version": 1, "parameters": {"kernel.a": {"before": 5, "wrote": null, "dropin": "x"}}, "files": {}}',
    '{"version": 1, "parameters": {"kernel.a": {"before": "5", "wrote": null, "dropin": null}}, "files": {}}',
    '{"version": 9, "parameters": {}, "files": {}}',
    '{"version": 1, "parameters": {"kernel.a": {}}, "files": {}}',
])
def test_a_damaged_baseline_is_refused_and_kept(plain, text):
    plain.file(BASELINE, text)
    before = plain.tree()
    for check_mode in (True, False):
        with pytest.raises(Failed) as caught:
            run(CONTENT, check_mode)
        assert BASELINE in str(caught.value) and "restore" in str(caught.value)
    assert plain.tree() == before


FORWARD, REDIRECTS = "net.ipv4.ip_forward", "net.ipv4.conf.all.accept_redirects"


@pytest.fixture
def router(plain):
    """Its kernel sets the redirects whenever forwarding is switched."""
    for name in (FORWARD, REDIRECTS):
        plain.parameter(name, "0")
    plain.coupled[FORWARD] = [(REDIRECTS, "1")]
    return plain


@pytest.mark.parametrize("text", [FORWARD + " = 1\n", FORWARD + " = 1\n" + REDIRECTS + " = 0\n"])
def test_forwarding_moves_no_redirects_there_and_back(router, text):
    run(text, container_host="never")
    assert (router.value(FORWARD), router.value(REDIRECTS)) == ("1", "0")
    run("", state="absent", container_host="never")
    assert (router.value(FORWARD), router.value(REDIRECTS)) == ("0", "0")


@pytest.mark.parametrize("text", ["", CONTENT[OTHER].replace("10", "20")])
def test_a_file_that_cannot_be_replaced_undoes_everything(plain, monkeypatch, text):
    run(CONTENT)
    before, commit = plain.tree(), _atomic.commit

    def refusing(path, new):
        if path == OTHER:
            raise PermissionError(1, "Operation not permitted", path)
        commit(path, new)

    monkeypatch.setattr(_atomic, "commit", refusing)
    with pytest.raises(Failed) as caught:
        run({PATH: "kernel.a = 1\n", OTHER: text})
    assert OTHER in str(caught.value) and "Every value and file is as before" in str(caught.value)
    assert plain.tree() == before


@pytest.fixture
def killed(plain, monkeypatch):
    """A host whose second run was killed before it moved anything."""
    def kill(*_arguments):
        raise KeyboardInterrupt

    run({PATH: "kernel.a = 2\n"})
    with monkeypatch.context() as patch:
        patch.setattr(_apply, "_set_live", kill)
        with pytest.raises(KeyboardInterrupt):
            run({PATH: "kernel.a = 1\n"})
    assert plain.value("kernel.a") == "2"
    return plain


def test_what_was_ours_before_a_killed_run_goes_back(killed):
    run({PATH: ""}, state="absent")
    assert killed.value("kernel.a") == "0" and killed.text(PATH) == "kernel.a=0\n" and killed.text(BASELINE) is None


def test_what_was_ours_before_a_killed_run_is_ours_after_the_next_one(killed):
    for _time in range(2):
        run({PATH: "kernel.a = 2\n"})
    assert "also" not in killed.text(BASELINE)
    run({PATH: ""}, state="absent")
    assert killed.value("kernel.a") == "0"


def test_what_was_ours_before_a_killed_run_is_nobody_elses_stricter_value(killed):
    assert states(run({PATH: "kernel.a = 1\n"}, rules={"kernel.a": {"accept": ["2"]}}))["kernel.a"] == "changed"
    assert "also" not in killed.text(BASELINE)


def test_a_drop_in_that_another_file_hides(host):
    hidden = "/usr/lib/sysctl.d/50-a.conf"
    host.parameter("kernel.a", "0")
    host.file("/etc/sysctl.d/50-a.conf", "# nothing\n")
    assert states(run({hidden: "kernel.a = 1\n"}, conflicts="report"))["kernel.a"] == "overridden"
    assert states(run({hidden: "kernel.a = 1\n"}))["kernel.a"] == "changed"
    assert "hidden by another file" in host.text(RESTATE_PATH) and "kernel.a = 1\n" in host.text(RESTATE_PATH)


def test_two_drop_ins_of_ours_that_disagree(host):
    host.parameter("kernel.a", "0")
    run({PATH: "kernel.a = 1\n"})
    assert states(run({"/etc/sysctl.d/40-mine.conf": "kernel.a = 2\n"}))["kernel.a"] == "overridden"


@pytest.mark.parametrize("edit, words", [
    (lambda host: host.file(PATH, host.text(PATH) + "# mine\n"), "was changed by something else"),
    (lambda host: host.file(PATH, "# mine\n" + host.text(PATH)), "was changed by something else"),
    (lambda host: os.unlink(host.root + PATH), "was removed after the last run"),
])
def test_a_vendors_content_is_remembered_until_it_is_back(plain, edit, words):
    run(CONTENT)
    edit(plain)
    result = run({PATH: "", OTHER: ""}, state="absent")
    assert any(PATH in note and words in note for note in result["notes"])
    if plain.text(PATH) is None:
        assert json.loads(plain.text(BASELINE))["files"][PATH]["before"] == "kernel.a=0\n"
    else:
        assert plain.text(PATH) == "kernel.a=0\n# mine\n" and plain.text(BASELINE) is None


def test_what_an_engine_keeps_goes_back_when_it_is_gone(router):
    run(FORWARD + " = 1\n")
    assert states(run("", state="absent"))[FORWARD] == "held_back"
    run("", state="absent", container_host="never")
    assert router.value(FORWARD) == "0" and router.text(BASELINE) is None


def test_a_failed_run_tells_what_is_in_force(plain):
    plain.refusals["vm.c"] = ("10", plain.EINVAL)
    with pytest.raises(Failed) as caught:
        run(CONTENT)
    for row in caught.value.result["parameters"]:
        assert (row["after"], row["boot"]) == (row["before"], row["boot_before"])


def test_a_baseline_that_cannot_be_put_back_hides_no_cause(plain, monkeypatch):
    plain.refusals["vm.c"] = ("10", plain.EINVAL)
    store = _baseline.store

    def filling(saved):
        if not saved.parameters:
            raise OSError(plain.ENOSPC, "No space left on device")
        store(saved)

    monkeypatch.setattr(_baseline, "store", filling)
    with pytest.raises(Failed) as caught:
        run(CONTENT)
    assert "vm.c" in str(caught.value) and "No space left" in str(caught.value)


def test_a_value_that_a_waiver_gives_back_is_named(plain):
    run(CONTENT)
    result = run(CONTENT, rules={"vm.c": {"waived": "slow disks"}})
    assert "1 waived: vm.c 10 -> 60 (put back)" in result["msg"] and "1 waived: vm.c" in result["msg"]
    assert "vm.c = 60  # waived: slow disks" in result["diff"][1]["after"]


@pytest.mark.parametrize("check_mode, state", [(False, "not_applied"), (True, "changed")])
def test_fail_on_is_judged_before_the_first_write(plain, check_mode, state):
    """An audit that fails still tells what would change."""
    before = plain.tree()
    with pytest.raises(Failed) as caught:
        run(CONTENT, check_mode, fail_on=["unsupported", "changed", "waived"])
    assert str(caught.value).startswith(
        "fail_on: nothing was written, because of 1 unsupported (kernel.gone), 3 changed (kernel.a, kernel.b, vm.c). 3 of 4 ")
    result = caught.value.result
    assert states(result) == {"kernel.a": state, "kernel.b": state, "vm.c": state, "kernel.gone": "unsupported"}
    assert result["summary"][state] == 3 and result["changed"] is False and result["diff"] and result["stopped"] is True
    assert plain.tree() == before


def test_fail_on_a_state_that_no_parameter_has(plain):
    assert run(CONTENT, fail_on=["rejected", "ok"])["changed"]


@pytest.mark.parametrize("kind, words", [("link", "is a symbolic link to /dev/null"), ("folder", "is a directory")])
def test_what_cannot_be_ours_is_refused(plain, kind, words):
    where = plain.root + OTHER
    os.symlink("/dev/null", where) if kind == "link" else os.mkdir(where)
    before = plain.tree()
    with pytest.raises(Failed) as caught:
        run(CONTENT)
    assert OTHER in str(caught.value) and words in str(caught.value)
    assert plain.tree() == before


@pytest.mark.parametrize("params, words", [
    (dict(dropins=[dict(path=PATH, content="kernel.a = 1\n")] * 2), "given more than once"),
    (dict(dropins=[dict(path="/tmp/a.conf", content="")]), "none of the folders"),
    (dict(dropins=[], rules={"x": {}}), "not the name of a kernel parameter"),
])
def test_bad_arguments(plain, params, words):
    before = plain.tree()
    with pytest.raises(Failed) as caught:
        run(**params)
    assert words in str(caught.value)
    assert plain.tree() == before


def test_a_value_that_cannot_be_put_back_is_named(plain):
    plain.refusals["kernel.a"] = ("0", plain.EPERM)
    plain.ignored.add("vm.c")
    with pytest.raises(Failed) as caught:
        run(CONTENT)
    assert "could not be put back: kernel.a" in str(caught.value)
    (row,) = [row for row in caught.value.result["parameters"] if row["name"] == "kernel.a"]
    assert (row["state"], row["before"], row["after"]) == ("changed", "0", "2") and "a rollback tries it again" in row["reason"]
    assert caught.value.result["changed"] is True and plain.text(PATH) == "kernel.a=0\n"
    plain.refusals.clear()
    assert run(state="absent")["changed"] and plain.value("kernel.a") == "0" and plain.text(BASELINE) is None


def test_what_takes_addresses_away_is_written_when_all_else_is_proved(plain):
    """The addresses of a host that has lost them do not come back with the value."""
    off = "net.ipv6.conf.all.disable_ipv6"
    plain.parameter(off, "0")
    content = "%s = 1\nkernel.a = 2\nvm.c = 10\n" % off
    plain.refusals["vm.c"] = ("10", plain.EINVAL)
    with pytest.raises(Failed):
        run(content)
    assert off not in [name for name, _value in plain.written]
    plain.refusals.clear()
    plain.ignored.add(off)
    with pytest.raises(Failed, match="%s was set for a moment: addresses and routes" % off):
        run(content)
    plain.ignored.clear()
    predicted = run(content, check_mode=True)
    assert "1 that takes addresses of IPv6 away: %s 0 -> 1" % off in predicted["msg"]
    assert run(content) == predicted and plain.value(off) == "1"


def test_outcomes_are_only_those_that_fail_nothing():
    assert _apply.NotApplied(OSError(28, "No space left on device", "/x"), []).name is None


@pytest.mark.parametrize("state, there, told", [("absent", True, True), ("absent", False, False), ("present", True, False)])
def test_what_another_module_has_to_take_back_is_told_on_the_way_back(plain, state, there, told):
    if there:
        plain.file(_files.GUEST_MEMORY, "{}")
    result = run(CONTENT if state == "present" else None, check_mode=True, state=state)
    assert (result.get("vmware_guest") == []) is told and ("vmware_guest" in result) is told


# --- Photon's systemd package overwrites its file ---

# The file of Photon OS 5.0 in the form in which it is shipped; net.x stands for a line that a newer package adds.
SHIPPED = """# A comment of the vendor
kernel.a=0
#Enabling something
net.x = 1
"""


@pytest.fixture
def overwritten(plain):
    """A hardened host on which an update of a package has put its own file in the place of ours, and a boot has read it."""
    plain.parameter("net.x", "0")
    run({PATH: "kernel.a = 2\nkernel.b = 8192 131072 6291456\n"})
    plain.file(PATH, SHIPPED)
    for name, value in (("kernel.a", "0"), ("net.x", "1")):
        plain.parameter(name, value)
    return plain


def test_an_audit_notices_that_a_package_has_overwritten_our_file(overwritten):
    before = overwritten.tree()
    result = run({PATH: "kernel.a = 2\nkernel.b = 8192 131072 6291456\n"}, check_mode=True)
    assert overwritten.tree() == before and result["changed"]
    assert result["notes"] == [
        PATH + " was replaced by something else since the last run. That changed: kernel.a (was 2, is 0), kernel.b "
        "(was 8192 131072 6291456, is not set). A run saves its content for the way back, keeps its other lines, and writes our lines "
        "anew."]
    assert result["replaced"] == [PATH]
    rows = {row["name"]: row for row in result["parameters"]}
    assert (rows["kernel.a"]["state"], rows["kernel.a"]["before"], rows["kernel.a"]["boot_before"]) == ("changed", "0", "0")
    # Its live value is still ours; the next boot would not set it.
    assert (rows["kernel.b"]["state"], rows["kernel.b"]["before"], rows["kernel.b"]["boot_before"]) == (
        "changed", "8192 131072 6291456", None)


def test_whose_file_has_taken_the_place_of_ours_is_told(overwritten):
    content = {PATH: "kernel.a = 2\nkernel.b = 8192 131072 6291456\n"}
    overwritten.file("/var/lib/dpkg/info/procps.list", PATH + "\n")
    result = kernel_parameters._with_owners(run(content, check_mode=True), None)
    assert result["notes"][1:] == [PATH + " belongs to the package procps."] and "replaced" not in result
    assert kernel_parameters._with_owners(run(content), None)["notes"][1:] == result["notes"][1:]
    again = run(content)
    assert kernel_parameters._with_owners(again, None) is again and "replaced" not in again


def test_a_run_mends_it_and_keeps_the_new_lines_of_the_vendor(overwritten):
    content = {PATH: "kernel.a = 2\nkernel.b = 8192 131072 6291456\n"}
    run(content)
    text = overwritten.text(PATH)
    assert text.startswith(HEADER + "\nkernel.a = 2\nkernel.b = 8192 131072 6291456\n") and text.endswith("\nnet.x = 1\n")
    assert "kernel.a=0" not in text and overwritten.value("kernel.a") == "2" and overwritten.value("net.x") == "1"
    again = run(content)
    assert not again["changed"] and again["notes"] == []


def test_the_way_back_leads_to_the_newer_file_of_the_vendor(overwritten):
    run({PATH: "kernel.a = 2\nkernel.b = 8192 131072 6291456\n"})
    run(state="absent")
    assert overwritten.text(PATH) == SHIPPED and overwritten.value("kernel.b").split() == ["4096", "131072", "6291456"]


@pytest.mark.parametrize("text, words", [
    ("kernel.a = 2\n", "no parameter of ours"),
    # By another form of the same value, and by the last of two lines.
    ("kernel.a = 0\nkernel.a = 0x2\n", "no parameter of ours"),
    ("", "kernel.a (was 2, is not set)"),
    ("kernel.* = 7\n", "kernel.a (was 2, is 7)"),
])
def test_what_the_other_file_changed(plain, text, words):
    run({PATH: "kernel.a = 2\n"})
    plain.file(PATH, text)
    (note,) = run({PATH: "kernel.a = 2\n"}, check_mode=True)["notes"]
    assert "That changed: %s. " % words in note


def test_a_replaced_file_of_many_parameters_is_told_in_one_sentence(plain):
    names = ["kernel.p%02d" % number for number in range(25)]
    for name in names:
        plain.parameter(name, "0")
    content = "".join("%s = 1\n" % name for name in names)
    run({PATH: content})
    plain.file(PATH, "# nothing\n")
    (note,) = run({PATH: content}, check_mode=True)["notes"]
    assert "kernel.p19 (was 1, is not set) and 5 more. " in note and "kernel.p20" not in note


# --- parameters that nobody knows ---

ASKED = "photon_hardening_overrides"


def required(name, **params):
    return run("%s = 1\n" % name, rules={name: {"required": ASKED}}, **params)


@pytest.fixture
def known(plain, monkeypatch):
    for name in ("vm.swappiness", "net.ipv4.conf.default.rp_filter", "net.ipv4.tcp_syncookies"):
        plain.parameter(name, "0")
    monkeypatch.setattr(kernel_parameters._procfs, "in_container", lambda: False)
    return plain


@pytest.mark.parametrize("name, words", [
    ("vm.swapiness", "did you mean vm.swappiness?"), ("foo.bar", "check the spelling"),
    ("net.ipv4.conf.eth7.rp_filtr", "did you mean net.ipv4.conf.default.rp_filter?"),
    ("net.ipv5.tcp_syncookies", "did you mean net.ipv4.tcp_syncookies?"),
    ("net.ipv4.tcp_nothing_like_it", "check the spelling"),
])
def test_a_required_parameter_that_nobody_knows_is_refused(known, name, words):
    before = known.tree()
    for check_mode in (True, False):
        with pytest.raises(Failed) as caught:
            required(name, check_mode=check_mode)
        assert str(caught.value) == "%s: %s: neither the catalogue nor this host knows this parameter: %s" % (ASKED, name, words)
        assert "parameters" not in caught.value.result
    assert known.tree() == before


@pytest.mark.parametrize("name, words", [("kernel.sysrk", "did you mean kernel.sysrq?"), ("vm.swapiness", "did you mean vm.swappiness?")])
def test_the_name_that_was_meant_may_be_one_that_this_kernel_lacks(known, name, words):
    with pytest.raises(Failed, match=words):
        run("%s = 1\n" % name, rules={name: {"required": ASKED, "meant": "kernel.sysrq"}})


@pytest.mark.parametrize("name, state", [
    ("vm.swappiness", "changed"), ("net.ipv4.conf.eth7.rp_filter", "unsupported"), ("sunrpc.tcp_slot_table_entries", "unsupported"),
    ("net.ipv6.conf.all.forwarding", "unsupported"),
])
def test_a_required_parameter_that_is_known_or_explained_is_not_refused(known, name, state):
    assert states(required(name))[name] == state


def test_where_the_kernel_is_not_the_hosts_own_a_required_parameter_may_be_missing(known, monkeypatch):
    monkeypatch.setattr(kernel_parameters._procfs, "in_container", lambda: True)
    assert states(required("kernel.gone")) == {"kernel.gone": "unsupported"}
    with pytest.raises(Failed):
        required("vm.swapiness")
    assert run(state="absent", rules={"vm.swapiness": {"required": ASKED}})["changed"]


def test_what_is_only_compared_is_never_unsupported(plain):
    result = run("kernel.a = 1\n", rules={"vm.c": {"report": "30"}, "kernel.gone": {"report": "1"}})
    assert states(result) == {"kernel.a": "changed", "vm.c": "ok"}
