"""What a draft may say of the mention and of the policy, by slot, and what allows each of it. Pure."""

from collections.abc import Sequence

from alerts.drafts import granted, names, quoting
from alerts.drafts.patterns import Folded
from alerts.drafts.phrases import Phrases
from alerts.drafts.reading import Found, Reading, is_article
from alerts.drafts.request import DraftRequest
from alerts.drafts.timing import Timing
from store.brand import Faq

PRAISE = ("praise", "praise_open", "praise_point")
PRAISING = (*PRAISE, "mixed")  # cases in which somebody who works for the brand may be named


def facts(
    case: str | None,
    request: DraftRequest,
    reading: Reading,
    problems: tuple[Found, ...],
    entry: Faq | None,
    contact: str | None,
    times: Timing,
    phrases: Phrases,
) -> dict[str, str]:
    """What is known, by slot; a slot that is not here cannot be said."""
    known = {
        "name": None if is_article(request) else _name(request),
        "place": quoting.bounded(request.place) if request.stars is not None else None,
        "quote": _quote(case, request, reading, problems, phrases),
        "answer": entry.answer.strip() if entry else None,
        "contact": contact,
        "person": _people(reading, phrases) if case in PRAISING else None,
        "where": reading.role.where if reading.role else None,
        "ask": problems[0].problem.ask if is_certain(case, request, problems) else None,
        **said(times),
    }
    return {slot: value for slot, value in known.items() if value}


def _name(request: DraftRequest) -> str | None:
    return names.first_name(request.author) or names.signed_name(request.author, request.text)


def _people(reading: Reading, phrases: Phrases) -> str:
    """Who is praised by first name, as the language joins two."""
    first, *second = reading.names or ("",)
    return phrases.language.pair.replace("{a}", first).replace("{b}", second[0]) if second else first


def grounds(
    request: DraftRequest,
    urgency: str,
    problems: tuple[Found, ...],
    entry: Faq | None,
    topics: Sequence[str],
    places: Sequence[str],
) -> dict[str, tuple[str, ...]]:
    """What allows what is said, by slot. `topics`: whose remedy counts; `places`: whose contact is named."""
    policy = request.brand.policy
    contact = granted.contact_for(request.brand, places)
    remedied = next((topic for topic in topics if policy.remedies.get(topic)), None)
    hours = "policy.critical_hours" if urgency == "critical" else "policy.hours"
    return {
        "name": ("mention.author",),
        "place": ("mention.place",),
        "quote": ("mention.text",),
        "contact": (f"policy.contacts.{contact}",),
        "when": (f"policy.first_contact.{urgency}", hours),
        "opens": (hours,),
        "until": ("policy.absences",),
        "now": (hours,),
        "answer": (f"policy.faq.{policy.faq.index(entry) + 1}",) if entry else (),
        "person": ("mention.text",),
        "where": ("mention.text",),
        "problem": tuple(_seen(found) for found in problems),
        "correction": ("policy.corrections",),
        "source": ("policy.corrections",),
        "statement": ("policy.statements",),
        "remedy": (f"policy.remedies.{remedied}",) if remedied else (),
    }


def _seen(found: Found) -> str:
    """Where a problem was read: in the customer's words, or in the topic that the model saw."""
    return "mention.text" if found.span else f"mention.topics.{found.problem.topic or 'none'}"


def is_certain(case: str | None, request: DraftRequest, problems: tuple[Found, ...]) -> bool:
    """Whether something went wrong at all: a calm question about a topic is no problem with it."""
    if case != "assistance" or request.sentiment == "negative":
        return case in ("complaint", "mixed", "assistance", "statement")
    return problems[0].span is not None and not problems[0].problem.minor


def said(times: Timing) -> dict[str, str | None]:
    """Times by the slots that say them."""
    return {"when": times.when, "opens": times.opens, "until": times.until, "now": times.now}


def _quote(
    case: str | None, request: DraftRequest, reading: Reading, problems: tuple[Found, ...], phrases: Phrases
) -> str | None:
    text: Folded = reading.text
    if not reading.known:
        return None
    if case in PRAISE:
        return quoting.praise(text, phrases, request.brand)
    span = problems[0].span
    if case not in ("complaint", "mixed") or not problems[0].problem.quote:
        return None
    return (
        quoting.near(span, text, phrases, request.brand)
        if span
        else quoting.criticism(text, phrases, request.brand)
    )
