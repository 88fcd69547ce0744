# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
import pytest
from ansible.errors import AnsibleLookupError
from ansible.parsing.dataloader import DataLoader

from ansible_collections.photon.hardening.plugins.lookup import targets

GROUPS = {"all": ["web1", "web2"], "web": ["web1", "web2"], "ungrouped": []}


@pytest.fixture
def asked(monkeypatch):
    """asked(PATTERN, variables): what the lookup returns. options: those of the command."""
    def lookup(*terms, options=None, no_limit=None, batches=None, **variables):
        monkeypatch.setattr(targets.context, "CLIARGS", options or {})
        said = dict(batches or {}, **({"no_limit": no_limit} if no_limit else {}))
        given = dict({"groups": GROUPS}, **variables)
        return targets.LookupModule(loader=DataLoader()).run(list(terms), given, **said)
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
    ({"ansible_inventory_sources": ["/nowhere/hosts"]}, "INVENTORY: /nowhere/hosts: "),
    ({"groups": {"all": []}}, "The inventory has no host"),
    ({"options": {"args": [targets._PLAYBOOKS + "/audit.yml"]}, "ansible_run_tags": ["x"], "ansible_skip_tags": []}, "--tags: "),
    ({"options": {"args": ["photon.hardening.audit"]}, "ansible_run_tags": ["all"], "ansible_skip_tags": ["x"]}, "--skip-tags: "),
    ({"ansible_limit": "web1", "no_limit": "why"}, "--limit: this playbook takes none: why"),
    ({"batches": {"serial": "one"}}, "photon_hardening_serial: one is "),
    ({"batches": {"serial": 1, "max_fail_percentage": "few"}}, "photon_hardening_max_fail_percentage: few is "),
])
def test_what_is_not_there_ends_the_run(asked, variables, words):
    with pytest.raises(AnsibleLookupError) as caught:
        asked("all", **variables)
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize("variables", [
    {"options": {"args": ["/site/rollback.yml"]}, "ansible_run_tags": ["x"], "ansible_skip_tags": ["y"]}, {"ansible_limit": "web1"},
    {"ansible_inventory_sources": ["/", "web1,"]}, {"batches": {"serial": [1, "10%"], "max_fail_percentage": 0}},
    {"groups": {"all": []}, "options": {"syntax": True}}, {"groups": {"all": []}, "options": {"listhosts": True}},
])
def test_what_is_no_mistake(asked, variables):
    assert asked("all", **variables) == ["all"]
