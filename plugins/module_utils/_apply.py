# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries a plan out: all of it, or nothing.

Private to the collection.
"""

import errno
import os
import signal

from ansible_collections.photon.hardening.plugins.module_utils import (
    _atomic,
    _baseline,
    _behaviour,
    _files,
    _names,
    _probe,
    _procfs,
    _remember,
    _sysctl_d,
    _values,
)
from ansible_collections.photon.hardening.plugins.module_utils._model import HostProblem

_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)
_MOST_ROUNDS, _MOST_COST = 5, 2
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_TROUBLE = (OSError, HostProblem)


class Refused(Exception):
    """The kernel did not take a value."""

    def __init__(self, name, problem):
        super().__init__(problem)
        self.name = name


class Interrupted(Exception):
    """Somebody asked the run to stop."""


class NotApplied(Exception):
    """The plan failed half-way and was undone; `name` is the parameter that was refused, None where something else was the trouble.
    `stuck`: what could not be put back, parameters by their names."""

    def __init__(self, cause, stuck, lost=(), theirs=()):
        undone = ["Every value and file is as before."]
        if stuck:
            undone = ["These could not be put back: %s." % ", ".join(stuck)]
        if lost:
            undone.append("%s was set for a moment: addresses and routes of IPv6 that nothing configures again are lost." % ", ".join(lost))
        if theirs:
            undone.append("%s was made by this run and stays: it is not empty." % ", ".join(map(_files.shown, theirs)))
        super().__init__(" ".join(["%s." % cause] + undone))
        self.name, self.stuck = getattr(cause, "name", None), stuck
        self.interrupted = isinstance(cause, Interrupted)


# What ends a run with everything put back.
_ENDS = (OSError, HostProblem, Refused, Interrupted)


class Signals:
    """While it is entered, a signal that asks the process to stop raises Interrupted; once it is `deaf`, nothing does: then everything is
    done, or is being undone, and has to be told."""

    def __init__(self):
        self.deaf, self._before = True, {}

    def __enter__(self):
        self.deaf = False
        self._before = {number: signal.signal(number, self._raise) for number in _SIGNALS}
        return self

    def _raise(self, number, _frame):
        if not self.deaf:
            self.deaf = True
            raise Interrupted("the run was stopped by signal %d (%s)" % (number, signal.Signals(number).name))

    def __exit__(self, *_exception):
        self.deaf = True
        for number, handler in self._before.items():
            signal.signal(number, handler)


# Those of this process.
SIGNALS = Signals()


class _Progress:
    """How far a run has come, for the way back."""

    def __init__(self):
        self.live, self.memory, self.staged, self.placed, self.notes, self.lost, self.theirs = False, False, [], [], [], [], []


def probe(plan, before):
    """Raise now where a file could not be replaced later; nothing is changed."""
    for path, text in sorted(plan.files.items()):
        _probe.probe(path, text)
    if plan.saved != before:
        _probe.probe(_files.BASELINE, "")


def carry_out(plan, before):
    """Apply PLAN; BEFORE is what was remembered. Returns the plan as it came out, or raises NotApplied with everything put back."""
    first = _remember.before_writes(before, plan)
    with _Undone(plan, before, first) as progress:
        probe(plan, before)
        for folder in _sysctl_d.FOLDERS + (_files.STATE_FOLDER,):
            _atomic.discard_left(folder)
        _stage(plan, before, first, progress)
        progress.live = True
        outcomes, forms = _set_live(plan, progress)
        for path, text in sorted(plan.files.items()):
            progress.placed.append(path)
            _atomic.commit(path, text)
        SIGNALS.deaf = True
    plan.warnings.extend(filter(None, progress.notes))
    return _finish(plan, before, first, outcomes, forms)


class _Undone:
    """Whatever ends the block before its end, everything is put back."""

    def __init__(self, plan, before, first):
        self._plan, self._before, self._first, self._progress = plan, before, first, _Progress()

    def __enter__(self):
        return self._progress

    def __exit__(self, _kind, exc, _trace):
        if exc is None:
            return
        SIGNALS.deaf = True
        stuck = _undo(self._plan, self._before, self._first, self._progress)
        if isinstance(exc, _ENDS):
            raise NotApplied(exc, stuck, self._progress.lost, self._progress.theirs) from exc


def _stage(plan, before, first, progress):
    """Files before memory: a disk that fills up does so while there is nothing to take back."""
    for path, text in sorted(plan.files.items()):
        if text is not None:
            _atomic.make_folders(path)
            progress.staged.append(path)
            progress.notes.append(_atomic.stage(path, text, plan.attributes.get(path)))
    if first != before:
        progress.memory = True
        progress.staged.append(_files.BASELINE)
        progress.notes.append(_baseline.store(first))


def _finish(plan, before, first, outcomes, forms):
    """The plan as it came out. From here on everything is done, so trouble is a warning."""
    for folder in plan.folders:
        if not _atomic.remove_folder(folder):
            why = "it is not empty" if _has_others(folder, (), ()) else "it cannot be removed"
            plan.warnings.append("%s was made for a file of ours and stays: %s." % (_files.shown(folder), why))
    moved = {name: (plan.live_before[name], _procfs.read(name).value) for name in plan.followers}
    # Of an image nothing is refused, and what it has at that path may be anything.
    boot = _procfs.boot_id() if outcomes else ""
    saved = _remember.after_run(plan.saved, before, first, outcomes, forms, moved, boot)
    rows = [_row_after_run(row, outcomes, forms, moved) for row in plan.rows]
    writes = [write for write in plan.writes if write.name not in outcomes]
    plan = plan._replace(rows=rows, writes=writes, saved=saved)
    try:
        if saved != first or not _baseline.is_there(saved):
            _baseline.store(saved)
    except _TROUBLE as exc:
        # It remembers more than it must, which harms no later run.
        plan.warnings.append("Everything is set, but %s could not be brought up to date (%s). Run again."
                             % (_files.shown(_files.BASELINE), exc))
    return plan


def _row_after_run(row, outcomes, forms, moved):
    if row.name in outcomes:
        state, _value, reason = outcomes[row.name]
        now = _procfs.read(row.name)
        return row._replace(state=state, after=now.value, error=_behaviour.errno_name(now.error),
                            reason="; ".join(filter(None, [row.reason, reason])))
    if row.name in moved and moved[row.name][1] is not None:
        return row._replace(after=moved[row.name][1])
    return row._replace(after=forms[row.name]) if row.name in forms else row


# --- live values ---

def _set_live(plan, progress):
    """(parameter -> (state, value, reason) of what was refused harmlessly, parameter -> the form in which the kernel keeps a value)."""
    outcomes, forms, later = {}, {}, list(plan.writes)
    for cost in range(_MOST_COST + 1):
        group = [write for write in later if _cost(write) == cost]
        later = [write for write in later if _cost(write) > cost]
        if group:
            progress.lost += [write.name for write in group if _cost(write) and not write.one_way]
            _write_all(group, outcomes)
            without = _set_by(plan, list(outcomes) + [write.name for write in later])
            _settle({name: value for name, value in plan.expected.items() if name not in without}, forms, plan)
    return outcomes, forms


def _cost(write):
    """What a way back from it does not bring back: nothing, addresses and routes, or the value itself. What costs more is written when what
    costs less is proved: a value that the kernel refuses then costs nothing."""
    return _MOST_COST if write.one_way else int(_behaviour.takes_addresses(write.name, write.value))


def _set_by(plan, names):
    """What the writes of NAMES set and move: it does not hold before them, nor where they are refused."""
    return set(names) | {name for name, (_value, _dropin, mover) in plan.followers.items() if mover in names}


def _write_all(writes, outcomes):
    """Values that depend on one another are tried again after the others."""
    pending = [(write, 0) for write in writes]
    while pending:
        answers = [(write, _procfs.write(write.name, write.value)) for write, _error in pending]
        refused = [(write, error) for write, error in answers if error]
        progress, pending = len(refused) < len(pending), refused
        if not progress:
            break
    for write, error in pending:
        state, reason = _outcome(write, error)
        if state is None:
            raise Refused(write.name, "%s: the kernel refused it (%s, %s)"
                          % (_asked(write), _behaviour.errno_name(error), os.strerror(error)))
        outcomes[write.name] = state, write.value, reason


def _asked(write):
    where = "%s line %d" % (write.dropin, write.number) if write.number else write.dropin or "on the way back"
    return "%s = %s (%s)" % (write.name, write.value, where)


def _is_gone(name):
    """Whether a parameter belongs to an interface that is not there any more."""
    return _names.interface_of(name) is not None and _procfs.read(name).error == errno.ENOENT


def _outcome(write, error):
    """(state, reason) of a parameter whose value the kernel refused, (None, "") where that fails the run."""
    if error == errno.ENOENT and _names.interface_of(write.name):
        # One of its name may be there again by now; that is another one, and starts with conf.default.
        return "unsupported", "interface %s is gone" % _names.interface_of(write.name)
    if write.one_way and write.dropin and error == errno.EINVAL and (write.before or "").strip() == "0":
        # Nothing is locked at 0: this kernel does not know the value.
        return "unsupported", "this kernel does not know the value"
    if (write.one_way or write.dropin is None) and error in (errno.EPERM, errno.EINVAL):
        return "reboot_required", "refused by the kernel"
    told = "refused by the kernel (%s)" % _behaviour.errno_name(error)
    if error in _READ_ONLY:
        return "read_only", told
    # A value on the way back was in force before, so it is not the value that is wrong; the others go back all the same.
    return ("reboot_required", told) if write.dropin is None else (None, "")


def _deviating(expected, forms):
    """The parameters that do not hold their value, each with what it reads; those of interfaces that are gone are left out."""
    found = []
    for name in sorted(expected, key=_behaviour.order):
        reading = _procfs.read(name)
        if reading.value is None:
            if not _is_gone(name):
                found.append((name, None))
        elif forms.get(name) != reading.value and not _values.same(name, expected[name], reading.value):
            found.append((name, reading.value))
    return found


def _write_again(off, expected):
    """Write what does not hold. Of a pair, the one that is set brings the other one to 0."""
    for name, _now in off:
        partner = _behaviour.partner(name)
        if not (partner in expected and _behaviour.is_zero(expected[name]) and not _behaviour.is_zero(expected[partner])):
            _procfs.write(name, expected[name])


def _settle(expected, forms, plan):
    """Read everything back: some writes are accepted and do nothing, some move another parameter, which is then written again."""
    off, chased = _deviating(expected, forms), {}
    for _round in range(_MOST_ROUNDS):
        off = [(name, now) for name, now in off if not _has_own_form(name, expected[name], now, forms)]
        if not off:
            return
        chased.update(off)
        _write_again(off, expected)
        off = _deviating(expected, forms)
    if off:
        others = [name for name in sorted(chased, key=_behaviour.order) if name != off[0][0]]
        raise Refused(off[0][0], _why_it_does_not_hold(off[0][0], off[0][1], others, plan))


def _why_it_does_not_hold(name, now, others, plan):
    """What to say of a value that does not hold. OTHERS: what did not hold either, in one round or another."""
    write = next((write for write in plan.writes if write.name == name), None)
    wanted = _asked(write) if write else "%s = %s" % (name, plan.expected[name])
    if others:
        return "%s and %s = %s cannot be set together: each write changes the other parameter" % (
            wanted, others[0], plan.expected[others[0]])
    if write is None:
        return "setting the new values also moved %s from %s to %s, and it does not go back" % (name, plan.live_before[name], now)
    return "%s: the kernel accepted it and reads back %s" % (wanted, now)


def _has_own_form(name, wish, now, forms):
    """Whether NOW is what the kernel makes of WISH: written, it reads the same, and so does the wish once more."""
    if now is None or not _behaviour.own_form(name):
        return False
    for value in (now, wish):
        if _procfs.write(name, value) or _procfs.read(name).value != now:
            return False
    forms[name] = now
    return True


# --- the way back ---

def _undo(plan, before, first, progress):
    """Everything as it was: tries all of it and never raises. Returns what does not go back; that is still remembered, for a rollback."""
    stuck = _put_back(plan) if progress.live else []
    for path in progress.placed:
        stuck += _tried(_files.shown(path), _put_file_back, path, plan.disk.get(path))
    changed = bool(stuck)
    for path in progress.staged:
        stuck += _tried("the temporary file beside %s" % _files.shown(path), _atomic.discard, path)
    if progress.memory and not changed:
        stuck += _tried(_files.shown(_files.BASELINE), _baseline.restore, before)
    made = sorted(set(first.folders) - set(before.folders), reverse=True)
    for folder in made:
        if not _atomic.remove_folder(folder):
            if _has_others(folder, made, progress.theirs):
                progress.theirs.append(folder)
            else:
                stuck.append(_files.shown(folder))
    return stuck


def _has_others(folder, made, theirs):
    """Whether something in a folder that this run has MADE is not of this run, or is one of THEIRS: folders of which that is known."""
    try:
        inside = {"%s/%s" % (folder, name) for name in _files.entries(folder)}
    except OSError:
        return False
    return bool(inside.difference(made) or inside.intersection(theirs))


def _tried(what, function, *arguments):
    try:
        function(*arguments)
    except _TROUBLE as exc:
        return ["%s (%s)" % (what, exc)]
    return []


def _put_back(plan):
    """Restore the live values and all that the writes may have moved; returns the names of those that do not go back."""
    values = {name: value for name, value in plan.live_before.items() if value is not None}
    off = _deviating(values, {})
    for _round in range(_MOST_ROUNDS):
        if not off:
            break
        _write_again(off, values)
        off = _deviating(values, {})
    unset = [write.name for write in plan.writes if write.before is None and _procfs.read(write.name).value is not None]
    return [name for name, _now in off] + unset


def _put_file_back(path, item):
    """The file at PATH as it was."""
    now = _files.read(path)
    if now == (item.text if item else None):
        return
    if item is not None:
        _atomic.stage(path, item.text, item.attributes)
    _atomic.commit(path, item.text if item else None)
