"""Does the quality gate compute what its equations say?"""

import math
from fractions import Fraction
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from casekit import models
from casekit.models import quality_gate as gate

NORMAL = NormalDist()
MODEL = models.get("quality-gate")
DEFAULTS = MODEL.settings()
# Time limits of single examples only make a loaded machine fail.
unhurried = profile(deadline=None)


def settings(**changes):
    return MODEL.settings(changes)


def measure(name, **changes):
    return MODEL.measure(name, **changes)


def _values(parameter):
    low, high = parameter.low, parameter.high
    return st.integers(int(low), int(high)) if parameter.whole else st.floats(low, high)


BOX = {parameter.name: _values(parameter) for parameter in MODEL.parameters}
any_settings = st.fixed_dictionaries(BOX)


def exactly_released(m, k, p):
    """Return the chance of k or more yeses among m as an exact fraction."""
    p = Fraction(p)
    return sum(math.comb(m, j) * p**j * (1 - p) ** (m - j) for j in range(k, m + 1))


def released(p, k, appraisal):
    return gate.released_by_votes(p, k, appraisal)


def value_of(p, k):
    good, bad = released(p, k, p["approve_good"]), released(p, k, p["approve_bad"])
    return p["good_share"] * p["gain"] * good - (1 - p["good_share"]) * p["loss"] * bad


def value_if_returned(p, k):
    late = p["gain"] * (1 - p["margin_decay"]) ** p["rework_quarters"]
    rejected = 1 - released(p, k, p["approve_good"])
    return value_of(p, k) + p["good_share"] * rejected * late


# The numbers of the design --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("k", "stopped", "passed", "value"),
    [
        (1, 0.0001, 0.8319, -0.298),
        (3, 0.0266, 0.1631, 0.486),
        (4, 0.1648, 0.0308, 0.548),
        (5, 0.5563, 0.0024, 0.308),
    ],
)
def test_both_errors_and_the_value_are_those_of_the_design(k, stopped, passed, value):
    assert measure("false_reject_pct", votes=k) / 100 == pytest.approx(stopped, abs=5e-5)
    assert measure("false_accept_pct", votes=k) / 100 == pytest.approx(passed, abs=5e-5)
    assert measure("value", votes=k) == pytest.approx(value, abs=5e-4)


def test_a_veto_of_five_stops_55_6_percent_of_the_good_and_passes_0_24_percent_of_the_bad():
    assert measure("false_reject_pct") == pytest.approx(55.6, abs=0.05)
    assert measure("false_accept_pct") == pytest.approx(0.24, abs=0.005)


def test_where_half_the_decisions_follow_the_chair_the_veto_passes_15_1_percent_of_the_bad():
    assert measure("false_accept_pct", deference=0.5) == pytest.approx(15.1, abs=0.05)


def test_four_of_five_yeses_are_worth_most():
    assert measure("best_votes") == 4


@pytest.mark.parametrize(
    ("percent", "passes"), [(0.5, 0.9813), (1, 0.8580), (3, 0.1472), (5, 0.0090)]
)
def test_a_sample_of_200_with_three_defects_allowed_passes_as_in_the_design(percent, passes):
    assert measure("lot_passes_pct", defect_rate=percent) / 100 == pytest.approx(passes, abs=5e-5)


def test_prevention_is_best_at_21_887_million_where_quality_costs_34_387_million():
    assert measure("best_prevention") == pytest.approx(21.887, abs=5e-4)
    assert measure("least_quality_cost") == pytest.approx(34.387, abs=5e-4)


# Reading 1: the members -----------------------------------------------------------------------


@pytest.mark.parametrize("m", range(1, 8))
def test_votes_follow_the_binomial_distribution_exactly(m):
    p = settings(members=m)
    for k in range(m + 2):
        for appraisal in (0.85, 0.3, 0.01, 0.99):
            wanted = float(exactly_released(m, k, appraisal))
            assert released(p, k, appraisal) == pytest.approx(wanted, rel=1e-12)


@unhurried
@given(any_settings, st.floats(0.01, 0.99))
def test_unanimity_multiplies_and_one_yes_of_many_is_the_opposite_of_all_noes(p, appraisal):
    p = dict(p, deference=0.0)
    m = p["members"]
    assert released(p, m, appraisal) == pytest.approx(appraisal**m, rel=1e-12)
    assert released(p, 1, appraisal) == pytest.approx(1 - (1 - appraisal) ** m, rel=1e-12)


@unhurried
@given(any_settings, st.floats(0.01, 0.99))
def test_under_a_veto_deference_mixes_the_chair_with_unanimity(p, appraisal):
    share, m = p["deference"], p["members"]
    wanted = share * appraisal + (1 - share) * appraisal**m
    assert released(p, m, appraisal) == pytest.approx(wanted, abs=1e-12)


def test_more_yeses_than_members_release_nothing():
    changes = {"members": 3, "votes": 8, "deference": 0.5}
    assert measure("false_reject_pct", **changes) == 100
    assert measure("false_accept_pct", **changes) == 0
    assert measure("value", **changes) == 0


@unhurried
@given(any_settings)
def test_asking_for_another_yes_never_releases_more(p):
    run = gate.simulate(p)
    for name in ("accept_good", "accept_bad"):
        assert all(after <= before + 1e-12 for before, after in pairwise(run[name]))


@unhurried
@given(any_settings)
def test_a_good_product_is_never_less_likely_to_pass_than_a_bad_one(p):
    run = gate.simulate(p)
    for rule in ("accept_{}", "{}_if_weighed", "{}_under_veto"):
        pairs = zip(run[rule.format("good")], run[rule.format("bad")], strict=True)
        assert all(good >= bad - 1e-12 for good, bad in pairs)


@unhurried
@given(any_settings, st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_a_better_chance_in_the_appraisal_is_a_better_chance_of_release(p, one, other):
    low, high = sorted((one, other))
    k = p["votes"]
    assert released(p, k, low) <= released(p, k, high) + 1e-12


@unhurried
@given(any_settings, st.floats(0, 1), st.floats(0.01, 0.99))
def test_deference_moves_the_committee_towards_its_chair(p, other, appraisal):
    assume(p["votes"] <= p["members"])
    less, more = sorted((p["deference"], other))
    distances = [
        abs(released(dict(p, deference=share), p["votes"], appraisal) - appraisal)
        for share in (less, more)
    ]
    assert distances[1] <= distances[0] + 1e-12
    chair = released(dict(p, deference=1.0), p["votes"], appraisal)
    assert chair == pytest.approx(appraisal, abs=1e-12)


def test_the_votes_worth_most_are_those_that_trying_all_of_them_finds():
    random = np.random.default_rng(20170207)
    names = ("approve_good", "approve_bad", "good_share", "gain", "loss", "margin_decay")
    bounds = {parameter.name: (parameter.low, parameter.high) for parameter in MODEL.parameters}
    corners = set()
    for _ in range(1000):
        p = dict(DEFAULTS, members=int(random.integers(1, 8)))
        p["rework_quarters"] = int(random.integers(1, 9))
        p.update({name: float(random.uniform(*bounds[name])) for name in names})
        for value, name in (
            (value_of, "best_votes"),
            (value_if_returned, "best_votes_with_rework"),
        ):
            values = [value(p, k) for k in range(p["members"] + 2)]
            best = MODEL.measures[name].function(p)
            assert best == int(np.argmax(values))
            if best in (0, p["members"] + 1):
                corners.add("everything" if best == 0 else "nothing")
    assert corners == {"everything", "nothing"}


@unhurried
@given(any_settings)
def test_no_number_of_votes_beats_the_one_worth_most(p):
    p = dict(p, deference=0.0)
    best = gate.best_votes(p, p["gain"])
    assert 0 <= best <= p["members"] + 1
    top = max(value_of(p, k) for k in range(p["members"] + 2))
    assert value_of(p, best) == pytest.approx(top, abs=1e-9)


@unhurried
@given(any_settings)
def test_with_deference_the_same_vote_is_worth_most_among_one_to_all(p):
    m = p["members"]
    best = min(max(gate.best_votes(p, p["gain"]), 1), m)
    top = max(value_of(p, k) for k in range(1, m + 1))
    assert value_of(p, best) == pytest.approx(top, abs=1e-9)


@pytest.mark.parametrize("m", [1, 3, 5, 7])
@pytest.mark.parametrize("right", [0.55, 0.7, 0.85, 0.99])
def test_with_equal_errors_and_equal_losses_the_majority_decides(m, right):
    p = dict(DEFAULTS, members=m, approve_good=right, approve_bad=1 - right)
    p.update(good_share=0.5, gain=2.0, loss=2.0)
    assert gate.best_votes(p, p["gain"]) == (m + 1) // 2


@unhurried
@given(any_settings, st.floats(0.1, 20))
def test_the_more_a_bad_product_destroys_the_more_yeses_are_worth_asking_for(p, other):
    less, more = sorted((p["loss"], other))
    votes = [gate.best_votes(dict(p, loss=loss), p["gain"]) for loss in (less, more)]
    assert votes[0] <= votes[1]


@unhurried
@given(any_settings)
def test_a_no_that_is_not_final_costs_less_and_asks_for_as_many_yeses_or_more(p):
    function = {name: entry.function for name, entry in MODEL.measures.items()}
    assert function["value_with_rework"](p) >= function["value"](p) - 1e-12
    assert function["best_votes_with_rework"](p) >= function["best_votes"](p)
    run = gate.simulate(p)
    for k, returned in zip(run["votes_needed"], run["value_if_returned"], strict=True):
        assert returned == pytest.approx(value_if_returned(p, k), abs=1e-9)


def test_with_quick_rework_a_veto_is_worth_most():
    assert measure("best_votes_with_rework") == 4
    assert measure("best_votes_with_rework", margin_decay=0.05, rework_quarters=1) == 5


def test_a_committee_that_votes_at_random_errs_as_often_as_computed():
    random = np.random.default_rng(7)
    n, p = 400_000, settings(deference=0.3, votes=4)
    yeses = random.random((n, 5)) < 0.3
    chair = random.random(n) < 0.3
    copied = np.where(yeses[:, 0], 5, 0)
    votes = np.where(chair, copied, yeses.sum(axis=1))
    wanted = released(p, 4, 0.3)
    error = math.sqrt(wanted * (1 - wanted) / n)
    assert np.mean(votes >= 4) == pytest.approx(wanted, abs=4 * error)


# Delay ----------------------------------------------------------------------------------------


@unhurried
@given(any_settings)
def test_what_delay_leaves_and_what_it_takes_add_up_to_the_gain(p):
    run = gate.simulate(p)
    rows = zip(run["quarter"], run["value_on_return"], run["margin_lost"], strict=True)
    for quarter, left, lost in rows:
        assert left == pytest.approx(p["gain"] * (1 - p["margin_decay"]) ** quarter, rel=1e-12)
        assert left + lost == pytest.approx(p["gain"], rel=1e-12)
    assert run["margin_lost"] == sorted(run["margin_lost"])


# Reading 2: the criterion ---------------------------------------------------------------------


@unhurried
@given(any_settings)
def test_the_rules_of_the_criterion_are_products_and_sums_of_normal_scores(p):
    w, b = p["quality_weight"], p["merit"]
    for appraisal in (p["approve_good"], p["approve_bad"]):
        merit = NormalDist(w * NORMAL.inv_cdf(appraisal) + (1 - w) * b, math.hypot(w, 1 - w))
        weighed = gate.released_by_weighing(p, b, appraisal)
        assert weighed == pytest.approx(1 - merit.cdf(0), abs=1e-9)
        vetoed = gate.released_under_veto(b, appraisal)
        assert vetoed == pytest.approx(appraisal * NORMAL.cdf(b), abs=1e-9)


@pytest.mark.parametrize("appraisal", [0.85, 0.3])
def test_two_noisy_appraisals_drawn_at_random_release_as_often_as_computed(appraisal):
    random = np.random.default_rng(11)
    n, p = 400_000, settings(quality_weight=0.4, merit=0.5)
    quality = NORMAL.inv_cdf(appraisal) + random.standard_normal(n)
    rest = 0.5 + random.standard_normal(n)
    for wanted, drawn in (
        (gate.released_by_weighing(p, 0.5, appraisal), 0.4 * quality + 0.6 * rest >= 0),
        (gate.released_under_veto(0.5, appraisal), (quality >= 0) & (rest >= 0)),
    ):
        error = math.sqrt(wanted * (1 - wanted) / n)
        assert drawn.mean() == pytest.approx(wanted, abs=4 * error)


@unhurried
@given(any_settings)
def test_a_veto_of_quality_stops_more_of_both_kinds_than_weighing(p):
    run = gate.simulate(p)
    for kind in ("good", "bad"):
        weighed, vetoed = run[f"{kind}_if_weighed"], run[f"{kind}_under_veto"]
        assert all(v <= w + 1e-12 for v, w in zip(vetoed, weighed, strict=True))
        assert weighed == sorted(weighed)
        assert vetoed == sorted(vetoed)


@unhurried
@given(any_settings)
def test_no_merit_elsewhere_buys_a_bad_product_past_a_veto_of_quality(p):
    assert max(gate.simulate(p)["bad_under_veto"]) <= p["approve_bad"]
    assert gate.released_under_veto(40.0, p["approve_bad"]) == p["approve_bad"]


def test_enough_merit_elsewhere_buys_any_product_past_a_weighing():
    assert gate.released_by_weighing(DEFAULTS, 40.0, 0.01) == pytest.approx(1, abs=1e-12)


@unhurried
@given(any_settings)
def test_weighing_nothing_but_quality_is_one_appraisal_of_quality(p):
    alone = dict(p, quality_weight=1.0)
    passed = gate.released_by_weighing(alone, p["merit"], p["approve_bad"])
    assert passed == pytest.approx(p["approve_bad"], abs=1e-12)


def test_the_errors_of_the_criterion_at_the_defaults_are_these_closed_forms():
    weighed = [(NORMAL.inv_cdf(p) + 1) / math.sqrt(2) for p in (0.85, 0.3)]
    good, bad = (NORMAL.cdf(score) for score in weighed)
    assert measure("weighing_false_reject_pct") == pytest.approx(100 * (1 - good), abs=1e-7)
    assert measure("weighing_false_accept_pct") == pytest.approx(100 * bad, abs=1e-7)
    assert measure("weighing_value") == pytest.approx(0.7 * good - 0.3 * 4 * bad, abs=1e-9)
    good, bad = 0.85 * NORMAL.cdf(1), 0.3 * NORMAL.cdf(1)
    assert measure("quality_veto_false_reject_pct") == pytest.approx(100 * (1 - good), abs=1e-7)
    assert measure("quality_veto_false_accept_pct") == pytest.approx(100 * bad, abs=1e-7)
    assert measure("quality_veto_value") == pytest.approx(0.7 * good - 0.3 * 4 * bad, abs=1e-9)


# Inspection -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "c"), [(200, 3), (500, 20), (10, 0), (10, 20)])
@pytest.mark.parametrize("percent", [0, 0.5, 3, 10])
def test_inspection_passes_a_lot_as_the_exact_binomial_distribution_says(n, c, percent):
    d = Fraction(percent) / 100
    wanted = sum(math.comb(n, j) * d**j * (1 - d) ** (n - j) for j in range(min(c, n) + 1))
    p = settings(sample_size=n, defects_allowed=c)
    assert gate.lot_passes(p, percent) == pytest.approx(float(wanted), rel=1e-9, abs=1e-15)


@unhurried
@given(any_settings)
def test_a_larger_sample_fewer_allowed_defects_or_a_worse_lot_pass_less(p):
    passes = gate.lot_passes(p, p["defect_rate"])
    larger = dict(p, sample_size=p["sample_size"] + 1)
    assert gate.lot_passes(larger, p["defect_rate"]) <= passes + 1e-12
    laxer = dict(p, defects_allowed=p["defects_allowed"] + 1)
    assert gate.lot_passes(laxer, p["defect_rate"]) >= passes - 1e-12
    curve = gate.simulate(p)["lot_passes"]
    assert all(after <= before + 1e-12 for before, after in pairwise(curve))


# Prevention -----------------------------------------------------------------------------------


def _least_by_golden_section(cost, low, high):
    ratio = (math.sqrt(5) - 1) / 2
    for _ in range(200):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, right) if cost(left) < cost(right) else (left, high)
    return (low + high) / 2


@unhurried
@given(any_settings)
def test_the_best_prevention_is_where_a_search_finds_the_least_cost(p):
    scale = p["failures_unprevented"] * p["volume"] * p["cost_per_failure"]
    eta = p["prevention_effect"]

    def cost(spent):
        return spent + scale * math.exp(-eta * spent)

    found = _least_by_golden_section(cost, 0.0, 600.0)
    best = gate.best_prevention(p)
    # Near its least point the cost is flat, so a search tells places apart to about 1e-5 only.
    assert best == pytest.approx(found, abs=1e-3)
    assert gate.least_quality_cost(p) == pytest.approx(cost(found), rel=1e-9)


@unhurried
@given(any_settings)
def test_prevention_is_worth_its_money_only_if_the_first_yuan_saves_more_than_itself(p):
    scale = p["failures_unprevented"] * p["volume"] * p["cost_per_failure"]
    eta = p["prevention_effect"]
    best, least = gate.best_prevention(p), gate.least_quality_cost(p)
    assume(abs(eta * scale - 1) > 1e-9)
    if eta * scale > 1:
        assert best == pytest.approx(math.log(eta * scale) / eta, rel=1e-9)
        assert least == pytest.approx(best + 1 / eta, rel=1e-9)
    else:
        assert best == 0
        assert least == pytest.approx(scale, rel=1e-12)


def test_there_are_settings_where_no_prevention_is_best():
    cheap = {"failures_unprevented": 0.005, "volume": 0.1, "cost_per_failure": 100}
    assert measure("best_prevention", **cheap) == 0
    assert measure("least_quality_cost", **cheap) == pytest.approx(0.05, rel=1e-12)


@unhurried
@given(any_settings)
def test_prevention_lowers_failures_and_no_spending_beats_the_best(p):
    run = gate.simulate(p)
    assert run["failure_cost"] == sorted(run["failure_cost"], reverse=True)
    assert min(run["total_cost"]) >= gate.least_quality_cost(p) - 1e-9


# All of it ------------------------------------------------------------------------------------


@unhurried
@given(any_settings)
def test_every_chance_lies_between_none_and_certainty_and_both_kinds_add_up(p):
    run = gate.simulate(p)
    chances = [result.name for result in MODEL.results if result.unit == "1"]
    assert len(chances) == 8
    assert all(0 <= chance <= 1 for name in chances for chance in run[name])
    sums = zip(run["accept_good"], run["false_reject"], strict=True)
    assert all(good + stopped == pytest.approx(1, abs=1e-12) for good, stopped in sums)
    for name, entry in MODEL.measures.items():
        if name.endswith("_pct"):
            assert 0 <= entry.function(p) <= 100, name


@unhurried
@given(any_settings)
def test_the_measures_of_the_vote_are_points_of_its_curves(p):
    assume(p["votes"] <= p["members"])
    run, place = gate.simulate(p), p["votes"] - 1
    function = {name: entry.function for name, entry in MODEL.measures.items()}
    assert function["false_reject_pct"](p) == pytest.approx(100 * run["false_reject"][place])
    assert function["false_accept_pct"](p) == pytest.approx(100 * run["accept_bad"][place])
    assert function["value"](p) == run["value_per_product"][place]
    assert function["value_with_rework"](p) == run["value_if_returned"][place]
