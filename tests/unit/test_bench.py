# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark judges what it measured: each run beside the pings of its own round, and the median of the rounds decides."""

import importlib.util
import pathlib

import pytest

SPEC = importlib.util.spec_from_file_location("bench_page", pathlib.Path(__file__).parents[1] / "bench" / "page.py")
page = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(page)


def sample(amount, executions=1):
    return page.Sample(amount, amount, amount, amount * 1e6, [executions], 1000, 0.1)


def samples(*rounds, executions=1):
    """Each of ROUNDS: the two pings, and the run that stands for all phases of the role."""
    found = {("ping", ""): [sample(ping) for pings in rounds for ping in pings[:2]]}
    for phase in page.PHASES:
        found["role", phase] = [sample(amount, executions) for *_rest, amount in rounds]
    return found


def verdict(found, measure="controller", phase="second", hosts=1):
    (only,) = [each for each in page.verdicts(found, hosts, 60) if each.goal[:2] == (measure, phase)]
    return only


def test_a_run_is_divided_by_the_pings_of_its_own_round():
    assert verdict(samples((1, 3, 2), (9, 11, 11))).ratios == (1, 1.1)


@pytest.mark.parametrize("amounts, met, word", [
    ((1, 1.1, 1.1), True, "met"),
    ((1, 1, 1.2), True, "met, but rounds lie on both sides"),
    ((1, 1.2, 1.2), False, "MISSED, but rounds lie on both sides"),
    ((1.2, 1.2, 1.3), False, "MISSED"),
])
def test_the_median_decides(amounts, met, word):
    found = verdict(samples(*((1, 1, amount) for amount in amounts)))
    assert found.met == met
    assert "| %s |" % word in "\n".join(page.judged([found], True))


@pytest.mark.parametrize("hosts, wall", [(1, (1.08, 1.22, 1.08)), (20, (1.18, 1.22, 1.18)), (200, (1.18, 1.22, 1.18))])
def test_every_phase_has_its_goals(hosts, wall):
    limits = {(goal.measure, goal.phase): goal.limit for goal in page.goals(hosts, 60)}
    assert tuple(limits["wall", phase] for phase in page.PHASES) == wall
    for measure, limit in (("controller", 1.10), ("memory", 1.20), ("target", 1.20)):
        assert [limits[measure, phase] for phase in page.PHASES] == [limit] * 3
    assert len(limits) == 12


def test_a_second_module_run_is_seen():
    assert page.one_execution(samples((1, 1, 1)))
    assert not page.one_execution(samples((1, 1, 1), executions=2))


def test_the_page_says_what_a_missed_goal_does():
    found = page.verdicts(samples((1, 1, 2)), 1, 60)
    assert "0 of 12 goals" in "".join(page.closing(found, False))
    assert "does not make this command fail" in "".join(page.closing(found, False))
    assert "fails where one is missed" in "".join(page.closing(found, True))


def test_the_page_shows_how_far_pings_lie_apart_and_what_was_not_run():
    found = samples((1, 3, 2))
    found["loop", "first"] = [sample(9, executions=60)]
    text = "\n".join(page.measured(found, 20, 60))
    assert "## 20 hosts, 60 parameters" in text
    assert "the two pings of a round lay up to 100 % apart" in text
    assert "| ansible.posix.sysctl loop | second | not run |" in text
    assert "template" not in text
    assert len({line.count("|") for line in text.splitlines() if line.startswith("|")}) == 1


def test_reports_are_measured_beside_the_same_run_without_them():
    found = samples((1, 1, 2), (1, 1, 4))
    for phase in page.PHASES:
        found["report", phase] = [sample(2.1), sample(4.4)]
    verdicts = [each for each in page.verdicts(found, 50, 60) if each.goal.name == "report"]
    assert [each.goal.phase for each in verdicts] == list(page.PHASES)
    assert [pytest.approx(ratio) for ratio in verdicts[0].ratios] == [1.05, 1.1] and not verdicts[0].met
    assert "wall time with reports" in "\n".join(page.judged(verdicts, True))
