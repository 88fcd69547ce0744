# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _modprobe

ETC, LIB = "/etc/modprobe.d/", "/usr/lib/modprobe.d/"


def shown(files, cmdline=""):
    return [(item.driver, item.name, item.value, item.source, item.how) for item in _modprobe.settings(files, cmdline)]


@pytest.mark.parametrize("text, expected", [
    ("options vmw_vmci disable_msix=1\n", [("disable_msix", "1", 1, "options")]),
    ("# options vmw_vmci a=1\n\n  options  vmw-vmci  disable-msix=1 b\n", [("disable_msix", "1", 3, "options"), ("b", "1", 3, "options")]),
    ("options vmw_vmci a= \\\n b=2 \\\nc=3\noptions vmw_vmci d=4", [
        ("a", "", 1, "options"), ("b", "2", 1, "options"), ("c", "3", 1, "options"), ("d", "4", 4, "options")]),
    ("x\noptions vmw_vmci a=1 \\", [("a", "1", 2, "options")]),
    ("install vmw_vmci /sbin/modprobe --ignore-install vmw_vmci disable_msix=1\n", [("disable_msix", "1", 1, "install")]),
    # As modprobe 30 was seen to read them: `modprobe -c`.
    ("options vmw_vmci disable_\\\nmsix=1 \\x a=\"b c\" q=\\\"1\\\"\n", [
        ("disable_msix", "1", 1, "options"), ("x", "1", 1, "options"), ("a", "b c", 1, "options"), ("q", "1", 1, "options")]),
    ("\toptions\tvmw-vmci \t\"disable-msix=1\" b=\"2 x=3\n", [("disable_msix", "1", 1, "options"), ("b", "2 x=3", 1, "options")]),
    ("# c \\\noptions vmw_vmci a=1\noptions vmw_vmci b=2\\\\\noptions vmw_vmci c=3", [
        ("b", "2\\", 3, "options"), ("c", "3", 4, "options")]),
    # No line ends but those of Unix, and no blanks but the two that modprobe knows.
    ("# a\x0c\x0b\x1c\x85\u2028options vmw_vmci a=1\noptions vmw_vmci b=2\r\n", [("b", "2", 2, "options")]),
    ("\x0coptions vmw_vmci a=1\noptions\x0bvmw_vmci b=2\n", []),
    # What is behind two dashes is not the driver's.
    ("options vmw_vmci a=1 -- b=2", [("a", "1", 1, "options")]),
    ("install vmw_vmci modprobe -i -- vmw_vmci 'a=1' b=\"2\"", [("a", "1", 1, "install"), ("b", "2", 1, "install")]),
    ("options vmw_vmci\nalias vmw_vmci a=1\nblacklist vmw_vmci a=1\noptions\n", []),
])
def test_lines(text, expected):
    assert shown([(ETC + "a.conf", text)]) == [("vmw_vmci", name, value, "%sa.conf:%d" % (ETC, number), how)
                                               for name, value, number, how in expected]


def test_the_order_is_by_name_and_the_first_folder_has_the_file_of_a_name():
    files = [(LIB + "b.conf", "options d a=1"), (LIB + "a.conf", "options d a=2"), (ETC + "b.conf", "options d a=3"),
             (LIB + "c.bak", "options d a=4"), (ETC + ".e.conf", "options d a=7"), ("/etc/other/z.conf", "options d a=5")]
    assert [item[2:4] for item in shown(files, "quiet d.a=6 e d.b")] == [
        ("2", LIB + "a.conf:1"), ("3", ETC + "b.conf:1"), ("6", "/proc/cmdline:1"), ("1", "/proc/cmdline:1")]


@pytest.mark.parametrize("builtin, name, expected", [(False, "a", "6"), (True, "a", "6"), (False, "b", "2"), (True, "b", None),
                                                     (False, "c", None)])
def test_what_is_in_force(builtin, name, expected):
    found = _modprobe.settings([(ETC + "a.conf", "options d a=1 b=1\noptions e b=9\noptions d b=2")], "d.a=6")
    setting = _modprobe.in_force(found, "d", name, builtin)
    assert (setting and setting.value) == expected


def test_a_file_without_text_hides_the_one_of_its_name():
    assert shown([(ETC + "a.conf", ""), (LIB + "a.conf", "options d a=1")]) == []


@pytest.mark.parametrize("builtin, expected", [(False, "2"), (True, "1")])
def test_what_is_behind_two_dashes_is_for_init_and_modprobe_alone(builtin, expected):
    found = _modprobe.settings([], 'quiet "d.a=1" -- d.a=2 pci=nomsi')
    assert _modprobe.in_force(found, "d", "a", builtin).value == expected


@pytest.mark.parametrize("text, expected", [
    ("", []), ('a b=1 c="x y" "d=z w"\te="', [("a", None), ("b", "1"), ("c", "x y"), ("d", "z w"), ("e", "")]),
    ('"a b" k="1" x"y z"=2', [("a b", None), ("k", "1"), ('x"y z"', "2")]), ('"', [("", None)])])
def test_how_the_kernel_takes_words_apart(text, expected):
    assert list(_modprobe.arguments(text)) == expected


@pytest.mark.parametrize("value, expected", [
    ("1", True), ("Y", True), ("y", True), ("true", True), ("on", True), ("ON", True), ("0", False), ("N", False), ("off", False),
    ("of", False), ("", False), (None, False), ("2", False)])
def test_what_the_kernel_takes_for_true(value, expected):
    assert _modprobe.is_on(value) is expected


@pytest.mark.parametrize("cmdline, expected", [
    ("root=/dev/sda pci=nomsi", True), ("pci=noaer,nomsi quiet", True), ("pci=nomsix", False), ("xpci=nomsi", False), ("nomsi", False),
    ('pci="noaer,nomsi"', True), ('"pci=nomsi"', True), ("foo -- pci=nomsi", False), ('a="x pci=nomsi"', False), ("pci", False),
    ("", False)])
def test_nomsi(cmdline, expected):
    assert _modprobe.nomsi(cmdline) is expected
