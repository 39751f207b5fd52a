"""Does every chapter hold what a chapter must, and does the build say so where one does not?"""

import json
import re
from pathlib import Path

import nbformat
import pytest
from docutils import nodes

from casekit import data, exhibits
from casekit.book import chapters, decisions, figures, notebooks, selfcheck
from casekit.models import _sealed

ROOT = Path(__file__).parents[2]
TEXTS = {path.stem: path.read_text("utf-8") for path in (ROOT / "chapters").glob("[0-9]*.md")}
WHOLE = sorted(name for name, text in TEXTS.items() if "brief: true" not in text)
PARTS = {"A": "03-death-spiral", "B": "07-concept-phone", "C": "09-commitments", "D": "10-promise"}
# Every system of the primary sources, by a word that its chapter cannot do without.
SYSTEMS = {
    "02-crisis": ["saturated", "oligopoly", "over-confidence", "purchase code"],
    "03-death-spiral": ["spiral", "capability", "honest prices", "KPI", "culture"],
    "04-supply-team": ["new management team", "mindset and capability", "supply team"],
    "06-veto": ["veto", "criterion", "member"],
    "07-concept-phone": ["MIX", "core components", "camera"],
    "08-turnaround": ["deep V", "new retail", "India", "Mi 6"],
    "09-commitments": ["ten quarters", "telescope", "achievements", "areas of focus|focus-areas"],
    "10-promise": ["expectation interview", "four beats", "whom to ask for support"],
    "11-verdict": ["hero’s journey|hero's journey", "share", "hide"],
    "14-transfer": ["almost no one recovers"],
}


def test_there_are_fourteen_and_one_of_them_is_a_brief():
    assert len(TEXTS) == 14
    assert sorted(set(TEXTS) - set(WHOLE)) == ["13-boardroom"]


@pytest.mark.parametrize("name", WHOLE)
def test_a_chapter_has_figures_checks_and_sourced_numbers(name):
    text = TEXTS[name]
    assert 2 <= len(re.findall(r"^```\{exhibit\}", text, re.MULTILINE)) <= 4
    assert re.search(r"^```\{widget\}", text, re.MULTILINE)
    assert text.count(":::{selfcheck}") >= 3
    assert len(set(re.findall(r"\{fact\}`(?:[^`<]*<)?([a-z0-9-]+)", text))) >= 10
    assert len(set(re.findall(r"\{cite:t\}`([^`]+)`", text))) >= 2
    assert text.count("## ") >= 9


@pytest.mark.parametrize("name", WHOLE)
def test_exhibits_are_numbered_in_the_order_of_the_text(name):
    shown = re.findall(r"^```\{exhibit\} ([a-z0-9-]+)", TEXTS[name], re.MULTILINE)
    places = [exhibits.number(exhibit) for exhibit in shown]
    assert places == [(int(name[:2]), order) for order in range(1, len(shown) + 1)]


@pytest.mark.parametrize(("name", "words"), SYSTEMS.items())
def test_every_system_of_the_sources_is_worked(name, words):
    told = TEXTS[name].lower()
    for word in words:
        assert re.search(word.lower(), told), word


def test_each_part_ends_on_one_choice_with_an_epilogue():
    for part, name in PARTS.items():
        assert TEXTS[name].count(f":part: {part}") == 1
        (decided,) = re.findall(r"^::::\{decision\} (.+)$", TEXTS[name], re.MULTILINE)
        assert f":::{{epilogue}} {decided}" in TEXTS[name]
    assert sum(text.count("{decision}") for text in TEXTS.values()) == len(PARTS)


def chapter(**changes) -> nodes.document:
    """Return a chapter in order, or with changes to its objectives, figures, checks or words."""
    given = {"objective": "describe", "exhibits": 2, "widgets": 1, "checks": 3, "words": 2000}
    given |= changes
    document = nodes.document(None, None)
    for title in chapters.SECTIONS:
        if title == given.get("without"):
            continue
        document += nodes.section("", nodes.title("", title))
    objectives = document.children[0]
    item = nodes.list_item("", nodes.paragraph("", "", nodes.emphasis("", given["objective"])))
    objectives += nodes.bullet_list("", item)
    for kind in ("exhibit", "widget"):
        for _ in range(given[f"{kind}s"]):
            document += figures.drawn(kind=kind, name="x", fold="", page="p")
    for _ in range(given["checks"]):
        document += selfcheck.check("", nodes.paragraph("", "words " * 500))
    document += nodes.paragraph("", "word " * given["words"])
    return document


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"objective": "understand"}, "verb of Bloom"),
        ({"exhibits": 1}, "1 exhibits; give it 2 to 4"),
        ({"exhibits": 5}, "5 exhibits"),
        ({"widgets": 0}, "0 widgets"),
        ({"checks": 2}, "2 self-checks"),
        ({"words": 1799}, "1799 words"),
        ({"words": 3501}, "3501 words"),
        ({"without": "Rival explanations"}, "no section 'Rival explanations'"),
    ],
)
def test_what_a_chapter_lacks_is_said(changes, said):
    ((_, message),) = chapters.missing(chapter(**changes))
    assert said in message


def test_a_chapter_in_order_lacks_nothing():
    assert list(chapters.missing(chapter())) == []


def test_words_of_checks_and_tables_do_not_count():
    document = chapter(words=10)
    before = chapters.count_words(document)
    document += nodes.table("", nodes.paragraph("", "word " * 50))
    document += decisions.decision("", nodes.paragraph("", "word " * 50))
    assert chapters.count_words(document) == before


@pytest.mark.parametrize("name", TEXTS)
def test_a_chapter_becomes_a_notebook_without_markup_of_the_book(name):
    notebook = notebooks.convert(TEXTS[name])
    nbformat.validate(notebook)
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert not re.search(r"\{[a-z:-]+\}`|:::|```\{", prose)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    shown = re.findall(r"^```\{(exhibit|widget)\} ([a-z0-9-]+)", TEXTS[name], re.MULTILINE)
    assert code[1:] == [f'{kind}s.get("{figure}")' for kind, figure in shown]


def test_a_notebook_prints_the_numbers_of_the_page():
    text = (
        "# T\n\nIt shipped {fact}`units-2015-idc`, {fact}`a team <remedy-supply-team>`; "
        "{cite:t}`denrell-2003`."
    )
    (_, words) = notebooks.convert(text).cells
    assert words.source == "# T\n\nIt shipped 70.8 million (world), a team; Denrell (2003)."
    assert data.fact("units-2015-idc").text == "70.8 million"


def test_the_cells_of_a_chapter_run():
    names = [
        cell.source
        for cell in notebooks.convert(TEXTS["04-supply-team"]).cells
        if cell.cell_type == "code"
    ]
    scope: dict[str, object] = {}
    for source in names:
        exec(source, scope)
    assert {"exhibits", "widgets"} <= set(scope)


def test_a_seal_is_a_hash_of_every_word():
    given = ("may-2016", "Supply first.", 70.0, "Because.")
    assert _sealed.seal(*given) == _sealed.seal(*given)
    for place, other in enumerate(("may-2017", "Wait.", 71.0, "Because")):
        changed = [*given[:place], other, *given[place + 1 :]]
        assert _sealed.seal(*changed) != _sealed.seal(*given)
    assert re.fullmatch(r"[0-9a-f]{64}", _sealed.seal(*given))


def test_the_score_is_proper():
    # Whoever believes 0.7 can say nothing that scores better on average than 0.7.
    def expected(said):
        return 0.7 * _sealed.brier([(said, 1)]) + 0.3 * _sealed.brier([(said, 0)])

    assert min((step / 100 for step in range(101)), key=expected) == 0.7
    assert _sealed.brier([(1.0, 1)]) == 0
    assert _sealed.brier([(0.5, 1), (0.5, 0)]) == 0.25
    assert _sealed.brier([(1.0, 0)]) == 1


def test_what_the_page_asks_for_can_be_told_in_json():
    made = {
        "decision": "a", "choice": "b", "confidence": 80, "reason": "c", "outcome": 1,
    }  # fmt: skip
    shown = json.loads(json.dumps(_sealed.show({"decisions": [made, made | {"outcome": 0}]})))
    assert shown["brier"] == pytest.approx((0.04 + 0.64) / 2)
    assert len(shown["seals"]) == 2
