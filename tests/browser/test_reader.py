# Copyright: (c) 2026, The photon.hardening authors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a reader can do with the report: with a keyboard, with a screen reader, on paper, on a phone, without script."""

import json
import os
import pathlib
import re
import subprocess

import pytest

VIEWS = ("findings", "matrix", "hosts", "host", "waivers", "missing")
AXE = pathlib.Path(os.environ["NPM"]) / "node_modules" / "axe-core" / "axe.min.js"
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


def violations(page):
    page.do(AXE.read_text(encoding="utf-8"))
    found = page.do("rules => axe.run(document, rules)", RULES)
    assert found["passes"]
    return ["%s: %s" % (item["id"], [node["html"] for node in item["nodes"][:3]]) for item in found["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_accessible(opened, view, scheme):
    assert violations(opened("small", "#view=%s" % view, color_scheme=scheme)) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("how", ["finding", "groups", "help", "states", "phone", "plain"])
def test_accessible_with_more_open(opened, how, scheme):
    options = {"color_scheme": scheme, "viewport": {"width": 390, "height": 844} if how == "phone" else {"width": 1280, "height": 900}}
    page = opened("small", "#view=findings&group=CIS+Benchmark+for+Red+Hat+Enterprise+Linux+8+4.0.0" if how == "groups" else "", **options)
    if how == "finding":
        page.page.locator(".open").first.click()
    elif how == "help":
        page.page.keyboard.press("?")
    elif how == "states":
        page.page.locator("#counts button").first.click()
    assert violations(page) == []


# --- nothing leaves the file ---

@pytest.mark.parametrize("view", VIEWS)
def test_hostile_texts_stay_texts(opened, view):
    page = opened("hostile", "#view=%s" % view)
    for element in page.page.locator("#views .open, #views .row").all()[:1]:
        element.click()
    page.page.wait_for_timeout(200)
    assert page.requests == [page.page.url.partition("#")[0]]
    assert not page.wrong
    assert page.do("window.attacks") == []
    assert page.do("document.querySelectorAll('img, iframe, [onerror], [onload], script').length") == 1


def test_the_policy_forbids_what_is_injected(opened):
    page = opened("small")
    page.do("""() => {
      const script = document.createElement("script");
      script.textContent = "document.title = 'attacked'";
      const image = document.createElement("img");
      image.src = "http://127.0.0.1:9/image";
      const style = document.createElement("style");
      style.textContent = "body { display: none }";
      document.body.append(script, image, style);
      fetch("http://127.0.0.1:9/fetch").catch(() => {});
    }""")
    page.page.wait_for_timeout(300)
    assert len(page.requests) == 1
    assert page.page.title() != "attacked"
    assert page.page.locator("body").is_visible()
    assert len(page.wrong) >= 4


# --- keyboard and address ---

def test_all_by_keyboard(opened):
    page = opened("small")
    keys = page.page.keyboard
    keys.press("/")
    keys.type("sysrq")
    assert page.do("document.activeElement.id") == "search"
    assert "q=sysrq" in page.page.url
    keys.press("Escape")
    assert "q=" not in page.page.url
    page.page.locator("#views").focus()
    keys.press("3")
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    row = page.do("document.activeElement.getAttribute('aria-activedescendant')")
    assert page.page.locator("#%s" % row).get_attribute("aria-rowindex") == "4"
    keys.press("Enter")
    assert "view=host&" in page.page.url
    first = page.page.locator(".about h2").inner_text()
    keys.press("ArrowRight")
    assert page.page.locator(".about h2").inner_text() != first
    keys.press("Escape")
    assert "view=hosts" in page.page.url


def test_help_opens_closes_and_gives_the_focus_back(opened):
    page = opened("small")
    page.page.locator(".tabs a").nth(1).focus()
    page.page.keyboard.press("?")
    assert page.page.locator("#keys").is_visible()
    page.page.keyboard.press("Escape")
    assert not page.page.locator("#keys").is_visible()
    assert page.do("document.activeElement.textContent") == "Matrix"


def test_a_finding_opens_and_keeps_the_focus(opened):
    page = opened("small")
    page.page.locator(".open").first.focus()
    page.page.keyboard.press("Enter")
    assert page.do("document.activeElement.getAttribute('aria-expanded')") == "true"
    page.page.keyboard.press("Escape")
    assert page.do("document.activeElement.getAttribute('aria-expanded')") == "false"


GUESTS = ".guest table, #views h2:has-text('guest side') + .scroll table"


# Of several hosts the table of all comes second, and there one row has two states.
@pytest.mark.parametrize("name, rows", [("guests", [30, 31]), ("guest", [30])])
def test_the_guest_side_stands_beside_the_parameters_of_a_host(opened, name, rows):
    page = opened(name, "#view=host&host=node00000.prod.example.com")
    found = page.page.locator(GUESTS).all()
    assert [table.locator("tbody tr").count() for table in found] == rows
    for table in found:
        first = table.locator("tbody tr").first
        assert first.get_attribute("class") == "fail" and first.locator(".letter").inner_text() == "!"
        assert "vmw_vmci interrupts" in first.inner_text() and "The device could have MSI-X." in first.inner_text()
    assert page.page.locator("#counts strong").first.inner_text().isdigit() and violations(page) == []


def test_a_host_without_a_guest_side_has_no_table_of_it(opened):
    assert opened("small", "#view=host").page.locator(GUESTS).count() == 0


def test_the_matrix_says_what_a_letter_means(opened):
    page = opened("small", "#view=matrix")
    page.page.locator(".list").focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowRight"):
        page.page.keyboard.press(key)
    said = page.page.locator("p.value[role=status]").inner_text()
    assert re.match(r"node\d+\.prod\.example\.com, [\w.-]+: ", said)
    assert page.page.locator(".parameter.here").get_attribute("title") in said


def test_the_address_says_what_is_shown(opened):
    page = opened("small")
    page.page.locator("#counts li[data-kind=held_back] button").click()
    page.page.locator("#search").fill("net.ipv4")
    page.page.locator(".bar select").select_option("CIS Benchmark for Red Hat Enterprise Linux 8 4.0.0")
    said, listed = page.said(), page.page.locator(".findings").inner_text()
    again = opened("small", "#" + page.page.url.partition("#")[2])
    assert (again.said(), again.page.locator(".findings").inner_text()) == (said, listed)
    assert again.page.locator("#counts button[aria-pressed=true]").count() == 1
    assert again.page.locator("#search").input_value() == "net.ipv4"
    again.page.get_by_text("show everything").click()
    assert "state" not in again.page.url and "q=" not in again.page.url


def test_a_search_finds_hosts_parameters_and_numbers(opened):
    page = opened("small", "#view=hosts")
    assert page.said() == "40 hosts of 40"
    page.page.locator("#search").fill("node00003")
    assert page.said() == "1 host of 40"
    page.page.locator("#search").fill("node00003 kernel.sysrq")
    assert page.said() == "1 host of 40"
    page.page.locator("#search").fill("rhel-08 node0001")
    assert page.said() == "10 hosts of 40"
    page.page.locator("#search").fill("nowhere")
    assert page.said() == "0 hosts of 40"


@pytest.mark.parametrize("words, name", [
    ("V-230269", "kernel.dmesg_restrict"), ("SV-230269r1184255_rule", "kernel.dmesg_restrict"), ("sv-230269", "kernel.dmesg_restrict"),
    ("=stig_rhel8:RHEL-08-010375", "kernel.dmesg_restrict"), ("=RHEL-08-010375", "kernel.dmesg_restrict"),
    ("=cis_rhel8:1.5.5", "kernel.dmesg_restrict"),
])
def test_a_search_finds_a_control_by_each_of_its_names(opened, words, name):
    """As STIG Viewer shows it, and as a waiver takes it."""
    page = opened("small", "#view=matrix")
    page.page.locator("#search").fill(words)
    titles = page.page.locator(".parameter").evaluate_all("found => found.map(element => element.title)")
    assert name in titles and len(titles) < 4


def test_a_search_for_just_one_parameter(opened):
    """Where another name begins with its name."""
    page = opened("small", "#view=matrix&q=kernel.panic")
    assert page.said() == "40 hosts and 2 parameters"
    page.do("() => { location.hash = '#view=matrix&q=%3Dkernel.panic'; }")
    page.page.wait_for_timeout(100)
    assert page.said() == "40 hosts and 1 parameter"


def test_all_hosts_of_a_finding_are_those_that_have_it(opened):
    page = opened("typical", "#view=findings&open=kernel.panic%3Awould_change")
    link = page.page.locator(".opened a", has_text=re.compile("^All "))
    words = link.inner_text().removeprefix("All ")
    link.click()
    assert page.said() == "%s of 10,000" % words


def test_groups_follow_the_numbers_of_a_benchmark(opened):
    page = opened("small", "#view=findings&group=CIS+Benchmark+for+Red+Hat+Enterprise+Linux+8+4.0.0")
    titles = page.page.locator("tr.group").all_inner_texts()
    numbers = [list(map(int, re.findall(r"\d+", title.rpartition("4.0.0 ")[2]))) for title in titles if "No number" not in title]
    assert len(numbers) > 1
    assert numbers == sorted(numbers)


def test_what_was_not_read_is_not_called_unset(opened):
    page = opened("unread", "#view=host")
    assert set(page.page.locator("td[data-label=Live]").all_inner_texts()) == {"not read"}


def test_a_row_of_a_host_is_low_and_the_legend_explains_its_numbers(opened):
    page = opened("fresh", "#view=host")
    heights = page.page.locator(".of-host tbody tr").evaluate_all("found => found.map(element => element.offsetHeight)")
    assert sum(heights) / (len(heights) / 2) < 110
    legend = page.page.locator(".legend").inner_text()
    assert "stig_rhel8 RHEL-08-010375" in page.page.locator(".of-host").inner_text()
    assert legend.count("stig_rhel8: DISA STIG for Red Hat Enterprise Linux 8 V2R8") == 1


# --- copies ---

def copied(page, form):
    page.page.get_by_label("Copy as %s" % form).click()
    page.page.locator(".status").get_by_text("Copied").wait_for()
    page.do("document.body.append(Object.assign(document.createElement('textarea'), { id: 'paste' }))")
    page.page.locator("#paste").focus()
    page.page.keyboard.press("Control+v")
    return page.page.locator("#paste").input_value()


@pytest.mark.parametrize("view", VIEWS)
def test_a_copy_has_what_is_listed(opened, view):
    page = opened("small", "#view=%s" % view)
    rows = json.loads(copied(page, "JSON"))
    assert rows
    number = re.search(r"\d+", page.said())
    assert len(rows) == int(number.group())


def test_a_copy_of_findings_has_their_sentence_and_the_hosts_that_are_shown(opened):
    page = opened("small")
    page.page.locator(".open").first.click()
    sentence = page.page.locator(".findings tbody tr").first.locator("td").last.inner_text()
    first, *others = json.loads(copied(page, "JSON"))
    assert first["most_common"] == sentence
    assert first["host_names"].split(", ") == page.page.locator(".opened .names li").all_inner_texts()
    assert not [row for row in others if row["host_names"] and row["hosts"] > 1]


def test_a_copy_as_csv_starts_no_formula(opened):
    text = copied(opened("hostile", "#view=waivers"), "CSV")
    assert "\"'=HYPERLINK" in text
    assert not re.search(r'(^|,|\n)"=', text)


def test_a_copy_as_markdown_has_no_html_and_no_more_columns(opened):
    lines = copied(opened("hostile", "#view=waivers"), "Markdown").splitlines()
    assert len(lines) == 62
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {9}
    assert not [line for line in lines if re.search(r"(?<!\\)<", line)]


# --- numbers ---

def test_the_counts_are_those_of_the_rows(opened):
    page = opened("small", "#view=hosts")
    shown = {item.get_attribute("data-kind"): int(item.locator("strong").inner_text().replace(",", ""))
             for item in page.page.locator("#counts li").all()}
    assert sum(shown.values()) == 40 * 100
    for kind, number in shown.items():
        page.do("kind => { location.hash = `#view=findings&state=${kind}`; }", kind)
        page.page.wait_for_timeout(60)
        assert page.said().endswith(" {:,} value{}".format(number, "" if number == 1 else "s"))


def test_a_value_of_its_own_is_shown_with_its_host(opened):
    page = opened("different", "#view=host&host=node00007.prod.example.com&state=ok")
    row = page.page.locator("tbody tr").first
    value = row.locator("td[data-label=Live]").inner_text()
    assert re.fullmatch(r"\d{6,10}", value)
    assert "is %s, as wanted" % value in row.inner_text()


# --- paper, phone, no script ---

def pages(page, path):
    page.page.pdf(path=path, format="A4")
    said = subprocess.run(["pdfinfo", path], check=True, stdout=subprocess.PIPE, text=True).stdout
    return int(re.search(r"Pages:\s+(\d+)", said).group(1))


@pytest.mark.parametrize("name, view, most", [
    ("one", "host", 4), ("fresh", "host", 4), ("typical", "findings", 3), ("typical", "hosts", 3), ("typical", "matrix", 3),
])
def test_on_paper(opened, tmp_path, name, view, most):
    page = opened(name, "#view=%s" % view)
    assert pages(page, tmp_path / "page.pdf") <= most
    text = subprocess.run(["pdftotext", tmp_path / "page.pdf", "-"], check=True, stdout=subprocess.PIPE, text=True).stdout
    assert "On paper there are the rows" in text


@pytest.mark.parametrize("name", ["small", "hostile", "one"])
@pytest.mark.parametrize("view", VIEWS)
def test_on_a_phone_nothing_moves_sideways(opened, name, view):
    page = opened(name, "#view=%s" % view, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    assert page.do("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("name", ["small", "hostile"])
def test_the_first_screen_says_it_all(opened, name):
    page = opened(name)
    for words in ("hosts are not as wanted", "What is worst", "Who is missing", "Waivers that end first", "web00.example.com"):
        assert page.page.get_by_text(words).first.bounding_box()["y"] < 800
    assert page.page.locator(".first").bounding_box()["y"] + page.page.locator(".first").bounding_box()["height"] <= 900


def test_without_script_it_tells_the_story(opened):
    page = opened("small", ready=False, java_script_enabled=False)
    text = page.page.locator("body").inner_text()
    for words in ("hosts are not as wanted", "web00.example.com", "overridden at boot", "72 days ago", "need JavaScript",
                  "container_host"):
        assert words in text
    assert page.page.locator("#plain tbody tr").count() == 40
    assert page.page.locator("#plain").get_by_text("at boot 0, set by").count()
