# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The player: stands where tdnf and rpm would be, and answers from recordings of the real programs.

    tdnf_player.py STATE tdnf|rpm ARGUMENT...

STATE is a JSON file (see tdnf_recordings.py): what is installed, the answers of tdnf, and what rpm knows. What tdnf says is recorded. rpm
answers for the packages in STATE, in the form in which rpm 4.18 was seen to answer. Every call is noted there.
"""

import fcntl
import json
import sys

# These have a value, with a blank or with = between them.
_VALUED = ("-c", "--exclude", "--sec-severity")
# They change what tdnf fetches or keeps, and nothing of what it printed where both forms were recorded.
_SILENT = ("--refresh", "--noautoremove")


def key(arguments, silent=()):
    """One text for all ways to write a call of tdnf: its options in any order, then its words."""
    options, words, rest = [], [], list(arguments)
    while rest:
        argument = rest.pop(0)
        if argument in _VALUED:
            argument += "=" + rest.pop(0)
        (options if argument.startswith("-") else words).append(argument)
    return " ".join(sorted(option for option in options if option not in silent) + words)


def tdnf(state, arguments):
    answers = state["answers"]
    answer = answers.get(key(arguments)) or answers.get(key(arguments, _SILENT))
    if answer is None:
        return "", "there is no recording of: tdnf %s\n" % " ".join(arguments), 99
    state["installed"] = [package for package in state["installed"] if package not in answer["minus"]] + answer["plus"]
    return answer["stdout"], answer["stderr"], answer["rc"]


def rows(packages):
    return "".join(" ".join(package) + "\n" for package in packages)


def rpm(state, arguments):
    if arguments[0] == "--root":
        arguments = arguments[2:]
    if arguments[0] == "--eval":
        return state["macros"].get(arguments[1], arguments[1]) + "\n", "", 0
    if arguments[0] == "-qa":
        return rows(state["installed"]), "", 0
    if arguments[0] == "-qc":
        return "".join(path + "\n" for name in arguments[1:] for path in state["configurations"].get(name, ())), "", 0
    if arguments[0] == "-qp":
        found = [state["files"][arguments[-1]]] if arguments[-1] in state["files"] else []
        return rows(found), "" if found else "error: %s: not an rpm package\n" % arguments[-1], int(not found)
    found = [(name, [package for package in state["installed"] if name in [package[0]] + state["provides"].get(package[0], [])])
             for name in arguments[4:]]
    return "".join(rows(those) or "no package provides %s\n" % name for name, those in found), "", sum(not those for _name, those in found)


def answer(path, program, *arguments):
    """(status, standard output, standard error) of a call."""
    with open(path) as stream:
        state = json.load(stream)
    state["asked"].append([program] + list(arguments))
    stdout, stderr, status = {"rpm": rpm, "tdnf": tdnf, "history": history}[program](state, list(arguments))
    with open(path, "w") as stream:
        json.dump(state, stream)
    return status, stdout, stderr


def main(path, program, *arguments):
    with open(path) as stream:
        lock = json.load(stream)["lock"]
    if lock and program == "tdnf":
        with open(lock, "r+") as stream:
            fcntl.lockf(stream, fcntl.LOCK_EX)
    status, stdout, stderr = answer(path, program, *arguments)
    sys.stdout.write(stdout)
    sys.stderr.write(stderr)
    return status


def history(state, _arguments):
    """tdnf-history-util init: from here on the answers are those of a tdnf that has its history."""
    state["answers"].update(state["with_history"])
    return "", "", 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
