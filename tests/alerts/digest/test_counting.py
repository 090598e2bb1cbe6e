"""Each figure of the digest, on both databases: by the brand's own days, against what is usual, with words to quote."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, select

from alerts import cases, digest
from alerts.digest import Figures, Period
from alerts.digest.unreached import ways
from alerts.words import Words
from store.db import Database
from store.tables import Clock, ClockKind, Mention, Score
from tests.alerts.rows import BRAND, add_case, add_mention, add_reason, desk

ROME = ZoneInfo("Europe/Rome")
WEEK = Period.parse("2026-W47", ROME)
NOON = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)  # Wednesday of that week
MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


class Desk:
    """Puts mentions into a week, and measures it."""

    def __init__(self, session: Session) -> None:
        self.session, self.number = session, 0

    def mention(self, at: datetime = NOON, *topics: str, **fields: Any) -> Mention:
        self.number += 1
        known = {"author": f"author {self.number}", "text": f"Il caffè numero {self.number} era freddo."}
        mention = add_mention(self.session, at, self.number, published_at=at, **known | fields)
        self.session.flush()
        if topics:
            score = self.session.exec(select(Score).where(Score.mention_id == mention.id)).one()
            score.topics = list(topics)
            self.session.flush()
        return mention

    def measure(self, period: Period = WEEK, now: datetime = MONDAY) -> Figures:
        return digest.measure(self.session, BRAND, period, now)


@pytest.fixture
def at_desk(database: Database) -> Any:
    with database.write() as session:
        yield Desk(session)


def test_a_day_is_the_brands_own_and_stands_beside_its_last_and_its_usual(at_desk: Desk) -> None:
    midnight = datetime(2026, 11, 17, 23, 0, tzinfo=UTC)  # Wednesday begins in Rome
    for at in (midnight - timedelta(seconds=1), midnight, NOON):
        at_desk.mention(at)
    for weeks, count in ((1, 3), (2, 1), (3, 1), (4, 5)):
        for _ in range(count):
            at_desk.mention(NOON - timedelta(weeks=weeks))
    found = at_desk.measure()
    assert [day.total for day in found.days] == [0, 1, 2, 0, 0, 0, 0]
    assert (found.days[2].day, found.days[2].negative) == ("2026-11-18", 2)
    assert (found.days[2].before, found.days[2].usual) == (
        3,
        1.0,
    )  # the median of 3, 1 and 1: whole weeks alone
    assert (found.days[1].before, found.days[1].usual) == (0, 0.0)
    assert (found.mentions, found.mentions_before, found.mentions_usual) == (3, 3, 1.0)


def test_the_days_of_a_month_stand_beside_those_of_the_month_before(at_desk: Desk) -> None:
    for day in (1, 1, 31):
        at_desk.mention(datetime(2026, 10, day, 10, tzinfo=UTC))
    at_desk.mention(datetime(2026, 9, 1, 10, tzinfo=UTC))
    found = at_desk.measure(Period.parse("2026-10", ROME))
    assert len(found.days) == 31
    assert (found.days[0].total, found.days[0].before) == (2, 1)
    assert (found.days[30].total, found.days[30].before) == (1, None)  # September has no 31st


def test_before_two_weeks_nothing_is_usual(at_desk: Desk) -> None:
    at_desk.mention(NOON)
    at_desk.mention(NOON - timedelta(days=10))
    found = at_desk.measure()
    assert (found.mentions_usual, found.negative_share_usual) == (None, None)
    assert found.topics_rising == found.topics_falling == ()


def test_moods_and_their_share(at_desk: Desk) -> None:
    for mood in ("negative", "negative", "negative", "neutral", "positive", None):
        at_desk.mention(sentiment=mood)
    at_desk.mention(NOON - timedelta(weeks=1), sentiment="positive")
    found = at_desk.measure()
    assert found.by_sentiment == {"negative": 3, "neutral": 1, "positive": 1}
    assert (found.unread, found.negative_share, found.negative_share_before) == (1, 0.6, 0.0)
    assert (found.days[2].neutral, found.days[2].positive, found.days[2].unread) == (1, 1, 1)


def test_topics_that_rise_and_fall_against_the_usual(at_desk: Desk) -> None:
    for weeks in range(1, 5):
        for topic, count in (("delivery", 1), ("staff", 8), ("price_value", 2)):
            for _ in range(count):
                at_desk.mention(NOON - timedelta(weeks=weeks, days=1), topic)
    for topic, count in (("delivery", 9), ("staff", 1), ("price_value", 2)):
        for _ in range(count):
            at_desk.mention(NOON, topic)
    found = at_desk.measure()
    (up,), (down,) = found.topics_rising, found.topics_falling
    assert (up.topic, up.mentions, up.usual) == ("delivery", 9, 1.0)  # of the three weeks that are whole
    assert up.quote is not None
    assert (down.topic, down.mentions, down.quote) == ("staff", 1, None)


def test_causes_count_what_is_urgent_thrice(at_desk: Desk) -> None:
    for topic, urgency, count in (
        ("staff", "normal", 4),
        ("delivery", "critical", 2),
        ("taste_food", "low", 1),
    ):
        for _ in range(count):
            at_desk.mention(NOON, topic, urgency=urgency)
    at_desk.mention(NOON, "price_value", sentiment="positive")
    causes = at_desk.measure().causes
    assert [(one.topic, one.negative, one.urgent) for one in causes] == [
        ("delivery", 2, 2),
        ("staff", 4, 0),
        ("taste_food", 1, 0),
    ]
    assert [round(one.share, 2) for one in causes] == [0.29, 0.57, 0.14]
    assert [len(one.quotes) for one in causes] == [2, 2, 1]
    assert len({quote.mention_id for one in causes for quote in one.quotes}) == 5  # none twice


def test_first_contact_is_held_against_its_own_clock(at_desk: Desk) -> None:
    session = at_desk.session
    for minutes, due in ((10, 15), (40, 15), (None, 15), (None, 60 * 24 * 30)):
        mention = at_desk.mention()
        case = add_case(session, mention, NOON)
        session.add(
            Clock(
                case_id=case.id or 0, kind=ClockKind.CONTACT, started_at=NOON,
                due_at=NOON + timedelta(minutes=due), set_by="ascolto",
            )
        )  # fmt: skip
        case.due_at = NOON + timedelta(days=9)  # of another clock by now
        if minutes is not None:
            assert cases.resolve(desk(session, NOON + timedelta(minutes=minutes)), case.id or 0, "marta").done
    found = at_desk.measure()
    assert (found.cases, found.cases_answered, found.contact_median) == (4, 2, 1500.0)
    assert found.in_time == pytest.approx(
        1 / 3
    )  # one kept, one late, one over without an answer, one still open
    assert [one.source for one in found.neglected] == ["app"]
    assert (found.neglected[0].in_time, found.neglected[0].late) == (1, 2)


def test_false_alarms_of_what_is_decided(at_desk: Desk) -> None:
    session = at_desk.session
    numbers = [add_case(session, at_desk.mention(), NOON).id or 0 for _ in range(4)]
    later = desk(session, NOON + timedelta(minutes=5))
    assert cases.false_alarm(later, numbers[0], "marta").done
    assert cases.dismiss(later, numbers[1], "marta").done
    assert cases.resolve(later, numbers[2], "marta").done
    found = at_desk.measure()
    assert (found.false_alarms, found.decided) == (1, 3)
    assert found.false_alarm_rate == pytest.approx(1 / 3)
    assert (found.cases_answered, found.in_time) == (1, 0.5)  # what is dismissed needed no answer


def test_what_waits_is_listed_by_its_time(at_desk: Desk) -> None:
    session = at_desk.session
    for hours in (30, 2, 300):
        add_case(session, at_desk.mention(), NOON).due_at = NOON + timedelta(hours=hours)
    session.flush()
    found = at_desk.measure(now=NOON + timedelta(hours=31))
    assert [(one.case_id, one.overdue) for one in found.open_cases] == [(2, True), (1, True), (3, False)]
    assert (found.open_now, found.overdue_now) == (3, 2)
    assert found.open_cases[0].quote is not None


def test_praise_to_share_is_glad_and_of_different_people(at_desk: Desk) -> None:
    glad = {"sentiment": "positive", "stars": 5.0}
    for text, author, more in (
        ("Il miglior caffè della città, e un servizio gentile e attento.", "anna", {"likes": 9}),
        ("Torno sempre volentieri: locale pulito e personale sorridente.", "anna", {"likes": 1}),
        ("Colazione ottima, cornetti freschi e caffè fatto come si deve.", "luca", {"likes": 2}),
        ("Bello.", "mara", {}),
        ("Niente male, ma a quel prezzo mi aspettavo qualcosa di più buono.", "ugo", {"stars": 3.0}),
    ):
        at_desk.mention(NOON, text=text, author=author, **glad | more)
    for score in at_desk.session.exec(select(Score)):
        score.sentiment_score = 0.95
    at_desk.session.flush()
    assert [quote.author for quote in at_desk.measure().praise] == ["anna", "luca"]


def test_what_spread_is_told_with_its_counts(at_desk: Desk) -> None:
    mention = at_desk.mention(NOON - timedelta(days=20), likes=120, shares=30, replies=4, views=9_000)
    case = add_case(at_desk.session, mention, NOON - timedelta(days=20))
    add_reason(at_desk.session, case, mention, NOON, "viral", ["154", "30"])
    (viral,) = at_desk.measure().viral
    assert (viral.likes, viral.shares, viral.replies, viral.views) == (120, 30, 4, 9_000)
    assert at_desk.measure(WEEK.before(ROME)).viral == ()


def test_stars_and_answers_by_place(at_desk: Desk) -> None:
    at_desk.mention(place="Roma", stars=4.0, answer="Grazie!", answered_at=NOON)
    at_desk.mention(place="Roma", stars=1.0, source="shop")
    at_desk.mention(place="Torino", stars=None)
    found = at_desk.measure()
    assert [(one.place, one.mentions, one.rated, one.stars, one.answered) for one in found.places] == [
        ("Roma", 2, 2, 2.5, 0.5),
        ("Torino", 1, 0, None, 0.0),
    ]
    assert (found.by_source, found.average_stars) == ({"app": 2, "shop": 1}, 2.5)


def test_who_was_not_reached_counts_once_a_person(at_desk: Desk) -> None:
    for author, text in (
        ("anna", "Ho chiamato tre volte e non risponde nessuno. Vergogna."),
        ("anna", "Ancora: al telefono non risponde nessuno!"),
        ("bob", "I sent two e-mails and never got an answer. WhatsApp: ignored as well."),
        ("carla", "Mi chiamo Carla e il caffè era freddo."),
    ):
        at_desk.mention(text=text, author=author, lang="en" if author == "bob" else "it")
    found = at_desk.measure().unreached
    assert (found.people, found.ways) == (2, {"phone": 1, "email": 1, "chat": 1})
    assert len(found.quotes) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nessuno risponde al telefono.", ["phone"]),
        ("Scrivo qui perché alle mail non rispondete mai, e il negozio è sempre chiuso", ["email"]),
        ("Called five times, on hold for an hour each", ["phone"]),
        ("Am Telefon niemand erreicht", ["phone"]),
        ("J'ai envoyé trois mails, aucune réponse", ["email"]),
        ("Llamé por teléfono y nadie contesta", ["phone"]),
        ("Mi chiamo Luca, il tavolo non risponde alle attese", []),
        ("Hanno risposto subito al telefono, gentilissimi", []),
        ("The phone case broke after a day", []),
        ("", []),
    ],
)
def test_ways_that_failed(text: str, expected: list[str]) -> None:
    assert ways(text) == expected


def test_what_was_erased_or_is_gone_is_quoted_nowhere(at_desk: Desk) -> None:
    erased, gone = (
        at_desk.mention(NOON, "staff", text="SEGRETO uno"),
        at_desk.mention(NOON, "staff", text="SEGRETO due"),
    )
    erased.content_hash, gone.gone_at = "", NOON
    at_desk.session.flush()
    found = at_desk.measure()
    assert found.mentions == 2
    assert "SEGRETO" not in str(found.to_json())
    assert "SEGRETO" not in str(digest.write(found, BRAND, Words("en")))


def test_another_brand_is_not_counted(at_desk: Desk) -> None:
    at_desk.mention(brand="berta")
    found = at_desk.measure()
    assert (found.mentions, found.by_source, found.places) == (0, {}, ())
