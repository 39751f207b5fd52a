"""Two peers: what is one object stays one, and changes on one side reach the other."""

import inspect
import socket
import threading
from collections import Counter, deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casekit.grading import wire
from casekit.grading.calls import Peer
from casekit.grading.encoding import Encoder
from casekit.grading.sharing import Shared


class Pair:
    """A judging peer, and a student's in a thread that answers it."""

    def __init__(self):
        ours, theirs = socket.socketpair()
        self.judge = Peer(ours, open=False, first=2)
        self.student = Peer(theirs)
        self._thread = threading.Thread(target=self._serve, args=(theirs,), daemon=True)
        self._thread.start()

    def _serve(self, channel):
        while True:
            try:
                message = wire.receive(channel)
            except wire.Broken:
                return
            self.student.answer(message)

    def lend(self, function):
        """Return what stands in the judge for a function of the student's."""
        return self.judge.decode(Encoder(self.student).encode(function))

    def close(self):
        self.judge.channel.close()
        self._thread.join(5)
        self.student.channel.close()


@pytest.fixture
def pair():
    made = Pair()
    yield made
    made.close()


def test_a_list_that_comes_back_is_the_list_that_was_given(pair):
    same, rows = pair.lend(lambda x: x), pair.lend(lambda x: x[:])
    grid = [[1], [2]]
    assert same(grid) is grid
    other = rows(grid)
    assert other is not grid
    assert other[0] is grid[0]


def test_a_list_that_is_kept_there_follows_what_happens_on_either_side(pair):
    kept = []

    def keep(each):
        kept.append(each)

    keep_, look = pair.lend(keep), pair.lend(lambda: kept[0])
    grow = pair.lend(lambda: kept[0].append("there"))
    mine = ["here"]
    keep_(mine)
    mine.append("later")
    assert look() is mine
    grow()
    assert mine == ["here", "later", "there"]


def test_a_default_that_is_changed_is_seen_to_be_one_object(pair):
    def push(each, to=[]):  # noqa: B006 - the mistake in question
        to.append(each)
        return to

    call = pair.lend(push)
    one, two = call(1), call(2)
    assert one is two
    assert one == [1, 2]


@pytest.mark.parametrize(
    ("thing", "change"),
    [
        ({"a": 1}, lambda thing: thing.update(b=2)),
        ({1}, lambda thing: thing.add(2)),
        (deque([1]), lambda thing: thing.append(2)),
        (bytearray(b"a"), lambda thing: thing.extend(b"b")),
        (Counter("ab"), lambda thing: thing.update("a")),
        (np.zeros(3), lambda thing: thing.__setitem__(1, 5.0)),
    ],
    ids=lambda each: type(each).__name__,
)
def test_what_a_function_changes_in_place_is_changed(pair, thing, change):
    before = repr(thing)
    pair.lend(change)(thing)
    assert repr(thing) != before


def test_a_list_that_holds_itself_passes(pair):
    knot = [1]
    knot.append(knot)
    back = pair.lend(lambda x: x)(knot)
    assert back is knot
    assert back[1] is back


def test_a_source_stays_with_the_judge_and_a_librarys_function_goes_by_name(pair):
    seen = []
    call = pair.lend(seen.append)
    call(lambda x, secret=20.25: x + secret)
    call(np.mean)
    [lent, mean] = seen
    told = [inspect.signature(lent), lent.__code__.co_names, lent.__dict__]
    assert "20.25" not in repr(told)
    with pytest.raises(OSError, match="could not get source"):
        inspect.getsource(lent)
    assert mean is np.mean


def test_a_number_that_was_never_given_is_refused():
    shared = Shared(2, lambda _: b"")
    mine = []
    assert shared.number(mine) == 2
    with pytest.raises(LookupError):
        shared.know(4, [])
    shared.know(7, [])


def test_what_nobody_holds_is_forgotten():
    shared = Shared(1, lambda _: b"")
    held = [1]
    shared.number(held)
    for each in range(1000):
        shared.number([each])
    shared.passed([held])
    assert shared.changed() == []
    assert shared.find(1) is held
    assert not any(shared.find(number) for number in range(3, 2001, 2))


_SMALL = st.integers(-3, 3) | st.text(max_size=2) | st.none()
_STEP = st.sampled_from(["append", "pop", "nest", "clear", "reverse"])


@settings(max_examples=40, deadline=None)
@given(start=st.lists(_SMALL, max_size=4), steps=st.lists(st.tuples(st.booleans(), _STEP)))
def test_both_sides_agree_whoever_changes_what(start, steps):
    """A list and a list in it, changed by turns: is it what one process would have made of it?"""
    pair = Pair()
    try:
        there = {name: pair.lend(change) for name, change in _CHANGES.items()}
        plain, both = [*start, []], [*start, []]
        inner = (plain[-1], both[-1])
        for is_there, name in steps:
            _CHANGES[name](plain)
            (there if is_there else _CHANGES)[name](both)
        assert both == plain
        stays = [
            any(each is one for each in whole)
            for one, whole in zip(inner, (plain, both), strict=True)
        ]
        assert stays[0] == stays[1]
    finally:
        pair.close()


def _pop(thing):
    if thing:
        thing.pop()


def _nest(thing):
    lists = [each for each in thing if isinstance(each, list)]
    if lists:
        lists[0].append("nested")


_CHANGES = {
    "append": lambda thing: thing.append("more"), "pop": _pop, "nest": _nest,
    "clear": lambda thing: thing.clear(), "reverse": lambda thing: thing.reverse(),
}  # fmt: skip
