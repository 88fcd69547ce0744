# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The recordings of the real tdnf, and the state with which the player answers from them."""

import json
import os
import re
import shlex

from ansible_collections.photon.hardening.tests.unit.plugins.modules import tdnf_player

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tdnf_recorded")
VERSIONS = ("3.1.15", "3.3.11", "3.4.9", "3.5.9", "3.6.0")
WITH_JSON = VERSIONS[1:]
SYSTEM = ("photon-release-5.0-1.ph5.noarch", "tdnf-3.5.9-1.ph5.x86_64")
_LOADED = {}
_HEADERS = {"Installing:": "Install", "Upgrading:": "Upgrade", "Downgrading:": "Downgrade", "Removing:": "Remove",
            "Obsoleting:": "Obsolete"}
_TRANSACTION = ("Downloading:", "Testing transaction", "tdnf will only download", "importing key from")
_NONE_TO_REPORT = {False: 311, True: 312}


def load(version):
    """number -> recording."""
    if version not in _LOADED:
        with open(os.path.join(FOLDER, "tdnf-%s.json" % version)) as stream:
            _LOADED[version] = {int(number): recording for number, recording in json.load(stream).items()}
    return _LOADED[version]


def package(label):
    """[name, epoch, version, release, arch] of NAME-[EPOCH:]VERSION-RELEASE.ARCH."""
    rest, _dot, arch = label.rpartition(".")
    name, evr, release = rest.rsplit("-", 2)
    epoch, _colon, version = evr.rpartition(":")
    return [name, epoch or "0", version, release, arch]


def packages(labels):
    return [package(label) for label in labels]


def arguments(recording):
    """Those with which tdnf was called."""
    words = shlex.split(recording["command"])
    return words[words.index("tdnf") + 1:]


def _moved(recording, sign):
    found = re.search(r"rpmdb: ([^|]*)", recording["note"])
    return packages(word[1:] for word in found.group(1).split() if word.startswith(sign))


def answer(recording):
    made = {name: recording[name] for name in ("stdout", "stderr", "rc")}
    return dict(made, minus=_moved(recording, "-"), plus=_moved(recording, "+"))


# --- what a plan looked like, of a recorded transaction ---

def _before_transaction(stdout):
    lines = []
    for line in stdout.splitlines(True):
        if line.startswith(_TRANSACTION):
            break
        lines.append(line)
    return "".join(lines)


def _tables(stdout):
    """The tables of a plan as tdnf prints them in JSON, without sizes and repositories."""
    found, rows = {}, []
    for line in stdout.splitlines():
        fields = line.split()
        if line in _HEADERS:
            rows = found.setdefault(_HEADERS[line], [])
        elif fields and not line.startswith("Total ") and found:
            rows.append({"Name": fields[0], "Arch": fields[1], "Evr": fields[2]})
    return found


def _repo_lines(stderr):
    lines = stderr.splitlines(True)
    last = max([number for number, line in enumerate(lines) if "Failed to synchronize" in line] or [-1])
    return "".join(lines[:last + 1])


def text_plan(recording):
    """What --assumeno would have printed in the place of -y: the recorded output up to the transaction."""
    stdout = _before_transaction(recording["stdout"])
    if not _tables(stdout):
        return dict(recording, note="")
    stderr = _repo_lines(recording["stderr"]) + "Error(1032) : Operation aborted.\n"
    return dict(stdout=stdout, stderr=stderr, rc=8, note="")


def json_plan(recording):
    """The same as -j --assumeno prints it."""
    tables = _tables(_before_transaction(recording["stdout"]))
    if tables:
        return dict(stdout=json.dumps(tables), stderr=_repo_lines(recording["stderr"]), rc=0, note="")
    error = re.search(r"(?m)^Error\(([0-9]+)\) : (.*)\n\Z", recording["stderr"])
    stdout = json.dumps({"Error": int(error.group(1)), "ErrorMessage": error.group(2)}) if error else ""
    stderr = recording["stderr"][:error.start()] if error else recording["stderr"].replace("Nothing to do.\n", "")
    return dict(stdout=stdout, stderr=stderr, rc=recording["rc"], note="")


def with_plans(recording):
    """key -> answer of a recording, and of the plans that belong to a transaction."""
    return dict(_plans_of(recording), **_itself(recording))


def _itself(recording):
    return {tdnf_player.key(arguments(recording)): answer(recording)}


def _plans_of(recording):
    given = arguments(recording)
    if "-j" in given or not {"-y", "--assumeno"}.intersection(given):
        return {}
    rest = [argument for argument in given if argument not in ("-y", "--assumeno")] + ["--assumeno"]
    made = ((rest, text_plan(recording)), (rest + ["-j"], json_plan(recording)))
    return {tdnf_player.key(words): answer(dict(plan, note="rpmdb: unchanged")) for words, plan in made}


def _answers(version, numbers):
    """What was recorded itself goes before what belongs to another recording."""
    found = {}
    for of in (_plans_of, _itself):
        for number in numbers:
            found.update(of(load(version)[number]))
    return found


def state(version, numbers, installed=(), **more):
    """What the player needs to know for the RECORDINGS of these numbers; INSTALLED: labels of packages, beside those of the system."""
    nothing = load(version)[_NONE_TO_REPORT[version in WITH_JSON]]
    answers = {tdnf_player.key(form + ["updateinfo", "list", "--reboot-required"]): answer(nothing) for form in ([], ["-j"])}
    answers.update(_answers(version, (0,) + tuple(numbers)))
    return dict(dict(installed=packages(SYSTEM + tuple(installed)), answers=answers, provides={}, configurations={}, files={}, lock=None,
                     macros={"%{_pkgverify_level}": "digest"}, asked=[], with_history={}), **more)
