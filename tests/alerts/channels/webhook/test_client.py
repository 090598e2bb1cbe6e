"""A real receiver: what arrives, what each of its answers means, and where a post may never lead."""

import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from alerts import cases
from alerts.cases import Desk
from alerts.channels.base import Misconfigured
from alerts.channels.options import WebhookOptions
from alerts.channels.webhook.client import Webhook
from alerts.outbox import deliver_waiting
from alerts.views import Reminder
from alerts.words import Words
from store.db import Database
from store.errors import Permanent, Transient, Uncertain
from store.tables import OutboxState
from tests.alerts.channels.kinds import ALONE, CRITICAL, KINDS, NORMAL
from tests.alerts.rows import BRAND, alert, notification
from tests.certificates import client_side, server_side
from tests.hook_server import SECRET, Answer, HookServer, hook_server

INSIDE = WebhookOptions(allow_private=True)


def webhook(
    server: HookServer,
    url: str = "http://127.0.0.1:{port}/hook?key=hunter2",
    options: WebhookOptions = INSIDE,
    **more: Any,
) -> Webhook:
    return Webhook(url.format(port=server.port), SECRET, options, Words("en"), context=client_side(), **more)


def post(channel: Webhook, kind: str = "critical", key: str = "case:1:webhook") -> str:
    return channel.post(channel.address("alerts"), KINDS[kind], key).message_id


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(Misconfigured) as raised:
        call()
    assert "hunter2" not in str(raised.value)
    assert raised.value.everywhere  # it has one address: nothing gets through
    return raised.value.reason


def test_a_case_arrives_signed() -> None:
    with hook_server() as server:
        sent = post(webhook(server))
    (got,) = server.posts
    assert got.path == "/hook?key=hunter2"
    assert got.headers["content-type"] == "application/json"
    assert got.headers["host"] == f"127.0.0.1:{server.port}"
    assert got.headers["webhook-id"] == got.verified["id"] == sent
    assert got.verified["type"] == "case.opened"


@pytest.mark.parametrize("kind", ALONE)
def test_every_kind_arrives(kind: str) -> None:
    with hook_server() as server:
        post(webhook(server), kind)
    assert server.posts[0].verified["version"] == 1


def test_a_change_has_an_id_of_its_own_for_each_version() -> None:
    with hook_server() as server:
        channel = webhook(server)
        sent = channel.post("webhook", CRITICAL, "key")
        for _ in range(2):
            channel.edit(sent, KINDS["resolved"], "key")
    ids = [got.headers["webhook-id"] for got in server.posts]
    assert ids[0] != ids[1] == ids[2]
    assert [got.verified["type"] for got in server.posts] == ["case.opened", "case.updated", "case.updated"]


@pytest.mark.parametrize(
    ("answer", "expected", "wait"),
    [
        (Answer(429, {"Retry-After": "7"}), Transient, 7),
        (Answer(429), Transient, 60),
        (Answer(429, {"Retry-After": "soon"}), Transient, 60),
        (Answer(429, {"Retry-After": "-5"}), Transient, 0),
        (Answer(429, {"Retry-After": "9" * 30}), Transient, 86_400),
        (Answer(503, {"Retry-After": "120"}), Transient, 120),
        (Answer(500, body=b"giulia_r" * 10_000), Transient, 15),
        (Answer(502), Transient, 15),
        (Answer(408), Transient, 15),
        (Answer(drops=True), Uncertain, 15),
    ],
)
def test_what_may_pass_later(answer: Answer, expected: type[Exception], wait: float) -> None:
    with hook_server() as server:
        server.answers = [answer]
        channel = webhook(server)
        with pytest.raises(expected) as raised:
            post(channel)
        assert isinstance(raised.value, Transient)
        assert raised.value.retry_after == wait
        assert "giulia_r" not in str(raised.value)
        post(channel)
    assert server.posts[0].headers["webhook-id"] == server.posts[1].headers["webhook-id"]


def test_a_moment_to_come_again_is_understood() -> None:
    now = datetime.fromisoformat("2026-11-24T11:00:00Z")
    with hook_server() as server:
        server.answers = [Answer(503, {"Retry-After": "Tue, 24 Nov 2026 11:02:00 GMT"})]
        with pytest.raises(Transient) as raised:
            post(webhook(server, clock=lambda: now))
    assert raised.value.retry_after == 120


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (301, "http_redirect"),
        (302, "http_redirect"),
        (307, "http_redirect"),
        (401, "http_401"),
        (403, "http_403"),
        (404, "http_404"),
        (405, "http_405"),
        (410, "http_410"),
    ],
)
def test_what_a_person_must_mend(status: int, reason: str) -> None:
    with hook_server() as server:
        server.answers = [Answer(status, {"Location": f"http://127.0.0.1:{server.port}/elsewhere"})]
        assert refusal(lambda: post(webhook(server))) == reason
    assert len(server.posts) == 1


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_what_is_refused_for_good(status: int) -> None:
    with hook_server() as server:
        server.answers = [Answer(status)]
        with pytest.raises(Permanent, match=f"http_{status}") as raised:
            post(webhook(server))
    assert not isinstance(raised.value, Misconfigured)


def test_an_answer_is_not_read() -> None:
    with hook_server() as server:
        server.answers = [Answer(200, {"Content-Length": "99999999999"}, b"x")]
        post(webhook(server))
    assert len(server.posts) == 1


def test_an_answer_that_comes_byte_by_byte_is_not_waited_for() -> None:
    with hook_server() as server:
        server.answers = [Answer(slow=True)]
        with pytest.raises(Uncertain):
            post(webhook(server, patience=0.2))


def test_a_receiver_that_says_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        channel = webhook(HookServer(silent.getsockname()[1]), timeout=0.05)
        waits = []
        for _ in range(3):
            with pytest.raises(Uncertain) as raised:
                post(channel)
            waits.append(raised.value.retry_after)
    assert waits == [15, 30, 60]
    with pytest.raises(Transient, match="cannot be reached") as gone:  # the port is closed now
        post(channel)
    assert not isinstance(gone.value, Uncertain)


# Where it may lead.


class Resolver:
    """Gives the next answer each time it is asked."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append((host, port))
        if not self.answers:
            raise socket.gaierror
        return self.answers.pop(0)


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.7"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["fd00::1"],
        ["0.0.0.0"],
        ["93.184.216.34", "192.168.1.1"],
        ["nonsense"],
    ],
)
def test_an_address_inside_is_refused(addresses: list[str]) -> None:
    with hook_server() as server:
        channel = webhook(
            server,
            "https://pager.example:{port}/hunter2",
            WebhookOptions(),
            look_up=Resolver(*[addresses] * 2),
        )
        assert refusal(lambda: post(channel)) == "address_inside"
        assert refusal(channel.check) == "address_inside"
    assert server.connections == 0


def test_a_literal_address_inside_is_refused() -> None:
    with hook_server(server_side()) as server:
        for host in ("127.0.0.1", "localhost", "127.1", "0x7f000001"):
            channel = webhook(server, f"https://{host}:{{port}}/", WebhookOptions())
            assert refusal(lambda channel=channel: post(channel)) == "address_inside"  # type: ignore[misc]
    assert server.connections == 0


def test_it_connects_to_the_address_that_was_checked_by_the_hosts_own_name() -> None:
    """Asked a second time, a hostile name server would answer otherwise: it is not asked."""
    look_up = Resolver(["127.0.0.1"], ["203.0.113.1"])
    with hook_server(server_side()) as server:
        channel = webhook(server, "https://pager.example:{port}/hook", look_up=look_up)
        post(channel)
        assert look_up.asked == [("pager.example", server.port)]
    assert server.names == ["pager.example"]
    assert server.posts[0].headers["host"] == f"pager.example:{server.port}"
    assert server.posts[0].verified


def test_the_certificate_is_of_the_host() -> None:
    with hook_server(server_side()) as server:
        channel = webhook(server, "https://other.example:{port}/hunter2", look_up=lambda *_: ["127.0.0.1"])
        assert refusal(lambda: post(channel)) == "certificate_refused"
        assert refusal(channel.check) == "certificate_refused"
        by_number = webhook(server, "https://127.0.0.1:{port}/")
        post(by_number)
        by_number.check()
        strangers = Webhook(f"https://127.0.0.1:{server.port}/hunter2", SECRET, INSIDE, Words("en"))
        assert refusal(lambda: post(strangers)) == "certificate_refused"
    assert len(server.posts) == 1


def test_without_encryption_it_leads_nowhere_outside() -> None:
    channel = webhook(HookServer(80), look_up=lambda *_: ["93.184.216.34"])
    assert refusal(lambda: post(channel)) == "not_encrypted"


def test_the_next_address_is_tried_where_the_first_does_not_answer() -> None:
    with hook_server() as server:
        channel = webhook(
            server, "http://pager.example:{port}/", look_up=lambda *_: ["127.0.0.9", "127.0.0.1"]
        )
        post(channel)
        channel.check()
    assert len(server.posts) == 1


def test_a_host_that_is_not_found() -> None:
    with pytest.raises(Transient, match="is not found") as raised:
        post(webhook(HookServer(443), "https://hunter2.example/", look_up=Resolver()))
    assert "hunter2" not in str(raised.value)


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy, hook_server() as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        post(webhook(server))
    assert len(server.posts) == 1


def test_a_check_posts_nothing() -> None:
    with hook_server() as server:
        webhook(server).check()
    assert server.posts == []
    with pytest.raises(Transient, match="cannot be reached"):
        webhook(server).check()


# What it tells.


def test_what_it_takes() -> None:
    usual, on_call = (
        webhook(HookServer(1)),
        webhook(HookServer(1), options=WebhookOptions(targets=("on_call",))),
    )
    assert {target for target in ("alerts", "praise", "crisis", "digest", "ops") if usual.address(target)} == {
        "alerts", "crisis", "digest", "ops",
    }  # fmt: skip
    assert usual.takes("alerts", CRITICAL)
    assert usual.takes("alerts", KINDS["line_gone"])
    assert usual.takes("alerts", KINDS["brief_morning"])
    assert usual.takes("ops", KINDS["paused"])
    assert not usual.takes("praise", KINDS["praise"])
    assert not usual.takes("alerts", KINDS["bundle_hour"])
    assert not on_call.takes("alerts", CRITICAL)
    assert not on_call.takes("alerts", Reminder(NORMAL))
    assert not on_call.takes("alerts", KINDS["brief_evening"])
    assert on_call.takes("alerts", Reminder(CRITICAL))


def test_what_people_say_of_a_briefs_samples_is_not_told() -> None:
    with hook_server() as server:
        channel = webhook(server)
        sent = channel.post("webhook", KINDS["brief_morning"], "brief:1:webhook")
        channel.edit(sent, KINDS["brief_morning"], "brief:1:webhook")
    (post,) = server.posts
    assert post.verified["type"] == "brief"


# In the outbox.


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def deliver(db: Database, channel: Webhook, clock: Clock) -> int:
    return deliver_waiting(db, {"webhook": channel}, {"aurora": BRAND}, clock=clock)


def test_a_lost_answer_brings_the_same_message_again_and_a_change_another(
    db: Database, now: datetime
) -> None:
    clock = Clock(now)
    with db.write() as session:
        case_id = alert(session, now, channel="webhook")
    with hook_server() as server:
        server.answers = [Answer(drops=True)]
        channel = webhook(server)
        assert deliver(db, channel, clock) == 0
        assert deliver(db, channel, clock) == 0  # it rests
        clock.now += timedelta(minutes=2)
        assert deliver(db, channel, clock) == 1
        with db.write() as session:
            cases.acknowledge(Desk(session, {"aurora": BRAND}, ["webhook"], clock.now), case_id, "marta")
        assert deliver(db, channel, clock) == 2
        assert deliver(db, channel, clock) == 0
    first, again, *changes = server.posts
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    assert len({got.headers["webhook-id"] for got in server.posts}) == 3
    told = {got.verified["type"]: got.verified["data"] for got in changes}
    assert told["case.updated"]["case"]["status"] == "acknowledged"
    assert told["case.event"]["event"] == "acknowledge"
    assert told["case.event"]["said"]["who"] == "marta"


def test_a_webhook_that_is_gone_stands_as_failed_with_its_mend(db: Database, now: datetime) -> None:
    clock = Clock(now)
    with db.write() as session:
        for number in (1, 2):
            alert(session, now, number, channel="webhook")
    with hook_server() as server:
        server.answers = [Answer(410)]
        channel = webhook(server)
        assert deliver(db, channel, clock) == 0
        with db.read() as session:
            rows = [notification(session, f"case:{number}:webhook") for number in (1, 2)]
        assert {row.state for row in rows} == {OutboxState.FAILED}
        assert all("ASCOLTO_WEBHOOK_URL" in (row.error or "") for row in rows)
        clock.now += timedelta(minutes=16)
        assert deliver(db, channel, clock) == 2
