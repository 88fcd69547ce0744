# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: compare
short_description: Compare two hosts, profiles or saved results, parameter by parameter
version_added: 1.0.0
author:
  - The photon.hardening authors (@photon-hardening)
description:
  - Says for each kernel parameter whether both sides are the same, which one is stricter, or why that cannot be said. Shows the file and
    line that decide on each side, why the parameter matters, and the line with which the weaker side becomes as strict.
  - The catalogue says what is stricter. If it has no order for a parameter, the parameter is called not comparable.
  - The catalogue's parameters are compared. Two saved results are compared in all that they hold.
  - If both sides have rows of the guest side of VMware, these stand among the parameters. Each has a blank in its name. If one side is a
    column of the catalogue, these are only the article's rows. They are neither counted as parameters nor looked at by O(assert).
  - Values are compared by what the kernel makes of them, so V(0x10) is V(16).
  - Runs on the controller and connects to no host. The playbook C(photon.hardening.compare) reads the hosts and calls this.
options:
  left:
    description:
      - A host of the inventory, a column of the catalogue such as V(photon) or V(centos8), or the path of a saved result.
      - A saved result is the file that a run kept of one host, or what M(photon.hardening.kernel_parameters_info) returned, as JSON. A run
        in check mode counts with what it found, not with what it would have set.
      - A relative path is below the folder in which the command was typed.
    type: str
    required: true
  right:
    description: The other side, in the same way.
    type: str
    required: true
  results:
    description: What M(photon.hardening.kernel_parameters_info) returned, by host, of each side that is a host.
    type: dict
    default: {}
  assert:
    description:
      - Fails where it does not hold. V(none) never fails.
      - V(equal) fails if a parameter differs. These do not count - parameters that depend on the hardware or change by themselves, secrets
        that cannot be compared, parameters that neither side can read, and parameters of which a profile says nothing, if the other side
        is a host or a saved result, or of which a saved result says nothing, if the other side is a host.
      - V(not_weaker) holds where the left side is nowhere weaker than the right one. It fails also where the catalogue has an order for a
        parameter but a value cannot be read or placed, or a profile or saved result does not have it. A parameter that the kernel of the
        left host lacks, or for which the catalogue has no order, does not count.
    type: str
    choices: [none, equal, not_weaker]
    default: none
  formats:
    description: V(text) is printed. The others are files, written where O(dir) is given. Files alone without O(dir) are an error, but
      for what O(assert) says.
    type: list
    elements: str
    choices: [text, html, json, markdown]
    default: [text, html, json, markdown]
  dir:
    description:
      - The folder of C(comparison.html), C(comparison.json) and C(comparison.md). Files of an earlier comparison are replaced. Without it
        no file is written.
      - A relative folder is below the one in which the command was typed.
      - The files list weaknesses. A new folder and each file are for their owner alone.
    type: path
  only_check:
    description:
      - Compares nothing. Fails if O(left) or O(right) is not a side, a saved result cannot be read, or O(dir) cannot be written. So all of
        this is told before hosts are read.
      - A new folder O(dir) is made.
    type: bool
    default: false
    version_added: 1.0.0
attributes:
  check_mode:
    description: It only reads the hosts, and writes its files in check mode as well.
    support: full
  diff_mode:
    description: Nothing changes on a host, so there is nothing to show.
    support: none
  async:
    description: Not supported.
    support: none
notes:
  - For a secret, such as C(net.ipv4.tcp_fastopen_key), the output only says whether both are equal. To compare secrets, read both hosts
    with the same O(photon.hardening.kernel_parameters_info#module:salt). For saved results the salt is not known. So they can only show
    that two secrets are equal, never that they differ.
  - With C(no_log) nothing is printed and no file is written.
seealso:
  - module: photon.hardening.kernel_parameters_info
  - plugin: photon.hardening.compare_parameters
    plugin_type: filter
"""

EXAMPLES = r"""
- name: The article's table
  photon.hardening.compare:
    left: photon3
    right: centos8

- name: Fail where what a run kept of a host is weaker than a profile
  photon.hardening.compare:
    left: reports/web1.json
    right: photon
    assert: not_weaker
    dir: reports
"""

RETURN = r"""
msg:
  description: How many parameters differ, that the sides can be compared (O(only_check)), or why the task failed.
  returned: always
  type: str
  sample: "photon3 and centos8: 35 of 36 parameters differ, and 2 of 3 guest rows"
counts:
  description: The number of parameters with each verdict.
  returned: when both sides could be read, without O(only_check)
  type: dict
  sample:
    left_stricter: 4
    right_stricter: 4
    not_comparable: 4
    only_left: 8
    only_right: 7
    sized_by_machine: 5
    moves_by_itself: 3
    same: 1
guest:
  description: The same of the rows of the guest side of VMware, which are not parameters.
  returned: when both sides could be read
  type: dict
  sample:
    left_stricter: 0
    right_stricter: 0
    not_comparable: 1
    only_left: 0
    only_right: 1
    sized_by_machine: 0
    moves_by_itself: 0
    same: 1
files:
  description: The files that were written.
  returned: when both sides could be read, without O(only_check)
  type: list
  elements: str
  sample: []
comparison:
  description:
    - The whole comparison, as in C(comparison.json). It has C(schema_version), C(headline), C(counts), C(guest), C(benchmarks) with title
      and version, C(left) and C(right), each with C(label), C(kind), C(facts) and C(omitted), C(groups) of parameters that differ by one
      C(cause), and the parameters that are the C(same).
    - Each parameter has C(name), C(verdict), C(reason), C(left) and C(right) with C(kind), C(value), C(boot), C(source) and C(problem),
      C(why), C(impact), C(controls), C(level_up) and C(breaks).
  returned: success, without O(only_check)
  type: dict
"""
