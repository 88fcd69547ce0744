# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bill of materials of a release is one, by the validator of CycloneDX's own library."""

import importlib.util
import json
import pathlib

import pytest
import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = pathlib.Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location("tool_sbom", ROOT / "tools" / "sbom.py")
sbom = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(sbom)
FILES = [{"name": ".", "ftype": "dir", "chksum_sha256": None}, {"name": "plugins/a.py", "ftype": "file", "chksum_sha256": "a" * 64}]


def bill(**changes):
    about = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    return sbom.bill({**about, **changes}, FILES, "b" * 64, "2026-11-26T00:00:00+00:00")


@pytest.mark.parametrize("changes, valid", [({}, True), ({"license": ["no licence"]}, False), ({"version": 1}, False)])
def test_is_cyclonedx(changes, valid):
    finding = JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill(**changes)))
    assert (finding is None) is valid, finding


def test_says_what_is_in_it_and_what_it_needs():
    made = bill()
    assert [(part["name"], part["type"]) for part in made["components"]] == [
        ("plugins/a.py", "file"), ("ansible-core", "framework"), ("jmespath", "library")]
    assert made["components"][0]["hashes"] == [{"alg": "SHA-256", "content": "a" * 64}]
    assert made["metadata"]["component"]["hashes"] == [{"alg": "SHA-256", "content": "b" * 64}]
    assert made["serialNumber"] == bill()["serialNumber"]
