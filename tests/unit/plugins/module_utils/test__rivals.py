# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _kernel, _rivals
from ansible_collections.photon.hardening.plugins.module_utils._rivals import NONE, Tuned
from ansible_collections.photon.hardening.plugins.module_utils._sysctl_d import HEADER, File

OURS = File("/etc/sysctl.d/60-ours.conf", HEADER + "\nvm.a = 10\n")
IN_FORCE = {"vm.a": ("10", {"at_most": "10"}), "kernel.b": ("1", {})}
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


def test_only_procps_is_meant():
    assert warned(sysctl="\x7fELF toybox", conf="vm.a = 30\n") == []
    assert warned(conf="vm.a = 30\n") == []


def test_a_long_list_is_cut():
    ours = dict(("kernel.p%d" % number, ("1", {})) for number in range(9))
    found = warned(ours=ours, sysctl=PROCPS, conf="".join("%s = 2\n" % name for name in sorted(ours)))
    assert "and 4 more" in found[0] and "kernel.p4" in found[0] and "kernel.p5" not in found[0]


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
    ("[vm]\ndirty_ratio = 30\n", None),
    ("no ini file", None),
])
def test_tuned(profile, expected):
    found = warned(tuned=tuned(profile, base="[sysctl]\nvm.a = 40\n"))
    assert len(found) == (expected is not None)
    if expected:
        assert expected in found[0] and "ours is 10" in found[0]


@pytest.mark.parametrize("main, words", [
    (None, "so ours stay"), ("reapply_sysctl = 1\n", "so ours stay"), ("# reapply_sysctl = 0\n", "so ours stay"),
    ("reapply_sysctl = 0\n", "take ours back"), ("reapply_sysctl=False\n", "take ours back"),
])
def test_what_comes_of_tuned(main, words):
    assert words in warned(tuned=tuned(main=main))[0]


def test_ufw():
    found = warned(ufw="net/ipv4/x=1\nvm/a=30\n")
    assert len(found) == 1 and "vm.a = 30 (/etc/ufw/sysctl.conf:2)" in found[0]
    assert warned(ufw="vm/a=10\n") == []


@pytest.fixture
def image(tmpdir):
    def add(path, text):
        tmpdir.join(*path.split("/")).write(text, ensure=True)
    return str(tmpdir), add


def test_rivals_are_read_from_files(image):
    root, add = image
    assert _kernel.rivals(root) == NONE
    add("usr/sbin/sysctl", "procps-ng 3.3.17")
    add("etc/sysctl.conf", "vm.a = 1\n")
    add("etc/tuned/active_profile", "virtual-guest\n")
    add("usr/lib/tuned/virtual-guest/tuned.conf", "vendor")
    add("etc/tuned/virtual-guest/tuned.conf", "site")
    add("usr/lib/tuned/profiles/base/tuned.conf", "base")
    add("etc/tuned/tuned-main.conf", "main")
    add("etc/ufw/sysctl.conf", "vm/a=2\n")
    found = _kernel.rivals(root)
    assert (found.sysctl, found.conf, found.ufw) == ("procps-ng 3.3.17", "vm.a = 1\n", None)
    assert found.tuned == Tuned(["virtual-guest"], {"virtual-guest": "site", "base": "base"}, "main")
    add("etc/ufw/ufw.conf", "ENABLED=yes\n")
    assert _kernel.rivals(root).ufw == "vm/a=2\n"


@pytest.mark.parametrize("pid, running", [("1\n", True), ("99999999\n", False), ("x", False), (None, False)])
def test_on_a_host_only_a_running_tuned_counts(image, monkeypatch, pid, running):
    root, add = image
    monkeypatch.setattr(_kernel, "_on_host", lambda _root, path: root + path)
    add("etc/tuned/active_profile", "x\n")
    if pid:
        add("run/tuned/tuned.pid", pid)
    assert bool(_kernel.rivals("").tuned) is running
