"""Run nbgrader's own converters in this process, and turn what they log into one sentence."""

import io
import logging
import re
import warnings
from typing import Any, TextIO

from nbconvert.exporters import NotebookExporter
from nbformat.warnings import DuplicateCellId, MissingIDFieldWarning
from nbgrader.converters import BaseConverter
from nbgrader.converters.base import NbGraderException
from sqlalchemy.exc import SAWarning

_ERROR = re.compile(r"[\w.]+(?:Error|Exception)\b")


class _Errors(logging.Handler):
    def __init__(self) -> None:
        super().__init__(level=logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


class TolerantExporter(NotebookExporter):
    """nbgrader's exporter, for notebooks too that begin with a byte order mark."""

    def from_file(self, file_stream: TextIO, resources: Any = None, **options: Any) -> Any:
        """Convert a notebook from an open file."""
        text = io.StringIO(file_stream.read().removeprefix("\ufeff"))
        return super().from_file(text, resources=resources, **options)


def run(converter: BaseConverter) -> str | None:
    """Run a converter; nbgrader's own wrapper is not used because it swallows Ctrl-C.

    Args:
        converter: Configured for one assignment, and for grading one student.

    Returns:
        None, or why it failed: the innermost error that nbgrader logged.
    """
    errors = _Errors()
    converter.log.addHandler(errors)
    try:
        with warnings.catch_warnings():
            # nbgrader 0.9.6 was written for older libraries; its records come out right.
            warnings.simplefilter("ignore", SAWarning)
            warnings.simplefilter("ignore", MissingIDFieldWarning)
            warnings.simplefilter("ignore", DuplicateCellId)
            converter.start()
    except (NbGraderException, SystemExit) as problem:
        return _reason(errors.messages) or str(problem)
    finally:
        converter.log.removeHandler(errors)
    return None


def _reason(messages: list[str]) -> str:
    """The last line of a logged traceback says most; the lines around it are boilerplate."""
    for message in messages:
        if message.startswith("Traceback"):
            lines = [line for line in message.strip().splitlines() if line.strip(" -")]
            named = [line for line in lines if _ERROR.match(line)]
            return (named or lines)[-1]
    return messages[0] if messages else ""
