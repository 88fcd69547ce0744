# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether lines of ours may stand in what a command prints, and how they name a file.

Private to the collection.
"""

import os

from ansible import constants
from ansible.plugins.loader import callback_loader

# Ansible's own callback plugin, by the two names under which it may be loaded.
_FOR_PEOPLE = ("ansible.plugins.callback.default", "ansible_collections.ansible.builtin.plugins.callback.default")


def shown_path(path):
    """PATH as a person finds it: from the current folder, where it is below that."""
    relative = os.path.relpath(path)
    return path if relative.startswith(os.pardir) else relative


def callback_in_use(options):
    """The name of the stdout callback plugin of a command with these OPTIONS: `ansible` and `ansible-console` choose another one."""
    configured = constants.DEFAULT_STDOUT_CALLBACK
    if "start_at_task" in options:
        # ansible-playbook alone has it.
        return configured
    if options.get("one_line"):
        return "oneline"
    return configured if constants.DEFAULT_LOAD_CALLBACK_PLUGINS and configured != "default" else "minimal"


def is_for_people(callback):
    """Whether the callback plugin of this name prints for people: Ansible's own and what is derived from it, as AWX's is.

    All others print a document of their own, such as JSON, which a line of ours would break, or show the result's message themselves.
    """
    found = callback_loader.get(callback, class_only=True)
    return found is not None and any(base.__module__ in _FOR_PEOPLE for base in found.__mro__)
