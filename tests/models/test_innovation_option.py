"""Is an option worth what theory says, and is trying something new worth what enumeration says?"""

import itertools
import math
from fractions import Fraction
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from casekit import models
from casekit.models import innovation_option as option

MODEL = models.get("innovation-option")
GOLDEN_TERMS = (900.0, 1000.0, 0.6, 0.03, 1.5)
unhurried = profile(deadline=None)

worths = costs = st.floats(100, 3000)
volatilities = st.floats(0.1, 1.5)
rates = st.floats(0, 0.1)
waits = st.floats(0.25, 4)
terms = st.tuples(worths, costs, volatilities, rates, waits)
tries = st.integers(1, 12)
chances = st.floats(0, 1)
beliefs = st.floats(0.5, 10)
panels = st.tuples(tries, chances, beliefs, beliefs)


def _whole_or_not(parameter):
    kind = st.integers if parameter.whole else st.floats
    return kind(parameter.low, parameter.high)


any_settings = st.fixed_dictionaries({p.name: _whole_or_not(p) for p in MODEL.parameters})


# The numbers of the design ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "printed", "decimals"),
    [
        ("static_value", -100, 0),
        ("option_value", 238.91, 2),
        ("net_value", 11.67, 2),
        ("break_even_probability_pct", 25.1, 1),
    ],
)
def test_the_default_project_has_the_golden_value(name, printed, decimals):
    assert round(MODEL.measure(name), decimals) == printed


def test_the_lattice_of_400_steps_has_the_golden_value():
    assert round(MODEL.measure("option_value_lattice", steps=400), 2) == 239.06


# The right to launch ------------------------------------------------------------------------


def _black_scholes(v, cost, s, r, t):
    phi = NormalDist().cdf
    d1 = (math.log(v / cost) + (r + s * s / 2) * t) / (s * math.sqrt(t))
    return v * phi(d1) - cost * math.exp(-r * t) * phi(d1 - s * math.sqrt(t))


@given(terms)
def test_the_closed_form_is_that_of_black_and_scholes(given_terms):
    wanted = _black_scholes(*given_terms)
    assert option.call_value(*given_terms) == pytest.approx(wanted, rel=1e-9, abs=1e-9)


def test_the_closed_form_is_the_mean_of_discounted_launches_drawn_at_random():
    v, cost, s, r, t = GOLDEN_TERMS
    z = np.random.default_rng(11).normal(size=400_000)
    worth = v * np.exp((r - s * s / 2) * t + s * math.sqrt(t) * z)
    gains = math.exp(-r * t) * np.maximum(worth - cost, 0)
    error = gains.std() / math.sqrt(len(gains))
    assert option.call_value(*GOLDEN_TERMS) == pytest.approx(gains.mean(), abs=4 * error)


@given(terms)
def test_a_right_is_a_duty_and_a_right_to_stop(given_terms):
    v, cost, _, r, t = given_terms
    duty = v - cost * math.exp(-r * t)
    difference = option.call_value(*given_terms) - option.put_value(*given_terms)
    assert difference == pytest.approx(duty, abs=1e-9)


@given(terms)
def test_a_right_is_worth_no_less_than_the_duty_and_no_more_than_the_product(given_terms):
    v, cost, _, r, t = given_terms
    value = option.call_value(*given_terms)
    assert max(0.0, v - cost * math.exp(-r * t)) - 1e-9 <= value <= v


@pytest.mark.parametrize("place", [0, 2, 3, 4])
@given(terms, st.floats(0, 1))
def test_a_right_gains_from_worth_volatility_interest_and_time(place, given_terms, more):
    higher = list(given_terms)
    higher[place] += more
    assert option.call_value(*higher) >= option.call_value(*given_terms) - 1e-9


@given(terms, st.floats(0, 1000))
def test_a_right_loses_by_a_higher_launch_cost_but_not_more_than_that(given_terms, more):
    v, cost, s, r, t = given_terms
    before, after = option.call_value(*given_terms), option.call_value(v, cost + more, s, r, t)
    assert before - more - 1e-9 <= after <= before + 1e-9


@given(terms, st.floats(0.1, 10))
def test_in_another_currency_the_right_is_worth_the_same(given_terms, rate):
    v, cost, s, r, t = given_terms
    wanted = rate * option.call_value(*given_terms)
    assert option.call_value(rate * v, rate * cost, s, r, t) == pytest.approx(wanted, abs=1e-8)


@given(worths, costs, rates, waits)
def test_without_volatility_a_right_is_the_duty_or_nothing(v, cost, r, t):
    duty = v - cost * math.exp(-r * t)
    assert option.call_value(v, cost, 0.0, r, t) == max(0.0, duty)
    assert option.put_value(v, cost, 0.0, r, t) == max(0.0, -duty)
    assert option.call_value(v, cost, 1e-6, r, t) == pytest.approx(max(0.0, duty), abs=0.01)


@given(worths, costs, volatilities, rates)
def test_without_time_a_right_is_the_gain_at_once_or_nothing(v, cost, s, r):
    assert option.call_value(v, cost, s, r, 0.0) == max(0.0, v - cost)


# The lattice --------------------------------------------------------------------------------


def _binomial(given_terms, n):
    """The value on the lattice as one sum over the final worths."""
    v, cost, s, r, t = given_terms
    step = t / n
    u = math.exp(s * math.sqrt(step))
    q = (math.exp(r * step) - 1 / u) / (u - 1 / u)
    weights = (math.comb(n, j) * q**j * (1 - q) ** (n - j) for j in range(n + 1))
    gains = (max(0.0, v * u ** (2 * j - n) - cost) for j in range(n + 1))
    return math.exp(-r * t) * math.fsum(w * g for w, g in zip(weights, gains, strict=True))


@given(terms, st.integers(5, 40))
def test_working_backwards_gives_the_binomial_sum(given_terms, steps):
    wanted = _binomial(given_terms, steps)
    assert option.lattice_value(*given_terms, steps) == pytest.approx(wanted, rel=1e-9, abs=1e-9)


@unhurried
@given(terms, st.integers(5, 40))
def test_the_lattice_prices_the_product_itself_exactly_and_keeps_to_the_bounds_of_a_right(
    given_terms, steps
):
    v, cost, s, r, t = given_terms
    value = option.lattice_value(*given_terms, steps)
    assert max(0.0, v - cost * math.exp(-r * t)) - 1e-7 <= value <= v + 1e-7
    assert option.lattice_value(v, 0.0, s, r, t, steps) == pytest.approx(v, rel=1e-9)


def test_the_error_of_the_lattice_halves_when_steps_double_if_worth_and_cost_are_level():
    exact = option.call_value(1000.0, 1000.0, 0.6, 0.0, 1.5)
    errors = [
        abs(option.lattice_value(1000.0, 1000.0, 0.6, 0.0, 1.5, n) - exact)
        for n in (50, 100, 200, 400)
    ]
    halves = [after / before for before, after in itertools.pairwise(errors)]
    assert halves == pytest.approx([0.5] * 3, rel=0.01)


def test_at_the_defaults_the_error_swings_within_a_band_that_shrinks_as_one_over_the_steps():
    exact = option.call_value(*GOLDEN_TERMS)
    bands = [
        max(abs(option.lattice_value(*GOLDEN_TERMS, n) - exact) * n for n in range(low, 2 * low))
        for low in (40, 80, 160)
    ]
    assert all(50 < band < 70 for band in bands), bands


@given(terms, st.integers(5, 30))
def test_launching_early_never_pays_on_the_lattice(given_terms, steps):
    v, cost, s, r, t = given_terms
    step = t / steps
    u = math.exp(s * math.sqrt(step))
    q = (math.exp(r * step) - 1 / u) / (u - 1 / u)
    worth = v * u ** (2.0 * np.arange(steps + 1) - steps)
    value = np.maximum(worth - cost, 0)
    for _ in range(steps):
        worth = worth[:-1] * u
        kept = math.exp(-r * step) * (q * value[1:] + (1 - q) * value[:-1])
        value = np.maximum(kept, worth - cost)
    assert value[0] == pytest.approx(option.lattice_value(*given_terms, steps), abs=1e-7)


def test_within_bounds_the_weight_of_up_is_always_a_probability():
    bounds = {p.name: p for p in MODEL.parameters}
    longest = bounds["wait"].high / min(bounds["steps"].low, option.TREE_STEPS)
    longest = max(longest, bounds["wait"].high / min(option.STEP_COUNTS))
    assert bounds["volatility"].low > bounds["interest"].high * math.sqrt(longest)


def test_a_lattice_whose_weights_are_no_probabilities_is_refused():
    with pytest.raises(ValueError, match="volatility must be above"):
        option.lattice_value(900.0, 1000.0, 0.01, 0.1, 4.0, 5)
    with pytest.raises(ValueError, match="volatility must be above"):
        option.lattice_value(900.0, 1000.0, 0.0, 0.0, 1.5, 5)


def test_the_nodes_shown_are_a_lattice_that_is_consistent_at_every_step():
    run = MODEL.run()
    v, cost, s, r, t = GOLDEN_TERMS
    step = t / 6
    u = math.exp(s * math.sqrt(step))
    q = (math.exp(r * step) - 1 / u) / (u - 1 / u)
    places = list(zip(run["node_step"], run["node_ups"], strict=True))
    assert places == [(i, j) for i in range(7) for j in range(i + 1)]
    worth = dict(zip(places, run["node_worth"], strict=True))
    value = dict(zip(places, run["node_option"], strict=True))
    for i, j in places:
        assert worth[i, j] == pytest.approx(v * u ** (2 * j - i))
        if i == 6:
            assert value[i, j] == pytest.approx(max(0, worth[i, j] - cost))
            continue
        for series in (worth, value):
            ahead = q * series[i + 1, j + 1] + (1 - q) * series[i + 1, j]
            assert series[i, j] == pytest.approx(math.exp(-r * step) * ahead)
    assert value[0, 0] == pytest.approx(option.lattice_value(*GOLDEN_TERMS, 6))
    assert round(value[0, 0], 2) == 239.82


# The research project -----------------------------------------------------------------------


def test_what_research_has_cost_does_not_matter_once_it_has_worked():
    cheap, dear = ({"research_cost": cost} for cost in (0, 500))
    names = ("option_value", "value_of_waiting", "value_of_stopping", "launch_chance_pct")
    for name in names:
        assert MODEL.measure(name, **cheap) == MODEL.measure(name, **dear), name
    assert MODEL.run(**cheap)["node_option"] == MODEL.run(**dear)["node_option"]
    assert MODEL.measure("net_value", **cheap) - MODEL.measure("net_value", **dear) == 500


@given(any_settings)
def test_the_spillover_shifts_the_net_value_one_for_one(p):
    net, needed = (MODEL.module.MEASURES[n][0] for n in ("net_value", "break_even_spillover"))
    assert net(p) == pytest.approx(net({**p, "spillover": 0.0}) + p["spillover"])
    assert net({**p, "spillover": needed(p)}) == pytest.approx(0, abs=1e-9)


@given(any_settings)
def test_the_net_value_is_linear_in_the_chance_of_success(p):
    net = MODEL.module.MEASURES["net_value"][0]
    low, high = (net({**p, "success": chance}) for chance in (0.0, 1.0))
    wanted = (1 - p["success"]) * low + p["success"] * high
    assert net(p) == pytest.approx(wanted, abs=1e-8)


@given(any_settings)
def test_at_the_break_even_chance_the_net_value_is_nil_and_without_one_always_below(p):
    net, chance = (MODEL.module.MEASURES[n][0] for n in ("net_value", "break_even_probability_pct"))
    percent = chance(p)
    if percent is None:
        assert net({**p, "success": 1.0}) < 0
    elif percent == 0:
        assert net({**p, "success": 0.0}) >= 0
    else:
        assert net({**p, "success": percent / 100}) == pytest.approx(0, abs=1e-8)


@given(any_settings)
def test_the_right_to_stop_makes_the_difference_between_the_two_net_values(p):
    free, duty, stop = (
        MODEL.module.MEASURES[n][0](p) for n in ("net_value", "net_value_duty", "value_of_stopping")
    )
    assert free - duty == pytest.approx(p["success"] * stop, abs=1e-8)


def test_volatility_helps_only_the_firm_that_can_stop():
    run = MODEL.run()
    assert run["at_volatility"][0] == 0
    assert run["option_by_volatility"][0] == 0
    assert np.all(np.diff(run["option_by_volatility"]) > 0)
    assert len(set(run["duty_by_volatility"])) == 1
    assert run["net_by_volatility"][0] == -60
    assert run["net_by_volatility"][12] == pytest.approx(MODEL.measure("net_value"))


def test_curves_meet_the_measures_at_the_settings():
    run = MODEL.run()
    place = run["at_success"].index(0.3)
    assert run["net_by_success"][place] == pytest.approx(MODEL.measure("net_value"))
    assert run["net_duty_by_success"][place] == pytest.approx(MODEL.measure("net_value_duty"))
    place = run["at_steps"].index(100)
    assert run["lattice_by_steps"][place] == MODEL.measure("option_value_lattice")
    assert set(run["closed_form_by_steps"]) == {MODEL.measure("option_value")}
    assert run["reward_optimal"][-1] == MODEL.measure("bandit_value")


def test_the_chance_of_a_launch_is_the_share_of_draws_that_end_above_the_cost():
    v, cost, s, r, t = GOLDEN_TERMS
    z = np.random.default_rng(12).normal(size=200_000)
    share = 0.3 * np.mean(v * np.exp((r - s * s / 2) * t + s * math.sqrt(t) * z) > cost)
    assert MODEL.measure("launch_chance_pct") == pytest.approx(100 * share, abs=0.14)


# The side panel -----------------------------------------------------------------------------


def _values_of_all_policies(left, lam, a, b):
    """Expected successes of each policy that looks at all outcomes so far, one number each."""
    if left == 0:
        return [Fraction(0)]
    m = a / (a + b)
    same = _values_of_all_policies(left - 1, lam, a, b)
    won = _values_of_all_policies(left - 1, lam, a + 1, b)
    lost = _values_of_all_policies(left - 1, lam, a, b + 1)
    known = [lam * (1 + x) + (1 - lam) * y for x, y in itertools.product(same, same)]
    new = [m * (1 + x) + (1 - m) * y for x, y in itertools.product(won, lost)]
    return known + new


@pytest.mark.parametrize("lam", [Fraction(1, 2), Fraction(3, 5), Fraction(7, 10)])
@pytest.mark.parametrize(("a", "b"), [(1, 1), (1, 2)])
def test_over_four_tries_no_policy_of_all_is_better_and_one_is_as_good(lam, a, b):
    values = _values_of_all_policies(4, lam, Fraction(a), Fraction(b))
    assert len(values) == 2**15
    optimal = 4 * float(lam) + option.advantage(4, float(lam), a, b)
    assert optimal == pytest.approx(float(max(values)), abs=1e-9)


def _two_armed(n, lam, a, b, memo):
    """The dynamic programme that may return to the new project after the known one."""
    if n == 0:
        return 0.0
    if (n, a, b) not in memo:
        m = a / (a + b)
        won, lost = (_two_armed(n - 1, lam, a + i, b + 1 - i, memo) for i in (1, 0))
        known = lam + _two_armed(n - 1, lam, a, b, memo)
        memo[n, a, b] = max(known, m * (1 + won) + (1 - m) * lost)
    return memo[n, a, b]


@unhurried
@given(panels)
def test_nothing_is_lost_by_staying_with_the_known_project_once_back(panel):
    n, lam, a, b = panel
    wanted = _two_armed(n, lam, a, b, {})
    assert n * lam + option.advantage(*panel) == pytest.approx(wanted, abs=1e-9)


def _myopic(n, lam, a, b):
    if n == 0:
        return 0.0
    m = a / (a + b)
    if m < lam:
        return lam + _myopic(n - 1, lam, a, b)
    return m * (1 + _myopic(n - 1, lam, a + 1, b)) + (1 - m) * _myopic(n - 1, lam, a, b + 1)


@unhurried
@given(st.tuples(st.integers(1, 8), chances, beliefs, beliefs))
def test_the_myopic_policy_yields_what_following_it_outcome_by_outcome_yields(panel):
    n, lam, a, b = panel
    value = n * lam + option.advantage(*panel, myopic=True)
    assert value == pytest.approx(_myopic(n, lam, a, b), abs=1e-9)


def test_the_myopic_policy_played_at_random_yields_its_expected_successes():
    draws = np.random.default_rng(13)
    games, n = 40_000, 20
    truth = draws.beta(1, 1, games)
    won, tried, total = (np.zeros(games) for _ in range(3))
    for _ in range(n):
        new = (1 + won) / (2 + tried) >= 0.5
        hit = draws.random(games) < np.where(new, truth, 0.5)
        won, tried, total = won + (new & hit), tried + new, total + hit
    error = total.std() / math.sqrt(games)
    assert MODEL.run()["reward_myopic"][-1] == pytest.approx(total.mean(), abs=4 * error)


@unhurried
@given(panels)
def test_optimal_is_no_worse_than_myopic_and_myopic_no_worse_than_known(panel):
    n, lam, _, _ = panel
    best, near = option.advantage(*panel), option.advantage(*panel, myopic=True)
    assert best >= near - 1e-12
    assert near >= 0
    assert n * lam + best <= n + 1e-12


@unhurried
@given(panels)
def test_more_tries_make_exploring_worth_more_and_a_better_known_project_less(panel):
    n, lam, a, b = panel
    assert option.advantage(n + 1, lam, a, b) >= option.advantage(*panel) - 1e-12
    assert option.advantage(n, min(1.0, lam + 0.05), a, b) <= option.advantage(*panel) + 1e-12


def test_two_tries_by_hand():
    assert option.advantage(1, 0.5, 1, 1) == 0
    assert option.advantage(2, 0.5, 1, 1) == pytest.approx(1 / 12, abs=1e-12)
    assert option.fair_known_success(1, 1, 1) == pytest.approx(1 / 2, abs=1e-9)
    assert option.fair_known_success(2, 1, 1) == pytest.approx(5 / 9, abs=1e-9)


@unhurried
@given(tries, beliefs, beliefs)
def test_the_fair_known_success_is_the_mean_and_a_premium_that_tries_raise(n, a, b):
    fair = option.fair_known_success(n, a, b)
    assert a / (a + b) - 1e-9 <= fair <= 1
    assert option.fair_known_success(n + 1, a, b) >= fair - 1e-9
    assert option.advantage(n, max(0.0, fair - 1e-6), a, b) > 0
    assert option.advantage(n, min(1.0, fair + 1e-6), a, b) == 0


@unhurried
@given(panels)
def test_the_optimal_policy_bears_at_least_as_many_failures_as_the_myopic_one(panel):
    n, lam, a, b = panel
    bears = option.failures_to_switch(*panel)
    myopic = option.failures_to_switch(*panel, myopic=True)
    by_hand = [k for k in range(n) if a / (a + b + k) < lam]
    assert myopic == (by_hand[0] if by_hand else None)
    if bears is not None:
        assert option.advantage(n - bears, lam, a, b + bears) == 0
        if bears:
            assert option.advantage(n - bears + 1, lam, a, b + bears - 1) > 0
    # At a tie of one last try the optimal policy may as well stop.
    if bears is not None and (myopic is None or bears < myopic):
        assert a / (a + b + bears) == pytest.approx(lam, abs=1e-9)


def test_a_worthless_and_a_perfect_known_project():
    assert option.advantage(10, 0.0, 1, 1) == pytest.approx(5)
    assert option.failures_to_switch(10, 0.0, 1, 1) is None
    assert option.advantage(10, 1.0, 10, 0.5) == 0
    assert option.failures_to_switch(10, 1.0, 10, 0.5) == 0


# The whole box ------------------------------------------------------------------------------


@profile(max_examples=60, deadline=None)
@given(any_settings)
def test_every_series_is_finite_and_as_long_as_its_index_and_every_measure_a_number_or_none(p):
    run = option.simulate(p)
    for result in MODEL.results:
        assert len(run[result.name]) == len(run[result.over]), result.name
        assert all(math.isfinite(value) for value in run[result.name]), result.name
    for name, (function, _, _) in option.MEASURES.items():
        value = function(p)
        assert value is None or math.isfinite(value), name
