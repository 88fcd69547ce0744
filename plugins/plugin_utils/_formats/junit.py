# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JUnit XML, as GitLab, Jenkins and Azure read it: what is no pass, and one case for each host. Pure. Private to the collection."""

from collections import namedtuple
from xml.sax.saxutils import quoteattr

from ansible_collections.photon.hardening.plugins.plugin_utils import _fleet, _harmless, _verdicts
from ansible_collections.photon.hardening.plugins.plugin_utils._formats import mapping

# GitLab takes 30 MB a file.
MOST_CASES = 20000
# The suite of what belongs to no host, and the case that stands for a host's whole result.
NO_HOST, WHOLE = "results", "the result"

# counts: state -> number, of all parameters of the host.
Suite = namedtuple("Suite", "name time counts cases")
# word: of the mapping. message: None where it passed.
Case = namedtuple("Case", "name word message")

_COUNTED = (("failures", "failure"), ("errors", "error"))


def render(fleet, fail_on=lambda host: ()):
    """(file name, text) of each file. FAIL_ON: host -> its states that are a failure, whatever the mapping says of them."""
    for number, suites in enumerate(_files(_suites(fleet, fail_on)), 1):
        yield "junit-%d.xml" % number, _text(suites)


def _suites(fleet, fail_on):
    cases = [Case("%s: %s: %s" % problem, "error", problem.message) for problem in fleet.others]
    if not fleet.hosts:
        cases.append(Case(WHOLE, "error", _fleet.verdict_sentence(fleet)))
    if cases:
        yield Suite(NO_HOST, fleet.time, {}, cases)
    for number, host in enumerate(fleet.hosts):
        cases = [_whole(fleet.wrong(host.name))] + list(_cases(fleet, number, fail_on(host)))
        yield Suite(host.name, host.time, fleet.host_counts(number), cases)


def _whole(problems):
    return Case(WHOLE, "error" if problems else "pass", _fleet.told(problems) or None)


def _cases(fleet, number, fail_on):
    check_mode = fleet.hosts[number].check_mode
    for name, cell in fleet.rows(number):
        word = mapping.words(cell, check_mode).junit
        if word == "skipped" and cell.state in fail_on:
            word = "failure"
        if word != "pass":
            yield Case(name, word, "%s %s" % (name, _verdicts.sentence(cell, check_mode)))


def _files(suites):
    """Lists of suites, none with more than MOST_CASES cases."""
    file, size = [], 0
    for suite in (piece for whole in suites for piece in _pieces(whole)):
        if size + len(suite.cases) > MOST_CASES:
            yield file
            file, size = [], 0
        file.append(suite)
        size += len(suite.cases)
    yield file


def _pieces(suite):
    for start in range(0, len(suite.cases), MOST_CASES):
        yield suite._replace(counts={} if start else suite.counts, cases=suite.cases[start:start + MOST_CASES])


# --- XML ---

def _text(suites):
    cases = [case for suite in suites for case in suite.cases]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites%s>" % _attributes(name="photon.hardening", **_totals(cases))]
    for suite in suites:
        lines += _suite_lines(suite)
    return "\n".join(lines + ["</testsuites>", ""])


def _suite_lines(suite):
    totals = dict(_totals(suite.cases), skipped=sum(case.word == "skipped" for case in suite.cases))
    # Some readers refuse a time zone; the time is meant as UTC.
    yield "<testsuite%s>" % _attributes(name=suite.name, timestamp=suite.time.rstrip("Z"), **totals)
    if suite.counts:
        states = ["<property%s/>" % _attributes(name=state, value=count) for state, count in suite.counts.items()]
        yield "<properties>%s</properties>" % "".join(states)
    for case in suite.cases:
        yield _case_line(suite, case)
    yield "</testsuite>"


def _case_line(suite, case):
    opening = "testcase%s" % _attributes(classname=suite.name, name=case.name)
    if case.word == "pass":
        return "<%s/>" % opening
    return "<%s><%s%s/></testcase>" % (opening, case.word, _attributes(message=case.message))


def _totals(cases):
    return dict({key: sum(case.word == word for case in cases) for key, word in _COUNTED}, tests=len(cases))


def _attributes(**values):
    """What is harmless is legal in XML, too: all of it can be printed."""
    return "".join(" %s=%s" % (key, quoteattr(_harmless.flat(str(value)))) for key, value in values.items())
