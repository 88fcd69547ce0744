# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shell over a host below a folder. The same on this machine's kernel: tests/kernel."""

import errno
import json
import os

import pytest
from ansible.module_utils import basic

from ansible_collections.photon.hardening.plugins.module_utils import _files, _info, _procfs, _traces
from ansible_collections.photon.hardening.plugins.module_utils._model import Reading
from ansible_collections.photon.hardening.plugins.modules import kernel_parameters_info

KEY = "net.ipv4.tcp_fastopen_key"
SECRET = "deadbeef-deadbeef-deadbeef-deadbeef"


def run(names=("*",), salt=None, guest=False):
    return kernel_parameters_info.run(dict(names=list(names), salt=salt, guest=guest))


def by_name(result):
    return {row["name"]: row for row in result["parameters"]}


@pytest.fixture
def plain(host, monkeypatch):
    for name, value in (("kernel.a", "1"), ("fs.file-nr", "7\t0\t9"), ("net.core.bpf_jit_harden", "2"), (KEY, SECRET), ("vm.flush", "")):
        host.parameter(name, value)
    host.interface("eth0.100", rp_filter="1")
    for name, mode in (("net.core.bpf_jit_harden", 0o600), (KEY, 0o600), ("vm.flush", 0o200)):
        os.chmod(host._path(name), mode)
    host.file("/etc/sysctl.d/50-a.conf", "# one\nkernel.a = 2\n%s = %s\nkernel.none = 1\n" % (KEY, SECRET))
    host.file("/usr/lib/os-release", "ID=photon\nVERSION_ID=5.0\nPRETTY_NAME=\"VMware Photon OS/Linux\"\n")
    host.file("/usr/bin/dockerd", "")
    monkeypatch.setattr(_procfs, "in_container", lambda: False)
    monkeypatch.setattr(_traces, "_processes", lambda texts, subordinate_ids: ())
    return host


def test_everything_that_is_told(plain):
    result = run()
    assert sorted(result) == ["changed", "kernel", "memory_kb", "missing", "not_read", "notes", "omitted", "parameters", "processors",
                              "runtimes"]
    assert result["changed"] is False and result["notes"] == [] and result["omitted"] == 0
    assert result["kernel"] == {"release": os.uname()[2], "machine": os.uname()[4], "system": "VMware Photon OS/Linux",
                                "os_id": "photon", "os_version": "5.0"}
    assert result["memory_kb"] > 1000 and result["processors"] >= 1
    assert result["runtimes"] == [{"name": "docker", "evidence": "/usr/bin/dockerd"}]
    assert result["not_read"] == ["vm.flush"]
    assert [(row["name"], row["kind"], row["value"], row["boot"], row["boot_source"]) for row in result["parameters"]] == [
        ("fs.file-nr", "moves", "7 0 9", None, None),
        ("kernel.a", "value", "1", "2", "/etc/sysctl.d/50-a.conf:2"),
        ("net.core.bpf_jit_harden", "value", "2", None, None),
        ("net.ipv4.conf.eth0/100.rp_filter", "value", "1", None, None),
        (KEY, "secret", None, None, "/etc/sysctl.d/50-a.conf:3"),
    ]


@pytest.mark.parametrize("names, expected", [
    (["kernel.*"], ["kernel.a"]), (["kernel.a", "kernel.none"], ["kernel.a"]), ([], []), (["kernel"], []), (["../etc/sysctl.d/*"], []),
    (["net/ipv4/conf/*/rp_filter", "net.*"], ["net.core.bpf_jit_harden", "net.ipv4.conf.eth0/100.rp_filter", KEY])])
def test_what_is_asked_for(plain, names, expected):
    result = run(names)
    assert [row["name"] for row in result["parameters"]] == expected
    assert result["not_read"] == [] and result["kernel"]["os_id"] == "photon"


@pytest.mark.parametrize("names, missing", [
    (["kernel.sysrg", "kernel.a"], ["kernel.sysrg"]), (["kernel", "vm/nope", "../etc"], ["../etc", "kernel", "vm.nope"]),
    # What is only not read is there, and a pattern may match nothing.
    (["vm.flush", "net/ipv4/conf/eth0.100/rp_filter", "nope.*"], []),
])
def test_a_name_that_the_host_does_not_have_is_told(plain, names, missing):
    assert run(names)["missing"] == missing


def test_what_is_left_out_is_not_missing(plain, monkeypatch):
    monkeypatch.setattr(_info.chosen, "__defaults__", (1,))
    result = run(["kernel.a", "fs.file-nr"])
    assert (result["omitted"], result["missing"]) == (1, [])


@pytest.mark.parametrize("salt", [None, "salt"])
def test_no_secret_is_in_the_result(plain, salt):
    result = run(salt=salt)
    assert SECRET not in json.dumps(result) and SECRET[:8] not in json.dumps(result)
    assert (by_name(result)[KEY]["digest"] is None) is (salt is None)


def test_digests_compare_secrets_under_one_salt_alone(plain):
    first, other = by_name(run(salt="one"))[KEY]["digest"], by_name(run(salt="two"))[KEY]["digest"]
    assert first == by_name(run(salt="one"))[KEY]["digest"] != other
    plain.parameter(KEY, "another")
    assert by_name(run(salt="one"))[KEY]["digest"] != first


def test_what_moves_between_two_reads_has_the_second_value(plain, monkeypatch):
    values = iter(["1", "2"])
    monkeypatch.setattr(_procfs, "look", lambda name: Reading(next(values)))
    assert run(["kernel.a"])["parameters"] == [
        {"name": "kernel.a", "kind": "moves", "value": "2", "boot": "2", "boot_source": "/etc/sysctl.d/50-a.conf:2"}]


def test_what_cannot_be_read_is_told(plain, monkeypatch):
    monkeypatch.setattr(_procfs, "look", lambda name: Reading(None, errno.EACCES))
    assert run(["kernel.a"])["parameters"] == [
        {"name": "kernel.a", "kind": "unreadable", "value": None, "boot": "2", "boot_source": "/etc/sysctl.d/50-a.conf:2",
         "error": "EACCES"}]


def test_nothing_is_written(plain, monkeypatch):
    before, flags, real = plain.tree(), [], os.open
    monkeypatch.setattr(os, "open", lambda path, how, *args, **more: flags.append(how) or real(path, how, *args, **more))
    run()
    assert flags and not [how for how in flags if how & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)]
    assert plain.tree() == before


def test_a_host_with_many_interfaces_has_a_bounded_result(plain, monkeypatch):
    for number in range(20):
        plain.interface("veth%02d" % number, rp_filter="1")
    read, real, chosen = [], _procfs.look, _info.chosen
    monkeypatch.setattr(_procfs, "look", lambda name: read.append(name) or real(name))
    monkeypatch.setattr(_info, "chosen", lambda found: chosen(found, 6))
    result = run()
    assert (len(result["parameters"]), result["omitted"], len(read)) == (6, 19, 12)
    assert result["notes"][0].startswith("19 more parameters were found")
    assert "kernel.a" in by_name(result) and "net.ipv4.conf.veth19.rp_filter" not in by_name(result)


def test_the_guest_side_is_read_where_it_is_asked_for(plain):
    rows = {row["name"]: row for row in run(["kernel.a"], guest=True)["guest"]}
    assert rows["virtual machine"]["state"] == "not_applicable" and " " in "".join(rows)
    assert "guest" not in run(["kernel.a"])


# --- what AnsibleModule is told ---

class Ended(Exception):
    pass


class Module:
    """What main() says: its warnings, its result, and whether it failed."""

    def __init__(self, params):
        self.params, self.warnings, self.result, self.failed = params, [], None, False

    def __call__(self, argument_spec, supports_check_mode):
        assert supports_check_mode is True and sorted(argument_spec) == sorted(self.params)
        return self

    run_command = None

    def warn(self, text):
        self.warnings.append(text)

    def exit_json(self, **result):
        self.result = result

    def fail_json(self, **result):
        self.result, self.failed = result, True
        raise Ended


@pytest.fixture
def ended(plain, monkeypatch):
    def end(names=("*",), salt=None):
        module = Module(dict(names=list(names), salt=salt, guest=False))
        monkeypatch.setattr(kernel_parameters_info, "AnsibleModule", module)
        try:
            kernel_parameters_info.main()
        except Ended:
            assert module.failed
        return module
    return end


def test_what_a_host_says_is_harmless(plain, ended):
    plain.interface("\x1b[2J\udcff", rp_filter="\x1b[31m")
    plain.file("/etc/os-release", "PRETTY_NAME=\"\x1b]0;x\x07\"\n")
    result = ended().result
    assert json.dumps(result).isprintable() and "\\u001b" not in json.dumps(result)
    assert by_name(result)["net.ipv4.conf.\\x1b[2J\\xff.rp_filter"]["value"] == "\\x1b[31m"
    assert result["kernel"]["system"] == "\\x1b]0;x\\x07"


def test_notes_are_warnings(ended, monkeypatch):
    monkeypatch.setattr(_procfs, "in_container", lambda: True)
    module = ended()
    assert len(module.warnings) == 1 and module.warnings == module.result["notes"] and not module.failed


@pytest.mark.parametrize("given, message", [
    (dict(names=["*", ""]), "names: number 2 is empty: give a parameter such as kernel.kptr_restrict, or a pattern such as vm.*"),
    (dict(salt=""), "salt: it is empty: give a random text, or leave it out"),
])
def test_bad_input_ends_in_a_sentence(ended, given, message):
    module = ended(**given)
    assert module.failed and module.result == {"msg": message}


@pytest.mark.parametrize("number, message", [
    (errno.EACCES, "[Errno 13] Permission denied: '/etc/sysctl.d/50-a.conf': run this with become, or as root"),
    (errno.EIO, "[Errno 5] Input/output error: '/etc/sysctl.d/50-a.conf'"),
])
def test_a_file_that_cannot_be_read_is_named(ended, monkeypatch, number, message):
    real = _files.read

    def read(path, limit=None):
        if path.startswith("/etc/sysctl.d/"):
            raise OSError(number, os.strerror(number), path)
        return real(path, limit)
    monkeypatch.setattr(_files, "read", read)
    module = ended()
    assert module.failed and module.result == {"msg": message}


def test_the_arguments_that_ansible_sees(plain, monkeypatch, capsys):
    """With the real AnsibleModule, which checks its own specification."""
    given = json.dumps({"ANSIBLE_MODULE_ARGS": {"_ansible_check_mode": True}})
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", given.encode())
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
    with pytest.raises(SystemExit) as caught:
        kernel_parameters_info.main()
    result = json.loads(capsys.readouterr().out)
    assert caught.value.code == 0 and not result["changed"] and len(result["parameters"]) == 5
