"""A submitted notebook as the gradebook knows it: what its own metadata says counts for nothing."""

import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import compute_checksum, determine_grade

from casekit.grading.plan import KnownCell, NotebookPlan

_MOST_CELLS = 2_000
# As a kernel tells nbgrader: pages are made by it, so that it cannot be what a student wrote.
_LANGUAGE = {
    "name": "python", "version": platform.python_version(), "mimetype": "text/x-python",
    "codemirror_mode": {"name": "ipython", "version": 3}, "pygments_lexer": "ipython3",
    "nbconvert_exporter": "python", "file_extension": ".py",
}  # fmt: skip


@dataclass
class Restored:
    """A notebook to grade.

    Attributes:
        notebook: Its cells, those of the gradebook restored.
        known: For each cell what the gradebook knows about it, or None.
        problems: What was wrong, in words.
        is_another: Whether it holds cells of another assignment and none of this one.
    """

    notebook: NotebookNode
    known: list[KnownCell | None]
    problems: list[str]
    is_another: bool

    def pairs(self) -> Iterator[tuple[NotebookNode, KnownCell | None]]:
        """Yield each cell with what the gradebook knows about it."""
        yield from zip(self.notebook.cells, self.known, strict=True)


def restore(notebook: NotebookNode, plan: NotebookPlan, notice: str) -> Restored:
    """Return a submitted notebook with the instructor's cells put back.

    A cell of the gradebook that stands twice counts where it stands last, as in nbgrader; a test
    cell that is missing comes back where it was.

    Args:
        notebook: What was submitted.
        plan: The notebook as it was made.
        notice: What to write above a cell that comes back; ``{cell_id}`` stands for its name.
    """
    layout = plan.known()
    problems: list[str] = []
    last = {name: place for place, cell in enumerate(notebook.cells[:_MOST_CELLS])
            if (name := _name(cell))}  # fmt: skip
    cells, known = [], []
    for place, cell in enumerate(notebook.cells[:_MOST_CELLS]):
        name = _name(cell)
        own = layout.get(name) if name and last[name] == place else None
        if name in layout and own is None:
            problems.append(f"{name} stands there more than once, the last one counts")
        cells.append(_restored(cell, own, problems))
        known.append(own)
    missing = [cell for cell in plan.cells if cell.name not in last]
    put_back = [cell for cell in missing if cell.is_test]
    for cell in put_back:
        at = _place_of(cell, plan, known)
        cells.insert(at, _put_back(cell, notice))
        known.insert(at, cell)
    if put_back:
        names = ", ".join(cell.name for cell in put_back)
        problems.append(f"{names} missing or without nbgrader's marks: put back")
    lost = [cell.name for cell in missing if not cell.is_test and cell.points is not None]
    if lost:
        problems.append(f"{', '.join(lost)} missing: look for the answer by hand")
    made = NotebookNode(notebook | {"cells": cells})
    made.metadata = NotebookNode(language_info=nbformat.from_dict(_LANGUAGE))
    if plan.kernel:
        made.metadata["kernelspec"] = dict(plan.kernel)
    is_another = bool(last) and not any(name in layout for name in last)
    return Restored(made, known, problems, is_another)


def _name(cell: NotebookNode) -> str:
    mark = cell.metadata.get("nbgrader")
    name = mark.get("grade_id") if isinstance(mark, Mapping) else None
    return name if isinstance(name, str) else ""


def _restored(cell: NotebookNode, own: KnownCell | None, problems: list[str]) -> NotebookNode:
    source = str(cell.source)
    if own is None:
        made = _cell(cell.cell_type, source)
    else:
        if cell.cell_type != own.cell_type:
            problems.append(f"{own.name} was turned into another kind of cell")
        locked = own.locked and not own.solution
        if locked and source != own.source and not own.is_test:
            problems.append(f"{own.name} was edited and has been restored")
        made = _cell(own.cell_type, own.source if locked else source)
        made.metadata["nbgrader"] = _mark(own)
    if "attachments" in cell and made.cell_type != "code":
        made["attachments"] = cell.attachments
    if isinstance(cell.get("id"), str):
        made["id"] = cell.id
    return made


def _cell(kind: str, source: str) -> NotebookNode:
    """Make a cell; nbformat's own functions validate each, which takes longer than running it."""
    made = NotebookNode(id=token_hex(4), cell_type=kind, metadata=NotebookNode(), source=source)
    if kind == "code":
        made.execution_count, made.outputs = None, []
    return made


def _mark(own: KnownCell) -> NotebookNode:
    mark: dict[str, Any] = {
        "grade": own.points is not None and not own.task, "solution": own.solution,
        "locked": own.locked, "task": own.task, "grade_id": own.name, "schema_version": 3,
        "cell_type": own.cell_type, "checksum": own.checksum,
    }  # fmt: skip
    if own.points is not None:
        mark["points"] = own.points
    return NotebookNode(mark)


def _put_back(own: KnownCell, notice: str) -> NotebookNode:
    said = notice.format(cell_id=own.name).strip()
    above = "".join(f"# {line}\n" for line in said.splitlines()) if own.cell_type == "code" else ""
    made = _cell(own.cell_type, above + own.source)
    made.metadata["nbgrader"] = _mark(own)
    return made


def _place_of(own: KnownCell, plan: NotebookPlan, known: list[KnownCell | None]) -> int:
    """After the answer that it judges or the test before it; without either, at the end.

    An answer whose cell has lost its marks may stand anywhere.
    """
    for cell in reversed(plan.cells[: plan.cells.index(own)]):
        if cell in known:
            return known.index(cell) + 1
        if cell.solution:
            break
    return len(known)


def auto_score(cell: NotebookNode) -> float | None:
    """Return the score nbgrader gives a graded cell after it has run; None if a person must.

    Raises:
        ValueError: If a test gives more points than its cell has.
    """
    score: float | None = determine_grade(cell)[0]
    return score


def auto_comment(cell: NotebookNode, own: KnownCell) -> str | None:
    """Return nbgrader's comment on an answer: whether there is one at all."""
    untouched = own.checksum is not None and compute_checksum(cell) == own.checksum
    return "No response." if untouched and not own.task else None


def result(cell: NotebookNode) -> str:
    """Return the text of a cell's result, or nothing; an error or a warning before it hides it."""
    for output in cell.get("outputs", ()):
        if output.output_type == "error" or output.get("name") == "stderr":
            return ""
        if output.output_type == "execute_result":
            return str(output.data.get("text/plain", ""))
    return ""


def is_number(text: str) -> bool:
    """Whether nbgrader reads a result as a number of points."""
    try:
        return float(text) >= 0
    except ValueError:
        return False
