"""Are many runs the same as single ones, and does a summary tell the truth about them?"""

import numpy as np
import pytest

from casekit import models
from casekit.errors import InvalidInputError, UnknownNameError

A = "death-spiral"


def test_a_sweep_is_a_tidy_frame_with_units():
    frame = models.sweep(A, runs=30, seed=1)
    assert len(frame) == 30
    assert list(frame["draw"]) == list(range(30))
    assert {"demand_loss", "units_2018"} <= set(frame)
    assert frame.attrs["units"]["units_2018"] == "million units"
    assert "team_start" not in frame


def test_draws_spread_evenly_over_a_tenth_to_either_side_within_the_bounds():
    frame = models.sweep(A, runs=4000, seed=2)
    for parameter in models.get(A).parameters:
        if parameter.options:
            continue
        drawn = frame[parameter.name]
        low, high = sorted([0.9 * parameter.default, 1.1 * parameter.default])
        low, high = max(low, parameter.low), min(high, parameter.high)
        assert drawn.min() >= low
        assert drawn.max() <= high
        assert drawn.mean() == pytest.approx((low + high) / 2, abs=(high - low) / 50 + 1e-12)


def test_a_longer_sweep_begins_with_the_shorter_one_across_blocks():
    short, long = models.sweep(A, runs=10, seed=4), models.sweep(A, runs=5000, seed=4)
    assert long.head(10).equals(short)


def test_what_else_is_drawn_does_not_change_a_parameters_draws():
    one = models.sweep(A, runs=5, seed=4, vary={"shock": (0.0, 0.3)})
    two = models.sweep(A, runs=5, seed=4, vary={"news": (0.0, 0.4), "shock": (0.0, 0.3)})
    assert one["shock"].equals(two["shock"])


def test_two_seeds_give_two_sweeps():
    assert not models.sweep(A, runs=5, seed=1).equals(models.sweep(A, runs=5, seed=2))


def test_a_setting_holds_in_every_run_and_is_not_drawn():
    frame = models.sweep(A, runs=20, seed=1, team_start="never", shock=0.02)
    assert "shock" not in frame
    one = {name: frame[name][0] for name in models.get(A).settings() if name in frame}
    alone = models.measure(A, "units_2018", team_start="never", shock=0.02, **one)
    assert frame["units_2018"][0] == pytest.approx(alone, rel=1e-12)


def test_measures_that_have_no_array_form_are_worked_out_one_by_one():
    frame = models.sweep(A, runs=6, seed=1, measures=["tipping_point", "trap_exists"])
    for row in frame.to_dict("records"):
        settings = {name: row[name] for name in models.get(A).settings() if name in row}
        assert row["trap_exists"] is models.measure(A, "trap_exists", **settings)
        assert row["tipping_point"] == pytest.approx(models.measure(A, "tipping_point", **settings))


@pytest.mark.parametrize("name", models.names())
def test_every_model_can_be_swept(name):
    frame = models.sweep(name, runs=3, seed=1)
    assert len(frame) == 3
    table = models.summary(name, runs=3, seed=1)
    assert (table["min"] <= table["max"]).all()


def test_a_summary_is_that_of_the_frame():
    frame, table = models.sweep(A, runs=9000, seed=5), models.summary(A, runs=9000, seed=5)
    row = table.set_index("measure").loc["units_2018"]
    units = frame["units_2018"]
    assert row["runs"] == 9000
    assert row["mean"] == pytest.approx(units.mean(), rel=1e-12)
    assert row["sd"] == pytest.approx(units.std(), rel=1e-9)
    assert (row["min"], row["max"]) == (units.min(), units.max())
    for name, share in (("p10", 0.1), ("median", 0.5), ("p90", 0.9)):
        assert row[name] == pytest.approx(np.quantile(units, share), rel=1e-12)
    assert row["unit"] == "million units"


def test_a_summary_leaves_out_texts_and_is_empty_where_nothing_else_was_asked_for():
    table = models.summary("expectations", runs=5, measures=["promise_rule"])
    assert table.empty
    both = models.summary("expectations", runs=5, measures=["promise_rule", "best_promise"])
    assert list(both["measure"]) == ["best_promise"]
    assert list(both) == list(table)
    assert both["runs"].dtype == int


def test_a_summary_counts_a_truth_value_as_one_or_zero():
    asked = {"runs": 200, "seed": 1, "measures": ["trap_exists"], "vary": {"demand_loss": (0, 0.8)}}
    found = models.sweep(A, **asked)["trap_exists"]
    row = models.summary(A, **asked).iloc[0]
    assert (row["min"], row["max"], row["runs"]) == (0, 1, 200)
    assert row["mean"] == pytest.approx(list(found).count(True) / 200)


@pytest.mark.parametrize("name", models.names())
def test_by_default_every_number_moves_unless_it_is_zero_or_a_whole_number_below_ten(name):
    frame = models.sweep(name, runs=100, seed=1)
    for parameter in models.get(name).parameters:
        if not parameter.options:
            still = not parameter.default or (parameter.whole and parameter.default < 10)
            assert (frame[parameter.name].nunique() == 1) == still, parameter.name


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"runs": 0}, "runs is 0; give a whole number from 1 on"),
        ({"runs": 2.5}, "runs is 2.5"),
        ({"seed": -1}, "seed is -1; give a whole number from 0 on"),
        ({"measures": []}, "name one or more of"),
        ({"measures": "units_2018"}, "name one or more of"),
        ({"vary": {"shock": (0.1, 0.4)}}, "shock is 0.4, out of bounds"),
        ({"vary": {"shock": (0.2, 0.1)}}, "lower end first"),
        ({"vary": {"shock": 0.1}}, "lowest and highest"),
        ({"vary": {"shock": (0.1, float("nan"))}}, "shock is nan"),
        ({"vary": {"team_start": (0, 1)}}, "is a choice"),
        ({"shock": 2}, "shock is 2, out of bounds"),
        ({"shock": 0.1, "vary": {"shock": (0, 0.2)}}, "shock is both set and drawn"),
    ],
)
def test_what_cannot_be_swept_is_refused_in_one_sentence(wrong, said):
    with pytest.raises(InvalidInputError, match=said):
        models.sweep(A, **wrong)


@pytest.mark.parametrize(
    ("wrong", "near"),
    [({"vary": {"shok": (0, 0.1)}}, "shock"), ({"measures": ["units_2081"]}, "units_2018")],
)
def test_an_unknown_name_is_answered_with_its_neighbours(wrong, near):
    with pytest.raises(UnknownNameError, match=near):
        models.sweep(A, **wrong)
