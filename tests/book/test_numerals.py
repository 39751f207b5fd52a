"""Does the watch on typed numbers catch figures, and leave dates, names and references alone?"""

import pytest

from casekit.book.numerals import typed_numbers


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It shipped 14.8 million phones.", ["14.8"]),
        ("a fall of 36 %", ["36"]),
        ("between 1,000 and 2,000 people", ["1,000", "2,000"]),
        ("about ten million phones", ["ten million"]),
        ("nearly forty per cent", ["forty per cent"]),
        ("half a million users", ["half a million"]),
        ("the Mi 7", ["7"]),
        ("a gain of 9.75.", ["9.75"]),
        ("rank 3 of 5", ["3", "5"]),
        ("on 45 May", ["45"]),
        ("2000 stores", ["2000"]),
        ("1999 yuan", ["1999"]),
        ("2015 million units", ["2015"]),
        ("in May 5 million", ["5"]),
        ("Part 5 percent", ["5"]),
        ("sixteen million", ["sixteen million"]),
        ("thirteen percent", ["thirteen percent"]),
        ("three thousand shops", ["three thousand"]),
        ("two thirds of them", ["two thirds"]),
        ("½ of them", ["½"]),
    ],
)
def test_figures_are_caught(text, found):
    assert typed_numbers(text, ["Mi 5"]) == found


@pytest.mark.parametrize(
    "text",
    [
        "In 2015 and 2016, and in 2015–16, it fell.",
        "From 2014Q3 to 2017 Q2.",
        "On 7 July 2017 and on 25–26 September 2025; July 7 too.",
        "See chapter 3, exhibit 2.1 and comments 738–755.",
        "The Mi 5 was out of stock.",
        "two readings, three sources, two quarters later",
        "the first half of H1 2015",
    ],
)
def test_dates_names_and_references_are_words(text):
    assert typed_numbers(text, ["Mi 5"]) == []
