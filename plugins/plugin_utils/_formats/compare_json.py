# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A comparison as plain data, and as JSON. Pure. Private to the collection."""

import json

from ansible_collections.photon.hardening.plugins.plugin_utils._formats import compare_words

SCHEMA_VERSION = 1
# Not the token of a secret.
_OF_VALUE = ("kind", "value", "boot", "source", "problem")


def data(comparison):
    return {
        "schema_version": SCHEMA_VERSION, "headline": compare_words.headline(comparison), "counts": comparison.counts,
        "guest": comparison.guest, "benchmarks": comparison.benchmarks, "left": _side(comparison.left), "right": _side(comparison.right),
        "groups": [{"cause": group.cause and group.cause._asdict(), "parameters": [_row(row) for row in group.rows]}
                   for group in comparison.groups],
        "same": [_row(row) for row in comparison.same],
    }


def render(comparison):
    return json.dumps(data(comparison), indent=1, sort_keys=True) + "\n"


def _side(side):
    return {"label": side.label, "kind": side.kind, "facts": side.facts, "omitted": side.omitted}


def _row(row):
    return {
        "name": row.name, "verdict": row.verdict, "reason": row.reason, "left": _value(row.left), "right": _value(row.right),
        "why": row.why, "impact": row.impact, "controls": [{"benchmark": benchmark, "id": number} for benchmark, number in row.controls],
        "level_up": row.level_up, "breaks": list(row.breaks),
    }


def _value(value):
    return value and {key: getattr(value, key) for key in _OF_VALUE}
