# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What gives MSI and MSI-X back to VMware's drivers: the text of our file of modprobe.d, and words where no such file can.

Pure. What is remembered is a small file of its own: each path in the baseline of the parameters is a drop-in of sysctl.d, and taking back
is defined for those. Private to the collection.
"""

import hashlib
import json
from collections import namedtuple

from ansible_collections.photon.hardening.plugins.module_utils import _escape, _files, _guest, _modprobe
from ansible_collections.photon.hardening.plugins.module_utils._model import HostProblem

PATH = "/etc/modprobe.d/zz-photon-hardening.conf"
MEMORY = _files.GUEST_MEMORY
_VERSION, _MOST = 1, 1 << 16
_HEADER = "# Managed by photon.hardening, module vmware_guest. It takes effect when the driver is loaded next time.\n"

# What of a host decides. builtin: drivers that are. in_initramfs: a set of drivers, None where it is not known; initramfs: its path, or why
# it is not known.
Facts = namedtuple("Facts", "settings cmdline builtin in_initramfs initramfs")
# state: changed (our line gives it back) | manual (a person has to do it). reason: a sentence.
Step = namedtuple("Step", "driver name state reason source")
# hashes: of the texts that we have put at PATH. folders: those that we made for it.
Memory = namedtuple("Memory", "hashes folders")
NOTHING = Memory((), ())


def _file_of(setting):
    return setting.source.rpartition(":")[0]


def _is_in_ours(setting):
    return _file_of(setting) == PATH


def namesake(files):
    """A path of FILES that modprobe would not read any more beside ours, None where there is none: of a name it reads one file alone."""
    return next((path for path, _text in files if path != PATH and _name(path) == _name(PATH)), None)


def _name(path):
    return path.rpartition("/")[2]


def disabling(settings, builtin):
    """The Setting in force for each parameter that takes MSI or MSI-X away from a driver when it is loaded, but for our own lines."""
    foreign = [item for item in settings if not _is_in_ours(item)]
    found = [_modprobe.in_force(foreign, driver, name, driver in builtin)
             for driver in _guest.SWITCHABLE for name in _modprobe.DISABLING]
    return [item for item in found if item is not None and _modprobe.is_on(item.value)]


def kept(settings):
    """The line of modprobe.d that each line of our file is against. Ours stays for as long as that one does: what takes its effect away
    today, such as pci=nomsi, may be gone tomorrow."""
    foreign = [item for item in settings if not _is_in_ours(item) and item.how in (_modprobe.OPTIONS, _modprobe.INSTALL)]
    found = [_modprobe.in_force(foreign, item.driver, item.name) for item in settings if _is_in_ours(item)]
    return [item for item in found if item is not None and _modprobe.is_on(item.value)]


def steps(facts):
    """A Step for each parameter that has to change."""
    if _modprobe.nomsi(facts.cmdline):
        return [Step(None, "pci=nomsi", "manual", "No option of a driver counts while pci=nomsi is on the kernel's command line: remove "
                     "it in the boot loader's configuration, and boot again.", _modprobe.CMDLINE_SOURCE)]
    return [_step(item, facts) for item in disabling(facts.settings, facts.builtin)]


def _step(item, facts):
    problem = _problem(item, facts)
    reason = problem or "%s = %s in %s has no effect any more when %s is loaded next time." % (
        item.name, item.value, item.source, item.driver)
    return Step(item.driver, item.name, "manual" if problem else "changed", reason, item.source)


def _problem(item, facts):
    """What a person has to do where our file would have no effect, in one sentence; None where it has."""
    if item.how in (_modprobe.KERNEL, _modprobe.INIT):
        what = "%s is built into the kernel" % item.driver if item.driver in facts.builtin else "The command line comes after modprobe.d"
        return "%s: remove %s.%s from the kernel's command line, in the boot loader's configuration, and boot again." % (
            what, item.driver, item.name)
    if item.how == _modprobe.INSTALL:
        return "%s is a command that loads the driver, and no option comes after it: edit that line." % item.source
    if _name(_file_of(item)) > _name(PATH):
        return "%s is read after our file %s: edit that line." % (item.source, PATH)
    mend = "edit %s, make the initramfs anew (dracut -f, or update-initramfs -u), and boot again." % item.source
    if facts.in_initramfs is None:
        return "It cannot be seen whether %s is loaded by the initramfs (%s): %s" % (item.driver, facts.initramfs, mend)
    if item.driver in facts.in_initramfs:
        return "%s is loaded by the initramfs %s, which has a modprobe.d of its own: %s" % (item.driver, facts.initramfs, mend)
    return None


def text_of(found, staying=()):
    """Our file, None where it has nothing to say. STAYING: what it is against already."""
    changed = [step for step in found if step.state == "changed"]
    against = {(item.driver, item.name): item.source for item in list(staying) + changed}
    lines = ["# Against %s\noptions %s %s=0\n" % (_escape.text(source), driver, name)
             for (driver, name), source in sorted(against.items())]
    return _HEADER + "".join(lines) if lines else None


def message(found, staying=(), removed=False):
    """One line. STAYING: what our file is against already. REMOVED: whether our file goes."""
    mended = ["%s %s" % (step.driver, step.name) for step in found if step.state == "changed"]
    left = ["%s %s" % (item.driver, item.name) for item in staying]
    told = [step.reason for step in found if step.state == "manual"]
    if mended:
        told.insert(0, "%s switches off %s: takes effect when the driver is loaded next time" % (PATH, ", ".join(mended)))
    if set(left) - set(mended):
        told.append("%s is kept, because without it %s would take effect again." % (PATH, ", ".join(sorted(set(left) - set(mended)))))
    if removed:
        told.append("Our file is removed.")
    return "; ".join(told) if found else " ".join(["No option takes MSI or MSI-X away from a driver of VMware."] + told)


# --- what is remembered ---

def hash_of(text):
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def is_ours(text, memory):
    return text is not None and hash_of(text) in memory.hashes


def remember(memory, old, new, folders):
    """The Memory before NEW takes the place of OLD: both are ours, since a run may be killed between the two."""
    kept = tuple(hash_of(text) for text in (old, new) if text is not None)
    return Memory(kept, memory.folders or tuple(folders))


def memory_text(memory):
    return json.dumps({"version": _VERSION, "path": PATH, "sha256": list(memory.hashes), "folders": list(memory.folders)}, indent=1,
                      sort_keys=True) + "\n"


def memory_of(text):
    """The Memory that the file's TEXT holds; HostProblem where it cannot be that of this module."""
    if text is None:
        return NOTHING
    try:
        data = json.loads(text[:_MOST])
        hashes, folders = data["sha256"], data["folders"]
        texts = all(isinstance(item, str) for item in hashes + folders)
        good = texts and (data["version"], data["path"]) == (_VERSION, PATH) and all(PATH.startswith(item + "/") for item in folders)
    except (ValueError, KeyError, TypeError, RecursionError):
        good = False
    if not good:
        raise HostProblem("%s cannot be understood: look at %s, remove it where it is not wanted, then remove %s" % (MEMORY, PATH, MEMORY))
    return Memory(tuple(hashes), tuple(folders))
