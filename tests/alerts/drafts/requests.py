"""Requests for drafts, with a brand that has a policy for most things."""

from datetime import UTC, datetime
from typing import Any

from alerts.drafts.request import DraftRequest
from platforms.base import Platform, SourceOptions
from platforms.length import Unit
from store.brand import Brand

NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)  # a Tuesday noon in Rome
POLICY: dict[str, Any] = {
    "hours": "mon-fri 09:00-18:00, sat 09:00-13:00",
    "holidays": "IT",
    "first_contact": {"critical": "15m", "high": "1h", "normal": "4h", "low": "none"},
    "remedies": {"product_quality": "refund_replacement", "delivery": "apology_fix", "staff": "escalate"},
    "contacts": {"default": "help@aurora.example", "refund_payment": "refunds@aurora.example"},
    "faq": [
        {"question": "Siete aperti la domenica a Trieste?", "answer": "Sì, dalle 9 alle 13.", "lang": "it"},
        {"question": "Are the ginger biscuits baked in a nut-free kitchen?", "answer": "No, traces are possible.", "lang": "en"},
        {"question": "¿Las cápsulas son compostables?", "answer": "Sí, van con los residuos orgánicos de la casa.", "lang": "es"},
    ],
}  # fmt: skip
VOICE: dict[str, Any] = {"formality": {"it": "lei"}, "signature": "Giulia, Caffè Aurora"}


def brand(policy: dict[str, Any] | None = None, voice: dict[str, Any] | None = None, **values: Any) -> Brand:
    """The brand, with some of its policy or voice otherwise."""
    known: dict[str, Any] = {"key": "aurora", "name": "Caffè Aurora", "aliases": ("@caffeaurora",)}
    known |= {"policy": POLICY | (policy or {}), "voice": VOICE | (voice or {})}
    return Brand(**known | values)


AURORA = brand()


def platform(limit: int | None = None, unit: Unit = "characters", name: str = "noticeboard") -> Platform:
    return Platform(name, name.title(), SourceOptions, open=True, reply_limit=limit, reply_unit=unit)


def request(text: str = "Consegna in ritardo di due settimane.", label: str | None = None, **values: Any) -> DraftRequest:  # fmt: skip
    """A request; `label` is "sentiment/urgency/category"."""
    sentiment, urgency, category = (label or "negative/high/complaint").split("/")
    negative = {"negative": 0.95, "neutral": 0.2, "positive": 0.01}[sentiment]
    known: dict[str, Any] = {
        "text": text,
        "title": None,
        "author": None,
        "stars": None,
        "platform": None,
        "place": None,
        "published_at": NOW,
        "lang": "it",
        "sentiment": sentiment,
        "sentiment_probs": {"negative": negative},
        "urgency": urgency,
        "category": category,
        "topics": (),
        "reasons": (),
        "brand": AURORA,
        "now": NOW,
        "seed": "aurora:shop:1:1",
    }
    return DraftRequest(**known | values)


UNREAD: dict[str, Any] = {"sentiment": None, "sentiment_probs": None, "urgency": None, "category": None}
"""What a request says of a text that the model has not read."""
