# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host and what is asked of it, for the tests of the decisions."""

from ansible_collections.photon.hardening.plugins.module_utils import _rivals, _rules, _sysctl_d
from ansible_collections.photon.hardening.plugins.module_utils._model import File, Reading, Request, Saved, SavedFile, Snapshot

PATH, LATER = "/etc/sysctl.d/50-security-hardening.conf", "/etc/sysctl.d/60-photon-tuning.conf"
SCOPE = "net.ipv4.conf.%s.rp_filter"
EVERY, FRESH, ETH0, WLAN0, LO = (SCOPE % scope for scope in ("all", "default", "eth0", "wlan0", "lo"))
INTERFACES = {"lo": False, "eth0": True, "wlan0": True}
USERNS, DOCKER = "user.max_user_namespaces", {"hold": {"0": ["docker"]}}
SWAP, BYTES, RATIO = "vm.swappiness", "vm.dirty_bytes", "vm.dirty_ratio"


def asked(texts, rules=None, container_host="auto", image=False, uses=None):
    """TEXTS: that of PATH alone, or path -> text."""
    texts = {PATH: texts} if isinstance(texts, str) else texts
    files = [File(path, text) for path, text in texts.items()]
    return Request(files, _rules.checked(rules or {}), "restate", container_host, image, uses or {})


def host(live=None, saved=None, files=(), interfaces=None, uses=None):
    """LIVE: parameter -> text or Reading. FILES: (path, text) of what is on disk."""
    live = {name: value if isinstance(value, Reading) else Reading(value) for name, value in (live or {}).items()}
    return Snapshot(live, [File(*item) for item in files], _sysctl_d.SYSTEMD, _rivals.NONE, uses or {}, set(), "6.1.0", "x86_64",
                    interfaces or {}, {}, "boot b", saved or Saved({}, {}))


def later_call(lines):
    """What is remembered and on disk of a drop-in that another call has written, read after PATH."""
    text = "".join([_sysctl_d.HEADER + "\n"] + ["%s = %s\n" % item for item in lines.items()])
    return {LATER: SavedFile(None, lines=lines)}, [(LATER, text)]
