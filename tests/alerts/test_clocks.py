"""The clocks of cases: what begins and ends with each move, when it rings and whom it names, in all weathers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import col, select

from alerts import cases, clocks, sla
from alerts.cases import Desk
from alerts.clocks import any_due, realign, ring_due
from store import switches
from store.brand import Absence, Brand, Policy
from store.db import Database
from store.tables import Audit, Case, CaseStatus, Clock, Notification, NotificationKind
from tests.alerts.belt import BRANDS, CRITICAL, GLAD, Belt
from tests.alerts.rows import add_case, add_mention

MARTA = "slack:U0MARTA:marta"
CHAIN = ("@marta", "@head")
NIGHT = ("@pager-1", "@pager-2", "@boss")
PLACES = ("slack", "email", "webhook")


@dataclass
class Desks:
    """A brand's cases on a simulated wall clock. `ring` looks; `run` moves from ring to ring and lists them."""

    db: Database
    now: datetime
    brand: Brand
    places: Sequence[str] = ("slack",)
    brands: dict[str, Brand] = field(default_factory=dict)
    opened: int = 0

    def __post_init__(self) -> None:
        self.brands = self.brands or {self.brand.key: self.brand}

    def at(self, wall: str) -> datetime:
        """The clock stands there now."""
        self.now = self.moment(wall)
        return self.now

    def moment(self, wall: str) -> datetime:
        """`2026-11-27 17:50` on the brand's wall, in UTC."""
        return datetime.fromisoformat(wall).replace(tzinfo=self.brand.zone).astimezone(UTC)

    def wall(self, moment: datetime | None) -> str:
        return "–" if moment is None else f"{moment.astimezone(self.brand.zone):%a %d %b %H:%M}"

    def open(self, urgency: str = "normal", **fields: Any) -> int:
        """A new case, as triage opens it."""
        self.opened += 1
        with self.db.write() as session:
            mention = add_mention(session, self.now, self.opened)
            due = sla.due(self.now, urgency, self.brand)
            known: dict[str, Any] = {"urgency": urgency, "due_at": due, "brand": self.brand.key}
            case = add_case(session, mention, self.now, **known | fields)
            clocks.wind(session, case, self.brand, self.now, cases.SYSTEM)
            return case.id or 0

    def move(
        self, deed: Callable[..., Any], case_id: int, who: str = MARTA, *args: Any, **values: Any
    ) -> Any:
        with self.db.write() as session:
            return deed(Desk(session, self.brands, self.places, self.now), case_id, who, *args, **values)

    def change(self, case_id: int, **values: Any) -> None:
        with self.db.write() as session:
            case = session.get_one(Case, case_id)
            for name, value in values.items():
                setattr(case, name, value)
            clocks.wind(session, case, self.brands.get(case.brand), self.now, cases.SYSTEM)

    def ring(self, *escalation: str, **options: Any) -> int:
        return ring_due(self.db, self.brands, self.places, self.now, escalation, **options).written

    def next(self) -> datetime | None:
        return min((clock.rings_at for clock in self.rows() if clock.rings_at), default=None)

    def run(self, until: datetime | str, *escalation: str) -> list[tuple[str, int, str, list[str]]]:
        """Every ring until then: when, of which case, what the audit log calls it, whom it named."""
        until = self.moment(until) if isinstance(until, str) else until
        first = len(self.audits())
        while (moment := self.next()) is not None and moment <= until:
            self.now = max(self.now, moment)
            assert self.ring(*escalation) > 0, "a clock is due, and nothing rang"
        self.now = until
        return [
            (self.wall(row.at), row.case_id or 0, row.action, row.detail["to"])
            for row in self.audits()[first:]
            if "clock" in row.detail
        ]

    def rows(self) -> list[Clock]:
        with self.db.read() as session:
            return list(session.exec(select(Clock).order_by(col(Clock.id))))

    def running(self) -> dict[str, tuple[str, str]]:
        """By kind: when it is due, and when it rings next."""
        rows = [row for row in self.rows() if row.rings_at is not None]
        assert len({(row.case_id, row.kind) for row in rows}) == len(rows), "two of a kind"
        return {row.kind: (self.wall(row.due_at), self.wall(row.rings_at)) for row in rows}

    def case(self, case_id: int) -> Case:
        with self.db.read() as session:
            return session.get_one(Case, case_id)

    def audits(self) -> list[Audit]:
        with self.db.read() as session:
            return list(session.exec(select(Audit).order_by(col(Audit.id))))

    def reminders(self) -> list[Notification]:
        with self.db.read() as session:
            chosen = select(Notification).where(Notification.kind == NotificationKind.REMINDER)
            return list(session.exec(chosen.order_by(col(Notification.id))))


def brand(zone: str = "Europe/Rome", **policy: Any) -> Brand:
    known: dict[str, Any] = {"hours": "mon-fri 09:00-18:00, sat 09:00-13:00", "holidays": "IT"}
    return Brand(key="aurora", name="Caffè Aurora", timezone=zone, policy=Policy(**known | policy))


@pytest.fixture
def desks(database: Database, now: datetime) -> Desks:
    return Desks(database, now, brand(escalation=CHAIN, on_call=NIGHT))


@pytest.fixture
def quick(db: Database, now: datetime) -> Desks:
    """On SQLite alone, for what is arithmetic."""
    return Desks(db, now, brand(escalation=CHAIN, on_call=NIGHT))


# ---------------------------------------------------------------------------- what begins and ends


def test_from_the_first_alert_to_the_question_after_a_refund(desks: Desks) -> None:
    desks.at("2026-11-24 10:00")  # a Tuesday
    case = desks.open("high")
    assert desks.running() == {"contact": ("Tue 24 Nov 11:00", "Tue 24 Nov 10:30")}
    desks.at("2026-11-24 10:20")
    desks.move(cases.acknowledge, case)
    assert desks.running() == {"reply": ("Tue 24 Nov 11:20", "Tue 24 Nov 10:50")}
    assert desks.wall(desks.case(case).due_at) == "Tue 24 Nov 11:20"  # what its message shows
    thursday = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
    desks.move(cases.mark_replied, case, promise="Le diremo quando arriva", promised_by=thursday)
    assert desks.running() == {"promise": ("Thu 26 Nov 13:00", "Wed 25 Nov 13:00")}
    desks.at("2026-11-25 09:10")
    desks.move(cases.resolve, case, MARTA, "refund")
    assert desks.running() == {"follow_up": ("Wed 02 Dec 09:10", "Wed 02 Dec 09:10")}
    assert desks.run("2026-12-20 12:00") == [("Wed 02 Dec 09:10", case, "follow_up", [MARTA])]
    assert desks.running() == {}


@pytest.mark.parametrize(
    ("how", "asked"),
    [
        ("refund", True),
        ("replacement", True),
        ("moved_to_private", True),
        ("apology", False),
        ("explained", False),
        ("escalated", False),
        ("nothing", False),
        (None, False),
    ],
)
def test_after_a_repair_somebody_asks(quick: Desks, how: str | None, asked: bool) -> None:
    case = quick.open()
    quick.move(cases.resolve, case, MARTA, how)
    assert list(quick.running()) == (["follow_up"] if asked else [])


@pytest.mark.parametrize(
    ("done", "days", "asked"),
    [
        ("2026-11-24 16:40", "7d", "Tue 01 Dec 16:40"),
        ("2026-11-28 20:00", "7d", "Mon 07 Dec 09:00"),  # a Saturday night
        ("2026-12-18 12:00", "7d", "Mon 28 Dec 09:00"),  # Christmas, St Stephen's on Saturday, Sunday
        ("2026-10-24 10:00", "2d", "Mon 26 Oct 10:00"),  # over the night with an hour more
        ("2026-11-24 12:00", "none", "–"),
    ],
)
def test_the_question_waits_for_an_opening(quick: Desks, done: str, days: str, asked: str) -> None:
    assert quick.wall(sla.follow_up(quick.at(done), brand(follow_up=days))) == asked


def test_asked_once_whatever_is_noted_later(desks: Desks) -> None:
    case = desks.open()
    desks.move(cases.resolve, case, MARTA, "replacement")
    desks.run(desks.now + timedelta(days=10))
    desks.change(case)
    assert desks.running() == {}
    desks.move(cases.reopen, case)
    desks.move(cases.resolve, case, MARTA, "refund")  # another repair, another question
    assert list(desks.running()) == ["follow_up"]


def test_who_answers_or_closes_the_case_stops_its_clock(desks: Desks) -> None:
    deeds: list[Callable[[int], Any]] = [
        lambda case: desks.move(cases.mark_replied, case),
        lambda case: desks.move(cases.resolve, case, MARTA, "explained"),
        lambda case: desks.move(cases.dismiss, case),
        lambda case: desks.move(lambda desk, number, who: cases.reply_seen(desk, number, "Google"), case),
    ]
    for deed in deeds:
        case = desks.open("critical")
        deed(case)
        assert desks.running() == {}
        desks.move(cases.reopen, case)
        assert list(desks.running()) == ["contact"]
        desks.move(cases.acknowledge, case)
        assert list(desks.running()) == ["reply"]
        deed(case)
        assert desks.running() == {}


def test_praise_and_what_has_no_time_have_no_clock(desks: Desks) -> None:
    for urgency, channel in (("low", "alerts"), ("normal", "praise")):
        case = desks.open(urgency, channel=channel, due_at=None)
        desks.move(cases.acknowledge, case)
        assert desks.running() == {}


def test_reply_times_of_their_own(quick: Desks) -> None:
    quick.brand = brand(reply_times={"high": "30m", "normal": "none"})
    quick.brands = {"aurora": quick.brand}
    quick.at("2026-11-24 10:00")
    for urgency, due in (("high", "Tue 24 Nov 10:30"), ("normal", None), ("critical", "Tue 24 Nov 10:15")):
        case = quick.open(urgency)
        quick.move(cases.acknowledge, case)
        assert quick.running().get("reply", (None,))[0] == due
        quick.move(cases.resolve, case, MARTA)


def test_winding_again_changes_nothing(desks: Desks) -> None:
    desks.at("2026-11-24 10:00")
    case = desks.open("high")
    before = [row.model_dump() for row in desks.rows()]
    for wall in ("2026-11-24 10:10", "2026-11-24 10:40", "2026-11-24 12:00", "2026-12-01 12:00"):
        desks.at(wall)
        desks.change(case)
        assert [row.model_dump() for row in desks.rows()] == before


def test_more_urgent_is_sooner_and_begins_anew(desks: Desks) -> None:
    desks.at("2026-11-24 10:00")
    case = desks.open("normal")
    assert desks.running() == {"contact": ("Tue 24 Nov 14:00", "Tue 24 Nov 12:00")}
    desks.at("2026-11-24 12:00")
    assert desks.ring() == 1
    desks.change(case, urgency="critical", due_at=desks.now + timedelta(minutes=15))
    assert desks.running() == {"contact": ("Tue 24 Nov 12:15", "Tue 24 Nov 12:07")}
    rung = desks.run("2026-11-24 12:20")
    assert [(action, to) for _, _, action, to in rung] == [
        ("remind", ["@pager-1"]),
        ("overdue", ["@pager-1"]),
    ]
    assert len({row.key for row in desks.reminders()}) == 3


def test_a_later_promise_takes_the_place_of_the_earlier_and_ends_with_the_case(desks: Desks) -> None:
    case = desks.open()
    for days in (2, 4):
        with desks.db.write() as session:
            row = session.get_one(Case, case)
            by = desks.now + timedelta(days=days)
            clocks.promise(session, row, desks.brand, desks.now, MARTA, f"in {days} days", by)
    promises = [row for row in desks.rows() if row.kind == "promise"]
    assert [(row.note, row.rings_at is None) for row in promises] == [
        ("in 2 days", True),
        ("in 4 days", False),
    ]
    desks.move(cases.resolve, case, MARTA, "explained")
    assert desks.running() == {}


@pytest.mark.parametrize(
    ("by", "reminder"),
    [
        ("2026-12-03 12:00", "Wed 02 Dec 12:00"),  # the day before
        ("2026-11-24 16:00", "Tue 24 Nov 14:00"),  # the same day: half of the time
        ("2026-11-30 10:00", "Mon 30 Nov 09:00"),  # the day before is a Sunday
    ],
)
def test_a_promise_is_reminded_of_on_its_last_day(quick: Desks, by: str, reminder: str) -> None:
    until = quick.at(by)
    quick.at("2026-11-24 12:00")
    case = quick.open(due_at=None)
    quick.move(cases.mark_replied, case, promise="x", promised_by=until)
    assert quick.running()["promise"][1] == reminder
    assert [(action, to) for _, _, action, to in quick.run(until)] == [
        ("promise_due", [MARTA]),
        ("promise_due", [MARTA, "@marta"]),
    ]


# ---------------------------------------------------------------------------- when it rings, and whom it names


def rings(desks: Desks, opened: str, urgency: str, hours: float) -> list[str]:
    """The first rings of an untouched case, on the brand's wall."""
    desks.at(opened)
    desks.open(urgency)
    return [at for at, _, _, _ in desks.run(desks.now + timedelta(hours=hours))]


ALL_DAY = {"hours": "always", "critical_hours": "always"}
NIGHTS = {"hours": "mon-sun 22:00-02:00", "holidays": None}
CHRISTMAS = {"absences": [Absence.model_validate({"from": "2026-12-24", "to": "2027-01-06"})]}


@pytest.mark.parametrize(
    ("zone", "policy", "opened", "urgency", "expected"),
    [
        # Friday 17:50: ten minutes, then Saturday from nine.
        ("Europe/Rome", {}, "2026-11-27 17:50", "high", ["Sat 28 Nov 09:20", "Sat 28 Nov 09:50", "Sat 28 Nov 10:50"]),
        ("Europe/Rome", {}, "2026-11-27 17:50", "normal", ["Sat 28 Nov 10:50", "Sat 28 Nov 12:50", "Mon 30 Nov 16:50"]),
        # Saturday 20:00, critical: by the clock.
        ("Europe/Rome", {}, "2026-11-28 20:00", "critical", ["Sat 28 Nov 20:07", "Sat 28 Nov 20:15", "Sat 28 Nov 20:30"]),
        ("Europe/Rome", {"critical_hours": "mon-fri 08:00-20:00"}, "2026-11-28 20:00", "critical",
         ["Mon 30 Nov 08:07", "Mon 30 Nov 08:15", "Mon 30 Nov 08:30"]),
        # Holidays: the Immaculate Conception on a Tuesday; San Nicolò in no other place.
        ("Europe/Rome", {}, "2026-12-07 17:30", "high", ["Mon 07 Dec 18:00", "Wed 09 Dec 09:30", "Wed 09 Dec 10:30"]),
        ("Europe/Rome", {"holidays": None}, "2026-12-07 17:30", "high",
         ["Mon 07 Dec 18:00", "Tue 08 Dec 09:30", "Tue 08 Dec 10:30"]),
        # Absences: no business, and no reminder, until the seventh; what is critical rings all the same.
        ("Europe/Rome", CHRISTMAS, "2026-12-23 17:30", "high", ["Wed 23 Dec 18:00", "Thu 07 Jan 09:30", "Thu 07 Jan 10:30"]),
        ("Europe/Rome", CHRISTMAS, "2026-12-25 03:00", "critical", ["Fri 25 Dec 03:07", "Fri 25 Dec 03:15", "Fri 25 Dec 03:30"]),
        # 28 March 2027, the night without 02:00 to 03:00; and 25 October, the night with it twice.
        ("Europe/Rome", ALL_DAY, "2027-03-28 01:30", "high", ["Sun 28 Mar 03:00", "Sun 28 Mar 03:30", "Sun 28 Mar 04:30"]),
        ("Europe/Rome", ALL_DAY, "2026-10-25 01:30", "high", ["Sun 25 Oct 02:00", "Sun 25 Oct 02:30", "Sun 25 Oct 02:30"]),
        ("Europe/Rome", NIGHTS, "2027-03-28 01:00", "normal", ["Sun 28 Mar 23:00", "Mon 29 Mar 01:00", "Wed 31 Mar 01:00"]),
        ("Europe/Rome", NIGHTS, "2026-10-25 01:00", "normal", ["Sun 25 Oct 02:00", "Mon 26 Oct 00:00", "Wed 28 Oct 00:00"]),
        # A brand elsewhere: its own day, its own changes of the clock.
        ("America/New_York", {"holidays": "US"}, "2026-11-25 17:45", "high",  # Thanksgiving is on Thursday
         ["Fri 27 Nov 09:15", "Fri 27 Nov 09:45", "Fri 27 Nov 10:45"]),
        ("Asia/Kathmandu", {"holidays": None}, "2026-11-27 17:50", "high",
         ["Sat 28 Nov 09:20", "Sat 28 Nov 09:50", "Sat 28 Nov 10:50"]),
        # Hours across midnight.
        ("Europe/Rome", NIGHTS, "2026-11-27 23:30", "high", ["Sat 28 Nov 00:00", "Sat 28 Nov 00:30", "Sat 28 Nov 01:30"]),
        ("Europe/Rome", NIGHTS, "2026-11-27 12:00", "normal", ["Sat 28 Nov 00:00", "Sat 28 Nov 02:00", "Mon 30 Nov 02:00"]),
        # 24/7: neither nights nor holidays.
        ("Europe/Rome", ALL_DAY, "2026-12-24 23:00", "normal", ["Fri 25 Dec 01:00", "Fri 25 Dec 03:00", "Fri 25 Dec 11:00"]),
    ],
)  # fmt: skip
def test_in_business_hours(
    db: Database,
    now: datetime,
    zone: str,
    policy: dict[str, Any],
    opened: str,
    urgency: str,
    expected: list[str],
) -> None:
    found = rings(Desks(db, now, brand(zone, **policy)), opened, urgency, 24 * 25)
    assert found[:3] == expected


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.5, ["10:30", "11:00"]), (0.25, ["10:45", "11:00"]), (0.75, ["10:15", "11:00"]), (0, ["11:00"])],
)
def test_a_reminder_comes_when_a_share_of_the_time_is_left(
    db: Database, now: datetime, share: float, expected: list[str]
) -> None:
    found = rings(Desks(db, now, brand(remind=share)), "2026-11-24 10:00", "high", 1)
    assert [at[-5:] for at in found] == expected


@pytest.mark.parametrize(
    ("policy", "urgency", "given", "expected"),
    [
        ({"escalation": CHAIN}, "high", (), [[], ["@marta"], ["@marta", "@head"], ["@marta", "@head"]]),
        ({}, "high", ("@slack",), [[], ["@slack"], ["@slack"], ["@slack"]]),
        ({}, "high", (), [[], [], [], []]),
        # Critical: its own chain, and the first of it at half the time.
        ({"escalation": CHAIN, "on_call": NIGHT}, "critical", (),
         [["@pager-1"], ["@pager-1"], ["@pager-1", "@pager-2"], list(NIGHT)]),
        ({"escalation": CHAIN}, "critical", ("@slack",), [["@marta"], ["@marta"], list(CHAIN), list(CHAIN)]),
        ({}, "critical", ("@slack",), [["@slack"]] * 4),
    ],
)  # fmt: skip
def test_the_chain(
    db: Database,
    now: datetime,
    policy: dict[str, Any],
    urgency: str,
    given: tuple[str, ...],
    expected: list[list[str]],
) -> None:
    desks = Desks(db, now, brand(again={"high": "15m"}, **policy))
    desks.at("2026-11-24 10:00")
    desks.open(urgency)
    assert [to for _, _, _, to in desks.run(desks.now + timedelta(hours=2), *given)][:4] == expected


def test_the_owner_comes_first_and_nobody_twice(desks: Desks) -> None:
    desks.brand = brand(escalation=("U0MARTA123", "@marta", "<@U0HEAD1234>"))
    desks.brands = {"aurora": desks.brand}
    desks.at("2026-11-24 10:00")
    case = desks.open("high")
    desks.move(cases.acknowledge, case, "slack:U0MARTA123:marta")
    named = [to for _, _, _, to in desks.run(desks.now + timedelta(hours=4))]
    marta, head = "slack:U0MARTA123:marta", "slack:U0HEAD1234:U0HEAD1234"
    assert named[:4] == [[marta], [marta], [marta, "@marta"], [marta, "@marta", head]]


def test_critical_goes_out_by_mail_and_webhook_when_nobody_acts_in_half_its_time(desks: Desks) -> None:
    desks.places = PLACES
    desks.at("2026-11-28 20:00")
    calm, critical, taken = desks.open("high"), desks.open("critical"), desks.open("critical")
    desks.move(cases.acknowledge, taken)
    desks.at("2026-11-28 20:08")
    assert desks.ring() == 2
    assert [(row.case_id, row.channel) for row in desks.reminders()] == [
        *((critical, place) for place in PLACES),
        (taken, "slack"),  # somebody has acted
    ]
    desks.at("2026-11-28 20:15")
    desks.ring()
    late = [(row.case_id, row.channel) for row in desks.reminders()][4:]
    assert late == [*((critical, place) for place in PLACES), *((taken, place) for place in PLACES)]
    desks.at("2026-11-30 11:00")
    desks.ring()
    assert {row.channel for row in desks.reminders() if row.case_id == calm} == {"slack"}


def test_also_where_a_critical_case_comes_back_from_a_snooze_at_that_time(desks: Desks) -> None:
    desks.places = PLACES
    desks.at("2026-11-28 20:00")
    case = desks.open("critical")
    desks.move(cases.snooze, case, MARTA, desks.moment("2026-11-28 20:09"))
    desks.at("2026-11-28 20:09")
    assert ring_due(desks.db, desks.brands, PLACES, desks.now, CHAIN).written == 1
    assert [(row.channel, row.body["kind"]) for row in desks.reminders()] == [(p, "snooze") for p in PLACES]
    assert desks.reminders()[0].body["to"] == [MARTA, "@pager-1"]


@pytest.mark.parametrize(
    ("places", "told"),
    [(("slack", "webhook"), {"slack"}), (("email",), {"email"}), (("console",), {"console"}), ((), set())],
)
def test_what_is_not_critical_wakes_nobody_where_there_is_another_place(
    quick: Desks, places: tuple[str, ...], told: set[str]
) -> None:
    quick.places = places
    quick.at("2026-11-24 10:00")
    quick.open("high")
    quick.at("2026-11-24 10:30")
    quick.ring()
    assert {row.channel for row in quick.reminders()} == told


def test_what_a_reminder_carries(desks: Desks) -> None:
    desks.at("2026-11-24 10:00")
    case = desks.open("high")
    desks.at("2026-11-24 11:00")
    desks.ring()
    (row,) = desks.reminders()
    clock = desks.rows()[0].id
    assert (row.key, row.case_id, row.priority) == (f"ring:{clock}:2:slack", case, 3)
    assert row.body == {"to": ["@marta"], "clock": clock, "kind": "contact", "late": True}


# ---------------------------------------------------------------------------- put aside


@pytest.mark.parametrize(
    ("choice", "now_", "urgency", "until"),
    [
        ("hour", "2026-11-24 10:00", "normal", "Tue 24 Nov 11:00"),
        ("hour", "2026-11-27 17:50", "normal", "Sat 28 Nov 09:50"),
        ("hour", "2026-11-24 17:50", "normal", "Wed 25 Nov 09:50"),  # an hour of open time
        ("hour", "2026-11-27 17:50", "critical", "Fri 27 Nov 18:50"),
        ("tomorrow", "2026-11-24 23:30", "normal", "Wed 25 Nov 09:00"),
        ("tomorrow", "2026-11-25 00:30", "normal", "Thu 26 Nov 09:00"),
        ("tomorrow", "2026-11-28 12:00", "normal", "Mon 30 Nov 09:00"),  # a Saturday
        ("tomorrow", "2026-12-07 12:00", "normal", "Wed 09 Dec 09:00"),  # before a holiday
        ("tomorrow", "2026-11-28 12:00", "critical", "Sun 29 Nov 09:00"),
        ("monday", "2026-11-24 12:00", "normal", "Mon 30 Nov 09:00"),
        ("monday", "2026-11-30 08:00", "normal", "Mon 07 Dec 09:00"),  # a Monday: the next
        ("monday", "2027-03-25 08:00", "normal", "Tue 30 Mar 09:00"),  # Easter Monday, and the clock changed
        ("monday", "2027-03-25 08:00", "critical", "Mon 29 Mar 09:00"),
    ],
)
def test_until_when_a_case_may_be_put_aside(
    quick: Desks, choice: str, now_: str, urgency: str, until: str
) -> None:
    assert quick.wall(sla.snooze(choice, quick.at(now_), quick.brand, urgency)) == until


@pytest.mark.parametrize(
    ("choice", "now_", "known", "until"),
    [
        ("hour", "2026-11-24T16:50", None, "2026-11-24T17:50"),
        ("tomorrow", "2026-11-24T11:00", None, "2026-11-25T09:00"),
        ("tomorrow", "2026-11-24T11:00", brand(hours=()), "2026-11-25T08:00"),
        ("tomorrow", "2026-03-28T11:00", brand(hours="always"), "2026-03-29T07:00"),  # the clocks change
        ("monday", "2026-11-30T03:00", brand("America/New_York"), "2026-11-30T14:00"),  # Sunday there
    ],
)
def test_until_when_without_hours_and_elsewhere(
    choice: str, now_: str, known: Brand | None, until: str
) -> None:
    moments = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (now_, until)]
    assert sla.snooze(choice, moments[0], known, "normal") == moments[1]


def test_another_choice_is_refused() -> None:
    with pytest.raises(ValueError, match="choose one of hour, tomorrow, monday"):
        sla.snooze("never", datetime(2026, 11, 24, tzinfo=UTC), brand(), "normal")


@pytest.mark.parametrize(
    ("hours", "until"),
    [
        ("mon-fri 08:00-17:00", "Wed 25 Nov 08:00"),
        ("always", "Wed 25 Nov 09:00"),
        ("mon-sun 00:00-24:00", "Wed 25 Nov 09:00"),
        ("mon-sun 22:00-02:00", "Wed 25 Nov 22:00"),
    ],
)
def test_when_a_morning_begins(quick: Desks, hours: str, until: str) -> None:
    assert (
        quick.wall(sla.snooze("tomorrow", quick.at("2026-11-24 12:00"), brand(hours=hours), "normal"))
        == until
    )


def test_other_clocks_sleep_meanwhile_and_all_ring_in_one(desks: Desks) -> None:
    desks.at("2026-11-24 10:00")
    case = desks.open("high")
    desks.move(cases.snooze, case, MARTA, desks.now + timedelta(hours=3))
    assert desks.running() == {
        "contact": ("Tue 24 Nov 11:00", "Tue 24 Nov 13:00"),
        "snooze": ("Tue 24 Nov 13:00", "Tue 24 Nov 13:00"),
    }
    version = desks.case(case).version
    assert desks.run("2026-11-24 13:59") == [("Tue 24 Nov 13:00", case, "wake", [MARTA, "@marta"])]
    after = desks.case(case)
    assert after.snoozed_until is None
    assert after.version == version + 1
    assert desks.reminders()[0].body["kind"] == "snooze"
    assert desks.running() == {"contact": ("Tue 24 Nov 11:00", "Tue 24 Nov 14:00")}


def test_who_wakes_a_case_gets_its_clock_back(desks: Desks) -> None:
    desks.at("2026-11-24 10:00")
    case = desks.open("high")
    before = desks.running()
    desks.move(cases.snooze, case, MARTA, desks.now + timedelta(days=3))
    desks.move(cases.wake, case)
    assert desks.running() == before
    desks.at("2026-11-24 11:30")
    desks.ring()
    desks.move(cases.snooze, case, MARTA, desks.now + timedelta(days=3))
    assert desks.running()["contact"][1] == "Fri 27 Nov 11:30"
    desks.move(cases.wake, case)
    assert desks.running()["contact"][1] == "Tue 24 Nov 12:30"  # again in an hour, not in three days


# ---------------------------------------------------------------------------- offline, restarts, clocks that jump


def test_after_a_week_offline_each_case_rings_once_a_few_at_a_time_and_the_most_urgent_first(
    desks: Desks,
) -> None:
    desks.at("2026-11-24 10:00")
    urgencies = ["normal", "high", "critical"]
    numbers = {desks.open(urgencies[n % 3]): urgencies[n % 3] for n in range(90)}
    desks.at("2026-12-01 10:00")
    written = []
    while looked := ring_due(desks.db, desks.brands, desks.places, desks.now, limit=20):
        written.append(looked.written)
        if not looked.more:
            break
    assert written == [20, 30, 20, 20]  # twenty a look: the critical ones before all others
    told = [row.case_id or 0 for row in desks.reminders()]
    assert sorted(told) == sorted(numbers)
    assert [numbers[case] for case in told] == ["critical"] * 30 + ["high"] * 30 + ["normal"] * 30
    assert desks.ring() == 0
    assert all(clock.rings_at and clock.rings_at > desks.now for clock in desks.rows())


def test_many_critical_ones_ring_a_few_at_a_time_before_all_others(quick: Desks) -> None:
    quick.at("2026-11-24 10:00")
    numbers = [quick.open("critical") for _ in range(120)]
    quick.open("high")
    quick.at("2026-12-01 10:00")
    looks = [ring_due(quick.db, quick.brands, quick.places, quick.now, limit=20) for _ in range(6)]
    assert [(look.written, look.critical) for look in looks] == [(20, True)] * 5 + [(21, False)]
    assert [row.case_id for row in quick.reminders()][:120] == numbers


def test_nothing_but_what_is_critical_rings_in_a_calm(desks: Desks) -> None:
    desks.at("2026-11-24 10:00")
    desks.open("high")
    critical = desks.open("critical")
    desks.at("2026-11-24 12:00")
    looked = ring_due(desks.db, desks.brands, desks.places, desks.now, limit=0)
    assert (looked.written, looked.more) == (1, True)
    assert [row.case_id for row in desks.reminders()] == [critical]


@pytest.mark.parametrize("paused", ["aurora", switches.ALL])
def test_in_a_pause_only_what_is_critical_rings_and_afterwards_the_rest_once(
    desks: Desks, paused: str
) -> None:
    desks.at("2026-11-24 10:00")
    high, critical = desks.open("high"), desks.open("critical")
    with desks.db.write() as session:
        switches.set(session, switches.pause(paused), None, MARTA, desks.now)
    for hour in range(11, 18):  # its deadline, and calls every hour after it
        desks.at(f"2026-11-24 {hour}:00")
        desks.ring()
    assert {row.case_id for row in desks.reminders()} == {critical}
    with desks.db.read() as session:
        rings = [clock.rings_at for clock in desks.rows() if clock.case_id == high and clock.rings_at]
        assert min(rings) < desks.now
        assert not any_due(session, desks.brands, desks.now)  # nobody is woken for it, either
    with desks.db.write() as session:
        switches.off(session, switches.pause(paused), MARTA, desks.now)
    desks.ring()
    desks.ring()
    assert [row.case_id for row in desks.reminders()].count(high) == 1


def test_a_pause_of_another_brand_stops_no_clock(quick: Desks) -> None:
    quick.at("2026-11-24 10:00")
    quick.open("high")
    with quick.db.write() as session:
        switches.set(session, switches.pause("berta"), None, MARTA, quick.now)
    quick.at("2026-11-24 17:00")
    assert quick.ring() == 1


def test_what_was_missed_counts_as_rung(quick: Desks) -> None:
    """The chain begins at its first after a time offline: nobody is called over everybody's head."""
    quick.at("2026-11-24 10:00")
    quick.open("high")
    quick.at("2026-11-30 10:00")
    rung = quick.run(quick.now + timedelta(hours=1))
    assert [(at, to) for at, _, _, to in rung] == [
        ("Mon 30 Nov 10:00", ["@marta"]),
        ("Mon 30 Nov 11:00", ["@marta", "@head"]),
    ]


def test_a_clock_that_jumped_forward_and_back_loses_nothing(desks: Desks) -> None:
    desks.at("2026-11-24 10:00")
    case = desks.open("high")
    desks.at("2026-11-24 11:00")
    assert desks.ring() == 1
    desks.at("2027-11-24 12:00")  # a clock set wrong
    assert desks.ring() == 1
    assert desks.running()["contact"][1] == "Wed 24 Nov 13:00"
    desks.at("2026-11-24 11:02")  # and right again
    assert desks.ring() == 0
    assert realign(desks.db, desks.brands, desks.now) == 1
    assert desks.running()["contact"] == ("Tue 24 Nov 11:00", "Tue 24 Nov 12:02")
    assert [case_id for _, case_id, _, _ in desks.run("2026-11-24 12:02")] == [case]


def test_what_rang_too_early_rings_again_in_its_time(desks: Desks) -> None:
    desks.at("2026-11-24 10:00")
    desks.open("high")
    desks.at("2026-11-27 10:00")
    desks.ring()
    desks.at("2026-11-24 10:05")
    realign(desks.db, desks.brands, desks.now)
    assert desks.running()["contact"][1] <= "Tue 24 Nov 11:05"


def test_setting_right_leaves_alone_what_is_right(desks: Desks) -> None:
    desks.at("2026-11-24 10:00")
    desks.open("high")
    desks.open("critical", snoozed_until=desks.now + timedelta(days=9))
    desks.at("2026-11-24 11:00")
    desks.ring()
    before = [row.model_dump() for row in desks.rows()]
    realign(desks.db, desks.brands, desks.now)
    assert [row.model_dump() for row in desks.rows()] == before


def test_two_that_look_at_once_ring_once(desks: Desks) -> None:
    desks.at("2026-11-24 10:00")
    desks.open("high")
    desks.at("2026-11-24 12:00")
    assert [desks.ring() for _ in range(3)] == [1, 0, 0]


def test_a_case_that_somebody_moves_right_now_waits_for_the_next_look(postgres: str, desks: Desks) -> None:
    if desks.db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer")
    desks.at("2026-11-24 10:00")
    busy, free = desks.open("high"), desks.open("high")
    desks.at("2026-11-24 12:00")
    with desks.db.write() as session:
        cases.locked(session, busy)
        assert desks.ring() == 1
    assert [row.case_id for row in desks.reminders()] == [free]
    assert desks.ring() == 1


def test_a_clock_that_no_longer_fits_its_case_ends_in_silence(desks: Desks) -> None:
    case = desks.open("high")
    with desks.db.write() as session:  # a move that forgot its clock
        session.get_one(Case, case).status = CaseStatus.DISMISSED
    desks.now += timedelta(days=1)
    assert desks.ring() == 0
    assert desks.running() == {}


def test_of_brands_that_are_not_configured_nothing_rings_and_nothing_is_lost(desks: Desks) -> None:
    case = desks.open("critical")
    desks.now += timedelta(days=1)
    assert ring_due(desks.db, {}, desks.places, desks.now).written == 0
    with desks.db.write() as session:
        clocks.wind(session, session.get_one(Case, case), None, desks.now, MARTA)
    assert desks.ring() == 1


def test_a_brand_that_never_opens_is_reminded_once_a_day(db: Database, now: datetime) -> None:
    closed = [Absence.model_validate({"from": "2026-01-01", "to": "2036-01-01"})]
    desks = Desks(db, now, brand(absences=closed))
    desks.at("2026-11-24 10:00")
    desks.open("high", due_at=desks.now + timedelta(hours=1))
    days = ["Tue 24 Nov", "Wed 25 Nov", "Thu 26 Nov", "Fri 27 Nov"]
    assert [at for at, _, _, _ in desks.run("2026-11-27 12:00")] == [f"{day} 11:00" for day in days]


def test_looking_takes_no_write_lock(quick: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    quick.open("high")
    monkeypatch.setattr(Database, "write", lambda self: pytest.fail("it wrote"))
    assert quick.ring() == 0
    with quick.db.read() as session:
        assert not any_due(session, quick.brands, quick.now)
        assert any_due(session, quick.brands, quick.now + timedelta(days=3))
        assert not any_due(session, {}, quick.now + timedelta(days=3))


def test_what_rings_is_found_by_its_time_alone(quick: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many cases a brand has had: each query begins with the index of clocks that ring."""
    quick.open("high")
    asked: list[tuple[str, Any]] = []
    listening = quick.db.engine
    event.listen(
        listening, "before_cursor_execute", lambda c, cursor, sql, given, *_: asked.append((sql, given))
    )
    quick.now += timedelta(days=1)
    assert quick.ring() == 1
    realign(quick.db, quick.brands, quick.now)
    looks = [(sql, given) for sql, given in asked if "rings_at <=" in sql or "rings_at >" in sql]
    assert len(looks) == 4
    with quick.db.read() as session:
        for sql, given in looks:
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given).all()
            assert (
                "USING INDEX ix_clock_rings (rings_at" in plan[0][3]
                or "COVERING INDEX ix_clock_rings (" in plan[0][3]
            )


# ---------------------------------------------------------------------------- through triage


@pytest.fixture
def belt(database: Database, now: datetime) -> Belt:
    return Belt(database, now)


def kinds(belt: Belt) -> list[tuple[str, bool]]:
    with belt.db.read() as session:
        rows = session.exec(select(Clock).order_by(col(Clock.id)))
        return [(row.kind, row.rings_at is not None) for row in rows]


def test_an_alert_starts_a_clock_and_praise_none(belt: Belt) -> None:
    case = belt.alert("r1", **CRITICAL)
    belt.alert("r2", "Ottimo caffè, grazie di cuore!", **GLAD)
    assert kinds(belt) == [("contact", True)]
    with belt.db.read() as session:
        assert session.exec(select(Clock)).one().due_at == case.due_at


def test_the_customer_writing_again_starts_it_again(belt: Belt) -> None:
    case = belt.alert("r1", author="Piero")
    belt.change(lambda s: cases.resolve(Desk(s, BRANDS, ["slack"], belt.now), case.id or 0, MARTA, "refund"))
    assert kinds(belt) == [("contact", False), ("follow_up", True)]
    belt.later(hours=2)
    belt.alert("r1", "Non è arrivato nessun rimborso, vergogna.", author="Piero")
    assert kinds(belt) == [("contact", False), ("follow_up", False), ("contact", True)]


def test_words_that_make_a_case_more_urgent_bring_its_clock_forward(belt: Belt) -> None:
    belt.alert("r1", author="Piero")
    belt.alert("r1", "Ora mia figlia è in ospedale.", author="Piero", **CRITICAL)
    assert kinds(belt) == [("contact", False), ("contact", True)]
    belt.later(minutes=16)
    assert ring_due(belt.db, BRANDS, ["slack"], belt.now).written == 1


def test_news_wakes_a_case_that_was_put_aside(belt: Belt) -> None:
    case = belt.alert("r1", author="Piero")
    until = belt.now + timedelta(days=2)
    belt.change(lambda s: cases.snooze(Desk(s, BRANDS, ["slack"], belt.now), case.id or 0, MARTA, until))
    belt.alert("r1", "E allora? Nessuno mi risponde.", author="Piero")
    assert kinds(belt) == [("contact", True), ("snooze", False)]


# ---------------------------------------------------------------------------- one week, every ring


def test_one_week(desks: Desks) -> None:
    """Three cases from a Friday evening on, on both engines: each ring, when and to whom."""
    desks.at("2026-11-27 17:50")
    shop = desks.open("high")  # nobody takes it until Monday
    found = desks.run("2026-11-28 20:00")
    danger = desks.open("critical")
    found += desks.run("2026-11-28 20:35")
    desks.move(cases.acknowledge, danger)
    found += desks.run("2026-11-28 20:45")
    desks.move(
        cases.mark_replied,
        danger,
        promise="notizie dal laboratorio",
        promised_by=desks.moment("2026-12-01 12:00"),
    )
    found += desks.run("2026-11-30 09:05")
    desks.move(cases.acknowledge, shop, "web: Luca")
    price = desks.open("normal")
    desks.move(cases.snooze, price, MARTA, sla.snooze("tomorrow", desks.now, desks.brand, "normal"))
    found += desks.run("2026-11-30 10:20")
    desks.move(cases.resolve, shop, "web: Luca", "refund")
    found += desks.run("2026-12-01 12:30")
    desks.move(cases.resolve, danger, MARTA, "moved_to_private")
    desks.move(cases.acknowledge, price)
    found += desks.run("2026-12-02 11:00")
    desks.move(cases.mark_replied, price)
    found += desks.run("2026-12-09 18:00")
    assert found == WEEK
    assert desks.running() == {}


LUCA = "web: Luca"
WEEK = [
    ("Sat 28 Nov 09:20", 1, "remind", []),
    ("Sat 28 Nov 09:50", 1, "overdue", ["@marta"]),
    ("Sat 28 Nov 10:50", 1, "overdue", ["@marta", "@head"]),
    ("Sat 28 Nov 11:50", 1, "overdue", ["@marta", "@head"]),
    ("Sat 28 Nov 12:50", 1, "overdue", ["@marta", "@head"]),
    ("Sat 28 Nov 20:07", 2, "remind", ["@pager-1"]),
    ("Sat 28 Nov 20:15", 2, "overdue", ["@pager-1"]),
    ("Sat 28 Nov 20:30", 2, "overdue", ["@pager-1", "@pager-2"]),
    ("Sat 28 Nov 20:42", 2, "remind", [MARTA]),  # she took it at 20:35, and answers at 20:45
    ("Mon 30 Nov 09:35", 1, "remind", [LUCA]),  # he took it at 9:05
    ("Mon 30 Nov 10:05", 1, "overdue", [LUCA, "@marta"]),
    ("Mon 30 Nov 12:00", 2, "promise_due", [MARTA]),
    ("Tue 01 Dec 09:00", 3, "wake", [MARTA, "@marta"]),
    ("Tue 01 Dec 12:00", 2, "promise_due", [MARTA, "@pager-1"]),
    ("Tue 01 Dec 12:15", 2, "promise_due", [MARTA, "@pager-1", "@pager-2"]),
    ("Tue 01 Dec 12:30", 2, "promise_due", [MARTA, "@pager-1", "@pager-2", "@boss"]),
    ("Tue 01 Dec 14:30", 3, "remind", [MARTA]),
    ("Tue 01 Dec 16:30", 3, "overdue", [MARTA, "@marta"]),
    ("Mon 07 Dec 10:20", 1, "follow_up", [LUCA]),
    ("Wed 09 Dec 09:00", 2, "follow_up", [MARTA]),  # seven days later is a holiday
]
