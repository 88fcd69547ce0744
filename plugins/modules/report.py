# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: report
short_description: Write reports of kept results
version_added: 1.0.0
author:
  - The photon.hardening authors (@photon-hardening)
description:
  - Reads the results that M(photon.hardening.kernel_parameters) keeps in its O(photon.hardening.kernel_parameters#module:report_dir), and
    writes reports about them. It runs on the controller and contacts no host.
  - Results may be of one run or of many, in any order. The newest result of each host counts.
  - What cannot be read, hosts without a result and hosts whose result is old are counted and named. They never look like a pass.
extends_documentation_fragment:
  - photon.hardening.report
options:
  report_dir:
    description:
      - The folder with the results, in which the reports of this run get a folder of their own.
      - A relative folder is below the one in which the command was typed.
    type: path
  role_variables:
    description: If true, options that the task does not set are read from the variables C(photon_hardening_report_dir) and so on.
    type: bool
    default: false
  this_run:
    description:
      - If true, only results of the current run and of hosts of this play count. The playbooks of this collection use it at the end of each
        batch.
      - No report is written without a folder. For the last batch the callback plugin P(photon.hardening.report#callback) writes it, if it
        is enabled.
      - If it is not enabled, the table of the hosts so far and the path of the report are printed here.
    type: bool
    default: false
  inputs:
    description:
      - Files and folders with results, instead of O(report_dir). Results of several controllers or slices are merged in this way.
      - A file has one result a line, or is a C(report.json) of an earlier run.
    type: list
    elements: path
    default: []
  hosts:
    description: The hosts that should have a result. Those that have none are named.
    type: list
    elements: str
    default: []
  cached_facts:
    description:
      - Whether the fact cache counts, too, for the hosts of O(hosts). It has the state of each parameter of which something is wanted, and
        no values.
    type: bool
    default: false
  stale_after:
    description: A result that is older than this number of hours is stale.
    type: int
    default: 168
  since:
    description:
      - An earlier C(report.json), or a folder of earlier results. The report then says what is worse or better since then, or still not as
        wanted in another way.
      - It is an error if it is later than all that is reported.
    type: path
  query:
    description: A question to the report's JSON, in JMESPath. It needs the Python library jmespath on the controller.
    type: str
attributes:
  check_mode:
    description: Reports are written in check mode, too.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
seealso:
  - plugin: photon.hardening.report
    plugin_type: callback
    description: Writes the report when a run ends.
"""

EXAMPLES = r"""
- name: Report of all hosts, whenever they were last looked at
  photon.hardening.report:
    report_dir: reports
    hosts: "{{ groups['all'] }}"

- name: Merge the results of two slices, and name what got worse
  photon.hardening.report:
    report_dir: merged
    inputs: [slice1, slice2]
    since: reports/20260131T115958Z-4711/report.json

- name: Which parameters does another file override at boot?
  photon.hardening.report:
    inputs: [reports]
    query: "hosts[].parameters[?state=='overridden'].name[]"
"""

RETURN = r"""
msg:
  description: The verdict, what changed since the earlier report, and the path of the report.
  returned: always
  type: str
  sample: "2 of 41 hosts are not as wanted; 1 host has no whole and fresh result."
verdict:
  description: The verdict alone.
  returned: success
  type: str
  sample: "2 of 40 hosts are not as wanted."
report:
  description: The path of the report to open first, null where none was written.
  returned: success
  type: str
  sample: /home/admin/reports/20260131T115958Z-4711/report.html
hosts:
  description: How many hosts have a result.
  returned: success
  type: int
  sample: 40
counts:
  description: The number of parameters in each state, of all hosts. C(unasked) are those in the state C(ok) of which nothing is wanted;
    they are not among C(ok).
  returned: success
  type: dict
  sample: {ok: 1140, changed: 20, unasked: 40}
verdicts:
  description: The number of parameters with each verdict, of all hosts. C(waived) and C(not_applicable) do not count as passed.
  returned: success
  type: dict
  sample: {error: 0, fail: 3, waived: 1, not_applicable: 40, pass: 1156}
problems:
  description: Hosts without a whole result, and results that cannot be counted; at most 100.
  returned: success
  type: list
  elements: dict
  sample: [{kind: missing, source: web7, message: there is no result of it}]
omitted:
  description: How many more problems there are.
  returned: success
  type: int
  sample: 0
found:
  description: What the O(query) finds.
  returned: with O(query)
  type: raw
"""
