# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import json

import pytest

from ansible_collections.photon.hardening.plugins.action import kernel_parameters


@pytest.mark.parametrize("result, check_mode, line", [
    ({"msg": "0 of 3 parameters differ"}, False, "web1: 0 of 3 parameters differ"),
    ({"msg": "1 of 3 parameters differ"}, True, "web1: 1 of 3 parameters differ (check mode: nothing was written)"),
    ({"msg": "no\nmore", "failed": True}, False, "web1: FAILED: no"),
    ({"msg": "\x1b[2J"}, False, "web1: ?[2J"),
    ({"msg": "x" * 2000}, False, "web1: " + "x" * 1000),
    ({}, False, "web1: "),
])
def test_headline(result, check_mode, line):
    assert kernel_parameters.headline("web1", result, check_mode) == line


def test_keep(tmp_path):
    result = {"msg": "x", "summary": {"ok": 1}, "diff": [], "invocation": {}, "_ansible_no_log": False, "exception": object()}
    kernel_parameters.keep(str(tmp_path / "reports"), "a/b", kernel_parameters.shard("a/b", result, True))
    assert [path.name for path in (tmp_path / "reports").iterdir()] == ["a_b.json"]
    assert json.loads((tmp_path / "reports" / "a_b.json").read_text()) == {
        "msg": "x", "summary": {"ok": 1}, "host": "a/b", "check_mode": True}
