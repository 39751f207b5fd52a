"""A question as data, read from a `questions.yml` that has been validated before."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from casekit.errors import InvalidInputError, UnknownNameError

NUMERIC = ("float", "pct", "int", "list")


@dataclass(frozen=True)
class Question:
    """One autograded question; the fields are those of `questions.yml`.

    Attributes:
        id: The variable in the notebook, with its unit in the name.
        title: Heading of the question.
        type: ``float``, ``pct``, ``int``, ``bool``, ``enum`` or ``list``.
        points: Points of a right answer.
        key: One source of the right value, or for a list one source an element.
        objective: What a right answer shows the student can do.
        unit: What the number counts.
        low: Lowest plausible value.
        high: Highest plausible value.
        options: The allowed words of an ``enum``.
        length: Number of elements of a ``list``.
        tolerance: ``{"relative": share}`` or ``{"absolute": in the unit}``.
        rounding: Decimals a student may round to.
        mistakes: Known wrong answers, each with a hint.
    """

    id: str
    title: str
    type: str
    points: float
    key: Any
    objective: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    options: tuple[str, ...] | None = None
    length: int | None = None
    tolerance: dict[str, float] = field(default_factory=dict)
    rounding: int | None = None
    mistakes: tuple[dict[str, Any], ...] = ()


def find_question(path: Path, question_id: str) -> Question:
    """Read one question of a `questions.yml`, without validating the file again.

    Raises:
        UnknownNameError: If the file has no such question.
        InvalidInputError: If the file is missing or is no YAML.
    """
    known = {entry["id"]: entry for entry in read_yaml(path)}
    if question_id not in known:
        raise UnknownNameError("question", question_id, known)
    return to_question(known[question_id])


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


def read_yaml(path: Path) -> Any:
    """Read a YAML file.

    Raises:
        InvalidInputError: If it is missing, is not in UTF-8, or is no YAML.
    """
    try:
        return yaml.safe_load(read_text(path))
    except yaml.YAMLError as problem:
        reason = " ".join(str(problem).split())
        message = f"{path} is no valid YAML: {reason}."
        raise InvalidInputError(message) from problem


def to_question(entry: dict[str, Any]) -> Question:
    """Turn an entry of a validated `questions.yml` into a question."""
    values = dict(entry)
    for name in ("options", "mistakes"):
        if name in values:
            values[name] = tuple(values[name])
    return Question(**values)
