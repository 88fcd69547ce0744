# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is set in the running kernel, in which order, and what must be there afterwards: a write may move other parameters, too.

Pure. Private to the collection.
"""

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour, _memory, _rules, _sysctl_d, _values
from ansible_collections.photon.hardening.plugins.module_utils._model import LEFT_ALONE, Write


def writes(choices, wanted, live):
    """The Writes, in their order: what moves others first, what only a reboot takes back last."""
    found = []
    for name, choice in choices.items():
        if choice.write is not None and not _is_implied(name, choice.write, choices):
            want = wanted.get(name)
            one_way = _rules.is_one_way(want.rule if want else _rules.NONE, name, choice.write)
            asked = (want.dropin, want.number) if want and choice.active else (None, None)
            found.append(Write(name, choice.write, live[name].value, one_way, *asked))
    return sorted(found, key=lambda write: (write.one_way, _behaviour.order(write.name)))


def _is_implied(name, value, choices):
    """Whether the partner's write brings NAME to 0; the kernel refuses a 0 of some of them."""
    other = choices.get(_behaviour.partner(name))
    return _behaviour.is_zero(value) and other is not None and other.write is not None and not _behaviour.is_zero(other.write)


def aftermath(planned, choices, live, interfaces, untraced, elsewhere):
    """(parameter -> the value that must be there after the writes, parameter -> (value, drop-in, mover) of what follows a write of ours).

    Where somebody asks for a parameter, that value counts, and what is left alone on purpose stays. Else what belongs to the write
    follows it, and a side effect is set back. On the way back nothing follows, except where UNTRACED says that it is not known what did.
    ELSEWHERE: the switches that drop-ins of other calls ask for.
    """
    expected, followers, again = _asked(planned, choices, live), {}, []
    by_switch = {_behaviour.switch(name): choice for name, choice in choices.items()}
    for write, move in _moved(planned, live, interfaces):
        choice, now = by_switch.get(_behaviour.switch(move.name)), live[move.name].value
        if choice is not None and choice.write is not None:
            expected.setdefault(move.name, choice.write)
            continue
        forward, is_pair = write.dropin is not None, move.name == _behaviour.partner(write.name)
        if not move.kept or _stays(write, move, choice, elsewhere) or not (forward or is_pair or write.name in untraced):
            expected[move.name] = now
            again.append(Write(move.name, now, None, False, None, None))
            continue
        if move.value is not None:
            expected[move.name] = move.value
        if forward and (move.value is None or not _values.same(move.name, move.value, now)):
            followers[move.name] = (move.maybe if move.value is None else move.value, write.dropin, write.name)
    for _write, move in _moved(again, live, interfaces):
        if move.name not in followers:
            expected.setdefault(move.name, live[move.name].value)
    return expected, followers


def _asked(planned, choices, live):
    """parameter -> the value that is written, or that is there and asked for."""
    expected = {write.name: write.value for write in planned}
    for name, choice in choices.items() if planned else ():
        if choice.active and choice.write is None and live[name].value is not None:
            expected[name] = live[name].value
    return expected


def _stays(write, move, choice, elsewhere):
    """Whether somebody has decided about a parameter that a write moves: it is asked for, or left alone on purpose. Of a pair, the write
    of one is the end of the other."""
    if choice is not None and choice.active:
        return True
    decided = choice.state in LEFT_ALONE if choice is not None else _behaviour.switch(move.name) in elsewhere
    return decided and move.name != _behaviour.partner(write.name)


def at_boot(mine, order, snapshot):
    """parameter -> (value, drop-in, mover) of what a line of ours moves at the next boot, and that no line asks for. Not where that is
    remembered already, where the host has it by itself, and where another value of ours is there. ORDER: the BootOrder after the run."""
    found, asked = {}, {_behaviour.switch(name): ours.value for name, ours in mine.items()}
    for mover, ours in mine.items():
        for name, value in _certain(mover, ours.value, snapshot):
            line = asked.get(_behaviour.switch(name))
            if _is_remembered(name, ours.path, mover, line, snapshot) or _is_there_without(name, value, line, snapshot):
                continue
            winner = order.winner(name)
            is_last = winner is not None and (winner.path == ours.path or _sysctl_d.restates(winner.path))
            if is_last and _values.same(name, winner.value or "", value):
                found[name] = value, ours.path, mover
    return found


def _is_remembered(name, dropin, mover, line, snapshot):
    known = _memory.entry_of(snapshot.saved, name)
    return line is None and known is not None and (known.dropin, known.mover) == (dropin, mover)


def _is_there_without(name, value, line, snapshot):
    """Whether the host has VALUE by itself, a LINE asks for it, or another value of ours is there."""
    live, known = snapshot.live[name].value, _memory.entry_of(snapshot.saved, name)
    own = _memory.own_of_host(snapshot.saved, name, live, snapshot)
    if _memory.is_ours(name, known, live) and not _values.same(name, value, live):
        return True
    return any(_values.same(name, value, one) for one in (own, line) if one is not None)


def _certain(mover, value, snapshot):
    """(parameter, value) of what a write moves for certain."""
    return [(move.name, move.value) for move in _behaviour.moves(mover, value, snapshot.interfaces)
            if move.kept and move.value is not None and move.name in snapshot.live and snapshot.live[move.name].value is not None]


def passing(planned, followers, live, interfaces):
    """parameter -> (value, Write) of what the writes move and the run sets again: one that is killed before that leaves it so."""
    found = {}
    for write, move in _moved(planned, live, interfaces):
        value = move.maybe if move.value is None else move.value
        if value is not None and move.name not in followers and not _values.same(move.name, value, live[move.name].value):
            found[move.name] = value, write
    return found


def reached(planned, live, interfaces):
    """Every parameter that the writes, or taking them back, may move: whatever it was, it has to be put back when the run fails."""
    return {move.name: live[move.name].value for write in planned
            for move in _behaviour.reach(write.name, interfaces) if move.name in live}


def _moved(planned, live, interfaces):
    """(Write, Move) for whatever the writes may move; the kernel moves nothing where a write changes nothing."""
    for write in planned:
        if write.before is None or not _values.same(write.name, write.value, write.before):
            for move in _unset_partner(write.name) + _behaviour.moves(write.name, write.value, interfaces):
                if move.name in live and live[move.name].value is not None:
                    yield write, move


def _unset_partner(name):
    partner = _behaviour.partner(name)
    return (_behaviour.Move(partner, "0", True),) if partner else ()
