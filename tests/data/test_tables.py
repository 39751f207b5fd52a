"""Does every table load as the data package promises?"""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from casekit import exhibits
from casekit.data import evaluate, fact, facts, folder, load, tables
from casekit.data._formula import references
from casekit.errors import InvalidInputError, UnknownNameError

SERIES = {
    "shipments": "period[Q-DEC]",
    "shares": "period[Q-DEC]",
    "shipments-annual": "period[Y-DEC]",
    "shares-annual": "period[Y-DEC]",
    "financials": "period[Q-DEC]",
    "financials-annual": "period[Y-DEC]",
    "rivals": "period[Q-DEC]",
    "rivals-annual": "period[Y-DEC]",
    "stores": "period[D]",
    "market-days": "period[D]",
}
# Quarters for which no page we found prints a figure of the firm: gaps, and they stay gaps.
GAPS = {"world": set(), "China": {"2014Q1", "2014Q3", "2018Q3"}}


def test_the_package_names_its_tables():
    others = {
        "sources", "facts", "timeline", "causal-claims",
    "claim-codes", "goals", "declines", "disputes",
        "dispute-values", "glossary", "forum-comments", "estimation-window", "online-retail",
    }  # fmt: skip
    assert set(tables()) == others | set(SERIES)


@pytest.mark.parametrize("table", SERIES)
def test_a_series_has_periods_floats_categories_and_strings(table):
    frame = load(table)
    assert not frame.empty
    assert str(frame["period"].dtype) == SERIES[table]
    assert frame["value"].dtype == "float64"
    for column in ("entity", "scope", "measure", "tracker", "basis", "grade", "unit", "vintage"):
        assert isinstance(frame[column].dtype, pd.CategoricalDtype), column
    for column in ("id", "formula", "source", "locator", "note"):
        assert frame[column].dtype == "string", column


def test_facts_sources_and_timeline_have_their_promised_types():
    facts, sources, timeline = load("facts"), load("sources"), load("timeline")
    assert facts["value"].dtype == facts["value_high"].dtype == "float64"
    assert facts["statement"].dtype == facts["period"].dtype == "string"
    assert sources["title_confirmed"].dtype == "bool"
    assert isinstance(timeline["kind"].dtype, pd.CategoricalDtype)
    assert timeline["start"].dtype == "string"


def test_filters_select_by_equality_and_by_membership():
    frame = load("shipments", tracker=["IDC", "IHS"], scope="world", period="2017Q2")
    assert set(frame["tracker"]) == {"IDC", "IHS"}
    assert set(frame["scope"]) == {"world"}
    assert list(frame.index) == list(range(len(frame)))


def test_filters_that_no_row_meets_together_give_an_empty_typed_frame():
    frame = load("shipments", tracker="Gartner", scope="India")
    assert frame.empty
    assert frame["value"].dtype == "float64"
    assert load("shares-annual", basis="derived").empty  # a value of the schema that no row has


@pytest.mark.parametrize(
    ("call", "near"),
    [
        (lambda: load("shipment"), "shipments"),
        (lambda: load("shipments", trackr="IDC"), "tracker"),
        (lambda: load("shipments", tracker="ICD"), "IDC"),
        (lambda: load("shipments", tracker=["IDC", "Galartner"]), "Gartner"),
        (lambda: fact("units-2015-icd"), "units-2015-idc"),
    ],
)
def test_an_unknown_name_is_answered_with_its_nearest_neighbours(call, near):
    with pytest.raises(UnknownNameError, match=near):
        call()


def test_a_frame_says_what_it_is_and_whom_it_comes_from():
    frame = load("shares", tracker="IDC", scope="China")
    assert frame.attrs["title"] == "Market shares by quarter"
    assert frame.attrs["description"]
    assert frame.attrs["units"] == {"value": "percent"}
    assert frame.attrs["sources"] == sorted(set(frame["source"]))


def test_a_frame_owns_up_to_mixing_trackers_and_bases():
    mixed = load("shipments", entity="Xiaomi").attrs["mixes"]
    assert {"derived", "reported"} == set(mixed["basis"])
    assert {"IDC", "IHS", "Gartner"} <= set(mixed["tracker"])
    pure = load("shipments", tracker="IDC", scope="world", basis="reported")
    assert pure.attrs["mixes"] == {}


def test_a_cell_that_is_no_number_names_the_command_that_finds_it(broken):
    broken.edit("shipments.csv", "units-2016q1-ihs", "value", "abc")
    with pytest.raises(InvalidInputError, match="casekit data check"):
        load("shipments", root=broken.root)


@pytest.mark.slow
def test_importing_the_data_room_leaves_the_validator_alone():
    code = "import sys, casekit.data; sys.exit('frictionless' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_no_misreported_scope_is_stored_as_data():
    """The 41.5 that one page gives for the whole firm is a China figure: is it kept there?"""
    rows = pd.concat([load("shipments-annual"), load("shipments")])
    assert set(rows[rows["value"] == 41.5]["scope"]) == {"China"}


@pytest.mark.parametrize("scope", GAPS)
def test_the_firm_has_a_figure_for_every_quarter_that_some_tracker_printed(scope):
    frame = load("shipments", entity="Xiaomi", scope=scope)
    quarters = pd.period_range("2014Q1", "2018Q4", freq="Q")
    assert {str(q) for q in quarters} - {str(q) for q in frame["period"]} == GAPS[scope]
    assert frame["value"].notna().all()  # a gap is a row that is not there, never a guess


def test_more_than_400_rows_carry_a_source():
    claims = facts()
    assert len(claims) > 400
    assert (claims["source"] != "").all()


def test_the_claims_of_all_tables_stand_side_by_side():
    found = facts(entity="Xiaomi", period="2017Q2", scope="world", unit="million units")
    assert {"IDC", "IHS", "company"} <= set(found["tracker"])
    assert "shipments" in set(found["table"])
    assert {"shipped", "sold"} <= set(found.attrs["mixes"]["measure"])
    assert found.attrs["units"]["value"] == "million units"
    with pytest.raises(UnknownNameError, match="Xiaomi"):
        facts(entity="Xaomi")


def test_a_frame_prints_its_title_what_its_rows_share_and_what_it_mixes():
    pure = repr(load("shipments", entity="Xiaomi", scope="world", tracker="IDC", basis="reported"))
    assert pure.startswith("Phones by quarter [")
    assert "tracker IDC" in pure
    assert "unit million units" in pure
    assert "Mixed" not in pure
    mixed = load("shipments", entity="Xiaomi", scope="world")
    assert "Mixed: basis (derived, reported)" in repr(mixed)
    assert "Choose one of each" in mixed._repr_html_()
    assert "units-2016q1-ihs" in repr(mixed)


def test_what_is_cut_out_of_a_table_is_a_plain_frame_that_still_knows_its_units():
    part = load("shipments", tracker="IDC").query("scope == 'China'")
    assert type(part) is pd.DataFrame
    assert part.attrs["units"] == {"value": "million units"}


def test_a_derived_row_that_a_question_asks_for_is_not_among_the_tables():
    """The wheel carries the tables: is the answer to a graded question among them?"""
    keys = [
        part["formula"]
        for path in (folder().parent / "exercises").glob("*/questions.yml")
        for question in yaml.safe_load(path.read_text(encoding="utf-8"))["questions"]
        for part in (question["key"] if isinstance(question["key"], list) else [question["key"]])
        if "formula" in part and "$" not in part["formula"]
    ]
    assert keys
    answers = [(frozenset(references(key)), abs(evaluate(key))) for key in keys]
    shown = [
        *(folder().parent / "chapters").glob("*.md"),
        *Path(exhibits.__file__).parent.rglob("*.py"),
        folder() / "dispute-values.csv",
    ]
    printed = "".join(path.read_text(encoding="utf-8") for path in shown)
    for row in facts(basis="derived").itertuples():
        if row.id in printed:
            continue  # what a chapter shows anyway is no secret
        for inputs, answer in answers:
            same = inputs == frozenset(references(row.formula))
            assert not (same and abs(row.value) == pytest.approx(answer, rel=0.01)), row.id
