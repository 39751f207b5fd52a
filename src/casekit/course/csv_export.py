"""Export an assignment's grades as CSV, one row a student, missing work left empty."""

import csv
import io
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment

from casekit.course.autograding import ledger
from casekit.course.folder import open_course
from casekit.errors import InvalidInputError
from casekit.grading.folders import write_atomically
from casekit.grading.ledger import Stage
from casekit.questions.notebook import test_id

Row = dict[str, Any]

_COLUMNS = (
    "student_id", "last_name", "first_name", "email", "assignment", "status", "auto_score",
    "manual_score", "score", "max_score", "needs_manual", "late_seconds",
)  # fmt: skip


def export(
    directory: str | Path, assignment: str, path: str | Path, *, dry_run: bool = False
) -> list[Row]:
    """Write an assignment's grades as CSV in UTF-8.

    Columns are the student, ``status`` (``graded``, ``submitted``, ``failed``, ``missing``), the
    scores, and one column a question. Without a grade the cells are empty, never 0; work that
    changed after it was graded is ``submitted`` again.

    Args:
        directory: The course's folder.
        assignment: Name of the assignment.
        path: The file to write; an existing one is replaced as a whole, behind a link too.
        dry_run: Return the rows and write nothing.

    Returns:
        The rows, in the order of the students' ids.

    Raises:
        UnknownNameError: If there is no such assignment.
        InvalidInputError: If the assignment is not released, or the file cannot be written.
    """
    course = open_course(directory)
    course.require_release(assignment)
    cells = {
        question.id: test_id(question.id) for question in course.questions(assignment).questions
    }
    essay = course.rubric(assignment).id
    cells[essay] = essay
    students = course.students()
    with ledger(course, assignment) as stage, course.gradebook() as gradebook:
        rows = [_row(gradebook, assignment, student, cells, stage(student)) for student in students]
    if not dry_run:
        _write(Path(path), csv_text(rows))
    return rows


def csv_text(rows: list[Row]) -> str:
    """Return exported rows as the text of a CSV file, with a line of headings.

    Args:
        rows: What ``export`` returns.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else _COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _write(path: Path, text: str) -> None:
    try:
        target = path.resolve()  # a link stays a link, what it points to is replaced
        if target.exists() and not target.is_file():
            message = f"{path} is no ordinary file: name another file."
            raise InvalidInputError(message)
        write_atomically(target, text)
    except (OSError, RuntimeError) as problem:
        reason = getattr(problem, "strerror", None) or problem
        message = f"{path} cannot be written ({reason}): name another file."
        raise InvalidInputError(message) from problem


def _row(
    gradebook: Gradebook, assignment: str, student: str, cells: dict[str, str], status: Stage
) -> Row:
    row: Row = dict.fromkeys([*_COLUMNS, *cells], "")
    row |= {"student_id": student, "assignment": assignment, "status": status}
    row |= _person(gradebook, student)
    if status != "graded":
        return row
    return row | _scores(gradebook.find_submission(assignment, student), cells)


def _person(gradebook: Gradebook, student: str) -> Row:
    try:
        found = gradebook.find_student(student)
    except MissingEntry:  # handed in without being enrolled
        return {}
    return {name: getattr(found, name) or "" for name in ("last_name", "first_name", "email")}


def _scores(submission: SubmittedAssignment, cells: dict[str, str]) -> Row:
    grades = {grade.name: grade for notebook in submission.notebooks for grade in notebook.grades}
    return {
        "auto_score": _total(grade.auto_score for grade in grades.values()),
        "manual_score": _total(grade.manual_score for grade in grades.values()),
        "score": submission.score,
        "max_score": submission.max_score,
        "needs_manual": submission.needs_manual_grade,
        "late_seconds": submission.total_seconds_late,
    } | {
        question: "" if _is_open(grades[name]) else grades[name].score
        for question, name in cells.items()
        if name in grades
    }


def _is_open(grade: Any) -> bool:
    """An essay nobody has marked yet has no score; nbgrader counts it as 0."""
    return grade.auto_score is None and grade.manual_score is None


def _total(scores: Any) -> float | str:
    given = [score for score in scores if score is not None]
    return sum(given) if given else ""
