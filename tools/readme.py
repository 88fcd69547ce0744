# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the README's tables from the catalogue: `make catalogue`."""

import pathlib

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour, _model, _values
from ansible_collections.photon.hardening.plugins.plugin_utils import _catalogue

README = pathlib.Path(__file__).resolve().parents[1] / "README.md"


def cell(value):
    return "–" if value is None else "`%s`" % value.replace("|", "\\|")


def table(head, rows):
    return ["| %s |" % " | ".join(cells) for cells in (head, ["---"] * len(head), *rows)] + [""]


def begun_small(text):
    return text[0].lower() + text[1:]


# --- the columns ---

def column_table(catalogue):
    return table(["column", "what it is", "from", "a profile"],
                 [["`%s`" % name, column["title"], column["source"], "yes" if column["profile"] else "no"]
                  for name, column in catalogue["columns"].items()])


# --- how strong the profiles are ---

def counted(catalogue, column):
    """The rows of which a column says something that can be wanted: no counters, nothing that each host sizes for itself."""
    return [row for row in catalogue["parameters"] if column in row["values"] and not (row.get("report_only") or row.get("host_sized"))]


def satisfies(row, profile, column):
    """Whether what a profile sets is what a column asks for, or as good by the row's `strength`."""
    given, asked = _catalogue.setting(row, profile), row["values"][column]
    if given is None:
        return False
    return _values.same(row["name"], given, asked) or _values.as_good(row["name"], given, _model.Rule(**_catalogue.order_rule(row, asked)))


def strength_table(catalogue):
    rows = {column: counted(catalogue, column) for column in catalogue["columns"]}
    return table(["profile", *("`%s`" % column for column in rows)],
                 [["`%s`" % profile, *("%d/%d" % (sum(satisfies(row, profile, column) for row in found), len(found))
                                       for column, found in rows.items())]
                  for profile in _catalogue.profiles(catalogue)])


# --- the parameters ---

def remarks(row):
    """What a reader must know beyond the reason."""
    if "follows" in row:
        yield "*Sources differ:* " + row["follows"]
    if row.get("report_only"):
        yield "Compared only: " + begun_small(row["why_not"])
    if row.get("host_sized"):
        yield "Compared only, unless an override sets it."
    if "override_only" in row:
        yield "Compared only, unless an override sets it: " + begun_small(row["override_only"])
    for value, runtimes in row.get("hold", {}).items():
        yield "`%s` breaks %s." % (value, ", ".join(runtimes))
    if "machine" in row:
        yield "On %s alone." % ", ".join(row["machine"].split())
    if _behaviour.partner(row["name"]):
        yield "Setting it unsets `%s`, and the other way round." % _behaviour.partner(row["name"])
    if "one_way" in row:
        yield ("One-way" if row["one_way"] is True else "`%s` is one-way" % row["one_way"]) + " until the next boot."


def parameter(row, columns):
    name = "`%s`" % row["name"] if row.get("sysctl", True) else row["name"]
    text = " ".join([row["why"], "*Impact:* " + row["impact"], *remarks(row)])
    return [name, *(cell(row["values"].get(column)) for column in columns), text]


def parameter_tables(catalogue):
    lines = []
    for group, path in catalogue["groups"].items():
        rows = [row for row in catalogue["parameters"] if row["group"] == group]
        lines += ["<details><summary>Group <code>%s</code>: <code>%s</code>, %d rows</summary>" % (group, path, len(rows)), ""]
        lines += table(["parameter", *("`%s`" % column for column in catalogue["columns"]), "why, and what it costs"],
                       [parameter(row, catalogue["columns"]) for row in rows])
        lines += ["</details>", ""]
    return lines


# --- README ---

PARTS = {"columns": column_table, "strength": strength_table, "parameters": parameter_tables}


def written(readme, catalogue):
    """README with each part between its marks."""
    for name, part in PARTS.items():
        begin, end = "<!-- %s: written by make catalogue -->" % name, "<!-- end of %s -->" % name
        head, rest = readme.split(begin)
        readme = "%s%s\n\n%s\n%s%s" % (head, begin, "\n".join(part(catalogue)), end, rest.split(end)[1])
    return readme


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8"), _catalogue.CATALOGUE), encoding="utf-8")
