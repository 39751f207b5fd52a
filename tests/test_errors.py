"""Do the sentences guess only where a guess is near?"""

import pytest

from casekit.errors import UnknownNameError, shown


def test_a_near_name_is_offered_as_a_guess():
    said = str(UnknownNameError("table", "shipment", ["facts", "shipments"]))
    assert said == "There is no table named 'shipment'; did you mean shipments?"


@pytest.mark.parametrize(
    ("known", "end"),
    [
        ([], "there is none."),
        (["facts"], "there is facts."),
        (["facts", "shares"], "there are facts, shares."),
        (
            ["facts", "shares", "sources", "timeline"],
            "there are facts, shares, sources, among 4 in all.",
        ),
    ],
)
def test_names_that_are_not_near_are_listed_and_not_guessed(known, end):
    assert str(UnknownNameError("table", "qqqq", known)) == f"There is no table named 'qqqq'; {end}"


def test_a_name_that_is_no_text_still_gets_its_sentence():
    assert "named 7; there is facts." in str(UnknownNameError("table", 7, ["facts"]))


@pytest.mark.parametrize(
    "value", ["x" * 500, pytest.param(10**5000, id="10**5000"), list(range(500))]
)
def test_a_value_is_shown_short(value):
    assert len(shown(value)) < 60
