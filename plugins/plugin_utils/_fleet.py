# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The model of a report: merged results, and everything that is counted of them; nothing else counts. Pure. Private to the collection."""

from collections import Counter

from ansible_collections.photon.hardening.plugins.module_utils import _guest
from ansible_collections.photon.hardening.plugins.module_utils._model import STATES
from ansible_collections.photon.hardening.plugins.plugin_utils import _columns, _records, _verdicts


class Fleet:
    """What a report tells. `hosts` and `parameters` are in order of their names, `problems` in order of their kind."""

    def __init__(self, hosts, parameters, problems):
        self.hosts, self.parameters, self.problems = hosts, parameters, problems
        # The one place that counts. Of each host: state -> number.
        self._tally = self._counted()

    def _counted(self):
        tally = [Counter() for _host in self.hosts]
        for column in self.parameters.values():
            states = [cell[0] for cell in column.cells]
            for host, number in enumerate(column.index):
                if number != _columns.NONE:
                    tally[host][states[number]] += 1
        return tally

    def host_counts(self, number):
        """state -> how many parameters of host NUMBER have it; all states, in their order."""
        return {state: self._tally[number][state] for state in STATES}

    def counts(self):
        return {state: sum(counter[state] for counter in self._tally) for state in STATES}

    def host_verdicts(self, number):
        """verdict -> how many parameters of host NUMBER have it."""
        found = dict.fromkeys(_verdicts.VERDICTS, 0)
        for state, count in self._tally[number].items():
            found[_verdicts.verdict(state, self.hosts[number].check_mode)] += count
        return found

    def verdicts(self):
        each = [self.host_verdicts(number) for number in range(len(self.hosts))]
        return {verdict: sum(found[verdict] for found in each) for verdict in _verdicts.VERDICTS}

    def rows(self, number):
        """(name, Cell) of each parameter of host NUMBER, the worst first."""
        found = [(name, column.get(number)) for name, column in self.parameters.items()]
        check_mode = self.hosts[number].check_mode
        return sorted(((name, cell) for name, cell in found if cell is not None),
                      key=lambda item: (_verdicts.severity(item[1].state, check_mode), item[0]))

    def findings(self):
        """[Finding, ...] of all parameters and states that are no pass; the worst first, then those of most hosts."""
        found, check_modes = Counter(), [host.check_mode for host in self.hosts]
        for name, column in self.parameters.items():
            for (number, check_mode), hosts in Counter(zip(column.index, check_modes, strict=True)).items():
                if number != _columns.NONE:
                    state = column.cells[number][0]
                    found[name, state, _verdicts.verdict(state, check_mode)] += hosts
        listed = [_records.Finding(*key, hosts) for key, hosts in found.items() if key[2] != _verdicts.PASS]
        return sorted(listed, key=lambda item: (_verdicts.VERDICTS.index(item.verdict), -item.hosts, item.name, item.state))

    def guest(self):
        """[(GuestRow, hosts that have just this one, hosts that have one of this name and state), ...], findings first, then as hosts have
        them. Of a name and a state there is the one that most hosts have."""
        found = {}
        for row in (row for host in self.hosts for row in host.guest):
            found.setdefault((row.state, row.name), Counter())[row] += 1
        listed = [(*min(rows.items(), key=lambda item: (-item[1], _columns.sortable(item[0]))), rows.total()) for rows in found.values()]
        return sorted(listed, key=lambda item: _guest.STATES.index(item[0].state))

    def bad_hosts(self):
        """The numbers of the hosts that have a finding or no whole result."""
        return [number for number, host in enumerate(self.hosts)
                if host.outcome != "done" or any(self.host_verdicts(number)[verdict] for verdict in _verdicts.FINDINGS)]

    def waivers(self):
        """[(waiver, number of hosts), ...], those that end first come first."""
        found = Counter(tuple((key, waiver.get(key)) for key in _records.WAIVER) for host in self.hosts for waiver in host.waivers)
        listed = [(dict(key), hosts) for key, hosts in found.items()]
        return sorted(listed, key=lambda item: ([item[0]["expires"] or "9999"] + [str(item[0][key]) for key in _records.WAIVER]))

    @property
    def time(self):
        """When the newest result was kept; "" without one. A report has no other time, so that the same results make the same file."""
        return max((host.time for host in self.hosts), default="")


def verdict_sentence(fleet):
    """What a report says first."""
    bad, total = len(fleet.bad_hosts()), len(fleet.hosts)
    without = len({problem.source for problem in fleet.problems if problem.kind in ("missing", "stale")})
    if not total:
        return "There is no result of any host."
    first = ("All %d hosts are as wanted" % total if not bad else "%d of %d hosts are not as wanted" % (bad, total)) if total > 1 else (
        "The host is as wanted" if not bad else "The host is not as wanted")
    lost = sum(problem.kind in _records.LOST for problem in fleet.problems)
    rest = ["%d %s no result or a stale one" % (without, "host has" if without == 1 else "hosts have")] if without else []
    rest += ["%d %s could not be counted" % (lost, "result" if lost == 1 else "results")] if lost else []
    return "; ".join([first] + rest) + "."
