"""Does a fact read in prose as its source prints it?"""

import pytest

from casekit.data import evaluate, fact, load, source, tables
from casekit.errors import InvalidInputError

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"


@pytest.mark.parametrize(
    ("fact_id", "text"),
    [
        ("units-2014-company", "61.12 million"),
        ("units-2015-company", "over 70 million"),
        ("target-2015-revised", f"80{DASH}100 million"),
        ("change-2016-idc", f"{MINUS}25.2%"),
        ("gap-2015-idc-analyst", f"{MINUS}3.0%"),
        ("share-2014q3-idc", "5.3%"),
        ("revenue-2015", "RMB 66.8 billion"),
        ("valuation-2014-press", "USD 45 billion"),
        ("asp-2017", "RMB 881.3"),
        ("hardware-team-before-2016", "fewer than 300 people"),
        ("rival-hardware-teams", f"10,000{DASH}20,000 people"),
        ("hardware-team-ratio-low", "over 33 times"),
        ("rank-world-2014q3-gartner", "number 4"),
        ("shortage-four-months-2016", "4 months"),
        ("units-2016q1-trendforce", "about 16 million"),
    ],
)
def test_a_number_reads_as_prose_with_the_precision_of_its_source(fact_id, text):
    assert fact(fact_id).text == text


def test_a_claim_without_a_number_reads_as_its_statement():
    claim = fact("death-spiral")
    assert claim.text == claim.statement
    assert claim.value is None


def test_a_claim_without_a_number_refuses_to_be_one():
    with pytest.raises(InvalidInputError, match="death-spiral"):
        float(fact("death-spiral"))


def test_a_fact_is_a_float_where_a_float_is_wanted():
    assert float(fact("units-2015-idc")) == 70.8


def test_a_row_of_a_series_is_a_fact_with_a_statement_of_its_own():
    units = fact("units-2016q1-ihs")
    assert (units.value, units.scope, units.measure) == (14.8, "world", "shipped")
    assert "IHS" in units.statement


def test_every_fact_and_every_row_of_a_series_can_be_looked_up_and_read():
    for table in tables():
        frame = load(table)
        if "value" in frame:
            assert all(fact(row_id).text for row_id in frame["id"])


def test_every_source_cites_in_one_line():
    for source_id in load("sources")["id"]:
        line = source(source_id).citation
        assert line
        assert "\n" not in line


def test_a_citation_gives_publisher_title_and_full_date():
    expected = "TechCrunch, “Xiaomi Confirms It Sold Over 70M Phones In 2015”, 14 January 2016"
    assert source("techcrunch-2016-01-14").citation == expected


def test_a_citation_owns_up_to_an_unconfirmed_title():
    assert "title unconfirmed" in source("lei-book-chapter").citation


def test_a_formula_joins_facts_series_and_the_upper_end_of_a_range():
    assert evaluate("[target-2015-revised.high] - [units-2015-idc]") == pytest.approx(29.2)


def test_a_formula_cannot_use_an_upper_end_that_is_not_there():
    with pytest.raises(InvalidInputError, match="no upper end"):
        evaluate("[units-2015-idc.high]")


def test_a_formula_over_two_tables_is_worked_out():
    gap = "([units-2015-idc] / [target-2015-last] - 1) * 100"
    assert evaluate(gap) == pytest.approx(100 * (70.8 / 80 - 1))


@pytest.mark.parametrize(
    "table", ["facts", "shipments", "shipments-annual", "shares", "shares-annual"]
)
def test_every_derived_row_recomputes_within_its_printed_precision(table):
    for row in load(table, basis="derived").itertuples():
        decimals = len(fact(row.id).printed.partition(".")[2])
        assert evaluate(row.formula) == pytest.approx(row.value, abs=0.5001 * 10**-decimals), row.id
