"""Simulated brands of few mentions a day, with quiet months and with storms, and how a detector fares on them.

Mentions come as a Poisson process whose rate has a day (little at night, a hump at eleven and one at eight in the
evening), a week (Saturdays and Sundays less) and days that differ by more than chance (a gamma factor a day with a
coefficient of variation of 0.3). Rows are hours. Everything comes from one seed.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from statistics import median

import numpy as np

from alerts.spikes import Detector

DAYS_DIFFER = 0.3  # coefficient of variation
QUIET_DAYS = 180
BRANDS = 40
STORMS = 120
USUAL_DAYS = 42  # before a storm, and up to a week more
FIRST = datetime(2026, 1, 5)  # noqa: DTZ001  (a brand's own clock)
_HOURS = np.array(
    [2, 1, 1, 1, 1, 2, 4, 8, 12, 15, 17, 18, 16, 15, 14, 14, 14, 15, 17, 19, 20, 16, 10, 5], float
)
_WEEK = np.array([1.1, 1.15, 1.1, 1.1, 1.05, 0.8, 0.7])


def quiet_and_storms(make: Callable[[], Detector], a_day: int, seed: int) -> dict[str, object]:
    """`make` gives a new detector. False alarms a month (30 days, the first month apart) and days to detection."""
    rng = np.random.default_rng([seed, a_day])
    first, later = 0, 0
    for _ in range(BRANDS):
        alarms = list(_alarms(make(), mentions(rng, a_day, QUIET_DAYS)))
        first += sum(hour < 30 * 24 for hour in alarms)
        later += sum(hour >= 30 * 24 for hour in alarms)
    found: dict[str, object] = {
        "false_alarms_a_month": round(later / BRANDS / (QUIET_DAYS / 30 - 1), 3),
        "false_alarms_in_the_first_month": round(first / BRANDS, 3),
    }
    for times, days in ((2, 7), (3, 3), (5, 2), (10, 1)):
        waits = [_wait(make(), rng, a_day, times, days) for _ in range(STORMS)]
        seen = [wait for wait in waits if wait is not None]
        found[f"{times}_times_for_{days}_days"] = {
            "found": round(len(seen) / STORMS, 2),
            "median_days_to_detection": round(median(seen) / 24, 2) if seen else None,
        }
    return found


def mentions(rng: np.random.Generator, a_day: float, days: int) -> np.ndarray:
    """Mentions an hour, from a Monday's midnight on."""
    return rng.poisson(_rates(rng, a_day, days))


def _rates(rng: np.random.Generator, a_day: float, days: int) -> np.ndarray:
    shape = 1 / DAYS_DIFFER**2
    by_day = a_day * rng.gamma(shape, 1 / shape, days) * _WEEK[np.arange(days) % 7] / _WEEK.mean()
    rates: np.ndarray = np.outer(by_day, _HOURS / _HOURS.sum()).ravel()
    return rates


def _wait(detector: Detector, rng: np.random.Generator, a_day: int, times: int, days: int) -> int | None:
    """Hours from the begin of a storm to the end of the hour that alarms; None: not before it is over."""
    start = USUAL_DAYS * 24 + int(rng.integers(7 * 24))
    rates = _rates(rng, a_day, USUAL_DAYS + 7 + days)
    rates[start : start + days * 24] *= times
    counts = rng.poisson(rates[: start + days * 24])
    return next((hour - start + 1 for hour in _alarms(detector, counts) if hour >= start), None)


def _alarms(detector: Detector, counts: np.ndarray) -> Iterator[int]:
    for hour, count in enumerate(counts.tolist()):
        if detector.watch(FIRST + timedelta(hours=hour), count):
            yield hour
