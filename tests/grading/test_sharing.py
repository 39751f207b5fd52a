"""Two peers: what is one object stays one, and changes on one side reach the other."""

import enum
import functools
import inspect
import math
import operator
import socket
import threading
from collections import Counter, OrderedDict, deque
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casekit.grading import wire
from casekit.grading.calls import Peer
from casekit.grading.encoding import Encoder
from casekit.grading.sharing import Shared
from casekit.grading.shell import Shell
from casekit.grading.standins import ClassPlan
from casekit.grading.values import Opaque


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


def test_of_a_library_nothing_is_lent_whatever_it_is_part_of(pair):
    """What is lent can be called from there with anything: with the name of another file, say."""
    seen = []
    keep = pair.lend(seen.append)
    table = pd.DataFrame({"a": [1, 2]})
    cached = functools.lru_cache(pd.read_csv)
    notebooks_own = Shell.instance().user_ns["open"]
    for each in (open, pd.read_csv, functools.partial(pd.read_csv, sep=";"), table.query, getattr,
                 cached, notebooks_own):  # fmt: skip
        keep(each)
    assert pair.judge._lent == {0}
    assert seen[-2:] == [pd.read_csv, open]
    assert seen[:2] == [open, pd.read_csv]
    assert (seen[2].func, seen[2].keywords) == (pd.read_csv, {"sep": ";"})
    assert seen[3]("a == 2").shape == (1, 1)


def test_a_table_is_not_changed_through_what_was_taken_from_it(pair):
    table = pd.DataFrame({"a": [1, 2], "at": pd.to_datetime(["2015-01-01", "2016-01-01"])})
    for column in (table["a"], table["at"], table["at"].dt.tz_localize("UTC")):
        pair.lend(lambda x: operator.setitem(x, 0, x[1]))(column)
        assert column[0] == column[1]
    assert table["a"].tolist() == [1, 2]
    assert table["at"].is_unique
    named = table.rename(columns={"a": "b"})
    pair.lend(lambda x: x.__setitem__("b", 0))(named)
    assert (named["b"].sum(), table["a"].sum()) == (0, 3)


def test_the_order_of_an_ordered_dictionary_passes(pair):
    cache = OrderedDict(a=1, b=2, c=3)
    pair.lend(lambda x: x.move_to_end("a"))(cache)
    assert list(cache) == ["b", "c", "a"]
    pair.lend(lambda x: x.popitem(last=False))(cache)
    cache["d"] = 4
    assert list(cache) == ["c", "a", "d"]


def test_a_loop_over_a_dictionary_goes_on_while_its_values_change(pair):
    counts = {"old": 0, "a": 1, "b": 2, "c": 3}
    del counts["old"]
    bump, seen = pair.lend(lambda x, key: operator.setitem(x, key, 9)), []
    for key in counts:
        bump(counts, key)
        seen.append(key)
    assert seen == ["a", "b", "c"]
    assert set(counts.values()) == {9}


class Doubled(list):
    """A list that adds everything twice."""

    def extend(self, items):
        super().extend([each for each in items for _ in range(2)])


def test_content_passes_whatever_a_class_adds_to_it(pair):
    items = Doubled([1])
    pair.lend(lambda x: x.append(2))(items)
    assert items == [1, 2]


def test_what_is_equal_to_itself_alone_is_itself_afterwards(pair):
    gaps, mark = [1.0, np.nan, math.nan], object()
    assert pair.lend(list)(gaps) == gaps
    assert pair.lend(lambda x: x[::-1])([mark, 1])[1] is mark
    colour = enum.Enum("colour", ["RED", "BLUE"])
    assert pair.lend(lambda x: {x: 1})(colour.RED) == {colour.RED: 1}


def test_an_object_of_the_students_own_comes_back_to_the_student(pair):
    class Stack:
        def __init__(self):
            self.items = []

    def empty():
        return Stack()

    stack = pair.lend(empty)()
    pair.lend(lambda stack, x: stack.items.append(x))(stack, 4)
    assert isinstance(stack, Opaque)
    assert pair.lend(lambda stack: stack.items[-1])(stack) == 4


def test_an_array_that_is_locked_stays_locked(pair):
    locked = np.arange(3.0)
    locked.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        pair.lend(lambda x: operator.setitem(x, 0, 1))(locked)
    assert pair.lend(lambda x: pd.Series(x).add(1).tolist())(locked) == [1.0, 2.0, 3.0]


def test_what_is_large_does_not_hide_what_is_small(pair):
    table, log, samples = pd.DataFrame({"a": [1, 2]}), [], np.arange(200_000.0)
    kept = []
    pair.lend(lambda *things: kept.extend(things))(log, table, samples)
    pair.lend(lambda: kept[0].append(1))()
    assert log == [1]
    pair.lend(lambda: kept[1].__setitem__("a", 7))()
    assert table["a"].tolist() == [7, 7]


class Node:
    """A given class whose objects refer to one another."""

    def __init__(self, value):
        self.value, self.next, self.before = value, None, None


def test_objects_of_a_given_class_may_go_in_a_ring(pair):
    pair.judge.shared_classes = pair.student.shared_classes = lambda: {"Node": Node}
    first, second = Node(1), Node(2)
    first.next, second.before = second, first

    def turn(node):
        node.next.value = 5
        return node.next

    back = pair.lend(turn)(first)
    assert back is second
    assert (second.value, back.before) == (5, first)
    first.hook = abs
    assert pair.lend(lambda node: node.hook(-2))(first) == 2


def test_random_numbers_begin_where_they_stand(pair):
    assert pair.lend(lambda rng: rng.randint(1, 100))(Random(3)) == Random(3).randint(1, 100)


def test_objects_are_found_by_number_where_they_are_expected_alone():
    """A list of a student's objects must not pass where a list of numbers is wanted."""
    plan = ClassPlan("Point", frozenset({"x"}), frozenset())
    peer = Peer(None, classes={"Point": plan}, open=False, first=2)
    point = ["object", 1, ["class", 2, ["Point", "object"], [], None, ["x"], []]]
    tree = ["once", 1, ["list", [point]]]
    kept = peer.decode(tree, objects=True)
    assert not isinstance(kept[0], Opaque)
    assert isinstance(peer.decode(point), Opaque)
    assert isinstance(peer.decode(tree)[0], Opaque)
    assert isinstance(peer.decode(["same", 1]), Opaque)
    assert peer.decode(["same", 1], objects=True) is kept
    Encoder(peer).refer([kept])  # it has come, and no more
    assert isinstance(peer.decode(["same", 1]), Opaque)
    with peer._handing_over():
        Encoder(peer).encode([kept])
    assert peer.decode(["same", 1]) is kept
    peer.begin()
    assert isinstance(peer.decode(["same", 1]), Opaque)


def test_of_ones_own_function_that_is_made_of_another_nothing_goes_along(pair):
    secret = object()
    items = [1]

    def add(x, _, y):
        return x + y

    call = pair.lend(lambda f, x: f(x))
    assert call(functools.partial(add, items, secret), items) == [1, 1]
    assert not any(kept is secret for kept in pair.judge._kept)


def test_a_member_of_an_enumeration_is_nobodys_to_change():
    colour = enum.Enum("colour", ["RED", "BLUE"])
    peer = Peer(None, shared_classes=lambda: {"colour": colour}, open=False, first=2)
    red, blue = (["once", 1, ["member", "colour", name]] for name in ("RED", "BLUE"))
    assert peer.decode(["list", [red, blue]]) == [colour.RED, colour.BLUE]
    assert (colour.RED.value, colour.BLUE.value) == (1, 2)


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
