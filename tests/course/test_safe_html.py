"""Can anything of a student's work run on a page of nbgrader, and can a marker read the page?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casekit.course.safe_html import FILTERS, clean, clean_markdown


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "<p onclick=alert(1)>x</p>",
        "<iframe src='https://example.org'></iframe>",
        "<svg><script>alert(1)</script></svg>",
        "<style>body { background: url(https://example.org) }</style>",
        "<form action='https://example.org'><input></form>",
        "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    ],
)
@pytest.mark.parametrize("how", [clean, clean_markdown])
def test_what_could_run_or_load_is_escaped(attack, how):
    text = how(attack)
    for sign in ("<script", "<img", "<iframe", "<svg", "<style", "<form", "<input"):
        assert sign not in text.lower()
    for sign in ("onclick=", 'href="javascript', 'href="data'):
        assert sign not in text.lower()


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text):
    assert clean(clean(text)) == clean(text)


def test_prompts_and_rubrics_stay_readable():
    table = "# Title\n\nText with `code`.\n\n| Criterion | 0 |\n|---|---|\n| Evidence | None |\n"
    text = clean_markdown(table)
    for sign in ("<h1", "<p>", "<code>", "<th>Criterion</th>", "<td>Evidence</td>"):
        assert sign in text
    assert set(FILTERS) == {"clean_html", "markdown2html"}
