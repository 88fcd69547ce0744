# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The example of a service for ansible-pull. It runs in a VM."""

import pathlib
import re
import shlex

import pytest
from ansible.cli.pull import PullCLI

SERVICE = pathlib.Path(__file__).parents[2] / "docs" / "examples" / "photon-hardening-pull.service"


def settings():
    """[(key, value), ...] of the service, continued lines joined."""
    return re.findall(r"^(\w+)=(.*)$", SERVICE.read_text(encoding="utf-8").replace("\\\n", " "), re.MULTILINE)


@pytest.mark.parametrize("options", ["", "--verify-commit --checkout stable"])
def test_the_command_of_the_service_is_one_that_ansible_takes(options):
    values = dict(value.split("=", 1) for key, value in settings() if key == "Environment")
    values.update(URL="https://git.example.org/x.git", OPTIONS=options)
    (command,) = [value for key, value in settings() if key == "ExecStart"]
    # systemd makes several words, or none, of a name without braces.
    words = [word for given in shlex.split(command) for word in (values[given[1:]].split() if re.match(r"\$\w", given) else [given])]
    program, *arguments = [re.sub(r"\$\{(\w+)\}", lambda found: values[found.group(1)], word).replace("%S", "/state") for word in words]
    assert program == "/usr/bin/ansible-pull"
    pull = PullCLI(["ansible-pull", *arguments])
    pull.init_parser()
    found = pull.post_process_args(pull.parser.parse_args(arguments))
    assert (found.url, found.args, found.verify) == (values["URL"], ["local.yml"], bool(options))
    assert found.dest == "/state/photon-hardening-pull/checkout" and found.checkout == ("stable" if options else None)
