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


def collection(root=_ROOT):
    """The version of the collection: an installed one has a manifest, a checkout has galaxy.yml."""
    try:
        with open(os.path.join(root, "MANIFEST.json"), encoding="utf-8") as stream:
            return json.load(stream)["collection_info"]["version"]
    except FileNotFoundError:
        with open(os.path.join(root, "galaxy.yml"), encoding="utf-8") as stream:
            return re.search(r"^version: *[\"']?([^\"'\s]+)", stream.read(), re.MULTILINE).group(1)


def digest(path=_catalogue.PATH):
    with open(path, "rb") as stream:
        return "sha256:%s" % hashlib.sha256(stream.read()).hexdigest()[:16]


# At import, in the main process: the workers of a run have all the same.
RUN = "%s-%d" % (time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()), os.getpid())
STARTED = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
PROGRAMS = {"collection": collection(), "catalogue": digest(), "ansible_core": ansible_core}
