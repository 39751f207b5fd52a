"""Grade a sample with nbgrader itself, in a sandbox of its own, and tell every difference."""

import random
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry

from casekit.errors import InvalidInputError
from casekit.grading import folders, sandbox
from casekit.grading.course import Course
from casekit.grading.session import Assignment

SAMPLE = 10
"""How many submissions are graded both ways unless told otherwise."""

_SECONDS_EACH = 300.0
_STOCK = "stock.db"
# Runs inside the sandbox: the course's own settings, but a gradebook with nobody else's marks.
_SCRIPT = """\
import sys
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config.loader import PyFileConfigLoader

root, assignment, what = sys.argv[1:4]
config = PyFileConfigLoader("nbgrader_config.py", path=root).load_config()
config.CourseDirectory.db_url = f"sqlite:///{root}/stock.db"
config.CourseDirectory.root = root
for student in sys.argv[4:] or ["."]:
    names = {"assignment_id": assignment, "student_id": student}
    directory = CourseDirectory(config=config, root=root, **names)
    kind = Autograde if what == "autograde" else GenerateAssignment
    try:
        kind(coursedir=directory, config=config, force=True).start()
    except (Exception, SystemExit) as problem:
        print(f"{student}\\t{type(problem).__name__}: {problem}", flush=True)
"""


@dataclass(frozen=True)
class Difference:
    """Where nbgrader and this grader come to different grades.

    Attributes:
        student: The student's id.
        cell: Notebook and cell, or nothing if nbgrader cannot grade the submission at all.
        ours: What this grader wrote.
        stock: What nbgrader wrote, or why it failed.
    """

    student: str
    cell: str
    ours: str
    stock: str


def audit(
    course: Course, students: Sequence[str], size: int = SAMPLE
) -> tuple[list[str], list[Difference]]:
    """Grade a sample of graded submissions with nbgrader too, and compare the rows.

    nbgrader runs in a sandbox without network, on a copy of the assignment and of the sample, with
    a gradebook of its own; nothing it writes is kept.

    Args:
        course: The course and its assignment.
        students: Whom to choose from: those whose submissions have been graded.
        size: How many to choose.

    Returns:
        The students that were chosen, and all differences.

    Raises:
        InvalidInputError: If nbgrader cannot be run at all, or code could read the course.
        NoSandboxError: If it cannot be shut in here.
    """
    sandbox.require_hidden(course.root, course.private_folders(), course.content.readable)
    names = sorted(students)
    chosen = sorted(random.Random(0).sample(names, min(size, len(names))))  # noqa: S311 - a sample
    with tempfile.TemporaryDirectory(prefix="audit-") as folder:
        copy = Path(folder) / "course"
        _copy(course, copy, chosen)
        _run(course, copy, "generate", [])
        failed = dict(_failures(_run(course, copy, "autograde", chosen)))
        with course.gradebook() as ours, Gradebook(f"sqlite:///{copy / _STOCK}") as stock:
            found = [
                difference
                for student in chosen
                for difference in _compare(ours, stock, course.name, student, failed)
            ]
    return chosen, found


def _copy(course: Course, copy: Path, students: Sequence[str]) -> None:
    """Copy what nbgrader needs: settings, keys and source of the assignment, the sample."""
    copy.mkdir()
    for path in (*course.root.glob("*.py"), course.root / "keys" / "secret"):
        if path.is_file():
            (copy / path.relative_to(course.root)).parent.mkdir(exist_ok=True)
            shutil.copy(path, copy / path.relative_to(course.root))
    for path in (course.folder("source"), course.root / "keys" / course.name):
        if path.is_dir():
            shutil.copytree(path, copy / path.relative_to(course.root), symlinks=True)
    assignment = course.read()
    for student in students:
        _hand_in(course, copy, assignment, student)
    with course.gradebook() as gradebook:
        due = gradebook.find_assignment(course.name).duedate
    with Gradebook(f"sqlite:///{copy / _STOCK}") as stock:
        stock.update_or_create_assignment(course.name, duedate=due)


def _hand_in(course: Course, copy: Path, assignment: Assignment, student: str) -> None:
    """Write down what grading has read of a submission: pipes and vast files are not among it."""
    try:
        found = course.hand_in(student, assignment, course.content.laid(student))
    except folders.UnreadableError as problem:
        raise InvalidInputError(str(problem)) from problem
    place = copy / course.submission_folder(student).relative_to(course.root)
    notebooks = {f"{name}.ipynb": content for name, content in found.notebooks.items()}
    for name, content in (notebooks | dict(found.files)).items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _run(course: Course, copy: Path, what: str, students: Sequence[str]) -> str:
    home = copy.parent
    inside = [sandbox.PYTHON, "-c", _SCRIPT, str(copy), course.name, what, *students]
    environment = {
        **sandbox.ENVIRONMENT, "HOME": str(home), "TMPDIR": str(home),
        "PATH": f"{Path(sandbox.PYTHON).parent}:{sandbox.ENVIRONMENT['PATH']}",
        "IPYTHONDIR": str(home / "ipython"), "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"), "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
    }  # fmt: skip
    environment.pop("NBGRADER_EXECUTION")
    command = [*sandbox.shut_in_writable(home, course.content.readable), *inside]
    limit = _SECONDS_EACH * (len(students) + 1)
    try:
        done = subprocess.run(  # noqa: S603 - our own command
            command, env=environment, capture_output=True, text=True, errors="replace",
            check=False, timeout=limit, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired as problem:
        message = f"nbgrader did not come to its end within {limit:.0f} seconds: audit fewer."
        raise InvalidInputError(message) from problem
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        message = f"nbgrader cannot be run for the audit ({reason})."
        raise InvalidInputError(message)
    return done.stdout


def _failures(said: str) -> Iterator[tuple[str, str]]:
    for line in said.splitlines():
        student, tab, problem = line.partition("\t")
        if tab:
            yield student, problem


def _compare(
    ours: Gradebook, stock: Gradebook, assignment: str, student: str, failed: dict[str, str]
) -> Iterator[Difference]:
    if student in failed:
        yield Difference(student, "", "graded", f"failed ({failed[student]})")
        return
    here, there = _rows(ours, assignment, student), _rows(stock, assignment, student)
    for name in sorted({*here, *there}):
        if here.get(name) != there.get(name):
            yield Difference(student, name, str(here.get(name)), str(there.get(name)))


def _rows(gradebook: Gradebook, assignment: str, student: str) -> dict[str, object]:
    """What grading alone decides: no mark that a person gave, and no flag for want of one."""
    try:
        submission = gradebook.find_submission(assignment, student)
    except MissingEntry:
        return {}
    found: dict[str, object] = {"seconds late": submission.total_seconds_late}
    for notebook in submission.notebooks:
        for grade in notebook.grades:
            found[f"{notebook.name}/{grade.name} score"] = grade.auto_score
        for comment in notebook.comments:
            found[f"{notebook.name}/{comment.name} comment"] = comment.auto_comment
    return found
