"""When a brand answers, and how soon: only hours, days and times that it set itself."""

from collections.abc import Iterator, Sequence
from datetime import date, time
from itertools import groupby

from babel.dates import get_day_names, get_timezone_name

from alerts import sla
from alerts.policy_page.page import Section, sentence
from alerts.words import N_, Words
from store.brand import Brand, Opening

WEEK = 7
Span = tuple[time, time]
FIRST_ANSWERS = {
    "critical": N_("danger to health or safety, fraud, loss of personal data, discrimination: {time}"),
    "high": N_("matters with time or money at stake, such as a missing refund: {time}"),
    "normal": N_("criticism and questions: {time}"),
    "low": N_("thanks and other comments: {time}"),
}


def hours(brand: Brand, words: Words, today: date) -> Section:
    """When somebody is there, and the days to come on which nobody is. Hours that never close know no closed days."""
    policy = brand.policy
    usual = _weekly(policy.hours, words) if "hours" in policy.model_fields_set else []
    closed = list(_closed(brand, words, today)) if policy.hours != sla.ALWAYS else []
    urgent = []
    if "critical_hours" in policy.model_fields_set and policy.critical_hours != policy.hours:
        at = "; ".join(_weekly(policy.critical_hours, words))
        urgent = [words._("urgent matters: {hours}", hours=at)]
    points = tuple(sentence(point) for point in (*usual, *closed, *urgent))
    told: tuple[str, ...] = ()
    if usual or urgent:
        zone = get_timezone_name(brand.zone, width="long", zone_variant="generic", locale=words.lang)
        told = (
            words._(
                "Somebody is there to read and answer at these times (time zone: {zone}). What is written in "
                "between waits until somebody is back.",
                zone=zone,
            ),
        )
    elif not closed:
        told = (words._("Answers are written by people and may take time."),)
    return Section(words._("When we answer"), told, points)


def first_answers(brand: Brand, words: Words) -> Section | None:
    """The times to a first answer that the brand set, by what is at stake; None where it set none."""
    limits = brand.policy.first_contact
    said = {
        urgency: getattr(limits, urgency) for urgency in FIRST_ANSWERS if urgency in limits.model_fields_set
    }
    points = [
        sentence(words._(FIRST_ANSWERS[urgency], time=words.duration(limit)))
        for urgency, limit in said.items()
        if limit
    ]
    if not points:
        return None
    aim = words._(
        "Our aim is a first answer within these times, from the moment we find a message. Only "
        "time in which somebody is there counts."
    )
    hedge = words._(
        "These are aims, not guarantees: when very many people write at once it may take longer, and a first answer "
        "is not always the solution yet."
    )
    return Section(words._("How soon we answer"), (aim, hedge), tuple(points))


def _weekly(openings: Sequence[Opening], words: Words) -> list[str]:
    """Opening hours as people write them, a line for each row of days with the same: "Monday to Friday: 09:00–13:00
    and 14:00–18:00"."""
    if tuple(openings) == sla.ALWAYS:
        return [words._("day and night, every day of the year")]
    rows = groupby(enumerate(_days(openings)), key=lambda numbered: numbered[1])
    return [_row([day for day, _ in days], spans, words) for spans, days in rows if spans]


def _row(days: Sequence[int], spans: Sequence[Span], words: Words) -> str:
    times = words.listing([_span(span, words) for span in spans])
    names = get_day_names("wide", locale=words.lang)
    first, last = names[days[0]], names[days[-1]]
    if len(days) == WEEK:
        return words._("every day: {times}", times=times)
    if len(days) == 1:
        return words._("{day}: {times}", day=first, times=times)
    if len(days) == 2:
        return words._("{first} and {last}: {times}", first=first, last=last, times=times)
    return words._("{first} to {last}: {times}", first=first, last=last, times=times)


def _span(span: Span, words: Words) -> str:
    opens, closes = span
    if span == (time.min, time.max):
        return words._("all day")
    text = f"{opens:%H:%M}–{'24:00' if closes == time.max else f'{closes:%H:%M}'}"
    return words._("{span} of the next day", span=text) if closes < opens else text


def _days(openings: Sequence[Opening]) -> list[tuple[Span, ...]]:
    """The open spans of each weekday; one that goes on after midnight, for less than a day in all, is one span of the
    day it begins on and closes before it opens."""
    days = [list(_joined(openings, day)) for day in range(WEEK)]
    for day, spans in enumerate(days):
        night = days[(day + 1) % WEEK]
        if spans and night and spans[-1][1] == time.max and night[0][0] == time.min:
            opens, closes = spans[-1][0], night[0][1]
            if closes < opens:
                spans[-1] = (opens, closes)
                del night[0]
    return [tuple(spans) for spans in days]


def _joined(openings: Sequence[Opening], weekday: int) -> Iterator[Span]:
    """The spans of a day in order, those that touch as one."""
    current: Span | None = None
    for opens, closes in sorted((o.opens, o.closes) for o in openings if o.weekday == weekday):
        if current and opens <= current[1]:
            current = (current[0], max(current[1], closes))
            continue
        if current:
            yield current
        current = (opens, closes)
    if current:
        yield current


def _closed(brand: Brand, words: Words, today: date) -> Iterator[str]:
    country = brand.policy.holidays
    if country:
        yield words._("closed on public holidays: {country}", country=words.territory(country))
    # Notes of absences are for the brand's own people.
    for absence in sorted(brand.policy.absences, key=lambda absence: absence.first):
        if absence.last < today:
            continue
        first, last = words.dated(absence.first), words.dated(absence.last)
        if first == last:
            yield words._("closed on {day}", day=first)
        else:
            yield words._("closed from {first} to {last}", first=first, last=last)
