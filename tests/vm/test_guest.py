"""The guest side on a real kernel with VMware's paravirtual disk controller and network device, as qemu has them. In this order."""

from pathlib import Path

import pytest

ROOM = Path(__file__).parents[2] / "plugins/module_utils/_initramfs.py"
FOREIGN, OURS = "/etc/modprobe.d/vmware.conf", "/etc/modprobe.d/zz-photon-hardening.conf"
LINES = "# From an old template.\n\noptions vmw-vmci disable_host=0 \\\n  disable_msix=1\n"
MSIX = {"photon_hardening_vmware_msix": "enable"}
WRITTEN = "find /etc/modprobe.d /var/lib/photon-hardening -type f -exec sha256sum {} + 2>/dev/null; true"


def guest(vm):
    """name -> row of what is told."""
    result = vm.ask("vmware_guest_info")
    assert (result["changed"], result["vmware"], result["container"]) == (False, True, False)
    return {row["name"]: row for row in result["rows"]}


def values(rows, *names):
    return [(rows[name]["value"], rows[name]["state"]) for name in names]


def loading(vm):
    """The options with which modprobe would load the driver now."""
    return vm.ssh("rmmod vmw_vmci; modprobe -n -v vmw_vmci").split(".ko", 1)[1].split()


@pytest.fixture(scope="module")
def found(vm):
    vm.ssh("modprobe vmw_vmci")
    return guest(vm)


def test_drivers_and_their_versions_are_those_that_the_kernel_names(vm, found):
    for name in ("vmxnet3", "vmw_pvscsi", "vmw_vmci"):
        assert values(found, name + " driver", name + " version") == [
            ("module", "ok"), (vm.ssh(f"cat /sys/module/{name}/version").strip(), "ok")]
        assert vm.ssh(f"modinfo -F version {name}").strip() == found[name + " version"]["value"]
    assert values(found, "vmw_balloon driver") == [("not loaded", "ok")]


def test_interrupts_are_those_in_use(found):
    assert values(found, "vmxnet3 interrupts", "vmw_pvscsi interrupts") == [("msix", "ok"), ("msi", "ok")]
    assert found["vmw_pvscsi interrupts"]["reason"] == "The device offers no MSI-X."


def test_parameters_that_the_kernel_hides_are_not_guessed(found):
    assert values(found, "vmw_pvscsi disable_msi", "vmw_pvscsi disable_msix") == [("N", "ok")] * 2
    assert values(found, "vmw_vmci disable_msi", "vmw_vmci disable_msix") == [(None, "hidden")] * 2


def test_tools_disk_and_file_system(vm, found):
    version = vm.ssh("dpkg-query -W -f '${Version}' open-vm-tools")
    # Its service does not start in qemu, and the program says nothing there.
    assert values(found, "open-vm-tools version", "open-vm-tools state") == [(version, "ok"), ("stopped", "finding")]
    assert values(found, "disk controller of /", "root filesystem type", "network adapter of eth0", "swap space") == [
        ("vmw_pvscsi", "ok"), ("ext4", "ok"), ("vmxnet3", "ok"), ("none", "ok")]
    assert [name for name, row in found.items() if row["state"] == "finding"] == ["open-vm-tools state"]


def test_what_is_in_the_initramfs_is_what_its_own_tools_list(vm):
    vm.ssh("cat >/tmp/room.py", stdin=ROOM.read_text(encoding="utf-8"))
    ours = vm.ssh("cd /tmp; python3 -c 'import glob, room; print(*sorted(room.modules(open(*glob.glob(\"/boot/initrd*\"), \"rb\"))))'")
    theirs = vm.ssh("lsinitramfs /boot/initrd.img-* | sed -nE 's,.*/([^/]+)\\.ko(\\.[a-z]+)?$,\\1,p'").replace("-", "_").split()
    assert "vmw_pvscsi" in theirs and "vmw_vmci" not in theirs
    assert ours.split() == sorted(set(theirs))


def test_a_line_that_disables_is_named_with_file_and_line_in_an_audit(vm, found):
    vm.ssh(f"cat >{FOREIGN}", stdin=LINES)
    before = vm.ssh(WRITTEN)
    outcome = vm.play("audit.yml", photon_hardening_guest=True, **MSIX)
    assert outcome.code == 0 and vm.ssh(WRITTEN) == before
    (note,) = [note for note in outcome.shard["notes"] if note.startswith("vmw_vmci disable_msix: ")]
    assert f"{FOREIGN}:3 switches MSI-X off for this driver" in note
    assert f"{OURS} switches off vmw_vmci disable_msix" in outcome.shard["msg"]
    assert {row["name"]: row["state"] for row in outcome.shard["guest"]}["vmw_vmci disable_msix"] == "finding"
    assert guest(vm)["vmw_vmci disable_msix"]["source"] == FOREIGN + ":3"


def test_msix_is_given_back_from_the_next_load_on(vm):
    assert loading(vm) == ["disable_host=0", "disable_msix=1"]
    predicted, done = vm.ask("vmware_guest", "--check", msix="enable"), vm.play("harden.yml", **MSIX)
    assert predicted["changed"] is True and done.code == 0 and done.shard["msg"].endswith("; vmware_guest: " + predicted["msg"])
    assert predicted["msg"].endswith("takes effect when the driver is loaded next time")
    assert loading(vm) == ["disable_host=0", "disable_msix=1", "disable_msix=0"]
    vm.ssh("modprobe vmw_vmci")
    assert guest(vm)["vmw_vmci disable_msix"]["source"] == OURS + ":3"
    assert vm.ask("vmware_guest", msix="enable")["changed"] is False


def test_rollback_takes_it_back(vm):
    before = vm.ssh(WRITTEN)
    assert OURS in before and vm.play("rollback.yml", "--check").code == 0 and vm.ssh(WRITTEN) == before
    assert vm.play("rollback.yml").code == 0
    assert vm.ssh(WRITTEN).split()[1:] == [FOREIGN]
    assert loading(vm) == ["disable_host=0", "disable_msix=1"]


def test_a_driver_in_the_initramfs_gets_a_sentence_and_nothing_is_written(vm):
    vm.ssh(f"cat >{FOREIGN}", stdin="options vmw_pvscsi disable_msi=1\n")
    result = vm.ask("vmware_guest", msix="enable")
    (row,) = result["rows"]
    assert (result["changed"], row["state"], row["source"]) == (False, "manual", FOREIGN + ":1")
    assert row["reason"].startswith("vmw_pvscsi is loaded by the initramfs /boot/initrd.img-")
    assert OURS not in vm.ssh(WRITTEN)


def test_what_the_command_line_disables_is_found_and_only_a_person_can_undo_it(vm):
    vm.ssh(f"cat >{FOREIGN}", stdin="options vmw_vmci disable_msix=0\n")
    vm.boot_with("vmw_pvscsi.disable_msi=1 vmw-vmci.disable_msix=1")
    # modprobe itself: what the command line says comes last.
    assert loading(vm) == ["disable_msix=0", "disable_msix=1"]
    rows = guest(vm)
    assert values(rows, "vmw_pvscsi interrupts", "vmw_pvscsi disable_msi", "vmxnet3 interrupts") == [
        ("intx", "finding"), ("Y", "finding"), ("msix", "ok")]
    assert rows["vmw_pvscsi disable_msi"]["source"] == rows["vmw_vmci disable_msix"]["source"] == "/proc/cmdline:1"
    result = vm.ask("vmware_guest", msix="enable")
    assert result["changed"] is False and [row["state"] for row in result["rows"]] == ["manual"] * 2
    assert "remove vmw_pvscsi.disable_msi from the kernel's command line" in result["msg"] and OURS not in vm.ssh(WRITTEN)


def test_pci_nomsi_takes_vmxnet3_off_msix(vm):
    vm.boot_with("pci=nomsi")
    rows = guest(vm)
    assert values(rows, "vmxnet3 interrupts", "kernel option pci=nomsi") == [("intx", "finding"), ("set", "finding")]
    assert rows["vmxnet3 interrupts"]["reason"] == "pci=nomsi in /proc/cmdline:1 takes MSI and MSI-X away from every device."
    result = vm.ask("vmware_guest", msix="enable")
    assert result["changed"] is False and "remove it in the boot loader's configuration" in result["msg"]
    assert OURS not in vm.ssh(WRITTEN)
