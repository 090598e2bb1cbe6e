"""A bad morning of nineteen messages against every fault of Slack: none lost, none twice, in order in each case."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from threading import Event

import pytest
from sqlmodel import select

from alerts import cases, notices
from alerts.card import Card
from alerts.channels.base import Channel, Lanes, Sent
from alerts.channels.slack.buttons import DEEDS
from alerts.channels.slack.listen import close, slack_app
from alerts.channels.slack.listener import Listener
from alerts.channels.slack.menu import ACKNOWLEDGE
from alerts.channels.slack.transport import socket_mode
from alerts.outbox import RECHECK, deliver_waiting
from alerts.views import Line, Trouble, View
from alerts.words import Words
from store.db import Database
from store.status import read_status
from store.tables import Audit, Case, NotificationKind, OutboxState
from tests.alerts.rows import BRAND, add_case, add_mention, add_reason, alert
from tests.alerts.test_outbox import BRANDS, Bench, Clock, channel_to
from tests.fake_slack import APP_TOKEN, BOT_TOKEN, TEAM, Failure, FakeSlack, fake_slack

URGENCIES = ("normal", "critical", "low", "high", "critical")
LINES = (3, 2, 4, 1, 4)
ALL = len(LINES) + sum(LINES)  # 19


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def slack(clock: Clock) -> Iterator[FakeSlack]:
    with fake_slack(clock=clock) as fake:
        yield fake


@pytest.fixture
def bench(db: Database, slack: FakeSlack, clock: Clock) -> Bench:
    return Bench(db, slack, clock)


def bad_morning(bench: Bench) -> None:
    """Five cases of four urgencies, and fourteen lines in their threads that came in turn."""
    for urgency in URGENCIES:
        bench.alert(urgency=urgency)
    for turn in range(max(LINES)):
        for case_id, count in enumerate(LINES, 1):
            if turn < count:
                bench.line(case_id, "viral" if turn % 2 else "came_back")


def assert_delivered(bench: Bench) -> None:
    """0 duplicates, 0 lost, each case's messages in the order they were written, all under their own message."""
    rows = [row for row in bench.rows() if row.kind != NotificationKind.TROUBLE]
    keys = [message.key for message in bench.slack.messages if not message.key.startswith("trouble:")]
    assert len(rows) == ALL
    assert sorted(keys) == sorted(row.key for row in rows)
    assert {row.state for row in rows} == {OutboxState.SENT}
    assert not any(row.unsure for row in rows)
    for case_id in range(1, len(LINES) + 1):
        written = [row.key for row in rows if row.case_id == case_id]
        assert [key for key in keys if key in written] == written
        (head,) = bench.slack.by_key(f"case:{case_id}:slack")
        assert [line.key for line in bench.slack.thread(head)] == written[1:]


FAULTS = {
    "429 with Retry-After": Failure(status=429, retry_after=30),
    "429 without": Failure(status=429),
    "429 that makes no sense": Failure(status=429, retry_after="soon"),
    "500": Failure(status=500),
    "500, accepted": Failure(status=500, accepted=True),
    "503": Failure(status=503),
    "503, accepted": Failure(status=503, accepted=True),
    "dropped": Failure(drop=True),
    "dropped, accepted": Failure(drop=True, accepted=True),
    "a proxy's page": Failure(status=502, body="<html>Bad gateway</html>"),
    "a proxy's page, accepted": Failure(body="<html>Please log in</html>", accepted=True),
    "internal_error": Failure(error="internal_error"),
    "invalid_blocks": Failure(error="invalid_blocks"),
    "msg_too_long": Failure(error="msg_too_long"),
}


@pytest.mark.parametrize("place", [0, 7, ALL - 1], ids=["first", "8th", "last"])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_each_fault_at_each_place(bench: Bench, fault: Failure, place: int) -> None:
    bad_morning(bench)
    bench.slack.fail("chat.postMessage", Failure(**vars(fault) | {"skip": place}))
    bench.deliver_all()
    assert_delivered(bench)
    assert bench.keys()[0] in ("case:2:slack", "case:5:slack")  # critical first, whatever came before


def test_a_429_on_the_8th_holds_only_what_is_left(bench: Bench) -> None:
    bad_morning(bench)
    bench.slack.fail("chat.postMessage", Failure(status=429, retry_after=30, skip=7))
    assert bench.deliver() == 7
    bench.clock.later(seconds=29)
    assert bench.deliver() == 0
    bench.clock.later(seconds=2)
    assert bench.deliver() == ALL - 7
    assert_delivered(bench)
    assert [method for method, _ in bench.slack.calls].count("chat.postMessage") == ALL + 1  # the refused one


def test_all_faults_in_a_row(bench: Bench) -> None:
    bad_morning(bench)
    row = [
        fault for name, fault in FAULTS.items() if name != "msg_too_long"
    ]  # two refusals of one are the end of it
    bench.slack.fail("chat.postMessage", *(Failure(**vars(fault)) for fault in row))
    for method in ("conversations.history", "conversations.replies", "conversations.list"):
        bench.slack.fail(method, Failure(status=429, retry_after=3), Failure(drop=True), Failure(status=503))
    bench.deliver_all()
    assert_delivered(bench)


def test_a_time_out_after_acceptance_is_found_by_its_metadata_after_the_quiet_time(
    db: Database, slack: FakeSlack, clock: Clock
) -> None:
    bench = Bench(db, slack, clock, timeout=0.3)
    bad_morning(bench)
    slack.fail("chat.postMessage", Failure(hang=True, accepted=True))
    bench.deliver(limit=1, stop=lambda: len(slack.messages) == 1)
    bench.channel = channel_to(slack)
    assert bench.row("case:2:slack").unsure
    clock.later(seconds=4)
    bench.deliver()
    assert "conversations.history" not in [method for method, _ in slack.calls]
    clock.later(seconds=2)
    bench.deliver()
    assert "conversations.history" in [method for method, _ in slack.calls]
    bench.deliver_all()
    assert_delivered(bench)


def named(text: str) -> Callable[[FakeSlack], None]:
    return lambda slack: slack.channels.update({text: slack.channels.pop("reputation")})


def not_in_channel(slack: FakeSlack) -> None:
    slack.joined.discard(slack.channels["reputation"])


def revoked(slack: FakeSlack) -> None:
    slack.tokens.discard(BOT_TOKEN)


def mended(slack: FakeSlack) -> None:
    if "renamed" in slack.channels:
        slack.channels["reputation"] = slack.channels.pop("renamed")
    slack.joined.update(slack.channels.values())
    slack.tokens.add(BOT_TOKEN)


@pytest.mark.parametrize(
    ("fault", "code", "mend"),
    [
        (named("renamed"), "channel_not_found", "[slack]"),
        (not_in_channel, "not_in_channel", "/invite"),
        (revoked, "invalid_auth", "SLACK_BOT_TOKEN"),
    ],
)
def test_a_wrong_setup_stands_in_the_status_and_heals_once_mended(
    bench: Bench, fault: Callable[[FakeSlack], None], code: str, mend: str
) -> None:
    bad_morning(bench)
    bench.deliver(limit=7)
    fault(bench.slack)
    for _ in range(4):  # an hour of it
        bench.deliver()
        bench.clock.later(seconds=RECHECK.total_seconds() + 1)
    with bench.db.read() as session:
        (row,) = read_status(session).undelivered
    posted = len([message for message in bench.slack.messages if not message.key.startswith("trouble:")])
    assert (row.channel, row.target, row.count) == ("slack", "alerts", ALL - posted)
    assert code in row.error
    assert mend in row.error
    assert row.next_try is not None
    mended(bench.slack)
    bench.clock.later(seconds=RECHECK.total_seconds() + 1)
    bench.deliver_all()
    assert_delivered(bench)
    with bench.db.read() as session:
        assert read_status(session).undelivered == ()


def test_the_ops_channel_is_told_once_with_the_mend(bench: Bench) -> None:
    bad_morning(bench)
    not_in_channel(bench.slack)
    for _ in range(4):
        bench.deliver()
        bench.clock.later(seconds=RECHECK.total_seconds() + 1)
    (notice,) = bench.slack.in_channel("ops")
    assert "#reputation" in notice.words()
    assert "not_in_channel" in notice.words()
    assert "invita l'app: /invite @Ascolto" in notice.words()
    assert f"{ALL} messaggi in attesa" in notice.words()
    bench.clock.later(days=1)
    bench.deliver_all()
    assert len(bench.slack.in_channel("ops")) == 2  # it is still so the next day


def test_a_broken_ops_channel_is_not_told_of_itself(bench: Bench) -> None:
    bad_morning(bench)
    with bench.db.write() as session:
        for row in bench.rows():
            row.target = "ops"
            session.merge(row)
    bench.slack.joined.discard(bench.slack.channels["ops"])
    bench.deliver()
    assert not [row for row in bench.rows() if row.kind == NotificationKind.TROUBLE]
    with bench.db.read() as session:
        assert [row.target for row in read_status(session).undelivered] == ["ops"]


class Other:
    """Another way to people."""

    name, edits, instant = "other", False, True

    def __init__(self) -> None:
        self.lanes = Lanes()
        self.shown: list[View] = []

    def address(self, target: str) -> str:
        return target

    def takes(self, target: str, view: View) -> bool:
        return True

    def post(self, address: str, view: View, key: str, thread: Sent | None = None) -> Sent:
        self.shown.append(view)
        return Sent(address, str(len(self.shown)))

    def edit(self, sent: Sent, view: View, key: str) -> None:
        raise NotImplementedError

    def find(self, address: str, key: str, since: object, thread: Sent | None = None) -> Sent | None:
        return None


def test_a_revoked_token_is_told_by_another_channel_and_asked_for_once(bench: Bench) -> None:
    bad_morning(bench)
    with bench.db.write() as session:
        row = bench.row("case:1:slack")
        row.target = "crisis"
        session.merge(row)
    revoked(bench.slack)
    other = Other()
    deliver_waiting(bench.db, {"slack": bench.channel, "other": other}, BRANDS, clock=bench.clock)
    (view,) = other.shown
    assert isinstance(view, Trouble)
    assert (view.channel, view.reason, view.undelivered) == ("slack", "invalid_auth", ALL)
    assert len(bench.slack.calls) == 1  # the token is no better in another channel


def test_one_channel_alone_is_delivered_and_its_trouble_told_by_the_other(bench: Bench) -> None:
    bench.alert()
    revoked(bench.slack)
    other = Other()
    channels: dict[str, Channel] = {"slack": bench.channel, "other": other}
    with bench.db.write() as session:
        alert(session, bench.clock.now, 2, "other")
    assert deliver_waiting(bench.db, channels, BRANDS, clock=bench.clock, only="slack") == 0
    assert other.shown == []
    assert deliver_waiting(bench.db, channels, BRANDS, clock=bench.clock, only="other") == 2
    assert {type(view) for view in other.shown} == {Card, Trouble}
    assert len(bench.slack.calls) == 1


def test_a_line_waits_for_the_message_of_its_own_channel_alone(bench: Bench) -> None:
    ways, now, other = ["slack", "other"], bench.clock.now, Other()
    with bench.db.write() as session:
        mention = add_mention(session, now)
        case = add_case(session, mention, now)
        notices.announce(session, case, ways, now)
        reason = add_reason(session, case, mention, now, "edited", [])
        notices.line(session, case, f"reason:{reason.id}", ways, now, reason_id=reason.id)
    channels: dict[str, Channel] = {"slack": bench.channel, "other": other}
    assert deliver_waiting(bench.db, channels, BRANDS, clock=bench.clock, only="other") == 2
    assert [type(view) for view in other.shown] == [Card, Line]
    assert bench.slack.messages == []


def test_a_message_that_slack_never_takes_is_given_up_and_told(bench: Bench) -> None:
    bench.alert(2)
    bench.slack.fail("chat.postMessage", Failure(error="msg_too_long"), Failure(error="msg_too_long"))
    bench.deliver_all()
    with bench.db.read() as session:
        (row,) = read_status(session).undelivered
    assert (row.count, row.next_try) == (1, None)
    (notice,) = bench.slack.in_channel("ops")
    assert "msg_too_long" in notice.words()
    assert len(bench.slack.in_channel("reputation")) == 1


def test_one_message_a_second_and_channel(db: Database, slack: FakeSlack, clock: Clock) -> None:
    bench = Bench(db, slack, clock, pace=timedelta(seconds=1))
    bad_morning(bench)
    slack.fail("chat.postMessage", Failure(status=429, retry_after=5, skip=3))
    for _ in range(4):
        bench.deliver(wait=clock.wait)
        clock.later(seconds=6)
    assert_delivered(bench)
    moments = [float(message.ts.split(".")[0]) for message in slack.messages]
    assert min(later - sooner for sooner, later in pairwise(moments)) >= 1


# ---------------------------------------------------------------------- clicks


@contextmanager
def listening(bench: Bench) -> Iterator[None]:
    """Socket Mode, from one start to its end."""
    listener = Listener(bench.db, Words("en"), {"aurora": BRAND}, bench.slack.notify, clock=bench.clock)
    app = slack_app(listener, token=BOT_TOKEN, workspace=TEAM, api_url=bench.slack.url)
    handler = socket_mode(app, APP_TOKEN)
    handler.connect()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        handler.close()  # type: ignore[no-untyped-call]
        close(app)


def audits(bench: Bench, action: str) -> list[Audit]:
    with bench.db.read() as session:
        return list(session.exec(select(Audit).where(Audit.action == action)))


def test_a_redelivered_envelope_counts_once(bench: Bench) -> None:
    """Slack did not hear our answer: the connection drops, and the same envelope comes by the next one."""
    (case_id,) = bench.alert()
    bench.deliver()
    (message,) = bench.slack.messages
    click = bench.slack.payload(message, ACKNOWLEDGE)
    with listening(bench):
        assert bench.slack.wait_for(lambda: len(bench.slack.sockets) == 1)
        first = bench.slack.sockets[0]
        envelope = first.click(click)
        assert bench.slack.wait_for(lambda: envelope in first.acknowledged)
        assert bench.slack.wait_for(lambda: bool(audits(bench, "acknowledge")))
        first.ask_to_reconnect()
        assert bench.slack.wait_for(
            lambda: bool(bench.slack.sockets) and bench.slack.sockets[-1] is not first
        )
        second = bench.slack.sockets[-1]
        second.click(click, envelope)
        assert bench.slack.wait_for(lambda: envelope in second.acknowledged)
    assert len(audits(bench, "acknowledge")) == 1
    assert bench.slack.private == []  # nobody is told that somebody was faster: it was the same person
    with bench.db.read() as session:
        assert session.get_one(Case, case_id).version == 2
    bench.deliver_all()
    assert [message.key for message in bench.slack.messages] == [f"case:{case_id}:slack", "move:1:slack"]


def test_a_click_is_acknowledged_though_the_database_is_busy(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.alert()
    bench.deliver()
    free, really = Event(), DEEDS["acknowledge"]

    def slow(*args: object) -> cases.Move:
        assert free.wait(20)
        return really(*args)  # type: ignore[arg-type]

    monkeypatch.setitem(DEEDS, "acknowledge", slow)
    with listening(bench):
        assert bench.slack.wait_for(lambda: len(bench.slack.sockets) == 1)
        (socket,) = bench.slack.sockets
        envelope = socket.click(bench.slack.payload(bench.slack.messages[0], ACKNOWLEDGE))
        assert bench.slack.wait_for(lambda: envelope in socket.acknowledged)
        assert audits(bench, "acknowledge") == []
        free.set()
        assert bench.slack.wait_for(lambda: bool(audits(bench, "acknowledge")))
