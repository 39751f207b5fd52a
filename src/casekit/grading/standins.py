"""What stands in for functions and classes of another process, and sends back what is done."""

import builtins
import inspect
import linecache
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from casekit.grading.decoding import Said

_COMPARISONS = {"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"}
_NOT_TAKEN_OVER = {
    "__init__", "__new__", "__class__", "__getattribute__", "__getattr__", "__setattr__",
    "__delattr__", "__dict__", "__slots__", "__init_subclass__", "__del__",
    "__reduce__", "__reduce_ex__", "__getstate__", "__setstate__", "__module__", "__qualname__",
    "__doc__", "__array__", "__array_ufunc__", "__array_function__", "__dataframe__",
}  # fmt: skip
_INSTEAD = {
    "__iter__": ("__getitem__",), "__contains__": ("__iter__", "__getitem__"),
    "__bool__": ("__len__",), "__reversed__": ("__len__", "__getitem__"),
    "__lt__": ("__gt__",), "__gt__": ("__lt__",), "__le__": ("__ge__",), "__ge__": ("__le__",),
    "__iadd__": ("__add__",), "__isub__": ("__sub__",), "__imul__": ("__mul__",),
    "__str__": ("__repr__",), "__format__": ("__str__",), "__int__": ("__index__",),
    "__float__": ("__index__",), "__radd__": ("__add__",), "__rmul__": ("__mul__",),
}  # fmt: skip
_KINDS = {
    int(kind): kind
    for kind in (
        inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD,
        inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.KEYWORD_ONLY,
        inspect.Parameter.VAR_KEYWORD,
    )
}  # fmt: skip


ANY = "*"
"""Stands among the members of a class that gives itself attributes by name."""


@dataclass(frozen=True)
class ClassPlan:
    """A class that students are to write, as the instructor's solution has it.

    Attributes:
        name: Its name.
        members: Names of its methods and attributes that may be used from outside.
        special: Names of its special methods.
    """

    name: str
    members: frozenset[str]
    special: frozenset[str]


class User(Protocol):
    """What makes use of an object of the other side."""

    def use(self, what: str, number: int, arguments: tuple[Any, ...], named: Any = None) -> Any:
        """Do something with it, and return what comes of it."""


# Functions that stand in -----------------------------------------------------------------------


def as_described(call: Callable[..., Any], described: list[Any]) -> Callable[..., Any]:
    """Give a function the name, the signature and the source of the one it stands in for."""
    name, doc, parameters, source, used, notes, own = described

    def function(*arguments: Any, **named: Any) -> Any:
        return call(*arguments, **named)

    file = f"<submission-{id(function)}>"
    text = source if isinstance(source, str) else ""
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    function.__code__ = function.__code__.replace(
        co_filename=file, co_firstlineno=1, co_name=name[:200], co_names=tuple(used)
    )
    function.__name__ = function.__qualname__ = name[:200]
    function.__doc__ = doc if isinstance(doc, str) else None
    function.__module__ = "__main__"
    function.__annotations__ = {str(key): value for key, value in notes}
    for key, value in own:
        plain = str(key).isidentifier() and not str(key).startswith("__")
        if plain and not callable(value):
            setattr(function, key, value)
    signature = _signature(parameters, function.__annotations__)
    if signature is not None:
        function.__signature__ = signature  # type: ignore[attr-defined]
    return function


def is_behaviour(kind: type, name: Any) -> bool:
    """Whether a class has a method or property of a name."""
    found = inspect.getattr_static(kind, str(name), None)
    is_slot = inspect.ismemberdescriptor(found) or inspect.isgetsetdescriptor(found)
    return callable(found) or (hasattr(type(found), "__get__") and not is_slot)


def _signature(parameters: Any, notes: Mapping[str, Any]) -> inspect.Signature | None:
    try:
        made = [
            inspect.Parameter(
                name, _KINDS[kind],
                default=default[0] if default else inspect.Parameter.empty,
                annotation=notes.get(name, inspect.Parameter.empty),
            )
            for name, kind, default in parameters
        ]  # fmt: skip
        return inspect.Signature(
            made, return_annotation=notes.get("return", inspect.Signature.empty)
        )
    except (LookupError, ValueError, TypeError):  # no such kind, or kinds in no such order
        return None


# Classes that stand in -------------------------------------------------------------------------


class Meta(type):
    """Makes objects of the other side, and offers what its class has."""

    _peer_: User
    _plan_: ClassPlan
    _number_: int
    _added_: set[str]
    _ready_: bool

    def __call__(cls, *arguments: Any, **named: Any) -> Any:
        """Make an object there."""
        return cls._peer_.use("call", cls._number_, arguments, named)

    def __setattr__(cls, name: str, value: Any) -> None:
        if name.startswith("_"):
            super().__setattr__(name, value)
        else:
            cls._peer_.use("set", cls._number_, (name, value))


class _Member:
    """A method or attribute of the other side's class or object.

    Args:
        name: Its name.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, thing: Any, kind: Any) -> Any:
        if not kind._ready_:  # while the class is made, its bases ask for what it has
            return self
        whose = kind if thing is None else thing
        return kind._peer_.use("get", whose._number_, (self._name,))

    def __set__(self, thing: Any, value: Any) -> None:
        type(thing)._peer_.use("set", thing._number_, (self._name, value))


class _Thing(metaclass=Meta):
    """An object of the other side, of a class that was asked for."""

    def __getattr__(self, name: str) -> Any:
        kind: Any = type(self)
        is_open = ANY in kind._plan_.members and not name.startswith("_")
        if not (is_open or name in kind._plan_.members or name in kind._added_):
            message = f"{kind.__name__!r} object has no attribute {name!r}"
            raise AttributeError(message)
        return kind._peer_.use("get", self._number_, (name,))

    def __setattr__(self, name: str, value: Any) -> None:
        kind: Any = type(self)
        kind._peer_.use("set", self._number_, (name, value))
        kind._added_.add(name)

    def __copy__(self) -> Any:
        kind: Any = type(self)
        return kind._peer_.use("copy", self._number_, ())

    def __deepcopy__(self, _memo: Any) -> Any:
        kind: Any = type(self)
        return kind._peer_.use("deepcopy", self._number_, ())


def stand_in_class(  # noqa: PLR0913, PLR0917 - what is known of a class
    peer: User, plan: ClassPlan, number: int, names: list[str], bases: list[Any], said: Said
) -> Any:
    """Return a class that stands in for one that students are to write.

    It has what the instructor's solution has, as far as the student's class has it too.

    Args:
        peer: Reaches the other side.
        plan: The class as the solution has it.
        number: What the other side knows it by.
        names: Its name and those of the classes that it derives from.
        bases: What stands in for those.
        said: What the other side says of it.
    """
    raised = [base for base in bases if isinstance(base, type) and issubclass(base, BaseException)]
    raised += [kind for name in names[1:] if isinstance(kind := vars(builtins).get(name), type)
               and issubclass(kind, BaseException)]  # fmt: skip
    if raised:
        own = {
            "_said_": "",
            "__str__": lambda self: self._said_ or raised[0].__str__(self),
        }
        return type(plan.name, (raised[0],), {"__module__": "__main__", **own})
    above = tuple(base for base in bases if isinstance(base, type) and base is not object)
    if not any(isinstance(base, Meta) for base in above):
        above = (_Thing, *above)
    metas = {type(base) for base in above if not issubclass(Meta, type(base))}
    meta = type("Meta", (Meta, *metas), {}) if metas - {Meta} else Meta
    space: dict[str, Any] = {
        "__module__": "__main__", "_peer_": peer, "_plan_": plan, "_number_": number,
        "_added_": set(), "_ready_": False,
    }  # fmt: skip
    above_have = frozenset(name for base in above for name in dir(base)) - {*dir(object)}
    has = said.own | (said.inherited - above_have)
    for name in plan.members & has:
        space[name] = _Member(name)
    special = {name for each in plan.special for name in _ways(each, said) if name in has}
    for name in special - _NOT_TAKEN_OVER:
        space[name] = None if name == "__hash__" and "__eq__" in special else _special(name)
    if "__eq__" in special:
        space["__hash__"] = _special("__hash__")
    made = meta(plan.name, above, space)
    made._ready_ = True
    return made


def _ways(name: str, said: Said) -> tuple[str, ...]:
    """The special methods that serve for one: it, or what Python takes for want of it."""
    return (name,) if name in said.own | said.inherited else _INSTEAD.get(name, ())


def _special(name: str) -> Callable[..., Any]:
    def method(self: Any, *arguments: Any) -> Any:
        # Objects are compared with their like alone: what is equal to everything is no answer.
        if name in _COMPARISONS and not isinstance(arguments[0], _Thing):
            return NotImplemented
        kind = type(self)
        if name == "__exit__" and isinstance(arguments[1], AssertionError):
            # A test that has failed has failed: the object learns that the block is over.
            kind._peer_.use(name, self._number_, (None, None, None))
            return False
        return kind._peer_.use(name, self._number_, arguments)

    method.__name__ = name
    return method
