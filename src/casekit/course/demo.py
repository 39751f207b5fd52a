"""Synthetic students for a demo course, each with a known intended score.

A profile says how a student departs from the right answers and what share of each question's
points that costs; an assignment without a question of the kind is answered right instead. The
intended score follows from the profile alone, never from grading, so that a graded demo course is
a test of the grader.
"""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.preprocessors import (
    ClearHiddenTests,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
)
from traitlets.config import Config

from casekit.course.folder import Course, Progress
from casekit.grading.folders import write_atomically
from casekit.questions.files import read_notebook
from casekit.questions.firm import FILE, Firm
from casekit.questions.keys import expected, mistaken, names_for
from casekit.questions.marking import find_firm
from casekit.questions.notebook import BEGIN, END
from casekit.questions.schema import Assignment, Question

FOLDER = "demo"
_ESSAY = (
    "This is a synthetic answer of a demo student. It names two figures, weighs both readings and"
    " says which observation would tell them apart. It stands here to be marked."
)
_NAMES = (
    "Aster", "Birch", "Clover", "Dahlia", "Élodée", "Fern", "Ginkgo", "Hazel", "Iris", "Juniper",
    "Kale", "Lotus",
)  # fmt: skip
_LATE = timedelta(hours=30)
_EARLY = timedelta(hours=50)


@dataclass
class Work:
    """What one student writes for one assignment.

    Attributes:
        assignment: The assignment.
        firm: The student's own numbers.
        source: The source notebook, with solutions.
        answers: Code of each solution cell; a question without code stays as released.
        shares: Share of each question's points that the answer is meant to earn.
        essay: Text of the essay, or None to leave it as released.
        restructured: Whether the student adds cells and splits some.
        delay: Time between due date and submission; negative is early.
        handed_in: Whether there is a submission at all.
    """

    assignment: Assignment
    firm: Firm
    source: NotebookNode
    answers: dict[str, str] = field(default_factory=dict)
    shares: dict[str, float] = field(default_factory=dict)
    essay: str | None = _ESSAY
    restructured: bool = False
    delay: timedelta = -_EARLY
    handed_in: bool = True

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions of the assignment."""
        return self.assignment.questions

    def key(self, question: Question) -> list[Any]:
        """The right answer with the student's own numbers, rounded as the question allows."""
        right = expected(question, self.names(question))
        if question.rounding is None:
            return right
        return [round(element, question.rounding) for element in right]

    def names(self, question: Question) -> dict[str, Any]:
        """What the key of a question may use."""
        return names_for(question, self.assignment, self.firm)

    def solution(self, question: Question) -> str:
        """The code of the solution notebook."""
        code = next(cell.source for cell in self.source.cells if cell.id == question.id)
        return str(code[code.index(BEGIN) + len(BEGIN) : code.index(END)].strip())

    def replace(self, question: Question, code: str, share: float = 0.0) -> None:
        """Answer a question otherwise, for a share of its points."""
        self.answers[question.id] = code
        self.shares[question.id] = share


Profile = Callable[[Work], None]


def populate(course: Course, count: int, progress: Progress) -> None:
    """Enrol synthetic students and hand in their work.

    Writes `submitted/`, the students' names in the gradebook, and `demo/intended.csv`: for each
    student and assignment the profile and the intended autograded score.

    Args:
        course: A new course.
        count: Number of students; their profiles repeat after twelve.
        progress: Called for each student.
    """
    rows = []
    profiles = list(PROFILES.items())
    _enrol(course, count)
    for number in range(count):
        student = _student_id(number)
        progress(f"writing {student}", number, count)
        name, profile = profiles[number % len(profiles)]
        for assignment in course.assignments():
            work = _work(course, assignment, student, profile)
            if work.handed_in:
                _hand_in(course, assignment, student, work)
            score = _intended(work) if work.handed_in else ""
            rows.append([student, assignment, name, score, _seconds_late(work)])
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["student_id", "assignment", "profile", "intended_auto_score", "late_seconds"])
    writer.writerows(rows)
    write_atomically(course.root / FOLDER / "intended.csv", text.getvalue())


def _student_id(number: int) -> str:
    return f"demo-{number + 1:02d}"


def _enrol(course: Course, count: int) -> None:
    with course.gradebook() as gradebook:
        for number in range(count):
            student = _student_id(number)
            gradebook.update_or_create_student(
                student,
                first_name=_NAMES[number % len(_NAMES)],
                last_name=f"Synthetic, no. {number + 1}",
                email=f"{student}@example.invalid",
            )


def _intended(work: Work) -> float:
    return sum(round(work.shares[question.id] * question.points, 2) for question in work.questions)


def _seconds_late(work: Work) -> float | str:
    return max(0.0, work.delay.total_seconds()) if work.handed_in else ""


def _work(course: Course, name: str, student: str, profile: Profile) -> Work:
    assignment = course.questions(name)
    work = Work(
        assignment, find_firm(course.root, assignment, student), _source(course, assignment.name)
    )
    for question in work.questions:
        work.replace(question, _typed_in(work, question), share=1.0)
    profile(work)
    return work


def _source(course: Course, assignment: str) -> NotebookNode:
    return read_notebook(course.root / "source" / assignment / f"{assignment}.ipynb")


def _typed_in(work: Work, question: Question) -> str:
    """Code of the right answer; a function cannot be typed in as a value."""
    if question.type == "function":
        return work.solution(question)
    return _assign(question, _shaped(question, work.key(question)))


def _shaped(question: Question, values: list[Any]) -> Any:
    """Values in the shape that a question asks for."""
    if question.type == "list":
        return values
    if question.type == "series":
        return dict(zip(question.labels, values, strict=True))
    if question.type == "frame":
        rows = len(question.labels)
        columns = [values[start : start + rows] for start in range(0, len(values), rows)]
        return dict(zip(question.columns, columns, strict=True))
    return values[0]


def _assign(question: Question, value: object) -> str:
    return f"{question.id} = {value!r}"


def _scalars(work: Work) -> list[Question]:
    return [question for question in work.questions if question.type in ("pct", "float", "int")]


def _right(work: Work) -> None:
    """Right, typed in as rounded numbers."""


def _computed_late(work: Work) -> None:
    """Right, computed in the notebook, but handed in after the due date."""
    work.delay = _LATE
    for question in work.questions:
        work.replace(question, work.solution(question), share=1.0)


def _restructured(work: Work) -> None:
    """Right, as numpy and pandas objects, in a notebook with added cells."""
    work.restructured = True
    for question in work.questions:
        if question.type == "function":
            continue
        value = repr(_shaped(question, work.key(question)))
        objects = {
            "pct": f"np.float64({value})",
            "float": f"np.float64({value})",
            "list": f"pd.Series({value})",
            "series": f"pd.Series({value})",
            "frame": f"pd.DataFrame({value}, index={list(question.labels)})",
        }
        code = objects.get(question.type, value)
        work.replace(question, f"{question.id} = {code}", share=1.0)


def _wrong_sign(work: Work) -> None:
    for question in _scalars(work)[:1]:
        work.replace(question, _assign(question, -work.key(question)[0]))


def _share_for_percent(work: Work) -> None:
    for question in _scalars(work)[:2][-1:]:
        work.replace(question, _assign(question, work.key(question)[0] / 100))


def _known_mistake(work: Work) -> None:
    """The first keyed mistake of the last question of one value that has one."""
    keyed = [
        (question, place)
        for question in work.questions
        for place, mistake in enumerate(question.mistakes)
        if "key" in mistake and question.type in ("pct", "float", "int", "enum")
    ]
    last = [each for each in keyed if each[0] is keyed[-1][0]]
    for question, place in last[:1]:
        wrong = list(mistaken(question, work.names(question)))
        work.replace(question, _assign(question, wrong[place][0][0]))


def _text_for_number(work: Work) -> None:
    for question in _scalars(work)[:1]:
        text = f"{work.key(question)[0]} {question.unit}"
        work.replace(question, _assign(question, text))


def _half_a_list(work: Work) -> None:
    lists = [each for each in work.questions if each.type == "list" and each.numeric]
    for question in lists[:1]:
        *first, last = work.key(question)
        outside = (last + (question.high or 0.0)) / 2
        share = len(first) / (len(first) + 1) if question.partial else 0.0
        work.replace(question, _assign(question, [*first, outside]), share)


def _runtime_error(work: Work) -> None:
    work.replace(work.questions[0], f"{work.questions[0].id} = 1 / 0")


def _syntax_error(work: Work) -> None:
    work.replace(work.questions[-1], f"{work.questions[-1].id} = = 1")


def _unchanged(work: Work) -> None:
    work.answers.clear()
    work.shares = {question.id: 0.0 for question in work.questions}
    work.essay = None


def _missing(work: Work) -> None:
    work.handed_in = False


PROFILES: dict[str, Profile] = {
    "right": _right,
    "right, restructured": _restructured,
    "wrong sign": _wrong_sign,
    "share for percent": _share_for_percent,
    "known mistake": _known_mistake,
    "text for number": _text_for_number,
    "half a list": _half_a_list,
    "runtime error": _runtime_error,
    "syntax error": _syntax_error,
    "unchanged": _unchanged,
    "right, computed, late": _computed_late,
    "missing": _missing,
}


def _hand_in(course: Course, assignment: str, student: str, work: Work) -> None:
    notebook = _student_version(_source(course, assignment), course.config)
    essay = course.rubric(assignment).id
    for cell in notebook.cells:
        if cell.id in work.answers:
            cell.source = work.answers[cell.id]
        elif cell.id == essay and work.essay is not None:
            cell.source = work.essay
    if work.restructured:
        _restructure(notebook)
    folder = course.root / "submitted" / student / assignment
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{assignment}.ipynb")
    write_atomically(folder / FILE, work.firm.to_json())
    with course.gradebook() as gradebook:
        due: datetime = gradebook.find_assignment(assignment).duedate
    stamp = (due + work.delay).strftime("%Y-%m-%d %H:%M:%S UTC")
    (folder / "timestamp.txt").write_text(stamp + "\n", encoding="utf-8")


def _restructure(notebook: NotebookNode) -> None:
    """Add what students add: imports of their own, notes, a scratch cell at the end."""
    notebook.cells.insert(
        0, new_code_cell("import numpy as np\nimport pandas as pd", id="my-imports")
    )
    notebook.cells.insert(1, new_markdown_cell("My notes.", id="my-notes"))
    notebook.cells.append(new_code_cell("scratch = 1 + 1\nscratch", id="my-scratch"))


def _student_version(notebook: NotebookNode, config: Config) -> NotebookNode:
    """What nbgrader would release, without touching the gradebook."""
    resources: dict[str, Any] = {}
    for step in (
        LockCells,
        ClearSolutions,
        ClearOutput,
        ComputeChecksums,
        ClearHiddenTests,
        ComputeChecksums,
    ):
        notebook, resources = step(config=config).preprocess(notebook, resources)
    return notebook
