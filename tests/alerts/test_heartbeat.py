"""The heartbeat: heard while all is well, silent while something stands still; a real server on the loopback."""

import logging
import socket
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlmodel import select

from alerts import notices
from alerts.briefs import Watched
from alerts.heartbeat import Heart, standstill, unread
from alerts.stage import NO_BRAND
from store import switches
from store.db import Database
from store.mention import NewMention
from store.mentions import store_mentions
from store.tables import (
    Clock,
    Mention,
    MentionState,
    Notification,
    NotificationKind,
    OutboxState,
    Score,
    SourceRow,
)
from tests.alerts.queries import counted
from tests.alerts.rows import add_case, add_mention

SECRET = "b1b2-secret"
LONG, SHORT = timedelta(minutes=11), timedelta(minutes=9)


class Watcher:
    """Hears the beats; `status` is what it answers, `hang` whether it answers at all."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.status = 200
        self.released = threading.Event()
        self.released.set()
        watcher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                watcher.heard.append(self.path)
                watcher.released.wait(30)
                self.send_response(watcher.status)
                if 300 <= watcher.status < 400:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Tests are quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/{SECRET}"


@pytest.fixture
def watcher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watcher]:
    monkeypatch.setenv(
        "HTTP_PROXY", "http://127.0.0.1:9"
    )  # nothing listens there: the loopback needs no proxy
    monkeypatch.delenv("NO_PROXY", raising=False)
    watching = Watcher()
    thread = threading.Thread(target=watching.server.serve_forever)
    thread.start()
    yield watching
    watching.released.set()
    watching.server.shutdown()
    thread.join()
    watching.server.server_close()


def mention(db: Database, at: datetime, number: int = 1, **values: Any) -> int:
    new = NewMention(
        brand="aurora", source="app", platform="page", external_id=f"x{number}", text="Ciao", published_at=at
    )
    with db.write() as session:
        row = session.get_one(Mention, store_mentions(session, [new], now=at).new[0])
        for name, value in values.items():
            setattr(row, name, value)
        return row.id or 0


def score(db: Database, mention_id: int, at: datetime) -> None:
    with db.write() as session:
        session.add(Score(mention_id=mention_id, revision=1, model="m", scored_at=at))


def message(db: Database, key: str, at: datetime, **values: Any) -> None:
    with db.write() as session:
        notices.add(session, key, ["slack"], at, kind=NotificationKind.DIGEST, brand="aurora", priority=7)
        row = session.exec(select(Notification).where(Notification.key == f"{key}:slack")).one()
        for name, value in values.items():
            setattr(row, name, value)


def trouble(db: Database, now: datetime) -> str | None:
    with db.read() as session:
        return standstill(session, ["slack"], now)


def test_it_is_heard_while_all_is_well(db: Database, now: datetime, watcher: Watcher) -> None:
    assert Heart(watcher.url).beat(db, ["slack"], now)
    assert watcher.heard == [f"/{SECRET}"]


@pytest.mark.parametrize("status", [301, 302, 307, 404, 500])
def test_what_is_not_heard_is_told_once_and_never_where(
    db: Database, now: datetime, watcher: Watcher, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    caplog.set_level(logging.INFO)
    heart, watcher.status = Heart(watcher.url), status
    assert [heart.beat(db, ["slack"], now) for _ in range(3)] == [False] * 3
    assert watcher.heard == [f"/{SECRET}"] * 3  # no redirect is followed
    watcher.status = 204
    assert heart.beat(db, ["slack"], now)
    assert [record.getMessage() for record in caplog.records] == [
        f"no heartbeat: HTTP {status}",
        "the heartbeat is heard again",
    ]
    assert SECRET not in caplog.text


def test_who_does_not_answer_is_not_waited_for(db: Database, now: datetime, watcher: Watcher) -> None:
    watcher.released.clear()
    assert not Heart(watcher.url, timeout=0.2).beat(db, ["slack"], now)


def test_who_is_not_there(db: Database, now: datetime) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert not Heart(f"http://127.0.0.1:{port}/x", timeout=1.0).beat(db, ["slack"], now)


def test_without_a_database_it_is_silent(db: Database, now: datetime, watcher: Watcher) -> None:
    with db.write() as session:
        session.connection().exec_driver_sql("DROP TABLE switch")
        session.connection().exec_driver_sql("DROP TABLE score")
        session.connection().exec_driver_sql("DROP TABLE mention")
    assert not Heart(watcher.url).beat(db, ["slack"], now)
    assert watcher.heard == []


def test_scoring_that_stands_still(database: Database, now: datetime) -> None:
    first = mention(database, now)
    assert trouble(database, now + SHORT) is None
    assert trouble(database, now + LONG) == "scoring stands still"
    score(database, first, now + timedelta(minutes=5))  # a backlog that shrinks is no standstill
    assert trouble(database, now + LONG) is None
    assert trouble(database, now + 2 * LONG) == "scoring stands still"


def test_a_text_that_fails_by_itself_stops_nothing(database: Database, now: datetime) -> None:
    mention(database, now, attempts=4, next_try_at=now + LONG)
    assert trouble(database, now + 2 * LONG) is None


@pytest.mark.parametrize(
    ("stage", "values", "through"),
    [
        ("scoring", {"attempts": 4}, MentionState.SCORED),
        ("scoring", {"state": MentionState.FAILED, "attempts": 8}, MentionState.SCORED),
        ("triage", {"state": MentionState.SCORED, "attempts": 4}, MentionState.TRIAGED),
    ],
)
def test_a_stage_in_which_every_text_fails(
    database: Database, now: datetime, stage: str, values: dict[str, Any], through: MentionState
) -> None:
    values = values | {"next_try_at": now + 2 * LONG}
    mention(database, now, 0, state=MentionState.TRIAGED)  # before them all was well
    for number in (1, 2):
        mention(database, now, number, **values)
    assert trouble(database, now + LONG) is None
    mention(database, now, 3, **values)
    assert trouble(database, now + SHORT) is None
    assert trouble(database, now + LONG) == f"{stage} stands still"
    mention(database, now, 4, state=through, attempts=1, next_try_at=now + 2 * LONG)
    assert trouble(database, now + LONG) is None  # it was the texts' own fault


def test_what_was_given_up_long_ago_is_no_news(database: Database, now: datetime) -> None:
    for number in range(3):
        mention(database, now, number, state=MentionState.FAILED)
    assert trouble(database, now + timedelta(hours=25)) is None


def test_mentions_of_a_brand_that_is_not_configured_any_more_stop_nothing(
    database: Database, now: datetime
) -> None:
    for number in range(3):
        mention(database, now, number, state=MentionState.SCORED, attempts=9, error=NO_BRAND)
    assert trouble(database, now + LONG) is None


@pytest.mark.parametrize(("urgency", "stands_still"), [("critical", True), ("normal", False)])
def test_a_clock_that_nobody_rings(
    database: Database, now: datetime, urgency: str, stands_still: bool
) -> None:
    with database.write() as session:
        new = add_mention(session, now)
        new.state = MentionState.TRIAGED
        case = add_case(session, new, now, urgency=urgency)
        session.add(
            Clock(
                case_id=case.id or 0,
                kind="contact",
                started_at=now,
                due_at=now,
                rings_at=now,
                set_by="ascolto",
            )
        )
    assert trouble(database, now + SHORT) is None
    assert trouble(database, now + LONG) == ("clocks stand still" if stands_still else None)


def test_a_channel_that_stands_still_while_another_delivers(database: Database, now: datetime) -> None:
    message(database, "one", now, state=OutboxState.FAILED, next_try_at=now + timedelta(minutes=30))
    sent = {"state": OutboxState.SENT, "sent_at": now + timedelta(minutes=5)}
    message(database, "two", now, channel="email", **sent)
    with database.read() as session:
        assert standstill(session, ["slack", "email"], now + LONG) == "delivery stands still"
        assert standstill(session, ["email"], now + LONG) is None


def test_triage_that_stands_still(database: Database, now: datetime) -> None:
    mention(database, now, state=MentionState.SCORED, history=True)
    assert trouble(database, now + LONG) is None  # history may take long
    mention(database, now, 2, state=MentionState.SCORED)
    assert trouble(database, now + LONG) == "triage stands still"


def test_delivery_that_stands_still(database: Database, now: datetime) -> None:
    message(database, "one", now)
    assert trouble(database, now + SHORT) is None
    assert trouble(database, now + LONG) == "delivery stands still"
    message(database, "two", now, state=OutboxState.SENT, sent_at=now + timedelta(minutes=5))
    assert trouble(database, now + LONG) is None


@pytest.mark.parametrize(
    ("values", "stands_still"),
    [
        ({"attempts": 3, "next_try_at": 30}, True),  # Slack is away
        ({"state": OutboxState.FAILED, "next_try_at": 30}, True),  # a token was revoked
        ({"state": OutboxState.FAILED}, False),  # given up, told elsewhere
        ({"next_try_at": 30}, False),  # it is to go later
        ({"bundle": "b", "state": OutboxState.BUNDLED}, False),  # a list tells of it
        ({"bundle": "b"}, True),  # it has a message of its own by now
        ({"kind": NotificationKind.THREAD}, False),
        ({"channel": "fax"}, False),  # nobody here sends it
    ],
)
def test_what_counts_as_undelivered(
    database: Database, now: datetime, values: dict[str, Any], stands_still: bool
) -> None:
    if "next_try_at" in values:
        values = values | {"next_try_at": now + timedelta(minutes=values["next_try_at"])}
    message(database, "one", now, **values)
    assert (trouble(database, now + LONG) is not None) == stands_still


def test_what_is_paused_is_meant_to_wait(database: Database, now: datetime) -> None:
    message(database, "one", now)
    with database.write() as session:
        switches.set(session, switches.pause("aurora"), None, "marta", now)
    assert trouble(database, now + LONG) is None


def test_it_costs_a_few_looks(db: Database, now: datetime) -> None:
    for number in range(30):
        message(db, f"m{number}", now)
        mention(db, now, number)
    with counted(db) as made:
        trouble(db, now + SHORT)
    assert len(made) <= 9


# Sources

QUARTER = timedelta(minutes=15)
APP = Watched("app", "aurora", QUARTER)
LATE = timedelta(minutes=56)  # three of its intervals, and the time that any stage has


def source(db: Database, **values: Any) -> None:
    with db.write() as session:
        session.merge(SourceRow(name="app", brand="aurora", type="page", **values))


def unread_since(db: Database, began: datetime, now: datetime) -> str | None:
    with db.read() as session:
        return unread(session, [APP], began, now)


def test_a_source_that_nobody_reads_keeps_the_heart_from_beating(
    database: Database, now: datetime, watcher: Watcher, caplog: pytest.LogCaptureFixture
) -> None:
    source(database, last_ok_at=now, next_check_at=now + QUARTER)
    heart = Heart(watcher.url, sources=[APP])
    assert heart.beat(database, ["slack"], now)
    assert heart.beat(database, ["slack"], now + timedelta(minutes=54))
    source(database, last_ok_at=now, next_check_at=now + LATE + SHORT)  # somebody has taken it, and died
    assert [heart.beat(database, ["slack"], now + LATE) for _ in range(2)] == [False] * 2
    assert len(watcher.heard) == 2
    assert [record.getMessage() for record in caplog.records] == ["no heartbeat: reading of app stands still"]
    source(database, last_ok_at=now + LATE)
    assert heart.beat(database, ["slack"], now + LATE)


@pytest.mark.parametrize(
    ("minutes", "stands_still"),
    [
        ({"last_ok_at": 0, "last_error_at": 30}, False),  # read in vain: that is told in Slack
        ({"last_ok_at": 30, "last_error_at": 0}, False),
        ({"last_error_at": 0}, True),
        ({"last_ok_at": 0, "last_error_at": 0, "failures": 2, "next_check_at": 50}, False),  # it rests
        ({"last_ok_at": 0, "last_error_at": 0, "failures": 2, "next_check_at": 0}, True),
        ({"last_ok_at": 0, "last_error_at": 0, "last_error": 1, "next_check_at": 50}, False),  # till tomorrow
        ({"next_check_at": 0}, True),  # nobody has ever tried
    ],
)
def test_what_counts_as_unread(
    database: Database, now: datetime, minutes: dict[str, int], stands_still: bool
) -> None:
    moments = {
        name: now + timedelta(minutes=value) for name, value in minutes.items() if name.endswith("_at")
    }
    source(
        database,
        **moments,
        failures=minutes.get("failures", 0),
        last_error="x" if minutes.get("last_error") else None,
    )
    assert (unread_since(database, now, now + LATE) is not None) == stands_still


def test_a_source_without_a_row_has_its_intervals(database: Database, now: datetime) -> None:
    assert unread_since(database, now, now + timedelta(minutes=54)) is None
    assert unread_since(database, now, now + LATE) == "reading of app stands still"


def test_after_a_start_there_is_time_to_read_what_became_due_meanwhile(
    database: Database, now: datetime
) -> None:
    source(database, last_ok_at=now - timedelta(days=7))
    assert unread_since(database, now, now + SHORT) is None
    assert unread_since(database, now, now + LONG) == "reading of app stands still"


@pytest.mark.parametrize(
    ("switch", "excused"),
    [("mute:app", True), ("mute:shop", False), ("pause:aurora", True), ("pause:*", True), ("pause:x", False)],
)
def test_a_source_that_is_muted_or_paused_may_be_late(
    database: Database, now: datetime, switch: str, excused: bool
) -> None:
    source(database, last_ok_at=now)
    with database.write() as session:
        switches.set(session, switch, None, "marta", now)
    assert (unread_since(database, now, now + LATE) is None) == excused


def test_sources_cost_three_looks_however_many_there_are(db: Database, now: datetime) -> None:
    many = [Watched(f"s{number}", "aurora", timedelta(days=1)) for number in range(30)]
    with db.write() as session:
        session.add_all(
            SourceRow(name=one.name, brand=one.brand, type="page", last_ok_at=now) for one in many
        )
    with counted(db) as made, db.read() as session:
        unread(session, many, now, now + LATE)
    assert len(made) == 3
