# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: vmware_guest
short_description: Switch MSI-X on again for the drivers of a guest of VMware
version_added: 1.0.0
author:
  - The photon.hardening authors (@photon-hardening)
description:
  - A line of C(modprobe.d) such as C(options vmw_vmci disable_msix=1) switches MSI-X of a driver off. With O(msix=enable) the file
    C(/etc/modprobe.d/zz-photon-hardening.conf) is written, whose lines are read after that one and undo it. No foreign file is edited.
  - It takes effect when the driver is loaded next time. No driver is unloaded.
  - Only the options C(disable_msi) and C(disable_msix) of C(vmw_pvscsi) and C(vmw_vmci) are undone, and only those of a driver that is a
    module and is not loaded by the initramfs. Where a line of C(modprobe.d) has no effect, nothing is written, and the result says what to
    do instead. That is so for a driver that is built in or in the initramfs, for what the kernel's command line says (C(pci=nomsi),
    C(vmw_vmci.disable_msix=1)), for an C(install) line, and for a file that is read after ours.
  - If no option switches MSI-X off, the file is not written, and removed if it is ours. Each line of our file stays as long as the line
    of C(modprobe.d) that it undoes exists.
requirements:
  - Python 3.6 or newer on the host, standard library only. Python 3.6 needs ansible-core 2.16 on the controller, 3.7 needs 2.16 or 2.17.
  - root
options:
  msix:
    description:
      - V(enable) undoes the options that switch MSI or MSI-X off.
      - Required with O(state=present).
    type: str
    choices: [enable]
  state:
    description:
      - V(present) does what O(msix) says.
      - V(absent) removes our file again. A file that something else has changed since then is left as it is and named.
    type: str
    choices: [present, absent]
    default: present
attributes:
  check_mode:
    description: Predicts the result.
    support: full
  diff_mode:
    description: The file before and after.
    support: full
  idempotent:
    description: A second run changes nothing.
    support: full
  async:
    description: Not supported; a run takes a few seconds at most.
    support: none
notes:
  - What was written is remembered in C(/var/lib/photon-hardening/vmware_guest.json), for the way back.
  - To know what the initramfs loads, the module reads it. One that is compressed with zstd, lz4 or lzo cannot be read with Python's own
    means, and is taken for one that may load the driver.
  - A host that is not a guest of VMware, or that is a container, is left as it is, and the task succeeds.
seealso:
  - module: photon.hardening.vmware_guest_info
"""

EXAMPLES = r"""
- name: Switch MSI-X on again
  photon.hardening.vmware_guest:
    msix: enable

- name: Take that back
  photon.hardening.vmware_guest:
    state: absent
"""

RETURN = r"""
msg:
  description: One line with what is done and what a person has to do.
  returned: always
  type: str
  sample: "/etc/modprobe.d/zz-photon-hardening.conf switches off vmw_vmci disable_msix: takes effect when the driver is loaded next time"
file:
  description: The path of our file.
  returned: success
  type: str
  sample: /etc/modprobe.d/zz-photon-hardening.conf
rows:
  description: One row per option that takes MSI or MSI-X away.
  returned: success
  type: list
  elements: dict
  contains:
    driver:
      description: The driver, null for C(pci=nomsi).
      type: str
      sample: vmw_vmci
    name:
      description: The option.
      type: str
      sample: disable_msix
    state:
      description: C(changed) (our file undoes it) or C(manual) (a person has to do it).
      type: str
      sample: changed
    reason:
      description: What happens, or what to do, in one sentence.
      type: str
      sample: disable_msix = 1 in /etc/modprobe.d/vmware.conf:3 has no effect any more when vmw_vmci is loaded next time.
    source:
      description: The file and line that take MSI or MSI-X away.
      type: str
      sample: /etc/modprobe.d/vmware.conf:3
notes:
  description: What the task warns about.
  returned: success
  type: list
  elements: str
  sample: []
diff:
  description: The file before and after.
  returned: in diff mode
  type: dict
  sample:
    before_header: /etc/modprobe.d/zz-photon-hardening.conf
    after_header: /etc/modprobe.d/zz-photon-hardening.conf
    before: ""
    after: "options vmw_vmci disable_msix=0\n"
"""


from ansible.module_utils.basic import AnsibleModule

# Before all others: it has them compiled once.
from ansible_collections.photon.hardening.plugins.module_utils import _once

_once.install(_once.__spec__.loader)

from ansible_collections.photon.hardening.plugins.module_utils import (
    _atomic,
    _escape,
    _files,
    _guest,
    _lock,
    _modprobe,
    _msix,
    _probe,
    _sysfs,
)
from ansible_collections.photon.hardening.plugins.module_utils._model import Attributes, HostProblem

LOCK_SECONDS = 60


def _facts():
    """The _msix.Facts of this host, or why there is nothing to do on it. The initramfs is read only where it matters."""
    guest = _sysfs.guest()
    if guest.container or not _guest.evidence(guest)[0]:
        return _guest.IN_CONTAINER if guest.container else _guest.NO_GUEST
    if guest.unread:
        raise HostProblem("%s cannot be read: %s. What it sets has to be known." % guest.unread[0])
    settings = _modprobe.settings(guest.files, guest.cmdline)
    builtin = [name for name in _guest.SWITCHABLE if _sysfs.is_builtin(name)]
    matters = [item for item in _msix.disabling(settings, builtin) if item.how == _modprobe.OPTIONS]
    hidden = _msix.namesake(guest.files) if matters else None
    if hidden:
        raise HostProblem("%s has the name of our file %s, which would hide it and all of its lines: give it another name, then run again"
                          % (hidden, _msix.PATH))
    return _msix.Facts(settings, guest.cmdline, builtin, *(_sysfs.initramfs_modules() if matters else (set(), "")))


def _present(old, memory):
    """(text that our file shall have, message, steps)."""
    if old is not None and not _msix.is_ours(old, memory):
        raise HostProblem("%s is not as this module wrote it, or it is somebody else's: move its lines to a file of another name and "
                          "remove it, then run again" % _msix.PATH)
    facts = _facts()
    if isinstance(facts, str):
        return old, facts, []
    steps, staying = _msix.steps(facts), _msix.kept(facts.settings)
    text = _msix.text_of(steps, staying)
    return text, _msix.message(steps, staying, text is None and old is not None), steps


def _absent(old, memory):
    if old is None or not memory.hashes:
        return old, "There is nothing to take back.", []
    if _msix.is_ours(old, memory):
        return None, "%s is removed." % _msix.PATH, []
    return old, "%s is left as it is: something else has changed it since this module wrote it." % _msix.PATH, []


def _check_writes(old, new):
    """Fail now where a write would fail later."""
    if new != old:
        _probe.probe(_msix.PATH, new)
        _probe.probe(_msix.MEMORY, new)


def _write(old, new, memory):
    """Notes. What is remembered is written first, so that a run that is killed in between is taken back as well."""
    if new is None:
        _atomic.commit(_msix.PATH, None)
        _atomic.commit(_msix.MEMORY, None)
        for folder in reversed(memory.folders):
            _atomic.remove_folder(folder)
        return []
    text = _msix.memory_text(_msix.remember(memory, old, new, _atomic.missing_folders(_msix.PATH)))
    try:
        notes = [_atomic.stage(_msix.PATH, new), _atomic.stage(_msix.MEMORY, text, Attributes(0o600, *_files.OWNER))]
        _atomic.commit(_msix.MEMORY, text)
        _atomic.commit(_msix.PATH, new)
    except OSError:
        _atomic.discard(_msix.PATH)
        _atomic.discard(_msix.MEMORY)
        raise
    return [note for note in notes if note]


def run(params, check_mode):
    """The whole result, as plain data."""
    with _lock.one_run(check_mode, LOCK_SECONDS):
        memory, old = _msix.memory_of(_files.read(_msix.MEMORY)), _files.read(_msix.PATH)
        new, msg, steps = (_present if params["state"] == "present" else _absent)(old, memory)
        _check_writes(old, new)
        notes = [step.reason for step in steps if step.state == "manual"]
        if not check_mode:
            if new != old:
                notes += _write(old, new, memory)
            elif memory.hashes and not _msix.is_ours(new, memory):
                # Somebody has removed or changed our file: nothing of it is ours any more.
                _atomic.commit(_msix.MEMORY, None)
    return {"changed": new != old, "msg": msg, "file": _msix.PATH, "rows": [dict(step._asdict()) for step in steps], "notes": notes,
            "diff": {"before_header": _msix.PATH, "after_header": _msix.PATH, "before": old or "", "after": new or ""}}


def _result_of(params, check_mode):
    try:
        return run(params, check_mode)
    except (HostProblem, OSError) as exc:
        return dict(failed=True, msg=str(exc))


def main():
    module = AnsibleModule(
        argument_spec=dict(msix=dict(type="str", choices=["enable"]),
                           state=dict(type="str", choices=["present", "absent"], default="present")),
        required_if=[("state", "present", ["msix"])], supports_check_mode=True)
    result = _escape.everything(_result_of(module.params, module.check_mode))
    if not module._diff:
        result.pop("diff", None)
    for note in result.get("notes", ()):
        module.warn(note)
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
