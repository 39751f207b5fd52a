"""Compute the right answer, and the known wrong ones, from the data, the models and the firm.

``names`` is what a key may use as ``$name``: the parameters of the student's firm, and the answers
to the questions it follows.
"""

import math
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

from casekit import models
from casekit.errors import CasekitError, InvalidInputError
from casekit.questions.checking import CheckFailedError, outcome
from casekit.questions.schema import Assignment, Question

Names = Mapping[str, Any]
NO_NAMES: Names = {}

# Floating-point noise of another order of operations is never a student's mistake.
_NOISE = 1e-9
BROKEN = (CasekitError, ArithmeticError, LookupError, TypeError, ValueError)
"""What computing a key can raise: a wrong name, a division by zero, a factor on a word."""

_MOST_SECONDS = 20.0
_NAME = re.compile(r"\$([a-z][a-z0-9_]*)")


def named_in(part: Any) -> set[str]:
    """Return every name that a part of a `questions.yml` uses as ``$name``."""
    return set(_NAME.findall(repr(part)))


def names_for(
    question: Question, assignment: Assignment, firm: Names, answers: Names = NO_NAMES
) -> dict[str, Any]:
    """Return what the key of a question may use.

    Args:
        question: The question.
        assignment: Its assignment.
        firm: The numbers of the firm.
        answers: The student's own answers to earlier questions; the right ones stand in for those
            that are not given.
    """
    names = dict(firm)
    for earlier in question.follows:
        if earlier in answers:
            names[earlier] = answers[earlier]
        else:
            other = assignment.question(earlier)
            names[earlier] = expected(other, names_for(other, assignment, firm))[0]
    return names


def expected(question: Question, names: Names = NO_NAMES) -> list[Any]:
    """Return the right answer: one value an element, a probe, or just one.

    Raises:
        UnknownNameError: If the key names an unknown fact, model, measure or parameter.
        InvalidInputError: If it has no value.
    """
    return _values(question, question.key, names)


def mistaken(question: Question, names: Names = NO_NAMES) -> Iterator[tuple[list[Any], str]]:
    """Yield each known wrong answer with its hint, in the order of the file."""
    right = expected(question, names)
    for mistake in question.mistakes:
        if "key" in mistake:
            yield _values(question, mistake["key"], names), mistake["hint"]
        else:
            factor, shift = mistake.get("factor", 1), mistake.get("shift", 0)
            yield [element * factor + shift for element in right], mistake["hint"]


def given(question: Question, answer: Any) -> tuple[list[Any], str]:
    """Return an answer as `expected` returns the key, and why calls of a function failed.

    A call that fails is None; so are calls for which no time is left.
    """
    if question.type != "function":
        return answer if isinstance(answer, list) else [answer], ""
    values: list[float | None] = []
    trouble, begin = "", time.monotonic()
    for probe in question.probes:
        value = None
        if time.monotonic() - begin < _MOST_SECONDS:
            try:
                value = outcome(answer, question.form, probe)
            except CheckFailedError as problem:
                trouble = trouble or str(problem)
        values.append(value)
    return values, trouble


def matches(question: Question, values: list[Any], targets: list[Any]) -> list[bool]:
    """Compare an answer with other values, element by element."""
    pairs = list(zip(values, targets, strict=True))
    if not question.numeric:
        return [one == other for one, other in pairs]
    return [
        one is not None and abs(one - other) <= allowance(question, other) for one, other in pairs
    ]


def allowance(question: Question, target: float) -> float:
    """Return how far an answer may lie from a value, in the question's unit."""
    relative = question.tolerance.get("relative", 0.0) * abs(target)
    return max(relative, question.tolerance.get("absolute", 0.0)) + _NOISE * max(1.0, abs(target))


def hint_for(
    question: Question,
    values: list[Any],
    right: list[bool],
    slips: list[tuple[list[Any], str]],
) -> str | None:
    """Return the hint of the first known mistake that explains every wrong element, or None."""
    for wrong, hint in slips:
        explained = matches(question, values, wrong)
        if all(one or other for one, other in zip(explained, right, strict=True)):
            return hint
    return None


def faults(question: Question, names: Names = NO_NAMES, *, public: bool = False) -> Iterator[str]:
    """Yield what is wrong with a key for the numbers of one firm.

    A fault is a key out of range or out of its band, a tolerance narrower than the rounding, a
    property that is not kept, or a mistake that cannot be told from the key or from another one.
    Each is a part of a sentence that begins with the question's name.

    Args:
        question: The question.
        names: What its key may use.
        public: Whether the numbers are the public ones, with which what is wrong for a student's
            own firm, the answer for the usual firm, may be right.
    """
    for condition in question.keep:
        if not _is_kept(condition, names):
            yield "keep: a condition is not met"
            return
    right = expected(question, names)
    yield from _mistake_faults(question, right, names, public=public)
    if question.numeric:
        hints = [mistake["hint"] for mistake in question.mistakes]
        for number in right:
            yield from _number_faults(question, float(number), hints)
    elif question.options and not set(right) <= set(question.options):
        yield "key: is not among the options"
    elif question.type == "bool" and not isinstance(right[0], bool):
        yield "key: is no truth value, say above which number it is true"


def _mistake_faults(
    question: Question, right: list[Any], names: Names, *, public: bool
) -> Iterator[str]:
    slips = list(mistaken(question, names))
    for mistake, (values, hint) in zip(question.mistakes, slips, strict=True):
        fits = matches(question, values, right)
        if not all(fits):
            if hint_for(question, values, fits, slips) != hint:
                yield f"mistakes: the mistake {hint!r} cannot be told from an earlier one"
        elif not (public and mistake.get("usual")):
            yield f"mistakes: the mistake {hint!r} cannot be told from the right answer"


def _number_faults(question: Question, number: float, hints: list[str]) -> Iterator[str]:
    for field, low, high in (
        ("low and high", question.low, question.high),
        ("its band", question.band.get("low"), question.band.get("high")),
    ):
        if (low is not None and number < low) or (high is not None and number > high):
            yield f"key: lies outside {field}"
    if question.rounding is None:
        return
    if 0.5 * 10**-question.rounding > allowance(question, number):
        yield "tolerance: is narrower than the rounding the student is told"
    if any(_says(hint, f"{number:.{question.rounding}f}") for hint in hints):
        yield "mistakes: a hint gives the answer away"


def _says(hint: str, numeral: str) -> bool:
    return re.search(rf"(?<![\d.]){re.escape(numeral)}(?![\d.]*\d)", hint) is not None


def _is_kept(condition: dict[str, Any], names: Names) -> bool:
    try:
        value = _source(condition, names)
    except InvalidInputError:
        return False  # a model's measure that has no value there, or a formula without one
    if "is" in condition:
        return bool(value == condition["is"])
    return bool(condition.get("low", -math.inf) <= value <= condition.get("high", math.inf))


def _values(question: Question, key: Any, names: Names) -> list[Any]:
    if question.type == "function":
        found = [_source(key, {**names, **probe}) for probe in question.probes]
    else:
        sources = [each for column in question.columns for each in key[column]] or key
        listed = sources if isinstance(sources, list) else [sources]
        found = [value for each in listed for value in _listed(_source(each, names))]
    if question.type == "int":
        return [round(value) for value in found]
    return [float(value) for value in found] if question.numeric else found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _source(source: dict[str, Any], names: Names) -> Any:
    """One value, or for entries of a model's run the list of them."""
    value = _amount(source, names)
    return value > source["above"] if "above" in source else value


def _amount(source: dict[str, Any], names: Names) -> Any:
    if "formula" in source:
        # The tables load late: an assignment about a model need not pay for them.
        from casekit import data  # noqa: PLC0415

        return data.evaluate(_filled(source["formula"], names)) * source.get("times", 1)
    if "model" not in source:
        return source["value"]
    settings = {name: _setting(each, names) for name, each in source.get("settings", {}).items()}
    if "result" in source:
        return _entries(source, settings, names)
    value = models.measure(source["model"], source["measure"], **settings)
    if value is None:
        message = f"{source['measure']} of {source['model']} has no value there"
        raise InvalidInputError(message)
    return value if isinstance(value, bool | str) else value * source.get("times", 1)


def _entries(source: dict[str, Any], settings: dict[str, Any], names: Names) -> list[Any]:
    run = models.run(source["model"], **settings)
    over = {result.name: result.over for result in models.get(source["model"]).results}
    if source["result"] not in over:
        message = f"{source['model']} has no result {source['result']}"
        raise InvalidInputError(message)
    found = dict(zip(run[over[source["result"]]], run[source["result"]], strict=True))
    wanted = [_setting(each, names) for each in source["at"]]
    if lacking := [each for each in wanted if each not in found]:
        message = f"a run of {source['model']} has no {source['result']} at {lacking[0]}"
        raise InvalidInputError(message)
    return [found[each] * source.get("times", 1) for each in wanted]


def _setting(value: Any, names: Names) -> Any:
    if isinstance(value, str) and (named := _NAME.fullmatch(value)):
        return _named(named[1], names)
    return value


def _named(name: str, names: Names) -> Any:
    if name not in names:
        message = f"${name} is no parameter of the firm and no answer it follows"
        raise InvalidInputError(message)
    return names[name]


def _filled(formula: str, names: Names) -> str:
    """A formula with values for its names; a text becomes a part of a row's id."""

    def value(found: re.Match[str]) -> str:
        named = _named(found[1], names)
        return named if isinstance(named, str) else f"({float(named)!r})"

    return _NAME.sub(value, formula)
