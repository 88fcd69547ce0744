# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only owner of two questions: is this value or file ours, and what was there before us.

Pure. Private to the collection.
"""

import hashlib
import hmac
import re

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour, _names, _sysctl_d, _values
from ansible_collections.photon.hardening.plugins.module_utils._model import LEFT_ALONE, Entry, File, SavedFile

# Whose a file is. EDITED: ours, and others have changed it. ORPHAN: it carries our header, and nothing is remembered of it.
ABSENT, OURS, EDITED, FOREIGN, ORPHAN = "absent", "ours", "edited", "foreign", "orphan"
# Of a parameter that goes where nothing of it was in force.
NOT_WANTED = "no longer wanted"
# What stands in our files above the lines of others.
REPLACED_LINES = "Lines of the file that was here before, for the next boot: this file has taken its place."
HIDDEN_LINES = "Lines of %s, for the next boot: this file hides it."
EDITED_LINES = "Lines that something else has written into this file."
# Of what such a file hides, the file itself is there.
_KEEPS = re.compile(r"(?m)^# (?:%s|%s)$" % (re.escape(REPLACED_LINES), re.escape(EDITED_LINES)))
_MACHINE_ID = re.compile(r"[0-9a-f]{32}\Z")


def digest(text):
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


# --- machines ---

def machine_digest(text):
    """What names a machine, of the TEXT of its machine-id; None where that names none. The id itself is confidential (machine-id(5))."""
    found = (text or "").strip().lower()
    if not _MACHINE_ID.match(found) or found == "0" * 32:
        return None
    return hmac.new(b"photon.hardening baseline", found.encode("ascii"), hashlib.sha256).hexdigest()


def is_of_another(saved, machine_id):
    """Whether what is remembered came here with the disk of another machine."""
    return None not in (saved.machine_id, machine_id) and saved.machine_id != machine_id


# --- values ---

def entry_of(saved, name):
    """What is remembered of a parameter, under whichever of its names."""
    for alias in (name,) + tuple(_behaviour.names_of(name)):
        if alias in saved.parameters:
            return saved.parameters[alias]
    return None


def ours(name, entry, live):
    """The text that we set and that is in force, or None."""
    if entry is None or live is None:
        return None
    return next((wrote for wrote in (entry.wrote, entry.also) if wrote is not None and _values.same(name, wrote, live)), None)


def is_ours(name, entry, live):
    """Whether a live value is what we set."""
    return ours(name, entry, live) is not None


def without_taken(saved, live):
    """SAVED without the zeros that are not ours any more. LIVE: parameter -> Reading."""
    return saved._replace(parameters={name: entry for name, entry in saved.parameters.items()
                                      if not (_behaviour.is_zero(entry.wrote or "") and _is_taken(saved, live, name))})


def _is_taken(saved, live, name):
    """Whether something else has set the other one of a pair, which makes this one 0."""
    partner = _behaviour.partner(name)
    now = live[partner].value if partner in live else None
    return now is not None and not _behaviour.is_zero(now) and not is_ours(partner, entry_of(saved, partner), now)


def own_value(name, entry, live):
    """What the host has by itself: the last value seen that was not ours."""
    return entry.before if is_ours(name, entry, live) else live


def own_of_host(saved, name, live, snapshot):
    """The same, also of an interface that has taken our value of conf.default when it appeared: else it had what the files of others say,
    or what was there before us."""
    entry = entry_of(saved, name)
    default = None if entry is not None or live is None else started_with(saved, name, live, snapshot)
    if default is None:
        return own_value(name, entry, live)
    winner = snapshot.foreign.winner(name) if snapshot.foreign else None
    return winner.value if winner and winner.value is not None else default.before


def started_with(saved, name, live, snapshot):
    """What is remembered of conf.default, where an interface that nothing is remembered of has taken our value from it; or None."""
    interface = _names.interface_of(name)
    if interface is None or _behaviour.is_of_managers(name):
        return None
    default = _names.of_interface(name, "default")
    entry = entry_of(saved, default)
    since = entry.had if entry and entry.had and entry.had[0] == snapshot.boot else None
    if since is None and snapshot.interfaces.get(interface) and not _behaviour.follows_default(name):
        # A device may be there before the files are read at boot: then it has nothing of what others say of conf.default.
        winner = snapshot.foreign.winner(default) if snapshot.foreign else None
        if winner and winner.value is not None:
            return None
    return entry if interface not in (since or ())[1:] and is_ours(name, entry, live) else None


def first_value(saved, name, live):
    """What the host had before our lines asked for anything: neither we nor what has happened since have made it so."""
    found = [saved.first[alias] for alias in (name,) + tuple(_behaviour.names_of(name)) if alias in saved.first]
    return found[0] if found else own_value(name, entry_of(saved, name), live)


def has_set(saved, want):
    """Whether an earlier run has set what is wanted, live or in a line of ours, whatever has changed it since."""
    entry = entry_of(saved, want.name)
    found = [known.lines.get(want.name) for known in saved.files.values() if known.lines] + [entry.wrote if entry else None]
    return any(value is not None and _values.same(want.name, value, want.value) for value in found)


def is_noted_form(want, entry, live):
    """Whether LIVE is what the kernel has made of the wanted text before."""
    return entry is not None and entry.asked == want.value and entry.wrote is not None and entry.wrote == live


def leaving(snapshot, paths, choices):
    """The parameters that a drop-in of this call used to set, and no longer does, each with what is remembered of it. What has moved
    along with another one stays as long as that one does."""
    saved, files = snapshot.saved, snapshot.files
    active = {_behaviour.switch(name) for name, choice in choices.items() if choice.active}
    found = [(name, entry) for name, entry in sorted(saved.parameters.items())
             if entry.dropin in paths and _behaviour.switch(name) not in active
             and not (entry.mover and (_behaviour.switch(entry.mover) in active or line_elsewhere(saved, paths, files, entry.mover)))]
    return found + [(name, entry) for name, entry in _met_by_the_host(snapshot, paths)
                    if _behaviour.switch(name) not in active and line_for(saved, paths, files, name)]


def _met_by_the_host(snapshot, paths):
    """(parameter, Entry) of lines of ours at PATHS that the host's own value meets: nothing was set, so nothing is remembered."""
    saved = snapshot.saved
    return [(name, Entry(None, None, path)) for path in sorted(paths) for name in spoken_for(saved.files.get(path), snapshot.interfaces)
            if entry_of(saved, name) is None and name in snapshot.live and _is_met(snapshot, path, name, snapshot.live[name].value)
            and not _is_taken(saved, snapshot.live, name)]


def _is_met(snapshot, path, name, live):
    """Whether a LIVE value is what the drop-in at PATH asks for, or as good."""
    line, rule = line_for(snapshot.saved, set(snapshot.saved.files) - {path}, snapshot.files, name), rule_for(snapshot.saved, path, name)
    if line is None or live is None:
        return False
    return _values.same(name, live, line[1]) or rule is not None and _values.as_good(name, live, rule)


def spoken_for(known, interfaces):
    """The parameters that the lines of a SavedFile (or None) speak for, those of interfaces among them."""
    lines, rules = known and known.lines or {}, known and known.rules or {}
    every = [name for line in lines if line in rules and rules[line].interfaces for name in _names.on_interfaces(line, interfaces)]
    return sorted(set(lines).union(name for name in every if not is_left(rules, name)))


def is_left(rules, name):
    """Whether a drop-in with these RULES leaves NAME alone."""
    return name in rules and rules[name].waived is not None


def line_elsewhere(saved, paths, files, name, after=None, speaks=None):
    """(path, value that was asked for) of the drop-in of ours, not among PATHS, whose line is then in force for a parameter, or None.
    AFTER: only of drop-ins that are read after that path. SPEAKS: only of those whose rules it takes."""
    found = None
    for path, lines in lines_elsewhere(saved, paths, files):
        if after is not None and _sysctl_d.boot_key(path) <= _sysctl_d.boot_key(after):
            continue
        if speaks is not None and not speaks(saved.files[path].rules or {}):
            continue
        for other, value in lines.items():
            if _behaviour.switch(other) == _behaviour.switch(name):
                rule = (saved.files[path].rules or {}).get(other)
                found = path, value if rule is None or rule.asked is None else rule.asked
    return found


def line_for(saved, paths, files, name, after=None):
    """The same, where NAME is of an interface also of a line for all of them, of a call that does not leave it alone."""
    found = line_elsewhere(saved, paths, files, name, after)
    for one in _names.speakers(name)[1:]:
        found = found or line_elsewhere(saved, paths, files, one, after, lambda rules, one=one: (
            one in rules and rules[one].interfaces and not is_left(rules, name)))
    return found


def rule_for(saved, path, name):
    """The Rule with which the drop-in at PATH asks for NAME, or None."""
    rules = saved.files[path].rules or {}
    names = list(_behaviour.names_of(name)) + [one for one in _names.speakers(name)[1:] if one in rules and rules[one].interfaces]
    return next((rules[one] for one in names if one in rules), None)


def partner_elsewhere(saved, paths, files, name, after=None):
    """The same for the partner of a parameter, where that line sets it."""
    partner = _behaviour.partner(name)
    line = line_elsewhere(saved, paths, files, partner, after) if partner else None
    return line if line and line[1].strip() and not _behaviour.is_zero(line[1]) else None


def lines_elsewhere(saved, paths, files):
    """(path, our lines) of every drop-in of ours that is not among PATHS and still there among FILES, in the order of a boot."""
    there = {item.path: item.text for item in files if _sysctl_d.is_ours(item.text)}
    return [(path, our_lines(saved.files[path], there[path])) for path in sorted(saved.files, key=_sysctl_d.boot_key)
            if path not in paths and path in there and not _sysctl_d.restates(path)]


def left_elsewhere(saved, paths, files):
    """(path, parameter) of what drop-ins of ours which are not among PATHS leave alone, or of what their lines reach."""
    return [(path, name) for path, _lines in lines_elsewhere(saved, paths, files) for name, rule in (saved.files[path].rules or {}).items()
            if rule.waived in LEFT_ALONE]


def of_default(name, interfaces):
    """The same parameter of every interface, where NAME is the one that a new interface starts with."""
    parts = _names.key_path(name).split("/")
    if len(parts) < 5 or parts[2] not in ("conf", "neigh") or parts[3] != "default":
        return []
    return [_names.canonical("/".join(parts[:3] + [interface] + parts[4:])) for interface in interfaces]


def started_with_ours(saved, name, snapshot):
    """The interfaces' parameters that took our value of conf.default when they appeared: nothing else is remembered of them."""
    return [other for other in of_default(name, snapshot.interfaces) if other in snapshot.live and other not in saved.parameters
            and started_with(saved, other, snapshot.live[other].value, snapshot)]


# --- files ---

def whose(known, now):
    """Whose a file is, by what is remembered of it (a SavedFile or None) and by its text NOW (None: there is no file)."""
    if now is None:
        return ABSENT
    if not _sysctl_d.is_ours(now):
        return FOREIGN
    if known is None:
        return ORPHAN
    return OURS if digest(now) in (known.sha256, known.also) else EDITED


def original(known, now):
    """What was at a path before us, None: nothing. Foreign content that is there now is newer than what is remembered."""
    if whose(known, now) in (FOREIGN, ORPHAN):
        return now
    return known.before if known else None


def own_part(text):
    """The lines of one of our files before those that are kept of others."""
    lines, titles = text.splitlines(), [_sysctl_d.comment(title) for title in (REPLACED_LINES, HIDDEN_LINES % "", EDITED_LINES)]
    hidden, _blank, hides = titles[1].partition(" ,")
    starts = [number for number, line in enumerate(lines) if line in titles or line.startswith(hidden) and line.endswith(hides)]
    # A blank line stands before the first.
    return lines[:starts[0] - 1] if starts else lines


def our_lines(known, text):
    """parameter -> value of the lines in one of our files that are ours. Older releases did not remember them, and a run that was killed
    has remembered those that it was to write: then the file itself tells."""
    if known is not None and known.lines is not None and known.also is None:
        return known.lines
    rules = known and known.rules or {}
    return {line.name: line.value for line in _sysctl_d.parse("\n".join(own_part(text or "")))
            if line.name and line.value and not is_left(rules, line.name)}


def files_of_others(saved, files):
    """Those of FILES that are others', and those that ours have replaced; of one of ours of which nothing is remembered, what it keeps."""
    found = [item for item in files if not _sysctl_d.is_ours(item.text) or item.path not in saved.files]
    there = {item.path for item in found}
    found += [File(path, known.before) for path, known in sorted(saved.files.items()) if known.before is not None and path not in there]
    return [_kept_part(item) for item in found if not _sysctl_d.is_ours(item.text) or _KEEPS.search(item.text)]


def _kept_part(item):
    """A file without what is ours in it, its lines where they are."""
    ours = len(own_part(item.text)) if _sysctl_d.is_ours(item.text) else 0
    return item._replace(text="\n" * ours + "\n".join(item.text.splitlines()[ours:])) if ours else item


def edits(known, now):
    """The lines of others in a file of ours: those found in earlier runs, and those that are new. They go with the file."""
    state = whose(known, now)
    if state not in (OURS, EDITED):
        return ()
    if state == OURS or known.text is None:
        return tuple(known.edits)
    ours = [line.text.strip() for line in _sysctl_d.parse(known.text)]
    found = [line.text.strip() for line in _sysctl_d.parse(now)]
    kept = [line for line in known.edits if line in found]
    return tuple(kept + [line for line in found if line and line not in ours and line not in kept])


# --- a baseline that is lost, a run that was killed ---

def of_host(saved, found, disk, machine_id):
    """A Saved for a host whose baseline is lost: what is there now counts as what was there before. FOUND: parameter -> (live, drop-in).
    MACHINE_ID: whose it is from now on."""
    entries = {name: Entry(live, None, dropin) for name, (live, dropin) in found.items()}
    entries.update(saved.parameters)
    known = {path: _found_file(item) for path, item in disk.items() if whose(saved.files.get(path), item.text) == ORPHAN}
    known.update(saved.files)
    return saved._replace(parameters=entries, files=known, machine_id=machine_id if entries or known else None)


def _found_file(item):
    """A file of ours of which nothing was remembered."""
    return SavedFile(item.text, item.attributes, digest(item.text), lines=our_lines(None, item.text), rules={})


def settled(saved, files):
    """SAVED, where a run was killed with those of its files that are among FILES, as they were written: all of it, or none."""
    there = {item.path: item.text for item in files}
    return saved._replace(files={path: _as_written(known, there.get(path)) for path, known in saved.files.items()})


def _as_written(known, now):
    if known.earlier is None:
        return known
    there = set((now or "").splitlines())
    # Where others have edited the file since, the one of which most is there. The earlier one stands first.
    texts = [(one, set((one.text or "").splitlines())) for one in (known.earlier, known)]
    whole = [(one, len(lines)) for one, lines in texts if one.text and lines <= there] or [(known.earlier, 0)]
    found = max(whole, key=lambda item: item[1])[0]
    return found._replace(before=known.before, attributes=known.attributes, also=None, earlier=None)
