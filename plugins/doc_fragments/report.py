# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of reports, which two modules have. Those of the role stand in its argument specification."""


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  report_formats:
    version_added: 1.0.0
    description:
      - Which reports are written. V(html) is one page for people, V(json) the same for programs, V(junit) is for CI servers, V(hdf) for
        Heimdall, V(cklb) a checklist per host for STIG Viewer 3 and STIG Manager.
      - The default is V(html) and V(json).
    type: list
    elements: str
    choices: [html, json, junit, hdf, cklb]
  report_keep:
    version_added: 1.0.0
    description: Of how many runs the reports are kept in O(report_dir). The default is 20.
    type: int
  report_benchmark:
    version_added: 1.0.0
    description: The benchmark of the checklists (V(cklb)).
    type: str
    choices: [stig_rhel8, stig_rhel9, stig_photon3_vcsa7, stig_photon4_vcsa8]
"""
