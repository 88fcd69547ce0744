# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import importlib.util
import pathlib

from ansible_collections.photon.hardening.plugins.plugin_utils import _catalogue

ROOT = pathlib.Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location("readme_table", ROOT / "tools" / "readme_table.py")
readme_table = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(readme_table)


def test_the_readme_shows_the_catalogue():
    """When this fails: run make readme."""
    readme = readme_table.README.read_text(encoding="utf-8")
    assert readme_table.written(readme, _catalogue.CATALOGUE) == readme
    for row in _catalogue.CATALOGUE["parameters"]:
        assert readme.count("| `%s` |" % row["name"]) + readme.count("| %s |" % row["name"]) == 1
