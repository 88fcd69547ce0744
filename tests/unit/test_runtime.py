# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pathlib

import yaml

ROOT = pathlib.Path(__file__).parents[2]


def test_the_action_group_has_all_modules():
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    assert runtime["action_groups"] == {"hardening": sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))}
