# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

import importlib.util
import pathlib
import re

import pytest
import yaml

from ansible_collections.photon.hardening.plugins.module_utils import _model
from ansible_collections.photon.hardening.plugins.plugin_utils import _catalogue, _controls, _variables

ROOT = pathlib.Path(__file__).parents[2]
CATALOGUE = _catalogue.CATALOGUE


def tool(name):
    spec = importlib.util.spec_from_file_location("tool_" + name, ROOT / "tools" / (name + ".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_documents_show_the_catalogue_and_the_control_numbers():
    """When this fails: run make catalogue."""
    readme = tool("readme")
    documents = readme.documents(CATALOGUE, _controls.load())
    assert [path.name for path in documents] == ["parameters.md", "sources.md", "strength.md", "README.md", "uses.md"]
    for path, parts in documents.items():
        text = path.read_text(encoding="utf-8")
        assert readme.written(text, parts) == text
    pages = readme.pages(CATALOGUE, _controls.load())
    assert {path: path.read_text(encoding="utf-8") for path in readme.BENCHMARKS.parent.glob("*.md") if path != readme.BENCHMARKS} == pages


def page(name):
    return (ROOT / name).read_text(encoding="utf-8")


def test_each_parameter_is_explained_once():
    text = page("docs/parameters.md")
    for row in CATALOGUE["parameters"]:
        assert text.count("| `%s` |" % row["name"]) + text.count("| %s |" % row["name"]) == 1


@pytest.mark.parametrize("column", CATALOGUE["columns"])
def test_no_value_of_a_column_is_lost(column):
    readme = tool("readme")
    table = [line.removesuffix(" |").split(" | ") for line in readme.source_tables(CATALOGUE, [column]) if line.startswith("| ")]
    shown = {cells[0].strip("| "): cells[1] for cells in table}
    for row in CATALOGUE["parameters"]:
        assert shown.get(readme.shown_name(row), "–") == readme.cell(row["values"].get(column))


def test_the_readme_fits():
    assert len(page("README.md").splitlines()) <= 250


def test_the_readme_says_for_whom_each_profile_is():
    for profile in _catalogue.profiles(CATALOGUE):
        assert "\n| `%s`" % profile in page("README.md")


def test_each_variable_of_the_role_is_in_the_settings():
    spec = yaml.safe_load(page("roles/photon_hardening/meta/argument_specs.yml"))["argument_specs"]["main"]["options"]
    assert [name for name in spec if "| `%s` |" % name not in page("docs/settings.md")] == []


def test_each_state_is_explained_in_its_order():
    section = page("docs/results.md").split("\n## States\n")[1].split("\n## ")[0]
    assert re.findall(r"(?m)^\| `(\w+)` \|", section) == list(_model.STATES)


def table_of_files():
    return page("CONTRIBUTING.md").split("## Where things are\n")[1].split("\n## ")[0]


def test_contributors_find_every_file_of_the_plugins():
    named = set(re.findall(r"[\w.]+\.(?:py|json|js|css|j2)", table_of_files()))
    files = {path.name for path in (ROOT / "plugins").rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert sorted(files - named - {"__init__.py"}) == []


def test_contributors_are_sent_to_files_that_there_are():
    named = re.findall(r"`((?:docs|meta|playbooks|plugins|roles|tests|tools)/[\w./-]+)`", table_of_files())
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_list_of_the_articles_sentences_names_every_parameter_of_it():
    named = set(re.findall(r"`([a-z]+\.[\w.-]+)`", page("docs/article.md")))
    of_photon = {row["name"] for row in CATALOGUE["parameters"] if row.get("sysctl", True) and "photon3" in row["values"]}
    assert of_photon - named == set()


def test_the_changelog_has_no_markup_of_modules():
    """It would be shown as it stands. There a name is between two pairs of backticks."""
    found = [path.name for path in ROOT.glob("changelogs/fragments/*.yml") if re.search(r"\b[A-Z]\(", path.read_text(encoding="utf-8"))]
    assert found == []


# --- links ---

PAGES = ["README.md", "CONTRIBUTING.md", *sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/*.md")),
         *sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("roles/*/README.md"))]


def without_code(text):
    return re.sub(r"(?ms)^ *```.*?^ *```$", "", text)


def anchors(text):
    """The names that GitHub gives to the headings."""
    titles = re.findall(r"(?m)^#+ (.*)$", without_code(text))
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def links(text):
    """(address, anchor) of each link and picture that is no address of the web."""
    found = re.findall(r"\]\(([^()\s#]*)#?([^()\s]*)\)", without_code(text))
    return [(address, anchor) for address, anchor in found if not re.match(r"https?:", address)]


def dead(name):
    """The links of a page that lead nowhere."""
    for address, anchor in links(page(name)):
        target = (ROOT / name).parent / address if address else ROOT / name
        if not target.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            yield "%s: %s#%s" % (name, address, anchor)


@pytest.mark.parametrize("name", PAGES)
def test_no_link_is_dead(name):
    assert list(dead(name)) == []


def packed(suffixes):
    """Plugins and roles as text: the tarball has them, and no pages."""
    return [path for folder in ("plugins", "roles") for path in (ROOT / folder).rglob("*") if path.suffix in suffixes]


def test_users_of_the_tarball_are_sent_to_pages_by_their_address():
    found = {match for path in packed({".py", ".yml", ".md"})
             for match in re.findall(r"(\S*)(?<![\w.-])(docs/[\w/-]+\.md)", path.read_text(encoding="utf-8"))}
    assert found
    address = "https://github.com/photon-hardening/photon.hardening/blob/main/"
    assert [(before, name) for before, name in found if not before.endswith(address) or not (ROOT / name).exists()] == []


def test_what_counts_as_a_link():
    text = "# A title: `x_y`, or 2\n[a](b.md#c) [d](#e) ![f](g.png) [h](https://i/j#k)\n```\n# no title\n[l](m)\n```\n"
    assert links(text) == [("b.md", "c"), ("", "e"), ("g.png", "")]
    assert anchors(text) == {"a-title-x_y-or-2"}


def test_each_page_can_be_found():
    linked = {address for name in ("README.md", "CONTRIBUTING.md") for address, anchor in links(page(name))}
    assert [name for name in PAGES if name.startswith("docs/") and name not in linked] == []


def test_strength_counts_the_same_value_and_a_stricter_one():
    rows = [
        {"name": "kernel.a", "strength": ["0", "1", "2"], "values": {"ours": "2", "theirs": "1"}},
        {"name": "kernel.b", "strength": ["0", "1", "2"], "values": {"ours": "0", "theirs": "1"}},
        {"name": "kernel.c", "strength": "lower", "valid": {"min": 1, "max": 9}, "values": {"ours": "2", "theirs": "5"}},
        {"name": "kernel.d", "values": {"ours": "5", "theirs": "0x5"}},
        {"name": "kernel.e", "values": {"theirs": "1"}},
        {"name": "kernel.f", "report_only": True, "values": {"theirs": "1"}},
        {"name": "kernel.g", "override_only": "Why.", "values": {"ours": "1", "theirs": "1"}},
    ]
    catalogue = {"parameters": rows, "columns": {"ours": {"profile": True}, "theirs": {"profile": False}}}
    assert tool("readme").strength_table(catalogue)[2:] == ["| `ours` | 4/5 | 3/6 |", ""]


CONTROLS = {
    "benchmarks": {
        "cis": {"title": "A benchmark", "version": "1.0", "source": "there", "missing": {"kernel.x": ["9", "10"]}},
        "stig": {"title": "A STIG", "version": "V1R2", "source": "elsewhere",
                 "controls": {"P-1": {"gid": "V-1", "severity": "low"}, "P-2": {"severity": "high"}}},
    },
    "parameters": {"kernel.a": {"cis": ["10", "2"], "stig": ["P-1"]}, "kernel.b": {"cis": ["10"], "stig": ["P-2"]}},
}


def test_the_table_of_benchmarks_says_how_much_of_each_is_covered():
    assert tool("readme").benchmark_table(CONTROLS)[2:] == [
        "| [`cis`](cis.md) | A benchmark | 1.0 | 2 of 3 |", "| [`stig`](stig.md) | A STIG | V1R2 | 2 of 2 |", ""]


def test_what_of_a_benchmark_is_not_set_is_named():
    readme, catalogue = tool("readme"), {"parameters": [{"name": "kernel.a"}, {"name": "kernel.b", "report_only": True}]}
    assert list(readme.not_set(catalogue, CONTROLS, "cis")) == [
        "Not covered, because the catalogue does not have them: `kernel.x` (9, 10).",
        "Only compared, because no profile sets them: `kernel.b`."]
    assert list(readme.not_set({"parameters": []}, CONTROLS, "stig")) == []


def test_a_stig_is_shown_with_its_numbers():
    readme = tool("readme")
    assert readme.control_table(CONTROLS, "cis")[2:] == ["| 2 | `kernel.a` |", "| 10 | `kernel.a`, `kernel.b` |", ""]
    assert readme.control_table(CONTROLS, "stig")[2:] == ["| P-1 | V-1 | low | `kernel.a` |", "| P-2 | – | high | `kernel.b` |", ""]


OPINIONS = ("photon", "photon5", "stig_photon5", "cis_rhel8", "kspp", "stig_rhel8", "devsec", "kubelet")


def test_what_the_profile_for_container_hosts_does_not_take_has_a_reason():
    """A use that it would break, a contradiction that the row explains, or that it cannot be taken back before a reboot."""
    readme = tool("readme")
    for row in CATALOGUE["parameters"]:
        for column in set(OPINIONS) & set(row["values"]) if not (row.get("report_only") or row.get("host_sized")) else ():
            value = row["values"][column]
            held = row.get("hold", {}).get(value) or row.get("one_way") in (True, value)
            assert readme.satisfies(row, "container_host", column) or held or "follows" in row, (row["name"], column)


def test_the_table_of_uses():
    catalogue = {"uses": {"a": {"what": "A", "evidence": "x"}}, "parameters": [
        {"name": "kernel.a", "hold": {"|0": ["a"], "1": ["b"]}},
        {"name": "kernel.b", "stops": {"2": {"b": "this", "a": "that"}, "|3": {"a": "that"}, "4": {"a": "more"}}}]}
    assert tool("readme").use_table(catalogue)[2:] == [
        "| `a` | A | x | `kernel.a = \\|0` | `kernel.b = 2`, `kernel.b = \\|3`: that; `kernel.b = 4`: more |", ""]


def test_what_is_held_back_is_not_satisfied():
    rows = [{"name": "kernel.a", "hold": {"1": ["slaac"]}, "values": {"container_host": "1"}},
            {"name": "kernel.b", "hold": {"0": ["docker"]}, "values": {"container_host": "1"}}]
    catalogue = {"parameters": rows, "columns": {"container_host": {"profile": True}}}
    assert [line.rpartition(" | ")[2] for line in tool("readme").host_table(catalogue)[2:5]] == ["2/2 |", "2/2 |", "1/2 |"]


def test_the_settings_name_what_the_playbooks_report_and_compare_read():
    text = page("docs/settings.md")
    assert [name for key in ("compare", "report") for name in _variables.OF_PLAYBOOKS[key] if "`%s`" % name not in text] == []
