# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
name: targets
short_description: Refuse hosts, inventories and tags that are not there
version_added: 1.0.0
author:
  - The photon.hardening authors (@photon-hardening)
description:
  - For C(hosts) of a play. Returns the pattern that it is given, or ends the run with one sentence.
  - Ansible itself only warns where an inventory is missing or empty and where a group or host is not in it, and says nothing of a tag that
    no task has. Then nothing is done, and the run ends as if all were well.
  - A group that is in the inventory and has no hosts is right. So is every pattern where Ansible only lists something or checks syntax.
  - Tags are judged where a playbook of this collection is the one that was started, because its tasks have none. A playbook that imports it
    may have tags of its own.
options:
  _terms:
    description: The pattern, a text or a list of texts. V(localhost) needs no inventory.
    type: list
    elements: str
    required: true
  no_limit:
    description: Why the play takes no C(--limit). Without it the play takes one.
    type: str
  serial:
    description:
      - What the play takes for C(serial), the sizes of its batches. They are numbers of hosts or shares of them such as V(10%), in a list
        or in a text with commas between them. V(0) stands for all hosts.
      - It is only checked. Ansible itself calls a wrong size a bug.
    type: raw
    default: 0
  max_fail_percentage:
    description: What the play takes for C(max_fail_percentage), a number from 0 to 100. It is only checked.
    type: raw
    default: 100
seealso:
  - plugin: ansible.builtin.inventory_hostnames
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Harden the hosts of a group
  hosts: "{{ lookup('photon.hardening.targets', 'web') }}"
  become: true
  roles:
    - photon.hardening.photon_hardening
"""

RETURN = r"""
_raw:
  description: The pattern.
  type: list
  elements: str
"""

import os

from ansible import constants, context
from ansible.errors import AnsibleError, AnsibleLookupError
from ansible.inventory.manager import InventoryManager, split_host_pattern
from ansible.plugins.lookup import LookupBase

from ansible_collections.photon.hardening.plugins.plugin_utils import _arguments, _targets

_PLAYBOOKS = os.path.join(os.path.dirname(__file__), "..", "..", "playbooks")
# What these commands print is right also where nothing could be done.
_ONLY_LOOKING = ("listhosts", "listtasks", "listtags", "syntax")


def is_ours(playbook):
    """Whether a PLAYBOOK that a command names is one of this collection. Others may import ours, and have tags."""
    folder = os.path.dirname(os.path.realpath(playbook))
    return playbook.startswith("photon.hardening.") or folder == os.path.realpath(_PLAYBOOKS)


class LookupModule(LookupBase):
    def run(self, terms, variables=None, **kwargs):
        pattern = split_host_pattern(_arguments.plain(terms))
        if not any(context.CLIARGS.get(option) for option in _ONLY_LOOKING):
            problem = (_targets.batches(_arguments.plain(kwargs.get("serial", 0)))
                       or _targets.most_failures(_arguments.plain(kwargs.get("max_fail_percentage", 100)))
                       or self._problem(pattern, variables, kwargs.get("no_limit")))
            if problem:
                raise AnsibleLookupError(problem)
        return [":".join(pattern)]

    def _problem(self, pattern, variables, why_no_limit):
        """What is wrong with the command, or None."""
        tags = ((), ())
        if any(map(is_ours, context.CLIARGS.get("args") or ())):
            tags = [variables.get(name) or () for name in ("ansible_run_tags", "ansible_skip_tags")]
        return (_targets.limit(variables.get("ansible_limit"), why_no_limit)
                or _targets.missing_inventory(variables.get("ansible_inventory_sources") or (), constants.DEFAULT_HOST_LIST, os.path.exists)
                or _targets.unknown_hosts(pattern, variables["groups"], lambda part: self._matched(part, variables["groups"]))
                or _targets.unknown_tag(*tags))

    def _matched(self, part, groups):
        """The hosts of GROUPS, group -> hosts, that a PART of a pattern matches."""
        manager = InventoryManager(self._loader, parse=False)
        for group, hosts in groups.items():
            manager.add_group(group)
            for host in hosts:
                manager.add_host(host, group=group)
        try:
            return manager.list_hosts(part)
        except AnsibleError:
            # No pattern at all, such as a broken regular expression.
            return []
