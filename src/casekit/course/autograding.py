"""Grade submissions with nbgrader's autograder, one at a time, and only what has changed.

Until submissions run in a sandbox, a student's code runs with the rights of whoever grades.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry, SubmittedNotebook
from nbgrader.converters import Autograde
from nbgrader.utils import parse_utc

from casekit.course import firms, nbgrading
from casekit.course.folder import (
    PLAIN_NAME,
    Course,
    Progress,
    open_course,
    read_json,
    silent,
    write_atomically,
)
from casekit.errors import InvalidInputError
from casekit.questions.files import read_notebook
from casekit.questions.keys import expected, mistaken, names_for
from casekit.questions.marking import is_shared, read_secret
from casekit.questions.rehearsal import TEST_PREFIX, first_error
from casekit.questions.schema import Assignment, Question
from casekit.questions.validation import check_keys
from casekit.questions.variants import public_firm

WARNING = (
    "casekit: students' code runs with your rights on this machine; grade only work of people you"
    " trust, or grade inside a container."
)

# What a student's code can do to nbgrader, by the name of what nbgrader then logs.
_IN_WORDS = {
    "CellTimeoutError": "a cell ran longer than grading allows: look for a loop that never ends",
    "DeadKernelError": "the program ended while a cell ran, perhaps for want of memory or because"
    " of exit(): run the notebook yourself and look at its last output",
    "KeyError": "cells of the assignment are missing or renamed: ask for the answers in a new copy"
    " of the released notebook",
}

Status = Literal["graded", "unchanged", "missing", "failed"]
Standing = Literal["graded", "submitted", "missing", "failed"]


@dataclass(frozen=True)
class GradeRow:
    """What became of one student's submission.

    Attributes:
        student: The student's id.
        status: ``graded`` now, ``unchanged`` since it was graded, ``missing``, or ``failed``.
        score: Points so far, or None if there is no grade.
        max_score: Points that can be reached, or None if there is no grade.
        needs_manual: Whether somebody still has to mark a part of it.
        late_seconds: How late it came; 0 when in time or without due date; None if missing.
        problem: One sentence about what is wrong with the submission, or nothing.
    """

    student: str
    status: Status
    score: float | None = None
    max_score: float | None = None
    needs_manual: bool = False
    late_seconds: float | None = None
    problem: str = ""


def grade(
    directory: str | Path,
    assignment: str,
    student: str | None = None,
    regrade: Literal["changed", "all"] = "changed",
    progress: Progress = silent,
) -> list[GradeRow]:
    """Grade an assignment; a broken submission becomes a row and never stops the others.

    Each grade is recorded at once, so that grading that was interrupted goes on where it stopped.

    Args:
        directory: The course's folder.
        assignment: Name of the assignment.
        student: Id of the only student to grade; all by default.
        regrade: ``changed`` grades what is new, failed or changed (submission, source, or what
            the keys come to), ``all`` grades everything again. Manual marks survive both.
        progress: Called for each student.

    Returns:
        One row a student, in the order of their ids.

    Raises:
        UnknownNameError: If there is no such assignment or student.
        InvalidInputError: If the assignment is not released, a key is broken, or ``regrade`` is
            another word.
    """
    if regrade not in ("changed", "all"):
        message = f"regrade is {regrade!r}: say 'changed' or 'all'."
        raise InvalidInputError(message)
    course = open_course(directory)
    course.require_release(assignment)
    students = course.choose_students(student)
    keys = fingerprint_of_keys(course, assignment)
    print(WARNING, file=sys.stderr)  # noqa: T201 - must be seen by whoever calls, from wherever
    rows = []
    for done, name in enumerate(students):
        progress(f"grading {name}", done, len(students))
        submission = _Submission(course, assignment, name, keys)
        rows.append(submission.grade(again=regrade == "all"))
    return rows


def standing(course: Course, assignment: str, student: str, keys: str) -> Standing:
    """Return how a submission stands now, which is what its scores in the gradebook may not tell.

    Args:
        course: The course.
        assignment: A released assignment.
        student: The student's id.
        keys: The keys' fingerprint.

    Returns:
        ``graded`` only if the very files and keys of now were graded; ``failed`` if they cannot be;
        ``submitted`` if they wait for grading, anew after a change; ``missing``.
    """
    return _Submission(course, assignment, student, keys).standing()


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


class _Submission:
    """One student's submission of one assignment."""

    def __init__(self, course: Course, assignment: str, student: str, keys: str) -> None:
        self.course, self.assignment, self.student = course, assignment, student
        self.keys = keys
        self.folder = course.root / "submitted" / student / assignment
        self.graded_file = course.root / "autograded" / student / assignment / f"{assignment}.ipynb"

    def grade(self, *, again: bool) -> GradeRow:
        if not self.folder.is_dir():
            return self._row("unchanged") if self._is_kept() else self._missing()
        try:
            problem, digest = self._problem(), self._digest()
        except OSError as unreadable:
            problem, digest = _unreadable(unreadable), ""
        if problem:
            return self._fail(digest, problem)
        if not again and self._is_graded(digest):
            return self._row("unchanged")
        return self._autograde(digest)

    def standing(self) -> Standing:
        if not self.folder.is_dir():
            return "graded" if self._is_kept() else "missing"
        try:
            digest = self._digest()
            if self._is_graded(digest):
                return "graded"
            record = read_json(self._state_file())
            failed = record.get("digest") == digest and record.get("problem")
            return "failed" if failed or self._problem() else "submitted"
        except OSError:
            return "failed"

    def _is_kept(self) -> bool:
        """A grade outlives the files it was given for: folders get moved, marks must not go."""
        record = read_json(self._state_file())
        graded = bool(record.get("digest")) and not record.get("problem")
        return graded and self.graded_file.is_file() and self._is_in_gradebook()

    def _missing(self) -> GradeRow:
        near = [
            folder.name
            for folder in self.folder.parent.glob("*")
            if folder.name.casefold() == self.assignment.casefold()
        ]
        problem = f"found {near[0]}, rename it to {self.assignment}." if near else ""
        return GradeRow(self.student, "missing", problem=problem)

    def _fail(self, digest: str, problem: str) -> GradeRow:
        self._record(digest, problem)
        return GradeRow(self.student, "failed", problem=problem)

    def _problem(self) -> str | None:
        """Look at a submission before nbgrader does: its own failures leave half a record."""
        if not PLAIN_NAME.fullmatch(self.student):
            return "the student's id holds signs that nbgrader reads as a pattern: change it."
        return self._notebook_problem() or self._timestamp_problem()

    def _notebook_problem(self) -> str | None:
        path = self.folder / f"{self.assignment}.ipynb"
        if not path.is_file():
            others = ", ".join(sorted(other.name for other in self.folder.glob("*.ipynb")))
            found = f"found {others}, rename it" if others else "there is no notebook at all"
            return f"{path.name} is missing: {found}."
        try:
            submitted = [name for name, _ in _marked_cells(path)]
        except InvalidInputError as problem:
            return str(problem)
        source = self.course.root / "source" / self.assignment / path.name
        return _cells_problem(submitted, [name for name, _ in graded_cells(source)])

    def _timestamp_problem(self) -> str | None:
        stamp = self.folder / "timestamp.txt"
        try:
            parse_utc(stamp.read_text(encoding="utf-8").strip() or None) if stamp.exists() else None
        except (ValueError, OverflowError):
            return "timestamp.txt holds no date: write one such as 2026-01-31 12:00:00 UTC."
        return None

    def _autograde(self, digest: str) -> GradeRow:
        before = self._manual_marks()
        directory = self.course.directory(assignment_id=self.assignment, student_id=self.student)
        converter = Autograde(
            coursedir=directory,
            config=self.course.config,
            force=True,
            exporter_class=nbgrading.TolerantExporter,
        )
        known = self._is_in_gradebook()
        # Whoever stops us from here on leaves a submission that counts as not graded.
        self._state_file().unlink(missing_ok=True)
        problem = nbgrading.run(converter)
        if problem:
            self._forget(known=known)
            return self._fail(digest, f"nbgrader cannot grade it: {_in_words(problem)}.")
        self._distrust_silent_tests()
        self._restore_flags(before)
        self._record(digest)
        return self._row("graded")

    def _distrust_silent_tests(self) -> None:
        """Take back the full marks that nbgrader gives to a test cell without any result.

        A test cell ends with its points; one that shows nothing was skipped, or its display was
        switched off. Somebody must look at it.
        """
        silent_cells = _silent_tests(self.graded_file)
        with self.course.gradebook() as gradebook:
            for name in silent_cells:
                grade = gradebook.find_grade(name, self.assignment, self.assignment, self.student)
                grade.auto_score, grade.needs_manual_grade = 0.0, True
            gradebook.db.commit()

    # What was graded before

    def _digest(self) -> str:
        """A fingerprint of everything that decides the grade."""
        whole = hashlib.sha256(self.keys.encode())
        for folder in (self.folder, self.course.root / "source" / self.assignment):
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                whole.update(path.relative_to(folder).as_posix().encode() + b"\0")
                whole.update(hashlib.sha256(path.read_bytes()).digest())
        return whole.hexdigest()

    def _state_file(self) -> Path:
        graded = self.course.root / ".casekit" / "graded"
        return graded / self.assignment / f"{self.student}.json"

    def _is_graded(self, digest: str) -> bool:
        same = read_json(self._state_file()) == {"digest": digest, "problem": ""}
        return same and self.graded_file.is_file() and self._is_in_gradebook()

    def _record(self, digest: str, problem: str = "") -> None:
        if PLAIN_NAME.fullmatch(self.student):  # no other id makes a file's name
            state = {"digest": digest, "problem": problem}
            write_atomically(self._state_file(), json.dumps(state, indent=1), private=True)

    def _is_in_gradebook(self) -> bool:
        with self.course.gradebook() as gradebook:
            return self._find(gradebook) is not None

    def _find(self, gradebook: Gradebook) -> SubmittedNotebook | None:
        try:
            return gradebook.find_submission_notebook(
                self.assignment, self.assignment, self.student
            )
        except MissingEntry:
            return None

    def _forget(self, *, known: bool) -> None:
        """Drop the zero that nbgrader records for a submission it then failed to grade."""
        if not known:
            with self.course.gradebook() as gradebook:
                if self._find(gradebook) is not None:
                    gradebook.remove_submission(self.assignment, self.student)

    # Manual marks

    def _manual_marks(self) -> dict[str, tuple[bool, float | None, str | None]]:
        """The flag, autograded score and answer of every grade with a mark given by hand."""
        answers = self._answers()
        with self.course.gradebook() as gradebook:
            notebook = self._find(gradebook)
            return {
                grade.name: (grade.needs_manual_grade, grade.auto_score, answers.get(grade.name))
                for grade in (notebook.grades if notebook else ())
                if grade.manual_score is not None
            }

    def _restore_flags(self, before: dict[str, tuple[bool, float | None, str | None]]) -> None:
        """Undo nbgrader's call for a new manual mark where neither answer nor score changed."""
        if not before:
            return
        answers = self._answers()
        with self.course.gradebook() as gradebook:
            for name, (flag, score, answer) in before.items():
                grade = gradebook.find_grade(name, self.assignment, self.assignment, self.student)
                if (grade.auto_score, answers.get(name)) == (score, answer):
                    grade.needs_manual_grade = flag
            gradebook.db.commit()

    def _answers(self) -> dict[str, str]:
        """The answer that each grade cell judges: its own text, or its question's code."""
        if not self.graded_file.is_file():
            return {}
        sources = {name: cell.source for name, cell in graded_cells(self.graded_file)}
        return {
            name: sources.get(name.removeprefix(TEST_PREFIX), source)
            for name, source in sources.items()
        }

    def _row(self, status: Status) -> GradeRow:
        with self.course.gradebook() as gradebook:
            submission = gradebook.find_submission(self.assignment, self.student)
            return GradeRow(
                self.student,
                status,
                score=submission.score,
                max_score=submission.max_score,
                needs_manual=submission.needs_manual_grade,
                late_seconds=submission.total_seconds_late,
                problem=self._remarks(),
            )

    def _remarks(self) -> str:
        remarks = _cell_remarks(self.graded_file)
        remarks += firms.remarks(self.course, self.assignment, self.student, self.folder)
        if not self.folder.is_dir():
            remarks.append("the files are no longer in submitted/, the grade is kept")
        return "; ".join(remarks) + "." if remarks else ""


def graded_cells(path: Path) -> Iterator[tuple[str, NotebookNode]]:
    """Yield name and cell for each nbgrader cell of a source or autograded notebook."""
    yield from ((name, cell) for name, cell in _marked_cells(path) if name)


def _marked_cells(path: Path) -> Iterator[tuple[str, NotebookNode]]:
    """Yield each cell with nbgrader's metadata, and its name or nothing."""
    for cell in read_notebook(path).cells:
        mark = cell.metadata.get("nbgrader")
        if mark is not None:
            yield str(mark.get("grade_id") or "") if isinstance(mark, dict) else "", cell


def _cells_problem(submitted: list[str], source: list[str]) -> str | None:
    """Say what is wrong with a submission's cells; nbgrader would stop at them with a KeyError."""
    if not submitted:
        return (
            "no cell carries nbgrader's marks any more, another program has removed them: ask for"
            " the answers in a new copy of the released notebook."
        )
    if twice := sorted({name for name in submitted if submitted.count(name) > 1 and name}):
        return (
            f"the notebook holds a copy of the cell {', '.join(twice)}: delete the copy that does"
            " not count, or turn it into a new cell of the student's own."
        )
    if strange := sorted({name or "(no name)" for name in submitted if name not in source}):
        return (
            f"the notebook holds cells that this assignment does not have, {', '.join(strange)}:"
            " is it another assignment's notebook? Else delete them."
        )
    lost = [
        name.removeprefix(TEST_PREFIX)
        for name in source
        if name.startswith(TEST_PREFIX)
        and not {name, name.removeprefix(TEST_PREFIX)} & set(submitted)
    ]
    if lost:
        return (
            f"the cells of {', '.join(lost)} are missing or have lost nbgrader's marks: put the"
            " answers into a new copy of the released notebook."
        )
    return None


def _in_words(problem: str) -> str:
    """Say in words what nbgrader only knows by the name of an exception."""
    name = problem.partition(":")[0].rpartition(".")[2]
    return _IN_WORDS.get(name, problem).rstrip(".")


def _unreadable(problem: OSError) -> str:
    return f"{problem.filename} cannot be read ({problem.strerror}): give yourself access to it."


def _silent_tests(path: Path) -> list[str]:
    """Names of the test cells that neither returned points nor failed."""
    return [
        name
        for name, cell in graded_cells(path)
        if name.startswith(TEST_PREFIX)
        and not {"execute_result", "error"} & {output.output_type for output in cell.outputs}
    ]


def _cell_remarks(path: Path) -> list[str]:
    """What whoever grades should know: what stopped, and tests that could not judge."""
    errors = {name: first_error(cell) for name, cell in graded_cells(path)}
    stopped = [
        f"{name} ({error.ename})"
        for name, error in errors.items()
        if error and not name.startswith(TEST_PREFIX)
    ]
    helpless = [
        f"{name} ({error.ename})"
        for name, error in errors.items()
        if error
        and name.startswith(TEST_PREFIX)
        and error.ename != "CheckFailedError"
        and not errors.get(name.removeprefix(TEST_PREFIX))
    ]
    remarks = [f"stopped with an error: {', '.join(stopped)}"] if stopped else []
    if helpless:
        remarks.append(
            f"tests that could not run, is the cell with the imports there?: {', '.join(helpless)}"
        )
    if unheard := _silent_tests(path):
        remarks.append(f"tests without a result, look at them: {', '.join(unheard)}")
    return remarks
