"""The card of a case from its rows: what it shows, what it cuts, and at which price."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from alerts.card import QUOTE, Card, Engagement, Why, load_card, platform_label, safe_url
from store.db import Database
from store.tables import Case, Snapshot
from tests.alerts.queries import counted
from tests.alerts.rows import BRAND, REPLY, TEXT, add_case, add_draft, add_mention, add_reason


def card_of(db: Database, now: datetime, case_id: int = 1) -> Card:
    with db.read() as session:
        return load_card(session, case_id, BRAND, now)


def test_what_a_person_needs(db: Database, now: datetime) -> None:
    with db.write() as session:
        mention = add_mention(session, now)
        case = add_case(session, mention, now, reasons=[("urgent", []), ("tripwire", ["avvocato"])])
        add_draft(
            session,
            case,
            mention,
            now,
            checks=[{"name": "length", "ok": True}, {"name": "promises", "ok": False, "detail": "a refund"}],
        )
    card = card_of(db, now)
    assert (card.case_id, card.version, card.status, card.urgency, card.brand) == (
        1,
        1,
        "open",
        "critical",
        "Caffè Aurora",
    )
    assert (card.platform, card.platform_label, card.stars, card.lang) == ("appstore", "App Store", 1.0, "it")
    assert (card.author, card.title, card.quote, card.place) == (
        "giulia_r",
        "Mai più",
        TEXT,
        "Caffè Aurora App",
    )
    assert (card.url, card.host) == (
        "https://apps.example.com/it/app/id1?see=reviews&n=1",
        "apps.example.com",
    )
    assert (card.engagement.likes, card.engagement.shares, card.engagement.replies) == (12, None, 3)
    assert card.whys == (Why("urgent", ("bocca gonfia", "mia figlia")), Why("tripwire", ("avvocato",)))
    assert card.due_at == now + timedelta(minutes=15)
    assert str(card.zone) == "Europe/Rome"
    assert card.draft is not None
    assert (card.draft.reply, card.draft.used, card.draft.limit, card.draft.unit) == (
        REPLY,
        len(REPLY),
        5970,
        "characters",
    )
    assert card.draft.checks == (("promises", "a refund"),)
    assert (card.earlier, card.mentions, card.change, card.unread, card.done) == (0, 1, None, False, False)


def test_four_queries_whatever_the_case_holds(db: Database, now: datetime) -> None:
    with db.write() as session:
        mention = add_mention(session, now)
        case = add_case(session, mention, now)
        add_draft(session, case, mention, now)
        for number in range(2, 30):
            other = add_mention(session, now, number)
            other.case_id = case.id
            add_reason(session, case, other, now, "negative", [])
    with counted(db) as made:
        card = card_of(db, now)
    assert len(made) == 4
    assert card.mentions == 29
    assert [why.kind for why in card.whys] == ["urgent", "negative"]


def test_what_the_author_wrote_before(db: Database, now: datetime) -> None:
    with db.write() as session:
        add_case(session, add_mention(session, now), now)
        for number, days, fields in (
            (2, 8, {}),
            (3, 5, {"answer": "Ci dispiace"}),
            (4, -1, {}),
            (5, 3, {"author": "piero"}),
        ):
            add_mention(session, now, number, published_at=now - timedelta(days=days), **fields)
        add_mention(session, now, 6, platform="feed", published_at=now - timedelta(days=2))
    card = card_of(db, now)
    assert (card.earlier, card.earlier_answered) == (2, 1)
    assert card.earlier_since == now - timedelta(days=8)


def test_a_case_that_was_replied_to_counts_as_answered(db: Database, now: datetime) -> None:
    """Where the platform cannot be read back, what people say they did is all there is."""
    with db.write() as session:
        before = add_mention(session, now, 2, published_at=now - timedelta(days=8))
        add_case(session, add_mention(session, now), now)
        add_case(session, before, now, replied_at=now - timedelta(days=7))
    card = card_of(db, now)
    assert (card.earlier, card.earlier_answered) == (1, 1)


def test_how_fast_it_spreads(db: Database, now: datetime) -> None:
    with db.write() as session:
        mention = add_mention(session, now, likes=10, shares=0, replies=0)
        add_case(session, mention, now)
        later = now + timedelta(hours=2)
        session.add(Snapshot(mention_id=mention.id or 0, at=later, likes=70, shares=10, replies=0))
    assert card_of(db, now + timedelta(hours=2)).engagement.speed == 40.0


def test_a_mention_nobody_reacts_to_has_no_speed(db: Database, now: datetime) -> None:
    with db.write() as session:
        add_case(session, add_mention(session, now, likes=None, replies=None), now)
    assert card_of(db, now).engagement == Engagement()


def test_an_anonymous_author_has_no_history(db: Database, now: datetime) -> None:
    with db.write() as session:
        add_case(session, add_mention(session, now, author=None), now)
        add_mention(session, now, 2, author=None, published_at=now - timedelta(days=3))
    card = card_of(db, now)
    assert (card.author, card.earlier) == (None, 0)


def test_what_the_author_changed(db: Database, now: datetime) -> None:
    with db.write() as session:
        mention = add_mention(session, now, stars=4.0, text="Ottimo caffè.")
        add_case(session, mention, now)
    later = now + timedelta(hours=1)
    with db.write() as session:
        add_mention(session, later, stars=1.0)
    card = card_of(db, later)
    assert card.quote == TEXT
    assert card.change is not None
    assert (card.change.stars, card.change.before, card.change.at) == ((4.0, 1.0), "Ottimo caffè.", later)


def test_only_the_stars_changed(db: Database, now: datetime) -> None:
    with db.write() as session:
        add_case(session, add_mention(session, now, stars=4.0), now)
    with db.write() as session:
        add_mention(session, now + timedelta(hours=1), stars=2.0)
    card = card_of(db, now + timedelta(hours=1))
    assert card.change is not None
    assert (card.change.stars, card.change.before) == ((4.0, 2.0), "")


@pytest.mark.parametrize(
    ("text", "score", "unread"),
    [
        (TEXT, {"sentiment": None, "urgency": None}, True),
        ("", {"sentiment": None, "urgency": None}, False),
        (TEXT, {}, False),
    ],
)
def test_what_the_model_did_not_read(
    db: Database, now: datetime, text: str, score: dict[str, Any], unread: bool
) -> None:
    with db.write() as session:
        add_case(session, add_mention(session, now, text=text, **score), now)
    assert card_of(db, now).unread is unread


def test_a_persons_reply_stands_before_the_draft(db: Database, now: datetime) -> None:
    with db.write() as session:
        mention = add_mention(session, now)
        case = add_case(session, mention, now, reply="Cara Giulia, la chiamo io.")
        add_draft(session, case, mention, now)
    draft = card_of(db, now).draft
    assert draft is not None
    assert (draft.reply, draft.edited, draft.used) == ("Cara Giulia, la chiamo io.", True, 26)


def test_hostile_text_is_made_visible_and_cut(db: Database, now: datetime) -> None:
    with db.write() as session:
        mention = add_mention(
            session,
            now,
            text="\u202e<!channel>\x1b[31m " + "parola " * 5000,
            author="gi\u200bulia\nr\ue000U1\ue001",
            title="t\x07itolo",
            why=["\u202egonfia", "x" * 500],
        )
        add_case(session, mention, now)
    card = card_of(db, now)
    assert len(card.quote) <= QUOTE
    assert card.quote.startswith("<!channel>[31m parola")
    assert card.quote.endswith("parola…")
    assert card.is_cut
    assert (card.author, card.title) == ("giulia rU1", "titolo")
    assert card.whys[0].detail[0] == "gonfia"
    assert all(len(word) <= 60 for why in card.whys for word in why.detail)


def test_an_erased_mention_leaves_a_bare_card(db: Database, now: datetime) -> None:
    with db.write() as session:
        session.add(Case(brand="aurora", mention_id=None, opened_at=now))
    card = card_of(db, now)
    assert (card.author, card.quote, card.draft, card.mentions) == (None, "", None, 0)


def test_no_such_case(db: Database, now: datetime) -> None:
    with pytest.raises(LookupError, match="case 7"):
        card_of(db, now, 7)


def test_a_brand_that_is_not_configured_any_more(db: Database, now: datetime) -> None:
    with db.write() as session:
        add_case(session, add_mention(session, now), now)
    with db.read() as session:
        card = load_card(session, 1, None, now)
    assert (card.brand, str(card.zone)) == ("aurora", "UTC")


@pytest.mark.parametrize(
    ("url", "safe", "host"),
    [
        ("https://a.example/x?y=1#z", "https://a.example/x?y=1#z", "a.example"),
        ("HTTP://A.example:8080", "http://a.example:8080", "a.example"),
        ("https://user:secret@a.example/", "https://a.example/", "a.example"),
        (
            "https://caffè.example/è così",
            "https://xn--caff-8oa.example/%C3%A8%20cos%C3%AC",
            "xn--caff-8oa.example",
        ),
        ("https://a.example/>|<!channel>", "https://a.example/%3E%7C%3C!channel%3E", "a.example"),
        ("https://[::1]/x", "https://[::1]/x", "::1"),
        ("javascript:alert(1)", None, ""),
        ("https://", None, ""),
        ("https://a|b.example/", None, ""),
        ("https://a.example:99999/", None, ""),
        ("https://[broken/", None, ""),
        ("\ud800", None, ""),
        (None, None, ""),
    ],
)
def test_addresses(url: str | None, safe: str | None, host: str) -> None:
    assert safe_url(url) == (safe, host)


def test_labels_of_platforms() -> None:
    assert platform_label("appstore") == "App Store"
    assert platform_label("gone") == "gone"
