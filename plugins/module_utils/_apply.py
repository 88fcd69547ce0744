# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out a plan: all of it, or nothing.

Private to the collection.
"""

import errno
import os

from ansible_collections.photon.hardening.plugins.module_utils import _baseline, _kernel, _plan, _values

_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)


class Refused(Exception):
    """The kernel did not take a value."""

    def __init__(self, write, problem):
        asked = "%s line %d" % (write.dropin, write.number) if write.number else write.dropin or "on the way back"
        super(Refused, self).__init__("%s = %s (%s): %s" % (write.name, write.value, asked, problem))
        self.name = write.name


class NotApplied(Exception):
    """The plan failed half-way and was undone; `name` is the parameter that was refused, None where a file was the trouble."""

    def __init__(self, cause, stuck):
        undone = "Every value and file is as before."
        if stuck:
            undone = "These could not be put back: %s." % ", ".join(stuck)
        super(NotApplied, self).__init__("%s. %s" % (cause, undone))
        self.name = getattr(cause, "name", None)


def _outcome(write, error):
    """The state of a parameter whose value the kernel refused, None where that fails the run."""
    if write.one_way and write.dropin and error == errno.EINVAL and _values.same(write.before, "0"):
        # Nothing is locked at 0: this kernel does not know the value.
        return "unsupported"
    # A value on the way back was in force before, so it is not the value that is wrong.
    if (write.one_way or write.dropin is None) and error in (errno.EPERM, errno.EINVAL):
        return "reboot_required"
    return "read_only" if error in _READ_ONLY else None


def _set_live(plan, done):
    """name -> state of each parameter that refused harmlessly. What was written is appended to DONE as it happens."""
    outcomes = {}
    for write in plan.writes:
        error = _kernel.write(write.name, write.value)
        if not error:
            done.append(write)
            continue
        state = _outcome(write, error)
        if state is None:
            raise Refused(write, "the kernel refused it (%s, %s)" % (errno.errorcode.get(error, error), os.strerror(error)))
        outcomes[write.name] = state
    return outcomes


def _holds(name, value):
    """Whether a parameter has a value, and takes it once more where it has not: another write may have reset it."""
    if _values.same(value, _kernel.read(name).value or ""):
        return True
    return not _kernel.write(name, value) and _values.same(value, _kernel.read(name).value or "")


def _is_asked_or_ours(row, before):
    """Whether a row's value is our business: what is only reported moves by itself."""
    return bool(row.dropin) or row.name in before.parameters


def _prove(plan, done, before):
    """Read everything back: some writes are accepted and do nothing, some reset another parameter, as forwarding does redirects."""
    written = dict((write.name, write) for write in done)
    for row in plan.rows:
        if row.after is None or row.state not in ("changed", "overridden", "stricter", "ok"):
            continue
        if row.name in written and not _holds(row.name, row.after):
            raise Refused(written[row.name], "the kernel accepted it and reads back %s" % _kernel.read(row.name).value)
        if row.name not in written and done and _is_asked_or_ours(row, before) and row.before and not _holds(row.name, row.before):
            raise Refused(done[-1], "setting the new values also moved %s from %s to %s, and it does not go back"
                          % (row.name, row.before, _kernel.read(row.name).value))


def _put_back(plan, done, before):
    """Restore the live values, last first, and then what that has reset; returns the names of those that do not go back."""
    for write in reversed(done):
        _kernel.write(write.name, write.before)
    touched = dict((write.name, write.before) for write in done)
    if done:
        touched.update((row.name, row.before) for row in plan.rows if _is_asked_or_ours(row, before) and row.before is not None)
    return [name for name, value in touched.items() if not _holds(name, value)]


def _replaced(root, path, text):
    """Whether the file at PATH is TEXT again, or is not there where that is None."""
    try:
        if text is not None:
            _kernel.stage(root, path, text)
        _kernel.commit(root, path, text)
    except OSError:
        # A file that cannot be replaced is often one that was not replaced before, which is why we are here.
        _kernel.discard(root, path)
        return _kernel.read_file(root, path) == text
    return True


def _undo(root, plan, before, done, placed, remembered):
    """Everything as it was; returns what does not go back. PLACED: the files that may have been replaced already."""
    stuck = _put_back(plan, done, before)
    stuck += [path for path in placed if not _replaced(root, path, plan.disk.get(path))]
    for path in plan.files:
        _kernel.discard(root, path)
    if remembered != before:
        try:
            _baseline.store(root, before)
        except OSError as exc:
            # It remembers more than it must, which harms no later run.
            stuck.append("%s (%s)" % (_baseline.PATH, exc.strerror))
    return stuck


def _earlier(known, now):
    """What we set before NOW, as long as it may still be in force; both are what we set last, a value or a hash."""
    wrote, also = known
    return also if wrote == now else wrote


def _remember_first(before, after):
    """What must be on disk before anything moves: all that is remembered now and all that will be, for a run that is killed has
    written some of it and not the rest."""
    parameters, files = dict(before.parameters), dict(before.files)
    for name, entry in after.parameters.items():
        known = before.parameters.get(name)
        parameters[name] = entry._replace(also=_earlier((known.wrote, known.also), entry.wrote)) if known else entry
    for path, entry in after.files.items():
        known = before.files.get(path)
        files[path] = entry._replace(also=_earlier((known.sha256, known.also), entry.sha256)) if known else entry
    return _plan.Saved(parameters, files)


def _refused(row):
    return "; ".join(part for part in (row.reason, "refused by the kernel") if part)


def _with_outcomes(plan, first, outcomes):
    """PLAN as it came out: a parameter that refused harmlessly kept its value, and stays remembered as it was before the first write:
    what we asked for is ours once a reboot has set it, and until then what we set before."""
    rows = [row._replace(state=outcomes[row.name], after=row.before, reason=_refused(row)) if row.name in outcomes else row
            for row in plan.rows]
    parameters = dict(plan.saved.parameters)
    parameters.update((name, first.parameters[name]) for name in outcomes if name in first.parameters)
    writes = [write for write in plan.writes if write.name not in outcomes]
    return plan._replace(rows=rows, writes=writes, saved=_plan.Saved(parameters, plan.saved.files))


def carry_out(root, plan, before):
    """Apply PLAN; BEFORE is what was remembered. Returns the plan as it came out, or raises with everything put back."""
    first = _remember_first(before, plan.saved)
    done, placed, remembered = [], [], before
    try:
        # Files before memory: a disk that fills up does so while there is nothing to take back.
        for path, text in sorted(plan.files.items()):
            if text is not None:
                _kernel.stage(root, path, text)
        if first != before:
            _baseline.store(root, first)
            remembered = first
        outcomes = _set_live(plan, done)
        _prove(plan, done, before)
        for path, text in sorted(plan.files.items()):
            placed.append(path)
            _kernel.commit(root, path, text)
    except (OSError, Refused) as exc:
        raise NotApplied(exc, _undo(root, plan, before, done, placed, remembered)) from exc
    plan = _with_outcomes(plan, first, outcomes)
    if plan.saved != first:
        _baseline.store(root, plan.saved)
    return plan
