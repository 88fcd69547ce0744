# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the roles: each is templated by itself, brought to plain Python, and held to its role's argument specification.

Ansible's own check of the specification is a task, with a process for each host: a tenth of a run's time on twenty hosts. Private to the
collection.
"""

import re

from ansible import errors
from ansible.module_utils.common.validation import check_type_dict
from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.photon.hardening.plugins.plugin_utils import _harmless, _variables

PREFIX = _variables.PREFIX
# variable -> its specification.
OPTIONS = _variables.SPECS["photon_hardening"]["main"]

# What people ask for, and why it is not there.
_WHY_NOT = {
    (PREFIX + "report_benchmark", "stig_photon5"):
        ". The STIG for Photon OS 5.0 has no SV- numbers of DISA, and without them no tool imports a checklist",
}

# A shell makes an empty text of a variable that is not set. Only here it says something: no report.
_MAY_BE_EMPTY = (PREFIX + "report_dir",)

# What a template may fail with; ansible-core 2.16 lets through what Python says.
_FAILED = (errors.AnsibleError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
# What ansible-core 2.19 and newer say instead of returning a placeholder.
_OMITTED = getattr(errors, "AnsibleValueOmittedError", ())


# --- from Ansible's variables to plain Python ---

def check_facts(variables, wanted=lambda name: name.startswith(PREFIX)):
    """ValueError where the host itself says, as a fact, a variable for whose name WANTED is true.

    Ansible puts facts before what the inventory says, and these variables decide what is written on the controller and where.
    """
    for name in sorted(str(name) for name in variables.get("ansible_facts") or ()):
        if wanted(name):
            raise ValueError("%s: the host says this variable as a fact, which no host may: remove it there and from the fact cache"
                             % _harmless.line(name))


def collected(wanted, variables, template):
    """name -> plain value of the VARIABLES for whose names WANTED is true. TEMPLATE makes the value of what a variable holds."""
    check_facts(variables, wanted)
    placeholder = variables.get("omit")
    found = {}
    for name in sorted(str(name) for name in variables if isinstance(name, str) and wanted(name)):
        try:
            value = plain(template(variables[name]), placeholder)
        except _OMITTED:
            continue
        except _FAILED as exc:
            raise ValueError(": ".join([name, *_failing(variables[name], template), _told_once(str(exc))])) from exc
        if not _is_omitted(value, placeholder):
            found[name] = value
    return found


def check_said(names, variables, template):
    """ValueError where one of the variables NAMES is there and cannot be templated: a playbook's `default` would take it for one that
    nobody has given."""
    collected(set(names).__contains__, variables, template)


def _failing(value, template):
    """The keys of a dictionary VALUE that lead to what TEMPLATE fails at."""
    for key, item in value.items() if isinstance(value, dict) else ():
        try:
            template(item)
        except _FAILED:
            return [str(key), *_failing(item, template)]
    return []


def _told_once(said):
    """ansible-core 2.16 says twice what is undefined, as two sentences."""
    half = said[:len(said) // 2 - 1]
    return half if said == "%s. %s" % (half, half) else said


def plain(value, placeholder=None):
    """VALUE without the kinds of texts, numbers and containers that are Ansible's own. PLACEHOLDER: what `omit` is in ansible-core 2.16;
    entries with it are left out."""
    if isinstance(value, dict):
        return {plain(key): plain(item, placeholder) for key, item in value.items() if not _is_omitted(item, placeholder)}
    if isinstance(value, (list, tuple)):
        return [plain(item, placeholder) for item in value if not _is_omitted(item, placeholder)]
    # A text from a vault is not yet a string in ansible-core 2.16.
    return str(value) if getattr(value, "__ENCRYPTED__", False) else _harmless.scalar(value)


def _is_omitted(value, placeholder):
    return placeholder is not None and isinstance(value, str) and value == placeholder


# --- the specification ---

def checked(names, variables, options=OPTIONS):
    """name -> the value of each of NAMES, its default where VARIABLES do not give it.

    ValueError where the specification in OPTIONS does not allow a value.
    """
    return {name: _checked(name, options[name], variables.get(name)) for name in names}


def of_task(args, spec, shown):
    """ARGS of a task, by option, held to SPEC as far as Ansible's own sentences speak of classes of Python or of the option's name.
    SHOWN: option -> what it is called where it was said. Required options and numbers are judged by what uses them."""
    judged = {shown(name): name for name in args if name in spec and not spec[name].get("required") and spec[name]["type"] != "int"}
    found = checked(judged, {said: plain(args[name]) for said, name in judged.items()}, {said: spec[name] for said, name in judged.items()})
    return {**args, **{name: found[said] for said, name in judged.items()}}


def _checked(name, spec, value):
    if value is None and spec.get("required"):
        raise ValueError("%s: it is not given, and has no default: give one of %s" % (name, ", ".join(spec["choices"])))
    if value is None:
        return spec.get("default")
    if _is_empty(value) and name not in _MAY_BE_EMPTY and ("elements" in spec or spec["type"] == "str" and "choices" not in spec):
        raise ValueError("%s: it is empty: give a value, or leave the variable out" % name)
    if spec["type"] == "dict":
        return _dictionary(name, value)
    if "elements" in spec:
        # As everywhere else where Ansible takes a list: from the command line it comes as one string.
        items = [item.strip() for item in value.split(",") if item.strip()] if isinstance(value, str) else value
        if not isinstance(items, list):
            raise ValueError("%s must be a list, not %s" % (name, value))
        return [_text(name, spec, item) for item in items]
    return _text(name, spec, value)


def _is_empty(value):
    return isinstance(value, str) and not value.strip(", ")


def _dictionary(name, value):
    """From the command line it may come as a=1,b=2, or as JSON."""
    try:
        return check_type_dict(value)
    except TypeError as exc:
        raise ValueError("%s must be a dictionary, not %s" % (name, value)) from exc


def _boolean(name, value):
    try:
        return boolean(value)
    except TypeError as exc:
        raise ValueError("%s: %r is neither true nor false" % (name, value)) from exc


def whole_number(name, value):
    """VALUE as a number; on the command line it is a text."""
    if isinstance(value, bool) or not re.fullmatch(r"[1-9][0-9]{0,5}", str(value)):
        raise ValueError("%s: %r is not a whole number from 1 to 999999" % (name, value))
    return int(value)


def _text(name, spec, value):
    if spec["type"] == "int":
        return whole_number(name, value)
    if spec["type"] == "bool":
        return _boolean(name, value)
    if isinstance(value, float) and str(value) in spec.get("choices", ()):
        # To YAML a version without quotes is a number.
        return str(value)
    if not isinstance(value, str):
        raise ValueError("%s: %s is not a text: write it in quotes" % (name, value))
    if "choices" in spec and value not in spec["choices"]:
        raise ValueError("%s: %r is not one of %s%s" % (name, value, ", ".join(spec["choices"]), _WHY_NOT.get((name, value), "")))
    return value
