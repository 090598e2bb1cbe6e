"""The dashboard counts the period alone, in the brand's days, and shows each chart as a table too."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count, pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event
from sqlmodel import Session

from alerts.words import Words
from store.brand import Brand
from store.db import Database
from store.tables import Case, Mention, MentionState, Score
from tests.web.rooms import rooms
from web.charts import bar, columns, nice
from web.dashboard import asked, change, page
from web.dashboard_figures import measure, spans

AURORA = Brand(key="aurora", name="Caffè Aurora")
ROME = ZoneInfo("Europe/Rome")
_ids = count(1)


def mention(
    session: Session,
    at: datetime,
    mood: str | None = "negative",
    topics: tuple[str, ...] = (),
    source: str = "notizie",
    brand: str = "aurora",
) -> None:
    row = Mention(
        brand=brand,
        platform="feed",
        source=source,
        external_id=str(next(_ids)),
        text="x",
        url="https://x.example",
        published_at=at,
        content_hash="h",
        first_seen_at=at,
        changed_at=at,
        state=MentionState.TRIAGED,
    )
    session.add(row)
    session.flush()
    scored = Score(mention_id=row.id or 0, revision=1, model="m@1", scored_at=at, topics=list(topics))
    scored.sentiment, scored.unsupported = mood, mood is None
    session.add(scored)


def case(
    session: Session, at: datetime, urgency: str, after: timedelta | None, due: timedelta | None
) -> None:
    session.add(
        Case(
            brand="aurora",
            urgency=urgency,
            opened_at=at,
            due_at=at + due if due else None,
            replied_at=at + after if after else None,
        )
    )


def test_days_are_those_of_the_brand(database: Database, now: datetime) -> None:
    midnight = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)  # of the 24th in Rome
    with database.write() as session:
        mention(session, midnight)
        mention(session, midnight - timedelta(seconds=1), "positive")
        mention(session, now, None)
        mention(session, now, brand="lumaca")
        mention(session, now - timedelta(days=8))
    with database.read() as session:
        figures = measure(session, AURORA, 7, now)
    assert [one.first for one in figures.days] == [date(2026, 11, day) for day in range(18, 25)]
    assert figures.moods[-1] == {"negative": 1, "neutral": 0, "positive": 0, "unread": 1}
    assert figures.moods[-2]["positive"] == 1
    assert sum(figures.total.values()) == 3
    assert sum(figures.before.values()) == 1


def test_a_day_of_25_hours_is_one_day() -> None:
    found = spans(ROME, datetime(2026, 10, 26, 12, 0, tzinfo=UTC), 3, 1)
    lengths = [one.ends - one.starts for one in found]
    assert lengths == [timedelta(hours=24), timedelta(hours=25), timedelta(hours=24)]


def test_ninety_days_are_told_by_the_week(now: datetime) -> None:
    wide = spans(ROME, now, 90, 7)
    assert (len(wide), wide[0].first, wide[-1].last) == (13, date(2026, 8, 27), date(2026, 11, 24))
    assert all(one.ends == two.starts for one, two in pairwise(wide))


def test_topics_with_the_period_before(database: Database, now: datetime) -> None:
    with database.write() as session:
        mention(session, now, "negative", ("delivery", "staff"))
        mention(session, now, "positive", ("delivery",))
        mention(session, now - timedelta(days=9), "negative", ("staff",))
    with database.read() as session:
        topics = measure(session, AURORA, 7, now).topics
    assert [(one.name, one.mentions, one.negative, one.before) for one in topics] == [
        ("delivery", 2, 1, 0),
        ("staff", 1, 1, 1),
    ]


def test_response_times_by_severity(database: Database, now: datetime) -> None:
    hour = timedelta(hours=1)
    with database.write() as session:
        case(session, now - 5 * hour, "high", 2 * hour, hour)
        case(session, now - 6 * hour, "high", hour, hour)
        case(session, now - 7 * hour, "high", None, hour)
        case(session, now - timedelta(days=20), "high", hour, hour)
    with database.read() as session:
        figures = measure(session, AURORA, 7, now)
    high = figures.waits["high"]
    assert (high.opened, high.answered, high.median, high.clocked, high.in_time) == (3, 2, 5400, 2, 1)
    assert figures.waits["low"].median is None
    assert figures.trend[-1].opened == 3


@contextmanager
def statements(db: Database) -> Iterator[list[tuple[str, Any]]]:
    heard: list[tuple[str, Any]] = []

    def hear(connection: Any, cursor: Any, statement: str, values: Any, *_: Any) -> None:
        heard.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", hear)
    yield heard
    event.remove(db.engine, "before_cursor_execute", hear)


def test_every_figure_is_read_by_an_index(db: Database, now: datetime) -> None:
    """What was stored before the period costs nothing."""
    with db.write() as session:
        mention(session, now)
    with statements(db) as heard, db.read() as session:
        measure(session, AURORA, 7, now)
    assert len([one for one in heard if one[0].startswith("SELECT")]) == 9
    with db.engine.connect() as connection:
        for statement, values in heard:
            if statement.startswith("SELECT"):
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
                told = [str(row[3]) for row in plan]
                assert not [one for one in told if one.startswith("SCAN")], told
                assert any("published_at>?" in one or "opened_at>?" in one for one in told), told


def test_the_page_shows_charts_and_their_tables(db: Database, now: datetime, tmp_path: Path) -> None:
    with db.write() as session:
        mention(session, now, "negative", ("delivery",))
        case(session, now - timedelta(hours=2), "high", timedelta(hours=1), timedelta(hours=1))
    answer = rooms(db, now, tmp_path).get("/dashboard?days=7")
    assert answer.status_code == 200
    pictures = re.findall(r"<svg[^>]*>", answer.text)
    assert pictures
    assert all('aria-hidden="true"' in one or "legend" in answer.text for one in pictures)
    assert answer.text.count("<table") == 5
    assert "delivery" in answer.text
    assert not re.search(r"<script(?! src=\"/static/)|<style|\sstyle=|\son\w+=", answer.text)


@pytest.mark.parametrize("lang", ["en", "it"])
@pytest.mark.parametrize("query", ["", "?days=90", "?days=oops&brand=nobody", "?brand=aurora&days=7"])
def test_an_empty_period_says_so(db: Database, now: datetime, tmp_path: Path, query: str, lang: str) -> None:
    answer = rooms(db, now, tmp_path, lang).get(f"/dashboard{query}")
    assert answer.status_code == 200
    assert {"en": "Nobody wrote about the brand", "it": "nessuno ha scritto del marchio"}[lang] in answer.text


def test_what_makes_no_sense_in_an_address_is_left_out() -> None:
    brands = {"aurora": AURORA}
    assert asked({"days": "999", "brand": "x"}, brands) == (30, AURORA)
    assert asked({"days": "7", "brand": "aurora"}, brands) == (7, AURORA)
    assert asked({}, {}) == (30, None)


def test_the_summary_compares_with_before(database: Database, now: datetime) -> None:
    with database.write() as session:
        for _ in range(3):
            mention(session, now, "negative")
        mention(session, now, "positive")
        mention(session, now - timedelta(days=9), "positive")
    with database.read() as session:
        shown = page(measure(session, AURORA, 7, now), Words("en"))
    assert shown["summary"] == (
        "4 mentions in this period, 1 in the one before. 75 % of those read were negative, 0 % before."
    )


def test_changes_are_told_without_colour() -> None:
    words = Words("en")
    said = [change(now, before, words) for now, before in ((12, 10), (5, 10), (10, 10), (3, 0), (0, 0))]
    assert said == ["▲ 20 %", "▼ 50 %", "±0 %", "new", ""]


def test_charts_hold_shapes_alone() -> None:
    picture = str(columns([("mood-negative", [1, 0, 5]), ("mood-positive", [2, 2, 5])], 10))
    assert picture.count("<rect") == 5
    assert 'class="mood-negative" x="2.09" y="50.00" width="0.82" height="50.00"' in picture
    assert "<text" not in picture
    assert str(columns([], 1)).count("<rect") == 0
    assert str(bar([("mood-negative", 1), ("mood-other", 0)], 1_000_000)).count("<rect") == 1  # still seen
    assert [nice(value) for value in (0, 1, 3, 42, 101)] == [1, 1, 5, 50, 200]
