# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pytest

from ansible_collections.photon.hardening.plugins.plugin_utils import _origin
from ansible_collections.photon.hardening.plugins.plugin_utils._select import Override

SAID = "set by overrides; the profile wants 2"
OF_ALL = "net.ipv4.conf.all.accept_redirects"
OVERRIDES = {name: Override("0", SAID) for name in ("kernel.a", OF_ALL, "kernel.b", "kernel.c")}


def reasons(*rows, overrides=OVERRIDES):
    told = _origin.told({"msg": "x", "parameters": list(rows)}, overrides)
    return [row["reason"] for row in told["parameters"]], told["msg"]


@pytest.mark.parametrize("name, reason, expected", [
    ("kernel.a", "", SAID), ("kernel.a", None, SAID), ("kernel.a", "read-only", "read-only; " + SAID), ("kernel.d", "", ""),
    (OF_ALL.replace("all", "eth0"), "", SAID), (OF_ALL.replace("all", "default"), "", ""),
])
def test_a_row_tells_of_its_override(name, reason, expected):
    msg = "x; by overrides not as the profile wants: " + name if expected else "x"
    assert reasons({"name": name, "reason": reason}) == ([expected], msg)


def test_the_message_names_a_few():
    assert reasons(*({"name": name, "reason": ""} for name in OVERRIDES))[1] == (
        "x; by overrides not as the profile wants: kernel.a, %s, kernel.b and 1 more" % OF_ALL)


def test_an_override_as_the_profile_wants_it_is_not_told():
    assert reasons({"name": "kernel.a", "reason": ""}, overrides={"kernel.a": Override("2", "")}) == ([""], "x")


@pytest.mark.parametrize("result", [{}, {"parameters": "x"}, {"parameters": ["x", {}, {"name": 7}]}, {"msg": 7, "parameters": [None]}])
def test_the_shape_of_what_a_host_says_is_not_relied_on(result):
    assert _origin.told(result, OVERRIDES) == result
