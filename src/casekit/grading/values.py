"""Values as plain data: what passes from a student's process to the one that judges.

Numbers, text, containers, dates, NumPy and pandas objects are rebuilt from their data, floats to
their last bit. A function becomes a function that calls back. Anything else arrives as an `Opaque`
object, which is equal to nothing. Nothing is unpickled, and no class of the sender's is ever made.

Here stands what both directions need; see `casekit.grading.encoding` and
`casekit.grading.decoding`.
"""

import builtins
import datetime as dt
import decimal
import fractions
import re
import types

MOST_NODES = 400_000
"""Most values in one message; an array counts as one."""

MOST_VALUE_BYTES = 24 * 2**20
"""Most bytes of one value."""

MOST_DEPTH = 120
"""Deepest nesting."""

MOST_BITS = 2**18
"""Longest integer."""

DTYPE = re.compile(r"[<>|=]?(?:[biufcSU?]\d*|[mM]8(?:\[\d*[a-zA-Z]{1,2}\])?)")
"""NumPy's types whose arrays travel as bytes."""

EXTENSION = re.compile(r"[^\W\d]\w{0,60}(?:\[[\w, -]{1,40}\])?")
WORD = re.compile(r"[^\W\d]\w{0,60}")
"""What may become the name of a class or of a field."""

TYPES = {
    kind.__name__: kind
    for kind in (
        bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset, range,
        slice, object, type(None), types.FunctionType, decimal.Decimal, fractions.Fraction,
        dt.date, dt.datetime, dt.time, dt.timedelta,
    )
}  # fmt: skip
"""Classes that both sides have alike, by name."""

EXCEPTIONS = {
    name: kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, BaseException)
}
"""Python's own exceptions, by name."""

LIBRARIES = frozenset({
    "_csv", "_queue", "binascii", "configparser", "csv", "dataclasses", "decimal", "json",
    "numpy", "pandas", "queue", "sqlite3", "statistics", "struct", "xml", "zlib", "zoneinfo",
})  # fmt: skip
"""Libraries whose exceptions keep their class."""

NANS = ("math", "numpy")
"""Modules that have a NaN of their own: a list that holds it is equal to another that does."""

HARMLESS = {
    name: getattr(builtins, name)
    for name in (
        "abs", "all", "any", "ascii", "bin", "callable", "chr", "divmod", "format", "hash", "hex",
        "id", "isinstance", "issubclass", "iter", "len", "max", "min", "next", "oct", "ord", "pow",
        "print", "repr", "round", "sorted", "sum",
    )
}  # fmt: skip
"""Functions that both sides have alike, and that do nothing but compute."""


class MalformedError(ValueError):
    """Bytes that hold no value, or too large a one."""


class TooLargeError(ValueError):
    """A value beyond the budget of nodes or depth."""


class Opaque:
    """An object of a kind that is not passed on. It is equal to nothing and has no truth."""

    __slots__ = ()

    def __eq__(self, _other: object) -> bool:
        return False

    def __ne__(self, _other: object) -> bool:
        return True

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        message = f"a {type(self).__name__} cannot be judged: it is no plain value"
        raise TypeError(message)


def opaque(name: str) -> Opaque:
    """Return an opaque object whose class bears a name, for messages about it."""
    word = name if WORD.fullmatch(name) else "object"
    made = type(word, (Opaque,), {"__slots__": (), "__module__": "submission"})
    return made()  # type: ignore[no-any-return]
