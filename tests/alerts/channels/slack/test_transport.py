"""How what Slack tells comes in: that Socket Mode ends."""

from datetime import datetime
from threading import Event

import pytest
from slack_sdk.socket_mode.builtin.client import SocketModeClient
from slack_sdk.socket_mode.builtin.connection import Connection, ConnectionState

from alerts.channels.slack.listen import close, slack_app
from alerts.channels.slack.transport import socket_mode
from store.db import Database
from tests.alerts.channels.slack.ear import listening
from tests.fake_slack import APP_TOKEN, BOT_TOKEN, FakeSlack

pytestmark = pytest.mark.timeout(120)


def test_socket_mode_ends_also_where_its_receiver_has_only_just_begun(
    slack: FakeSlack, db: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    closing, receive, disconnect = Event(), Connection.run_until_completion, SocketModeClient.disconnect

    def begin_late(connection: Connection, state: ConnectionState) -> None:
        closing.wait(30)
        state.terminated = False  # as the SDK does when its receiver starts
        receive(connection, state)

    def leave(client: SocketModeClient) -> None:
        disconnect(client)
        closing.set()

    monkeypatch.setattr(Connection, "run_until_completion", begin_late)
    monkeypatch.setattr(SocketModeClient, "disconnect", leave)
    app = slack_app(listening(db, now), token=BOT_TOKEN, api_url=slack.url)
    handler = socket_mode(app, APP_TOKEN)
    handler.connect()  # type: ignore[no-untyped-call]
    assert slack.wait_for(lambda: bool(slack.sockets))
    handler.close()  # type: ignore[no-untyped-call]
    assert not handler.client.current_session_runner.is_alive()
    close(app)
