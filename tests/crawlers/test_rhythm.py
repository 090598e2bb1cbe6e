"""When a source has fallen silent: against its own rhythm, while it was watched, and told until something comes."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from crawlers.health import watch_pushed
from crawlers.rhythm import ENOUGH, rhythm_of
from store.db import Database
from tests.crawlers.jobs import source_row
from tests.crawlers.test_pushed import post

NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def weekdays(until: datetime, weeks: int = 4) -> list[datetime]:
    """Three a day from Monday to Friday, the newest first."""
    days = (until - n * DAY for n in range(7 * weeks))
    return [day - hours * HOUR for day in days if day.weekday() < 5 for hours in (0, 3, 6)]


def told(moments: list[datetime], now: datetime) -> str | None:
    known = rhythm_of(moments)
    return known.silence(now, moments[-1]) if known else None


def test_a_weekend_is_no_silence_and_a_week_is() -> None:
    friday = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    moments = weekdays(friday)
    assert told(moments, friday + 3 * DAY) is None
    said = told(moments, friday + 9 * DAY)
    assert said is not None
    assert "nothing new since 2026-11-20 17:00 UTC, where about 2." in said
    assert "66 hours" in said or "2.8 days" in said


def test_few_mentions_or_a_short_time_make_no_rhythm() -> None:
    assert rhythm_of([NOW - n * DAY for n in range(ENOUGH - 1)]) is None
    assert rhythm_of([NOW - n * HOUR for n in range(ENOUGH)]) is None
    assert rhythm_of([NOW - n * DAY for n in range(ENOUGH)]) is not None


def test_a_busy_source_is_given_a_day() -> None:
    moments = [NOW - n * HOUR for n in range(200)]
    assert told(moments, NOW + 23 * HOUR) is None
    assert told(moments, NOW + 25 * HOUR) is not None


def test_one_outage_does_not_make_it_blind() -> None:
    moments = [NOW - n * HOUR for n in range(100)]
    moments += [one - 30 * DAY for one in moments]
    assert told(moments, NOW + 2 * DAY) is not None


def test_what_was_quiet_before_anybody_watched_is_no_alarm() -> None:
    known = rhythm_of([NOW - n * HOUR for n in range(200)])
    assert known is not None
    assert known.silence(NOW + 90 * DAY, watched=NOW + 89 * DAY) is None
    assert known.silence(NOW + 90 * DAY, watched=NOW) is not None


@pytest.fixture
def pushed(db: Database) -> Database:
    """A source that has posted every hour, and then no more."""
    many = [
        {"text": f"Caffè {n}", "external_id": str(n), "published_at": (NOW - n * HOUR).isoformat()}
        for n in range(200)
    ]
    assert post(db, many).new == 200
    return db


def test_a_source_that_posts_falls_silent_once_and_recovers_with_the_next_post(pushed: Database) -> None:
    assert watch_pushed(pushed, ["zap"], NOW + 2 * HOUR) == []
    assert watch_pushed(pushed, ["zap"], NOW + 2 * DAY) == ["zap"]
    row = source_row(pushed, "zap")
    assert (row.down_since, row.failures) == (NOW + 2 * DAY, 0)
    assert "nothing new since" in str(row.last_error)
    assert watch_pushed(pushed, ["zap"], NOW + 3 * DAY) == []
    assert watch_pushed(pushed, ["other"], NOW + 3 * DAY) == []
    post(pushed, {"text": "Di nuovo"})
    assert source_row(pushed, "zap").down_since is None


def test_three_posts_in_a_row_that_cannot_be_read_are_an_alarm(db: Database) -> None:
    for _ in range(2):
        post(db, {"stars": "many"})
    assert source_row(db, "zap").down_since is None
    post(db, {"stars": "many"})
    assert source_row(db, "zap").down_since == NOW
    post(db, {"text": "Buono"})
    assert source_row(db, "zap").down_since is None


def test_the_silence_is_found_by_the_index(db: Database) -> None:
    with db.read() as session:
        plan = session.execute(
            text(
                "EXPLAIN QUERY PLAN SELECT published_at FROM mention WHERE source = 'zap' AND published_at <= '2026' "
                "ORDER BY published_at DESC LIMIT 200"
            )
        ).all()
    assert "USING COVERING INDEX ix_mention_source_published" in str(plan)
    assert "TEMP B-TREE" not in str(plan)
