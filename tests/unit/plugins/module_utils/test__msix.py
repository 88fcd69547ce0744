# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import json

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _modprobe, _msix
from ansible_collections.photon.hardening.plugins.module_utils._model import HostProblem

CONF, LATE = "/etc/modprobe.d/a.conf", "/etc/modprobe.d/zzz.conf"
ON = "options vmw_vmci disable_msix=1\n"


def facts(text="", cmdline="", path=CONF, builtin=(), modules=(), initramfs="/boot/initrd", ours=None):
    files = [(path, text)] + ([(_msix.PATH, ours)] if ours else [])
    return _msix.Facts(_modprobe.settings(files, cmdline), cmdline, builtin, None if modules is None else set(modules), initramfs)


@pytest.mark.parametrize("given, lines", [
    (facts(), None), (facts("options vmw_vmci disable_msix=0"), None), (facts(ON + "options vmw_vmci disable_msix=0"), None),
    (facts("options vmxnet3 disable_msix=1\noptions vmw_vmci disable_host=1"), None),
    (facts(ON), ["# Against %s:1" % CONF, "options vmw_vmci disable_msix=0"]),
    (facts("\noptions vmw-pvscsi disable_msi disable_msix=Y"), [
        "# Against %s:2" % CONF, "options vmw_pvscsi disable_msi=0", "# Against %s:2" % CONF, "options vmw_pvscsi disable_msix=0"]),
    # Our own file decides nothing: what it is against does.
    (facts(ON, ours="options vmw_vmci disable_msix=0\n"), ["# Against %s:1" % CONF, "options vmw_vmci disable_msix=0"]),
    (facts("", ours="options vmw_vmci disable_msix=1\n"), None),
    (facts(ON, path="/etc/modprobe.d/a\x1b.conf"), ["# Against /etc/modprobe.d/a\\x1b.conf:1", "options vmw_vmci disable_msix=0"]),
])
def test_what_is_undone(given, lines):
    text = _msix.text_of(_msix.steps(given))
    assert text is None if lines is None else text.splitlines()[1:] == lines and text.startswith("# Managed by photon.hardening")


@pytest.mark.parametrize("given, words", [
    (facts(ON, "pci=nomsi"), "No option of a driver counts while pci=nomsi is on the kernel's command line"),
    (facts(ON, "vmw_vmci.disable_msix=1"), "The command line comes after modprobe.d: remove vmw_vmci.disable_msix from the kernel's"),
    (facts(ON, "-- vmw_vmci.disable_msix=1"), "The command line comes after modprobe.d: remove vmw_vmci.disable_msix from the kernel's"),
    (facts(ON, "vmw_vmci.disable_msix=1", builtin=["vmw_vmci"]), "vmw_vmci is built into the kernel: remove vmw_vmci.disable_msix from"),
    (facts("install vmw_vmci modprobe -i vmw_vmci disable_msix=1"), CONF + ":1 is a command that loads the driver"),
    (facts(ON, path=LATE), LATE + ":1 is read after our file /etc/modprobe.d/zz-photon-hardening.conf: edit that line."),
    (facts(ON, path="/etc/modprobe.d/zz-photon-hardening.conf.conf"), "/etc/modprobe.d/zz-photon-hardening.conf.conf:1 is read after our"),
    (facts(ON, modules=["vmw_vmci"]), "vmw_vmci is loaded by the initramfs /boot/initrd, which has a modprobe.d of its own: edit %s:1, "
                                      "make the initramfs anew (dracut -f, or update-initramfs -u), and boot again." % CONF),
    (facts(ON, modules=None, initramfs="why not"), "It cannot be seen whether vmw_vmci is loaded by the initramfs (why not): edit "),
])
def test_what_a_person_has_to_do(given, words):
    (step,) = _msix.steps(given)
    assert step.state == "manual" and step.reason.startswith(words) and _msix.text_of([step]) is None
    assert _msix.message([step]) == step.reason


OURS = "options vmw_vmci disable_msix=0\n"


@pytest.mark.parametrize("more, stays", [
    (dict(cmdline="pci=nomsi"), True), (dict(cmdline="vmw_vmci.disable_msix=1"), True), (dict(modules=["vmw_vmci"]), True),
    (dict(modules=None), True), (dict(builtin=["vmw_vmci"]), True), (dict(text=""), False), (dict(text="", cmdline="pci=nomsi"), False),
    (dict(text="options vmw_vmci disable_msix=0", modules=None), False), (dict(text="options vmw_pvscsi disable_msi=1"), False),
    (dict(text="", cmdline="vmw_vmci.disable_msix=1"), False)])
def test_a_line_of_ours_stays_for_as_long_as_what_it_is_against(more, stays):
    given = facts(**dict(dict(text=ON, ours=OURS), **more))
    steps, staying = _msix.steps(given), _msix.kept(given.settings)
    assert (OURS in (_msix.text_of(steps, staying) or "")) is stays
    kept = "%s is kept, because without it vmw_vmci disable_msix would take effect again." % _msix.PATH
    assert (kept in _msix.message(steps, staying)) is stays


def test_a_line_that_stays_and_a_new_one_stand_in_one_order():
    given = facts(ON + "options vmw_pvscsi disable_msi=1", ours=OURS, modules=["vmw_vmci"])
    steps, staying = _msix.steps(given), _msix.kept(given.settings)
    assert [line for line in _msix.text_of(steps, staying).splitlines() if line.startswith("options")] == [
        "options vmw_pvscsi disable_msi=0", "options vmw_vmci disable_msix=0"]
    assert [line for line in _msix.text_of(steps).splitlines() if line.startswith("options")] == ["options vmw_pvscsi disable_msi=0"]


def test_an_option_in_modprobe_d_does_not_reach_what_is_built_in():
    assert _msix.steps(facts(ON, builtin=["vmw_vmci"])) == []


def test_one_driver_in_the_initramfs_and_one_that_is_not():
    given = facts(ON + "options vmw_pvscsi disable_msi=1", modules=["vmw_pvscsi"])
    assert [(step.driver, step.state) for step in _msix.steps(given)] == [("vmw_pvscsi", "manual"), ("vmw_vmci", "changed")]
    assert "pvscsi" not in _msix.text_of(_msix.steps(given))
    msg = _msix.message(_msix.steps(given))
    done = _msix.PATH + " switches off vmw_vmci disable_msix: takes effect when the driver is loaded next time"
    assert msg.startswith(done + "; vmw_pvscsi is loaded by")


@pytest.mark.parametrize("removed, end", [(False, "VMware."), (True, "VMware. Our file is removed.")])
def test_nothing_to_undo(removed, end):
    assert _msix.message([], removed=removed) == "No option takes MSI or MSI-X away from a driver of " + end


# --- what is remembered ---

def test_the_memory_comes_back_and_knows_both_texts():
    first = _msix.remember(_msix.NOTHING, None, "a\udcff", ("/etc/modprobe.d",))
    second = _msix.remember(first, "a\udcff", "b", ())
    assert second.folders == ("/etc/modprobe.d",)
    assert _msix.memory_of(_msix.memory_text(second)) == second
    assert [_msix.is_ours(text, second) for text in ("a\udcff", "b", "c", None)] == [True, True, False, False]
    assert not _msix.is_ours("b", first) and _msix.memory_of(None) == _msix.NOTHING


GOOD = json.loads(_msix.memory_text(_msix.remember(_msix.NOTHING, None, "a", ())))


@pytest.mark.parametrize("text", [
    "", "x", "[]", "1", "[" * 30000, json.dumps(dict(GOOD, version=2)), json.dumps(dict(GOOD, path="/etc/passwd")),
    json.dumps(dict(GOOD, folders=["/etc/other"])), json.dumps(dict(GOOD, folders=["/etc/mod"])), json.dumps(dict(GOOD, folders="/etc")),
    json.dumps(dict(GOOD, sha256=[1])), json.dumps(dict(GOOD, sha256=None)), json.dumps({"version": 1})])
def test_a_memory_that_is_damaged_or_foreign_is_refused(text):
    with pytest.raises(HostProblem) as caught:
        _msix.memory_of(text)
    assert str(caught.value).startswith("/var/lib/photon-hardening/vmware_guest.json cannot be understood: ")
