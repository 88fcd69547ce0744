# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The records that travel between the rooms, and the names of states. Nothing else defines one.

Pure. Private to the collection.
"""

import errno
from collections import namedtuple

# In the order in which they are looked for: a parameter has the first that fits.
STATES = ("waived", "held_back", "unsupported", "rejected", "not_applied", "read_only", "reboot_required", "overridden", "stricter",
          "changed", "ok")
# What differs from what is wanted, now or at the next boot.
DIFFERING = ("rejected", "not_applied", "changed", "overridden", "reboot_required", "read_only")
# States of what nothing is wanted of: it stays as it is.
LEFT_ALONE = ("waived", "held_back")

CONTAINER_HOST = ("auto", "always", "never")
SAID = ("auto", "present", "absent")
CONFLICTS = ("restate", "report")


def _record(name, fields, *defaults):
    """A namedtuple whose last fields have DEFAULTS; Python 3.6 knows no other way."""
    made = namedtuple(name, fields)
    made.__new__.__defaults__ = defaults
    return made


class HostProblem(Exception):
    """Something on the host that must be put right before anything may be written."""


# --- files and lines ---

# mode: permission bits. uid and gid: numbers.
Attributes = namedtuple("Attributes", "mode uid gid")
# A file of the search path. text: its content. attributes: an Attributes, None where they are not known.
File = _record("File", "path text attributes", None)
# text: the line without its line end. name: canonical, "" where the line is not understood, None for a comment or a blank line.
# value: None for an exclusion such as `-net.ipv4.conf.eth0.rp_filter`.
Line = namedtuple("Line", "number text name value")
# The line that decides about a parameter at boot, and the value that it sets.
Winner = namedtuple("Winner", "value path number")

# How a program reads sysctl.d files. line_end: what ends a line. dashes: whether `-NAME = VALUE` sets NAME. patterns: whether patterns and
# exclusions are known. folders: where one folder's file hides files of the same name in the next. last: the file read after all others.
# unchecked: whether it writes without a look before: `..` leads up in a name, and a value that is there already is written again.
Dialect = namedtuple("Dialect", "line_end dashes patterns folders last unchecked")

# --- what the kernel does by itself ---

# What a write moves besides its own parameter.
# name: a parameter that moves; a host may lack it. value: what it has afterwards. None: it stays as it was, or takes the value MAYBE;
# which, nobody can see from outside; with MAYBE None, too: it takes a value that cannot be computed.
# kept: True: what moves is a part of what was asked. False: a side effect, to be set back to what it was unless somebody asks otherwise.
Move = _record("Move", "name value kept maybe", None)

# --- what is asked for ---

# What is to be known of a parameter. accept: values as good as the wanted one. at_least, at_most: likewise for numbers.
# hold: ((value, (use, ...)), ...): which value would break which uses of a host; value None: whichever value is wanted.
# interfaces: set on every interface, too. one_way: cannot be taken back before a reboot. machine: processors that the value is for.
# needs_module: the kernel module that brings the parameter. report: a reference value; the parameter is never set.
# waived: the reason why it is left alone. waiver_expired: the day on which a waiver ended. exact: set also where that unsets its partner.
# required: who says that the kernel has it; where it does not, the name is mistyped. meant: the nearest name that who asks knows.
# stops: as hold, of which uses a value stops something without breaking them. stopped: ((value, use, what
# of it stops, in words), ...).
# Where a value that the host has by itself is kept, kept: (the value that was asked for, its Rule), and this Rule says what is as good as
# the kept one. asked: that value, beside the Rule that was asked for, as remembered.
Rule = _record("Rule", "accept at_least at_most hold interfaces one_way machine needs_module report waived waiver_expired exact required "
               "stops stopped meant asked kept",
               (), None, None, (), False, False, None, None, None, None, None, False, None, (), (), None, None, None)
# dropins: Files as given. rules: parameter -> Rule. image: only files, no running kernel. uses: use -> present or absent, as the user says.
Request = _record("Request", "dropins rules conflicts container_host image uses", {})

# --- what is found ---

# value: the live value, None where there is none. error: the errno of reading it, refused: of opening it for writing; 0: none.
# write_only: it can only be written, so it is an action and no setting.
Reading = _record("Reading", "value error refused write_only", 0, 0, False)
ABSENT = Reading(None, errno.ENOENT)
# A use of this host. evidence: in words. firm: proved by a program, a file of root, or a value that was there before us; otherwise by what
# a process or the network shows alone. by_engine: container engines make the like of this evidence by themselves. before: a value that was
# there before us proves it. gone: an earlier run has seen it, and nothing shows it at this moment.
Use = _record("Use", "evidence firm by_engine before gone", False, False, False, False)
# What else sets parameters. sysctl: the text of the program `sysctl`. conf: that of /etc/sysctl.conf. tuned: a Tuned. ufw: the File that
# an enabled ufw applies. sealed: an encrypted credential that is read last. Each None where there is none.
# systemd: the text of the program systemd-sysctl. early, late: Files that are read at boot before and after those of sysctl.d.
# settings: Settings of what configures the network. advertisements: (who takes those of routers, where it is told so), or None.
# announces: where networkd is told to announce this host as a router of IPv6, or None. init: an Init that is not systemd, or None.
Rivals = _record("Rivals", "sysctl conf tuned ufw systemd early late settings advertisements announces init sealed",
                 None, None, None, None, None, (), (), (), None, None, None, None)
# An init. is_procps: whether it is known to set parameters with `sysctl --system`; otherwise it is not known how it does.
Init = namedtuple("Init", "name is_procps")
# What a program other than systemd-sysctl sets after the boot. name: with a star for each of its interfaces. by: the program.
Setting = namedtuple("Setting", "name value path number by")
# A running tuned. active: the names of the active profiles. profiles: name -> text of its tuned.conf. main: the text of tuned-main.conf
# or None.
Tuned = namedtuple("Tuned", "active profiles main")
# A process that may be a sign of a use. rootful: it runs as root, in the namespaces of the host. rootless: it is one of an ordinary user
# who has subordinate ids.
Process = namedtuple("Process", "name rootful rootless")
# What tells of the uses of a host.
# programs: program -> (path, whether nobody but root can have put it there). snaps, units: name -> path. processes: the Processes that
# may be one of PROCESSES. texts: path -> text of the configuration files of root. machines: path of an image or configuration of nspawn,
# or None. subordinate_ids: where ordinary users get the ids from that rootless containers need, or None.
# enabled: unit that starts at boot -> path. own: parameter -> the live value that is not ours. lines: parameter or pattern -> the Winner of
# the lines of others. shipped: parameter -> the value that files of the vendor set. settings: Settings of what configures the network.
# announces: as in Rivals. advertised: interface with a route or an address that a router has announced to the kernel, or None. ways: what
# comes in by another way than the one by which answers leave, in words, or None. address: one of IPv4 that no interface which leads
# somewhere has, in words, or None. crash_kernel: what shows that memory is kept for one. private_users: a unit with PrivateUsers=, or
# None. image: it is one, so what only a running host shows is not known. filters: path -> text of what packet filters and interfaces load
# at boot.
Facts = _record("Facts", "programs snaps units processes texts machines subordinate_ids enabled own lines shipped settings announces "
                "advertised ways address crash_kernel private_users image filters",
                {}, {}, {}, {}, (), None, None, None, None, None, None, False, {})
# live: parameter -> Reading. files: the sysctl.d search path. dialect: how it is read at boot. rivals: what else sets parameters.
# uses: use -> Use, of those that hold after what the user says. modules: those that modules-load.d names. interfaces: interface ->
# whether it is a device of the machine.
# missing_folders: path of a drop-in -> the folders that would have to be made for it. boot: names this boot. saved: a Saved.
# machine_id: names this host, as in a Saved. foreign: the BootOrder of the files of others, of those
# that ours have replaced, too; None where there are none. refused: (parameter, value) for which the last run failed, where this one is not
# to try it again; or None. is_check: whether nothing is carried out, so that what was refused before is not to be promised.
Snapshot = _record("Snapshot", "live files dialect rivals uses modules release machine interfaces missing_folders boot saved machine_id "
                   "foreign refused is_check", None, None, None, False)

# --- what is remembered ---

# before: the last live value that was not ours. wrote: what we set. dropin: which drop-in asks for it. also: what we set before that, as
# long as the run that changes it has not ended: it may have been killed before or after. asked: the text that was asked for, where the
# kernel made WROTE of it in a form of its own. refused: (state, value, boot) of a value that the kernel did not take in that boot.
# mover: the parameter whose write moved this one along. traced: whether what this one has moved along is remembered, too; an older
# release did not.
# had: of conf.default: the boot, then the interfaces that had its value by themselves before we set it. Nothing lasts longer than a boot.
Entry = _record("Entry", "before wrote dropin also asked refused mover traced had", None, None, None, None, None, True, None)
# before: the content before us, None: there was no file. attributes: of that file. sha256: of what we wrote; also: as above.
# text: what we wrote; older releases did not remember it.
# lines: parameter -> value of the lines that are ours, None: not known. rules: parameter -> Rule of these, as far as they concern boot
# values, and one with `waived` of what is left alone, there or by what these lines reach: the state, or the drop-in of another call
# that leaves it alone. conflicts: what the call said.
# edits: lines of others that were found in our file, in their order.
# earlier: a SavedFile of what we wrote before that, as long as it may still be there: the last run may have been killed. Its before and
# attributes are those of this one.
SavedFile = _record("SavedFile", "before attributes sha256 also lines rules conflicts edits text earlier",
                    None, None, None, None, None, "restate", (), None, None)
# folders: those that we made. first: parameter -> the live value that a line of ours found when it first asked for it, also where that was
# what it asked for. machine_id: a digest that names the machine on which this was remembered first, None: not known.
# seen: use -> evidence, of the uses that have held something back and that nothing of root proves: what shows them comes and goes.
Saved = _record("Saved", "parameters files folders first machine_id seen", (), {}, None, {})

# --- what is decided ---

# dropin and number: the line that asks for it. number None: an interface that a line of conf.all or conf.default speaks for.
# value None: only reported or waived.
Want = namedtuple("Want", "name value dropin number rule")
# error: the name of the error with which the live value cannot be read, None where it can, and of an image. boot_source_before: the file
# and line that decided about boot_before, where that was another one than boot_source.
Row = _record("Row", "name state before wanted after boot_before boot boot_source dropin reason error boot_source_before", None, None)
# before: the live value to put back. dropin and number: the line that asks; both None on the way back.
Write = namedtuple("Write", "name value before one_way dropin number")
# active: whether the parameter's line stays in force in its drop-in, and then with which value (target); target of one that does not: the
# value that is held back, or None. write: the value to set live. elsewhere: whether a later drop-in of ours asks for something else, so
# that this line is not in force. owner: the later drop-in, where it asks for the same.
Choice = _record("Choice", "state target write active reason elsewhere owner", None, None, False, "", False, None)
# What a file becomes. text: None: no file. lines, rules, conflicts and edits: as in a SavedFile; lines None: it is not ours any more.
# attributes: of a file that goes back, None where they are not known.
NewFile = _record("NewFile", "text lines rules conflicts edits attributes", None, {}, "restate", (), None)
# files: path -> NewFile.
Decided = namedtuple("Decided", "files warnings")
# By what lines of others are judged. ours: switch -> (parameter, Mine) of what a drop-in of ours sets after this run. held: (switch,
# value) of lines of this call that are held back: they say so themselves.
Judge = namedtuple("Judge", "request wanted snapshot ours held")
# A line of ours: its value, its file, which values of others are as good, and what the call that wrote it said about conflicts.
Mine = namedtuple("Mine", "value path rule conflicts")
# writes: in their order. expected: parameter -> live value that must be there after the writes, also of what moves by itself.
# followers: parameter -> (value, drop-in, mover) of what has no line and may move along with a write.
# passing: parameter -> Entry that is remembered while the run lasts: a write moves it, and the run sets it again.
# live_before: parameter -> its live value, of all that the writes may move.
# files: path -> text, None removes it. attributes: path -> Attributes for files that go back. saved: to be remembered when all went well.
# disk: path -> File, as found. folders: those to be removed.
Plan = namedtuple("Plan", "rows files attributes writes expected followers passing live_before saved disk folders warnings")
