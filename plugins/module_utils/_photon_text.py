# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What programs on a Photon host print, as values. Pure. Private to the collection."""

import re

from ansible_collections.photon.hardening.plugins.module_utils._photon_model import Package, Precheck


def packages(text):
    """The Packages of the lines that rpm printed: name, version, release and arch with blanks between."""
    rows = (line.split() for line in text.splitlines())
    return tuple(sorted(Package(*row) for row in rows if len(row) == 4))


def release(text):
    """The version in the text of /etc/photon-release."""
    found = re.match(r"VMware Photon (?:OS|Linux) ([0-9]+\.[0-9]+)\s", (text or "") + "\n")
    return found.group(1) if found else None


def units(names, text):
    """unit -> ActiveState of what `systemctl show` printed for NAMES, in their order; only units that exist."""
    found = {}
    for name, block in zip(names, re.split(r"\n\n+", text.strip())):
        settings = dict(line.partition("=")[::2] for line in block.splitlines())
        if settings.get("LoadState") == "loaded":
            found[name] = settings.get("ActiveState", "")
    return found


def has_precheck(script):
    """Whether a text of photon-upgrade.sh knows --precheck-only. The script is not asked: its first versions take no options, and would
    begin to upgrade."""
    return "precheck-only" in (script or "")


_TIME = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[+-][0-9]{2}:?[0-9]{2} ?")
_DEPRECATED = "deprecated packages will be removed before upgrade"
_FOREIGN = "which were not installed by Photon OS"
_NOISE = (_FOREIGN, "Above listed non-Photon OS packages", "Prechecks: ", "rpm: no arguments given")


def precheck(status, stdout, stderr, direct, erased):
    """The Precheck of what `photon-upgrade.sh --precheck-only` printed. Its status is a sum of error numbers, so its words decide."""
    said = [_TIME.sub("", line).rstrip() for line in stderr.splitlines()]
    problems = [line.strip() for line in said if line.strip() and not any(noise in line for noise in _NOISE) and "----" not in line]
    passed = "Prechecks: PASS" in stdout and "Prechecks: FAIL" not in stderr and status == 0
    return Precheck(passed, status, direct, _listed(said), tuple(problems), erased)


def deprecated(stdout):
    """The packages that the script names as deprecated: the indented lines below its sentence."""
    found, listing = [], False
    for line in stdout.splitlines():
        if listing and line.startswith("    ") and len(line.split()) == 1:
            found.append(line.strip())
        else:
            listing = _DEPRECATED in line
    return tuple(found)


def _listed(lines):
    """The names between dashes, on the line after the one that announces packages of others."""
    for line, following in zip(lines, lines[1:]):
        if _FOREIGN in line:
            return tuple(word for word in following.split() if word.strip("-"))
    return ()


def erased(stdout):
    """The packages below `Removing:` in a plan of tdnf; None where it shows no plan."""
    rows = iter(stdout.splitlines())
    if not any(line == "Removing:" for line in rows):
        return None
    found = []
    for line in rows:
        words = line.split()
        if len(words) < 4:
            break
        found.append(words[0])
    return tuple(found)
