# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: kernel_parameters_info
short_description: Show kernel parameters, their boot values, and the host that has them
version_added: 1.0.0
author:
  - The photon.hardening authors (@photon-hardening)
description:
  - Reads kernel parameters below C(/proc/sys), with the value that the files of C(sysctl.d) set at the next boot and the line that decides
    it. Also tells what makes two hosts differ, the kernel, the system, memory, processors and container engines.
  - Only reads. Parameters whose reading does something, such as C(vm.stat_refresh), and those that can only be written, such as
    C(net.ipv4.route.flush), are not read but named in RV(not_read).
  - No mount point is crossed. So C(fs.binfmt_misc), which many hosts mount when somebody looks into it, stays as it is.
  - No value of a secret is returned, neither the live one nor that of a file. Secrets are C(net.ipv4.tcp_fastopen_key),
    C(net.core.netdev_rss_key), each C(stable_secret), and every parameter that nobody but root may read, unless it is known to be an
    ordinary setting, such as C(net.core.bpf_jit_harden).
requirements:
  - Python 3.6 or newer on the host, standard library only. Python 3.6 needs ansible-core 2.16 on the controller, 3.7 needs 2.16 or 2.17.
options:
  names:
    description:
      - The parameters to show. Each is a name or a pattern with C(*), C(?) or C([...]), in which C(*) stands for dots, too. V(*) is all
        that there are.
      - A dot of an interface's own name is written as a slash, as in V(net.ipv4.conf.eth0/100.*). Names may also be written as paths, as
        in V(net/ipv4/*).
      - What does not exist on the host has no row. Where it is named without a pattern, it is in RV(missing).
      - With an empty list there are no rows, and only the host is described.
    type: list
    elements: str
    default: ["*"]
  salt:
    description:
      - A text with which each secret gets a RV(parameters[].digest). Two digests made with the same salt are equal where the secrets are.
      - Take a new random text for each comparison. Who knows the salt can try whether a secret is one that they guess.
    type: str
  guest:
    description:
      - Whether what the host has of VMware's drivers and tools is read as well, as M(photon.hardening.vmware_guest_info) does it, into
        RV(guest).
    type: bool
    default: false
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
  - Root is not needed. What a user may not read is C(unreadable). The task fails where the user may not read a file that decides about
    boot values or tells of a container engine. An engine of which only a process tells is not found without root.
  - The result has at most 4,000 parameters. On a host with more of them, those of interfaces are left out first, and a warning and
    RV(omitted) tell how many. A value of more than 1,000 characters is cut, and ends with its length and its SHA-256.
  - With thousands of interfaces V(*) takes seconds (6 for 2,000 of them, measured). A pattern is only looked for below its part before the
    first C(*), C(?) or C([), so V(kernel.*) is fast on every host.
  - In a container the values are those of the machine on which it runs, but for what the container has of its own, such as its network.
seealso:
  - module: photon.hardening.kernel_parameters
  - name: sysctl.d(5)
    description: The files and the order in which they are read at boot.
    link: https://www.freedesktop.org/software/systemd/man/latest/sysctl.d.html
  - name: The kernel's own documentation of its parameters
    description: What each parameter means.
    link: https://docs.kernel.org/admin-guide/sysctl/
"""

EXAMPLES = r"""
- name: Look at all parameters of this host
  photon.hardening.kernel_parameters_info:
  register: found

- name: Look at some, and make the secrets of two hosts comparable
  photon.hardening.kernel_parameters_info:
    names:
      - kernel.kptr_restrict
      - net.ipv4.conf.*.rp_filter
      - net.ipv4.tcp_fastopen_key
    salt: "{{ comparison_salt }}"

- name: Show the files that set parameters at boot
  ansible.builtin.debug:
    msg: "{{ found.parameters | rejectattr('boot_source', 'none') | items2dict('name', 'boot_source') }}"
"""

RETURN = r"""
kernel:
  description: The kernel and the system.
  returned: success
  type: dict
  contains:
    release:
      description: The release of the kernel, as C(uname -r) tells it.
      type: str
      sample: 6.1.10-11.ph5
    machine:
      description: The architecture, as C(uname -m) tells it.
      type: str
      sample: x86_64
    system:
      description: The name of the system, C(PRETTY_NAME) of C(os-release), null where it has none.
      type: str
      sample: VMware Photon OS/Linux
    os_id:
      description: C(ID) of C(os-release), null where it has none.
      type: str
      sample: photon
    os_version:
      description: C(VERSION_ID) of C(os-release), null where it has none.
      type: str
      sample: "5.0"
memory_kb:
  description: The memory that the kernel manages, in units of 1,024 bytes, null where it is not known.
  returned: success
  type: int
  sample: 8131184
processors:
  description: The number of processors that are on, null where it is not known.
  returned: success
  type: int
  sample: 4
runtimes:
  description: The engines, which run containers or virtual machines, and VPN gateways, each with what proves it.
  returned: success
  type: list
  elements: dict
  sample: [{name: docker, evidence: /usr/bin/dockerd}]
parameters:
  description: One row per parameter, by name.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The parameter, with dots. A dot of an interface's name is a slash, as in C(net.ipv4.conf.eth0/100.rp_filter).
      type: str
      sample: kernel.kptr_restrict
    kind:
      description: >-
        C(value), C(secret) (no value is shown), C(moves) (two reads differ, or it is one of the kernel's counters) or C(unreadable).
      type: str
      sample: value
    value:
      description: The live value, of two reads the second. Null for what is C(secret) or C(unreadable).
      type: str
      sample: "2"
    boot:
      description: The value that the files set at boot, null where no file sets it and for a secret.
      type: str
      sample: "2"
    boot_source:
      description: The file and line that decide about the boot value, null where none does.
      type: str
      sample: /etc/sysctl.d/50-security-hardening.conf:4
    digest:
      description: The HMAC-SHA256 of a secret's value with the O(salt) as its key, in hexadecimal. Null without a salt.
      returned: when RV(parameters[].kind) is C(secret)
      type: str
      sample: 70fd2d23d7a8fdc2f3a5c3f8e6a4b1d29a6f4c80e1b7c5d3f2a190e8d7c6b5a4
    error:
      description: The name of the error with which the kernel refuses the read, such as C(EACCES), or C(EIO) for an address secret that was
        never set.
      returned: when RV(parameters[].kind) is C(unreadable)
      type: str
      sample: EACCES
guest:
  description: The rows of M(photon.hardening.vmware_guest_info).
  returned: with O(guest=true)
  type: list
  elements: dict
  sample: [{name: vmxnet3 version, value: 1.7.0.0-k, state: ok, reason: "", source: /sys/module/vmxnet3/version}]
missing:
  description: The names that were asked for, without a pattern, and that are not parameters of this host. One may be mistyped, or this
    kernel lacks it.
  returned: success
  type: list
  elements: str
  sample: [kernel.sysrg]
omitted:
  description: The number of rows that were left out of RV(parameters) to keep the result small.
  returned: success
  type: int
  sample: 0
not_read:
  description: The parameters that were asked for and not read, because reading them does something or because they can only be written.
  returned: success
  type: list
  elements: str
  sample: [net.ipv4.route.flush, vm.stat_refresh]
notes:
  description: What the task warns about. It is kept here for reports.
  returned: success
  type: list
  elements: str
  sample: []
"""

import os

from ansible.module_utils.basic import AnsibleModule

# Before all others: it has them compiled once.
from ansible_collections.photon.hardening.plugins.module_utils import _once

_once.install(_once.__spec__.loader)

from ansible_collections.photon.hardening.plugins.module_utils import _escape, _files, _host, _info, _os_release, _procfs, _traces


def _found(names):
    """(name, mode) of every parameter that is asked for."""
    for start in names.starts:
        yield from _procfs.parameters(start, names.wanted)


def _missing(exact, read):
    """Those of EXACT names that are not among the READ ones, and that the host does not have."""
    return sorted(name for name in exact if name not in read and not any(_found(_info.Names([name]))))


def _read(names):
    return {name: _procfs.look(name) for name in names}


def run(params, run_command=None):
    """The whole result, as plain data."""
    if params["salt"] == "":
        raise ValueError("salt: it is empty: give a random text, or leave it out")
    names = _info.Names(params["names"])
    modes, omitted, not_read = _info.chosen(_found(names))
    firsts = _read(modes)
    # Between the two reads lies everything else, so that what moves has time to.
    boot = _host.boot()
    result = {
        "kernel": _os_release.kernel(),
        "memory_kb": _info.memory_kb(_files.read_proc("meminfo")), "processors": os.cpu_count(),
        "runtimes": _info.runtimes(_traces.uses(False)), "omitted": omitted, "not_read": not_read,
        "missing": _missing(names.exact, modes),
        "notes": _info.notes(omitted, _procfs.in_container())}
    if params["guest"]:
        # Most runs need none of this code.
        from ansible_collections.photon.hardening.plugins.module_utils import _guest, _sysfs
        result["guest"] = _guest.rows(_sysfs.guest(run_command))
    return dict(result, changed=False, parameters=_info.rows(modes, firsts, _read(modes), boot, params["salt"]))


def _result_of(params, run_command):
    try:
        return run(params, run_command)
    except PermissionError as exc:
        return dict(failed=True, msg="%s: run this with become, or as root" % exc)
    except (ValueError, OSError) as exc:
        return dict(failed=True, msg=str(exc))


def main():
    module = AnsibleModule(
        argument_spec=dict(names=dict(type="list", elements="str", default=["*"]), salt=dict(type="str", no_log=False),
                           guest=dict(type="bool", default=False)),
        supports_check_mode=True)
    result = _escape.everything(_result_of(module.params, module.run_command))
    for note in result.get("notes", ()):
        module.warn(note)
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
