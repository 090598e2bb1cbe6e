"""Rows for the outbox: each is written once, and says where and how soon it goes."""

from datetime import datetime

import pytest
from sqlmodel import Session, col, select

from alerts import notices
from store.db import Database
from store.tables import Case, Notification, NotificationKind, OutboxState
from tests.alerts.rows import add_case, add_mention, notification

BOTH = ("slack", "console")


def new_case(session: Session, now: datetime, **fields: object) -> Case:
    return add_case(session, add_mention(session, now), now, **fields)


def keys(session: Session) -> list[str]:
    return list(session.exec(select(Notification.key).order_by(col(Notification.id))))


def test_each_channel_has_a_row_of_its_own_once(database: Database, now: datetime) -> None:
    with database.write() as session:
        case = new_case(session, now)
        assert notices.announce(session, case, BOTH, now) == 2
        assert notices.announce(session, case, BOTH, now) == 0
        assert keys(session) == ["case:1:slack", "case:1:console"]
        assert notices.announce(session, case, ("slack", "web"), now) == 1
        assert keys(session)[2:] == ["case:1:web"]
        assert notices.announce(session, case, (), now) == 0


def test_two_processes_write_the_same_notification_once(database: Database, now: datetime) -> None:
    for expected in (1, 0):
        with database.write() as session:
            written = notices.add(
                session, "digest:aurora:2026-W47", ["slack"], now, kind=NotificationKind.DIGEST
            )
            assert written == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"urgency": "critical"}, 0),
        ({"urgency": "high"}, 2),
        ({"urgency": "normal"}, 4),
        ({"urgency": "low"}, 6),
        ({"urgency": "low", "channel": "praise"}, 9),
        ({"urgency": "odd"}, 4),
    ],
)
def test_the_most_urgent_goes_first_and_its_thread_right_after(
    db: Database, now: datetime, fields: dict[str, object], expected: int
) -> None:
    with db.write() as session:
        case = new_case(session, now, **fields)
        notices.announce(session, case, ["slack"], now)
        notices.line(session, case, "gone:1", ["slack"], now, event="gone")
        notices.remind(session, case, "overdue:1:1", ["slack"], now, ["@marta"])
        rows = session.exec(select(Notification).order_by(col(Notification.id))).all()
    follows = min(expected + 1, notices.PRAISE)
    assert [row.priority for row in rows] == [expected, follows, follows]
    assert {(row.brand, row.case_id, row.target) for row in rows} == {("aurora", 1, case.channel)}


def test_everything_of_a_critical_case_goes_before_everything_of_any_other() -> None:
    critical, others = notices.PRIORITY["critical"], set(notices.PRIORITY.values()) - {0}
    assert critical + 1 < min(others)
    assert max(*others, notices.SOURCE, notices.START, notices.DIGEST) < notices.PRAISE


def test_a_line_says_what_happened_and_a_reminder_whom_it_names(db: Database, now: datetime) -> None:
    with db.write() as session:
        case = new_case(session, now)
        notices.line(session, case, "gone:1", ["slack"], now, event="gone")
        notices.remind(session, case, "overdue:1:1", ["slack"], now, ["@marta"])
        line, reminder = notification(session, "gone:1:slack"), notification(session, "overdue:1:1:slack")
    assert (line.kind, line.body) == (NotificationKind.THREAD, {"event": "gone"})
    assert (reminder.kind, reminder.body) == (NotificationKind.REMINDER, {"to": ["@marta"]})


def test_a_channel_that_came_later_gets_the_case_with_its_first_news(db: Database, now: datetime) -> None:
    """Else the news would wait for a thread that nobody opens."""
    with db.write() as session:
        case = new_case(session, now)
        notices.announce(session, case, ["console"], now)
        notices.line(session, case, "gone:1", BOTH, now, event="gone")
        notices.remind(session, case, "overdue:1:1", BOTH, now, [])
        assert keys(session) == [
            "case:1:console",
            "case:1:slack",
            "gone:1:slack",
            "gone:1:console",
            "overdue:1:1:slack",
            "overdue:1:1:console",
        ]


def test_a_case_that_gets_worse_moves_forward_and_never_back(db: Database, now: datetime) -> None:
    with db.write() as session:
        case = new_case(session, now, urgency="normal")
        notices.announce(session, case, BOTH, now)
        for urgency, expected in (("critical", 0), ("low", 0)):
            case.urgency = urgency
            notices.hasten(session, case)
            assert set(session.exec(select(Notification.priority))) == {expected}


def test_only_delivered_messages_of_the_case_are_outdated(db: Database, now: datetime) -> None:
    with db.write() as session:
        case = new_case(session, now)
        notices.announce(session, case, ("sent", "waiting", "failed", "stale"), now)
        notices.line(session, case, "gone:1", ["sent"], now, event="gone")
        other = add_case(session, add_mention(session, now, 2), now)
        notices.announce(session, other, ["sent"], now)
        for row in session.exec(select(Notification)):
            row.state = row.channel
    with db.write() as session:
        notices.outdate(session, [1], now)
    with db.read() as session:
        states = {row.key: row.state for row in session.exec(select(Notification))}
    assert states == {
        "case:1:sent": OutboxState.STALE,
        "case:1:waiting": OutboxState.WAITING,
        "case:1:failed": OutboxState.FAILED,
        "case:1:stale": OutboxState.STALE,
        "gone:1:sent": OutboxState.SENT,
        "case:2:sent": OutboxState.SENT,
    }
