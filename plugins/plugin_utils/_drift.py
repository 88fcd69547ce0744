# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changed between two reports: what got worse, what got better, and which hosts came or went.

Exchanging the two reports exchanges worse and better, new and lost, before and after, and nothing else. Pure. Private to the collection.
"""

import operator
from collections import namedtuple

from ansible_collections.photon.hardening.plugins.plugin_utils import _fleet, _verdicts
from ansible_collections.photon.hardening.plugins.plugin_utils._columns import NONE

# since, time: of the two reports. worse, better: Changes, the worst first. other: those of what is not as wanted in either report, and not
# in the same way. new, lost: names of hosts.
# appeared, gone: parameter -> how many hosts with a whole result in both reports have it in one of them alone. After a rollback nothing is
# wanted of what is there: that is neither better nor worse, but gone.
Drift = namedtuple("Drift", "since time worse better other new lost appeared gone")
# A parameter with another verdict or value than before; name "": whether the host has a result. was, now: verdicts. before, after:
# sentences. hosts: the names of those that all changed like this.
Change = namedtuple("Change", "name was now before after hosts")
# A host that is in both reports. left, right: its numbers in them. wrong_then, wrong_now: what is wrong with its results, "" for nothing.
_Pair = namedtuple("_Pair", "left right was now wrong_then wrong_now")
_WHOLE = "has a whole and fresh result"


def drift(earlier, later):
    """The Drift from one Fleet to another."""
    pairs = _pairs(earlier, later)
    changes = _of_hosts(pairs) + [
        change for name in earlier.parameters.keys() & later.parameters.keys()
        for change in _of_parameter(name, earlier.parameters[name], later.parameters[name], pairs)]
    changes.sort(key=_order)
    whole = [pair for pair in pairs if not pair.wrong_then and not pair.wrong_now]
    back = [_Pair(pair.right, pair.left, pair.now, pair.was, "", "") for pair in whole]
    worse, better, other = ([change for change in changes if fits(_rank(change.now), _rank(change.was))]
                            for fits in (operator.lt, operator.gt, operator.eq))
    return Drift(earlier.time, later.time, worse, better, other, _names_only(later, earlier), _names_only(earlier, later),
                 _rows_only(later, earlier, back), _rows_only(earlier, later, whole))


def sentence(found):
    """What there is to say of a Drift in one sentence."""
    parts = [_counted(changes, word) for changes, word in (
        (found.worse, "newly worse"), (found.better, "newly better"), (found.other, "still not as wanted in another way")) if changes]
    parts += ["%d %s %s" % (len(names), word, "host" if len(names) == 1 else "hosts")
              for names, word in ((found.new, "new"), (found.lost, "lost")) if names]
    parts += ["%d %s %s" % (sum(rows.values()), "parameter" if sum(rows.values()) == 1 else "parameters", words)
              for rows, words in ((found.gone, "no longer compared"), (found.appeared, "newly compared")) if rows]
    return "Since %s: %s." % (found.since, ", ".join(parts) or "no verdict changed")


def _counted(changes, word):
    hosts = len({host for change in changes for host in change.hosts})
    return "%d %s on %d %s" % (sum(len(change.hosts) for change in changes), word, hosts, "host" if hosts == 1 else "hosts")


def _rank(verdict):
    return _verdicts.VERDICTS.index(verdict)


def _order(change):
    """The same whichever report comes first."""
    ranks = sorted((_rank(change.was), _rank(change.now)))
    return ranks, -len(change.hosts), change.name, sorted((change.before, change.after)), change.hosts


def _pairs(earlier, later):
    numbers = {host.name: number for number, host in enumerate(later.hosts)}
    return [_Pair(number, numbers[host.name], host, later.hosts[numbers[host.name]],
                  *(_fleet.told(fleet.wrong(host.name)) for fleet in (earlier, later)))
            for number, host in enumerate(earlier.hosts) if host.name in numbers]


def _names_only(fleet, other):
    others = {host.name for host in other.hosts}
    return [host.name for host in fleet.hosts if host.name not in others]


def _rows_only(fleet, other, pairs):
    """parameter -> how many hosts of PAIRS have a row of it in FLEET and none in OTHER."""
    found = {}
    for name, column in fleet.parameters.items():
        missing = other.parameters.get(name)
        here, there = _compared(column), missing and _compared(missing)
        found[name] = sum(here[pair.left] and not (there and there[pair.right]) for pair in pairs)
    return {name: hosts for name, hosts in found.items() if hosts}


def _compared(column):
    """Of each host whether something is wanted of it."""
    settled = dict(enumerate(map(_verdicts.settled, column.cells)))
    return [settled.get(number, _verdicts.UNASKED) not in _verdicts.NOT_WANTED for number in column.index]


def _grouped(name, found):
    """FOUND: (was, now, before, after) -> names of hosts."""
    return [Change(name, *key, tuple(hosts)) for key, hosts in found.items()]


def _of_hosts(pairs):
    found = {}
    for pair in pairs:
        before, after = pair.wrong_then, pair.wrong_now
        if bool(before) != bool(after):
            was, now = (_verdicts.ERROR if wrong else _verdicts.PASS for wrong in (before, after))
            found.setdefault((was, now, before or _WHOLE, after or _WHOLE), []).append(pair.was.name)
    return _grouped("", found)


def _of_parameter(name, left, right, pairs):
    found, lefts, rights = {}, _verdicts_of(left), _verdicts_of(right)
    for pair in pairs:
        numbers = left.index[pair.left], right.index[pair.right]
        if NONE in numbers:
            continue
        was, now = lefts[pair.was.check_mode][numbers[0]], rights[pair.now.check_mode][numbers[1]]
        if None in (was, now) or was == now and was not in _verdicts.FINDINGS:
            continue
        cells = left.get(pair.left), right.get(pair.right)
        modes = pair.was.check_mode, pair.now.check_mode
        if was != now or cells[0] != cells[1] and _moved(*map(_verdicts.essence, cells, modes)):
            found.setdefault((was, now, *map(_verdicts.sentence, cells, modes)), []).append(pair.was.name)
    return _grouped(name, found)


def _moved(was, now):
    """Whether what counts of a cell is another one, as far as it is known of both."""
    return was[0] != now[0] or None not in (was[1], now[1]) and was[1] != now[1]


def _verdicts_of(column):
    """check mode -> the verdict on each cell of COLUMN; None where nothing is wanted."""
    kinds = {check_mode: [_verdicts.kind_of(cell, check_mode) for cell in column.cells] for check_mode in (False, True)}
    return {check_mode: [None if kind in _verdicts.NOT_WANTED else _verdicts.verdict(kind) for kind in found]
            for check_mode, found in kinds.items()}
