"""The queue of cases: its order, its pages, and that an index gives both."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from store.db import Database
from store.mentions import store_mentions
from store.queue import latest_cases, members, trail, waiting_cases
from store.tables import Audit, Case, Mention
from tests.store.test_mentions import mention

URGENCIES = ("critical", "high", "normal", "low")


def add(session: Session, now: datetime, **values: Any) -> int:
    known: dict[str, Any] = {"brand": "aurora", "opened_at": now}
    case = Case(**known | values)
    session.add(case)
    session.flush()
    return case.id or 0


def test_the_most_urgent_first_then_the_soonest_due(database: Database, now: datetime) -> None:
    soon, later = now + timedelta(minutes=15), now + timedelta(hours=4)
    with database.write() as session:
        praise = add(session, now, urgency="low", channel="praise")
        no_clock = add(session, now, urgency="normal")
        normal = add(session, now, urgency="normal", due_at=soon)
        second = add(session, now, urgency="critical", due_at=later, status="acknowledged")
        first = add(session, now, urgency="critical", due_at=soon)
        high = add(session, now, urgency="high", due_at=later)
        for status in ("replied", "resolved", "dismissed"):
            add(session, now, urgency="critical", due_at=soon, status=status)
        assert waiting_cases(session) == [first, second, high, normal, no_clock, praise]
        assert waiting_cases(session, ("acknowledged",)) == [second]
        assert waiting_cases(session, limit=2) == [first, second]


def test_pages_hold_every_case_once(database: Database, now: datetime) -> None:
    chance = random.Random(7)
    dues = [None, now, *(now + timedelta(minutes=chance.randrange(9), microseconds=3) for _ in range(4))]
    with database.write() as session:
        ids = {
            add(
                session,
                now,
                urgency=chance.choice(URGENCIES),
                due_at=chance.choice(dues),
                status=chance.choice(("open", "acknowledged")),
            )
            for _ in range(60)
        }
        whole = waiting_cases(session, limit=100)
        paged: list[int] = []
        while page := waiting_cases(session, after=paged[-1] if paged else None, limit=7):
            paged += page
    assert set(whole) == ids
    assert paged == whole


def test_a_page_after_a_case_that_is_not_there_is_the_first(database: Database, now: datetime) -> None:
    with database.write() as session:
        first = add(session, now)
        assert waiting_cases(session, after=first + 4711) == [first]


def test_one_brand_alone(database: Database, now: datetime) -> None:
    with database.write() as session:
        ours = add(session, now, status="resolved")
        other = add(session, now, status="resolved", brand="lumaca")
        assert latest_cases(session, ("resolved",), brand="aurora") == [ours]
        assert latest_cases(session, ("resolved",)) == [other, ours]
        theirs = add(session, now, brand="lumaca")
        assert waiting_cases(session, brand="lumaca") == [theirs]
        assert waiting_cases(session, brand="aurora") == []


def test_done_cases_come_youngest_first_in_pages(database: Database, now: datetime) -> None:
    with database.write() as session:
        ids = [add(session, now, status=("resolved", "dismissed")[n % 2]) for n in range(5)]
        done = ("resolved", "dismissed")
        assert latest_cases(session, done, limit=2) == [ids[4], ids[3]]
        assert latest_cases(session, done, after=ids[3], limit=9) == [ids[2], ids[1], ids[0]]


def test_what_happened_to_a_case_the_latest_first(database: Database, now: datetime) -> None:
    with database.write() as session:
        case, other = add(session, now), add(session, now)
        for number, which in enumerate((case, other, case)):
            session.add(Audit(at=now, who="ascolto", action=f"a{number}", case_id=which))
            session.flush()
        assert [row.action for row in trail(session, case)] == ["a2", "a0"]
        assert [row.action for row in trail(session, case, limit=1)] == ["a2"]


def test_the_mentions_of_a_case(database: Database, now: datetime) -> None:
    with database.write() as session:
        case = add(session, now)
        stored = store_mentions(session, [mention(n, now) for n in range(3)], now=now).new
        for number in stored[:2]:
            session.get_one(Mention, number).case_id = case
        session.flush()
        assert [row.id for row in members(session, case)] == [stored[1], stored[0]]


@pytest.mark.parametrize(
    ("asked", "index"),
    [("first page", "ix_case_queue"), ("next page", "ix_case_queue"), ("done", "ix_case_status")],
)
def test_an_index_gives_the_order(db: Database, now: datetime, asked: str, index: str) -> None:
    """Nothing is read but the rows of a page: no table is scanned, and no status is sorted as a whole."""
    with db.write() as session:
        last = add(session, now, urgency="high", due_at=now)
        statements: list[tuple[str, Any]] = []

        def note(connection: Any, cursor: Any, statement: str, values: Any, *rest: Any) -> None:
            statements.append((statement, values))

        event.listen(db.engine, "before_cursor_execute", note)
        if asked == "done":
            latest_cases(session, ("resolved", "dismissed"), after=last)
        else:
            waiting_cases(session, after=last if asked == "next page" else None)
        event.remove(db.engine, "before_cursor_execute", note)
        connection = session.connection()
        plans = [
            [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            for statement, values in statements
            if "UNION ALL" in statement
        ]
    assert plans
    for plan in plans:
        reads = [place for place, step in enumerate(plan) if " case " in step]
        assert reads
        for place in reads:
            assert f"INDEX {index}" in plan[place], plan
            assert "TEMP B-TREE" not in plan[place + 1], plan  # a page is sorted at most, never a status
