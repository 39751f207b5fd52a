"""Read text files and notebooks that people wrote or other programs saved."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from casekit.errors import InvalidInputError

if TYPE_CHECKING:
    from nbformat import NotebookNode


def read_text(path: Path) -> str:
    """Read a text file in UTF-8, with or without the mark that some editors put first.

    Raises:
        InvalidInputError: If it cannot be read or is in another encoding.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        message = f"{path} cannot be read ({problem.strerror}): put the file there."
        raise InvalidInputError(message) from problem
    except UnicodeDecodeError as problem:
        message = f"{path} is not in UTF-8 (byte {problem.start}): save it in UTF-8."
        raise InvalidInputError(message) from problem


def read_notebook(path: Path) -> "NotebookNode":
    """Read an `.ipynb` file.

    Raises:
        InvalidInputError: If it is missing or is no notebook.
    """
    # Loaded late: marking reads no notebook, and this costs it a fifth of a second.
    import nbformat  # noqa: PLC0415
    from nbformat.warnings import DuplicateCellId, MissingIDFieldWarning  # noqa: PLC0415

    text = read_text(path)
    # What a file that is JSON but no notebook raises depends on how far nbformat gets.
    no_notebook = (
        ValueError, LookupError, AttributeError, TypeError, RecursionError,
        nbformat.ValidationError,
    )  # fmt: skip
    try:
        with warnings.catch_warnings():
            # Older tools, and nbgrader itself, write cells without ids; nbformat mends them.
            warnings.simplefilter("ignore", MissingIDFieldWarning)
            # A cell that was copied outside Jupyter has its id twice; nbformat mends that too.
            warnings.simplefilter("ignore", DuplicateCellId)
            notebook: NotebookNode = nbformat.reads(text, as_version=4)
            nbformat.validate(notebook)
    except no_notebook as problem:
        message = f"{path.name} is not a valid notebook: ask for a new copy."
        raise InvalidInputError(message) from problem
    return notebook
