"""How each source fares, and what to do about it, in words."""

from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from alerts.words import Words
from store import switches
from store.db import Database
from store.tables import SourceRow
from tests.web.rooms import rooms
from tests.web.test_dashboard import mention
from web.sources import deed, look

HOUR = timedelta(hours=1)


def source(now: datetime, name: str = "notizie", **values: Any) -> SourceRow:
    return SourceRow(name=name, brand="aurora", type="feed", **values)


def test_a_source_that_is_down_says_since_when_and_what_to_do(
    db: Database, now: datetime, tmp_path: Path
) -> None:
    with db.write() as session:
        session.add(
            source(
                now,
                last_ok_at=now - 20 * HOUR,
                failures=4,
                down_since=now - 19 * HOUR,
                last_error="news.example: HTTP 503",
                next_check_at=now + HOUR,
            )
        )
        mention(session, now - 3 * HOUR)
        session.add(source(now, "alt", last_ok_at=now - 90 * 24 * HOUR))
    page = unescape(rooms(db, now, tmp_path).get("/sources").text)
    for said in (
        "down since yesterday at 17:00",
        "20 hours ago",
        "3 hours ago",
        "1 mention",
        "today at 13:00",
        "The place does not answer. It is tried again by itself",
        "news.example: HTTP 503",
    ):
        assert said in page
    assert page.index(">notizie ") < page.index(">alt ")
    assert "not read any more" in page


def test_what_was_never_read_and_what_fares_well(db: Database, now: datetime, tmp_path: Path) -> None:
    page = rooms(db, now, tmp_path, "it").get("/sources").text
    assert "non ancora letta" in page
    with db.write() as session:
        session.add(source(now, last_ok_at=now, first_read_at=now, next_check_at=now + HOUR))
        switches.set(session, switches.mute("notizie"), None, "marta", now)
    page = rooms(db, now, tmp_path, "it").get("/sources").text
    assert "va bene" in page
    assert "silenziata in Slack" in page
    assert "Che cosa fare" not in page


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("the sign-in was refused: renew the token", "ascolto connect feed --source notizie"),
        ("api.example: too many requests", "asks for patience"),
        ("robots.txt forbids /reviews", "does not want to be read by programs"),
        ("no results, where about 12 a page are usual", "the page has changed"),
        ("nothing new since 2026-11-01 10:00 UTC, where about 4.0 a day are usual", "the page has changed"),
        ("timed out", "does not answer"),
        ("something odd", "ascolto check --live notizie"),
        (None, "ascolto check --live notizie"),
    ],
)
def test_what_to_do_goes_by_the_cause(error: str | None, said: str) -> None:
    assert said in deed("down", error, "notizie", "feed", Words("en"))


def test_the_newest_and_the_last_seven_days(database: Database, now: datetime) -> None:
    with database.write() as session:
        for hours in (1, 100, 200):
            mention(session, now - hours * HOUR)
    with database.read() as session:
        seen = look(session, ["notizie", "none"], now)
    assert (seen["notizie"].newest, seen["notizie"].week) == (now - HOUR, 2)
    assert (seen["none"].newest, seen["none"].week, seen["none"].row) == (None, 0, None)
