"""Does the death spiral compute what its equations say?"""

import math

import numpy as np
import pytest

from casekit import models
from casekit.models import death_spiral

DEFAULTS = models.get("death-spiral").settings()


def settings(**changes):
    return models.get("death-spiral").settings(changes)


# Against the numbers of an independent implementation ---------------------------------------


def test_the_reference_settings_are_those_of_the_golden_numbers(golden):
    assert golden["settings"] == DEFAULTS


def test_the_reference_run_ships_the_golden_numbers(golden):
    run = models.run("death-spiral")
    assert run["shipments"] == pytest.approx(golden["shipments"], abs=1e-9)


def test_the_run_without_a_team_ships_the_golden_numbers(golden):
    run = models.run("death-spiral", team_start="never")
    assert run["shipments"] == pytest.approx(golden["shipments_no_team"], abs=1e-9)


def test_every_quarter_of_waiting_costs_the_golden_number_of_units(golden):
    for start, units in golden["units_2018_by_start"].items():
        measured = models.measure("death-spiral", "units_2018", team_start=start)
        assert measured == pytest.approx(units, abs=1e-9), start


def test_without_news_or_team_a_shock_of_2_percent_passes_and_one_of_3_percent_is_the_end(golden):
    shocks = golden["shipments_2018q4_no_team_no_news_by_shock"]
    for shock, shipped in shocks.items():
        run = models.run("death-spiral", team_start="never", news=0, shock=shock)
        assert run["shipments"][-1] == pytest.approx(shipped, abs=1e-9), shock
    assert shocks["0.02"] > 5 * shocks["0.03"]


# Closed forms -------------------------------------------------------------------------------


@pytest.mark.parametrize(("case", "capability"), [("no_team", 0.0), ("full_team", 1.0)])
def test_gain_window_and_rest_points_are_the_golden_numbers(golden, case, capability):
    wanted = golden[case]
    assert death_spiral.loop_gain(DEFAULTS, capability) == pytest.approx(wanted["gain"])
    window = death_spiral.trap_window(DEFAULTS, capability)
    assert window == pytest.approx(wanted["window"], abs=1e-12)
    points = death_spiral.rest_points(DEFAULTS, capability)
    assert points == pytest.approx(wanted["rest_points"], abs=1e-9)


def test_the_window_closes_where_the_gain_falls_to_four():
    below, above = settings(supplier_sensitivity=20), settings(supplier_sensitivity=21)
    assert death_spiral.loop_gain(below) < 4 < death_spiral.loop_gain(above)
    assert death_spiral.trap_window(below) == ()
    low, high = death_spiral.trap_window(above)
    assert 0 < high - low < 1e-3


def test_at_the_fold_the_two_edges_of_the_window_meet():
    fold = dict(DEFAULTS, supplier_sensitivity=4 / (0.30 * (1 - 0.35)) * (1 + 1e-9))
    low, high = death_spiral.trap_window(fold)
    assert high - low == pytest.approx(0, abs=1e-9)
    middle = death_spiral.growth_at_rest(fold, 0.5, 4.0)
    assert low == pytest.approx(middle, abs=1e-6)


def test_measures_have_no_value_where_there_is_no_window():
    for name in ("window_low", "window_high", "tipping_point"):
        assert models.measure("death-spiral", name, demand_loss=0) is None
    assert models.measure("death-spiral", "trap_exists", demand_loss=0) is False


@pytest.mark.parametrize(
    ("growth", "hurdle", "confidence"),
    [(-0.10, 0.15, 0.0), (0.20, -0.15, 1.0)],
    ids=["all against", "all in favour"],
)
def test_a_rest_point_is_found_even_where_confidence_is_all_but_zero_or_one(
    growth, hurdle, confidence
):
    p = settings(growth_2016_on=growth, growth_hurdle=hurdle, supplier_sensitivity=120)
    assert death_spiral.rest_points(p) == pytest.approx([confidence], abs=1e-12)


def test_a_capability_that_would_fill_more_than_every_order_fills_every_order():
    full = settings(base_fill=0.95, fill_gain=0.6)
    assert death_spiral.loop_gain(full, 1.0) == 0
    assert max(death_spiral.simulate(full)["fill_rate"]) <= 1


def _without_level(state, p):
    """Step the map without demand itself, which grows without bound and affects nothing else."""
    confidence, perceived, fill_before = state
    fill = p["base_fill"] + (1 - p["base_fill"]) * confidence
    growth = p["growth_2016_on"] - p["demand_loss"] * (1 - fill_before)
    growth += math.log(fill / fill_before)
    perceived += (growth - perceived) / p["perception_delay"]
    target = 1 / (1 + math.exp(-p["supplier_sensitivity"] * (perceived - p["growth_hurdle"])))
    return np.array([confidence + (target - confidence) / p["confidence_delay"], perceived, fill])


def test_the_reduced_map_follows_the_model():
    quiet = settings(team_start="never", shock=0, news=0, growth_2014=0.06, growth_2015=0.06)
    run = death_spiral.simulate(quiet)
    state = np.array([run["confidence"][1], run["perceived_growth"][0], run["fill_rate"][0]])
    for confidence in run["confidence"][1:]:
        assert state[0] == pytest.approx(confidence, abs=1e-12)
        state = _without_level(state, quiet)


def test_collapse_and_health_attract_and_the_tipping_point_repels(golden):
    largest = []
    for confidence in death_spiral.rest_points(DEFAULTS):
        fill = 0.35 + 0.65 * confidence
        growth = DEFAULTS["growth_2016_on"] - DEFAULTS["demand_loss"] * (1 - fill)
        rest = np.array([confidence, growth, fill])
        assert _without_level(rest, DEFAULTS) == pytest.approx(rest, abs=1e-9)
        h = 1e-7 * np.eye(3)
        columns = [
            _without_level(rest + d, DEFAULTS) - _without_level(rest - d, DEFAULTS) for d in h
        ]
        jacobian = np.column_stack(columns) / 2e-7
        largest.append(max(abs(np.linalg.eigvals(jacobian))))
    assert largest == pytest.approx(golden["no_team"]["largest_eigenvalues"], abs=0.005)


# Limits -------------------------------------------------------------------------------------


def test_with_buyers_who_never_leave_demand_grows_as_the_market_does():
    p = settings(demand_loss=0)
    run = death_spiral.simulate(p)
    growth = [p["growth_2014"]] * 4 + [p["growth_2015"]] * 4 + [p["growth_2016_on"]] * 12
    news = [p["news"] if q in death_spiral.NEWS_QUARTERS else 0 for q in run["quarter"]]
    total = np.concatenate([[0], np.cumsum(np.add(growth, news))[:-1]])
    assert run["demand"] == pytest.approx(p["initial_demand"] * np.exp(total), rel=1e-12)


def test_with_full_confidence_and_no_shortage_every_order_is_filled():
    run = models.run(
        "death-spiral",
        shock=0,
        initial_confidence=1,
        supplier_sensitivity=120,
        growth_hurdle=-0.15,
    )
    assert run["fill_rate"] == pytest.approx([1.0] * 20, abs=1e-6)
    assert run["shipments"] == pytest.approx(run["demand"], rel=1e-6)


def test_a_shortage_takes_its_share_of_supply_in_its_quarters_only():
    run = models.run("death-spiral", base_fill=0.95, fill_gain=0.6, team_start="2015Q1", shock=0.2)
    short = [q for q, fill in zip(run["quarter"], run["fill_rate"], strict=True) if fill < 0.85]
    assert short == list(death_spiral.SHORTAGE_QUARTERS)


def test_values_belong_to_their_quarter_so_a_team_shows_one_quarter_later():
    run = models.run("death-spiral", team_start="2016Q2")
    start = run["quarter"].index("2016Q2")
    assert run["capability"][start] == 0
    assert run["capability"][start + 1] == pytest.approx(1 / 1.5)


def test_any_start_later_than_the_latest_misses_the_goal():
    latest = models.measure("death-spiral", "latest_start_100m")
    starts = death_spiral.QUARTERS
    after = starts[starts.index(latest) + 1]
    assert models.measure("death-spiral", "units_2018", team_start=latest) >= 100
    assert models.measure("death-spiral", "units_2018", team_start=after) < 100


def test_a_goal_out_of_reach_has_no_latest_start():
    assert death_spiral.latest_start(DEFAULTS, goal=1e6) == "never"


def test_units_of_a_year_are_the_sum_of_its_quarters():
    shipped = models.run("death-spiral")["shipments"]
    for index, year in enumerate(range(2014, 2019)):
        wanted = math.fsum(shipped[4 * index : 4 * index + 4])
        assert models.measure("death-spiral", f"units_{year}") == pytest.approx(wanted)


def test_a_very_deep_fall_can_rebound_sooner_than_a_shallow_one():
    """Is the artefact that the model's limits admit still there?"""
    shallow, deep = (
        models.run("death-spiral", team_start="never", shock=shock)["shipments"][-1]
        for shock in (0.08, 0.10)
    )
    assert deep > shallow


def test_arrays_of_draws_and_single_runs_go_the_same_way():
    draws = models.sweep("death-spiral", runs=50, seed=3)
    names = [name for name in DEFAULTS if name in draws]
    for row in draws.to_dict("records"):
        one = settings(**{name: row[name] for name in names})
        for year in range(2014, 2019):
            assert row[f"units_{year}"] == pytest.approx(death_spiral.units(one, year), rel=1e-12)


def test_without_loss_of_buyers_demand_grows_by_market_and_news_alone():
    free = settings(demand_loss=0, shock=0)
    run = death_spiral.simulate(free)
    growth = 4 * 0.07 + 4 * 0.02 + 11 * 0.06 + 3 * 0.15
    assert run["demand"][-1] == pytest.approx(14 * math.exp(growth), rel=1e-12)
