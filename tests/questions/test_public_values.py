"""Do the keys of the public numbers come to the values that the teaching design worked out apart?

Each value is as the design states it; half of its last decimal is the allowance.
"""

import pytest
from made_up import EXERCISES

from casekit.questions.keys import expected, names_for
from casekit.questions.schema import read_assignment
from casekit.questions.variants import public_firm

DESIGN = {
    ("01-peak", "units_2014h2_m"): ["35.01"],
    ("01-peak", "share_pct"): ["5.3"],
    ("01-peak", "growth_pct"): ["208.9"],
    ("02-crisis", "gap_80_pct"): ["-11.5"],
    ("02-crisis", "gap_100_pct"): ["-29.2"],
    ("02-crisis", "fill_2016q1_pct"): ["64.9", "71.2"],
    ("03-death-spiral", "loop_gain"): ["9.75"],
    ("03-death-spiral", "trap_window_growth"): ["0.0432", "0.1118"],
    ("03-death-spiral", "tipping_confidence"): ["0.656"],
    ("03-death-spiral", "units_2018_by_start_m"): ["168", "107", "64"],
    ("03-death-spiral", "latest_start_quarter"): ["2016Q4"],
    ("04-supply-team", "critical_ratio"): ["0.70"],
    ("04-supply-team", "best_order_units"): ["1131100"],
    ("04-supply-team", "least_cost_rmb_m"): ["43.46"],
    ("04-supply-team", "savings_pct"): [None, "48.4", None],
    ("05-rationing", "swelling_factor"): ["1.25"],
    ("05-rationing", "last_order_10k"): ["122.1"],
    ("05-rationing", "smallest_capacity_10k"): ["100"],
    ("05-rationing", "variance_ratios"): ["5.0", "2.5", "1.625"],
    ("06-veto", "good_stopped"): ["0.01", None, "2.66", "16.48", "55.6"],
    ("06-veto", "best_votes"): ["4"],
    ("06-veto", "bad_released_following_pct"): ["15.1"],
    ("06-veto", "best_prevention_rmb_m"): ["21.89"],
    ("07-concept-phone", "launch_values_rmb_m"): ["-100", None],
    ("07-concept-phone", "option_value_rmb_m"): ["238.9"],
    ("07-concept-phone", "break_even_pct"): ["25.1"],
    ("07-concept-phone", "net_value_rmb_m"): ["11.7"],
    ("08-turnaround", "first_quarter_m"): ["13.62"],
    ("08-turnaround", "q4_against_market"): ["2.10"],
    ("09-commitments", "stores_plan_pct"): ["34.5", "51.5"],
    ("09-commitments", "days_early"): ["66"],
    ("09-commitments", "quarters_late"): ["19"],
    ("10-promise", "optimal_quantile"): ["0.32"],
    ("10-promise", "best_promise_km"): ["94.39"],
    ("10-promise", "keep_rate_pct"): ["68"],
    ("10-promise", "trust_at_rest"): ["0.378", "0.720"],
    ("11-verdict", "net_move_pct"): ["-5.79"],
    ("11-verdict", "excess_26_sep_pct"): ["-5.18"],
    ("11-verdict", "car_sd_pct"): ["2.83"],
    ("11-verdict", "two_day_move_pct"): ["-10.6"],
    ("12-source-criticism", "growth_2017q2_pct"): ["58", "121"],
    ("14-transfer", "fall_pct"): ["-88.3"],
}


@pytest.mark.parametrize(("name", "question_id"), DESIGN)
def test_a_public_key_is_the_value_of_the_design(name, question_id):
    assignment = read_assignment(EXERCISES / name / "questions.yml")
    question = assignment.question(question_id)
    key = expected(question, names_for(question, assignment, public_firm(assignment)))
    for value, stated in zip(key, DESIGN[name, question_id], strict=True):
        if isinstance(value, str) or stated is None:
            assert stated in (value, None)
            continue
        decimals = len(stated.partition(".")[2])
        assert abs(value - float(stated)) <= 0.5 * 10**-decimals + 1e-9
