"""Judge an answer by its key: points for the gradebook, and one sentence for the student.

Called from the hidden region of a test cell, while the course is graded. The keys and the course's
secret stand in the course's ``keys`` folder, never in a notebook.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from casekit.errors import InvalidInputError
from casekit.questions import START, keys
from casekit.questions.checking import CheckFailedError, read
from casekit.questions.firm import Firm
from casekit.questions.schema import Assignment, Question, read_assignment
from casekit.questions.variants import draw_firm, public_firm

SECRET = "secret"  # noqa: S105 - the file's name
SHARED = "shared"
"""A file of this name beside an assignment's keys says that all students have the public set."""
_GRADED, _GRADING = "autograded", "autograde"


@dataclass(frozen=True)
class _Verdict:
    points: float
    partly: str = ""
    hint: str | None = None


def mark(
    assignment: str,
    question_id: str,
    answer: Callable[[], object],
    earlier: Mapping[str, Callable[[], object]] | None = None,
) -> float:
    """Print one sentence about an answer and return the points it earns.

    Args:
        assignment: Name of the assignment, e.g. ``"02-crisis"``.
        question_id: The question's id, which is the variable's name.
        answer: ``lambda: x`` for the variable ``x``.
        earlier: The answers that this one follows, in the same way, by their ids.

    Returns:
        Points between 0 and the question's points, rounded to 2 decimals. As the last expression
        of a test cell it becomes the cell's score.

    Raises:
        InvalidInputError: If no course folder with keys lies above the working directory.
        CheckFailedError: If the answer is not in the form the question asks for.
    """
    course, student = find_course(assignment)
    found = _assignment(course / "keys" / assignment / "questions.yml")
    question = found.question(question_id)
    value = read(answer, question.form)
    before = _readable(found, earlier or {})
    points, sentence = judge(question, value, found, find_firm(course, found, student), before)
    print(sentence)  # noqa: T201 - the cell's output is where nbgrader and the feedback look
    return points


def judge(
    question: Question,
    answer: Any,
    assignment: Assignment,
    firm: Mapping[str, Any],
    earlier: Mapping[str, Any] = keys.NO_NAMES,
) -> tuple[float, str]:
    """Compare an answer with the key and the known mistakes.

    An answer also counts that follows from the student's own earlier answers where the question
    says so.

    Args:
        question: The question.
        answer: The answer as `casekit.questions.checking.read` returns it.
        assignment: Its assignment.
        firm: The numbers of the student's firm.
        earlier: The student's answers to the questions that this one follows.

    Returns:
        The points earned, and a sentence that never tells the key's value.
    """
    values, trouble = keys.given(question, answer)
    plain = _judge(question, values, keys.names_for(question, assignment, firm))
    carried = _judge_carried(question, values, assignment, firm, earlier)
    best = max(plain, carried, key=lambda each: (each.points, each.hint is not None))
    if best.points == question.points:
        given = f", given your answer to {', '.join(earlier)}" if best is not plain else ""
        return best.points, f"{question.id}: right{given}."
    reason = best.hint or trouble or "Not the expected value."
    return best.points, f"{question.id}: {best.partly}{reason}"


_begun: list[tuple[Path, str]] = []


def prepare(folder: Path) -> None:
    """Read the keys once, for all who are marked by them later.

    Args:
        folder: What stands in for the course: it holds ``keys``.
    """
    for path in folder.glob("keys/*/questions.yml"):
        found = _assignment(path)
        public = public_firm(found)
        for question in found.questions:
            keys.expected(question, keys.names_for(question, found, public))


def begin(folder: Path, assignment: str, student: str) -> None:
    """Say once where the keys lie and whose work is marked, before any of it is.

    Called in the process that judges by a grader that runs students' code in another one.

    Args:
        folder: What stands in for the course: it holds ``keys``.
        assignment: Name of the assignment.
        student: The student's id.
    """
    del assignment  # the folder holds the keys of one
    _begun[:] = [(folder, student)]


def find_course(assignment: str) -> tuple[Path, str | None]:
    """Return the course above where the program began, and the student whose work lies there.

    Raises:
        InvalidInputError: If there is no course with keys for the assignment.
    """
    if _begun:
        return _begun[0]
    # Where the program began, and not where a student's code has gone since.
    for folder in (START, *START.parents):
        if (folder / "keys" / assignment / "questions.yml").is_file():
            place = START.relative_to(folder).parts
            # Only work that is being graded is a student's; a solution has the public numbers.
            student = place[1] if place[:1] == (_GRADED,) and len(place) > 1 else None
            if student is None and os.environ.get("NBGRADER_EXECUTION") == _GRADING:
                break
            return folder, student
    message = f"No keys for {assignment} above {START}: mark inside the course folder."
    raise InvalidInputError(message)


def find_firm(course: Path, assignment: Assignment, student: str | None) -> Firm:
    """Return the numbers of a student in a course, or the public ones.

    Args:
        course: The course's folder.
        assignment: The assignment.
        student: The student's id, or None for the public numbers.

    Raises:
        InvalidInputError: If the course's secret cannot be read.
    """
    if student is None or is_shared(course, assignment.name):
        return public_firm(assignment)
    return _drawn(_Same(assignment), student, read_secret(course))


class _Same:
    """An assignment as a key of a cache: it is the very object that counts."""

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment

    def __hash__(self) -> int:
        return id(self.assignment)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.assignment is self.assignment


@lru_cache(maxsize=256)
def _drawn(of: _Same, student: str, secret: bytes) -> Firm:
    return draw_firm(of.assignment, student, secret)


def is_shared(course: Path, assignment: str) -> bool:
    """Whether all students of a course have the public numbers of an assignment."""
    return (course / "keys" / assignment / SHARED).is_file()


def read_secret(course: Path) -> bytes:
    """Return the secret of a course.

    Raises:
        InvalidInputError: If it is missing or not readable.
    """
    path = course / "keys" / SECRET
    try:
        secret = path.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as problem:
        message = (
            f"{path} cannot be read: put back the copy you kept, for without it nobody's own"
            " numbers can be worked out again; a course made by an older casekit has none, make a"
            " new one."
        )
        raise InvalidInputError(message) from problem
    if not secret:
        message = f"{path} is empty: put back the copy you kept."
        raise InvalidInputError(message)
    return secret.encode()


def _assignment(path: Path) -> Assignment:
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=32)
def _read(path: Path, _changed: int) -> Assignment:
    return read_assignment(path)


def _readable(
    assignment: Assignment, earlier: Mapping[str, Callable[[], object]]
) -> dict[str, object]:
    """The earlier answers that can be read; for the others the right ones stand in."""
    found: dict[str, object] = {}
    for name, answer in earlier.items():
        try:
            found[name] = read(answer, assignment.question(name).form)
        except CheckFailedError:
            continue
    return found


def _judge(question: Question, values: list[Any], names: Mapping[str, Any]) -> _Verdict:
    right = keys.matches(question, values, keys.expected(question, names))
    if all(right):
        return _Verdict(question.points)
    share = sum(right) / len(right) if question.partial else 0.0
    what = "calls" if question.type == "function" else "elements"
    partly = f"{sum(right)} of {len(right)} {what} are right. " if len(right) > 1 else ""
    hint = keys.hint_for(question, values, right, list(keys.mistaken(question, names)))
    return _Verdict(round(question.points * share, 2), partly, hint)


def _judge_carried(
    question: Question,
    values: list[Any],
    assignment: Assignment,
    firm: Mapping[str, Any],
    earlier: Mapping[str, Any],
) -> _Verdict:
    """Judge by what follows from the earlier answers, where they and it are plausible at all.

    At the ends of what is plausible much follows that asks for no work, such as nought from nought.
    """
    nothing = _Verdict(0.0)
    if not earlier or not all(
        _is_inside(assignment.question(name), answer) for name, answer in earlier.items()
    ):
        return nothing
    names = keys.names_for(question, assignment, firm, earlier)
    try:
        inside = all(_is_inside(question, value) for value in keys.expected(question, names))
        return _judge(question, values, names) if inside else nothing
    except keys.BROKEN:
        return nothing  # nothing follows from an answer as wrong as that


def _is_inside(question: Question, value: Any) -> bool:
    if not question.numeric or question.low is None or question.high is None:
        return True
    return bool(question.low < value < question.high)
