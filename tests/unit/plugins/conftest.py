# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import errno
import os

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _files, _names, _procfs
from ansible_collections.photon.hardening.plugins.module_utils._model import Reading


class Host:
    """A host below a folder: files under `root`, and a /proc/sys of plain files that behaves as the kernel does.

    refusals: parameter -> (value, errno with which it is refused). ignored: parameters whose writes do nothing. coupled: parameter ->
    ((other, value), ...) that each write of it sets. gone: parameters that vanish when they are written. write_only, unset: parameters
    that can only be written, or have no value yet. reach: whether forwarding and disable_ipv6 move what the real kernel moves.
    written: what was written, in order.
    """

    def __init__(self, root, monkeypatch):
        self.root, self.refusals, self.ignored, self.coupled, self.written = str(root), {}, set(), {}, []
        self.gone, self.write_only, self.unset, self.reach = set(), set(), set(), False
        self._read = _procfs.read
        monkeypatch.setattr(_procfs, "PROC_SYS", str(root.join("proc_sys")))
        monkeypatch.setattr(_procfs, "SYS_NET", str(root.join("sys_net")))
        monkeypatch.setattr(_procfs, "read", self.read)
        monkeypatch.setattr(_procfs, "write", self.write)
        monkeypatch.setattr(_files, "_real", lambda path: self.root + path)
        monkeypatch.setattr(_files, "OWNER", (os.geteuid(), os.getegid()))

    def parameter(self, name, value):
        self._put(self._path(name), value + "\n")

    def remove(self, name):
        os.unlink(self._path(name))

    def exists(self, name):
        return os.path.exists(self._path(name))

    def value(self, name):
        return _procfs.read(name).value

    def read(self, name):
        if name in self.write_only:
            return Reading(None, errno.EACCES, 0, True)
        if name in self.unset:
            return Reading(None, errno.EIO)
        return self._read(name)

    def write(self, name, value):
        """The kernel's answers: a refusal, a write that does nothing, one that moves another parameter."""
        if name in self.gone and self.exists(name):
            self.remove(name)
        if not self.exists(name):
            return errno.ENOENT
        if name in self.refusals and self.refusals[name][0] == value:
            return self.refusals[name][1]
        moved = self._reached(name, value) if self.reach and self.value(name) != value else {}
        if name not in self.ignored:
            self.unset.discard(name)
            self.parameter(name, value)
            self.written.append((name, value))
            for other, reset in moved.items():
                self.parameter(other, reset)
        for other, reset in self.coupled.get(name, ()):
            self.parameter(other, reset)
        return 0

    def _reached(self, name, value):
        """parameter -> value that a write of VALUE moves: inet_forward_change, addrconf_fixup_forwarding and addrconf_disable_ipv6 of
        the kernel. Only parameters that this host has."""
        found = {}
        if name in ("net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding"):
            found = self._all_of("ipv4", "forwarding", value)
            found["net.ipv4.ip_forward"] = value
            found["net.ipv4.conf.all.accept_redirects"] = str(int(not int(value)))
        elif name in ("net.ipv6.conf.all.forwarding", "net.ipv6.conf.all.disable_ipv6"):
            found = self._all_of("ipv6", name.rpartition(".")[2], value)
        return {other: moved for other, moved in found.items() if self.exists(other)}

    def _all_of(self, family, key, value):
        folder = os.path.join(_procfs.PROC_SYS, "net", family, "conf")
        return {_names.canonical("net/%s/conf/%s/%s" % (family, interface, key)): value for interface in os.listdir(folder)}

    def interface(self, name, device=False, **parameters):
        """An interface with parameters of net.ipv4.conf."""
        for key, value in parameters.items():
            self.parameter(_names.canonical("net/ipv4/conf/%s/%s" % (name, key)), value)
        if device:
            os.makedirs(os.path.join(self.root, "sys_net", name, "device"))

    def file(self, path, text):
        self._put(self.root + path, text)
        if "bin/" in path:
            os.chmod(self.root + path, 0o755)

    def text(self, path):
        return _files.read(path)

    def tree(self):
        """Every file below the host, with its content; the state folder too."""
        found = {}
        for folder, _folders, names in os.walk(self.root):
            for name in names:
                with open(os.path.join(folder, name)) as stream:
                    found[os.path.relpath(os.path.join(folder, name), self.root)] = stream.read()
        return found

    @staticmethod
    def _path(name):
        return os.path.join(_procfs.PROC_SYS, _names.key_path(name))

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
