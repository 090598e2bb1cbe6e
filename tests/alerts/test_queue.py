"""Which notification goes next: the most urgent, in order within its case, through lanes that are open, once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from alerts import notices, queue
from alerts.channels.base import Lanes, Sent
from alerts.queue import EDITS, Job
from alerts.routing import Routing
from alerts.views import View
from store.db import Database
from store.tables import Case, Notification, NotificationKind, OutboxState
from tests.alerts.rows import add_case, add_mention, alert, notification

LEASE, QUIET = timedelta(minutes=2), timedelta(seconds=5)
ROUTING = Routing(alerts="#reputation", praise="#kudos")


class Quiet:
    """A channel that is only asked for its addresses and lanes."""

    edits = True

    def __init__(self, name: str = "slack", *, instant: bool = False) -> None:
        self.name, self.instant = name, instant
        self.lanes = Lanes()

    def address(self, target: str) -> str:
        return ROUTING.address(target)

    def takes(self, target: str, view: View) -> bool:
        return True

    def post(self, address: str, view: View, key: str, thread: Sent | None = None) -> Sent:
        raise NotImplementedError

    def edit(self, sent: Sent, view: View, key: str) -> None:
        raise NotImplementedError

    def find(self, address: str, key: str, since: datetime, thread: Sent | None = None) -> Sent | None:
        raise NotImplementedError


class Desk:
    """A database and the channels that take from it."""

    def __init__(self, db: Database, now: datetime) -> None:
        self.db, self.now = db, now
        self.slack = Quiet()
        self.channels: dict[str, Quiet] = {"slack": self.slack}

    def alerts(self, *urgencies: str, **fields: Any) -> None:
        with self.db.write() as session:
            for urgency in urgencies:
                number = len(session.exec(select(Case.id)).all()) + 1
                alert(session, self.now, number, urgency=urgency, **fields)

    def line(self, case_id: int, name: str, channel: str = "slack") -> None:
        with self.db.write() as session:
            notices.line(session, session.get_one(Case, case_id), name, [channel], self.now, event="gone")

    def remind(self, case_id: int, name: str, channel: str = "slack") -> None:
        with self.db.write() as session:
            notices.remind(session, session.get_one(Case, case_id), name, [channel], self.now, [])

    def take(self) -> Job | None:
        return queue.take(self.db, self.channels, self.now, LEASE, QUIET)

    def take_all(self) -> list[str]:
        found = []
        while job := self.take():
            found.append(job.key)
        return found

    def send(self, key: str) -> None:
        self.set(key, state=OutboxState.SENT, message_id=f"ts of {key}", address="C1")

    def set(self, key: str, **values: Any) -> None:
        with self.db.write() as session:
            row = notification(session, key)
            for name, value in values.items():
                setattr(row, name, value)

    def row(self, key: str) -> Notification:
        with self.db.read() as session:
            return notification(session, key)

    def ripe(self) -> bool:
        return queue.any_ripe(self.db, self.channels, self.now)


@pytest.fixture
def desk(database: Database, now: datetime) -> Desk:
    return Desk(database, now)


@pytest.fixture
def small(db: Database, now: datetime) -> Desk:
    return Desk(db, now)


# ---------------------------------------------------------------------------- order


def test_the_most_urgent_goes_first_then_the_oldest(desk: Desk) -> None:
    desk.alerts("low", "normal", "critical", "high", "critical")
    assert desk.take_all() == [f"case:{n}:slack" for n in (3, 5, 4, 2, 1)]


def test_a_row_is_taken_once_and_comes_back_when_its_lease_is_over(desk: Desk) -> None:
    desk.alerts("high")
    job = desk.take()
    assert job is not None
    assert (job.unsure, job.sent, job.thread, job.posted, job.attempts) == (False, None, None, 1, 1)
    assert desk.take() is None
    desk.now += LEASE
    assert desk.take() is None
    desk.now += timedelta(seconds=1)
    again = desk.take()
    assert again is not None
    assert (again.id, again.unsure, again.attempts) == (job.id, True, 2)  # who had it may have sent it


def test_many_hands_take_each_row_once(desk: Desk) -> None:
    desk.alerts(*["normal"] * 12)
    with ThreadPoolExecutor(4) as hands:
        taken = [key for keys in hands.map(lambda _: desk.take_all(), range(4)) for key in keys]
    assert sorted(taken) == sorted(f"case:{n}:slack" for n in range(1, 13))


def test_a_row_waits_for_its_next_try(small: Desk) -> None:
    small.alerts("high")
    small.set("case:1:slack", next_try_at=small.now + timedelta(seconds=1))
    assert (small.take(), small.ripe()) == (None, False)
    small.now += timedelta(seconds=1)
    assert small.ripe()
    assert small.take_all() == ["case:1:slack"]


@pytest.mark.parametrize("state", [OutboxState.SENT, OutboxState.FAILED])
def test_what_is_done_or_failed_is_not_taken(small: Desk, state: str) -> None:
    small.alerts("high")
    small.set("case:1:slack", state=state)
    assert (small.take(), small.ripe()) == (None, False)


def test_a_channel_that_is_not_here_leaves_its_rows(small: Desk) -> None:
    small.alerts("high", channel="console")
    assert (small.take(), small.ripe()) == (None, False)
    small.channels["console"] = Quiet("console", instant=True)
    assert small.take_all() == ["case:1:console"]


def test_where_sending_and_knowing_are_one_nothing_is_unsure(small: Desk) -> None:
    small.channels["console"] = Quiet("console", instant=True)
    small.alerts("high", channel="console")
    small.take()
    row = small.row("case:1:console")
    assert (row.unsure, row.next_try_at) == (False, None)


# ---------------------------------------------------------------------------- threads


def test_a_line_waits_for_its_message(desk: Desk) -> None:
    desk.alerts("high")
    desk.line(1, "l1")
    assert desk.take_all() == ["case:1:slack"]
    assert not desk.ripe()
    desk.send("case:1:slack")
    assert desk.ripe()
    job = desk.take()
    assert job is not None
    assert (job.key, job.thread) == ("l1:slack", Sent("C1", "ts of case:1:slack"))


def test_what_belongs_under_a_message_that_was_left_out_stands_alone(desk: Desk) -> None:
    desk.alerts("high")
    for name in ("l1", "l2"):
        desk.line(1, name)
    job = desk.take()
    assert job is not None
    with desk.db.write() as session:
        queue.leave_out(session, job)
    row = desk.row("case:1:slack")
    assert (row.state, row.unsure, row.message_id) == (OutboxState.LEFT_OUT, False, None)
    assert desk.ripe()
    job = desk.take()
    assert job is not None
    assert (job.key, job.thread) == ("l1:slack", None)
    with desk.db.write() as session:
        queue.leave_out(session, job)
    assert desk.take_all() == ["l2:slack"]
    assert not desk.ripe()


def test_what_belongs_under_a_message_that_failed_for_good_stands_alone(desk: Desk) -> None:
    desk.alerts("critical")
    desk.line(1, "l1")
    desk.remind(1, "late")
    job = desk.take()
    assert job is not None
    with desk.db.write() as session:
        queue.fail(session, job, "msg_too_long")
    assert desk.ripe()
    job = desk.take()
    assert job is not None
    assert (job.key, job.thread) == ("l1:slack", None)
    desk.send("l1:slack")
    assert desk.take_all() == ["late:slack"]


def test_under_a_message_that_is_tried_again_later_it_waits(small: Desk) -> None:
    small.alerts("critical")
    small.remind(1, "late")
    small.set("case:1:slack", state=OutboxState.FAILED, next_try_at=small.now + timedelta(minutes=15))
    assert (small.take(), small.ripe()) == (None, False)


def test_where_nothing_is_a_thread_a_message_that_is_held_up_holds_up_no_reminder(desk: Desk) -> None:
    desk.channels = {"email": Quiet("email", instant=True)}
    desk.alerts("critical", channel="email")
    desk.line(1, "l1", "email")
    desk.remind(1, "late", "email")
    assert desk.take_all() == ["case:1:email"]  # in hand: what comes after it waits for the end of the try
    later = desk.now + timedelta(minutes=5)
    for key, after in (("case:1:email", "l1:email"), ("l1:email", "late:email")):
        desk.set(key, claim=None, claimed_until=None, error="450 greylisted", next_try_at=later)
        assert desk.ripe()
        assert desk.take_all() == [after]


def test_lines_go_one_after_the_other(desk: Desk) -> None:
    desk.alerts("high", "high")
    for case_id, name in ((1, "l1"), (1, "l2"), (2, "m1")):
        desk.line(case_id, name)
    for key in ("case:1:slack", "case:2:slack"):
        desk.send(key)
    assert desk.take_all() == ["l1:slack", "m1:slack"]
    desk.send("l1:slack")
    assert desk.take_all() == ["l2:slack"]


def test_a_line_that_failed_for_good_holds_nobody(small: Desk) -> None:
    small.alerts("high")
    for name in ("l1", "l2"):
        small.line(1, name)
    small.send("case:1:slack")
    small.set("l1:slack", state=OutboxState.FAILED)
    assert small.take_all() == ["l2:slack"]


def test_a_message_that_is_being_edited_is_a_message(small: Desk) -> None:
    small.alerts("high")
    small.line(1, "l1")
    small.send("case:1:slack")
    small.set("case:1:slack", state=OutboxState.STALE)
    assert small.take_all() == ["case:1:slack", "l1:slack"]


# ---------------------------------------------------------------------------- lanes


def both_lanes(desk: Desk) -> None:
    """Case 1 waits for #reputation, case 2 for #kudos, the message of case 3 is to be edited."""
    desk.alerts("high", "high", "high")
    desk.set("case:2:slack", target="praise")
    desk.send("case:3:slack")
    desk.set("case:3:slack", state=OutboxState.STALE)


@pytest.mark.parametrize(
    ("lane", "free"),
    [
        ("#reputation", ["case:2:slack", "case:3:slack"]),
        ("#kudos", ["case:1:slack", "case:3:slack"]),
        (EDITS, ["case:1:slack", "case:2:slack"]),
        ("#elsewhere", ["case:1:slack", "case:2:slack", "case:3:slack"]),
    ],
)
def test_a_closed_lane_holds_back_only_what_goes_through_it(small: Desk, lane: str, free: list[str]) -> None:
    both_lanes(small)
    small.slack.lanes.close(lane, small.now + timedelta(seconds=30))
    assert small.take_all() == free
    small.now += timedelta(seconds=30)
    assert small.take_all() == [
        key for key in ("case:1:slack", "case:2:slack", "case:3:slack") if key not in free
    ]


def test_targets_that_share_an_address_share_its_lane(small: Desk) -> None:
    small.alerts("high", "high")
    small.set("case:2:slack", target="ops")  # not named: it goes to #reputation, too
    small.slack.lanes.close("#reputation", small.now + timedelta(seconds=30))
    assert small.take_all() == []
    assert small.ripe()  # once the lane opens


def test_the_lane_of_a_job(small: Desk) -> None:
    both_lanes(small)
    jobs = [job for job in (small.take() for _ in range(3)) if job]
    assert [queue.lane(job, small.slack) for job in jobs] == ["#reputation", "#kudos", EDITS]
    assert queue.address(jobs[1], small.slack) == "#kudos"


# ---------------------------------------------------------------------------- the moves of a row


def taken(desk: Desk) -> Job:
    job = desk.take()
    assert job is not None
    return job


def written(desk: Desk, deed: Any, *args: Any, **named: Any) -> None:
    with desk.db.write() as session:
        deed(session, *args, **named)


def test_a_send_begins_unsure_and_rests_quietly(desk: Desk) -> None:
    desk.alerts("high")
    taken(desk)
    row = desk.row("case:1:slack")
    assert (row.unsure, row.next_try_at, row.claimed_until) == (True, desk.now + QUIET, desk.now + LEASE)


@pytest.mark.parametrize("unsure", [True, False])
def test_what_is_known_of_a_send_that_failed(small: Desk, unsure: bool) -> None:
    small.alerts("high")
    job = taken(small)
    written(small, queue.put_back, job, unsure=unsure)
    assert small.row(job.key).unsure is unsure


def test_an_edit_is_never_unsure(small: Desk) -> None:
    small.alerts("high")
    small.send("case:1:slack")
    small.set("case:1:slack", state=OutboxState.STALE)
    job = taken(small)
    assert job.sent == Sent("C1", "ts of case:1:slack")
    assert not small.row(job.key).unsure
    written(small, queue.put_back, job, unsure=True)
    assert not small.row(job.key).unsure


def test_who_lost_the_row_writes_nothing(small: Desk) -> None:
    small.alerts("high")
    job = taken(small)
    small.set(job.key, claim="somebody else's")
    for deed in (queue.fail, queue.leave):
        written(small, deed, job, "late")
    written(small, queue.put_back, job, unsure=False)
    row = small.row(job.key)
    assert (row.state, row.error, row.unsure, row.claim) == (
        OutboxState.WAITING,
        None,
        True,
        "somebody else's",
    )


def test_failed_for_good_is_for_a_person(small: Desk) -> None:
    small.alerts("high")
    job = taken(small)
    written(small, queue.fail, job, "odd: " + "x" * 900)
    row = small.row(job.key)
    assert (row.state, len(row.error or ""), row.next_try_at) == (OutboxState.FAILED, 500, None)
    assert queue.revive(small.db, small.now + timedelta(days=9)) == 0
    assert queue.revive(small.db, small.now, all_of_them=True) == 1
    assert small.take_all() == [job.key]


def test_a_deleted_message_is_begun_anew_under_another_key(desk: Desk) -> None:
    desk.alerts("high")
    desk.send("case:1:slack")
    desk.set("case:1:slack", state=OutboxState.STALE, shown_version=4)
    written(desk, queue.start_anew, taken(desk))
    row = desk.row("case:1:slack")
    assert (row.state, row.message_id, row.address, row.shown_version) == (OutboxState.WAITING, None, None, 0)
    job = taken(desk)
    assert (job.posted, job.marked_key, job.sent) == (2, "case:1:slack#2", None)


def test_what_is_left_as_it_is_says_why(small: Desk) -> None:
    small.alerts("high")
    job = taken(small)
    written(small, queue.leave, job, "somebody deleted it")
    assert (small.row(job.key).state, small.row(job.key).error) == (OutboxState.SENT, "somebody deleted it")


def blocked(desk: Desk) -> None:
    desk.alerts("high", "high", "high")
    desk.set("case:3:slack", target="praise")
    desk.send("case:2:slack")
    desk.set("case:2:slack", state=OutboxState.STALE)
    written(desk, queue.block, taken(desk), "not_in_channel: /invite", desk.now + timedelta(minutes=15))


def test_a_place_that_is_closed_to_us_fails_with_all_that_waits_for_it(desk: Desk) -> None:
    blocked(desk)
    states = [desk.row(f"case:{n}:slack").state for n in (1, 2, 3)]
    assert states == [OutboxState.FAILED, OutboxState.FAILED, OutboxState.WAITING]
    assert desk.row("case:2:slack").error == "not_in_channel: /invite"


def test_and_comes_back_when_its_time_has_come(desk: Desk) -> None:
    blocked(desk)
    assert queue.revive(desk.db, desk.now + timedelta(minutes=14)) == 0
    desk.now += timedelta(minutes=15)
    assert queue.revive(desk.db, desk.now) == 2
    states = [desk.row(f"case:{n}:slack").state for n in (1, 2, 3)]
    assert states == [OutboxState.WAITING, OutboxState.STALE, OutboxState.WAITING]
    assert desk.row("case:2:slack").attempts == 0
    assert queue.revive(desk.db, desk.now) == 0


def test_nothing_to_revive_takes_no_write_lock(small: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    small.alerts("high")
    monkeypatch.setattr(Database, "write", lambda self: pytest.fail("it wrote"))
    assert queue.revive(small.db, small.now) == 0


def test_reminders_keep_their_place_in_the_thread(small: Desk) -> None:
    small.alerts("high")

    def remind(session: Session) -> None:
        notices.remind(session, session.get_one(Case, 1), "late", ["slack"], small.now, [])

    small.line(1, "l1")
    written(small, remind)
    small.send("case:1:slack")
    assert small.take_all() == ["l1:slack"]
    small.send("l1:slack")
    assert small.take_all() == ["late:slack"]


def test_a_message_of_no_case_waits_for_nothing(small: Desk) -> None:
    with small.db.write() as session:
        notices.add(session, "digest:x", ["slack"], small.now, kind=NotificationKind.DIGEST, target="digest")
        add_case(session, add_mention(session, small.now), small.now)
        assert session.exec(select(col(Notification.case_id))).all() == [None]
    assert small.take_all() == ["digest:x:slack"]
