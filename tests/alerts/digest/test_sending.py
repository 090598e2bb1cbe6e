"""Exactly one digest a week: through two schedulers at once, kills, restarts and a Slack that fails."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlmodel import select

from alerts import digest, notices
from alerts.channels.slack.client import Slack
from alerts.outbox import Outbox, deliver_waiting
from alerts.pictures import upload_waiting
from alerts.routing import Routing
from alerts.words import Words
from store import claims
from store.db import Database
from store.retention import forget
from store.tables import Notification, OutboxState, PictureRow
from tests.alerts.rows import BRAND, add_mention
from tests.fake_slack import BOT_TOKEN, Failure, FakeSlack, fake_slack

BRANDS = {"aurora": BRAND}
MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)  # 8 in Rome
ROUTING = Routing(alerts="#reputation", digest="#reputation", ops="#ops")


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with fake_slack(clock=lambda: MONDAY) as fake:
        yield fake


@pytest.fixture
def filled(database: Database) -> Database:
    with database.write() as session:
        for number in range(5):
            add_mention(session, MONDAY - timedelta(days=3), number, published_at=MONDAY - timedelta(days=3))
    return database


class Life:
    """One process of the service: its own channel, its own connection."""

    def __init__(self, db: Database, slack: FakeSlack, now: datetime = MONDAY) -> None:
        self.db, self.now = db, now
        self.channel = Slack(
            BOT_TOKEN, ROUTING.address, Words("en"), api_url=slack.url, pace=timedelta(), timeout=20.0
        )
        report = partial(digest.report, brands=BRANDS, words=Words("en"))
        self.known: dict[str, Any] = {"report": report, "clock": lambda: self.now}

    def announce(self) -> int:
        return digest.announce(self.db, BRANDS, ["slack"], self.now)

    def deliver(self) -> int:
        return deliver_waiting(self.db, {"slack": self.channel}, BRANDS, **self.known)

    def upload(self) -> int:
        return upload_waiting(self.db, {"slack": self.channel}, BRANDS, **self.known)

    def work(self) -> None:
        for _ in range(4):
            self.announce()
            self.deliver()
            self.upload()
            self.now += timedelta(seconds=20)  # all of it within a lease


def test_two_schedulers_at_once_write_one(filled: Database) -> None:
    lives = [Database(filled.engine.url.render_as_string(hide_password=False)) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        written = list(pool.map(lambda db: digest.announce(db, BRANDS, ["slack", "email"], MONDAY), lives))
    for life in lives:
        life.close()
    assert sorted(written) == [0, 0, 0, 2]
    with filled.read() as session:
        assert len(session.exec(select(Notification)).all()) == 2


def test_two_workers_at_once_send_one_with_one_picture(filled: Database, slack: FakeSlack) -> None:
    lives = [Life(filled, slack) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(Life.work, lives))
    Life(
        filled, slack, MONDAY + timedelta(minutes=5)
    ).work()  # shows a picture that came after all had looked
    (message,) = slack.in_channel("reputation")
    assert message.words().startswith("Caffè Aurora: Monday 16 November to Sunday 22 November")
    (picture,) = [block for block in message.blocks if block["type"] == "image"]
    assert "Fri 20: 5, 5 negative" in picture["alt_text"]
    assert [file for file in slack.files.values() if (file.content or b"").startswith(b"\x89PNG")]


@pytest.mark.parametrize("step", ["announce", "send", "note", "upload", "edit"])
def test_killed_at_any_step_and_started_again_it_is_sent_once(
    filled: Database, slack: FakeSlack, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill is what no code of ours catches; the next life frees what the dead one had in hand."""
    with monkeypatch.context() as dying:
        life = Life(filled, slack)
        if step == "announce":
            dying.setattr(notices, "add", _kill)
        elif step == "note":  # Slack has it, and nobody wrote that down
            dying.setattr(Outbox, "_done", _kill)
        elif step == "send":
            slack.fail("chat.postMessage", Failure(drop=True, accepted=True))
            dying.setattr(Outbox, "_failed", _kill)
        else:
            slack.fail("upload" if step == "upload" else "chat.update", Failure(drop=True, accepted=True))
            dying.setattr(
                "alerts.pictures._failed" if step == "upload" else "alerts.outbox.Outbox._failed", _kill
            )
        with pytest.raises(KeyboardInterrupt):
            life.work()
    with filled.write() as session:
        claims.release_all(session, Notification)
        claims.release_all(session, PictureRow)
    Life(filled, slack, MONDAY + timedelta(minutes=10)).work()
    Life(filled, slack, MONDAY + timedelta(days=2)).work()  # and started again on Wednesday
    (message,) = slack.in_channel("reputation")
    assert [block["type"] for block in message.blocks].count("image") == 1
    with filled.read() as session:
        (row,) = session.exec(select(Notification)).all()
        assert (row.key, row.state) == ("digest:aurora:2026-W47:slack", OutboxState.SENT)


def test_the_next_week_has_one_of_its_own(filled: Database, slack: FakeSlack) -> None:
    Life(filled, slack).work()
    Life(filled, slack, MONDAY + timedelta(days=7)).work()
    assert [message.key for message in slack.in_channel("reputation")] == [
        "digest:aurora:2026-W47:slack",
        "digest:aurora:2026-W48:slack",
    ]


def test_an_empty_week_is_one_line_without_a_picture(database: Database, slack: FakeSlack) -> None:
    with database.write() as session:
        add_mention(session, MONDAY - timedelta(days=40), published_at=MONDAY - timedelta(days=40))
    Life(database, slack).work()
    (message,) = slack.in_channel("reputation")
    assert [block["type"] for block in message.blocks] == ["header", "rich_text"]
    assert "Nobody wrote about the brand, and no case is open." in message.words()
    assert slack.files == {}


def test_what_customers_wrote_stays_text(filled: Database, slack: FakeSlack) -> None:
    hostile = (
        "<!channel> <https://evil.example|Rimborso> *x* al telefono non risponde nessuno \u202e@everyone"
    )
    with filled.write() as session:
        add_mention(
            session, MONDAY - timedelta(days=2), 99, published_at=MONDAY - timedelta(days=2), text=hostile
        )
    Life(filled, slack).work()
    (message,) = slack.in_channel("reputation")
    assert "<!channel>" not in message.text
    assert "\u202e" not in str(message.blocks)
    assert "non risponde nessuno" in message.words()
    assert not any("evil.example" in str(part.get("url", "")) for part in _parts(message.blocks))


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _parts(part)


def _kill(*args: object, **named: object) -> int:
    raise KeyboardInterrupt


def test_who_is_erased_is_quoted_no_longer(filled: Database, slack: FakeSlack) -> None:
    with filled.write() as session:
        mention = add_mention(
            session, MONDAY - timedelta(days=2), 99, published_at=MONDAY - timedelta(days=2), author="vincenza",
            text="Ho chiamato per giorni: al telefono non risponde mai nessuno.",
        )  # fmt: skip
        number = mention.id or 0
    life = Life(filled, slack)
    life.work()
    (message,) = slack.in_channel("reputation")
    assert "Ho chiamato per giorni" in message.words()
    with filled.read() as session:
        assert number in session.exec(select(Notification)).one().body["mentions"]
    with filled.write() as session:
        forget(session, "appstore", "vincenza", now=life.now)
    life.work()
    assert "Ho chiamato per giorni" not in message.words()
    assert "vincenza" not in str(message.blocks)
    assert [block["type"] for block in message.blocks].count("image") == 1
    assert len(slack.in_channel("reputation")) == 1
