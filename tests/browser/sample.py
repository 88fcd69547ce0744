# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fleets that were never there: the lines that a report is made of. The same arguments make the same lines.

sample.py HOSTS typical|different|fresh|unread|guests|hostile: prints them. fresh: nothing was ever set. unread: an image.
"""

import json
import random
import sys

from ansible_collections.photon.hardening.plugins.plugin_utils import _catalogue

# As many as the goals name.
PARAMETERS = 100
NAMES = sorted(row["name"] for row in _catalogue.CATALOGUE["parameters"] if row.get("sysctl", True))
NAMES = (NAMES + ["kernel.parameter_%d" % number for number in range(PARAMETERS)])[:PARAMETERS]
SYSTEMS = (("5.10.0-35-amd64", "Debian GNU/Linux 11 (bullseye)"), ("6.1.0-40-amd64", "Debian GNU/Linux 12 (bookworm)"),
           ("4.18.0-553.el8_10.x86_64", "AlmaLinux 8.10 (Cerulean Leopard)"), ("6.12.1-esx", "VMware Photon OS/Linux"))
HOSTILE = ("<script>attack(1)</script>", "<img src=x onerror=attack(2)>", "\"'><svg onload=attack(3)>",
           "</script><script>attack(4)</script>", "javascript:attack(5)", "{{ 7 * 7 }}{% raw %}", "=HYPERLINK(\"http://127.0.0.1/\")",
           "\u202eevil\u2066", "a\x00b\x1b[31mc\r\nd", "\ue000\ue001", "&lt;b&gt;&amp;",
           "<style>@import 'http://127.0.0.1/';</style>", "<!--", "x" * 300, "| a | b |", "$&$1")
DROP_IN = "/etc/sysctl.d/50-security-hardening.conf"
OTHER = "/usr/lib/sysctl.d/99-protect-links.conf"
# Of a thousand parameters so many are in that state.
STATES = {"rejected": 1, "overridden": 8, "reboot_required": 2, "held_back": 9, "changed": 20, "waived": 6, "unsupported": 14,
          "stricter": 40}


def _row(name, number, state, value):
    before, overridden = {"ok": "1", "stricter": "2", "changed": "0"}.get(state, value), state == "overridden"
    return {
        "name": name, "state": state, "before": before, "wanted": "1", "after": "1" if state == "changed" else before, "boot_before": None,
        "boot": "0" if overridden else "1", "boot_source": "%s:9" % OTHER if overridden else "%s:%d" % (DROP_IN, number),
        "dropin": DROP_IN,
        "reason": {"held_back": "would cut off the containers of docker (/run/docker.sock)", "waived": "CHG-4711: the old agent needs it",
                   "unsupported": "this kernel does not have it", "rejected": "EINVAL"}.get(state, ""),
    }


def _rows(random_, host, kind):
    states = random_.choices([*STATES, "ok"], [*STATES.values(), 1000 - sum(STATES.values())], k=len(NAMES))
    for number, (name, state) in enumerate(zip(NAMES, states, strict=True)):
        # Different ones of ten digits, as large as the kernel's largest: the odd multiplier keeps them apart.
        value = str((host * len(NAMES) + number) * 2654435761 % 2 ** 32) if kind == "different" else str(random_.randrange(3))
        row = _row(name, number, "changed" if kind == "fresh" else state, value)
        if kind == "different":
            row.update(before=value, after=value)
        if kind == "unread":
            row.update(before=None, after=None)
        if kind == "hostile":
            texts = random_.choices(HOSTILE, k=len(row))
            row = {key: item if key == "state" else text for (key, item), text in zip(row.items(), texts, strict=True)}
            # No result has two rows of one name.
            row["name"] += str(number)
        yield row


def _shard(random_, host, kind):
    release, system = SYSTEMS[host % len(SYSTEMS)]
    waiver = {"name": NAMES[host % 7], "reason": "The old backup agent traces processes", "expires": "2026-%02d-15" % (9 + host % 4),
              "owner": "storage team", "ticket": "CHG-4711", "control": None}
    return {
        "schema_version": 1, "host": "node%05d.prod.example.com" % host, "time": "2026-11-26T04:%02d:%02dZ" % (host // 60 % 60, host % 60),
        "run": "20261126T040000Z-4711", "mode": "audit", "outcome": "failed" if host % 997 == 5 else "done", "check_mode": True,
        "changed": False, "failed": False, "msg": "%d of %d differ" % (host % 9, PARAMETERS),
        "parameters": list(_rows(random_, host, kind)), "notes": [], "omitted": 0,
        "kernel": {"release": release, "machine": "x86_64", "system": system}, "waivers": [waiver] if not host % 40 else [],
        "provenance": {"collection": "1.0.0", "catalogue": "sha256:0123456789abcdef", "ansible_core": "2.21.5", "profile": "container_host",
                       "groups": ["security", "tuning"], "options": {"conflicts": "restate"}},
    }


def _guest(host):
    """Guests of VMware: what they have is the same but for the memory, and for a fault that each third one has."""
    devices = ("vmxnet3", "vmw_pvscsi", "vmw_vmci")
    rows = [("%s interrupts" % device, "intx" if not host % 3 and device == "vmw_vmci" else "msix") for device in devices]
    rows += [("disk controller of sd%s" % letter, "vmw_pvscsi") for letter in "abcdefghijklmnopqrstuvwx"]
    rows += [("root filesystem type", "ext4"), ("memory in use", "%d of 8131184 kB" % (1000000 + host * 7919)), ("swap space", "none")]
    return sorted(({"name": name, "value": value, "state": "finding" if value == "intx" else "ok",
                    "reason": "The device could have MSI-X." if value == "intx" else "", "source": "/sys/%s" % name.replace(" ", "/")}
                   for name, value in rows), key=lambda row: row["state"])


def _spoilt(shard, random_):
    """SHARD with a hostile text wherever a host or a user can put one."""
    def one():
        return random_.choice(HOSTILE)
    waiver = {key: one() for key in ("name", "reason", "expires", "owner", "ticket", "control")}
    guest = [dict({key: one() for key in ("name", "value", "reason", "source")}, state=state) for state in ("finding", "ok", "hidden")]
    return dict(shard, host=one() + shard["host"], guest=guest, msg=one(), notes=[one()], run=one(), waivers=[waiver],
                kernel=dict.fromkeys(("release", "machine", "system"), one()),
                provenance={key: one() for key in shard["provenance"]} | {"options": {one(): one()}, "groups": [one()]})


def lines(hosts, kind):
    """One after another: ten thousand of them fill a quarter of a gigabyte."""
    random_ = random.Random("%d %s" % (hosts, kind))
    for host in range(hosts):
        shard = dict(_shard(random_, host, kind), **{"guest": _guest(host)} if kind == "guests" else {})
        yield json.dumps(_spoilt(shard, random_) if kind == "hostile" else shard, sort_keys=True)


if __name__ == "__main__":
    for line in lines(int(sys.argv[1]), sys.argv[2]):
        print(line)
