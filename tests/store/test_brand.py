"""What a brand tells about itself: hours, durations, zones; what cannot be is refused with the mend."""

from datetime import time, timedelta

import pytest
from pydantic import ValidationError

from store.brand import DAYS, Absence, Brand, Opening, Policy


def spans(text: str) -> list[tuple[str, str, str]]:
    hours: tuple[Opening, ...] = Policy.model_validate({"hours": text}).hours
    return [(DAYS[o.weekday], f"{o.opens:%H:%M}", f"{o.closes:%H:%M}") for o in hours]


def test_hours_by_weekday() -> None:
    assert spans("sat 09:00-13:00, mon-tue 09:00-18:00") == [
        ("mon", "09:00", "18:00"),
        ("tue", "09:00", "18:00"),
        ("sat", "09:00", "13:00"),
    ]


def test_a_lunch_break() -> None:
    assert spans("mon 09:00-13:00, mon 14:00-18:00") == [("mon", "09:00", "13:00"), ("mon", "14:00", "18:00")]


def test_across_midnight_is_an_evening_and_a_night() -> None:
    assert spans("sun 22:00-02:00") == [("mon", "00:00", "02:00"), ("sun", "22:00", "23:59")]


def test_until_midnight_has_no_night() -> None:
    assert spans("fri 18:00-24:00") == [("fri", "18:00", "23:59")]


def test_a_span_over_the_weekend() -> None:
    assert [day for day, _, _ in spans("sat-mon 10:00-12:00")] == ["mon", "sat", "sun"]


def test_always_is_a_whole_week() -> None:
    hours = Policy.model_validate({"hours": "always"}).hours
    assert [(o.weekday, o.opens, o.closes) for o in hours] == [(day, time.min, time.max) for day in range(7)]


@pytest.mark.parametrize("text", ["monday 9-5", "mon 09:00", "mon-xyz 09:00-10:00", "mon 25:00-26:00", ""])
def test_what_are_no_hours_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValidationError, match="write"):
        Policy.model_validate({"hours": text})


def test_hours_survive_a_round_trip() -> None:
    policy = Policy.model_validate({"hours": "mon-fri 09:00-18:00, sat 20:00-24:00"})
    assert Policy.model_validate(policy.model_dump(by_alias=True)) == policy


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("15m", timedelta(minutes=15)),
        ("1.5h", timedelta(minutes=90)),
        ("2d", timedelta(days=2)),
        ("none", None),
    ],
)
def test_first_contact(text: str, limit: timedelta | None) -> None:
    assert Policy.model_validate({"first_contact": {"high": text}}).first_contact.high == limit


def test_a_duration_without_a_unit_is_refused() -> None:
    with pytest.raises(ValidationError, match="15m"):
        Policy.model_validate({"first_contact": {"high": "15"}})


def test_an_absence_reads_from_and_to() -> None:
    absence = Absence.model_validate({"from": "2026-12-24", "to": "2027-01-06"})
    assert (absence.last - absence.first).days == 13


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="Europe/Rome"):
        Brand(key="a", name="A", timezone="Europe/Roma")


def test_a_country_is_two_letters() -> None:
    with pytest.raises(ValidationError, match="IT"):
        Policy.model_validate({"holidays": "Italia"})


@pytest.mark.parametrize(
    ("policy", "urgency", "limit"),
    [
        ({}, "high", timedelta(hours=1)),
        ({"first_contact": {"high": "2h"}}, "high", timedelta(hours=2)),
        ({"first_contact": {"high": "2h"}, "reply_times": {"high": "30m"}}, "high", timedelta(minutes=30)),
        ({"reply_times": {"high": "none"}}, "high", None),
        ({"reply_times": {"high": "30m"}}, "normal", timedelta(hours=4)),
        ({}, "low", None),
    ],
)
def test_reply_times_are_as_first_contact_unless_said(
    policy: dict[str, object], urgency: str, limit: timedelta | None
) -> None:
    assert Policy.model_validate(policy).reply_time(urgency) == limit


@pytest.mark.parametrize(
    ("policy", "mend"),
    [
        ({"remind": 1}, "less than 1"),
        ({"remind": -0.1}, "greater than or equal to 0"),
        ({"again": {"high": "10s"}}, "at least 1m"),
        ({"again": {"high": "none"}}, "write a number"),
        ({"follow_up": "soon"}, "write a number"),
        ({"escalation": ["@marta", " "]}, "nobody's name"),
        ({"on_call": ["@"]}, "nobody's name"),
        ({"on_call": ["x" * 90]}, "nobody's name"),
        ({"escalation": ["@marta", "@marta"]}, "twice"),
        ({"on_call": [3]}, "string"),
    ],
)
def test_clocks_that_cannot_be_are_refused(policy: dict[str, object], mend: str) -> None:
    with pytest.raises(ValidationError, match=mend):
        Policy.model_validate(policy)


def test_a_chain_of_one_may_stand_alone() -> None:
    assert Policy.model_validate({"on_call": " @marta "}).on_call == ("@marta",)
