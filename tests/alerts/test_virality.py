"""How fast a mention spreads and how far it will go: figures by hand, and estimates that err on the quiet side."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import cascade
from alerts.virality import (
    FEWEST,
    LEAST,
    Counts,
    Forecast,
    Past,
    Spread,
    Usual,
    figures,
    forecast,
    is_news,
    is_viral,
    prior,
    spread,
    threshold,
    usual,
)
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


QUARTER = timedelta(minutes=15)
MONTH = timedelta(days=30)


def told(*likes: int | None, every: timedelta = QUARTER) -> list[Counts]:
    """Likes at each poll of a post written at `NOW`."""
    return [Counts(NOW + every * (n + 1), likes=count) for n, count in enumerate(likes)]


def ahead(snapshots: list[Counts], limit: float = 1000, **known: Any) -> Forecast:
    found = forecast(snapshots, NOW, limit, **known)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("likes", "viral"),
    [
        ((20, 60, 150, 300, 520, 800), True),  # it takes off
        ((50, 160), True),  # and is told before it is large
        ((20, 28, 33, 36, 38, 39, 40), False),  # an ordinary evening
        ((3, 5, 5, 6, 9, 14, 16), False),
        ((200, 200, 200, 201, 201, 201, 201, 202), False),  # a burst that nobody passes on
        ((5000, *[5000] * 200, 5001), False),  # over
        ((900, 905, 1001, *[1001] * 150, 1002), False),  # it has passed the threshold, and is over
    ],
)
def test_what_goes_viral(likes: tuple[int, ...], viral: bool) -> None:
    assert is_viral(ahead(told(*likes)), 0.25) is viral


@pytest.mark.parametrize("likes", [(), (None, None), (2, 5), (LEAST - 1,)])
def test_too_little_says_nothing(likes: tuple[int | None, ...]) -> None:
    assert forecast(told(*likes), NOW, 1000) is None


def test_a_small_threshold_needs_less() -> None:
    assert forecast(told(1, 4), NOW, 40) is not None


def test_more_and_faster_is_more_to_come() -> None:
    slow, fast = ahead(told(20, 30, 40)), ahead(told(20, 60, 180))
    assert slow.chance < fast.chance
    assert slow.final < fast.final
    assert slow.expected < fast.expected


def test_an_interval_holds_what_is_there_and_narrows_with_age() -> None:
    young = ahead(told(100))
    old = ahead(told(*[100] * 150))
    for found in (young, old):
        assert found.engagement <= found.soon[0] <= found.soon[1]
        assert found.soon[1] <= found.final[1] * 1.1  # tables are rounded
        assert found.final[0] <= found.expected <= found.final[1]
    assert old.final[1] - 100 < (young.final[1] - 100) / 10


def test_counts_that_are_left_out_or_go_down_change_little() -> None:
    whole = ahead(told(20, 60, 150, 300))
    for likes in ((20, None, 150, 300), (20, 60, 40, 150, 300)):
        other = ahead(told(*likes, every=QUARTER * 4 / len(likes)))
        assert abs(whole.chance - other.chance) < 0.2
        assert other.final[0] == pytest.approx(whole.final[0], rel=0.3)
    assert ahead(told(20, 60, 150, 300, None)) == whole


def test_removed_likes_are_no_news() -> None:
    state = cascade.seen(cascade.born(), 1.0, 100)
    fewer = cascade.seen(state, 1.25, 60)
    assert fewer.size == 100
    assert cascade.outlook(fewer).quantile(0.9) <= cascade.outlook(state).quantile(0.9)


def test_a_clock_that_jumps_back_loses_no_gain_and_breaks_nothing() -> None:
    state = cascade.seen(cascade.born(), 1.0, 50)
    assert cascade.seen(state, 0.5, 50) is state
    assert (cascade.seen(state, 0.5, 80).size, cascade.seen(state, 0.5, 80).age) == (80, 1.0)
    early = forecast([Counts(NOW - HOUR, likes=40), Counts(NOW, likes=80)], NOW + 5 * HOUR, 1000)
    assert early is not None
    assert early.final[0] >= 80


def test_polls_within_seconds_do_not_make_a_storm_of_a_few() -> None:
    snapshots = [Counts(NOW + 2 * HOUR + timedelta(seconds=n), likes=20 + n) for n in range(4)]
    assert not is_viral(ahead(snapshots), 0.25)


def test_an_unusual_source_needs_more() -> None:
    busy = Usual(600.0)
    assert threshold(1000, None) == threshold(1000, Usual(200.0)) == 1000
    assert threshold(1000, busy) == 3000.0
    likes = told(20, 60, 150, 300)
    assert ahead(likes, threshold(1000, busy), usual=busy).chance < ahead(likes).chance


def test_what_is_usual_is_the_mean_of_enough_mentions_and_leans_to_the_author() -> None:
    others = [Past(20, MONTH)] * FEWEST
    assert usual(others[1:]) is None
    common = usual(others)
    assert common is not None
    assert common.engagement == pytest.approx(20, rel=0.1)
    assert common.followers is None
    own = usual(others, [Past(500, MONTH)] * 5)
    assert own is not None
    assert 50 < own.engagement < 200
    young = usual([Past(20, HOUR)] * FEWEST)
    assert young is not None
    assert young.engagement > 25  # more is to come


def test_followers_move_what_is_expected_where_they_are_known() -> None:
    known = usual([Past(20, MONTH, 100)] * FEWEST)
    assert known is not None
    few, usually, many = (prior(known, followers).direct for followers in (10, 100, 10_000))
    assert few < usually < many
    assert prior(known, None).direct == usually
    assert prior(None, 10_000) == cascade.Prior()


@pytest.mark.parametrize(
    ("engagement", "shares", "gain", "soon", "expected"),
    [
        (3000, 1200, 600, (6000, 9000), ("shares", "1200", "240", "2400", "3600")),
        (3000, 100, 600, (6000, 9000), ("reactions", "3000", "600", "6000", "9000")),
        (0, 0, 0, (0, 0), ("reactions", "0", "0", "0", "0")),
    ],
)
def test_figures_are_shares_where_shares_are_what_happens(
    engagement: int, shares: int, gain: int, soon: tuple[int, int], expected: tuple[str, ...]
) -> None:
    assert figures(Forecast(engagement, shares, gain, soon, soon, soon[0], 1.0)) == expected


@pytest.mark.parametrize(
    ("before", "after", "news"),
    [
        (("shares", "100", "9", "200", "400"), ("shares", "120", "1", "210", "420"), False),
        (("shares", "100", "9", "200", "400"), ("shares", "134", "9", "200", "400"), True),
        (("shares", "100", "9", "200", "400"), ("shares", "101", "9", "300", "600"), True),
        (("shares", "100", "9", "200", "400"), ("shares", "101", "9", "110", "200"), True),
        (("shares", "100", "9", "200", "400"), ("reactions", "100", "9", "200", "400"), True),
        (("100", "9"), ("shares", "100", "9", "200", "400"), True),  # told before there were forecasts
        (("reactions", "0", "0", "0", "0"), ("reactions", "0", "0", "0", "0"), False),
    ],
)
def test_what_is_news(before: tuple[str, ...], after: tuple[str, ...], news: bool) -> None:
    assert is_news(list(before), after) is news  # the database gives lists


def test_an_update_does_not_depend_on_the_past_but_through_the_state() -> None:
    """Incremental: the same numbers whether a cascade is followed or read anew."""
    state = cascade.born()
    for age, size in ((0.25, 20), (0.5, 60), (0.75, 150)):
        state = cascade.seen(state, age, size)
    assert cascade.outlook(state).quantile(0.5) == ahead(told(20, 60, 150)).expected


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


@given(looks, moments)
def test_a_forecast_is_never_below_what_is_there_nor_wild(
    snapshots: list[Counts], published_at: datetime
) -> None:
    found = forecast(snapshots, published_at, 1000)
    if found is not None:
        assert found.engagement <= found.final[0] <= found.expected <= found.final[1]
        assert 0.0 <= found.chance <= 1.0
        assert found.final[1] < 100 * max(found.engagement, 2000)


@given(st.lists(st.integers(0, 400), min_size=1, max_size=12))
def test_what_is_there_already_is_certain(gains: list[int]) -> None:
    state, size = cascade.born(), 0
    for n, gain in enumerate(gains):
        size += gain
        state = cascade.seen(state, (n + 1) / 4, size)
    found = cascade.outlook(state)
    assert state.size == size
    assert found.chance(size) == pytest.approx(1.0)
