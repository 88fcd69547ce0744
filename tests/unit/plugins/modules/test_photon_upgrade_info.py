# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shell over a host below a folder whose programs are functions. The same over ssh with recorded programs: tests/upgrade."""

import json
import os

import pytest
from ansible.module_utils import basic

from ansible_collections.photon.hardening.plugins.module_utils import _files, _photon_host, _photon_model
from ansible_collections.photon.hardening.plugins.module_utils._model import HostProblem
from ansible_collections.photon.hardening.plugins.modules import photon_upgrade_info

WANTS = "/etc/systemd/system/multi-user.target.wants/"
LISTS = ("/list_available.txt", "/find_extra_erased_pkgs.txt")
PACKAGES = "photon-release 4.0 1.ph4 noarch\ndocker 1 1.ph4 x86_64\npython2 2.7 1.ph4 x86_64\n"
PASS = "2026-11-25T23:13:41+0000 Prechecks: PASS, exiting with status(0).\n"
DEPRECATED = "2026 The following deprecated packages will be removed before upgrade -\n    python2\n" + PASS
PLAN = "\nRemoving:\npython2  noarch  2.7-1.ph4  @System  12.00b 12\nmine  noarch  1-1.acme  @System  1b 1\n\nTotal installed size: 1b\n"


class Photon:
    """A Photon 4.0: its files below a folder, and its programs as answers. started: what was run."""

    def __init__(self, host):
        self.host, self.started = host, []
        self.answers = {
            "rpm": (0, PACKAGES, ""), "lsb_release": (0, "4.0\n", ""), "systemd-detect-virt": (1, "none\n", ""),
            "systemctl": (0, "LoadState=loaded\nActiveState=active\n", ""), "tdnf": (8, PLAN, "Error(1032) : Operation aborted.\n"),
            _photon_model.SCRIPT: (0, PASS, "")}
        host.parameter("kernel.core_pattern", "core")
        host.parameter("kernel.random.boot_id", "one")
        host.file("/etc/os-release", "ID=photon\nVERSION_ID=4.0\n")
        host.file("/etc/photon-release", "VMware Photon OS 4.0\nPHOTON_BUILD_NUMBER=1\n")
        host.file(_photon_model.SCRIPT, "--precheck-only")
        host.file("/usr/lib/security/pam_faillock.so", "")
        host.file("/etc/pam.d/system-auth", "# pam_tally2.so\nauth required pam_faillock.so deny=3\nauth required pam_unix.so\n")

    def start(self, words):
        self.started.append(list(words))
        answer = self.answers[words[0]]
        return answer(words) if callable(answer) else answer

    def run(self, checking=False, **params):
        given = dict(to_version="5.0", confirmed_backup=True, precheck=True, accept_erased=[], again=False, free_mb={"/": 0},
                     services=["docker.service"])
        return photon_upgrade_info.run(dict(given, **params), checking, self.start)

    def begin(self, **changes):
        """As the role leaves the host when it has begun."""
        self.keep("before.json", json.dumps(dict(self.run(precheck=False)["before"], **changes)))
        self.keep("pid", "0\n")

    def keep(self, name, text):
        self.host.file("%s/%s" % (_photon_model.FOLDER, name), text)


@pytest.fixture
def photon(host, monkeypatch):
    monkeypatch.setattr(_photon_host, "_processes", lambda: iter(()))
    return Photon(host)


def test_a_host_that_can_be_upgraded(photon):
    result = photon.run()
    assert (result["step"], result["refusals"], result["remarks"], result["changed"]) == ("start", [], [], False)
    assert result["msg"] == "Photon OS 4.0 can be upgraded to 5.0." and result["state"]["name"] == "none"
    assert result["before"] == {
        "from": "4.0", "to": "5.0", "boot": "one", "services": ["docker.service"],
        "packages": [["docker", "1", "1.ph4", "x86_64"], ["photon-release", "4.0", "1.ph4", "noarch"],
                     ["python2", "2.7", "1.ph4", "x86_64"]],
        "pam": [["/etc/pam.d/system-auth", "auth required pam_faillock.so deny=3"]]}
    assert [_photon_model.SCRIPT, "--precheck-only", "--to-ver=5.0"] in photon.started
    assert not [words for words in photon.started if words[0] == "tdnf"]


def test_packages_that_would_be_erased_are_found_by_a_plan(photon):
    photon.answers[_photon_model.SCRIPT] = (0, DEPRECATED, "")
    result = photon.run(accept_erased=["mine"])
    assert ["tdnf", "--assumeno", "remove", "python2"] in photon.started
    assert result["step"] == "start" and "photon-upgrade.sh erases these itself: python2." in result["remarks"]


def test_what_depends_on_toybox_is_found_though_nothing_is_deprecated(photon):
    """The script erases toybox on every host, with all that depends on it."""
    photon.answers["rpm"] = (0, PACKAGES + "toybox 0.8 1.ph4 x86_64\nmine 1 1.acme noarch\n", "")
    photon.answers["tdnf"] = (8, PLAN.replace("python2", "toybox"), "Error(1032) : Operation aborted.\n")
    result = photon.run()
    assert [words for words in photon.started if words[0] == "tdnf"] == [["tdnf", "--assumeno", "remove", "toybox"]]
    assert result["step"] == "refuse" and "would not install them again: mine." in result["msg"]
    assert photon.run(accept_erased=["mine"])["step"] == "start"
    photon.answers["tdnf"] = (30, "", "Error(1030)\n")
    assert "What would be erased with the packages toybox" in photon.run()["msg"]


def test_what_goes_with_toybox_and_with_deprecated_packages_is_one_plan(photon):
    photon.answers["rpm"] = (0, PACKAGES + "toybox 0.8 1.ph4 x86_64\n", "")
    photon.answers[_photon_model.SCRIPT] = (0, DEPRECATED, "")
    other = PLAN.replace("python2", "toybox").replace("mine", "tool")
    photon.answers["tdnf"] = lambda words: (8, PLAN if "python2" in words else other, "")
    remarks = photon.run(accept_erased=["mine"])["remarks"]
    assert "photon-upgrade.sh erases these itself: python2, toybox." in remarks
    assert "These packages depend on them and are erased, too. They are installed again if the new version has them: mine, tool." in remarks


@pytest.mark.parametrize("status", [0, 22])
def test_the_lists_of_an_earlier_precheck_are_not_believed(photon, status):
    def precheck(_words):
        assert not any(photon.host.text(path) for path in LISTS)
        for path in LISTS:
            photon.host.file(path, "docker\n")
        return status, PASS, ""
    photon.answers[_photon_model.SCRIPT] = precheck
    for path in LISTS:
        photon.host.file(path, "of another version\n")
    photon.run()
    assert not any(_files.exists(path) for path in LISTS)


def test_without_a_precheck_the_script_is_not_started(photon):
    assert photon.run(precheck=False)["step"] == "start"
    photon.host.file(_photon_model.SCRIPT, "an old one")
    assert photon.run(checking=True)["step"] == "start" and photon.run()["step"] == "refuse"
    os.unlink(photon.host.root + _photon_model.SCRIPT)
    assert "photon-upgrade.sh is not installed" in photon.run()["msg"]
    assert not [words for words in photon.started if words[0] == _photon_model.SCRIPT]


def test_it_writes_nothing(photon):
    before = photon.host.tree()
    photon.run()
    photon.run(to_version="4.0")
    assert photon.host.tree() == before


def test_stray_units_are_regular_files(photon):
    for name in ("x.service", "y.socket", "notes.txt", ".service"):
        photon.host.file(WANTS + name, "")
    os.symlink("/usr/lib/systemd/system/sshd.service", photon.host.root + WANTS + "sshd.service")
    (refusal,) = photon.run()["refusals"]
    assert WANTS + "x.service" in refusal and WANTS + "y.socket" in refusal and "sshd" not in refusal and "notes" not in refusal


def test_what_the_script_has_left_in_tmp(photon):
    photon.host.file("/tmp/photon-upgrade.sh-2026/rpm-qa.txt", "")
    photon.host.file("/tmp/photon-upgrade.log", "")
    (refusal,) = photon.run()["refusals"]
    assert "it has left /tmp/photon-upgrade.sh-2026." in refusal
    assert photon.run(again=True)["step"] == "start"


def test_a_full_disk(photon):
    (refusal,) = photon.run(free_mb={"/": 1 << 40, "/none": 1 << 40})["refusals"]
    assert refusal.startswith("/ has ") and "1099511627776 MB are asked for" in refusal


@pytest.mark.parametrize("given", [{"tmp": 1}, {"/": "much"}, {"/": -1}, {"/": "\u00b2"}, {"/": 10 ** 15}])
def test_free_mb_is_checked(photon, given):
    with pytest.raises(ValueError, match="give an absolute path and a whole number of megabytes"):
        photon.run(free_mb=given)


@pytest.mark.parametrize("name", ["", "docker*", "docker.service containerd.service", "docker?", "x[a]", "docker.service\n", "../docker"])
def test_what_is_no_name_of_one_unit_is_refused(photon, name):
    """For these systemctl shows all units that match, or fails and shows none: Docker would not be stopped."""
    with pytest.raises(ValueError, match="^services: .* is not the name of a unit"):
        photon.run(services=["docker.socket", name])
    assert photon.started == []


def test_services_that_systemctl_does_not_tell_are_refused(photon):
    photon.answers["systemctl"] = (1, "", "Failed to connect to bus: No such file or directory\n")
    result = photon.run()
    assert (result["step"], result["services"]) == ("refuse", []) and "systemctl show does not tell which of the services" in result["msg"]


def test_services_are_in_the_order_asked_for(photon):
    asked = ["docker.socket", "x@1.service", "docker", "containerd.service"]
    block = "LoadState=loaded\nActiveState=active\n"
    photon.answers["systemctl"] = (0, "\n".join([block, block.replace("active", "inactive"), block, block]), "")
    result = photon.run(services=asked)
    assert result["services"] == result["before"]["services"] == ["docker.socket", "docker", "containerd.service"]


@pytest.mark.parametrize("processes, step, words", [
    ([("7", "sh", ["/bin/sh", _photon_model.FOLDER + "/upgrade.sh", "run"])], "wait", "still running"),
    ([("8", "bash", ["bash", _photon_model.SCRIPT])], "wait", "still running"),
    ([("7", "sh", ["of another boot"])], "refuse", "was cut off, and the host is still Photon OS 4.0"),
])
def test_an_upgrade_that_has_begun(photon, monkeypatch, processes, step, words):
    photon.begin()
    photon.keep("pid", "7\n")
    monkeypatch.setattr(_photon_host, "_processes", lambda: iter(processes))
    result = photon.run()
    assert (result["step"], words in result["msg"]) == (step, True)
    assert not [words for words in photon.started if words[0] == _photon_model.SCRIPT]


def test_somebody_elses_upgrade_is_refused(photon, monkeypatch):
    monkeypatch.setattr(_photon_host, "_processes", lambda: iter([("8", "bash", ["bash", _photon_model.SCRIPT])]))
    assert "photon-upgrade.sh is running already (process 8)" in photon.run()["msg"]


def test_containers_are_counted(photon, monkeypatch):
    names = ["containerd-shim", "conmon", "containerd", "sh"]
    monkeypatch.setattr(_photon_host, "_processes", lambda: iter([(str(number), name, []) for number, name in enumerate(names)]))
    assert photon.run()["containers"] == 2


def test_the_containers_of_an_old_docker_are_counted_and_its_daemon_is_not(photon, monkeypatch):
    words = [["docker-containerd-shim", "-namespace", "moby"], ["/usr/bin/docker-containerd-shim"], ["docker-containerd", "--config"], []]
    monkeypatch.setattr(_photon_host, "_processes", lambda: ((str(number), "docker-containe", one) for number, one in enumerate(words)))
    assert photon.run()["containers"] == 2


@pytest.mark.parametrize("answer", [(None, "", ""), (0, "", "")])
def test_a_container_without_systemd_is_refused(photon, answer):
    photon.answers["systemd-detect-virt"] = answer
    for checking in (True, False):
        result = photon.run(checking)
        assert result["step"] == "refuse" and "systemd-detect-virt gives no answer" in result["msg"]
    assert not [words for words in photon.started if words[0] == _photon_model.SCRIPT]


def test_after_an_upgrade(photon):
    photon.begin(boot="zero")
    photon.keep("status", "0\n")
    photon.host.file("/etc/os-release", "ID=photon\nVERSION_ID=5.0\n")
    photon.host.file("/etc/photon-release", "VMware Photon OS 5.0\n")
    photon.answers.update({"rpm": (0, "photon-release 5.0 1.ph5 noarch\ndocker 2 1.ph5 x86_64\n", ""), "lsb_release": (0, "5.0\n", ""),
                           "systemctl": (0, "LoadState=loaded\nActiveState=failed\n", "")})
    result = photon.run()
    assert (result["step"], result["must_boot"], result["down"], result["services"]) == (
        "finish", False, ["docker.service"], ["docker.service"])
    assert result["remains"] == ["Packages that were there before and are not there now, or have another name: python2."]
    photon.keep("finished", "")
    assert photon.run()["step"] == "nothing"


def test_a_copy_of_a_file_of_pam_refuses_nobody(photon):
    for end in (".rpmnew", ".rpmsave", "~", ".bak"):
        photon.host.file("/etc/pam.d/system-auth" + end, "auth required pam_tally2.so deny=3\n")
    photon.host.file("/etc/pam.d/login", "-auth required pam_tally2.so deny=3\n")
    assert photon.run()["step"] == "start"
    photon.host.file("/etc/pam.d/sshd", "auth required pam_tally2.so deny=3\n")
    assert "refused: /etc/pam.d/sshd name pam_tally2.so, which this host does not have" in photon.run()["msg"]


def test_an_rpm_that_fails_is_no_host_without_packages(photon):
    photon.begin()
    photon.answers["rpm"] = (1, "", "error: cannot open Packages database\n")
    with pytest.raises(HostProblem, match="rpm -qa ended with status 1, .*: error: cannot open Packages database. Mend the database"):
        photon.run()


def test_a_host_without_its_programs(photon):
    for name in photon.answers:
        photon.answers[name] = (None, "", "")
    result = photon.run()
    assert result["step"] == "refuse" and "systemd-detect-virt gives no answer" in result["msg"]


# --- what AnsibleModule is told ---

class Ended(Exception):
    pass


@pytest.fixture
def module(monkeypatch):
    """main() with parameters; returns its result."""
    def run(**params):
        def end(_module, **result):
            raise Ended(json.dumps(result))
        monkeypatch.setattr(basic.AnsibleModule, "exit_json", end)
        monkeypatch.setattr(basic.AnsibleModule, "fail_json", lambda self, **result: end(self, failed=True, **result))
        arguments = json.dumps({"ANSIBLE_MODULE_ARGS": dict(params, _ansible_remote_tmp="/tmp", _ansible_keep_remote_files=False)})
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", arguments.encode(), raising=False)
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(Ended) as caught:
            photon_upgrade_info.main()
        return json.loads(str(caught.value))
    return run


def test_a_broken_memory_is_an_error_sentence(photon, module, monkeypatch):
    monkeypatch.setattr(basic.AnsibleModule, "get_bin_path", lambda self, name: None)
    photon.host.file("/etc/os-release", "ID=debian\n")
    result = module(to_version="5.0")
    assert result["step"] == "refuse" and "os-release says debian" in result["msg"] and "failed" not in result
    photon.keep("before.json", "{")
    result = module(to_version="5.0")
    assert result["failed"] and "before.json cannot be read" in result["msg"]
    photon.keep("before.json", "[]")
    assert "is not what this role wrote there" in module(to_version="5.0")["msg"]


def test_programs_run_without_input_and_in_plain_english(module, monkeypatch, photon):
    ran = []

    def run_command(_module, words, data=None, environ_update=None):
        ran.append((words[0], data, environ_update["LC_ALL"]))
        return photon.start(words)

    monkeypatch.setattr(basic.AnsibleModule, "run_command", run_command)
    monkeypatch.setattr(basic.AnsibleModule, "get_bin_path", lambda self, name: "/usr/bin/" + name)
    assert module(to_version="5.0", confirmed_backup=True, precheck=True, services=["docker.service"])["step"] == "start"
    assert (_photon_model.SCRIPT, "", "C") in ran and {entry[1:] for entry in ran} == {("", "C")}


def test_processes_are_this_machines(host):
    mine = [words for pid, _name, words in _photon_host._processes() if pid == str(os.getpid())]
    assert len(mine) == 1 and mine[0][0]
