# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The records of an upgrade of Photon OS, and what is known of photon-upgrade.sh. Pure. Private to the collection."""

from collections import namedtuple

# What is kept on the host of an upgrade that has begun.
FOLDER = "/var/lib/photon-hardening/upgrade"
SCRIPT = "/usr/bin/photon-upgrade.sh"
VERSIONS = ("4.0", "5.0", "6.0")
# What photon-upgrade.sh knows. 5.0 to 6.0 is refused by the precheck of every version that was published until 2025.
HOPS = {"3.0": ("4.0", "5.0"), "4.0": ("5.0",), "5.0": ("6.0",)}
# Modules of PAM that photon-upgrade.sh exchanges, and by which: the options of the first do not survive.
PAM = {"pam_tally2.so": "pam_faillock.so", "pam_cracklib.so": "pam_pwquality.so"}
PAM_MODULES = tuple(sorted(PAM)) + tuple(sorted(PAM.values()))
# What photon-upgrade.sh erases on every host that has it, before it looks for deprecated packages.
ALWAYS_ERASED = ("toybox",)

# name, version, release and arch are rpm's.
Package = namedtuple("Package", "name version release arch")
# What was found on a host. os_id, version: of os-release. release: of /etc/photon-release. lsb: what lsb_release says, which
# photon-upgrade.sh believes. container: what systemd-detect-virt calls it, "", or None where that gives no answer. ostree: whether
# rpm-ostree has the place of tdnf.
# free: path -> free megabytes of its file system. stray: regular files where links to units belong.
# backups: folders that photon-upgrade.sh has left in /tmp. others: photon-upgrade.sh processes. containers: processes that each hold a
# container. services: unit -> its state, in the order asked for; None where systemctl does not tell. pam: (file, line) of those with one of
# PAM_MODULES. pam_missing: modules of these that the host lacks. core_pattern: the live value. attempt: what was kept when an upgrade by us
# began, or None. started, running, status, finished: whether its script was started, is running, with what it ended, and whether all that
# follows was done. boot: what names this boot.
Facts = namedtuple("Facts", "os_id version release lsb container ostree packages free stray backups others containers services "
                            "pam pam_missing core_pattern attempt started running status finished boot")
# What was asked for. backup: one is confirmed. checking: check mode. precheck: that of the script, too. accepted: packages that may be
# lost. again: begin although an earlier attempt failed. free_mb: path -> megabytes that must be free.
Asked = namedtuple("Asked", "to backup checking precheck accepted again free_mb")
# What the script's own precheck said. direct: the packages that the script erases itself, deprecated ones and ALWAYS_ERASED. erased: those
# that tdnf would erase with these (None: not known).
Precheck = namedtuple("Precheck", "passed status direct foreign problems erased")
# name: one word. told: a sentence about the host. advice: what to do, in order.
State = namedtuple("State", "name told advice")
