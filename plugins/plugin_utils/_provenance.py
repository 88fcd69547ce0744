# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What made a result: the versions of the programs and the state of the catalogue, and which run it was.

Private to the collection.
"""

import hashlib
import json
import os
import re
import time

from ansible.release import __version__ as ansible_core

from ansible_collections.photon.hardening.plugins.plugin_utils import _catalogue

_ROOT = os.path.join(os.path.dirname(__file__), "..", "..")


def _of_manifest(text):
    return json.loads(text)["collection_info"]["version"]


def _of_galaxy_yml(text):
    return re.search(r"^version: *[\"']?([^\"'\s]+)", text, re.MULTILINE).group(1)


def collection(root=_ROOT):
    """The version of the collection: an installed one has a manifest, a checkout galaxy.yml; where only the code is left, it is unknown."""
    for name, version in (("MANIFEST.json", _of_manifest), ("galaxy.yml", _of_galaxy_yml)):
        path = os.path.join(root, name)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as stream:
                return version(stream.read())
    return "unknown"


def digest(path=_catalogue.PATH):
    with open(path, "rb") as stream:
        return "sha256:%s" % hashlib.sha256(stream.read()).hexdigest()[:16]


# At import, in the main process: the workers of a run have all the same.
RUN = "%s-%d" % (time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()), os.getpid())
PROGRAMS = {"collection": collection(), "catalogue": digest(), "ansible_core": ansible_core}
