"""Ratings of every scale, and counts as people write them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.ratings import count, number, stars


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (4, 4.0),
        (4.5, 4.5),
        ("4,5", 4.5),
        (" 4.0 stars", 4.0),
        ("-1", -1.0),
        ("none", None),
        ("", None),
        (None, None),
        (True, None),
        (float("nan"), None),
        (float("inf"), None),
        ("9" * 12, None),
        (["4"], None),
    ],
)
def test_number(value: Any, found: float | None) -> None:
    assert number(value) == found


@pytest.mark.parametrize(
    ("value", "best", "worst", "found"),
    [
        ("4", None, None, 4.0),  # schema.org: a missing bestRating is 5
        (4, "5", "1", 4.0),
        ("8", "10", None, 4.0),
        ("8", None, None, 4.0),  # more than 5: of 10
        ("80", None, None, 4.0),  # more than 10: of 100
        ("8", "5", None, 4.0),  # a bestRating below the value is wrong
        ("4", "nonsense", None, 4.0),
        ("3", "0", None, 3.0),
        ("4/5", None, None, 4.0),
        ("8/10", None, None, 4.0),
        ("3 of 5 stars", None, None, 3.0),
        ("4 stelle su 5", None, None, 4.0),
        ("4 Sterne von 5", None, None, 4.0),
        ("80%", None, None, 4.0),
        ("★★★★☆", None, None, 4.0),
        ("⭐️⭐️⭐️", None, None, 3.0),
        ("0", None, None, None),  # nobody rated
        ("0", "10", "0", 0.5),  # the lowest there is
        ("-1", None, None, None),
        ("101", None, None, None),
        ("great", None, None, None),
        (None, None, None, None),
    ],
)
def test_stars(value: Any, best: Any, worst: Any, found: float | None) -> None:
    assert stars(value, best, worst) == found


@given(
    st.one_of(st.text(max_size=30), st.floats(), st.integers()),
    st.one_of(st.none(), st.text(max_size=10), st.floats(), st.integers()),
    st.one_of(st.none(), st.integers()),
)
def test_stars_are_on_the_scale_or_none(value: Any, best: Any, worst: Any) -> None:
    found = stars(value, best, worst)
    assert found is None or 0 < found <= 5


@given(st.floats(0.5, 5), st.floats(0.5, 5))
def test_more_is_never_less(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert (stars(low) or 0) <= (stars(high) or 0)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("12", 12),
        (12, 12),
        ("12 people found this helpful", 12),
        ("1,234", 1234),
        ("1.234", 1234),
        ("1 234 567", 1234567),
        ("1'234", 1234),
        ("1,2k", 1200),
        ("3K", 3000),
        ("1.5M", 1_500_000),
        ("0", 0),
        (-3, None),
        ("", None),
        (None, None),
        ({"n": 1}, None),
    ],
)
def test_count(value: Any, found: int | None) -> None:
    assert count(value) == found
