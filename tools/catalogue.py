# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write catalogue.json, which the filter reads, from catalogue.yml: `make catalogue`."""

import json
import pathlib

import yaml

FILES = pathlib.Path(__file__).resolve().parents[1] / "roles" / "photon_hardening" / "files"


def as_json(catalogue):
    """One line per row, so that a change of one row is a change of one line."""
    parts = {key: json.dumps(value, ensure_ascii=False) for key, value in catalogue.items()}
    parts["parameters"] = "[\n%s\n]" % ",\n".join(json.dumps(row, ensure_ascii=False) for row in catalogue["parameters"])
    return "{\n%s\n}\n" % ",\n".join('"%s": %s' % item for item in parts.items())


if __name__ == "__main__":
    text = (FILES / "catalogue.yml").read_text(encoding="utf-8")
    (FILES / "catalogue.json").write_text(as_json(yaml.safe_load(text)), encoding="utf-8")
