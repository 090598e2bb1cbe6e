"""The outbox against a Slack that fails in every way: nothing lost, nothing twice, order kept in each case."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from alerts import cases, notices, outbox, queue, views
from alerts.channels.base import Lanes, Sent
from alerts.channels.slack.client import Slack
from alerts.outbox import Outbox, deliver_waiting
from alerts.routing import Routing
from alerts.views import View
from alerts.words import Words
from store.claims import MAX_ATTEMPTS
from store.db import Database
from store.errors import Permanent, Transient
from store.status import read_status
from store.tables import Case, Notification, NotificationKind, OutboxState
from tests.alerts.rows import BRAND, add_case, add_mention, add_reason, alert, desk, notification
from tests.fake_slack import BOT_TOKEN, Failure, FakeSlack, fake_slack

BRANDS = {"aurora": BRAND}
ROUTING = Routing(alerts="#reputation", praise="#kudos", crisis="#crisis", ops="#ops")


class Clock:
    """A clock that only moves when told, or when something waits for it."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.waited: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += timedelta(seconds=seconds)

    def later(self, **length: float) -> None:
        self.now += timedelta(**length)


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def slack(clock: Clock) -> Iterator[FakeSlack]:
    with fake_slack(clock=clock) as fake:
        yield fake


def channel_to(slack: FakeSlack, **options: Any) -> Slack:
    known: dict[str, Any] = {"pace": timedelta(), "timeout": 20.0}
    return Slack(BOT_TOKEN, ROUTING.address, Words("it"), api_url=slack.url, **known | options)


class Bench:
    """A database, a channel to the fake Slack and a clock."""

    def __init__(self, db: Database, slack: FakeSlack, clock: Clock, **options: Any) -> None:
        self.db, self.slack, self.clock = db, slack, clock
        self.channel = channel_to(slack, **options)

    def alert(self, count: int = 1, **fields: Any) -> list[int]:
        with self.db.write() as session:
            start = len(session.exec(select(Case.id)).all())
            return [alert(session, self.clock.now, start + n, **fields) for n in range(1, count + 1)]

    def line(self, case_id: int, kind: str) -> None:
        with self.db.write() as session:
            case = session.get_one(Case, case_id)
            mention = add_mention(session, self.clock.now, 1000 + len(self.rows()))
            reason = add_reason(session, case, mention, self.clock.now, kind, [])
            notices.line(session, case, f"reason:{reason.id}", ["slack"], self.clock.now, reason_id=reason.id)

    def deliver(self, **options: Any) -> int:
        return deliver_waiting(self.db, {"slack": self.channel}, BRANDS, clock=self.clock, **options)

    def deliver_all(self, rounds: int = 40) -> None:
        """Lets time pass until nothing waits any more."""
        for _ in range(rounds):
            self.deliver()
            if not self.waiting():
                return
            self.clock.later(minutes=1)
        raise AssertionError(f"still waiting: {self.waiting()}")

    def rows(self) -> list[Notification]:
        with self.db.read() as session:
            return list(session.exec(select(Notification).order_by(Notification.id)))  # type: ignore[arg-type]

    def waiting(self) -> list[str]:
        return [row.key for row in self.rows() if row.state in (OutboxState.WAITING, OutboxState.STALE)]

    def row(self, key: str) -> Notification:
        with self.db.read() as session:
            return notification(session, key)

    def keys(self) -> list[str]:
        return [message.key for message in self.slack.messages]

    def assert_each_once(self) -> None:
        assert sorted(self.keys()) == sorted(row.key for row in self.rows())


@pytest.fixture
def bench(db: Database, slack: FakeSlack, clock: Clock) -> Bench:
    return Bench(db, slack, clock)


def test_a_case_is_posted_once_and_its_place_is_kept(bench: Bench) -> None:
    (case_id,) = bench.alert()
    assert bench.deliver() == 1
    assert bench.deliver() == 0
    (message,) = bench.slack.in_channel("reputation")
    row = bench.row(f"case:{case_id}:slack")
    assert (row.state, row.unsure, row.attempts, row.error) == (OutboxState.SENT, False, 0, None)
    assert (row.address, row.message_id, row.shown_version) == (message.channel, message.ts, 1)
    assert row.sent_at == bench.clock.now
    assert message.metadata == {
        "event_type": "ascolto_notification",
        "event_payload": {"key": f"case:{case_id}:slack"},
    }


def test_each_target_has_its_channel(bench: Bench) -> None:
    bench.alert(4)
    with bench.db.write() as session:
        for row, target in zip(
            session.exec(select(Notification)), ("alerts", "praise", "crisis", "digest"), strict=True
        ):
            row.target = target
    bench.deliver()
    counts = {name: len(bench.slack.in_channel(name)) for name in bench.slack.channels}
    assert counts == {"reputation": 2, "kudos": 1, "crisis": 1, "ops": 0}


def test_the_most_urgent_goes_first(bench: Bench) -> None:
    bench.alert(2, urgency="low")
    (critical,) = bench.alert(urgency="critical")
    bench.deliver()
    assert bench.keys()[0] == f"case:{critical}:slack"


FAILURES = {
    "429": [Failure(status=429, retry_after=7)],
    "429 in the body": [Failure(error="ratelimited")],
    "500, not accepted": [Failure(status=500)],
    "500, accepted": [Failure(status=500, accepted=True)],
    "503, accepted": [Failure(status=503, accepted=True)],
    "fatal_error": [Failure(error="fatal_error")],
    "dropped before": [Failure(drop=True)],
    "dropped after": [Failure(drop=True, accepted=True)],
    "again and again": [Failure(drop=True), Failure(status=502), Failure(status=429, retry_after=1)],
    "accepted, then all else fails": [Failure(drop=True, accepted=True)],
}


@pytest.mark.parametrize("failures", FAILURES.values(), ids=FAILURES.keys())
def test_nothing_lost_and_nothing_twice(bench: Bench, failures: list[Failure]) -> None:
    bench.alert(3)
    bench.slack.fail("chat.postMessage", *[Failure(**vars(failure)) for failure in failures])
    bench.deliver_all()
    bench.assert_each_once()
    assert {row.state for row in bench.rows()} == {OutboxState.SENT}
    assert not any(row.unsure for row in bench.rows())


def test_an_answer_that_never_comes(db: Database, slack: FakeSlack, clock: Clock) -> None:
    bench = Bench(db, slack, clock, timeout=0.3)
    bench.alert()
    slack.fail("chat.postMessage", Failure(hang=True, accepted=True))
    assert bench.deliver() == 0
    assert [row.unsure for row in bench.rows()] == [True]
    bench.channel = channel_to(slack)
    bench.deliver_all()
    bench.assert_each_once()


def test_the_look_for_a_lost_answer_may_fail_too(bench: Bench) -> None:
    bench.alert()
    bench.slack.fail("chat.postMessage", Failure(drop=True, accepted=True))
    bench.slack.fail(
        "conversations.history", Failure(status=429, retry_after=3), Failure(drop=True), Failure(status=500)
    )
    bench.deliver_all()
    bench.assert_each_once()


def test_a_lost_answer_is_looked_for_after_a_quiet_time(bench: Bench) -> None:
    bench.alert()
    bench.slack.fail("chat.postMessage", Failure(drop=True, accepted=True))
    bench.deliver(quiet=timedelta(seconds=30))
    bench.clock.later(seconds=29)
    assert bench.deliver() == 0
    assert "conversations.history" not in [method for method, _ in bench.slack.calls]
    bench.clock.later(seconds=2)
    assert bench.deliver() >= 1
    bench.assert_each_once()


def test_a_lost_answer_is_found_far_back(bench: Bench) -> None:
    """The message has drowned among others, several pages of history ago."""
    (case_id,) = bench.alert()
    bench.slack.fail("chat.postMessage", Failure(drop=True, accepted=True))
    bench.deliver()
    bench.clock.later(seconds=1)
    for number in range(23):
        bench.slack.call("chat.postMessage", {"channel": "#reputation", "text": f"chat {number}"}, BOT_TOKEN)
    bench.clock.later(days=3)
    bench.deliver_all()
    assert bench.keys().count(f"case:{case_id}:slack") == 1
    assert bench.row(f"case:{case_id}:slack").state == OutboxState.SENT


def test_429_on_the_8th_of_19(bench: Bench) -> None:
    bench.alert(19)
    bench.slack.fail("chat.postMessage", Failure(status=429, retry_after=30, skip=7))
    assert bench.deliver() == 7
    assert bench.deliver() == 0
    bench.clock.later(seconds=29)
    assert bench.deliver() == 0
    calls = len(bench.slack.calls)
    bench.clock.later(seconds=2)
    assert bench.deliver() == 12
    assert len(bench.slack.calls) - calls == 12  # nothing had to be looked for, nothing went out again
    bench.assert_each_once()


def test_a_channel_that_must_wait_does_not_hold_the_others(bench: Bench) -> None:
    bench.alert(2, channel="slack", urgency="low")
    bench.slack.fail("chat.postMessage", Failure(status=429, retry_after=600, channel="reputation"))
    bench.deliver()
    (critical,) = bench.alert()
    with bench.db.write() as session:
        notification(session, f"case:{critical}:slack").target = "crisis"
    assert bench.deliver() == 1
    assert bench.keys() == [f"case:{critical}:slack"]


class Crash(BaseException):
    """The process dies here."""


def test_a_crash_between_the_answer_and_the_commit(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    (case_id,) = bench.alert()

    def die(*args: object) -> bool:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(Outbox, "_done", die)
        with pytest.raises(Crash):
            bench.deliver()
    assert bench.keys() == [f"case:{case_id}:slack"]
    assert bench.row(f"case:{case_id}:slack").unsure
    bench.channel = channel_to(bench.slack)  # a new process knows nothing of the old one
    assert bench.deliver() == 0  # the lease of the dead still runs
    bench.clock.later(minutes=3)
    bench.deliver_all()
    bench.assert_each_once()
    posts = [method for method, _ in bench.slack.calls if method == "chat.postMessage"]
    assert len(posts) == 1


def test_a_crash_before_the_call(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.alert()

    def die(*args: object) -> Sent:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(Outbox, "_send", die)
        with pytest.raises(Crash):
            bench.deliver()
    bench.clock.later(minutes=3)
    bench.deliver_all()
    bench.assert_each_once()


def test_a_line_lost_on_its_way_is_found_in_its_thread(bench: Bench) -> None:
    (case_id,) = bench.alert()
    bench.line(case_id, "came_back")
    bench.slack.fail("chat.postMessage", Failure(drop=True, accepted=True, skip=1))
    bench.deliver_all()
    bench.assert_each_once()
    assert "conversations.replies" in [method for method, _ in bench.slack.calls]


def test_lines_follow_their_message_in_order(bench: Bench) -> None:
    """The message fails first, then the first line: no line overtakes."""
    (case_id,) = bench.alert()
    for kind in ("viral", "came_back", "edited"):
        bench.line(case_id, kind)
    bench.slack.fail("chat.postMessage", Failure(drop=True), Failure(status=500, skip=1))
    bench.deliver_all()
    bench.assert_each_once()
    assert bench.keys() == [row.key for row in bench.rows()]
    (message,) = bench.slack.in_channel("reputation")
    assert len(bench.slack.thread(message)) == 3


def test_a_line_waits_while_its_message_cannot_go(bench: Bench) -> None:
    (case_id,) = bench.alert()
    bench.line(case_id, "viral")
    bench.slack.joined.clear()
    bench.deliver()
    assert bench.keys() == []
    bench.slack.joined.update(bench.slack.channels.values())
    bench.clock.later(minutes=16)
    bench.deliver_all()
    assert bench.keys() == [row.key for row in bench.rows()]


def test_a_move_edits_the_same_message(bench: Bench) -> None:
    (case_id,) = bench.alert()
    bench.deliver()
    with bench.db.write() as session:
        cases.acknowledge(desk(session, bench.clock.now, channels=()), case_id, "slack:U0MARTA:marta")
    assert bench.waiting() == [f"case:{case_id}:slack"]
    bench.clock.later(seconds=1)
    assert bench.deliver() == 1
    (message,) = bench.slack.messages
    assert len(message.history) == 1
    assert "marta" in message.text
    assert bench.row(f"case:{case_id}:slack").shown_version == 2
    assert bench.row(f"case:{case_id}:slack").sent_at == bench.clock.now - timedelta(seconds=1)


def test_a_move_during_the_send_is_shown_afterwards(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    (case_id,) = bench.alert()
    really = Slack.post

    def and_somebody_clicks(self: Slack, *args: Any) -> Sent:
        with bench.db.write() as session:
            cases.acknowledge(desk(session, bench.clock.now, channels=()), case_id, "slack:U0MARTA:marta")
        return really(self, *args)

    monkeypatch.setattr(Slack, "post", and_somebody_clicks)
    bench.deliver()
    bench.deliver_all()
    (message,) = bench.slack.messages
    assert "marta" in message.text
    assert bench.row(f"case:{case_id}:slack").state == OutboxState.SENT


@pytest.mark.parametrize(
    "failure",
    [
        Failure(drop=True),
        Failure(drop=True, accepted=True),
        Failure(status=429, retry_after=2),
        Failure(status=500),
    ],
)
def test_an_edit_that_fails_is_made_again(bench: Bench, failure: Failure) -> None:
    (case_id,) = bench.alert()
    bench.deliver()
    with bench.db.write() as session:
        cases.resolve(desk(session, bench.clock.now, channels=()), case_id, "marta")
    bench.slack.fail("chat.update", Failure(**vars(failure)))
    bench.deliver_all()
    (message,) = bench.slack.messages
    assert "marta" in message.text
    assert not bench.row(f"case:{case_id}:slack").unsure


def test_a_deleted_message_is_posted_anew_once(bench: Bench) -> None:
    (case_id,) = bench.alert()
    for expected in (f"case:{case_id}:slack", f"case:{case_id}:slack#2"):
        bench.deliver_all()
        assert bench.keys() == [expected]
        bench.slack.delete(bench.slack.messages[0])
        with bench.db.write() as session:
            cases.touch(session, session.get_one(Case, case_id), bench.clock.now)
    bench.deliver_all()
    assert bench.keys() == []
    row = bench.row(f"case:{case_id}:slack")
    assert row.state == OutboxState.SENT
    assert "deleted" in (row.error or "")


def test_a_deleted_message_of_a_finished_case_stays_deleted(bench: Bench) -> None:
    (case_id,) = bench.alert()
    bench.deliver()
    bench.slack.delete(bench.slack.messages[0])
    with bench.db.write() as session:
        cases.resolve(desk(session, bench.clock.now, channels=()), case_id, "marta")
    bench.deliver_all()
    assert bench.keys() == []


@pytest.mark.parametrize(
    ("failure", "mend"),
    [
        ("channel_not_found", "[slack]"),
        ("not_in_channel", "/invite"),
        ("invalid_auth", "SLACK_BOT_TOKEN"),
        ("token_revoked", "SLACK_BOT_TOKEN"),
        ("missing_scope", "manifest"),
    ],
)
def test_a_setup_that_is_wrong_stands_in_the_status_and_heals(bench: Bench, failure: str, mend: str) -> None:
    bench.alert(3)
    bench.slack.fail("chat.postMessage", Failure(error=failure))
    bench.deliver()
    cases_ = [row for row in bench.rows() if row.kind == NotificationKind.CASE]
    assert {row.state for row in cases_} == {OutboxState.FAILED}
    assert all(failure in (row.error or "") and mend in (row.error or "") for row in cases_)
    sent_to = [asked["channel"] for _, asked in bench.slack.calls]
    assert sent_to.count("#reputation") == 1  # one refusal is enough for all that goes there
    bench.clock.later(minutes=16)
    assert bench.deliver() == 3
    bench.assert_each_once()
    assert all(row.error is None for row in bench.rows())


def test_a_wrong_setup_of_one_channel_leaves_the_others(bench: Bench) -> None:
    bench.alert(2)
    with bench.db.write() as session:
        notification(session, "case:2:slack").target = "crisis"
    bench.slack.fail("chat.postMessage", Failure(error="not_in_channel", channel="reputation"))
    bench.deliver()
    assert [m.key for m in bench.slack.messages if m.key.startswith("case")] == ["case:2:slack"]


def test_what_failed_can_be_brought_back_at_once(bench: Bench) -> None:
    bench.alert()
    bench.slack.fail("chat.postMessage", Failure(error="no_text"))
    bench.deliver()
    bench.clock.later(days=2)
    assert bench.deliver() == 0  # the fault of this one message: nothing heals by itself
    assert queue.revive(bench.db, bench.clock.now, all_of_them=True) == 1
    assert bench.deliver() == 1


def test_refused_blocks_go_out_as_text(bench: Bench) -> None:
    (case_id,) = bench.alert()
    bench.slack.fail("chat.postMessage", Failure(error="invalid_blocks"))
    assert bench.deliver() == 1
    (message,) = bench.slack.messages
    assert message.blocks == []
    assert "gonfia" in message.text
    assert bench.row(f"case:{case_id}:slack").state == OutboxState.SENT


def test_refused_blocks_and_text_are_given_up(bench: Bench) -> None:
    bench.alert(2)
    bench.slack.fail("chat.postMessage", Failure(error="invalid_blocks"), Failure(error="msg_too_long"))
    bench.deliver_all()
    states = sorted(row.state for row in bench.rows() if row.kind == NotificationKind.CASE)
    assert states == [OutboxState.FAILED, OutboxState.SENT]
    assert len([m.key for m in bench.slack.messages if m.key.startswith("case")]) == 1


def test_a_reminder_goes_out_where_the_message_of_its_case_was_refused(bench: Bench) -> None:
    (case_id,) = bench.alert()
    bench.slack.fail("chat.postMessage", Failure(error="invalid_blocks"), Failure(error="msg_too_long"))
    bench.deliver()
    with bench.db.write() as session:
        case = session.get_one(Case, case_id)
        notices.remind(session, case, "ring:1:2", ["slack"], bench.clock.now, ["@marta"], late=True)
    bench.deliver_all()
    assert bench.row(f"case:{case_id}:slack").state == OutboxState.FAILED
    (message,) = [message for message in bench.slack.messages if message.key == "ring:1:2:slack"]
    assert message.channel == bench.slack.in_channel("reputation")[0].channel


def test_the_pace_of_a_channel_is_kept(db: Database, slack: FakeSlack, clock: Clock) -> None:
    bench = Bench(db, slack, clock, pace=timedelta(seconds=1))
    bench.alert(4)
    assert bench.deliver() == 1
    started = clock.now
    assert bench.deliver(wait=clock.wait) == 3
    assert clock.now - started == timedelta(seconds=3)
    assert max(clock.waited) <= 0.25
    assert bench.deliver(wait=clock.wait) == 0
    assert clock.now - started == timedelta(seconds=3)  # nothing left: no waiting for nothing


def test_a_critical_alert_that_comes_meanwhile_goes_next(
    db: Database, slack: FakeSlack, clock: Clock
) -> None:
    bench = Bench(db, slack, clock, pace=timedelta(seconds=1))
    bench.alert(5, urgency="low")
    arrived: list[int] = []

    def wait(seconds: float) -> None:
        clock.wait(seconds)
        if not arrived:
            arrived.extend(bench.alert(urgency="critical"))

    bench.deliver(wait=wait)
    assert bench.keys()[1] == f"case:{arrived[0]}:slack"


def test_it_stops_between_two_messages(bench: Bench) -> None:
    bench.alert(3)
    assert bench.deliver(stop=lambda: len(bench.slack.messages) >= 1) == 1
    assert not any(row.unsure for row in bench.rows())


def test_a_poisoned_row_does_not_stop_the_others(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.alert(2)
    with bench.db.write() as session:
        session.get_one(Case, 1).urgency = "critical"
        notification(session, "case:1:slack").kind = NotificationKind.START
        notification(session, "case:1:slack").body = {"mentions": ["no number"]}
        notification(session, "case:1:slack").source = None
    bench.deliver()
    assert bench.keys() == ["case:2:slack"]
    assert bench.row("case:1:slack").state == OutboxState.FAILED
    assert "nothing_to_show" in (bench.row("case:1:slack").error or "")


class Broken:
    """A channel with a mistake of its own."""

    name, edits, instant = "slack", True, False

    def __init__(self) -> None:
        self.lanes = Lanes()
        self.errors: list[Exception] = []
        self.posted: list[str] = []

    def address(self, target: str) -> str:
        return target

    def takes(self, target: str, view: View) -> bool:
        return True

    def post(self, address: str, view: View, key: str, thread: Sent | None = None) -> Sent:
        if self.errors:
            raise self.errors.pop(0)
        self.posted.append(key)
        return Sent(address, str(len(self.posted)))

    def edit(self, sent: Sent, view: View, key: str) -> None:
        raise NotImplementedError

    def find(self, address: str, key: str, since: datetime, thread: Sent | None = None) -> Sent | None:
        return None


def test_a_mistake_of_ours_is_tried_again_and_told_without_values(
    db: Database, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    channel = Broken()
    channel.errors = [ZeroDivisionError("giulia_r wrote this")]
    with db.write() as session:
        alert(session, clock.now)
    deliver_waiting(db, {"slack": channel}, BRANDS, clock=clock)
    assert "ZeroDivisionError at test_outbox.py" in caplog.text
    assert "giulia_r" not in caplog.text
    clock.later(minutes=1)
    assert deliver_waiting(db, {"slack": channel}, BRANDS, clock=clock) == 1
    assert channel.posted == ["case:1:slack"]


def try_until_done(db: Database, channel: Broken, clock: Clock, rounds: int = 3 * MAX_ATTEMPTS) -> None:
    for _ in range(rounds):
        deliver_waiting(db, {"slack": channel}, BRANDS, clock=clock)
        clock.later(minutes=20)


@pytest.mark.parametrize("where", ["sending", "rendering"])
def test_a_mistake_of_ours_that_lasts_is_given_up_and_told(
    db: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    channel, tried = Broken(), []
    with db.write() as session:
        alert(session, clock.now)
        alert(session, clock.now, 2)
    really = views.load_view

    def load(session: Session, row: Notification, *about: Any) -> View:
        if where == "rendering" and row.key == "case:1:slack":
            tried.append(row.key)
            raise KeyError("giulia_r")
        return really(session, row, *about)

    post = channel.post

    def send(address: str, view: View, key: str, thread: Sent | None = None) -> Sent:
        if where == "sending" and key == "case:1:slack":
            tried.append(key)
            raise KeyError("giulia_r")
        return post(address, view, key, thread)

    monkeypatch.setattr(outbox, "load_view", load)
    monkeypatch.setattr(channel, "post", send)
    try_until_done(db, channel, clock)
    assert len(tried) == MAX_ATTEMPTS
    with db.read() as session:
        row = notification(session, "case:1:slack")
        (undelivered,) = read_status(session).undelivered
    assert (row.state, row.next_try_at, row.unsure) == (OutboxState.FAILED, None, where == "sending")
    assert (undelivered.count, undelivered.next_try) == (1, None)
    assert undelivered.error.startswith("KeyError at test_outbox.py:")
    assert "please report it" in undelivered.error
    assert "giulia_r" not in undelivered.error
    assert channel.posted[0] == "case:2:slack"
    assert [key.partition(":")[0] for key in channel.posted] == ["case", "trouble"]


def test_an_outage_before_it_leaves_a_mistake_of_ours_its_tries(db: Database, clock: Clock) -> None:
    channel = Broken()
    channel.errors = [Transient("away")] * 20 + [ZeroDivisionError()] * (MAX_ATTEMPTS - 1)
    with db.write() as session:
        alert(session, clock.now)
    try_until_done(db, channel, clock, 40)
    assert channel.posted == ["case:1:slack"]


def test_an_outage_of_a_day_loses_nothing(db: Database, clock: Clock) -> None:
    channel = Broken()
    channel.errors = [Transient("away") for _ in range(60)]
    with db.write() as session:
        alert(session, clock.now)
    for _ in range(24 * 6):
        deliver_waiting(db, {"slack": channel}, BRANDS, clock=clock)
        clock.later(minutes=10)
    assert channel.posted == ["case:1:slack"]


def test_a_channel_that_is_not_here_leaves_its_rows(db: Database, clock: Clock) -> None:
    with db.write() as session:
        alert(session, clock.now, channel="pager")
    assert deliver_waiting(db, {"slack": Broken()}, BRANDS, clock=clock) == 0
    with db.read() as session:
        assert notification(session, "case:1:pager").state == OutboxState.WAITING


def test_no_secret_and_no_text_in_errors_and_logs(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    bench.alert(2)
    bench.slack.fail(
        "chat.postMessage",
        Failure(drop=True),
        Failure(status=500),
        Failure(error="invalid_auth"),
        Failure(error="no_text"),
    )
    for _ in range(6):
        bench.deliver()
        bench.clock.later(minutes=20)
    told = caplog.text + "".join(row.error or "" for row in bench.rows())
    for secret in (BOT_TOKEN, "gonfia", "giulia_r"):
        assert secret not in told


def test_it_also_works_on_postgresql(database: Database, slack: FakeSlack, clock: Clock) -> None:
    bench = Bench(database, slack, clock)
    bench.alert(3)
    bench.line(1, "viral")
    bench.slack.fail(
        "chat.postMessage", Failure(drop=True, accepted=True), Failure(status=429, retry_after=1)
    )
    bench.deliver_all()
    with database.write() as session:
        cases.acknowledge(desk(session, clock.now, channels=()), 1, "marta")
    bench.deliver_all()
    bench.assert_each_once()
    assert "marta" in bench.slack.by_key("case:1:slack")[0].text


def test_permanent_means_permanent(db: Database, clock: Clock) -> None:
    channel = Broken()
    channel.errors = [Permanent("odd", "do this")]
    with db.write() as session:
        case = add_case(session, add_mention(session, clock.now), clock.now)
        notices.announce(session, case, ["slack"], clock.now)
    deliver_waiting(db, {"slack": channel}, BRANDS, clock=clock)
    with db.read() as session:
        row = notification(session, "case:1:slack")
    assert (row.state, row.error) == (OutboxState.FAILED, "odd: do this")
