# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of kernel modules: what modprobe.d and the kernel's command line say, and which of it is in force when a driver is loaded.

Pure. Private to the collection.
"""

import re
from collections import namedtuple

FOLDERS = ("/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d")
CMDLINE = "/proc/cmdline"
CMDLINE_SOURCE = CMDLINE + ":1"
# What takes MSI or MSI-X away from a driver, where it has these parameters.
DISABLING = ("disable_msi", "disable_msix")
OPTIONS, INSTALL, KERNEL = "options", "install", "kernel"

# how: OPTIONS | INSTALL (a line of modprobe.d, which runs a command) | KERNEL (the command line). source: file:line.
Setting = namedtuple("Setting", "driver name value source how")


def in_order(files):
    """FILES, pairs of path and text, as modprobe reads them: by name over all folders, the first folder's file of a name."""
    chosen = {}
    for folder in FOLDERS:
        for path, text in files:
            where, _slash, base = path.rpartition("/")
            if where == folder and base.endswith(".conf"):
                chosen.setdefault(base, (path, text))
    return [chosen[base] for base in sorted(chosen)]


def settings(files, cmdline):
    """Each Setting, in the order in which the kernel is given them; of two, the later one counts."""
    found = [setting for path, text in in_order(files) for setting in _of_file(path, text)]
    return found + [Setting(driver, name, value, CMDLINE_SOURCE, KERNEL) for driver, name, value in _of_cmdline(cmdline)]


def _of_file(path, text):
    for number, line in _lines(text):
        words = line.split()
        if len(words) > 2 and words[0] in (OPTIONS, INSTALL):
            for word in words[2:]:
                name, equals, value = word.partition("=")
                # An option without a value is on; in a command every word could be meant, so there only one with a value is.
                if equals or words[0] == OPTIONS:
                    yield Setting(_plain(words[1]), _plain(name), value if equals else "1", "%s:%d" % (path, number), words[0])


def _lines(text):
    """(number, line), of a line that a backslash continues the number of its first one."""
    start, joined = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        start = start if joined else number
        if line.endswith("\\"):
            joined += line[:-1] + " "
            continue
        yield start, joined + line
        joined = ""
    if joined:
        yield start, joined


def _of_cmdline(text):
    for word in text.split():
        name, equals, value = word.partition("=")
        driver, dot, parameter = name.partition(".")
        if dot:
            yield _plain(driver), _plain(parameter), value if equals else "1"


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
    return any("nomsi" in word[4:].split(",") for word in cmdline.split() if word.startswith("pci="))
