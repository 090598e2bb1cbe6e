"""Mentions with a score and what a person said of them, for the tests of feedback."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from store.labels import correct
from store.mention import NewMention
from store.mentions import store_mentions
from store.tables import Score

SCORED: dict[str, Any] = {"sentiment": "negative", "urgency": "critical", "category": "complaint"}


def label(
    session: Session, now: datetime, text: str, brand: str = "aurora", score: Any = None, **said: str
) -> int:
    """Stores a mention that the model read as `score` over SCORED, and a label; gives the mention's id."""
    mention = NewMention(
        brand=brand, source="s", platform="page", external_id=text, text=text, lang="it", published_at=now
    )
    (row_id,) = store_mentions(session, [mention], now=now).new
    session.add(
        Score(mention_id=row_id, revision=1, lang="it", model="m@1", scored_at=now, **SCORED | (score or {}))
    )
    session.flush()
    correct(session, row_id, "marta", now, said)
    return row_id
