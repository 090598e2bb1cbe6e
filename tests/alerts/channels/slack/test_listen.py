"""A click on a case's button: what it does, and what the person is told."""

from datetime import datetime
from functools import partial

import pytest
from sqlmodel import select

from alerts import cases
from alerts.channels.slack.listen import Listener
from alerts.words import Words
from store.db import Database
from store.tables import Case, CaseStatus, Label
from tests.alerts.rows import BRAND, add_mention, alert


def listening(db: Database, now: datetime, woken: list[str]) -> Listener:
    wake = partial(woken.append, "deliver")
    return Listener(db, Words("en"), {"aurora": BRAND}, wake, clock=lambda: now)


def test_a_false_alarm_is_dismissed_and_kept_to_learn_from(db: Database, now: datetime) -> None:
    with db.write() as session:
        case_id = alert(session, now)
    woken: list[str] = []
    listener = listening(db, now, woken)
    told: list[str] = []
    for who in ("slack:U0MARTA:marta", "slack:U0LUCA:luca"):
        listener.clicked(str(case_id), who, cases.false_alarm, told.append)
    assert told == ["marta was faster: dismissed today at 12:00."]
    assert woken == ["deliver", "deliver"]
    with db.read() as session:
        assert session.get_one(Case, case_id).status == CaseStatus.DISMISSED
        (label,) = session.exec(select(Label)).all()
    assert (label.urgency, label.origin, label.who) == ("normal", "false_alarm", "slack:U0MARTA:marta")


def test_a_false_alarm_about_older_words_says_to_look_again(db: Database, now: datetime) -> None:
    with db.write() as session:
        case_id = alert(session, now)
        mention_id = add_mention(session, now, text="Mia figlia è in ospedale").id
    told: list[str] = []
    woken: list[str] = []
    listener = listening(db, now, woken)
    listener.clicked(f"{case_id}.{mention_id}.1", "slack:U0MARTA:marta", cases.false_alarm, told.append)
    assert told == ["The text has changed meanwhile, so the case stays. Please look again."]
    assert woken == ["deliver"]
    with db.read() as session:
        assert session.get_one(Case, case_id).status == CaseStatus.OPEN
        assert [label.revision for label in session.exec(select(Label))] == [1]
    listener.clicked(f"{case_id}.{mention_id}.2", "slack:U0MARTA:marta", cases.false_alarm, told.append)
    with db.read() as session:
        assert session.get_one(Case, case_id).status == CaseStatus.DISMISSED
    assert len(told) == 1


@pytest.mark.parametrize("value", ["", "1.", "1.2", "1.2.x", "1.2.3.4", "-1", "1.2.9999999999", "\u0661"])
def test_a_value_of_no_button_of_ours(db: Database, now: datetime, value: str) -> None:
    told: list[str] = []
    listening(db, now, []).clicked(value, "slack:U0MARTA:marta", cases.false_alarm, told.append)
    assert told == ["This case is not there any more."]
