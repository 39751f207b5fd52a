"""One machine's part of grading: warm workers for one assignment, and a submission at a time."""

import traceback

from casekit.grading import session
from casekit.grading.sandbox import LostError, Setting, Spare, Workers
from casekit.grading.session import Assignment, Graded, GradedNotebook, Submission

_ATTEMPTS = 4


class Node:
    """Warm workers for an assignment; may be used by several threads at a time.

    Args:
        assignment: What to grade by.
        setting: What the workers start with.
        spare: Workers that have been started already, if any.
    """

    def __init__(
        self, assignment: Assignment, setting: Setting, spare: Spare | None = None
    ) -> None:
        self.assignment = assignment
        self.workers = Workers(setting, spare)

    def start(self) -> None:
        """Start the workers.

        Raises:
            NoSandboxError: If there is no sandbox to start them in.
        """
        self.workers.start()

    def grade(self, submission: Submission) -> Graded:
        """Grade a submission; if a worker is lost meanwhile, again from the start."""
        lost = ""
        for attempt in range(_ATTEMPTS):
            try:
                return session.grade(self.workers, self.assignment, submission, again=attempt > 0)
            except LostError as problem:
                lost = f"workers were lost again and again: {problem}"
            except Exception as problem:  # noqa: BLE001 - one submission must not stop the others
                where = traceback.extract_tb(problem.__traceback__)[-1]
                lost = (
                    f"grading failed with {type(problem).__name__}: {problem!s:.200}"
                    f" ({where.name}, line {where.lineno})"
                )
                break
        notebook = GradedNotebook("", problems=[("no grade", lost)])
        return Graded(submission.student, [notebook])

    def close(self) -> None:
        """End the workers."""
        self.workers.close()
