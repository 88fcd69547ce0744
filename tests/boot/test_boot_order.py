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

from ansible_collections.photon.hardening.plugins.module_utils import _kernel, _sysctl_d

EXAMPLES = int(os.environ.get("BOOT_EXAMPLES", "300"))
NAMES = ["kernel.a", "kernel.b", "vm.a",
         "net.ipv4.conf.all.x", "net.ipv4.conf.default.x", "net.ipv4.conf.eth0.x", "net.ipv4.conf.eth0/100.x"]
SPELLINGS = NAMES + [_sysctl_d.key_path(name) for name in NAMES] + ["kernel.missing", "net.ipv4.conf.eth0.100.x"]
PATTERNS = ["kernel.*", "kernel/?", "*.a", "net.ipv4.conf.*.x", "net/ipv4/conf/*/x", "net.ipv4.conf.[ae]*.x", "net.ipv4.conf.[^e]*.x",
            "net.ipv4.*.all.x", "*"]
FOLDERS = ["etc/sysctl.d", "run/sysctl.d", "usr/local/lib/sysctl.d", "usr/lib/sysctl.d"]
BASES = ["10-a.conf", "50-b.conf", "99-c.conf", "C.conf", "a.conf", "a.conf.bak", "noext", "z-d.conf"]

KEYS = st.one_of(st.sampled_from(SPELLINGS), st.sampled_from(SPELLINGS), st.sampled_from(PATTERNS))
LINES = st.one_of(
    st.tuples(st.sampled_from(["%s = %s", "%s=%s", "  %s\t=  %s  ", "-%s = %s", "- %s = %s", "%s = %s\r", "# x\r%s = %s",
                               "%s = %s\0x", "%s = %s\x0b"]), KEYS),
    st.tuples(st.sampled_from(["-%s", "%s", "# %s = 1", ";%s=1", "", "%s ="]), KEYS),
)
TEXTS = st.tuples(st.lists(LINES, max_size=5), st.booleans())
KINDS = st.one_of(TEXTS, TEXTS, TEXTS, st.sampled_from(["masked", "empty", "folder", "broken"]))
TREES = st.dictionaries(st.tuples(st.sampled_from(FOLDERS), st.sampled_from(BASES)), KINDS, max_size=8)


class Suite:
    def __init__(self, root, version):
        self.root, self.version = pathlib.Path(root), version
        found = [self.root / where / "systemd" / "systemd-sysctl" for where in ("lib", "usr/lib")]
        self.dialect = _kernel.boot_dialect(str(self.root))
        self.program = "/" + str(next(path for path in found if path.exists()).relative_to(self.root))

    def plant(self, tree):
        """The tree below the root; every value is another one."""
        count = 1000
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
                lines = []
                for form, name in kind[0]:
                    count += 1
                    lines.append(form % ((name, count)[:form.count("%s")]))
                path.write_bytes(("\n".join(lines) + ("\n" if kind[1] else "")).encode())

    def boot(self):
        """name -> the value that the real systemd-sysctl sets, None where it sets none."""
        for name in NAMES:
            path = self.root / "proc/sys" / _sysctl_d.key_path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("1000\n")
        subprocess.run(["chroot", str(self.root), self.program], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        return {name: self.value(name) for name in NAMES}

    def value(self, name):
        """An empty value is a line feed over the first digit here, where a kernel would ignore it."""
        text = (self.root / "proc/sys" / _sysctl_d.key_path(name)).read_text()
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
    order = _sysctl_d.BootOrder(_kernel.sysctl_files(str(suite.root)), suite.dialect)
    winners = {name: order.winner(name) for name in NAMES}
    # Blanks that systemd leaves at a value's end are the kernel's to skip.
    return {name: winner.value.strip() if winner and winner.value else None for name, winner in winners.items()}, winners


def test_agrees_with_systemd(suite):
    seen = {"set": 0, "unset": 0}

    @settings(max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
              suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
    @given(TREES)
    def check(tree):
        suite.plant(tree)
        ours, winners = predicted(suite)
        theirs = suite.boot()
        assert ours == theirs
        for name, value in theirs.items():
            seen["unset" if value is None else "set"] += 1
            if value is not None:
                text = _kernel.read_file(str(suite.root), winners[name].path)
                assert value in _sysctl_d.parse(text, suite.dialect)[winners[name].number - 1].text
    check()
    print("%s: %d trees, %d values set and %d not, no disagreement" % (suite.version, EXAMPLES, seen["set"], seen["unset"]))
    assert seen["set"] > EXAMPLES / 10
