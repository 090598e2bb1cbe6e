"""Facts in memory, for the tests of pure decisions: a mention, what the model says of it, and what came before."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from alerts.triage import Earlier, Facts
from alerts.virality import Counts
from store.brand import Brand
from store.mention import author_key, text_key
from store.tables import Case, CaseStatus, Mention, MentionState, Revision, Score

NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
BRAND = Brand(key="aurora", name="Caffè Aurora")
SCORE = (
    "sentiment", "urgency", "category", "negative", "urgency_probs", "topics", "why", "unsupported", "score_lang",
)  # fmt: skip


def mention(**values: Any) -> Mention:
    """A mention of two hours ago, as the store keeps it."""
    known: dict[str, Any] = {
        "id": 1,
        "brand": "aurora",
        "source": "shop",
        "platform": "page",
        "external_id": f"r{values.get('id', 1)}",
        "text": "Il caffè era freddo e nessuno si è scusato.",
        "author": "giulia",
        "published_at": NOW - timedelta(hours=2),
        "first_seen_at": NOW - timedelta(hours=1),
        "changed_at": NOW - timedelta(hours=1),
        "state": MentionState.SCORED,
        "content_hash": "",
        "revision": 1,
    }
    row = Mention(**known | values)
    row.thread = row.thread or row.external_id
    row.text_key = text_key(row.text)
    row.author_key = author_key(row.platform, row.author_id, row.author)
    return row


def score(**values: Any) -> Score:
    """What the model says: by default nothing to tell anybody."""
    negative = values.pop("negative", None)
    probs = None if negative is None else {"negative": negative, "neutral": 0.0, "positive": 1 - negative}
    known: dict[str, Any] = {
        "mention_id": 1,
        "revision": 1,
        "lang": values.pop("score_lang", "it"),
        "sentiment": "neutral",
        "urgency": "normal",
        "category": "other",
        "sentiment_probs": probs,
        "model": "tiny@1",
        "scored_at": NOW,
    }
    return Score(**known | values)


def unread() -> Score:
    """The score of a text that the model cannot read."""
    return Score(mention_id=1, revision=1, lang="fi", unsupported=True, model="tiny@1", scored_at=NOW)


def facts(**values: Any) -> Facts:
    """Facts about one mention: values of `Facts`, of its mention and of its score, by their names."""
    known = {name: values.pop(name) for name in Facts.__dataclass_fields__ if name in values}
    said = {name: values.pop(name) for name in SCORE if name in values}
    base = Facts(mention=mention(**values), score=score(**said), brand=BRAND, now=NOW)
    return replace(base, **known)


def case(status: str = CaseStatus.OPEN, **values: Any) -> Case:
    opened_at = NOW - timedelta(hours=1, minutes=30)
    known: dict[str, Any] = {"id": 7, "brand": "aurora", "mention_id": 1, "opened_at": opened_at}
    return Case(status=status, **known | values)


def earlier(of: Case | None = None, **values: Any) -> Earlier:
    """What the same author wrote yesterday."""
    known: dict[str, Any] = {"id": 2, "published_at": NOW - timedelta(days=1)}
    return Earlier(mention(**known | values), of)


def before(**values: Any) -> Revision:
    """What the mention said before its last edit."""
    known: dict[str, Any] = {"mention_id": 1, "revision": 1, "text": "Un buon caffè, davvero.", "stars": 4.0}
    return Revision(until=NOW, **known | values)


def climbing(*engagement: int, every: timedelta = timedelta(hours=1)) -> list[Counts]:
    """Snapshots of likes, `every` so often, the last one now."""
    last = len(engagement) - 1
    return [Counts(NOW - every * (last - n), likes=likes) for n, likes in enumerate(engagement)]
