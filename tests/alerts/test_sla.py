"""Reply-by times: business hours, nights, clocks that change, holidays, absences, brands that never open."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.sla import (
    Calendar,
    add_business_time,
    calendar,
    due,
    end_of_day,
    is_open,
    next_opening,
    unknown_country,
)
from store.brand import Absence, Brand, Policy, parse_hours

WEEK = "mon-fri 09:00-18:00, sat 09:00-13:00"
HOUR = timedelta(hours=1)


def brand(zone: str = "Europe/Rome", **policy: Any) -> Brand:
    return Brand(key="a", name="A", timezone=zone, policy=Policy(**{"hours": WEEK} | policy))


def shop(hours: str = WEEK, zone: str = "Europe/Rome", **policy: Any) -> Calendar:
    return calendar(brand(zone, hours=hours, **policy), "normal")


def local(text: str, when: Calendar) -> datetime:
    """`2026-11-24 17:30` on the wall of the shop, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=when.zone).astimezone(UTC)


def wall(moment: datetime | None, when: Calendar) -> str:
    assert moment is not None
    return f"{moment.astimezone(when.zone):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("opened", "hours", "expected"),
    [
        ("2026-11-24 12:00", 4, "2026-11-24 16:00"),  # a Tuesday
        ("2026-11-24 14:00", 4, "2026-11-24 18:00"),  # just until closing
        ("2026-11-24 14:01", 4, "2026-11-25 09:01"),
        ("2026-11-24 17:30", 4, "2026-11-25 12:30"),
        ("2026-11-24 03:00", 4, "2026-11-24 13:00"),
        ("2026-11-24 18:00", 4, "2026-11-25 13:00"),
        ("2026-11-27 17:00", 4, "2026-11-28 12:00"),  # Friday evening: on Saturday
        ("2026-11-28 11:00", 4, "2026-11-30 11:00"),  # Saturday noon: on Monday
        ("2026-11-29 10:00", 4, "2026-11-30 13:00"),  # Sunday
        ("2026-11-24 12:00", 0, "2026-11-24 12:00"),
        ("2026-11-29 10:00", 0, "2026-11-30 09:00"),
        ("2026-11-24 09:00", 49, "2026-11-30 18:00"),  # a whole week of open hours
    ],
)
def test_open_hours_alone_count(opened: str, hours: int, expected: str) -> None:
    when = shop()
    reached = add_business_time(local(opened, when), hours * HOUR, when)
    assert wall(reached, when) == expected


def test_the_moment_is_utc_whatever_zone_it_came_in() -> None:
    when = shop()
    opened = datetime(2026, 11, 24, 6, 0, tzinfo=UTC).astimezone(shop(zone="America/New_York").zone)
    reached = add_business_time(opened, HOUR, when)
    assert reached == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    assert reached.tzinfo is UTC


@pytest.mark.parametrize(
    ("hours", "opened", "length", "expected"),
    [
        ("fri 22:00-02:00", "2026-11-27 23:00", 2, "2026-11-28 01:00"),  # over midnight it is one opening
        ("fri 22:00-02:00", "2026-11-28 01:30", 1, "2026-12-04 22:30"),
        ("mon-sun 00:00-24:00", "2026-11-27 23:30", 1, "2026-11-28 00:30"),
        ("mon 09:00-12:00, mon 14:00-18:00", "2026-11-30 11:00", 2, "2026-11-30 15:00"),  # a lunch break
        (
            "mon 09:00-12:00, mon 11:00-18:00",
            "2026-11-30 10:00",
            3,
            "2026-11-30 13:00",
        ),  # overlap counts once
        ("mon 09:00-18:00, mon 10:00-11:00", "2026-11-30 09:00", 4, "2026-11-30 13:00"),
    ],
)
def test_hours_of_all_shapes(hours: str, opened: str, length: int, expected: str) -> None:
    when = shop(hours)
    assert wall(add_business_time(local(opened, when), length * HOUR, when), when) == expected


# ---------------------------------------------------------------------------- clocks that change


@pytest.mark.parametrize(
    ("hours", "opened", "length", "expected"),
    [
        # 28 March 2027: 02:00 becomes 03:00, the night has an hour less.
        ("sat-sun 22:00-06:00", "2027-03-27 22:00", 4, "2027-03-28 03:00"),
        (
            "sun 02:00-03:00",
            "2027-03-28 00:00",
            1,
            "2027-04-04 03:00",
        ),  # an opening in the hour that is skipped
        ("mon-sun 00:00-23:59", "2027-03-28 01:00", 2, "2027-03-28 04:00"),
        # 25 October 2026: 03:00 becomes 02:00, the night has an hour more.
        ("sat-sun 22:00-06:00", "2026-10-24 22:00", 6, "2026-10-25 03:00"),
        ("sun 02:00-03:00", "2026-10-25 00:00", 2, "2026-10-25 03:00"),
        ("mon-sun 00:00-23:59", "2026-10-25 01:00", 2, "2026-10-25 02:00"),
    ],
)
def test_an_hour_is_an_hour_that_really_passes(hours: str, opened: str, length: int, expected: str) -> None:
    when = shop(hours)
    start = local(opened, when)
    reached = add_business_time(start, length * HOUR, when)
    assert wall(reached, when) == expected


@pytest.mark.parametrize(
    ("opened", "expected"),
    [("2027-03-26 17:00", "2027-03-27 10:00"), ("2026-10-23 17:00", "2026-10-24 10:00")],
)
def test_office_hours_keep_their_wall_clock(opened: str, expected: str) -> None:
    when = shop()
    reached = add_business_time(local(opened, when), 2 * HOUR, when)
    assert wall(reached, when) == expected
    assert wall(next_opening(local("2027-03-28 12:00", when), when), when) == "2027-03-29 09:00"


def test_critical_runs_by_the_clock_through_the_change() -> None:
    opened = datetime(2027, 3, 28, 0, 50, tzinfo=UTC)
    assert due(opened, "critical", brand()) == opened + timedelta(minutes=15)


# ---------------------------------------------------------------------------- policy


@pytest.mark.parametrize(
    ("urgency", "expected"),
    [
        ("critical", "2026-11-28 20:15"),
        ("high", "2026-11-30 10:00"),
        ("normal", "2026-11-30 13:00"),
        ("low", None),
    ],
)
def test_a_saturday_night(urgency: str, expected: str | None) -> None:
    """Critical at once, day and night; the rest when somebody is there; praise never."""
    when = shop()
    reached = due(local("2026-11-28 20:00", when), urgency, brand())
    assert (wall(reached, when) if reached else None) == expected


def test_critical_in_its_own_hours_where_the_policy_says_so() -> None:
    careful = brand(critical_hours="mon-sun 07:00-23:00")
    when = calendar(careful, "critical")
    assert wall(due(local("2026-11-28 22:50", when), "critical", careful), when) == "2026-11-29 07:05"


def test_times_of_the_policy() -> None:
    quick = brand(first_contact={"high": "30m", "low": "2d"}, hours="always")
    opened = datetime(2026, 11, 28, 20, 0, tzinfo=UTC)
    assert due(opened, "high", quick) == opened + timedelta(minutes=30)
    assert due(opened, "low", quick) == opened + timedelta(days=2)


@pytest.mark.parametrize(
    ("holidays", "opened", "expected"),
    [
        ("IT", "2026-12-24 17:00", "2026-12-28 12:00"),  # Christmas, Santo Stefano (a Saturday), Sunday
        (None, "2026-12-24 17:00", "2026-12-25 12:00"),
        ("IT", "2026-12-31 17:30", "2027-01-02 12:30"),  # into another year
        ("US", "2026-11-25 17:00", "2026-11-27 12:00"),  # Thanksgiving
        ("IT-BZ", "2027-05-14 17:00", "2027-05-15 12:00"),
        ("IT-BZ", "2027-05-15 12:00", "2027-05-18 12:00"),  # Whit Monday is kept in South Tyrol
    ],
)
def test_holidays_of_the_country_are_closed(holidays: str | None, opened: str, expected: str) -> None:
    when = shop(holidays=holidays)
    assert wall(add_business_time(local(opened, when), 4 * HOUR, when), when) == expected


def test_absences_are_closed_from_the_first_day_to_the_last() -> None:
    away = [{"from": "2026-12-01", "to": "2026-12-04", "note": "inventario"}]
    when = shop(absences=away)
    assert (
        wall(add_business_time(local("2026-11-30 17:00", when), 4 * HOUR, when), when) == "2026-12-05 12:00"
    )
    assert not is_open(local("2026-12-04 17:59", when), when)
    assert is_open(local("2026-12-05 09:00", when), when)


def test_always_knows_neither_holidays_nor_absences() -> None:
    christmas = local("2026-12-25 12:00", shop())
    away = brand(holidays="IT", absences=[{"from": "2026-12-24", "to": "2027-01-06"}])
    assert due(christmas, "critical", away) == christmas + timedelta(minutes=15)
    assert is_open(christmas, calendar(away, "critical"))
    assert next_opening(christmas, calendar(away, "critical")) == christmas


@pytest.mark.parametrize(
    "closed",
    [
        {"hours": ()},
        {"absences": [{"from": "2020-01-01", "to": "2099-12-31"}]},
        {"hours": "sun 02:00-02:30", "absences": [{"from": "2026-01-01", "to": "2028-12-31"}]},
    ],
)
def test_a_brand_that_never_opens_has_no_clock_and_costs_no_time(closed: dict[str, Any]) -> None:
    never = brand(**closed)
    opened = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
    assert due(opened, "normal", never) is None
    assert next_opening(opened, calendar(never, "normal")) is None
    assert not is_open(opened, calendar(never, "normal"))
    assert due(opened, "critical", never) == opened + timedelta(minutes=15)


def test_the_end_of_time_is_no_error() -> None:
    assert add_business_time(datetime(9999, 12, 30, tzinfo=UTC), 9000 * HOUR, shop()) is None


@pytest.mark.parametrize(
    ("country", "known"), [("IT", True), ("IT-BZ", True), ("DE-BY", True), ("ZZ", False)]
)
def test_a_country_without_known_holidays_is_named(country: str, known: bool) -> None:
    odd = brand(holidays=country)
    assert unknown_country(odd) == (None if known else country)
    assert due(datetime(2026, 11, 24, 11, 0, tzinfo=UTC), "normal", odd) is not None
    assert unknown_country(brand()) is None


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-24 08:59", False),
        ("2026-11-24 09:00", True),
        ("2026-11-24 17:59", True),
        ("2026-11-24 18:00", False),
        ("2026-11-28 12:59", True),
        ("2026-11-29 12:00", False),
    ],
)
def test_open_and_closed(moment: str, expected: bool) -> None:
    when = shop()
    assert is_open(local(moment, when), when) is expected
    assert (next_opening(local(moment, when), when) == local(moment, when)) is expected


# ---------------------------------------------------------------------------- whatever the hours

moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)).map(lambda m: m.replace(tzinfo=UTC))
lengths = st.timedeltas(timedelta(0), timedelta(hours=60)).map(
    lambda d: timedelta(minutes=d // timedelta(minutes=1))
)
days = st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
clocks = st.tuples(st.integers(0, 23), st.sampled_from([0, 15, 30])).map("{0[0]:02}:{0[1]:02}".format)
openings = st.tuples(days, clocks, clocks).filter(lambda o: o[1] != o[2]).map("{0[0]} {0[1]}-{0[2]}".format)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    zone = draw(st.sampled_from(["Europe/Rome", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]))
    hours = parse_hours(", ".join(draw(st.lists(openings, min_size=1, max_size=5))))
    first = draw(st.dates(date(2026, 1, 1), date(2027, 12, 31)))
    away = Absence.model_validate({"from": first, "to": first + timedelta(days=draw(st.integers(0, 20)))})
    country = draw(st.sampled_from([None, "IT", "US"]))
    return Calendar(hours, brand(zone).zone, country, (away,))


@settings(max_examples=60)
@given(calendars(), moments, lengths, lengths)
def test_time_adds_up(when: Calendar, start: datetime, one: timedelta, other: timedelta) -> None:
    """It never goes back, longer is later, and two stretches one after the other are both together."""
    first, both = add_business_time(start, one, when), add_business_time(start, one + other, when)
    assert first is not None
    assert both is not None
    assert start + one <= first <= both
    if one and other:
        assert add_business_time(first, other, when) == both


@settings(max_examples=60)
@given(calendars(), moments, lengths.filter(bool))
def test_a_reply_by_time_lies_in_open_time(when: Calendar, start: datetime, length: timedelta) -> None:
    reached = add_business_time(start, length, when)
    assert reached is not None
    assert is_open(reached - timedelta(microseconds=1), when)


@settings(max_examples=60)
@given(calendars(), moments)
def test_the_next_opening_is_open_and_nothing_before_it_is(when: Calendar, start: datetime) -> None:
    opening = next_opening(start, when)
    assert opening is not None
    assert is_open(opening, when)
    assert opening == start or not is_open(start, when)
    assert opening == start or not is_open(opening - timedelta(microseconds=1), when)


def test_midnight_is_written_as_the_end_of_the_day() -> None:
    assert parse_hours("mon 22:00-24:00")[0].closes == time.max


SHOP = Brand(key="a", name="A", policy=Policy(holidays="IT"))
OPEN_ALWAYS = Brand(key="a", name="A", policy=Policy.model_validate({"hours": "always"}))


@pytest.mark.parametrize(
    ("day", "now", "brand", "until"),
    [
        ("2026-11-26", "2026-11-24T11:00", SHOP, "2026-11-26T17:00"),
        ("2026-11-28", "2026-11-24T11:00", SHOP, "2026-11-28T17:00"),  # a Saturday
        ("2026-11-24", "2026-11-24T18:00", SHOP, "2026-11-24T22:59"),  # closed already
        ("2026-11-26", "2026-11-24T11:00", OPEN_ALWAYS, "2026-11-26T22:59"),
        ("2026-11-26", "2026-11-24T11:00", None, "2026-11-26T18:00"),
    ],
)
def test_until_when_a_promise_is_kept(day: str, now: str, brand: Brand | None, until: str) -> None:
    moments = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (now, until)]
    assert end_of_day(date.fromisoformat(day), brand, moments[0]) == moments[1]
