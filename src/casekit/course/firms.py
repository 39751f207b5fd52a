"""Students' own numbers in a course: the secret, a file for each student, a fresh one to grade."""

import re
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from casekit.course.folder import PLAIN_NAME, Course, pack
from casekit.errors import InvalidInputError
from casekit.grading import notebooks
from casekit.grading.folders import write_atomically
from casekit.questions.firm import FILE, Firm, read_firm
from casekit.questions.marking import SECRET, SHARED, find_firm, is_shared, read_secret
from casekit.questions.schema import Assignment, read_assignment
from casekit.questions.variants import PUBLIC, draw_firm, firm_number

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


def draw_firms(course: Course, assignment: Assignment) -> dict[str, str]:
    """Return for each student the text of the file of numbers; nothing is written.

    Args:
        course: The course.
        assignment: An assignment in which students have their own numbers.

    Raises:
        InvalidInputError: If an id can be no folder of its own, or numbers that were released
            would become others.
    """
    students = course.students()
    _require_plain_ids(students)
    home = course.root / FOLDER / assignment.name
    secret = read_secret(course.root)
    firms = {name: draw_firm(assignment, name, secret).to_json() for name in students}
    changed = [name for name, text in firms.items() if _has_other(home / name / FILE, text)]
    if changed:
        message = (
            f"{assignment.name} was released with numbers that would now be others for"
            f" {changed[0]} (students in all: {len(changed)}), since the secret, the questions or"
            " casekit have changed: put the old ones back; if nobody has been given the old"
            f" numbers, delete {home}."
        )
        raise InvalidInputError(message)
    return firms


def _require_plain_ids(students: list[str]) -> None:
    """Refuse ids that would leave the folder, or share one with another on some system."""
    seen: dict[str, str] = {}
    for name in students:
        if not PLAIN_NAME.fullmatch(name) or name.endswith((".", " ", ".zip")):
            message = f"The student's id {name!r} makes no folder: change it in the gradebook."
            raise InvalidInputError(message)
        same = unicodedata.normalize("NFC", name).casefold()
        if same in seen:
            message = f"The ids {seen[same]!r} and {name!r} are one on some systems: change one."
            raise InvalidInputError(message)
        seen[same] = name


def write_firms(course: Course, assignment: str, firms: dict[str, str], notebook: Path) -> None:
    """Write `firms/<assignment>/<student>/firm.json`, and beside it a ZIP with the notebook.

    Args:
        course: The course.
        assignment: Name of the assignment.
        firms: What `draw_firms` returns.
        notebook: The released notebook.
    """
    home = course.root / FOLDER / assignment
    for student, text in firms.items():
        numbers = home / student / FILE
        write_atomically(numbers, text)
        files = {FILE: numbers, notebook.name: notebook}
        inside = {f"{assignment}/{name}": path for name, path in files.items()}
        pack(inside, home / f"{student}.zip")


def remarks(course: Course, found: Assignment, student: str, folder: Path) -> Iterator[str]:
    """Say whose numbers a submission was worked out with, if not with the student's own.

    Args:
        course: The course.
        found: The assignment.
        student: Whose submission it is.
        folder: Where it lies.
    """
    assignment = found.name
    own = find_firm(course.root, found, student)
    if _has_other(course.root / FOLDER / assignment / student / FILE, own.to_json()):
        yield (
            "the numbers that were released are others than those that it was graded by, since the"
            " secret, the questions, casekit or --shared have changed"
        )
    numbers = _numbers_in(folder, assignment)
    if own.number in numbers and _is_changed(folder, own):
        yield "its file of numbers is not the one that the student would get now"
    foreign = sorted(numbers - {own.number})
    owners = _owners(course, assignment) if foreign else {}
    for number in foreign:
        whose = owners.get(number, "those of no firm of this course")
        yield f"it was worked out with other numbers than the student's own, {whose}"


def _owners(course: Course, assignment: str) -> dict[str, str]:
    secret = read_secret(course.root)
    own = {firm_number(assignment, name, secret): name for name in course.students()}
    return {number: f"those of {name}" for number, name in own.items()} | {
        PUBLIC: "the public ones"
    }


def _handed_in(folder: Path) -> Firm:
    """Read a student's file of numbers; a link or a pipe in its place is none."""
    path = folder / FILE
    if path.is_symlink() or not path.is_file():
        message = f"{path} is no ordinary file."
        raise InvalidInputError(message)
    return read_firm(path)


def _is_changed(folder: Path, own: Firm) -> bool:
    try:
        return dict(_handed_in(folder)) != dict(own)
    except InvalidInputError:
        return False  # there is none, and the notebook shows whose numbers it had


def _has_other(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") != text


def _numbers_in(folder: Path, assignment: str) -> set[str]:
    """The numbers of all firms that a submission shows, in its file or in its outputs."""
    found = set()
    with suppress(InvalidInputError):  # a damaged file hides nothing that the notebook shows
        given = _handed_in(folder)
        found |= {given.number} if given.assignment == assignment else set()
    for text in _results(folder / f"{assignment}.ipynb"):
        found |= {number for number, name in _SHOWN.findall(text) if name == assignment}
    return found


def _results(path: Path) -> Iterator[str]:
    """Yield the beginning of each result in a notebook as it was handed in, if it is one."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size > notebooks.MOST_BYTES:
        return
    try:
        cells = notebooks.load(path.read_bytes())["cells"]
    except (OSError, notebooks.NotNotebookError):
        return
    outputs = (output for cell in cells if isinstance(cell, dict)
               for output in _list(cell.get("outputs")))  # fmt: skip
    for output in outputs:
        data = output.get("data") if isinstance(output, dict) else None
        text = data.get("text/plain") if isinstance(data, dict) else None
        lines = [text] if isinstance(text, str) else _list(text)
        yield "".join(line for line in lines if isinstance(line, str))[:_MOST_CHARACTERS]


def _list(found: object) -> list[Any]:
    return found if isinstance(found, list) else []


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
