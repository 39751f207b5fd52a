"""Assignments and submissions that a grader and nbgrader's own must grade alike.

`CASES` are the assignments, `make_course` writes them into a course, `grade_stock` has nbgrader
grade them, `rows` reads a gradebook in a form that can be compared.
"""

import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
from corpus_cases import CASES
from corpus_parts import Case, Content, Notebooks, Submission, find, tidy, without_regions
from nbformat import NO_CONVERT, NotebookNode
from nbformat.v4 import new_notebook
from nbgrader.api import Comment, Grade, Gradebook, SubmittedAssignment, SubmittedNotebook
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from casekit.course import nbgrading

__all__ = ["CASES", "Case", "Submission", "grade_stock", "make_course", "rows"]

COURSE = "corpus"
_CONFIG = """\
import os
import sys

root = os.path.dirname(os.path.abspath(__file__))
if root not in sys.path:
    sys.path.insert(0, root)  # where the late penalties are

c = get_config()
c.CourseDirectory.root = root
c.CourseDirectory.course_id = "{course}"
c.Execute.timeout = 10
c.Execute.extra_arguments = ["--IPKernelApp.log_level=ERROR"]
c.AssignLatePenalties.plugin_class = "corpus_late.ByTheHour"
"""
_LATE = '''\
"""Late penalties of the course."""

import math

from nbgrader.plugins import BasePlugin


class ByTheHour(BasePlugin):
    """Nothing for five minutes, a point for each started hour, everything after a day."""

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        if student_id == "guest":
            return -1
        if total_seconds_late <= 300:
            return None
        if total_seconds_late > 86400:
            return score
        return math.ceil(total_seconds_late / 3600)
'''
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def make_course(folder: Path, cases: Sequence[Case] | None = None, url: str = "") -> Path:
    """Write a course of cases: sources, released notebooks, submissions, gradebook.

    Args:
        folder: Where; is made if need be.
        cases: Which; all by default.
        url: The gradebook's address; by default it lies in the folder.
    """
    cases = CASES if cases is None else cases
    folder = Path(folder).resolve()
    config = _CONFIG.format(course=COURSE)
    if url:
        config += f"c.CourseDirectory.db_url = {url!r}\n"
    _write(folder / "nbgrader_config.py", config)
    _write(folder / "corpus_late.py", _LATE)
    with _gradebook(folder) as gradebook:
        for one in cases:
            gradebook.add_assignment(one.name, duedate=one.due)
    for one in cases:
        _write_source(folder / "source" / one.name, one)
        problem = nbgrading.run(_converter(GenerateAssignment, folder, assignment_id=one.name))
        if problem:
            raise ValueError(f"{one.name}: {problem}")
        for submission in one.submissions:
            _submit(folder, one, submission)
    _record(folder, cases)
    return folder


def grade_stock(course: Path, assignment: str | None = None) -> dict[tuple[str, str], str]:
    """Have nbgrader grade the submissions of one or all assignments, one at a time.

    Returns:
        What nbgrader could not grade, by assignment and student, and why.
    """
    failed = {}
    for path in sorted((course / "submitted").glob(f"*/{assignment or '*'}")):
        names = {"assignment_id": path.name, "student_id": path.parent.name}
        problem = nbgrading.run(_converter(Autograde, course, force=True, **names))
        if problem is not None:
            failed[path.name, path.parent.name] = problem
    return failed


def rows(course: Path) -> list[tuple]:
    """Read all of the gradebook that grading writes, without the ids of its records."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)
        with _gradebook(course) as gradebook:
            found = [row for kind in _ROWS for row in kind(gradebook)]
    return sorted(found, key=lambda row: [str(part) for part in row])


def _submission_rows(gradebook: Gradebook) -> Iterator[tuple]:
    for one in gradebook.db.query(SubmittedAssignment):
        stamp = one.timestamp and one.timestamp.isoformat()
        yield ("submission", one.name, one.student.id, stamp, one.total_seconds_late)


def _notebook_rows(gradebook: Gradebook) -> Iterator[tuple]:
    for one in gradebook.db.query(SubmittedNotebook):
        scores = (one.late_submission_penalty, one.needs_manual_grade, one.score, one.max_score)
        yield ("notebook", *_names(one), *scores)


def _grade_rows(gradebook: Gradebook) -> Iterator[tuple]:
    for one in gradebook.db.query(Grade):
        scores = (one.auto_score, one.manual_score, one.extra_credit, one.needs_manual_grade)
        yield ("grade", *_names(one.notebook), one.name, *scores)


def _comment_rows(gradebook: Gradebook) -> Iterator[tuple]:
    for one in gradebook.db.query(Comment):
        comments = (one.auto_comment, one.manual_comment)
        yield ("comment", *_names(one.notebook), one.name, *comments)


_ROWS = (_submission_rows, _notebook_rows, _grade_rows, _comment_rows)


def _names(notebook: SubmittedNotebook) -> tuple[str, str, str]:
    return notebook.assignment.name, notebook.assignment.student.id, notebook.name


def _config(course: Path) -> Config:
    return PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()


def _converter(kind: type, course: Path, *, force: bool = False, **names: str) -> Any:
    config = _config(course)
    return kind(coursedir=CourseDirectory(config=config, **names), config=config, force=force)


def _gradebook(course: Path) -> Gradebook:
    # nbgrader calls the alembic command when it makes a gradebook, and finds it through PATH only.
    tools = str(Path(sys.executable).parent)
    if tools not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([tools, os.environ.get("PATH", "")])
    directory = CourseDirectory(config=_config(course))
    return Gradebook(directory.db_url, directory.course_id)


def _write(path: Path, content: Content) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def _write_source(folder: Path, one: Case) -> None:
    for name, content in one.files.items():
        _write(folder / name, content)
    for name, cells in one.notebooks.items():
        notebook = new_notebook(cells=deepcopy(cells), metadata={"kernelspec": _KERNEL})
        notebook.nbformat_minor = one.minor
        _number(notebook)
        _write(folder / f"{name}.ipynb", nbformat.writes(notebook, NO_CONVERT))


def _number(notebook: NotebookNode) -> None:
    """Give the cells the same ids at each making."""
    for place, cell in enumerate(notebook.cells):
        if notebook.nbformat_minor < 5:
            cell.pop("id", None)
        else:
            cell.setdefault("id", f"new-{place}")
            if not cell.id.startswith("new-"):
                cell.id = f"cell-{place}"


def _submit(course: Path, one: Case, submission: Submission) -> None:
    notebooks = {
        name: nbformat.read(course / "release" / one.name / f"{name}.ipynb", NO_CONVERT)
        for name in one.notebooks
    }
    for grade_id, source in _answers(one, submission).items():
        notebook, place = find(notebooks, grade_id)
        notebook.cells[place].source = source
    for change in submission.changes:
        change(notebooks)
    folder = course / "submitted" / submission.student / one.name
    for name, content in ({**one.files} | {**submission.files}).items():
        _write(folder / name, content)
    _write_notebooks(folder, notebooks, submission)
    if submission.timestamp is not None:
        _write(folder / "timestamp.txt", submission.timestamp)


def _write_notebooks(folder: Path, notebooks: Notebooks, submission: Submission) -> None:
    for name, notebook in notebooks.items():
        if name not in submission.leaves_out:
            _number(notebook)
            text = nbformat.writes(notebook, NO_CONVERT)
            _write(folder / f"{name}.ipynb", submission.encode(text))


def _answers(one: Case, submission: Submission) -> dict[str, str]:
    cells = [cell for notebook in one.notebooks.values() for cell in notebook]
    solutions = {
        cell.metadata.nbgrader.grade_id: without_regions(cell.source)
        for cell in cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    answers = submission.answers
    if isinstance(answers, str):
        (only,) = solutions
        answers = {only: answers}
    own = {grade_id: tidy(source) for grade_id, source in answers.items()}
    return (solutions if submission.solved else {}) | own


def _record(course: Path, cases: Sequence[Case]) -> None:
    """Record what is known before grading: extensions, marks given by hand."""
    with warnings.catch_warnings(), _gradebook(course) as gradebook:
        warnings.simplefilter("ignore", SAWarning)
        for one in cases:
            for submission in one.submissions:
                if submission.extension or submission.by_hand:
                    gradebook.update_or_create_student(submission.student)
                    gradebook.add_submission(one.name, submission.student)
                if submission.extension:
                    hours = submission.extension.total_seconds() / 3600
                    gradebook.grant_extension(one.name, submission.student, hours=hours)
                for grade_id, marks in submission.by_hand.items():
                    where = next(iter(one.notebooks))
                    grade = gradebook.find_grade(grade_id, where, one.name, submission.student)
                    grade.manual_score, grade.extra_credit = marks
                    gradebook.db.commit()
