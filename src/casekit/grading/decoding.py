"""Rebuild values from plain data that another process sent; see `casekit.grading.values`.

The sender may be a student's own code, so nothing in a tree is trusted: a tag picks a function of a
fixed table, and a name picks from what both sides have alike.
"""

import collections
import contextlib
import datetime as dt
import decimal
import fractions
import functools
import io
import pathlib
import random
import re
import sys
import zoneinfo
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

from casekit.grading.values import (
    DTYPE,
    EXCEPTIONS,
    EXTENSION,
    HARMLESS,
    LIBRARIES,
    MOST_BITS,
    MOST_DEPTH,
    MOST_NODES,
    NANS,
    TYPES,
    WORD,
    MalformedError,
    opaque,
)

# NumPy's generators, and how far the place in a state may be.
_GENERATORS = {"PCG64": 1, "PCG64DXSM": 1, "MT19937": 624, "Philox": 4, "SFC64": 1}
_NO_FILES = ("<unknown>", "<string>")
_UNITS = ("s", "ms", "us", "ns")


@dataclass(frozen=True)
class Said:
    """What the other side says of a class of its own.

    Attributes:
        doc: Its docstring, or None.
        own: Names that it defines.
        inherited: Names that the classes define that it derives from, `object` aside.
    """

    doc: str | None
    own: frozenset[str]
    inherited: frozenset[str]


class Receiver(Protocol):
    """What a decoder needs of the process it works in.

    Attributes:
        open: Whether nothing is to be kept from the other side: not so in the process that judges.
        masks: Whether arrays with masked or missing values are expected here.
    """

    open: bool
    masks: bool

    def function(self, number: int, described: list[Any]) -> Any:
        """Return what stands in for a function of the other side."""

    def iterator(self, number: int, kind: str) -> Any:
        """Return what stands in for an iterator of the other side, of a class of some name."""

    def library(self, module: str, name: str) -> Any:
        """Return a library's function or class."""

    def member(self, kind: Any, name: str) -> Any:
        """Return a member of an enumeration, or of the one of the instructor's of a name."""

    def tuple_type(self, name: str, fields: tuple[str, ...]) -> Any:
        """Return the class of named tuples of a name and some fields."""

    def named_tuples(self, number: int, kind: Any, defaults: Sequence[Any]) -> Any:
        """Return a class of named tuples that stands in for one of the other side."""

    def named_tuple(self, kind: str, values: Sequence[Any]) -> Any:
        """Return a tuple of a class that both sides have from the instructor, or None."""

    def kind(self, number: int, names: list[str], bases: list[Any], said: Said) -> Any:
        """Return what stands in for a class of the other side, and for those it derives from."""

    def enumeration(
        self, number: int, base: str, name: str, members: Sequence[tuple[str, Any]]
    ) -> Any:
        """Return an enumeration like one of the other side."""

    def thing(self, number: int, kind: Any) -> Any:
        """Return what stands in for any other object of the other side, of a class that does."""

    def module(self, name: str) -> Any:
        """Return this side's module of a name."""

    def ours(self, number: int) -> Any:
        """Return the object of this side that was sent under a number."""

    def instance(self, name: str, attributes: Iterable[tuple[Any, Any]]) -> Any:
        """Return an object of a class that both sides have from the instructor."""

    def find(self, number: int) -> Any:
        """Return the container that both sides know by a number, or None."""

    def adopt(self, number: int, thing: Any) -> None:
        """Know a container by a number from now on."""

    def change(self, thing: Any, new: Any) -> bool:
        """Give a container the content of another, and say whether it has it."""

    def passed(self, things: Iterable[Any]) -> None:
        """Take note of containers as they stand now: the other side has them so."""

    def exceptions(self) -> Mapping[str, type[BaseException]]:
        """Return exception classes by name, beside Python's own."""


class Decoder:
    """Rebuild values from trees that somebody else has made.

    Args:
        receiver: Makes what stands in for objects that stay on the other side.
    """

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        self._met: dict[int, Any] = {}
        self._nodes = 0

    def decode(self, tree: Any) -> Any:
        """Return the value.

        Raises:
            MalformedError: If the tree is no value's, or beyond the budget.
        """
        self._nodes, before = 0, len(self._met)
        try:
            return self.value(tree, 0)
        except Exception as problem:
            message = str(problem) or type(problem).__name__
            raise MalformedError(message) from problem
        finally:
            self.receiver.passed([*self._met.values()][before:])

    @property
    def met(self) -> list[Any]:
        """The containers that have come."""
        return [*self._met.values()]

    def exception(self, parts: list[Any], depth: int = 0) -> BaseException:
        """Return an exception that was raised elsewhere, as the nearest class known here."""
        names, arguments, text, kept, cause = parts
        known = {**EXCEPTIONS, **self.receiver.exceptions()}
        found = (known.get(name) or _library_exception(str(name)) for name in names)
        kind: type[BaseException] = next((each for each in found if each), Exception)
        try:
            made = kind(*self.all(arguments, depth + 1))
        except Exception:  # noqa: BLE001 - a class that wants other arguments
            made = kind.__new__(kind)
            made.args = (str(text),)
        with contextlib.suppress(Exception):
            for name, value in self.pairs(kept, depth + 1):
                plain = str(name).isidentifier() and not str(name).startswith("_")
                if plain and not callable(value):
                    setattr(made, name, value)
        if isinstance(made, SyntaxError) and made.filename not in _NO_FILES:
            made.filename = None  # the line that it names would be read from there, and shown
        if hasattr(kind, "_said_"):
            made._said_ = str(text)  # type: ignore[attr-defined]
        if cause is not None:
            origin = self.value(cause, depth + 1)
            made.__cause__ = origin if isinstance(origin, BaseException) else None
        return made

    def value(self, tree: Any, depth: int) -> Any:
        """Return the value of a tree at some depth of another.

        Raises:
            MalformedError: If it has no tag, or the whole is beyond the budget. What a tag's
                function raises for parts it cannot use comes through; see `decode`.
        """
        self._nodes += 1
        if self._nodes > MOST_NODES or depth > MOST_DEPTH:
            _refuse("too large")
        if tree is None or isinstance(tree, bool | int | float | str | bytes):
            return tree
        if not (isinstance(tree, list) and tree and isinstance(tree[0], str)):
            _refuse("no tag")
        tag, *parts = tree
        if tag != "once":
            return self._made(tag, parts, depth + 1)
        return self._container(_at(parts[0]), parts[1], depth + 1)

    def _container(self, number: int, inner: Any, depth: int) -> Any:
        """The container that is here already, with the content that has come, or a new one."""
        found = self.receiver.find(number)
        if not isinstance(inner, list):
            _refuse("no container")
        # What may hold itself is known before its content is.
        if inner[0] in _FILL:
            kind = _FILL[inner[0]]
            self._met[number] = made = found if isinstance(found, kind) else kind()
            _fill(made, self, inner[1:], depth)
        elif inner[0] == "instance":
            made = self.receiver.instance(str(inner[1]), ())
            self._met[number] = made = found if type(found) is type(made) else made
            new = self.receiver.instance(str(inner[1]), self.pairs(inner[2], depth))
            self.receiver.change(made, new)
        else:
            made = self._made(inner[0], inner[1:], depth)
            if found is not None and self.receiver.change(found, made):
                made = found
            self._met[number] = made
        self.receiver.adopt(number, made)
        return made

    def _made(self, tag: str, parts: list[Any], depth: int) -> Any:
        if tag in _FILL:
            made = _FILL[tag]()
            _fill(made, self, parts, depth)
            return made
        return _REBUILD[tag](self, parts, depth)

    def all(self, trees: Any, depth: int) -> list[Any]:
        """Return the values of a list of trees."""
        if not isinstance(trees, list):
            _refuse("no list")
        return [self.value(tree, depth) for tree in trees]

    def pairs(self, trees: Any, depth: int) -> list[tuple[Any, Any]]:
        """Return keys with their values, from trees of them by turns."""
        flat = self.all(trees, depth)
        return list(zip(flat[::2], flat[1::2], strict=True))

    def same(self, number: int) -> Any:
        """Return a container that has come before."""
        if number not in self._met:
            found = self.receiver.find(number)
            if found is None:
                _refuse("no such container")
            self._met[number] = found
        return self._met[number]


_Rebuild = Callable[[Decoder, list[Any], int], Any]


def _refuse(reason: str) -> NoReturn:
    raise MalformedError(reason)


def _library_exception(name: str) -> type[BaseException] | None:
    module, _, word = name.rpartition(".")
    found = getattr(sys.modules.get(module), word, None)
    if not (isinstance(found, type) and issubclass(found, BaseException)):
        return None
    # Of its own: a library may pass on another's, which means more than an error to a test's frame.
    return found if found.__module__.partition(".")[0] in LIBRARIES else None


def _fill(made: Any, decoder: Decoder, parts: list[Any], depth: int) -> None:
    """Give a list, dictionary or set its content, whatever a class adds to it."""
    if isinstance(made, list):
        list.__setitem__(made, slice(None), decoder.all(parts[0], depth))
    elif isinstance(made, set):
        content = decoder.all(parts[0], depth)
        set.clear(made)
        set.update(made, content)
    else:
        factory = decoder.value(parts[1], depth) if len(parts) > 1 else None
        pairs = decoder.pairs(parts[0], depth)
        base: Any = collections.OrderedDict if isinstance(made, collections.OrderedDict) else dict
        if [key for key, _ in base.items(made)] != [key for key, _ in pairs]:
            base.clear(made)  # else a loop over it goes on
        for key, value in pairs:
            base.__setitem__(made, key, value)
        if isinstance(made, collections.defaultdict):
            made.default_factory = factory if callable(factory) else None


# Python's own ---------------------------------------------------------------------------------


def _at(number: Any) -> int:
    if not isinstance(number, int) or number < 0:
        _refuse("no number")
    return int(number)


def _datetime(text: str, zone: str | None, fold: int) -> dt.datetime:
    made = dt.datetime.fromisoformat(text).replace(fold=int(fold))
    return made if zone is None else made.replace(tzinfo=zoneinfo.ZoneInfo(zone))


def _text_file(text: Any, place: Any) -> io.StringIO:
    made = io.StringIO(str(text))
    made.seek(int(place))
    return made


def _random(version: Any, state: Any, gauss: Any) -> random.Random:
    made = random.Random()  # noqa: S311 - for a student's simulation
    made.setstate((version, tuple(state), gauss))
    return made


def _match(parts: list[Any]) -> Any:
    pattern, flags, text, start, end, last = parts
    found = re.compile(pattern, int(flags)).match(text, int(start), int(last))
    return found if found and found.end() == end else _refuse("no match")


def _named(decoder: Decoder, parts: list[Any], depth: int) -> Any:
    name, fields, items = parts
    values = decoder.all(items, depth)
    # A field that can be called would stand for a method of whatever is expected instead.
    plain: list[Any] = [opaque("function") if callable(value) else value for value in values]
    shared = decoder.receiver.named_tuple(name, plain)
    if shared is not None:
        return shared
    return _tuple_type(decoder, name, fields)(*plain)


def _tuple_type(decoder: Decoder, name: Any, fields: list[Any]) -> Any:
    if not all(isinstance(word, str) and WORD.fullmatch(word) for word in (name, *fields)):
        _refuse("no namedtuple")
    return decoder.receiver.tuple_type(name, tuple(fields))


def _tuple_class(decoder: Decoder, parts: list[Any], depth: int) -> Any:
    number, name, fields, defaults = parts
    kind = _tuple_type(decoder, name, fields)
    if len(defaults) > len(fields):
        _refuse("no namedtuple")
    return decoder.receiver.named_tuples(_at(number), kind, decoder.all(defaults, depth))


def _type(name: str) -> Any:
    library, dot, word = name.partition(".")
    if not dot:
        return TYPES.get(name) or EXCEPTIONS[name]
    found = getattr(_np(), word) if library == "numpy" else None
    return found if isinstance(found, type) and issubclass(found, _np().generic) else _refuse(name)


def _extension(name: Any) -> str:
    if not (isinstance(name, str) and EXTENSION.fullmatch(name)):
        _refuse("no dtype")
    return str(name)


_PYTHON: dict[str, _Rebuild] = {
    "int": lambda _, parts, __: int(parts[0], 16) if len(parts[0]) < MOST_BITS else _refuse("int"),
    "tuple": lambda d, parts, depth: tuple(d.all(parts[0], depth)),
    "deque": lambda d, parts, depth: collections.deque(d.all(parts[0], depth), parts[1]),
    "frozenset": lambda d, parts, depth: frozenset(d.all(parts[0], depth)),
    "namedtuple": _named,
    "tupletype": _tuple_class,
    "dict_items": lambda d, parts, depth: dict(d.pairs(parts[0], depth)).items(),
    "dict_keys": lambda d, parts, depth: dict.fromkeys(d.all(parts[0], depth)).keys(),
    "dict_values": lambda d, parts, depth: dict(enumerate(d.all(parts[0], depth))).values(),
    "nan": lambda _, parts, __: sys.modules[NANS[NANS.index(parts[0])]].nan,
    "complex": lambda _, parts, __: complex(*map(float, parts)),
    "bytearray": lambda _, parts, __: bytearray(bytes(parts[0])),
    "range": lambda d, parts, depth: range(*d.all(parts, depth)),
    "slice": lambda d, parts, depth: slice(*d.all(parts, depth)),
    "ellipsis": lambda *_: ...,
    "NotImplementedType": lambda *_: NotImplemented,
    "Decimal": lambda _, parts, __: decimal.Decimal(str(parts[0])),
    "Fraction": lambda d, parts, depth: fractions.Fraction(*d.all(parts, depth)),
    "date": lambda _, parts, __: dt.date.fromisoformat(parts[0]),
    "time": lambda _, parts, __: dt.time.fromisoformat(parts[0]),
    "datetime": lambda _, parts, __: _datetime(*parts),
    "timedelta": lambda _, parts, __: dt.timedelta(*map(int, parts)),
    "PosixPath": lambda _, parts, __: pathlib.Path(str(parts[0])),
    "PurePosixPath": lambda _, parts, __: pathlib.PurePosixPath(str(parts[0])),
    "Random": lambda _, parts, __: _random(*parts),
    "Pattern": lambda _, parts, __: re.compile(parts[0], int(parts[1])),
    "Match": lambda _, parts, __: _match(parts),
    "StringIO": lambda _, parts, __: _text_file(*parts),
    "builtin": lambda _, parts, __: HARMLESS[parts[0]],
    "type": lambda _, parts, __: _type(parts[0]),
    "exception": lambda d, parts, depth: d.exception(parts, depth),
    "opaque": lambda _, parts, __: opaque(str(parts[0])),
}

# What is made empty and filled then.
_FILL: dict[str, type] = {
    kind.__name__: kind
    for kind in (list, set, dict, collections.OrderedDict, collections.Counter,
                 collections.defaultdict)
}  # fmt: skip


# What was here before, and what stays on the other side ------------------------------------------


def _described(decoder: Decoder, parts: list[Any], depth: int) -> list[Any]:
    """What is said about a function, values in it rebuilt."""
    name, doc, parameters, source, used, notes, own = parts
    rebuilt = None if parameters is None else [
        [str(each[0]), int(each[1]), decoder.all(each[2], depth)] for each in parameters
    ]  # fmt: skip
    words = [str(word) for word in used]
    return [str(name), doc, rebuilt, source, words, decoder.pairs(notes, depth),
            decoder.pairs(own, depth)]  # fmt: skip


def _said(doc: Any, own: Any, inherited: Any) -> Said:
    return Said(
        doc if isinstance(doc, str) else None, frozenset(map(str, own)),
        frozenset(map(str, inherited)),
    )  # fmt: skip


def _partial(decoder: Decoder, parts: list[Any], depth: int) -> Any:
    _require_open(decoder)
    function, arguments = decoder.value(parts[0], depth), decoder.all(parts[1], depth)
    named = {str(name): value for name, value in decoder.pairs(parts[2], depth)}
    return functools.partial(function, *arguments, **named)


def _library_method(decoder: Decoder, parts: list[Any], depth: int) -> Any:
    _require_open(decoder)
    return getattr(decoder.value(parts[0], depth), str(parts[1]))


def _require_open(decoder: Decoder) -> None:
    if not decoder.receiver.open:
        _refuse("a function that would be made here")


def _enumeration(decoder: Decoder, parts: list[Any], depth: int) -> Any:
    number, base, name, members = parts
    pairs = decoder.pairs(members, depth)
    words = [name, *(word for word, _ in pairs)]
    if not all(isinstance(word, str) and WORD.fullmatch(word) for word in words):
        _refuse("no enumeration")
    if any(word.startswith("_") or word == "mro" or callable(value) for word, value in pairs):
        _refuse("no members")
    return decoder.receiver.enumeration(_at(number), str(base), str(name), pairs)


_ELSEWHERE: dict[str, _Rebuild] = {
    "same": lambda d, parts, _: d.same(_at(parts[0])),
    "yours": lambda d, parts, _: d.receiver.ours(_at(parts[0])),
    "class": lambda d, parts, depth: d.receiver.kind(
        _at(parts[0]), [*map(str, parts[1])], d.all(parts[2], depth), _said(*parts[3:])
    ),
    "enum": _enumeration,
    "object": lambda d, parts, depth: d.receiver.thing(_at(parts[0]), d.value(parts[1], depth)),
    "module": lambda d, parts, _: d.receiver.module(str(parts[0])),
    "iterator": lambda d, parts, _: d.receiver.iterator(_at(parts[0]), str(parts[1])),
    "library": lambda d, parts, _: d.receiver.library(str(parts[0]), str(parts[1])),
    "member": lambda d, parts, depth: d.receiver.member(d.value(parts[0], depth), str(parts[1])),
    "instance": lambda d, parts, depth: d.receiver.instance(
        str(parts[0]), d.pairs(parts[1], depth)
    ),
    "partial": _partial,
    "method": _library_method,
    "function": lambda d, parts, depth: d.receiver.function(
        _at(parts[0]), _described(d, parts[1], depth)
    ),
}


# NumPy ----------------------------------------------------------------------------------------


def _np() -> Any:
    import numpy as np  # noqa: PLC0415 - only where a value needs it

    return np


def _dtype(text: Any) -> Any:
    if not (isinstance(text, str) and DTYPE.fullmatch(text)):
        _refuse("no dtype")
    return _np().dtype(text)


def _array(dtype: Any, shape: Any, data: Any, locked: Any = False) -> Any:  # noqa: FBT002
    flat = _np().frombuffer(data, dtype=_dtype(dtype)) if data else _np().empty(0, _dtype(dtype))
    made = flat.reshape(_shape(shape)).copy()
    made.flags.writeable = not locked
    return made


def _masked(decoder: Decoder, parts: list[Any], depth: int) -> Any:
    data, mask = decoder.all(parts, depth)
    made = _np().ma.MaskedArray(data, mask)
    if decoder.receiver.masks:
        return made
    return data if not made.mask.any() else _refuse("masked values where none are asked for")


def _shape(sides: Any) -> list[int]:
    return [int(side) for side in sides]


def _objects(decoder: Decoder, parts: list[Any], depth: int) -> Any:
    items = decoder.all(parts[1], depth)
    made = _np().empty(len(items), dtype=object)
    made[:] = items
    return made.reshape(_shape(parts[0]))


def _records(decoder: Decoder, parts: list[Any], depth: int) -> Any:
    columns = {str(name): decoder.value(tree, depth) for name, tree in parts[0]}
    dtype = [(name, column.dtype) for name, column in columns.items()]
    made = _np().empty(_shape(parts[1]), dtype=dtype)
    for name, column in columns.items():
        made[name] = column
    return made


def _generator(decoder: Decoder, parts: list[Any], depth: int) -> Any:
    name, state = parts[0], decoder.value(parts[1], depth)
    whole, inner = _GENERATORS.get(name) or _refuse("no generator"), state["state"]
    where, word = (inner, "pos") if name == "MT19937" else (state, "buffer_pos")
    where[word] = int(where.get(word, 0))
    if not 0 <= where[word] <= whole:  # NumPy would read beyond
        _refuse("no state")
    bits = getattr(_np().random, name)()
    bits.state = state
    return _np().random.Generator(bits)


_NUMPY: dict[str, _Rebuild] = {
    "scalar": lambda _, parts, __: _array(parts[0], [], parts[1])[()],
    "array": lambda _, parts, __: _array(*parts),
    "objects": _objects,
    "records": _records,
    "masked": _masked,
    "dtype": lambda _, parts, __: _dtype(parts[0]),
    "generator": _generator,
}


# pandas ---------------------------------------------------------------------------------------


def _pd() -> Any:
    import pandas as pd  # noqa: PLC0415 - only where a value needs it

    return pd


def _unit(unit: Any) -> Any:
    return unit if unit in _UNITS else _refuse("no unit")


def _timestamp(value: int, unit: str, zone: str | None) -> Any:
    made = _pd().Timestamp(_np().datetime64(value, _unit(unit)))
    return made if zone is None else made.tz_localize("UTC").tz_convert(zone)


def _as_object(values: Any) -> dict[str, type]:
    """Keep pandas from guessing a kind for an array of objects."""
    plain = isinstance(values, _np().ndarray) and values.dtype.kind == "O"
    return {"dtype": object} if plain else {}


def _series(decoder: Decoder, parts: list[Any], depth: int) -> Any:
    values, index, name = (decoder.value(part, depth) for part in parts)
    return _pd().Series(values, index=index, name=name, copy=False, **_as_object(values))


def _frame(decoder: Decoder, parts: list[Any], depth: int) -> Any:
    arrays = decoder.all(parts[0], depth)
    columns, index = (decoder.value(part, depth) for part in parts[1:3])
    data = {
        place: _pd().Series(array, index=index, copy=False, **_as_object(array))
        for place, array in enumerate(arrays)
    }
    frame = _pd().DataFrame(data, index=index, copy=False)
    frame.columns = columns
    frame.attrs = dict(decoder.pairs(parts[3], depth))
    return frame


def _index(decoder: Decoder, parts: list[Any], depth: int) -> Any:
    values, name = (decoder.value(part, depth) for part in parts[:2])
    freq = parts[2]
    if freq is not None:
        kind = _pd().TimedeltaIndex if values.dtype.kind == "m" else _pd().DatetimeIndex
        return kind(values, name=name, freq=str(freq))
    return _pd().Index(values, name=name, **_as_object(values))


def _multi(decoder: Decoder, parts: list[Any], depth: int) -> Any:
    levels, codes, names = (decoder.all(part, depth) for part in parts)
    return _pd().MultiIndex(levels=levels, codes=codes, names=names)


def _categorical(decoder: Decoder, parts: list[Any], depth: int) -> Any:
    categories, codes = (decoder.value(part, depth) for part in parts[:2])
    return _pd().Categorical.from_codes(codes, categories=categories, ordered=bool(parts[2]))


def _extension_array(decoder: Decoder, parts: list[Any], depth: int) -> Any:
    made = _pd().array(decoder.all(parts[1], depth), dtype=_extension(parts[0]))
    plain = decoder.receiver.masks or made.dtype.na_value is not _pd().NA
    return made if plain or not made.isna().any() else _refuse("NA where none is asked for")


def _zoned(decoder: Decoder, parts: list[Any], depth: int) -> Any:
    times = _pd().Series(decoder.value(parts[0], depth)).dt
    return times.tz_localize("UTC").dt.tz_convert(str(parts[1])).array


_PANDAS: dict[str, _Rebuild] = {
    "missing": lambda _, parts, __: _pd().NA if parts[0] == "NA" else _pd().NaT,
    "timestamp": lambda d, parts, depth: _timestamp(d.value(parts[0], depth), *parts[1:]),
    "pdtimedelta": lambda d, parts, depth: _pd().Timedelta(
        _np().timedelta64(d.value(parts[0], depth), _unit(parts[1]))
    ),
    "interval": lambda d, parts, depth: _pd().Interval(*d.all(parts[:2], depth), closed=parts[2]),
    "period": lambda _, parts, __: _pd().Period(str(parts[0]), freq=str(parts[1])),
    "series": _series,
    "frame": _frame,
    "index": _index,
    "rangeindex": lambda d, parts, depth: _pd().RangeIndex(
        *parts[:3], name=d.value(parts[3], depth)
    ),
    "multi": _multi,
    "categorical": _categorical,
    "zoned": _zoned,
    "extension": _extension_array,
}

_REBUILD = _PYTHON | _ELSEWHERE | _NUMPY | _PANDAS
