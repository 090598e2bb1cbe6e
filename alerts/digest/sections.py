"""The sections of a digest below its summary: what waits, what to remove, what rises, who was not reached. Pure."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from alerts.digest.figures import Figures, Quote
from alerts.replies.grounds import topic
from alerts.telling import SEPARATOR, SIGNS
from alerts.views import Row, Section
from alerts.words import N_, Words

WAYS = {"phone": N_("phone"), "email": N_("e-mail"), "chat": N_("chat")}
SOURCE = 60  # characters of a name
Rows = Callable[[Figures, Words, ZoneInfo], list[Row]]


def sections(figures: Figures, words: Words, zone: ZoneInfo) -> tuple[Section, ...]:
    """Those that have something to say, what needs somebody first."""
    known: tuple[tuple[str, Rows], ...] = (
        (N_("Waiting for an answer"), _open),
        (N_("Three causes to remove"), _causes),
        (N_("Talked of more than usual"), _rising),
        (N_("Talked of less than usual"), _falling),
        (N_("They wrote because another way failed them"), _unreached),
        (N_("Nobody keeps up with these"), _neglected),
        (N_("What spread"), _viral),
        (N_("Praise worth sharing"), _praise),
        (N_("Stars and answers by place"), _places),
    )
    written = ((words._(title), tuple(rows(figures, words, zone))) for title, rows in known)
    return tuple(Section(title, rows) for title, rows in written if rows)


def _open(figures: Figures, words: Words, zone: ZoneInfo) -> list[Row]:
    rows = []
    for case in figures.open_cases:
        about = words._("case {number}", number=case.case_id)
        parts = [f"{SIGNS.get(case.urgency, SIGNS['low'])} {about}"]
        if case.due:
            moment = datetime.fromisoformat(case.due)
            when = Words(words.lang, lasting=True).when(moment, zone, moment)
            parts.append(
                words._("overdue since {when}", when=when)
                if case.overdue
                else words._("due {when}", when=when)
            )
        rows.append(_row(SEPARATOR.join(parts), case.quote))
    return rows


def _causes(figures: Figures, words: Words, zone: ZoneInfo) -> list[Row]:
    rows = []
    for cause in figures.causes:
        said = words.n("{count} negative mention", "{count} negative mentions", cause.negative)
        share = words._("{share} % of all criticism", share=words.number(round(100 * cause.share)))
        text = f"{capital(topic(cause.topic, words))}: {said}, {share}"
        if cause.urgent:
            text += ", " + words.n("{count} of them urgent", "{count} of them urgent", cause.urgent)
        rows.append(_row(text, cause.quotes[0] if cause.quotes else None))
        rows += [_row("", quote) for quote in cause.quotes[1:]]
    return rows


def _rising(figures: Figures, words: Words, zone: ZoneInfo) -> list[Row]:
    return [
        _row(_against_usual(one.topic, one.mentions, one.usual, words), one.quote)
        for one in figures.topics_rising
    ]


def _falling(figures: Figures, words: Words, zone: ZoneInfo) -> list[Row]:
    return [
        _row(_against_usual(one.topic, one.mentions, one.usual, words), one.quote)
        for one in figures.topics_falling
    ]


def _unreached(figures: Figures, words: Words, zone: ZoneInfo) -> list[Row]:
    found = figures.unreached
    if not found.people:
        return []
    ways = [f"{words._(WAYS[way])} {words.number(count)}" for way, count in found.ways.items() if way in WAYS]
    people = words.n("{count} person says so", "{count} people say so", found.people)
    return [Row(f"{people}: {words.listing(ways)}"), *(_row("", quote) for quote in found.quotes)]


def _neglected(figures: Figures, words: Words, zone: ZoneInfo) -> list[Row]:
    return [
        Row(
            words._(
                "{source}: {late} of {cases} answered late or not at all",
                source=one.source[:SOURCE],
                late=words.number(one.late),
                cases=words.number(one.in_time + one.late),
            )
        )
        for one in figures.neglected
    ]


def _viral(figures: Figures, words: Words, zone: ZoneInfo) -> list[Row]:
    rows = []
    for one in figures.viral:
        counts = (
            words.n("{count} like", "{count} likes", one.likes) if one.likes else "",
            words.n("{count} share", "{count} shares", one.shares) if one.shares else "",
            words.n("{count} reply", "{count} replies", one.replies) if one.replies else "",
            words.n("{count} view", "{count} views", one.views) if one.views else "",
        )
        told = words.listing([part for part in counts if part])
        rows.append(_row(SEPARATOR.join(part for part in (one.quote.platform, told) if part), one.quote))
    return rows


def _praise(figures: Figures, words: Words, zone: ZoneInfo) -> list[Row]:
    return [_row(quote.platform, quote) for quote in figures.praise]


def _places(figures: Figures, words: Words, zone: ZoneInfo) -> list[Row]:
    rows = []
    for place in figures.places:
        name = SEPARATOR.join(part for part in (place.platform, (place.place or "")[:SOURCE]) if part)
        told = [words.n("{count} mention", "{count} mentions", place.mentions)]
        if place.stars is not None:
            stars = words.number(round(place.stars, 1))
            told.append(
                words.n(
                    "{stars} stars ({count} rating)",
                    "{stars} stars ({count} ratings)",
                    place.rated,
                    stars=stars,
                )
            )
        told.append(words._("{share} % answered", share=words.number(round(100 * place.answered))))
        rows.append(Row(f"{name}: {', '.join(told)}"))
    return rows


def _against_usual(named: str, mentions: int, usual: float, words: Words) -> str:
    count = words.n("{count} mention", "{count} mentions", mentions)
    beside = words._("usually {count}", count=words.number(round(usual)))
    return f"{capital(topic(named, words))}: {count} ({beside})"


def _row(text: str, quote: Quote | None) -> Row:
    return Row(text, quote.text, quote.url, quote.author or "") if quote else Row(text)


def capital(said: str) -> str:
    return said[:1].upper() + said[1:]
