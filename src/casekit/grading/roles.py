"""What the supervisor and its workers agree on."""

import importlib
from collections.abc import Callable
from typing import Any

STUDENT, EVALUATOR = "student", "evaluator"
"""The two kinds of workers: one runs students' cells, the other judges."""

HELLO, FAILED = b"!", b"-"
"""A child's first byte: it is shut in, or could not be."""

PRIVATE = "/given"
"""Where the files for judges lie in their sandbox."""


def named(name: str) -> Callable[..., Any]:
    """Return a function that is written ``module:name``."""
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found
