# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tdnf and rpm print, as values: versions, packages, plans, errors, repositories, advisories, warnings.

Read in the outputs of tdnf 3.1, 3.3, 3.4, 3.5 and 3.6. Pure. Private to the collection.
"""

import json
import re
from collections import namedtuple

# One answer of a program. argv: the command. rc: its exit status, negative: the signal that ended it.
Said = namedtuple("Said", "argv rc stdout stderr")
# Everything as text; epoch is "0" where there is none.
Package = namedtuple("Package", "name epoch version release arch")
# number: NNNN of Error(NNNN), None where tdnf named none.
Error = namedtuple("Error", "number text")

# A table of a plan in text -> its key in JSON.
_TABLES = {"Installing:": "Install", "Upgrading:": "Upgrade", "Downgrading:": "Downgrade", "Reinstalling:": "Reinstall",
           "Removing:": "Remove", "Obsoleting:": "Obsolete"}
_ERROR = re.compile(r"Error\(([0-9]+)\) : (.*)")
_DOCUMENT = re.compile(r"[{\[]")
_DISABLED = (re.compile(r"(?m)^Disabling Repo: '(.*)'$"),
             re.compile(r"(?m)^Error: Failed to synchronize cache for repo '(.*?)'(?: from '.*')?$"))
# What rpm and tdnf say of a scriptlet that failed, and of a key that was imported.
_TROUBLE = ("script warning in %", "scriptlet failed", "importing key from ")
# Said beside an error, and not its reason.
_NO_REASON = ("Error(", "WARNING: Unable to remove lockfile", "Nothing to do.", "warning: ")
_PROBLEMS = re.compile(r"Found [0-9]+ problems$")
_NO_ARCH = "(none)"
QUERY = "%{NAME} %|EPOCH?{%{EPOCH}}:{0}| %{VERSION} %{RELEASE} %{ARCH}\\n"


# --- packages ---

def evr(text):
    """(epoch, version, release) of `[EPOCH:]VERSION-RELEASE`."""
    epoch, _colon, rest = text.rpartition(":")
    version, _dash, release = rest.rpartition("-")
    return epoch or "0", version, release


def full_version(package):
    epoch = "" if package.epoch == "0" else package.epoch + ":"
    return "%s%s-%s" % (epoch, package.version, package.release)


def label(package):
    """NAME-[EPOCH:]VERSION-RELEASE.ARCH, as tdnf and rpm write it."""
    arch = "" if package.arch == _NO_ARCH else "." + package.arch
    return "%s-%s%s" % (package.name, full_version(package), arch)


def packages(stdout):
    """The Packages of an answer of rpm to QUERY. Lines such as `no package provides X` are none."""
    rows = (line.split() for line in stdout.splitlines())
    return [Package(*row) for row in rows if len(row) == len(Package._fields) and row[1].isdigit()]


def is_provided_by_none(said):
    """Whether rpm answers that no package provides what it was asked for."""
    return said.rc > 0 and any(line.startswith("no package provides ") for line in said.stdout.splitlines())


def version(stdout):
    """(major, minor) of the answer to --version."""
    found = re.search(r"(?m)^tdnf: ([0-9]+)\.([0-9]+)", stdout)
    if not found:
        raise ValueError("tdnf --version says %r, in which there is no version: is /usr/bin/tdnf the program of Photon?" % stdout[:200])
    return int(found.group(1)), int(found.group(2))


# --- plans ---

def plan(said, as_json):
    """key of _TABLES -> Packages; no key where there are none."""
    return _json_plan(said.stdout) if as_json else _text_plan(said.stdout)


def _text_plan(stdout):
    found, rows = {}, None
    for line in stdout.splitlines():
        if line in _TABLES:
            rows = found.setdefault(_TABLES[line], [])
        elif not line.strip():
            rows = None
        elif rows is not None and not line.startswith("Total "):
            rows.append(_row(line))
    return found


def _row(line):
    fields = line.split()
    if len(fields) < 4 or "-" not in fields[2]:
        raise ValueError("tdnf printed a plan with the line %r, which this module does not understand: nothing was done" % line[:200])
    return Package(fields[0], *evr(fields[2]) + (fields[1],))


def _json_plan(stdout):
    found = documents(stdout)
    for document in found:
        if isinstance(document, dict) and document and set(document) <= set(_TABLES.values()):
            return {key: [_item(item) for item in items] for key, items in document.items()}
    if not found and "{" in stdout:
        raise ValueError("tdnf printed a plan that is not JSON: %r: nothing was done" % stdout[:200])
    return {}


def _item(item):
    try:
        return Package(item["Name"], *evr(item["Evr"]) + (item["Arch"],))
    except (KeyError, TypeError, AttributeError):
        raise ValueError("tdnf printed a plan with %r, which this module does not understand: nothing was done" % (item,)) from None


def documents(stdout):
    """Every JSON document of an answer. They may follow one another without a blank, and have other text around them."""
    decoder, found, start = json.JSONDecoder(), [], _DOCUMENT.search(stdout)
    while start:
        try:
            document, end = decoder.raw_decode(stdout, start.start())
            found.append(document)
        except ValueError:
            end = start.start() + 1
        start = _DOCUMENT.search(stdout, end)
    return found


# --- errors and warnings ---

def error(said):
    """The Error with which tdnf ended, None where it did its work. The exit status is its remainder of 256, which tells no errors apart;
    what does not fit it is said by a script of a package, or about a repository that was skipped."""
    told = _json_errors(said) if "-j" in said.argv else []
    lines = [line for line in said.stderr.splitlines() if line.strip() and not line.startswith("WARNING: ")]
    last = _ERROR.match(lines[-1]) if lines else None
    if last:
        told.append(Error(int(last.group(1)), last.group(2).strip()))
    for found in reversed(told):
        if found.number % 256 == said.rc:
            return found
    if said.rc < 0:
        return Error(None, "it was ended by signal %d" % -said.rc)
    return Error(None, "it ended with status %d" % said.rc) if said.rc else None


def _json_errors(said):
    return [Error(document["Error"], str(document.get("ErrorMessage", ""))) for document in documents(said.stdout)
            if isinstance(document, dict) and isinstance(document.get("Error"), int)]


def reasons(said):
    """The lines in which tdnf and rpm say why they failed."""
    lines = [line.strip() for line in said.stderr.splitlines() if line.strip() and not line.startswith(_NO_REASON)]
    told, problems = [], False
    for line in said.stdout.splitlines():
        if problems and line.strip() or "script error in %" in line:
            told.append(line.strip())
        problems = problems and bool(line.strip()) or bool(_PROBLEMS.match(line))
    return told + lines


def disabled_repos(said):
    """The names (not the ids) of the repositories that tdnf could not read and went on without."""
    return sorted({name for pattern, text in zip(_DISABLED, (said.stdout, said.stderr)) for name in pattern.findall(text)})


def trouble(said):
    """The lines that tell of what went wrong in a transaction that succeeded, or that somebody should know."""
    lines = (line.strip() for line in said.stdout.splitlines() + said.stderr.splitlines())
    return [line for line in lines if any(sign in line for sign in _TROUBLE)]


def already_installed(said):
    return "is already installed." in said.stderr


# --- repositories, advisories ---

def _rows(said):
    """Those of the lists that an answer in JSON holds."""
    return [row for document in documents(said.stdout) if isinstance(document, list) for row in document if isinstance(row, dict)]


def repos(said, as_json):
    """id -> name of all repositories that are configured."""
    if as_json:
        return {row["Repo"]: row.get("RepoName", "") for row in _rows(said) if "Repo" in row}
    rows = [line.split() for line in said.stdout.splitlines()]
    return {row[0]: " ".join(row[1:-1]) for row in rows if len(row) > 2 and row[-1] in ("enabled", "disabled")}


def advised(said, as_json):
    """The names of the packages that the advisories of an answer are about."""
    if as_json:
        files = [name for row in _rows(said) for name in row.get("Packages", ())]
    else:
        files = [line.split()[-1] for line in said.stdout.splitlines() if line.startswith("patch:")]
    return {name.rsplit("-", 2)[0] for name in files if name.count("-") >= 2}


# --- locks ---

def blocked_by(locks, pid):
    """The process that has the lock for which PID waits, of the text of /proc/locks; None where PID waits for none."""
    holder = {}
    for line in locks.splitlines():
        fields = line.split()
        waits = fields[1:2] == ["->"]
        owner = fields[5 if waits else 4:][:1]
        if owner and not waits:
            holder[fields[0]] = int(owner[0])
        elif owner == [str(pid)]:
            return holder.get(fields[0], 0)
    return None
