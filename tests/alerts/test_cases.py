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
from store.tables import (
    Audit,
    Case,
    CaseStatus,
    Clock,
    Label,
    Mention,
    Notification,
    NotificationKind,
    OutboxState,
)
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


def assign(session: Session, case_id: int, now: datetime) -> Move:
    return cases.assign(desk(session, now), case_id, MARTA, LUCA)


def mark_replied(session: Session, case_id: int, now: datetime) -> Move:
    return cases.mark_replied(desk(session, now), case_id, MARTA)


def snooze(session: Session, case_id: int, now: datetime) -> Move:
    return cases.snooze(desk(session, now), case_id, MARTA, now + LATER)


MOVES: dict[str, Act] = {
    "assign": assign,
    "mark_replied": mark_replied,
    "snooze": snooze,
    "acknowledge": acknowledge,
    "resolve": resolve,
    "dismiss": dismiss,
    "reply_seen": reply_seen,
    "reopen": reopen,
}
ENDS = {
    "mark_replied": CaseStatus.REPLIED,
    "acknowledge": CaseStatus.ACKNOWLEDGED,
    "resolve": CaseStatus.RESOLVED,
    "dismiss": CaseStatus.DISMISSED,
    "reply_seen": CaseStatus.REPLIED,
    "reopen": CaseStatus.OPEN,
}
ALLOWED = {
    "open": {"acknowledge", "assign", "mark_replied", "snooze", "resolve", "dismiss", "reply_seen"},
    "acknowledged": {"assign", "mark_replied", "snooze", "resolve", "dismiss", "reply_seen"},
    "replied": {"assign", "snooze", "resolve", "dismiss", "reopen"},
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


def lines(db: Database) -> list[str]:
    """What the threads say happened, in its order."""
    with db.read() as session:
        rows = (
            select(Notification)
            .where(Notification.kind == NotificationKind.THREAD)
            .order_by(col(Notification.id))
        )
        return [str(row.body["event"]) for row in session.exec(rows)]


@pytest.mark.parametrize("before", ALLOWED)
@pytest.mark.parametrize("action", MOVES)
def test_every_move_from_every_status(db: Database, now: datetime, before: str, action: str) -> None:
    case_id = opened(db, now, status=before)
    with db.write() as session:
        move = MOVES[action](session, case_id, now)
    allowed = action in ALLOWED[before]
    assert move.done is allowed
    case = read(db, case_id)
    stays = "acknowledged" if (action, before) == ("assign", "open") else before
    ends = ENDS.get(action, stays) if allowed else before
    assert case.status == ends
    assert case.version == (2 if allowed else 1)
    traces = [(a.action, a.before, a.after) for a in audits(db, case_id)]
    assert traces == ([(action, before, ends)] if allowed else [])
    by_a_person = allowed and move.by == MARTA
    assert lines(db) == ([action] if by_a_person else [])


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


def test_a_false_alarm_is_kept_with_what_it_should_have_been(database: Database, now: datetime) -> None:
    case_id = opened(database, now)
    with database.write() as session:
        at = desk(session, now)
        assert cases.false_alarm(at, case_id, MARTA, sentiment="neutral", category="spam").done
    with database.read() as session:
        (label,) = session.exec(select(Label)).all()
    assert (label.origin, label.sentiment, label.urgency, label.category) == (
        "false_alarm", "neutral", "normal", "spam",
    )  # fmt: skip


@pytest.mark.parametrize("said", [{"category": "rant"}, {"urgency": "CRITICAL"}, {"sentiment": ""}])
def test_a_label_that_the_model_does_not_know_is_refused(
    db: Database, now: datetime, said: dict[str, str]
) -> None:
    case_id = opened(db, now)
    with db.write() as session, pytest.raises(ValueError, match="is not"):
        cases.false_alarm(desk(session, now), case_id, MARTA, **said)  # type: ignore[arg-type]
    assert read(db, case_id).status == CaseStatus.OPEN


# ---------------------------------------------------------------------------- whose it is


def test_to_give_an_open_case_to_somebody_takes_it(database: Database, now: datetime) -> None:
    case_id = opened(database, now)
    with database.write() as session:
        assert cases.assign(desk(session, now), case_id, MARTA, LUCA).done
    case = read(database, case_id)
    assert (case.status, case.owner, case.acknowledged_by) == ("acknowledged", LUCA, MARTA)
    assert audits(database, case_id)[0].detail == {"to": LUCA}


def test_a_case_changes_hands_and_keeps_its_status(database: Database, now: datetime) -> None:
    case_id = opened(database, now)
    with database.write() as session:
        cases.mark_replied(desk(session, now), case_id, MARTA)
        assert cases.assign(desk(session, now), case_id, MARTA, LUCA, seen=MARTA).done
    case = read(database, case_id)
    assert (case.status, case.owner) == ("replied", LUCA)


def test_who_gives_away_what_somebody_took_meanwhile_is_told(database: Database, now: datetime) -> None:
    case_id = opened(database, now)
    with database.write() as session:
        cases.acknowledge(desk(session, now), case_id, MARTA)
    with database.write() as session:
        late = cases.assign(desk(session, now + LATER), case_id, LUCA, LUCA, seen=None)
    assert (late.done, late.by, late.at) == (False, MARTA, now)
    with database.write() as session:  # and a case is given to its owner once
        assert not cases.assign(desk(session, now + LATER), case_id, LUCA, MARTA).done
    assert read(database, case_id).owner == MARTA


def test_two_people_take_one_case_at_once(database: Database, now: datetime) -> None:
    case_id = opened(database, now)

    def click(who: str) -> Move:
        with database.write() as session:
            return cases.assign(desk(session, now), case_id, who, who, seen=None)

    with ThreadPoolExecutor(2) as people:
        moves = list(people.map(click, (MARTA, LUCA)))
    (won,) = [move for move in moves if move.done]
    (lost,) = [move for move in moves if not move.done]
    assert won.by == lost.by == read(database, case_id).owner


# ---------------------------------------------------------------------------- answers


def test_who_answers_owns_what_nobody_had(db: Database, now: datetime) -> None:
    case_id = opened(db, now)
    with db.write() as session:
        assert mark_replied(session, case_id, now).done
        assert not cases.mark_replied(desk(session, now), case_id, LUCA).done
    case = read(db, case_id)
    assert (case.status, case.owner, case.replied_at, case.resolution) == ("replied", MARTA, now, None)


def test_a_promise_whose_time_is_past_is_refused(db: Database, now: datetime) -> None:
    case_id = opened(db, now)
    with db.write() as session, pytest.raises(ValueError, match="a time to come"):
        cases.mark_replied(desk(session, now), case_id, MARTA, "yesterday", now - timedelta(seconds=1))


def test_a_promise_has_a_clock(database: Database, now: datetime) -> None:
    case_id = opened(database, now)
    by = now + timedelta(days=2)
    with database.write() as session:
        cases.mark_replied(desk(session, now), case_id, MARTA, " we tell her\nby Thursday\0 ", by)
    with database.read() as session:
        clock = session.exec(select(Clock).where(Clock.kind == "promise")).one()
    assert (clock.case_id, clock.due_at, clock.set_by) == (case_id, by, MARTA)
    assert clock.note == "we tell her by Thursday\ufffd"
    with database.write() as session:  # who is late makes no promise
        cases.mark_replied(desk(session, now), case_id, LUCA, "tomorrow", by)
        assert len(session.exec(select(Clock).where(Clock.kind == "promise")).all()) == 1


def test_how_it_was_resolved_is_one_of_a_few_words(db: Database, now: datetime) -> None:
    case_id = opened(db, now)
    with db.write() as session, pytest.raises(ValueError, match="voucher"):
        cases.resolve(desk(session, now), case_id, MARTA, "voucher")
    with db.write() as session:
        assert cases.resolve(desk(session, now), case_id, MARTA, cases.HOW[0]).done


# ---------------------------------------------------------------------------- put aside


def test_a_case_is_put_aside_and_comes_back(database: Database, now: datetime) -> None:
    case_id = opened(database, now)
    until = now + timedelta(hours=1)
    with database.write() as session:
        assert cases.snooze(desk(session, now), case_id, MARTA, until).done
    assert read(database, case_id).snoozed_until == until
    with database.write() as session:
        assert cases.wake(desk(session, until), case_id).done
        assert not cases.wake(desk(session, until), case_id).done
    case = read(database, case_id)
    assert (case.status, case.snoozed_until) == ("open", None)
    assert [row.action for row in audits(database, case_id)] == ["snooze", "wake"]
    assert lines(database) == ["snooze"]  # what nobody did needs no line of its own


def test_the_first_to_put_it_aside_says_until_when(database: Database, now: datetime) -> None:
    case_id = opened(database, now)
    hour, monday = now + timedelta(hours=1), now + timedelta(days=6)
    with database.write() as session:
        assert cases.snooze(desk(session, now), case_id, MARTA, hour).done
        late = cases.snooze(desk(session, now + LATER), case_id, LUCA, monday)
        assert (late.done, late.by, late.at) == (False, MARTA, now)
        assert not cases.snooze(desk(session, now), case_id, MARTA, hour).done  # a double click
        assert cases.snooze(desk(session, now), case_id, MARTA, monday).done  # thought better of it
    assert read(database, case_id).snoozed_until == monday
    with database.write() as session:  # what is over is nobody's any more
        assert cases.snooze(desk(session, monday), case_id, LUCA, monday + LATER).done


def test_nothing_is_put_aside_into_the_past(db: Database, now: datetime) -> None:
    case_id = opened(db, now)
    with db.write() as session, pytest.raises(ValueError, match="to come"):
        cases.snooze(desk(session, now), case_id, MARTA, now)


@pytest.mark.parametrize("act", [acknowledge, mark_replied, resolve, dismiss])
def test_who_acts_takes_it_back_from_where_it_was_put(db: Database, now: datetime, act: Act) -> None:
    case_id = opened(db, now)
    with db.write() as session:
        snooze(session, case_id, now)
        act(session, case_id, now)
    assert read(db, case_id).snoozed_until is None


# ---------------------------------------------------------------------------- open again


def test_new_words_want_a_new_reply(db: Database, now: datetime) -> None:
    case_id = opened(db, now, reply="Gentile Giulia")
    with db.write() as session:
        cases.resolve(desk(session, now), case_id, MARTA)
        cases.reopen(desk(session, now), case_id, LUCA)
    assert read(db, case_id).reply == "Gentile Giulia"  # a person looks again at the same words
    with db.write() as session:
        cases.resolve(desk(session, now), case_id, MARTA)
        reopen(session, case_id, now)
    assert read(db, case_id).reply is None
    assert audits(db, case_id)[-1].detail == {"mention": 3, "was": "Gentile Giulia"}


def test_the_story_of_a_case_from_alert_to_the_end(db: Database, now: datetime) -> None:
    case_id = opened(db, now)
    with db.write() as session:
        cases.acknowledge(desk(session, now), case_id, MARTA)
        cases.assign(desk(session, now + LATER), case_id, MARTA, LUCA)
        cases.mark_replied(desk(session, now + 2 * LATER), case_id, LUCA)
        cases.resolve(desk(session, now + 3 * LATER), case_id, LUCA, "refund")
        told = cases.story(session, case_id)
    assert [(row.at, row.who, row.action, row.after, row.detail) for row in told] == [
        (now, MARTA, "acknowledge", "acknowledged", {}),
        (now + LATER, MARTA, "assign", "acknowledged", {"to": LUCA}),
        (now + 2 * LATER, LUCA, "mark_replied", "replied", {}),
        (now + 3 * LATER, LUCA, "resolve", "resolved", {"how": "refund"}),
    ]
    assert lines(db) == ["acknowledge", "assign", "mark_replied", "resolve"]


def test_a_click_that_came_twice_tells_the_thread_once(database: Database, now: datetime) -> None:
    case_id = opened(database, now)

    def click(_: int) -> bool:
        with database.write() as session:
            return cases.resolve(desk(session, now), case_id, MARTA, "refund").done

    with ThreadPoolExecutor(4) as clicks:
        assert sum(clicks.map(click, range(4))) == 1
    assert lines(database) == ["resolve"]
