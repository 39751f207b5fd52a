"""Read notebooks that people have handed in: whatever is in the file, one sentence comes out."""

import json
import re
import warnings
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.warnings import DuplicateCellId, MissingIDFieldWarning

MOST_BYTES = 100 * 2**20
"""Largest notebook that is read."""

_FORMAT = 4
_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
_BROKEN = (
    ValueError, LookupError, AttributeError, TypeError, RecursionError, AssertionError,
    nbformat.ValidationError,
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
        found = json.loads(content.decode("utf-8-sig"))
        if not isinstance(found, dict):
            message = "holds no notebook"
            raise TypeError(message)
        if found.get("nbformat") != _FORMAT:
            found = _upgraded(found)
        return _notebook(found)
    except _BROKEN as problem:
        message = f"is no valid notebook ({type(problem).__name__}): ask for a new copy"
        raise NotNotebookError(message) from problem


def _upgraded(found: dict[str, Any]) -> dict[str, Any]:
    """A notebook of an older format in today's."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingIDFieldWarning)
        warnings.simplefilter("ignore", DuplicateCellId)
        upgraded: dict[str, Any] = nbformat.reads(json.dumps(found), as_version=_FORMAT)
    return upgraded


def _notebook(found: dict[str, Any]) -> NotebookNode:
    """The parts of a notebook that count, each of the kind it should be.

    What it says its cells have shown is the student's claim, and is left out.
    """
    made = NotebookNode(nbformat=_FORMAT, nbformat_minor=5, metadata=_mapping(found["metadata"]))
    made.cells = [_cell(cell) for cell in found["cells"]]
    return made


def _cell(found: dict[str, Any]) -> NotebookNode:
    kind = found["cell_type"]
    if kind not in ("code", "markdown", "raw"):
        message = f"a cell of no kind: {kind!r:.20}"
        raise ValueError(message)
    source = found.get("source", "")
    lines = source if isinstance(source, list) else [source]
    if not all(isinstance(line, str) for line in lines):
        message = "a cell without text"
        raise TypeError(message)
    made = NotebookNode(cell_type=kind, metadata=_mapping(found.get("metadata")))
    # Half a character, as JSON can spell it, is none in a file.
    made.source = "".join(lines).encode("utf-8", "replace").decode()
    if kind == "code":
        made.outputs, made.execution_count = [], None
    if isinstance(found.get("attachments"), dict):
        made.attachments = _mapping(found["attachments"])
    if isinstance(found.get("id"), str) and _ID.fullmatch(found["id"]):
        made.id = found["id"]
    return made


def _mapping(found: Any) -> NotebookNode:
    """A part of a notebook that is kept as it is, but for half characters."""
    if not isinstance(found, dict):
        return NotebookNode()
    text = json.dumps(found, ensure_ascii=False).encode("utf-8", "replace")
    made: NotebookNode = nbformat.from_dict(json.loads(text))
    return made
