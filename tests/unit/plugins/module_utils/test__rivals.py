# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _rivals, _sysctl_d
from ansible_collections.photon.hardening.plugins.module_utils._model import File, Init, Rule, Setting, Tuned, Winner
from ansible_collections.photon.hardening.plugins.module_utils._rivals import NONE
from ansible_collections.photon.hardening.plugins.module_utils._sysctl_d import HEADER

OURS = File("/etc/sysctl.d/60-ours.conf", HEADER + "\nvm.a = 10\n")
IN_FORCE = {"vm.a": ("10", Rule(at_most="10")), "kernel.b": ("1", Rule())}
PROCPS = "\x7fELF\0%s from %s\0procps-ng 4.0.2\0"


def warned(files=(), ours=None, **rivals):
    return _rivals.warnings(NONE._replace(**rivals), [OURS] + list(files), IN_FORCE if ours is None else ours)


@pytest.mark.parametrize("conf, expected", [
    ("vm.a = 30\n", "vm.a = 30 (/etc/sysctl.conf:1)"),
    ("# x\nvm/a=30\nkernel.b = 0\n", "kernel.b = 0 (/etc/sysctl.conf:3), vm.a = 30 (/etc/sysctl.conf:2)"),
    ("vm.a = 10\n", None),
    ("vm.a = 5\n", None),
    ("kernel.other = 5\n", None),
    (None, None),
])
def test_sysctl_system_reads_sysctl_conf_last(conf, expected):
    found = warned(sysctl=PROCPS, conf=conf)
    assert len(found) == (expected is not None)
    if expected:
        assert "would set %s." % expected in found[0] and "sysctl --system" in found[0]


@pytest.mark.parametrize("program, expected", [
    ("procps-ng 3.3.15", True), ("procps-ng 3.3.17", False), ("procps-ng 4.0.4", False), ("toybox 0.8.9", False), (None, False),
])
def test_old_procps_prefers_run(program, expected):
    files = [File("/run/sysctl.d/60-ours.conf", "vm.a = 30\n")]
    assert bool(warned(files, sysctl=program)) is expected


@pytest.mark.parametrize("version, dashes, patterns, run_first", [
    ("3.3.9", False, False, True), ("3.3.15", False, False, True), ("3.3.16", True, False, False), ("3.3.17", True, False, False),
    ("3.4", True, False, False), ("4", True, True, False), ("4.0.0", True, True, False), ("4.0.4", True, True, False),
    ("5.1", True, True, False), ("2.0.9", False, False, True),
])
def test_each_procps_reads_in_its_own_way(version, dashes, patterns, run_first):
    program = "procps-ng %s" % version
    assert bool(warned(sysctl=program, conf="-vm.a = 30\n")) is dashes
    assert bool(warned(sysctl=program, conf="vm.[a-c] = 30\n", ours={"vm.b": ("1", Rule())})) is patterns
    files = [File("/run/sysctl.d/x.conf", "vm.a = 30\n"), File("/etc/sysctl.d/x.conf", "vm.a = 10\n")]
    assert bool(warned(files, sysctl=program)) is run_first


@pytest.mark.parametrize("version", ["3.3.15", "4.0.4"])
@pytest.mark.parametrize("folder", ["/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d", "/run/sysctl.d", "/etc/sysctl.d"])
def test_every_procps_reads_all_folders(version, folder):
    assert warned([File(folder + "/zz.conf", "vm.a = 30\n")], sysctl="procps-ng " + version)


@pytest.mark.parametrize("version", ["9" * 5000, "3." + "9" * 5000, ".".join("1" * 5000)])
def test_a_version_of_any_length_is_one(version):
    warned(sysctl="procps-ng " + version, conf="vm.a = 30\n")


def test_only_procps_is_meant():
    assert warned(sysctl="\x7fELF toybox", conf="vm.a = 30\n") == []
    assert warned(conf="vm.a = 30\n") == []


def test_a_long_list_is_cut():
    ours = {"kernel.p%d" % number: ("1", Rule()) for number in range(9)}
    found = warned(ours=ours, sysctl=PROCPS, conf="".join("%s = 2\n" % name for name in sorted(ours)))
    assert "and 4 more" in found[0] and "kernel.p4" in found[0] and "kernel.p5" not in found[0]


@pytest.mark.parametrize("count, more", [(5, False), (6, True)])
def test_a_list_is_cut_where_it_is_long(count, more):
    ours = {"kernel.p%d" % number: ("1", Rule()) for number in range(count)}
    assert (" more" in warned(ours=ours, sysctl=PROCPS, conf="".join("%s = 2\n" % name for name in ours))[0]) is more


def tuned(profile="[sysctl]\nvm.a = 30\n", main=None, **others):
    return Tuned(["mine"], dict(others, mine=profile), main)


@pytest.mark.parametrize("profile, expected", [
    ("[sysctl]\nvm.a = 30\n", "vm.a = 30"),
    ("[sysctl]\nvm.a = >30\n", "vm.a = >30"),
    ("[sysctl]\nvm/a=30\n", "vm.a = 30"),
    ("[tuning]\ntype=sysctl\nvm.a=30\n", "vm.a = 30"),
    ("[main]\ninclude=base\n", "vm.a = 40 (profile base"),
    ("[main]\ninclude=base\n[sysctl]\nvm.a=30\n", "vm.a = 30 (profile mine"),
    ("[main]\ninclude=other, base\n[sysctl]\nreplace=1\n", "vm.a = 40 (profile base"),
    ("[main]\ninclude=mine\n[sysctl]\nvm.a=30\n", "vm.a = 30"),
    ("[sysctl]\nvm.a = 5\n", None),
    ("[sysctl]\nvm.a = ${percent}\n", None),
    ("[sysctl]\nvm.c = 30\n", None),
    ("[sysctl]\nenabled=0\nvm.a = 30\n", None),
    ("[x]\nenabled=0\n[sysctl]\nvm.a = 30\n", "vm.a = 30"),
    ("[abc]\nvm.a = 30\n", None),
    ("[sysctl]\n#vm.a = 30\n; vm.a = 30\n# vm.a = 30\n", None),
    ("[sysctl]\nvm.a = 30 # why # not\n", "vm.a = 30 (profile"),
    ("[sysctl]\nvm.a = 10 # why\n", None),
    ("no ini file", None),
    ("[sysctl]\n\x1b]0;x\x07 = 1\n=\n=5\nvm.a=\n", None),
])
def test_tuned(profile, expected):
    found = warned(tuned=tuned(profile, base="[sysctl]\nvm.a = 40\n"))
    assert len(found) == (expected is not None)
    if expected:
        assert expected in found[0] and "ours is 10" in found[0]


@pytest.mark.parametrize("main, words", [
    ("reapply_sysctl = 0\nreapply_sysctl = 1\n", "so ours stay"),
    (None, "so ours stay"), ("reapply_sysctl = 1\n", "so ours stay"), ("# reapply_sysctl = 0\n", "so ours stay"),
    ("reapply_sysctl = 0\n", "values replace ours"), ("reapply_sysctl=False\n", "values replace ours"),
])
def test_what_comes_of_tuned(main, words):
    assert words in warned(tuned=tuned(main=main))[0]


UFW = "/etc/ufw/sysctl.conf"


def test_ufw():
    found = warned(ufw=File(UFW, "net/ipv4/x=1\nvm/a=30\n"))
    assert len(found) == 1 and "vm.a = 30 (/etc/ufw/sysctl.conf:2)" in found[0]
    assert warned(ufw=File(UFW, "vm/a=10\n")) == []


def test_a_credential_that_cannot_be_read_is_named():
    path = "/etc/credstore.encrypted/sysctl.extra"
    assert warned(sealed=path) == [
        "systemd-sysctl reads the encrypted credential %s after all files at boot. What it sets is not known here, and may take our values "
        "back: see `systemd-creds decrypt %s -`." % (path, path)]


@pytest.mark.parametrize("option, expected", [
    ("dirty_ratio=40%", "vm.dirty_ratio = 40 (profile mine; ours is 10)"),
    ("dirty_ratio = 40", "vm.dirty_ratio = 40 (profile mine; ours is 10)"),
    ("dirty_bytes = 40%", "vm.dirty_ratio = 40 (profile mine; ours is 10)"),
    ("dirty_bytes = 100000", "vm.dirty_bytes = 100000 (profile mine; our vm.dirty_ratio is 10)"),
    ("dirty_ratio = 10%", None),
    ("dirty_ratio = 5", None),
    ("dirty_ratio = ${x}", None),
    ("dirty_ratio = %s" % ("9" * 5000), None),
    ("transparent_hugepages = never", None),
])
def test_tuned_sets_some_in_a_section_of_their_own(option, expected):
    found = warned(tuned=tuned("[vm]\n%s\n" % option), ours={"vm.dirty_ratio": ("10", Rule(at_most="10"))})
    assert len(found) == (expected is not None)
    if expected:
        assert expected in found[0]


def test_what_unsets_a_partner_that_we_hold_at_0_takes_nothing_back():
    option = tuned("[sysctl]\nvm.dirty_ratio = 40\n")
    assert warned(tuned=option, ours={"vm.dirty_bytes": ("0", Rule())}) == []
    assert len(warned(tuned=option, ours={"vm.dirty_bytes": ("1000", Rule())})) == 1


@pytest.mark.parametrize("section", ["net", "zz", "sysctl"])
def test_other_sections_are_not_the_one_of_vm(section):
    assert warned(tuned=tuned("[%s]\ndirty_ratio=30\n" % section), ours={"vm.dirty_ratio": ("10", Rule())}) == []


@pytest.mark.parametrize("place, counts", [(19, True), (20, False)])
def test_profiles_that_include_one_another_have_an_end(place, counts):
    others = {"p%d" % number: "[main]\ninclude=p%d\n" % (number + 1) for number in range(1, 30)}
    others["p%d" % place] += "[sysctl]\nvm.a=30\n"
    assert bool(warned(tuned=tuned("[main]\ninclude=p1\n", **others))) is counts


def test_tuned_may_call_a_parameter_by_its_other_name():
    found = warned(tuned=tuned("[sysctl]\nnet.ipv4.conf.all.forwarding = 1\n"), ours={"net.ipv4.ip_forward": ("0", Rule())})
    assert "net.ipv4.conf.all.forwarding = 1 (profile mine; our net.ipv4.ip_forward is 0)" in found[0]
    found = warned(tuned=tuned("[sysctl]\nnet.ipv4.ip_forward = 1\n"), ours={"net.ipv4.conf.all.forwarding": ("0", Rule())})
    assert "net.ipv4.ip_forward = 1 (profile mine; our net.ipv4.conf.all.forwarding is 0)" in found[0]


@pytest.mark.parametrize("conf", ["10   # why", "0xa", "012", "10 20"])
def test_a_foreign_value_is_what_the_kernel_makes_of_it(conf):
    ours, conf = {"vm.swappiness": ("10", Rule())}, "vm.swappiness = %s\n" % conf
    assert warned(ours=ours, sysctl=PROCPS, conf=conf) == []
    assert warned(ours=ours, ufw=File(UFW, conf)) == []
    assert warned(ours=ours, tuned=tuned("[sysctl]\n" + conf)) == []


def test_a_long_value_is_shown_cut():
    assert "vm.a = %s (" % ("x" * 80) in warned(sysctl=PROCPS, conf="vm.a = %s\n" % ("x" * 80))[0]
    assert "vm.a = %s... (" % ("x" * 80) in warned(sysctl=PROCPS, conf="vm.a = %s\n" % ("x" * 5000))[0]


@pytest.mark.parametrize("text", ["\n", " \n", "[", "[a]\n", "x=1\n", " ", "\x1b[2J", "include=a,b\n", "#\n", "a"])
def test_hostile_text_neither_hangs_nor_fails(text):
    """A pattern that looks back at each line end takes hours for this."""
    text *= (1 << 20) // len(text)
    assert warned(tuned=tuned(text, text)) == []


# --- what else is read or set at boot ---

EXTRA = "/run/credentials/@system/sysctl.extra"
LAN = "/etc/systemd/network/10-lan.network"


def boots_with(name, interfaces=("eth0",), **rivals):
    files = [File("/etc/sysctl.d/a.conf", "vm.a = 1\nnet.ipv4.ip_forward = 0\n")]
    return _rivals.Boot(files, _sysctl_d.SYSTEMD, NONE._replace(**rivals), interfaces).winner(name)


def test_without_rivals_the_files_alone_decide():
    assert boots_with("vm.a") == Winner("1", "/etc/sysctl.d/a.conf", 1)
    assert boots_with("vm.b") is None


def test_a_credential_is_read_after_all_files_and_a_kernel_s_own_file_before_them():
    extra, kernel = File(EXTRA, "vm.a = 2\n"), File("/boot/sysctl.conf-6.1", "vm.a = 3\nvm.b = 3\n")
    assert boots_with("vm.a", late=(extra,), early=(kernel,)) == Winner("2", EXTRA, 1)
    assert boots_with("vm.a", early=(kernel,)) == Winner("1", "/etc/sysctl.d/a.conf", 1)
    assert boots_with("vm.b", late=(extra,), early=(kernel,)) == Winner("3", "/boot/sysctl.conf-6.1", 2)


@pytest.mark.parametrize("name, value", [
    ("net.ipv4.ip_forward", "1"), ("net.ipv4.conf.all.forwarding", "1"), ("net.ipv4.conf.eth0.forwarding", "1"), ("vm.a", "1"),
])
def test_networkd_sets_forwarding_after_the_files(name, value):
    setting = Setting("net.ipv4.ip_forward", "1", LAN, 5, "systemd-networkd")
    found = boots_with(name, settings=(setting,), late=(File(EXTRA, "net.ipv4.ip_forward = 0\n"),))
    assert found == (Winner(value, LAN, 5) if "forward" in name else Winner("1", "/etc/sysctl.d/a.conf", 1))


@pytest.mark.parametrize("setting, name, wanted, told", [
    ("net.ipv4.conf.*.rp_filter", "net.ipv4.conf.all.rp_filter", "1", True),
    ("net.ipv4.conf.*.rp_filter", "net.ipv4.conf.eth0.rp_filter", "1", True),
    ("net.ipv4.conf.*.rp_filter", "net.ipv4.conf.all.rp_filter", "2", False),
    ("net.ipv4.conf.*.rp_filter", "net.ipv6.conf.all.rp_filter", "1", False),
    ("net.ipv4.conf.*.forwarding", "net.ipv4.ip_forward", "0", True), ("net.ipv4.conf.all.forwarding", "net.ipv4.ip_forward", "0", False),
])
def test_what_is_set_of_single_interfaces_is_told(setting, name, wanted, told):
    found = warned(settings=(Setting(setting, "2", LAN, 5, "systemd-networkd"),), ours={name: (wanted, Rule())})
    assert found == (["systemd-networkd sets %s = 2 on interfaces that it configures (%s:5), after systemd at boot; we set %s = %s."
                      % (setting, LAN, name, wanted)] if told else [])


def test_a_filter_that_an_interface_has_off_takes_nothing_back():
    """The kernel takes the larger one of the two."""
    line = Setting("net.ipv4.conf.*.rp_filter", "0", LAN, 5, "systemd-networkd")
    assert warned(settings=(line,), ours={"net.ipv4.conf.all.rp_filter": ("1", Rule())}) == []


@pytest.mark.parametrize("name, value, told", [
    ("net.ipv6.conf.all.accept_ra", "0", True), ("net.ipv6.conf.all.accept_ra", "1", False), ("net.ipv6.conf.all.autoconf", "0", False)])
def test_who_takes_advertisements_is_told(name, value, told):
    found = warned(advertisements=("systemd-networkd", "IPv6AcceptRA in %s:4" % LAN), ours={name: (value, Rule())})
    assert found == ["systemd-networkd processes router advertisements itself (IPv6AcceptRA in %s:4). accept_ra only controls the kernel "
                     "and does not stop it." % LAN] * told


@pytest.mark.parametrize("line, expected", [
    ("echo 1 > /proc/sys/net/ipv4/tcp_syncookies", ("net.ipv4.tcp_syncookies", "1")),
    ("\techo '0' >/proc/sys/net/ipv4/conf/eth0.1/rp_filter # why", ("net.ipv4.conf.eth0/1.rp_filter", "0")),
    ("sysctl -q -w kernel.panic=10; true", ("kernel.panic", "10")), ("sysctl net/ipv4/tcp_ecn='0'", ("net.ipv4.tcp_ecn", "0")),
    ("# echo 1 > /proc/sys/net/ipv4/tcp_syncookies", None), ("echo 1 > /tmp/x", None), ("echo $X > /proc/sys/kernel/panic", None),
    ("sysctl kernel.panic", None), ("echo 1 > /proc/sys/net/ipv4/$X", None),
    # Other words for the same.
    ("/sbin/sysctl -w vm.a=1", ("vm.a", "1")), ("sysctl -w vm.a=1 >/dev/null 2>&1", ("vm.a", "1")),
    ('sysctl --write "vm.a=1"', ("vm.a", "1")),
    ("sysctl -w kernel.core_pattern=/var/core/%e || true", ("kernel.core_pattern", "/var/core/%e")), ("sysctl -w $X=1", None),
    ('sysctl -w kernel.core_pattern="|/x/y %p"', ("kernel.core_pattern", "|/x/y %p")), ("sysctl -w vm.a=$X", None),
    ('echo -n "4096 8 16" >> "/proc/sys/net/ipv4/tcp_rmem" && true', ("net.ipv4.tcp_rmem", "4096 8 16")),
    ("echo 1 | tee /proc/sys/vm/a", ("vm.a", "1")), ("echo 1 # > /proc/sys/vm/a", None), ("sysctl -n vm.a # b=1", None),
    # Words of other kinds of files.
    ('KDUMP_SYSCTL="vm.a=1"', None), ("w /proc/sys/vm/a - - - - 1", None),
    # What may not be run, or is none of the script's commands.
    ("exit 0\nsysctl vm.a=1", None), ("exec /bin/x\nsysctl vm.a=1", None), ("exec\t/bin/x >/y\nsysctl vm.a=1", None),
    ("if false; then\n  sysctl vm.a=1\nfi", None), ("stop() {\n  sysctl vm.a=1\n}", None),
    ("stop()\n{\nsysctl vm.a=1\n}", None), ("cat <<X\nsysctl vm.a=1\nX", None), ("false && \\\nsysctl vm.a=1", None),
    ("false &&\nsysctl vm.a=1", None), ("echo '\nsysctl vm.a=1\n'", None), ("case $1 in\nstop)\nsysctl vm.a=1\n;;\nesac", None),
    ("if true; then\n  exit 0\nfi; for a in b; do\nif c; then d; fi\nsysctl vm.a=1\ndone", None),
])
def test_what_a_script_writes(line, expected):
    found = list(_rivals.of_script("/s", "#!/bin/sh\n%s\n" % line, "u.service"))
    assert found == ([Setting(*expected, path="/s", number=2, by="u.service")] if expected else [])


@pytest.mark.parametrize("text", [
    "if true; then\n  exit 0\nfi\n", "f() {\n  a\n}\n", "if a; then b; fi\n", "case a in\nb) c ;;\nesac\n", "# don't\n",
    "if a; then\n  b\nelif c; then\n  d\nelse\n  e\nfi\n", "exec >/var/log/rc.local.log 2>&1\n", "exec 2>/dev/null\n"])
def test_what_follows_a_block_is_run(text):
    assert [item[:2] for item in _rivals.of_script("/s", text + "sysctl -q -w vm.a=1 vm.b='2'\nexit 0\n", "u")] == [
        ("vm.a", "1"), ("vm.b", "2")]


@pytest.mark.parametrize("text, expected", [
    ("for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 > $f; done", [("all", "0", 1), ("default", "0", 1)]),
    ('for f in /proc/sys/net/ipv4/conf/*/rp_filter\ndo\n  echo 2 > "${f}"\ndone\n', [("all", "2", 3), ("default", "2", 3)]),
    ("for i in all eth1; do\n  sysctl -w net.ipv4.conf.$i.rp_filter=0\n  echo 1 > /proc/sys/net/ipv4/conf/$i/rp_filter\ndone\n",
     [("all", "0", 2), ("eth1", "0", 2), ("all", "1", 3), ("eth1", "1", 3)]),
    ('for i in /proc/sys/net/ipv4/conf/*; do echo 0 > "$i"/rp_filter; done', [("all", "0", 1), ("default", "0", 1)]),
    # It is run after the loop, too; a loop in another block may not be.
    ("for i in a; do\n  b\ndone\nsysctl net.ipv4.conf.all.rp_filter=0\n", [("all", "0", 4)]),
    ("if a; then\n  for i in all; do\n  sysctl -w net.ipv4.conf.$i.rp_filter=0\n  done\nfi\n", []),
    ("for i in all; do\n  if a; then\n  sysctl -w net.ipv4.conf.$i.rp_filter=0\n  fi\ndone\n", []),
    ("for i in $(ls /proc/sys/net/ipv4/conf); do\n  echo 0 > /proc/sys/net/ipv4/conf/$i/rp_filter\ndone\n", []),
    ("for i in a; do exit; done\nsysctl net.ipv4.conf.all.rp_filter=0\n", []),
    ("done\nsysctl net.ipv4.conf.all.rp_filter=0\n", []),
])
def test_a_loop_over_words_is_run_for_each(text, expected):
    found = [(item.name.split(".")[3], item.value, item.number) for item in _rivals.of_script("/s", text, "u")]
    assert found == expected


INTERFACES = """auto eth0
iface eth0 inet static
  # up sysctl -w vm.a=0
  post-up sysctl -w net.ipv4.conf.$IFACE.rp_filter=0 || true
  pre-down sysctl -w vm.a=1
iface eth1 inet manual
  up echo 1 > /proc/sys/vm/a
"""


@pytest.mark.parametrize("other, expected", [
    ("", [("net.ipv4.conf.eth0.rp_filter", "0", 4)]),
    ("allow-hotplug eth1\n", [("net.ipv4.conf.eth0.rp_filter", "0", 4), ("vm.a", "1", 7)]),
    ("auto eth2\niface eth2 inet dhcp\n\tup for f in /proc/sys/net/ipv6/conf/*/accept_ra; do echo 2 > $f; done\n",
     [("net.ipv6.conf.all.accept_ra", "2", 3), ("net.ipv6.conf.default.accept_ra", "2", 3), ("net.ipv4.conf.eth0.rp_filter", "0", 4)]),
])
def test_what_interfaces_start_with(other, expected):
    found = list(_rivals.of_interfaces({"/etc/network/interfaces.d/a": other, "/etc/network/interfaces": INTERFACES}))
    assert {item.by for item in found} == {"ifupdown"}
    assert sorted((item.name, item.value, item.number) for item in found) == sorted(expected)


@pytest.mark.parametrize("text, expected", [
    ("w /proc/sys/kernel/core_pattern - - - - |/x/y %%p %%s\n", [("kernel.core_pattern", "|/x/y %p %s", 1)]),
    ("\n w+! /proc/sys/vm/swappiness\t-\t-\t-\t-\t1", [("vm.swappiness", "1", 2)]), ("#w /proc/sys/vm/swappiness - - - - 1", []),
    ('w "/proc/sys/vm/a" 0644 root root - 1\\n', [("vm.a", "1", 1)]), ("w /proc/sys/vm/a - - - - a;b # c", [("vm.a", "a;b # c", 1)]),
    # No quotation mark is taken away, as systemd 252 shows.
    ('w /proc/sys/vm/a - - - - "1"', [("vm.a", '"1"', 1)]), ("w /proc/sys/vm/a - - - - %H", []), ("w /proc/sys/vm/a - - - - a\\tb", []),
    ("w /proc/sys/net/ipv4/conf/*/rp_filter - - - - 0",
     [("net.ipv4.conf.all.rp_filter", "0", 1), ("net.ipv4.conf.default.rp_filter", "0", 1)]),
    # Of two lines for a path the second one is passed over.
    ("w /proc/sys/vm/a - - - - 1\nw /proc/sys/vm/a - - - - 0", [("vm.a", "1", 1)]),
    ("w~ /proc/sys/vm/a - - - - MQ==", []), ("w^ /proc/sys/vm/a - - - - x", []), ("echo 1 > /proc/sys/vm/a\nsysctl vm.a=1", []),
    ("w /sys/kernel/mm/x - - - - 1", []), ("f /proc/sys/vm/swappiness - - - - 1", []), ("w /proc/sys/vm/swappiness - - - -", []),
])
def test_what_tmpfiles_write(text, expected):
    assert [(item.name, item.value, item.number) for item in _rivals.of_tmpfiles([File("/t", text)])] == expected


@pytest.mark.parametrize("line, expected", [
    ("@reboot root /sbin/sysctl -w vm.a=1", [("vm.a", "1", 2)]), ("@reboot echo 1 > /proc/sys/vm/a", [("vm.a", "1", 2)]),
    ("@reboot alice /sbin/sysctl -w vm.a=1", []), ("# @reboot root sysctl -w vm.a=1", []), ("0 4 * * * root sysctl -w vm.a=1", []),
    ("@reboot", []), ("@reboot root ", []), ("@daily root sysctl -w vm.a=1", []),
])
def test_what_cron_runs_when_it_starts(line, expected):
    assert [(item.name, item.value, item.number) for item in _rivals.of_cron("/c", "SHELL=/bin/sh\n%s\n" % line, "cron")] == expected


@pytest.mark.parametrize("text, expected", [
    ('USE_KDUMP=1\nKDUMP_SYSCTL="vm.a=0 vm.b=1"\n', [("vm.a", "0", 2), ("vm.b", "1", 2)]), ('USE_KDUMP=0\nKDUMP_SYSCTL="vm.a=0"\n', []),
    ('USE_KDUMP=1\n#KDUMP_SYSCTL="vm.a=0"\n', [("kernel.panic_on_oops", "1", 1)]), ("", []),
])
def test_what_a_kernel_for_crashes_sets(text, expected):
    assert [(item.name, item.value, item.number) for item in _rivals.of_kdump("/k", text, "u")] == expected


@pytest.mark.parametrize("text, number", [("#!/usr/bin/python3\nwrite('fs/suid_dumpable', '2')\n", 2), ("", 1)])
def test_what_a_collector_of_core_dumps_sets(text, number):
    found = {item.name: item[1:] for item in _rivals.of_started("/p", text, "apport.service")}
    assert found["fs.suid_dumpable"] == ("2", "/p", number, "apport.service")
    assert found["kernel.core_pattern"] == ("|/usr/share/apport/apport", "/p", 1, "apport.service")


def test_a_unit_that_takes_values_back_is_named():
    settings = tuple(_rivals.of_started("/p", "x\nkernel/core_pattern\n", "apport.service"))
    ours = {"fs.suid_dumpable": ("0", Rule()), "kernel.core_pattern": ("|/bin/false", Rule()), "kernel.core_pipe_limit": ("10", Rule())}
    assert warned(settings=settings, ours=ours) == [
        "apport.service sets kernel.core_pattern = |/usr/share/apport/apport (/p:2), fs.suid_dumpable = 2 (/p:1) when it starts, after "
        "systemd at boot: disable it where ours are to stay."]
    assert warned(settings=settings) == warned(settings=[item._replace(by="rc.local") for item in settings], ours=ours) == []


def test_a_script_of_any_size_takes_no_time():
    for text in ("w /proc/sys/a" + " -" * 100000 + "\\", "w /proc/sys/a - - - - " + "a " * 100000, "sysctl " + "-w " * 100000,
                 "echo " * 100000, "echo " + " " * 100000 + "(", "sysctl " + "a" * 100000 + "(", "echo " + '"a" ' * 50000 + "(",
                 "{\n" * 50000, "for a in " + "b " * 100000, "for a in b; do " * 10000, "for a in b c\n" + "$a" * 50000,
                 "if ( " * 50000, "${a} " * 50000, "up " * 50000):
        assert list(_rivals.may_set("/etc/rc.local", text)) == list(
            _rivals.of_interfaces({"/i": "auto a\niface a inet dhcp\nup " + text})) == []
        assert list(_rivals.of_script("/s", text, "u")) == list(_rivals.of_tmpfiles([File("/t", text)])) == []


def test_a_script_that_a_unit_runs_has_the_last_word():
    rivals = NONE._replace(settings=tuple(_rivals.of_script("/s", "echo 1 > /proc/sys/net/ipv4/conf/default/rp_filter\n", "u.service")))
    boot = _rivals.Boot([File("/etc/sysctl.d/zz.conf", "net.ipv4.conf.default.rp_filter = 2\n")], _sysctl_d.SYSTEMD, rivals, ["eth0"])
    assert boot.winner("net.ipv4.conf.default.rp_filter") == Winner("1", "/s", 1)


def test_another_init_is_named():
    found = warned(init=Init("OpenRC", True), sysctl=PROCPS, conf="vm.a = 30\n")
    assert found == ["This host starts with OpenRC, not with systemd: boot values are those that `sysctl --system` sets, which reads "
                     "/etc/sysctl.conf last."]


def test_nothing_is_claimed_of_an_init_that_is_not_known():
    found = warned(init=Init("dinit", False), sysctl=PROCPS, conf="vm.a = 30\n")
    assert found[0] == ("This host starts with dinit, not with systemd. What sets parameters at its boot is not known here: boot values "
                        "are those that systemd would set.")
    # So whoever calls it by hand is warned.
    assert len(found) == 2 and "`sysctl --system`" in found[1]
