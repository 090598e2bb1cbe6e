"""What a brief says, sentence by sentence, and what is said when somebody pauses. The looks are the channels'."""

from collections.abc import Callable
from dataclasses import dataclass

from alerts.overview import MORNING, Brief, Item, Listing, Sampled, Switched
from alerts.telling import SEPARATOR, SIGNS, name_of, stars
from alerts.words import N_, Words
from store.tables import CaseStatus

Naming = Callable[[str], str]
TITLES = {
    MORNING: N_("{brand}: good morning, {day}"),
    "evening": N_("{brand}: the evening of {day}"),
}
ANSWERS = {
    "right": N_("{who}: right not to tell me"),
    "missed": N_("{who}: should have told me"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A heading, its lines, and what is said below them."""

    title: str
    listing: Listing
    note: str = ""


def title(brief: Brief, words: Words) -> str:
    """Whose day it is, and when."""
    return words._(TITLES[brief.moment], brand=brief.brand, day=words.day(brief.at, brief.zone))


def summary(brief: Brief, words: Words) -> list[str]:
    """What happened, and whether all sources were read."""
    said = []
    if brief.moment == MORNING:
        mentions = words.n("{count} mention", "{count} mentions", brief.mentions)
        cases = words.n("{count} new case", "{count} new cases", brief.came.total)
        since = words.when(brief.since, brief.zone, brief.at)
        said.append(words._("Since {when}: {mentions}, {cases}", when=since, mentions=mentions, cases=cases))
    elif not brief.open.total:
        said.append(words._("Nothing stays open."))
    if sources := _sources(brief, words):
        said.append(sources)
    return said


def parts(brief: Brief, words: Words, naming: Naming = name_of) -> list[Part]:
    """The lists of a brief, those that are empty left out."""
    found = [
        Part(words._("New"), brief.came),
        Part(words._("To do today"), brief.due),
        Part(words._("Stays open"), brief.open, _owners(brief, words, naming)),
        Part(
            words._("Muted"),
            brief.muted,
            words._("These would have made cases; their sources are, or were, muted"),
        ),
    ]
    return [part for part in found if part.listing.total]


def item(one: Item, brief: Brief, words: Words, naming: Naming = name_of) -> str:
    """A case or a mention on a line."""
    place = " ".join(part for part in (SIGNS.get(one.urgency or "", ""), one.platform_label) if part)
    known = [place, stars(one.stars, words), one.author]
    if one.spike:
        known.append(words._("More is written than usual"))
    said = SEPARATOR.join(part for part in known if part)
    if one.quote:
        said = f"{said}: “{one.quote}”"
    elif one.case_id is not None:
        said = SEPARATOR.join(part for part in (said, words._("case {number}", number=one.case_id)) if part)
    return SEPARATOR.join([said, *_standing(one, brief, words, naming)])


def hidden(listing: Listing, words: Words) -> str:
    """How many are not shown; empty where all are."""
    more = listing.total - len(listing.items)
    return words.n("{count} more is not shown", "{count} more are not shown", more) if more > 0 else ""


def samples_title(words: Words) -> str:
    return words._("What I did not show you")


def samples_note(words: Words) -> str:
    """What is asked, and what for."""
    return words._("Drawn at random from what did not alert. Your answers measure how much is missed.")


def answer(sampled: Sampled, words: Words, naming: Naming = name_of) -> str:
    """Who said what of a sample; empty while nobody has."""
    if sampled.said not in ANSWERS:
        return ""
    return words._(ANSWERS[sampled.said], who=naming(sampled.said_by or "?"))


def switched(view: Switched, words: Words, naming: Naming = name_of) -> str:
    """Who paused what, until when; or that it goes on."""
    what = view.brand or words._("everything that can wait")
    if not view.on:
        if view.who is None:
            return words._("The pause of {what} is over: what waited goes out now", what=what)
        return words._("{who} has ended the pause of {what}: what waited goes out now",
                       who=naming(view.who), what=what)  # fmt: skip
    who = naming(view.who or "?")
    if view.until is None:
        return words._("{who} has paused {what}: only what is critical is told, until /ascolto go-on",
                       who=who, what=what)  # fmt: skip
    until = words.when(view.until, view.zone, view.now)
    return words._("{who} has paused {what} until {until}: only what is critical is told",
                   who=who, what=what, until=until)  # fmt: skip


def _standing(one: Item, brief: Brief, words: Words, naming: Naming) -> list[str]:
    """By when, and whose; for what is done, nothing."""
    said = []
    if one.status in (CaseStatus.OPEN, CaseStatus.ACKNOWLEDGED) and one.due_at is not None:
        said.append(words._("by {when}", when=words.when(one.due_at, brief.zone, brief.at)))
    if one.case_id is not None and one.status not in (CaseStatus.RESOLVED, CaseStatus.DISMISSED):
        said.append(naming(one.owner) if one.owner else words._("nobody's yet"))
    return said


def _owners(brief: Brief, words: Words, naming: Naming) -> str:
    nobody = words._("nobody")
    counts = [(naming(owner) if owner else nobody, words.number(count)) for owner, count in brief.owners]
    return SEPARATOR.join(f"{name} {count}" for name, count in counts)


def _sources(brief: Brief, words: Words) -> str:
    if not brief.unread:
        if brief.moment != MORNING or not brief.sources:
            return ""
        return words.n("{count} source was read.", "All {count} sources were read.", brief.sources)
    named = []
    for one in brief.unread:
        if one.last_ok_at is None:
            named.append(words._("{source} (not yet)", source=one.source))
        else:
            since = words.when(one.last_ok_at, brief.zone, brief.at)
            named.append(words._("{source} (last {when})", source=one.source, when=since))
    return "⚠️ " + words._("Not read: {sources}", sources=words.listing(named))
