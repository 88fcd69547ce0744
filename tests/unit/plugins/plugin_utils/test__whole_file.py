# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import os
import re
import stat

import pytest

from ansible_collections.photon.hardening.plugins.plugin_utils import _whole_file


def test_a_file_for_its_owner_alone(tmp_path):
    path = tmp_path / "a" / "b" / "f"
    for text in ("one", "\u00fc"):
        _whole_file.write(str(path), text)
    assert path.read_bytes() == b"\xc3\xbc" and [entry.name for entry in path.parent.iterdir()] == ["f"]
    assert [stat.S_IMODE(os.stat(found).st_mode) for found in (path, path.parent, path.parent.parent)] == [0o600, 0o700, 0o700]


def test_what_cannot_be_written_leaves_the_old_one_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "f"
    path.write_text("old", encoding="utf-8")

    def full(_one, _other):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="^%s: No space left on device$" % re.escape(str(path))):
        _whole_file.write(str(path), "new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["f"] and path.read_text(encoding="utf-8") == "old"


def test_a_folder_is_tried_and_nothing_stays_in_it(tmp_path):
    _whole_file.check(str(tmp_path / "a" / "b"))
    assert stat.S_IMODE(os.stat(tmp_path / "a" / "b").st_mode) == 0o700 and list((tmp_path / "a" / "b").iterdir()) == []
    (tmp_path / "f").touch()
    with pytest.raises(OSError, match="^%s: Not a directory$" % re.escape(str(tmp_path / "f"))):
        _whole_file.check(str(tmp_path / "f"))
