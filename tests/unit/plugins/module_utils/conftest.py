# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import os

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _files, _image


@pytest.fixture
def below(tmpdir, monkeypatch):
    """A host below a folder, which is returned."""
    monkeypatch.setattr(_files, "_real", lambda path: str(tmpdir) + path)
    monkeypatch.setattr(_files, "OWNER", (os.geteuid(), os.getegid()))
    return tmpdir


class Image:
    def __init__(self, root):
        self.root = root

    def add(self, path, text=""):
        where = self.root.join(*path.split("/"))
        where.write(text, ensure=True)
        if "bin/" in path or "/libexec/" in path:
            where.chmod(0o755)

    def link(self, target, path):
        where = self.root.join(*path.split("/"))
        where.dirpath().ensure(dir=True)
        os.symlink(target, str(where))

    def __call__(self, function, *args):
        return _image.inside(str(self.root), lambda: function(*args))


@pytest.fixture
def image(tmpdir):
    return Image(tmpdir)
