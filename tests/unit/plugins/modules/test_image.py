# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`root`: the whole module, as Ansible starts it, over a folder that looks like a mounted image. Its file layer is the real one."""

import hashlib
import json
import os
import subprocess
import sys

import pytest
from ansible.module_utils import basic

from ansible_collections.photon.hardening.plugins.module_utils._sysctl_d import HEADER
from ansible_collections.photon.hardening.plugins.modules import kernel_parameters

SECURITY, TUNING = "/etc/sysctl.d/50-security-hardening.conf", "/etc/sysctl.d/60-photon-tuning.conf"
RESTATE_PATH = "/etc/sysctl.d/zz-photon-hardening.conf"
BASELINE = "/var/lib/photon-hardening/baseline.json"
VENDOR = "kernel.kptr_restrict=2\nkernel.sysrq=0\n"
DROPINS = [
    # A parameter of no kernel at all, one of a module, one that would break containers.
    {"path": SECURITY, "content": "kernel.yama.ptrace_scope = 1\nkernel.no_kernel_has_this = 1\nnet.bridge.bridge-nf-call-iptables = 1\n"
                                  "net.ipv4.ip_forward = 0\n"},
    {"path": TUNING, "content": "vm.swappiness = 60\nfs.protected_fifos = 2\n"},
]
RULES = {"net.ipv4.ip_forward": {"hold": ["docker"]}, "net.bridge.bridge-nf-call-iptables": {"needs_module": "br_netfilter"},
         "vm.swappiness": {"at_most": "60"}}


class Image:
    def __init__(self, root):
        self.root = str(root)

    def add(self, path, text):
        where = self.root + path
        if not os.path.isdir(os.path.dirname(where)):
            os.makedirs(os.path.dirname(where))
        with open(where, "w") as stream:
            stream.write(text)
        if "bin/" in path:
            os.chmod(where, 0o755)

    def text(self, path):
        with open(self.root + path) as stream:
            return stream.read()

    def listing(self):
        """Path -> what it is: every folder, link and file with its mode and content."""
        found = {}
        for folder, folders, names in os.walk(self.root):
            for name in folders + names:
                where = os.path.join(folder, name)
                found[where[len(self.root):]] = (os.lstat(where).st_mode, self._content(where))
        return found

    @staticmethod
    def _content(where):
        if os.path.islink(where):
            return os.readlink(where)
        if os.path.isdir(where):
            return ""
        with open(where, "rb") as stream:
            return hashlib.sha256(stream.read()).hexdigest()


@pytest.fixture
def image(tmpdir):
    """A Photon image: the vendor's drop-in has our name, a rival is read after it, and links are absolute as in a running system."""
    made = Image(tmpdir.mkdir("image"))
    made.add(SECURITY, VENDOR)
    made.add("/usr/lib/sysctl.d/99-rival.conf", "fs.protected_fifos = 1\n")
    made.add("/etc/sysctl.conf", "vm.swappiness = 80\n")
    os.symlink("/etc/sysctl.conf", made.root + "/etc/sysctl.d/99-sysctl.conf")
    os.symlink("usr/lib", made.root + "/lib")
    os.makedirs(made.root + "/var/lib")
    made.add("/usr/bin/dockerd", "")
    return made


@pytest.fixture
def run(image, monkeypatch, capsys):
    """Runs the module on the image; the result as Ansible gets it, with its warnings, which some ansible-cores tell only once."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    warnings = []
    monkeypatch.setattr(basic.AnsibleModule, "warn", lambda _module, text: warnings.append(text))

    def module(**params):
        check_mode = params.pop("check_mode", False)
        params = dict(dict(dropins=DROPINS, rules=RULES, root=image.root), **params)
        args = dict(params, _ansible_check_mode=check_mode, _ansible_diff=True)
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": args}).encode("utf-8"))
        # From ansible-core 2.19 on arguments come in a form that has a name.
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        del warnings[:]
        with pytest.raises(SystemExit) as ended:
            kernel_parameters.main()
        result = dict(json.loads(capsys.readouterr().out), warnings=list(warnings))
        assert bool(ended.value.code) == result.get("failed", False)
        return result
    return module


def absent(run, **params):
    return run(state="absent", dropins=None, rules={}, **params)


def rows(result):
    return {row["name"]: row for row in result["parameters"]}


def test_files_alone_are_written(image, run):
    result = run()
    assert result["changed"] is True
    assert image.text(SECURITY) == (
        HEADER + "\nkernel.yama.ptrace_scope = 1\nkernel.no_kernel_has_this = 1\nnet.bridge.bridge-nf-call-iptables = 1\n"
        "# held_back: would break docker (/usr/bin/dockerd): net.ipv4.ip_forward = 0\n\n"
        "# Lines of the file that was here before, for the next boot: this file has taken its place.\n" + VENDOR)
    assert image.text(TUNING) == HEADER + "\n" + DROPINS[1]["content"]
    assert image.text(RESTATE_PATH) == (
        HEADER + "\n# /usr/lib/sysctl.d/99-rival.conf:1 would set 1\nfs.protected_fifos = 2\n"
        "# /etc/sysctl.d/99-sysctl.conf:1 would set 80\nvm.swappiness = 60\n")
    assert json.loads(image.text(BASELINE))["files"][SECURITY]["before"] == VENDOR
    assert (image.text("/etc/sysctl.conf"), image.text("/usr/lib/sysctl.d/99-rival.conf")) == (
        "vm.swappiness = 80\n", "fs.protected_fifos = 1\n")


def test_parameters_have_boot_values_alone(run):
    found = rows(run())
    assert {(row["before"], row["after"]) for row in found.values()} == {(None, None)}
    boots = {name: (row["state"], row["boot_before"], row["boot"], row["boot_source"]) for name, row in found.items()}
    assert boots == {
        "kernel.yama.ptrace_scope": ("changed", None, "1", SECURITY + ":2"),
        "kernel.no_kernel_has_this": ("changed", None, "1", SECURITY + ":3"),
        "net.bridge.bridge-nf-call-iptables": ("changed", None, "1", SECURITY + ":4"),
        "net.ipv4.ip_forward": ("held_back", None, None, None),
        "vm.swappiness": ("changed", "80", "60", RESTATE_PATH + ":5"),
        "fs.protected_fifos": ("changed", "1", "2", RESTATE_PATH + ":3"),
    }


def test_a_second_run_changes_nothing(image, run):
    run()
    before = image.listing()
    result = run()
    assert result["changed"] is False and result["summary"]["changed"] == 0
    assert image.listing() == before


def test_a_kept_line_that_would_break_a_use_is_no_part_of_the_first_file_either(image, run):
    image.add(SECURITY, VENDOR + "net.ipv4.ip_forward=0\n")
    asked = dict(dropins=[{"path": SECURITY, "content": "kernel.yama.ptrace_scope = 1\n"}], rules={})
    run(**asked)
    first = image.text(SECURITY)
    assert "net.ipv4.ip_forward=0" not in first.splitlines() and "net.ipv4.ip_forward=0" in first
    assert run(**asked)["changed"] is False and image.text(SECURITY) == first


def test_check_mode_predicts_and_writes_nothing(image, run):
    before = image.listing()
    predicted = run(check_mode=True)
    assert image.listing() == before
    done = run()
    for key in ("changed", "msg", "summary", "parameters", "diff"):
        assert predicted[key] == done[key]


def test_absent_restores_the_image(image, run):
    before = image.listing()
    run()
    predicted = absent(run, check_mode=True)
    assert predicted["changed"] is True and os.path.exists(image.root + TUNING)
    assert absent(run)["diff"] == predicted["diff"]
    assert image.listing() == before
    again = absent(run)
    assert again["changed"] is False and "There is no baseline" in str(again["warnings"])
    assert image.listing() == before


def test_a_package_update_in_the_image_is_noticed(image, run):
    run()
    image.add(SECURITY, "kernel.kptr_restrict=1\n")
    result = run()
    assert result["changed"] is True and SECURITY + " was replaced by something else" in str(result["warnings"])
    absent(run)
    assert image.text(SECURITY) == "kernel.kptr_restrict=1\n"


def moved_outside(image, tmpdir, folder):
    """An empty folder of this machine to which an absolute link in the image leads, where the image has FOLDER itself."""
    outside = tmpdir.mkdir("outside")
    os.makedirs(os.path.dirname(image.root + str(outside)))
    os.rename(image.root + folder, image.root + str(outside))
    os.symlink(str(outside), image.root + folder)
    return outside


def test_an_absolute_link_stays_in_the_image(image, run, tmpdir):
    """In a mounted image it names a folder of this machine, and means one of the image."""
    outside = moved_outside(image, tmpdir, "/var/lib")
    before = image.listing()
    assert run()["changed"] is True
    written = set(image.listing()) - set(before)
    assert any(path.startswith(str(outside)) for path in written) and outside.listdir() == []
    assert run()["changed"] is False
    absent(run)
    assert image.listing() == before


@pytest.mark.parametrize("folder", ["/etc", "/etc/sysctl.d"])
def test_a_link_out_of_the_folders_is_named(image, run, tmpdir, folder):
    outside = moved_outside(image, tmpdir, folder)
    before = image.listing()
    result = run()
    assert result["failed"] is True and "/etc/sysctl.d leads to" in result["msg"] and str(outside) in result["msg"]
    assert image.listing() == before and outside.listdir() == []


def test_links_that_lead_nowhere_are_named(image, run):
    os.symlink("/loop", image.root + "/loop")
    os.rename(image.root + "/var", image.root + "/old")
    os.symlink("loop/var", image.root + "/var")
    before = image.listing()
    result = run()
    assert result["failed"] is True and "/var/lib" in result["msg"] and "symbolic link" in result["msg"]
    assert image.listing() == before


def test_a_folder_without_room_for_the_state_is_named(image, run):
    os.rmdir(image.root + "/var/lib")
    image.add("/var/lib", "not a folder\n")
    result = run()
    assert result["failed"] is True and "/var/lib" in result["msg"]
    assert image.text(SECURITY) == VENDOR


# As Ansible starts the module: a process that has imported nothing but what the module itself imports.
FRESH = """
import json, os, sys
from ansible.module_utils import basic
from ansible_collections.photon.hardening.plugins.modules import kernel_parameters
os.geteuid = lambda: 0
basic._ANSIBLE_ARGS = sys.argv[1].encode("utf-8")
basic._ANSIBLE_PROFILE = "legacy"
kernel_parameters.main()
"""


@pytest.mark.parametrize("path, text", [
    ("/etc/systemd/system/multi-user.target.wants/systemd-networkd.service", ""),
    ("/etc/systemd/system/multi-user.target.wants/NetworkManager.service", ""),
    ("/etc/systemd/system/multi-user.target.wants/tuned.service", ""),
    ("/etc/ufw/ufw.conf", "ENABLED=yes\n"),
    ("/sbin/openrc-run", ""),
])
def test_no_code_is_needed_from_an_image(image, path, text):
    image.add(path, text)
    args = {"ANSIBLE_MODULE_ARGS": dict(dropins=DROPINS, rules=RULES, root=image.root)}
    ended = subprocess.run([sys.executable, "-c", FRESH, json.dumps(args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    result = json.loads(ended.stdout.decode("utf-8"))
    assert (ended.returncode, result.get("failed", False), result["changed"]) == (0, False, True), result


@pytest.mark.parametrize("name", ["kernel/random/boot_id", "kernel/osrelease", "kernel/yama/ptrace_scope", "vm/swappiness"])
def test_nothing_of_an_image_is_taken_for_the_kernel(image, name):
    """What lies where the kernel has its parameters may be a FIFO, and whoever opens it waits for ever."""
    os.makedirs(os.path.dirname("%s/proc/sys/%s" % (image.root, name)))
    os.mkfifo("%s/proc/sys/%s" % (image.root, name))
    args = {"ANSIBLE_MODULE_ARGS": dict(dropins=DROPINS, rules=RULES, root=image.root)}
    said = subprocess.check_output([sys.executable, "-c", FRESH, json.dumps(args)], timeout=60)
    assert json.loads(said.decode("utf-8"))["changed"] is True


@pytest.mark.parametrize("check_mode", [False, True])
def test_the_baseline_that_is_meant_is_that_of_the_image(image, run, check_mode):
    image.add(BASELINE, "broken")
    result = run(check_mode=check_mode)
    assert result["failed"] is True and result["msg"].startswith(image.root + BASELINE + " cannot be understood (")
