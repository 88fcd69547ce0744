# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reports that the browser opens, and the browser."""

import json
import pathlib
import subprocess
import sys

import pytest
from playwright.sync_api import sync_playwright

HERE = pathlib.Path(__file__).parent
# name -> what sample.py makes it of.
SAMPLES = {"typical": (10000, "typical"), "different": (10000, "different"), "hostile": (60, "hostile"), "one": (1, "typical"),
           "fresh": (1, "fresh"), "unread": (1, "unread"),
           "small": (40, "typical"), "guests": (6, "guests"), "guest": (1, "guests")}


class Reports:
    """Each is made when a test first asks for it."""

    def __init__(self, folder):
        self._folder, self._costs = folder, {}

    def cost(self, name):
        if name not in self._costs:
            self._costs[name] = self._make(name)
        return self._costs[name]

    def path(self, name):
        self.cost(name)
        return self._folder / (name + ".html")

    def _make(self, name):
        hosts, kind = SAMPLES[name]
        lines = self._folder / (name + ".jsonl")
        with open(lines, "wb") as stream:
            subprocess.run([sys.executable, HERE / "sample.py", str(hosts), kind], check=True, stdout=stream)
        command = [sys.executable, HERE / "make.py", lines, self._folder / (name + ".html"), str(30 if hosts > 1 else 0)]
        # The machine has other things to do, too: the best of three.
        runs = [json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout) for _run in range(3 if hosts > 1000 else 1)]
        lines.unlink()
        return min(runs, key=lambda run: run["cpu"])


@pytest.fixture(scope="session")
def reports(tmp_path_factory):
    return Reports(tmp_path_factory.mktemp("reports"))


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--enable-precise-memory-info"])
        yield started
        started.close()


class Page:
    """A report that is open. `wrong`: what scripts complained of."""

    def __init__(self, context, path, fragment):
        self.context, self.page, self.wrong, self.requests = context, context.new_page(), [], []
        # What a hostile text calls, should it ever run.
        self.page.add_init_script("window.attacks = []; window.attack = (number) => window.attacks.push(number);")
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", lambda message: self.wrong.append(message.text) if message.type == "error" else None)
        # Only what passes the policy comes here.
        self.page.route("**/*", self._asked)
        self.page.goto(path.as_uri() + fragment)

    def _asked(self, route):
        self.requests.append(route.request.url)
        route.continue_()

    def ready(self):
        self.page.locator("html[data-ready=yes]").wait_for(state="attached", timeout=20000)
        return self

    def do(self, script, argument=None):
        return self.page.evaluate(script, argument)

    def said(self):
        """What is announced of the list."""
        return self.page.locator(".status [role=status]").first.inner_text()


@pytest.fixture
def opened(browser, reports):
    contexts = []

    def open_(name, fragment="", ready=True, **options):
        contexts.append(browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options}))
        made = Page(contexts[-1], reports.path(name), fragment)
        return made.ready() if ready else made
    yield open_
    for context in contexts:
        context.close()
