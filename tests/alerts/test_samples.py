"""What was not shown: drawn at random, the same twice; answers that count once; the rate and its interval."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from alerts import samples
from alerts.samples import MISSED, RIGHT, Rate, wilson
from store.brand import Brand, Briefs
from store.db import Database
from store.errors import Permanent
from store.retention import forget
from store.tables import Case, Label, Mention, Notification, NotificationKind, OutboxState, Reason, Sample
from tests.alerts.rows import BRAND, add_case, add_mention, desk

AT = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
DAY = date(2026, 11, 24)
MARTA, LUCA = "slack:U0MARTA:marta", "slack:U0LUCA:luca"


def quiet(session: Session, number: int, **fields: Any) -> Mention:
    """A mention that needed nobody."""
    state = fields.pop("state", "triaged")
    at = fields.pop("at", AT - timedelta(hours=3))
    known = {"urgency": "low", "sentiment": "neutral", "published_at": at}
    mention = add_mention(session, at, number, **known | fields)
    mention.state = state
    session.flush()
    return mention


def drawn(session: Session, brand: Brand = BRAND, day: date = DAY, at: datetime = AT) -> list[int]:
    return [row.mention_id for row in samples.draw(session, brand, day, at)]


def test_five_a_day_the_same_at_a_second_look(database: Database) -> None:
    with database.write() as session:
        for number in range(20):
            quiet(session, number)
        first = drawn(session)
        quiet(session, 99)
        assert drawn(session) == first
    assert len(set(first)) == 5


def test_the_seed_is_the_day_and_the_brand(db: Database) -> None:
    def of(day: date, brand: Brand) -> list[int]:
        with db.write() as session:
            found = [
                row.mention_id for row in samples.draw(session, brand, day, AT + timedelta(seconds=day.day))
            ]
            session.rollback()
        return found

    with db.write() as session:
        for number in range(50):
            quiet(session, number)
    assert of(DAY, BRAND) == of(DAY, BRAND)
    assert of(DAY, BRAND) != of(DAY + timedelta(days=1), BRAND)


def test_only_what_did_not_alert_in_the_last_day(database: Database) -> None:
    with database.write() as session:
        wanted = quiet(session, 1)
        alerted = quiet(session, 2)
        add_case(session, alerted, AT)
        muted = quiet(session, 3)
        session.add(Reason(mention_id=muted.id or 0, kind="negative", at=AT))
        quiet(session, 4).history = True
        quiet(session, 5, state="scored")
        quiet(session, 6, at=AT - timedelta(hours=25))
        quiet(session, 7, at=AT + timedelta(minutes=1))
        quiet(session, 8, answer="Grazie!")
        quiet(session, 9, author="gone")
        forget(session, "appstore", "gone", now=AT)
        session.add(
            Sample(
                brand="aurora", mention_id=quiet(session, 10).id or 0, revision=1, drawn_at=AT - samples.DAY
            )
        )
        session.flush()
        assert drawn(session) == [wanted.id]


def test_after_a_weekend_each_day_since_the_last_draw_has_its_share(database: Database) -> None:
    friday, hour = AT - 3 * samples.DAY, timedelta(hours=1)
    with database.write() as session:
        quiet(session, 999, at=friday - hour)
        assert len(drawn(session, at=friday)) == 1
        for number in range(72):
            quiet(session, number, at=friday + number * hour)
        rows = samples.draw(session, BRAND, DAY, AT)
        seen = [session.get_one(Mention, row.mention_id).first_seen_at for row in rows]
        assert [sum((at - friday) // samples.DAY == day for at in seen) for day in range(3)] == [3, 3, 3]


def test_after_a_longer_absence_it_is_the_last_day(db: Database) -> None:
    with db.write() as session:
        quiet(session, 999, at=AT - 5 * samples.DAY - timedelta(hours=1))
        assert len(drawn(session, at=AT - 5 * samples.DAY)) == 1
        quiet(session, 1, at=AT - timedelta(hours=25))
        assert drawn(session) == []


def test_how_many_is_the_brands_to_say(db: Database) -> None:
    two = Brand(key="aurora", name="A", briefs=Briefs(samples=2))
    with db.write() as session:
        for number in range(6):
            quiet(session, number)
        assert len(drawn(session, two)) == 2


def test_should_have_told_me_makes_a_case_and_a_label(database: Database) -> None:
    with database.write() as session:
        mention = quiet(session, 1, title=None, text="Mah, si poteva fare meglio.", stars=3.0)
        (sample,) = samples.draw(session, BRAND, DAY, AT)
        done = samples.answer(desk(session, AT), sample.id or 0, MISSED, MARTA)
        assert (done.done, done.by) == (True, MARTA)
        case = session.get_one(Case, mention.case_id)
        assert done.case is case
        assert (case.urgency, case.reasons) == ("normal", ["asked"])
        label = session.exec(select(Label)).one()
        assert (label.mention_id, label.urgency, label.sentiment, label.who) == (
            mention.id,
            "normal",
            None,
            MARTA,
        )


def test_the_first_answer_counts_and_the_second_person_is_told(database: Database) -> None:
    with database.write() as session:
        quiet(session, 1)
        (sample,) = samples.draw(session, BRAND, DAY, AT)
        number = sample.id or 0
        samples.answer(desk(session, AT), number, RIGHT, MARTA)
    with database.write() as session:
        later = samples.answer(desk(session, AT + timedelta(minutes=5)), number, MISSED, LUCA)
        assert (later.done, later.said, later.by, later.at) == (False, RIGHT, MARTA, AT)
        assert session.exec(select(Case)).all() == []
        assert session.exec(select(Label)).all() == []


def test_words_that_changed_since_get_no_label(db: Database) -> None:
    with db.write() as session:
        mention = quiet(session, 1)
        (sample,) = samples.draw(session, BRAND, DAY, AT)
        mention.revision = 2
        session.flush()
        samples.answer(desk(session, AT), sample.id or 0, MISSED, MARTA)
        assert session.exec(select(Label)).all() == []
        assert mention.case_id is not None


def test_what_was_erased_takes_its_sample_along(database: Database) -> None:
    with database.write() as session:
        quiet(session, 1)
        (sample,) = samples.draw(session, BRAND, DAY, AT)
        number = sample.id or 0
        samples.answer(desk(session, AT), number, RIGHT, MARTA)
        forget(session, "appstore", "giulia_r", now=AT)
    with database.write() as session:
        assert session.exec(select(Sample)).all() == []
        with pytest.raises(Permanent, match="no such mention"):
            samples.answer(desk(session, AT), number, RIGHT, MARTA)


def test_the_brief_that_shows_it_is_edited_again_even_while_it_is(db: Database) -> None:
    with db.write() as session:
        quiet(session, 1)
        (sample,) = samples.draw(session, BRAND, DAY, AT)
        session.add(
            Notification(
                key="brief:aurora:2026-11-24:morning:slack", kind=NotificationKind.BRIEF, channel="slack",
                brand="aurora", created_at=AT, state=OutboxState.STALE, claim="token", message_id="1.2",
            )
        )  # fmt: skip
        samples.answer(desk(session, AT), sample.id or 0, RIGHT, MARTA)
    with db.read() as session:
        row = session.exec(select(Notification)).one()
        assert (row.state, row.claim) == (OutboxState.STALE, None)


def said(session: Session, answers: Sequence[str | None], at: datetime = AT) -> None:
    for number, answer in enumerate(answers):
        mention = quiet(session, number)
        session.add(Sample(brand="aurora", mention_id=mention.id or 0, revision=1, drawn_at=at, said=answer))
    session.flush()


def test_the_rate_counts_what_was_judged(database: Database) -> None:
    with database.write() as session:
        said(session, [RIGHT] * 7 + [MISSED] + [None] * 3)
        assert samples.rate(session, BRAND, AT, AT + timedelta(days=1)) == Rate(8, 1)
        assert samples.rate(session, BRAND, AT + timedelta(days=1), AT + timedelta(days=2)) == Rate(0, 0)
        assert samples.rate(session, Brand(key="berta", name="B"), AT, AT + timedelta(days=1)) == Rate(0, 0)


def test_nothing_judged_has_no_rate() -> None:
    assert (Rate(0, 0).share, Rate(0, 0).interval) == (None, None)


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [(0, 10, 0.0, 0.2775), (1, 10, 0.0179, 0.4042), (10, 10, 0.7225, 1.0), (5, 100, 0.0215, 0.1118)],
)
def test_wilsons_interval(hits: int, total: int, low: float, high: float) -> None:
    """Against published values (Brown, Cai and DasGupta 2001 use the same formula)."""
    assert wilson(hits, total) == pytest.approx((low, high), abs=5e-4)
