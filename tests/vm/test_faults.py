"""Faults on a real kernel and real file systems: full, read-only, killed, two at once. After each everything is old or new, and whole."""

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

KILL_SCRIPT = Path(__file__).parent / "kill.py"
DROPINS, STATE = "/etc/sysctl.d", "/var/lib/photon-hardening"
FILLER = "/filler"
# Another specification than the default: both drop-ins and several live values differ.
OTHER = {"kernel.panic": "20", "vm.swappiness": "50", "kernel.yama.ptrace_scope": "2", "kernel.kptr_restrict": "1"}
KILLS = 10

FULL = f"""
set -e
rm -rf /mnt/* && cp -a FOLDER/. /mnt
mount -t tmpfs -o size=64k,mode=$(stat -c %a FOLDER) tmpfs FOLDER
cp -a /mnt/. FOLDER
! head -c 1M /dev/zero >FOLDER{FILLER}
"""
READ_ONLY = "set -e; mount --bind FOLDER FOLDER; mount -o remount,bind,ro FOLDER"


def harden(vm, *arguments, **variables):
    return vm.play("harden.yml", *arguments, **variables)


@pytest.fixture(scope="module")
def fresh(vm):
    return vm.see()


@pytest.fixture(scope="module")
def hardened(vm, fresh):
    assert harden(vm).code == 0
    return vm.see()


@contextmanager
def mounted(vm, folder, mount):
    vm.ssh("bash -s", stdin=mount.replace("FOLDER", folder))
    try:
        yield
    finally:
        vm.ssh(f"umount {folder}")


@contextmanager
def locked(vm):
    """The lock of the host held by a shell."""
    vm.ssh(f"touch /run/hold; systemd-run --quiet flock {STATE} sh -c 'while test -e /run/hold; do sleep 0.2; done'")
    try:
        yield
    finally:
        vm.ssh("rm /run/hold")


def differences(seen, expected):
    """What differs in values and files; the filler of a full disk is ours."""
    now, then = {**seen.values, **seen.files}, {**expected.values, **expected.files}
    return {name: (then.get(name), now.get(name)) for name in now.keys() | then.keys()
            if now.get(name) != then.get(name) and not name.endswith(FILLER)}


@pytest.mark.parametrize(("folder", "mount", "problem"), [
    (DROPINS, FULL, f"[Errno 28] No space left on device: '{DROPINS}/50-security-hardening.conf'"),
    (STATE, FULL, f"[Errno 28] No space left on device: '{STATE}/baseline.json'"),
    (DROPINS, READ_ONLY, f"[Errno 30] Read-only file system: '{DROPINS}/50-security-hardening.conf'"),
    (STATE, READ_ONLY, f"[Errno 30] Read-only file system: '{STATE}/baseline.json'"),
], ids=["dropins-full", "state-full", "dropins-read-only", "state-read-only"])
def test_what_cannot_be_written_is_named_and_nothing_changes(vm, hardened, folder, mount, problem):
    with mounted(vm, folder, mount):
        outcome = harden(vm, photon_hardening_overrides=OTHER)
        assert differences(vm.see(), hardened) == {}
        nothing_to_write = harden(vm)
    assert outcome.code == 2 and outcome.shard["failed"] and not outcome.shard["changed"]
    assert f"{problem}. Every value and file is as before." in outcome.shard["msg"]
    assert nothing_to_write.code == 0 and not nothing_to_write.shard["changed"]
    assert differences(vm.see(), hardened) == {}


def test_a_run_waits_for_the_one_before_it(vm, hardened):
    """Two at once, and both first wait for a third: whichever comes second finds nothing left to do."""
    with ThreadPoolExecutor() as pool:
        with locked(vm):
            runs = [pool.submit(harden, vm, photon_hardening_overrides=OTHER) for _number in range(2)]
            time.sleep(10)
            assert not any(run.done() for run in runs)
        outcomes = [run.result() for run in runs]
    assert [outcome.code for outcome in outcomes] == [0, 0]
    assert sorted(outcome.shard["changed"] for outcome in outcomes) == [False, True]
    assert harden(vm).code == 0
    assert differences(vm.see(), hardened) == {}


def test_a_lock_that_is_never_released_is_an_error_and_stops_no_check(vm, hardened):
    with ThreadPoolExecutor() as pool, locked(vm):
        run = pool.submit(harden, vm, photon_hardening_overrides=OTHER)
        checks = [vm.preview(), vm.play("audit.yml")]
        assert not run.done()
        outcome = run.result()
    assert [(check.code, check.shard["changed"]) for check in checks] == [(0, True), (0, False)]
    message = rf"another run has held {STATE} for 60 seconds \(process \d+: .*flock .*\): wait for it to end, then run again"
    assert outcome.code == 2 and re.fullmatch(message, outcome.shard["msg"])
    assert differences(vm.see(), hardened) == {}


def test_after_kills_everything_is_old_or_new_and_the_next_run_converges(vm, hardened):
    """The module as Ansible sends it, with both specifications in turn, killed at another moment each time."""
    vm.ssh("rm -rf .ansible/tmp")
    both = []
    for overrides in (OTHER, {}):
        assert harden(vm, environment={"ANSIBLE_KEEP_REMOTE_FILES": "True"}, photon_hardening_overrides=overrides).code == 0
        seen = vm.see()
        hashes = {path: look.rsplit(" ", 1)[1] for path, look in seen.files.items() if path.startswith(DROPINS + "/") and look[0] == "-"}
        both.append({**hashes, **{name: seen.values[name] for name in OTHER}})
    programs = vm.ssh("ls -tr .ansible/tmp/*/AnsiballZ_kernel_parameters.py").split()
    kills = json.loads(vm.ssh(f"python3 - {KILLS} {','.join(OTHER)} {' '.join(programs)}", stdin=KILL_SCRIPT.read_text(encoding="utf-8")))
    amidst = 0
    for kill in kills:
        found = {**kill["files"], **kill["values"]}
        temporary = {path for path in found if path.endswith(".photon-hardening")}
        assert found.keys() - temporary == both[0].keys() | {f"{STATE}/baseline.json"}
        like = [{name for name in state if found[name] == state[name]} for state in both]
        assert like[0] | like[1] == both[0].keys()
        print(kill["killed"], sorted(temporary), sorted(like[0] - like[1]), sorted(like[1] - like[0]))
        amidst += bool(temporary or like[0] - like[1] and like[1] - like[0])
    assert len(programs) == 2 and sum(kill["killed"] for kill in kills) > KILLS // 2 and amidst
    assert harden(vm).code == 0
    assert differences(vm.see(), hardened) == {}


def test_rollback_after_all_that(vm, fresh, hardened):
    assert vm.play("rollback.yml").code == 0
    assert differences(vm.see(), fresh) == {}
