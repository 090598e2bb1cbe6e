"""The page as a whole: its sections in order, and what the configuration leaves it silent on."""

from collections.abc import Sequence
from datetime import date, timedelta

from alerts.policy_page import conduct, places, times
from alerts.policy_page.page import Page, Section, own
from alerts.words import N_, Words
from platforms.base import SourceOptions
from store.brand import Brand

FORMAL, INFORMAL, MIRROR = (
    N_("We keep a formal tone."),
    N_("We keep an informal tone."),
    N_("We take up the tone of whoever writes to us, formal or informal."),
)
TONES = {"formal": FORMAL, "lei": FORMAL, "informal": INFORMAL, "tu": INFORMAL, "mirror": MIRROR}


def write(
    brand: Brand,
    sources: Sequence[SourceOptions],
    *,
    texts: timedelta,
    authors: timedelta,
    words: Words,
    today: date,
) -> Page:
    """The page of a brand as of `today`, from its own configuration and those of `sources` that are of it.

    `texts`, `authors`: how long texts and names are kept. What the brand did not set is not promised.
    """
    brand = brand.speaking(words.lang)
    name = own(brand.name or brand.key)
    mine = [source for source in sources if source.brand == brand.key]
    sections = (
        _purpose(name, words),
        places.channels(brand, mine, words),
        _people(brand, words),
        times.hours(brand, words, today),
        times.first_answers(brand, words),
        _emergency(words),
        conduct.welcome(words),
        conduct.unwelcome(brand, words),
        conduct.consequences(brand, words),
        conduct.in_public(brand, words),
        conduct.kept(texts, authors, words),
        conduct.rights(brand, words),
        places.contacts(brand, words),
        _version(words, today),
    )
    return Page(
        brand=name,
        lang=words.lang,
        title=words._("Social media policy of {brand}", brand=name),
        counsel=words._(
            "Have counsel read this page before you publish it, then take this note out. It was written from the "
            "configuration of Ascolto: it is no legal advice, and it takes the place neither of your privacy notice "
            "(articles 13 and 14 of the GDPR), which it should link to, nor of your terms of use."
        ),
        sections=tuple(section for section in sections if section is not None),
    )


def silent_on(brand: Brand, sources: Sequence[SourceOptions]) -> list[str]:
    """The settings without which the page says less than readers look for."""
    policy = brand.policy
    said = {
        "[[sources]]": any(source.brand == brand.key for source in sources),
        "policy.hours": "hours" in policy.model_fields_set,
        "policy.first_contact": bool(policy.first_contact.model_fields_set),
        "policy.contacts": bool(places.contact(brand)),
        "policy.clauses": bool(conduct.clauses(brand)),
    }
    return [
        setting if setting == "[[sources]]" else f"brands.{brand.key}.{setting}"
        for setting in said
        if not said[setting]
    ]


def _purpose(name: str, words: Words) -> Section:
    told = words._(
        "{brand} reads what people write about it in public, to answer questions, to see what went wrong and to learn "
        "from criticism. This page says where we read, how we answer, what we ask of you, and what becomes of what you "
        "write.",
        brand=name,
    )
    return Section(words._("What this page is for"), (told,))


def _people(brand: Brand, words: Words) -> Section:
    """Who answers, and in what tone: in the language of the page."""
    people = words._(
        "People answer, not a machine: no answer is published before somebody has read and approved it. Software helps "
        "them to see what is urgent, and may suggest a wording."
    )
    manner = [
        words._(
            "We answer to the point, calmly and with respect, and judge nobody. Not every comment gets an answer: "
            "conversations between others often need none."
        )
    ]
    tone = TONES.get(brand.voice.formality.get(words.lang, "").casefold())
    if tone:
        manner.append(words._(tone))
    if signature := own(brand.voice.signature):
        manner.append(words._("Answers are signed: {signature}", signature=signature))
    return Section(words._("Who answers, and how"), (people, " ".join(manner)))


def _emergency(words: Words) -> Section:
    told = words._(
        "These channels are not for emergencies. Whoever is in danger, or sees somebody in danger, should call the "
        "emergency number at once (112 in the European Union) and not wait for an answer from us."
    )
    return Section(words._("In an emergency"), (told,))


def _version(words: Words, today: date) -> Section:
    told = words._(
        "This version is of {day}. We change it when our channels, hours or rules change; the version published here "
        "is the one that holds.",
        day=words.dated(today),
    )
    return Section(words._("Changes to this page"), (told,))
