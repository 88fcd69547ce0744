# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import os

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _files


@pytest.fixture
def below(tmpdir, monkeypatch):
    """A host below a folder, which is returned."""
    monkeypatch.setattr(_files, "_real", lambda path: str(tmpdir) + path)
    monkeypatch.setattr(_files, "OWNER", (os.geteuid(), os.getegid()))
    return tmpdir
