"""Students' own numbers in a course: the secret, a file for each student, a fresh one to grade."""

import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from casekit.course.folder import Course, pack, write_atomically
from casekit.errors import InvalidInputError
from casekit.questions.files import read_notebook
from casekit.questions.firm import FILE, Firm, read_firm
from casekit.questions.marking import SECRET, SHARED, find_firm, is_shared, read_secret
from casekit.questions.schema import Assignment, read_assignment
from casekit.questions.variants import PUBLIC, firm_number

FOLDER = "firms"
_SECRET_BYTES = 32
_SHOWN = re.compile(rf"\bFirm ([0-9A-F]{{8}}|{PUBLIC}) \(([\w .@'-]+)\)")
# A firm of its own stands in the first cells; a notebook may hold megabytes of other outputs.
_MOST_CHARACTERS = 20_000


def make_secret(course: Path) -> None:
    """Write a new course's secret, closed to everybody but its owner."""
    write_atomically(
        course / "keys" / SECRET, secrets.token_hex(_SECRET_BYTES) + "\n", private=True
    )


def firm_of(course: Course, assignment: Assignment, student: str | None) -> Firm:
    """Return the numbers of a student, or without one the public numbers."""
    return find_firm(course.root, assignment, student)


def share(course: Course, assignment: str, *, shared: bool) -> None:
    """Settle whether all students have the public numbers of an assignment.

    Raises:
        InvalidInputError: If students have handed in work with other numbers.
    """
    if shared == is_shared(course.root, assignment):
        return
    mark = course.root / "keys" / assignment / SHARED
    handed_in = any((course.root / "submitted").glob(f"*/{assignment}/*.ipynb"))
    if handed_in and (course.root / "release" / assignment).exists():
        with_or_without = "without --shared" if shared else "with --shared"
        message = (
            f"{assignment} was released {with_or_without} and has submissions: their numbers would"
            " change; release it as before."
        )
        raise InvalidInputError(message)
    if shared:
        write_atomically(mark, "All students have the public numbers.\n", private=True)
    else:
        mark.unlink()


def write_firms(
    course: Course, assignment: Assignment, students: list[str], notebook: Path
) -> None:
    """Write `firms/<assignment>/<student>/firm.json`, and beside it a ZIP with the notebook.

    Args:
        course: The course.
        assignment: An assignment in which students have their own numbers.
        students: Whom to write for.
        notebook: The released notebook.

    Raises:
        InvalidInputError: If the numbers of a student who has handed in would become others.
    """
    home = course.root / FOLDER / assignment.name
    firms = {student: firm_of(course, assignment, student).to_json() for student in students}
    for student, text in firms.items():
        handed_in = (course.root / "submitted" / student / assignment.name).is_dir()
        if handed_in and _has_other(home / student / FILE, text):
            message = (
                f"{student} has handed in {assignment.name} with numbers that would now be others,"
                " since the secret, the questions or casekit have changed: put the old ones back."
            )
            raise InvalidInputError(message)
    for student, text in firms.items():
        numbers = home / student / FILE
        write_atomically(numbers, text)
        files = {FILE: numbers, notebook.name: notebook}
        inside = {f"{assignment.name}/{name}": path for name, path in files.items()}
        pack(inside, home / f"{student}.zip")


def remarks(course: Course, assignment: str, student: str, folder: Path) -> Iterator[str]:
    """Say whose numbers a submission was worked out with, if not with the student's own.

    Args:
        course: The course.
        assignment: Name of the assignment.
        student: Whose submission it is.
        folder: Where it lies.
    """
    if is_shared(course.root, assignment):
        return
    released = course.root / FOLDER / assignment / student / FILE
    now = firm_of(course, read_assignment(course.keys(assignment)), student).to_json()
    if _has_other(released, now):
        yield (
            "the numbers that were released are others than those that it was graded by, since the"
            " secret, the questions or casekit have changed"
        )
    secret = read_secret(course.root)
    own = firm_number(assignment, student, secret)
    foreign = sorted(_numbers_in(folder, assignment) - {own})
    if not foreign:
        return
    owners = {firm_number(assignment, name, secret): name for name in course.students()}
    for number in foreign:
        whose = f"those of {owners[number]}" if number in owners else f"of a firm {number}"
        whose = "the public ones" if number == PUBLIC else whose
        yield f"it was worked out with other numbers than the student's own, {whose}"


def _has_other(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") != text


def _numbers_in(folder: Path, assignment: str) -> set[str]:
    """The numbers of all firms that a submission shows, in its file or in its outputs."""
    found = set()
    with suppress(InvalidInputError):  # a damaged file hides nothing that the notebook shows
        given = read_firm(folder / FILE)
        found |= {given.number} if given.assignment == assignment else set()
    cells: list[NotebookNode] = []
    with suppress(InvalidInputError):
        cells = read_notebook(folder / f"{assignment}.ipynb").cells
    for cell in cells:
        for output in cell.get("outputs", ()):
            text = str(output.get("data", {}).get("text/plain", ""))[:_MOST_CHARACTERS]
            found |= {number for number, name in _SHOWN.findall(text) if name == assignment}
    return found


class LayFirm(NbGraderPreprocessor):  # type: ignore[misc]
    """Lay a fresh `firm.json` beside a submission before it is run, whatever the student sent."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Write the file; the notebook stays as it is."""
        folder = Path(resources["metadata"]["path"]).resolve()
        assignment, student = (resources["nbgrader"][name] for name in ("assignment", "student"))
        course = folder.parents[2]
        keys = course / "keys" / assignment / "questions.yml"
        if keys.is_file():
            firm = find_firm(course, read_assignment(keys), student)
            write_atomically(folder / FILE, firm.to_json())
        return nb, resources
