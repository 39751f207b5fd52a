"""The visible check: is an answer in the right form? It knows no key and judges no value.

The order of judgement is definition, type, shape, plausible range, so that a student meets one
problem at a time.
"""

import io
import math
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from numbers import Integral, Real
from typing import Any, NoReturn

from casekit.errors import CasekitError, InvalidInputError, shown
from casekit.questions._calling import Late, call_within

Scalar = float | int | bool | str
Answer = Scalar | list[Any] | Callable[..., Any]

TYPES = ("float", "pct", "int", "bool", "enum", "list", "series", "frame", "function")
SECONDS = 5.0
"""How long one call of a student's function may take."""

# One number and what follows it. A comma before three digits may part thousands: no number then.
_NUMBER = re.compile(
    r"([-+\u2212]?(?:0|[1-9]\d*)(?:\.\d+|,(?:\d{1,2}|\d{4,}))?)\s*(\D.*)?", re.ASCII
)
_MOST_CHARACTERS = 100
_DIMENSIONS = {"series": 1, "frame": 2}


class CheckFailedError(CasekitError):
    """An answer that is not in the form the question asks for; the message is one sentence."""


@dataclass(frozen=True)
class Form:
    """What an answer must look like; everything in it is shown to the student.

    Attributes:
        name: The variable's name.
        type: One of `TYPES`.
        unit: What the number counts, e.g. ``"percent"``.
        low: Lowest plausible value (in ``unit``), or None for no limit.
        high: Highest plausible value (in ``unit``), or None for no limit.
        options: The allowed words of an ``enum``, or of the elements of a ``list`` or ``series``.
        length: Number of elements of a ``list``.
        labels: Labels of a ``series``, or names of the rows of a ``frame``.
        columns: Names of the columns of a ``frame``.
        arguments: What a ``function`` takes, in this order.
        example: One call of a ``function`` that the check tries: a value an argument.
    """

    name: str
    type: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    options: Sequence[str] = ()
    length: int | None = None
    labels: Sequence[str] = ()
    columns: Sequence[str] = ()
    arguments: Sequence[str] = ()
    example: Mapping[str, Any] = field(default_factory=dict)

    @property
    def elements(self) -> list[str]:
        """How the elements of an answer are called, in the order in which `read` gives them."""
        if self.type == "list":
            return [f"{self.name}[{index}]" for index in range(self.length or 0)]
        if self.type == "series":
            return [f"{self.name}[{label!r}]" for label in self.labels]
        if self.type == "frame":
            return [
                f"{self.name}[{column!r}][{label!r}]"
                for column in self.columns
                for label in self.labels
            ]
        return [self.name]


def check(answer: Callable[[], object], **promised: Any) -> None:
    """Say whether an answer has the right form: defined, right type and shape, plausible range.

    Args:
        answer: ``lambda: x`` for the variable ``x``, so that a missing one can be told too. Numpy
            scalars are welcome, and for lists arrays and pandas Series.
        **promised: What the answer must look like: the attributes of `Form` by their names.

    Raises:
        CheckFailedError: With one sentence that says what to change.
        InvalidInputError: If there is no such ``type``.
    """
    form = Form(**promised)
    found = read(answer, form)
    if callable(found):
        found = outcome(found, form, form.example)
    _check_range(found, form)
    print(f"{form.name}: the form is right; whether the answer is right shows when it is graded.")  # noqa: T201


def read(answer: Callable[[], object], form: Form) -> Answer:
    """Turn an answer into plain Python values of the question's type.

    Args:
        answer: ``lambda: x`` for the variable ``x``.
        form: What the answer must look like.

    Returns:
        A float, int, bool or str; a list for ``list``, ``series`` (in the order of its labels) and
        ``frame`` (column after column); a callable for ``function``.

    Raises:
        CheckFailedError: If the answer is missing or of another type or shape.
        InvalidInputError: If there is no such type.
    """
    if form.type not in TYPES:
        message = f"{form.name} has the type {form.type!r}, which is none; use one of {_or(TYPES)}."
        raise InvalidInputError(message)
    with _one_sentence(form.name):
        value = _defined(answer, form.name)
        if value is None:
            _fail(f"{form.name} is still None: replace it by your answer.")
        if form.type == "function":
            return _read_function(value, form)
        if form.type == "list":
            return _read_elements(_list_of(value, form), form)
        if form.type == "series":
            return _read_elements(_column(value, form.labels, form.name), form)
        if form.type == "frame":
            return _read_elements(_table(value, form), form)
        return _read_scalar(value, form.name, form)


def outcome(function: Callable[..., Any], form: Form, arguments: Mapping[str, Any]) -> float:
    """Call a student's function, for a limited time, and read the number it returns.

    Raises:
        CheckFailedError: If it raises, does not end, or returns no finite number.
    """
    given = [arguments[name] for name in form.arguments]
    call = f"{form.name}({', '.join(shown(value) for value in given)})"
    with _one_sentence(call):
        try:
            value = call_within(SECONDS, function, given)
        except Late:
            _fail(
                f"{call} was still running after {SECONDS:g} seconds: look for a loop that never"
                " ends."
            )
        except BaseException as problem:  # noqa: BLE001 - a student's function may raise anything
            reason = f"{type(problem).__name__}: {_short(problem)}".rstrip(": .")
            _fail(f"{call} stopped with {reason}: correct the function.")
        if value is None:
            _fail(f"{call} returns None: let the function return its result.")
        return _read_float(_plain(value), call, form.unit)


@contextmanager
def _one_sentence(name: str) -> Iterator[None]:
    """Whatever an answer does while it is read becomes a sentence, and nothing on stderr."""
    try:
        with warnings.catch_warnings(), redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    except (CheckFailedError, KeyboardInterrupt):
        raise
    except BaseException as problem:  # noqa: BLE001 - an answer may be any object
        kind = type(problem).__name__
        message = f"{name} cannot be read, it stops with {kind}: write a plain value."
        raise CheckFailedError(message) from None


def _fail(sentence: str) -> NoReturn:
    raise CheckFailedError(sentence)


def _defined(answer: Callable[[], object], name: str) -> object:
    try:
        return answer()
    except NameError:
        _fail(
            f"{name} is not defined: give the variable exactly this name, and run the cell that"
            " defines it."
        )


def _or(words: Sequence[str]) -> str:
    return ", ".join(words)


def _short(problem: BaseException) -> str:
    return str(problem).partition("\n")[0][:_MOST_CHARACTERS]


def _plain(value: Any) -> object:
    """A numpy scalar or zero-dimensional array becomes the Python value it holds."""
    if type(value).__name__ == "MaskedConstant":
        return None
    return value.item() if getattr(value, "shape", None) == () else value


def _read_scalar(value: object, name: str, form: Form) -> Scalar:
    plain = _plain(value)
    if form.type == "bool":
        return _read_bool(plain, name)
    if form.options:
        return _read_option(plain, name, form.options)
    read_number = _read_int if form.type == "int" else _read_float
    return read_number(plain, name, form.unit)


def _read_float(value: object, name: str, unit: str) -> float:
    if value is None:
        _fail(f"{name} holds nothing: a number is expected.")
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
        _fail(f"{name} is {number!r}: a whole number is expected.")
    # Beyond 2**53 a float no longer holds every whole number.
    return int(value) if isinstance(value, Integral) else int(number)


def _read_bool(value: object, name: str) -> bool:
    if not isinstance(value, bool):
        _fail(f"{name} is {shown(value)}: write True or False, without quotes.")
    return value


def _read_option(value: object, name: str, options: Sequence[str]) -> str:
    # A word of the student's own class may compare as it likes.
    word = str.__str__(value) if isinstance(value, str) else ""
    if word and word in options:
        return word
    text = word[:_MOST_CHARACTERS].strip()
    near = [option for option in options if option.lower() == text.lower()]
    near = near or get_close_matches(text, options, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"write one of {_or(options)}."
    _fail(f"{name} is {shown(value)}, which is no option: {hint}")


def _read_elements(values: list[Any], form: Form) -> list[Any]:
    found = []
    for name, value in zip(form.elements, values, strict=True):
        if value is None:
            _fail(f"{name} is still None: replace it by your answer.")
        found.append(_read_scalar(value, name, form))
    return found


def _list_of(value: Any, form: Form) -> list[Any]:
    shape = getattr(value, "shape", None)
    if shape is not None and len(shape) == 1:
        value = value.tolist()
    if not isinstance(value, list | tuple):
        size = form.length or 2
        what = "words" if form.options else "numbers"
        sample = (form.options or [f"{number}.0" for number in range(1, size + 1)])[:size]
        example = ", ".join(repr(word) if form.options else word for word in sample)
        _fail(
            f"{form.name} is of type {type(value).__name__}: write a list of {size} {what} such as"
            f" [{example}]."
        )
    if form.length is not None and len(value) != form.length:
        _fail(f"{form.name} has length {len(value)}: a list of {form.length} is expected.")
    return list(value)


def _column(value: Any, labels: Sequence[str], name: str) -> list[Any]:
    """The values of a Series or dict in the order of the labels."""
    if isinstance(value, dict):
        pairs = [(str(label), element) for label, element in value.items()]
    elif getattr(value, "ndim", None) == _DIMENSIONS["series"] and hasattr(value, "index"):
        if len(value) != len(labels):
            _fail(f"{name} has {len(value)} elements: one for each of {_or(labels)} is expected.")
        pairs = list(zip(map(str, value.index), value.tolist(), strict=True))
    else:
        _fail(
            f"{name} is of type {type(value).__name__}: write a pandas Series or a dict with a"
            f" value for each of {_or(labels)}."
        )
    _match([label for label, _ in pairs], labels, name, "label")
    found = dict(pairs)
    return [found[label] for label in labels]


def _table(value: Any, form: Form) -> list[Any]:
    """The values of a DataFrame or dict of columns, column after column."""
    if getattr(value, "ndim", None) == _DIMENSIONS["frame"] and hasattr(value, "columns"):
        names = [str(column) for column in value.columns]
        _match(names, form.columns, form.name, "column")
        columns = {name: value.iloc[:, place] for place, name in enumerate(names)}
    elif isinstance(value, dict):
        columns = {str(column): cells for column, cells in value.items()}
        _match(list(columns), form.columns, form.name, "column")
    else:
        _fail(
            f"{form.name} is of type {type(value).__name__}: write a pandas DataFrame, or a dict"
            f" of the columns {_or(form.columns)}."
        )
    cells = []
    for column in form.columns:
        given, name = columns[column], f"{form.name}[{column!r}]"
        if _has_no_labels(given):
            given = given.tolist()
        if isinstance(given, list | tuple):
            given = (
                dict(zip(form.labels, given, strict=False))
                if len(given) == len(form.labels)
                else _fail(f"{name} has length {len(given)}: {len(form.labels)} rows are expected.")
            )
        cells += _column(given, form.labels, name)
    return cells


def _has_no_labels(column: Any) -> bool:
    """Whether it is an array, or a Series whose rows are only counted."""
    if getattr(column, "ndim", None) != _DIMENSIONS["series"]:
        return False
    return type(getattr(column, "index", None)).__name__ in ("NoneType", "RangeIndex")


def _match(given: list[str], wanted: Sequence[str], name: str, kind: str) -> None:
    if lacking := [word for word in wanted if word not in given]:
        _fail(f"{name} lacks the {kind} {lacking[0]!r}: give one for each of {_or(wanted)}.")
    if extra := [word for word in given if word not in wanted]:
        _fail(f"{name} has the {kind} {shown(extra[0])}: only {_or(wanted)} are asked for.")
    if len(given) != len(wanted):
        _fail(f"{name} has a {kind} twice: give each of {_or(wanted)} once.")


def _read_function(value: Any, form: Form) -> Callable[..., Any]:
    if not callable(value):
        _fail(
            f"{form.name} is of type {type(value).__name__}: write a function,"
            f" def {form.name}({_or(form.arguments)})."
        )
    function: Callable[..., Any] = value
    return function


def _text_for_number(value: str, name: str, unit: str) -> str:
    found = _NUMBER.fullmatch(value.strip()) if len(value) <= _MOST_CHARACTERS else None
    # "50%" is 50 only where percent are asked for, or where the unit is not known.
    percent = {"%", "percent"} if not unit or unit.startswith("percent") else set()
    if found and (found[2] or "") in {"", unit} | percent:
        number = found[1].replace("\u2212", "-").replace(",", ".")
        return f"{name} is text: write {number}, not {shown(value)}."
    return f"{name} is the text {shown(value)}: write a number, without quotes."


def _check_range(answer: Any, form: Form) -> None:
    bottom = -math.inf if form.low is None else form.low
    top = math.inf if form.high is None else form.high
    for number in answer if isinstance(answer, list) else [answer]:
        if isinstance(number, bool | str):
            return
        if not bottom <= number <= top:
            limits = f"{bottom:g} to {top:g} {form.unit}".strip()
            _fail(
                f"{form.name} holds {number:g}, outside the plausible range {limits}:"
                " look at the unit, the sign and the order of magnitude."
            )
