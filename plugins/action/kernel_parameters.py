# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The front of the module on the controller: keeps each host's result and prints its one line."""

import json
import os
import tempfile

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.photon.hardening.plugins.plugin_utils import _arguments, _catalogue, _templates

_MAX_LINE = 1000
_KEPT = ("changed", "failed", "msg", "summary", "parameters", "omitted", "notes", "ansible_facts")


def printable(text):
    """The first line of what a host says, without anything that could move a terminal's cursor."""
    line = (str(text).splitlines() or [""])[0]
    return "".join(char if char.isprintable() else "?" for char in line)[:_MAX_LINE]


def headline(host, result, check_mode):
    if result.get("failed"):
        return "%s: FAILED: %s" % (host, printable(result.get("msg", "")))
    return "%s: %s%s" % (host, printable(result.get("msg", "")), " (check mode: nothing was written)" if check_mode else "")


def shard(host, result, check_mode):
    """What is kept of a result: what the module says, and nothing that Ansible adds (an exception of its own is no JSON)."""
    kept = dict((key, result[key]) for key in _KEPT if key in result)
    return dict(kept, host=host, check_mode=check_mode)


def keep(folder, host, content):
    """Write HOST.json as a whole, so that a report never reads half a shard."""
    os.makedirs(folder, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=folder, prefix=".", delete=False, encoding="utf-8") as stream:
        json.dump(content, stream, indent=1, sort_keys=True)
    os.replace(stream.name, os.path.join(folder, host.replace(os.sep, "_") + ".json"))


class ActionModule(ActionBase):
    # The strategy loads this class in the main process: what is read and compiled here is not again in every worker.
    READ_ONCE = (_arguments.OPTIONS, _catalogue.CATALOGUE, _templates.TEMPLATES)

    _requires_connection = True
    _supports_check_mode = True
    _supports_async = False
    _supports_diff = True

    def run(self, tmp=None, task_vars=None):
        super().run(tmp, task_vars)
        args = dict(self._task.args)
        folder = args.pop("report_dir", None)
        result = self._execute_module(module_args=args, task_vars=task_vars)
        host, check_mode = task_vars["inventory_hostname"], bool(self._task.check_mode)
        self._display.display(headline(host, result, check_mode))
        if folder:
            try:
                keep(os.path.abspath(os.path.expanduser(folder)), host, shard(host, result, check_mode))
            except OSError as exc:
                raise AnsibleActionFail("report_dir: the result of %s cannot be kept: %s" % (host, exc), result=result) from exc
        return result
