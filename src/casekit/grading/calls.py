"""Use functions and objects of another process: arguments and results travel as plain data.

Both sides have a `Peer`. What cannot be sent is kept here and known there by a number; what stands
in for it there sends back what is done with it. A call that waits for its result answers calls that
come meanwhile, so that a function given as an argument works too.
"""

import builtins
import contextlib
import copy
import inspect
import io
import itertools
import linecache
import socket
import sys
import threading
import time
import types
from collections.abc import Callable, Generator, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from casekit.grading import wire
from casekit.grading.decoding import Decoder
from casekit.grading.encoding import Encoder, names_of, safe_text
from casekit.grading.values import MalformedError, Opaque, opaque

_SLICE = 0.05
_MOST_KEPT = 200_000
_MOST_SHOWN = 1000
_COMPARISONS = {"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"}
_NOT_TAKEN_OVER = {
    "__init__", "__new__", "__class__", "__getattribute__", "__getattr__", "__setattr__",
    "__delattr__", "__dict__", "__slots__", "__contains__", "__init_subclass__", "__del__",
    "__reduce__", "__reduce_ex__", "__getstate__", "__setstate__", "__module__", "__qualname__",
    "__doc__", "__array__", "__array_ufunc__", "__array_function__", "__dataframe__",
}  # fmt: skip
_INPUT = 0
_KINDS = {
    int(kind): kind
    for kind in (
        inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD,
        inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.KEYWORD_ONLY,
        inspect.Parameter.VAR_KEYWORD,
    )
}  # fmt: skip
_CALL = compile("_function_(*_arguments_, **_named_)", "<call>", "eval")


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


@dataclass
class State:
    """What a peer takes along with each call; the other kind of process takes nothing.

    Attributes:
        sent: Gives what to send with a call, or nothing.
        taken: Called with what came with a call.
        returned: Gives what to send with a result.
        brought: Called with what came with a result.
    """

    sent: Callable[["Peer"], dict[str, Any]] = lambda _: {}
    taken: Callable[["Peer", dict[str, Any]], None] = lambda *_: None
    returned: Callable[[], dict[str, Any]] = dict
    brought: Callable[[dict[str, Any]], None] = lambda _: None


@dataclass
class Peer:
    """One end of a connection over which functions are called.

    Attributes:
        channel: The connection.
        space: The names in which functions of this side are called.
        classes: Classes that the other side is to have written, by name.
        shared_classes: Classes of the instructor's that both sides have, by name.
        state: What goes along with calls.
        while_called: Wraps the run of a function of this side.
        own: Names of classes that this side is to have written.
        modules: Names of modules that may arrive as this side's own.
        open: Whether the other side may use everything that was sent in every way; if not, it may
            call functions and step iterators that were given to it, and nothing else.
    """

    channel: socket.socket
    space: dict[str, Any] = field(default_factory=dict)
    classes: Mapping[str, ClassPlan] = field(default_factory=dict)
    shared_classes: Callable[[], Mapping[str, type]] = dict
    state: State = field(default_factory=State)
    while_called: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext
    own: frozenset[str] = frozenset()
    modules: AbstractSet[str] = frozenset()
    open: bool = True

    def __post_init__(self) -> None:
        self._kept: list[Any] = [_ask]
        self._lent = {_INPUT}
        self._places: dict[int, int] = {}
        self._stand_ins: dict[int, tuple[Any, int]] = {}
        self._things: dict[int, Any] = {}
        self._kinds: dict[str, type] = {}
        self._objects = False
        self._tickets = itertools.count()
        self._on_wire = self._put_off = self._cut = False
        self.lock = threading.RLock()

    # As a sender

    def keep(self, thing: Any, *, lend: bool = False) -> int:
        """Keep an object, and return its number; one that is lent may be called from there."""
        place = self._places.get(id(thing))
        if place is None:
            if len(self._kept) >= _MOST_KEPT:
                message = "too many objects have been sent"
                raise RuntimeError(message)
            place = self._places[id(thing)] = len(self._kept)
            self._kept.append(thing)
        if lend:
            self._lent.add(place)
        return place

    def theirs(self, thing: Any) -> int | None:
        """Return the number of what an object stands in for."""
        found = self._stand_ins.get(id(thing))
        return found[1] if found else None

    def shared(self, kind: type) -> str:
        """Return the name of a class that both sides have."""
        found = self.shared_classes().get(kind.__name__)
        return kind.__name__ if found is kind and hasattr(kind, "__dict__") else ""

    # As a receiver

    def function(self, number: int, described: list[Any]) -> Any:
        """Return a function that calls the other side's."""
        objects = self._objects

        def call(*arguments: Any, **named: Any) -> Any:
            return self.use("call", number, arguments, named, objects=objects)

        return self._stand_in(_as_described(call, described), number)

    def iterator(self, number: int) -> Any:
        """Return a generator over the other side's iterator."""
        objects = self._objects

        def run() -> Generator[Any, None, Any]:
            while True:
                more, value = self.use("next", number, (), objects=objects)
                if not more:
                    return value
                yield value

        return self._stand_in(run(), number)

    def kind(self, number: int, names: list[str], bases: list[Any]) -> Any:
        """Return a class that makes the other side's objects, if it is one that was asked for."""
        shared = self.shared_classes().get(names[0] if names else "")
        if shared is not None:
            return shared
        plan = self.classes.get(names[0]) if names and self._objects else None
        if plan is None:
            return opaque(names[0] if names else "type")
        known = self._kinds.get(plan.name)
        if known is not None and self.theirs(known) == number:
            return known
        self._kinds[plan.name] = made = _stand_in_class(self, plan, number, names, bases)
        return self._stand_in(made, number)

    def thing(self, number: int, kind: Any) -> Any:
        """Return an object of a class that was asked for, or an opaque one."""
        if number in self._things:
            return self._things[number]
        if not isinstance(kind, _Meta):
            return opaque(type(kind).__name__ if isinstance(kind, Opaque) else "object")
        made: Any = object.__new__(kind)  # type: ignore[arg-type]
        object.__setattr__(made, "_number_", number)
        self._things[number] = made
        return self._stand_in(made, number)

    def module(self, name: str) -> Any:
        """Return this side's module, where one is expected."""
        return sys.modules[name] if name in self.modules else opaque("module")

    def asked(self) -> AbstractSet[str]:
        """Return the names of the classes whose objects stay on this side."""
        return self.own

    def ours(self, number: int) -> Any:
        """Return an object that this side has sent."""
        return self._kept[number]

    def instance(self, name: str, attributes: dict[Any, Any]) -> Any:
        """Return an object of a class of the instructor's, with the attributes that were sent."""
        kind: Any = self.shared_classes()[name]
        made = kind.__new__(kind)
        for word, value in attributes.items():
            # What its class offers stays the class's: no attribute stands before a method.
            if not (str(word).startswith("__") or callable(value) or _is_behaviour(kind, word)):
                vars(made)[word] = value
        return made

    def exceptions(self) -> Mapping[str, type[BaseException]]:
        """Return the exception classes of the assignment, by name."""
        return {name: kind for name, kind in self._kinds.items() if issubclass(kind, BaseException)}

    def _stand_in(self, made: Any, number: int) -> Any:
        self._stand_ins[id(made)] = (made, number)
        return made

    def decode(self, tree: Any, decoder: Decoder | None = None, *, objects: bool = False) -> Any:
        """Return the value of a tree; what is none becomes opaque.

        Args:
            tree: What came.
            decoder: The one of the message that it came in.
            objects: Whether objects of the classes that were asked for are expected here. Where a
                number or a table is, one that answers like it does not pass.
        """
        before, self._objects = self._objects, objects
        try:
            return (decoder or Decoder(self)).decode(tree)
        except MalformedError:
            return opaque("malformed")
        finally:
            self._objects = before

    # Using what the other side has

    def use(
        self,
        what: str,
        number: int,
        arguments: tuple[Any, ...],
        named: dict[str, Any] | None = None,
        *,
        objects: bool = True,
    ) -> Any:
        """Do something with an object of the other side, and return what comes of it.

        Args:
            what: ``call``, ``next``, ``get``, ``set``, ``copy``, ``deepcopy``, or the name of a
                special method.
            number: The object's.
            arguments: Positional arguments; lists and other containers that are changed in place
                there are changed here too.
            named: Keyword arguments.
            objects: See `decode`.

        Raises:
            BaseException: What was raised there, as the nearest class that is known here.
        """
        with self.lock:
            ticket = next(self._tickets)
            given = [*arguments, *(named or {}).values()]
            encoder = Encoder(self)
            sent = [encoder.encode(list(arguments)), encoder.encode(named or {})]
            message = {
                "kind": "call", "what": what, "ticket": ticket, "number": number,
                "arguments": sent, "state": self.state.sent(self),
            }  # fmt: skip
            with self._whole_frame():
                wire.send(self.channel, message)
            return self._result(self._await(ticket), given, objects=objects)

    def _await(self, ticket: int) -> dict[str, Any]:
        answered = False
        try:
            while True:
                message = self._next()
                if message["kind"] == "call":
                    self.answer(message)
                elif message.get("ticket") == ticket:
                    answered = True
                    return message
        finally:
            if not answered:  # an interrupt has come: nobody waits for the answer any more
                with contextlib.suppress(wire.Broken), self._whole_frame():
                    wire.send(self.channel, {"kind": "cancel", "ticket": ticket})

    def _next(self) -> dict[str, Any]:
        # In slices, so that an exception that is raised in this thread from outside gets through.
        while True:
            if wire.is_ready(self.channel, _SLICE):
                with self._whole_frame():
                    message = wire.receive(self.channel, time.monotonic() + 60)
                if isinstance(message, dict) and "kind" in message:
                    return message

    @contextlib.contextmanager
    def _whole_frame(self) -> Iterator[None]:
        """Keep interrupts off while a frame passes: half of one puts all that follows out of step.

        What another thread raises in this one cannot be kept off; it is noted.
        """
        self._on_wire = True
        try:
            yield
        except wire.Broken:
            raise
        except BaseException:
            self._cut = True
            raise
        finally:
            self._on_wire = False
        if self._put_off:
            self._put_off = False
            raise KeyboardInterrupt

    def put_off(self) -> bool:
        """Keep an interrupt for later if a frame is passing, and say whether one is."""
        self._put_off = self._put_off or self._on_wire
        return self._on_wire

    def require_whole(self) -> None:
        """Refuse to go on after a frame that was cut.

        Raises:
            RuntimeError: If there was one.
        """
        if self._cut:
            message = "a message was cut off half-way"
            raise RuntimeError(message)

    def _result(self, message: dict[str, Any], given: list[Any], *, objects: bool) -> Any:
        for name, text in message.get("shown", ()):
            stream = sys.stderr if name == "stderr" else sys.stdout
            print(str(text), end="", file=stream)
        self.state.brought(message.get("state") or {})
        for place, tree in message.get("changed", ()):
            _change(self, given[int(place)], self.decode(tree))
        decoder = Decoder(self, given)
        if "raised" in message:
            raised = self.decode(["exception", *message["raised"]], decoder)
            raise raised if isinstance(raised, BaseException) else RuntimeError("malformed")
        return self.decode(message.get("value"), decoder, objects=objects)

    # What the other side uses

    def answer(self, message: dict[str, Any]) -> None:
        """Do what the other side asks for, and send back what comes of it."""
        reply: dict[str, Any] = {"kind": "return", "ticket": message.get("ticket")}
        shown: list[tuple[str, str]] = []
        try:
            self.state.taken(self, message.get("state") or {})
            decoder = Decoder(self)
            arguments, named = (self.decode(tree, decoder) for tree in message["arguments"])
            given = [*arguments, *named.values()]
            before = [_state(self, value) for value in given]
            try:
                with _captured(shown), self.while_called():
                    value = self._do(message["what"], message["number"], arguments, named)
                reply["value"] = Encoder(self, given).encode(value)
            finally:
                reply["changed"] = _changed(self, given, before)
        except BaseException as problem:  # noqa: BLE001 - whatever is raised is the result
            tree = Encoder(self).encode(problem)
            plain = [names_of(type(problem)), [], safe_text(problem), [], None]
            reply["raised"] = tree[1:] if tree[0] == "exception" else plain
        reply["shown"] = shown
        reply["state"] = self.state.returned()
        with self._whole_frame():
            wire.send(self.channel, reply)

    def _do(self, what: str, number: int, arguments: list[Any], named: dict[str, Any]) -> Any:
        thing = self._kept[number]
        if not self.open and (number not in self._lent or what not in ("call", "next")):
            message = "this cannot be used from there"
            raise PermissionError(message)
        if what == "next":
            try:
                return (True, next(thing))
            except StopIteration as end:
                return (False, end.value)
        if what in ("copy", "deepcopy"):
            return getattr(copy, what)(thing)
        if what == "get":
            return getattr(thing, *arguments)
        if what == "set":
            return setattr(thing, *arguments)
        function = thing if what == "call" else types.MethodType(getattr(type(thing), what), thing)
        # Called from the cells' own names, so that warnings are shown as they are in a notebook.
        self.space.get("__warningregistry__", {}).clear()
        inside = {"_function_": function, "_arguments_": arguments, "_named_": named}
        return eval(_CALL, self.space, inside)  # noqa: S307 - a constant


# Functions that stand in -----------------------------------------------------------------------


def _as_described(call: Callable[..., Any], described: list[Any]) -> Callable[..., Any]:
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


def _is_behaviour(kind: type, name: Any) -> bool:
    """Whether a class has a method or property of a name."""
    found = getattr(kind, str(name), None)
    return callable(found) or isinstance(found, property)


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


class _Meta(type):
    """Makes objects of the other side, and offers what its class has."""

    _peer_: Peer
    _plan_: ClassPlan
    _number_: int
    _added_: set[str]
    _ready_: bool

    def __call__(cls, *arguments: Any, **named: Any) -> Any:
        return cls._peer_.use("call", cls._number_, arguments, named)


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


class _Thing(metaclass=_Meta):
    """An object of the other side, of a class that was asked for."""

    def __getattr__(self, name: str) -> Any:
        kind: Any = type(self)
        if name not in kind._added_:
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


def _stand_in_class(
    peer: Peer, plan: ClassPlan, number: int, names: list[str], bases: list[Any]
) -> Any:
    raised = [base for base in bases if isinstance(base, type) and issubclass(base, BaseException)]
    raised += [kind for name in names[1:] if isinstance(kind := vars(builtins).get(name), type)
               and issubclass(kind, BaseException)]  # fmt: skip
    if raised:
        return type(plan.name, (raised[0],), {"__module__": "__main__"})
    above = tuple(base for base in bases if isinstance(base, type) and base is not object)
    if not any(isinstance(base, _Meta) for base in above):
        above = (_Thing, *above)
    metas = {type(base) for base in above if not issubclass(_Meta, type(base))}
    meta = type("_Meta", (_Meta, *metas), {}) if metas - {_Meta} else _Meta
    space: dict[str, Any] = {
        "__module__": "__main__", "_peer_": peer, "_plan_": plan, "_number_": number,
        "_added_": set(), "_ready_": False,
    }  # fmt: skip
    for name in plan.members:
        space[name] = _Member(name)
    for name in plan.special - _NOT_TAKEN_OVER:
        space[name] = None if name == "__hash__" and "__eq__" in plan.special else _special(name)
    if "__eq__" in plan.special:
        space["__hash__"] = _special("__hash__")
    made = meta(plan.name, above, space)
    made._ready_ = True
    return made


def _special(name: str) -> Callable[..., Any]:
    def method(self: Any, *arguments: Any) -> Any:
        # Objects are compared with their like alone: what is equal to everything is no answer.
        if name in _COMPARISONS and not isinstance(arguments[0], _Thing):
            return NotImplemented
        kind = type(self)
        return kind._peer_.use(name, self._number_, arguments)

    method.__name__ = name
    return method


# Arguments and output --------------------------------------------------------------------------


def _state(peer: Peer, value: Any) -> bytes | None:
    changeable = isinstance(value, list | dict | set | bytearray | io.StringIO)
    if changeable or hasattr(value, "__array__") or peer.shared(type(value)):
        return wire.pack(Encoder(peer).encode(value))
    return None


def _changed(peer: Peer, given: list[Any], before: list[bytes | None]) -> list[tuple[int, Any]]:
    changed = []
    for place, (value, old) in enumerate(zip(given, before, strict=True)):
        if old is not None:
            tree = Encoder(peer).encode(value)
            if wire.pack(tree) != old:
                changed.append((place, tree))
    return changed


def _change(peer: Peer, value: Any, new: Any) -> None:
    """Give an object the content that its copy has got elsewhere."""
    if type(value) is type(new) and peer.shared(type(value)):
        vars(value).clear()
        vars(value).update(vars(new))
        return
    for base, change in _CHANGES.items():
        if isinstance(value, base) and isinstance(new, base):
            change(value, new)
            return
    name = type(value).__name__ if type(value) is type(new) else ""
    if name == "ndarray" and value.shape == new.shape:
        value[...] = new
    elif name in ("DataFrame", "Series"):
        value.__init__(new)


def _replace(value: Any, new: Any) -> None:
    value[:] = new


def _refill(value: Any, new: Any) -> None:
    value.clear()
    value.update(new)


def _rewrite(value: io.StringIO, new: io.StringIO) -> None:
    value.seek(0)
    value.truncate()
    value.write(new.getvalue())
    value.seek(new.tell())


_CHANGES: dict[type, Callable[[Any, Any], None]] = {
    list: _replace, bytearray: _replace, dict: _refill, set: _refill, io.StringIO: _rewrite,
}  # fmt: skip


class _Kept(io.TextIOBase):
    def __init__(self, name: str, shown: list[tuple[str, str]]) -> None:
        super().__init__()
        self._name, self._shown = name, shown

    def write(self, text: str) -> int:
        if len(self._shown) < _MOST_SHOWN:  # a flood is cut off
            self._shown.append((self._name, text[:10_000]))
        return len(text)


@contextlib.contextmanager
def _captured(shown: list[tuple[str, str]]) -> Iterator[None]:
    out, err = _Kept("stdout", shown), _Kept("stderr", shown)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        yield


def _ask(*prompt: Any) -> str:
    """What `input` of the other side does while it is called from here."""
    return builtins.input(*prompt)
