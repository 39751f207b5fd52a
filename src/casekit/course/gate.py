"""The gate before a release: an assignment can be solved, and gives nothing away."""

import io
import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NoReturn

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions
from nbgrader.utils import determine_grade, is_grade
from nbgrader.validator import Validator

from casekit.course.folder import Course, files_in
from casekit.errors import InvalidInputError
from casekit.questions.files import read_notebook
from casekit.questions.keys import expected, matches, mistaken, names_for
from casekit.questions.marking import judge, read_secret
from casekit.questions.notebook import BEGIN, END
from casekit.questions.schema import Assignment
from casekit.questions.variants import public_firm

SECONDS = 30.0
"""How long a notebook may run."""

# Short lines of a solution, such as a closing bracket, stand in many innocent places.
_TELLING = 20
_NEVER_RELEASED = ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN TESTS", "casekit.questions.marking")
_MARK_CALL = re.compile(r"\bmark\(")
# Put before the first cell: what would need a network fails, as on a machine without one.
_OFFLINE = """\
import socket

def _refuse(*_, **__):
    raise OSError("this notebook must run without a network")

socket.getaddrinfo = socket.create_connection = socket.socket.connect = _refuse
del socket, _refuse
"""


def require_solvable(course: Course, assignment: Assignment) -> None:
    """Run the solution, the empty notebook and nbgrader's validator, and try the known mistakes.

    Raises:
        InvalidInputError: If the solution does not earn full marks in time, without a network and
            without a word on stderr, the empty notebook earns points, a known mistake earns the
            points or gets another hint than its own, or nbgrader's validator has a complaint.
    """
    source = read_notebook(source_path(course, assignment.name))
    _require_hints(assignment)
    _require_full_marks(_run(source, course, assignment.name), assignment.name)
    _require_zero(_run(_emptied(source, course), course, assignment.name), assignment.name)
    _require_validated(course, assignment.name)


def source_path(course: Course, assignment: str) -> Path:
    """Return where the source notebook of an assignment lies."""
    return course.root / "source" / assignment / f"{assignment}.ipynb"


def _run(notebook: NotebookNode, course: Course, assignment: str) -> NotebookNode:
    copy: NotebookNode = nbformat.reads(nbformat.writes(notebook), as_version=4)
    copy.cells.insert(0, nbformat.v4.new_code_cell(_OFFLINE))
    client = NotebookClient(
        copy,
        timeout=120,
        allow_errors=True,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        resources={"metadata": {"path": str(source_path(course, assignment).parent)}},
    )
    begin = time.monotonic()
    try:
        client.execute()
    except (CellTimeoutError, DeadKernelError) as problem:
        message = f"The solution of {assignment} did not run to its end: {str(problem)[:100]}."
        raise InvalidInputError(message) from problem
    if (took := time.monotonic() - begin) > SECONDS:
        message = f"{assignment} runs for {took:.0f} seconds: {SECONDS:g} are allowed."
        raise InvalidInputError(message)
    return copy


def _emptied(source: NotebookNode, course: Course) -> NotebookNode:
    copy = nbformat.reads(nbformat.writes(source), as_version=4)
    emptied: NotebookNode = ClearSolutions(config=course.config).preprocess(copy, {})[0]
    return emptied


def _require_full_marks(notebook: NotebookNode, assignment: str) -> None:
    for cell in _code_cells(notebook):
        for output in cell.outputs:
            if output.output_type == "error":
                reason = f"the solution fails with {output.ename}: {output.evalue[:200]}"
                _refuse(assignment, cell, reason)
            if output.get("name") == "stderr":
                _refuse(assignment, cell, "the solution writes to stderr, which costs points")
        if is_grade(cell):
            points, most = _points(cell, assignment)
            if points != most:
                said = _said(cell)
                reason = f"the solution earns {points:g} of {most:g} points ({said})"
                _refuse(assignment, cell, reason)


def _require_zero(notebook: NotebookNode, assignment: str) -> None:
    for cell in _code_cells(notebook):
        for output in cell.outputs:
            if output.output_type == "error" and output.ename != "CheckFailedError":
                _refuse(assignment, cell, f"without an answer it stops with {output.ename}")
        if is_grade(cell) and _points(cell, assignment)[0] != 0:
            _refuse(assignment, cell, "the empty notebook earns points")


def _require_hints(assignment: Assignment) -> None:
    """Every known mistake gets its own hint, and not the points.

    A mistake in a function is a formula of ours; its values are judged in the function's place.
    """
    firm = public_firm(assignment)
    for question in assignment.questions:
        names = names_for(question, assignment, firm)
        right = expected(question, names)
        for values, hint in mistaken(question, names):
            if all(matches(question, values, right)):
                continue  # the answer for the usual firm, which the public one is
            answer: Any = values if len(right) > 1 else values[0]
            if question.type == "function":
                answer = _function(question.arguments, question.probes, values)
            points, sentence = judge(question, answer, assignment, firm)
            if points >= question.points or not sentence.endswith(hint):
                message = (
                    f"{assignment.name}, question {question.id}: the mistake {hint!r} is answered"
                    f" by {sentence!r} and {points:g} points."
                )
                raise InvalidInputError(message)


def _function(arguments: tuple[str, ...], probes: Any, values: list[Any]) -> Any:
    known = {
        tuple(probe[name] for name in arguments): value
        for probe, value in zip(probes, values, strict=True)
    }
    return lambda *given: known[given]


def _require_validated(course: Course, assignment: str) -> None:
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(io.StringIO()):
        found = Validator(config=course.config).validate(str(source_path(course, assignment)))
    if found:
        message = f"{assignment}: nbgrader's validator complains: {json.dumps(found)[:300]}."
        raise InvalidInputError(message)


def _points(cell: NotebookNode, assignment: str) -> tuple[float, float]:
    try:
        points, most = determine_grade(cell)
    except ValueError as problem:  # more points than the cell has, or fewer than none
        _refuse(assignment, cell, str(problem))
    return points, most


def _code_cells(notebook: NotebookNode) -> Iterator[NotebookNode]:
    return (cell for cell in notebook.cells if cell.cell_type == "code")


def _said(cell: NotebookNode) -> str:
    lines = "".join(output.text for output in cell.outputs if "text" in output).splitlines()
    return lines[-1] if lines else "nothing was said"


def _refuse(assignment: str, cell: NotebookNode, reason: str) -> NoReturn:
    message = f"{assignment}, cell {cell.id}: {reason}."
    raise InvalidInputError(message)


def texts_in(folder: Path) -> dict[str, str]:
    """Return the text of every file of a folder by its name, but for the wheel: that is public."""
    paths = (path for path in files_in(folder) if not path.match("casekit-*.whl"))
    return {path.name: _all_text(path) for path in paths}


def require_silence(texts: Mapping[str, str], course: Course, assignment: str) -> None:
    """Search all that students get.

    Args:
        texts: The text of each file by its name.
        course: The course.
        assignment: Name of the assignment.

    Raises:
        InvalidInputError: If a file holds a solution, hidden test, key, hint, anchor answer, note
            for markers, or the course's secret.
    """
    source = read_notebook(source_path(course, assignment))
    secrets = [
        *_solution_lines(source),
        *_key_texts(course, assignment),
        read_secret(course.root).decode(),
    ]
    for name, text in texts.items():
        found = [secret for secret in (*_NEVER_RELEASED, *secrets) if secret in text]
        if found or _MARK_CALL.search(text):
            hit = (found or ["a call of mark"])[0]
            message = f"{name} of {assignment} would give away {hit!r}: nothing was released."
            raise InvalidInputError(message)


def _solution_lines(source: NotebookNode) -> Iterator[str]:
    for cell in source.cells:
        if BEGIN in cell.source:
            region = cell.source[cell.source.index(BEGIN) + len(BEGIN) : cell.source.index(END)]
            lines = (line.strip() for line in region.splitlines())
            yield from (line for line in lines if len(line) >= _TELLING)


def _key_texts(course: Course, assignment: str) -> Iterator[str]:
    for question in course.questions(assignment).questions:
        yield from _formulas([question.key, *question.mistakes])
        yield from (mistake["hint"] for mistake in question.mistakes)
    rubric = course.rubric(assignment)
    for anchor in rubric.anchors:
        yield from (anchor.text.strip(), anchor.why.strip())
    notes = (criterion.marker_notes for criterion in rubric.criteria)
    yield from (note for note in (*notes, rubric.marker_notes) if note)


def _formulas(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "formula" in part and len(part["formula"]) >= _TELLING:
            yield part["formula"]
        part = list(part.values())
    if isinstance(part, list | tuple):
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
