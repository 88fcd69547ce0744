# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import json
import os
import stat
import types

import pytest
import yaml

from ansible_collections.photon.hardening.plugins.action import compare
from ansible_collections.photon.hardening.plugins.modules import compare as stub

KERNEL = {"release": "6.1.0", "machine": "x86_64", "system": "Debian"}


def read(value):
    """What the module returned of a host with one parameter."""
    row = {"name": "kernel.kptr_restrict", "value": value, "boot": None, "boot_source": None, "kind": "value"}
    return {"kernel": KERNEL, "memory_kb": 1, "processors": 1, "runtimes": [], "parameters": [row], "changed": False}


class Task:
    """One task of the comparison, and what it prints."""

    def __init__(self, monkeypatch, prints=True, no_log=False, **args):
        self.shown = []
        monkeypatch.setattr(compare.ActionModule, "PRINTS", prints)
        self._action = compare.ActionModule(
            task=types.SimpleNamespace(args=args, check_mode=False, no_log=no_log, async_val=0, diff=False, action="x", environment=[]),
            connection=types.SimpleNamespace(_shell=types.SimpleNamespace(tmpdir="/tmp")), play_context=None, loader=None,
            templar=types.SimpleNamespace(template=lambda value: value), shared_loader_obj=None)
        self._action._display = types.SimpleNamespace(display=self.shown.append, columns=100)

    def run(self, playbook=None):
        return self._action.run(None, {"groups": {"all": ["web1", "web2"]}, "__photon_hardening_playbook": playbook})


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    def ran(playbook=None, **args):
        task = Task(monkeypatch, **args)
        return dict(task.run(playbook), shown="".join(task.shown))
    return ran


def test_two_profiles(run):
    result = run(left="photon3", right="centos8")
    assert result["msg"] == "photon3 and centos8: 35 of 36 parameters differ, and 2 of 3 guest rows"
    assert result["changed"] is False and "failed" not in result
    assert result["shown"].startswith(result["msg"] + "\n") and result["files"] == []
    assert result["comparison"]["counts"] == result["counts"]


def test_two_hosts(run):
    result = run(left="web1", right="web2", results={"web1": read("1"), "web2": read("2")})
    assert result["counts"]["right_stricter"] == 1 and "to match: kernel.kptr_restrict = 2 on web1\n" in result["shown"]


def test_a_saved_result(run, tmp_path):
    (tmp_path / "web1.json").write_text(json.dumps(read("2")), encoding="utf-8")
    result = run(left="web1.json", right="localhost", results={"localhost": read("2")}, **{"assert": "equal"})
    assert result["counts"]["same"] == 1 and "failed" not in result


def test_what_is_asserted_and_does_not_hold(run):
    result = run(left="photon3", right="centos8", **{"assert": "not_weaker"})
    assert result["failed"] and result["msg"].startswith("photon3 is weaker than centos8: 4 of 36 parameters: kernel.panic_on_oops, ")
    # Ansible prints a failed result as a whole.
    assert "comparison" not in result and result["shown"].startswith("photon3 and centos8: ")


@pytest.mark.parametrize("args, words", [
    (dict(left="", right="photon"), "left: say what is compared, a host, a profile or a saved result: -e left=NAME"),
    (dict(left="photon", right="foton"), "right: 'foton' is not a host of the inventory, a column of the catalogue or a file: did you mean "
                                         "photon?"),
    (dict(left="web1", right="photon"),
     "left: web1: nothing was read of this host: results has to hold what kernel_parameters_info returned of it"),
    (dict(left="web1", right="photon", results={"web1": {"unreachable": True, "msg": "no\x1b[2J\nway"}}),
     "left: web1: this host could not be read: no\\x1b[2J"),
    (dict(left="web1", right="photon", results={"web1": {"failed": True}}),
     "left: web1: this host could not be read: it does not say why"),
    (dict(left="photon", right="empty"), "right: empty: it is not a saved result: not one document of JSON (Expecting value: line 1 "
                                         "column 1 (char 0))"),
    (dict(left="photon", right="bytes"), "right: %s/bytes: it is not text in UTF-8, so it is not a saved result"),
    (dict(left="photon", right="photon5", formats=["pdf"]),
     "formats: 'pdf' is not one of text, html, json, markdown"),
    (dict(left="photon", right="photon5", formats="html, json"),
     "formats: html, json: no folder is given for files: give dir (of the playbook: -e compare_dir=FOLDER), or ask for "
     "text, which is printed"),
    (dict(left="photon", right="photon5", **{"assert": "same"}), "assert: 'same' is not one of none, equal, not_weaker"),
    (dict(left="photon", right="photon5", dir="empty/x"),
     "dir: the comparison cannot be written: %s/empty/x/comparison.html: Not a directory"),
])
def test_refusals(run, tmp_path, args, words):
    (tmp_path / "empty").touch()
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    result = run(**args)
    assert result["failed"] and result["msg"] == words.replace("%s", str(tmp_path))


@pytest.mark.parametrize("args, words", [
    (dict(formats="htm"), "compare_formats: 'htm' is not one of text, html, json, markdown"),
    (dict(formats="html, json"), "compare_formats: html, json: no folder is given for files"),
    (dict(formats={"html": 1}), "compare_formats must be a list, not {'html': 1}"),
    (dict(dir="empty"), "compare_dir: the comparison cannot be written: "),
    (dict(dir=["out"]), "compare_dir: ['out'] is not a text"),
    ({"assert": "same"}, "assert: 'same' is not one of none, equal, not_weaker"),
    (dict(left=""), "left: say what is compared"),
])
def test_the_playbook_names_the_variables_of_its_user(run, tmp_path, args, words):
    (tmp_path / "empty").touch()
    result = run(**dict({"left": "photon", "right": "photon5", "playbook": "compare"}, **args))
    assert result["failed"] and result["msg"].startswith(words)


@pytest.mark.parametrize("args, words", [
    (dict(left="web1", right="nope"), "right: 'nope' is not a host of the inventory"),
    (dict(left="empty", right="web1"), "left: empty: it is not a saved"),
    (dict(left="web1", right="web2", dir="empty"), "dir: the comparison cannot be written: "),
    (dict(left="web1", right="web2", dir="empty/x"), "dir: the comparison cannot be written: "),
])
def test_what_is_told_before_a_host_is_read(run, tmp_path, args, words):
    (tmp_path / "empty").touch()
    result = run(only_check=True, **args)
    assert result["failed"] and result["msg"].startswith(words)


@pytest.mark.parametrize("args", [dict(dir="out/a"), {}, dict(dir="empty", formats=["text"]), dict(dir="empty", no_log=True)])
def test_what_can_be_compared(run, tmp_path, args):
    (tmp_path / "empty").touch()
    assert run(left="web1", right="photon", only_check=True, **args) == {
        "changed": False, "msg": "The sides can be compared.", "shown": ""}
    assert (tmp_path / "out" / "a").exists() == (args.get("dir") == "out/a") and list(tmp_path.glob("out/a/*")) == []


def test_what_is_too_large_is_no_saved_result(run, tmp_path, monkeypatch):
    monkeypatch.setattr(compare, "_LARGEST", 10)
    (tmp_path / "large").write_text("x" * 11, encoding="utf-8")
    assert run(left="large", right="photon")["msg"].endswith("large: it is larger than 64 MiB, so it is not the saved result of one host")


def test_files(run, tmp_path):
    old = os.umask(0)
    try:
        result = run(left="photon3", right="centos8", dir="out/a")
    finally:
        os.umask(old)
    folder = tmp_path / "out" / "a"
    assert result["files"] == [str(folder / name) for name in ("comparison.html", "comparison.json", "comparison.md")]
    assert {path.name for path in folder.iterdir()} == {"comparison.html", "comparison.json", "comparison.md"}
    assert [stat.S_IMODE(os.stat(path).st_mode) for path in (folder, *folder.iterdir())] == [0o700, 0o600, 0o600, 0o600]
    assert result["shown"].endswith("\n" + "\n".join(result["files"]))
    assert json.loads((folder / "comparison.json").read_text(encoding="utf-8")) == result["comparison"]


@pytest.mark.parametrize("args, files, shown", [
    (dict(formats=["text"]), [], True), (dict(formats=["json"]), ["comparison.json"], False),
    # As it comes from a command line.
    (dict(formats="text, json"), ["comparison.json"], True),
    (dict(prints=False, formats=["text"]), [], False), (dict(no_log=True), [], False),
])
def test_what_is_asked_for_is_made(run, tmp_path, args, files, shown):
    result = run(left="photon3", right="centos8", dir="out", **args)
    assert [os.path.basename(path) for path in result["files"]] == files and bool(result["shown"]) is shown
    assert (tmp_path / "out").exists() == bool(files)


def test_the_documentation_is_that_of_the_arguments():
    options = yaml.safe_load(stub.DOCUMENTATION)["options"]
    assert set(options) == set(compare._SPEC)
    for name, spec in compare._SPEC.items():
        assert {key: options[name].get(key) for key in ("type", "required", "choices", "default", "elements")} == {
            key: spec.get(key) for key in ("type", "required", "choices", "default", "elements")}
