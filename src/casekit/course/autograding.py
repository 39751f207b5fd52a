"""Grade submissions: what a course of the case adds to `casekit.grading`."""

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from nbformat import NotebookNode

from casekit import grading
from casekit.course import READABLE, firms
from casekit.course.folder import PLAIN_NAME, Course, Progress, open_course, silent
from casekit.errors import InvalidInputError
from casekit.grading import Options, Row
from casekit.grading.course import Course as GradedCourse
from casekit.grading.ledger import Ledger, Stage
from casekit.questions.files import read_notebook
from casekit.questions.firm import FILE
from casekit.questions.keys import expected, mistaken, names_for
from casekit.questions.marking import SECRET, SHARED, find_firm, is_shared, read_secret
from casekit.questions.rehearsal import TEST_PREFIX
from casekit.questions.schema import Assignment, Question, read_assignment
from casekit.questions.validation import check_keys
from casekit.questions.variants import public_firm

_WARM = ("casekit.data:warm",)
_PREPARE = ("casekit.questions.marking:prepare",)
_BEGIN = ("casekit.questions.marking:begin",)


def grade(  # noqa: PLR0913 - one door, every option by name
    directory: str | Path,
    assignment: str,
    student: str | Sequence[str] | None = None,
    regrade: Literal["changed", "all"] = "changed",
    *,
    progress: Progress = silent,
    options: Options = Options(),  # noqa: B008 - frozen
) -> list[Row]:
    """Grade an assignment; a broken submission becomes a row and never stops the others.

    Grading that was interrupted goes on where it stopped.

    Args:
        directory: The course's folder.
        assignment: Name of the assignment.
        student: Id of the only student to grade, or ids of some; all by default.
        regrade: ``changed`` grades what is new, failed or changed (submission, source, or what
            the keys come to), ``all`` grades everything again. Manual marks survive both.
        progress: Called for each student.
        options: How many at a time, where, and whether students' code is shut in.

    Returns:
        One row a student, in the order of their ids.

    Raises:
        UnknownNameError: If there is no such assignment or student.
        InvalidInputError: If the assignment is not released, a key is broken, ``regrade`` is
            another word, or the course is being graded already.
        NoSandboxError: If students' code cannot be shut in here.
    """
    if regrade not in ("changed", "all"):
        message = f"regrade is {regrade!r}: say 'changed' or 'all'."
        raise InvalidInputError(message)
    course = open_course(directory)
    course.require_release(assignment)
    students = course.choose_students(student)
    plain = [name for name in students if PLAIN_NAME.fullmatch(name)]
    rows = grading.grade(
        course.root, course.config, assignment, content=content(course, assignment),
        students=plain, regrade=regrade, options=options, progress=progress,
    )  # fmt: skip
    found = {row.student: row for row in rows}
    return [found.get(name) or Row(name, "failed", problems=(_NO_NAME,)) for name in students]


_NO_NAME = (
    "no grade",
    "the student's id holds signs that nbgrader reads as a pattern: change it.",
)


def content(course: Course, assignment: str) -> grading.Content:
    """Return what grading needs to know of a course beside nbgrader's settings.

    Raises:
        InvalidInputError: If a key is broken: told once, before it becomes everybody's zero.
    """
    fingerprint = fingerprint_of_keys(course, assignment)
    found = read_assignment(course.keys(assignment))
    home = course.root / "keys"
    names = (f"{assignment}/questions.yml", f"{assignment}/{SHARED}", SECRET)
    there = [name for name in names if (home / name).is_file()]
    keys = {f"keys/{name}": (home / name).read_bytes() for name in there}

    def laid(student: str) -> dict[str, bytes]:
        return {FILE: find_firm(course.root, found, student).to_json().encode()}

    def remarks(student: str, folder: Path, notebooks: Mapping[str, str]) -> list[tuple[str, str]]:
        told = [("other numbers", text)
                for text in firms.remarks(course, found, student, folder)]  # fmt: skip
        return [*_cell_remarks(notebooks.get(assignment, "")), *told]

    return grading.Content(
        fingerprint=fingerprint,
        evaluator_files=keys,
        warm=_WARM,
        prepare=_PREPARE,
        begin=_BEGIN,
        laid=laid,
        remarks=remarks,
        readable=READABLE,
    )


def audit(
    directory: str | Path, assignment: str, size: int = grading.SAMPLE
) -> tuple[list[str], list[grading.Difference]]:
    """Grade a sample of graded submissions with nbgrader too, in a sandbox, and compare.

    Args:
        directory: The course's folder.
        assignment: Name of the assignment.
        size: How many submissions.

    Returns:
        The students whose submissions were compared, and all differences.

    Raises:
        UnknownNameError: If there is no such assignment.
        InvalidInputError: If it is not released, or nbgrader cannot be run.
        NoSandboxError: If students' code cannot be shut in here.
    """
    course = open_course(directory)
    course.require_release(assignment)
    graded = _graded_course(course, assignment)
    with ledger(course, assignment) as stage:
        students = [name for name in course.students() if stage(name) == "graded"]
    return grading.audit(graded, students, size)


def _graded_course(course: Course, assignment: str) -> GradedCourse:
    return GradedCourse(course.root, course.config, assignment, content(course, assignment))


@contextlib.contextmanager
def ledger(course: Course, assignment: str) -> Iterator["Standings"]:
    """Say of submissions how they stand now, which is what their scores may not tell."""
    graded = _graded_course(course, assignment)
    with graded.alone(), course.gradebook() as gradebook:  # nothing changes meanwhile
        yield Standings(Ledger(graded, graded.read(), gradebook))


@dataclass(frozen=True)
class Standings:
    """How submissions of an assignment stand.

    Attributes:
        ledger: What was graded.
    """

    ledger: Ledger

    def __call__(self, student: str) -> Stage:
        """Return ``graded`` only if the very files and keys of now were graded."""
        return self.ledger.stage(student) if PLAIN_NAME.fullmatch(student) else "failed"


def fingerprint_of_keys(course: Course, assignment: str) -> str:
    """Return what the keys of an assignment come to, for comparison.

    Values, not the bytes of `questions.yml`, so that changed data or models count as a change. They
    are those of the public numbers; a student's own follow from what is drawn and the secret.

    Raises:
        InvalidInputError: If a key is broken: told once, before it becomes everybody's zero.
    """
    found = course.questions(assignment)
    check_keys(found, course.keys(assignment))
    judged = [_judged_by(question, found) for question in found.questions]
    shared = is_shared(course.root, assignment)
    secret = "" if shared else hashlib.sha256(read_secret(course.root)).hexdigest()
    return json.dumps([judged, shared, secret], default=str)


def _judged_by(question: Question, assignment: Assignment) -> list[Any]:
    names = names_for(question, assignment, public_firm(assignment))
    drawn = (question.draw, question.keep, question.band, question.follows, question.key)
    key = (expected(question, names), question.points, question.partial, question.tolerance)
    return [question.form, *drawn, *key, list(mistaken(question, names))]


def graded_cells(path: Path) -> Iterator[tuple[str, NotebookNode]]:
    """Yield name and cell for each nbgrader cell of a source or autograded notebook."""
    for cell in read_notebook(path).cells:
        mark = cell.metadata.get("nbgrader")
        if isinstance(mark, dict) and mark.get("grade_id"):
            yield str(mark["grade_id"]), cell


def _cell_remarks(text: str) -> Iterator[tuple[str, str]]:
    """What whoever grades should know: what stopped, and tests that could not judge."""
    cells = json.loads(text)["cells"] if text else []
    errors = {
        name: next((each["ename"] for each in cell.get("outputs", ())
                    if each["output_type"] == "error"), "")
        for cell in cells
        if (name := cell["metadata"].get("nbgrader", {}).get("grade_id"))
    }  # fmt: skip
    stopped = [f"{name} ({error})" for name, error in errors.items()
               if error and not name.startswith(TEST_PREFIX)]  # fmt: skip
    helpless = [
        f"{name} ({error})"
        for name, error in errors.items()
        if error
        and name.startswith(TEST_PREFIX)
        and error != "CheckFailedError"
        and not errors.get(name.removeprefix(TEST_PREFIX))
    ]
    if stopped:
        yield "stopped", f"stopped with an error: {', '.join(stopped)}"
    if helpless:
        yield (
            "test could not run",
            f"tests that could not run, is the cell with the imports there?: {', '.join(helpless)}",
        )
