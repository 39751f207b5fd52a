"""Release an assignment: prove that it can be solved, then that it gives nothing away."""

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.utils import determine_grade, is_grade

from casekit.course import nbgrading
from casekit.course.folder import WHEEL, Course, Progress, open_course, silent
from casekit.errors import InvalidInputError
from casekit.questions.notebook import BEGIN, END, check_keys, read_notebook

# Short lines of a solution, such as a closing bracket, stand in many innocent places.
_TELLING = 20
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_NEVER_RELEASED = ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS", "casekit.questions.marking")
_README = """\
Python 3.11 or newer is needed. In this folder, install what the notebook uses and JupyterLab:
    python -m pip install ./{wheel} jupyterlab
Then open the notebook:
    python -m jupyterlab {assignment}.ipynb
"""
_MARK_CALL = re.compile(r"\bmark\(")


def release(directory: str | Path, assignment: str, progress: Progress = silent) -> Path:
    """Make the students' version of an assignment, and a ZIP of it for a learning platform.

    If the course's folder `wheel` holds a `casekit-*.whl`, the ZIP carries it, and a `README.txt`
    that tells how to install it and open the notebook.

    The solution notebook is run first and must earn full marks without writing to stderr; the
    result is then searched for solutions, hidden tests, keys, hints and notes for markers.

    Args:
        directory: The course's folder.
        assignment: Name of the assignment.
        progress: Called before each step.

    Returns:
        The ZIP, `release/<assignment>.zip`; beside it lies the folder `release/<assignment>/`.

    Raises:
        UnknownNameError: If there is no such assignment.
        InvalidInputError: If a key is broken, the solution fails, the result gives something away,
            or there are several wheels.
    """
    course = open_course(directory)
    course.require_assignment(assignment)
    check_keys(course.questions(assignment), course.root / "keys" / assignment / "questions.yml")
    wheel = _wheel(course)
    progress(f"running the solution of {assignment}", 0, 3)
    source = read_notebook(course.root / "source" / assignment / f"{assignment}.ipynb")
    _require_full_marks(source, course, assignment)
    with tempfile.TemporaryDirectory(prefix=".release.", dir=course.root) as scratch:
        progress(f"making the students' version of {assignment}", 1, 3)
        made = _generate(course, assignment, Path(scratch).name)
        progress(f"searching {assignment} for answers", 2, 3)
        pack = _lay_out(made, wheel)
        _require_silence(pack, source, course, assignment)
        return _publish(made, pack, course)


def _wheel(course: Course) -> Path | None:
    wheels = sorted((course.root / WHEEL).glob("casekit-*.whl"))
    if len(wheels) > 1:
        message = f"{course.root / WHEEL} holds {len(wheels)} wheels of casekit: keep one."
        raise InvalidInputError(message)
    return wheels[0] if wheels else None


def _lay_out(made: Path, wheel: Path | None) -> Path:
    """A folder of what goes into the ZIP: the students' version and how to run it."""
    pack = made.parent / "pack" / made.name
    shutil.copytree(made, pack)
    if wheel:
        shutil.copyfile(wheel, pack / wheel.name)
        text = _README.format(wheel=wheel.name, assignment=made.name)
        (pack / "README.txt").write_text(text, encoding="utf-8")
    return pack


def _require_full_marks(source: NotebookNode, course: Course, assignment: str) -> None:
    notebook = nbformat.reads(nbformat.writes(source), as_version=4)
    folder = course.root / "source" / assignment
    client = NotebookClient(
        notebook,
        timeout=120,
        allow_errors=True,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        client.execute()
    except (CellTimeoutError, DeadKernelError) as problem:
        message = f"The solution of {assignment} did not run to its end: {str(problem)[:100]}."
        raise InvalidInputError(message) from problem
    for cell in notebook.cells:
        if cell.cell_type == "code":
            _require_good_cell(cell, assignment)


def _require_good_cell(cell: NotebookNode, assignment: str) -> None:
    for output in cell.outputs:
        if output.output_type == "error":
            message = f"{assignment}, cell {cell.id}: the solution fails with {output.ename}."
            raise InvalidInputError(message)
        if output.get("name") == "stderr":
            message = (
                f"{assignment}, cell {cell.id}: the solution writes to stderr, which costs points."
            )
            raise InvalidInputError(message)
    if is_grade(cell):
        points, most = determine_grade(cell)
        if points != most:
            message = (
                f"{assignment}, cell {cell.id}: the solution earns {points:g} of {most:g} points."
            )
            raise InvalidInputError(message)


def _generate(course: Course, assignment: str, scratch: str) -> Path:
    """Let nbgrader write into a scratch folder of the course, and record the cells."""
    directory = course.directory(assignment_id=assignment, release_directory=scratch)
    problem = nbgrading.run(GenerateAssignment(coursedir=directory, config=course.config))
    if problem:
        message = f"nbgrader cannot make the students' version of {assignment}: {problem}."
        raise InvalidInputError(message)
    return course.root / scratch / assignment


def _require_silence(pack: Path, source: NotebookNode, course: Course, assignment: str) -> None:
    """Search all that goes into the ZIP, but for the wheel, which is public anyway."""
    secrets = [*_solution_lines(source), *_key_texts(course, assignment)]
    for path in _files(pack):
        if path.match("casekit-*.whl"):
            continue
        text = _all_text(path)
        found = [secret for secret in (*_NEVER_RELEASED, *secrets) if secret in text]
        if found or _MARK_CALL.search(text):
            hit = (found or ["a call of mark"])[0]
            message = f"{path.name} of {assignment} would give away {hit!r}: nothing was released."
            raise InvalidInputError(message)


def _solution_lines(source: NotebookNode) -> Iterator[str]:
    for cell in source.cells:
        if BEGIN in cell.source:
            region = cell.source[cell.source.index(BEGIN) + len(BEGIN) : cell.source.index(END)]
            lines = (line.strip() for line in region.splitlines())
            yield from (line for line in lines if len(line) >= _TELLING)


def _key_texts(course: Course, assignment: str) -> Iterator[str]:
    for question in course.questions(assignment):
        yield from _formulas([question.key, *question.mistakes])
        yield from (mistake["hint"] for mistake in question.mistakes)
    notes = (criterion.marker_notes for criterion in course.rubric(assignment).criteria)
    yield from (note for note in (*notes, course.rubric(assignment).marker_notes) if note)


def _formulas(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "formula" in part:
            yield part["formula"]
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from _formulas(inner)


def _all_text(path: Path) -> str:
    """The text of a file, of a notebook with its strings put together and unescaped."""
    if path.suffix != ".ipynb":
        return path.read_bytes().decode("utf-8", errors="replace")
    return "\n".join(_strings(read_notebook(path)))


def _strings(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for name, inner in part.items():
            yield str(name)
            yield from _strings(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _strings(inner)


def _publish(made: Path, pack: Path, course: Course) -> Path:
    target = course.root / "release" / made.name
    archive = course.root / "release" / f"{made.name}.zip"
    target.parent.mkdir(exist_ok=True)
    packed = made.parent / archive.name
    _pack(pack, packed)
    if target.exists():
        shutil.rmtree(target)
    made.rename(target)
    packed.replace(archive)
    return archive


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _pack(folder: Path, archive: Path) -> None:
    """Pack a folder; a fixed date gives the same bytes for the same content."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in _files(folder):
            name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
            entry = zipfile.ZipInfo(name, date_time=_ZIP_TIME)
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
