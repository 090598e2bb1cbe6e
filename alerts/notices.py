"""Rows for the outbox: each notification is written once, by its key, and says where and how soon it goes.

What it shows is rendered when it is sent; delivery is for `alerts.outbox`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from store.tables import Case, Notification, NotificationKind, OutboxState

PRIORITY = {"critical": 0, "high": 2, "normal": 4, "low": 6}
STORM_REST = timedelta(seconds=5)  # the message of a storm is edited no more often for those that join it
PRAISE, SOURCE, START, DIGEST, TROUBLE, BRIEF, SWITCH = 9, 3, 5, 7, 2, 5, 1
CANNOT_WAIT = 1  # up to this priority: what is critical, its thread, and that something was paused


def priority(case: Case) -> int:
    """Of the case's message; what follows in its thread comes right after it."""
    return PRAISE if case.channel == "praise" else PRIORITY.get(case.urgency, PRIORITY["normal"])


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


def announce(session: Session, case: Case, channels: Sequence[str], now: datetime) -> int:
    """The one message of a case."""
    return add(session, f"case:{case.id}", channels, now, kind=NotificationKind.CASE, **_of(case))


def line(
    session: Session,
    case: Case,
    key: str,
    channels: Sequence[str],
    now: datetime,
    *,
    reason_id: int | None = None,
    **body: Any,
) -> int:
    """A line in the case's thread. `body["event"]` says what happened where no reason does: gone, answered."""
    announce(session, case, channels, now)  # a channel that came later has no thread yet
    values = _of(case) | {"priority": min(priority(case) + 1, PRAISE), "reason_id": reason_id, "body": body}
    return add(session, key, channels, now, kind=NotificationKind.THREAD, **values)


def remind(
    session: Session,
    case: Case,
    key: str,
    channels: Sequence[str],
    now: datetime,
    to: Sequence[str],
    **body: Any,
) -> int:
    """Says in the case's thread that one of its clocks rings; `to`: whom it names, `body`: see `alerts.views`."""
    announce(session, case, channels, now)
    values = _of(case) | {"priority": min(priority(case) + 1, PRAISE), "body": {"to": list(to)} | body}
    return add(session, key, channels, now, kind=NotificationKind.REMINDER, **values)


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
