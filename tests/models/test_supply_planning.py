"""Does supply planning compute what its equations say, and is every closed form the true one?"""

import math
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from casekit import models
from casekit.models import supply_planning as sp
from casekit.models._portable import Random

MODEL = models.get("supply-planning")
DEFAULTS = MODEL.settings()
NORMAL = NormalDist()


def _values(parameter):
    if parameter.options:
        return st.sampled_from(parameter.options)
    if parameter.whole:
        return st.integers(int(parameter.low), int(parameter.high))
    return st.floats(parameter.low, parameter.high)


any_settings = st.fixed_dictionaries({p.name: _values(p) for p in MODEL.parameters})
any_rule = st.sampled_from([sp.PROPORTIONAL, sp.UNIFORM])
any_orders = st.lists(st.floats(0.01, 1000), min_size=1, max_size=8)
# Time limits of single examples only make a loaded machine fail.
unhurried = profile(deadline=None, max_examples=50)


def measure(name, **changes):
    return models.measure("supply-planning", name, **changes)


# Golden numbers, at the precision at which the design prints them -----------------------------


@pytest.mark.parametrize(
    ("name", "value", "places"),
    [
        ("critical_ratio", 0.70, 12),
        ("best_order", 1.131100, 6),
        ("expected_cost", 43.46, 2),
        ("safety_stock", 0.3518, 4),
        ("safety_stock_team", 0.1817, 4),
        ("safety_stock_cut_pct", 48.4, 1),
        ("bullwhip", 5.0, 12),
        ("bullwhip_team", 2.5, 12),
        ("rationing_inflation", 1.25, 12),
        ("order_after_rounds", 122.1, 1),
        ("smallest_capacity_without_inflation", 100.0, 12),
    ],
)
def test_the_defaults_give_the_golden_numbers(name, value, places):
    assert round(measure(name), places) == value


def test_the_published_example_of_stockpyl_comes_out_to_its_printed_digits():
    quantity, cost = sp.newsvendor(18, 2, 120, 10)
    assert quantity == pytest.approx(132.815515655446, abs=1e-9)
    assert cost == pytest.approx(35.09966638649737, abs=1e-9)


@pytest.mark.parametrize(
    ("lead_time", "window", "rho", "bound"),
    [(4, 4, 0.0, 5.0), (2, 4, 0.0, 2.5), (2, 8, 0.0, 1.625), (4, 4, 0.6, 4.4816)],
)
def test_the_bullwhip_is_the_golden_number_and_that_of_a_long_simulation(
    lead_time, window, rho, bound
):
    assert sp.bullwhip_bound(lead_time, window, rho) == pytest.approx(bound, abs=1e-9)
    months = 500_000
    noise = np.random.default_rng(1).normal(size=months).tolist()
    demand = [noise[0]]
    for shock in noise[1:]:
        demand.append(rho * demand[-1] + shock)
    total = np.concatenate([[0.0], np.cumsum(demand)])
    forecast = (total[window:] - total[:-window]) / window
    orders = lead_time * np.diff(forecast) + np.array(demand)[window:]
    assert orders.var() / np.var(demand) == pytest.approx(bound, rel=0.005)


# 1. How much to buy once ----------------------------------------------------------------------


@unhurried
@given(any_settings)
def test_the_best_order_and_its_cost_are_those_of_an_independent_normal_distribution(p):
    cu, co, sd = p["underage_cost"], p["overage_cost"], p["demand_sd"]
    z = NORMAL.inv_cdf(cu / (cu + co))
    quantity, cost = sp.newsvendor(cu, co, p["mean_demand"], sd)
    assert quantity == pytest.approx(p["mean_demand"] + z * sd, abs=1e-9)
    assert cost == pytest.approx((cu + co) * sd * NORMAL.pdf(z), abs=1e-9)
    assert quantity > 0


def test_the_cost_of_the_best_order_is_that_of_simulated_demand():
    quantity, cost = sp.newsvendor(350, 150, 1.0, 0.25)
    demand = np.random.default_rng(2).normal(1.0, 0.25, 1_000_000)
    paid = 350 * np.maximum(demand - quantity, 0) + 150 * np.maximum(quantity - demand, 0)
    assert abs(paid.mean() - cost) < 4 * paid.std() / math.sqrt(len(paid))


@pytest.mark.parametrize("quantity", [0.3, 0.9, 1.0, 1.1311, 1.8])
def test_units_short_and_left_over_are_the_integrals_over_demand(quantity):
    demand = np.linspace(1 - 12 * 0.25, 1 + 12 * 0.25, 400_001)
    density = np.exp(-0.5 * ((demand - 1) / 0.25) ** 2) / (0.25 * math.sqrt(2 * math.pi))
    width = demand[1] - demand[0]
    short = float((np.maximum(demand - quantity, 0) * density).sum() * width)
    left = float((np.maximum(quantity - demand, 0) * density).sum() * width)
    assert sp.expected_short(quantity, 1.0, 0.25) == pytest.approx(short, abs=1e-9)
    assert sp.expected_left_over(quantity, 1.0, 0.25) == pytest.approx(left, abs=1e-9)


@unhurried
@given(any_settings)
def test_the_cost_curve_is_least_at_the_best_order_and_bends_upwards(p):
    run = sp.simulate(p, Random(0))
    cost, quantity = run["mismatch_cost"], run["order_quantity"]
    best = cost.index(min(cost))
    target, least = sp.newsvendor(
        p["underage_cost"], p["overage_cost"], p["mean_demand"], p["demand_sd"]
    )
    assert quantity[best] == pytest.approx(target, rel=1e-12)
    assert cost[best] == pytest.approx(least, abs=1e-9)
    assert all(np.diff(cost, 2) > -1e-9)
    assert all(q > 0 for q in quantity)


@unhurried
@given(any_settings)
def test_short_less_left_over_is_demand_less_order(p):
    run = sp.simulate(p, Random(0))
    rows = zip(run["order_quantity"], run["units_short"], run["units_left_over"], strict=True)
    for quantity, short, left in rows:
        assert short - left == pytest.approx(p["mean_demand"] - quantity, abs=1e-9)
        assert short >= 0
        assert left >= 0


@given(st.floats(50, 990), st.floats(50, 1000), st.floats(0.6, 3), st.floats(0.05, 0.35))
def test_a_dearer_shortage_means_a_larger_order(cu, co, mean, sd):
    assert sp.newsvendor(cu + 10, co, mean, sd)[0] > sp.newsvendor(cu, co, mean, sd)[0]


# 2. How much to hold --------------------------------------------------------------------------


def test_the_safety_stock_covers_independent_errors_of_lead_time_and_one_month():
    errors = np.random.default_rng(3).normal(0, 0.30, (400_000, 5)).sum(axis=1)
    covered = np.mean(errors <= measure("safety_stock"))
    assert abs(covered - 0.7) < 4 * math.sqrt(0.7 * 0.3 / 400_000)


def test_the_level_is_demand_over_lead_time_and_one_month_and_the_safety_stock():
    assert measure("order_up_to_level") == pytest.approx(5 + measure("safety_stock"))
    assert measure("order_up_to_level_team") == pytest.approx(3 + measure("safety_stock_team"))


@unhurried
@given(any_settings)
def test_the_cut_is_that_of_the_stocks_and_of_lead_time_and_forecast_in_turn(p):
    cut = {
        name: 1 - measure(name, **p) / 100
        for name in ("safety_stock_cut_pct", "cut_by_lead_time_pct", "cut_by_forecast_pct")
    }
    now, team = measure("safety_stock", **p), measure("safety_stock_team", **p)
    assert team == pytest.approx(now * cut["safety_stock_cut_pct"], abs=1e-9)
    parts = cut["cut_by_lead_time_pct"] * cut["cut_by_forecast_pct"]
    assert cut["safety_stock_cut_pct"] == pytest.approx(parts)


def test_halving_the_lead_time_does_less_for_the_safety_stock_than_a_third_less_error():
    by_lead_time, by_forecast = measure("cut_by_lead_time_pct"), measure("cut_by_forecast_pct")
    assert by_lead_time == pytest.approx(100 * (1 - math.sqrt(3 / 5)))
    assert by_forecast == pytest.approx(100 / 3)


# 3. Why orders swing --------------------------------------------------------------------------


def _response(lead_time, forecaster, months=600):
    """Return the orders that one unit of demand in one month causes, from that month on."""
    demand = [0.0] * 30 + [1.0] + [0.0] * months
    orders, _, _ = sp.order_up_to(demand, forecaster(demand), lead_time, 0.0)
    return np.array(orders)


def _amplification(response, rho):
    months = np.arange(len(response))
    return float(response @ (rho ** abs(months[:, None] - months)) @ response)


@pytest.mark.parametrize("rho", [-0.5, 0.0, 0.6, 0.9])
@pytest.mark.parametrize(("lead_time", "window"), [(1, 1), (4, 4), (2, 8), (12, 3), (5, 12)])
def test_the_bullwhip_is_exactly_that_of_the_planner_who_is_simulated(lead_time, window, rho):
    response = _response(lead_time, lambda demand: sp.moving_average(demand, window), 60)
    bound = sp.bullwhip_bound(lead_time, window, rho)
    assert _amplification(response, rho) == pytest.approx(bound, abs=1e-9)


@pytest.mark.parametrize(("lead_time", "alpha"), [(1, 0.1), (2, 0.3), (4, 0.4), (12, 0.9)])
def test_exponential_smoothing_swings_exactly_by_its_closed_form(lead_time, alpha):
    def smoothing(demand):
        level, levels = 0.0, []
        for units in demand:
            level += alpha * (units - level)
            levels.append(level)
        return levels

    bound = 1 + 2 * lead_time * alpha + 2 * lead_time**2 * alpha**2 / (2 - alpha)
    assert sp.bullwhip_smoothing(lead_time, alpha) == pytest.approx(bound, abs=1e-12)
    response = _response(lead_time, smoothing)
    assert _amplification(response, 0.0) == pytest.approx(bound, abs=1e-9)


@given(st.integers(1, 12), st.integers(1, 12), st.floats(-0.5, 0.9))
def test_orders_always_swing_more_than_demand_and_the_more_the_longer_the_lead_time(
    lead_time, window, rho
):
    bound = sp.bullwhip_bound(lead_time, window, rho)
    assert 1 < bound < sp.bullwhip_bound(lead_time + 1, window, rho)


@given(st.integers(1, 12), st.integers(1, 11))
def test_a_longer_memory_calms_orders_when_months_are_unrelated(lead_time, window):
    assert sp.bullwhip_bound(lead_time, window + 1) < sp.bullwhip_bound(lead_time, window)


@unhurried
@given(any_settings, st.integers(0, 2**32))
def test_stock_of_a_month_is_that_of_the_last_plus_receipts_less_demand(p, seed):
    run = sp.simulate(p, Random(seed))
    for state in ("", "_team"):
        stock, receipts = run["inventory" + state], run["receipts" + state]
        change = np.array(receipts[1:]) - run["demand"][1:]
        assert np.diff(stock) == pytest.approx(change, abs=1e-9)


@unhurried
@given(any_settings, st.integers(0, 2**32))
def test_what_is_ordered_arrives_after_the_lead_time(p, seed):
    run = sp.simulate(p, Random(seed))
    for state in ("", "_team"):
        delay = p["lead_time" + state] + 1
        assert run["receipts" + state][delay:] == run["order" + state][:-delay]


@unhurried
@given(any_settings, st.integers(0, 2**32))
def test_from_the_first_month_shown_forecasts_orders_and_stock_follow_their_closed_forms(p, seed):
    run = sp.simulate(p, Random(seed))
    demand = sp.demand_path(
        p["mean_demand"], p["demand_sd"], p["autocorrelation"], sp.WARM_UP + sp.MONTHS, Random(seed)
    )
    assert run["demand"] == demand[sp.WARM_UP :]
    window = p["window"]
    for i in range(sp.MONTHS):
        t = sp.WARM_UP + i
        last = demand[t - window + 1 : t + 1]
        assert run["forecast"][i] == pytest.approx(math.fsum(last) / window, abs=1e-9)
        for state in ("", "_team"):
            lead_time = p["lead_time" + state]
            q = demand[t] + lead_time / window * (demand[t] - demand[t - window])
            assert run["order" + state][i] == pytest.approx(q, abs=1e-9)
            s = t - lead_time - 1
            level = (
                lead_time / window * math.fsum(demand[s - window + 1 : s + 1]) + p["mean_demand"]
            )
            level += measure("safety_stock" + state, **p)
            left = level - math.fsum(demand[s + 1 : t + 1])
            assert run["inventory" + state][i] == pytest.approx(left, abs=1e-9)


def test_stock_at_the_end_of_a_month_is_the_safety_stock_on_average():
    demand = sp.demand_path(1.0, 0.25, 0.0, 100_000, Random(4))
    forecast = sp.moving_average(demand, 4)
    stock = np.array(sp.order_up_to(demand, forecast, 4, 1.0 + 0.35)[2][50:])
    # Blocks of 50 months are all but unrelated, so their means give the standard error.
    blocks = stock[: len(stock) // 50 * 50].reshape(-1, 50).mean(axis=1)
    assert abs(stock.mean() - 0.35) < 4 * blocks.std() / math.sqrt(len(blocks))


@pytest.mark.parametrize("rho", [-0.5, 0.0, 0.9])
def test_demand_has_its_mean_spread_and_autocorrelation_from_the_first_month_on(rho):
    random = Random(5)
    paths = np.array([sp.demand_path(1.0, 0.25, rho, 3, random) for _ in range(40_000)])
    error = 0.25 / math.sqrt(40_000)
    assert paths.mean(axis=0) == pytest.approx([1.0] * 3, abs=4 * error)
    assert paths.std(axis=0) == pytest.approx([0.25] * 3, abs=4 * error / math.sqrt(2))
    seen = np.corrcoef(paths.T)
    assert seen[0, 1] == pytest.approx(rho, abs=4 / math.sqrt(40_000))
    assert seen[0, 2] == pytest.approx(rho**2, abs=4 / math.sqrt(40_000))


def test_demand_is_the_same_path_whatever_the_planner_does():
    reference = models.run("supply-planning", seed=7)["demand"]
    other = models.run("supply-planning", seed=7, lead_time=9, window=12, forecast_error=0.1)
    assert other["demand"] == reference
    assert models.run("supply-planning", seed=8)["demand"] != reference


# 4. Why orders swell --------------------------------------------------------------------------


@given(any_orders, st.floats(1, 1000), any_rule)
def test_nobody_receives_more_than_ordered_and_capacity_is_used_up_exactly(orders, capacity, rule):
    allocate = {sp.PROPORTIONAL: sp.proportional, sp.UNIFORM: sp.uniform}[rule]
    received = allocate(orders, capacity)
    assert len(received) == len(orders)
    for got, order in zip(received, orders, strict=True):
        assert 0 <= got <= order * (1 + 1e-12)
    assert sum(received) == pytest.approx(min(sum(orders), capacity), rel=1e-12)


@given(any_orders, st.floats(1, 1000))
def test_proportional_allocation_fills_the_same_share_of_every_order(orders, capacity):
    share = min(1.0, capacity / sum(orders))
    wanted = [share * order for order in orders]
    assert sp.proportional(orders, capacity) == pytest.approx(wanted, rel=1e-9)


@given(any_orders, st.floats(1, 1000))
def test_uniform_allocation_cuts_every_order_at_the_same_level(orders, capacity):
    received = sp.uniform(orders, capacity)
    level = max(received)
    wanted = [min(order, level) for order in orders]
    assert received == pytest.approx(wanted, rel=1e-9)


def test_allocation_leaves_the_orders_and_their_sequence_as_they_are():
    orders = [50.0, 10.0, 40.0]
    assert sp.uniform(orders, 60.0) == [25.0, 10.0, 25.0]
    assert sp.proportional(orders, 50.0) == [25.0, 5.0, 20.0]
    assert orders == [50.0, 10.0, 40.0]


def _miss(order, need, others, capacity, allocate):
    return abs(allocate([order, *others], capacity)[0] - need)


def _instances(count, seed):
    draw = np.random.default_rng(seed)
    for _ in range(count):
        capacity = draw.uniform(60, 300)
        others = draw.uniform(1, 400, draw.integers(1, 6)).tolist()
        yield draw.uniform(1, 55), others, capacity


def test_under_proportional_allocation_the_best_reply_brings_just_what_is_needed():
    for need, others, capacity in _instances(300, 6):
        reply = sp.best_reply(need, math.fsum(others), capacity)
        assert reply >= need
        assert _miss(reply, need, others, capacity, sp.proportional) < 1e-9


def test_under_uniform_allocation_truth_is_a_best_reply_on_500_random_instances():
    for need, others, capacity in _instances(500, 7):
        assert sp.best_reply(need, math.fsum(others), capacity, sp.UNIFORM) == need
        truth = _miss(need, need, others, capacity, sp.uniform)
        for order in np.linspace(0.01, 5 * need, 60).tolist():
            assert truth <= _miss(order, need, others, capacity, sp.uniform) + 1e-9


@given(st.integers(2, 50), st.integers(1, 100), st.integers(1, 6000))
def test_orders_swell_exactly_where_needs_exceed_capacity(buyers, need, more):
    capacity = need + more
    assert (sp.inflation(need, capacity, buyers) > 1) == (buyers * need > capacity)


@unhurried
@given(any_settings)
def test_every_round_is_the_best_reply_to_the_round_before(p):
    run = sp.simulate(p, Random(0))
    orders = run["buyer_order"]
    assert run["round"] == list(range(p["rounds"] + 1))
    assert orders[0] == p["need"]
    for before, after in pairwise(orders):
        others = (p["buyers"] - 1) * before
        assert after == sp.best_reply(p["need"], others, p["capacity"], p["allocation"])
    growth = measure("rationing_inflation", **p)
    closed = [p["need"] * growth**n for n in run["round"]]
    assert orders == pytest.approx(closed, rel=1e-9)
    assert measure("order_after_rounds", **p) == orders[-1]


@unhurried
@given(any_settings)
def test_swollen_orders_bring_nobody_a_single_unit(p):
    fair = min(p["need"], p["capacity"] / p["buyers"])
    received = sp.simulate(p, Random(0))["buyer_received"]
    assert received == pytest.approx([fair] * len(received), rel=1e-9)
    assert measure("received_after_rounds", **p) == received[-1]


@unhurried
@given(any_settings)
def test_from_the_smallest_capacity_without_inflation_on_everybody_orders_the_need(p):
    enough = max(p["capacity"], measure("smallest_capacity_without_inflation", **p))
    calm = dict(p, capacity=enough)
    assert measure("rationing_inflation", **calm) == pytest.approx(1, abs=1e-12)
    assert measure("phantom_share_pct", **calm) == pytest.approx(0, abs=1e-9)


def test_four_rounds_of_a_shortage_of_a_tenth_more_than_double_the_orders():
    run = models.run("supply-planning")
    assert run["buyer_order"] == pytest.approx([50 * 1.25**n for n in range(5)], abs=1e-9)
    assert run["buyer_received"] == pytest.approx([45.0] * 5)
    assert measure("phantom_share_pct") == pytest.approx(100 * (1 - 0.8**4))
    truthful = models.run("supply-planning", allocation="uniform")
    assert truthful["buyer_order"] == [50.0] * 5
    assert truthful["buyer_received"] == run["buyer_received"]


# What holds for the whole box -----------------------------------------------------------------


@unhurried
@given(any_settings, st.integers(0, 2**32))
def test_every_series_is_finite_and_as_long_as_its_index(p, seed):
    run = sp.simulate(p, Random(seed))
    assert list(run) == [result["name"] for result in sp.RESULTS]
    for result in sp.RESULTS:
        values = run[result["name"]]
        assert len(values) == len(run[result["over"]])
        assert all(math.isfinite(value) for value in values), result["name"]
    assert all(math.isfinite(measure(name, **p)) for name in MODEL.measures)


def test_the_capacity_always_exceeds_what_one_buyer_needs():
    bounds = {p.name: p for p in MODEL.parameters}
    assert bounds["need"].high < bounds["capacity"].low


def test_the_warm_up_fills_the_longest_window_and_the_longest_pipeline():
    bounds = {p.name: p for p in MODEL.parameters}
    longest = max(bounds["lead_time"].high, bounds["lead_time_team"].high)
    assert bounds["window"].high + longest <= sp.WARM_UP
