"""Run a notebook from top to bottom, as it will be graded, and say what the checks say."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from casekit.errors import InvalidInputError, shown
from casekit.questions.files import read_notebook

ESSAY_STUB = "*Write your answer here.*"
TEST_PREFIX = "test-"
WORDS = "casekit-words"
"""Where an essay's cell keeps the fewest and the most words asked for."""

SECONDS = 60
"""How long a cell may run; grading allows no more."""

_NO_ANSWER = "NameError"


@dataclass(frozen=True)
class Finding:
    """What a check found about one answer.

    Attributes:
        name: The answer's variable, or the essay's id; empty for a cell of the student's own.
        ok: Whether it can be handed in as it stands.
        sentence: What the check says.
    """

    name: str
    ok: bool
    sentence: str


def rehearse(path: Path) -> list[Finding]:
    """Run a copy of an assignment's notebook in a fresh kernel; the file stays as it is.

    Args:
        path: The notebook.

    Returns:
        One finding an answer, in the order of the notebook; the form alone is judged.

    Raises:
        InvalidInputError: If it is no notebook of an assignment, or the kernel dies.
    """
    notebook = read_notebook(path)
    _require_marks(notebook, path)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    client = NotebookClient(
        nbformat.from_dict(notebook),
        timeout=SECONDS,
        allow_errors=True,
        kernel_name="python3",
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        resources={"metadata": {"path": str(path.resolve().parent)}},
    )
    try:
        return list(_findings(client.execute()))
    except CellTimeoutError as problem:
        message = (
            f"{path.name}: a cell ran longer than {SECONDS} seconds: look for a loop that never"
            " ends, and run the cells one by one."
        )
        raise InvalidInputError(message) from problem
    except (DeadKernelError, NoSuchKernel, RuntimeError) as problem:
        message = (
            f"{path.name}: the program ended while a cell ran, perhaps because of exit() or for"
            " want of memory: run the cells one by one."
        )
        raise InvalidInputError(message) from problem


def _require_marks(notebook: NotebookNode, path: Path) -> None:
    names = [name for name, _ in _marked(notebook)]
    if not names:
        message = (
            f"{path.name} holds no cell of an assignment: name the notebook that you were given;"
            " if this is it, copy your answers into a new copy of it."
        )
        raise InvalidInputError(message)
    if twice := sorted({name for name in names if names.count(name) > 1}):
        message = (
            f"{path.name} holds the cell {twice[0]} twice: delete the copy that does not count."
        )
        raise InvalidInputError(message)


def _marked(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    for cell in notebook.cells:
        mark = cell.metadata.get("nbgrader")
        if isinstance(mark, dict) and mark.get("grade_id"):
            yield str(mark["grade_id"]), cell


def _findings(notebook: NotebookNode) -> Iterator[Finding]:
    cells = dict(_marked(notebook))
    for cell in notebook.cells:
        error = first_error(cell)
        if error is not None and "nbgrader" not in cell.metadata:
            first = (cell.source.strip().splitlines() or [""])[0]
            sentence = f"The cell {shown(first)} stops with {_reason(error)}"
            yield Finding("", ok=False, sentence=sentence)
    for name, cell in cells.items():
        if name.startswith(TEST_PREFIX):
            yield _judged(name.removeprefix(TEST_PREFIX), cells)
        elif cell.metadata["nbgrader"].get("grade"):
            yield _essay(name, cell)
        elif TEST_PREFIX + name not in cells:
            sentence = f"{name}: its test cell is gone; grading will put it back."
            yield Finding(name, ok=True, sentence=sentence)


def _judged(name: str, cells: dict[str, NotebookNode]) -> Finding:
    answer = first_error(cells.get(name))
    if answer is not None:
        return Finding(name, ok=False, sentence=f"{name}: its cell stops with {_reason(answer)}")
    test = cells[TEST_PREFIX + name]
    error = first_error(test)
    if error is None:
        lines = "".join(output.get("text", "") for output in test.outputs).strip().splitlines()
        if lines and lines[-1].startswith(f"{name}: "):
            return Finding(name, ok=True, sentence=lines[-1])
        sentence = f"{name}: its test cell was changed; grading will put the original back."
        return Finding(name, ok=False, sentence=sentence)
    if error.ename == _NO_ANSWER:
        sentence = f"{name}: {error.evalue}: keep the cell with the imports, and run it first."
        return Finding(name, ok=False, sentence=sentence)
    if error.ename != "CheckFailedError":
        sentence = f"{name}: its test cell stops with {_reason(error)}"
        return Finding(name, ok=False, sentence=sentence)
    return Finding(name, ok=False, sentence=str(error.evalue))


def _reason(error: Any) -> str:
    return f"{error.ename}: {error.evalue}".partition("\n")[0].rstrip(".") + "."


def _essay(name: str, cell: NotebookNode) -> Finding:
    text = cell.source.strip()
    if not text or text == ESSAY_STUB:
        return Finding(name, ok=False, sentence=f"{name}: the essay is not written yet.")
    words, asked = len(text.split()), cell.metadata.get(WORDS)
    said = f"{name}: the essay has {words} words"
    if not (isinstance(asked, list) and [*map(type, asked)] == [int, int]):
        return Finding(name, ok=True, sentence=f"{said}.")
    low, high = asked
    return Finding(
        name, ok=low <= words <= high, sentence=f"{said}; {low} to {high} are asked for."
    )


def first_error(cell: NotebookNode | None) -> Any:
    """Return the first error among a cell's outputs, or None."""
    outputs = cell.get("outputs", []) if cell else []
    return next((output for output in outputs if output.output_type == "error"), None)
