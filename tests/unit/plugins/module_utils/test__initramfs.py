# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import bz2
import gzip
import io
import lzma

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _initramfs

DRIVER, OTHER = "lib/modules/6.1/kernel/drivers/misc/vmw-vmci.ko", "usr/lib/modules/6.1/ext4.ko.xz"


def entry(name, data=b"", magic=b"070701"):
    encoded = name.encode() + b"\0"
    sizes = [0] * 13
    sizes[6], sizes[11] = len(data), len(encoded)
    head = magic + b"".join(b"%08x" % size for size in sizes) + encoded
    return head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4)


def archive(*names, **more):
    return b"".join(entry(name, b"x" * number, **more) for number, name in enumerate(names)) + entry("TRAILER!!!")


def filled(data):
    return data + b"\0" * (-len(data) % 512)


EARLY = filled(archive("kernel/x86/microcode/GenuineIntel.bin"))
MAIN = filled(archive("init", DRIVER, "lib/modules/6.1/modules.order", OTHER))


@pytest.mark.parametrize("image", [
    MAIN, EARLY + MAIN, gzip.compress(MAIN), EARLY + gzip.compress(MAIN), EARLY + lzma.compress(MAIN), EARLY + bz2.compress(MAIN),
    lzma.compress(MAIN, lzma.FORMAT_ALONE), gzip.compress(EARLY + MAIN), archive("init", DRIVER, OTHER, magic=b"070702")])
def test_modules(image):
    assert _initramfs.modules(io.BytesIO(image)) == {"vmw_vmci", "ext4"}


@pytest.mark.parametrize("image", [EARLY, filled(archive("etc/ext4.ko.d/x", "ext4.kox"))])
def test_no_modules(image):
    assert _initramfs.modules(io.BytesIO(image)) == set()


@pytest.mark.parametrize("image, words", [
    (EARLY + b"\x28\xb5\x2f\xfd....", "it is compressed with zstd, which Python cannot read"),
    (b"", "there is no file in it"), (b"\0" * 512, "there is no file in it"), (gzip.compress(b""), "there is no file in it"),
    (b"\x02\x21\x4c\x18....", "it is compressed with lz4"), (b"\x89LZO....", "it is compressed with lzo"),
    (b"MZ......", "its format is not known"), (gzip.compress(b"MZ......"), "what is compressed in it is not a cpio archive"),
    (MAIN[:200], "it is damaged: it ends in the middle of a file"), (gzip.compress(MAIN)[:100], "it is damaged: "),
    (entry("init") + b"x" * 200, "it is damaged: a header of cpio is missing"),
    (b"0707" + b"0" * 200, "it is damaged: a header of cpio is missing"), (b"070701" + b"z" * 200, "it is damaged: a header"),
    (lzma.compress(MAIN)[:60], "it is damaged: "), (lzma.compress(MAIN).replace(b"\0", b"\1", 3), "it is damaged: "),
])
def test_what_cannot_be_read(image, words):
    with pytest.raises(ValueError) as caught:
        _initramfs.modules(io.BytesIO(image))
    assert words in str(caught.value)
