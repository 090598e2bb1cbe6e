"""By when a reply says that somebody answers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerts.drafts.phrases import load
from alerts.drafts.timing import Timing, duration, timing
from store.brand import Brand
from tests.alerts.drafts.requests import brand

IT, EN = load("it"), load("en")
BARE = Brand(key="aurora", name="Aurora", languages=["it"])
ABSENT: dict[str, Any] = {"absences": [{"from": "2026-12-24", "to": "2027-01-06"}]}


def said(moment: datetime, urgency: str = "high", lang: str = "it", **policy: Any) -> Timing:
    return timing(brand(policy), urgency, moment.replace(tzinfo=UTC), load(lang))


def test_a_time_that_holds_even_if_the_reply_is_published_late() -> None:
    assert said(datetime(2026, 11, 24, 11)) == Timing(when="entro un'ora", now="adesso")
    # An hour later it would be past closing time: the reply may be published then.
    assert said(datetime(2026, 11, 24, 15, 30)) == Timing(when="entro mercoledì", now="adesso")
    assert said(datetime(2026, 11, 24, 11), "normal") == Timing(when="entro mercoledì", now="adesso")
    assert said(datetime(2026, 11, 24, 8), "normal") == Timing(when="entro quattro ore", now="adesso")


def test_nobody_deals_with_it_now_out_of_the_hours_that_the_brand_has_set() -> None:
    """Also not shortly before closing time, as the reply may be published late."""
    assert said(datetime(2026, 11, 24, 11), "critical").now == "adesso"
    assert said(datetime(2026, 11, 24, 11), "critical", lang="en").now == "now"
    assert said(datetime(2026, 11, 24, 16, 50), "critical").now is None
    assert said(datetime(2026, 11, 24, 3), "critical").now is None
    assert said(datetime(2026, 11, 24, 3), "critical", critical_hours="always").now == "adesso"
    assert timing(BARE, "critical", datetime(2026, 11, 24, 11, tzinfo=UTC), IT).now is None


def test_while_closed_the_day_and_hour_of_the_next_opening() -> None:
    assert said(datetime(2026, 11, 24, 5)) == Timing(opens="a partire dalle 9:00 di oggi")
    assert said(datetime(2026, 11, 28, 20)) == Timing(opens="a partire da lunedì alle 9:00")
    assert said(datetime(2026, 11, 28, 20), lang="en") == Timing(opens="from 9:00 am on Monday")


def test_an_announced_absence_has_an_end() -> None:
    found = said(datetime(2026, 12, 26, 10), **ABSENT)
    assert found == Timing(opens="a partire da giovedì 7 gennaio alle 9:00", until="mercoledì 6 gennaio")


def test_an_absence_that_has_not_begun_is_not_named() -> None:
    found = said(datetime(2026, 12, 23, 20), **ABSENT)
    assert found.until is None
    assert found.opens == "a partire da giovedì 7 gennaio alle 9:00"


def test_critical_by_the_clock() -> None:
    assert said(datetime(2026, 12, 26, 3), "critical", **ABSENT) == Timing(when="entro quindici minuti")


def test_no_clock_no_time() -> None:
    assert said(datetime(2026, 11, 24, 11), first_contact={"high": "none"}) == Timing()
    assert said(datetime(2026, 11, 24, 11), absences=[{"from": "2026-01-01", "to": "2029-01-01"}]) == Timing()


@pytest.mark.parametrize(
    ("limit", "it", "en"),
    [
        (timedelta(minutes=1), "1 minuti", "1 minutes"),
        (timedelta(minutes=15), "quindici minuti", "15 minutes"),
        (timedelta(minutes=90), "90 minuti", "90 minutes"),
        (timedelta(hours=1), "un'ora", "an hour"),
        (timedelta(hours=4), "quattro ore", "four hours"),
        (timedelta(hours=72), "72 ore", "72 hours"),
    ],
)
def test_durations(limit: timedelta, it: str, en: str) -> None:
    assert (duration(limit, IT), duration(limit, EN)) == (it, en)
