"""Does the promise model pay, trust and react as its equations say?"""

import math
from fractions import Fraction
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from casekit import models
from casekit.models import expectations
from casekit.models._portable import Random

DEFAULTS = models.get("expectations").settings()
TERMS = (1.4, 1.0, 2.25, 100.0, 12.0)
WITHIN = {p.name: st.floats(p.low, p.high) for p in models.get("expectations").parameters}
# Time limits of single examples only make a loaded machine fail.
unhurried = profile(deadline=None)

terms = st.tuples(
    *(WITHIN[n] for n in ("attention", "beat_value", "miss_cost", "outcome_mean", "outcome_sd"))
)


def measure(name, **changes):
    return models.measure("expectations", name, **changes)


def run(seed=0, **changes):
    return models.run("expectations", seed=seed, **changes)


# The numbers of the design ------------------------------------------------------------------


def test_the_best_promise_is_the_golden_one():
    assert measure("quantile") == pytest.approx(0.32, abs=1e-12)
    assert round(measure("best_promise"), 2) == 94.39
    assert measure("keep_rate_best_pct") == pytest.approx(68, abs=1e-9)
    assert measure("promise_rule") == "interior"


def test_trust_rests_at_the_golden_levels():
    assert round(expectations.trust_at_rest(0.10, 0.35, 0.68), 3) == 0.378
    assert round(expectations.trust_at_rest(0.10, 0.35, 0.90), 3) == 0.720
    assert round(measure("trust_at_rest"), 3) == 0.222
    assert round(measure("trust_at_rest_best"), 3) == 0.378


def test_two_goals_kept_of_six_leave_a_posterior_mean_of_three_eighths():
    assert expectations.beta_posterior_mean(2, 4) == 0.375


def test_two_days_of_noise_have_the_golden_deviation():
    assert round(measure("car_sd_pct"), 2) == 2.83
    assert round(measure("car_sd_estimated_pct"), 2) == 2.85


# One promise --------------------------------------------------------------------------------


@pytest.mark.parametrize("promise", [80, 94.39, 100, 125])
def test_the_payoff_is_the_mean_of_simulated_payoffs(promise):
    a, beat, miss, mean, sd = TERMS
    outcomes = np.random.default_rng(1).normal(mean, sd, 400_000)
    over, under = np.maximum(outcomes - promise, 0), np.maximum(promise - outcomes, 0)
    payoffs = a * promise + beat * over - miss * under
    error = payoffs.std() / math.sqrt(payoffs.size)
    assert expectations.expected_payoff(promise, *TERMS) == pytest.approx(
        payoffs.mean(), abs=4 * error
    )


@unhurried
@given(terms, WITHIN["promise"])
def test_the_payoff_is_the_textbook_partial_expectation(terms, promise):
    a, beat, miss, mean, sd = terms
    normal = NormalDist()
    z = (promise - mean) / sd
    loss = sd * (normal.pdf(z) - z * (1 - normal.cdf(z)))
    short = sd * (normal.pdf(z) + z * normal.cdf(z))
    wanted = a * promise + beat * loss - miss * short
    assert expectations.expected_payoff(promise, *terms) == pytest.approx(wanted, abs=1e-9)


def test_a_search_finds_the_same_best_promise():
    low, high, ratio = 40.0, 160.0, (math.sqrt(5) - 1) / 2
    while high - low > 1e-7:
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if expectations.expected_payoff(left, *TERMS) < expectations.expected_payoff(right, *TERMS):
            low = left
        else:
            high = right
    # A flat top: payoffs differ by less than rounding nearer than about 1e-5.
    assert measure("best_promise") == pytest.approx(low, abs=1e-4)


def test_the_promise_is_the_newsvendors_critical_fractile():
    """Is one point too few an order too small, and one too many an order too large?"""
    a, beat, miss, mean, sd = TERMS
    underage, overage = a - beat, miss - a
    order = NormalDist(mean, sd).inv_cdf(underage / (underage + overage))
    assert expectations.best_promise(*TERMS) == pytest.approx(order, abs=1e-9)


def test_the_best_payoff_has_its_closed_form():
    a, beat, miss, mean, sd = TERMS
    density = NormalDist().pdf(NormalDist().inv_cdf(0.32))
    assert measure("best_payoff") == pytest.approx(a * mean - (miss - beat) * sd * density)


@unhurried
@given(terms, WITHIN["promise"])
def test_no_promise_pays_more_than_the_best_one(terms, promise):
    best = expectations.best_promise(*terms)
    if best is not None:
        top = expectations.expected_payoff(best, *terms)
        assert expectations.expected_payoff(promise, *terms) <= top + 1e-9 * (1 + abs(top))
        keeps = expectations.keep_probability(best, *terms[3:])
        assert keeps == pytest.approx(1 - expectations.promise_quantile(*terms[:3]), abs=1e-9)


@unhurried
@given(terms, WITHIN["promise"], WITHIN["promise"])
def test_at_the_corners_the_payoff_only_falls_or_only_rises(terms, one, other):
    low, high = sorted((one, other))
    difference = expectations.expected_payoff(high, *terms) - expectations.expected_payoff(
        low, *terms
    )
    rule = expectations.promise_rule(*terms[:3])
    if rule == "say nothing":
        assert difference <= 1e-9
    if rule == "promise without limit":
        assert difference >= -1e-9


@pytest.mark.parametrize(
    ("attention", "rule"),
    [
        (0.5, "say nothing"),
        (1.0, "say nothing"),
        (2.25, "promise without limit"),
        (3.0, "promise without limit"),
    ],
)
def test_a_corner_has_no_best_promise_and_says_why(attention, rule):
    assert measure("promise_rule", attention=attention) == rule
    for name in ("quantile", "best_promise", "best_payoff", "keep_rate_best_pct", "payoff_lost"):
        assert measure(name, attention=attention) is None, name


def test_costlier_disappointment_and_dearer_praise_lower_the_promise():
    promises = [measure("best_promise", miss_cost=cost) for cost in (1.75, 2, 2.25, 3, 4)]
    assert promises == sorted(promises, reverse=True)
    promises = [measure("best_promise", beat_value=value) for value in (0, 0.5, 1, 1.35)]
    assert promises == sorted(promises, reverse=True)


def test_more_uncertainty_moves_the_promise_away_from_the_mean_and_costs_payoff():
    spreads = [measure("best_promise", outcome_sd=sd) for sd in (1, 6, 12, 20)]
    assert spreads == sorted(spreads, reverse=True)
    payoffs = [measure("best_payoff", outcome_sd=sd) for sd in (1, 6, 12, 20)]
    assert payoffs == sorted(payoffs, reverse=True)


# The meeting gate ---------------------------------------------------------------------------


def test_a_gate_below_the_best_promise_changes_nothing_and_one_above_lifts_it():
    assert measure("best_promise_with_gate", meeting_threshold=90) == measure("best_promise")
    assert measure("best_promise_with_gate", meeting_threshold=105) == 105


def test_a_gate_gives_whoever_would_say_nothing_a_finite_promise():
    assert measure("best_promise", attention=0.9) is None
    assert measure("best_promise_with_gate", attention=0.9) == 90


def test_a_gate_that_costs_more_than_it_brings_is_not_worth_the_meeting():
    settings = {"attention": 0.1, "outcome_mean": 60, "meeting_threshold": 160}
    assert measure("payoff", promise=160, **settings) < 0
    assert measure("best_promise_with_gate", **settings) is None


def test_no_gate_helps_against_promises_without_limit():
    assert measure("best_promise_with_gate", attention=3) is None


@unhurried
@given(terms, WITHIN["meeting_threshold"], WITHIN["promise"])
def test_no_promise_that_is_heard_pays_more_than_the_best_with_the_gate(terms, gate, promise):
    best = expectations.best_promise_with_gate(gate, *terms)
    if expectations.promise_rule(*terms[:3]) == "promise without limit" or promise < gate:
        return
    top = 0.0 if best is None else expectations.expected_payoff(best, *terms)
    assert expectations.expected_payoff(promise, *terms) <= top + 1e-9 * (1 + abs(top))


def test_the_curve_is_zero_below_the_gate_and_the_payoff_from_there_on():
    result = run(meeting_threshold=100)
    rows = zip(result["promise"], result["payoff"], result["payoff_with_gate"], strict=True)
    for promise, payoff, with_gate in rows:
        assert with_gate == (payoff if promise >= 100 else 0)


def test_the_curve_spans_three_deviations_and_its_top_is_the_best_promise():
    result = run()
    assert result["promise"][0] == pytest.approx(64)
    assert result["promise"][-1] == pytest.approx(136)
    top = result["promise"][result["payoff"].index(max(result["payoff"]))]
    assert top == pytest.approx(measure("best_promise"), abs=0.6)


# Trust and belief ---------------------------------------------------------------------------


@unhurried
@given(WITHIN["trust_gain"], WITHIN["trust_loss"], st.floats(0, 1))
def test_trust_at_rest_is_the_fixed_point_of_the_mean_update(up, down, share):
    trust = expectations.trust_at_rest(up, down, share)
    after = share * expectations.trust_after(trust, 1, up, down) + (
        1 - share
    ) * expectations.trust_after(trust, 0, up, down)
    assert after == pytest.approx(trust, abs=1e-12)
    assert 0 <= trust <= 1


@pytest.mark.parametrize("promise", [88, 94.4, 100])
def test_trust_averages_at_its_rest_point_in_a_long_game(promise):
    long = dict(DEFAULTS, promise=float(promise), periods=40_000)
    trust = expectations.simulate(long, Random(3))["trust"]
    # Neighbouring periods are alike: means of blocks of 400 are nearly independent.
    blocks = np.array(trust).reshape(100, 400).mean(axis=1)
    error = blocks.std(ddof=1) / math.sqrt(blocks.size)
    assert blocks.mean() == pytest.approx(measure("trust_at_rest", promise=promise), abs=4 * error)


def test_the_gap_between_outcome_and_expectation_averages_at_its_measure():
    long = dict(DEFAULTS, periods=40_000)
    result = expectations.simulate(long, Random(4))
    gaps = np.array(result["outcome"]) - np.array(result["expectation"])
    blocks = gaps.reshape(100, 400).mean(axis=1)
    error = blocks.std(ddof=1) / math.sqrt(blocks.size)
    assert blocks.mean() == pytest.approx(measure("expectation_gap"), abs=4 * error)
    assert measure("mean_reaction_pct") == pytest.approx(3.0 * 7.7778 / 12, abs=1e-3)


@unhurried
@given(
    st.fixed_dictionaries({name: WITHIN[name] for name in WITHIN if "_days" not in name}),
    st.integers(0, 2**32),
)
def test_every_period_follows_its_equations(changes, seed):
    p = dict(DEFAULTS, **dict(changes, periods=round(changes["periods"])))
    result = expectations.simulate(p, Random(seed))
    kept, trust = result["kept"], result["trust"]
    assert all(0 <= value <= 1 for value in trust)
    for t, T in enumerate(trust):  # noqa: N806
        E, O = result["expectation"][t], result["outcome"][t]  # noqa: E741, N806
        assert kept[t] == (p["promise"] <= O)
        assert pytest.approx((1 - T) * p["prior_expectation"] + T * p["promise"]) == E
        feeling = p["beat_value"] * (O - E) if O > E else p["miss_cost"] * (O - E)
        assert result["satisfaction"][t] == pytest.approx(p["expectation_weight"] * E + feeling)
        mean = Fraction(1 + sum(kept[:t]), 2 + t)
        assert result["posterior_mean"][t] == pytest.approx(float(mean), abs=1e-15)


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_posterior_mean_is_exact(kept, broken):
    wanted = Fraction(1 + kept, 2 + kept + broken)
    assert expectations.beta_posterior_mean(kept, broken) == float(wanted)


def test_a_promise_kept_lifts_trust_and_a_broken_one_costs_more():
    assert expectations.trust_after(0.5, 1, 0.10, 0.35) == pytest.approx(0.55)
    assert expectations.trust_after(0.5, 0, 0.10, 0.35) == pytest.approx(0.325)


def test_full_trust_and_the_same_weight_make_satisfaction_the_payoff_of_the_promise():
    """Is the game the single promise again, if everybody believes and nobody learns?"""
    believed = dict(DEFAULTS, initial_trust=1.0, trust_loss=0.0, periods=40_000)
    felt = np.array(expectations.simulate(believed, Random(5))["satisfaction"])
    error = felt.std() / math.sqrt(felt.size)
    assert felt.mean() == pytest.approx(measure("payoff"), abs=4 * error)


def test_without_trust_a_higher_promise_buys_no_expectation_and_is_still_broken():
    settings = {"initial_trust": 0, "trust_gain": 0.01}
    modest, bold = run(promise=90, **settings), run(promise=130, **settings)
    assert sum(bold["kept"]) < sum(modest["kept"])
    assert max(bold["expectation"]) < 92


# The market ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def returns():
    draw = np.random.default_rng(7)
    market = draw.normal(0.05, 1.3, 122)
    return market, 0.1 + 1.2 * market + draw.normal(0, 2, 122)


def test_the_market_model_is_the_least_squares_line(returns):
    market, share = returns
    slope, intercept = np.polyfit(market, share, 1)
    alpha, beta, sigma = expectations.market_model(list(market), list(share))
    assert (alpha, beta) == pytest.approx((intercept, slope), abs=1e-9)
    residuals = np.array(expectations.abnormal_returns(list(market), list(share), alpha, beta))
    assert sigma == pytest.approx(math.sqrt((residuals**2).sum() / 120))
    assert residuals.sum() == pytest.approx(0, abs=1e-9)
    assert (residuals * market).sum() == pytest.approx(0, abs=1e-9)


def matrix_variance(sigma, window, event):
    x = np.column_stack([np.ones(len(window)), window])
    x_star = np.column_stack([np.ones(len(event)), event])
    v = sigma**2 * (np.eye(len(event)) + x_star @ np.linalg.inv(x.T @ x) @ x_star.T)
    return v.sum()


@pytest.mark.parametrize("days", [1, 2, 10])
def test_the_variance_written_out_is_that_of_the_matrices(returns, days):
    window, event = returns[0][:-days], returns[0][-days:]
    wanted = matrix_variance(2.0, window, event)
    ours = expectations.car_variance(2.0, list(window), list(event))
    assert ours == pytest.approx(wanted, abs=1e-9)


def test_simulated_windows_recover_the_exact_variance():
    """Would 20,000 shares in one market spread as the formula says, with a short window?"""
    draw = np.random.default_rng(11)
    market = draw.normal(0, 1.3, 32)
    shares = 0.9 * market + draw.normal(0, 2, (20_000, 32))
    window, event = market[:30], market[30:]
    centred = window - window.mean()
    betas = shares[:, :30] @ centred / (centred @ centred)
    alphas = shares[:, :30].mean(axis=1) - betas * window.mean()
    cars = (shares[:, 30:] - alphas[:, None] - betas[:, None] * event).sum(axis=1)
    exact = expectations.car_variance(2.0, list(window), list(event))
    assert cars.var() == pytest.approx(exact, rel=4 * math.sqrt(2 / cars.size))
    assert exact > 1.05 * 8  # more than σ²K: the short window's own error shows


def test_a_window_of_120_simulated_days_gives_the_golden_deviation():
    sds = []
    for seed in range(200):
        market = list(np.random.default_rng(seed).normal(0, 1.3, 122))
        sds.append(math.sqrt(expectations.car_variance(2.0, market[:120], market[120:])))
    floor = measure("car_sd_estimated_pct")
    assert min(sds) >= floor
    assert floor == pytest.approx(2 * math.sqrt(2 + 4 / 120), abs=1e-9)
    assert np.median(sds) == pytest.approx(2.85, abs=0.02)


def test_a_longer_window_brings_the_estimated_deviation_down_to_the_plain_one():
    sds = [measure("car_sd_estimated_pct", estimation_days=days) for days in (30, 60, 120, 250)]
    assert sds == sorted(sds, reverse=True)
    assert sds[-1] > measure("car_sd_pct")


def test_the_test_at_five_percent_rejects_five_percent_when_nothing_happened():
    draw = np.random.default_rng(13)
    rejected, rounds = 0, 2000
    for _ in range(rounds):
        market = draw.normal(0, 1.3, 62)
        share = market + draw.normal(0, 2, 62)
        t = expectations.event_study(list(market), list(share), 2)["t"]
        rejected += abs(t) > 2.0017  # two-sided, Student's t with 58 degrees of freedom
    assert rejected / rounds == pytest.approx(0.05, abs=4 * math.sqrt(0.05 * 0.95 / rounds))


def test_the_event_study_of_a_run_is_that_of_its_series():
    result = run(seed=2)
    study = expectations.event_study(result["market_return"], result["share_return"], 2)
    assert study["car"] == pytest.approx(sum(result["abnormal_return"][-2:]))
    assert study["t"] == pytest.approx(study["car"] / study["car_sd"])
    assert result["day"] == list(range(-120, 2))
    assert sum(result["abnormal_return"][:120]) == pytest.approx(0, abs=1e-9)


@unhurried
@given(WITHIN["market_sensitivity"], st.integers(0, 2**32))
def test_the_surprise_moves_day_zero_alone_by_what_the_equation_says(gamma, seed):
    quiet, loud = run(seed, market_sensitivity=0), run(seed, market_sensitivity=gamma)
    surprise = (loud["outcome"][-1] - loud["expectation"][-1]) / DEFAULTS["outcome_sd"]
    before, after = quiet["abnormal_return"], loud["abnormal_return"]
    for day, one, other in zip(loud["day"], before, after, strict=True):
        moved = gamma * surprise if day == 0 else 0
        assert other - one == pytest.approx(moved, abs=1e-9)


def test_without_sensitivity_event_days_average_to_no_reaction():
    cars = [sum(run(s, market_sensitivity=0)["abnormal_return"][-2:]) for s in range(600)]
    assert np.mean(cars) == pytest.approx(0, abs=4 * np.std(cars) / math.sqrt(len(cars)))
    assert np.std(cars) == pytest.approx(measure("car_sd_estimated_pct"), rel=0.12)


def test_a_visible_reaction_is_about_two_deviations():
    assert round(measure("visible_reaction_pct"), 2) == 5.59
    assert measure("visible_reaction_pct") > measure("mean_reaction_pct")
