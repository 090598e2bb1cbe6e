"""Rows for the outbox: each notification is written once, by its key, and says where and how soon it goes.

What it shows is rendered when it is sent; delivery is for `alerts.outbox`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, exists, or_, select, true, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from alerts.routing import URGENT, Place
from store.tables import Case, Notification, NotificationKind, OutboxState

PRIORITY = {"critical": 0, "high": 2, "normal": 4, "low": 6}
STORM_REST = timedelta(seconds=5)  # the message of a storm is edited no more often for those that join it,
CRITICAL_REST = timedelta(seconds=1.2)  # unless it is critical: Slack takes 50 edits a minute
PRAISE, SOURCE, START, DIGEST, TROUBLE, BRIEF, SWITCH = 9, 3, 5, 7, 2, 5, 1
CANNOT_WAIT = 1  # up to this priority: what is critical, its thread, and that something was paused
ROUTED = "slack"  # the channel that rules, quiet hours and bundles are about
ANYWHERE = Place()
MANY = 10
LIMIT = "limit:"  # begins the key of a bundle of what was too much for an hour
IN_THREADS = (NotificationKind.THREAD, NotificationKind.REMINDER)


def unsent_criticals(session: Session, brands: Iterable[str], now: datetime) -> Counter[str]:
    """How many messages of critical cases wait their turn, by brand, where a message takes its time; what failed does
    not count. No more than `MANY` are looked at."""
    waiting = select(col(Notification.brand)).where(
        col(Notification.state) == OutboxState.WAITING,
        col(Notification.priority) == PRIORITY["critical"],
        col(Notification.kind) == NotificationKind.CASE,
        col(Notification.channel) == ROUTED,
        col(Notification.brand).in_(list(brands)),
        col(Notification.error).is_(None),
        or_(col(Notification.next_try_at).is_(None), col(Notification.next_try_at) <= now),
    )
    return Counter(brand for brand in session.scalars(waiting.limit(MANY)) if brand)


def priority(case: Case) -> int:
    """Of the case's message; what follows in its thread comes right after it."""
    return PRAISE if case.channel == "praise" else PRIORITY.get(case.urgency, PRIORITY["normal"])


def rest(case: Case) -> timedelta | None:
    """How long the message of a case stays as it is between two edits that people did not ask for; None: not at all."""
    if not case.storm:
        return None
    return CRITICAL_REST if case.urgency == "critical" else STORM_REST


def add(session: Session, key: str, channels: Sequence[str], now: datetime, **values: Any) -> int:
    """Writes the notification `key` for each channel, unless it is there already; gives how many were new."""
    rows = [
        {
            "key": f"{key}:{channel}",
            "channel": channel,
            "created_at": now,
            "body": {},
            "state": OutboxState.WAITING,
            "attempts": 0,
            "unsure": False,
            "shown_version": 0,
            "target": "alerts",
            "priority": 5,
        }
        | values
        for channel in channels
    ]
    if not rows:
        return 0
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(Notification).on_conflict_do_nothing().returning(col(Notification.id))
    return len(session.execute(statement, rows).all())


def announce(
    session: Session,
    case: Case,
    channels: Sequence[str],
    now: datetime,
    place: Place = ANYWHERE,
    *,
    until: datetime | None = None,
    bundle: str | None = None,
) -> int:
    """The one message of a case. In Slack it goes to `place`; not before `until`; where the message `bundle` (its
    key) tells of the case, not at all for now."""
    written = 0
    for channel in channels:
        values = _of(case) | {"kind": NotificationKind.CASE}
        if channel == ROUTED:
            values |= {"routed_to": place.channel, "next_try_at": until}
            values |= {"body": {"people": list(place.people)}} if place.people else {}
            values |= {"bundle": bundle, "state": OutboxState.BUNDLED} if bundle else {}
        written += add(session, f"case:{case.id}", [channel], now, **values)
    return written


def line(
    session: Session,
    case: Case,
    key: str,
    channels: Sequence[str],
    now: datetime,
    *,
    reason_id: int | None = None,
    until: datetime | None = None,
    **body: Any,
) -> int:
    """A line in the case's thread. `body["event"]` says what happened where no reason does: gone, answered. In Slack it
    waits until `until`."""
    announce(session, case, channels, now)  # a channel that came later has no thread yet
    values = {"kind": NotificationKind.THREAD, "reason_id": reason_id, "body": body}
    return _follow(session, case, key, channels, now, values, until)


def remind(
    session: Session,
    case: Case,
    key: str,
    channels: Sequence[str],
    now: datetime,
    to: Sequence[str],
    **body: Any,
) -> int:
    """Says in the case's thread that one of its clocks rings; `to`: whom it names, beside the people of its rule;
    `body`: see `alerts.views`. A case in a bundle gets a message of its own; one that is normal or low and was too much
    for the hour is told by its bundle first."""
    announce(session, case, channels, now)
    if case.urgency in URGENT or not _waits_for_room(session, case):
        release(session, case)
    catch_up(session, case, now)
    values = {"kind": NotificationKind.REMINDER, "body": {"to": list(to)} | body}
    return _follow(session, case, key, channels, now, values)


def catch_up(session: Session, case: Case, now: datetime) -> None:
    """Somebody is called in the case's thread: where its own message is out, or goes now, the lines before it wait for
    no quiet hours any more, as the thread keeps its order. Nothing that is in hand or has been tried changes."""
    own = aliased(Notification)
    goes_now = and_(
        col(own.state) == OutboxState.WAITING,
        or_(col(own.next_try_at).is_(None), col(own.next_try_at) <= now),
    )
    told = exists().where(
        col(own.case_id) == case.id,
        col(own.channel) == ROUTED,
        col(own.kind) == NotificationKind.CASE,
        or_(col(own.message_id).is_not(None), goes_now),
    )
    session.execute(
        update(Notification)
        .where(
            col(Notification.case_id) == case.id,
            col(Notification.channel) == ROUTED,
            col(Notification.kind).in_(IN_THREADS),
            col(Notification.state) == OutboxState.WAITING,
            col(Notification.attempts) == 0,
            col(Notification.claim).is_(None),
            told,
        )
        .values(next_try_at=None)
        .execution_options(synchronize_session=False)
    )


def release(session: Session, case: Case) -> int:
    """The case, told by a bundle so far or soon, gets its own message; gives how many messages that makes. The bundle
    lists it no longer where it has not been sent."""
    held = select(Notification).where(
        col(Notification.case_id) == case.id, col(Notification.state) == OutboxState.BUNDLED
    )
    rows = session.scalars(held.with_for_update().execution_options(populate_existing=True)).all()
    left = set()
    for row in rows:
        row.state = OutboxState.WAITING
        if row.kind == NotificationKind.CASE:
            row.priority = priority(case)
            if row.bundle and not _is_told(session, row.bundle):
                left.add(row.bundle)
                row.bundle = None
        session.add(row)
    session.flush()
    if left:
        _drop_empty(session, left)
    return sum(row.kind == NotificationKind.CASE for row in rows)


def reroute(session: Session, case: Case, place: Place, until: datetime | None) -> None:
    """What has not been sent of the case goes to `place`, from `until` on (None: at once). Nothing that is in hand or
    has been tried changes."""
    untried = (
        col(Notification.case_id) == case.id,
        col(Notification.channel) == ROUTED,
        col(Notification.state) == OutboxState.WAITING,
        col(Notification.attempts) == 0,
        col(Notification.claim).is_(None),
    )
    unsent = aliased(Notification)
    own = exists().where(
        col(unsent.case_id) == case.id,
        col(unsent.channel) == ROUTED,
        col(unsent.kind) == NotificationKind.CASE,
        col(unsent.message_id).is_(None),
        col(unsent.attempts) == 0,
    )
    for condition, values in ((own, {"routed_to": place.channel}), (true(), {"next_try_at": until})):
        session.execute(
            update(Notification)
            .where(*untried, condition)
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def hasten(session: Session, case: Case) -> None:
    """The case has become more urgent: what still waits for delivery moves forward, with its thread."""
    in_thread = min(priority(case) + 1, PRAISE)
    for kinds, place in (
        ((NotificationKind.CASE,), priority(case)),
        ((NotificationKind.THREAD, NotificationKind.REMINDER), in_thread),
    ):
        session.execute(
            update(Notification)
            .where(
                col(Notification.case_id) == case.id,
                col(Notification.kind).in_(kinds),
                col(Notification.priority) > place,
            )
            .values(priority=place)
            .execution_options(synchronize_session=False)
        )


def outdate(session: Session, case_ids: Iterable[int], at: datetime) -> None:
    """The delivered messages of these cases show something old: they are to be edited, from `at` on. What rests until
    later without having failed is moved forward."""
    resting = and_(
        col(Notification.state) == OutboxState.STALE,
        col(Notification.error).is_(None),
        col(Notification.claim).is_(None),
        col(Notification.next_try_at) > at,
    )
    session.execute(
        update(Notification)
        .where(
            col(Notification.case_id).in_(list(case_ids)),
            col(Notification.kind) == NotificationKind.CASE,
            or_(col(Notification.state) == OutboxState.SENT, resting),
        )
        .values(state=OutboxState.STALE, next_try_at=at, attempts=0)
        .execution_options(synchronize_session=False)
    )
    outdate_bundles(session, case_ids, at)


def outdate_bundles(session: Session, case_ids: Iterable[int], now: datetime) -> None:
    """The delivered bundles that list these cases are to be edited."""
    listed = select(col(Notification.bundle)).where(
        col(Notification.case_id).in_(list(case_ids)), col(Notification.bundle).is_not(None)
    )
    _outdate_keys(session, sorted(key for key in session.scalars(listed.distinct()) if key), now)


def enter(session: Session, bundle: str, now: datetime) -> bool:
    """The bundle has another case: where it has been sent, it is edited. Nobody sends or deletes it until the
    transaction ends; False: it was deleted meanwhile."""
    return _outdate_keys(session, [bundle], now) > 0


def lock(session: Session, keys: Sequence[str]) -> int:
    """Takes the rows of these bundles until the transaction ends, so that whoever changes what a bundle lists and
    whoever sends or deletes it see each other; gives how many there are."""
    chosen = (
        select(col(Notification.id)).where(col(Notification.key).in_(keys)).order_by(col(Notification.key))
    )
    return len(session.scalars(chosen.with_for_update()).all())


def _outdate_keys(session: Session, keys: Sequence[str], now: datetime) -> int:
    """Locks them first: one that is being sent right now compares what it shows only when we are done."""
    found = lock(session, keys) if keys else 0
    if not found:
        return 0
    session.execute(
        update(Notification)
        .where(col(Notification.key).in_(keys), col(Notification.state) == OutboxState.SENT)
        .values(state=OutboxState.STALE, next_try_at=now, attempts=0)
        .execution_options(synchronize_session=False)
    )
    return found


def report_trouble(
    session: Session, ways: Sequence[str], now: datetime, channel: str, place: str, reason: str, mend: str
) -> int:
    """Says by the channels `ways` that nothing gets through to `place` of `channel`, and what mends it; once a day."""
    return add(
        session,
        f"trouble:{channel}:{place}:{reason}:{now:%Y-%m-%d}",
        ways,
        now,
        kind=NotificationKind.TROUBLE,
        target="ops",
        priority=TROUBLE,
        body={"channel": channel, "place": place, "reason": reason, "mend": mend or "ascolto check"},
    )


def _of(case: Case) -> dict[str, Any]:
    return {
        "case_id": case.id,
        "brand": case.brand,
        "target": case.channel,
        "priority": priority(case),
    }


def _follow(
    session: Session,
    case: Case,
    key: str,
    channels: Sequence[str],
    now: datetime,
    values: dict[str, Any],
    until: datetime | None = None,
) -> int:
    """A message in the case's thread goes where its own message does, and waits with it."""
    own = {
        row.channel: row
        for row in session.scalars(
            select(Notification)
            .where(col(Notification.case_id) == case.id, col(Notification.kind) == NotificationKind.CASE)
            .execution_options(populate_existing=True)
        )
    }
    common = _of(case) | {"priority": min(priority(case) + 1, PRAISE)} | values
    written = 0
    for channel in channels:
        mine, row = dict(common), own.get(channel)
        if row is not None and channel == ROUTED:
            mine |= {"routed_to": row.routed_to, "next_try_at": until}
            mine |= {"state": OutboxState.BUNDLED} if row.state == OutboxState.BUNDLED else {}
            if "to" in mine["body"]:
                to = dict.fromkeys([*mine["body"]["to"], *row.body.get("people", ())])
                mine["body"] = mine["body"] | {"to": list(to)}
        written += add(session, key, [channel], now, **mine)
    return written


def _waits_for_room(session: Session, case: Case) -> bool:
    """Whether a bundle of what was too much for the hour is about to tell of the case."""
    mine = select(col(Notification.bundle)).where(
        col(Notification.case_id) == case.id, col(Notification.state) == OutboxState.BUNDLED
    )
    keys = [key for key in session.scalars(mine) if key and key.startswith(LIMIT)]
    return any(not _is_told(session, key) for key in keys)


def _is_told(session: Session, key: str | None) -> bool:
    """Whether the bundle `key` is sent, or being sent."""
    chosen = select(Notification).where(col(Notification.key) == key).with_for_update()
    row = session.scalars(chosen.execution_options(populate_existing=True)).first()
    return row is not None and (
        row.state != OutboxState.WAITING or row.unsure or row.claim is not None or row.attempts > 0
    )


def _drop_empty(session: Session, keys: Iterable[str]) -> None:
    """Of these bundles, which this transaction has locked, those that nothing is left for are not sent."""
    member = aliased(Notification)
    session.execute(
        delete(Notification)
        .where(
            col(Notification.key).in_(list(keys)),
            col(Notification.kind) == NotificationKind.BUNDLE,
            col(Notification.state) == OutboxState.WAITING,
            col(Notification.attempts) == 0,
            col(Notification.claim).is_(None),
            ~exists().where(col(member.bundle) == Notification.key),
        )
        .execution_options(synchronize_session=False)
    )
