"""What waits where: counts by state, and how each source fares. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from sqlalchemy import func, sql
from sqlmodel import Session, col, select

from store import claims, switches
from store.clock import utcnow
from store.tables import (
    Case,
    CaseStatus,
    Mention,
    MentionState,
    Notification,
    OutboxState,
    PictureRow,
    SourceRow,
)

Health = Literal["new", "ok", "failing", "down"]


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One source. `health`: new (never read), ok, failing (an error or nothing found, not yet an alarm), down."""

    source: str
    health: Health
    last_ok: datetime | None = None
    last_error: str | None = None
    next_check: datetime | None = None


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Messages that failed for one cause. `error` names it and its mend; `next_try`: when the place is looked at
    again, None for what was given up; `routed_to`: the place a rule chose, None: the target's."""

    channel: str
    target: str
    error: str
    count: int
    next_try: datetime | None = None
    routed_to: str | None = None


@dataclass(frozen=True, slots=True)
class Turned:
    """Something a person has turned off for a time: `pause:BRAND` (`pause:*`: all), `mute:SOURCE`."""

    name: str
    until: datetime | None
    set_by: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class Status:
    """Every state is there, with 0 where nothing stands in it."""

    mentions: dict[str, int]
    cases: dict[str, int]
    outbox: dict[str, int]
    sources: tuple[SourceStatus, ...]
    undelivered: tuple[Undelivered, ...] = ()
    switches: tuple[Turned, ...] = ()


def read_status(session: Session, configured: Iterable[str] = (), now: datetime | None = None) -> Status:
    """The status now; `configured` sources come first, in their order, then those that only the database knows."""
    rows = {row.name: row for row in session.exec(select(SourceRow).order_by(SourceRow.name))}
    names = list(dict.fromkeys([*configured, *rows]))
    cases = session.exec(select(Case.status, func.count()).group_by(Case.status))
    return Status(
        mentions=_complete(MentionState, claims.waiting(session, Mention)),
        cases=_complete(CaseStatus, dict(cases.all())),
        outbox=_complete(OutboxState, claims.waiting(session, Notification)),
        sources=tuple(_source(name, rows.get(name)) for name in names),
        undelivered=_undelivered(session),
        switches=tuple(
            Turned(row.name, row.until, row.set_by, row.set_at)
            for row in switches.standing(session, now or utcnow())
        ),
    )


def health(row: SourceRow | None) -> Health:
    """How a source fares, in a word."""
    if row is None or (row.last_ok_at is None and not row.failures):
        return "new"
    if row.down_since is not None:
        return "down"
    return "failing" if row.failures or row.empty_reads else "ok"


def waiting_for(session: Session, now: datetime) -> dict[str, bool]:
    """Whether anything could be taken now, by whom it would wake: score, triage, deliver (all channels),
    pictures."""
    return {
        "score": _any(session, Mention, (MentionState.NEW,), now),
        "triage": _any(session, Mention, (MentionState.SCORED,), now),
        "deliver": _any(session, Notification, (OutboxState.WAITING, OutboxState.STALE), now),
        "pictures": _any(session, PictureRow, (OutboxState.WAITING,), now),
    }


def _undelivered(session: Session) -> tuple[Undelivered, ...]:
    """By where they should have gone, the most messages first."""
    place = (
        col(Notification.channel),
        col(Notification.target),
        col(Notification.routed_to),
        col(Notification.error),
    )
    found = session.execute(
        sql.select(*place, func.count(), func.min(col(Notification.next_try_at)))
        .where(col(Notification.state) == OutboxState.FAILED)
        .group_by(*place)
    ).all()
    rows = [
        Undelivered(name, target, error or "", count, at, routed)
        for name, target, routed, error, count, at in found
    ]
    return tuple(
        sorted(rows, key=lambda row: (-row.count, row.channel, row.target, row.routed_to or "", row.error))
    )


def _any(session: Session, table: Any, states: tuple[str, ...], now: datetime) -> bool:
    free = (table.claimed_until.is_(None)) | (table.claimed_until < now)
    ripe = (table.next_try_at.is_(None)) | (table.next_try_at <= now)
    return (
        session.exec(select(table.id).where(table.state.in_(states), free, ripe).limit(1)).first() is not None
    )


def _complete(states: type[StrEnum], counts: dict[str, int]) -> dict[str, int]:
    return {state.value: 0 for state in states} | {str(state): count for state, count in counts.items()}


def _source(name: str, row: SourceRow | None) -> SourceStatus:
    if row is None:
        return SourceStatus(name, "new")
    return SourceStatus(name, health(row), row.last_ok_at, row.last_error, row.next_check_at)
