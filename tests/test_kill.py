"""Killed at random moments, ten times over: every mention is stored once and every alert is posted once."""

import random
from collections import Counter
from pathlib import Path

import pytest
from sqlmodel import select

from demo.internet import Internet
from demo.world import PLACES, read_expected, read_posts
from store import claims
from store.clock import utcnow
from store.db import Database
from store.tables import Mention, Notification, OutboxState
from tests.fake_slack import FakeSlack, fake_slack
from tests.running import Life, configure, running, slack_environment

KILLS = 10
UNDONE = {Mention: ("new", "scored"), Notification: ("waiting", "stale")}


def happened(internet: Internet, slack: FakeSlack) -> int:
    """Counts all that the outside has seen of the service: pages asked for, calls to Slack."""
    return len(internet.requests) + len(slack.calls)


def settled(db: Database) -> bool:
    with db.read() as session:
        waiting = {table: claims.waiting(session, table) for table in UNDONE}
    return not any(waiting[table].get(state) for table, states in UNDONE.items() for state in states)


@pytest.mark.timeout(900)
def test_ten_lives_leave_every_mention_once_and_every_alert_once(tmp_path: Path) -> None:
    chance = random.Random(20261126)
    expected = read_expected()
    with Internet(utcnow()) as internet, fake_slack() as slack:
        url = configure(tmp_path, internet, "3s")
        words = ("run", "--port", "0")
        for number in range(KILLS):
            if number == KILLS // 2:
                internet.advance()
            with running(tmp_path, *words, **slack_environment(slack)) as life:
                if number == KILLS // 2 - 1:  # what is taken off later must have been read before
                    db = Database(url)
                    life.until(lambda db=db: stored(db) >= sum(expected.first.values()))  # type: ignore[misc]
                    db.close()
                moment = happened(internet, slack) + chance.randint(1, 40)
                life.until(lambda moment=moment: happened(internet, slack) >= moment)  # type: ignore[misc]
        with running(tmp_path, *words, **slack_environment(slack)) as last:
            finish(last, internet, slack, url, expected.total)
        check(slack, url, expected.total)


def finish(life: Life, internet: Internet, slack: FakeSlack, url: str, total: int) -> None:
    """Lets the last life end its work: everything read, nothing waits any more."""
    db = Database(url)
    life.until(lambda: "action=started" in life.log)
    life.until(lambda: stored(db) >= total, patience=300)
    life.until(lambda: settled(db), patience=300)
    assert life.stop() == 0
    db.close()


def stored(db: Database) -> int:
    with db.read() as session:
        return len(session.exec(select(Mention.id)).all())


def check(slack: FakeSlack, url: str, total: int) -> None:
    db = Database(url)
    with db.read() as session:
        mentions = session.exec(select(Mention)).all()
        notifications = session.exec(select(Notification)).all()
    db.close()
    ids = Counter((m.brand, m.platform, m.external_id) for m in mentions)
    assert (len(mentions), max(ids.values())) == (total, 1)
    assert len(mentions) == sum(post.about_brand for place in PLACES for post in read_posts(place))
    keys = Counter(message.key for message in slack.messages)
    assert {key: count for key, count in keys.items() if count > 1} == {}
    # By the time of day a brief may be due that has nothing to say.
    told = [row for row in notifications if (row.kind, row.state) != ("brief", OutboxState.LEFT_OUT)]
    assert {row.state for row in told} == {OutboxState.SENT}
    assert set(keys) == {row.key for row in told}
