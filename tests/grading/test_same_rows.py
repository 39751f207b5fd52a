"""Does a corpus of assignments get the rows that nbgrader gives, here and on a cluster?"""

import shutil
import sys
from collections import Counter
from pathlib import Path

import pytest
from cluster import cluster
from corpus import CASES, grade_stock, make_course, rows
from differences import DIFFERENCES
from traitlets.config.loader import PyFileConfigLoader

from casekit import grading

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
import postgres

pytestmark = pytest.mark.slow

PLACES = [(case, submission) for case in CASES for submission in case.submissions]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A course of the whole corpus, handed in and not graded; copy it."""
    return make_course(tmp_path_factory.mktemp("corpus") / "made")


@pytest.fixture(scope="module")
def graded(made, tmp_path_factory):
    """Give the rows of the whole corpus, graded by nbgrader, and what it could not grade."""
    course = shutil.copytree(made, tmp_path_factory.mktemp("stock") / "course")
    failed = grade_stock(course)
    return rows(course), failed


def grade_here(course, **options):
    """Grade all assignments, and return the rows of the gradebook."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()
    for case in CASES:
        chosen = grading.Options(jobs=2, **options)
        grading.grade(course, config, case.name, options=chosen, tell=lambda _: None)
    return rows(course)


def differing(ours, stock):
    """The cells that differ, by assignment and student; a sum differs with its parts."""
    cells = {}
    for row in {*map(_comparable, ours)} ^ {*map(_comparable, stock)}:
        kind, assignment, student, *rest = row
        if kind in ("grade", "comment"):
            cells.setdefault((assignment, student), set()).add(rest[1])
        else:
            cells.setdefault((assignment, student), set())
    return cells


def _comparable(row):
    """A row as it compares; SQLite, unlike PostgreSQL, forgets the sign of nought."""
    return tuple(part + 0.0 if isinstance(part, float) else part for part in row)


MEANT = {place: cells for place, (_, cells) in DIFFERENCES.items()}


def test_rows_are_those_of_nbgrader_here(made, graded, tmp_path):
    course = shutil.copytree(made, tmp_path / "course")
    assert differing(grade_here(course), graded[0]) == MEANT


def test_rows_are_those_of_nbgrader_without_a_sandbox(made, graded, tmp_path):
    course = shutil.copytree(made, tmp_path / "course")
    assert differing(grade_here(course, isolated=False), graded[0]) == MEANT


def test_rows_are_those_of_nbgrader_in_postgresql(graded, tmp_path):
    with postgres.server() as url:
        assert url, "PostgreSQL is not installed: .ci/system-packages names it"
        course = make_course(tmp_path / "course", url=url)
        assert differing(grade_here(course), graded[0]) == MEANT


@pytest.mark.parametrize("tls", [False, True], ids=["loopback", "tls"])
def test_rows_are_those_of_nbgrader_on_a_cluster(made, graded, tmp_path, tls):
    course = shutil.copytree(made, tmp_path / "course")
    with cluster(tmp_path, tls=tls) as running:
        found = grade_here(course, scheduler=running.address)
    assert differing(found, graded[0]) == MEANT


def test_grading_again_writes_nothing_and_grading_all_anew_writes_the_same(made, tmp_path):
    course = shutil.copytree(made, tmp_path / "course")
    config = PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()

    def grade(regrade="changed"):
        found = grading.grade(course, config, "stack", regrade=regrade)
        return {row.status for row in found}, rows(course)

    first = grade()
    assert first[0] == {"graded"}
    assert grade() == ({"unchanged"}, first[1])
    assert grade("all") == first


def _earned(found, case, submission):
    """The scores of the test cells, by name."""
    tests = _points(case)
    return {
        row[4]: row[5]
        for row in found
        if row[:3] == ("grade", case.name, submission.student) and row[4] in tests
    }


def _points(case):
    cells = [cell for cells in case.notebooks.values() for cell in cells]
    marks = [cell.metadata["nbgrader"] for cell in cells if "nbgrader" in cell.metadata]
    return {
        mark["grade_id"]: float(mark["points"])
        for mark in marks
        if mark["grade"] and not mark["solution"]
    }


def _expecting(earns):
    return [(case, submission) for case, submission in PLACES if submission.earns == earns]


def test_the_corpus_is_large_and_varied():
    assert len(CASES) >= 36
    assert sum(len(case.notebooks) for case in CASES) >= 30
    assert all(2 <= len(case.submissions) <= 4 for case in CASES)
    assert len(PLACES) <= 170


def test_names_are_unique_and_those_who_differ_exist():
    assert max(Counter(case.name for case in CASES).values()) == 1
    for case in CASES:
        students = [submission.student for submission in case.submissions]
        assert len(set(students)) == len(students), case.name
        assert set(case.differs) <= set(students), case.name


def test_nbgrader_grades_every_submission_that_is_not_said_to_differ(graded):
    _, failed = graded
    excused = {(case.name, student) for case in CASES for student in case.differs}
    assert not set(failed) - excused


def test_what_nbgrader_is_said_to_fail_at_it_fails_at(graded):
    _, failed = graded
    fails = {
        (case.name, student)
        for case in CASES
        for student, reason in case.differs.items()
        if reason.startswith("stock fails")
    }
    assert set(failed) == fails


def test_the_right_submissions_earn_their_maximum(graded):
    found, _ = graded
    for case, submission in _expecting("maximum"):
        if submission.student not in case.differs:
            earned = _earned(found, case, submission)
            assert earned == _points(case), (case.name, submission.student)


def test_the_untouched_submissions_earn_nothing(graded):
    found, _ = graded
    for case, submission in _expecting("nothing"):
        earned = _earned(found, case, submission)
        assert not any(earned.values()), (case.name, submission.student)


def test_every_case_tells_a_wrong_submission_from_a_right_one(graded):
    """At least two submissions of each case get different rows, dates left aside."""
    found, _ = graded
    for case in CASES:
        marks = {
            tuple(row[3:] for row in found if row[1:3] == (case.name, submission.student))
            for submission in case.submissions
        }
        assert len(marks) > 1, case.name
