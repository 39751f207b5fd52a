"""Are the shared functions right, and are the draws as random as they should be?"""

import math
from fractions import Fraction
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casekit.models import _portable, _sweep
from casekit.models._portable import Random, fixed

N = 200_000


def test_the_generator_gives_the_published_numbers_for_a_known_seed():
    """The first outputs for seed 1234567 stand in the reference tests of SplitMix64."""
    draws = Random(1234567)
    assert [draws.bits() for _ in range(5)] == [
        6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431,
        16408922859458223821,
    ]  # fmt: skip


@given(st.integers(0, 2**64 - 1), st.integers(0, 10**6))
def test_arrays_give_the_draws_of_the_plain_generator(seed, start):
    draws = Random(seed + start * _portable._GAMMA)
    ours = [draws.uniform() for _ in range(5)]
    assert _sweep.uniforms(seed, start, 5).tolist() == ours


def test_draws_are_even_on_the_unit_interval():
    draws = _sweep.uniforms(1, 0, N)
    assert draws.min() >= 0
    assert draws.max() < 1
    counts = np.histogram(draws, bins=100, range=(0, 1))[0]
    chi_squared = ((counts - N / 100) ** 2 / (N / 100)).sum()
    assert 60 < chi_squared < 150  # 99 degrees of freedom


def test_neighbouring_draws_and_neighbouring_seeds_are_unrelated():
    one, other = _sweep.uniforms(1, 0, N), _sweep.uniforms(2, 0, N)
    for lag in (1, 2, 3, 10):
        assert abs(np.corrcoef(one[:-lag], one[lag:])[0, 1]) < 4 / math.sqrt(N)
    assert abs(np.corrcoef(one, other)[0, 1]) < 4 / math.sqrt(N)
    pairs = np.histogram2d(one[::2], one[1::2], bins=20)[0].ravel()
    expected = N / 2 / 400
    assert 300 < ((pairs - expected) ** 2 / expected).sum() < 510  # 399 degrees of freedom


def test_every_bit_is_set_half_of_the_time():
    draws = Random(3)
    words = [draws.bits() for _ in range(20_000)]
    for bit in range(64):
        share = sum(word >> bit & 1 for word in words) / len(words)
        assert abs(share - 0.5) < 4 * 0.5 / math.sqrt(len(words)), bit


def test_normal_draws_have_the_moments_of_a_normal():
    draws = Random(11)
    values = np.array([draws.normal() for _ in range(50_000)])
    error = 4 / math.sqrt(values.size)
    assert abs(values.mean()) < error
    assert abs(values.var() - 1) < error * math.sqrt(2)
    assert abs((values**3).mean()) < error * math.sqrt(15)
    assert abs((values**4).mean() - 3) < error * math.sqrt(96)
    assert np.abs(values).max() < 6


@pytest.mark.parametrize("z", [-5.0, -3.1, -1.0, 0.0, 0.3, 2.5, 6.0])
def test_the_normal_functions_agree_with_the_standard_library(z):
    reference = NormalDist()
    assert _portable.normal_cdf(z) == pytest.approx(reference.cdf(z), rel=1e-9, abs=1e-300)
    assert _portable.normal_pdf(z) == pytest.approx(reference.pdf(z), rel=1e-12)


def test_the_lower_tail_keeps_its_digits_where_the_standard_library_loses_them():
    assert _portable.normal_cdf(-8.0) == pytest.approx(6.220960574271785e-16, rel=1e-12)


@given(st.floats(1e-12, 1 - 1e-12))
def test_the_quantile_turns_the_distribution_round(p):
    z = _portable.normal_quantile(p)
    assert z == pytest.approx(NormalDist().inv_cdf(p), abs=1e-9)
    assert _portable.normal_cdf(z) == pytest.approx(p, rel=1e-9)


@given(st.integers(0, 30), st.integers(-2, 33))
def test_binomial_coefficients_are_exact(n, k):
    assert _portable.binomial_coefficient(n, k) == (math.comb(n, k) if k >= 0 else 0)


@given(st.integers(0, 12), st.integers(-1, 14), st.fractions(0, 1, max_denominator=50))
def test_at_least_k_successes_have_the_exact_probability(n, k, p):
    exact = sum(
        math.comb(n, j) * p**j * (1 - p) ** (n - j) for j in range(max(k, 0), n + 1)
    ) or Fraction(0)
    assert _portable.at_least(k, n, float(p)) == pytest.approx(float(exact), abs=1e-12)


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_a_number_as_text_is_rounded_half_away_from_zero_and_has_a_true_minus(value, digits):
    shown = fixed(value, digits)
    assert "-" not in shown
    assert len(shown.partition(".")[2]) == digits
    assert float(shown.replace("−", "-")) == pytest.approx(value, abs=0.5 * 10**-digits + 1e-6)


@pytest.mark.parametrize(
    ("value", "digits", "signed", "shown"),
    [
        (0.625, 2, False, "0.63"), (-0.004, 2, True, "0.00"), (2.5, 0, False, "3"),
        (-2.5, 0, False, "−3"), (12.04, 2, True, "+12.04"), (1131100.0, 0, False, "1131100"),
        (9.999, 2, False, "10.00"), (0.05, 1, False, "0.1"),
    ],
)  # fmt: skip
def test_numbers_as_text_read_as_people_write_them(value, digits, signed, shown):
    assert fixed(value, digits, signed=signed) == shown
