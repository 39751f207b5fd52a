"""Can a model be found, described, set and measured, and does it say what was wrong?"""

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st
from latex2mathml.converter import convert

from casekit import data, models
from casekit.errors import InvalidInputError, UnknownNameError


@pytest.fixture(params=models.names())
def model(request):
    return models.get(request.param)


def test_every_model_describes_itself(model):
    assert model.name in models.names()
    assert model.title
    assert model.summary
    assert model.leaves_out
    assert model.breaks
    assert model.calibration
    assert all(text and latex for text, latex in model.equations)
    for sentence in (*model.leaves_out, *model.breaks):
        assert sentence.endswith("."), sentence


def test_every_work_a_model_rests_on_is_among_the_sources(model):
    known = {row["id"] for row in data.rows("sources") if row["grade"] == "S"}
    assert model.works
    assert set(model.works) <= known


def test_every_equation_of_a_card_can_be_set(model):
    for _, latex in model.equations:
        assert convert(latex).startswith("<math")


def test_values_without_a_source_are_called_illustrative(model):
    """Does a reader learn which numbers nobody has measured?"""
    made_up = [p.name for p in model.parameters if "illustrative" in p.source]
    assert bool(made_up) == ("illustrative" in model.calibration.lower()), made_up


def test_every_parameter_says_what_it_is_and_where_it_comes_from(model):
    for parameter in model.parameters:
        for text in (parameter.symbol, parameter.label, parameter.unit, parameter.meaning):
            assert text, parameter.name
        assert parameter.source, parameter.name


def test_every_default_lies_within_bounds_and_on_a_step_of_its_control(model):
    for parameter in model.parameters:
        if parameter.options:
            assert parameter.default in parameter.options
            continue
        assert parameter.low <= parameter.default <= parameter.high
        assert parameter.low < parameter.high
        for end in (parameter.default, parameter.high):
            steps = (end - parameter.low) / parameter.step
            assert steps == pytest.approx(round(steps), abs=1e-9), parameter.name


def test_names_of_parameters_and_results_are_unique(model):
    for items in (model.parameters, model.results):
        names = [item.name for item in items]
        assert len(names) == len(set(names))


def test_a_run_holds_every_named_series_with_its_unit_and_the_length_of_its_index(model):
    run = model.run()
    assert list(run) == [result.name for result in model.results]
    for result in model.results:
        assert len(run[result.name]) == len(run[result.over]) > 1, result.name
        assert result.unit
        assert result.meaning
        assert result.symbol
    firsts = {result.over: result.name for result in reversed(model.results)}
    assert all(index == first for index, first in firsts.items())


def _values(parameter):
    if parameter.options:
        return st.sampled_from(parameter.options)
    if parameter.whole:
        return st.integers(int(parameter.low), int(parameter.high))
    ends = st.sampled_from([parameter.low, parameter.high])
    return ends | st.floats(parameter.low, parameter.high)


@pytest.mark.parametrize("name", models.names())
def test_nothing_in_the_whole_box_is_infinite_or_no_number(name):
    model = models.get(name)
    box = st.fixed_dictionaries({p.name: _values(p) for p in model.parameters})

    @profile(deadline=None, max_examples=60)
    @given(box, st.integers(0, 2**64))
    def holds(settings, seed):
        for series in model.run(seed=seed, **settings).values():
            assert all(_sound(value) for value in series)
        for measure in model.measures:
            assert _sound(model.measure(measure, **settings)), measure

    holds()


def _sound(value):
    return value is None or isinstance(value, bool | str) or math.isfinite(value)


def test_a_run_with_a_seed_repeats_and_another_seed_differs_only_where_chance_plays(model):
    assert model.run(seed=5) == model.run(seed=5)
    assert (model.run(seed=5) != model.run(seed=6)) == model.stochastic


@pytest.mark.parametrize("seed", [-1, 1.5, "7", None, True])
def test_a_seed_that_is_none_is_refused(seed):
    with pytest.raises(InvalidInputError, match=r"seed is .*whole number from 0 on"):
        models.whole_number("seed", seed, low=0)


def test_every_measure_runs_at_the_defaults_and_says_what_it_measures(model):
    for name, measure in model.measures.items():
        assert _sound(model.measure(name)), name
        assert measure.meaning, name
        assert measure.unit == measure.unit.strip()


def test_settings_are_the_defaults_with_changes_laid_over_them(model):
    defaults = {parameter.name: parameter.default for parameter in model.parameters}
    assert model.settings() == defaults
    first = next(parameter for parameter in model.parameters if not parameter.options)
    assert model.settings({first.name: first.high}) == {**defaults, first.name: first.high}
    assert model.settings() == defaults


def test_text_from_the_command_line_is_read_as_numbers_and_choices():
    settings = models.get("death-spiral").settings({"shock": "0.1", "team_start": "never"})
    assert settings["shock"] == 0.1
    assert settings["team_start"] == "never"


@pytest.mark.parametrize("value", ["0,1", "a lot", "", None, [0.1], "nan", "inf", -0.01, 0.31])
def test_a_number_out_of_bounds_or_no_number_is_refused_with_the_bounds(value):
    with pytest.raises(InvalidInputError, match=r"shock is .*number from 0 to 0\.3"):
        models.run("death-spiral", shock=value)


@pytest.mark.parametrize(
    "value", [True, b"1", 10**400, pytest.param(10**5000, id="10**5000"), object(), 1j]
)
def test_what_is_no_number_is_refused_in_one_short_sentence(value):
    with pytest.raises(InvalidInputError, match=r"number from 0 to 1 ") as failure:
        models.run("death-spiral", team_effort=value)
    assert len(str(failure.value)) < 200


@pytest.mark.parametrize("value", [0.0, 0.3])
def test_the_bounds_themselves_are_allowed(value):
    assert models.get("death-spiral").settings({"shock": value})["shock"] == value


@pytest.mark.parametrize("value", ["2014Q4", "2019Q1", "Never", 2016, None, [], np.zeros(2)])
def test_a_choice_that_is_none_is_refused_with_the_choices(value):
    with pytest.raises(InvalidInputError, match="give one of 2015Q1 to 2018Q4, or never"):
        models.run("death-spiral", team_start=value)


def test_a_choice_of_two_is_refused_with_both():
    with pytest.raises(InvalidInputError, match="give one of proportional or uniform"):
        models.run("supply-planning", allocation="lottery")


def test_a_number_without_a_unit_has_the_unit_1_and_reads_as_dimensionless(model):
    entries = [*model.parameters, *model.results, *model.measures.values()]
    for entry in entries:
        assert entry.unit, entry.name
        assert entry.unit == "1" or not any(sign.isdigit() for sign in entry.unit), entry.name
    assert models.unit_text("1") == "dimensionless"
    assert models.unit_text("per quarter") == "per quarter"


def test_a_sentence_on_bounds_says_dimensionless():
    with pytest.raises(InvalidInputError, match=r"from 0 to 1 \(dimensionless\)\.$"):
        models.run("death-spiral", initial_confidence=2)


def test_a_new_file_in_the_folder_is_a_new_model(tmp_path, monkeypatch):
    (tmp_path / "toy_model.py").write_text("NAME = 'toy'\nTITLE = 'A toy'\n", encoding="utf-8")
    (tmp_path / "_helper.py").write_text("raise RuntimeError\n", encoding="utf-8")
    monkeypatch.setattr(models, "__path__", [*models.__path__, str(tmp_path)])
    assert {"death-spiral", "toy"} <= set(models.names())
    assert models.get("toy").title == "A toy"


def test_every_model_file_has_a_name_of_its_own():
    files = [path for folder in models.__path__ for path in Path(folder).glob("[!_]*.py")]
    assert len(models.names()) == len(files)


@pytest.mark.slow
def test_importing_the_models_room_imports_no_model():
    code = "import sys, casekit.models; sys.exit('casekit.models.death_spiral' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_unknown_model_names_its_nearest_neighbour():
    with pytest.raises(UnknownNameError, match="did you mean death-spiral"):
        models.get("death-spirl")


def test_an_unknown_parameter_names_its_nearest_neighbour():
    with pytest.raises(UnknownNameError, match=r"death-spiral parameter named 'shok'.* shock"):
        models.run("death-spiral", shok=0.1)


def test_an_unknown_measure_names_its_nearest_neighbour():
    with pytest.raises(UnknownNameError, match=r"death-spiral measure named 'units_2019'.* units_"):
        models.measure("death-spiral", "units_2019")


def test_a_measure_follows_the_settings():
    reference = models.measure("death-spiral", "units_2018")
    assert models.measure("death-spiral", "units_2018", team_start="never") < reference / 2
