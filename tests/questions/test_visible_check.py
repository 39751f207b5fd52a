import math
import sys
import threading
import time
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casekit.errors import InvalidInputError
from casekit.questions import CheckFailedError, check
from casekit.questions.checking import Form, outcome, read

# A loaded machine is slow, not wrong.
STEADY = settings(deadline=None)


def said(value, **rules):
    with pytest.raises(CheckFailedError) as failure:
        check(lambda: value, **({"name": "gap_pct", "type": "pct"} | rules))
    return str(failure.value)


@pytest.mark.parametrize(
    "value", [-11.5, -11, np.float64(-11.5), np.float32(-11.5), np.int64(-11), np.array(-11.5),
              Decimal("-11.5"), Fraction(-23, 2)],
)  # fmt: skip
def test_every_kind_of_number_passes_as_a_number(value, capsys):
    check(lambda: value, name="gap_pct", type="pct", unit="percent", low=-100, high=100)
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
    check(lambda: number, name="x", type="float")


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
    check(lambda: 3.0, name="n", type="int")
    check(lambda: np.int32(3), name="n", type="int")
    assert "whole number" in said(3.2, type="int")
    assert "not True" in said(True, type="int")  # noqa: FBT003


def test_truth_values_are_not_numbers_nor_words():
    check(lambda: True, name="b", type="bool")
    check(lambda: np.bool_(0), name="b", type="bool")
    for wrong in (1, 0.0, "True"):
        assert "True or False" in said(wrong, type="bool")


def test_a_word_outside_the_options_names_the_nearest():
    options = ["China", "world"]
    check(lambda: "China", name="scope", type="enum", options=options)
    assert "did you mean 'China'?" in said("china ", type="enum", options=options)
    assert "one of China, world" in said(7, type="enum", options=options)


@pytest.mark.parametrize("value", [[1, 2.5], (1, 2), pd.Series([1, 2]), np.array([1.0, 2.0])])
def test_lists_tuples_series_and_arrays_pass_as_a_list(value):
    check(lambda: value, name="both", type="list", length=2)


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
        check(lambda: 5, name="gap_pct", type="zzz")


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
    with pytest.raises(CheckFailedError, match=r"^gap_pct (is of type|cannot).*\.$") as failure:
        check(lambda: value, name="gap_pct", type=kind, length=2)
    assert failure.value.__suppress_context__ or not failure.value.__context__


def test_a_huge_whole_number_out_of_range_gets_a_sentence():
    assert "finite number" in said(10**400, type="int", high=10)


def test_a_whole_number_keeps_every_digit():
    assert read(lambda: 2**60 + 1, Form("n", "int")) == 2**60 + 1


def test_a_notebook_shows_the_sentence_alone():
    error = CheckFailedError("x is still None.")
    assert error._render_traceback_() == ["x is still None."]


def test_a_renamed_variable_and_a_lambda_that_fails_get_a_sentence(capsys):
    with pytest.raises(CheckFailedError, match="gap_pct is not defined: give the variable exactly"):
        check(lambda: gap_percent, name="gap_pct", type="pct")  # noqa: F821
    with pytest.raises(CheckFailedError, match="gap_pct cannot be read, it stops with ZeroDiv"):
        check(lambda: 1 / 0, name="gap_pct", type="pct")
    assert capsys.readouterr() == ("", "")


def test_a_word_that_compares_as_it_likes_is_read_as_what_it_is():
    class Anything(str):  # noqa: SLOT000 - a student writes none
        __hash__ = str.__hash__

        def __eq__(self, other):
            return True

        def __str__(self):
            return self

    form = Form("w", "enum", options=["x", "y"])
    with pytest.raises(CheckFailedError, match="which is no option"):
        read(lambda: Anything("z"), form)
    word = read(lambda: Anything("x"), form)
    assert type(word) is str
    assert word != "y"


def test_a_masked_value_is_no_number():
    assert "holds nothing" in said(np.ma.masked)
    assert "[1] is still None" in said(np.ma.array([1, 2], mask=[0, 1]), type="list", length=2)


LABELS = ["A", "B"]


@pytest.mark.parametrize(
    "value",
    [{"A": 1, "B": 2.5}, {"B": np.float64(2), "A": Fraction(1, 2)}, pd.Series({"B": 2, "A": 1})],
)
def test_a_series_comes_as_series_or_dict_in_any_order(value):
    assert read(lambda: value, Form("s", "series", labels=LABELS))[0] == float(value["A"])
    check(lambda: value, name="s", type="series", labels=LABELS, low=0, high=3)


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ([1.0, 2.0], "of type list: write a pandas Series or a dict"),
        ({"A": 1}, "lacks the label 'B'"),
        ({"A": 1, "B": 2, "C": 3}, "has the label 'C'"),
        (pd.Series([1.0, 2.0], index=["A", "A"]), "lacks the label 'B'"),
        (pd.Series([1.0, 2.0, 3.0], index=["A", "B", "B"]), "has 3 elements"),
        ({"A": 1, "B": None}, "gap_pct['B'] is still None"),
        ({"A": 1, "B": "2 %"}, "gap_pct['B'] is text: write 2"),
        ({"A": 1, "B": math.inf}, "gap_pct['B'] is inf: a finite number"),
    ],
)
def test_a_wrong_series_names_the_wrong_label(value, part):
    assert part in said(value, type="series", labels=LABELS)


def test_a_list_or_series_of_words_takes_only_the_options():
    check(lambda: ["x", "y"], name="w", type="list", length=2, options=["x", "y"])
    check(lambda: {"A": "x", "B": "y"}, name="w", type="series", labels=LABELS, options=["x", "y"])
    sentence = said({"A": "x", "B": "Y"}, type="series", labels=LABELS, options=["x", "y"])
    assert sentence == "gap_pct['B'] is 'Y', which is no option: did you mean 'y'?"
    assert "a list of 2 words such as ['x', 'y']" in said(
        7, type="list", length=2, options=["x", "y"]
    )


FRAME = {"labels": ["one", "two"], "columns": ["a", "b"], "type": "frame"}


@pytest.mark.parametrize(
    "value",
    [
        pd.DataFrame({"b": [3, 4], "a": [1, 2]}, index=["one", "two"]),
        pd.DataFrame({"a": [2, 1], "b": [4, 3]}, index=["two", "one"]),
        {"a": [1, 2], "b": (3, 4)},
        {"a": {"two": 2, "one": 1}, "b": pd.Series({"one": 3, "two": 4})},
        {"a": np.array([1, 2]), "b": pd.Series([3, 4])},
        pd.DataFrame({"a": [1, 2], "b": [3, 4]}),
    ],
)
def test_a_frame_comes_as_frame_or_dict_of_columns_in_any_order(value):
    assert read(lambda: value, Form("f", **FRAME)) == [1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ([[1, 2], [3, 4]], "of type list: write a pandas DataFrame"),
        (pd.DataFrame({"a": [1, 2]}, index=["one", "two"]), "lacks the column 'b'"),
        (
            pd.DataFrame({"a": [1, 2], "b": [1, 2]}, index=["x", "two"]),
            "gap_pct['a'] lacks the label 'one'",
        ),
        (pd.DataFrame([[1, 2, 3]] * 2, columns=["a", "b", "b"]), "has a column twice"),
        ({"a": [1, 2], "b": [1]}, "gap_pct['b'] has length 1: 2 rows"),
        ({"a": [1, 2], "b": [1, math.nan]}, "gap_pct['b']['two'] is nan"),
        ({"a": [1, 2], "b": [1, 2], "c": [1, 2]}, "has the column 'c'"),
    ],
)
def test_a_wrong_frame_names_the_wrong_cell(value, part):
    assert part in said(value, **FRAME)


def twice(x):
    return 2 * x


FUNCTION = {"type": "function", "arguments": ["x"], "example": {"x": 3.0}, "low": 0, "high": 10}


def test_a_function_is_tried_once_on_the_example(capsys):
    check(lambda: twice, name="gap_pct", **FUNCTION)
    assert "the form is right" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("value", "part"),
    [
        (6.0, "of type float: write a function, def gap_pct(x)"),
        (lambda: 1, "gap_pct(3.0) stopped with TypeError"),
        (lambda x: x / 0, "gap_pct(3.0) stopped with ZeroDivisionError"),
        (lambda _: None, "gap_pct(3.0) returns None"),
        (lambda _: "6", "gap_pct(3.0) is text: write 6"),
        (lambda x: x * 100, "outside the plausible range 0 to 10"),
        (lambda _: exit(), "stopped with SystemExit"),  # noqa: PLR1722 - a student's habit
        (lambda _: input(), "gap_pct(3.0) stopped with"),
    ],
)
def test_a_function_that_fails_gets_a_sentence(value, part, capsys):
    assert part in said(value, **FUNCTION)
    assert capsys.readouterr().err == ""


def test_a_function_that_never_ends_is_stopped(monkeypatch):
    def forever(x):
        while True:
            x += 1

    before = threading.active_count()
    monkeypatch.setattr("casekit.questions.checking.SECONDS", 0.2)
    with pytest.raises(CheckFailedError, match=r"f\(1\) was still running after 0.2 seconds"):
        outcome(forever, Form("f", "function", arguments=["x"]), {"x": 1})
    deadline = time.monotonic() + 10
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert threading.active_count() == before, "it does not go on in the background"


def test_a_warning_of_a_students_code_does_not_reach_stderr(capsys):
    """nbgrader takes all points from a test cell that writes to stderr."""

    def warns(x):
        sys.stderr.write("noise")
        warnings.warn("old habit", stacklevel=1)
        return np.float64(x) / np.float64(2)

    check(lambda: warns, name="f", **FUNCTION)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("kind", ["float", "enum", "list", "series", "frame", "function", "bool"])
def test_an_answer_of_ten_megabytes_gets_a_short_sentence_at_once(kind):
    rules = FUNCTION | FRAME | {"type": kind, "length": 2, "options": ["x"] * (kind == "enum")}
    begin = time.monotonic()
    for value in ("9" * 10_000_000, [1.0] * 1_000_000, {str(n): n for n in range(200_000)}):
        assert len(said(value, **rules)) < 400
    assert time.monotonic() - begin < 10
