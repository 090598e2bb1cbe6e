"""The moves of a case: the first click wins, the second person is told who was faster, and every move leaves a trace."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from alerts import cases
from alerts.cases import Move
from store.db import Database
from store.errors import Permanent
from store.retention import forget
from store.tables import Audit, Case, CaseStatus, Label, Mention, Notification, OutboxState
from tests.alerts.rows import add_case, add_mention, alert, desk, notification

MARTA, LUCA = "slack:U0MARTA:marta", "slack:U0LUCA:luca"
LATER = timedelta(minutes=5)
Act = Callable[[Session, int, datetime], Move]


def acknowledge(session: Session, case_id: int, now: datetime) -> Move:
    return cases.acknowledge(desk(session, now), case_id, MARTA)


def resolve(session: Session, case_id: int, now: datetime) -> Move:
    return cases.resolve(desk(session, now), case_id, MARTA, "explained")


def dismiss(session: Session, case_id: int, now: datetime) -> Move:
    return cases.dismiss(desk(session, now), case_id, MARTA, "not_relevant")


def reply_seen(session: Session, case_id: int, now: datetime) -> Move:
    return cases.reply_seen(desk(session, now), case_id, "App Store", now - LATER)


def reopen(session: Session, case_id: int, now: datetime) -> Move:
    return cases.reopen(desk(session, now), case_id, cases.SYSTEM, {"mention": 3})


MOVES: dict[str, Act] = {
    "acknowledge": acknowledge,
    "resolve": resolve,
    "dismiss": dismiss,
    "reply_seen": reply_seen,
    "reopen": reopen,
}
ENDS = {
    "acknowledge": CaseStatus.ACKNOWLEDGED,
    "resolve": CaseStatus.RESOLVED,
    "dismiss": CaseStatus.DISMISSED,
    "reply_seen": CaseStatus.REPLIED,
    "reopen": CaseStatus.OPEN,
}
ALLOWED = {
    "open": {"acknowledge", "resolve", "dismiss", "reply_seen"},
    "acknowledged": {"resolve", "dismiss", "reply_seen"},
    "replied": {"resolve", "dismiss", "reopen"},
    "resolved": {"reopen"},
    "dismissed": {"reopen"},
}


def opened(db: Database, now: datetime, **fields: Any) -> int:
    with db.write() as session:
        return alert(session, now, **fields)


def read(db: Database, case_id: int) -> Case:
    with db.read() as session:
        return session.get_one(Case, case_id)


def audits(db: Database, case_id: int) -> list[Audit]:
    with db.read() as session:
        return list(session.exec(select(Audit).where(Audit.case_id == case_id).order_by(col(Audit.id))))


@pytest.mark.parametrize("before", ALLOWED)
@pytest.mark.parametrize("action", MOVES)
def test_every_move_from_every_status(db: Database, now: datetime, before: str, action: str) -> None:
    case_id = opened(db, now, status=before)
    with db.write() as session:
        move = MOVES[action](session, case_id, now)
    allowed = action in ALLOWED[before]
    assert move.done is allowed
    case = read(db, case_id)
    assert case.status == (ENDS[action] if allowed else before)
    assert case.version == (2 if allowed else 1)
    traces = [(a.action, a.before, a.after) for a in audits(db, case_id)]
    assert traces == ([(action, before, ENDS[action])] if allowed else [])


def test_who_takes_a_case_owns_it(db: Database, now: datetime) -> None:
    case_id = opened(db, now)
    with db.write() as session:
        move = acknowledge(session, case_id, now)
    assert (move.done, move.by, move.at) == (True, MARTA, now)
    case = read(db, case_id)
    assert (case.owner, case.acknowledged_by, case.acknowledged_at) == (MARTA, MARTA, now)
    (trace,) = audits(db, case_id)
    assert (trace.who, trace.at, trace.before, trace.after) == (MARTA, now, "open", "acknowledged")


@pytest.mark.parametrize(("act", "how"), [(resolve, "explained"), (dismiss, "not_relevant")])
def test_what_was_done_is_kept(db: Database, now: datetime, act: Act, how: str) -> None:
    case_id = opened(db, now)
    with db.write() as session:
        act(session, case_id, now)
    case = read(db, case_id)
    assert (case.resolved_by, case.resolved_at, case.resolution) == (MARTA, now, how)
    assert audits(db, case_id)[0].detail == {"how": how}


def test_the_first_click_wins_and_the_second_person_is_told_who_was_faster(
    database: Database, now: datetime
) -> None:
    case_id = opened(database, now)
    with database.write() as session:
        assert cases.acknowledge(desk(session, now), case_id, MARTA).done
    with database.write() as session:
        late = cases.acknowledge(desk(session, now + LATER), case_id, LUCA)
    assert (late.done, late.by, late.at) == (False, MARTA, now)
    assert read(database, case_id).owner == MARTA
    assert len(audits(database, case_id)) == 1


def test_a_double_click_names_the_person_themselves(db: Database, now: datetime) -> None:
    case_id = opened(db, now)
    for expected in (True, False):
        with db.write() as session:
            move = cases.resolve(desk(session, now), case_id, MARTA)
        assert (move.done, move.by) == (expected, MARTA)
    assert [trace.action for trace in audits(db, case_id)] == ["resolve"]


def test_who_is_too_late_hears_of_the_last_move_not_the_first(db: Database, now: datetime) -> None:
    case_id = opened(db, now)
    with db.write() as session:
        cases.acknowledge(desk(session, now), case_id, MARTA)
        cases.resolve(desk(session, now + LATER), case_id, LUCA)
        late = cases.acknowledge(desk(session, now + 2 * LATER), case_id, "slack:U0ADA:ada")
    assert (late.case.status, late.by, late.at) == (CaseStatus.RESOLVED, LUCA, now + LATER)


def test_a_case_that_was_born_so_names_nobody(db: Database, now: datetime) -> None:
    case_id = opened(db, now, status="resolved")
    with db.write() as session:
        late = cases.resolve(desk(session, now), case_id, MARTA)
    assert (late.done, late.by, late.at) == (False, None, None)


def test_many_clicks_at_once_are_one_move(database: Database, now: datetime) -> None:
    case_id = opened(database, now)

    def click(number: int) -> bool:
        with database.write() as session:
            return cases.acknowledge(desk(session, now), case_id, f"slack:U{number}:p{number}").done

    with ThreadPoolExecutor(6) as people:
        done = list(people.map(click, range(6)))
    assert done.count(True) == 1
    (trace,) = audits(database, case_id)
    assert read(database, case_id).owner == trace.who == f"slack:U{done.index(True)}:p{done.index(True)}"


def test_a_move_that_is_rolled_back_leaves_nothing(db: Database, now: datetime) -> None:
    case_id = opened(db, now)
    with pytest.raises(ZeroDivisionError), db.write() as session:
        acknowledge(session, case_id, now)
        raise ZeroDivisionError
    assert read(db, case_id).status == CaseStatus.OPEN
    assert audits(db, case_id) == []


def test_an_answer_seen_elsewhere_stops_the_clock(db: Database, now: datetime) -> None:
    case_id = opened(db, now)
    with db.write() as session:
        reply_seen(session, case_id, now)
    case = read(db, case_id)
    assert (case.status, case.replied_at, case.resolution) == (
        "replied",
        now - LATER,
        "answered on App Store",
    )
    assert (audits(db, case_id)[0].who, audits(db, case_id)[0].detail) == ("ascolto", {"where": "App Store"})


def test_an_undated_answer_was_given_now(db: Database, now: datetime) -> None:
    case_id = opened(db, now)
    with db.write() as session:
        cases.reply_seen(desk(session, now), case_id, "App Store")
    assert read(db, case_id).replied_at == now


def test_what_opens_again_has_a_new_clock_and_its_old_owner(db: Database, now: datetime) -> None:
    case_id = opened(db, now, urgency="high")
    with db.write() as session:
        cases.acknowledge(desk(session, now), case_id, MARTA)
        cases.resolve(desk(session, now), case_id, LUCA, "refund")
    later = now + timedelta(days=1)
    with db.write() as session:
        assert reopen(session, case_id, later).done
    case = read(db, case_id)
    assert (case.status, case.owner, case.due_at) == ("open", MARTA, later + timedelta(hours=1))
    assert (case.acknowledged_by, case.acknowledged_at, case.replied_at) == (None, None, None)
    assert (case.resolved_by, case.resolved_at, case.resolution) == (None, None, None)
    assert audits(db, case_id)[-1].detail == {"mention": 3}
    with db.write() as session:  # and is taken like any other
        assert cases.acknowledge(desk(session, later), case_id, LUCA).done
    assert read(db, case_id).owner == LUCA


def test_praise_has_no_clock_when_it_opens_again(db: Database, now: datetime) -> None:
    with db.write() as session:
        case_id = add_case(session, add_mention(session, now), now, channel="praise").id or 0
        cases.resolve(desk(session, now), case_id, MARTA)
        reopen(session, case_id, now)
    assert read(db, case_id).due_at is None


@pytest.mark.parametrize("action", MOVES)
def test_no_such_case(db: Database, now: datetime, action: str) -> None:
    with db.write() as session, pytest.raises(Permanent, match="case 99"):
        MOVES[action](session, 99, now)


def test_a_move_has_the_message_edited_on_every_channel(db: Database, now: datetime) -> None:
    with db.write() as session:
        case_id = alert(session, now)
        for row in session.exec(select(Notification)):
            row.state, row.message_id, row.attempts = OutboxState.SENT, "1.1", 4
    with db.write() as session:
        acknowledge(session, case_id, now + LATER)
    with db.read() as session:
        row = notification(session, f"case:{case_id}:slack")
    assert (row.state, row.next_try_at, row.attempts) == (OutboxState.STALE, now + LATER, 0)


def test_a_message_that_waits_is_left_to_show_the_newest_state_by_itself(db: Database, now: datetime) -> None:
    case_id = opened(db, now)
    with db.write() as session:
        acknowledge(session, case_id, now)
    with db.read() as session:
        assert notification(session, f"case:{case_id}:slack").state == OutboxState.WAITING


def test_a_change_in_hand_is_not_lost_by_a_move(db: Database, now: datetime) -> None:
    """What the session has changed about the case, and not written yet, stays."""
    case_id = opened(db, now)
    with db.write() as session:
        session.get_one(Case, case_id).urgency = "high"
        acknowledge(session, case_id, now)
    case = read(db, case_id)
    assert (case.urgency, case.status) == ("high", "acknowledged")


def test_a_false_alarm_labels_the_mention_that_the_case_shows(database: Database, now: datetime) -> None:
    case_id = opened(database, now)
    with database.write() as session:
        assert cases.false_alarm(desk(session, now), case_id, MARTA).done
        assert not cases.false_alarm(desk(session, now), case_id, LUCA).done
    with database.read() as session:
        (label,) = session.exec(select(Label)).all()
    assert (label.mention_id, label.who, label.urgency, label.origin) == (
        read(database, case_id).mention_id, MARTA, "normal", "false_alarm",
    )  # fmt: skip
    assert [trace.action for trace in audits(database, case_id)] == ["dismiss", "label"]


def test_dismissing_for_another_reason_says_nothing_of_the_model(db: Database, now: datetime) -> None:
    case_id = opened(db, now)
    with db.write() as session:
        dismiss(session, case_id, now)
        assert session.exec(select(Label)).all() == []


def test_a_case_whose_mention_was_erased_can_be_a_false_alarm(db: Database, now: datetime) -> None:
    case_id = opened(db, now)
    with db.write() as session:
        forget(session, "appstore", "giulia_r", now=now)
        assert cases.false_alarm(desk(session, now), case_id, MARTA).done
        assert session.exec(select(Label)).all() == []


def test_a_case_whose_mention_is_erased_at_that_moment_is_dismissed_too(db: Database, now: datetime) -> None:
    case_id = opened(db, now)
    with db.write() as session:
        session.get_one(Mention, read(db, case_id).mention_id).content_hash = ""
        assert cases.false_alarm(desk(session, now), case_id, MARTA).done
        assert session.exec(select(Label)).all() == []
    assert read(db, case_id).status == CaseStatus.DISMISSED


def test_a_false_alarm_about_words_that_have_changed_dismisses_nothing(
    database: Database, now: datetime
) -> None:
    case_id = opened(database, now)
    mention_id = read(database, case_id).mention_id or 0
    with database.write() as session:
        add_mention(session, now, text="Mia figlia è in ospedale", urgency="critical")
        move = cases.false_alarm(desk(session, now), case_id, MARTA, mention_id, 1)
        assert (move.done, move.changed) == (False, True)
    case = read(database, case_id)
    assert case.status == CaseStatus.OPEN
    assert case.version > 1
    with database.read() as session:
        (label,) = session.exec(select(Label)).all()
    assert (label.mention_id, label.revision, label.urgency) == (mention_id, 1, "normal")
    with database.write() as session:
        assert cases.false_alarm(desk(session, now), case_id, MARTA, mention_id, 2).done


def test_a_false_alarm_about_another_mention_than_the_case_shows_by_now(db: Database, now: datetime) -> None:
    case_id = opened(db, now)
    with db.write() as session:
        seen = session.get_one(Case, case_id).mention_id
        other = add_mention(session, now, 2)
        other.case_id = session.get_one(Case, case_id).id
        session.get_one(Case, case_id).mention_id = other.id
        assert cases.false_alarm(desk(session, now), case_id, MARTA, seen, 1).changed
        forget(session, "appstore", "giulia_r", now=now)
        assert cases.false_alarm(desk(session, now), case_id, MARTA, seen, 1).done
