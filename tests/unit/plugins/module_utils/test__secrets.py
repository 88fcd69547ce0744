# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import json

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _secrets

KEY = "net.ipv4.tcp_fastopen_key"
ADDRESS = "net.ipv6.conf.all.stable_secret"
OLD, NEW = "00000001-00000002-00000003-00000004", "deadbeef-00000002-00000003-00000004"


def row(name, before=OLD, wanted=NEW, after=NEW, boot_before=None, boot=NEW, reason=""):
    return dict(name=name, state="changed", before=before, wanted=wanted, after=after, boot_before=boot_before, boot=boot, reason=reason)


def result(*rows, **more):
    return dict(dict(msg="", notes=[], parameters=list(rows), changed=True), **more)


def told(given, *dropins):
    return _secrets.hidden(given, _secrets.found(given, dropins))


@pytest.mark.parametrize("name, expected", [
    (KEY, True), ("net.core.netdev_rss_key", True), (ADDRESS, True), ("net.ipv6.conf.eth0/1.stable_secret", True),
    ("net.ipv4.tcp_fastopen", False), ("kernel.kptr_restrict", False),
])
def test_is_secret(name, expected):
    assert _secrets.is_secret(name) is expected


def test_a_result_without_secrets_is_the_same_object():
    given = result(row("kernel.a", "0", "1", "1"))
    assert told(given, "kernel.a = 1\n") is given


def test_a_row_says_which_values_are_equal():
    (found,) = told(result(row(KEY)))["parameters"]
    assert [found[key] for key in ("before", "wanted", "after", "boot_before", "boot")] == [
        "(secret 1)", "(secret 2)", "(secret 2)", None, "(secret 2)"]


@pytest.mark.parametrize("given", [
    result(row(KEY), msg="1 of 1 parameters differ: %s %s -> %s" % (KEY, OLD, NEW)),
    result(row(KEY, reason="%s was %s." % (KEY, OLD))),
    result(row(KEY), notes=["/etc/sysctl.conf:1 sets %s = %s" % (KEY, OLD)]),
    result(row(KEY), diff=[{"before_header": "x", "before": "[/etc/sysctl.d/a.conf]\n%s = %s\n" % (KEY, OLD), "after": ""}]),
    # A sentence of the row that does not name the parameter again.
    result(row(KEY, boot_before=OLD, reason="/etc/sysctl.d/10-x.conf:1 makes it %s at boot" % OLD)),
    result(row(KEY), notes=["/etc/sysctl.d/10-x.conf:1 makes it %s at boot" % OLD]),
    result(diff=[{"before_header": "x", "before": "# waived: x: %s = %s\n" % (KEY, OLD), "after": ""}]),
    result(diff=[{"before_header": "x", "before": "net.ipv4.tcp_fastopen_* = %s # x\n" % OLD, "after": ""}]),
    # A key of a file that no row has.
    result(diff=[{"before_header": "x", "before": "-net/ipv4/tcp_fastopen_key=%s \n" % OLD, "after": ""}]),
])
def test_no_text_shows_a_key(given):
    found = json.dumps(told(given))
    assert OLD not in found and NEW not in found
    assert "(secret 1)" in found


def test_a_refused_call_shows_none_of_what_it_asked_for():
    given = {"failed": True, "msg": "rules: %s: %s is refused" % (KEY, NEW)}
    assert told(given, "kernel.a = 1\n%s = %s\n" % (KEY, NEW)) == {"failed": True, "msg": "rules: %s: (secret 1) is refused" % KEY}


@pytest.mark.parametrize("start", [KEY + " ", "# " + KEY + " = ", "net.ipv4.tcp_fastopen_* = ", "-net/ipv4/tcp_fastopen_key="])
def test_a_line_that_is_refused_shows_none_either(start):
    line = start + NEW
    given = {"failed": True, "msg": "50-a.conf line 1: `%s` is no line" % line}
    assert told(given, line + "\n")["msg"] == given["msg"].replace(NEW, "(secret 1)")


def test_a_note_about_a_secret_is_no_secret():
    given = result(diff=[{"before_header": "x", "before": "", "after": "# the %s is a 1 of 2\n* = 7\n" % KEY}], notes=[KEY + " is a 7"])
    assert told(given) == given


def test_a_short_key_is_hidden_where_it_is_one():
    given = result(row(ADDRESS, None, "::1", "::1", boot="::1"), row("vm.a", "1", "1", "1", boot="1"),
                   msg="%s unset -> ::1" % ADDRESS, notes=["vm.a is ::1"])
    found = told(given)
    assert found["msg"] == "%s unset -> (secret 1)" % ADDRESS
    assert found["notes"] == ["vm.a is ::1"]
    assert found["parameters"][1] == given["parameters"][1]


def test_a_part_of_a_word_is_no_key():
    assert told(result(row(ADDRESS, "1", "1", "1", boot="1"), msg="%s at /a-1.conf:11 is 1." % ADDRESS))["msg"] == (
        "%s at /a-1.conf:11 is (secret 1)." % ADDRESS)
