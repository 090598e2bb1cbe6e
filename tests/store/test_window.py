"""The hours in which a source may be read, on days of 23, 24 and 25 hours."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.window import Window

ROME = ZoneInfo("Europe/Rome")


def open_minutes(text: str, day: datetime) -> int:
    """How many minutes of the 24 hours from `day` are open."""
    window = Window.parse(text)
    return sum(window.is_open(day + timedelta(minutes=n), ROME) for n in range(24 * 60))


@pytest.mark.parametrize(
    ("text", "hour", "open_"),
    [
        ("22:00-06:00", 21, False),
        ("22:00-06:00", 22, True),
        ("22:00-06:00", 3, True),
        ("22:00-06:00", 6, False),
        ("09:00-18:00", 9, True),
        ("09:00-18:00", 18, False),
        ("18:00-24:00", 23, True),
        ("18:00-24:00", 0, False),
    ],
)
def test_hours_are_those_of_the_zone(text: str, hour: int, open_: bool) -> None:
    moment = datetime(2026, 11, 24, hour, tzinfo=ROME).astimezone(UTC)
    assert Window.parse(text).is_open(moment, ROME) is open_


@pytest.mark.parametrize("text", ["", "22-6", "22:00", "24:00-06:00", "22:60-06:00", "06:00-06:00", "00:00-24:00", "1:00-2:00", "00:00-24:01", "22:00-06:00-07:00"])  # fmt: skip
def test_what_are_no_hours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="hours"):
        Window.parse(text)


@pytest.mark.parametrize("day", [28, 29, 30])
def test_the_night_without_an_hour_past_two_is_not_skipped(day: int) -> None:
    """On 2026-03-29 Rome's clocks go from 02:00 to 03:00."""
    noon = datetime(2026, 3, day - 1, 12, tzinfo=UTC)
    assert open_minutes("02:00-03:00", noon) == 60
    assert open_minutes("02:15-02:45", noon) == 30


def test_the_night_with_an_hour_twice_is_open_in_both() -> None:
    assert open_minutes("02:00-03:00", datetime(2026, 10, 24, 12, tzinfo=UTC)) == 120


@given(st.integers(0, 1439), st.integers(1, 1439), st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)))
def test_a_window_and_the_rest_of_the_day_leave_nothing_out(opens: int, length: int, at: datetime) -> None:
    closes = (opens + length) % 1440
    zone, now = ZoneInfo("UTC"), at.replace(tzinfo=UTC)
    one, other = Window(opens, closes), Window(closes, opens)
    assert one.is_open(now, zone) is not other.is_open(now, zone)
    assert one.length + other.length == timedelta(days=1)
