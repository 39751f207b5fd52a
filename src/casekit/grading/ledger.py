"""What was graded, and whether it still stands."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from nbgrader.api import Gradebook

from casekit.grading import folders
from casekit.grading.course import Course
from casekit.grading.gradebook import Standing
from casekit.grading.session import Assignment

Stage = Literal["graded", "submitted", "missing", "failed"]


@dataclass
class Job:
    """A submission that has been read.

    Attributes:
        student: The student's id.
        handed_in: Its files.
        laid: Files that are laid anew for the student.
        digest: Fingerprint of it and of everything else that decides its grade.
    """

    student: str
    handed_in: folders.HandedIn
    laid: Mapping[str, bytes]
    digest: str


class Ledger:
    """What was graded, and whether it still stands.

    Args:
        course: The course.
        assignment: What it is graded by now.
        gradebook: An open gradebook; how submissions stand in it is read once.
    """

    def __init__(self, course: Course, assignment: Assignment, gradebook: Gradebook) -> None:
        self._course, self._assignment = course, assignment
        self._fingerprint = course.fingerprint(assignment)
        self._standings = {
            each.student_id: Standing(
                each.student_id, each.score, each.max_score, each.needs_manual_grade,
                each.total_seconds_late,
            )
            for each in gradebook.assignment_submissions(course.name)
        }  # fmt: skip
        found = gradebook.find_assignment(course.name)
        self._due = (found.duedate, repr(course.config.get("AssignLatePenalties")))
        self._extensions = {each.student_id: each.extension for each in found.submissions}
        gradebook.db.rollback()

    def find(self, student: str) -> Standing | None:
        """Return how a student's submission stands in the gradebook, or None."""
        return self._standings.get(student)

    def kept(self, student: str) -> Standing | None:
        """Return the grade of a submission whose files have gone, or None if it never had one.

        Folders get moved; marks must not go with them.
        """
        state = folders.read_state(self._course.state_file(student))
        was_graded = state.get("digest") and not state.get("problem")
        is_there = self._course.graded_folder(student).is_dir()
        return self.find(student) if was_graded and is_there else None

    def job(self, student: str) -> Job:
        """Read a submission.

        Raises:
            UnreadableError: If it cannot be read.
        """
        laid = self._course.content.laid(student)
        handed_in = self._course.hand_in(student, self._assignment, laid)
        due = (*self._due, self._extensions.get(student))
        whole = [self._fingerprint, handed_in.digest(), sorted(laid.items()), due]
        return Job(student, handed_in, laid, hashlib.sha256(repr(whole).encode()).hexdigest())

    def problems(self, job: Job) -> list[tuple[str, str]] | None:
        """Return the problems of a submission that was graded as it stands now, else None."""
        state = folders.read_state(self._course.state_file(job.student))
        is_graded = (
            state.get("digest") == job.digest
            and not state.get("problem")
            and self.find(job.student) is not None
            and self._course.graded_folder(job.student).is_dir()
        )
        return [(kind, text) for kind, text in state.get("problems", ())] if is_graded else None

    def stage(self, student: str) -> Stage:
        """Return how far a submission has come: only what was graded as it stands counts."""
        if not self._course.submission_folder(student).is_dir():
            return "graded" if self.kept(student) else "missing"
        try:
            job = self.job(student)
        except (folders.UnreadableError, OSError):
            return "failed"
        if self.problems(job) is not None:
            return "graded"
        state = folders.read_state(self._course.state_file(student))
        failed = state.get("digest") == job.digest and state.get("problem")
        return "failed" if failed or no_notebook(job.handed_in, self._assignment) else "submitted"


def no_notebook(handed_in: folders.HandedIn, assignment: Assignment) -> str:
    """Return why a submission holds nothing to grade, or nothing."""
    if handed_in.notebooks:
        return ""
    wanted = " or ".join(f"{plan.name}.ipynb" for plan in assignment.notebooks)
    if handed_in.strange:
        return f"{wanted} is missing: found {', '.join(handed_in.strange)}, rename it."
    reason = f": {'; '.join(handed_in.problems)}" if handed_in.problems else ""
    return f"{wanted} is missing{reason or ': there is no notebook at all'}."
