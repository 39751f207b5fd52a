"""The course's folder: where things lie, its settings, its gradebook."""

import os
import re
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from casekit.errors import InvalidInputError, UnknownNameError
from casekit.questions.rubric import Rubric, load_rubric
from casekit.questions.schema import Assignment
from casekit.questions.validation import load_assignment

Progress = Callable[[str, int, int], None]

CONFIG = "nbgrader_config.py"
COMMON_RUBRIC = "common-rubric.yml"
WHEEL = "wheel"
# Names become folders and glob patterns in nbgrader: a "*" would stand for everybody.
PLAIN_NAME = re.compile(r"[\w@-][\w .@'-]*")
# The same in the folder's own path, and what cuts a database's address short.
_SPECIAL_SIGNS = "?*[]#%"
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Course:
    """An open course.

    Attributes:
        root: The course's folder, absolute.
        config: The settings in its `nbgrader_config.py`.
    """

    root: Path
    config: Config

    def directory(self, **settings: str) -> CourseDirectory:
        """Return nbgrader's view of the folder, with an assignment or student chosen."""
        return CourseDirectory(config=self.config, root=str(self.root), **settings)

    def gradebook(self) -> Gradebook:
        """Open the gradebook; close it by using it in a ``with`` statement."""
        directory = self.directory()
        return open_gradebook(directory.db_url, directory.course_id)

    def assignments(self) -> list[str]:
        """Return the names of all assignments."""
        folders = (path for path in (self.root / "source").iterdir() if path.is_dir())
        return sorted(path.name for path in folders if PLAIN_NAME.fullmatch(path.name))

    def students(self) -> list[str]:
        """Return the ids of all students, enrolled or with a submission."""
        with self.gradebook() as gradebook:
            enrolled = {str(student.id) for student in gradebook.students}
        submitted = self.root / "submitted"
        found = {path.name for path in submitted.glob("*") if path.is_dir()}
        return sorted(enrolled | {name for name in found if PLAIN_NAME.fullmatch(name)})

    def keys(self, assignment: str) -> Path:
        """Return where the questions of an assignment stand, with their keys."""
        return self.root / "keys" / assignment / "questions.yml"

    def questions(self, assignment: str) -> Assignment:
        """Return the autograded part of an assignment, with its keys."""
        return load_assignment(self.keys(assignment))

    def rubric(self, assignment: str) -> Rubric:
        """Return the rubric of an assignment's essay."""
        keys = self.root / "keys"
        return load_rubric(keys / assignment / "rubric.yml", keys / COMMON_RUBRIC)

    def require_assignment(self, name: str) -> None:
        """Refuse an unknown assignment.

        Raises:
            UnknownNameError: If there is no such assignment; the nearest names are offered.
        """
        if name not in self.assignments():
            raise UnknownNameError("assignment", name, self.assignments())

    def require_release(self, assignment: str) -> None:
        """Refuse an assignment the gradebook does not know the cells of yet.

        Raises:
            UnknownNameError: If there is no such assignment.
            InvalidInputError: If it has not been released.
        """
        self.require_assignment(assignment)
        try:
            with self.gradebook() as gradebook:
                gradebook.find_notebook(assignment, assignment)
        except MissingEntry:
            message = f"{assignment} has not been released in {self.root}: release it first."
            raise InvalidInputError(message) from None

    def choose_students(self, wanted: str | Sequence[str] | None) -> list[str]:
        """Return all students, or those that are named.

        Raises:
            UnknownNameError: If there is no such student; the nearest ids are offered.
        """
        students = self.students()
        if wanted is None:
            return students
        names = [wanted] if isinstance(wanted, str) else list(dict.fromkeys(wanted))
        for name in names:
            if name not in students:
                raise UnknownNameError("student", name, students)
        return names


def open_course(directory: str | Path, *, new: bool = False) -> Course:
    """Open a course's folder.

    Args:
        directory: The folder.
        new: Whether the course is being made, and its gradebook with it.

    Raises:
        InvalidInputError: If the folder holds no course, lies in a path that nbgrader cannot work
            in, or its settings or gradebook cannot be read.
    """
    root = Path(directory).resolve()
    require_plain_path(root)
    lacking = [part for part in (CONFIG, "source", "keys") if not (root / part).exists()]
    if lacking:
        message = (
            f"{root} is no course made by casekit, it lacks {' and '.join(lacking)}: put it back, "
            "or name another folder."
        )
        raise InvalidInputError(message)
    try:
        config = PyFileConfigLoader(CONFIG, path=str(root)).load_config()
    except Exception as problem:  # the file is a program and may raise anything
        reason = " ".join(f"{type(problem).__name__}: {problem}".split())
        message = f"{root / CONFIG} cannot be read ({reason}): correct it."
        raise InvalidInputError(message) from problem
    course = Course(root, config)
    _require_gradebook(course, new=new)
    return course


def _require_gradebook(course: Course, *, new: bool) -> None:
    """A damaged gradebook shows at the first query, whoever makes it: make one here."""
    url = course.directory().db_url
    file = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:///") and not new and not file.is_file():
        # Opened, it would be made anew and empty, and nobody would notice what went with it.
        message = f"{file} is missing, with all marks, names and due dates: put back a copy."
        raise InvalidInputError(message)
    try:
        with course.gradebook() as gradebook:
            _ = (gradebook.assignments, gradebook.students)
    except SQLAlchemyError as problem:
        reason = str(problem).splitlines()[0]
        message = f"The gradebook of {course.root} cannot be read ({reason}): put back a copy."
        raise InvalidInputError(message) from problem


def require_plain_path(root: Path) -> None:
    """Refuse a path with signs that nbgrader reads as a pattern or as part of an address.

    Raises:
        InvalidInputError: If there is one.
    """
    found = [sign for sign in _SPECIAL_SIGNS if sign in str(root)]
    if found:
        message = f"{root} holds {' '.join(found)}, which nbgrader misreads: use another folder."
        raise InvalidInputError(message)


def open_gradebook(url: str, course_id: str) -> Gradebook:
    """Open a gradebook, creating its tables if need be."""
    # nbgrader calls the alembic command when it makes a gradebook, and finds it through PATH only.
    tools = str(Path(sys.executable).parent)
    if tools not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([tools, os.environ.get("PATH", "")])
    return Gradebook(url, course_id)


def files_in(folder: Path) -> list[Path]:
    """Return all files of a folder and the folders in it."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def pack(files: Mapping[str, Path], archive: Path) -> None:
    """Pack files, each under its name in the archive; the same content gives the same bytes."""
    scratch = archive.with_name(f".{token_hex(8)}.part")
    try:
        with zipfile.ZipFile(scratch, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, path in files.items():
                entry = zipfile.ZipInfo(name, date_time=_ZIP_TIME)
                entry.external_attr = 0o644 << 16
                packed.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
        scratch.replace(archive)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise


def silent(message: str, done: int, total: int) -> None:
    """Report no progress."""
