"""The visible check: is an answer in the right form? It knows no key and judges no value.

The order of judgement is definition, type, length, plausible range, so that a student meets
one problem at a time.
"""

import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from difflib import get_close_matches
from numbers import Integral, Real
from typing import Any, NoReturn

from casekit.errors import CasekitError, InvalidInputError, shown

Answer = float | int | bool | str | list[float]

TYPES = ("float", "pct", "int", "bool", "enum", "list")
# One number and what follows it. A comma before three digits may part thousands: no number then.
_NUMBER = re.compile(
    r"([-+\u2212]?(?:0|[1-9]\d*)(?:\.\d+|,(?:\d{1,2}|\d{4,}))?)\s*(\D.*)?", re.ASCII
)


class CheckFailedError(CasekitError):
    """An answer that is not in the form the question asks for; the message is one sentence."""

    def _render_traceback_(self) -> list[str]:
        """Show the sentence alone in a notebook: a traceback through casekit helps no student."""
        return [str(self)]


def check(  # noqa: PLR0913 - each argument is a visible promise in the notebook's own cell
    value: object,
    *,
    name: str,
    type: str,  # noqa: A002 - the word a student reads in the cell
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    options: Sequence[str] | None = None,
    length: int | None = None,
) -> None:
    """Say whether an answer has the right form: defined, right type, length and plausible range.

    Args:
        value: The student's answer; numpy scalars and, for lists, pandas Series are welcome.
        name: The variable's name, used in the sentence.
        type: One of ``float``, ``pct``, ``int``, ``bool``, ``enum``, ``list``.
        unit: What the number counts, e.g. ``"percent"``.
        low: Lowest plausible value (in ``unit``), or None for no limit.
        high: Highest plausible value (in ``unit``), or None for no limit.
        options: The allowed words of an ``enum``.
        length: Number of elements of a ``list``.

    Raises:
        CheckFailedError: With one sentence that says what to change.
        InvalidInputError: If there is no such ``type``.
    """
    answer = read_answer(value, name, type, unit=unit, options=options, length=length)
    _check_range(answer, name, unit, low, high)
    print(f"{name}: the form is right. Whether the answer is right shows when it is graded.")  # noqa: T201


def read_answer(  # noqa: PLR0913 - what a question says of its answer, for both its readers
    value: object,
    name: str,
    kind: str,
    *,
    unit: str = "",
    options: Sequence[str] | None = None,
    length: int | None = None,
) -> Answer:
    """Turn an answer into a plain Python value of the question's type.

    Args:
        value: The student's answer.
        name: The variable's name, used in the sentence.
        kind: One of `TYPES`.
        unit: What the number counts; a text such as ``"70 million units"`` is then understood well
            enough to say what to write instead.
        options: The allowed words of an ``enum``.
        length: Number of elements of a ``list``.

    Returns:
        A float, int, bool, str, or list of floats.

    Raises:
        CheckFailedError: If the answer is missing or of another type or length.
        InvalidInputError: If there is no such ``kind``.
    """
    if kind not in TYPES:
        message = f"{name} has the type {kind!r}, which is none; use one of {', '.join(TYPES)}."
        raise InvalidInputError(message)
    with _one_sentence(value, name):
        if value is None:
            _fail(f"{name} is still None: replace it by your answer.")
        if kind == "list":
            return _read_list(value, name, unit, length)
        plain = _plain(value)
        if kind == "bool":
            return _read_bool(plain, name)
        if kind == "enum":
            return _read_option(plain, name, options or ())
        return _read_int(plain, name, unit) if kind == "int" else _read_float(plain, name, unit)


@contextmanager
def _one_sentence(value: object, name: str) -> Iterator[None]:
    try:
        yield
    except CheckFailedError:
        raise
    except Exception:  # noqa: BLE001 - an answer may be any object, and reading it raise anything
        message = (
            f"{name} is of type {type(value).__name__} and cannot be read: write a plain value."
        )
        raise CheckFailedError(message) from None


def _fail(sentence: str) -> NoReturn:
    raise CheckFailedError(sentence)


def _plain(value: Any) -> object:
    """A numpy scalar or zero-dimensional array becomes the Python value it holds."""
    return value.item() if getattr(value, "shape", None) == () else value


def _read_float(value: object, name: str, unit: str) -> float:
    if isinstance(value, bool):
        _fail(f"{name} is {value}: a number is expected, not True or False.")
    if isinstance(value, str):
        _fail(_text_for_number(value, name, unit))
    if not isinstance(value, Real | Decimal):
        _fail(f"{name} is of type {type(value).__name__}: a single number is expected.")
    try:
        number = float(value)
    except (OverflowError, ValueError):
        number = math.inf
    if not math.isfinite(number):
        _fail(
            f"{name} is {shown(value)}: a finite number is expected, look for a division by"
            " zero or a missing value on the way."
        )
    return number


def _read_int(value: object, name: str, unit: str) -> int:
    number = _read_float(value, name, unit)
    if not number.is_integer():
        _fail(f"{name} is {number:g}: a whole number is expected.")
    # Beyond 2**53 a float no longer holds every whole number.
    return int(value) if isinstance(value, Integral) else int(number)


def _read_bool(value: object, name: str) -> bool:
    if not isinstance(value, bool):
        _fail(f"{name} is {shown(value)}: write True or False, without quotes.")
    return value


def _read_option(value: object, name: str, options: Sequence[str]) -> str:
    if isinstance(value, str) and value in options:
        return value
    text = value.strip() if isinstance(value, str) else ""
    near = [option for option in options if option.lower() == text.lower()]
    near = near or get_close_matches(text, options, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"write one of {', '.join(options)}."
    _fail(f"{name} is {shown(value)}, which is no option: {hint}")


def _read_list(value: Any, name: str, unit: str, length: int | None) -> list[float]:
    shape = getattr(value, "shape", None)
    if shape is not None and len(shape) == 1:
        value = value.tolist()
    if not isinstance(value, list | tuple):
        size = length or 2
        example = ", ".join(f"{number}.0" for number in range(1, size + 1))
        _fail(
            f"{name} is of type {type(value).__name__}: write a list of {size}"
            f" numbers such as [{example}]."
        )
    if length is not None and len(value) != length:
        _fail(f"{name} has length {len(value)}: a list of {length} numbers is expected.")
    return [_read_element(element, f"{name}[{index}]", unit) for index, element in enumerate(value)]


def _read_element(value: object, name: str, unit: str) -> float:
    if value is None:
        _fail(f"{name} is still None: replace it by your answer.")
    return _read_float(_plain(value), name, unit)


def _text_for_number(value: str, name: str, unit: str) -> str:
    found = _NUMBER.fullmatch(value.strip())
    # "50%" is 50 only where percent are asked for, or where the unit is not known.
    percent = {"%", "percent"} if not unit or unit.startswith("percent") else set()
    if found and (found[2] or "") in {"", unit} | percent:
        number = found[1].replace("\u2212", "-").replace(",", ".")
        return f"{name} is text: write {number}, not {shown(value)}."
    return f"{name} is the text {shown(value)}: write a number, without quotes."


def _check_range(
    answer: Answer, name: str, unit: str, low: float | None, high: float | None
) -> None:
    if isinstance(answer, bool | str):
        return
    bottom = -math.inf if low is None else low
    top = math.inf if high is None else high
    for number in answer if isinstance(answer, list) else [answer]:
        if not bottom <= number <= top:
            limits = f"{bottom:g} to {top:g} {unit}".strip()
            _fail(
                f"{name} holds {number:g}, outside the plausible range {limits}:"
                " look at the unit, the sign and the order of magnitude."
            )
