"""Erasure: the author's words, name and traces go, the counts stay, nothing comes back, messages are edited."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import MetaData, text
from sqlmodel import Session, SQLModel, select

from store.db import Database
from store.mention import NewMention
from store.mentions import store_mentions
from store.retention import Erased, expire, forget
from store.tables import (
    Audit,
    Case,
    Clock,
    Draft,
    Mention,
    Notification,
    NotificationKind,
    OutboxState,
    Reason,
    Revision,
    Score,
    Snapshot,
    Tombstone,
)

NAME = "Giulia Ferrante"
WORDS = "La moka perde acqua bollente e mi sono scottata la mano sinistra"
YEARS = {"texts": timedelta(days=730), "authors": timedelta(days=365)}


def review(number: int, now: datetime, **values: Any) -> NewMention:
    given = {
        "brand": "aurora",
        "source": "shop",
        "platform": "page",
        "external_id": f"r{number}",
        "text": WORDS,
        "title": "Scottata",
        "author": NAME,
        "url": f"https://shop.example/giulia-ferrante/{number}",
        "stars": 1,
        "likes": 3,
        "answer": f"Gentile {NAME}, ci dispiace",
        "published_at": now - timedelta(hours=number),
    }
    return NewMention.model_validate(given | values)


def store(session: Session, mentions: list[NewMention], now: datetime) -> list[int]:
    return store_mentions(session, mentions, now=now).new


def told(session: Session, mention_id: int, now: datetime, **values: Any) -> int:
    """A case with all that hangs on it; gives its id."""
    case = Case(brand="aurora", mention_id=mention_id, opened_at=now, reply=f"Cara {NAME}", **values)
    session.add(case)
    session.flush()
    mention = session.get_one(Mention, mention_id)
    mention.case_id = case.id
    session.add_all(
        [
            Score(
                mention_id=mention_id,
                revision=1,
                why=["scottata"],
                sentiment="negative",
                model="m",
                scored_at=now,
            ),
            Revision(mention_id=mention_id, revision=1, text=f"{WORDS} ieri", until=now),
            Reason(mention_id=mention_id, case_id=case.id, kind="tripwire", detail=["scottata"], at=now),
            Draft(
                case_id=case.id or 0,
                mention_id=mention_id,
                revision=1,
                brand="aurora",
                lang="it",
                reply=f"Gentile {NAME}, ci dispiace per la mano",
                remedy="escalate",
                created_at=now,
            ),
            Audit(at=now, who="U1", action="resolve", case_id=case.id, detail={"how": f"chiamata {NAME}"}),
            Audit(at=now, who="U1", action="note", case_id=case.id, detail={"note": f"{NAME} non risponde"}),
            Audit(
                at=now,
                who="U1",
                action="report",
                case_id=case.id,
                detail={"evidence": f"{NAME} non è cliente"},
            ),
            Audit(at=now, who="U1", action="warn", case_id=case.id, detail={"was": f"Gentile {NAME}"}),
            Clock(
                case_id=case.id or 0,
                kind="promise",
                started_at=now,
                due_at=now,
                set_by="U1",
                note=f"chiamo {NAME}",
            ),
        ]
    )
    message(session, now, f"case:{case.id}:slack", case_id=case.id, state=OutboxState.SENT)
    session.flush()
    assert case.id
    return case.id


def message(session: Session, now: datetime, key: str, **values: Any) -> None:
    given: dict[str, Any] = {"key": key, "kind": NotificationKind.CASE, "channel": "slack", "created_at": now}
    session.add(Notification(**(given | values)))


def everything(session: Session) -> str:
    """All that the database holds, as one text."""
    metadata: MetaData = SQLModel.metadata
    return "\n".join(
        str(row)
        for table in metadata.sorted_tables
        for row in session.execute(text(f'SELECT * FROM "{table.name}"'))
    )


def test_nothing_of_the_author_is_left(database: Database, now: datetime) -> None:
    with database.write() as session:
        ids = store(session, [review(1, now), review(2, now, text=f"{WORDS}, di nuovo")], now)
        told(session, ids[0], now)
        done = forget(session, "page", NAME, now=now)
    assert (done.mentions, done.revisions, done.drafts, done.cases, done.messages) == (2, 1, 1, 1, 1)
    with database.read() as session:
        left = everything(session).casefold()
    for word in ("giulia", "ferrante", "moka", "scottata", "mano", "r1", "shop.example"):
        assert word not in left


def test_counts_and_what_people_did_stay(database: Database, now: datetime) -> None:
    with database.write() as session:
        (row_id,) = store(session, [review(1, now)], now)
        told(session, row_id, now)
        forget(session, "page", NAME, now=now)
    with database.read() as session:
        row = session.get_one(Mention, row_id)
        assert (row.brand, row.platform, row.stars, row.published_at) == (
            "aurora",
            "page",
            1,
            now - timedelta(hours=1),
        )
        assert session.exec(select(Score.sentiment)).all() == ["negative"]
        audit = session.exec(select(Audit).where(Audit.action == "resolve")).one()
        assert (audit.who, audit.action, audit.detail) == ("U1", "resolve", {})
        assert session.exec(select(Snapshot)).all() == []


def test_the_message_of_the_case_is_edited(database: Database, now: datetime) -> None:
    with database.write() as session:
        (row_id,) = store(session, [review(1, now)], now)
        case_id = told(session, row_id, now)
        message(
            session,
            now,
            "start:shop:slack",
            kind=NotificationKind.START,
            brand="aurora",
            body={"mentions": [row_id]},
            state="sent",
        )
        message(
            session,
            now,
            "start:other:slack",
            kind=NotificationKind.START,
            brand="aurora",
            body={"mentions": [99]},
            state="sent",
        )
        forget(session, "page", NAME, now=now)
    with database.read() as session:
        case = session.get_one(Case, case_id)
        assert (case.version, case.mention_id, case.reply) == (2, None, None)
        states = dict(session.exec(select(Notification.key, Notification.state)).all())
    assert states == {
        f"case:{case_id}:slack": "stale",
        "start:shop:slack": "stale",
        "start:other:slack": "sent",
    }


def test_only_lists_that_can_name_what_was_erased_are_read(database: Database, now: datetime) -> None:
    with database.write() as session:
        (row_id,) = store(session, [review(1, now)], now)
        for key, brand, at in (
            ("before", "aurora", now - timedelta(days=2)),
            ("set-back", "aurora", now - timedelta(hours=1)),
            ("after", "aurora", now + timedelta(days=700)),
            ("other", "borea", now),
        ):
            body = {"mentions": [row_id]}
            message(session, at, key, kind=NotificationKind.BRIEF, brand=brand, body=body, state="sent")
        forget(session, "page", NAME, now=now + timedelta(days=700))
    with database.read() as session:
        states = dict(session.exec(select(Notification.key, Notification.state)).all())
    assert states == {"before": "sent", "set-back": "stale", "after": "stale", "other": "sent"}


def test_a_case_with_others_shows_another(database: Database, now: datetime) -> None:
    with database.write() as session:
        mine, theirs = store(session, [review(1, now), review(2, now, author="Piero")], now)
        case_id = told(session, mine, now)
        session.get_one(Mention, theirs).case_id = case_id
        session.flush()
        forget(session, "page", NAME, now=now)
    with database.read() as session:
        assert session.get_one(Case, case_id).mention_id == theirs
        assert session.get_one(Mention, theirs).author == "Piero"


def test_it_does_not_come_back_with_the_next_read(database: Database, now: datetime) -> None:
    with database.write() as session:
        store(session, [review(1, now)], now)
        forget(session, "page", NAME, now=now)
        again = store_mentions(session, [review(1, now), review(3, now, author="Piero")], now=now)
        assert (len(again.new), again.erased) == (1, 1)


def test_twice_is_no_more_than_once(database: Database, now: datetime) -> None:
    with database.write() as session:
        store(session, [review(1, now)], now)
        forget(session, "page", NAME, now=now)
        assert forget(session, "page", NAME, now=now) == Erased()
        assert len(session.exec(select(Tombstone)).all()) == 1


@pytest.mark.parametrize(
    "asked", [NAME, NAME.upper(), f" {NAME} ", "@giulia@social.example", "giulia@social.example"]
)
def test_an_author_is_found_by_name_or_handle(database: Database, now: datetime, asked: str) -> None:
    with database.write() as session:
        store(
            session,
            [
                review(1, now),
                review(2, now, author="Giulia F.", author_id="giulia@social.example"),
                review(3, now, author="Giulia Ferrantelli"),
                review(4, now, author=None),
            ],
            now,
        )
        done = forget(session, "page", asked, now=now)
    assert done.mentions == 1


def test_another_platform_is_another_person(database: Database, now: datetime) -> None:
    with database.write() as session:
        store(session, [review(1, now)], now)
        assert forget(session, "mastodon", NAME, now=now).mentions == 0


def test_a_score_in_hand_is_not_written_any_more(database: Database, now: datetime) -> None:
    from store import claims

    with database.write() as session:
        (row_id,) = store(session, [review(1, now)], now)
        taken = claims.claim(session, Mention, ("new",), now=now, lease=timedelta(minutes=1), limit=9)
        forget(session, "page", NAME, now=now)
        assert not claims.finish(session, Mention, row_id, taken.token, state="scored")


def test_old_texts_go_and_young_ones_stay(database: Database, now: datetime) -> None:
    with database.write() as session:
        old = store(session, [review(n, now) for n in range(250)], now - timedelta(days=731))
        young = store(session, [review(900, now)], now - timedelta(days=100))
    done = expire(database, now=now, **YEARS)
    assert done.mentions == 250
    assert expire(database, now=now, **YEARS).mentions == 0
    with database.read() as session:
        assert session.get_one(Mention, old[0]).text == ""
        assert session.get_one(Mention, young[0]).text == WORDS


def test_authors_go_before_texts(database: Database, now: datetime) -> None:
    with database.write() as session:
        (row_id,) = store(session, [review(1, now)], now - timedelta(days=400))
    expire(database, now=now, **YEARS)
    with database.read() as session:
        row = session.get_one(Mention, row_id)
        assert (row.author, row.author_id, row.author_key, row.text) == (None, None, None, WORDS)


def test_with_the_names_goes_what_people_wrote_about_them(database: Database, now: datetime) -> None:
    with database.write() as session:
        (row_id,) = store(session, [review(1, now, answer=None, url=None)], now - timedelta(days=400))
        case_id = told(session, row_id, now, status="resolved")
    expire(database, now=now, **YEARS)
    with database.read() as session:
        assert session.get_one(Case, case_id).reply is None
        assert session.exec(select(Clock.note)).all() == [None]
        assert all(row.detail == {} for row in session.exec(select(Audit)))
        left = everything(session).casefold()
    assert "ferrante" not in left


@pytest.mark.parametrize(
    ("status", "text_left"), [("open", True), ("acknowledged", True), ("resolved", False)]
)
def test_an_open_case_keeps_what_it_is_about(
    database: Database, now: datetime, status: str, text_left: bool
) -> None:
    with database.write() as session:
        (row_id,) = store(session, [review(1, now)], now - timedelta(days=800))
        told(session, row_id, now, status=status)
    expire(database, now=now, **YEARS)
    with database.read() as session:
        assert bool(session.get_one(Mention, row_id).text) is text_left
