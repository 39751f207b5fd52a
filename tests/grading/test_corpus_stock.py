"""The corpus says what it means: nbgrader itself grades it as its cases expect."""

from collections import Counter

import pytest
from corpus import CASES, grade_stock, make_course, rows

pytestmark = pytest.mark.slow

PLACES = [(case, submission) for case in CASES for submission in case.submissions]


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Give the rows of the whole corpus, graded by nbgrader, and what it could not grade."""
    course = make_course(tmp_path_factory.mktemp("corpus"))
    failed = grade_stock(course)
    return rows(course), failed


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
    assert len(PLACES) <= 130


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
