"""Personal data go: at their author's wish, or when their time is over. Counts and scores stay, nameless.

An erased mention leaves a tombstone, so that the next read of its source does not bring it back; the messages that
showed it are edited. What people did with its case stays in the audit log, without what they wrote.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, delete, func, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from store.db import Database
from store.mention import author_key, identity
from store.mentions import BATCH
from store.tables import (
    Audit,
    Case,
    CaseStatus,
    Clock,
    Draft,
    Label,
    Mention,
    MentionState,
    Notification,
    NotificationKind,
    OutboxState,
    Reason,
    Revision,
    Sample,
    Score,
    Snapshot,
    Tombstone,
    Trace,
)

ERASED = "erased:"  # begins the external id of what was erased
LISTS = (
    NotificationKind.START,
    NotificationKind.BRIEF,
    NotificationKind.DIGEST,
)  # their bodies name what they quote
LEEWAY = timedelta(days=1)  # for a machine's clock that was set back
OPEN = (CaseStatus.OPEN, CaseStatus.ACKNOWLEDGED, CaseStatus.REPLIED)


@dataclass(slots=True)
class Erased:
    """How much was erased; `messages` are to be edited or were not sent yet."""

    mentions: int = 0
    revisions: int = 0
    drafts: int = 0
    cases: int = 0
    messages: int = 0

    def add(self, other: "Erased") -> None:
        self.mentions += other.mentions
        self.revisions += other.revisions
        self.drafts += other.drafts
        self.cases += other.cases
        self.messages += other.messages


def forget(session: Session, platform: str, author: str, *, now: datetime) -> Erased:
    """Erases all that `author` (a name, a handle with or without @, or the platform's id) wrote on `platform`."""
    done = Erased()
    ids = _written_by(session, platform, author)
    for start in range(0, len(ids), BATCH):
        done.add(_erase(session, ids[start : start + BATCH], now))
    return done


def expire(db: Database, *, now: datetime, texts: timedelta, authors: timedelta) -> Erased:
    """Erases what was first seen longer than `texts` ago, and the names of authors longer than `authors` ago.

    In batches, each in a transaction of its own, so that nobody waits long. What an open case is about stays.
    """
    done = Erased()
    while ids := _over(db, col(Mention.first_seen_at) < now - texts, _not_erased()):
        with db.write() as session:
            done.add(_erase(session, ids, now))
    while ids := _over(db, col(Mention.first_seen_at) < now - authors, _has_author()):
        with db.write() as session:
            _set(session, Mention, col(Mention.id).in_(ids), author=None, author_id=None, author_key=None)
            _delete(session, Trace, col(Trace.mention_id).in_(ids))
            # They call people by name, and so may colleagues in what they wrote about the case.
            done.drafts += _delete(session, Draft, col(Draft.mention_id).in_(ids))
            of = select(Mention.case_id).where(col(Mention.id).in_(ids), col(Mention.case_id).is_not(None))
            _erase_words(session, [case_id for case_id in session.exec(of.distinct()) if case_id is not None])
    return done


def _written_by(session: Session, platform: str, author: str) -> list[int]:
    bare = author.strip().removeprefix("@")
    names = {name for name in (author.strip(), bare, f"@{bare}") if name}
    keys = [author_key(platform, None, name) for name in names]
    lower = [name.lower() for name in names]
    named = or_(
        col(Mention.author_key).in_(keys),
        col(Mention.author_id).in_(names),
        func.lower(Mention.author).in_(lower),
    )
    chosen = select(col(Mention.id)).where(col(Mention.platform) == platform, named).order_by(col(Mention.id))
    return [row_id for row_id in session.exec(chosen) if row_id is not None]


def _not_erased() -> ColumnElement[bool]:
    return col(Mention.external_id).not_like(f"{ERASED}%")


def _has_author() -> ColumnElement[bool]:
    return or_(
        col(Mention.author).is_not(None),
        col(Mention.author_id).is_not(None),
        col(Mention.author_key).is_not(None),
    )


def _over(db: Database, *conditions: ColumnElement[bool]) -> list[int]:
    """The next batch of mentions whose time is over and that no open case is about."""
    is_open = select(col(Case.id)).where(col(Case.id) == col(Mention.case_id), col(Case.status).in_(OPEN))
    with db.read() as session:
        chosen = select(col(Mention.id)).where(*conditions, ~is_open.exists()).limit(BATCH)
        return [row_id for row_id in session.exec(chosen) if row_id is not None]


def _erase(session: Session, ids: Sequence[int], now: datetime) -> Erased:
    rows = list(session.exec(select(Mention).where(col(Mention.id).in_(ids), _not_erased())))
    _bury(session, rows, now)
    done = Erased(mentions=len(rows))
    done.revisions = _delete(session, Revision, col(Revision.mention_id).in_(ids))
    done.drafts = _delete(session, Draft, col(Draft.mention_id).in_(ids))
    _delete(session, Snapshot, col(Snapshot.mention_id).in_(ids))
    _delete(session, Sample, col(Sample.mention_id).in_(ids))
    _delete(session, Trace, col(Trace.mention_id).in_(ids))
    _set(session, Score, col(Score.mention_id).in_(ids), why=[])
    _set(session, Reason, col(Reason.mention_id).in_(ids), detail=[])
    for row in rows:
        _blank(session, row)
    session.flush()
    # Not before: the rows have waited for the labels under way (`labels.held`).
    _delete(session, Label, col(Label.mention_id).in_(ids))
    case_ids = {row.case_id for row in rows if row.case_id is not None}
    done.cases = len(case_ids)
    for case_id in sorted(case_ids):
        _erase_from_case(session, case_id, set(ids))
    done.messages = _outdate(session, case_ids, rows, now)
    return done


def _bury(session: Session, rows: Iterable[Mention], now: datetime) -> None:
    stones = [{"key": identity(row.brand, row.platform, row.external_id), "erased_at": now} for row in rows]
    if stones:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        session.execute(dialect.insert(Tombstone).on_conflict_do_nothing(), stones)


def _blank(session: Session, row: Mention) -> None:
    """What is left is counted, and nobody can be found by it."""
    row.external_id = row.thread = f"{ERASED}{row.id}"
    row.text = row.content_hash = ""
    row.title = row.author = row.author_id = row.author_key = row.text_key = row.url = row.answer = None
    row.followers = row.error = None
    row.state, row.claim, row.claimed_until, row.next_try_at = MentionState.TRIAGED, None, None, None
    session.add(row)


def _erase_from_case(session: Session, case_id: int, erased: set[int]) -> None:
    """The case shows another of its mentions, or none; what people wrote about it goes too."""
    shown = session.exec(select(Case.mention_id).where(Case.id == case_id)).one()
    values: dict[str, Any] = {"version": col(Case.version) + 1}
    if shown in erased:
        others = select(Mention.id).where(Mention.case_id == case_id, _not_erased())
        latest = session.exec(others.order_by(col(Mention.id).desc()).limit(1)).first()
        values["mention_id"] = latest
    _set(session, Case, col(Case.id) == case_id, **values)
    _erase_words(session, [case_id])


def _erase_words(session: Session, case_ids: Sequence[int]) -> None:
    """What people wrote about these cases: replies, notes, evidence, promises."""
    _set(session, Case, col(Case.id).in_(case_ids), reply=None)
    _set(session, Clock, col(Clock.case_id).in_(case_ids), note=None)
    _set(session, Audit, col(Audit.case_id).in_(case_ids), detail={})


def _outdate(session: Session, case_ids: set[int], rows: Sequence[Mention], now: datetime) -> int:
    """Sent messages that quote what was erased are edited; gives how many, with those that still wait."""
    ids = _lists_of(session, rows)
    bundles = select(Notification.bundle).where(
        col(Notification.case_id).in_(case_ids), col(Notification.bundle).is_not(None)
    )
    about = or_(
        col(Notification.case_id).in_(case_ids),
        col(Notification.id).in_(ids),
        col(Notification.key).in_(bundles),
    )
    sent = col(Notification.state) == OutboxState.SENT
    changed = _set(session, Notification, about & sent, state=OutboxState.STALE, next_try_at=now, attempts=0)
    waiting = select(func.count()).where(about, col(Notification.state) == OutboxState.WAITING)
    return changed + session.exec(waiting).one()


def _lists_of(session: Session, rows: Sequence[Mention]) -> list[int]:
    """The ids of the lists that name one of these mentions: written since the oldest was seen, briefs and digests of
    their brands and any source's first list (the source may be another brand's by now)."""
    if not rows:
        return []
    erased = {row.id for row in rows}
    chosen = select(Notification.id, Notification.body).where(
        col(Notification.kind).in_(LISTS),
        or_(
            col(Notification.kind) == NotificationKind.START,
            col(Notification.brand).in_({row.brand for row in rows}),
        ),
        col(Notification.created_at) >= min(row.first_seen_at for row in rows) - LEEWAY,
    )
    found = session.exec(chosen)
    return [row_id for row_id, body in found if row_id is not None and erased.intersection(_listed(body))]


def _listed(body: Mapping[str, Any]) -> list[int]:
    return [one for one in body.get("mentions", []) if isinstance(one, int)]


def _delete(session: Session, table: Any, condition: ColumnElement[bool]) -> int:
    result: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        delete(table).where(condition).execution_options(synchronize_session=False)
    )
    return result.rowcount


def _set(session: Session, table: Any, condition: ColumnElement[bool], **values: Any) -> int:
    result: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(table).where(condition).values(**values).execution_options(synchronize_session=False)
    )
    return result.rowcount
