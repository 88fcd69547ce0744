# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
import pathlib

import pytest
from ansible.errors import AnsibleLookupError
from ansible.parsing.dataloader import DataLoader
from ansible.utils import display

from ansible_collections.photon.hardening.plugins.lookup import targets

PLAYBOOK = str(pathlib.Path(targets.__file__).parents[2] / "playbooks" / "audit.yml")
OURS = {"options": {"args": ["photon.hardening.audit"]}}
GROUPS = {"all": ["web1", "web2"], "web": ["web1", "web2"], "ungrouped": []}


@pytest.fixture
def asked(monkeypatch):
    """asked(PATTERN, variables): what the lookup returns. options: those of the command."""
    def lookup(*terms, options=None, extra=None, said=None, **variables):
        monkeypatch.setattr(targets.context, "CLIARGS", options or {})
        monkeypatch.setattr(targets, "load_extra_vars", lambda loader: extra or {})
        given = dict({"groups": GROUPS}, **variables)
        return targets.LookupModule(loader=DataLoader()).run(list(terms), given, **(said or {}))
    return lookup


@pytest.mark.parametrize("terms, pattern", [
    (["all"], "all"), (["web,!web2"], "web:!web2"), (["web1", "web2"], "web1:web2"), (["web[0]"], "web[0]"), (["~web[12]"], "~web[12]"),
    (["localhost"], "localhost"), (["[::1]", "web1"], None), (["~("], None), (["wbe"], None), (["web9*"], None),
])
def test_pattern(asked, terms, pattern):
    if pattern:
        assert asked(*terms) == [pattern]
    else:
        with pytest.raises(AnsibleLookupError, match="photon_hardening_hosts: nothing in the inventory is called "):
            asked(*terms)


@pytest.mark.parametrize("variables, words", [
    ({"ansible_inventory_sources": ["/nowhere/hosts"]}, "-i (make: INVENTORY): /nowhere/hosts: "),
    ({"groups": {"all": []}}, "The inventory has no host"),
    ({"groups": {"all": ["x"]}, "terms": ["y"], "said": {"variable": "photon_upgrade_hosts"}}, "photon_upgrade_hosts: nothing in the"),
    ({"options": {"args": ["photon.hardening.compare"]}, "extra": {"asert": "equal"}}, "asert: compare.yml reads no variable of this name"),
    ({"options": {"args": ["photon.hardening.audit"]}, "extra": {"photon_hardening_hosts": "web1,", "_raw_params": "web2"}},
     "-e: nothing reads what stands apart: web2: "),
    ({"options": {"args": [PLAYBOOK]}, "ansible_run_tags": ["x"], "ansible_skip_tags": []}, "--tags: "),
    ({"options": {"args": ["photon.hardening.audit"]}, "ansible_run_tags": ["all"], "ansible_skip_tags": ["x"]}, "--skip-tags: "),
    ({"ansible_limit": "web1,wbe2", **OURS}, "--limit: nothing in the inventory is called wbe2: did you mean web2?"),
    ({"ansible_limit": "web1:!web9", **OURS}, "--limit: nothing in the inventory is called web9: did you mean web?"),
    ({"ansible_limit": "web1", "terms": ["web2"], **OURS}, "--limit: it leaves none of the hosts on which the playbook acts"),
    ({"ansible_limit": "web1", "said": {"no_limit": "why"}}, "--limit: this playbook takes none: why"),
    ({"terms": ["web:&ungrouped"]}, "photon_hardening_hosts: web:&ungrouped leaves no host"),
    ({"terms": ["web:!web"], "said": {"variable": "photon_upgrade_hosts"}}, "photon_upgrade_hosts: web:!web leaves no host"),
    ({"terms": [{"a": 1}]}, "photon_hardening_hosts: {'a': 1} is not a text"),
    ({"terms": [""]}, "photon_hardening_hosts: '' is not a text"),
    ({"said": {"serial": "one"}}, "photon_hardening_serial: one is "),
    ({"said": {"serial": 1, "max_fail_percentage": "few"}}, "photon_hardening_max_fail_percentage: few is "),
])
def test_what_is_not_there_ends_the_run(asked, variables, words):
    with pytest.raises(AnsibleLookupError) as caught:
        asked(*variables.pop("terms", ["all"]), **variables)
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize("variables", [
    {"options": {"args": ["/site/rollback.yml"]}, "ansible_run_tags": ["x"], "ansible_skip_tags": ["y"]}, {"ansible_limit": "web1"},
    {"ansible_limit": "web1:web2", **OURS}, {"ansible_limit": "all,!web2", **OURS}, {"ansible_limit": "web9", "awx_job_id": 7, **OURS},
    {"ansible_limit": "web9", "options": {"args": ["site.yml"]}},
    {"ansible_inventory_sources": ["/", "web1,"]}, {"options": {"args": ["/site/rollback.yml"]}, "extra": {"hosts": "web"}},
    {"options": {"args": ["site.yml"]}, "extra": {"_raw_params": "x"}},
    {"options": {"args": ["photon.hardening.audit", "site.yml"]}, "extra": {"hosts": "web"}},
    {"said": {"serial": [1, "10%"], "max_fail_percentage": 0}},
    {"groups": {"all": []}, "options": {"syntax": True}}, {"groups": {"all": []}, "options": {"listhosts": True}},
])
def test_what_is_no_mistake(asked, variables):
    assert asked("all", **variables) == ["all"]


def test_a_slice_of_an_awx_job_may_leave_no_host(asked):
    assert asked("web:&ungrouped", awx_job_id=7) == ["web:&ungrouped"]


def test_of_a_name_that_is_refused_no_other_advice_is_given(asked, monkeypatch):
    told = []
    monkeypatch.setattr(display.Display, "warning", lambda _display, text: told.append(text))
    with pytest.raises(AnsibleLookupError, match="did you mean report_dir"):
        asked("localhost", options={"args": ["photon.hardening.report"]}, extra={"report_dri": "x"})
    assert told == []


def test_what_is_told_of_an_extra_variable(asked, monkeypatch):
    told = []
    monkeypatch.setattr(display.Display, "warning", lambda _display, text: told.append(text))
    assert asked("all", options={"args": ["photon.hardening.audit"]}, extra={"profile": "kspp"}) == ["all"]
    assert told == ["profile: audit.yml reads no variable of this name: if photon_hardening_profile is meant, write that."]
