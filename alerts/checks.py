"""What the time makes triage look at: sources that went down or came back, first reads that ended.

Each is told once: sources by what was told last, a starting list by its date on the source. The clocks of cases are
`alerts.clocks`'s.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, or_
from sqlmodel import Session, col, select

from alerts import notices
from alerts.cases import SYSTEM
from alerts.triage import RANK
from store.brand import Brand
from store.clock import iso
from store.db import Database
from store.tables import (
    Audit,
    Mention,
    MentionState,
    Notification,
    NotificationKind,
    Score,
    SourceRow,
)

START_DAYS = timedelta(days=14)


def check_sources(db: Database, brands: Mapping[str, Brand], channels: Sequence[str], now: datetime) -> int:
    """Tells once that a source went down and once that it came back, and lists what a first read found; gives
    the number of notifications written."""
    with db.write() as session:
        told = _last_told(session)
        rows = session.scalars(select(SourceRow).where(col(SourceRow.brand).in_(list(brands))))
        written = sum(_check_source(session, row, told.get(row.name), channels, now) for row in rows.all())
    return written + list_starts(db, brands, channels, now)


def list_starts(db: Database, brands: Mapping[str, Brand], channels: Sequence[str], now: datetime) -> int:
    """For each source whose first read is over and triaged: one list of the unanswered urgent or negative
    mentions it found of the last 14 days; gives the number of notifications written."""
    with db.read() as session:
        if not session.scalars(_to_list(brands)).first():
            return 0
    with db.write() as session:
        return sum(
            _list_start(session, row, channels, now) for row in session.scalars(_to_list(brands)).all()
        )


def _last_told(session: Session) -> dict[str, Notification]:
    """The latest notification about each source's health."""
    latest = (
        select(func.max(Notification.id))
        .where(col(Notification.kind) == NotificationKind.SOURCE)
        .group_by(col(Notification.source))
    )
    rows = session.scalars(select(Notification).where(col(Notification.id).in_(latest)))
    return {row.source or "": row for row in rows}


def _check_source(
    session: Session, row: SourceRow, told: Notification | None, channels: Sequence[str], now: datetime
) -> int:
    last = told.body if told else {}
    if row.down_since is not None:
        since = iso(row.down_since)
        if last.get("since") == since and last.get("event") == "down":
            return 0
        return _tell_source(session, row, "down", since, f"source:{row.name}:{since}", channels, now)
    if last.get("event") != "down":
        return 0
    since = str(last.get("since"))
    return _tell_source(session, row, "up", since, f"source:{row.name}:{since}:up", channels, now)


def _tell_source(
    session: Session, row: SourceRow, event: str, since: str, key: str, channels: Sequence[str], now: datetime
) -> int:
    action, quiet = f"source_{event}", event == "down" and row.failures == 0
    written = notices.add(
        session,
        key,
        channels,
        now,
        kind=NotificationKind.SOURCE,
        source=row.name,
        brand=row.brand,
        target="ops",
        priority=notices.SOURCE,
        body={"event": event, "since": since} | ({"quiet": True} if quiet else {}),
    )
    if written:
        session.add(Audit(at=now, who=SYSTEM, action=action, source=row.name, detail={"since": since}))
    return written


def _to_list(brands: Mapping[str, Brand]) -> Any:
    """Sources whose first read is over and none of whose mentions still waits for a score or for triage."""
    waiting = exists().where(
        col(Mention.source) == SourceRow.name,
        col(Mention.state).in_((MentionState.NEW, MentionState.SCORED)),
    )
    return select(SourceRow).where(
        col(SourceRow.first_read_at).is_not(None),
        col(SourceRow.start_listed_at).is_(None),
        col(SourceRow.brand).in_(list(brands)),
        ~waiting,
    )


def _list_start(session: Session, row: SourceRow, channels: Sequence[str], now: datetime) -> int:
    row.start_listed_at = now
    session.add(row)
    ids = _unanswered(session, row, now)
    if not ids:
        return 0
    return notices.add(
        session,
        f"start:{row.name}",
        channels,
        now,
        kind=NotificationKind.START,
        source=row.name,
        brand=row.brand,
        target="alerts",
        priority=notices.START,
        body={"mentions": ids},
    )


def _unanswered(session: Session, row: SourceRow, now: datetime) -> list[int]:
    """Ids of history that still wants an answer, the most urgent first, then the newest."""
    scored = (col(Score.mention_id) == Mention.id) & (col(Score.revision) == Mention.revision)
    unread = or_(col(Score.sentiment).is_(None), col(Score.unsupported))
    bad = or_(
        col(Score.urgency).in_(("critical", "high")),
        col(Score.sentiment) == "negative",
        unread & (col(Mention.stars) <= 2),
    )
    spam = (col(Score.category) == "spam") & (col(Score.urgency) == "low")
    rows = session.execute(
        select(col(Mention.id), col(Mention.published_at), col(Score.urgency))
        .join(Score, scored, isouter=True)
        .where(col(Mention.source) == row.name, col(Mention.history), col(Mention.case_id).is_(None))
        .where(col(Mention.published_at) >= now - START_DAYS)
        .where(col(Mention.answer).is_(None), col(Mention.gone_at).is_(None))
        .where(bad, or_(col(Score.category).is_(None), ~spam))
    ).all()
    ranked = sorted(rows, key=lambda r: (-RANK[r.urgency or "low"], -r.published_at.timestamp()))
    return [found.id for found in ranked]
