# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is written in more than one place is the same in all of them."""

import pathlib

import pytest
import yaml

from ansible_collections.photon.hardening.plugins.module_utils import _model
from ansible_collections.photon.hardening.plugins.modules import kernel_parameters
from ansible_collections.photon.hardening.plugins.plugin_utils import _catalogue, _report_options

ROOT = pathlib.Path(__file__).parents[2]
ROLE = ROOT / "roles" / "photon_hardening"


def load(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


OPTIONS = load(ROLE / "meta" / "argument_specs.yml")["argument_specs"]["main"]["options"]
MODULE = kernel_parameters._arguments()


def test_defaults_are_those_of_the_argument_spec():
    assert load(ROLE / "defaults" / "main.yml") == {
        name: option["default"] for name, option in OPTIONS.items() if "default" in option}


@pytest.mark.parametrize("option, choices", [
    ("photon_hardening_profile", _catalogue.profiles(_catalogue.CATALOGUE)),
    ("photon_hardening_groups", list(_catalogue.CATALOGUE["groups"])),
    ("photon_hardening_container_host", list(_model.CONTAINER_HOST)),
    ("photon_hardening_container_host", MODULE["container_host"]["choices"]),
    ("photon_hardening_conflicts", MODULE["conflicts"]["choices"]),
    ("photon_hardening_fail_on", MODULE["fail_on"]["choices"]),
    ("photon_hardening_fail_on", list(_model.STATES)),
    ("photon_hardening_state", MODULE["state"]["choices"]),
    ("photon_hardening_report_formats", MODULE["report_formats"]["choices"]),
    ("photon_hardening_report_formats", list(_report_options.FORMATS)),
    ("photon_hardening_report_benchmark", MODULE["report_benchmark"]["choices"]),
])
def test_choices(option, choices):
    assert OPTIONS[option]["choices"] == choices


def test_the_upgrade_has_defaults_as_documented():
    role = ROOT / "roles" / "photon_upgrade"
    options = load(role / "meta" / "argument_specs.yml")["argument_specs"]["main"]["options"]
    assert load(role / "defaults" / "main.yml") == {name: option["default"] for name, option in options.items() if "default" in option}
    (play,) = load(ROOT / "playbooks" / "photon_upgrade.yml")
    assert (play["serial"], play["max_fail_percentage"]) == (1, 0)
    assert "lookup('photon.hardening.targets', photon_upgrade_hosts | default('all'), variable='photon_upgrade_hosts')" in play["hosts"]


def test_one_template_per_group_and_what_they_share():
    assert sorted(path.name for path in (ROLE / "templates").iterdir()) == sorted(
        [pathlib.PurePath(path).name + ".j2" for path in _catalogue.CATALOGUE["groups"].values()] + ["rows.j2"])


def test_every_variable_of_the_role_is_an_option_of_the_module():
    assert {name.replace("photon_hardening_", "", 1) for name in OPTIONS} | {"dropins", "rules", "role_variables"} == set(MODULE)


def test_the_role_has_ansible_template_nothing():
    """The first template of a task makes each host's process load all of Ansible's filters."""
    (task,) = load(ROLE / "tasks" / "main.yml")
    assert task == {"name": task["name"], "photon.hardening.kernel_parameters": {"role_variables": True}}
