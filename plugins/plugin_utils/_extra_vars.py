# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names that a command says with -e where it starts playbooks of this collection alone.

They are judged more strictly than those of an inventory, which may belong to other playbooks. Names that nothing here resembles are the
user's own: an inventory may read them. Names only are compared, and words without a name are refused. Pure. Private to the collection.
"""

import re

from ansible_collections.photon.hardening.plugins.module_utils._nearest import edits, nearest
from ansible_collections.photon.hardening.plugins.plugin_utils import _harmless, _variables

# Under this name Ansible keeps what stands apart in -e "NAME=A, B" or -e "NAME = A": words that nothing reads.
_APART = "_raw_params"
# Where both are there, a short word that is near one of them is another word.
_MISSED = ("left", "right")
_AWX = "awx_"
# What an AWX itself gives to each of its jobs.
_OF_AWX = re.compile(r"awx_(?:(?:job|user|schedule|parent_job|workflow_job|webhook)_.*"
                     r"|project_revision|project_scm_branch|inventory_id|inventory_name|execution_node)\Z")
_TOLD = ("compare_", "report_")
_PREFIXES = (*_variables.PREFIXES, *_TOLD)
# What may be left of a prefix: photon_profile, hardening_profile.
_PARTS = tuple(part + "_" for prefix in _variables.PREFIXES for part in prefix.rstrip("_").split("_"))
# What these are called without their prefix nobody else has a variable for.
_OURS_ALONE = ("container_host", "fail_on", "overrides", "vmware_msix", "waivers")
_OF_UPGRADE = {name for options in _variables.SPECS["photon_upgrade"].values() for name in options}
_OF_ROLES = _variables.KNOWN.difference(*_variables.OF_PLAYBOOKS.values())
_READ = _variables.KNOWN.union(*_variables.OF_PLAYBOOKS.values())
# Galaxy's tarball has no pages.
_SETTINGS = "https://github.com/photon-hardening/photon.hardening/blob/main/docs/settings.md"


def apart(extra):
    """EXTRA: name -> value. The sentence about words that belong to no name; None where there are none."""
    words = _harmless.line(str(extra.get(_APART, "")).strip())
    return ("-e: nothing reads what stands apart: %s: leave the blanks out (NAME=A,B), or write -e '{\"NAME\": \"A B\"}'" % words
            if words else None)


def refusal(names, playbooks):
    """Why a command that starts PLAYBOOKS must not run: the sentence about the first of NAMES that somebody meant for a playbook and that
    none of PLAYBOOKS reads. None where there is none."""
    own = {name for playbook in playbooks for name in _variables.OF_PLAYBOOKS[playbook]}
    both = set(_MISSED).intersection(names)
    for name in sorted(names):
        readers = _readers(name)
        others = [] if set(readers).intersection(playbooks) else readers
        meant = (_meant(name, own, both) or _mistyped_of_role(name, playbooks)
                 or (others or name in _OURS_ALONE) and _with_prefix(name, playbooks))
        if meant:
            return "%s %s" % (_unread(name, playbooks), _variables.what_to_write(name, meant))
        if others:
            return "%s only %s: leave it out" % (_unread(name, playbooks), _are_said(others, "does", "do"))
        if "awx" in playbooks and name.startswith(_AWX) and name not in own and not _OF_AWX.match(name):
            return "%s use one of %s" % (_unread(name, playbooks), ", ".join(sorted(own)))
    return None


def _readers(name):
    """The playbooks that read NAME. None for the variables of the role photon_hardening: a file of them may be given to every playbook."""
    if name in _OF_UPGRADE:
        return ["photon_upgrade"]
    return [playbook for playbook, read in sorted(_variables.OF_PLAYBOOKS.items()) if name in read]


def notes(names, playbooks):
    """What is told of NAMES that look as if they were meant for PLAYBOOKS and that nothing here reads."""
    for name in sorted(names):
        full = None if name in _READ else _with_prefix(name, playbooks)
        if full:
            yield "%s if %s is meant, write that." % (_unread(name, playbooks), full)
        elif name not in _READ and name.startswith(_TOLD):
            yield "%s look for the right name in %s" % (_unread(name, playbooks), _SETTINGS)


def _unread(name, playbooks):
    return "%s: %s no variable of this name:" % (_harmless.line(name), _are_said(playbooks, "reads", "read"))


def _are_said(playbooks, of_one, of_several):
    return "%s %s" % (" and ".join("%s.yml" % playbook for playbook in playbooks), of_one if len(playbooks) == 1 else of_several)


def _with_prefix(name, playbooks):
    """The variable of a role that NAME is without its prefix, or with a part of it, or None."""
    if _read_no_role(playbooks):
        return None
    bare = _bare(name, _PARTS)
    return next((prefix + bare for prefix in _variables.PREFIXES if prefix + bare in _OF_ROLES), None)


def _mistyped_of_role(name, playbooks):
    found = [] if _read_no_role(playbooks) else _variables.mistyped([name])
    return found[0][1] if found else None


def _read_no_role(playbooks):
    """Whether PLAYBOOKS read no variable of a role."""
    return set(playbooks) <= {"awx", "compare"}


def _meant(name, own, both):
    """The one of OWN names that NAME was meant to be: it is mistyped, lacks or has a prefix, or is a part. BOTH: those of _MISSED that are
    there."""
    if name in own or name in _OF_ROLES or name.startswith("_"):
        return None
    bare = _bare(name, _PREFIXES)
    known = [(other, _bare(other, (*_PREFIXES, _AWX))) for other in sorted(own)]
    same = [other for other, word in known if bare in (other, word)]
    # Two edits would make a word of others of many a short one.
    same = same or [other for other, word in known if other not in both and (edits(bare, word) == 1 or sorted(bare) == sorted(word))]
    same = same or [other for other in sorted(own) if name.startswith((_AWX, *_TOLD)) and _is_part(name, other)]
    return same[0] if same else nearest(name, own.difference(_MISSED))


def _is_part(name, other):
    """Whether NAME is OTHER without its last words, or without some after the prefix."""
    return other.startswith(name + "_") or other.endswith("_" + name.partition("_")[2])


def _bare(name, prefixes):
    return next((name[len(prefix):] for prefix in prefixes if name.startswith(prefix)), name)
