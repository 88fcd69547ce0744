# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import pytest

from ansible_collections.photon.hardening.plugins.module_utils._model import STATES
from ansible_collections.photon.hardening.plugins.plugin_utils import _verdicts
from ansible_collections.photon.hardening.plugins.plugin_utils._records import Cell


def cell(state, **fields):
    values = dict(before="0", wanted="1", after="1", boot_before=None, boot="1", boot_source="/etc/x.conf:3", dropin="/etc/x.conf",
                  reason="")
    return Cell(state, **dict(values, **fields))


def image(state, **fields):
    return cell(state, **dict({"before": None, "after": None}, **fields))


@pytest.mark.parametrize("state, after_run, in_check_mode", [
    ("ok", "pass", "pass"), ("stricter", "pass", "pass"), ("changed", "pass", "fail"), ("overridden", "fail", "fail"),
    ("read_only", "fail", "fail"), ("reboot_required", "fail", "fail"), ("held_back", "fail", "fail"), ("rejected", "error", "error"),
    ("not_applied", "error", "error"), ("waived", "waived", "waived"), ("unsupported", "not_applicable", "not_applicable"),
])
def test_verdict(state, after_run, in_check_mode):
    assert [_verdicts.verdict(_verdicts.kind_of(cell(state), mode)) for mode in (False, True)] == [after_run, in_check_mode]


def test_of_what_is_not_ours_nothing_passes_and_values_that_are_not_known_are_not_unset():
    bare = Cell("ok", *[None] * 8)
    assert _verdicts.kind_of(cell("ok", wanted=None), False) == _verdicts.UNASKED and _verdicts.verdict(_verdicts.UNASKED) != "pass"
    assert _verdicts.kind_of(bare, True) == "ok" and _verdicts.sentence(bare, True) == "ok; its values are not known"
    assert _verdicts.sentence(bare._replace(state="changed"), True) == "would change; its values are not known"


def test_every_state_has_a_letter_a_word_and_a_sentence():
    assert set(_verdicts.WORDS) == {*STATES, _verdicts.WOULD_CHANGE, *_verdicts.NOT_WANTED}
    assert len({letter for letter, _word in _verdicts.WORDS.values()}) == len(STATES) + 2
    assert set(map(_verdicts.counted, _verdicts.WORDS)) == set(_verdicts.COUNTED)
    for state in STATES:
        for check_mode in (False, True):
            assert _verdicts.sentence(cell(state), check_mode) and _verdicts.WORDS[_verdicts.kind(state, check_mode)]


@pytest.mark.parametrize("given, check_mode, sentence", [
    (cell("ok"), False, "is 1, as wanted"),
    (cell("ok", reason="set by overrides; the profile wants 2"), False, "is 1, as wanted: set by overrides; the profile wants 2"),
    (cell("ok", wanted=None), False, "was 0, is back at 1"),
    (cell("ok", wanted=None), True, "is 0, would go back to 1"),
    (cell("ok", wanted=None, before="1", reason="something else set it"), False, "is 1: something else set it"),
    (cell("ok", after=""), False, "is empty, as wanted"),
    (cell("changed"), False, "was 0, is 1 now"),
    (cell("changed"), True, "is 0, would be set to 1"),
    (cell("changed", before=None), False, "was unset, is 1 now"),
    (cell("changed", before="1", boot_before="0"), False, "is 1 as before; at boot it was 0, it is 1 now"),
    (cell("changed", before="1", boot_before="0"), True, "is 1 as wanted; at boot it is 0, and would be set to 1"),
    (cell("changed", before="1", boot_before="0", boot=None), True, "is 1 as wanted; at boot it is 0, and would be unset"),
    (cell("stricter", before="2", after="2"), True, "is 2, stricter than the wanted 1"),
    (cell("overridden", wanted="2", after="2", boot="1", boot_source="/usr/lib/sysctl.d/protect-links.conf:9"), False,
     "is 2 now; at boot 1, set by /usr/lib/sysctl.d/protect-links.conf:9; wanted 2"),
    (cell("overridden", after="1", boot=None), False, "is 1 now; no file sets it at boot; wanted 1"),
    (cell("overridden", after="1", boot="0", reason="/etc/x.conf:3 sets 0 at boot; asked for by x; the profile wants 2"), False,
     "is 1 now; at boot 0, set by /etc/x.conf:3; wanted 1; asked for by x; the profile wants 2"),
    (cell("stricter", after="2", reason="2 was found and is as good as 1 or better; asked for by x; the profile wants 3"), False,
     "is 2, stricter than the wanted 1; asked for by x; the profile wants 3"),
    (cell("not_applied", after="0", reason="asked for by x; the profile wants 3"), False,
     "is 0, 1 was not set because the run failed; asked for by x; the profile wants 3"),
    (cell("held_back", after="0", reason="Docker runs"), False, "is 0, 1 is held back: Docker runs"),
    (cell("held_back", after="1", reason="Docker runs"), False, "is 1 now; the line that would set it at boot is not written: Docker runs"),
    (cell("waived", after="0", wanted=None, reason="until May"), False, "is 0, left alone: until May"),
    (cell("unsupported", after=None, reason="this kernel lacks it"), False, "cannot be set here: this kernel lacks it"),
    (cell("rejected", after="0", reason="EINVAL"), False, "is 0, the kernel refused 1: EINVAL"),
    (cell("not_applied", after="0"), False, "is 0, 1 was not set because the run failed"),
    (cell("reboot_required", after="0", reason="locked"), True, "is 0 until a reboot, wanted 1: locked"),
    (cell("read_only", after="0", reason="a container"), False, "is 0, wanted 1: a container"),
    (cell("read_only", after="0", wanted=None), False, "is 0, cannot go back"),
    # An image, and a kernel module that is not loaded, have no live values.
    (image("changed"), True, "at boot it is unset, and would be set to 1"),
    (image("changed"), False, "at boot it was unset, it is 1 now"),
    (image("ok", boot_before="1"), True, "at boot it is 1, as wanted"),
    (image("stricter", boot_before="2", boot="2"), False, "at boot it is 2, stricter than the wanted 1"),
    (image("waived", boot_before="0", boot=None, reason="until May"), True, "at boot it is 0, left alone: until May"),
    (image("waived", boot_before="0", boot=None, reason="until May"), False, "at boot it is unset, left alone: until May"),
    (image("held_back", boot_before="1", reason="Docker"), True, "at boot it is 1, 1 is held back: Docker"),
    (image("overridden", boot="0"), False, "at boot 0, set by /etc/x.conf:3; wanted 1"),
    (image("not_applied", boot=None), False, "at boot it is unset, 1 was not set because the run failed"),
])
def test_sentence(given, check_mode, sentence):
    assert _verdicts.sentence(given, check_mode) == sentence


def test_the_worst_comes_first():
    assert sorted(STATES, key=_verdicts.severity) == [
        "rejected", "not_applied", "overridden", "reboot_required", "read_only", "held_back", "waived", "unsupported", "changed",
        "stricter", "ok"]
    assert _verdicts.severity(_verdicts.WOULD_CHANGE) < _verdicts.severity("waived")
