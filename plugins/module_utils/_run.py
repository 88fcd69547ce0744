# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of the module kernel_parameters: from its arguments to its result.

Private to the collection.
"""

from ansible_collections.photon.hardening.plugins.module_utils import (
    _apply,
    _atomic,
    _baseline,
    _files,
    _host,
    _lock,
    _memory,
    _names,
    _os_release,
    _plan,
    _probe,
    _procfs,
    _refusal,
    _result,
    _rules,
    _sysctl_d,
    _uses,
)
from ansible_collections.photon.hardening.plugins.module_utils._model import File, HostProblem, Request, Rule, Saved
from ansible_collections.photon.hardening.plugins.module_utils._nearest import nearest
from ansible_collections.photon.hardening.plugins.module_utils._wants import names

LOCK_SECONDS = 60
_EMPTY = Saved({}, {})
# What ends a run in a sentence.
TROUBLE = (HostProblem, _sysctl_d.SyntaxProblem, ValueError, OSError, _apply.Interrupted)
_STUCK = "the run failed, and this value could not be put back: a rollback tries it again"
# The states of rows of which a failed run has carried out nothing.
_PLANNED = ("changed", "overridden", "stricter")


class Problem(Exception):
    """Ends the task; `result` is what is known by then."""

    def __init__(self, msg, result=None):
        super().__init__(msg)
        self.result = result or {}


# --- what is asked for ---

def _check_once(paths):
    for path in paths:
        if paths.count(path) > 1:
            raise ValueError("dropins: %s is given more than once" % path)


def _dropins(params, saved):
    given = params["dropins"]
    for item in given or ():
        _sysctl_d.check_path(item["path"])
    if params["state"] == "present":
        return [File(item["path"], item["content"]) for item in given]
    if given is not None:
        return [File(item["path"], "") for item in given]
    # A parameter that could not go back yet is remembered longer than the drop-in that set it.
    known = set(saved.files) | {entry.dropin for entry in saved.parameters.values() if entry.dropin}
    return [File(path, "") for path in sorted(known) if not _sysctl_d.restates(path)]


def _request(params, saved, image):
    """What is asked for, checked as far as that goes without the host."""
    dropins = [item._replace(path=_host.drop_in(item.path, bool(item.text.strip()))) for item in _dropins(params, saved)]
    _check_once([item.path for item in dropins])
    rules = _rules.checked(params["rules"])
    if params["state"] == "absent":
        # Nothing is asked for, so nothing is compared or waived; what would break a use of this host still counts.
        rules = {name: Rule(hold=rule.hold) for name, rule in rules.items()}
    return Request(dropins, rules, params["conflicts"], params["container_host"], image, _uses.checked(params["uses"]))


def _check_names(rules):
    """A parameter that is required and that neither this kernel has nor anything explains was mistyped."""
    for name in sorted(name for name, rule in rules.items() if rule.required):
        # Interfaces come and go; what one of them can have all have.
        general = _names.of_interface(name, "default") if _names.interface_of(name) else name
        if _procfs.exists(general):
            continue
        near = nearest(general, [known for known, _mode in _procfs.parameters("", lambda _name: True)])
        if near or not (_rules.module_of(name, rules[name]) or _procfs.lacks_protocol(name) or _procfs.in_container()):
            raise ValueError(_result.mistyped(rules[name].required, name, near or rules[name].meant))


# --- one run ---

def _planned(params, image, check_mode):
    """The plan, and what was remembered before it."""
    saved = _baseline.load()
    request = _request(params, saved, image)
    if not image:
        _check_names(request.rules)
    snapshot = _host.snapshot(request, saved, lambda interfaces, known: names(request, interfaces, known))
    if check_mode and not image:
        snapshot = snapshot._replace(refused=_refusal.load(), is_check=True)
    plan = _plan.plan(request, snapshot)
    if params["state"] == "absent" and saved == _EMPTY:
        plan.warnings.append("There is no baseline on this host, so there is nothing to take back.")
    return plan, saved


def _replaced(params, saved):
    """Those of the drop-ins in whose place there are now files of others."""
    paths = [_host.drop_in(item["path"], False) for item in params["dropins"] or ()]
    return [path for path in paths if path in saved.files and _memory.whose(saved.files[path], _files.read(path)) == _memory.FOREIGN]


def _described(plan, with_diff):
    result = dict(_result.result(plan), kernel=_os_release.kernel())
    if with_diff:
        result["diff"] = _result.diff(plan)
    return result


def _not_applied(plan, rejected, reason, stuck=()):
    """PLAN with the rows as they are, since none of it came to pass but what is STUCK."""
    rows = []
    for row in plan.rows:
        state, why = ("rejected", reason) if row.name == rejected else (row.state, row.reason)
        if state in _PLANNED and (state == "changed" or row.after != row.before):
            state = "not_applied"
        after = row.before
        if row.name in stuck:
            state, why, after = state if row.name == rejected else "changed", _STUCK, _procfs.read(row.name).value
        source = row.boot_source_before
        if source is None and (row.boot_before is not None or row.boot is None):
            source = row.boot_source
        rows.append(row._replace(state=state, reason=why, after=after, boot=row.boot_before, boot_source=source, boot_source_before=None))
    return plan._replace(rows=rows)


def _failed(msg, plan, with_diff, rejected=None, stuck=()):
    kept = _described(_not_applied(plan, rejected, msg, stuck), False)
    diff = {"diff": _result.diff(plan)} if with_diff else {}
    return Problem(msg, dict(kept, changed=bool(stuck), **diff))


def _judge(plan, params, check_mode, with_diff):
    bad = _result.of_states(plan.rows, params["fail_on"])
    if bad:
        msg = "fail_on: nothing was written, because of %s. %s" % (bad, _result.count(plan.rows))
        # A prediction stays what it is: an audit that is to fail still tells what would change.
        result = dict(_described(plan, with_diff), changed=False) if check_mode else _failed(msg, plan, with_diff).result
        raise Problem(msg, dict(result, stopped=True))


def _probed(plan, saved, with_diff):
    """What a run would find out before it moves anything."""
    try:
        _apply.probe(plan, saved)
    except TROUBLE as exc:
        raise _failed(str(exc), plan, with_diff) from exc


def _carried_out(plan, saved, image, with_diff):
    try:
        done = _apply.carry_out(plan, saved)
    except _apply.NotApplied as exc:
        refused = next(((write.name, write.value) for write in plan.writes if write.name == exc.name), None)
        if refused:
            _refusal.store(refused)
        raise _failed(str(exc), plan, with_diff, exc.name, exc.stuck) from exc
    if not image:
        _refusal.store(None, [row.name for row in plan.rows])
    return done


def _applied(params, image, check_mode, with_diff):
    """The result of `present` or `absent`."""
    plan, saved = _planned(params, image, check_mode)
    replaced = _replaced(params, saved)
    _judge(plan, params, check_mode, with_diff)
    if check_mode:
        _probed(plan, saved, with_diff)
    else:
        plan = _carried_out(plan, saved, image, with_diff)
    result = _described(plan, with_diff)
    if replaced and not image:
        result["replaced"] = replaced
    if params["state"] == "absent":
        result["msg"] = _result.message(plan, is_way_back=True)
        if not image and _files.exists(_files.GUEST_MEMORY):
            # The controller has another module take that back.
            result["vmware_guest"] = []
    return result


# --- a host whose baseline is lost ---

def _adopted(params, image, check_mode, with_diff):
    """Remember what is there now as what was there before."""
    try:
        saved = _baseline.load()
    except HostProblem:
        saved = _EMPTY
    disk = {item.path: item for item in _host.sysctl_files()}
    found = {}
    for path, item in sorted(disk.items()) if not image else ():
        if _memory.whose(saved.files.get(path), item.text) == _memory.ORPHAN and not _sysctl_d.restates(path):
            found.update((name, (_procfs.read(name).value, path)) for name in _memory.our_lines(None, item.text))
    found = {name: value for name, value in found.items() if value[0] is not None}
    now = _memory.of_host(saved, found, disk, _host.machine_id())
    if now != saved:
        _probe.probe(_files.BASELINE, "")
    if now != saved and not check_mode:
        _baseline.store(now)
    found = "parameters: %d, files: %d" % (len(now.parameters), len(now.files))
    return _told(now != saved, "what is there now %s remembered: %s" % ("would be" if check_mode else "is", found))


def _forgotten(params, image, check_mode, with_diff):
    """Drop what is remembered, readable or not, and touch nothing else."""
    there = _files.exists(_files.BASELINE)
    _probe.probe(_files.BASELINE, None)
    if there and not check_mode:
        _atomic.commit(_files.BASELINE, None)
    removed = "the baseline %s removed, and nothing else" % ("would be" if check_mode else "is")
    return _told(there, removed if there else "there is no baseline on this host")


def _told(changed, msg):
    return {"changed": changed, "msg": msg, "summary": _result.summary([]), "parameters": [], "omitted": 0, "notes": []}


def run(params, image, check_mode, with_diff):
    """The whole result, as plain data; `failed` says whether it is one of a failure. PARAMS: the module's. IMAGE: whether this process is
    inside a mounted image."""
    state = {"adopted": _adopted, "forgotten": _forgotten}.get(params["state"], _applied)
    try:
        with _lock.one_run(check_mode, LOCK_SECONDS):
            return state(params, image, check_mode, with_diff)
    except Problem as exc:
        return dict(exc.result, failed=True, msg=str(exc))
    except TROUBLE as exc:
        return dict(failed=True, msg=str(exc))
