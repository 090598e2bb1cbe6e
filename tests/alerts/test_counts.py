"""The tails are those of the distributions, held against sums by hand and in fractions."""

from fractions import Fraction
from math import comb, exp, factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.counts import chance_of, chance_of_at_least


@given(count=st.integers(1, 60), mean=st.floats(0.01, 40))
def test_without_spread_it_is_the_poisson(count: int, mean: float) -> None:
    below = sum(exp(-mean) * mean**k / factorial(k) for k in range(count))
    assert chance_of_at_least(count, mean) == pytest.approx(1 - below, abs=1e-9)


@given(count=st.integers(1, 60), mean=st.integers(1, 40), shape=st.integers(1, 20))
def test_with_spread_it_is_the_negative_binomial(count: int, mean: int, shape: int) -> None:
    """With a whole shape r the terms are fractions: C(k+r-1, k) (r/(r+m))^r (m/(r+m))^k."""
    kept, gone = Fraction(shape, shape + mean), Fraction(mean, shape + mean)
    below = sum(comb(k + shape - 1, k) * kept**shape * gone**k for k in range(count))
    assert chance_of_at_least(count, mean, 1 / shape) == pytest.approx(float(1 - below), rel=1e-6, abs=1e-12)


def test_far_tails_keep_their_digits() -> None:
    assert chance_of_at_least(40, 1.0) == pytest.approx(4.623e-49, rel=1e-3)


def test_a_tiny_spread_is_the_poisson() -> None:
    assert chance_of_at_least(12, 5.0, 1e-12) == pytest.approx(chance_of_at_least(12, 5.0), rel=1e-6)


def test_certain_and_impossible() -> None:
    assert (chance_of_at_least(0, 0), chance_of_at_least(0, 3), chance_of_at_least(1, 0)) == (1, 1, 0)


@pytest.mark.parametrize(
    ("count", "mean", "spread"), [(30_100, 30_000, 0.3), (9_000, 2_000, 0.05), (7, 0.2, 3.0)]
)
def test_large_counts_agree_with_the_sum_of_their_terms(count: int, mean: float, spread: float) -> None:
    end = count + round(60 * mean * spread) + 2_000
    terms = sum(chance_of(k, mean, spread) for k in range(count, end))
    assert chance_of_at_least(count, mean, spread) == pytest.approx(terms, rel=1e-6)


@pytest.mark.parametrize(
    "wrong", [(-1, 1, 0), (1, -1, 0), (1, 1, -1), (float("nan"), 1, 0), (1, float("inf"), 0)]
)
def test_what_is_no_count_is_refused(wrong: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="finite"):
        chance_of_at_least(*wrong)
