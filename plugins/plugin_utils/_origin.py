# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a wanted value comes from: a result says of which parameters an override wants something else than the profile.

Pure. Private to the collection.
"""

from ansible_collections.photon.hardening.plugins.module_utils import _names

_MOST_NAMES = 3
# How the words of an override begin that wants a value in place of the profile's.
ASKED = "asked for by "


def told(result, overrides):
    """RESULT of the module, in which the reason of each row and the message name the OVERRIDES, parameter -> Override, that the row
    follows. RESULT comes from the host, so its shape is not relied on."""
    words = {name: override.words for name, override in overrides.items()}
    rows = result.get("parameters")
    if not any(words.values()) or not isinstance(rows, list):
        return result
    found = [_words_of(row, words) for row in rows]
    names = [row["name"] for row, said in zip(rows, found, strict=True) if said]
    msg = {"msg": "%s; %s" % (result["msg"], _sentence(names))} if names and isinstance(result.get("msg"), str) else {}
    return dict(result, parameters=[_with_words(row, said) for row, said in zip(rows, found, strict=True)], **msg)


def _words_of(row, words):
    """What is to be said of ROW; "" for nothing. A single interface follows what is said of all."""
    name = row.get("name") if isinstance(row, dict) else None
    if not isinstance(name, str):
        return ""
    every = _names.of_interface(name, "all") if _names.interface_of(name) else name
    return words.get(name, words.get(every, ""))


def _with_words(row, said):
    reason = row.get("reason") if said else None
    return dict(row, reason="%s; %s" % (reason, said) if reason else said) if said else row


def _sentence(names):
    more = " and %d more" % (len(names) - _MOST_NAMES) if len(names) > _MOST_NAMES else ""
    return "by overrides not as the profile wants: %s%s" % (", ".join(names[:_MOST_NAMES]), more)
