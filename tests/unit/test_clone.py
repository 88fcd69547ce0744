# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plain clone has no link to a folder. The command typed in playbooks/ finds the collection after make or an installation."""

import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile

import pytest

ROOT = pathlib.Path(__file__).parents[2]

# Where the developer's own settings would lend the collection.
LENT = {"PYTHONPATH", "ANSIBLE_COLLECTIONS_PATH", "ANSIBLE_HOME"}


def run(command, cwd, home, **how):
    environment = {name: value for name, value in os.environ.items() if name not in LENT and not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(command, cwd=cwd, check=False, capture_output=True, text=True, errors="surrogateescape",
                          env={**environment, "HOME": str(home)}, **how)


def test_no_link_is_tracked(copy_tracked, tracked, tmp_path):
    copy_tracked(tmp_path)
    assert not [name for name in tracked if stat.S_ISLNK((tmp_path / name).lstat().st_mode)]


@pytest.mark.parametrize("before, found", [
    (["true"], False), (["make", "help"], True), (["ansible-galaxy", "collection", "install", "."], True),
])
def test_the_command_typed_in_playbooks(copy_tracked, tmp_path, before, found):
    clone = copy_tracked(tmp_path / "any name")
    assert run(before, clone, tmp_path).returncode == 0
    checked = run(["ansible-playbook", "-i", "inventory", "--syntax-check", "harden.yml"], clone / "playbooks", tmp_path)
    assert (checked.returncode == 0) is found, checked.stderr


def with_scripts(clone):
    """CLONE with tools/venv.sh and nothing else."""
    (clone / "tools").mkdir(parents=True)
    for script in ("venv.sh", "say.sh"):
        shutil.copy(ROOT / "tools" / script, clone / "tools")
    return clone


def made_in(folder, name):
    """What comes of tools/venv.sh in a clone of this NAME that has nothing else."""
    return run(["tools/venv.sh"], with_scripts(folder / name), folder)


@pytest.mark.parametrize("name, named", [
    ("a $HOME clone", "$"), ('say "hi"', '"'), ("`id`", "`"), ("a:b", ":"), ("[1]", "["), ("a\\\\b", "\\\\"),
    ("{{ 1 }}", "{{"), ("{% x", "{%"), ("{#", "{#"),
    ("a\nb", "a line end"), (os.fsdecode(b"a\xe9"), "what is not text in UTF-8"), ('"$x: {{', '" $ : {{'),
])
def test_a_folder_in_which_ansible_could_not_work(tmp_path, name, named):
    clone, refused = tmp_path / name, made_in(tmp_path, name)
    words = "Ansible cannot work in a folder with this in its path: %s. Give the folder another name" % named
    assert refused.stderr == "ERROR: %s: %s\n" % (clone, words)
    assert refused.returncode == 1 and not (clone / ".venv").exists()


@pytest.mark.parametrize("name", ["a clone", "a\\b", "it's & (ü), #1; 100% {x} <y> ~"])
def test_a_folder_in_which_it_can(tmp_path, name):
    # It gets as far as its list of what to install.
    assert "requirements/run.txt" in made_in(tmp_path, name).stderr


@pytest.mark.parametrize("runs, told", [
    ("echo Python 3.13.0; exit 1", "Python 3.13.0"), ("echo 'cannot start' >&2; exit 1", "cannot start"),
    ("exec %s -c 'import sys; sys.version_info = (3, 6); sys.version = \"3.6.8 (default)\"; exec(sys.argv[1])' \"$2\"" % sys.executable,
     "Python 3.6.8"),
])
def test_why_no_python_will_do_is_what_it_says_itself(tmp_path, runs, told):
    clone, programs = with_scripts(tmp_path / "clone"), tmp_path / "bin"
    shutil.copytree(ROOT / "requirements", clone / "requirements")
    programs.mkdir()
    for name in ("python3", "python3.10", "python3.11", "python3.12", "python3.13", "python3.14"):
        (programs / name).write_text("#!/bin/sh\n%s\n" % runs, encoding="utf-8")
        (programs / name).chmod(0o755)
    refused = run(["env", "PATH=%s:%s" % (programs, os.environ["PATH"]), "tools/venv.sh"], clone, tmp_path)
    assert refused.returncode == 1 and refused.stderr == (
        "ERROR: no Python >= 3.10 on PATH runs (of python3: %s). Install one beside it, e.g. dnf install python3.12\n" % told)


@pytest.fixture
def clone_of_another(copy_tracked):
    """(a clone in which somebody cannot write, who that is to subprocess.run). The folders above those of pytest are root's alone."""
    with tempfile.TemporaryDirectory() as folder:
        clone = copy_tracked(pathlib.Path(folder, "clone"))
        for path in (clone.parent, clone, clone / "playbooks"):
            path.chmod(0o555)
        yield clone, {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        for path in (clone.parent, clone, clone / "playbooks"):
            path.chmod(0o755)


def test_who_cannot_write_in_a_clone_is_told_so_where_that_is_needed(clone_of_another):
    clone, who = clone_of_another
    helped = run(["make", "help"], clone, clone, **who)
    assert (helped.returncode, helped.stderr) == (0, "") and "make TARGET" in helped.stdout
    refused = run(["make", "report"], clone, clone, **who)
    assert refused.returncode == 2 and not (clone / ".venv").exists()
    assert refused.stderr.splitlines()[0] == ("ERROR: %s: this user cannot write here, and .venv is not ready: use a clone of your own, or "
                                              "have its owner run the same" % clone)


def test_the_link_leads_an_installation_into_no_circle(copy_tracked, tmp_path):
    clone = copy_tracked(tmp_path / "clone")
    run(["make", "help"], clone, tmp_path)
    assert run(["ansible-galaxy", "collection", "install", "."], clone, tmp_path).returncode == 0
    installed = tmp_path / ".ansible" / "collections" / "ansible_collections" / "photon" / "hardening"
    assert not (installed / "playbooks" / "collections").exists()


def test_an_installed_collection_knows_the_playbooks_of_a_clone(copy_tracked, tmp_path):
    clone = copy_tracked(tmp_path / "clone")
    run(["ansible-galaxy", "collection", "install", "."], clone, tmp_path)
    mistyped = run(["ansible-playbook", "-i", "inventory", "report.yml", "-t", "reprot"], clone / "playbooks", tmp_path)
    assert mistyped.returncode != 0 and "--tags: no task of this playbook has the tag reprot" in mistyped.stderr.replace("\n", " ")
    made = run(["ansible-playbook", "-i", "inventory", "report.yml", "-e", "report_cached_facts=true"], clone / "playbooks", tmp_path)
    assert made.returncode == 0, made.stdout
    assert (clone / "reports").is_dir() and not (clone / "playbooks" / "reports").exists()
