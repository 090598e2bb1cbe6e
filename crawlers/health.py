"""How a source fares, as values for its row: what a read that went well, failed or came back empty means. Pure but
for what takes a session.

Who is told about it is for `alerts`, which watches `down_since`.
"""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from crawlers import rhythm
from store.db import Database
from store.tables import SourceRow

DOWN_AFTER = 3  # failures in a row
USUAL = 3.0  # results a page from which an empty read is an alarm at once
SMOOTHING = 0.3  # weight of the newest read in `usual_results` (an exponentially weighted mean)
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=2)
LONGEST_RETRY = timedelta(days=1)
LONG_SILENCE, TIMES_EVERY = timedelta(hours=6), 3  # a longer wait than both is an alarm at once
MAX_ERROR = 500  # characters of `last_error`
Values = dict[str, Any]


def read_well(row: SourceRow, *, results: float | None, now: datetime, every: timedelta) -> Values:
    """After a complete read with `results` mentions a page; None: the source said that nothing changed."""
    usual = (
        row.usual_results if results is None else _mean(row.usual_results, results, row.first_read_at is None)
    )
    return {
        "failures": 0,
        "empty_reads": 0,
        "usual_results": usual,
        "down_since": None,
        "last_ok_at": now,
        "last_error": None,
        "next_check_at": now + every,
        "first_read_at": row.first_read_at or now,
    }


def put_off(why: str | None, *, now: datetime, until: datetime) -> Values:
    """Where nothing could be asked for before `until`: how the source fares is as it was."""
    told = {"last_error": why[:MAX_ERROR], "last_error_at": now} if why else {}
    return told | {"next_check_at": until}


def read_empty(row: SourceRow, *, now: datetime, every: timedelta) -> Values:
    """After a read without any result where there used to be some: what is usual stays as it was."""
    empty = row.empty_reads + 1
    alarm = row.usual_results >= USUAL or empty >= DOWN_AFTER
    return {
        "failures": 0,
        "empty_reads": empty,
        "last_error": f"no results, where about {row.usual_results:.0f} a page are usual",
        "last_error_at": now,
        "down_since": row.down_since or (now if alarm else None),
        "next_check_at": now + every,
    }


def quiet(row: SourceRow, why: str, *, now: datetime) -> Values:
    """What a read, or a post that is waited for in vain, means where nothing new came for longer than ever."""
    return {
        "last_error": why[:MAX_ERROR],
        "last_error_at": row.last_error_at if row.last_error == why[:MAX_ERROR] else now,
        "down_since": row.down_since or now,
    }


def watch_pushed(db: Database, names: Sequence[str], now: datetime) -> list[str]:
    """Nobody asks a source that posts to us, so its silence is looked for: gives those that have just fallen silent."""
    with db.read() as session:
        up = (col(SourceRow.name).in_(names), col(SourceRow.down_since).is_(None))
        rows = session.exec(select(SourceRow).where(*up)).all()
        fallen = [(row.name, why) for row in rows if (why := rhythm.silence(session, row, now))]
    if not fallen:
        return []
    with db.write() as session:
        for name, why in fallen:
            row = session.get_one(SourceRow, name)
            for field, given in quiet(row, why, now=now).items():
                setattr(row, field, given)
    return [name for name, _ in fallen]


def read_badly(
    row: SourceRow,
    error: str,
    *,
    now: datetime,
    chance: float,
    retry_after: float | None = None,
    alarm: bool = False,
    every: timedelta = timedelta(0),
) -> Values:
    """After a read that failed. `chance` in 0..1 is the jitter; `alarm`: down at once, not at the third failure, as
    is a source that wants to be left alone for long (`retry_after`, seconds) though it is read `every` so often."""
    failures = row.failures + 1
    silenced = (retry_after or 0) > max(LONG_SILENCE, TIMES_EVERY * every).total_seconds()
    down = alarm or silenced or failures >= DOWN_AFTER
    return {
        "failures": failures,
        "last_error": error[:MAX_ERROR],
        "last_error_at": now,
        "down_since": row.down_since or (now if down else None),
        "next_check_at": now + backoff(failures, chance, retry_after),
    }


def backoff(failures: int, chance: float, retry_after: float | None = None) -> timedelta:
    """Doubling from a minute to two hours, with jitter; `retry_after` (seconds) only ever lengthens it, to a day at
    most: a wrong answer must not silence a source."""
    doubled: timedelta = min(FIRST_WAIT * 2 ** min(failures - 1, 20), LONGEST_WAIT)
    asked = timedelta(seconds=min(retry_after or 0, LONGEST_RETRY.total_seconds()))
    return max(doubled * (0.5 + chance / 2), asked)


def record_failure(session: Session, name: str, brand: str, kind: str, error: str, *, now: datetime) -> None:
    """Writes a failed read onto the source's row, which is made where there is none."""
    row = session.get(SourceRow, name)
    if row is None:
        row = SourceRow(name=name, brand=brand, type=kind)
        session.add(row)
    for field, given in read_badly(row, error, now=now, chance=random.random()).items():
        setattr(row, field, given)


def _mean(usual: float, results: float, first: bool) -> float:
    return results if first or not usual else usual + SMOOTHING * (results - usual)
