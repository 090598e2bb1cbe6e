"""The whole way, with real processes: from a page on the web over the belt into Slack, a click, and the edited message."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from alerts.channels.slack.menu import ACKNOWLEDGE, RESOLVE_AS
from demo.internet import Internet
from store.clock import utcnow
from store.db import Database
from store.tables import Audit, Case, CaseStatus, Mention
from tests.fake_slack import FakeSlack, Message, fake_slack
from tests.running import Life, configure, running, slack_environment

pytestmark = pytest.mark.timeout(600)
HIVES = "zenzero-01"  # a danger, told calmly


@pytest.fixture
def internet() -> Iterator[Internet]:
    with Internet(utcnow()) as world:
        yield world


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with fake_slack() as fake:
        yield fake


def message_of(slack: FakeSlack, internet: Internet) -> Message | None:
    words = internet.world.find(HIVES).text[:40]
    return next((m for m in slack.in_channel("reputation") if words in m.words()), None)


def names_marta(message: Message) -> bool:
    """Whether the message shows who clicked: as Slack's own mark for a person, which pings nobody here."""
    return '"user_id": "U0MARTA"' in json.dumps(message.blocks)


def walk(
    life: Life, slack: FakeSlack, internet: Internet, url: str, say: Callable[[dict[str, Any]], object]
) -> None:
    """An alert arrives; Marta takes it, and resolves it in a modal, with what was done."""
    life.until(lambda: message_of(slack, internet))
    message = message_of(slack, internet)
    assert message is not None
    assert {ACKNOWLEDGE, RESOLVE_AS} <= set(message.buttons())
    say(slack.payload(message, ACKNOWLEDGE))
    life.until(lambda: message.history and names_marta(message))
    say(slack.payload(message, RESOLVE_AS))
    life.until(lambda: any(view.get("submit") for view in slack.views.values()))
    (view,) = slack.views.values()
    say(slack.submission(view, how="refund"))
    life.until(lambda: not message.buttons())
    assert names_marta(message)
    assert len(slack.by_key(message.key)) == 1
    db = Database(url)
    with db.read() as session:
        case = session.exec(
            select(Case).join(Mention, Case.mention_id == Mention.id).where(Mention.text.startswith(  # type: ignore[arg-type]
                internet.world.find(HIVES).text[:40]
            ))
        ).one()  # fmt: skip
        told = [audit.action for audit in session.exec(select(Audit).where(Audit.case_id == case.id))]
    db.close()
    assert (case.status, case.resolved_by) == (CaseStatus.RESOLVED, "slack:U0MARTA:marta")
    assert case.resolution == "refund"
    assert case.urgency == "critical"
    assert [action for action in told if action in ("open", "acknowledge", "resolve")] == [
        "open",
        "acknowledge",
        "resolve",
    ]
    assert life.stop() == 0


def test_over_socket_mode(tmp_path: Path, internet: Internet, slack: FakeSlack) -> None:
    url = configure(tmp_path, internet, "10m")
    with running(tmp_path, "run", "--port", "0", **slack_environment(slack)) as life:

        def say(payload: dict[str, Any]) -> None:
            life.until(lambda: slack.sockets)
            slack.sockets[0].click(payload)

        walk(life, slack, internet, url, say)


def test_over_signed_http(tmp_path: Path, internet: Internet, slack: FakeSlack) -> None:
    url = configure(tmp_path, internet, "10m")
    with running(tmp_path, "run", "--port", "0", **slack_environment(slack, socket=False)) as life:
        address = f"{life.address}/slack/events"

        def say(payload: dict[str, Any]) -> None:
            assert slack.click(address, payload, secret="not the secret") == 401
            assert slack.click(address, payload, age=3600) == 401
            assert slack.click(address, payload) == 200

        walk(life, slack, internet, url, say)
