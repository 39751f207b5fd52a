"""Does a page show each number's origin, and does the build fail where it should?"""

import io
from html.parser import HTMLParser

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from casekit.book import extension

pytestmark = pytest.mark.slow


def build(
    folder, text: str, others: dict[str, str] | None = None, *, paper: bool = False
) -> tuple[str, str]:
    """Build one page, and others beside it; return its HTML and what Sphinx warned."""
    source = folder / "source"
    source.mkdir()
    for name, other in (others or {}).items():
        (source / f"{name}.md").parent.mkdir(exist_ok=True)
        (source / f"{name}.md").write_text(other, encoding="utf-8")
    (source / "index.md").write_text(text, encoding="utf-8")
    config = {
        "extensions": ["myst_nb", "casekit.book.extension"],
        "html_math_renderer": "mathml",
        "myst_enable_extensions": ["dollarmath", "colon_fence"],
        "nb_execution_mode": "off",
        "casekit_names": ["Mi 5"],
        "html_theme": "basic",
        "nitpicky": True,
        "casekit_on_paper": paper,
    }
    warnings = io.StringIO()
    folders = [str(folder / name) for name in ("html", "trees")]
    # Sphinx registers nodes and roles in docutils' globals; each build starts with a clean set.
    with patch_docutils(), docutils_namespace():
        options = {"confoverrides": config, "status": None, "warning": warnings, "freshenv": True}
        Sphinx(str(source), None, *folders, "html", **options).build()
    return (folder / "html" / "index.html").read_text(encoding="utf-8"), warnings.getvalue()


def test_a_fact_prints_its_value_and_carries_its_source(tmp_path):
    page, warnings = build(tmp_path, "# T\n\nIt shipped {fact}`units-2016q1-ihs` phones.\n")
    assert warnings == ""
    assert '>14.8 million<span class="ck-where"> (world)</span><span class="ck-tip"' in page
    assert "world, shipped, reported; grade B" in page
    assert "PhoneArena" in page


def test_our_words_can_carry_a_claim(tmp_path):
    page, warnings = build(tmp_path, "# T\n\nIt set up {fact}`a team <remedy-supply-team>`.\n")
    assert warnings == ""
    assert ">a team<span" in page


def test_a_derived_fact_shows_its_formula(tmp_path):
    page, _ = build(tmp_path, "# T\n\n{fact}`change-2016-idc`\n")
    assert "derived by us: ([units-2016-idc]" in page


def test_a_number_of_a_phone_says_that_its_scope_is_unknown_and_a_duration_says_nothing(tmp_path):
    page, _ = build(tmp_path, "# T\n\n{fact}`mi5-prepared`, {fact}`shortage-four-months-2016`\n")
    assert 'about 4 million<span class="ck-where"> (scope unknown)' in page
    assert '>4 months<span class="ck-tip"' in page


def test_our_words_for_a_claim_hold_no_number_of_their_own(tmp_path):
    _, warnings = build(tmp_path, "# T\n\nIt made {fact}`60 million <units-2015-idc>`.\n")
    assert "typed number '60'" in warnings


TABLE = "# T\n\n| Year | {head} |\n|---|---|\n| 2015 | {{bare}}`units-2015-idc` |\n"


def test_a_bare_number_stands_where_its_column_states_unit_and_scope(tmp_path):
    page, warnings = build(tmp_path, TABLE.format(head="Million units, world"))
    assert warnings == ""
    assert '>70.8<span class="ck-tip"' in page


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (TABLE.format(head="Million units"), "'world'"),
        (TABLE.format(head="Phones"), "'million units' and 'world'"),
        ("# T\n\nIt made {bare}`units-2015-idc`.\n", "'million units' and 'world'"),
    ],
)
def test_a_bare_number_anywhere_else_is_a_warning_that_says_what_is_missing(
    tmp_path, text, missing
):
    _, warnings = build(tmp_path, text)
    assert f"does not state {missing}" in warnings


def test_a_number_leads_to_its_row_where_the_book_has_the_page(tmp_path):
    pages = {"chapters/data-units": "---\norphan: true\n---\n\n# D\n\n```{data-tables}\n```\n"}
    page, warnings = build(tmp_path, "# T\n\n{fact}`units-2015-idc`\n", pages)
    assert 'href="chapters/data-units.html#units-2015-idc" class="ck-fact"' in page
    site = tmp_path / "html"
    assert 'id="units-2015-idc"' in (site / "chapters/data-units.html").read_text(encoding="utf-8")
    assert (site / "data" / "shipments.csv").is_file()
    assert warnings == ""


def test_tables_on_a_page_that_has_none_are_an_error(tmp_path):
    _, warnings = build(tmp_path, "# T\n\n```{data-tables}\n```\n")
    assert "No table belongs on the page 'index'" in warnings


def test_an_unknown_fact_is_an_error_that_names_its_neighbours(tmp_path):
    _, warnings = build(tmp_path, "# T\n\n{fact}`units-2016q1-ihz`\n")
    assert "no fact named 'units-2016q1-ihz'" in warnings
    assert "units-2016q1-ihs" in warnings


@pytest.mark.parametrize(
    "text",
    [
        "It fell by 36 %.",
        "- a list of 12 things",
        "> 99 quotes",
        "| a |\n|---|\n| 17 |",
        "*7* days",
    ],
)
def test_a_typed_number_is_a_warning_wherever_it_stands(tmp_path, text):
    _, warnings = build(tmp_path, f"# T\n\n{text}\n")
    assert "typed number" in warnings


def test_code_maths_and_names_may_hold_numerals(tmp_path):
    text = "# T\n\nThe Mi 5 in 2016: `x = 36`, $a > 4$.\n\n```python\nx = 36\n```\n"
    _, warnings = build(tmp_path, text)
    assert warnings == ""


def test_a_model_number_comes_from_the_model(tmp_path):
    text = "# T\n\n{model}`death-spiral loop_gain`, {model}`death-spiral demand_loss`\n"
    page, warnings = build(tmp_path, text)
    assert warnings == ""
    assert ">9.75<span" in page
    assert ">0.3<span" in page
    _, warnings = build(_fresh(tmp_path), "# T\n\n{model}`death-spiral loop_gian`\n")
    assert "loop_gain" in warnings


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("death-spiral loop_gain", "a plausible story, not evidence"),
        ("quality-gate best_votes", "illustrative values, not measurements"),
    ],
)
def test_a_model_number_says_what_it_is_worth(tmp_path, text, said):
    page, _ = build(tmp_path, f"# T\n\n{{model}}`{text}`\n")
    assert said in page


@pytest.mark.parametrize("text", ["death-spiral", "death-spiral loop_gain shock", ""])
def test_a_model_number_that_is_none_is_an_error_with_a_pattern(tmp_path, text):
    _, warnings = build(tmp_path, f"# T\n\n{{model}}`{text}`\n" if text else "# T\n\n{model}` `\n")
    assert "MODEL MEASURE" in warnings or "no model named" in warnings


def _fresh(folder):
    other = folder / "other"
    other.mkdir()
    return other


def test_maths_is_in_the_page_without_a_script(tmp_path):
    page, warnings = build(tmp_path, "# T\n\n$a > 4$\n\n$$F = D \\cdot S$$\n")
    assert warnings == ""
    assert page.count("<math") == 2
    assert "MathJax" not in page
    assert "tex-mml" not in page


CHECK = """# T

:::{selfcheck} Which?
- ( ) This one.

  It confuses *two* things.
- (x) That one.

  Because.
:::
"""


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))


def test_a_selfcheck_is_a_set_of_folds_with_reasons(tmp_path):
    page, warnings = build(tmp_path, CHECK)
    tags = Tags()
    tags.feed(page)
    folds = [attributes for tag, attributes in tags.seen if tag == "details"]
    assert warnings == ""
    assert [fold["class"] for fold in folds] == ["ck-wrong", "ck-right"]
    assert len({fold["name"] for fold in folds}) == 1
    assert "<summary>That one.</summary>" in page
    assert "Not quite." in page
    assert "<em>two</em>" in page


@pytest.mark.parametrize("wrong", [CHECK.replace("(x)", "( )"), CHECK.replace("( )", "(x)")])
def test_a_selfcheck_needs_exactly_one_right_option(tmp_path, wrong):
    _, warnings = build(tmp_path, wrong)
    assert "one option marked (x)" in warnings


@pytest.mark.parametrize(
    "wrong", [":::{selfcheck} Q?\nno list\n:::\n", CHECK.replace("\n:::\n", "\n-\n:::\n")]
)
def test_a_selfcheck_without_options_is_an_error(tmp_path, wrong):
    _, warnings = build(tmp_path, f"# T\n\n{wrong}" if wrong.startswith(":") else wrong)
    assert "none of them empty" in warnings


def test_terms_in_other_languages_are_marked(tmp_path):
    page, warnings = build(tmp_path, "# T\n\nThe {lang-zh}`死亡螺旋`.\n")
    assert warnings == ""
    assert '<span lang="zh">死亡螺旋</span>' in page


def test_a_changed_table_means_a_new_run(tmp_path, monkeypatch):
    before = extension.made_from()
    table = tmp_path / "facts.csv"
    table.write_text("id\n", encoding="utf-8")
    monkeypatch.setattr(extension, "tables_folder", lambda: tmp_path)
    changed = extension.made_from()
    table.write_text("id,value\n", encoding="utf-8")
    assert len({before, changed, extension.made_from()}) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("```{exhibit} units-by-quarters\n```", "did you mean units-by-quarter"),
        ("```{widget} death-spirals\n```", "did you mean death-spiral"),
        ("{exhibit}`units-by-quarters`", "did you mean units-by-quarter"),
        ("{term}`safety stocks`", "safety stocks"),
        (":::{decision} d\n:part: A\n\n- One\n- Two\n:::", "A decision has :part:, :question:"),
        (
            ":::{decision} d\n:part: A\n:question: Q\n:forecast: F\n:outcome: yes\n\n- One\n:::",
            "two or more options",
        ),
    ],
)
def test_a_wrong_name_or_an_unfinished_box_is_told_with_its_line(tmp_path, text, said):
    _, warnings = build(tmp_path, f"# T\n\nFirst.\n\n{text}\n")
    assert said in warnings
    assert "index.md:5" in warnings


def test_a_chapter_without_objectives_is_told_by_its_file(tmp_path):
    chapter = "---\norphan: true\n---\n\n# C\n\nWords.\n"
    _, warnings = build(tmp_path, "# T\n", {"chapters/01-peak": chapter})
    assert (
        "01-peak.md: WARNING: the chapter has no section 'What you will be able to do'" in warnings
    )


def test_a_brief_is_let_off(tmp_path):
    chapter = "---\norphan: true\nbrief: true\n---\n\n# C\n\nWords.\n"
    _, warnings = build(tmp_path, "# T\n", {"chapters/13-boardroom": chapter})
    assert warnings == ""


def test_a_page_describes_itself_by_its_first_paragraph(tmp_path):
    page, _ = build(tmp_path, "# T\n\nA phone maker, *in short*.\n")
    assert '<meta name="description" content="A phone maker, in short."/>' in page


def test_a_figure_on_paper_is_a_picture_with_words(tmp_path):
    page, warnings = build(tmp_path, "# T\n\n```{widget} death-spiral\n```\n", paper=True)
    assert warnings == ""
    assert 'src="_images/widget-death-spiral.svg"' in page
    assert "Move its controls in the live book" in page
    assert "<fieldset" not in page
