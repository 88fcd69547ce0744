# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is held back: values that would break a use of the host, or unset what is in force; and what is said of uses.

Pure. Private to the collection.
"""

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour, _memory, _names, _rules, _uses, _values
from ansible_collections.photon.hardening.plugins.module_utils._model import ABSENT

_MOST_SAID = 3
_UNPROVED = ("stays, although it may break %s: no program or file of root shows that this host is used for it. If it is, say so with uses "
             "({%s: present}; the role's variable is photon_hardening_uses), or waive the parameter.")
_GONE = ("%s (%s) was seen in an earlier run and is not seen now: what it holds back stays held back. If it is gone for good, say so with "
         "uses ({%s: absent}; the role's variable is photon_hardening_uses).")


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


def for_use(want, reading, snapshot):
    if want.value is None:
        return ""
    # What is ours stays so where something else has changed it since.
    unchanged = reading.value is not None and _values.same(want.name, reading.value, want.value) or _memory.has_set(snapshot.saved, want)
    broken = broken_uses(want.name, want.value, want.rule, snapshot, unchanged)
    return "would break %s" % broken if broken else ""


def for_partner(want, wanted, request, snapshot):
    """Of two parameters of which one is in force, the other one's value would be unset. Not where it is to be unset."""
    partner = _behaviour.partner(want.name)
    reading = snapshot.live.get(partner, ABSENT)
    if want.value is None or want.rule.exact or reading.value is None or not is_set(reading.value) or not is_set(want.value):
        return ""
    if partner in wanted and not is_set(wanted[partner].value or "1"):
        return ""
    entry = _memory.entry_of(snapshot.saved, partner)
    if _memory.is_ours(partner, entry, reading.value) and entry.dropin in [item.path for item in request.dropins]:
        return ""
    return "%s = %s is in force on this host, and this value would unset it" % (partner, reading.value)


def is_set(value):
    return bool(value.strip()) and not _behaviour.is_zero(value)


def seen(wanted, choices, request, snapshot):
    """use -> evidence, to be remembered: of the uses that hold something back and that nothing of root proves, and of those that did."""
    found = {use: snapshot.uses[use] for use in snapshot.saved.seen if use in snapshot.uses and not snapshot.uses[use].firm}
    found.update(_unproved(wanted, choices, request, snapshot))
    return {use: sign.evidence for use, sign in found.items()}


def _unproved(wanted, choices, request, snapshot):
    """use -> Use, of those that hold something back in this run and that nothing of root proves."""
    return {use: sign for name, choice in choices.items() if not choice.active
            for use, sign in _signs(name, choice.target, needs(name, request, wanted).hold, snapshot) if not sign.firm}


# --- sentences ---

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


def gone_uses(wanted, choices_made, request, snapshot):
    """Sentences about uses that still hold something back although nothing shows them now."""
    found = _unproved(wanted, choices_made, request, snapshot)
    return [_GONE % (use, found[use].evidence, use) for use in sorted(found) if found[use].gone]


def unproved_uses(wanted, choices_made, snapshot):
    """Sentences about uses that seem to need what is hardened already."""
    found = []
    for name, choice in choices_made.items():
        signs = _signs(name, choice.target, wanted[name].rule.hold, snapshot) if name in wanted and choice.active else []
        broken = [(use, sign) for use, sign in signs if not sign.firm]
        if broken:
            found.append((name, choice.target, _UNPROVED % (_in_words(broken), broken[0][0])))
    return _told(found)
