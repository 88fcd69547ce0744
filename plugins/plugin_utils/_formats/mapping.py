# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one mapping from the kind of a parameter's row to the word of each format. The page about reports shows it; a test compares them.

Data. Private to the collection.
"""

from collections import namedtuple

from ansible_collections.photon.hardening.plugins.plugin_utils import _verdicts

Words = namedtuple("Words", "junit hdf cklb defectdojo ocsf")

_PASS = Words("pass", "passed", "not_a_finding", None, "Pass")
_FAIL = Words("failure", "failed", "open", "active", "Fail")
_ERROR = _FAIL._replace(junit="error", hdf="error")
# Nobody may take it for reviewed.
_NOT_COMPARED = Words("skipped", "impact 0", "not_reviewed", None, "Other")

# None: the format does not mention it.
WORDS = {
    "rejected": _ERROR,
    "not_applied": _ERROR,
    "overridden": _FAIL,
    "reboot_required": _FAIL,
    "read_only": _FAIL,
    _verdicts.WOULD_CHANGE: _FAIL,
    # Not set on purpose: no reason to stop a pipeline, unless the caller asks for that.
    "held_back": _FAIL._replace(junit="skipped"),
    "waived": Words("skipped", "waiver_data", "open", "risk_accepted", "Fail, Suppressed"),
    "unsupported": Words("skipped", "impact 0", "not_applicable", None, "Other"),
    **dict.fromkeys(_verdicts.NOT_WANTED, _NOT_COMPARED),
    "changed": _PASS,
    "stricter": _PASS,
    "ok": _PASS,
}


def words(cell, check_mode):
    return WORDS[_verdicts.kind_of(cell, check_mode)]
