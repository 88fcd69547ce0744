# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the tables of docs/ from the catalogue and the control numbers: `make catalogue`."""

import pathlib

from ansible_collections.photon.hardening.plugins.module_utils import _behaviour, _model, _values
from ansible_collections.photon.hardening.plugins.plugin_utils import _catalogue, _controls

ROOT = pathlib.Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PARAMETERS, SOURCES, STRENGTH, BENCHMARKS, USES = (
    DOCS / name for name in ("parameters.md", "sources.md", "strength.md", "benchmarks/README.md", "uses.md"))
# The profiles whose values stand beside the reasons. What all columns say is in SOURCES.
SHOWN = ("photon", "container_host")
# Hosts of which it is told how much of each column the profile for container hosts satisfies.
HOSTS = {"no use": (), "Docker": ("docker", "containerd"), "Docker, IPv6 by advertisements": ("docker", "containerd", "slaac")}


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
        yield "`%s` is held back for: %s." % (value.replace("|", "\\|"), ", ".join(runtimes))
    for value, uses in row.get("stops", {}).items():
        yield "`%s` takes away: %s. It is still set, with a warning." % (value.replace("|", "\\|"), "; ".join(uses.values()))
    if "machine" in row:
        yield "Only on %s." % ", ".join(row["machine"].split())
    if _behaviour.partner(row["name"]):
        yield "Setting it unsets `%s`, and the other way round." % _behaviour.partner(row["name"])
    if "one_way" in row:
        yield ("One-way" if row["one_way"] is True else "`%s` is one-way" % row["one_way"]) + " until the next boot."


def shown_name(row):
    return "`%s`" % row["name"] if row.get("sysctl", True) else row["name"]


def values(row, columns):
    return [cell(row["values"].get(column)) for column in columns]


def parameter(row):
    text = " ".join([row["why"], "*Impact:* " + row["impact"], *remarks(row)])
    return [shown_name(row), *values(row, SHOWN), text]


def headings(columns):
    return ["`%s`" % column for column in columns]


def by_group(catalogue, rendered):
    """A heading for each group, and below it what RENDERED makes of its rows."""
    lines = []
    for group, path in catalogue["groups"].items():
        rows = [row for row in catalogue["parameters"] if row["group"] == group]
        lines += ["### Group %s" % group, "", "%d rows. The drop-in is `%s`." % (len(rows), path), "", *rendered(rows)]
    return lines


def parameter_tables(catalogue):
    head = ["parameter", *headings(SHOWN), "why, and what it costs"]
    return by_group(catalogue, lambda rows: table(head, [parameter(row) for row in rows]))


def source_tables(catalogue, columns):
    """What each of COLUMNS says; rows of which none of them says anything are left out."""
    def rendered(rows):
        return table(["parameter", *headings(columns)],
                     [[shown_name(row), *values(row, columns)] for row in rows if set(columns).intersection(row["values"])])
    return by_group(catalogue, rendered)


# --- the uses of a host ---

def shown_setting(row, value):
    return "`%s = %s`" % (row["name"], value.replace("|", "\\|"))


def held_for(catalogue, use):
    """The values that are held back for a use."""
    return ", ".join(shown_setting(row, value) for row in catalogue["parameters"]
                     for value, uses in row.get("hold", {}).items() if use in uses) or "–"


def stopped_of(catalogue, use):
    """The values that stop something of a use, and what."""
    found = {}
    for row in catalogue["parameters"]:
        for value, uses in row.get("stops", {}).items():
            if use in uses:
                found.setdefault(uses[use], []).append(shown_setting(row, value))
    return "; ".join("%s: %s" % (", ".join(settings), words) for words, settings in found.items()) or "–"


def use_table(catalogue):
    return table(["use", "what it is", "what proves it", "held back for it", "set, and the part of the use that stops"],
                 [["`%s`" % name, use["what"], use["evidence"], held_for(catalogue, name), stopped_of(catalogue, name)]
                  for name, use in catalogue["uses"].items()])


def is_held(row, uses):
    return bool(set(uses).intersection(row.get("hold", {}).get(_catalogue.setting(row, "container_host"), ())))


def host_table(catalogue):
    rows = {column: counted(catalogue, column) for column in catalogue["columns"]}
    return table(["used for", *("`%s`" % column for column in rows)],
                 [[title, *("%d/%d" % (sum(row in kept and satisfies(row, "container_host", column) for row in found), len(found))
                            for column, found in rows.items())]
                  for title, kept in ((title, [row for row in catalogue["parameters"] if not is_held(row, uses)])
                                      for title, uses in HOSTS.items())])


# --- the control numbers ---

def named(names):
    return ", ".join("`%s`" % name for name in names)


def share(controls, key):
    """How many of a benchmark's kernel parameters the catalogue has, as n of m."""
    covered, missing = _controls.coverage(controls, key)
    return "%d of %d" % (len(covered), len(covered) + len(missing))


def benchmark_table(controls):
    return table(["benchmark", "what it is", "version", "kernel parameters"],
                 [["[`%s`](%s.md)" % (key, key), benchmark["title"], benchmark["version"], share(controls, key)]
                  for key, benchmark in controls["benchmarks"].items()])


def not_set(catalogue, controls, key):
    """What of a benchmark no profile sets, and why."""
    covered, missing = _controls.coverage(controls, key)
    compared = {row["name"] for row in catalogue["parameters"] if _catalogue.is_compared_only(row)}
    if missing:
        shown = ["`%s` (%s)" % (name, ", ".join(numbers)) for name, numbers in sorted(missing.items())]
        yield "Not covered, because the catalogue does not have them: %s." % ", ".join(shown)
    if compared.intersection(covered):
        yield "Only compared, because no profile sets them: %s." % named(name for name in covered if name in compared)


def control_table(controls, key):
    found = _controls.of_benchmark(controls, key)
    said = controls["benchmarks"][key].get("controls")
    if not said:
        return table(["control", "kernel parameters"], [[number, named(names)] for number, names in found.items()])
    return table(["control", "V- number", "severity", "kernel parameters"],
                 [[number, said[number].get("gid", "–"), said[number]["severity"], named(names)] for number, names in found.items()])


def benchmark_page(catalogue, controls, key):
    benchmark = controls["benchmarks"][key]
    lines = ["<!-- written by make catalogue -->", "# %s" % benchmark["title"], "",
             "Version %s, `%s` in a waiver: %s of its kernel parameters. From %s. [All benchmarks](README.md)"
             % (benchmark["version"], key, share(controls, key), benchmark["source"]), ""]
    for sentence in not_set(catalogue, controls, key):
        lines += [sentence, ""]
    return "\n".join(lines + control_table(controls, key))


# --- the documents ---

def documents(catalogue, controls):
    """path -> its parts: name -> lines."""
    profiles = _catalogue.profiles(catalogue)
    references = [column for column in catalogue["columns"] if column not in profiles]
    return {
        PARAMETERS: {"parameters": parameter_tables(catalogue)},
        SOURCES: {"profiles": source_tables(catalogue, profiles), "references": source_tables(catalogue, references)},
        STRENGTH: {"columns": column_table(catalogue), "strength": strength_table(catalogue)},
        BENCHMARKS: {"benchmarks": benchmark_table(controls)},
        USES: {"uses": use_table(catalogue), "hosts": host_table(catalogue)},
    }


def pages(catalogue, controls):
    """path -> text of each page that is written as a whole."""
    return {BENCHMARKS.parent / ("%s.md" % key): benchmark_page(catalogue, controls, key) for key in controls["benchmarks"]}


def written(text, parts):
    """A document with each part between its marks."""
    for name, lines in parts.items():
        begin, end = "<!-- %s: written by make catalogue -->" % name, "<!-- end of %s -->" % name
        head, rest = text.split(begin)
        text = "%s%s\n\n%s\n%s%s" % (head, begin, "\n".join(lines), end, rest.split(end)[1])
    return text


if __name__ == "__main__":
    for path, parts in documents(_catalogue.CATALOGUE, _controls.load()).items():
        path.write_text(written(path.read_text(encoding="utf-8"), parts), encoding="utf-8")
    for path, page in pages(_catalogue.CATALOGUE, _controls.load()).items():
        path.write_text(page, encoding="utf-8")
