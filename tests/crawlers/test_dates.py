"""Dates as sites write them, and what is none."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.dates import EARLIEST, is_day, parse_date

NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-23T10:30:00Z", at(2026, 11, 23, 10, 30)),
        ("2026-11-23T10:30:00+02:00", at(2026, 11, 23, 8, 30)),
        ("2026-11-23T10:30:00-0700", at(2026, 11, 23, 17, 30)),
        ("2026-11-23 10:30:00 +0200", at(2026, 11, 23, 8, 30)),
        ("2026-11-23T10:30:00", at(2026, 11, 23, 10, 30)),
        ("2026-11-23", at(2026, 11, 23)),
        (" 2026-11-23 ", at(2026, 11, 23)),
        ("20261123", at(2026, 11, 23)),
        ("2026-1-5", at(2026, 1, 5)),
        ("2026/11/23 9:05:11 pm", at(2026, 11, 23, 21, 5)),
        ("23/11/2026", at(2026, 11, 23)),
        ("23.11.2026, 10:30 Uhr", at(2026, 11, 23, 10, 30)),
        ("5/1/26", at(2026, 1, 5)),
        ("11/23/2026", at(2026, 11, 23)),  # the day cannot be the month
        ("11/23/2026 3:30 PM", at(2026, 11, 23, 15, 30)),
        ("Mon, 23 Nov 2026 10:30:00 +0100", at(2026, 11, 23, 9, 30)),
        ("Mon, 23 Nov 2026 10:30:00 GMT", at(2026, 11, 23, 10, 30)),
        ("April 1, 2011", at(2011, 4, 1)),
        ("Nov 23rd, 2026", at(2026, 11, 23)),
        ("November 23, 2026 3:30 p.m.", at(2026, 11, 23, 15, 30)),
        ("12:05 am, 23 November 2026", at(2026, 11, 23, 0, 5)),
        ("1. März 2026", at(2026, 3, 1)),
        ("23 novembre 2026", at(2026, 11, 23)),
        ("lunedì 23 nov. 2026 alle 10:30", at(2026, 11, 23, 10, 30)),
        ("mar. 24 nov. 2026", at(2026, 11, 24)),  # a Tuesday, not March
        ("Mar 24, 2026", at(2026, 3, 24)),
        ("1er août 2026 à 10h30", at(2026, 8, 1, 10, 30)),
        ("1 de abril de 2011", at(2011, 4, 1)),
        ("3 de setembro de 2026", at(2026, 9, 3)),
        ("Recensito in Italia il 3 maggio 2026", at(2026, 5, 3)),
        ("1700000000", at(2023, 11, 14, 22, 13, 20)),
        (
            "1711011500123",
            datetime(2024, 3, 21, 8, 58, 20, 123000, UTC),
        ),  # milliseconds that look like ISO 8601
        (1700000000, at(2023, 11, 14, 22, 13, 20)),
        (1700000000000, at(2023, 11, 14, 22, 13, 20)),
        (at(2026, 1, 1), at(2026, 1, 1)),
    ],
)
def test_read(written: Any, moment: datetime) -> None:
    assert parse_date(written, NOW) == moment


@pytest.mark.parametrize(
    "written",
    [
        None,
        True,
        "",
        "yesterday",
        "2 giorni fa",
        "October 99, 9999",
        "31/31/2026",
        "2026-02-30",
        "1994-12-31",  # before anybody reviewed online
        "2026-12-24",  # a month ahead
        "0001-01-01T00:00:00+10:00",
        "9999-12-31T23:59:59-10:00",
        float("nan"),
        float("inf"),
        10**30,
        -5,
        "1" * 101,
        "²²²²²²²²²²",
        ["2026-11-23"],
        {"@value": "2026-11-23"},
    ],
)
def test_unreadable(written: Any) -> None:
    assert parse_date(written, NOW) is None


def test_a_clock_may_be_a_little_ahead() -> None:
    assert parse_date("2026-11-25T18:00:00Z", NOW) == at(2026, 11, 25, 18)


@given(st.one_of(st.text(max_size=120), st.integers(), st.floats(), st.binary(max_size=20)))
def test_whatever_comes_is_a_plausible_moment_or_none(written: Any) -> None:
    moment = parse_date(written, NOW)
    assert moment is None or (
        moment.utcoffset() == timedelta(0) and EARLIEST <= moment <= NOW + timedelta(days=2)
    )


@given(st.datetimes(datetime(1996, 1, 1), datetime(2026, 11, 1), timezones=st.just(UTC)))
def test_what_iso_writes_is_read_back(moment: datetime) -> None:
    assert parse_date(moment.isoformat(), NOW) == moment


def test_is_day() -> None:
    assert is_day(at(2026, 11, 23))
    assert not is_day(at(2026, 11, 23, 0, 0, 1))
