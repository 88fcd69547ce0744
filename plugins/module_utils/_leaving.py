# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is no longer asked for: each parameter on its way back, and what has started with our value of it.

Pure. Private to the collection.
"""

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour, _decide, _held, _memory, _values
from ansible_collections.photon.hardening.plugins.module_utils._model import ABSENT, LEFT_ALONE, Choice

_AS_GOOD = "the host's own value is as good as what %s asks for"


def leaving(found, wanted, request, snapshot, moved):
    """CHOICES for every parameter that a drop-in of this call used to set, and no longer does: on its way back. MOVED: parameter -> (value,
    ...) of what a line of ours that stays moves at boot: there it stays."""
    paths = {item.path for item in request.dropins}
    back = {}
    for name, remembered in _memory.leaving(snapshot, paths, found):
        reading = snapshot.live.get(name, ABSENT)
        if request.image or reading.value is None:
            continue
        partner = _behaviour.partner(name)
        line = _memory.partner_elsewhere(snapshot.saved, paths, snapshot.files, name)
        if line or partner in found and found[partner].active and _held.is_set(found[partner].target):
            back[name] = Choice("ok", reason="%s takes its place" % partner)
            if partner not in found and _memory.entry_of(snapshot.saved, partner) is None:
                # It was its own value that the one which leaves has unset.
                back[partner] = Choice("changed", None, line[1], False, "%s asks for it" % line[0])
            continue
        elsewhere = _memory.line_for(snapshot.saved, paths, snapshot.files, name)
        entry = _as_ours(name, remembered, elsewhere, reading.value, snapshot)
        value = _asked_elsewhere(name, elsewhere, entry, snapshot) if elsewhere else moved.get(name, (entry.before,))[0]
        broken = _held.broken_uses(name, value, _held.needs(name, request, wanted), snapshot, past=elsewhere is None)
        back[name] = _way_back(name, value, elsewhere, reading, entry, found.get(name), broken, snapshot)
    return back


def _asked_elsewhere(name, line, entry, snapshot):
    """The value that a LINE, (path, value), of another drop-in asks for; the host's own one where that is as good by its rule."""
    rule = _memory.rule_for(snapshot.saved, line[0], name)
    return entry.before if rule and entry.before is not None and _values.as_good(name, entry.before, rule) else line[1]


def _as_ours(name, entry, elsewhere, live, snapshot):
    """ENTRY, or that of a value of the host's own that our line has met: it goes as if we had set it, unless the line ELSEWHERE,
    (path, value), is weaker by the rule of its call."""
    if entry.wrote is not None or entry.before is not None:
        return entry
    rule = _memory.rule_for(snapshot.saved, elsewhere[0], name)
    return entry if rule is not None and _values.as_good(name, live, rule) else entry._replace(wrote=live)


def _way_back(name, value, elsewhere, reading, entry, choice, broken, snapshot):
    state, reason, *more = _fate(name, value, elsewhere, reading, entry, broken, snapshot)
    write, held = more or (None, None)
    if choice is not None and choice.state != "ok":
        return Choice(choice.state, choice.target or held, write, False, "; ".join(filter(None, [choice.reason, reason])))
    return Choice(state, held, write, False, reason)


def _fate(name, value, elsewhere, reading, entry, broken, snapshot):
    """(state, reason) of a parameter on its way back, then the value to write and the one that is held back where there is one."""
    if entry.before is None and entry.wrote is None:
        return "ok", _AS_GOOD % elsewhere[0]
    if not _memory.is_ours(name, entry, reading.value):
        return "ok", _why_not_ours(name, entry, reading.value)
    if value is None:
        return "reboot_required", "it was not set before, and %s" % _decide.NEVER_UNSET
    stays, goes = _words(name, value, elsewhere)
    if _values.same(name, value, reading.value):
        return "ok", stays
    if broken:
        what = "%s, which %s asks for," % (value, elsewhere[0]) if elsewhere else "its baseline %s" % value
        return "held_back", "left as it is: %s would break %s" % (what, broken), None, value
    return _blocked_back(name, value, reading, entry, snapshot) or ("changed", goes, value, None)


def _words(name, value, elsewhere):
    """The reasons where VALUE is in force already, and where it is set. ELSEWHERE: (path, value) of a line that asks for it, or None."""
    if not elsewhere:
        return _memory.NOT_WANTED, "no longer wanted: the earlier value is restored"
    if not _values.same(name, value, elsewhere[1]):
        return (_AS_GOOD % elsewhere[0],) * 2
    return "%s asks for the same" % elsewhere[0], "%s asks for it" % elsewhere[0]


def _why_not_ours(name, entry, live):
    if entry.before is not None and _values.same(name, entry.before, live):
        return _memory.NOT_WANTED
    return _memory.NOT_WANTED + "; something else changed it after the last run, so it is left as it is"


def _blocked_back(name, value, reading, entry, snapshot):
    if _behaviour.locked(name, reading.value):
        return "reboot_required", "cannot go back: the kernel keeps %s until a reboot" % reading.value
    if reading.refused:
        return "read_only", "cannot go back: read-only here (%s)" % _behaviour.errno_name(reading.refused)
    known = _decide.refused_before(name, value, entry, False, snapshot)
    return (known[0], "cannot go back: " + known[1]) if known else None


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
            if (known is None or known.state in LEFT_ALONE) and not _values.same(other, value, snapshot.live[other].value):
                reasons = [known.reason if known else "", "it had started with our value of %s" % name]
                found[other] = Choice(known.state if known else "changed", None, value, False, "; ".join(filter(None, reasons)))
    return found
