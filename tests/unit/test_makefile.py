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
    caller, clone = tmp_path / "the caller", tmp_path / name
    caller.mkdir()
    (clone / "tools").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", clone)
    play = clone / "tools" / "play.sh"
    play.write_text("#!/bin/sh\nprintf '<%s>' \"$CALLED_FROM\"\n", encoding="utf-8")
    play.chmod(0o755)
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    said = subprocess.run(["bash", "-c", command], check=True, stdout=subprocess.PIPE, text=True,
                          env=dict(environment, CALLER=str(caller), CLONE=str(clone))).stdout
    assert "<%s>" % {"caller": caller, "clone": clone}[typed_in] in said
