"""Compute the right answer, and the known wrong ones, from the data and the models."""

from collections.abc import Iterator
from typing import Any

from casekit import models
from casekit.questions.checking import Answer
from casekit.questions.schema import NUMERIC, Question

# Floating-point noise of another order of operations is never a student's mistake.
_NOISE = 1e-9


def expected(question: Question) -> Answer:
    """Return the right answer.

    Raises:
        UnknownNameError: If the key names an unknown fact, model or measure.
    """
    return _value(question.key)


def mistaken(question: Question) -> Iterator[tuple[Answer, str]]:
    """Yield each known wrong answer with its hint, in the order of the file."""
    right = expected(question)
    for mistake in question.mistakes:
        if "key" in mistake:
            yield _value(mistake["key"]), mistake["hint"]
        else:
            yield _change(right, mistake.get("factor", 1), mistake.get("shift", 0)), mistake["hint"]


def matches(question: Question, value: Any, target: Any) -> list[bool]:
    """Compare an answer with a value of the same type, element by element for a list.

    Returns:
        One truth value an element; a scalar has one element.
    """
    values = value if isinstance(value, list) else [value]
    targets = target if isinstance(target, list) else [target]
    pairs = zip(values, targets, strict=True)
    if question.type not in NUMERIC:
        return [one == other for one, other in pairs]
    return [abs(one - other) <= allowance(question, other) for one, other in pairs]


def allowance(question: Question, target: float) -> float:
    """Return how far an answer may lie from a value, in the question's unit."""
    relative = question.tolerance.get("relative", 0.0) * abs(target)
    return max(relative, question.tolerance.get("absolute", 0.0)) + _NOISE * max(1.0, abs(target))


def faults(question: Question) -> Iterator[str]:
    """Yield what is wrong with a key: out of range, too strict for its rounding, or given away.

    Each fault is a part of a sentence that begins with the question's name.
    """
    right = expected(question)
    wrong = list(mistaken(question))
    for value, hint in wrong:
        if all(matches(question, value, right)):
            yield f"mistakes: the mistake {hint!r} cannot be told from the right answer"
    if question.type not in NUMERIC:
        if question.options is not None and right not in question.options:
            yield "key: is not among the options"
        return
    for number in right if isinstance(right, list) else [right]:
        yield from _number_faults(question, float(number), [hint for _, hint in wrong])


def _number_faults(question: Question, number: float, hints: list[str]) -> Iterator[str]:
    low, high = question.low, question.high
    if low is not None and high is not None and not low <= number <= high:
        yield "key: lies outside low and high"
    if question.rounding is None:
        return
    if 0.5 * 10**-question.rounding > allowance(question, number):
        yield "tolerance: is narrower than the rounding the student is told"
    if any(f"{number:.{question.rounding}f}" in hint for hint in hints):
        yield "mistakes: a hint gives the answer away"


def _value(key: Any) -> Answer:
    if isinstance(key, list):
        return [float(_source(source)) for source in key]
    value: Answer = _source(key)
    return value


def _source(source: dict[str, Any]) -> Any:
    if "formula" in source:
        # The tables load pandas: a second that an assignment about a model need not pay.
        from casekit import data  # noqa: PLC0415

        return data.evaluate(source["formula"])
    if "model" in source:
        return models.measure(source["model"], source["measure"], **source.get("settings", {}))
    return source["value"]


def _change(right: Any, factor: float, shift: float) -> Answer:
    if isinstance(right, list):
        return [element * factor + shift for element in right]
    changed: float = right * factor + shift
    return changed
