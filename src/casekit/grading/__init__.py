"""Grade notebooks of any nbgrader course: hostile code shut in, many at a time, the same rows.

Students' cells run in one process, tests in another, on values that travel as plain data. See the
page *How grading is kept safe* of the book.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from casekit.grading.auditing import SAMPLE, Difference, audit
    from casekit.grading.course import Content
    from casekit.grading.engines import Options
    from casekit.grading.run import Row, grade
    from casekit.grading.sandbox import NoSandboxError

__all__ = ["SAMPLE", "Content", "Difference", "NoSandboxError", "Options", "Row", "audit", "grade"]

# Loaded when first used: the processes that run cells load none of it.
_HOMES = {
    "Content": "course",
    "Difference": "auditing",
    "NoSandboxError": "sandbox",
    "Options": "engines",
    "Row": "run",
    "SAMPLE": "auditing",
    "audit": "auditing",
    "grade": "run",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
