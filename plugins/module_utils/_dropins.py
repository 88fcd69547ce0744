# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts of our files: the given drop-in as it fits this host, one that goes, and all lines of ours.

Pure. Private to the collection.
"""

from ansible_collections.photon.hardening.plugins.module_utils import (
    _behaviour,
    _boot_order,
    _held,
    _kept,
    _memory,
    _names,
    _rules,
    _sysctl_d,
    _values,
)
from ansible_collections.photon.hardening.plugins.module_utils._model import Decided, File, Judge, Mine, NewFile

_STRICTER_THERE = "A file of others asks for this, and it is stricter than what is wanted."
# Parameters in one sentence.
_MOST_NAMED = 20


def decide(request, choices, wanted, snapshot, disk):
    """The drop-ins of this call. DISK: path -> File."""
    decided = Decided({}, [])
    devices, left = _device_lines(wanted, choices, snapshot.interfaces), _left_lines(wanted, choices, snapshot)
    adapted = {}
    for item in request.dropins:
        if item.text.strip():
            stricter = _stricter_there(item.path, request, wanted, snapshot, disk)
            behind = {line.name: _kept.broken_by(line, request, wanted, snapshot) for line in _sysctl_d.parse(item.text)
                      if line.name in wanted and wanted[line.name].dropin != item.path}
            adapted[item.path] = _adapted(item, choices, devices, left.get(item.path, []), stricter, behind)
    judge = Judge(request, wanted, snapshot, _own_values(adapted, request, snapshot), _lines_held_back(choices, wanted))
    for item in request.dropins:
        if item.path in adapted:
            _present(item.path, adapted[item.path], judge, disk, decided)
        else:
            _leaving(item.path, snapshot.saved.files.get(item.path), disk.get(item.path), decided)
    _derive_anew(judge._replace(held=()), disk, decided)
    return decided


# --- a drop-in that is asked for ---

def _stricter_there(path, request, wanted, snapshot, disk):
    """parameter -> the value with which a boot without our file at PATH would end by a line that ours takes the place of, or, in an image,
    that is read before ours, where it is stricter than what is wanted: also at the next boot nothing becomes weaker. On a running host
    such a line is in force already, and its value is the host's own."""
    now = disk[path].text if path in disk else None
    there = [line.text for _title, lines in _kept.origins(path, snapshot.saved.files.get(path), now, snapshot) for line in lines]
    order, found = _boot_order.BootOrder([File(path, "\n".join(there))] if there else [], snapshot.dialect), {}
    for want in (want for want in wanted.values() if want.dropin == path):
        winner = order.winner(want.name) or request.image and _read_before(path, want.name, snapshot)
        if (winner and winner.value is not None and not _values.same(want.name, winner.value, want.value)
                and _values.as_good(want.name, winner.value, want.rule)
                and not _held.broken_uses(want.name, winner.value, want.rule, snapshot)):
            found[want.name] = winner.value
    return found


def _read_before(path, name, snapshot):
    """The Winner of NAME among the files of others, where it is read before our file at PATH."""
    winner = snapshot.foreign.winner(name) if snapshot.foreign else None
    return winner if winner and _sysctl_d.boot_key(winner.path) < _sysctl_d.boot_key(path) else None


def _adapted(item, choices, devices, left, stricter, behind):
    """(the given lines as they fit this host, parameter -> value of those in force). A line that is not in force is commented out with
    the reason, and the machine's devices follow the line that speaks for all interfaces. LEFT: the lines of interfaces that are left alone.
    STRICTER: parameter -> what stands in its line: it is not ours. BEHIND: parameter that a later drop-in of this call decides about ->
    what the line here would break: once the later one goes, it is in force."""
    text, own = [] if _sysctl_d.is_ours(item.text) else [_sysctl_d.HEADER], {}
    for line in _sysctl_d.parse(item.text):
        choice = choices.get(line.name) if line.name else None
        if choice is None:
            text.append(line.text)
        elif behind.get(line.name):
            text.append(_sysctl_d.comment("held_back: would break %s: %s" % (behind[line.name], line.text.strip())))
        elif choice.active and line.name in behind:
            text.append(line.text)
            own[line.name] = line.value
        elif choice.active:
            text += _line_in_force(line, choice, stricter.get(line.name))
            own[line.name] = choice.target
        else:
            text.append(_sysctl_d.comment("%s: %s: %s" % (choice.state, choice.reason, line.text.strip())))
        for name, value in devices.get(line.name, ()):
            text.append("%s = %s" % (name, stricter.get(name, value)))
            own[name] = value
    return text + left, own


def _line_in_force(line, choice, stricter):
    if stricter is not None:
        return [_sysctl_d.comment(_STRICTER_THERE), "%s = %s" % (line.name, stricter)]
    if choice.state != "stricter":
        return [line.text]
    return [_sysctl_d.comment(choice.reason), "%s = %s" % (line.name, " ".join(choice.target.split()))]


def _device_lines(wanted, choices, interfaces):
    """parameter of conf.all or conf.default -> (parameter, value) of devices: at boot such a line does not reach those that are there
    already."""
    found = {}
    for want in wanted.values():
        choice, device = choices.get(want.name), interfaces.get(_names.interface_of(want.name))
        if want.number is None and want.value is not None and choice is not None and choice.active and device and _is_writable(want.name):
            found.setdefault(_speaker(want, wanted), []).append((want.name, choice.target))
    return found


def _left_lines(wanted, choices, snapshot):
    """drop-in -> lines for interfaces that are waived: at boot a line for conf.default, or the pattern that restates it, would reach them.
    They stand after that line, which moves an interface whose value nobody has written."""
    found = {}
    for name, choice in choices.items():
        speaker = _reaching(name, wanted, choices) if choice.state == "waived" and _names.interface_of(name) else None
        if speaker and _is_writable(name):
            path = wanted[speaker].dropin
            own = _left_value(name, path, snapshot)
            reason = _sysctl_d.comment("waived: %s: its value is not changed" % choice.reason)
            found.setdefault(path, []).extend([reason, "%s = %s" % (name, own)] if own is not None else [])
    return found


def _reaching(name, wanted, choices):
    """The parameter whose line reaches an interface: that of conf.default does, whether it is to speak for all of them or not."""
    for scope in ("default", "all"):
        speaker = _names.of_interface(name, scope)
        if speaker in choices and choices[speaker].active and (scope == "default" or wanted[speaker].rule.interfaces):
            return speaker
    return None


def _left_value(name, path, snapshot):
    """What a line at PATH says of an interface that is left alone: what others say of it, in another form, since the same text again would
    not count, or what it has by itself; None where others say it later, in the file that ours replaces or hides, too."""
    live = snapshot.live[name].value if name in snapshot.live else None
    if snapshot.foreign is None or name not in snapshot.foreign.names():
        return _memory.own_of_host(snapshot.saved, name, live, snapshot)
    winner = snapshot.foreign.winner(name)
    if winner is None or winner.value is None or _sysctl_d.boot_key(winner.path)[0] >= _sysctl_d.boot_key(path)[0]:
        return None
    return _values.spellings(name, winner.value)[-1]


def _is_writable(name):
    """Whether a line can speak of a parameter: an interface may have a name that would be a pattern or end the line."""
    return _names.is_name(name)


def _speaker(want, wanted):
    """The parameter whose line speaks for an interface."""
    parts = _names.key_path(want.name).split("/")
    for every in ("all", "default"):
        name = _names.canonical("/".join(parts[:3] + [every] + parts[4:]))
        if name in wanted and wanted[name].rule.interfaces:
            return name
    return None


def _own_values(adapted, request, snapshot):
    """switch -> parameter that a drop-in of ours sets after this run, in this call or from an earlier one."""
    paths = {item.path for item in request.dropins}
    lines = [own for _path, own in _memory.lines_elsewhere(snapshot.saved, paths, snapshot.files)]
    lines += [own for _text, own in adapted.values()]
    return {_behaviour.switch(name): name for own in lines for name in own}


def _lines_held_back(choices, wanted):
    """(switch, value) of the lines of this call that are held back: they say so themselves."""
    return [(_behaviour.switch(name), wanted[name].value) for name, choice in choices.items()
            if choice.state == "held_back" and name in wanted and wanted[name].value is not None]


def _present(path, adapted, judge, disk, decided):
    (text, own), wanted, dialect = adapted, judge.wanted, judge.snapshot.dialect
    known, now = judge.snapshot.saved.files.get(path), disk[path].text if path in disk else None
    whose, edits = _memory.whose(known, now), _memory.edits(known, now)
    added = _sysctl_d.parse("\n".join(edits), dialect)
    lines = [line for line in added
             if not line.name or not _kept.is_replaced(line, judge.ours) or _kept.is_as_good(line, judge.ours, wanted)]
    for kept, told in (_kept.of_others(path, known, now, judge), _kept.in_force(path, _memory.EDITED_LINES, lines, judge)):
        text = text + kept
        decided.warnings.extend(told)
    rules = {name: _rules.ordered(wanted[name].rule) for name in own if name in wanted}
    decided.files[path] = NewFile("\n".join(text) + "\n", own, rules, judge.request.conflicts, edits)
    if whose == _memory.FOREIGN and known:
        decided.warnings.append(_replacement(path, _memory.our_lines(known, known.text),
                                             _boot_order.BootOrder([File(path, now)], dialect)))
    decided.warnings.extend(_found(path, whose, [line.text for line in lines], [line.text for line in added if line not in lines]))


def _derive_anew(judge, disk, decided):
    """Drop-ins of other calls: which lines they keep of the files that they replace depends on what this call asks for."""
    asked = {item.path for item in judge.request.dropins}
    for path, known in sorted(judge.snapshot.saved.files.items()):
        now = disk[path].text if path in disk else None
        if path in asked or _sysctl_d.restates(path) or known.lines is None or _memory.whose(known, now) != _memory.OURS or known.edits:
            continue
        kept, told = _kept.of_others(path, known, now, judge)
        text = "\n".join(_memory.own_part(now) + kept) + "\n"
        if text != now:
            decided.files[path] = NewFile(text, _memory.our_lines(known, now), known.rules or {}, known.conflicts)
            decided.warnings.extend(told)


def _replacement(path, before, order):
    """What to say about a file of ours that something else has replaced. BEFORE: parameter -> the value of our line. ORDER: the BootOrder
    of that file alone."""
    changes = []
    for name, value in before.items():
        theirs = next(filter(None, map(order.winner, _behaviour.names_of(name))), None)
        if theirs is None or theirs.value is None:
            changes.append("%s (was %s, is not set)" % (name, value))
        elif not _values.same(name, theirs.value, value):
            changes.append("%s (was %s, is %s)" % (name, value, theirs.value))
    told = ", ".join(changes[:_MOST_NAMED]) + (" and %d more" % (len(changes) - _MOST_NAMED) if len(changes) > _MOST_NAMED else "")
    return ("%s was replaced by something else since the last run. That changed: %s. A run saves its content for the way back, keeps its "
            "other lines, and writes our lines anew." % (path, told or "no parameter of ours"))


def _found(path, whose, kept, replaced):
    """What to say about the file that was found at PATH. KEPT and REPLACED: lines of others in it."""
    if whose == _memory.ORPHAN:
        return ["%s has the header of this collection, but the baseline has no entry for it, so it cannot be rolled back. Its current "
                "content is stored as the content from before the first run." % path]
    if whose == _memory.EDITED:
        told = ", and lines of others are kept (%d)" % len(kept) if kept else ""
        told += "; our values take the place of: %s" % ", ".join(replaced) if replaced else ""
        return ["%s was changed by something else since the last run; our lines are written anew%s." % (path, told)]
    return []


# --- a drop-in that goes ---

def _leaving(path, known, now, decided):
    text = now.text if now else None
    whose = _memory.whose(known, text)
    if known and text == known.before:
        # A run that was killed, or somebody else, has brought it back.
        decided.files[path] = NewFile(text)
    elif whose == _memory.OURS or whose == _memory.EDITED and known.text is not None:
        edits = _memory.edits(known, text)
        decided.files[path] = NewFile(_with_edits(known, edits), attributes=known.attributes if known.before is not None else None)
        if edits:
            decided.warnings.append("%s was changed by something else; lines of others are left in it (%d)." % (path, len(edits)))
    elif known or whose == _memory.ORPHAN:
        decided.warnings.append("%s %s." % (path, _why_left(whose)))


def _with_edits(known, edits):
    """What was there before us, with the lines that others have added since."""
    if not edits:
        return known.before
    return "".join([known.before or ""] + [line + "\n" for line in edits])


def _why_left(whose):
    return {
        _memory.ABSENT: "was removed after the last run. The file from before the first run is not restored. It stays in the "
                        "baseline",
        _memory.ORPHAN: "has no baseline here; it is left as it is",
    }.get(whose, "was changed by something else since the last run; it is left as it is")


# --- all lines of ours ---

def our_lines(request, decided, wanted, snapshot, disk):
    """parameter -> Mine for every line of ours that is read at boot, the later file's where two set the same."""
    paths = set(decided.files) | set(snapshot.saved.files)
    found = {}
    for path in sorted(paths, key=_sysctl_d.boot_key):
        if _sysctl_d.restates(path):
            continue
        item = decided.files[path] if path in decided.files else _as_remembered(path, snapshot.saved.files[path], disk)
        for name, value in (item.lines or {}).items():
            for other in _ended_by(name, value, found):
                del found[other]
            found[name] = Mine(value, path, item.rules.get(name) or _rules.ordered(_rules.of(request.rules, name)), item.conflicts)
    return found


def _ended_by(name, value, found):
    """Those of the parameters FOUND whose lines a later line for NAME ends: of the same switch, or of its pair."""
    partner = _behaviour.partner(name)
    ended = _behaviour.names_of(name) + (() if partner is None or _behaviour.is_zero(value) else (partner,))
    return [other for other in ended if other in found]


def _as_remembered(path, known, disk):
    """The NewFile of what an earlier call wrote and is still there."""
    if path not in disk or not _sysctl_d.is_ours(disk[path].text):
        return NewFile(None)
    there = {line.name for line in _sysctl_d.parse(disk[path].text) if line.name}
    lines = {name: value for name, value in sorted(_memory.our_lines(known, disk[path].text).items()) if name in there}
    return NewFile(disk[path].text, lines, known.rules or {}, known.conflicts)
