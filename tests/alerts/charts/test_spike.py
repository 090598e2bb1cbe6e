"""The chart of a spike: the hours before it, the usual, and the same bytes for the same values."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts.charts.spike import SpikeChart, chart
from alerts.spike_view import Surge
from alerts.words import Words

ROME = ZoneInfo("Europe/Rome")
UNTIL = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SURGE = Surge(UNTIL - 6 * HOUR, 6, 30, 2.0)
HOURS = [(1.0, 0.5)] * 162 + [(5.0, 0.5)] * 6


def made(surge: Surge = SURGE, hours: list[tuple[float, float]] = HOURS) -> SpikeChart:
    found = chart("Caffè Aurora", surge, ROME, hours, UNTIL)
    assert found is not None
    return found


def test_it_shows_two_days_before_and_all_of_the_spike() -> None:
    found = made()
    assert len(found.seen) == 54
    assert found.start == UNTIL - 54 * HOUR
    assert found.seen[-6:] == (5.0,) * 6
    assert found.usual == (0.5,) * 54


def test_it_ends_half_a_day_after_it_is_over() -> None:
    surge = Surge(UNTIL - 60 * HOUR, 6, 30, 2.0, over_at=UNTIL - 54 * HOUR)
    found = made(surge)
    assert found.start + len(found.seen) * HOUR == UNTIL - 42 * HOUR
    assert made(replace(surge, over_at=None)).mark != found.mark


@pytest.mark.parametrize("hours", [[], HOURS[:2]])
def test_what_is_forgotten_is_not_drawn(hours: list[tuple[float, float]]) -> None:
    assert chart("Caffè Aurora", SURGE, ROME, hours, UNTIL) is None


def test_the_same_values_are_the_same_bytes_in_each_language() -> None:
    picture = made().draw(Words("it"))
    assert picture.startswith(b"\x89PNG")
    assert picture == made().draw(Words("it"))
    assert picture != made().draw(Words("en"))


def test_it_is_said_in_words_too() -> None:
    assert made().alt(Words("en")) == (
        "Mentions by the hour: 30 negative mentions in 6 hours, where 2 would be usual. "
        "Most in one hour: 5, today at 07:00."
    )
    assert made().name.endswith(".png")


def test_a_name_from_outside_is_only_text() -> None:
    found = chart("$\\frac{1}{0}$ \n{x} 咖啡 " * 9, SURGE, ROME, HOURS, UNTIL)
    assert found is not None
    assert found.draw(Words("en")).startswith(b"\x89PNG")
