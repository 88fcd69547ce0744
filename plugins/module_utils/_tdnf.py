# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run of the module tdnf: what rpm has before, what tdnf plans, its transaction, and what rpm has after.

Private to the collection.
"""

import time
from collections import namedtuple

from ansible_collections.photon.hardening.plugins.module_utils import _escape, _tdnf_run
from ansible_collections.photon.hardening.plugins.module_utils import _tdnf_plan as plans
from ansible_collections.photon.hardening.plugins.module_utils import _tdnf_text as text
from ansible_collections.photon.hardening.plugins.module_utils._tdnf_plan import Refusal
from ansible_collections.photon.hardening.plugins.module_utils._tdnf_run import RPM, TDNF, Problem

_ABORTED, _NO_HISTORY = 1032, 1802
# A file's time comes from a clock that is up to one tick behind.
_TICK = 1.0
# A Step with what tdnf plans for it. already: tdnf says that something of it is installed.
Planned = namedtuple("Planned", "step plan already")


class Failed(Exception):
    """tdnf or rpm ended with an error."""

    def __init__(self, said, error):
        super().__init__(plans.sentence(said, error))
        self.said, self.error = said, error


def _checked(said, allowed=None):
    """What was SAID, where the program did its work, or ended with the ALLOWED number. An error need not have one."""
    error = text.error(said)
    if error and (allowed is None or error.number != allowed):
        raise Failed(said, error)
    return said


class Tdnf:
    """The tdnf and the rpm of this host, called with the options of a task."""

    def __init__(self, params, run_command):
        self.params, self._run_command, self.warnings, self.repos = params, run_command, [], {}
        self.stale = params["update_cache"] or bool(params["releasever"]) and not params["cacheonly"]
        # Whether it was asked for what repositories have.
        self._read = False
        # What a result shows: the last call that planned or did something.
        self.shown = _checked(self._call([TDNF, "--version"]))
        self.version = text.version(self.shown.stdout)
        self.json = plans.has_json(self.version)

    def _call(self, argv, timed=True):
        return _tdnf_run.call(self._run_command, argv, self.params["timeout"] if timed else None, self.params["lock_timeout"])

    def _look_at_repos(self, said):
        dead = text.disabled_repos(said)
        asked = [repo for repo in self.params["enablerepo"] if self.repos.get(repo) in dead]
        if asked:
            raise Refusal("enablerepo: repository %s cannot be read: %s" % (
                ", ".join(asked), "; ".join(text.reasons(said)) or "tdnf does not say why"))
        self.warn("repository %r cannot be read, and tdnf went on without it" % name for name in dead)

    def warn(self, sentences):
        for sentence in sentences:
            if sentence not in self.warnings:
                self.warnings.append(sentence)

    def _fresh(self):
        """--refresh for the first call that reads packages: old versions of tdnf have one cache for all releases."""
        stale, self.stale = self.stale, False
        return ["--refresh"] if stale else []

    def _argv(self, how, command):
        self._read = True
        return [TDNF] + how + plans.options(self.params) + plans.source_options(self.params) + self._fresh() + command

    def _form(self):
        return ["-j"] if self.json else []

    # --- reading ---

    def rpm(self, arguments):
        root = self.params["installroot"]
        return self._call([RPM] + (["--root", root] if root != "/" else []) + arguments)

    def installed(self):
        return text.packages(_checked(self.rpm(["-qa", "--qf", text.QUERY])).stdout)

    def providers(self, *names):
        """The names of the installed packages that provide one of NAMES."""
        said = self.rpm(["-q", "--whatprovides", "--qf", text.QUERY] + list(names))
        # A status other than 0 may only say that nothing provides one.
        return [package.name for package in text.packages((said if text.is_provided_by_none(said) else _checked(said)).stdout)]

    def package_of(self, path, given):
        if not _tdnf_run.is_file(path):
            raise Refusal("name: %r: there is no such file on this host" % given)
        found = text.packages(self.rpm(["-qp", "--qf", text.QUERY, path]).stdout)
        if len(found) != 1:
            raise Refusal("name: %r: this is not an rpm file" % given)
        return found[0]

    def check_repos(self):
        if self.params["enablerepo"] or self.params["disablerepo"]:
            argv = [TDNF] + self._form() + plans.options(self.params) + ["repolist", "all"]
            self.repos = text.repos(_checked(self._call(argv)), self.json)
            plans.check_repos(self.params, self.repos)

    def advised(self, filters):
        said = _checked(self._call(self._argv(self._form(), ["updateinfo", "list"] + filters)))
        self._look_at_repos(said)
        return text.advised(said, self.json)

    def planned(self, step, check_mode):
        """A Step as Planned. tdnf does nothing, and in text calls that an error."""
        argv = self._argv(self._form() + ["--assumeno"], _words(step))
        said = _checked(self._with_history(argv, check_mode, timed=True), _ABORTED)
        # A result whose rc is not 0 has failed, for Ansible.
        self.shown = said._replace(rc=0)
        self._look_at_repos(said)
        return Planned(step, text.plan(said, self.json), text.already_installed(said))

    # --- writing ---

    def make_cache(self):
        self.shown = _checked(self._call(self._argv([], ["makecache"])))
        self._look_at_repos(self.shown)

    def leave(self):
        """Old versions of tdnf have one cache for all releases: what a run has put there for another one, the next would believe."""
        if not self._read or not self.params["releasever"] or self.version >= plans.KEYED_CACHE:
            return
        options = dict(self.params, releasever=None)
        try:
            failed = text.error(self._call([TDNF] + plans.options(options) + plans.source_options(options) + ["clean", "all"]))
        except Problem as exc:
            failed = exc
        if failed:
            self.warn(["the cache of tdnf has the packages of release %s, and an update would take them: run tdnf clean all"
                       % self.params["releasever"]])

    def transact(self, step):
        """The Said of a transaction. In text, because JSON hides what rpm says."""
        self.shown = said = self._with_history(self._argv(["-y"], _words(step)), False, timed=False)
        self.warn(text.trouble(said))
        # Since it was planned, a repository may have gone.
        self._look_at_repos(said)
        return said

    def _with_history(self, argv, check_mode, timed):
        """The answer to ARGV; a second one where the first only wants for the history, which is made then."""
        said, util = self._call(argv, timed), _tdnf_run.history_util()
        error = text.error(said)
        if check_mode or not util or not error or error.number != _NO_HISTORY or self.params["installroot"] != "/":
            return said
        _checked(self._call([util, "init"]))
        return self._call(argv, timed)

    def facts(self):
        """What every result tells."""
        said = self.shown
        return dict(tdnf_version="%d.%d" % self.version, json_used=self.json, cmd=list(said.argv), rc=said.rc,
                    stdout=said.stdout, stderr=said.stderr, warnings=self.warnings, error_code=None)


def _words(step):
    return step.command + [entry.name for entry in step.entries]


# --- the run ---

def run(params, check_mode, run_command, fetch):
    """The whole result, as plain data; `failed` where something was refused or went wrong.
    RUN_COMMAND: that of an AnsibleModule. FETCH: URL -> path of a copy."""
    tdnf = None
    try:
        plans.check(params)
        if not _tdnf_run.is_root():
            raise Refusal("tdnf needs root, even to look: run this with become")
        tdnf = Tdnf(params, run_command)
        result = _finished(tdnf, check_mode, fetch)
    except Failed as exc:
        said = exc.said
        result = dict(failed=True, changed=False, msg=str(exc), error_code=exc.error.number, cmd=list(said.argv), rc=said.rc,
                      stdout=said.stdout, stderr=said.stderr)
    except (Refusal, Problem, ValueError, OSError) as exc:
        result = dict(failed=True, changed=False, msg=str(exc))
    return _told(dict(tdnf.facts() if tdnf else {}, **result))


def _finished(tdnf, check_mode, fetch):
    try:
        return _Run(tdnf, check_mode, fetch).result()
    finally:
        tdnf.leave()


def _told(result):
    """A result of which every text is harmless; lines of the programs stay lines."""
    spoken = {key: _escape.text(result[key], "\n") for key in ("stdout", "stderr") if key in result}
    return dict(_escape.everything(result), **spoken)


class _Run:
    def __init__(self, tdnf, check_mode, fetch):
        self.tdnf, self.params, self.check_mode, self.fetch = tdnf, tdnf.params, check_mode, fetch
        plans.check_version(self.params, tdnf.version)
        tdnf.check_repos()
        self.before = tdnf.installed()
        steps = self._steps()
        self.guards = [tdnf.planned(step, check_mode) for step in plans.guards(steps, tdnf.version)]
        self.planned = [tdnf.planned(step, check_mode) for step in steps]
        self.plans = [each.plan for each in self.planned]
        # Entry -> the plan for it, of those that another package is installed for.
        self.instead = {}

    def result(self):
        for each in self.guards + self.planned:
            plans.check_plan(each.plan, each.step, self.params)
            self._check_asked(each)
        if self.params["update_cache"] and self.tdnf.stale and not self.check_mode:
            self.tdnf.make_cache()
        if self.params["download_only"] or not any(self.plans):
            return self._downloaded()
        reboot = self._reboot_suggested()
        if self.check_mode:
            return self._outcome(self._predicted(), reboot)
        return self._carried_out(reboot)

    # --- what is to be done ---

    def _steps(self):
        given = self.params["name"]
        entries = [self._entry(*pair) for pair in zip(given, plans.names(given))]
        state, filters = plans.state_of(self.params), plans.filter_options(self.params)
        if state == "absent":
            self._look_at_providers([entry.name for entry in entries if not plans.matching(entry.name, self.before)])
            return plans.removal(entries, self.before, self.tdnf.version, self.params["autoremove"])
        providers = {entry.name: self.tdnf.providers(entry.name) for entry in entries
                     if entry.name != plans.ALL and not plans.is_there(entry, self.before) and not entry.file}
        found = plans.steps(state, entries, self.before, providers, filters)
        if not filters or any(entry.name == plans.ALL for entry in entries):
            return found
        return plans.only_advised(found, self.tdnf.advised(filters), self.before)

    def _entry(self, given, name):
        path = self.fetch(name) if plans.is_url(name) else name
        return plans.Entry(given, path, self.tdnf.package_of(path, given) if plans.is_file(path) else None)

    def _check_asked(self, each):
        """Raise a Refusal where a plan does not lead to what was asked for: what is excluded tdnf leaves out without a word."""
        after = plans.predicted(self.before, each.plan)
        left = [entry for entry in plans.unfulfilled(each.step, after) if not self._by_another_name(each, entry)]
        skipped = self.params["skip_broken"] and each.step.command == ["install"]
        sentences = [plans.nothing_for(entry, each.step, skipped) for entry in left]
        if left and not skipped:
            raise Refusal("; ".join(sentences))
        self.tdnf.warn(sentences)

    def _by_another_name(self, each, entry):
        """Whether tdnf has, for an Entry whose name is not in a plan to install, another package, or has it already."""
        if each.step.command != ["install"]:
            return False
        # Of several, only a plan for this one alone tells which package is for it.
        alone = each if len(each.step.entries) == 1 else self.tdnf.planned(each.step._replace(entries=(entry,)), self.check_mode)
        self.instead[entry] = alone.plan
        return bool(alone.plan) or alone.already

    def _reboot_suggested(self):
        # A kernel that stays beside its successor is not upgraded: the new one is installed.
        there = {package.name for package in self.before}
        moved = there.intersection(self._named("Upgrade", "Install"))
        return bool(moved) and bool(self.tdnf.advised(["--reboot-required"]) & moved)

    def _packages(self, *keys):
        return [package for plan in self.plans for key in keys for package in plan.get(key, ())]

    def _named(self, *keys):
        return sorted({package.name for package in self._packages(*keys)})

    def _predicted(self):
        after = self.before
        for plan in self.plans:
            after = plans.predicted(after, plan)
        return after

    # --- doing it ---

    def _downloaded(self):
        """The result of a run that installs nothing."""
        if not self.check_mode:
            for each in self.planned:
                # Of a download rpm knows nothing: the plan that is carried out is printed again.
                if each.plan and not text.plan(_checked(self.tdnf.transact(each.step)), False):
                    raise Refusal(plans.nothing_done(sum(each.plan.values(), []), []))
        wanted = self._packages("Install", "Upgrade", "Downgrade")
        lines = ["Downloaded: " + text.label(package) for package in wanted]
        return dict(self._outcome(self.before, False), changed=bool(lines), results=lines, msg=plans.message(lines, self.check_mode))

    def _carried_out(self, reboot):
        started, failure, configurations = time.time() - _TICK, None, self._configurations()
        for each in self.planned:
            if each.plan and not failure:
                failure = self._failure_of(each.step)
        try:
            return self._done(failure, reboot, lambda: _tdnf_run.new_copies(configurations, started))
        except (Failed, Problem) as exc:
            told = [failure.text] if failure else []
            return dict(failed=True, changed=True, error_code=None, msg="; ".join(
                told + ["tdnf was started, and what it has done is not known: %s" % exc]))

    def _done(self, failure, reboot, new_copies):
        """What the steps have led to. FAILURE: the Error of the last one, or None."""
        # Also after a failure: a part of a transaction may be done.
        after = self.tdnf.installed()
        self._look_at_signatures(after)
        result = dict(self._outcome(after, reboot), rpmnew=new_copies())
        failure = failure or self._not_done(after)
        if not failure:
            self._look_at_names(after)
        else:
            done = "; ".join(result["results"]) or "nothing"
            result.update(failed=True, msg="%s. Installed or removed before that: %s" % (failure.text, done), error_code=failure.number)
        return result

    def _failure_of(self, step):
        """Carry a Step out; what went wrong as an Error whose text is a sentence, or None."""
        try:
            said = self.tdnf.transact(step)
        except Failed as exc:
            return text.Error(exc.error.number, str(exc))
        except (Problem, Refusal) as exc:
            return text.Error(None, str(exc))
        error = text.error(said)
        return error and error._replace(text=plans.sentence(said, error))

    def _not_done(self, after):
        """An Error where tdnf ended well and did not do what it had planned, or None."""
        found = [plans.not_done(plan, self.before, after) for plan in self.plans]
        told = plans.nothing_done(*[sum(packages, []) for packages in zip(*found)])
        return text.Error(None, told) if told else None

    def _configurations(self):
        """The configuration files of what will move or go: of a package that is gone rpm knows none."""
        moved = self._named("Upgrade", "Downgrade", "Remove")
        lines = _checked(self.tdnf.rpm(["-qc"] + moved)).stdout.splitlines() if moved else []
        return [line for line in lines if line.startswith("/")]

    def _look_at_names(self, after):
        """Warn of a name for which tdnf installed another package."""
        self.tdnf.warn(plans.replaced(entry, plan) for entry, plan in self.instead.items()
                       if plan and not plans.is_there(entry, after) and not self.tdnf.providers(entry.name))

    def _look_at_providers(self, names):
        """Warn of what stays though it is to be absent: another package may provide it."""
        found = sorted(set(self.tdnf.providers(*names))) if names else []
        self.tdnf.warn(plans.provided(names, name) for name in found)

    def _look_at_signatures(self, after):
        if set(after) - set(self.before) and not self.params["disable_gpg_check"]:
            self.tdnf.warn(plans.unsigned(self.tdnf.rpm(["--eval", "%{_pkgverify_level}"]).stdout.strip()))

    def _outcome(self, after, reboot):
        results = plans.results(self.before, after, self._named("Downgrade"))
        asked = [entry.name for each in self.planned for entry in each.step.entries]
        extra = [] if self.params["autoremove"] else plans.removed_extra(self.before, after, asked, self._packages("Obsolete"))
        return dict(changed=bool(results), msg=plans.message(results, self.check_mode), results=results, removed_extra=extra, rpmnew=[],
                    reboot_suggested=reboot, diff=plans.diff(self.before, after))
