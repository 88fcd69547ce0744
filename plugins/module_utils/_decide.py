# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides about each parameter that is asked for: its state, what it becomes, and why.

Pure. Private to the collection.
"""

import errno

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour, _held, _memory, _names, _rules, _values
from ansible_collections.photon.hardening.plugins.module_utils._model import ABSENT, LEFT_ALONE, Choice

NEVER_UNSET = "it cannot be unset again"
KEPT = "%s was found on this host and is as good as %s or better"
_REFUSED = "refused by the kernel in an earlier run since the last boot"
_FAILED = "the kernel did not take %s in the last run, which failed; a run tries it again"
_UNTIL_REBOOT = "only a reboot takes it back"
_ADDRESSES = "addresses and routes of IPv6 that nothing configures again are lost"


def _aside(state, reason, target=None):
    """The parameter is left alone, and its line is not in force."""
    return Choice(state, target, reason=reason)


def _in_force(state, target, write=None, reason=""):
    return Choice(state, target, write, True, reason)


def choices(wanted, request, snapshot):
    """parameter -> Choice for all that is asked for. What is only compared and what this kernel lacks is left out."""
    found, paths = {}, {item.path for item in request.dropins}
    for name, want in wanted.items():
        later = _later(want, paths, snapshot)
        choice = (_behind(want, later, snapshot) or _behind_partner(want, paths, snapshot)
                  or _choose(_as_decided(want, later, snapshot.saved), wanted, request, snapshot))
        if choice is not None:
            found[name] = choice._replace(owner=later[0]) if later and not choice.elsewhere else choice
    return found


def with_kept(wanted, choices):
    """WANTED, with the rules as they are where a value that the host has by itself is kept: also at boot nothing weaker takes its place."""
    found = dict(wanted)
    for name, choice in choices.items():
        want = wanted[name]
        if choice.active and not _values.same(name, choice.target, want.value):
            found[name] = want._replace(rule=_rules.with_kept(want, choice.target))
    return found


def _later(want, paths, snapshot):
    """(path, value) of a later drop-in of ours, from another call, that asks for the parameter, too, or None."""
    if not want.dropin or want.value is None or want.rule.waived:
        return None
    found = _memory.line_elsewhere if want.number is not None else _memory.line_for
    return found(snapshot.saved, paths, snapshot.files, want.name, after=want.dropin)


def _as_decided(want, later, saved):
    """WANT, where the LATER drop-in says the same: what is as good as that, it has decided."""
    if not later or not _values.same(want.name, later[1], want.value):
        return want
    rule = _memory.rule_for(saved, later[0], want.name) or _rules.NONE
    return want._replace(rule=want.rule._replace(accept=rule.accept, at_least=rule.at_least, at_most=rule.at_most))


def _behind(want, later, snapshot):
    """The Choice where the LATER drop-in asks for another value: that one is in force, live and at boot. Not where the host's own value is
    as good for both."""
    if not later or _values.same(want.name, later[1], want.value):
        return None
    own = _memory.own_of_host(snapshot.saved, want.name, snapshot.live.get(want.name, ABSENT).value, snapshot)
    kept = own is not None and _values.as_good(want.name, own, want.rule)
    rule = _memory.rule_for(snapshot.saved, later[0], want.name) or _rules.NONE
    if kept and (_values.same(want.name, own, later[1]) or _values.as_good(want.name, own, rule)):
        return None
    return _in_force("overridden", own if kept else want.value, reason="%s asks for %s" % later)._replace(elsewhere=True)


def _behind_partner(want, paths, snapshot):
    """The same where a later drop-in asks for the other one of a pair, of which only one can be set."""
    if not want.dropin or not _held.is_set(want.value or "") or want.rule.waived:
        return None
    line = _memory.partner_elsewhere(snapshot.saved, paths, snapshot.files, want.name, after=want.dropin)
    reason = line and "%s asks for %s = %s" % (line[0], _behaviour.partner(want.name), line[1])
    return _in_force("overridden", want.value, reason=reason)._replace(elsewhere=True) if line else None


def _choose(want, wanted, request, snapshot):
    rule, reading = want.rule, snapshot.live.get(want.name, ABSENT)
    if rule.waived:
        return _aside("waived", rule.waived)
    if want.value is not None and (reading.write_only or _behaviour.is_action(want.name)):
        raise ValueError("%s: %s is an action, not a setting: it can only be written. Remove it."
                         % (rule.required or "%s line %s" % (want.dropin, want.number), want.name))
    broken = _held.for_use(want, reading, snapshot) or _held.for_partner(want, wanted, request, snapshot)
    if broken and (request.image or not _is_lacking(want, reading)):
        return _aside("held_back", broken, want.value)
    if request.image:
        return _in_force("ok", want.value) if want.value is not None else None
    return _on_kernel(want, rule, reading, snapshot)


def _on_kernel(want, rule, reading, snapshot):
    if want.value is None:
        return _compared(rule, reading)
    if snapshot.machine not in (rule.machine or snapshot.machine).split():
        return _aside("unsupported", "%s is for %s, and this is %s" % (want.value, rule.machine, snapshot.machine))
    if reading.value is None and reading.error != errno.EIO:
        return _without_value(want, reading, snapshot.release)
    return _against_live(want, reading, snapshot)


def _compared(rule, reading):
    if reading.value is None:
        return None
    return _aside("ok", "only reported; the reference is %s" % rule.report)


def _is_lacking(want, reading):
    """Whether this kernel does not have it, and nothing will bring it: then no value of it can break a use."""
    return reading.error == errno.ENOENT and not _rules.module_of(want.name, want.rule) and not _names.interface_of(want.name)


def _without_value(want, reading, release):
    if reading.error != errno.ENOENT:
        return _in_force("read_only", want.value, reason="cannot be read (%s)" % _behaviour.errno_name(reading.error))
    module, interface = _rules.module_of(want.name, want.rule), _names.interface_of(want.name)
    if module:
        return _in_force("unsupported", want.value, reason="needs module %s" % module)
    if interface:
        return _in_force("unsupported", want.value, reason="applied when interface %s appears" % interface)
    return _aside("unsupported", "kernel %s does not have it" % release)


def _against_live(want, reading, snapshot):
    live, entry = reading.value, _memory.entry_of(snapshot.saved, want.name)
    own = _memory.own_of_host(snapshot.saved, want.name, live, snapshot)
    kept = own is not None and not _values.same(want.name, own, want.value) and _values.as_good(want.name, own, want.rule)
    target = own if kept else want.value
    landing = _values.landing(want.name, target, live or "")
    state, reason = "changed", _lasting(want.name, landing)
    if kept:
        state, reason = "stricter", KEPT % (own, want.value)
    if live is not None and _values.same(want.name, landing, live) or _memory.is_noted_form(want, entry, live):
        return _in_force(state if kept else "ok", target, reason=reason if kept else "")
    return _blocked(want, target, landing, reading, entry, snapshot) or _in_force(state, target, landing, reason)


def _lasting(name, value):
    """What must be said before the value is set."""
    if _behaviour.never_unset(name):
        return NEVER_UNSET
    if _behaviour.takes_addresses(name, value):
        return _ADDRESSES
    return _UNTIL_REBOOT if _behaviour.locked(name, value) else ""


def _blocked(want, target, landing, reading, entry, snapshot):
    """The Choice where it is known that the kernel will not take the value."""
    if reading.value is not None and _behaviour.locked(want.name, reading.value):
        return _in_force("reboot_required", target, reason="the kernel keeps %s until a reboot" % reading.value)
    if reading.refused:
        return _in_force("read_only", target, reason="read-only here (%s)" % _behaviour.errno_name(reading.refused))
    known = refused_before(want.name, landing, entry, _rules.is_one_way(want.rule, want.name, landing), snapshot)
    return _in_force(known[0], target, reason=known[1]) if known else None


def refused_before(name, value, entry, one_way, snapshot):
    """(state, reason) where an earlier run could not set VALUE and this one does not try it again: a run tries whatever may be taken
    without a reboot."""
    # A run that failed is newer than what is remembered of one that did not.
    if snapshot.refused and snapshot.refused[0] in _behaviour.names_of(name) and _values.same(name, snapshot.refused[1], value):
        return "rejected", _FAILED % value
    refused = entry.refused if entry is not None and (one_way or snapshot.is_check) else None
    if refused and refused[2] == snapshot.boot and _values.same(name, refused[1], value):
        return refused[0], _REFUSED if one_way else _REFUSED + "; a run tries it again"
    return None


def within_bounds(choices, snapshot):
    """CHOICES without the writes that the kernel refuses, since another parameter keeps a value that does not go together with theirs. The
    way back gives way to what is asked for. Of that, only a check is told so: the run fails."""
    found = dict(choices)
    for low, high in (pair for pair in _behaviour.BOUNDS if any(name in choices for name, _start in pair)):
        names = low[0], high[0]
        for name, other in sorted((names, names[::-1]), key=lambda pair: pair[0] in choices and choices[pair[0]].active):
            after = {one: _after(one, found.get(one), snapshot) for one in names}
            if None in after.values() or _behaviour.fit(*[_values.parse(one, after[one]) for one in names]):
                break
            choice = found.get(name)
            if choice is not None and choice.write is not None and (snapshot.is_check or not choice.active):
                found[name] = _bounded(choice, "the kernel does not take it beside %s = %s" % (other, after[other]))
    return found


def _after(name, choice, snapshot):
    """The value of a parameter after the run, which tries again what was refused before."""
    reading = snapshot.live.get(name, ABSENT)
    if choice is None or reading.value is None:
        return reading.value
    is_tried = choice.active and choice.state in ("read_only", "reboot_required") and not reading.refused
    return choice.write or (choice.target if is_tried else reading.value)


def _bounded(choice, reason):
    state = "rejected" if choice.active else choice.state if choice.state in LEFT_ALONE else "reboot_required"
    return choice._replace(state=state, write=None, reason=reason if choice.active else "cannot go back: " + reason)
