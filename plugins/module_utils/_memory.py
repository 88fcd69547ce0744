# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only owner of two questions: is this value or file ours, and what was there before us.

Pure. Private to the collection.
"""

import hashlib
import hmac
import re

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour, _sysctl_d, _values
from ansible_collections.photon.hardening.plugins.module_utils._model import Entry, Saved, SavedFile

# Whose a file is. EDITED: ours, and others have changed it. ORPHAN: it carries our header, and nothing is remembered of it.
ABSENT, OURS, EDITED, FOREIGN, ORPHAN = "absent", "ours", "edited", "foreign", "orphan"
# What stands in our files above the lines of others.
REPLACED_LINES = "Lines of the file that was here before, for the next boot: this file has taken its place."
HIDDEN_LINES = "Lines of %s, for the next boot: this file hides it."
EDITED_LINES = "Lines that something else has written into this file."
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


def own_value(name, entry, live):
    """What the host has by itself: the last value seen that was not ours."""
    return entry.before if is_ours(name, entry, live) else live


def own_of_host(saved, name, live, snapshot):
    """The same, also of an interface that has taken our value of conf.default when it appeared: else it had what the files of others say,
    or what was there before us."""
    entry = entry_of(saved, name)
    default = None if entry is not None or live is None else _started_with(saved, name, live, snapshot)
    if default is None:
        return own_value(name, entry, live)
    winner = snapshot.foreign.winner(name) if snapshot.foreign else None
    return winner.value if winner and winner.value is not None else default.before


def _started_with(saved, name, live, snapshot):
    """What is remembered of conf.default, where an interface that nothing is remembered of has taken our value from it; or None."""
    interface = _sysctl_d.interface_of(name)
    if interface is None or _behaviour.is_of_managers(name):
        return None
    entry = entry_of(saved, _sysctl_d.of_interface(name, "default"))
    since = entry.had if entry and entry.had and entry.had[0] == snapshot.boot else None
    # A device is there before the files are read at boot.
    if since is None and snapshot.interfaces.get(interface) and not _behaviour.follows_default(name):
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


def leaving(saved, paths, files, choices):
    """The parameters that a drop-in of this call used to set, and no longer does, each with what is remembered of it. What has moved
    along with another one stays as long as that one does."""
    active = set(_behaviour.switch(name) for name, choice in choices.items() if choice.active)
    found = [(name, entry) for name, entry in sorted(saved.parameters.items())
             if entry.dropin in paths and _behaviour.switch(name) not in active
             and not (entry.mover and (_behaviour.switch(entry.mover) in active or line_elsewhere(saved, paths, files, entry.mover)))]
    return found + [(name, entry) for name, entry in _only_met(saved, paths) if _behaviour.switch(name) not in active
                    and line_elsewhere(saved, paths, files, name)]


def _only_met(saved, paths):
    """(parameter, Entry) of lines of ours at PATHS that the host's own value met: nothing was set, so nothing is remembered."""
    return [(name, Entry(None, None, path)) for path in sorted(paths) if path in saved.files
            for name in sorted(saved.files[path].lines or {}) if entry_of(saved, name) is None]


def line_elsewhere(saved, paths, files, name, after=None):
    """(path, value) of the drop-in of ours, not among PATHS, whose line is then in force for a parameter, or None. AFTER: only of drop-ins
    that are read after that path."""
    found = None
    for path, lines in lines_elsewhere(saved, paths, files):
        if after is not None and _sysctl_d.boot_key(path) <= _sysctl_d.boot_key(after):
            continue
        for other, value in lines.items():
            if _behaviour.switch(other) == _behaviour.switch(name):
                found = path, value
    return found


def partner_elsewhere(saved, paths, files, name):
    """The same for the partner of a parameter, where that line sets it."""
    partner = _behaviour.partner(name)
    line = line_elsewhere(saved, paths, files, partner) if partner else None
    return line if line and line[1].strip() not in ("", "0") else None


def lines_elsewhere(saved, paths, files):
    """(path, our lines) of every drop-in of ours that is not among PATHS and still there among FILES, in the order of a boot."""
    there = dict((item.path, item.text) for item in files if _sysctl_d.is_ours(item.text))
    return [(path, our_lines(saved.files[path], there[path])) for path in sorted(saved.files, key=_sysctl_d.boot_key)
            if path not in paths and path in there and not _sysctl_d.restates(path)]


def left_elsewhere(saved, paths, files):
    """The parameters of interfaces that drop-ins of ours which are not among PATHS leave alone: their lines there are not ours."""
    texts = dict((item.path, item.text) for item in files)
    return [line.name for path, lines in lines_elsewhere(saved, paths, files)
            for line in _sysctl_d.parse("\n".join(own_part(texts[path]))) if line.name and line.name not in lines]


def of_default(name, interfaces):
    """The same parameter of every interface, where NAME is the one that a new interface starts with."""
    parts = _sysctl_d.key_path(name).split("/")
    if len(parts) < 5 or parts[2] not in ("conf", "neigh") or parts[3] != "default":
        return []
    return [_sysctl_d.canonical("/".join(parts[:3] + [interface] + parts[4:])) for interface in interfaces]


def started_with_ours(saved, name, snapshot):
    """The interfaces' parameters that took our value of conf.default when they appeared: nothing else is remembered of them."""
    return [other for other in of_default(name, snapshot.interfaces) if other in snapshot.live and other not in saved.parameters
            and _started_with(saved, other, snapshot.live[other].value, snapshot)]


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
    return dict((line.name, line.value) for line in _sysctl_d.parse("\n".join(own_part(text or ""))) if line.name and line.value)


def edits(known, now):
    """The lines of others in a file of ours: those found in earlier runs, and those that are new."""
    if whose(known, now) != EDITED or known.text is None:
        return tuple(known.edits) if known else ()
    ours = [line.text.strip() for line in _sysctl_d.parse(known.text)]
    found = [line.text.strip() for line in _sysctl_d.parse(now)]
    kept = [line for line in known.edits if line in found]
    return tuple(kept + [line for line in found if line and line not in ours and line not in kept])


# --- what is remembered after a run ---

def parameters(saved, paths, choices, wanted, snapshot, followers):
    """parameter -> Entry after the run. FOLLOWERS: parameter -> (value, drop-in, mover) of what a write moves along with it."""
    left = set(name for name, _entry in leaving(saved, paths, snapshot.files, choices))
    found = dict((name, entry) for name, entry in saved.parameters.items() if name not in left)
    for name, choice in choices.items():
        live, entry = snapshot.live[name].value if name in snapshot.live else None, entry_of(saved, name)
        if choice.active and name in wanted and not choice.elsewhere:
            _put(found, name, _after(wanted[name], choice, entry, live, own_of_host(saved, name, live, snapshot)))
        elif name in left:
            _put(found, name, _after_leaving(line_elsewhere(saved, paths, snapshot.files, name), name, choice, entry, live))
            taken = partner_elsewhere(saved, paths, snapshot.files, name)
            if taken and choice.write is None and entry is not None:
                _after_pair(found, name, taken, entry, choices)
    for name, (value, dropin, mover) in followers.items():
        own = _own_of_follower(saved, name, mover, snapshot)
        found.pop(name, None)
        if own is None or value is None or not _values.same(name, own, value):
            found[name] = Entry(own, value, dropin, mover=mover)
    for name, entry in list(found.items()):
        known = saved.parameters.get(name)
        if known is not None and (known.before, known.wrote) != (entry.before, entry.wrote):
            _keep_started(found, name, saved, snapshot, choices)
    return dict((name, _with_mover(_with_had(name, entry, saved, snapshot), found)) for name, entry in found.items())


def _keep_started(found, default, saved, snapshot, choices):
    """Remember in FOUND the interfaces that have started with a value of ours for conf.default, before another one takes its place."""
    for name in started_with_ours(saved, default, snapshot):
        live = snapshot.live[name].value
        own, wrote = own_of_host(saved, name, live, snapshot), choices[name].write if name in choices else None
        if name not in found and not _values.same(name, own, wrote or live):
            found[name] = Entry(own, wrote or live, found[default].dropin, mover=default)


def _after_pair(found, name, taken, entry, choices):
    """Remember in FOUND that the partner of NAME, of which ENTRY is known, has taken its place. TAKEN: (path, value) of the line that asks
    for it."""
    partner = _behaviour.partner(name)
    found.pop(name, None)
    if entry.before is not None and not _values.same(name, entry.before, "0"):
        found[name] = Entry(entry.before, "0", taken[0], mover=partner)
    if partner not in found and partner in choices:
        found[partner] = Entry("0", choices[partner].write, taken[0])


def _own_of_follower(saved, name, mover, snapshot):
    """What the host has of NAME by itself, which follows MOVER. An older release has moved it along and did not remember that."""
    entry, moving, live = entry_of(saved, name), entry_of(saved, mover), snapshot.live[name].value
    if entry is None and moving is not None and not moving.traced and is_ours(name, moving, live):
        return moving.before
    return own_of_host(saved, name, live, snapshot)


def _put(found, name, entry):
    """A switch is remembered under one of its names."""
    for alias in _behaviour.names_of(name):
        found.pop(alias, None)
    if entry is not None:
        found[name] = entry


def _with_had(name, entry, saved, snapshot):
    """ENTRY of a conf.default that is set now, with the interfaces that have its value by themselves, also where ours is in force."""
    known = entry_of(saved, name)
    if known is not None and known.wrote == entry.wrote:
        return entry._replace(had=known.had)
    interfaces = sorted(snapshot.interfaces)
    there = [interface for interface, other in zip(interfaces, of_default(name, interfaces)) if other in snapshot.live
             and is_ours(name, entry, own_of_host(saved, other, snapshot.live[other].value, snapshot))]
    return entry._replace(had=(snapshot.boot,) + tuple(there) if there else None)


def _with_mover(entry, found):
    """What has moved along with a parameter belongs to the same drop-in."""
    mover = found.get(entry.mover)
    return entry._replace(dropin=mover.dropin) if mover is not None and mover.dropin else entry


def _after(want, choice, entry, live, own):
    """What is remembered of a parameter whose line is in force. A value that was there already is not ours. OWN: what the host has by
    itself."""
    if choice.write is not None and own is not None and _values.same(want.name, own, choice.write):
        # What the host had by itself is there again.
        return None
    if choice.write is not None:
        asked = want.value if _behaviour.own_form(want.name) else None
        return Entry(own, choice.write, want.dropin, asked=asked, traced=entry.traced if entry else True)
    if choice.state in ("reboot_required", "read_only") and live is not None:
        # It is ours once a boot has set it; until then what we set before is.
        return Entry(own, choice.target, want.dropin, ours(want.name, entry, live), refused=entry.refused if entry else None)
    if entry is None and None not in (own, live) and not _values.same(want.name, own, live):
        # It had started with our value of conf.default, which may leave before this line does.
        return Entry(own, live, want.dropin)
    in_force = ours(want.name, entry, live)
    # A run that was killed may have left what it was to replace.
    return entry._replace(dropin=want.dropin, wrote=in_force, also=None) if in_force is not None else None


def _after_leaving(elsewhere, name, choice, entry, live):
    """What is remembered of a parameter that no drop-in of this call sets any more. ELSEWHERE: (path, value) of one that does, or None.
    ENTRY: None where the host's own value had met our line."""
    if entry is None:
        return Entry(live, choice.write, elsewhere[0]) if choice.write is not None else None
    if choice.write is not None:
        return entry._replace(wrote=choice.write, dropin=elsewhere[0], also=None) if elsewhere else None
    if not is_ours(name, entry, live) or _values.same(name, entry.before or "", live):
        return None
    return entry._replace(dropin=elsewhere[0]) if elsewhere else entry


def firsts(saved, choices, snapshot, after):
    """parameter -> the value that a line of ours found first. AFTER: path -> SavedFile after the run."""
    asked = set(name for known in after.values() for name in known.lines or ())
    found = dict((name, value) for name, value in saved.first.items() if name in asked)
    for name, choice in choices.items():
        live = snapshot.live[name].value if name in snapshot.live else None
        if choice.active and name in asked and live is not None:
            found.setdefault(name, first_value(saved, name, live))
    return dict((name, value) for name, value in found.items() if value is not None)


def files(saved, texts, disk, lines, rules, conflicts, found_edits):
    """path -> SavedFile after the run. TEXTS: what this run decides on. DISK: path -> File, as found.

    LINES and RULES: path -> those of our lines. CONFLICTS: path -> what the call said whose lines these are. FOUND_EDITS: path -> lines of
    others in our files.
    """
    kept = dict((path, known) for path, known in saved.files.items() if path not in texts)
    for path, text in texts.items():
        if text is not None and path in lines:
            kept[path] = _remembered_file(saved.files.get(path), disk.get(path), text, lines[path], rules[path],
                                          conflicts.get(path, "restate"), found_edits.get(path, ()))
    return kept


def _remembered_file(known, now, text, lines, rules, conflicts, found_edits):
    content = now.text if now else None
    if whose(known, content) in (FOREIGN, ORPHAN):
        before, attributes = content, now.attributes
    else:
        before, attributes = (known.before, known.attributes) if known else (None, None)
    return SavedFile(before, attributes, digest(text), None, lines, rules, conflicts, tuple(found_edits), text)


def folders(saved, made, remaining):
    """(folders that we made and still need, those to be removed, innermost first). REMAINING: the paths of our files after the run."""
    every = sorted(set(saved.folders) | set(made))
    needed = [folder for folder in every if any(path.startswith(folder + "/") for path in remaining)]
    return tuple(needed), [folder for folder in reversed(every) if folder not in needed]


def of_host(saved, found, disk, machine_id):
    """A Saved for a host whose baseline is lost: what is there now counts as what was there before. FOUND: parameter -> (live, drop-in).
    MACHINE_ID: whose it is from now on."""
    entries = dict((name, Entry(live, None, dropin)) for name, (live, dropin) in found.items())
    entries.update(saved.parameters)
    known = dict((path, _found_file(item)) for path, item in disk.items() if whose(saved.files.get(path), item.text) == ORPHAN)
    known.update(saved.files)
    return saved._replace(parameters=entries, files=known, machine_id=machine_id if entries or known else None)


def _found_file(item):
    """A file of ours of which nothing was remembered."""
    return SavedFile(item.text, item.attributes, digest(item.text), lines=our_lines(None, item.text), rules={})


def earlier(known, now, there):
    """What we set before NOW, as long as it may still be in force; KNOWN: (what we set last, what we set before that). Whether the latter
    is what is THERE: the last run may have been killed."""
    wrote, also = known
    return also if wrote == now or there else wrote


def remembered_first(before, plan):
    """What must be on disk before anything moves: all that is remembered now and all that will be. A run that is killed has written
    some of it and not the rest."""
    values, paths, after = dict(before.parameters), dict(before.files), plan.saved
    for name, entry in after.parameters.items():
        known, live = entry_of(before, name), plan.live_before.get(name)
        there = known is not None and None not in (known.also, live) and _values.same(name, known.also, live)
        _put(values, name, entry._replace(also=earlier((known.wrote, known.also), entry.wrote, there)) if known
             else entry._replace(also=_started(name, entry, live)))
    for name, entry in plan.passing.items():
        known = next((alias for alias in _behaviour.names_of(name) if alias in values), None)
        values[known or name] = values[known]._replace(also=values[known].also or entry.wrote) if known else entry
    for path, entry in after.files.items():
        known = before.files.get(path)
        there = known is not None and path in plan.disk and digest(plan.disk[path].text) == known.also
        paths[path] = _with_earlier(entry, known, there) if known else entry
    return Saved(values, paths, tuple(sorted(set(before.folders) | set(after.folders))), dict(after.first, **before.first),
                 before.machine_id or after.machine_id)


def _started(name, entry, live):
    """The LIVE value of a parameter that is remembered from now on, where it was ours already: an interface took it from conf.default."""
    return live if None not in (live, entry.before) and not _values.same(name, entry.before, live) else entry.also


def _with_earlier(entry, known, there):
    """ENTRY of a file beside what is KNOWN of it from before; THERE: what an even earlier run wrote is there."""
    was = known.earlier if there or known.sha256 == entry.sha256 else known
    return entry._replace(also=earlier((known.sha256, known.also), entry.sha256, there),
                          earlier=was and was._replace(before=None, attributes=None, also=None, earlier=None))


def settled(saved, files):
    """SAVED, where a run was killed with those of its files that are among FILES, as they were written: all of it, or none."""
    there = dict((item.path, item.text) for item in files)
    return saved._replace(files=dict((path, _as_written(known, there.get(path))) for path, known in saved.files.items()))


def _as_written(known, now):
    if known.earlier is None:
        return known
    there = set((now or "").splitlines())
    # Where others have edited the file since, the one of which most is there. The earlier one stands first.
    texts = [(one, set((one.text or "").splitlines())) for one in (known.earlier, known)]
    whole = [(one, len(lines)) for one, lines in texts if one.text and lines <= there] or [(known.earlier, 0)]
    found = max(whole, key=lambda item: item[1])[0]
    return found._replace(before=known.before, attributes=known.attributes, also=None, earlier=None)


def going_back(writes, snapshot):
    """parameter -> Entry for a run that is killed before all of WRITES are done, of interfaces that had started with our value."""
    found = {}
    for write in writes:
        default = None if entry_of(snapshot.saved, write.name) else _started_with(snapshot.saved, write.name, write.before, snapshot)
        if default is not None:
            own = own_of_host(snapshot.saved, write.name, write.before, snapshot) if write.dropin else write.value
            found[write.name] = Entry(own, write.before, default.dropin)
    return found


def passing(moved, snapshot):
    """parameter -> Entry for a run that is killed before it sets again what it MOVED: parameter -> (value, Write)."""
    found = {}
    for name, (value, write) in moved.items():
        mover = entry_of(snapshot.saved, write.name)
        dropin = write.dropin or mover and mover.dropin
        # No interface starts with a value that passes.
        had = (snapshot.boot,) + tuple(sorted(snapshot.interfaces)) if of_default(name, ["x"]) else None
        if dropin:
            live = snapshot.live[name].value
            entry = Entry(own_of_host(snapshot.saved, name, live, snapshot), value, dropin, had=had)
            found[name] = entry._replace(also=_started(name, entry, live))
    return found


def came_out(saved, before, first, outcomes, forms, moved, boot):
    """What is remembered after a run that went well. BEFORE: what was remembered before it, FIRST: what was when the writes began.

    OUTCOMES: parameter -> (state, value, reason) of values that were refused harmlessly. FORMS: parameter -> the form in which the kernel
    keeps its value. MOVED: parameter -> (live value before, after) of what may have followed a write.
    """
    found = dict(saved.parameters)
    for name, (state, value, _reason) in outcomes.items():
        found.pop(name, None)
        if name in first.parameters and not (state == "unsupported" and _sysctl_d.interface_of(name)):
            found[name] = first.parameters[name]._replace(refused=(state, value, boot))
    for name, form in forms.items():
        if name in found:
            found[name] = found[name]._replace(wrote=form)
    for name in moved:
        _followed(found, name, moved[name], before.parameters.get(name) or _had_started(first.parameters.get(name)))
    return saved._replace(parameters=dict((name, _plain(name, entry)) for name, entry in found.items()))


def _had_started(entry):
    """ENTRY of a parameter that is remembered from now on, as it was where it had started with our value of conf.default; or None."""
    return entry._replace(wrote=entry.also, also=None) if entry is not None and entry.also is not None else None


def _followed(found, name, moved, known):
    """Remember in FOUND what became of a parameter that may have followed a write; KNOWN: what was remembered of it before, or None."""
    then, now = moved
    has_moved = now is not None and not _values.same(name, then, now)
    planned = found.pop(name, None)
    # What did not follow is whose it was before.
    entry = planned if has_moved else known
    if entry is not None:
        # Of what is as it was before us nothing is remembered.
        found[name] = entry._replace(wrote=now) if has_moved else entry


def _plain(name, entry):
    """ENTRY without the text that was asked for, where the kernel kept that text's own meaning."""
    if entry.asked is not None and entry.wrote is not None and _values.same(name, entry.asked, entry.wrote):
        return entry._replace(asked=None)
    return entry
