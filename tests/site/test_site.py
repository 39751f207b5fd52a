"""Is the built site in order, quiet, self-contained, readable by everybody, and free of answers?"""

import os
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest

from casekit import data
from casekit.book import build
from casekit.book.check import check
from casekit.exhibits import names, number

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PAGES = (
    "index.html",
    "chapters/02-crisis.html",
    "chapters/03-death-spiral.html",
    "chapters/references.html",
    "chapters/data.html",
    "chapters/data-facts.html",
    "chapters/data-units.html",
    "chapters/data-market.html",
    "chapters/data-rivals.html",
    "chapters/data-events.html",
    "chapters/disputes.html",
    "chapters/glossary.html",
    "chapters/sources.html",
)


def test_the_strict_build_succeeds_and_the_check_finds_nothing(site):
    assert (site / "index.html").is_file()
    assert list(map(str, check(site))) == []


def test_every_exhibit_stands_in_its_chapter(site):
    pages = {path.name[:2]: path.read_text(encoding="utf-8") for path in site.glob("chapters/*")}
    for name in names():
        chapter, order = number(name)
        page = pages[f"{chapter:02d}"]
        assert f'id="exhibit-{name}"' in page
        assert f"Exhibit {chapter}.{order}" in page


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_is_quiet_and_asks_no_other_host(open_page, address, page, width, scheme):
    tab = open_page(page, viewport={"width": width, "height": 800}, color_scheme=scheme)
    tab.wait_for_timeout(300)
    assert [url for url in tab.requests if not url.startswith((address, "data:"))] == []
    assert tab.complaints == []


CHAPTERS = tuple(f"chapters/{path.stem}.html" for path in sorted(ROOT.glob("chapters/*.md")))


@pytest.mark.parametrize("page", ["index.html", *CHAPTERS])
@pytest.mark.parametrize("width", [390, 320])
def test_no_page_is_wider_than_a_phone(open_page, page, width):
    tab = open_page(page, viewport={"width": width, "height": 800}, is_mobile=True)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_a_wide_screen_shows_the_wide_chart_and_a_phone_the_narrow_one(open_page):
    for width, shown, hidden in ((1280, ".ck-wide", ".ck-narrow"), (390, ".ck-narrow", ".ck-wide")):
        tab = open_page("chapters/02-crisis.html", viewport={"width": width, "height": 800})
        figure = tab.locator("#exhibit-units-by-quarter")
        assert figure.locator(shown).is_visible()
        assert not figure.locator(hidden).is_visible()
        box = figure.locator(f"{shown} svg").bounding_box()
        assert box["width"] > 300 if width == 390 else box["width"] > 500


@pytest.mark.parametrize("page", [page for page in CHAPTERS if page[9].isdigit()])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_word_of_a_picture_is_cut(open_page, page, width):
    tab = open_page(page, viewport={"width": width, "height": 900})
    open_folds(tab)
    cut = tab.evaluate("""() => [...document.querySelectorAll(".ck-chart svg")].flatMap(svg => {
        const frame = svg.getBoundingClientRect();
        return frame.width === 0 ? [] : [...svg.querySelectorAll("text")].filter(text => {
            const box = text.getBoundingClientRect();
            return box.left < frame.left - 2 || box.right > frame.right + 2;
        }).map(text => text.textContent);
    })""")
    assert cut == []


def open_folds(tab) -> None:
    for fold in tab.locator("details.ck-fold > summary").all():
        fold.click()


def colour(tab, selector: str, name: str = "color") -> str:
    return tab.locator(selector).first.evaluate(f"node => getComputedStyle(node)['{name}']")


def test_dark_mode_reaches_the_charts(open_page):
    light = open_page("chapters/02-crisis.html", color_scheme="light")
    dark = open_page("chapters/02-crisis.html", color_scheme="dark")
    text = "#exhibit-targets-2015 .ck-wide svg text"
    assert colour(light, text, "fill") != colour(dark, text, "fill")
    assert colour(dark, ".ck-title") == "rgb(232, 235, 239)"
    assert colour(dark, ".ck-exhibit", "backgroundColor") == "rgba(0, 0, 0, 0)"


def test_a_fact_shows_its_source_on_hover_on_focus_and_hides_on_escape(open_page):
    tab = open_page("chapters/02-crisis.html")
    fact, tip = tab.locator(".ck-fact").first, tab.locator(".ck-fact .ck-tip").first
    assert not tip.is_visible()
    fact.hover()
    assert tip.is_visible()
    assert "Source:" in tip.inner_text()
    tab.keyboard.press("Escape")
    assert not tip.is_visible()
    tab.mouse.move(5, 5)
    fact.focus()
    assert tip.is_visible()
    described = fact.get_attribute("aria-describedby")
    assert tip.get_attribute("id") == described


def test_a_number_leads_to_its_row_with_the_keyboard(open_page):
    tab = open_page("chapters/02-crisis.html")
    tab.locator("a.ck-fact", has_text="14.8 million").first.focus()
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/data-units.html#units-2016q1-ihs")
    row = tab.locator("#units-2016q1-ihs")
    assert row.is_visible()
    assert tab.evaluate("document.querySelector(':target').id") == "units-2016q1-ihs"
    assert row.locator("a", has_text="PhoneArena").count() == 1


def test_a_first_tap_shows_the_source_and_a_second_one_leads_to_the_row(open_page):
    tab = open_page(
        "chapters/02-crisis.html",
        viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True,
    )  # fmt: skip
    fact = tab.locator("a.ck-fact", has_text="14.8 million").first
    fact.scroll_into_view_if_needed()
    fact.tap()
    assert "02-crisis.html" in tab.url
    assert fact.locator(".ck-tip").is_visible()
    fact.tap()
    tab.wait_for_url("**/data-units.html#units-2016q1-ihs")


def test_rows_can_be_sifted_and_without_a_script_all_stand_there(open_page):
    tab = open_page("chapters/data-facts.html")
    rows = tab.locator(".ck-rows tbody tr")
    tab.get_by_label("Keep rows with").fill("mi 5 reservations")
    shown = [row for row in rows.all() if row.is_visible()]
    assert 0 < len(shown) < 20
    assert tab.locator("#mi5-reservations").is_visible()
    assert f"{len(shown)} of {rows.count()} rows" in tab.locator(".ck-sift").inner_text()
    plain = open_page("chapters/data-facts.html", java_script_enabled=False)
    assert plain.locator(".ck-sift").count() == 0
    assert plain.locator(".ck-rows tbody tr").first.is_visible()


def test_a_fact_shows_its_source_on_tap_inside_the_screen(open_page):
    tab = open_page(
        "chapters/02-crisis.html",
        viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True,
    )  # fmt: skip
    fact = tab.locator(".ck-fact").nth(3)
    fact.scroll_into_view_if_needed()
    fact.tap()
    box = fact.locator(".ck-tip").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert box["y"] + box["height"] <= 800


def test_a_fact_in_a_table_shows_its_whole_source(open_page):
    tab = open_page("chapters/02-crisis.html")
    fact = tab.locator("td .ck-fact").first
    fact.scroll_into_view_if_needed()
    fact.focus()
    tip = fact.locator(".ck-tip")
    assert tip.evaluate("""tip => {
        const box = tip.getBoundingClientRect();
        return [[box.left + 2, box.top + 2], [box.right - 2, box.bottom - 2]].every(
            ([x, y]) => tip.contains(document.elementFromPoint(x, y)));
    }""")


def test_table_sources_and_download_are_reached_by_keyboard_in_this_order(open_page):
    tab = open_page("chapters/02-crisis.html")
    tab.locator("#exhibit-targets-2015 summary").first.focus()
    seen = []
    for _ in range(3):
        seen.append(tab.evaluate("document.activeElement.textContent"))
        tab.keyboard.press("Tab")
    assert seen == ["Table", "Sources", "data (CSV)"]
    tab.locator("#exhibit-targets-2015 summary").first.press("Enter")
    assert tab.locator("#exhibit-targets-2015 table").is_visible()


def test_the_download_is_the_table(open_page):
    tab = open_page("chapters/02-crisis.html")
    with tab.expect_download() as download:
        tab.locator("#exhibit-targets-2015 a[download$='.csv']").click()
    text = download.value.path().read_text(encoding="utf-8")
    assert download.value.suggested_filename == "targets-2015.csv"
    assert text.startswith("what,phones,kind")


def test_a_self_check_answers_at_once_and_gives_reasons(open_page):
    tab = open_page("chapters/02-crisis.html")
    box = tab.locator(".ck-check").first
    right, wrong = box.locator(".ck-right").first, box.locator(".ck-wrong").first
    wrong.locator("summary").click()
    assert "Not quite." in wrong.inner_text()
    right.locator("summary").press("Enter")
    assert right.locator(".ck-verdict").is_visible()
    assert len(right.inner_text()) > 60
    assert not wrong.locator(".ck-verdict").is_visible()


@pytest.mark.parametrize("page", PAGES[1:3])
def test_a_page_reads_well_without_javascript(open_page, page):
    tab = open_page(page, java_script_enabled=False)
    open_folds(tab)
    for figure in tab.locator("figure.ck-exhibit").all():
        assert figure.locator(".ck-title").is_visible()
    assert tab.locator(".ck-wide svg").first.is_visible()
    fact = tab.locator(".ck-fact").first
    fact.hover()
    assert fact.locator(".ck-tip").is_visible()
    fold = tab.locator(".ck-check details").first
    fold.locator("summary").click()
    assert fold.locator(".ck-verdict").is_visible()


def test_without_a_script_the_widget_stands_in_the_page_as_a_finished_figure(open_page):
    tab = open_page("chapters/03-death-spiral.html", java_script_enabled=False)
    open_folds(tab)
    widget = tab.locator("section.ck-widget")
    assert widget.locator(".ck-wide svg").is_visible()
    assert "million phones in 2016" in widget.locator("[data-part=sentence]").inner_text()
    assert 'casekit.widgets.get("death-spiral")' in widget.inner_text()
    controls = widget.locator("input, select, button").all()
    assert len(controls) > 20
    assert all(control.is_disabled() for control in controls)
    assert tab.locator("script[type*='jupyter.widget']").count() == 0


def test_a_page_opens_from_a_folder_without_a_server(open_page, site):
    tab = open_page((site / "chapters" / "03-death-spiral.html").as_uri())
    open_folds(tab)
    assert tab.locator("section.ck-widget .ck-wide svg").is_visible()
    assert tab.locator("math").first.is_visible()


def everything(folder) -> bytes:
    """Return all bytes under a folder, compressed inventories opened."""
    parts = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        content = path.read_bytes()
        parts += [path.name.encode(), content]
        if path.name == "objects.inv":
            parts.append(zlib.decompress(content.split(b"zlib.\n", 1)[1]))
    return b"\n".join(parts)


def test_no_canary_of_a_solution_key_hint_or_note_is_in_the_site(site, planted_checkout, canary):
    assert canary in everything(planted_checkout / "exercises")
    content = everything(site)
    assert canary not in content
    assert b"BEGIN SOLUTION" not in content


def test_no_key_is_in_the_site(site, planted_checkout, canary_number):
    planted = everything(planted_checkout / "exercises")
    assert planted.count(canary_number) > 100, "every formula of a key holds it"
    assert canary_number not in everything(site)


def test_no_canary_is_in_the_wheel_and_the_tables_are(
    planted_checkout, tmp_path, canary, canary_number
):
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=planted_checkout, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names_in_wheel = archive.namelist()
        content = b"\n".join(archive.read(name) for name in names_in_wheel)
    assert canary not in content
    assert canary_number not in content
    assert "casekit/data/tables/facts.csv" in names_in_wheel
    assert "casekit/py.typed" in names_in_wheel
    assert not [name for name in names_in_wheel if "exercises/" in name or "teaching/" in name]


def test_the_wheel_works_offline_in_an_empty_folder(planted_checkout, tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=planted_checkout, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    code = (
        "import casekit; from casekit import data, exhibits; print(casekit.__file__);"
        "print(len(data.load('shipments')), data.fact('units-2016q1-ihs').text,"
        "len(exhibits.get('units-by-quarter').html()) > 1000)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "installed")},
    )  # fmt: skip
    assert str(tmp_path) in done.stdout
    assert "14.8 million True" in done.stdout


def test_a_fault_in_the_data_stops_the_build(planted_checkout, tmp_path, monkeypatch, capsys):
    fault = data.Fault("facts", 7, "value", "'seventy' is not a number; correct it.")
    monkeypatch.setattr(data, "check", lambda: [fault])
    with pytest.raises(build.BuildError, match="1 fault"):
        build.build(planted_checkout, tmp_path)
    assert "facts, line 7, value" in capsys.readouterr().err


def test_building_again_with_nothing_changed_writes_no_page(site, planted_checkout):
    command = [sys.executable, "-m", "casekit", "book", "build"]

    def build_and_look() -> dict:
        subprocess.run(command, cwd=planted_checkout, check=True, capture_output=True)
        return {path: path.stat().st_mtime_ns for path in site.glob("chapters/*.html")}

    before = build_and_look()
    assert before == build_and_look()
    page = planted_checkout / "chapters" / "references.md"
    page.touch()
    after = build_and_look()
    assert [path.name for path in after if after[path] != before[path]] == ["references.html"]


def test_a_typed_number_or_an_unknown_fact_fails_the_whole_build(planted_checkout, tmp_path, capfd):
    page = planted_checkout / "index.md"
    text = page.read_text(encoding="utf-8")
    try:
        page.write_text(f"{text}\nIt shipped 70.8 million; {{fact}}`units-2099`.\n", "utf-8")
        for _ in range(2):  # Sphinx would not warn again of what it has already read
            with pytest.raises(build.BuildError):
                build.build(planted_checkout, tmp_path)
            said = capfd.readouterr().err
            assert "typed number '70.8'" in said
            assert "no fact named 'units-2099'" in said
    finally:
        page.write_text(text, encoding="utf-8")
