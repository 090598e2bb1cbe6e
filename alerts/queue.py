"""Which notification goes next, and the moves of its row. What is sent, and what an answer means, is the outbox's.

The most urgent first. A line of a thread waits for its case's message and for the lines before it, unless that message
failed for good: then it goes out without a thread. In a channel that is `instant` it waits only for what has not been
tried yet. A lane that is closed (its pace, a 429) holds back only what goes through it. While a brand is paused, its
messages short of critical stay where they are; edits of what people already see go on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, and_, exists, not_, or_, select, true, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from alerts.channels.base import Channel, Sent
from alerts.notices import CANNOT_WAIT, ROUTED
from alerts.routing import TARGETS
from store import claims, switches
from store.db import Database
from store.tables import Notification, NotificationKind, OutboxState

IN_THREADS = (NotificationKind.THREAD, NotificationKind.REMINDER)
OF_ASCOLTO = (NotificationKind.SWITCH, NotificationKind.TROUBLE)  # no pause holds these back
EDITS = "edits"  # edits have a limit of their own in Slack: they share one lane a channel
_turn = Lock()  # taking a row and reserving its lane are one, within this process


@dataclass(frozen=True, slots=True)
class Job:
    """A notification in hand: its row as it was taken. `unsure`: an earlier send of it has no known end; `error`: why
    the last try failed; `posted` counts how often it was begun anew; `thread`: the message it belongs under."""

    id: int
    token: str
    key: str
    kind: str
    channel: str
    target: str
    routed_to: str | None
    case_id: int | None
    unsure: bool
    attempts: int
    error: str | None
    created_at: datetime
    sent_at: datetime | None
    sent: Sent | None
    thread: Sent | None
    posted: int

    @property
    def marked_key(self) -> str:
        """The key that the message carries: a message that replaces a deleted one has another."""
        return self.key if self.posted < 2 else f"{self.key}#{self.posted}"

    @property
    def lasting_key(self) -> str:
        """For whoever drops second copies: another database, or this one begun anew, has the same keys."""
        return f"{self.marked_key}@{self.created_at:%Y%m%d%H%M%S}"


def take(
    db: Database, channels: Mapping[str, Channel], now: datetime, lease: timedelta, quiet: timedelta
) -> Job | None:
    """Claims the next row and marks it unsure in the same transaction; should we die now, it rests for `quiet`."""
    with _turn, db.write() as session:
        claimed = claims.claim(
            session,
            Notification,
            (OutboxState.WAITING, OutboxState.STALE),
            now=now,
            lease=lease,
            limit=1,
            first=(col(Notification.priority),),
            where=(*_sendable(channels, now), _in_order(channels), going(switches.paused(session, now))),
        )
        if not claimed.ids:
            return None
        row = session.get_one(Notification, claimed.ids[0])
        job = _job(row, claimed.token, _parent(session, row))
        if not channels[row.channel].instant:
            row.unsure = row.message_id is None
            row.next_try_at = now + quiet
        return job


def lane(job: Job, channel: Channel) -> str:
    """What the pace is kept for."""
    return EDITS if job.sent else address(job, channel)


def address(job: Job, channel: Channel) -> str:
    """Where a new message goes. Rules name channels of Slack: other channels know nothing of them."""
    routed = job.routed_to if job.channel == ROUTED else None
    return routed or channel.address(job.target)


def put_back(session: Session, job: Job, *, unsure: bool, attempts: int | None = None) -> None:
    """Notes what is known of the send that failed; `attempts`: how often it was tried, where that is counted anew."""
    tried = job.attempts if attempts is None else attempts
    _set(session, job, unsure=unsure and job.sent is None, attempts=tried)


def lay_down(session: Session, job: Job) -> None:
    """It is not in its channel: for the rest of the transaction it is as if nobody had begun to send it."""
    _set(session, job, unsure=False, claim=None, claimed_until=None)


def take_up(session: Session, job: Job, until: datetime) -> bool:
    """Goes on with it, until the lease ends; False: it is told otherwise by now, or somebody else has it."""
    result: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(Notification)
        .where(
            col(Notification.id) == job.id,
            col(Notification.state) == OutboxState.WAITING,
            col(Notification.claim).is_(None),
        )
        .values(unsure=True, claim=job.token, claimed_until=until)
        .execution_options(synchronize_session=False)
    )
    return result.rowcount == 1


def fail(session: Session, job: Job, error: str) -> None:
    """For good: only a person can bring it back."""
    claims.finish(session, Notification, job.id, job.token, state=OutboxState.FAILED, error=error[:500])


def leave_out(session: Session, job: Job) -> None:
    """Its channel does not tell of this; what belongs under it waits for it no longer."""
    claims.finish(session, Notification, job.id, job.token, state=OutboxState.LEFT_OUT, unsure=False)


def leave(session: Session, job: Job, error: str) -> None:
    """Nothing more to do; `error` says why the message does not show the last of it."""
    claims.finish(session, Notification, job.id, job.token, state=OutboxState.SENT, error=error[:500])


def start_anew(session: Session, job: Job) -> None:
    """Waits to be posted once more, under a key of its own."""
    body = dict(session.get_one(Notification, job.id).body) | {"posted": job.posted + 1}
    claims.finish(
        session,
        Notification,
        job.id,
        job.token,
        state=OutboxState.WAITING,
        unsure=False,
        body=body,
        address=None,
        message_id=None,
        shown_version=0,
    )


def block(session: Session, job: Job, error: str, until: datetime, *, everywhere: bool = False) -> None:
    """All that waits for the same place (`everywhere`: for the whole channel) fails with the same error, and is looked
    at again from `until` on."""
    routed = col(Notification.routed_to).is_not_distinct_from(job.routed_to)
    there = () if everywhere else (col(Notification.target) == job.target, routed)
    values = {"state": OutboxState.FAILED, "error": error[:500], "next_try_at": until}
    session.execute(
        update(Notification)
        .where(
            col(Notification.channel) == job.channel,
            or_(
                col(Notification.next_try_at).is_(None), col(Notification.attempts) > 0
            ),  # not what waits for its time
            col(Notification.state).in_((OutboxState.WAITING, OutboxState.STALE)),
            col(Notification.claim).is_(None),
            *there,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    claims.finish(session, Notification, job.id, job.token, **values)


def revive(db: Database, now: datetime, *, all_of_them: bool = False) -> int:
    """Brings back what failed for want of a mend, when its time has come (or all of it); gives how many."""
    ripe = col(Notification.error).is_not(None) if all_of_them else col(Notification.next_try_at) <= now
    with db.read() as session:  # looking takes no lock that others wait for
        failed = col(Notification.state) == OutboxState.FAILED
        ids = session.scalars(select(col(Notification.id)).where(failed, ripe)).all()
    for number in ids:
        with db.write() as session:
            row = session.get_one(Notification, number, with_for_update=True)
            if row.state == OutboxState.FAILED:
                row.state = OutboxState.STALE if row.message_id else OutboxState.WAITING
                row.next_try_at, row.attempts = None, 0
    return len(ids)


def any_ripe(db: Database, channels: Mapping[str, Channel], now: datetime) -> bool:
    """Whether something would go now if every lane were open."""
    ripe = or_(col(Notification.next_try_at).is_(None), col(Notification.next_try_at) <= now)
    waiting = (
        select(col(Notification.id))
        .where(
            col(Notification.state).in_((OutboxState.WAITING, OutboxState.STALE)),
            col(Notification.channel).in_(list(channels)),
            col(Notification.claim).is_(None),
            ripe,
            _in_order(channels),
        )
        .limit(1)
    )
    with db.read() as session:
        going_on = waiting.where(going(switches.paused(session, now)))
        return session.execute(going_on).first() is not None


def going(paused: frozenset[str]) -> ColumnElement[bool]:
    """Rows that no pause holds back: `paused` are the brands that are (see `store.switches.paused`)."""
    if not paused:
        return true()
    brand = col(Notification.brand)
    others = brand.not_in(paused) | brand.is_(None)
    return or_(
        col(Notification.priority) <= CANNOT_WAIT,
        col(Notification.message_id).is_not(None),
        col(Notification.kind).in_(OF_ASCOLTO),
        *(() if switches.ALL in paused else (others,)),
    )


def _sendable(channels: Mapping[str, Channel], now: datetime) -> list[ColumnElement[bool]]:
    """Rows of channels that are here, through lanes that are open."""
    allowed: list[ColumnElement[bool]] = [col(Notification.channel).in_(list(channels))]
    for name, channel in channels.items():
        closed = channel.lanes.closed(now)
        posts = [target for target in TARGETS if channel.address(target) in closed]
        places = [lane for lane in closed if lane != EDITS]
        if places:
            allowed.append(not_(_through(name, OutboxState.WAITING, _to(posts, places))))
        if EDITS in closed:
            allowed.append(not_(_through(name, OutboxState.STALE)))
    return allowed


def _through(name: str, state: OutboxState, *places: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(col(Notification.channel) == name, col(Notification.state) == state, *places)


def _to(targets: list[str], places: list[str]) -> ColumnElement[bool]:
    """Rows for these targets, but for those that a rule sent elsewhere, and rows that rules sent to these places."""
    routed = col(Notification.routed_to)
    return or_(
        and_(routed.is_(None), col(Notification.target).in_(targets)),
        and_(routed.is_not(None), routed.in_(places)),
    )


def _in_order(channels: Mapping[str, Channel]) -> ColumnElement[bool]:
    """What waits for nothing before it in its case. A message that was refused, or that some of its addresses will
    accept later, must not keep a reminder from people."""
    parent, earlier = aliased(Notification), aliased(Notification)
    instant = col(Notification.channel).in_([name for name, channel in channels.items() if channel.instant])
    has_parent = exists().where(
        col(parent.case_id) == Notification.case_id,
        col(parent.channel) == Notification.channel,
        col(parent.kind) == NotificationKind.CASE,
        or_(
            col(parent.message_id).is_not(None),
            col(parent.state) == OutboxState.LEFT_OUT,
            and_(col(parent.state) == OutboxState.FAILED, col(parent.next_try_at).is_(None)),  # for good
        ),
    )
    before = (
        col(earlier.case_id) == Notification.case_id,
        col(earlier.channel) == Notification.channel,
        col(earlier.id) < Notification.id,
        col(earlier.state) == OutboxState.WAITING,
    )
    is_next = ~exists().where(*before)
    is_free = ~exists().where(*before, col(earlier.error).is_(None))  # all before it has been tried
    in_threads = col(Notification.kind).in_(IN_THREADS)
    return or_(not_(in_threads), and_(instant, is_free), and_(has_parent, is_next))


def _parent(session: Session, row: Notification) -> Sent | None:
    if row.kind not in IN_THREADS:
        return None
    parent = session.execute(
        select(col(Notification.address), col(Notification.message_id)).where(
            col(Notification.case_id) == row.case_id,
            col(Notification.channel) == row.channel,
            col(Notification.kind) == NotificationKind.CASE,
            col(Notification.message_id).is_not(None),
        )
    ).first()
    return Sent(parent[0] or "", parent[1]) if parent else None


def _job(row: Notification, token: str, parent: Sent | None) -> Job:
    sent = Sent(row.address or "", row.message_id) if row.message_id is not None else None
    return Job(
        id=row.id or 0,
        token=token,
        key=row.key,
        kind=row.kind,
        channel=row.channel,
        target=row.target,
        routed_to=row.routed_to,
        case_id=row.case_id,
        unsure=row.unsure,
        attempts=row.attempts,
        error=row.error,
        created_at=row.created_at,
        sent_at=row.sent_at,
        sent=sent,
        thread=parent,
        posted=int(row.body.get("posted", 1)),
    )


def _set(session: Session, job: Job, **values: Any) -> None:
    session.execute(
        update(Notification)
        .where(col(Notification.id) == job.id, col(Notification.claim) == job.token)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
