# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pytest

from ansible_collections.photon.hardening.plugins.plugin_utils._formats import per_host
from ansible_collections.photon.hardening.plugins.plugin_utils._records import Cell
from ansible_collections.photon.hardening.tests.unit.plugins.plugin_utils._formats import samples

CELL = Cell("waived", "0", "1", "0", None, None, None, None, "said by the row")


@pytest.mark.parametrize("host, name", [
    ("web1", "web1.json"), ("a/b", "a%2Fb.json"), ("a%2Fb", "a%252Fb.json"), ("..", "%2E..json"), ("\udcff", "%ED%B3%BF.json"),
    ("x" * 200, "x" * 200 + ".json"),
])
def test_file_name(host, name):
    assert per_host.file_name(host, ".json") == name


def test_a_long_name_is_cut_and_stays_its_own():
    names = {per_host.file_name("x" * 300 + end, ".cklb") for end in "ab"}
    assert len(names) == 2
    assert {(len(name), name[:201], name[-5:]) for name in names} == {(222, "x" * 200 + "~", ".cklb")}


@pytest.mark.parametrize("waiver, text", [
    (samples.WAIVER, "vendor needs it; until 2027-01-31; owner ops; ticket T-1"),
    (dict(samples.WAIVER, expires=None, owner=None, ticket=None, control="cis_rhel8:3.3.1"),
     "vendor needs it; waived by its control cis_rhel8:3.3.1"),
    ({"name": "kernel.waived"}, "no reason is given"),
    (None, "said by the row"),
])
def test_justification(waiver, text):
    assert per_host.justification(waiver, CELL) == text
    assert per_host.justification(None, CELL._replace(reason=None)) == "no reason is given"


def test_waivers_by_parameter():
    of_all = dict(samples.WAIVER, name="net.ipv4.conf.all.accept_redirects")
    host = samples.read([samples.shard("a", waivers=[samples.WAIVER, of_all])]).hosts[0]
    waiver_of = per_host.waivers(host)
    assert waiver_of("kernel.waived") == samples.WAIVER and waiver_of("kernel.other") is None
    assert waiver_of("net.ipv4.conf.eth0.accept_redirects") == of_all and waiver_of("net.ipv4.conf.default.accept_redirects") is None
