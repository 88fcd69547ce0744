# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pathlib
import subprocess
import tarfile

ROOT = pathlib.Path(__file__).parents[2]
TOP = {"CHANGELOG.md", "FILES.json", "LICENSE", "MANIFEST.json", "README.md", "changelogs", "docs", "meta", "playbooks", "plugins", "roles"}
PLAYBOOKS = {"ansible.cfg", "audit.yml", "awx.yml", "compare.yml", "harden.yml", "report.yml", "rollback.yml"}


def test_the_tarball_holds_what_users_need_and_nothing_else(tmp_path):
    subprocess.run(["ansible-galaxy", "collection", "build", "--output-path", str(tmp_path), str(ROOT)],
                   check=True, stdout=subprocess.DEVNULL)
    (built,) = tmp_path.iterdir()
    with tarfile.open(built) as tarball:
        paths = [pathlib.PurePath(member.name) for member in tarball.getmembers()]
    assert {path.parts[0] for path in paths} == TOP
    assert {path.name for path in paths if path.parts[0] == "playbooks" and len(path.parts) == 2} == PLAYBOOKS
    assert not [path for path in paths if path.suffix in {".pyc", ".gz"} or path.name.startswith(".")]
