# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shell over a host below a folder. The same on a real kernel with VMware's devices: tests/vm/test_guest.py."""

import errno
import gzip
import os

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _atomic, _files, _lock, _msix, _processes, _procfs
from ansible_collections.photon.hardening.plugins.modules import vmware_guest, vmware_guest_info
from ansible_collections.photon.hardening.tests.unit.plugins.module_utils import trees
from ansible_collections.photon.hardening.tests.unit.plugins.module_utils.test__initramfs import MAIN, archive

CONF = "/etc/modprobe.d/a.conf"
ENABLE, ABSENT = {"msix": "enable", "state": "present"}, {"msix": None, "state": "absent"}


@pytest.fixture
def guest(tmpdir, monkeypatch):
    """A guest of ESXi of which an option takes MSI-X away from a driver outside the initramfs."""
    monkeypatch.setattr(_files, "_real", lambda path: str(tmpdir) + path)
    monkeypatch.setattr(_files, "OWNER", (os.geteuid(), os.getegid()))
    monkeypatch.setattr(_procfs, "in_container", lambda: False)
    monkeypatch.setattr(_processes, "runs_as_root", lambda name: True)
    tree = trees.esxi(tmpdir).file(CONF, "options vmw_vmci disable_msix=1\n").file("/var/lib/dpkg/x", "")
    return tree.file("/boot/initrd.img-" + trees.RELEASE, gzip.compress(archive("init")))


def run(params=None, check_mode=False):
    return vmware_guest.run(params or ENABLE, check_mode)


def written(tree):
    """path -> text of all that may be written."""
    found = {}
    for top in ("/etc/modprobe.d", "/var/lib/photon-hardening"):
        for folder, _folders, names in os.walk(tree.root + top):
            for name in names:
                with open(os.path.join(folder, name)) as stream:
                    found[os.path.join(folder, name)[len(tree.root):]] = stream.read()
    return found


def test_check_mode_predicts_and_a_second_run_changes_nothing(guest):
    before = written(guest)
    predicted = run(check_mode=True)
    assert written(guest) == before and predicted["changed"] is True
    assert run() == predicted
    after = written(guest)
    assert sorted(set(after) - set(before)) == [_msix.PATH, _msix.MEMORY]
    assert predicted["diff"]["after"] == after[_msix.PATH] and predicted["diff"]["before"] == ""
    assert "options vmw_vmci disable_msix=0\n" in after[_msix.PATH]
    assert os.stat(guest.root + _msix.MEMORY).st_mode & 0o777 == 0o600 and os.stat(guest.root + _msix.PATH).st_mode & 0o777 == 0o644
    again = run()
    assert (again["changed"], again["rows"], written(guest)) == (False, predicted["rows"], after)


def test_the_way_back(guest):
    before = written(guest)
    assert run(ABSENT)["msg"] == "There is nothing to take back."
    run()
    predicted = run(ABSENT, check_mode=True)
    assert predicted["changed"] is True and run(ABSENT) == predicted
    assert written(guest) == before and not os.path.exists(guest.root + _files.STATE_FOLDER)
    assert run(ABSENT)["changed"] is False


def test_a_folder_that_we_made_goes_and_one_that_was_there_stays(guest):
    os.unlink(guest.root + CONF)
    os.rmdir(guest.root + "/etc/modprobe.d")
    guest.file("/usr/lib/modprobe.d/a.conf", "options vmw_vmci disable_msix=1\n")
    run()
    run(ABSENT)
    assert not os.path.exists(guest.root + "/etc/modprobe.d") and os.path.exists(guest.root + "/etc")


def test_what_is_against_nothing_any_more_goes(guest):
    run()
    os.unlink(guest.root + CONF)
    result = run()
    assert result["changed"] is True and result["msg"].endswith("Our file is removed.") and written(guest) == {}


def test_another_line_makes_another_text(guest):
    run()
    guest.file(CONF, "\noptions vmw_vmci disable_msix=1 disable_msi=1\n")
    assert run()["changed"] is True and run()["changed"] is False
    assert run(ABSENT)["changed"] is True and list(written(guest)) == [CONF]


def test_a_file_that_somebody_has_changed_stays_and_is_named(guest):
    run()
    guest.file(_msix.PATH, "# mine\n")
    with pytest.raises(vmware_guest.HostProblem) as caught:
        run()
    assert str(caught.value).startswith(_msix.PATH + " is not as this module wrote it, or it is somebody else's: ")
    result = run(ABSENT)
    assert (result["changed"], result["msg"]) == (False, _msix.PATH + " is left as it is: something else has changed it since this module "
                                                  "wrote it.")
    assert written(guest)[_msix.PATH] == "# mine\n" and _msix.MEMORY not in written(guest)
    assert run(ABSENT)["msg"] == "There is nothing to take back."


def test_a_file_that_somebody_has_removed_is_written_again_or_forgotten(guest):
    run()
    os.unlink(guest.root + _msix.PATH)
    assert run()["changed"] is True and _msix.PATH in written(guest)
    os.unlink(guest.root + _msix.PATH)
    assert run(ABSENT)["changed"] is False and list(written(guest)) == [CONF]


@pytest.mark.parametrize("initramfs, words", [(gzip.compress(MAIN), "vmw_vmci is loaded by the initramfs "),
                                              (b"\x28\xb5\x2f\xfd", "It cannot be seen whether vmw_vmci is loaded by the initramfs (")])
def test_what_a_person_has_to_do_is_a_note_and_nothing_is_written(guest, initramfs, words):
    guest.file("/boot/initrd.img-" + trees.RELEASE, initramfs)
    before = written(guest)
    result = run()
    assert (result["changed"], written(guest)) == (False, before)
    assert result["notes"] == [result["msg"]] and result["msg"].startswith(words) and result["rows"][0]["state"] == "manual"


@pytest.mark.parametrize("initramfs, cmdline", [(None, "pci=nomsi"), (b"\x28\xb5\x2f\xfd", ""), (gzip.compress(MAIN), ""), (b"", "")])
def test_a_file_of_ours_stays_where_a_person_has_something_to_do(guest, initramfs, cmdline):
    run()
    before = written(guest)
    guest.common(cmdline)
    if initramfs is not None:
        guest.file("/boot/initrd.img-" + trees.RELEASE, initramfs)
    result = run()
    assert (result["changed"], written(guest), result["rows"][0]["state"]) == (False, before, "manual")
    assert result["msg"].endswith("%s is kept, because without it vmw_vmci disable_msix would take effect again." % _msix.PATH)
    assert run(ABSENT)["changed"] is True and list(written(guest)) == [CONF]


def test_nothing_is_decided_where_a_file_cannot_be_read(guest):
    guest.file("/etc/modprobe.d/b.conf", "#" * (_files._MAX_FILE + 1))
    with pytest.raises(vmware_guest.HostProblem, match="/etc/modprobe.d/b.conf cannot be read: File too large. What it sets has to be"):
        run()
    assert vmware_guest_info.run()["vmware"] is True
    os.unlink(guest.root + "/etc/modprobe.d/b.conf")
    assert run()["changed"] is True


@pytest.mark.parametrize("text", ["options vmw_vmci disable_msix=1\n", "options other x=1\n"])
def test_a_file_of_our_name_in_another_folder_is_not_hidden(guest, text):
    path = "/usr/lib/modprobe.d/zz-photon-hardening.conf"
    same = guest.file(path, text)
    before = written(guest)
    with pytest.raises(vmware_guest.HostProblem) as caught:
        run()
    assert str(caught.value).startswith(path + " has the name of our file ") and written(guest) == before
    same.file(CONF, "")
    if "other" in text:
        assert run()["changed"] is False


def test_after_the_change_the_guest_is_told_what_is_in_force_and_what_comes(guest):
    guest.module("vmw_pvscsi", disable_msix="Y").file(CONF, "options vmw_pvscsi disable_msix=1\n")
    assert run()["changed"] is True
    (row,) = [row for row in vmware_guest_info.run()["rows"] if row["name"] == "vmw_pvscsi disable_msix"]
    assert (row["value"], row["state"], row["source"]) == ("Y", "finding", "/sys/module/vmw_pvscsi/parameters/disable_msix")
    assert _msix.PATH + ":3 switches it on when the driver is loaded next time" in row["reason"]


def test_the_initramfs_is_not_read_where_it_does_not_matter(guest, monkeypatch):
    monkeypatch.setattr(vmware_guest._sysfs, "initramfs_modules", None)
    guest.file(CONF, "options vmw_vmci disable_msix=0\n")
    assert run()["rows"] == []
    trees.Tree(guest.root).common("vmw_vmci.disable_msix=1")
    assert run()["rows"][0]["source"] == "/proc/cmdline:1"


def test_a_container_and_another_machine_are_left_alone(guest, monkeypatch):
    guest.dmi("QEMU", "x")
    os.unlink(guest.root + "/sys/bus/pci/devices/" + trees.VMCI)
    for text in (None, "# Managed"):
        if text:
            guest.file(_msix.PATH, text).file(_msix.MEMORY, _msix.memory_text(_msix.Memory((_msix.hash_of(text),), ())))
        before, result = written(guest), run()
        assert (result["changed"], result["msg"], result["rows"]) == (False, "This host is not a guest of VMware.", [])
        assert written(guest) == before
    monkeypatch.setattr(_procfs, "in_container", lambda: True)
    assert run()["msg"].startswith("This host is a container: ")


def test_what_fails_leaves_what_was_there(guest, monkeypatch):
    before, real = written(guest), _atomic.stage

    def stage(path, *args):
        if path == _msix.MEMORY:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)
        return real(path, *args)
    monkeypatch.setattr(_atomic, "stage", stage)
    with pytest.raises(OSError):
        run()
    assert written(guest) == before


def test_a_run_that_is_killed_before_our_file_is_there_can_be_taken_back(guest, monkeypatch):
    real = _atomic.commit

    def commit(path, text):
        if path == _msix.PATH:
            raise KeyboardInterrupt
        real(path, text)
    monkeypatch.setattr(_atomic, "commit", commit)
    with pytest.raises(KeyboardInterrupt):
        run()
    monkeypatch.setattr(_atomic, "commit", real)
    assert run(ABSENT)["changed"] is False and _msix.MEMORY not in written(guest)
    assert run()["changed"] is True


def test_one_run_at_a_time(guest, monkeypatch):
    monkeypatch.setattr(vmware_guest, "LOCK_SECONDS", 0)
    with _lock.lock(1), pytest.raises(vmware_guest.HostProblem) as caught:
        run()
    assert str(caught.value).startswith("another run has held ")


# --- what AnsibleModule is told ---

class Ended(Exception):
    pass


@pytest.fixture
def ended(monkeypatch):
    """(result, whether it failed, warnings) of a module's main()."""
    def end(module, params, diff=False):
        said = []

        class Module:
            run_command = None

            def __init__(self, argument_spec, supports_check_mode, required_if=None):
                assert sorted(argument_spec) == sorted(params) and supports_check_mode is True
                self.params, self.check_mode, self._diff, self.warn = params, True, diff, said.append

            def exit_json(self, **result):
                raise Ended(result, False)

            def fail_json(self, **result):
                raise Ended(result, True)
        monkeypatch.setattr(module, "AnsibleModule", Module)
        with pytest.raises(Ended) as caught:
            module.main()
        return caught.value.args + (said,)
    return end


def test_the_result_of_the_change(guest, ended):
    result, failed, warnings = ended(vmware_guest, ENABLE)
    assert not failed and warnings == [] and sorted(result) == ["changed", "file", "msg", "notes", "rows"]
    assert "diff" in ended(vmware_guest, ENABLE, diff=True)[0]
    guest.file(_msix.PATH, "# mine\n")
    result, failed, _warnings = ended(vmware_guest, ENABLE)
    assert failed and result["msg"].startswith(_msix.PATH)


def test_what_is_told_is_harmless_and_bounded(guest, ended):
    guest.dmi("VMware\x1b[2J", "x")
    result, failed, _warnings = ended(vmware_guest_info, {})
    assert not failed and sorted(result) == ["changed", "container", "msg", "rows", "summary", "vmware"]
    assert (result["changed"], result["vmware"], result["container"]) == (False, True, False)
    assert result["rows"][0]["state"] == "finding" and sum(result["summary"].values()) == len(result["rows"])
    assert [row["reason"] for row in result["rows"] if row["name"] == "virtual machine"] == ["Its firmware (DMI) says: VMware\\x1b[2J"]


def test_what_cannot_be_read_is_an_error_with_a_path(guest, ended, monkeypatch):
    def refused():
        raise OSError(errno.EIO, os.strerror(errno.EIO), "/etc/modprobe.d/x")
    monkeypatch.setattr(vmware_guest_info._sysfs, "modprobe_files", refused)
    result, failed, _warnings = ended(vmware_guest_info, {})
    assert failed and "/etc/modprobe.d/x" in result["msg"]
