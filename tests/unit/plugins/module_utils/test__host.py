# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is gathered of a host and of an image. Nothing here writes a kernel parameter."""

import errno
import os

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import (
    _files,
    _host,
    _lock,
    _memory,
    _os_release,
    _procfs,
    _sysctl_d,
    _traces,
)
from ansible_collections.photon.hardening.plugins.module_utils._model import (
    Attributes,
    File,
    HostProblem,
    Init,
    Reading,
    Request,
    Rule,
    Saved,
    Tuned,
    Use,
)
from ansible_collections.photon.hardening.plugins.module_utils._rivals import NONE, warnings

ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="root alone may chroot and change its user")
SECURITY = "/etc/sysctl.d/50-security-hardening.conf"


# --- a snapshot ---

def request(container_host="auto", rules=None, image=False, paths=(SECURITY,)):
    return Request([File(path, "kernel.a = 1\n") for path in paths], rules or {}, "restate", container_host, image)


NOTHING = Saved({}, {})
HOLD = {"net.ipv4.ip_forward": Rule(hold=((None, ("docker",)),))}


def test_a_snapshot(host):
    host.parameter("kernel.a", "1")
    host.interface("eth0", device=True, rp_filter="1")
    host.file(SECURITY, "kernel.a = 2\n")
    host.file("/usr/bin/dockerd", "")
    asked = []

    def names(interfaces, _saved):
        asked.append(interfaces)
        return ["kernel.a", "kernel.none"]
    snapshot = _host.snapshot(request(rules=HOLD), NOTHING, names)
    assert asked == [{"eth0": True}] and snapshot.interfaces == {"eth0": True}
    assert snapshot.live == {"kernel.a": Reading("1"), "kernel.none": Reading(None, errno.ENOENT)}
    assert [(item.path, item.text) for item in snapshot.files] == [(SECURITY, "kernel.a = 2\n")]
    assert (snapshot.release, snapshot.machine, snapshot.saved) == (_procfs.release(), _procfs.machine(), NOTHING)
    assert (snapshot.rivals, snapshot.modules, snapshot.dialect) == (NONE, set(), _sysctl_d.SYSTEMD)
    assert snapshot.uses["docker"] == Use("/usr/bin/dockerd", True)
    assert snapshot.missing_folders[SECURITY] == ()


def test_nothing_is_read_live_for_an_image(host, monkeypatch):
    for name in ("read", "interfaces"):
        monkeypatch.setattr(_procfs, name, None)
    monkeypatch.setattr(_traces, "_processes", None)
    host.file("/usr/bin/dockerd", "")
    snapshot = _host.snapshot(request(rules=HOLD, image=True), NOTHING, None)
    assert (snapshot.live, snapshot.interfaces) == ({}, {})
    assert set(snapshot.uses) == {"docker", "slaac", "multihomed", "service_address"}


ID = "0123456789abcdef0123456789abcdef\n"


@pytest.mark.parametrize("texts, known", [
    ({"/etc/machine-id": ID}, True), ({}, False), ({"/etc/machine-id": ""}, False), ({"/etc/machine-id": "uninitialized\n"}, False),
    ({"/etc/machine-id": ID + "\0" * 100}, False), ({"/etc/machine-id/x": ID}, False),
    # Left over from the first boot, whose id is on the disk by now.
    ({"/etc/machine-id": ID, "/run/machine-id": ID}, True), ({"/run/machine-id": ID}, False),
])
def test_what_names_this_host(host, texts, known):
    for path, text in texts.items():
        host.file(path, text)
    assert _host.machine_id() == (_memory.machine_digest(ID) if known else None)


def test_an_id_for_this_boot_alone_names_no_host(host):
    host.file("/run/machine-id", ID)
    host.file("/etc/x", "")
    # The same file at two paths, as a bind mount is.
    os.link(host.root + "/run/machine-id", host.root + "/etc/machine-id")
    assert _host.machine_id() is None


def test_an_image_is_named_by_its_own_id(image):
    image.add("/etc/machine-id", ID)
    assert image(_host.machine_id) == _memory.machine_digest(ID)


def test_folders_that_would_have_to_be_made(host):
    os.makedirs(host.root + "/usr/lib")
    found = _host.snapshot(request(paths=(SECURITY, "/usr/lib/sysctl.d/x.conf")), NOTHING, lambda _interfaces, _saved: []).missing_folders
    assert found[SECURITY] == ("/etc", "/etc/sysctl.d")
    assert found["/usr/lib/sysctl.d/x.conf"] == ("/usr/lib/sysctl.d",)


UPOWER = "/usr/lib/systemd/system/upower.service"


@pytest.mark.parametrize("name, rule, expected", [
    ("user.max_user_namespaces", Rule(hold=(("0", ("lxc", "private_users")),)), UPOWER),
    ("user.max_user_namespaces", Rule(stops=((None, ("private_users",)),)), UPOWER), ("kernel.a", Rule(), None),
])
def test_units_are_read_where_it_makes_a_difference(host, name, rule, expected):
    host.file(UPOWER, "[Service]\nPrivateUsers=yes\n")
    use = _host.snapshot(request(rules={name: rule}), NOTHING, lambda _interfaces, _saved: []).uses.get("private_users")
    assert (use and use.evidence) == expected


# --- the files that are read at boot ---

@ROOT
def test_links_are_followed_inside_the_image(image):
    image.add("/etc/sysctl.conf", "kernel.a = 1\n")
    image.add("/dev/null")
    os.makedirs(str(image.root.join("etc", "sysctl.d", "95-folder.conf")))
    os.mkfifo(str(image.root.join("etc", "sysctl.d", "94-fifo.conf")))
    image.add("/etc/sysctl.d/93-file.conf", "kernel.b = \udcff\n".encode("utf-8", "surrogateescape").decode("latin-1"))
    os.chmod(str(image.root.join("etc", "sysctl.d", "93-file.conf")), 0o600)
    image.add("/etc/sysctl.d/notes.txt", "kernel.c = 1\n")
    for target, name in (("../sysctl.conf", "99-sysctl.conf"), ("/etc/sysctl.conf", "98-absolute.conf"), ("/dev/null", "97-masked.conf"),
                         ("/nowhere", "96-broken.conf")):
        image.link(target, "/etc/sysctl.d/" + name)
    found = image(_host.sysctl_files)
    assert [(item.path.rpartition("/")[2], item.text) for item in found] == [
        ("93-file.conf", "kernel.b = \xff\n"), ("94-fifo.conf", ""), ("95-folder.conf", ""), ("96-broken.conf", ""),
        ("97-masked.conf", ""), ("98-absolute.conf", "kernel.a = 1\n"), ("99-sysctl.conf", "kernel.a = 1\n")]
    assert [item.attributes for item in found] == [Attributes(0o600, 0, 0)] + [None] * 6


@ROOT
@pytest.mark.parametrize("target", ["usr/lib", "/usr/lib"])
def test_a_folder_is_read_once(image, target):
    image.add("/usr/lib/sysctl.d/a.conf", "kernel.a = 1\n")
    image.link(target, "/lib")
    assert [item.path for item in image(_host.sysctl_files)] == ["/usr/lib/sysctl.d/a.conf"]
    assert image(_host.drop_in, "/lib/sysctl.d/a.conf", True) == "/usr/lib/sysctl.d/a.conf"


@ROOT
def test_a_drop_in_is_a_file_in_a_folder_that_is_read_at_boot(image):
    assert image(_host.drop_in, SECURITY, True) == SECURITY
    image.link("/srv", "/etc/sysctl.d")
    with pytest.raises(HostProblem) as caught:
        image(_host.drop_in, SECURITY, True)
    assert str(caught.value).startswith("%s/etc/sysctl.d leads to %s/srv by a symbolic link, and drop-ins are only written to"
                                        % (image.root, image.root))
    os.mkfifo(str(image.root.join("run")))
    with pytest.raises(HostProblem):
        image(_host.drop_in, "/run/sysctl.d/a.conf", True)


@ROOT
def test_check_state(image):
    image(_lock.check_state)
    image.add(_files.BASELINE + "/x")
    with pytest.raises(HostProblem) as caught:
        image(_lock.check_state)
    assert str(caught.value).startswith("%s%s is a directory" % (image.root, _files.BASELINE))


def test_modules_at_boot(host):
    host.file("/etc/modules-load.d/k8s.conf", "# note\nbr_netfilter\n\n; x\noverlay\n")
    host.file("/usr/lib/modules-load.d/a.conf", "nf-conntrack\n")
    host.file("/etc/modules-load.d/no", "veth\n")
    assert _host.modules_at_boot() == {"br_netfilter", "overlay", "nf_conntrack"}


def test_the_systemd_of_the_host_says_how_it_reads(host):
    host.file("/lib/systemd/systemd-sysctl", "\x7fELF libsystemd-shared-239.so")
    assert _host.boot_dialect(_host.rivals(True)).patterns is False
    host.file("/usr/lib/systemd/systemd-sysctl", "\x7fELF libsystemd-shared-252.so")
    assert _host.boot_dialect(_host.rivals(True)) == _sysctl_d.SYSTEMD


# --- what else sets parameters ---

def test_rivals_are_read_from_files(host):
    assert _host.rivals(True) == NONE
    host.file("/usr/sbin/sysctl", "procps-ng 3.3.17")
    host.file("/etc/sysctl.conf", "vm.a = 1\n")
    host.file("/etc/tuned/active_profile", "virtual-guest\n")
    host.file("/usr/lib/tuned/virtual-guest/tuned.conf", "vendor")
    host.file("/etc/tuned/virtual-guest/tuned.conf", "site")
    host.file("/usr/lib/tuned/profiles/base/tuned.conf", "base")
    host.file("/etc/tuned/tuned-main.conf", "main")
    host.file("/etc/ufw/sysctl.conf", "vm/a=2\n")
    found = _host.rivals(True)
    assert (found.sysctl, found.conf, found.ufw) == ("procps-ng 3.3.17", "vm.a = 1\n", None)
    assert found.tuned == Tuned(["virtual-guest"], {"virtual-guest": "site", "base": "base"}, "main")


@pytest.mark.parametrize("text, enabled", [
    ("ENABLED=yes\n", True), ("  enabled = \"yes\"\n", True), ("ENABLED=no\n", False), ("# ENABLED=yes\n", False), ("", False),
    ("\n" * (1 << 20), False), (" " * (1 << 20), False),
], ids=range(7))
def test_only_an_enabled_ufw_counts(host, text, enabled):
    host.file("/etc/ufw/sysctl.conf", "vm/a=2\n")
    host.file("/etc/ufw/ufw.conf", text)
    assert _host.rivals(True).ufw == (File("/etc/ufw/sysctl.conf", "vm/a=2\n") if enabled else None)


@pytest.mark.parametrize("defaults, path", [
    ("IPT_SYSCTL=/etc/my.sysctl\n", "/etc/my.sysctl"), ('# x\nIPT_SYSCTL="/etc/my.sysctl" # why\n', "/etc/my.sysctl"),
    ("IPT_SYSCTL=/etc/my.sysctl\nIPT_SYSCTL=/etc/ufw/sysctl.conf\n", "/etc/ufw/sysctl.conf"),
    ("#IPT_SYSCTL=/etc/ufw/sysctl.conf\n", None), ("IPT_SYSCTL=/nowhere\n", None),
])
def test_ufw_applies_the_file_that_it_is_told(host, defaults, path):
    for name, text in (("/etc/ufw/ufw.conf", "ENABLED=yes\n"), ("/etc/default/ufw", defaults)):
        host.file(name, text)
    for name in ("/etc/ufw/sysctl.conf", "/etc/my.sysctl"):
        host.file(name, "vm/a=2\n")
    assert _host.rivals(True).ufw == (File(path, "vm/a=2\n") if path else None)


@pytest.mark.parametrize("pid, running", [
    ("1\n", True), ("99999999\n", False), ("x", False), ("../1", False), ("\u00b2", False), (None, False)])
def test_on_a_host_only_a_running_tuned_counts(host, pid, running):
    host.file("/etc/tuned/active_profile", "x\n")
    if pid:
        with open(host.root + "/tuned.pid", "wb") as stream:
            stream.write(pid.encode("utf-8"))
        os.makedirs(host.root + "/run/tuned")
        os.rename(host.root + "/tuned.pid", host.root + "/run/tuned/tuned.pid")
    assert bool(_host.rivals(False).tuned) is running


def test_a_rival_of_any_size_costs_little(host):
    """16 MB of lines make a million records of each."""
    for path in ("/etc/sysctl.conf", "/etc/ufw/sysctl.conf", "/etc/tuned/active_profile", "/etc/tuned/x/tuned.conf", "/etc/ufw/ufw.conf"):
        host.file(path, "ENABLED=yes\n" * (3 << 19))
    found = _host.rivals(True)
    assert max(map(len, (found.conf, found.ufw.text, found.tuned.profiles["x"]))) == 1 << 20


LAN = "[Match]\nName=eth0\n[Network]\nIPForward=ipv4\n"
ENABLED = "/etc/systemd/system/multi-user.target.wants/"


def test_an_enabled_networkd_is_asked(host):
    host.file("/etc/systemd/network/10-lan.network", LAN)
    assert _host.rivals(False, ["eth0"]).settings == ()
    host.file(ENABLED + "systemd-networkd.service", "")
    path = "/etc/systemd/network/10-lan.network"
    assert [item[:4] for item in _host.rivals(False, ["eth0"]).settings] == [
        ("net.ipv6.conf.*.disable_ipv6", "0", path, 1), ("net.ipv6.conf.*.accept_ra", "0", path, 1),
        ("net.ipv4.conf.*.promote_secondaries", "1", path, 1), ("net.ipv6.conf.*.use_tempaddr", "0", path, 1),
        ("net.ipv4.ip_forward", "1", path, 4)]
    host.file("/etc/systemd/network/10-lan.network.d/a.conf", "[Network]\nIPv4ReversePathFilter=loose\nIPv6AcceptRA=yes\nIPv6SendRA=on\n")
    host.file("/usr/lib/systemd/network/10-lan.network", LAN.replace("ipv4", "ipv6"))
    host.file("/usr/lib/systemd/systemd-sysctl", "\x7fELF libsystemd-shared-257.so")
    host.file("/usr/lib/systemd/networkd.conf", "[Network]\nIPv6Forwarding=yes\n")
    host.file("/etc/systemd/networkd.conf.d/a.conf", "[Network]\nIPv4Forwarding=yes\n")
    found = _host.rivals(False, ["eth0"])
    assert [item.name for item in found.settings[4:]] == [
        "net.ipv6.conf.*.forwarding", "net.ipv4.conf.*.rp_filter", "net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"]
    assert found.advertisements == ("systemd-networkd", "IPv6AcceptRA in /etc/systemd/network/10-lan.network.d/a.conf:3")
    assert found.announces == "/etc/systemd/network/10-lan.network.d/a.conf:4"


@pytest.mark.parametrize("image, expected", [(False, 5), (True, 0)])
def test_a_running_networkd_is_asked(host, image, expected):
    host.file("/run/systemd/netif/state", "")
    host.file("/etc/systemd/network/10-lan.network", LAN)
    assert len(_host.rivals(image, ["eth0"]).settings) == expected


def test_networkd_knows_an_interface_by_its_address(host):
    host.file(ENABLED + "systemd-networkd.service", "")
    host.file("/etc/systemd/network/10-lan.network", LAN.replace("Name=eth0", "MACAddress=52:54:00:00:00:01"))
    assert _host.rivals(False, ["eth0"]).settings == ()
    host.file("/sys_net/eth0/address", "52:54:00:00:00:01\n")
    assert len(_host.rivals(False, ["eth0"]).settings) == len(_host.rivals(True).settings) == 5


def test_the_script_of_photon_s_packet_filter_is_asked(host):
    host.file("/etc/systemd/scripts/iptables", "#!/bin/sh\n# echo 2 > /proc/sys/kernel/panic\necho 1 > /proc/sys/net/ipv4/tcp_syncookies\n")
    assert _host.rivals(False).settings == ()
    host.file(ENABLED + "iptables.service", "")
    # The unit starts only a program.
    assert _host.rivals(False).settings == ()
    os.chmod(host.root + "/etc/systemd/scripts/iptables", 0o755)
    assert _host.rivals(False).settings == (
        ("net.ipv4.tcp_syncookies", "1", "/etc/systemd/scripts/iptables", 3, "iptables.service"),)


APPORT, WRITES = "/usr/share/apport/apport", "#!/usr/bin/python3\nwrite('kernel/core_pattern', '|x')\nwrite('fs/suid_dumpable', '2')\n"


@pytest.mark.parametrize("link, defaults, sets", [
    (ENABLED + "apport.service", "", True), (ENABLED + "apport.service", "enabled=1\n", True),
    (ENABLED + "apport.service", "# x\nenabled=0\n", False), ("/etc/systemd/system/apport.service", "", False),
    # A script of init.d.
    ("/etc/rc2.d/S01apport", "", True), ("/etc/rc2.d/K01apport", "", False), ("/etc/rc2.d/S01apport2", "", False),
])
def test_an_enabled_collector_of_core_dumps_has_the_last_word(host, link, defaults, sets):
    host.file("/etc/sysctl.d/a.conf", "fs.suid_dumpable = 0\n")
    host.file(APPORT, WRITES)
    host.file(link, "")
    host.file("/etc/default/apport", defaults)
    assert _host.boot().winner("fs.suid_dumpable")[:2] == (("2", APPORT) if sets else ("0", "/etc/sysctl.d/a.conf"))
    assert bool(_host.rivals(True).settings) is sets


@pytest.mark.parametrize("unit, program, options, off, name, value", [
    ("docker", "/usr/bin/dockerd", "/etc/docker/daemon.json", '{"ip-forward": false}', "net.ipv4.ip_forward", "1"),
    ("lxc-net", "/usr/libexec/lxc/lxc-net", "/etc/default/lxc-net", 'USE_LXC_BRIDGE="false"\n', "net.ipv4.ip_forward", "1"),
    ("kubelet", "/usr/bin/kubelet", "/var/lib/kubelet/config.yaml", "protectKernelDefaults: true\n", "kernel.panic", "10"),
])
def test_what_an_engine_sets_when_it_starts(host, unit, program, options, off, name, value):
    host.file("/etc/sysctl.d/a.conf", "net.ipv4.ip_forward = 0\nkernel.panic = 60\n")
    host.file(program, "")
    assert _host.boot().winner(name).path == "/etc/sysctl.d/a.conf"
    host.file(ENABLED + unit + ".service", "")
    assert _host.boot().winner(name) == (value, program, 1)
    host.file(options, off)
    assert _host.boot().winner(name).path == "/etc/sysctl.d/a.conf"


@pytest.mark.parametrize("path", ["/etc/crontab", "/etc/cron.d/router", "/var/spool/cron/crontabs/root", "/var/spool/cron/root"])
def test_what_cron_sets_at_each_boot(host, path):
    host.file(path, "@reboot root /sbin/sysctl -w net.ipv4.ip_forward=1\n")
    assert _host.rivals(True).settings == (("net.ipv4.ip_forward", "1", path, 1, "cron"),)
    assert _host.boot().winner("net.ipv4.ip_forward") == ("1", path, 1)


@pytest.mark.parametrize("name", ["router.dpkg-old", "router~", "router.bak~"])
def test_what_cron_passes_over(host, name):
    host.file("/etc/cron.d/" + name, "@reboot root /sbin/sysctl -w net.ipv4.ip_forward=1\n")
    assert _host.rivals(True).settings == ()


def test_abrt_is_asked(host):
    host.file(ENABLED + "abrt-ccpp.service", "")
    assert _host.rivals(False).settings == ()
    host.file("/usr/sbin/abrt-install-ccpp-hook", "PATTERN_FILE=/proc/sys/kernel/core_pattern\n")
    assert _host.rivals(False).settings == (
        ("kernel.core_pattern", "|/usr/libexec/abrt-hook-ccpp", "/usr/sbin/abrt-install-ccpp-hook", 1, "abrt-ccpp.service"),)


@pytest.mark.parametrize("path, text, mode, by", [
    ("/etc/rc.local", "#!/bin/sh\nsysctl -w vm.a=7\n", 0o755, "rc.local"), ("/etc/rc.local", "#!/bin/sh\nsysctl -w vm.a=7\n", 0o644, None),
    ("/etc/rc.d/rc.local", "#!/bin/sh\necho 7 > /proc/sys/vm/a\n", 0o755, "rc.local"),
    ("/etc/local.d/a.start", "#!/bin/sh\nsysctl vm.a=7\n", 0o755, None),
    ("/etc/tmpfiles.d/a.conf", "# x\nw /proc/sys/vm/a - - - - 7\n", 0o644, "systemd-tmpfiles"),
    ("/run/tmpfiles.d/a.conf", "# x\nw /proc/sys/vm/a - - - - 7\n", 0o644, "systemd-tmpfiles"),
    ("/etc/tmpfiles.d/a", "# x\nw /proc/sys/vm/a - - - - 7\n", 0o644, None),
])
def test_what_an_administrator_has_run_at_boot(host, path, text, mode, by):
    host.file(path, text)
    os.chmod(host.root + path, mode)
    assert _host.rivals(False).settings == ((("vm.a", "7", path, 2, by),) if by else ())


@pytest.mark.parametrize("starts", [ENABLED + "networking.service", "/etc/runlevels/boot/networking", None])
def test_the_commands_with_which_interfaces_start(host, starts):
    host.file("/etc/network/interfaces", "auto eth0\nsource /etc/network/interfaces.d/*\n")
    host.file("/etc/network/interfaces.d/lan", "iface eth0 inet static\n  up echo 7 > /proc/sys/vm/a\n")
    if starts:
        host.file(starts, "")
    told = [("vm.a", "7", "/etc/network/interfaces.d/lan", 2, "ifupdown")] if starts else []
    assert list(_host.rivals(False).settings) == told
    assert _host.boot().winner("vm.a") == (tuple(told[0][1:4]) if told else None)


@pytest.mark.parametrize("name, expected", [("a.start", ["vm.a"]), ("a.stop", [])])
def test_openrc_starts_an_administrator_s_scripts(host, name, expected):
    host.file("/etc/local.d/" + name, "#!/bin/sh\nsysctl vm.a=7\n")
    os.chmod(host.root + "/etc/local.d/" + name, 0o755)
    host.file("/sbin/openrc", "")
    host.file("/sbin/init", "")
    assert [item.name for item in _host.rivals(True).settings] == expected


def test_a_masked_rc_local_is_not_run(host):
    host.file("/etc/rc.local", "sysctl vm.a=7\n")
    os.chmod(host.root + "/etc/rc.local", 0o755)
    os.makedirs(host.root + "/etc/systemd/system")
    os.symlink("/dev/null", host.root + "/etc/systemd/system/rc-local.service")
    assert _host.rivals(False).settings == ()


def test_tmpfiles_come_before_services_and_one_name_hides_another(host):
    for folder, number in (("/run", 1), ("/etc", 2)):
        host.file(folder + "/tmpfiles.d/b.conf", "w /proc/sys/vm/a - - - - %d\n" % number)
    host.file("/usr/local/lib/tmpfiles.d/a.conf", "w /proc/sys/vm/b - - - - 3\n")
    host.file("/run/tmpfiles.d/c.conf", "w /proc/sys/vm/c - - - - 4\n")
    os.symlink("/dev/null", host.root + "/etc/tmpfiles.d/c.conf")
    host.file("/etc/rc.local", "sysctl vm.a=7\n")
    os.chmod(host.root + "/etc/rc.local", 0o755)
    assert [item[:2] for item in _host.rivals(False).settings] == [("vm.b", "3"), ("vm.a", "2"), ("vm.a", "7")]
    assert _host.boot().winner("vm.a") == ("7", "/etc/rc.local", 1)


def test_a_script_with_two_names_is_read_once(host):
    host.file("/etc/rc.d/rc.local", "sysctl vm.a=7\n")
    os.chmod(host.root + "/etc/rc.d/rc.local", 0o755)
    os.symlink("rc.d/rc.local", host.root + "/etc/rc.local")
    assert [item.path for item in _host.rivals(False).settings] == ["/etc/rc.d/rc.local"]


def test_networkmanager_is_asked(host):
    host.file("/etc/NetworkManager/system-connections/a.nmconnection", "[ipv4]\nmethod=shared\n")
    assert _host.rivals(False).settings == ()
    host.file(ENABLED + "NetworkManager.service", "")
    found = _host.rivals(False)
    assert [item.name for item in found.settings] == ["net.ipv4.ip_forward"]
    assert found.advertisements[0] == "NetworkManager"
    # The program of a release that knows forwarding of single interfaces.
    host.file("/usr/sbin/NetworkManager", "\x7fELF")
    assert [item.name for item in _host.rivals(False).settings] == ["net.ipv4.conf.*.forwarding"]


@pytest.mark.parametrize("program, folder, read", [
    ("\x7fELF sysctl.extra", "/run/credentials/@system", True), ("\x7fELF sysctl.extra", "/usr/lib/credstore", True),
    ("\x7fELF", "/etc/credstore", False), (None, "/etc/credstore", False),
])
def test_a_credential_counts_where_systemd_reads_it(host, program, folder, read):
    if program:
        host.file("/usr/lib/systemd/systemd-sysctl", program)
    host.file(folder + "/sysctl.extra", "vm.a = 7\n")
    assert _host.rivals(False).late == ((File(folder + "/sysctl.extra", "vm.a = 7\n"),) if read else ())
    winner = _host.boot().winner("vm.a")
    assert (winner and winner.value) == ("7" if read else None)


@pytest.mark.parametrize("folder, version, named", [
    ("/etc/credstore.encrypted", 254, True), ("/run/credentials/@encrypted", 257, True), ("/usr/lib/credstore.encrypted", 253, False)])
def test_an_encrypted_credential_is_named(host, folder, version, named):
    host.file("/usr/lib/systemd/systemd-sysctl", "\x7fELF sysctl.extra libsystemd-shared-%d.so" % version)
    host.file(folder + "/sysctl.extra", "secret")
    assert (_host.rivals(False).sealed, _host.rivals(False).late) == (folder + "/sysctl.extra" if named else None, ())


BOOT_SYSCTL = "/usr/lib/systemd/system/boot-sysctl.service"


def test_an_image_has_kernels_of_its_own(host):
    for release in ("6.1.0-9-default", _procfs.release(), "5.0"):
        host.file("/boot/sysctl.conf-" + release, "vm.a = 7\n")
    host.file("/usr/lib/modules/6.1.0-9-default/modules.dep", "")
    host.file("/usr/lib/modules/6.1.0-10-default/modules.dep", "")
    assert _host.rivals(True).early == ()
    host.file(BOOT_SYSCTL, "[Unit]\n")
    assert [item.path for item in _host.rivals(True).early] == ["/boot/sysctl.conf-6.1.0-9-default"]
    assert [item.path for item in _host.rivals(False).early] == ["/boot/sysctl.conf-" + _procfs.release()]
    host.file("/etc/systemd/system/x", "")
    os.symlink("/dev/null", host.root + "/etc/systemd/system/boot-sysctl.service")
    assert _host.rivals(False).early == ()


def test_a_kernel_s_own_file_is_read_first(host):
    host.file(BOOT_SYSCTL, "[Unit]\n")
    host.file("/boot/sysctl.conf-" + _procfs.release(), "vm.a = 7\nvm.b = 7\n")
    host.file("/etc/sysctl.d/a.conf", "vm.a = 1\n")
    boot = _host.boot()
    assert [boot.winner(name).value for name in ("vm.a", "vm.b")] == ["1", "7"]


@pytest.mark.parametrize("image", [True, False])
def test_a_systemd_that_does_not_read_the_files_of_sysctl_d(host, image):
    host.file("/run/systemd/system/x", "")
    host.file("/usr/lib/systemd/systemd-sysctl", "")
    assert _host.rivals(image).init is None
    host.file("/etc/systemd/system/x", "")
    os.symlink("/dev/null", host.root + "/etc/systemd/system/systemd-sysctl.service")
    assert _host.rivals(image).init == Init("systemd", False)
    assert "systemd-sysctl.service is masked" in warnings(_host.rivals(image), [], {})[0]


def init_of(host, monkeypatch, image=False, paths=(), process="", link=None):
    """The Init that is found where PROCESS is the name of process 1, PATHS are there, and /sbin/init is a LINK."""
    monkeypatch.setattr(_files, "read_proc", lambda path, _limit=None: process + "\n" if path == "1/comm" else None)
    for path in paths:
        host.file(path, "")
    if link:
        os.makedirs(host.root + "/sbin", exist_ok=True)
        os.symlink(link, host.root + "/sbin/init")
    return _host.rivals(image).init


@pytest.mark.parametrize("process, paths, expected", [
    ("systemd", ["/run/openrc/softlevel"], None), ("init", ["/run/systemd/system/x", "/sbin/init", "/etc/inittab"], None),
    ("runit", [], Init("runit", True)), ("s6-svscan", [], Init("s6", False)), ("dinit", [], Init("dinit", False)),
    ("init", ["/sbin/init", "/etc/inittab", "/etc/init.d/procps"], Init("sysvinit", True)),
    ("init", ["/sbin/init", "/etc/inittab"], Init("sysvinit", False)), ("init", ["/sbin/init"], Init("/sbin/init", False)),
    ("init", ["/sbin/init", "/run/openrc/softlevel"], Init("OpenRC", True)), ("openrc-init", [], Init("OpenRC", True)),
    # Folders that an installed package makes, and containers, whose first program is any.
    ("bash", ["/run/runit/supervise/x", "/etc/runit/1", "/run/openrc/softlevel", "/sbin/init"], None),
    ("tini", ["/sbin/openrc", "/sbin/init"], None), ("init", ["/etc/inittab"], None), ("", ["/sbin/init"], None),
])
def test_the_init_of_a_host_is_its_first_process(host, monkeypatch, process, paths, expected):
    assert init_of(host, monkeypatch, process=process, paths=paths) == expected


@pytest.mark.parametrize("link, paths, expected", [
    ("../lib/systemd/systemd", ["/sbin/openrc", "/etc/runit/1", "/etc/init.d/procps"], None),
    ("../bin/busybox", [], Init("busybox", False)), ("../bin/busybox", ["/sbin/openrc"], Init("OpenRC", True)),
    ("openrc-init", [], Init("OpenRC", True)), ("runit-init", [], Init("runit", True)), ("dinit", [], Init("dinit", False)),
    ("../etc/s6-linux-init/current/bin/init", [], Init("s6", False)),
    # systemd's programs are there, and something else is started.
    ("../lib/sysvinit/init", ["/etc/inittab", "/usr/lib/systemd/systemd-sysctl"], Init("sysvinit", False)),
    (None, ["/sbin/init", "/etc/inittab", "/etc/init.d/procps"], Init("sysvinit", True)),
    (None, ["/sbin/openrc"], Init("OpenRC", True)), (None, ["/etc/runit/1"], Init("runit", True)),
    (None, ["/etc/runit/1", "/usr/lib/systemd/systemd-sysctl"], None), (None, ["/run/openrc/softlevel"], None), (None, [], None),
])
def test_the_init_of_an_image_is_where_its_link_leads(host, monkeypatch, link, paths, expected):
    assert init_of(host, monkeypatch, image=True, process="systemd", paths=paths, link=link) == expected


@pytest.mark.parametrize("process, reads_last", [("runit", True), ("dinit", False), ("systemd", False)])
def test_what_an_init_reads(host, monkeypatch, process, reads_last):
    host.file("/etc/sysctl.conf", "vm.a = 7\n")
    host.file("/usr/sbin/sysctl", "procps-ng 3.3.9")
    init = init_of(host, monkeypatch, process=process)
    found = _host.rivals(False)
    assert (bool(init), bool(found.late)) == (process != "systemd", reads_last)
    assert _host.boot_dialect(found).dashes is not reads_last
    winner = _host.boot().winner("vm.a")
    assert (winner and winner.value) == ("7" if reads_last else None)


# --- what the system says of itself ---

PHOTON = """NAME="VMware Photon OS"
VERSION_ID=5.0
ID=photon
# PRETTY_NAME="no"
PRETTY_NAME="VMware Photon OS/Linux"
"""


@pytest.mark.parametrize("text, system, os_id, os_version", [
    (None, None, None, None),
    ("", None, None, None),
    (PHOTON, "VMware Photon OS/Linux", "photon", "5.0"),
    ("ID='x'\nVERSION_ID=\nPRETTY_NAME=\"a \\\"b\\\" \\$c\"\n", 'a "b" $c', "x", ""),
    ("ID=\"\"\n", None, "", None),
    ("ID=a\nID=b \nPRETTY_NAME=\"", '"', "b", None),
    ("  ID=\"a'\n", None, "\"a'", None),
])
def test_what_the_system_says_of_itself(monkeypatch, text, system, os_id, os_version):
    monkeypatch.setattr(_procfs, "release", lambda: "6.1")
    monkeypatch.setattr(_procfs, "machine", lambda: "x86_64")
    monkeypatch.setattr(_files, "read", {"/usr/lib/os-release": text}.get)
    assert _os_release.kernel() == {"release": "6.1", "machine": "x86_64", "system": system, "os_id": os_id, "os_version": os_version}
