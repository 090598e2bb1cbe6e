"""What a pause holds back, what a mute keeps from becoming a case, and what people are told of it."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from alerts import notices, pausing, queue
from alerts.overview import Switched
from alerts.views import load_view
from store import switches
from store.db import Database
from store.tables import Audit, Case, Notification, NotificationKind, OutboxState, Switch
from tests.alerts.belt import BAD, CRITICAL, GLAD, Belt
from tests.alerts.queries import counted
from tests.alerts.rows import BRAND
from tests.alerts.test_queue import Desk

HOUR = timedelta(hours=1)


@pytest.fixture
def paused(database: Database, now: datetime) -> Desk:
    """A brand is paused; a critical, a high and a praise case wait."""
    desk = Desk(database, now)
    desk.alerts("normal", "critical", "high")
    with database.write() as session:
        switches.set(session, switches.pause("aurora"), None, "marta", now)
    return desk


def test_only_what_is_critical_goes_and_the_rest_follows_when_it_ends(paused: Desk) -> None:
    assert paused.take_all() == ["case:2:slack"]
    assert not paused.ripe()
    with paused.db.write() as session:
        switches.off(session, switches.pause("aurora"), "marta", paused.now)
    assert paused.ripe()
    assert paused.take_all() == ["case:3:slack", "case:1:slack"]


def test_it_ends_by_itself(paused: Desk) -> None:
    with paused.db.write() as session:
        switches.set(session, switches.pause("aurora"), paused.now + HOUR, "marta", paused.now)
    assert paused.take_all() == ["case:2:slack"]
    paused.send("case:2:slack")
    paused.now += HOUR
    assert paused.take_all() == ["case:3:slack", "case:1:slack"]


def test_what_waited_goes_the_oldest_first(database: Database, now: datetime) -> None:
    desk = Desk(database, now)
    with database.write() as session:
        switches.set(session, switches.pause(switches.ALL), now + HOUR, "marta", now)
    desk.alerts(*["normal"] * 5)
    assert desk.take_all() == []
    desk.now += HOUR
    assert desk.take_all() == [f"case:{number}:slack" for number in range(1, 6)]


def test_a_case_that_becomes_critical_meanwhile_goes_with_its_thread(paused: Desk) -> None:
    paused.send("case:1:slack")
    paused.line(1, "first")
    assert "first:slack" not in paused.take_all()
    with paused.db.write() as session:
        case = session.get_one(Case, 1)
        case.urgency = "critical"
        notices.hasten(session, case)
    paused.line(1, "second")
    assert paused.take() is not None
    paused.send("first:slack")
    job = paused.take()
    assert job is not None
    assert job.key == "second:slack"


def test_edits_of_what_people_see_and_words_about_ascolto_go_on(paused: Desk) -> None:
    paused.take_all()
    paused.set("case:1:slack", state=OutboxState.STALE, message_id="1.2", address="C1")
    with paused.db.write() as session:
        notices.add(session, "digest", ["slack"], paused.now, kind=NotificationKind.DIGEST, brand="aurora")
        switches.set(session, switches.pause(switches.ALL), None, "marta", paused.now)
        notices.report_trouble(session, ["slack"], paused.now, "email", "care", "auth_refused", "")
    pausing.tell(paused.db, ["slack"], paused.now)
    taken = paused.take_all()
    assert [key.rpartition(":pause:")[2].partition(":")[0] for key in taken[:2]] == ["*", "aurora"]
    assert taken[2].startswith("trouble:email:care:auth_refused:")
    assert taken[3:] == ["case:1:slack"]


@pytest.mark.parametrize(
    ("switch", "going"), [("pause:aurora", ["b:slack", "none:slack"]), ("pause:berta", ["a:slack", "none:slack"]), ("pause:*", [])]
)  # fmt: skip
def test_one_brand_or_all(database: Database, now: datetime, switch: str, going: list[str]) -> None:
    desk = Desk(database, now)
    with database.write() as session:
        for key, brand in (("a", "aurora"), ("b", "berta"), ("none", None)):
            notices.add(session, key, ["slack"], now, kind=NotificationKind.DIGEST, brand=brand)
        switches.set(session, switch, None, "marta", now)
    assert desk.take_all() == going
    with database.read() as session:
        assert switches.is_paused(session, "aurora", now) == (switch != "pause:berta")


def test_taking_costs_one_look_more_however_much_waits(paused: Desk) -> None:
    def cost() -> int:
        with counted(paused.db) as made:
            queue.take(paused.db, paused.channels, paused.now, timedelta(minutes=2), timedelta())
        return len(made)

    few = cost()
    paused.alerts(*["normal"] * 30)
    assert cost() <= few


# What is told


def told(db: Database, now: datetime) -> list[tuple[bool, str, str | None]]:
    with db.read() as session:
        chosen = select(Notification).where(Notification.kind == NotificationKind.SWITCH)
        rows = session.exec(chosen.order_by(col(Notification.id))).all()
        views = [load_view(session, row, {"aurora": BRAND}, now) for row in rows]
        assert {(row.target, row.priority) for row in rows} <= {("ops", notices.SWITCH)}
    assert all(isinstance(view, Switched) for view in views)
    return [(view.on, view.brand, view.who) for view in views if isinstance(view, Switched)]


def test_ops_hears_once_that_it_is_paused_and_once_that_it_goes_on(database: Database, now: datetime) -> None:
    with database.write() as session:
        switches.set(session, switches.pause("aurora"), None, "slack:U1:marta", now)
        switches.set(session, switches.mute("app"), None, "slack:U1:marta", now)
    assert [pausing.tell(database, ["slack"], now + n * HOUR) for n in range(3)] == [1, 0, 0]
    with database.write() as session:
        assert switches.off(session, switches.pause("aurora"), "slack:U2:luca", now + 3 * HOUR)
        assert not switches.off(session, switches.pause("aurora"), "slack:U2:luca", now + 3 * HOUR)
        assert not switches.paused(session, now + 3 * HOUR)
    assert [pausing.tell(database, ["slack"], now + n * HOUR) for n in (3, 4)] == [1, 0]
    assert told(database, now) == [
        (True, "Caffè Aurora", "slack:U1:marta"),
        (False, "Caffè Aurora", "slack:U2:luca"),
    ]
    with database.read() as session:
        assert [row.name for row in session.exec(select(Switch))] == ["mute:app"]
        assert [(row.who, row.action, row.after) for row in session.exec(select(Audit))] == [
            ("slack:U1:marta", "pause", "on"), ("slack:U1:marta", "mute", "on"), ("slack:U2:luca", "pause", "off"),
        ]  # fmt: skip


def test_a_pause_that_ends_by_itself_names_nobody(db: Database, now: datetime) -> None:
    with db.write() as session:
        switches.set(session, switches.pause(switches.ALL), now + HOUR, "marta", now)
        switches.set(session, switches.mute("app"), now + HOUR, "marta", now)
    pausing.tell(db, ["slack"], now)
    pausing.tell(db, ["slack"], now + 2 * HOUR)
    assert told(db, now) == [(True, "", "marta"), (False, "", None)]
    with db.read() as session:
        assert session.exec(select(Switch)).all() == []


def test_without_switches_it_is_one_look(db: Database, now: datetime) -> None:
    with counted(db) as made:
        pausing.tell(db, ["slack"], now)
    assert len(made) == 1


# Mute


@pytest.fixture
def belt(database: Database, now: datetime) -> Belt:
    with database.write() as session:
        switches.set(session, switches.mute("app"), now + HOUR, "marta", now)
    return Belt(database, now)


def test_a_muted_source_makes_no_case_short_of_critical(belt: Belt) -> None:
    bad, glad, worst = (
        belt.put(name, **said) for name, said in (("bad", BAD), ("glad", GLAD), ("worst", CRITICAL))
    )
    elsewhere = belt.put("x", source="shop", **BAD)
    belt.triage()
    assert [belt.maybe_case_of(one) is not None for one in (bad, glad, worst, elsewhere)] == [
        False,
        False,
        True,
        True,
    ]
    assert belt.reasons(bad) == ["negative"]
    assert belt.mention(bad).state == "triaged"


def test_when_it_ends_new_ones_make_cases_and_old_ones_are_not_told_late(belt: Belt) -> None:
    old = belt.put("old", **BAD)
    belt.triage()
    belt.later(hours=2)
    assert belt.alert("new", **BAD)
    belt.triage()
    assert belt.maybe_case_of(old) is None


def test_what_joins_a_known_case_is_told(database: Database, now: datetime) -> None:
    belt = Belt(database, now)
    case = belt.alert("first", thread="t", **BAD)
    with database.write() as session:
        switches.set(session, switches.mute("app"), None, "marta", now)
    assert belt.alert("second", thread="t", **BAD).id == case.id


def test_a_muted_mention_that_turns_critical_makes_a_case(belt: Belt) -> None:
    number = belt.put("one", **BAD)
    belt.triage()
    belt.later(minutes=5)
    belt.put("one", "Ora mia figlia è in ospedale.", **CRITICAL)
    belt.triage()
    assert belt.case_of(number).urgency == "critical"
