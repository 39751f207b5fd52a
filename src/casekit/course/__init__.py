"""A standard nbgrader course around the assignments of the case.

Every function takes the course's folder; nbgrader's own commands work on it at any moment. Progress
goes to an optional callback ``progress(message, done, total)``.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from casekit.course.autograding import audit, grade
    from casekit.course.creating import init
    from casekit.course.csv_export import csv_text, export
    from casekit.course.feedback_pages import feedback
    from casekit.course.releasing import release

__all__ = ["READABLE", "audit", "csv_text", "export", "feedback", "grade", "init", "release"]

READABLE = ("casekit.data:folder",)
"""Functions that give the folders which cells of the case's notebooks read, beside Python's own."""

# Loaded when first used: a command needs one of them, and loading all takes as long as some take.
_HOMES = {
    "audit": "autograding",
    "csv_text": "csv_export",
    "export": "csv_export",
    "feedback": "feedback_pages",
    "grade": "autograding",
    "init": "creating",
    "release": "releasing",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
