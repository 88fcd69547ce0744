# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command names that is not there: an inventory, hosts, a tag. Ansible itself warns at most, and ends as if all were well.
And sizes of batches that are wrong, of which Ansible says that they are a bug of its own.

Pure. Private to the collection.
"""

import re

from ansible_collections.photon.hardening.plugins.module_utils._nearest import nearest
from ansible_collections.photon.hardening.plugins.plugin_utils import _harmless

# What Ansible itself understands under --tags and what lets tasks without a tag run.
_TAGS = ("all", "untagged")
# Ansible knows it without an inventory.
_THIS_MACHINE = "localhost"
# So many hosts, or a share of them.
_BATCH = re.compile(r"(?:[0-9]{1,6}|0*[1-9][0-9]{0,5}%)\Z")
_PERCENTAGE = re.compile(r"(?:100|[0-9]{1,2})(?:\.[0-9]{1,3})?%?\Z")

NOTHING_LEFT = "--limit: it leaves none of the hosts on which the playbook acts: name others, or leave it out"


def limit(given, why_none):
    """GIVEN: the value of --limit. WHY_NONE: why the playbook takes none, or None."""
    return "--limit: this playbook takes none: %s" % why_none if given is not None and why_none else None


def missing_inventory(sources, default, exists):
    """SOURCES: as given with -i. DEFAULT: where Ansible looks without one, whether there is one or not."""
    for source in sources:
        if "," not in source and source not in default and not exists(source):
            return "-i (make: INVENTORY): %s: there is no such file or folder" % _harmless.line(source)
    return None


def unknown_hosts(variable, pattern, groups, matches):
    """VARIABLE: what says the PATTERN. PATTERN: its parts, as Ansible splits it. GROUPS: group -> hosts. MATCHES: a part of a pattern ->
    its hosts."""
    names = [part.lstrip("&!") for part in pattern if part.lstrip("&!") != _THIS_MACHINE]
    if names and not groups.get("all"):
        return "The inventory has no host: give one with -i (make: INVENTORY=FILE). Of a folder Ansible leaves out *.ini, *.cfg and *.txt"
    for name in names:
        if name not in groups and not matches(name):
            near = nearest(name, [*groups, *groups["all"]])
            meant = "did you mean %s?" % _harmless.line(near) if near else "name a group or a host"
            return "%s: nothing in the inventory is called %s: %s" % (variable, _harmless.line(name), meant)
    return None


def no_names(variable, given):
    """GIVEN: the pattern, as a text or a list."""
    for part in (given or [given]) if isinstance(given, list) else [given]:
        if not isinstance(part, str) or not part.strip():
            return "%s: %s is not a text that names hosts or groups: write all, or a name" % (variable, _harmless.line(repr(part)))
    return None


def nothing_left(variable, pattern, matches):
    """Where the parts of a PATTERN name hosts, and & and ! leave none of them. MATCHES: a pattern -> its hosts."""
    named = [part for part in pattern if not part.startswith(("&", "!"))] or ["all"]
    if named != pattern and matches(named) and not matches(pattern):
        return "%s: %s leaves no host: name others, or take a part away" % (variable, _harmless.line(":".join(pattern)))
    return None


def unknown_tag(run, skipped):
    """RUN, SKIPPED: the values of --tags and --skip-tags, for a playbook whose tasks have no tags."""
    for option, tags in (("--tags", [tag for tag in run if tag not in _TAGS]), ("--skip-tags", skipped)):
        for tag in tags:
            return "%s: no task of this playbook has the tag %s: leave it out" % (option, _harmless.line(tag))
    return None


def batches(serial):
    """SERIAL: one size, or several with commas between them or in a list."""
    for size in (serial or [serial]) if isinstance(serial, list) else str(serial).split(","):
        if not _BATCH.match(str(size).strip()):
            return ("photon_hardening_serial: %s is neither a number of hosts, such as 5, nor a share of them, such as 10%%"
                    % _harmless.line(size))
    return None


def most_failures(percentage):
    if not _PERCENTAGE.match(str(percentage)):
        return "photon_hardening_max_fail_percentage: %s is not a number from 0 to 100" % _harmless.line(percentage)
    return None
