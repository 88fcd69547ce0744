# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The front of the module on the controller: selects what is wanted, keeps each host's result and prints its one line."""

import itertools
import json

from ansible import context
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.photon.hardening.plugins.plugin_utils import (
    _arguments,
    _call,
    _catalogue,
    _display,
    _guest_calls,
    _harmless,
    _origin,
    _provenance,
    _records,
    _shards,
    _templates,
)

# What our modules print. Of other keys Ansible would make variables, hosts, a loop and more, and of a wrong type a warning.
_PRINTED = dict(dict.fromkeys(("changed", "failed", "stopped"), bool), exception=(str, dict), warnings=list, diff=(list, dict),
                invocation=dict,
                **dict.fromkeys(("msg", "summary", "parameters", "omitted", "kernel", "notes", "vmware_guest", "rows"), object))

# So many characters of rows: some 1,000 parameters. ansible-runner and AWX keep a result of up to 700,000 whole.
MOST_IN_ROWS = 400000


def message(result):
    """What the module says. Of a module that broke off, new ansible-cores have the error in a form of their own alone."""
    return result.get("msg") or ("The module broke off; Ansible shows its error." if result.get("failed") else "")


def headline(host, profile, result, check_mode):
    """The host's line. None for a failure of which Ansible's own line tells the sentence: where there are rows, it hides it among them."""
    who = "%s (%s)" % (host, _harmless.line(profile)) if profile else host
    if result.get("failed"):
        is_told = not isinstance(result.get("parameters"), list)
        return None if is_told else "%s: FAILED: %s" % (who, _harmless.line(message(result)))
    return "%s: %s%s" % (who, _harmless.line(message(result)), " (check mode: nothing was written)" if check_mode else "")


def with_notes(result, notes):
    """RESULT with what the selection has to say, shown as warnings and kept as notes."""
    said = {key: result[key] if isinstance(result.get(key), list) else [] for key in ("notes", "warnings")}
    return dict(result, notes=notes + said["notes"], warnings=notes + said["warnings"]) if notes else result


def with_report(result, settings, mode, image=None):
    """RESULT with what the callback plugin has to know: the SETTINGS of the report, None for no report, the MODE of the run, None where it
    is not known, and how the IMAGE is called of which it tells, None for the host itself.

    Ansible shows `invocation` only with -vvv. A host's own result has it, too, but may not say where the controller writes.
    """
    said = result.get("invocation")
    said = {key: value for key, value in said.items() if key not in ("report", "mode", "image")} if isinstance(said, dict) else {}
    if settings:
        said["report"] = settings._asdict()
    if mode:
        said["mode"] = mode
    if image:
        said["image"] = image
    others = {key: value for key, value in result.items() if key != "invocation"}
    return dict(others, invocation=said) if said else others


def shortened(result):
    """RESULT without the last of its rows where they are too many for what reads it, such as an AWX. All of them are kept."""
    rows = result.get("parameters")
    if not isinstance(rows, list):
        return result
    most = sum(size <= MOST_IN_ROWS for size in itertools.accumulate(len(json.dumps(row, default=str)) for row in rows))
    omitted = result["omitted"] if isinstance(result.get("omitted"), int) else 0
    return dict(result, parameters=rows[:most], omitted=omitted + len(rows) - most) if most < len(rows) else result


def located(result, call):
    """The RESULT of a module that failed, whose sentence begins with what the user has said. New ansible-cores have the module's own once
    more in the form that they give an error, and show that instead."""
    msg = call.located(result["msg"])
    lost = () if msg == result["msg"] else ("exception",)
    return {**{key: value for key, value in result.items() if key not in lost}, "msg": msg}


class ActionModule(ActionBase):
    # The strategy loads this class in the main process: what is read and compiled here is not again in every worker.
    READ_ONCE = (_arguments.OPTIONS, _catalogue.CATALOGUE, _templates.TEMPLATES, _provenance.RUN)
    PRINTS = _display.is_for_people(_display.callback_in_use(context.CLIARGS))

    _requires_connection = True
    _supports_check_mode = True
    _supports_async = False
    _supports_diff = True

    def run(self, tmp=None, task_vars=None):
        # The result is that of the host on which the module runs.
        host = str(self._task.delegate_to or task_vars["inventory_hostname"])
        call = _call.Call(self._task.args, task_vars, self._templar.template)
        try:
            settings = call.report_settings()
            if self._is_preview(call):
                # That of a rollback says nothing of what is wanted: what is kept of the last audit stays.
                settings = None
            image = _records.of_image(host, call.image()) if call.image() else None
            host = image or host
            shelf = self._shelf(settings and settings.folder, host)
        except ValueError as exc:
            return self._refused(str(exc))
        except OSError as exc:
            return self._refused("%s: the result of %s cannot be kept: %s" % (call.shown("report_dir"), host, exc))
        # Ansible refuses here what the front does not support.
        super().run(tmp, task_vars)
        result = self._kept(shelf, call.shown("report_dir"), self._result(call, shelf, host, task_vars))
        return with_report(shortened(result), *((None, None) if self._task.no_log else (settings, shelf.about.get("mode"), image)))

    def _is_preview(self, call):
        return bool(self._task.check_mode) and call.other_state() is not None

    def _refused(self, msg):
        """The result of a task that must not run: no exception, since Ansible shows the trace of one beside the sentence."""
        hidden = "An argument or a variable is refused; no_log hides which, and why."
        return {"failed": True, "changed": False, "msg": hidden if self._task.no_log else msg}

    def _shelf(self, folder, host):
        shelf = _shards.Shelf(folder, host, bool(self._task.check_mode))
        if self._task.no_log:
            shelf.clear()
        else:
            shelf.begin()
        return shelf

    def _result(self, call, shelf, host, task_vars):
        try:
            call.check_play(self._task, self._loader)
            args, notes, guest = call.judged()
        except ValueError as exc:
            return self._refused(str(exc))
        shelf.about = call.about(args, bool(self._task.check_mode))
        # Of the guest side nobody but the modules for it tells.
        result = _origin.told(_shards.sound(_guest_calls.without(self._executed(args, task_vars))), call.overrides)
        if result.get("unreachable"):
            return result
        if result.get("failed") and isinstance(result.get("msg"), str):
            result = located(result, call)
        for module, more in _guest_calls.wanted(args, guest, bool(self._task.check_mode), result):
            result, said = _guest_calls.merged(result, module, self._executed(more, task_vars, module_name=module))
            notes = notes + said
        is_at_home = self._task.delegate_to in (None, task_vars["inventory_hostname"]) or self._task.delegate_facts
        return self._told(result, notes, host, shelf.about, self._added(call, result, shelf.about, is_at_home))

    def _added(self, call, result, about, is_at_home):
        """What the controller adds to the RESULT of a module. Ansible takes no facts of a task that failed, and its line would begin with
        them. Unless it IS_AT_HOME, Ansible would take them for another host's; of a task with no_log nothing is kept."""
        if not isinstance(result.get("parameters"), list) or result.get("failed"):
            return {}
        if self._is_preview(call):
            return {"preview_of": about["mode"]}
        return {"ansible_facts": _shards.facts(result, about)} if is_at_home and not self._task.no_log else {}

    def _executed(self, args, task_vars, **module):
        """What the task's own module says, or another MODULE."""
        try:
            result = self._execute_module(module_args=args, task_vars=task_vars, **module)
        except AnsibleConnectionFailure as exc:
            # No exception: Ansible would lose what the callback plugin has to know, and show what an error comes from, too.
            return {"unreachable": True, "changed": False, "msg": _harmless.flat(str(exc))}
        except AnsibleError as exc:
            # Such as one of sudo, with what the host printed.
            result = {"failed": True, "msg": str(exc)}
        return _harmless.result(result)

    def _told(self, result, notes, host, about, more):
        """RESULT as Ansible takes it, with what MORE the controller adds, and the host's line."""
        lost = ("ansible_facts", *self._silenced(result))
        result = {key: value for key, value in with_notes(result, notes).items() if key not in lost}
        if self._task.no_log and result.get("failed"):
            result["msg"] = "The module failed; no_log hides why."
        result.update(more)
        line = headline(host, about["provenance"]["profile"], result, bool(self._task.check_mode))
        if line and self.PRINTS and not self._task.no_log:
            self._display.display(line)
        return result

    def _silenced(self, result):
        """The keys of RESULT that Ansible itself would still show of a task with no_log: warnings and errors."""
        if not self._task.no_log:
            return ()
        return ("warnings", "exception") + (("msg",) if result.get("failed") else ())

    def _lost(self, printed):
        """The keys that a result loses that a host has PRINTED."""
        return {key for key, value in printed.items() if not isinstance(value, _PRINTED.get(key, ()))}.union(self._silenced(printed))

    def _kept(self, shelf, option, result):
        if self._task.no_log:
            return result
        try:
            shelf.end(dict(result, msg=message(result)))
        except OSError as exc:
            return dict(result, failed=True, msg="%s: the result cannot be kept: %s. It was: %s" % (option, exc, message(result)))
        return result

    def _parse_returned_data(self, res, *args, **kwargs):
        # Here what the host says is still text. Later new ansible-cores have taken its warnings out of the result and will show them.
        res = dict(res, stdout=_harmless.printed(res.get("stdout") or "", self._lost), stderr=_harmless.text(res.get("stderr") or ""))
        try:
            return super()._parse_returned_data(res, *args, **kwargs)
        except (TypeError, LookupError, AttributeError):
            # It has what new ansible-cores take for an object of their own, and it is none: then it is no document either.
            return super()._parse_returned_data(dict(res, stdout=_harmless.no_document(res["stdout"])), *args, **kwargs)
