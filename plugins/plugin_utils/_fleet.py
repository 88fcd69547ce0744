# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The model of a report: merged results, and everything that is counted of them; nothing else counts.

Whether a host has a whole and fresh result is decided here alone: it has, if no problem names it. Pure. Private to the collection.
"""

from collections import Counter

from ansible_collections.photon.hardening.plugins.module_utils import _guest
from ansible_collections.photon.hardening.plugins.plugin_utils import _columns, _harmless, _records, _verdicts


class Fleet:
    """What a report tells. `hosts` and `parameters` are in order of their names, `problems` in order of their kind."""

    def __init__(self, hosts, parameters, problems):
        self.hosts, self.parameters, self.problems = hosts, parameters, problems
        # When the newest result was kept that is not stale, if there is one; "" without a result. A report has no other time, so that the
        # same results make the same file.
        stale = {problem.source for problem in problems if problem.kind == "stale"}
        # Host with a result -> what is wrong with that. The problems of none.
        self._wrong, self.others = {host.name: [] for host in hosts}, []
        for problem in problems:
            self._wrong.get(problem.source, self.others).append(problem)
        fresh = [host for host in hosts if host.name not in stale]
        self.time = max((host.time for host in fresh or hosts), default="")
        # The one place that counts.
        self._kinds = [_kinds(tally, host.check_mode) for tally, host in zip(self._counted(), hosts, strict=True)]

    def _counted(self):
        """Of each host: settled state -> number. Under None, of which parameters it has no row."""
        states = [dict(enumerate(map(_verdicts.settled, column.cells))) for column in self.parameters.values()]
        rows = zip(*(map(known.get, column.index) for known, column in zip(states, self.parameters.values(), strict=True)), strict=True)
        return list(map(Counter, rows)) or [Counter() for _host in self.hosts]

    def host_counts(self, number):
        """state -> how many parameters of host NUMBER have it; all that is counted, in its order."""
        found = dict.fromkeys(_verdicts.COUNTED, 0)
        for kind, count in self._kinds[number].items():
            found[_verdicts.counted(kind)] += count
        return found

    def counts(self):
        each = [self.host_counts(number) for number in range(len(self.hosts))]
        return {state: sum(found[state] for found in each) for state in _verdicts.COUNTED}

    def host_verdicts(self, number):
        """verdict -> how many parameters of host NUMBER have it."""
        found = dict.fromkeys(_verdicts.VERDICTS, 0)
        for kind, count in self._kinds[number].items():
            found[_verdicts.verdict(kind)] += count
        return found

    def kinds(self):
        """kind -> how many parameters have it."""
        found = Counter()
        for kinds in self._kinds:
            found.update(kinds)
        return found

    def verdicts(self):
        each = [self.host_verdicts(number) for number in range(len(self.hosts))]
        return {verdict: sum(found[verdict] for found in each) for verdict in _verdicts.VERDICTS}

    def rows(self, number):
        """(name, Cell) of each parameter of host NUMBER, the worst first."""
        found = [(name, column.get(number)) for name, column in self.parameters.items()]
        check_mode = self.hosts[number].check_mode
        return sorted(((name, cell) for name, cell in found if cell is not None),
                      key=lambda item: (_verdicts.severity(_verdicts.kind_of(item[1], check_mode)), item[0]))

    def findings(self):
        """[Finding, ...] of all parameters and kinds of which something is wanted and that are no pass: the worst verdict first, of one
        verdict what most hosts have, of as many hosts the worst kind."""
        found, check_modes = Counter(), [host.check_mode for host in self.hosts]
        for name, column in self.parameters.items():
            for (number, check_mode), hosts in Counter(zip(column.index, check_modes, strict=True)).items():
                if number != _columns.NONE:
                    found[name, _verdicts.kind_of(column.cells[number], check_mode)] += hosts
        listed = [_records.Finding(name, kind, _verdicts.verdict(kind), hosts) for (name, kind), hosts in found.items()
                  if kind not in _verdicts.NOT_WANTED and _verdicts.verdict(kind) != _verdicts.PASS]
        return sorted(listed, key=_place)

    def guest(self):
        """[(GuestRow, hosts that have just this one, hosts that have one of this name and state), ...], findings first, then as hosts have
        them. Of a name and a state there is the one that most hosts have."""
        found = {}
        for row in (row for host in self.hosts for row in host.guest):
            found.setdefault((row.state, row.name), Counter())[row] += 1
        listed = [(*min(rows.items(), key=lambda item: (-item[1], _columns.sortable(item[0]))), rows.total()) for rows in found.values()]
        return sorted(listed, key=lambda item: _guest.STATES.index(item[0].state))

    def wrong(self, name):
        """The problems with the result of the host NAME, which has one; none where it is whole and fresh."""
        return self._wrong[name]

    def missing(self):
        """The names of the hosts without a result."""
        return {problem.source for problem in self.others if problem.kind == "missing"}

    def unread(self):
        """The problems of what may be a result, and nobody can say of which host."""
        return [problem for problem in self.others if problem.kind != "missing"]

    def host_totals(self):
        """How many hosts there are, those without a result, too: verdict -> number.

        An error is what has no whole and fresh result, whatever its rows say; not applicable, of which nothing has passed.
        """
        found = dict.fromkeys((_verdicts.ERROR, _verdicts.FAIL, _verdicts.NOT_APPLICABLE, _verdicts.PASS), 0)
        found[_verdicts.ERROR] = len(self.missing())
        for number, host in enumerate(self.hosts):
            found[_verdicts.ERROR if self.wrong(host.name) else _on_host(self.host_verdicts(number))] += 1
        return found

    def waivers(self):
        """[(waiver, number of hosts), ...], those that end first come first."""
        found = Counter(tuple((key, waiver.get(key)) for key in _records.WAIVER) for host in self.hosts for waiver in host.waivers)
        listed = [(dict(key), hosts) for key, hosts in found.items()]
        return sorted(listed, key=lambda item: ([item[0]["expires"] or "9999"] + [str(item[0][key]) for key in _records.WAIVER]))


def told(problems):
    """PROBLEMS of one host in one line; "" without any."""
    return "; ".join("%s: %s" % (problem.kind, _harmless.flat(problem.message)) for problem in problems)


def _place(finding):
    verdict, kind = _verdicts.severity(finding.kind)
    return verdict, -finding.hosts, kind, finding.name


def _kinds(tally, check_mode):
    """kind -> how many parameters of a host have it."""
    found = Counter()
    for state, count in tally.items():
        if state is not None:
            found[_verdicts.kind(state, check_mode)] += count
    return found


def _on_host(verdicts):
    if any(verdicts[verdict] for verdict in _verdicts.FINDINGS):
        return _verdicts.FAIL
    return _verdicts.PASS if verdicts[_verdicts.PASS] else _verdicts.NOT_APPLICABLE


_ALL_ASIDE = ": all are waived, unsupported or not wanted"
# verdict -> what is said of hosts, of one and of several.
_OF_HOSTS = {
    _verdicts.FAIL: ("is not as wanted", "are not as wanted"), _verdicts.PASS: ("is as wanted", "are as wanted"),
    _verdicts.ERROR: ("has no whole and fresh result", "have no whole and fresh result"),
    _verdicts.NOT_APPLICABLE: ("has no hardened parameter" + _ALL_ASIDE, "have no hardened parameter" + _ALL_ASIDE),
}


def verdict_sentence(fleet):
    """What a report says first."""
    said = _of_hosts({verdict: hosts for verdict, hosts in fleet.host_totals().items() if hosts}, nouns(fleet)) if fleet.hosts else [
        "There is no result of any host"]
    lost = len(fleet.unread())
    said += ["%d %s could not be counted" % (lost, "result" if lost == 1 else "results")] if lost else []
    return "; ".join(said) + "."


def nouns(fleet):
    """(what one of its hosts is called, what several are called)"""
    are_images = {_records.is_image(name) for name in {host.name for host in fleet.hosts} | fleet.missing()}
    if True not in are_images:
        return "host", "hosts"
    return ("host or image", "hosts and images") if False in are_images else ("image", "images")


def _of_hosts(found, words):
    """What is said of the numbers of hosts FOUND, by their verdicts. WORDS: what one of them is called, and several."""
    total = sum(found.values())
    first = next(verdict for verdict in (_verdicts.FAIL, _verdicts.PASS, *found) if verdict in found)
    rest = [(verdict, hosts) for verdict, hosts in found.items() if verdict not in (first, _verdicts.PASS)]
    return ["%s %s" % (_subject(found[first], total, words), _OF_HOSTS[first][found[first] > 1])] + [
        "%d %s %s" % (hosts, words[hosts > 1], _OF_HOSTS[verdict][hosts > 1]) for verdict, hosts in rest]


def _subject(hosts, total, words):
    if total == 1:
        return "The " + words[0]
    return "All %d %s" % (total, words[1]) if hosts == total else "%d of %d %s" % (hosts, total, words[1])
