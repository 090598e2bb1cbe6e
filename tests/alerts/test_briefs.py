"""The briefs: when, once, what stands in them at that moment, and what they cost."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from alerts import brief_words, briefs, cases
from alerts.briefs import Watched, latest
from alerts.overview import LISTED, Brief
from alerts.views import load_view
from alerts.words import Words
from store.brand import Brand, Briefs, Policy
from store.db import Database
from store.retention import forget
from store.tables import Clock, ClockKind, Mention, Notification, OutboxState, Reason, Sample, SourceRow
from tests.alerts.queries import counted
from tests.alerts.rows import BRAND, add_case, add_mention, add_source, desk

HOUR = timedelta(hours=1)
MORNING = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)  # a Tuesday, 8:30 in Rome
EVENING = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)
NIGHT = MORNING - 5 * HOUR
EVERY = Watched("app", "aurora", timedelta(minutes=15))


def announce(
    db: Database, now: datetime, brand: Brand = BRAND, sources: Sequence[Watched] = (), channel: str = "slack"
) -> int:
    return briefs.announce(db, {brand.key: brand}, sources, [channel], now)


def first_look(db: Database) -> None:
    """As if nobody had asked yet."""
    with db.write() as session:
        for row in session.exec(select(Notification)):
            session.delete(row)


def bodies(db: Database) -> Mapping[str, dict[str, Any]]:
    with db.read() as session:
        rows = session.exec(select(Notification).where(Notification.state != OutboxState.LEFT_OUT))
        return {row.key: row.body for row in rows if row.kind == "brief"}


def only(db: Database) -> dict[str, Any]:
    (body,) = bodies(db).values()
    return body


def shown(db: Database, now: datetime) -> Brief:
    with db.read() as session:
        (row,) = [row for row in session.exec(select(Notification)) if row.kind == "brief"]
        view = load_view(session, row, {"aurora": BRAND}, now)
    assert isinstance(view, Brief)
    return view


def opened(session: Session, number: int, at: datetime, **fields: Any) -> int:
    mention = add_mention(session, at, number)
    return add_case(session, mention, at, **{"due_at": at + 6 * HOUR} | fields).id or 0


# When


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (MORNING - timedelta(minutes=1), None),  # last evening is too long ago
        (MORNING, "2026-11-24 morning"),
        (EVENING - timedelta(minutes=1), None),
        (MORNING + 8 * HOUR, "2026-11-24 morning"),
        (EVENING, "2026-11-24 evening"),
        (EVENING + 8 * HOUR, "2026-11-24 evening"),
        (datetime(2026, 11, 28, 8, 0, tzinfo=UTC), None),  # a Saturday
        (
            datetime(2026, 3, 30, 6, 30, tzinfo=UTC),
            "2026-03-30 morning",
        ),  # 8:30 after the clocks went forward
        (datetime(2026, 3, 27, 7, 0, tzinfo=UTC), None),
    ],
)
def test_when(now: datetime, expected: str | None) -> None:
    found = latest(BRAND, now)
    assert (f"{found.day} {found.name}" if found else None) == expected


def test_holidays_absences_and_the_zone_are_the_brands() -> None:
    closed = Brand(key="a", name="A", policy=Policy(holidays="IT"))
    assert latest(closed, datetime(2026, 12, 8, 9, 0, tzinfo=UTC)) is None  # Immacolata, a Tuesday
    assert latest(BRAND, datetime(2026, 12, 8, 9, 0, tzinfo=UTC)) is not None
    away = Brand(key="a", name="A", timezone="Pacific/Honolulu")
    found = latest(away, datetime(2026, 11, 24, 18, 31, tzinfo=UTC))
    assert found is not None
    assert (found.name, found.day) == ("morning", date(2026, 11, 24))


def test_none_turns_one_off_and_always_open_has_one_every_day() -> None:
    brand = Brand(key="a", name="A", briefs=Briefs.model_validate({"morning": "none", "evening": "18:15"}))
    assert latest(brand, MORNING) is None
    always = Brand(key="a", name="A", policy=Policy.model_validate({"hours": "always"}))
    assert latest(always, datetime(2026, 11, 28, 8, 0, tzinfo=UTC)) is not None


@pytest.mark.parametrize("text", ["8.30", "25:00", "24:00", "08:30:00", "soon", "٠٨:٣٠"])
def test_what_is_no_time_of_day_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="is no time of day"):
        Briefs.model_validate({"morning": text})


def test_once_however_often_it_is_asked_and_by_each_channel(database: Database) -> None:
    with database.write() as session:
        opened(session, 1, NIGHT)
    assert announce(database, MORNING) == 1
    assert announce(database, MORNING) == 0
    assert announce(database, MORNING + HOUR) == 0
    assert announce(database, MORNING + HOUR, channel="email") == 1
    assert announce(database, EVENING) == 1
    assert sorted(bodies(database)) == [
        "brief:aurora:2026-11-24:evening:slack",
        "brief:aurora:2026-11-24:morning:email",
        "brief:aurora:2026-11-24:morning:slack",
    ]


def test_a_week_offline_gives_one(db: Database) -> None:
    with db.write() as session:
        opened(session, 1, MORNING - timedelta(days=7))
    assert announce(db, MORNING + 3 * HOUR) == 1
    assert list(bodies(db)) == ["brief:aurora:2026-11-24:morning:slack"]


# What


def test_one_without_anything_to_say_is_settled_and_does_not_come_hours_late(db: Database) -> None:
    assert announce(db, MORNING) == 0
    with db.write() as session:
        (row,) = session.exec(select(Notification)).all()
        assert row.state == OutboxState.LEFT_OUT
        opened(session, 1, NIGHT)  # comes to light only now
    assert announce(db, MORNING + HOUR) == 0
    with db.read() as session:
        assert [row.state for row in session.exec(select(Notification))] == [OutboxState.LEFT_OUT]


def test_nothing_to_say_is_not_said_but_a_source_that_was_not_read_is(db: Database) -> None:
    with db.write() as session:
        add_source(session, last_ok_at=MORNING - timedelta(minutes=10))
    assert announce(db, MORNING, sources=[EVERY]) == 0
    first_look(db)
    with db.write() as session:
        session.get_one(SourceRow, "app").last_ok_at = MORNING - timedelta(hours=20)
    assert announce(db, MORNING, sources=[EVERY]) == 1
    assert only(db)["unread"] == [["app", "2026-11-23T11:30:00Z"]]
    lines = brief_words.summary(shown(db, MORNING), Words("en"))
    assert lines[-1] == "⚠️ Not read: app (last yesterday at 12:30)"


def test_a_source_that_is_new_is_no_alarm_and_one_that_fails_from_the_start_is(db: Database) -> None:
    new = Watched("new", "aurora", timedelta(minutes=5))
    assert announce(db, MORNING, sources=[EVERY, new]) == 0
    first_look(db)
    with db.write() as session:
        add_source(session, failures=1)
    assert announce(db, MORNING, sources=[EVERY, new]) == 1
    assert only(db)["unread"] == [["app", None]]


def test_a_source_that_is_read_seldom_and_one_that_is_down(db: Database) -> None:
    with db.write() as session:
        add_source(session, last_ok_at=MORNING - timedelta(hours=30))
    daily = Watched("app", "aurora", timedelta(days=1))
    other = Watched("else", "berta", timedelta(minutes=5))
    assert announce(db, MORNING, sources=[daily, other]) == 0
    first_look(db)
    with db.write() as session:
        row = session.get_one(SourceRow, "app")
        row.last_ok_at, row.down_since = MORNING - HOUR, MORNING - HOUR
    assert announce(db, MORNING, sources=[daily, other]) == 1
    assert [name for name, _ in only(db)["unread"]] == ["app"]


def test_what_came_overnight_and_what_is_due(database: Database) -> None:
    with database.write() as session:
        old = opened(session, 1, MORNING - timedelta(days=3), due_at=MORNING + HOUR)
        night = opened(session, 2, NIGHT, urgency="normal", due_at=MORNING + timedelta(days=2))
        worst = opened(session, 3, NIGHT + HOUR, due_at=MORNING - HOUR)
        opened(session, 4, NIGHT, channel="praise", due_at=None)
        opened(session, 5, MORNING + HOUR)  # after the moment
        promised = opened(session, 6, MORNING - timedelta(days=4), due_at=None, status="replied")
        session.add(
            Clock(
                case_id=promised, kind=ClockKind.PROMISE, started_at=NIGHT, due_at=MORNING + 8 * HOUR,
                rings_at=MORNING + 4 * HOUR, set_by="marta",
            )
        )  # fmt: skip
        opened(session, 7, MORNING - timedelta(days=3), status="resolved", due_at=MORNING)
        asleep = opened(session, 8, MORNING - timedelta(days=3), due_at=MORNING)
        cases.snooze(desk(session, NIGHT), asleep, "slack:U1:marta", MORNING + timedelta(days=3))
    assert announce(database, MORNING + 2 * HOUR) == 1
    body = only(database)
    assert body["since"] == "2026-11-23T16:30:00Z"
    assert (body["came"], body["came_total"], body["mentions_came"]) == ([worst, night], 2, 3)
    assert body["due"] == [worst, old, promised]


def test_on_monday_the_weekend_counts(db: Database) -> None:
    monday = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
    with db.write() as session:
        friday = opened(session, 1, datetime(2026, 11, 20, 17, 0, tzinfo=UTC))
        saturday = opened(session, 2, datetime(2026, 11, 21, 12, 0, tzinfo=UTC))
    announce(db, monday)
    assert only(db)["came"] == [friday, saturday]


def test_what_stays_open_and_whose_it_is(database: Database) -> None:
    with database.write() as session:
        first, second, third, done = (opened(session, n, NIGHT, due_at=NIGHT + n * HOUR) for n in range(1, 5))
        cases.acknowledge(desk(session, NIGHT), first, "slack:U1:marta")
        cases.acknowledge(desk(session, NIGHT), second, "slack:U1:marta")
        cases.resolve(desk(session, NIGHT), done, "slack:U1:marta")
    announce(database, EVENING)
    body = only(database)
    assert (body["open"], body["open_total"]) == ([third, first, second], 3)
    assert body["owners"] == [[None, 1], ["slack:U1:marta", 2]]
    brief = shown(database, EVENING)
    (part,) = brief_words.parts(brief, Words("en"))
    assert (part.title, part.note) == ("Stays open", "nobody 1 · marta 2")
    assert brief_words.item(brief.open.items[0], brief, Words("en")).endswith("nobody's yet")


def test_ten_are_shown_and_all_counted_at_the_same_cost(db: Database) -> None:
    costs = []
    for number in (3, 40):
        with db.write() as session:
            for one in range(number):
                opened(session, 100 * number + one, NIGHT)
        moment = latest(BRAND, MORNING)
        assert moment is not None
        with db.read() as session, counted(db) as made:
            body = briefs.measure(session, BRAND, moment, [EVERY])
        costs.append(len(made))
    assert (len(body["came"]), body["came_total"]) == (LISTED, 43)
    assert costs[1] <= costs[0] + 2 <= 12  # a full list is counted
    announce(db, MORNING)
    with db.read() as session, counted(db) as made:
        row = session.exec(select(Notification)).one()
        load_view(session, row, {"aurora": BRAND}, MORNING)
    assert len(made) <= 4


def test_what_is_erased_is_not_quoted_and_the_brief_is_edited(database: Database) -> None:
    with database.write() as session:
        opened(session, 1, NIGHT)
    announce(database, MORNING)
    with database.write() as session:
        row = session.exec(select(Notification)).one()
        row.state, row.message_id = OutboxState.SENT, "1.2"
        forget(session, "appstore", "giulia_r", now=MORNING)
    with database.read() as session:
        assert session.exec(select(Notification)).one().state == OutboxState.STALE
    item = shown(database, MORNING).came.items[0]
    assert (item.quote, item.author, item.url) == ("", "", None)
    assert "case 1" in brief_words.item(item, shown(database, MORNING), Words("en"))


def test_what_a_mute_held_back_is_listed(database: Database) -> None:
    with database.write() as session:
        mention = add_mention(session, NIGHT, 1)
        session.add(Reason(mention_id=mention.id or 0, kind="negative", at=NIGHT))
        session.add(Reason(mention_id=mention.id or 0, kind="request", at=NIGHT))
    announce(database, MORNING)
    assert (only(database)["muted"], only(database)["muted_total"]) == ([1], 1)
    assert only(database)["samples"] == []


def test_samples_stand_in_the_first_brief_of_the_day(db: Database) -> None:
    with db.write() as session:
        for number in range(8):
            mention = add_mention(session, NIGHT, number, urgency="low", sentiment="neutral")
            mention.state = "triaged"
    announce(db, MORNING)
    announce(db, EVENING)
    found = bodies(db)["brief:aurora:2026-11-24:morning:slack"]
    assert len(found["samples"]) == 5
    assert list(bodies(db)) == ["brief:aurora:2026-11-24:morning:slack"]
    with db.read() as session:
        drawn = session.exec(select(Sample)).all()
        assert {row.mention_id for row in drawn} <= set(found["mentions"])
        assert session.get_one(Mention, drawn[0].mention_id).case_id is None
