"""Is each answer credited exactly when it should be, whatever it is made of?

For every type at least 2,000 generated answers are marked, and a predicate that shares no code
with the package says which of them deserve the points: it works in exact fractions.
"""

import math
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from numbers import Real

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from made_up import a_question, an_assignment

from casekit.questions import CheckFailedError
from casekit.questions.checking import read
from casekit.questions.marking import judge

MANY = settings(
    max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
KEY, SHARE, ROOM = 50.0, 0.01, 0.5
NOISE = Fraction(1, 10**9)
BEYOND_FLOATS = 2**1024 - 2**970  # from here on a number rounds to infinity


class Hostile:
    """An object of which everything fails."""

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __repr__(self):
        raise RuntimeError

    def __float__(self):
        raise RuntimeError

    def __eq__(self, other):
        raise RuntimeError

    __hash__ = None


def credit(answer, **question):
    """What an answer earns: nothing where its form is refused. Any other error is a fault."""
    one = a_question(**question)
    try:
        value = read(lambda: answer, one.form)
        points, sentence = judge(one, value, an_assignment(question), {})
    except CheckFailedError as refusal:
        points, sentence = 0.0, str(refusal)
    assert "\n" not in sentence
    assert len(sentence) < 600
    return points


def number_of(answer):
    """The exact value of what counts as one number, or None."""
    if isinstance(answer, np.ndarray) and answer.shape == ():
        answer = answer[()]
    if isinstance(answer, bool | np.bool_ | str | complex | np.complexfloating):
        return None
    if isinstance(answer, Decimal):
        return Fraction(answer) if answer.is_finite() else None
    if isinstance(answer, Real):
        if not isinstance(answer, int | Fraction | np.integer) and not math.isfinite(answer):
            return None
        exact = Fraction(int(answer)) if isinstance(answer, np.integer) else Fraction(answer)
        return exact if abs(exact) < BEYOND_FLOATS else None
    return None


def near(answer, key=KEY, room=ROOM):
    value = number_of(answer)
    return value is not None and abs(value - Fraction(key)) <= Fraction(room) + NOISE * max(
        1, abs(Fraction(key))
    )


CLOSE = st.floats(KEY - 2 * ROOM, KEY + 2 * ROOM)
REALS = st.one_of(
    CLOSE,
    CLOSE.map(np.float64),
    CLOSE.map(np.array),
    CLOSE.map(Fraction),
    CLOSE.map(Decimal),
    st.integers(45, 55),
    st.integers(45, 55).map(np.int16),
    st.floats(),
    st.integers(),
    st.integers(0, 400).map(lambda power: 10**power),
    st.decimals(),
    st.fractions(),
    st.sampled_from([KEY, KEY + ROOM, KEY - ROOM, KEY * (1 + SHARE), math.nan, math.inf, -KEY]),
)
NUMERALS = st.one_of(
    CLOSE.map(lambda value: f"{value} %"),
    CLOSE.map(lambda value: str(value).replace(".", ",")),
    st.just("50%"),
    st.just("100/2"),
)
OTHERS = st.one_of(
    st.none(), st.booleans(), st.sampled_from([np.True_, np.bool_(0)]), st.text(), NUMERALS,
    st.binary(), st.complex_numbers(), st.just(Hostile()), st.just(Hostile), st.just(pd.NA),
    st.just(pd.NaT), st.just(np.array([50.0])), st.just(pd.Series([50.0])),
    st.dictionaries(st.text(), st.integers()),
)  # fmt: skip
ANYTHING = st.one_of(REALS, REALS, OTHERS)
WORDS = ("China", "world", "both")
WORDED = st.one_of(
    st.sampled_from(WORDS), st.sampled_from(WORDS).map(np.str_), st.just("china"), ANYTHING
)


@pytest.mark.parametrize("kind", ["float", "pct"])
def test_a_number_earns_the_points_exactly_within_the_tolerance(kind):
    @MANY
    @given(ANYTHING)
    def law(answer):
        assert credit(answer, type=kind, tolerance={"absolute": ROOM}) == 4 * near(answer)

    law()


@MANY
@given(st.one_of(ANYTHING, st.integers(40, 60), st.integers(40, 60).map(float)))
def test_a_whole_number_earns_the_points_exactly_if_it_is_the_key(answer):
    value = number_of(answer)
    right = value is not None and value == 50
    assert credit(answer, type="int", tolerance=None, rounding=None, key={"value": 50}) == 4 * right


@MANY
@given(st.one_of(st.booleans(), st.booleans().map(np.bool_), ANYTHING))
def test_a_truth_value_earns_the_points_exactly_if_it_is_true(answer):
    right = isinstance(answer, bool | np.bool_) and bool(answer)
    zero_d = isinstance(answer, np.ndarray) and answer.shape == () and answer.dtype == bool
    form = {"tolerance": None, "rounding": None, "low": None, "high": None}
    assert credit(answer, type="bool", key={"value": True}, **form) == 4 * (right or zero_d)


@MANY
@given(WORDED)
def test_a_word_earns_the_points_exactly_if_it_is_the_key(answer):
    right = isinstance(answer, str) and str(answer) == "China"
    form = {"tolerance": None, "rounding": None, "low": None, "high": None}
    assert credit(answer, type="enum", options=WORDS, key={"value": "China"}, **form) == 4 * right


KEYS = (10.0, 50.0, 200.0)
THREE = [{"value": key} for key in KEYS]


def share_of(values):
    """The points of three values, or none where one of them is no number at all."""
    if any(number_of(value) is None for value in values):
        return 0.0
    right = sum(near(value, key, SHARE * key) for value, key in zip(values, KEYS, strict=True))
    return round(4 * right / 3, 2)


ELEMENT = st.one_of(
    *(st.floats(key * (1 - 2 * SHARE), key * (1 + 2 * SHARE)) for key in KEYS),
    st.sampled_from(KEYS),
    ANYTHING,
)
RIGHT = st.tuples(*(st.floats(key * (1 - SHARE / 2), key * (1 + SHARE / 2)) for key in KEYS))
VALUES = st.one_of(RIGHT.map(list), st.lists(ELEMENT, min_size=3, max_size=3))
FLOATS = st.one_of(RIGHT.map(list), st.lists(st.floats(), min_size=3, max_size=3))
LISTS = st.one_of(
    VALUES, VALUES.map(tuple), FLOATS.map(np.array), FLOATS.map(pd.Series),
    st.lists(ELEMENT, max_size=5), ANYTHING,
)  # fmt: skip


@MANY
@given(LISTS)
def test_a_list_earns_the_share_of_its_right_elements(answer):
    right = 0.0
    vector = isinstance(answer, list | tuple | pd.Series) or (
        isinstance(answer, np.ndarray) and answer.ndim == 1
    )
    if vector and len(answer) == 3:
        right = share_of(list(answer))
    assert credit(answer, type="list", length=3, key=THREE) == right


ORDERS = st.permutations(["A", "B", "C"])
LABELLED = st.one_of(
    st.builds(lambda values, order: dict(zip(order, values, strict=True)), VALUES, ORDERS),
    st.builds(lambda values, order: pd.Series(values, index=order), FLOATS, ORDERS),
    VALUES.map(lambda values: dict(zip("ABC", values, strict=True))),
    st.dictionaries(st.sampled_from("ABCDE"), ELEMENT, max_size=5),
    FLOATS.map(lambda values: pd.Series(values, index=["A", "A", "C"])),
    FLOATS.map(pd.Series),
    ANYTHING,
)


@MANY
@given(LABELLED)
def test_a_series_earns_the_share_of_its_right_elements(answer):
    right = 0.0
    if isinstance(answer, Mapping | pd.Series) and sorted(map(str, answer.keys())) == list("ABC"):
        right = share_of([answer[label] for label in "ABC"])
    assert credit(answer, type="series", labels=["A", "B", "C"], key=THREE) == right


def framed(values, rows, columns):
    return pd.DataFrame([values], index=["r"], columns=columns) if rows else {
        column: [value] for column, value in zip(columns, values, strict=True)
    }  # fmt: skip


FRAMES = st.one_of(
    st.builds(framed, FLOATS, st.just(True), ORDERS),  # noqa: FBT003
    st.builds(framed, VALUES, st.just(False), ORDERS),  # noqa: FBT003
    FLOATS.map(lambda values: pd.DataFrame([values], columns=list("ABC"))),
    FLOATS.map(lambda values: pd.DataFrame([values], index=["r"], columns=list("AAB"))),
    FLOATS.map(pd.DataFrame),
    LABELLED,
)


@MANY
@given(FRAMES)
def test_a_frame_earns_the_share_of_its_right_cells(answer):
    right = 0.0
    if isinstance(answer, pd.DataFrame):
        counted = isinstance(answer.index, pd.RangeIndex) and len(answer) == 1
        fits = sorted(map(str, answer.columns)) == list("ABC")
        fits = fits and (list(answer.index) == ["r"] or counted)
        right = share_of([answer[column].iloc[0] for column in "ABC"]) if fits else 0.0
    elif isinstance(answer, dict) and sorted(answer) == list("ABC"):
        cells = [answer[column] for column in "ABC"]
        if all(isinstance(cell, list) and len(cell) == 1 for cell in cells):
            right = share_of([cell[0] for cell in cells])
        elif all(isinstance(cell, list | np.ndarray | pd.Series) for cell in cells):
            assume(False)  # noqa: FBT003 - arrays count as lists; the other tests see to them
    key = {column: [{"value": value}] for column, value in zip("ABC", KEYS, strict=True)}
    assert credit(answer, type="frame", labels=["r"], columns=["A", "B", "C"], key=key) == right


def raises(_):
    raise ZeroDivisionError


PROBES = (1.0, 5.0, 20.0)
FUNCTIONS = st.one_of(
    VALUES.map(lambda values: dict(zip(PROBES, values, strict=True)).__getitem__),
    st.floats(8, 12).map(lambda slope: lambda x: slope * x),
    st.just(lambda x: 10 * x),
    st.just(lambda: 10),
    st.just(raises),
    st.just(float),
    ANYTHING,
)


@MANY
@given(FUNCTIONS)
def test_a_function_earns_the_share_of_its_right_calls(answer):
    right = 0
    if callable(answer):
        for probe, key in zip(PROBES, KEYS, strict=True):
            try:
                right += near(answer(probe), key, SHARE * key)
            except Exception:  # noqa: BLE001 - such a call earns nothing
                continue
    points = credit(
        answer, type="function", arguments=["x"], example={"x": 1.0}, key={"formula": "10 * $x"},
        probes=[{"x": probe} for probe in PROBES],
    )  # fmt: skip
    assert points == round(4 * right / 3, 2)
