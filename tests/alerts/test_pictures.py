"""Pictures of messages: the text goes first and never waits; the picture comes once, through whatever happens."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from alerts import notices, pictures
from alerts.channels.slack.client import Slack
from alerts.outbox import deliver_waiting
from alerts.pictures import upload_waiting
from alerts.routing import Routing
from alerts.views import Report
from alerts.words import Words
from store.claims import MAX_ATTEMPTS
from store.db import Database
from store.tables import Notification, NotificationKind, OutboxState, PictureRow
from tests.alerts.charts.dots import Dot, dot
from tests.alerts.rows import BRAND
from tests.fake_slack import BOT_TOKEN, Failure, FakeSlack, Message, fake_slack

BRANDS = {"aurora": BRAND}
ROUTING = Routing(alerts="#reputation", digest="#reputation", ops="#ops")


@dataclass
class Bench:
    """One report that has a picture, on its way to a Slack, and a clock that moves when told."""

    db: Database
    slack: FakeSlack
    now: datetime
    picture: Dot

    def __post_init__(self) -> None:
        words = Words("en")
        self.channel = Slack(
            BOT_TOKEN, ROUTING.address, words, api_url=self.slack.url, pace=timedelta(), timeout=5.0
        )
        with self.db.write() as session:
            notices.add(
                session,
                "digest:aurora:2026-W47",
                ["slack"],
                self.now,
                kind=NotificationKind.DIGEST,
                brand="aurora",
                target="digest",
            )

    def clock(self) -> datetime:
        return self.now

    def report(self, session: Session, row: Notification, now: datetime) -> Report:
        return Report("Week 47", ("120 mentions.",), self.picture)

    def deliver(self) -> int:
        known: dict[str, Any] = {"report": self.report, "clock": self.clock}
        return deliver_waiting(self.db, {"slack": self.channel}, BRANDS, **known)

    def upload(self) -> int:
        known: dict[str, Any] = {"report": self.report, "clock": self.clock}
        return upload_waiting(self.db, {"slack": self.channel}, BRANDS, **known)

    def later(self, **length: float) -> None:
        self.now += timedelta(**length)

    def settle(self, rounds: int = 40) -> None:
        """Lets time pass until nothing waits."""
        for _ in range(rounds):
            self.deliver()
            self.upload()
            if not self.waits:
                return
            self.later(minutes=2)
        raise AssertionError("something still waits")

    @property
    def waits(self) -> bool:
        with self.db.read() as session:
            messages = session.exec(select(Notification.state)).all()
            drawn = session.exec(select(PictureRow.state)).all()
        return bool({*messages, *drawn} & {OutboxState.WAITING, OutboxState.STALE})

    @property
    def row(self) -> PictureRow:
        with self.db.read() as session:
            return session.exec(select(PictureRow)).one()

    @property
    def message(self) -> Message:
        (found,) = self.slack.in_channel("reputation")
        return found

    def assert_shown(self, mark: str = "dot") -> None:
        (block,) = images(self.message)
        file = self.slack.files[block["slack_file"]["id"]]
        assert (file.content, file.complete) == (dot(mark), True)
        assert block["alt_text"] == file.alt == "Mentions by day: 12 on Monday"
        assert self.message.words().startswith("Week 47")
        assert "120 mentions." in self.message.words()


def images(message: Message) -> list[dict[str, Any]]:
    return [block for block in message.blocks if block["type"] == "image"]


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with fake_slack() as fake:
        yield fake


@pytest.fixture
def bench(database: Database, slack: FakeSlack) -> Bench:
    return Bench(database, slack, datetime.fromisoformat("2026-11-23T07:00:00+00:00"), Dot())


def test_the_text_goes_first_and_the_picture_comes_into_the_same_message(bench: Bench) -> None:
    assert bench.deliver() == 1
    assert images(bench.message) == []
    assert bench.deliver() == 0  # nothing is edited for a picture that is not there
    assert bench.upload() == 1
    bench.later(seconds=5)
    assert bench.deliver() == 1
    bench.assert_shown()
    assert bench.message.blocks[1]["type"] == "image"  # right after the title
    assert len(bench.message.history) == 1
    bench.later(hours=1)
    assert (bench.upload(), bench.deliver()) == (0, 0)


STEPS = ("files.getUploadURLExternal", "upload", "files.completeUploadExternal")
FAILURES = {
    "429": Failure(status=429, retry_after=7),
    "500": Failure(status=500),
    "503, accepted": Failure(status=503, accepted=True),
    "dropped before": Failure(drop=True),
    "dropped after": Failure(drop=True, accepted=True),
    "a proxy's page": Failure(status=502, body="<h1>Bad gateway</h1>"),
}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("step", STEPS)
def test_an_upload_that_fails_loses_nothing(bench: Bench, step: str, failure: str) -> None:
    bench.slack.fail(step, Failure(**vars(FAILURES[failure])), Failure(**vars(FAILURES[failure])))
    assert bench.deliver() == 1
    assert bench.upload() == 0
    assert bench.message.words().startswith("Week 47")
    bench.settle()
    bench.assert_shown()
    assert len(bench.message.history) == 1


@pytest.mark.parametrize("accepted", [True, False])
def test_an_edit_whose_end_is_not_known_is_the_same_edit_again(bench: Bench, accepted: bool) -> None:
    bench.slack.fail("chat.update", Failure(drop=True, accepted=accepted))
    bench.settle()
    bench.assert_shown()
    assert len([file for file in bench.slack.files.values() if file.complete]) == 1


def test_a_message_found_after_a_crash_gets_its_picture(bench: Bench) -> None:
    bench.slack.fail("chat.postMessage", Failure(drop=True, accepted=True))
    bench.settle()
    bench.assert_shown()


def test_while_slack_is_not_done_with_the_file_the_message_keeps_its_look(bench: Bench) -> None:
    bench.slack.slow_files = 3
    bench.deliver()
    bench.upload()
    bench.later(seconds=5)
    bench.deliver()
    assert bench.message.blocks[0]["type"] == "header"  # not the text alone
    bench.settle()
    bench.assert_shown()


def test_a_file_that_slack_never_shows_is_left_alone(bench: Bench) -> None:
    bench.slack.slow_files = 10_000
    bench.settle()
    assert images(bench.message) == []
    assert bench.message.words().startswith("Week 47")
    assert len(bench.message.history) == pictures.REFUSALS


def test_without_the_scope_messages_come_and_the_mend_is_told_once(bench: Bench) -> None:
    bench.slack.scopes = tuple(scope for scope in bench.slack.scopes if scope != "files:write")
    for _ in range(5):
        bench.deliver()
        bench.upload()
        bench.later(minutes=20)
    assert bench.message.words().startswith("Week 47")
    (told,) = bench.slack.in_channel("ops")
    assert "missing_scope" in told.words()
    bench.slack.scopes += ("files:write",)
    bench.settle()
    bench.assert_shown()


def test_a_crash_between_upload_and_note_shows_one_picture_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*args: object) -> bool:
        raise KeyboardInterrupt

    bench.deliver()
    with monkeypatch.context() as dying:
        dying.setattr(pictures, "_done", crash)
        with pytest.raises(KeyboardInterrupt):
            bench.upload()
    assert bench.upload() == 0  # until the lease of the dead one ends
    bench.later(minutes=5)
    bench.settle()
    bench.assert_shown()
    assert len(bench.slack.files) == 2  # nobody sees the first
    assert len(bench.message.history) == 1


def test_a_picture_that_comes_while_its_message_is_in_hand_is_shown_after(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.deliver()
    with bench.db.write() as session:
        session.exec(select(Notification)).one().state = OutboxState.STALE
    edit = bench.channel.edit

    def meanwhile(*args: Any, **named: Any) -> None:
        edit(*args, **named)
        assert bench.upload() == 1

    with monkeypatch.context() as racing:
        racing.setattr(bench.channel, "edit", meanwhile)
        bench.deliver()
    assert bench.waits
    bench.settle()
    bench.assert_shown()


def test_another_mark_is_another_picture_but_not_at_once(bench: Bench) -> None:
    bench.settle()
    bench.picture = Dot("second")
    for minutes, mark in ((0, "dot"), (11, "second")):
        bench.later(minutes=minutes)
        with bench.db.write() as session:
            session.exec(select(Notification)).one().state = OutboxState.STALE
        bench.deliver()
        bench.settle()
        bench.assert_shown(mark if minutes else "dot")


def test_what_cannot_be_drawn_is_given_up(bench: Bench) -> None:
    bench.picture.faults.extend(ZeroDivisionError("12 / 0") for _ in range(MAX_ATTEMPTS))
    bench.settle()
    assert (bench.row.state, bench.row.error) == (
        OutboxState.FAILED,
        "fault: ZeroDivisionError at dots.py:24",
    )
    assert images(bench.message) == []


def test_a_picture_is_old_after_a_day(bench: Bench) -> None:
    bench.slack.fail("upload", *(Failure(status=500) for _ in range(500)))
    bench.deliver()
    for _ in range(200):
        bench.upload()
        bench.later(minutes=20)
    assert bench.row.state == OutboxState.FAILED


def test_a_report_that_somebody_deleted_does_not_come_again_for_its_picture(bench: Bench) -> None:
    bench.deliver()
    bench.slack.delete(bench.message)
    bench.settle()
    assert bench.slack.in_channel("reputation") == []
