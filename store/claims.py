"""Claim, lease, attempts and next try for the rows of every stage: work is rows, and nobody works on one twice.

A claim is a conditional UPDATE with a token; finishing is conditional on that token, so a worker whose lease ran
out cannot overwrite what its successor did.
"""

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, SQLColumnExpression, func, or_, select, update
from sqlmodel import Session

MAX_ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Claim:
    """Rows that are ours until the lease ends; `token` proves it."""

    token: str
    ids: tuple[int, ...]


def claim(
    session: Session,
    table: Any,
    states: Sequence[str],
    *,
    now: datetime,
    lease: timedelta,
    limit: int,
    first: Sequence[SQLColumnExpression[Any]] = (),
    where: Sequence[ColumnElement[bool]] = (),
) -> Claim:
    """Takes up to `limit` rows of `table` in `states` that nobody holds and whose next try has come.

    `first` orders them (then by id), `where` narrows them. The attempt is counted and the lease written before any
    work starts, so that a row that kills its worker moves back in the queue all the same.
    """
    free = or_(table.claimed_until.is_(None), table.claimed_until < now)
    ripe = or_(table.next_try_at.is_(None), table.next_try_at <= now)
    waiting = (
        select(table.id)
        .where(table.state.in_(states), free, ripe, *where)
        .order_by(*first, table.id)
        .limit(limit)
    )
    if session.get_bind().dialect.name == "postgresql":
        waiting = waiting.with_for_update(skip_locked=True)
    token = str(uuid.uuid4())
    taken = session.execute(
        update(table)
        .where(table.id.in_(waiting.scalar_subquery()))
        .values(claim=token, claimed_until=now + lease, attempts=table.attempts + 1)
        .returning(table.id)
        .execution_options(synchronize_session=False)
    )
    return Claim(token, tuple(sorted(row[0] for row in taken)))


def finish(session: Session, table: Any, row_id: int, token: str, **values: Any) -> bool:
    """Writes the outcome if the row is still ours; False: the lease ran out and somebody else has it."""
    values = {
        "claim": None,
        "claimed_until": None,
        "attempts": 0,
        "next_try_at": None,
        "error": None,
    } | values
    return _set(session, table, row_id, token, values)


def finish_all(session: Session, table: Any, row_ids: Sequence[int], token: str, **values: Any) -> None:
    """The same for many rows at once; those that somebody else has by now stay as they are."""
    known = {"claim": None, "claimed_until": None, "attempts": 0, "next_try_at": None, "error": None}
    session.execute(
        update(table)
        .where(table.id.in_(row_ids), table.claim == token)
        .values(**known | values)
        .execution_options(synchronize_session=False)
    )


def retry(
    session: Session,
    table: Any,
    row_id: int,
    token: str,
    *,
    attempt: int,
    error: str,
    now: datetime,
    at_least: float | None = None,
    give_up: str | None = "failed",
) -> bool:
    """Gives a row back after an error: later each time, or to the state `give_up` after `MAX_ATTEMPTS`."""
    values: dict[str, Any] = {"claim": None, "claimed_until": None, "error": error[:500]}
    if give_up is not None and attempt >= MAX_ATTEMPTS:
        values["state"] = give_up
    else:
        values["next_try_at"] = now + wait(attempt, random.random(), at_least)
    return _set(session, table, row_id, token, values)


def wait(attempt: int, chance: float, at_least: float | None = None) -> timedelta:
    """How long to wait after `attempt` (1, 2, ...) failed: doubling, with jitter by `chance` in 0..1.

    `at_least` (seconds, from Retry-After) only ever lengthens it.
    """
    doubled: timedelta = min(FIRST_WAIT * (1 << min(attempt - 1, 20)), LONGEST_WAIT)
    return max(doubled * (0.5 + chance / 2), timedelta(seconds=at_least or 0))


def release_all(session: Session, table: Any) -> int:
    """Frees what a previous life of the only process here had in hand; gives the number of rows.

    Not for installations with several workers: there the leases of the dead run out by themselves.
    """
    result: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(table)
        .where(table.claim.is_not(None))
        .values(claim=None, claimed_until=None)
        .execution_options(synchronize_session=False)
    )
    return result.rowcount


def waiting(session: Session, table: Any) -> dict[str, int]:
    """How many rows stand in each state."""
    rows = session.execute(select(table.state, func.count()).group_by(table.state))
    return {row[0]: row[1] for row in rows}


def _set(session: Session, table: Any, row_id: int, token: str, values: dict[str, Any]) -> bool:
    result: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(table)
        .where(table.id == row_id, table.claim == token)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return result.rowcount == 1
