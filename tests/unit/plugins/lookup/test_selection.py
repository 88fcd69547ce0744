# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
import pytest
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.photon.hardening.plugins.lookup.selection import LookupModule


def selection(*terms, variables=None, **options):
    variables = variables or {}
    templar = Templar(loader=DataLoader(), variables=variables)
    (found,) = LookupModule(loader=DataLoader(), templar=templar).run(list(terms), variables=variables, **options)
    return found


def lines(found):
    return "".join(item["content"] for item in found["dropins"])


def test_what_a_profile_selects():
    found = selection("container_host")
    assert found["profile"] == "container_host" and found["notes"] == []
    assert "profile container_host.\n" in lines(found) and found["rules"]["vm.mmap_rnd_bits"] == {"at_least": "32", "machine": "x86_64"}


def test_what_is_not_given_comes_from_the_variables():
    variables = {"photon_hardening_profile": "kspp", "photon_hardening_groups": ["security"],
                 "photon_hardening_overrides__web": {"kernel.panic": "7", "kernel.sysrq": "4"}}
    found = selection(variables=variables)
    assert found["profile"] == "kspp" and "kernel.sysrq = 4\n" in lines(found)
    assert found["notes"] == ["photon_hardening_overrides__web: kernel.panic is not set: the group tuning is not applied."]
    assert selection("photon", groups=["tuning"], overrides={"vm.swappiness": "7"}, waivers={"vm.dirty_ratio": {"reason": "x"}},
                     variables=variables)["rules"]["vm.dirty_ratio"] == {"at_most": "20", "waived": "x"}


@pytest.mark.parametrize("terms, options, words", [
    (["phton"], {}, "profile: 'phton' is not one of photon"),
    (["photon", "kspp"], {}, "selection: one profile at most, not 2"),
    (["photon"], {"group": ["tuning"]}, "selection: there is no option group"),
    (["photon"], {"overrides": {"kernel.sysrq": "999"}}, "overrides: kernel.sysrq: '999' is not a number from 0 to 511"),
])
def test_refusals(terms, options, words):
    with pytest.raises(AnsibleError) as caught:
        selection(*terms, **options)
    assert words in str(caught.value)


def test_a_variable_that_the_host_says_as_a_fact_is_refused():
    facts = {"photon_hardening_waivers__x": {}}
    with pytest.raises(AnsibleError) as caught:
        selection("photon", variables=dict(facts, ansible_facts=facts))
    assert "photon_hardening_waivers__x: the host says this variable as a fact" in str(caught.value)
