# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import re
import subprocess
import sys

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _names
from ansible_collections.photon.hardening.plugins.plugin_utils import _catalogue, _controls

CONTROLS = _controls.load()
BENCHMARKS, PARAMETERS = CONTROLS["benchmarks"], CONTROLS["parameters"]
ROWS = {row["name"]: row for row in _catalogue.CATALOGUE["parameters"]}
# Benchmarks whose values are a column of the catalogue.
COLUMNS = ("stig_photon5", "cis_rhel8", "kspp", "stig_rhel8")
STIGS = ("stig_photon5", "stig_photon4_vcsa8", "stig_photon3_vcsa7", "stig_rhel8", "stig_rhel9")
# How the numbers of a benchmark look, by the start of its key.
NUMBERS = {
    "anssi": r"R[0-9]+", "cce": r"CCE-[0-9]{5}-[0-9]", "cis": r"[0-9](\.[0-9]+)+", "devsec": r"sysctl-[0-9]{2}[ab]?", "kspp": r"[a-z_.]+",
    "nist_800_53": r"[A-Z]{2}-[0-9]+(\.[0-9]+)?(\([0-9a-z]+\))*", "nist_800_171": r"3(\.[0-9]+){2}",
    "srg": r"SRG-OS-[0-9]{6}-GPOS-[0-9]{5}", "stig_photon": r"PHTN-[345]0-[0-9]{6}", "stig_rhel": r"RHEL-0[89]-[0-9]{6}",
}

SMALL = {
    "benchmarks": {"cis": {"version": "1.0", "missing": {"kernel.x": ["9.1"], "kernel.y": ["9.2", "9.3"]}}, "stig": {
        "version": "V1R2", "controls": {"P-2": {"gid": "V-7"}, "P-10": {}}}, "nist": {"version": "5"}},
    "parameters": {
        "kernel.a": {"cis": ["1.1", "1.10"], "stig": ["P-2"]}, "kernel.b": {"cis": ["1.2"], "nist": ["CM-6(b)", "CM-6(1)"]},
        "kernel.c": {"cis": ["1.10", "1.1.1"], "nist": ["CM-6(1)(a)", "CM-60", "CM-60(a)"]},
        "vm.d": {"stig": ["P-10", "P-2"], "nist": ["CM-6.1(iv)"]},
    },
}


# --- what the functions make of the numbers ---

@pytest.mark.parametrize("name, expected", [
    ("kernel.a", [("cis", "1.1"), ("cis", "1.10"), ("stig", "P-2")]), ("kernel.none", []),
    ("kernel.b", [("cis", "1.2"), ("nist", "CM-6(b)"), ("nist", "CM-6(1)")]),
])
def test_ids(name, expected):
    assert _controls.ids(SMALL, name) == expected


def test_of_benchmark():
    assert list(_controls.of_benchmark(SMALL, "cis").items()) == [
        ("1.1", ["kernel.a"]), ("1.1.1", ["kernel.c"]), ("1.2", ["kernel.b"]), ("1.10", ["kernel.a", "kernel.c"])]
    assert list(_controls.of_benchmark(SMALL, "stig").items()) == [("P-2", ["kernel.a", "vm.d"]), ("P-10", ["vm.d"])]


@pytest.mark.parametrize("numbers", [
    ["1.1", "1.1.1", "1.2", "1.10", "2"], ["3.1.2", "R9", "R10"], ["AC-6", "AC-6(1)", "CM-6(a)", "CM-6.1(iv)"],
    ["sysctl-31a", "sysctl-31b"],
])
def test_in_order(numbers):
    assert sorted(numbers, key=_controls.in_order) == numbers


def test_coverage():
    assert _controls.coverage(SMALL, "cis") == (["kernel.a", "kernel.b", "kernel.c"], {"kernel.x": ["9.1"], "kernel.y": ["9.2", "9.3"]})
    assert _controls.coverage(SMALL, "stig") == (["kernel.a", "vm.d"], {})


@pytest.mark.parametrize("control, expected", [
    ("cis:1.2", ["kernel.b"]), ("cis:1.10", ["kernel.a", "kernel.c"]), ("stig:P-2", ["kernel.a", "vm.d"]),
    ("stig:V-7", ["kernel.a", "vm.d"]), ("stig:SV-7r1017_rule", ["kernel.a", "vm.d"]), ("stig:SV-7r2", ["kernel.a", "vm.d"]),
    # The parts of a control, without what is a control of its own.
    ("nist:CM-6", ["kernel.b", "vm.d"]), ("nist:CM-6(1)", ["kernel.b", "kernel.c"]), ("nist:CM-6(b)", ["kernel.b"]),
    # A section: the controls below it, and those alone.
    ("cis:1.1", ["kernel.a", "kernel.c"]), ("cis:1", ["kernel.a", "kernel.b", "kernel.c"]),
])
def test_parameters_of(control, expected):
    assert _controls.parameters_of(SMALL, control) == expected


LISTED = "https://github.com/photon-hardening/photon.hardening/blob/main/docs/benchmarks/cis.md lists those that it has"


@pytest.mark.parametrize("control, words", [
    ("ciss:1.2", "there is no benchmark 'ciss': did you mean cis?"), (":1", "there is no benchmark '': name one of cis, nist, stig"),
    ("cis", "cis 1.0 has no control '' for a kernel parameter: " + LISTED),
    ("cis:1.3.1", "cis 1.0 has no control '1.3.1' for a kernel parameter: did you mean cis:1.1.1?"),
    # Nothing is near.
    ("cis:8.7.6.5", "cis 1.0 has no control '8.7.6.5' for a kernel parameter: " + LISTED),
    ("nist:CM", "nist 5 has no control 'CM' "), ("stig:SV-8r1_rule", "stig V1R2 has no control 'SV-8r1_rule' "),
    ("cis:1.", "cis 1.0 has no control '1.' "), ("stig:P", "stig V1R2 has no control 'P' for a kernel parameter: "),
    ("stig:V-8", "stig V1R2 has no control 'V-8' "), ("stig:None", "stig V1R2 has no control 'None' "),
    ("stig:P-1\n", "stig V1R2 has no control 'P-1\\n' "),
    ("cis:9.1", "it asks for kernel.x, and the catalogue does not have that"),
    ("cis:9", "it asks for kernel.x, kernel.y, and the catalogue does not have that"),
])
def test_a_control_that_is_none(control, words):
    with pytest.raises(ValueError) as caught:
        _controls.parameters_of(SMALL, control)
    assert str(caught.value).startswith(words) and str(caught.value).isprintable()


# --- the file ---

def test_it_is_read_once():
    assert _controls.load() is CONTROLS


def test_a_run_that_names_no_control_does_not_read_it():
    seen = subprocess.run([sys.executable, "-c", (
        "from ansible_collections.photon.hardening.plugins.action import kernel_parameters\n"
        "from ansible_collections.photon.hardening.plugins.plugin_utils import _call, _controls\n"
        "_call.selection({'waivers': {'kernel.sysrq': {'reason': 'x'}}}, {}, None)\n"
        "before = _controls.load.cache_info().currsize\n"
        "_call.selection({'waivers': {'cis_rhel9:3.3.1': {'reason': 'x'}}}, {}, None)\n"
        "print(before, _controls.load.cache_info().currsize)\n")], stdout=subprocess.PIPE, check=True)
    assert seen.stdout.split() == [b"0", b"1"]


def pattern(key):
    return next(pattern for start, pattern in NUMBERS.items() if key.startswith(start))


def test_the_benchmarks():
    assert set(CONTROLS) == {"benchmarks", "parameters"}
    assert len(BENCHMARKS) == 18 and set(STIGS) | set(COLUMNS) < set(BENCHMARKS)
    for key, benchmark in BENCHMARKS.items():
        assert set(benchmark) <= {"title", "version", "source", "missing", "disa", "controls"}
        assert all(isinstance(benchmark[field], str) and benchmark[field] for field in ("title", "version", "source"))
        assert _controls.coverage(CONTROLS, key).covered


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_parameter_is_one_of_the_catalogue_and_its_numbers_look_like_those_of_their_benchmark(name):
    assert name in ROWS and PARAMETERS[name] and set(PARAMETERS[name]) <= set(BENCHMARKS)
    for key, numbers in PARAMETERS[name].items():
        assert numbers and len(set(numbers)) == len(numbers)
        assert all(re.fullmatch(pattern(key), number) for number in numbers), (key, numbers)


@pytest.mark.parametrize("key", BENCHMARKS)
def test_what_is_missing_is_not_in_the_catalogue(key):
    missing = _controls.coverage(CONTROLS, key).missing
    assert not set(missing) & set(ROWS) and all(_names.is_name(name) for name in missing)
    assert all(re.fullmatch(pattern(key), number) for numbers in missing.values() for number in numbers)


@pytest.mark.parametrize("key", COLUMNS)
def test_a_column_has_a_value_exactly_where_its_benchmark_has_a_number(key):
    assert {name for name, row in ROWS.items() if key in row["values"]} == set(_controls.coverage(CONTROLS, key).covered)


@pytest.mark.parametrize("key", BENCHMARKS)
def test_stigs_alone_say_more_of_their_controls(key):
    said = BENCHMARKS[key].get("controls", {})
    assert bool(said) == (key in STIGS)
    assert set(said) == (set(_controls.of_benchmark(CONTROLS, key)) if said else set())
    for control in said.values():
        assert control["severity"] in ("low", "medium", "high")
        assert re.fullmatch(NUMBERS["srg"], control["srg"])
        assert control["cci"] and all(re.fullmatch("CCI-[0-9]{6}", number) for number in control["cci"])


@pytest.mark.parametrize("key", STIGS)
def test_the_numbers_of_disa_come_with_the_release_to_which_they_belong(key):
    benchmark = BENCHMARKS[key]
    assert ("disa" in benchmark) == (key != "stig_photon5")
    for control in benchmark["controls"].values():
        assert ("gid" in control) == ("rid" in control) == ("disa" in benchmark)
        if "gid" in control:
            assert re.fullmatch("V-[0-9]{6}", control["gid"])
            assert re.fullmatch("S%sr[0-9]{6,7}_rule" % control["gid"], control["rid"])
    if "disa" in benchmark:
        disa = benchmark["disa"]
        release = re.fullmatch("Release: ([0-9]+) Benchmark Date: [0-9]{2} [A-Z][a-z]{2} 20[0-9]{2}", disa["release"])
        assert benchmark["version"] == "V%sR%s" % (disa["version"], release.group(1))
        assert disa["id"].endswith("_STIG") and disa["title"].endswith("Security Technical Implementation Guide")


@pytest.mark.parametrize("name, expected", [
    ("kernel.randomize_va_space", {
        "stig_rhel8:RHEL-08-010430", "stig_photon5:PHTN-50-000160", "cis_rhel8:1.5.8", "cis_debian13:1.5.9", "anssi_bp028:R9",
        "nist_800_53:SC-30(2)", "cce_rhel9:CCE-83971-2", "devsec_linux_baseline:sysctl-32", "kspp:kernel.randomize_va_space"}),
    ("net.ipv4.ip_forward", {"cis_rhel8:3.3.1.1", "cis_rhel9:3.3.1", "cis_debian12:3.3.1", "stig_photon4_vcsa8:PHTN-40-000231"}),
])
def test_some_that_were_read_in_their_public_files(name, expected):
    assert expected <= {"%s:%s" % control for control in _controls.ids(CONTROLS, name)}


def test_a_control_is_told_with_all_names_that_a_reader_may_look_for():
    told = _controls.told(_controls.load(), "kernel.dmesg_restrict")
    (found,) = [control for control in told if control.key == "stig_rhel8"]
    assert found == ("stig_rhel8", "DISA STIG for Red Hat Enterprise Linux 8 V2R8", "RHEL-08-010375",
                     ["V-230269", "SV-230269r1184255_rule"])


def test_a_single_interface_has_the_numbers_of_all():
    controls, names = _controls.load(), ["net.ipv4.conf.%s.accept_redirects" % name for name in ("all", "eth0", "default")]
    of_all, of_one, of_new = (_controls.numbers_of(controls, name) for name in names)
    assert of_one == of_all != of_new and _controls.numbers_of(controls, "kernel.none") == {}
