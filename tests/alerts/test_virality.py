"""How fast a mention spreads: figures by hand, and estimates that only ever err downward."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.virality import FEWEST, Counts, Spread, is_viral, lifetime_speed, spread, usual
from tests.alerts.facts import NOW

HOUR = timedelta(hours=1)
OLD = NOW - timedelta(days=3)


def at(ago: timedelta, **counts: int) -> Counts:
    return Counts(NOW - ago, **counts)


def test_a_share_weighs_two_likes_and_views_nothing() -> None:
    assert spread([at(HOUR), at(HOUR, likes=0, shares=0, replies=0)], OLD).engagement == 0
    assert spread([at(HOUR, likes=3, shares=10, replies=2)], NOW - 2 * HOUR) == Spread(25, 25.0)


@pytest.mark.parametrize(
    ("snapshots", "expected"),
    [
        ([], Spread(0, 0.0)),
        ([at(HOUR)], Spread(0, 0.0)),  # a platform that tells nothing
        ([at(2 * HOUR, likes=10), at(HOUR, likes=10), at(0 * HOUR, likes=110)], Spread(110, 100.0)),
        ([at(4 * HOUR, likes=10), at(0 * HOUR, likes=410)], Spread(410, 100.0)),  # a gap is no hour
        (
            [at(timedelta(minutes=10), likes=0), at(0 * HOUR, likes=80)],
            Spread(80, 80.0),
        ),  # never extrapolated
        ([at(HOUR, likes=10), at(0 * HOUR, likes=50, shares=30)], Spread(110, 40.0)),  # shares told only now
        ([at(HOUR, likes=100), at(0 * HOUR, likes=60)], Spread(100, 0.0)),
        ([at(2 * HOUR, likes=100), at(HOUR, likes=0), at(0 * HOUR, likes=100)], Spread(100, 0.0)),  # a glitch
        ([at(HOUR, likes=100), at(0 * HOUR, replies=4)], Spread(104, 0.0)),
        ([at(HOUR, likes=1), at(0 * HOUR)], Spread(1, 1.0)),
    ],
)
def test_speed_is_the_gain_of_the_last_hour(snapshots: list[Counts], expected: Spread) -> None:
    published_at = NOW - HOUR if len(snapshots) == 2 and snapshots[-1] == at(0 * HOUR) else OLD
    assert spread(snapshots, published_at) == expected
    assert spread(snapshots[::-1], published_at) == expected


@pytest.mark.parametrize(("age", "speed"), [(timedelta(minutes=5), 600.0), (3 * HOUR, 200.0)])
def test_a_single_look_speaks_for_the_time_since_publication(age: timedelta, speed: float) -> None:
    assert spread([at(0 * HOUR, likes=600)], NOW - age) == Spread(600, speed)


def test_a_date_in_the_future_is_no_division_by_zero() -> None:
    assert spread([at(0 * HOUR, likes=600)], NOW + 5 * HOUR).speed == 600.0
    assert lifetime_speed(at(0 * HOUR, likes=600), NOW + HOUR) == 600.0


def test_what_is_usual_is_the_median_of_enough_mentions() -> None:
    assert usual([5.0] * (FEWEST - 1)) is None
    assert usual([1.0] * 6 + [1000.0] * 5) == 1.0


@pytest.mark.parametrize(
    ("speed", "threshold", "usual_speed", "expected"),
    [
        (100.0, 100, None, True),
        (99.9, 100, None, False),
        (100.0, 100, 20.0, True),
        (100.0, 100, 20.1, False),
        (5000.0, 100, 1001.0, False),
        (0.0, 1, None, False),
    ],
)
def test_the_threshold(speed: float, threshold: int, usual_speed: float | None, expected: bool) -> None:
    assert is_viral(speed, threshold, usual_speed) is expected


counts = st.one_of(st.none(), st.integers(0, 2**31 - 1))
moments = st.datetimes(datetime(2026, 11, 1), datetime(2026, 11, 24)).map(
    lambda m: m.replace(tzinfo=NOW.tzinfo)
)
looks = st.lists(st.builds(Counts, moments, counts, counts, counts), max_size=12)


@given(looks, moments)
def test_never_negative_and_never_faster_than_everything_in_one_hour(
    snapshots: list[Counts], published_at: datetime
) -> None:
    found = spread(snapshots, published_at)
    assert 0.0 <= found.speed <= found.engagement


@given(looks, moments, st.integers(1, 1000))
def test_more_likes_at_the_last_look_are_never_slower(
    snapshots: list[Counts], published_at: datetime, more: int
) -> None:
    last = [Counts(NOW, 10, 0, 0)]
    faster = [Counts(NOW, 10 + more, 0, 0)]
    assert spread(snapshots + faster, published_at).speed >= spread(snapshots + last, published_at).speed
