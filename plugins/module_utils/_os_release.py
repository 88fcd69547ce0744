# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which kernel and which system this is. Private to the collection."""

import re

from ansible_collections.photon.hardening.plugins.module_utils import _files, _procfs

_OS_RELEASE = ("/etc/os-release", "/usr/lib/os-release")
_SETTING = re.compile(r"(?m)^[ \t]*([A-Z_]+)=(.*)$")


def kernel():
    """What runs here: the kernel, and the system by the names that it gives itself."""
    text = next(filter(None, map(_files.read, _OS_RELEASE)), "")
    settings = {key: _unquoted(value.strip()) for key, value in _SETTING.findall(text)}
    return {"release": _procfs.release(), "machine": _procfs.machine(), "system": settings.get("PRETTY_NAME"),
            "os_id": settings.get("ID"), "os_version": settings.get("VERSION_ID")}


def _unquoted(value):
    if value[:1] in ("'", '"') and value[1:].endswith(value[0]):
        value = value[1:-1]
    return re.sub(r"""\\(["'\\$`])""", r"\1", value)
