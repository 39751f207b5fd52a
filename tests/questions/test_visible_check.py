import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casekit.errors import InvalidInputError
from casekit.questions import CheckFailedError, check
from casekit.questions.checking import read_answer

# A loaded machine is slow, not wrong.
STEADY = settings(deadline=None)


def said(value, **rules):
    with pytest.raises(CheckFailedError) as failure:
        check(value, **({"name": "gap_pct", "type": "pct"} | rules))
    return str(failure.value)


@pytest.mark.parametrize(
    "value", [-11.5, -11, np.float64(-11.5), np.float32(-11.5), np.int64(-11), np.array(-11.5),
              Decimal("-11.5"), Fraction(-23, 2)],
)  # fmt: skip
def test_every_kind_of_number_passes_as_a_number(value, capsys):
    check(value, name="gap_pct", type="pct", unit="percent", low=-100, high=100)
    shown = capsys.readouterr()
    assert shown.err == ""
    assert shown.out.count("\n") == 1
    assert "the form is right" in shown.out


@pytest.mark.parametrize(
    ("value", "part"),
    [
        (None, "still None"),
        (True, "not True or False"),
        (np.bool_(1), "not True or False"),
        (math.nan, "finite number"),
        (-math.inf, "finite number"),
        (10**400, "finite number"),
        pytest.param(10**5000, "finite number", id="10**5000"),
        ("-11.5%", "write -11.5, not '-11.5%'"),
        ("−11,5 %", "write -11.5"),
        ("about a tenth", "without quotes"),
        ([1.0], "single number"),
        (pd.Series([1.0]), "single number"),
        (1j, "single number"),
        (101.0, "plausible range -100 to 100 percent"),
    ],
)
def test_what_is_no_plausible_number_is_refused_with_its_reason(value, part):
    sentence = said(value, unit="percent", low=-100, high=100)
    assert part in sentence
    assert "gap_pct" in sentence
    assert "\n" not in sentence


@STEADY
@given(st.text())
def test_no_text_ever_passes_as_a_number(text):
    assert said(text)


@STEADY
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_float_passes_without_limits(number):
    check(number, name="x", type="float")


NO_NUMBERS = [
    st.none(),
    st.text(),
    st.lists(st.integers()),
    st.dictionaries(st.text(), st.text()),
    st.binary(),
    st.complex_numbers(),
]


@STEADY
@given(st.one_of(NO_NUMBERS))
def test_whatever_is_no_number_fails_with_a_sentence_and_never_otherwise(value):
    assert said(value)


def test_a_whole_number_may_come_as_a_float_but_not_a_fraction_of_one():
    check(3.0, name="n", type="int")
    check(np.int32(3), name="n", type="int")
    assert "whole number" in said(3.2, type="int")
    assert "not True" in said(True, type="int")  # noqa: FBT003


def test_truth_values_are_not_numbers_nor_words():
    check(True, name="b", type="bool")  # noqa: FBT003
    check(np.bool_(0), name="b", type="bool")
    for wrong in (1, 0.0, "True"):
        assert "True or False" in said(wrong, type="bool")


def test_a_word_outside_the_options_names_the_nearest():
    options = ["China", "world"]
    check("China", name="scope", type="enum", options=options)
    assert "did you mean 'China'?" in said("china ", type="enum", options=options)
    assert "one of China, world" in said(7, type="enum", options=options)


@pytest.mark.parametrize("value", [[1, 2.5], (1, 2), pd.Series([1, 2]), np.array([1.0, 2.0])])
def test_lists_tuples_series_and_arrays_pass_as_a_list(value):
    check(value, name="both", type="list", length=2)


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ({1.0, 2.0}, "a list of 2 numbers"),
        ("1, 2", "a list of 2 numbers"),
        (5.0, "a list of 2 numbers"),
        ([1.0], "length 1"),
        ([1.0, None], "gap_pct[1] is still None"),
        ([1.0, "2%"], "gap_pct[1] is text: write 2"),
        ([1.0, True], "gap_pct[1] is True"),
        ([1.0, 999.0], "outside the plausible range"),
        (pd.DataFrame({"a": [1, 2]}), "a list of 2 numbers"),
    ],
)
def test_a_wrong_list_names_the_wrong_element(value, part):
    assert part in said(value, type="list", length=2, high=100)


def test_an_object_with_a_broken_repr_still_gets_a_sentence():
    class Hostile:
        def __repr__(self):
            raise RuntimeError

    for kind in ("float", "int", "bool", "enum", "list"):
        assert said(Hostile(), type=kind, options=["a", "b"])


@pytest.mark.parametrize(
    ("text", "unit", "advice"),
    [
        ("-11.5", "", "write -11.5,"),
        (" 70 million units", "million units", "write 70,"),
        ("3 %", "percentage points", "write 3,"),
        ("3,25", "percent", "write 3.25,"),
        ("1/2", "", "without quotes"),
        ("1.234,5", "", "without quotes"),
        ("1,234", "", "without quotes"),
        ("007", "", "without quotes"),
        ("70 million", "units", "without quotes"),
        ("50%", "(0 to 1)", "without quotes"),
        ("3 or 4", "percent", "without quotes"),
    ],
)
def test_a_number_is_advised_only_where_the_whole_text_is_that_number(text, unit, advice):
    assert advice in said(text, unit=unit)


def test_a_type_that_does_not_exist_is_the_authors_fault_and_names_the_types():
    with pytest.raises(InvalidInputError, match=r"gap_pct.*'zzz'.*float, pct, int"):
        check(5, name="gap_pct", type="zzz")


def _raising(kind, attribute):
    def boom(*_args):
        raise RuntimeError

    made = property(boom) if attribute == "shape" else boom
    return type("Odd", (kind,), {attribute: made})


@pytest.mark.parametrize(
    "value",
    [
        _raising(object, "shape")(),
        _raising(Fraction, "__float__")(1),
        _raising(list, "__len__")([1.0, 2.0]),
        _raising(list, "__iter__")([1.0, 2.0]),
        type("Odd", (), {"shape": (), "item": lambda _: 1 / 0})(),
        type("Odd", (), {"shape": 3})(),
        type("Odd", (), {"shape": (2,)})(),
    ],
)
@pytest.mark.parametrize("kind", ["float", "int", "list"])
def test_an_object_that_cannot_be_read_gets_a_sentence_without_its_traceback(value, kind):
    with pytest.raises(CheckFailedError, match=r"^gap_pct is of type .*\.$") as failure:
        check(value, name="gap_pct", type=kind, length=2)
    assert failure.value.__suppress_context__ or not failure.value.__context__


def test_a_huge_whole_number_out_of_range_gets_a_sentence():
    assert "finite number" in said(10**400, type="int", high=10)


def test_a_whole_number_keeps_every_digit():
    assert read_answer(2**60 + 1, "n", "int") == 2**60 + 1


def test_a_notebook_shows_the_sentence_alone():
    error = CheckFailedError("x is still None.")
    assert error._render_traceback_() == ["x is still None."]
