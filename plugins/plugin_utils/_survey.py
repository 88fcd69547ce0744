# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The survey of an AWX job template: its questions, made of the role's argument specification, and what an answer means.

An answer is an extra variable, and an extra variable comes before all that the inventory says. Under the real name of an option it would
hide the value of every host, also where nobody answered. So it has a name of its own, and one answer means "not answered".
Private to the collection.
"""

import re

import yaml
from ansible.module_utils.common.yaml import yaml_load

from ansible_collections.photon.hardening.plugins.plugin_utils import _arguments, _harmless

PREFIX = _arguments.PREFIX + "survey_"
NOT_ANSWERED = "inventory"
# Not asked: what is done (the job template says it), an image (AWX has none mounted), what becomes of reports (AWX keeps no files), and
# what only guests of VMware have, which the inventory knows.
ASKED = ("profile", "groups", "overrides", "waivers", "container_host", "conflicts", "fail_on")

# What an answer looks like that is a text in YAML.
_EXAMPLES = {"overrides": 'vm.swappiness: "10"', "waivers": "vm.swappiness: {reason: why, expires: 2027-01-31}"}
# In characters; the question of AWX has the same limit.
_LONGEST = 4096
_MARKUP = re.compile(r"\b[A-Z]\(([^)]*)\)")


# --- the questions ---

def spec(names, options):
    """The survey as AWX takes it, with a question for each of NAMES. OPTIONS: variable -> its specification."""
    return {"name": "photon.hardening", "description": "An answer comes before what the inventory says. %s: no answer." % NOT_ANSWERED,
            "spec": [_question(name, options[_arguments.PREFIX + name]) for name in names]}


def _question(name, option):
    asked = {"question_name": name.replace("_", " ").capitalize(), "question_description": _description(name, option), "required": False,
             "variable": PREFIX + name, "default": NOT_ANSWERED}
    if option["type"] == "dict":
        return dict(asked, type="textarea", choices="", min=0, max=_LONGEST)
    kind = "multiselect" if option["type"] == "list" else "multiplechoice"
    return dict(asked, type=kind, choices=[NOT_ANSWERED] + option["choices"], min=None, max=None)


def _description(name, option):
    """The first sentences of an option's description, without markup."""
    said = option["description"]
    text = _MARKUP.sub(r"\1", said if isinstance(said, str) else said[0])
    return text + (" In YAML, one on each line: %s" % _EXAMPLES[name] if name in _EXAMPLES else "")


# --- the answers ---

def collected(wanted, variables, template):
    """As _arguments.collected, with the answer of the survey in the place of what is answered."""
    answers = {}
    for name in ASKED:
        if PREFIX + name in variables and wanted(_arguments.PREFIX + name):
            given = _arguments.collected((PREFIX + name).__eq__, variables, template).get(PREFIX + name)
            found = answer(name, given)
            if found is not None:
                answers[_arguments.PREFIX + name] = found
    found = _arguments.collected(lambda name: name not in answers and wanted(name), variables, template)
    return dict(found, **answers)


def check_names(variables):
    """ValueError where VARIABLES answer what no survey asks."""
    known = [PREFIX + name for name in ASKED]
    for name in sorted(name for name in variables if isinstance(name, str) and name.startswith(PREFIX) and name not in known):
        raise ValueError("%s: no survey asks this: the answers are %s" % (_harmless.line(name), ", ".join(known)))


def answer(name, given):
    """What was answered to the question for the option NAME, in the form of the option; None where nothing was."""
    option = _arguments.OPTIONS[_arguments.PREFIX + name]
    if option["type"] == "list":
        given = _chosen(PREFIX + name, given)
    if _is_none(given):
        return None
    return _parsed(PREFIX + name, given) if option["type"] == "dict" and isinstance(given, str) else given


def _is_none(given):
    """An empty answer counts as not answered, too: an empty list of groups would take everything back."""
    return given in (None, [], [NOT_ANSWERED]) or isinstance(given, str) and given.strip() in ("", NOT_ANSWERED)


def _chosen(variable, given):
    """AWX has a list for several choices; on the command line they are one text."""
    if isinstance(given, str):
        given = [item.strip() for item in given.replace("\n", ",").split(",") if item.strip()]
    if isinstance(given, list) and NOT_ANSWERED in given and given != [NOT_ANSWERED]:
        raise ValueError("%s: %s stands beside other choices: choose it alone, or the others without it" % (variable, NOT_ANSWERED))
    return given


def _parsed(variable, text):
    if len(text) > _LONGEST:
        raise ValueError("%s: the answer has more than %d characters" % (variable, _LONGEST))
    try:
        # A text of a few lines that repeats itself may stand for gigabytes.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text)):
            raise ValueError("an alias (*) stands in it: write out what it stands for")
        twice = _repeated(yaml.compose(text, Loader=yaml.SafeLoader))
        if twice is not None:
            raise ValueError("%s stands twice in it: leave one out" % twice)
        found = yaml_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as exc:
        raise ValueError("%s: the answer is not YAML that can be read: %s" % (variable, _harmless.flat(str(exc)))) from exc
    if not isinstance(found, dict):
        raise ValueError("%s: the answer must be lines such as %s" % (variable, _EXAMPLES[variable[len(PREFIX):]]))
    return found


def _repeated(node):
    """A key that a dictionary in NODE, what YAML made of a text, has twice, or None. YAML itself takes the last one."""
    inside = node.value if isinstance(node, yaml.CollectionNode) else []
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _value in inside]
        inside = [item for pair in inside for item in pair]
        for key in keys:
            if keys.count(key) > 1:
                return key
    return next((key for key in map(_repeated, inside) if key is not None), None)


def located(message, variables):
    """MESSAGE about an option, which has the survey's name for it where VARIABLES answer it."""
    for name in ASKED:
        if message.startswith(_arguments.PREFIX + name + ":") and not _is_none(variables.get(PREFIX + name)):
            return PREFIX + message[len(_arguments.PREFIX):]
    return message
