# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kept results, as text, for the tests of reports."""

import json


def row(name, state="ok", **fields):
    """A row of the module's result."""
    values = {"before": "0", "wanted": "1", "after": "1", "boot_before": None, "boot": "1",
              "boot_source": "/etc/sysctl.d/50-security-hardening.conf:4", "dropin": "/etc/sysctl.d/50-security-hardening.conf",
              "reason": ""}
    return dict(values, **dict(fields, name=name, state=state))


def line(host, *rows, **fields):
    """A kept result as it stands in its file."""
    shard = {"schema_version": 1, "host": host, "time": "2026-01-31T12:00:00Z", "run": "20260131T115900Z-7", "mode": "harden",
             "outcome": "done", "check_mode": False, "changed": False, "msg": "", "parameters": list(rows), "notes": [], "waivers": [],
             "kernel": {"release": "6.1.0", "machine": "x86_64", "system": "Debian"}, "omitted": 0,
             "provenance": {"collection": "1.0.0", "profile": "photon"}}
    return json.dumps(dict(shard, **fields), sort_keys=True) + "\n"
