"""Containers that both sides have: what is one object for a program stays one object.

A list that a test hands over and a function gives back is the same list afterwards, and what one
side changes in it is changed on the other when the next message passes, as in one process.
"""

import collections
import io
import operator
import sys
from collections.abc import Callable, Iterable
from typing import Any

from casekit.grading.encoding import attributes_of, items_of

_MOST_LOOKED_AT = 20_000
_MOST_LOOKED_AT_IN_ALL = 20_000_000
_FEW = 100
_LARGE = 200


class Shared:
    """The containers that both sides know by number, and how they stood when a message last passed.

    Args:
        first: This side's first number; it takes every second one.
        held: Says how a container stands that is neither Python's own nor NumPy's, by its content.
    """

    def __init__(self, first: int, held: Callable[[Any], bytes]) -> None:
        self._next = self._first = first
        self._held = held
        self._known: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._before: dict[int, Any] = {}
        self._left = _MOST_LOOKED_AT_IN_ALL
        self._most_known = _FEW

    def number(self, thing: Any) -> int:
        """Return the number of a container, which is known from now on."""
        number = self._numbers.get(id(thing))
        if number is None:
            number, self._next = self._next, self._next + 2
            self.know(number, thing)
        return number

    def find(self, number: int) -> Any:
        """Return the container of a number, or None."""
        return self._known.get(number)

    def know(self, number: int, thing: Any) -> None:
        """Take a container for the one of a number.

        Raises:
            LookupError: If it would be one of this side's own that was never given.
        """
        if number >= self._next and (number - self._first) % 2 == 0:
            message = "no container of this side has that number"
            raise LookupError(message)
        self._forget(number)
        self._known[number] = thing
        self._numbers[id(thing)] = number

    def passed(self, things: Iterable[Any]) -> None:
        """Note how containers stand that have just passed, either way."""
        for thing in things:
            number = self._numbers.get(id(thing))
            if number is not None:
                self._known[number] = self._known.pop(number)  # the latest come last
                self._before[number] = _Before(thing, self._held)

    def begin(self) -> None:
        """Begin anew with how many containers are looked at."""
        self._left = _MOST_LOOKED_AT_IN_ALL

    def changed(self, always: Iterable[Any] = ()) -> list[Any]:
        """Return containers that have changed since they passed, and forget those nobody uses.

        Args:
            always: Those that are looked at however large they are. Of the others the latest are,
                up to a limit.
        """
        sure = {id(thing) for thing in always}
        found = [thing for thing in always if self._has_changed(thing)]
        room = min(_MOST_LOOKED_AT, self._left)
        thing: Any = None
        for thing in reversed([*self._known.values()]):
            if id(thing) not in sure:
                size = _size(thing)
                if size <= room:
                    self._left -= size
                    room -= size
                    if self._has_changed(thing):
                        found.append(thing)
        del thing
        if len(self._known) > self._most_known:  # now and then: there may be many
            self._forget_unused()
            self._most_known = 2 * len(self._known) + _FEW
        return found

    def _has_changed(self, thing: Any) -> bool:
        before = self._before.get(self._numbers.get(id(thing), -1))
        return before is not None and before.differs(thing)

    def _forget(self, number: int) -> None:
        thing = self._known.pop(number, None)
        if thing is not None and self._numbers.get(id(thing)) == number:
            del self._numbers[id(thing)]
        self._before.pop(number, None)

    def _forget_unused(self) -> None:
        """Forget containers that nothing but this holds; one that comes again is known again."""
        alone = _references({0: []})[0]  # of what a dictionary alone holds
        for number, count in _references(self._known).items():
            if count <= alone:
                self._forget(number)


def _references(known: dict[int, Any]) -> dict[int, int]:
    return {number: sys.getrefcount(thing) for number, thing in known.items()}


class _Before:
    """How a container stood; its parts by identity, so that a look at it is quick."""

    def __init__(self, thing: Any, held: Callable[[Any], bytes]) -> None:
        self._parts, self._bytes, self._of = _parts(thing), b"", held
        if self._parts is None:
            self._bytes = _bytes(thing, held)

    def differs(self, thing: Any) -> bool:
        """Whether it stands otherwise now."""
        if self._parts is None:
            return _bytes(thing, self._of) != self._bytes
        now = _parts(thing)
        same_length = now is not None and len(now) == len(self._parts)
        return not (same_length and all(map(operator.is_, now or (), self._parts)))


def _parts(thing: Any) -> list[Any] | None:
    if isinstance(thing, list):
        return [*list.__iter__(thing)]
    if isinstance(thing, dict):
        return [part for pair in items_of(thing) for part in pair]
    if isinstance(thing, set):
        return [*set.__iter__(thing)]
    if isinstance(thing, collections.deque):
        return [*thing]
    if isinstance(thing, bytearray | io.StringIO) or hasattr(thing, "__array__"):
        return None
    return [part for pair in attributes_of(thing).items() for part in pair]


def _bytes(thing: Any, held: Callable[[Any], bytes]) -> bytes:
    if isinstance(thing, bytearray):
        return bytes(thing)
    if isinstance(thing, io.StringIO):
        return f"{thing.tell()} {thing.getvalue()}".encode("utf-8", "surrogatepass")
    plain = type(thing).__name__ == "ndarray" and thing.dtype.kind != "O"
    return thing.tobytes() + str(thing.shape).encode() if plain else held(thing)


def _size(thing: Any) -> int:
    """How much there is to look at."""
    if isinstance(thing, list | dict | set | collections.deque):
        return 1 + len(thing)
    if isinstance(thing, bytearray):
        return 1 + len(thing) // 16
    if isinstance(thing, io.StringIO):
        return 1 + thing.tell() // 16
    if type(thing).__name__ == "ndarray":
        return 1 + int(thing.nbytes) // 64
    if hasattr(thing, "__array__"):  # a table, which is packed to be looked at
        size = getattr(thing, "size", 0)
        return _LARGE + (size if isinstance(size, int) else 0)
    return 1 + len(attributes_of(thing))
