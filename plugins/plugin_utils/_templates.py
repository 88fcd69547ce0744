# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's templates, one per group, and the drop-ins that they make.

By Jinja itself: Ansible's template lookup copies every variable of the host for each of them and compiles it in each host's process.
Private to the collection.
"""

import os

import jinja2

from ansible_collections.photon.hardening.plugins.plugin_utils import _catalogue

FOLDER = os.path.join(os.path.dirname(__file__), "..", "..", "roles", "photon_hardening", "templates")
# Blocks are trimmed as Ansible's own template module does it. The files do not change within a run.
_ENVIRONMENT = jinja2.Environment(loader=jinja2.FileSystemLoader(FOLDER), auto_reload=False, trim_blocks=True,
                                  undefined=jinja2.StrictUndefined)
# What the templates of the groups have in common.
_SHARED = "rows.j2"


# Compiled at import, in the main process, before Ansible forks a worker per host. The path of a drop-in -> its template.
TEMPLATES = {path: _ENVIRONMENT.get_template(os.path.basename(path) + ".j2") for path in _catalogue.CATALOGUE["groups"].values()}
_ENVIRONMENT.get_template(_SHARED)


def drop_ins(profile, rows):
    """What the module takes as `dropins`. ROWS: group -> the rows of its drop-in; where it has none, the drop-in is empty."""
    return [{"path": path, "content": TEMPLATES[path].render(profile=profile, rows=rows[group]) if rows[group] else ""}
            for group, path in _catalogue.CATALOGUE["groups"].items()]


def no_drop_ins():
    """The same for a call that takes all of them away."""
    return [{"path": path, "content": ""} for path in TEMPLATES]
