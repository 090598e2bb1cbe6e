"""The whole ear on a fake Slack: a real Bolt app, over signed HTTP or Socket Mode, and one way to speak to it."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Lock
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from slack_bolt import App
from sqlmodel import Session, select

from alerts import cases, outbox
from alerts.channels.slack import clicks, menu
from alerts.channels.slack.client import Slack
from alerts.channels.slack.listen import close, slack_app
from alerts.channels.slack.listener import Listener, Told
from alerts.channels.slack.transport import slack_router, socket_mode
from alerts.words import Words
from store.db import Database
from store.tables import Audit, Case, Mention
from tests.alerts.rows import BRAND, add_draft, alert
from tests.fake_slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, FakeSlack, Message

PATIENCE = 20.0
MARTA, LUCA = "slack:U0MARTA:marta", "slack:U0LUCA:luca"


class Ear:
    """`say` sends what Slack sends and gives what was answered; delivery is one call, when the test wants it."""

    def __init__(
        self, slack: FakeSlack, listener: Listener, say: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> None:
        self.slack, self.listener, self.say = slack, listener, say
        self._channels = {
            "slack": Slack(
                BOT_TOKEN, lambda target: "#reputation", Words(listener.words.lang), api_url=slack.url
            )
        }
        self._channels["slack"].lanes.pace *= 0

    def deliver(self) -> None:
        outbox.deliver_waiting(
            self.listener.db, self._channels, self.listener.brands, clock=self.listener.clock
        )

    def message(self) -> Message:
        return self.slack.in_channel("reputation")[-1]

    def click(self, what: str, user: str = "U0MARTA", name: str = "marta") -> None:
        """A button of the last message, or what its short menu has."""
        message = self.message()
        action = f"ascolto.case.{what}.v1"
        known = action in message.buttons()
        payload = (self.slack.payload if known else self.slack.chosen)(
            message, action if known else what, user, name
        )
        self.say(payload)

    def modal(self, callback: str) -> dict[str, Any]:
        """The modal of this name, once it is there."""
        name = f"ascolto.modal.{callback}.v1"

        def there() -> bool:
            return any(view.get("callback_id") == name for view in self.slack.views.values())

        assert self.slack.wait_for(there), f"no {callback}: {self.slack.shown[-2:]}"
        return next(view for view in self.slack.views.values() if view.get("callback_id") == name)

    def until(self, condition: Callable[[], object]) -> None:
        """Waits for the work after an acknowledgement."""
        ends = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < ends, "it never became so"
            threading.Event().wait(0.01)


Saying = Callable[[dict[str, Any]], dict[str, Any]]
"""Sends what Slack sends, and gives what was answered at once."""


@contextlib.contextmanager
def over_http(slack: FakeSlack, app: App) -> Iterator[Saying]:
    """Signed HTTP, with a real server."""
    web = FastAPI()
    web.include_router(slack_router(app, SIGNING_SECRET))
    server = uvicorn.Server(uvicorn.Config(web, port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        threading.Event().wait(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]

    def say(payload: dict[str, Any]) -> dict[str, Any]:
        status, said = slack.post(f"http://127.0.0.1:{port}/slack/events", payload)
        assert status == 200
        return said

    try:
        yield say
    finally:
        server.should_exit = True
        thread.join()
        close(app)


@contextlib.contextmanager
def over_socket(slack: FakeSlack, app: App) -> Iterator[Saying]:
    """Socket Mode, with Slack's own client."""
    handler = socket_mode(app, APP_TOKEN)
    handler.connect()  # type: ignore[no-untyped-call]
    assert slack.wait_for(lambda: bool(slack.sockets))

    def say(payload: dict[str, Any]) -> dict[str, Any]:
        socket = slack.sockets[0]
        envelope = socket.click(payload)
        assert slack.wait_for(lambda: envelope in socket.acknowledged)
        return {}

    try:
        yield say
    finally:
        handler.close()  # type: ignore[no-untyped-call]
        close(app)


@contextlib.contextmanager
def http_ear(slack: FakeSlack, listener: Listener, **options: Any) -> Iterator[Ear]:
    app = slack_app(listener, token=BOT_TOKEN, signing_secret=SIGNING_SECRET, api_url=slack.url, **options)
    with over_http(slack, app) as say:
        yield Ear(slack, listener, say)


@contextlib.contextmanager
def socket_ear(slack: FakeSlack, listener: Listener, **options: Any) -> Iterator[Ear]:
    app = slack_app(listener, token=BOT_TOKEN, api_url=slack.url, **options)
    with over_socket(slack, app) as say:
        yield Ear(slack, listener, say)


def listening(db: Database, now: datetime, lang: str = "en", **options: Any) -> Listener:
    return Listener(db, Words(lang), {"aurora": BRAND}, lambda: None, clock=lambda: now, **options)


def add_alert(db: Database, now: datetime, **fields: Any) -> None:
    with db.write() as session:
        case_id = alert(session, now, **fields)
        case = session.get_one(Case, case_id)
        add_draft(session, case, session.get_one(Mention, case.mention_id), now)


def case_of(ear: Ear) -> Case:
    with ear.listener.db.read() as session:
        return session.get_one(Case, 1)


def actions(ear: Ear) -> list[str]:
    with ear.listener.db.read() as session:
        return [row.action for row in session.exec(select(Audit).order_by(Audit.id))]  # type: ignore[arg-type]


def desk_of(ear: Ear, session: Session) -> cases.Desk:
    return cases.Desk(session, ear.listener.brands, ["slack"], ear.listener.clock())


class Again:
    """Counts the clicks that were found to have come before."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count, self._lock, really = 0, Lock(), clicks.twice

        def counted(what: str, case_id: int | None = None) -> Told:
            with self._lock:
                self.count += 1
            return really(what, case_id)

        monkeypatch.setattr(clicks, "twice", counted)


def redelivered(ear: Ear, again: Again, payload: dict[str, Any]) -> None:
    """Slack did not hear our answer: the same comes again, now and to four listeners at once."""
    before = again.count
    ear.say(payload)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ear.say, [payload] * 4))
    ear.until(lambda: again.count == before + 5)


def form(ear: Ear, what: str, user: str = "U0MARTA", name: str = "marta", **values: Any) -> dict[str, Any]:
    """What submits the modal `what` of the case, opened from its menu."""
    ear.slack.views.clear()
    ear.click("menu")
    view = ear.modal("menu")
    ear.say(ear.slack.in_view(view, menu.action(what)))
    ear.until(lambda: ear.slack.views[view["id"]].get("callback_id") == f"ascolto.modal.{what}.v1")
    return ear.slack.submission(ear.slack.views[view["id"]], user, name, **values)
