"""Read notebooks that people have handed in: whatever is in the file, one sentence comes out."""

import json
import warnings

import nbformat
from nbformat import NotebookNode
from nbformat.warnings import DuplicateCellId, MissingIDFieldWarning

MOST_BYTES = 100 * 2**20
"""Largest notebook that is read."""

_BROKEN = (
    ValueError, LookupError, AttributeError, TypeError, RecursionError, nbformat.ValidationError,
)  # fmt: skip


class NotNotebookError(Exception):
    """A file that holds no notebook; the message says why, to follow the file's name."""


def parse(content: bytes) -> NotebookNode:
    """Return the notebook in a file.

    Args:
        content: The file's bytes; a byte order mark does not matter.

    Raises:
        NotNotebookError: If they hold none.
    """
    if len(content) > MOST_BYTES:
        message = f"is too large ({len(content) // 2**20} MiB)"
        raise NotNotebookError(message)
    if not content.strip():
        message = "is empty"
        raise NotNotebookError(message)
    try:
        text = content.decode("utf-8-sig")
        with warnings.catch_warnings():
            # Older tools, and nbgrader itself, write cells without ids or twice the same.
            warnings.simplefilter("ignore", MissingIDFieldWarning)
            warnings.simplefilter("ignore", DuplicateCellId)
            found = json.loads(text)
            _drop_outputs(found)
            notebook: NotebookNode = nbformat.reads(json.dumps(found), as_version=4)
    except _BROKEN as problem:
        message = f"is no valid notebook ({type(problem).__name__}): ask for a new copy"
        raise NotNotebookError(message) from problem
    return notebook


def _drop_outputs(found: object) -> None:
    """What a notebook says its cells have shown is the student's claim, and can be large."""
    cells = found.get("cells") if isinstance(found, dict) else None
    for cell in cells if isinstance(cells, list) else ():
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            cell["outputs"], cell["execution_count"] = [], None
