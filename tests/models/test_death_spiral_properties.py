"""What holds for every setting within bounds?"""

import copy
import math

import pytest
from hypothesis import assume, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from casekit import models
from casekit.models import death_spiral


def _values(parameter):
    if parameter.options:
        return st.sampled_from(parameter.options)
    return st.floats(parameter.low, parameter.high)


PARAMETERS = {p.name: _values(p) for p in models.get("death-spiral").parameters}
any_settings = st.fixed_dictionaries(PARAMETERS)
any_capability = st.floats(0, 1)
# Time limits of single examples only make a loaded machine fail.
unhurried = profile(deadline=None)


@unhurried
@given(any_settings)
def test_every_quarter_stays_within_what_the_words_mean(p):
    run = death_spiral.simulate(models.get("death-spiral").settings(p))
    assert all(0.02 <= fill <= 1 for fill in run["fill_rate"])
    for name in ("confidence", "capability"):
        assert all(0 <= share <= 1 for share in run[name])
    for name in ("demand", "shipments"):
        assert all(0 < units < math.inf for units in run[name])
    filled = [d * f for d, f in zip(run["demand"], run["fill_rate"], strict=True)]
    assert run["shipments"] == pytest.approx(filled, rel=1e-12)


@unhurried
@given(any_settings)
def test_a_run_changes_no_argument_and_repeats(p):
    before = copy.deepcopy(p)
    assert death_spiral.simulate(p) == death_spiral.simulate(p)
    assert p == before


@unhurried
@given(any_settings)
def test_a_team_without_effort_is_no_team(p):
    idle = dict(p, team_effort=0.0)
    assert death_spiral.simulate(idle) == death_spiral.simulate(
        death_spiral.with_start(p, death_spiral.NEVER)
    )


@unhurried
@given(any_settings, any_capability)
def test_a_rest_point_reproduces_itself(p, capability):
    f = min(1.0, p["base_fill"] + p["fill_gain"] * capability)
    for c in death_spiral.rest_points(p, capability):
        growth = p["growth_2016_on"] - p["demand_loss"] * (1 - f) * (1 - c)
        x = p["supplier_sensitivity"] * (growth - p["growth_hurdle"])
        assert 1 / (1 + math.exp(-x)) == pytest.approx(c, abs=1e-9)


@unhurried
@given(any_settings, any_capability)
def test_there_are_three_rest_points_within_the_window_and_one_outside(p, capability):
    window = death_spiral.trap_window(p, capability)
    growth = p["growth_2016_on"]
    assume(all(abs(growth - edge) > 1e-9 for edge in window))
    trapped = bool(window) and window[0] < growth < window[1]
    points = death_spiral.rest_points(p, capability)
    assert len(points) == (3 if trapped else 1)
    assert points == sorted(points)


@unhurried
@given(any_settings)
def test_a_window_exists_exactly_where_the_gain_exceeds_four(p):
    window = death_spiral.trap_window(p)
    assert bool(window) == (death_spiral.loop_gain(p) > 4)
    assert list(window) == sorted(window)
