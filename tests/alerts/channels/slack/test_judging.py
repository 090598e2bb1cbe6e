"""The two buttons under what was not shown: over a real server, who was first, and what stays true of the brief."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from alerts import briefs
from store.db import Database
from store.tables import Case, Sample
from tests.alerts.channels.slack.ear import Ear, http_ear, listening
from tests.alerts.rows import BRAND, add_mention
from tests.fake_slack import fake_slack

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def ear(db: Database, now: datetime) -> Iterator[Ear]:
    """A morning brief with two samples stands in #reputation."""
    with db.write() as session:
        for number in (1, 2):
            mention = add_mention(
                session, now - timedelta(hours=6), number, urgency="low", sentiment="neutral", title=None,
                text=f"Mah, numero {number}.", stars=3.0,
            )  # fmt: skip
            mention.state = "triaged"
    briefs.announce(db, {"aurora": BRAND}, [], ["slack"], now)
    with fake_slack() as slack, http_ear(slack, listening(db, now)) as ear:
        ear.deliver()
        yield ear


def click(ear: Ear, said: str, number: int, user: str = "U0MARTA", name: str = "marta") -> None:
    ear.say(ear.slack.payload(ear.message(), f"ascolto.sample.{said}.v1.{number}", user, name))


def sample(ear: Ear, number: int) -> Sample:
    with ear.listener.db.read() as session:
        return session.get_one(Sample, number)


def test_right_is_kept_and_the_brief_says_who(ear: Ear) -> None:
    assert len(ear.message().buttons()) == 4
    click(ear, "right", 1)
    ear.until(lambda: sample(ear, 1).said)
    assert (sample(ear, 1).said, sample(ear, 1).said_by) == ("right", "slack:U0MARTA:marta")
    ear.deliver()
    assert len(ear.message().buttons()) == 2
    assert "right not to tell me" in str(ear.message().blocks)
    assert len(ear.slack.in_channel("reputation")) == 1


def test_missed_makes_a_case_and_says_so(ear: Ear) -> None:
    click(ear, "missed", 2)
    ear.until(lambda: ear.slack.private)
    assert ear.slack.private[-1]["text"] == "Thank you: it is case 1 now."
    with ear.listener.db.read() as session:
        assert session.exec(select(Case)).one().urgency == "normal"
    ear.deliver()
    assert len(ear.slack.in_channel("reputation")) == 2


def test_the_second_is_told_who_was_first(ear: Ear) -> None:
    message = ear.message()
    click(ear, "right", 1)
    ear.until(lambda: sample(ear, 1).said)
    ear.say(ear.slack.payload(message, "ascolto.sample.missed.v1.1", "U0LUCA", "luca"))
    ear.until(lambda: ear.slack.private)
    assert ear.slack.private[-1]["text"].startswith("marta was faster, today at")
    assert sample(ear, 1).said == "right"


def test_a_forged_button_does_nothing(ear: Ear) -> None:
    payload = ear.slack.payload(ear.message(), "ascolto.sample.right.v1.1")
    payload["actions"][0]["value"] = "1; DROP"
    ear.say(payload)
    ear.until(lambda: ear.slack.private)
    assert ear.slack.private[-1]["text"] == "This mention is not there any more."
