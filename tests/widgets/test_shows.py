"""Do the shows hold what their sentences say, over the whole box of their settings?"""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casekit import data, models
from casekit.exhibits.shows import (
    claim_coding,
    death_spiral,
    event_window,
    gate_designer,
    goal_ledger,
    growth_waterfall,
    rationing_game,
    reference_class,
    supply_bench,
)
from casekit.widgets import VIEWS, markup


def values(view):
    """Give a strategy for a value of every parameter."""
    return st.fixed_dictionaries({name: _value(p) for name, p in view.parameters.items()})


def _value(parameter):
    if parameter.options:
        return st.sampled_from(parameter.options)
    if parameter.whole:
        return st.integers(int(parameter.low), int(parameter.high))
    return st.floats(parameter.low, parameter.high)


def leaves(tree):
    if isinstance(tree, dict):
        return [leaf for value in tree.values() for leaf in leaves(value)]
    if isinstance(tree, list | tuple):
        return [leaf for value in tree for leaf in leaves(value)]
    return [tree]


@pytest.mark.parametrize("name", VIEWS)
def test_no_setting_within_bounds_breaks_a_show(name):
    view = VIEWS[name]
    tables = (view.tables(),) if view.tables else ()

    @settings(max_examples=40, deadline=None)
    @given(values(view))
    def holds(chosen):
        shown = view.show.show(chosen, *tables)
        assert shown["sentence"].strip()
        assert "nan" not in shown["sentence"]
        assert all(len(row) == len(shown["columns"]) for row in shown["rows"])
        assert shown["rows"]
        assert all(cell is not None for row in shown["rows"] for cell in row)
        numbers = [leaf for leaf in leaves(shown) if isinstance(leaf, float)]
        assert all(map(math.isfinite, numbers))
        assert all(isinstance(leaf, float | int | str | None) for leaf in leaves(shown))

    holds()


@pytest.mark.parametrize("name", VIEWS)
def test_the_chart_has_a_place_for_every_data_set_of_its_show(name):
    for drawn in markup.specifications(VIEWS[name]).values():
        assert set(VIEWS[name].shown()["data"]) <= {source["name"] for source in drawn["data"]}


@pytest.mark.parametrize("name", [name for name in VIEWS if VIEWS[name].prediction])
def test_every_prediction_asks_for_numbers_within_its_bounds(name):
    asked = VIEWS[name].prediction
    low, high, step = asked.bounds
    results = asked.results(VIEWS[name].shown(asked.settings))
    assert results
    assert all(low <= value <= high for _, value in results)
    assert 0 < step < high - low
    assert asked.question.endswith(("?", "."))


@pytest.mark.parametrize("name", [name for name in VIEWS if VIEWS[name].tables])
def test_a_widget_on_data_names_sources_that_exist(name):
    sources = VIEWS[name].sources()
    assert sources
    assert len(sources) == len(set(sources))
    assert all(data.source(source).citation for source in sources)


def test_the_phase_line_shows_the_rest_points_of_the_model():
    shown = death_spiral.show(VIEWS["death-spiral"].settings())
    alone = [p["confidence"] for p in shown["data"]["rests"] if p["line"] == "no team"]
    assert alone == pytest.approx([0.0033, 0.6559, 0.9778], abs=5e-5)
    assert [p["stable"] for p in shown["data"]["rests"]] == [True, False, True, True]


def test_the_supply_bench_splits_the_cut_as_the_model_does():
    shown = VIEWS["supply-bench"].shown()
    _, wait, forecast, both, pool = supply_bench.changes(shown["data"]["stock"])
    measured = {
        name: models.measure("supply-planning", f"{name}_pct")
        for name in ("cut_by_lead_time", "cut_by_forecast", "safety_stock_cut")
    }
    assert [-wait, -forecast, -both] == pytest.approx(list(measured.values()))
    # A pool of n unrelated phones needs √n times the stock of one, not n times.
    n = VIEWS["supply-bench"].parameters["phones"].default
    assert 1 + pool / 100 == pytest.approx((1 + both / 100) / math.sqrt(n))


def test_the_bots_of_the_rationing_game_inflate_orders_as_the_closed_form_says():
    chosen = VIEWS["rationing-game"].settings(
        {"buyers": 2, "need": 50, "capacity": 90, "player_1": rationing_game.BOT, "rounds": 4}
    )
    orders, received = rationing_game.play(chosen)[-1]
    assert orders == pytest.approx([50 * 1.25**4] * 2)
    assert received == pytest.approx([45, 45])
    assert [player for player, _ in rationing_game.movers(chosen, orders)] == [1, 2]


def test_nobody_moves_under_uniform_allocation_or_where_there_is_enough():
    for changes in ({"allocation": "uniform"}, {"capacity": 300.0}):
        chosen = VIEWS["rationing-game"].settings(changes | {"player_1": rationing_game.TRUTHFUL})
        orders, _ = rationing_game.play(chosen)[-1]
        assert rationing_game.movers(chosen, orders) == []
        assert orders == [50.0] * 3


def test_the_gate_designer_shows_the_errors_of_the_design():
    shown = gate_designer.show(VIEWS["gate-designer"].settings())
    stopped = [row[1] / 100 for row in shown["rows"]]
    released = [row[2] / 100 for row in shown["rows"]]
    assert [stopped[k - 1] for k in (1, 3, 4, 5)] == pytest.approx(
        [0.0001, 0.0266, 0.1648, 0.5563], abs=5e-5
    )
    assert [released[k - 1] for k in (1, 3, 4, 5)] == pytest.approx(
        [0.8319, 0.1631, 0.0308, 0.0024], abs=5e-5
    )
    assert [row[3] for row in shown["rows"]][3] == pytest.approx(0.548, abs=5e-4)


def test_the_promise_dial_marks_the_best_promise_of_the_model():
    marks = {mark["name"]: mark for mark in VIEWS["promise-dial"].shown()["data"]["marks"]}
    assert marks["best"]["promise"] == pytest.approx(94.39, abs=5e-3)
    assert marks["best"]["kept"] == pytest.approx(68.0)
    assert marks["best"]["payoff"] > marks["yours"]["payoff"]


def test_trust_in_the_promise_game_rests_where_the_closed_form_says():
    rest = VIEWS["promise-game"].shown({"promise": 100})["data"]["rest"][0]["trust"]
    assert rest == pytest.approx(0.1 * 0.5 / (0.1 * 0.5 + 0.35 * 0.5))


def test_the_option_tree_launches_exactly_where_the_worth_exceeds_the_cost():
    shown = VIEWS["option-tree"].shown()
    last = [node for node in shown["data"]["nodes"] if node["kind"] != "on the way"]
    assert len(last) == 7
    assert all((node["kind"] == "launch") == (node["worth"] > 1000) for node in last)
    at = {row[0]: row[1] for row in shown["rows"]}
    assert at[30.0] == pytest.approx(11.67, abs=5e-3)


def test_the_event_window_adds_up_quoted_days_and_leaves_gaps_out():
    one = VIEWS["event-window"].shown({"benchmark": event_window.HSTECH, "beta": 1})
    assert "−5.18 percent" in one["sentence"]
    window = {"first": "2025-09-22", "last": "2025-09-26"}
    several = VIEWS["event-window"].shown(window)
    assert "Left out, for want of a figure: 2025-09-23." in several["sentence"]
    assert "Over 4 days" in several["sentence"]
    none = VIEWS["event-window"].shown({"first": "2025-09-29", "last": "2025-09-22"})
    assert none["sentence"].startswith("The window ends before it begins")
    tech = VIEWS["event-window"].shown(
        {"first": "2025-09-24", "last": "2025-09-24", "benchmark": event_window.HSTECH}
    )
    assert tech["sentence"].startswith("No day of this window")


def test_the_days_of_the_event_window_are_those_of_the_data():
    frame = data.load("market-days", measure="return")
    days = set(frame["period"].astype(str))
    assert set(event_window.DAYS) <= days
    assert [row[0] for row in VIEWS["event-window"].shown()["rows"]] == list(event_window.DAYS)


@settings(max_examples=60, deadline=None)
@given(values(VIEWS["growth-waterfall"]))
def test_the_steps_of_the_waterfall_add_up_to_the_growth_exactly(chosen):
    shown = VIEWS["growth-waterfall"].shown(chosen)
    first, *parts, last = (row[1] for row in shown["rows"])
    assert first + sum(parts) == pytest.approx(last, abs=1e-9)
    assert sum(row[2] for row in shown["rows"][1:-1]) == pytest.approx(100)


def test_all_of_what_is_both_goes_where_the_slider_says():
    tables = VIEWS["growth-waterfall"].tables()
    before, after = tables["years"][1:]
    ends = [
        growth_waterfall.split(
            {"count": "IDC", "method": "the slider", "to_volume": w}, before, after
        )
        for w in (0.0, 1.0)
    ]
    growth = after["phones"] - before["phones"]
    assert [volume + price for volume, price in ends] == pytest.approx([growth, growth])
    units = after["IDC"] - before["IDC"]
    assert ends[0][0] == pytest.approx(before["phones"] / before["IDC"] * units)
    assert ends[1][0] == pytest.approx(after["phones"] / after["IDC"] * units)


def test_share_and_target_widgets_show_rows_of_the_data_and_nothing_between_them():
    shown = VIEWS["share-explorer"].shown({"scope": "China", "quarter": "2014Q3"})
    assert f"IDC {data.fact('share-2014q3-china-idc').value:g} percent" in shown["sentence"]
    held = {float(value) for value in data.load("shares")["value"]}
    assert {row[1] for row in shown["rows"]} <= held
    gap = VIEWS["share-explorer"].shown({"scope": "India", "firm": "Apple"})
    assert "a gap" in gap["sentence"]
    last = VIEWS["target-versus-actual"].shown(
        {"target": "the last target", "count": "IDC, shipped"}
    )
    assert "9.2 million short" in last["sentence"]


def test_the_belief_of_the_ledger_is_a_density_with_the_mean_of_the_closed_form():
    shown = VIEWS["goal-ledger"].shown({"late": "kept"})
    assert shown["data"]["mean"][0]["rate"] == pytest.approx(5 / 8)
    curve = shown["data"]["curve"]
    assert sum(point["density"] for point in curve) / 100 == pytest.approx(1, abs=1e-3)
    mean = sum(point["density"] * point["rate"] for point in curve) / 100
    assert mean == pytest.approx(5 / 8, abs=1e-3)
    assert goal_ledger.density(0.25, 1, 1) == pytest.approx(1)


def test_goals_of_rank_are_those_whose_target_is_a_place():
    kinds = {row[0]: row[3] for row in VIEWS["goal-ledger"].shown()["rows"]}
    ranks = {goal for goal, kind in kinds.items() if kind == goal_ledger.RANK}
    assert ranks == {
        "Join the world’s top 500 companies in 2018",
        "Be first in China within ten quarters",
    }


def test_agreement_is_that_of_cohen():
    # His scheme by hand: 20 of 50 and 15 of 50 agreed, chance 0.5 (a standard worked example).
    pairs = [("observed", "observed")] * 20 + [("observed", "claimed")] * 5
    pairs += [("claimed", "observed")] * 10 + [("claimed", "claimed")] * 15
    agreed, chance, kappa = claim_coding.agreement(pairs)
    assert (agreed, chance, kappa) == pytest.approx((0.7, 0.5, 0.4))
    assert claim_coding.agreement([("claimed", "claimed")])[2] is None


def test_the_board_keeps_our_code_to_itself_until_a_claim_is_coded():
    rows = VIEWS["claim-coding"].shown({"claim_2": "observed"})["rows"]
    assert rows[1][1:3] == ["observed", "claimed"]
    assert all(row[2:] == ["–", "–"] for row in rows[:1] + rows[2:])
    assert len(rows) == len(data.rows("claim-codes")) == claim_coding.CLAIMS


def test_no_other_maker_is_back_above_its_peak_at_the_last_look():
    shown = VIEWS["reference-class"].shown({"own": "no", "look": reference_class.LATE})
    assert "0 of" in shown["sentence"]
    loose = VIEWS["reference-class"].shown(
        {"own": "no", "recovered": reference_class.TROUGH, "look": reference_class.EARLY}
    )
    assert any(row[4] == "recovered" for row in loose["rows"])


def test_of_two_rows_that_differ_in_their_last_look_one_counts():
    for look in (reference_class.EARLY, reference_class.LATE):
        ids = [r["id"] for r in VIEWS["reference-class"].shown({"look": look})["data"]["falls"]]
        assert len({name.removesuffix("-one-year") for name in ids}) == len(ids)
