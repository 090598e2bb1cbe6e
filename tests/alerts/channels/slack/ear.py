"""The whole ear on a fake Slack: a real Bolt app, over signed HTTP or Socket Mode, and one way to speak to it."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import uvicorn
from fastapi import FastAPI
from slack_bolt import App

from alerts import outbox
from alerts.channels.slack.client import Slack
from alerts.channels.slack.listen import close, slack_app
from alerts.channels.slack.listener import Listener
from alerts.channels.slack.transport import slack_router, socket_mode
from alerts.words import Words
from store.db import Database
from tests.alerts.rows import BRAND
from tests.fake_slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, FakeSlack, Message

PATIENCE = 20.0


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
