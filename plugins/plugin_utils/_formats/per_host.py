# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the formats with something of their own for each host have in common. Pure. Private to the collection."""

import hashlib
import urllib.parse

from ansible_collections.photon.hardening.plugins.module_utils import _names
from ansible_collections.photon.hardening.plugins.plugin_utils import _records

_LONGEST = 200


def file_name(host, suffix):
    """HOST with SUFFIX as the name of a file; what is special is written as in a URL, and what would be too long ends in a digest."""
    name = urllib.parse.quote(host, safe="", errors="surrogatepass")
    if name.startswith("."):
        name = "%2E" + name[1:]
    if len(name) > _LONGEST:
        name = "%s~%s" % (name[:_LONGEST], hashlib.sha256(name.encode("ascii")).hexdigest()[:16])
    return name + suffix


def lost(fleet):
    """[(a Host without a row, its problems), ...]: the hosts without a result, and one without a name for what could not be read."""
    found = {}
    for problem in fleet.others:
        found.setdefault(problem.source if problem.kind == "missing" else "", []).append(problem)
    nothing = dict.fromkeys(_records.Host._fields)
    return [(_records.Host(**dict(nothing, name=name, time=fleet.time, kernel={}, provenance={}, waivers=[])), its)
            for name, its in sorted(found.items())]


def waivers(host):
    """What says of a parameter which waiver it has; None where none. A single interface has that of all, if it has none of its own."""
    known = {waiver["name"]: waiver for waiver in host.waivers}

    def waiver_of(name):
        return known.get(name) or (known.get(_names.of_interface(name, "all")) if _names.interface_of(name) else None)
    return waiver_of


def justification(waiver, cell):
    """Why the parameter of CELL is waived, in one line. WAIVER: None where the result does not say which one."""
    if not waiver:
        return cell.reason or "no reason is given"
    parts = [(label, waiver.get(key)) for label, key in (("until ", "expires"), ("owner ", "owner"), ("ticket ", "ticket"),
                                                         ("waived by its control ", "control"))]
    return "; ".join([waiver.get("reason") or "no reason is given"] + [label + value for label, value in parts if value])
