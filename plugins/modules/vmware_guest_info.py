# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: vmware_guest_info
short_description: Show what a guest of VMware has of VMware's drivers and tools, and what is wrong with them
version_added: 1.0.0
author:
  - The photon.hardening authors (@photon-hardening)
description:
  - Tells whether the host is a guest of VMware and what proves it, the version and state of open-vm-tools, and of the drivers C(vmxnet3),
    C(vmw_pvscsi), C(vmw_vmci) and C(vmw_balloon) the version, the parameters, and whether they are built in.
  - Tells which interrupts each of their devices uses now (C(msix), C(msi) or C(intx)), as the kernel says it in C(msi_irqs). A line of
    C(modprobe.d) or of the kernel's command line that takes MSI or MSI-X away is named with its file and line.
  - Tells the disk controller and the file system of C(/), swap, memory in use, and the version of Docker. These are told of every host.
  - Only reads. Where something is wrong, the row is a finding and says what to do.
  - A host that is not a guest of VMware, or that is a container, says so, and the task succeeds.
requirements:
  - Python 3.6 or newer on the host, standard library only. Python 3.6 needs ansible-core 2.16 on the controller, 3.7 needs 2.16 or 2.17.
options: {}
attributes:
  check_mode:
    description: It only reads, in check mode as well.
    support: full
  diff_mode:
    description: Nothing changes, so there is nothing to show.
    support: none
  async:
    description: Not supported; a run takes well under a second on most hosts.
    support: none
notes:
  - Root is not needed, but without it the parameters of C(vmw_pvscsi), whether a device offers MSI-X, and files of C(modprobe.d) that are
    for root alone cannot be read. Rows say so.
  - The programs C(vmtoolsd), C(dockerd) and C(rpm) are asked for versions, without a shell, for 10 seconds at most where the host has
    C(timeout), and only where nobody but root can have put them there.
seealso:
  - module: photon.hardening.vmware_guest
  - module: photon.hardening.kernel_parameters_info
"""

EXAMPLES = r"""
- name: Look at the guest
  photon.hardening.vmware_guest_info:
  register: guest

- name: Show what is wrong
  ansible.builtin.debug:
    msg: "{{ guest.rows | selectattr('state', 'eq', 'finding') }}"
"""

RETURN = r"""
msg:
  description: One line with what the host is and the names of the findings.
  returned: success
  type: str
  sample: "virtual machine is VMware; 1 of 31 rows are findings: vmw_pvscsi disable_msix"
vmware:
  description: Whether the host is a guest of VMware. False in a container.
  returned: success
  type: bool
  sample: true
container:
  description: Whether the host is a container. Then nothing else is read.
  returned: success
  type: bool
  sample: false
summary:
  description: The number of rows in each state.
  returned: success
  type: dict
  sample: {finding: 1, hidden: 4, ok: 26, not_applicable: 0}
rows:
  description: One row per thing that is told, findings first.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: What the row is about.
      type: str
      sample: vmw_pvscsi disable_msix
    value:
      description: What was found, null where nothing can be told.
      type: str
      sample: "Y"
    state:
      description: >-
        C(ok), C(finding) (something is wrong, RV(rows[].reason) says what to do), C(not_applicable) (the host has no such thing) or
        C(hidden) (the kernel, or the lack of privileges, keeps it from being read).
      type: str
      sample: finding
    reason:
      description: Why the row has its state, empty where that needs no words.
      type: str
      sample: /etc/modprobe.d/vmware.conf:3 switches MSI-X off for this driver.
    source:
      description: The file, with its line where one decides, that says so. Null where there is none.
      type: str
      sample: /etc/modprobe.d/vmware.conf:3
"""

from ansible.module_utils.basic import AnsibleModule

# Before all others: it has them compiled once.
from ansible_collections.photon.hardening.plugins.module_utils import _once

_once.install(_once.__spec__.loader)

from ansible_collections.photon.hardening.plugins.module_utils import _escape, _guest, _sysfs


def run(run_command=None):
    """The whole result, as plain data."""
    guest = _sysfs.guest(run_command)
    rows = _guest.rows(guest)
    return {"changed": False, "msg": _guest.message(rows), "vmware": not guest.container and _guest.evidence(guest)[0],
            "container": guest.container, "summary": _guest.counts(rows), "rows": _guest.in_order(rows)}


def main():
    module = AnsibleModule(argument_spec={}, supports_check_mode=True)
    try:
        result = run(module.run_command)
    except OSError as exc:
        module.fail_json(msg=_escape.text(str(exc)))
    module.exit_json(**_escape.everything(result))


if __name__ == "__main__":
    main()
