# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of files on a real file system share."""

import os

import pytest

from ansible_collections.photon.hardening.plugins.module_utils import _atomic

ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="root alone may chroot, chown and set flags")
PATH = "/etc/sysctl.d/a.conf"


def written(path, text, attributes=None):
    note = _atomic.stage(path, text, attributes)
    _atomic.commit(path, text)
    return note


def error(number):
    def fail(*_args, **_options):
        raise OSError(number, os.strerror(number))
    return fail
