# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the report promises of 10,000 hosts with 100 parameters, typical ones and such of which no two values are the same."""

import pytest

BOTH = pytest.mark.parametrize("name", ["typical", "different"])
VIEWS = ("findings", "matrix", "hosts", "host", "waivers", "missing")
MOST_NODES, MOST_HEAP = 5000, 50e6

# As the browser measures it, from the start of the navigation. A page can be usable before it is painted.
FIRST_PAINT = """() => new Promise((done) => {
  const see = (seen) => seen.getEntriesByName("first-contentful-paint").forEach((entry) => done(entry.startTime));
  new PerformanceObserver(see).observe({ type: "paint", buffered: true });
})"""
# A text is typed; done when what it asks for is drawn.
FILTER = """text => new Promise((done) => {
  const search = document.getElementById("search");
  search.value = text;
  search.dispatchEvent(new Event("input"));
  requestAnimationFrame(() => { document.body.offsetHeight; done(); });
})"""
WHEN_READY = """() => new Promise((done) => {
  const root = document.documentElement;
  if (root.dataset.ready) done(performance.now());
  else new MutationObserver(() => done(performance.now())).observe(root, { attributes: true });
})"""


@pytest.mark.parametrize("name, most", [("typical", 2e6), ("different", 8e6)])
def test_the_size_of_the_file(reports, name, most):
    assert reports.path(name).stat().st_size <= most


@BOTH
def test_what_making_it_costs(reports, name):
    cost = reports.cost(name)
    print(name, cost)
    assert cost["cpu"] <= 10
    assert cost["mib"] <= 150


@BOTH
def test_it_opens_fast(opened, name):
    paints, ready = [], []
    for _run in range(3):
        page = opened(name, ready=False)
        ready.append(page.do(WHEN_READY))
        paints.append(page.do(FIRST_PAINT))
    print(name, "first paint", paints, "usable", ready)
    assert min(paints) <= 500
    assert min(ready) <= 1500


class Meter:
    """What the browser counts of a page. Its times are those for which the page's thread works: what else the machine does is not in it."""

    def __init__(self, page):
        self._session = page.context.new_cdp_session(page.page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def read(self, name):
        return next(item["value"] for item in self._session.send("Performance.getMetrics")["metrics"] if item["name"] == name)

    def heap(self):
        self._session.send("HeapProfiler.collectGarbage")
        return self.read("JSHeapUsedSize")


@BOTH
@pytest.mark.parametrize("view", ["findings", "matrix", "hosts"])
def test_a_filter_is_fast(opened, name, view):
    page = opened(name, "#view=%s" % view)
    meter = Meter(page)
    for text in ("kernel", "node0012", "RHEL-08", "ipv4 node0", "nowhere", ""):
        start = meter.read("TaskDuration")
        page.do(FILTER, text)
        taken = 1000 * (meter.read("TaskDuration") - start)
        print(name, view, repr(text), taken)
        assert taken <= 100


@BOTH
def test_the_page_stays_small(opened, name):
    page = opened(name)
    for fragment in [*("#view=%s" % view for view in VIEWS), "#view=findings&open=kernel.sysrq%3Aok", "#view=hosts&q=node000"]:
        page.do("fragment => { location.hash = fragment; }", fragment)
        page.page.wait_for_timeout(150)
        page.do("document.querySelector('.list')?.scrollTo(0, 100000)")
        page.page.wait_for_timeout(100)
        nodes, heap = page.do("document.getElementsByTagName('*').length"), Meter(page).heap()
        print(name, fragment, nodes, heap)
        assert nodes <= MOST_NODES
        assert heap <= MOST_HEAP
    assert not page.wrong
