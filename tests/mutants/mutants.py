# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cosmic Ray over the rooms: each has a session of its own, named by what its result depends on, and its own tests. See run.sh."""

import argparse
import ast
import concurrent.futures
import fnmatch
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from cosmic_ray.tools.filters.operators_filter import OperatorsFilter
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import TestOutcome, WorkerOutcome, WorkResult

ROOT = Path(__file__).parents[2]
OPERATORS = ROOT / "tests/mutants/operators.py"
EXPLAINED = ROOT / "tests/mutants/explained.txt"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
STATED = re.compile(r"The score is (\S+) % of (\S+) mutants")
LEAST = 90.0
# Of all rooms together one mutant in so many is tested: all of them would take a night.
SHARE = 10
WORKERS = 2
KEPT = 30 * 24 * 3600

ROOMS = ("plugins/module_utils/*.py", "plugins/plugin_utils/*.py", "plugins/plugin_utils/_formats/*.py", "plugins/action/*.py",
         "plugins/callback/*.py", "plugins/filter/*.py")
# Records decide nothing. The others are this machine's files and parameters: tests/vm and tests/molecule are their tests.
EXCLUDED = ("*/__init__.py", "*/_model.py", "*/_records.py", "*/_photon_model.py", "*/_procfs.py", "*/_host.py", "*/_traces.py",
            "*/_units.py", "*/_os_release.py", "*/_files.py", "*/_atomic.py", "*/_probe.py",
            "*/_lock.py", "*/_sysfs.py")

# Beside tests/unit/plugins/KIND/test_ROOM.py and test_ROOM_*.py: whose cases are in the tests of what they belong to.
FURTHER_TESTS = {
    "plugins/module_utils/_apply.py": ("modules/test_kernel_parameters.py", "modules/test_faults.py"),
    "plugins/module_utils/_baseline.py": ("modules/test_faults.py",),
    **{f"plugins/module_utils/_{room}.py": ("module_utils/test__plan.py", "module_utils/test_scenarios.py")
       for room in ("wants", "decide", "held", "leaving", "dropins", "kept", "restate")},
    "plugins/module_utils/_memory.py": ("module_utils/test_scenarios.py", "modules/test_faults.py"),
    "plugins/module_utils/_names.py": ("module_utils/test__sysctl_d.py",),
    "plugins/module_utils/_escape.py": ("module_utils/test__result.py",),
    "plugins/module_utils/_refusal.py": ("modules/test_faults.py",),
    "plugins/module_utils/_run.py": ("modules/test_kernel_parameters.py", "modules/test_faults.py"),
    "plugins/module_utils/_remember.py": ("module_utils/test_scenarios.py", "modules/test_faults.py"),
    "plugins/module_utils/_packet_filters.py": ("module_utils/test__uses.py",),
    "plugins/module_utils/_photon_host.py": ("modules/test_photon_upgrade_info.py",),
    **{f"plugins/module_utils/_photon_{room}.py": ("module_utils/test__photon_upgrade.py",) for room in ("packages", "state", "text")},
    "plugins/module_utils/_plan.py": ("module_utils/test_scenarios.py", "module_utils/test_conflicts.py"),
    "plugins/module_utils/_boot_order.py": ("module_utils/test_scenarios.py",),
    "plugins/module_utils/_sysctl_d.py": ("module_utils/test__boot_order.py", "module_utils/test_scenarios.py"),
    "plugins/module_utils/_tdnf.py": ("modules/test_tdnf.py",),
    "plugins/module_utils/_writes.py": ("module_utils/test_scenarios.py",),
    "plugins/plugin_utils/_columns.py": ("plugin_utils/test__merge.py",),
    **{f"plugins/plugin_utils/_formats/compare_{form}.py": ("plugin_utils/_formats/test_compare_forms.py",)
       for form in ("html", "json", "markdown", "text", "words")},
}

# One other operator for each is enough where the rest only make a TypeError. `is` in place of `==` is the same for what Python interns.
SENSELESS = (
    r"core/ReplaceBinaryOperator_(?!(Add_Sub|Sub_Add|Mul_Div|Div_Mul|FloorDiv_Mul|Mod_Mul|Pow_Mul|LShift_RShift|RShift_LShift"
    r"|BitOr_BitAnd|BitAnd_BitOr|BitXor_BitOr)$)",
    r"core/ReplaceComparisonOperator_(?!(Is_IsNot|IsNot_Is)$)(Is_|IsNot_|\w+_Is$|\w+_IsNot$)",
    r"core/ReplaceUnaryOperator_(?!Delete_|USub_UAdd)",
)


class Fault(Exception):
    """Why a room could not be judged."""


class Room(NamedTuple):
    path: str
    tests: tuple
    session: Path


class Survivor(NamedTuple):
    form: str
    diff: str


class Result(NamedTuple):
    room: Room
    total: int
    survivors: list
    killed: set


def tests_of(path):
    kind, stem = str(path.parent.relative_to("plugins")), path.stem
    folder = ROOT / "tests/unit/plugins"
    own = {folder / kind / f"test_{stem}.py", *folder.glob(f"{kind}/test_{stem}_*.py")}
    further = {folder / test for test in FURTHER_TESTS.get(str(path), ())}
    return tuple(sorted(str(test.relative_to(ROOT)) for test in own | further if test.exists()))


def key(paths):
    """What the room's result depends on: the room, its tests, what they share, and which mutants are made."""
    digest = hashlib.sha256(json.dumps(SENSELESS).encode())
    for path in ("requirements/mutants.txt", "tests/mutants/operators.py", *paths):
        digest.update(f"\0{path}\0".encode() + (ROOT / path).read_bytes())
    return digest.hexdigest()[:12]


def rooms(options):
    """Those that are asked for, with their sessions in the folder of results."""
    results, wanted = options.results, options.files
    paths = sorted({path.relative_to(ROOT) for pattern in ROOMS for path in ROOT.glob(pattern)})
    paths = [path for path in paths if not any(fnmatch.fnmatch(path, pattern) for pattern in EXCLUDED)]
    strange = set(wanted) - {str(path) for path in paths}
    if strange:
        raise Fault(f"no such room: {', '.join(sorted(strange))}")
    shared = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("tests/unit/**/conftest.py"))
    found = []
    for path in paths:
        tests = tests_of(path)
        name = f"{path.parent.name}-{path.stem}-{key([str(path), *tests, *shared])}-{options.share}.sqlite"
        if not wanted or str(path) in wanted:
            found.append(Room(str(path), tests, results / name))
    return found


def command(room):
    if not room.tests:
        return ["true"]
    # Half of a second for each mutant is worth a question: to load Hypothesis takes longer than the tests.
    used = any("hypothesis" in (ROOT / test).read_text() for test in room.tests)
    hypothesis = ("--hypothesis-seed=0",) if used else ("-p", "no:hypothesispytest")
    return [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", *hypothesis, *room.tests]


def copy_checkout(tree):
    """What a commit would hold, where Python finds it as photon.hardening."""
    checkout = tree / "ansible_collections/photon/hardening"
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            check=True, stdout=subprocess.PIPE, text=True)
    for name in sorted(set(listed.stdout.split("\0")) - {""}):
        if os.path.lexists(ROOT / name):
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, checkout / name, follow_symlinks=False)
    # By hash: a mutant may have its original's size and second, and Python would take the wrong bytecode.
    subprocess.run([sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "checked-hash", checkout / "plugins"], check=True)
    return checkout


def environment(tree, **more):
    return {**os.environ, "PYTHONPATH": str(tree), **more}


def time_unmutated(room, checkout, tree):
    """Seconds that the tests take; bytecode of the tests themselves is written on the way."""
    start = time.monotonic()
    done = subprocess.run(command(room), cwd=checkout, env=environment(tree, PYTHONDONTWRITEBYTECODE=""),
                          stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise Fault(f"{room.path}: its tests fail without a mutant\n{done.stdout}")
    return time.monotonic() - start


def configure(room, checkout, seconds):
    config = checkout / "cosmic-ray.toml"
    # TOML reads what JSON writes for strings and lists of them.
    config.write_text("\n".join([
        "[cosmic-ray]",
        f"module-path = {json.dumps(room.path)}",
        f"timeout = {10 + 5 * seconds:.0f}",
        f"test-command = {json.dumps(shlex.join(command(room)))}",
        "excluded-modules = []",
        "[cosmic-ray.distributor]",
        'name = "local"',
        "[cosmic-ray.filters.operators-filter]",
        f"exclude-operators = {json.dumps(SENSELESS)}",
        "",
    ]))
    return str(config)


def cosmic_ray(checkout, tree, *arguments):
    subprocess.run([sys.executable, OPERATORS, *arguments], cwd=checkout, env=environment(tree), check=True)


def in_sample(item, share):
    """Whether a mutant is one of those that are tested; the same ones in every run."""
    (mutation,) = item.mutations
    named = f"{mutation.module_path} {mutation.operator_name} {mutation.operator_args} {mutation.occurrence}"
    return int(hashlib.sha256(named.encode()).hexdigest(), 16) % share == 0


def start_session(room, checkout, tree, config, share):
    """Complete or not there at all: an interrupted start leaves nothing."""
    new = checkout / room.session.name
    cosmic_ray(checkout, tree, "init", config, str(new))
    with use_db(str(new), WorkDB.Mode.open) as work:
        OperatorsFilter().filter(work, argparse.Namespace(config=config))
        left_out = WorkResult(worker_outcome=WorkerOutcome.SKIPPED, output="not in the sample")
        work.set_multiple_results([item.job_id for item in work.pending_work_items if not in_sample(item, share)], left_out)
    new.rename(room.session)


def pending(room):
    with use_db(str(room.session), WorkDB.Mode.open) as work:
        return len(list(work.pending_work_items))


def examine(room, work, share):
    """Tests each mutant of the room that has no result yet, in a copy of the checkout that is thrown away."""
    if room.session.exists() and not pending(room):
        # Still of use, see forget().
        room.session.touch()
        return
    tree = work / room.session.stem
    start = time.monotonic()
    checkout = copy_checkout(tree)
    config = configure(room, checkout, time_unmutated(room, checkout, tree))
    if not room.session.exists():
        start_session(room, checkout, tree, config, share)
    say(f"{room.path}: {pending(room)} mutants against {' '.join(room.tests) or 'no tests'}")
    cosmic_ray(checkout, tree, "exec", config, str(room.session))
    say(f"{room.path}: took {time.monotonic() - start:.0f} s")
    shutil.rmtree(tree)


def say(text):
    print(f"==> {text}", file=sys.stderr, flush=True)


def test(options):
    """The large rooms first, so that none of them is left alone on one core."""
    forget(options.results)
    found = sorted(rooms(options), key=lambda room: -(ROOT / room.path).stat().st_size)
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        try:
            faults = [fault for fault in pool.map(lambda room: fault_of(room, options.work, options.share), found) if fault]
        finally:
            # An interrupt ends what runs, and must not begin the next rooms.
            pool.shutdown(cancel_futures=True)
    for fault in faults:
        say(fault)
    return not faults


def forget(results):
    """Drop what no run has asked for in a while. Other branches share the folder, so what this one does not need may be theirs."""
    for session in results.glob("*.sqlite"):
        if time.time() - session.stat().st_mtime > KEPT:
            session.unlink()


def fault_of(room, work, share):
    """One room that cannot be judged does not keep the others from it."""
    try:
        examine(room, work, share)
    except (Fault, subprocess.CalledProcessError, OSError) as fault:
        return str(fault)
    return None


def form(definition, diff):
    """What a mutant changes, in words that stay when lines above it come and go."""
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++", "@@"))]
    changed = [" ".join(" ".join(line[1:] for line in lines if line.startswith(sign)).split()) for sign in "-+"]
    return f"{definition or 'module'}: {' => '.join(changed)}"


def result(room):
    if not room.session.exists() or pending(room):
        raise Fault(f"{room.path}: not tested to the end")
    total, survivors, killed = 0, [], set()
    with use_db(str(room.session), WorkDB.Mode.open) as work:
        outcomes = dict(work.results)
        for item in work.work_items:
            outcome, (mutation,) = outcomes[item.job_id], item.mutations
            if outcome.worker_outcome == WorkerOutcome.EXCEPTION:
                raise Fault(f"{room.path}: {outcome.output}")
            if outcome.worker_outcome == WorkerOutcome.NORMAL:
                total += 1
                found = f"{room.path}: {form(mutation.definition_name, outcome.diff)}"
                if outcome.test_outcome == TestOutcome.SURVIVED:
                    survivors.append(Survivor(found, outcome.diff))
                else:
                    killed.add(found)
    return Result(room, total, survivors, killed)


def results_of(found):
    """The results, and the faults of the rooms that have none."""
    results, faults = [], []
    for room in found:
        try:
            results.append(result(room))
        except Fault as fault:
            faults.append(str(fault))
    return results, faults


def explanations():
    """The mutants of explained.txt, each with its reason."""
    found = {}
    for line in EXPLAINED.read_text().splitlines():
        if line and not line.startswith("#"):
            mutant, dashes, reason = line.rpartition(" -- ")
            if not (dashes and mutant and reason):
                raise Fault(f"{EXPLAINED.name}: no reason after ' -- ': {line}")
            found[mutant] = reason
    return found


def is_of_source(mutant):
    """Whether the room of an explained mutant has a function with the line that it changes."""
    path, definition, change = mutant.split(": ", 2)
    text = (ROOT / path).read_text() if (ROOT / path).exists() else ""
    sources = [ast.get_source_segment(text, node) for node in ast.walk(ast.parse(text)) if getattr(node, "name", "") == definition]
    return any(change.partition(" => ")[0] in " ".join(source.split()) for source in ([text] if definition == "module" else sources))


def stale(explained, found, share):
    """Those of the EXPLAINED mutants that do not survive: the line is gone or in another room, or a test notices. Of a sample nobody knows
    that of all."""
    survivors = {survivor.form for tested in found for survivor in tested.survivors}
    killed = {tested.room.path: tested.killed for tested in found}
    for mutant in sorted(set(explained) - survivors):
        path = mutant.partition(": ")[0]
        if path in killed and (share == 1 or mutant in killed[path]) or not is_of_source(mutant):
            yield mutant


def percent(part, whole):
    """Rounded down: 89.99 is not 90."""
    return part * 1000 // whole / 10 if whole else 100.0


def row(name, total, survived, explained):
    score = percent(total - survived + explained, total)
    return f"{score:6.1f} %  {total:5d} mutants  {survived:4d} survived  {explained:4d} explained  {name}"


def report(options):
    found, faults = results_of(rooms(options))
    explained = explanations()
    survivors = [survivor for tested in found for survivor in tested.survivors]
    for survivor in survivors:
        if survivor.form not in explained:
            print(survivor.form, *survivor.diff.splitlines()[3:], "", sep="\n")
    faults += [f"{EXPLAINED.name}: no such survivor: {mutant}" for mutant in stale(explained, found, options.share)]
    score, total = table(found, explained)
    if score < LEAST:
        faults.append(f"{score} % is under {LEAST} %")
    if not options.files:
        faults += state(score, total, options.write and not faults)
    sys.stdout.flush()
    for fault in faults:
        print(f"ERROR: {fault}", file=sys.stderr)
    return not faults


def table(found, explained):
    counts = [(tested.total, len(tested.survivors), sum(survivor.form in explained for survivor in tested.survivors)) for tested in found]
    for tested, numbers in zip(found, counts, strict=True):
        print(row(tested.room.path, *numbers))
    total, survived, known = (sum(column) for column in zip((0, 0, 0), *counts, strict=True))
    print(row("in total", total, survived, known))
    return percent(total - survived + known, total), total


def state(score, total, write):
    """The faults of the score in CONTRIBUTING.md, which may be lower than what is found but not higher."""
    text = CONTRIBUTING.read_text()
    if write:
        text = STATED.sub(f"The score is {score} % of {total:,} mutants", text)
        CONTRIBUTING.write_text(text)
    stated = STATED.search(text)
    if stated is None:
        return [f"{CONTRIBUTING.name} states no score"]
    try:
        enough = float(stated[1]) <= score
    except ValueError:
        enough = False
    return [] if enough else [f"{CONTRIBUTING.name} states {stated[1]} %, it is {score} %: --write puts it there"]


def main():
    parser = argparse.ArgumentParser(prog="run.sh")
    parser.add_argument("step", choices=("test", "report"))
    parser.add_argument("results", type=Path)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--write", action="store_true", help="put the score into CONTRIBUTING.md")
    parser.add_argument("--all", action="store_true", help=f"every mutant; else of all rooms together one in {SHARE}")
    parser.add_argument("files", nargs="*", help="only these rooms, with every mutant")
    options = parser.parse_intermixed_args()
    options.share = 1 if options.all or options.files else SHARE
    try:
        passed = {"test": test, "report": report}[options.step](options)
    except Fault as fault:
        sys.exit(f"ERROR: {fault}")
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
