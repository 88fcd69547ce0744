# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Relative paths are below the folder in which make was typed."""

import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["clone", "a clone"])
@pytest.mark.parametrize("command, typed_in", [
    ('cd "$CALLER" && make -C "$CLONE" audit', "caller"), ('cd "$CALLER" && make -s --directory="$CLONE" audit', "caller"),
    ('cd "$CALLER" && make audit -sC "$CLONE"', "caller"), ('(cd "$CALLER" && make -C "$CLONE" audit; true)', "caller"),
    ('cd "$CLONE" && make audit', "clone"),
    # What they leave of PWD is the folder before.
    ('cd "$CALLER" && env -C "$CLONE" make audit', "clone"), ('cd "$CLONE" && PWD=/ make audit', "clone"),
    ('cd "$CLONE" && env -u PWD make audit ARGS=-C', "clone"),
])
def test_the_folder_in_which_make_was_typed(tmp_path, name, command, typed_in):
    assert "<%s>" % {"caller": tmp_path / "the caller", "clone": tmp_path / name}[typed_in] in typed(tmp_path, name, command).stdout


def typed(folder, name, command):
    """What a COMMAND makes of a clone in FOLDER called NAME whose playbooks are not run."""
    caller, clone = folder / "the caller", folder / name
    caller.mkdir()
    (clone / "tools").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", clone)
    shutil.copy(ROOT / "tools" / "near.awk", clone / "tools")
    play = clone / "tools" / "play.sh"
    play.write_text("#!/bin/sh\nprintf '<%s>' \"$CALLED_FROM\" \"${INVENTORY-none}\" \"${LIMIT-none}\"\n", encoding="utf-8")
    play.chmod(0o755)
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(["bash", "-c", command], check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env=dict(environment, CALLER=str(caller), CLONE=str(clone)))


@pytest.mark.parametrize("command, inventory, limit", [
    # A variable that is exported empty would be refused by a make below this one.
    ('make -C "$CLONE" audit', "none", "none"), ('make -C "$CLONE" audit INVENTORY=hosts', "hosts", "none"),
    ('LIMIT=web make -C "$CLONE" audit', "none", "web"), ('LIMIT=web make -C "$CLONE" audit INVENTORY="my hosts"', "my hosts", "web"),
])
def test_what_was_given_is_handed_on_and_nothing_else(tmp_path, command, inventory, limit):
    assert "<%s><%s>" % (inventory, limit) in typed(tmp_path, "clone", command).stdout


@pytest.mark.parametrize("command, words", [
    ('make -C "$CLONE" harden INVENTROY=hosts', "INVENTROY: make does not know a variable of this name. It knows INVENTORY "),
    ('make -C "$CLONE" harden ARG=--check LIMIT=web', "ARG: make does not know"),
    ('make -C "$CLONE" harden check', "check: there is no target of this name: see make help."),
    ('INVENTRY=hosts make -C "$CLONE" harden', "INVENTRY: make does not know a variable of this name. It knows INVENTORY "),
    *[('%s=--check make -C "$CLONE" harden' % name, name + ": make does not know a variable of this name. It knows INVENTORY ")
      for name in ("ARG", "AGRS", "args", "LMIT", "LIMITS", "INVNTORY", "IVENTORY", "INVETNORY", "INVENTORIES", "inventory")],
    *[('make -C "$CLONE" %s' % said, "--check: make takes it for an option of its own: write ARGS=--check.")
      for said in ("harden --check", "rollback LIMIT=web --check", "--check -s upgrade", "harden -sL")],
    ('make -C "$CLONE" test-core', "CORE: name the ansible-core to test on, such as CORE=2.18."),
    ('make -C "$CLONE" harden INVENTORY=$UNSET', "INVENTORY: it is empty: give it a value, or leave it out."),
    ('INVENTORY= make -C "$CLONE" harden', "INVENTORY: it is empty"), ('make -C "$CLONE" harden LIMIT=" "', "LIMIT: it is empty"),
    ('cd "$CALLER" && make -f "$CLONE/Makefile" harden', "this is not the folder of the Makefile: go there, or name it with make -C."),
])
def test_a_mistyped_name_ends_make_before_anything_is_done(tmp_path, command, words):
    done = typed(tmp_path, "a clone", command)
    assert done.returncode == 2 and words in done.stdout and "<" not in done.stdout
    assert list((tmp_path / "the caller").iterdir()) == [] and not (tmp_path / "a clone" / "playbooks").exists()


@pytest.mark.parametrize("command", [
    *['%s=x make -C "$CLONE" audit' % name for name in (
        "INVENTORY_FILE", "INVENTORY_ID", "LIMIT_NOFILE", "INVESTMENT", "INVENTREE_DB", "ULIMIT", "MY_INVENTORY")],
    'INVENTRY=hosts make -C "$CLONE" help', 'ARGV=1 make -C "$CLONE" help',
])
def test_variables_of_others_are_passed_over(tmp_path, command):
    assert typed(tmp_path, "clone", command).returncode == 0


@pytest.mark.parametrize("playbook, inventory, refused", [
    ("audit.yml", "", True), ("harden.yml", "", True), ("harden.yml", "hosts", False), ("report.yml", "", False),
])
def test_who_may_not_become_root_is_told_first(tmp_path, playbook, inventory, refused):
    programs, tools = tmp_path / "bin", tmp_path / "tools"
    for folder in (programs, tools):
        folder.mkdir()
    shutil.copy(ROOT / "tools" / "play.sh", tools)
    for path, text in ((programs / "id", "echo 1000"), (tools / "venv.sh", "echo goes on; exit 1")):
        path.write_text("#!/bin/sh\n%s\n" % text, encoding="utf-8")
        path.chmod(0o755)
    (programs / "dirname").symlink_to(shutil.which("dirname"))
    done = subprocess.run([shutil.which("bash"), tools / "play.sh", playbook], env={"PATH": str(programs), "INVENTORY": inventory},
                          check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 1 and ("there is no sudo here" in done.stdout, "goes on" in done.stdout) == (refused, not refused)


@pytest.mark.parametrize("given, used", [("C", "C.UTF-8"), ("xx_XX.UTF-8", "C.UTF-8"), ("C.UTF-8", "C.UTF-8"), (None, "C.UTF-8")])
def test_a_locale_that_ansible_would_refuse(tmp_path, given, used):
    (tmp_path / "tools").mkdir()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    shutil.copy(ROOT / "tools" / "play.sh", tmp_path / "tools")
    for path, text in ((tmp_path / "tools" / "venv.sh", ":"), (tmp_path / ".venv" / "bin" / "ansible-playbook", 'echo "<$LC_ALL>"')):
        path.write_text("#!/bin/sh\n%s\n" % text, encoding="utf-8")
        path.chmod(0o755)
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG"))}
    done = subprocess.run([shutil.which("bash"), tmp_path / "tools" / "play.sh", "report.yml"], check=False, stdout=subprocess.PIPE,
                          env=dict(environment, **({"LC_ALL": given} if given else {})), text=True)
    assert done.stdout == "<%s>\n" % used
