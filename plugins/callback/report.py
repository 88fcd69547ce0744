# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the report and the table of a run when it ends: no task can be trusted to run last."""

DOCUMENTATION = r"""
name: report
type: aggregate
short_description: Write the report of a hardening run and print its table
version_added: 1.0.0
author:
  - The photon.hardening authors (@photon-hardening)
description:
  - When a run of M(photon.hardening.kernel_parameters#module) ends, prints one table with the hosts and their counts, the worst first.
  - Where results are kept (O(photon.hardening.kernel_parameters#module:report_dir)), writes the reports of the run, also when hosts
    failed or could not be reached. These are named.
  - Prints nothing where the output is a document for programs, such as JSON.
  - It must be enabled, as the C(ansible.cfg) of this collection does it.
requirements:
  - Enable it in C(ansible.cfg) with C(callbacks_enabled = photon.hardening.report), or with the environment variable
    C(ANSIBLE_CALLBACKS_ENABLED).
"""

import os
import shutil
import sys

from ansible import constants, context
from ansible.plugins.callback import CallbackBase

from ansible_collections.photon.hardening.plugins.plugin_utils import _display, _harmless, _provenance, _reports, _shards
from ansible_collections.photon.hardening.plugins.plugin_utils.reports import terminal

_ACTIONS = ("photon.hardening.kernel_parameters",)


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "photon.hardening.report"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self):
        super().__init__()
        self._play, self._expected, self._settings = None, set(), {}
        self._rows, self._changed = {}, {}

    # --- while the run is on ---

    def v2_playbook_on_play_start(self, play):
        self._play = play

    def v2_runner_on_ok(self, result):
        self._record(result, _shards.DONE)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._record(result, _shards.FAILED)

    def v2_runner_on_unreachable(self, result):
        self._record(result, _shards.UNREACHABLE)

    def _record(self, result, outcome):
        task = getattr(result, "_task", None) or result.task
        if task.action not in _ACTIONS:
            return
        if self._play is not None:
            self._expected |= _hosts_of(self._play)
            self._play = None
