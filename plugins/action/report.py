# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes reports of the kept results, on the controller: when a batch of a run ends, or afterwards of several runs."""

import datetime
import os
import re

from ansible import constants, context
from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.photon.hardening.plugins.plugin_utils import (
    _arguments,
    _call,
    _display,
    _drift,
    _fleet,
    _harmless,
    _merge,
    _provenance,
    _query,
    _records,
    _reports,
    _shape,
    _shards,
    _variables,
)
from ansible_collections.photon.hardening.plugins.plugin_utils._formats import terminal

_CALLBACK = "photon.hardening.report"
# So many of a list stand in the task's result; all of them stand in the report.
_MOST = 100
# By so much the clock of another controller may be ahead. A result of a later day would be fresh for ever.
_MOST_AHEAD = datetime.timedelta(hours=24)
_HOURS = re.compile(r"[0-9]{1,15}\Z")
_SPEC = {
    "report_dir": {"type": "path"}, "report_formats": {"type": "list", "elements": "str"}, "report_keep": {"type": "int"},
    "report_benchmark": {"type": "str"}, "role_variables": {"type": "bool", "default": False},
    "this_run": {"type": "bool", "default": False}, "inputs": {"type": "list", "elements": "path", "default": []},
    "hosts": {"type": "list", "elements": "str", "default": []}, "cached_facts": {"type": "bool", "default": False},
    "stale_after": {"type": "int", "default": 168}, "since": {"type": "path"}, "query": {"type": "str"},
}


def check_hours(given):
    if not _HOURS.match(str(given)):
        raise ValueError("stale_after: %s is not a whole number of hours, which must be 0 or more" % _harmless.line(given))


def fresh(hours, now):
    """(the time HOURS before NOW, the latest time that a clock ahead of ours may have): what is between them is fresh."""
    try:
        first = now - datetime.timedelta(hours=hours)
    except OverflowError:
        raise ValueError("stale_after: %s is not a number of hours back to the year 1" % hours) from None
    # strftime would write a year before 1000 with fewer digits.
    return tuple(then.isoformat(timespec="seconds") + "Z" for then in (first, now + _MOST_AHEAD))


def add_cached(reader, hosts, hostvars):
    """Adds to READER what the fact cache has of HOSTS. It has no values, so it counts only where there is no result of the same run."""
    for host in hosts:
        for fact in _shards.cached(hostvars.get(host, {}).get("ansible_facts", {})):
            if not reader.has(_shards.name_of_fact(host, fact), fact.get("run")):
                reader.add("the fact cache of %s" % host, _shards.of_fact(host, fact))


class ActionModule(ActionBase):
    _requires_connection = False
    _supports_check_mode = True
    _supports_diff = True
    PRINTS = _display.is_for_people(_display.callback_in_use(context.CLIARGS))

    def run(self, tmp=None, task_vars=None):
        super().run(tmp, task_vars)
        call = _call.Call(self._task.args, task_vars, self._templar.template)
        try:
            _arguments.check_said(_variables.of_play(task_vars), task_vars, self._templar.template)
            self._task.args = _arguments.of_task(self._task.args, _SPEC, call.shown)
            # Ansible's own sentence speaks of classes of Python.
            check_hours(self._task.args.get("stale_after", 0))
            _validation, args = self.validate_argument_spec(argument_spec=_SPEC)
            if args["role_variables"]:
                _call.check_names(task_vars)
            settings = call.report_settings()
            state = call.other_state() if args["this_run"] and self._task.check_mode else None
            if state:
                return {"changed": False, "msg": "No report is written of a preview with %s=%s." % (call.shown("state"), state)}
            return self._of_this_run(settings, task_vars) if args["this_run"] else self._of_runs(settings, args, task_vars)
        except OSError as exc:
            # What _whole_file raises has no more than its sentence.
            said = "%s: %s" % (exc.filename, exc.strerror) if exc.filename else exc
            return _failed("report_dir: no report can be written: %s" % said, call)
        except (ValueError, AnsibleError) as exc:
            return _failed(str(exc), call)

    def _of_this_run(self, settings, variables):
        """What the results of this run say so far. The callback plugin, where it is enabled, writes the last report by itself."""
        if settings is None:
            return {"changed": False, "msg": "No report is written, because no report_dir is given."}
        hosts = variables["ansible_play_hosts_all"]
        fleet = _reports.of_run(settings.folder, hosts)
        is_enabled = _CALLBACK in constants.CALLBACKS_ENABLED
        comes_later = is_enabled and hosts[-1] in variables["ansible_play_batch"]
        path = None if comes_later else _reports.write(fleet, settings)
        if self.PRINTS and not is_enabled and not self._task.no_log:
            # Somebody who has installed the collection has no ansible.cfg that enables the callback plugin.
            self._display.display(terminal.of_fleet(fleet, self._display.columns, path and _display.shown_path(path)).rstrip("\n"))
        return _told(fleet, path, _job(variables))

    def _of_runs(self, settings, args, variables):
        inputs = args["inputs"] or _own(settings, args["cached_facts"])
        if not inputs and not args["cached_facts"] and _variables.of_play(variables):
            raise ValueError("report_dir: it is empty: name the folder with the results of earlier runs")
        _check_there("inputs" if args["inputs"] else "report_dir", inputs)
        _check_there("since", [] if args["since"] is None else [args["since"]])
        reader = _merge.Reader()
        for source, line in _shards.lines(inputs):
            reader.add(source, line)
        if args["cached_facts"]:
            add_cached(reader, args["hosts"], variables["hostvars"])
        since, until = fresh(args["stale_after"], datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None))
        earlier = _earlier(args["since"], reader, until) if args["since"] else None
        fleet = reader.fleet(args["hosts"], since, until)
        if earlier and fleet.hosts and earlier.time > fleet.time:
            raise ValueError("since: %s is not older than this report: its newest result is from %s, the newest result here is from %s. "
                             "Name an earlier report."
                             % (args["since"], earlier.time, fleet.time))
        drift = _drift.drift(earlier, fleet) if earlier else None
        # First of all: where the question is wrong, no report is written.
        answer = {} if args["query"] is None else {"found": _answer(_reports.as_data(fleet, drift), args["query"])}
        return dict(_told(fleet, _reports.write(fleet, settings, drift) if settings else None, _job(variables), drift), **answer)


def _failed(message, call):
    said = _harmless.line(_variables.located(message, _SPEC, call.shown))
    return {"failed": True, "changed": False, "msg": said}


def _check_there(option, paths):
    """What an OPTION names has to be there; of a folder's files each one that is not is counted."""
    for path in paths:
        try:
            os.stat(path)
        except OSError as exc:
            raise ValueError("%s: %s: %s: name a folder or a file with results of earlier runs"
                             % (option, path or "(empty)", exc.strerror)) from exc


def _answer(data, question):
    try:
        return _query.answer(data, question)
    except ValueError as exc:
        raise ValueError("query: %s" % exc) from exc


def _earlier(path, reader, until):
    """The Fleet of an earlier report. What cannot be read of it is a problem of the new one: nobody knows whether it got worse since.

    UNTIL: what is later is no time of a result.
    """
    fleet = _merge.read(_shards.lines([path]), fresh_until=until, as_told=_records.PROBLEMS)
    for problem in fleet.unread():
        reader.add(problem.source, _shape.BadShard(problem.kind, "of the earlier report: %s" % problem.message))
    if not fleet.hosts:
        raise ValueError("since: %s: there is no result of any host in it, so nothing can be compared with it" % path)
    return fleet


def _own(settings, cached_facts):
    """The folder of earlier results. Where facts count, it may be new: a job of AWX has no files of earlier ones."""
    return [settings.folder] if settings and (os.path.isdir(settings.folder) or not cached_facts) else []


def _job(variables):
    """What tells a run from all others that may meet: in AWX the job's number, because slices that start in the same second, each in a
    container of its own, have the same process id."""
    number = str(variables.get("awx_job_id", ""))
    return number if number.isdecimal() else _provenance.RUN.replace("-", "_")


def _told(fleet, path, job, drift=None):
    verdict = _fleet.verdict_sentence(fleet)
    totals = {"hosts": len(fleet.hosts), "counts": fleet.counts(), "verdicts": fleet.verdicts(), "verdict": verdict}
    problems = [problem._asdict() for problem in fleet.problems]
    said = [verdict] + ([_drift.sentence(drift)] if drift else []) + (["Report: %s" % path] if path else [])
    # One key for each, so that the slices of one job do not overwrite one another's.
    stats = {"data": {"hardening_totals_%s" % job: totals}, "per_host": False, "aggregate": False}
    return dict(totals, changed=False, msg=" ".join(said), report=path, problems=problems[:_MOST],
                omitted=max(0, len(problems) - _MOST), ansible_stats=stats)
