"""What the policy lets a draft offer, where it sends the customer, and whose clock runs. Pure."""

import re
from collections.abc import Sequence

from alerts.drafts.personal import EMAIL, LINK
from alerts.drafts.phrases import TOPICS
from alerts.drafts.reading import Found, Reading
from alerts.drafts.request import DraftRequest
from store.brand import Brand

UNSENT = ("critical", "careful", "praise", "praise_open", "praise_point")
_PHONE = re.compile(r"[+\d][\d\s()./-]{4,}")


def topics(request: DraftRequest, problem: str | None) -> tuple[str, ...]:
    """What the draft is about, and the policy may name: the brand's own topics, then that of the problem that was
    found, else the first that the model sees."""
    own = [topic for topic in request.topics if topic not in TOPICS]
    main = problem or next((topic for topic in request.topics if topic in TOPICS), None)
    return (*own, main) if main else tuple(own)


def remedy(case: str | None, topics: Sequence[str], brand: Brand) -> str:
    """What the policy allows for the first topic that it names; without a word of the policy, what costs nothing."""
    fixed = {
        None: "ignore",
        "critical": "escalate",
        "praise": "thanks",
        "praise_open": "thanks",
        "praise_point": "thanks",
        "stars_high": "thanks",
        "article_positive": "thanks",
        "information": "information",
        "commercial": "information",
        "article_question": "information",
        "article_negative": "information",
    }
    if case in fixed:
        return fixed[case]
    unsaid = "apology_fix" if case in ("complaint", "mixed") else "help"
    return (
        next((brand.policy.remedies[topic] for topic in topics if topic in brand.policy.remedies), unsaid)
        if case in ("complaint", "mixed", "assistance")
        else unsaid
    )


def offers(case: str | None, request: DraftRequest, problems: tuple[Found, ...]) -> bool:
    """Whether a replacement or a refund is offered unasked, where the policy grants it: for what it mends, and not to
    who is half content."""
    main = problems[0]
    asked = case == "assistance" or request.sentiment == "negative"
    return (
        request.urgency != "critical"
        and asked
        and main.problem.refund
        and (main.span is not None or request.urgency == "high")
    )


def places(
    case: str | None, problems: tuple[Found, ...], reading: Reading, topics: Sequence[str]
) -> tuple[str, ...]:
    """The topics whose contact is named, the first that has one. In praise and in a grave matter a topic that the model
    alone sees sends nobody to the accounts department: there the words decide, or the kind of the grave matter."""
    if case not in UNSENT:
        return tuple(topics)
    if case == "critical":
        return tuple(reading.kind.topics)[:1]
    worded = problems[0].problem.topic if problems[0].span else None
    return (worded,) if worded else ()


def contact_for(brand: Brand, places: Sequence[str]) -> str:
    """The first topic that has a contact."""
    return next((topic for topic in places if brand.policy.contacts.get(topic)), "default")


def contact(brand: Brand, places: Sequence[str]) -> str | None:
    """Where to turn with the topics; None: the policy names nothing."""
    return brand.policy.contacts.get(contact_for(brand, places), "").strip() or None


def reach_kind(contact: str | None) -> str:
    """How one gets in touch there: a field of `phrases.Reach`."""
    if not contact:
        return "none"
    if EMAIL.fullmatch(contact):
        return "email"
    if _PHONE.fullmatch(contact):
        return "phone"
    return "link" if LINK.fullmatch(contact) else "other"


def clock(case: str | None, request: DraftRequest) -> str:
    """As triage has it: what people are told of is never below normal, so that it has a clock."""
    if case == "critical":
        return "critical"
    return "normal" if request.urgency in (None, "low") else str(request.urgency)
