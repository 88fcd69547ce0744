# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pytest

from ansible_collections.photon.hardening.plugins.plugin_utils import _provenance

MANIFEST = '{"collection_info": {"version": "1.2.3"}}'


@pytest.mark.parametrize("files, version", [
    ({"MANIFEST.json": MANIFEST}, "1.2.3"),
    ({"galaxy.yml": "---\nname: hardening\nversion: 1.2.4\n"}, "1.2.4"),
    ({"galaxy.yml": "version: '1.2.4'\n"}, "1.2.4"),
    ({"MANIFEST.json": MANIFEST, "galaxy.yml": "version: 1.2.4\n"}, "1.2.3"),
    # Ansible's rule: a collection works with its four folders of code alone.
    ({}, "unknown"),
])
def test_the_version_of_the_collection(tmp_path, files, version):
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert _provenance.collection(str(tmp_path)) == version
