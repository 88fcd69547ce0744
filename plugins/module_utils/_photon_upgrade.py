# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a Photon host can be upgraded, in which state an upgrade has left it, and what is to be done next.

Pure: what was found on a host in, sentences and words out. Private to the collection.
"""

import re
from collections import namedtuple

from ansible_collections.photon.hardening.plugins.module_utils._model import HostProblem

# What is kept on the host of an upgrade that has begun.
FOLDER = "/var/lib/photon-hardening/upgrade"
SCRIPT = "/usr/bin/photon-upgrade.sh"
VERSIONS = ("4.0", "5.0", "6.0")
# What photon-upgrade.sh knows. 5.0 to 6.0 is refused by the precheck of every version that was published until 2025.
HOPS = {"3.0": ("4.0", "5.0"), "4.0": ("5.0",), "5.0": ("6.0",)}
_GONE = ("1.0", "2.0")
# Modules of PAM that photon-upgrade.sh exchanges, and by which: the options of the first do not survive.
PAM = {"pam_tally2.so": "pam_faillock.so", "pam_cracklib.so": "pam_pwquality.so"}
PAM_MODULES = tuple(sorted(PAM)) + tuple(sorted(PAM.values()))
# What photon-upgrade.sh erases on every host that has it, before it looks for deprecated packages.
ALWAYS_ERASED = ("toybox",)
_NO_CORES = "| /usr/bin/true"
_MOST_NAMES = 40

# name, version, release and arch are rpm's.
Package = namedtuple("Package", "name version release arch")
# What was found on a host. os_id, version: of os-release. release: of /etc/photon-release. lsb: what lsb_release says, which
# photon-upgrade.sh believes. container: what systemd-detect-virt calls it, "", or None where that gives no answer. ostree: whether
# rpm-ostree has the place of tdnf.
# free: path -> free megabytes of its file system. stray: regular files where links to units belong.
# backups: folders that photon-upgrade.sh has left in /tmp. others: photon-upgrade.sh processes. containers: processes that each hold a
# container. services: unit -> its state. pam: (file, line) of those with one of PAM_MODULES. pam_missing: modules of these that the host
# lacks. core_pattern: the live value. attempt: what was kept when an upgrade by us began, or None. started, running, status, finished:
# whether its script was started, is running, with what it ended, and whether all that follows was done. boot: what names this boot.
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


# --- reading what programs say ---

def packages(text):
    """The Packages of the lines that rpm printed: name, version, release and arch with blanks between."""
    rows = (line.split() for line in text.splitlines())
    return tuple(sorted(Package(*row) for row in rows if len(row) == 4))


def release(text):
    """The version in the text of /etc/photon-release."""
    found = re.match(r"VMware Photon (?:OS|Linux) ([0-9]+\.[0-9]+)\s", (text or "") + "\n")
    return found.group(1) if found else None


def units(names, text):
    """unit -> ActiveState of what `systemctl show` printed for NAMES, in their order; only units that exist."""
    found = {}
    for name, block in zip(names, re.split(r"\n\n+", text.strip())):
        settings = dict(line.partition("=")[::2] for line in block.splitlines())
        if settings.get("LoadState") == "loaded":
            found[name] = settings.get("ActiveState", "")
    return found


def has_precheck(script):
    """Whether a text of photon-upgrade.sh knows --precheck-only. The script is not asked: its first versions take no options, and would
    begin to upgrade."""
    return "precheck-only" in (script or "")


_TIME = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[+-][0-9]{2}:?[0-9]{2} ?")
_DEPRECATED = "deprecated packages will be removed before upgrade"
_FOREIGN = "which were not installed by Photon OS"
_NOISE = (_FOREIGN, "Above listed non-Photon OS packages", "Prechecks: ", "rpm: no arguments given")


def precheck(status, stdout, stderr, direct, erased):
    """The Precheck of what `photon-upgrade.sh --precheck-only` printed. Its status is a sum of error numbers, so its words decide."""
    said = [_TIME.sub("", line).rstrip() for line in stderr.splitlines()]
    problems = [line.strip() for line in said if line.strip() and not any(noise in line for noise in _NOISE) and "----" not in line]
    passed = "Prechecks: PASS" in stdout and "Prechecks: FAIL" not in stderr and status == 0
    return Precheck(passed, status, direct, _listed(said), tuple(problems), erased)


def deprecated(stdout):
    """The packages that the script names as deprecated: the indented lines below its sentence."""
    found, listing = [], False
    for line in stdout.splitlines():
        if listing and line.startswith("    ") and len(line.split()) == 1:
            found.append(line.strip())
        else:
            listing = _DEPRECATED in line
    return tuple(found)


def _listed(lines):
    """The names between dashes, on the line after the one that announces packages of others."""
    for line, following in zip(lines, lines[1:]):
        if _FOREIGN in line:
            return tuple(word for word in following.split() if word.strip("-"))
    return ()


def erased(stdout):
    """The packages below `Removing:` in a plan of tdnf; None where it shows no plan."""
    rows = iter(stdout.splitlines())
    if not any(line == "Removing:" for line in rows):
        return None
    found = []
    for line in rows:
        words = line.split()
        if len(words) < 4:
            break
        found.append(words[0])
    return tuple(found)


# --- what is asked of packages ---

def _names(found):
    return set(package.name for package in found)


def always_erased(packages):
    """Those of ALWAYS_ERASED that this host has."""
    return tuple(name for name in ALWAYS_ERASED if name in _names(packages))


def _listing(names):
    """NAMES in a sentence, not more than one can read."""
    names = sorted(names)
    more = " and %d more" % (len(names) - _MOST_NAMES) if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def _is_photons(package):
    return re.search(r"\.ph[0-9]+$", package.release) is not None


def foreign(facts, looked):
    """The packages of others that the upgrade erases and does not bring back."""
    of_others = _names(package for package in facts.packages if not _is_photons(package))
    return tuple(sorted(set(looked.foreign) | of_others & set(looked.erased or ())))


def lost(before, now):
    """The names of the packages that were there BEFORE and are not there NOW."""
    return tuple(sorted(_names(before) - _names(now)))


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
        return ("This is no whole host: systemd-detect-virt gives no answer, and without systemd neither photon-upgrade.sh nor this role "
                "can work. If it is a container, start it from a newer image instead.")
    if facts.container:
        return ("This is a container (%s), and photon-upgrade.sh is for whole hosts. Start the container from a newer image instead."
                % facts.container)
    if facts.ostree:
        return "This Photon is updated by rpm-ostree and has no tdnf. Upgrade it with rpm-ostree."
    said = dict((name, value) for name, value in (
        ("/etc/os-release", facts.version), ("/etc/photon-release", facts.release), ("lsb_release", facts.lsb),
        ("the package photon-release", " and ".join(installed_releases(facts)) or None)))
    if len(set(said.values())) > 1 or None in said.values():
        return ("The host reports different versions: %s. An earlier upgrade was probably cut off. Compare with the "
                "role's README, section \"After a failure\"."
                % ", ".join("%s says %s" % (name, said[name] or "nothing") for name in sorted(said)))
    return ""


def installed_releases(facts):
    """The versions of the package photon-release. Two are left where its exchange was cut off."""
    return sorted(set(package.version for package in facts.packages if package.name == "photon-release"))


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
        found += [said + _MEND_FIRST for said in _of_missing_pam(facts)]
    return found


_MEND_FIRST = (" An earlier upgrade was probably cut off. Mend it, compare with the role's README, section \"After a failure\", and set "
               "photon_upgrade_again: true.")


def traces(facts):
    """What an upgrade that was cut off has left on a host of which nothing is kept."""
    return list(_of_missing_pam(facts)) + list(_of_core(facts))


def _of_host(facts, asked):
    found = []
    if not asked.backup and not asked.checking:
        found.append("Nobody has confirmed a backup: photon-upgrade.sh has no way back. Make a backup or a snapshot of this host, and set "
                     "photon_upgrade_confirmed_backup: true.")
    if facts.version == "3.0" and asked.to == "4.0":
        real_time = [package.name for package in facts.packages if re.match(r"linux-rt(-|$)", package.name)]
        if real_time:
            found.append("Photon OS 4.0 has no linux-rt, and %s is installed. Install linux, boot it and remove linux-rt, or upgrade to "
                         "5.0." % _listing(real_time))
    if facts.stray:
        found.append("These are no links, but files where systemd keeps links to units, and photon-upgrade.sh stops at them: %s. Move them "
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
                     "for their removal. Run tdnf --assumeno remove with these names to see why." % _listing(looked.direct))
    unaccepted = set(foreign(facts, looked)) - set(asked.accepted)
    if unaccepted:
        found.append("The upgrade would erase packages that are not of Photon OS and would not install them again: %s. Remove them, or "
                     "name them in photon_upgrade_accept_erased and install them again afterwards." % _listing(unaccepted))
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
        found.append("%d containers are running. They are stopped with Docker for as long as the upgrade takes." % len(facts.containers))
    debug = [package.name for package in facts.packages if package.name.endswith("-debuginfo")]
    if debug:
        found.append("photon-upgrade.sh neither upgrades nor removes these packages, and they may be in its way: %s. Remove them."
                     % _listing(debug))
    found += _of_core_before_again(facts)
    if asked.to == "6.0":
        found.append("photon-upgrade.sh of Photon OS 5.0 makes no copy of the rpm database before it begins.")
    return found + (_of_erasure(facts, looked) if looked else [])


def _of_erasure(facts, looked):
    found, others = [], set(looked.erased or ()) - set(looked.direct)
    gone = foreign(facts, looked)
    if looked.direct:
        found.append("photon-upgrade.sh erases these itself: %s." % _listing(looked.direct))
    if others - set(gone):
        found.append("These depend on them, are erased as well, and come back where %s: %s."
                     % ("the new version has them", _listing(others - set(gone))))
    if gone:
        found.append("Not of Photon OS, erased, and not installed again: %s." % _listing(gone))
    return found


# --- in which state it is ---

def attempt(facts, to):
    """What is to be kept on the host before anything is done to it: all that a later run needs to tell what the upgrade has changed."""
    begun = facts.attempt if facts.attempt and not facts.finished else {}
    if (begun.get("from"), begun.get("to")) != (facts.version, to) and state(facts).name != "upgraded":
        begun = {}
    active = sorted(name for name, active in facts.services.items() if active == "active")
    # Of an attempt that is made again the first one knows what was there before.
    return {"from": facts.version, "to": to, "boot": facts.boot, "services": begun.get("services", active),
            "packages": [list(package) for package in begun.get("packages", facts.packages)],
            "pam": [list(line) for line in begun.get("pam", facts.pam)]}


def kept(found):
    """An attempt as it was read from the host again; HostProblem where it is not one."""
    if not isinstance(found, dict) or set(found) != set(["from", "to", "boot", "packages", "services", "pam"]):
        raise HostProblem("%s/before.json is not what this role wrote there. Move the folder %s away when you know in which state the host "
                          "is." % (FOLDER, FOLDER))
    return dict(found, packages=tuple(Package(*row) for row in found["packages"]), pam=tuple((path, line) for path, line in found["pam"]))


def state(facts):
    """The State in which an upgrade by this role has left the host."""
    begun = facts.attempt
    if begun is None or facts.finished:
        return State("none", "No upgrade by this role is under way.", ())
    if facts.running or facts.started and facts.status is None and facts.others:
        return State("running", "photon-upgrade.sh to %s is still running. It was not stopped, and must not be." % begun["to"],
                     ("Run the same playbook again: it waits for the end and goes on from there.",))
    if not facts.started:
        return State("not_started", "photon-upgrade.sh was not started. The host is still Photon OS %s." % begun["from"],
                     ("Remove the cause of the failure, and run the playbook again.",))
    return _ended(facts, begun)


def _ended(facts, begun):
    seen = set(filter(None, [facts.version, facts.release] + installed_releases(facts)))
    how = "was cut off" if facts.status is None else "ended with status %d" % facts.status
    if seen == set([begun["to"]]) and facts.status == 0:
        return State("upgraded", "photon-upgrade.sh has ended, and the host is Photon OS %s." % begun["to"],
                     ("Remove the cause of the failure, and run the same playbook again: it goes on after photon-upgrade.sh.",))
    if seen == set([begun["from"]]):
        return _cut_before(facts, begun, how)
    if begun["to"] in seen:
        return _cut_after(facts, begun, how)
    return State("unknown", "photon-upgrade.sh %s, and the host names itself %s: neither %s nor %s."
                 % (how, " and ".join(sorted(seen)) or "nothing", begun["from"], begun["to"]),
                 ("Do not run photon-upgrade.sh again. Go back to the backup or the snapshot.",))


def _cut_before(facts, begun, how):
    """photon-upgrade.sh has not come to the point where it installs the packages of the new version, or failed there."""
    gone = lost(begun["packages"], facts.packages)
    head = "photon-upgrade.sh %s, and the host is still Photon OS %s" % (how, begun["from"])
    if not gone and not _pam_lost(begun["pam"], facts.pam):
        return State("unchanged", head + ". No package is missing.", _READ_LOG + _of_core_before_again(facts) + (
            _AGAIN + "begins anew.",))
    told = head + (", and these packages are erased: %s" % _listing(gone) if gone else "") + "."
    advice = _READ_LOG
    if gone:
        advice += ("A second run of photon-upgrade.sh would complete the upgrade, but would never bring these packages back. Write them "
                   "down; install them again when the upgrade is done.",)
    return State("cut_before", told, advice + _of_core_before_again(facts) + _of_pam(facts, begun) + _of_services(begun) + (
        _AGAIN + "completes the upgrade. Or go back to the backup or the snapshot.",))


def _cut_after(facts, begun, how):
    """The packages of the new version are there, and what follows was not done. A second run says that there is nothing to do."""
    told = "photon-upgrade.sh %s after the packages of Photon OS %s were installed. Its last steps were not done." % (how, begun["to"])
    advice = _READ_LOG + ("Do not run photon-upgrade.sh again: it would say that there is nothing to do, and repair nothing.",)
    if len(installed_releases(facts)) > 1:
        told += " rpm has the package photon-release of %s: the installation itself was cut off." % " and ".join(installed_releases(facts))
    if not facts.packages:
        told += " rpm finds no package."
        advice += ("The rpm database is still in /var/lib/rpm, and the new rpm looks in /usr/lib/sysimage/rpm. Copy it there with all of "
                   "its files, and run rpm --rebuilddb.",)
    elif lost(begun["packages"], facts.packages):
        advice += ("Packages that were there before and are not there now: %s. Install those that are still needed."
                   % _listing(lost(begun["packages"], facts.packages)),)
    if begun["from"] == "3.0":
        advice += ("/usr/bin/python may be missing: link it to python3 where something needs it.",)
    return State("cut_after", told, advice + _of_pam(facts, begun) + _of_core(facts) + _of_services(begun) + (
        "Keep an open login until another one works. Compare which units are enabled with the backup. Where this is too much, go back to "
        "the backup or the snapshot.",))


_READ_LOG = ("Read what photon-upgrade.sh said: %s/upgrade.log on the host, and its folder /tmp/photon-upgrade* (copy it: a reboot may "
             "clear /tmp)." % FOLDER,)
_AGAIN = "Remove the cause, set photon_upgrade_again: true, and run the playbook again: it "


def _of_core(facts):
    if facts.core_pattern != _NO_CORES:
        return ()
    return ("kernel.core_pattern is still `%s`, as photon-upgrade.sh sets it for its own time: a reboot takes that back." % _NO_CORES,)


def _of_core_before_again(facts):
    return tuple(said + " Boot before photon-upgrade.sh runs again, or it takes this for the host's own value and keeps it."
                 for said in _of_core(facts))


def _of_services(begun):
    return ("Stopped for the upgrade, and not started again: %s." % ", ".join(begun["services"]),) if begun["services"] else ()


def _of_pam(facts, begun):
    return _of_missing_pam(facts) + tuple(_pam_lost(begun["pam"], facts.pam))


def _of_missing_pam(facts):
    if not facts.pam_missing:
        return ()
    files = sorted(set(path for path, line in facts.pam if any(name in line.split() for name in facts.pam_missing)))
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
        left = set(option for other, text in now if other == path and _pam_module(text)[0] in names for option in _pam_module(text)[1])
        missing = [option for option in options if option not in left]
        if missing:
            found.append("%s: %s had the options %s, which are lost. Set them again for %s." % (path, module, " ".join(missing), names[1]))
    return found


# --- what is next ---

_NEXT = {"none": "start", "not_started": "start", "running": "wait", "upgraded": "finish"}
_REPEATABLE = ("unchanged", "cut_before")


def step(facts, asked):
    """What a run has to do: start, wait, finish, nothing or refuse."""
    now = state(facts)
    if now.name == "none" and facts.version == asked.to and not _no_photon(facts):
        return "nothing"
    if facts.attempt and not facts.finished and facts.attempt["to"] != asked.to and now.name != "not_started":
        return "refuse"
    if now.name in _REPEATABLE and asked.again:
        return "start"
    return _NEXT.get(now.name, "refuse")


def must_boot(facts):
    """Whether the host has not been booted since the upgrade began."""
    return bool(facts.attempt) and facts.attempt["boot"] == facts.boot


def why_refused(facts, asked):
    """The sentences for a step that is refused."""
    now = state(facts)
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
        return traces(facts)
    return remarks(facts, asked, looked) if next_step == "start" or state(facts).name == "none" else []


def said(next_step, facts, asked):
    """What is to be done, in a sentence."""
    return {
        "start": "Photon OS %s can be upgraded to %s." % (facts.version, asked.to),
        "wait": state(facts).told,
        "finish": state(facts).told + " What follows has to be done.",
        "nothing": "This host is Photon OS %s already." % facts.version,
    }[next_step]


# --- afterwards ---

def remains(facts):
    """What an upgrade that went well has left to do, each as a sentence."""
    begun, found = facts.attempt, []
    gone = lost(begun["packages"], facts.packages)
    of_others = [package.name for package in begun["packages"] if package.name in gone and not _is_photons(package)]
    of_photon = set(gone) - set(of_others)
    if of_photon:
        found.append("Packages that were there before and are not there now, or have another name: %s." % _listing(of_photon))
    if of_others:
        found.append("Packages of others that were erased, to be installed again where they are needed: %s." % _listing(of_others))
    return found + list(_of_pam(facts, begun))


def down(facts):
    """The services that were active before and are not now."""
    return [name for name in facts.attempt["services"] if facts.services.get(name) != "active"] if facts.attempt else []
