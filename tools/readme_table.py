# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the README's parameter table from the catalogue: `make readme`."""

import pathlib

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "roles" / "photon_hardening" / "files" / "catalogue.yml"
README = ROOT / "README.md"
BEGIN, END = "<!-- parameters: written by make readme -->", "<!-- end of parameters -->"
COLUMNS = {"photon": "`photon`", "photon5": "`photon5`", "photon3": "Photon 3.0", "centos8": "CentOS 8.2"}


def cell(value):
    return "–" if value is None else "`%s`" % value.replace("|", "\\|")


def remarks(row):
    """What a reader must know beyond the reason."""
    if row.get("report_only"):
        yield "Compared only: %s" % (row["why_not"][0].lower() + row["why_not"][1:])
    if row.get("host_sized"):
        yield "Compared only, unless an override sets it."
    for value, runtimes in row.get("hold", {}).items():
        yield "`%s` breaks %s." % (value, ", ".join(runtimes))
    if row.get("one_way"):
        yield "One-way until the next boot."


def line(row):
    name = "`%s`" % row["name"] if row.get("sysctl", True) else row["name"]
    text = " ".join([row["why"], "*Impact:* " + row["impact"], *remarks(row)])
    return "| %s | %s | %s |" % (name, " | ".join(cell(row["values"][column]) for column in COLUMNS), text)


def table(catalogue):
    lines = []
    for group, path in catalogue["groups"].items():
        lines += ["### Group `%s`: `%s`" % (group, path), "",
                  "| parameter | %s | why, and what it costs |" % " | ".join(COLUMNS.values()), "|---" * (len(COLUMNS) + 2) + "|"]
        lines += [line(row) for row in catalogue["parameters"] if row["group"] == group] + [""]
    return "\n".join(lines)


def written(readme, catalogue):
    """README with the table between the marks."""
    head, rest = readme.split(BEGIN)
    return "%s%s\n\n%s%s%s" % (head, BEGIN, table(catalogue), END, rest.split(END)[1])


if __name__ == "__main__":
    text = README.read_text(encoding="utf-8")
    README.write_text(written(text, yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))), encoding="utf-8")
