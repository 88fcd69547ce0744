# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts the decisions together: what is asked for and a snapshot of the host in, a Plan out.

Pure. Private to the collection.
"""

from ansible_collections.photon.hardening.plugins.module_utils import (
    _behaviour,
    _decide,
    _dropins,
    _held,
    _leaving,
    _memory,
    _names,
    _remember,
    _restate,
    _rivals,
    _rules,
    _sysctl_d,
    _values,
    _wants,
    _writes,
)
from ansible_collections.photon.hardening.plugins.module_utils._model import ABSENT, LEFT_ALONE, Choice, Plan, Row, Saved, Want


def plan(request, snapshot):
    """The Plan for one host."""
    snapshot = snapshot._replace(saved=_memory.without_taken(snapshot.saved, snapshot.live))
    wanted = _wants.with_left(_wants.wants(request, snapshot.interfaces), request, snapshot)
    choices = _decide.choices(wanted, request, snapshot)
    wanted = _decide.with_kept(wanted, choices)
    disk = {item.path: item for item in snapshot.files}
    decided = _dropins.decide(request, choices, wanted, snapshot, disk)
    mine = _dropins.our_lines(request, decided, wanted, snapshot, disk)
    _restate.decide(mine, decided, snapshot, disk, _waived(request, choices, mine, snapshot))
    after = _restate.with_new(disk, decided.files)
    boots = [_rivals.Boot(files, snapshot.dialect, snapshot.rivals, snapshot.interfaces)
             for files in (snapshot.files, list(after.values()))]
    at_boot = {} if request.image else _writes.at_boot(mine, boots[1], snapshot)
    choices.update(_leaving.leaving(choices, wanted, request, snapshot, at_boot))
    choices = _decide.within_bounds(choices, snapshot)
    choices.update(_leaving.interfaces_back(snapshot.saved, choices, boots[1], snapshot))
    planned = _writes.writes(choices, wanted, snapshot.live)
    untraced = {name for name, entry in snapshot.saved.parameters.items() if not entry.traced}
    elsewhere = _elsewhere(request, snapshot)
    expected, followers = _writes.aftermath(planned, choices, snapshot.live, snapshot.interfaces, untraced, elsewhere)
    told = dict(_moved_from_now_on(at_boot, request, snapshot), **_with_lines_that_leave(choices, request, snapshot))
    rows = [_row(_want(wanted, name), choice, request, snapshot, boots, expected) for name, choice in told.items()]
    saved, folders = _saved(request, choices, wanted, snapshot, decided, disk, after, dict(at_boot, **followers))
    return Plan(
        rows=rows, writes=planned, expected=expected, followers=followers, saved=saved,
        passing=dict(_remember.passing(_writes.passing(planned, followers, snapshot.live, snapshot.interfaces), snapshot),
                     **_remember.going_back(planned, snapshot)),
        folders=folders, disk=disk, live_before=_live_before(planned, expected, followers, snapshot),
        files={path: new.text for path, new in decided.files.items() if new.text != (disk[path].text if path in disk else None)},
        attributes={path: new.attributes for path, new in decided.files.items()},
        warnings=decided.warnings + _warnings(wanted, told, rows, request, snapshot, list(after.values())))


def _live_before(planned, expected, followers, snapshot):
    """parameter -> its live value, of all that the writes or the way back may move."""
    found = dict(_writes.reached(planned, snapshot.live, snapshot.interfaces))
    found.update((name, snapshot.live[name].value) for name in list(expected) + list(followers))
    return found


def _waived(request, choices, mine, snapshot):
    """The switches that a call leaves alone, this one or an earlier one, and that no drop-in of another call asks for, of all interfaces or
    of one."""
    asked = {item.path for item in request.dropins}
    # An interface has the waiver of conf.all, whatever conf.default says.
    names = {name for name, rule in request.rules.items() if rule.waived}
    names.update(name for name, choice in choices.items() if choice.state in LEFT_ALONE)
    left = {name: set(asked) for name in names}
    for path, name in _memory.left_elsewhere(snapshot.saved, asked, snapshot.files):
        left.setdefault(name, set()).add(path)
    lines = {_behaviour.switch(name): ours.path for name, ours in mine.items()}
    every = {_behaviour.switch(name) for name, ours in mine.items()
             if ours.rule.interfaces or _behaviour.stops_forwarding(name, ours.value)}
    asking = {name: [_behaviour.switch(name)] + [one for one in map(_behaviour.switch, _names.speakers(name)[1:]) if one in every]
              for name in left}
    return frozenset(_behaviour.switch(name) for name, paths in left.items()
                     if paths.issuperset(lines[one] for one in asking[name] if one in lines))


def _elsewhere(request, snapshot):
    """The switches that drop-ins of other calls ask for."""
    paths = {item.path for item in request.dropins}
    return {_behaviour.switch(name) for _path, lines in _memory.lines_elsewhere(snapshot.saved, paths, snapshot.files) for name in lines}


def _want(wanted, name):
    return wanted.get(name) or Want(name, None, None, None, _rules.NONE)


# --- rows ---

def _with_lines_that_leave(choices, request, snapshot):
    """CHOICES, and one for each parameter of which nothing but the boot value was ours, and that a drop-in of this call does not set any
    more. Not where it is only another name that counts now, or an interface that is gone."""
    paths, found = {item.path for item in request.dropins}, {}
    counting = {_behaviour.switch(name) for name in choices}
    for path in sorted(paths.intersection(snapshot.saved.files)):
        for name, value in sorted((snapshot.saved.files[path].lines or {}).items()):
            is_gone = _names.interface_of(name) not in snapshot.interfaces and counting.intersection(_names.speakers(name)[1:])
            if not is_gone and _behaviour.switch(name) not in counting:
                line = _memory.line_for(snapshot.saved, paths, snapshot.files, name)
                found[name] = Choice("ok", reason=_asked_by(line, name, value) if line else _memory.NOT_WANTED)
    return dict(found, **choices)


def _moved_from_now_on(at_boot, request, snapshot):
    """Choices for what this call has left alone, does not any more, and moves AT_BOOT."""
    known = [snapshot.saved.files[item.path].rules or {} for item in request.dropins if item.path in snapshot.saved.files]
    return {name: Choice("ok", reason="not left alone any more: %s moves it at boot" % mover)
            for name, (_value, _path, mover) in at_boot.items() if any(_memory.is_left(rules, name) for rules in known)}


def _asked_by(line, name, value):
    return "%s asks for %s" % (line[0], "the same" if _values.same(name, line[1], value) else line[1])


def _loses_at_boot(want, choice, winner, reads_line):
    """Whether the line that wins at boot is not what is wanted, or none does although a line asks for it."""
    if not choice.active or not (winner or reads_line):
        return False
    return not _restate.holds(want.name, choice.target, winner.value if winner else None, want.rule)


def _moves(name, before, after):
    return before != after and (before is None or after is None or not _values.same(name, before, after))


def _row(want, choice, request, snapshot, boots, expected):
    reading = snapshot.live.get(want.name, ABSENT)
    before, winner = (order.winner(want.name) for order in boots)
    boot_before, boot = (item.value if item else None for item in (before, winner))
    live = (None, None) if request.image else (reading.value, _live_after(want.name, reading.value, expected))
    source_before, source = ("%s:%d" % (item.path, item.number) if item else None for item in (before, winner))
    state, reason = _final(want, choice, _moves(want.name, *live), boot_before, winner, source)
    if state == "changed" and not reason:
        reason = _set_since(want, choice, before, reading.value, snapshot.saved) or _asked_before(want.name, before, winner, snapshot.saved)
    error = None if request.image else _behaviour.errno_name(reading.error)
    return Row(want.name, state, live[0], want.value, live[1], boot_before, boot, source, want.dropin, reason, error,
               source_before if source_before != source else None)


def _live_after(name, live, expected):
    """The live value after the writes, whichever name of the switch they use, and whether NAME is written or only moved."""
    value = next((expected[other] for other in (name,) + _behaviour.names_of(name) if other in expected), live)
    return live if value is None or live is not None and _values.same(name, value, live) else _values.printed(name, value)


def _set_since(want, choice, before, live, saved):
    """What is to be said where the boot ends with our value, and the live value is another. A parameter that may appear later than the
    files are read proves nothing."""
    entry = _memory.entry_of(saved, want.name)
    known = entry.wrote if entry else _memory.first_value(saved, want.name, None)
    late = _rules.module_of(want.name, want.rule) or _names.interface_of(want.name)
    if choice.write is None or late or not before or before.path not in saved.files or live is None:
        return ""
    if _memory.is_ours(want.name, entry, live) or known is None or not _values.same(want.name, before.value or "", known):
        return ""
    if _values.same(want.name, known, live):
        return ""
    return "the boot sets it to %s (%s:%d); something changes it to %s afterwards" % (before.value, before.path, before.number, live)


def _asked_before(name, before, winner, saved):
    """What is to be said where a line of others has decided about the boot value, and does not any more."""
    if before is None or before.value is None or before.path in saved.files:
        return ""
    asked = "%s:%d makes it %s at boot" % (before.path, before.number, before.value)
    return asked if _moves(name, before.value, winner.value if winner else None) else ""


def _final(want, choice, live_moves, boot_before, winner, source):
    """The state and the reason of a parameter, its boot value considered."""
    if choice.state not in ("changed", "ok", "stricter"):
        return choice.state, choice.reason
    if _loses_at_boot(want, choice, winner, want.number is not None):
        return "overridden", "; ".join(filter(None, [choice.reason, _lost_to(want.name, winner, source)]))
    if choice.state == "stricter":
        return choice.state, choice.reason
    moves = _moves(want.name, boot_before, winner.value if winner else None)
    return "changed" if live_moves or moves else "ok", choice.reason


def _lost_to(name, winner, source):
    if winner is None:
        return "no file that is read at boot sets it"
    bounds = [other for other in _behaviour.bounds(name) if other != name]
    if bounds and winner.value is None:
        return "the kernel does not take it at boot (%s) beside what %s is then: set that, too" % (source, bounds[0])
    return "%s sets %s at boot" % (source, winner.value) if winner.value is not None else "%s leaves it unset at boot" % source


# --- memory ---

def _saved(request, choices, wanted, snapshot, decided, disk, after, followers):
    """(what is to be remembered when all went well, the folders that go)."""
    paths = {item.path for item in request.dropins}
    parameters = snapshot.saved.parameters
    if not request.image:
        parameters = _remember.parameters(paths, choices, wanted, snapshot, followers)
    files = _remember.files(snapshot.saved, decided.files, disk)
    files = {path: known for path, known in files.items()
             if _still_matters(path, known, path in paths, disk.get(path), decided.files)}
    made = [folder for path in decided.files if path in after for folder in snapshot.missing_folders.get(path, ())]
    kept, gone = _remember.folders(snapshot.saved, made, files)
    saved = Saved(parameters, files, kept, _remember.firsts(snapshot.saved, choices, snapshot, files))
    if parameters or files:
        saved = saved._replace(machine_id=snapshot.saved.machine_id or snapshot.machine_id,
                               seen=_held.seen(wanted, choices, request, snapshot))
    return saved, gone


def _still_matters(path, known, asked, now, decided):
    """Whether what was at PATH before us, KNOWN, is still to be remembered: not where newer foreign content is left as it is, nor of a file
    that restates and that a run which failed has not written."""
    if path in decided:
        return True
    if _sysctl_d.restates(path):
        return now is not None or known.before is not None
    return now is None or _sysctl_d.is_ours(now.text) if asked else True


# --- warnings ---

def _warnings(wanted, choices, rows, request, snapshot, files_after):
    in_force = {name: (choice.target, wanted[name].rule) for name, choice in choices.items() if choice.active}
    return (_of_another_machine(snapshot) + _expired(wanted, choices) + _module_warnings(wanted, choices, snapshot.modules)
            + _held.unproved_uses(wanted, choices, snapshot) + _held.stopped_uses(wanted, rows, choices, snapshot)
            + _held.gone_uses(wanted, choices, request, snapshot)
            + _rivals.warnings(snapshot.rivals, files_after, in_force))


def _of_another_machine(snapshot):
    if not _memory.is_of_another(snapshot.saved, snapshot.machine_id):
        return []
    return ["The baseline of this host was made on another machine and came here with a cloned disk or image: /etc/machine-id is another. "
            "The values and files in it are those of that machine. A rollback puts them back, and the next boot after it starts with "
            "this host's own values. State `adopted` makes the baseline this host's, and ends this warning."]


def _expired(wanted, choices):
    return ["The waiver of %s ended on %s: the parameter is enforced again." % (name, want.rule.waiver_expired)
            for name, want in sorted(wanted.items()) if want.rule.waiver_expired and name in choices and choices[name].active]


def _module_warnings(wanted, choices, at_boot):
    """No udev rule applies a bridge parameter when its module loads later, unlike an interface's."""
    modules = {_rules.module_of(name, wanted[name].rule) for name, choice in choices.items()
               if choice.state == "unsupported" and choice.active and name in wanted}
    return ["Module %s is not loaded, and nothing applies its parameters when it loads later: a modules-load.d entry is needed, as in "
            "echo %s >/etc/modules-load.d/%s.conf" % (module, module, module)
            for module in sorted(filter(None, modules)) if module.replace("-", "_") not in at_boot]
