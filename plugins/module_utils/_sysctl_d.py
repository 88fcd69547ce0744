# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of sysctl.d files as systemd-sysctl reads it (sysctl.d(5)), and the names of parameters and files.

Texts are decoded with `surrogateescape`, so that one which is not UTF-8 is looked at like every other.

Pure: text and names in, values out. Private to the collection.
"""

import re
from functools import lru_cache

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour, _glob, _names, _values
from ansible_collections.photon.hardening.plugins.module_utils._model import Dialect, Line

# One folder's file hides files of the same name in the folders after it.
FOLDERS = ("/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d")

# The first line of every file that is ours.
HEADER = "# Managed by photon.hardening: changes made here are lost at the next run."
_HEADER_START = "# Managed by photon.hardening"

# Restates what a foreign file would take back at boot; sorts after every digit and letter that a vendor uses. See `last_name`.
RESTATE_PATH = "/etc/sysctl.d/zz-photon-hardening.conf"
_RESTATING_END = "-photon-hardening.conf"
# The last two are never used where the one before will do: they look odd, and the third is not UTF-8.
_RESTATING_STARTS = ("z", "~", "\udcff")
_LONGEST_NAME = 255

# systemd-sysctl since 248.
SYSTEMD = Dialect(re.compile(r"(?:\n\r?|\r\n?)\0?|\0"), True, True, FOLDERS, None, False)
_BEFORE_240 = re.compile(r"[\n\0]")
_BLANKS = " \t\n\r"
# So many bytes are no line any more: the rest of the file is not read.
_LINE_LIMIT = 1024 * 1024
_SHOWN = 120


class SyntaxProblem(Exception):
    """A line of one of our drop-ins that cannot be what its author meant."""

    def __init__(self, path, line, problem):
        super().__init__("%s line %d: %s: %s" % (path, line.number, problem, _shown(line.text)))


def _shown(text):
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")


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
    if is_restating(base):
        raise ValueError("dropins: %s is written by this module itself: choose another name" % path)


def is_restating(name):
    """Whether NAME is one that `last_name` can answer."""
    start = name[:-len(_RESTATING_END)]
    return name.endswith(_RESTATING_END) and len(name) <= _LONGEST_NAME and start[:1] in _RESTATING_STARTS and start != "z" \
        and start == start[0] * len(start)


def last_name(foreign_names):
    """The name of the file that restates our values, so that it is read after those of FOREIGN_NAMES; None where none can be."""
    highest = max((_glob.octets(name) for name in foreign_names if is_read(name)), default="")
    for start in _RESTATING_STARTS:
        for count in range(2 if start == "z" else 1, _LONGEST_NAME - len(_RESTATING_END) + 1):
            if _glob.octets(start) * count + _RESTATING_END > highest:
                return start * count + _RESTATING_END
    return None


def boot_key(path):
    """Sorts paths as they count at boot: by the bytes of the name, whatever the folder; of the same name, the one that hides the others
    comes last."""
    folder, _slash, base = path.rpartition("/")
    return _glob.octets(base), -FOLDERS.index(folder) if folder in FOLDERS else -len(FOLDERS)


def restates(path):
    """Whether PATH is one at which a file that restates our values may be."""
    folder, _slash, base = path.rpartition("/")
    return folder == FOLDERS[0] and is_restating(base)


def is_read(name):
    """Whether a file of this name in a sysctl.d folder is looked at."""
    return name.endswith(".conf") and not name.startswith(".")


def has_control(text):
    """Whether TEXT holds a character that ends a line, moves a terminal's cursor or cannot be seen; a tab does not count, nor do bytes that
    are no UTF-8."""
    return not text.isprintable() and any(not char.isprintable() and char != "\t" and not "\udc80" <= char <= "\udcff" for char in text)


def comment(text):
    """TEXT as one line that is not in force, whatever a reason, a live value or the name of a file holds."""
    return "# " + "".join(" " if has_control(char) else char for char in text)


def is_ours(text):
    """Whether a file is ours, also where somebody wrote something above the header."""
    return ("\n" + text).find("\n" + _HEADER_START) >= 0


def systemd_version(program):
    """The release of the systemd that PROGRAM, the text of its systemd-sysctl, belongs to: by the name of its library; 0: not known."""
    library = re.search(r"libsystemd-shared-([0-9]{1,9})", program or "")
    return int(library.group(1)) if library else 0


def systemd_dialect(program):
    """How the systemd-sysctl with this text, PROGRAM, reads the files; without one, as the newest does.

    Judged by what the program itself says, which is true of an image, too, and of a distribution that took single features over:
    the library that it needs has its version in the name, and a release of 239 (EL 8.6) that reads `-NAME = VALUE` as newer ones do
    keeps its settings in a table by name, for which it calls a function that it did not call before.
    """
    if not (program or "").startswith("\x7fELF"):
        return SYSTEMD
    version = systemd_version(program)
    patterns = version >= 245 or "explicit setting exists" in program
    dashes = patterns or version >= 243 or "string_hash_func" in program
    line_end = SYSTEMD.line_end if patterns or version >= 240 else _BEFORE_240
    return SYSTEMD._replace(line_end=line_end, dashes=dashes, patterns=patterns, unchecked=version < 248)


def _named(name, equals, dialect):
    """The parameter that the part before a line's equals sign speaks of, "" where DIALECT makes nothing of it."""
    if not name.startswith("-") or not dialect.dashes:
        return name if equals else ""
    if dialect.patterns:
        return name[1:].lstrip(_BLANKS)
    return name[1:] if equals else ""


def _line(number, text, content, dialect):
    if not content or content[0] in "#;":
        return Line(number, text, None, None)
    name, equals, value = content.partition("=")
    name = _named(name.rstrip(_BLANKS), equals, dialect)
    return Line(number, text, _names.canonical(name) if name else "", value.strip(_BLANKS) if equals else None)


def _pieces(text, dialect):
    """The lines of TEXT without their ends, and whether the last one is too long, so that systemd-sysctl stops there."""
    pieces = dialect.line_end.split(text)
    if len(text) >= _LINE_LIMIT // 4:
        for number, piece in enumerate(pieces, 1):
            if len(piece) >= _LINE_LIMIT // 4 and len(_glob.octets(piece)) >= _LINE_LIMIT:
                return pieces[:number], True
    return pieces, False


def _numbered(text, dialect):
    """The number, the text and the content of each line that is read; of the one that is too long the content is a lone equals sign."""
    pieces, cut = _pieces(text, dialect)
    for number, piece in enumerate(pieces, 1):
        yield number, piece.rstrip("\r"), "=" if cut and number == len(pieces) else piece.strip(_BLANKS)


# Each file is looked at several times in one run: as found, as it will be, for what is ours, for who wins.
@lru_cache(maxsize=None)
def parse(text, dialect=SYSTEMD):
    """Every line of a file that is read. `name` is None for blanks and comments, "" where a line says nothing that sysctl.d knows, and
    for the line which is so long that nothing is read after it."""
    lines = [_line(number, piece, content, dialect) for number, piece, content in _numbered(text, dialect)]
    if lines[-1].text == "":
        lines.pop()
    return tuple(lines)


@lru_cache(maxsize=None)
def speaking(text, dialect):
    """The lines that name something. A foreign file may have millions of others."""
    lines = (_line(number, piece, content, dialect) for number, piece, content in _numbered(text, dialect)
             if content and content[0] not in "#;")
    return tuple(line for line in lines if line.name)


def _unwritable(text):
    """Whether TEXT holds half a character, which no file can hold."""
    return not text.isprintable() and any("\ud800" <= char <= "\udfff" and not "\udc80" <= char <= "\udcff" for char in text)


def _problem(line):
    """What is doubtful about a line of one of our drop-ins, in words; None: nothing."""
    if _unwritable(line.text):
        return "it holds half a character"
    if line.name is None:
        return None
    if line.name == "" or line.value is None:
        return "expected NAME = VALUE"
    if _names.is_glob(line.name):
        return "patterns are not supported here, name each parameter"
    if not _names.is_name(line.name):
        return "not the name of a kernel parameter"
    if has_control(line.value):
        return "the value holds a control character"
    if not line.value and not _values.takes(line.name, ""):
        return "the value is empty, and the kernel would ignore it"
    return _values.problem(line.name, line.value) or _values.cut(line.name, line.value)


@lru_cache(maxsize=None)
def settings(path, text):
    """The lines of one of our drop-ins that set a parameter; a doubtful line raises SyntaxProblem."""
    found = []
    for line in parse(text):
        problem = _problem(line)
        if problem:
            raise SyntaxProblem(path, line, problem)
        if line.name is not None:
            found.append(line)
    for problem in contradictions([(path, line) for line in found]):
        raise problem
    return tuple(found)


def contradictions(lines):
    """A SyntaxProblem for each of LINES, pairs of a path and a Line, that cannot be in force together with an earlier one: another value
    for the same parameter, whichever of its names or units is used, the other parameter of a pair of which only one can be set, or values
    of which one is to be no larger than the other. A later drop-in may have another value under the same name, and then that one counts,
    as in all of sysctl.d."""
    first, found = {}, []
    for path, line in _counting(lines):
        switch, partner = _behaviour.switch(line.name), _behaviour.partner(line.name)
        other = first.get(switch)
        if other and not _values.same(line.name, other[1].value, line.value):
            found.append(_contradiction(path, line, "another value for the same parameter than", other))
        rival = first.get(partner)
        if rival and not _behaviour.is_zero(rival[1].value) and not _behaviour.is_zero(line.value):
            found.append(_contradiction(path, line, "the kernel takes only one of the two, this or", rival))
        twin = first.get(_behaviour.twin(line.name))
        if twin:
            found.append(_contradiction(path, line, "the same in another unit or form is already set, by", twin))
        bound = next((first[name] for name in _behaviour.bounds(line.name) if name in first), None)
        if bound and not _fit(line, bound[1]):
            found.append(_contradiction(path, line, "the kernel does not take it together with", bound))
        first.setdefault(switch, (path, line))
    return found


def _fit(one, other):
    """Whether the kernel takes both lines, of which one bounds the other."""
    values = {line.name: _values.parse(line.name, line.value) for line in (one, other)}
    return len(values) == 1 or _behaviour.fit(*[values[name] for name in _behaviour.bounds(one.name)])


def _counting(lines):
    """LINES without those of which a later drop-in says something under the same name."""
    last = {line.name: path for path, line in lines}
    return [(path, line) for path, line in lines if last[line.name] == path]


def _contradiction(path, line, problem, other):
    return SyntaxProblem(path, line, "%s %s in line %d of %s" % (problem, _shown(other[1].text), other[1].number, other[0]))
