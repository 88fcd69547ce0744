# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is remembered of a run: as planned, before its first write, and as it came out.

Pure. Private to the collection.
"""

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour, _memory, _names, _values
from ansible_collections.photon.hardening.plugins.module_utils._model import Entry, Saved, SavedFile


def parameters(paths, choices, wanted, snapshot, followers):
    """parameter -> Entry after the run. FOLLOWERS: parameter -> (value, drop-in, mover) of what a write moves along with it."""
    saved = snapshot.saved
    left = {name for name, _entry in _memory.leaving(snapshot, paths, choices)}
    found = {name: entry for name, entry in saved.parameters.items() if name not in left}
    for name, choice in choices.items():
        live, entry = snapshot.live[name].value if name in snapshot.live else None, _memory.entry_of(saved, name)
        own = _memory.own_of_host(saved, name, live, snapshot)
        if choice.active and name in wanted and not choice.elsewhere:
            want = wanted[name]._replace(dropin=choice.owner or wanted[name].dropin)
            _put(found, name, _after(want, choice, entry, live, own))
        elif name in left:
            _put(found, name, _after_leaving(_memory.line_for(saved, paths, snapshot.files, name), name, choice, entry, live, own))
            taken = _memory.partner_elsewhere(saved, paths, snapshot.files, name)
            if taken and choice.write is None and entry is not None:
                _after_pair(found, name, taken, entry, choices)
    _put_followers(found, followers, saved, snapshot)
    for name, entry in list(found.items()):
        known = saved.parameters.get(name)
        if known is not None and (known.before, known.wrote) != (entry.before, entry.wrote):
            _keep_started(found, name, saved, snapshot, choices)
    return {name: _with_mover(_with_had(name, entry, saved, snapshot), found) for name, entry in found.items()}


def _keep_started(found, default, saved, snapshot, choices):
    """Remember in FOUND the interfaces that have started with a value of ours for conf.default, before another one takes its place."""
    for name in _memory.started_with_ours(saved, default, snapshot):
        live = snapshot.live[name].value
        own, wrote = _memory.own_of_host(saved, name, live, snapshot), choices[name].write if name in choices else None
        if name not in found and not _values.same(name, own, wrote or live):
            found[name] = Entry(own, wrote or live, found[default].dropin, mover=default)


def _put_followers(found, followers, saved, snapshot):
    """Remember in FOUND what follows a write, but for what has its own value then."""
    for name, (value, dropin, mover) in followers.items():
        own = _own_of_follower(saved, name, mover, snapshot)
        found.pop(name, None)
        if own is None or value is None or not _values.same(name, own, value):
            found[name] = Entry(own, value, dropin, mover=mover)


def _own_of_follower(saved, name, mover, snapshot):
    """What the host has of NAME by itself, which follows MOVER. An older release has moved it along and did not remember that."""
    entry, moving, live = _memory.entry_of(saved, name), _memory.entry_of(saved, mover), snapshot.live[name].value
    if entry is None and moving is not None and not moving.traced and _memory.is_ours(name, moving, live):
        return moving.before
    return _memory.own_of_host(saved, name, live, snapshot)


def _put(found, name, entry):
    """A switch is remembered under one of its names."""
    for alias in _behaviour.names_of(name):
        found.pop(alias, None)
    if entry is not None:
        found[name] = entry


def _with_had(name, entry, saved, snapshot):
    """ENTRY of a conf.default that is set now, with the interfaces that have its value by themselves, also where ours is in force."""
    known = _memory.entry_of(saved, name)
    if known is not None and known.wrote == entry.wrote:
        return entry._replace(had=known.had)
    interfaces = sorted(snapshot.interfaces)
    there = [interface for interface, other in zip(interfaces, _memory.of_default(name, interfaces)) if other in snapshot.live
             and _memory.is_ours(name, entry, _memory.own_of_host(saved, other, snapshot.live[other].value, snapshot))]
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
        return Entry(own, choice.target, want.dropin, _memory.ours(want.name, entry, live), refused=entry.refused if entry else None)
    if entry is None and None not in (own, live) and not _values.same(want.name, own, live):
        # It had started with our value of conf.default, which may leave before this line does.
        return Entry(own, live, want.dropin)
    in_force = _memory.ours(want.name, entry, live)
    # A run that was killed may have left what it was to replace.
    return entry._replace(dropin=want.dropin, wrote=in_force, also=None) if in_force is not None else None


def _after_leaving(elsewhere, name, choice, entry, live, own):
    """What is remembered of a parameter that no drop-in of this call sets any more. ELSEWHERE: (path, value) of one that does, or None.
    ENTRY: None where the host's own value had met our line."""
    if entry is None:
        return Entry(own, choice.write, elsewhere[0]) if choice.write is not None else None
    if choice.write is not None:
        is_own = not elsewhere or _values.same(name, choice.write, entry.before or "")
        return None if is_own else entry._replace(wrote=choice.write, dropin=elsewhere[0], also=None)
    if not _memory.is_ours(name, entry, live) or _values.same(name, entry.before or "", live):
        return None
    # What cannot go there yet is tried again when what it belonged to goes.
    return entry._replace(dropin=elsewhere[0]) if elsewhere and choice.state not in ("reboot_required", "read_only", "rejected") else entry


def _after_pair(found, name, taken, entry, choices):
    """Remember in FOUND that the partner of NAME, of which ENTRY is known, has taken its place. TAKEN: (path, value) of the line that asks
    for it."""
    partner = _behaviour.partner(name)
    found.pop(name, None)
    if entry.before is not None and not _values.same(name, entry.before, "0"):
        found[name] = Entry(entry.before, "0", taken[0], mover=partner)
    if partner not in found and partner in choices:
        found[partner] = Entry("0", choices[partner].write, taken[0])


def firsts(saved, choices, snapshot, after):
    """parameter -> the value that a line of ours found first. AFTER: path -> SavedFile after the run."""
    asked = {name for known in after.values() for name in known.lines or ()}
    # What a use holds back meanwhile may be asked for again, and what the use has set then is not the host's own.
    asked.update(name for name, choice in choices.items() if choice.state == "held_back")
    found = {name: value for name, value in saved.first.items() if name in asked}
    for name, choice in choices.items():
        live = snapshot.live[name].value if name in snapshot.live else None
        if choice.active and name in asked and live is not None:
            found.setdefault(name, _memory.first_value(saved, name, live))
    return {name: value for name, value in found.items() if value is not None}


def files(saved, decided, disk):
    """path -> SavedFile after the run. DECIDED: path -> NewFile. DISK: path -> File, as found."""
    kept = {path: known for path, known in saved.files.items() if path not in decided}
    kept.update((path, _remembered_file(saved.files.get(path), disk.get(path), new)) for path, new in decided.items()
                if new.text is not None and new.lines is not None)
    return kept


def _remembered_file(known, now, new):
    content = now.text if now else None
    if _memory.whose(known, content) in (_memory.FOREIGN, _memory.ORPHAN):
        before, attributes = content, now.attributes
    else:
        before, attributes = (known.before, known.attributes) if known else (None, None)
    return SavedFile(before, attributes, _memory.digest(new.text), None, new.lines, new.rules, new.conflicts, new.edits, new.text)


def folders(saved, made, remaining):
    """(folders that we made and still need, those to be removed, innermost first). REMAINING: the paths of our files after the run."""
    every = sorted(set(saved.folders) | set(made))
    needed = [folder for folder in every if any(path.startswith(folder + "/") for path in remaining)]
    return tuple(needed), [folder for folder in reversed(every) if folder not in needed]


# --- when the writes begin ---

def before_writes(before, plan):
    """What must be on disk before anything moves: all that is remembered now and all that will be. A run that is killed has written
    some of it and not the rest."""
    values, paths, after = dict(before.parameters), dict(before.files), plan.saved
    for name, entry in after.parameters.items():
        known, live = _memory.entry_of(before, name), plan.live_before.get(name)
        there = known is not None and None not in (known.also, live) and _values.same(name, known.also, live)
        _put(values, name, entry._replace(also=earlier((known.wrote, known.also), entry.wrote, there)) if known
             else entry._replace(also=_inherited_value(name, entry, live)))
    for name, entry in plan.passing.items():
        known = next((alias for alias in _behaviour.names_of(name) if alias in values), None)
        values[known or name] = values[known]._replace(also=values[known].also or entry.wrote) if known else entry
    for path, entry in after.files.items():
        known = before.files.get(path)
        there = known is not None and path in plan.disk and _memory.digest(plan.disk[path].text) == known.also
        paths[path] = _with_earlier(entry, known, there) if known else entry
    return Saved(values, paths, tuple(sorted(set(before.folders) | set(after.folders))), dict(after.first, **before.first),
                 before.machine_id or after.machine_id, dict(before.seen, **after.seen))


def _inherited_value(name, entry, live):
    """The LIVE value of a parameter that is remembered from now on, where it was ours already: an interface took it from conf.default."""
    return live if None not in (live, entry.before) and not _values.same(name, entry.before, live) else entry.also


def earlier(known, now, there):
    """What we set before NOW, as long as it may still be in force; KNOWN: (what we set last, what we set before that). Whether the latter
    is what is THERE: the last run may have been killed."""
    wrote, also = known
    return also if wrote == now or there else wrote


def _with_earlier(entry, known, there):
    """ENTRY of a file beside what is KNOWN of it from before; THERE: what an even earlier run wrote is there."""
    was = known.earlier if there or known.sha256 == entry.sha256 else known
    return entry._replace(also=earlier((known.sha256, known.also), entry.sha256, there),
                          earlier=was and was._replace(before=None, attributes=None, also=None, earlier=None))


def going_back(writes, snapshot):
    """parameter -> Entry for a run that is killed before all of WRITES are done, of interfaces that had started with our value."""
    found = {}
    for write in writes:
        known = _memory.entry_of(snapshot.saved, write.name)
        default = None if known else _memory.started_with(snapshot.saved, write.name, write.before, snapshot)
        if default is not None:
            own = _memory.own_of_host(snapshot.saved, write.name, write.before, snapshot) if write.dropin else write.value
            found[write.name] = Entry(own, write.before, default.dropin)
    return found


def passing(moved, snapshot):
    """parameter -> Entry for a run that is killed before it sets again what it MOVED: parameter -> (value, Write)."""
    found = {}
    for name, (value, write) in moved.items():
        mover = _memory.entry_of(snapshot.saved, write.name)
        dropin = write.dropin or mover and mover.dropin
        # No interface starts with a value that passes.
        had = (snapshot.boot,) + tuple(sorted(snapshot.interfaces)) if _memory.of_default(name, ["x"]) else None
        if dropin:
            live = snapshot.live[name].value
            entry = Entry(_memory.own_of_host(snapshot.saved, name, live, snapshot), value, dropin, had=had)
            found[name] = entry._replace(also=_inherited_value(name, entry, live))
    return found


# --- when they are done ---

def after_run(saved, before, first, outcomes, forms, moved, boot):
    """What is remembered after a run that went well. BEFORE: what was remembered before it, FIRST: what was when the writes began.

    OUTCOMES: parameter -> (state, value, reason) of values that were refused harmlessly. FORMS: parameter -> the form in which the kernel
    keeps its value. MOVED: parameter -> (live value before, after) of what may have followed a write.
    """
    found = dict(saved.parameters)
    for name, (state, value, _reason) in outcomes.items():
        found.pop(name, None)
        if name in first.parameters and not (state == "unsupported" and _names.interface_of(name)):
            found[name] = first.parameters[name]._replace(refused=(state, value, boot))
    for name, form in forms.items():
        if name in found:
            found[name] = found[name]._replace(wrote=form)
    for name in moved:
        _followed(found, name, moved[name], before.parameters.get(name) or _entry_before_inheriting(first.parameters.get(name)))
    return saved._replace(parameters={name: _plain(name, entry) for name, entry in found.items()})


def _entry_before_inheriting(entry):
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
