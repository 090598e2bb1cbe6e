"""The second part of the walk as it is recorded, and what it promises: a storm is a handful of messages, nothing is lost
and nothing comes twice, and what waits for its hour comes then."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from alerts.channels.slack import menu
from alerts.channels.slack.forms.base import callback
from alerts.samples import MISSED
from store.db import Database
from store.tables import Case, CaseStatus, Label, Mention, Sample
from tests.fake_slack import Message
from tests.walk.__main__ import HERE
from tests.walk.record import ROME, check
from tests.walk.second import STATEMENT, STORM, LaterDesk, second

pytestmark = pytest.mark.timeout(600)
STORM_BEGINS = datetime(2026, 12, 14, 10, 14, tzinfo=ROME)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("second")


@pytest.fixture(scope="module")
def desk(folder: Path) -> LaterDesk:
    return second(folder)


@pytest.fixture
def session(desk: LaterDesk, folder: Path) -> Iterator[Session]:
    """The database as the walk has left it."""
    db = Database(f"sqlite:///{folder / 'ascolto.db'}")
    with db.read() as session:
        yield session
    db.close()


def came_at(message: Message) -> datetime:
    return datetime.fromtimestamp(int(message.ts.partition(".")[0]), tz=ROME)


def case_of(session: Session, key: str) -> Case:
    return session.exec(select(Case).join(Mention).where(col(Mention.external_id) == key)).one()


def test_it_is_as_recorded(desk: LaterDesk) -> None:
    recorded = (HERE / "second.txt").read_text(encoding="utf-8")
    assert desk.text == recorded, "python -m tests.walk --write"


def test_all_cases_come_to_their_end_and_nothing_is_lost_or_comes_twice(
    desk: LaterDesk, session: Session
) -> None:
    found = check(session, desk.slack)
    assert found.holds, found.said
    assert set(session.exec(select(Case.status))) == {CaseStatus.RESOLVED, CaseStatus.DISMISSED}


@pytest.mark.parametrize("kind", ["case", "bundle", "brief", "reminder"])
def test_the_walk_would_notice_a_message_that_is_lost_or_comes_twice(
    desk: LaterDesk, session: Session, kind: str
) -> None:
    kinds = {"case": "case:", "bundle": "bundle:", "brief": "brief:", "reminder": "ring:"}
    ledger = list(desk.slack.messages)
    one = next(message for message in ledger if message.key.startswith(kinds[kind]))
    try:
        desk.slack.messages.remove(one)
        assert not check(session, desk.slack).holds
        desk.slack.messages[:] = [*ledger, one]
        assert check(session, desk.slack).twice == 1
    finally:
        desk.slack.messages[:] = ledger


def test_each_mention_of_the_storm_has_a_case(desk: LaterDesk, session: Session) -> None:
    alone, together = 0, 0
    for key in (key for key in desk.posts if key.startswith("bill-")):
        is_storm = case_of(session, key).storm
        alone, together = alone + (not is_storm), together + is_storm
    assert alone == 5  # as the policy has it
    assert together > 300


def test_who_is_in_danger_amid_a_storm_has_a_message_at_once(desk: LaterDesk, session: Session) -> None:
    case = case_of(session, "insulin")
    (message,) = desk.slack.by_key(f"case:{case.id}:slack")
    assert case.urgency == "critical"
    assert not case.storm
    assert message in desk.slack.in_channel("reputation")
    assert came_at(message) - STORM_BEGINS < timedelta(minutes=1)


def test_at_night_only_what_is_urgent_comes(desk: LaterDesk) -> None:
    at_night = [m for m in desk.slack.messages if not 8 <= came_at(m).hour < 19]
    assert at_night
    shown = [(message.history or [message.blocks])[0][0] for message in at_night]
    assert all(head["text"]["text"].startswith(("🔴", "🟠")) for head in shown)


def test_no_channel_has_more_than_its_messages_an_hour(desk: LaterDesk, session: Session) -> None:
    """Short of what is critical, and of what a person has asked for."""
    afternoon = [m for m in desk.slack.in_channel("reputation") if 15 <= came_at(m).hour < 16]
    assert len(afternoon) == 3


def test_what_should_have_been_told_is_a_case_and_a_label(desk: LaterDesk, session: Session) -> None:
    missed = session.exec(select(Sample).where(col(Sample.said) == MISSED)).one()
    (label,) = session.exec(select(Label).where(col(Label.mention_id) == missed.mention_id)).all()
    case = case_of(session, "screw")
    assert (case.mention_id, case.urgency) == (missed.mention_id, label.urgency)


def test_rules_bring_cases_to_their_people(desk: LaterDesk, session: Session) -> None:
    for key, channel in {"tables": "bologna", "mug": "aurora-de"}.items():
        (message,) = desk.slack.in_channel(channel)
        assert message.key == f"case:{case_of(session, key).id}:slack"


def test_buttons_that_the_first_part_has_not_are_used(desk: LaterDesk) -> None:
    assert {menu.SHOW, "ascolto.sample.right.v1", "ascolto.sample.missed.v1"} <= desk.used


def test_what_only_a_storm_has_is_used(desk: LaterDesk, session: Session) -> None:
    assert callback("statement") in desk.used
    said = " ".join(desk.lines)
    assert "A statement for everybody" in said
    assert "All who wrote" in said
    (case,) = session.exec(select(Case).where(Case.storm)).all()
    assert case.statements["it"] == STATEMENT


def test_the_storm_is_answered_as_one(desk: LaterDesk, session: Session) -> None:
    storm = case_of(session, STORM)
    (message,) = desk.slack.by_key(f"case:{storm.id}:slack")
    assert message in desk.slack.in_channel("crisis")
    assert (storm.status, storm.resolution) == (CaseStatus.RESOLVED, "refund")
    assert any("Is all well now?" in line.text for line in desk.slack.thread(message))
