"""Is a formula arithmetic, all of arithmetic that we need, and nothing else?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casekit.data._formula import compute
from casekit.errors import InvalidInputError

NUMBERS = st.integers(-99, 99).map(str) | st.decimals(-99, 99, places=2).map(str)
FORMULAS = st.recursive(
    NUMBERS.map(lambda number: f"({number})"),
    lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(
        lambda part: f"({part[0]} {part[1]} {part[2]})"
    ),
    max_leaves=8,
)


@given(FORMULAS, st.integers(1, 99), st.integers(-3, 3))
def test_a_formula_means_what_it_means_in_python(left, divisor, power):
    formula = f"-{left} / {divisor} ** {power}"
    assert compute(formula, lambda _: 0.0) == pytest.approx(eval(formula), rel=1e-9, abs=1e-9)


@given(st.floats(-1e6, 1e6), st.floats(1, 1e6))
def test_a_reference_stands_for_the_number_that_is_looked_up(first, second):
    numbers = {"units-2015-idc": first, "target-2015.high": second}
    result = compute("([units-2015-idc] / [target-2015.high] - 1) * 100", numbers.__getitem__)
    assert result == pytest.approx((first / second - 1) * 100)


@pytest.mark.parametrize(
    "hostile",
    [
        "__import__('os').system('true')",
        "(1).__class__",
        "[x for x in (1, 2)]",
        "lambda: 1",
        "ref0",
        "1 if 1 else 2",
        "'a' * 9",
        "True",
        "1; 2",
        "",
        "(",
        "[unclosed",
        "(-8) ** 0.5",
        "(" * 400 + "1" + ")" * 400,
    ],
)
def test_anything_but_arithmetic_is_refused(hostile):
    with pytest.raises(InvalidInputError):
        compute(hostile, lambda _: 1.0)


@pytest.mark.parametrize("endless", ["1 / 0", "9 ** 9 ** 9 ** 9", "1e308 * 10"])
def test_a_formula_without_a_finite_result_is_refused_at_once(endless):
    with pytest.raises(InvalidInputError):
        compute(endless, lambda _: 1.0)
