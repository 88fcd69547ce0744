# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A comparison as one HTML file that needs nothing else: no script, no request, no text of a host as markup.

Pure but for reading its template and its style. Private to the collection.
"""

import base64
import hashlib
import os

import jinja2
import markupsafe

from ansible_collections.photon.hardening.plugins.plugin_utils._formats import compare_words

_FOLDER = os.path.join(os.path.dirname(__file__), "web")
_ENVIRONMENT = jinja2.Environment(loader=jinja2.FileSystemLoader(_FOLDER), autoescape=True, trim_blocks=True, lstrip_blocks=True,
                                  undefined=jinja2.StrictUndefined)


def render(comparison):
    with open(os.path.join(_FOLDER, "compare.css"), encoding="utf-8") as stream:
        style = "\n" + stream.read()
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    # The style is a file of the collection, so it is no text to be escaped.
    return _ENVIRONMENT.get_template("compare.html.j2").render(
        comparison=comparison, words=compare_words, style=markupsafe.Markup(style), policy="'sha256-%s'" % digest)
