# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the report and the table of a run when it ends. A task could not: none is sure to run last."""

DOCUMENTATION = r"""
name: report
type: aggregate
short_description: Write the report of a hardening run and print its table
version_added: 1.0.0
author:
  - The photon.hardening authors (@photon-hardening)
description:
  - When a run of M(photon.hardening.kernel_parameters) ends, prints one table with the hosts and their counts, the worst first.
  - Where results are kept (O(photon.hardening.kernel_parameters#module:report_dir)), writes the reports of the run, also when hosts
    failed or could not be reached. These are named.
  - Where Ansible has a fact cache, tells it of hosts that failed, which Ansible itself does not do.
  - Prints nothing where the output is a document for programs, such as JSON.
  - It must be enabled, as the C(ansible.cfg) of this collection does it.
requirements:
  - Enable it in C(ansible.cfg) with C(callbacks_enabled = photon.hardening.report), or with the environment variable
    C(ANSIBLE_CALLBACKS_ENABLED).
"""

import shutil
import sys

from ansible import constants, context
from ansible.plugins.callback import CallbackBase

from ansible_collections.photon.hardening.plugins.module_utils._model import STATES
from ansible_collections.photon.hardening.plugins.plugin_utils import (
    _display,
    _harmless,
    _records,
    _report_options,
    _shape,
    _shards,
    _verdicts,
)
from ansible_collections.photon.hardening.plugins.plugin_utils._formats import terminal

_ACTIONS = ("photon.hardening.kernel_parameters", "kernel_parameters")
# As wide as a terminal that does not say how wide it is.
_SIZE = (100, 24)


def hosts_of(play):
    """The names of all hosts of PLAY, those of its later batches, too."""
    return set(play.get_variable_manager().get_vars(play=play, include_hostvars=False)["ansible_play_hosts_all"])


def counts_of(result):
    """state -> number, of a result of the module, as reports count; a failed one may have none."""
    counts = _shape.counts(result.get("summary"))
    unasked = min(counts.get("ok", 0), sum(_verdicts.settled_row(row) == _verdicts.UNASKED for row in rows_of(result)))
    return dict(counts, **{"ok": counts["ok"] - unasked, _verdicts.UNASKED: unasked}) if unasked > 0 else counts


def rows_of(result):
    """The rows of a result; none where a host that nobody trusts has sent something else."""
    rows = result.get("parameters")
    return rows if isinstance(rows, list) and all(map(_is_row, rows)) else []


def _is_row(row):
    # Texts of new ansible-cores are of a class of their own.
    return (isinstance(row, dict) and isinstance(row.get("name"), str) and row.get("state") in STATES
            and all(isinstance(row.get(field), (str, type(None))) for field in _records.Cell._fields))


def settings_of(result):
    """Where the report goes, None for nowhere. The front on the controller says it; what a host says under this name never gets here."""
    said = result.get("invocation", {}).get("report")
    return _report_options.Settings(**dict(said, formats=tuple(said["formats"]))) if said else None


def host_of(given):
    """The name of the host on which the module ran. In a loop only the turn's result knows it; the task has a template."""
    delegated = given._result.get("_ansible_delegated_vars", {}).get("ansible_delegated_host")
    return str(delegated or given._task.delegate_to or given._host.get_name())


def _lacks_fact(given, host, ended):
    """Whether Ansible keeps no fact of how a task ENDED on HOST, so that the fact cache would still have the last one. It keeps facts of
    what went well alone, and those of a task for another host as this one's."""
    is_elsewhere = host != given._host.get_name() and not given._task.delegate_facts
    return ended != "done" or is_elsewhere and not given._result.get("preview_of")


def image_of(result):
    """How the image is called that the module worked on; None for the host itself."""
    return result.get("invocation", {}).get("image")


def mode_of(result, check_mode):
    """What the run does, as the front on the controller says it where it knows it."""
    return result.get("invocation", {}).get("mode") or _shards.mode(None, check_mode)


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "photon.hardening.report"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self):
        super().__init__()
        # The play that is on, until its hosts are known. Of each host of ours: its Row and, of a single one, its parameters.
        self._play, self._hosts, self._rows, self._parameters = None, set(), {}, []
        # Host -> how the image is called that was worked on in its place.
        self._images = {}
        # Folder -> Settings -> hosts. Those of which several results were kept.
        self._kept, self._again = {}, set()
        # Of the plays that were on: what keeps facts.
        self._variables = None

    # --- while the run is on ---

    def v2_playbook_on_play_start(self, play):
        self._play = play

    def v2_runner_on_ok(self, result):
        self._record(result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._record(result, failed=True)

    def v2_runner_on_unreachable(self, result):
        self._record(result, unreachable=True)

    # Of a loop each turn counts; its host is known of the turn alone.

    def v2_runner_item_on_ok(self, result):
        self._record(result)

    def v2_runner_item_on_failed(self, result):
        self._record(result, failed=True)

    def _record(self, given, **how):
        """GIVEN: what a callback gets. HOW it ended, where that is not in the result itself."""
        if given._task.action not in _ACTIONS or given._task.no_log or isinstance(given._result.get("results"), list):
            return
        if self._play is not None:
            self._hosts |= hosts_of(self._play)
            self._play, self._variables = None, self._play.get_variable_manager()
        result, host, image = given._result, host_of(given), image_of(given._result)
        if image:
            self._images[host], host = image, image
        ended = _shards.outcome(dict(result, **how))
        self._rows[host] = terminal.Row(_harmless.flat(host), ended, bool(given._task.check_mode), counts_of(result),
                                        mode_of(result, given._task.check_mode), bool(result.get("changed")))
        self._parameters = rows_of(result)
        if not image and _lacks_fact(given, host, ended):
            self._remember(given, host, dict(result, **how))
        said = settings_of(result)
        if not said and ended not in _records.WHOLE:
            self._mend(given, host, dict(result, **how))
        if said:
            self._again |= {host} & set().union(*self._kept.get(said.folder, {}).values())
            self._kept.setdefault(said.folder, {}).setdefault(said, set()).add(host)

    def _mend(self, given, host, result):
        """A later task of the run failed on HOST before it could keep anything, and what an earlier one has kept says that all is well."""
        for folder, kept in self._kept.items():
            if host in set().union(*kept.values()):
                shelf = _shards.Shelf(folder, host, bool(given._task.check_mode))
                shelf.about = {"mode": mode_of(result, given._task.check_mode)}
                try:
                    shelf.end(dict(result, msg=_harmless.line(result.get("msg") or "it does not say why")))
                except OSError as exc:
                    self._display.error("The result of %s in %s cannot be kept: %s" % (_harmless.line(host), folder, exc))

    def _remember(self, given, host, result):
        if self._variables is not None:
            about = {"mode": mode_of(result, given._task.check_mode)}
            self._variables.set_host_facts(host, _shards.facts(result, about))

    # --- when it ends ---

    def v2_playbook_on_stats(self, stats):
        if not self._rows:
            return
        path, self._hosts = None, {self._images.get(host, host) for host in self._hosts}
        # Whoever never came to our task, or failed before anything could be kept, has no result of this run, and is named.
        done = {host for host, row in self._rows.items() if row.outcome in _records.WHOLE}
        lost = (self._hosts | set(self._rows)) - done.union(*(hosts for kept in self._kept.values() for hosts in kept.values()))
        for folder, kept in self._kept.items():
            path = self._written(folder, kept, lost) or path
        if _display.is_for_people(_display.callback_in_use(context.CLIARGS)):
            last = "Of several results of this run the last one is told: %s\n" % ", ".join(map(_harmless.flat, sorted(self._again)))
            self._display.display("\n" + (last if self._again else "") + self._table(path).rstrip("\n"))

    def _written(self, folder, kept, lost):
        # Not before: what makes reports would be copied into the process of each host.
        from ansible_collections.photon.hardening.plugins.plugin_utils import _reports
        try:
            return _reports.write_run(kept, lost)
        except (OSError, ValueError) as exc:
            self._display.error("The report in %s cannot be written: %s" % (folder, _harmless.line(exc)))
            return None

    def _table(self, path):
        rows = list(self._rows.values())
        rows += [terminal.Row(_harmless.flat(host), "missing", False, {}) for host in sorted(self._hosts - set(self._rows))]
        colour = constants.ANSIBLE_FORCE_COLOR or (sys.stdout.isatty() and not constants.ANSIBLE_NOCOLOR)
        width = shutil.get_terminal_size(_SIZE).columns
        where = path and _display.shown_path(path)
        if len(rows) == 1 and rows[0].outcome in _records.WHOLE:
            return terminal.changes(rows[0], self._parameters, width, colour, where)
        return terminal.table(rows, width, colour, where)
