"""What a brand should know of the words it configured: they can be used, though perhaps not as they are meant."""

from collections.abc import Iterator
from dataclasses import dataclass

from alerts.drafts.granted import reach_kind
from alerts.drafts.phrases import MOVES, Wording, load
from alerts.drafts.promises import promised
from store.brand import Brand, OwnPhrase

REACH = frozenset({"reach", "contact"})
REFUNDS = "remedy_refund_replacement"  # a wording that the policy alone calls for: it promises what it is for


@dataclass(frozen=True, slots=True)
class Advice:
    """`what` was seen, and the `mend`; both name the place in the configuration, below the brand's table."""

    what: str
    mend: str


def advice(brand: Brand) -> Iterator[Advice]:
    """All of it; the brand has passed `own.check`."""
    several = len({lang.split("-")[0].lower() for lang in brand.languages}) > 1
    for number, entry in enumerate(brand.policy.faq, 1):
        if several and entry.lang is None:
            what = f"policy.faq, number {number} says no language: its answer goes to customers of every one"
            yield Advice(what, f'write lang = "{brand.languages[0]}", or what it is written in')
    contacts = brand.policy.contacts
    for topic, contact in contacts.items() if several else ():
        by_language = "." in topic or any(key.startswith(f"{topic}.") for key in contacts)
        if not by_language and reach_kind(contact.strip()) == "other":
            what = f"policy.contacts.{topic} is in words, and those of one language"
            yield Advice(what, f'say it by language: {topic} = {{ it = "...", en = "..." }}')
    for number, phrase in enumerate(brand.voice.phrases, 1):
        yield from _phrase(f"voice.phrases, number {number}", phrase)


def _phrase(place: str, phrase: OwnPhrase) -> Iterator[Advice]:
    promises = promised(phrase.text, phrase.lang) if phrase.move != REFUNDS else []
    if promises:
        yield Advice(
            f"{place} promises: {'; '.join(promises)}",
            "leave it out, unless everybody in that place shall have it: each draft with it asks for a look",
        )
    slots = Wording(id="", form=None, text=phrase.text).slots
    if must_reach(phrase.move, phrase.lang) and not slots & REACH:
        slot = next(iter(MOVES[phrase.move] & REACH))
        yield Advice(
            f"{place}: {phrase.move} does not say where to turn",
            f"write {{{slot}}} where it names your contact",
        )


def must_reach(move: str, lang: str) -> bool:
    """Whether a move is there to say where to turn: all of our own wordings do."""
    ours = load(lang).moves[move]
    return bool(MOVES[move] & REACH) and all(wording.slots & REACH for wording in ours)
