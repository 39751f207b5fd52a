"""Does every table load as the data package promises?"""

import subprocess
import sys

import pandas as pd
import pytest

from casekit.data import fact, load, tables
from casekit.errors import InvalidInputError, UnknownNameError

SERIES = {
    "shipments": "period[Q-DEC]",
    "shares": "period[Q-DEC]",
    "shipments-annual": "period[Y-DEC]",
    "shares-annual": "period[Y-DEC]",
}


def test_the_package_names_its_tables():
    assert set(tables()) == {"sources", "facts", "timeline", "causal-claims", *SERIES}


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
