"""What the role left on a host whose /proc/sys is read-only, judged without the collection's own code."""

import json
import os
import re
from pathlib import Path

import pytest
import yaml

ROLE = Path(os.environ["MOLECULE_PROJECT_DIRECTORY"], "roles", "photon_hardening")
REPORTS = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"], "reports")
CATALOGUE = yaml.safe_load((ROLE / "files" / "catalogue.yml").read_text(encoding="utf-8"))
WANTED = {row["name"]: row for row in CATALOGUE["parameters"] if row["values"].get("photon") is not None}
DROPINS = ["/etc/sysctl.d/50-security-hardening.conf", "/etc/sysctl.d/60-photon-tuning.conf"]


@pytest.fixture(scope="module")
def result(host):
    """The module's result for this host, of its second run."""
    name = host.backend.get_hostname()
    return json.loads((REPORTS / "run" / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def rows(result):
    return {row["name"]: row for row in result["parameters"]}


@pytest.fixture(scope="module")
def live(host):
    """Parameter -> what the kernel says, without those that it does not have."""
    paths = " ".join("/proc/sys/" + name.replace(".", "/") for name in WANTED)
    output = host.check_output(f"for path in {paths}; do test ! -e $path || echo $path $(cat $path); done")
    found = dict(line.split(" ", 1) for line in output.splitlines())
    return {path.removeprefix("/proc/sys/").replace("/", "."): value for path, value in found.items()}


@pytest.fixture(scope="module")
def lines(host):
    """Drop-in -> its lines."""
    return {path: host.file(path).content_string.splitlines() for path in DROPINS}


def stricter(row, value):
    """Whether VALUE is another one than wanted and as good or better, as the catalogue orders them."""
    wanted, order = row["values"]["photon"], row.get("strength")
    if order in ("higher", "lower"):
        return int(value) > int(wanted) if order == "higher" else int(value) < int(wanted)
    levels = [level if isinstance(level, list) else [level] for level in order or []]
    place = {item: index for index, level in enumerate(levels) for item in level}
    return value != wanted and place.get(value, -1) >= place.get(wanted, len(levels))


def expected_state(row, value):
    if value is None:
        return "unsupported"
    if row["values"]["photon"] in row.get("hold", {}):
        return "held_back"
    if value == row["values"]["photon"]:
        return "ok"
    return "stricter" if stricter(row, value) else "read_only"


def test_the_kernel_cannot_be_written(host):
    assert re.search(r" /proc/sys ro[, ]", host.check_output("cat /proc/self/mountinfo"))


def test_there_is_no_sysctl_command(host):
    assert not host.exists("sysctl")


@pytest.mark.parametrize("path", DROPINS)
def test_dropin_is_roots_and_says_who_manages_it(host, lines, path):
    file = host.file(path)
    assert (file.user, file.group, file.mode) == ("root", "root", 0o644)
    assert lines[path][0].startswith("# Managed by photon.hardening")


def test_nothing_else_is_left_in_the_folder(host):
    """No temporary file stays; the restating file is there only if another file would win."""
    ours = host.check_output("grep -rl '^# Managed by photon.hardening' /etc/sysctl.d")
    assert set(ours.split()) - {"/etc/sysctl.d/zz-photon-hardening.conf"} == set(DROPINS)


@pytest.mark.parametrize("name", WANTED)
def test_dropin_says_what_is_wanted_or_why_not(lines, live, name):
    row, value = WANTED[name], live.get(name)
    found = [line for line in lines[CATALOGUE["groups"][row["group"]]] if re.search(rf"(^|\s){re.escape(name)} = ", line)]
    state, wanted = expected_state(row, value), row["values"]["photon"]
    if state in ("held_back", "unsupported"):
        assert len(found) == 1
        assert re.fullmatch(rf"# {state}: .+: {re.escape(name)} = {wanted}", found[0])
    else:
        assert found == [f"{name} = {value if state == 'stricter' else wanted}"]


@pytest.mark.parametrize("name", WANTED)
def test_state_says_what_became_of_the_parameter(rows, live, name):
    row = rows[name]
    assert row["state"] == expected_state(WANTED[name], live.get(name))
    assert row["before"] == row["after"] == live.get(name)
    assert row["wanted"] == WANTED[name]["values"]["photon"]


def test_what_is_read_only_is_named_and_does_not_fail_the_run(result, rows):
    refused = [row for row in rows.values() if row["state"] == "read_only"]
    assert refused, "this kernel has every wanted value by itself: the read-only path was not tried"
    assert all("EROFS" in row["reason"] for row in refused)
    assert result["summary"]["read_only"] == len(refused)
    assert not result.get("failed", False)


def test_boot_source_is_the_line_that_sets_the_value(host, rows):
    sourced = [row for row in rows.values() if row["boot_source"]]
    assert sourced
    for row in sourced:
        path, number = row["boot_source"].rsplit(":", 1)
        line = host.file(path).content_string.splitlines()[int(number) - 1]
        assert [part.strip() for part in line.split("=")] == [row["name"], row["boot"]]
