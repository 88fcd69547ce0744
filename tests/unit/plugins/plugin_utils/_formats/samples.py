# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of hosts for the tests of the formats: every state, both modes, hosts without a result, hostile text."""

import json

from ansible_collections.photon.hardening.plugins.module_utils._model import STATES
from ansible_collections.photon.hardening.plugins.plugin_utils import _merge

TIME = "2026-11-26T04:18:06Z"
HOSTILE = "a<b>&\"'\x1b[31m]]>\udcff\ufffe\x00\u2028\u202e{{ x }} \\ </script> \N{SNOWMAN}"
PLAIN = {"before": "0", "wanted": "1", "after": "1", "boot_before": "0", "boot": "1", "boot_source": "/etc/sysctl.d/50-x.conf:3",
         "dropin": "/etc/sysctl.d/50-x.conf", "reason": None}

ROWS = [
    {"name": "kernel.ok", "why": "It protects.", "impact": "None.", "values": {"stig_a": "1"}, "strength": ["0", "1", "2"]},
    {"name": "kernel.stricter", "why": "It protects more.", "impact": "Slower.", "values": {"stig_a": "1"}, "strength": ["0", "1", "2"]},
]


def _detail(number):
    return {"gid": "V-%d" % number, "rid": "SV-%dr1_rule" % number, "severity": "medium", "srg": "SRG-OS-1", "cci": ["CCI-000366"]}


# One rule for each state, one for two parameters, one of which the catalogue lacks the second.
CONTROLS = {
    "benchmarks": {
        "stig_a": {
            "title": "STIG for A", "version": "V2R8", "missing": {"kernel.unknown": ["A-90"]},
            "disa": {"id": "A_STIG", "title": "A Security Technical Implementation Guide", "version": "2",
                     "release": "Release: 8 Benchmark Date: 01 Jul 2026"},
            "controls": {"A-%02d" % number: _detail(number) for number in (*range(len(STATES)), 50, 90)},
        },
        "stig_b": {"title": "STIG without numbers", "version": "V1", "controls": {"B-1": {"severity": "medium", "srg": "S", "cci": []}}},
        "nist_800_53": {"title": "NIST SP 800-53", "version": "Revision 5"},
    },
    "parameters": dict(
        {"kernel.%s" % state: {"stig_a": ["A-%02d" % number], "nist_800_53": ["SC-30(2)", "CM-6(a)"]}
         for number, state in enumerate(STATES)},
        **{"kernel.first": {"stig_a": ["A-50"]}, "kernel.second": {"stig_a": ["A-50"]}, "kernel.known": {"stig_a": ["A-90"]}}),
}


def row(name, state, **fields):
    return dict(PLAIN, name=name, state=state, **fields)


def shard(host, rows=(), **fields):
    rows = list(rows)
    made = {
        "schema_version": 1, "host": host, "time": TIME, "run": "20261126T041800Z-1", "mode": "harden", "outcome": "done",
        "check_mode": False, "changed": True, "failed": False, "msg": "1 of 2", "parameters": rows,
        "summary": {"ok": len(rows) + (fields.get("omitted") or 0)},
        "omitted": 0, "notes": [], "guest": [],
        "kernel": {"release": "6.1.0", "machine": "x86_64", "system": "Debian GNU/Linux 12"}, "waivers": [],
        "provenance": {"collection": "1.0.0", "catalogue": "sha256:0123456789abcdef", "ansible_core": "2.21.5", "profile": "photon",
                       "groups": ["security"], "options": {}},
    }
    return dict(made, **fields)


def states():
    return [row("kernel.%s" % state, state) for state in STATES]


def guest_row(name="vmxnet3 version", value="1.7.0.0-k", state="ok", reason="", source="/sys/module/vmxnet3/version"):
    return {"name": name, "value": value, "state": state, "reason": reason, "source": source}


WAIVER = {"name": "kernel.waived", "reason": "vendor needs it", "expires": "2027-01-31", "owner": "ops", "ticket": "T-1", "control": None}

SHARDS = [
    shard("web1", states(), waivers=[WAIVER]),
    shard("web2", states(), mode="audit", check_mode=True, guest=[
        guest_row("vmw_vmci disable_msix", None, "finding", "/etc/modprobe.d/a.conf:1 switches MSI-X off for this driver."), guest_row()]),
    shard("web3", [row("kernel.ok", "ok")]),
    shard("down", outcome="unreachable", msg="no route", parameters=None),
    shard("half", [row("kernel.first", "ok"), row("kernel.known", "ok")], omitted=3),
    shard("bad" + HOSTILE, [row("kernel.ok", "overridden", boot_source=HOSTILE, boot=HOSTILE), row("net." + HOSTILE, "ok", after=HOSTILE),
                            row("kernel.waived", "waived", reason=HOSTILE)],
          guest=[guest_row("a " + HOSTILE, HOSTILE, "finding", HOSTILE, HOSTILE), guest_row(value=HOSTILE)], msg=HOSTILE, notes=[HOSTILE],
          kernel={"release": HOSTILE}, waivers=[dict(WAIVER, reason=HOSTILE, owner=HOSTILE)]),
]


def read(shards, expected=(), **more):
    return _merge.read([("shards:%d" % number, json.dumps(item)) for number, item in enumerate(shards, 1)], expected, **more)


def everything():
    """A fleet with all that can be wrong."""
    lines = [("shards:%d" % number, json.dumps(item)) for number, item in enumerate(SHARDS, 1)]
    return _merge.read(lines + [("file " + HOSTILE, "{")], ["web1", "lost"])
