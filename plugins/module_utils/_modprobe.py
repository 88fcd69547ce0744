# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of kernel modules: what modprobe.d and the kernel's command line say, and which of it is in force when a driver is loaded.

Pure. Private to the collection.
"""

import itertools
import re
from collections import namedtuple

FOLDERS = ("/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d")
CMDLINE = "/proc/cmdline"
CMDLINE_SOURCE = CMDLINE + ":1"
# What takes MSI or MSI-X away from a driver, where it has these parameters.
DISABLING = ("disable_msi", "disable_msix")
OPTIONS, INSTALL, KERNEL, INIT = "options", "install", "kernel", "init"

# how: OPTIONS | INSTALL (a line of modprobe.d, which runs a command) | KERNEL (the command line) | INIT (its words behind `--`, which are
# init's; modprobe reads them all the same). source: file:line.
Setting = namedtuple("Setting", "driver name value source how")

_DASHES = ("--", None)
_QUOTED = r'"[^"]*(?:"|\Z)'
_WORD = re.compile(r'(?:[^ \t\n\v\f\r"]|%s)+' % _QUOTED)


def in_order(files):
    """FILES, pairs of path and text, as modprobe reads them: by name over all folders, the first folder's file of a name."""
    chosen = {}
    for folder in FOLDERS:
        for path, text in files:
            where, _slash, base = path.rpartition("/")
            if where == folder and base.endswith(".conf") and not base.startswith("."):
                chosen.setdefault(base, (path, text))
    return [chosen[base] for base in sorted(chosen)]


def settings(files, cmdline):
    """Each Setting, in the order in which the kernel is given them; of two, the later one counts."""
    return [setting for path, text in in_order(files) for setting in _of_file(path, text)] + list(_of_cmdline(cmdline))


def _of_file(path, text):
    for number, line in _lines(text):
        # Nothing else than these two separates words for modprobe; what follows them is the kernel's, or the shell's.
        words = re.split("[\t ]+", line.lstrip("\t "), maxsplit=2)
        if len(words) == 3 and words[0] in _READERS:
            for name, value in _READERS[words[0]](words[2]):
                yield Setting(_plain(words[1]), _plain(name), value, "%s:%d" % (path, number), words[0])


def _lines(text):
    """(number, line), of a line that a backslash continues the number of its first one. Any other backslash only takes itself away."""
    start, joined = 1, ""
    for number, line in enumerate(text.split("\n"), 1):
        plain = re.sub(r"\\(.)", r"\1", line)
        if re.search(r"(?<!\\)(?:\\\\)*\\\Z", line):
            joined += plain[:-1]
            continue
        yield start, joined + plain
        start, joined = number + 1, ""
    if joined:
        yield start, joined


def arguments(text):
    """(name, value) of each word, as the kernel takes them apart: quotes hold blanks together and are no part of a value. The value is None
    where there is no equals sign."""
    for word in _WORD.findall(text):
        name, equals, value = word[word.startswith('"'):].partition("=")
        is_quoted = word.startswith('"') or value.startswith('"')
        parts = [name, value[value.startswith('"'):]] if equals else [name]
        if is_quoted and parts[-1].endswith('"'):
            parts[-1] = parts[-1][:-1]
        yield parts[0], parts[1] if equals else None


def _for_the_kernel(text):
    return itertools.takewhile(lambda word: word != _DASHES, arguments(text))


def _of_options(text):
    # An option without a value is on.
    return ((name, "1" if value is None else value) for name, value in _for_the_kernel(text))


def _of_command(text):
    """In a command every word could be meant, so only one with a value is."""
    words = (word.partition("=") for word in text.split())
    return ((name.strip("\"'"), value.strip("\"'")) for name, equals, value in words if equals)


_READERS = {OPTIONS: _of_options, INSTALL: _of_command}


def _of_cmdline(text):
    how = KERNEL
    for name, value in arguments(text):
        how = INIT if (name, value) == _DASHES else how
        driver, dot, parameter = name.partition(".")
        if dot:
            yield Setting(_plain(driver), _plain(parameter), "1" if value is None else value, CMDLINE_SOURCE, how)


def _plain(name):
    return name.replace("-", "_")


def in_force(found, driver, name, builtin=False):
    """The Setting that counts when the driver is loaded, None where none does. Nothing but the command line reaches what is BUILTIN."""
    those = [item for item in found if (item.driver, item.name) == (driver, name) and (item.how == KERNEL or not builtin)]
    return those[-1] if those else None


def is_on(value):
    """Whether the kernel takes VALUE for true, as its kstrtobool does."""
    return bool(re.match(r"(?i)[yt1]|on", value or ""))


def nomsi(cmdline):
    """Whether the command line takes MSI and MSI-X away from every PCI device."""
    return any("nomsi" in (value or "").split(",") for name, value in _for_the_kernel(cmdline) if name == "pci")
