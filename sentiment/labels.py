"""The languages that are read, and the labels every head answers with, in the order of its outputs. What they mean is
in docs and card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

LANGUAGES = ("it", "en", "es", "fr", "de", "pt", "nl", "pl", "ar", "tr", "ja", "hi")
"""Languages in which every head has items to learn from."""
SENTIMENT = ("negative", "neutral", "positive")
URGENCY = ("low", "normal", "high", "critical")
CATEGORY = ("information", "commercial", "assistance", "complaint", "praise", "spam", "other")
TOPICS = (
    "product_quality",
    "staff",
    "safety_health",
    "support_response",
    "information_request",
    "refund_payment",
    "price_value",
    "app_website",
    "booking_cancellation",
    "delivery",
    "comfort_facilities",
    "waiting_time",
    "taste_food",
    "ethics_discrimination",
    "account_access",
    "privacy_fraud",
    "cleanliness_condition",
)
HEADS: Mapping[str, tuple[str, ...]] = {
    "sentiment": SENTIMENT,
    "urgency": URGENCY,
    "category": CATEGORY,
    "topics": TOPICS,
    "tweets": SENTIMENT,
    "reviews": SENTIMENT,
}
DOMAINS: Mapping[str, str] = {"tweet": "tweets", "review": "reviews"}
"""The heads that answer for sentiment in published texts of a kind, whose people label in their own way."""
CRITICAL = URGENCY.index("critical")


def agree(sentiment: str, urgency: str, category: str) -> bool:
    """Whether one text can be all three, by what the labels mean: praise is positive and criticism is not; what asks or
    complains is not low; spam waits for nobody. Critical goes with everything: where it contradicts the rest, a person
    is to see that."""
    if (category == "praise" and sentiment != "positive") or (
        category == "complaint" and sentiment == "positive"
    ):
        return False
    if category in ("complaint", "assistance", "commercial", "information"):
        return urgency != "low"
    return category != "spam" or urgency in ("low", "critical")


AGREEING: Mapping[str, Sequence[tuple[int, int, int]]] = {
    level: [
        (SENTIMENT.index(mood), URGENCY.index(urgency), CATEGORY.index(category))
        for mood, urgency, category in product(SENTIMENT, URGENCY, CATEGORY)
        if agree(mood, urgency, category) and (urgency == "critical") == (level == "critical")
    ]
    for level in ("critical", "milder")
}
"""Numbers of the labels that may stand together, for texts that are critical and for others."""
