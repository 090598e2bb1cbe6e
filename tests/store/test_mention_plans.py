"""What storing, comparing and looking ask of the database is found by its keys, however many mentions stand there."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from store.db import Database
from store.mention import NewMention
from store.mentions import due_looks, known_ids, looked, mark_gone, store_answers, store_mentions

NAMES = [f"r{number}" for number in range(40)]
KEYS = {
    "mention": {
        "USING INTEGER PRIMARY KEY (rowid=?)",
        "(brand=? AND platform=? AND external_id=?)",
        "(source=? AND published_at>?)",
        "(source=? AND look_again_at<?)",
    },
    "tombstone": {"(key=?)"},
}


def page(now: datetime, likes: int) -> list[NewMention]:
    return [
        NewMention(
            brand="aurora",
            source="shop",
            platform="page",
            external_id=name,
            text="Il caffè",
            published_at=now,
            likes=likes,
        )
        for name in NAMES
    ]


def store(session: Session, now: datetime) -> None:
    store_mentions(session, page(now, likes=2), now=now)


def answer(session: Session, now: datetime) -> None:
    store_answers(session, "aurora", "page", dict.fromkeys(NAMES, ("Grazie", now)), now)


def look(session: Session, now: datetime) -> None:
    due = due_looks(session, "shop", now, 100)
    assert due == NAMES
    assert len(looked(session, "shop", ("aurora", "page"), due, set(), now)) == len(NAMES)


def compare(session: Session, now: datetime) -> None:
    assert len(mark_gone(session, "shop", set(), since=now - timedelta(days=1), now=now)) == len(NAMES)


def know(session: Session, now: datetime) -> None:
    assert known_ids(session, "aurora", "page", NAMES) == set(NAMES)


@pytest.mark.parametrize("act", [store, answer, look, compare, know])
def test_every_statement_finds_its_rows_by_a_key(
    db: Database, now: datetime, act: Callable[[Session, datetime], None]
) -> None:
    with db.write() as session:
        store_mentions(session, page(now, likes=1), now=now)
    statements: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        if not statement.startswith(("INSERT", "BEGIN")):
            statements.append((statement, values[0] if many else values))

    event.listen(db.engine, "before_cursor_execute", note)
    with db.write() as session:
        act(session, now + timedelta(hours=1))
    event.remove(db.engine, "before_cursor_execute", note)
    assert statements
    with db.engine.connect() as connection:
        for statement, values in statements:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            for step in [str(row[3]) for row in plan if not str(row[3]).startswith("USE TEMP")]:
                table = next(name for name in KEYS if f" {name} " in step)
                assert any(step.endswith(key) for key in KEYS[table]), f"{step}: {statement}"
