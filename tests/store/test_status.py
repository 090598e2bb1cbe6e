"""The status: every state is counted, a source's health is a word, what could be taken now is known."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from store.db import Database
from store.mentions import store_mentions
from store.status import Undelivered, health, read_status, waiting_for
from store.tables import Case, Mention, MentionState, Notification, NotificationKind, OutboxState, SourceRow
from tests.store.test_mentions import mention


def test_an_empty_database_has_every_state_at_zero(database: Database) -> None:
    with database.read() as session:
        status = read_status(session, ["shop"])
    assert status.mentions == {"new": 0, "scored": 0, "triaged": 0, "failed": 0}
    assert status.cases == {"open": 0, "acknowledged": 0, "replied": 0, "resolved": 0, "dismissed": 0}
    assert status.outbox == {
        "waiting": 0, "stale": 0, "bundled": 0, "sent": 0, "failed": 0, "left_out": 0
    }  # fmt: skip
    assert [(one.source, one.health) for one in status.sources] == [("shop", "new")]


def test_what_stands_where_is_counted(database: Database, now: datetime) -> None:
    with database.write() as session:
        first = store_mentions(session, [mention(n, now) for n in range(3)], now=now).new[0]
        session.get_one(Mention, first).state = MentionState.SCORED
        session.add(Case(brand="aurora", opened_at=now))
        session.add(Notification(key="k", kind=NotificationKind.DIGEST, channel="slack", created_at=now))
        session.add(SourceRow(name="old", brand="aurora", type="page", last_ok_at=now, next_check_at=now))
    with database.read() as session:
        status = read_status(session, ["shop"])
    assert (status.mentions["new"], status.mentions["scored"]) == (2, 1)
    assert (status.cases["open"], status.outbox["waiting"]) == (1, 1)
    assert [one.source for one in status.sources] == ["shop", "old"]
    assert (status.sources[1].last_ok, status.sources[1].next_check) == (now, now)


def test_what_was_not_delivered_is_told_by_its_cause(database: Database, now: datetime) -> None:
    causes = [("not_in_channel: invite the app", now)] * 2 + [("no_text: please report it", None)]
    with database.write() as session:
        for number, (error, again) in enumerate(causes):
            session.add(
                Notification(
                    key=f"k{number}",
                    kind=NotificationKind.CASE,
                    channel="slack",
                    created_at=now,
                    state=OutboxState.FAILED,
                    error=error,
                    next_try_at=again,
                )
            )
    with database.read() as session:
        found = read_status(session).undelivered
    assert found == (
        Undelivered("slack", "alerts", "not_in_channel: invite the app", 2, now),
        Undelivered("slack", "alerts", "no_text: please report it", 1),
    )


def test_what_a_rule_sent_elsewhere_is_told_by_that_place(database: Database, now: datetime) -> None:
    with database.write() as session:
        for number, place in enumerate((None, "#bologna", "#bologna", "#legal")):
            session.add(
                Notification(
                    key=f"k{number}",
                    kind=NotificationKind.CASE,
                    channel="slack",
                    routed_to=place,
                    created_at=now,
                    state=OutboxState.FAILED,
                    error="not_in_channel: invite the app",
                )
            )
    with database.read() as session:
        found = read_status(session).undelivered
    assert [(row.routed_to, row.count) for row in found] == [("#bologna", 2), (None, 1), ("#legal", 1)]


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({}, "new"),
        ({"last_ok_at": True}, "ok"),
        ({"failures": 1}, "failing"),
        ({"last_ok_at": True, "failures": 1}, "failing"),
        ({"last_ok_at": True, "empty_reads": 1}, "failing"),
        ({"last_ok_at": True, "down_since": True}, "down"),
    ],
)
def test_health_is_a_word(now: datetime, values: dict[str, Any], word: str) -> None:
    given: dict[str, Any] = {key: now if value is True else value for key, value in values.items()}
    row = SourceRow(name="s", brand="b", type="t", **given)
    assert health(row) == word


def test_what_could_be_taken_now(database: Database, now: datetime) -> None:
    with database.read() as session:
        assert waiting_for(session, now) == dict.fromkeys(("score", "triage", "deliver", "pictures"), False)
    with database.write() as session:
        row_id = store_mentions(session, [mention(1, now)], now=now).new[0]
    with database.read() as session:
        assert waiting_for(session, now)["score"]
    with database.write() as session:
        session.get_one(Mention, row_id).next_try_at = now + timedelta(minutes=1)
    with database.read() as session:
        assert not waiting_for(session, now)["score"]
        assert waiting_for(session, now + timedelta(minutes=2))["score"]
    with database.write() as session:
        row = session.get_one(Mention, row_id)
        row.next_try_at, row.claimed_until = None, now + timedelta(minutes=1)
    with database.read() as session:
        assert not waiting_for(session, now)["score"]
        assert waiting_for(session, now + timedelta(minutes=2))["score"]
