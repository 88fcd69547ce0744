# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task of the module tdnf asks for, what is refused, which commands do it, and what a plan of tdnf would do beyond it.

Pure. Private to the collection.
"""

import math
import re
from collections import namedtuple

from ansible_collections.photon.hardening.plugins.module_utils import _tdnf_text as text

# One entry of `name`. given: as the task says it. name: as tdnf gets it; of a file its path. file: a Package of an rpm file, else None.
Entry = namedtuple("Entry", "given name file")
# One call of tdnf. command: with its own options. entries: what it is for.
Step = namedtuple("Step", "command entries")

ALL = "*"
_URL = re.compile(r"(?i)(https?|ftp)://")
_FILE_URL = re.compile(r"(?i)file://(?=/)")
_GLOB = re.compile(r"[*?\[\]{}]")
_BLANKS = re.compile(r"\s*=\s*")
# Option -> the version that has it first.
_SINCE = {"skip_broken": (3, 4)}
_JSON, _ONE_OF_TWINS, _NO_AUTOREMOVE, _AUTOREMOVE, _AUTOREMOVE_NAME, KEYED_CACHE = (3, 3), (3, 6), (3, 3), (3, 4), (3, 3), (3, 4)
_REMOVING = ("remove", "autoremove")
_NAMED = 10


class Refusal(Exception):
    """A sentence why nothing was done."""


# --- what is asked for ---

def state_of(params):
    """present, latest or absent."""
    known = {"installed": "present", "removed": "absent", None: "absent" if params["autoremove"] else "present"}
    return known.get(params["state"], params["state"])


def names(given):
    """The entries of `name` in the form that all versions of tdnf know. A URL of a local file becomes its path."""
    return [_FILE_URL.sub("", _BLANKS.sub("=", entry.strip())) for entry in given]


def is_url(name):
    return bool(_URL.match(name))


def is_file(name):
    return name.startswith("/")


def check(params):
    """Raise a Refusal for what makes no sense, whichever tdnf is there."""
    wanted, state = names(params["name"]), state_of(params)
    for number, name in enumerate(wanted, 1):
        problem = _problem_of(name, state)
        if problem:
            raise Refusal("name, entry %d: %r: %s" % (number, params["name"][number - 1], problem))
    for problem, holds in _contradictions(params, wanted, state):
        if holds:
            raise Refusal(problem)


def _problem_of(name, state):
    if not name.isprintable() or not name:
        return "it is empty or holds a control character: give the name of a package"
    if name.startswith("-"):
        return "a name cannot begin with a dash"
    if is_url(name) or is_file(name):
        if state == "absent":
            return "an rpm file can only be installed: give the name of the package"
        return None if is_url(name) or name.endswith(".rpm") else "tdnf takes only a file that is called *.rpm: give the file such a name"
    if name == ALL:
        return None if state == "latest" else "it means all packages, and goes only with state=latest"
    if _GLOB.search(name):
        return "tdnf installs the newest version for a pattern, whatever it says of the version: name each package"
    if set(name) & set("<>"):
        return "only = can be used to ask for a version, as in hello=1.0-1.ph5"
    if "/" in name or name.endswith(".rpm"):
        return "give an rpm file by its absolute path or its URL"
    return None


def _contradictions(params, wanted, state):
    secure, severity = params["security"], params["sec_severity"]
    excluded = sorted(set(wanted) & set(params["exclude"]))
    globs = [repo for repo in params["enablerepo"] if _GLOB.search(repo) and repo != ALL]
    return (
        ("security and sec_severity: tdnf ignores the severity where both are given: give one of them", secure and severity is not None),
        ("security and sec_severity go only with state=latest", (secure or severity is not None) and state != "latest"),
        ("timeout: give a number of seconds above 0", params["timeout"] < 1),
        ("sec_severity: it is the least CVSS score, a number from 0 to 10",
         severity is not None and not (math.isfinite(severity) and 0 <= severity <= 10)),
        ("name: %r means all packages, and goes with no other name" % ALL, ALL in wanted and len(wanted) > 1),
        ("enablerepo: %r: tdnf enables every repository for such a pattern: name them, or write '*'" % "".join(globs[:1]), globs),
        ("download_only cannot be used with state=absent", params["download_only"] and state == "absent"),
        ("autoremove goes only with state=absent", params["autoremove"] and state != "absent"),
        ("installroot: %r: give an absolute path" % params["installroot"], not params["installroot"].startswith("/")),
        ("conf_file: %r: give an absolute path" % params["conf_file"], not (params["conf_file"] or "/").startswith("/")),
        ("cacheonly and update_cache contradict one another: give one of them", params["cacheonly"] and params["update_cache"]),
        ("name and exclude: %s stands in both" % ", ".join(excluded), excluded),
        ("name is missing: name packages, or set update_cache or autoremove",
         not wanted and not params["update_cache"] and not params["autoremove"]),
    )


def check_version(params, version):
    """Raise a Refusal for what the tdnf that was found cannot do."""
    for option, since in sorted(_SINCE.items()):
        if params[option] and version < since:
            raise Refusal("%s needs tdnf %d.%d, and this host has %d.%d: leave it out" % ((option,) + since + version))
    since = _AUTOREMOVE_NAME if params["name"] else _AUTOREMOVE
    if params["autoremove"] and version < since:
        raise Refusal("autoremove%s needs tdnf %d.%d, and this host has %d.%d: leave it out"
                      % ((" with a name" if params["name"] else "",) + since + version))
    if params["cacheonly"] and params["releasever"] and version < KEYED_CACHE:
        raise Refusal("cacheonly and releasever: tdnf %d.%d may have another release in its cache: leave one of them out" % version)


def has_json(version):
    return version >= _JSON


def check_repos(params, known):
    """Raise a Refusal for a repository that is not among those KNOWN: tdnf ignores it."""
    for option in ("enablerepo", "disablerepo"):
        for repo in params[option]:
            if repo not in known and not _GLOB.search(repo):
                raise Refusal("%s: there is no repository %r. There are: %s" % (option, repo, ", ".join(sorted(known)) or "none"))


# --- commands ---

def options(params):
    """The options of every call."""
    found = ["-c", params["conf_file"]] if params["conf_file"] else []
    if params["installroot"] != "/":
        found.append("--installroot=" + params["installroot"])
    if params["releasever"]:
        found.append("--releasever=" + params["releasever"])
    return found


def source_options(params):
    """The options that say what a plan is made of. Repositories are disabled before others are enabled."""
    found = ["--disablerepo=" + repo for repo in params["disablerepo"]] + ["--enablerepo=" + repo for repo in params["enablerepo"]]
    if params["exclude"]:
        found.append("--exclude=" + ",".join(params["exclude"]))
    return found + [option for option, given in (
        ("--nogpgcheck", "disable_gpg_check"), ("-C", "cacheonly"), ("--skip-broken", "skip_broken"), ("--downloadonly", "download_only"))
        if params[given]]


def filter_options(params):
    if params["sec_severity"] is not None:
        return ["--sec-severity", str(params["sec_severity"])]
    return ["--security"] if params["security"] else []


def labels(package):
    """Everything by which a package can be named."""
    version, release, name = package.version, package.release, package.name
    versions = [version, "%s-%s" % (version, release)]
    versions += ["%s:%s" % (package.epoch, text) for text in versions]
    found = {name, "%s.%s" % (name, package.arch)}
    for evr in versions:
        found.update("%s%s%s" % (name, sign, evr) for sign in "-=")
        found.add("%s-%s.%s" % (name, evr, package.arch))
    return found


def matching(name, installed):
    return [package for package in installed if name.startswith(package.name) and name in labels(package)]


def is_there(entry, installed):
    """Whether an Entry is installed, as far as its name tells."""
    return entry.file in installed if entry.file else bool(matching(entry.name, installed))


def steps(state, entries, installed, providers, filters):
    """The Steps to STATE. PROVIDERS: name -> names of the installed packages that provide it, of entries that are no package's name."""
    if entries and entries[0].name == ALL:
        return [Step(filters + ["update"], ())]
    there = [entry for entry in entries if is_there(entry, installed) or providers.get(entry.name)]
    missing = tuple(entry for entry in entries if entry not in there)
    install = Step(["install"], missing)
    if state == "present":
        return [install] if missing else []
    # A version that was asked for, or a file, cannot be newer.
    movable = tuple(entry._replace(name=name) for entry in there for name in _movable(entry, installed, providers))
    return ([Step(["update"], movable)] if movable else []) + ([install] if missing else [])


def _movable(entry, installed, providers):
    if entry.file:
        return []
    found = matching(entry.name, installed)
    if not found:
        return sorted(providers.get(entry.name, ()))
    plain = (found[0].name, "%s.%s" % (found[0].name, found[0].arch))
    return [entry.name] if entry.name in plain else []


def only_advised(steps, advised, installed):
    """STEPS whose updates are those of which an advisory speaks. With a name, tdnf --security would update every package."""
    wanted = [step._replace(entries=tuple(entry for entry in step.entries if step.command != ["update"]
                                          or _names_of(entry, installed) & advised)) for step in steps]
    return [step for step in wanted if step.entries]


def _names_of(entry, installed):
    return {package.name for package in matching(entry.name, installed)}


def removal(entries, installed, version, autoremove):
    """The Steps that remove what of ENTRIES is there."""
    there = tuple(_removable(entry, installed, version) for entry in entries if matching(entry.name, installed))
    if autoremove:
        return [Step(["autoremove"], there)] if there or not entries else []
    return [only_removal(there, version)] if there else []


def only_removal(entries, version):
    """The Step that removes ENTRIES and what depends on them, whatever tdnf.conf says of what they needed."""
    return Step((["--noautoremove"] if version >= _NO_AUTOREMOVE else []) + ["remove"], entries)


def guards(steps, version):
    """Steps of which only the plan is looked at: that of an autoremove does not tell orphans from what depends on the named packages."""
    return [only_removal(step.entries, version) for step in steps if step.command == ["autoremove"] and step.entries]


def _removable(entry, installed, version):
    """ENTRY by its plain name where that means the same. tdnf before 3.6 plans to remove the version that was named, and removes all."""
    found = matching(entry.name, installed)
    others = [package for package in installed if package.name == found[0].name and package not in found]
    if not others:
        return entry._replace(name=found[0].name)
    if version < _ONE_OF_TWINS:
        raise Refusal("%s: %s is installed, too, and tdnf %d.%d would remove it as well: remove both by the name %s, or use rpm -e"
                      % ((entry.given, text.label(others[0])) + version + (found[0].name,)))
    return entry._replace(name=entry.name.replace("=", "-"))


# --- what a plan would do ---

def _known(packages):
    """What tells PACKAGES from others. Some versions of tdnf leave the epoch out."""
    return {package._replace(epoch="") for package in packages}


def unasked(plan, step):
    """The packages of a plan that would be removed without being named, or replaced by a successor."""
    if step.command[-1] == "autoremove":
        return []
    asked = {entry.name for entry in step.entries} if step.command[-1] == "remove" else set()
    # Of a package of which several versions may be there, such as the kernel, the oldest one goes when a new one comes.
    renewed = {(package.name, package.arch) for package in plan.get("Install", ())}
    removed = [package for package in plan.get("Remove", ()) if (package.name, package.arch) not in renewed]
    return _neither(removed, asked, plan.get("Obsolete", ()))


def unfulfilled(step, installed):
    """The Entries of a Step whose package is not INSTALLED, or still is. Which version is the newest cannot be told from these."""
    if step.command == ["install"]:
        return [entry for entry in step.entries if not is_there(entry, installed)]
    return [entry for entry in step.entries if step.command[-1] in _REMOVING and matching(entry.name, installed)]


def not_done(plan, before, after):
    """(missing, left) of the packages of a plan: those in whose place is what was there BEFORE, and those that should have gone."""
    changed = {(package.name, package.arch) for package in set(before) ^ set(after)}
    known, there = _known(before), _known(after)
    return ([package for key in ("Install", "Upgrade", "Downgrade") for package in plan.get(key, ())
             if (package.name, package.arch) not in changed and not _known([package]) & known],
            [package for package in plan.get("Remove", ()) if _known([package]) & there])


def _neither(packages, asked, replaced):
    """Those of PACKAGES that were not ASKED for by name, and have no successor."""
    known = _known(replaced)
    return [package for package in packages if not _known([package]) & known and not labels(package) & asked]


def check_plan(plan, step, params):
    """Raise a Refusal where a plan does what nobody asked for."""
    lower = plan.get("Downgrade", ())
    if lower and not params["allow_downgrade"]:
        raise Refusal("tdnf would downgrade %s: set allow_downgrade if that is wanted" % listed(lower))
    extra = unasked(plan, step)
    if extra and not params["allowerasing"]:
        raise Refusal("tdnf would also remove %s, which nobody asked for: set allowerasing if that is wanted" % listed(extra))


def listed(packages):
    shown = ", ".join(sorted(text.label(package) for package in packages)[:_NAMED])
    return shown if len(packages) <= _NAMED else "%s and %d more" % (shown, len(packages) - _NAMED)


def predicted(installed, plan):
    """The packages that are installed after PLAN."""
    moved = plan.get("Upgrade", []) + plan.get("Downgrade", [])
    gone, renewed = _known(plan.get("Remove", [])), {(package.name, package.arch) for package in moved}
    kept = [package for package in installed if not _known([package]) & gone and (package.name, package.arch) not in renewed]
    return kept + moved + plan.get("Install", [])


# --- what became of it ---

_WORDS = ("Installed", "Upgraded", "Downgraded", "Removed", "Downloaded")


def results(before, after, lowered):
    """A line for each package that changed. LOWERED: names of those that a plan downgrades."""
    gone, new = _by_name(set(before) - set(after)), _by_name(set(after) - set(before))
    found = []
    for name in sorted(set(gone) | set(new)):
        old, fresh = gone.get(name, []), new.get(name, [])
        if len(old) == len(fresh) == 1:
            word = "Downgraded" if name in lowered else "Upgraded"
            found.append("%s: %s -> %s" % (word, text.label(old[0]), text.label(fresh[0])))
        else:
            found += ["Removed: " + text.label(package) for package in old] + ["Installed: " + text.label(package) for package in fresh]
    return found


def _by_name(packages):
    found = {}
    for package in sorted(packages):
        found.setdefault(package.name, []).append(package)
    return found


def removed_extra(before, after, asked, replaced):
    """The labels of packages that went though they were not ASKED for by name, and have no successor."""
    kept = {package.name for package in after}
    gone = [package for package in sorted(set(before) - set(after)) if package.name not in kept]
    return [text.label(package) for package in _neither(gone, set(asked), replaced)]


def diff(before, after):
    """Of both sides the packages that the other has not."""
    def lines(these, those):
        return "".join(sorted(text.label(package) + "\n" for package in set(these) - set(those)))
    return dict(before_header="installed packages", after_header="installed packages",
                before=lines(before, after), after=lines(after, before))


def message(results, check_mode):
    counts = [(word, sum(line.startswith(word) for line in results)) for word in _WORDS]
    told = ", ".join("%d %s" % (count, word.lower()) for word, count in counts if count)
    return "nothing to do" if not told else "%s: %s" % ("would be done" if check_mode else "done", told)


# --- sentences ---

_STRICT = ("all", "signature")

_ADVICE = {
    1011: "no enabled repository has it: check the name, enablerepo, and whether the repositories can be reached",
    1022: "the release is not known: install photon-release, or give releasever",
    1030: "a protected package would be removed: see /etc/tdnf/protected.d",
    1034: "the cache is empty: run once without cacheonly",
    1036: "the disk of the cache is full: free space below /var/cache/tdnf",
    1037: "two repository files use one id: look through /etc/yum.repos.d",
    1224: "the disk of the cache is full: free space below /var/cache/tdnf",
    1301: "the packages do not fit together, or are locked in /etc/tdnf/locks.d",
    1304: "the metadata of a repository is damaged, or the cache cannot be written",
    1523: "the repository has no gpgkey: give it one",
    1525: "rpm stopped the transaction, and what it did before stays",
    1528: "a package has another checksum than its repository says: refresh the metadata with update_cache",
    1601: "tdnf needs root: run this with become",
    1622: "something that was asked for is not on the server: refresh the metadata with update_cache",
    1802: "the history of tdnf is missing: run without check mode, or /usr/lib/tdnf/tdnf-history-util init",
}
_CURL = range(1201, 1301)


def sentence(said, error):
    """What failed, what tdnf and rpm say of it, and what to do."""
    number = "" if error.number is None else " with error %d" % error.number
    parts = ["%s failed%s: %s" % (" ".join(said.argv), number, error.text)] + text.reasons(said)[:_NAMED]
    advice = _ADVICE.get(error.number)
    if error.number in _CURL and not advice:
        advice = "a repository cannot be reached"
    return "; ".join(parts) + (" (%s)" % advice if advice else "")


def nothing_for(entry, step, skip_broken):
    return ("%s is %s, and tdnf found nothing to do for it%s"
            % (entry.given, "still installed" if step.command[-1] in _REMOVING else "not installed",
               "" if skip_broken else ": it is excluded or locked, or its repository was skipped"))


def nothing_done(missing, left):
    """What tdnf planned and did not do, as a sentence; "" where there is nothing."""
    told = " and ".join(word + listed(packages) for word, packages in (("", missing), ("the removal of ", left)) if packages)
    how = "tdnf planned %s, ended without an error and did not do it: a repository may have gone in between: run it again"
    return told and how % told


def replaced(entry, plan):
    return ("%s was asked for, and no installed package has this name or provides it: tdnf installed %s"
            % (entry.given, listed(plan.get("Install", []))))


def provided(names, package):
    return ("no package named %s is installed, but %s provides something of that name: it stays, unless it is named itself"
            % (" or ".join(names), package))


def unsigned(level):
    """A warning where rpm's macro _pkgverify_level lets packages without a signature pass."""
    if level in _STRICT:
        return []
    return ["rpm on this host also installs packages without a signature, whatever gpgcheck says: its macro _pkgverify_level is %s" % level]
