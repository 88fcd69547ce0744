# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
name: targets
short_description: Refuse hosts, inventories, tags and extra variables that are not there
version_added: 1.0.0
author:
  - The photon.hardening authors (@photon-hardening)
description:
  - For C(hosts) of a play. Returns the pattern that it is given, or ends the run with one sentence.
  - Ansible itself only warns where an inventory is missing or empty and where a group or host is not in it, and says nothing of a tag that
    no task has. Then nothing is done, and the run ends as if all were well.
  - Also refused are a C(--limit) of which a part is not there, and one that leaves no host of the pattern, where only playbooks of this
    collection were started, but not in an AWX job, of which a slice has only some of the hosts.
  - So is a pattern whose C(&) and C(!) leave none of the hosts that it names, such as V(web:!web).
  - A group that is in the inventory and has no hosts is right. So is every pattern where Ansible only lists something or checks syntax.
  - Tags and the names of extra variables (C(-e)) are judged where only playbooks of this collection were started. A playbook that imports
    them may have tags and variables of its own.
  - An extra variable is refused where its name is within two edits of one that is read, lacks its prefix as C(hosts) does, or belongs to
    another playbook of this collection. Other names are the user's own, because an inventory may read them.
  - Refused are also words of C(-e) that belong to no name, such as C(db) in C(-e "photon_hardening_hosts=web, db"), which Ansible leaves
    out.
options:
  _terms:
    description: The pattern, a text or a list of texts. V(localhost) needs no inventory.
    type: list
    elements: str
    required: true
  variable:
    description: The variable that says the pattern, as errors name it.
    type: str
    default: photon_hardening_hosts
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
from ansible.utils.vars import load_extra_vars

from ansible_collections.photon.hardening.plugins.plugin_utils import _arguments, _extra_vars, _playbooks, _targets, _variables

# What these commands print is right also where nothing could be done.
_ONLY_LOOKING = ("listhosts", "listtasks", "listtags", "syntax")
_VARIABLE = "photon_hardening_hosts"


class LookupModule(LookupBase):
    def run(self, terms, variables=None, **kwargs):
        self._check_said(variables)
        given = _arguments.plain(terms)
        problem = _targets.no_names(kwargs.get("variable", _VARIABLE), given[0] if len(given) == 1 else given)
        if problem:
            raise AnsibleLookupError(problem)
        pattern = split_host_pattern(given)
        if not any(context.CLIARGS.get(option) for option in _ONLY_LOOKING):
            problem = (self._of_command(variables) or _targets.batches(_arguments.plain(kwargs.get("serial", 0)))
                       or _targets.most_failures(_arguments.plain(kwargs.get("max_fail_percentage", 100)))
                       or self._problem(pattern, variables, kwargs))
            if problem:
                raise AnsibleLookupError(problem)
        return [":".join(pattern)]

    def _check_said(self, variables):
        """An undefined name in one of these would make a run for all hosts, all of them at once, of what was meant for some."""
        try:
            _arguments.check_said(_variables.OF_PLAYS, variables or {}, self._templated)
        except ValueError as exc:
            raise AnsibleLookupError(str(exc)) from exc

    def _templated(self, value):
        return self._templar.template(value)

    def _of_command(self, variables):
        """What is wrong with the tags and names of a command, or None. A playbook that imports ours may have tags and variables."""
        playbooks = _playbooks.ours(context.CLIARGS.get("args") or ())
        if not playbooks:
            return None
        extra = load_extra_vars(self._loader)
        names = [str(name) for name in extra]
        tags = [variables.get(name) or () for name in ("ansible_run_tags", "ansible_skip_tags")]
        problem = _extra_vars.apart(extra) or _extra_vars.refusal(names, playbooks) or _targets.unknown_tag(*tags)
        # A name that is refused is not to be warned about in other words.
        for note in () if problem else _extra_vars.notes(names, playbooks):
            self._display.warning(note)
        return problem

    def _problem(self, pattern, variables, said):
        """What the pattern or the inventory lacks, or None."""
        groups, limit = variables["groups"], variables.get("ansible_limit")
        variable = said.get("variable", _VARIABLE)
        return (_targets.limit(limit, said.get("no_limit"))
                or _targets.missing_inventory(variables.get("ansible_inventory_sources") or (), constants.DEFAULT_HOST_LIST, os.path.exists)
                or _targets.unknown_hosts(variable, pattern, groups, lambda part: self._matched(part, groups))
                or self._wrong_whole(variable, pattern, variables) or self._wrong_limit(pattern, limit, variables))

    def _wrong_whole(self, variable, pattern, variables):
        """A slice of an AWX job has only some of the hosts."""
        if "awx_job_id" in variables:
            return None
        return _targets.nothing_left(variable, pattern, lambda part: self._matched(part, variables["groups"]))

    def _wrong_limit(self, pattern, limit, variables):
        """Ansible itself refuses a limit that matches no host at all. A playbook that imports ours may have other plays for those that it
        matches, and a slice of an AWX job has only some of the hosts."""
        if not limit or "awx_job_id" in variables or not _playbooks.ours(context.CLIARGS.get("args") or ()):
            return None
        groups = variables["groups"]
        parts = [part for part in split_host_pattern(limit) if not part.startswith("@")]
        unknown = _targets.unknown_hosts("--limit", parts, groups, lambda part: self._matched(part, groups))
        if unknown or not self._matched(pattern, groups):
            return unknown
        return None if self._matched(pattern, groups, limit) else _targets.NOTHING_LEFT

    def _matched(self, part, groups, limit=None):
        """The hosts of GROUPS, group -> hosts, that a PART of a pattern matches and that LIMIT leaves."""
        manager = InventoryManager(self._loader, parse=False)
        for group, hosts in groups.items():
            manager.add_group(group)
            for host in hosts:
                manager.add_host(host, group=group)
        try:
            manager.subset(limit)
            return manager.list_hosts(part)
        except AnsibleError:
            # No pattern at all, such as a broken regular expression.
            return []
