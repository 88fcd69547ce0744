# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of others that a file of ours keeps: those of the file that it replaces or hides, and those that were written into it.

Pure. Private to the collection.
"""

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour, _glob, _held, _memory, _names, _sysctl_d, _values


def _origins(path, known, now, snapshot):
    """(title, lines) of the file that was at PATH before ours, or that ours hides."""
    before = _memory.original(known, now)
    if before is not None:
        yield _memory.REPLACED_LINES, _sysctl_d.parse(before, snapshot.dialect)
    else:
        hidden = _hidden_by(path, snapshot.files, snapshot.dialect)
        if hidden:
            yield _memory.HIDDEN_LINES % hidden.path, _sysctl_d.parse(hidden.text, snapshot.dialect)


def of_others(path, known, now, judge):
    """(the lines that are kept of the file that was at PATH before ours, or that ours hides, what to say about the others)."""
    text, told = [], []
    for title, origin in _origins(path, known, now, judge.snapshot):
        lines = [line for line in origin if line.name and (not is_replaced(line, judge.ours) or _is_stricter(line, path, judge.ours))]
        kept = in_force(path, title, lines, judge)
        text, told = text + kept[0], told + kept[1]
    return text, told


def _hidden_by(path, files, dialect):
    """The file of the same name that would be read if ours were not there, or None."""
    folder, _slash, base = path.rpartition("/")
    later = dialect.folders[dialect.folders.index(folder) + 1:] if folder in dialect.folders else ()
    found = {item.path: item for item in files}
    return next((found["%s/%s" % (other, base)] for other in later if "%s/%s" % (other, base) in found), None)


def in_force(path, title, lines, judge):
    """(LINES under their TITLE, what to say about them): what would break a use is commented out, unless a line of ours says the same."""
    text, told = [], []
    for line in _in_order(lines):
        broken = broken_by(line, judge.request, judge.wanted, judge.snapshot)
        if broken and _is_said(line, judge.held):
            continue
        if broken:
            text.append(_sysctl_d.comment("held_back: would break %s: %s" % (broken, line.text.strip())))
            told.append("%s: the line `%s` of the file that was there is not kept: it would break %s." % (path, line.text.strip(), broken))
        else:
            text.append(line.text.strip())
    return ["", _sysctl_d.comment(title)] + text if text else [], told


def _in_order(lines):
    """LINES in the order in which we would write. Where a later line takes an earlier one back, it still does, and nothing passes a
    pattern: it may speak of anything."""
    found, part = [], []
    for line in list(lines) + [None]:
        if line is None or _names.is_glob(line.name or ""):
            found += _in_order_of_writes(part) + [line]
            part = []
        else:
            part.append(line)
    return found[:-1]


def _in_order_of_writes(lines):
    ranks = {}
    for line in lines:
        key, rank = _behaviour.decided_by_the_last(line.name or ""), _behaviour.order(line.name or "")[0]
        ranks[key] = min(rank, ranks.get(key, rank))
    return sorted(lines, key=lambda line: ranks[_behaviour.decided_by_the_last(line.name or "")])


def is_replaced(line, ours):
    """Whether a line of OURS, switch -> (parameter, Mine), takes the place of one of others."""
    partner = _behaviour.partner(line.name)
    return _behaviour.switch(line.name) in ours or bool(partner and _behaviour.switch(partner) in ours)


def _is_said(line, held):
    """Whether a line says what one of ours would have said, which is held back."""
    return line.value is not None and any(_behaviour.switch(line.name) == switch and _values.same(line.name, line.value, value)
                                          for switch, value in held)


def broken_by(line, request, wanted, snapshot):
    """The uses of this host that a line would break, in words; "" where it breaks none."""
    if not line.name or line.value is None:
        return ""
    names = [line.name]
    if _names.is_glob(line.name):
        known = sorted(set(request.rules) | set(wanted) | set(_forwarding(snapshot.interfaces)))
        names = [name for name in known if _glob.matches(_names.key_path(line.name), _names.key_path(name))]
    found = (_held.broken_uses(name, line.value, _held.needs(name, request, wanted), snapshot) for name in names)
    return next(filter(None, found), "")


def _forwarding(interfaces):
    """Every parameter that switches forwarding."""
    found, scopes = ["net.ipv4.ip_forward"], ["all", "default"] + list(interfaces)
    for family, key in (("ipv4", "forwarding"), ("ipv6", "forwarding"), ("ipv6", "force_forwarding")):
        found += [_names.canonical("net/%s/conf/%s/%s" % (family, scope, key)) for scope in scopes]
    return found


def is_as_good(line, ours):
    """Whether a line of others asks for a value that is as good as that of OURS."""
    name, mine = ours.get(_behaviour.switch(line.name), (None, None))
    return name is not None and line.value is not None and _values.as_good(name, line.value, mine.rule)


def _is_stricter(line, path, ours):
    """Whether a line of the file that ours at PATH replaces takes back, to something better, what an earlier one of OURS sets."""
    if not is_as_good(line, ours):
        return False
    name, mine = ours[_behaviour.switch(line.name)]
    return _sysctl_d.boot_key(mine.path) < _sysctl_d.boot_key(path) and not _values.same(name, line.value, mine.value)
