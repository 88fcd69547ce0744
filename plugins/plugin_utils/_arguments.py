# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's variables against its own meta/argument_specs.yml.

Ansible's own check of it is a task, with a process for each host: a tenth of a run's time on twenty hosts. Private to the collection.
"""

import os

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.yaml import yaml_load

_PATH = os.path.join(os.path.dirname(__file__), "..", "..", "roles", "photon_hardening", "meta", "argument_specs.yml")


def load(path=_PATH):
    """variable -> its specification."""
    with open(path, encoding="utf-8") as stream:
        return yaml_load(stream)["argument_specs"]["main"]["options"]


# Read at import, in the main process, before Ansible forks a worker per host.
OPTIONS = load()


def check(variables):
    """Raise ValueError where VARIABLES, name -> value, hold what the specification does not allow."""
    problems = ArgumentSpecValidator(OPTIONS).validate(dict(item for item in variables.items() if item[0] in OPTIONS)).error_messages
    if problems:
        raise ValueError("; ".join(problems))
