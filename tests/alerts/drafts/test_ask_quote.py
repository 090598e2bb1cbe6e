"""The question whether praise may be quoted, in the customer's language; and which praise has a button for it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import select

from alerts import deeds
from alerts.card import load_card
from alerts.cases import Desk
from store.brand import Brand, Voice
from store.db import Database
from store.tables import Audit, Case, Score
from tests.alerts.belt import BRANDS, GLAD, Belt
from tests.alerts.rows import add_case, add_mention

MARTA = "slack:U0MARTA:marta"
LONG = "Il miglior caffè di Bologna: personale gentile e un cornetto da ricordare per tutta la vita."


def asked(db: Database, now: datetime, lang: str, voice: Mapping[str, Any] | None = None) -> str:
    brand = Brand(key="aurora", name="Aurora", voice=Voice.model_validate(voice or {}))
    with db.write() as session:
        mention = add_mention(session, now, author="Giulia Rossi", stars=5.0, lang=lang, sentiment="positive")
        case = add_case(session, mention, now, channel="praise", urgency="low", reasons=[("praise", [])])
        assert deeds.ask_to_quote(Desk(session, {"aurora": brand}, ["slack"], now), case.id or 0, MARTA).done
        card = load_card(session, case.id or 0, brand, now)
    assert card.draft is not None
    assert card.draft.lang == lang
    return card.draft.reply or ""


@pytest.mark.parametrize(
    ("lang", "word"),
    [
        ("it", "citar"), ("en", "quote"), ("es", "citar"), ("fr", "citer"), ("de", "zitieren"), ("pt", "citá-l"),
        ("nl", "citeren"),
    ],
)  # fmt: skip
def test_it_is_asked_in_the_customers_language(db: Database, now: datetime, lang: str, word: str) -> None:
    text = asked(db, now, lang)
    assert word in text
    assert "Giulia" in text
    assert text.endswith("\n\nAurora")
    assert "{" not in text


def test_it_is_asked_as_the_brand_speaks(db: Database, now: datetime) -> None:
    assert "Ihre" in asked(db, now, "de") or "Sie" in asked(db, now, "de")


@pytest.mark.parametrize(
    ("voice", "word"), [("du", "d"), ("informal", "d"), ("Sie", "Sie"), ("mirror", "Sie")]
)
def test_the_register(db: Database, now: datetime, voice: str, word: str) -> None:
    text = asked(db, now, "de", {"formality": {"de": voice}})
    assert ("Ihre" in text or "Sie" in text) is (word == "Sie")


@pytest.mark.parametrize(
    ("fields", "best"),
    [
        ({"stars": 5.0}, True),
        ({"stars": 4.0}, False),
        ({}, True),
        ({"stars": 5.0, "text": "Ottimo!"}, False),
        ({"stars": 5.0, "text": LONG * 10}, False),
        ({"stars": 5.0, "negative": 0.04}, True),
    ],
)
def test_only_the_best_of_praise_has_a_button_for_it(
    db: Database, now: datetime, fields: dict[str, Any], best: bool
) -> None:
    case = Belt(db, now).alert("1", **GLAD | {"text": LONG} | fields)
    with db.write() as session:
        assert load_card(session, case.id or 0, None, now).may_be_quoted is best


@pytest.mark.parametrize(("stars", "best"), [(5.0, True), (None, False)])
def test_without_stars_the_model_must_be_sure(
    db: Database, now: datetime, stars: float | None, best: bool
) -> None:
    case = Belt(db, now).alert("1", LONG, stars=stars, **GLAD)
    with db.write() as session:
        score = session.exec(select(Score).where(Score.mention_id == case.mention_id)).one()
        score.sentiment_probs = {"negative": 0.01, "neutral": 0.05, "positive": 0.94}
    with db.read() as session:
        assert load_card(session, case.id or 0, None, now).may_be_quoted is best


def test_who_asked_is_kept_and_nobody_asks_twice(db: Database, now: datetime) -> None:
    case = Belt(db, now).alert("1", LONG, stars=5.0, **GLAD)
    with db.write() as session:
        desk = Desk(session, BRANDS, ["slack"], now)
        assert deeds.ask_to_quote(desk, case.id or 0, MARTA).done
        assert not deeds.ask_to_quote(desk, case.id or 0, "slack:U0LUCA:luca").done
        assert not load_card(session, case.id or 0, None, now).may_be_quoted
        rows = session.exec(select(Audit).where(Audit.action == "ask_to_quote")).all()
        assert [row.who for row in rows] == [MARTA]
        assert session.get_one(Case, case.id).status == "open"
