"""A series that is put away after each row and taken up again is the series that never was."""

import json
import random
from datetime import UTC, datetime, timedelta

import pytest

from alerts.series_state import restored, stored
from alerts.spikes import Detector

FIRST = datetime(2026, 1, 5, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def rows(days: int, seed: int) -> list[tuple[datetime, int]]:
    """Twenty a day, and one day six times as many."""
    rng = random.Random(seed)
    storm = range((days - 4) * 96, (days - 3) * 96)
    return [
        (FIRST + n * QUARTER, sum(rng.random() < (0.15 if n in storm else 0.025) for _ in range(8)))
        for n in range(days * 96)
    ]


@pytest.mark.parametrize("every", [1, 96])
def test_the_alarms_are_the_same_and_the_size_stays(every: int) -> None:
    whole, kept, sizes, alarms = Detector(), Detector(), [], 0
    for n, (at, count) in enumerate(rows(14 if every == 1 else 60, 3)):
        if n % every == 0:
            text = json.dumps(stored(kept))
            sizes.append(len(text))
            kept = restored(json.loads(text))
        expected = whole.watch(at, count)
        assert kept.watch(at, count) == expected
        alarms += expected is not None
    assert alarms
    assert max(sizes) < 40_000
    assert whole == kept


def test_a_form_that_is_not_known_begins_anew() -> None:
    assert restored({"version": 0, "odd": 1}) == Detector()
    assert restored({}) == Detector()


def test_what_comes_late_counts_as_if_it_had_been_there() -> None:
    """A night is read the morning after: its windows hold what they would have held, and what is usual is the same."""
    there, late = Detector(), Detector()
    night = {FIRST + timedelta(days=9, hours=hour): 3 for hour in range(6)}
    for n in range(96 * 10):
        at = FIRST + n * QUARTER
        there.watch(at, 1 + night.get(at, 0))
        late.watch(at, 1)
    for at, count in night.items():
        assert late.add_late(at, count)
    assert late.of_last(24)[0] == there.of_last(24)[0] == 96 + 18
    assert late.of_last(24)[1] == pytest.approx(
        there.of_last(24)[1], rel=0.1
    )  # what it expected, it cannot know
    for one, other in zip(late.fading, there.fading, strict=True):
        assert one.seen == pytest.approx(other.seen)
    assert late.usual.certainty == pytest.approx(there.usual.certainty, rel=0.01)
    assert sum(part.seen for part in late.usual.hours) == pytest.approx(
        sum(part.seen for part in there.usual.hours), rel=0.01
    )


def test_what_is_older_than_a_week_is_not_counted() -> None:
    detector = Detector()
    for n in range(96 * 9):
        detector.watch(FIRST + n * QUARTER, 1)
    before = stored(detector)
    assert not detector.add_late(FIRST + timedelta(days=1), 500)
    assert stored(detector) == before


def test_a_late_flood_teaches_no_more_than_one_that_is_watched() -> None:
    """In one piece or in many."""
    one, many = Detector(), Detector()
    for n in range(96 * 9):
        one.watch(FIRST + n * QUARTER, 1)
        many.watch(FIRST + n * QUARTER, 1)
    at = FIRST + timedelta(days=8, hours=20)
    one.add_late(at, 1000)
    for _ in range(100):
        many.add_late(at, 10)
    assert one.usual.seen == pytest.approx(many.usual.seen, rel=0.01)
    assert one.usual.seen < 900
    assert one.of_last(24) == many.of_last(24)


def test_a_clock_that_was_set_loses_nothing() -> None:
    """Years ahead: the same alarms come, as much later."""
    found, moved = [], []
    far = timedelta(days=700)
    still, jumped = Detector(), Detector()
    for n, (at, count) in enumerate(rows(30, 5)):
        if n == 96 * 20:
            jumped.move(far.total_seconds())
        if alarm := still.watch(at, count):
            found.append(at)
        if alarm := jumped.watch(at + (far if n >= 96 * 20 else timedelta()), count):
            moved.append(alarm.at - (far if n >= 96 * 20 else timedelta()))
    assert found
    assert found == moved


def test_a_time_that_was_passed_over_stays_unknown() -> None:
    """After two weeks without a look, the past week's mentions come late: they would stand on those of before."""
    detector = Detector()
    for n in range(96 * 9):
        detector.watch(FIRST + n * QUARTER, 1)
    detector.move(14 * 86_400)
    before = detector.of_last(168)
    assert not detector.add_late(FIRST + timedelta(days=21), 300)
    assert detector.of_last(168) == before
