"""A real mail server: what arrives, and what each of its failures means."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from alerts import cases, notices
from alerts.cases import Desk
from alerts.channels.base import Misconfigured, Sent
from alerts.channels.email.client import Email
from alerts.channels.email.errors import MENDS
from alerts.channels.email.server import Server
from alerts.channels.options import EmailOptions
from alerts.outbox import deliver_waiting
from alerts.views import Reminder, Report
from alerts.words import Words
from store.db import Database
from store.errors import Permanent, Transient, Uncertain
from store.tables import Case, OutboxState
from tests.alerts.channels.kinds import ALONE, CRITICAL, KINDS, NORMAL
from tests.alerts.charts.dots import Dot
from tests.alerts.rows import BRAND, alert, notification
from tests.certificates import client_side
from tests.mail_server import DROP, PASSWORD, USER, MailServer, mail_server

CARE, HEAD, DUTY = "care@aurora.example", "head@aurora.example", "duty@aurora.example"
NAMED: dict[str, Any] = {"from": "Ascolto <ascolto@aurora.example>", "alerts": (CARE, HEAD)}
URL = "smtp://127.0.0.1:{port}"


def email(
    server: MailServer, url: str = URL, *, patience: float = 30.0, timeout: float = 10.0, **named: Any
) -> Email:
    options = EmailOptions(**(NAMED | named))
    return Email(
        Server.parse(url.format(port=server.port)),
        options,
        Words("en"),
        timeout=timeout,
        patience=patience,
        context=client_side(),
    )  # fmt: skip


def post(
    channel: Email, kind: str = "critical", key: str = "case:1:email", thread: Sent | None = None
) -> Sent:
    return channel.post(channel.address("alerts"), KINDS[kind], key, thread)


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(Misconfigured) as raised:
        call()
    assert raised.value.everywhere == (raised.value.reason != "recipient_refused")
    return raised.value.reason


def test_a_case_arrives_with_its_thread() -> None:
    with mail_server() as server:
        channel = email(server)
        sent = post(channel)
        line = post(channel, "line_came_back", "reason:2:email", sent)
    first, second = server.got
    assert first.sender == "ascolto@aurora.example"
    assert first.to == [CARE, HEAD]
    assert first.message["Message-ID"] == sent.message_id
    assert first.message["In-Reply-To"] is None
    assert second.message["In-Reply-To"] == second.message["References"] == sent.message_id
    assert second.message["Message-ID"] == line.message_id != sent.message_id
    body = first.message.get_body(("plain",))
    assert body is not None
    assert "bocca gonfia" in body.get_content()


@pytest.mark.parametrize("kind", ALONE)
def test_every_kind_arrives(kind: str) -> None:
    with mail_server() as server:
        post(email(server), kind)
    assert not server.got[0].message.defects


@pytest.mark.parametrize(("tls", "scheme"), [("starttls", "smtp+starttls"), ("from the start", "smtps")])
def test_it_signs_in_over_tls(tls: str, scheme: str) -> None:
    url = f"{scheme}://{USER}:{quote(PASSWORD)}@localhost:{{port}}"
    with mail_server(tls=tls, sign_in=True) as server:
        post(email(server, url))
        assert [(got.signed_in, got.encrypted) for got in server.got] == [(True, True)]
        wrong = email(server, url.replace(quote(PASSWORD), "wrong"))
        assert refusal(lambda: post(wrong)) == "auth_refused"
        server.faults["AUTH"] = ["454 4.7.0 later"] * 2  # for each way to sign in
        with pytest.raises(Transient, match=r"SMTP 454 4\.7\.0"):
            post(email(server, url))
        anonymous = email(server, f"{scheme}://localhost:{{port}}")
        assert refusal(lambda: post(anonymous)) == "sign_in_required"
    assert len(server.got) == 1


def test_a_certificate_for_another_name_is_refused() -> None:
    with mail_server(tls="starttls") as server:
        channel = Email(Server("smtp+starttls", "127.0.0.1", server.port), EmailOptions(**NAMED), Words("en"))
        assert refusal(lambda: post(channel)) == "certificate_refused"
    with mail_server(tls="from the start") as server:
        channel = Email(Server("smtps", "127.0.0.1", server.port), EmailOptions(**NAMED), Words("en"))
        assert refusal(lambda: post(channel)) == "certificate_refused"
    assert server.got == []


def test_without_starttls_nothing_goes_out_in_the_clear() -> None:
    with mail_server() as server:
        channel = email(server, f"smtp+starttls://{USER}:hunter2@127.0.0.1:{{port}}")
        assert refusal(lambda: post(channel)) == "no_starttls"
        assert (
            refusal(lambda: post(email(server, f"smtp://{USER}:hunter2@localhost:{{port}}")))
            == "auth_unsupported"
        )
    assert server.got == []


@pytest.mark.parametrize(
    ("command", "answer", "expected", "reason"),
    [
        ("MAIL", "451 4.3.0 later", Transient, "SMTP 451 4.3.0"),
        ("MAIL", "550 5.7.1 not yours", Misconfigured, "sender_refused"),
        ("MAIL", "530 5.7.0 Must issue STARTTLS", Misconfigured, "sign_in_required"),
        ("MAIL", "421 too busy", Transient, "SMTP 421"),
        ("DATA", "452 4.3.1 full", Transient, "SMTP 452 4.3.1"),
        ("DATA", "552 5.3.4 too big", Permanent, "message_refused"),
        ("DATA", "554 5.7.1 giulia_r is spam", Permanent, "message_refused"),
        ("MAIL", DROP, Transient, "the connection broke"),
        ("RCPT", DROP, Transient, "the connection broke"),
        ("DATA", DROP, Uncertain, "did not come"),
    ],
)
def test_what_an_answer_means(command: str, answer: str, expected: type[Exception], reason: str) -> None:
    with mail_server() as server:
        server.faults[command] = [answer]
        with pytest.raises(expected, match=reason) as raised:
            post(email(server))
        assert isinstance(raised.value, Uncertain) == (expected is Uncertain)
        assert isinstance(raised.value, Misconfigured) == (expected is Misconfigured)
        assert server.got == []
        assert "giulia_r" not in str(raised.value)
        assert "aurora" not in str(raised.value)


def test_an_unknown_recipient_alone_is_told_and_among_others_holds_up_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with mail_server() as server:
        server.faults[f"RCPT {CARE}"] = ["550 5.1.1 unknown"] * 3
        alone = email(server, alerts=(CARE,))
        assert refusal(lambda: post(alone)) == "recipient_refused"
        post(email(server))
        assert [got.to for got in server.got] == [[HEAD]]
        assert "email.recipient_refused" in {getattr(record, "action", "") for record in caplog.records}
        assert "aurora" not in caplog.text
        assert refusal(email(server).check) == "recipient_refused"


def test_all_recipients_unknown() -> None:
    with mail_server() as server:
        server.faults["RCPT"] = ["550 5.1.1 unknown"] * 2
        assert refusal(lambda: post(email(server))) == "recipient_refused"
    assert server.got == []


def test_who_is_put_off_gets_it_later_and_the_others_only_once() -> None:
    with mail_server() as server:
        server.faults[f"RCPT {CARE}"] = ["450 4.7.1 greylisted"]
        channel = email(server)
        with pytest.raises(Transient, match=r"4\.7\.1"):
            post(channel)
        post(channel)
    assert [got.to for got in server.got] == [[HEAD], [CARE]]
    assert len({got.message["Message-ID"] for got in server.got}) == 1


def test_nobody_at_the_port_is_left_alone_for_longer_and_longer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    channel = email(MailServer(port))
    waits = []
    for _ in range(8):
        with pytest.raises(Transient) as raised:
            post(channel)
        assert not isinstance(raised.value, Uncertain)
        waits.append(raised.value.retry_after)
    assert waits == [15, 30, 60, 120, 240, 480, 600, 600]


@contextmanager
def silent_server() -> Iterator[MailServer]:
    """Takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield MailServer(listening.getsockname()[1])


def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    with silent_server() as server:
        with pytest.raises(Transient) as raised:
            post(email(server, timeout=0.05))
        assert raised.value.retry_after == 15
        with pytest.raises(Uncertain) as late:  # its time-outs do not end the call
            post(email(server, timeout=1.0, patience=0.05))
        assert late.value.retry_after == 15


def test_after_an_answer_the_patience_begins_anew() -> None:
    with mail_server() as server:
        channel = email(server)
        server.faults["MAIL"] = [DROP, DROP]
        waits = []
        for _ in range(2):
            with pytest.raises(Transient) as raised:
                post(channel)
            waits.append(raised.value.retry_after)
        post(channel)
        server.faults["MAIL"] = [DROP]
        with pytest.raises(Transient) as raised:
            post(channel)
        waits.append(raised.value.retry_after)
    assert waits == [15, 30, 15]


def test_a_check_asks_for_everybody_and_sends_nothing() -> None:
    with mail_server() as server:
        email(server, digest=(DUTY,)).check()
        server.faults[f"RCPT {DUTY}"] = ["550 5.1.1 unknown"]
        assert refusal(email(server, digest=(DUTY,)).check) == "recipient_refused"
    assert server.got == []


# Who gets what.


def test_what_it_takes() -> None:
    channel = email(MailServer(25), ops=(DUTY,))
    assert (channel.address("alerts"), channel.address("crisis")) == (f"{CARE}, {HEAD}",) * 2
    assert (channel.address("praise"), channel.address("digest"), channel.address("ops")) == ("", "", DUTY)
    assert channel.takes("alerts", CRITICAL)
    assert channel.takes("ops", KINDS["source_down"])
    assert channel.takes("ops", KINDS["paused"])
    assert channel.takes("alerts", KINDS["brief_morning"])
    assert not channel.takes("praise", KINDS["praise"])
    assert not channel.takes("alerts", KINDS["bundle_hour"])
    assert not channel.takes("digest", KINDS["report"])
    taken = {kind for kind in KINDS if kind.startswith("line_") and channel.takes("alerts", KINDS[kind])}
    assert {"line_came_back", "line_edited", "line_viral", "line_raised"} <= taken
    assert not taken & {"line_gone", "line_answered"}


def test_who_is_on_call_gets_critical_reminders_alone() -> None:
    with mail_server() as server:
        channel = email(server, alerts=(), ops=(CARE,), on_call=(DUTY,))
        assert not channel.takes("alerts", CRITICAL)
        assert not channel.takes("alerts", Reminder(NORMAL))
        assert not channel.takes("alerts", Reminder(replace(CRITICAL, status="resolved")))
        assert channel.takes("alerts", Reminder(CRITICAL))
        channel.post(channel.address("alerts"), Reminder(CRITICAL), "k")
        both = email(server, alerts=(CARE,), on_call=(DUTY,))
        both.post(both.address("alerts"), Reminder(CRITICAL), "k2")
        both.post(both.address("alerts"), Reminder(NORMAL), "k3")
    assert [got.to for got in server.got] == [[DUTY], [CARE, DUTY], [CARE]]


# In the outbox.


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def deliver(db: Database, channel: Email, clock: Clock) -> int:
    return deliver_waiting(db, {"email": channel}, {"aurora": BRAND}, clock=clock)


def state(db: Database, key: str) -> str:
    with db.read() as session:
        return notification(session, key).state


@pytest.mark.parametrize("keeps", [True, False])
def test_a_lost_answer_brings_the_same_message_again(db: Database, now: datetime, keeps: bool) -> None:
    clock = Clock(now)
    with mail_server() as server, db.write() as session:
        alert(session, now, channel="email")
        session.commit()
        server.faults["DATA"], server.keeps = [DROP], keeps
        channel = email(server)
        assert deliver(db, channel, clock) == 0
        assert deliver(db, channel, clock) == 0  # the server rests
        clock.now += timedelta(minutes=2)
        assert deliver(db, channel, clock) == 1
        assert deliver(db, channel, clock) == 0
    assert len(server.got) == 1 + keeps
    assert len({got.message["Message-ID"] for got in server.got}) == 1


def test_another_database_has_other_message_ids(db: Database, now: datetime) -> None:
    with mail_server() as server:
        with db.write() as session:
            alert(session, now, channel="email")
        deliver(db, email(server), Clock(now))
        with db.read() as session:
            again = notification(session, "case:1:email")
        assert again.message_id == server.got[0].message["Message-ID"]
        with db.write() as session:
            row = notification(session, "case:1:email")
            row.created_at, row.message_id, row.state = now + timedelta(days=1), None, OutboxState.WAITING
        deliver(db, email(server), Clock(now))
    assert len({got.message["Message-ID"] for got in server.got}) == 2


def test_what_people_do_about_a_case_sends_no_mail(db: Database, now: datetime) -> None:
    clock = Clock(now)
    with mail_server() as server:
        channel = email(server)
        with db.write() as session:
            case_id = alert(session, now, channel="email")
        assert deliver(db, channel, clock) == 1
        with db.write() as session:
            cases.acknowledge(Desk(session, {"aurora": BRAND}, ["email"], now), case_id, "marta")
        deliver(db, channel, clock)
    assert len(server.got) == 1
    assert state(db, "case:1:email") == OutboxState.SENT


def test_what_is_not_taken_is_left_out_and_nothing_waits_for_it(db: Database, now: datetime) -> None:
    clock = Clock(now)
    with mail_server() as server:
        channel = email(server, alerts=(), ops=(CARE,), on_call=(DUTY,))
        with db.write() as session:
            case_id = alert(session, now, channel="email")
            case = session.get_one(Case, case_id)
            notices.line(session, case, "gone:1", ["email"], now, event="gone")
            notices.remind(session, case, "overdue:1", ["email"], now, ["@marta"])
        assert deliver(db, channel, clock) == 1
    assert [got.to for got in server.got] == [[DUTY]]
    assert server.got[0].message["In-Reply-To"] is None
    assert state(db, "case:1:email") == state(db, "gone:1:email") == OutboxState.LEFT_OUT
    assert state(db, "overdue:1:email") == OutboxState.SENT
    assert server.connections == 1


@pytest.mark.parametrize("answer", ["450 4.7.1 greylisted", "550 5.1.1 unknown"])
def test_an_address_that_is_put_off_or_refused_holds_back_no_reminder(
    db: Database, now: datetime, answer: str
) -> None:
    clock = Clock(now)
    with mail_server() as server:
        server.faults[f"RCPT {CARE}"] = [answer] * 9
        channel = email(server, on_call=(DUTY,))
        with db.write() as session:
            case = session.get_one(Case, alert(session, now, channel="email"))
            notices.remind(session, case, "overdue:1", ["email"], now, ["@marta"])
        deliver(db, channel, clock)
    reminded = [got for got in server.got if DUTY in got.to]
    assert len(reminded) == 1
    assert state(db, "case:1:email") != OutboxState.LEFT_OUT


def test_every_reason_has_its_mend_and_no_secret_in_it() -> None:
    assert all(MENDS.values())
    channel = email(MailServer(1), "smtp+starttls://ascolto:hunter2@localhost:{port}")
    with pytest.raises(Transient) as raised:
        post(channel)
    assert "hunter2" not in repr(raised.value)
    assert "hunter2" not in repr(channel)


def test_a_picture_that_cannot_be_drawn_keeps_no_message_back(caplog: pytest.LogCaptureFixture) -> None:
    with mail_server() as server:
        channel = email(server)
        for number, dotted in enumerate((Dot(), Dot(faults=[ZeroDivisionError("12 / 0")]))):
            channel.post(CARE, Report("Week 47", ("120 mentions.",), dotted), f"digest:{number}")
    kinds = [[part.get_content_type() for part in got.message.walk()] for got in server.got]
    assert ["image/png" in found for found in kinds] == [True, False]
    assert "Mentions by day: 12 on Monday" in server.got[1].message.as_string()
    assert "could not be drawn" in caplog.text
