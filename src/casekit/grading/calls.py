"""Use functions and objects of another process: arguments and results travel as plain data.

Both sides have a `Peer`. What cannot be sent is kept here and known there by a number; what stands
in for it there sends back what is done with it. A call that waits for its result answers calls that
come meanwhile, so that a function given as an argument works too.
"""

import builtins
import collections
import contextlib
import copy
import enum
import functools
import importlib
import io
import itertools
import operator
import socket
import sys
import threading
import time
import types
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from casekit.grading import wire
from casekit.grading.decoding import Decoder, Said
from casekit.grading.encoding import Encoder, attributes_of, names_of, safe_text
from casekit.grading.limits import MOST_CHARACTERS
from casekit.grading.sharing import Shared
from casekit.grading.standins import ClassPlan, Meta, as_described, is_behaviour, stand_in_class
from casekit.grading.values import MalformedError, Opaque, opaque

_SLICE = 0.05
_MOST_KEPT = 200_000
_MOST_SHOWN = 1000
_INPUT = 0
_PROTOCOL: dict[str, Callable[[Any], Any]] = {
    "__iter__": iter, "__bool__": bool, "__len__": len, "__reversed__": reversed,
}  # fmt: skip
_ENUMERATIONS = ("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag")
_ENDS = (StopIteration, StopAsyncIteration, GeneratorExit)
_ENDING = ("__next__", "__anext__")


def _itself(value: Any) -> Any:
    return value


_ITERATORS: dict[str, Callable[[Iterator[Any]], Any]] = {
    "generator": lambda run: run,
    "map": lambda run: map(_itself, run),
    "filter": lambda run: filter(lambda _: True, run),
}
_CALL = compile("_function_(*_arguments_, **_named_)", "<call>", "eval")


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
        masks: Whether arrays with masked or missing values are expected here.
        first: This side's first number for a container; odd on one side, even on the other.
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
    masks: bool = True
    first: int = 1

    def __post_init__(self) -> None:
        self._kept: list[Any] = [_ask]
        self._lent = {_INPUT}
        self._places: dict[int, int] = {}
        self._stand_ins: dict[int, tuple[Any, int]] = {}
        self._things: dict[int, Any] = {}
        self._opaque: dict[int, Any] = {}
        self._handing = self._has_objects = False
        self._handed: set[int] = set()
        self._given: set[int] = set()
        self._functions: dict[tuple[int, bool], Any] = {}
        self._kinds: dict[str, type] = {}
        self._objects = False
        self._tickets = itertools.count()
        self._on_wire = self._put_off = self._cut = False
        self._holding: set[int] = set()
        self._enumerations: dict[int, Any] = {}
        self._tuples: dict[tuple[str, tuple[str, ...]], Any] = {}
        self.containers = Shared(self.first, self.content)
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
        """Return the number of what an object stands in for, which is sent now."""
        number = self.number_of(thing)
        if number is not None and self._handing:
            self._handed.add(number)
        return number

    def number_of(self, thing: Any) -> int | None:
        """Return the number of what an object stands in for."""
        found = self._stand_ins.get(id(thing))
        return found[1] if found else None

    def shared(self, kind: type) -> str:
        """Return the name of a class that both sides have."""
        found = self.shared_classes().get(kind.__name__)
        return kind.__name__ if found is kind else ""

    def share(self, thing: Any) -> int:
        """Return the number by which both sides know a container, which is sent now."""
        number = self.containers.number(thing)
        if self._handing:
            self._given.add(number)
        return number

    def known(self, thing: Any) -> int:
        """Return the number of a container that has come from the other side."""
        return self.containers.number(thing)

    def begin(self) -> None:
        """Begin a cell: nothing has been handed over in it yet."""
        self._handed.clear()
        self._given.clear()
        self.containers.begin()

    def content(self, thing: Any) -> bytes:
        """Return how a value stands, to compare it with what it is later; nothing is sent."""
        try:
            return wire.pack(Encoder(_Looking(self)).tree(thing, 0))
        except Exception:  # noqa: BLE001 - too large to look at
            return b""

    def passed(self, things: Iterable[Any]) -> None:
        """Note how containers stand that both sides have so now."""
        self.containers.passed(things)

    def changes(self, encoder: Encoder, always: Iterable[Any] = ()) -> list[Any]:
        """Return the containers that have changed here since they passed."""
        return [encoder.encode(thing) for thing in self.containers.changed(always)]

    # As a receiver

    def find(self, number: int) -> Any:
        """Return the container that both sides know by a number, or None.

        One with objects in it is found where they are expected, and where it was handed over.
        """
        return None if self._is_closed(number) else self.containers.find(number)

    def _is_closed(self, number: int) -> bool:
        kept = number in self._holding and number not in self._given
        self._has_objects |= number in self._holding
        return kept and not self._objects

    def adopt(self, number: int, thing: Any) -> None:
        """Know a container by a number from now on."""
        if not self._is_closed(number):
            self.containers.know(number, thing)
            if self._objects and self._has_objects:
                self._holding.add(number)

    def change(self, thing: Any, new: Any) -> bool:
        """Give a container the content of another, and say whether it has it."""
        return change(self, thing, new)

    def follow(self, changes: Any, decoder: Decoder) -> None:
        """Change containers here that have changed on the other side."""
        for tree in changes if isinstance(changes, list) else ():
            number = tree[1] if isinstance(tree, list) and tree[:1] == ["once"] else None
            known = isinstance(number, int) and number in self._holding
            self.decode(tree, decoder, objects=known)

    def function(self, number: int, described: list[Any]) -> Any:
        """Return a function that calls the other side's."""
        objects = self._objects
        if (number, objects) in self._functions:
            return self._functions[number, objects]

        def call(*arguments: Any, **named: Any) -> Any:
            return self.use("call", number, arguments, named, objects=objects)

        made = self._stand_in(as_described(call, described), number)
        self._functions[number, objects] = made
        return made

    def iterator(self, number: int, kind: str) -> Any:
        """Return an iterator over the other side's: a generator where that is one."""
        objects = self._objects

        def run() -> Generator[Any, Any, Any]:
            sent = None
            while True:
                what, arguments = ("next", ()) if sent is None else ("send", (sent,))
                more, value = self.use(what, number, arguments, objects=objects)
                if not more:
                    return value
                sent = yield value

        return self._stand_in(_ITERATORS.get(kind, itertools.chain)(run()), number)

    def library(self, module: str, name: str) -> Any:
        """Return a library's function or class; the side that judges takes none by name."""
        if not self.open:
            return opaque("function")
        found: Any = importlib.import_module(module)
        for word in name.split("."):
            found = getattr(found, word)
        return found

    def member(self, kind: Any, name: str) -> Any:
        """Return a member of an enumeration, or of the one of the instructor's of a name."""
        found: Any = self.shared_classes()[kind] if isinstance(kind, str) else kind
        return found[name] if issubclass(found, enum.Enum) else opaque("member")

    def tuple_type(self, name: str, fields: tuple[str, ...]) -> Any:
        """Return the class of named tuples of a name and some fields."""
        if (name, fields) not in self._tuples:
            made: Any = collections.namedtuple  # noqa: PYI024 - at run time
            self._tuples[name, fields] = made(name, fields)
        return self._tuples[name, fields]

    def named_tuples(self, number: int, kind: Any, defaults: Sequence[Any]) -> Any:
        """Return a class of named tuples that stands in for one of the other side."""
        kind.__new__.__defaults__ = tuple(defaults)
        kind._field_defaults = dict(zip(kind._fields[-len(defaults) :], defaults, strict=False))
        return self._stand_in(kind, number)

    def named_tuple(self, kind: str, values: Sequence[Any]) -> Any:
        """Return a tuple of a class of the instructor's, or None if there is none of that name."""
        found: Any = self.shared_classes().get(kind)
        is_one = found is not None and issubclass(found, tuple) and hasattr(found, "_make")
        return found._make(values) if is_one else None

    def kind(self, number: int, names: list[str], bases: list[Any], said: Said) -> Any:
        """Return a class that makes the other side's objects, if it is one that was asked for."""
        shared = self.shared_classes().get(names[0] if names else "")
        if shared is not None:
            return shared
        plan = self.classes.get(names[0]) if names and self._objects else None
        if plan is None:
            return opaque(names[0] if names else "type")
        known = self._kinds.get(plan.name)
        if known is not None and self.number_of(known) == number:
            return known
        parts = (names, bases, said)
        self._kinds[plan.name] = made = stand_in_class(self, plan, number, *parts)
        made.__doc__ = said.doc
        return self._stand_in(made, number)

    def enumeration(
        self, number: int, base: str, name: str, members: Sequence[tuple[str, Any]]
    ) -> Any:
        """Return an enumeration like the other side's."""
        if number not in self._enumerations:
            kind: Any = getattr(enum, base) if base in _ENUMERATIONS else enum.Enum
            self._enumerations[number] = kind(name, list(members), module="__main__")
        return self._stand_in(self._enumerations[number], number)

    def thing(self, number: int, kind: Any) -> Any:
        """Return an object of a class that was asked for, or an opaque one."""
        if number in self._things and (self._objects or number in self._handed):
            self._has_objects = True
            return self._things[number]
        if not isinstance(kind, Meta):
            if number not in self._opaque:
                name = type(kind).__name__ if isinstance(kind, Opaque) else "object"
                self._opaque[number] = self._stand_in(opaque(name), number)
            return self._opaque[number]
        made: Any = object.__new__(kind)  # type: ignore[arg-type]
        object.__setattr__(made, "_number_", number)
        self._things[number] = made
        self._has_objects = True
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

    def instance(self, name: str, attributes: Iterable[tuple[Any, Any]]) -> Any:
        """Return an object of a class of the instructor's, with the attributes that were sent."""
        kind: Any = self.shared_classes()[name]
        made = kind.__new__(kind)
        for word, value in attributes:
            # What its class offers stays the class's: no attribute stands before a method.
            is_data = self.open or not (callable(value) or is_behaviour(kind, word))
            if is_data and not str(word).startswith("__"):
                object.__setattr__(made, word, value)
        return made

    def exceptions(self) -> Mapping[str, type[BaseException]]:
        """Return the exception classes of the assignment, by name."""
        known = {**self.shared_classes(), **self._kinds}
        return {name: kind for name, kind in known.items() if issubclass(kind, BaseException)}

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
        before, self._objects, self._has_objects = self._objects, objects, False
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
            encoder = Encoder(self)
            changed = self.changes(encoder)
            with self._handing_over():
                sent = [encoder.encode(list(arguments)), encoder.encode(named or {})]
            asked = {
                "what": what, "number": number, "changed": changed, "arguments": sent,
                "state": self.state.sent(self),
            }  # fmt: skip
            with self._whole_frame():
                wire.send(self.channel, wire.sealed("call", ticket, asked))
            may_end = what in _ENDING
            return self._result(self._await(ticket), objects=objects, may_end=may_end)

    @contextlib.contextmanager
    def _handing_over(self) -> Iterator[None]:
        """What is sent meanwhile may come back under its number."""
        before, self._handing = self._handing, True
        try:
            yield
        finally:
            self._handing = before

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

    def _result(self, message: dict[str, Any], *, objects: bool, may_end: bool) -> Any:
        told = wire.unpack(message["inside"])
        for name, text in told.get("shown", ()):
            stream = sys.stderr if name == "stderr" else sys.stdout
            print(str(text), end="", file=stream)
        self.state.brought(told.get("state") or {})
        decoder = Decoder(self)
        self.follow(told.get("changed"), decoder)
        if "raised" in told:
            raised = self.decode(["exception", *told["raised"]], decoder)
            if isinstance(raised, _ENDS) and not may_end:  # it would end the loop that calls
                reason = f"a function raised {type(raised).__name__}"
                raise RuntimeError(reason) from raised
            raise raised if isinstance(raised, BaseException) else RuntimeError("malformed")
        return self.decode(told.get("value"), decoder, objects=objects)

    # What the other side uses

    def answer(self, message: dict[str, Any]) -> None:
        """Do what the other side asks for, and send back what comes of it."""
        told: dict[str, Any] = {}
        shown: list[tuple[str, list[str]]] = []
        decoder, encoder = Decoder(self), Encoder(self)
        try:
            asked = wire.unpack(message["inside"])
            self.follow(asked["changed"], decoder)
            self.state.taken(self, asked.get("state") or {})
            arguments, named = (self.decode(tree, decoder) for tree in asked["arguments"])
            try:
                with _captured(shown), self.while_called():
                    value = self._do(asked["what"], asked["number"], arguments, named)
            finally:
                told["changed"] = self.changes(encoder, decoder.met)
                encoder.refer(decoder.met)
            with self._handing_over():
                told["value"] = encoder.encode(value)
        except BaseException as problem:  # noqa: BLE001 - whatever is raised is the result
            tree = encoder.encode(problem)
            tree = tree[2] if tree[0] == "once" else tree
            plain = [names_of(type(problem)), [], safe_text(problem), [], None]
            told["raised"] = tree[1:] if tree[0] == "exception" else plain
        told["shown"] = [(name, "".join(parts)) for name, parts in shown]
        told["state"] = self.state.returned()
        with self._whole_frame():
            wire.send(self.channel, wire.sealed("return", message.get("ticket"), told))

    def _do(self, what: str, number: int, arguments: list[Any], named: dict[str, Any]) -> Any:
        thing = self._kept[number]
        if not self.open and (number not in self._lent or what not in ("call", "next", "send")):
            message = "this cannot be used from there"
            raise PermissionError(message)
        if what in ("next", "send"):
            try:
                return (True, next(thing) if what == "next" else thing.send(*arguments))
            except StopIteration as end:
                return (False, end.value)
        if what in ("copy", "deepcopy"):
            return getattr(copy, what)(thing)
        if what == "get":
            return getattr(thing, *arguments)
        if what == "set":
            return setattr(thing, *arguments)
        function = thing if what == "call" else _method(thing, what)
        # Called from the cells' own names, so that warnings are shown as they are in a notebook.
        self.space.get("__warningregistry__", {}).clear()
        inside = {"_function_": function, "_arguments_": arguments, "_named_": named}
        return eval(_CALL, self.space, inside)  # noqa: S307 - a constant


def _method(thing: Any, name: str) -> Callable[..., Any]:
    """A special method of an object, or what Python does for want of it."""
    kind = type(thing)
    if name in _PROTOCOL:
        return functools.partial(_PROTOCOL[name], thing)
    if getattr(kind, name, None) not in (None, getattr(object, name, None)):
        return types.MethodType(getattr(kind, name), thing)
    if hasattr(operator, name):
        return functools.partial(getattr(operator, name), thing)
    return types.MethodType(getattr(kind, name, lambda *_: NotImplemented), thing)


class _Looking:
    """What an encoder needs to look at a value that is not sent: no number is given to anything.

    The other side may use what it has a number for.
    """

    open = True

    def __init__(self, peer: Peer) -> None:
        self.theirs, self.shared, self.asked = peer.number_of, peer.shared, peer.asked

    def keep(self, thing: Any, *, lend: bool = False) -> int:
        del lend
        return id(thing)

    def share(self, thing: Any) -> int:
        return id(thing)

    known = share

    def passed(self, things: Iterable[Any]) -> None:
        """Nothing has."""


# Arguments and output --------------------------------------------------------------------------


def change(peer: Peer, value: Any, new: Any) -> bool:
    """Give an object the content that its copy has got elsewhere, and say whether it has it."""
    if isinstance(value, enum.Enum):  # nobody's to change
        return value is new
    if type(value) is type(new) and peer.shared(type(value)):
        _set_attributes(value, attributes_of(new), whole=peer.open)
        return True
    for base, give in _CHANGES.items():
        if isinstance(value, base) and isinstance(new, base):
            give(value, new)
            return True
    name = type(value).__name__ if type(value) is type(new) else ""
    if name == "ndarray" and value.shape == new.shape and value.dtype == new.dtype:
        if value.flags.writeable:
            value[...] = new
        return bool(value.flags.writeable) or value.tobytes() == new.tobytes()
    if name in ("DataFrame", "Series"):
        value.__init__(new)
        return True
    return False


def _set_attributes(value: Any, new: dict[str, Any], *, whole: bool) -> None:
    before = attributes_of(value)
    for word in before.keys() - new.keys():
        if whole or not callable(before[word]):  # functions do not travel to who judges
            object.__delattr__(value, word)
    for word, each in new.items():
        object.__setattr__(value, word, each)


def _replace(value: bytearray, new: bytearray) -> None:
    value[:] = new


def _refit(value: Any, new: Any) -> None:
    value.clear()
    value.extend(new)


def _rewrite(value: io.StringIO, new: io.StringIO) -> None:
    value.seek(0)
    value.truncate()
    value.write(new.getvalue())
    value.seek(new.tell())


_CHANGES: dict[type, Callable[[Any, Any], None]] = {
    bytearray: _replace,
    io.StringIO: _rewrite,
    collections.deque: _refit,
}


class _Kept(io.TextIOBase):
    """A stream that keeps what is written, up to a limit."""

    def __init__(self, name: str, shown: list[tuple[str, list[str]]]) -> None:
        super().__init__()
        self._name, self._shown = name, shown
        self._left = MOST_CHARACTERS

    def write(self, text: str) -> int:
        part = text[: self._left]
        if part:
            is_first = self._left == MOST_CHARACTERS
            self._left -= len(part)
            if self._shown and self._shown[-1][0] == self._name:
                self._shown[-1][1].append(part)
            elif is_first or len(self._shown) < _MOST_SHOWN:  # a flood is cut off
                self._shown.append((self._name, [part]))
        return len(text)


@contextlib.contextmanager
def _captured(shown: list[tuple[str, list[str]]]) -> Iterator[None]:
    out, err = _Kept("stdout", shown), _Kept("stderr", shown)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        yield


def _ask(*prompt: Any) -> str:
    """What `input` of the other side does while it is called from here."""
    return builtins.input(*prompt)
