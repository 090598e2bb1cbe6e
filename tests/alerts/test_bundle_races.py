"""Triage adds to a bundle while somebody takes the last case out of it, or while it is being sent: on PostgreSQL, where
two transactions are open at once."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from alerts import bundles, notices
from alerts.channels.base import Lanes, Sent
from alerts.outbox import deliver_waiting
from alerts.routing import Place
from alerts.views import Bundle, View
from store.db import Database
from store.tables import Notification, OutboxState
from tests.alerts.rows import BRAND, add_case, add_mention, desk, notification

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
HALF = timedelta(minutes=30)


class Shown:
    """A channel that keeps which cases each message showed; `before` runs in the midst of a call."""

    name, edits, instant = "slack", True, True

    def __init__(self) -> None:
        self.lanes = Lanes()
        self.cases: list[int] = []
        self.before: Callable[[], object] = lambda: None

    def address(self, target: str) -> str:
        return "C1"

    def takes(self, target: str, view: View) -> bool:
        return True

    def post(self, address: str, view: View, key: str, thread: Sent | None = None) -> Sent:
        assert isinstance(view, Bundle)
        self.cases.append(len(view.cases))
        self.before()
        return Sent(address, key)

    def edit(self, sent: Sent, view: View, key: str) -> None:
        assert isinstance(view, Bundle)
        self.cases.append(len(view.cases))

    def find(self, address: str, key: str, since: datetime, thread: Sent | None = None) -> Sent | None:
        return None


def bundled(session: Session, now: datetime, number: int) -> int:
    """A case that the bundle of this hour tells of."""
    mention = add_mention(session, now, number, urgency="normal")
    mention.state = "triaged"
    case = add_case(session, mention, now, urgency="normal")
    place = Place(bundle="hour")
    key = bundles._open(session, "bundle:hour:", case, place, now + HALF, now)
    notices.announce(session, case, ["slack"], now, place, bundle=key)
    session.flush()
    return case.id or 0


def waits_or_ends(database: Database, other: threading.Thread) -> None:
    """Until the other thread waits for a lock, or is done."""
    query = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while other.is_alive():
        with database.engine.connect() as connection:
            if connection.execute(query).scalar():
                return


def test_a_bundle_is_not_deleted_under_the_case_that_joins_it(database: Database, now: datetime) -> None:
    with database.write() as session:
        first = bundled(session, now, 1)

    def show() -> None:
        with database.write() as session:
            assert bundles.show(desk(session, now), first, "slack:U1:m").done

    showing = threading.Thread(target=show)
    with database.write() as session:
        second = bundled(session, now, 2)
        showing.start()
        waits_or_ends(database, showing)
    showing.join()
    with database.read() as session:
        own = notification(session, f"case:{second}:slack")
        assert notification(session, own.bundle or "").state == OutboxState.WAITING


def test_a_bundle_that_is_deleted_meanwhile_is_written_again(database: Database, now: datetime) -> None:
    with database.write() as session:
        first = bundled(session, now, 1)
    second: list[int] = []

    def join() -> None:
        with database.write() as session:
            second.append(bundled(session, now, 2))

    joining = threading.Thread(target=join)
    with database.write() as session:
        bundles.show(desk(session, now), first, "slack:U1:m")
        joining.start()
        waits_or_ends(database, joining)
    joining.join()
    with database.read() as session:
        own = notification(session, f"case:{second[0]}:slack")
        assert notification(session, own.bundle or "").state == OutboxState.WAITING


def test_only_the_bundle_that_was_left_is_looked_at(database: Database, now: datetime) -> None:
    """Another that stands empty may be somebody's who is about to fill it."""
    with database.write() as session:
        first = bundled(session, now, 1)
        notices.add(session, "bundle:other", ["slack"], now, kind="bundle", next_try_at=now + HALF)
    with database.write() as session:
        bundles.show(desk(session, now), first, "slack:U1:m")
    with database.read() as session:
        assert notification(session, "bundle:other:slack").state == OutboxState.WAITING


@pytest.mark.parametrize("committed", ["before", "after"])
def test_a_case_that_joins_while_the_bundle_is_sent_is_listed(
    database: Database, now: datetime, committed: str
) -> None:
    with database.write() as session:
        bundled(session, now, 1)
    channel, at = Shown(), now + HALF + timedelta(seconds=1)
    posting, joined = threading.Event(), threading.Event()

    def before() -> None:
        posting.set()
        joined.wait(30)

    channel.before = before

    def deliver() -> None:
        deliver_waiting(database, {"slack": channel}, {BRAND.key: BRAND}, clock=lambda: at)

    sending = threading.Thread(target=deliver)
    sending.start()
    posting.wait(30)
    with database.write() as session:
        bundled(session, now, 2)
        if committed == "after":  # triage is slow: the message stands there before it is done
            joined.set()
            waits_or_ends(database, sending)
    joined.set()
    sending.join()
    deliver()
    assert channel.cases == [1, 2]
    with database.read() as session:
        row = notification(session, "bundle:hour:aurora:alerts:20261124T113000Z:slack")
        assert isinstance(row, Notification)
        assert row.state == OutboxState.SENT
