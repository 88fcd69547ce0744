# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]


def environment(**settings):
    """The venv's commands, and of the settings for Ansible only SETTINGS."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_") and name != "PYTHONPATH"}
    return dict(kept, PATH="%s:%s" % (os.path.dirname(sys.executable), os.environ["PATH"]), **settings)


def command(name, *arguments, **options):
    """What a command of the venv prints, as text."""
    path = os.path.join(os.path.dirname(sys.executable), name)
    return subprocess.run([path, *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True, **options).stdout


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """A folder for ANSIBLE_COLLECTIONS_PATH with nothing but the installed tarball."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run(["bash", ROOT / "tools/build.sh", folder], check=True, env=environment())
    (tarball,) = folder.glob("photon-hardening-*.tar.gz")
    command("ansible-galaxy", "collection", "install", "--offline", tarball, "--collections-path", folder / "collections",
            env=environment(ANSIBLE_COLLECTIONS_PATH=str(folder / "collections")))
    return folder / "collections"
