# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file of ours that is read last: it says once more what other files would take back at boot.

Pure. Private to the collection.
"""

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour, _boot_order, _memory, _names, _sysctl_d, _values
from ansible_collections.photon.hardening.plugins.module_utils._model import File, NewFile

_HIDING = "%s\n%s\n" % (_sysctl_d.HEADER, _sysctl_d.comment("The lines of the file that was here are no longer wanted."))
_MOST_ROUNDS = 8
# Stands for every interface that nobody names.
_ANY_INTERFACE = "any-interface"


def decide(mine, decided, snapshot, disk, waived):
    """Adds the file that restates our lines to what is DECIDED; those of earlier runs go when they are not needed any more. What would be
    read in the place of one that goes, such as a file of ours that was adopted, or is not known any more, counts as one of others."""
    ours = set(decided.files) | set(snapshot.saved.files)
    old = [path for path, item in disk.items() if _sysctl_d.restates(path) and _sysctl_d.is_ours(item.text)]
    name = _sysctl_d.last_name([path.rpartition("/")[2] for path in disk if path not in ours and path not in old])
    rest = [item for path, item in with_new(disk, decided.files).items() if path not in old]
    edits = _take_old(old, decided, snapshot.saved.files, disk)
    if name is None:
        return
    path = "%s/%s" % (_sysctl_d.FOLDERS[0], name)
    text, lines = restated(mine, rest, snapshot.dialect, path, snapshot.interfaces, waived)
    below = _below(old, snapshot.saved.files, disk)
    hides = bool(below) and restated(mine, rest + below, snapshot.dialect, path, snapshot.interfaces, waived)[0] is not None
    if text is None and not hides:
        return
    hidden = {item.path for item in below}
    for other in old:
        decided.files[other] = NewFile(_HIDING if other in hidden else None, {})
    if text is not None or edits or path in hidden:
        decided.files[path] = NewFile(_with_added(text or _HIDING, edits), lines, edits=tuple(edits))


def _below(old, known, disk):
    """The Files that would be read in the places of those at OLD, which restate, if these went."""
    texts = ((path, known[path].before if path in known else disk[path].text) for path in old)
    return [File(path, text) for path, text in texts if text]


def _take_old(old, decided, known, disk):
    """Decides that the files at OLD go; returns the lines that others have written into them, which stay where nothing takes them over."""
    edits = []
    for path in old:
        decided.warnings.extend(_found(path, known.get(path), disk[path].text))
        if path not in known:
            continue
        found = _memory.edits(known[path], disk[path].text)
        decided.files[path] = NewFile("".join(line + "\n" for line in found) if found else known[path].before)
        edits += found
    return edits


def with_new(disk, files):
    """DISK as it will be with FILES, path -> NewFile, written."""
    merged = dict(disk, **{path: File(path, new.text) for path, new in files.items()})
    return {path: item for path, item in merged.items() if item.text is not None}


def _found(path, known, now):
    """What to say about a file that restates, as it was found."""
    whose = _memory.whose(known, now)
    if whose == _memory.ORPHAN:
        return ["%s has the header of this collection, but the baseline has no entry for it, so it cannot be rolled back. It is written "
                "again if it is needed, and left as it is if not." % path]
    edits = _memory.edits(known, now)
    if whose != _memory.EDITED or not edits:
        return []
    return ["%s was changed by something else; lines of others are kept (%d)." % (path, len(edits))]


def _with_added(text, edits):
    """TEXT with the lines that others have written into the file."""
    return text + "\n".join(["", _sysctl_d.comment(_memory.EDITED_LINES)] + list(edits)) + "\n" if edits else text


# --- the text ---

def restated(mine, files, dialect, path, interfaces, waived=()):
    """(text of the file at PATH, which is read last, or None, its lines): what other FILES would take back at boot. WAIVED: switches that
    are left to others."""
    tries, comments, foreign = {}, {}, _boot_order.BootOrder(list(files), dialect)
    for _round in range(_MOST_ROUNDS):
        lines = {name: _spelt(name, mine_of, count) for name, (mine_of, count) in tries.items()}
        text = _restating_text(lines, comments, mine, foreign, interfaces, waived)
        order = _boot_order.BootOrder(list(files) + ([File(path, text)] if text else []), dialect)
        # Two lines of ours may speak for the same interfaces.
        lost = {name: (ours, winner) for name, ours, winner in _lost(mine, order, interfaces)
                if ours.conflicts == "restate" and _behaviour.switch(name) not in waived}
        if not lost:
            break
        for name, (ours, winner) in lost.items():
            tries[name] = ours, tries[name][1] + 1 if name in tries else 0
            comments.setdefault(name, _rival(ours, winner))
    in_vain = [name for name in lost if name in lines and _behaviour.bounds(name)]
    if in_vain:
        # Another parameter bounds it, whichever way it is spelt.
        lines = {name: line for name, line in lines.items() if name not in in_vain}
        text = _restating_text(lines, comments, mine, foreign, interfaces, waived)
    return text, dict(lines.values())


def _spelt(name, ours, count):
    """(name, value) of a line that restates OURS. systemd-sysctl passes over a line that repeats the value which it has for a name, so
    where one spelling does not win, another does: another name of the switch, or the number in another base."""
    spellings = [(alias, value) for value in _values.spellings(name, ours.value) for alias in _behaviour.names_of(name)]
    spellings.sort(key=lambda spelling: (spelling[1] != ours.value, spelling[0] != name))
    return spellings[min(count, len(spellings) - 1)]


def _restating_text(lines, comments, mine, foreign, interfaces, waived):
    if not lines:
        return None
    text = [_sysctl_d.HEADER]
    for name in sorted(lines, key=lambda name: (_behaviour.order(name), name)):
        text += [_sysctl_d.comment(comments[name])] + _shields(name, lines, mine, foreign, waived) + ["%s = %s" % lines[name]]
    return "\n".join(text + _left_alone(lines.values(), interfaces, foreign, waived)) + "\n"


def _shields(name, lines, mine, foreign, waived=()):
    """Lines that keep a pattern of ours for interfaces away from conf.all and conf.default, of which no line of ours speaks, and from
    interfaces that are WAIVED. What a pattern of others sets there stays. FOREIGN: the BootOrder without the file that restates."""
    if not _names.is_glob(name):
        return []
    start, _star, end = name.partition("*")
    others = [start + every + end for every in ("all", "default")]
    if _behaviour.stops_forwarding(others[0], "0"):
        # Where forwarding is stopped, it is stopped for these two as well.
        others = []
    others += sorted({one for one in waived if one.startswith(start) and one.endswith(end)}.difference(foreign.names()))
    return [_shield(other, foreign.winner(other)) for other in others if other not in mine and other not in lines]


def _left_alone(lines, interfaces, foreign, waived):
    """The lines of what is WAIVED once more, in another form, where LINES move it after its own line: that of conf.default moves interfaces
    whose own line has said what was there already."""
    spoken = {one: winner.value for one, winner in foreign.spoken().items() if _behaviour.switch(one) in waived} if waived else {}
    reached = set(interfaces).union(filter(None, map(_names.interface_of, spoken)))
    moved = {move.name for line in lines for move in _behaviour.moves(line[0], line[1], reached)}
    defaults = {line[0] for line in lines if ".default." in line[0]}
    forms = [(one, _values.spellings(one, spoken[one])) for one in sorted(spoken, key=_behaviour.order)
             if _behaviour.switch(one) in moved or _names.of_interface(one, "default") in defaults]
    return ["%s = %s" % (one, texts[1]) for one, texts in forms if len(texts) > 1]


def _shield(name, winner):
    return "-%s" % name if winner is None or winner.value is None else "%s = %s" % (name, winner.value)


# --- what is lost at boot ---

def _lost(mine, order, interfaces):
    """(parameter, Mine, Winner or None) for each parameter of ours that would have another value at boot."""
    speakers = _lines_for_all_interfaces(mine)
    for name, ours in list(mine.items()) + _foreign_interfaces(mine, speakers, order):
        # Where it is not certain which of the two it is, both have to hold.
        lost = [winner for winner in (order.ending(name), order.winner(name))
                if not holds(name, ours.value, winner.value if winner else None, ours.rule)]
        if lost:
            # What it takes along comes back with it.
            speakers.pop(_parts(name), None)
            yield name, ours, lost[0]
    for parts, ours in speakers.items():
        name = ".".join(parts[:3] + ("*",) + parts[4:])
        winners = _by_pattern(parts, mine, order, interfaces) if len(parts) > 4 and parts[3] in ("all", "default") else ()
        lost = [winner for winner in winners if not holds(name, ours.value, winner.value, ours.rule)]
        if lost:
            yield name, ours, lost[0]


def _parts(name):
    """The parts of the path of a parameter, the same for all its names."""
    return tuple(_names.key_path(_behaviour.switch(name)).split("/"))


def _lines_for_all_interfaces(mine):
    """Parts of the path of a parameter of conf.all or conf.default -> the Mine that speaks for all interfaces, or has stopped their
    forwarding."""
    return {_parts(name): ours for name, ours in mine.items()
            if ours.rule.interfaces or _behaviour.stops_forwarding(name, ours.value)}


def _by_pattern(parts, mine, order, interfaces):
    """The Winners for interfaces that only patterns speak of. An interface that comes later is one, too."""
    named = set(order.names()) | set(mine)
    for interface in [_ANY_INTERFACE] + sorted(set(interfaces) - {"lo"}):
        name = _names.canonical("/".join(parts[:3] + (interface,) + parts[4:]))
        winner = order.winner(name) if name not in named else None
        if winner and winner.value is not None:
            yield winner


def _foreign_interfaces(mine, speakers, order):
    """Interfaces that a line of somebody else sets, although one of SPEAKERS speaks for all of them; those to come start to forward with
    conf.default."""
    found = {}
    for name in order.names() if speakers else ():
        parts = _parts(name)
        if name not in mine and (_names.interface_of(name) not in (None, "lo") or parts[3:] == ("default", "forwarding")):
            ours = [speakers.get(parts[:3] + (every,) + parts[4:]) for every in ("all", "default")]
            found.update((name, speaker) for speaker in filter(None, reversed(ours)))
    return list(found.items())


def holds(name, wanted, value, rule):
    """Whether VALUE, set by somebody else, is what is wanted or better."""
    return value is not None and (_values.same(name, wanted, value) or _values.as_good(name, value, rule))


def _rival(ours, winner):
    if winner is None or winner.path == ours.path:
        return "%s is hidden by another file of its name" % ours.path if winner is None else "another line of %s takes it back" % ours.path
    return "%s:%d would %s" % (winner.path, winner.number, "leave it unset" if winner.value is None else "set %s" % winner.value)
