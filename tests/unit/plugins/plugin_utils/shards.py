# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kept results, as text, for the tests of reports."""

import json

from hypothesis import strategies as st

from ansible_collections.photon.hardening.plugins.module_utils._model import STATES
from ansible_collections.photon.hardening.plugins.plugin_utils import _merge


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


def fleet(*lines, **options):
    """The Fleet of LINES, as texts."""
    return _merge.read((("file:%d" % number, text) for number, text in enumerate(lines, 1)), **options)


def told(found):
    """All that a Fleet says, as plain values."""
    rows = [[(name, tuple(cell)) for name, cell in found.rows(number)] for number in range(len(found.hosts))]
    columns = {name: (column.cells, list(column.index), column.texts and [column.texts.get(host) for host in range(len(found.hosts))])
               for name, column in found.parameters.items()}
    return (found.hosts, rows, columns, found.problems, found.counts(), found.verdicts(), found.findings(), found.waivers(), found.time,
            found.guest())


ROWS = st.lists(
    st.builds(row, st.sampled_from(["a.a", "a.b", "a.c"]), st.sampled_from(STATES), before=st.sampled_from([None, "", "1", "x\ty"]),
              reason=st.text(max_size=3)), unique_by=lambda made: made["name"], max_size=3)
LINES = st.lists(st.one_of(
    st.builds(lambda host, rows, second, run: line(host, *rows, time="2026-01-31T12:00:%02dZ" % second, run=run),
              st.sampled_from(["web1", "web2", "w\x1b3"]), ROWS, st.integers(0, 2), st.sampled_from(["r1", "r2"])),
    st.sampled_from(["{", "[]", "x"])), max_size=8)
