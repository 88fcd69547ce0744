# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides about each parameter: its state, what it becomes, and why.

Pure. Private to the collection.
"""

import errno

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour, _memory, _names, _rules, _sysctl_d, _uses, _values
from ansible_collections.photon.hardening.plugins.module_utils._model import Choice, Reading, Want

ABSENT = Reading(None, errno.ENOENT)
# What nothing is wanted of any more.
_LEFT_ALONE = ("waived", "held_back")
_MOST_SAID = 3
_NEVER_UNSET = "it cannot be unset again"
_REFUSED = "refused by the kernel in an earlier run since the last boot"
_UNTIL_REBOOT = "only a reboot takes it back"
_ADDRESSES = "addresses and routes of IPv6 that nothing configures again are lost"
_UNPROVED = ("stays, although it may break %s: no program or file of root shows that this host is used for it. If it is, say so with uses "
             "({%s: present}; the role's variable is photon_hardening_uses), or waive the parameter.")


# --- what is asked for ---

def wants(request, interfaces):
    """parameter -> Want for all that the drop-ins and rules speak of; the line that would win at boot speaks for it."""
    found, lines = {}, []
    for item in sorted(request.dropins, key=lambda item: _sysctl_d.boot_key(item.path)):
        for line in _sysctl_d.settings(item.path, item.text):
            lines.append((item.path, line))
            rule = _rules.for_value(_rules.of(request.rules, line.name), line.value)
            found[line.name] = Want(line.name, line.value, item.path, line.number, rule)
    for problem in _sysctl_d.contradictions(lines):
        raise problem
    for name in sorted(request.rules):
        rule = request.rules[name]
        if name not in found and (rule.report is not None or rule.waived):
            found[name] = Want(name, None, None, None, rule)
    for want in list(found.values()):
        for name in _interface_names(want, interfaces):
            if name not in found:
                found[name] = want._replace(name=name, number=None, rule=_of_interface(request.rules, name, want.rule))
    return found


def _interface_names(want, interfaces):
    """The same parameter of every interface that exists: conf.all does not reach them, conf.default only new ones."""
    parts = _names.key_path(want.name).split("/")
    if not want.rule.interfaces or want.value is None or len(parts) < 5 or parts[3] not in ("all", "default"):
        return []
    # Nobody else reaches the loopback.
    return [_names.of_interface(want.name, interface) for interface in interfaces if interface != "lo"]


def _of_interface(rules, name, rule):
    """An interface has the rule of conf.all, and a waiver of its own where there is one."""
    own = _rules.of(rules, name)
    return rule._replace(waived=own.waived or rule.waived)


def names(request, interfaces, saved):
    """The parameters whose live values the plan needs: those that are asked for or remembered, and all that these move."""
    paths = {item.path for item in request.dropins}
    found = dict.fromkeys(wants(request, interfaces))
    found.update(dict.fromkeys(name for name, entry in sorted(saved.parameters.items()) if entry.dropin in paths))
    found.update(dict.fromkeys(name for path in sorted(paths) if path in saved.files for name in saved.files[path].lines or ()))
    for name in list(found):
        found.update(dict.fromkeys(_memory.of_default(name, interfaces)))
    waiting = list(found)
    while waiting:
        # What is set back moves others in its turn.
        waiting = [move.name for name in waiting for move in _behaviour.reach(name, interfaces) if move.name not in found]
        found.update(dict.fromkeys(waiting))
    return list(found)


# --- one parameter against the running kernel ---

def _aside(state, reason):
    """The parameter is left alone, and its line is not in force."""
    return Choice(state, reason=reason)


def _in_force(state, target, write=None, reason=""):
    return Choice(state, target, write, True, reason)


def choices(wanted, request, snapshot):
    """parameter -> Choice for all that is asked for. What is only compared and what this kernel lacks is left out."""
    found, paths = {}, {item.path for item in request.dropins}
    for name, want in wanted.items():
        later = _later(want, paths, snapshot)
        choice = (_behind(want, later) or _behind_partner(want, paths, snapshot)
                  or _choose(_as_decided(want, later), wanted, request, snapshot))
        if choice is not None:
            found[name] = choice
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


def _as_decided(want, later):
    """WANT, where the LATER drop-in says the same: what is as good as that, it has decided."""
    return want._replace(rule=want.rule._replace(accept=(), at_least=None, at_most=None)) if later else want


def _behind(want, later):
    """The Choice where the LATER drop-in asks for another value: that one is in force, live and at boot."""
    if not later or _values.same(want.name, later[1], want.value):
        return None
    return _in_force("overridden", want.value, reason="%s asks for %s" % later)._replace(elsewhere=True)


def _behind_partner(want, paths, snapshot):
    """The same where a later drop-in asks for the other one of a pair, of which only one can be set."""
    if not want.dropin or not _is_set(want.value or "") or want.rule.waived:
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
    broken = _held_for_use(want, reading, snapshot) or _held_for_partner(want, wanted, request, snapshot)
    if broken and (request.image or not _is_lacking(want, reading)):
        return _aside("held_back", broken)
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
        state, reason = "stricter", "%s was found on this host and is as good as %s or better" % (own, want.value)
    if live is not None and _values.same(want.name, landing, live) or _memory.is_noted_form(want, entry, live):
        return _in_force(state if kept else "ok", target, reason=reason if kept else "")
    return _blocked(want, target, landing, reading, entry, snapshot) or _in_force(state, target, landing, reason)


def _lasting(name, value):
    """What must be said before the value is set."""
    if _behaviour.never_unset(name):
        return _NEVER_UNSET
    if _behaviour.takes_addresses(name, value):
        return _ADDRESSES
    return _UNTIL_REBOOT if _behaviour.locked(name, value) else ""


def _blocked(want, target, landing, reading, entry, snapshot):
    """The Choice where it is known that the kernel will not take the value."""
    if reading.value is not None and _behaviour.locked(want.name, reading.value):
        return _in_force("reboot_required", target, reason="the kernel keeps %s until a reboot" % reading.value)
    if reading.refused:
        return _in_force("read_only", target, reason="read-only here (%s)" % _behaviour.errno_name(reading.refused))
    if entry is not None and entry.refused and tuple(entry.refused[1:]) == (landing, snapshot.boot):
        return _in_force(entry.refused[0], target, reason=_REFUSED)
    if snapshot.refused and snapshot.refused[0] in (want.name,) + _behaviour.names_of(want.name) and snapshot.refused[1] == landing:
        return _in_force("rejected", target, reason="the kernel refused %s in the last run, which failed; a run tries it again" % landing)
    return None


# --- what is held back ---

def _signs(name, value, groups, snapshot):
    """(use, its Use) of each use of this host that GROUPS, a rule's `hold` or `stops`, names for VALUE."""
    uses = [use for held, group in groups for use in group if None not in (held, value) and _values.same(name, held, value)]
    return [(use, snapshot.uses[use]) for use in uses if use in snapshot.uses]


def _in_words(signs):
    """The uses with their evidence; of those that are nothing but the user's word the first few."""
    found = ["%s (%s)" % (use, sign.evidence) for use, sign in signs if sign.evidence]
    said = [use for use, sign in signs if not sign.evidence]
    more = " and %d more" % (len(said) - _MOST_SAID) if len(said) > _MOST_SAID else ""
    return ", ".join(found + ([", ".join(said[:_MOST_SAID]) + more + " (by container_host or uses)"] if said else []))


def broken_uses(name, value, rule, snapshot, unchanged=False, past=False):
    """The uses of this host that VALUE would break, in words; "" where it breaks none. UNCHANGED: whether the value is in force already:
    what a process or the network shows alone does not take it back then. PAST: whether it was in force before us: what another value of
    that time proves has lived with it."""
    return _in_words([(use, sign) for use, sign in _signs(name, value, rule.hold, snapshot)
                      if (sign.firm or not unchanged) and not (past and sign.before)])


def _held_for_use(want, reading, snapshot):
    if want.value is None:
        return ""
    # What is ours stays so where something else has changed it since.
    unchanged = reading.value is not None and _values.same(want.name, reading.value, want.value) or _memory.has_set(snapshot.saved, want)
    broken = broken_uses(want.name, want.value, want.rule, snapshot, unchanged)
    return "would break %s" % broken if broken else ""


def _held_for_partner(want, wanted, request, snapshot):
    """Of two parameters of which one is in force, the other one's value would be unset. Not where it is to be unset."""
    partner = _behaviour.partner(want.name)
    reading = snapshot.live.get(partner, ABSENT)
    if want.value is None or want.rule.exact or reading.value is None or not _is_set(reading.value) or not _is_set(want.value):
        return ""
    if partner in wanted and not _is_set(wanted[partner].value or "1"):
        return ""
    entry = _memory.entry_of(snapshot.saved, partner)
    if _memory.is_ours(partner, entry, reading.value) and entry.dropin in [item.path for item in request.dropins]:
        return ""
    return "%s = %s is in force on this host, and this value would unset it" % (partner, reading.value)


def _is_set(value):
    return bool(value.strip()) and not _behaviour.is_zero(value)


# --- what is said of uses ---

def _family(name):
    """One name for the same parameter of all interfaces."""
    parts = _names.key_path(name).split("/")
    return _names.of_interface(name, "*") if len(parts) > 4 and parts[2] in ("conf", "neigh") else name


def _told(found):
    """The sentences of FOUND, (parameter, value, what is to be said): one for all interfaces of which the same is to be said."""
    groups = {}
    for name, value, words in found:
        groups.setdefault((_family(name), value, words), []).append(name)
    return ["%s = %s %s" % (names[0] if len(names) == 1 else family, value, words) for (family, value, words), names in groups.items()]


def stopped_uses(wanted, rows, choices_made, snapshot):
    """Sentences about what a value which is set now stops without breaking anything else of a use."""
    found = []
    for row in rows:
        choice = choices_made[row.name]
        if row.state == "changed" and choice.active and row.name in wanted:
            found += [(row.name, choice.target, "takes away: %s. It is still set." % words)
                      for words in _stopped(row.name, choice.target, wanted[row.name].rule, snapshot)]
    return _told(found)


def _stopped(name, value, rule, snapshot):
    """What VALUE stops, of each use of this host that `stops` names, in the words that RULE has for it."""
    for use, sign in _signs(name, value, rule.stops, snapshot):
        words = [text for held, other, text in rule.stopped if other == use and _values.same(name, held, value)]
        yield ": ".join(words + [_in_words([(use, sign)])])


def unproved_uses(wanted, choices_made, snapshot):
    """Sentences about uses that seem to need what is hardened already."""
    found = []
    for name, choice in choices_made.items():
        signs = _signs(name, choice.target, wanted[name].rule.hold, snapshot) if name in wanted and choice.active else []
        broken = [(use, sign) for use, sign in signs if not sign.firm]
        if broken:
            found.append((name, choice.target, _UNPROVED % (_in_words(broken), broken[0][0])))
    return _told(found)


# --- parameters that are no longer asked for ---

def leaving(found, wanted, request, snapshot):
    """CHOICES for every parameter that a drop-in of this call used to set, and no longer does: on its way back."""
    paths = {item.path for item in request.dropins}
    back = {}
    for name, remembered in _memory.leaving(snapshot.saved, paths, snapshot.files, found):
        reading = snapshot.live.get(name, ABSENT)
        if request.image or reading.value is None:
            continue
        partner = _behaviour.partner(name)
        line = _memory.partner_elsewhere(snapshot.saved, paths, snapshot.files, name)
        if line or partner in found and found[partner].active and _is_set(found[partner].target):
            back[name] = _aside("ok", "%s takes its place" % partner)
            if partner not in found and _memory.entry_of(snapshot.saved, partner) is None:
                # It was its own value that the one which leaves has unset.
                back[partner] = Choice("changed", None, line[1], False, "%s asks for it" % line[0])
            continue
        elsewhere = _memory.line_for(snapshot.saved, paths, snapshot.files, name)
        entry = _as_ours(name, remembered, elsewhere, reading.value, snapshot)
        value = elsewhere[1] if elsewhere else entry.before
        broken = broken_uses(name, value, needs(name, request, wanted), snapshot, past=elsewhere is None)
        back[name] = _way_back(name, value, elsewhere, reading, entry, found.get(name), broken, snapshot.boot)
    return back


def _as_ours(name, entry, elsewhere, live, snapshot):
    """ENTRY, or that of a value of the host's own that our line has met: it goes as if we had set it, unless the line ELSEWHERE,
    (path, value), is weaker by the rule of its call."""
    if entry.wrote is not None or entry.before is not None:
        return entry
    rule = (snapshot.saved.files[elsewhere[0]].rules or {}).get(name)
    return entry if rule is not None and _values.as_good(name, live, rule) else entry._replace(wrote=live)


def _way_back(name, value, elsewhere, reading, entry, choice, broken, boot):
    def told(state, reason, write=None):
        known = choice is not None and choice.state != "ok"
        reasons = [choice.reason if known else "", reason]
        return Choice(choice.state if known else state, None, write, False, "; ".join(filter(None, reasons)))

    if entry.before is None and entry.wrote is None:
        return told("ok", "the host's own value is as good as what %s asks for" % elsewhere[0])
    if not _memory.is_ours(name, entry, reading.value):
        return told("ok", _why_not_ours(name, entry, reading.value))
    if value is None:
        return told("reboot_required", "it was not set before, and %s" % _NEVER_UNSET)
    if _values.same(name, value, reading.value):
        return told("ok", "%s asks for the same" % elsewhere[0] if elsewhere else _memory.NOT_WANTED)
    if broken:
        what = "%s, which %s asks for," % (value, elsewhere[0]) if elsewhere else "its baseline %s" % value
        return told("held_back", "left as it is: %s would break %s" % (what, broken))
    blocked = _blocked_back(name, value, reading, entry, boot)
    if blocked:
        return told(*blocked)
    return told("changed", "%s asks for it" % elsewhere[0] if elsewhere else "no longer wanted: the earlier value is restored", value)


def _why_not_ours(name, entry, live):
    if entry.before is not None and _values.same(name, entry.before, live):
        return _memory.NOT_WANTED
    return _memory.NOT_WANTED + "; something else changed it after the last run, so it is left as it is"


def _blocked_back(name, value, reading, entry, boot):
    if _behaviour.locked(name, reading.value):
        return "reboot_required", "cannot go back: the kernel keeps %s until a reboot" % reading.value
    if reading.refused:
        return "read_only", "cannot go back: read-only here (%s)" % _behaviour.errno_name(reading.refused)
    if entry.refused and tuple(entry.refused[1:]) == (value, boot):
        return entry.refused[0], "cannot go back: " + _REFUSED
    return None


def needs(name, request, wanted):
    """The Rule of a parameter on its way back, or in a line of others. What breaks a use on all interfaces does so on one of them, and
    forwarding that is in use stays, also where no rule says so."""
    for alias in _behaviour.names_of(name):
        if alias in wanted:
            return wanted[alias].rule
    rule = _rules.of(request.rules, name)
    if _names.interface_of(name) and not rule.hold:
        every = [_rules.of(request.rules, _names.of_interface(name, scope)).hold for scope in ("all", "default")]
        rule = rule._replace(hold=every[0] or every[1])
    family = _uses.forwarding_family(name)
    return rule._replace(hold=(("0", _uses.FORWARDING[family]),)) if family and not rule.hold else rule


def _value_without_ours(name, choice, entry, live):
    """What an interface that has started with our value of a parameter gets where that is no longer ours, None where it is: the parameter
    goes back, something else has set it since, or what the host had by itself is asked for."""
    if entry is None:
        return None
    if choice.write is None:
        return None if live is None or _memory.is_ours(name, entry, live) else entry.before
    return choice.write if not choice.active or _values.same(name, choice.write, entry.before or "") else None


def interfaces_back(saved, back, remaining, snapshot):
    """CHOICES for interfaces that took our value of conf.default when they appeared: each gets what it would have without us, from the
    files that remain or from conf.default. BACK: the choices so far; conf.default ends to be ours where it leaves, and where its own value
    is asked for."""
    found = {}
    for name, choice in back.items():
        live = snapshot.live[name].value if name in snapshot.live else None
        left = _value_without_ours(name, choice, _memory.entry_of(saved, name), live)
        for other in _memory.started_with_ours(saved, name, snapshot) if left is not None else ():
            known, winner = back.get(other), remaining.winner(other)
            value = winner.value if winner and winner.value is not None else left
            if (known is None or known.state in _LEFT_ALONE) and not _values.same(other, value, snapshot.live[other].value):
                reasons = [known.reason if known else "", "it had started with our value of %s" % name]
                found[other] = Choice(known.state if known else "changed", None, value, False, "; ".join(filter(None, reasons)))
    return found
