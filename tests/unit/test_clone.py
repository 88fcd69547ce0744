# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plain clone has no link to a folder. The command typed in playbooks/ finds the collection after make or an installation."""

import os
import pathlib
import shutil
import stat
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parents[2]

# Where the developer's own settings would lend the collection.
LENT = {"PYTHONPATH", "ANSIBLE_COLLECTIONS_PATH", "ANSIBLE_HOME"}


def run(command, cwd, home):
    environment = {name: value for name, value in os.environ.items() if name not in LENT and not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(command, cwd=cwd, check=False, capture_output=True, text=True, errors="surrogateescape",
                          env={**environment, "HOME": str(home)})


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


def made_in(folder, name):
    """What comes of tools/venv.sh in a clone of this NAME that has nothing else."""
    tools = folder / name / "tools"
    tools.mkdir(parents=True)
    for script in ("venv.sh", "say.sh"):
        shutil.copy(ROOT / "tools" / script, tools)
    return run(["tools/venv.sh"], tools.parent, folder)


@pytest.mark.parametrize("name, named", [
    ("a $HOME clone", "$"), ('say "hi"', '"'), ("`id`", "`"), ("a:b", ":"), ("[1]", "["), ("a\\\\b", "\\\\"),
    ("{{ 1 }}", "{{"), ("{% x", "{%"), ("{#", "{#"),
    ("a\nb", "a line end"), (os.fsdecode(b"a\xe9"), "what is no text in UTF-8"), ('"$x: {{', '" $ : {{'),
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
