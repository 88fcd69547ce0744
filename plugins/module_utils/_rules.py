# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of single parameters: refuses what it does not know, and brings names and values into one form.

Pure. Private to the collection.
"""

from ansible_collections.photon.hardening.plugins.module_utils import _runtimes, _sysctl_d, _values

_TEXTS = ("at_least", "at_most", "machine", "needs_module", "report", "unset_at", "waived", "waiver_expired")
_LISTS = ("accept", "hold")
_FLAGS = ("interfaces", "one_way")


def _text(name, key, value):
    # YAML makes False of `no` and 4.1 of `4.10`; a whole number is the only other thing that it leaves as it was written.
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ValueError("rules: %s: %s must be a string, not %r: write it in quotes" % (name, key, value))
    if _sysctl_d.has_control(str(value)):
        raise ValueError("rules: %s: %s must be one line without control characters, not %r" % (name, key, value))
    return str(value)


def _runtime(name, item):
    if item not in _runtimes.NAMES:
        raise ValueError("rules: %s: hold: %r is none of the container runtimes %s" % (name, item, ", ".join(_runtimes.NAMES)))
    return item


def _option(name, key, value):
    if key in _TEXTS:
        value = _text(name, key, value)
        if key.startswith("at_") and not _values.is_number(value):
            raise ValueError("rules: %s: %s must be a number, not %r" % (name, key, value))
        return value
    if key in _LISTS:
        if not isinstance(value, list):
            raise ValueError("rules: %s: %s must be a list, not %r" % (name, key, value))
        return [_runtime(name, item) if key == "hold" else _text(name, key, item) for item in value]
    if key in _FLAGS:
        if not isinstance(value, bool):
            raise ValueError("rules: %s: %s must be true or false, not %r" % (name, key, value))
        return value
    raise ValueError("rules: %s: there is no key %r; the keys are %s" % (name, key, ", ".join(sorted(_TEXTS + _LISTS + _FLAGS))))


def checked(rules):
    """RULES with canonical names and texts for values; ValueError names the rule and key that is wrong."""
    found = {}
    for name, rule in rules.items():
        if not isinstance(name, str) or not _sysctl_d.is_name(name):
            raise ValueError("rules: %r is not the name of a kernel parameter" % (name,))
        if not isinstance(rule, dict):
            raise ValueError("rules: %s must be a dictionary, not %r" % (name, rule))
        found[_sysctl_d.canonical(name)] = dict((key, _option(name, key, value)) for key, value in rule.items() if value is not None)
    return found
