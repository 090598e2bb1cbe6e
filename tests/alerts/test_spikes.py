"""A storm is told once a day from its begin on; a usual day, a usual peak and a first day are not."""

import pickle
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from alerts.spikes import Detector, Spike

FIRST = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)


def poisson(rng: random.Random, mean: float) -> int:
    """By arrivals."""
    count, left = 0, rng.expovariate(1.0)
    while left < mean:
        count, left = count + 1, left + rng.expovariate(1.0)
    return count


def rows(
    days: int, rate: Callable[[int], float], seed: int = 1, step: timedelta = HOUR
) -> Iterator[tuple[datetime, int]]:
    """`rate` gives the mean of the row of a number."""
    rng = random.Random(seed)
    for number in range(round(days * timedelta(days=1) / step)):
        yield FIRST + number * step, poisson(rng, rate(number))


def alarms(detector: Detector, found: Iterator[tuple[datetime, int]]) -> list[Spike]:
    return [spike for at, count in found if (spike := detector.watch(at, count))]


def day_shape(hour: int) -> float:
    """Forty mentions a day, by day only, half as many at the weekend."""
    awake = 7 <= hour % 24 < 23
    return 2.5 * awake * (0.5 if hour // 24 % 7 >= 5 else 1)


@pytest.mark.parametrize("a_day", [5, 20, 40])
def test_a_storm_over_few_mentions_is_told_while_it_lasts(a_day: int) -> None:
    start = 40 * 24 + 9

    def rate(hour: int) -> float:
        return a_day / 40 * day_shape(hour) * (6 if start <= hour < start + 48 else 1)

    found = alarms(Detector(), rows(60, rate))
    inside = [one for one in found if one.at >= FIRST + start * HOUR]
    assert inside, "the storm was missed"
    assert inside[0].at - FIRST < (start + 24) * HOUR
    assert [one.began for one in inside] == [True] + [False] * (len(inside) - 1)
    assert len(inside) <= 3
    assert inside[0].count > inside[0].expected
    assert 0 < inside[0].chance < 0.01


def test_a_quiet_year_of_a_brand_is_nearly_silent() -> None:
    assert len(alarms(Detector(), rows(365, day_shape))) <= 4


def test_the_peak_of_each_monday_is_no_spike() -> None:
    """Every Monday at ten four times as many come: after some weeks, that is usual."""

    def rate(hour: int) -> float:
        return 10.0 * (4 if hour % 168 in (9, 10) else 1)

    late = [one for one in alarms(Detector(), rows(84, rate)) if one.at > FIRST + timedelta(days=42)]
    assert late == []


@pytest.mark.parametrize("step", [timedelta(minutes=5), HOUR, timedelta(hours=6)])
def test_none_in_the_first_day(step: timedelta) -> None:
    def rate(number: int) -> float:
        return 500.0 if number % 7 == 3 else 1.0

    found = alarms(Detector(), rows(3, rate, step=step))
    assert all(one.at - FIRST >= timedelta(days=1) for one in found)


def test_a_spike_in_a_busy_five_minute_series() -> None:
    start = 20 * 288 + 100

    def rate(row: int) -> float:
        return 30.0 * (8 if start <= row < start + 6 else 1)

    found = alarms(Detector(), rows(24, rate, step=timedelta(minutes=5)))
    assert [round((one.at - FIRST) / timedelta(minutes=5)) - start for one in found] in ([0], [1], [2])


def test_alarms_keep_a_day_between_them_and_a_long_storm_becomes_usual() -> None:
    """Ten times as many, for good: told, and told again, until it is the custom."""

    def rate(hour: int) -> float:
        return 20.0 if hour >= 30 * 24 else 2.0

    found = [one.at for one in alarms(Detector(), rows(120, rate))]
    assert all(later - earlier >= timedelta(days=1) for earlier, later in pairwise(found))
    assert FIRST + timedelta(days=30) <= found[0] <= FIRST + timedelta(days=30, hours=6)
    assert all(at < FIRST + timedelta(days=90) for at in found)


def test_what_was_decided_does_not_change_with_what_comes_later() -> None:
    found = list(rows(40, lambda hour: 3.0 * (5 if hour > 900 else 1)))
    whole = [one.at for one in alarms(Detector(), iter(found))]
    for end in (300, 905, 920):
        assert [one.at for one in alarms(Detector(), iter(found[:end]))] == [
            at for at in whole if at <= found[end - 1][0]
        ]


def test_memory_does_not_grow() -> None:
    detector = Detector()
    sizes = []
    for number, (at, count) in enumerate(rows(400, day_shape)):
        detector.watch(at, count)
        if number % (100 * 24) == 99 * 24:
            sizes.append(len(pickle.dumps(detector)))
    assert max(sizes) < 1.1 * sizes[0]


def test_wrong_rows_are_refused_and_leave_no_trace() -> None:
    """A detector that was shown nonsense between its rows says what one says that was not."""
    plain, shown = Detector(), Detector()
    for at, count in rows(45, lambda hour: 2.0 * (6 if hour > 1000 else 1)):
        for wrong_at, wrong in (
            (at, -1.0),
            (at, float("nan")),
            (at, float("inf")),
            (at - 99 * timedelta(days=365), 1),
        ):
            if shown.first is not None:
                with pytest.raises(ValueError):
                    shown.watch(wrong_at, wrong)
        assert plain.watch(at, count) == shown.watch(at, count)


@pytest.mark.parametrize("gap", [timedelta(hours=5), timedelta(days=9), timedelta(days=4000)])
def test_rows_that_are_missing_raise_no_alarm(gap: timedelta) -> None:
    detector = Detector()
    assert len(alarms(detector, rows(40, day_shape))) <= 1
    last = FIRST + timedelta(days=40)
    later = (
        (at + (last - FIRST) + gap.days * timedelta(days=1), count)
        for at, count in rows(5, day_shape, seed=4)
    )
    assert len(alarms(detector, later)) <= 1


def test_equal_times_and_a_huge_count_are_survived() -> None:
    detector = Detector()
    for day in range(5):
        for _ in range(3):
            detector.watch(FIRST + timedelta(days=day), 1e12)
    assert detector.watch(FIRST + timedelta(days=9000), 0) is None
