# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random sysctl.d trees, read by the real systemd-sysctl of a Debian suite and by ours: both must name the same value.

systemd-sysctl runs in a chroot whose /proc/sys is a folder of plain files, so no kernel is touched and the files tell what it set.
Every value is used once, so that the value also tells the file and line.
"""

import os
import pathlib
import shutil
import subprocess

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ansible_collections.photon.hardening.plugins.module_utils import _boot_order, _model, _names, _sysctl_d

EXAMPLES = int(os.environ.get("BOOT_EXAMPLES", "300"))
# Interfaces may have such names.
PATHS = ["kernel/a", "kernel/b", "kernel/ab", "vm/a", "vm/0", "net/ipv4/conf/all/x", "net/ipv4/conf/default/x", "net/ipv4/conf/eth0/x",
         "net/ipv4/conf/eth0.100/x", "net/ipv4/conf/.h/x", "net/ipv4/conf/\xe9/x", "net/ipv4/conf/\udcff/x", "net/ipv4/conf/a*b/x",
         "net/ipv4/conf/[0]/x", "net/ipv4/conf/a\\b/x", "net/ipv4/conf/x../x"]
NAMES = [_names.canonical(path) for path in PATHS]
SPELLINGS = PATHS + NAMES + ["kernel.missing", "net.ipv4.conf.eth0.100.x"]
ODD = ["kernel//a", "kernel..a", "/kernel/a", "./kernel/a", "kernel/./a", "kernel/a/", "kernel.a.", "proc/sys/kernel/a", "kernel / a",
       "-kernel.a", "/", ".", "-", "kernel", "./kernel/*", "/.kernel/a"]
# What is before them is there. There are no patterns among them: before 248 systemd-sysctl follows them there, too, and ours does not.
UP = ["kernel/../vm/a", "kernel/../kernel/a", "vm/..//kernel/./b", "../sys/kernel/a", "net/ipv4/conf/../conf/all/x",
      "../../../../../proc/sys/kernel/a"]
PATTERNS = ["kernel.*", "kernel/?", "*.a", "net.ipv4.conf.*.x", "net/ipv4/conf/*/x", "net.ipv4.conf.[ae]*.x", "net.ipv4.conf.[^e]*.x",
            "net.ipv4.*.all.x", "*", "net/ipv4/conf/?/x", "net/ipv4/conf/??/x", "net/ipv4/conf/.*/x", "net/ipv4/conf/[.]h/x",
            "net/ipv4/conf/\\.[h]/x", "net/ipv4/conf/a\\*[b]/x", "net/ipv4/conf/[\\[]0[]]/x", "{kernel,vm}/[a]", "{kernel/a,vm/?}",
            "kernel/{a,b}", "kernel/{a,b}*", "{kernel,vm/*", "[{a,k}]ernel/a", "kernel/{,a}b*", "kernel/[[:alpha:]]",
            "kernel/[![:digit:]]", "*/[[:digit:]]", "*/[[:nonsense:]a]", "kernel/[]a]", "kernel/[b-a]", "kernel/[a-", "kernel/[a",
            "[k/]ernel/a",
            "ker*\\/a", "kernel\\/*", "kernel/\\a",
            "kernel/*\\", "kernel//*", "kernel/./*", "net/*/conf/a*b/x", "net/ipv4/conf/x*/x",
            "kernel/" + "*" * 3000, "{" * 5 + "kernel" + "}" * 5 + "/*"]
FOLDERS = ["etc/sysctl.d", "run/sysctl.d", "usr/local/lib/sysctl.d", "usr/lib/sysctl.d"]
BASES = ["10-a.conf", "50-b.conf", "99-c.conf", "C.conf", "a.conf", "a.conf.bak", "noext", "z-d.conf", ".hidden.conf", ".conf", "~.conf",
         "a.conf~", "a.conf.rpmsave", "a.conf.dpkg-new", "a.CONF", "\xe9.conf", "\udcff.conf", "\uff5e.conf", "\U0001f427.conf", "a~.conf",
         "lost+found", "aa.conf", "a-.conf", "a b.conf", "-.conf", "#a.conf"]

TOKENS = st.lists(st.sampled_from(["a", "b", "h", "*", "?", "[ab]", "[!a]", "[^e]", "[a-c]", "[[:alpha:]]", "[]a]", "\\a", "\\*",
                                   "\\", "[", "]",
                                   "-", "{a,b}", "{", ",", "}", "{,b}", "eth", "0", ".", "\xe9", "!", "[!-a]"]), min_size=1, max_size=4)
PARTS = st.one_of(st.sampled_from(["kernel", "vm", "net", "ipv4", "conf", "*", "a", "x"]), TOKENS.map("".join))
MADE = st.one_of(PARTS.map("kernel/{}".format), PARTS.map("net/ipv4/conf/{}/x".format), st.tuples(PARTS, PARTS).map("/".join),
                 PARTS.map("{}/*".format), PARTS.map("net.ipv4.conf.{}.x".format))
KEYS = st.integers(0, 9).flatmap(lambda number: {5: st.sampled_from(ODD), 6: MADE, 7: MADE}.get(number, st.sampled_from(
    SPELLINGS if number < 5 else PATTERNS)))
LINES = st.one_of(
    st.tuples(st.sampled_from(["%s = %s", "%s=%s", "  %s\t=  %s  ", "-%s = %s", "- %s = %s", "%s = %s\r", "# x\r%s = %s",
                               "%s = %s\0x", "%s = %s \x0b", "%s = %s \\", "\ufeff%s = %s", "\x0b%s = %s", "--%s = %s", "%s = %s = 2",
                               "%s = %s \udcff", "%s = %s # why", "\0%s = %s", "\r%s = %s", "%s\r= %s", "%s = %s\r\r",
                               "%s = %s\r\n\0"]), KEYS),
    st.tuples(st.sampled_from(["%s = %s", "-%s = %s", "-%s"]), st.sampled_from(UP)),
    st.tuples(st.sampled_from(["-%s", "%s", "# %s = 1", ";%s=1", "", "%s =", "- %s", "-%s\r", "=", "-", "= 1", "\0", "\r"]), KEYS),
)
# A number stands for a line of so many bytes without its end; systemd-sysctl reads lines of less than 1 MiB.
LIMIT = 1024 * 1024
LONG = st.tuples(st.integers(LIMIT - 4, LIMIT + 1), st.sampled_from(["# ", "kernel.a = 1007", "vm.a = 1008\xe9"]))
TEXTS = st.tuples(st.lists(LINES, max_size=5), st.booleans())
LONG_TEXTS = st.tuples(st.tuples(LINES, LONG, LINES), st.booleans())
OTHERS = st.sampled_from(["masked", "empty", "folder", "broken"])
KINDS = st.integers(0, 19).flatmap(lambda number: {7: OTHERS, 9: OTHERS, 13: LONG_TEXTS}.get(number, TEXTS))
FILES = st.dictionaries(st.tuples(st.sampled_from(FOLDERS), st.sampled_from(BASES)), KINDS, max_size=8)
# With how many different values.
TREES = st.tuples(FILES, st.sampled_from([2, 9000]))


def text_of(lines, end, values):
    made = []
    for form, name in lines:
        if isinstance(form, int):
            made.append(name + "x" * (form - len(name.encode())))
        else:
            made.append(form % ((name, next(values))[:form.count("%s")]))
    return "\n".join(made) + ("\n" if end else "")


class Suite:
    def __init__(self, root, version):
        self.root, self.version = pathlib.Path(root), version
        found = [self.root / where / "systemd" / "systemd-sysctl" for where in ("lib", "usr/lib")]
        program = next(path for path in found if path.exists())
        self.dialect = _sysctl_d.systemd_dialect(program.read_bytes().decode("utf-8", "surrogateescape"))
        self.program = "/" + str(program.relative_to(self.root))

    def plant(self, tree, different):
        """The tree below the root; of the values so many are different."""
        values = (1001 + count % different for count in range(1, 9000))
        for folder in FOLDERS:
            if (self.root / folder).exists():
                shutil.rmtree(self.root / folder)
            (self.root / folder).mkdir(parents=True)
        for (folder, base), kind in sorted(tree.items(), key=lambda item: item[0]):
            path = self.root / folder / base
            if kind == "masked":
                path.symlink_to("/dev/null")
            elif kind == "broken":
                path.symlink_to("nowhere")
            elif kind == "folder":
                path.mkdir()
            elif kind == "empty":
                path.touch()
            else:
                path.write_bytes(text_of(*kind, values).encode("utf-8", "surrogateescape"))

    def files(self):
        """What the folders hold; what is no file, or leads nowhere, is empty."""
        return [_model.File("/%s/%s" % (folder, base), self.text("/%s/%s" % (folder, base)))
                for folder in FOLDERS for base in os.listdir(self.root / folder)]

    def text(self, path):
        real = self.root / path[1:]
        return real.read_bytes().decode("utf-8", "surrogateescape") if real.is_file() else ""

    def boot(self):
        """name -> the value that the real systemd-sysctl sets, None where it sets none."""
        for name in NAMES:
            path = self.root / "proc/sys" / _names.key_path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("1000\n")
        subprocess.run(["chroot", str(self.root), self.program], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        return {name: self.value(name) for name in NAMES}

    def value(self, name):
        """An empty value is a line feed over the first digit here, where a kernel would ignore it."""
        text = (self.root / "proc/sys" / _names.key_path(name)).read_bytes().decode("latin-1")
        value = "1" + text[1:4]
        return None if value == "1000" else value


@pytest.fixture(scope="module", params=["bullseye", "bookworm", "trixie"])
def suite(request, tmp_path_factory):
    made = subprocess.run(["bash", str(pathlib.Path(__file__).with_name("rootfs.sh")), request.param],
                          stdout=subprocess.PIPE, text=True, check=True)
    # A copy: two runs at once must not plant their trees in each other's.
    root = tmp_path_factory.mktemp(request.param) / "root"
    subprocess.run(["cp", "-a", made.stdout.strip(), root], check=True)
    return Suite(root, request.param)


def predicted(suite):
    order = _boot_order.BootOrder(suite.files(), suite.dialect)
    winners = {name: order.winner(name) for name in NAMES}
    # What a line says after the number is the kernel's to read.
    return {name: winner.value[:4] if winner and winner.value else None for name, winner in winners.items()}, winners


def test_agrees_with_systemd(suite):
    seen = {"set": 0, "unset": 0}

    @settings(max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
              suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
    @given(TREES)
    def check(tree):
        suite.plant(*tree)
        ours, winners = predicted(suite)
        theirs = suite.boot()
        assert ours == theirs, {path: text[:400] for path, text, _attributes in suite.files()}
        for name, value in theirs.items():
            seen["unset" if value is None else "set"] += 1
            if value is not None:
                lines = _sysctl_d.parse(suite.text(winners[name].path), suite.dialect)
                assert value in lines[winners[name].number - 1].text
    check()
    print("%s: %d trees, %d values set and %d not, no disagreement" % (suite.version, EXAMPLES, seen["set"], seen["unset"]))
    assert seen["set"] > EXAMPLES / 10
