# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""sbom.py TARBALL: prints the bill of materials of a collection (CycloneDX 1.6): its files with their checksums, and what it needs."""

import datetime
import hashlib
import json
import pathlib
import sys
import tarfile
import uuid

# What runs the collection and is not in the tarball.
NEEDED = [
    {"type": "framework", "name": "ansible-core", "purl": "pkg:pypi/ansible-core", "scope": "required",
     "description": "On the controller. It brings jinja2 and PyYAML."},
    {"type": "library", "name": "jmespath", "purl": "pkg:pypi/jmespath", "scope": "optional",
     "description": "On the controller, for questions to a report."},
]


def _sha256(content):
    return [{"alg": "SHA-256", "content": content}]


def _reference(name):
    return "file:%s" % name


def _file(entry):
    return {"type": "file", "bom-ref": _reference(entry["name"]), "name": entry["name"], "hashes": _sha256(entry["chksum_sha256"])}


def bill(about, files, digest, time):
    """The bill of a collection.

    ABOUT: collection_info of its manifest, FILES: those of FILES.json, DIGEST: the tarball's SHA-256, TIME: in ISO 8601.
    """
    itself = "%(namespace)s.%(name)s@%(version)s" % about
    parts = [_file(entry) for entry in files if entry["ftype"] == "file"]
    needed = [{"bom-ref": part["purl"], **part} for part in NEEDED]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        # The same tarball has the same bill.
        "serialNumber": uuid.uuid5(uuid.NAMESPACE_URL, "%s#%s" % (about["repository"], digest)).urn,
        "version": 1,
        "metadata": {"timestamp": time, "component": {
            "type": "library", "bom-ref": itself, "group": about["namespace"], "name": about["name"], "version": about["version"],
            "description": about["description"], "licenses": [{"license": {"id": license}} for license in about["license"]],
            "hashes": _sha256(digest), "externalReferences": [{"type": "vcs", "url": about["repository"]},
                                                              {"type": "issue-tracker", "url": about["issues"]}]}},
        "components": parts + needed,
        "dependencies": [{"ref": itself, "dependsOn": [part["bom-ref"] for part in needed]}],
    }


def of_tarball(path):
    with tarfile.open(path) as tarball:
        manifest, files = (json.load(tarball.extractfile(name)) for name in ("MANIFEST.json", "FILES.json"))
        packed = tarball.getmember("MANIFEST.json").mtime
    return bill(manifest["collection_info"], files["files"], hashlib.sha256(path.read_bytes()).hexdigest(), _iso(packed))


def _iso(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).isoformat(timespec="seconds")


if __name__ == "__main__":
    json.dump(of_tarball(pathlib.Path(sys.argv[1])), sys.stdout, indent=1, sort_keys=True)
    print()
