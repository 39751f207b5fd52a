"""Does every exhibit bring its words, its rows and its sources, and do they agree?"""

import re

import numpy as np
import pandas as pd
import pytest

from casekit import data, exhibits, models
from casekit.errors import UnknownNameError
from casekit.exhibits import crisis, spiral


def numbers(text):
    return [float(found) for found in re.findall(r"\d+(?:\.\d+)?", text)]


# Every exhibit ------------------------------------------------------------------------------


def test_every_exhibit_says_what_it_finds_shows_and_means(exhibit):
    assert exhibit.title
    assert not exhibit.title.endswith(".")
    assert exhibit.subtitle
    assert exhibit.takeaway.endswith(".")
    assert len(exhibit.table) > 0
    assert not exhibit.table.columns.duplicated().any()


def test_every_picture_has_a_text_alternative(exhibit):
    if exhibit.draw:
        assert len(exhibit.alternative) > 40
        assert exhibit.alternative != exhibit.title


def test_every_source_of_an_exhibit_exists(exhibit):
    for name in exhibit.sources:
        assert data.source(name).citation


def test_an_exhibit_of_data_names_sources_and_one_of_the_model_says_so(exhibit):
    assert exhibit.sources or "model" in (exhibit.subtitle + exhibit.note)


def test_an_exhibit_bears_the_number_of_its_chapter_and_place(exhibit):
    chapter, place = exhibits.number(exhibit.name)
    assert exhibit.label == f"{chapter}.{place}"


def test_numbers_within_a_chapter_follow_one_another():
    places = pd.DataFrame([exhibits.number(name) for name in exhibits.names()])
    for _, chapter in places.groupby(0):
        assert list(chapter[1]) == list(range(1, len(chapter) + 1))


@pytest.mark.parametrize("look_up", [exhibits.get, exhibits.number])
def test_an_unknown_exhibit_names_its_nearest_neighbour(look_up):
    with pytest.raises(UnknownNameError, match="did you mean loop-diagram"):
        look_up("loopdiagram")


# Words against rows -------------------------------------------------------------------------


def test_units_by_quarter_in_words_agree_with_the_rows(get):
    exhibit = get("units-by-quarter")
    units = exhibit.table.set_index("period")["million units"]
    year, crisis_quarters = units[units.index.str.startswith("2015")], units["2016Q1":"2017Q1"]
    for low, high, when in (
        (year.min(), year.max(), "in 2015"),
        (crisis_quarters.min(), crisis_quarters.max(), "from 2016Q1 to 2017Q1"),
        (units["2017Q2"].min(), units["2017Q2"].max(), "in 2017Q2"),
    ):
        assert f"{low:.0f} to {high:.0f} {when}" in exhibit.alternative
    assert f"start at {units['2014Q1']:.0f} in 2014Q1" in exhibit.alternative
    assert f"{units['2017Q4']:.0f} in 2017Q4" in exhibit.alternative


def test_the_spread_of_trackers_is_that_of_the_table(get):
    exhibit = get("units-by-quarter")
    units = exhibit.table.groupby("period")["million units"]
    spread = (units.max() - units.min()).max()
    assert f"up to {spread:.1f} million phones apart" in exhibit.takeaway


def test_trackers_differ_on_most_quarters_they_share(get):
    table = get("units-by-quarter").table
    shared = table.groupby("period")["million units"].agg(["count", "min", "max"])
    shared = shared[shared["count"] > 1]
    assert (shared["min"] < shared["max"]).mean() > 0.5


def test_every_figure_for_2016_lies_below_every_figure_for_2015(get):
    exhibit = get("units-by-year")
    years = exhibit.table.groupby("period")["million units"]
    assert years.max()["2016"] < years.min()["2015"]
    apart = years.max()["2016"] - years.min()["2016"]
    assert f"lie {apart:.0f} million apart" in exhibit.title


def test_the_result_of_2015_stays_below_every_target(get):
    table = get("targets-2015").table
    targets = table.loc[table["kind"] == "target", "phones"].map(lambda text: min(numbers(text)))
    results = table.loc[table["kind"] == "result", "phones"].map(lambda text: max(numbers(text)))
    assert results.max() < targets.min()
    assert (len(targets), len(results)) == (3, 2)


def test_gains_and_loss_in_china_are_differences_of_the_rows(get):
    exhibit = get("china-2015-2016")
    rows = exhibit.table.set_index("maker")
    change = rows["2016, million"] - rows["2015, million"]
    lost = numbers(exhibit.title)[-1]
    assert lost == pytest.approx(-change["Xiaomi"], abs=0.05)
    oppo, vivo = numbers(exhibit.takeaway)
    assert (oppo, vivo) == (round(change["OPPO"]), round(change["vivo"]))
    ratio = rows["2016, million"] / rows["2015, million"]
    assert ratio[["OPPO", "vivo"]].between(1.9, 2.3).all()
    assert rows["2015, million"].idxmax() == "Xiaomi"


def test_every_row_of_china_stands_in_the_text_alternative(get):
    exhibit = get("china-2015-2016")
    for _, maker, before, after in exhibit.table.itertuples():
        start = "unknown" if pd.isna(before) else f"{before:g}"
        assert f"{maker} {start} to {after:g}" in exhibit.alternative


def test_every_source_with_both_years_shows_the_fall_of_2016(get):
    table = get("units-by-year").table
    wide = table.pivot_table(index="tracker", columns="period", values="million units")
    assert (wide["2016"] < wide["2015"])[wide["2015"].notna() & wide["2016"].notna()].all()
    assert wide["2016"].max() - wide["2016"].min() == pytest.approx(5, abs=0.5)


def test_shortages_are_shown_with_the_date_their_source_gives(get):
    table = get("shortage-timeline").table
    assert set(table["kind"]) == {"shortage", "remedy", "product"}
    assert table["from"].ge("2016").all()


def test_a_vague_date_covers_all_that_it_may_mean():
    assert crisis._month("2016", last=False) == pd.Timestamp("2016-01-01")
    assert crisis._month("2016", last=True) == pd.Timestamp("2016-12-31")
    assert crisis._month("2016Q2", last=True) == pd.Timestamp("2016-06-30")
    assert crisis._month("2016-02", last=True) == pd.Timestamp("2016-02-29")
    assert crisis._month("2016-03-01", last=True) == pd.Timestamp("2016-03-01")


def test_the_printed_points_beside_the_run_are_printed_not_derived():
    shipments = data.load("shipments")
    derived = shipments[shipments["basis"] == "derived"]
    assert len(derived) > 0
    assert len(spiral.reported()) < len(shipments)


def test_the_cost_of_waiting_is_the_difference_between_neighbouring_bars(get):
    exhibit = get("last-responsible-moment")
    units = exhibit.table["million, 2018"]
    lost = -units.diff().dropna()
    assert numbers(exhibit.title)[:2] == [round(lost.min()), round(lost.max())]
    assert units.is_monotonic_decreasing


def test_the_last_responsible_moment_is_the_last_bar_that_meets_the_goal(get):
    exhibit = get("last-responsible-moment")
    met = exhibit.table.loc[exhibit.table["million, 2018"] >= 100, "team starts in"]
    assert f"In the model {met.iloc[-1]} is" in exhibit.takeaway
    for start, units, *_ in exhibit.table.itertuples(index=False):
        assert f"{start} {units:.0f}" in exhibit.alternative


def test_the_band_holds_the_middle_four_fifths_of_runs_on_the_same_draws():
    frame = spiral.start_frame()
    assert (frame["low"] < frame["high"]).all()
    assert frame["reached"].is_monotonic_decreasing
    row = frame.set_index("start").loc["2016Q4"]
    drawn = models.sweep("death-spiral", runs=2000, seed=2018, team_start="2016Q4")["units_2018"]
    assert drawn.between(row["low"], row["high"]).mean() == pytest.approx(0.8, abs=0.002)
    assert row["reached"] == pytest.approx(100 * (drawn >= 100).mean())


def test_the_rival_story_is_a_least_squares_fit_that_comes_about_as_close(get):
    exhibit, frame = get("two-stories"), spiral.rival_frame()
    ours, theirs = spiral.misfit(frame, "model"), spiral.misfit(frame, "rival")
    assert numbers(exhibit.takeaway)[:1] == [len(frame)]
    assert f"{ours:.1f} percent" in exhibit.takeaway
    assert f"{theirs:.1f} percent" in exhibit.takeaway
    assert theirs < 1.2 * ours
    # At the least squares the errors are at right angles to what was fitted: each year's sum is 0.
    errors = np.log(frame["rival"] / frame["units"])
    assert abs(errors.sum()) < 1e-9
    for change in (0.99, 1.01):
        assert spiral.misfit(frame.assign(rival=frame["rival"] * change), "rival") > theirs


def test_the_goal_line_stands_at_the_public_target():
    assert data.fact("target-2018-units").value == spiral.GOAL


def test_the_counted_causal_links_are_the_rows(get):
    exhibit = get("causal-claims")
    spiral_links = exhibit.table["part of"].eq("spiral").sum()
    assert numbers(exhibit.title) == [len(exhibit.table), spiral_links]
    assert exhibit.table["sign"].isin(["+", "−", "-"]).all()


def test_the_links_of_the_loop_close_a_circle(get):
    table = get("loop-diagram").table
    step = dict(table[["from", "to"]].itertuples(index=False))
    place = "orders filled"
    visited = []
    while place not in visited:
        visited.append(place)
        place = step[place]
    assert (place, len(visited)) == ("orders filled", 5)


# Labels -------------------------------------------------------------------------------------


def test_labels_stand_apart_and_keep_their_order():
    values = pd.Series([35.0, 64.0, 35.4, 36.0], index=["vivo", "Xiaomi", "OPPO", "other"])
    placed = crisis._apart(values, 3.0)
    assert placed.sort_values().diff().dropna().ge(3.0 - 1e-9).all()
    assert list(placed.sort_values().index) == list(values.sort_values().index)
    assert placed["vivo"] == 35.0
    assert placed["Xiaomi"] == 64.0


def test_placing_labels_leaves_the_values_alone():
    values = pd.Series([1.0, 1.5])
    crisis._apart(values, 3.0)
    assert list(values) == [1.0, 1.5]


def test_the_shortage_timeline_ends_with_its_chapter_and_keeps_what_is_dated_to_a_quarter():
    events = " ".join(exhibits.get("shortage-timeline").table["event"])
    assert "quality committee" in events  # dated 2017Q1
    assert "2018" not in events
    assert "Hong Kong" not in events
