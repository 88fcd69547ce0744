# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of the packages of a Photon host. Pure. Private to the collection."""

import re

from ansible_collections.photon.hardening.plugins.module_utils._photon_model import ALWAYS_ERASED

_MOST_NAMES = 40
RELEASE_PACKAGE = "the package photon-release"


def names(found):
    return {package.name for package in found}


def always_erased(packages):
    """Those of ALWAYS_ERASED that this host has."""
    return tuple(name for name in ALWAYS_ERASED if name in names(packages))


def listing(names):
    """NAMES in a sentence, not more than one can read."""
    names = sorted(names)
    more = " and %d more" % (len(names) - _MOST_NAMES) if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def is_photons(package):
    return re.search(r"\.ph[0-9]+$", package.release) is not None


def foreign(facts, looked):
    """The packages of others that the upgrade erases and does not bring back."""
    of_others = names(package for package in facts.packages if not is_photons(package))
    return tuple(sorted(set(looked.foreign) | of_others & set(looked.erased or ())))


def lost(before, now):
    """The names of the packages that were there BEFORE and are not there NOW."""
    return tuple(sorted(names(before) - names(now)))


def versions(facts):
    """Where a host says which version it is -> what it says there, or None."""
    # Two are left where the exchange of this package was cut off.
    releases = sorted({package.version for package in facts.packages if package.name == "photon-release"})
    return {"/etc/os-release": facts.version, "/etc/photon-release": facts.release, RELEASE_PACKAGE: " and ".join(releases) or None}


def told(versions):
    return ", ".join("%s says %s" % (where, versions[where] or "nothing") for where in sorted(versions))
