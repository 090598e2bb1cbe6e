"""What counts, when, and in which series; and what a look makes of what waits."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alerts import spike_watch, tally
from alerts.series_state import restored
from alerts.tally import STEP
from store.tables import Series
from tests.alerts.facts import NOW, facts, unread

ROME = ZoneInfo("Europe/Rome")
ALL = ("aurora", "brand", "", False)
CRITICISM = [ALL, ("aurora", "brand", "", True), ("aurora", "source", "shop", True)]
TOPICS = [("aurora", "topic", "delivery", True), ("aurora", "topic", "staff", True)]


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"sentiment": "negative", "topics": ["delivery", "staff", "delivery"]}, CRITICISM + TOPICS),
        ({"sentiment": "neutral", "topics": ["delivery"]}, [ALL]),
        ({"sentiment": "positive", "stars": 1.0}, [ALL]),
        ({"score": unread(), "stars": 1.0}, CRITICISM),
        ({"score": unread(), "stars": 4.0}, [ALL]),
        ({"score": None, "stars": 2.0, "text": ""}, CRITICISM),
    ],
)
def test_a_mention_is_in_these_series(known: dict[str, Any], expected: list[Any]) -> None:
    assert tally.series_of(facts(**known)) == expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [({}, True), ({"history": True}, False), ({"category": "spam"}, False), ({"excluded": True}, False)],
)
def test_what_counts(known: dict[str, Any], expected: bool) -> None:
    assert tally.counts(facts(**known)) is expected


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (timedelta(minutes=5), NOW),
        (timedelta(hours=1, minutes=59), NOW),
        (timedelta(hours=9), NOW - timedelta(hours=9)),
        (timedelta(hours=-9), NOW),  # a source whose clock is ahead
    ],
)
def test_when_a_mention_counts(ago: timedelta, expected: datetime) -> None:
    assert tally.moment(facts(published_at=NOW - ago).mention, NOW) == expected


def test_a_row_begins_at_a_quarter() -> None:
    assert tally.floor(datetime(2026, 11, 24, 10, 44, 59, 999_999, tzinfo=UTC)) == datetime(
        2026, 11, 24, 10, 30, tzinfo=UTC
    )
    assert tally.floor(NOW) == NOW


def row(**values: Any) -> Series:
    known: dict[str, Any] = {
        "id": 1,
        "brand": "aurora",
        "kind": "brand",
        "name": "",
        "negative": True,
        "upto": NOW,
    }
    return Series(**known | {"waiting": {}, "state": {}} | values)


def waits(*counts: tuple[datetime, int]) -> dict[str, int]:
    return {str(int(at.timestamp())): count for at, count in counts}


def seen(series: Series) -> float:
    detector = restored(series.state)
    return detector.hour_seen + sum(count for count, _ in detector.hours)


def test_a_look_sees_each_row_that_is_over_once() -> None:
    series = row(waiting=waits((NOW, 2), (NOW + STEP, 3), (NOW + 2 * STEP, 4)))
    spike_watch.see(series, NOW + 2 * STEP + timedelta(minutes=5), ROME)
    assert (series.upto, series.waiting) == (NOW + 2 * STEP, waits((NOW + 2 * STEP, 4)))
    assert seen(series) == 5
    before = dict(series.state)
    spike_watch.see(series, NOW + 2 * STEP + timedelta(minutes=9), ROME)
    assert (series.upto, series.waiting, series.state) == (NOW + 2 * STEP, waits((NOW + 2 * STEP, 4)), before)
    spike_watch.see(series, NOW + 3 * STEP, ROME)
    assert (series.waiting, seen(series)) == ({}, 9)


def test_what_is_late_is_seen_with_the_next_row() -> None:
    series = row()
    spike_watch.see(series, NOW + timedelta(hours=8), ROME)
    series.waiting = waits((NOW + timedelta(hours=2), 7))
    spike_watch.see(series, NOW + timedelta(hours=8), ROME)
    assert seen(series) == 0
    spike_watch.see(series, NOW + timedelta(hours=8) + STEP, ROME)
    assert (series.waiting, seen(series)) == ({}, 7)


@pytest.mark.parametrize("jump", [timedelta(days=-30), timedelta(hours=-2), timedelta(days=30)])
def test_a_clock_that_jumps_loses_and_doubles_nothing(jump: timedelta) -> None:
    series = row()
    spike_watch.see(series, NOW + timedelta(hours=20), ROME)
    series.waiting = waits((NOW + timedelta(hours=20), 3))
    after = NOW + timedelta(hours=20) + jump
    spike_watch.see(series, after, ROME)
    spike_watch.see(series, after + STEP, ROME)
    assert (series.waiting, series.upto) == ({}, after + STEP)
    assert seen(series) == 3


def test_a_clock_that_steps_back_a_little_waits() -> None:
    series = row(waiting=waits((NOW, 3)))
    spike_watch.see(series, NOW - timedelta(minutes=20), ROME)
    assert (series.waiting, series.upto) == (waits((NOW, 3)), NOW)


def test_each_of_many_series_errs_the_less_often() -> None:
    one, ten = (spike_watch.tuning({"source": many}, "source") for many in (1, 10))
    assert ten.err_days == 10 * one.err_days
