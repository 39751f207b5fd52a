"""Return feedback: one page a student, readable on a phone, in which nothing of theirs can run.

The pages lie where nbgrader puts its own, so that every way of handing feedback out still works.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from nbformat import NotebookNode
from nbgrader.api import Comment, Grade, SubmittedNotebook

from casekit.course.autograding import graded_cells, ledger
from casekit.course.folder import Course, Progress, open_course, silent, write_atomically
from casekit.questions.notebook import test_id
from casekit.questions.rehearsal import first_error
from casekit.questions.rubric import Rubric
from casekit.questions.schema import Question

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_MOST_CHARACTERS = 1000
_MINUTE, _HOUR = 60, 3600


@dataclass(frozen=True)
class _Answer:
    """What the page says about one question; everything is text, escaped by the template."""

    title: str
    code: str
    score: float
    points: float
    sentence: str
    comment: str


@dataclass(frozen=True)
class _Essay:
    """What the page says about the essay; ``score`` is None until somebody has marked it."""

    rubric: Rubric
    text: str
    score: float | None
    points: float
    comment: str


def feedback(
    directory: str | Path,
    assignment: str,
    student: str | None = None,
    progress: Progress = silent,
) -> list[Path]:
    """Write the feedback pages of an assignment.

    Args:
        directory: The course's folder.
        assignment: Name of the assignment.
        student: Id of the only student; all graded ones by default.
        progress: Called for each student.

    Returns:
        The pages, `feedback/<student>/<assignment>/<assignment>.html`, in the order of the ids.
        Students whose work, as it stands now, has not been graded get none, and an earlier page
        of theirs is removed: a page that is not there cannot be taken for a mark, and nothing that
        hands out the folder can hand it out.

    Raises:
        UnknownNameError: If there is no such assignment or student.
        InvalidInputError: If the assignment has not been released.
    """
    course = open_course(directory)
    course.require_release(assignment)
    pages = []
    students = course.choose_students(student)
    with ledger(course, assignment) as stage:
        stages = {name: stage(name) for name in students}
    for done, name in enumerate(students):
        progress(f"feedback for {name}", done, len(students))
        page = course.root / "feedback" / name / assignment / f"{assignment}.html"
        if stages[name] == "graded":
            graded = course.root / "autograded" / name / assignment / f"{assignment}.ipynb"
            write_atomically(page, _page(course, assignment, name, graded))
            pages.append(page)
        else:
            page.unlink(missing_ok=True)
    return pages


@cache
def _template() -> Template:
    loader = PackageLoader("casekit.course")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("feedback.html.j2")


def _page(course: Course, assignment: str, student: str, graded: Path) -> str:
    cells = dict(graded_cells(graded))
    rubric = course.rubric(assignment)
    questions = course.questions(assignment).questions
    with course.gradebook() as gradebook:
        notebook = gradebook.find_submission_notebook(assignment, assignment, student)
        grades = {grade.name: grade for grade in notebook.grades}
        comments = {comment.name: _comment(comment) for comment in notebook.comments}
        return _template().render(
            assignment=assignment,
            student=student,
            answers=[_answer(question, cells, grades, comments) for question in questions],
            essay=_essay(rubric, cells, grades, comments),
            late=_late(notebook),
            score=notebook.score,
            points=notebook.max_score,
            provisional=notebook.needs_manual_grade,
        )


def _answer(
    question: Question,
    cells: dict[str, NotebookNode],
    grades: dict[str, Grade],
    comments: dict[str, str],
) -> _Answer:
    answer, test = cells.get(question.id), cells.get(test_id(question.id))
    grade = grades[test_id(question.id)]
    return _Answer(
        title=question.title,
        code=answer.source if answer else "",
        score=grade.score,
        points=grade.max_score,
        sentence=_sentence(answer, test),
        comment=comments.get(question.id, ""),
    )


def _sentence(answer: NotebookNode | None, test: NotebookNode | None) -> str:
    """The last thing the check or the marking said; before that, why the answer did not run."""
    for cell in (answer, test):
        error = first_error(cell) if cell else None
        if error is None:
            continue
        if error.ename == "CheckFailedError":
            return _clean(error.evalue)
        return _clean(f"The cell stopped with {error.ename}: {error.evalue}")
    outputs = test.outputs if test else []
    printed = [output.text for output in outputs if "text" in output]
    lines = "".join(printed).strip().splitlines()
    return _clean(lines[-1]) if lines else ""


def _clean(text: str) -> str:
    return _ANSI.sub("", text)[:_MOST_CHARACTERS]


def _comment(comment: Comment) -> str:
    return str(comment.comment or "")


def _essay(
    rubric: Rubric,
    cells: dict[str, NotebookNode],
    grades: dict[str, Grade],
    comments: dict[str, str],
) -> _Essay:
    grade = grades[rubric.id]
    is_open = grade.auto_score is None and grade.manual_score is None
    cell = cells.get(rubric.id)
    return _Essay(
        rubric=rubric,
        text=cell.source if cell else "",
        score=None if is_open else grade.score,
        points=grade.max_score,
        comment=comments.get(rubric.id, ""),
    )


def _late(notebook: SubmittedNotebook) -> str:
    seconds = notebook.assignment.total_seconds_late
    return f"Handed in {_duration(seconds)} after the due date." if seconds else ""


def _duration(seconds: float) -> str:
    """Minutes under an hour, hours under two days, then days and hours; never "0 minutes"."""
    minutes, hours = max(1, round(seconds / _MINUTE)), round(seconds / _HOUR)
    if minutes < 60:  # noqa: PLR2004 - minutes an hour
        return _count(minutes, "minute")
    if hours < 48:  # noqa: PLR2004 - hours in two days
        return _count(hours, "hour")
    days, rest = divmod(hours, 24)
    return _count(days, "day") + (f" and {_count(rest, 'hour')}" if rest else "")


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
