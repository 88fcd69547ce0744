# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The throw-away host keeps its promise: what is done inside leaves nothing outside."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0 and os.environ.get("CI") != "true", reason="the sandbox makes mounts: only root may")
SANDBOX = Path(__file__).parents[1] / "sandbox"
PROBE = """
set -u
for folder in /etc /var/lib /root /home /opt /usr/lib /usr/local /tmp; do echo probe >"$folder/$1" || exit 3; done
# Opened for appending, nothing is written: this could not change a parameter even if it were let in.
for parameter in kernel/pid_max vm/swappiness net/ipv4/ip_forward; do
  if (: >>"/proc/sys/$parameter"); then exit 4; fi
done
exit 7
"""


@ROOT_ONLY
def test_leaves_nothing_and_touches_no_parameter():
    probe = f"sandbox-probe-{os.getpid()}"
    command = ["bash", SANDBOX, "bash", "-c", PROBE, "probe", probe]
    done = subprocess.run(command, cwd="/", env={**os.environ, "LC_ALL": "C"}, capture_output=True, text=True, check=False)
    assert done.returncode == 7, done.stderr
    assert done.stderr.count("Read-only file system") == 3, done.stderr
    folders = ("/etc", "/var/lib", "/root", "/home", "/opt", "/usr/lib", "/usr/local", "/tmp")
    assert [folder for folder in folders if Path(folder, probe).exists()] == []


@ROOT_ONLY
@pytest.mark.parametrize("name", ["clone", "a clone, of:mine"])
def test_starts_where_it_was_typed_and_leaves_nothing_in_the_checkout(tmp_path, name):
    checkout = tmp_path / name
    (checkout / "tests").mkdir(parents=True)
    shutil.copy(SANDBOX, checkout / "tests")
    (checkout / "Makefile").write_text("audit:\n\t@pwd; echo probe >.venv; cat .venv\n", encoding="utf-8")
    # A make that runs the tests would have this one tell where it goes.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(["tests/sandbox", "make", "audit"], cwd=checkout, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "%s\nprobe\n" % checkout), done.stderr
    assert sorted(path.name for path in checkout.iterdir()) == ["Makefile", "tests"]
