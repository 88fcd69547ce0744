# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The front of the module on the controller: a mistyped variable is refused before an upgrade begins, not when it has ended."""

from ansible.plugins.action import ActionBase

from ansible_collections.photon.hardening.plugins.plugin_utils import _call


class ActionModule(ActionBase):
    _requires_connection = True
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp=None, task_vars=None):
        super().run(tmp, task_vars)
        try:
            _call.Call({"role_variables": True}, task_vars, None).check_play(self._task, self._loader)
            notes = _call.check_names(task_vars)
        except ValueError as exc:
            return {"failed": True, "changed": False, "msg": str(exc)}
        result = self._execute_module(task_vars=task_vars)
        return dict(result, warnings=notes + (result.get("warnings") or []))
