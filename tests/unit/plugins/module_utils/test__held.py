# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _held, _wants
from ansible_collections.photon.hardening.plugins.module_utils._model import Choice, Rule, Use
from ansible_collections.photon.hardening.tests.unit.plugins.module_utils.one_host import DOCKER, USERNS, asked, host


@pytest.mark.parametrize("firm, unchanged, broken", [
    pytest.param(True, False, True, id="proved, would change"),
    pytest.param(True, True, True, id="proved, in force"),
    pytest.param(False, False, True, id="a process alone, would change"),
    pytest.param(False, True, False, id="a process alone does not take back what is in force"),
])
def test_how_firm_a_use_is(firm, unchanged, broken):
    snapshot = host(uses={"docker": Use("it runs", firm)})
    rule = Rule(hold=(("0", ("docker",)),))
    words = _held.broken_uses(USERNS, "0", rule, snapshot, unchanged)
    assert words == ("docker (it runs)" if broken else "")


@pytest.mark.parametrize("value, hold, words", [
    pytest.param("0", (("0", ("docker",)),), "docker (it runs)", id="the value that breaks a use of this host"),
    pytest.param("0x0", (("0", ("docker",)),), "docker (it runs)", id="the same value in another form"),
    pytest.param("1", (("0", ("docker",)),), "", id="another value"),
    pytest.param("0", ((None, ("docker",)),), "", id="a value that nobody has named"),
    pytest.param("0", (("0", ("podman",)),), "", id="a use that this host does not have"),
    pytest.param(None, (("0", ("docker",)),), "", id="no value"),
    pytest.param("0", (("0", ("router", "kdump", "docker")),), "router (its file), docker (it runs), kdump (by container_host or uses)",
                 id="several"),
])
def test_uses_that_a_value_would_break(value, hold, words):
    snapshot = host(uses={"docker": Use("it runs", False), "router": Use("its file", True), "kdump": Use("", True)})
    assert _held.broken_uses(USERNS, value, Rule(hold=hold), snapshot) == words


@pytest.mark.parametrize("value, uses, told", [
    pytest.param("0", {"docker": Use("it runs", False)}, True, id="a process that seems to need it"),
    pytest.param("0", {}, False, id="no such process"),
    pytest.param("5", {"docker": Use("it runs", False)}, False, id="a value that breaks nothing"),
    pytest.param("0", {"docker": Use("its file", True)}, False, id="proved: held back anyway"),
])
def test_what_stays_although_a_process_seems_to_need_it(value, uses, told):
    request, snapshot = asked("%s = %s\n" % (USERNS, value), {USERNS: DOCKER}), host({USERNS: value}, uses=uses)
    wanted = _wants.wants(request, {})
    made = {USERNS: Choice("ok", value, active=True), "kernel.b": Choice("changed", None, "1", True)}
    assert _held.unproved_uses(wanted, made, snapshot) == ([
        USERNS + " = 0 stays, although it may break docker (it runs): no program or file of root shows that this host is used for it. "
        "If it is, say so with uses ({docker: present}; the role's variable is photon_hardening_uses), or waive the parameter."
    ] if told else [])
    assert _held.unproved_uses(wanted, {USERNS: Choice("waived")}, snapshot) == []
