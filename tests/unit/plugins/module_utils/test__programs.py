# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import os

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _files, _programs

PATH = "/etc/sysctl.d/50-security-hardening.conf"
SYSTEMD = "systemd-253-8.ph5"


class Programs:
    """Answers in the place of programs; `asked`: what was started."""

    def __init__(self, status=0, stdout=SYSTEMD + "\n"):
        self.answer, self.asked = (status, stdout, ""), []

    def __call__(self, command, **_options):
        self.asked.append([os.path.basename(word) if number < 3 else word for number, word in enumerate(command)])
        if isinstance(self.answer[0], OSError):
            raise self.answer[0]
        return self.answer


@pytest.fixture
def tree(below, monkeypatch):
    def make(path, text=""):
        os.makedirs(os.path.dirname(str(below) + path), exist_ok=True)
        with open(str(below) + path, "w") as stream:
            stream.write(text)
    monkeypatch.setattr(_files, "trust", lambda path: os.path.exists(str(below) + path) or None)
    return make


@pytest.mark.parametrize("status, stdout, expected", [
    (0, SYSTEMD + "\n", SYSTEMD), (0, SYSTEMD + "\nother-1-1\n", SYSTEMD), (1, "file %s is not owned by any package\n" % PATH, None),
    (0, "", None), (OSError(13, "no"), "", None)])
def test_what_rpm_says(tree, status, stdout, expected):
    tree("/usr/bin/rpm")
    programs = Programs(status, stdout)
    assert _programs.package_of(PATH, programs) == expected
    assert programs.asked == [["rpm", "-qf", "--qf", "%{NAME}-%{VERSION}-%{RELEASE}\\n", PATH]]


def test_a_program_has_ten_seconds(tree):
    tree("/usr/bin/rpm")
    tree("/usr/bin/timeout")
    programs = Programs()
    assert _programs.package_of(PATH, programs) == SYSTEMD and programs.asked[0][:3] == ["timeout", "10", "rpm"]


def test_what_the_lists_of_dpkg_say(tree):
    tree("/var/lib/dpkg/info/libc6:amd64.list", "/.\n/etc\n%s\n" % PATH)
    tree("/var/lib/dpkg/info/other.list", PATH + ".d\n")
    tree("/var/lib/dpkg/info/other.conffiles", "/etc/x\n")
    assert _programs.package_of(PATH, Programs()) == "libc6" and _programs.package_of("/etc/x", None) is None


def test_without_a_package_database_nobody_is_asked(tree):
    programs = Programs()
    assert _programs.package_of(PATH, programs) is None and programs.asked == [] and _programs.said(None, ["/usr/bin/rpm"]) == ""
    assert _programs.owner_told(PATH, programs) == "No package is known to have %s: a person or a program has written it." % PATH
    tree("/usr/bin/rpm")
    assert _programs.owner_told(PATH, programs) == "%s belongs to the package %s." % (PATH, SYSTEMD)
