# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What takes long says what it is doing, and that it still is."""

import pathlib
import re
import subprocess
import time

import pytest

SAY = pathlib.Path(__file__).parents[2] / "tools" / "say.sh"


def said(command):
    script = "set -euo pipefail; source '%s'; PATIENCE=0.3; %s; echo after" % (SAY, command)
    done = subprocess.run(["bash", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_a_short_command_is_announced_and_nothing_waits_for_the_clock():
    start = time.monotonic()
    assert said("PATIENCE=60 patiently 'making x' echo made") == (0, "made\nafter\n", "==> making x\n")
    assert time.monotonic() - start < 30


def test_a_long_command_says_that_it_goes_on():
    code, output, told = said("patiently 'making x' sleep 1")
    assert (code, output) == (0, "after\n")
    assert re.match(r"==> making x\n==> \d s: still making x\n", told) and told.count("still making x") >= 2


@pytest.mark.parametrize("command, code, output", [
    ("patiently x false", 1, ""), ("patiently x bash -c 'exit 3'", 3, ""), ("patiently x false || echo caught", 0, "caught\nafter\n"),
])
def test_the_status_is_that_of_the_command(command, code, output):
    assert said(command)[:2] == (code, output)
