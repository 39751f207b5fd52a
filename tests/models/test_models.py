"""Can a model be found, described, set and measured, and does it say what was wrong?"""

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from casekit import models
from casekit.errors import InvalidInputError, UnknownNameError


@pytest.fixture(params=models.names())
def model(request):
    return models.get(request.param)


def test_every_model_describes_itself(model):
    assert model.name in models.names()
    assert model.title
    assert model.summary
    assert len(model.limits) >= 2


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


def test_a_run_holds_every_named_series_with_its_unit_and_equal_length(model):
    run = model.run()
    assert list(run) == [result.name for result in model.results]
    assert len({len(series) for series in run.values()}) == 1
    assert all(result.unit and result.meaning and result.symbol for result in model.results)


def test_every_measure_runs_at_the_defaults_and_says_what_it_measures(model):
    for name, measure in model.measures.items():
        value = model.measure(name)
        assert isinstance(value, (bool, str)) or math.isfinite(value), name
        assert measure.meaning, name
        assert measure.unit == measure.unit.strip()


def test_settings_are_the_defaults_with_changes_laid_over_them(model):
    defaults = {parameter.name: parameter.default for parameter in model.parameters}
    assert model.settings() == defaults
    assert model.settings({"shock": 0.1}) == {**defaults, "shock": 0.1}
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
    assert models.names() == ["death-spiral", "toy"]
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
