"""Return feedback: one page a student, readable on a phone, in which nothing of theirs can run.

The pages lie where nbgrader puts its own, so that every way of handing feedback out still works.
"""

import json
import multiprocessing
import os
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import nbformat
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from nbformat import NotebookNode

from casekit.course.autograding import ledger
from casekit.course.folder import Course, Progress, open_course, silent
from casekit.grading.folders import write_atomically
from casekit.grading.gradebook import Mark, Marks, read_marks
from casekit.questions.notebook import test_id
from casekit.questions.rehearsal import first_error
from casekit.questions.rubric import Rubric
from casekit.questions.schema import Question

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_MOST_CHARACTERS = 1000
_MANY = 400  # pages from which on other processes are worth their start
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
    students = course.choose_students(student)
    page_of = _Pages(assignment, course.questions(assignment).questions, course.rubric(assignment))
    with ledger(course, assignment) as stage:
        graded = {name for name in students if stage(name) == "graded"}
        with course.gradebook() as gradebook:
            marks = read_marks(gradebook, assignment, assignment)
        for name in set(students) - graded:
            _path(course, name, assignment).unlink(missing_ok=True)
        pages = [name for name in students if name in graded]
        work = [(course.root, name, marks[name]) for name in pages]
        with _workers(len(work)) as each:
            for done, name in enumerate(each(page_of, work)):
                progress(f"feedback for {name}", done + 1, len(pages))
    return [_path(course, name, assignment) for name in pages]


def _path(course: Course, student: str, assignment: str) -> Path:
    return course.root / "feedback" / student / assignment / f"{assignment}.html"


_Each = Callable[[Callable[[tuple[Path, str, Marks]], str], list[tuple[Path, str, Marks]]],
                 Iterable[str]]  # fmt: skip


@contextmanager
def _workers(pages: int) -> Iterator[_Each]:
    """Give a map over pages: in this process, or in several where there are many."""
    if pages < _MANY:
        yield map
        return
    method = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(os.cpu_count(), method) as executor:
        yield partial(executor.map, chunksize=_MANY // 10)


@cache
def _template() -> Template:
    loader = PackageLoader("casekit.course")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("feedback.html.j2")


@dataclass(frozen=True)
class _Pages:
    """Writes the page of one student.

    Attributes:
        assignment: Name of the assignment.
        questions: Its questions.
        rubric: Its essay's rubric.
    """

    assignment: str
    questions: tuple[Question, ...]
    rubric: Rubric

    def __call__(self, work: tuple[Path, str, Marks]) -> str:
        """Write the page of a student into a course, and return the student's id."""
        root, student, marks = work
        folder = root / "autograded" / student / self.assignment
        cells = _cells(folder / f"{self.assignment}.ipynb")
        grades, comments = marks.grades, marks.comments
        text = _template().render(
            assignment=self.assignment,
            student=student,
            answers=[_answer(each, cells, grades, comments) for each in self.questions],
            essay=_essay(self.rubric, cells, grades, comments),
            late=_late(marks.late_seconds),
            score=marks.score,
            points=marks.points,
            provisional=marks.needs_manual,
        )
        name = f"{self.assignment}.html"
        write_atomically(root / "feedback" / student / self.assignment / name, text)
        return student


def _cells(path: Path) -> dict[str, NotebookNode]:
    """The graded notebook's cells by name; grading has written it, so it is read as it is."""
    found = json.loads(path.read_text(encoding="utf-8-sig"))
    cells = ((cell["metadata"].get("nbgrader"), cell) for cell in found["cells"])
    return {
        mark["grade_id"]: _joined(cell) for mark, cell in cells if mark and mark.get("grade_id")
    }


def _joined(cell: dict[str, Any]) -> NotebookNode:
    """A cell with its texts in one piece; files hold them as lists of lines."""
    made: NotebookNode = nbformat.from_dict(cell)
    made.source = "".join(made.source)
    for output in made.get("outputs", ()):
        if "text" in output:
            output.text = "".join(output.text)
    return made


def _answer(
    question: Question,
    cells: dict[str, NotebookNode],
    grades: dict[str, Mark],
    comments: dict[str, str],
) -> _Answer:
    answer, test = cells.get(question.id), cells.get(test_id(question.id))
    grade = grades[test_id(question.id)]
    return _Answer(
        title=question.title,
        code=answer.source if answer else "",
        score=grade.score,
        points=grade.points,
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


def _essay(
    rubric: Rubric,
    cells: dict[str, NotebookNode],
    grades: dict[str, Mark],
    comments: dict[str, str],
) -> _Essay:
    grade = grades[rubric.id]
    is_open = grade.auto is None and grade.manual is None
    cell = cells.get(rubric.id)
    return _Essay(
        rubric=rubric,
        text=cell.source if cell else "",
        score=None if is_open else grade.score,
        points=grade.points,
        comment=comments.get(rubric.id, ""),
    )


def _late(seconds: float) -> str:
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
