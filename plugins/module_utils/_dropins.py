# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts of our files: the given drop-in as it fits this host, one that goes, and all lines of ours.

Pure. Private to the collection.
"""

from ansible_collections.photon.hardening.plugins.module_utils import (
    _behaviour,
    _boot_order,
    _decide,
    _held,
    _kept,
    _memory,
    _names,
    _rules,
    _sysctl_d,
    _values,
)
from ansible_collections.photon.hardening.plugins.module_utils._model import LEFT_ALONE, Decided, File, Judge, Mine, NewFile, Rule

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
            aside = left.get(item.path, {})
            behind = {line.name: _kept.broken_by(line, request, wanted, snapshot) for line in _sysctl_d.parse(item.text)
                      if line.name in wanted and wanted[line.name].dropin != item.path}
            text, own = _adapted(item, choices, devices, _stricter_there(item.path, wanted, snapshot), behind)
            rules = {name: _rules.ordered(wanted[name].rule) for name in own if name in wanted}
            rules.update(_left_by(item.path, aside, choices, wanted, request))
            adapted[item.path] = NewFile("\n".join(sum(aside.values(), text)), own, rules, request.conflicts)
    judge = Judge(request, wanted, snapshot, _own_values(adapted, request, snapshot), _lines_held_back(choices, wanted))
    for item in request.dropins:
        if item.path in adapted:
            _present(item.path, adapted[item.path], judge, disk, decided)
        else:
            _leaving(item.path, snapshot.saved.files.get(item.path), disk.get(item.path), decided)
    _derive_anew(judge._replace(held=()), disk, decided)
    return decided


def _left_by(path, aside, choices, wanted, request):
    """parameter -> Rule of what the drop-in at PATH leaves alone: its own lines, and what they reach, ASIDE. What it leaves to another call
    it does not leave alone by itself."""
    names = set(aside).union(name for name, choice in choices.items() if choice.state in LEFT_ALONE and wanted[name].dropin == path)
    asked = {None}.union(item.path for item in request.dropins)
    return {name: Rule(waived=choices[name].state if wanted[name].dropin in asked else wanted[name].dropin) for name in names}


# --- a drop-in that is asked for ---

def _stricter_there(path, wanted, snapshot):
    """parameter -> the value with which a boot without us would end by a line that ours at PATH takes the place of, where it is stricter
    than what is wanted: also at the next boot nothing becomes weaker. A line that is read after ours wins or, in a file that another one
    of ours replaces, is kept, but for a pattern."""
    found, foreign = {}, snapshot.foreign
    for want in (want for want in wanted.values() if want.dropin == path and foreign):
        winner = foreign.winner(want.name)
        if (winner and winner.value is not None and not _values.same(want.name, winner.value, want.value)
                and (_sysctl_d.boot_key(winner.path) <= _sysctl_d.boot_key(path) or want.name not in foreign.names())
                and _values.as_good(want.name, winner.value, want.rule)
                and not _held.broken_uses(want.name, winner.value, want.rule, snapshot)):
            found[want.name] = winner.value
    return found


def _adapted(item, choices, devices, stricter, behind):
    """(the given lines as they fit this host, parameter -> value of those in force). A line that is not in force is commented out with
    the reason, and the machine's devices follow the line that speaks for all interfaces.
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
    return text, own


def _line_in_force(line, choice, stricter):
    if stricter is not None:
        return [_sysctl_d.comment(_STRICTER_THERE), "%s = %s" % (line.name, stricter)]
    if _values.same(line.name, choice.target, line.value):
        return [line.text]
    return [_sysctl_d.comment(_decide.KEPT % (choice.target, line.value)), "%s = %s" % (line.name, " ".join(choice.target.split()))]


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
    """drop-in -> parameter -> lines for what is left alone, and that a line of ours, or the pattern that restates it, would reach or move
    at boot. They stand after the last such line, which also moves an interface whose value nobody has written."""
    found, left = {}, [name for name, choice in choices.items() if choice.state in LEFT_ALONE and _is_writable(name)]
    moved = _moved_at_boot(wanted, choices, set(snapshot.interfaces).union(filter(None, map(_names.interface_of, left))))
    for name in sorted(left, key=_behaviour.order):
        paths = moved.get(_behaviour.switch(name), []) + _reaching(name, wanted, choices)
        path = max(paths, key=_sysctl_d.boot_key) if paths else None
        for other in paths:
            found.setdefault(other, {})[name] = []
        if path:
            own = _left_value(name, path, snapshot)
            reason = _sysctl_d.comment("%s: %s: its value is not changed" % (choices[name].state, choices[name].reason))
            found[path][name] = [reason, "%s = %s" % (name, own)] if own is not None else []
    return found


def _moved_at_boot(wanted, choices, interfaces):
    """switch -> the drop-ins whose lines the kernel makes move it."""
    found = {}
    for name, choice in choices.items():
        for move in _behaviour.moves(name, choice.target, interfaces) if choice.active else ():
            found.setdefault(_behaviour.switch(move.name), []).append(wanted[name].dropin)
    return found


def _reaching(name, wanted, choices):
    """The drop-ins whose lines reach an interface: that of conf.default does, whether it is to speak for all of them or not."""
    every = [(scope, _names.of_interface(name, scope)) for scope in ("default", "all")] if _names.interface_of(name) else []
    return [wanted[speaker].dropin for scope, speaker in every
            if speaker in choices and choices[speaker].active and (scope == "default" or wanted[speaker].rule.interfaces)]


def _left_value(name, path, snapshot):
    """What a line at PATH says of what is left alone: what others say of it, in another form, since the same text again would not count, or
    what it has by itself; None where others say it later, in the file that ours replaces or hides, too."""
    line = snapshot.foreign and snapshot.foreign.line(name)
    if line and _sysctl_d.boot_key(line.path)[0] >= _sysctl_d.boot_key(path)[0]:
        return None
    winner = snapshot.foreign.winner(name) if line and name in snapshot.foreign.names() else None
    return _values.spellings(name, winner.value)[-1] if winner and winner.value is not None else _own_value(name, snapshot)


def _own_value(name, snapshot):
    """What a parameter has by itself. In an image, and of an interface that is not there, it is what others say, what new interfaces have,
    or what a boot begins with."""
    for one in [name] + ([_names.of_interface(name, "default")] if _names.interface_of(name) else []):
        live = snapshot.live[one].value if one in snapshot.live else None
        own, winner = _memory.own_of_host(snapshot.saved, one, live, snapshot), snapshot.foreign and snapshot.foreign.winner(one)
        if own is not None or winner and winner.value is not None:
            return own if own is not None else winner.value
    return _boot_order.at_start(name)


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
    """switch -> (parameter, Mine) of what a drop-in of ours sets after this run, in this call or from an earlier one."""
    paths, saved = {item.path for item in request.dropins}, snapshot.saved
    found = [(path, own, saved.files[path].rules or {}) for path, own in _memory.lines_elsewhere(saved, paths, snapshot.files)]
    found += [(path, item.lines, item.rules) for path, item in adapted.items()]
    found.sort(key=lambda item: _sysctl_d.boot_key(item[0]))
    return {_behaviour.switch(name): (name, Mine(value, path, _rules.remembered(rules, name, value) or _rules.NONE, None))
            for path, own, rules in found for name, value in own.items()}


def _lines_held_back(choices, wanted):
    """(switch, value) of the lines of this call that are held back: they say so themselves."""
    return [(_behaviour.switch(name), wanted[name].value) for name, choice in choices.items()
            if choice.state == "held_back" and name in wanted and wanted[name].value is not None]


def _present(path, adapted, judge, disk, decided):
    dialect = judge.snapshot.dialect
    known, now = judge.snapshot.saved.files.get(path), disk[path].text if path in disk else None
    whose, edits, text = _memory.whose(known, now), _memory.edits(known, now), [adapted.text]
    added = _sysctl_d.parse("\n".join(edits), dialect)
    lines = [line for line in added if not line.name or not _kept.is_replaced(line, judge.ours) or _kept.is_as_good(line, judge.ours)]
    for kept, told in (_kept.of_others(path, known, now, judge), _kept.in_force(path, _memory.EDITED_LINES, lines, judge)):
        text = text + kept
        decided.warnings.extend(told)
    decided.files[path] = adapted._replace(text="\n".join(text) + "\n", edits=edits)
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
            rule = _rules.remembered(item.rules, name, value) or _rules.ordered(_rules.of(request.rules, name))
            found[name] = Mine(value, path, rule, item.conflicts)
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
