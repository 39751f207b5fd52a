"""An nbgrader course as grading sees it: folders, settings, and what decides a grade."""

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import (
    ClearHiddenTests,
    Execute,
    IgnorePattern,
    LimitOutput,
    OverwriteCells,
)
from traitlets.config import Config

from casekit.errors import InvalidInputError
from casekit.grading import folders
from casekit.grading.gradebook import read_plans
from casekit.grading.sandbox import Setting
from casekit.grading.session import Assignment, Rules, Submission

HOME = ".casekit"
INSTRUCTOR = "instructor"
"""Stands for a student where the instructor's own solution is run."""

_VERSION = 1


@dataclass(frozen=True)
class Content:
    """What a course adds to grading; a plain nbgrader course adds nothing.

    Attributes:
        fingerprint: What decides grades beside cells and files, the evaluator's files included,
            in a form that changes with it.
        evaluator_files: Files for judging processes alone, by path.
        warm: Functions ``module:name`` that warm workers call once, before the first submission.
        prepare: Such functions for judging workers alone, called with the folder of their files.
        begin: Functions ``module:name`` that a judging process calls first, with that folder, the
            assignment and the student.
        laid: Gives the files that are laid anew for a student, by path.
        remarks: Gives problems of a submission, each with its kind, from student, folder and
            graded notebooks.
        readable: Functions ``module:name`` that give folders which cells may read beside Python's.
    """

    fingerprint: str = ""
    evaluator_files: Mapping[str, bytes] = field(default_factory=dict)
    warm: tuple[str, ...] = ()
    prepare: tuple[str, ...] = ()
    begin: tuple[str, ...] = ()
    laid: Callable[[str], Mapping[str, bytes]] = lambda _: {}
    remarks: Callable[[str, Path, Mapping[str, str]], Sequence[tuple[str, str]]] = lambda *_: ()
    readable: tuple[str, ...] = ()


class Course:
    """An nbgrader course as grading sees it.

    Args:
        root: Its folder.
        config: Its settings.
        assignment: A released assignment.
        content: What the course adds.

    Raises:
        InvalidInputError: If the assignment is not in the gradebook or its source cannot be read.
    """

    def __init__(
        self, root: Path, config: Config, assignment: str, content: Content | None = None
    ) -> None:
        self.root, self.config, self.name = root, config, assignment
        self.content = content or Content()
        self.directory = CourseDirectory(config=config, root=str(root), assignment_id=assignment)
        self._ignore = list(self.directory.ignore)
        self.autograded = root / self.directory.autograded_directory

    def gradebook(self) -> Gradebook:
        """Open the gradebook; close it by using it in a ``with`` statement."""
        return Gradebook(self.directory.db_url, self.directory.course_id)

    def submission_folder(self, student: str) -> Path:
        """Return where a student's submission lies."""
        return self._folder(self.directory.submitted_directory, student)

    def graded_folder(self, student: str) -> Path:
        """Return where a student's graded submission lies."""
        return self._folder(self.directory.autograded_directory, student)

    def _folder(self, step: str, student: str) -> Path:
        return self.root / str(self.directory.format_path(step, student, self.name))

    def folder(self, step: str) -> Path:
        """Return the folder of a step that is nobody's: ``source`` or ``release``."""
        return self._folder(getattr(self.directory, f"{step}_directory"), ".")

    def private_folders(self) -> list[Path]:
        """Return the course's folders that nobody's code may see."""
        steps = ("source", "release", "submitted", "autograded", "feedback")
        names = [str(getattr(self.directory, f"{step}_directory")) for step in steps]
        return [self.root / name for name in (*names, "keys", "firms", HOME)]

    def state_file(self, student: str) -> Path:
        """Return where it is kept what was graded last."""
        return self.root / HOME / "graded" / self.name / f"{student}.json"

    def log_file(self, student: str) -> Path:
        """Return the log of a submission."""
        return self.root / HOME / "logs" / self.name / f"{student}.log"

    def students(self) -> list[str]:
        """Return the ids of all who have handed in a folder."""
        pattern = self.submission_folder("*").relative_to(self.root).as_posix()
        place = pattern.split("/").index("*")
        found = (path.relative_to(self.root).parts[place] for path in self.root.glob(pattern))
        return sorted(name for name in found if not name.startswith("."))

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keep a second run out of the course while the block runs.

        Raises:
            InvalidInputError: If there is one already.
        """
        with folders.alone(self.root / HOME / "grading.lock") as is_alone:
            if not is_alone:
                message = f"{self.root} is being graded by another process: wait until it is done."
                raise InvalidInputError(message)
            yield

    def read(self) -> Assignment:
        """Return what grading must know about the assignment."""
        source = self.folder("source")
        hidden = ClearHiddenTests(config=self.config)
        marks = (hidden.begin_test_delimeter, hidden.end_test_delimeter)
        with self.gradebook() as gradebook:
            try:
                plans = read_plans(gradebook, self.name, source, marks)
            except MissingEntry:
                message = f"{self.name} has not been released in {self.root}: release it first."
                raise InvalidInputError(message) from None
        if not plans:
            message = f"{self.name} has not been released in {self.root}: release it first."
            raise InvalidInputError(message)
        excluded = self.config.get("Autograde", {}).get("exclude_overwriting", {})
        files = folders.read_files(source, self._ignore, excluded.get(self.name, ()))
        return Assignment(self.name, plans, files, self._rules())

    def _rules(self) -> Rules:
        execute, limit = Execute(config=self.config), LimitOutput(config=self.config)
        ignore, overwrite = IgnorePattern(config=self.config), OverwriteCells(config=self.config)
        return Rules(
            execute.timeout, limit.max_lines, limit.max_traceback, ignore.pattern,
            overwrite.missing_cell_notification, self.content.begin,
        )  # fmt: skip

    def fingerprint(self, assignment: Assignment) -> str:
        """Return a fingerprint of everything but the submission that decides a grade."""
        whole = [_VERSION, asdict(assignment), self.content.fingerprint]
        return hashlib.sha256(json.dumps(whole, default=_plain).encode()).hexdigest()

    def solution(self, assignment: Assignment) -> Submission:
        """Return the instructor's own notebooks as a submission."""
        source = self.folder("source")
        names = [plan.name for plan in assignment.notebooks]
        notebooks = {name: (source / f"{name}.ipynb").read_bytes() for name in names}
        return Submission(INSTRUCTOR, notebooks, laid=self.content.laid(INSTRUCTOR))

    def hand_in(
        self, student: str, assignment: Assignment, laid: Iterable[str]
    ) -> folders.HandedIn:
        """Read a student's submission.

        Args:
            student: The student's id.
            assignment: What it is graded by.
            laid: Names of files that are laid anew: what was handed in under them is noted alone.

        Raises:
            UnreadableError: If it cannot be read.
        """
        names = [plan.name for plan in assignment.notebooks]
        folder = self.submission_folder(student)
        return folders.read_submission(folder, names, self._ignore, laid)


def _plain(value: object) -> object:
    """Sets in an order that does not change from one process to the next; files by their hash."""
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    return sorted(value) if isinstance(value, frozenset) else str(value)


def setting(course: Course, assignment: Assignment, *, isolated: bool = True) -> Setting:
    """Return what warm workers for an assignment start with."""
    plans, content = assignment.notebooks, course.content
    return Setting(
        preload=tuple(sorted({name for plan in plans for name in plan.modules})),
        hidden=tuple(sorted({name for plan in plans for name in plan.hidden_modules})),
        warm=content.warm,
        prepare=content.prepare,
        private=dict(content.evaluator_files),
        readable=content.readable,
        isolated=isolated,
    )
