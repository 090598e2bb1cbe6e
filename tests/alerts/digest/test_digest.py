"""The digest: periods of the brand's calendar, figures, words, and one notification a week whatever happens."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, select

from alerts import cases, digest
from alerts.digest import Period
from alerts.words import Words
from store.brand import Brand
from store.db import Database
from store.tables import Notification, Sample
from tests.alerts.rows import BRAND, add_case, add_mention, desk

ROME, HONOLULU = ZoneInfo("Europe/Rome"), ZoneInfo("Pacific/Honolulu")
MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)  # 8 in Rome
BRANDS = {"aurora": BRAND}


def test_a_week_is_the_brands_own() -> None:
    week = Period.parse("2026-W47", ROME)
    assert (week.starts, week.ends) == (
        datetime(2026, 11, 15, 23, 0, tzinfo=UTC),
        datetime(2026, 11, 22, 23, 0, tzinfo=UTC),
    )
    assert Period.parse("2026-W47", HONOLULU).starts == datetime(2026, 11, 16, 10, 0, tzinfo=UTC)


def test_a_week_with_the_hour_that_autumn_repeats_is_longer() -> None:
    week = Period.parse("2026-W43", ROME)
    assert week.ends - week.starts == timedelta(days=7, hours=1)


def test_months_and_the_turn_of_the_year() -> None:
    month = Period.parse("2026-12", ROME)
    assert month.ends - month.starts == timedelta(days=31)
    assert month.before(ROME).name == "2026-11"
    assert Period.parse("2026-01", ROME).before(ROME).name == "2025-12"
    assert Period.parse("2026-W01", ROME).before(ROME).name == "2025-W52"
    assert Period.last_week(datetime(2027, 1, 6, tzinfo=UTC), ROME).name == "2026-W53"


@pytest.mark.parametrize(
    "name", ["2026", "2026-W54", "2025-W53", "2026-13", "2026-W00", "26-W01", "٢٠٢٦-11", ""]
)
def test_what_is_no_period_is_told_so(name: str) -> None:
    with pytest.raises(ValueError, match="is no period: write a week such as"):
        Period.parse(name, ROME)


def fill(session: Session, now: datetime) -> None:
    """Three mentions in the week, one before it; two cases, one of them answered in time."""
    late, prompt = (add_mention(session, now, number, published_at=now) for number in (1, 2))
    add_mention(session, now, 3, published_at=now, sentiment="positive", stars=5.0, source="shop")
    add_mention(session, now, 4, published_at=now - timedelta(days=7))
    add_case(session, late, now)
    answered = add_case(session, prompt, now, reasons=[("urgent", []), ("negative", [])])
    assert cases.resolve(desk(session, now + timedelta(minutes=10)), answered.id or 0, "marta").done


def test_figures(database: Database) -> None:
    now = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)
    with database.write() as session:
        fill(session, now)
        found = digest.measure(session, BRAND, Period.parse("2026-W47", ROME), now + timedelta(hours=1))
    assert (found.mentions, found.mentions_before, found.unread) == (3, 1, 0)
    assert found.by_sentiment == {"negative": 2, "neutral": 0, "positive": 1}
    assert found.by_source == {"app": 2, "shop": 1}
    assert found.average_stars == pytest.approx(2.33)
    assert found.alerts_by_reason == {"negative": 2, "urgent": 2}
    assert (found.cases, found.cases_answered) == (2, 1)
    assert (found.contact_median, found.in_time) == (600.0, 0.5)  # the other's time is over without an answer
    assert (found.open_now, found.overdue_now) == (1, 1)


def test_in_words(db: Database) -> None:
    now = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)
    with db.write() as session:
        fill(session, now)
        found = digest.measure(session, BRAND, Period.parse("2026-W47", ROME), now + timedelta(hours=1))
    english = digest.write(found, BRAND, Words("en"))
    assert english.title == "Caffè Aurora: Monday 16 November to Sunday 22 November"
    assert english.paragraphs == (
        "3 mentions (the period before: 1): 2 negative, 0 neutral, and 1 positive. 2.3 stars on average.",
        "67 % of what was read is negative (the period before: 100 %).",
        "2 cases opened, 1 answered, first contact after 10 minutes (median), and 50 % in time. "
        "Open now: 1, 1 of them overdue.",
        "Alerts: Negative 2 and Urgent 2.",
        "By source: app 2 and shop 1.",
        "False alarms: 0 of 1 decided cases (0 %).",
    )
    italian = digest.write(found, BRAND, Words("it"))
    assert italian.title == "Caffè Aurora: da lunedì 16 novembre a domenica 22 novembre"
    assert italian.paragraphs[0].startswith("3 menzioni (nel periodo precedente: 1): 2 negative, 0 neutre e")
    assert italian.paragraphs[0].endswith("In media 2,3 stelle.")
    titles = [section.title for section in italian.sections]
    assert titles == [
        "In attesa di risposta",
        "Hanno scritto qui perché altrove nessuno ha risposto",
        "Stelle e risposte per luogo",
    ]


def test_an_empty_week_says_so_in_one_line(db: Database) -> None:
    with db.read() as session:
        found = digest.measure(session, BRAND, Period.parse("2026-W47", ROME), MONDAY)
    assert digest.write(found, BRAND, Words("en")).paragraphs == (
        "Nobody wrote about the brand, and no case is open.",
    )


def keys(session: Session) -> list[str]:
    return sorted(row.key for row in session.exec(select(Notification)))


def announce(db: Database, now: datetime, brands: dict[str, Brand] = BRANDS) -> int:
    return digest.announce(db, brands, ["slack"], now)


def test_it_is_written_once_on_monday_morning_however_often_it_is_asked(database: Database) -> None:
    with database.write() as session:
        add_mention(session, MONDAY - timedelta(days=3))
    assert announce(database, MONDAY - timedelta(seconds=1)) == 0
    assert announce(database, MONDAY) == 1
    assert announce(database, MONDAY + timedelta(seconds=1)) == 0
    assert announce(database, MONDAY + timedelta(days=6)) == 0  # after a restart, too
    with database.read() as session:
        assert keys(session) == ["digest:aurora:2026-W47:slack"]


def test_a_brand_without_a_mention_yet_gets_none(db: Database) -> None:
    assert announce(db, MONDAY) == 0
    with db.write() as session:
        add_mention(session, MONDAY)  # of the new week
    assert announce(db, MONDAY) == 0


def test_the_notification_shows_the_week_it_is_about(db: Database) -> None:
    with db.write() as session:
        add_mention(session, MONDAY - timedelta(days=3), published_at=MONDAY - timedelta(days=3))
    announce(db, MONDAY)
    with db.read() as session:
        row = session.exec(select(Notification)).one()
        shown = digest.report(session, row, MONDAY, brands=BRANDS, words=Words("en"))
        assert shown.paragraphs[0].startswith("1 mention (the period before: 0)")
        with pytest.raises(LookupError, match="not configured"):
            digest.report(session, row, MONDAY, brands={}, words=Words("en"))


def test_figures_as_json_are_plain(db: Database) -> None:
    with db.read() as session:
        told: dict[str, Any] = digest.measure(session, BRAND, Period.parse("2026-11", ROME), MONDAY).to_json()
    assert (told["period"], told["starts"], told["mentions"]) == ("2026-11", "2026-10-31T23:00:00Z", 0)


def test_what_was_missed_is_told_with_its_interval(db: Database) -> None:
    week = Period.parse("2026-W47", ROME)
    with db.write() as session:
        assert "alert" not in str(
            digest.write(digest.measure(session, BRAND, week, MONDAY), BRAND, Words("en")).paragraphs
        )
        for number in range(20):
            mention = add_mention(session, MONDAY - timedelta(days=2), number)
            said = "missed" if number == 0 else "right"
            session.add(
                Sample(
                    brand="aurora", mention_id=mention.id or 0, revision=1, said=said,
                    drawn_at=MONDAY - timedelta(days=3),
                )
            )  # fmt: skip
        session.flush()
        figures = digest.measure(session, BRAND, week, MONDAY)
        assert (figures.looked_at, figures.missed, figures.miss_rate) == (20, 1, 0.05)
        assert digest.write(figures, BRAND, Words("en")).paragraphs[-1] == (
            "20 mentions that did not alert were looked at; "
            "1 should have alerted: 5 % (95 % interval: 0.9 to 23.6 %). "
            "That is the share of those looked at (Wilson's interval), without weights: "
            "a day with few mentions counts as much as one with many, so where days differ it may be off."
        )
        assert "senza pesi" in digest.write(figures, BRAND, Words("it")).paragraphs[-1]
        assert figures.to_json()["miss_estimate"] == "unweighted_wilson_95"
        before = digest.measure(session, BRAND, week.before(ROME), MONDAY)
        assert (before.looked_at, before.miss_estimate) == (0, None)
