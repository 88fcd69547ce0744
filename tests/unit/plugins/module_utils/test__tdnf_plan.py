# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is refused, which commands do what is asked for, and what is told of it."""

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _tdnf_plan as plans
from ansible_collections.photon.hardening.plugins.module_utils._tdnf_plan import Entry, Refusal, Step
from ansible_collections.photon.hardening.plugins.module_utils._tdnf_text import Error, Package, Said

OLD, NEW = Package("hello", "0", "1.0", "1.ph5", "noarch"), Package("hello", "0", "2.0", "1.ph5", "noarch")
LIB, APP = Package("lib-a", "0", "1.0", "1.ph5", "noarch"), Package("app-b", "0", "1.0", "1.ph5", "noarch")
ONE, TWO = Package("linux", "0", "6.1.1", "1.ph5", "x86_64"), Package("linux", "0", "6.1.2", "1.ph5", "x86_64")
EPOCH = Package("epkg", "2", "0.9", "1.ph5", "noarch")


def params(**given):
    return dict(dict(
        name=[], state=None, update_cache=False, enablerepo=[], disablerepo=[], exclude=[], disable_gpg_check=False, security=False,
        sec_severity=None, allow_downgrade=False, allowerasing=False, autoremove=False, skip_broken=False, download_only=False,
        cacheonly=False, releasever=None, installroot="/", conf_file=None, lock_timeout=30, timeout=600), **given)


def entries(*names):
    return [Entry(name, name, None) for name in names]


# --- what is asked for ---

@pytest.mark.parametrize("given, expected", [
    ({}, "present"), (dict(autoremove=True), "absent"), (dict(state="installed"), "present"), (dict(state="removed"), "absent"),
    (dict(state="latest"), "latest"), (dict(state="absent"), "absent")])
def test_the_state(given, expected):
    assert plans.state_of(params(**given)) == expected


@pytest.mark.parametrize("given, expected", [
    ("hello", "hello"), ("hello = 1.0-1.ph5", "hello=1.0-1.ph5"), (" hello ", "hello"), ("file:///a/b.rpm", "/a/b.rpm"),
    ("FILE:///a/b.rpm", "/a/b.rpm"), ("http://host/a=b.rpm", "http://host/a=b.rpm")])
def test_names(given, expected):
    assert plans.names([given]) == [expected]


@pytest.mark.parametrize("given, words", [
    ({}, "name is missing: name packages, or set update_cache or autoremove"),
    (dict(name=["a", " "]), "name, entry 2: ' ': it is empty or holds a control character"),
    (dict(name=["a\nb"]), "control character"),
    (dict(name=["--root=/x"]), "a name cannot begin with a dash"),
    (dict(name=["*"]), "it means all packages, and goes only with state=latest"),
    (dict(name=["*", "a"], state="latest"), "goes with no other name"),
    (dict(name=["h*"], state="latest"), "tdnf installs the newest version for a pattern"),
    (dict(name=["h?"]), "for a pattern"), (dict(name=["h[a]"]), "for a pattern"), (dict(name=["{a,b}"]), "for a pattern"),
    (dict(name=["hello>=1.0"]), "only = can be used"), (dict(name=["hello < 1.0"]), "only = can be used"),
    (dict(name=["./a.rpm"]), "by its absolute path or its URL"), (dict(name=["a.rpm"]), "by its absolute path or its URL"),
    *[(dict(name=[name]), "tdnf takes only a file that is called *.rpm: give the file such a name")
      for name in ("/a.rpm.new", "/a.RPM", "file:///srv/a")],
    (dict(name=["/a.rpm"], state="absent"), "an rpm file can only be installed"),
    (dict(name=["http://a/b.rpm"], state="removed"), "an rpm file can only be installed"),
    (dict(name=["a"], security=True), "security and sec_severity go only with state=latest"),
    (dict(name=["a"], sec_severity=7.0), "security and sec_severity go only with state=latest"),
    (dict(name=["a"], state="latest", security=True, sec_severity=0.0), "tdnf ignores the severity"),
    (dict(name=["a"], state="latest", sec_severity=-1.0), "a number from 0 to 10"),
    (dict(name=["a"], state="latest", sec_severity=10.5), "a number from 0 to 10"),
    (dict(name=["a"], state="latest", sec_severity=float("nan")), "a number from 0 to 10"),
    (dict(name=["a"], enablerepo=["photon-*"]), "enablerepo: 'photon-*': tdnf enables every repository"),
    (dict(name=["a"], download_only=True, state="removed"), "download_only cannot be used with state=absent"),
    (dict(name=["a"], autoremove=True, state="latest"), "autoremove goes only with state=absent"),
    (dict(name=["a"], timeout=0), "timeout: give a number of seconds above 0"),
    (dict(name=["a"], installroot="here"), "installroot: 'here': give an absolute path"),
    (dict(name=["a"], conf_file="tdnf.conf"), "conf_file: 'tdnf.conf': give an absolute path"),
    (dict(name=["a"], cacheonly=True, update_cache=True), "contradict one another"),
    (dict(name=["b", "a"], exclude=["a", "b"]), "name and exclude: a, b stands in both"),
])
def test_what_makes_no_sense(given, words):
    with pytest.raises(Refusal) as caught:
        plans.check(params(**given))
    assert words in str(caught.value)


@pytest.mark.parametrize("given", [
    dict(update_cache=True), dict(autoremove=True), dict(name=["a"]), dict(name=["*"], state="latest", security=True),
    dict(name=["a"], state="latest", sec_severity=0.0), dict(name=["a"], state="latest", sec_severity=10.0),
    dict(name=["a"], enablerepo=["*"], disablerepo=["photon-*"]), dict(name=["/a.rpm", "http://a/b.rpm?c=*", "http://a/b"], state="latest"),
    dict(name=["a"], autoremove=True, state="removed")])
def test_what_makes_sense(given):
    plans.check(params(**given))


@pytest.mark.parametrize("version, given, words", [
    ((3, 3), dict(skip_broken=True), "skip_broken needs tdnf 3.4, and this host has 3.3: leave it out"),
    ((3, 3), dict(autoremove=True), "autoremove needs tdnf 3.4"),
    ((3, 1), dict(autoremove=True, name=["a"]), "autoremove with a name needs tdnf 3.3"),
    ((3, 3), dict(cacheonly=True, releasever="5.0"), "tdnf 3.3 may have another release in its cache")])
def test_what_a_version_cannot_do(version, given, words):
    with pytest.raises(Refusal) as caught:
        plans.check_version(params(**given), version)
    assert words in str(caught.value)


@pytest.mark.parametrize("version, given", [
    ((3, 4), dict(skip_broken=True, autoremove=True)), ((3, 3), dict(autoremove=True, name=["a"])), ((3, 1), dict(cacheonly=True)),
    ((3, 4), dict(cacheonly=True, releasever="5.0")), ((4, 0), dict(skip_broken=True))])
def test_what_a_version_can_do(version, given):
    plans.check_version(params(**given), version)


def test_json_is_there_since():
    assert [plans.has_json(version) for version in ((3, 1), (3, 2), (3, 3), (3, 6), (4, 0))] == [False, False, True, True, True]


def test_repositories_that_are_not_there():
    with pytest.raises(Refusal, match="disablerepo: there is no repository 'c'. There are: a, b"):
        plans.check_repos(params(enablerepo=["a", "*"], disablerepo=["b*", "c"]), {"b": "", "a": ""})
    with pytest.raises(Refusal, match="There are: none"):
        plans.check_repos(params(enablerepo=["a"]), {})
    plans.check_repos(params(enablerepo=["a", "*"], disablerepo=["b*"]), {"a": ""})


# --- commands ---

@pytest.mark.parametrize("given, expected", [
    ({}, []),
    (dict(conf_file="/c", installroot="/i", releasever="5.0"), ["-c", "/c", "--installroot=/i", "--releasever=5.0"])])
def test_options_of_every_call(given, expected):
    assert plans.options(params(**given)) == expected


def test_options_of_a_plan():
    given = params(enablerepo=["a", "b"], disablerepo=["*"], exclude=["x", "y"], disable_gpg_check=True, cacheonly=True, skip_broken=True,
                   download_only=True)
    assert plans.source_options(given) == ["--disablerepo=*", "--enablerepo=a", "--enablerepo=b", "--exclude=x,y", "--nogpgcheck", "-C",
                                           "--skip-broken", "--downloadonly"]
    assert plans.source_options(params()) == []


@pytest.mark.parametrize("given, expected", [
    ({}, []), (dict(security=True), ["--security"]), (dict(sec_severity=7.0), ["--sec-severity", "7.0"]),
    (dict(sec_severity=0.0), ["--sec-severity", "0.0"])])
def test_filters(given, expected):
    assert plans.filter_options(params(**given)) == expected


@pytest.mark.parametrize("name", [
    "epkg", "epkg.noarch", "epkg-0.9", "epkg-0.9-1.ph5", "epkg-0.9-1.ph5.noarch", "epkg-2:0.9", "epkg-2:0.9-1.ph5",
    "epkg-2:0.9-1.ph5.noarch", "epkg=0.9", "epkg=0.9-1.ph5", "epkg=2:0.9", "epkg=2:0.9-1.ph5"])
def test_names_of_a_package(name):
    assert plans.matching(name, [OLD, EPOCH]) == [EPOCH]


@pytest.mark.parametrize("name", ["epk", "epkg.x86_64", "epkg-1", "epkg-0.9-1", "epkg=1:0.9", "0.9", "epkg-"])
def test_no_names_of_a_package(name):
    assert not plans.matching(name, [OLD, EPOCH])


FILE, LOCAL = Entry("/a.rpm", "/a.rpm", NEW), Package("virt", "0", "1", "1", "noarch")


@pytest.mark.parametrize("state, names, installed, expected", [
    ("present", ["hello"], [OLD], []),
    ("present", ["hello", "world"], [OLD], [Step(["install"], tuple(entries("world")))]),
    ("present", ["hello=2.0"], [OLD], [Step(["install"], tuple(entries("hello=2.0")))]),
    ("present", ["cap"], [LOCAL], []),
    ("latest", ["hello", "world"], [OLD], [Step(["update"], tuple(entries("hello"))), Step(["install"], tuple(entries("world")))]),
    ("latest", ["hello.noarch"], [OLD], [Step(["update"], tuple(entries("hello.noarch")))]),
    ("latest", ["hello=1.0"], [OLD], []),
    ("latest", ["cap"], [LOCAL], [Step(["update"], (Entry("cap", "virt", None),))]),
    ("latest", ["*"], [OLD], [Step(["--security", "update"], ())]),
    ("present", [], [OLD], []),
])
def test_steps(state, names, installed, expected):
    assert plans.steps(state, entries(*names), installed, {"cap": ["virt"] if LOCAL in installed else []}, ["--security"]) == expected


@pytest.mark.parametrize("state", ["present", "latest"])
def test_a_file_is_installed_unless_it_is_there(state):
    assert plans.steps(state, [FILE], [OLD], {}, []) == [Step(["install"], (FILE,))]
    assert plans.steps(state, [FILE], [NEW], {}, []) == []


def test_only_what_an_advisory_is_about_is_updated():
    steps = [Step(["update"], tuple(entries("hello", "lib-a"))), Step(["install"], tuple(entries("world")))]
    assert plans.only_advised(steps, {"hello", "world"}, [OLD, LIB]) == [Step(["update"], tuple(entries("hello"))), steps[1]]
    assert plans.only_advised(steps[:1], set(), [OLD, LIB]) == []


@pytest.mark.parametrize("names, version, autoremove, expected", [
    (["hello", "none"], (3, 1), False, [Step(["remove"], tuple(entries("hello")))]),
    (["hello"], (3, 3), False, [Step(["--noautoremove", "remove"], tuple(entries("hello")))]),
    (["none"], (3, 5), False, []), (["none"], (3, 5), True, []), ([], (3, 5), True, [Step(["autoremove"], ())]),
    (["hello"], (3, 5), True, [Step(["autoremove"], tuple(entries("hello")))]),
    (["linux"], (3, 5), False, [Step(["--noautoremove", "remove"], tuple(entries("linux")))]),
    (["linux-6.1.1"], (3, 6), False, [Step(["--noautoremove", "remove"], tuple(entries("linux-6.1.1")))]),
    (["linux=6.1.1"], (3, 6), False, [Step(["--noautoremove", "remove"], (Entry("linux=6.1.1", "linux-6.1.1", None),))]),
    (["hello=1.0"], (3, 1), False, [Step(["remove"], (Entry("hello=1.0", "hello", None),))]), (["hello=2.0"], (3, 1), False, []),
])
def test_removal(names, version, autoremove, expected):
    assert plans.removal(entries(*names), [OLD, ONE, TWO], version, autoremove) == expected


@pytest.mark.parametrize("name", ["linux-6.1.1", "linux=6.1.1-1.ph5", "linux-6.1.1-1.ph5.x86_64"])
def test_one_of_twins(name):
    with pytest.raises(Refusal, match=r"linux-6.1.2-1.ph5.x86_64 is installed, too, and tdnf 3.5 would remove it as well"):
        plans.removal(entries(name), [ONE, TWO], (3, 5), False)


def test_an_autoremove_with_names_is_guarded():
    steps = [Step(["autoremove"], tuple(entries("a")))]
    assert plans.guards(steps, (3, 5)) == [Step(["--noautoremove", "remove"], tuple(entries("a")))]
    assert plans.guards([Step(["autoremove"], ()), Step(["remove"], tuple(entries("a")))], (3, 5)) == []


# --- what a plan would do ---

REMOVE = Step(["--noautoremove", "remove"], tuple(entries("lib-a")))


@pytest.mark.parametrize("plan, step, expected", [
    ({"Remove": [LIB, APP]}, REMOVE, [APP]), ({"Remove": [LIB]}, REMOVE, []),
    ({"Remove": [LIB, APP]}, Step(["autoremove"], ()), []),
    ({"Remove": [OLD], "Obsolete": [OLD]}, Step(["update"], ()), []),
    ({"Remove": [OLD], "Obsolete": [LIB]}, Step(["update"], ()), [OLD]),
    ({"Remove": [OLD]}, Step(["update"], tuple(entries("hello"))), [OLD]),
    ({"Install": [OLD]}, Step(["install"], ()), []),
    # With installonlypkgs of tdnf 3.6 the oldest kernel goes when a new one comes.
    ({"Install": [TWO], "Remove": [ONE, APP]}, Step(["update"], tuple(entries("linux"))), [APP]),
    # Of another architecture it is another package.
    ({"Install": [TWO], "Remove": [ONE._replace(arch="i686")]}, Step(["install"], tuple(entries("linux"))), [ONE._replace(arch="i686")]),
])
def test_what_nobody_asked_for(plan, step, expected):
    assert plans.unasked(plan, step) == expected


@pytest.mark.parametrize("wanted, before, after, missing, left", [
    ({"Upgrade": [NEW]}, [OLD], [OLD], [NEW], []), ({"Upgrade": [NEW]}, [OLD], [NEW], [], []), ({"Install": [NEW]}, [], [], [NEW], []),
    ({"Install": [NEW]}, [], [NEW], [], []), ({}, [OLD], [OLD], [], []), ({"Downgrade": [OLD]}, [NEW], [NEW], [OLD], []),
    ({"Install": [TWO]}, [ONE], [ONE, TWO], [], []), ({"Upgrade": [NEW], "Install": [APP]}, [OLD, LIB], [OLD, LIB, APP], [NEW], []),
    # A newer one has come between plan and transaction; another step has been faster; tdnf leaves the epoch out.
    ({"Install": [OLD]}, [], [NEW], [], []), ({"Install": [OLD]}, [OLD], [OLD], [], []),
    ({"Install": [EPOCH._replace(epoch="0")]}, [EPOCH], [EPOCH], [], []),
    ({"Remove": [OLD]}, [OLD], [OLD], [], [OLD]), ({"Remove": [OLD, LIB]}, [OLD, LIB], [LIB], [], [LIB]),
    ({"Remove": [OLD]}, [OLD], [], [], []),
    ({"Remove": [EPOCH._replace(epoch="0")]}, [EPOCH], [EPOCH], [], [EPOCH._replace(epoch="0")]),
])
def test_what_was_planned_and_not_done(wanted, before, after, missing, left):
    assert plans.not_done(wanted, before, after) == (missing, left)
    assert bool(plans.nothing_done(missing, left)) is bool(missing or left)


def test_what_was_not_done_in_a_sentence():
    assert plans.nothing_done([NEW], [LIB]).startswith(
        "tdnf planned hello-2.0-1.ph5.noarch and the removal of lib-a-1.0-1.ph5.noarch, ended without an error and did not do it")


@pytest.mark.parametrize("command, installed, expected", [
    (["install"], [OLD], ["lib-a"]), (["install"], [OLD, LIB], []), (["--noautoremove", "remove"], [OLD], ["hello"]), (["remove"], [], []),
    (["autoremove"], [LIB], ["lib-a"]), (["update"], [], []), (["--security", "update"], [OLD], [])])
def test_what_is_not_as_it_was_asked_for(command, installed, expected):
    assert [entry.name for entry in plans.unfulfilled(Step(command, tuple(entries("hello", "lib-a"))), installed)] == expected


def test_a_plan_that_is_stopped():
    with pytest.raises(Refusal, match="tdnf would downgrade hello-1.0-1.ph5.noarch: set allow_downgrade"):
        plans.check_plan({"Downgrade": [OLD]}, Step(["install"], ()), params(allowerasing=True))
    with pytest.raises(Refusal, match="would also remove app-b-1.0-1.ph5.noarch, which nobody asked for: set allowerasing"):
        plans.check_plan({"Remove": [LIB, APP]}, REMOVE, params(allow_downgrade=True))
    plans.check_plan({"Downgrade": [OLD], "Remove": [APP]}, REMOVE, params(allow_downgrade=True, allowerasing=True))
    plans.check_plan({"Upgrade": [NEW], "Install": [APP]}, REMOVE, params())


def test_long_lists_are_cut():
    many = [OLD._replace(version=str(number)) for number in range(12)]
    assert plans.listed(many[:10]).count(",") == 9 and "more" not in plans.listed(many[:10])
    assert plans.listed(many).endswith(" and 2 more")


@pytest.mark.parametrize("plan, expected", [
    ({}, [OLD, ONE, TWO, EPOCH]),
    ({"Upgrade": [NEW], "Install": [APP]}, [NEW, APP, ONE, TWO, EPOCH]),
    ({"Remove": [ONE, EPOCH._replace(epoch="0")]}, [OLD, TWO]),
    ({"Upgrade": [TWO._replace(version="6.1.3")]}, [OLD, EPOCH, TWO._replace(version="6.1.3")]),
])
def test_what_is_there_afterwards(plan, expected):
    assert sorted(plans.predicted([OLD, ONE, TWO, EPOCH], plan)) == sorted(expected)


# --- what became of it ---

@pytest.mark.parametrize("before, after, lowered, expected", [
    ([OLD], [NEW], [], ["Upgraded: hello-1.0-1.ph5.noarch -> hello-2.0-1.ph5.noarch"]),
    ([NEW], [OLD], ["hello"], ["Downgraded: hello-2.0-1.ph5.noarch -> hello-1.0-1.ph5.noarch"]),
    ([LIB], [LIB, APP], [], ["Installed: app-b-1.0-1.ph5.noarch"]), ([LIB, APP], [APP], [], ["Removed: lib-a-1.0-1.ph5.noarch"]),
    ([ONE, TWO], [], [], ["Removed: linux-6.1.1-1.ph5.x86_64", "Removed: linux-6.1.2-1.ph5.x86_64"]),
    ([ONE, TWO], [NEW._replace(name="linux")], [], ["Removed: linux-6.1.1-1.ph5.x86_64", "Removed: linux-6.1.2-1.ph5.x86_64",
                                                    "Installed: linux-2.0-1.ph5.noarch"]),
    ([OLD], [OLD], [], [])])
def test_results(before, after, lowered, expected):
    assert plans.results(before, after, lowered) == expected


def test_removed_beyond_what_was_asked_for():
    assert plans.removed_extra([OLD, LIB, APP], [NEW], ["lib-a"], []) == ["app-b-1.0-1.ph5.noarch"]
    assert plans.removed_extra([OLD, LIB, APP], [], ["lib-a-1.0"], [APP]) == ["hello-1.0-1.ph5.noarch"]


def test_the_diff():
    found = plans.diff([LIB, OLD, APP], [APP, NEW])
    assert (found["before"], found["after"]) == ("hello-1.0-1.ph5.noarch\nlib-a-1.0-1.ph5.noarch\n", "hello-2.0-1.ph5.noarch\n")


@pytest.mark.parametrize("results, check_mode, expected", [
    ([], False, "nothing to do"), (["Upgraded: a -> b", "Upgraded: c -> d", "Removed: e"], False, "done: 2 upgraded, 1 removed"),
    (["Installed: a", "Downgraded: b -> c"], True, "would be done: 1 installed, 1 downgraded"),
    (["Downloaded: a"], False, "done: 1 downloaded")])
def test_the_message(results, check_mode, expected):
    assert plans.message(results, check_mode) == expected


@pytest.mark.parametrize("stderr, error, expected", [
    ("nosuch package not found\nError(1011) : No\n", Error(1011, "No matching packages"),
     "tdnf -y failed with error 1011: No matching packages; nosuch package not found (no enabled repository has it: check the name, "
     "enablerepo, and whether the repositories can be reached)"),
    ("", Error(1207, "no host"), "tdnf -y failed with error 1207: no host (a repository cannot be reached)"),
    ("", Error(1224, "full"), "tdnf -y failed with error 1224: full (the disk of the cache is full: free space below /var/cache/tdnf)"),
    ("", Error(1400, "other"), "tdnf -y failed with error 1400: other"),
    ("", Error(None, "it ended with status 9"), "tdnf -y failed: it ended with status 9")])
def test_sentences_about_errors(stderr, error, expected):
    assert plans.sentence(Said(("tdnf", "-y"), 1, "", stderr), error) == expected


@pytest.mark.parametrize("level, warned", [
    ("all", False), ("signature", False), ("digest", True), ("none", True), ("%{_pkgverify_level}", True)])
def test_what_rpm_lets_pass(level, warned):
    assert bool(plans.unsigned(level)) is warned
