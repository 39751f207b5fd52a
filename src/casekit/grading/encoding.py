"""Turn values into plain data, to be sent to another process; see `casekit.grading.values`."""

import collections
import datetime as dt
import decimal
import enum
import fractions
import functools
import inspect
import io
import itertools
import os
import pathlib
import random
import re
import sys
import sysconfig
import types
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from typing import Any, Protocol

from casekit.grading.values import (
    DTYPE,
    EXCEPTIONS,
    EXTENSION,
    HARMLESS,
    LIBRARIES,
    MOST_BITS,
    MOST_DEPTH,
    MOST_NODES,
    MOST_VALUE_BYTES,
    NANS,
    TYPES,
    TooLargeError,
)

_INTEGERS = range(-(2**63), 2**63)  # what MessagePack can hold
_FUNCTIONS: tuple[type, ...] = (
    types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.MethodWrapperType,
    types.WrapperDescriptorType, types.MethodDescriptorType,
)  # fmt: skip
_WALKED: tuple[Iterable[Any], ...] = (
    (), [], {}, set(), "", b"", range(0), range(2**70), {}.items(), {}.values(),
)  # fmt: skip


class _Items:
    """What `iter` walks by number."""

    def __getitem__(self, number: int) -> int:
        return number


_ITERATORS: tuple[type, ...] = (
    types.GeneratorType, zip, map, filter, enumerate, reversed, itertools.accumulate,
    itertools.chain, itertools.combinations, itertools.combinations_with_replacement,
    itertools.compress, itertools.count, itertools.cycle, itertools.dropwhile,
    itertools.filterfalse, itertools.groupby, itertools.islice, itertools.pairwise,
    itertools.permutations, itertools.product, itertools.repeat, itertools.starmap,
    itertools.takewhile, itertools.zip_longest, type(iter(int, 1)), type(re.finditer("", "")),
    *(type(iter(each)) for each in _WALKED), type(iter(_Items())), type(reversed([])),
)  # fmt: skip
_CHANGEABLE = (list, dict, set, collections.deque, bytearray)
_CHANGEABLE_NAMES = {
    "numpy": {"ndarray"}, "pandas": {"DataFrame", "Series"}, "_io": {"StringIO"},
}  # fmt: skip
_INSTALLED = tuple(
    f"{sysconfig.get_path(name)}{os.sep}" for name in ("stdlib", "platstdlib", "purelib", "platlib")
)


class Sender(Protocol):
    """What an encoder needs of the process it works in.

    Attributes:
        open: Whether the other side may look into what it is sent: into the source of a function,
            which may be a hidden test's.
    """

    open: bool

    def keep(self, thing: Any, *, lend: bool = False) -> int:
        """Keep an object here, and return the number the other side knows it by.

        Args:
            thing: The object.
            lend: Whether the other side is to call it.
        """

    def theirs(self, thing: Any) -> int | None:
        """Return the number of an object that stands in for one of the other side's, or None."""

    def share(self, thing: Any) -> int:
        """Return the number by which both sides know a container, which is sent now."""

    def known(self, thing: Any) -> int:
        """Return the number of a container that has come from the other side."""

    def passed(self, things: Iterable[Any]) -> None:
        """Take note that the other side is told of containers as they stand now."""

    def shared(self, kind: type) -> str:
        """Return the name under which both sides have a class of the instructor's, or nothing."""

    def asked(self) -> AbstractSet[str]:
        """Return the names of classes whose objects stay here, whatever they derive from."""


class Encoder:
    """Turn values into trees that `wire.pack` takes.

    A list, dictionary, array or other container that both sides may change arrives as one object,
    however often it comes.

    Args:
        sender: Keeps what stays on this side.
    """

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._met: dict[int, int] = {}
        self._alive: list[Any] = []
        self._nodes = self._bytes = 0

    def refer(self, things: Iterable[Any]) -> None:
        """Refer to containers that the other side has as they stand now."""
        for thing in things:
            self._remember(thing, self._sender.known)

    def encode(self, value: Any) -> Any:
        """Return the tree; what is too large or of an unknown kind becomes opaque."""
        self._nodes = self._bytes = 0
        before = len(self._alive)
        try:
            tree = self.tree(value, 0)
            self._sender.passed(self._alive[before:])
        except Exception:  # noqa: BLE001 - too large, or an object whose own methods fail
            for thing in self._alive[before:]:
                del self._met[id(thing)]
            del self._alive[before:]
            return ["opaque", f"{type(value).__name__}"]
        return tree

    def tree(self, value: Any, depth: int) -> Any:
        """Return the tree of a value at some depth of another.

        Raises:
            TooLargeError: If the whole is beyond the budget.
        """
        self._nodes += 1
        kind = type(value)
        if kind is str or kind is bytes:
            self.count_bytes(len(value))
        if self._nodes > MOST_NODES or depth > MOST_DEPTH:
            raise TooLargeError
        if value is None or kind is bool or kind is float or kind is str or kind is bytes:
            return value if value == value else _not_a_number(value)  # noqa: PLR0124
        if kind is int or (isinstance(value, int) and not isinstance(value, enum.Enum)):
            return _integer(value)
        plain = _PLAIN.get(kind)
        if plain is not None:
            return [kind.__name__, *plain(value)]
        if kind.__name__ in self._sender.asked() and not _is_rebuilt(kind):
            return self._object(value, kind, depth + 1)
        if not (_changeable(value) or self._sender.shared(kind)):
            return self._container(value, kind, depth + 1)
        return self._again(value) or self._once(value, kind, depth + 1)

    def _once(self, value: Any, kind: type, depth: int) -> list[Any]:
        number = self._remember(value, self._sender.share)  # before its content, which may hold it
        return ["once", number, self._container(value, kind, depth)]

    def part(self, array: Any, depth: int) -> Any:
        """Return the tree of an array that belongs to an object, and is changed through it alone.

        It may lie in memory that other objects look into, which were not sent.
        """
        tree = self._container(array, type(array), depth)
        return tree[:4] if tree[0] == "array" else tree  # that it is locked is the object's affair

    def count_bytes(self, number: int) -> None:
        """Count bytes of one value.

        Raises:
            TooLargeError: If they are too many.
        """
        self._bytes += number
        if self._bytes > MOST_VALUE_BYTES:
            raise TooLargeError

    def all(self, values: Iterable[Any], depth: int) -> list[Any]:
        """Return the trees of some values."""
        return [self.tree(value, depth) for value in values]

    def pairs(self, value: dict[Any, Any], depth: int) -> list[Any]:
        """Return the trees of a dictionary's keys and values, by turns."""
        return self.all(_flat(items_of(value)), depth)

    def _again(self, value: Any) -> list[Any] | None:
        """Refer to a container that has come before in this message."""
        return ["same", self._met[id(value)]] if id(value) in self._met else None

    def _remember(self, value: Any, numbered: Callable[[Any], int]) -> int:
        """Return a container's number, and note that it has come in this message."""
        if id(value) not in self._met:
            self._alive.append(value)
            self._met[id(value)] = numbered(value)
        return self._met[id(value)]

    def _container(self, value: Any, kind: type, depth: int) -> Any:
        if isinstance(value, tuple) and hasattr(kind, "_fields"):
            return ["namedtuple", kind.__name__, list(kind._fields), self.all(value, depth)]
        for base, parts in _CONTAINERS.items():
            if isinstance(value, base):
                return [base.__name__, *parts(self, value, depth)]
        return self._library(value, kind, depth)

    def _library(self, value: Any, kind: type, depth: int) -> Any:
        for module, encode in (("numpy", _numpy), ("pandas", _pandas)):
            library = sys.modules.get(module)
            if library is not None:
                tree = encode(self, library, value, depth)
                if tree is not None:
                    return tree
        for base, simple in _SIMPLE.items():
            if isinstance(value, base):
                return simple(value)
        number = self._sender.theirs(value)
        return self._other(value, kind, depth) if number is None else ["yours", number]

    def _other(self, value: Any, kind: type, depth: int) -> Any:
        """What is no data, but known by name on the other side, or made there again."""
        if isinstance(value, type):
            return self._type(value, depth)
        if isinstance(value, BaseException):
            return ["exception", *self._exception(value, depth)]
        if isinstance(value, types.ModuleType):
            return ["module", value.__name__]
        if isinstance(value, io.StringIO) and not value.closed:
            return ["StringIO", value.getvalue(), value.tell()]
        word = value.__name__ if isinstance(value, types.BuiltinFunctionType) else ""
        if word in HARMLESS and HARMLESS[word] is value:
            return ["builtin", word]
        return self._staying(value, kind, depth)

    def _type(self, value: type, depth: int) -> Any:
        name = _kind_name(value)
        if name:
            return ["type", name]
        if issubclass(value, tuple) and hasattr(value, "_fields"):
            defaults = self.all(getattr(value, "_field_defaults", {}).values(), depth)
            number = self._sender.keep(value)
            return ["tupletype", number, value.__name__, list(value._fields), defaults]
        if issubclass(value, enum.Enum) and not self._sender.shared(value):
            members = ((name, each.value) for name, each in value.__members__.items())
            base = next(each.__name__ for each in value.__mro__ if each.__module__ == "enum")
            number = self._sender.keep(value)
            return ["enum", number, base, value.__name__, self.all(_flat(members), depth)]
        if self._sender.open and _place_of(value):  # a library's, to be called
            return ["function", self._sender.keep(value, lend=True), self._described(value, depth)]
        return self._of_library(value, depth) or self._class(value, depth)

    def _staying(self, value: Any, kind: type, depth: int) -> Any:
        """What stays here, unless it is of a class that both sides have."""
        if isinstance(value, _ITERATORS):
            return ["iterator", self._sender.keep(value, lend=True), kind.__name__]
        shared = self._sender.shared(kind)
        if isinstance(value, enum.Enum):
            return ["member", shared or self.tree(kind, depth), value.name]
        if shared:
            return ["instance", shared, self.pairs(attributes_of(value), depth)]
        if isinstance(value, _FUNCTIONS) or callable(value):
            found = self._of_library(value, depth)  # first: what is kept can be called from there
            if found is None:
                number = self._sender.keep(value, lend=True)
                return ["function", number, self._described(value, depth)]
            return found
        return self._object(value, kind, depth)

    def _of_library(self, value: Any, depth: int) -> list[Any] | None:
        """A function or class that the other side has too, or can make of what it has.

        One that is lent would do here whatever the other side asks: read a file, for instance.
        """
        if self._sender.open:
            return None
        if type(value) is functools.partial:
            function = self._of_library(value.func, depth)
            if function is None:
                return None
            arguments = (self.all(value.args, depth), self.pairs(value.keywords, depth))
            return ["partial", function, *arguments]
        owner, name = getattr(value, "__self__", None), getattr(value, "__name__", "")
        if _library_of(owner) in _CHANGEABLE_NAMES and _changeable(owner):
            return ["method", self.tree(owner, depth), name]
        place = _place_of(value)
        return place and ["library", *place]

    def _object(self, value: Any, kind: type, depth: int) -> Any:
        number = self._sender.theirs(value)
        if number is not None:
            return ["yours", number]
        return ["object", self._sender.keep(value), self._class(kind, depth)]

    def _class(self, kind: type, depth: int) -> Any:
        """A class, with those that it derives from."""
        if depth > MOST_DEPTH:
            raise TooLargeError
        bases = [self._class(base, depth + 1) for base in kind.__bases__ if not _kind_name(base)]
        doc = kind.__dict__.get("__doc__") if self._sender.open else None
        said = doc[:10_000] if isinstance(doc, str) else None
        own, inherited = [*vars(kind)], [name for base in kind.__mro__[1:-1] for name in vars(base)]
        return ["class", self._sender.keep(kind), names_of(kind), bases, said, own, inherited]

    def _exception(self, value: BaseException, depth: int) -> list[Any]:
        kept = {name: each for name, each in vars(value).items() if not name.startswith("_")}
        cause = value.__cause__ if isinstance(value.__cause__, BaseException) else None
        return [
            names_of(type(value)), self.all(value.args, depth), safe_text(value),
            self.pairs(kept, depth), None if cause is None else self.tree(cause, depth),
        ]  # fmt: skip

    def _described(self, function: Any, depth: int) -> list[Any]:
        """Name, docstring, parameters, source and names used of a function."""
        parameters = self._parameters(function, depth)
        name, doc = (getattr(function, word, None) for word in ("__name__", "__doc__"))
        notes = getattr(function, "__annotations__", None)
        plain = isinstance(function, types.FunctionType)
        own = (getattr(function, "__dict__", None) if plain else None) or {}
        return [
            name if isinstance(name, str) else "function",
            doc[:10_000] if isinstance(doc, str) else None,
            parameters,
            _source_of(function) if self._sender.open else None,
            [str(each)[:200] for each in _code_of(function)[:500]] if self._sender.open else [],
            self.pairs(notes if isinstance(notes, dict) else {}, depth),
            self.pairs({key: own[key] for key in own if not key.startswith("__")}, depth),
        ]

    def _parameters(self, function: Any, depth: int) -> list[Any] | None:
        try:
            return [
                [each.name, int(each.kind), self._default(each, depth)]
                for each in inspect.signature(function).parameters.values()
            ]  # fmt: skip
        except TooLargeError:
            raise
        except (ValueError, TypeError):
            return None

    def _default(self, parameter: inspect.Parameter, depth: int) -> list[Any]:
        if parameter.default is parameter.empty:
            return []
        return [self.tree(parameter.default, depth) if self._sender.open else None]


# Containers and small things -----------------------------------------------------------------


def _defaultdict(encoder: Encoder, value: Any, depth: int) -> tuple[Any, ...]:
    factory = encoder.tree(value.default_factory, depth)  # read first, as it is written
    return encoder.pairs(value, depth), factory


# Found by the very class: the tag is its name, and what stands here comes after.
_PLAIN: dict[type, Callable[[Any], tuple[Any, ...]]] = {
    complex: lambda each: (each.real, each.imag),
    range: lambda each: tuple(_integer(part) for part in (each.start, each.stop, each.step)),
    slice: lambda each: tuple(
        None if part is None else _integer(part) for part in (each.start, each.stop, each.step)
    ),
    decimal.Decimal: lambda each: (str(each),),
    fractions.Fraction: lambda each: (_integer(each.numerator), _integer(each.denominator)),
    dt.date: lambda each: (each.isoformat(),),
    dt.time: lambda each: (each.isoformat(),),
    dt.datetime: lambda each: (each.isoformat(), getattr(each.tzinfo, "key", None), each.fold),
    dt.timedelta: lambda each: (each.days, each.seconds, each.microseconds),
    type(...): lambda _: (),
    type(NotImplemented): lambda _: (),
    random.Random: random.Random.getstate,
    re.Pattern: lambda each: (each.pattern, each.flags),
    re.Match: lambda each: (each.re.pattern, each.re.flags, each.string, *each.span(), each.endpos),
    pathlib.PosixPath: lambda each: (str(each),),
    pathlib.PurePosixPath: lambda each: (str(each),),
}

# Found by the first class that it derives from, whatever a student's own class adds to it.
_CONTAINERS: dict[type, Callable[[Encoder, Any, int], tuple[Any, ...]]] = {
    collections.deque: lambda e, each, depth: (e.all(each, depth), each.maxlen),
    type({}.items()): lambda e, each, depth: (e.all([*_flat(each)], depth),),
    type({}.keys()): lambda e, each, depth: (e.all(each, depth),),
    type({}.values()): lambda e, each, depth: (e.all(each, depth),),
    list: lambda e, each, depth: (e.all(list.__iter__(each), depth),),
    tuple: lambda e, each, depth: (e.all(tuple.__iter__(each), depth),),
    set: lambda e, each, depth: (e.all(set.__iter__(each), depth),),
    frozenset: lambda e, each, depth: (e.all(frozenset.__iter__(each), depth),),
    collections.defaultdict: _defaultdict,
    collections.Counter: lambda e, each, depth: (e.pairs(each, depth),),
    collections.OrderedDict: lambda e, each, depth: (e.pairs(each, depth),),
    dict: lambda e, each, depth: (e.pairs(each, depth),),
}
_SIMPLE: dict[type, Callable[[Any], Any]] = {
    float: float.__float__, str: str.__str__, bytes: bytes,
    bytearray: lambda each: ["bytearray", bytes(each)],
}  # fmt: skip


def _flat(pairs: Iterable[tuple[Any, Any]]) -> Iterable[Any]:
    return (part for pair in pairs for part in pair)


def items_of(value: dict[Any, Any]) -> Iterable[tuple[Any, Any]]:
    """Return a dictionary's keys and values in its order, whatever a class adds to it."""
    base = collections.OrderedDict if isinstance(value, collections.OrderedDict) else dict
    return base.items(value)


def _not_a_number(value: float) -> Any:
    """A NaN, which is in a list if it is the same object: a library's own goes by name."""
    names = [name for name in NANS if getattr(sys.modules.get(name), "nan", None) is value]
    return ["nan", *names[:1]] if names else value


def _integer(value: int) -> Any:
    plain = int.__index__(value)
    if plain in _INTEGERS:
        return plain
    if plain.bit_length() > MOST_BITS:
        raise TooLargeError
    return ["int", hex(plain)]


def _changeable(value: Any) -> bool:
    """Whether it matters that an object is the same in two places."""
    if isinstance(value, _CHANGEABLE):
        return True
    names = _CHANGEABLE_NAMES.get(_library_of(value), ())
    return type(value).__name__ in names and not getattr(value, "closed", False)


def _library_of(value: Any) -> str:
    return str(type(value).__module__).partition(".")[0]


# What is said about classes, exceptions and functions ------------------------------------------


def _kind_name(kind: type) -> str:
    """Return the name a type is sent under, or nothing."""
    if TYPES.get(kind.__name__) is kind:
        return kind.__name__
    if kind.__module__ == "numpy" and kind is getattr(sys.modules["numpy"], kind.__name__, None):
        return f"numpy.{kind.__name__}"
    return kind.__name__ if EXCEPTIONS.get(kind.__name__) is kind else ""


def names_of(kind: type) -> list[str]:
    """Return the names of a class and of its bases, nearest first; a library's with its module."""
    return [_full_name(each)[:200] for each in type.mro(kind)[:20]]


def _full_name(kind: type) -> str:
    library = str(kind.__module__).partition(".")[0]
    return f"{kind.__module__}.{kind.__name__}" if library in LIBRARIES else str(kind.__name__)


def _is_rebuilt(kind: type) -> bool:
    """Whether objects of a class are made again on the other side, whoever is to write it."""
    named = issubclass(kind, tuple) and hasattr(kind, "_fields")
    return named or issubclass(kind, BaseException | enum.Enum)


def attributes_of(value: Any) -> dict[str, Any]:
    """Return what an object holds, in its dictionary and in slots."""
    state = object.__getstate__(value)
    parts = state if isinstance(state, tuple) else (state,)
    return {name: each for part in parts if part for name, each in part.items()}


def _place_of(value: Any) -> list[str] | None:
    """Module and name of what an installed library offers, or None."""
    module = getattr(value, "__module__", None) or type(value).__module__
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    if not (isinstance(module, str) and isinstance(name, str)):
        return None
    found: Any = sys.modules.get(module)
    origin = getattr(getattr(found, "__spec__", None), "origin", None) or ""
    if origin in ("built-in", "frozen") or origin.startswith(_INSTALLED):
        for word in name.split("."):
            found = getattr(found, word, None)
        if found is value:
            return [module, name]
    # What a library puts around a function, as a cache, or IPython around `open`.
    code = getattr(value, "__code__", None)
    is_theirs = isinstance(code, types.CodeType) and code.co_filename.startswith(_INSTALLED)
    around = is_theirs or hasattr(value, "cache_info")
    inner = getattr(value, "__wrapped__", None)
    return _place_of(inner) if around and inner is not None else None


def safe_text(problem: BaseException) -> str:
    """Return an exception's message, whatever its own methods do."""
    try:
        return str(problem)[:10_000]
    except BaseException:  # noqa: BLE001 - a student's class
        return ""


def _source_of(function: Any) -> str | None:
    try:
        return inspect.getsource(function)[:100_000]
    except (OSError, TypeError):
        return None


def _code_of(function: Any) -> tuple[Any, ...]:
    code = getattr(function, "__code__", None)
    return code.co_names if isinstance(code, types.CodeType) else ()


# NumPy and pandas: each returns nothing for what is not its own ---------------------------------


def _numpy(encoder: Encoder, np: Any, value: Any, depth: int) -> Any:
    if isinstance(value, np.generic):
        return ["scalar", value.dtype.str, value.tobytes()] if _sent(value.dtype) else None
    if isinstance(value, np.ma.MaskedArray):
        return ["masked", *encoder.all((np.ma.getdata(value), np.ma.getmaskarray(value)), depth)]
    if isinstance(value, np.ndarray):
        return _ndarray(encoder, np, value, depth)
    if type(value) is np.random.Generator:
        bits = value.bit_generator
        return ["generator", type(bits).__name__, encoder.tree(bits.state, depth)]
    return ["dtype", value.str] if isinstance(value, np.dtype) else None


def _ndarray(encoder: Encoder, np: Any, value: Any, depth: int) -> Any:
    if value.dtype.fields is not None:
        fields = [[name, encoder.part(np.asarray(value[name]), depth)]
                  for name in value.dtype.names or ()]  # fmt: skip
        return ["records", fields, list(value.shape)]
    if value.dtype.kind == "O":
        return ["objects", list(value.shape), encoder.all(value.ravel().tolist(), depth)]
    if not _sent(value.dtype):
        raise TooLargeError
    encoder.count_bytes(value.nbytes)
    locked = [] if value.flags.writeable else [True]
    return ["array", value.dtype.str, list(value.shape), value.tobytes(), *locked]


def _sent(dtype: Any) -> bool:
    return dtype.fields is None and bool(DTYPE.fullmatch(dtype.str))


def _pandas(encoder: Encoder, pd: Any, value: Any, depth: int) -> Any:
    if isinstance(value, pd.Series):
        parts = (value.array, value.index, value.name)
        return ["series", *(_part(encoder, pd, part, depth) for part in parts)]
    if isinstance(value, pd.DataFrame):
        columns = [value.iloc[:, place].array for place in range(value.shape[1])]
        return ["frame", [_part(encoder, pd, part, depth) for part in columns],
                *(_part(encoder, pd, part, depth) for part in (value.columns, value.index)),
                encoder.pairs(value.attrs, depth)]  # fmt: skip
    if isinstance(value, pd.Index | pd.api.extensions.ExtensionArray):
        return _part(encoder, pd, value, depth)
    return _single(encoder, pd, value, depth)


def _single(encoder: Encoder, pd: Any, value: Any, depth: int) -> Any:
    if value is pd.NA or value is pd.NaT:
        return ["missing", "NA" if value is pd.NA else "NaT"]
    if isinstance(value, pd.Timestamp):
        zone = None if value.tz is None else str(value.tz)
        return ["timestamp", _ticks(value), value.unit, zone]
    if isinstance(value, pd.Timedelta):
        return ["pdtimedelta", _ticks(value), value.unit]
    if isinstance(value, pd.Interval):
        return ["interval", *encoder.all((value.left, value.right), depth), value.closed]
    return ["period", str(value), value.freqstr] if isinstance(value, pd.Period) else None


def _ticks(value: Any) -> int:
    """Return how many of its units a time is long, or is away from 1970 in UTC."""
    return int(value.asm8.view("i8"))


def _part(encoder: Encoder, pd: Any, value: Any, depth: int) -> Any:
    """An index, a column's array, or a name."""
    if isinstance(value, pd.MultiIndex):
        levels = [_part(encoder, pd, level, depth + 1) for level in value.levels]
        codes = [encoder.part(codes.astype("int64"), depth) for codes in value.codes]
        return ["multi", levels, codes, encoder.all(value.names, depth)]
    if isinstance(value, pd.RangeIndex):
        ends = (value.start, value.stop, value.step)
        return ["rangeindex", *ends, encoder.tree(value.name, depth)]
    if isinstance(value, pd.Index):
        timed = isinstance(value, pd.DatetimeIndex | pd.TimedeltaIndex)
        freq = value.freqstr if timed else None
        return ["index", _part(encoder, pd, value.array, depth + 1),
                encoder.tree(value.name, depth), freq]  # fmt: skip
    if isinstance(value, pd.Categorical):
        return ["categorical", _part(encoder, pd, value.categories, depth + 1),
                encoder.part(value.codes.astype("int64"), depth), bool(value.ordered)]  # fmt: skip
    if isinstance(value, pd.api.extensions.ExtensionArray):
        return _extension(encoder, pd, value, depth)
    return encoder.tree(value, depth)


def _extension(encoder: Encoder, pd: Any, value: Any, depth: int) -> Any:
    if isinstance(value, pd.arrays.DatetimeArray) and value.tz is not None:
        data = value.tz_convert("UTC").tz_localize(None).to_numpy()
        return ["zoned", encoder.part(data, depth), str(value.tz)]
    held = (pd.arrays.NumpyExtensionArray, pd.arrays.DatetimeArray, pd.arrays.TimedeltaArray)
    if type(value) in held:  # arrays of strings are a kind of the first
        return encoder.part(value.to_numpy(), depth)
    name = str(value.dtype)
    if not EXTENSION.fullmatch(name):
        raise TooLargeError
    items = [None if item is pd.NA or item is None or item != item else item for item in value]  # noqa: PLR0124 - NaN
    return ["extension", name, encoder.all(items, depth)]
