"""Can a document be cited as a reader needs it, from its own id or from a claim's?"""

import pytest
from pybtex.database import parse_string

from casekit.data import cite, load, rows, source
from casekit.errors import UnknownNameError


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        (
            "sterman-1989",
            "Sterman, J. D. (1989). Modeling Managerial Behavior: Misperceptions of Feedback in a "
            "Dynamic Decision Making Experiment. Management Science, 35(3), 321–339. "
            "https://doi.org/10.1287/mnsc.35.3.321",
        ),
        (
            "techcrunch-2016-01-14",
            "TechCrunch. (2016, January 14). Xiaomi Confirms It Sold Over 70M Phones In 2015. "
            "https://techcrunch.com/2016/01/14/xiaomi-70-million-sales-in-2015/",
        ),
    ],
)
def test_a_reference_reads_as_the_manual_has_it(name, entry):
    assert cite(name) == entry


def test_several_authors_are_joined_and_given_names_shortened():
    assert cite("anderson-fitzsimons-simester-2006").startswith(
        "Anderson, E. T., Fitzsimons, G. J., & Simester, D. (2006). Measuring"
    )


def test_a_title_that_was_not_seen_is_a_description_in_brackets():
    assert "[Letter to staff" in cite("lei-letter-2017-07")
    assert "Title unconfirmed" in cite("lei-letter-2017-07", "bibtex")


def test_a_document_without_a_date_says_so():
    assert "(n.d.)." in cite("lei-book-chapter")
    assert "year =" not in cite("lei-book-chapter", "bibtex")


def test_a_claim_is_cited_by_the_document_it_is_taken_from():
    assert cite("units-2015-company") == cite("techcrunch-2016-01-14")


def test_every_source_gives_one_line_and_an_entry_that_a_bibtex_reader_takes():
    for name in load("sources")["id"]:
        assert "\n" not in cite(name)
        (key,) = parse_string(cite(name, "bibtex"), "bibtex").entries
        assert key == name


def test_marks_that_bibtex_would_take_for_its_own_are_escaped():
    row = next(row for row in rows("sources") if "&" in row["publisher"])
    assert r"\&" in source(row["id"]).bibtex


@pytest.mark.parametrize(
    ("call", "near"),
    [(("sterman-1998",), "sterman-1989"), (("sterman-1989", "apaa"), "apa")],
)
def test_an_unknown_id_or_style_is_answered_with_its_neighbours(call, near):
    with pytest.raises(UnknownNameError, match=near):
        cite(*call)
