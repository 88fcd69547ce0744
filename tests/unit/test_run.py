# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the scripts of tests/ count: what ran nothing has not passed."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parents[2]
SKIPPED = 77
SOURCE = 'source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"\n'
FAKES = {"mitogen.sh": "skip nothing here", "units.sh": "use_venv \"$1\"", "molecule.sh": "attempt skip one; echo two; end_of_attempts",
         "bench.sh": "exit 3", "collections.sh": "attempt false; echo unreached"}


@pytest.fixture
def run(tmp_path):
    """run(SCRIPT, ARGUMENT...): the status of a script of tests/, and what it printed, where parts are FAKES and no Python is found."""
    for name in ("tests/lib.sh", "tests/run.sh", "tests/core.sh", "tests/gates.sh", "tests/venv.sh", "tools/say.sh", "requirements"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, tmp_path / name)
    for name, text in FAKES.items():
        (tmp_path / "tests" / name).write_text(SOURCE + text + "\n", encoding="utf-8")

    def ran(script, *args, **more):
        folders = {"PHOTON_HARDENING_CACHE": str(tmp_path / "cache"), "PYENV_ROOT": str(tmp_path), "PATH": fakes(tmp_path)}
        environment = {**{name: value for name, value in os.environ.items() if name != "CI"}, **folders, **more}
        done = subprocess.run(["bash", str(tmp_path / "tests" / script), *args], env=environment, check=False, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        return done.returncode, done.stdout
    return ran


def fakes(folder):
    """A PATH with what the scripts need, and no Python."""
    programs = folder / "bin"
    if not programs.exists():
        programs.mkdir()
        for name in ("bash", "basename", "cat", "cut", "dirname", "echo", "flock", "mkdir", "mktemp", "rm", "sed", "sha256sum", "sort",
                     "touch", "wc", "xargs"):
            (programs / name).symlink_to(shutil.which(name))
    return str(programs)


@pytest.mark.parametrize("parts, status, words", [
    (["mitogen"], SKIPPED, "parts: 0 passed, 1 skipped: mitogen, 0 failed"),
    (["molecule"], SKIPPED, "two\n"), (["molecule"], SKIPPED, "parts: 0 passed, 1 skipped: molecule, 0 failed"),
    (["core-2.18"], SKIPPED, "SKIP: the venv 2.18 needs one of these Pythons, and there is none here: 3.13 3.12 3.11\n"),
    (["core-2.16"], SKIPPED, "none here: 3.11 3.12 3.10\n"), (["core-2.21"], SKIPPED, "none here: 3.14 3.13 3.12\n"),
    (["mitogen", "bench"], 1, "parts: 0 passed, 1 skipped: mitogen, 1 failed: bench\n"),
    (["core-9"], 1, "ERROR: there is no part core-9, only: bench "), (["mitogen", "2.19"], 1, "ERROR: there is no part 2.19, only: "),
    ([], 1, "ERROR: name a part: bench "), (["core-"], 1, "ERROR: there is no part core-, only: "),
])
def test_what_ran_nothing_has_not_passed(run, parts, status, words):
    code, output = run("run.sh", *parts)
    assert code == status and words in output, output
    # All names are looked at first.
    assert "==>" not in output or not words.startswith("ERROR")


def test_a_skip_beside_what_has_passed_is_counted_apart(run, tmp_path):
    (tmp_path / "tests" / "bench.sh").write_text("true", encoding="utf-8")
    code, output = run("run.sh", "bench", "mitogen")
    assert (code, output.splitlines()[-1]) == (0, "parts: 1 passed, 1 skipped: mitogen, 0 failed")


@pytest.mark.parametrize("part", ["mitogen", "molecule", "core-2.20"])
def test_in_ci_a_skip_is_a_failure(run, part):
    code, output = run("run.sh", part, CI="true")
    assert code == 1 and "(CI=true: a skip is a failure)" in output and "0 skipped, 1 failed: " + part in output


@pytest.mark.parametrize("gate, status, words", [
    ("shel", 1, "ERROR: there is no gate shel, only: sanity_CORE "), ("sanity_9", 1, "ERROR: there is no venv 9\n"),
    ("sanity_9", 1, "gates: 0 passed, 0 skipped, 1 failed: sanity_9\n"),
    ("python", SKIPPED, "gates: 0 passed, 1 skipped: python, 0 failed\n"),
    ("sanity_2.16", SKIPPED, "gates: 0 passed, 1 skipped: sanity_2.16, 0 failed\n"),
])
def test_a_gate_that_ran_nothing_has_not_passed(run, tmp_path, gate, status, words):
    gates = tmp_path / "tests" / "gates.sh"
    # The clone is not what is looked at here, nor what shellcheck is installed by.
    text = gates.read_text(encoding="utf-8")
    gates.write_text(re.sub(r"^(run_gate\(\))", r"clone_checkout() { :; }\nneed() { :; }\n\1", text, flags=re.M), encoding="utf-8")
    code, output = run("gates.sh", gate)
    assert code == status and words in output, output


def test_a_failure_among_attempts_ends_the_script(run):
    assert run("collections.sh") == (1, "")


@pytest.mark.parametrize("name", ["9", "2.1", "test", "../run"])
def test_a_venv_that_does_not_exist(run, name):
    assert run("venv.sh", name) == (1, "ERROR: there is no venv %s\n" % name)


@pytest.mark.parametrize("name, core", [("oldest", "2.16"), ("newest", "2.21")])
def test_the_names_of_the_oldest_and_the_newest_core(name, core):
    found = re.findall(r"^ansible-core==([0-9]+\.[0-9]+)", (ROOT / "requirements" / (name + ".txt")).read_text(encoding="utf-8"), re.M)
    assert found[0] == core
