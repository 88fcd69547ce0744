# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an execution environment gets of this collection: ansible-builder reads it. No image is made."""

import yaml
from conftest import ROOT, command


def test_an_execution_environment_gets_exactly_what_the_collection_needs(installed, tmp_path):
    found = tmp_path / "found.txt"
    command("ansible-builder", "introspect", installed, "--write-pip", found, "--write-bindep", tmp_path / "system.txt")
    system = tmp_path / "system.txt"
    lines = [line for path in (found, system) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert lines == ["%s  # from collection photon.hardening" % needed for needed in (
        "jmespath>=1.0", "openssh-clients [platform:rpm]", "openssh-client [platform:dpkg]")]


def test_ansible_builder_takes_the_definition(tmp_path):
    command("ansible-builder", "create", "--file", ROOT / "execution-environment.yml", "--context", tmp_path / "context")
    collections = yaml.safe_load((tmp_path / "context/_build/requirements.yml").read_text(encoding="utf-8"))
    assert collections == {"collections": [{"name": "photon.hardening"}]}
    recipe = next((tmp_path / "context").glob("*file")).read_text(encoding="utf-8")
    assert "ansible-core==2.16" in recipe and "ansible-runner==" in recipe
