"""Read notebooks that people have handed in: whatever is in the file, one sentence comes out."""

import json
import re
import warnings
from itertools import islice
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.warnings import DuplicateCellId, MissingIDFieldWarning

MOST_BYTES = 100 * 2**20
"""Largest notebook that is read."""

_FORMAT = 4
_MOST_CELLS = 10_000
_MOST_PARTS = 3_000_000
_MOST_PARTS_OF_OLD = 50_000  # older formats are upgraded with all their outputs, in many copies
_MOST_ATTACHED = 1000
_MOST_CHARACTERS = 10_000_000
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_PART = re.compile(_STRING + rb"|[,\[{]", re.DOTALL)
_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
_BROKEN = (
    ValueError, LookupError, AttributeError, TypeError, RecursionError, AssertionError,
    nbformat.ValidationError,
)  # fmt: skip


class NotNotebookError(Exception):
    """A file that holds no notebook; the message says why, to follow the file's name."""


def parse(content: bytes) -> NotebookNode:
    """Return the notebook in a file: its cells, as far as they count.

    What it says its cells have shown is the student's claim, and is left out, as are its metadata.

    Args:
        content: The file's bytes; a byte order mark does not matter.

    Raises:
        NotNotebookError: If they hold none, or more than any notebook does.
    """
    try:
        found = load(content)
        made = NotebookNode(nbformat=_FORMAT, nbformat_minor=5, metadata=NotebookNode())
        made.cells = [_cell(cell) for cell in found["cells"]]
    except _BROKEN as problem:
        raise _not_valid(problem) from problem
    if sum(len(cell.source) for cell in made.cells) > _MOST_CHARACTERS:
        message = f"holds more than {_MOST_CHARACTERS // 10**6} million characters of text"
        raise NotNotebookError(message)
    return made


def load(content: bytes) -> dict[str, Any]:
    """Return the notebook in a file as it stands there, in today's format and within limits.

    Args:
        content: The file's bytes; a byte order mark does not matter.

    Raises:
        NotNotebookError: If they hold none, or more than any notebook does.
    """
    if len(content) > MOST_BYTES:
        message = f"is too large ({len(content) // 2**20} MiB)"
        raise NotNotebookError(message)
    if not content.strip():
        message = "is empty"
        raise NotNotebookError(message)
    _require_parts(content, _MOST_PARTS)
    try:
        found = json.loads(content.decode("utf-8-sig"))
        if found.get("nbformat") != _FORMAT:
            _require_parts(content, _MOST_PARTS_OF_OLD)
            found = _upgraded(found)
        if "metadata" not in found:
            message = "holds no notebook"
            raise TypeError(message)
        count = len(found["cells"])
    except _BROKEN as problem:
        raise _not_valid(problem) from problem
    if count > _MOST_CELLS:
        message = f"has {count} cells, more than the {_MOST_CELLS} that are read"
        raise NotNotebookError(message)
    return dict(found)


def _not_valid(problem: Exception) -> NotNotebookError:
    return NotNotebookError(f"is no valid notebook ({type(problem).__name__}): ask for a new copy")


def _require_parts(content: bytes, most: int) -> None:
    """Refuse JSON of more values than any notebook has: two bytes can cost a hundred in memory."""
    # What stands in text is counted too here; this takes no time and is enough for nearly all.
    if sum(content.count(sign) for sign in (b",", b"[", b"{")) <= most:
        return
    if sum(1 for _ in islice(_PART.finditer(content), most + 1)) > most:
        message = f"holds more than {most} values: clear the outputs and hand it in again"
        raise NotNotebookError(message)


def _upgraded(found: dict[str, Any]) -> dict[str, Any]:
    """A notebook of an older format in today's."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingIDFieldWarning)
        warnings.simplefilter("ignore", DuplicateCellId)
        upgraded: dict[str, Any] = nbformat.reads(json.dumps(found), as_version=_FORMAT)
    return upgraded


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
    metadata = found.get("metadata")
    mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    made = NotebookNode(cell_type=kind, metadata=NotebookNode())
    if isinstance(mark, dict):
        made.metadata.nbgrader = NotebookNode(_plain(mark))
    made.source = _whole("".join(lines))
    if kind == "code":
        made.outputs, made.execution_count = [], None
    if isinstance(found.get("attachments"), dict):
        made.attachments = _attachments(found["attachments"])
    if isinstance(found.get("id"), str) and _ID.fullmatch(found["id"]):
        made.id = found["id"]
    return made


def _plain(mark: dict[str, Any]) -> dict[str, Any]:
    """What a cell's mark says in words and numbers; nests are none of nbgrader's."""
    return {name: _whole(value) if isinstance(value, str) else value
            for name, value in mark.items()
            if value is None or isinstance(value, str | int | float)}  # fmt: skip


def _attachments(found: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Pictures in a cell: for each name text for each MIME type, and nothing else."""
    return {
        _whole(name): {_whole(mime): _whole(text) for mime, text in bundle.items()
                       if isinstance(text, str)}
        for name, bundle in islice(found.items(), _MOST_ATTACHED) if isinstance(bundle, dict)
    }  # fmt: skip


def _whole(text: str) -> str:
    """Text without half characters: JSON can spell them, a file cannot hold them."""
    return text.encode("utf-8", "replace").decode()
