# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures of the documentation, of fleets that were never there.

screenshots.py FOLDER: writes FOLDER/report-fleet.png and FOLDER/report-host.png, each small enough for a README.
"""

import pathlib
import subprocess
import sys
import tempfile

import make
import sample
from playwright.sync_api import sync_playwright

# name -> hosts, what is shown, height.
PICTURES = {"report-fleet": (400, "", 900), "report-host": (1, "#view=host", 900)}
LARGEST = 150000


def picture(browser, folder, name):
    hosts, fragment, height = PICTURES[name]
    with tempfile.TemporaryDirectory() as work:
        lines, report = pathlib.Path(work, "lines"), pathlib.Path(work, "report.html")
        lines.write_text("".join(line + "\n" for line in sample.lines(hosts, "typical")), encoding="utf-8")
        make.main(str(lines), str(report), 7 if hosts > 1 else 0)
        page = browser.new_page(viewport={"width": 1280, "height": height}, color_scheme="light")
        page.goto(report.as_uri() + fragment)
        page.locator("html[data-ready=yes]").wait_for(state="attached")
        target = pathlib.Path(folder, name + ".png")
        page.screenshot(path=target)
        page.close()
    subprocess.run(["pngquant", "--force", "--strip", "--output", target, "256", target], check=True)
    if target.stat().st_size > LARGEST:
        raise SystemExit("%s has more than %d bytes" % (target, LARGEST))


def main(folder):
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name in PICTURES:
            picture(browser, folder, name)


if __name__ == "__main__":
    main(*sys.argv[1:])
