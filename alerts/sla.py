"""When things are due in the brand's business hours: a first contact, a reply, what was put aside, a promise, a
follow-up. Pure arithmetic over values; no I/O.

Opening hours are wall-clock times in the brand's zone, durations are real time: over a night in which the clocks
change, an open hour is an hour that really passes. Hours that cover the whole week ("always") know neither
holidays nor absences.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from store.brand import Absence, Brand, Opening, zone_of

log = logging.getLogger(__name__)
ALWAYS = tuple(Opening(weekday=day, opens=time.min, closes=time.max) for day in range(7))
LONGEST_CLOSURE = 400  # days looked ahead for an opening; beyond it there is none
SNOOZES = ("hour", "tomorrow", "monday")  # until when a case may be put aside
DAWN, MORNING = time(6), time(9)  # no morning begins before the first; who never closes begins at the second
EVENING, LAST_MINUTE = time(18), time(23, 59)  # when a day ends where no hours say so, and at the latest
MONDAY = 0
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Calendar:
    """When somebody is there: weekly hours in a zone, minus national holidays (`IT`, `IT-BZ`) and absences."""

    hours: tuple[Opening, ...]
    zone: ZoneInfo
    country: str | None = None
    absences: tuple[Absence, ...] = ()

    @property
    def always(self) -> bool:
        return self.hours == ALWAYS

    def closed_on(self, day: date) -> bool:
        """Whether `day` (in the calendar's zone) is a holiday or an absence."""
        if any(absence.first <= day <= absence.last for absence in self.absences):
            return True
        return self.country is not None and day in _holidays(self.country, day.year)


def calendar(brand: Brand, urgency: str) -> Calendar:
    """The calendar that a first contact of this urgency is counted in."""
    policy = brand.policy
    hours = policy.critical_hours if urgency == "critical" else policy.hours
    return Calendar(hours, brand.zone, policy.holidays, policy.absences)


def due(opened: datetime, urgency: str, brand: Brand) -> datetime | None:
    """When a case opened at `opened` must have had its first contact; None: no clock, or the brand never opens."""
    limit = getattr(brand.policy.first_contact, urgency)
    if limit is None:
        return None
    return add_business_time(opened, limit, calendar(brand, urgency))


def reply_due(taken: datetime, urgency: str, brand: Brand) -> datetime | None:
    """When a case that somebody took at `taken` must have its answer; None: no clock, or the brand never opens."""
    limit = brand.policy.reply_time(urgency)
    return None if limit is None else add_business_time(taken, limit, calendar(brand, urgency))


def follow_up(done: datetime, brand: Brand) -> datetime | None:
    """When to ask whether all is well after a repair: the policy's days later, at the next opening; None: never."""
    if brand.policy.follow_up is None:
        return None
    later = (done.astimezone(brand.zone) + brand.policy.follow_up).astimezone(UTC)  # the same time of day
    return next_opening(later, calendar(brand, "normal"))


def snooze(choice: str, now: datetime, brand: Brand | None, urgency: str) -> datetime:
    """Until when a case is put aside, by one of SNOOZES: an hour of open time, tomorrow morning, Monday morning; each
    at the next opening. Who never opens, or is configured no more, is taken as always open. Raises ValueError for
    another choice."""
    if choice not in SNOOZES:
        raise ValueError(f"a case is not put aside until {choice!r}: choose one of {', '.join(SNOOZES)}")
    always = Calendar(ALWAYS, zone_of(brand))
    when = calendar(brand, urgency) if brand else always
    return _back(choice, now, when) or _back(choice, now, always) or now


def _back(choice: str, now: datetime, when: Calendar) -> datetime | None:
    if choice == "hour":
        return add_business_time(now, timedelta(hours=1), when)
    today = now.astimezone(when.zone).date()
    ahead = 7 - (today.weekday() - MONDAY) % 7 if choice == "monday" else 1
    return _morning(today + timedelta(days=ahead), when)


def end_of_day(day: date, brand: Brand | None, now: datetime) -> datetime:
    """Until when a promise for that day is kept: the brand's closing time, where that is still to come."""
    zone = zone_of(brand)
    closing = [o.closes for o in (brand.policy.hours if brand else ()) if o.weekday == day.weekday()]
    ends = min(max(closing, default=EVENING), LAST_MINUTE)
    moment = datetime.combine(day, ends, tzinfo=zone)
    return moment if moment > now else max(datetime.combine(day, LAST_MINUTE, tzinfo=zone), now)


def _morning(day: date, when: Calendar) -> datetime | None:
    """When somebody begins to work on `day`, or on the next day that anybody does."""
    dawn = _moment(day, DAWN, when.zone, fold=0)
    opening = next_opening(dawn, when)
    morning = _moment(day, MORNING, when.zone, fold=0)
    return morning if opening == dawn and is_open(morning, when) else opening


def open_time(start: datetime, end: datetime, when: Calendar) -> timedelta:
    """How much open time lies between two moments."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if when.always:
        return max(end - start, timedelta())
    found, reached = timedelta(), start
    for opens, closes in _spans(start, when):
        if opens >= end:
            break
        begin, stop = max(opens, reached), min(closes, end)
        found += max(stop - begin, timedelta())
        reached = max(reached, stop)  # hours that overlap count once
    return found


def add_business_time(start: datetime, delta: timedelta, when: Calendar) -> datetime | None:
    """The moment (UTC) at which `delta` of open time has passed since `start`; None: it never does."""
    start = start.astimezone(UTC)
    if when.always:
        return start + delta
    left = delta
    for opens, closes in _spans(start, when):
        begin = max(opens, start)
        if closes - begin >= left:
            return begin + left
        left -= max(closes - begin, timedelta())
        start = max(start, closes)  # hours that overlap count once
    return None


def is_open(moment: datetime, when: Calendar) -> bool:
    """Whether `moment` lies in open time; the minute of closing does not."""
    if when.always:
        return True
    opening = next(_spans(moment.astimezone(UTC), when), None)
    return opening is not None and opening[0] <= moment


def opens_on(day: date, when: Calendar) -> bool:
    """Whether somebody is there at some time of `day` (in the calendar's zone)."""
    return when.always or any(True for _ in _day(day, when))


def next_opening(moment: datetime, when: Calendar) -> datetime | None:
    """`moment` itself (UTC) in open time, else when it next opens; None: never."""
    moment = moment.astimezone(UTC)
    if when.always:
        return moment
    opening = next(_spans(moment, when), None)
    return max(opening[0], moment) if opening else None


def closing(moment: datetime, when: Calendar) -> datetime | None:
    """When the open time that `moment` lies in ends, hours that touch taken as one; None: it is closed, or never
    closes."""
    end: datetime | None = None
    for opens, closes in _spans(moment.astimezone(UTC), when):
        if opens > (end or moment):
            return end
        end = max(closes, end or closes)
        if end - moment > timedelta(days=LONGEST_CLOSURE):
            return None
    return end


def first_opening(day: date, when: Calendar) -> datetime | None:
    """When `day` begins for people who work; None: it does not."""
    return min((opens for opens, _ in _day(day, when)), default=None)


def unknown_country(brand: Brand) -> str | None:
    """The brand's `policy.holidays` if no holidays are known for it: a configuration to mend."""
    country = brand.policy.holidays
    return country if country and _known_holidays(country, 2026) is None else None


def _spans(start: datetime, when: Calendar) -> Iterator[Span]:
    """Open stretches that end after `start`, in order, as (opens, closes) in UTC; gives up after LONGEST_CLOSURE
    days without one, so that nobody waits for a brand that never opens."""
    if not when.hours:
        return
    day, barren = start.astimezone(when.zone).date(), 0
    while barren <= LONGEST_CLOSURE and day < date.max - timedelta(days=1):
        found = [span for span in _day(day, when) if span[1] > start]
        yield from found
        barren = 0 if found else barren + 1
        day += timedelta(days=1)


def _day(day: date, when: Calendar) -> Iterator[Span]:
    if when.closed_on(day):
        return
    for opening in when.hours:
        if opening.weekday == day.weekday():
            opens = _moment(day, opening.opens, when.zone, fold=0)
            closes = _closing(day, opening.closes, when.zone)
            if opens < closes:  # not so inside the hour that spring skips
                yield opens, closes


def _closing(day: date, closes: time, zone: ZoneInfo) -> datetime:
    if closes == time.max:
        return _moment(day + timedelta(days=1), time.min, zone, fold=0)
    return _moment(day, closes, zone, fold=1)  # of the hour that autumn repeats, both count


def _moment(day: date, clock: time, zone: ZoneInfo, fold: int) -> datetime:
    """A time on the wall in UTC. `fold`: of one that autumn repeats, the first (0) or the second; one that spring skips
    is the moment of the change."""
    first, second = (
        datetime.combine(day, clock.replace(fold=fold), tzinfo=zone).astimezone(UTC) for fold in (0, 1)
    )
    if second < first:
        return _change(second, first, zone)
    return second if fold else first


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The second between two moments at which the zone's offset changes."""
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == before.astimezone(zone).utcoffset():
            before = middle
        else:
            after = middle
    return after


def _holidays(country: str, year: int) -> frozenset[date]:
    found = _known_holidays(country, year)
    return frozenset() if found is None else found


@lru_cache(maxsize=256)
def _known_holidays(country: str, year: int) -> frozenset[date] | None:
    name, _, part = country.partition("-")
    try:
        return frozenset(holidays.country_holidays(name, subdiv=part or None, years=year))
    except NotImplementedError:
        log.warning("no holidays known", extra={"action": "holidays_unknown", "country": country})
        return None
