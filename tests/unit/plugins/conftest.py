# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import errno
import os

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _kernel, _sysctl_d


class Host(object):
    """A host below a folder: files under `root`, and a /proc/sys of plain files that behaves as the kernel does."""

    def __init__(self, root, monkeypatch):
        self.root, self.refusals, self.ignored, self.coupled, self.written = str(root), {}, set(), {}, []
        proc = root.join("proc_sys")
        monkeypatch.setattr(_kernel, "PROC_SYS", str(proc))
        monkeypatch.setattr(_kernel, "write", self.write)
        monkeypatch.setattr(_kernel, "_on_host", lambda _root, path: self.root + path)

    def parameter(self, name, value):
        path = os.path.join(_kernel.PROC_SYS, _sysctl_d.key_path(name))
        self._put(path, value + "\n")

    def value(self, name):
        return _kernel.read(name).value

    def write(self, name, value):
        """The kernel's answers: a refusal, a write that does nothing, one that resets another parameter."""
        if name in self.refusals and self.refusals[name][0] == value:
            return self.refusals[name][1]
        if name not in self.ignored:
            self.parameter(name, value)
            self.written.append((name, value))
        for other, reset in self.coupled.get(name, ()):
            self.parameter(other, reset)
        return 0

    def file(self, path, text):
        self._put(self.root + path, text)

    def text(self, path):
        return _kernel.read_file("", path)

    def tree(self):
        """Every file below the host, with its content; the state folder too."""
        found = {}
        for folder, _folders, names in os.walk(self.root):
            for name in names:
                with open(os.path.join(folder, name)) as stream:
                    found[os.path.relpath(os.path.join(folder, name), self.root)] = stream.read()
        return found

    @staticmethod
    def _put(path, text):
        if not os.path.isdir(os.path.dirname(path)):
            os.makedirs(os.path.dirname(path))
        with open(path, "w") as stream:
            stream.write(text)


@pytest.fixture
def host(tmpdir, monkeypatch):
    made = Host(tmpdir, monkeypatch)
    made.EINVAL, made.EPERM, made.EROFS, made.ENOSPC = errno.EINVAL, errno.EPERM, errno.EROFS, errno.ENOSPC
    return made
