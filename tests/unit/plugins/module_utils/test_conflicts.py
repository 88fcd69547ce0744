# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The conflict scenarios of ComplianceAsCode's sysctl template, by the names that its test-suite gives them.

There a check passes or fails; here every one of them has to end with our value, now and at boot, whatever the files said before.
"""

import errno

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _boot_order, _files, _host, _plan
from ansible_collections.photon.hardening.plugins.module_utils._model import File, Reading, Request, Saved, Snapshot

NAME, RIGHT, WRONG = "kernel.a", "1", "0"
OURS = "/etc/sysctl.d/50-security-hardening.conf"
CONF, UFW = "/etc/sysctl.conf", "/etc/ufw/sysctl.conf"
GOOD, BAD = "%s = %s\n" % (NAME, RIGHT), "%s = %s\n" % (NAME, WRONG)
ELSEWHERE = "/root/root-sysctl.conf"

# id: files (text, or a link's target after "->"), live value, boot value before with its source, whether ours has to be restated.
SCENARIOS = [
    ("comment.fail", {CONF: "# " + GOOD}, RIGHT, None, False),
    ("correct_etc_ufw_correct_rt.pass", {UFW: GOOD}, RIGHT, None, False),
    ("correct_etc_ufw_wrong_rt.fail", {UFW: GOOD}, WRONG, None, False),
    ("correct_value.pass", {CONF: GOOD}, RIGHT, None, False),
    ("correct_value_etc_sysctld.pass", {"/etc/sysctl.d/duplicate.conf": GOOD}, RIGHT, "/etc/sysctl.d/duplicate.conf:1", False),
    ("correct_value_usr_lib.pass", {"/usr/lib/sysctl.d/correct.conf": GOOD}, RIGHT, "/usr/lib/sysctl.d/correct.conf:1", False),
    ("correct_value_usr_local_lib.pass", {"/usr/local/lib/sysctl.d/correct.conf": GOOD}, RIGHT,
     "/usr/local/lib/sysctl.d/correct.conf:1", False),
    ("line_not_there.fail", {CONF: "# nothing\n"}, RIGHT, None, False),
    ("one_sysctl_conf_one_sysctl_d.pass", {CONF: GOOD, "/etc/sysctl.d/duplicate.conf": GOOD}, RIGHT,
     "/etc/sysctl.d/duplicate.conf:1", False),
    ("one_sysctl_conf_one_sysctl_d_conflicting.fail", {CONF: GOOD, "/etc/sysctl.d/second.conf": BAD}, RIGHT,
     "/etc/sysctl.d/second.conf:1", True),
    ("symlink_conflicting.fail", {CONF: GOOD, "/etc/sysctl.d/90-test.conf": BAD,
                                  "/etc/sysctl.d/99-sysctl.conf": "->/etc/sysctl.d/90-test.conf"}, RIGHT,
     "/etc/sysctl.d/90-test.conf:1", True),
    ("symlink_different_option.pass", {CONF: GOOD, "/etc/sysctl.d/90-test.conf": "kernel.other = 0\n",
                                       "/etc/sysctl.d/99-sysctl.conf": "->/etc/sysctl.d/90-test.conf"}, RIGHT, None, False),
    ("symlink_repeated_sysctl_conf.pass", {CONF: GOOD, "/etc/sysctl.d/99-sysctl.conf": "->" + CONF}, RIGHT,
     "/etc/sysctl.d/99-sysctl.conf:1", False),
    ("symlink_root_duplicate.pass", {CONF: GOOD, ELSEWHERE: GOOD, "/etc/sysctl.d/90-root.conf": "->" + ELSEWHERE}, RIGHT,
     "/etc/sysctl.d/90-root.conf:1", False),
    ("symlink_root_duplicate_conflicting.fail", {CONF: GOOD, ELSEWHERE: BAD, "/etc/sysctl.d/90-root.conf": "->" + ELSEWHERE}, RIGHT,
     "/etc/sysctl.d/90-root.conf:1", True),
    ("symlink_root_incompliant.fail", {CONF: GOOD, ELSEWHERE: BAD, "/etc/sysctl.d/90-root.conf": "->../../root/root-sysctl.conf"}, RIGHT,
     "/etc/sysctl.d/90-root.conf:1", True),
    ("symlink_same_option.pass", {CONF: GOOD, "/etc/sysctl.d/90-test.conf": GOOD,
                                  "/etc/sysctl.d/99-sysctl.conf": "->/etc/sysctl.d/90-test.conf"}, RIGHT,
     "/etc/sysctl.d/90-test.conf:1", False),
    ("symlinks_to_same_file.pass", {CONF: GOOD, "/etc/sysctl.d/90-sysctl.conf": "->" + CONF, "/etc/sysctl.d/99-sysctl.conf": "->" + CONF},
     RIGHT, "/etc/sysctl.d/90-sysctl.conf:1", False),
    ("two_sysctls_on_d.pass", {"/etc/sysctl.d/first.conf": GOOD, "/etc/sysctl.d/duplicate.conf": GOOD}, RIGHT,
     "/etc/sysctl.d/duplicate.conf:1", False),
    ("two_sysctls_on_d_conflicting.fail", {"/etc/sysctl.d/first.conf": GOOD, "/etc/sysctl.d/second.conf": BAD}, RIGHT,
     "/etc/sysctl.d/second.conf:1", True),
    ("two_sysctls_on_same_file.pass", {CONF: GOOD + GOOD}, RIGHT, None, False),
    ("two_sysctls_on_same_file_name.pass", {CONF: GOOD, "/etc/sysctl.d/sysctl.conf": GOOD}, RIGHT, "/etc/sysctl.d/sysctl.conf:1", False),
    ("two_sysctls_on_same_file_name_conflicting.fail", {CONF: GOOD, "/etc/sysctl.d/sysctl.conf": BAD}, RIGHT,
     "/etc/sysctl.d/sysctl.conf:1", True),
    ("wrong_etc_ufw_correct_rt.fail", {UFW: BAD, "/etc/ufw/ufw.conf": "ENABLED=yes\n"}, RIGHT, None, False),
    ("wrong_runtime.fail", {CONF: GOOD}, WRONG, None, False),
    ("wrong_usr_lib_correct_etc.pass", {"/usr/lib/sysctl.d/01-first.conf": BAD, "/etc/sysctl.d/50-second.conf": GOOD}, RIGHT,
     "/etc/sysctl.d/50-second.conf:1", False),
    ("wrong_usr_lib_wrong_etc.fail", {"/usr/lib/sysctl.d/01-first.conf": BAD, "/etc/sysctl.d/50-second.conf": BAD}, RIGHT,
     "/usr/lib/sysctl.d/01-first.conf:1", False),
    ("wrong_value.fail", {CONF: BAD}, RIGHT, None, False),
    ("wrong_value_d_directory.fail", {"/etc/sysctl.d/98-sysctl.conf": BAD}, RIGHT, "/etc/sysctl.d/98-sysctl.conf:1", True),
    ("wrong_value_usr_local_lib.fail", {"/usr/local/lib/sysctl.d/wrong.conf": BAD}, RIGHT, "/usr/local/lib/sysctl.d/wrong.conf:1", True),
]
# What else has the last word on such a host is warned about by name.
WARNED = {"wrong_value.fail": CONF, "wrong_etc_ufw_correct_rt.fail": UFW}


@pytest.fixture
def root(tmpdir, monkeypatch):
    monkeypatch.setattr(_files, "_real", lambda path: str(tmpdir) + path)
    tmpdir.join("usr", "sbin", "sysctl").write("procps-ng 4.0.4", ensure=True)
    return tmpdir


def plant(root, files):
    for path, text in files.items():
        where = root.join(*path.strip("/").split("/"))
        if text.startswith("->"):
            where.dirpath().ensure(dir=True)
            where.mksymlinkto(str(root) + text[2:] if text.startswith("->/") else text[2:])
        else:
            where.write(text, ensure=True)


def plan_for(live, saved):
    request = Request([File(OURS, GOOD)], {}, "restate", "auto", False)
    reading = Reading(live, errno.ENOENT if live is None else 0, 0)
    rivals = _host.rivals(True)
    return _plan.plan(request, Snapshot({NAME: reading}, _host.sysctl_files(), _host.boot_dialect(rivals), rivals, {}, set(), "6.1.0",
                                        "x86_64", {}, {}, "", saved))


@pytest.mark.parametrize("scenario, files, live, source_before, restated", SCENARIOS, ids=[scenario[0] for scenario in SCENARIOS])
def test_scenario(root, scenario, files, live, source_before, restated):
    plant(root, files)
    before = _boot_order.BootOrder(_host.sysctl_files()).winner(NAME)
    assert (before and "%s:%d" % (before.path, before.number)) == source_before
    plan = plan_for(live, Saved({}, {}))
    row = plan.rows[0]
    settled = live == RIGHT and before is not None and before.value == RIGHT
    assert (row.state, row.before, row.after, row.boot) == ("ok" if settled else "changed", live, RIGHT, RIGHT)
    assert set(plan.files) == set([OURS] + ["/etc/sysctl.d/zz-photon-hardening.conf"] * restated)
    assert [write.name for write in plan.writes] == ([NAME] if live == WRONG else [])
    told = [text for text in plan.warnings if WARNED.get(scenario, "?") in text and NAME in text]
    assert len(told) == len(plan.warnings) == (scenario in WARNED)
    plant(root, dict(plan.files))
    again = plan_for(RIGHT, plan.saved)
    assert (again.rows[0].state, again.rows[0].boot, again.files, again.writes) == ("ok", RIGHT, {}, [])


def test_all_thirty_are_there():
    assert len({scenario[0] for scenario in SCENARIOS}) == 30
