# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What programs of root's own say, without a shell, and which package a file belongs to.

Private to the collection.
"""

from ansible_collections.photon.hardening.plugins.module_utils import _files

_TIMEOUT, _SECONDS, _MOST_SAID = "/usr/bin/timeout", 10, 4096
_RPM, _DPKG_LISTS = "/usr/bin/rpm", "/var/lib/dpkg/info"


def said(run_command, command):
    """What a program of root's prints; nothing where it fails or takes long. RUN_COMMAND: that of AnsibleModule, or None."""
    if run_command is None:
        return ""
    limit = [_where(_TIMEOUT), str(_SECONDS)] if _files.trust(_TIMEOUT) else []
    try:
        status, text, _errors = run_command(limit + [_where(command[0])] + command[1:], cwd="/", handle_exceptions=False,
                                            environ_update={"LC_ALL": "C"})
    except OSError:
        return ""
    return text[:_MOST_SAID] if status == 0 else ""


def _where(program):
    return _files.decoded(_files.where_of(program))


def package_of(path, run_command):
    """The package to which the file at PATH belongs, None where none is found."""
    for base in _files.entries(_DPKG_LISTS):
        if base.endswith(".list") and path in (_files.read("%s/%s" % (_DPKG_LISTS, base)) or "").splitlines():
            return base[:-len(".list")].partition(":")[0]
    if not _files.trust(_RPM):
        return None
    found = said(run_command, [_RPM, "-qf", "--qf", "%{NAME}-%{VERSION}-%{RELEASE}\\n", path]).split()
    return found[0] if found else None


def owner_told(path, run_command):
    """Whose the file at PATH is, in a sentence."""
    package = package_of(path, run_command)
    if package is None:
        return "No package is known to have %s: a person or a program has written it." % path
    return "%s belongs to the package %s." % (path, package)
