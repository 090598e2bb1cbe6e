"""What a mention is about: the topics that the model names, and the brand's own, which stand in its configuration as
lists of words. Pure.

A topic of the brand's own is named wherever one of its words is, in any language, by patterns as of tripwires. One that
bears the name of a topic of the model's adds to it.
"""

from collections.abc import Iterable

from alerts.drafts.phrases import TOPICS
from alerts.text import one_line, shown
from alerts.tripwires import matches
from alerts.words import N_, Words
from store.brand import Brand

READ = 20_000  # characters of a text
LONGEST = 40  # of a name that is shown
NAMES = {
    "product_quality": N_("the quality of a product"),
    "staff": N_("the staff"),
    "safety_health": N_("safety and health"),
    "support_response": N_("answers and support"),
    "information_request": N_("questions"),
    "refund_payment": N_("payments and refunds"),
    "price_value": N_("prices"),
    "app_website": N_("app and website"),
    "booking_cancellation": N_("bookings"),
    "delivery": N_("delivery"),
    "comfort_facilities": N_("comfort and rooms"),
    "waiting_time": N_("waiting times"),
    "taste_food": N_("food and taste"),
    "ethics_discrimination": N_("respect for people"),
    "account_access": N_("access to the account"),
    "privacy_fraud": N_("personal data and fraud"),
    "cleanliness_condition": N_("cleanliness"),
}


def name(topic: str, words: Words) -> str:
    """What people call a topic; the brand's own as it wrote it."""
    return words._(NAMES[topic]) if topic in NAMES else shown(one_line(topic), LONGEST)


def known(brand: Brand) -> tuple[str, ...]:
    """All topics that a mention of the brand can have."""
    return tuple(dict.fromkeys((*TOPICS, *(topic.name for topic in brand.topics))))


def own(brand: Brand | None, text: str) -> tuple[str, ...]:
    """The brand's own topics that a text names, in the order of the configuration."""
    own_topics = brand.topics if brand else ()
    return tuple(topic.name for topic in own_topics if matches(topic.words, text[:READ]))


def all_of(brand: Brand | None, text: str, seen: Iterable[str]) -> tuple[str, ...]:
    """The topics of a text: those that the model has `seen`, then the brand's own."""
    return tuple(dict.fromkeys((*seen, *own(brand, text))))
