# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
import pytest
from ansible.errors import AnsibleError

from ansible_collections.photon.hardening.plugins.lookup import survey
from ansible_collections.photon.hardening.plugins.plugin_utils import _arguments, _survey


def run(*terms):
    (found,) = survey.LookupModule().run(list(terms))
    return found


def test_all_that_can_be_asked_or_what_is_named():
    assert run() == _survey.spec(_survey.ASKED, _arguments.OPTIONS)
    assert [question["variable"] for question in run("fail_on", "profile")["spec"]] == [
        "photon_hardening_survey_fail_on", "photon_hardening_survey_profile"]


def test_what_is_not_asked_is_refused():
    with pytest.raises(AnsibleError) as caught:
        run("state")
    assert str(caught.value).startswith("survey: state is not one of profile, groups, ")
