# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What else sets kernel parameters on a host than the files of sysctl.d: other files that are read at boot, what configures the network,
procps' `sysctl --system`, a running tuned, ufw.

Pure: texts of the host's files in, boot values and warnings out. Private to the collection.
"""

import re
from functools import lru_cache

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour, _boot_order, _names, _sysctl_d, _values
from ansible_collections.photon.hardening.plugins.module_utils._model import File, Rivals, Setting, Winner

RC_LOCAL = ("/etc/rc.local", "/etc/rc.d/rc.local")
SYSCTL_CONF, UFW_CONF = "/etc/sysctl.conf", "/etc/ufw/sysctl.conf"
_RUN_FIRST = ("/run/sysctl.d", "/etc/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d")
_NAMED = 5
_SHOWN = 80
_INCLUDES = 20
# Unit -> the script that it runs: that of Photon OS sets parameters of the network before it loads its tables.
SCRIPTS = {"iptables.service": "/etc/systemd/scripts/iptables"}
KDUMP_UNIT, KDUMP_DEFAULTS = "kdump-tools.service", "/etc/default/kdump-tools"
_FORWARDS = (("net.ipv4.ip_forward", "1"),)
# Unit -> the first of these files that is there, where its options stand, what in these switches it off, and what it sets when it starts.
STARTED = {
    "apport.service": (("/usr/share/apport/apport",), "/etc/default/apport", r"(?m)^[ \t]*enabled=[\"']?0", (
        ("kernel.core_pattern", "|/usr/share/apport/apport"), ("fs.suid_dumpable", "2"), ("kernel.core_pipe_limit", "10"))),
    "abrt-ccpp.service": (("/usr/sbin/abrt-install-ccpp-hook", "/usr/bin/abrt-install-ccpp-hook"), None, "", (
        ("kernel.core_pattern", "|/usr/libexec/abrt-hook-ccpp"),)),
    "docker.service": (("/usr/bin/dockerd", "/usr/sbin/dockerd"), "/etc/docker/daemon.json", r'"ip-forward"\s*:\s*false', _FORWARDS),
    "lxc-net.service": (("/usr/libexec/lxc/lxc-net",), "/etc/default/lxc-net", r"(?m)^[ \t]*USE_LXC_BRIDGE=[\"']?false", _FORWARDS),
    "kubelet.service": (("/usr/bin/kubelet", "/usr/local/bin/kubelet", "/opt/bin/kubelet"), "/var/lib/kubelet/config.yaml",
                        r"(?m)^[ \t]*protectKernelDefaults[ \t]*:[ \t]*true", (
        ("vm.overcommit_memory", "1"), ("vm.panic_on_oom", "0"), ("kernel.panic", "10"), ("kernel.panic_on_oops", "1"),
        ("kernel.keys.root_maxkeys", "1000000"), ("kernel.keys.root_maxbytes", "25000000"))),
}
# Their forwarding shows no router.
ENGINES = ("docker.service", "lxc-net.service")
# A word of a shell that stands for itself; what ends a command.
_WORD = r"(?:[^\s\"'\\$`;|&<>()#]|\"[^\"\\$`]*\"|'[^']*')+"
_END = r"[ \t]*(?:[0-9]?[;&|<>#].*)?$"
_ECHO = re.compile(r"echo[ \t]+(?:-[neE]+[ \t]+)?(%s(?:[ \t]+%s)*)[ \t]*(?:>>?|\|[ \t]*tee[ \t])[ \t]*[\"']?/proc/sys/([\w./*\"'-]+)%s"
                   % (_WORD, _WORD, _END))
_SYSCTL = re.compile(r"(?:/\S*/)?sysctl((?:[ \t]+%s)+)%s" % (_WORD, _END))
_ASSIGNED = re.compile(r"(\w[\w./*-]*)[ \t]*=[ \t]*(.+)")
# What begins and ends a part of a script that may not be run. What ends all: what follows is not run, or is text. With nothing but
# redirections exec goes on.
_OPENS, _CLOSES = re.compile(r"(?:if|for|while|until|case|select)\b|(?!elif\b).*(?:[({]|[ \t](?:then|do))$"), re.compile(
    r"(?:fi|done|esac)\b|[)}]")
# A loop whose words are all there; of more words than these nobody makes one.
_FOR, _MOST_WORDS = re.compile(r"for[ \t]+([A-Za-z_]\w*)[ \t]+in[ \t]+([^$`;]+)$"), 50
_UP = re.compile(r"[ \t]*(?:pre-|post-)?up[ \t]+(.*)")
_CLOSED, _LAST = re.compile(r".*(?:\b(?:fi|done|esac)|[)}]);?$"), re.compile(r"(?:exit|exec(?![ \t]+[0-9&]?[<>]))\b|.*<<")
# A line of tmpfiles.d that writes a text without specifiers and escapes; the kernel takes no longer values.
_PLACED = re.compile(r"w[!+=-]*[ \t]+\"?/proc/sys/([\w./*-]+)\"?(?:[ \t]+\S+){4}[ \t]+((?:[^%\\]|%%){1,4096})(?:\\n)?$")
_KDUMP_SAYS = re.compile(r"(?m)^[ \t]*(USE_KDUMP|KDUMP_SYSCTL)=[\"']?([^\"'#\n]*)")
_DIRTY = ("dirty_ratio", "dirty_bytes", "dirty_background_ratio", "dirty_background_bytes")

NONE = Rivals()


class Boot:
    """Answers with which value a boot ends, as a BootOrder of FILES does; what is read before and after these, and what configures the
    network then, is considered."""

    def __init__(self, files, dialect, rivals, interfaces):
        late, early = ([_boot_order.BootOrder([item], dialect._replace(last=item.path)) for item in items]
                       for items in (rivals.late, rivals.early))
        self._orders = late + [_boot_order.BootOrder(files, dialect)] + early
        self._set = {}
        for setting in rivals.settings:
            moves = _behaviour.moves(setting.name, setting.value, interfaces)
            for name in _behaviour.names_of(setting.name) + tuple(move.name for move in moves if move.kept):
                self._set[name] = Winner(setting.value, setting.path, setting.number)

    def spoken(self):
        """parameter or pattern -> the Winner of the lines that name it, patterns as they stand."""
        found = {}
        for order in reversed(self._orders):
            found.update(order.spoken())
        return found

    def winner(self, name):
        return self._set.get(name) or next(filter(None, (order.ending(name) for order in self._orders)), None)


def warnings(rivals, files, ours):
    """What to warn about. FILES: the sysctl.d folders after the run. OURS: parameter -> (the value that is in force, its rule)."""
    found = _init(rivals.init) + _of_units(rivals.settings, ours) + _of_interfaces(rivals.settings, ours)
    found += _advertisements(rivals.advertisements, ours)
    dialect = None if rivals.init and rivals.init.is_procps else procps_dialect(rivals.sysctl)
    if dialect:
        found += _sysctl_system(_boot_order.BootOrder(list(files) + _with_last(SYSCTL_CONF, rivals.conf), dialect), ours)
    if rivals.tuned:
        found += _tuned(rivals.tuned, ours)
    if rivals.ufw:
        found += _ufw(_boot_order.BootOrder([rivals.ufw], _sysctl_d.SYSTEMD._replace(last=rivals.ufw.path)), ours)
    return found + _sealed(rivals.sealed)


def _differs(value, ours, name):
    wanted, rule = ours[name]
    return not _values.same(name, wanted, value) and not _values.as_good(name, value, rule)


def _listed(items):
    return ", ".join(items[:_NAMED]) + (" and %d more" % (len(items) - _NAMED) if len(items) > _NAMED else "")


def _short(value):
    return value if len(value) <= _SHOWN else value[:_SHOWN] + "..."


# --- another init, and what configures the network ---

def _init(init):
    if not init:
        return []
    if init.name == "systemd":
        return ["systemd-sysctl.service is masked, so nothing applies the files of sysctl.d at boot: boot values are those that it would "
                "set. Run `systemctl unmask systemd-sysctl.service`."]
    if init.is_procps:
        return ["This host starts with %s, not with systemd: boot values are those that `sysctl --system` sets, which reads %s last." %
                (init.name, SYSCTL_CONF)]
    return ["This host starts with %s, not with systemd. What sets parameters at its boot is not known here: boot values are those that "
            "systemd would set." % init.name]


def _of_units(settings, ours):
    """Which services take values of ours back when they start."""
    lost = {}
    for setting in (item for item in settings if item.by.endswith(".service")):
        if any(name in ours and _differs(setting.value, ours, name) for name in _behaviour.names_of(setting.name)):
            lost.setdefault(setting.by, []).append("%s = %s (%s:%d)" % (setting.name, _short(setting.value), setting.path, setting.number))
    return ["%s sets %s when it starts, after systemd at boot: disable it where ours are to stay." % (unit, _listed(items))
            for unit, items in lost.items()]


def _is_of(name, setting):
    """Whether SETTING reaches what NAME stands for: its interface, or all of them."""
    start, key = setting.name.split("*")
    return any(alias.startswith(start) and alias.endswith(key) for alias in _behaviour.names_of(name))


def _of_interfaces(settings, ours):
    """Of a single interface no boot value is known before it is there; so what is set then is told."""
    found = []
    # The kernel takes the larger one of an interface's rp_filter and that of conf.all, so 0 takes nothing back.
    for setting in (item for item in settings if not (item.name.endswith(".rp_filter") and item.value == "0")):
        names = [name for name in sorted(ours) if "*" in setting.name and _is_of(name, setting) and _differs(setting.value, ours, name)]
        if names:
            found.append("%s sets %s = %s on interfaces that it configures (%s:%d), after systemd at boot; we set %s."
                         % (setting.by, setting.name, _short(setting.value), setting.path, setting.number,
                            _listed(["%s = %s" % (name, _short(ours[name][0])) for name in names])))
    return found


def _advertisements(where, ours):
    names = [name for name in sorted(ours) if name.startswith("net.ipv6.conf.") and name.endswith(".accept_ra") and ours[name][0] == "0"]
    if not where or not names:
        return []
    return ["%s processes router advertisements itself (%s). accept_ra only controls the kernel and does not stop it." % where]


def _sealed(path):
    if not path:
        return []
    return ["systemd-sysctl reads the encrypted credential %s after all files at boot. What it sets is not known here, and may take our "
            "values back: see `systemd-creds decrypt %s -`." % (path, path)]


# --- scripts and programs ---

def _lines(text):
    """(number, line) of a script of the shell without comments; a loop in one line is several."""
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        command = re.sub(r"^#.*|[ \t]#[^\"']*$", "", line)
        for part in command.split(";") if command.startswith("for ") else [command]:
            if part:
                yield number, re.sub(r"^[ \t]*do[ \t]+", "", part).strip()


def _plain(lines):
    """Those of LINES that are run whatever else is: what stands in a block may not be, unless it is that of a loop over words."""
    blocks, before = [], ""
    for number, line in lines:
        # A text of several lines looks like commands.
        if _LAST.match(line) and not any(blocks) or line.count('"') % 2 or line.count("'") % 2:
            return
        if _CLOSES.match(line):
            blocks = blocks[:-1] if blocks else [True]
        if not any(blocks) and not before.endswith(("\\", "&&", "||", "|")):
            yield number, line
        if _OPENS.match(line) and not _CLOSED.match(line):
            blocks.append(not _FOR.match(line))
        before = line


def _written_out(lines):
    """LINES, where each word of a loop takes the place of its variable."""
    variable, words = None, ()
    for number, line in lines:
        loop = _FOR.match(line)
        if loop:
            variable, words = re.compile(r"\$(?:%s\b|\{%s\})" % (loop.group(1), loop.group(1))), loop.group(2).split()[:_MOST_WORDS]
        parts = variable.split(line) if variable else [line]
        for word in words if len(parts) > 1 else ("",):
            yield number, word.join(parts)


def _assigned(line):
    """(parameter, value) for each that a command of a script sets. A star is all interfaces, those that are there always included."""
    echoed, called = _ECHO.match(line), _SYSCTL.match(line)
    words = re.findall(_WORD, called.group(1)) if called else ()
    found = [echoed.group(2, 1)] if echoed else [match.groups() for match in map(_ASSIGNED.match, map(_bare, words)) if match]
    for name, value in found:
        for interface in ("all", "default") if "*" in name else ("",):
            yield _names.canonical(_bare(name).replace("*", interface)), _bare(value)


def _bare(word):
    return re.sub("[\"']", "", word)


def of_script(path, text, unit):
    """A Setting for each parameter that a script at PATH, which UNIT runs, surely writes."""
    for number, line in _written_out(_plain(_lines(text))):
        for name, value in _assigned(line):
            yield Setting(name, value, path, number, unit)


def of_interfaces(texts):
    """The Settings of the commands with which interfaces start at boot. TEXTS: path -> text of the files of ifupdown."""
    named = (line.split() for text in texts.values() for line in re.findall(r"(?m)^[ \t]*(?:auto|allow-hotplug)[ \t]+(.*)", text))
    starting, interface = set(sum(named, [])), None
    for path, text in sorted(texts.items()):
        for number, line in enumerate(text.splitlines(), 1):
            begun, up = re.match(r"[ \t]*iface[ \t]+(\S+)", line), _UP.match(line)
            interface = begun.group(1) if begun else interface
            command = up.group(1).replace("$IFACE", interface) if up and interface in starting else ""
            for setting in of_script(path, command, "ifupdown"):
                yield setting._replace(number=number)


@lru_cache(maxsize=64)
def may_set(path, text):
    """The same of all that rc.local or a file of ifupdown may write, in whichever part of it. A variable stands for all interfaces."""
    if path not in RC_LOCAL:
        text = "\n".join(up.group(1) if up else "" for up in map(_UP.match, text.splitlines()))
    found = []
    for number, line in _written_out(_lines(text)):
        for command in re.split(r";|&&|\|\|", line) if "sys" in line else ():
            bare = re.sub(r"\$(?:\w+|\{\w+\})", "*", re.sub(r"^.*?\b(?=(?:echo|sysctl)[ \t])", "", command, count=1)).rstrip(" \t)}")
            found += [Setting(name, value, path, number, "") for name, value in _assigned(bare)]
    return tuple(found)


def of_cron(path, text, unit):
    """The Settings of what root's tables of cron run when it starts."""
    for number, line in enumerate(text.splitlines(), 1):
        job = re.match(r"[ \t]*@reboot[ \t]+(?:root[ \t]+)?(?=\S)", line)
        for name, value in _assigned(line[job.end():]) if job else ():
            yield Setting(name, value, path, number, unit)


def of_kdump(path, text, unit):
    """The Settings of Debian's kdump-tools, which lets the kernel panic where nothing else is said."""
    said = dict(_KDUMP_SAYS.findall(text))
    words = (said.get("KDUMP_SYSCTL") or "kernel.panic_on_oops=1").split() if said.get("USE_KDUMP", "0").strip() != "0" else ()
    number = next((number for number, line in enumerate(text.splitlines(), 1) if line.lstrip().startswith("KDUMP_SYSCTL=")), 1)
    for match in filter(None, map(_ASSIGNED.match, words)):
        yield Setting(_names.canonical(match.group(1)), match.group(2), path, number, unit)


def of_tmpfiles(items):
    """The Settings of the files of tmpfiles.d, which are in their order: of a path the first line counts. A pattern is for all
    interfaces, those that are there always included."""
    found = {}
    for item in items:
        for number, line in enumerate(item.text.splitlines(), 1):
            placed = _PLACED.match(line.strip())
            if placed:
                found.setdefault(placed.group(1), (placed.group(2).replace("%%", "%"), item.path, number, "systemd-tmpfiles"))
    for name, said in found.items():
        for interface in ("all", "default") if "*" in name else ("",):
            yield Setting(_names.canonical(name.replace("*", interface)), *said)


def of_started(path, text, unit):
    """The Settings of a program at PATH that UNIT starts."""
    for name, value in STARTED[unit][3]:
        lines = (number for number, line in enumerate(text.splitlines(), 1) if name.replace(".", "/") in line)
        yield Setting(name, value, path, next(lines, 1), unit)


# --- procps ---

def procps_dialect(program):
    """How this `sysctl --system` reads the files; None where PROGRAM is not procps' (toybox and busybox know no --system)."""
    version = re.search(r"procps-ng ([0-9]{1,9}(?:\.[0-9]{1,9}){0,9})", program or "")
    if not version:
        return None
    number = tuple(int(part) for part in version.group(1).split("."))
    old = number < (3, 3, 16)
    folders = _RUN_FIRST if old else _sysctl_d.FOLDERS
    return _sysctl_d.SYSTEMD._replace(dashes=not old, patterns=number >= (4,), folders=folders, last=SYSCTL_CONF)


def _with_last(path, text):
    return [File(path, text)] if text is not None else []


def _lost(order, ours):
    """The lines with which ORDER would set parameters of ours otherwise."""
    winners = [(name, order.winner(name)) for name in sorted(ours)]
    return ["%s = %s (%s:%d)" % (name, _short(winner.value), winner.path, winner.number) for name, winner in winners
            if winner and winner.value is not None and _differs(winner.value, ours, name)]


def _sysctl_system(order, ours):
    lost = _lost(order, ours)
    if not lost:
        return []
    return ["The host's own `sysctl --system` reads its files in another order than systemd at boot and would set %s. "
            "If somebody runs it, our values are lost. Remove these lines." % _listed(lost)]


# --- ufw ---

def _ufw(order, ours):
    lost = _lost(order, ours)
    if not lost:
        return []
    return ["ufw is enabled and sets %s when it starts, after systemd at boot: remove these lines." % _listed(lost)]


# --- tuned ---

def _sections(text):
    """section -> option -> value of a tuned.conf, which is an ini file; an option twice: the last one counts."""
    sections, options = {}, {}
    for line in map(str.strip, text.split("\n")):
        if line.startswith("["):
            options = sections.setdefault(line[1:].partition("]")[0].strip(), {})
        elif "=" in line:
            # The mark of a comment stays part of its name, which is none then.
            name, _equals, value = line.partition("=")
            options[name.strip()] = re.sub(r"\s#.*", "", value).strip()
    return sections


def _profile(text):
    """(included profiles, parameter -> value) of a tuned.conf."""
    sections, settings = _sections(text), {}
    include = sections.get("main", {}).get("include", "")
    for section, options in sections.items():
        if options.get("enabled", "1").lower() in ("0", "false", "no", "n", "off"):
            continue
        if options.get("type", section) == "sysctl":
            settings.update((_names.canonical(name), value) for name, value in options.items() if _is_setting(name, value))
        elif options.get("type", section) == "vm":
            settings.update(_vm(options))
    return [name for name in re.split(r"[\s,;]+", include) if name], settings


def _is_setting(name, value):
    # A value with a variable is known to tuned alone.
    return _names.is_name(name) and bool(value) and "${" not in value


def _vm(options):
    """parameter -> value as tuned's plugin vm sets them: a share with or without a percent sign, or bytes; a
    number of bytes with a percent sign is a share."""
    for name in _DIRTY:
        match = re.match(r"([0-9]{1,20})(%?)\Z", options.get(name, ""))
        if match:
            yield "vm." + (name.replace("bytes", "ratio") if match.group(2) else name), match.group(1)


def _settings(tuned):
    """parameter -> (value, profile) as the active profiles set them; a profile's own lines come after those that it includes."""
    found, order, left, seen = {}, [], list(reversed(tuned.active)), []
    while left and len(seen) < _INCLUDES:
        name = left.pop()
        parsed = _profile(tuned.profiles.get(name, "")) if name not in seen else None
        seen.append(name)
        if parsed:
            order.append((name, parsed[1]))
            left += parsed[0]
    for name, settings in reversed(order):
        found.update((parameter, (value, name)) for parameter, value in settings.items())
    return found


def _reapplies(main):
    """Whether tuned sets its values first and sysctl.d's after them; it does unless it is told not to."""
    last = re.findall(r"(?m)^[ \t]*reapply_sysctl[ \t]*=[ \t]*(\S+)", main or "")
    return not last or last[-1].lower() in ("1", "true", "yes", "on")


def _undone(name, value, ours):
    """The parameters of OURS that have another value once NAME is set to VALUE."""
    lost = [other for other in _behaviour.names_of(name) if other in ours and _differs(value, ours, other)]
    partner = _behaviour.partner(name)
    # Setting one of a pair unsets the other, whatever the value.
    return lost + ([partner] if partner in ours and not _values.same(partner, ours[partner][0], "0") else [])


def _tuned(tuned, ours):
    lost = []
    for name, (value, profile) in sorted(_settings(tuned).items()):
        for other in _undone(name, value.lstrip("<>").strip(), ours):
            whose = "ours" if other == name else "our " + other
            lost.append("%s = %s (profile %s; %s is %s)" % (name, _short(value), profile, whose, _short(ours[other][0])))
    if not lost:
        return []
    outcome = ("It then applies /etc/sysctl.d again (reapply_sysctl), so ours stay." if _reapplies(tuned.main)
               else "reapply_sysctl is off in tuned-main.conf, so tuned's values replace ours. Switch it on, or remove these parameters "
                    "from tuned's profile.")
    return ["tuned is running and sets %s. %s" % (_listed(lost), outcome)]
