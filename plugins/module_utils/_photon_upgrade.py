# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a Photon host can be upgraded, and what is to be done next.

Pure: what was found on a host in, sentences and words out. Private to the collection.
"""

import re

from ansible_collections.photon.hardening.plugins.module_utils import _photon_packages as packages
from ansible_collections.photon.hardening.plugins.module_utils import _photon_state as states
from ansible_collections.photon.hardening.plugins.module_utils._photon_model import HOPS

_GONE = ("1.0", "2.0")


# --- may it begin ---

def refusals(facts, asked, looked):
    """Why the upgrade must not begin, each with what to do. LOOKED: the Precheck, or None where there was none."""
    wrong = _no_photon(facts) or _no_hop(facts, asked.to)
    if wrong:
        return [wrong]
    return _of_traces(facts, asked) + _of_host(facts, asked) + _of_precheck(facts, asked, looked)


def _no_photon(facts):
    if facts.os_id != "photon":
        return "This host is not Photon OS: os-release says %s. Only Photon OS can be upgraded by this role." % (facts.os_id or "nothing")
    if facts.container is None:
        return ("This is not a whole host: systemd-detect-virt gives no answer, and without systemd neither photon-upgrade.sh nor this "
                "role can work. If it is a container, start it from a newer image instead.")
    if facts.container:
        return ("This is a container (%s), and photon-upgrade.sh is for whole hosts. Start the container from a newer image instead."
                % facts.container)
    if facts.ostree:
        return "This Photon is updated by rpm-ostree and has no tdnf. Upgrade it with rpm-ostree."
    versions = dict(packages.versions(facts), lsb_release=facts.lsb)
    known = set(versions.values()) - {None}
    if len(known) > 1:
        return ("The host reports different versions: %s. An earlier upgrade was probably cut off. Compare with the "
                "role's README, section \"After a failure\"." % packages.told(versions))
    if None in versions.values():
        return ("The host does not say everywhere which version it is: %s. photon-upgrade.sh needs all of them. Install what is missing: "
                "tdnf provides with a path names the package of a file." % packages.told(versions))
    return ""


def _no_hop(facts, to):
    if facts.version in _GONE:
        return ("Photon OS %s can no longer be upgraded: the packages of that way (2.0 to 3.0 as well) are not maintained. Install Photon "
                "OS 5.0 anew and move the containers." % facts.version)
    if to in HOPS.get(facts.version, ()):
        return ""
    ways = "; ".join("%s to %s" % (start, " or ".join(HOPS[start])) for start in sorted(HOPS))
    return "photon-upgrade.sh cannot go from %s to %s. It can go from %s." % (facts.version, to, ways)


def _of_traces(facts, asked):
    """What tells that somebody has begun before, or is at it now."""
    found = []
    if facts.others:
        found.append("photon-upgrade.sh is running already (process %s), not started by this role. Wait until it has ended."
                     % ", ".join(facts.others))
    if facts.backups and not asked.again:
        found.append("An earlier run of photon-upgrade.sh has failed or was cut off: it has left %s. Find out what it has done (its list "
                     "of packages is in rpm-qa.txt), repair that, keep a copy of the folder, and set photon_upgrade_again: true."
                     % ", ".join(facts.backups))
    if not asked.again:
        found += [said + _MEND_FIRST for said in states.of_missing_pam(facts)]
    return found


_MEND_FIRST = (" An earlier upgrade was probably cut off. Mend it, compare with the role's README, section \"After a failure\", and set "
               "photon_upgrade_again: true.")


def _of_host(facts, asked):
    found = []
    if not asked.backup and not asked.checking:
        found.append("Nobody has confirmed a backup: photon-upgrade.sh has no way back. Make a backup or a snapshot of this host, and set "
                     "photon_upgrade_confirmed_backup: true.")
    if facts.version == "3.0" and asked.to == "4.0":
        real_time = [package.name for package in facts.packages if re.match(r"linux-rt(-|$)", package.name)]
        if real_time:
            found.append("Photon OS 4.0 has no linux-rt, and %s is installed. Install linux, boot it and remove linux-rt, or upgrade to "
                         "5.0." % packages.listing(real_time))
    if facts.services is None:
        found.append("systemctl show does not tell which of the services to stop are active. Run it by hand to see why.")
    if facts.stray:
        found.append("These are files where systemd keeps links to units, and photon-upgrade.sh stops at them: %s. Move them "
                     "to /etc/systemd/system and enable them there." % ", ".join(facts.stray))
    found += ["%s has %d MB free, and %d MB are asked for (photon_upgrade_free_mb). Make room." % (path, facts.free[path], least)
              for path, least in sorted(asked.free_mb.items()) if facts.free.get(path, least) < least]
    return found


def may_precheck(facts, asked):
    """Whether the script may be asked what it thinks: on a Photon that it knows, and that is not being upgraded."""
    return asked.precheck and step(facts, asked) == "start" and not (_no_photon(facts) or _no_hop(facts, asked.to) or facts.others)


def _of_precheck(facts, asked, looked):
    if not asked.precheck:
        return []
    if looked is None:
        return [] if asked.checking and asked.to != "6.0" else [_NO_PRECHECK]
    found = []
    if not looked.passed:
        found.append("The precheck of photon-upgrade.sh failed (status %s, a sum of error numbers): %s"
                     % (looked.status, " / ".join(looked.problems[:10]) or "it gave no reason"))
    if looked.direct and looked.erased is None:
        found.append("What would be erased with the packages %s, which photon-upgrade.sh erases itself, is not known: tdnf showed no plan "
                     "for their removal. Run tdnf --assumeno remove with these names to see why." % packages.listing(looked.direct))
    unaccepted = set(packages.foreign(facts, looked)) - set(asked.accepted)
    if unaccepted:
        found.append("The upgrade would erase packages that are not of Photon OS and would not install them again: %s. Remove them, or "
                     "name them in photon_upgrade_accept_erased and install them again afterwards." % packages.listing(unaccepted))
    return found


_NO_PRECHECK = ("The precheck was not made: photon-upgrade.sh is not installed, or it is too old to know --precheck-only. Install the "
                "newest package photon-upgrade of this Photon OS.")


def remarks(facts, asked, looked):
    """What is no reason to stop, and should be known before."""
    found = []
    if asked.checking and not asked.backup:
        found.append("The upgrade itself will ask for a backup: photon_upgrade_confirmed_backup: true.")
    if asked.checking and asked.precheck and looked is None:
        found.append(_NO_PRECHECK + " Check mode installs nothing. The upgrade itself installs it, and makes the precheck first.")
    if facts.containers:
        found.append("Containers that are running: %d. They are stopped with Docker during the upgrade." % len(facts.containers))
    debug = [package.name for package in facts.packages if package.name.endswith("-debuginfo")]
    if debug:
        found.append("photon-upgrade.sh neither upgrades nor removes these packages, and they may be in its way: %s. Remove them."
                     % packages.listing(debug))
    found += states.of_core_before_again(facts)
    if asked.to == "6.0":
        found.append("photon-upgrade.sh of Photon OS 5.0 makes no copy of the rpm database before it begins.")
    return found + (_of_erasure(facts, looked) if looked else [])


def _of_erasure(facts, looked):
    found, others = [], set(looked.erased or ()) - set(looked.direct)
    gone = packages.foreign(facts, looked)
    if looked.direct:
        found.append("photon-upgrade.sh erases these itself: %s." % packages.listing(looked.direct))
    if others - set(gone):
        found.append("These packages depend on them and are erased, too. They are installed again if %s: %s."
                     % ("the new version has them", packages.listing(others - set(gone))))
    if gone:
        found.append("Not of Photon OS, erased, and not installed again: %s." % packages.listing(gone))
    return found


# --- what is next ---

_NEXT = {"none": "start", "not_started": "start", "running": "wait", "upgraded": "finish"}
_REPEATABLE = ("unchanged", "cut_before")


def step(facts, asked):
    """What a run has to do: start, wait, finish, nothing or refuse."""
    now = states.state(facts)
    if now.name == "none" and facts.version == asked.to and not _no_photon(facts):
        return "nothing"
    if facts.attempt and not facts.finished and facts.attempt["to"] != asked.to and now.name != "not_started":
        return "refuse"
    if now.name in _REPEATABLE and asked.again:
        return "start"
    return _NEXT.get(now.name, "refuse")


def why_refused(facts, asked):
    """The sentences for a step that is refused."""
    now = states.state(facts)
    if facts.attempt["to"] != asked.to:
        return ["An upgrade to %s has begun and is not finished; %s was asked for. Finish the first one." % (facts.attempt["to"], asked.to),
                now.told] + list(now.advice)
    return [now.told] + list(now.advice)


def verdict(facts, asked, looked):
    """(step, refusals): what a run has to do, and why it must not."""
    next_step = step(facts, asked)
    if next_step == "refuse":
        return next_step, why_refused(facts, asked)
    found = refusals(facts, asked, looked) if next_step == "start" else []
    return ("refuse" if found else next_step), found


def told_beside(next_step, facts, asked, looked):
    """What is to be told beside what a run has to do."""
    if next_step == "nothing":
        return states.traces(facts)
    return remarks(facts, asked, looked) if next_step == "start" or states.state(facts).name == "none" else []


def said(next_step, facts, asked):
    """What is to be done, in a sentence."""
    return {
        "start": "Photon OS %s can be upgraded to %s." % (facts.version, asked.to),
        "wait": states.state(facts).told,
        "finish": states.state(facts).told + " The steps after it (reboot, services, hardening) are still to be done.",
        "nothing": "This host is Photon OS %s already." % facts.version,
    }[next_step]
