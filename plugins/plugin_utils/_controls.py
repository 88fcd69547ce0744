# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The numbers under which benchmarks ask for the catalogue's parameters. A control is written BENCHMARK:NUMBER, as in cis_rhel9:3.3.1.

Pure but for load(): CONTROLS is what it returns. Private to the collection.
"""

import functools
import os
import re
from collections import namedtuple

from ansible_collections.photon.hardening.plugins.module_utils import _names
from ansible_collections.photon.hardening.plugins.module_utils._nearest import nearest
from ansible_collections.photon.hardening.plugins.plugin_utils import _catalogue

PATH = os.path.join(os.path.dirname(_catalogue.PATH), "controls.yml")
# Galaxy's tarball has no pages.
_PAGE = "https://github.com/photon-hardening/photon.hardening/blob/main/docs/benchmarks/%s.md"

# What has parts: a section, as 3.3, of which 3.3.1 is one, and a control of NIST, as CM-6, of which CM-6(a) is one. SC-30(2) is an
# enhancement, a control of its own.
_WHOLE = re.compile(r"([0-9]+(\.[0-9]+)*|[A-Z]{2}-[0-9]+(\([0-9]+\))?)\Z")
_PART = re.compile(r"\.|\([a-z]")
# The number of a STIG's rule has that of its control in it, and that of a release.
_RULE = re.compile(r"SV-([0-9]+)r[0-9]+(_rule)?\Z")

# Of a benchmark's kernel parameters: those that the catalogue has, in its order, and parameter -> numbers of those that it does not have.
Coverage = namedtuple("Coverage", "covered missing")
# A number of a parameter. title: of its benchmark, with the version. others: the V- and the SV- number of the same control.
Control = namedtuple("Control", "key title number others")


@functools.lru_cache(maxsize=None)
def load():
    """benchmarks: key -> title, version and more (controls.yml says what). parameters: parameter -> benchmark -> its numbers.

    Read when it is first asked for: most runs name no control, and reading it takes as long as reading the catalogue twice.
    """
    return _catalogue.load(PATH)


def numbers_of(controls, name):
    """benchmark -> its numbers for the parameter NAME. For one of a single interface they are those of all interfaces."""
    found = controls["parameters"]
    return found.get(name) or _names.interface_of(name) and found.get(_names.of_interface(name, "all")) or {}


def ids(controls, name):
    """(benchmark, number) of each control that asks for the parameter NAME."""
    return [(key, number) for key, numbers in numbers_of(controls, name).items() for number in numbers]


def told(controls, name):
    """[Control, ...] of the parameter NAME."""
    return [_told(controls["benchmarks"][key], key, number) for key, number in ids(controls, name)]


def _told(about, key, number):
    known = about.get("controls", {}).get(number, {})
    others = [known[name] for name in ("gid", "rid") if name in known]
    return Control(key, "%(title)s %(version)s" % about, number, others)


def of_benchmark(controls, key):
    """number -> the catalogue's parameters of it, in the order of the numbers (3.3.2 before 3.3.10)."""
    found = {}
    for name, benchmarks in controls["parameters"].items():
        for number in benchmarks.get(key, ()):
            found.setdefault(number, []).append(name)
    return dict(sorted(found.items(), key=lambda item: in_order(item[0])))


def in_order(number):
    """What to sort numbers by: the digits and what stands between them take turns, so like is compared with like."""
    return [int(part) if part.isdecimal() else part for part in re.split("([0-9]+)", number)]


def coverage(controls, key):
    covered = [name for name, benchmarks in controls["parameters"].items() if key in benchmarks]
    return Coverage(covered, controls["benchmarks"][key].get("missing", {}))


def parameters_of(controls, control):
    """The catalogue's parameters of a CONTROL; where its number is that of a section, as in cis_rhel8:3.3, of all that is part of it.

    ValueError where there are none: a sentence for whoever wrote it.
    """
    key, _colon, asked = control.partition(":")
    if key not in controls["benchmarks"]:
        near = nearest(key, controls["benchmarks"])
        said = "did you mean %s?" % near if near else "name one of %s" % ", ".join(sorted(controls["benchmarks"]))
        raise ValueError("there is no benchmark %r: %s" % (key, said))
    # An auditor writes the V- number, which stays the same from release to release.
    group = _RULE.sub(r"V-\1", asked)
    asked = next((number for number, about in controls["benchmarks"][key].get("controls", {}).items() if about.get("gid") == group), asked)
    found = [name for name, benchmarks in controls["parameters"].items() if _names_any(asked, benchmarks.get(key, ()))]
    if not found:
        raise ValueError(_unknown(controls, key, asked))
    return found


def _names_any(asked, numbers):
    parts = (number[len(asked):] for number in numbers if number.startswith(asked)) if _WHOLE.match(asked) else ()
    return asked in numbers or any(map(_PART.match, parts))


def _unknown(controls, key, asked):
    missing = [name for name, numbers in coverage(controls, key).missing.items() if _names_any(asked, numbers)]
    if missing:
        return "it asks for %s, and the catalogue does not have that" % ", ".join(missing)
    near = nearest(asked, of_benchmark(controls, key))
    said = "did you mean %s:%s?" % (key, near) if near else "%s lists those that it has" % (_PAGE % key)
    return "%s %s has no control %r for a kernel parameter: %s" % (key, controls["benchmarks"][key]["version"], asked, said)
