# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides everything: what each parameter's state is, what will be written where, and what is remembered.

Pure: drop-ins, rules and a snapshot of the host in, a Plan out. Private to the collection.
"""

import errno
import hashlib
from collections import OrderedDict, namedtuple

from ansible_collections.photon.hardening.plugins.module_utils import _rivals, _runtimes, _sysctl_d, _values

# In the order in which they are looked for: a parameter has the first that fits.
STATES = (
    "waived", "held_back", "unsupported", "rejected", "read_only", "reboot_required", "stricter", "overridden", "changed", "ok",
)
# What differs from what is wanted, now or at the next boot.
DIFFERING = ("rejected", "changed", "overridden", "reboot_required", "read_only")

CONTAINER_HOST = ("auto", "always", "never")

# dropins: Files as given. container_host: whose breakage is a reason to hold back. image: only files, no running kernel.
Request = namedtuple("Request", "dropins rules conflicts container_host image")
# live: name -> Reading. files: the search path. dialect: how they are read at boot. rivals: what else sets parameters.
# runtimes: container runtime -> how it was recognised. modules: those that modules-load.d names. interfaces: name -> whether it is a
# device, which may be there at boot before conf.default is set. saved: a Saved.
Snapshot = namedtuple("Snapshot", "live files dialect rivals runtimes modules release machine interfaces saved")
# value: text or None. error: errno of reading it. refused: errno of opening it for writing. 0 = none.
Reading = namedtuple("Reading", "value error refused")

# What is remembered of a parameter: its live value before we first touched it, and the value we set. also: what we set before that, as
# long as the run that changes it has not ended: it may have been killed before or after.
Entry = namedtuple("Entry", "before wrote dropin also")
# What is remembered of a file: its content before us (None: there was none), and the hash of what we wrote; also: as above.
SavedFile = namedtuple("SavedFile", "before sha256 also")
Entry.__new__.__defaults__ = SavedFile.__new__.__defaults__ = (None,)
Saved = namedtuple("Saved", "parameters files")

# dropin and number: the line that asks for it; number None: an interface that a line of conf.all or conf.default speaks for, too.
# value None: only reported or waived.
Want = namedtuple("Want", "name value dropin number rule")
# active: whether the parameter's line stays in force in its drop-in, and then with which value (target).
Choice = namedtuple("Choice", "state target write active reason")
Row = namedtuple("Row", "name state before wanted after boot_before boot boot_source dropin reason")
# before: the live value to put back. dropin and number: the line that asks, both None on the way back, and number alone for an interface
# that conf.all or conf.default speaks for.
Write = namedtuple("Write", "name value before one_way dropin number")
# files: path -> text, None removes it. saved: what is to be remembered when all went well.
Plan = namedtuple("Plan", "rows files writes saved disk warnings")


def digest(text):
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def wants(request, interfaces):
    """Every parameter that the drop-ins and rules speak of, by name; the line that would win at boot speaks for it."""
    found = OrderedDict()
    for item in sorted(request.dropins, key=lambda item: item.path.rpartition("/")[2]):
        for line in _sysctl_d.settings(item.path, item.text):
            found[line.name] = Want(line.name, line.value, item.path, line.number, request.rules.get(line.name, {}))
    for name in sorted(request.rules):
        rule = request.rules[name]
        if name not in found and (rule.get("report") is not None or rule.get("waived")):
            found[name] = Want(name, None, None, None, rule)
    for want in list(found.values()):
        for name in _interface_names(want, interfaces):
            found.setdefault(name, want._replace(name=name, number=None))
    return found


def _interface_names(want, interfaces):
    """The same parameter of every interface that exists: conf.all does not reach them, conf.default only new ones."""
    if not want.rule.get("interfaces") or want.value is None:
        return []
    parts = _sysctl_d.key_path(want.name).split("/")
    if len(parts) < 5 or parts[3] not in ("all", "default"):
        return []
    return [_sysctl_d.canonical("/".join(parts[:3] + [interface] + parts[4:])) for interface in interfaces]


def names(request, interfaces, saved):
    """The parameters whose live value the plan needs."""
    paths = set(item.path for item in request.dropins)
    remembered = [name for name, entry in saved.parameters.items() if entry.dropin in paths]
    found = list(wants(request, interfaces)) + remembered
    return list(OrderedDict.fromkeys(found + ([_REDIRECTS] if any(_is_forwarding(name) for name in found) else [])))


def plan(request, snapshot):
    """The Plan for one host."""
    wanted = wants(request, snapshot.interfaces)
    choices = OrderedDict((name, _choose(want, request, snapshot)) for name, want in wanted.items())
    choices = _on_leaving(choices, wanted, request, snapshot)
    disk = dict((item.path, item.text) for item in snapshot.files)
    texts, warnings = _texts(request, choices, _device_lines(wanted, choices, snapshot.interfaces), snapshot, disk)
    texts.update(_restated(request, wanted, snapshot, _with(disk, texts), disk))
    after = _with(disk, texts)
    files_after = [_sysctl_d.File(*item) for item in after.items()]
    boots = [_sysctl_d.BootOrder(files, snapshot.dialect) for files in (snapshot.files, files_after)]
    rows = [_row(wanted.get(name, Want(name, None, None, None, {})), choice, request, snapshot, boots)
            for name, choice in choices.items()]
    changed_files = dict((path, after.get(path)) for path in texts if after.get(path) != disk.get(path))
    return Plan(rows, changed_files, _writes(wanted, choices, snapshot), _saved(request, rows, choices, snapshot, texts, disk), disk,
                warnings + _expired(wanted, choices) + _module_warnings(wanted, choices, snapshot.modules)
                + _rivals.warnings(snapshot.rivals, files_after, _in_force(wanted, choices)))


def _in_force(wanted, choices):
    return dict((name, (choice.target, wanted[name].rule)) for name, choice in choices.items() if choice.active)


# --- one parameter against the running kernel ---

def _choose(want, request, snapshot):
    rule = want.rule
    if rule.get("waived"):
        return Choice("waived", None, None, False, "waived: %s" % rule["waived"])
    broken = _broken(rule.get("hold") or (), request, snapshot) if want.value is not None else None
    if broken:
        return Choice("held_back", None, None, False, "would break %s" % broken)
    if request.image:
        return Choice("ok", want.value, None, want.value is not None, "")
    reading = snapshot.live[want.name]
    if reading.value is None:
        return _without_value(want, reading, snapshot.release)
    if want.value is None:
        return Choice("ok", None, None, False, "only reported; the reference is %s" % rule["report"])
    if snapshot.machine not in rule.get("machine", snapshot.machine).split():
        return Choice("unsupported", None, None, False, "%s is for %s, and this is %s" % (want.value, rule["machine"], snapshot.machine))
    return _against_live(want, reading, snapshot.saved.parameters.get(want.name))


def _broken(runtimes, request, snapshot):
    """Those of RUNTIMES that count on this host, in words; None where none does."""
    if request.container_host == "always":
        return ", ".join(runtimes) or None
    if request.container_host == "never":
        return None
    return ", ".join("%s (%s)" % (name, snapshot.runtimes[name]) for name in runtimes if name in snapshot.runtimes) or None


def _without_value(want, reading, release):
    if reading.error != errno.ENOENT:
        return Choice("unsupported", None, None, False, "cannot be read (%s)" % errno.errorcode.get(reading.error, reading.error))
    if want.rule.get("needs_module"):
        return Choice("unsupported", want.value, None, want.value is not None, "needs module %s" % want.rule["needs_module"])
    interface = _sysctl_d.interface_of(want.name)
    if interface:
        return Choice("unsupported", want.value, None, want.value is not None, "applied when interface %s appears" % interface)
    return Choice("unsupported", None, None, False, "kernel %s does not have it" % release)


def _is_ours(entry, live):
    """Whether a live value is what we set."""
    return entry is not None and any(wrote is not None and _values.same(wrote, live) for wrote in (entry.wrote, entry.also))


def _against_live(want, reading, entry):
    live, landing = reading.value, _values.landing(want.value, reading.value)
    if _values.same(landing, live):
        return Choice("ok", want.value, None, True, "")
    if "unset_at" in want.rule and _values.same(want.rule["unset_at"], live):
        return Choice("stricter", None, None, False, "%s was found on this host: another parameter is in force instead" % live)
    if not _is_ours(entry, live) and _values.as_good(live, want.rule):
        return Choice("stricter", live, None, True, "%s was found on this host and is as good as %s or better" % (live, want.value))
    if reading.refused:
        return Choice("read_only", want.value, None, True, "read-only here (%s)" % errno.errorcode.get(reading.refused, reading.refused))
    return Choice("changed", want.value, landing, True, "")


# --- parameters that are no longer asked for ---

def _on_leaving(choices, wanted, request, snapshot):
    """CHOICES with every parameter that a drop-in of this call used to set, and no longer does, on its way back."""
    paths = set(item.path for item in request.dropins)
    for name, entry in sorted(snapshot.saved.parameters.items()):
        choice = choices.get(name)
        gone = request.image or snapshot.live.get(name, Reading(None, 0, 0)).value is None
        if entry.dropin in paths and not (choice and choice.active) and not gone:
            broken = _broken(_needing(name, entry, wanted.get(name)), request, snapshot)
            choices[name] = _way_back(entry, snapshot.live[name], choice, broken)
    return choices


def _way_back(entry, reading, choice, broken):
    state, reason = (choice.state, choice.reason + "; ") if choice else ("ok", "")
    if _values.same(entry.before, reading.value):
        return Choice(state, None, None, False, reason + "no longer ours")
    if not _is_ours(entry, reading.value):
        return Choice(state, None, None, False, reason + "no longer ours: something else set it since, left as it is")
    if broken:
        held = "held_back" if state == "ok" else state
        return Choice(held, None, None, False, reason + "left as it is: its baseline %s would break %s" % (entry.before, broken))
    if reading.refused:
        return Choice("read_only" if state == "ok" else state, None, None, False, reason + "cannot go back: read-only here")
    return Choice("changed" if state == "ok" else state, None, entry.before, False, reason + "no longer ours: back to its baseline")


# The kernel sets it whenever IPv4 forwarding is switched (net/ipv4/devinet.c).
_REDIRECTS = "net.ipv4.conf.all.accept_redirects"


def _is_forwarding(name):
    return name.endswith((".ip_forward", ".forwarding"))


def _needing(name, entry, want):
    """The runtimes that the baseline of a parameter would break."""
    if _is_forwarding(name) and _values.same(entry.before, "0"):
        return _runtimes.NAMES
    held = want is not None and want.value is not None and _values.same(entry.before, want.value)
    return want.rule.get("hold") or () if held else ()


# --- files ---

def _device_lines(wanted, choices, interfaces):
    """parameter of conf.all or conf.default -> the lines of the same parameter of devices: at boot such a line does not reach those
    that are there already."""
    devices = [name for name in interfaces if interfaces[name]]
    found = {}
    for want in wanted.values():
        names = [name for name in _interface_names(want, devices) if wanted[name].number is None and choices[name].active]
        found[want.name] = ["%s = %s" % (name, choices[name].target) for name in names]
    return found


def _texts(request, choices, device_lines, snapshot, disk):
    """path -> what the drop-in shall be (None: no file) for every drop-in of this call, and what to warn about."""
    texts, warnings = {}, []
    for item in request.dropins:
        saved, now = snapshot.saved.files.get(item.path), disk.get(item.path)
        foreign = now is not None and not _sysctl_d.is_ours(now)
        if item.text.strip():
            texts[item.path] = _adapted(item, choices, device_lines)
            if foreign and saved:
                warnings.append("%s was replaced by something else since the last run (a package update?); that content is saved "
                                "for the way back and the file is written anew." % item.path)
        elif saved and now is not None and digest(now) in (saved.sha256, saved.also):
            texts[item.path] = saved.before
        elif saved or now is not None and not foreign:
            warnings.append("%s %s." % (item.path, _why_left(saved, now)))
    return texts, warnings


def _why_left(saved, now):
    """What is said of a drop-in that is to go and is not as we left it."""
    if now is None:
        return "was removed by something else since the last run; what was there before us is not brought back, and stays remembered"
    return "%s; it is left as it is" % ("was changed by something else since the last run" if saved else "has no baseline here")


def _adapted(item, choices, device_lines):
    """The given text: lines not in force are commented out with the reason, a better live value takes the wanted one's place, and the
    machine's devices follow the line that speaks for all interfaces."""
    lines = [] if _sysctl_d.is_ours(item.text) else [_sysctl_d.HEADER]
    for line in _sysctl_d.parse(item.text):
        choice = choices[line.name] if line.name else None
        if choice is None or choice.active and choice.state != "stricter":
            lines.append(line.text)
        elif choice.active:
            lines += [_sysctl_d.comment(choice.reason), "%s = %s" % (line.name, " ".join(choice.target.split("\n")))]
        else:
            lines.append(_sysctl_d.comment("%s: %s: %s" % (choice.state, choice.reason, line.text.strip())))
        lines += device_lines.get(line.name, [])
    return "\n".join(lines) + "\n"


def _with(disk, texts):
    """DISK as it will be with TEXTS written."""
    merged = dict(disk)
    merged.update(texts)
    return dict((path, text) for path, text in merged.items() if text is not None)


def _losers(files, wanted, dialect):
    """(our line, the foreign line that wins at boot) for each parameter of ours that another file would set otherwise."""
    rest = [_sysctl_d.File(*item) for item in sorted(files.items()) if item[0] != _sysctl_d.RESTATE_PATH]
    ours = _sysctl_d.BootOrder([item for item in rest if _sysctl_d.is_ours(item.text)], dialect)
    everyone = _sysctl_d.BootOrder(rest, dialect)
    for name in sorted(ours.names()):
        mine, winner = ours.winner(name), everyone.winner(name)
        rule = wanted[name].rule if name in wanted else {}
        if winner is None or winner.path != mine.path and not _holds(mine.value, winner.value, rule):
            yield name, mine, winner


def _holds(wanted, value, rule):
    """Whether VALUE, set by somebody else, is what is wanted or better."""
    return value is not None and (_values.same(wanted, value) or _values.as_good(value, rule))


def _restated(request, wanted, snapshot, files, disk):
    """path -> text of the file that restates what foreign files would take back; nothing where it stays as it is."""
    path, lines = _sysctl_d.RESTATE_PATH, []
    if request.conflicts == "restate":
        for name, mine, winner in _losers(files, wanted, snapshot.dialect):
            lines += [_sysctl_d.comment(_rival(mine, winner)), "%s = %s" % (name, mine.value)]
    if lines:
        return {path: "\n".join([_sysctl_d.HEADER] + lines) + "\n"}
    if path in disk and _sysctl_d.is_ours(disk[path]):
        return {path: snapshot.saved.files[path].before if path in snapshot.saved.files else None}
    return {}


def _rival(mine, winner):
    if winner is None:
        return "%s is hidden by another file of its name" % mine.path
    return "%s:%d would %s" % (winner.path, winner.number, "leave it unset" if winner.value is None else "set %s" % winner.value)


# --- rows, writes, memory ---

def _loses_at_boot(want, choice, winner):
    """Whether the line that wins at boot is not what is wanted, or none does although a line asks for it."""
    return choice.active and bool(winner or want.number) and not _holds(choice.target, winner.value if winner else None, want.rule)


def _moves(before, after):
    return before != after and (before is None or after is None or not _values.same(before, after))


def _row(want, choice, request, snapshot, boots):
    reading = snapshot.live.get(want.name, Reading(None, 0, 0))
    before, winner = (boots[0].winner(want.name), boots[1].winner(want.name))
    boot_before, boot = (item.value if item else None for item in (before, winner))
    live_after = choice.write if choice.write is not None else reading.value
    source = "%s:%d" % (winner.path, winner.number) if winner else None
    state, reason = choice.state, choice.reason
    if state in ("changed", "ok") and _loses_at_boot(want, choice, winner):
        state, reason = "overridden", "%s sets %s at boot" % (source, boot) if winner else "no file that is read at boot sets it"
    elif state in ("changed", "ok"):
        state = "changed" if choice.write is not None or choice.active and _moves(boot_before, boot) else "ok"
    return Row(want.name, state, None if request.image else reading.value, want.value, None if request.image else live_after,
               boot_before, boot, source, want.dropin, reason)


def _writes(wanted, choices, snapshot):
    """What to set live: forwarding before the redirects that it resets, what cannot be undone last."""
    writes = []
    for name, choice in choices.items():
        if choice.write is not None:
            want = wanted.get(name, Want(name, None, None, None, {}))
            one_way = bool(want.rule.get("one_way"))
            asked = (want.dropin, want.number) if choice.active else (None, None)
            writes.append(Write(name, choice.write, snapshot.live[name].value, one_way, *asked))
    redirects = snapshot.live.get(_REDIRECTS)
    if redirects and redirects.value is not None and _REDIRECTS not in choices and any(_is_forwarding(write.name) for write in writes):
        # Nobody asks for it, so it stays as it is.
        writes.append(Write(_REDIRECTS, redirects.value, redirects.value, False, None, None))
    return sorted(writes, key=lambda write: (write.one_way, not _is_forwarding(write.name)))


def _saved(request, rows, choices, snapshot, texts, disk):
    paths = set(item.path for item in request.dropins)
    parameters = dict((name, entry) for name, entry in snapshot.saved.parameters.items()
                      if entry.dropin not in paths or _stays_ours(choices.get(name), entry, snapshot.live.get(name)))
    for row in rows:
        if choices[row.name].active and row.before is not None:
            known = parameters.get(row.name, Entry(row.before, None, None))
            settled = row.state in ("ok", "changed", "overridden")
            parameters[row.name] = Entry(known.before, row.after, row.dropin) if settled else known._replace(dropin=row.dropin)
    files = dict((path, saved) for path, saved in snapshot.saved.files.items()
                 if path not in texts and _still_matters(path, path in paths, disk.get(path)))
    for path, text in texts.items():
        if text is not None and _sysctl_d.is_ours(text):
            files[path] = SavedFile(_content_before(snapshot.saved.files.get(path), disk.get(path)), digest(text))
    return Saved(parameters, files)


def _still_matters(path, asked, now):
    """Whether what was at PATH before us is still to be remembered: not where newer foreign content is, and the file that restates
    had none."""
    if path == _sysctl_d.RESTATE_PATH:
        return now is not None
    return not asked or now is None or _sysctl_d.is_ours(now)


def _stays_ours(choice, entry, reading):
    """Whether a parameter is in force, or was to go back and cannot now."""
    if choice is None or choice.active:
        return choice is not None
    live = reading.value if reading else None
    return choice.write is None and live is not None and not _values.same(entry.before, live) and _is_ours(entry, live)


def _content_before(known, now):
    """What was at a drop-in's path before us; foreign content found there now is newer than what is remembered."""
    if now is not None and not _sysctl_d.is_ours(now):
        return now
    return known.before if known else None


def _expired(wanted, choices):
    return ["The waiver of %s ended on %s: the parameter is enforced again." % (name, want.rule["waiver_expired"])
            for name, want in sorted(wanted.items()) if want.rule.get("waiver_expired") and choices[name].active]


def _module_warnings(wanted, choices, at_boot):
    """No udev rule applies a bridge parameter when its module loads later, unlike an interface's."""
    modules = set(wanted[name].rule["needs_module"] for name, choice in choices.items()
                  if choice.state == "unsupported" and name in wanted and wanted[name].rule.get("needs_module"))
    return ["Module %s is not loaded, and nothing applies its parameters when it loads later: a modules-load.d entry is needed, as in "
            "echo %s >/etc/modules-load.d/%s.conf" % (module, module, module)
            for module in sorted(modules) if module.replace("-", "_") not in at_boot]
