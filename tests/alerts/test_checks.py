"""What clocks make triage look at: each source and starting list is told once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from alerts.checks import check_sources, list_starts
from store.db import Database
from store.tables import Audit, Notification, NotificationKind, SourceRow
from tests.alerts.belt import BRANDS, CRITICAL, GLAD, PLAIN, Belt
from tests.alerts.rows import add_source

CHANNELS = ("slack", "console")
LATE = timedelta(minutes=16)


def keys(db: Database) -> list[str]:
    with db.read() as session:
        return list(session.exec(select(Notification.key).order_by(Notification.id)))  # type: ignore[arg-type]


def actions(db: Database) -> list[str]:
    with db.read() as session:
        return [audit.action for audit in session.exec(select(Audit).order_by(Audit.id))]  # type: ignore[arg-type]


def set_source(db: Database, **values: Any) -> None:
    with db.write() as session:
        row = session.get_one(SourceRow, "app")
        for name, value in values.items():
            setattr(row, name, value)


def sources(db: Database, now: datetime, **options: Any) -> int:
    return check_sources(db, options.get("brands", BRANDS), options.get("channels", ["slack"]), now)


# ---------------------------------------------------------------------------- sources


@pytest.fixture
def down(database: Database, now: datetime) -> Database:
    with database.write() as session:
        add_source(session, down_since=now, failures=3, start_listed_at=now)
    return database


def test_a_source_that_went_down_is_told_once(down: Database, now: datetime) -> None:
    assert sources(down, now) == 1
    for minutes in range(3):
        assert sources(down, now + timedelta(minutes=minutes)) == 0
    with down.read() as session:
        (row,) = session.exec(select(Notification)).all()
    assert (row.kind, row.source, row.target, row.brand) == (NotificationKind.SOURCE, "app", "ops", "aurora")
    assert row.body == {"event": "down", "since": "2026-11-24T11:00:00Z"}
    assert actions(down) == ["source_down"]


def test_and_once_when_it_is_back(down: Database, now: datetime) -> None:
    sources(down, now)
    set_source(down, down_since=None)
    assert [sources(down, now + timedelta(hours=1)) for _ in range(3)] == [1, 0, 0]
    assert keys(down) == ["source:app:2026-11-24T11:00:00Z:slack", "source:app:2026-11-24T11:00:00Z:up:slack"]
    assert actions(down) == ["source_down", "source_up"]


def test_each_time_it_goes_down_is_told_of_itself(down: Database, now: datetime) -> None:
    for hours in range(3):
        set_source(down, down_since=now + timedelta(hours=hours))
        assert sources(down, now) == 1
        set_source(down, down_since=None)
        assert sources(down, now) == 1
    assert len(keys(down)) == len(set(keys(down))) == 6


def test_a_source_that_fell_again_before_anybody_looked_is_down(down: Database, now: datetime) -> None:
    sources(down, now)
    set_source(down, down_since=now + timedelta(hours=1))
    assert sources(down, now + timedelta(hours=1)) == 1
    assert keys(down)[-1] == "source:app:2026-11-24T12:00:00Z:slack"


def test_a_source_that_was_never_down_is_never_back(db: Database, now: datetime) -> None:
    with db.write() as session:
        add_source(session, failures=2, start_listed_at=now)
    assert sources(db, now) == 0


def test_each_channel_hears_of_it(db: Database, now: datetime) -> None:
    with db.write() as session:
        add_source(session, down_since=now)
    assert sources(db, now, channels=CHANNELS) == 2
    assert sources(db, now, channels=CHANNELS) == 0
    assert actions(db) == ["source_down"]


def test_a_source_of_a_brand_that_is_not_configured_is_nobodys(db: Database, now: datetime) -> None:
    with db.write() as session:
        add_source(session, down_since=now)
    assert sources(db, now, brands={"berta": BRANDS["berta"]}) == 0


# ---------------------------------------------------------------------------- starting lists


@pytest.fixture
def first_read(database: Database, now: datetime) -> Belt:
    belt = Belt(database, now)
    with database.write() as session:
        add_source(session, first_read_at=now)
    return belt


def old(belt: Belt, name: str, days: int = 3, **said: Any) -> int:
    return belt.put(name, history=True, published_at=belt.now - timedelta(days=days), **said)


def listed(belt: Belt) -> list[int] | None:
    rows = [row for row in belt.notifications() if row.kind == NotificationKind.START]
    return rows[0].body["mentions"] if rows else None


def test_what_waits_for_an_answer_is_one_list_the_most_urgent_first(first_read: Belt) -> None:
    belt = first_read
    normal = old(belt, "r1", days=5)
    critical = old(belt, "r2", days=9, **CRITICAL)
    younger = old(belt, "r3", days=2)
    happy_but_urgent = old(belt, "r4", **GLAD | {"urgency": "high"})
    for name, said in (("n1", PLAIN), ("n2", GLAD), ("n3", PLAIN | {"category": "information"})):
        old(belt, name, **said)
    old(belt, "n4", answer="Ci dispiace.")
    old(belt, "n5", days=15, **CRITICAL)
    old(belt, "n6", category="spam", urgency="low")
    belt.put("n7", source="other", history=True)
    live = belt.put("n8")
    belt.triage()
    assert listed(belt) == [critical, happy_but_urgent, younger, normal]
    assert belt.maybe_case_of(live) is not None  # alerted by itself, so not listed
    row = belt.notifications()[-1]
    assert (row.key, row.target, row.source) == ("start:app:slack", "alerts", "app")


@pytest.mark.parametrize(("stars", "waits"), [(1.0, True), (2.0, True), (3.0, False), (None, False)])
def test_unread_mentions_wait_by_their_stars(first_read: Belt, stars: float | None, waits: bool) -> None:
    number = old(first_read, "r1", stars=stars, sentiment=None, urgency=None, category=None, unsupported=True)
    first_read.triage()
    assert listed(first_read) == ([number] if waits else None)


def test_a_starting_list_is_written_once(first_read: Belt) -> None:
    belt = first_read
    old(belt, "r1")
    belt.triage()
    old(belt, "r2")  # found late: counted, and listed no more
    belt.triage()
    assert [list_starts(belt.db, BRANDS, ["slack"], belt.now) for _ in range(2)] == [0, 0]
    assert [key for key in belt.told() if key.startswith("start")] == ["start:app:slack"]
    assert listed(belt) == [1]


def test_nothing_to_list_is_noted_too(first_read: Belt) -> None:
    old(first_read, "r1", **GLAD)
    first_read.triage()
    assert listed(first_read) is None
    with first_read.db.read() as session:
        assert session.get_one(SourceRow, "app").start_listed_at == first_read.now


def test_a_list_waits_until_all_is_triaged(first_read: Belt) -> None:
    belt = first_read
    for name in ("r1", "r2", "r3"):
        old(belt, name)
    belt.look(limit=2)
    assert listed(belt) is None
    belt.look(limit=2)
    assert len(listed(belt) or []) == 3


def test_no_list_before_the_first_read_is_over(db: Database, now: datetime) -> None:
    belt = Belt(db, now)
    with db.write() as session:
        add_source(session, first_read_at=None)
    old(belt, "r1")
    belt.triage()
    assert listed(belt) is None
    set_source(db, first_read_at=now)
    assert sources(db, now) == 1  # the clock finds it, too


def test_looking_for_lists_takes_no_write_lock(
    db: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Database, "write", lambda self: pytest.fail("it wrote"))
    assert list_starts(db, BRANDS, ["slack"], now) == 0
