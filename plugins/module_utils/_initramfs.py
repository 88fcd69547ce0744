# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files an initramfs holds: archives of cpio, one after another, of which the last one is usually compressed.

Pure: a stream of bytes in, names out. Private to the collection.
"""

import bz2
import gzip
import lzma
import os
import re
import zlib

_START = b"0707"
_IS_HEADER = re.compile(br"07070[12][0-9A-Fa-f]{104}\Z")
_HEADER, _FIELDS, _SIZE, _NAME_SIZE = 110, 13, 6, 11
_LAST = b"TRAILER!!!"
_CHUNK = 1 << 20
_OPENERS = ((b"\x1f\x8b", gzip.GzipFile), (b"\xfd7zX", lzma.LZMAFile), (b"\x5d\x00\x00", lzma.LZMAFile), (b"BZh", bz2.BZ2File))
_OTHERS = ((b"\x28\xb5\x2f\xfd", "zstd"), (b"\x02\x21\x4c\x18", "lz4"), (b"\x89LZO", "lzo"))
_MODULE = re.compile(r"([^/]+)\.ko(?:\.[a-z0-9]+)?\Z")


def modules(stream):
    """The names of the kernel modules in an initramfs; ValueError where it cannot be read, with the reason."""
    try:
        names = list(_names(stream))
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as exc:
        raise ValueError("it is damaged: %s" % exc) from exc
    if not names:
        raise ValueError("there is no file in it")
    return {match.group(1).replace("-", "_") for match in map(_MODULE.search, names) if match}


def _names(stream):
    start = _start(stream)
    while start:
        if start == _START:
            yield from _archive(stream, start)
        else:
            stream.seek(-len(start), os.SEEK_CUR)
            yield from _inner(_opened(stream, start))
            return
        start = _start(stream)


def _inner(stream):
    start = _start(stream)
    while start:
        if start != _START:
            raise ValueError("what is compressed in it is not a cpio archive")
        yield from _archive(stream, start)
        start = _start(stream)


def _start(stream):
    """The next four bytes that are not all zero, with which archives are filled up; nothing at the end."""
    while True:
        start = stream.read(4)
        if len(start) < 4:
            return b""
        if start != b"\0\0\0\0":
            return start


def _opened(stream, start):
    for magic, opener in _OPENERS:
        if start.startswith(magic):
            return opener(fileobj=stream) if opener is gzip.GzipFile else opener(stream)
    name = next((name for magic, name in _OTHERS if start.startswith(magic)), None)
    raise ValueError("it is compressed with %s, which Python cannot read" % name if name else "its format is not known")


def _archive(stream, start):
    """The names in one archive, whose first bytes, START, are already read."""
    while True:
        header = start + _exactly(stream, _HEADER - len(start))
        if not _IS_HEADER.match(header):
            raise ValueError("it is damaged: a header of cpio is missing")
        fields = [int(header[6 + 8 * number:14 + 8 * number], 16) for number in range(_FIELDS)]
        name = _exactly(stream, fields[_NAME_SIZE]).rstrip(b"\0")
        _skip(stream, -(_HEADER + fields[_NAME_SIZE]) % 4)
        _skip(stream, fields[_SIZE] + -fields[_SIZE] % 4)
        if name == _LAST:
            return
        yield name.decode("utf-8", "surrogateescape")
        start = b""


def _exactly(stream, size):
    found = stream.read(size)
    if len(found) < size:
        raise EOFError("it ends in the middle of a file")
    return found


def _skip(stream, size):
    while size > 0:
        size -= len(_exactly(stream, min(size, _CHUNK)))
