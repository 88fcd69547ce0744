# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mutant may do anything, and must not do it to this machine."""

import os
import subprocess
from pathlib import Path

import pytest

RUN = Path(__file__).parents[1] / "mutants/run.sh"
CONFINE = ["unshare", "--mount", "--net", "--pid", "--fork", "--mount-proc", "--propagation=private", "bash", RUN, "--inside"]
PROBE = """
set -u
for folder in /etc /var/lib /root /usr /tmp "$2"; do
  if (: >"$folder/$1"); then exit 3; fi
done
# Opened for appending, nothing is written: this could not change a parameter even if it were let in.
for parameter in kernel/pid_max vm/swappiness net/ipv4/ip_forward; do
  if (: >>"/proc/sys/$parameter"); then exit 4; fi
done
touch "$PHOTON_HARDENING_CACHE/mutants/result" || exit 5
exit 7
"""


@pytest.mark.skipif(os.geteuid() != 0 and os.environ.get("CI") != "true", reason="mounts: only root may")
def test_a_mutant_can_write_to_the_results_alone(tmp_path):
    (tmp_path / "mutants").mkdir()
    environment = {**os.environ, "PHOTON_HARDENING_CACHE": str(tmp_path), "LC_ALL": "C"}
    command = [*CONFINE, "bash", "-c", PROBE, "probe", f"mutant-probe-{os.getpid()}", RUN.parent]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 7, done.stderr
    assert (tmp_path / "mutants/result").exists()
