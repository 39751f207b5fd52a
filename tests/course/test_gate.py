"""Does every assignment pass the gate, and is it marked as it is meant to be?"""

import csv
import shutil
import time
from pathlib import Path

import nbformat
import pytest
import yaml

from casekit import course as courses
from casekit.course import gate
from casekit.course.folder import open_course
from casekit.errors import InvalidInputError
from casekit.questions.keys import expected, mistaken, names_for
from casekit.questions.marking import find_firm, judge

CHECKOUT = Path(__file__).parents[2]
NAMES = sorted(path.parent.name for path in (CHECKOUT / "exercises").glob("*/exercise.md"))
pytestmark = pytest.mark.slow

# Answered right: as typed values in other shapes, and as the solution works them out.
ANSWERED_RIGHT = ("demo-02", "demo-11")


def test_there_are_thirteen_assignments_one_a_chapter_but_for_the_capstone():
    numbers = [name.partition("-")[0] for name in NAMES]
    assert numbers == [f"{number:02d}" for number in (*range(1, 13), 14)]
    chapters = {path.stem for path in (CHECKOUT / "chapters").glob("[0-9]*.md")}
    assert set(NAMES) < chapters


@pytest.fixture(scope="module", params=NAMES)
def released(request, some_exercises, tmp_path_factory):
    """A demo course of one assignment that has passed the gate; and the seconds it took."""
    name = request.param
    folder = tmp_path_factory.mktemp("gate") / "course"
    courses.init(folder, some_exercises(name), demo=11)
    begin = time.monotonic()
    courses.release(folder, name)
    return open_course(folder), name, time.monotonic() - begin


def test_an_assignment_passes_the_gate_in_time(released):
    course, name, seconds = released
    assert (course.root / "release" / f"{name}.zip").is_file()
    assert seconds < 3 * gate.SECONDS


def test_right_answers_with_own_numbers_earn_every_point(released):
    course, name, _ = released
    whole = sum(question.points for question in course.questions(name).questions)
    for student in ANSWERED_RIGHT:
        [row] = courses.grade(course.root, name, student)
        assert (row.score, row.problem) == (whole, "")
    with (course.root / "demo" / "intended.csv").open(encoding="utf-8", newline="") as stream:
        intended = {row["student_id"]: row["intended_auto_score"] for row in csv.DictReader(stream)}
    [row] = courses.grade(course.root, name, "demo-10")
    assert (row.score, intended["demo-10"]) == (0, "0.0"), "an untouched notebook earns nothing"
    [row] = courses.grade(course.root, name, "demo-05")
    assert row.score == float(intended["demo-05"]) < whole, "a known mistake costs its points"


def test_every_known_mistake_of_a_student_is_named_and_not_credited(released):
    course, name, _ = released
    found = course.questions(name)
    for student in course.students():
        firm = find_firm(course.root, found, student)
        for question in found.questions:
            if question.type == "function":
                continue  # the gate answers with a function of the mistake's values
            names = names_for(question, found, firm)
            for values, hint in mistaken(question, names):
                answer = values if len(expected(question, names)) > 1 else values[0]
                points, sentence = judge(question, answer, found, firm)
                assert points < question.points
                assert sentence.endswith(hint), question.id


@pytest.mark.parametrize(
    ("cell", "code", "part"),
    [
        ("gap_80_pct", "import urllib.request as u; u.urlopen('http://192.0.2.1')", "URLError"),
        ("test-gap_80_pct", "3", "the empty notebook earns points"),
        ("test-gap_80_pct", "4", "greater than maximum points"),
    ],
)
def test_the_gate_stays_shut(some_exercises, tmp_path, cell, code, part):
    course = courses.init(tmp_path / "course", some_exercises("02-crisis"))
    path = course / "source" / "02-crisis" / "02-crisis.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for each in notebook.cells:
        if each.id == cell:
            each.source = code
    nbformat.write(notebook, path)
    with pytest.raises(InvalidInputError, match=part):
        courses.release(course, "02-crisis")
    assert not (course / "release").exists()


ENDLESS = """def best_answer(others):
    while True:
        others += 1
"""
RAISING = "def best_answer(others):\n    return others / 0\n"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (ENDLESS, "best_answer(120.0) was still running after 5 seconds: look for a loop"),
        (RAISING, "best_answer(120.0) stopped with ZeroDivisionError: float division by zero"),
        ("best_answer = print", "best_answer(120.0) returns None: let the function return"),
    ],
)
def test_a_function_that_fails_costs_its_points_and_nothing_else(
    some_exercises, tmp_path, code, said
):
    course = courses.init(tmp_path / "course", some_exercises("05-rationing"), demo=1)
    courses.release(course, "05-rationing")
    path = course / "submitted" / "demo-01" / "05-rationing" / "05-rationing.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.id == "best_answer":
            cell.source = code
    nbformat.write(notebook, path)
    [row] = courses.grade(course, "05-rationing")
    assert (row.status, row.score) == ("graded", 18.0)
    [page] = courses.feedback(course, "05-rationing")
    assert said in page.read_text(encoding="utf-8")


def test_numbers_that_give_a_hint_away_are_not_released(some_exercises, tmp_path):
    course = courses.init(tmp_path / "course", some_exercises("02-crisis"), demo=1)
    path = course / "keys" / "02-crisis" / "questions.yml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    [drawing, *_] = [question for question in document["questions"] if "draw" in question]
    [number, *_] = drawing["draw"].values()
    number["meaning"] = drawing["mistakes"][0]["hint"]
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    with pytest.raises(InvalidInputError, match="the numbers of demo-01 of 02-crisis would give"):
        courses.release(course, "02-crisis")
    assert not (course / "release").exists()
    assert not (course / "firms").exists()


def test_a_slow_notebook_is_not_released(some_exercises, tmp_path, monkeypatch):
    course = courses.init(tmp_path / "course", some_exercises("02-crisis"))
    monkeypatch.setattr(gate, "SECONDS", 0.1)
    with pytest.raises(InvalidInputError, match=r"02-crisis runs for \d+ seconds: 0.1 are allowed"):
        courses.release(course, "02-crisis")
    shutil.rmtree(course)
