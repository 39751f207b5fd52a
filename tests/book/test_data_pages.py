"""Does the part "Sources and data" show every row, lead to it from the prose, and hand it out?"""

import json
import re
import zipfile

import pytest
from bs4 import BeautifulSoup

from casekit import data, models
from casekit.book import datapages
from casekit.book.numerals import typed_numbers
from casekit.book.prose import check, in_markdown, in_yaml
from casekit.book.uses import rows_in, texts

CHECKOUT = data.folder().parent


def test_every_table_has_one_page():
    placed = [table for tables in datapages.PAGES.values() for table in tables]
    assert sorted(placed) == sorted(data.tables())


@pytest.mark.parametrize("table", sorted(set(data.tables()) - datapages._SHOWN_WITH.keys()))
def test_every_row_stands_on_its_page_under_its_id(table):
    html = "".join(node.astext() for part in datapages._parts(table) for node in _raws(part))
    page = BeautifulSoup(html, "html.parser")
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert {row["id"] for row in data.rows(table)} <= set(ids)
    assert f"{table}.csv" in html


def _raws(node):
    from docutils import nodes  # noqa: PLC0415

    return [node] if isinstance(node, nodes.raw) else node.findall(nodes.raw)


def test_a_row_says_what_where_when_by_whom_and_how_good():
    html = "".join(node.astext() for part in datapages._parts("shipments") for node in _raws(part))
    row = BeautifulSoup(html, "html.parser").find(id="units-2016q1-ihs").get_text(" ", strip=True)
    for said in ("14.8 million", "2016Q1", "world", "shipped", "PhoneArena", "grade B"):
        assert said in row


def test_a_derived_row_links_to_the_rows_it_is_made_of():
    html = "".join(node.astext() for part in datapages._parts("facts") for node in _raws(part))
    row = BeautifulSoup(html, "html.parser").find(id="change-2016-idc")
    links = {link["href"] for link in row.find_all("a")}
    assert {"data-units.html#units-2016-idc", "data-units.html#units-2015-idc"} <= links


def test_the_timeline_runs_in_time_quarters_among_days():
    html = "".join(node.astext() for part in datapages._parts("timeline") for node in _raws(part))
    ids = [row["id"] for row in BeautifulSoup(html, "html.parser").find_all("tr", id=True)]
    assert ids.index("tl-chip-shortage-statement") < ids.index("tl-takeover")  # 2016Q2, 2016-05
    assert ids.index("tl-takeover-press") < ids.index("tl-zhang-feng")


def test_the_downloads_are_the_tables_byte_for_byte_and_the_zip_is_the_same_each_time(tmp_path):
    datapages.write_downloads(tmp_path)
    archive = tmp_path / "data" / "casekit-data.zip"
    first = archive.read_bytes()
    datapages.write_downloads(tmp_path)
    assert archive.read_bytes() == first
    with zipfile.ZipFile(archive) as opened:
        names = set(opened.namelist())
        package = json.loads(opened.read("datapackage.json"))
        for about in package["resources"]:
            content = (data.folder() / about["path"]).read_bytes()
            assert opened.read(about["path"]) == content
            assert (tmp_path / "data" / about["path"]).read_bytes() == content
    assert names == {path.name for path in data.folder().iterdir()}
    assert len(first) < 300_000


def test_the_bibliography_is_written_from_the_sources_and_left_alone_if_it_is_current(tmp_path):
    path = tmp_path / "build" / "sources.bib"
    datapages.write_bibliography(path)
    text, before = path.read_text(encoding="utf-8"), path.stat().st_mtime_ns
    assert "@article{sterman-1989," in text
    assert "techcrunch" not in text
    datapages.write_bibliography(path)
    assert path.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It shipped 14.8 million phones.", [(1, "14.8")]),
        ("## 3. How much?\n\nAssignment 2 and questions 1 to 4, in 2016.", []),
        ("Write `x = 36` and\n\n```{code-cell}\nx = 36\n```\n", []),
        ('---\nversion: 12\n---\n\n+++ {"points": 7}\n\nWords and $x = 3$.', []),
        ("a\n\nb\n\n| c |\n|---|\n| 17 |", [(7, "17")]),
        ("In the Mi 5 at most eight tenths.", [(1, "eight tenths")]),
    ],
)
def test_prose_that_becomes_a_notebook_is_watched_too(text, found):
    assert list(in_markdown(text, ["Mi 5"])) == found


def test_what_people_read_of_a_question_is_watched_and_its_settings_are_not():
    text = "- id: gap\n  title: The gap\n  key: {formula: '1 + 36'}\n  hint: It fell by 36 units.\n"
    assert list(in_yaml(text, [])) == [(4, "36")]


def test_a_typed_number_in_an_exercise_is_named_with_file_and_line(tmp_path):
    (tmp_path / "_config.yml").write_text("sphinx: {config: {casekit_names: [Mi 5]}}", "utf-8")
    folder = tmp_path / "exercises" / "02-crisis"
    folder.mkdir(parents=True)
    (folder / "exercise.md").write_text("# One\n\nThe Mi 5.\n\nIt fell by 36 %.\n", "utf-8")
    (fault,) = check(tmp_path)
    assert str(fault).startswith("exercises/02-crisis/exercise.md, line 5: typed number '36'")


def test_our_own_exercises_hold_no_typed_number():
    assert list(check(CHECKOUT)) == []


def test_assignments_and_ranges_of_questions_are_labels():
    assert typed_numbers("Assignment 2, questions 1 to 4, chapters 3 and 4") == []
    assert typed_numbers("questions 1 to 4 million") == ["4"]


def test_every_claim_the_book_uses_has_a_document_with_a_date_and_a_place():
    used = set().union(*(rows_in(text) for _, _, text in texts(CHECKOUT)))
    claims = [data.fact(name) for name in used if name in data._facts._index(data.folder())]
    assert len(claims) > 150
    for fact in claims:
        # A page on the web is its own place; a book and a letter need chapter and line; what we
        # worked out has its place in the rows of its formula.
        assert fact.locator or fact.source.url or fact.formula, fact.id
        assert fact.source.date != "unknown" or fact.source.note, fact.source.id


def test_every_scholarly_work_among_the_sources_is_cited_by_a_chapter_or_a_model():
    chapters = "".join(path.read_text("utf-8") for path in (CHECKOUT / "chapters").glob("*.md"))
    works = {row["id"] for row in data.rows("sources") if row["grade"] == "S"}
    cited = set(",".join(re.findall(r"\{cite[^}]*\}`([^`]+)`", chapters)).split(","))
    rested_on = {work for name in models.names() for work in models.get(name).works}
    assert works == cited | rested_on


def test_a_foreign_word_is_marked_with_its_language_and_the_rest_is_escaped():
    spoken = datapages._spoken("not zh 快递 & <b>")
    assert spoken == 'not zh <span lang="zh">快递</span> &amp; &lt;b&gt;'
