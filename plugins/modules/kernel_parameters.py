# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: kernel_parameters
short_description: Set kernel parameters now and at boot, and show each one before and after
version_added: 0.1.0
author:
  - The photon.hardening authors (@photon-hardening)
description:
  - Takes whole C(sysctl.d) drop-ins as the specification of what is wanted, sets every live value, writes the files, and proves by reading
    back. One execution per host, whatever the number of parameters.
  - All or nothing. Everything is decided before the first write. When the kernel refuses a value, or a file cannot be written, every value
    and file is put back and the task fails with the parameter, the value, the error and the line that asks for it. What cannot be put back
    is named and stays remembered, so that O(state=absent) tries it again.
  - Some values cannot be undone completely, such as C(disable_ipv6), which removes addresses and routes. They are written last, after all
    other values were checked.
  - What the kernel moves by itself is known. Switching IP forwarding, for example, also switches it on every interface. Such values are
    remembered, checked and put back as well.
  - A value or file that existed before is not treated as written by this module. A run never makes a value weaker than the host had it,
    except for overrides and for parameters without a rule.
  - What was there before the first run is kept in C(/var/lib/photon-hardening/baseline.json), so that O(state=absent) can put it back.
  - Reads C(/proc/sys) and text files by itself; neither the C(sysctl) program nor any library of the host is used.
requirements:
  - Python 3.6 or newer on the host, standard library only. Python 3.6 needs ansible-core 2.16 on the controller, 3.7 needs 2.16 or 2.17.
  - root
extends_documentation_fragment:
  - photon.hardening.report
options:
  dropins:
    description:
      - The drop-ins, each with its whole content. What a drop-in says is what is wanted.
      - An empty O(dropins[].content) removes a drop-in and returns its parameters to their baseline. Where another drop-in of this module
        sets the same parameter, that value is set instead.
      - Drop-ins that are not named here are left alone.
      - A file that is replaced, or that is hidden because it has the same name in another folder, loses none of its other lines. They are
        kept at the end of the drop-in, for the next boot.
      - Lines that contradict one another are refused, such as V(net.ipv4.ip_forward = 0) and V(net.ipv4.conf.all.forwarding = 1), which are
        two names of one parameter.
      - Required with O(state=present), unless a O(profile) selects them. With O(state=absent) the default is every drop-in that this module
        wrote.
    type: list
    elements: dict
    suboptions:
      path:
        description: A file of a C(sysctl.d) folder, such as C(/etc/sysctl.d/50-security-hardening.conf).
        type: path
        required: true
      content:
        description:
          - Lines as in C(sysctl.d(5)). A line that is not understood fails the task, and nothing is written.
          - The file is written with this text and a header. A line that is not in force on this host (waived, held back, not known to
            the kernel) is commented out with the reason. A line whose parameter has a better value already carries that value.
        type: str
        required: true
  rules:
    description:
      - "Rules for single parameters: a dictionary of parameter names, each with a dictionary of these keys. All are optional."
      - C(accept) - a list of values that are as good as the wanted one or better, from the weakest to the strictest. Such a value is kept
        when somebody else has set it, now and at boot.
      - C(at_least), C(at_most) - the same for numbers.
      - C(hold) - which uses of a host a value would break. A list speaks of the wanted value; a dictionary names the uses value by value,
        as in C({"0"&colon; [docker, kubelet]}). The engines and gateways are C(docker), C(containerd), C(crio), C(podman), C(kubelet),
        C(nomad), C(libvirt), C(lxd), C(incus), C(lxc), C(nspawn), C(wireguard), C(openvpn), C(docker_userns), C(podman_userns),
        C(docker_rootless), C(podman_rootless) and C(lxc_rootless), the other uses C(rootless_later), C(router), C(router_ipv6), C(slaac),
        C(multihomed), C(service_address), C(bridged_guests), C(strict_memory), C(userfaultfd), C(kexec), C(kdump), C(private_users),
        C(sandbox), C(crash_collector), C(profiler), C(debugger) and C(io_uring).
        U(https://github.com/photon-hardening/photon.hardening/blob/main/docs/uses.md) says what
        proves each of them. O(container_host) and O(uses) decide whether the parameter is C(held_back).
      - C(stops) - in the same form, of which uses a value stops something. It is still set, and a warning names them. In place of a
        list of uses a dictionary says what of each stops, as in C({"0"&colon; {router&colon; redirects}}).
      - C(interfaces) - V(true) sets a parameter of C(net.*.conf.all) or C(net.*.conf.default) on every interface that exists, too. Network
        devices get a line of their own, because at boot they may be there before the line of C(conf.default) is read.
      - C(one_way) - V(true) when the kernel does not take the value back before a reboot. Such a parameter is set last.
      - C(machine) - the processors that the value is for, as C(uname -m) names them, separated by blanks. On another processor the
        parameter is unsupported.
      - C(needs_module) - the kernel module without which the parameter does not exist. Its line stays in force.
      - C(exact) - V(true) sets the parameter also where that unsets another one, as C(vm.dirty_ratio) unsets C(vm.dirty_bytes). Without it
        such a parameter is C(held_back) while the other one is in force.
      - C(report) - a reference value. The parameter is shown and never set.
      - C(required) - the name of the variable that asks for the parameter. If this kernel does not have the parameter, and a missing
        interface, a missing module or a container is not the reason, the name counts as mistyped. The task fails before anything is
        written.
      - C(meant) - with C(required), the name that the error suggests if the kernel has no parameter with a similar name.
      - C(waived) - the reason why the parameter is left alone. It counts for every name of the parameter.
      - C(waiver_expired) - the day on which a waiver ended. The parameter is set, and a warning says so.
    type: dict
    default: {}
  container_host:
    version_added: 1.0.0
    description:
      - Whether parameters are held back that would break a container engine, virtual machines or a VPN gateway, as C(hold) of O(rules)
        says. With O(state=absent) it also decides whether forwarding that is in use stays on. For other uses only O(uses) counts.
      - V(auto) looks on the host for each use and holds back what would break those that it finds. A use is proved by a program, a
        service or a configuration file of root, or by a value that was there before the first run. A process of root and a route are
        weak evidence. With weak evidence a run does not set the value. If the value is already set, the run leaves it. A warning names the
        evidence.
        Processes of ordinary users do not count, except for rootless engines, where the user may have them.
      - V(always) holds back whatever would break any engine or VPN gateway.
      - V(never) sets these values.
    type: str
    choices: [auto, always, never]
    default: auto
  uses:
    version_added: 1.0.0
    description:
      - "What the host is used for, where what is found there is not right: a dictionary of uses, those of C(hold) in O(rules), each
        V(auto), V(present) or V(absent). It comes before O(container_host)."
      - With O(root), uses that only a running host shows (C(slaac), C(multihomed)) count as present unless it says otherwise.
    type: dict
    default: {}
  profile:
    description:
      - The column of the collection's catalogue that is applied, such as V(photon) or V(container_host). The controller then makes
        the drop-ins and rules from it, so neither O(dropins) nor O(rules) is given.
      - What O(groups), O(overrides) and O(waivers) do not say is taken from the host's variables C(photon_hardening_groups),
        C(photon_hardening_overrides), C(photon_hardening_overrides__NAME), C(photon_hardening_waivers) and
        C(photon_hardening_waivers__NAME).
      - With O(dropins), or when nothing is to be set (O(state=absent)), it is a label for the result, and any text will do.
    type: str
  groups:
    version_added: 1.0.0
    description: The groups of the O(profile) that are applied, of V(security), V(tuning) and V(network). The default is all of them.
    type: list
    elements: str
  overrides:
    version_added: 1.0.0
    description:
      - "Values that this host shall have instead of those of the O(profile): a dictionary of parameter names and values in quotes. A null
        leaves a parameter alone."
      - It takes the place of the variable C(photon_hardening_overrides).
    type: dict
  waivers:
    version_added: 1.0.0
    description:
      - "Parameters that are left alone: a dictionary of parameter names, each with a dictionary of C(reason) and, if it ends, C(expires),
        the last day as YYYY-MM-DD. C(owner) and C(ticket), texts that are shown with the reason, may be beside them."
      - A control of a benchmark, such as C(cis_rhel9:3.3.1), stands for all of its parameters that have no waiver of their own.
      - It takes the place of the variable C(photon_hardening_waivers).
    type: dict
  role_variables:
    version_added: 1.0.0
    description:
      - If true, options that the task does not set are read from the variables C(photon_hardening_OPTION), as in the role
        C(photon.hardening.photon_hardening). The variables are documented and checked as there.
      - With O(state=absent) the drop-ins of the role go, and no others.
    type: bool
    default: false
  conflicts:
    description:
      - What to do when another file would give one of our parameters another value at boot.
      - V(restate) repeats our line in C(/etc/sysctl.d/zz-photon-hardening.conf). When another file sorts after that one, the name is
        changed so that ours is read last. No foreign file is edited.
      - V(report) changes nothing and gives the parameter the state C(overridden).
      - A drop-in keeps the value of this option with which it was written.
    type: str
    choices: [restate, report]
    default: restate
  fail_on:
    description:
      - Fail, before anything is written, when a parameter has one of these states. In check mode the rows of the result stay what they
        would be without it, so that an audit that fails still shows what would change; in a run, what was planned is V(not_applied).
      - It is judged on what can be known before the first write. A value that the kernel refuses when it is written fails the run anyway.
    type: list
    elements: str
    choices:
      - waived
      - held_back
      - unsupported
      - rejected
      - not_applied
      - read_only
      - reboot_required
      - stricter
      - overridden
      - changed
      - ok
    default: []
  state:
    description:
      - V(present) sets what the drop-ins say.
      - V(absent) puts back the values and files from before the first run (the baseline), but only those that are still as this module left
        them. What something else has changed since then is left as it is and named.
      - On a clone of a machine that was hardened, the baseline is that of the machine. A warning of each run says so.
      - V(adopted) is for a host whose baseline is lost. It stores the current values and files as the baseline, and changes nothing else on
        the host. On a clone it makes the baseline, as it is, that of this host.
      - V(forgotten) deletes the baseline, readable or not, and changes nothing else on the host. Then no rollback is possible any more.
    type: str
    choices: [present, absent, adopted, forgotten]
    default: present
  root:
    description:
      - A mounted image to harden instead of this host. Only its files are written, and its parameters have boot values only.
      - Its result is kept and reported as C(HOST (image PATH)); it replaces no result of the host, and there are no facts of it.
      - The module works in a process that has entered the image with C(chroot), so nothing outside the image is read or written.
    type: path
  guest:
    version_added: 1.0.0
    description:
      - Whether an audit (check mode) also reads what the host has of VMware's drivers and tools. The controller then executes
        M(photon.hardening.vmware_guest_info) as well, puts its rows into RV(guest), and each finding into RV(notes).
    type: bool
    default: false
  vmware_msix:
    version_added: 1.0.0
    description:
      - V(enable) switches MSI-X of the drivers of a guest of VMware on again, with O(state=present). The controller then executes
        M(photon.hardening.vmware_guest) as well, whose rows are in RV(vmware_guest). V(keep) changes nothing.
      - O(state=absent) undoes V(enable) on every host that has it, whatever this option says.
    type: str
    choices: [enable, keep]
    default: keep
  report_dir:
    description:
      - A folder on the controller in which the result is kept as C(HOST.json), one line of JSON, also in check mode and for a host that
        failed or could not be reached. What is special in a file's name is written as in a URL, so that a host C(a/b) has the file
        C(a%2Fb.json).
      - The callback plugin P(photon.hardening.report#callback), where it is enabled, writes the reports of the run into a folder of
        their own below it when the run ends.
      - A relative folder is below the one in which the command was typed.
      - Results list weaknesses. So a new folder is made for its owner alone, a folder that exists keeps its mode, and each file can be
        read by its owner alone.
      - With C(no_log) nothing is kept.
    type: path
attributes:
  check_mode:
    description: Predicts the result. Only a value that the kernel refuses or rounds when it is written cannot be foreseen.
    support: full
  diff_mode:
    description: Two parts, the drop-ins and the running kernel, each with only the lines that matter.
    support: full
  idempotent:
    description: A second run changes nothing.
    support: full
  async:
    description: Not supported; a run takes well under a second.
    support: none
notes:
  - In a container C(/proc/sys) is read-only. The files are written there, each parameter has the state C(read_only), and the task does not
    fail.
seealso:
  - name: sysctl.d(5)
    description: The files and the order in which they are read at boot.
    link: https://www.freedesktop.org/software/systemd/man/latest/sysctl.d.html
  - name: The kernel's own documentation of its parameters
    description: What each parameter means.
    link: https://docs.kernel.org/admin-guide/sysctl/
"""

EXAMPLES = r"""
- name: Restrict ptrace to descendants, and keep 2 or 3 where somebody set it
  photon.hardening.kernel_parameters:
    dropins:
      - path: /etc/sysctl.d/50-security-hardening.conf
        content: |
          kernel.yama.ptrace_scope = 1
          kernel.kptr_restrict = 2
    rules:
      kernel.yama.ptrace_scope:
        accept: ["2", "3"]

- name: Apply a profile of the catalogue, with one value of one's own
  photon.hardening.kernel_parameters:
    profile: container_host
    overrides:
      kernel.yama.ptrace_scope: "2"

- name: Change nothing, and fail where a container engine would have to be cut off
  photon.hardening.kernel_parameters:
    dropins:
      - path: /etc/sysctl.d/50-security-hardening.conf
        content: net.ipv4.ip_forward = 0
    rules:
      net.ipv4.ip_forward:
        hold: [docker]
    fail_on: [held_back]
  check_mode: true

- name: Put everything back as it was before the first run
  photon.hardening.kernel_parameters:
    state: absent
"""

RETURN = r"""
msg:
  description: One line with the counts, the first parameters that differ, and what is held back, waived or overridden.
  returned: always
  type: str
  sample: "2 of 3 parameters differ: kernel.kptr_restrict 0 -> 2, kernel.yama.ptrace_scope 0 -> 1; 1 held back: net.ipv4.ip_forward"
summary:
  description: The number of parameters in each state.
  returned: when the plan could be made
  type: dict
  sample:
    waived: 0
    held_back: 1
    unsupported: 0
    rejected: 0
    not_applied: 0
    read_only: 0
    reboot_required: 0
    stricter: 0
    overridden: 0
    changed: 2
    ok: 0
stopped:
  description: The run ended before the first write, because a parameter has a state of O(fail_on).
  returned: when that is so
  type: bool
  sample: true
parameters:
  description: One row per parameter, those that differ first. The same in check mode.
  returned: when the plan could be made
  type: list
  elements: dict
  contains:
    name:
      description: The parameter, with dots. A dot of an interface's name is a slash, as in C(net.ipv4.conf.eth0/100.rp_filter).
      type: str
      sample: kernel.kptr_restrict
    state:
      description: >-
        The first that fits of C(waived), C(held_back) (it would break a use of this host, or another parameter of which only one can be set
        is in force), C(unsupported) (this kernel lacks it), C(rejected) (the kernel refused the value; in check mode it did so in
        the last run, which failed), C(not_applied) (it was planned,
        and the run failed), C(read_only) (in a container, for example), C(reboot_required) (the kernel takes no other value before a
        reboot), C(overridden) (another file wins at boot), C(stricter) (a better value was found and is kept), C(changed) (the live value
        or the boot value changes) and C(ok).
      type: str
      sample: changed
    before:
      description: The live value that was found, null where there is none.
      type: str
      sample: "0"
    wanted:
      description: The value that is asked for, null where none is.
      type: str
      sample: "2"
    after:
      description: The live value after the run.
      type: str
      sample: "2"
    boot_before:
      description: The value that the files found would set at boot, null where no file sets it.
      type: str
      sample: "1"
    boot:
      description: The value that the files set at boot after the run.
      type: str
      sample: "2"
    boot_source:
      description: The file and line that decide about the boot value.
      type: str
      sample: /etc/sysctl.d/50-security-hardening.conf:4
    boot_source_before:
      description: The file and line that decided about C(boot_before).
      returned: where a file set it, and that is another one than C(boot_source), or another line
      type: str
      sample: /usr/lib/sysctl.d/99-protect-links.conf:7
    dropin:
      description: The drop-in that asks for the parameter.
      type: str
      sample: /etc/sysctl.d/50-security-hardening.conf
    reason:
      description: Why the parameter has its state, empty where that needs no words.
      type: str
      sample: ""
    error:
      description: The name of the error with which the live value cannot be read, such as C(ENOENT) where the kernel lacks the parameter,
        whatever its state.
      returned: where it cannot be read, but not with O(root)
      type: str
      sample: ENOENT
omitted:
  description: The number of rows that were left out of RV(parameters) to keep the result small; 0 up to some 1,000 parameters.
  returned: when the plan could be made
  type: int
  sample: 0
kernel:
  description: What the host runs. With O(root) the kernel is that of the machine, and the system that of the image.
  returned: when the plan could be made
  type: dict
  contains:
    release:
      description: The release of the kernel.
      type: str
    machine:
      description: The processors, as C(uname -m) names them.
      type: str
    system:
      description: What the system calls itself in os-release(5) (PRETTY_NAME), null where it does not say.
      type: str
    os_id:
      description: Its short name there (ID), null where it does not say.
      type: str
    os_version:
      description: Its version there (VERSION_ID), null where it does not say.
      type: str
  sample: {release: 6.1.0-18-amd64, machine: x86_64, system: Debian GNU/Linux 12 (bookworm), os_id: debian, os_version: "12"}
notes:
  description: What the run warns about, such as a file that something else has replaced. It is kept here for reports, because new releases
    of ansible-core show a warning and keep it nowhere.
  returned: when the plan could be made
  type: list
  elements: str
  sample: ["The waiver of kernel.sysrq ended on 2026-01-31: the parameter is enforced again."]
guest:
  description: The rows of M(photon.hardening.vmware_guest_info).
  returned: in check mode, with O(guest=true)
  type: list
  elements: dict
  sample: [{name: open-vm-tools, value: running, state: ok, reason: "", source: null}]
vmware_guest:
  description: The rows of M(photon.hardening.vmware_guest).
  returned: with O(vmware_msix=enable), and with O(state=absent) where there is something of it to undo
  type: list
  elements: dict
  sample:
    - {driver: vmw_vmci, name: disable_msix, state: changed, reason: "It has no effect any more.", source: "/etc/modprobe.d/vmware.conf:3"}
diff:
  description: What changes, in two entries, the drop-ins and the running kernel.
  returned: in diff mode
  type: list
  elements: dict
  sample:
    - {before_header: drop-ins, after_header: drop-ins, before: "", after: "kernel.kptr_restrict = 2\n"}
    - before_header: running kernel
      after_header: running kernel
      before: "kernel.kptr_restrict = 0\n"
      after: "kernel.kptr_restrict = 2\n"
preview_of:
  description: What check mode has previewed, C(rollback), C(adopt) or C(forget). The result of a preview is not stored.
  returned: in check mode with O(state) other than V(present), when the plan could be made
  type: str
  sample: rollback
ansible_facts:
  description: What a fact cache keeps.
  returned: when the plan could be made, but for a preview (RV(preview_of))
  type: dict
  contains:
    photon_hardening:
      description:
        - The time (UTC), the run and its mode, the profile, the kernel, the counts, the names of the parameters that differ, and all names
          by state. A report can be made of it where no result was kept.
        - With O(root) the fact is called C(hardening_of_image_) with a digest of the path, so that the host and each image have their own.
      type: dict
      sample:
        time: "2026-01-31T12:00:00Z"
        run: 20260131T115958Z-4711
        mode: harden
        profile: photon
        kernel: {release: 6.1.0-18-amd64, machine: x86_64, system: Debian GNU/Linux 12 (bookworm)}
        summary: {changed: 1}
        differing: [kernel.kptr_restrict]
        names: {changed: [kernel.kptr_restrict]}
        omitted: 0
"""

import os

from ansible.module_utils.basic import AnsibleModule

# Before all others: it has them compiled once.
from ansible_collections.photon.hardening.plugins.module_utils import _once

_once.install(_once.__spec__.loader)

from ansible_collections.photon.hardening.plugins.module_utils import _apply, _escape, _procfs, _run, _secrets, _units
from ansible_collections.photon.hardening.plugins.module_utils._model import CONFLICTS, CONTAINER_HOST, STATES

# A key of eight characters and more is starred out wherever Ansible shows it.
_STARRED = 8


def _arguments():
    return dict(
        dropins=dict(type="list", elements="dict", options=dict(
            path=dict(type="path", required=True), content=dict(type="str", required=True))),
        rules=dict(type="dict", default={}),
        profile=dict(type="str"),
        groups=dict(type="list", elements="str"),
        overrides=dict(type="dict"),
        waivers=dict(type="dict"),
        role_variables=dict(type="bool", default=False),
        container_host=dict(type="str", choices=list(CONTAINER_HOST), default="auto"),
        uses=dict(type="dict", default={}),
        conflicts=dict(type="str", choices=list(CONFLICTS), default="restate"),
        fail_on=dict(type="list", elements="str", choices=list(STATES), default=[]),
        state=dict(type="str", choices=["present", "absent", "adopted", "forgotten"], default="present"),
        root=dict(type="path"),
        guest=dict(type="bool", default=False),
        vmware_msix=dict(type="str", choices=["enable", "keep"], default="keep"),
        report_dir=dict(type="path"),
        report_formats=dict(type="list", elements="str", choices=["html", "json", "junit", "hdf", "cklb"]),
        report_keep=dict(type="int"),
        report_benchmark=dict(type="str", choices=["stig_rhel8", "stig_rhel9", "stig_photon3_vcsa7", "stig_photon4_vcsa8"]),
    )


def _result_of_image(module):
    """None where `root` is this host itself."""
    from ansible_collections.photon.hardening.plugins.module_utils import _image
    # Inside an image nothing can be imported.
    _units.network_room()
    try:
        _image.check_given(module.params["root"])
        root = _image.root_of(module.params["root"])
        return _image.inside(root, lambda: _run.run(module.params, True, module.check_mode, module._diff)) if root else None
    except _run.TROUBLE as exc:
        return dict(failed=True, msg=str(exc))


def _result_of(module):
    # Most hosts need no code for images.
    result = _result_of_image(module) if module.params["root"] is not None else None
    if result is not None:
        return result
    if _procfs.in_container():
        module.warn("This host is a container: its kernel is that of the machine on which the container runs, and is shared with it.")
    return _with_owners(_run.run(module.params, False, module.check_mode, module._diff), module.run_command)


def _with_owners(result, run_command):
    """RESULT with a note of whom each file is that has taken the place of ours."""
    paths = result.pop("replaced", ())
    if not paths:
        return result
    # Most runs need none of this code.
    from ansible_collections.photon.hardening.plugins.module_utils import _programs
    return dict(result, notes=result["notes"] + [_programs.owner_told(path, run_command) for path in paths])


def _told_by(module, result):
    """RESULT as it leaves the host: without secrets, and harmless."""
    keys = _secrets.found(result, [item["content"] for item in module.params["dropins"] or ()])
    # For what Ansible shows of the arguments.
    module.no_log_values.update(key for key in keys if len(key) >= _STARRED)
    return _escape.everything(_secrets.hidden(result, keys))


def main():
    module = AnsibleModule(argument_spec=_arguments(), required_if=[("state", "present", ("dropins",))], supports_check_mode=True)
    if os.geteuid() != 0:
        module.fail_json(msg="This module needs root: use become.")
    with _apply.SIGNALS:
        result = _told_by(module, _result_of(module))
        # What is done is told, whatever comes now.
        _apply.SIGNALS.deaf = True
        for note in result.get("notes", ()):
            module.warn(note)
        if result.pop("failed", False):
            module.log(result["msg"])
            module.fail_json(**result)
        module.exit_json(**result)


if __name__ == "__main__":
    main()
