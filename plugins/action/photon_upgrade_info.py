# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The front of the module on the controller: the one place where the variables of the role photon_upgrade are read.

What is wrong is refused before an upgrade begins, not when it has ended.
"""

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

from ansible_collections.photon.hardening.plugins.plugin_utils import _arguments, _call, _variables, _whole_file

_PREFIX = "photon_upgrade_"
_OPTIONS = _variables.SPECS["photon_upgrade"]["main"]


class ActionModule(ActionBase):
    _requires_connection = True
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp=None, task_vars=None):
        super().run(tmp, task_vars)
        try:
            if not boolean(self._task.args.get("role_variables", False), strict=False):
                # Ansible's own sentence would be about role_variables.
                _arguments.checked(["to_version"], self._task.args, {"to_version": _OPTIONS[_PREFIX + "to_version"]})
                return self._execute_module(task_vars=task_vars)
            asked, notes = self._asked(task_vars)
        except ValueError as exc:
            return {"failed": True, "changed": False, "msg": str(exc)}
        return {"changed": False, "msg": "The variables can be used.", "asked": asked, "warnings": notes}

    def _asked(self, variables):
        """(option of the role -> its value, notes)."""
        for name in sorted(set(self._task.args) - {"role_variables"}):
            raise ValueError("%s: with role_variables no other option is read: leave it out" % name)
        at_once = len(variables.get("ansible_play_batch") or ())
        if at_once > 1:
            raise ValueError("This play upgrades %d hosts at once, and where one fails no further one may have begun: give the play "
                             "serial: 1, or use the playbook photon.hardening.photon_upgrade" % at_once)
        notes = _call.check_names(variables)
        call = _call.Call({"role_variables": True}, variables, self._templar.template)
        call.check_play(self._task, self._loader)
        given = _arguments.collected(_OPTIONS.__contains__, variables, self._templar.template)
        asked = {name[len(_PREFIX):]: value for name, value in _arguments.checked(_OPTIONS, given, _OPTIONS).items()}
        return asked, _notes_of_hardening(call) if asked["harden"] else notes


def _notes_of_hardening(call):
    """The notes of a CALL that is made when the upgrade has ended; ValueError where it would be refused then, or harden nothing."""
    settings, (args, notes, _guest) = call.report_settings(), call.judged()
    for option, value in (("state", args["state"]), ("root", args.get("root", ""))):
        if value not in ("present", ""):
            raise ValueError("%s: %s: with this the host is not hardened when the upgrade has ended: leave it out, or say "
                             "photon_upgrade_harden: false" % (call.shown(option), value))
    if settings:
        try:
            _whole_file.check(settings.folder)
        except OSError as exc:
            raise ValueError("%s: the result of the hardening cannot be kept: %s" % (call.shown("report_dir"), exc)) from exc
    return notes
