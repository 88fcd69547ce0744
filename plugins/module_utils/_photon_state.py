# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In which state an upgrade has left a Photon host, and what it has changed. Pure. Private to the collection."""

from ansible_collections.photon.hardening.plugins.module_utils import _photon_packages as packages
from ansible_collections.photon.hardening.plugins.module_utils._model import HostProblem
from ansible_collections.photon.hardening.plugins.module_utils._photon_model import FOLDER, PAM, PAM_MODULES, Package, State

_NO_CORES = "| /usr/bin/true"


def attempt(facts, to):
    """What is to be kept on the host before anything is done to it: all that a later run needs to tell what the upgrade has changed."""
    begun = facts.attempt if facts.attempt and not facts.finished else {}
    # It was this role that has stopped them, to whichever version.
    services = _to_stop(facts, begun.get("services", []))
    if (begun.get("from"), begun.get("to")) != (facts.version, to) and state(facts).name != "upgraded":
        begun = {}
    # Of an attempt that is made again the first one knows what was there before.
    return {"from": facts.version, "to": to, "boot": facts.boot, "services": services,
            "packages": [list(package) for package in begun.get("packages", facts.packages)],
            "pam": [list(line) for line in begun.get("pam", facts.pam)]}


def _to_stop(facts, begun):
    """In the order in which they are asked for, so that a socket is stopped and started before its service. BEGUN: those that an attempt
    has found active."""
    asked = facts.services or {}
    return [name for name in begun if name not in asked] + [name for name in asked if asked[name] == "active" or name in begun]


def kept(found):
    """An attempt as it was read from the host again; HostProblem where it is not one."""
    if not isinstance(found, dict) or set(found) != {"from", "to", "boot", "packages", "services", "pam"}:
        raise HostProblem("%s/before.json is not what this role wrote there. Move the folder %s away when you know in which state the host "
                          "is." % (FOLDER, FOLDER))
    return dict(found, packages=tuple(Package(*row) for row in found["packages"]), pam=tuple((path, line) for path, line in found["pam"]))


def state(facts):
    """The State in which an upgrade by this role has left the host."""
    begun = facts.attempt
    if begun is None or facts.finished:
        return State("none", "No upgrade by this role is under way.", ())
    if facts.running or facts.started and facts.status is None and facts.others:
        return State("running", "photon-upgrade.sh to %s is still running. It was not stopped. Do not stop it." % begun["to"],
                     ("Run the same playbook again: it waits for the end and goes on from there.",))
    if not facts.started:
        return State("not_started", "photon-upgrade.sh was not started. The host is still Photon OS %s." % begun["from"],
                     ("Remove the cause of the failure, and run the playbook again.",))
    return _ended(facts, begun)


def _ended(facts, begun):
    versions = packages.versions(facts)
    seen = set(versions.values())
    how = "was cut off" if facts.status is None else "ended with status %d" % facts.status
    if seen == {begun["to"]} and facts.status == 0:
        return State("upgraded", "photon-upgrade.sh has ended, and the host is Photon OS %s." % begun["to"],
                     ("Remove the cause of the failure, and run the same playbook again: it goes on after photon-upgrade.sh.",))
    if seen == {begun["from"]}:
        return _cut_before(facts, begun, how)
    if any(begun["to"] in (version or "").split() for version in seen):
        return _cut_after(facts, begun, how)
    return State("unknown", "photon-upgrade.sh %s, and which version the host is cannot be told: %s. It was %s, and should be %s."
                 % (how, packages.told(versions), begun["from"], begun["to"]),
                 _of_empty(facts) + ("Do not run photon-upgrade.sh again. Go back to the backup or the snapshot.",))


def _cut_before(facts, begun, how):
    """photon-upgrade.sh has not come to the point where it installs the packages of the new version, or failed there."""
    gone = packages.lost(begun["packages"], facts.packages)
    head = "photon-upgrade.sh %s, and the host is still Photon OS %s" % (how, begun["from"])
    if not gone and not _pam_lost(begun["pam"], facts.pam):
        return State("unchanged", head + ". No package is missing.", _READ_LOG + of_core_before_again(facts) + (
            _AGAIN + "begins anew.",))
    told = head + (", and these packages are erased: %s" % packages.listing(gone) if gone else "") + "."
    advice = _READ_LOG
    if gone:
        advice += ("A second run of photon-upgrade.sh would complete the upgrade, but would never bring these packages back. Write them "
                   "down; install them again when the upgrade is done.",)
    return State("cut_before", told, advice + of_core_before_again(facts) + _of_pam(facts, begun) + _of_services(begun) + (
        _AGAIN + "completes the upgrade. Or go back to the backup or the snapshot.",))


def _cut_after(facts, begun, how):
    """The packages of the new version are there, and what follows was not done. A second run says that there is nothing to do."""
    told = "photon-upgrade.sh %s after the packages of Photon OS %s were installed. Its last steps were not done." % (how, begun["to"])
    advice = _READ_LOG + ("Do not run photon-upgrade.sh again: it would say that there is nothing to do, and repair nothing.",)
    versions = packages.versions(facts)
    if set(versions.values()) != {begun["to"]}:
        told += " The installation itself is not complete: %s." % packages.told(versions)
    advice += _of_empty(facts)
    if facts.packages and packages.lost(begun["packages"], facts.packages):
        advice += ("Packages that were there before and are not there now: %s. Install those that are still needed."
                   % packages.listing(packages.lost(begun["packages"], facts.packages)),)
    if begun["from"] == "3.0":
        advice += ("/usr/bin/python may be missing: link it to python3 where something needs it.",)
    return State("cut_after", told, advice + _of_pam(facts, begun) + _of_core(facts) + _of_services(begun) + (
        "Keep an open login until another one works. Compare which units are enabled with the backup. Where this is too much, go back to "
        "the backup or the snapshot.",))


def _of_empty(facts):
    if facts.packages:
        return ()
    return ("rpm finds no package. Where its database is still in /var/lib/rpm, and the new rpm looks in /usr/lib/sysimage/rpm, copy it "
            "there with all of its files, and run rpm --rebuilddb.",)


_READ_LOG = ("Read what photon-upgrade.sh said: %s/upgrade.log on the host, and its folder /tmp/photon-upgrade* (copy it: a reboot may "
             "clear /tmp)." % FOLDER,)
_AGAIN = "Remove the cause, set photon_upgrade_again: true, and run the playbook again: it "


def _of_core(facts):
    if facts.core_pattern != _NO_CORES:
        return ()
    return ("kernel.core_pattern is still `%s`, as photon-upgrade.sh sets it for its own time: a reboot takes that back." % _NO_CORES,)


def of_core_before_again(facts):
    return tuple(said + " Reboot before photon-upgrade.sh runs again. Otherwise it stores this as the original value."
                 for said in _of_core(facts))


def _of_services(begun):
    return ("Stopped for the upgrade, and not started again: %s." % ", ".join(begun["services"]),) if begun["services"] else ()


def _of_pam(facts, begun):
    return of_missing_pam(facts) + tuple(_pam_lost(begun["pam"], facts.pam))


def of_missing_pam(facts):
    if not facts.pam_missing:
        return ()
    files = sorted({path for path, line in facts.pam
                    if not line.startswith("-") and any(name in line.split() for name in facts.pam_missing)})
    return ("Logins may be refused: %s name %s, which this host does not have." % (", ".join(files), ", ".join(facts.pam_missing)),)


def _pam_module(line):
    """(module, its options) of a line of PAM, or (None, ())."""
    words = line.split()
    places = [number for number, word in enumerate(words) if word.rpartition("/")[2] in PAM_MODULES]
    return (words[places[0]].rpartition("/")[2], tuple(words[places[0] + 1:])) if places else (None, ())


def _pam_lost(before, now):
    """A sentence for each line of PAM that had options BEFORE which it does not have NOW."""
    found = []
    for path, line in before:
        module, options = _pam_module(line)
        names = (module, PAM.get(module, module))
        left = {option for other, text in now if other == path and _pam_module(text)[0] in names for option in _pam_module(text)[1]}
        missing = [option for option in options if option not in left]
        if missing:
            found.append("%s: %s had the options %s, which are lost. Set them again for %s." % (path, module, " ".join(missing), names[1]))
    return found


def traces(facts):
    """What an upgrade that was cut off has left on a host of which nothing is kept."""
    return list(of_missing_pam(facts)) + list(_of_core(facts))


def must_boot(facts):
    """Whether the host has not been booted since the upgrade began."""
    return bool(facts.attempt) and facts.attempt["boot"] == facts.boot


def remains(facts):
    """What an upgrade that went well has left to do, each as a sentence."""
    begun, found = facts.attempt, []
    if facts.lsb != begun["to"]:
        found.append("lsb_release says %s, and the next photon-upgrade.sh will ask it. Compare /etc/lsb-release with the file .rpmnew "
                     "beside it." % (facts.lsb or "nothing"))
    gone = packages.lost(begun["packages"], facts.packages)
    of_others = [package.name for package in begun["packages"] if package.name in gone and not packages.is_photons(package)]
    of_photon = set(gone) - set(of_others)
    if of_photon:
        found.append("Packages that were there before and are not there now, or have another name: %s." % packages.listing(of_photon))
    if of_others:
        found.append("Packages of others that were erased, to be installed again where they are needed: %s." % packages.listing(of_others))
    return found + list(_of_pam(facts, begun))


def down(facts):
    """The services that were active before and are not now."""
    return [name for name in facts.attempt["services"] if (facts.services or {}).get(name) != "active"] if facts.attempt else []
