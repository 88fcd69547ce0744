# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of sysctl.d files, and which file wins at boot as systemd-sysctl decides it (sysctl.d(5)).

Pure: text and names in, values out. Private to the collection.
"""

import fnmatch
import re
from collections import OrderedDict, namedtuple
from functools import lru_cache

from ansible_collections.photon.hardening.plugins.module_utils import _model
from ansible_collections.photon.hardening.plugins.module_utils._model import Line, Winner

File = _model.File

# One folder's file hides files of the same name in the folders after it.
FOLDERS = ("/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d")

# The first line of every file that is ours.
HEADER = "# Managed by photon.hardening: changes made here are lost at the next run."
_HEADER_START = "# Managed by photon.hardening"

# Restates what a foreign file would take back at boot. The name sorts after every digit and letter a vendor uses.
RESTATE_PATH = "/etc/sysctl.d/zz-photon-hardening.conf"

# How a program reads these files. line_end: what ends a line. dashes: whether `-NAME = VALUE` sets NAME. patterns: whether patterns and
# exclusions are known. folders: where one folder's file hides files of the same name in the next. last: the file read after all others.
Dialect = namedtuple("Dialect", "line_end dashes patterns folders last")
# systemd-sysctl since 245.
SYSTEMD = Dialect(re.compile(r"(?:\n\r?|\r\n?)\0?|\0"), True, True, FOLDERS, None)
_BEFORE_240 = re.compile(r"[\n\0]")
_BLANKS = " \t\n\r"

_NAME = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9_.:@+/-]*\Z")
_GLOB = re.compile(r"[*?\[]")
_SWAP = {ord("."): "/", ord("/"): "."}

class SyntaxProblem(Exception):
    """A line of one of our drop-ins that cannot be what its author meant."""

    def __init__(self, path, line, problem):
        super().__init__("%s line %d: %s: %r" % (path, line.number, problem, line.text))


def check_path(path):
    """Raise ValueError unless PATH names a file that systemd-sysctl would read and that may be ours."""
    folder, _slash, base = path.rpartition("/")
    if not path.startswith("/"):
        raise ValueError("dropins: %r is a relative path: give the whole path, such as /etc/sysctl.d/50-security-hardening.conf" % path)
    if folder not in FOLDERS:
        raise ValueError("dropins: %r is in none of the folders that are read at boot: %s" % (path, ", ".join(FOLDERS)))
    if not re.match(r"^[A-Za-z0-9_][A-Za-z0-9_.@+-]*\.conf\Z", base):
        raise ValueError("dropins: %r: the file's name must end in .conf, or it is not read at boot, and hold only letters, digits and "
                         "_.@+-" % path)
    if path == RESTATE_PATH:
        raise ValueError("dropins: %s is written by this module itself: choose another name" % path)


def has_control(text):
    """Whether TEXT holds a character that ends a line or moves a terminal's cursor; a tab does neither."""
    return any(ord(char) < 32 and char != "\t" or char == "\x7f" for char in text)


def comment(text):
    """TEXT as one line that is not in force, whatever a reason, a live value or the name of a file holds."""
    return "# " + "".join(" " if has_control(char) else char for char in text)


def is_ours(text):
    """Whether a file is ours, also where somebody wrote something above the header."""
    return ("\n" + text).find("\n" + _HEADER_START) >= 0


def _swapped(name):
    return name.translate(_SWAP)


# The same few names are asked for again and again in one run.
@lru_cache(maxsize=None)
def key_path(name):
    """The path below /proc/sys of a name written with dots or slashes; the first separator decides which it is."""
    first = re.search(r"[./]", name)
    return name if first and first.group() == "/" else _swapped(name)


def canonical(name):
    """The name written with dots; a dot of an interface's own name becomes a slash (net.ipv4.conf.eth0/100.rp_filter)."""
    return _swapped(key_path(name))


def is_name(name):
    """Whether NAME (dots or slashes) can be a parameter: no way out of /proc/sys, no blanks, at least two parts."""
    parts = key_path(name).split("/")
    return bool(_NAME.match(name)) and len(parts) > 1 and not any(part in ("", ".", "..") for part in parts)


def is_glob(name):
    return bool(_GLOB.search(name))


def interface_of(name):
    """The interface that a per-interface parameter belongs to, or None; `all` and `default` are none."""
    match = re.match(r"net/(?:ipv4|ipv6|mpls)/(?:conf|neigh)/([^/]+)/", key_path(name))
    return match.group(1) if match and match.group(1) not in ("all", "default") else None


def systemd_dialect(program):
    """How the systemd-sysctl with this text, PROGRAM, reads the files; without one, as the newest does.

    Judged by what the program itself says, which is true of an image, too, and of a distribution that took single features over:
    the library that it needs has its version in the name, and a release of 239 (EL 8.6) that reads `-NAME = VALUE` as newer ones do
    keeps its settings in a table by name, for which it calls a function that it did not call before.
    """
    if not (program or "").startswith("\x7fELF"):
        return SYSTEMD
    library = re.search(r"libsystemd-shared-([0-9]+)", program)
    version = int(library.group(1)) if library else 0
    patterns = version >= 245 or "explicit setting exists" in program
    dashes = patterns or version >= 243 or "string_hash_func" in program
    line_end = SYSTEMD.line_end if patterns or version >= 240 else _BEFORE_240
    return SYSTEMD._replace(line_end=line_end, dashes=dashes, patterns=patterns)


def _named(name, equals, dialect):
    """The parameter that the part before a line's equals sign speaks of, "" where DIALECT makes nothing of it."""
    if not name.startswith("-") or not dialect.dashes:
        return name if equals else ""
    if dialect.patterns:
        return name[1:].lstrip(_BLANKS)
    return name[1:] if equals else ""


def _line(number, text, dialect):
    stripped = text.strip(_BLANKS)
    if not stripped or stripped[0] in "#;":
        return Line(number, text, None, None)
    name, equals, value = stripped.partition("=")
    name = _named(name.rstrip(_BLANKS), equals, dialect)
    return Line(number, text, canonical(name) if name else "", value.strip(_BLANKS) if equals else None)


# Each file is looked at several times in one run: as found, as it will be, for what is ours, for who wins.
@lru_cache(maxsize=None)
def parse(text, dialect=SYSTEMD):
    """Every line of a file. `name` is None for blanks and comments, "" where a line says nothing that sysctl.d knows."""
    lines = dialect.line_end.split(text)
    if lines[-1] == "":
        lines.pop()
    return tuple(_line(number, line.rstrip("\r"), dialect) for number, line in enumerate(lines, 1))


def settings(path, text):
    """The lines of one of our drop-ins that set a parameter; a doubtful line raises SyntaxProblem."""
    found = []
    for line in parse(text):
        if line.name is None:
            continue
        if line.name == "" or line.value is None:
            raise SyntaxProblem(path, line, "expected NAME = VALUE")
        if is_glob(line.name):
            raise SyntaxProblem(path, line, "patterns are not supported here, name each parameter")
        if not is_name(line.name):
            raise SyntaxProblem(path, line, "not the name of a kernel parameter")
        if line.value == "":
            raise SyntaxProblem(path, line, "the value is empty, and the kernel would ignore it")
        if has_control(line.value):
            raise SyntaxProblem(path, line, "the value holds a control character")
        found.append(line)
    return found


def in_boot_order(files, dialect=SYSTEMD):
    """The files that are read, in their order: by name over all folders, the first folder's file of a name."""
    chosen = {}
    for folder in dialect.folders:
        for item in files:
            where, _slash, base = item.path.rpartition("/")
            if where == folder and base.endswith(".conf"):
                chosen.setdefault(base, item)
    return [chosen[base] for base in sorted(chosen)] + [item for item in files if item.path == dialect.last]


class BootOrder:
    """Answers which line sets a parameter at boot."""

    def __init__(self, files, dialect=SYSTEMD):
        # name -> Winner. A later assignment of another value moves to the end, as in systemd's ordered map.
        self._exact, self._globs = OrderedDict(), OrderedDict()
        for item in in_boot_order(files, dialect):
            for line in parse(item.text, dialect):
                if line.name:
                    self._assign(self._globs if dialect.patterns and is_glob(line.name) else self._exact, item.path, line)

    @staticmethod
    def _assign(table, path, line):
        # The kernel ignores an empty value, so a line without one takes an earlier line away and sets nothing.
        name, value = _simplified(line.name), line.value or None
        if name in table and table[name].value == value:
            return
        table.pop(name, None)
        table[name] = Winner(value, path, line.number)

    def names(self):
        """Every parameter that some line names without a pattern."""
        return [name for name, winner in self._exact.items() if winner.value is not None]

    def winner(self, name):
        """The Winner, or None where no file speaks of NAME. An explicit line beats every pattern; `-NAME` shields from them
        and sets nothing, so its value is None."""
        if name in self._exact:
            return self._exact[name]
        found = None
        for pattern, winner in self._globs.items():
            if winner.value is not None and _matches(pattern, name):
                found = winner
        return found


@lru_cache(maxsize=None)
def _simplified(name):
    """NAME without separators that mean nothing to a path: kernel..a and /kernel/a are the same file as kernel.a."""
    return _swapped("/".join(part for part in key_path(name).split("/") if part not in ("", ".")))


def _matches(pattern, name):
    ours, theirs = key_path(pattern).replace("[^", "[!").split("/"), key_path(name).split("/")
    return len(ours) == len(theirs) and all(fnmatch.fnmatchcase(part, piece) for part, piece in zip(theirs, ours))
