# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which modules are executed after the parameters for the guest side of a host, and how their results become one with that.

In the same task, because a task of its own costs each host a process even where it is skipped. Pure. Private to the collection.
"""

from ansible_collections.photon.hardening.plugins.module_utils import _guest
from ansible_collections.photon.hardening.plugins.plugin_utils import _harmless, _records, _shape

INFO, CHANGE = "photon.hardening.vmware_guest_info", "photon.hardening.vmware_guest"
# Module -> where its rows are in the result.
_KEYS = {INFO: "guest", CHANGE: "vmware_guest"}
# Notes of one module, and rows of the guest side: of a machine with hundreds of disks.
_MOST, _MOST_ROWS = 20, 1000


def wanted(args, guest, check_mode, result):
    """(module, its arguments) of each. ARGS: those of the parameters' module, whose RESULT this is. GUEST: whether an audit reads the
    guest side, and what is done about MSI-X."""
    reads, msix = guest
    state = args.get("state", "present")
    if result.get("failed") or args.get("root"):
        return []
    if state == "absent":
        return [(CHANGE, {"state": "absent"})] if _KEYS[CHANGE] in result else []
    if state != "present":
        return []
    calls = [(CHANGE, {"msix": "enable"})] if msix == "enable" else []
    return calls + ([(INFO, {})] if reads and check_mode else [])


def without(result):
    """RESULT, of the parameters' module, which never tells of a guest."""
    return {key: value for key, value in result.items() if key != _KEYS[INFO]}


def merged(result, module, found):
    """(RESULT with what MODULE has FOUND, notes)."""
    msg = "%s: %s" % (module.rpartition(".")[2], _harmless.line(found.get("msg", "")))
    if found.get("failed") or found.get("unreachable"):
        # What was only looked at is no reason to fail: the parameters are known, and the note says what is not.
        failed = {} if module == INFO else {"failed": True, "msg": msg}
        return dict(result, **failed), [msg]
    rows, lost = guest_rows(found) if module == INFO else (_listed(found, "rows", dict), 0)
    more = {"changed": bool(result.get("changed") or found.get("changed")), _KEYS[module]: rows,
            "msg": "%s; %s" % (result.get("msg", ""), msg)}
    if isinstance(found.get("diff"), dict):
        more["diff"] = _listed(result, "diff", dict) + [found["diff"]]
    return dict(result, **more), _notes(module, found, rows) + (["vmware_guest_info: rows left out: %d" % lost] if lost else [])


def guest_rows(found):
    """(the rows that vmware_guest_info has told, the number of those that are left out). What is no row of it would make the whole result
    of the host one that cannot be read."""
    told = _listed(found, "rows", dict)
    known = {}
    for row in ({key: row.get(key) for key in _records.GuestRow._fields} for row in told):
        if _shape.is_guest_row(row) and _guest.is_name(row["name"]):
            known.setdefault(row["name"], row)
    return list(known.values())[:_MOST_ROWS], len(told) - min(len(known), _MOST_ROWS)


def _listed(result, key, kind):
    """The items of a list that a host has said, as far as they are what they should be."""
    found = result.get(key)
    return [item for item in found if isinstance(item, kind)] if isinstance(found, list) else []


def _notes(module, found, rows):
    if module == CHANGE:
        return _listed(found, "notes", str)[:_MOST]
    said = [_sentence(row) for row in rows if row["state"] == _guest.FINDING]
    more = ["vmware_guest_info: and %d more" % (len(said) - _MOST)] if len(said) > _MOST else []
    return said[:_MOST] + more


def _sentence(row):
    name, value, reason, source = (_harmless.line(row[key] or "") for key in ("name", "value", "reason", "source"))
    return "%s%s: %s%s" % (name, " is " + value if value else "", reason, " (%s)" % source if source else "")
