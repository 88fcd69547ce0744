# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a report of a sample, in a process of its own, and says what that cost.

make.py LINES REPORT MISSING: reads a file of results, writes the report, prints JSON: CPU seconds and the most memory in MiB. As many hosts
as MISSING says have no result.
"""

import functools
import json
import resource
import sys

from ansible_collections.photon.hardening.plugins.plugin_utils import _catalogue, _controls, _merge
from ansible_collections.photon.hardening.plugins.plugin_utils._formats import html


def main(lines, report, missing):
    expected = ["web%02d.example.com" % number for number in range(int(missing))]
    with open(lines, encoding="utf-8") as stream:
        fleet = _merge.read((("line %d" % number, line) for number, line in enumerate(stream, 1)), expected)
    with open(report, "w", encoding="utf-8") as stream:
        controls = functools.partial(_controls.told, _controls.load())
        stream.writelines(html.render(fleet, _catalogue.CATALOGUE["parameters"], controls, fleet.time[:10]))


if __name__ == "__main__":
    main(*sys.argv[1:])
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"cpu": usage.ru_utime + usage.ru_stime, "mib": usage.ru_maxrss / 1024}))
