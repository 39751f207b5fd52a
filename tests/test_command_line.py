"""Does the command line keep its contract: answers on stdout, one sentence on stderr, a status?"""

import json
import shutil
import sys
from pathlib import Path

import pytest

import casekit
from casekit import data, models
from casekit.cli import main, parser

ROOT = Path(__file__).parents[1]
GOLDENS = ROOT / "tests" / "models" / "goldens.json"


def call(capsys, *arguments: str) -> tuple[int, str, str]:
    status = main(arguments)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_model_run_prints_the_golden_series_as_json(capsys):
    status, out, _ = call(capsys, "model", "run", "death-spiral", "--json")
    document = json.loads(out)
    golden = json.loads(GOLDENS.read_text(encoding="utf-8"))["death-spiral"]["shipments"]
    assert status == 0
    assert document["run"]["shipments"] == pytest.approx(golden, abs=1e-9)


def test_model_run_takes_settings_and_prints_a_table(capsys):
    status, out, _ = call(capsys, "model", "run", "death-spiral", "--set", "team_start=never")
    assert status == 0
    assert "2018Q4" in out
    assert "tipping_point" in out


def test_json_has_no_nan_where_a_measure_does_not_exist(capsys):
    _, out, _ = call(capsys, "model", "run", "death-spiral", "--set", "demand_loss=0", "--json")
    assert json.loads(out)["measures"]["tipping_point"] is None


def test_model_run_summarises_many_runs(capsys):
    command = ("model", "run", "death-spiral", "--runs", "50", "--seed", "3")
    status, out, _ = call(capsys, *command)
    assert status == 0
    assert "units_2018" in out
    assert "p90" in out
    _, out, _ = call(capsys, *command, "--vary", "shock=0:0.1", "--set", "news=0.1", "--json")
    document = json.loads(out)
    assert (document["runs"], document["seed"]) == (50, 3)
    assert document["settings"]["news"] == 0.1
    assert document["measures"][0]["runs"] == 50


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--runs", "0"), "whole number from 1 on"),
        (("--seed", "-1", "--runs", "5"), "whole number from 0 on"),
        (("--vary", "shock=0:0.1"), "--runs"),
        (("--runs", "5", "--vary", "shock=0.1"), "NAME=LOW:HIGH"),
        (("--runs", "5", "--vary", "shock=0:9"), "out of bounds"),
        (("--runs", "5", "--vary", "shok=0:0.1"), "shock"),
        (("--set", "shock=9"), "out of bounds"),
    ],
)
def test_a_wrong_model_run_is_one_sentence_and_status_2(capsys, arguments, said):
    status, out, err = call(capsys, "model", "run", "death-spiral", *arguments)
    assert (status, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("name", models.names())
def test_every_model_can_be_listed_described_and_run(capsys, name):
    assert name in call(capsys, "model", "list")[1]
    described = json.loads(call(capsys, "model", "describe", name, "--json")[1])
    assert {"parameters", "results", "measures", "equations", "breaks"} <= described.keys()
    ran = json.loads(call(capsys, "model", "run", name, "--json")[1])
    assert ran["run"].keys() == {result["name"] for result in described["results"]}
    assert call(capsys, "model", "run", name)[0] == 0
    assert call(capsys, "model", "describe", name)[0] == 0


def test_data_check_is_clean_on_our_tables(capsys):
    status, out, err = call(capsys, "data", "check")
    assert (status, err) == (0, "")
    assert "no fault" in out


@pytest.mark.parametrize(
    ("table", "line", "old", "new", "column"),
    [
        ("shipments", 5, ",million units,", ",million bananas,", "unit"),
        ("shipments", 3, ",Xiaomi,world,", ",Xiaomi,moon,", "scope"),
        ("shipments", 3, ",shipped,", ",shiped,", "measure"),
        ("shipments", 3, ",5.6,", ",five,", "value"),
        ("shipments", 3, ",2013Q3,", ",2013Q7,", "period"),
        ("shipments", 3, ",reported,", ",derived,", "formula"),
        ("facts", 2, "lei-book-chapter", "lei-bok-chapter", "source"),
        ("facts", 2, "peak-2014q3-book,", "Peak 2014,", "id"),
        ("timeline", 3, ",shortage,", ",drought,", "kind"),
        ("sources", 2, ",book,B,", ",book,E,", "grade"),
        ("causal-claims", 2, ",+,", ",plus,", "sign"),
    ],
)
def test_data_check_exits_1_and_names_row_and_column(  # noqa: PLR0913, PLR0917  a table of cases
    capsys, tmp_path, monkeypatch, table, line, old, new, column
):
    tables = tmp_path / "tables"
    shutil.copytree(data.folder(), tables)
    path = tables / f"{table}.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new)
    path.write_text("".join(lines), encoding="utf-8")
    check = data.check
    monkeypatch.setattr(data, "check", lambda: check(tables))
    status, _, err = call(capsys, "data", "check")
    assert status == 1
    assert f"{table}, line {line}, {column}: " in err


def test_a_fact_is_printed_with_its_source(capsys):
    status, out, _ = call(capsys, "data", "fact", "units-2016q1-ihs")
    assert status == 0
    assert out.startswith("14.8 million\n")
    assert "PhoneArena" in out
    _, out, _ = call(capsys, "data", "fact", "units-2016q1-ihs", "--json")
    assert json.loads(out)["value"] == 14.8


def test_a_claim_without_a_number_is_printed_once(capsys):
    _, out, _ = call(capsys, "data", "fact", "remedy-supply-team")
    assert out.count(data.fact("remedy-supply-team").statement) == 1


def test_tables_are_listed_and_shown(capsys):
    _, out, _ = call(capsys, "data", "list")
    assert {line.split()[0] for line in out.splitlines()} == set(data.tables())
    _, out, _ = call(capsys, "data", "show", "timeline")
    assert out.startswith("id,start,end,kind")
    listed = json.loads(call(capsys, "data", "list", "--json")[1])
    assert [table["name"] for table in listed] == data.tables()
    rows = json.loads(call(capsys, "data", "show", "timeline", "--json")[1])
    assert rows == data.rows("timeline")


def test_models_are_listed_and_described(capsys):
    _, out, _ = call(capsys, "model", "list")
    assert out.startswith("death-spiral")
    listed = json.loads(call(capsys, "model", "list", "--json")[1])
    assert [model["name"] for model in listed] == models.names()
    _, out, _ = call(capsys, "model", "describe", "death-spiral")
    assert "demand_loss" in out
    assert "What it leaves out" in out
    _, out, _ = call(capsys, "model", "describe", "death-spiral", "--json")
    assert json.loads(out)["name"] == "death-spiral"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["data", "fact", "units-2016q1-ihz"], "units-2016q1-ihs"),
        (["data", "show", "shipmints"], "shipments"),
        (["model", "run", "deth-spiral"], "death-spiral"),
        (["model", "run", "death-spiral", "--set", "demand_los=1"], "demand_loss"),
        (["model", "run", "death-spiral", "--set", "shock=2"], "0 to 0.3"),
        (["model", "run", "death-spiral", "--set", "shock=two"], "number"),
        (["model", "run", "death-spiral", "--set", "shock"], "NAME=VALUE"),
        (["model", "run", "death-spiral", "--set", "team_start=2019Q1"], "never"),
        (["book", "check", "nowhere"], "casekit book build"),
        (["course", "grade", "02-crisis", "--course", "nowhere"], "it lacks nbgrader_config.py"),
    ],
)
def test_a_wrong_call_is_one_sentence_and_status_2(capsys, arguments, said):
    status, out, err = call(capsys, *arguments)
    assert status == 2
    assert out == ""
    assert said in err
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err


def test_a_missing_extra_is_named(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "rich", None)
    monkeypatch.setitem(sys.modules, "rich.console", None)
    monkeypatch.delitem(sys.modules, "casekit.console", raising=False)
    monkeypatch.delattr(casekit, "console", raising=False)
    status, _, err = call(capsys, "course", "init", "anywhere")
    assert status == 2
    assert "extra of casekit" in err


def test_every_verb_has_help_with_an_example(capsys):
    for room, verbs in {
        "data": ("check", "list", "show", "fact"),
        "model": ("list", "describe", "run"),
        "book": ("build", "serve", "check"),
        "course": ("init", "release", "grade", "feedback", "export"),
    }.items():
        for verb in verbs:
            with pytest.raises(SystemExit) as stopped:
                parser().parse_args([room, verb, "--help"])
            assert stopped.value.code == 0
            text = capsys.readouterr().out
            assert f"examples:\n  casekit {room} {verb}" in text
    with pytest.raises(SystemExit):
        parser().parse_args(["check", "--help"])
    assert "examples:\n  casekit check 02-crisis.ipynb" in capsys.readouterr().out


def test_a_notebook_that_names_another_kernel_or_never_ends_is_told_in_a_sentence(
    capsys, tmp_path, monkeypatch
):
    path = tmp_path / "mine.ipynb"
    mark = {"grade": False, "grade_id": "x", "locked": False, "solution": True, "task": False}
    cell = {
        "cell_type": "code", "id": "x", "source": "x = 1", "outputs": [], "execution_count": None,
        "metadata": {"nbgrader": mark | {"schema_version": 3}},
    }  # fmt: skip
    kernel = {"kernelspec": {"name": "conda-env-foo", "display_name": "foo"}}
    document = {"cells": [cell], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(document), encoding="utf-8")
    status, out, _ = call(capsys, "check", str(path))
    assert (status, "its test cell is gone" in out) == (0, True)
    monkeypatch.setattr("casekit.questions.rehearsal.SECONDS", 2)
    cell["source"] = "x = sum(range(10**10))"
    path.write_text(json.dumps(document), encoding="utf-8")
    status, out, err = call(capsys, "check", str(path))
    assert (status, out) == (2, "")
    assert "a cell ran longer than 2 seconds" in err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        ("{", "not a valid notebook"),
        (
            '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
            "no cell of an assig",
        ),
    ],
)
def test_what_is_no_notebook_of_an_assignment_is_told_in_a_sentence(
    capsys, tmp_path, content, said
):
    path = tmp_path / "mine.ipynb"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    status, out, err = call(capsys, "check", str(path))
    assert (status, out) == (2, "")
    assert said in err
